// ports.h - ports of any width as bytes, for benches whose port widths follow from
// the design point. Bit i is bit i mod 8 of byte i / 8 (little-endian hosts).
#ifndef SERAC_PORTS_H
#define SERAC_PORTS_H

#include <cstdint>
#include <cstring>
#include <vector>

#include "bench.h"

using Bytes = std::vector<uint8_t>;

inline bool bit_of(const Bytes &bytes, size_t bit) { return bytes[bit / 8] >> bit % 8 & 1; }

inline void set_bit(Bytes &bytes, size_t bit, bool value)
{
    uint8_t mask = (uint8_t)(1u << bit % 8);
    bytes[bit / 8] = (uint8_t)(value ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
}

inline Bytes random_bytes(Rng &rng, size_t size)
{
    Bytes bytes(size);
    rng.fill(bytes.data(), size);
    return bytes;
}

// Bits of `bytes` beyond the port's width must be zero.
template <class Port> void put_port(Port &port, const Bytes &bytes)
{
    if (bytes.size() > sizeof port)
        std::abort();
    std::memset(&port, 0, sizeof port);
    std::memcpy(&port, bytes.data(), bytes.size());
}

// Counts as one comparison; names the first byte that differs.
template <class Port>
void compare_port(Bench &b, const char *signal, const Port &port, const Bytes &model)
{
    if (model.size() > sizeof port)
        b.fail("%s is narrower than the model", signal);
    b.comparisons++;
    const uint8_t *rtl = reinterpret_cast<const uint8_t *>(&port);
    if (std::memcmp(rtl, model.data(), model.size()) == 0)
        return;
    size_t i = 0;
    while (rtl[i] == model[i])
        i++;
    b.fail("%s[%zu:%zu] RTL 0x%02x, model 0x%02x", signal, 8 * i + 7, 8 * i, rtl[i], model[i]);
}

#endif
