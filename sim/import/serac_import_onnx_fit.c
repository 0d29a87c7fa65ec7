/* serac_import_onnx_fit.c - ends a chain with a quantiser: on the machine if that is proved exact, else on
 * the host. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"
#include "serac_import_onnx_fit.h"

struct fit {
    struct serac_import_onnx *t;
    struct serac_import_onnx_quantiser *q;
    struct serac_import_onnx_chain chain;    /* owned; with the scale of codes in front */
    struct serac_import_onnx_steps steps;    /* of the channel at hand */
    int32_t source;                  /* layer of the sums or codes */
    bool raw, shared;
    uint32_t channels;
};

/* --- channels -------------------------------------------------------------------- */

static void range_of(const struct fit *f, uint32_t c, int64_t *low, int64_t *high)
{
    const struct serac_tensor *in = serac_import_onnx_tensor(f->t, f->source);
    if (f->raw) {
        *low = f->t->ranges[f->source].low[c];
        *high = f->t->ranges[f->source].high[c];
        return;
    }
    int64_t codes = (int64_t)1 << in->bits;
    *low = (in->is_signed ? -codes / 2 : 0) - in->zero_point;
    *high = *low + codes - 1;
    if (in->is_bipolar) {
        *low = 1 - codes;
        *high = codes - 1;
    }
}

static bool find_steps(struct fit *f, uint32_t c)
{
    int64_t low, high;
    range_of(f, c, &low, &high);
    if (serac_import_onnx_find_steps(f->q, &f->chain, c, low, high, &f->steps))
        return true;
    serac_import_onnx_refuse(f->t, "its numbers are beyond 2^53, or none");
    return false;
}


/* Parameters of all channels in mode floor or single. */
static bool fit_factor(struct fit *f, enum serac_requant_mode mode, struct serac_param *p)
{
    for (uint32_t c = 0; c < f->channels; c++)
        if (!find_steps(f, c) || !(mode == SERAC_MODE_FLOOR ? serac_import_onnx_fit_floor(&f->steps, f->q, &p[c])
                                                            : serac_import_onnx_fit_single(&f->steps, f->q, &p[c])))
            return false;
    return true;
}

/* Up to 15 thresholds of sums that grow with the code, which counts them. */
static bool fit_thresholds(struct fit *f, struct serac_param *p)
{
    if (f->q->format.zero_point || f->q->format.is_signed || f->q->low < 0 || f->q->high > 15)
        return false;
    for (uint32_t c = 0; c < f->channels; c++) {
        if (!find_steps(f, c) || f->steps.sign < 0)
            return false;
        for (int32_t i = 0; i < 15; i++)
            p[c].thresholds[i] = i < f->steps.first  ? INT32_MIN
                                 : i < f->steps.last ? (int32_t)f->steps.at[i - f->steps.first] : INT32_MAX;
    }
    return true;
}

/* --- the host ---------------------------------------------------------------------- */

/* A factor a channel: one that the chain or the quantiser has, if it gives the same codes. */
static bool fit_factors(struct fit *f, int32_t *words)
{
    const struct serac_import_onnx_step *s = f->chain.steps;
    bool product = f->q->rule == SERAC_IMPORT_ONNX_PRODUCT || f->q->rule == SERAC_IMPORT_ONNX_LATE;
    if (!product && (!f->chain.count || s->op != SERAC_IMPORT_ONNX_MUL || !(f->q->scale > 0)))
        return false;
    for (uint32_t c = 0; c < f->channels; c++) {
        float factor = product ? (float)f->q->factors[f->q->rows == 1 ? 0 : c]
                               : (float)(s->values[s->count == 1 ? 0 : c] / f->q->scale);
        if (!isfinite(factor) || !find_steps(f, c) || !serac_import_onnx_fits_factor(&f->steps, f->q, factor))
            return false;
        memcpy(&words[2 * c], &factor, sizeof factor);     /* no addend */
    }
    return true;
}

/* Thresholds of every channel, from the lowest code that one has. */
static bool list_thresholds(struct fit *f, struct serac_layer *l)
{
    int32_t low = f->q->least, high = f->q->most;
    l->host = SERAC_HOST_THRESHOLDS;
    l->factors[0] = high > low ? high - low : 1;
    l->factors[1] = low;
    int32_t *words = serac_host_words(l) > 1u << 26 ? NULL : serac_build_words(f->t->build);
    if (!words) {
        serac_import_onnx_no_room(f->t);
        return false;
    }
    for (uint32_t c = 0; c < f->channels; c++) {
        int32_t *at = words + (size_t)c * (1 + (size_t)l->factors[0]);
        if (!find_steps(f, c))
            return false;
        at[0] = f->steps.sign;
        for (int32_t i = 0; i < l->factors[0]; i++) {
            int32_t code = low + 1 + i;
            at[1 + i] = code <= f->steps.first  ? INT32_MIN
                        : code <= f->steps.last ? (int32_t)f->steps.at[code - f->steps.first - 1] : INT32_MAX;
        }
    }
    return true;
}

