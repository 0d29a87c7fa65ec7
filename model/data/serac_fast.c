/* serac_fast.c - a block at the host's speed: windows, products, results. */
#include "serac_fast.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "serac_block.h"
#include "serac_fast_layer.h"
#include "serac_function.h"

/* Output pixels at a time, so that their results stay in the second cache; products for which a thread
 * is worth starting. */
enum { CHUNK = 96, THREADS = 64 };
#define THREAD_PRODUCTS 10000000u

/* Memory that stays from run to run, and grows. */
struct buffer {
    void *at;                           /* owned */
    size_t bytes;
};

/* A thread's share of the output pixels, and its room: for CHUNK pixels each. */
struct share {
    const struct job *job;
    uint32_t first, end;
    struct buffer planes_room, packed_room, sums_room, dots_room, held_room, values_room;
    uint8_t *planes;
    void *packed;
    int32_t *sums, *dots, *held, *values;
};

struct serac_fast {
    uint32_t threads;
    struct serac_fast_layer *layers;
    struct buffer acts, pad, out, bytes;
    struct share shares[THREADS];
};

/* One run of a layer. */
struct job {
    const struct serac_design *design;
    const struct serac_insn *insn;
    const struct serac_fast_layer *layer;
    uint8_t *acts;                      /* [line][line_bytes] */
    uint8_t *pad;                       /* a padded pixel's planes */
    /* Where the method works on bytes: the picture with its borders, [height][width][step]. */
    uint8_t *bytes;
    uint32_t height, width;
    size_t step;
    uint8_t *out;                       /* [pixel][pixel_bytes] */
};

/* At least `bytes` bytes that start on 64, and as many to the next multiple of 64 and 64 more; NULL: no memory. */
static void *room(struct buffer *buffer, size_t bytes)
{
    bytes = (bytes + 127) / 64 * 64;
    if (buffer->bytes < bytes) {
        free(buffer->at);
        buffer->at = aligned_alloc(64, bytes);
        buffer->bytes = buffer->at ? bytes : 0;
    }
    return buffer->at;
}

static void *zeros(struct buffer *buffer, size_t bytes)
{
    return room(buffer, bytes) ? memset(buffer->at, 0, bytes) : NULL;
}

/* --- windows of bytes ----------------------------------------------------------------- */

/* In the picture with its borders. */
static inline const uint8_t *byte_at(const struct job *job, uint32_t pixel, uint32_t phase)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    size_t y = (size_t)(pixel / e->out_width) * e->row_step + (size_t)(phase / e->phases_x) * e->phase_dy;
    size_t x = (size_t)(pixel % e->out_width) * e->col_step + (size_t)(phase % e->phases_x) * e->phase_dx;
    return job->bytes + (y * job->width + x) * job->step;
}

/* 64 bytes at a time, in order: what is copied too much is overwritten, or behind the row's k. */
static inline void copy(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 64)
        memcpy(to + i, from + i, 64);
}

static void gather_bytes(const struct share *share, const struct serac_fast_part *part, uint32_t from, uint32_t count,
                         uint32_t phase)
{
    const struct job *job = share->job;
    const struct serac_insn_exec *e = &job->insn->exec;
    size_t row = serac_gemm_row(part->gemm), offset = (size_t)part->block * job->design->lanes;
    bool joined = e->dilation_w == 1 && part->lanes == job->step;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *to = (uint8_t *)share->packed + i * row;
        const uint8_t *line = byte_at(job, from + i, phase) + offset;
        for (uint32_t ky = 0; ky < e->kernel_h; ky++, line += (size_t)e->dilation_h * job->width * job->step)
            if (joined) {
                copy(to, line, (size_t)e->kernel_w * part->lanes);
                to += (size_t)e->kernel_w * part->lanes;
            } else {
                for (uint32_t kx = 0; kx < e->kernel_w; kx++, to += part->lanes)
                    copy(to, line + (size_t)kx * e->dilation_w * job->step, part->lanes);
            }
    }
}

/* Vectors that lie one behind the other need no windows. */
static bool in_order(const struct job *job)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    return job->layer->taps == 1 && job->layer->phases == 1 && job->layer->num_parts == 1 && e->col_step == 1 &&
           e->row_step == 1 && e->out_width == job->width && job->layer->parts[0].block == 0;
}

