/* serac_legal_sizes.c - sizes that follow from a block's fields. */
#include "serac_legal_sizes.h"

uint32_t serac_legal_last_blocks(const struct serac_design *d, const struct serac_insn_exec *e)
{
    return tile_blocks(d, mtiles_of(e) - (out_tiles(e) - 1) * e->gather);
}

uint32_t serac_legal_lines(const struct serac_insn_exec *e)
{
    return (e->kernel_h - 1) * e->dilation_h + (e->phases_y - 1) * e->phase_dy + 1;
}

uint32_t serac_legal_pixels(const struct serac_insn_exec *e)
{
    return (e->kernel_w - 1) * e->dilation_w + (e->phases_x - 1) * e->phase_dx + 1;
}

uint32_t serac_legal_param_bytes(const struct serac_design *d, const struct serac_insn_exec *e)
{
    uint32_t record = e->mode == SERAC_INSN_MODE_THRESHOLD ? SERAC_RECORD_THRESHOLD_BYTES : SERAC_RECORD_BYTES;
    return d->rows * record + (e->phases_y * e->phases_x - 1) * e->phase_param_planes * d->requant_lanes * 16;
}

uint64_t serac_legal_wgt_bytes(const struct serac_design *d, const struct serac_insn_exec *e)
{
    return (uint64_t)e->kernel_h * e->kernel_w * e->blocks * e->wgt_store * d->rows * plane_of(d);
}

/* Beats of a column's bank for a kernel line, the column starting at pixel x of a line; 0 if its two
 * windows share a beat (rtl/MACHINE.md, pixels, columns, strips). */
static uint32_t column_beats(const struct serac_insn *insn, uint32_t beat, uint32_t x, uint32_t run)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    int64_t step = f->pixel_step_bytes, pad = f->pad_left_bytes;
    int64_t line_end = (int64_t)f->line_bytes - 1, reach = (int64_t)f->window_bytes - 1 - pad;
    int64_t end = (int64_t)x + run - 1, width = f->out_width;
    int64_t tail = (end < width ? end : width - 1) * step + reach, start = (int64_t)x * step - pad;
    int64_t from = start < 0 ? 0 : start / beat;
    int64_t tail_to = (tail < line_end ? tail : line_end) / beat;
    if (end < width)
        return (uint32_t)(tail_to - from + 1);
    int64_t head = (end - width) * step + reach;
    int64_t head_to = (head < line_end ? head : line_end) / beat;
    return head_to >= from ? 0 : (uint32_t)(tail_to - from + 1 + head_to + 1);
}

uint32_t serac_legal_segment_beats(const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    uint32_t beat = d->axi_bits / 8, most = 0;
    uint64_t all = (uint64_t)f->out_width * f->out_height;
    for (uint32_t n = 0; n < f->n_tiles; n++)
        for (uint32_t c = 0; c < d->cols; c++) {
            uint32_t run = n == f->n_tiles - 1 ? f->run_last : f->run;
            uint64_t pixel = (uint64_t)n * d->cols * f->run + (uint64_t)c * run;
            if (pixel >= all)
                break;
            uint32_t beats = column_beats(insn, beat, (uint32_t)(pixel % f->out_width), run);
            if (beats == 0)
                return 0;
            most = larger(most, beats);
        }
    return (uint32_t)(round_up((uint64_t)most * beat, larger(beat, plane_of(d))) / beat);
}

uint32_t serac_legal_slot_unit(const struct serac_design *d)
{
    uint32_t beat = d->axi_bits / 8;
    return beat > plane_of(d) ? beat / plane_of(d) : 1;
}

uint32_t serac_legal_slot_planes(const struct serac_design *d, const struct serac_insn *insn)
{
    uint32_t beat = d->axi_bits / 8, unit = serac_legal_slot_unit(d), planes = insn->store.chunk_bytes / plane_of(d);
    bool moves = insn->store.pixel_bytes % beat || insn->store.chunk_bytes % beat;
    return round_up(planes + (moves ? unit - 1 : 0), unit);
}
