/* gate_cell.h - what one kind of cell does, for simulation (gates.h).
 *
 * Functions are truth tables over the inputs, in the order of `inputs`: bit i of
 * an index is input i. Registers and latches have at most one state bit. */
#ifndef GATE_CELL_H
#define GATE_CELL_H

#include "liberty.h"

#define GATE_INPUTS 6
#define GATE_OUTPUTS 4

enum gate_kind {
    GATE_LOGIC,
    GATE_FLIP_FLOP,
    GATE_LATCH,               /* transparent while `clock` is true */
    GATE_CLOCK_GATE,          /* latch of `next`, open while `clock` is false */
    GATE_MEMORY               /* serac_macro: scripts/synth/macros.c */
};

/* Pins of a memory; buses as pin numbers. */
struct gate_memory {
    uint32_t clk, ce;
    uint32_t width, depth, ports, enables, address;
    uint32_t *we, *addr, *waddr, *wdata, *rdata;
};

struct gate_cell {
    enum gate_kind kind;
    uint32_t num_inputs, inputs[GATE_INPUTS];          /* pins */
    uint32_t num_outputs, outputs[GATE_OUTPUTS];
    uint64_t truth[GATE_OUTPUTS];                      /* of logic */
    bool inverted[GATE_OUTPUTS];                       /* of the state */
    uint64_t next, clock, clear, preset;               /* 0: never */
    uint64_t after;           /* clock gate: opens it behind the latch */
    uint32_t wakes;           /* mask of inputs that may act at once */
    struct gate_memory memory;
};

/* false, with the reason in `error`, for what cannot be simulated. */
bool gate_cell_init(struct gate_cell *gate, const struct liberty *lib,
                    const struct liberty_cell *cell,
                    struct liberty_error *error);
void gate_cell_free(struct gate_cell *gate);

#endif
