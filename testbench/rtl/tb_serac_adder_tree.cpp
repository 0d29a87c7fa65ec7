// tb_serac_adder_tree.cpp - the tree against a plain sum of integers.
//
// Small trees are tested whole. Beyond that: every term alone at both ends of
// its range among terms of zero and among terms of the other end, all terms
// alike, and random terms of every density of corners.
//
// POINT: -GTerms=8 -GWidth=2 -GSigned=1
// POINT: -GTerms=64 -GWidth=16 -GSigned=1
// POINT: -GTerms=16 -GWidth=9 -GSigned=0
#include "ports.h"

enum {
    LOW = Signed ? -(1 << (Width - 1)) : 0,
    HIGH = LOW + (1 << Width) - 1,
    BITS = Terms * Width,
    WHOLE = BITS <= 16
};

using Numbers = std::vector<int>;

static unsigned sum_bits()
{
    unsigned bits = Width;
    for (unsigned terms = Terms; terms > 1; terms /= 2)
        bits++;
    return bits;
}

static void check(Bench &b, const Numbers &terms)
{
    Bytes bytes((BITS + 7) / 8, 0);
    int64_t sum = 0;
    for (unsigned i = 0; i < Terms; i++) {
        sum += terms[i];
        for (unsigned bit = 0; bit < Width; bit++)
            set_bit(bytes, i * Width + bit, (unsigned)terms[i] >> bit & 1);
    }
    put_port(b.top->terms_i, bytes);
    b.edge();
    int64_t rtl = (int64_t)b.top->sum_o;
    b.compare("sum_o", Signed ? Bench::sign((uint64_t)rtl, sum_bits()) : rtl,
              sum);
}

static void check_all(Bench &b)
{
    for (uint64_t value = 0; value < (uint64_t)1 << (WHOLE ? BITS : 0); value++) {
        Numbers terms(Terms);
        for (unsigned i = 0; i < Terms; i++)
            terms[i] = LOW + (int)(value >> i * Width & ((1u << Width) - 1));
        check(b, terms);
    }
}

static void check_corners(Bench &b)
{
    const int corners[] = {LOW, 0, 1, HIGH};
    for (int others : corners)
        for (int one : corners)
            for (unsigned i = 0; i < Terms; i++) {
                Numbers terms(Terms, others);
                terms[i] = one;
                check(b, terms);
            }
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_adder_tree",
            {BENCH_PARAM(Terms), BENCH_PARAM(Width), BENCH_PARAM(Signed)});
    if (WHOLE)
        check_all(b);
    check_corners(b);
    for (uint64_t n = b.length(50000); n--;) {
        unsigned corners = (unsigned)b.rng.below(101);
        Numbers terms(Terms);
        for (int &term : terms)
            term = !b.rng.chance(corners) ? (int)b.rng.in(LOW, HIGH)
                   : b.rng.flag()         ? HIGH : LOW;
        check(b, terms);
    }
    return b.finish();
}
