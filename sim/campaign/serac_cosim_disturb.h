/* serac_cosim_disturb.h - errors and resets put into random programs. */
#ifndef SERAC_COSIM_DISTURB_H
#define SERAC_COSIM_DISTURB_H

#include "serac_lockstep.h"
#include "serac_random.h"

#define SERAC_DISTURB_EACH 6     /* disturbances of a program; then it runs without */

struct serac_disturb_counts {
    uint32_t programs, broken;       /* broken on purpose: left out */
    uint32_t errors[2][2];           /* by channel; SLVERR, DECERR */
    uint32_t beats[3];               /* of reads: first, later, last of a long burst or any behind */
    uint32_t first, lasting;         /* in the program's first burst; not one beat alone */
    uint32_t resets, reset_reads, reset_writes, reset_waiting, reset_polls, error_waiting;
    uint64_t cycles, transfers;
};

/* A random program, disturbed as follows from `seed`, in lock step. */
enum serac_status serac_cosim_disturb(const struct serac_design *design, struct serac_random_case *made,
                                      const struct serac_rtl_ops *ops, uint64_t seed,
                                      struct serac_disturb_counts *counts,
                                      struct serac_lockstep_result *result, struct serac_error *error);

/* False: something never happened. */
bool serac_cosim_disturb_print(const struct serac_disturb_counts *counts);

#endif
