/* serac_workload_run.h - a workload on a design: how long, at what cost.
 *
 * Each layer is mapped and timed alone by serac_map_best(), so its cycles are exact
 * for it; layers run one after the other, without the overlap of one layer's
 * fetch with another's work that a program of the whole network has. */
#ifndef SERAC_WORKLOAD_RUN_H
#define SERAC_WORKLOAD_RUN_H

#include "serac_cli.h"
#include "serac_result.h"
#include "serac_timings.h"
#include "serac_workload.h"

struct serac_workload_job {
    const struct serac_setting *setting;
    const struct serac_workload *workload;
    uint32_t weight_bits, act_bits;
    uint32_t weight_store_bits;  /* in memory, at most weight_bits; 0: weight_bits */
    uint32_t batch;              /* inputs at once; 0: 1 */
    struct serac_timings *timings;   /* borrowed; NULL: this run's own */
    uint64_t give_up_cycles;     /* 0: none; more cycles are of no interest */
};

/* A batch is one product of `batch` times the vectors for a GEMM with weights, which are
 * so read once for all; everything else runs once per input, as the machine has
 * no images in a layer. Rows are of the whole batch. */

struct serac_workload_result {
    struct serac_row *rows;      /* owned; of layers on the array, total last */
    size_t num_rows;
    uint64_t cycles;
    bool gave_up;                /* no rows: it takes more than give_up_cycles */
};

/* SERAC_E_FIT, with the layer and the reason, if a layer does not fit the design.
 * Array-busy cycles are checked against the formula, causes against cycles. */
enum serac_status serac_workload_run(const struct serac_workload_job *job,
                                     struct serac_workload_result *result,
                                     struct serac_error *error);
void serac_workload_free(struct serac_workload_result *result);

/* A line: what of the workload is the host's and in no row; another if its file
 * assumes something. */
void serac_workload_say_host(FILE *to, const struct serac_workload *workload);

/* Array-busy cycles of the whole workload: a lower bound of its cycles. */
uint64_t serac_workload_busy_cycles(const struct serac_workload_job *job);

#endif
