/* gates.h - simulates a netlist of library cells and counts its switching.
 *
 * Two values, one clock. Without delays all gates settle after every change of the inputs and
 * on either edge in the order of their levels, each at most once, so glitches do not exist;
 * with them (gates_delays()) they do, and cost about five times the time. Clock gates and latches are
 * real: a register acts when its own clock pin rises. Registers and memories begin with random content. */
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
 * simulation. NULL, with the reason in `error`, if a cell cannot be simulated,
 * logic forms a loop, or a register or memory could see its clock rise at any other time than
 * with `clock`: gated by what moves while it is high, at its falling edge, from a register. */
struct gates *gates_create(struct netlist *netlist, const char *clock,
                           uint64_t seed, struct liberty_error *error);
void gates_destroy(struct gates *g);

/* From now on logic, registers and memories take the time of their library's tables, mean of rise
 * and fall by input, at the transition time `slew_s` and the load of their nets with
 * `wire_f` a fanout. Delays are inertial: a pulse shorter than the gate's delay is swallowed.
 * The clock arrives everywhere at once. false, with the reason, if a table cannot be read. */
bool gates_delays(struct gates *g, double slew_s, double wire_f, struct liberty_error *error);

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
/* Registers that acted since gates_count(); for tests. */
uint64_t gates_clocked(const struct gates *g);

#endif
