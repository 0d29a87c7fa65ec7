/* gates_clock.c - whether registers act when the simulator expects it: once a cycle, when the
 * clock rises.
 *
 * What a net does is followed backwards from each clock pin, in the half of the cycle in which the
 * clock is low and in that in which it is high. A pin must be low in the first half, whatever
 * ports and registers do, and must not change within the second: ports do not, a closed latch
 * does not, registers do. */
#include <stdlib.h>
#include <string.h>

#include "gates_internal.h"
#include "liberty_internal.h"

/* Of a net within a half. STEADY: either value, without a change; ANY: it may change. */
enum does { LOW, HIGH, STEADY, ANY, UNKNOWN };

struct walk {
    const struct gates *g;
    uint32_t *driver;             /* by net: instance x GATE_OUTPUTS + output, NONE */
    uint8_t *does[2];             /* by net, while the clock is low and high; a memo */
};

static enum does net_does(struct walk *w, uint32_t net, int half);

static bool depends(uint64_t truth, uint32_t inputs, uint32_t input)
{
    for (uint32_t i = 0; i < 1u << inputs; i++)
        if ((truth >> i ^ truth >> (i ^ 1u << input)) & 1)
            return true;
    return false;
}

/* What a function of an instance's inputs does. */
static enum does function_does(struct walk *w, const struct instance *inst, uint64_t truth, int half)
{
    uint32_t inputs = w->g->cells[inst->kind].num_inputs;
    enum does in[GATE_INPUTS];
    bool seen[2] = {false, false}, moves = false;
    for (uint32_t k = 0; k < inputs; k++)
        in[k] = depends(truth, inputs, k) ? net_does(w, inst->in[k], half) : LOW;
    for (uint32_t i = 0; i < 1u << inputs; i++) {
        bool possible = true;
        for (uint32_t k = 0; k < inputs; k++)
            possible &= in[k] > HIGH || in[k] == (i >> k & 1);
        if (!possible)
            continue;
        seen[truth >> i & 1] = true;
        for (uint32_t k = 0; k < inputs; k++)
            moves |= in[k] == ANY && ((truth >> i ^ truth >> (i ^ 1u << k)) & 1);
    }
    if (seen[0] != seen[1])
        return seen[1] ? HIGH : LOW;
    return moves ? ANY : STEADY;
}

static enum does output_does(struct walk *w, const struct instance *inst, uint32_t output, int half)
{
    const struct gate_cell *cell = w->g->cells + inst->kind;
    enum does clock;
    switch (cell->kind) {
    case GATE_LOGIC:
        return function_does(w, inst, cell->truth[output], half);
    case GATE_CLOCK_GATE:
        clock = function_does(w, inst, cell->clock, half);
        if (clock == LOW || clock == ANY)
            return clock;
        return function_does(w, inst, cell->after, half) == ANY ? ANY : STEADY;
    case GATE_LATCH:
        return function_does(w, inst, cell->clock, half) == LOW &&
               function_does(w, inst, cell->clear | cell->preset, half) != ANY ? STEADY : ANY;
    default:
        return ANY;
    }
}

static enum does net_does(struct walk *w, uint32_t net, int half)
{
    uint8_t *memo = w->does[half] + net;
    if (*memo != UNKNOWN)
        return *memo;
    uint32_t driver = w->driver[net];
    enum does does = STEADY;                          /* a port */
    if (net == w->g->clock)
        does = half ? HIGH : LOW;
    else if (net < 2)
        does = net ? HIGH : LOW;
    else if (driver != NONE)
        does = output_does(w, w->g->instances + driver / GATE_OUTPUTS, driver % GATE_OUTPUTS, half);
    return *memo = (uint8_t)does;
}

/* Low and then steady, or always high. */
static bool acts_well(struct walk *w, uint32_t i)
{
    const struct instance *inst = w->g->instances + i;
    const struct gate_cell *cell = w->g->cells + inst->kind;
    enum does at[2];
    for (int half = 0; half < 2; half++)
        at[half] = cell->kind == GATE_MEMORY
                       ? net_does(w, w->g->memories[inst->memory].nets[cell->memory.clk], half)
                       : function_does(w, inst, cell->clock, half);
    return (at[0] == LOW && at[1] != ANY) || (at[0] == HIGH && at[1] == HIGH);
}

static void find_drivers(struct walk *w)
{
    const struct gates *g = w->g;
    for (uint32_t i = 0; i < g->netlist->num_instances; i++) {
        const struct instance *inst = g->instances + i;
        const struct gate_cell *cell = g->cells + inst->kind;
        if (cell->kind == GATE_MEMORY)
            for (uint32_t b = 0; b < cell->memory.width; b++) {
                uint32_t net = g->memories[inst->memory].nets[cell->memory.rdata[b]];
                if (net != NONE)
                    w->driver[net] = i * GATE_OUTPUTS;
            }
        else
            for (uint32_t o = 0; o < cell->num_outputs; o++)
                if (inst->out[o] != NONE)
                    w->driver[inst->out[o]] = i * GATE_OUTPUTS + o;
    }
}

bool gates_clock_check(const struct gates *g, const char *clock, struct liberty_error *error)
{
    uint32_t nets = g->netlist->num_nets;
    struct walk w = {g, liberty_memory(malloc(nets * sizeof *w.driver)),
                     {liberty_memory(malloc(nets)), liberty_memory(malloc(nets))}};
    bool good = true;
    memset(w.driver, 0xff, nets * sizeof *w.driver);
    memset(w.does[0], UNKNOWN, nets);
    memset(w.does[1], UNKNOWN, nets);
    find_drivers(&w);
    for (uint32_t i = 0; good && i < g->netlist->num_instances; i++) {
        enum gate_kind kind = g->cells[g->instances[i].kind].kind;
        char name[256];
        if ((kind != GATE_FLIP_FLOP && kind != GATE_MEMORY) || acts_well(&w, i))
            continue;
        netlist_name(g->netlist, i, name, sizeof name);
        good = liberty_fail(error, "netlist", 0, "%s: its clock may rise other than with %s, which "
                            "cannot be simulated", name, clock);
    }
    free(w.driver);
    free(w.does[0]);
    free(w.does[1]);
    return good;
}