/* --- windows of planes ---------------------------------------------------------------- */

/* One pixel's part, [block][plane][lanes], behind what is there of each plane. */
static inline __attribute__((always_inline)) void copy_pixel(const uint8_t *from, uint32_t planes, uint32_t bytes,
                                                             uint32_t blocks, uint32_t last_bytes, uint8_t *to,
                                                             size_t plane)
{
    for (uint32_t b = 0; b < blocks; b++, to += bytes)
        for (uint32_t p = 0; p < planes; p++, from += bytes)
            memcpy(to + p * plane, from, b + 1 < blocks ? bytes : last_bytes);
}

/* The planes of what one output pixel sees in one phase; zeros behind stay. */
static inline __attribute__((always_inline)) void gather(const struct job *job, const struct serac_fast_part *part,
                                                         uint32_t pixel, uint32_t phase, uint32_t bytes,
                                                         uint32_t last_bytes, uint8_t *to, size_t plane)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    const struct serac_fast_layer *layer = job->layer;
    int64_t y0 = (int64_t)(pixel / e->out_width) * e->row_step - e->pad_top +
                 (int64_t)(phase / e->phases_x) * e->phase_dy;
    int64_t x0 = (int64_t)(pixel % e->out_width) * e->col_step - e->pad_left +
                 (int64_t)(phase % e->phases_x) * e->phase_dx;
    size_t pixel_bytes = (size_t)layer->blocks * e->act_store * bytes, first = (size_t)part->block * e->act_store * bytes;
    for (uint32_t ky = 0; ky < e->kernel_h; ky++)
        for (uint32_t kx = 0; kx < e->kernel_w; kx++, to += part->lanes / 8) {
            int64_t y = y0 + (int64_t)ky * e->dilation_h, x = x0 + (int64_t)kx * e->dilation_w;
            bool inside = y >= 0 && y < layer->lines && x >= 0 && x < layer->pixels;
            const uint8_t *from = inside ? job->acts + (size_t)y * job->insn->fetch.line_bytes + x * pixel_bytes + first
                                         : job->pad;
            copy_pixel(from, e->act_store, bytes, part->blocks, last_bytes, to, plane);
        }
}

/* With the sizes that copies are made for. */
static void gather_windows(const struct share *share, const struct serac_fast_part *part, uint32_t from,
                           uint32_t count, uint32_t phase)
{
    const struct job *job = share->job;
    uint32_t bytes = job->design->lanes / 8, last = job->layer->spare / 8, k = job->layer->taps * part->lanes;
    size_t plane = serac_gemm_plane_bytes(k ? k : 8), row = plane * job->insn->exec.act_store;
    memset(share->planes, 0, count * row);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *to = share->planes + i * row;
        if (bytes == 8 && last == 8)
            gather(job, part, from + i, phase, 8, 8, to, plane);
        else if (bytes == 8 && last == 1)
            gather(job, part, from + i, phase, 8, 1, to, plane);
        else if (bytes == 8 && last == 2)
            gather(job, part, from + i, phase, 8, 2, to, plane);
        else if (bytes == 8 && last == 4)
            gather(job, part, from + i, phase, 8, 4, to, plane);
        else
            gather(job, part, from + i, phase, bytes, last, to, plane);
    }
}

/* --- results ------------------------------------------------------------------------ */

static void pack_pixel(const struct share *share, uint32_t pixel, int32_t *values)
{
    const struct job *job = share->job;
    serac_post_pack(job->insn, job->design->lanes, values,
                    job->out + (size_t)pixel * job->insn->store.pixel_bytes);
}

/* All that a pixel needs is known after one product. */
static bool at_once(const struct serac_fast_layer *layer)
{
    return layer->phases == 1 && layer->num_parts == 1;
}