static enum serac_status on_host(struct fit *f)
{
    struct serac_layer *l = serac_import_onnx_layer(f->t, "quantise", f->source, SERAC_IMPORT_ONNX_NO_SECOND);
    if (!l)
        return SERAC_E_INPUT;
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_QUANTISE_FLOAT;
    l->output = f->q->format;
    l->output.height = l->input.height;
    l->output.width = l->input.width;
    l->output.channels = l->input.channels;
    l->clamp_min = f->q->least;
    l->clamp_max = f->q->most;
    int32_t *words = serac_build_words(f->t->build);
    if (!words)
        return serac_import_onnx_no_room(f->t);
    if (fit_factors(f, words))
        return SERAC_OK;
    free(words);
    l->words = NULL;
    return list_thresholds(f, l) ? SERAC_OK : SERAC_E_INPUT;
}

/* --- the layer -------------------------------------------------------------------------- */

/* Codes that nobody sums: each channel by itself, times one. */
static struct serac_layer *identity_layer(struct fit *f)
{
    struct serac_layer *l = serac_import_onnx_layer(f->t, "scale", f->source, SERAC_IMPORT_ONNX_NO_SECOND);
    int8_t *weights = l ? serac_build_weights(f->t->build, l->input.channels) : NULL;
    if (!weights || !serac_build_params(f->t->build, l->input.channels)) {
        serac_import_onnx_no_room(f->t);
        return NULL;
    }
    memset(weights, 1, l->input.channels);
    l->op = SERAC_OP_DEPTHWISE;
    l->weight_bits = l->weight_store_bits = 2;           /* one bit is 0 or -1 */
    return l;
}

static void set_output(struct serac_layer *l, const struct serac_import_onnx_quantiser *q, enum serac_requant_mode mode)
{
    struct serac_tensor shape = l->output;
    l->mode = mode;
    l->output = q->format;
    l->output.height = shape.height;
    l->output.width = shape.width;
    l->output.channels = shape.channels;
    l->clamp_min = q->least;
    l->clamp_max = q->most;
}

/* The machine's parameters behind its bias, which `p` holds already. */
static bool on_machine(struct fit *f, const struct serac_param *before, struct serac_param *p,
                       enum serac_requant_mode *mode)
{
    static const enum serac_requant_mode modes[] = {SERAC_MODE_FLOOR, SERAC_MODE_SINGLE, SERAC_MODE_THRESHOLD};
    for (size_t i = 0; i < 3; i++) {
        memcpy(p, before, f->channels * sizeof *p);
        *mode = modes[i];
        if (modes[i] == SERAC_MODE_THRESHOLD ? fit_thresholds(f, p) : fit_factor(f, modes[i], p))
            return true;
    }
    return false;
}

/* An addition's sum of two operands: a whole factor can be taken before it. */
static bool fit_addition(struct fit *f, struct serac_param *p)
{
    for (uint32_t c = 0; c < f->channels; c++) {
        struct serac_param whole = {.mult = 1};
        if (!find_steps(f, c) || !serac_import_onnx_fit_floor(&f->steps, f->q, &whole))
            return false;
        int64_t unit = (int64_t)1 << whole.shift, mult = (whole.mult + unit / 2) / unit;
        if (mult < 1 || mult > 255 || f->steps.sign < 0 || !serac_import_onnx_fits_factor(&f->steps, f->q, (float)mult))
            return false;
        for (int operand = 0; operand < 2; operand++)
            p[c + (operand ? f->channels : 0)] = (struct serac_param){.mult = (int32_t)mult};
    }
    return true;
}

/* The codes that occur: what is outside of them need not be told apart. */
static enum serac_status find_codes(struct fit *f)
{
    f->q->least = INT32_MAX;
    f->q->most = INT32_MIN;
    for (uint32_t c = 0; c < f->channels; c++) {
        if (!find_steps(f, c))
            return SERAC_E_INPUT;
        f->q->least = f->steps.first < f->q->least ? f->steps.first : f->q->least;
        f->q->most = f->steps.last > f->q->most ? f->steps.last : f->q->most;
    }
    return SERAC_OK;
}

