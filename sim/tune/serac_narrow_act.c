/* serac_narrow_act.c - which activations can be narrowed, and to which codes. */
#include <math.h>

#include "serac_narrow.h"

#define RATIOS 64

static bool has_factor(const struct serac_layer *l)
{
    return l->mode == SERAC_MODE_DOUBLE || l->mode == SERAC_MODE_SINGLE;
}

static bool can_consume(const struct serac_network *n, uint32_t index)
{
    const struct serac_layer *l = &n->layers[index];
    if (l->op == SERAC_OP_HOST || l->run_time || l->act_bits != l->input.bits)
        return false;
    return has_factor(l) || (l->op != SERAC_OP_ADD && serac_narrow_raw_output(n, index));
}

static bool consumes(const struct serac_network *n, uint32_t layer, uint32_t index)
{
    return n->inputs[layer][0] == (int32_t)index || n->inputs[layer][1] == (int32_t)index;
}

bool serac_narrow_raw_output(const struct serac_network *n, uint32_t index)
{
    return n->layers[index].mode == SERAC_MODE_RAW && index + 1 == n->num_layers;
}

static bool can_alone(const struct serac_network *n, uint32_t index)
{
    const struct serac_layer *l = &n->layers[index];
    bool used = false;
    if (l->op == SERAC_OP_HOST || !has_factor(l) || l->output.is_bipolar)
        return false;
    for (uint32_t i = index + 1; i < n->num_layers; i++)
        if (consumes(n, i, index)) {
            used = true;
            if (!can_consume(n, i))
                return false;
        }
    return used && index + 1 < n->num_layers;
}

/* The other operand where `index` is added to something, from layer *at on: -1 the network's input, -2 none. */
static int32_t next_partner(const struct serac_network *n, uint32_t index, uint32_t *at)
{
    for (; *at < n->num_layers; ++*at)
        if (n->layers[*at].op == SERAC_OP_ADD && consumes(n, *at, index)) {
            const int32_t *in = n->inputs[(*at)++];
            return in[in[0] == (int32_t)index];
        }
    return -2;
}

/* All that must be as wide as `index`, itself included, are marked; false: the network's input is among them. */
static bool mark(const struct serac_network *n, uint32_t index, bool *marked)
{
    uint32_t at = index + 1;
    bool ok = true;
    marked[index] = true;
    for (int32_t other = next_partner(n, index, &at); other != -2; other = next_partner(n, index, &at))
        ok = other >= 0 && (marked[other] || mark(n, (uint32_t)other, marked)) && ok;
    return ok;
}

bool serac_narrow_can_act(const struct serac_network *n, uint32_t index)
{
    bool marked[SERAC_LAYERS_MAX] = {false};
    bool can = mark(n, index, marked);
    for (uint32_t i = 0; can && i < n->num_layers; i++)
        can = !marked[i] || can_alone(n, i);
    return can;
}

uint32_t serac_narrow_with(const struct serac_network *n, uint32_t index)
{
    bool marked[SERAC_LAYERS_MAX] = {false};
    uint32_t least = 0;
    mark(n, index, marked);
    while (!marked[least])
        least++;
    return least;
}

static double squared_error(const struct serac_tensor *was, const uint64_t *histogram, int32_t low, int32_t high,
                            const struct serac_narrow_act *act)
{
    double sum = 0;
    int32_t lowest = was->is_signed ? -(1 << (was->bits - 1)) : 0;
    for (int32_t i = 0; i < 1 << was->bits; i++) {
        if (!histogram[i])
            continue;
        double value = lowest + i - was->zero_point, q = round(value / act->ratio) + act->zero_point;
        q = q < low ? low : q > high ? high : q;
        double off = value - act->ratio * (q - act->zero_point);
        sum += (double)histogram[i] * off * off;
    }
    return sum;
}

void serac_narrow_fit(const struct serac_tensor *was, const uint64_t *histogram, uint32_t bits,
                      struct serac_narrow_act *act)
{
    int32_t low = was->is_signed ? -(1 << (bits - 1)) : 0, high = low + (1 << bits) - 1;
    int32_t lowest = was->is_signed ? -(1 << (was->bits - 1)) : 0, codes = 1 << was->bits;
    int32_t nought = was->zero_point - lowest, first, last;
    double least = INFINITY;
    nought = nought < 0 ? 0 : nought >= codes ? codes - 1 : nought;
    first = last = nought;                     /* a zero point is a code, so nought is always in the range */
    for (int32_t i = 0; i < codes; i++)
        if (histogram[i]) {
            first = i < first ? i : first;
            last = i > last ? i : last;
        }
    for (int k = RATIOS; k > 0; k--)
        for (int32_t zero = low; zero <= high; zero++) {
            struct serac_narrow_act trial = {bits, fmax(1, (double)(last - first) / (high - low) * k / RATIOS), zero};
            double error = squared_error(was, histogram, low, high, &trial);
            if (error < least) {
                least = error;
                *act = trial;
            }
        }
}
