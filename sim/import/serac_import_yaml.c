/* serac_import_yaml.c - a Timeloop problem, or a ZigZag workload.
 *
 * Timeloop: `problem: {shape, instance}`, one layer a file; older files have the sizes beside
 * the shape, newer ones may include it ({{include...}}, <<<: *base), which is passed over. Names
 * are those of its CNN shape: R, S filter width and height, P, Q output width and height, C input,
 * K or M output channels, N batch, G groups, Wstride, Hstride, Wdilation, Hdilation, with the
 * defaults of the shape's coefficients; without C, P, Q, R, S: a product of M x K and K x N, the
 * second one the weights. No output channels: depthwise. The input is what the windows reach,
 * padding included.
 *
 * ZigZag: a list of layers with loop_dims and loop_sizes: B, H, D, K, C, G, OX, OY, FX, FY;
 * dimension_relations such as ix=2*ox+1*fx give stride and dilation; pr_loop_dims, pr_loop_sizes
 * the input's size and padding what surrounds it. A product has D (or B) vectors, and as many
 * sets of weights as W has indices b and h for.
 *
 * Images of a batch share their weights: of a convolution one is taken. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "serac_import.h"
#include "serac_network.h"

struct file {
    struct serac_import *import;
    yaml_document_t document;
};

/* Sizes by name, as either format writes them; 0: not given. */
enum size {
    BATCH, HEADS, VECTORS, GROUPS, OUT_CHANNELS, IN_CHANNELS, OUT_H, OUT_W, FILTER_H, FILTER_W, IN_H, IN_W,
    STRIDE_H, STRIDE_W, DILATION_H, DILATION_W, SIZES
};

struct sizes {
    uint32_t of[SIZES];
    uint32_t pad[4];                 /* given ones: top, left, bottom, right */
    bool padded;
};

/* --- the tree ----------------------------------------------------------- */

static uint32_t line_of(const yaml_node_t *node)
{
    return (uint32_t)node->start_mark.line + 1;
}

static const char *text_of(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static yaml_node_t *node_at(struct file *f, int id)
{
    return yaml_document_get_node(&f->document, id);
}

static yaml_node_t *child(struct file *f, const yaml_node_t *map, const char *key)
{
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
        const char *name = text_of(node_at(f, p->key));
        if (name && !strcmp(name, key))
            return node_at(f, p->value);
    }
    return NULL;
}

/* strstr, any case. */
static const char *find_any_case(const char *text, const char *what)
{
    for (size_t length = strlen(what); *text; text++)
        if (!strncasecmp(text, what, length))
            return text;
    return NULL;
}

static uint32_t count_of(const yaml_node_t *list)
{
    return list && list->type == YAML_SEQUENCE_NODE
               ? (uint32_t)(list->data.sequence.items.top - list->data.sequence.items.start) : 0;
}

static bool is_list(const yaml_node_t *node)
{
    return node && node->type == YAML_SEQUENCE_NODE;
}

static yaml_node_t *element(struct file *f, const yaml_node_t *list, uint32_t i)
{
    return i < count_of(list) ? node_at(f, list->data.sequence.items.start[i]) : NULL;
}

static bool whole(const char *text, uint32_t low, uint32_t *value)
{
    char *end = NULL;
    unsigned long v = text && isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;
    if (!end || *end || v < low || v > 1048576)
        return false;
    *value = (uint32_t)v;
    return true;
}

static enum serac_status size_of(struct file *f, const char *name, const yaml_node_t *node, uint32_t *value)
{
    return whole(text_of(node), 1, value)
               ? SERAC_OK
               : serac_import_fail(f->import, line_of(node), "%.40s: must be a number from 1 to 1048576", name);
}

/* --- a layer from its sizes --------------------------------------------- */

