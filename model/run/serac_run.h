/* serac_run.h - a program on the cycle model: what, when, and how it ended. */
#ifndef SERAC_RUN_H
#define SERAC_RUN_H

#include "serac_bus.h"
#include "serac_counters.h"
#include "serac_design.h"
#include "serac_memory.h"
#include "serac_observer.h"

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
 * packed weights from run to run; not for programs outside. */
struct serac_fast;
enum serac_status serac_run_data(const struct serac_design *design,
                                 const struct serac_bus *bus,
                                 uint64_t program, struct serac_fast *fast);

#endif
