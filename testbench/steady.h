/* steady.h - random designs, layers, mappings and memories, timed in closed form and by the timeline.
 *
 * Case `index` of `seed` is the same whatever ran before it. Nine in ten are small; the others have
 * enough iterations for loops within loops to repeat. */
#ifndef STEADY_H
#define STEADY_H

#include <stdio.h>
#include <string.h>

#include "serac_map.h"
#include "serac_rng.h"
#include "serac_run.h"
#include "serac_steady.h"

struct steady_case {
    struct serac_design design;
    struct serac_layer layer;
    struct serac_mapping mapping;
    struct serac_memory_config memory;
    struct serac_insn insn;
    uint64_t program;
};

/* low..high, both included. */
static inline uint32_t steady_pick(struct serac_rng *rng, uint32_t low, uint32_t high)
{
    return (uint32_t)serac_rng_pick(rng, low, high);
}

static inline void steady_design(struct serac_rng *rng, struct serac_design *d)
{
    do {
        *d = (struct serac_design){
            .name = "random", .rows = 1u << steady_pick(rng, 0, 6), .cols = 1u << steady_pick(rng, 0, 6),
            .lanes = 8u << steady_pick(rng, 0, 6), .weight_planes = 1u << steady_pick(rng, 0, 3),
            .act_planes = 1u << steady_pick(rng, 0, 3), .weight_buffer_bytes = 1u << steady_pick(rng, 10, 18),
            .act_buffer_bytes = 1u << steady_pick(rng, 10, 18),
            .output_buffer_bytes = 1u << steady_pick(rng, 10, 17),
            .param_buffer_bytes = 1u << steady_pick(rng, 9, 15), .axi_bits = 64u << steady_pick(rng, 0, 3),
            .outstanding = steady_pick(rng, 1, 32), .requant_lanes = 1u << steady_pick(rng, 0, 5),
            .queue_depth = steady_pick(rng, 1, 8)};
    } while (serac_design_check(d, NULL) != SERAC_OK);
}

static inline void steady_shape(struct serac_rng *rng, struct serac_layer *l, uint32_t most)
{
    uint32_t kind = steady_pick(rng, 0, 5);
    l->op = kind == 4 ? SERAC_OP_DEPTHWISE : kind == 5 ? SERAC_OP_ADD : SERAC_OP_CONV;
    l->kernel_h = l->kernel_w = l->stride_h = l->stride_w = l->dilation_h = l->dilation_w = l->pool = 1;
    l->input.channels = steady_pick(rng, 1, steady_pick(rng, 0, 2) ? 4 * most : 8);   /* few: store is the slowest */
    l->output.channels = l->op == SERAC_OP_CONV ? steady_pick(rng, 1, 8 * most) : l->input.channels;
    l->input.height = kind < 2 ? 1 : steady_pick(rng, 1, most);
    l->input.width = steady_pick(rng, 1, kind < 2 ? 8 * most : most);
    if (kind >= 2 && kind < 5) {
        l->kernel_h = steady_pick(rng, 1, 5);
        l->kernel_w = steady_pick(rng, 1, 5);
        l->stride_h = steady_pick(rng, 1, 3);
        l->stride_w = steady_pick(rng, 1, 3);
        l->dilation_h = steady_pick(rng, 0, 4) ? 1 : 2;
        l->dilation_w = steady_pick(rng, 0, 4) ? 1 : 2;
        l->pad_top = steady_pick(rng, 0, (l->kernel_h - 1) * l->dilation_h);
        l->pad_bottom = steady_pick(rng, 0, (l->kernel_h - 1) * l->dilation_h);
        l->pad_left = steady_pick(rng, 0, (l->kernel_w - 1) * l->dilation_w);
        l->pad_right = steady_pick(rng, 0, (l->kernel_w - 1) * l->dilation_w);
        l->pool = kind == 3 ? steady_pick(rng, 2, 3) : 1;
    }
}

static inline bool steady_output(struct serac_layer *l)
{
    int64_t h = (int64_t)l->input.height + l->pad_top + l->pad_bottom - (l->kernel_h - 1) * l->dilation_h - 1;
    int64_t w = (int64_t)l->input.width + l->pad_left + l->pad_right - (l->kernel_w - 1) * l->dilation_w - 1;
    if (h < 0 || w < 0)
        return false;
    l->output.height = ((uint32_t)h / l->stride_h + 1) / l->pool;
    l->output.width = ((uint32_t)w / l->stride_w + 1) / l->pool;
    return l->output.height && l->output.width;
}

