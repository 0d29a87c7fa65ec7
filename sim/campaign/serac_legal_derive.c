/* serac_legal_derive.c - the fields of a block that follow from its free ones. */
#include "serac_legal_sizes.h"

static void derive_fetch(const struct serac_design *d, struct serac_insn *insn)
{
    struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    uint32_t pixel = e->pixel_planes * plane_of(d), tile = f->tile_param_bytes + f->tile_wgt_bytes;
    f->magic = SERAC_INSN_MAGIC;
    f->group_bytes = e->group_mtiles * tile;
    f->group_last_bytes = e->group_last_mtiles * tile;
    f->out_height = (uint32_t)ceil_div(e->pixels, f->out_width);
    f->n_tiles = (uint32_t)ceil_div(e->pixels, (uint64_t)d->cols * f->run);
    f->out_line_stride = f->line_stride0 == f->line_stride1 ? f->row_step * f->line_stride0
                                                          : f->row_step / 2 * (f->line_stride0 + f->line_stride1);
    f->pixel_step_bytes = e->col_step * pixel;
    f->run_bytes = f->run * f->pixel_step_bytes;
    f->run_last_bytes = f->run_last * f->pixel_step_bytes;
    f->wrap_bytes = f->out_width * f->pixel_step_bytes;
    f->pad_left_bytes = e->pad_left * pixel;
    f->line_bytes = e->in_width * pixel;
    f->last_line = ((f->out_height - 1) * f->row_step - f->pad_top) & 0x1ffff;
}

static void derive_exec(const struct serac_design *d, struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    uint32_t segment = (uint32_t)((uint64_t)f->segment_beats * (d->axi_bits / 8) / plane_of(d));
    uint32_t left = e->pixels - (f->n_tiles - 1) * d->cols * f->run;
    e->order = f->order;
    e->last = f->last;
    e->wgt_halves = f->wgt_halves;
    e->act_halves = f->act_halves;
    e->groups = f->groups;
    e->n_tiles = f->n_tiles;
    e->run = f->run;
    e->run_last = f->run_last;
    e->out_width = f->out_width;
    e->row_step = f->row_step;
    e->pad_top = f->pad_top;
    e->in_height = f->in_height;
    e->line_planes = e->in_width * e->pixel_planes;
    e->step_planes = e->col_step * e->pixel_planes;
    e->tap_planes = e->dilation_w * e->pixel_planes;
    e->phase_planes = e->phase_dx * e->pixel_planes;
    e->pad_left_planes = e->pad_left * e->pixel_planes;
    e->tap_lines = e->dilation_h * segment;
    e->phase_lines = e->phase_dy * segment;
    e->tile_param_planes = f->tile_param_bytes / (d->requant_lanes * 16);
    e->tile_wgt_planes = f->tile_wgt_bytes / (d->rows * plane_of(d));
    e->last_cols = (uint32_t)ceil_div(left, f->run_last);
    e->last_steps = left - (e->last_cols - 1) * f->run_last;
}

static void derive_output(const struct serac_design *d, struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    struct serac_insn_store *s = &insn->store;
    s->groups = f->order ? f->groups : 1;
    s->n_tiles = f->n_tiles;
    s->out_tiles = (uint32_t)ceil_div(f->order ? e->group_mtiles : mtiles_of(e), e->gather);
    s->out_tiles_last = (uint32_t)ceil_div(f->order ? e->group_last_mtiles : mtiles_of(e), e->gather);
    s->tile_pixels = d->cols * f->run;
    s->pixels = e->pixels;
    s->out_width = f->out_width;
    s->chunk_bytes = tile_blocks(d, e->gather) * e->out_bits * plane_of(d);
    s->slot_planes = e->slot_planes;
    e->run_slot_planes = f->run * e->slot_planes;
    e->run_last_slot_planes = f->run_last * e->slot_planes;
    e->align_pixel = s->pixel_bytes % 64;
    e->align_run = (f->run % 64) * e->align_pixel % 64;
    e->align_run_last = (f->run_last % 64) * e->align_pixel % 64;
    e->align_wrap = (f->out_width % 64) * e->align_pixel % 64;
    e->align_chunk = s->chunk_bytes % 64;
}

void serac_legal_derive(const struct serac_design *d, struct serac_insn *insn)
{
    derive_fetch(d, insn);
    derive_exec(d, insn);
    derive_output(d, insn);
}

void serac_legal_segment(const struct serac_design *d, struct serac_insn *insn)
{
    serac_legal_derive(d, insn);
    insn->fetch.segment_beats = serac_legal_segment_beats(d, insn);
    serac_legal_derive(d, insn);
}

void serac_legal_slot(const struct serac_design *d, struct serac_insn *insn)
{
    serac_legal_derive(d, insn);
    insn->exec.slot_planes = serac_legal_slot_planes(d, insn);
    serac_legal_derive(d, insn);
}

void serac_legal_tighten(const struct serac_design *d, struct serac_insn *insn)
{
    struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    f->kernel_lines = serac_legal_lines(e);
    f->window_bytes = serac_legal_pixels(e) * e->pixel_planes * plane_of(d);
    f->tile_param_bytes = round_up(serac_legal_param_bytes(d, e), larger(64, d->requant_lanes * 16));
    f->tile_wgt_bytes = round_up(serac_legal_wgt_bytes(d, e), larger(64, d->rows * plane_of(d)));
    serac_legal_segment(d, insn);
    serac_legal_slot(d, insn);
    insn->store.chunk_last_bytes = serac_legal_last_blocks(d, e) * e->out_bits * plane_of(d);
    serac_legal_derive(d, insn);
}
