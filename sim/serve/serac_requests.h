/* serac_requests.h - requests, batches, devices: when each request is done.
 *
 * Requests wait in one queue, first come first served, for equal devices. A batch leaves when a
 * device is free and either `max_batch` requests wait or the oldest has waited `max_wait_us`; it
 * then takes all that wait, `max_batch` at most. With max_batch 1 that is the queue G/D/c, and
 * with Poisson arrivals M/D/c, which testbench/unit/test_requests.c compares with theory.
 *
 * Times are microseconds since an origin that the caller chooses. */
#ifndef SERAC_REQUESTS_H
#define SERAC_REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "serac_design.h"

#define SERAC_REQUESTS_BATCH 256       /* most requests of a batch */
#define SERAC_REQUESTS_DEVICES 4096

struct serac_requests_policy {
    uint32_t devices, max_batch;    /* 1.. */
    double max_wait_us;             /* 0: no device is ever idle while a request waits */
};

/* Time that a batch of 1..max_batch takes. A failure ends the run. */
typedef enum serac_status serac_requests_time_fn(void *ctx, uint32_t batch, double *time_us,
                                                 struct serac_error *error);

struct serac_requests_result {
    uint64_t batches[SERAC_REQUESTS_BATCH + 1];   /* by their size */
    double busy_us;                 /* of all devices together */
    double blocked_us;              /* summed over batches: ready, but no device was free */
    double first_us, last_us;       /* first arrival, last request done */
};

/* `start_us` and `done_us` get a time a request. Arrivals must not fall. SERAC_E_NOMEM, or what
 * `time` returns. */
enum serac_status serac_requests_run(const double *arrivals_us, size_t count,
                                     const struct serac_requests_policy *policy,
                                     serac_requests_time_fn *time, void *ctx,
                                     double *start_us, double *done_us,
                                     struct serac_requests_result *result,
                                     struct serac_error *error);

/* Arrivals of a Poisson process from time 0 on. The i-th gap is a function of seed and i, so a
 * longer run begins with a shorter one. */
void serac_requests_poisson(uint64_t seed, double per_second, double *arrivals_us, size_t count);

/* A trace: a text file of arrival times in seconds, one a line, that do not fall; empty lines and
 * what follows a # are skipped. The first is the origin. *arrivals_us is the caller's to free.
 * SERAC_E_INPUT, with file and line. */
enum serac_status serac_requests_trace(const char *path, double **arrivals_us, size_t *count,
                                       struct serac_error *error);

#endif
