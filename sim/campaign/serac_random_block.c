/* serac_random_block.c - every free field of a block, drawn on its own. */
#include "serac_random_block.h"

#include <string.h>

#define BUSY_CYCLES 12000     /* of the array */
#define PRODUCTS 12000000     /* multiplications of the model */

/* 1..most, small ones more often. */
static uint32_t small(struct serac_rng *rng, int64_t most)
{
    return pick(rng, 1, serac_rng_pick(rng, 1, most));
}

static void draw_digits(struct serac_rng *rng, struct serac_insn_exec *e)
{
    e->wgt_bits = pick(rng, 1, 8);
    e->wgt_store = chance(rng, 70) ? e->wgt_bits : pick(rng, 1, e->wgt_bits);
    e->act_bits = pick(rng, 1, 8);
    e->act_store = chance(rng, 70) ? e->act_bits : pick(rng, 1, e->act_bits);
    e->wgt_signed = pick(rng, 0, 1);
    e->act_signed = pick(rng, 0, 1);
    uint32_t code = pick(rng, 0, (1 << e->act_bits) - 1);
    e->act_zero = e->act_signed && code >> (e->act_bits - 1) ? (code - (1u << e->act_bits)) & 255 : code;
}

static void draw_requant(struct serac_rng *rng, struct serac_insn_exec *e)
{
    e->dot_shift = chance(rng, 50) ? 0 : pick(rng, 0, 3);
    e->combine_add = pick(rng, 0, 1);
    e->phase_records = pick(rng, 0, 1);         /* not read by the hardware */
    e->mode = pick(rng, 0, SERAC_INSN_MODE_RAW);
    e->out_bits = e->mode == SERAC_INSN_MODE_RAW ? 32 : pick(rng, 1, 8);
    int codes = 1 << (e->out_bits > 8 ? 8 : e->out_bits);
    int32_t low = chance(rng, 50) ? -codes / 2 : 0, high = low + codes - 1;
    if (chance(rng, 30)) {
        low = (int32_t)serac_rng_pick(rng, chance(rng, 20) ? INT32_MIN : -300, 300);
        high = (int32_t)serac_rng_pick(rng, low, chance(rng, 20) ? INT32_MAX : 301);
    }
    e->clamp_min = (uint32_t)low;
    e->clamp_max = (uint32_t)high;
    e->out_zero = chance(rng, 50) ? 0 : chance(rng, 10) ? (uint32_t)serac_rng_next(rng) : pick(rng, -128, 255);
}

/* Taps, phases, the blocks of a pixel. */
static void draw_window(struct serac_rng *rng, struct serac_insn *insn)
{
    struct serac_insn_exec *e = &insn->exec;
    e->kernel_h = small(rng, 3);
    e->kernel_w = small(rng, 4);
    e->phases_y = chance(rng, 70) ? 1 : small(rng, 3);
    e->phases_x = chance(rng, 70) ? 1 : small(rng, 3);
    e->dilation_h = chance(rng, 60) ? 1 : pick(rng, 0, 2);
    e->dilation_w = chance(rng, 60) ? 1 : pick(rng, 0, 2);
    e->phase_dy = pick(rng, 0, 2);
    e->phase_dx = pick(rng, 0, 2);
    uint32_t pixel = small(rng, 4);
    e->blocks = chance(rng, 50) ? pixel : pick(rng, 1, pixel);
    e->pixel_planes = pixel * e->act_store;
    e->act_tile_planes = chance(rng, 60) ? 0 : pick(rng, 1, 2) * e->act_store;
    e->act_tile_shift = pick(rng, 0, 3);
}

static uint32_t steps(struct serac_rng *rng, uint32_t in, uint32_t pad, uint32_t step)
{
    uint32_t most = step ? (in + pad - 1) / step + 1 : 6;
    return chance(rng, 50) ? most : pick(rng, 1, most);
}

