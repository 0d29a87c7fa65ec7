/* gates.c - event-driven, levelised simulation of a netlist. */
#include <string.h>

#include "gates_internal.h"

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

void gates_start(struct gates *g)
{
    for (uint32_t i = 0; i < g->netlist->num_instances; i++) {
        const struct gate_cell *cell = g->cells + g->instances[i].kind;
        if (cell->kind == GATE_FLIP_FLOP)
            show(g, cell, g->instances + i);
        push(g, i);
    }
    gates_propagate(g);
    g->num_acting = 0;
    gates_count(g);
}

/* --- ports -------------------------------------------------------------------- */

const struct netlist_port *gates_port(const struct gates *g, const char *name)
{
    for (uint32_t i = 0; i < g->netlist->num_ports; i++)
        if (!strcmp(g->netlist->ports[i].name, name))
            return g->netlist->ports + i;
    return NULL;
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
