/* serac_fast_windows.c - what an output pixel sees of the input, gathered for the product. */
#include <string.h>

#include "serac_fast_job.h"

/* --- windows of bytes ----------------------------------------------------------------- */

/* In the picture with its borders. */
static inline const uint8_t *byte_at(const struct serac_fast_job *job, uint32_t pixel, uint32_t phase)
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

static void gather_bytes(const struct serac_fast_share *share, const struct serac_fast_part *part, uint32_t from,
                         uint32_t count, uint32_t phase)
{
    const struct serac_fast_job *job = share->job;
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

bool serac_fast_in_order(const struct serac_fast_job *job)
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
static inline __attribute__((always_inline)) void gather(const struct serac_fast_job *job,
                                                         const struct serac_fast_part *part, uint32_t pixel,
                                                         uint32_t phase, uint32_t bytes, uint32_t last_bytes,
                                                         uint8_t *to, size_t plane)
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
static void gather_planes(const struct serac_fast_share *share, const struct serac_fast_part *part, uint32_t from,
                          uint32_t count, uint32_t phase)
{
    const struct serac_fast_job *job = share->job;
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

/* --- either ----------------------------------------------------------------------------- */

const void *serac_fast_windows(const struct serac_fast_share *share, const struct serac_fast_part *part,
                               uint32_t from, uint32_t count, uint32_t phase)
{
    const void *packed = share->packed;
    if (!share->job->bytes) {
        gather_planes(share, part, from, count, phase);
        serac_gemm_pack(part->gemm, share->planes, count, share->packed, share->sums);
        return packed;
    }
    if (serac_fast_in_order(share->job))
        packed = byte_at(share->job, from, 0);
    else
        gather_bytes(share, part, from, count, phase);
    serac_gemm_sum(part->gemm, packed, count, share->sums);
    return packed;
}