/* The input, and the output that its windows give. */
static void draw_image(struct serac_rng *rng, const struct serac_design *d, struct serac_insn *insn, int size)
{
    struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    uint32_t pixel = e->pixel_planes * d->lanes / 8;
    if (chance(rng, 15))
        f->kernel_lines += pick(rng, 1, 2);
    if (chance(rng, 15))
        f->window_bytes += pixel * pick(rng, 1, 3);
    f->in_height = chance(rng, 25) ? 1 : small(rng, 2 * size);
    e->in_width = small(rng, (f->in_height == 1 ? 12 : 3) * size);
    f->row_step = small(rng, 3);
    e->col_step = chance(rng, 10) ? 0 : small(rng, 3);
    f->pad_top = chance(rng, 50) ? 0 : pick(rng, 0, f->kernel_lines - 1);
    e->pad_left = chance(rng, 50) ? 0 : pick(rng, 0, f->window_bytes / pixel - 1);
    f->out_width = steps(rng, e->in_width, e->pad_left, e->col_step);
    uint32_t lines = steps(rng, f->in_height, f->pad_top, f->row_step);
    e->pixels = f->out_width * lines - (chance(rng, 30) ? pick(rng, 0, f->out_width - 1) : 0);
    e->last_lanes = chance(rng, 40) ? d->lanes : pick(rng, 1, d->lanes);
}

