/* serac_narrow.c - a network at fewer bits, without training. */
#include "serac_narrow.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"
#include "serac_build.h"

#define SCALES 64

bool serac_narrow_can(const struct serac_network *n, uint32_t index, uint32_t bits)
{
    const struct serac_layer *l = &n->layers[index];
    bool weights = (l->op == SERAC_OP_CONV || l->op == SERAC_OP_DEPTHWISE) && l->weight_kind == SERAC_WEIGHT_SIGNED;
    bool factor = l->mode == SERAC_MODE_DOUBLE || l->mode == SERAC_MODE_SINGLE || serac_narrow_raw_output(n, index);
    return weights && factor && bits >= 1 && bits <= 8 && (bits > 1 || l->op == SERAC_OP_CONV) &&
           l->weight_store_bits == l->weight_bits;
}

static int32_t code_of(double w, double scale, int32_t low, int32_t high)
{
    double q = round(w / scale);
    return q < low ? low : q > high ? high : (int32_t)q;
}

/* The scale with the least squared error for `count` weights; not below 1, at which they are exact. */
static double best_scale(const int8_t *w, size_t count, uint32_t bits)
{
    int32_t low = -(1 << (bits - 1)), high = -low - 1, most = 0;
    double best = 1, least = INFINITY;
    for (size_t i = 0; i < count; i++)
        most = abs(w[i]) > most ? abs(w[i]) : most;
    for (int k = SCALES; k > 0; k--) {
        double scale = fmax(1, (double)most / (high > 0 ? high : 1) * k / SCALES), error = 0;
        for (size_t i = 0; i < count; i++) {
            double off = w[i] - scale * code_of(w[i], scale, low, high);
            error += off * off;
        }
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return best;
}

static double mean_size(const int8_t *w, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += abs(w[i]);
    return sum ? (double)sum / (double)count : 1;
}

static double scale_of(const int8_t *w, size_t count, uint32_t bits)
{
    return bits == 1 ? mean_size(w, count) : best_scale(w, count, bits);
}

/* One channel's weights. */
static void narrow_channel(const int8_t *w, size_t count, uint32_t bits, double scale, int8_t *to)
{
    int32_t low = -(1 << (bits - 1));
    for (size_t i = 0; i < count; i++)
        to[i] = (int8_t)(bits == 1 ? (w[i] < 0 ? -1 : 1) : code_of(w[i], scale, low, -low - 1));
}

/* The accumulator counts in `unit` of its old steps, the result in `step` of its own. */
static void change_param(struct serac_param *p, double unit, double step)
{
    double factor = ldexp(p->mult, p->shift - 31) * unit / step, bias = round(p->bias / unit);
    if (unit == 1 && step == 1)
        return;
    serac_build_multiplier(factor, &p->mult, &p->shift);
    p->bias = bias > INT32_MAX ? INT32_MAX : bias < INT32_MIN ? INT32_MIN : (int32_t)bias;
}

/* What changes in one layer: bits of its weights or 0, ratios of its operands and of its output. */
struct change {
    uint32_t bits;
    double in[2], out;
};

static size_t weights_of_channel(const struct serac_layer *l)
{
    return (size_t)l->kernel_h * l->kernel_w * (l->op == SERAC_OP_CONV ? l->input.channels : 1);
}

/* Weights at c->bits, and each channel's scale in `scales`. */
static void narrow_weights(const struct serac_layer *from, uint32_t bits, int8_t *to, double *scales)
{
    size_t k = weights_of_channel(from), channels = from->output.channels;
    bool raw = from->mode == SERAC_MODE_RAW;
    double common = raw ? scale_of(from->weights, k * channels, bits) : 1;
    for (size_t c = 0; c < channels; c++) {
        scales[c] = raw ? common : scale_of(from->weights + c * k, k, bits);
        narrow_channel(from->weights + c * k, k, bits, scales[c], to + c * k);
    }
}

/* Weights and parameters of the layer that was just appended; *output_scale is its results'. */
static bool copy_numbers(struct serac_build *b, const struct serac_layer *from, struct serac_layer *l,
                         const struct change *change, double *output_scale)
{
    uint32_t channels = l->output.channels, operands = l->op == SERAC_OP_ADD ? 2 : 1;
    size_t count = weights_of_channel(l) * channels;
    struct serac_param *p = serac_build_params(b, (uint64_t)operands * channels);
    bool none = l->op == SERAC_OP_ADD || l->run_time;
    int8_t *w = none ? NULL : serac_build_weights(b, count);
    double *scales = malloc(channels * sizeof *scales);
    bool ok = p && scales && (none || w);
    if (ok) {
        memcpy(p, from->params, (size_t)operands * channels * sizeof *p);
        for (uint32_t c = 0; c < channels; c++)
            scales[c] = 1;
        if (w)
            memcpy(w, from->weights, count);
        if (change->bits) {
            narrow_weights(from, change->bits, w, scales);
            l->weight_bits = l->weight_store_bits = change->bits;
            l->weight_kind = change->bits == 1 ? SERAC_WEIGHT_BIPOLAR : SERAC_WEIGHT_SIGNED;
        }
        for (uint32_t i = 0; i < operands * channels; i++)
            change_param(&p[i], scales[i % channels] * change->in[i / channels], change->out);
        *output_scale *= l->mode == SERAC_MODE_RAW ? scales[0] * change->in[0] : change->out;
    }
    free(scales);
    return ok;
}

/* Numbers of a host's layer, for the one that was just appended. */
static bool copy_words(struct serac_build *b, const struct serac_layer *from)
{
    int32_t *words = serac_build_words(b);
    if (words)
        memcpy(words, from->words, serac_host_words(from) * sizeof *words);
    return words != NULL;
}

static const struct serac_narrow_act *act_of(const struct serac_narrow_act *acts, int32_t layer)
{
    return acts && layer >= 0 && acts[layer].bits ? &acts[layer] : NULL;
}

static void narrow_tensor(struct serac_tensor *t, const struct serac_narrow_act *act)
{
    t->bits = act->bits;
    t->zero_point = act->zero_point;
}

/* The code that an old one becomes. */
static int32_t code_after(const struct serac_tensor *was, const struct serac_narrow_act *act, int32_t code)
{
    int32_t low = was->is_signed ? -(1 << (act->bits - 1)) : 0, high = low + (1 << act->bits) - 1;
    double q = round((code - was->zero_point) / act->ratio) + act->zero_point;
    return q < low ? low : q > high ? high : (int32_t)q;
}

/* Formats of the layer's tensors, and what follows for its numbers. */
static void change_formats(const struct serac_network *n, uint32_t i, const struct serac_narrow_act *acts,
                           struct serac_layer *l, struct change *change)
{
    const struct serac_narrow_act *first = act_of(acts, n->inputs[i][0]), *second = act_of(acts, n->inputs[i][1]);
    const struct serac_narrow_act *out = act_of(acts, (int32_t)i);
    if (first) {
        narrow_tensor(&l->input, first);
        l->act_bits = first->bits;
        change->in[0] = first->ratio;
    }
    if (second) {
        narrow_tensor(&l->operand, second);
        l->input2_zero_point = second->zero_point;
        change->in[1] = second->ratio;
    }
    if (out) {
        l->clamp_min = code_after(&l->output, out, l->clamp_min);
        l->clamp_max = code_after(&l->output, out, l->clamp_max);
        narrow_tensor(&l->output, out);
        change->out = out->ratio;
    }
    if ((first || second || out) && l->mode == SERAC_MODE_DOUBLE)
        l->mode = SERAC_MODE_SINGLE;
}

static uint32_t bits_after(const struct serac_tensor *t, const struct serac_narrow_act *act)
{
    return act ? act->bits : t->bits;
}

/* SERAC_E_INPUT: what was asked of layer i cannot be. */
static enum serac_status check_layer(const struct serac_network *n, uint32_t i, uint32_t bits,
                                     const struct serac_narrow_act *acts, struct serac_error *error)
{
    const struct serac_layer *l = &n->layers[i];
    const struct serac_narrow_act *act = act_of(acts, (int32_t)i);
    const char *what = bits && (!serac_narrow_can(n, i, bits) || bits > l->weight_bits) ? "weights"
                       : act && (!serac_narrow_can_act(n, i) || act->bits > l->output.bits) ? "activations" : NULL;
    if (what && error)
        snprintf(error->text, sizeof error->text, "layer %s: its %s cannot be narrowed to %u bits", l->name, what,
                 (unsigned)(what[0] == 'w' ? bits : act->bits));
    if (what || l->op != SERAC_OP_ADD)
        return what ? SERAC_E_INPUT : SERAC_OK;
    uint32_t first = bits_after(&l->input, act_of(acts, n->inputs[i][0]));
    uint32_t second = bits_after(&l->operand, act_of(acts, n->inputs[i][1]));
    if (first != second && error)
        snprintf(error->text, sizeof error->text, "layer %s: adds %u and %u bits, must be the same", l->name,
                 (unsigned)first, (unsigned)second);
    return first == second ? SERAC_OK : SERAC_E_INPUT;
}

static enum serac_status copy_layer(const struct serac_network *n, uint32_t i, uint32_t bits,
                                    const struct serac_narrow_act *acts, struct serac_build *b)
{
    const struct serac_layer *from = &n->layers[i];
    struct change change = {.bits = bits, .in = {1, 1}, .out = 1};
    struct serac_layer *l = serac_build_layer(b, from->name, n->inputs[i][0], n->inputs[i][1]);
    if (!l)
        return SERAC_E_NOMEM;
    *l = *from;
    l->params = NULL;
    l->words = NULL;
    b->network->output_scales[i] = n->output_scales[i];
    if (from->words && !copy_words(b, from))
        return SERAC_E_NOMEM;
    change_formats(n, i, acts, l, &change);
    return from->op == SERAC_OP_HOST || copy_numbers(b, from, l, &change, &b->network->output_scales[i])
               ? SERAC_OK : SERAC_E_NOMEM;
}

enum serac_status serac_narrow(const struct serac_network *n, const uint32_t *bits,
                               const struct serac_narrow_act *acts, const char *name, struct serac_build *copy,
                               struct serac_error *error)
{
    struct serac_build b;
    if (!serac_build_init(&b, name, n->source))
        return SERAC_E_NOMEM;
    memcpy(b.network->dataset, n->dataset, sizeof n->dataset);
    b.network->float_accuracy = n->float_accuracy;
    b.network->input = n->input;
    b.network->input_scale = n->input_scale;
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < n->num_layers; i++) {
        uint32_t narrower = bits[i] != n->layers[i].weight_bits ? bits[i] : 0;
        status = check_layer(n, i, narrower, acts, error);
        if (status == SERAC_OK)
            status = copy_layer(n, i, narrower, acts, &b);
    }
    if (status == SERAC_OK)
        status = serac_build_finish(&b, error);
    if (status == SERAC_OK)
        *copy = b;
    else
        serac_build_free(&b);
    return status;
}
