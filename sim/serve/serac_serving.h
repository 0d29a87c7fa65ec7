/* serac_serving.h - a serving scenario: what arrives, how it is batched, on what.
 *
 * A file configs/serving/NAME.cfg; configs/serving/bert-base.cfg documents the keys. */
#ifndef SERAC_SERVING_H
#define SERAC_SERVING_H

#include "serac_config.h"

#define SERAC_SERVING_DESIGNS 8
#define SERAC_SERVING_WIDTHS 16

struct serac_serving {
    char workload[256];
    uint32_t num_designs, num_widths;
    char designs[SERAC_SERVING_DESIGNS][256];
    uint32_t weight_bits[SERAC_SERVING_WIDTHS], act_bits[SERAC_SERVING_WIDTHS];
    char memory[256], technology[256];
    struct serac_numbers rates;      /* requests per second; none: the trace */
    char trace[1024];                /* "": Poisson */
    uint64_t seed;
    uint32_t requests, warm_up;      /* that arrive; of them not in latencies */
    struct serac_numbers max_batch, devices;     /* no devices: as many as are needed */
    double max_wait_us;
    double latency_ms;               /* 99 % of requests must be done within; 0: not asked */
    double cost_per_device;          /* any currency; 0: not asked */
};

/* A name in configs/serving, with its variation, or a path. On failure *serving is untouched. */
enum serac_status serac_serving_load(const char *name, struct serac_serving *serving,
                                     struct serac_error *error);

#endif
