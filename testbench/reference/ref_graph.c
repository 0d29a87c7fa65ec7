#include "ref_graph.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SCALES (INT64_C(1) << 24)

/* Zeroed, and at least one byte, so that NULL always means out of memory. */
static void *allocate(struct ref_fb *fb, size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        ref_fb_fail(fb, REF_E_MEMORY);
    return memory;
}

/* --- tensors ---------------------------------------------------------------- */

/* Bytes of `elements` of a type; 0 for types without a size here. */
static size_t bytes_of(int type, size_t elements)
{
    switch (type) {
    case REF_INT4: return (elements + 1) / 2;
    case REF_INT8: case REF_UINT8: return elements;
    case REF_INT16: return 2 * elements;
    case REF_FLOAT32: case REF_INT32: return 4 * elements;
    case REF_INT64: return 8 * elements;
    default: return 0;
    }
}

static void read_shape(struct ref_fb *fb, size_t table, struct ref_tensor *t)
{
    struct ref_vector shape = ref_fb_vector(fb, table, 0, 4);
    int64_t elements = 1;
    if (shape.count > REF_MAX_RANK) {
        ref_fb_fail(fb, REF_E_UNSUPPORTED);
        return;
    }
    t->rank = (int)shape.count;
    for (int d = 0; d < t->rank && fb->status == REF_OK; d++) {
        t->shape[d] = ref_fb_i32(fb, shape.at + 4 * (size_t)d);
        if (t->shape[d] < 1)
            ref_fb_fail(fb, REF_E_SHAPE);
        else if (t->shape[d] > REF_MAX_ELEMENTS / elements)
            ref_fb_fail(fb, REF_E_LIMIT);
        else
            elements *= t->shape[d];
    }
    t->elements = (size_t)elements;
    t->bytes = bytes_of(t->type, t->elements);
}

static void read_quantization(struct ref_fb *fb, size_t table, struct ref_tensor *t)
{
    struct ref_vector scale = ref_fb_vector(fb, table, 2, 4);
    struct ref_vector zero = ref_fb_vector(fb, table, 3, 8);
    if (fb->status != REF_OK || !scale.count)
        return;
    if (zero.count != scale.count) {
        ref_fb_fail(fb, REF_E_FORMAT);
        return;
    }
    if (ref_fb_int8(fb, table, 4, 0)) {         /* details of another scheme */
        ref_fb_fail(fb, REF_E_UNSUPPORTED);
        return;
    }
    t->scale = allocate(fb, scale.count, sizeof *t->scale);
    t->zero_point = allocate(fb, scale.count, sizeof *t->zero_point);
    if (!t->scale || !t->zero_point)
        return;
    t->num_scales = (int32_t)scale.count;
    t->quantized_dimension = ref_fb_int32(fb, table, 6, 0);
    for (uint32_t i = 0; i < scale.count; i++) {
        t->scale[i] = ref_fb_float(fb, scale.at + 4 * (size_t)i);
        t->zero_point[i] = (int64_t)ref_fb_get(fb, zero.at + 8 * (size_t)i, 8);
    }
}

/* The bytes of a constant, in the buffer or behind all tables of a large file. */
static void read_constant(struct ref_fb *fb, size_t buffer, struct ref_tensor *t)
{
    struct ref_vector data = ref_fb_vector(fb, buffer, 0, 1);
    size_t at = ref_fb_field(fb, buffer, 1);
    if (at && ref_fb_get(fb, at, 8) > 1) {
        size_t size_at = ref_fb_field(fb, buffer, 2);
        uint64_t from = ref_fb_get(fb, at, 8), size = size_at ? ref_fb_get(fb, size_at, 8) : 0;
        if (from > fb->size || size > fb->size - from || size > UINT32_MAX) {
            ref_fb_fail(fb, REF_E_FORMAT);
            return;
        }
        data = (struct ref_vector){(size_t)from, (uint32_t)size};
    }
    if (fb->status != REF_OK || !data.count)
        return;
    if (t->bytes && data.count != t->bytes)
        ref_fb_fail(fb, REF_E_FORMAT);
    else
        t->constant = fb->bytes + data.at;
}

static void read_name(struct ref_fb *fb, size_t table, struct ref_tensor *t)
{
    struct ref_vector name = ref_fb_vector(fb, table, 3, 1);
    size_t length = name.count < sizeof t->name ? name.count : sizeof t->name - 1;
    if (length)
        memcpy(t->name, fb->bytes + name.at, length);
}

