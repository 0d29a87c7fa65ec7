/* serac_import_yaml.c - YAML files: which they are, their tree, and a layer from its sizes.
 *
 * Images of a batch share their weights: of a convolution one is taken. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "serac_import_yaml.h"

/* --- the tree ----------------------------------------------------------- */

uint32_t serac_yaml_line_of(const yaml_node_t *node)
{
    return (uint32_t)node->start_mark.line + 1;
}

const char *serac_yaml_text_of(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

yaml_node_t *serac_yaml_node_at(struct serac_yaml *f, int id)
{
    return yaml_document_get_node(&f->document, id);
}

yaml_node_t *serac_yaml_child(struct serac_yaml *f, const yaml_node_t *map, const char *key)
{
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
        const char *name = serac_yaml_text_of(serac_yaml_node_at(f, p->key));
        if (name && !strcmp(name, key))
            return serac_yaml_node_at(f, p->value);
    }
    return NULL;
}

uint32_t serac_yaml_count_of(const yaml_node_t *list)
{
    return list && list->type == YAML_SEQUENCE_NODE
               ? (uint32_t)(list->data.sequence.items.top - list->data.sequence.items.start) : 0;
}

bool serac_yaml_is_list(const yaml_node_t *node)
{
    return node && node->type == YAML_SEQUENCE_NODE;
}

yaml_node_t *serac_yaml_element(struct serac_yaml *f, const yaml_node_t *list, uint32_t i)
{
    return i < serac_yaml_count_of(list) ? serac_yaml_node_at(f, list->data.sequence.items.start[i]) : NULL;
}

bool serac_yaml_whole(const char *text, uint32_t low, uint32_t *value)
{
    char *end = NULL;
    unsigned long v = text && isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;
    if (!end || *end || v < low || v > 1048576)
        return false;
    *value = (uint32_t)v;
    return true;
}

enum serac_status serac_yaml_size_of(struct serac_yaml *f, const char *name, const yaml_node_t *node,
                                     uint32_t *value)
{
    return serac_yaml_whole(serac_yaml_text_of(node), 1, value)
               ? SERAC_OK
               : serac_import_fail(f->import, serac_yaml_line_of(node),
                                   "%.40s: must be a number from 1 to 1048576", name);
}

/* --- a layer from its sizes --------------------------------------------- */

enum serac_status serac_yaml_repeat(struct serac_yaml *f, struct serac_import_layer *l, uint64_t times,
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
static enum serac_status windows(struct serac_yaml *f, struct serac_import_layer *l, const struct serac_yaml_sizes *s,
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

enum serac_status serac_yaml_convolution(struct serac_yaml *f, struct serac_import_layer *l,
                                         struct serac_yaml_sizes *s, bool depthwise, uint32_t line)
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
    enum serac_status status = serac_yaml_repeat(f, l, s->of[GROUPS], line);
    return status == SERAC_OK ? windows(f, l, s, line) : status;
}

/* --- the file ------------------------------------------------------------- */

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
    struct serac_yaml f = {.import = import};
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
        const yaml_node_t *problem = root ? serac_yaml_child(&f, root, "problem") : NULL;
        status = more_documents(&parser)
                     ? serac_import_fail(import, 0, "more than one document; one file, one layer or list")
                 : problem        ? serac_yaml_timeloop(&f, problem)
                 : serac_yaml_count_of(root) ? serac_yaml_zigzag(&f, root)
                                  : serac_import_fail(import, 0, "neither a map with problem (Timeloop) nor a "
                                                                 "list of layers (ZigZag)");
        yaml_document_delete(&f.document);
    }
    yaml_parser_delete(&parser);
    return status;
}
