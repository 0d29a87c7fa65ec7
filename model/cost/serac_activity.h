/* serac_activity.h - what a run makes switch: the events that energy is counted in.
 *
 * Events of layers add up, so a network is the sum of its layers. The energy of a group
 * of units is a sum of coefficients times the terms here, for clock pins and for data apart;
 * one list for the fit (scripts/synth/fit.py) and the model. Accesses of memory macros have
 * energies of their own (serac_sram.h). R, C, L, PW, PA, RQ as in rtl/MACHINE.md. */
#ifndef SERAC_ACTIVITY_H
#define SERAC_ACTIVITY_H

#include "serac_layer.h"
#include "serac_regs.h"
#include "serac_run.h"
#include "serac_units.h"

#define SERAC_ACTIVITY_TERMS 8

#define SERAC_ACTIVITY_LIST(X)                                                      \
    X(cycles)                                                                       \
    X(pairs)          /* digit pairs: busy cycles of the array */                   \
    X(act_digits)     /* pairs that bring new activation digits */                  \
    X(bank_reads)     /* the same, of all columns that have a pixel in the image */ \
    X(act_words)      /* words of macros that this reads */                         \
    X(wgt_digits)     /* pairs that bring new weight digits */                      \
    X(wgt_words)                                                                    \
    X(words)          /* pairs that end both words */                               \
    X(products)       /* bit products of real operands inside the image */          \
    X(results)        /* values through the requantisers */                         \
    X(new_records)    /* results whose parameters are not those of the one before */   \
    X(group_cycles)   /* cycles in which RQ values at a time are drained */         \
    X(held_groups)    /* groups that wait for, or meet, another phase */              \
    X(out_groups)     /* groups that are written to the output buffer */            \
    X(out_words)      /* words of macros that this writes */                        \
    X(weight_beats)   /* beats read for each buffer, and written */                 \
    X(param_beats)                                                                  \
    X(act_beats)                                                                    \
    X(bank_writes)    /* the same, to each bank that has it */                      \
    X(write_beats)                                                                  \
    X(dram_bytes)

struct serac_activity {
#define SERAC_ACTIVITY_FIELD(name) double name;
    SERAC_ACTIVITY_LIST(SERAC_ACTIVITY_FIELD)
#undef SERAC_ACTIVITY_FIELD
};

/* Adds a layer that ran as `insn` with these counters. */
void serac_activity_add(struct serac_activity *activity,
                        const struct serac_design *design,
                        const struct serac_layer *layer,
                        const struct serac_insn *insn,
                        const struct serac_counters *counters);
/* Adds `more`, `times` over. */
void serac_activity_sum(struct serac_activity *activity,
                        const struct serac_activity *more, double times);

struct serac_activity_terms {
    uint32_t clock_terms, data_terms;
    double clock[SERAC_ACTIVITY_TERMS], data[SERAC_ACTIVITY_TERMS];
    double reads, writes;         /* of all macros of the group together */
};

/* By group; for a checked design. */
void serac_activity_terms(const struct serac_design *design,
                          const struct serac_activity *activity,
                          struct serac_activity_terms terms[SERAC_GROUPS]);

#endif
