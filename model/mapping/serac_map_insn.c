/* serac_map_insn.c - the fields of an instruction. */
#include "serac_map_insn.h"

#include "serac_math.h"

static uint32_t log2_of(uint32_t power)
{
    uint32_t log = 0;
    while (power >>= 1)
        log++;
    return log;
}

static bool set16(uint32_t *field, uint64_t value)
{
    *field = (uint32_t)value;
    return value <= UINT16_MAX;
}

void serac_map_set_addresses(struct serac_insn *insn,
                             const struct serac_geometry *g,
                             const struct serac_layer *l,
                             const struct serac_addresses *a)
{
    struct serac_insn_fetch *f = &insn->fetch;
    uint64_t act = a->input - (uint64_t)l->pad_top * g->in_line_stride;
    f->act_addr_lo = (uint32_t)act;
    f->act_addr_hi = (uint32_t)(act >> 32);
    f->wgt_addr_lo = (uint32_t)a->weights;
    f->wgt_addr_hi = (uint32_t)(a->weights >> 32);
    insn->store.out_addr_lo = (uint32_t)a->output;
    insn->store.out_addr_hi = (uint32_t)(a->output >> 32);
    uint32_t other = (uint32_t)(a->input2 - a->input);
    f->line_stride0 = g->dual ? other : g->in_line_stride;
    f->line_stride1 = g->dual ? g->in_line_stride - other : g->in_line_stride;
    f->out_line_stride = g->dual ? g->in_line_stride
                                 : g->row_step * g->in_line_stride;
}

void serac_map_set_fetch(struct serac_insn_fetch *f,
                         const struct serac_geometry *g,
                         const struct serac_layer *l,
                         const struct serac_mapping *m, uint32_t run_last)
{
    uint32_t tile = g->tile_param_bytes + g->tile_wgt_bytes;
    uint32_t step = g->col_step * g->in_pixel_bytes;
    f->magic = SERAC_INSN_MAGIC;
    f->order = m->order;
    f->wgt_halves = m->wgt_halves;
    f->act_halves = m->act_halves;
    f->groups = serac_ceil_div(g->mtiles, m->group_mtiles);
    f->group_bytes = m->group_mtiles * tile;
    f->group_last_bytes =
        (g->mtiles - (f->groups - 1) * m->group_mtiles) * tile;
    f->tile_param_bytes = g->tile_param_bytes;
    f->tile_wgt_bytes = g->tile_wgt_bytes;
    f->out_width = g->out_width;
    f->out_height = g->out_height;
    f->run = m->run;
    f->run_last = run_last;
    f->in_height = g->in_height;
    f->pad_top = l->pad_top;
    f->row_step = g->row_step;
    f->kernel_lines = g->kernel_lines;
    f->run_bytes = m->run * step;
    f->run_last_bytes = run_last * step;
    f->wrap_bytes = g->out_width * step;
    f->pixel_step_bytes = step;
    f->window_bytes = g->window * g->in_pixel_bytes;
    f->pad_left_bytes = l->pad_left * g->in_pixel_bytes;
    f->line_bytes = g->in_line_bytes;
    f->last_line = ((g->out_height - 1) * g->row_step - l->pad_top) & 0x1ffff;
}

/* The code that stands for zero, sign-extended to eight bits. */
static uint32_t zero_code(const struct serac_tensor *t)
{
    return (uint32_t)t->zero_point & 0xff;
}

/* Bits of weights, activations and results, and the codes that stand for zero and the ends. */
static void set_codes(struct serac_insn_exec *e, const struct serac_geometry *g,
                      const struct serac_layer *l)
{
    e->wgt_bits = g->wgt_bits;
    e->wgt_store = g->wgt_store;
    e->act_bits = l->act_bits;
    e->act_store = l->input.bits;
    e->wgt_signed = l->op == SERAC_OP_DEPTHWISE;   /* others as offset binary: serac_pack.c */
    e->act_signed = l->input.is_signed;
    e->dot_shift = l->input.is_bipolar +
                   (!g->dual && l->weight_kind == SERAC_WEIGHT_BIPOLAR);
    e->combine_add = g->dual;
    e->phase_records = g->dual;
    e->mode = l->mode;
    e->act_zero = zero_code(&l->input);
    e->out_bits = l->output.bits;
    e->out_zero = l->mode == SERAC_MODE_RAW ? 0
                                            : (uint32_t)l->output.zero_point;
    e->clamp_min = (uint32_t)l->clamp_min;
    e->clamp_max = (uint32_t)l->clamp_max;
}

/* The image, and what a window sees of it. */
static void set_image(struct serac_insn_exec *e, const struct serac_geometry *g,
                      const struct serac_layer *l, const struct serac_design *d)
{
    uint32_t pixel = g->in_pixel_bytes / (d->lanes / 8), tail = l->input.channels % d->lanes;
    e->kernel_h = l->kernel_h;
    e->kernel_w = l->kernel_w;
    e->phases_y = g->dual ? 2 : l->pool;
    e->phases_x = g->dual ? 1 : l->pool;
    e->blocks = g->blocks;
    e->dilation_h = g->dual ? 1 : l->dilation_h;
    e->dilation_w = l->dilation_w;
    e->phase_dy = g->dual ? 1 : l->stride_h;
    e->phase_dx = l->stride_w;
    e->last_lanes = g->diagonal || tail == 0 ? d->lanes : tail;
    e->row_step = g->row_step;
    e->col_step = g->col_step;
    e->pad_top = l->pad_top;
    e->pad_left = l->pad_left;
    e->in_height = g->in_height;
    e->in_width = l->input.width;
    e->pixel_planes = pixel;
    e->line_planes = l->input.width * pixel;
    e->act_tile_shift = g->diagonal && d->lanes > d->rows
                            ? log2_of(d->lanes / d->rows) : 0;
    e->act_tile_planes = g->diagonal ? g->blocks * l->input.bits : 0;
}

