/* energy_cell.c - internal power and leakage of a cell, by states. */
#include "energy_cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

#define MAX_FREE 12

/* --- states ----------------------------------------------------------- */

/* Pins, then the register's two names. */
static int resolve(const void *ctx, const char *name)
{
    const struct liberty_cell *c = ctx;
    int pin = liberty_pin_find(c, name);
    for (uint32_t i = 0; pin < 0 && c->state && i < c->state->num_args; i++)
        if (!strcmp(c->state->args[i], name))
            pin = (int)(c->num_pins + i);
    return pin;
}

static bool compile(const struct energy_cell *ec, const char *text,
                    struct liberty_expr *expr, struct liberty_error *error)
{
    return liberty_expr_parse(text, resolve, ec->cell, ec->cell->name, expr,
                              error);
}

/* An output is derived if its function is one of inputs and register only. */
static bool derived(const struct energy_cell *ec, uint32_t pin)
{
    const struct liberty_pin *pins = ec->cell->pins;
    struct liberty_error ignored;
    struct liberty_expr e;
    if (pins[pin].direction != LIBERTY_OUTPUT || !pins[pin].function ||
        !compile(ec, pins[pin].function, &e, &ignored))
        return false;
    bool plain = true;
    for (uint32_t i = 0; i < e.length; i++)
        if (e.code[i] < ec->cell->num_pins)
            plain &= pins[e.code[i]].direction == LIBERTY_INPUT;
    liberty_expr_free(&e);
    return plain;
}

static bool find_free(struct energy_cell *ec, struct liberty_error *error)
{
    const struct liberty_cell *c = ec->cell;
    for (uint32_t i = 0; i < c->num_pins + (c->state != NULL); i++) {
        if (i < c->num_pins && derived(ec, i))
            continue;
        if (ec->num_free == MAX_FREE)
            return liberty_fail(error, ec->lib->path, c->group->line,
                                "cell %s: more than %d inputs", c->name,
                                MAX_FREE);
        ec->free[ec->num_free++] = i;
    }
    return true;
}

static bool fill_values(struct energy_cell *ec, struct liberty_error *error)
{
    const struct liberty_cell *c = ec->cell;
    for (uint32_t s = 0; s < 1u << ec->num_free; s++) {
        for (uint32_t i = 0; i < ec->num_free; i++)
            ec->values[s] |= (uint64_t)(s >> i & 1) << ec->free[i];
        if (c->state && !(ec->values[s] >> c->num_pins & 1))
            ec->values[s] |= (uint64_t)1 << (c->num_pins + 1);
    }
    for (uint32_t pin = 0; pin < c->num_pins; pin++) {
        struct liberty_expr e;
        if (!derived(ec, pin))
            continue;
        if (!compile(ec, c->pins[pin].function, &e, error))
            return false;
        for (uint32_t s = 0; s < 1u << ec->num_free; s++)
            ec->values[s] |= (uint64_t)liberty_expr_at(&e, ec->values[s])
                             << pin;
        liberty_expr_free(&e);
    }
    return true;
}

/* Which output shows the register, and which states a clock edge would flip. */
static bool find_register(struct energy_cell *ec, struct liberty_error *error)
{
    const struct liberty_cell *c = ec->cell;
    uint32_t states = 1u << ec->num_free;
    const char *next = c->kind == LIBERTY_FF
                           ? liberty_text(c->state, "next_state") : NULL;
    struct liberty_expr e;
    for (uint32_t pin = 0; c->state && pin < c->num_pins; pin++) {
        uint32_t same = 0;
        if (c->pins[pin].direction != LIBERTY_OUTPUT || !derived(ec, pin))
            continue;
        for (uint32_t s = 0; s < states; s++)
            same += (ec->values[s] >> pin & 1) ==
                    (ec->values[s] >> c->num_pins & 1);
        if (ec->state_pin < 0 && (same == states || same == 0)) {
            ec->state_pin = (int)pin;
            ec->state_inverted = same == 0;
        }
    }
    if (!next)
        return true;
    if (!compile(ec, next, &e, error))
        return false;
    for (uint32_t s = 0; s < states; s++)
        ec->changes[s] = liberty_expr_at(&e, ec->values[s]) !=
                         (ec->values[s] >> c->num_pins & 1);
    liberty_expr_free(&e);
    return true;
}

/* Truth of a condition per state; NULL in *when if the group has none. */
static bool read_when(const struct energy_cell *ec,
                      const struct liberty_group *group, bool **when,
                      struct liberty_error *error)
{
    const char *text = liberty_text(group, "when");
    struct liberty_expr e;
    *when = NULL;
    if (!text || !*text)
        return true;
    if (!compile(ec, text, &e, error))
        return false;
    *when = calloc((size_t)1 << ec->num_free, sizeof **when);
    for (uint32_t s = 0; *when && s < 1u << ec->num_free; s++)
        (*when)[s] = liberty_expr_at(&e, ec->values[s]);
    liberty_expr_free(&e);
    return *when != NULL;
}

