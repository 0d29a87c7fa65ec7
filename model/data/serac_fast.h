/* serac_fast.h - what serac_function_block() computes, at the host's speed.
 *
 * A layer is one product of matrices (serac_gemm.h) per phase, or per m-tile where output channels meet
 * different input channels. Windows of the input are gathered as bit planes, results are requantised and
 * packed a pixel's channels at a time (serac_fast_post.h). Packed weights are kept from run to run. A layer whose
 * padding does not fit into the planes that are stored, which no mapper writes, is left to the reference. */
#ifndef SERAC_FAST_H
#define SERAC_FAST_H

#include "serac_function.h"

/* Layers of one device's memory that were packed. One caller at a time. */
struct serac_fast;

/* Threads that share a large layer's output pixels: 1..64. NULL without memory. */
struct serac_fast *serac_fast_create(uint32_t threads);
void serac_fast_destroy(struct serac_fast *fast);

/* Forgets layers with weights in this range, which has been written. */
void serac_fast_written(struct serac_fast *fast, uint64_t address, uint64_t bytes);

/* As serac_function_block(). `fast`: NULL, or what keeps the weights; whoever else writes to the memory
 * tells it. */
enum serac_status serac_fast_block(struct serac_fast *fast, const struct serac_design *design,
                                   const struct serac_insn *insn, const struct serac_bus *bus);

#endif
