/* serac_import_tflite.c - TensorFlow Lite networks, operator by operator. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"
#include "serac_import_network.h"
#include "serac_tflite.h"

enum { NOWHERE = -3, INPUT = -1, NO_SECOND = -2 };
enum { SAME, VALID };
enum { ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_RELU_N1_TO_1, ACTIVATION_RELU6 };

/* Where a tensor's values are: the layer that makes them, or the network's input. */
struct source {
    int32_t layer;
    uint32_t pad[4];             /* zero points still to be put around it: top, left, bottom, right */
};

struct importer {
    struct serac_import *import;
    struct serac_tflite model;
    struct serac_build *build;
    enum serac_requant_mode rounding;
    struct source *sources;      /* by tensor */
    uint32_t *uses;              /* by tensor: nodes and outputs that read it */
    uint32_t node;               /* the one at hand */
};

/* --- messages ------------------------------------------------------------- */

static const struct serac_tflite_node *node_of(const struct importer *t)
{
    return &t->model.nodes[t->node];
}

static const char *label(const struct importer *t, char room[160])
{
    char number[24];
    int32_t out = serac_tflite_output(&t->model, node_of(t), 0);
    snprintf(room, 160, "node %u, %s, \"%s\"", (unsigned)t->node,
             serac_tflite_op_name(node_of(t)->op, number), out < 0 ? "" : t->model.tensors[out].name);
    return room;
}

static enum serac_status refuse(struct importer *t, const char *why)
{
    char room[160];
    return serac_import_fail(t->import, 0, "%s: %s", label(t, room), why);
}

/* --- tensors -------------------------------------------------------------- */

static const struct serac_tflite_tensor *input_of(const struct importer *t, uint32_t i)
{
    int32_t n = serac_tflite_input(&t->model, node_of(t), i);
    return n < 0 ? NULL : &t->model.tensors[n];
}

static const struct serac_tflite_tensor *output_of(const struct importer *t)
{
    int32_t n = serac_tflite_output(&t->model, node_of(t), 0);
    return n < 0 ? NULL : &t->model.tensors[n];
}

static int64_t option(const struct importer *t, uint32_t field, uint32_t bytes, int64_t fallback)
{
    return serac_flatbuffer_int(&t->model.file, node_of(t)->options, field, bytes, fallback);
}

/* Height, width and channels: the last dimensions; all before must be one. */
static bool shape_of(const struct serac_tflite_tensor *a, uint32_t hwc[3])
{
    hwc[0] = hwc[1] = hwc[2] = 1;
    for (uint32_t i = 0; i < a->rank; i++) {
        uint32_t behind = a->rank - 1 - i;
        if (behind > 2 && a->shape[i] != 1)
            return false;
        if (behind <= 2)
            hwc[2 - behind] = a->shape[i];
    }
    return hwc[0] >= 1 && hwc[1] >= 1 && hwc[2] >= 1 && hwc[0] <= 32767 && hwc[1] <= 1u << 20 &&
           hwc[2] <= 1u << 20;
}

static bool is_activation(const struct importer *t, const struct serac_tflite_tensor *a)
{
    double scale = a ? serac_tflite_scale(&t->model, a, 0) : 0;
    int64_t zero = a ? serac_tflite_zero_point(&t->model, a, 0) : 0;
    bool is_signed = a && a->type == SERAC_TFLITE_INT8;
    return a && (is_signed || a->type == SERAC_TFLITE_UINT8) && a->num_scales == 1 && scale > 1e-30 &&
           scale < 1e30 && zero >= (is_signed ? -128 : 0) && zero <= (is_signed ? 127 : 255);
}

/* Number format and shape of an activation; false with the reason said. */
static bool set_tensor(struct importer *t, const struct serac_tflite_tensor *a, struct serac_tensor *to)
{
    uint32_t hwc[3];
    if (!is_activation(t, a)) {
        refuse(t, "needs 8-bit tensors with one scale and a zero point among their codes");
        return false;
    }
    if (!shape_of(a, hwc)) {
        refuse(t, "a tensor's shape: needs one image of height, width and channels");
        return false;
    }
    *to = (struct serac_tensor){.height = hwc[0], .width = hwc[1], .channels = hwc[2], .bits = 8,
                                .is_signed = a->type == SERAC_TFLITE_INT8,
                                .zero_point = (int32_t)serac_tflite_zero_point(&t->model, a, 0)};
    return true;
}

void serac_import_multiplier(double factor, int32_t *multiplier, int32_t *shift)
{
    int exponent = 0;
    int64_t fixed = factor > 0 ? llround(frexp(factor, &exponent) * 2147483648.0) : 0;
    if (fixed == (int64_t)1 << 31) {
        fixed /= 2;
        exponent++;
    }
    if (exponent < -31) {
        exponent = 0;
        fixed = 0;
    }
    if (exponent > 30) {
        exponent = 30;
        fixed = INT32_MAX;
    }
    *multiplier = (int32_t)fixed;
    *shift = exponent;
}

