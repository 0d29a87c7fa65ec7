/* gate_cell.c - truth tables of cells, from their Liberty functions. */
#include "gate_cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

struct scope {
    const struct gate_cell *gate;
    const struct liberty_cell *cell;
};

/* Inputs by their number; the register's names stand behind them. */
static int resolve(const void *ctx, const char *name)
{
    const struct scope *s = ctx;
    const struct liberty_group *state = s->cell->state;
    for (uint32_t i = 0; i < s->gate->num_inputs; i++)
        if (!strcmp(s->cell->pins[s->gate->inputs[i]].name, name))
            return (int)i;
    for (uint32_t i = 0; state && i < state->num_args; i++)
        if (!strcmp(state->args[i], name))
            return (int)(s->gate->num_inputs + i);
    return -1;
}

/* Truth table of `text` while the register holds `state`. */
static bool table(const struct gate_cell *gate, const struct liberty_cell *cell,
                  const char *text, bool state, uint64_t *truth,
                  struct liberty_error *error)
{
    const struct scope scope = {gate, cell};
    struct liberty_expr e;
    uint64_t held = state ? 1 : 2;
    *truth = 0;
    if (!text)
        return true;
    if (!liberty_expr_parse(text, resolve, &scope, cell->name, &e, error))
        return false;
    for (uint64_t i = 0; i < 1u << gate->num_inputs; i++)
        *truth |= (uint64_t)liberty_expr_at(&e, i | held << gate->num_inputs)
                  << i;
    liberty_expr_free(&e);
    return true;
}

/* Inputs that change any of the tables. */
static uint32_t sensitive(const struct gate_cell *gate, uint64_t truth)
{
    uint32_t mask = 0;
    for (uint64_t i = 0; i < 1u << gate->num_inputs; i++)
        for (uint32_t k = 0; k < gate->num_inputs; k++)
            if ((truth >> i ^ truth >> (i ^ 1u << k)) & 1)
                mask |= 1u << k;
    return mask;
}

static bool find_pins(struct gate_cell *gate, const struct liberty *lib,
                      const struct liberty_cell *cell,
                      struct liberty_error *error)
{
    for (uint32_t p = 0; p < cell->num_pins; p++) {
        bool input = cell->pins[p].direction == LIBERTY_INPUT;
        bool output = cell->pins[p].direction == LIBERTY_OUTPUT;
        if ((input && gate->num_inputs == GATE_INPUTS) ||
            (output && gate->num_outputs == GATE_OUTPUTS))
            return liberty_fail(error, lib->path, cell->group->line,
                                "cell %s: more than %d inputs or %d outputs "
                                "cannot be simulated", cell->name,
                                GATE_INPUTS, GATE_OUTPUTS);
        if (input)
            gate->inputs[gate->num_inputs++] = p;
        if (output)
            gate->outputs[gate->num_outputs++] = p;
    }
    return true;
}

static uint64_t flagged(const struct gate_cell *gate,
                        const struct liberty_cell *cell, const char *flag)
{
    uint64_t truth = 0;
    for (uint32_t k = 0; k < gate->num_inputs; k++)
        if (liberty_true(cell->pins[gate->inputs[k]].group, flag))
            for (uint64_t i = 0; i < 1u << gate->num_inputs; i++)
                truth |= (i >> k & 1) << i;
    return truth;
}

/* A test pin opens the gate before its latch, or behind it (postcontrol). */
static bool clock_gate(struct gate_cell *gate, const struct liberty *lib,
                       const struct liberty_cell *cell, struct liberty_error *error)
{
    uint64_t test = flagged(gate, cell, "clock_gate_test_pin");
    const char *type = liberty_text(cell->group, "clock_gating_integrated_cell");
    bool after = strstr(type, "postcontrol") != NULL;
    gate->kind = GATE_CLOCK_GATE;
    gate->clock = flagged(gate, cell, "clock_gate_clock_pin");
    gate->next = flagged(gate, cell, "clock_gate_enable_pin") |
                 (after ? 0 : test);
    gate->after = after ? test : 0;
    gate->wakes = (1u << gate->num_inputs) - 1;
    return (!strncmp(type, "latch_posedge", 13) && gate->clock && gate->next) ||
           liberty_fail(error, lib->path, cell->group->line, "cell %s: only clock gates of type "
                        "latch_posedge, with their pins marked, can be simulated", cell->name);
}

