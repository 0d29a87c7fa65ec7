/* netlist.c - elaborates a yosys JSON netlist: every module is parsed once,
 * then instantiated as often as the hierarchy says. */
#include "netlist.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

#define OPEN UINT32_MAX

/* A connection's bits: numbers within the module, 0 and 1 the constants (yosys
 * itself counts nets from 2). */
struct bits {
    uint32_t *bit;
    uint32_t count;
};

struct port {
    const char *name;
    struct bits bits;
};

struct cell {
    const char *name;
    uint32_t kind;               /* in netlist.cells, or OPEN */
    struct module *module;       /* of an instance of a module */
    struct port *ports;          /* a module's; a leaf's one per Liberty pin */
    uint32_t num_ports;
};

struct netname {
    const char *name;
    struct bits bits;
    int offset;
    bool upto;
};

struct module {
    const char *name;
    const cJSON *json;
    bool parsed, busy;
    uint32_t num_bits;           /* one more than the highest */
    struct port *ports;
    struct cell *cells;
    struct netname *names;
    uint32_t num_ports, num_cells, num_names;
};

struct loader {
    struct netlist *n;
    const struct netlist_setup *setup;
    struct liberty_error *error;
    struct module *modules;
    uint32_t num_modules;
    uint32_t room_nets, room_instances, room_pins, room_texts;
};

static bool fail(struct loader *l, const char *what, const char *detail)
{
    return liberty_fail(l->error, l->setup->path, 0, "%s%s%s", what,
                        *detail ? ": " : "", detail);
}

static void *grow(void *items, uint32_t *room, uint32_t needed, size_t size)
{
    if (needed <= *room && items)
        return items;
    *room = needed + needed / 2 + 64;
    void *more = realloc(items, (size_t)*room * size);
    if (!more) {
        fprintf(stderr, "out of memory\n");
        exit(3);
    }
    return more;
}

/* --- modules ---------------------------------------------------------- */

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
    return !*to || cJSON_IsObject(*to) || fail(l, "must be an object", key);
}

static bool read_bits(struct loader *l, struct module *m, const cJSON *array,
                      struct bits *bits)
{
    const cJSON *item;
    bits->count = 0;
    bits->bit = calloc(count_of(array) + 1, sizeof *bits->bit);
    if (!bits->bit)
        return fail(l, "out of memory", "");
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
    n->cells = realloc(n->cells, (n->num_cells + 1) * sizeof *n->cells);
    if (!n->cells)
        return OPEN - 1;
    if (!energy_cell_init(n->cells + n->num_cells, lib, cell, l->error)) {
        energy_cell_free(n->cells + n->num_cells);
        return OPEN - 1;
    }
    return n->num_cells++;
}