static void compute_part(const struct share *share, const struct serac_fast_part *part, uint32_t from, uint32_t count,
                         uint32_t phase)
{
    const struct job *job = share->job;
    size_t stride = serac_gemm_stride(part->channels), row = serac_gemm_stride(job->insn->exec.channels);
    const void *packed = share->packed;
    if (!job->bytes) {
        gather_windows(share, part, from, count, phase);
        serac_gemm_pack(part->gemm, share->planes, count, share->packed, share->sums);
    } else {
        if (in_order(job))
            packed = byte_at(job, from, 0);
        else
            gather_bytes(share, part, from, count, phase);
        serac_gemm_sum(part->gemm, packed, count, share->sums);
    }
    serac_gemm_run(part->gemm, share->planes, packed, share->sums, count, share->dots);
    for (uint32_t i = 0; i < count; i++) {
        int32_t *held = share->held + i * row + part->channel;
        serac_post_values(&part->posts[phase], share->dots + i * stride, share->sums[i], share->values);
        if (phase)
            serac_post_combine(job->insn, part->channels, share->values, held);
        else if (!at_once(job->layer))
            memcpy(held, share->values, part->channels * sizeof *held);
        else
            pack_pixel(share, from + i, share->values);
    }
}

static void *compute_share(void *ctx)
{
    const struct share *share = ctx;
    const struct job *job = share->job;
    size_t row = serac_gemm_stride(job->insn->exec.channels);
    for (uint32_t from = share->first; from < share->end; from += CHUNK) {
        uint32_t count = share->end - from < CHUNK ? share->end - from : CHUNK;
        for (uint32_t i = 0; i < job->layer->num_parts; i++)
            for (uint32_t phase = 0; phase < job->layer->phases; phase++)
                compute_part(share, &job->layer->parts[i], from, count, phase);
        for (uint32_t i = 0; i < count && !at_once(job->layer); i++)
            pack_pixel(share, from + i, share->held + i * row);
    }
    return NULL;
}

static bool make_room(struct share *share)
{
    const struct serac_fast_layer *layer = share->job->layer;
    size_t planes = 0, packed = 0, row = serac_gemm_stride(layer->insn.exec.channels) * sizeof(int32_t);
    for (uint32_t i = 0; i < layer->num_parts; i++) {
        const struct serac_fast_part *part = &layer->parts[i];
        size_t k = (size_t)layer->taps * part->lanes, bytes = serac_gemm_plane_bytes((uint32_t)(k ? k : 8));
        size_t more = serac_gemm_room(part->gemm, CHUNK);
        planes = bytes > planes ? bytes : planes;
        packed = more > packed ? more : packed;
    }
    share->planes = room(&share->planes_room, CHUNK * layer->insn.exec.act_store * planes);
    share->packed = room(&share->packed_room, packed + 64);
    share->sums = room(&share->sums_room, CHUNK * sizeof *share->sums);
    share->dots = room(&share->dots_room, CHUNK * row);
    share->held = room(&share->held_room, CHUNK * row);
    share->values = room(&share->values_room, row);
    return share->planes && share->packed && share->sums && share->dots && share->held && share->values;
}

/* All output pixels, by as many threads as are worth it; one that cannot be started is done here. */
static enum serac_status compute(const struct job *job, struct serac_fast *fast)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    struct share *shares = fast->shares;
    uint32_t threads = fast->threads;
    pthread_t ids[THREADS];
    bool started[THREADS] = {false}, fits = true;
    double products = (double)e->pixels * e->channels * job->layer->taps * job->layer->parts[0].lanes;
    while (threads > 1 && products < (double)threads * THREAD_PRODUCTS)
        threads--;
    for (uint32_t i = 0; i < threads; i++) {
        shares[i].job = job;
        shares[i].first = (uint32_t)((uint64_t)e->pixels * i / threads);
        shares[i].end = (uint32_t)((uint64_t)e->pixels * (i + 1) / threads);
        fits &= make_room(&shares[i]);
    }
    for (uint32_t i = 1; fits && i < threads; i++)
        started[i] = !pthread_create(&ids[i], NULL, compute_share, &shares[i]);
    for (uint32_t i = 0; fits && i < threads; i++)
        if (!started[i])
            compute_share(&shares[i]);
    for (uint32_t i = 0; i < threads; i++)
        if (started[i])
            pthread_join(ids[i], NULL);
    return fits ? SERAC_OK : SERAC_E_NOMEM;
}

/* --- activations ---------------------------------------------------------------------- */

