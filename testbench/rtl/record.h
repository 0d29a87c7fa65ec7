// record.h - parameter records for the benches of the requantiser: random ones, ones
// aimed at an edge of the arithmetic, and their words as the machine reads them.
#ifndef SERAC_RECORD_H
#define SERAC_RECORD_H

#include <algorithm>

#include "bench.h"

extern "C" {
#include "serac_function.h"
}

// The shifts that rtl/MACHINE.md defines.
inline int min_shift(int mode) { return mode == SERAC_MODE_FLOOR ? 0 : -31; }
inline int max_shift(int mode) { return mode == SERAC_MODE_SINGLE ? 30 : 31; }

// Any magnitude, and often next to a power of two.
inline int32_t number(Rng &rng)
{
    switch (rng.below(4)) {
    case 0: return (int32_t)((1u << rng.below(32)) + (uint32_t)rng.below(3) - 1);
    case 1: return (int32_t)(0u - (1u << rng.below(32)) + (uint32_t)rng.below(3) - 1);
    case 2: return (int32_t)rng.corner(32);
    default: return (int32_t)rng.u32() >> rng.below(32);
    }
}

inline serac_record random_record(Rng &rng, serac_requant_mode mode)
{
    serac_record r = {};
    r.correction = (int16_t)rng.corner(16);
    r.shift = mode <= SERAC_MODE_FLOOR ? (int32_t)rng.in(min_shift(mode), max_shift(mode))
                                       : (int8_t)rng.bits(8);
    r.bias = number(rng);
    r.mult = number(rng);
    r.add = number(rng);
    for (int32_t &threshold : r.thresholds)
        threshold = number(rng);
    if (rng.flag()) {       // as the packer writes them
        std::sort(r.thresholds, r.thresholds + 15);
        for (unsigned i = 15 - (unsigned)rng.below(16); i < 15; i++)
            r.thresholds[i] = INT32_MAX;
    }
    return r;
}

// x as the mode sees it.
inline int32_t accumulator(serac_requant_mode mode, uint32_t dot_shift, const serac_record &r,
                           uint32_t dot, uint32_t ones)
{
    uint32_t bias = mode == SERAC_MODE_THRESHOLD ? 0 : (uint32_t)r.bias;
    return (int32_t)((dot << dot_shift) + (uint32_t)r.correction * ones + bias);
}

// Is the value halfway between two results? double: of its second rounding.
inline bool is_tie(serac_requant_mode mode, int32_t x, const serac_record &r)
{
    if (mode == SERAC_MODE_SINGLE) {
        uint64_t half = (uint64_t)1 << (30 - r.shift);
        return ((uint64_t)((int64_t)x * r.mult) & (2 * half - 1)) == half;
    }
    if (r.shift >= 0)
        return false;
    serac_record unshifted = {};
    unshifted.mult = r.mult;
    uint32_t high = (uint32_t)serac_requant(SERAC_MODE_DOUBLE, 0, &unshifted, (uint32_t)x, 0);
    uint32_t half = 1u << (-r.shift - 1);
    return (high & (2 * half - 1)) == half;
}

// A record for a value on an edge of its mode, or one beside it.
inline void aim(Rng &rng, serac_requant_mode mode, uint32_t dot_shift, uint32_t dot,
                uint32_t ones, serac_record &r)
{
    int32_t x = number(rng);
    int32_t aside = (int32_t)rng.below(3) - 1;
    if (mode == SERAC_MODE_THRESHOLD) {     // around the x there is: it has no bias
        x = accumulator(mode, dot_shift, r, dot, ones);
        for (int32_t &threshold : r.thresholds)
            if (rng.chance(70))
                threshold = (int32_t)((uint32_t)x + (uint32_t)rng.below(3) - 1);
        return;
    }
    if (mode == SERAC_MODE_FLOOR) {         // product + add at a multiple of 2^shift
        uint64_t below = (uint64_t)((int64_t)x * r.mult) & (((uint64_t)1 << r.shift) - 1);
        r.add = (int32_t)(aside - (int64_t)below);
    } else if (mode == SERAC_MODE_DOUBLE && rng.chance(10)) {   // the one overflow
        r.shift = (int32_t)rng.in(-31, 31);
        r.mult = INT32_MIN;
        x = (int32_t)((uint32_t)INT32_MIN >> std::max(r.shift, 0));
    } else if (mode == SERAC_MODE_DOUBLE || mode == SERAC_MODE_SINGLE) {
        // An odd multiple of the tie's weight, times a power of two. The multiplier's
        // exponent k and x's exponent j: j + k = 30 - shift either way.
        int sum = 30 - r.shift, low = std::max(0, sum - 30), high = std::min(30, sum);
        if (low <= high) {
            int k = (int)rng.in(low, high), j = sum - k;
            uint32_t odd = ((uint32_t)rng.u32() | 1) << j;
            if (rng.flag())
                odd = 0u - odd;
            x = (int32_t)odd;
            r.mult = rng.flag() ? (int32_t)(1u << k) : (int32_t)(0u - (1u << k));
        }
        x = (int32_t)((uint32_t)x + (uint32_t)aside);
    }
    r.bias = 0;
    r.bias = (int32_t)((uint32_t)x - (uint32_t)accumulator(mode, dot_shift, r, dot, ones));
}

// The 128 bits from `word` of a port: the record, or a quarter of a threshold's.
template <class Port>
void put_record(Port &port, size_t word, const serac_record &r, serac_requant_mode mode,
                unsigned sub)
{
    uint32_t words[16] = {(uint32_t)(uint16_t)r.correction | (uint32_t)(uint8_t)r.shift << 16,
                          (uint32_t)r.bias, (uint32_t)r.mult, (uint32_t)r.add};
    if (mode == SERAC_MODE_THRESHOLD)
        for (unsigned i = 0; i < 15; i++)
            words[1 + i] = (uint32_t)r.thresholds[i];
    unsigned first = mode == SERAC_MODE_THRESHOLD ? 4 * sub : 0;
    for (unsigned i = 0; i < 4; i++)
        port[word + i] = words[first + i];
}

#endif
