/* energy_cell.h - what one kind of cell costs, prepared for many instances.
 *
 * A cell is in one of 2^n states: the values of its inputs, of its register,
 * and of outputs without a function. Conditions (`when`) are evaluated once
 * per state; an instance only weighs states by how likely they are. */
#ifndef ENERGY_CELL_H
#define ENERGY_CELL_H

#include "liberty.h"

struct energy_arc {
    uint32_t pin;                 /* whose toggles it counts */
    uint64_t related;             /* pins that may have caused them; 0: any */
    bool *when;                   /* per state; NULL: in all others */
    struct liberty_table rise, fall;   /* rows == 0: not given */
};

struct energy_cell {
    const struct liberty *lib;
    const struct liberty_cell *cell;
    bool macro;                   /* a memory: loads its nets, costs nothing */
    uint32_t num_free;            /* variables that make up the state */
    uint32_t free[16];            /* pin, or num_pins for the register */
    int state_pin;                /* output that shows the register, or -1 */
    bool state_inverted;
    uint64_t *values;             /* per state: bit i is pin i */
    double *leakage;              /* per state, W */
    bool *changes;                /* per state: a clock edge would flip it */
    struct energy_arc *arcs;
    uint32_t num_arcs;
    uint64_t outputs, clocks;     /* masks of pins */
    struct liberty_table slew[2]; /* an output's rise and fall transition */
    double load_share;            /* part of CV^2/2 that the tables contain */
};

/* Where one instance works. Indexed by pin. */
struct energy_use {
    const double *toggles;        /* within the window */
    const double *high;           /* part of the time at 1 */
    const double *load;           /* at outputs, in the library's unit */
    double slew;                  /* likewise */
};

struct energy_result {
    double internal, clock;       /* J within the window */
    double leakage;               /* W */
};

/* false, with the reason in `error`. */
bool energy_cell_init(struct energy_cell *ec, const struct liberty *lib,
                      const struct liberty_cell *cell,
                      struct liberty_error *error);
void energy_cell_free(struct energy_cell *ec);

/* Internal and leakage energy of one instance. With `tables_whole` the tables
 * count as they are; else the part of the load's energy that some libraries
 * put into them is taken out, as the caller adds it for every net. */
void energy_cell_at(const struct energy_cell *ec, const struct energy_use *use,
                    bool tables_whole, struct energy_result *result);

/* Mean transition time at an output; negative if the library gives none. */
double energy_cell_slew(const struct energy_cell *ec, double slew, double load);

#endif
