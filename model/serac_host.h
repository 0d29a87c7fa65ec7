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
 *   mean          multiplier and shift, then over height and width, rounded half away from zero
 */
#ifndef SERAC_HOST_H
#define SERAC_HOST_H

#include "serac_layer.h"

/* Name in network files and the number of factors, or -1. */
const char *serac_host_name(enum serac_host_function function);
int serac_host_factors(enum serac_host_function function);
/* -1 if there is none of that name. */
int serac_host_find(const char *name);

/* in, in2 (ADD, else NULL): codes [y][x][channel] of the layer's input, out: of its output.
 * The layer has passed serac_layer_check(). */
void serac_host_run(const struct serac_layer *layer, const int32_t *in, const int32_t *in2, int32_t *out);

/* Bytes that the host reads and writes, at the stored widths, and its operations: one a
 * multiplication, addition or comparison of the definition, an exponential 16. */
struct serac_host_work {
    uint64_t bytes_read, bytes_written, operations;
};
void serac_host_count(const struct serac_layer *layer, struct serac_host_work *work);

#endif
