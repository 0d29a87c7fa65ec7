/* serac_steady_one.c - the times of a shape, one point at a time. */
#include <stdint.h>

#define T uint64_t
#define S uint64_t
#define LATER(a, b) ((a) > (b) ? (a) : (b))
#define ALL_LE(a, b) ((a) <= (b))
#define ALL_EQ(a, b) ((a) == (b))
#define LOAD(points, name) ((points)->name)
#include "serac_steady_eval.h"

void serac_steady_one(const struct serac_steady *s, const struct serac_steady_point *point,
                      struct serac_counters *c)
{
    uint64_t stalls[3];
    evaluate(s, point, &c->cycles, stalls);
    c->stall_fetch_cycles = stalls[0];
    c->stall_requant_cycles = stalls[1];
    c->stall_store_cycles = stalls[2];
}
