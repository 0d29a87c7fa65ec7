/* serac_math.h - whole numbers, for many files of model/; private. */
#ifndef SERAC_MATH_H
#define SERAC_MATH_H

#include <stdint.h>

static inline uint64_t serac_later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint32_t serac_ceil_div(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

/* Greatest common divisor. */
static inline uint32_t serac_gcd(uint32_t a, uint32_t b)
{
    return b ? serac_gcd(b, a % b) : a;
}

#endif
