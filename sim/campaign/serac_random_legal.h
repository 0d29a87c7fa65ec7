/* serac_random_legal.h - random programs that no mapper would write: any sequence of blocks that
 * serac_legal.h allows.
 *
 * Sizes are drawn for the design at hand, every free field of a block on its own, slack where slack is
 * allowed; tensors lie anywhere, often on each other or where an earlier block left its results; parameters
 * and data are random bits, records mostly such that results do not all saturate. Case `index` of
 * `seed` is the same whatever ran before it. */
#ifndef SERAC_RANDOM_LEGAL_H
#define SERAC_RANDOM_LEGAL_H

#include "serac_case.h"

/* Fills all of `made` for its design, which is given. SERAC_E_NOMEM, or SERAC_E_FIT if nothing was found. */
enum serac_status serac_random_legal(const struct serac_design *design, uint64_t seed, uint32_t index,
                                     struct serac_case *made);

/* A design with every key drawn over its range, `number` being all that it depends on. Products of
 * bits a cycle (rows * cols * lanes * planes) are at most 1024, 4096 in one of eight, 16384 in one of 32:
 * the RTL has to be built. */
void serac_random_design(uint64_t number, struct serac_design *design);

#endif
