/* serac_import_onnx_chain.c - what a graph does to each sum of a channel, and the code that comes of it.
 *
 * Numbers that are integers all the way (DORY, NEMO, QuantLab) stay exact. What is done to codes one by
 * one is rounded to float32 after each operation, as the file's types say. A float32 sum of products has
 * no one value, as its order is open: sums are exact here, and what is done to them is in double. Every
 * operation is monotonic, and stays so when it is rounded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_import_onnx.h"

enum { MOST_STEPS = 64 };

void serac_import_onnx_chain_free(struct serac_import_onnx_chain *chain)
{
    for (uint32_t i = 0; i < chain->count; i++)
        free(chain->steps[i].values);
    free(chain->steps);
    memset(chain, 0, sizeof *chain);
}

/* An empty step behind the others. */
static struct serac_import_onnx_step *push(struct serac_import_onnx_chain *chain, const double *values, uint32_t count)
{
    if (chain->count == MOST_STEPS)
        return NULL;
    struct serac_import_onnx_step *more = realloc(chain->steps, (chain->count + 1) * sizeof *more);
    if (!more)
        return NULL;
    chain->steps = more;
    struct serac_import_onnx_step *step = more + chain->count;
    *step = (struct serac_import_onnx_step){.count = count};
    step->values = count ? malloc(count * sizeof *values) : NULL;
    if (count && !step->values)
        return NULL;
    if (count)
        memcpy(step->values, values, count * sizeof *values);
    chain->count++;
    return step;
}

bool serac_import_onnx_chain_copy(struct serac_import_onnx_chain *to, const struct serac_import_onnx_chain *from)
{
    *to = *from;
    to->steps = NULL;
    to->count = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        const struct serac_import_onnx_step *step = &from->steps[i];
        struct serac_import_onnx_step *copy = push(to, step->values, step->count);
        if (!copy) {
            serac_import_onnx_chain_free(to);
            return false;
        }
        copy->op = step->op;
        copy->exact = step->exact;
        copy->low = step->low;
        copy->high = step->high;
    }
    return true;
}

static bool is_power(double value)
{
    int exponent;
    return value > 0 && frexp(value, &exponent) == 0.5;
}

bool serac_import_onnx_chain_add(struct serac_import_onnx_chain *chain, enum serac_import_onnx_op op,
                                 const double *values, uint32_t count)
{
    bool whole = true, powers = true;
    for (uint32_t i = 0; i < count; i++) {
        whole = whole && values[i] == floor(values[i]) && fabs(values[i]) < 9e15;
        powers = powers && is_power(values[i]);
    }
    struct serac_import_onnx_step *step = push(chain, values, count);
    if (!step)
        return false;
    bool rounds = op == SERAC_IMPORT_ONNX_FLOOR || op == SERAC_IMPORT_ONNX_CEIL || op == SERAC_IMPORT_ONNX_ROUND ||
                  op == SERAC_IMPORT_ONNX_TRUNC;
    chain->exact = chain->exact && (rounds || (op == SERAC_IMPORT_ONNX_DIV ? powers : whole));
    chain->integer = rounds || op == SERAC_IMPORT_ONNX_INTEGER_DIV ||
        (chain->integer && op != SERAC_IMPORT_ONNX_DIV && whole);
    chain->bounded = chain->bounded && rounds;
    step->op = op;
    step->exact = chain->exact;
    return true;
}

bool serac_import_onnx_chain_clip(struct serac_import_onnx_chain *chain, double low, double high)
{
    struct serac_import_onnx_step *step = push(chain, NULL, 0);
    if (!step)
        return false;
    chain->low = chain->bounded && chain->low > low ? chain->low : low;
    chain->high = chain->bounded && chain->high < high ? chain->high : high;
    chain->bounded = isfinite(chain->low) && isfinite(chain->high);
    step->op = SERAC_IMPORT_ONNX_CLIP;
    step->exact = chain->exact;
    step->low = low;
    step->high = high;
    return true;
}