static enum serac_status repeat(struct file *f, struct serac_import_layer *l, uint64_t times,
                                uint32_t line)
{
    if (times > 100000)
        return serac_import_fail(f->import, line, "%s: more than 100000 repetitions", l->name);
    l->count = (uint32_t)times;
    if (times > 1)
        serac_import_note(f->import, "%s: runs %u times, each with weights of its own.", l->name,
                          (unsigned)times);
    return SERAC_OK;
}

/* Inputs that the windows reach; what the given input lacks is padding, what its padding does
 * not have is added at the end. */
static enum serac_status windows(struct file *f, struct serac_import_layer *l, const struct sizes *s,
                                 uint32_t line)
{
    uint32_t *in[2] = {&l->height, &l->width};
    for (int d = 0; d < 2; d++) {
        uint64_t reach = (uint64_t)(s->of[OUT_H + d] - 1) * l->stride[d] +
                         (uint64_t)(l->kernel[d] - 1) * l->dilation[d] + 1;
        uint32_t given = s->of[IN_H + d], before = given ? s->pad[d] : 0, after;
        if (!given && reach > 1048576)
            return serac_import_fail(f->import, line, "%s: the input is larger than 1048576", l->name);
        *in[d] = given ? given : (uint32_t)reach;
        uint64_t have = (uint64_t)*in[d] + before;
        after = reach > have && reach - have < 256 ? (uint32_t)(reach - have)
                : reach > have                     ? 256
                                                   : 0;
        if (given && reach < have && (have - reach) / l->stride[d] > 0)
            return serac_import_fail(f->import, line, "%s: %u outputs of an input of %u do not fit filter, "
                                     "stride and padding", l->name, (unsigned)s->of[OUT_H + d],
                                     (unsigned)given);
        if (given && s->padded && after != s->pad[d + 2])
            serac_import_note(f->import, "%s: padding at the end taken as %u, so that the outputs are %u.",
                              l->name, (unsigned)after, (unsigned)s->of[OUT_H + d]);
        l->pad[d] = before;
        l->pad[d + 2] = after;
    }
    return serac_import_check(f->import, l, line);
}

static enum serac_status convolution(struct file *f, struct serac_import_layer *l, struct sizes *s,
                                     bool depthwise, uint32_t line)
{
    for (int i = 0; i < SIZES; i++)
        if (!s->of[i] && i != IN_H && i != IN_W)
            s->of[i] = 1;
    for (int d = 0; d < 2; d++) {
        l->kernel[d] = s->of[FILTER_H + d];
        l->stride[d] = s->of[STRIDE_H + d];
        l->dilation[d] = s->of[DILATION_H + d];
    }
    l->channels = s->of[IN_CHANNELS];
    l->filters = s->of[OUT_CHANNELS];
    uint64_t points = (uint64_t)s->of[BATCH] * s->of[OUT_H] * s->of[OUT_W];
    if (!depthwise && s->of[BATCH] > 1 && s->of[GROUPS] == 1 && l->kernel[0] * l->kernel[1] == 1 &&
        points <= 1048576) {
        l->op = SERAC_WORKLOAD_GEMM;                   /* a batch of points is a product */
        l->m = l->filters;
        l->k = l->channels;
        l->n = (uint32_t)points;
        l->channels = l->filters = l->stride[0] = l->stride[1] = 1;
        return serac_import_check(f->import, l, line);
    }
    if (depthwise) {
        l->op = SERAC_WORKLOAD_DEPTHWISE;
    } else if (s->of[GROUPS] > 1 && l->channels == 1 && l->filters == 1) {
        l->op = SERAC_WORKLOAD_DEPTHWISE;          /* groups of one channel */
        l->channels = s->of[GROUPS];
        s->of[GROUPS] = 1;
    }
    if (s->of[BATCH] * (uint64_t)s->of[HEADS] > 1)
        serac_import_note(f->import, "%s: of a batch of %llu one image.", l->name,
                          (unsigned long long)s->of[BATCH] * s->of[HEADS]);
    enum serac_status status = repeat(f, l, s->of[GROUPS], line);
    return status == SERAC_OK ? windows(f, l, s, line) : status;
}

