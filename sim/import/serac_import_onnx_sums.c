/* serac_import_onnx_sums.c - integer weights, the width that holds them, and the sums that they give. */
#include "serac_import_onnx_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- reading weights -------------------------------------------------------------- */

bool serac_import_onnx_filter_open(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                                   const struct serac_onnx_constant *weights,
                                   const struct serac_onnx_constant *zero, uint32_t out, uint64_t k, uint32_t groups)
{
    *f = (struct serac_import_onnx_filter){.weights = weights, .zero = zero, .out = out, .k = k, .groups = groups};
    f->bits = weights->bits ? weights->bits : serac_onnx_bits(weights->type);
    if (!out || !k || out > weights->count || k != weights->count / out) {
        serac_import_onnx_refuse(t, "its weights have no shape that goes with its input");
        return false;
    }
    if (zero && zero->count != 1 && zero->count != out) {
        serac_import_onnx_refuse(t, "needs one zero point of its weights, or one for each output channel");
        return false;
    }
    f->values = malloc(weights->count * sizeof *f->values);
    f->scales = calloc(out, sizeof *f->scales);
    if (!f->values || !f->scales)
        serac_import_onnx_no_room(t);
    return f->values && f->scales;
}

void serac_import_onnx_filter_free(struct serac_import_onnx_filter *f)
{
    free(f->values);
    free(f->scales);
    f->values = NULL;
    f->scales = NULL;
}

bool serac_import_onnx_filter_put(struct serac_import_onnx *t, struct serac_import_onnx_filter *f, uint32_t m,
                                  uint64_t to, uint64_t from)
{
    double zero = f->zero ? f->zero->numbers[f->zero->count == 1 ? 0 : m] : 0;
    double value = f->weights->numbers[from] - zero, scale = (double)serac_onnx_scale(f->weights, from);
    bool whole = value == floor(value) && fabs(value) <= 255, one = f->scales[m] == 0 || f->scales[m] == scale;
    f->scales[m] = scale;
    f->values[m * f->k + to] = whole ? (int16_t)value : 0;
    if (!whole)
        serac_import_onnx_refuse(t, "weight %g is no integer of at most 8 bits: the weights are not quantised", value);
    else if (!one)
        serac_import_onnx_refuse(t, "needs one scale for each output channel of its weights");
    return whole && one;
}

/* --- their width -------------------------------------------------------------------- */

struct widths {
    uint32_t in_signed, in_bipolar, in_unsigned;     /* 99: none */
};

static uint32_t bits_for(int32_t span)
{
    uint32_t bits = 1;
    while (bits < 9 && span > (1 << bits) - 1)
        bits++;
    return bits;
}

/* The zero point that makes a channel's codes non-negative. */
static int32_t zero_of(const struct serac_import_onnx_filter *f, uint32_t m)
{
    int32_t low = 0;
    for (uint64_t i = 0; i < f->k; i++)
        low = f->values[m * f->k + i] < low ? f->values[m * f->k + i] : low;
    return -low;
}

static struct widths find_widths(const struct serac_import_onnx_filter *f)
{
    int32_t low = 0, high = 0, span = 0;
    bool odd = true;
    for (uint32_t m = 0; m < f->out; m++) {
        int32_t top = 0;
        for (uint64_t i = 0; i < f->k; i++) {
            int32_t v = f->values[m * f->k + i];
            odd = odd && v & 1;
            low = v < low ? v : low;
            top = v > top ? v : top;
        }
        high = top > high ? top : high;
        span = top + zero_of(f, m) > span ? top + zero_of(f, m) : span;
    }
    struct widths w = {1, 99, bits_for(span)};
    while (w.in_signed < 10 && (low < -(1 << (w.in_signed - 1)) || high >= 1 << (w.in_signed - 1)))
        w.in_signed++;
    if (odd && high <= 127 && low >= -127)           /* a network's file has values as bytes */
        w.in_bipolar = bits_for(high > -low ? high : -low);
    return w;
}

/* The kind that the file's width holds; where it says none, or too few, the narrowest. */
static bool choose(const struct serac_import_onnx_filter *f, const struct widths *w, struct serac_layer *l)
{
    uint32_t least = w->in_signed, d = f->bits;
    l->weight_kind = SERAC_WEIGHT_SIGNED;
    if (l->op == SERAC_OP_DEPTHWISE || (d && w->in_signed <= d)) {
        least = d > least ? d : least;
    } else if (d && w->in_bipolar <= d) {
        l->weight_kind = SERAC_WEIGHT_BIPOLAR;
        least = d;
    } else if (d && w->in_unsigned <= d) {
        l->weight_kind = SERAC_WEIGHT_UNSIGNED;
        least = d;
    } else {
        if (w->in_bipolar < least) {
            l->weight_kind = SERAC_WEIGHT_BIPOLAR;
            least = w->in_bipolar;
        }
        if (w->in_unsigned < least) {
            l->weight_kind = SERAC_WEIGHT_UNSIGNED;
            least = w->in_unsigned;
        }
    }
    l->weight_bits = l->weight_store_bits = least;
    return least <= 8;
}

