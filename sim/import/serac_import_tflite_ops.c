/* serac_import_tflite_ops.c - additions, poolings, softmax and changes of shape of TensorFlow Lite. */
#include <math.h>
#include <string.h>

#include "serac_host.h"
#include "serac_import_tflite.h"

/* --- the others ---------------------------------------------------------------- */

static struct serac_layer *host_layer(struct serac_import_tflite *t, enum serac_host_function host, int32_t first,
                                      int32_t second)
{
    struct serac_layer *l = serac_import_tflite_new_layer(t, serac_host_name(host), first, second);
    if (!l) {
        serac_import_tflite_no_room(t);
        return NULL;
    }
    l->op = SERAC_OP_HOST;
    l->host = host;
    l->mode = t->choice.rounding;
    return l;
}

static bool same_size(const struct serac_tflite_tensor *a, const struct serac_tflite_tensor *b)
{
    return a && b && a->rank == b->rank && !memcmp(a->shape, b->shape, a->rank * sizeof *a->shape);
}

/* Output format, whose shape must be the layer's. */
static enum serac_status set_output(struct serac_import_tflite *t, struct serac_layer *l, int64_t activation)
{
    struct serac_tensor out;
    if (!serac_import_tflite_set_tensor(t, serac_import_tflite_output_of(t), &out) ||
        !serac_import_tflite_is_activation(t, serac_import_tflite_input_of(t, 0)))
        return serac_import_tflite_refuse(t, "needs 8-bit tensors of one image");
    if ((uint64_t)out.height * out.width * out.channels !=
        (uint64_t)l->output.height * l->output.width * l->output.channels)
        return serac_import_tflite_refuse(t, "its output has another shape than its input gives");
    out.height = l->output.height;
    out.width = l->output.width;
    out.channels = l->output.channels;
    l->output = out;
    return serac_import_tflite_set_clamp(t, l, serac_import_tflite_output_of(t), activation)
               ? serac_import_tflite_made(t) : SERAC_E_INPUT;
}

/* Both operands are brought to twice the larger scale, 20 bits up. */
static enum serac_status addition(struct serac_import_tflite *t)
{
    const struct serac_tflite_tensor *a = serac_import_tflite_input_of(t, 0), *b = serac_import_tflite_input_of(t, 1);
    const struct serac_tflite_tensor *out = serac_import_tflite_output_of(t);
    if (!serac_import_tflite_is_activation(t, a) || !serac_import_tflite_is_activation(t, b) ||
        !serac_import_tflite_is_activation(t, out) || a->type != b->type)
        return serac_import_tflite_refuse(t, "needs two 8-bit operands");
    if (!same_size(a, b))
        return serac_import_tflite_refuse(t, "operands of different shapes are not supported");
    struct serac_import_tflite_source *first = serac_import_tflite_source_of(t, 0, false);
    struct serac_import_tflite_source *second = first ? serac_import_tflite_source_of(t, 1, false) : NULL;
    struct serac_layer *l = second ? host_layer(t, SERAC_HOST_ADD, first->layer, second->layer) : NULL;
    if (!l)
        return SERAC_E_INPUT;
    float s1 = serac_tflite_scale(&t->model, a, 0), s2 = serac_tflite_scale(&t->model, b, 0);
    double twice = 2 * (double)(s1 > s2 ? s1 : s2), sum = serac_tflite_scale(&t->model, out, 0);
    serac_build_multiplier(s1 / twice, &l->factors[0], &l->factors[1]);
    serac_build_multiplier(s2 / twice, &l->factors[2], &l->factors[3]);
    serac_build_multiplier(twice / ((1 << 20) * sum), &l->factors[4], &l->factors[5]);
    return set_output(t, l, serac_import_tflite_option(t, 0, 1, 0));
}

