/* serac_sram.h - area, energy and access time of memory macros.
 *
 * A technology gives a table over depth for macros of 64 bits and one port. A
 * memory of any width and depth is made of equal macros: ceil(width / 64)
 * abreast and, beyond the deepest macro of the table, as many stacked as it
 * takes, of which one is accessed. Between the table's depths figures are
 * interpolated linearly, outside extrapolated. A second port costs a factor.
 * The same figures become the Liberty cells that synthesis places
 * (scripts/synth/macros.c). */
#ifndef SERAC_SRAM_H
#define SERAC_SRAM_H

#include <stdint.h>

#define SERAC_SRAM_POINTS 8
#define SERAC_SRAM_BITS 64        /* width of a macro */

struct serac_sram_table {
    uint32_t points;                          /* 2 or more */
    double words[SERAC_SRAM_POINTS];          /* depths, ascending */
    double area_um2[SERAC_SRAM_POINTS];
    double read_pj[SERAC_SRAM_POINTS];        /* one access; NAN: unknown */
    double write_pj[SERAC_SRAM_POINTS];
    double access_ns[SERAC_SRAM_POINTS];      /* clock to data */
    double leakage_nw[SERAC_SRAM_POINTS];
    double second_port;                       /* factor on area and energy */
};

struct serac_sram {
    uint32_t macros;              /* abreast times stacked */
    double area_um2;
    double read_pj, write_pj;     /* of the whole width */
    double access_ns;
    double leakage_nw;
};

/* width, depth at least 1; ports 1 or 2. */
void serac_sram(const struct serac_sram_table *table, uint32_t width,
                uint32_t depth, uint32_t ports, struct serac_sram *sram);

#endif
