/* liberty_pin.c - pins of a cell, and the bits of its buses, from the tree of a Liberty file. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "liberty_internal.h"

/* The mean of rise and fall if they are given, else the plain one. */
static bool pin_capacitance(const struct liberty *lib,
                            const struct liberty_group *group, double *cap,
                            struct liberty_error *error)
{
    double rise, fall;
    int r = liberty_number(lib, group, "rise_capacitance", &rise, error);
    int f = liberty_number(lib, group, "fall_capacitance", &fall, error);
    if (r < 0 || f < 0)
        return false;
    if (r && f) {
        *cap = (rise + fall) / 2;
        return true;
    }
    return liberty_number(lib, group, "capacitance", cap, error) >= 0;
}

static bool read_direction(const struct liberty *lib,
                           const struct liberty_group *group,
                           struct liberty_pin *pin, struct liberty_error *error)
{
    static const char *const names[] = {"input", "output", "inout", "internal"};
    const char *text = liberty_text(group, "direction");
    if (!text)
        return true;
    for (int i = 0; i < 4; i++)
        if (!strcmp(text, names[i])) {
            pin->direction = (enum liberty_direction)i;
            return true;
        }
    return liberty_fail(error, lib->path, group->line,
                        "direction: '%s' is not input, output, inout or "
                        "internal", text);
}

/* `fallback`: the library's default capacitance for this direction. */
static bool read_pin(const struct liberty *lib,
                     const struct liberty_group *group, struct liberty_pin *pin,
                     struct liberty_error *error)
{
    static const char *const defaults[] = {"default_input_pin_cap",
                                           "default_output_pin_cap",
                                           "default_inout_pin_cap"};
    if (!read_direction(lib, group, pin, error))
        return false;
    if (!pin->bus && pin->direction <= LIBERTY_INOUT &&
        liberty_number(lib, lib->root, defaults[pin->direction],
                       &pin->capacitance, error) < 0)
        return false;
    pin->group = group;
    const char *function = liberty_text(group, "function");
    if (function)
        pin->function = function;
    pin->clock |= liberty_true(group, "clock");
    pin->three_state |= liberty_text(group, "three_state") != NULL;
    return pin_capacitance(lib, group, &pin->capacitance, error) &&
           liberty_number(lib, group, "max_capacitance", &pin->max_capacitance,
                          error) >= 0;
}

/* First and last index of a bus type. */
static bool bus_range(const struct liberty *lib,
                      const struct liberty_group *cell,
                      const struct liberty_group *bus, int *from, int *to,
                      struct liberty_error *error)
{
    const char *name = liberty_text(bus, "bus_type");
    const struct liberty_group *places[2] = {cell, lib->root}, *type = NULL;
    double a, b;
    for (int i = 0; name && i < 2 && !type; i++)
        while ((type = liberty_child(places[i], "type", type)))
            if (type->num_args && !strcmp(type->args[0], name))
                break;
    if (!type)
        return liberty_fail(error, lib->path, bus->line,
                            "bus '%s': its bus_type is not defined",
                            bus->num_args ? bus->args[0] : "");
    int got = liberty_number(lib, type, "bit_from", &a, error);
    int got_to = liberty_number(lib, type, "bit_to", &b, error);
    if (got < 0 || got_to < 0)
        return false;
    if (!got || !got_to || fabs(a) > 65535 || fabs(b) > 65535)
        return liberty_fail(error, lib->path, type->line,
                            "bit_from or bit_to is missing or out of range");
    *from = (int)a;
    *to = (int)b;
    return true;
}

/* Pin groups inside a bus ("A[3]", "A[5:0]") refine its bits, of which `first` is `low`. */
static bool refine_bus(const struct liberty *lib, const struct liberty_group *bus,
                       struct liberty_pin *first, int low, int high,
                       struct liberty_error *error)
{
    const struct liberty_group *inner = NULL;
    while ((inner = liberty_child(bus, "pin", inner))) {
        int a, b, got = 0;
        const char *open = inner->num_args ? strchr(inner->args[0], '[') : NULL;
        if (open)
            got = sscanf(open, "[%d:%d]", &a, &b);
        if (got == 1)
            b = a;
        if (got < 1 || a < low || a > high || b < low || b > high)
            return liberty_fail(error, lib->path, inner->line,
                                "pin is not within its bus");
        for (int i = a < b ? a : b; i <= (a < b ? b : a); i++)
            if (!read_pin(lib, inner, first + (i - low), error))
                return false;
    }
    return true;
}

static bool read_bus(struct liberty *lib, const struct liberty_group *cell,
                     const struct liberty_group *bus, struct liberty_pin *pins,
                     uint32_t *count, struct liberty_error *error)
{
    int from = 0, to = 0;
    if (!bus_range(lib, cell, bus, &from, &to, error))
        return false;
    int low = from < to ? from : to, high = from < to ? to : from;
    if (!pins) {
        *count += (uint32_t)(high - low + 1);
        return true;
    }
    struct liberty_pin *first = pins + *count;
    for (int i = low; i <= high; i++) {
        struct liberty_pin *pin = pins + (*count)++;
        size_t room = strlen(bus->args[0]) + 16;
        char *name = liberty_alloc(lib, room);
        snprintf(name, room, "%s[%d]", bus->args[0], i);
        pin->name = name;
        if (!read_pin(lib, bus, pin, error))
            return false;
        pin->bus = bus;
    }
    return refine_bus(lib, bus, first, low, high, error);
}

bool liberty_pins_read(struct liberty *lib, const struct liberty_group *cell,
                       struct liberty_pin *pins, uint32_t *count,
                       struct liberty_error *error)
{
    *count = 0;
    for (const struct liberty_group *g = cell->groups; g; g = g->next) {
        bool bus = !strcmp(g->type, "bus");
        if (!bus && strcmp(g->type, "pin"))
            continue;
        if (!g->num_args)
            return liberty_fail(error, lib->path, g->line,
                                "%s without a name", g->type);
        if (bus && !read_bus(lib, cell, g, pins, count, error))
            return false;
        for (uint32_t i = 0; !bus && i < g->num_args; i++, ++*count) {
            if (!pins)
                continue;
            pins[*count].name = g->args[i];
            if (!read_pin(lib, g, pins + *count, error))
                return false;
        }
    }
    return true;
}
