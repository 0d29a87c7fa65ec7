/* serac_sweep_run.h - runs the points of a sweep that are missing, in processes. */
#ifndef SERAC_SWEEP_RUN_H
#define SERAC_SWEEP_RUN_H

#include "serac_space.h"

struct serac_sweep_run {
    struct serac_space *space;
    const char *dir;
    const uint64_t *positions;       /* borrowed; to run */
    uint64_t count;
    uint32_t jobs;
};

/* Every worker takes some positions at a time, runs them, and writes what it has once a
 * second in one transaction: a kill costs a second of finished work and what was
 * running. SIGINT and SIGTERM let the running points end, a second one does not. Workers
 * die with this process.
 *
 * An exit code; if it is not SERAC_EXIT_DONE, after a message, or 130 after a signal. */
int serac_sweep_run(const struct serac_sweep_run *run);

#endif
