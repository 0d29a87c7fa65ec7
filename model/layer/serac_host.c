/* serac_host.c - layers that the machine has not, on codes. */
#include <math.h>
#include <string.h>

#include "serac_host_functions.h"

static const struct {
    const char *name;
    int factors;
} functions[SERAC_HOST_FUNCTIONS] = {
    [SERAC_HOST_SOFTMAX] = {"softmax", 3},
    [SERAC_HOST_ADD] = {"add", 6},
    [SERAC_HOST_AVERAGE_POOL] = {"average_pool", 0},
    [SERAC_HOST_MAX_POOL] = {"max_pool", 0},
    [SERAC_HOST_PAD] = {"pad", 0},
    [SERAC_HOST_REQUANTISE] = {"requantise", 2},
    [SERAC_HOST_PATCHES] = {"patches", 0},
    [SERAC_HOST_QUANTISE_FLOAT] = {"quantise_float", 0},
    [SERAC_HOST_THRESHOLDS] = {"thresholds", 2},
    [SERAC_HOST_ADD_FLOAT] = {"add_float", 1},
    [SERAC_HOST_ADD_FLOOR] = {"add_floor", 9},
    [SERAC_HOST_NORM] = {"norm", 0},
    [SERAC_HOST_TABLE] = {"table", 0},
    [SERAC_HOST_CONCAT] = {"concat", 0},
};

const char *serac_host_name(enum serac_host_function function)
{
    return functions[function].name;
}

int serac_host_factors(enum serac_host_function function)
{
    return functions[function].factors;
}

uint64_t serac_host_words(const struct serac_layer *l)
{
    switch (l->host) {
    case SERAC_HOST_QUANTISE_FLOAT: return 2 * (uint64_t)l->input.channels;
    case SERAC_HOST_THRESHOLDS: return l->input.channels * (1 + (uint64_t)l->factors[0]);
    case SERAC_HOST_ADD_FLOAT: return 3;
    case SERAC_HOST_NORM: return 1 + 2 * (uint64_t)l->input.channels;
    case SERAC_HOST_TABLE: return (uint64_t)1 << l->input.bits;
    default: return 0;
    }
}

bool serac_host_takes_raw(enum serac_host_function function)
{
    return function == SERAC_HOST_QUANTISE_FLOAT || function == SERAC_HOST_THRESHOLDS;
}

bool serac_host_makes_raw(enum serac_host_function function)
{
    return function == SERAC_HOST_QUANTISE_FLOAT;
}

int serac_host_find(const char *name)
{
    for (int i = 0; i < SERAC_HOST_FUNCTIONS; i++)
        if (!strcmp(name, functions[i].name))
            return i;
    return -1;
}

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

static int32_t clamp(const struct serac_layer *l, int64_t value)
{
    return value < l->clamp_min ? l->clamp_min : value > l->clamp_max ? l->clamp_max : (int32_t)value;
}

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
        out[c] = clamp(l, value);
    }
}

static void softmax(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t pixels = (size_t)l->input.height * l->input.width;
    for (size_t p = 0; p < pixels; p++)
        softmax_pixel(l, in + p * l->input.channels, out + p * l->input.channels);
}

