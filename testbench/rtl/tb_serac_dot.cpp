// tb_serac_dot.cpp - both forms of the dot product against a plain sum of products.
//
// Every lane alone with every pair of digits (up to 4 planes a side; else the corners)
// and every combination of signs, among lanes of zero and among lanes of ones; random
// digits of every density.
//
// POINT: -GLanes=8 -GWgtPlanes=1 -GActPlanes=2 -GSum=6
// POINT: -GLanes=16 -GWgtPlanes=1 -GActPlanes=8 -GSum=21
// POINT: -GLanes=32 -GWgtPlanes=2 -GActPlanes=1 -GSum=8
// POINT: -GLanes=8 -GWgtPlanes=2 -GActPlanes=2 -GSum=9
// POINT: -GLanes=8 -GWgtPlanes=2 -GActPlanes=2 -GSum=10
// POINT: -GLanes=8 -GWgtPlanes=2 -GActPlanes=2 -GSum=11
// POINT: -GLanes=64 -GWgtPlanes=2 -GActPlanes=4 -GSum=23
// POINT: -GLanes=8 -GWgtPlanes=4 -GActPlanes=1 -GSum=8
// POINT: -GLanes=16 -GWgtPlanes=4 -GActPlanes=4 -GSum=14
// POINT: -GLanes=8 -GWgtPlanes=4 -GActPlanes=8 -GSum=20
// POINT: -GLanes=8 -GWgtPlanes=8 -GActPlanes=1 -GSum=20
// POINT: -GLanes=16 -GWgtPlanes=8 -GActPlanes=8 -GSum=21
// POINT: -GLanes=16 -GWgtPlanes=8 -GActPlanes=8 -GSum=32
// POINT: -GLanes=16 -GWgtPlanes=1 -GActPlanes=8 -GSum=13 -DSERAC_FPGA
// POINT: -GLanes=8 -GWgtPlanes=4 -GActPlanes=1 -GSum=8 -DSERAC_FPGA
// POINT: -GLanes=16 -GWgtPlanes=4 -GActPlanes=4 -GSum=21 -DSERAC_FAST_POPCOUNT
#include "ports.h"

using Digits = std::vector<unsigned>;

static int value(unsigned digit, unsigned planes, bool negative)
{
    bool top = planes > 1 && negative && digit >> (planes - 1) & 1;
    return (int)digit - (top ? 1 << planes : 0);
}

static Bytes pack(const Digits &digits, unsigned planes)
{
    Bytes bytes((planes * Lanes + 7) / 8, 0);
    for (unsigned p = 0; p < planes; p++)
        for (unsigned l = 0; l < Lanes; l++)
            set_bit(bytes, p * Lanes + l, digits[l] >> p & 1);
    return bytes;
}

static void check(Bench &b, const Digits &w, const Digits &a, bool w_neg,
                  bool a_neg)
{
    int64_t sum = 0;
    for (unsigned l = 0; l < Lanes; l++)
        sum += (int64_t)value(w[l], WgtPlanes, w_neg) *
               value(a[l], ActPlanes, a_neg);
    put_port(b.top->wgt_i, pack(w, WgtPlanes));
    put_port(b.top->act_i, pack(a, ActPlanes));
    b.top->wgt_neg_i = w_neg;
    b.top->act_neg_i = a_neg;
    b.edge();
    uint64_t rows = (uint64_t)b.top->rows_o;
    b.compare("rows_o", Bench::sign((rows + (rows >> Sum)) & ((1ull << Sum) - 1), Sum), sum);
}

// All digits of few planes; of many those at the ends.
static Digits chosen(unsigned planes)
{
    unsigned top = (1u << planes) - 1, half = 1u << (planes - 1);
    if (planes > 4)
        return {0, 1, half - 1, half, top};
    Digits all;
    for (unsigned d = 0; d <= top; d++)
        all.push_back(d);
    return all;
}

static void check_lanes(Bench &b)
{
    for (unsigned l = 0; l < Lanes; l++)
        for (unsigned signs = 0; signs < 8; signs++)
            for (unsigned w : chosen(WgtPlanes))
                for (unsigned a : chosen(ActPlanes)) {
                    unsigned others = signs & 4 ? ~0u : 0;
                    Digits ws(Lanes, others & ((1u << WgtPlanes) - 1));
                    Digits as(Lanes, others & ((1u << ActPlanes) - 1));
                    ws[l] = w;
                    as[l] = a;
                    check(b, ws, as, signs & 1, signs >> 1 & 1);
                }
}

static Digits draw(Bench &b, unsigned planes)
{
    unsigned density = (unsigned)b.rng.below(101);
    Digits digits(Lanes, 0);
    for (unsigned &d : digits)
        for (unsigned p = 0; p < planes; p++)
            d |= (unsigned)b.rng.chance(density) << p;
    return digits;
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_dot",
            {BENCH_PARAM(Lanes), BENCH_PARAM(WgtPlanes), BENCH_PARAM(ActPlanes)});
    check_lanes(b);
    for (uint64_t n = b.length(20000); n--;)
        check(b, draw(b, WgtPlanes), draw(b, ActPlanes), b.rng.chance(50),
              b.rng.chance(50));
    return b.finish();
}
