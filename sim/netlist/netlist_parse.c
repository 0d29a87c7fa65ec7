/* netlist_parse.c - the modules of yosys' JSON: every one is parsed once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"
#include "netlist_internal.h"

bool netlist_fail(struct loader *l, const char *what, const char *detail)
{
    return liberty_fail(l->error, l->setup->path, 0, "%s%s%s", what,
                        *detail ? ": " : "", detail);
}

static struct module *find_module(struct loader *l, const char *name)
{
    for (uint32_t i = 0; i < l->num_modules; i++)
        if (!strcmp(l->modules[i].name, name))
            return l->modules + i;
    return NULL;
}

static uint32_t count_of(const cJSON *object)
{
    return object ? (uint32_t)cJSON_GetArraySize(object) : 0;
}

/* Child `key`, an object whose members have names; NULL: there is none. */
static bool child(struct loader *l, const cJSON *json, const char *key,
                  const cJSON **to)
{
    *to = cJSON_GetObjectItemCaseSensitive(json, key);
    return !*to || cJSON_IsObject(*to) || netlist_fail(l, "must be an object", key);
}

static bool read_bits(struct loader *l, struct module *m, const cJSON *array,
                      struct bits *bits)
{
    const cJSON *item;
    bits->count = 0;
    bits->bit = calloc(count_of(array) + 1, sizeof *bits->bit);
    if (!bits->bit)
        return netlist_fail(l, "out of memory", "");
    cJSON_ArrayForEach(item, array) {
        uint32_t bit = 0;        /* "0", and "x" and "z", which toggle no net */
        if (cJSON_IsNumber(item))
            bit = item->valuedouble >= 2 && item->valuedouble < 2e9
                      ? (uint32_t)item->valuedouble : 0;
        else if (cJSON_IsString(item) && item->valuestring[0] == '1')
            bit = 1;
        bits->bit[bits->count++] = bit;
        if (bit >= m->num_bits)
            m->num_bits = bit + 1;
    }
    return true;
}

static uint32_t kind_of(struct loader *l, const char *type)
{
    struct netlist *n = l->n;
    const struct liberty_cell *cell = NULL;
    const struct liberty *lib = NULL;
    for (uint32_t i = 0; i < n->num_cells; i++)
        if (!strcmp(n->cells[i].cell->name, type))
            return i;
    for (uint32_t i = 0; i < l->setup->num_libs && !cell; i++) {
        lib = l->setup->libs[i];
        cell = liberty_cell_find(lib, type);
    }
    if (!cell)
        return OPEN;
    n->cells = liberty_memory(realloc(n->cells, (n->num_cells + 1) * sizeof *n->cells));
    if (!energy_cell_init(n->cells + n->num_cells, lib, cell, l->error)) {
        energy_cell_free(n->cells + n->num_cells);
        return OPEN - 1;
    }
    return n->num_cells++;
}

/* Connects bit `i` of a leaf's port to its pin; a bus has a pin per bit. */
static bool connect_pin(struct loader *l, const struct liberty_cell *lib_cell, struct cell *cell,
                        const char *port, const struct bits *bits, uint32_t i)
{
    char name[256];
    int pin = bits->count == 1 ? liberty_pin_find(lib_cell, port) : -1;
    if (pin < 0) {
        snprintf(name, sizeof name, "%s[%u]", port, (unsigned)i);
        pin = liberty_pin_find(lib_cell, name);
    }
    struct bits *to = pin < 0 ? NULL : &cell->ports[pin].bits;
    if (!to || to->bit) {
        snprintf(name, sizeof name, "%s.%s", lib_cell->name, port);
        return netlist_fail(l, to ? "a pin is connected twice"
                                  : "no such pin in the Liberty file", name);
    }
    to->bit = malloc(sizeof *to->bit);
    if (!to->bit)
        return netlist_fail(l, "out of memory", "");
    to->bit[0] = bits->bit[i];
    to->count = 1;
    return true;
}

static bool connect_pins(struct loader *l, struct module *m,
                         const struct liberty_cell *lib_cell,
                         struct cell *cell, const cJSON *json)
{
    struct bits bits;
    bool ok = read_bits(l, m, json, &bits);
    for (uint32_t i = 0; ok && i < bits.count; i++)
        ok = connect_pin(l, lib_cell, cell, json->string, &bits, i);
    free(bits.bit);
    return ok;
}

static bool parse_leaf(struct loader *l, struct module *m, struct cell *cell,
                       const cJSON *connections)
{
    const struct liberty_cell *lib_cell = l->n->cells[cell->kind].cell;
    const cJSON *c;
    cell->num_ports = lib_cell->num_pins;
    cell->ports = calloc(lib_cell->num_pins + 1, sizeof *cell->ports);
    if (!cell->ports)
        return netlist_fail(l, "out of memory", "");
    cJSON_ArrayForEach(c, connections)
        if (!connect_pins(l, m, lib_cell, cell, c))
            return false;
    return true;
}