static void add(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
{
    size_t count = (size_t)l->input.height * l->input.width * l->input.channels;
    const int32_t *f = l->factors;
    for (size_t i = 0; i < count; i++) {
        int64_t a = ((int64_t)in[i] - l->input.zero_point) * (1 << 20);
        int64_t b = ((int64_t)in2[i] - l->input2_zero_point) * (1 << 20);
        int64_t sum = (int64_t)scale(l, a, f[0], f[1]) + scale(l, b, f[2], f[3]);
        out[i] = clamp(l, (int64_t)scale(l, sum, f[4], f[5]) + l->output.zero_point);
    }
}

static void requantise(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t count = (size_t)l->input.height * l->input.width * l->input.channels;
    for (size_t i = 0; i < count; i++)
        out[i] = clamp(l, (int64_t)scale(l, (int64_t)in[i] - l->input.zero_point, l->factors[0], l->factors[1]) +
                              l->output.zero_point);
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
        return clamp(l, largest);
    return clamp(l, divide(sum, count));
}

static void pool(const struct serac_layer *l, const int32_t *in, int32_t *out)
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

static void patches(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t line = (size_t)l->kernel_w * l->input.channels;
    for (uint32_t oy = 0; oy < l->output.height; oy++)
        for (uint32_t ox = 0; ox < l->output.width; ox++)
            for (uint32_t ky = 0; ky < l->kernel_h; ky++, out += line)
                patch_line(l, in, (int64_t)oy * l->stride_h + (int64_t)ky * l->dilation_h - l->pad_top,
                           (int64_t)ox * l->stride_w - l->pad_left, out);
}

static void pad(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t pixel = l->input.channels, line = l->input.width * pixel;
    size_t count = (size_t)l->output.height * l->output.width * pixel;
    for (size_t i = 0; i < count; i++)
        out[i] = l->output.zero_point;
    for (uint32_t y = 0; y < l->input.height; y++)
        memcpy(out + (((size_t)y + l->pad_top) * l->output.width + l->pad_left) * pixel, in + y * line,
               line * sizeof *in);
}

/* --- ONNX's functions ------------------------------------------------------ */

float serac_host_float(int32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int32_t serac_host_code(const struct serac_layer *l, double rounded)
{
    double code = rounded + l->output.zero_point;
    return code <= l->clamp_min ? l->clamp_min : code >= l->clamp_max ? l->clamp_max : (int32_t)code;
}

static void quantise_float(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t channels = l->input.channels, count = (size_t)l->input.height * l->input.width * channels;
    for (size_t i = 0; i < count; i++) {
        const int32_t *at = l->words + 2 * (i % channels);
        double value = (double)in[i] - l->input.zero_point;
        out[i] = serac_host_code(l, rint(value * (double)serac_host_float(at[0]) + (double)serac_host_float(at[1])));
    }
}

/* How many of `count` ascending limits are <= value. */
static int32_t count_reached(const int32_t *limits, int32_t count, int64_t value)
{
    int32_t low = 0;
    for (int32_t high = count; low < high;) {
        int32_t middle = low + (high - low) / 2;
        if (limits[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void thresholds(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t channels = l->input.channels, count = (size_t)l->input.height * l->input.width * channels;
    for (size_t i = 0; i < count; i++) {
        const int32_t *at = l->words + i % channels * (1 + (size_t)l->factors[0]);
        int64_t value = ((int64_t)in[i] - l->input.zero_point) * at[0];
        out[i] = clamp(l, (int64_t)l->factors[1] + count_reached(at + 1, l->factors[0], value));
    }
}

static void add_float(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
{
    size_t count = (size_t)l->input.height * l->input.width * l->input.channels;
    float f1 = serac_host_float(l->words[0]), f2 = serac_host_float(l->words[1]), f = serac_host_float(l->words[2]);
    for (size_t i = 0; i < count; i++) {
        float a = (float)(in[i] - l->input.zero_point) * f1;
        float b = (float)(in2[i] - l->input2_zero_point) * f2;
        float sum = a + b, zero = (float)l->output.zero_point;
        out[i] = serac_host_code(l, (double)(l->factors[0] ? rintf(sum / f + zero) - zero : rintf(sum / f)));
    }
}

static int64_t multiply_add_shift(int64_t x, const int32_t *f)
{
    int64_t value = (int64_t)((uint64_t)x * (uint64_t)(int64_t)f[0] + (uint64_t)(int64_t)f[1]);
    return value < 0 ? ~(~value >> f[2]) : value >> f[2];
}

static void add_floor(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
{
    size_t count = (size_t)l->input.height * l->input.width * l->input.channels;
    for (size_t i = 0; i < count; i++) {
        int64_t a = multiply_add_shift((int64_t)in[i] - l->input.zero_point, l->factors);
        int64_t b = multiply_add_shift((int64_t)in2[i] - l->input2_zero_point, l->factors + 3);
        out[i] = clamp(l, multiply_add_shift(a + b, l->factors + 6) + l->output.zero_point);
    }
}

void serac_host_run(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
{
    switch (l->host) {
    case SERAC_HOST_SOFTMAX: softmax(l, in, out); break;
    case SERAC_HOST_ADD: add(l, in, in2, out); break;
    case SERAC_HOST_AVERAGE_POOL:
    case SERAC_HOST_MAX_POOL: pool(l, in, out); break;
    case SERAC_HOST_PAD: pad(l, in, out); break;
    case SERAC_HOST_REQUANTISE: requantise(l, in, out); break;
    case SERAC_HOST_PATCHES: patches(l, in, out); break;
    case SERAC_HOST_QUANTISE_FLOAT: quantise_float(l, in, out); break;
    case SERAC_HOST_THRESHOLDS: thresholds(l, in, out); break;
    case SERAC_HOST_ADD_FLOAT: add_float(l, in, in2, out); break;
    case SERAC_HOST_ADD_FLOOR: add_floor(l, in, in2, out); break;
    case SERAC_HOST_NORM: serac_host_norm(l, in, out); break;
    case SERAC_HOST_TABLE: serac_host_table(l, in, out); break;
    case SERAC_HOST_CONCAT: serac_host_concat(l, in, in2, out); break;
    case SERAC_HOST_FUNCTIONS: break;
    }
}

static uint64_t elements(const struct serac_tensor *t)
{
    return (uint64_t)t->height * t->width * t->channels;
}

/* Of a search in so many limits. */
static uint64_t compares(uint32_t limits)
{
    uint64_t count = 0;
    for (; limits; limits /= 2)
        count++;
    return count;
}

void serac_host_count(const struct serac_layer *l, struct serac_host_work *work)
{
    uint64_t in = elements(&l->input), out = elements(&l->output);
    uint64_t window = (uint64_t)l->kernel_h * l->kernel_w;
    work->bytes_read = (in * l->input.bits + 7) / 8;
    work->bytes_written = (out * l->output.bits + 7) / 8;
    if (l->op != SERAC_OP_HOST)      /* its second operand becomes weights */
        work->bytes_read = (elements(&l->operand) * l->operand.bits + 7) / 8;
    else if (serac_layer_adds(l))
        work->bytes_read *= 2;
    else if (l->host == SERAC_HOST_CONCAT)
        work->bytes_read += (elements(&l->operand) * l->operand.bits + 7) / 8;
    work->operations = l->op != SERAC_OP_HOST ? elements(&l->operand)
                       : l->host == SERAC_HOST_SOFTMAX      ? in * (16 + 4)
                       : l->host == SERAC_HOST_ADD        ? in * 6
                       : l->host == SERAC_HOST_REQUANTISE ? in * 3
                       : l->host == SERAC_HOST_PAD || l->host == SERAC_HOST_PATCHES ||
                         l->host == SERAC_HOST_TABLE || l->host == SERAC_HOST_CONCAT ? out
                       : l->host == SERAC_HOST_NORM       ? in * 7
                       : l->host == SERAC_HOST_QUANTISE_FLOAT ? in * 4
                       : l->host == SERAC_HOST_THRESHOLDS ? in * (1 + compares((uint32_t)l->factors[0]))
                       : l->host == SERAC_HOST_ADD_FLOAT  ? in * 5
                       : l->host == SERAC_HOST_ADD_FLOOR  ? in * 8
                                                          : out * (window + 1);
}
