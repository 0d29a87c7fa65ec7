/* serac_fast_input.c - a layer's activations: lines as they lie in memory, padding, the picture as bytes. */
#include <string.h>

#include "serac_block.h"
#include "serac_fast_job.h"

enum serac_status serac_fast_load_lines(struct serac_fast_job *job, const struct serac_bus *bus)
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
void serac_fast_make_pad(struct serac_fast_job *job)
{
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t lanes = job->design->lanes, plane = lanes / 8;
    for (uint32_t b = 0; b < job->layer->blocks; b++)
        for (uint32_t p = 0; p < e->act_store; p++)
            for (uint32_t l = 0; l < (b + 1 == e->blocks ? e->last_lanes : lanes); l++)
                job->pad[(b * e->act_store + p) * plane + l / 8] |=
                    (uint8_t)((e->act_zero >> (e->act_store - 1 - p) & 1) << l % 8);
}

bool serac_fast_spare_is_zero(const struct serac_fast_job *job)
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

/* Real channels have the zero point, spare lanes the code 0. */
static void fill_border(const struct serac_fast_job *job, uint32_t width)
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

bool serac_fast_make_bytes(struct serac_fast_job *job)
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

bool serac_fast_allocate_bytes(struct serac_fast_job *job, struct serac_fast *fast)
{
    const struct serac_fast_layer *layer = job->layer;
    const struct serac_insn_exec *e = &job->insn->exec;
    uint32_t out_height = (e->pixels + e->out_width - 1) / e->out_width;
    job->height = larger(layer->lines + e->pad_top,
                         reach(out_height, e->row_step, e->phases_y, e->phase_dy, e->kernel_h, e->dilation_h));
    job->width = larger(layer->pixels + e->pad_left,
                        reach(e->out_width, e->col_step, e->phases_x, e->phase_dx, e->kernel_w, e->dilation_w));
    job->step = (size_t)(layer->blocks - 1) * job->design->lanes + layer->spare;
    if (serac_fast_in_order(job))
        job->step = serac_gemm_row(layer->parts[0].gemm);
    job->bytes = serac_fast_room(&fast->bytes, (size_t)job->height * job->width * job->step + 64);
    return job->bytes != NULL;
}