/* CalculateActivationRangeQuantized: the layer's clamp for a fused activation. */
static bool set_clamp(struct importer *t, struct serac_layer *l, const struct serac_tflite_tensor *out,
                      int64_t activation)
{
    float scale = serac_tflite_scale(&t->model, out, 0);
    float low = activation == ACTIVATION_RELU_N1_TO_1 ? -1 : 0;
    float high = activation == ACTIVATION_RELU6 ? 6 : 1;
    serac_build_clamp(l);
    if (activation == ACTIVATION_NONE)
        return true;
    if (activation < 0 || activation > ACTIVATION_RELU6) {
        refuse(t, "its activation is none of none, ReLU, ReLU6 and ReLU -1 to 1");
        return false;
    }
    double bottom = l->output.zero_point + round((double)(low / scale));
    double top = l->output.zero_point + round((double)(high / scale));
    if (bottom > l->clamp_min)
        l->clamp_min = bottom < l->clamp_max ? (int32_t)bottom : l->clamp_max;
    if (activation != ACTIVATION_RELU && top < l->clamp_max)
        l->clamp_max = top > l->clamp_min ? (int32_t)top : l->clamp_min;
    return true;
}

/* --- layers --------------------------------------------------------------- */

static struct serac_layer *new_layer(struct importer *t, const char *kind, int32_t first, int32_t second)
{
    char name[SERAC_NAME_MAX];
    snprintf(name, sizeof name, "%s_%u", kind, (unsigned)t->node);
    struct serac_layer *l = serac_build_layer(t->build, name, first, second);
    if (l) {
        const struct serac_tflite_tensor *out = output_of(t);
        snprintf(t->build->comments[t->build->network->num_layers - 1], sizeof *t->build->comments, "%s",
                 out ? out->name : "");
    }
    return l;
}

static enum serac_status no_room(struct importer *t)
{
    return serac_import_fail(t->import, 0, "out of memory, or a network of more than %u layers or 2 GiB",
                             SERAC_LAYERS_MAX);
}

/* The last layer makes the node's output. */
static enum serac_status made(struct importer *t)
{
    int32_t out = serac_tflite_output(&t->model, node_of(t), 0);
    struct serac_network *n = t->build->network;
    t->sources[out] = (struct source){.layer = (int32_t)n->num_layers - 1};
    n->output_scales[n->num_layers - 1] = serac_tflite_scale(&t->model, &t->model.tensors[out], 0);
    return SERAC_OK;
}

static bool has_pads(const struct source *s)
{
    return s->pad[0] || s->pad[1] || s->pad[2] || s->pad[3];
}

/* Padding that no convolution took becomes the host's. */
static enum serac_status settle(struct importer *t, struct source *s)
{
    if (!has_pads(s))
        return SERAC_OK;
    char name[SERAC_NAME_MAX];
    snprintf(name, sizeof name, "pad_%u", (unsigned)t->build->network->num_layers);
    struct serac_layer *l = serac_build_layer(t->build, name, s->layer, NO_SECOND);
    if (!l)
        return no_room(t);
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_PAD;
    l->pad_top = s->pad[0];
    l->pad_left = s->pad[1];
    l->pad_bottom = s->pad[2];
    l->pad_right = s->pad[3];
    l->output.height += s->pad[0] + s->pad[2];
    l->output.width += s->pad[1] + s->pad[3];
    *s = (struct source){.layer = (int32_t)t->build->network->num_layers - 1};
    return SERAC_OK;
}

/* The source of input `i`, which must have been computed; NULL with the reason said. */
static struct source *source_of(struct importer *t, uint32_t i, bool with_pads)
{
    int32_t n = serac_tflite_input(&t->model, node_of(t), i);
    struct source *s = n < 0 ? NULL : &t->sources[n];
    if (!s || s->layer == NOWHERE) {
        refuse(t, "reads a tensor that no operator before it makes");
        return NULL;
    }
    return with_pads || settle(t, s) == SERAC_OK ? s : NULL;
}

/* SAME puts the smaller half of the padding before. */
static void same_padding(uint32_t in, uint32_t stride, uint32_t reach, uint32_t *before, uint32_t *after)
{
    uint64_t need = ((uint64_t)(in + stride - 1) / stride - 1) * stride + reach;
    uint32_t total = need > in ? (uint32_t)(need - in) : 0;
    *before = total / 2;
    *after = total - total / 2;
}

struct window {
    int64_t padding, stride_w, stride_h, kernel_h, kernel_w, dilation_w, dilation_h;
};

