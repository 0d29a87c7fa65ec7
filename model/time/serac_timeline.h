/* serac_timeline.h - when each stage of the accelerator works, and on what.
 *
 * Times are clock cycles; cycle 0 is the first in which the device is busy.
 * The stages are processes that run as far as the tokens they have seen allow,
 * each token carrying the cycle of its event; nothing is simulated cycle by
 * cycle. A stage never waits for a token's value, only for its time, so the result
 * does not depend on the order in which the stages are stepped. Only memory
 * requests are ordered: by cycle, reads before writes; or, where the timeline is given
 * the memory (hooks.memory), each channel's by themselves.
 *
 * The timeline is resumable: serac_timeline_next() gives the next request,
 * serac_timeline_handshake() and serac_timeline_complete() tell when it was
 * accepted and when its data moved. The data may be told later than the handshake.
 *
 * RTL twin: rtl/serac_core.v; its stage_state_o is compared with the trace at
 * every clock edge by sim/lockstep. */
#ifndef SERAC_TIMELINE_H
#define SERAC_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serac_counters.h"
#include "serac_design.h"
#include "serac_insn.h"
#include "serac_memory.h"
#include "serac_observer.h"

/* `stage` was in `state` in cycles from..to-1. Intervals of one stage come in
 * order; cycles without one are idle. Post's may overlap. */
typedef void serac_trace_fn(void *ctx, enum serac_stage stage,
                            enum serac_stage_state state, uint64_t from,
                            uint64_t to);

/* Reads the 384 bytes of a block; nonzero: AXI response code of an error. */
typedef int serac_block_fn(void *ctx, uint64_t address, uint8_t *block);

/* The AXI response code of a burst of whole beats at `address`. */
typedef int serac_probe_fn(void *ctx, uint64_t address, size_t bytes);

struct serac_timeline_hooks {
    serac_block_fn *read_block;
    serac_trace_fn *trace;           /* may be NULL */
    void *ctx;                       /* borrowed */
    const struct serac_observer *observer;   /* borrowed, may be NULL */
    /* May be NULL. Else a borrowed memory that is asked as soon as a master has a request, and `probe` with it;
     * serac_timeline_next() gives none. Each channel's come in their order, but not those of both in
     * that of their cycles, so its bus must not be shared. What a run that ends in an error
     * has done behind it is then wrong. */
    struct serac_memory *memory;
    serac_probe_fn *probe;
};

struct serac_request {
    enum serac_channel channel;
    uint64_t address;                /* beat aligned */
    uint32_t beats;
    uint32_t strobed_bytes;          /* writes: bytes enabled */
    uint64_t cycle;                  /* AVALID rises */
};

enum serac_progress {
    SERAC_PROGRESS_REQUEST,          /* *request is due */
    SERAC_PROGRESS_WAIT,             /* waits for serac_timeline_complete() */
    SERAC_PROGRESS_DONE              /* the run is over, see serac_timeline_result */
};

struct serac_timeline;

/* NULL if out of memory. The design is copied. */
struct serac_timeline *serac_timeline_create(
    const struct serac_design *design, uint64_t program,
    const struct serac_timeline_hooks *hooks);
void serac_timeline_destroy(struct serac_timeline *timeline);

enum serac_progress serac_timeline_next(struct serac_timeline *timeline,
                                        struct serac_request *request);

/* The channel's request is on the bus; it is not given again while its handshake
 * is awaited. Callers that answer at once need not say so. */
void serac_timeline_sent(struct serac_timeline *timeline,
                         enum serac_channel channel);

/* The channel's request was accepted in `cycle`. */
void serac_timeline_handshake(struct serac_timeline *timeline,
                              enum serac_channel channel, uint64_t cycle);

/* The oldest burst of the channel that was not yet completed moved its data;
 * `response` is its AXI code (0, 2, 3), first told in cycle burst->error. */
void serac_timeline_complete(struct serac_timeline *timeline,
                             enum serac_channel channel,
                             const struct serac_burst *burst, int response);

/* After SERAC_PROGRESS_DONE: fills `run` (serac_counters.h). */
void serac_timeline_result(const struct serac_timeline *timeline,
                           struct serac_run *run);

#endif
