// tb_serac_requant.cpp - one lane against serac_requant() of model/data/serac_requant.c.
//
// Mode and dot_shift hold for a layer, then the pipe runs empty. Half of the values
// are aimed: the bias is chosen so that x lies on, just before or just after a tie of
// the rounding, a step of the floor shift, or a threshold. A value is due LATENCY
// cycles after it entered (threshold: after its sub-cycle 3), whatever follows it.
// Gaps stand between values; the four sub-cycles of a threshold follow each other.
//
// POINT:
#include <deque>

#include "record.h"

enum {
    LATENCY = SERAC_REQUANT_DEPTH,
    ENOUGH = 1500000,       // cycles in which all of struct Seen happens
    LAYER = 400             // values
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t mode[5], dot_shift[4], shift[3][64];   // shift[mode][shift + 31]
    uint64_t tie[2][2], saturated, count[16], touching, gap;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    void layer()
    {
        mode_ = (serac_requant_mode)b.rng.below(5);
        top.mode_i = mode_;
        top.dot_shift_i = (uint8_t)b.rng.bits(2);
        for (unsigned n = LAYER; n--;) {
            while (!gaps_.open(b.rng)) {
                idle();
                seen.gap++;
            }
            value();
        }
        for (unsigned n = LATENCY; n--;)
            idle();
        b.check(due_.empty(), "a value of the layer is still due");
    }
    Seen seen = {};

private:
    struct Due {
        uint64_t cycle;
        int32_t value;
    };
    Bench &b;
    Vtop &top;
    serac_requant_mode mode_ = SERAC_MODE_RAW;
    std::deque<Due> due_;
    Gaps gaps_;
    uint64_t last_ = 0;     // cycle in which the last value entered

    void idle()
    {
        top.valid_i = 0;
        top.sub_i = (uint8_t)b.rng.bits(2);
        operands(b.rng.u32(), b.rng.u32());
        step();
    }
    void value()
    {
        uint32_t dot = (uint32_t)b.rng.corner(32), ones = (uint32_t)b.rng.corner(32);
        serac_record record = random_record(b.rng, mode_);
        if (b.rng.flag())
            aim(b.rng, mode_, top.dot_shift_i, dot, ones, record);
        int32_t want = serac_requant(mode_, top.dot_shift_i, &record, dot, ones);
        note(record, dot, ones, want);
        unsigned subs = mode_ == SERAC_MODE_THRESHOLD ? 4 : 1;
        for (unsigned sub = 0; sub < subs; sub++) {
            top.valid_i = 1;
            // Other modes do not look at the sub-cycle, nor threshold at later operands.
            top.sub_i = (uint8_t)(subs == 4 ? sub : b.rng.bits(2));
            operands(sub ? b.rng.u32() : dot, sub ? b.rng.u32() : ones);
            put_record(top.record_i, 0, record, mode_, sub);
            if (sub == subs - 1)
                due_.push_back({b.cycle + LATENCY, want});
            step();
        }
    }
    void operands(uint32_t dot, uint32_t ones)
    {
        top.dot_i = dot;
        top.ones_i = ones;
        b.rng.fill(top.record_i, 128);
    }
    void step()
    {
        b.edge();
        if (due_.empty() || due_.front().cycle != b.cycle)
            return;
        b.compare("value_o", (int32_t)top.value_o, due_.front().value);
        due_.pop_front();
    }
    void note(const serac_record &r, uint32_t dot, uint32_t ones, int32_t want)
    {
        int32_t x = accumulator(mode_, top.dot_shift_i, r, dot, ones);
        seen.mode[mode_]++;
        seen.dot_shift[top.dot_shift_i]++;
        seen.touching += due_.size() && b.cycle == last_ + 1;
        last_ = b.cycle + (mode_ == SERAC_MODE_THRESHOLD ? 3 : 0);
        if (mode_ == SERAC_MODE_THRESHOLD)
            seen.count[want]++;
        if (mode_ > SERAC_MODE_FLOOR)
            return;
        seen.shift[mode_][r.shift + 31]++;
        if (mode_ != SERAC_MODE_FLOOR && is_tie(mode_, x, r))
            seen.tie[mode_][((int64_t)x * r.mult) < 0]++;
        uint32_t factor = (uint32_t)x << (r.shift > 0 ? r.shift : 0);
        seen.saturated += mode_ == SERAC_MODE_DOUBLE && factor == 0x80000000u &&
                          r.mult == INT32_MIN;
    }
};

static void insist(Bench &b, const Seen &seen)
{
    for (unsigned mode = 0; mode < 5; mode++)
        if (!seen.mode[mode])
            b.fail("mode %u: not one value in the whole run", mode);
    for (unsigned shift = 0; shift < 4; shift++)
        if (!seen.dot_shift[shift])
            b.fail("dot_shift %u: not one value in the whole run", shift);
    for (int mode = 0; mode < 3; mode++)
        for (int shift = min_shift(mode); shift <= max_shift(mode); shift++)
            if (!seen.shift[mode][shift + 31])
                b.fail("mode %d shift %d: not one value in the whole run", mode, shift);
    for (int mode = 0; mode < 2; mode++)
        if (!seen.tie[mode][0] || !seen.tie[mode][1])
            b.fail("mode %d: ties of one sign missing in the whole run", mode);
    for (unsigned count = 0; count < 16; count++)
        if (!seen.count[count])
            b.fail("threshold count %u: not once in the whole run", count);
    if (!seen.saturated || !seen.touching || !seen.gap)
        b.fail("no saturation, no values without a gap, or no gap in the whole run");
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_requant", {});
    b.reset([&] { b.top->valid_i = b.rng.flag(); });
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    while (b.cycle < length)
        driver.layer();
    if (length >= ENOUGH)
        insist(b, driver.seen);
    return b.finish();
}
