/* serac_fast_layer.c - weights and parameters as they lie in memory, packed for products of matrices. */
#include "serac_fast_layer.h"

#include <stdlib.h>
#include <string.h>

#include "serac_block.h"

/* What one layer is packed from. */
struct source {
    const struct serac_design *design;
    const struct serac_insn *insn;
    const uint8_t *raw;                 /* m-tiles: parameters and weights each */
    uint64_t tile_bytes;
};

/* Byte i of an entry is bit i of its number. */
static inline uint64_t spread(uint8_t bits)
{
    uint64_t each = bits * 0x0101010101010101u & 0x8040201008040201u;
    return (each + 0x7f7f7f7f7f7f7f7fu) >> 7 & 0x0101010101010101u;
}

/* Eight codes of row `row` of a k-tile, from lane on. */
static uint64_t eight_codes(const struct source *s, const uint8_t *ktile, uint32_t row, uint32_t lane)
{
    uint32_t plane = s->design->rows * s->design->lanes / 8;
    const uint8_t *at = ktile + (row * s->design->lanes + lane) / 8;
    uint64_t codes = 0;
    for (uint32_t p = 0; p < s->insn->exec.wgt_store; p++, at += plane)
        codes = codes << 1 | spread(*at);
    return codes;
}

static const uint8_t *ktile_at(const struct source *s, uint32_t mtile, uint32_t tap, uint32_t block)
{
    uint32_t plane = s->design->rows * s->design->lanes / 8;
    return s->raw + mtile * s->tile_bytes + s->insn->fetch.tile_param_bytes +
           ((size_t)tap * s->insn->exec.blocks + block) * s->insn->exec.wgt_store * plane;
}

/* Codes [channel][tap][lane] of a part. */
static void unpack(const struct source *s, const struct serac_fast_layer *layer, const struct serac_fast_part *part,
                   uint8_t *codes)
{
    uint32_t rows = s->design->rows, lanes = s->design->lanes;
    for (uint32_t m = part->channel; m < part->channel + part->channels; m++)
        for (uint32_t tap = 0; tap < layer->taps; tap++)
            for (uint32_t lane = 0; lane < part->lanes; lane += 8, codes += 8) {
                uint64_t eight = eight_codes(s, ktile_at(s, m / rows, tap, lane / lanes), m % rows, lane % lanes);
                memcpy(codes, &eight, 8);
            }
}

/* The first lane, a multiple of eight, from which the last block has only zero weights. */
static uint32_t find_spare(const struct source *s, const struct serac_fast_layer *layer, uint32_t block)
{
    uint32_t rows = s->design->rows, lanes = s->design->lanes, used = (s->insn->exec.last_lanes + 7) / 8 * 8;
    for (uint32_t m = 0; m < s->insn->exec.channels; m++)
        for (uint32_t tap = 0; tap < layer->taps; tap++)
            for (uint32_t lane = used; lane < lanes; lane += 8)
                if (eight_codes(s, ktile_at(s, m / rows, tap, block), m % rows, lane))
                    used = lane + 8;
    return used;
}

/* Blocks beyond the tensor meet only zero weights; a part with none is zero. */
static enum serac_status pack_part(const struct source *s, const struct serac_fast_layer *layer,
                                   struct serac_fast_part *part)
{
    const struct serac_insn_exec *e = &s->insn->exec;
    uint32_t k = layer->taps * part->lanes, set = e->phase_param_planes * s->design->requant_lanes * 16;
    uint32_t rows = s->design->rows;
    const struct serac_gemm_shape shape = {part->channels, k ? k : 8, e->wgt_store, e->act_store, e->wgt_signed,
                                           e->act_signed};
    uint8_t *codes = calloc(part->channels, shape.k);
    if (!codes)
        return SERAC_E_NOMEM;
    unpack(s, layer, part, codes);
    part->gemm = serac_gemm_create(&shape, serac_gemm_best(e->wgt_store, e->act_store), codes);
    free(codes);
    part->posts = calloc(layer->phases, sizeof *part->posts);
    if (!part->gemm || !part->posts)
        return SERAC_E_NOMEM;
    for (uint32_t p = 0; p < layer->phases; p++) {
        struct serac_record *records = malloc(part->channels * sizeof *records);
        if (!records)
            return SERAC_E_NOMEM;
        for (uint32_t i = 0; i < part->channels; i++) {
            uint32_t m = part->channel + i;
            serac_block_record(s->design, s->insn, s->raw + m / rows * s->tile_bytes + (size_t)p * set, m % rows,
                               &records[i]);
        }
        if (serac_fast_post_init(&part->posts[p], s->insn, part->channels, records) != SERAC_OK)
            return SERAC_E_NOMEM;
    }
    return SERAC_OK;
}

