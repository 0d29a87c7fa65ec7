/* serac_fast.h - what serac_function_block() computes, at the host's speed.
 *
 * Codes become bytes once, every tile is a product of byte matrices, and the products are the
 * host's: VNNI of AVX-512, else what the compiler makes of plain C for AVX2 or the base machine.
 * The best one that runs is taken; all give the same bytes. */
#ifndef SERAC_FAST_H
#define SERAC_FAST_H

#include "serac_function.h"

/* As serac_function_block(). */
enum serac_status serac_fast_block(const struct serac_design *design, const struct serac_insn *insn,
                                   const struct serac_bus *bus);

/* out[pixel][row] = sum of a[pixel][i] * w[row][i], i below `bytes`, a multiple of 64; sums wrap.
 * sums[pixel] = sum of a[pixel][i]. */
typedef void serac_product_fn(const uint8_t *a, const int8_t *w, uint32_t bytes, uint32_t pixels, uint32_t rows,
                              int32_t *out, int32_t *sums);

/* The host's products by name, the best first; NULL behind the last. For tests and benchmarks. */
const char *serac_product_name(uint32_t i);
serac_product_fn *serac_product(uint32_t i);
/* Takes product `i` from now on, in every thread. */
void serac_product_choose(uint32_t i);

#endif
