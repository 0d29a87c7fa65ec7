/* energy_cell.c - the states of a cell, and its leakage by them. */
#include <stdlib.h>
#include <string.h>

#include "energy_internal.h"
#include "liberty_internal.h"

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

bool energy_cell_when(const struct energy_cell *ec, const struct liberty_group *group,
                      bool **when, struct liberty_error *error)
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
            !energy_cell_when(ec, g, &when, error)) {
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
    return fill_values(ec, error) && find_register(ec, error) &&
           read_leakage(ec, error) && energy_cell_tables(ec, error);
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
