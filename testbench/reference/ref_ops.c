#include "ref_ops.h"

#include <math.h>
#include <string.h>

#include "ref_call.h"
#include "ref_kernels.h"

const void *ref_tensor_data(const struct ref_tensor *tensor)
{
    if (!tensor->ready)
        return NULL;
    return tensor->constant ? tensor->constant : tensor->data;
}

/* --- what operators share --------------------------------------------------- */

/* Constants are little endian and not aligned; what was computed is neither, but
 * no operator here computes integers wider than a byte. */
int32_t ref_call_i32(const struct ref_tensor *t, size_t i)
{
    const uint8_t *at = (const uint8_t *)ref_tensor_data(t) + 4 * i;
    return (int32_t)(at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                     (uint32_t)at[3] << 24);
}

bool ref_call_affordable(size_t outputs, size_t each)
{
    return each <= (uint64_t)REF_MAX_WORK / outputs;
}

bool ref_is_int8(const struct ref_tensor *t)
{
    return t->type == REF_INT8 && t->num_scales == 1 && isfinite(t->scale[0]) &&
           t->scale[0] > 0 && t->zero_point[0] >= INT8_MIN && t->zero_point[0] <= INT8_MAX;
}

bool ref_same_scale(const struct ref_tensor *a, const struct ref_tensor *b)
{
    return fabsf(a->scale[0] - b->scale[0]) <= 1e-6f && a->zero_point[0] == b->zero_point[0];
}

/* The quantized number nearest to `real`, which TFLite finds in float. */
static bool bound(const struct ref_tensor *out, float real, int32_t *at)
{
    float units = roundf(real / out->scale[0]);
    if (!(fabsf(units) < 2147483648.0f - 512))
        return false;
    *at = (int32_t)units + (int32_t)out->zero_point[0];
    return true;
}

bool ref_activation_range(const struct ref_tensor *out, int32_t activation, int32_t *min,
                          int32_t *max)
{
    static const float low[] = {0, 0, -1, 0}, high[] = {0, 0, 1, 6};
    int32_t at;
    *min = INT8_MIN;
    *max = INT8_MAX;
    if (activation == REF_NONE)
        return true;
    if (activation < REF_NONE || activation > REF_RELU6 || !bound(out, low[activation], &at))
        return false;
    *min = at > *min ? at : *min;
    if (activation == REF_RELU)
        return true;
    if (!bound(out, high[activation], &at))
        return false;
    *max = at < *max ? at : *max;
    return true;
}

/* The shape as four dimensions, ones in front. False if it has more. */
static bool shape4(const struct ref_tensor *t, int32_t shape[4])
{
    for (int d = 0; d < 4; d++)
        shape[d] = d < 4 - t->rank ? 1 : t->shape[d - 4 + t->rank];
    return t->rank <= 4;
}

/* --- operators -------------------------------------------------------------- */

/* A factor below 1, as TFLite demands of the three in an addition. */
static bool below_one(double real, enum ref_rounding rounding, struct ref_multiplier *m)
{
    return real < 1 && ref_multiplier_make(real, rounding, m) && m->shift <= 0;
}

static enum ref_status run_add(const struct ref_call *c)
{
    struct ref_add a = {.rounding = c->rounding};
    int32_t shape[3][4];
    const struct ref_tensor *out = c->out;
    if (!ref_is_int8(c->in[0]) || !ref_is_int8(c->in[1]) || !ref_is_int8(out) ||
        !ref_activation_range(out, c->op->options.activation, &a.min, &a.max))
        return REF_E_UNSUPPORTED;
    if (!shape4(c->in[0], shape[0]) || !shape4(c->in[1], shape[1]) || !shape4(out, shape[2]))
        return REF_E_UNSUPPORTED;
    for (int d = 0; d < 4; d++) {
        int32_t p = shape[0][d], q = shape[1][d];
        if ((p != q && p != 1 && q != 1) || shape[2][d] != (p > q ? p : q))
            return REF_E_SHAPE;
    }
    double twice = 2 * (double)fmaxf(c->in[0]->scale[0], c->in[1]->scale[0]);
    for (int i = 0; i < 2; i++) {
        a.offset[i] = -(int32_t)c->in[i]->zero_point[0];
        if (!below_one((double)c->in[i]->scale[0] / twice, c->rounding, &a.multiplier[i]))
            return REF_E_UNSUPPORTED;
    }
    if (!below_one(twice / ((1 << 20) * (double)out->scale[0]), c->rounding,
                   &a.output_multiplier))
        return REF_E_UNSUPPORTED;
    a.output_offset = (int32_t)out->zero_point[0];
    ref_add(&a, shape[0], ref_tensor_data(c->in[0]), shape[1], ref_tensor_data(c->in[1]),
            shape[2], out->data);
    return REF_OK;
}

