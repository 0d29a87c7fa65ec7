/* ref_call.h - what ref_ops.c and ref_ops_layers.c share. */
#ifndef REF_CALL_H
#define REF_CALL_H

#include "ref_ops.h"

/* An operator with its tensors; in[i] is NULL if absent. */
struct ref_call {
    const struct ref_operator *op;
    enum ref_rounding rounding;
    const struct ref_tensor *in[3];
    struct ref_tensor *out;
};

/* int8 with one scale and a zero point within int8. */
bool ref_is_int8(const struct ref_tensor *t);
bool ref_same_scale(const struct ref_tensor *a, const struct ref_tensor *b);

/* Element `i` of a tensor of int32. */
int32_t ref_call_i32(const struct ref_tensor *t, size_t i);

/* False if the activation is not known, or its limits are beyond int32. */
bool ref_activation_range(const struct ref_tensor *out, int32_t activation, int32_t *min,
                          int32_t *max);

/* Whether `outputs` times `each` steps are within REF_MAX_WORK. */
bool ref_call_affordable(size_t outputs, size_t each);

/* The padding before one dimension of a window (enum ref_padding). False if the
 * output has not the size that input, kernel and options give. */
bool ref_call_padding(int32_t kind, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                      int64_t dilation, int32_t *before);

enum ref_status ref_run_conv(const struct ref_call *c);
enum ref_status ref_run_depthwise(const struct ref_call *c);
enum ref_status ref_run_fully_connected(const struct ref_call *c);
enum ref_status ref_run_average_pool(const struct ref_call *c);
enum ref_status ref_run_max_pool(const struct ref_call *c);

#endif
