/* serac_cosim_tracing.h - what --trace asks of serac cosim, of one network or of random programs. */
#ifndef SERAC_COSIM_TRACING_H
#define SERAC_COSIM_TRACING_H

#include "serac_recording.h"

struct serac_cosim_tracing {
    const char *path, *cycles;     /* NULL, or the options */
    struct serac_recording recording;
};

enum serac_status serac_cosim_tracing_begin(struct serac_cosim_tracing *tracing, const struct serac_trace_about *about,
                                            struct serac_error *error);

/* The two timelines are compared; then the file is written, unless the runs, or this, found a
 * difference. Returns the exit code: `code`, if that is not 0. Does nothing without a path. */
int serac_cosim_tracing_end(struct serac_cosim_tracing *tracing, int code);

#endif