static void draw_tiles(struct serac_rng *rng, const struct serac_design *d, struct serac_insn *insn)
{
    struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    uint32_t whole = d->lanes > d->rows ? d->lanes / d->rows : 1;
    f->order = pick(rng, 0, 1);
    f->wgt_halves = pick(rng, 1, 2);
    f->act_halves = pick(rng, 1, 2);
    f->run = small(rng, f->out_width);
    uint32_t tile = d->cols * f->run, left = (e->pixels - 1) % tile + 1;
    uint32_t least = (left + d->cols - 1) / d->cols, most = left < f->out_width ? left : f->out_width;
    f->run_last = chance(rng, 60) ? least : pick(rng, least, most);
    f->groups = small(rng, 3);
    e->group_mtiles = small(rng, 3);
    e->group_last_mtiles = small(rng, 3);
    e->gather = whole * small(rng, 2);
    if (f->order && f->groups > 1)
        e->group_mtiles = e->gather * small(rng, 2);
    uint32_t mtiles = (f->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    if (chance(rng, 30) && !(f->order && f->groups > 1))
        e->gather = mtiles + pick(rng, 0, 1);
    e->channels = (mtiles - 1) * d->rows + pick(rng, 1, chance(rng, 10) ? 3 * d->rows : d->rows);
    uint32_t record = e->mode == SERAC_INSN_MODE_THRESHOLD ? SERAC_RECORD_THRESHOLD_BYTES : SERAC_RECORD_BYTES;
    e->phase_param_planes = chance(rng, 30) ? 0 : pick(rng, 0, d->rows * record / (d->requant_lanes * 16));
}

/* More than is needed. */
static void draw_slack(struct serac_rng *rng, const struct serac_design *d, struct serac_insn *insn)
{
    struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    uint32_t plane = d->lanes / 8, beat = d->axi_bits / 8, unit = beat > plane ? beat / plane : 1;
    uint32_t param = 16 * d->requant_lanes, weights = d->rows * plane;
    if (chance(rng, 15))
        f->tile_param_bytes += pick(rng, 1, 2) * (param > 64 ? param : 64);
    if (chance(rng, 15))
        f->tile_wgt_bytes += pick(rng, 1, 2) * (weights > 64 ? weights : 64);
    if (chance(rng, 15) && f->segment_beats)
        f->segment_beats += pick(rng, 1, 3) * (plane > beat ? plane / beat : 1);
    if (chance(rng, 15))
        e->slot_planes += pick(rng, 1, 2) * unit;
}

static void draw_output(struct serac_rng *rng, const struct serac_design *d, struct serac_insn *insn)
{
    struct serac_insn_store *s = &insn->store;
    const struct serac_insn_exec *e = &insn->exec;
    uint32_t plane = d->lanes / 8, mtiles = (e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    uint32_t tiles = (mtiles + e->gather - 1) / e->gather, unit = e->out_bits * plane;
    if (chance(rng, 20))
        s->chunk_last_bytes = unit * pick(rng, 1, s->chunk_last_bytes / unit);
    s->pixel_bytes = (tiles - 1) * s->chunk_bytes + s->chunk_last_bytes;
    if (chance(rng, 30))
        s->pixel_bytes += plane * pick(rng, 1, 4);
    else if (chance(rng, 20))
        s->pixel_bytes = (s->pixel_bytes + 63) & ~63u;
    s->line_stride = ((insn->fetch.out_width * s->pixel_bytes + 63) & ~63u) + (chance(rng, 30) ? 64 * pick(rng, 0, 2) : 0);
}

static uint32_t draw_stride(struct serac_rng *rng, uint32_t line_bytes)
{
    uint32_t stride = (line_bytes + 63) & ~63u;
    switch (pick(rng, 0, 9)) {
    case 0: return 0;
    case 1: return 0u - stride;
    case 2: return 64 * pick(rng, 0, 4) - 128;
    case 3: return stride + 64 * pick(rng, 1, 4);
    default: return stride;
    }
}

/* Not too long to run. */
static bool affordable(const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_exec *e = &insn->exec;
    uint64_t mtiles = (uint64_t)(e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    uint64_t taps = (uint64_t)e->kernel_h * e->kernel_w * e->blocks * e->phases_y * e->phases_x;
    uint64_t pairs = (uint64_t)((e->wgt_bits + d->weight_planes - 1) / d->weight_planes) *
                     ((e->act_bits + d->act_planes - 1) / d->act_planes);
    uint64_t loads = f->order || f->groups == 1 ? 1 : f->n_tiles;
    return mtiles * f->n_tiles * f->run * taps * pairs <= BUSY_CYCLES &&
           mtiles * e->pixels * taps * d->rows * d->lanes <= PRODUCTS &&
           mtiles * loads * (f->tile_param_bytes + f->tile_wgt_bytes) <= 65536 &&
           (uint64_t)f->in_height * (f->line_bytes + 320) <= 65536 &&
           serac_legal_out(insn).to - serac_legal_out(insn).from <= 65536;
}

/* Smaller sizes are drawn while none fits. */
bool serac_random_block(struct serac_rng *rng, const struct serac_design *d, struct serac_insn *insn)
{
    for (int attempt = 0; attempt < 600; attempt++) {
        memset(insn, 0, sizeof *insn);
        draw_digits(rng, &insn->exec);
        draw_requant(rng, &insn->exec);
        draw_window(rng, insn);
        insn->exec.pixels = insn->fetch.out_width = insn->fetch.run = insn->fetch.run_last = 1;   /* for now */
        insn->exec.gather = insn->fetch.groups = insn->exec.group_last_mtiles = 1;
        serac_legal_tighten(d, insn);
        draw_image(rng, d, insn, 8 - attempt / 80);
        draw_tiles(rng, d, insn);
        uint32_t lines = insn->fetch.kernel_lines, window = insn->fetch.window_bytes;
        serac_legal_tighten(d, insn);
        insn->fetch.kernel_lines = lines;
        insn->fetch.window_bytes = window;
        serac_legal_segment(d, insn);
        draw_output(rng, d, insn);
        serac_legal_slot(d, insn);
        draw_slack(rng, d, insn);
        insn->fetch.line_stride0 = insn->fetch.line_stride1 = draw_stride(rng, insn->fetch.line_bytes);
        if (insn->fetch.row_step % 2 == 0 && chance(rng, 50))
            insn->fetch.line_stride1 = draw_stride(rng, insn->fetch.line_bytes);
        serac_legal_derive(d, insn);
        if (!serac_legal_block(d, insn) && !serac_legal_overhang(insn) && affordable(d, insn))
            return true;
    }
    return false;
}
