/* serac_run.h - a program on the cycle model: what, when, and how it ended. */
#ifndef SERAC_RUN_H
#define SERAC_RUN_H

#include "serac_bus.h"
#include "serac_design.h"
#include "serac_memory.h"
#include "serac_observer.h"

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
    uint64_t error_cycle;            /* of the response, say; SERAC_NEVER: no error */
    struct serac_counters *blocks;   /* caller's, may be NULL */
    uint32_t max_blocks, num_blocks;
};

/* Runs the program at `program`. Computes data only if `compute` is nonzero
 * (timing does not depend on it). Returns SERAC_OK when the device ended, with
 * or without an error of its own; else SERAC_E_NOMEM. */
enum serac_status serac_run_program(const struct serac_design *design,
                                    const struct serac_memory_config *memory,
                                    const struct serac_bus *bus,
                                    uint64_t program, int compute,
                                    struct serac_run *run);

/* The time alone, told to `observer` (may be NULL). */
enum serac_status serac_run_time(const struct serac_design *design,
                                 const struct serac_memory_config *memory,
                                 const struct serac_bus *bus, uint64_t program,
                                 const struct serac_observer *observer,
                                 struct serac_run *run);

/* What the program computes, without its time. The device must accept it. `fast`: NULL, or what keeps
 * packed weights from run to run (serac_fast.h). */
struct serac_fast;
enum serac_status serac_run_data(const struct serac_design *design,
                                 const struct serac_bus *bus,
                                 uint64_t program, struct serac_fast *fast);

#endif
