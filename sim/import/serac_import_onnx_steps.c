/* serac_import_onnx_steps.c - where a channel's code changes, and the machine's numbers that change it
 * there.
 *
 * A quantised chain is a staircase, non-decreasing or non-increasing in the sum, as each of its operations
 * is. So is the machine's (x * mult + add) >> shift. Two staircases are equal if they are equal at both
 * ends and on both sides of every step: that is checked with the machine's own arithmetic, so what is
 * written is proved, not rounded. */
#include <math.h>

#include "serac_function.h"
#include "serac_import_onnx_fit.h"

/* --- finding the steps --------------------------------------------------------- */

struct search {
    const struct serac_import_onnx_quantiser *q;
    const struct serac_import_onnx_chain *chain;
    uint32_t channel;
    struct serac_import_onnx_steps *steps;
    bool lost;
};

static int32_t code_at(struct search *s, int64_t y)
{
    return serac_import_onnx_code(s->q, s->chain, s->channel, y * s->steps->sign, &s->lost);
}

/* Codes from above the one at `low` to that at `high`: each half that changes is searched. */
static void find_between(struct search *s, int64_t low, int32_t at_low, int64_t high, int32_t at_high)
{
    if (at_low >= at_high)
        return;
    if (high - low == 1) {
        for (int32_t code = at_low + 1; code <= at_high; code++)
            s->steps->at[code - s->steps->first - 1] = high;
        return;
    }
    int64_t middle = low + (high - low) / 2;
    int32_t at_middle = code_at(s, middle);
    find_between(s, low, at_low, middle, at_middle);
    find_between(s, middle, at_middle, high, at_high);
}

bool serac_import_onnx_find_steps(const struct serac_import_onnx_quantiser *q,
                                  const struct serac_import_onnx_chain *chain, uint32_t channel, int64_t low,
                                      int64_t high, struct serac_import_onnx_steps *steps)
{
    struct search s = {q, chain, channel, steps, false};
    steps->sign = 1;
    if (code_at(&s, low) > code_at(&s, high))
        steps->sign = -1;
    steps->low = steps->sign > 0 ? low : -high;
    steps->high = steps->sign > 0 ? high : -low;
    steps->first = code_at(&s, steps->low);
    steps->last = code_at(&s, steps->high);
    find_between(&s, steps->low, steps->first, steps->high, steps->last);
    return !s.lost;
}

/* --- mode floor ---------------------------------------------------------------- */

/* The line y * m + a must be at least k at y for some pairs, and below k for others. */
struct bound {
    int64_t y, k;
};

struct line {
    struct bound over[257], under[257];
    uint32_t num_over, num_under;
};

static void set_bounds(const struct serac_import_onnx_steps *s, const struct serac_import_onnx_quantiser *q,
                       struct line *l)
{
    int32_t zero = q->format.zero_point;
    l->num_over = l->num_under = 0;
    for (int32_t code = s->first + 1; code <= s->last; code++) {
        int64_t y = s->at[code - s->first - 1];
        l->over[l->num_over++] = (struct bound){y, code - zero};
        l->under[l->num_under++] = (struct bound){y - 1, code - zero};
    }
    if (s->first > q->least)
        l->over[l->num_over++] = (struct bound){s->low, s->first - zero};
    if (s->last < q->most)
        l->under[l->num_under++] = (struct bound){s->high, s->last + 1 - zero};
}

/* How much room there is for `a` at this slope; concave. */
static double room_at(const struct line *l, double m)
{
    double low = -INFINITY, high = INFINITY;
    for (uint32_t i = 0; i < l->num_over; i++)
        low = fmax(low, (double)l->over[i].k - (double)l->over[i].y * m);
    for (uint32_t i = 0; i < l->num_under; i++)
        high = fmin(high, (double)l->under[i].k - (double)l->under[i].y * m);
    return high - low;
}

static double best_slope(const struct line *l, double most)
{
    double low = 0, high = most;
    for (int i = 0; i < 120; i++) {
        double a = low + (high - low) / 3, b = high - (high - low) / 3;
        if (room_at(l, a) < room_at(l, b))
            low = a;
        else
            high = b;
    }
    return low + (high - low) / 2;
}

/* The addends that fit factor and shift exactly, the one in the middle. */
static bool find_addend(const struct line *l, int64_t mult, int shift, int64_t *add)
{
    int64_t low = INT64_MIN, high = INT64_MAX;
    for (uint32_t i = 0; i < l->num_over; i++) {
        int64_t least = l->over[i].k * ((int64_t)1 << shift) - l->over[i].y * mult;
        low = least > low ? least : low;
    }
    for (uint32_t i = 0; i < l->num_under; i++) {
        int64_t most = l->under[i].k * ((int64_t)1 << shift) - 1 - l->under[i].y * mult;
        high = most < high ? most : high;
    }
    *add = low == INT64_MIN ? high : high == INT64_MAX ? low : low + (high - low) / 2;
    return low <= high;
}

