/* serac_host.h - what the host computes between runs of the machine, on codes.
 *
 * Integer arithmetic of TensorFlow Lite's reference kernels (tensorflow/lite/kernels/internal/
 * reference, 2.x), whose fixed point is gemmlowp's (Jacob and Warden, fixedpoint.h). The
 * numbers in `factors` come from the importer:
 *
 *   softmax       of each pixel over its channels: multiplier, left shift, least difference
 *                 (PreprocessSoftmaxScaling with five integer bits); output scale 1/256
 *   add           multiplier and shift of operand 1, of operand 2, of the sum; 20 bits to the left before
 *   average_pool  kernel, stride, pad of the layer; rounded half away from zero; pixels outside do not count
 *   max_pool      the same, without rounding
 *   pad           zero points around the input
 *   requantise    multiplier and shift; a change of scale, zero point or sign
 *   patches       what a convolution's window meets at each place, [ky][kx][channel], as channels; zero
 *                 points outside. For few channels, which would leave most lanes of the machine idle
 * `mode` of the layer, double or single, is how these multipliers round.
 *
 * Others are ONNX's and its dialects', exact as their reference is. They may take raw 32-bit inputs (not the
 * additions); `words` holds what depends on the channel. x is the input's value, code - zero point:
 *
 *   quantise_float  words: float32 f and a of each channel; round(x * f + a) + zero point, in double, ties to
 *                   even. The output may have 32 bits
 *   thresholds      factors: n, lowest code; words: 1 + n a channel, a sign s and n thresholds in ascending order;
 *                   lowest code + number of thresholds <= s * x
 *   add_float       words: float32 f1, f2, f; round((x1 * f1 + x2 * f2) / f) + zero point, every operation a
 *                   float32's, ties to even; factor 1: the zero point is added before it is rounded, else 0
 *   add_floor       factors: m1, a1, s1, m2, a2, s2, m, a, s; with q(x, m, a, s) = (x * m + a) >> s, towards minus
 *                   infinity: q(q(x1, ...1) + q(x2, ...2), m, a, s) + zero point
 *
 * For transformers; of serac_host_transformer.c:
 *
 *   norm          layer normalisation of each pixel over its channels. words: float32 e, then g and b of each
 *                 channel; round((x - mean) / sqrt(variance + e) * g + b) + zero point, in double, ties to even;
 *                 the quotient of 0 by 0 is 0. Mean and variance (of all channels) are of integers
 *   table         words: the result for each code of the input, from the lowest; a function of one number
 *   concat        the channels of operand 1, then of operand 2, of one format
 */
#ifndef SERAC_HOST_H
#define SERAC_HOST_H

#include "serac_layer.h"

/* Name in network files and the number of factors, or -1. */
const char *serac_host_name(enum serac_host_function function);
int serac_host_factors(enum serac_host_function function);
/* Numbers that it needs in `words`; floats by their bits. */
uint64_t serac_host_words(const struct serac_layer *layer);
/* May its input have, or its output, 32 bits? */
bool serac_host_takes_raw(enum serac_host_function function);
bool serac_host_makes_raw(enum serac_host_function function);
/* -1 if there is none of that name. */
int serac_host_find(const char *name);

/* in, in2 (of two operands, else NULL): codes [y][x][channel] of the layer's input, out: of its output.
 * The layer has passed serac_layer_check(). */
void serac_host_run(const struct serac_layer *layer, const int32_t *in, const int32_t *in2, int32_t *out);

/* Bytes that the host reads and writes, at the stored widths, and its operations: one a
 * multiplication, addition, comparison or move of the definition, an exponential 16. Of a layer of
 * the machine whose second operand the host re-lays as weights: that, parameters not included. */
struct serac_host_work {
    uint64_t bytes_read, bytes_written, operations;
};
void serac_host_count(const struct serac_layer *layer, struct serac_host_work *work);

#endif
