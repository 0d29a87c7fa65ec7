/* serac_function.c - what a block computes, straight from its definition in
 * rtl/MACHINE.md: every operand is read where the instruction says. */
#include "serac_function.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "serac_block.h"

/* One block's operands, unpacked. */
struct job {
    const struct serac_design *design;
    const struct serac_insn *insn;
    const struct serac_bus *bus;
    uint32_t lines, pixels, blocks;   /* input lines, pixels per line, blocks per pixel */
    uint32_t mtiles, taps, phases;
    int16_t *act;                     /* [line][pixel][block][lane] codes */
    int16_t *wgt;                     /* [tap][block][row][lane] of one m-tile */
    int16_t *pad;                     /* [block][lane] of a padded pixel */
    struct serac_record *records;     /* [phase][row] of one m-tile */
    uint8_t *out;                     /* [pixel][pixel_bytes] */
    uint8_t *raw;                     /* bytes from the bus */
};

enum serac_status serac_block_read(const struct serac_bus *bus, uint64_t address, void *to, size_t bytes)
{
    int response = bus->read(bus->ctx, address, to, bytes);
    return response == 0   ? SERAC_OK
           : response == 3 ? SERAC_E_READ_DECERR : SERAC_E_READ_SLVERR;
}

/* `count` lanes of `planes` bit planes `stride` bytes apart, top plane first. */
static void unpack(const uint8_t *from, uint32_t planes, uint32_t stride,
                   uint32_t count, bool is_signed, int16_t *codes)
{
    int16_t sign = (int16_t)(is_signed ? 1 << (planes - 1) : 0);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = 0;
        for (uint32_t p = 0; p < planes; p++)
            code = code << 1 | (from[p * stride + i / 8] >> i % 8 & 1);
        codes[i] = (int16_t)(((int16_t)code ^ sign) - sign);
    }
}

