/* serac_trace_token.c - tokens of a timeline: arrows, and how full the buffers are. */
#include <stdlib.h>
#include <string.h>

#include "serac_regs.h"
#include "serac_trace_side.h"

/* A tile's last drain cycle to the cycle in which store is told. */
#define READY_DELAY (2 + SERAC_POST_DEPTH)

static const struct {
    const char *name, *unit;
} levels[] = {{"weight buffer", "halves"}, {"activation buffer", "halves"},
              {"output buffer", "halves"}, {"reads in flight", "bursts"},
              {"writes in flight", "bursts"}};

/* Where a token's arrow begins and ends. It is drawn `delay` cycles before it is sent,
 * where the sender's slice is: in the load's last beat, in the tile's last drain. */
static const struct {
    const char *name;
    enum serac_track from;
    uint32_t delay;
    enum serac_track to;
} tokens[SERAC_TOKENS] = {
    [SERAC_TOKEN_EXECUTE_SECTION] = {"section", SERAC_TRACK_FETCH, 0,
                                     SERAC_TRACK_EXECUTE},
    [SERAC_TOKEN_STORE_SECTION] = {"section", SERAC_TRACK_FETCH, 0,
                                   SERAC_TRACK_STORE},
    [SERAC_TOKEN_EXECUTE_SPACE] = {"queue space", SERAC_TRACK_EXECUTE, 0,
                                   SERAC_TRACK_FETCH},
    [SERAC_TOKEN_STORE_SPACE] = {"queue space", SERAC_TRACK_STORE, 0,
                                 SERAC_TRACK_FETCH},
    [SERAC_TOKEN_WEIGHTS_LOADED] = {"weights loaded", SERAC_TRACK_READ_DATA, 1,
                                    SERAC_TRACK_EXECUTE},
    [SERAC_TOKEN_ACTIVATIONS_LOADED] = {"activations loaded",
                                        SERAC_TRACK_READ_DATA, 1,
                                        SERAC_TRACK_EXECUTE},
    [SERAC_TOKEN_WEIGHTS_FREE] = {"weights free", SERAC_TRACK_POST, 0,
                                  SERAC_TRACK_FETCH},
    [SERAC_TOKEN_ACTIVATIONS_FREE] = {"activations free", SERAC_TRACK_EXECUTE,
                                      0, SERAC_TRACK_FETCH},
    [SERAC_TOKEN_OUTPUT_READY] = {"output ready", SERAC_TRACK_POST, READY_DELAY,
                                  SERAC_TRACK_STORE},
    [SERAC_TOKEN_OUTPUT_FREE] = {"output free", SERAC_TRACK_WRITE_DATA, 0,
                                 SERAC_TRACK_EXECUTE},
    [SERAC_TOKEN_LAYER_STORED] = {"layer stored", SERAC_TRACK_STORE, 0,
                                  SERAC_TRACK_FETCH}};

/* --- queues and counters ----------------------------------------------------------- */

static void queue_push(struct serac_trace_side *side,
                       struct serac_trace_queue *q, uint64_t time)
{
    if (q->head == q->count)
        q->head = q->count = 0;
    if (q->count == q->room) {
        size_t room = q->room ? 2 * q->room : 16;
        uint64_t *bigger = realloc(q->times, room * sizeof *bigger);
        if (!bigger) {
            side->failed = true;
            return;
        }
        q->times = bigger;
        q->room = room;
    }
    q->times[q->count++] = time;
}

static bool queue_empty(const struct serac_trace_queue *q)
{
    return q->head == q->count;
}

static uint64_t queue_pop(struct serac_trace_queue *q)
{
    uint64_t time = q->times[q->head++];
    /* What was taken is given up when it is half of the array. */
    if (2 * q->head >= q->count) {
        q->count -= q->head;
        memmove(q->times, q->times + q->head, q->count * sizeof *q->times);
        q->head = 0;
    }
    return time;
}

