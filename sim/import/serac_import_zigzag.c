/* serac_import_zigzag.c - a ZigZag workload.
 *
 * A list of layers with loop_dims and loop_sizes: B, H, D, K, C, G, OX, OY, FX, FY;
 * dimension_relations such as ix=2*ox+1*fx give stride and dilation; pr_loop_dims, pr_loop_sizes
 * the input's size and padding what surrounds it. A product has D (or B) vectors, and as many
 * sets of weights as W has indices b and h for. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "serac_import_yaml.h"
#include "serac_network.h"

/* strstr, any case. */
static const char *find_any_case(const char *text, const char *what)
{
    for (size_t length = strlen(what); *text; text++)
        if (!strncasecmp(text, what, length))
            return text;
    return NULL;
}

/* "ix=2*ox+1*fx" or "iy=oy+fy": the factors of both; false if it is something else. */
static bool relation(const char *text, bool *horizontal, uint32_t *stride, uint32_t *dilation)
{
    char plain[64];
    size_t length = 0;
    for (; *text && length + 1 < sizeof plain; text++)
        if (!isspace((unsigned char)*text))
            plain[length++] = (char)tolower((unsigned char)*text);
    plain[length] = '\0';
    if (length < 3 || plain[0] != 'i' || (plain[1] != 'x' && plain[1] != 'y') || plain[2] != '=' || *text)
        return false;
    *horizontal = plain[1] == 'x';
    *stride = *dilation = 0;
    for (char *at = plain + 3, *save = NULL, *term; (term = strtok_r(at, "+", &save)); at = NULL) {
        char *star = strchr(term, '*');
        uint32_t factor = 1;
        if (star) {
            *star = '\0';
            if (!serac_yaml_whole(term, 1, &factor))
                return false;
            term = star + 1;
        }
        if (strlen(term) != 2 || term[1] != plain[1] || (term[0] != 'o' && term[0] != 'f'))
            return false;
        *(term[0] == 'o' ? stride : dilation) = factor;
    }
    return *stride && *dilation;
}

static enum serac_status relations(struct serac_yaml *f, const yaml_node_t *layer, struct serac_yaml_sizes *s,
                                   const char *name)
{
    const yaml_node_t *list = serac_yaml_child(f, layer, "dimension_relations");
    bool filter = s->of[FILTER_H] > 1 || s->of[FILTER_W] > 1;
    if ((list && !serac_yaml_is_list(list)) || (!serac_yaml_count_of(list) && filter))
        return serac_import_fail(f->import, serac_yaml_line_of(list ? list : layer), "%s: dimension_relations: must be a list "
                                 "such as [ix=1*ox+1*fx, iy=1*oy+1*fy]", name);
    for (uint32_t i = 0; i < serac_yaml_count_of(list); i++) {
        const yaml_node_t *node = serac_yaml_element(f, list, i);
        const char *text = serac_yaml_text_of(node);
        bool horizontal;
        uint32_t stride, dilation;
        if (!text || !relation(text, &horizontal, &stride, &dilation))
            return serac_import_fail(f->import, serac_yaml_line_of(node), "dimension_relations: '%.40s' is not like "
                                     "ix=1*ox+1*fx", text ? text : "");
        s->of[STRIDE_H + horizontal] = stride;
        s->of[DILATION_H + horizontal] = dilation;
    }
    return SERAC_OK;
}

/* loop_dims and loop_sizes, pr_loop_dims and pr_loop_sizes. */
static enum serac_status loops(struct serac_yaml *f, const yaml_node_t *layer, bool inputs,
                               struct serac_yaml_sizes *s)
{
    static const struct {
        const char *name;
        enum serac_yaml_size size;
    } names[] = {{"B", BATCH}, {"H", HEADS}, {"D", VECTORS}, {"G", GROUPS}, {"K", OUT_CHANNELS},
                 {"C", IN_CHANNELS}, {"OY", OUT_H}, {"OX", OUT_W}, {"FY", FILTER_H}, {"FX", FILTER_W},
                 {"IY", IN_H}, {"IX", IN_W}};
    const yaml_node_t *dims = serac_yaml_child(f, layer, inputs ? "pr_loop_dims" : "loop_dims");
    const yaml_node_t *values = serac_yaml_child(f, layer, inputs ? "pr_loop_sizes" : "loop_sizes");
    const char *what = inputs ? "pr_loop_sizes" : "loop_sizes";
    if (inputs && !serac_yaml_is_list(dims) && !serac_yaml_is_list(values))
        return SERAC_OK;                               /* missing, or null */
    if (!serac_yaml_count_of(dims) || serac_yaml_count_of(dims) != serac_yaml_count_of(values))
        return serac_import_fail(f->import, serac_yaml_line_of(layer), "%s: must be a list as long as %s", what,
                                 inputs ? "pr_loop_dims" : "loop_dims");
    for (uint32_t i = 0; i < serac_yaml_count_of(dims); i++) {
        const yaml_node_t *value = serac_yaml_element(f, values, i);
        const char *name = serac_yaml_text_of(serac_yaml_element(f, dims, i));
        uint32_t size = 0;
        if (serac_yaml_size_of(f, what, value, &size) != SERAC_OK)
            return SERAC_E_INPUT;
        int found = -1;
        for (size_t k = 0; name && k < sizeof names / sizeof *names; k++)
            if (!strcasecmp(name, names[k].name))
                found = (int)k;
        if (found < 0 && size > 1)
            return serac_import_fail(f->import, serac_yaml_line_of(value), "%.40s: an unknown loop, there are B, H, D, K, "
                                     "C, G, OX, OY, FX, FY", name ? name : "?");
        if (found >= 0 && s->of[names[found].size])
            return serac_import_fail(f->import, serac_yaml_line_of(value), "%s: given twice", name);
        if (found >= 0)
            s->of[names[found].size] = size;
    }
    return SERAC_OK;
}