static uint64_t join(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

static enum serac_status load_activations(struct job *job)
{
    const struct serac_insn_fetch *f = &job->insn->fetch;
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t lanes = job->design->lanes, plane = lanes / 8;
    uint64_t address = join(f->act_addr_lo, f->act_addr_hi);
    int16_t *to = job->act;
    for (int64_t y = -(int64_t)f->pad_top; y < (int64_t)job->lines; y++) {
        uint64_t here = address;
        address += (uint64_t)(int64_t)(int32_t)(y & 1 ? f->line_stride1
                                                      : f->line_stride0);
        if (y < 0)
            continue;
        enum serac_status status = serac_block_read(job->bus, here, job->raw, f->line_bytes);
        if (status != SERAC_OK)
            return status;
        for (uint32_t b = 0; b < job->pixels * job->blocks; b++, to += lanes)
            unpack(job->raw + (size_t)b * e->act_store * plane, e->act_store,
                   plane, lanes, e->act_signed, to);
    }
    for (uint32_t i = 0; i < job->blocks * lanes; i++)
        job->pad[i] = (int16_t)(int8_t)e->act_zero;
    if (!e->act_signed)
        for (uint32_t i = 0; i < job->blocks * lanes; i++)
            job->pad[i] = (int16_t)e->act_zero;
    for (uint32_t i = e->last_lanes; i < lanes; i++)
        job->pad[(e->blocks - 1) * lanes + i] = 0;
    return SERAC_OK;
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

void serac_block_record(const struct serac_design *design, const struct serac_insn *insn, const uint8_t *set,
                        uint32_t row, struct serac_record *record)
{
    uint32_t q = design->requant_lanes;
    bool threshold = insn->exec.mode == SERAC_INSN_MODE_THRESHOLD;
    const uint8_t *at = set + (size_t)row * SERAC_RECORD_BYTES;
    if (threshold)
        at = set + (size_t)(row / q) * q * SERAC_RECORD_THRESHOLD_BYTES +
             row % q * 16;
    record->correction = (int16_t)(get32(at) & 0xffff);
    record->shift = (int8_t)(get32(at) >> 16 & 0xff);
    record->bias = (int32_t)get32(at + 4);
    record->mult = (int32_t)get32(at + 8);
    record->add = (int32_t)get32(at + 12);
    for (uint32_t i = 0; threshold && i < 15; i++) {
        uint32_t word = i + 1;
        record->thresholds[i] =
            (int32_t)get32(at + word / 4 * q * 16 + word % 4 * 4);
    }
}

static enum serac_status load_mtile(struct job *job, uint32_t mtile)
{
    const struct serac_insn_fetch *f = &job->insn->fetch;
    const struct serac_insn_exec *e = &job->insn->exec;
    const struct serac_design *d = job->design;
    uint64_t bytes = (uint64_t)f->tile_param_bytes + f->tile_wgt_bytes;
    uint64_t address = join(f->wgt_addr_lo, f->wgt_addr_hi) + mtile * bytes;
    enum serac_status status = serac_block_read(job->bus, address, job->raw, bytes);
    if (status != SERAC_OK)
        return status;
    uint32_t set = e->phase_param_planes * d->requant_lanes * 16;
    for (uint32_t p = 0; p < job->phases; p++)
        for (uint32_t r = 0; r < d->rows; r++)
            serac_block_record(d, job->insn, job->raw + (size_t)p * set, r,
                               &job->records[p * d->rows + r]);
    const uint8_t *weights = job->raw + f->tile_param_bytes;
    uint32_t plane = d->rows * d->lanes / 8;
    for (uint32_t k = 0; k < job->taps * e->blocks; k++)
        unpack(weights + (size_t)k * e->wgt_store * plane, e->wgt_store, plane,
               d->rows * d->lanes, e->wgt_signed,
               job->wgt + (size_t)k * d->rows * d->lanes);
    return SERAC_OK;
}

/* Dot products of `rows` weight rows with one block of activations. RTL twin: rtl/serac_array.v. */
static void dot_block(const int16_t *wgt, const int16_t *act, uint32_t rows,
                      uint32_t lanes, uint32_t *dots, uint32_t *ones)
{
    int32_t sum = 0;
    for (uint32_t l = 0; l < lanes; l++)
        sum += act[l];
    *ones += (uint32_t)sum;
    for (uint32_t r = 0; r < rows; r++, wgt += lanes) {
        int32_t dot = 0;
        for (uint32_t l = 0; l < lanes; l++)
            dot += wgt[l] * act[l];
        dots[r] += (uint32_t)dot;
    }
}

/* Accumulators of all rows for one pixel and phase. */
static void accumulate(const struct job *job, uint32_t mtile, uint32_t pixel,
                       uint32_t phase, uint32_t *dots, uint32_t *ones)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t lanes = job->design->lanes, rows = job->design->rows;
    int64_t y0 = (int64_t)(pixel / e->out_width) * e->row_step - e->pad_top +
                 (int64_t)(phase / e->phases_x) * e->phase_dy;
    int64_t x0 = (int64_t)(pixel % e->out_width) * e->col_step - e->pad_left +
                 (int64_t)(phase % e->phases_x) * e->phase_dx;
    uint32_t first = (mtile >> e->act_tile_shift) *
                     (e->act_tile_planes / e->act_store);
    memset(dots, 0, rows * sizeof *dots);
    *ones = 0;
    const int16_t *wgt = job->wgt;
    for (uint32_t tap = 0; tap < job->taps; tap++) {
        int64_t y = y0 + (int64_t)(tap / e->kernel_w) * e->dilation_h;
        int64_t x = x0 + (int64_t)(tap % e->kernel_w) * e->dilation_w;
        bool inside = y >= 0 && y < job->lines && x >= 0 && x < job->pixels;
        const int16_t *act =
            inside ? job->act + ((y * job->pixels + x) * job->blocks + first) *
                                    lanes
                   : job->pad;
        for (uint32_t b = 0; b < e->blocks; b++, wgt += rows * lanes)
            /* A block beyond the tensor meets only zero weights. */
            if (first + b < job->blocks)
                dot_block(wgt, act + b * lanes, rows, lanes, dots, ones);
    }
}

/* Value `y` of channel `m` into the pixel's planes. */
static void pack_value(const struct job *job, uint32_t pixel, uint32_t m,
                       uint32_t y)
{
    uint32_t lanes = job->design->lanes, plane = lanes / 8;
    uint32_t bits = job->insn->exec.out_bits;
    uint8_t *at = job->out + (size_t)pixel * job->insn->store.pixel_bytes +
                  (size_t)(m / lanes) * bits * plane + m % lanes / 8;
    for (uint32_t p = 0; p < bits; p++)
        at[p * plane] |= (uint8_t)((y >> (bits - 1 - p) & 1) << m % 8);
}

static void compute_pixel(const struct job *job, uint32_t mtile,
                          uint32_t pixel)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t rows = job->design->rows, dots[64], ones;
    uint32_t held[64];
    for (uint32_t phase = 0; phase < job->phases; phase++) {
        accumulate(job, mtile, pixel, phase, dots, &ones);
        for (uint32_t r = 0; r < rows; r++) {
            uint32_t v = (uint32_t)serac_requant(
                (enum serac_requant_mode)e->mode, e->dot_shift,
                &job->records[phase * rows + r], dots[r], ones);
            if (phase == 0)
                held[r] = v;
            else if (e->combine_add)
                held[r] += v;
            else if ((int32_t)v > (int32_t)held[r])
                held[r] = v;
        }
    }
    for (uint32_t r = 0; r < rows && mtile * rows + r < e->channels; r++) {
        int32_t y = e->mode == SERAC_INSN_MODE_RAW
                        ? (int32_t)held[r]
                        : serac_clamp((int32_t)held[r], (int32_t)e->out_zero,
                                      (int32_t)e->clamp_min,
                                      (int32_t)e->clamp_max);
        pack_value(job, pixel, mtile * rows + r, (uint32_t)y);
    }
}

