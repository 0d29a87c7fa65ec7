/* serac_import_onnx_conv.c - Conv, ConvInteger and QLinearConv. */
#include <string.h>

#include "serac_import_onnx_sums.h"

/* Where the three operators have their inputs; 0: nowhere. */
struct places {
    const char *op;
    uint32_t weights, x_zero, w_zero, bias;
    struct serac_import_onnx_scales scales;
    bool integer;            /* of codes, zero points beside them */
};

static const struct places table[] = {
    {"Conv", 1, 0, 0, 2, {0, 0, 0, false}, false},
    {"ConvInteger", 1, 2, 3, 0, {0, 0, 0, false}, true},
    {"QLinearConv", 3, 2, 5, 8, {1, 4, 6, false}, true},
};

static bool has(const struct serac_import_onnx *t, uint32_t input)
{
    return input && input < t->node->n_input && t->node->input[input][0];
}

/* --- windows ------------------------------------------------------------------- */

/* Attribute of the last two axes; of one-dimensional convolutions the first is 1 (or 0 for padding). */
static bool pair(struct serac_import_onnx *t, const char *name, bool flat, uint32_t *h, uint32_t *w)
{
    int64_t first = serac_onnx_int_at(t->node, name, 0, 1);
    int64_t second = flat ? first : serac_onnx_int_at(t->node, name, 1, 1);
    if (flat)
        first = 1;
    if (first < 1 || second < 1 || first > 255 || second > 255) {
        serac_import_onnx_refuse(t, "%s outside 1..255", name);
        return false;
    }
    *h = (uint32_t)first;
    *w = (uint32_t)second;
    return true;
}

/* SAME_UPPER puts the smaller half before, SAME_LOWER behind. */
static void same_padding(uint32_t in, uint32_t stride, uint32_t reach, bool upper, uint32_t *before,
                         uint32_t *after)
{
    uint64_t need = ((uint64_t)(in + stride - 1) / stride - 1) * stride + reach;
    uint32_t total = need > in ? (uint32_t)(need - in) : 0;
    *before = upper ? total / 2 : total - total / 2;
    *after = total - *before;
}

static bool pads(struct serac_import_onnx *t, struct serac_layer *l, bool flat)
{
    uint32_t *const to[] = {&l->pad_top, &l->pad_left, &l->pad_bottom, &l->pad_right};
    bool upper = serac_onnx_text_is(t->node, "auto_pad", "SAME_UPPER", "NOTSET");
    if (upper || serac_onnx_text_is(t->node, "auto_pad", "SAME_LOWER", "NOTSET")) {
        same_padding(l->input.height, l->stride_h, (l->kernel_h - 1) * l->dilation_h + 1, upper, to[0], to[2]);
        same_padding(l->input.width, l->stride_w, (l->kernel_w - 1) * l->dilation_w + 1, upper, to[1], to[3]);
        return true;
    }
    if (serac_onnx_text_is(t->node, "auto_pad", "VALID", "NOTSET"))
        return true;
    for (uint32_t i = 0; i < 4; i++) {
        int64_t pad = flat ? (i % 2 ? serac_onnx_int_at(t->node, "pads", i / 2, 0) : 0)
                           : serac_onnx_int_at(t->node, "pads", i, 0);
        if (pad < 0 || pad > 255) {
            serac_import_onnx_refuse(t, "pads outside 0..255");
            return false;
        }
        *to[i] = (uint32_t)pad;
    }
    return true;
}

bool serac_import_onnx_window(struct serac_import_onnx *t, struct serac_layer *l, bool flat)
{
    if (!pair(t, "strides", flat, &l->stride_h, &l->stride_w) ||
        !pair(t, "dilations", flat, &l->dilation_h, &l->dilation_w) || !pads(t, l, flat))
        return false;
    if (l->input.is_bipolar && (l->pad_top || l->pad_left || l->pad_bottom || l->pad_right)) {
        serac_import_onnx_refuse(t, "pads bipolar numbers, which have no zero");
        return false;
    }
    serac_build_shape(l);
    if (l->output.height && l->output.width)
        return true;
    serac_import_onnx_refuse(t, "its window does not fit its input");
    return false;
}

bool serac_import_onnx_is_picture(struct serac_import_onnx *t, struct serac_import_onnx_value *v)
{
    const struct serac_tensor *at = serac_import_onnx_tensor(t, v->layer);
    bool flat = v->rank == 3;
    if (v->rank != 3 && v->rank != 4) {
        serac_import_onnx_refuse(t, "needs an input of images, channels and one or two more dimensions");
        return false;
    }
    uint32_t h = flat ? 1 : v->dims[2], w = v->dims[flat ? 2 : 3], c = v->dims[1];
    bool fits = at->height == h && at->width == w && at->channels == c &&
                (!v->channels_last || (uint64_t)h * w == 1 || c == 1);
    if (fits || serac_import_onnx_reshape_input(t, v, h, w, c, false))
        return true;
    serac_import_onnx_refuse(t, "its input's channels are not its second dimension any more");
    return false;
}

