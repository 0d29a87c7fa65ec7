/* serac_lockstep.h - one program on the cycle model and on the RTL, compared at
 * every clock edge. */
#ifndef SERAC_LOCKSTEP_H
#define SERAC_LOCKSTEP_H

#include "serac_host_memory.h"
#include "serac_recording.h"
#include "serac_rtl.h"
#include "serac_run.h"

#define SERAC_LOCKSTEP_REPEAT 4   /* every so many seeds the RTL runs the program twice */

struct serac_lockstep_result {
    struct serac_run run;            /* the model's; `blocks` as given */
    uint64_t cycles_compared;
    uint64_t bytes_compared;         /* written bytes */
    uint64_t stall_cycles;           /* of any named cause */
    uint64_t transfers;              /* AXI's rules were held against so many */
    /* Resets, and those that came while reads or writes were open, an address or data
     * waited for its ready, or the host had an access of a register open. */
    uint32_t resets, reset_reads, reset_writes, reset_waiting, reset_polls;
    uint32_t error_waiting;          /* errors that came while an address or data waited */
    char difference[256];            /* the first one; "" if none */
};

/* What happens to a run of the RTL before the one that is compared to its end. */
struct serac_disturbance {
    struct serac_memory_error error; /* ends it; or, without a response: */
    uint64_t reset_cycle;            /* reset comes in this cycle of the run ... */
    uint32_t reset_edges;            /* ... and holds for so many edges */
};

/* Runs the program at bus address `program` of `memory` on both sides. `memory` is
 * left as the model leaves it. SERAC_E_MISMATCH: result->difference names cycle,
 * signal and both values. `recording`: NULL, or begun for this run, `ops` being of its
 * kind; the RTL's first run is recorded. */
enum serac_status serac_lockstep_run(const struct serac_design *design,
                                     const struct serac_memory_config *config,
                                     const struct serac_rtl_ops *ops,
                                     struct serac_host_memory *memory,
                                     uint64_t program, uint64_t seed,
                                     struct serac_recording *recording,
                                     struct serac_lockstep_result *result,
                                     struct serac_error *error);

/* The same program `count` times with a disturbance each and then without, all on one
 * RTL that has been reset once, and with a host that uses the registers meanwhile. A
 * run that ends with an error is compared up to it in every cycle, and in its end:
 * cycle, status, address. The last run is compared as above. result->transfers are those
 * that AXI's rules were held against. */
enum serac_status serac_lockstep_disturbed(const struct serac_design *design,
                                           const struct serac_memory_config *config,
                                           const struct serac_rtl_ops *ops,
                                           struct serac_host_memory *memory,
                                           uint64_t program, uint64_t seed,
                                           const struct serac_disturbance *list,
                                           uint32_t count,
                                           struct serac_lockstep_result *result,
                                           struct serac_error *error);

#endif
