/* serac_shrink.h - from a program on which model and RTL differ to a small one that still does. */
#ifndef SERAC_SHRINK_H
#define SERAC_SHRINK_H

#include "serac_case.h"

struct serac_shrink_size {
    uint32_t blocks;
    uint64_t cycles;           /* of the model's run */
    uint64_t bytes;            /* of the memory */
};

struct serac_shrink {
    struct serac_shrink_size before, after;
    uint32_t runs;             /* in lock step */
    char difference[256];      /* of the shrunk case */
};

/* Makes `c`, which differs, smaller: fewer blocks, smaller fields, simpler memory timing, zeros for data, less
 * memory, while lock step still finds any difference and a legal program stays legal (serac_legal.h). One
 * that was not, broken on purpose, loses blocks and timing only. Bounded in runs and
 * seconds; *c is always a case that differs. */
enum serac_status serac_shrink(struct serac_case *c, const struct serac_rtl_ops *ops, struct serac_shrink *how,
                               struct serac_error *error);

#endif
