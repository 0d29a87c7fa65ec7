/* gates.c - event-driven, levelised simulation of a netlist. */
#include "gates_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

static uint64_t draw(struct gates *g)
{
    uint64_t z = g->random += 0x9e3779b97f4a7c15u;      /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(3);
    }
    return memory;
}

/* --- events ----------------------------------------------------------- */

static void push(struct gates *g, uint32_t i)
{
    if (g->waits[i] & QUEUED)
        return;
    g->waits[i] |= QUEUED;
    if (g->waits[i] & DELAYED) {
        gates_time_wake(g, i);
        return;
    }
    const struct instance *inst = g->instances + i;
    struct level *l = g->levels + inst->level;
    l->items[l->count++] = i;
    g->num_queued++;
    if (inst->level < g->lowest)
        g->lowest = inst->level;
}

void gates_drive(struct gates *g, uint32_t net, bool value)
{
    if (net == NONE || g->value[net] == value)
        return;
    struct net *n = g->nets + net;
    n->toggles++;
    if (g->value[net])
        n->high += g->now - n->since;
    n->since = g->now;
    if (g->time)
        n->changed = gates_time_now(g);
    g->value[net] = value;
    for (uint32_t i = 0; i < n->count; i++)
        push(g, g->fanout[n->first + i]);
}

uint32_t gates_index(const struct gates *g, const struct instance *inst,
                     uint32_t count)
{
    uint32_t index = 0;
    for (uint32_t i = 0; i < count; i++)
        index |= (uint32_t)g->value[inst->in[i]] << i;
    return index;
}

static void show(struct gates *g, const struct gate_cell *cell,
                 const struct instance *inst)
{
    for (uint32_t o = 0; o < cell->num_outputs; o++)
        if (g->time)
            gates_time_show(g, (uint32_t)(inst - g->instances), o, inst->state ^ cell->inverted[o]);
        else
            gates_drive(g, inst->out[o], inst->state ^ cell->inverted[o]);
}

static void evaluate(struct gates *g, uint32_t i)
{
    struct instance *inst = g->instances + i;
    const struct gate_cell *cell = g->cells + inst->kind;
    g->waits[i] &= (uint8_t)~QUEUED;
    if (cell->kind == GATE_MEMORY) {
        bool clock = g->value[g->memories[inst->memory].nets[cell->memory.clk]];
        if (clock && !inst->clock)
            g->acting[g->num_acting++] = i;
        inst->clock = clock;
        return;
    }
    uint32_t index = gates_index(g, inst, cell->num_inputs);
    if (cell->kind == GATE_LOGIC) {
        for (uint32_t o = 0; o < cell->num_outputs; o++)
            gates_drive(g, inst->out[o], cell->truth[o] >> index & 1);
        return;
    }
    bool clock = cell->clock >> index & 1;
    if (cell->kind == GATE_CLOCK_GATE) {
        if (!clock)
            inst->state = cell->next >> index & 1;
        bool open = inst->state || (cell->after >> index & 1);
        for (uint32_t o = 0; o < cell->num_outputs; o++)
            gates_drive(g, inst->out[o], clock && open);
        return;
    }
    bool forced = ((cell->clear | cell->preset) >> index & 1) != 0;
    if (forced)
        inst->state = cell->preset >> index & 1;
    else if (cell->kind == GATE_LATCH && clock)
        inst->state = cell->next >> index & 1;
    else if (cell->kind == GATE_FLIP_FLOP && clock && !inst->clock)
        g->acting[g->num_acting++] = i;
    inst->clock = clock;
    if (forced || cell->kind == GATE_LATCH)
        show(g, cell, inst);
}

/* Level by level from the lowest that waits; an asynchronous reset starts over. */
void gates_propagate(struct gates *g)
{
    while (g->num_queued) {
        uint32_t l = g->lowest;
        for (g->lowest = g->num_levels; l < g->num_levels; l++) {
            for (uint32_t i = 0; i < g->levels[l].count; i++)
                evaluate(g, g->levels[l].items[i]);
            g->num_queued -= g->levels[l].count;
            g->levels[l].count = 0;
        }
    }
}

/* --- registers and memories --------------------------------------------- */

static uint32_t number(const struct gates *g, const struct memory *m,
                       const uint32_t *pins, uint32_t count)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < count; i++)
        value |= (uint32_t)g->value[m->nets[pins[i]]] << i;
    return value % m->pins->depth;
}

