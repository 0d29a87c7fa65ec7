/* serac_units.h - the units that a design is made of, and what their size grows with.
 *
 * Area and delay of a unit are fitted as sums of coefficients times the terms here
 * (scripts/synth/fit.py); one list, so that fit and model cannot differ. Memory
 * macros are not in: they follow from serac_memories.h and serac_sram.h. R, C, L, PW, PA,
 * RQ as in rtl/MACHINE.md. */
#ifndef SERAC_UNITS_H
#define SERAC_UNITS_H

#include "serac_memories.h"
#include "serac_sram.h"

#define SERAC_UNIT_TERMS 11

/* As area and energy are reported. */
enum serac_unit_group {
    SERAC_GROUP_CONTROL,
    SERAC_GROUP_ARRAY,
    SERAC_GROUP_ONES,
    SERAC_GROUP_REQUANT,
    SERAC_GROUP_WEIGHT_BUFFER,
    SERAC_GROUP_ACT_BUFFER,
    SERAC_GROUP_PARAM_BUFFER,
    SERAC_GROUP_OUTPUT_BUFFER,
    SERAC_GROUPS
};

struct serac_unit {
    const char *name;
    const char *path;               /* instance in rtl/serac_top.v, without generate
                                     * blocks; the units below it are not part of it */
    enum serac_unit_group group;
    double count;                   /* instances */
    uint32_t area_terms, counts_terms, delay_terms;
    double area[SERAC_UNIT_TERMS];  /* of one instance */
    double counts[SERAC_UNIT_TERMS];    /* of its LUTs, flip-flops, DSPs */
    double delay[SERAC_UNIT_TERMS]; /* of the slowest path to its registers */
};

#define SERAC_UNITS 25

/* For a checked design; `table` gives the memories' access times, none if it has no points. */
void serac_units(const struct serac_design *design,
                 const struct serac_sram_table *table,
                 struct serac_unit units[SERAC_UNITS]);

#endif
