/* serac_shrink_fields.c - smaller fields of a block, alone or with what depends on them. */
#include <stddef.h>
#include <string.h>

#include "serac_shrinker.h"

#define FIELD(section, name, low) {offsetof(struct serac_insn, section.name), low}

/* Free fields and the value that is simplest; the ones that remove most come first. */
static const struct {
    size_t offset;
    uint32_t low;
} fields[] = {
    FIELD(fetch, groups, 1), FIELD(exec, group_mtiles, 1), FIELD(exec, group_last_mtiles, 1), FIELD(exec, kernel_h, 1),
    FIELD(exec, kernel_w, 1), FIELD(exec, phases_y, 1), FIELD(exec, phases_x, 1), FIELD(exec, blocks, 1),
    FIELD(exec, pixels, 1), FIELD(fetch, out_width, 1), FIELD(fetch, run, 1), FIELD(fetch, run_last, 1),
    FIELD(exec, wgt_bits, 1), FIELD(exec, wgt_store, 1), FIELD(exec, act_bits, 1), FIELD(exec, act_store, 1),
    FIELD(fetch, in_height, 1), FIELD(exec, in_width, 1), FIELD(exec, pixel_planes, 1), FIELD(exec, gather, 1),
    FIELD(fetch, store_tokens, 0), FIELD(fetch, pad_top, 0), FIELD(exec, pad_left, 0), FIELD(fetch, row_step, 1),
    FIELD(exec, col_step, 1), FIELD(exec, dilation_h, 1), FIELD(exec, dilation_w, 1), FIELD(exec, phase_dy, 0),
    FIELD(exec, phase_dx, 0), FIELD(exec, act_tile_planes, 0), FIELD(exec, act_tile_shift, 0),
    FIELD(exec, phase_param_planes, 0), FIELD(exec, phase_records, 0), FIELD(fetch, order, 0),
    FIELD(fetch, wgt_halves, 1), FIELD(fetch, act_halves, 1), FIELD(fetch, kernel_lines, 1),
    FIELD(fetch, window_bytes, 1), FIELD(fetch, segment_beats, 1), FIELD(fetch, tile_param_bytes, 64),
    FIELD(fetch, tile_wgt_bytes, 64), FIELD(exec, slot_planes, 1), FIELD(store, pixel_bytes, 1),
    FIELD(store, line_stride, 64), FIELD(exec, out_bits, 1), FIELD(exec, mode, 0), FIELD(exec, channels, 1),
    FIELD(exec, wgt_signed, 0), FIELD(exec, act_signed, 0), FIELD(exec, dot_shift, 0), FIELD(exec, combine_add, 0),
    FIELD(exec, act_zero, 0), FIELD(exec, out_zero, 0), FIELD(fetch, line_stride0, 64), FIELD(fetch, line_stride1, 64)};

static uint32_t *field_of(struct serac_insn *insn, size_t offset)
{
    return (uint32_t *)(void *)((char *)insn + offset);
}

static uint32_t at_most(uint32_t value, uint64_t limit)
{
    return value > limit ? (uint32_t)limit : value;
}

/* Other free fields brought within what the changed one leaves them; then no slack. */
static void refit(const struct serac_design *d, struct serac_insn *insn)
{
    struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    e->wgt_store = at_most(e->wgt_store, e->wgt_bits);
    uint32_t store = at_most(e->act_store, e->act_bits);
    uint32_t blocks = e->pixel_planes / e->act_store;
    if (blocks < e->blocks)
        blocks = e->blocks;
    e->act_tile_planes = e->act_tile_planes / e->act_store * store;
    e->act_store = store;
    e->pixel_planes = blocks * store;
    if (e->mode == SERAC_INSN_MODE_RAW || e->out_bits > 8)
        e->out_bits = e->mode == SERAC_INSN_MODE_RAW ? 32 : 8;
    serac_legal_tighten(d, insn);
    uint32_t window = f->window_bytes / (e->pixel_planes * d->lanes / 8);
    f->pad_top = at_most(f->pad_top, f->kernel_lines - 1);
    e->pad_left = at_most(e->pad_left, window - 1);
    if (e->col_step)
        f->out_width = at_most(f->out_width, (e->in_width + e->pad_left - 1) / e->col_step + 1);
    uint64_t lines = (f->in_height + f->pad_top - 1) / f->row_step + 1;
    e->pixels = at_most(e->pixels, f->out_width * lines);
    f->run = at_most(f->run, f->out_width);
    uint32_t left = (e->pixels - 1) % (d->cols * f->run) + 1;
    f->run_last = (left + d->cols - 1) / d->cols;
    uint32_t mtiles = (f->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    e->channels = (mtiles - 1) * d->rows + (e->channels - 1) % d->rows + 1;
    if (e->gather < mtiles && (uint64_t)e->gather * d->rows % d->lanes)
        e->gather = mtiles;
    serac_legal_tighten(d, insn);
    struct serac_insn_store *s = &insn->store;
    uint32_t tiles = (mtiles + e->gather - 1) / e->gather;
    s->pixel_bytes = (tiles - 1) * s->chunk_bytes + s->chunk_last_bytes;
    s->line_stride = (f->out_width * s->pixel_bytes + 63) & ~63u;
    serac_legal_tighten(d, insn);
}

/* A field of a block at `value`, others as they are or refitted. */
static bool try_field(struct serac_shrinker *s, uint32_t i, size_t offset, uint32_t value)
{
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];
    const struct serac_design *d = &s->best->design;
    memcpy(blocks, s->blocks, s->count * sizeof *blocks);
    *field_of(&blocks[i], offset) = value;
    serac_legal_derive(d, &blocks[i]);
    if (serac_shrink_try_blocks(s, blocks, s->count))
        return true;
    if (offset == offsetof(struct serac_insn, fetch.store_tokens))
        return false;
    refit(d, &blocks[i]);
    if (*field_of(&blocks[i], offset) != value)
        return false;
    return serac_shrink_try_blocks(s, blocks, s->count) ||
           (serac_legal_tokens(blocks, s->count) && serac_shrink_try_blocks(s, blocks, s->count));
}

bool serac_shrink_fields(struct serac_shrinker *s, uint32_t i)
{
    bool smaller = false;
    for (size_t k = 0; k < sizeof fields / sizeof *fields && i < s->count; k++) {
        size_t offset = fields[k].offset;
        uint32_t low = fields[k].low, value = *field_of(&s->blocks[i], offset);
        if (value == low || try_field(s, i, offset, low)) {
            smaller |= value != low;
            continue;
        }
        while (value > low && (try_field(s, i, offset, low + (value - low) / 2) ||
                               (value - low <= 16 && try_field(s, i, offset, value - 1)))) {
            value = *field_of(&s->blocks[i], offset);
            smaller = true;
        }
    }
    return smaller;
}
