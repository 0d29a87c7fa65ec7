/* serac_narrow.c - a network's weights at fewer bits, without training. */
#include "serac_narrow.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"
#include "serac_import_network.h"

#define SCALES 64

bool serac_narrow_can(const struct serac_layer *l, uint32_t bits)
{
    bool weights = l->op == SERAC_OP_CONV || l->op == SERAC_OP_DEPTHWISE;
    return weights && l->weight_kind == SERAC_WEIGHT_SIGNED &&
           (l->mode == SERAC_MODE_DOUBLE || l->mode == SERAC_MODE_SINGLE || l->mode == SERAC_MODE_RAW) && bits >= 1 && bits <= 8 &&
           (bits > 1 || l->op == SERAC_OP_CONV) && l->weight_store_bits == l->weight_bits;
}

static int32_t code_of(double w, double scale, int32_t low, int32_t high)
{
    double q = round(w / scale);
    return q < low ? low : q > high ? high : (int32_t)q;
}

/* The scale with the least squared error for `count` weights. */
static double best_scale(const int8_t *w, size_t count, uint32_t bits)
{
    int32_t low = -(1 << (bits - 1)), high = -low - 1, most = 1;
    double best = 1, least = INFINITY;
    for (size_t i = 0; i < count; i++)
        most = abs(w[i]) > most ? abs(w[i]) : most;
    for (int k = 1; k <= SCALES; k++) {
        double scale = (double)most / (high > 0 ? high : 1) * k / SCALES, error = 0;
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

/* One channel's weights and its factors. */
static void narrow_channel(const int8_t *w, size_t count, uint32_t bits, double scale, int8_t *to,
                           struct serac_param *p)
{
    int32_t low = -(1 << (bits - 1));
    for (size_t i = 0; i < count; i++)
        to[i] = (int8_t)(bits == 1 ? (w[i] < 0 ? -1 : 1) : code_of(w[i], scale, low, -low - 1));
    double factor = ldexp(p->mult, p->shift - 31) * scale, bias = round(p->bias / scale);
    serac_import_multiplier(factor, &p->mult, &p->shift);
    p->bias = bias > INT32_MAX ? INT32_MAX : bias < INT32_MIN ? INT32_MIN : (int32_t)bias;
}

/* Weights of the layer that was just appended; *output_scale is its results'. */
static bool copy_numbers(struct serac_build *b, const struct serac_layer *from, struct serac_layer *l, uint32_t bits,
                         double *output_scale)
{
    uint32_t channels = l->output.channels;
    size_t k = (size_t)l->kernel_h * l->kernel_w * (l->op == SERAC_OP_CONV ? l->input.channels : 1);
    size_t sets = (size_t)channels * (l->op == SERAC_OP_ADD ? 2 : 1);
    struct serac_param *p = serac_build_params(b, sets);
    int8_t *w = l->op == SERAC_OP_ADD ? NULL : serac_build_weights(b, k * channels);
    if (!p || (l->op != SERAC_OP_ADD && !w))
        return false;
    memcpy(p, from->params, sets * sizeof *p);
    if (w)
        memcpy(w, from->weights, k * channels);
    if (!bits)
        return true;
    bool raw = l->mode == SERAC_MODE_RAW;
    double common = raw ? scale_of(from->weights, k * channels, bits) : 1;
    for (uint32_t c = 0; c < channels; c++)
        narrow_channel(from->weights + c * k, k, bits, raw ? common : scale_of(from->weights + c * k, k, bits),
                       w + c * k, &p[c]);
    *output_scale *= common;
    l->weight_bits = l->weight_store_bits = bits;
    l->weight_kind = bits == 1 ? SERAC_WEIGHT_BIPOLAR : SERAC_WEIGHT_SIGNED;
    return true;
}

/* Numbers of a host's layer, for the one that was just appended. */
static bool copy_words(struct serac_build *b, const struct serac_layer *from)
{
    int32_t *words = serac_build_words(b);
    if (words)
        memcpy(words, from->words, serac_host_words(from) * sizeof *words);
    return words != NULL;
}

static enum serac_status copy_layers(const struct serac_network *n, const uint32_t *bits, struct serac_build *b,
                                     struct serac_error *error)
{
    for (uint32_t i = 0; i < n->num_layers; i++) {
        const struct serac_layer *from = &n->layers[i];
        uint32_t narrow = bits[i] && bits[i] != from->weight_bits ? bits[i] : 0;
        if (narrow && (!serac_narrow_can(from, narrow) || narrow > from->weight_bits)) {
            if (error)
                snprintf(error->text, sizeof error->text, "layer %s: its weights cannot be narrowed to %u bits",
                         from->name, (unsigned)narrow);
            return SERAC_E_INPUT;
        }
        struct serac_layer *l = serac_build_layer(b, from->name, n->inputs[i][0], n->inputs[i][1]);
        if (!l)
            return SERAC_E_NOMEM;
        *l = *from;
        l->params = NULL;
        l->words = NULL;
        b->network->output_scales[i] = n->output_scales[i];
        if (from->words && !copy_words(b, from))
            return SERAC_E_NOMEM;
        if (from->op != SERAC_OP_HOST && !copy_numbers(b, from, l, narrow, &b->network->output_scales[i]))
            return SERAC_E_NOMEM;
    }
    return SERAC_OK;
}

enum serac_status serac_narrow(const struct serac_network *n, const uint32_t *bits, const char *name,
                               struct serac_build *copy, struct serac_error *error)
{
    struct serac_build b;
    if (!serac_build_init(&b, name, n->source))
        return SERAC_E_NOMEM;
    memcpy(b.network->dataset, n->dataset, sizeof n->dataset);
    b.network->float_accuracy = n->float_accuracy;
    b.network->input = n->input;
    b.network->input_scale = n->input_scale;
    enum serac_status status = copy_layers(n, bits, &b, error);
    if (status == SERAC_OK)
        status = serac_build_finish(&b, error);
    if (status == SERAC_OK)
        *copy = b;
    else
        serac_build_free(&b);
    return status;
}
