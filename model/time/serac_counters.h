/* serac_counters.h - what is counted of a run, and how it ended. */
#ifndef SERAC_COUNTERS_H
#define SERAC_COUNTERS_H

#include <stdint.h>

#include "serac_status.h"

struct serac_counters {      /* order and names = counters of configs/regs.cfg */
    uint64_t cycles;
    uint64_t array_busy_cycles;
    uint64_t stall_fetch_cycles;
    uint64_t stall_requant_cycles;
    uint64_t stall_store_cycles;
    uint64_t stall_control_cycles;
    uint64_t fill_drain_cycles;
    uint64_t bytes_read;
    uint64_t bytes_written;
    uint64_t read_bursts;
    uint64_t write_bursts;
    uint64_t results;
    uint64_t blocks;
};

/* `blocks` receives each block's share of the totals, up to `max_blocks`: cycles
 * and causes from the end of the block before to its own last drain (the last
 * block's to the end), bytes and bursts of its own instructions. They sum to
 * `total` if the run ended without an error. */
struct serac_run {
    struct serac_counters total;
    enum serac_status status;        /* how the device ended */
    uint64_t error_address;
    uint64_t error_cycle;            /* of the response, say; UINT64_MAX: no error */
    struct serac_counters *blocks;   /* caller's, may be NULL */
    uint32_t max_blocks, num_blocks;
};

#endif
