/* serac_timings.h - what layers took, so that equal ones are mapped and timed once. */
#ifndef SERAC_TIMINGS_H
#define SERAC_TIMINGS_H

#include "serac_counters.h"
#include "serac_insn.h"
#include "serac_layer.h"
#include "serac_memory.h"

/* Of layers of equal shape and widths on one design and memory; forgets when either changes. */
struct serac_timings;
/* NULL: out of memory. */
struct serac_timings *serac_timings_create(void);
void serac_timings_destroy(struct serac_timings *timings);
uint64_t serac_timings_count(const struct serac_timings *timings);   /* timed so far; for tests */

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
