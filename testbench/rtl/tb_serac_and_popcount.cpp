// tb_serac_and_popcount.cpp - lanes in which both operands are one, against a count of
// them, in all three implementations: all pairs of operands at 8 lanes; beyond that each
// single lane, each single hole, each prefix, and random operands of every density.
//
// POINT: -GLanes=8
// POINT: -GLanes=64
// POINT: -GLanes=512
// POINT: -GLanes=64 -DSERAC_FAST_POPCOUNT
//
// Six-input LUTs and carry chains.
// POINT: -GLanes=8 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GLanes=16 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GLanes=32 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GLanes=64 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GLanes=128 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GLanes=256 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GLanes=512 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
#include "ports.h"

static void check(Bench &b, const Bytes &wgt, const Bytes &act)
{
    unsigned count = 0;
    for (size_t i = 0; i < Lanes; i++)
        count += bit_of(wgt, i) && bit_of(act, i);
    put_port(b.top->wgt_i, wgt);
    put_port(b.top->act_i, act);
    b.edge();
    b.compare("count_o", (uint64_t)b.top->count_o, (uint64_t)count);
}

static void check_all(Bench &b)
{
    for (unsigned pair = 0; pair < 1u << 16; pair++)
        check(b, Bytes(1, (uint8_t)pair), Bytes(1, (uint8_t)(pair >> 8)));
}

static void check_corners(Bench &b)
{
    Bytes full(Lanes / 8, 0xff), prefix(Lanes / 8, 0);
    check(b, prefix, full);
    for (size_t i = 0; i < Lanes; i++) {
        Bytes single(Lanes / 8, 0), hole(Lanes / 8, 0xff);
        set_bit(single, i, true);
        set_bit(hole, i, false);
        set_bit(prefix, i, true);
        for (const Bytes &bits : {single, hole, prefix}) {
            check(b, bits, full);
            check(b, full, bits);
            check(b, bits, bits);
        }
    }
}

// Half of the time all activations are one, so that counts are not always small.
static void check_random(Bench &b)
{
    unsigned wgt_density = (unsigned)b.rng.below(101);
    unsigned act_density = b.rng.flag() ? 100 : (unsigned)b.rng.below(101);
    Bytes wgt(Lanes / 8), act(Lanes / 8);
    for (size_t i = 0; i < Lanes; i++) {
        set_bit(wgt, i, b.rng.chance(wgt_density));
        set_bit(act, i, b.rng.chance(act_density));
    }
    check(b, wgt, act);
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_and_popcount", {BENCH_PARAM(Lanes)});
    if (Lanes == 8)
        check_all(b);
    check_corners(b);
    for (uint64_t n = b.length(20000); n--;)
        check_random(b);
    return b.finish();
}