static void level_write(struct serac_trace_side *side, enum serac_level level)
{
    struct serac_trace_level *l = &side->levels[level];
    if (l->pending)
        fprintf(side->streams[SERAC_STREAM_LEVELS + level],
                "\"ph\":\"C\",\"ts\":%llu,\"name\":\"%s\",\"args\":{\"%s\":%lld}}\n",
                (unsigned long long)(side->base + l->time), levels[level].name,
                levels[level].unit, (long long)l->value);
    l->pending = false;
}

/* Ups and downs become values in the order of time. What is later than the last
 * of the other kind must wait, unless the run is over. */
static void level_merge(struct serac_trace_side *side, enum serac_level level,
                        bool over)
{
    struct serac_trace_level *l = &side->levels[level];
    struct serac_trace_queue *u = &l->ups, *d = &l->downs;
    while (over ? !queue_empty(u) || !queue_empty(d)
                : !queue_empty(u) && !queue_empty(d)) {
        bool up = queue_empty(d) || (!queue_empty(u) && u->times[u->head] <=
                                                            d->times[d->head]);
        uint64_t time = queue_pop(up ? u : d);
        if (time != l->time)
            level_write(side, level);
        l->time = time;
        l->value += up ? 1 : -1;
        l->pending = true;
    }
    if (over)
        level_write(side, level);
}

void serac_trace_level_change(struct serac_trace_side *side,
                              enum serac_level level, bool up, uint64_t time)
{
    struct serac_trace_level *l = &side->levels[level];
    queue_push(side, up ? &l->ups : &l->downs, time);
    if (!side->failed)
        level_merge(side, level, false);
}

void serac_trace_end_levels(struct serac_trace_side *side, uint64_t cycles)
{
    for (int i = 0; i < SERAC_LEVELS; i++) {
        level_merge(side, (enum serac_level)i, true);
        if (side->levels[i].value) {         /* the next run begins empty */
            side->levels[i].value = 0;
            side->levels[i].time = cycles;
            side->levels[i].pending = true;
            level_write(side, (enum serac_level)i);
        }
        side->levels[i].time = 0;
    }
}

/* --- tokens ------------------------------------------------------------------------------- */

/* The two ends of an arrow, in the middle of their cycles: inside a slice. */
static void put_flow(struct serac_trace_side *side, enum serac_token token,
                     uint64_t sent, uint64_t taken)
{
    FILE *file = side->streams[SERAC_STREAM_TOKENS + token];
    for (int end = 0; end < 2; end++)
        fprintf(file,
                "%d.%llu\",\"tid\":%d,\"ph\":\"%c\",\"ts\":%llu.5,"
                "\"name\":\"%s\",\"cat\":\"token\"%s}\n",
                token, (unsigned long long)side->tokens[token],
                (end ? tokens[token].to : tokens[token].from) + 1,
                end ? 'f' : 's',
                (unsigned long long)(side->base +
                                     (end ? taken : sent - tokens[token].delay)),
                tokens[token].name, end ? ",\"bp\":\"e\"" : "");
    side->tokens[token]++;
}

void serac_trace_on_token(void *ctx, enum serac_token token, bool taken,
                          uint64_t cycle, uint32_t count)
{
    struct serac_trace_side *side = ctx;
    while (count--) {
        if (!taken)
            queue_push(side, &side->sent[token], cycle);
        else if (side->credit[token])
            side->credit[token]--;
        else if (!queue_empty(&side->sent[token]))
            put_flow(side, token, queue_pop(&side->sent[token]), cycle);
        if (token == SERAC_TOKEN_WEIGHTS_FREE)
            serac_trace_level_change(side, SERAC_LEVEL_WEIGHTS, taken, cycle + !taken);
        else if (token == SERAC_TOKEN_ACTIVATIONS_FREE)
            serac_trace_level_change(side, SERAC_LEVEL_ACTIVATIONS, taken, cycle + !taken);
        else if (token == SERAC_TOKEN_OUTPUT_FREE)
            serac_trace_level_change(side, SERAC_LEVEL_OUTPUTS, taken, cycle + !taken);
    }
}
