/* ref_ops.h - one operator of a graph: checks it and calls its kernel.
 *
 * Here is what TFLite does before it runs a kernel: padding, the multipliers
 * from scales, the activation's range.
 */
#ifndef REF_OPS_H
#define REF_OPS_H

#include "ref_fixed.h"
#include "ref_graph.h"

#define REF_MAX_WORK (INT64_C(1) << 31)   /* multiply-accumulates in one operator */

/* The bytes of a tensor: its constant, or what was computed. NULL if not ready. */
const void *ref_tensor_data(const struct ref_tensor *tensor);

/* Computes the outputs of `op`, all of whose inputs must be ready and whose
 * outputs must have memory.
 *
 * REF_E_UNSUPPORTED  a type, an option or a quantization it cannot do
 * REF_E_SHAPE        shapes that do not fit each other or the options
 * REF_E_LIMIT        more than REF_MAX_WORK
 * REF_E_MEMORY       no memory for unpacked weights or multipliers */
enum ref_status ref_operator_run(const struct ref_graph *graph, const struct ref_operator *op,
                                 enum ref_rounding rounding);

#endif
