/* serac_fast.c - a block as products of byte matrices.
 *
 * A product takes unsigned activations and signed weights, so both are moved: a = a' - A with A 128 for
 * signed codes, w = w' + B with B 128 for unsigned ones of 8 bits. Then over the K codes of a window
 *   sum a w = sum a' w' + B sum a' - A sum w' - K A B,   sum a = sum a' - K A. */
#include "serac_fast.h"

#include <stdlib.h>
#include <string.h>

#include "serac_block.h"

enum { CHUNK = 16 };                  /* output pixels at a time */

struct fast {
    const struct serac_design *design;
    const struct serac_insn *insn;
    const struct serac_bus *bus;
    serac_product_fn *product;
    uint32_t lines, pixels, blocks;   /* input lines, pixels per line, blocks per pixel */
    uint32_t taps, phases, mtiles;
    uint32_t act_offset, wgt_offset;  /* A, B */
    uint32_t part;                    /* bytes of a tap: blocks that are there, of all lanes */
    uint32_t window;                  /* taps * part, and on to a multiple of 64 */
    uint8_t *act;                     /* [line][pixel][block][lane], moved */
    uint8_t *pad;                     /* [block][lane] of a padded pixel, moved */
    int8_t *wgt;                      /* [row][window] of one m-tile, moved; zeros behind */
    uint32_t wgt_sums[64];            /* by row */
    uint8_t *windows;                 /* [CHUNK][window]; zeros behind */
    struct serac_record *records;     /* [phase][row] */
    uint8_t *out, *raw;               /* [pixel][pixel_bytes]; bytes from the bus */
    int32_t dots[CHUNK * 64], sums[CHUNK];
};

static serac_product_fn *chosen;

void serac_product_choose(uint32_t i)
{
    chosen = serac_product(i);
}

/* --- bits to bytes ------------------------------------------------------------ */

/* Byte i of an entry is bit i of its number. */
static uint64_t spread_table[256];

static void make_tables(void)
{
    for (uint32_t i = 0; i < 256; i++)
        for (uint32_t bit = 0; bit < 8; bit++)
            spread_table[i] |= (uint64_t)(i >> bit & 1) << 8 * bit;
}

/* `count` lanes of `planes` bit planes `stride` bytes apart, top plane first, as unsigned bytes: the
 * value plus 128 if signed, else the code. */
static void unpack(const uint8_t *from, uint32_t planes, uint32_t stride, uint32_t count, bool is_signed,
                   uint8_t *to)
{
    const uint64_t each = 0x0101010101010101u;
    uint64_t sign = is_signed ? (uint64_t)1 << (planes - 1) : 0;
    uint64_t flip = sign * each, move = is_signed ? (128 - sign) * each : 0;
    for (uint32_t i = 0; i < count; i += 8) {
        uint64_t codes = 0;
        for (uint32_t p = 0; p < planes; p++)
            codes = codes << 1 | spread_table[from[p * stride + i / 8]];
        codes = (codes ^ flip) + move;
        memcpy(to + i, &codes, 8);       /* little-endian: lane 0 first */
    }
}

/* Bit `bit` of eight bytes as one byte. */
static uint8_t gather(uint64_t bytes, uint32_t bit)
{
    return (uint8_t)((bytes >> bit & 0x0101010101010101u) * 0x0102040810204080u >> 56);
}

/* --- operands -------------------------------------------------------------------- */