/* --- Timeloop ------------------------------------------------------------- */

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

static enum serac_status timeloop(struct file *f, const yaml_node_t *problem)
{
    static const struct {
        const char *name;
        enum size size;
    } names[] = {{"N", BATCH}, {"G", GROUPS}, {"K", OUT_CHANNELS}, {"M", OUT_CHANNELS},
                 {"C", IN_CHANNELS}, {"Q", OUT_H}, {"P", OUT_W}, {"S", FILTER_H}, {"R", FILTER_W},
                 {"Hstride", STRIDE_H}, {"Wstride", STRIDE_W}, {"Hdilation", DILATION_H},
                 {"Wdilation", DILATION_W}};
    enum { NAMES = sizeof names / sizeof *names };
    const yaml_node_t *instance = child(f, problem, "instance");
    const yaml_node_t *shape = child(f, problem, "shape");
    const yaml_node_t *coefficients = child(f, shape, "coefficients");
    const yaml_node_t *spaces = child(f, shape, "data_spaces");
    struct sizes s = {.padded = false};
    uint32_t of[NAMES] = {0}, line = line_of(problem);
    if (!spaces)
        spaces = child(f, shape, "data-spaces");
    if (spaces && count_of(spaces) != 3)
        return serac_import_fail(f->import, line_of(spaces), "a shape without weights is not supported: it "
                                 "must have three data spaces");
    for (uint32_t c = 0; c < count_of(coefficients); c++) {
        const yaml_node_t *one = element(f, coefficients, c), *value = child(f, one, "default");
        const char *name = text_of(child(f, one, "name"));
        for (int i = 0; name && value && i < NAMES; i++)
            if (!strcasecmp(name, names[i].name) && size_of(f, name, value, &of[i]) != SERAC_OK)
                return SERAC_E_INPUT;
    }
    if (!instance)
        instance = problem;
    if (instance->type != YAML_MAPPING_NODE)
        return serac_import_fail(f->import, line, "problem: instance: must be a map of sizes");
    line = line_of(instance);
    for (yaml_node_pair_t *p = instance->data.mapping.pairs.start; p < instance->data.mapping.pairs.top; p++) {
        yaml_node_t *key = node_at(f, p->key), *value = node_at(f, p->value);
        const char *name = text_of(key);
        uint32_t size = 0;
        if (name && beside(name))
            continue;
        if (!name || size_of(f, name, value, &size) != SERAC_OK)
            return name ? SERAC_E_INPUT : serac_import_fail(f->import, line_of(key), "a size needs a name");
        int found = -1;
        for (int i = 0; i < NAMES; i++)
            if (names[i].name[1] ? !strcasecmp(name, names[i].name) : !strcmp(name, names[i].name))
                found = i;
        if (found < 0 && size > 1)
            return serac_import_fail(f->import, line_of(key), "%.40s: not a size of Timeloop's CNN or GEMM "
                                     "shape", name);
        if (found >= 0)
            of[found] = size;
    }
    const char *slash = strrchr(f->import->path, '/');
    char name[SERAC_NAME_MAX];
    snprintf(name, sizeof name, "%.40s", slash ? slash + 1 : f->import->path);
    name[strcspn(name, ".")] = '\0';
    struct serac_import_layer *l = serac_import_add(f->import, name);
    if (!l)
        return SERAC_E_INPUT;
    snprintf(f->import->source, sizeof f->import->source, "Timeloop problem");
    for (int i = 0; i < NAMES; i++)
        if (of[i])
            s.of[names[i].size] = of[i];
    bool image = s.of[OUT_H] || s.of[OUT_W] || s.of[FILTER_H] || s.of[FILTER_W] || s.of[IN_CHANNELS];
    if (!image && of[0] && of[2] && of[3]) {          /* N, K, M */
        l->op = SERAC_WORKLOAD_GEMM;
        l->m = of[0];
        l->k = of[2];
        l->n = of[3];
        serac_import_note(f->import, "K x N are taken as weights, M as vectors.");
        return serac_import_check(f->import, l, line);
    }
    if (of[2] && of[3])
        return serac_import_fail(f->import, line, "K and M: output channels are given twice");
    if (!image)
        return serac_import_fail(f->import, line, "neither C, P, Q, R, S nor M, N, K");
    bool depthwise = !of[2] && !of[3] && s.of[GROUPS] < 2 && s.of[IN_CHANNELS] > 1;
    if (depthwise)
        serac_import_note(f->import, "%s: no output channels: depthwise.", l->name);
    return convolution(f, l, &s, depthwise, line);
}

