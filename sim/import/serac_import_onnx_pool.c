/* serac_import_onnx_pool.c - pools, means and padding. */
#include <string.h>

#include "serac_import_onnx_sums.h"

static bool has_pads(const struct serac_layer *l)
{
    return l->pad_top || l->pad_left || l->pad_bottom || l->pad_right;
}

/* Maximum pooling is part of the layer before if nobody else reads that. */
static bool fuse(struct serac_import_onnx *t, const struct serac_import_onnx_value *in,
                 const struct serac_layer *window)
{
    struct serac_network *n = t->build->network;
    if (in->layer < 0 || (uint32_t)in->layer + 1 != n->num_layers || in->uses != 1 || in->shared)
        return false;
    struct serac_layer *l = &n->layers[in->layer];
    uint32_t k = window->kernel_h;
    bool square = k == window->kernel_w && k == window->stride_h && k == window->stride_w && k >= 2 && k <= 16;
    if ((l->op != SERAC_OP_CONV && l->op != SERAC_OP_DEPTHWISE) || l->pool != 1 ||
        l->mode == SERAC_MODE_RAW || !square || has_pads(window))
        return false;
    l->pool = k;
    serac_build_shape(l);
    return true;
}

static void set_dims(struct serac_import_onnx_value *v, const struct serac_layer *l)
{
    if (v->rank == 4)
        v->dims[2] = l->output.height;
    v->dims[v->rank - 1] = l->output.width;
}

/* Kernel, strides and padding; of the whole picture for GlobalAveragePool. */
static bool open_window(struct serac_import_onnx *t, const struct serac_import_onnx_value *in, struct serac_layer *l,
                        bool global)
{
    bool flat = in->rank == 3;
    int64_t h = flat ? 1 : serac_onnx_int_at(t->node, "kernel_shape", 0, 0);
    int64_t w = serac_onnx_int_at(t->node, "kernel_shape", flat ? 0 : 1, 0);
    if (global) {
        h = l->input.height;
        w = l->input.width;
    }
    if (h < 1 || w < 1 || h > 255 || w > 255) {
        serac_import_onnx_refuse(t, "a kernel outside 1..255");
        return false;
    }
    l->kernel_h = (uint32_t)h;
    l->kernel_w = (uint32_t)w;
    bool bipolar = l->input.is_bipolar;
    l->input.is_bipolar = false;         /* a maximum needs no zero */
    bool good = serac_import_onnx_window(t, l, flat);
    l->input.is_bipolar = bipolar;
    if (good && (l->dilation_h != 1 || l->dilation_w != 1 || serac_onnx_int(t->node, "storage_order", 0)))
        good = serac_import_onnx_refuse(t, "dilations and storage orders are not supported") == SERAC_OK;
    /* Windows over the end: the same as without where they fit. */
    uint32_t rest = (l->input.height + l->pad_top + l->pad_bottom - l->kernel_h) % l->stride_h +
                    (l->input.width + l->pad_left + l->pad_right - l->kernel_w) % l->stride_w;
    if (good && serac_onnx_int(t->node, "ceil_mode", 0) && rest)
        good = serac_import_onnx_refuse(t, "ceil_mode: windows over the end are not supported") == SERAC_OK;
    return good;
}

static enum serac_status max_pool(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    struct serac_layer window = {.input = *serac_import_onnx_tensor(t, in->layer), .pool = 1};
    if (in->kind == SERAC_IMPORT_ONNX_CODES)
        serac_import_onnx_settle_input(t, in);
    else if (!serac_import_onnx_has_codes(t, in))
        return SERAC_E_INPUT;
    if (!open_window(t, in, &window, false))
        return SERAC_E_INPUT;
    if (!fuse(t, in, &window)) {
        struct serac_layer *l = serac_import_onnx_layer(t, "max_pool", in->layer, SERAC_IMPORT_ONNX_NO_SECOND);
        if (!l)
            return SERAC_E_INPUT;
        l->op = SERAC_OP_HOST;
        l->host = SERAC_HOST_MAX_POOL;
        l->kernel_h = window.kernel_h;
        l->kernel_w = window.kernel_w;
        l->stride_h = window.stride_h;
        l->stride_w = window.stride_w;
        l->pad_top = window.pad_top;
        l->pad_left = window.pad_left;
        l->pad_bottom = window.pad_bottom;
        l->pad_right = window.pad_right;
        serac_build_shape(l);
    }
    enum serac_status status = serac_import_onnx_pass(t, in, out);
    if (status != SERAC_OK)
        return status;
    out->layer = (int32_t)t->build->network->num_layers - 1;
    out->shared = false;
    set_dims(out, &t->build->network->layers[out->layer]);
    return SERAC_OK;
}

