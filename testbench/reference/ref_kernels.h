/* ref_kernels.h - TensorFlow Lite's int8 kernels, one plain loop nest each.
 *
 * Arrays are dense, in TFLite's order: activations NHWC, weights of a
 * convolution OHWI, of a depthwise one 1HWO, of a fully connected layer OI.
 * All pointers are borrowed. The kernels trust their arguments: ref_ops.c checks
 * those of a file. Accumulators are 32 bits wide and wrap.
 */
#ifndef REF_KERNELS_H
#define REF_KERNELS_H

#include <stddef.h>

#include "ref_fixed.h"

/* A window that moves over NHWC activations. Padding is what lies above and to
 * the left; below and to the right it is as much as the output needs. */
struct ref_window {
    int32_t batches, in_h, in_w, in_c, out_h, out_w, out_c;
    int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    int32_t pad_top, pad_left;
};

/* From int8 to accumulator and back. Offsets are added: those of inputs and
 * weights are minus the zero point, that of the output is the zero point. */
struct ref_scaling {
    int32_t input_offset, weight_offset, output_offset;
    int32_t min, max;                         /* the activation's range */
    const struct ref_multiplier *multiplier;
    int32_t num_multipliers;                  /* 1, or one per output channel */
    enum ref_rounding rounding;
};

/* Two int4 per byte, the low nibble first; the last high nibble may be unused. */
void ref_unpack_int4(const uint8_t *packed, size_t count, int8_t *values);

/* Convolution; weights see filter_c channels each, so in_c / filter_c groups.
 * `bias` may be NULL here and below. */
void ref_conv(const struct ref_window *w, int32_t filter_c, const struct ref_scaling *s,
              const int8_t *input, const int8_t *weights, const int32_t *bias, int8_t *output);

/* Output channel c sees input channel c / (out_c / in_c). */
void ref_depthwise(const struct ref_window *w, const struct ref_scaling *s,
                   const int8_t *input, const int8_t *weights, const int32_t *bias,
                   int8_t *output);

void ref_fully_connected(int32_t batches, int32_t depth, int32_t units,
                         const struct ref_scaling *s, const int8_t *input,
                         const int8_t *weights, const int32_t *bias, int8_t *output);

/* The mean of what lies in the window without its padding, ties away from zero;
 * zero points take no part. */
void ref_average_pool(const struct ref_window *w, int32_t min, int32_t max,
                      const int8_t *input, int8_t *output);
void ref_max_pool(const struct ref_window *w, int32_t min, int32_t max,
                  const int8_t *input, int8_t *output);

/* Both inputs to a common scale, times 2^20, add, to the output's scale. A
 * dimension of 1 is repeated as often as the output needs it. */
struct ref_add {
    int32_t offset[2], output_offset, min, max;
    struct ref_multiplier multiplier[2], output_multiplier;
    enum ref_rounding rounding;
};
void ref_add(const struct ref_add *a, const int32_t shape1[4], const int8_t *input1,
             const int32_t shape2[4], const int8_t *input2, const int32_t shape[4],
             int8_t *output);

/* Softmax over rows of `depth`; output scale 1/256, zero point -128. This is
 * the fixed-point kernel: reference_ops::Softmax() of TFLite's reference code,
 * which TFLite Micro runs, and CMSIS-NN's arm_softmax_s8(). */
struct ref_softmax {
    struct ref_multiplier multiplier;   /* from input to Q5.26; shift >= 0 */
    int32_t diff_min;                   /* what is further below the maximum is 0 */
    enum ref_rounding rounding;
};
/* False if beta * scale is not one TFLite takes: 2^26 times it must be above 1. */
bool ref_softmax_make(float beta, float scale, enum ref_rounding rounding,
                      struct ref_softmax *p);
void ref_softmax(const struct ref_softmax *p, size_t rows, int32_t depth,
                 const int8_t *input, int8_t *output);

/* The same with a table of float exponentials, as the interpreter of TFLite on
 * a desktop does it. Only here to say how far the two are apart. */
void ref_softmax_table(float beta_times_scale, size_t rows, int32_t depth,
                       const int8_t *input, int8_t *output);

/* `before` elements of `value` are put before each dimension, and the rest of
 * `shape` after it. */
void ref_pad(const int32_t in_shape[4], const int32_t before[4], int8_t value,
             const int32_t shape[4], const int8_t *input, int8_t *output);

/* The mean over the dimensions marked in `reduce`, 1 / count folded into the
 * multiplier: reference_ops::QuantizedMeanOrSum() of newer TFLite. */
void ref_mean(const int32_t in_shape[4], const bool reduce[4],
              const struct ref_scaling *s, const int8_t *input, int8_t *output);

void ref_quantize(float scale, int32_t zero_point, size_t count, const float *input,
                  int8_t *output);
void ref_dequantize(float scale, int32_t zero_point, size_t count, const int8_t *input,
                    float *output);
/* int8 to int8 of another scale: s->input_offset, multiplier[0], output_offset. */
void ref_requantize(const struct ref_scaling *s, size_t count, const int8_t *input,
                    int8_t *output);

#endif
