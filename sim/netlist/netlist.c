/* netlist.c - elaborates a netlist: every module is instantiated as often as the hierarchy says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"
#include "netlist_internal.h"

static void *grow(void *items, uint32_t *room, uint32_t needed, size_t size)
{
    if (needed <= *room && items)
        return items;
    *room = needed + needed / 2 + 64;
    return liberty_memory(realloc(items, (size_t)*room * size));
}

/* --- nets ------------------------------------------------------------- */

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

/* --- elaboration ------------------------------------------------------ */

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

/* Ports of a module's instance and what its module calls them are one net. */
static void join_ports(struct loader *l, const struct cell *cell, uint32_t outside, uint32_t inside)
{
    const struct module *inner = cell->module;
    for (uint32_t p = 0; p < cell->num_ports; p++)
        for (uint32_t q = 0; q < inner->num_ports; q++) {
            const struct bits *out = &cell->ports[p].bits;
            const struct bits *in = &inner->ports[q].bits;
            if (strcmp(cell->ports[p].name, inner->ports[q].name))
                continue;
            for (uint32_t b = 0; b < out->count && b < in->count; b++)
                join(l->n, net_of(outside, out->bit[b]), net_of(inside, in->bit[b]));
        }
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
            return netlist_fail(l, "out of memory", "");
        snprintf(name, room, "%s%s%s", path, *path ? "." : "", cell->name);
        uint32_t nets = add_nets(l, inner->num_bits - 2);
        join_ports(l, cell, base, nets);
        bool ok = elaborate(l, inner, nets, name, depth + 1);
        free(name);
        if (!ok)
            return false;
    }
    return true;
}

/* --- the whole ---------------------------------------------------------- */

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

static bool keep_ports(struct loader *l, const struct module *top, uint32_t base)
{
    struct netlist *n = l->n;
    n->ports = calloc(top->num_ports + 1, sizeof *n->ports);
    if (!n->ports)
        return netlist_fail(l, "out of memory", "");
    for (; n->num_ports < top->num_ports; n->num_ports++) {
        const struct port *from = top->ports + n->num_ports;
        struct netlist_port *to = n->ports + n->num_ports;
        to->name = strdup(from->name);
        to->nets = malloc((from->bits.count + 1) * sizeof *to->nets);
        if (!to->name || !to->nets)
            return netlist_fail(l, "out of memory", "");
        for (to->count = 0; to->count < from->bits.count; to->count++)
            to->nets[to->count] =
                netlist_root(n, net_of(base, from->bits.bit[to->count]));
    }
    return true;
}

static bool load(struct loader *l, const cJSON *root)
{
    const struct module *top = netlist_parse(l, root);
    if (!top)
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
    bool ok = root ? load(&l, root) : netlist_fail(&l, "no valid JSON", "");
    netlist_modules_free(&l);
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
