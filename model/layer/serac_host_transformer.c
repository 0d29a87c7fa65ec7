/* serac_host_transformer.c - what transformers need of the host beside softmax. */
#include <math.h>
#include <stddef.h>

#include "serac_host_functions.h"

/* Sums of codes and of their squares are exact in 64 bits, and a double holds them. */
static void norm_pixel(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    uint32_t channels = l->input.channels;
    const int32_t *gains = l->words + 1, *offsets = gains + channels;
    int64_t sum = 0, squares = 0;
    for (uint32_t c = 0; c < channels; c++) {
        int64_t value = (int64_t)in[c] - l->input.zero_point;
        sum += value;
        squares += value * value;
    }
    double mean = (double)sum / channels;
    double variance = (double)((int64_t)channels * squares - sum * sum) / ((double)channels * channels);
    double deviation = sqrt(variance + (double)serac_host_float(l->words[0]));
    for (uint32_t c = 0; c < channels; c++) {
        double apart = (double)(in[c] - l->input.zero_point) - mean;
        double unit = deviation > 0 ? apart / deviation : 0;
        out[c] = serac_host_code(l, rint(unit * (double)serac_host_float(gains[c]) +
                                         (double)serac_host_float(offsets[c])));
    }
}

void serac_host_norm(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t pixels = (size_t)l->input.height * l->input.width;
    for (size_t p = 0; p < pixels; p++)
        norm_pixel(l, in + p * l->input.channels, out + p * l->input.channels);
}

static int32_t clamp(const struct serac_layer *l, int32_t code)
{
    return code < l->clamp_min ? l->clamp_min : code > l->clamp_max ? l->clamp_max : code;
}

void serac_host_table(const struct serac_layer *l, const int32_t *in, int32_t *out)
{
    size_t count = (size_t)l->input.height * l->input.width * l->input.channels;
    int32_t low = l->input.is_signed ? -(1 << (l->input.bits - 1)) : 0;
    for (size_t i = 0; i < count; i++)
        out[i] = clamp(l, l->words[in[i] - low]);
}

void serac_host_concat(const struct serac_layer *l, const int32_t *in, const int32_t *in2, int32_t *out)
{
    size_t pixels = (size_t)l->input.height * l->input.width;
    size_t first = l->input.channels, second = l->operand.channels;
    for (size_t p = 0; p < pixels; p++) {
        for (size_t c = 0; c < first; c++)
            *out++ = clamp(l, *in++);
        for (size_t c = 0; c < second; c++)
            *out++ = clamp(l, *in2++);
    }
}
