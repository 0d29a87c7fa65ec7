/* liberty_cell.c - units and cells from the tree of a Liberty file. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

/* --- units ------------------------------------------------------------ */

/* SI factor of "10ps", "1pW", "1V"; 0 if it cannot be read. */
static double unit_factor(const char *text, const char *unit)
{
    static const char letters[] = "afpnum kM";
    static const double factors[] = {1e-18, 1e-15, 1e-12, 1e-9, 1e-6,
                                     1e-3,  1,     1e3,   1e6};
    char *end;
    double number = strtod(text, &end);
    if (end == text)
        number = 1;
    while (isspace((unsigned char)*end))
        end++;
    size_t rest = strlen(end), length = strlen(unit);
    if (rest != length && rest != length + 1)
        return 0;
    for (size_t i = 0; i < length; i++)
        if (tolower((unsigned char)end[rest - length + i]) !=
            tolower((unsigned char)unit[i]))
            return 0;
    if (rest == length)
        return number;
    /* Units are written in both cases, but a capital M is no milli. */
    char letter = *end == 'M' ? 'M' : (char)tolower((unsigned char)*end);
    const char *at = strchr(letters, letter);
    return at && *at ? number * factors[at - letters] : 0;
}

static bool simple_unit(struct liberty *lib, const char *name, const char *unit,
                        double fallback, double *factor,
                        struct liberty_error *error)
{
    const struct liberty_attr *attr = liberty_attr(lib->root, name);
    *factor = fallback;
    if (!attr)
        return true;
    *factor = unit_factor(attr->values[0], unit);
    return *factor > 0 || liberty_fail(error, lib->path, attr->line,
                                       "%s: '%s' is no unit of %s", name,
                                       attr->values[0], unit);
}

static bool read_units(struct liberty *lib, struct liberty_error *error)
{
    const struct liberty_attr *cap =
        liberty_attr(lib->root, "capacitive_load_unit");
    char text[64];
    if (!simple_unit(lib, "time_unit", "s", 1e-9, &lib->time_s, error) ||
        !simple_unit(lib, "voltage_unit", "V", 1, &lib->volt_v, error) ||
        !simple_unit(lib, "leakage_power_unit", "W", 1e-9, &lib->leakage_w,
                     error))
        return false;
    lib->cap_f = 1e-12;
    if (cap) {
        if (cap->count != 2)
            return liberty_fail(error, lib->path, cap->line,
                                "capacitive_load_unit: a number and a unit are "
                                "needed");
        double number = strtod(cap->values[0], NULL);
        snprintf(text, sizeof text, "%s", cap->values[1]);
        lib->cap_f = number * unit_factor(text, "F");
        if (!(lib->cap_f > 0))
            return liberty_fail(error, lib->path, cap->line,
                                "capacitive_load_unit: '%s %s' is no unit of F",
                                cap->values[0], cap->values[1]);
    }
    lib->energy_j = lib->cap_f * lib->volt_v * lib->volt_v;
    return true;
}

/* nom_voltage, else that of the default operating conditions. */
static bool read_voltage(struct liberty *lib, struct liberty_error *error)
{
    const char *name = liberty_text(lib->root, "default_operating_conditions");
    const struct liberty_group *group = NULL;
    int got = liberty_number(lib, lib->root, "nom_voltage", &lib->voltage,
                             error);
    if (got)
        return got > 0;
    while ((group = liberty_child(lib->root, "operating_conditions", group)))
        if (!name || (group->num_args && !strcmp(group->args[0], name)))
            break;
    if (!group)
        return liberty_fail(error, lib->path, lib->root->line,
                            "no nom_voltage and no operating conditions");
    got = liberty_number(lib, group, "voltage", &lib->voltage, error);
    return got > 0 || (got == 0 && liberty_fail(error, lib->path, group->line,
                                                "no voltage"));
}

/* --- cells ------------------------------------------------------------ */

/* Pins named in a register's clock expression are clock pins, whether the
 * library says so or not. */
static void mark_clocks(struct liberty_cell *cell, const char *expression)
{
    for (uint32_t i = 0; expression && i < cell->num_pins; i++) {
        const char *name = cell->pins[i].name, *at = expression;
        size_t length = strlen(name);
        while ((at = strstr(at, name))) {
            char after = at[length], before = at == expression ? ' ' : at[-1];
            bool starts = !isalnum((unsigned char)before) && before != '_';
            bool ends = !isalnum((unsigned char)after) && after != '_';
            cell->pins[i].clock |= starts && ends;
            at += length;
        }
    }
}