static bool parse_module(struct loader *l, struct module *m);

static bool parse_cell(struct loader *l, struct module *m, struct cell *cell,
                       const cJSON *json)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(json, "type");
    const cJSON *connections, *c;
    if (!child(l, json, "connections", &connections))
        return false;
    const char *name = cJSON_IsString(type) ? type->valuestring : "";
    cell->name = json->string ? json->string : "";
    cell->kind = kind_of(l, name);
    if (cell->kind == OPEN - 1)
        return false;
    if (cell->kind != OPEN)
        return parse_leaf(l, m, cell, connections);
    /* A macro without a Liberty file of its own costs and loads nothing. */
    if (!strncmp(name, "serac_macro_", 12))
        return true;
    cell->module = find_module(l, name);
    if (!cell->module)
        return netlist_fail(l, "cell type is in no Liberty file and no module", name);
    if (!parse_module(l, cell->module))
        return false;
    cell->ports = calloc(count_of(connections) + 1, sizeof *cell->ports);
    if (!cell->ports)
        return netlist_fail(l, "out of memory", "");
    cJSON_ArrayForEach(c, connections) {
        cell->ports[cell->num_ports].name = c->string;
        if (!read_bits(l, m, c, &cell->ports[cell->num_ports++].bits))
            return false;
    }
    return true;
}

static bool parse_names(struct loader *l, struct module *m)
{
    const cJSON *names, *item;
    if (!child(l, m->json, "netnames", &names))
        return false;
    m->names = calloc(count_of(names) + 1, sizeof *m->names);
    if (!m->names)
        return netlist_fail(l, "out of memory", "");
    cJSON_ArrayForEach(item, names) {
        struct netname *name = m->names + m->num_names++;
        const cJSON *offset = cJSON_GetObjectItemCaseSensitive(item, "offset");
        name->name = item->string;
        name->offset = cJSON_IsNumber(offset) ? offset->valueint : 0;
        name->upto = cJSON_GetObjectItemCaseSensitive(item, "upto") != NULL;
        if (!read_bits(l, m, cJSON_GetObjectItemCaseSensitive(item, "bits"),
                       &name->bits))
            return false;
    }
    return true;
}

static bool parse_module(struct loader *l, struct module *m)
{
    const cJSON *ports, *cells, *item;
    if (!child(l, m->json, "ports", &ports) || !child(l, m->json, "cells", &cells))
        return false;
    if (m->busy)
        return netlist_fail(l, "module contains itself", m->name);
    if (m->parsed)
        return true;
    m->busy = true;
    m->num_bits = 2;
    m->ports = calloc(count_of(ports) + 1, sizeof *m->ports);
    m->cells = calloc(count_of(cells) + 1, sizeof *m->cells);
    if (!m->ports || !m->cells)
        return netlist_fail(l, "out of memory", "");
    cJSON_ArrayForEach(item, ports) {
        struct port *port = m->ports + m->num_ports++;
        port->name = item->string;
        if (!read_bits(l, m, cJSON_GetObjectItemCaseSensitive(item, "bits"),
                       &port->bits))
            return false;
    }
    cJSON_ArrayForEach(item, cells)
        if (!parse_cell(l, m, m->cells + m->num_cells++, item))
            return false;
    m->busy = false;
    m->parsed = true;
    return parse_names(l, m);
}

const struct module *netlist_parse(struct loader *l, const cJSON *root)
{
    const cJSON *modules = cJSON_GetObjectItemCaseSensitive(root, "modules");
    const cJSON *item;
    if (!cJSON_IsObject(modules)) {
        netlist_fail(l, "no modules; a netlist written by yosys write_json is needed", "");
        return NULL;
    }
    l->num_modules = 0;
    l->modules = calloc(count_of(modules) + 1, sizeof *l->modules);
    if (!l->modules) {
        netlist_fail(l, "out of memory", "");
        return NULL;
    }
    cJSON_ArrayForEach(item, modules) {
        l->modules[l->num_modules].name = item->string;
        l->modules[l->num_modules++].json = item;
    }
    struct module *top = find_module(l, l->setup->top);
    if (!top)
        netlist_fail(l, "no module", l->setup->top);
    return top && parse_module(l, top) ? top : NULL;
}

static void free_ports(struct port *ports, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        free(ports[i].bits.bit);
    free(ports);
}

void netlist_modules_free(struct loader *l)
{
    for (uint32_t i = 0; i < l->num_modules; i++) {
        struct module *m = l->modules + i;
        free_ports(m->ports, m->num_ports);
        for (uint32_t c = 0; c < m->num_cells; c++)
            free_ports(m->cells[c].ports, m->cells[c].num_ports);
        for (uint32_t c = 0; c < m->num_names; c++)
            free(m->names[c].bits.bit);
        free(m->cells);
        free(m->names);
    }
    free(l->modules);
}