/* A pair [before, after] for each of pr_loop_dims. */
static enum serac_status padding(struct serac_yaml *f, const yaml_node_t *layer, struct serac_yaml_sizes *s)
{
    const yaml_node_t *list = serac_yaml_child(f, layer, "padding");
    const yaml_node_t *dims = serac_yaml_child(f, layer, "pr_loop_dims");
    if (list && !serac_yaml_is_list(list) && list->type != YAML_SCALAR_NODE)
        return serac_import_fail(f->import, serac_yaml_line_of(list), "padding: must be a list of pairs");
    for (uint32_t i = 0; i < serac_yaml_count_of(list); i++) {
        const yaml_node_t *both = serac_yaml_element(f, list, i);
        const char *name = serac_yaml_text_of(serac_yaml_element(f, dims, i));
        uint32_t before, after;
        if (!name || !serac_yaml_whole(serac_yaml_text_of(serac_yaml_element(f, both, 0)), 0, &before) ||
            !serac_yaml_whole(serac_yaml_text_of(serac_yaml_element(f, both, 1)), 0, &after))
            return serac_import_fail(f->import, serac_yaml_line_of(both), "padding: must be a pair of numbers for each of "
                                     "pr_loop_dims");
        s->pad[!strcasecmp(name, "IX")] = before;
        s->pad[2 + !strcasecmp(name, "IX")] = after;
        s->padded = true;
    }
    return SERAC_OK;
}

/* The second operand of a product: another layer's result, not a constant of its own. */
static bool of_another_layer(struct serac_yaml *f, const yaml_node_t *layer)
{
    const char *own = serac_yaml_text_of(serac_yaml_child(f, layer, "id"));
    const char *weights = serac_yaml_text_of(serac_yaml_child(f, serac_yaml_child(f, layer, "operand_source"), "W"));
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
static enum serac_status pooling(struct serac_import_layer *l, const struct serac_yaml_sizes *s)
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

static enum serac_status addition(struct serac_yaml *f, struct serac_import_layer *l, const struct serac_yaml_sizes *s,
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

static enum serac_status product(struct serac_yaml *f, const yaml_node_t *layer, const char *equation,
                                 struct serac_import_layer *l, struct serac_yaml_sizes *s, uint32_t line)
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
    enum serac_status status = serac_yaml_repeat(f, l, times, line);
    return status == SERAC_OK ? serac_import_check(f->import, l, line) : status;
}

/* Every index of the weights must be a loop with a size. */
static enum serac_status check_indices(struct serac_yaml *f, const char *equation, const struct serac_yaml_sizes *s,
                                       const char *name, uint32_t line)
{
    static const struct {
        const char *index;
        enum serac_yaml_size size;
    } indices[] = {{"k", OUT_CHANNELS}, {"c", IN_CHANNELS}, {"fx", FILTER_W}, {"fy", FILTER_H}};
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        if (has_index(equation, 'W', indices[i].index) && !s->of[indices[i].size])
            return serac_import_fail(f->import, line, "%s: %s is in the equation and not in loop_dims", name,
                                     indices[i].index);
    return SERAC_OK;
}

static enum serac_status zigzag_layer(struct serac_yaml *f, const yaml_node_t *layer)
{
    struct serac_yaml_sizes s = {.padded = false};
    uint32_t line = serac_yaml_line_of(layer);
    const char *kind = serac_yaml_text_of(serac_yaml_child(f, layer, "operator_type"));
    const char *name = serac_yaml_text_of(serac_yaml_child(f, layer, "name"));
    const char *given = serac_yaml_text_of(serac_yaml_child(f, layer, "equation"));
    char equation[256];
    const char *own = serac_yaml_text_of(serac_yaml_child(f, layer, "id"));
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
    return image ? serac_yaml_convolution(f, l, &s, false, line) : product(f, layer, equation, l, &s, line);
}

enum serac_status serac_yaml_zigzag(struct serac_yaml *f, const yaml_node_t *list)
{
    snprintf(f->import->source, sizeof f->import->source, "ZigZag workload");
    if (serac_yaml_count_of(list) > SERAC_LAYERS_MAX)
        return serac_import_fail(f->import, 0, "more than %u layers", SERAC_LAYERS_MAX);
    for (uint32_t i = 0; i < serac_yaml_count_of(list); i++) {
        const yaml_node_t *layer = serac_yaml_element(f, list, i);
        if (layer->type != YAML_MAPPING_NODE)
            return serac_import_fail(f->import, serac_yaml_line_of(layer), "a layer must be a map");
        if (zigzag_layer(f, layer) != SERAC_OK)
            return SERAC_E_INPUT;
    }
    return SERAC_OK;
}
