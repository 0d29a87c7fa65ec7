/* serac_import_timeloop.c - a Timeloop problem.
 *
 * `problem: {shape, instance}`, one layer a file; older files have the sizes beside
 * the shape, newer ones may include it ({{include...}}, <<<: *base), which is passed over. Names
 * are those of its CNN shape: R, S filter width and height, P, Q output width and height, C input,
 * K or M output channels, N batch, G groups, Wstride, Hstride, Wdilation, Hdilation, with the
 * defaults of the shape's coefficients; without C, P, Q, R, S: a product of M x K and K x N, the
 * second one the weights. No output channels: depthwise. The input is what the windows reach,
 * padding included.
 */
#include <string.h>
#include <strings.h>

#include "serac_import_yaml.h"

/* Keys that give no size. */
static bool beside(const char *name)
{
    static const char *const keys[] = {"shape", "version", "name", "densities", "bitwidths", "Padding",
                                       "Hpad", "Wpad"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(name, keys[i]))
            return true;
    return false;
}

static const struct {
    const char *name;
    enum serac_yaml_size size;
} names[] = {{"N", BATCH}, {"G", GROUPS}, {"K", OUT_CHANNELS}, {"M", OUT_CHANNELS}, {"C", IN_CHANNELS}, {"Q", OUT_H},
             {"P", OUT_W}, {"S", FILTER_H}, {"R", FILTER_W}, {"Hstride", STRIDE_H}, {"Wstride", STRIDE_W},
             {"Hdilation", DILATION_H}, {"Wdilation", DILATION_W}};
enum { NAMES = sizeof names / sizeof *names };
enum { N = 0, K = 2, M = 3 };      /* places in the list */

/* The shape's defaults, and that it has weights. */
static enum serac_status read_shape(struct serac_yaml *f, const yaml_node_t *shape, uint32_t of[NAMES])
{
    const yaml_node_t *coefficients = serac_yaml_child(f, shape, "coefficients");
    const yaml_node_t *spaces = serac_yaml_child(f, shape, "data_spaces");
    if (!spaces)
        spaces = serac_yaml_child(f, shape, "data-spaces");
    if (spaces && serac_yaml_count_of(spaces) != 3)
        return serac_import_fail(f->import, serac_yaml_line_of(spaces), "a shape without weights is not supported: it "
                                 "must have three data spaces");
    for (uint32_t c = 0; c < serac_yaml_count_of(coefficients); c++) {
        const yaml_node_t *one = serac_yaml_element(f, coefficients, c), *value = serac_yaml_child(f, one, "default");
        const char *name = serac_yaml_text_of(serac_yaml_child(f, one, "name"));
        for (int i = 0; name && value && i < NAMES; i++)
            if (!strcasecmp(name, names[i].name) && serac_yaml_size_of(f, name, value, &of[i]) != SERAC_OK)
                return SERAC_E_INPUT;
    }
    return SERAC_OK;
}

static enum serac_status read_instance(struct serac_yaml *f, const yaml_node_t *instance, uint32_t of[NAMES])
{
    for (yaml_node_pair_t *p = instance->data.mapping.pairs.start; p < instance->data.mapping.pairs.top; p++) {
        yaml_node_t *key = serac_yaml_node_at(f, p->key), *value = serac_yaml_node_at(f, p->value);
        const char *name = serac_yaml_text_of(key);
        uint32_t size = 0;
        if (name && beside(name))
            continue;
        if (!name || serac_yaml_size_of(f, name, value, &size) != SERAC_OK)
            return name ? SERAC_E_INPUT : serac_import_fail(f->import, serac_yaml_line_of(key), "a size needs a name");
        int found = -1;
        for (int i = 0; i < NAMES; i++)
            if (names[i].name[1] ? !strcasecmp(name, names[i].name) : !strcmp(name, names[i].name))
                found = i;
        if (found < 0 && size > 1)
            return serac_import_fail(f->import, serac_yaml_line_of(key), "%.40s: not a size of Timeloop's CNN or GEMM "
                                     "shape", name);
        if (found >= 0)
            of[found] = size;
    }
    return SERAC_OK;
}

/* The layer, named as its file. */
static struct serac_import_layer *add_layer(struct serac_yaml *f)
{
    const char *slash = strrchr(f->import->path, '/');
    char name[SERAC_NAME_MAX];
    snprintf(name, sizeof name, "%.40s", slash ? slash + 1 : f->import->path);
    name[strcspn(name, ".")] = '\0';
    return serac_import_add(f->import, name);
}

enum serac_status serac_yaml_timeloop(struct serac_yaml *f, const yaml_node_t *problem)
{
    const yaml_node_t *instance = serac_yaml_child(f, problem, "instance");
    struct serac_yaml_sizes s = {.padded = false};
    uint32_t of[NAMES] = {0};
    if (!instance)
        instance = problem;
    if (read_shape(f, serac_yaml_child(f, problem, "shape"), of) != SERAC_OK)
        return SERAC_E_INPUT;
    if (instance->type != YAML_MAPPING_NODE)
        return serac_import_fail(f->import, serac_yaml_line_of(problem), "problem: instance: must be a map of sizes");
    uint32_t line = serac_yaml_line_of(instance);
    struct serac_import_layer *l = read_instance(f, instance, of) == SERAC_OK ? add_layer(f) : NULL;
    if (!l)
        return SERAC_E_INPUT;
    snprintf(f->import->source, sizeof f->import->source, "Timeloop problem");
    for (int i = 0; i < NAMES; i++)
        if (of[i])
            s.of[names[i].size] = of[i];
    bool image = s.of[OUT_H] || s.of[OUT_W] || s.of[FILTER_H] || s.of[FILTER_W] || s.of[IN_CHANNELS];
    if (!image && of[N] && of[K] && of[M]) {
        l->op = SERAC_WORKLOAD_GEMM;
        l->m = of[N];
        l->k = of[K];
        l->n = of[M];
        serac_import_note(f->import, "K x N are taken as weights, M as vectors.");
        return serac_import_check(f->import, l, line);
    }
    if (of[K] && of[M])
        return serac_import_fail(f->import, line, "K and M: output channels are given twice");
    if (!image)
        return serac_import_fail(f->import, line, "neither C, P, Q, R, S nor M, N, K");
    bool depthwise = !of[K] && !of[M] && s.of[GROUPS] < 2 && s.of[IN_CHANNELS] > 1;
    if (depthwise)
        serac_import_note(f->import, "%s: no output channels: depthwise.", l->name);
    return serac_yaml_convolution(f, l, &s, depthwise, line);
}
