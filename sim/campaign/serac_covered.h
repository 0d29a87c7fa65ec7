/* serac_covered.h - what random lock-step runs have covered, as far as generator and run know it.
 *
 * Groups of bins, each a property of a design, a memory, a block, a program or a run. A group of a run's or a
 * program's property counts programs; of a block's, blocks. The file has a line `group TAB bin TAB count` for
 * every bin, empty ones too, so files can be added (scripts/soak.sh). */
#ifndef SERAC_COVERED_H
#define SERAC_COVERED_H

#include <stdio.h>

#include "serac_case.h"

#define SERAC_COVERED_GROUPS 48
#define SERAC_COVERED_BINS 32

struct serac_covered {
    uint64_t bins[SERAC_COVERED_GROUPS][SERAC_COVERED_BINS];
    uint64_t widths[4][4][8][8];       /* blocks: log2 of planes, bits - 1; weights before activations */
    uint64_t runs, cycles, bytes;      /* compared */
    uint64_t unfit;                    /* programs that were not made: no layer fits the design */
};

/* A case that was run without a difference. `mapped`: the mapper wrote it. */
void serac_covered_add(struct serac_covered *c, const struct serac_case *k, bool mapped,
                       const struct serac_lockstep_result *result);

void serac_covered_print(const struct serac_covered *covered, FILE *file);     /* a table to read */
void serac_covered_write(const struct serac_covered *covered, FILE *file);     /* lines as above */

#endif
