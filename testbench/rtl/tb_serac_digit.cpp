// tb_serac_digit.cpp - each lane's digit against the number that its planes spell.
//
// A window of small planes is tested whole: every content, every number of real
// planes, with and without sign. real_i = 0 means a digit of zeros and never
// comes with extend_i.
//
// POINT: -GPlanes=1 -GWidth=2
// POINT: -GPlanes=2 -GWidth=2
// POINT: -GPlanes=4 -GWidth=3
// POINT: -GPlanes=8 -GWidth=2
// POINT: -GPlanes=1 -GWidth=128
// POINT: -GPlanes=2 -GWidth=512
// POINT: -GPlanes=4 -GWidth=64
// POINT: -GPlanes=8 -GWidth=64
#include "ports.h"

enum { BITS = Planes * Width, BYTES = (BITS + 7) / 8 };

// The number of `real` planes at the end of the window, most significant first;
// what stands before them belongs to other numbers.
static int number_of(const Bytes &window, unsigned lane, unsigned real, bool is_signed)
{
    int number = 0;
    for (unsigned plane = Planes - real; plane < Planes; plane++)
        number = 2 * number + bit_of(window, plane * Width + lane);
    if (is_signed && real && number >> (real - 1))
        number -= 1 << real;
    return number;
}

static void check(Bench &b, const Bytes &window, unsigned real, bool extend)
{
    Bytes digit(BYTES, 0);
    for (unsigned lane = 0; lane < Width; lane++) {
        unsigned number = (unsigned)number_of(window, lane, real, extend);
        for (unsigned i = 0; i < Planes; i++)
            set_bit(digit, i * Width + lane, number >> i & 1);
    }
    put_port(b.top->planes_i, window);
    b.top->real_i = (uint8_t)real;
    b.top->extend_i = extend;
    b.edge();
    compare_port(b, "digit_o", b.top->digit_o, digit);
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_digit", {BENCH_PARAM(Planes), BENCH_PARAM(Width)});
    bool whole = BITS <= 16;
    uint64_t windows = whole ? (uint64_t)1 << (BITS & 31) : b.length(5000);
    for (uint64_t n = 0; n < windows; n++) {
        Bytes window = random_bytes(b.rng, BYTES);
        if (whole)
            std::memcpy(window.data(), &n, BYTES);
        for (unsigned real = 0; real <= Planes; real++)
            for (unsigned extend = 0; extend <= (real > 0); extend++)
                check(b, window, real, extend);
    }
    return b.finish();
}
