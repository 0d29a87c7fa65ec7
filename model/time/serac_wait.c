/* serac_wait.c - whose fault it is that execute waits for operands.
 *
 * Where fetch itself waits for store's token in that cycle, it is store's (rtl/serac_control.v, on_store). But
 * execute's times may be ahead of fetch's: fetch may be at reads that have no answer yet while execute, which needs
 * none of them, is through a wait that ends later. So a wait is kept until fetch has got past it. The
 * counters are corrected then, and the observer hears of execute's cycles, in order, only then. */
#include <stdlib.h>
#include <string.h>

#include "serac_math.h"
#include "serac_stages.h"

static bool room_for(void **array, uint32_t *room, uint32_t count, size_t size)
{
    if (count < *room)
        return true;
    uint32_t more = *room ? 2 * *room : 16;
    void *bigger = realloc(*array, more * size);
    if (!bigger)
        return false;
    *array = bigger;
    *room = more;
    return true;
}

static void tell(const struct serac_observer *o, const struct serac_heard *h)
{
    if (h->tile)
        o->tile(o->ctx, h->from);
    else
        o->execute(o->ctx, h->block, h->state, h->cause, h->from, h->to);
}

/* Puts `h` in place `at` of what was heard. */
static void insert(struct serac_timeline *tl, uint32_t at, const struct serac_heard *h)
{
    struct serac_execute *e = &tl->execute;
    void *array = e->heard;
    if (!room_for(&array, &e->max_heard, e->num_heard, sizeof *h)) {
        tl->failed = true;
        return;
    }
    e->heard = array;
    memmove(e->heard + at + 1, e->heard + at, (e->num_heard++ - at) * sizeof *h);
    e->heard[at] = *h;
}

void serac_execute_hear(struct serac_timeline *tl, const struct serac_heard *h)
{
    if (tl->execute.num_waits || tl->execute.num_heard)
        insert(tl, tl->execute.num_heard, h);
    else
        tell(tl->hooks.observer, h);
}

void serac_execute_waits(struct serac_timeline *tl, uint64_t from, uint64_t to)
{
    struct serac_execute *e = &tl->execute;
    void *array = e->waits;
    if (tl->fetch.state == FETCH_IDLE || to <= tl->fetch.at || to <= from)
        return;
    if (!room_for(&array, &e->max_waits, e->num_waits, sizeof *e->waits)) {
        tl->failed = true;
        return;
    }
    e->waits = array;
    e->waits[e->num_waits++] = (struct serac_wait){from, to, e->block};
}

/* Cycles from..to-1 of what was heard are store's. */
static void rehear(struct serac_timeline *tl, uint64_t from, uint64_t to)
{
    struct serac_execute *e = &tl->execute;
    for (uint32_t i = 0; i < e->num_heard; i++) {
        struct serac_heard h = e->heard[i];
        if (h.tile || h.cause != SERAC_CAUSE_STALL_FETCH || h.from >= to || h.to <= from)
            continue;
        if (h.to > to) {
            h.from = to;
            insert(tl, i + 1, &h);
        }
        e->heard[i].to = h.to > to ? to : h.to;
        if (e->heard[i].from < from) {
            h = e->heard[i];
            e->heard[i].to = h.from = from;
            insert(tl, ++i, &h);
        }
        e->heard[i].cause = SERAC_CAUSE_STALL_STORE;
    }
}

void serac_execute_blame_store(struct serac_timeline *tl, uint64_t from, uint64_t to)
{
    struct serac_execute *e = &tl->execute;
    for (uint32_t i = 0; i < e->num_waits; i++) {
        uint64_t begin = serac_later(from, e->waits[i].from);
        uint64_t end = to < e->waits[i].to ? to : e->waits[i].to;
        if (begin >= end)
            continue;
        struct serac_counters *share = serac_timeline_counters(tl, e->waits[i].block);
        share->stall_fetch_cycles -= end - begin;
        share->stall_store_cycles += end - begin;
        rehear(tl, begin, end);
    }
}

void serac_execute_settle(struct serac_timeline *tl, uint64_t passed)
{
    struct serac_execute *e = &tl->execute;
    uint32_t settled = 0;
    while (settled < e->num_waits && e->waits[settled].to <= passed)
        settled++;
    e->num_waits -= settled;
    if (settled)
        memmove(e->waits, e->waits + settled, e->num_waits * sizeof *e->waits);
    if (e->num_waits)
        return;
    for (uint32_t i = 0; i < e->num_heard; i++)
        tell(tl->hooks.observer, &e->heard[i]);
    e->num_heard = 0;
}
