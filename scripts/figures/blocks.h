/* blocks.h - a module of the RTL as a graph: what is in it, and which wires go from where to where.
 *
 * Read from the JSON that yosys writes after `proc; opt_dff; opt_clean`. Nodes are instances (those
 * of a generate loop are one node), registers (those whose names differ only in what follows `_q`
 * are one node) and groups of pins. Logic between them is no node: a wire goes from the node that
 * drives it, through any logic, to the nodes that see it. It is control if it only selects or enables.
 *
 * Caller's mistakes and a netlist that is not as expected end the program: exit code 2, one line. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

struct cJSON;

enum blocks_kind { BLOCKS_INSTANCE, BLOCKS_REGISTER, BLOCKS_PINS };

struct blocks_node {
    enum blocks_kind kind;
    char *name;
    char *module;                 /* of an instance, else NULL */
    uint32_t count;               /* instances; registers of one stem */
    uint32_t bits;                /* of registers */
    uint32_t ops;                 /* of registers: 1 << index in blocks_ops[], on the way to its data */
};

/* Cells of yosys that are said of a register, and how. */
struct blocks_op {
    const char *cell, *sign;
};
extern const struct blocks_op blocks_ops[];

/* One bit of a wire. Sorted by all members in this order. */
struct blocks_wire {
    uint32_t from, to;            /* nodes */
    bool control;
    const char *signal;           /* port or register that drives it, borrowed from the netlist or the node */
    const char *port;             /* that sees it */
    uint32_t bit;
};

struct blocks {
    struct blocks_node *nodes;
    uint32_t num_nodes;
    struct blocks_wire *wires;
    uint32_t num_wires;
};

struct blocks_pins {
    const char *name;
    const char *const *patterns;  /* as fnmatch() has them, ended by NULL */
};

struct blocks_setup {
    const char *module;           /* serac_core, say */
    const char *const *omit;      /* patterns of signals, ports and instances left out; ended by NULL */
    const struct blocks_pins *pins;   /* ended by a NULL name; other pins have a node each */
};

/* `netlist` must outlive the graph. */
void blocks_build(struct blocks *blocks, const struct cJSON *netlist, const struct blocks_setup *setup);
bool blocks_matches(const char *name, const char *const *patterns);
_Noreturn void blocks_die(const char *format, ...);

#endif
