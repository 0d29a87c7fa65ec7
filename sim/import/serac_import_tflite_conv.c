/* serac_import_tflite_conv.c - convolutions and matrices of TensorFlow Lite. */
#include <stdlib.h>

#include "serac_import_tflite.h"

/* May a VALID convolution take the padding that waits at its input? */
static bool takes_pads(const struct serac_import_tflite_source *s, const struct serac_import_tflite_window *w)
{
    int64_t h = (w->kernel_h - 1) * w->dilation_h + 1, v = (w->kernel_w - 1) * w->dilation_w + 1;
    return w->padding == SERAC_IMPORT_TFLITE_VALID && s->pad[0] < h && s->pad[2] < h && s->pad[1] < v && s->pad[3] < v;
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
static bool read_weights(struct serac_import_tflite *t, uint32_t channels, bool last, struct weights *w)
{
    *w = (struct weights){.values = NULL};
    w->filter = serac_import_tflite_input_of(t, 1);
    w->bias = serac_import_tflite_node_of(t)->num_inputs > 2 ? serac_import_tflite_input_of(t, 2) : NULL;
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
        serac_import_tflite_refuse(t, why);
    return !why;
}

/* The real factor of one channel's requantisation. Fully connected with one scale, and uint8: the product is a
 * float's, as GetQuantizedConvolutionMultipler has it; else a double's, as PopulateConvolutionQuantizationParams. */
static double factor_of(const struct serac_import_tflite *t, const struct weights *w, uint32_t channel, bool one)
{
    float in = serac_tflite_scale(&t->model, serac_import_tflite_input_of(t, 0), 0);
    float filter = serac_tflite_scale(&t->model, w->filter, w->filter->num_scales > 1 ? channel : 0);
    float out = serac_tflite_scale(&t->model, serac_import_tflite_output_of(t), 0);
    if (one) {
        float product = in * filter;
        return (double)product / (double)out;
    }
    return (double)in * (double)filter / (double)out;
}

/* Bias and factors of every output channel. */
static bool set_params(struct serac_import_tflite *t, struct serac_layer *l, const struct weights *w, bool one)
{
    struct serac_param *p = serac_build_params(t->build, l->output.channels);
    one = w->filter->num_scales == 1 && (one || w->filter->type == SERAC_TFLITE_UINT8);
    l->mode = t->choice.rounding;
    l->weight_bits = l->weight_store_bits = w->bits;
    l->weight_kind = w->is_unsigned ? SERAC_WEIGHT_UNSIGNED : SERAC_WEIGHT_SIGNED;
    for (uint32_t c = 0; p && c < l->output.channels; c++) {
        serac_build_multiplier(factor_of(t, w, c, one), &p[c].mult, &p[c].shift);
        p[c].bias = w->bias ? (int32_t)serac_tflite_constant(w->bias, c) : 0;
        p[c].zero = zero_code(w);
    }
    if (!p)
        serac_import_tflite_no_room(t);
    return p != NULL;
}

/* --- convolutions ------------------------------------------------------------ */

static enum serac_status finish(struct serac_import_tflite *t, struct serac_layer *l, const struct weights *w,
                                int64_t activation, bool one)
{
    struct serac_tensor out;
    if (!serac_import_tflite_set_tensor(t, serac_import_tflite_output_of(t), &out))
        return SERAC_E_INPUT;
    out.height = l->output.height;      /* by the window; serac_layer_check knows no other */
    out.width = l->output.width;
    if (out.channels != l->output.channels ||
        serac_tflite_elements(serac_import_tflite_output_of(t)) != (uint64_t)out.height * out.width * out.channels)
        return serac_import_tflite_refuse(t, "its output has another shape than its window and weights give");
    l->output = out;
    if (!set_params(t, l, w, one) || !serac_import_tflite_set_clamp(t, l, serac_import_tflite_output_of(t), activation))
        return SERAC_E_INPUT;
    return serac_import_tflite_made(t);
}

/* The window's work for the host, a matrix for the machine; the layer of the matrix. */
static struct serac_layer *make_patches(struct serac_import_tflite *t, struct serac_layer *patches)
{
    char name[SERAC_NAME_MAX];
    patches->op = SERAC_OP_HOST;
    patches->host = SERAC_HOST_PATCHES;
    patches->output.channels = patches->input.channels * patches->kernel_h * patches->kernel_w;
    snprintf(name, sizeof name, "%s", patches->name);
    snprintf(patches->name, sizeof patches->name, "patches_%u", (unsigned)t->node);
    struct serac_layer *l = serac_build_layer(t->build, name, (int32_t)t->build->network->num_layers - 1,
                                              SERAC_IMPORT_TFLITE_NO_SECOND);
    if (l)
        serac_import_note(t->import, "%s: given as a patch matrix of %u channels that the host makes", l->name,
                          (unsigned)l->input.channels);
    return l;
}

/* Convolution, also in groups; depthwise with `depthwise`, as many groups as channels. */
static enum serac_status window_layer(struct serac_import_tflite *t, const struct serac_import_tflite_window *window,
                                      bool depthwise, struct weights *w, int64_t activation)
{
    const struct serac_tflite_tensor *f = w->filter;
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, true);
    if (!s || (!takes_pads(s, window) && serac_import_tflite_settle(t, s) != SERAC_OK))
        return SERAC_E_INPUT;
    struct serac_layer *l = serac_import_tflite_new_layer(t, depthwise ? "depthwise" : "conv", s->layer,
                                                          SERAC_IMPORT_TFLITE_NO_SECOND);
    if (!l)
        return serac_import_tflite_no_room(t);
    uint32_t out = f->shape[depthwise ? 3 : 0], part = depthwise ? 1 : f->shape[3];
    uint32_t groups = part ? l->input.channels / part : 0;
    if (!groups || l->input.channels % part || out % groups)
        return serac_import_tflite_refuse(t, "weights and input have channels that do not go together");
    if (!serac_import_tflite_set_window(t, l, window, s))
        return SERAC_E_INPUT;
    bool whole = l->kernel_h == 1 && l->kernel_w == 1;
    if (t->choice.patches && s->layer == SERAC_IMPORT_TFLITE_INPUT && groups == 1 && !whole &&
        !(l = make_patches(t, l)))
        return serac_import_tflite_no_room(t);
    l->output.channels = out;
    if (!serac_build_conv(t->build, w->values, groups, (int8_t)(uint8_t)zero_code(w)))
        return serac_import_tflite_no_room(t);
    if (l->op == SERAC_OP_DEPTHWISE && w->is_unsigned)
        return serac_import_tflite_refuse(t, "depthwise weights with a zero point are not supported");
    if (l->op == SERAC_OP_CONV && groups > 1)
        serac_import_note(t->import, "%s: %u groups, run as one with zeros between them", l->name, (unsigned)groups);
    return finish(t, l, w, activation, false);
}

