/* energy_internal.h - what the files that price a cell share. */
#ifndef ENERGY_INTERNAL_H
#define ENERGY_INTERNAL_H

#include "energy_cell.h"

#define MAX_FREE 12

/* --- energy_cell.c ------------------------------------------------------ */

/* Truth of a group's condition per state, owned by the caller; NULL in *when if it has none. */
bool energy_cell_when(const struct energy_cell *ec, const struct liberty_group *group,
                      bool **when, struct liberty_error *error);

/* --- energy_arcs.c ------------------------------------------------------ */

/* Reads internal power and transition times of a cell whose states are known. */
bool energy_cell_tables(struct energy_cell *ec, struct liberty_error *error);
/* A toggle's mean energy: half of them rise. In the library's unit. */
double energy_arc_at(const struct energy_arc *arc, double slew, double load);

#endif
