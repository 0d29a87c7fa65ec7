// tb_serac_popcount.cpp - all three implementations against a count of
// bits: all inputs up to 16 lanes, beyond that each single bit, each single hole, each
// prefix and random inputs of every density.
//
// POINT: -GLanes=8
// POINT: -GLanes=16
// POINT: -GLanes=64
// POINT: -GLanes=512
// POINT: -GLanes=16 -DSERAC_FAST_POPCOUNT
// POINT: -GLanes=512 -DSERAC_FAST_POPCOUNT
// POINT: -GLanes=16 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GLanes=256 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
#include "ports.h"

static void check(Bench &b, const Bytes &bits)
{
    unsigned count = 0;
    for (size_t i = 0; i < Lanes; i++)
        count += bit_of(bits, i);
    put_port(b.top->bits_i, bits);
    b.edge();
    b.compare("count_o", (uint64_t)b.top->count_o, (uint64_t)count);
}

static void check_all(Bench &b)
{
    for (uint32_t value = 0; value < 1u << (Lanes < 16 ? Lanes : 16); value++) {
        Bytes bits(Lanes / 8);
        std::memcpy(bits.data(), &value, bits.size());
        check(b, bits);
    }
}

static void check_corners(Bench &b)
{
    Bytes prefix(Lanes / 8, 0);
    check(b, prefix);
    for (size_t i = 0; i < Lanes; i++) {
        Bytes single(Lanes / 8, 0), hole(Lanes / 8, 0xff);
        set_bit(single, i, true);
        set_bit(hole, i, false);
        set_bit(prefix, i, true);
        check(b, single);
        check(b, hole);
        check(b, prefix);
    }
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_popcount", {BENCH_PARAM(Lanes)});
    if (Lanes <= 16)
        check_all(b);
    check_corners(b);
    for (uint64_t n = b.length(20000); n--;) {
        unsigned density = (unsigned)b.rng.below(101);
        Bytes bits(Lanes / 8);
        for (size_t i = 0; i < Lanes; i++)
            set_bit(bits, i, b.rng.chance(density));
        check(b, bits);
    }
    return b.finish();
}