/* --- ZigZag --------------------------------------------------------------- */

/* "ix=2*ox+1*fx" or "iy=oy+fy": the factors of both; false if it is something else. */
static bool relation(const char *text, bool *horizontal, uint32_t *stride, uint32_t *dilation)
{
    char plain[64];
    size_t length = 0;
    for (; *text && length + 1 < sizeof plain; text++)
        if (!isspace((unsigned char)*text))
            plain[length++] = (char)tolower((unsigned char)*text);
    plain[length] = '\0';
    if ((strncmp(plain, "ix=", 3) && strncmp(plain, "iy=", 3)) || *text)
        return false;
    *horizontal = plain[1] == 'x';
    *stride = *dilation = 0;
    for (char *at = plain + 3, *save = NULL, *term; (term = strtok_r(at, "+", &save)); at = NULL) {
        char *star = strchr(term, '*');
        uint32_t factor = 1;
        if (star) {
            *star = '\0';
            if (!whole(term, 1, &factor))
                return false;
            term = star + 1;
        }
        if (strlen(term) != 2 || term[1] != plain[1] || (term[0] != 'o' && term[0] != 'f'))
            return false;
        *(term[0] == 'o' ? stride : dilation) = factor;
    }
    return *stride && *dilation;
}

static enum serac_status relations(struct file *f, const yaml_node_t *layer, struct sizes *s,
                                   const char *name)
{
    const yaml_node_t *list = child(f, layer, "dimension_relations");
    if ((list && !is_list(list)) || (!count_of(list) && (s->of[FILTER_H] > 1 || s->of[FILTER_W] > 1)))
        return serac_import_fail(f->import, line_of(list ? list : layer), "%s: dimension_relations: must be a list "
                                 "such as [ix=1*ox+1*fx, iy=1*oy+1*fy]", name);
    for (uint32_t i = 0; i < count_of(list); i++) {
        const yaml_node_t *node = element(f, list, i);
        const char *text = text_of(node);
        bool horizontal;
        uint32_t stride, dilation;
        if (!text || !relation(text, &horizontal, &stride, &dilation))
            return serac_import_fail(f->import, line_of(node), "dimension_relations: '%.40s' is not like "
                                     "ix=1*ox+1*fx", text ? text : "");
        s->of[STRIDE_H + horizontal] = stride;
        s->of[DILATION_H + horizontal] = dilation;
    }
    return SERAC_OK;
}