static bool set_window(struct importer *t, struct serac_layer *l, const struct window *w, const struct source *s)
{
    const int64_t sizes[] = {w->stride_h, w->stride_w, w->kernel_h, w->kernel_w, w->dilation_h, w->dilation_w};
    for (size_t i = 0; i < 6; i++)
        if (sizes[i] < 1 || sizes[i] > 255) {
            refuse(t, "kernel, stride or dilation outside 1..255");
            return false;
        }
    l->kernel_h = (uint32_t)w->kernel_h;
    l->kernel_w = (uint32_t)w->kernel_w;
    l->stride_h = (uint32_t)w->stride_h;
    l->stride_w = (uint32_t)w->stride_w;
    l->dilation_h = (uint32_t)w->dilation_h;
    l->dilation_w = (uint32_t)w->dilation_w;
    if (w->padding == SAME) {
        same_padding(l->input.height, l->stride_h, (l->kernel_h - 1) * l->dilation_h + 1, &l->pad_top,
                     &l->pad_bottom);
        same_padding(l->input.width, l->stride_w, (l->kernel_w - 1) * l->dilation_w + 1, &l->pad_left,
                     &l->pad_right);
    } else {
        l->pad_top = s->pad[0];
        l->pad_left = s->pad[1];
        l->pad_bottom = s->pad[2];
        l->pad_right = s->pad[3];
    }
    serac_build_shape(l);
    return true;
}

/* May a VALID convolution take the padding that waits at its input? */
static bool takes_pads(const struct source *s, const struct window *w)
{
    int64_t h = (w->kernel_h - 1) * w->dilation_h + 1, v = (w->kernel_w - 1) * w->dilation_w + 1;
    return w->padding == VALID && s->pad[0] < h && s->pad[2] < h && s->pad[1] < v && s->pad[3] < v;
}

/* --- weights --------------------------------------------------------------- */

struct weights {
    const struct serac_tflite_tensor *filter, *bias;
    uint64_t count;
    uint32_t bits;
    bool is_unsigned;            /* codes with a zero point */
    int64_t zero;
    int8_t *values;              /* owned; as the network's file has them */
};

/* The code that means 0, as the network's file has it. */
static int32_t zero_code(const struct weights *w)
{
    return (int32_t)(w->is_unsigned && w->filter->type == SERAC_TFLITE_INT8 ? w->zero + 128 : w->zero);
}

static int8_t weight_at(const struct weights *w, uint64_t i)
{
    if (w->bits == 4) {
        uint8_t pair = w->filter->data[i / 2], code = i & 1 ? pair >> 4 : pair & 15;
        return (int8_t)((code ^ 8) - 8);
    }
    uint8_t byte = w->filter->data[i];
    bool shifted = w->is_unsigned && w->filter->type == SERAC_TFLITE_INT8;    /* to unsigned codes */
    return (int8_t)(uint8_t)(shifted ? byte ^ 0x80u : byte);
}

/* `channels` of the output are the filter's first dimension, or with `last` its last. */
static bool read_weights(struct importer *t, uint32_t channels, bool last, struct weights *w)
{
    *w = (struct weights){.values = NULL};
    w->filter = input_of(t, 1);
    w->bias = node_of(t)->num_inputs > 2 ? input_of(t, 2) : NULL;
    const char *why = NULL;
    const struct serac_tflite_tensor *f = w->filter, *b = w->bias;
    w->count = f ? serac_tflite_elements(f) : 0;
    w->bits = f && f->type == SERAC_TFLITE_INT4 ? 4 : 8;
    w->zero = f ? serac_tflite_zero_point(&t->model, f, 0) : 0;
    w->is_unsigned = f && (f->type == SERAC_TFLITE_UINT8 || w->zero != 0);
    if (!f || !f->data)
        why = "its weights are no constant";
    else if (f->type != SERAC_TFLITE_INT8 && f->type != SERAC_TFLITE_UINT8 && f->type != SERAC_TFLITE_INT4)
        why = "weights must be int8, uint8 or int4";
    else if (w->count == 0 || (w->count * w->bits + 7) / 8 != f->bytes)
        why = "damaged: the weights have another size than their shape";
    else if (f->num_scales != 1 && f->num_scales != channels)
        why = "weights need one scale, or one for each output channel";
    else if (w->zero < (f->type == SERAC_TFLITE_UINT8 ? 0 : -128) || w->zero > 255 ||
             (f->type == SERAC_TFLITE_INT4 && w->zero))
        why = "the weights' zero point is none of their codes";
    else if (b && (b->type != SERAC_TFLITE_INT32 || !b->data || b->bytes != (uint64_t)channels * 4))
        why = "the bias must be an int32 constant, one for each output channel";
    for (uint32_t i = 1; !why && i < f->num_scales; i++)
        if (serac_tflite_zero_point(&t->model, f, i))
            why = "weights with a scale per channel must have zero point 0";
    if (!why && !(w->values = malloc(w->count)))
        why = "out of memory";
    for (uint64_t i = 0; !why && i < w->count; i++)
        w->values[last ? i % channels * (w->count / channels) + i / channels : i] = weight_at(w, i);
    if (why)
        refuse(t, why);
    return !why;
}

/* The real factor of one channel's requantisation. Fully connected with one scale, and uint8: the product is a
 * float's, as GetQuantizedConvolutionMultipler has it; else a double's, as PopulateConvolutionQuantizationParams. */
