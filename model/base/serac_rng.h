/* serac_rng.h - random numbers (splitmix64; Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014),
 * the same again from the same state. Private to this repository. */
#ifndef SERAC_RNG_H
#define SERAC_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct serac_rng {
    uint64_t state;
};

static inline uint64_t serac_rng_next(struct serac_rng *rng)
{
    uint64_t x = rng->state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* low..high, both included. */
static inline int64_t serac_rng_pick(struct serac_rng *rng, int64_t low, int64_t high)
{
    return low + (int64_t)(serac_rng_next(rng) % (uint64_t)(high - low + 1));
}

static inline bool serac_rng_chance(struct serac_rng *rng, int percent)
{
    return serac_rng_pick(rng, 0, 99) < percent;
}

#endif
