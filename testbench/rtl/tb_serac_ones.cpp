// tb_serac_ones.cpp - the row of ones against plain sums of the codes in a
// column, cut into digits as the machine does, with garbage between the digits.
//
// A code is summed whole: what the bench expects knows nothing of digits.
//
// POINT: -GLanes=8 -GActPlanes=1
// POINT: -GLanes=8 -GActPlanes=4
// POINT: -GLanes=32 -GActPlanes=8
#include <deque>

#include "ports.h"
#include "serac_regs.h"

enum {
    // Cycles from the operands to D; see tb_serac_dpu.cpp.
    DOT = SERAC_ARRAY_DEPTH - 4,
    ENOUGH = 60000          // cycles in which all of struct Seen happens
};

// The control of one activation digit, and the sum that is due with it.
struct Digit {
    bool valid, first, acc, acc_first;
    uint32_t sum;
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t negative, several_k, whole_digit, part_digit, gap;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top)
    {
        pipe_.resize(DOT + 3);
    }
    // One k-tile: a code per lane, all of its digits. Returns its sum.
    void k_tile(unsigned bits, bool is_signed, bool first);
    // Sums of one column over k-tiles of one width.
    void column()
    {
        unsigned bits = (unsigned)b.rng.in(1, 8);
        bool is_signed = b.rng.flag();
        unsigned k_tiles = (unsigned)(b.rng.flag() ? 1 : b.rng.in(1, 6));
        seen.several_k += k_tiles > 1;
        for (unsigned k = 0; k < k_tiles; k++)
            k_tile(bits, is_signed, k == 0);
    }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    Gaps gaps_;
    std::deque<Digit> pipe_;            // [stage], the newest first
    uint32_t sum_ = 0;                  // of the column so far

    void cycle(const Digit &digit, const Bytes &planes, bool neg);
    void gap()
    {
        seen.gap++;
        cycle({}, random_bytes(b.rng, ActPlanes * Lanes / 8), b.rng.flag());
    }
};

void Driver::k_tile(unsigned bits, bool is_signed, bool first)
{
    int low = is_signed ? -(1 << (bits - 1)) : 0;
    int high = low + (1 << bits) - 1;
    std::vector<int> codes(Lanes);
    uint64_t kind = b.rng.below(4);
    int64_t sum = 0;
    for (int &code : codes) {
        code = kind == 0 ? low : kind == 1 ? high : (int)b.rng.in(low, high);
        sum += code;
    }
    seen.negative += sum < 0;
    sum_ = (first ? 0 : sum_) + (uint32_t)sum;
    unsigned digits = (bits + ActPlanes - 1) / ActPlanes;
    seen.whole_digit += bits % ActPlanes == 0;
    seen.part_digit += bits % ActPlanes != 0;
    for (unsigned d = digits; d--;) {
        while (!gaps_.open(b.rng))
            gap();
        Bytes planes(ActPlanes * Lanes / 8);
        for (unsigned p = 0; p < ActPlanes; p++)
            for (unsigned lane = 0; lane < Lanes; lane++)
                set_bit(planes, p * Lanes + lane,
                        (unsigned)codes[lane] >> (d * ActPlanes + p) & 1);
        bool top_digit = d == digits - 1;
        cycle({true, top_digit, d == 0, first, sum_}, planes,
              top_digit && is_signed);
    }
}

void Driver::cycle(const Digit &digit, const Bytes &planes, bool neg)
{
    pipe_.pop_back();
    pipe_.push_front(digit);
    const Digit &outer = pipe_[DOT + 1], &acc = pipe_[DOT + 2];
    put_port(top.act_i, planes);
    top.act_neg_i = neg;
    top.dot_en_i = digit.valid;
    top.outer_en_i = outer.valid;
    top.outer_first_i = outer.valid ? outer.first : b.rng.flag();
    top.acc_en_i = acc.valid && acc.acc;
    top.acc_first_i = top.acc_en_i ? acc.acc_first : b.rng.flag();
    b.settle();
    if (top.acc_en_i)
        b.compare("acc_o", (uint64_t)top.acc_o, (uint64_t)acc.sum);
    b.edge();
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_ones",
            {BENCH_PARAM(Lanes), BENCH_PARAM(ActPlanes)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    while (b.cycle < length)
        driver.column();
    const Seen &seen = driver.seen;
    const std::pair<uint64_t, const char *> musts[] = {
        {seen.negative, "negative sum"},
        {seen.several_k, "column of several k-tiles"},
        {seen.whole_digit, "width that the planes divide"},
        {seen.part_digit || ActPlanes == 1, "width that they do not"},
        {seen.gap, "gap"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
