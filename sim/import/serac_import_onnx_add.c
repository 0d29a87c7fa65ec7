/* serac_import_onnx_add.c - sums of two activations. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"
#include "serac_import_onnx.h"

static void value_range(const struct serac_tensor *a, int64_t *low, int64_t *high)
{
    *low = (a->is_signed ? -(1 << (a->bits - 1)) : 0) - a->zero_point;
    *high = *low + (1 << a->bits) - 1;
    if (a->is_bipolar) {
        *low = 1 - (1 << a->bits);
        *high = (1 << a->bits) - 1;
    }
}

/* The same values as codes of 8 bits, zero point 0. */
static enum serac_status recode(struct serac_import_onnx *t, struct serac_import_onnx_value *v, bool is_signed)
{
    struct serac_import_onnx_quantiser q = {.rule = SERAC_IMPORT_ONNX_INTEGER,
                                            .scale = serac_import_onnx_scale(t, v->layer),
                                            .format = {.bits = 8, .is_signed = is_signed},
                                            .low = is_signed ? -128 : 0, .high = is_signed ? 127 : 255};
    struct serac_import_onnx_value from = *v, to = {.name = v->name};
    double one = 1;                      /* a chain of its own: the codes' values, not their scale */
    from.chain = (struct serac_import_onnx_chain){.exact = true, .integer = true};
    if (!serac_import_onnx_chain_add(&from.chain, SERAC_IMPORT_ONNX_MUL, &one, 1))
        return serac_import_onnx_no_room(t);
    enum serac_status status = serac_import_onnx_resolve(t, &from, &q, &to);
    serac_import_onnx_chain_free(&from.chain);
    if (status == SERAC_OK)
        v->layer = to.layer;
    return status;
}

/* Two operands of one shape and one format; a[] are copies. */
static enum serac_status match(struct serac_import_onnx *t, struct serac_import_onnx_value a[2])
{
    const struct serac_tensor *x = serac_import_onnx_tensor(t, a[0].layer);
    const struct serac_tensor *y = serac_import_onnx_tensor(t, a[1].layer);
    int64_t low, high, low2, high2;
    if (x->height != y->height || x->width != y->width || x->channels != y->channels ||
        a[0].rank != a[1].rank || memcmp(a[0].dims, a[1].dims, a[0].rank * sizeof *a[0].dims) ||
        (a[0].channels_last != a[1].channels_last && (uint64_t)x->height * x->width > 1))
        return serac_import_onnx_refuse(t, "of tensors of different shapes or orders is not supported");
    bool same = x->bits == y->bits && x->is_signed == y->is_signed && !x->is_bipolar && !y->is_bipolar;
    value_range(x, &low, &high);
    value_range(y, &low2, &high2);
    low = low2 < low ? low2 : low;
    high = high2 > high ? high2 : high;
    if (same)
        return SERAC_OK;
    if (low < -128 || high > (low < 0 ? 127 : 255))
        return serac_import_onnx_refuse(t, "of values from %d to %d, more than 8 bits as one format", (int)low,
                                        (int)high);
    enum serac_status status = recode(t, &a[0], low < 0);
    return status == SERAC_OK ? recode(t, &a[1], low < 0) : status;
}

/* The machine adds them: sums of one scale that a quantiser ends. */
static enum serac_status add_raw(struct serac_import_onnx *t, const struct serac_import_onnx_value a[2], double scale,
                                 struct serac_import_onnx_value *to)
{
    struct serac_layer *l = serac_import_onnx_layer(t, "add", a[0].layer, a[1].layer);
    uint32_t channels = l ? l->input.channels : 0;
    struct serac_param *p = l ? serac_build_params(t->build, 2 * (uint64_t)channels) : NULL;
    struct serac_import_onnx_range *r = &t->ranges[t->build->network->num_layers - 1];
    int64_t low, high, low2, high2;
    r->low = p ? calloc(channels, 2 * sizeof *r->low) : NULL;
    if (!r->low)
        return serac_import_onnx_no_room(t);
    r->high = r->low + channels;
    value_range(serac_import_onnx_tensor(t, a[0].layer), &low, &high);
    value_range(serac_import_onnx_tensor(t, a[1].layer), &low2, &high2);
    for (uint32_t c = 0; c < channels; c++) {
        r->low[c] = low + low2;
        r->high[c] = high + high2;
    }
    l->op = SERAC_OP_ADD;
    serac_import_onnx_make_raw(l);
    t->build->network->output_scales[t->build->network->num_layers - 1] = 1;
    enum serac_status status = serac_import_onnx_pass(t, &a[0], to);
    to->kind = SERAC_IMPORT_ONNX_REAL;
    to->layer = (int32_t)t->build->network->num_layers - 1;
    to->raw = true;
    to->shared = to->is_integer = false;
    to->chain.real = true;
    if (status == SERAC_OK && scale != 1 && !serac_import_onnx_chain_add(&to->chain, SERAC_IMPORT_ONNX_MUL, &scale, 1))
        status = serac_import_onnx_no_room(t);
    return status;
}

