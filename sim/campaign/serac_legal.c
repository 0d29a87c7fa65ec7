/* serac_legal.c - the rules of serac_legal.h. They are not the mapper's code: testbench/unit/test_legal.c
 * holds what it writes to them. */
#include "serac_legal.h"

#include <stddef.h>

static uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static uint32_t mtiles_of(const struct serac_insn_exec *e)
{
    return (e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
}

static uint32_t round_up(uint64_t value, uint64_t unit)
{
    return (uint32_t)(ceil_div(value, unit) * unit);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t plane_of(const struct serac_design *d)
{
    return d->lanes / 8;
}

static uint64_t join(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

/* Blocks in an output tile, and in the last one at most. */
static uint32_t tile_blocks(const struct serac_design *d, uint32_t mtiles)
{
    return (uint32_t)ceil_div((uint64_t)mtiles * d->rows, d->lanes);
}

static uint32_t out_tiles(const struct serac_insn_exec *e)
{
    return (uint32_t)ceil_div(mtiles_of(e), e->gather);
}

/* Input lines and pixels that one output pixel needs. */
static uint32_t lines_needed(const struct serac_insn_exec *e)
{
    return (e->kernel_h - 1) * e->dilation_h + (e->phases_y - 1) * e->phase_dy + 1;
}

static uint32_t pixels_needed(const struct serac_insn_exec *e)
{
    return (e->kernel_w - 1) * e->dilation_w + (e->phases_x - 1) * e->phase_dx + 1;
}

static uint32_t param_needed(const struct serac_design *d, const struct serac_insn_exec *e)
{
    uint32_t record = e->mode == SERAC_INSN_MODE_THRESHOLD ? SERAC_RECORD_THRESHOLD_BYTES : SERAC_RECORD_BYTES;
    return d->rows * record + (e->phases_y * e->phases_x - 1) * e->phase_param_planes * d->requant_lanes * 16;
}

static uint64_t wgt_needed(const struct serac_design *d, const struct serac_insn_exec *e)
{
    return (uint64_t)e->kernel_h * e->kernel_w * e->blocks * e->wgt_store * d->rows * plane_of(d);
}

/* --- windows ---------------------------------------------------------------- */

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

/* The most beats of any column that starts on a line of the output; 0 if one's windows collide. */
static uint32_t segment_needed(const struct serac_design *d, const struct serac_insn *insn)
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

/* --- dependent fields -------------------------------------------------------- */

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

/* Planes of a slot: a chunk, and room for its place in a beat if that moves. */
static uint32_t slot_unit(const struct serac_design *d)
{
    uint32_t beat = d->axi_bits / 8;
    return beat > plane_of(d) ? beat / plane_of(d) : 1;
}

static uint32_t slot_needed(const struct serac_design *d, const struct serac_insn *insn)
{
    uint32_t beat = d->axi_bits / 8, unit = slot_unit(d), planes = insn->store.chunk_bytes / plane_of(d);
    bool moves = insn->store.pixel_bytes % beat || insn->store.chunk_bytes % beat;
    return round_up(planes + (moves ? unit - 1 : 0), unit);
}

void serac_legal_segment(const struct serac_design *d, struct serac_insn *insn)
{
    serac_legal_derive(d, insn);
    insn->fetch.segment_beats = segment_needed(d, insn);
    serac_legal_derive(d, insn);
}

void serac_legal_slot(const struct serac_design *d, struct serac_insn *insn)
{
    serac_legal_derive(d, insn);
    insn->exec.slot_planes = slot_needed(d, insn);
    serac_legal_derive(d, insn);
}

/* Blocks of the last output tile that an m-tile writes. */
static uint32_t last_blocks(const struct serac_design *d, const struct serac_insn_exec *e)
{
    return tile_blocks(d, mtiles_of(e) - (out_tiles(e) - 1) * e->gather);
}

void serac_legal_tighten(const struct serac_design *d, struct serac_insn *insn)
{
    struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    f->kernel_lines = lines_needed(e);
    f->window_bytes = pixels_needed(e) * e->pixel_planes * plane_of(d);
    f->tile_param_bytes = round_up(param_needed(d, e), larger(64, d->requant_lanes * 16));
    f->tile_wgt_bytes = round_up(wgt_needed(d, e), larger(64, d->rows * plane_of(d)));
    serac_legal_segment(d, insn);
    serac_legal_slot(d, insn);
    insn->store.chunk_last_bytes = last_blocks(d, e) * e->out_bits * plane_of(d);
    serac_legal_derive(d, insn);
}

/* --- rules ----------------------------------------------------------------- */

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
    if (f->kernel_lines < lines_needed(e) || f->window_bytes % pixel || window < pixels_needed(e))
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
    uint32_t needed = segment_needed(d, insn);
    if (f->tile_param_bytes % larger(64, d->requant_lanes * 16) || f->tile_param_bytes < param_needed(d, e))
        return "tile_param_bytes";
    if (f->tile_wgt_bytes % larger(64, d->rows * plane_of(d)) || f->tile_wgt_bytes < wgt_needed(d, e))
        return "tile_wgt_bytes";
    if (most * f->tile_wgt_bytes > (uint64_t)d->weight_buffer_bytes / 2 * f->wgt_halves ||
        most * f->tile_param_bytes > (uint64_t)d->param_buffer_bytes / 2 * f->wgt_halves)
        return "a group is larger than the weight or parameter buffer";
    if (needed == 0 || f->segment_beats < needed || f->segment_beats * beat % plane_of(d))
        return "segment_beats, or a run's windows share a beat";
    if (f->kernel_lines * f->segment_beats * beat > bank / 2 * f->act_halves)
        return "a strip is larger than its bank";
    if (e->slot_planes < slot_needed(d, insn) || e->slot_planes % slot_unit(d))
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
    if (s->chunk_last_bytes == 0 || s->chunk_last_bytes % unit || s->chunk_last_bytes > last_blocks(d, e) * unit ||
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

/* --- programs --------------------------------------------------------------- */

struct serac_range serac_legal_act(const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    uint64_t address = join(f->act_addr_lo, f->act_addr_hi);
    struct serac_range r = {UINT64_MAX, 0};
    for (int64_t y = -(int64_t)f->pad_top; y < (int64_t)f->in_height; y++) {
        uint64_t end = address + round_up(f->line_bytes, 64);
        if (y >= 0 && address < r.from)
            r.from = address;
        if (y >= 0 && end > r.to)
            r.to = end;
        address += (uint64_t)(int64_t)(int32_t)(y & 1 ? f->line_stride1 : f->line_stride0);
    }
    return r;
}

struct serac_range serac_legal_wgt(const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    uint64_t from = join(f->wgt_addr_lo, f->wgt_addr_hi);
    return (struct serac_range){from, from + (f->groups - 1) * (uint64_t)f->group_bytes + f->group_last_bytes};
}

struct serac_range serac_legal_out(const struct serac_insn *insn)
{
    const struct serac_insn_store *s = &insn->store;
    uint64_t from = join(s->out_addr_lo, s->out_addr_hi), lines = ceil_div(s->pixels, s->out_width);
    uint64_t last = s->pixels - (lines - 1) * s->out_width;
    uint64_t to = from + (lines - 1) * s->line_stride + last * s->pixel_bytes;
    if (lines > 1 && last < s->out_width)
        to = from + (lines - 1) * s->line_stride + (uint64_t)s->out_width * s->pixel_bytes;
    return (struct serac_range){from, to};
}

static bool meet(struct serac_range a, struct serac_range b)
{
    return a.from < b.to && b.from < a.to;
}

static bool inside(struct serac_range a, struct serac_range b)
{
    return a.from >= b.from && a.to <= b.to && a.from < a.to;
}

/* How many blocks' tokens must be consumed before block j loads `range`. */
static uint32_t tokens_before(const struct serac_insn *blocks, uint32_t j, struct serac_range range)
{
    for (uint32_t i = j; i > 0; i--)
        if (meet(serac_legal_out(&blocks[i - 1]), range))
            return i;
    return 0;
}

const char *serac_legal_program(const struct serac_design *d, const struct serac_insn *blocks, uint32_t count,
                                uint64_t program, struct serac_range memory, bool *deadlock)
{
    struct serac_range code = {program, program + (uint64_t)count * SERAC_INSN_BLOCK_STRIDE};
    uint32_t consumed = 0;
    *deadlock = false;
    if (!inside(code, memory) || program % SERAC_INSN_BLOCK_STRIDE)
        return "the program is outside the memory";
    for (uint32_t j = 0; j < count; j++) {
        const char *wrong = serac_legal_block(d, &blocks[j]);
        if (wrong)
            return wrong;
        struct serac_range act = serac_legal_act(&blocks[j]), wgt = serac_legal_wgt(&blocks[j]);
        struct serac_range out = serac_legal_out(&blocks[j]);
        if (!inside(act, memory) || !inside(wgt, memory) || !inside(out, memory))
            return "a tensor is outside the memory";
        if (meet(out, code) || meet(out, act) || meet(out, wgt))
            return "a block writes what it reads, or the program";
        if (blocks[j].fetch.last != (j == count - 1))
            return "last";
        if (tokens_before(blocks, j, wgt) > consumed)
            return "weights are read before they are written";
        consumed += blocks[j].fetch.store_tokens;
        if (tokens_before(blocks, j, act) > consumed)
            return "activations are read before they are written";
        *deadlock |= consumed > j;
    }
    return NULL;
}

bool serac_legal_tokens(struct serac_insn *blocks, uint32_t count)
{
    uint32_t consumed = 0;
    for (uint32_t j = 0; j < count; j++) {
        struct serac_range act = serac_legal_act(&blocks[j]), wgt = serac_legal_wgt(&blocks[j]);
        uint32_t needed = tokens_before(blocks, j, act), early = tokens_before(blocks, j, wgt);
        if (early > consumed) {        /* the block before has to wait for them */
            if (early > j - 1)
                return false;
            blocks[j - 1].fetch.store_tokens += early - consumed;
            consumed = early;
        }
        blocks[j].fetch.store_tokens = needed > consumed ? needed - consumed : 0;
        consumed += blocks[j].fetch.store_tokens;
    }
    return true;
}