static void access_memory(struct gates *g, uint32_t which)
{
    struct memory *m = g->memories + which;
    const struct gate_memory *p = m->pins;
    bool ce = g->value[m->nets[p->ce]], writes = false;
    uint32_t part = p->width / p->enables;
    for (uint32_t e = 0; e < p->enables; e++)
        writes |= g->value[m->nets[p->we[e]]];
    if (p->ports == 1)
        writes &= ce;
    m->reading = ce && !(writes && p->ports == 1);
    if (m->reading) {
        memcpy(m->read, m->words + (size_t)number(g, m, p->addr, p->address) *
                                       m->bytes, m->bytes);
        g->accesses[which].reads++;
    }
    if (!writes)
        return;
    uint8_t *word = m->words +
        (size_t)number(g, m, p->ports == 1 ? p->addr : p->waddr, p->address) *
            m->bytes;
    g->accesses[which].writes++;
    for (uint32_t b = 0; b < p->width; b++)
        if (g->value[m->nets[p->we[b / part]]])
            word[b / 8] = (uint8_t)((word[b / 8] & ~(1u << b % 8)) |
                                    g->value[m->nets[p->wdata[b]]] << b % 8);
}

static void act(struct gates *g)
{
    uint32_t count = g->num_acting;
    for (uint32_t a = 0; a < count; a++) {
        struct instance *inst = g->instances + g->acting[a];
        const struct gate_cell *cell = g->cells + inst->kind;
        if (cell->kind == GATE_MEMORY)
            access_memory(g, inst->memory);
        else
            inst->next = cell->next >>
                         gates_index(g, inst, cell->num_inputs) & 1;
    }
    g->num_acting = 0;
    for (uint32_t a = 0; a < count; a++) {
        struct instance *inst = g->instances + g->acting[a];
        const struct gate_cell *cell = g->cells + inst->kind;
        if (cell->kind == GATE_MEMORY) {
            struct memory *m = g->memories + inst->memory;
            for (uint32_t b = 0; m->reading && b < m->pins->width; b++)
                if (g->time)
                    gates_time_show(g, g->acting[a], b, m->read[b / 8] >> b % 8 & 1);
                else
                    gates_drive(g, m->nets[m->pins->rdata[b]],
                                m->read[b / 8] >> b % 8 & 1);
            continue;
        }
        g->clocked++;
        if (inst->state == inst->next)
            continue;
        inst->state = inst->next;
        show(g, cell, inst);
    }
}

void gates_settle(struct gates *g)
{
    gates_propagate(g);
    if (g->time)
        gates_time_run(g);
}

void gates_edge(struct gates *g)
{
    gates_settle(g);              /* what was set and has not */
    g->now++;
    gates_drive(g, g->clock, true);
    gates_propagate(g);
    act(g);
    gates_settle(g);
    g->now++;
    gates_drive(g, g->clock, false);
    gates_settle(g);
}

/* --- building --------------------------------------------------------------- */

static uint32_t pin_net(const struct gates *g, uint32_t i, uint32_t pin)
{
    const struct netlist *n = g->netlist;
    uint32_t net = n->pin_nets[n->instances[i].first + pin];
    return net == NONE ? NONE : netlist_root(n, net);
}

static bool add_cells(struct gates *g, struct liberty_error *error)
{
    const struct netlist *n = g->netlist;
    g->cells = take(n->num_cells, sizeof *g->cells);
    for (uint32_t i = 0; i < n->num_cells; i++)
        if (!gate_cell_init(g->cells + i, n->cells[i].lib, n->cells[i].cell,
                            error))
            return false;
    return true;
}

static void add_memory(struct gates *g, uint32_t i, struct instance *inst,
                       const struct gate_cell *cell)
{
    uint32_t pins = g->netlist->cells[inst->kind].cell->num_pins;
    uint32_t *nets = take(pins, sizeof *nets);
    struct memory *m = g->memories + g->num_memories;
    for (uint32_t p = 0; p < pins; p++)
        nets[p] = pin_net(g, i, p);
    for (uint32_t p = 0; p < pins; p++)
        if (nets[p] == NONE && g->netlist->cells[inst->kind].cell->pins[p].direction ==
                                   LIBERTY_INPUT)
            nets[p] = 0;
    m->pins = &cell->memory;
    m->nets = nets;
    m->bytes = (m->pins->width + 7) / 8;
    m->words = take((size_t)m->bytes * m->pins->depth, 1);
    m->read = take(m->bytes, 1);
    for (size_t b = 0; b < (size_t)m->bytes * m->pins->depth; b++)
        m->words[b] = (uint8_t)draw(g);
    g->accesses[g->num_memories] = (struct gates_memory){
        i, m->pins->width, m->pins->depth, m->pins->ports, 0, 0};
    inst->memory = g->num_memories++;
}