/* Connects port `name` of a leaf to its pins; a bus has a pin per bit. */
static bool connect_pins(struct loader *l, struct module *m,
                         const struct liberty_cell *lib_cell,
                         struct cell *cell, const cJSON *json)
{
    struct bits bits;
    char name[256];
    if (!read_bits(l, m, json, &bits))
        return false;
    for (uint32_t i = 0; i < bits.count; i++) {
        int pin = bits.count == 1 ? liberty_pin_find(lib_cell, json->string)
                                  : -1;
        if (pin < 0) {
            snprintf(name, sizeof name, "%s[%u]", json->string, (unsigned)i);
            pin = liberty_pin_find(lib_cell, name);
        }
        if (pin < 0) {
            snprintf(name, sizeof name, "%s.%s", lib_cell->name, json->string);
            free(bits.bit);
            return fail(l, "no such pin in the Liberty file", name);
        }
        struct port *port = cell->ports + pin;
        if (port->bits.bit) {
            snprintf(name, sizeof name, "%s.%s", lib_cell->name, json->string);
            free(bits.bit);
            return fail(l, "a pin is connected twice", name);
        }
        port->bits.bit = malloc(sizeof *port->bits.bit);
        if (!port->bits.bit)
            return fail(l, "out of memory", "");
        port->bits.bit[0] = bits.bit[i];
        port->bits.count = 1;
    }
    free(bits.bit);
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
    if (cell->kind != OPEN) {
        const struct liberty_cell *lc = l->n->cells[cell->kind].cell;
        cell->num_ports = lc->num_pins;
        cell->ports = calloc(lc->num_pins + 1, sizeof *cell->ports);
        if (!cell->ports)
            return fail(l, "out of memory", "");
        cJSON_ArrayForEach(c, connections)
            if (!connect_pins(l, m, lc, cell, c))
                return false;
        return true;
    }
    cell->module = find_module(l, name);
    /* A macro without a Liberty file of its own costs and loads nothing. */
    if (!strncmp(name, "serac_macro_", 12)) {
        cell->module = NULL;
        return true;
    }
    if (!cell->module)
        return fail(l, "cell type is in no Liberty file and no module", name);
    if (!parse_module(l, cell->module))
        return false;
    cell->ports = calloc(count_of(connections) + 1, sizeof *cell->ports);
    if (!cell->ports)
        return fail(l, "out of memory", "");
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
        return fail(l, "out of memory", "");
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
        return fail(l, "module contains itself", m->name);
    if (m->parsed)
        return true;
    m->busy = true;
    m->num_bits = 2;
    m->ports = calloc(count_of(ports) + 1, sizeof *m->ports);
    m->cells = calloc(count_of(cells) + 1, sizeof *m->cells);
    if (!m->ports || !m->cells)
        return fail(l, "out of memory", "");
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

/* --- elaboration ------------------------------------------------------ */

uint32_t netlist_root(const struct netlist *n, uint32_t net)
{
    while (n->nets[net].parent != net) {
        uint32_t up = n->nets[net].parent;
        n->nets[net].parent = n->nets[up].parent;
        net = n->nets[net].parent;
    }
    return net;
}

/* The smaller number stands for both, so constants stay constants. */
static void join(struct netlist *n, uint32_t a, uint32_t b)
{
    a = netlist_root(n, a);
    b = netlist_root(n, b);
    if (a > b) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    n->nets[b].parent = a;
    if (n->nets[b].known && !n->nets[a].known) {
        n->nets[a].known = true;
        n->nets[a].toggles = n->nets[b].toggles;
        n->nets[a].high = n->nets[b].high;
    }
}

static uint32_t add_nets(struct loader *l, uint32_t count)
{
    struct netlist *n = l->n;
    uint32_t first = n->num_nets;
    n->nets = grow(n->nets, &l->room_nets, first + count, sizeof *n->nets);
    for (uint32_t i = first; i < first + count; i++)
        n->nets[i] = (struct netlist_net){.parent = i};
    n->num_nets += count;
    return first;
}

/* Nets of a module instance are numbered from `base`; bit 2 is the first. */
static uint32_t net_of(uint32_t base, uint32_t bit)
{
    return bit < 2 ? bit : base + bit - 2;
}

static void find_activity(struct loader *l, const struct module *m,
                          uint32_t base, const char *path)
{
    const struct netlist_setup *s = l->setup;
    char name[1024];
    if (!s->activity)
        return;
    for (uint32_t i = 0; i < m->num_names; i++) {
        const struct netname *nn = m->names + i;
        for (uint32_t b = 0; b < nn->bits.count; b++) {
            uint32_t net = net_of(base, nn->bits.bit[b]);
            net = netlist_root(l->n, net);
            struct netlist_net *at = l->n->nets + net;
            if (at->known || net < 2)
                continue;
            int index = nn->upto ? nn->offset + (int)(nn->bits.count - 1 - b)
                                 : nn->offset + (int)b;
            if (nn->bits.count == 1)
                at->known = s->activity(s->ctx, path, nn->name, &at->toggles,
                                        &at->high);
            if (at->known)
                continue;
            snprintf(name, sizeof name, "%s[%d]", nn->name, index);
            at->known = s->activity(s->ctx, path, name, &at->toggles,
                                    &at->high);
        }
    }
}

static uint32_t add_text(struct loader *l, const char *text)
{
    struct netlist *n = l->n;
    uint32_t at = n->num_texts, room = (uint32_t)strlen(text) + 1;
    n->texts = grow(n->texts, &l->room_texts, at + room, 1);
    memcpy(n->texts + at, text, room);
    n->num_texts += room;
    return at;
}

void netlist_name(const struct netlist *n, uint32_t instance, char *to, size_t room)
{
    const char *path = n->texts + n->instances[instance].path;
    snprintf(to, room, "%s%s%s", path, *path ? "." : "", n->texts + n->instances[instance].name);
}

/* `path`: in texts. */
static void add_instance(struct loader *l, const struct cell *cell,
                         uint32_t base, uint32_t group, uint32_t path)
{
    struct netlist *n = l->n;
    n->instances = grow(n->instances, &l->room_instances, n->num_instances + 1,
                        sizeof *n->instances);
    n->pin_nets = grow(n->pin_nets, &l->room_pins,
                       n->num_pin_nets + cell->num_ports + 1,
                       sizeof *n->pin_nets);
    n->instances[n->num_instances++] =
        (struct netlist_instance){cell->kind, group, n->num_pin_nets, path, add_text(l, cell->name)};
    for (uint32_t i = 0; i < cell->num_ports; i++) {
        const struct bits *b = &cell->ports[i].bits;
        n->pin_nets[n->num_pin_nets++] =
            b->count ? net_of(base, b->bit[0]) : OPEN;
    }
    n->num_macros += n->cells[cell->kind].macro;
}

static bool elaborate(struct loader *l, const struct module *m, uint32_t base,
                      const char *path, uint32_t depth)
{
    uint32_t group = l->setup->group(l->setup->group_ctx, path, depth);
    uint32_t text = add_text(l, path);
    find_activity(l, m, base, path);
    for (uint32_t i = 0; i < m->num_cells; i++) {
        const struct cell *cell = m->cells + i;
        const struct module *inner = cell->module;
        if (cell->kind != OPEN)
            add_instance(l, cell, base, group, text);
        else if (!inner)
            l->n->num_macros++;
        if (!inner)
            continue;
        size_t room = strlen(path) + strlen(cell->name) + 2;
        char *name = malloc(room);
        if (!name)
            return fail(l, "out of memory", "");
        snprintf(name, room, "%s%s%s", path, *path ? "." : "", cell->name);
        uint32_t nets = add_nets(l, inner->num_bits - 2);
        for (uint32_t p = 0; p < cell->num_ports; p++)
            for (uint32_t q = 0; q < inner->num_ports; q++) {
                const struct bits *out = &cell->ports[p].bits;
                const struct bits *in = &inner->ports[q].bits;
                if (strcmp(cell->ports[p].name, inner->ports[q].name))
                    continue;
                for (uint32_t b = 0; b < out->count && b < in->count; b++)
                    join(l->n, net_of(base, out->bit[b]),
                         net_of(nets, in->bit[b]));
            }
        bool ok = elaborate(l, inner, nets, name, depth + 1);
        free(name);
        if (!ok)
            return false;
    }
    return true;
}

/* Pins load the nets they read; a cell's output also its own. */
static void add_loads(struct netlist *n)
{
    for (uint32_t i = 0; i < n->num_instances; i++) {
        const struct netlist_instance *inst = n->instances + i;
        const struct energy_cell *ec = n->cells + inst->cell;
        for (uint32_t p = 0; p < ec->cell->num_pins; p++) {
            uint32_t net = n->pin_nets[inst->first + p];
            if (net == OPEN)
                continue;
            struct netlist_net *at = n->nets + netlist_root(n, net);
            const struct liberty_pin *pin = ec->cell->pins + p;
            if (pin->direction == LIBERTY_OUTPUT)
                at->driven = true;
            else
                at->fanout++;
            at->load += pin->capacitance * ec->lib->cap_f;
        }
    }
}

static void free_ports(struct port *ports, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        free(ports[i].bits.bit);
    free(ports);
}

static void free_modules(struct loader *l)
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

static bool keep_ports(struct loader *l, const struct module *top, uint32_t base)
{
    struct netlist *n = l->n;
    n->ports = calloc(top->num_ports + 1, sizeof *n->ports);
    if (!n->ports)
        return fail(l, "out of memory", "");
    for (; n->num_ports < top->num_ports; n->num_ports++) {
        const struct port *from = top->ports + n->num_ports;
        struct netlist_port *to = n->ports + n->num_ports;
        to->name = strdup(from->name);
        to->nets = malloc((from->bits.count + 1) * sizeof *to->nets);
        if (!to->name || !to->nets)
            return fail(l, "out of memory", "");
        for (to->count = 0; to->count < from->bits.count; to->count++)
            to->nets[to->count] =
                netlist_root(n, net_of(base, from->bits.bit[to->count]));
    }
    return true;
}

static bool load(struct loader *l, const cJSON *root)
{
    const cJSON *modules = cJSON_GetObjectItemCaseSensitive(root, "modules");
    const cJSON *item;
    if (!cJSON_IsObject(modules))
        return fail(l, "no modules; a netlist written by yosys write_json is "
                       "needed", "");
    l->modules = calloc(count_of(modules) + 1, sizeof *l->modules);
    if (!l->modules)
        return fail(l, "out of memory", "");
    cJSON_ArrayForEach(item, modules) {
        l->modules[l->num_modules].name = item->string;
        l->modules[l->num_modules++].json = item;
    }
    struct module *top = find_module(l, l->setup->top);
    if (!top)
        return fail(l, "no module", l->setup->top);
    if (!parse_module(l, top))
        return false;
    add_nets(l, 2);
    l->n->nets[0].known = l->n->nets[1].known = true;
    l->n->nets[1].high = 1;
    uint32_t base = add_nets(l, top->num_bits - 2);
    if (!elaborate(l, top, base, "", 0) || !keep_ports(l, top, base))
        return false;
    add_loads(l->n);
    return true;
}

bool netlist_load(struct netlist *n, const struct netlist_setup *setup,
                  struct liberty_error *error)
{
    struct loader l = {.n = n, .setup = setup, .error = error};
    *n = (struct netlist){.num_nets = 0};
    char *text = liberty_read(setup->path, error);
    if (!text)
        return false;
    cJSON *root = cJSON_Parse(text);
    bool ok = root ? load(&l, root) : fail(&l, "no valid JSON", "");
    free_modules(&l);
    cJSON_Delete(root);
    free(text);
    if (!ok)
        netlist_free(n);
    return ok;
}

void netlist_free(struct netlist *n)
{
    for (uint32_t i = 0; i < n->num_cells; i++)
        energy_cell_free(n->cells + i);
    for (uint32_t i = 0; i < n->num_ports; i++) {
        free(n->ports[i].name);
        free(n->ports[i].nets);
    }
    free(n->ports);
    free(n->cells);
    free(n->nets);
    free(n->instances);
    free(n->pin_nets);
    free(n->texts);
    *n = (struct netlist){.num_nets = 0};
}
