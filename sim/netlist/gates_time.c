/* gates_time.c - the simulation in time.
 *
 * Every net has at most one change ahead. A gate that wakes computes its outputs: one that
 * would be what the net is already cancels the change ahead, another is put on a wheel of
 * picoseconds. What the clock passes acts at once; latches show what they hold after the
 * delay from their clock. */
#include <stdlib.h>
#include <string.h>

#include "gates_internal.h"
#include "liberty_internal.h"

struct event {
    uint32_t net, next;
    bool value;
};

struct gates_time {
    uint16_t *delays;             /* ps, [instance][input][output]; of a register input 0 */
    uint32_t *ahead;              /* by net: its event, NONE */
    struct event *events;
    uint32_t num_events, room, unused;
    uint32_t first[WHEEL];        /* events of a picosecond */
    uint64_t now;                 /* ps */
    uint32_t pending;             /* events on the wheel, cancelled ones too */
    uint32_t *woken, num_woken;
};

static uint16_t *delay_of(const struct gates *g, uint32_t instance, uint32_t input, uint32_t output)
{
    return g->time->delays + ((size_t)instance * GATE_INPUTS + input) * GATE_OUTPUTS + output;
}

/* --- the wheel ---------------------------------------------------------- */

static uint32_t new_event(struct gates_time *t)
{
    if (t->unused != NONE) {
        uint32_t e = t->unused;
        t->unused = t->events[e].next;
        return e;
    }
    if (t->num_events == t->room) {
        t->room = 2 * t->room + 1024;
        t->events = liberty_memory(realloc(t->events, t->room * sizeof *t->events));
    }
    return t->num_events++;
}

static void schedule(struct gates *g, uint32_t net, bool value, uint32_t delay)
{
    struct gates_time *t = g->time;
    if (net == NONE)
        return;
    uint32_t ahead = t->ahead[net];
    if (ahead != NONE && t->events[ahead].value == value)
        return;
    t->ahead[net] = NONE;                 /* what was ahead is swallowed */
    if (g->value[net] == value)
        return;
    uint32_t e = new_event(t), at = (uint32_t)((t->now + delay) % WHEEL);
    t->events[e] = (struct event){net, t->first[at], value};
    t->first[at] = e;
    t->ahead[net] = e;
    t->pending++;
}

void gates_time_wake(struct gates *g, uint32_t instance)
{
    g->time->woken[g->time->num_woken++] = instance;
}

void gates_time_show(struct gates *g, uint32_t instance, uint32_t o, bool value)
{
    const struct instance *inst = g->instances + instance;
    const struct gate_cell *cell = g->cells + inst->kind;
    const struct memory *m = g->memories + inst->memory;
    if (cell->kind == GATE_MEMORY)
        schedule(g, m->nets[cell->memory.rdata[o]], value, m->delays[o]);
    else
        schedule(g, inst->out[o], value, *delay_of(g, instance, 0, o));
}

/* By the delay from the input that changed; of several at once the longest. */
static void wake(struct gates *g, uint32_t i)
{
    struct instance *inst = g->instances + i;
    const struct gate_cell *cell = g->cells + inst->kind;
    uint32_t index = gates_index(g, inst, cell->num_inputs);
    g->waits[i] &= (uint8_t)~QUEUED;
    for (uint32_t o = 0; o < cell->num_outputs; o++) {
        uint32_t net = inst->out[o];
        bool value = cell->truth[o] >> index & 1;
        uint16_t delay = 1;
        if (net == NONE || (g->value[net] == value && g->time->ahead[net] == NONE))
            continue;                     /* as it is and will be: the most frequent case */
        for (uint32_t k = 0; k < cell->num_inputs; k++)
            if (g->nets[inst->in[k]].changed == g->time->now && *delay_of(g, i, k, o) > delay)
                delay = *delay_of(g, i, k, o);
        schedule(g, net, value, delay);
    }
}

