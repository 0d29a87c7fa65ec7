/* serac_steady_eval.h - the times of a shape; included by serac_steady_one.c and _sixteen.c.
 *
 * Who includes it defines T, a cycle or a vector of cycles of as many points, and S, one of its cycles; LATER(a, b), the
 * later of two; ALL_LE(a, b) and ALL_EQ(a, b), whether it holds in all points; LOAD(points, name),
 * a field of the points. Branches depend on the shape or on all points alike, so
 * one text is both. Each step names the state of the timeline that it stands for. */
#include <stdlib.h>
#include <string.h>

#include "serac_memory_answer.h"
#include "serac_stages.h"
#include "serac_steady_shape.h"

#define OPEN SERAC_WRITE_OPEN    /* longest look back of either channel */
#define BACK (2 * OPEN)          /* bursts that are kept at least */
#define HISTORY 4096

/* A channel: when its bursts were accepted and moved. Their last beats lie in order before `end`; a
 * burst waits for the last beat of the one `depth` before it. */
struct channel {
    T taken;                     /* newest handshake */
    T beat;                      /* newest last beat */
    T lead;                      /* handshake to first beat */
    T answer;                    /* writes: last beat to the cycle that frees one of OPEN */
    uint32_t depth;
    bool writes;
    uint32_t least;              /* beats: none of the last `counted` bursts has fewer */
    uint64_t counted;
    T *end;
    T *history;                  /* HISTORY of them */
    uint32_t moved;              /* times that the history was moved to its start */
};

/* Everything that later times depend on. */
struct state {
    T fetch_at, at, book;        /* fetch; execute's next issue, its next free drain */
    T wgt_free[2], act_free[2], out_free[2];   /* seen: of the last load (tile) but one, of the last */
    T store_at;
    T stalls[3];                 /* fetch, requant, store: sums */
    T read_taken, read_beat, write_taken, write_beat;
    const T *read_end, *write_end;
    uint32_t read_moved, write_moved;
    bool usable;
};

struct run {
    const struct serac_steady *s;
    struct state now;            /* its channels' fields only in snapshots */
    struct channel read, write;
    T pairs, gap, latency;
    T drain, drain_last, drain_less;     /* cycles of a tile, of the last one's */
    T written;                   /* last value of the newest tile */
    bool begun;                  /* execute has issued */
};

/* --- bursts ------------------------------------------------------------------------ */

static void make_room(struct channel *c, uint32_t count)
{
    if (c->end + count <= c->history + HISTORY)
        return;
    memcpy(c->history, c->end - BACK, BACK * sizeof(T));
    c->end = c->history + BACK;
    c->moved++;
}

static inline void count_beats(struct channel *c, uint32_t beats, uint32_t count)
{
    c->counted += count;
    if (beats <= c->least || count >= OPEN) {
        c->counted = beats <= c->least ? c->counted : count;
        c->least = beats;
    }
}

/* The first burst of a train, which is not asked for before `c->taken` + 1. */
static inline void first_burst(struct channel *c, T gap, uint32_t beats)
{
    T taken = c->taken + 1;
    taken = LATER(taken, c->end[-(int64_t)c->depth] + 1);
    if (c->writes)
        taken = LATER(taken, c->end[-OPEN] + c->answer);
    T first = LATER(taken + c->lead, c->beat + gap);
    c->taken = taken;
    c->beat = first + gap * (beats - 1);
    *c->end++ = c->beat;
    count_beats(c, beats, 1);
}

/* Has the last round of `depth` bursts been `by` later than the round before, each? Then it goes on so. */
static inline bool rounds(const struct channel *c, uint32_t depth, T *by)
{
    *by = c->beat - c->end[-1 - (int64_t)depth];
    for (uint32_t i = 2; i <= depth; i++)
        if (!ALL_EQ(c->end[-(int64_t)i] - c->end[-(int64_t)i - depth], *by))
            return false;
    return true;
}