/* Joins m-tiles that start at the same block of input channels. */
static enum serac_status pack_parts(const struct source *s, struct serac_fast_layer *layer, bool narrow)
{
    const struct serac_insn_exec *e = &s->insn->exec;
    uint32_t rows = s->design->rows, lanes = s->design->lanes, tiles = (e->channels + rows - 1) / rows;
    enum serac_status status = SERAC_OK;
    for (uint32_t t = 0, last; status == SERAC_OK && t < tiles; t = last) {
        struct serac_fast_part *part = &layer->parts[layer->num_parts++];
        uint32_t step = e->act_tile_planes / e->act_store, block = (t >> e->act_tile_shift) * step;
        for (last = t + 1; last < tiles && (last >> e->act_tile_shift) * step == block;)
            last++;
        part->channel = t * rows;
        part->channels = (last * rows < e->channels ? last * rows : e->channels) - t * rows;
        part->block = block;
        part->blocks = layer->blocks > block ? layer->blocks - block : 0;
        part->blocks = part->blocks < e->blocks ? part->blocks : e->blocks;
        if (narrow && t == 0 && last == tiles && part->blocks == layer->blocks && layer->blocks == e->blocks)
            layer->spare = find_spare(s, layer, part->blocks - 1);
        part->lanes = part->blocks ? (part->blocks - 1) * lanes + layer->spare : 0;
        status = pack_part(s, layer, part);
    }
    return status;
}

enum serac_status serac_fast_layer_create(const struct serac_design *design, const struct serac_insn *insn,
                                          const struct serac_bus *bus, bool narrow, struct serac_fast_layer **made)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_exec *e = &insn->exec;
    uint32_t mtiles = (e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    struct source s = {.design = design, .insn = insn, .tile_bytes = (uint64_t)f->tile_param_bytes + f->tile_wgt_bytes};
    struct serac_fast_layer *layer = calloc(1, sizeof *layer);
    if (!layer)
        return SERAC_E_NOMEM;
    layer->insn = *insn;
    layer->address = serac_fast_join(f->wgt_addr_lo, f->wgt_addr_hi);
    layer->bytes = mtiles * s.tile_bytes;
    layer->lines = e->in_height;
    layer->pixels = e->in_width;
    layer->blocks = e->pixel_planes / e->act_store;
    layer->taps = e->kernel_h * e->kernel_w;
    layer->phases = e->phases_y * e->phases_x;
    layer->spare = design->lanes;
    layer->parts = calloc(mtiles, sizeof *layer->parts);
    uint8_t *raw = malloc(layer->bytes);
    enum serac_status status = layer->parts && raw ? serac_block_read(bus, layer->address, raw, layer->bytes)
                                                   : SERAC_E_NOMEM;
    s.raw = raw;
    if (status == SERAC_OK)
        status = pack_parts(&s, layer, narrow);
    free(raw);
    if (status == SERAC_OK)
        *made = layer;
    else
        serac_fast_layer_destroy(layer);
    return status;
}

void serac_fast_layer_destroy(struct serac_fast_layer *layer)
{
    if (!layer)
        return;
    for (uint32_t i = 0; i < layer->num_parts; i++) {
        struct serac_fast_part *part = &layer->parts[i];
        for (uint32_t p = 0; part->posts && p < layer->phases; p++)
            serac_fast_post_free(&part->posts[p]);
        free(part->posts);
        serac_gemm_destroy(part->gemm);
    }
    free(layer->parts);
    free(layer);
}
