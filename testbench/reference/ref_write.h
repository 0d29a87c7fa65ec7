/* ref_write.h - writes a graph as a .tflite file: the inverse of ref_graph_read().
 *
 * For tests that make models: small ones by hand, random ones, damaged ones.
 */
#ifndef REF_WRITE_H
#define REF_WRITE_H

#include "ref_graph.h"

/* How operator codes are written. Above 127 only the new field can hold them. */
enum ref_codes { REF_CODES_BOTH, REF_CODES_OLD, REF_CODES_NEW };

/* Writes tensors (name, type, shape, scales, constant of `bytes`), operators and
 * the lists of inputs and outputs; what runs add to a graph is ignored, and so is
 * `elements`. Returns the file, owned by the caller: free(). NULL if there is no
 * memory for it. Nothing is checked: a wrong graph makes a wrong file. */
uint8_t *ref_graph_write(const struct ref_graph *graph, enum ref_codes codes, size_t *size);

#endif