/* `count` bursts more, each `by` later than the one `depth` before it. */
static inline void repeat(struct channel *c, T by, uint32_t depth, uint32_t count)
{
    uint32_t kept = count < depth ? count : depth, into = (count - kept) % depth;
    const T *from = c->end - depth;      /* burst 0 of the last round */
    T *to = c->end, later = by * (1 + (count - kept) / depth);
    for (uint32_t i = 0; i < kept; i++) {
        *to++ = from[into] + later;
        if (++into == depth) {
            into = 0;
            later += by;
        }
    }
    c->end = to;
    c->beat = to[-1];
}

/* `count` bursts, each `stride` behind the one before. */
static inline void follow(struct channel *c, T stride, uint32_t depth, uint32_t count)
{
    uint32_t kept = count < depth ? count : depth;
    T beat = c->beat + stride * (count - kept), *to = c->end;
    for (uint32_t i = 0; i < kept; i++) {
        beat += stride;
        to[i] = beat;
    }
    c->end += kept;
    c->beat = beat;
}

/* The same, where some may be held by one that is still open: the newest last beat of all. Returns what a
 * burst is later than the one `depth` before it if that is all the rest is, in `by`. */
static inline T step(struct channel *c, T stride, T wait, uint32_t depth, uint32_t count)
{
    T by = stride - stride, beat = c->beat;
    for (uint32_t left = count; left;) {
        uint32_t now = left < depth ? left : depth;
        bool even = true;                /* none was held */
        make_room(c, BACK);
        for (uint32_t i = 0; i < now; i++) {
            T next = beat + stride, open = c->end[-(int64_t)depth] + wait;
            even &= ALL_LE(open, next);
            beat = LATER(next, open);
            *c->end++ = beat;
        }
        c->beat = beat;
        left -= now;
        if (left < 4)
            continue;
        by = LATER(stride * depth, wait);
        if (!even && !rounds(c, depth, &by))
            continue;
        repeat(c, by, depth, left);
        return by;
    }
    return c->beat - c->end[-1 - (int64_t)depth];
}

/* `count` bursts of `beats`, none the first of a train. Its address never holds up such a burst's data: that
 * of the burst before was accepted `lead` cycles or more before that one's data. So beats
 * follow the beats before, or a burst that has to end first; and SERAC_WRITE_AHEAD, less than which
 * are never on their way at once, only holds up addresses. None has to end first if the last `depth`
 * bursts took long enough. */
static inline void part(struct channel *c, T gap, uint32_t beats, uint32_t count)
{
    uint32_t depth = c->writes ? OPEN : c->depth;
    uint32_t least = c->least < beats ? c->least : beats;
    T stride = gap * beats, held = c->writes ? c->answer : c->lead - c->lead + 1;
    T wait = held + c->lead + stride - gap, by;
    make_room(c, BACK);
    if (c->counted >= depth && ALL_LE(wait, stride + gap * least * (depth - 1))) {
        by = count < depth ? c->beat + stride * count - c->end[(int64_t)count - 1 - depth] : stride * depth;
        follow(c, stride, depth, count);
    } else {
        by = step(c, stride, wait, depth, count);
    }
    c->taken = LATER(c->taken + count, c->beat - by + held);
    if (c->writes)
        c->taken = LATER(c->taken, c->end[-1 - (int64_t)c->depth] + 1);
    count_beats(c, beats, count);
}

/* A train whose first command is taken in `taken`. Returns the cycle in which its last one is. */
static inline T train(struct run *r, struct channel *c, uint32_t place, T taken)
{
    const uint32_t *t = r->s->words + place;
    uint32_t parts = t[1], last = t[2];
    c->taken = taken;
    t += 3;
    make_room(c, 1);
    first_burst(c, r->gap, t[0]);
    for (uint32_t i = 0, done = 1; i < parts; i++, t += 2, done = 0) {
        if (i && i == last)
            taken = c->taken;
        if (t[1] > done)
            part(c, r->gap, t[0], t[1] - done);
    }
    return taken;
}