static enum ref_status run_reshape(const struct ref_call *c)
{
    if (c->in[0]->type != c->out->type || !c->out->bytes)
        return REF_E_UNSUPPORTED;
    if (c->in[0]->elements != c->out->elements)
        return REF_E_SHAPE;
    memcpy(c->out->data, ref_tensor_data(c->in[0]), c->out->bytes);
    return REF_OK;
}

/* Above 4095 columns TFLite's sum of exponentials could overflow. */
static enum ref_status run_softmax(const struct ref_call *c)
{
    const struct ref_tensor *in = c->in[0], *out = c->out;
    struct ref_softmax p;
    if (!ref_is_int8(in) || !ref_is_int8(out) || out->scale[0] != 1.0f / 256 ||
        out->zero_point[0] != INT8_MIN || in->rank < 1)
        return REF_E_UNSUPPORTED;
    if (in->elements != out->elements)
        return REF_E_SHAPE;
    int32_t depth = in->shape[in->rank - 1];
    if (depth > 4095 || !ref_softmax_make(c->op->options.beta, in->scale[0], c->rounding, &p))
        return REF_E_UNSUPPORTED;
    ref_softmax(&p, in->elements / (size_t)depth, depth, ref_tensor_data(in), out->data);
    return REF_OK;
}

static enum ref_status run_pad(const struct ref_call *c)
{
    const struct ref_tensor *in = c->in[0], *by = c->in[1], *with = c->in[2];
    int32_t shape[4], padded[4], before[4] = {0};
    if (!ref_is_int8(in) || !ref_is_int8(c->out) || !ref_same_scale(in, c->out) ||
        by->type != REF_INT32 || !shape4(in, shape) || !shape4(c->out, padded))
        return REF_E_UNSUPPORTED;
    if (with && (with->type != REF_INT8 || with->elements != 1))
        return REF_E_UNSUPPORTED;
    if (in->rank != c->out->rank || by->elements != 2 * (size_t)in->rank)
        return REF_E_SHAPE;
    for (int d = 0; d < in->rank; d++) {
        int64_t first = ref_call_i32(by, 2 * (size_t)d);
        int64_t last = ref_call_i32(by, 2 * (size_t)d + 1);
        if (first < 0 || last < 0 || c->out->shape[d] != in->shape[d] + first + last)
            return REF_E_SHAPE;
        before[d + 4 - in->rank] = (int32_t)first;
    }
    int8_t value = (int8_t)c->out->zero_point[0];
    if (with)
        value = *(const int8_t *)ref_tensor_data(with);
    ref_pad(shape, before, value, padded, ref_tensor_data(in), c->out->data);
    return REF_OK;
}

/* Marks the dimensions to reduce. False if an axis is none of the input's. */
static bool mark_axes(const struct ref_tensor *in, const struct ref_tensor *axes, bool marked[4])
{
    for (size_t i = 0; i < axes->elements; i++) {
        int32_t axis = ref_call_i32(axes, i);
        if (axis < -in->rank || axis >= in->rank)
            return false;
        marked[(axis < 0 ? axis + in->rank : axis) + 4 - in->rank] = true;
    }
    return true;
}

static enum ref_status run_mean(const struct ref_call *c)
{
    const struct ref_tensor *in = c->in[0], *out = c->out;
    struct ref_multiplier m;
    struct ref_scaling s = {0, 0, 0, 0, 0, &m, 1, c->rounding};
    bool marked[4] = {false};
    int32_t shape[4];
    int kept = 0;
    if (!ref_is_int8(in) || !ref_is_int8(out) || c->in[1]->type != REF_INT32 ||
        !shape4(in, shape))
        return REF_E_UNSUPPORTED;
    if (!mark_axes(in, c->in[1], marked))
        return REF_E_SHAPE;
    for (int d = 0; d < in->rank; d++) {
        bool gone = marked[d + 4 - in->rank];
        if (gone && !c->op->options.keep_dims)
            continue;
        if (kept >= out->rank || out->shape[kept++] != (gone ? 1 : in->shape[d]))
            return REF_E_SHAPE;
    }
    if (kept != out->rank)
        return REF_E_SHAPE;
    if (!ref_multiplier_make((double)in->scale[0] / (double)out->scale[0], c->rounding, &m))
        return REF_E_UNSUPPORTED;
    s.input_offset = -(int32_t)in->zero_point[0];
    s.output_offset = (int32_t)out->zero_point[0];
    ref_mean(shape, marked, &s, ref_tensor_data(in), out->data);
    return REF_OK;
}