/* loop_dims and loop_sizes, pr_loop_dims and pr_loop_sizes. */
static enum serac_status loops(struct file *f, const yaml_node_t *layer, bool inputs, struct sizes *s)
{
    static const struct {
        const char *name;
        enum size size;
    } names[] = {{"B", BATCH}, {"H", HEADS}, {"D", VECTORS}, {"G", GROUPS}, {"K", OUT_CHANNELS},
                 {"C", IN_CHANNELS}, {"OY", OUT_H}, {"OX", OUT_W}, {"FY", FILTER_H}, {"FX", FILTER_W}, {"IY", IN_H}, {"IX", IN_W}};
    const yaml_node_t *dims = child(f, layer, inputs ? "pr_loop_dims" : "loop_dims");
    const yaml_node_t *values = child(f, layer, inputs ? "pr_loop_sizes" : "loop_sizes");
    const char *what = inputs ? "pr_loop_sizes" : "loop_sizes";
    if (inputs && !is_list(dims) && !is_list(values))
        return SERAC_OK;                               /* missing, or null */
    if (!count_of(dims) || count_of(dims) != count_of(values))
        return serac_import_fail(f->import, line_of(layer), "%s: must be a list as long as %s", what,
                                 inputs ? "pr_loop_dims" : "loop_dims");
    for (uint32_t i = 0; i < count_of(dims); i++) {
        const yaml_node_t *value = element(f, values, i);
        const char *name = text_of(element(f, dims, i));
        uint32_t size = 0;
        if (size_of(f, what, value, &size) != SERAC_OK)
            return SERAC_E_INPUT;
        int found = -1;
        for (size_t k = 0; name && k < sizeof names / sizeof *names; k++)
            if (!strcasecmp(name, names[k].name))
                found = (int)k;
        if (found < 0 && size > 1)
            return serac_import_fail(f->import, line_of(value), "%.40s: an unknown loop, there are B, H, D, K, "
                                     "C, G, OX, OY, FX, FY", name ? name : "?");
        if (found >= 0 && s->of[names[found].size])
            return serac_import_fail(f->import, line_of(value), "%s: given twice", name);
        if (found >= 0)
            s->of[names[found].size] = size;
    }
    return SERAC_OK;
}

/* A pair [before, after] for each of pr_loop_dims. */
static enum serac_status padding(struct file *f, const yaml_node_t *layer, struct sizes *s)
{
    const yaml_node_t *list = child(f, layer, "padding"), *dims = child(f, layer, "pr_loop_dims");
    if (list && !is_list(list) && list->type != YAML_SCALAR_NODE)
        return serac_import_fail(f->import, line_of(list), "padding: must be a list of pairs");
    for (uint32_t i = 0; i < count_of(list); i++) {
        const yaml_node_t *both = element(f, list, i);
        const char *name = text_of(element(f, dims, i));
        uint32_t before, after;
        if (!name || !whole(text_of(element(f, both, 0)), 0, &before) ||
            !whole(text_of(element(f, both, 1)), 0, &after))
            return serac_import_fail(f->import, line_of(both), "padding: must be a pair of numbers for each of "
                                     "pr_loop_dims");
        s->pad[!strcasecmp(name, "IX")] = before;
        s->pad[2 + !strcasecmp(name, "IX")] = after;
        s->padded = true;
    }
    return SERAC_OK;
}

/* The second operand of a product: another layer's result, not a constant of its own. */
static bool of_another_layer(struct file *f, const yaml_node_t *layer)
{
    const char *own = text_of(child(f, layer, "id"));
    const char *weights = text_of(child(f, child(f, layer, "operand_source"), "W"));
    return own && weights && strcmp(own, weights) != 0;
}

/* Indices of operand `name` in an equation: "b", "oy", each between brackets. */
static bool has_index(const char *equation, char operand, const char *index)
{
    char wanted[8];
    snprintf(wanted, sizeof wanted, "[%s]", index);
    for (const char *at = equation; (at = strchr(at, operand)); at++) {
        size_t length = 0;
        if (at[1] != '[')
            continue;
        while (at[1 + length] == '[' && strchr(at + 1 + length, ']'))
            length += strcspn(at + 1 + length, "]") + 1;
        const char *found = find_any_case(at + 1, wanted);
        return found && found < at + 1 + length;
    }
    return false;
}

/* W[fy][fx] alone: pooling. */
static enum serac_status pooling(struct serac_import_layer *l, const struct sizes *s)
{
    uint64_t results = 1;
    l->op = SERAC_WORKLOAD_HOST;
    for (int i = 0; i < SIZES; i++)
        if (s->of[i] && (i <= OUT_CHANNELS || i == OUT_H || i == OUT_W))
            results *= s->of[i];
    l->elements = results;
    l->operations = results * (s->of[FILTER_H] ? s->of[FILTER_H] : 1) * (s->of[FILTER_W] ? s->of[FILTER_W] : 1);
    return SERAC_OK;
}

