/* serac_rtl_gates_energy.h - the rows of energy that serac_rtl_gates.h promises. */
#ifndef SERAC_RTL_GATES_ENERGY_H
#define SERAC_RTL_GATES_ENERGY_H

#include <stdio.h>

#include "energy_sum.h"
#include "gates.h"
#include "serac_pins.h"

/* What the caller does not name begins as zero. */
struct serac_rtl_gates_energy {
    FILE *file;                   /* the caller's until it is closed; NULL: none is asked for */
    uint64_t window;              /* busy cycles per row; the caller's, as are the next three */
    struct energy_sum *sum;
    struct gates *gates;
    const struct netlist_port *counters;
    uint64_t cycle, first;        /* busy cycles; the window's first */
    uint64_t before[SERAC_COUNTERS];
    bool counting, finished;
    int lost;                     /* errno of the first write that failed */
};

/* The groups into which `sum` is to divide the netlist. */
void serac_rtl_gates_energy_groups(struct energy_sum *sum);
/* Prints the header; `lost` says whether it arrived. */
void serac_rtl_gates_energy_begin(struct serac_rtl_gates_energy *e);
/* After each cycle: the first run counts, from its first busy cycle on. */
void serac_rtl_gates_energy_count(struct serac_rtl_gates_energy *e, bool busy, bool done);
/* Returns `lost`. */
int serac_rtl_gates_energy_close(struct serac_rtl_gates_energy *e);

#endif