/* --- the layer ------------------------------------------------------------------- */

/* [out][in / groups][ky][kx] as ONNX has them. */
static bool fill(struct serac_import_onnx *t, struct serac_import_onnx_filter *f, uint32_t part)
{
    uint64_t taps = f->k / part;
    for (uint32_t m = 0; m < f->out; m++)
        for (uint64_t i = 0; i < f->k; i++)
            if (!serac_import_onnx_filter_put(t, f, m, i % taps * part + i / taps, m * f->k + i))
                return false;
    return true;
}

static enum serac_status make_layer(struct serac_import_onnx *t, const struct places *at,
                                    struct serac_import_onnx_value *in, struct serac_import_onnx_filter *f,
                                    const struct serac_onnx_constant *bias)
{
    const struct serac_onnx_constant *w = f->weights;
    bool flat = w->rank == 3;
    double scale = at->integer ? 1 : serac_import_onnx_scale(t, in->layer);
    struct serac_layer *l = serac_import_onnx_layer(t, "conv", in->layer, SERAC_IMPORT_ONNX_NO_SECOND);
    if (!l)
        return SERAC_E_INPUT;
    l->kernel_h = flat ? 1 : w->dims[2];
    l->kernel_w = w->dims[flat ? 2 : 3];
    l->output.channels = f->out;
    if (l->kernel_h > 255 || l->kernel_w > 255)
        return serac_import_onnx_refuse(t, "a kernel outside 1..255");
    if (!serac_import_onnx_window(t, l, flat))
        return SERAC_E_INPUT;
    struct serac_import_onnx_value sums = {.rank = in->rank, .dims = {in->dims[0], f->out}, .is_integer = at->integer};
    sums.dims[2] = flat ? l->output.width : l->output.height;
    sums.dims[3] = flat ? 0 : l->output.width;
    enum serac_status status = serac_import_onnx_set_weights(t, f);
    if (status == SERAC_OK)
        status = serac_import_onnx_set_sums(t, f, bias, scale, 1, &sums);
    if (status == SERAC_OK)
        return serac_import_onnx_finish_sums(t, f, &sums, &at->scales);
    serac_import_onnx_chain_free(&sums.chain);
    return status;
}

/* Input `x` is read as codes of this scale and zero point, or is a dequantised one. */
bool serac_import_onnx_open_operand(struct serac_import_onnx *t, struct serac_import_onnx_value *in, bool integer,
                                    uint32_t scale_at, uint32_t zero_at)
{
    double scale = serac_import_onnx_scale(t, in->layer), zero;
    if (!integer)
        return serac_import_onnx_has_codes(t, in);
    if (in->kind != SERAC_IMPORT_ONNX_CODES) {
        serac_import_onnx_refuse(t, "\"%.60s\" is of no integer type of at most 8 bits", in->name);
        return false;
    }
    return (!has(t, scale_at) || serac_import_onnx_scalar(t, scale_at, 1, &scale)) &&
           serac_import_onnx_scalar(t, zero_at, 0, &zero) &&
           serac_import_onnx_use_codes(t, in, scale, (int32_t)zero);
}

enum serac_status serac_import_onnx_convolution(struct serac_import_onnx *t)
{
    const struct places *at = table;
    while (strcmp(at->op, t->node->op_type))
        at++;
    struct serac_import_onnx_value *in = serac_import_onnx_activation(t, 0);
    const struct serac_onnx_constant *w = in ? serac_import_onnx_constant(t, at->weights) : NULL;
    const struct serac_onnx_constant *zero = has(t, at->w_zero) ? serac_import_onnx_constant(t, at->w_zero) : NULL;
    const struct serac_onnx_constant *bias = has(t, at->bias) ? serac_import_onnx_constant(t, at->bias) : NULL;
    if (!w || (has(t, at->w_zero) && !zero) || (has(t, at->bias) && !bias) || !serac_import_onnx_is_picture(t, in) ||
        !serac_import_onnx_open_operand(t, in, at->integer, at->scales.x, at->x_zero))
        return SERAC_E_INPUT;
    int64_t groups = serac_onnx_int(t->node, "group", 1);
    uint32_t channels = serac_import_onnx_tensor(t, in->layer)->channels, part = w->rank == in->rank ? w->dims[1] : 0;
    if (!part || groups < 1 || groups > channels || (uint64_t)groups * part != channels || w->dims[0] % groups)
        return serac_import_onnx_refuse(t, "weights and input have channels that do not go together");
    struct serac_import_onnx_filter f;
    enum serac_status status = SERAC_E_INPUT;
    if (serac_import_onnx_filter_open(t, &f, w, zero, w->dims[0], w->count / (w->dims[0] ? w->dims[0] : 1),
                                      (uint32_t)groups) &&
        fill(t, &f, part))
        status = make_layer(t, at, in, &f, bias);
    serac_import_onnx_filter_free(&f);
    return status;
}
