/* blocks.c - the graph of a module, from yosys' JSON: drivers of bits first, then back from every input. */
#include "blocks.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

const struct blocks_op blocks_ops[] = {
    {"$add", "+"}, {"$sub", "−"}, {"$mul", "×"}, {"$shl", "≪"}, {"$lt", "<"}, {"$gt", ">"}, {"$ge", "≥"},
    {"$eq", "="}, {"$xor", "⊕"}, {"$shiftx", "[i]"}, {NULL, NULL}};

/* Who drives a bit: a node's signal, or logic (then `cell`). */
struct driver {
    uint32_t node;                /* NONE: logic, or nothing */
    const char *signal;
    const cJSON *cell;
};

struct builder {
    struct blocks *b;
    const struct blocks_setup *setup;
    const cJSON *module;
    struct driver *drivers;       /* by bit */
    uint32_t *seen;               /* by 2 * bit + control: stamp of the walk that was there */
    uint32_t num_bits, stamp;
    uint32_t room_nodes, room_wires;
};

void blocks_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("blocks: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void *grown(void *items, uint32_t *room, uint32_t count, size_t size)
{
    if (count < *room)
        return items;
    *room = 2 * *room + 64;
    items = realloc(items, *room * size);
    if (!items)
        blocks_die("out of memory");
    return items;
}

bool blocks_matches(const char *name, const char *const *patterns)
{
    for (; patterns && *patterns; patterns++)
        if (fnmatch(*patterns, name, 0) == 0)
            return true;
    return false;
}

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!found)
        blocks_die("the netlist has no %s", name);
    return found;
}

/* --- nodes -------------------------------------------------------------- */

/* Behind the scopes of generate blocks: gen_column[0].u_column is u_column. */
static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

static uint32_t node_of(struct builder *s, enum blocks_kind kind, const char *name, size_t length)
{
    struct blocks *b = s->b;
    for (uint32_t i = 0; i < b->num_nodes; i++)
        if (b->nodes[i].kind == kind && strlen(b->nodes[i].name) == length && !strncmp(b->nodes[i].name, name, length))
            return i;
    b->nodes = grown(b->nodes, &s->room_nodes, b->num_nodes, sizeof *b->nodes);
    b->nodes[b->num_nodes] = (struct blocks_node){.kind = kind, .name = strndup(name, length)};
    if (!b->nodes[b->num_nodes].name)
        blocks_die("out of memory");
    return b->num_nodes++;
}

/* Behind yosys' prefix: $paramod$0123abcd\serac_queue is serac_queue, perhaps followed by \ and parameters.
 * NULL: a cell of yosys' own. */
static const char *module_name(const char *type)
{
    const char *end = strstr(type, "serac_");
    return (type[0] == '$' && strncmp(type, "$paramod", 8)) ? NULL : end;
}

/* The stem of a register: ctl_q3, ctl_q[3] and gen_lane[0].ctl_q are ctl_q. */
static size_t stem(const char *name)
{
    size_t length = strlen(name);
    while (length && (isdigit((unsigned char)name[length - 1]) || strchr("[]", name[length - 1])))
        length--;
    return length;
}

/* Where the source has it, so that nodes come in its order, whatever order yosys hashes cells to. */
static unsigned long place_of(const cJSON *object)
{
    const char *src = member(member(object, "attributes"), "src")->valuestring, *at = strrchr(src, ':');
    unsigned long line = at ? strtoul(at + 1, NULL, 10) : 0, column = at ? strtoul(strchr(at, '.') + 1, NULL, 10) : 0;
    return 1000 * line + column;
}

/* The net that the source gives the register whose output begins with `bit`. */
static const cJSON *register_net(const struct builder *s, int bit)
{
    const cJSON *net, *found = NULL;
    const char *best = NULL;
    cJSON_ArrayForEach(net, member(s->module, "netnames")) {
        const cJSON *b;
        const char *name = last_part(net->string);
        if (member(net, "hide_name")->valueint || !strstr(name, "_q"))
            continue;
        cJSON_ArrayForEach(b, member(net, "bits"))
            if (cJSON_IsNumber(b) && b->valueint == bit && (!best || strlen(name) < strlen(best))) {
                best = name;
                found = net;
            }
    }
    return found;
}

static void drive(struct builder *s, const cJSON *bits, struct driver by)
{
    const cJSON *bit;
    cJSON_ArrayForEach(bit, bits)
        if (cJSON_IsNumber(bit))
            s->drivers[bit->valueint] = by;
}

static const cJSON *net_of(const struct builder *s, const cJSON *cell)
{
    const cJSON *bit;
    cJSON_ArrayForEach(bit, member(member(cell, "connections"), "Q")) {
        const cJSON *net = cJSON_IsNumber(bit) ? register_net(s, bit->valueint) : NULL;
        if (net)
            return net;
    }
    blocks_die("%s: a register without a name that ends with _q", s->setup->module);
}

