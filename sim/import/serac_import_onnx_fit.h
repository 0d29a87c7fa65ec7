/* serac_import_onnx_fit.h - from a chain's steps to what computes them, private to serac_import_onnx_fit*.c
 * and serac_import_onnx_steps.c. */
#ifndef SERAC_IMPORT_ONNX_FIT_H
#define SERAC_IMPORT_ONNX_FIT_H

#include "serac_import_onnx.h"

/* One channel: as y = sign * x grows from low to high, the code grows from first to last and is at least
 * first + 1 + i from y = at[i] on. Both ends included. */
struct serac_import_onnx_steps {
    int32_t sign, first, last;
    int64_t low, high;
    int64_t at[256];
};

/* False if the chain loses digits of an exact number. */
bool serac_import_onnx_find_steps(const struct serac_import_onnx_quantiser *q,
                                  const struct serac_import_onnx_chain *chain, uint32_t channel, int64_t low,
                                      int64_t high, struct serac_import_onnx_steps *steps);

/* Factor, addend, shift and an addition to the bias with which the machine's mode `floor` takes exactly these
 * steps; false if there are none. */
bool serac_import_onnx_fit_floor(const struct serac_import_onnx_steps *steps,
                                 const struct serac_import_onnx_quantiser *q, struct serac_param *param);
/* Factor and shift with which mode `single` does, whose addend is one half: finer for factors below 2^-8. */
bool serac_import_onnx_fit_single(const struct serac_import_onnx_steps *steps,
                                  const struct serac_import_onnx_quantiser *q, struct serac_param *param);
/* Does round(x * factor) + zero point take these steps? */
bool serac_import_onnx_fits_factor(const struct serac_import_onnx_steps *steps,
                                   const struct serac_import_onnx_quantiser *q, float factor);

#endif
