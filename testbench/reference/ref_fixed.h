/* ref_fixed.h - the fixed-point arithmetic of TensorFlow Lite's integer kernels.
 *
 * Part of the reference that tests compare Serac with; it shares no code with
 * Serac and includes nothing of it (testbench/reference/README.md). Qm.n means
 * a signed 32-bit number with m integer and n fraction bits; m + n = 31.
 */
#ifndef REF_FIXED_H
#define REF_FIXED_H

#include <stdbool.h>
#include <stdint.h>

/* How a product with a multiplier is rounded. DOUBLE is what TFLite and CMSIS
 * do unless built otherwise; SINGLE is a build with TFLITE_SINGLE_ROUNDING. */
enum ref_rounding { REF_ROUND_DOUBLE, REF_ROUND_SINGLE };

/* The factor value * 2^(shift - 31); value is 0 or in [2^30, 2^31). */
struct ref_multiplier {
    int32_t value;
    int32_t shift;
};

/* The multiplier nearest to `real`, as QuantizeMultiplier() finds it. Returns
 * false, and sets nothing, if `real` is negative, not finite or has a shift
 * above 31, where TFLite's own result is undefined. */
bool ref_multiplier_make(double real, enum ref_rounding rounding,
                         struct ref_multiplier *multiplier);

/* x * multiplier, rounded. Bits above the 32nd are lost, as on the hardware
 * that TFLite runs on; its kernels never get there with a sound model. */
int32_t ref_multiply(int32_t x, struct ref_multiplier multiplier,
                     enum ref_rounding rounding);

/* a * b / 2^31, ties towards plus infinity; the one overflow saturates. */
int32_t ref_high_mul(int32_t a, int32_t b);

/* x / 2^n with 0 <= n <= 62, ties away from zero. */
int32_t ref_round_shift(int32_t x, int n);

/* exp(x) as Q0.31 for x <= 0 in Q5.26. */
int32_t ref_exp(int32_t x);

/* 1 / (1 + x) as Q0.31 for 0 <= x < 1 in Q0.31. */
int32_t ref_reciprocal(int32_t x);

#endif
