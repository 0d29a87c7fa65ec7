/* serac_timings.h - what layers took, for serac_workload_run.c. */
#ifndef SERAC_TIMINGS_H
#define SERAC_TIMINGS_H

#include "serac_workload_run.h"

/* The counters and instructions of an equal layer; names do not count. A layer must come
 * from calloc'ed memory or copies of it: its padding is compared too. Another design or
 * memory than the last call's empties the list. */
bool serac_timings_find(struct serac_timings *timings,
                        const struct serac_design *design,
                        const struct serac_memory_config *memory,
                        const struct serac_layer *layer,
                        struct serac_counters *counters, struct serac_insn *insn);
/* To the design and memory of the last serac_timings_find(). SERAC_E_NOMEM. */
enum serac_status serac_timings_add(struct serac_timings *timings,
                                    const struct serac_layer *layer,
                                    const struct serac_counters *counters,
                                    const struct serac_insn *insn);

#endif