static double factor_of(const struct importer *t, const struct weights *w, uint32_t channel, bool one)
{
    float in = serac_tflite_scale(&t->model, input_of(t, 0), 0);
    float filter = serac_tflite_scale(&t->model, w->filter, w->filter->num_scales > 1 ? channel : 0);
    float out = serac_tflite_scale(&t->model, output_of(t), 0);
    if (one) {
        float product = in * filter;
        return (double)product / (double)out;
    }
    return (double)in * (double)filter / (double)out;
}

/* Bias and factors of every output channel. */
static bool set_params(struct importer *t, struct serac_layer *l, const struct weights *w, bool one)
{
    struct serac_param *p = serac_build_params(t->build, l->output.channels);
    l->mode = t->rounding;
    l->weight_bits = l->weight_store_bits = w->bits;
    l->weight_kind = w->is_unsigned ? SERAC_WEIGHT_UNSIGNED : SERAC_WEIGHT_SIGNED;
    for (uint32_t c = 0; p && c < l->output.channels; c++) {
        serac_import_multiplier(factor_of(t, w, c, w->filter->num_scales == 1 && (one || w->filter->type == SERAC_TFLITE_UINT8)), &p[c].mult, &p[c].shift);
        p[c].bias = w->bias ? (int32_t)serac_tflite_constant(w->bias, c) : 0;
        p[c].zero = zero_code(w);
    }
    if (!p)
        no_room(t);
    return p != NULL;
}

/* --- convolutions ------------------------------------------------------------ */

static enum serac_status finish(struct importer *t, struct serac_layer *l, const struct weights *w,
                                int64_t activation, bool one)
{
    struct serac_tensor out;
    if (!set_tensor(t, output_of(t), &out))
        return SERAC_E_INPUT;
    out.height = l->output.height;      /* by the window; serac_layer_check knows no other */
    out.width = l->output.width;
    if (serac_tflite_elements(output_of(t)) != (uint64_t)out.height * out.width * out.channels)
        return refuse(t, "its output has another shape than its window gives");
    l->output = out;
    if (!set_params(t, l, w, one) || !set_clamp(t, l, output_of(t), activation))
        return SERAC_E_INPUT;
    return made(t);
}

/* Convolution, also in groups; depthwise with `depthwise`, as many groups as channels. */
static enum serac_status window_layer(struct importer *t, const struct window *window, bool depthwise,
                                      struct weights *w, int64_t activation)
{
    const struct serac_tflite_tensor *f = w->filter;
    struct source *s = source_of(t, 0, true);
    if (!s || (!takes_pads(s, window) && settle(t, s) != SERAC_OK))
        return SERAC_E_INPUT;
    struct serac_layer *l = new_layer(t, depthwise ? "depthwise" : "conv", s->layer, NO_SECOND);
    if (!l)
        return no_room(t);
    uint32_t out = f->shape[depthwise ? 3 : 0], part = depthwise ? 1 : f->shape[3];
    uint32_t groups = part ? l->input.channels / part : 0;
    if (!groups || l->input.channels % part || out % groups)
        return refuse(t, "weights and input have channels that do not go together");
    if (!set_window(t, l, window, s))
        return SERAC_E_INPUT;
    l->output.channels = out;
    if (!serac_build_conv(t->build, w->values, groups, (int8_t)(uint8_t)zero_code(w)))
        return no_room(t);
    if (l->op == SERAC_OP_DEPTHWISE && w->is_unsigned)
        return refuse(t, "depthwise weights with a zero point are not supported");
    if (l->op == SERAC_OP_CONV && groups > 1)
        serac_import_note(t->import, "%s: %u groups, run as one with zeros between them", l->name, (unsigned)groups);
    return finish(t, l, w, activation, false);
}

static enum serac_status convolution(struct importer *t, bool depthwise)
{
    enum { PADDING, STRIDE_W, STRIDE_H, CONV_ACTIVATION, CONV_DILATION_W, CONV_DILATION_H };
    enum { DEPTHWISE_ACTIVATION = 4, DEPTHWISE_DILATION_W, DEPTHWISE_DILATION_H };
    struct weights w;
    const struct serac_tflite_tensor *f = input_of(t, 1);
    if (!f || f->rank != 4 || !is_activation(t, input_of(t, 0)) || (depthwise && f->shape[0] != 1))
        return refuse(t, "needs an 8-bit input and weights of four dimensions, depthwise the first one");
    uint32_t dilation_w = depthwise ? (uint32_t)DEPTHWISE_DILATION_W : (uint32_t)CONV_DILATION_W;
    uint32_t dilation_h = depthwise ? (uint32_t)DEPTHWISE_DILATION_H : (uint32_t)CONV_DILATION_H;
    struct window window = {option(t, PADDING, 1, SAME), option(t, STRIDE_W, 4, 0), option(t, STRIDE_H, 4, 0),
                            f->shape[1], f->shape[2], option(t, dilation_w, 4, 1), option(t, dilation_h, 4, 1)};
    int64_t activation = option(t, depthwise ? (uint32_t)DEPTHWISE_ACTIVATION : (uint32_t)CONV_ACTIVATION, 1, 0);
    enum serac_status status = SERAC_E_INPUT;
    if (read_weights(t, f->shape[depthwise ? 3 : 0], depthwise, &w))
        status = window_layer(t, &window, depthwise, &w, activation);
    free(w.values);
    return status;
}

