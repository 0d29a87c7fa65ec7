/* serac_legal.c - the rules of serac_legal.h for a block; serac_legal_program.c has those for a program. They are
 * not the mapper's code: testbench/unit/test_legal.c holds what it writes to them. */
#include <stddef.h>

#include "serac_legal_sizes.h"

/* Every field has a value that fits it. */
static bool fields_fit(const struct serac_insn *insn)
{
#define FITS(section, name, word, lsb, width)                                              \
    if ((width) < 32 && insn->section.name >> ((width) & 31))                              \
        return false;
    SERAC_INSN_FIELD_LIST(FITS)
#undef FITS
    return true;
}

/* Counts that are at least 1, and bounds within which nothing below overflows. */
static const char *check_counts(const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_exec *e = &insn->exec;
    const uint32_t counts[] = {
        f->groups, f->run, f->run_last, f->out_width, f->in_height, f->row_step, f->kernel_lines, f->window_bytes,
        e->group_mtiles, e->group_last_mtiles, e->kernel_h, e->kernel_w, e->phases_y, e->phases_x, e->blocks,
        e->last_lanes, e->pixels, e->out_bits, e->gather, e->pixel_planes, e->in_width, e->wgt_bits, e->act_bits,
        e->wgt_store, e->act_store, e->channels};
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i] == 0)
            return "a count is 0";
    if ((uint64_t)e->pixels > 1u << 20 || (uint64_t)f->in_height > 1u << 15 || (uint64_t)e->in_width > 1u << 20 ||
        (uint64_t)f->groups * larger(e->group_mtiles, e->group_last_mtiles) > 1u << 15 || e->blocks > 1u << 15 ||
        (uint64_t)e->in_width * e->pixel_planes > 1u << 24 || f->out_width > 1u << 20)
        return "a count is beyond what is tried here";
    return f->wgt_halves - 1 > 1 || f->act_halves - 1 > 1 ? "halves are not 1 or 2" : NULL;
}

static const char *check_digits(const struct serac_design *d, const struct serac_insn_exec *e)
{
    int32_t zero = e->act_signed ? (int8_t)e->act_zero : (int32_t)e->act_zero;
    int32_t low = e->act_signed ? -(1 << (e->act_bits - 1)) : 0, high = low + (1 << e->act_bits) - 1;
    if (e->wgt_bits > 8 || e->act_bits > 8 || e->wgt_store > e->wgt_bits || e->act_store > e->act_bits)
        return "bits are not store..8";
    if (zero < low || zero > high)
        return "act_zero is no code of act_bits";
    if (e->mode > SERAC_INSN_MODE_RAW || (e->mode == SERAC_INSN_MODE_RAW ? e->out_bits != 32 : e->out_bits > 8))
        return "mode and out_bits";
    if (e->last_lanes > d->lanes)
        return "last_lanes is more than lanes";
    return (int32_t)e->clamp_min > (int32_t)e->clamp_max ? "clamp_min is more than clamp_max" : NULL;
}

static const char *check_image(const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_exec *e = &insn->exec;
    uint64_t pixel = (uint64_t)e->pixel_planes * plane_of(d);
    uint64_t window = f->window_bytes / pixel;
    if (f->line_stride0 != f->line_stride1 && f->row_step % 2)
        return "line strides differ and row_step is odd";
    if (f->kernel_lines < serac_legal_lines(e) || f->window_bytes % pixel || window < serac_legal_pixels(e))
        return "kernel_lines or window_bytes miss a tap";
    if (e->pad_top >= f->kernel_lines || e->pad_left >= window ||
        (uint64_t)(f->out_height - 1) * f->row_step >= (uint64_t)f->in_height + e->pad_top ||
        (uint64_t)(f->out_width - 1) * e->col_step >= (uint64_t)e->in_width + e->pad_left)
        return "an output pixel's window misses the image";
    if (e->pixel_planes % e->act_store || e->act_tile_planes % e->act_store || e->act_tile_shift > 31)
        return "planes are not whole blocks";
    uint64_t first = (uint64_t)((mtiles_of(e) - 1) >> e->act_tile_shift) * e->act_tile_planes;
    if (first >= e->pixel_planes || (e->act_tile_planes == 0 && e->blocks > e->pixel_planes / e->act_store))
        return "an m-tile's block is outside its pixel";
    return NULL;
}

static const char *check_tiles(const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_exec *e = &insn->exec;
    uint64_t left = e->pixels - (uint64_t)(f->n_tiles - 1) * d->cols * f->run;
    if (f->run > f->out_width || f->run_last > f->out_width || f->run_last > left ||
        (uint64_t)f->run_last * d->cols < left)
        return "run or run_last";
    if (e->channels <= (uint64_t)(mtiles_of(e) - 1) * d->rows)
        return "an m-tile has no channel";
    return NULL;
}