/* The loops, and where results lie in a beat of the output. */
static void set_loops(struct serac_insn_exec *e, const struct serac_geometry *g,
                      const struct serac_layer *l, const struct serac_mapping *m,
                      const struct serac_insn_fetch *f)
{
    e->order = m->order;
    e->wgt_halves = m->wgt_halves;
    e->act_halves = m->act_halves;
    e->groups = f->groups;
    e->n_tiles = f->n_tiles;
    e->out_width = g->out_width;
    e->pixels = g->pixels;
    e->channels = l->output.channels;
    e->align_pixel = g->out_pixel_bytes % 64;
    e->align_run = (m->run % 64) * (g->out_pixel_bytes % 64) % 64;
    e->align_run_last = (f->run_last % 64) * (g->out_pixel_bytes % 64) % 64;
    e->align_wrap = (g->out_width % 64) * (g->out_pixel_bytes % 64) % 64;
}

/* The last tile: how many columns each of its steps drains. */
static bool set_last(struct serac_insn_exec *e, const struct serac_insn_fetch *f,
                        uint32_t rest)
{
    uint32_t cols = serac_ceil_div(rest, f->run_last);
    return set16(&e->last_cols, cols) &
           set16(&e->last_steps, rest - (cols - 1) * f->run_last);
}

bool serac_map_set_exec(struct serac_insn_exec *e, const struct serac_geometry *g,
                        const struct serac_layer *l, const struct serac_design *d,
                        const struct serac_mapping *m,
                        const struct serac_insn_fetch *f, uint32_t rest)
{
    uint32_t plane = d->lanes / 8, record_plane = d->requant_lanes * 16;
    uint32_t segment = (uint32_t)((uint64_t)f->segment_beats *
                                  (d->axi_bits / 8) / plane);
    set_codes(e, g, l);
    set_image(e, g, l, d);
    set_loops(e, g, l, m, f);
    uint64_t pixel = e->pixel_planes;
    e->tile_wgt_planes = (uint32_t)(g->tile_wgt_bytes /
                                    (d->rows * (uint64_t)plane));
    bool ok = pixel <= UINT16_MAX;
    ok &= set16(&e->group_mtiles, m->group_mtiles);
    ok &= set16(&e->group_last_mtiles,
                g->mtiles - (f->groups - 1) * m->group_mtiles);
    ok &= set16(&e->run, m->run);
    ok &= set16(&e->run_last, f->run_last);
    ok &= set16(&e->step_planes, g->col_step * pixel);
    ok &= set16(&e->tap_planes, l->dilation_w * pixel);
    ok &= set16(&e->phase_planes, l->stride_w * pixel);
    ok &= set16(&e->pad_left_planes, l->pad_left * pixel);
    ok &= set16(&e->tap_lines, (uint64_t)e->dilation_h * segment);
    ok &= set16(&e->phase_lines, (uint64_t)e->phase_dy * segment);
    ok &= set16(&e->gather, m->gather);
    ok &= set16(&e->tile_param_planes, g->tile_param_bytes / record_plane);
    ok &= set16(&e->phase_param_planes,
                g->dual ? g->set_bytes / record_plane : 0);
    return ok & set_last(e, f, rest);
}

bool serac_map_set_output(struct serac_insn *insn, const struct serac_geometry *g,
                          const struct serac_layer *l,
                          const struct serac_design *d,
                          const struct serac_mapping *m)
{
    struct serac_insn_store *s = &insn->store;
    uint32_t plane = d->lanes / 8, beat = d->axi_bits / 8;
    uint32_t blocks = m->gather * d->rows / d->lanes;   /* per output tile */
    if (m->gather * d->rows % d->lanes)
        blocks++;
    uint32_t planes = blocks * l->output.bits;
    uint32_t tiles = serac_ceil_div(g->mtiles, m->gather);
    s->n_tiles = insn->fetch.n_tiles;
    s->groups = m->order ? insn->fetch.groups : 1;
    uint32_t per_group = m->order ? serac_ceil_div(m->group_mtiles, m->gather) : tiles;
    uint32_t last = tiles - (s->groups - 1) * per_group;
    s->tile_pixels = d->cols * m->run;
    s->pixels = g->pixels;
    s->line_stride = g->out_line_stride;
    s->pixel_bytes = g->out_pixel_bytes;
    s->out_width = g->out_width;
    s->chunk_bytes = planes * plane;
    s->chunk_last_bytes =
        (g->out_blocks - (tiles - 1) * blocks) * l->output.bits * plane;
    uint32_t unit = beat > plane ? beat / plane : 1;
    bool aligned = g->out_pixel_bytes % beat == 0 && s->chunk_bytes % beat == 0;
    if (!aligned)
        planes += unit - 1;
    s->slot_planes = serac_ceil_div(planes, unit) * unit;
    insn->exec.slot_planes = s->slot_planes;
    insn->exec.run_slot_planes = m->run * s->slot_planes;
    insn->exec.run_last_slot_planes = insn->fetch.run_last * s->slot_planes;
    insn->exec.align_chunk = s->chunk_bytes % 64;
    return set16(&s->out_tiles, per_group) & set16(&s->out_tiles_last, last);
}
