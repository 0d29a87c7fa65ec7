/* energy_sum.h - energy of a netlist by groups of its instances.
 *
 * What is counted for a toggle stands in scripts/synth/energy.c; the activity is that in the
 * nets of the netlist. */
#ifndef ENERGY_SUM_H
#define ENERGY_SUM_H

#include "netlist.h"

#define ENERGY_PREFIXES 256

/* As wire_f: liberty_wire_f() of the first library. */
#define ENERGY_WIRES (-1.0)

struct energy_part {
    char *name;
    uint64_t cells;
    double internal, switching, clock, leakage;   /* J and W */
    double area;
};

struct energy_sum {
    /* Set by the caller. A group for each prefix (with its label), else for each
     * module instance `depth` deep. */
    const char *labels[ENERGY_PREFIXES], *prefixes[ENERGY_PREFIXES];
    uint32_t num_prefixes, depth;
    double wire_f;                /* F per fanout, or ENERGY_WIRES */
    double slew_s;                /* 0: the mean of the netlist's outputs */
    bool tables_whole;            /* energy_cell_at() */

    struct netlist net;
    double voltage;
    struct energy_part *parts;
    uint32_t num_parts, ports;
    uint32_t loaded;              /* kinds of cells, see energy_cell.h */
    uint64_t nets, nets_unknown;
};

/* Loads the netlist of `setup`, whose group is set here. false, with the reason in `error`. */
bool energy_sum_load(struct energy_sum *s, struct netlist_setup *setup,
                     struct liberty_error *error);
/* Energy of all groups anew, from what the nets say. */
void energy_sum_add(struct energy_sum *s);
/* Internal energy, that of clock pins apart, and leakage of one instance. */
void energy_sum_instance(const struct energy_sum *s, uint32_t instance,
                         struct energy_result *result);
void energy_sum_free(struct energy_sum *s);

#endif
