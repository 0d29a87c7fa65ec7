/* ref_model.h - runs a .tflite model and keeps every tensor.
 *
 * The reference that tests compare Serac with: TensorFlow Lite's int8 semantics,
 * written from their definition, without a line of Serac's.
 *
 *     struct ref_model *model;
 *     enum ref_status status = ref_model_load("kws.tflite", &model);
 *     if (status == REF_OK)
 *         status = ref_model_set_input(model, 0, bytes, num_bytes);
 *     if (status == REF_OK)
 *         status = ref_model_run(model, REF_ROUND_DOUBLE);
 *     const struct ref_graph *graph = ref_model_graph(model);
 *     for (int32_t i = 0; i < graph->num_tensors; i++)
 *         ... ref_tensor_data(&graph->tensor[i]), .bytes, .shape, .scale ...
 *     ref_model_close(model);
 *
 * A file may be damaged or hostile: it is refused with a status, never trusted.
 */
#ifndef REF_MODEL_H
#define REF_MODEL_H

#include "ref_ops.h"

#define REF_MAX_BYTES (INT64_C(1) << 28)   /* of all computed tensors */

struct ref_model;

/* Reads a model from `size` bytes, which are copied, or from a file. *model is
 * owned by the caller: ref_model_close(). On failure it is NULL, and
 *
 * REF_E_FILE         the file cannot be read, or is larger than 2 GiB
 * REF_E_FORMAT       it is not a sound TFLite file
 * REF_E_SHAPE        a dimension is not positive
 * REF_E_UNSUPPORTED  sparse tensors, blockwise scales, rank above REF_MAX_RANK, more
 *                    operands than REF_MAX_OPERANDS
 * REF_E_LIMIT        tensors larger than REF_MAX_ELEMENTS or REF_MAX_BYTES
 * REF_E_MEMORY       out of memory */
enum ref_status ref_model_open(const void *bytes, size_t size, struct ref_model **model);
enum ref_status ref_model_load(const char *path, struct ref_model **model);
void ref_model_close(struct ref_model *model);   /* NULL is allowed */

/* Tensors and operators, borrowed until close. Shapes, scales and operators stay;
 * ref_tensor_data() of a computed tensor is NULL before a run reached it, and
 * its bytes change with the next run. float32 is in the machine's byte order and
 * aligned; constants are as in the file, int4 with two in a byte. */
const struct ref_graph *ref_model_graph(const struct ref_model *model);

/* Copies the bytes of input number `which` of the graph; they stay for later runs.
 * REF_E_INPUT if there is no such input or it does not have `size` bytes. */
enum ref_status ref_model_set_input(struct ref_model *model, int32_t which, const void *bytes,
                                    size_t size);

/* Runs all operators in the file's order. Stops at the first that is refused,
 * with the reason (ref_ops.h); tensors computed before stay readable.
 *
 * REF_E_INPUT   an input was never set
 * REF_E_FORMAT  an operator reads a tensor that none has computed, or writes one
 *               that is an input, a constant or already computed */
enum ref_status ref_model_run(struct ref_model *model, enum ref_rounding rounding);

/* The index of the operator at which the last run stopped; -1 if it did not. */
int32_t ref_model_failed_operator(const struct ref_model *model);

#endif