/* With scales that differ the host adds, once the result's scale is known. */
static enum serac_status add_reals(struct serac_import_onnx *t, const struct serac_import_onnx_value a[2], double s1,
                                   double s2, struct serac_import_onnx_value *to)
{
    if (s1 == s2)
        return add_raw(t, a, s1, to);
    enum serac_status status = serac_import_onnx_pass(t, &a[0], to);
    to->kind = SERAC_IMPORT_ONNX_REAL;
    to->second = a[1].layer;
    to->scales[0] = (float)s1;
    to->scales[1] = (float)s2;
    to->is_integer = false;
    return status;
}

enum serac_status serac_import_onnx_resolve_addition(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                                     const struct serac_import_onnx_quantiser *q,
                                                     struct serac_import_onnx_value *to)
{
    bool lost = false;
    if ((q->rule != SERAC_IMPORT_ONNX_LINEAR && q->rule != SERAC_IMPORT_ONNX_QUANT &&
         q->rule != SERAC_IMPORT_ONNX_PRODUCT) ||
        (q->rule == SERAC_IMPORT_ONNX_QUANT && q->rounding != 'R'))
        return serac_import_onnx_refuse(t, "ends an addition of two scales, which only a linear quantiser with "
                                        "rounding can");
    struct serac_layer *l = serac_import_onnx_layer(t, "add", in->layer, in->second);
    if (!l)
        return SERAC_E_INPUT;
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_ADD_FLOAT;
    l->output = q->format;
    l->output.height = l->input.height;
    l->output.width = l->input.width;
    l->output.channels = l->input.channels;
    l->factors[0] = q->rule == SERAC_IMPORT_ONNX_PRODUCT;
    l->clamp_min = serac_import_onnx_code(q, &in->chain, 0, INT32_MIN, &lost);      /* what Relu and Clip leave */
    l->clamp_max = serac_import_onnx_code(q, &in->chain, 0, INT32_MAX, &lost);
    int32_t *words = serac_build_words(t->build);
    if (!words)
        return serac_import_onnx_no_room(t);
    const float factors[] = {in->scales[0], in->scales[1], (float)q->scale};
    memcpy(words, factors, sizeof factors);
    t->build->network->output_scales[t->build->network->num_layers - 1] = q->scale;
    enum serac_status status = serac_import_onnx_pass(t, in, to);
    if (status != SERAC_OK)
        return status;
    serac_import_onnx_chain_free(&to->chain);
    to->chain.exact = to->chain.integer = true;
    to->layer = (int32_t)t->build->network->num_layers - 1;
    to->second = SERAC_IMPORT_ONNX_NO_SECOND;
    to->shared = false;
    return SERAC_OK;
}

/* --- QuantLab's residual additions ----------------------------------------------------- */

/* Multiplier, addend and the divisor's or the shift's power of each operand and of the sum. */
static bool read_factors(struct serac_import_onnx *t, int32_t f[9])
{
    static const char *const names[] = {"in1_mul", "in1_add", "in1_shift", "in2_mul", "in2_add", "in2_shift",
                                        "out_mul", "out_add", "out_shift"};
    for (int i = 0; i < 9; i++) {
        const Onnx__AttributeProto *a = serac_onnx_attribute(t->node, names[i]);
        double value = !a ? (i % 3 == 0 ? 1 : 0) : a->i ? (double)a->i : (double)a->f;
        if (!(value >= INT32_MIN && value <= INT32_MAX) || value != floor(value) ||
            (i % 3 == 2 && (value < 0 || value > 31))) {
            serac_import_onnx_refuse(t, "attribute %s is no integer that it can be", names[i]);
            return false;
        }
        f[i] = (int32_t)value;
    }
    return true;
}

static enum serac_status add_floor(struct serac_import_onnx *t, const struct serac_import_onnx_value a[2])
{
    int32_t f[9];
    int64_t levels = serac_onnx_int(t->node, "out_n_levels", 256);
    bool is_signed = serac_onnx_int(t->node, "out_signed", serac_import_onnx_tensor(t, a[0].layer)->is_signed ||
                                                               serac_import_onnx_tensor(t, a[1].layer)->is_signed) != 0;
    if (levels < 2 || levels > 256)
        return serac_import_onnx_refuse(t, "out_n_levels outside 2..256");
    if (!read_factors(t, f))
        return SERAC_E_INPUT;
    struct serac_layer *l = serac_import_onnx_layer(t, "add", a[0].layer, a[1].layer);
    if (!l)
        return SERAC_E_INPUT;
    bool machine = f[6] == 1 && f[7] == 0 && f[8] == 0;
    struct serac_param *p = machine ? serac_build_params(t->build, 2 * (uint64_t)l->input.channels) : NULL;
    if (machine && !p)
        return serac_import_onnx_no_room(t);
    for (uint32_t c = 0; machine && c < 2 * l->input.channels; c++) {
        const int32_t *at = c < l->input.channels ? f : f + 3;
        p[c] = (struct serac_param){.mult = at[0], .add = at[1], .shift = at[2]};
    }
    l->op = machine ? SERAC_OP_ADD : SERAC_OP_HOST;
    l->host = SERAC_HOST_ADD_FLOOR;
    l->mode = SERAC_MODE_FLOOR;
    memcpy(l->factors, f, sizeof f);
    l->output.zero_point = 0;
    l->output.is_signed = is_signed;
    for (l->output.bits = 1; 1 << l->output.bits < levels;)
        l->output.bits++;
    serac_build_clamp(l);
    l->clamp_max = l->clamp_min + (int32_t)levels - 1;
    t->build->network->output_scales[t->build->network->num_layers - 1] = 1;
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    enum serac_status status = serac_import_onnx_pass(t, &a[0], out);
    out->layer = (int32_t)t->build->network->num_layers - 1;
    out->shared = false;
    return status;
}