/* Sums of the layer's windows, each channel by itself. */
static enum serac_status make_sums(struct serac_import_onnx *t, struct serac_layer *l, double scale,
                                   struct serac_import_onnx_filter *f, struct serac_import_onnx_value *sums)
{
    uint32_t channels = l->input.channels, dims[] = {channels, l->kernel_h * l->kernel_w};
    struct serac_onnx_constant *ones = serac_onnx_constant_new(&t->file, SERAC_ONNX_FLOAT, 2, dims);
    enum serac_status status = ones ? SERAC_OK : serac_import_onnx_no_room(t);
    for (uint64_t i = 0; ones && i < ones->count; i++)
        ones->numbers[i] = 1;
    if (ones && !serac_import_onnx_filter_open(t, f, ones, NULL, channels, dims[1], channels))
        status = SERAC_E_INPUT;
    for (uint64_t i = 0; status == SERAC_OK && i < ones->count; i++)
        serac_import_onnx_filter_put(t, f, (uint32_t)(i / dims[1]), i % dims[1], i);
    if (status == SERAC_OK)
        status = serac_import_onnx_set_weights(t, f);
    if (status == SERAC_OK)
        status = serac_import_onnx_set_sums(t, f, NULL, scale, 1, sums);
    serac_onnx_constant_free(ones);
    return status;
}

/* QLinearGlobalAveragePool: x_scale / (y_scale * count) in float32. */
static enum serac_status quantise(struct serac_import_onnx *t, struct serac_import_onnx_value *sums, uint32_t count)
{
    const struct serac_import_onnx_value *z = serac_import_onnx_value_at(t, 4);
    double x, y, zero;
    uint32_t bits = z && z->constant ? serac_onnx_bits(z->constant->type) : 0;
    if (!serac_import_onnx_scalar(t, 1, 1, &x) || !serac_import_onnx_scalar(t, 3, 1, &y) ||
        !serac_import_onnx_scalar(t, 4, 0, &zero))
        return SERAC_E_INPUT;
    if (!bits || !(y > 1e-30 && y < 1e30))
        return serac_import_onnx_refuse(t, "needs a positive scale and an integer zero point of its output");
    const double factor = (double)((float)x / ((float)y * (float)count));
    struct serac_import_onnx_quantiser q = {
        .rule = SERAC_IMPORT_ONNX_LATE, .scale = y, .factors = &factor, .rows = 1,
        .format = {.bits = bits, .is_signed = serac_onnx_is_signed(z->constant->type),
                   .zero_point = (int32_t)zero}};
    q.low = q.format.is_signed ? -(1 << (bits - 1)) : 0;
    q.high = q.low + (1 << bits) - 1;
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    enum serac_status status = serac_import_onnx_resolve(t, sums, &q, out);
    if (status == SERAC_OK) {
        out->kind = SERAC_IMPORT_ONNX_CODES;
        out->is_integer = true;
    }
    return status;
}

/* Sums of windows divided by their size, or with `codes` quantised at once. */
static enum serac_status average(struct serac_import_onnx *t, struct serac_import_onnx_value *in, bool global,
                                 bool codes)
{
    double scale = codes ? 1 : serac_import_onnx_scale(t, in->layer);
    struct serac_layer *l = serac_import_onnx_layer(t, "average", in->layer, SERAC_IMPORT_ONNX_NO_SECOND);
    if (!l || !open_window(t, in, l, global))
        return SERAC_E_INPUT;
    if (has_pads(l) && !serac_onnx_int(t->node, "count_include_pad", 0))
        return serac_import_onnx_refuse(t, "padding that does not count is not supported");
    if (has_pads(l) && l->input.is_bipolar)
        return serac_import_onnx_refuse(t, "pads bipolar numbers, which have no zero");
    double count = (double)l->kernel_h * l->kernel_w;
    struct serac_import_onnx_value sums = {.rank = in->rank, .name = serac_import_onnx_output(t)->name};
    memcpy(sums.dims, in->dims, sizeof sums.dims);
    set_dims(&sums, l);
    struct serac_import_onnx_filter f = {.values = NULL};
    enum serac_status status = make_sums(t, l, scale, &f, &sums);
    if (status == SERAC_OK && codes)
        status = quantise(t, &sums, (uint32_t)count);
    else if (status == SERAC_OK && !serac_import_onnx_chain_add(&sums.chain, SERAC_IMPORT_ONNX_DIV, &count, 1))
        status = serac_import_onnx_no_room(t);
    else if (status == SERAC_OK)
        status = serac_import_onnx_pass(t, &sums, serac_import_onnx_output(t));
    serac_import_onnx_chain_free(&sums.chain);
    serac_import_onnx_filter_free(&f);
    return status;
}

