/* serac_serve_run.h - one run of a queue of requests, and what is said of it; private to serac_serve*.c. */
#ifndef SERAC_SERVE_RUN_H
#define SERAC_SERVE_RUN_H

#include "serac_requests.h"
#include "serac_serve.h"

/* What a batch of one size takes; 0 where it was not asked yet. */
struct serac_serve_service {
    const struct serac_workload_job *job;
    double time_us[SERAC_REQUESTS_BATCH + 1], energy_uj[SERAC_REQUESTS_BATCH + 1];
    double clock_mhz, leakage_w;           /* NAN: unknown */
};

/* Everything of one run of the queue. */
struct serac_serve_run {
    const struct serac_serving *serving;
    struct serac_serve_service service;
    double *arrivals, *start, *done;       /* owned */
    size_t count;
    double rate;
    struct serac_requests_policy policy;
    struct serac_requests_result result;
};

/* What is said of a run. NAN: nothing. */
struct serac_serve_figures {
    double load, throughput, mean, p50, p99, max, wait, batch, busy, energy_uj, power_mw;
};

/* What a batch takes, of a struct serac_serve_service: mapped and timed the first time. */
enum serac_status serac_serve_batch(void *service, uint32_t batch, double *time_us, struct serac_error *error);

/* The queue on so many devices. */
enum serac_status serac_serve_simulate(struct serac_serve_run *r, uint32_t devices, struct serac_serve_figures *f,
                                       struct serac_error *error);

/* The fewest devices that are enough, tried one by one, as waiting for full batches need not fall
 * with every device more; 0: no number is. No batch that waits for a device: more change nothing. */
enum serac_status serac_serve_size(struct serac_serve_run *r, uint32_t *devices, struct serac_serve_figures *f,
                                   struct serac_error *error);

#endif
