/* serac_compared.h - a log of what lock step has compared, for functional coverage.
 *
 * With SERAC_COMPARED=FILE each layer block of a program that model and RTL ran alike is one line of FILE,
 * `block` and the numbers below in their order; each run that ended with an error, alike on both sides, is
 * `end` and its status. Lines are appended whole, so processes may share the file.
 * testbench/coverage reads it. */
#ifndef SERAC_COMPARED_H
#define SERAC_COMPARED_H

#include "serac_bus.h"
#include "serac_design.h"
#include "serac_insn.h"
#include "serac_run.h"

/* X(field): of struct serac_design, of struct serac_insn_exec, of struct serac_counters. */
#define SERAC_COMPARED_DESIGN(X)                                                \
    X(rows) X(cols) X(lanes) X(weight_planes) X(act_planes)
#define SERAC_COMPARED_EXEC(X)                                                  \
    X(order) X(wgt_halves) X(act_halves) X(wgt_bits) X(wgt_store) X(act_bits)   \
    X(act_store) X(wgt_signed) X(act_signed) X(combine_add) X(mode) X(groups)   \
    X(n_tiles) X(group_mtiles) X(group_last_mtiles) X(run) X(run_last)          \
    X(kernel_h) X(kernel_w) X(phases_y) X(phases_x) X(blocks) X(last_lanes)     \
    X(pixels) X(in_height) X(act_tile_planes) X(out_bits) X(channels)           \
    X(last_cols) X(last_steps) X(pad_top) X(pad_left)
#define SERAC_COMPARED_COUNTERS(X)                                              \
    X(stall_fetch_cycles) X(stall_requant_cycles) X(stall_store_cycles)         \
    X(stall_control_cycles)

struct serac_compared {
#define SERAC_COMPARED_FIELD(name) uint64_t name;
    SERAC_COMPARED_DESIGN(SERAC_COMPARED_FIELD)
    SERAC_COMPARED_EXEC(SERAC_COMPARED_FIELD)
    SERAC_COMPARED_COUNTERS(SERAC_COMPARED_FIELD)
#undef SERAC_COMPARED_FIELD
};

/* The blocks of `program` on `bus`, as the model ran it: run->num_blocks of them with their
 * `shares`. Nothing without SERAC_COMPARED. SERAC_E_IO: the log could not be written. */
enum serac_status serac_compared_log(const struct serac_design *design, const struct serac_bus *bus,
                                     uint64_t program, const struct serac_run *run,
                                     const struct serac_counters *shares);

#endif
