/* serac_import_onnx.c - ONNX networks: the graph's tensors, its input and outputs, the order of nodes. */
#include "serac_import_onnx.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 65536, MOST_LINKS = 1 << 20 };

/* --- tensors by name ---------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct serac_import_onnx_value *)a)->name, ((const struct serac_import_onnx_value *)b)->name);
}

static struct serac_import_onnx_value *find(const struct serac_import_onnx *t, const char *name)
{
    struct serac_import_onnx_value key = {.name = name};
    return *name ? bsearch(&key, t->values, t->num_values, sizeof key, by_name) : NULL;
}

/* Every name that the graph gives something: inputs, initialisers, outputs of nodes. */
static void list_names(struct serac_import_onnx *t)
{
    const Onnx__GraphProto *g = t->file.graph;
    uint32_t n = 0;
    for (size_t i = 0; i < g->n_input; i++)
        t->values[n++].name = g->input[i]->name;
    for (size_t i = 0; i < g->n_initializer; i++)
        t->values[n++].name = g->initializer[i]->name;
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_output; k++)
            t->values[n++].name = g->node[i]->output[k];
    t->num_values = n;
}

static size_t count_names(const Onnx__GraphProto *g)
{
    size_t names = g->n_input + g->n_initializer;
    for (size_t i = 0; i < g->n_node; i++)
        names += g->node[i]->n_output + g->node[i]->n_input;
    return names;
}

static enum serac_status open_values(struct serac_import_onnx *t)
{
    const Onnx__GraphProto *g = t->file.graph;
    size_t names = count_names(g);
    if (g->n_node > MOST_NODES || names > MOST_LINKS)
        return serac_import_fail(t->import, 0, "more than 65536 nodes, or a million links between them");
    t->values = calloc(names + 1, sizeof *t->values);
    t->ranges = calloc(SERAC_LAYERS_MAX, sizeof *t->ranges);
    if (!t->values || !t->ranges)
        return serac_import_onnx_no_room(t);
    list_names(t);
    qsort(t->values, t->num_values, sizeof *t->values, by_name);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->num_values; i++) {
        if (kept == 0 || strcmp(t->values[kept - 1].name, t->values[i].name))
            t->values[kept++] = t->values[i];
        t->values[kept - 1].layer = SERAC_IMPORT_ONNX_NOWHERE;
        t->values[kept - 1].second = SERAC_IMPORT_ONNX_NO_SECOND;
    }
    t->num_values = kept;
    for (size_t i = 0; i < g->n_node + g->n_output; i++) {
        bool output = i >= g->n_node;
        size_t count = output ? 1 : g->node[i]->n_input;
        for (size_t k = 0; k < count; k++) {
            struct serac_import_onnx_value *v = find(t, output ? g->output[i - g->n_node]->name : g->node[i]->input[k]);
            if (v)
                v->uses++;
        }
    }
    return SERAC_OK;
}

/* Does a convolution put zeros around a tensor, perhaps behind operations that keep its codes? */
static void find_padded(struct serac_import_onnx *t)
{
    const Onnx__GraphProto *g = t->file.graph;
    static const char *const keep[] = {"MaxPool", "Identity", "Transpose", "Reshape", "Relu", "Mul", "Div",
                                       "Unsqueeze", "Squeeze", "Dropout", "Cast"};
    for (size_t i = g->n_node; i-- > 0;) {
        const Onnx__NodeProto *n = g->node[i];
        struct serac_import_onnx_value *in = n->n_input ? find(t, n->input[0]) : NULL;
        struct serac_import_onnx_value *out = n->n_output ? find(t, n->output[0]) : NULL;
        bool padded = false;
        for (size_t k = 0; out && out->padded && k < sizeof keep / sizeof *keep; k++)
            padded = padded || !strcmp(n->op_type, keep[k]);
        for (size_t k = 0; !strcmp(n->op_type, "Conv") && k < 4; k++)
            padded = padded || serac_onnx_int_at(n, "pads", k, 0) > 0;
        if (!strcmp(n->op_type, "Conv"))
            padded = padded || serac_onnx_text_is(n, "auto_pad", "SAME_UPPER", "") ||
                     serac_onnx_text_is(n, "auto_pad", "SAME_LOWER", "");
        if (in && padded)
            in->padded = true;
    }
}

static void close_values(struct serac_import_onnx *t)
{
    for (uint32_t i = 0; t->values && i < t->num_values; i++) {
        serac_onnx_constant_free(t->values[i].constant);
        serac_import_onnx_chain_free(&t->values[i].chain);
    }
    for (uint32_t i = 0; t->ranges && i < SERAC_LAYERS_MAX; i++)
        free(t->ranges[i].low);
    free(t->values);
    free(t->ranges);
}

