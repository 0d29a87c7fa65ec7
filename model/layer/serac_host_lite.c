/* serac_host_lite.c - TensorFlow Lite's functions on codes, in gemmlowp's fixed point. */
#include <string.h>

#include "serac_host_functions.h"

/* --- gemmlowp's fixed point ---------------------------------------------- */

static int32_t saturate(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* SaturatingRoundingDoublingHighMul: ties away from zero before the division, which is
 * towards zero. */
static int32_t high_multiply(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    int64_t product = (int64_t)a * b;
    int64_t nudge = product >= 0 ? (int64_t)1 << 30 : 1 - ((int64_t)1 << 30);
    return (int32_t)((product + nudge) / ((int64_t)1 << 31));
}

/* RoundingDivideByPOT: ties away from zero. */
static int32_t divide_by_power(int32_t value, int exponent)
{
    int64_t half = exponent > 0 ? (int64_t)1 << (exponent - 1) : 0;
    int64_t size = value < 0 ? -(int64_t)value : value;
    int64_t rounded = (size + half) >> exponent;
    return (int32_t)(value < 0 ? -rounded : rounded);
}

static int32_t times_power(int32_t value, int exponent)
{
    return exponent < 0 ? divide_by_power(value, -exponent)
                        : saturate((int64_t)value * ((int64_t)1 << exponent));
}

/* MultiplyByQuantizedMultiplier, with and without TFLITE_SINGLE_ROUNDING. */
static int32_t scale(const struct serac_layer *l, int64_t value, int32_t multiplier, int32_t shift)
{
    if (l->mode == SERAC_MODE_SINGLE) {
        int64_t sum = (int64_t)(int32_t)(uint32_t)(uint64_t)value * multiplier + ((int64_t)1 << (30 - shift));
        return (int32_t)(uint32_t)(sum < 0 ? ~(~sum >> (31 - shift)) : sum >> (31 - shift));
    }
    int left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
    int32_t shifted = (int32_t)(uint32_t)((uint64_t)value << left);
    return divide_by_power(high_multiply(shifted, multiplier), right);
}

/* exp(a) for -1/4 <= a < 0, all in Q0.31: a Taylor series about -1/8. */
static int32_t exp_of_quarter(int32_t a)
{
    const int32_t exp_of_eighth = 1895147668, third = 715827883;
    int32_t x = a + (1 << 28);
    int32_t x2 = high_multiply(x, x), x3 = high_multiply(x2, x), x4 = high_multiply(x2, x2);
    int32_t high = high_multiply(times_power(x4, -2) + x3, third) + x2;
    return exp_of_eighth + high_multiply(exp_of_eighth, x + times_power(high, -1));
}

/* exp(a) in Q0.31 for a <= 0 in Q5.26. */
static int32_t exp_of_negative(int32_t a)
{
    /* exp(-2^(i - 2)) */
    static const int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t quarter = 1 << 24;
    int32_t part = (a & (quarter - 1)) - quarter;
    int32_t rest = (int32_t)((uint32_t)part - (uint32_t)a), result = exp_of_quarter(times_power(part, 5));
    if (a == 0)
        return INT32_MAX;
    for (int i = 0; i < 7; i++)
        if (rest >> (24 + i) & 1)
            result = high_multiply(result, powers[i]);
    return result;
}

/* 1 / (1 + a) in Q0.31, 0 <= a < 1: Newton and Raphson's division, three steps. */
static int32_t one_over_one_plus(int32_t a)
{
    const int32_t start = 1515870810, slope = -1010580540, one = 1 << 29;    /* Q2.29 */
    int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = start + high_multiply(half, slope);
    for (int i = 0; i < 3; i++)
        x += times_power(high_multiply(x, one - high_multiply(half, x)), 2);
    return times_power(x, 1);
}

static int leading_zeros(uint32_t value)
{
    int count = 0;
    while (count < 32 && !(value >> 31)) {
        value <<= 1;
        count++;
    }
    return count;
}

/* --- the functions ------------------------------------------------------- */

/* The exponential of one channel's distance from the largest, Q0.31. */
static int32_t softmax_exp(const struct serac_layer *l, int32_t difference)
{
    return exp_of_negative(scale(l, difference, l->factors[0], l->factors[1]));
}

static void softmax_pixel(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    uint32_t channels = l->input.channels;
    int32_t largest = in[0], sum = 0;                      /* sum in Q12.19 */
    for (uint32_t c = 1; c < channels; c++)
        largest = in[c] > largest ? in[c] : largest;
    for (uint32_t c = 0; c < channels; c++)
        if (in[c] - largest >= l->factors[2])
            sum = saturate((int64_t)sum + divide_by_power(softmax_exp(l, in[c] - largest), 12));
    int zeros = leading_zeros((uint32_t)sum);
    int32_t inverse = one_over_one_plus((int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
    int over = 12 - zeros + 31 - 8;
    for (uint32_t c = 0; c < channels; c++) {
        int64_t value = l->clamp_min;
        if (in[c] - largest >= l->factors[2])
            value = l->output.zero_point +
                    (int64_t)divide_by_power(high_multiply(inverse, softmax_exp(l, in[c] - largest)), over);
        out[c] = serac_host_clamp(l, value);
    }
}

void serac_host_softmax(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t pixels = (size_t)l->input.height * l->input.width;
    for (size_t p = 0; p < pixels; p++)
        softmax_pixel(l, in + p * l->input.channels, out + p * l->input.channels);
}

void serac_host_add(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
{
    size_t count = (size_t)l->input.height * l->input.width * l->input.channels;
    const int32_t *f = l->factors;
    for (size_t i = 0; i < count; i++) {
        int64_t a = ((int64_t)in[i] - l->input.zero_point) * (1 << 20);
        int64_t b = ((int64_t)in2[i] - l->input2_zero_point) * (1 << 20);
        int64_t sum = (int64_t)scale(l, a, f[0], f[1]) + scale(l, b, f[2], f[3]);
        out[i] = serac_host_clamp(l, (int64_t)scale(l, sum, f[4], f[5]) + l->output.zero_point);
    }
}

void serac_host_requantise(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t count = (size_t)l->input.height * l->input.width * l->input.channels;
    for (size_t i = 0; i < count; i++) {
        int64_t value = (int64_t)in[i] - l->input.zero_point;
        out[i] = serac_host_clamp(l, (int64_t)scale(l, value, l->factors[0], l->factors[1]) + l->output.zero_point);
    }
}

/* A division that rounds half away from zero. */
static int64_t divide(int64_t sum, int64_t count)
{
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / (count ? count : 1);
}

/* One window of one channel. */
static int32_t pool_window(const struct serac_layer *l, const int32_t *in, uint32_t oy, uint32_t ox, uint32_t c)
{
    int64_t sum = 0, count = 0, largest = INT32_MIN;
    for (uint32_t ky = 0; ky < l->kernel_h; ky++)
        for (uint32_t kx = 0; kx < l->kernel_w; kx++) {
            int64_t y = (int64_t)oy * l->stride_h + ky - l->pad_top;
            int64_t x = (int64_t)ox * l->stride_w + kx - l->pad_left;
            if (y < 0 || x < 0 || y >= l->input.height || x >= l->input.width)
                continue;
            int32_t value = in[((size_t)y * l->input.width + (size_t)x) * l->input.channels + c];
            sum += value;
            count++;
            largest = value > largest ? value : largest;
        }
    if (l->host == SERAC_HOST_MAX_POOL)
        return serac_host_clamp(l, largest);
    return serac_host_clamp(l, divide(sum, count));
}

void serac_host_pool(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    for (uint32_t y = 0; y < l->output.height; y++)
        for (uint32_t x = 0; x < l->output.width; x++)
            for (uint32_t c = 0; c < l->output.channels; c++)
                *out++ = pool_window(l, in, y, x, c);
}

/* One line of a window. */
static void patch_line(const struct serac_layer *l, const int32_t *in, int64_t y, int64_t x, int32_t *out)
{
    size_t channels = l->input.channels;
    for (uint32_t kx = 0; kx < l->kernel_w; kx++, x += l->dilation_w, out += channels) {
        bool inside = y >= 0 && x >= 0 && y < l->input.height && x < l->input.width;
        for (size_t c = 0; c < channels; c++)
            out[c] = inside ? in[((size_t)y * l->input.width + (size_t)x) * channels + c] : l->input.zero_point;
    }
}

void serac_host_patches(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t line = (size_t)l->kernel_w * l->input.channels;
    for (uint32_t oy = 0; oy < l->output.height; oy++)
        for (uint32_t ox = 0; ox < l->output.width; ox++)
            for (uint32_t ky = 0; ky < l->kernel_h; ky++, out += line)
                patch_line(l, in, (int64_t)oy * l->stride_h + (int64_t)ky * l->dilation_h - l->pad_top,
                           (int64_t)ox * l->stride_w - l->pad_left, out);
}

void serac_host_pad(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t pixel = l->input.channels, line = l->input.width * pixel;
    size_t count = (size_t)l->output.height * l->output.width * pixel;
    for (size_t i = 0; i < count; i++)
        out[i] = l->output.zero_point;
    for (uint32_t y = 0; y < l->input.height; y++)
        memcpy(out + (((size_t)y + l->pad_top) * l->output.width + l->pad_left) * pixel, in + y * line,
               line * sizeof *in);
}