static void add_instances(struct gates *g)
{
    const struct netlist *n = g->netlist;
    uint32_t memories = 0;
    g->instances = take(n->num_instances, sizeof *g->instances);
    g->acting = take(n->num_instances, sizeof *g->acting);
    g->waits = take(n->num_instances, sizeof *g->waits);
    for (uint32_t i = 0; i < n->num_instances; i++)
        memories += g->cells[n->instances[i].cell].kind == GATE_MEMORY;
    g->memories = take(memories, sizeof *g->memories);
    g->accesses = take(memories, sizeof *g->accesses);
    for (uint32_t i = 0; i < n->num_instances; i++) {
        struct instance *inst = g->instances + i;
        inst->kind = n->instances[i].cell;
        const struct gate_cell *cell = g->cells + inst->kind;
        if (cell->kind == GATE_MEMORY) {
            add_memory(g, i, inst, cell);
            continue;
        }
        for (uint32_t k = 0; k < cell->num_inputs; k++) {
            uint32_t net = pin_net(g, i, cell->inputs[k]);
            inst->in[k] = net == NONE ? 0 : net;
        }
        for (uint32_t o = 0; o < cell->num_outputs; o++)
            inst->out[o] = pin_net(g, i, cell->outputs[o]);
        inst->state = draw(g) & 1;
    }
}

/* Calls `visit` for every net that wakes an instance. */
static void each_wake(struct gates *g, uint32_t i,
                      void (*visit)(struct gates *g, uint32_t net, uint32_t i))
{
    const struct instance *inst = g->instances + i;
    const struct gate_cell *cell = g->cells + inst->kind;
    if (cell->kind == GATE_MEMORY)
        visit(g, g->memories[inst->memory].nets[cell->memory.clk], i);
    else
        for (uint32_t k = 0; k < cell->num_inputs; k++)
            if (cell->wakes >> k & 1)
                visit(g, inst->in[k], i);
}

static void count_wake(struct gates *g, uint32_t net, uint32_t i)
{
    (void)i;
    g->nets[net].count++;
}

static void note_wake(struct gates *g, uint32_t net, uint32_t i)
{
    g->fanout[g->nets[net].first + g->nets[net].count++] = i;
}

static void add_fanout(struct gates *g)
{
    uint32_t total = 0, n = g->netlist->num_instances;
    for (uint32_t i = 0; i < n; i++)
        each_wake(g, i, count_wake);
    for (uint32_t i = 0; i < g->netlist->num_nets; i++) {
        g->nets[i].first = total;
        total += g->nets[i].count;
        g->nets[i].count = 0;
    }
    g->fanout = take(total, sizeof *g->fanout);
    for (uint32_t i = 0; i < n; i++)
        each_wake(g, i, note_wake);
}

static bool sequential(const struct gates *g, uint32_t i)
{
    enum gate_kind kind = g->cells[g->instances[i].kind].kind;
    return kind == GATE_FLIP_FLOP || kind == GATE_MEMORY;
}

/* Levels of logic, latches and clock gates; what is sequential comes last. */
static bool add_levels(struct gates *g, struct liberty_error *error)
{
    uint32_t n = g->netlist->num_instances, done = 0, head = 0, deepest = 0;
    uint32_t *waits = take(n, sizeof *waits), *queue = take(n, sizeof *queue);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t o = 0; !sequential(g, i) && o < GATE_OUTPUTS; o++) {
            uint32_t net = o < g->cells[g->instances[i].kind].num_outputs
                               ? g->instances[i].out[o] : NONE;
            for (uint32_t f = 0; net != NONE && f < g->nets[net].count; f++)
                waits[g->fanout[g->nets[net].first + f]]++;
        }
    for (uint32_t i = 0; i < n; i++)
        if (!waits[i] && !sequential(g, i))
            queue[done++] = i;
    for (; head < done; head++) {
        const struct instance *inst = g->instances + queue[head];
        for (uint32_t o = 0; o < g->cells[inst->kind].num_outputs; o++) {
            uint32_t net = inst->out[o];
            for (uint32_t f = 0; net != NONE && f < g->nets[net].count; f++) {
                uint32_t to = g->fanout[g->nets[net].first + f];
                if (g->instances[to].level <= inst->level)
                    g->instances[to].level = inst->level + 1;
                if (!--waits[to] && !sequential(g, to))
                    queue[done++] = to;
            }
        }
        if (inst->level > deepest)
            deepest = inst->level;
    }
    uint32_t logic = 0;
    for (uint32_t i = 0; i < n; i++)
        logic += !sequential(g, i);
    g->num_levels = deepest + 2;
    g->levels = take(g->num_levels, sizeof *g->levels);
    for (uint32_t i = 0; i < n; i++) {
        if (sequential(g, i))
            g->instances[i].level = deepest + 1;
        g->levels[g->instances[i].level < g->num_levels ? g->instances[i].level
                                                        : 0].room++;
    }
    for (uint32_t l = 0; l < g->num_levels; l++)
        g->levels[l].items = take(g->levels[l].room, sizeof(uint32_t));
    free(waits);
    free(queue);
    return done == logic ||
           liberty_fail(error, "netlist", 0, "%u cells form a loop without a "
                        "register", (unsigned)(logic - done));
}