static enum serac_status read_constants(struct serac_import_onnx *t)
{
    for (size_t i = 0; i < t->file.graph->n_initializer; i++) {
        const Onnx__TensorProto *tensor = t->file.graph->initializer[i];
        struct serac_import_onnx_value *v = find(t, tensor->name);
        const char *why = NULL;
        if (!v || v->constant)
            return serac_import_fail(t->import, 0, "initializer \"%.80s\": without a name, or there are two",
                                     tensor->name);
        v->constant = v->uses ? serac_onnx_constant_of(&t->file, tensor, &why) : NULL;
        if (why)
            return serac_import_fail(t->import, 0, "initializer \"%.80s\": %s", tensor->name, why);
        if (!v->constant)
            continue;
        v->kind = SERAC_IMPORT_ONNX_CONSTANT;
        v->rank = v->constant->rank;
        memcpy(v->dims, v->constant->dims, sizeof v->dims);
    }
    return SERAC_OK;
}

/* --- the network's input ---------------------------------------------------------- */

/* Dimensions without a number are images if they are the first; none of the others may be. */
static bool read_dims(struct serac_import_onnx_value *v, const Onnx__TensorShapeProto *shape)
{
    uint64_t elements = 1;
    if (!shape || shape->n_dim > SERAC_ONNX_RANK || shape->n_dim < 1)
        return false;
    v->rank = (uint32_t)shape->n_dim;
    for (uint32_t i = 0; i < v->rank; i++) {
        int64_t size = shape->dim[i]->dim_value;
        if (i == 0 && size < 1 && v->rank > 1)
            size = 1;
        if (size < 1 || size > 1 << 27)
            return false;
        v->dims[i] = (uint32_t)size;
        elements *= (uint64_t)size;
        if (elements > 1 << 27)
            return false;
    }
    return true;
}

/* Height, width and channels that its rank suggests; whoever reads it may want others. */
static void shape_input(struct serac_import_onnx *t, const struct serac_import_onnx_value *v)
{
    struct serac_tensor *to = &t->build->network->input;
    to->height = v->rank == 4 ? v->dims[2] : 1;
    to->width = v->rank == 4 ? v->dims[3] : v->rank == 3 ? v->dims[2] : 1;
    to->channels = (uint32_t)(serac_import_onnx_elements(v) / to->height / to->width);
}

static enum serac_status open_input(struct serac_import_onnx *t)
{
    const Onnx__GraphProto *g = t->file.graph;
    for (size_t i = 0; i < g->n_input; i++) {
        struct serac_import_onnx_value *v = find(t, g->input[i]->name);
        if (!v || v->kind == SERAC_IMPORT_ONNX_CONSTANT || v == t->input)
            continue;
        if (t->input)
            return serac_import_fail(t->import, 0, "needs one input, has \"%.60s\" and \"%.60s\"",
                                     t->input->name, v->name);
        const Onnx__TypeProto__Tensor *type = g->input[i]->type ? g->input[i]->type->tensor_type : NULL;
        uint32_t code = type ? (uint32_t)type->elem_type : 0, bits = serac_onnx_bits(code);
        if (!bits && code != SERAC_ONNX_FLOAT)
            return serac_import_fail(t->import, 0,
                                     "input \"%.80s\" is of %s: must be int8, uint8, int4, uint4, int2, uint2 "
                                     "or float", v->name, serac_onnx_type_name(code));
        if (!read_dims(v, type->shape))
            return serac_import_fail(t->import, 0,
                                     "input \"%.80s\": its shape must be given, and of 1 to 2^27 numbers; only "
                                     "the first dimension may be open", v->name);
        t->input = v;
        t->input_open = true;
        v->kind = bits ? SERAC_IMPORT_ONNX_CODES : SERAC_IMPORT_ONNX_REAL;
        v->layer = SERAC_IMPORT_ONNX_INPUT;
        v->is_integer = bits != 0;
        v->chain.exact = v->chain.integer = true;
        t->build->network->input = (struct serac_tensor){.bits = bits ? bits : 8,
                                                         .is_signed = serac_onnx_is_signed(code)};
        shape_input(t, v);
    }
    return t->input ? SERAC_OK : serac_import_fail(t->import, 0, "has no input that is no constant");
}

bool serac_import_onnx_reshape_input(struct serac_import_onnx *t, struct serac_import_onnx_value *v, uint32_t h,
                                     uint32_t w, uint32_t c, bool channels_last)
{
    struct serac_tensor *in = &t->build->network->input;
    bool same = in->height == h && in->width == w && in->channels == c && v->channels_last == channels_last;
    if (v->layer != SERAC_IMPORT_ONNX_INPUT || (!same && (t->build->network->num_layers || t->input_fixed)) ||
        v->batched)
        return false;
    for (uint32_t i = 0; i < v->chain.count; i++)
        if (v->chain.steps[i].count > 1)             /* its channels mean something */
            return false;
    in->height = h;
    in->width = w;
    in->channels = c;
    v->channels_last = channels_last;
    return true;
}

