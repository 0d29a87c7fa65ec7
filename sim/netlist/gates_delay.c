/* gates_delay.c - the simulation in time: inertial delays from the library's tables.
 *
 * Every net has at most one change ahead. A gate that wakes computes its outputs: one that
 * would be what the net is already cancels the change ahead, another is put on a wheel of
 * picoseconds. What the clock passes acts at once; latches show what they hold after the
 * delay from their clock. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gates_internal.h"

enum { WHEEL = 1 << 16 };                /* ps; longer delays are cut */

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
        t->events = realloc(t->events, t->room * sizeof *t->events);
        if (!t->events)
            exit(3);
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

/* --- delays from the library -------------------------------------------------- */

/* Rise and fall of one input and output of a kind of cell. */
struct arc {
    struct liberty_table table[2];
};

static bool names(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; at && (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return true;
    return false;
}

/* The first timing of `out` by the pin `related`; NULL: by any clock edge. */
static bool read_arc(const struct liberty *lib, const struct liberty_pin *out, const char *related,
                     struct arc *arc, struct liberty_error *error)
{
    static const char *const kinds[2] = {"cell_rise", "cell_fall"};
    const struct liberty_group *owners[2] = {out->group, out->bus};
    for (int owner = 0; owner < 2 && owners[owner]; owner++)
        for (const struct liberty_group *t = NULL; (t = liberty_child(owners[owner], "timing", t));) {
            const char *type = liberty_text(t, "timing_type");
            bool edge = type && strstr(type, "_edge");
            const struct liberty_group *tables[2] = {liberty_child(t, kinds[0], NULL),
                                                     liberty_child(t, kinds[1], NULL)};
            if ((!tables[0] && !tables[1]) ||
                (related ? !names(liberty_text(t, "related_pin"), related) : !edge))
                continue;
            for (int i = 0; i < 2; i++)
                if (tables[i] && !liberty_table_read(lib, tables[i], &arc->table[i], error))
                    return false;
            return true;
        }
    return true;                         /* none: the shortest delay */
}

static uint16_t arc_ps(const struct liberty *lib, const struct arc *arc, double slew_s, double load_f)
{
    double sum = 0;
    int found = 0;
    for (int i = 0; i < 2; i++)
        if (arc->table[i].rows) {
            sum += liberty_table_at(&arc->table[i], slew_s / lib->time_s, load_f / lib->cap_f);
            found++;
        }
    double ps = found ? sum / found * lib->time_s * 1e12 : 0;
    return ps < 1 ? 1 : ps > WHEEL - 2 ? WHEEL - 2 : (uint16_t)lround(ps);
}

static void free_arc(struct arc *arc)
{
    liberty_table_free(&arc->table[0]);
    liberty_table_free(&arc->table[1]);
}

static double load_of(const struct gates *g, uint32_t net, double wire_f)
{
    const struct netlist_net *n = g->netlist->nets + net;
    return n->load + n->fanout * wire_f;
}

/* Delays of all memories of one kind: every bit has its own load. */
static bool set_memories(struct gates *g, uint32_t kind, double slew_s, double wire_f,
                         struct liberty_error *error)
{
    const struct gate_memory *pins = &g->cells[kind].memory;
    const struct energy_cell *ec = g->netlist->cells + kind;
    bool good = true;
    for (uint32_t b = 0; good && b < pins->width; b++) {
        struct arc arc = {{{0}}};
        good = read_arc(ec->lib, ec->cell->pins + pins->rdata[b], NULL, &arc, error);
        for (uint32_t i = 0; good && i < g->num_memories; i++) {
            struct memory *m = g->memories + i;
            if (m->pins == pins && m->nets[pins->rdata[b]] != NONE)
                m->delays[b] = arc_ps(ec->lib, &arc, slew_s,
                                      load_of(g, m->nets[pins->rdata[b]], wire_f));
        }
        free_arc(&arc);
    }
    return good;
}

/* Delays of all other instances of one kind. */
static bool set_kind(struct gates *g, uint32_t kind, double slew_s, double wire_f,
                     struct liberty_error *error)
{
    const struct gate_cell *cell = g->cells + kind;
    const struct energy_cell *ec = g->netlist->cells + kind;
    bool logic = cell->kind == GATE_LOGIC;
    uint32_t inputs = logic ? cell->num_inputs : 1, outputs = cell->num_outputs;
    struct arc arcs[GATE_INPUTS][GATE_OUTPUTS];
    bool good = true;
    memset(arcs, 0, sizeof arcs);
    for (uint32_t k = 0; k < inputs; k++)
        for (uint32_t o = 0; good && o < outputs; o++)
            good = read_arc(ec->lib, ec->cell->pins + cell->outputs[o],
                            logic ? ec->cell->pins[cell->inputs[k]].name : NULL, &arcs[k][o], error);
    for (uint32_t i = 0; good && i < g->netlist->num_instances; i++) {
        if (g->instances[i].kind != kind)
            continue;
        for (uint32_t o = 0; o < outputs; o++) {
            uint32_t net = g->instances[i].out[o];
            for (uint32_t k = 0; net != NONE && k < inputs; k++)
                *delay_of(g, i, k, o) = arc_ps(ec->lib, &arcs[k][o], slew_s, load_of(g, net, wire_f));
        }
    }
    for (uint32_t k = 0; k < inputs; k++)
        for (uint32_t o = 0; o < outputs; o++)
            free_arc(&arcs[k][o]);
    return good;
}

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

bool gates_delays(struct gates *g, double slew_s, double wire_f, struct liberty_error *error)
{
    uint32_t n = g->netlist->num_instances, nets = g->netlist->num_nets;
    gates_settle(g);
    gates_time_free(g);                   /* of an earlier call */
    struct gates_time *t = calloc(1, sizeof *t);
    if (!t)
        exit(3);
    t->delays = calloc((size_t)n * GATE_INPUTS * GATE_OUTPUTS, sizeof *t->delays);
    t->ahead = malloc(nets * sizeof *t->ahead);
    t->woken = malloc(n * sizeof *t->woken);
    if (!t->delays || !t->ahead || !t->woken)
        exit(3);
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
        if (!(m->delays = malloc(m->pins->width * sizeof *m->delays)))
            exit(3);
        for (uint32_t b = 0; b < m->pins->width; b++)
            m->delays[b] = 1;
    }
    for (uint32_t kind = 0; kind < g->netlist->num_cells; kind++)
        if (!(g->cells[kind].kind == GATE_MEMORY ? set_memories : set_kind)(g, kind, slew_s, wire_f, error))
            return false;
    return true;
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