/* Groups become one with zeros between them. */
static bool make_dense(struct serac_import_onnx *t, struct serac_import_onnx_filter *f, uint32_t channels)
{
    uint64_t part = channels / f->groups, taps = f->k / part, k = taps * channels;
    if (k > (1u << 29) / f->out)
        return serac_import_onnx_refuse(t, "its groups are more than 2^29 weights as one") == SERAC_OK;
    int16_t *values = calloc(f->out * k, sizeof *values);
    for (uint32_t m = 0; values && m < f->out; m++)
        for (uint64_t tap = 0; tap < taps; tap++)
            memcpy(values + m * k + tap * channels + m / (f->out / f->groups) * part,
                   f->values + m * f->k + tap * part, part * sizeof *values);
    if (!values)
        return serac_import_onnx_no_room(t) == SERAC_OK;
    free(f->values);
    f->values = values;
    f->k = k;
    f->groups = 1;
    return true;
}

enum serac_status serac_import_onnx_set_weights(struct serac_import_onnx *t, struct serac_import_onnx_filter *f)
{
    struct serac_layer *l = &t->build->network->layers[t->build->network->num_layers - 1];
    struct widths w = find_widths(f);
    bool depthwise = f->groups > 1 && f->groups == l->input.channels && f->groups == f->out && w.in_signed <= 8;
    if (f->groups > 1 && !depthwise) {
        serac_import_note(t->import, "%s: %u groups, run as one with zeros between them", l->name,
                          (unsigned)f->groups);
        if (!make_dense(t, f, l->input.channels))
            return SERAC_E_INPUT;
        w = find_widths(f);
    }
    l->op = depthwise ? SERAC_OP_DEPTHWISE : SERAC_OP_CONV;
    if (!serac_import_onnx_count(t, f->out))
        return serac_import_onnx_no_room(t);
    if (!choose(f, &w, l))
        return serac_import_onnx_refuse(t, "its weights need more than 8 bits");
    int8_t *to = serac_build_weights(t->build, f->out * f->k);
    if (!to || !serac_build_params(t->build, f->out))
        return serac_import_onnx_no_room(t);
    for (uint32_t m = 0; m < f->out; m++) {
        int32_t zero = l->weight_kind == SERAC_WEIGHT_UNSIGNED ? zero_of(f, m) : 0;
        ((struct serac_param *)(uintptr_t)l->params)[m].zero = zero;
        for (uint64_t i = 0; i < f->k; i++)
            to[m * f->k + i] = (int8_t)(uint8_t)(f->values[m * f->k + i] + zero);
    }
    return SERAC_OK;
}

/* --- sums ----------------------------------------------------------------------------- */

/* A bias in units of the sums goes into them; one that is no whole number of them waits in *rest. */
static bool set_bias(struct serac_import_onnx *t, struct serac_param *p, const struct serac_onnx_constant *bias,
                     uint32_t m, double unit, double beta, double *rest)
{
    uint64_t i = bias->count == 1 ? 0 : m;
    double scale = (double)serac_onnx_scale(bias, i), number = bias->numbers[i] * beta;
    bool whole = bias->scales && fabs(scale - unit) <= 1e-6 * unit && beta == 1;
    *rest = 0;
    whole = whole || (!bias->scales && unit == 1 && number == floor(number));
    if (!whole) {
        *rest = serac_onnx_value(bias, i) * beta;
        return isfinite(*rest) || serac_import_onnx_refuse(t, "a bias that is no number") == SERAC_OK;
    }
    if (fabs(number) > 2147483647.0)
        return serac_import_onnx_refuse(t, "bias %g is beyond 32 bits", number) == SERAC_OK;
    p->bias = (int32_t)number;
    return true;
}

static bool set_range(struct serac_import_onnx *t, const struct serac_import_onnx_filter *f,
                      const struct serac_layer *l)
{
    struct serac_import_onnx_range *r = &t->ranges[t->build->network->num_layers - 1];
    const struct serac_tensor *in = &l->input;
    int64_t codes = (int64_t)1 << in->bits, low = (in->is_signed ? -codes / 2 : 0) - in->zero_point;
    int64_t high = low + codes - 1;
    if (in->is_bipolar) {
        low = 1 - codes;
        high = codes - 1;
    }
    r->low = calloc(f->out, 2 * sizeof *r->low);
    r->high = r->low + f->out;
    for (uint32_t m = 0; r->low && m < f->out; m++) {
        r->low[m] = r->high[m] = l->params[m].bias;
        for (uint64_t i = 0; i < f->k; i++) {
            int64_t w = f->values[m * f->k + i];
            r->low[m] += w > 0 ? w * low : w * high;
            r->high[m] += w > 0 ? w * high : w * low;
        }
    }
    return r->low || serac_import_onnx_no_room(t) == SERAC_OK;
}

static bool all_are(const double *values, uint32_t count, double what)
{
    for (uint32_t i = 0; i < count; i++)
        if (values[i] != what)
            return false;
    return true;
}