static enum ref_status run_quantize(const struct ref_call *c)
{
    const struct ref_tensor *in = c->in[0], *out = c->out;
    struct ref_multiplier m;
    struct ref_scaling s = {0, 0, 0, 0, 0, &m, 1, c->rounding};
    bool is_float = in->type == REF_FLOAT32 && !in->constant;   /* aligned */
    if (!ref_is_int8(out) || (!is_float && !ref_is_int8(in)))
        return REF_E_UNSUPPORTED;
    if (in->elements != out->elements)
        return REF_E_SHAPE;
    if (is_float) {
        ref_quantize(out->scale[0], (int32_t)out->zero_point[0], in->elements,
                     ref_tensor_data(in), out->data);
        return REF_OK;
    }
    if (!ref_multiplier_make((double)in->scale[0] / (double)out->scale[0], c->rounding, &m))
        return REF_E_UNSUPPORTED;
    s.input_offset = -(int32_t)in->zero_point[0];
    s.output_offset = (int32_t)out->zero_point[0];
    ref_requantize(&s, in->elements, ref_tensor_data(in), out->data);
    return REF_OK;
}

static enum ref_status run_dequantize(const struct ref_call *c)
{
    const struct ref_tensor *in = c->in[0];
    if (!ref_is_int8(in) || c->out->type != REF_FLOAT32)
        return REF_E_UNSUPPORTED;
    if (in->elements != c->out->elements)
        return REF_E_SHAPE;
    ref_dequantize(in->scale[0], (int32_t)in->zero_point[0], in->elements, ref_tensor_data(in),
                   c->out->data);
    return REF_OK;
}

/* --- dispatch --------------------------------------------------------------- */

static const struct entry {
    int32_t builtin;
    int min_inputs, max_inputs;
    enum ref_status (*run)(const struct ref_call *c);
} entries[] = {
    {REF_ADD, 2, 2, run_add},
    {REF_AVERAGE_POOL_2D, 1, 1, ref_run_average_pool},
    {REF_CONV_2D, 2, 3, ref_run_conv},
    {REF_DEPTHWISE_CONV_2D, 2, 3, ref_run_depthwise},
    {REF_DEQUANTIZE, 1, 1, run_dequantize},
    {REF_FULLY_CONNECTED, 2, 3, ref_run_fully_connected},
    {REF_MAX_POOL_2D, 1, 1, ref_run_max_pool},
    {REF_RESHAPE, 1, 2, run_reshape},
    {REF_SOFTMAX, 1, 1, run_softmax},
    {REF_PAD, 2, 2, run_pad},
    {REF_PADV2, 3, 3, run_pad},
    {REF_MEAN, 2, 2, run_mean},
    {REF_QUANTIZE, 1, 1, run_quantize},
};

enum ref_status ref_operator_run(const struct ref_graph *graph, const struct ref_operator *op,
                                 enum ref_rounding rounding)
{
    const struct entry *e = entries, *end = entries + sizeof entries / sizeof *entries;
    struct ref_call c = {.op = op, .rounding = rounding};
    while (e < end && e->builtin != op->builtin)
        e++;
    if (e == end)
        return REF_E_UNSUPPORTED;
    if (op->num_inputs < e->min_inputs || op->num_inputs > e->max_inputs || op->num_outputs != 1)
        return REF_E_FORMAT;
    for (int i = 0; i < op->num_inputs; i++) {
        c.in[i] = op->input[i] < 0 ? NULL : &graph->tensor[op->input[i]];
        if (!c.in[i] && i < e->min_inputs)
            return REF_E_FORMAT;
    }
    c.out = &graph->tensor[op->output[0]];
    return e->run(&c);
}
