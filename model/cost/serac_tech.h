/* serac_tech.h - a technology: coefficients of area, delay and energy.
 *
 * A file configs/tech/NAME.cfg, written by `make fit TECH=NAME` from synthesis and
 * gate-level runs of this RTL:
 *
 *     source, not_included   strings
 *     units    a group per unit: area_um2 or luts, ffs, dsps; delay_ns; all units have the
 *              same; as many numbers as the unit has terms
 *     fpga     "xc7" or "ice40": whose memories (serac_fpga.h); goes with luts
 *     sram     words, area_um2, access_ns, read_pj, write_pj, leakage_nw: arrays by depth;
 *              second_port
 *     energy   a group per group of units: clock_pj, data_pj; leakage_uw_per_mm2,
 *              clock_tree_factor
 *     fit      designs, energy_designs, area_median_percent and so on
 * Per unit of serac_units.h it has coefficients of the unit's
 * terms, per group those of serac_activity.h. What a technology does not give is NAN here
 * and empty in results, never 0. */
#ifndef SERAC_TECH_H
#define SERAC_TECH_H

#include <stdbool.h>

#include "serac_activity.h"
#include "serac_fpga.h"
#include "serac_units.h"

enum serac_resource {
    SERAC_AREA_UM2,                    /* cells; macros follow from `sram` */
    SERAC_LUTS,
    SERAC_FFS,
    SERAC_DSPS,
    SERAC_DELAY_NS,                    /* the largest of all units is the period */
    SERAC_UNIT_RESOURCES,              /* those above have coefficients by unit */
    SERAC_BRAMS = SERAC_UNIT_RESOURCES,
    SERAC_RESOURCES
};

/* Errors in per cent on designs that were left out of the fit; NAN: not measured. */
struct serac_fit {
    uint32_t designs, energy_designs;
    double area_median, area_worst, clock_median, clock_worst, energy_median,
        energy_worst;
};

struct serac_tech {
    char name[SERAC_NAME_MAX];
    char source[256];                  /* one line, printed with every figure */
    char not_included[256];            /* the same */
    bool has[SERAC_RESOURCES];
    double unit[SERAC_UNIT_RESOURCES][SERAC_UNITS][SERAC_UNIT_TERMS];
    char fpga_family[8];               /* "" if it is none */
    enum serac_fpga_family fpga;
    struct serac_sram_table sram;
    bool has_energy;
    double clock_pj[SERAC_GROUPS][SERAC_ACTIVITY_TERMS];
    double data_pj[SERAC_GROUPS][SERAC_ACTIVITY_TERMS];
    double leakage_uw_per_mm2;         /* of cells */
    double clock_tree_factor;          /* on clock_pj */
    struct serac_fit fit;
};

#define SERAC_DEFAULT_TECH "sg13g2"

/* Fits hold up to so many bit products a cycle; beyond, results are extrapolated. */
#define SERAC_FIT_PRODUCTS 32768u
#define SERAC_FIT_ENERGY_PRODUCTS 2048u

/* A name in configs/tech or a path, checked. On failure *tech is untouched. */
enum serac_status serac_tech_load(const char *name, struct serac_tech *tech,
                                  struct serac_error *error);

#endif