static void add_register(struct builder *s, const cJSON *cell)
{
    const cJSON *q = member(member(cell, "connections"), "Q");
    const char *name = last_part(net_of(s, cell)->string);
    uint32_t node = node_of(s, BLOCKS_REGISTER, name, stem(name));
    s->b->nodes[node].count++;
    s->b->nodes[node].bits += (uint32_t)cJSON_GetArraySize(q);
    drive(s, q, (struct driver){node, name, cell});
}

static void add_instance(struct builder *s, const cJSON *cell, const char *module)
{
    const char *name = last_part(cell->string);
    uint32_t node = node_of(s, BLOCKS_INSTANCE, name, strlen(name));
    if (!s->b->nodes[node].module && !(s->b->nodes[node].module = strndup(module, strcspn(module, "\\"))))
        blocks_die("out of memory");
    s->b->nodes[node].count++;
    const cJSON *port;
    cJSON_ArrayForEach(port, member(cell, "connections"))
        if (!strcmp(member(member(cell, "port_directions"), port->string)->valuestring, "output"))
            drive(s, port, (struct driver){node, port->string, cell});
}

static uint32_t pin_node(struct builder *s, const char *name)
{
    for (const struct blocks_pins *p = s->setup->pins; p && p->name; p++)
        if (blocks_matches(name, p->patterns))
            return node_of(s, BLOCKS_PINS, p->name, strlen(p->name));
    return node_of(s, BLOCKS_PINS, name, strlen(name));
}

static bool is_register(const char *type)
{
    return type[0] == '$' && (strstr(type, "dff") || strstr(type, "$sr"));
}

/* A cell that is a node, or part of one. */
struct placed {
    unsigned long place;
    const cJSON *cell;
};

static int by_place(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return strcmp(a->cell->string, b->cell->string);
}

static void find_drivers(struct builder *s)
{
    const cJSON *port, *cell, *cells = member(s->module, "cells");
    struct placed *placed = malloc(((size_t)cJSON_GetArraySize(cells) + 1) * sizeof *placed);
    size_t count = 0;
    if (!placed)
        blocks_die("out of memory");
    cJSON_ArrayForEach(port, member(s->module, "ports"))
        if (strcmp(member(port, "direction")->valuestring, "output") && !blocks_matches(port->string, s->setup->omit))
            drive(s, member(port, "bits"), (struct driver){pin_node(s, port->string), port->string, NULL});
    cJSON_ArrayForEach(cell, cells) {
        const char *type = member(cell, "type")->valuestring;
        if (module_name(type) && blocks_matches(last_part(cell->string), s->setup->omit))
            continue;
        if (module_name(type))
            placed[count++] = (struct placed){place_of(cell), cell};
        else if (is_register(type))
            placed[count++] = (struct placed){place_of(net_of(s, cell)), cell};
        else
            drive(s, member(member(cell, "connections"), "Y"), (struct driver){NONE, NULL, cell});
    }
    qsort(placed, count, sizeof *placed, by_place);
    for (size_t i = 0; i < count; i++) {
        const char *module = module_name(member(placed[i].cell, "type")->valuestring);
        if (module)
            add_instance(s, placed[i].cell, module);
        else
            add_register(s, placed[i].cell);
    }
    free(placed);
}

/* --- wires -------------------------------------------------------------- */

static void note_op(struct builder *s, uint32_t node, const char *type)
{
    for (uint32_t i = 0; blocks_ops[i].cell; i++)
        if (!strcmp(blocks_ops[i].cell, type))
            s->b->nodes[node].ops |= 1u << i;
}

/* Back from a bit that `to` sees at `port`. */
static void walk(struct builder *s, uint32_t bit, bool control, uint32_t to, const char *port)
{
    const struct driver *d = &s->drivers[bit];
    if (s->seen[2 * bit + control] == s->stamp || (!d->cell && d->node == NONE))
        return;
    s->seen[2 * bit + control] = s->stamp;
    struct blocks *b = s->b;
    if (d->node != NONE) {
        if (blocks_matches(d->signal, s->setup->omit))
            return;
        b->wires = grown(b->wires, &s->room_wires, b->num_wires, sizeof *b->wires);
        b->wires[b->num_wires++] = (struct blocks_wire){d->node, to, control, d->signal, port, bit};
        return;
    }
    const char *type = member(d->cell, "type")->valuestring;
    if (!control && b->nodes[to].kind == BLOCKS_REGISTER)
        note_op(s, to, type);
    const cJSON *input, *in;
    cJSON_ArrayForEach(input, member(d->cell, "connections"))
        if (strcmp(input->string, "Y")) {
            bool selects = !strcmp(input->string, "S") && strstr(type, "mux");
            cJSON_ArrayForEach(in, input)
                if (cJSON_IsNumber(in))
                    walk(s, (uint32_t)in->valueint, control || selects, to, port);
        }
}