static void read_tensor(struct ref_fb *fb, size_t table, struct ref_vector buffers,
                        struct ref_tensor *t)
{
    t->type = ref_fb_int8(fb, table, 1, 0);
    read_shape(fb, table, t);
    read_name(fb, table, t);
    read_quantization(fb, ref_fb_table(fb, table, 4), t);
    if (ref_fb_field(fb, table, 6))                   /* sparse */
        ref_fb_fail(fb, REF_E_UNSUPPORTED);
    uint32_t buffer = (uint32_t)ref_fb_int32(fb, table, 2, 0);
    if (fb->status == REF_OK)
        read_constant(fb, ref_fb_element(fb, buffers, buffer), t);
    t->ready = t->constant != NULL;
}

/* Many tensors may share one vector of scales in the file, but not here: without
 * a limit a small file could ask for all memory. */
static void read_tensors(struct ref_fb *fb, struct ref_vector tensors, struct ref_vector buffers,
                         struct ref_graph *g)
{
    int64_t num_scales = 0;
    for (uint32_t i = 0; i < tensors.count && fb->status == REF_OK; i++) {
        read_tensor(fb, ref_fb_element(fb, tensors, i), buffers, &g->tensor[i]);
        num_scales += g->tensor[i].num_scales;
        if (num_scales > MAX_SCALES)
            ref_fb_fail(fb, REF_E_LIMIT);
    }
}

/* --- operators -------------------------------------------------------------- */

/* Reads tensor indices; `lowest` is -1 where one may be absent. */
static void read_indices(struct ref_fb *fb, struct ref_vector v, int32_t lowest,
                         int32_t num_tensors, int32_t *index)
{
    for (uint32_t i = 0; i < v.count; i++) {
        index[i] = ref_fb_i32(fb, v.at + 4 * (size_t)i);
        if (index[i] < lowest || index[i] >= num_tensors)
            ref_fb_fail(fb, REF_E_FORMAT);
    }
}

static void read_window(struct ref_fb *fb, size_t table, struct ref_options *o)
{
    o->padding = ref_fb_int8(fb, table, 0, REF_SAME);
    o->stride_w = ref_fb_int32(fb, table, 1, 0);
    o->stride_h = ref_fb_int32(fb, table, 2, 0);
    o->dilation_w = o->dilation_h = 1;
}

int ref_options_kind(int32_t builtin)
{
    switch (builtin) {
    case REF_CONV_2D: return 1;
    case REF_DEPTHWISE_CONV_2D: return 2;
    case REF_AVERAGE_POOL_2D: case REF_MAX_POOL_2D: return 5;
    case REF_FULLY_CONNECTED: return 8;
    case REF_SOFTMAX: return 9;
    case REF_ADD: return 11;
    case REF_MEAN: return 27;
    default: return 0;
    }
}

static void read_options(struct ref_fb *fb, size_t op, int32_t builtin, struct ref_options *o)
{
    int kind = ref_options_kind(builtin);
    size_t table = ref_fb_table(fb, op, 4), beta;
    if (!kind)
        return;
    if (!table || ref_fb_int8(fb, op, 3, 0) != kind) {
        ref_fb_fail(fb, REF_E_FORMAT);
        return;
    }
    if (kind == 1 || kind == 2 || kind == 5)
        read_window(fb, table, o);
    switch (kind) {
    case 1:
        o->activation = ref_fb_int8(fb, table, 3, 0);
        o->dilation_w = ref_fb_int32(fb, table, 4, 1);
        o->dilation_h = ref_fb_int32(fb, table, 5, 1);
        break;
    case 2:
        o->depth_multiplier = ref_fb_int32(fb, table, 3, 0);
        o->activation = ref_fb_int8(fb, table, 4, 0);
        o->dilation_w = ref_fb_int32(fb, table, 5, 1);
        o->dilation_h = ref_fb_int32(fb, table, 6, 1);
        break;
    case 5:
        o->filter_w = ref_fb_int32(fb, table, 3, 0);
        o->filter_h = ref_fb_int32(fb, table, 4, 0);
        o->activation = ref_fb_int8(fb, table, 5, 0);
        break;
    case 8:
        o->activation = ref_fb_int8(fb, table, 0, 0);
        o->weights_format = ref_fb_int8(fb, table, 1, 0);
        o->keep_dims = ref_fb_int8(fb, table, 2, 0) != 0;
        break;
    case 9:
        beta = ref_fb_field(fb, table, 0);
        o->beta = beta ? ref_fb_float(fb, beta) : 0;
        break;
    case 11: o->activation = ref_fb_int8(fb, table, 0, 0); break;
    case 27: o->keep_dims = ref_fb_int8(fb, table, 0, 0) != 0; break;
    }
}