enum serac_status serac_import_tflite_convolution(struct serac_import_tflite *t, bool depthwise)
{
    enum { PADDING, STRIDE_W, STRIDE_H, CONV_ACTIVATION, CONV_DILATION_W, CONV_DILATION_H };
    enum { DEPTHWISE_ACTIVATION = 4, DEPTHWISE_DILATION_W, DEPTHWISE_DILATION_H };
    struct weights w;
    const struct serac_tflite_tensor *f = serac_import_tflite_input_of(t, 1);
    if (!f || f->rank != 4 || !serac_import_tflite_is_activation(t, serac_import_tflite_input_of(t, 0)) ||
        (depthwise && f->shape[0] != 1))
        return serac_import_tflite_refuse(t, "needs an 8-bit input and weights of four dimensions, depthwise the first "
                                             "one");
    uint32_t dilation_w = depthwise ? (uint32_t)DEPTHWISE_DILATION_W : (uint32_t)CONV_DILATION_W;
    uint32_t dilation_h = depthwise ? (uint32_t)DEPTHWISE_DILATION_H : (uint32_t)CONV_DILATION_H;
    struct serac_import_tflite_window window = {
        serac_import_tflite_option(t, PADDING, 1, SERAC_IMPORT_TFLITE_SAME),
            serac_import_tflite_option(t, STRIDE_W, 4, 0),
        serac_import_tflite_option(t, STRIDE_H, 4, 0),
                            f->shape[1], f->shape[2], serac_import_tflite_option(t, dilation_w, 4, 1),
        serac_import_tflite_option(t, dilation_h, 4, 1)};
    uint32_t fused = depthwise ? (uint32_t)DEPTHWISE_ACTIVATION : (uint32_t)CONV_ACTIVATION;
    int64_t activation = serac_import_tflite_option(t, fused, 1, 0);
    enum serac_status status = SERAC_E_INPUT;
    if (read_weights(t, f->shape[depthwise ? 3 : 0], depthwise, &w))
        status = window_layer(t, &window, depthwise, &w, activation);
    free(w.values);
    return status;
}

/* A matrix on the whole input, or on every pixel's channels. */
static enum serac_status matrix_layer(struct serac_import_tflite *t, struct weights *w)
{
    const struct serac_tflite_tensor *f = w->filter;
    struct serac_import_tflite_source *s = serac_import_tflite_source_of(t, 0, false);
    if (!s)
        return SERAC_E_INPUT;
    struct serac_layer *l = serac_import_tflite_new_layer(t, "fc", s->layer, SERAC_IMPORT_TFLITE_NO_SECOND);
    if (!l)
        return serac_import_tflite_no_room(t);
    if ((uint64_t)l->input.height * l->input.width * l->input.channels == f->shape[1]) {
        l->kernel_h = l->input.height;
        l->kernel_w = l->input.width;
        if (l->kernel_h > 255 || l->kernel_w > 255)
            return serac_import_tflite_refuse(t, "an input of more than 255 lines or columns");
    } else if (l->input.channels != f->shape[1]) {
        return serac_import_tflite_refuse(t, "the input has another size than the weights");
    }
    serac_build_shape(l);
    l->output.channels = f->shape[0];
    if (!serac_build_conv(t->build, w->values, 1, (int8_t)(uint8_t)zero_code(w)))
        return serac_import_tflite_no_room(t);
    return finish(t, l, w, serac_import_tflite_option(t, 0, 1, 0), true);
}

enum serac_status serac_import_tflite_fully_connected(struct serac_import_tflite *t)
{
    struct weights w;
    const struct serac_tflite_tensor *f = serac_import_tflite_input_of(t, 1);
    if (!f || f->rank != 2 || !serac_import_tflite_is_activation(t, serac_import_tflite_input_of(t, 0)))
        return serac_import_tflite_refuse(t, "needs an 8-bit input and weights of two dimensions");
    if (serac_import_tflite_option(t, 1, 1, 0) != 0)
        return serac_import_tflite_refuse(t, "shuffled weights are not supported");
    enum serac_status status = read_weights(t, f->shape[0], false, &w) ? matrix_layer(t, &w) : SERAC_E_INPUT;
    free(w.values);
    return status;
}

