/* serac_legal_sizes.h - sizes that follow from a block's fields; private to serac_legal*.c. */
#ifndef SERAC_LEGAL_SIZES_H
#define SERAC_LEGAL_SIZES_H

#include "serac_legal.h"

static inline uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static inline uint32_t round_up(uint64_t value, uint64_t unit)
{
    return (uint32_t)(ceil_div(value, unit) * unit);
}

static inline uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static inline uint64_t join(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

/* Bytes of a plane: a bit of each lane. */
static inline uint32_t plane_of(const struct serac_design *d)
{
    return d->lanes / 8;
}

static inline uint32_t mtiles_of(const struct serac_insn_exec *e)
{
    return (e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
}

/* Blocks in an output tile of so many m-tiles. */
static inline uint32_t tile_blocks(const struct serac_design *d, uint32_t mtiles)
{
    return (uint32_t)ceil_div((uint64_t)mtiles * d->rows, d->lanes);
}

static inline uint32_t out_tiles(const struct serac_insn_exec *e)
{
    return (uint32_t)ceil_div(mtiles_of(e), e->gather);
}

/* Blocks of the last output tile that an m-tile writes. */
uint32_t serac_legal_last_blocks(const struct serac_design *d, const struct serac_insn_exec *e);

/* Input lines and pixels that one output pixel needs. */
uint32_t serac_legal_lines(const struct serac_insn_exec *e);
uint32_t serac_legal_pixels(const struct serac_insn_exec *e);

/* Bytes of an m-tile's parameters and weights. */
uint32_t serac_legal_param_bytes(const struct serac_design *d, const struct serac_insn_exec *e);
uint64_t serac_legal_wgt_bytes(const struct serac_design *d, const struct serac_insn_exec *e);

/* The most beats of any column that starts on a line of the output; 0 if one's windows collide. */
uint32_t serac_legal_segment_beats(const struct serac_design *d, const struct serac_insn *insn);

/* Planes of a slot, a multiple of the unit: a chunk, and room for its place in a beat if that moves. */
uint32_t serac_legal_slot_unit(const struct serac_design *d);
uint32_t serac_legal_slot_planes(const struct serac_design *d, const struct serac_insn *insn);

#endif