static void wake_all(struct gates *g)
{
    struct gates_time *t = g->time;
    for (uint32_t w = 0; w < t->num_woken; w++)
        wake(g, t->woken[w]);
    t->num_woken = 0;
}

void gates_time_run(struct gates *g)
{
    struct gates_time *t = g->time;
    if (!t->num_woken && !t->pending)
        return;
    wake_all(g);
    while (t->pending) {
        uint32_t slot = (uint32_t)(t->now % WHEEL), e = t->first[slot];
        t->first[slot] = NONE;
        while (e != NONE) {
            struct event event = t->events[e];
            t->pending--;
            if (t->ahead[event.net] == e) {
                t->ahead[event.net] = NONE;
                gates_drive(g, event.net, event.value);
            }
            t->events[e].next = t->unused;
            t->unused = e;
            e = event.next;
        }
        gates_propagate(g);
        wake_all(g);
        t->now++;
    }
    t->now++;                     /* what changes next does not change with this */
}

uint64_t gates_time_now(const struct gates *g)
{
    return g->time->now;
}

/* --- set-up --------------------------------------------------------------- */

/* Logic that the clock passes, from `net` on. */
static void mark_clock(struct gates *g, uint32_t net)
{
    for (uint32_t f = 0; f < g->nets[net].count; f++) {
        struct instance *inst = g->instances + g->fanout[g->nets[net].first + f];
        const struct gate_cell *cell = g->cells + inst->kind;
        if (inst->clocks || (cell->kind != GATE_LOGIC && cell->kind != GATE_CLOCK_GATE))
            continue;
        inst->clocks = true;
        for (uint32_t o = 0; o < cell->num_outputs; o++)
            if (inst->out[o] != NONE)
                mark_clock(g, inst->out[o]);
    }
}

void gates_time_start(struct gates *g)
{
    uint32_t n = g->netlist->num_instances, nets = g->netlist->num_nets;
    gates_time_free(g);                   /* of an earlier call */
    struct gates_time *t = liberty_memory(calloc(1, sizeof *t));
    t->delays = liberty_memory(calloc((size_t)n * GATE_INPUTS * GATE_OUTPUTS, sizeof *t->delays));
    t->ahead = liberty_memory(malloc(nets * sizeof *t->ahead));
    t->woken = liberty_memory(malloc(n * sizeof *t->woken));
    memset(t->ahead, 0xff, nets * sizeof *t->ahead);
    memset(t->first, 0xff, sizeof t->first);
    t->unused = NONE;
    t->now = 1;
    g->time = t;
    for (uint32_t i = 0; i < nets; i++)
        g->nets[i].changed = 0;
    mark_clock(g, g->clock);
    for (uint32_t i = 0; i < n; i++)
        if (g->cells[g->instances[i].kind].kind == GATE_LOGIC && !g->instances[i].clocks)
            g->waits[i] |= DELAYED;
    for (uint32_t i = 0; i < n * GATE_INPUTS * GATE_OUTPUTS; i++)
        t->delays[i] = 1;
    for (uint32_t i = 0; i < g->num_memories; i++) {
        struct memory *m = g->memories + i;
        m->delays = liberty_memory(malloc(m->pins->width * sizeof *m->delays));
        for (uint32_t b = 0; b < m->pins->width; b++)
            m->delays[b] = 1;
    }
}

void gates_time_set(struct gates *g, uint32_t instance, uint32_t input, uint32_t output,
                    uint16_t ps)
{
    *delay_of(g, instance, input, output) = ps;
}

void gates_time_free(struct gates *g)
{
    if (!g->time)
        return;
    for (uint32_t i = 0; i < g->num_memories; i++)
        free(g->memories[i].delays);
    free(g->time->delays);
    free(g->time->ahead);
    free(g->time->events);
    free(g->time->woken);
    free(g->time);
    g->time = NULL;
}
