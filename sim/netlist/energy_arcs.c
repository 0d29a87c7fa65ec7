/* energy_arcs.c - a cell's tables of internal power and of transition times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "energy_internal.h"
#include "liberty_internal.h"

static uint64_t related_mask(const struct liberty_cell *cell, const char *names)
{
    uint64_t mask = 0;
    char name[128];
    int used;
    while (names && sscanf(names, "%127s%n", name, &used) == 1) {
        int pin = liberty_pin_find(cell, name);
        if (pin >= 0)
            mask |= (uint64_t)1 << pin;
        names += used;
    }
    return mask;
}

static bool read_arc(struct energy_cell *ec, uint32_t pin,
                     const struct liberty_group *group,
                     struct liberty_error *error)
{
    static const char *const names[] = {"rise_power", "fall_power", "power"};
    struct energy_arc *arcs =
        realloc(ec->arcs, (ec->num_arcs + 1) * sizeof *arcs);
    if (!arcs)
        return liberty_fail(error, ec->lib->path, 0, "out of memory");
    ec->arcs = arcs;
    struct energy_arc *arc = arcs + ec->num_arcs++;
    *arc = (struct energy_arc){.pin = pin};
    arc->related = related_mask(ec->cell, liberty_text(group, "related_pin"));
    for (int i = 0; i < 3; i++) {
        const struct liberty_group *t = liberty_child(group, names[i], NULL);
        if (t && i == 2) {                    /* stands for both, and wins */
            liberty_table_free(&arc->rise);
            liberty_table_free(&arc->fall);
        }
        if (t && i != 1 && !liberty_table_read(ec->lib, t, &arc->rise, error))
            return false;
        if (t && i != 0 && !liberty_table_read(ec->lib, t, &arc->fall, error))
            return false;
    }
    return energy_cell_when(ec, group, &arc->when, error);
}

static bool read_arcs(struct energy_cell *ec, struct liberty_error *error)
{
    const struct liberty_cell *c = ec->cell;
    for (uint32_t pin = 0; pin < c->num_pins; pin++) {
        const struct liberty_group *g = NULL;
        while ((g = liberty_child(c->pins[pin].group, "internal_power", g)))
            if (!liberty_ground(ec->lib, c, g) &&
                !read_arc(ec, pin, g, error))
                return false;
    }
    return true;
}

double energy_arc_at(const struct energy_arc *arc, double slew, double load)
{
    double rise = arc->rise.rows ? liberty_table_at(&arc->rise, slew, load) : 0;
    double fall = arc->fall.rows ? liberty_table_at(&arc->fall, slew, load) : 0;
    return (rise + fall) / 2;
}

/* Internal power should not grow with the load: its energy is counted with the
 * net. The tables of some cells with two outputs contain it nevertheless (that
 * of the other output, loaded alike when they were made), so their slope over
 * load, averaged over the cell's arcs, is CV^2/2 per transition and not 0. */
static void find_load_share(struct energy_cell *ec)
{
    double sum = 0, v2 = ec->lib->voltage * ec->lib->voltage / 2;
    uint32_t count = 0;
    for (uint32_t i = 0; i < ec->num_arcs; i++) {
        const struct energy_arc *a = ec->arcs + i;
        const struct liberty_table *t = &a->rise;
        const double *loads = t->load_first ? t->row_index : t->col_index;
        uint32_t n = t->load_first ? t->rows : t->cols;
        const double *slews = t->load_first ? t->col_index : t->row_index;
        if (!loads || n < 2 || !slews || a->fall.rows * a->fall.cols < 4 ||
            t->rows * t->cols < 4)
            continue;
        double low = energy_arc_at(a, slews[0], loads[0]);
        double high = energy_arc_at(a, slews[0], loads[n - 1]);
        sum += (high - low) / (loads[n - 1] - loads[0]) / v2;
        count++;
    }
    ec->load_share = count ? sum / count : 0;
}

static bool read_slew(struct energy_cell *ec, struct liberty_error *error)
{
    static const char *const names[] = {"rise_transition", "fall_transition"};
    for (uint32_t pin = 0; pin < ec->cell->num_pins; pin++) {
        const struct liberty_group *g = NULL, *t;
        if (ec->cell->pins[pin].direction != LIBERTY_OUTPUT)
            continue;
        while ((g = liberty_child(ec->cell->pins[pin].group, "timing", g)))
            for (int i = 0; i < 2; i++)
                if ((t = liberty_child(g, names[i], NULL)) &&
                    !ec->slew[i].rows &&
                    !liberty_table_read(ec->lib, t, ec->slew + i, error))
                    return false;
        if (ec->slew[0].rows && ec->slew[1].rows)
            break;
    }
    return true;
}

bool energy_cell_tables(struct energy_cell *ec, struct liberty_error *error)
{
    if (!read_arcs(ec, error) || !read_slew(ec, error))
        return false;
    find_load_share(ec);
    return true;
}