static enum serac_status addition(struct file *f, struct serac_import_layer *l, const struct sizes *s,
                                  uint32_t line)
{
    uint64_t channels = 1;
    l->op = SERAC_WORKLOAD_ADD;
    for (int i = BATCH; i <= OUT_CHANNELS; i++)
        channels *= s->of[i] && i != VECTORS ? s->of[i] : 1;
    l->height = s->of[OUT_H] ? s->of[OUT_H] : 1;
    l->width = s->of[OUT_W] ? s->of[OUT_W] : s->of[VECTORS] ? s->of[VECTORS] : 1;
    l->channels = channels > UINT32_MAX ? UINT32_MAX : (uint32_t)channels;
    return serac_import_check(f->import, l, line);
}

static enum serac_status product(struct file *f, const yaml_node_t *layer, const char *equation,
                                 struct serac_import_layer *l, struct sizes *s, uint32_t line)
{
    uint64_t vectors = 1, times;
    l->op = SERAC_WORKLOAD_GEMM;
    l->run_time = of_another_layer(f, layer);
    for (int i = 0; i < SIZES; i++)
        s->of[i] += !s->of[i];
    times = s->of[GROUPS];
    *(has_index(equation, 'W', "b") ? &times : &vectors) *= s->of[BATCH];
    *(has_index(equation, 'W', "h") ? &times : &vectors) *= s->of[HEADS];
    vectors *= s->of[VECTORS];
    l->n = vectors > UINT32_MAX ? UINT32_MAX : (uint32_t)vectors;
    l->m = s->of[OUT_CHANNELS];
    l->k = s->of[IN_CHANNELS];
    enum serac_status status = repeat(f, l, times, line);
    return status == SERAC_OK ? serac_import_check(f->import, l, line) : status;
}

/* Every index of the weights must be a loop with a size. */
static enum serac_status check_indices(struct file *f, const char *equation, const struct sizes *s,
                                       const char *name, uint32_t line)
{
    static const struct {
        const char *index;
        enum size size;
    } indices[] = {{"k", OUT_CHANNELS}, {"c", IN_CHANNELS}, {"fx", FILTER_W}, {"fy", FILTER_H}};
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        if (has_index(equation, 'W', indices[i].index) && !s->of[indices[i].size])
            return serac_import_fail(f->import, line, "%s: %s is in the equation and not in loop_dims", name,
                                     indices[i].index);
    return SERAC_OK;
}

static enum serac_status zigzag_layer(struct file *f, const yaml_node_t *layer)
{
    struct sizes s = {.padded = false};
    uint32_t line = line_of(layer);
    const char *kind = text_of(child(f, layer, "operator_type"));
    const char *name = text_of(child(f, layer, "name")), *given = text_of(child(f, layer, "equation"));
    char equation[256];
    const char *own = text_of(child(f, layer, "id"));
    char plain[SERAC_NAME_MAX];
    if (name)
        snprintf(plain, sizeof plain, "%.40s", name);
    else
        snprintf(plain, sizeof plain, "%.30s%s%.20s", kind ? kind : "layer", own ? "_" : "", own ? own : "");
    if (!given)
        return serac_import_fail(f->import, line, "%s: equation: missing", plain);
    size_t length = 0;                                 /* without blanks */
    for (; *given && length + 1 < sizeof equation; given++)
        if (!isspace((unsigned char)*given))
            equation[length++] = *given;
    equation[length] = '\0';
    enum serac_status status = loops(f, layer, false, &s);
    if (status == SERAC_OK)
        status = loops(f, layer, true, &s);
    if (status == SERAC_OK)
        status = relations(f, layer, &s, plain);
    if (status == SERAC_OK)
        status = padding(f, layer, &s);
    if (status == SERAC_OK)
        status = check_indices(f, equation, &s, plain, line);
    struct serac_import_layer *l = status == SERAC_OK ? serac_import_add(f->import, plain) : NULL;
    if (!l)
        return SERAC_E_INPUT;
    bool multiplies = strchr(equation, '*') && strstr(equation, "+=");
    bool weights = has_index(equation, 'W', "k") || has_index(equation, 'W', "c") || has_index(equation, 'W', "g");
    bool image = s.of[OUT_H] || s.of[OUT_W] || s.of[FILTER_H] || s.of[FILTER_W];
    bool everywhere = has_index(equation, 'W', "ox") || has_index(equation, 'W', "oy");
    if (!strchr(equation, '*') && strchr(equation, '+') && kind && !strcasecmp(kind, "Add"))
        return addition(f, l, &s, line);
    if (multiplies && !weights && image && !everywhere)
        return pooling(l, &s);
    if (!multiplies || !weights || everywhere)
        return serac_import_fail(f->import, line, "%s: operator %.40s, %.60s: not supported", plain,
                                 kind ? kind : "(none)", equation);
    return image ? convolution(f, l, &s, false, line) : product(f, layer, equation, l, &s, line);
}

