/* serac_random_block.h - a random legal block, and how it is drawn; private to serac_random_block.c and _legal.c. */
#ifndef SERAC_RANDOM_BLOCK_H
#define SERAC_RANDOM_BLOCK_H

#include "serac_legal.h"
#include "serac_rng.h"

static inline uint32_t pick(struct serac_rng *rng, int64_t low, int64_t high)
{
    return (uint32_t)serac_rng_pick(rng, low, high);
}

static inline bool chance(struct serac_rng *rng, int percent)
{
    return serac_rng_chance(rng, percent);
}

/* One block, but for its addresses; false if none was found. */
bool serac_random_block(struct serac_rng *rng, const struct serac_design *d, struct serac_insn *insn);

#endif