const struct netlist_port *gates_port(const struct gates *g, const char *name)
{
    for (uint32_t i = 0; i < g->netlist->num_ports; i++)
        if (!strcmp(g->netlist->ports[i].name, name))
            return g->netlist->ports + i;
    return NULL;
}

struct gates *gates_create(struct netlist *netlist, const char *clock,
                           uint64_t seed, struct liberty_error *error)
{
    struct gates *g = take(1, sizeof *g);
    g->netlist = netlist;
    g->random = seed;
    g->nets = take(netlist->num_nets, sizeof *g->nets);
    g->value = take(netlist->num_nets, 1);
    g->value[1] = 1;
    const struct netlist_port *port = gates_port(g, clock);
    bool single = port && port->count == 1;
    if (!single)
        liberty_fail(error, "netlist", 0, port ? "port %s must be one bit" : "no port %s", clock);
    else
        g->clock = port->nets[0];
    if (!single || !add_cells(g, error)) {
        gates_destroy(g);
        return NULL;
    }
    add_instances(g);
    add_fanout(g);
    if (!add_levels(g, error) || !gates_clock_check(g, clock, error)) {
        gates_destroy(g);
        return NULL;
    }
    for (uint32_t i = 0; i < netlist->num_instances; i++) {
        const struct gate_cell *cell = g->cells + g->instances[i].kind;
        if (cell->kind == GATE_FLIP_FLOP)
            show(g, cell, g->instances + i);
        push(g, i);
    }
    gates_propagate(g);
    g->num_acting = 0;
    gates_count(g);
    return g;
}

void gates_destroy(struct gates *g)
{
    if (!g)
        return;
    for (uint32_t i = 0; i < g->num_memories; i++) {
        free((void *)g->memories[i].nets);
        free(g->memories[i].words);
        free(g->memories[i].read);
    }
    for (uint32_t i = 0; g->levels && i < g->num_levels; i++)
        free(g->levels[i].items);
    for (uint32_t i = 0; g->cells && i < g->netlist->num_cells; i++)
        gate_cell_free(g->cells + i);
    gates_time_free(g);
    free(g->memories);
    free(g->accesses);
    free(g->levels);
    free(g->fanout);
    free(g->acting);
    free(g->waits);
    free(g->instances);
    free(g->cells);
    free(g->nets);
    free(g->value);
    free(g);
}

void gates_set(struct gates *g, const struct netlist_port *port,
               const void *bytes)
{
    const uint8_t *b = bytes;
    for (uint32_t i = 0; i < port->count; i++)
        gates_drive(g, port->nets[i], b[i / 8] >> i % 8 & 1);
}

void gates_get(const struct gates *g, const struct netlist_port *port,
               void *bytes)
{
    uint8_t *b = bytes;
    memset(b, 0, (port->count + 7) / 8);
    for (uint32_t i = 0; i < port->count; i++)
        b[i / 8] = (uint8_t)(b[i / 8] | g->value[port->nets[i]] << i % 8);
}

/* --- counting ---------------------------------------------------------------- */

void gates_count(struct gates *g)
{
    g->begun = g->now;
    g->clocked = 0;
    for (uint32_t i = 0; i < g->netlist->num_nets; i++) {
        g->nets[i].toggles = g->nets[i].high = 0;
        g->nets[i].since = g->now;
    }
    for (uint32_t i = 0; i < g->num_memories; i++)
        g->accesses[i].reads = g->accesses[i].writes = 0;
}

uint64_t gates_activity(struct gates *g)
{
    uint64_t halves = g->now - g->begun;
    for (uint32_t i = 0; i < g->netlist->num_nets; i++) {
        struct netlist_net *to = g->netlist->nets + i;
        const struct net *n = g->nets + i;
        uint64_t high = n->high + (g->value[i] ? g->now - n->since : 0);
        to->known = true;
        to->toggles = (double)n->toggles;
        to->high = halves ? (double)high / (double)halves : g->value[i];
    }
    return halves / 2;
}

const struct gates_memory *gates_memories(const struct gates *g,
                                          uint32_t *count)
{
    *count = g->num_memories;
    return g->accesses;
}

uint64_t gates_clocked(const struct gates *g)
{
    return g->clocked;
}
