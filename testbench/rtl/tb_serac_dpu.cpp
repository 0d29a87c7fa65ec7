// tb_serac_dpu.cpp - one dot-product unit against the sums of rtl/MACHINE.md,
// "Digits", with every control signal at random.
//
// tb_serac_array holds whole tiles to plain dot products; here inner and outer
// go on without a first digit for so long that they wrap, in both directions,
// and where one D is large enough the accumulator wraps too. Operands and
// control between valid pairs are garbage.
//
// POINT: -GLanes=8 -GWgtPlanes=1 -GActPlanes=1
// POINT: -GLanes=8 -GWgtPlanes=1 -GActPlanes=4
// POINT: -GLanes=8 -GWgtPlanes=8 -GActPlanes=8
#include <deque>

#include "ports.h"
#include "serac_regs.h"

enum {
    // Cycles from the operands to D. The array's depth is that, the operand and
    // drain registers, inner and outer; more stages would be stages of D.
    DOT = SERAC_ARRAY_DEPTH - 4,
    STEADY = 12000,         // pairs that only accumulate the largest D
    ENOUGH = 200000         // cycles in which all of struct Seen happens
};

// A digit pair and what becomes of it.
struct Pair {
    bool valid;
    int64_t dot;
    bool wgt_first, wgt_last, act_first, acc, acc_first;
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t inner_wraps, outer_wraps, acc_wraps, negative, gap_in_sum;
};

static unsigned wide_bits()
{
    unsigned bits = 17;
    for (unsigned lanes = Lanes; lanes > 1; lanes /= 2)
        bits++;
    return bits;
}

// The sums, pair by pair; wrapped like their registers.
class Sums {
public:
    // The accumulator after the pair; only meaningful if pair.acc.
    uint32_t add(const Pair &pair, Seen &seen)
    {
        unsigned wide = wide_bits();
        inner_ = (pair.wgt_first ? 0 : inner_ * (1 << WgtPlanes)) + pair.dot;
        inner_ = wrap(inner_, wide, seen.inner_wraps);
        if (pair.wgt_last) {
            outer_ = (pair.act_first ? 0 : outer_ * (1 << ActPlanes)) + inner_;
            outer_ = wrap(outer_, wide, seen.outer_wraps);
        }
        if (pair.acc)
            acc_ = wrap((pair.acc_first ? 0 : acc_) + outer_, 32,
                        seen.acc_wraps);
        seen.negative += pair.acc && acc_ < 0;
        return (uint32_t)acc_;
    }

private:
    int64_t inner_ = 0, outer_ = 0, acc_ = 0;

    static int64_t wrap(int64_t value, unsigned bits, uint64_t &wraps)
    {
        int64_t wrapped = Bench::sign((uint64_t)value, bits);
        wraps += wrapped != value;
        return wrapped;
    }
};

// One lane's digit: the top plane counts negative or not.
static int digit_of(const Bytes &planes, unsigned count, unsigned lane, bool neg)
{
    int digit = 0;
    for (unsigned p = 0; p < count; p++)
        if (bit_of(planes, p * Lanes + lane))
            digit += p == count - 1 && neg ? -(1 << p) : 1 << p;
    return digit;
}

static Bytes planes_of(Rng &rng, unsigned count)
{
    Bytes planes = random_bytes(rng, count * Lanes / 8);
    for (unsigned p = 0; p < count && rng.flag(); p++)  // ends of the range
        std::memset(&planes[p * Lanes / 8], rng.flag() ? 0xff : 0, Lanes / 8);
    return planes;
}

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top)
    {
        pipe_.resize(DOT + 3);          // operands, D, inner, outer
    }
    void cycle()
    {
        pipe_.pop_back();
        pipe_.push_front(operands());
        control();
        b.settle();
        const Pair &at_acc = pipe_[DOT + 2];
        if (at_acc.valid) {
            uint32_t acc = sums_.add(at_acc, seen);
            begun_ = begun_ || (at_acc.acc && at_acc.acc_first);
            if (at_acc.acc && begun_)
                b.compare("acc_o", (uint64_t)top.acc_o, (uint64_t)acc);
        } else {
            seen.gap_in_sum++;
        }
        b.edge();
    }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    Gaps gaps_;
    std::deque<Pair> pipe_;             // [stage], the newest first
    Sums sums_;
    bool first_ = true, begun_ = false; // no register has a reset
    unsigned long_ = 0, steady_ = 0;

    Pair operands();
    void flags(Pair &pair);
    void control();
};

Pair Driver::operands()
{
    Bytes wgt = planes_of(b.rng, WgtPlanes), act = planes_of(b.rng, ActPlanes);
    if (!steady_ && b.rng.below(10000) == 0)
        steady_ = STEADY;
    if (steady_) {
        std::memset(wgt.data(), 0xff, wgt.size());
        std::memset(act.data(), 0xff, act.size());
    }
    put_port(top.wgt_i, wgt);
    put_port(top.act_i, act);
    top.wgt_neg_i = !steady_ && b.rng.flag();
    top.act_neg_i = !steady_ && b.rng.flag();
    top.dot_en_i = gaps_.open(b.rng);
    Pair pair = {};
    pair.valid = top.dot_en_i;
    if (!pair.valid)
        return pair;
    for (unsigned lane = 0; lane < Lanes; lane++)
        pair.dot += digit_of(wgt, WgtPlanes, lane, top.wgt_neg_i) *
                    digit_of(act, ActPlanes, lane, top.act_neg_i);
    flags(pair);
    return pair;
}

// First digits are rare for a while.
void Driver::flags(Pair &pair)
{
    if (b.rng.chance(1))
        long_ = (unsigned)b.rng.below(300);
    unsigned often = long_ ? 1 : 40;
    long_ -= long_ > 0;
    bool all = first_ || steady_;
    pair.wgt_first = all || b.rng.chance(often);
    pair.wgt_last = all || b.rng.chance(40);
    pair.act_first = all || b.rng.chance(often);
    pair.acc = all || (pair.wgt_last && b.rng.chance(50));
    pair.acc_first = first_ || (!steady_ && b.rng.chance(often));
    steady_ -= steady_ > 0;
    first_ = false;
}

// Each signal belongs to the pair in its stage; without one, first is garbage.
void Driver::control()
{
    const Pair &inner = pipe_[DOT], &outer = pipe_[DOT + 1];
    const Pair &acc = pipe_[DOT + 2];
    top.inner_en_i = inner.valid;
    top.inner_first_i = inner.valid ? inner.wgt_first : b.rng.flag();
    top.outer_en_i = outer.valid && outer.wgt_last;
    top.outer_first_i = top.outer_en_i ? outer.act_first : b.rng.flag();
    top.acc_en_i = acc.valid && acc.acc;
    top.acc_first_i = top.acc_en_i ? acc.acc_first : b.rng.flag();
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_dpu",
            {BENCH_PARAM(Lanes), BENCH_PARAM(WgtPlanes), BENCH_PARAM(ActPlanes)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;)
        driver.cycle();
    const Seen &seen = driver.seen;
    uint64_t largest = Lanes * ((1u << WgtPlanes) - 1) * ((1u << ActPlanes) - 1);
    bool reaches = largest * (STEADY / 2) >> 31;
    const std::pair<uint64_t, const char *> musts[] = {
        {seen.inner_wraps, "wrap of inner"}, {seen.outer_wraps, "wrap of outer"},
        {seen.acc_wraps || !reaches, "wrap of the accumulator"},
        {seen.negative, "negative sum"}, {seen.gap_in_sum, "gap"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
