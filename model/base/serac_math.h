/* serac_math.h - two functions that many files of model/ need; private. */
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

#endif