/* Means over lines and columns, which may leave no dimensions. */
static enum serac_status reduce_mean(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(t->node, "axes");
    const struct serac_import_onnx_value *b = serac_import_onnx_value_at(t, 1);
    uint64_t count = b && b->constant ? b->constant->count : a ? a->n_ints : 0;
    uint32_t found = 0, wanted = in->rank == 4 ? 4 | 8 : 4;
    for (uint64_t i = 0; i < count; i++) {
        double axis = b && b->constant ? b->constant->numbers[i] : (double)a->ints[i];
        axis += axis < 0 ? in->rank : 0;
        if (axis >= 0 && axis < in->rank)
            found |= 1u << (uint32_t)axis;
    }
    if (found != wanted)
        return serac_import_onnx_refuse(t, "is only supported over all lines and columns");
    enum serac_status status = average(t, in, true, false);
    if (status == SERAC_OK && !serac_onnx_int(t->node, "keepdims", 1))
        serac_import_onnx_output(t)->rank = 2;
    return status;
}

/* Zeros around a picture, attribute or constant: all beginnings, then all ends. */
static enum serac_status pad(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    const struct serac_onnx_constant *c = t->node->n_input > 1 ? serac_import_onnx_constant(t, 1) : NULL;
    uint32_t pads[2 * SERAC_ONNX_RANK] = {0};
    double value;
    if ((t->node->n_input > 1 && !c) || !serac_import_onnx_scalar(t, 2, 0, &value))
        return SERAC_E_INPUT;
    if (value != 0 || !serac_onnx_text_is(t->node, "mode", "constant", "constant") ||
        (c && c->count != 2 * in->rank))
        return serac_import_onnx_refuse(t, "only zeros at the ends of each dimension are supported");
    for (uint32_t i = 0; i < 2 * in->rank; i++) {
        double wanted = c ? c->numbers[i] : (double)serac_onnx_int_at(t->node, "pads", i, 0);
        if (!(wanted >= 0 && wanted <= 255) || (wanted > 0 && i % in->rank < 2))
            return serac_import_onnx_refuse(t, "pads something else than 0..255 lines or columns");
        pads[i] = (uint32_t)wanted;
    }
    if (serac_import_onnx_tensor(t, in->layer)->is_bipolar)
        return serac_import_onnx_refuse(t, "pads bipolar numbers, which have no zero");
    struct serac_layer *l = serac_import_onnx_layer(t, "pad", in->layer, SERAC_IMPORT_ONNX_NO_SECOND);
    if (!l)
        return SERAC_E_INPUT;
    bool flat = in->rank == 3;
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_PAD;
    l->pad_top = flat ? 0 : pads[2];
    l->pad_left = pads[in->rank - 1];
    l->pad_bottom = flat ? 0 : pads[in->rank + 2];
    l->pad_right = pads[2 * in->rank - 1];
    l->output.height += l->pad_top + l->pad_bottom;
    l->output.width += l->pad_left + l->pad_right;
    enum serac_status status = serac_import_onnx_pass(t, in, serac_import_onnx_output(t));
    if (status != SERAC_OK)
        return status;
    serac_import_onnx_output(t)->layer = (int32_t)t->build->network->num_layers - 1;
    serac_import_onnx_output(t)->shared = false;
    set_dims(serac_import_onnx_output(t), l);
    return SERAC_OK;
}

enum serac_status serac_import_onnx_pool(struct serac_import_onnx *t)
{
    const char *op = t->node->op_type;
    struct serac_import_onnx_value *in = serac_import_onnx_activation(t, 0);
    if (!in || !serac_import_onnx_is_picture(t, in))
        return SERAC_E_INPUT;
    if (!strcmp(op, "MaxPool"))
        return max_pool(t, in);
    if (!strcmp(op, "QLinearGlobalAveragePool")) {
        if (serac_onnx_int(t->node, "channels_last", 0))
            return serac_import_onnx_refuse(t, "channels_last is not supported");
        return serac_import_onnx_open_operand(t, in, true, 1, 2) ? average(t, in, true, true) : SERAC_E_INPUT;
    }
    if (!serac_import_onnx_has_codes(t, in))
        return SERAC_E_INPUT;
    return !strcmp(op, "Pad")          ? pad(t, in)
           : !strcmp(op, "ReduceMean") ? reduce_mean(t, in)
                                       : average(t, in, !strcmp(op, "GlobalAveragePool"), false);
}