/* Maximum pooling is part of the layer before if that is a convolution that nobody else reads. */
static bool fuse_pool(struct serac_import_tflite *t, const struct serac_import_tflite_source *s,
                      const struct serac_import_tflite_window *w)
{
    struct serac_network *n = t->build->network;
    int32_t in = serac_tflite_input(&t->model, serac_import_tflite_node_of(t), 0);
    if (s->layer < 0 || (uint32_t)s->layer + 1 != n->num_layers || t->uses[in] != 1)
        return false;
    struct serac_layer *l = &n->layers[s->layer];
    bool square = w->kernel_h == w->kernel_w && w->stride_h == w->kernel_h && w->stride_w == w->kernel_w &&
                  w->kernel_h >= 2 && w->kernel_h <= 16;
    bool whole = w->padding == SERAC_IMPORT_TFLITE_VALID ||
                 (l->output.height % w->kernel_h == 0 && l->output.width % w->kernel_w == 0);
    if ((l->op != SERAC_OP_CONV && l->op != SERAC_OP_DEPTHWISE) || l->pool != 1 || !square || !whole ||
        l->output.height < w->kernel_h || l->output.width < w->kernel_w)
        return false;
    l->pool = (uint32_t)w->kernel_h;
    serac_build_shape(l);
    return true;
}

static enum serac_status pooling(struct serac_import_tflite *t, enum serac_host_function host)
{
    enum { PADDING, STRIDE_W, STRIDE_H, WIDTH, HEIGHT, ACTIVATION };
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, false);
    struct serac_import_tflite_window window = {
        serac_import_tflite_option(t, PADDING, 1, SERAC_IMPORT_TFLITE_SAME),
            serac_import_tflite_option(t, STRIDE_W, 4, 0),
        serac_import_tflite_option(t, STRIDE_H, 4, 0),
                            serac_import_tflite_option(t, HEIGHT, 4, 0), serac_import_tflite_option(t, WIDTH, 4, 0), 1,
                                1};
    const struct serac_tflite_tensor *in = serac_import_tflite_input_of(t, 0), *out = serac_import_tflite_output_of(t);
    if (!s)
        return SERAC_E_INPUT;
    if (!serac_import_tflite_is_activation(t, in) || !serac_import_tflite_is_activation(t, out) ||
        serac_tflite_scale(&t->model, in, 0) != serac_tflite_scale(&t->model, out, 0) ||
        serac_tflite_zero_point(&t->model, in, 0) != serac_tflite_zero_point(&t->model, out, 0))
        return serac_import_tflite_refuse(t, "input and output must have one scale and zero point");
    int64_t activation = serac_import_tflite_option(t, ACTIVATION, 1, 0);
    if (host == SERAC_HOST_MAX_POOL && activation == SERAC_IMPORT_TFLITE_NONE && fuse_pool(t, s, &window))
        return serac_import_tflite_made(t);
    struct serac_layer *l = host_layer(t, host, s->layer, SERAC_IMPORT_TFLITE_NO_SECOND);
    if (!l || !serac_import_tflite_set_window(t, l, &window, s))
        return SERAC_E_INPUT;
    if (host == SERAC_HOST_AVERAGE_POOL)
        serac_build_average(t->build);
    return set_output(t, l, activation);
}

static enum serac_status softmax(struct serac_import_tflite *t)
{
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, false);
    struct serac_layer *l = s ? host_layer(t, SERAC_HOST_SOFTMAX, s->layer, SERAC_IMPORT_TFLITE_NO_SECOND) : NULL;
    if (!l)
        return SERAC_E_INPUT;
    const struct serac_tflite_tensor *out = serac_import_tflite_output_of(t);
    if (!serac_import_tflite_is_activation(t, serac_import_tflite_input_of(t, 0)) || !out ||
        out->type != SERAC_TFLITE_INT8)
        return serac_import_tflite_refuse(t, "needs 8-bit operands and a signed result");
    float beta = serac_flatbuffer_float(&t->model.file, serac_import_tflite_node_of(t)->options, 0, 0);
    double scale = (double)beta * (double)serac_tflite_scale(&t->model, serac_import_tflite_input_of(t, 0),
                                                             0) * (1 << 26);
    double most = t->choice.rounding == SERAC_MODE_SINGLE ? 1073741823.0 : 2147483647.0;
    serac_build_multiplier(scale < most ? scale : most, &l->factors[0], &l->factors[1]);
    if (l->factors[1] < 0)
        return serac_import_tflite_refuse(t, "its input's scale is too small");
    l->factors[2] = -(int32_t)floor(31.0 * (1 << 26) / (double)((int64_t)1 << l->factors[1]));
    return set_output(t, l, SERAC_IMPORT_TFLITE_NONE);
}

