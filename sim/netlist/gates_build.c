/* gates_build.c - makes a simulation of a netlist: instances, what each net wakes, levels. */
#include <stdlib.h>

#include "gates_internal.h"
#include "liberty_internal.h"

static void *take(size_t count, size_t size)
{
    return liberty_memory(calloc(count ? count : 1, size));
}

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
        m->words[b] = (uint8_t)serac_rng_next(&g->rng);
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
        inst->state = serac_rng_next(&g->rng) & 1;
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

/* Levels of logic, latches and clock gates; returns how many of them got one, all if they form
 * no loop. */
static uint32_t find_levels(struct gates *g, uint32_t *deepest)
{
    uint32_t n = g->netlist->num_instances, done = 0, head = 0;
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
    for (*deepest = 0; head < done; head++) {
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
        if (inst->level > *deepest)
            *deepest = inst->level;
    }
    free(waits);
    free(queue);
    return done;
}

/* What is sequential comes last. */
static bool add_levels(struct gates *g, struct liberty_error *error)
{
    uint32_t n = g->netlist->num_instances, logic = 0, deepest;
    uint32_t done = find_levels(g, &deepest);
    g->num_levels = deepest + 2;
    g->levels = take(g->num_levels, sizeof *g->levels);
    for (uint32_t i = 0; i < n; i++) {
        if (sequential(g, i))
            g->instances[i].level = deepest + 1;
        else
            logic++;
        g->levels[g->instances[i].level < g->num_levels ? g->instances[i].level
                                                        : 0].room++;
    }
    for (uint32_t l = 0; l < g->num_levels; l++)
        g->levels[l].items = take(g->levels[l].room, sizeof(uint32_t));
    return done == logic ||
           liberty_fail(error, "netlist", 0, "%u cells form a loop without a "
                        "register", (unsigned)(logic - done));
}

static bool build(struct gates *g, const char *clock, struct liberty_error *error)
{
    const struct netlist_port *port = gates_port(g, clock);
    if (!port || port->count != 1)
        return liberty_fail(error, "netlist", 0, port ? "port %s must be one bit" : "no port %s",
                            clock);
    g->clock = port->nets[0];
    if (!add_cells(g, error))
        return false;
    add_instances(g);
    add_fanout(g);
    return add_levels(g, error) && gates_clock_check(g, clock, error);
}

struct gates *gates_create(struct netlist *netlist, const char *clock,
                           uint64_t seed, struct liberty_error *error)
{
    struct gates *g = take(1, sizeof *g);
    g->netlist = netlist;
    g->rng.state = seed;
    g->nets = take(netlist->num_nets, sizeof *g->nets);
    g->value = take(netlist->num_nets, 1);
    g->value[1] = 1;
    if (!build(g, clock, error)) {
        gates_destroy(g);
        return NULL;
    }
    gates_start(g);
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
