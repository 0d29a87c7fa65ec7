/* cells.h - what the files of synth_cells (cells.c) share.
 *
 * `avoided` is by the index of a cell in lib->cells: what synthesis must not use. */
#ifndef CELLS_H
#define CELLS_H

#include "liberty.h"

/* --- cells_kind.c --------------------------------------------------------- */

enum { BUFFER = 0x2, INVERTER = 0x1, AND2 = 0x8 };   /* truths */

/* A cell with one output and up to two inputs that computes `truth`: bit s is
 * the output where input i is bit i of s. */
bool cells_computes(const struct liberty_cell *c, uint32_t inputs, uint32_t truth);
/* The first pin of a direction, or NULL, also of no cell. */
const struct liberty_pin *cells_pin(const struct liberty_cell *c, enum liberty_direction direction);
/* Mean of a table of the output's first timing arc, at the middle of its index
 * over slew and `load`; negative if it has none. */
double cells_arc(const struct liberty *lib, const struct liberty_cell *c, const char *rise,
                 const char *fall, double load);
/* Cells that pass for plain logic in their function alone. */
bool cells_special(const struct liberty_cell *c);
/* `buffer_delay`: of the usual buffer at `load`; 0: not known yet. */
bool cells_avoid(const struct liberty *lib, const struct liberty_cell *c, double buffer_delay,
                 double load);
/* Name of the one pin that an expression is made of ("D", "!CLK", "(G)'"), and
 * whether it is inverted; NULL if there is more to it. */
const char *cells_single(const struct liberty_cell *c, const char *text, bool *inverted);
/* Name of the pin that has an attribute, or NULL, also of no cell. */
const char *cells_flagged(const struct liberty_cell *c, const char *flag);

/* --- cells_choose.c ------------------------------------------------------- */

/* A latch and its pins. */
struct cells_latch {
    const struct liberty_cell *cell;   /* NULL: the library has none */
    const char *data, *enable, *out;
};

/* Fills in `avoided` and the load that a gate usually drives; returns the usual buffer, NULL
 * if there is none. */
const struct liberty_cell *cells_usual(const struct liberty *lib, bool *avoided, double *load);
const struct liberty_cell *cells_smallest(const struct liberty *lib, const bool *avoided,
                                          uint32_t inputs, uint32_t truth);
/* The buffer whose drive is nearest to four times that of `base`. */
const struct liberty_cell *cells_strong(const struct liberty *lib, const bool *avoided,
                                        const struct liberty_cell *base, double load);
/* The smallest cell with a pin that is always `value`, "0" or "1". */
const struct liberty_cell *cells_tie(const struct liberty *lib, const char *value,
                                     const char **pin);
/* The smallest latch without set or reset and with the true output. */
struct cells_latch cells_latch(const struct liberty *lib, const bool *avoided, bool low);
/* The smallest gate for flops on the rising edge; without a test pin if there
 * is a choice. NULL if the library has none. */
const struct liberty_cell *cells_clock_gate(const struct liberty *lib);
/* Of the smallest flip-flop; 0: there is none. */
double cells_flip_flop_area(const struct liberty *lib, const bool *avoided);

/* --- cells_text.c --------------------------------------------------------- */

/* Print the library's text without `avoided` and with one wire-load model, and with clear and
 * preset exchanged in flip-flops that store the negation of D. The exit code is returned. */
int cells_print_pruned(const struct liberty *lib, const bool *avoided);
int cells_print_exchanged(const struct liberty *lib);

#endif
