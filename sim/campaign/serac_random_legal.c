/* serac_random_legal.c - random legal programs: blocks, their places, their data. */
#include "serac_random_legal.h"

#include <stdlib.h>
#include <string.h>

#include "serac_legal.h"
#include "serac_random.h"

#define BLOCKS 6              /* at most, in a program */
#define ARENA_BYTES 196608
#define BUSY_CYCLES 12000     /* of the array, in a block */
#define PRODUCTS 12000000     /* multiplications of the model, in a block */

static uint32_t pick(struct serac_rng *rng, int64_t low, int64_t high)
{
    return (uint32_t)serac_rng_pick(rng, low, high);
}

static bool chance(struct serac_rng *rng, int percent)
{
    return serac_rng_chance(rng, percent);
}

/* 1..most, small ones more often. */
static uint32_t small(struct serac_rng *rng, int64_t most)
{
    return pick(rng, 1, serac_rng_pick(rng, 1, most));
}

/* --- a block's fields ------------------------------------------------------------- */

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

/* One block, but for its addresses. Smaller sizes are drawn while none fits. */
static bool draw_block(struct serac_rng *rng, const struct serac_design *d, struct serac_insn *insn)
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

/* --- places ------------------------------------------------------------------------- */

struct places {
    struct serac_range arena;
    uint64_t used[3 * BLOCKS];     /* where tensors begin */
    uint32_t count;
};

/* A multiple of 64 where `bytes` fit: anywhere, or where another tensor begins or near it. */
static uint64_t place(struct serac_rng *rng, const struct places *p, uint64_t bytes)
{
    uint64_t last = (p->arena.to - p->arena.from - bytes) / 64;
    uint64_t at = p->arena.from + 64 * (uint64_t)serac_rng_pick(rng, 0, (int64_t)last);
    if (p->count && chance(rng, 50)) {
        at = p->used[pick(rng, 0, p->count - 1)];
        if (chance(rng, 50))
            at += 64 * (uint64_t)serac_rng_pick(rng, 0, 8) - 256;
    }
    return at < p->arena.from || at + bytes > p->arena.to ? p->arena.from : at;
}

static void set_address(uint32_t *low, uint32_t *high, uint64_t address)
{
    *low = (uint32_t)address;
    *high = (uint32_t)(address >> 32);
}

static void place_tensors(struct serac_rng *rng, const struct serac_design *d, struct places *p, struct serac_insn *insn)
{
    const uint64_t middle = (uint64_t)1 << 40;
    set_address(&insn->fetch.act_addr_lo, &insn->fetch.act_addr_hi, middle);
    struct serac_range act = serac_legal_act(insn), wgt = serac_legal_wgt(insn), out = serac_legal_out(insn);
    uint64_t at[3] = {place(rng, p, act.to - act.from), place(rng, p, wgt.to - wgt.from),
                      place(rng, p, out.to - out.from)};
    set_address(&insn->fetch.act_addr_lo, &insn->fetch.act_addr_hi, at[0] + (middle - act.from));
    set_address(&insn->fetch.wgt_addr_lo, &insn->fetch.wgt_addr_hi, at[1]);
    set_address(&insn->store.out_addr_lo, &insn->store.out_addr_hi, at[2]);
    serac_legal_derive(d, insn);
}

/* Block j somewhere where the program is legal with the fewest tokens. */
static bool place_block(struct serac_rng *rng, const struct serac_design *d, struct places *p, struct serac_insn *blocks,
                        uint32_t j, uint64_t program)
{
    for (int attempt = 0; attempt < 40; attempt++) {
        bool deadlock;
        place_tensors(rng, d, p, &blocks[j]);
        blocks[j].fetch.last = 1;
        serac_legal_derive(d, &blocks[j]);
        struct serac_range all = {program, p->arena.to};
        if (!serac_legal_tokens(blocks, j + 1) ||
            serac_legal_program(d, blocks, j + 1, program, all, &deadlock))
            continue;
        p->used[p->count++] = serac_legal_act(&blocks[j]).from;
        p->used[p->count++] = serac_legal_wgt(&blocks[j]).from;
        p->used[p->count++] = serac_legal_out(&blocks[j]).from;
        return true;
    }
    return false;
}

/* More tokens than are needed, and earlier; in one program of twenty more than ever come. */
static void draw_tokens(struct serac_rng *rng, struct serac_insn *blocks, uint32_t count)
{
    uint32_t consumed = 0, needed = 0, deadlock = chance(rng, 5) ? pick(rng, 0, count - 1) : count;
    for (uint32_t j = 0; j < count; j++) {
        needed += blocks[j].fetch.store_tokens;
        uint32_t tokens = needed > consumed ? needed - consumed : 0;
        if (consumed + tokens < j && chance(rng, 35))
            tokens = pick(rng, tokens, j - consumed);
        if (j == deadlock)
            tokens = pick(rng, j + 1 - consumed, 255);
        if (consumed > j)
            tokens = 0;                         /* behind the deadlock */
        blocks[j].fetch.store_tokens = tokens;
        consumed += tokens;
    }
}