static const char *check_buffers(const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_exec *e = &insn->exec;
    uint64_t most = f->groups > 1 ? larger(e->group_mtiles, e->group_last_mtiles) : e->group_last_mtiles;
    uint64_t bank = (uint64_t)d->act_buffer_bytes / d->cols, beat = d->axi_bits / 8;
    uint32_t needed = serac_legal_segment_beats(d, insn);
    if (f->tile_param_bytes % larger(64, d->requant_lanes * 16) || f->tile_param_bytes < serac_legal_param_bytes(d, e))
        return "tile_param_bytes";
    if (f->tile_wgt_bytes % larger(64, d->rows * plane_of(d)) || f->tile_wgt_bytes < serac_legal_wgt_bytes(d, e))
        return "tile_wgt_bytes";
    if (most * f->tile_wgt_bytes > (uint64_t)d->weight_buffer_bytes / 2 * f->wgt_halves ||
        most * f->tile_param_bytes > (uint64_t)d->param_buffer_bytes / 2 * f->wgt_halves)
        return "a group is larger than the weight or parameter buffer";
    if (needed == 0 || f->segment_beats < needed || f->segment_beats * beat % plane_of(d))
        return "segment_beats, or a run's windows share a beat";
    if (f->kernel_lines * f->segment_beats * beat > bank / 2 * f->act_halves)
        return "a strip is larger than its bank";
    if (e->slot_planes < serac_legal_slot_planes(d, insn) || e->slot_planes % serac_legal_slot_unit(d))
        return "slot_planes";
    uint64_t slots = insn->store.tile_pixels < e->pixels ? insn->store.tile_pixels : e->pixels;
    if (slots * e->slot_planes * plane_of(d) > d->output_buffer_bytes / 2)
        return "a tile is larger than the output buffer";
    return NULL;
}

static const char *check_output(const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_exec *e = &insn->exec;
    const struct serac_insn_store *s = &insn->store;
    uint32_t mtiles = mtiles_of(e), unit = e->out_bits * plane_of(d), tiles = out_tiles(e);
    if (e->gather < mtiles && (uint64_t)e->gather * d->rows % d->lanes)
        return "an output tile is not whole blocks";
    if (f->order && f->groups > 1 && e->group_mtiles % e->gather)
        return "a group is not whole output tiles";
    uint64_t stored = (uint64_t)(tiles - 1) * s->chunk_bytes + s->chunk_last_bytes;
    uint64_t channels = (uint64_t)mtiles * d->rows < e->channels ? (uint64_t)mtiles * d->rows : e->channels;
    if (s->chunk_last_bytes == 0 || s->chunk_last_bytes % unit ||
        s->chunk_last_bytes > serac_legal_last_blocks(d, e) * unit ||
        stored < ceil_div(channels, d->lanes) * unit)
        return "chunk_last_bytes";
    if (s->pixel_bytes < stored || s->pixel_bytes % plane_of(d))
        return "pixel_bytes";
    if (s->line_stride % 64 || (f->out_height > 1 && s->line_stride < (uint64_t)f->out_width * s->pixel_bytes))
        return "line_stride";
    return NULL;
}

static const char *check_alignment(const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    return f->act_addr_lo % 64 || f->wgt_addr_lo % 64 || insn->store.out_addr_lo % 64 || f->line_stride0 % 64 ||
           f->line_stride1 % 64 ? "an address or a stride is no multiple of 64" : NULL;
}

const char *serac_legal_block(const struct serac_design *d, const struct serac_insn *insn)
{
    const char *wrong = check_counts(insn);
    if (!wrong && !fields_fit(insn))
        wrong = "a value does not fit its field";
    if (!wrong)
        wrong = check_digits(d, &insn->exec);
    if (!wrong)
        wrong = check_image(d, insn);
    if (!wrong)
        wrong = check_tiles(d, insn);
    if (!wrong)
        wrong = check_buffers(d, insn);
    if (!wrong)
        wrong = check_output(d, insn);
    return wrong ? wrong : check_alignment(insn);
}

bool serac_legal_overhang(const struct serac_insn *insn)
{
    const struct serac_insn_exec *e = &insn->exec;
    uint64_t first = (uint64_t)((mtiles_of(e) - 1) >> e->act_tile_shift) * e->act_tile_planes;
    return first + (uint64_t)e->blocks * e->act_store > e->pixel_planes;
}