/* A matrix on the whole input, or on every pixel's channels. */
static enum serac_status matrix_layer(struct importer *t, struct weights *w)
{
    const struct serac_tflite_tensor *f = w->filter;
    struct source *s = source_of(t, 0, false);
    if (!s)
        return SERAC_E_INPUT;
    struct serac_layer *l = new_layer(t, "fc", s->layer, NO_SECOND);
    if (!l)
        return no_room(t);
    if ((uint64_t)l->input.height * l->input.width * l->input.channels == f->shape[1]) {
        l->kernel_h = l->input.height;
        l->kernel_w = l->input.width;
        if (l->kernel_h > 255 || l->kernel_w > 255)
            return refuse(t, "an input of more than 255 lines or columns");
    } else if (l->input.channels != f->shape[1]) {
        return refuse(t, "the input has another size than the weights");
    }
    serac_build_shape(l);
    l->output.channels = f->shape[0];
    if (!serac_build_conv(t->build, w->values, 1, (int8_t)(uint8_t)zero_code(w)))
        return no_room(t);
    return finish(t, l, w, option(t, 0, 1, 0), true);
}

static enum serac_status fully_connected(struct importer *t)
{
    struct weights w;
    const struct serac_tflite_tensor *f = input_of(t, 1);
    if (!f || f->rank != 2 || !is_activation(t, input_of(t, 0)))
        return refuse(t, "needs an 8-bit input and weights of two dimensions");
    if (option(t, 1, 1, 0) != 0)
        return refuse(t, "shuffled weights are not supported");
    enum serac_status status = read_weights(t, f->shape[0], false, &w) ? matrix_layer(t, &w) : SERAC_E_INPUT;
    free(w.values);
    return status;
}

/* --- the others ---------------------------------------------------------------- */

static struct serac_layer *host_layer(struct importer *t, enum serac_host_function host, int32_t first,
                                      int32_t second)
{
    struct serac_layer *l = new_layer(t, serac_host_name(host), first, second);
    if (!l) {
        no_room(t);
        return NULL;
    }
    l->op = SERAC_OP_HOST;
    l->host = host;
    return l;
}

static bool same_size(const struct serac_tflite_tensor *a, const struct serac_tflite_tensor *b)
{
    return a && b && a->rank == b->rank && !memcmp(a->shape, b->shape, a->rank * sizeof *a->shape);
}

/* Output format, whose shape must be the layer's. */
static enum serac_status set_output(struct importer *t, struct serac_layer *l, int64_t activation)
{
    struct serac_tensor out;
    if (!set_tensor(t, output_of(t), &out) || !is_activation(t, input_of(t, 0)))
        return refuse(t, "needs 8-bit tensors of one image");
    if ((uint64_t)out.height * out.width * out.channels !=
        (uint64_t)l->output.height * l->output.width * l->output.channels)
        return refuse(t, "its output has another shape than its input gives");
    out.height = l->output.height;
    out.width = l->output.width;
    out.channels = l->output.channels;
    l->output = out;
    return set_clamp(t, l, output_of(t), activation) ? made(t) : SERAC_E_INPUT;
}

/* Both operands are brought to twice the larger scale, 20 bits up. */
static enum serac_status addition(struct importer *t)
{
    const struct serac_tflite_tensor *a = input_of(t, 0), *b = input_of(t, 1), *out = output_of(t);
    if (!is_activation(t, a) || !is_activation(t, b) || !is_activation(t, out) || a->type != b->type)
        return refuse(t, "needs two 8-bit operands");
    if (!same_size(a, b))
        return refuse(t, "operands of different shapes are not supported");
    struct source *first = source_of(t, 0, false), *second = first ? source_of(t, 1, false) : NULL;
    struct serac_layer *l = second ? host_layer(t, SERAC_HOST_ADD, first->layer, second->layer) : NULL;
    if (!l)
        return SERAC_E_INPUT;
    float s1 = serac_tflite_scale(&t->model, a, 0), s2 = serac_tflite_scale(&t->model, b, 0);
    double twice = 2 * (double)(s1 > s2 ? s1 : s2), sum = serac_tflite_scale(&t->model, out, 0);
    serac_import_multiplier(s1 / twice, &l->factors[0], &l->factors[1]);
    serac_import_multiplier(s2 / twice, &l->factors[2], &l->factors[3]);
    serac_import_multiplier(twice / ((1 << 20) * sum), &l->factors[4], &l->factors[5]);
    return set_output(t, l, option(t, 0, 1, 0));
}