static bool registers(struct gate_cell *gate, const struct liberty_cell *cell,
                      struct liberty_error *error)
{
    bool latch = cell->kind == LIBERTY_LATCH;
    const struct liberty_group *s = cell->state;
    gate->kind = latch ? GATE_LATCH : GATE_FLIP_FLOP;
    if (!table(gate, cell, liberty_text(s, latch ? "data_in" : "next_state"),
               false, &gate->next, error) ||
        !table(gate, cell, liberty_text(s, latch ? "enable" : "clocked_on"),
               false, &gate->clock, error) ||
        !table(gate, cell, liberty_text(s, "clear"), false, &gate->clear,
               error) ||
        !table(gate, cell, liberty_text(s, "preset"), false, &gate->preset,
               error))
        return false;
    gate->wakes = sensitive(gate, gate->clock) | sensitive(gate, gate->clear) |
                  sensitive(gate, gate->preset) |
                  (latch ? sensitive(gate, gate->next) : 0);
    for (uint32_t o = 0; o < gate->num_outputs; o++) {
        uint64_t low;
        if (!table(gate, cell, cell->pins[gate->outputs[o]].function, false,
                   &low, error))
            return false;
        gate->inverted[o] = low & 1;
    }
    return true;
}

static uint32_t *bus(const struct liberty_cell *cell, const char *name,
                     uint32_t *count)
{
    uint32_t *pins = malloc(cell->num_pins * sizeof *pins);
    char text[64];
    *count = 0;
    for (int pin = 0; pins && pin >= 0;) {
        snprintf(text, sizeof text, "%s[%u]", name, (unsigned)*count);
        if ((pin = liberty_pin_find(cell, text)) >= 0)
            pins[(*count)++] = (uint32_t)pin;
    }
    return pins;
}

static bool memory(struct gate_cell *gate, const struct liberty *lib,
                   const struct liberty_cell *cell,
                   struct liberty_error *error)
{
    struct gate_memory *m = &gate->memory;
    uint32_t enables, waddr, wdata, rdata;
    int clk = liberty_pin_find(cell, "clk"), ce = liberty_pin_find(cell, "ce");
    if (sscanf(cell->name, "serac_macro_%ux%ux%ux%u", &m->width, &m->depth,
               &m->ports, &m->enables) != 4 || clk < 0 || ce < 0)
        return liberty_fail(error, lib->path, cell->group->line,
                            "cell %s: no function, and no memory of "
                            "synth_macros", cell->name);
    gate->kind = GATE_MEMORY;
    m->clk = (uint32_t)clk;
    m->ce = (uint32_t)ce;
    m->we = bus(cell, "we", &enables);
    m->addr = bus(cell, "addr", &m->address);
    m->waddr = bus(cell, "waddr", &waddr);
    m->wdata = bus(cell, "wdata", &wdata);
    m->rdata = bus(cell, "rdata", &rdata);
    return (m->we && m->addr && m->waddr && m->wdata && m->rdata && m->depth && enables &&
            enables == m->enables && m->width % enables == 0 && waddr == m->address &&
            m->address < 32 && wdata == m->width && rdata == m->width) ||
           liberty_fail(error, lib->path, cell->group->line, "cell %s: its pins are not those of "
                        "its name: WIDTHxDEPTHxPORTSxENABLES", cell->name);
}

bool gate_cell_init(struct gate_cell *gate, const struct liberty *lib,
                    const struct liberty_cell *cell,
                    struct liberty_error *error)
{
    *gate = (struct gate_cell){.kind = GATE_LOGIC};
    if (cell->kind == LIBERTY_OTHER)
        return memory(gate, lib, cell, error);
    if (!find_pins(gate, lib, cell, error))
        return false;
    if (cell->kind == LIBERTY_GATE)
        return clock_gate(gate, lib, cell, error);
    if (cell->state)
        return registers(gate, cell, error);
    gate->wakes = (1u << gate->num_inputs) - 1;
    for (uint32_t o = 0; o < gate->num_outputs; o++)
        if (!table(gate, cell, cell->pins[gate->outputs[o]].function, false,
                   gate->truth + o, error))
            return false;
    return true;
}

void gate_cell_free(struct gate_cell *gate)
{
    struct gate_memory *m = &gate->memory;
    free(m->we);
    free(m->addr);
    free(m->waddr);
    free(m->wdata);
    free(m->rdata);
}
