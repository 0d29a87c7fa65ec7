/* ref_kernels_other.c - the kernels without a window. */
#include "ref_kernels.h"

#include <math.h>

static int8_t clamp8(int64_t x, int32_t min, int32_t max)
{
    return (int8_t)(x < min ? min : x > max ? max : x);
}

/* The index, in an array of `shape`, of position `at`; a dimension of 1 counts
 * every position as its only one. */
static size_t index_of(const int32_t shape[4], const int32_t at[4])
{
    size_t index = 0;
    for (int d = 0; d < 4; d++)
        index = index * (size_t)shape[d] + (size_t)(shape[d] == 1 ? 0 : at[d]);
    return index;
}

/* The next position in `shape`, row by row; false after the last. */
static bool next(const int32_t shape[4], int32_t at[4])
{
    for (int d = 3; d >= 0; d--) {
        if (++at[d] < shape[d])
            return true;
        at[d] = 0;
    }
    return false;
}

/* One input of the sum, in the common scale. 20 bits of headroom on the left
 * keep the fraction that the multiplier would cut off. */
static int32_t addend(const struct ref_add *a, int which, int8_t x)
{
    int32_t value = (x + a->offset[which]) * (INT32_C(1) << 20);
    return ref_multiply(value, a->multiplier[which], a->rounding);
}

void ref_add(const struct ref_add *a, const int32_t shape1[4], const int8_t *input1,
             const int32_t shape2[4], const int8_t *input2, const int32_t shape[4],
             int8_t *output)
{
    int32_t at[4] = {0};
    do {
        int32_t sum = addend(a, 0, input1[index_of(shape1, at)]) +
                      addend(a, 1, input2[index_of(shape2, at)]);
        int64_t y = ref_multiply(sum, a->output_multiplier, a->rounding);
        *output++ = clamp8(y + a->output_offset, a->min, a->max);
    } while (next(shape, at));
}

/* --- softmax ---------------------------------------------------------------- */

bool ref_softmax_make(float beta, float scale, enum ref_rounding rounding,
                      struct ref_softmax *p)
{
    double most = rounding == REF_ROUND_SINGLE ? 1073741823.0 : 2147483647.0;
    double real = (double)beta * (double)scale * (1 << 26);       /* to Q5.26 */
    if (!(real > 1) || !ref_multiplier_make(real < most ? real : most, rounding, &p->multiplier))
        return false;
    /* Below this a difference has no place in Q5.26: it would be under -31. */
    p->diff_min = -(int32_t)floor(31.0 * (1 << 26) / (double)(INT64_C(1) << p->multiplier.shift));
    p->rounding = rounding;
    return true;
}

/* exp((x - max) * beta * scale) as Q0.31. */
static int32_t exponential(const struct ref_softmax *p, int32_t diff)
{
    return ref_exp(ref_multiply(diff, p->multiplier, p->rounding));
}

static int32_t largest(const int8_t *row, int32_t depth)
{
    int32_t max = INT8_MIN;
    for (int32_t i = 0; i < depth; i++)
        max = row[i] > max ? row[i] : max;
    return max;
}

static void softmax_row(const struct ref_softmax *p, int32_t depth, const int8_t *input,
                        int8_t *output)
{
    int32_t max = largest(input, depth);
    uint32_t sum = 0;                                  /* Q12.19 */
    for (int32_t i = 0; i < depth; i++)
        if (input[i] - max >= p->diff_min)
            sum += (uint32_t)ref_round_shift(exponential(p, input[i] - max), 12);
    /* sum = 2^bits * (1 + fraction), fraction as Q0.31. */
    int zeros = 0;
    while (zeros < 31 && !(sum << zeros & UINT32_C(1) << 31))
        zeros++;
    int bits = 12 - zeros;
    int32_t fraction = (int32_t)(sum << zeros & INT32_MAX);
    int32_t scale = ref_reciprocal(fraction);
    for (int32_t i = 0; i < depth; i++) {
        output[i] = INT8_MIN;
        if (input[i] - max < p->diff_min)
            continue;
        int32_t share = ref_high_mul(scale, exponential(p, input[i] - max));
        output[i] = clamp8((int64_t)ref_round_shift(share, bits + 31 - 8) + INT8_MIN, INT8_MIN,
                           INT8_MAX);
    }
}