/* Maximum pooling is part of the layer before if that is a convolution that nobody else reads. */
static bool fuse_pool(struct importer *t, const struct source *s, const struct window *w)
{
    struct serac_network *n = t->build->network;
    int32_t in = serac_tflite_input(&t->model, node_of(t), 0);
    if (s->layer < 0 || (uint32_t)s->layer + 1 != n->num_layers || t->uses[in] != 1)
        return false;
    struct serac_layer *l = &n->layers[s->layer];
    bool square = w->kernel_h == w->kernel_w && w->stride_h == w->kernel_h && w->stride_w == w->kernel_w &&
                  w->kernel_h >= 2 && w->kernel_h <= 16;
    bool whole = w->padding == VALID || (l->output.height % w->kernel_h == 0 && l->output.width % w->kernel_w == 0);
    if ((l->op != SERAC_OP_CONV && l->op != SERAC_OP_DEPTHWISE) || l->pool != 1 || !square || !whole ||
        l->output.height < w->kernel_h || l->output.width < w->kernel_w)
        return false;
    l->pool = (uint32_t)w->kernel_h;
    serac_build_shape(l);
    return true;
}

static enum serac_status pooling(struct importer *t, enum serac_host_function host)
{
    enum { PADDING, STRIDE_W, STRIDE_H, WIDTH, HEIGHT, ACTIVATION };
    struct source *s = source_of(t, 0, false);
    struct window window = {option(t, PADDING, 1, SAME), option(t, STRIDE_W, 4, 0), option(t, STRIDE_H, 4, 0),
                            option(t, HEIGHT, 4, 0), option(t, WIDTH, 4, 0), 1, 1};
    const struct serac_tflite_tensor *in = input_of(t, 0), *out = output_of(t);
    if (!s)
        return SERAC_E_INPUT;
    if (!is_activation(t, in) || !is_activation(t, out) ||
        serac_tflite_scale(&t->model, in, 0) != serac_tflite_scale(&t->model, out, 0) ||
        serac_tflite_zero_point(&t->model, in, 0) != serac_tflite_zero_point(&t->model, out, 0))
        return refuse(t, "input and output must have one scale and zero point");
    int64_t activation = option(t, ACTIVATION, 1, 0);
    if (host == SERAC_HOST_MAX_POOL && activation == ACTIVATION_NONE && fuse_pool(t, s, &window))
        return made(t);
    struct serac_layer *l = host_layer(t, host, s->layer, NO_SECOND);
    if (!l || !set_window(t, l, &window, s))
        return SERAC_E_INPUT;
    if (host == SERAC_HOST_AVERAGE_POOL)
        serac_build_average(t->build);
    return set_output(t, l, activation);
}

static enum serac_status softmax(struct importer *t)
{
    struct source *s = source_of(t, 0, false);
    struct serac_layer *l = s ? host_layer(t, SERAC_HOST_SOFTMAX, s->layer, NO_SECOND) : NULL;
    if (!l)
        return SERAC_E_INPUT;
    if (!is_activation(t, input_of(t, 0)) || !output_of(t) || output_of(t)->type != SERAC_TFLITE_INT8)
        return refuse(t, "needs 8-bit operands and a signed result");
    float beta = serac_flatbuffer_float(&t->model.file, node_of(t)->options, 0, 0);
    double scale = (double)beta * (double)serac_tflite_scale(&t->model, input_of(t, 0), 0) * (1 << 26);
    serac_import_multiplier(scale < 2147483647.0 ? scale : 2147483647.0, &l->factors[0], &l->factors[1]);
    if (l->factors[1] < 0)
        return refuse(t, "its input's scale is too small");
    l->factors[2] = -(int32_t)floor(31.0 * (1 << 26) / (double)((int64_t)1 << l->factors[1]));
    return set_output(t, l, ACTIVATION_NONE);
}

static enum serac_status requantise(struct importer *t)
{
    const struct serac_tflite_tensor *in = input_of(t, 0), *out = output_of(t);
    int32_t from = serac_tflite_input(&t->model, node_of(t), 0), to = serac_tflite_output(&t->model, node_of(t), 0);
    if (in && out && in->type == SERAC_TFLITE_FLOAT32 && from >= 0 && t->sources[from].layer == INPUT &&
        t->build->network->num_layers == 0) {
        struct serac_tensor *tensor = &t->build->network->input;
        if (!set_tensor(t, out, tensor))
            return SERAC_E_INPUT;
        t->build->network->input_scale = serac_tflite_scale(&t->model, out, 0);
        t->sources[to] = (struct source){.layer = INPUT};
        serac_import_note(t->import, "the input is quantised before: codes, not floats");
        return SERAC_OK;
    }
    struct source *s = source_of(t, 0, false);
    struct serac_layer *l = s ? host_layer(t, SERAC_HOST_REQUANTISE, s->layer, NO_SECOND) : NULL;
    if (!l)
        return SERAC_E_INPUT;
    if (!is_activation(t, in) || !is_activation(t, out))
        return refuse(t, "needs 8-bit tensors");
    serac_import_multiplier((double)serac_tflite_scale(&t->model, in, 0) /
                                (double)serac_tflite_scale(&t->model, out, 0),
                            &l->factors[0], &l->factors[1]);
    return set_output(t, l, ACTIVATION_NONE);
}

