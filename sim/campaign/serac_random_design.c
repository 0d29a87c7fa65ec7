/* serac_random_design.c - designs for random co-simulation. */
#include "serac_random_legal.h"

#include <stdio.h>
#include <string.h>

#include "serac_rng.h"

static uint32_t power(struct serac_rng *rng, int low, int high)
{
    return 1u << serac_rng_pick(rng, low, high);
}

static uint64_t products(const struct serac_design *d)
{
    return (uint64_t)d->rows * d->cols * d->lanes * d->weight_planes * d->act_planes;
}

/* The least that is allowed, or up to 16 times that. */
static uint32_t buffer(struct serac_rng *rng, uint64_t least)
{
    uint32_t bytes = 256;
    while (bytes < least)
        bytes *= 2;
    return bytes << serac_rng_pick(rng, 0, 4);
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* As serac_design_check() wants them, and so that the records of an m-tile fit: else nothing runs. */
static void draw_buffers(struct serac_rng *rng, struct serac_design *d)
{
    uint64_t plane = d->lanes / 8, words = 4 * (d->axi_bits / 8);
    d->weight_buffer_bytes = buffer(rng, most(32 * d->rows * plane, words));
    d->act_buffer_bytes = buffer(rng, most(32 * plane, words) * d->cols);
    d->output_buffer_bytes = buffer(rng, most(64 * plane, words));
    d->param_buffer_bytes = buffer(rng, most(most(64 * (uint64_t)d->requant_lanes, 16 * d->rows), words));
}

void serac_random_design(uint64_t number, struct serac_design *d)
{
    struct serac_rng rng = {number * 0x100000001b3u + 0x5eac};
    int room = (int)serac_rng_pick(&rng, 0, 31);
    uint64_t limit = room == 0 ? 16384 : room <= 4 ? 4096 : 1024;
    struct serac_error error;
    do {
        memset(d, 0, sizeof *d);
        snprintf(d->name, sizeof d->name, "random-%llu", (unsigned long long)number);
        d->rows = power(&rng, 0, 6);
        d->cols = power(&rng, 0, 6);
        d->lanes = power(&rng, 3, 9);
        d->weight_planes = power(&rng, 0, 3);
        d->act_planes = power(&rng, 0, 3);
        d->axi_bits = power(&rng, 6, 9);
        d->outstanding = (uint32_t)serac_rng_pick(&rng, 1, serac_rng_chance(&rng, 50) ? 4 : 32);
        d->requant_lanes = power(&rng, 0, 5);
        d->queue_depth = (uint32_t)serac_rng_pick(&rng, 1, 8);
        draw_buffers(&rng, d);
    } while (products(d) > limit || serac_design_check(d, &error) != SERAC_OK);
}