/* Codes above 127 do not fit the old field of one byte, which then holds 127;
 * old files have the old field only. */
static int32_t read_code(struct ref_fb *fb, size_t code)
{
    int32_t old = ref_fb_int8(fb, code, 0, 0), extended = ref_fb_int32(fb, code, 3, 0);
    return old > extended ? old : extended;
}

static void read_operator(struct ref_fb *fb, size_t table, struct ref_vector codes,
                          int32_t num_tensors, struct ref_operator *op)
{
    struct ref_vector inputs = ref_fb_vector(fb, table, 1, 4);
    struct ref_vector outputs = ref_fb_vector(fb, table, 2, 4);
    op->builtin = read_code(fb, ref_fb_element(fb, codes, (uint32_t)ref_fb_int32(fb, table, 0, 0)));
    if (inputs.count > REF_MAX_OPERANDS || outputs.count > REF_MAX_OPERANDS) {
        ref_fb_fail(fb, REF_E_UNSUPPORTED);
        return;
    }
    op->num_inputs = (int)inputs.count;
    op->num_outputs = (int)outputs.count;
    read_indices(fb, inputs, -1, num_tensors, op->input);
    read_indices(fb, outputs, 0, num_tensors, op->output);
    read_options(fb, table, op->builtin, &op->options);
}

/* --- graph ------------------------------------------------------------------ */

static void read_graph(struct ref_fb *fb, size_t model, struct ref_graph *g)
{
    struct ref_vector codes = ref_fb_vector(fb, model, 1, 4);
    struct ref_vector buffers = ref_fb_vector(fb, model, 4, 4);
    size_t subgraph = ref_fb_element(fb, ref_fb_vector(fb, model, 2, 4), 0);
    struct ref_vector tensors = ref_fb_vector(fb, subgraph, 0, 4);
    struct ref_vector inputs = ref_fb_vector(fb, subgraph, 1, 4);
    struct ref_vector outputs = ref_fb_vector(fb, subgraph, 2, 4);
    struct ref_vector ops = ref_fb_vector(fb, subgraph, 3, 4);
    if (fb->status != REF_OK)
        return;
    g->tensor = allocate(fb, tensors.count, sizeof *g->tensor);
    g->op = allocate(fb, ops.count, sizeof *g->op);
    g->input = allocate(fb, inputs.count, sizeof *g->input);
    g->output = allocate(fb, outputs.count, sizeof *g->output);
    if (fb->status != REF_OK)
        return;
    g->num_tensors = (int32_t)tensors.count;
    g->num_operators = (int32_t)ops.count;
    g->num_inputs = (int32_t)inputs.count;
    g->num_outputs = (int32_t)outputs.count;
    read_tensors(fb, tensors, buffers, g);
    read_indices(fb, inputs, 0, g->num_tensors, g->input);
    read_indices(fb, outputs, 0, g->num_tensors, g->output);
    for (uint32_t i = 0; i < ops.count && fb->status == REF_OK; i++)
        read_operator(fb, ref_fb_element(fb, ops, i), codes, g->num_tensors, &g->op[i]);
}

enum ref_status ref_graph_read(const uint8_t *bytes, size_t size, struct ref_graph *graph)
{
    struct ref_fb fb = {bytes, size, REF_OK};
    *graph = (struct ref_graph){0};
    /* All positions fit 32 bits and then some: sums of them do not wrap. */
    if (size < 8 || size > INT32_MAX || memcmp(bytes + 4, "TFL3", 4) != 0)
        return REF_E_FORMAT;
    size_t model = (size_t)ref_fb_get(&fb, 0, 4);
    if (model >= size || !model || ref_fb_int32(&fb, model, 0, 0) != 3)
        return REF_E_FORMAT;
    read_graph(&fb, model, graph);
    if (fb.status != REF_OK)
        ref_graph_free(graph);
    return fb.status;
}

void ref_graph_free(struct ref_graph *graph)
{
    for (int32_t i = 0; i < graph->num_tensors; i++) {
        free(graph->tensor[i].scale);
        free(graph->tensor[i].zero_point);
    }
    free(graph->tensor);
    free(graph->op);
    free(graph->input);
    free(graph->output);
    *graph = (struct ref_graph){0};
}