static enum serac_status load_lines(struct job *job, const struct serac_bus *bus)
{
    const struct serac_insn_fetch *f = &job->insn->fetch;
    uint64_t address = serac_fast_join(f->act_addr_lo, f->act_addr_hi);
    uint8_t *to = job->acts;
    enum serac_status status = SERAC_OK;
    for (int64_t y = -(int64_t)f->pad_top; status == SERAC_OK && y < (int64_t)job->insn->exec.in_height; y++) {
        if (y >= 0) {
            status = serac_block_read(bus, address, to, f->line_bytes);
            to += f->line_bytes;
        }
        address += (uint64_t)(int64_t)(int32_t)(y & 1 ? f->line_stride1 : f->line_stride0);
    }
    return status;
}

/* Real channels have the zero point, spare lanes zero bits. */
static void make_pad(struct job *job)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t lanes = job->design->lanes, plane = lanes / 8;
    for (uint32_t b = 0; b < job->layer->blocks; b++)
        for (uint32_t p = 0; p < e->act_store; p++)
            for (uint32_t l = 0; l < (b + 1 == e->blocks ? e->last_lanes : lanes); l++)
                job->pad[(b * e->act_store + p) * plane + l / 8] |=
                    (uint8_t)((e->act_zero >> (e->act_store - 1 - p) & 1) << l % 8);
}

/* Real channels have the zero point, spare lanes the code 0. */
static void fill_border(const struct job *job, uint32_t width)
{
    const struct serac_fast_layer *layer = job->layer;
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t lanes = job->design->lanes;
    const uint8_t *first = NULL;
    for (uint32_t y = 0; y < job->height; y++)
        for (uint32_t x = 0; x < job->width; x++) {
            uint8_t *to = job->bytes + ((size_t)y * job->width + x) * job->step;
            if (y - e->pad_top < layer->lines && x - e->pad_left < layer->pixels) {
                x += layer->pixels - 1;
            } else if (first) {
                memcpy(to, first, width);
            } else {
                for (uint32_t l = 0; l < width; l++) {
                    bool real = l % (e->blocks * lanes) < (e->blocks - 1) * lanes + e->last_lanes;
                    to[l] = serac_gemm_byte(layer->parts[0].gemm, real ? (uint8_t)e->act_zero : 0);
                }
                first = to;
            }
        }
}

/* What windows reach, borders included, as bytes; false if a lane that was left out is not zero. */
static bool make_bytes(struct job *job)
{
    const struct serac_fast_layer *layer = job->layer;
    const struct serac_gemm *gemm = layer->parts[0].gemm;
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t lanes = job->design->lanes, width = (layer->blocks - 1) * lanes + layer->spare;
    bool zero = true;
    for (uint32_t y = 0; y < layer->lines; y++) {
        uint8_t *line = job->bytes + ((size_t)(y + e->pad_top) * job->width + e->pad_left) * job->step;
        zero &= serac_gemm_spread(gemm, job->acts + (size_t)y * job->insn->fetch.line_bytes, layer->pixels,
                                  layer->blocks, lanes, width, line, job->step);
    }
    fill_border(job, width);
    return zero;
}

