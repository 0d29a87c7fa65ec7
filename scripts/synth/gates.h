/* gates.h - simulates a netlist of library cells and counts its switching.
 *
 * Two values, one clock, no delays: after every change of the inputs and on either
 * edge all gates settle in the order of their levels, each at most once, so glitches
 * do not exist. Clock gates and latches are real: a register acts when its own clock
 * pin rises. Registers and memories begin with random content. */
#ifndef GATES_H
#define GATES_H

#include "netlist.h"

struct gates;

/* Accesses of one memory. */
struct gates_memory {
    uint32_t instance;            /* in the netlist */
    uint32_t width, depth, ports;
    uint64_t reads, writes;
};

/* `clock` is the port that gates_edge() drives. The netlist must outlive the
 * simulation. NULL, with the reason in `error`, if a cell cannot be simulated
 * or logic forms a loop. */
struct gates *gates_create(struct netlist *netlist, const char *clock,
                           uint64_t seed, struct liberty_error *error);
void gates_destroy(struct gates *g);

/* Port by name, NULL if there is none. */
const struct netlist_port *gates_port(const struct gates *g, const char *name);
/* The port's bits, least significant first, `bytes` = ceil(count / 8). */
void gates_set(struct gates *g, const struct netlist_port *port,
               const void *bytes);
void gates_get(const struct gates *g, const struct netlist_port *port,
               void *bytes);
void gates_settle(struct gates *g);
/* The clock rises, registers and memories act, it falls. */
void gates_edge(struct gates *g);

/* Counting begins anew. */
void gates_count(struct gates *g);
/* Toggles and share of time at 1 since then, into the nets of the netlist;
 * returns the clock edges. */
uint64_t gates_activity(struct gates *g);
const struct gates_memory *gates_memories(const struct gates *g,
                                          uint32_t *count);
/* Registers that acted since gates_count(). */
uint64_t gates_clocked(const struct gates *g);

#endif
