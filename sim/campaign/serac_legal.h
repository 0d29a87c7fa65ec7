/* serac_legal.h - which programs the machine promises to carry out.
 *
 * rtl/MACHINE.md says what each field does; this says which values go together. Many
 * fields follow from others: serac_legal_derive() fills them in. What is left is free:
 *
 *   fetch  last, order, halves, store_tokens, addresses, tile_param_bytes, tile_wgt_bytes,
 *          groups, out_width, run, run_last, in_height, pad_top, row_step, kernel_lines,
 *          line strides, window_bytes, segment_beats
 *   exec   all of its own, but what is a product or a copy of another field
 *   store  out_addr, line_stride, pixel_bytes, chunk_last_bytes
 *
 * A block is legal if its dependent fields follow and these hold (serac_legal_block()):
 *
 *   digits     1 <= store <= bits <= 8; act_zero is a code of act_bits; out_bits 32 in mode raw,
 *              1..8 in others; clamp_min <= clamp_max
 *   image      row_step >= 1; strides of even and odd lines differ only if row_step is even; every
 *              output pixel's window meets the image: pad_top < kernel_lines, pad_left < window,
 *              and the last output line and pixel of a line begin inside
 *   windows    kernel_lines and window_bytes reach all taps and phases; more is loaded for nothing
 *   blocks     act_tile_planes is whole blocks, and each m-tile's first block lies in the pixel.
 *              Blocks beyond it must meet zero weights and corrections (serac_legal_overhang())
 *   tiles      run <= out_width; run_last <= out_width, is at most the pixels that are left, and
 *              leaves none over; channels is more than all m-tiles but the last have
 *   buffers    a group's weights and parameters, a column's strip, a tile's results fit what they
 *              may take; segment_beats holds the windows of every column that starts on a line
 *              of the output, and no column's two windows share a beat
 *   output     an output tile is whole blocks, or the only one; with order 1 a group is whole
 *              output tiles, or the only group; pixels and lines do not overlap; every channel
 *              is in what is stored, and nothing is stored that no m-tile wrote
 *   alignment  act_addr (of line -pad_top), wgt_addr, out_addr and line strides: 64 bytes
 *
 * A program is legal if its blocks are, all they touch exists, none writes the program or what it reads
 * itself, and no load of a block can meet results that are still on their way: fetch has consumed
 * the store tokens of all blocks up to the one that wrote them, before its weights by a block before it,
 * before its activations by itself at the latest (serac_legal_program()). Outputs may
 * overwrite anything that earlier blocks read or wrote. A block that waits for more tokens than
 * the blocks before it send is a deadlock, which the machine reports: no promise but that. */
#ifndef SERAC_LEGAL_H
#define SERAC_LEGAL_H

#include <stdbool.h>

#include "serac_design.h"
#include "serac_insn.h"

#define SERAC_LEGAL_BLOCKS 16     /* in a program, here; the machine has no limit */

/* Bytes from..to-1. */
struct serac_range {
    uint64_t from, to;
};

/* Smallest kernel_lines, window_bytes, segment_beats, tile_param_bytes, tile_wgt_bytes, slot_planes
 * and largest chunk_last_bytes that the other free fields allow. segment_beats becomes 0 if a
 * run's windows collide. */
void serac_legal_tighten(const struct serac_design *design, struct serac_insn *insn);
void serac_legal_segment(const struct serac_design *design, struct serac_insn *insn);   /* segment_beats alone */
void serac_legal_slot(const struct serac_design *design, struct serac_insn *insn);      /* slot_planes alone */
void serac_legal_derive(const struct serac_design *design, struct serac_insn *insn);

/* NULL, or which of the above does not hold. Dependent fields are derived before. */
const char *serac_legal_block(const struct serac_design *design, const struct serac_insn *insn);

/* Do m-tiles read blocks beyond their pixel? */
bool serac_legal_overhang(const struct serac_insn *insn);

/* The bytes that a legal block reads and writes. */
struct serac_range serac_legal_act(const struct serac_insn *insn);
struct serac_range serac_legal_wgt(const struct serac_insn *insn);
struct serac_range serac_legal_out(const struct serac_insn *insn);

/* NULL, or what is wrong. The program lies at the start of `memory`. Tokens may be too many:
 * *deadlock says so. */
const char *serac_legal_program(const struct serac_design *design, const struct serac_insn *blocks, uint32_t count,
                                uint64_t program, struct serac_range memory, bool *deadlock);

/* The fewest tokens that keep loads behind what they read; false if none do. */
bool serac_legal_tokens(struct serac_insn *blocks, uint32_t count);

#endif
