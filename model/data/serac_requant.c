/* serac_requant.c - from an accumulator to an output value. RTL twin:
 * rtl/serac_requant.v. */
#include "serac_function.h"

/* Arithmetic shift right of 64 bits; the shift of a negative number is
 * implementation-defined in C, so it is done on the complement. */
static int64_t shift_right(int64_t value, int bits)
{
    return value < 0 ? ~(~value >> bits) : value >> bits;
}

/* gemmlowp: (a * b * 2 + rounding) >> 32, saturated. Rounding up from the half
 * equals its division towards zero with a nudge of 1 - 2^30 below zero. */
static int64_t high_multiply(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    return shift_right((int64_t)a * b + ((int64_t)1 << 30), 31);
}

/* gemmlowp's RoundingDivideByPOT: ties away from zero. Beyond 32, which no program of ours has, as the RTL's. */
static int64_t divide_by_power(int64_t value, int exponent)
{
    if (exponent == 0)
        return value;
    int64_t half = ((int64_t)1 << ((exponent - 1) & 31)) - (value < 0);
    return shift_right(value + half, exponent);
}

/* 64-bit addition that wraps, as the RTL's does. */
static int64_t add64(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

int32_t serac_requant(enum serac_requant_mode mode, uint32_t dot_shift,
                      const struct serac_record *record, uint32_t dot,
                      uint32_t ones)
{
    uint32_t sum = (dot << dot_shift) + (uint32_t)record->correction * ones;
    int32_t shift = record->shift, count = 0;
    if (mode != SERAC_MODE_THRESHOLD)
        sum += (uint32_t)record->bias;
    int32_t x = (int32_t)sum;
    switch (mode) {
    case SERAC_MODE_DOUBLE: {
        int left = shift > 0 ? shift & 31 : 0, right = shift < 0 ? -shift & 63 : 0;
        int32_t factor = (int32_t)(sum << left);
        return (int32_t)(uint32_t)divide_by_power(
            high_multiply(factor, record->mult), right);
    }
    case SERAC_MODE_SINGLE: {
        int right = (31 - shift) & 63;       /* six bits, as in the RTL */
        int64_t half = (int64_t)((uint64_t)1 << ((right - 1) & 63));
        return (int32_t)(uint32_t)shift_right(
            add64((int64_t)x * record->mult, half), right);
    }
    case SERAC_MODE_FLOOR:
        return (int32_t)(uint32_t)shift_right(
            add64((int64_t)x * record->mult, record->add), shift & 31);
    case SERAC_MODE_THRESHOLD:
        for (int i = 0; i < 15; i++)
            count += record->thresholds[i] <= x;
        return count;
    case SERAC_MODE_RAW:
        break;
    }
    return x;
}

int32_t serac_clamp(int64_t value, int32_t zero, int32_t min, int32_t max)
{
    int64_t sum = value + zero;
    return sum < min ? min : sum > max ? max : (int32_t)sum;
}
