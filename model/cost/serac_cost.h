/* serac_cost.h - area, clock and energy of a design, from a technology.
 *
 *   area     sum over units of serac_units.h of coefficients times terms, plus the macros of
 *            serac_memories.h by serac_sram.h; no wires, no free space between cells
 *   clock    the slowest unit's delay, coefficients times terms
 *   energy   by group, coefficients times the terms of serac_activity.h: those of clock pins
 *            times clock_tree_factor; plus macro accesses
 *   leakage  cells by their area, macros by the table; times the run's time
 *   dram     8 * dram_bytes * pJ per bit of the memory's configuration
 *
 * What the technology does not give is NAN. */
#ifndef SERAC_COST_H
#define SERAC_COST_H

#include <stdbool.h>

#include "serac_activity.h"
#include "serac_tech.h"

struct serac_area {                   /* um2; NAN: not an ASIC technology */
    double group[SERAC_GROUPS];       /* cells and macros */
    double macros;                    /* of all groups, part of total */
    double total;
};

/* uJ; NAN: unknown. Only dram and leakage may be so without the total being it too. */
struct serac_energy {
    double array, buffer, requant, control, dram, leakage, total;
};

void serac_cost_area(const struct serac_design *design,
                     const struct serac_tech *tech, struct serac_area *area);

/* LUTs, flip-flops, block RAMs or DSPs of the whole design, its memories (serac_fpga.h)
 * included; NAN: unknown. */
double serac_cost_resource(const struct serac_design *design,
                           const struct serac_tech *tech,
                           enum serac_resource resource);

/* As printed in tables of area. */
const char *serac_group_name(enum serac_unit_group group);

/* NAN: unknown. `slowest`, if not NULL, receives the unit that limits it. */
double serac_cost_clock_mhz(const struct serac_design *design,
                            const struct serac_tech *tech,
                            const char **slowest);

/* What lies beyond the designs that were measured: "area clock energy" or a part of it. */
const char *serac_cost_extrapolated(const struct serac_design *design,
                                    const struct serac_tech *tech);

/* `dram_pj_per_bit`: NAN if unknown. */
void serac_cost_energy(const struct serac_design *design,
                       const struct serac_tech *tech,
                       const struct serac_activity *activity,
                       double dram_pj_per_bit, struct serac_energy *energy);

/* Peak multiply-accumulates per second at the given widths; NAN without a clock. */
double serac_cost_peak_macs(const struct serac_design *design,
                            const struct serac_tech *tech,
                            uint32_t weight_bits, uint32_t act_bits);

#endif