/* Addends beyond 32 bits move whole factors into the bias. */
static bool set_param(int64_t mult, int64_t add, int shift, int32_t sign, struct serac_param *p)
{
    int64_t whole = 0;
    if (add != (int32_t)add) {
        if (!mult)
            return false;
        whole = add / mult;
        add %= mult;
    }
    int64_t bias = p->bias + sign * whole;
    if (bias != (int32_t)bias)
        return false;
    p->bias = (int32_t)bias;
    p->mult = (int32_t)(sign * mult);
    p->shift = shift;
    p->add = (int32_t)add;
    return true;
}

/* The machine's own arithmetic on the bias's difference, at both sides of every step and both ends. */
static bool equals(const struct serac_import_onnx_steps *s, const struct serac_import_onnx_quantiser *q,
                   enum serac_requant_mode mode, const struct serac_param *p, int64_t bias)
{
    struct serac_record r = {.bias = (int32_t)bias, .mult = p->mult, .shift = p->shift, .add = p->add};
    int32_t count = s->last - s->first;
    for (int32_t i = -1; i <= count; i++)
        for (int side = 0; side < 2; side++) {
            int64_t y = i < 0 ? s->low : i == count ? s->high : s->at[i] - side;
            int32_t expected = s->first;
            for (int32_t k = 0; k < count && s->at[k] <= y; k++)
                expected++;
            int32_t got = serac_requant(mode, 0, &r, (uint32_t)(int32_t)(y * s->sign), 0);
            if (serac_clamp(got, q->format.zero_point, q->least, q->most) != expected)
                return false;
        }
    return true;
}

bool serac_import_onnx_fit_floor(const struct serac_import_onnx_steps *s, const struct serac_import_onnx_quantiser *q,
                                 struct serac_param *p)
{
    struct line l;
    int64_t add, before = p->bias, span = s->high - s->low + 1;
    int shift = 0;
    set_bounds(s, q, &l);
    /* The low 32 bits of the result are kept: the line must not leave them. */
    double m = best_slope(&l, fmin(1024, (double)(1 << 30) / (double)span));
    if (s->first == s->last)
        m = 0;
    while (m > 0 && shift < 31 && m * ldexp(1, shift + 1) < 2147483647.0)
        shift++;
    int64_t mult = llrint(m * ldexp(1, shift));
    if (!l.num_over && !l.num_under)
        add = s->first - q->format.zero_point;
    else if (!find_addend(&l, mult, shift, &add))
        return false;
    return set_param(mult, add, shift, s->sign, p) && equals(s, q, SERAC_MODE_FLOOR, p, p->bias - before);
}

/* --- mode single --------------------------------------------------------------- */

/* The slopes m for which y * m + 1/2 is at least k (`over`), or below it. */
static bool limit_slope(struct bound b, bool over, double *low, double *high)
{
    double limit = ((double)b.k - 0.5) / (double)b.y;
    if (b.y == 0)
        return over ? b.k <= 0 : b.k > 0;
    if ((b.y > 0) == over)
        *low = fmax(*low, limit);
    else
        *high = fmin(*high, limit);
    return true;
}

bool serac_import_onnx_fit_single(const struct serac_import_onnx_steps *s, const struct serac_import_onnx_quantiser *q,
                                  struct serac_param *p)
{
    struct line l;
    double low = 0, high = (double)(1 << 30) / (double)(s->high - s->low + 1);
    int shift = 1;
    set_bounds(s, q, &l);
    for (uint32_t i = 0; i < l.num_over; i++)
        if (!limit_slope(l.over[i], true, &low, &high))
            return false;
    for (uint32_t i = 0; i < l.num_under; i++)
        if (!limit_slope(l.under[i], false, &low, &high))
            return false;
    double m = low + (high - low) / 2;
    if (!(low <= high))
        return false;
    while (m > 0 && shift < 62 && m * ldexp(1, shift + 1) < 2147483647.0)
        shift++;
    p->mult = (int32_t)llrint(m * ldexp(1, shift)) * s->sign;
    p->shift = 31 - shift;
    p->add = 0;
    return equals(s, q, SERAC_MODE_SINGLE, p, 0);
}

bool serac_import_onnx_fits_factor(const struct serac_import_onnx_steps *s,
                                   const struct serac_import_onnx_quantiser *q, float factor)
{
    int32_t count = s->last - s->first;
    for (int32_t i = -1; i <= count; i++)
        for (int side = 0; side < 2; side++) {
            int64_t y = i < 0 ? s->low : i == count ? s->high : s->at[i] - side;
            int32_t expected = s->first;
            for (int32_t k = 0; k < count && s->at[k] <= y; k++)
                expected++;
            double code = rint((double)(y * s->sign) * (double)factor) + q->format.zero_point;
            if ((code < q->least ? q->least : code > q->most ? q->most : code) != expected)
                return false;
        }
    return true;
}