bool serac_import_onnx_is_shift(double by)
{
    return by > 1 && is_power(by + 1);
}

/* DORY writes a shift by n as a division by 2^n or by 2^n - 1: a floor of the n-th power. */
static double integer_divide(double x, double by)
{
    return is_power(by) ? floor(x / by) : serac_import_onnx_is_shift(by) ? floor(x / (by + 1)) : trunc(x / by);
}

static double value_of(const struct serac_import_onnx_chain *chain, uint32_t channel, double x, bool *lost)
{
    for (uint32_t i = 0; i < chain->count; i++) {
        const struct serac_import_onnx_step *s = &chain->steps[i];
        double v = s->count == 0 ? 0 : s->values[s->count == 1 ? 0 : channel];
        switch (s->op) {
        case SERAC_IMPORT_ONNX_MUL: x *= v; break;
        case SERAC_IMPORT_ONNX_ADD: x += v; break;
        case SERAC_IMPORT_ONNX_DIV: x /= v; break;
        case SERAC_IMPORT_ONNX_INTEGER_DIV: x = integer_divide(x, v); break;
        case SERAC_IMPORT_ONNX_CLIP: x = x < s->low ? s->low : x > s->high ? s->high : x; break;
        case SERAC_IMPORT_ONNX_FLOOR: x = floor(x); break;
        case SERAC_IMPORT_ONNX_CEIL: x = ceil(x); break;
        case SERAC_IMPORT_ONNX_ROUND: x = rint(x); break;
        case SERAC_IMPORT_ONNX_TRUNC: x = trunc(x); break;
        }
        if (s->exact)
            *lost = *lost || fabs(x) > 9e15;
        else if (!chain->real)
            x = (double)(float)x;
    }
    return x;
}

static double clamped(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double divided(double x, double by, bool real)
{
    return real ? x / by : (double)(float)(x / by);
}

static double quant(const struct serac_import_onnx_quantiser *q, double x, bool real)
{
    double y = divided(x, q->scale, real) + q->format.zero_point;
    y = clamped(y, q->low, q->high);
    return q->rounding == 'F' ? floor(y) : q->rounding == 'C' ? ceil(y) : rint(y);
}

static int32_t reached(const struct serac_import_onnx_quantiser *q, uint32_t channel, double x)
{
    const double *at = q->thresholds + (size_t)(q->rows == 1 ? 0 : channel) * q->steps;
    int32_t count = 0;
    for (uint32_t i = 0; i < q->steps; i++)
        count += x >= at[i];
    return count;
}

int32_t serac_import_onnx_code(const struct serac_import_onnx_quantiser *q, const struct serac_import_onnx_chain *chain,
                               uint32_t channel, int64_t sum, bool *lost)
{
    double x = value_of(chain, channel, (double)sum, lost), code = 0;
    switch (q->rule) {
    case SERAC_IMPORT_ONNX_LINEAR: code = rint(divided(x, q->scale, chain->real)) + q->format.zero_point; break;
    case SERAC_IMPORT_ONNX_PRODUCT:
        code = rint(clamped(x * q->factors[q->rows == 1 ? 0 : channel] + q->format.zero_point, q->low,
                            q->high));
        break;
    case SERAC_IMPORT_ONNX_LATE:
        code = rint(x * q->factors[q->rows == 1 ? 0 : channel]) + q->format.zero_point;
        break;
    case SERAC_IMPORT_ONNX_QUANT: code = quant(q, x, chain->real); break;
    case SERAC_IMPORT_ONNX_BIPOLAR: code = x >= 0 ? q->high : q->low; break;
    case SERAC_IMPORT_ONNX_THRESHOLDS: code = q->low + (int32_t)q->stride * reached(q, channel, x); break;
    case SERAC_IMPORT_ONNX_INTEGER: code = x; break;
    }
    if (!(code == code))
        *lost = true;
    return (int32_t)clamped(code == code ? code : 0, q->low, q->high);
}
