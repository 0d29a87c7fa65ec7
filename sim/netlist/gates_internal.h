/* gates_internal.h - what the files of the simulator share. */
#ifndef GATES_INTERNAL_H
#define GATES_INTERNAL_H

#include "gate_cell.h"
#include "gates.h"
#include "serac_rng.h"

#define NONE UINT32_MAX

struct instance {
    uint32_t kind;                /* in gate cells */
    uint32_t level;
    uint32_t in[GATE_INPUTS];     /* nets; what is open is constant 0 */
    uint32_t out[GATE_OUTPUTS];   /* NONE: open */
    uint32_t memory;              /* in memories, of a memory */
    bool state, clock;            /* clock: as last seen */
    bool next;                    /* of a register that will act */
    bool clocks;                  /* logic that the clock passes: without delay */
};

struct net {
    uint32_t first, count;        /* in fanout */
    uint64_t toggles, high, since;
    uint64_t changed;             /* time of the last change, with delays */
};

struct memory {
    const struct gate_memory *pins;
    const uint32_t *nets;         /* by pin */
    uint8_t *words;
    uint32_t bytes;               /* of a word */
    uint8_t *read;                /* what rdata shows next, if `reading` */
    bool reading;
    uint16_t *delays;             /* ps, by bit of rdata; NULL: no delays */
};

/* QUEUED: it will be evaluated. DELAYED: logic whose outputs change after a delay. */
enum { QUEUED = 1, DELAYED = 2 };

struct level {
    uint32_t *items, count, room;
};

struct gates {
    struct netlist *netlist;
    struct gate_cell *cells;
    struct instance *instances;
    uint8_t *waits;               /* by instance: QUEUED, DELAYED; small, as every toggle looks here */
    struct net *nets;
    uint8_t *value;
    uint32_t *fanout;
    struct memory *memories;
    struct gates_memory *accesses;
    uint32_t num_memories;
    struct level *levels;
    uint32_t num_levels;
    uint32_t lowest, num_queued;          /* of the instances that wait in levels */
    uint32_t *acting, num_acting;         /* saw their clock rise */
    uint32_t clock;
    uint64_t now, begun, clocked;         /* in halves of a cycle; registers */
    struct serac_rng rng;
    struct gates_time *time;              /* NULL: no delays */
};

/* --- gates.c ------------------------------------------------------------ */

/* The net changes now (gates_time_now()) and wakes its fanout. */
void gates_drive(struct gates *g, uint32_t net, bool value);
/* What logic makes of its inputs, output by output. */
uint32_t gates_index(const struct gates *g, const struct instance *inst, uint32_t count);
/* Everything that is queued settles without delay. */
void gates_propagate(struct gates *g);
/* Flip-flops show what they hold, all logic settles, and counting begins. */
void gates_start(struct gates *g);

/* --- gates_clock.c ------------------------------------------------------ */

/* false, naming the instance, if the clock of a register or a memory could rise at any other
 * time than when port `clock` does: gates_edge() lets each act once, then. */
bool gates_clock_check(const struct gates *g, const char *clock, struct liberty_error *error);

/* --- gates_time.c ------------------------------------------------------- */

enum { WHEEL = 1 << 16 };                 /* ps; longer delays are cut */

/* Time begins; what the clock does not pass has the shortest delay, 1 ps. */
void gates_time_start(struct gates *g);
/* The delay of an instance from an input to an output; of a register from input 0. */
void gates_time_set(struct gates *g, uint32_t instance, uint32_t input, uint32_t output,
                    uint16_t ps);
/* ps since the delays were set, from 1. */
uint64_t gates_time_now(const struct gates *g);
/* Logic that woke, in a simulation with delays. */
void gates_time_wake(struct gates *g, uint32_t instance);
/* Output `o` of a register, or bit `o` of a memory's rdata, will show `value`. */
void gates_time_show(struct gates *g, uint32_t instance, uint32_t o, bool value);
/* Until nothing changes any more. */
void gates_time_run(struct gates *g);
void gates_time_free(struct gates *g);

#endif