static uint64_t join(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

static enum serac_status load_activations(struct fast *f)
{
    const struct serac_insn_fetch *fetch = &f->insn->fetch;
    const struct serac_insn_exec *e = &f->insn->exec;
    uint32_t lanes = f->design->lanes, plane = lanes / 8;
    uint64_t address = join(fetch->act_addr_lo, fetch->act_addr_hi);
    uint8_t *to = f->act;
    for (int64_t y = -(int64_t)fetch->pad_top; y < (int64_t)f->lines; y++) {
        uint64_t here = address;
        address += (uint64_t)(int64_t)(int32_t)(y & 1 ? fetch->line_stride1 : fetch->line_stride0);
        if (y < 0)
            continue;
        enum serac_status status = serac_block_read(f->bus, here, f->raw, fetch->line_bytes);
        if (status != SERAC_OK)
            return status;
        for (uint32_t b = 0; b < f->pixels * f->blocks; b++, to += lanes)
            unpack(f->raw + (size_t)b * e->act_store * plane, e->act_store, plane, lanes, e->act_signed, to);
    }
    memset(f->pad, (uint8_t)(e->act_zero + f->act_offset), (size_t)f->blocks * lanes);
    for (uint32_t i = e->last_lanes; i < lanes; i++)
        f->pad[(e->blocks - 1) * lanes + i] = (uint8_t)f->act_offset;
    return SERAC_OK;
}

/* Weights of tap and block `k`, [row][lane], into every row's window. */
static void place_weights(struct fast *f, const uint8_t *planes, uint32_t tap, uint32_t block)
{
    const struct serac_insn_exec *e = &f->insn->exec;
    uint32_t rows = f->design->rows, lanes = f->design->lanes, plane = rows * lanes / 8;
    uint8_t codes[512];
    for (uint32_t r = 0; r < rows; r++) {
        int8_t *to = f->wgt + (size_t)r * f->window + tap * f->part + block * lanes;
        uint32_t sum = 0;
        unpack(planes + r * lanes / 8, e->wgt_store, plane, lanes, e->wgt_signed, codes);
        uint8_t flip = e->wgt_signed || f->wgt_offset ? 0x80 : 0;      /* from 128 more to two's complement */
        for (uint32_t l = 0; l < lanes; l++) {
            to[l] = (int8_t)(codes[l] ^ flip);
            sum += (uint32_t)(int32_t)to[l];
        }
        f->wgt_sums[r] += sum;
    }
}

/* Parameters and weights of one m-tile. Blocks beyond the tensor meet only zero weights. */
static enum serac_status load_mtile(struct fast *f, uint32_t mtile, uint32_t first)
{
    const struct serac_insn_fetch *fetch = &f->insn->fetch;
    const struct serac_insn_exec *e = &f->insn->exec;
    const struct serac_design *d = f->design;
    uint64_t bytes = (uint64_t)fetch->tile_param_bytes + fetch->tile_wgt_bytes;
    uint64_t address = join(fetch->wgt_addr_lo, fetch->wgt_addr_hi) + mtile * bytes;
    enum serac_status status = serac_block_read(f->bus, address, f->raw, bytes);
    if (status != SERAC_OK)
        return status;
    uint32_t set = e->phase_param_planes * d->requant_lanes * 16;
    for (uint32_t p = 0; p < f->phases; p++)
        for (uint32_t r = 0; r < d->rows; r++)
            serac_block_record(d, f->insn, f->raw + (size_t)p * set, r, &f->records[p * d->rows + r]);
    uint32_t there = f->blocks > first ? f->blocks - first : 0, plane = d->rows * d->lanes / 8;
    there = there < e->blocks ? there : e->blocks;
    f->part = there * d->lanes;
    f->window = (f->taps * f->part + 63) / 64 * 64;
    memset(f->wgt, 0, (size_t)d->rows * f->window);
    memset(f->windows, 0, (size_t)CHUNK * f->window);
    memset(f->wgt_sums, 0, sizeof f->wgt_sums);
    const uint8_t *weights = f->raw + fetch->tile_param_bytes;
    for (uint32_t tap = 0; tap < f->taps; tap++)
        for (uint32_t b = 0; b < there; b++)
            place_weights(f, weights + ((size_t)tap * e->blocks + b) * e->wgt_store * plane, tap, b);
    return SERAC_OK;
}

/* --- results ------------------------------------------------------------------------ */

/* What one output pixel sees in one phase. */
static void gather_window(const struct fast *f, uint32_t pixel, uint32_t phase, uint32_t first, uint8_t *to)
{
    const struct serac_insn_exec *e = &f->insn->exec;
    int64_t y0 = (int64_t)(pixel / e->out_width) * e->row_step - e->pad_top +
                 (int64_t)(phase / e->phases_x) * e->phase_dy;
    int64_t x0 = (int64_t)(pixel % e->out_width) * e->col_step - e->pad_left +
                 (int64_t)(phase % e->phases_x) * e->phase_dx;
    for (uint32_t tap = 0; tap < f->taps; tap++, to += f->part) {
        int64_t y = y0 + (int64_t)(tap / e->kernel_w) * e->dilation_h;
        int64_t x = x0 + (int64_t)(tap % e->kernel_w) * e->dilation_w;
        bool inside = y >= 0 && y < f->lines && x >= 0 && x < f->pixels;
        memcpy(to, inside ? f->act + ((y * f->pixels + x) * f->blocks + first) * f->design->lanes : f->pad, f->part);
    }
}

/* Eight channels of one pixel from channel `m`, a multiple of eight or the tile's first, into its planes. */
static void pack_values(const struct fast *f, uint32_t pixel, uint32_t m, const uint32_t *values, uint32_t count)
{
    uint32_t lanes = f->design->lanes, plane = lanes / 8, bits = f->insn->exec.out_bits;
    uint8_t *at = f->out + (size_t)pixel * f->insn->store.pixel_bytes + (size_t)(m / lanes) * bits * plane +
                  m % lanes / 8;
    for (uint32_t low = 0; low < bits; low += 8) {
        uint64_t bytes = 0;
        for (uint32_t i = 0; i < count; i++)
            bytes |= (uint64_t)(uint8_t)(values[i] >> low) << 8 * i;
        for (uint32_t bit = 0; bit < 8 && low + bit < bits; bit++)
            at[(bits - 1 - low - bit) * plane] |= (uint8_t)(gather(bytes, bit) << m % 8);
    }
}

/* Values of a chunk's pixels so far, with one phase more. */
static void requantise(const struct fast *f, uint32_t phase, uint32_t count, uint32_t *held)
{
    const struct serac_insn_exec *e = &f->insn->exec;
    uint32_t rows = f->design->rows, a = f->act_offset, b = f->wgt_offset, k = f->taps * f->part;
    for (uint32_t p = 0; p < count; p++)
        for (uint32_t r = 0; r < rows; r++) {
            uint32_t sum = (uint32_t)f->sums[p], *value = &held[p * rows + r];
            uint32_t dot = (uint32_t)f->dots[p * rows + r] + b * sum - a * f->wgt_sums[r] - k * a * b;
            uint32_t v = (uint32_t)serac_requant((enum serac_requant_mode)e->mode, e->dot_shift,
                                                 &f->records[phase * rows + r], dot, sum - k * a);
            if (phase == 0)
                *value = v;
            else if (e->combine_add)
                *value += v;
            else if ((int32_t)v > (int32_t)*value)
                *value = v;
        }
}

static void finish(const struct fast *f, uint32_t mtile, uint32_t pixel, uint32_t *held)
{
    const struct serac_insn_exec *e = &f->insn->exec;
    uint32_t rows = f->design->rows, first = mtile * rows;
    uint32_t count = e->channels - first < rows ? e->channels - first : rows;
    for (uint32_t r = 0; e->mode != SERAC_INSN_MODE_RAW && r < count; r++)
        held[r] = (uint32_t)serac_clamp((int32_t)held[r], (int32_t)e->out_zero, (int32_t)e->clamp_min,
                                        (int32_t)e->clamp_max);
    for (uint32_t r = 0; r < count; r += 8)
        pack_values(f, pixel, first + r, held + r, count - r < 8 ? count - r : 8);
}

static void compute_mtile(struct fast *f, uint32_t mtile, uint32_t first)
{
    uint32_t rows = f->design->rows, pixels = f->insn->exec.pixels, held[CHUNK * 64];
    for (uint32_t from = 0; from < pixels; from += CHUNK) {
        uint32_t count = pixels - from < CHUNK ? pixels - from : CHUNK;
        for (uint32_t phase = 0; phase < f->phases; phase++) {
            for (uint32_t p = 0; p < count; p++)
                gather_window(f, from + p, phase, first, f->windows + (size_t)p * f->window);
            f->product(f->windows, f->wgt, f->window, count, rows, f->dots, f->sums);
            requantise(f, phase, count, held);
        }
        for (uint32_t p = 0; p < count; p++)
            finish(f, mtile, from + p, held + p * rows);
    }
}

static bool allocate(struct fast *f)
{
    const struct serac_insn *i = f->insn;
    uint32_t lanes = f->design->lanes, rows = f->design->rows;
    size_t line = i->fetch.line_bytes, tile = (size_t)i->fetch.tile_param_bytes + i->fetch.tile_wgt_bytes;
    size_t window = (size_t)f->taps * i->exec.blocks * lanes + 64;
    uint32_t pad = f->blocks > i->exec.blocks ? f->blocks : i->exec.blocks;
    f->act = malloc((size_t)f->lines * f->pixels * f->blocks * lanes + lanes);
    f->pad = malloc((size_t)pad * lanes);
    f->wgt = malloc(rows * window);
    f->windows = malloc(CHUNK * window);
    f->records = malloc((size_t)f->phases * rows * sizeof *f->records);
    f->out = calloc(i->store.pixels, i->store.pixel_bytes);
    f->raw = malloc(line > tile ? line : tile);
    return f->act && f->pad && f->wgt && f->windows && f->records && f->out && f->raw;
}

enum serac_status serac_fast_block(const struct serac_design *design, const struct serac_insn *insn,
                                   const struct serac_bus *bus)
{
    const struct serac_insn_exec *e = &insn->exec;
    struct fast f = {.design = design, .insn = insn, .bus = bus, .product = chosen ? chosen : serac_product(0)};
    f.lines = e->in_height;
    f.pixels = e->in_width;
    f.blocks = e->pixel_planes / e->act_store;
    f.taps = e->kernel_h * e->kernel_w;
    f.phases = e->phases_y * e->phases_x;
    f.mtiles = (e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    f.act_offset = e->act_signed ? 128 : 0;
    f.wgt_offset = !e->wgt_signed && e->wgt_store == 8 ? 128 : 0;
    if (!spread_table[1])
        make_tables();
    enum serac_status status = allocate(&f) ? load_activations(&f) : SERAC_E_NOMEM;
    for (uint32_t t = 0; status == SERAC_OK && t < f.mtiles; t++) {
        uint32_t first = (t >> e->act_tile_shift) * (e->act_tile_planes / e->act_store);
        status = load_mtile(&f, t, first);
        if (status == SERAC_OK)
            compute_mtile(&f, t, first);
    }
    if (status == SERAC_OK)
        status = serac_block_write(insn, bus, f.out);
    free(f.act);
    free(f.pad);
    free(f.wgt);
    free(f.windows);
    free(f.records);
    free(f.out);
    free(f.raw);
    return status;
}