/* Over height and width, as reference_integer_ops::Mean does it. */
static enum serac_status mean(struct importer *t)
{
    const struct serac_tflite_tensor *in = input_of(t, 0), *axes = input_of(t, 1), *out = output_of(t);
    struct source *s = source_of(t, 0, false);
    if (!s)
        return SERAC_E_INPUT;
    uint32_t found = 0, wanted = in && in->rank == 4 ? 2 | 4 : 0;
    for (uint32_t i = 0; axes && axes->data && i < axes->bytes / 4 && axes->type == SERAC_TFLITE_INT32; i++) {
        int64_t axis = serac_tflite_constant(axes, i);
        found |= 1u << ((axis < 0 ? axis + 4 : axis) & 7);
    }
    if (!wanted || found != wanted || !is_activation(t, in) || !is_activation(t, out))
        return refuse(t, "needs four dimensions, 8 bits, and the mean over the second and third");
    struct serac_layer *l = host_layer(t, SERAC_HOST_MEAN, s->layer, NO_SECOND);
    if (!l)
        return SERAC_E_INPUT;
    l->output.height = l->output.width = 1;
    serac_import_multiplier((double)serac_tflite_scale(&t->model, in, 0) /
                                (double)serac_tflite_scale(&t->model, out, 0),
                            &l->factors[0], &l->factors[1]);
    return set_output(t, l, ACTIVATION_NONE);
}

/* Waits for the convolution behind it. */
static enum serac_status padding(struct importer *t)
{
    const struct serac_tflite_tensor *in = input_of(t, 0), *pads = input_of(t, 1);
    struct source *s = source_of(t, 0, false);
    if (!s)
        return SERAC_E_INPUT;
    if (!is_activation(t, in) || in->rank != 4 || !pads || !pads->data || !output_of(t) ||
        (pads->type != SERAC_TFLITE_INT32 && pads->type != SERAC_TFLITE_INT64) ||
        pads->bytes != (pads->type == SERAC_TFLITE_INT64 ? 64u : 32u))
        return refuse(t, "needs an 8-bit tensor of four dimensions and constant paddings");
    struct source to = {.layer = s->layer};
    for (uint32_t i = 0; i < 8; i++) {
        int64_t pad = serac_tflite_constant(pads, i);
        uint32_t axis = i / 2;
        if (pad < 0 || pad > 255 || (pad && (axis == 0 || axis == 3)))
            return refuse(t, "pads something else than 0..255 lines or columns");
        if (axis == 1 || axis == 2)
            to.pad[(axis - 1) + 2 * (i % 2)] = (uint32_t)pad;
    }
    t->sources[serac_tflite_output(&t->model, node_of(t), 0)] = to;
    return SERAC_OK;
}

/* The same values under another shape. Only a fully connected layer, which flattens anyway, or a
 * pixel's channels can tell no difference; the network's input can be taken in any shape. */
static enum serac_status reshape(struct importer *t)
{
    const struct serac_tflite_tensor *in = input_of(t, 0), *out = output_of(t);
    struct source *s = source_of(t, 0, false);
    uint32_t from[3], to[3];
    if (!s)
        return SERAC_E_INPUT;
    if (!in || !out || !shape_of(in, from) || !shape_of(out, to) ||
        serac_tflite_elements(in) != serac_tflite_elements(out))
        return refuse(t, "needs one image of the same size before and after");
    struct serac_network *n = t->build->network;
    if (s->layer == INPUT && n->num_layers == 0 && t->uses[serac_tflite_input(&t->model, node_of(t), 0)] == 1) {
        n->input.height = to[0];
        n->input.width = to[1];
        n->input.channels = to[2];
    } else if (memcmp(from, to, sizeof from) && !(to[0] == 1 && to[1] == 1)) {
        return refuse(t, "a change of shape in the middle of a network is only supported to a vector");
    }
    t->sources[serac_tflite_output(&t->model, node_of(t), 0)] = *s;
    return SERAC_OK;
}

static enum serac_status dequantise(struct importer *t)
{
    struct source *s = source_of(t, 0, false);
    int32_t out = serac_tflite_output(&t->model, node_of(t), 0);
    if (!s || out < 0)
        return SERAC_E_INPUT;
    if (t->node + 1 != t->model.num_nodes)
        return refuse(t, "floats in the middle of a network are not supported");
    t->sources[out] = *s;
    serac_import_note(t->import, "the output is given in codes, not dequantised to floats");
    return SERAC_OK;
}

