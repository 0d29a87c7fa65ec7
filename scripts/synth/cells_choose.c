/* cells_choose.c - of the cells that are of use, which. */
#include <math.h>
#include <string.h>

#include "cells.h"

/* Libraries give area 0 to cells they forgot; these are the last choice. Of
 * equal ones the stronger, then the one that loads its input less. */
static bool smaller(const struct liberty_cell *a, const struct liberty_cell *b)
{
    if (!b)
        return true;
    double x = a->area > 0 ? a->area : INFINITY;
    double y = b->area > 0 ? b->area : INFINITY;
    const struct liberty_pin *p = cells_pin(a, LIBERTY_INPUT);
    const struct liberty_pin *q = cells_pin(b, LIBERTY_INPUT);
    const struct liberty_pin *o = cells_pin(a, LIBERTY_OUTPUT);
    const struct liberty_pin *r = cells_pin(b, LIBERTY_OUTPUT);
    if (x == y && o && r && o->max_capacitance != r->max_capacitance)
        return o->max_capacitance > r->max_capacitance;
    if (x == y && p && q)
        return p->capacitance < q->capacitance;
    return x < y;
}

const struct liberty_cell *cells_smallest(const struct liberty *lib, const bool *avoided,
                                          uint32_t inputs, uint32_t truth)
{
    const struct liberty_cell *best = NULL;
    for (uint32_t i = 0; i < lib->num_cells; i++)
        if (!avoided[i] && cells_computes(lib->cells + i, inputs, truth) &&
            smaller(lib->cells + i, best))
            best = lib->cells + i;
    return best;
}

/* How much output transition grows with load: inverse to the drive. */
static double weakness(const struct liberty *lib, const struct liberty_cell *c,
                       double load)
{
    double low = cells_arc(lib, c, "rise_transition", "fall_transition", load);
    double high = cells_arc(lib, c, "rise_transition", "fall_transition", 4 * load);
    return low < 0 || high < 0 ? -1 : high - low;
}

const struct liberty_cell *cells_strong(const struct liberty *lib, const bool *avoided,
                                        const struct liberty_cell *base, double load)
{
    const struct liberty_cell *best = base;
    double unit = base ? weakness(lib, base, load) : -1, nearest = INFINITY;
    for (uint32_t i = 0; unit > 0 && i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        if (avoided[i] || !cells_computes(c, 1, BUFFER))
            continue;
        double drive = unit / weakness(lib, c, load);
        double distance = drive > 0 ? fabs(log(drive / 4)) : INFINITY;
        if (distance < nearest - 1e-3 ||
            (distance < nearest + 1e-3 && smaller(c, best))) {
            nearest = distance;
            best = c;
        }
    }
    return best;
}

const struct liberty_cell *cells_tie(const struct liberty *lib, const char *value,
                                     const char **pin)
{
    const struct liberty_cell *best = NULL;
    *pin = NULL;
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        if (cells_pin(c, LIBERTY_INPUT) || cells_special(c) || c->state)
            continue;
        for (uint32_t j = 0; j < c->num_pins; j++)
            if (c->pins[j].function && !strcmp(c->pins[j].function, value) &&
                smaller(c, best)) {
                best = c;
                *pin = c->pins[j].name;
            }
    }
    return best;
}

struct cells_latch cells_latch(const struct liberty *lib, const bool *avoided, bool low)
{
    struct cells_latch best = {NULL, NULL, NULL, NULL};
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        bool d_inverted = false, e_inverted = false;
        if (avoided[i] || c->kind != LIBERTY_LATCH ||
            liberty_text(c->state, "clear") || liberty_text(c->state, "preset"))
            continue;
        const char *d = cells_single(c, liberty_text(c->state, "data_in"), &d_inverted);
        const char *e = cells_single(c, liberty_text(c->state, "enable"), &e_inverted);
        const char *state = c->state->num_args ? c->state->args[0] : "";
        const char *q = NULL;
        for (uint32_t j = 0; j < c->num_pins; j++)
            if (c->pins[j].function && !strcmp(c->pins[j].function, state))
                q = c->pins[j].name;
        if (d && e && q && !d_inverted && e_inverted == low && smaller(c, best.cell))
            best = (struct cells_latch){c, d, e, q};
    }
    return best;
}

const struct liberty_cell *cells_clock_gate(const struct liberty *lib)
{
    const struct liberty_cell *best = NULL;
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        const char *kind = liberty_text(c->group,
                                        "clock_gating_integrated_cell");
        if (!kind || strncmp(kind, "latch_posedge", 13) ||
            strstr(kind, "_obs") || !cells_flagged(c, "clock_gate_out_pin"))
            continue;
        bool test = cells_flagged(c, "clock_gate_test_pin") != NULL ||
                    strstr(kind, "control") != NULL;
        bool best_test = best && (cells_flagged(best, "clock_gate_test_pin") ||
                                  strstr(liberty_text(best->group,
                                         "clock_gating_integrated_cell"),
                                         "control"));
        if (!best || (test == best_test ? smaller(c, best) : !test))
            best = c;
    }
    return best;
}

double cells_flip_flop_area(const struct liberty *lib, const bool *avoided)
{
    double least = 0;
    for (uint32_t i = 0; i < lib->num_cells; i++)
        if (lib->cells[i].kind == LIBERTY_FF && !avoided[i] &&
            (least == 0 || lib->cells[i].area < least))
            least = lib->cells[i].area;
    return least;
}

static void mark(const struct liberty *lib, bool *avoided, double delay,
                 double load)
{
    for (uint32_t i = 0; i < lib->num_cells; i++)
        avoided[i] = cells_avoid(lib, lib->cells + i, delay, load);
}

const struct liberty_cell *cells_usual(const struct liberty *lib, bool *avoided, double *load)
{
    mark(lib, avoided, 0, 0);
    const struct liberty_cell *buffer = cells_smallest(lib, avoided, 1, BUFFER);
    if (!buffer)
        return NULL;
    *load = 4 * cells_pin(buffer, LIBERTY_INPUT)->capacitance;
    mark(lib, avoided, cells_arc(lib, buffer, "cell_rise", "cell_fall", *load), *load);
    return buffer;
}
