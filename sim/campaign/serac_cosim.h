/* serac_cosim.h - random programs on model and RTL: the campaigns of serac cosim. */
#ifndef SERAC_COSIM_H
#define SERAC_COSIM_H

#include "serac_cosim_tracing.h"

/* `count` random programs, or only the one of number `case_text`: numbers as the user wrote
 * them, NULL for the default. `design`: NULL, or the only one. `disturb`: with errors and resets. The exit code. */
int serac_cosim_random(const char *count_text, const char *seed_text, const char *case_text, const char *design, bool disturb,
                       struct serac_cosim_tracing *tracing);

/* The design of random program `index`, unless one is named: the 17 in turn. */
const char *serac_cosim_design(uint64_t index);

enum serac_cosim_programs { SERAC_PROGRAMS_MAPPED, SERAC_PROGRAMS_ANY, SERAC_PROGRAMS_BOTH };

/* Programs from..to-1 of `count` of `seed` on one design. */
struct serac_cosim_cases {
    enum serac_cosim_programs programs;
    const char *design;        /* "random": drawn from the seed; NULL: serac_cosim_design() */
    uint64_t seed, count, from, to;
    const char *save;          /* NULL, or the folder that a case that differs is kept in, and shrunk */
    const char *count_file;    /* NULL, or gets the bins */
};

/* Prints what was covered, or the first difference. The exit code. */
int serac_cosim_cases(const struct serac_cosim_cases *cases);

/* Runs the case in folder `dir` (serac_case.h). The exit code. */
int serac_cosim_replay(const char *dir);

#endif
