/* serac_serve.h - a serving scenario on devices: throughput, latency, energy, devices, cost.
 *
 * A device is one design; all are equal, each with a memory of its own. A batch takes what
 * serac_workload_run() says it takes at its size: exact cycles by the clock. Nothing else is in
 * a latency: neither the host's part of the network nor a network's way to the device.
 *
 * Energy is that of the batches, plus the leakage of devices while they have none (their clock
 * stands, and their memories' own idle power is unknown). */
#ifndef SERAC_SERVE_H
#define SERAC_SERVE_H

#include <stdio.h>

#include "serac_serving.h"
#include "serac_workload_run.h"

/* Columns beside those of results: rate: requests per second that arrive (a trace's mean);
 * load: rate x time of a full batch / (max_batch x devices), at 1 and above the queue grows without end;
 * time_us: of one request alone; wait: from arrival to the batch's start; latency: to its end; busy: share of time
 * in which a device works; devices_needed: the fewest that keep load below 1 and 99 % of the latencies within latency_ms;
 * cost: theirs; failed: why there is nothing to say. Latencies without end are empty. */
#define SERAC_SERVE_LIST(X)                                                                  \
    X(design, TEXT) X(technology, TEXT) X(memory, TEXT) X(network, TEXT)                     \
    X(weight_bits, COUNT) X(act_bits, COUNT) X(clock_mhz, REAL) X(time_us, REAL)             \
    X(rate, REAL) X(devices, COUNT) X(max_batch, COUNT) X(max_wait_us, REAL)                 \
    X(requests, COUNT) X(load, REAL) X(throughput, REAL) X(latency_mean_us, REAL)            \
    X(latency_p50_us, REAL) X(latency_p99_us, REAL) X(latency_max_us, REAL)                  \
    X(wait_mean_us, REAL) X(batch_mean, REAL) X(busy, REAL) X(energy_request_uj, REAL)       \
    X(power_mw, REAL) X(devices_needed, COUNT) X(cost, REAL) X(failed, TEXT)

enum serac_serve_column {
#define SERAC_SERVE_ENUM(name, kind) SERAC_SERVE_##name,
    SERAC_SERVE_LIST(SERAC_SERVE_ENUM)
#undef SERAC_SERVE_ENUM
    SERAC_SERVE_COLUMNS
};

#define SERAC_SERVE_CELL 320
struct serac_serve_row {
    char cells[SERAC_SERVE_COLUMNS][SERAC_SERVE_CELL];
};

/* A row per design x precision x rate x max_batch x devices; one with `failed` where a design cannot
 * hold the workload or no number of devices meets latency_ms. *rows is the caller's to free. Any
 * failure of reading what the scenario names. */
enum serac_status serac_serve(const struct serac_serving *serving, const struct serac_workload *workload,
                              struct serac_serve_row **rows, size_t *count, struct serac_error *error);

void serac_serve_csv(FILE *to, const struct serac_serve_row *rows, size_t count);
void serac_serve_json(FILE *to, const struct serac_serve_row *rows, size_t count);
/* For a terminal, without the columns that are the same in all rows' setting. */
void serac_serve_table(FILE *to, const struct serac_serve_row *rows, size_t count);

#endif
