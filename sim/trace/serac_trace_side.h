/* serac_trace_side.h - one process of a timeline; private to serac_trace*.c.
 *
 * serac_trace_side.c and serac_trace_token.c make events of what the observer hears,
 * serac_trace.c the file. A stream holds one event a line, without what tells the sides apart:
 * equal runs leave equal streams. */
#ifndef SERAC_TRACE_SIDE_H
#define SERAC_TRACE_SIDE_H

#include <stdio.h>

#include "serac_trace.h"

enum serac_track {
    SERAC_TRACK_LAYERS, SERAC_TRACK_FETCH, SERAC_TRACK_EXECUTE,
    SERAC_TRACK_POST, SERAC_TRACK_STORE, SERAC_TRACK_READ_ADDRESS,
    SERAC_TRACK_READ_DATA, SERAC_TRACK_WRITE_ADDRESS, SERAC_TRACK_WRITE_DATA,
    SERAC_TRACKS
};

/* Halves of the three buffers that hold something; bursts in flight. */
enum serac_level {
    SERAC_LEVEL_WEIGHTS, SERAC_LEVEL_ACTIVATIONS, SERAC_LEVEL_OUTPUTS,
    SERAC_LEVEL_READS, SERAC_LEVEL_WRITES, SERAC_LEVELS
};

/* Tracks, then levels, then tokens. */
#define SERAC_STREAM_LEVELS SERAC_TRACKS
#define SERAC_STREAM_TOKENS (SERAC_STREAM_LEVELS + SERAC_LEVELS)
#define SERAC_STREAMS (SERAC_STREAM_TOKENS + SERAC_TOKENS)

struct serac_trace_queue {           /* times, oldest first */
    uint64_t *times;
    size_t head, count, room;
};

/* A counter: what raises and lowers it, each in order, merged by time. */
struct serac_trace_level {
    struct serac_trace_queue ups, downs;
    int64_t value;
    uint64_t time;                   /* since when */
    bool pending;                    /* the value is not yet written */
};

struct serac_trace_slice {
    bool open;
    uint32_t block, tile;
    enum serac_stage_state state;
    enum serac_cause cause;
    enum serac_task task;
    uint64_t from, to;
};

struct serac_trace_side {
    char name[16];
    FILE *streams[SERAC_STREAMS];
    struct serac_observer observer;
    bool failed;                     /* out of memory */
    uint64_t base;                   /* cycles of the runs before */
    const struct serac_trace_layer *layers;
    uint32_t num_layers;
    struct serac_trace_slice execute, post, outer[SERAC_STAGES],
        inner[SERAC_STAGES], layer;
    uint64_t causes[SERAC_CAUSES];   /* of the layer */
    uint32_t tile;                   /* number in its layer, of execute */
    uint64_t bursts[2];
    uint32_t credit[SERAC_TOKENS];   /* there from the start, not yet taken */
    uint64_t tokens[SERAC_TOKENS];   /* flows so far, of all runs */
    struct serac_trace_queue sent[SERAC_TOKENS];
    struct serac_trace_level levels[SERAC_LEVELS];
};

void serac_trace_side_init(struct serac_trace_side *side);
void serac_trace_side_free(struct serac_trace_side *side);   /* streams too */

/* A counter goes up or down by one at `time`; each of the two in order. */
void serac_trace_level_change(struct serac_trace_side *side,
                              enum serac_level level, bool up, uint64_t time);
/* The run of so many cycles is over: what waits is written, and all is zero. */
void serac_trace_end_levels(struct serac_trace_side *side, uint64_t cycles);
void serac_trace_on_token(void *ctx, enum serac_token token, bool taken,
                          uint64_t cycle, uint32_t count);

const char *serac_trace_track_name(enum serac_track track);

/* JSON string of `text`, quotes included. */
void serac_trace_string(FILE *file, const char *text);

#endif
