/* serac_cosim.h - serac cosim: what its two halves share; private to serac_cmd_cosim.c, which has
 * one network, serac_cosim_random.c, and serac_cosim_cases.c. */
#ifndef SERAC_COSIM_H
#define SERAC_COSIM_H

#include "serac_recording.h"

/* What --trace asks of cosim. */
struct serac_cosim_tracing {
    const char *path, *cycles;     /* NULL, or the options */
    struct serac_recording recording;
};

enum serac_status serac_cosim_begin(struct serac_cosim_tracing *tracing, const struct serac_trace_about *about,
                                    struct serac_error *error);

/* The two timelines are compared; then the file is written, unless the runs, or this, found a
 * difference. Returns the exit code: `code`, if that is not 0. Does nothing without a path. */
int serac_cosim_end(struct serac_cosim_tracing *tracing, int code);

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
