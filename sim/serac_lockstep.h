/* serac_lockstep.h - one program on the cycle model and on the RTL, compared at
 * every clock edge. */
#ifndef SERAC_LOCKSTEP_H
#define SERAC_LOCKSTEP_H

#include "serac_host_memory.h"
#include "serac_recording.h"
#include "serac_rtl.h"
#include "serac_run.h"

struct serac_lockstep_result {
    struct serac_run run;            /* the model's; `blocks` as given */
    uint64_t cycles_compared;
    uint64_t bytes_compared;         /* written bytes */
    uint64_t stall_cycles;           /* of any named cause */
    char difference[256];            /* the first one; "" if none */
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

#endif
