/* ref_ops_layers.c - operators with weights, and pooling. */
#include <stdlib.h>

#include "ref_call.h"
#include "ref_kernels.h"

/* --- layers with weights ---------------------------------------------------- */

/* What a layer with weights needs beyond its shapes; `memory` is owned. */
struct weights {
    struct ref_scaling scaling;
    const int8_t *weight;
    const int32_t *bias;       /* or NULL */
    void *memory[3];
};

static void release(struct weights *w)
{
    for (int i = 0; i < 3; i++)
        free(w->memory[i]);
}

static void *owned(struct weights *w, int which, size_t count, size_t size)
{
    w->memory[which] = calloc(count, size);
    return w->memory[which];
}

/* Multipliers of the output channels. With one scale for all weights a fully
 * connected layer multiplies the two scales in float, as TFLite's
 * GetQuantizedConvolutionMultipler() does; convolutions always use double. */
static enum ref_status multipliers(const struct ref_call *c, int32_t channels, int32_t dimension,
                                   struct weights *w)
{
    const struct ref_tensor *in = c->in[0], *filter = c->in[1];
    int32_t n = filter->num_scales;
    if (n != 1 && (n != channels || filter->quantized_dimension != dimension))
        return REF_E_UNSUPPORTED;
    struct ref_multiplier *m = owned(w, 0, (size_t)(n < 1 ? 1 : n), sizeof *m);
    if (!m)
        return REF_E_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        double product = (double)in->scale[0] * (double)filter->scale[i];
        if (n == 1 && c->op->builtin == REF_FULLY_CONNECTED)
            product = (double)(in->scale[0] * filter->scale[0]);
        if (!ref_multiplier_make(product / (double)c->out->scale[0], c->rounding, &m[i]))
            return REF_E_UNSUPPORTED;
    }
    w->scaling.multiplier = m;
    w->scaling.num_multipliers = n;
    return REF_OK;
}

/* Only a fully connected layer with one scale may have a zero point of weights. */
static enum ref_status offsets(const struct ref_call *c, struct weights *w)
{
    const struct ref_tensor *filter = c->in[1];
    for (int32_t i = 0; i < filter->num_scales; i++)
        if (filter->zero_point[i] < INT8_MIN || filter->zero_point[i] > INT8_MAX ||
            (filter->zero_point[i] && (filter->num_scales > 1 ||
                                       c->op->builtin != REF_FULLY_CONNECTED)))
            return REF_E_UNSUPPORTED;
    w->scaling.input_offset = -(int32_t)c->in[0]->zero_point[0];
    w->scaling.weight_offset = -(int32_t)filter->zero_point[0];
    w->scaling.output_offset = (int32_t)c->out->zero_point[0];
    w->scaling.rounding = c->rounding;
    return ref_activation_range(c->out, c->op->options.activation, &w->scaling.min,
                                &w->scaling.max) ? REF_OK : REF_E_UNSUPPORTED;
}

/* Weights as int8, and the bias as aligned numbers of this machine. */
static enum ref_status unpack(const struct ref_call *c, int32_t channels, struct weights *w)
{
    const struct ref_tensor *filter = c->in[1], *bias = c->in[2];
    w->weight = ref_tensor_data(filter);
    if (filter->type == REF_INT4) {
        int8_t *values = owned(w, 1, filter->elements, 1);
        if (!values)
            return REF_E_MEMORY;
        ref_unpack_int4(ref_tensor_data(filter), filter->elements, values);
        w->weight = values;
    }
    if (!bias)
        return REF_OK;
    if (bias->type != REF_INT32)
        return REF_E_UNSUPPORTED;
    if (bias->elements != (size_t)channels)
        return REF_E_SHAPE;
    int32_t *values = owned(w, 2, bias->elements, sizeof *values);
    if (!values)
        return REF_E_MEMORY;
    for (size_t i = 0; i < bias->elements; i++)
        values[i] = ref_call_i32(bias, i);
    w->bias = values;
    return REF_OK;
}

/* Fills *w, which is to be released whatever the result. */
static enum ref_status prepare(const struct ref_call *c, int32_t channels, int32_t dimension,
                               struct weights *w)
{
    const struct ref_tensor *filter = c->in[1];
    if (!ref_is_int8(c->in[0]) || !ref_is_int8(c->out) || filter->num_scales < 1 ||
        (filter->type != REF_INT8 && filter->type != REF_INT4))
        return REF_E_UNSUPPORTED;
    enum ref_status status = multipliers(c, channels, dimension, w);
    if (status == REF_OK)
        status = offsets(c, w);
    return status == REF_OK ? unpack(c, channels, w) : status;
}

bool ref_call_padding(int32_t kind, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                      int64_t dilation, int32_t *before)
{
    if (kernel < 1 || stride < 1 || dilation < 1)
        return false;
    int64_t reach = (kernel - 1) * dilation + 1;
    if (kind == REF_SAME ? out != (in + stride - 1) / stride
                         : kind != REF_VALID || reach > in || out != (in - reach) / stride + 1)
        return false;
    int64_t total = (out - 1) * stride + reach - in;
    if (total > INT32_MAX)
        return false;
    *before = total > 0 ? (int32_t)(total / 2) : 0;   /* the odd one comes after */
    return true;
}

/* Fills *w from the shapes of a 4-D input and output and a kernel, and checks
 * that they fit each other. */
