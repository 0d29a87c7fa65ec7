/* serac_steady_many.c - the times of many points of a shape: equal ones once, sixteen together where the host can.
 *
 * Points of a sweep are often equal in all that a shape's times depend on: 1 x 8 planes and 2 x 4 make as many digit
 * pairs, and requantisers beyond what the columns drain change nothing. */
#include <string.h>

#include "serac_stages.h"
#include "serac_steady_shape.h"

#define BATCH 1024
#define SLOTS (2 * BATCH)        /* a power of two */

struct batch {
    struct serac_steady_point points[BATCH + 15];    /* each once; the last again up to a whole sixteen */
    struct serac_counters counters[BATCH + 15];
    size_t count;
    uint16_t which[BATCH];       /* of each point of the caller's */
    uint16_t table[SLOTS];       /* hash table: 1 + place in `points`, 0: free */
};

static bool equal(const struct serac_steady_point *a, const struct serac_steady_point *b)
{
    return a->pairs == b->pairs && a->column_drain == b->column_drain && a->latency == b->latency && a->gap == b->gap;
}

static size_t slot_of(const struct serac_steady_point *p)
{
    uint64_t h = p->pairs;
    h = h * 0x9e3779b97f4a7c15 + p->column_drain;
    h = h * 0x9e3779b97f4a7c15 + p->latency;
    h = h * 0x9e3779b97f4a7c15 + p->gap;
    return (h * 0x9e3779b97f4a7c15) >> 32 & (SLOTS - 1);
}

static uint16_t place_of(struct batch *b, const struct serac_steady_point *p)
{
    size_t slot = slot_of(p);
    while (b->table[slot] && !equal(&b->points[b->table[slot] - 1], p))
        slot = (slot + 1) & (SLOTS - 1);
    if (!b->table[slot]) {
        b->points[b->count] = *p;
        b->table[slot] = (uint16_t)++b->count;
    }
    return (uint16_t)(b->table[slot] - 1);
}

static void singly(const struct serac_steady *s, const struct serac_steady_point *points, size_t count,
                   struct serac_counters *counters)
{
    for (size_t i = 0; i < count; i++)
        serac_steady_one(s, &points[i], &counters[i]);
}

/* No more cycles than this: everything that takes time, one after the other. */
static uint64_t bound(const struct serac_steady *s, const struct serac_steady_point *p)
{
    uint64_t burst = p->latency + 8 + p->gap * (SERAC_BURST_BYTES / 8);
    uint64_t tile = p->pairs + p->column_drain * s->cols + SERAC_DRAIN_LEAD + SERAC_DRAIN_DEPTH;
    uint64_t iteration = s->cols + 16 + s->most_skipped;
    return 1000 + burst * (SERAC_WRITE_OPEN + s->read_bursts + s->write_bursts) + tile * s->drained_tiles +
           iteration * s->iterations;
}

static bool small(const struct serac_steady *s, const struct serac_steady_point *points)
{
    for (int i = 0; i < 16; i++)
        if (bound(s, &points[i]) >> 31)
            return false;
    return true;
}

/* Two points are worth a sixteen. */
static void together(const struct serac_steady *s, struct batch *b)
{
    bool can = serac_steady_has_sixteen();
    size_t done = 0;
    for (size_t i = b->count; i % 16; i++)
        b->points[i] = b->points[b->count - 1];
    for (; can && done + 1 < b->count; done += 16)
        if (small(s, b->points + done))
            serac_steady_sixteen(s, b->points + done, b->counters + done);
        else
            singly(s, b->points + done, b->count - done < 16 ? b->count - done : 16, b->counters + done);
    if (done < b->count)
        singly(s, b->points + done, b->count - done, b->counters + done);
    for (size_t i = 0; i < b->count; i++)
        serac_steady_complete(s, &b->points[i], &b->counters[i]);
}

void serac_steady_times(const struct serac_steady *s, const struct serac_steady_point *points,
                        size_t count, struct serac_counters *counters)
{
    struct batch b;
    if (count == 1) {
        serac_steady_times_singly(s, points, 1, counters);
        return;
    }
    for (size_t done = 0; done < count; done += BATCH) {
        size_t now = count - done < BATCH ? count - done : BATCH;
        b.count = 0;
        memset(b.table, 0, sizeof b.table);
        for (size_t i = 0; i < now; i++)
            b.which[i] = place_of(&b, &points[done + i]);
        together(s, &b);
        for (size_t i = 0; i < now; i++)
            counters[done + i] = b.counters[b.which[i]];
    }
}

void serac_steady_times_singly(const struct serac_steady *s, const struct serac_steady_point *points,
                               size_t count, struct serac_counters *counters)
{
    singly(s, points, count, counters);
    for (size_t i = 0; i < count; i++)
        serac_steady_complete(s, &points[i], &counters[i]);
}