/* --- an iteration ---------------------------------------------------------------------- */

/* FETCH_ITER to FETCH_NEXT. Returns the cycle in which all that was loaded is seen. */
static inline T fetch(struct run *r, const uint32_t *i)
{
    struct state *n = &r->now;
    T seen = {0};
    n->fetch_at = n->fetch_at + 1;
    if (i[1] != SERAC_STEADY_NONE) {
        T taken = LATER(n->fetch_at, n->wgt_free[r->s->wgt_halves - 1]);
        taken = train(r, &r->read, i[1], LATER(taken, r->read.taken));
        n->fetch_at = taken + 1;
        seen = r->read.beat + 2;
    }
    if (i[2] != SERAC_STEADY_NONE) {
        T taken = LATER(n->fetch_at, n->act_free[r->s->act_halves - 1]);
        taken = taken + (1 + r->s->cols + SERAC_RANGE_DEPTH + i[3]);
        taken = train(r, &r->read, i[2], LATER(taken, r->read.taken));
        n->fetch_at = taken + 1;
        seen = r->read.beat + 2;
    }
    n->fetch_at = n->fetch_at + 1;
    return seen;
}

/* STORE_TILE to the end of its pixels, for a tile that is seen in `seen`. */
static inline void store(struct run *r, uint32_t place, T seen)
{
    struct state *n = &r->now;
    T taken = LATER(n->store_at, seen) + 1;
    n->store_at = train(r, &r->write, place, LATER(taken, r->write.taken)) + 1;
    n->out_free[0] = n->out_free[1];
    n->out_free[1] = r->write.beat + 1;
}

/* EXEC_RUN: tiles that follow each other at the pace of their digit pairs or their drains. */
static inline T fragment(struct run *r, const uint32_t *f, bool last_tile)
{
    struct state *n = &r->now;
    const struct serac_steady *s = r->s;
    T natural = n->at + r->pairs - 1, booked = LATER(natural, n->book), issue = booked;
    if (f[1])
        issue = LATER(booked, n->out_free[0]);
    n->stalls[1] += booked - natural;
    n->stalls[2] += issue - booked;
    T drain = r->drain, chain;
    S tiles = (S)(f[0] * s->tiles);
    if (last_tile) {
        tiles = (S)(f[0] * (s->last_full + s->last_less));
        drain = s->last_less ? r->drain_less : r->drain_last;
        chain = LATER(r->pairs, r->drain_last) * (S)(f[0] * s->last_full) +
                LATER(r->pairs, r->drain_less) * (S)(f[0] * s->last_less) - LATER(r->pairs, drain);
    } else {
        chain = LATER(r->pairs, drain) * (tiles - 1);
    }
    n->stalls[1] += chain - r->pairs * (tiles - 1);
    issue += chain;
    n->at = issue + 1;
    n->book = issue + drain;
    r->written = issue + drain + (SERAC_DRAIN_LEAD - 1 + SERAC_DRAIN_DEPTH);
    if (f[2] != SERAC_STEADY_NONE)
        store(r, f[2], r->written + 1);
    return issue;
}

static void iterate(struct run *r, const uint32_t *i)
{
    struct state *n = &r->now;
    T seen = fetch(r, i), at;
    /* EXEC_WAIT */
    if (r->begun) {
        at = LATER(n->at, seen + 1);
        n->stalls[0] += at - n->at;
    } else {
        at = LATER(n->at, seen) + 1;
        r->begun = true;
    }
    n->at = at;
    T issue = at;
    for (uint32_t k = 0; k < i[5]; k++)
        issue = fragment(r, i + 6 + 3 * k, i[4] & SERAC_LAST_TILE);
    if (i[4] & SERAC_FREES_WEIGHTS) {
        n->wgt_free[0] = n->wgt_free[1];
        n->wgt_free[1] = r->written - (SERAC_DRAIN_DEPTH - 1);
    }
    if (i[4] & SERAC_FREES_ACTS) {
        n->act_free[0] = n->act_free[1];
        n->act_free[1] = issue + 1;
    }
}