static void classify(struct liberty_cell *cell)
{
    static const char *const types[] = {"ff", "ff_bank", "latch", "latch_bank"};
    bool function = false;
    for (uint32_t i = 0; i < cell->num_pins; i++)
        function |= cell->pins[i].function != NULL;
    cell->kind = function ? LIBERTY_COMBINATIONAL : LIBERTY_OTHER;
    for (int i = 0; i < 4 && !cell->state; i++)
        if ((cell->state = liberty_child(cell->group, types[i], NULL)))
            cell->kind = i < 2 ? LIBERTY_FF : LIBERTY_LATCH;
    if (cell->state) {
        mark_clocks(cell, liberty_text(cell->state, "clocked_on"));
        mark_clocks(cell, liberty_text(cell->state, "enable"));
    }
    if (liberty_text(cell->group, "clock_gating_integrated_cell")) {
        cell->kind = LIBERTY_GATE;
        for (uint32_t i = 0; i < cell->num_pins; i++)
            cell->pins[i].clock |=
                liberty_true(cell->pins[i].group, "clock_gate_clock_pin");
    }
}

static bool read_cell(struct liberty *lib, const struct liberty_group *group,
                      struct liberty_cell *cell, struct liberty_error *error)
{
    if (!group->num_args)
        return liberty_fail(error, lib->path, group->line,
                            "cell without a name");
    cell->name = group->args[0];
    cell->group = group;
    if (liberty_number(lib, group, "area", &cell->area, error) < 0 ||
        !liberty_pins_read(lib, group, NULL, &cell->num_pins, error))
        return false;
    cell->pins = liberty_alloc(lib, (cell->num_pins + 1) * sizeof *cell->pins);
    if (!liberty_pins_read(lib, group, cell->pins, &cell->num_pins, error))
        return false;
    classify(cell);
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct liberty_cell *x = a, *y = b;
    return strcmp(x->name, y->name);
}

bool liberty_digest(struct liberty *lib, struct liberty_error *error)
{
    const struct liberty_group *group = NULL;
    lib->name = lib->root->num_args ? lib->root->args[0] : "";
    if (!read_units(lib, error) || !read_voltage(lib, error))
        return false;
    while ((group = liberty_child(lib->root, "cell", group)))
        lib->num_cells++;
    lib->cells = liberty_alloc(lib, (lib->num_cells + 1) * sizeof *lib->cells);
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        group = liberty_child(lib->root, "cell", group);
        if (!read_cell(lib, group, lib->cells + i, error))
            return false;
    }
    qsort(lib->cells, lib->num_cells, sizeof *lib->cells, by_name);
    return true;
}

const struct liberty_cell *liberty_cell_find(const struct liberty *lib,
                                             const char *name)
{
    const struct liberty_cell key = {.name = name};
    return bsearch(&key, lib->cells, lib->num_cells, sizeof key, by_name);
}

int liberty_pin_find(const struct liberty_cell *cell, const char *name)
{
    for (uint32_t i = 0; i < cell->num_pins; i++)
        if (!strcmp(cell->pins[i].name, name))
            return (int)i;
    return -1;
}

bool liberty_ground(const struct liberty *lib, const struct liberty_cell *cell,
                    const struct liberty_group *group)
{
    const char *name = liberty_text(group, "related_pg_pin"), *type;
    const struct liberty_group *pg = NULL;
    if (!name)
        return false;
    while ((pg = liberty_child(cell->group, "pg_pin", pg)))
        if (pg->num_args && !strcmp(pg->args[0], name)) {
            type = liberty_text(pg, "pg_type");
            return type && strstr(type, "ground") != NULL;
        }
    const struct liberty_attr *map = lib->root->attrs;
    for (; map; map = map->next)
        if (!strcmp(map->name, "voltage_map") && map->count == 2 &&
            !strcmp(map->values[0], name))
            return strtod(map->values[1], NULL) == 0;
    return false;
}

double liberty_wire_f(const struct liberty *lib)
{
    double least = 0;
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        if (c->kind == LIBERTY_FF && c->area > 0 &&
            (least == 0 || c->area < least))
            least = c->area;
    }
    return 0.2e-15 * 3 * sqrt(least / 3 / 0.7);
}