/* The last line or pixel that a window reaches, and one. */
static uint32_t reach(uint32_t outputs, uint32_t step, uint32_t phases, uint32_t phase_step, uint32_t kernel,
                      uint32_t dilation)
{
    return (outputs - 1) * step + (phases - 1) * phase_step + (kernel - 1) * dilation + 1;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static bool allocate_bytes(struct job *job, struct serac_fast *fast)
{
    const struct serac_fast_layer *layer = job->layer;
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t out_height = (e->pixels + e->out_width - 1) / e->out_width;
    job->height = larger(layer->lines + e->pad_top,
                         reach(out_height, e->row_step, e->phases_y, e->phase_dy, e->kernel_h, e->dilation_h));
    job->width = larger(layer->pixels + e->pad_left,
                        reach(e->out_width, e->col_step, e->phases_x, e->phase_dx, e->kernel_w, e->dilation_w));
    job->step = (size_t)(layer->blocks - 1) * job->design->lanes + layer->spare;
    if (in_order(job))
        job->step = serac_gemm_row(layer->parts[0].gemm);
    job->bytes = room(&fast->bytes, (size_t)job->height * job->width * job->step + 64);
    return job->bytes != NULL;
}

/* Are all activations zero in the lanes that were left out? */
static bool spare_is_zero(const struct job *job)
{
    const struct serac_fast_layer *layer = job->layer;
    uint32_t plane = job->design->lanes / 8, from = layer->spare / 8, planes = job->insn->exec.act_store;
    uint32_t last = layer->parts[0].blocks - 1;
    uint64_t all = 0;
    for (uint32_t y = 0; from < plane && y < layer->lines; y++)
        for (uint32_t x = 0; x < layer->pixels; x++) {
            const uint8_t *at = job->acts + (size_t)y * job->insn->fetch.line_bytes +
                                ((size_t)x * layer->blocks + last) * planes * plane;
            for (uint32_t p = 0; p < planes; p++, at += plane)
                if (plane == 8) {
                    uint64_t word;
                    memcpy(&word, at, 8);
                    all |= word >> 8 * from;
                } else {
                    for (uint32_t i = from; i < plane; i++)
                        all |= at[i];
                }
        }
    return !all;
}

/* --- layers --------------------------------------------------------------------------- */

struct serac_fast *serac_fast_create(uint32_t threads)
{
    struct serac_fast *fast = calloc(1, sizeof *fast);
    if (fast)
        fast->threads = threads < THREADS ? threads : THREADS;
    return fast;
}

/* Layers with weights in this range. */
static void forget(struct serac_fast *fast, uint64_t address, uint64_t bytes)
{
    for (struct serac_fast_layer **at = &fast->layers; *at;) {
        struct serac_fast_layer *layer = *at;
        if (layer->address < address + bytes && address < layer->address + layer->bytes) {
            *at = layer->next;
            serac_fast_layer_destroy(layer);
        } else {
            at = &layer->next;
        }
    }
}

void serac_fast_written(struct serac_fast *fast, uint64_t address, uint64_t bytes)
{
    if (fast)
        forget(fast, address, bytes);
}

void serac_fast_destroy(struct serac_fast *fast)
{
    if (!fast)
        return;
    while (fast->layers) {
        struct serac_fast_layer *layer = fast->layers;
        fast->layers = layer->next;
        serac_fast_layer_destroy(layer);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        struct share *share = &fast->shares[i];
        free(share->planes_room.at);
        free(share->packed_room.at);
        free(share->sums_room.at);
        free(share->dots_room.at);
        free(share->held_room.at);
        free(share->values_room.at);
    }
    free(fast->acts.at);
    free(fast->pad.at);
    free(fast->out.at);
    free(fast->bytes.at);
    free(fast);
}

static struct serac_fast_layer *find(struct serac_fast *fast, const struct serac_insn *insn)
{
    for (struct serac_fast_layer *l = fast->layers; l; l = l->next)
        if (!memcmp(&l->insn, insn, sizeof *insn))
            return l;
    return NULL;
}

static bool allocate(struct job *job, struct serac_fast *fast)
{
    const struct serac_insn *i = job->insn;
    uint32_t most = job->layer->blocks > i->exec.blocks ? job->layer->blocks : i->exec.blocks;
    job->acts = room(&fast->acts, (size_t)i->exec.in_height * i->fetch.line_bytes);
    job->pad = zeros(&fast->pad, (size_t)most * i->exec.act_store * (job->design->lanes / 8));
    job->out = zeros(&fast->out, (size_t)i->store.pixels * i->store.pixel_bytes);
    return job->acts && job->pad && job->out;
}

/* Each part of several sees its own blocks of a padded pixel, so those must be alike; and each must see one. */
static bool takes_bytes(const struct serac_fast_layer *layer)
{
    const struct serac_insn_exec *e = &layer->insn.exec;
    for (uint32_t i = 0; i < layer->num_parts; i++)
        if (!layer->parts[i].blocks || (layer->num_parts > 1 && e->last_lanes != layer->spare))
            return false;
    return serac_gemm_takes_bytes(layer->parts[0].gemm);
}

/* Everything but the weights, which are packed again, all lanes, if activations are not zero where they were
 * left out. */
static enum serac_status run(struct job *job, const struct serac_bus *bus, struct serac_fast *fast,
                             struct serac_fast_layer **layer)
{
    bool bytes = takes_bytes(*layer);
    enum serac_status status = allocate(job, fast) ? load_lines(job, bus) : SERAC_E_NOMEM;
    if (status == SERAC_OK && bytes && !allocate_bytes(job, fast))
        status = SERAC_E_NOMEM;
    if (status == SERAC_OK && !(bytes ? make_bytes(job) : spare_is_zero(job))) {
        struct serac_fast_layer *wide;
        status = serac_fast_layer_create(job->design, job->insn, bus, false, &wide);
        if (status == SERAC_OK) {
            serac_fast_layer_destroy(*layer);
            job->layer = *layer = wide;
            if (bytes && !allocate_bytes(job, fast))
                status = SERAC_E_NOMEM;
            else if (bytes)
                make_bytes(job);
        }
    }
    if (status == SERAC_OK) {
        make_pad(job);
        status = compute(job, fast);
    }
    if (status == SERAC_OK)
        status = serac_block_write(job->insn, bus, job->out);
    return status;
}

/* Takes the layer out of the list while it runs: what it writes may be another's weights. */
static struct serac_fast_layer *take(struct serac_fast *fast, const struct serac_insn *insn)
{
    struct serac_fast_layer *found = find(fast, insn);
    for (struct serac_fast_layer **at = &fast->layers; found; at = &(*at)->next)
        if (*at == found) {
            *at = found->next;
            break;
        }
    return found;
}

/* Layers whose weights the block's results may have overwritten. */
static void forget_output(struct serac_fast *fast, const struct serac_insn_store *s)
{
    forget(fast, serac_fast_join(s->out_addr_lo, s->out_addr_hi),
           (uint64_t)((s->pixels - 1) / s->out_width) * s->line_stride + (uint64_t)s->out_width * s->pixel_bytes);
}

/* Does what a padded pixel is filled with fit into the planes that are stored? The mapper sees to it; a program
 * that computes at a greater width than it stores need not. */
static bool pad_fits(const struct serac_insn_exec *e)
{
    int32_t zero = e->act_signed ? (int8_t)e->act_zero : (int32_t)(e->act_zero & 0xff);
    int32_t low = e->act_signed ? -(1 << (e->act_store - 1)) : 0;
    return zero >= low && zero < low + (1 << e->act_store);
}

static enum serac_status run_kept(struct serac_fast *fast, const struct serac_design *design,
                                  const struct serac_insn *insn, const struct serac_bus *bus)
{
    struct serac_fast_layer *layer = take(fast, insn);
    enum serac_status status = SERAC_OK;
    if (!layer)
        status = serac_fast_layer_create(design, insn, bus, true, &layer);
    if (status != SERAC_OK)
        return status;
    struct job job = {.design = design, .insn = insn, .layer = layer};
    status = run(&job, bus, fast, &layer);
    if (status != SERAC_OK) {
        serac_fast_layer_destroy(layer);
        return status;
    }
    layer->next = fast->layers;
    fast->layers = layer;
    forget_output(fast, &insn->store);
    return SERAC_OK;
}

enum serac_status serac_fast_block(struct serac_fast *fast, const struct serac_design *design,
                                   const struct serac_insn *insn, const struct serac_bus *bus)
{
    const struct serac_insn_exec *e = &insn->exec;
    uint32_t rows = ((e->groups - 1) * e->group_mtiles + e->group_last_mtiles) * design->rows;
    struct serac_insn real = *insn;
    if (!pad_fits(e)) {
        enum serac_status status = serac_function_block(design, insn, bus);
        if (fast && status == SERAC_OK)
            forget_output(fast, &insn->store);
        return status;
    }
    if (real.exec.channels > rows)
        real.exec.channels = rows;   /* those beyond the last m-tile are of no row */
    if (fast)
        return run_kept(fast, design, &real, bus);
    struct serac_fast *once = serac_fast_create(1);
    enum serac_status status = once ? run_kept(once, design, &real, bus) : SERAC_E_NOMEM;
    serac_fast_destroy(once);
    return status;
}