static enum serac_status convert(struct importer *t)
{
    if (!output_of(t) || node_of(t)->num_outputs != 1)
        return refuse(t, "needs one output");
    switch (node_of(t)->op) {
    case SERAC_TFLITE_CONV_2D: return convolution(t, false);
    case SERAC_TFLITE_DEPTHWISE_CONV_2D: return convolution(t, true);
    case SERAC_TFLITE_FULLY_CONNECTED: return fully_connected(t);
    case SERAC_TFLITE_ADD: return addition(t);
    case SERAC_TFLITE_AVERAGE_POOL_2D: return pooling(t, SERAC_HOST_AVERAGE_POOL);
    case SERAC_TFLITE_MAX_POOL_2D: return pooling(t, SERAC_HOST_MAX_POOL);
    case SERAC_TFLITE_SOFTMAX: return softmax(t);
    case SERAC_TFLITE_QUANTIZE: return requantise(t);
    case SERAC_TFLITE_DEQUANTIZE: return dequantise(t);
    case SERAC_TFLITE_MEAN: return mean(t);
    case SERAC_TFLITE_PAD: return padding(t);
    case SERAC_TFLITE_RESHAPE:
    case SERAC_TFLITE_SQUEEZE:
    case SERAC_TFLITE_EXPAND_DIMS: return reshape(t);
    default: return refuse(t, "is not supported");
    }
}

/* --- the network ------------------------------------------------------------- */

static enum serac_status open_input(struct importer *t)
{
    const struct serac_tflite *m = &t->model;
    int64_t number = m->num_inputs ? serac_flatbuffer_int_at(&m->file, m->inputs, 4, 0) : -1;
    if (m->num_inputs != 1 || m->num_outputs != 1 || number < 0)
        return serac_import_fail(t->import, 0, "needs one input and one output, has %u and %u",
                                 (unsigned)m->num_inputs, (unsigned)m->num_outputs);
    const struct serac_tflite_tensor *in = &m->tensors[number];
    uint32_t hwc[3];
    t->sources[number].layer = INPUT;
    if (in->type == SERAC_TFLITE_FLOAT32)
        return SERAC_OK;                  /* a QUANTIZE must follow */
    if (!is_activation(t, in) || !shape_of(in, hwc))
        return serac_import_fail(t->import, 0, "input \"%s\": must be int8 or uint8, one image of height, width "
                                 "and channels, with one scale", in->name);
    t->build->network->input = (struct serac_tensor){
        .height = hwc[0], .width = hwc[1], .channels = hwc[2], .bits = 8, .is_signed = in->type == SERAC_TFLITE_INT8,
        .zero_point = (int32_t)serac_tflite_zero_point(m, in, 0)};
    t->build->network->input_scale = serac_tflite_scale(m, in, 0);
    return SERAC_OK;
}

static void count_uses(struct importer *t)
{
    const struct serac_tflite *m = &t->model;
    for (uint32_t i = 0; i < m->num_nodes; i++)
        for (uint32_t k = 0; k < m->nodes[i].num_inputs; k++) {
            int32_t n = serac_tflite_input(m, &m->nodes[i], k);
            if (n >= 0)
                t->uses[n]++;
        }
    for (uint32_t k = 0; k < m->num_outputs; k++) {
        int64_t n = serac_flatbuffer_int_at(&m->file, m->outputs, 4, k);
        if (n >= 0)
            t->uses[n]++;
    }
}

static enum serac_status convert_all(struct importer *t)
{
    struct serac_tflite *m = &t->model;
    t->sources = calloc(m->num_tensors, sizeof *t->sources);
    t->uses = calloc(m->num_tensors, sizeof *t->uses);
    if (!t->sources || !t->uses)
        return no_room(t);
    for (uint32_t i = 0; i < m->num_tensors; i++)
        t->sources[i].layer = NOWHERE;
    count_uses(t);
    enum serac_status status = open_input(t);
    for (t->node = 0; status == SERAC_OK && t->node < m->num_nodes; t->node++)
        status = convert(t);
    if (status != SERAC_OK)
        return status;
    struct source *out = &t->sources[serac_flatbuffer_int_at(&m->file, m->outputs, 4, 0)];
    uint32_t last = t->build->network->num_layers;
    t->node = 0;
    if (out->layer < 0 || (uint32_t)out->layer + 1 != last || has_pads(out))
        return serac_import_fail(t->import, 0, "the network's output must be made by its last operator");
    return serac_build_finish(t->build, t->import->error);
}

enum serac_status serac_import_tflite(struct serac_import *import, const uint8_t *bytes, size_t size,
                                      enum serac_requant_mode rounding, const char *name,
                                      struct serac_build *build)
{
    struct importer t = {.import = import, .build = build, .rounding = rounding};
    struct serac_error error = {""};
    enum serac_status status = serac_tflite_open(&t.model, bytes, size, &error);
    if (status != SERAC_OK)
        return serac_import_fail(import, 0, "%s", error.text[0] ? error.text : "out of memory");
    status = serac_build_init(build, name, "TensorFlow Lite") ? convert_all(&t) : no_room(&t);
    if (status != SERAC_OK)
        serac_build_free(build);
    free(t.sources);
    free(t.uses);
    serac_tflite_free(&t.model);
    return status;
}