static enum ref_status window(const struct ref_call *c, int32_t kernel_h, int32_t kernel_w,
                              struct ref_window *w)
{
    const struct ref_options *o = &c->op->options;
    const int32_t *in = c->in[0]->shape, *out = c->out->shape;
    *w = (struct ref_window){in[0], in[1], in[2], in[3], out[1], out[2], out[3],
                             kernel_h, kernel_w, o->stride_h, o->stride_w,
                             o->dilation_h, o->dilation_w, 0, 0};
    bool fits = c->in[0]->rank == 4 && c->out->rank == 4 && in[0] == out[0] &&
                ref_call_padding(o->padding, in[1], out[1], kernel_h, o->stride_h,
                                 o->dilation_h, &w->pad_top) &&
                ref_call_padding(o->padding, in[2], out[2], kernel_w, o->stride_w,
                                 o->dilation_w, &w->pad_left);
    return fits ? REF_OK : REF_E_SHAPE;
}

enum ref_status ref_run_conv(const struct ref_call *c)
{
    const int32_t *filter = c->in[1]->shape;
    int32_t in_c = c->in[0]->shape[3], out_c = filter[0];
    struct weights w = {.bias = NULL};
    struct ref_window geometry;
    if (c->in[1]->rank != 4)
        return REF_E_SHAPE;
    enum ref_status status = window(c, filter[1], filter[2], &geometry);
    if (status != REF_OK)
        return status;
    if (in_c % filter[3] || out_c % (in_c / filter[3]) || c->out->shape[3] != out_c)
        return REF_E_SHAPE;
    if (!ref_call_affordable(c->out->elements, c->in[1]->elements / (size_t)out_c))
        return REF_E_LIMIT;
    status = prepare(c, out_c, 0, &w);
    if (status == REF_OK)
        ref_conv(&geometry, filter[3], &w.scaling, ref_tensor_data(c->in[0]), w.weight, w.bias,
                 c->out->data);
    release(&w);
    return status;
}

enum ref_status ref_run_depthwise(const struct ref_call *c)
{
    const int32_t *filter = c->in[1]->shape;
    int32_t in_c = c->in[0]->shape[3], out_c = filter[3];
    struct weights w = {.bias = NULL};
    struct ref_window geometry;
    if (c->in[1]->rank != 4)
        return REF_E_SHAPE;
    enum ref_status status = window(c, filter[1], filter[2], &geometry);
    if (status != REF_OK)
        return status;
    if (filter[0] != 1 || out_c % in_c || c->out->shape[3] != out_c ||
        c->op->options.depth_multiplier != out_c / in_c)
        return REF_E_SHAPE;
    if (!ref_call_affordable(c->out->elements, c->in[1]->elements / (size_t)out_c))
        return REF_E_LIMIT;
    status = prepare(c, out_c, 3, &w);
    if (status == REF_OK)
        ref_depthwise(&geometry, &w.scaling, ref_tensor_data(c->in[0]), w.weight, w.bias,
                      c->out->data);
    release(&w);
    return status;
}

/* The input is taken as rows of as many numbers as a unit has weights, whatever
 * its shape. */
enum ref_status ref_run_fully_connected(const struct ref_call *c)
{
    int32_t units = c->in[1]->shape[0], depth = c->in[1]->shape[1];
    struct weights w = {.bias = NULL};
    if (c->in[1]->rank != 2 || c->in[0]->elements % (size_t)depth)
        return REF_E_SHAPE;
    size_t rows = c->in[0]->elements / (size_t)depth;
    if (c->out->elements != rows * (size_t)units || c->out->rank < 1 ||
        c->out->shape[c->out->rank - 1] != units)
        return REF_E_SHAPE;
    if (c->op->options.weights_format)
        return REF_E_UNSUPPORTED;
    if (!ref_call_affordable(c->out->elements, (size_t)depth))
        return REF_E_LIMIT;
    enum ref_status status = prepare(c, units, 0, &w);
    if (status == REF_OK)
        ref_fully_connected((int32_t)rows, depth, units, &w.scaling, ref_tensor_data(c->in[0]),
                            w.weight, w.bias, c->out->data);
    release(&w);
    return status;
}

static enum ref_status pool(const struct ref_call *c, bool average)
{
    struct ref_window w;
    enum ref_status status = window(c, c->op->options.filter_h, c->op->options.filter_w, &w);
    int32_t min, max;
    if (status != REF_OK)
        return status;
    if (w.in_c != w.out_c)
        return REF_E_SHAPE;
    if (!ref_is_int8(c->in[0]) || !ref_is_int8(c->out) || !ref_same_scale(c->in[0], c->out) ||
        !ref_activation_range(c->out, c->op->options.activation, &min, &max))
        return REF_E_UNSUPPORTED;
    size_t seen_h = (size_t)(w.kernel_h < w.in_h ? w.kernel_h : w.in_h);
    size_t seen_w = (size_t)(w.kernel_w < w.in_w ? w.kernel_w : w.in_w);
    if (!ref_call_affordable(c->out->elements, seen_h * seen_w))
        return REF_E_LIMIT;
    (average ? ref_average_pool : ref_max_pool)(&w, min, max, ref_tensor_data(c->in[0]),
                                                c->out->data);
    return REF_OK;
}

enum ref_status ref_run_average_pool(const struct ref_call *c)
{
    return pool(c, true);
}

enum ref_status ref_run_max_pool(const struct ref_call *c)
{
    return pool(c, false);
}
