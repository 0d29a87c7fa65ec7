/* serac_trace.h - timelines as a file for ui.perfetto.dev or chrome://tracing.
 *
 * The format is the Trace Event Format (JSON object format). One clock cycle is
 * one microsecond of the file's time, so that times are whole and the same for every
 * technology; `otherData` has the clock. A file holds one or two processes
 * ("sides": the model, the RTL); each has a track per stage and per half of a
 * channel, tokens as flows, buffers and bursts in flight as counters. Runs of the
 * machine follow each other without a gap.
 *
 * Events are written as they come, each track to an unlinked file beside PATH; the
 * end joins them. Memory does not grow with the run. README.md here shows a part. */
#ifndef SERAC_TRACE_H
#define SERAC_TRACE_H

#include "serac_design.h"
#include "serac_observer.h"

struct serac_trace;
struct serac_trace_side;

/* What `otherData` says; strings are borrowed until the end. */
struct serac_trace_about {
    const char *design, *network, *memory, *technology;  /* NULL: not said */
    uint64_t seed;
    double clock_mhz;                            /* NAN: not said */
};

struct serac_trace_layer {
    const char *name, *kind;         /* borrowed until the run's end */
};

/* Opens the file PATH.part. SERAC_E_INPUT if it cannot be written, SERAC_E_NOMEM. */
enum serac_status serac_trace_begin(const char *path,
                                    const struct serac_trace_about *about,
                                    struct serac_trace **trace,
                                    struct serac_error *error);

/* A process of this name, with tracks; at most two. Owned by the trace. NULL: its
 * files cannot be made. */
struct serac_trace_side *serac_trace_add_side(struct serac_trace *trace,
                                              const char *name);

/* Gets a run's events between begin and end. */
const struct serac_observer *serac_trace_observer(struct serac_trace_side *side);

/* `layers` name the blocks of the program that will run on `design`. */
void serac_trace_begin_run(struct serac_trace_side *side,
                           const struct serac_design *design,
                           const struct serac_trace_layer *layers,
                           uint32_t num_layers);
void serac_trace_end_run(struct serac_trace_side *side);

/* Two sides must have the same events, byte by byte. SERAC_E_MISMATCH: `error` has the
 * first that differs, from both. SERAC_E_INPUT: events could not be written, as on a full
 * disk; nothing is compared. *events receives how many were compared. */
enum serac_status serac_trace_compare(struct serac_trace *trace,
                                      uint64_t *events,
                                      struct serac_error *error);

/* Writes PATH, unless `keep` is false. The trace is gone in any case.
 * SERAC_E_INPUT: not all could be written, and PATH is as it was. */
enum serac_status serac_trace_end(struct serac_trace *trace, bool keep,
                                  struct serac_error *error);

#endif
