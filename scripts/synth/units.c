/* units.c - synth_units: the terms of model/serac_units.h for one design.
 *
 *     synth_units SRAM.cfg TECH.cfg DESIGN
 *
 * A line of CSV per unit: name, path, group, instances, then "area" and its
 * terms, then "delay" and its terms; for scripts/synth/fit.py. */
#include <stdio.h>

#include "serac_config.h"
#include "serac_units.h"
#include "sram_cfg.h"

int main(int argc, char **argv)
{
    struct serac_error error = {""};
    struct serac_sram_table table;
    struct serac_design design;
    struct serac_unit units[SERAC_UNITS];
    if (argc != 4) {
        fprintf(stderr, "usage: synth_units SRAM.cfg TECH.cfg DESIGN\n");
        return 2;
    }
    if (!sram_cfg_read(argv[1], argv[2], &table))
        return 2;
    if (serac_design_load(argv[3], &design, &error) != SERAC_OK) {
        fprintf(stderr, "synth_units: %s\n", error.text);
        return 2;
    }
    serac_units(&design, &table, units);
    for (uint32_t i = 0; i < SERAC_UNITS; i++) {
        const struct serac_unit *u = units + i;
        printf("%s,%s,%d,%g,area", u->name, u->path, (int)u->group, u->count);
        for (uint32_t t = 0; t < u->area_terms; t++)
            printf(",%.9g", u->area[t]);
        printf(",delay");
        for (uint32_t t = 0; t < u->delay_terms; t++)
            printf(",%.9g", u->delay[t]);
        printf("\n");
    }
    return 0;
}