/* --- the node --------------------------------------------------------------------------- */

/* A, its scale and zero point, B, its, and those of the sum. */
static enum serac_status add_codes(struct serac_import_onnx *t)
{
    struct serac_import_onnx_value *x = serac_import_onnx_activation(t, 0);
    struct serac_import_onnx_value *y = x ? serac_import_onnx_activation(t, 3) : NULL;
    const struct serac_import_onnx_value *z = serac_import_onnx_value_at(t, 7);
    static const uint32_t at[] = {1, 4, 6};      /* scales; their zero points are behind them */
    double s[3], zeros[3];
    uint32_t bits = z && z->constant ? serac_onnx_bits(z->constant->type) : 0;
    if (!y)
        return SERAC_E_INPUT;
    for (uint32_t i = 0; i < 3; i++) {
        if (!serac_import_onnx_scalar(t, at[i], 1, &s[i]) || !serac_import_onnx_scalar(t, at[i] + 1, 0, &zeros[i]))
            return SERAC_E_INPUT;
        if (!(s[i] > 1e-30 && s[i] < 1e30))
            return serac_import_onnx_refuse(t, "a scale that is not positive");
    }
    if (!bits || x->kind != SERAC_IMPORT_ONNX_CODES || y->kind != SERAC_IMPORT_ONNX_CODES)
        return serac_import_onnx_refuse(t, "needs integers of at most 8 bits, and the sum's zero point");
    if (!serac_import_onnx_use_codes(t, x, s[0], (int32_t)zeros[0]) ||
        !serac_import_onnx_use_codes(t, y, s[1], (int32_t)zeros[1]))
        return SERAC_E_INPUT;
    struct serac_import_onnx_value a[2] = {*x, *y}, sum = {.name = serac_import_onnx_output(t)->name};
    const double factor = (double)((float)s[0] / (float)s[2]);
    struct serac_import_onnx_quantiser q = {             /* the zero point is added before it is rounded */
        .rule = SERAC_IMPORT_ONNX_PRODUCT, .scale = s[2], .factors = &factor, .rows = 1,
        .format = {.bits = bits, .is_signed = serac_onnx_is_signed(z->constant->type),
                   .zero_point = (int32_t)zeros[2]}};
    q.low = q.format.is_signed ? -(1 << (bits - 1)) : 0;
    q.high = q.low + (1 << bits) - 1;
    enum serac_status status = match(t, a);
    if (status == SERAC_OK)
        status = s[0] == s[1] ? add_raw(t, a, 1, &sum) : add_reals(t, a, s[0], s[1], &sum);
    if (status == SERAC_OK)
        status = serac_import_onnx_resolve(t, &sum, &q, serac_import_onnx_output(t));
    serac_import_onnx_chain_free(&sum.chain);
    if (status == SERAC_OK) {
        serac_import_onnx_output(t)->kind = SERAC_IMPORT_ONNX_CODES;
        serac_import_onnx_output(t)->is_integer = true;
    }
    return status;
}

enum serac_status serac_import_onnx_addition(struct serac_import_onnx *t)
{
    if (!strcmp(t->node->op_type, "QLinearAdd"))
        return add_codes(t);
    struct serac_import_onnx_value *x = serac_import_onnx_known(t, 0), *y = x ? serac_import_onnx_known(t, 1) : NULL;
    if (!y)
        return SERAC_E_INPUT;
    if (x->kind == SERAC_IMPORT_ONNX_CONSTANT || y->kind == SERAC_IMPORT_ONNX_CONSTANT)
        return serac_import_onnx_elementwise(t);
    if (!serac_import_onnx_has_codes(t, x) || !serac_import_onnx_has_codes(t, y))
        return SERAC_E_INPUT;
    struct serac_import_onnx_value a[2] = {*x, *y};
    enum serac_status status = match(t, a);
    if (status != SERAC_OK)
        return status;
    if (serac_onnx_attribute(t->node, "in1_mul") || serac_onnx_attribute(t->node, "out_mul"))
        return add_floor(t, a);
    return add_reals(t, a, serac_import_onnx_scale(t, a[0].layer), serac_import_onnx_scale(t, a[1].layer),
                     serac_import_onnx_output(t));
}