static enum serac_status requantise(struct serac_import_tflite *t)
{
    const struct serac_tflite_tensor *in = serac_import_tflite_input_of(t, 0), *out = serac_import_tflite_output_of(t);
    int32_t from = serac_tflite_input(&t->model, serac_import_tflite_node_of(t), 0);
    int32_t to = serac_tflite_output(&t->model, serac_import_tflite_node_of(t), 0);
    if (in && out && in->type == SERAC_TFLITE_FLOAT32 && from >= 0 &&
        t->sources[from].layer == SERAC_IMPORT_TFLITE_INPUT && t->build->network->num_layers == 0) {
        struct serac_tensor *tensor = &t->build->network->input;
        if (!serac_import_tflite_set_tensor(t, out, tensor))
            return SERAC_E_INPUT;
        t->build->network->input_scale = serac_tflite_scale(&t->model, out, 0);
        t->sources[to] = (struct serac_import_tflite_source){.layer = SERAC_IMPORT_TFLITE_INPUT};
        serac_import_note(t->import, "the input is quantised before: codes, not floats");
        return SERAC_OK;
    }
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, false);
    struct serac_layer *l = s ? host_layer(t, SERAC_HOST_REQUANTISE, s->layer, SERAC_IMPORT_TFLITE_NO_SECOND) : NULL;
    if (!l)
        return SERAC_E_INPUT;
    if (!serac_import_tflite_is_activation(t, in) || !serac_import_tflite_is_activation(t, out))
        return serac_import_tflite_refuse(t, "needs 8-bit tensors");
    serac_build_multiplier((double)serac_tflite_scale(&t->model, in, 0) /
                           (double)serac_tflite_scale(&t->model, out, 0),
                           &l->factors[0], &l->factors[1]);
    return set_output(t, l, SERAC_IMPORT_TFLITE_NONE);
}

/* The multiplier of a sum of `count` that gives its mean: reference_ops::QuantizedMeanOrSum. */
static void divide(int32_t *multiplier, int32_t *shift, uint32_t count)
{
    int32_t left = 0;
    while (left < 31 + *shift && count >> (left + 1))
        left++;
    *multiplier = (int32_t)((int64_t)*multiplier * ((int64_t)1 << left) / count);
    *shift -= left;
}

/* Over height and width: a depthwise layer of ones, whose factor holds the division. */
static enum serac_status mean(struct serac_import_tflite *t)
{
    const struct serac_tflite_tensor *in = serac_import_tflite_input_of(t, 0);
    const struct serac_tflite_tensor *axes = serac_import_tflite_input_of(t, 1);
    const struct serac_tflite_tensor *out = serac_import_tflite_output_of(t);
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, false);
    if (!s)
        return SERAC_E_INPUT;
    uint32_t found = 0, wanted = in && in->rank == 4 ? 2 | 4 : 0;
    for (uint32_t i = 0; axes && axes->data && i < axes->bytes / 4 && axes->type == SERAC_TFLITE_INT32; i++) {
        int64_t axis = serac_tflite_constant(axes, i);
        found |= 1u << ((axis < 0 ? axis + 4 : axis) & 7);
    }
    if (!wanted || found != wanted || !serac_import_tflite_is_activation(t, in) ||
        !serac_import_tflite_is_activation(t, out))
        return serac_import_tflite_refuse(t, "needs four dimensions, 8 bits, and the mean over the second and third");
    struct serac_layer *l = serac_import_tflite_new_layer(t, "mean", s->layer, SERAC_IMPORT_TFLITE_NO_SECOND);
    if (!l)
        return serac_import_tflite_no_room(t);
    if (l->input.height > 255 || l->input.width > 255)
        return serac_import_tflite_refuse(t, "more than 255 lines or columns");
    l->op = SERAC_OP_DEPTHWISE;
    l->mode = t->choice.rounding;
    l->kernel_h = l->input.height;
    l->kernel_w = l->input.width;
    l->weight_bits = l->weight_store_bits = 2;      /* ones; one bit is 0 or -1 */
    l->output.height = l->output.width = 1;
    uint32_t count = l->kernel_h * l->kernel_w;
    int8_t *ones = serac_build_weights(t->build, (uint64_t)count * l->output.channels);
    struct serac_param *p = serac_build_params(t->build, l->output.channels);
    if (!ones || !p)
        return serac_import_tflite_no_room(t);
    memset(ones, 1, (size_t)count * l->output.channels);
    for (uint32_t c = 0; c < l->output.channels; c++) {
        serac_build_multiplier((double)serac_tflite_scale(&t->model, in, 0) /
                               (double)serac_tflite_scale(&t->model, out, 0),
                               &p[c].mult, &p[c].shift);
        divide(&p[c].mult, &p[c].shift, count);
    }
    return set_output(t, l, SERAC_IMPORT_TFLITE_NONE);
}