void ref_softmax(const struct ref_softmax *p, size_t rows, int32_t depth,
                 const int8_t *input, int8_t *output)
{
    for (size_t r = 0; r < rows; r++)
        softmax_row(p, depth, input + r * (size_t)depth, output + r * (size_t)depth);
}

void ref_softmax_table(float beta_times_scale, size_t rows, int32_t depth,
                       const int8_t *input, int8_t *output)
{
    float table[256];                                  /* by distance to the maximum */
    for (int i = 0; i < 256; i++)
        table[i] = expf(-beta_times_scale * (float)i);
    for (; rows > 0; rows--, input += depth, output += depth) {
        int32_t max = largest(input, depth);
        float sum = 0;
        for (int32_t i = 0; i < depth; i++)
            sum += table[max - input[i]];
        float inverse = 1.0f / (sum * (1.0f / 256));
        for (int32_t i = 0; i < depth; i++) {
            float share = table[max - input[i]] * inverse;
            output[i] = clamp8((int64_t)(share + 0.5f) + INT8_MIN, INT8_MIN, INT8_MAX);
        }
    }
}

/* --- shapes ----------------------------------------------------------------- */

void ref_pad(const int32_t in_shape[4], const int32_t before[4], int8_t value,
             const int32_t shape[4], const int8_t *input, int8_t *output)
{
    int32_t at[4] = {0};
    do {
        int32_t from[4];
        bool inside = true;
        for (int d = 0; d < 4; d++) {
            from[d] = at[d] - before[d];
            inside = inside && from[d] >= 0 && from[d] < in_shape[d];
        }
        *output++ = inside ? input[index_of(in_shape, from)] : value;
    } while (next(shape, at));
}

/* The multiplier of the sum of `count` numbers that gives their mean. The
 * quotient keeps 31 bits by a shift that is as large as allowed. */
static struct ref_multiplier divided(struct ref_multiplier m, int64_t count)
{
    int shift = 0;
    while (shift < 32 && shift < 31 + m.shift && count >> (shift + 1))
        shift++;
    m.value = (int32_t)((int64_t)m.value * (INT64_C(1) << shift) / count);
    m.shift -= shift;
    return m;
}

void ref_mean(const int32_t in_shape[4], const bool reduce[4],
              const struct ref_scaling *s, const int8_t *input, int8_t *output)
{
    int32_t kept[4], reduced[4], at[4] = {0};
    int64_t count = 1;
    for (int d = 0; d < 4; d++) {
        kept[d] = reduce[d] ? 1 : in_shape[d];
        reduced[d] = reduce[d] ? in_shape[d] : 1;
        count *= reduced[d];
    }
    struct ref_multiplier mean = divided(s->multiplier[0], count);
    do {
        int32_t in[4] = {0};
        int64_t sum = count * s->input_offset;
        do {
            int32_t both[4];
            for (int d = 0; d < 4; d++)
                both[d] = at[d] + in[d];
            sum += input[index_of(in_shape, both)];
        } while (next(reduced, in));
        int64_t y = ref_multiply((int32_t)sum, mean, s->rounding);
        *output++ = clamp8(y + s->output_offset, INT8_MIN, INT8_MAX);
    } while (next(kept, at));
}

/* --- quantization ----------------------------------------------------------- */

void ref_quantize(float scale, int32_t zero_point, size_t count, const float *input,
                  int8_t *output)
{
    for (size_t i = 0; i < count; i++) {
        float units = roundf(input[i] / scale);
        /* Far outside, TFLite's conversion to int is undefined; clamp first. */
        units = units > 512 ? 512 : units > -512 ? units : -512;
        output[i] = clamp8((int64_t)units + zero_point, INT8_MIN, INT8_MAX);
    }
}

void ref_dequantize(float scale, int32_t zero_point, size_t count, const int8_t *input,
                    float *output)
{
    for (size_t i = 0; i < count; i++)
        output[i] = (float)((double)scale * (input[i] - zero_point));
}

void ref_requantize(const struct ref_scaling *s, size_t count, const int8_t *input,
                    int8_t *output)
{
    for (size_t i = 0; i < count; i++) {
        int64_t y = ref_multiply(input[i] + s->input_offset, s->multiplier[0], s->rounding);
        output[i] = clamp8(y + s->output_offset, INT8_MIN, INT8_MAX);
    }
}