/* --- leakage ---------------------------------------------------------- */

/* Conditional values where one holds; elsewhere the unconditional value, or
 * cell_leakage_power, or the mean of all conditional ones. */
static bool read_leakage(struct energy_cell *ec, struct liberty_error *error)
{
    const struct liberty *lib = ec->lib;
    const struct liberty_group *group = ec->cell->group, *g = NULL;
    uint32_t states = 1u << ec->num_free, count = 0;
    double fallback = -1, sum = 0, value = 0;
    bool *known = calloc(states, sizeof *known), ok = known != NULL;
    while (ok && (g = liberty_child(group, "leakage_power", g))) {
        bool *when;
        if (liberty_ground(lib, ec->cell, g))
            continue;
        if (liberty_number(lib, g, "value", &value, error) < 0 ||
            !read_when(ec, g, &when, error)) {
            ok = false;
            break;
        }
        if (!when)
            fallback = value;
        for (uint32_t s = 0; when && s < states; s++)
            if (when[s] && !known[s]) {
                ec->leakage[s] = value * lib->leakage_w;
                known[s] = true;
            }
        sum += when ? value : 0;
        count += when != NULL;
        free(when);
    }
    if (ok && fallback < 0) {
        int got = liberty_number(lib, group, "cell_leakage_power", &fallback,
                                 error);
        ok = got >= 0;
        if (got == 0)
            fallback = count ? sum / count : 0;
    }
    for (uint32_t s = 0; ok && s < states; s++)
        if (!known[s])
            ec->leakage[s] = fallback * lib->leakage_w;
    free(known);
    return ok;
}

/* --- internal power --------------------------------------------------- */

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
    return read_when(ec, group, &arc->when, error);
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

/* A toggle's mean energy: half of them rise. In the library's unit. */
static double arc_energy(const struct energy_arc *arc, double slew, double load)
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
        double low = arc_energy(a, slews[0], loads[0]);
        double high = arc_energy(a, slews[0], loads[n - 1]);
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

double energy_cell_slew(const struct energy_cell *ec, double slew, double load)
{
    if (!ec->slew[0].rows || !ec->slew[1].rows)
        return -1;
    return (liberty_table_at(&ec->slew[0], slew, load) +
            liberty_table_at(&ec->slew[1], slew, load)) / 2;
}

/* --- set-up ----------------------------------------------------------- */

bool energy_cell_init(struct energy_cell *ec, const struct liberty *lib,
                      const struct liberty_cell *cell,
                      struct liberty_error *error)
{
    *ec = (struct energy_cell){.lib = lib, .cell = cell, .state_pin = -1};
    ec->macro = liberty_child(cell->group, "memory", NULL) != NULL ||
                !strncmp(cell->name, "serac_macro_", 12);
    if (ec->macro)
        return true;
    if (cell->num_pins > 60)
        return liberty_fail(error, lib->path, cell->group->line,
                            "cell %s: more than 60 pins", cell->name);
    for (uint32_t i = 0; i < cell->num_pins; i++) {
        ec->outputs |= (uint64_t)(cell->pins[i].direction == LIBERTY_OUTPUT)
                       << i;
        ec->clocks |= (uint64_t)(cell->pins[i].clock &&
                                 cell->pins[i].direction == LIBERTY_INPUT)
                      << i;
    }
    if (!find_free(ec, error))
        return false;
    size_t states = (size_t)1 << ec->num_free;
    ec->values = calloc(states, sizeof *ec->values);
    ec->leakage = calloc(states, sizeof *ec->leakage);
    ec->changes = calloc(states, sizeof *ec->changes);
    if (!ec->values || !ec->leakage || !ec->changes)
        return liberty_fail(error, lib->path, 0, "out of memory");
    if (!fill_values(ec, error) || !find_register(ec, error) ||
        !read_leakage(ec, error) || !read_arcs(ec, error) ||
        !read_slew(ec, error))
        return false;
    find_load_share(ec);
    return true;
}

void energy_cell_free(struct energy_cell *ec)
{
    for (uint32_t i = 0; i < ec->num_arcs; i++) {
        free(ec->arcs[i].when);
        liberty_table_free(&ec->arcs[i].rise);
        liberty_table_free(&ec->arcs[i].fall);
    }
    liberty_table_free(&ec->slew[0]);
    liberty_table_free(&ec->slew[1]);
    free(ec->arcs);
    free(ec->values);
    free(ec->leakage);
    free(ec->changes);
}

/* --- one instance ----------------------------------------------------- */

/* Likelihood of each state, inputs taken as independent - but for a flip-flop
 * how often its input differs from its state is known: as often as it flips. */