/* Waits for the convolution behind it. */
static enum serac_status padding(struct serac_import_tflite *t)
{
    const struct serac_tflite_tensor *in = serac_import_tflite_input_of(t, 0), *pads =
        serac_import_tflite_input_of(t, 1);
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, false);
    if (!s)
        return SERAC_E_INPUT;
    if (!serac_import_tflite_is_activation(t, in) || in->rank != 4 || !pads || !pads->data ||
        !serac_import_tflite_output_of(t) || (pads->type != SERAC_TFLITE_INT32 && pads->type != SERAC_TFLITE_INT64) ||
        pads->bytes != (pads->type == SERAC_TFLITE_INT64 ? 64u : 32u))
        return serac_import_tflite_refuse(t, "needs an 8-bit tensor of four dimensions and constant paddings");
    struct serac_import_tflite_source to = {.layer = s->layer};
    for (uint32_t i = 0; i < 8; i++) {
        int64_t pad = serac_tflite_constant(pads, i);
        uint32_t axis = i / 2;
        if (pad < 0 || pad > 255 || (pad && (axis == 0 || axis == 3)))
            return serac_import_tflite_refuse(t, "pads something else than 0..255 lines or columns");
        if (axis == 1 || axis == 2)
            to.pad[(axis - 1) + 2 * (i % 2)] = (uint32_t)pad;
    }
    t->sources[serac_tflite_output(&t->model, serac_import_tflite_node_of(t), 0)] = to;
    return SERAC_OK;
}

/* The same values under another shape. Only a fully connected layer, which flattens anyway, or a
 * pixel's channels can tell no difference; the network's input can be taken in any shape. */
static enum serac_status reshape(struct serac_import_tflite *t)
{
    const struct serac_tflite_tensor *in = serac_import_tflite_input_of(t, 0), *out = serac_import_tflite_output_of(t);
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, false);
    uint32_t from[3], to[3];
    if (!s)
        return SERAC_E_INPUT;
    if (!in || !out || !serac_import_tflite_shape_of(in, from) || !serac_import_tflite_shape_of(out, to) ||
        serac_tflite_elements(in) != serac_tflite_elements(out))
        return serac_import_tflite_refuse(t, "needs one image of the same size before and after");
    struct serac_network *n = t->build->network;
    int32_t number = serac_tflite_input(&t->model, serac_import_tflite_node_of(t), 0);
    if (s->layer == SERAC_IMPORT_TFLITE_INPUT && n->num_layers == 0 && t->uses[number] == 1) {
        n->input.height = to[0];
        n->input.width = to[1];
        n->input.channels = to[2];
    } else if (memcmp(from, to, sizeof from) && !(to[0] == 1 && to[1] == 1)) {
        return serac_import_tflite_refuse(t, "a change of shape in the middle of a network is only supported to a "
                                             "vector");
    }
    t->sources[serac_tflite_output(&t->model, serac_import_tflite_node_of(t), 0)] = *s;
    return SERAC_OK;
}

static enum serac_status dequantise(struct serac_import_tflite *t)
{
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, false);
    int32_t out = serac_tflite_output(&t->model, serac_import_tflite_node_of(t), 0);
    if (!s || out < 0)
        return SERAC_E_INPUT;
    if (t->node + 1 != t->model.num_nodes)
        return serac_import_tflite_refuse(t, "floats in the middle of a network are not supported");
    t->sources[out] = *s;
    serac_import_note(t->import, "the output is given in codes, not dequantised to floats");
    return SERAC_OK;
}

enum serac_status serac_import_tflite_convert(struct serac_import_tflite *t)
{
    if (!serac_import_tflite_output_of(t) || serac_import_tflite_node_of(t)->num_outputs != 1)
        return serac_import_tflite_refuse(t, "needs one output");
    switch (serac_import_tflite_node_of(t)->op) {
    case SERAC_TFLITE_CONV_2D: return serac_import_tflite_convolution(t, false);
    case SERAC_TFLITE_DEPTHWISE_CONV_2D: return serac_import_tflite_convolution(t, true);
    case SERAC_TFLITE_FULLY_CONNECTED: return serac_import_tflite_fully_connected(t);
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
    default: return serac_import_tflite_refuse(t, "is not supported");
    }
}

