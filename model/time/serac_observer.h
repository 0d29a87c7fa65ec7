/* serac_observer.h - who watches a run: callbacks for what happens, and when.
 *
 * The cycle model calls them from the intervals that it computes, a probe on the
 * RTL (sim/trace/serac_probe.h) from what it sees at the clock edges. Stages may run
 * ahead of each other: only the calls about one stage, one channel, one
 * kind of token come in the order of time. Cycles count from the run's first;
 * from..to-1. `block` is the layer's number in the program. */
#ifndef SERAC_OBSERVER_H
#define SERAC_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "serac_memory.h"

enum serac_stage {
    SERAC_STAGE_FETCH, SERAC_STAGE_EXECUTE, SERAC_STAGE_POST,
    SERAC_STAGE_STORE, SERAC_STAGES
};

enum serac_stage_state {   /* = SERAC_STATE_* in rtl/serac_defs.vh */
    SERAC_STATE_IDLE, SERAC_STATE_RUN, SERAC_STATE_WAIT_RECEIVE,
    SERAC_STATE_WAIT_SEND, SERAC_STATE_WAIT_MEMORY, SERAC_STATE_WAIT_SPACE
};

enum serac_cause {         /* of a cycle; order of struct serac_counters */
    SERAC_CAUSE_ARRAY_BUSY, SERAC_CAUSE_STALL_FETCH,
    SERAC_CAUSE_STALL_REQUANT, SERAC_CAUSE_STALL_STORE,
    SERAC_CAUSE_STALL_CONTROL, SERAC_CAUSE_FILL_DRAIN, SERAC_CAUSES
};

enum serac_task {          /* what a stage is at, whether it runs or waits */
    SERAC_TASK_NONE,
    SERAC_TASK_SECTION,    /* takes its part of a block from the queue */
    SERAC_TASK_PROGRAM,    /* fetch: reads and checks a block */
    SERAC_TASK_LOOP,       /* fetch: which loads the next tile needs */
    SERAC_TASK_WEIGHTS, SERAC_TASK_ACTIVATIONS,
    SERAC_TASK_TILE_START, /* store: the first cycle of a tile, or waiting for one */
    SERAC_TASK_TILE,
    SERAC_TASK_FINISH,     /* store: the layer's last write responses */
    SERAC_TASKS
};

enum serac_token {         /* from whom to whom */
    SERAC_TOKEN_EXECUTE_SECTION,     /* fetch to execute */
    SERAC_TOKEN_STORE_SECTION,       /* fetch to store */
    SERAC_TOKEN_EXECUTE_SPACE,       /* execute to fetch, of its queue */
    SERAC_TOKEN_STORE_SPACE,         /* store to fetch */
    SERAC_TOKEN_WEIGHTS_LOADED,      /* reads to execute */
    SERAC_TOKEN_ACTIVATIONS_LOADED,
    SERAC_TOKEN_WEIGHTS_FREE,        /* post to fetch, a half of the buffer each */
    SERAC_TOKEN_ACTIVATIONS_FREE,    /* execute to fetch, also halves */
    SERAC_TOKEN_OUTPUT_READY,        /* post to store */
    SERAC_TOKEN_OUTPUT_FREE,         /* writes to execute, halves */
    SERAC_TOKEN_LAYER_STORED,        /* store to fetch */
    SERAC_TOKENS
};

enum serac_data { SERAC_DATA_PROGRAM, SERAC_DATA_WEIGHTS, SERAC_DATA_ACTIVATIONS,
                  SERAC_DATA_OUTPUTS };

/* A burst after its end. */
struct serac_observed_burst {
    enum serac_channel channel;
    enum serac_data data;
    uint32_t block, beats;
    uint64_t address;
    uint64_t request;                /* AVALID rose */
    uint64_t handshake, first_beat, last_beat, response;
};

struct serac_observer {
    /* The array's cycles with their cause, and execute's state: every cycle of
     * the run, in order. */
    void (*execute)(void *ctx, uint32_t block, enum serac_stage_state state,
                    enum serac_cause cause, uint64_t from, uint64_t to);
    /* Fetch, post or store; cycles without a call are idle. Post's tiles may
     * overlap: what it drains is the later one. */
    void (*stage)(void *ctx, enum serac_stage stage, uint32_t block,
                  enum serac_stage_state state, enum serac_task task,
                  uint64_t from, uint64_t to);
    /* `cycle` issued the last digit pair of a tile. */
    void (*tile)(void *ctx, uint64_t cycle);
    /* `count` tokens were sent (seen a cycle later) or taken in `cycle`. Those
     * that are there from the start were never sent. */
    void (*token)(void *ctx, enum serac_token token, bool taken, uint64_t cycle,
                  uint32_t count);
    void (*burst)(void *ctx, const struct serac_observed_burst *burst);
    void *ctx;                       /* borrowed */
};

#endif
