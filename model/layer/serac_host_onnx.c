/* serac_host_onnx.c - functions of ONNX and its dialects on codes. */
#include <math.h>
#include <string.h>

#include "serac_host_functions.h"

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

void serac_host_quantise_float(const struct serac_layer *l, const int32_t *in, int32_t *out)
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

void serac_host_thresholds(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t channels = l->input.channels, count = (size_t)l->input.height * l->input.width * channels;
    for (size_t i = 0; i < count; i++) {
        const int32_t *at = l->words + i % channels * (1 + (size_t)l->factors[0]);
        int64_t value = ((int64_t)in[i] - l->input.zero_point) * at[0];
        out[i] = serac_host_clamp(l, (int64_t)l->factors[1] + count_reached(at + 1, l->factors[0], value));
    }
}

void serac_host_add_float(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
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

void serac_host_add_floor(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
{
    size_t count = (size_t)l->input.height * l->input.width * l->input.channels;
    for (size_t i = 0; i < count; i++) {
        int64_t a = multiply_add_shift((int64_t)in[i] - l->input.zero_point, l->factors);
        int64_t b = multiply_add_shift((int64_t)in2[i] - l->input2_zero_point, l->factors + 3);
        out[i] = serac_host_clamp(l, multiply_add_shift(a + b, l->factors + 6) + l->output.zero_point);
    }
}