/* --- data ------------------------------------------------------------------------- */

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void fill(struct serac_rng *rng, uint8_t *at, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes; i += 64) {
        uint32_t kind = pick(rng, 0, 7);
        for (uint64_t k = i; k < bytes && k < i + 64; k++)
            at[k] = kind == 0 ? 0 : kind == 1 ? 255 : (uint8_t)serac_rng_next(rng);
    }
}

/* A record whose results are mostly within the output's range. */
static void put_record(struct serac_rng *rng, const struct serac_insn_exec *e, uint32_t lanes, uint8_t *at)
{
    int spread = (int)(e->wgt_bits + e->act_bits);
    for (uint32_t k = e->kernel_h * e->kernel_w * e->blocks * lanes; k > 1; k /= 4)
        spread++;
    int shift = (int)e->out_bits - spread + (int)pick(rng, 0, 3);
    bool floor = e->mode == SERAC_INSN_MODE_FLOOR;
    int32_t correction = chance(rng, 30) ? 0 : (int32_t)serac_rng_pick(rng, -256, 256);
    shift = floor ? (int)pick(rng, 0, 31) : shift < -31 ? -31 : shift > 7 ? 7 : shift;
    put32(at, (uint32_t)(correction & 0xffff) | (uint32_t)(shift & 0xff) << 16);
    put32(at + 4, (uint32_t)serac_rng_pick(rng, -(1 << (spread > 30 ? 30 : spread)), 1 << (spread > 30 ? 30 : spread)));
    put32(at + 8, floor ? (uint32_t)serac_rng_pick(rng, -200, 200) : pick(rng, 1 << 30, INT32_MAX));
    put32(at + 12, (uint32_t)serac_rng_pick(rng, -1000000, 1000000));
}

/* Thresholds of the accumulator's size; else they are all or nothing. */
static void put_thresholds(struct serac_rng *rng, uint8_t *at, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i += 4)
        put32(at + i, (uint32_t)serac_rng_pick(rng, -20000, 20000));
}

static void fill_records(struct serac_rng *rng, const struct serac_design *d, const struct serac_insn *insn,
                         struct serac_host_memory *memory)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    struct serac_range wgt = serac_legal_wgt(insn);
    for (uint64_t at = wgt.from; at < wgt.to; at += f->tile_param_bytes + f->tile_wgt_bytes) {
        uint8_t *bytes = memory->bytes + (at - memory->base);
        if (insn->exec.mode == SERAC_INSN_MODE_THRESHOLD)
            put_thresholds(rng, bytes, f->tile_param_bytes);
        else
            for (uint32_t i = 0; i + 16 <= f->tile_param_bytes; i += 16)
                put_record(rng, &insn->exec, d->lanes, bytes + i);
    }
}

enum serac_status serac_random_legal(const struct serac_design *design, uint64_t seed, uint32_t index,
                                     struct serac_case *made)
{
    struct serac_rng rng = {(seed * 0x100000001b3u + index) ^ 0x1e9a1};
    struct serac_insn blocks[BLOCKS];
    uint32_t wanted = pick(&rng, 1, BLOCKS), count = 0;
    uint64_t base = (uint64_t)pick(&rng, 1, 1 << 20) << 12;
    memset(made, 0, sizeof *made);
    made->design = *design;
    made->seed = seed + index;
    serac_random_memory(&rng, &made->memory_config);
    made->memory_config.seed >>= 1;                       /* a file's numbers have 63 bits */
    base += chance(&rng, 30) ? (uint64_t)1 << 32 : 0;
    made->program = base + SERAC_INSN_BLOCK_STRIDE * (uint64_t)pick(&rng, 0, 7);
    struct places p = {.arena = {base + 8192, base + 8192 + ARENA_BYTES}};
    for (uint32_t j = 0; j < wanted; j++) {
        if (j > 0)
            blocks[j - 1].fetch.last = blocks[j - 1].exec.last = 0;
        if (j > 0 && chance(&rng, 20))
            blocks[j] = blocks[pick(&rng, 0, j - 1)];      /* once more, on other data */
        else if (!draw_block(&rng, design, &blocks[j]))
            break;
        if (!place_block(&rng, design, &p, blocks, j, made->program))
            break;
        count++;
    }
    if (count == 0)
        return SERAC_E_FIT;
    blocks[count - 1].fetch.last = blocks[count - 1].exec.last = 1;
    serac_legal_tokens(blocks, count);
    draw_tokens(&rng, blocks, count);
    if (serac_host_memory_init(&made->memory, base, 8192 + ARENA_BYTES) != SERAC_OK)
        return SERAC_E_NOMEM;
    fill(&rng, made->memory.bytes, made->memory.size);
    for (uint32_t j = 0; j < count; j++)
        if (chance(&rng, 80))
            fill_records(&rng, design, &blocks[j], &made->memory);
    serac_case_set_blocks(made, blocks, count);
    return SERAC_OK;
}