static enum serac_status zigzag(struct file *f, const yaml_node_t *list)
{
    snprintf(f->import->source, sizeof f->import->source, "ZigZag workload");
    if (count_of(list) > SERAC_LAYERS_MAX)
        return serac_import_fail(f->import, 0, "more than %u layers", SERAC_LAYERS_MAX);
    for (uint32_t i = 0; i < count_of(list); i++) {
        const yaml_node_t *layer = element(f, list, i);
        if (layer->type != YAML_MAPPING_NODE)
            return serac_import_fail(f->import, line_of(layer), "a layer must be a map");
        if (zigzag_layer(f, layer) != SERAC_OK)
            return SERAC_E_INPUT;
    }
    return SERAC_OK;
}

/* Brackets within brackets: libyaml takes their number squared. */
static bool too_deep(const char *text)
{
    int depth = 0, deepest = 0;
    for (; *text; text++) {
        depth += (*text == '[' || *text == '{') - (depth && (*text == ']' || *text == '}'));
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest > 100;
}

/* Blanks lines that are no YAML or need another file: {{include...}}, and <<<: *base. */
static void blank_includes(char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n"), from = strspn(text, " \t");
        if (!strncmp(text + from, "{{", 2) || !strncmp(text + from, "<<<:", 4))
            memset(text, ' ', length);
        text += length + (text[length] == '\n');
    }
}

static bool more_documents(yaml_parser_t *parser)
{
    yaml_document_t next;
    if (!yaml_parser_load(parser, &next))
        return true;                                   /* or broken behind the first */
    bool more = yaml_document_get_root_node(&next) != NULL;
    yaml_document_delete(&next);
    return more;
}

enum serac_status serac_import_yaml(struct serac_import *import, char *text)
{
    struct file f = {.import = import};
    yaml_parser_t parser;
    if (too_deep(text))
        return serac_import_fail(import, 0, "more than 100 brackets within each other");
    blank_includes(text);
    if (!yaml_parser_initialize(&parser))
        return SERAC_E_NOMEM;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    enum serac_status status;
    if (!yaml_parser_load(&parser, &f.document)) {
        status = serac_import_fail(import, (uint32_t)parser.problem_mark.line + 1, "%s",
                                   parser.problem ? parser.problem : "not YAML");
    } else {
        const yaml_node_t *root = yaml_document_get_root_node(&f.document);
        const yaml_node_t *problem = root ? child(&f, root, "problem") : NULL;
        status = more_documents(&parser)
                     ? serac_import_fail(import, 0, "more than one document; one file, one layer or list")
                 : problem        ? timeloop(&f, problem)
                 : count_of(root) ? zigzag(&f, root)
                                  : serac_import_fail(import, 0, "neither a map with problem (Timeloop) nor a "
                                                                 "list of layers (ZigZag)");
        yaml_document_delete(&f.document);
    }
    yaml_parser_delete(&parser);
    return status;
}