/* --- loops ------------------------------------------------------------------------------- */

static inline void snapshot(const struct run *r, struct state *to)
{
    *to = r->now;
    to->read_taken = r->read.taken;
    to->read_beat = r->read.beat;
    to->read_end = r->read.end;
    to->read_moved = r->read.moved;
    to->write_taken = r->write.taken;
    to->write_beat = r->write.beat;
    to->write_end = r->write.end;
    to->write_moved = r->write.moved;
    to->usable = r->begun;
}

static inline bool same_pair(const T *now, const T *then, T by)
{
    return ALL_EQ(now[0], then[0] + by) && ALL_EQ(now[1], then[1] + by);
}

/* Open bursts, where they can still hold one up: `wait` is what a burst waits for them beyond its turn. */
static inline bool same_open(const T *now, const T *then, T taken, T before, T wait, T by, uint32_t depth)
{
    for (uint32_t i = 1; i <= depth; i++) {
        T a = LATER(now[-(int64_t)i] + wait, taken), b = LATER(then[-(int64_t)i] + wait, before);
        if (!ALL_EQ(a, b + by))
            return false;
    }
    return true;
}

/* Is all that a loop with `uses` reads where it was in `then`, `by` later? What it does not use stays. */
static inline bool same(const struct run *r, const struct state *then, uint32_t uses, T *by)
{
    const struct state *n = &r->now;
    T zero = {0};
    *by = n->at - then->at;
    if (!then->usable || then->read_moved != r->read.moved || then->write_moved != r->write.moved ||
        !ALL_EQ(n->fetch_at, then->fetch_at + *by) || !ALL_EQ(n->book, then->book + *by) ||
        !ALL_EQ(r->read.taken, then->read_taken + *by) || !ALL_EQ(r->read.beat, then->read_beat + *by))
        return false;
    if (uses & SERAC_USES_WEIGHTS && !same_pair(n->wgt_free, then->wgt_free, *by))
        return false;
    if (uses & SERAC_USES_ACTS && !same_pair(n->act_free, then->act_free, *by))
        return false;
    if (!same_open(r->read.end, then->read_end, r->read.taken, then->read_taken, zero, *by, r->read.depth))
        return false;
    if (!(uses & SERAC_USES_STORES))
        return true;
    return same_pair(n->out_free, then->out_free, *by) && ALL_EQ(n->store_at, then->store_at + *by) &&
           ALL_EQ(r->write.taken, then->write_taken + *by) && ALL_EQ(r->write.beat, then->write_beat + *by) &&
           same_open(r->write.end, then->write_end, r->write.taken, then->write_taken, r->write.answer, *by, OPEN);
}

/* The past of a channel, `by` later. Older snapshots keep what they point to. */
static inline void move_channel(struct channel *c, T by)
{
    uint32_t depth = c->writes ? OPEN : c->depth;
    make_room(c, OPEN);
    for (uint32_t i = 0; i < depth; i++)
        c->end[i] = c->end[(int64_t)i - depth] + by;
    c->end += depth;
    c->taken += by;
    c->beat += by;
}

/* Repeats what happened since `then`, which took `by`, `times` more. */
static inline void jump(struct run *r, const struct state *then, uint32_t uses, T by, uint32_t times)
{
    struct state *n = &r->now;
    for (int i = 0; i < 3; i++)
        n->stalls[i] += (n->stalls[i] - then->stalls[i]) * times;
    by = by * times;
    n->fetch_at += by;
    n->at += by;
    n->book += by;
    r->written += by;
    move_channel(&r->read, by);
    for (int i = 0; i < 2; i++) {
        if (uses & SERAC_USES_WEIGHTS)
            n->wgt_free[i] += by;
        if (uses & SERAC_USES_ACTS)
            n->act_free[i] += by;
        if (uses & SERAC_USES_STORES)
            n->out_free[i] += by;
    }
    if (!(uses & SERAC_USES_STORES))
        return;
    n->store_at += by;
    move_channel(&r->write, by);
}