static enum serac_status finish(struct fit *f)
{
    bool own = f->raw && !f->shared;
    struct serac_layer *l = NULL;
    struct serac_param *p = calloc(f->channels, 2 * sizeof *p), *before = calloc(f->channels, 2 * sizeof *p);
    enum serac_requant_mode mode = SERAC_MODE_FLOOR;
    enum serac_status status = p && before ? find_codes(f) : serac_import_onnx_no_room(f->t);
    if (status == SERAC_OK && own)
        l = &f->t->build->network->layers[f->source];
    if (l)
        memcpy(before, l->params, f->channels * sizeof *p * (l->op == SERAC_OP_ADD ? 2 : 1));
    bool fits = status == SERAC_OK && (own || !f->raw) &&
                (l && l->op == SERAC_OP_ADD ? fit_addition(f, p) : on_machine(f, before, p, &mode));
    if (fits && !own && !(l = identity_layer(f)))
        status = SERAC_E_INPUT;
    if (fits && l) {
        memcpy((void *)(uintptr_t)l->params, p, f->channels * sizeof *p * (l->op == SERAC_OP_ADD ? 2 : 1));
        set_output(l, f->q, mode);
    }
    if (status == SERAC_OK && !fits && !f->raw && serac_import_onnx_tensor(f->t, f->source)->is_bipolar) {
        l = identity_layer(f);               /* the host has no bipolar codes */
        status = l ? SERAC_OK : SERAC_E_INPUT;
        if (l)
            serac_import_onnx_make_raw(l);
        f->source = (int32_t)f->t->build->network->num_layers - 1;
    }
    if (status == SERAC_OK && !fits)
        status = on_host(f);
    if (status == SERAC_OK && !own)
        f->source = (int32_t)f->t->build->network->num_layers - 1;
    if (status == SERAC_OK && !fits)
        f->source = (int32_t)f->t->build->network->num_layers - 1;
    free(p);
    free(before);
    return status;
}

/* The same codes again: a quantiser that changes nothing. */
static bool changes_nothing(const struct fit *f)
{
    const struct serac_tensor *in = serac_import_onnx_tensor(f->t, f->source);
    const struct serac_tensor *out = &f->q->format;
    int32_t low = out->is_signed ? -(1 << (out->bits - 1)) : 0;
    return !f->raw && f->q->rule == SERAC_IMPORT_ONNX_LINEAR && f->chain.count <= 1 && in->bits == out->bits &&
           in->is_signed == out->is_signed && in->is_bipolar == out->is_bipolar &&
           in->zero_point == out->zero_point &&
           serac_import_onnx_scale(f->t, f->source) == f->q->scale && f->q->low == low &&
           f->q->high == low + (1 << out->bits) - 1;
}

static enum serac_status open_fit(struct fit *f, struct serac_import_onnx_value *in)
{
    double scale = serac_import_onnx_scale(f->t, in->layer);
    if (!serac_import_onnx_chain_copy(&f->chain, &in->chain))
        return serac_import_onnx_no_room(f->t);
    if (!in->raw && in->chain.count == 0 && scale != 1 &&
        !serac_import_onnx_chain_add(&f->chain, SERAC_IMPORT_ONNX_MUL, &scale, 1))
        return serac_import_onnx_no_room(f->t);
    return SERAC_OK;
}

enum serac_status serac_import_onnx_resolve(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                            const struct serac_import_onnx_quantiser *q,
                                            struct serac_import_onnx_value *to)
{
    if (in->second != SERAC_IMPORT_ONNX_NO_SECOND)
        return serac_import_onnx_resolve_addition(t, in, q, to);
    if (!in->raw)
        serac_import_onnx_settle_input(t, in);
    struct serac_import_onnx_quantiser codes = *q;
    struct fit f = {.t = t, .q = &codes, .source = in->layer, .raw = in->raw,
                    .shared = in->shared || in->uses > 1,
                    .channels = serac_import_onnx_tensor(t, in->layer)->channels};
    enum serac_status status = open_fit(&f, in);
    if (status == SERAC_OK && !changes_nothing(&f)) {
        status = finish(&f);
        if (status == SERAC_OK)
            t->build->network->output_scales[f.source] = q->scale;
    }
    serac_import_onnx_chain_free(&f.chain);
    if (status == SERAC_OK)
        status = serac_import_onnx_pass(t, in, to);
    if (status != SERAC_OK)
        return status;
    serac_import_onnx_chain_free(&to->chain);
    to->chain.exact = to->chain.integer = true;
    to->kind = SERAC_IMPORT_ONNX_REAL;
    to->layer = f.source;
    to->raw = to->shared = false;
    return SERAC_OK;
}