static void walk_port(struct builder *s, const cJSON *bits, bool control, uint32_t to, const char *port)
{
    const cJSON *bit;
    if (blocks_matches(port, s->setup->omit))
        return;
    s->stamp++;
    cJSON_ArrayForEach(bit, bits)
        if (cJSON_IsNumber(bit))
            walk(s, (uint32_t)bit->valueint, control, to, port);
}

static void find_wires(struct builder *s)
{
    const cJSON *port, *cell;
    cJSON_ArrayForEach(cell, member(s->module, "cells")) {
        const char *type = member(cell, "type")->valuestring;
        const cJSON *connections = member(cell, "connections");
        if (module_name(type)) {
            if (blocks_matches(last_part(cell->string), s->setup->omit))
                continue;
            uint32_t node = node_of(s, BLOCKS_INSTANCE, last_part(cell->string), strlen(last_part(cell->string)));
            cJSON_ArrayForEach(port, connections)
                if (strcmp(member(member(cell, "port_directions"), port->string)->valuestring, "output"))
                    walk_port(s, port, false, node, port->string);
        } else if (is_register(type)) {
            const cJSON *q;
            uint32_t node = NONE;
            cJSON_ArrayForEach(q, member(connections, "Q"))
                if (cJSON_IsNumber(q))
                    node = s->drivers[q->valueint].node;
            cJSON_ArrayForEach(port, connections)
                if (!strcmp(port->string, "D") || !strcmp(port->string, "EN"))
                    walk_port(s, port, port->string[0] == 'E', node, port->string);
        }
    }
    cJSON_ArrayForEach(port, member(s->module, "ports"))
        if (!strcmp(member(port, "direction")->valuestring, "output") && !blocks_matches(port->string, s->setup->omit))
            walk_port(s, member(port, "bits"), false, pin_node(s, port->string), port->string);
}

static int compare(const void *left, const void *right)
{
    const struct blocks_wire *a = left, *b = right;
    int order = a->from != b->from ? (a->from < b->from ? -1 : 1) : a->to != b->to ? (a->to < b->to ? -1 : 1)
              : (int)a->control - (int)b->control;
    if (!order) order = strcmp(a->signal, b->signal);
    if (!order) order = strcmp(a->port, b->port);
    return order ? order : (a->bit > b->bit) - (a->bit < b->bit);
}

/* Parametrised modules have made-up names that contain the source's. */
static const cJSON *find_module(const cJSON *netlist, const char *name)
{
    const cJSON *module, *found = NULL;
    cJSON_ArrayForEach(module, member(netlist, "modules")) {
        const char *base = module_name(module->string);
        size_t length = strlen(name);
        if (!base || strncmp(base, name, length) || (base[length] && base[length] != '\\'))
            continue;
        if (cJSON_GetArraySize(member(module, "cells")) == 0)
            continue;             /* a black box */
        if (found)
            blocks_die("%s: two kinds of it in the netlist", name);
        found = module;
    }
    if (!found)
        blocks_die("%s: no such module in the netlist", name);
    return found;
}

static void count_bits(struct builder *s)
{
    const cJSON *net, *bit;
    s->num_bits = 2;
    cJSON_ArrayForEach(net, member(s->module, "netnames"))
        cJSON_ArrayForEach(bit, member(net, "bits"))
            if (cJSON_IsNumber(bit) && (uint32_t)bit->valueint >= s->num_bits)
                s->num_bits = (uint32_t)bit->valueint + 1;
    s->drivers = calloc(s->num_bits, sizeof *s->drivers);
    s->seen = calloc(2 * (size_t)s->num_bits, sizeof *s->seen);
    if (!s->drivers || !s->seen)
        blocks_die("out of memory");
    for (uint32_t i = 0; i < s->num_bits; i++)
        s->drivers[i].node = NONE;
}

void blocks_build(struct blocks *blocks, const cJSON *netlist, const struct blocks_setup *setup)
{
    *blocks = (struct blocks){0};
    struct builder s = {.b = blocks, .setup = setup, .module = find_module(netlist, setup->module)};
    count_bits(&s);
    find_drivers(&s);
    find_wires(&s);
    qsort(blocks->wires, blocks->num_wires, sizeof *blocks->wires, compare);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < blocks->num_wires; i++)
        if (!kept || compare(&blocks->wires[kept - 1], &blocks->wires[i]))
            blocks->wires[kept++] = blocks->wires[i];
    blocks->num_wires = kept;
    free(s.drivers);
    free(s.seen);
}
