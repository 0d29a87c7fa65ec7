/* serac_steady.h - what a layer takes on a constant memory, without walking all of it.
 *
 * A program of one block on a memory whose latency and rate never change is a max-plus
 * recurrence over the iterations of its loop nest. The shape of the recurrence (which bursts an
 * iteration reads, which tiles it drains, what is stored) follows from the instruction and
 * the bus alone, and repeats; its times repeat too, up to a shift, as soon as
 * everything that later times depend on has been shifted by the same number of cycles. From there
 * on the rest of a loop is a product. So the result is the timeline's (serac_timeline.h) in every
 * cycle and cause: testbench/unit/test_steady.c and testbench/soak/time.c compare them.
 *
 * A shape serves any number of points: planes per cycle, computed widths, requantisers, latency and
 * rate of the memory. Sixteen points at a time where the host has AVX-512. */
#ifndef SERAC_STEADY_H
#define SERAC_STEADY_H

#include <stdbool.h>
#include <stddef.h>

#include "serac_counters.h"
#include "serac_insn.h"
#include "serac_memory.h"

/* No pages, refresh, shared bus or stalls: the only memories that this is for. */
bool serac_steady_memory(const struct serac_memory_config *memory);

struct serac_steady;

/* The shape of the program of one block, a mapper's, at `program`, on the design's columns, bus
 * and reads in flight. NULL: out of memory, or not such a block (one that waits for a token of
 * store, is not the last, or has a tile of padding alone); the timeline takes anything. */
struct serac_steady *serac_steady_create(const struct serac_design *design,
                                         const struct serac_insn *insn,
                                         uint64_t program);
void serac_steady_destroy(struct serac_steady *steady);

/* What the times of a shape depend on beside it. */
struct serac_steady_point {
    uint64_t pairs;          /* digit pairs of a tile */
    uint64_t column_drain;   /* cycles in which a column's results leave: a tile's, per column */
    uint64_t latency;        /* = latency_cycles */
    uint64_t gap;            /* cycles from a beat to the next */
};
void serac_steady_point(const struct serac_design *design,
                        const struct serac_insn *insn,
                        const struct serac_memory_config *memory,
                        struct serac_steady_point *point);

/* The counters of `count` points, equal ones computed once. The memory of each must be constant. */
void serac_steady_times(const struct serac_steady *steady,
                        const struct serac_steady_point *points, size_t count,
                        struct serac_counters *counters);
/* The same, one at a time on any host. For tests and benchmarks. */
void serac_steady_times_singly(const struct serac_steady *steady,
                               const struct serac_steady_point *points,
                               size_t count, struct serac_counters *counters);

#endif