enum serac_status serac_import_onnx_set_sums(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                                             const struct serac_onnx_constant *bias, double scale, double beta,
                                             struct serac_import_onnx_value *sums)
{
    struct serac_network *n = t->build->network;
    struct serac_layer *l = &n->layers[n->num_layers - 1];
    struct serac_param *p = (struct serac_param *)(uintptr_t)l->params;
    double *rests = calloc(f->out, sizeof *rests);
    enum serac_status status = rests ? SERAC_OK : serac_import_onnx_no_room(t);
    if (status == SERAC_OK && bias && bias->count != f->out && bias->count != 1)
        status = serac_import_onnx_refuse(t, "needs a bias for each output channel");
    for (uint32_t m = 0; status == SERAC_OK && m < f->out; m++) {
        f->scales[m] *= scale;
        if (bias && !set_bias(t, &p[m], bias, m, f->scales[m], beta, &rests[m]))
            status = SERAC_E_INPUT;
    }
    if (status == SERAC_OK && !set_range(t, f, l))
        status = SERAC_E_INPUT;
    sums->kind = SERAC_IMPORT_ONNX_REAL;
    sums->layer = (int32_t)n->num_layers - 1;
    sums->second = SERAC_IMPORT_ONNX_NO_SECOND;
    sums->raw = true;
    sums->chain.exact = sums->chain.integer = sums->chain.real = true;
    if (status == SERAC_OK && !all_are(f->scales, f->out, 1) &&
        !serac_import_onnx_chain_add(&sums->chain, SERAC_IMPORT_ONNX_MUL, f->scales, f->out))
        status = serac_import_onnx_no_room(t);
    if (status == SERAC_OK && !all_are(rests, f->out, 0) &&
        !serac_import_onnx_chain_add(&sums->chain, SERAC_IMPORT_ONNX_ADD, rests, f->out))
        status = serac_import_onnx_no_room(t);
    free(rests);
    l->output.channels = f->out;
    serac_import_onnx_make_raw(l);
    n->output_scales[n->num_layers - 1] = 1;
    return status;
}

/* --- the node's output -------------------------------------------------------------------- */

/* x_scale * w_scale / y_scale in the scales' type. */
static bool set_factors(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                        const struct serac_import_onnx_scales *at, double y)
{
    double x;
    const struct serac_onnx_constant *w = serac_import_onnx_constant(t, at->w);
    if (!w || !serac_import_onnx_scalar(t, at->x, 1, &x))
        return false;
    if (w->count != 1 && w->count != f->out)
        return serac_import_onnx_refuse(t,
                                        "needs one scale of its weights, or one for each output channel") == SERAC_OK;
    bool half = w->type == SERAC_ONNX_FLOAT16;
    for (uint32_t m = 0; m < f->out; m++) {
        float product = (float)x * (float)w->numbers[w->count == 1 ? 0 : m];
        float factor = (half ? serac_onnx_to_half(product) : product) / (float)y;
        f->scales[m] = (double)(half ? serac_onnx_to_half(factor) : factor);
        if (!isfinite(f->scales[m]))
            return serac_import_onnx_refuse(t, "its scales give no factor") == SERAC_OK;
    }
    return true;
}

static enum serac_status quantise(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                                  struct serac_import_onnx_value *sums, const struct serac_import_onnx_scales *at)
{
    const struct serac_import_onnx_value *z = serac_import_onnx_value_at(t, at->y + 1);
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    double scale, zero;
    if (!serac_import_onnx_scalar(t, at->y, 1, &scale) || !serac_import_onnx_scalar(t, at->y + 1, 0, &zero))
        return SERAC_E_INPUT;
    uint32_t bits = z && z->constant ? serac_onnx_bits(z->constant->type) : 0;
    if (!bits || !(scale > 1e-30 && scale < 1e30))
        return serac_import_onnx_refuse(t, "needs a positive scale and an integer zero point of its output");
    if (!set_factors(t, f, at, scale))
        return SERAC_E_INPUT;
    struct serac_import_onnx_quantiser q = {
        .rule = at->late ? SERAC_IMPORT_ONNX_LATE : SERAC_IMPORT_ONNX_PRODUCT, .scale = scale, .factors = f->scales,
            .rows = f->out,
        .format = {.bits = bits, .is_signed = serac_onnx_is_signed(z->constant->type),
                   .zero_point = (int32_t)zero}};
    q.low = q.format.is_signed ? -(1 << (bits - 1)) : 0;
    q.high = q.low + (1 << bits) - 1;
    enum serac_status status = serac_import_onnx_resolve(t, sums, &q, out);
    if (status != SERAC_OK)
        return status;
    out->kind = SERAC_IMPORT_ONNX_CODES;
    out->is_integer = true;
    return status;
}

enum serac_status serac_import_onnx_finish_sums(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                                                struct serac_import_onnx_value *sums,
                                                const struct serac_import_onnx_scales *at)
{
    sums->name = serac_import_onnx_output(t)->name;
    enum serac_status status = at->y ? quantise(t, f, sums, at)
                                     : serac_import_onnx_pass(t, sums, serac_import_onnx_output(t));
    serac_import_onnx_chain_free(&sums->chain);
    return status;
}