const char *serac_import_onnx_annotation(const struct serac_import_onnx *t)
{
    const Onnx__GraphProto *g = t->file.graph;
    const char *text = "";
    for (size_t i = 0; i < g->n_quantization_annotation; i++)
        for (size_t k = 0; k < g->quantization_annotation[i]->n_quant_parameter_tensor_names; k++)
            if (!strcmp(g->quantization_annotation[i]->tensor_name, t->input->name) &&
                !strcmp(g->quantization_annotation[i]->quant_parameter_tensor_names[k]->key, "finn_datatype"))
                text = g->quantization_annotation[i]->quant_parameter_tensor_names[k]->value;
    return !strcmp(text, "BIPOLAR") || !strncmp(text, "INT", 3) || !strncmp(text, "UINT", 4) ? text : NULL;
}

void serac_import_onnx_settle_input(struct serac_import_onnx *t, struct serac_import_onnx_value *v)
{
    struct serac_tensor *in = &t->build->network->input;
    unsigned bits = 0;
    if (v->layer != SERAC_IMPORT_ONNX_INPUT || !t->input_open)
        return;
    t->input_open = false;
    if (v->kind == SERAC_IMPORT_ONNX_CODES)
        return;
    const char *text = serac_import_onnx_annotation(t);
    if (text && !strcmp(text, "BIPOLAR")) {
        in->bits = 1;
        in->is_bipolar = true;
    } else if (text && (sscanf(text, "UINT%u", &bits) == 1 || sscanf(text, "INT%u", &bits) == 1) &&
               bits >= 1 && bits <= 8) {
        in->bits = bits;
        in->is_signed = text[0] == 'I';
    } else {
        serac_import_note(t->import, "the input's floats are taken as integers from 0 to 255");
        return;
    }
    serac_import_note(t->import, "the input's floats are integers of the annotated type %.20s", text);
}

/* --- the network ---------------------------------------------------------------------- */

/* What a graph's outputs may be: the last layer's values, under one name or as parts. */
static enum serac_status check_outputs(struct serac_import_onnx *t)
{
    const Onnx__GraphProto *g = t->file.graph;
    struct serac_import_onnx_value *first = NULL;
    for (size_t i = 0; i < g->n_output; i++) {
        struct serac_import_onnx_value *v = find(t, g->output[i]->name);
        if (!v || v->kind == SERAC_IMPORT_ONNX_NOTHING || v->kind == SERAC_IMPORT_ONNX_CONSTANT)
            return serac_import_fail(t->import, 0, "output \"%.80s\" is made by no node", g->output[i]->name);
        if (first && first->layer != v->layer)
            return serac_import_fail(t->import, 0,
                                     "needs one output; \"%.60s\" and \"%.60s\" are of different layers",
                                     first->name, v->name);
        first = first ? first : v;
    }
    if (first && serac_import_onnx_finish_output(t, first) != SERAC_OK)
        return SERAC_E_INPUT;
    uint32_t layers = t->build->network->num_layers;
    if (!first || !layers || (uint32_t)first->layer + 1 != layers)
        return serac_import_fail(t->import, 0,
                                 layers ? "the network's output must be made by its last layer"
                                        : "nothing is computed: no layer but quantisers at the ends");
    if (g->n_output > 1)
        serac_import_note(t->import, "%u outputs are parts of one layer's, which is given whole",
                          (unsigned)g->n_output);
    const struct serac_tensor *out = &t->build->network->layers[first->layer].output;
    if (first->batched)
        serac_import_note(t->import, "products of several matrices: inputs and outputs lie row by row, the "
                          "matrices side by side");
    else if (!first->channels_last && (uint64_t)out->height * out->width > 1 && out->channels > 1)
        serac_import_note(t->import, "outputs lie as [height][width][channels]");
    return SERAC_OK;
}

static enum serac_status convert_all(struct serac_import_onnx *t)
{
    const Onnx__GraphProto *g = t->file.graph;
    enum serac_status status = open_values(t);
    if (status == SERAC_OK)
        status = read_constants(t);
    if (status == SERAC_OK)
        status = open_input(t);
    if (status == SERAC_OK)
        find_padded(t);
    for (size_t i = 0; status == SERAC_OK && i < g->n_node; i++) {
        t->node = g->node[i];
        t->number = (uint32_t)i;
        status = serac_import_onnx_convert(t);
    }
    if (status == SERAC_OK)
        status = check_outputs(t);
    if (status != SERAC_OK)
        return status;
    struct serac_error error = {""};
    status = serac_build_finish(t->build, &error);
    return status == SERAC_OK ? status : serac_import_fail(t->import, 0, "%s", error.text);
}

enum serac_status serac_import_onnx(struct serac_import *import, const uint8_t *bytes, size_t size,
                                    const char *name, struct serac_build *build)
{
    struct serac_import_onnx t = {.import = import, .build = build};
    struct serac_error error = {""};
    memset(build, 0, sizeof *build);
    enum serac_status status = serac_onnx_open(&t.file, bytes, size, &error);
    if (status != SERAC_OK)
        status = serac_import_fail(import, 0, "%s", error.text);
    else
        status = serac_build_init(build, name, "ONNX") ? convert_all(&t) : serac_import_onnx_no_room(&t);
    if (status != SERAC_OK)
        serac_build_free(build);
    close_values(&t);
    serac_onnx_free(&t.file);
    return status;
}
