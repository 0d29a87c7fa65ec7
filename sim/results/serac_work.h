/* serac_work.h - what a layer or a network did on the machine, summed. */
#ifndef SERAC_WORK_H
#define SERAC_WORK_H

#include "serac_activity.h"
#include "serac_program.h"

struct serac_work {
    struct serac_counters counters;
    struct serac_activity activity;
    uint64_t macs, products;      /* products: macs * weight_bits * act_bits */
};

/* A layer that ran as `insn`, `times` over. */
void serac_work_add_layer(struct serac_work *work,
                          const struct serac_design *design,
                          const struct serac_layer *layer,
                          const struct serac_insn *insn,
                          const struct serac_counters *counters,
                          uint64_t times);

/* Each layer's counters of one run on the cycle model; `blocks` has a place a layer, those of
 * the host are left alone. */
enum serac_status serac_program_blocks(const struct serac_program *program,
                                       const struct serac_memory_config *memory,
                                       struct serac_counters *blocks);

#endif