typedef void element_fn(struct run *r, const uint32_t *element);

/* The elements of a plan, loop by loop. */
static inline __attribute__((always_inline)) void loops(struct run *r, const uint32_t *plan, element_fn *element)
{
    const uint32_t *words = r->s->words, *loop = plan + 3, *elements = loop + SERAC_STEADY_LOOP * plan[2];
    for (uint32_t l = 0; l < plan[2]; l++, loop += SERAC_STEADY_LOOP) {
        struct state then = {.usable = false};
        for (uint32_t left = loop[2]; left-- > 0;) {
            T by;
            if (left)
                snapshot(r, &then);
            for (uint32_t i = 0; i < loop[1]; i++)
                element(r, words + elements[loop[0] + i]);
            if (left && same(r, &then, loop[3], &by)) {
                jump(r, &then, loop[3], by, left);
                break;
            }
        }
    }
}

static void row(struct run *r, const uint32_t *plan)
{
    loops(r, plan, iterate);
}

static inline void whole(struct run *r, const uint32_t *plan)
{
    loops(r, plan, row);
}

/* --- a layer --------------------------------------------------------------------------------- */

/* Up to the first iteration: the block is read and handed over. */
static inline void begin(struct run *r, T *reads, T *writes)
{
    T zero = {0}, one = zero + 1;
    memset(reads, 0, OPEN * sizeof(T));   /* bursts before the first one hold up nothing */
    memset(writes, 0, OPEN * sizeof(T));
    r->read.history = reads;
    r->write.history = writes;
    r->read.end = reads + OPEN;
    r->write.end = writes + OPEN;
    r->read.least = r->write.least = UINT32_MAX;
    r->read.beat = r->write.beat = zero - r->gap;   /* none: the first one waits for nothing */
    r->read.depth = r->s->outstanding;
    r->write.depth = SERAC_WRITE_AHEAD;
    r->write.writes = true;
    r->read.lead = r->latency + 1;
    r->write.lead = zero + SERAC_WRITE_LEAD;
    r->write.answer = r->latency + 2;
    train(r, &r->read, r->s->program, one);   /* FETCH_SPACE takes a cycle */
    T check = r->read.beat + 3;
    r->now.fetch_at = check + 1;
    r->now.at = check + (2 + r->s->section_cycles);
    r->now.store_at = r->now.at;
}

/* Cycles up to the one in which everything is idle: end_run() of serac_timeline.c. */
static inline T end(struct run *r)
{
    T response = r->write.beat + 1 + r->latency, store_end, cycle;
    store_end = LATER(r->now.store_at, response + 1);
    store_end = LATER(store_end, r->write.taken + 1) + 1;
    cycle = LATER(store_end, r->written + 1);
    cycle = LATER(cycle, r->now.fetch_at);
    cycle = LATER(cycle, r->read.beat + 1);
    return cycle + 1;
}

static inline void evaluate(const struct serac_steady *s, const struct serac_steady_point *points,
                            T *cycles, T stalls[3])
{
    T reads[HISTORY], writes[HISTORY];
    struct run r;
    memset(&r, 0, sizeof r);
    r.s = s;
    r.pairs = LOAD(points, pairs);
    r.gap = LOAD(points, gap);
    r.latency = LOAD(points, latency);
    T column = LOAD(points, column_drain);
    r.drain = column * s->cols;
    r.drain_last = column * s->last_cols;
    r.drain_less = column * (s->last_cols - 1);
    begin(&r, reads, writes);
    whole(&r, s->words + s->whole);
    *cycles = end(&r);
    for (int i = 0; i < 3; i++)
        stalls[i] = r.now.stalls[i];
}
