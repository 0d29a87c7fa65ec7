#include "ref_fixed.h"

#include <math.h>

bool ref_multiplier_make(double real, enum ref_rounding rounding,
                         struct ref_multiplier *multiplier)
{
    int shift;
    if (!(real >= 0) || isinf(real))
        return false;
    if (real == 0) {
        *multiplier = (struct ref_multiplier){0, 0};
        return true;
    }
    int64_t value = (int64_t)round(frexp(real, &shift) * 2147483648.0);
    if (value == INT64_C(1) << 31) {   /* 0.99999.. rounded up to 1 */
        value /= 2;
        shift++;
    }
    if (shift < -31) {
        value = 0;
        shift = 0;
    }
    /* One shift of the 64-bit product cannot be to the left by 31. */
    if (rounding == REF_ROUND_SINGLE && shift > 30) {
        value = INT32_MAX;
        shift = 30;
    }
    if (shift > 31)
        return false;
    *multiplier = (struct ref_multiplier){(int32_t)value, shift};
    return true;
}

int32_t ref_high_mul(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    int64_t product = (int64_t)a * b;
    int64_t half = INT64_C(1) << 30;
    /* The division truncates. A nudge of 1 - half, not -half, sends a negative
     * tie up: -1.5 becomes -1, as 1.5 becomes 2. */
    int64_t nudge = product >= 0 ? half : 1 - half;
    return (int32_t)((product + nudge) / (INT64_C(1) << 31));
}

int32_t ref_round_shift(int32_t x, int n)
{
    int64_t unit = INT64_C(1) << n;
    int64_t magnitude = x < 0 ? -(int64_t)x : x;
    int64_t rounded = n == 0 ? magnitude : (magnitude + unit / 2) / unit;
    return (int32_t)(x < 0 ? -rounded : rounded);
}

int32_t ref_multiply(int32_t x, struct ref_multiplier m, enum ref_rounding rounding)
{
    if (rounding == REF_ROUND_SINGLE) {
        int total = 31 - m.shift;
        int64_t sum = (int64_t)x * m.value + (INT64_C(1) << (total - 1));
        return (int32_t)(sum >> total);
    }
    int left = m.shift > 0 ? m.shift : 0;
    int right = m.shift > 0 ? 0 : -m.shift;
    int32_t scaled = (int32_t)((uint32_t)x << left);
    return ref_round_shift(ref_high_mul(scaled, m.value), right);
}

static int32_t add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static int32_t shift_left_saturated(int32_t x, int n)
{
    int64_t wide = (int64_t)x * (INT64_C(1) << n);
    return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/* exp(x) as Q0.31 for -1/4 <= x < 0 in Q0.31: four terms of the Taylor series
 * around -1/8. */
static int32_t exp_of_quarter(int32_t x)
{
    const int32_t exp_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    int32_t d = add(x, INT32_C(1) << 28);       /* from -1/8 */
    int32_t d2 = ref_high_mul(d, d);
    int32_t d3 = ref_high_mul(d2, d);
    int32_t d4 = ref_high_mul(d2, d2);
    int32_t tail = add(ref_high_mul(add(ref_round_shift(d4, 2), d3), third), d2);
    tail = ref_round_shift(tail, 1);            /* d^4/24 + d^3/6 + d^2/2 */
    return add(exp_minus_eighth, ref_high_mul(exp_minus_eighth, add(d, tail)));
}

int32_t ref_exp(int32_t x)
{
    /* exp(-2^k) as Q0.31 for k = -2 .. 4 */
    static const int32_t factor[] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535, 720401, 242};
    const int32_t quarter = INT32_C(1) << 24;
    if (x == 0)
        return INT32_MAX;
    int32_t part = (x & (quarter - 1)) - quarter;   /* in [-1/4, 0) */
    int32_t result = exp_of_quarter(part * 32);     /* Q5.26 to Q0.31 */
    int32_t rest = part - x;                        /* a multiple of 1/4 */
    for (int k = 0; k < 7; k++)
        if (rest & (INT32_C(1) << (24 + k)))
            result = ref_high_mul(result, factor[k]);
    return result;
}

int32_t ref_reciprocal(int32_t x)
{
    const int32_t c48_over_17 = 1515870810;     /* Q2.29 */
    const int32_t minus_c32_over_17 = -1010580540;
    const int32_t one = INT32_C(1) << 29;
    /* (1 + x) / 2. The one of Q0.31 is 2^31 - 1; the sum rounds away from 0. */
    int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    /* Newton-Raphson for 1 / half from Chebyshev's start, in Q2.29. */
    int32_t guess = add(c48_over_17, ref_high_mul(half, minus_c32_over_17));
    for (int i = 0; i < 3; i++) {
        int32_t error = one - ref_high_mul(half, guess);
        int32_t step = ref_high_mul(guess, error);      /* Q4.27 */
        guess = add(guess, shift_left_saturated(step, 2));
    }
    /* guess / 2 is the result: Q2.29 read as Q1.30, then to Q0.31. */
    return shift_left_saturated(guess, 1);
}