static void weigh(const struct energy_cell *ec, const struct energy_use *use,
                  double *weight)
{
    uint32_t states = 1u << ec->num_free, pins = ec->cell->num_pins;
    double differ = 0, edges = 0, flips = 0;
    for (uint32_t s = 0; s < states; s++) {
        weight[s] = 1;
        for (uint32_t i = 0; i < ec->num_free; i++) {
            double high = 0.5;
            if (ec->free[i] < pins)
                high = use->high[ec->free[i]];
            else if (ec->state_pin >= 0)
                high = ec->state_inverted ? 1 - use->high[ec->state_pin]
                                          : use->high[ec->state_pin];
            weight[s] *= s >> i & 1 ? high : 1 - high;
        }
        differ += ec->changes[s] ? weight[s] : 0;
    }
    if (ec->cell->kind != LIBERTY_FF || ec->state_pin < 0)
        return;
    flips = use->toggles[ec->state_pin];
    for (uint32_t i = 0; i < pins; i++)
        if (ec->clocks >> i & 1)
            edges += use->toggles[i] / 2;
    if (!(edges > 0) || !(differ > 0) || !(differ < 1))
        return;
    double share = flips < edges ? flips / edges : 1;
    for (uint32_t s = 0; s < states; s++)
        weight[s] *= ec->changes[s] ? share / differ
                                    : (1 - share) / (1 - differ);
}

/* Energy of a toggle of `pin` caused by the pins in `related`: conditional arcs
 * by their likelihood, the unconditional one in all other states. An output's
 * toggle happened in one of the states listed, so there these are normalised;
 * an input's may have happened where no arc applies. */
static double pin_energy(const struct energy_cell *ec,
                         const struct energy_use *use, const double *weight,
                         uint32_t pin, uint64_t related, bool output)
{
    double sum = 0, likely = 0, other = 0, plain = 0;
    uint32_t states = 1u << ec->num_free, count = 0;
    bool unconditional = false;
    for (uint32_t i = 0; i < ec->num_arcs; i++) {
        const struct energy_arc *arc = ec->arcs + i;
        double p = 0, load = output ? use->load[pin] : 0;
        if (arc->pin != pin || arc->related != related)
            continue;
        double energy = arc_energy(arc, use->slew, load);
        plain += energy;
        count++;
        if (!arc->when) {
            other += energy;         /* several: one per supply */
            unconditional = true;
            continue;
        }
        for (uint32_t s = 0; s < states; s++)
            p += arc->when[s] ? weight[s] : 0;
        sum += p * energy;
        likely += p;
    }
    if (unconditional)
        return sum + (likely < 1 ? 1 - likely : 0) * other;
    if (!output)
        return sum;
    if (likely > 1e-12)
        return sum / likely;
    return count ? plain / count : 0;
}

/* Over the pins that may have caused a toggle, by how often they toggle. */
static double output_energy(const struct energy_cell *ec,
                            const struct energy_use *use, const double *weight,
                            uint32_t pin)
{
    double sum = 0, total = 0, plain = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < ec->num_arcs; i++) {
        uint64_t related = ec->arcs[i].related;
        bool seen = ec->arcs[i].pin != pin;
        for (uint32_t j = 0; j < i && !seen; j++)
            seen = ec->arcs[j].pin == pin && ec->arcs[j].related == related;
        if (seen)
            continue;
        double cause = related ? 0 : 1;
        for (uint32_t p = 0; p < ec->cell->num_pins; p++)
            cause += related >> p & 1 ? use->toggles[p] : 0;
        double energy = pin_energy(ec, use, weight, pin, related, true);
        sum += cause * energy;
        total += cause;
        plain += energy;
        count++;
    }
    if (total > 0)
        return sum / total;
    return count ? plain / count : 0;
}

void energy_cell_at(const struct energy_cell *ec, const struct energy_use *use,
                    bool tables_whole, struct energy_result *result)
{
    double weight[1 << MAX_FREE];
    double v2 = ec->lib->voltage * ec->lib->voltage / 2;
    *result = (struct energy_result){0, 0, 0};
    if (ec->macro)
        return;
    weigh(ec, use, weight);
    for (uint32_t s = 0; s < 1u << ec->num_free; s++)
        result->leakage += weight[s] * ec->leakage[s];
    for (uint32_t pin = 0; pin < ec->cell->num_pins; pin++) {
        bool output = ec->outputs >> pin & 1;
        if (!(use->toggles[pin] > 0))
            continue;
        double energy = output
                            ? output_energy(ec, use, weight, pin)
                            : pin_energy(ec, use, weight, pin, 0, false);
        if (output && !tables_whole && ec->load_share > 0.5)
            energy -= v2 * use->load[pin];
        energy *= use->toggles[pin] * ec->lib->energy_j;
        if (ec->clocks >> pin & 1)
            result->clock += energy;
        else
            result->internal += energy;
    }
}
