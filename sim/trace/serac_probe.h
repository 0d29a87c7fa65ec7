/* serac_probe.h - what the RTL does, told as the cycle model tells it.
 *
 * Once a cycle the probe reads the pins and the wires named in serac_probe.vlt - tokens,
 * causes, states - and calls an observer (model/time/serac_observer.h). Nothing comes
 * from the model: equal timelines are a comparison of the two. */
#ifndef SERAC_PROBE_H
#define SERAC_PROBE_H

#include "serac_design.h"
#include "serac_observer.h"
#include "serac_rtl.h"

struct serac_probe;

/* SERAC_E_TOOL: the library was not built for it (SERAC_RTL_PROBED), or the RTL lacks
 * a wire; SERAC_E_NOMEM. `observer` is borrowed. */
enum serac_status serac_probe_create(const struct serac_rtl_ops *ops, void *rtl,
                                     const struct serac_observer *observer,
                                     struct serac_probe **probe,
                                     struct serac_error *error);
void serac_probe_destroy(struct serac_probe *probe);

/* Cycle `cycle` of a run, its pins settled; 0 begins a run. */
void serac_probe_cycle(struct serac_probe *probe, uint64_t cycle,
                       const struct serac_rtl_in *in,
                       const struct serac_rtl_out *out);
/* After the run's last cycle. */
void serac_probe_end(struct serac_probe *probe);

#endif