/* Bytes of a pixel that store writes: all output tiles' chunks. */
static uint32_t stored_bytes(const struct serac_insn *insn)
{
    const struct serac_insn_exec *e = &insn->exec;
    uint32_t mtiles = (e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    uint32_t tiles = (mtiles + e->gather - 1) / e->gather;
    return (tiles - 1) * insn->store.chunk_bytes + insn->store.chunk_last_bytes;
}

enum serac_status serac_block_write(const struct serac_insn *insn, const struct serac_bus *bus,
                                    const uint8_t *out)
{
    const struct serac_insn_store *s = &insn->store;
    uint64_t base = join(s->out_addr_lo, s->out_addr_hi);
    uint32_t stored = stored_bytes(insn), step = stored < s->pixel_bytes ? 1 : s->out_width;
    for (uint32_t p = 0; p < s->pixels;) {
        uint32_t x = p % s->out_width, count = s->out_width - x < step ? s->out_width - x : step;
        if (count > s->pixels - p)
            count = s->pixels - p;
        size_t bytes = (size_t)(count - 1) * s->pixel_bytes + (stored < s->pixel_bytes ? stored : s->pixel_bytes);
        int response = bus->write(bus->ctx, base + (uint64_t)(p / s->out_width) * s->line_stride +
                                                (uint64_t)x * s->pixel_bytes,
                                  out + (size_t)p * s->pixel_bytes, bytes);
        if (response)
            return response == 3 ? SERAC_E_WRITE_DECERR : SERAC_E_WRITE_SLVERR;
        p += count;
    }
    return SERAC_OK;
}

static bool allocate(struct job *job)
{
    const struct serac_insn *i = job->insn;
    uint32_t lanes = job->design->lanes, rows = job->design->rows;
    size_t line = i->fetch.line_bytes;
    size_t tile = (size_t)i->fetch.tile_param_bytes + i->fetch.tile_wgt_bytes;
    job->act = malloc(((size_t)job->lines * job->pixels * job->blocks * lanes +
                       lanes) * sizeof *job->act);
    job->wgt = malloc((size_t)job->taps * i->exec.blocks * rows * lanes *
                      sizeof *job->wgt);
    uint32_t pad = job->blocks > i->exec.blocks ? job->blocks : i->exec.blocks;
    job->pad = malloc((size_t)pad * lanes * 2 * sizeof *job->pad);
    job->records = malloc((size_t)job->phases * rows * sizeof *job->records);
    job->out = calloc(i->store.pixels, i->store.pixel_bytes);
    job->raw = malloc(line > tile ? line : tile);
    return job->act && job->wgt && job->pad && job->records && job->out &&
           job->raw;
}

enum serac_status serac_function_block(const struct serac_design *design,
                                       const struct serac_insn *insn,
                                       const struct serac_bus *bus)
{
    const struct serac_insn_exec *e = &insn->exec;
    struct job job = {.design = design, .insn = insn, .bus = bus};
    job.lines = e->in_height;
    job.pixels = e->in_width;
    job.blocks = e->pixel_planes / e->act_store;
    job.taps = e->kernel_h * e->kernel_w;
    job.phases = e->phases_y * e->phases_x;
    job.mtiles = (e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    enum serac_status status = SERAC_E_NOMEM;
    if (allocate(&job))
        status = load_activations(&job);
    for (uint32_t t = 0; status == SERAC_OK && t < job.mtiles; t++) {
        status = load_mtile(&job, t);
        for (uint32_t p = 0; status == SERAC_OK && p < e->pixels; p++)
            compute_pixel(&job, t, p);
    }
    if (status == SERAC_OK)
        status = serac_block_write(insn, bus, job.out);
    free(job.act);
    free(job.wgt);
    free(job.pad);
    free(job.records);
    free(job.out);
    free(job.raw);
    return status;
}