static inline bool steady_layer(struct serac_rng *rng, struct serac_layer *l)
{
    memset(l, 0, sizeof *l);
    snprintf(l->name, sizeof l->name, "random");
    steady_shape(rng, l, steady_pick(rng, 0, 9) ? 16 : 60);
    l->weight_bits = steady_pick(rng, 1, 8);
    l->weight_store_bits = steady_pick(rng, 1, l->weight_bits);
    l->input.bits = steady_pick(rng, 1, 8);
    l->act_bits = steady_pick(rng, l->input.bits, 8);
    l->mode = (enum serac_requant_mode)steady_pick(rng, 0, l->op == SERAC_OP_ADD ? 2 : 4);
    l->output.bits = l->mode == SERAC_MODE_RAW         ? 32
                     : l->mode == SERAC_MODE_THRESHOLD ? steady_pick(rng, 1, 4)
                                                       : steady_pick(rng, 1, 8);
    l->output.is_signed = l->mode == SERAC_MODE_RAW;
    l->clamp_max = l->mode == SERAC_MODE_RAW ? INT32_MAX : (1 << l->output.bits) - 1;
    l->clamp_min = l->mode == SERAC_MODE_RAW ? INT32_MIN : 0;
    return steady_output(l) && serac_layer_check(l, NULL) == SERAC_OK;
}

static inline bool steady_mapping(struct serac_rng *rng, struct steady_case *c)
{
    const struct serac_design *d = &c->design;
    const struct serac_tensor *out = &c->layer.output;
    uint32_t mtiles = (out->channels + d->rows - 1) / d->rows;
    uint32_t least = d->lanes > d->rows ? d->lanes / d->rows : 1;
    uint32_t share = (out->width * out->height + d->cols - 1) / d->cols;
    uint32_t most = out->width < share ? out->width : share;
    struct serac_addresses at = {
        (uint64_t)steady_pick(rng, 1, 1000) << 12, (uint64_t)steady_pick(rng, 1, 1000) << 22,
        (uint64_t)steady_pick(rng, 1, 200) << 22, (uint64_t)steady_pick(rng, 1, 1000) << 23};
    c->program = (uint64_t)steady_pick(rng, 1, 1000) << 9;
    for (int attempt = 0; attempt < 20; attempt++) {
        c->mapping = (struct serac_mapping){
            .order = steady_pick(rng, 0, 1), .run = steady_pick(rng, 1, most),
            .group_mtiles = steady_pick(rng, 1, mtiles), .gather = least * steady_pick(rng, 1, 3),
            .wgt_halves = steady_pick(rng, 1, 2), .act_halves = steady_pick(rng, 1, 2)};
        if (attempt > 5)
            c->mapping.run = most < 4 ? 1 : most / 4;
        if (attempt > 10)
            c->mapping.run = c->mapping.group_mtiles = 1;
        if (c->mapping.order && attempt > 5)
            c->mapping.group_mtiles = c->mapping.gather < mtiles ? c->mapping.gather : mtiles;
        if (serac_map_apply(&c->layer, d, &c->mapping, &at, 0, true, &c->insn, NULL) == SERAC_OK)
            return true;
    }
    return false;
}

static inline void steady_make(uint64_t seed, uint64_t index, struct steady_case *c)
{
    struct serac_rng rng = {seed * 0x100000001b3u + (index << 20)};
    memset(c, 0, sizeof *c);
    do
        steady_design(&rng, &c->design);
    while (!steady_layer(&rng, &c->layer) || !steady_mapping(&rng, c));
    snprintf(c->memory.name, sizeof c->memory.name, "random");
    c->memory.latency_cycles = steady_pick(&rng, 1, steady_pick(&rng, 0, 3) ? 100 : 1000);
    c->memory.bytes_per_cycle = steady_pick(&rng, 1, steady_pick(&rng, 0, 1) ? 128 : 16);
}

static inline int steady_read(void *ctx, uint64_t address, void *to, size_t bytes)
{
    const struct steady_case *c = ctx;
    uint8_t block[SERAC_INSN_BLOCK_STRIDE] = {0};
    if (address == c->program && bytes <= sizeof block) {
        serac_insn_encode(&c->insn, block);
        memcpy(to, block, bytes);
    }
    return 0;
}

static inline int steady_write(void *ctx, uint64_t address, const void *from, size_t bytes)
{
    (void)ctx, (void)address, (void)from, (void)bytes;
    return 0;
}

/* The timeline's answer. */
static inline enum serac_status steady_walk(struct steady_case *c, struct serac_counters *counters)
{
    struct serac_bus bus = {steady_read, steady_write, c};
    struct serac_run run = {.status = SERAC_OK};
    enum serac_status status = serac_run_program(&c->design, &c->memory, &bus, c->program, 0, &run);
    *counters = run.total;
    return status == SERAC_OK ? run.status : status;
}

/* Prints the counters that differ; how many. */
static inline int steady_differences(uint64_t seed, uint64_t index, const struct serac_counters *walked,
                                     const struct serac_counters *closed)
{
    int different = 0;
#define COMPARE(name, offset)                                                                                \
    if (walked->name != closed->name) {                                                                      \
        fprintf(stderr, "FAIL time: seed %llu case %llu: " #name " timeline %llu, closed form %llu\n",       \
                (unsigned long long)seed, (unsigned long long)index, (unsigned long long)walked->name,       \
                (unsigned long long)closed->name);                                                           \
        different++;                                                                                         \
    }
    SERAC_COUNTER_LIST(COMPARE)
#undef COMPARE
    return different;
}

#endif
