// dpu_activity.cpp - drives a gate-level serac_dpu, or anything else with its
// ports, and records the activity (scripts/synth/dpu_activity.sh builds it).
//
//     dpu_activity CYCLES SEED MODE ACTIVITY
//
// MODE WxA (1x1, 8x4): random operands, every cycle busy, as for weights of W and
// activations of A bits; an activation digit stays while the weight digits pass.
// MODE idle: enables off, operands held. MODE ungated: enables off, operands
// still random: what missing operand isolation costs. A model of the unit
// checks the accumulator.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>

#include "Vdpu.h"
#include "activity_vcd.h"
#include "verilated.h"

#ifndef LANES
#define LANES 64
#endif
#define WORDS ((LANES + 31) / 32)

namespace {

struct Operands {
    uint32_t wgt[WORDS], act[WORDS];
    bool negative;
};

std::mt19937 rng;

Operands draw()
{
    Operands o;
    for (int i = 0; i < WORDS; i++) {
        o.wgt[i] = rng();
        o.act[i] = rng();
    }
    o.negative = rng() & 1;
    return o;
}

int dot(const Operands &o)
{
    int sum = 0;
    for (int i = 0; i < WORDS; i++)
        sum += __builtin_popcount(o.wgt[i] & o.act[i]);
    return o.negative ? -sum : sum;
}

uint32_t wrap(int64_t value)      // inner and outer have 17 + clog2(lanes) bits
{
    int bits = 17;
    while (1 << (bits - 17) < LANES) bits++;
    uint64_t mask = (uint64_t(1) << bits) - 1;
    uint64_t low = uint64_t(value) & mask;
    return uint32_t(low >> (bits - 1) & 1 ? low | ~mask : low);
}

// What the pipeline is told: digits of operands drawn at t steer D at t, inner
// at t+1, outer at t+2 and the accumulator at t+3.
struct Step {
    bool inner, inner_first, outer, outer_first, acc, acc_first;
};

struct Model {
    int dot = 0;
    int32_t inner = 0, outer = 0;
    uint32_t acc = 0;
    bool known = false;

    uint32_t next(const Step &s) const
    {
        return (s.acc_first ? 0 : acc) + uint32_t(outer);
    }
    void clock(const Step &s, bool dot_en, int next_dot)
    {
        if (s.acc) acc = next(s);
        known |= s.acc && s.acc_first;
        if (s.outer)
            outer = int32_t(wrap((s.outer_first ? 0 : int64_t(outer) * 2) +
                                 inner));
        if (s.inner)
            inner = int32_t(wrap((s.inner_first ? 0 : int64_t(inner) * 2) +
                                 dot));
        if (dot_en) dot = next_dot;
    }
};

constexpr uint64_t WARM_UP = 64;

}  // namespace

int main(int argc, char **argv)
{
    unsigned w = 1, a = 1;
    if (argc != 5) return 2;
    uint64_t cycles = std::strtoull(argv[1], nullptr, 10), compared = 0;
    rng.seed(static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)));
    bool enabled = std::sscanf(argv[3], "%ux%u", &w, &a) == 2;
    bool moving = enabled || !std::strcmp(argv[3], "ungated");
    if ((!moving && std::strcmp(argv[3], "idle")) || !w || !a) return 2;
    VerilatedContext context;
    context.traceEverOn(true);
    Vdpu top{&context};
    ActivityVcd activity;
    activity.attach(top);
    Operands now = draw(), fresh;
    Model model;
    Step at[4] = {};                    // of the operands drawn 0..3 cycles ago
    for (uint64_t c = 0; c < cycles + WARM_UP; c++) {
        bool on = enabled || c < WARM_UP;   // registers get defined values
        bool record = c >= WARM_UP;
        uint64_t pair = c % (w * a), tile = c / (w * a);
        for (int i = 3; i > 0; i--) at[i] = at[i - 1];
        at[0] = {on, pair % w == 0,
                 on && pair % w == w - 1, pair / w == 0,
                 on && pair == w * a - 1, tile % 16 == 0};
        fresh = draw();
        if (moving || on) {
            std::memcpy(now.wgt, fresh.wgt, sizeof now.wgt);
            if (pair % w == 0) std::memcpy(now.act, fresh.act, sizeof now.act);
            now.negative = pair % w == 0 && w > 1;
        }
        Step step = {at[1].inner, at[1].inner_first, at[2].outer,
                     at[2].outer_first, at[3].acc, at[3].acc_first};
        top.clk_i = 0;
        top.dot_en_i = on;
        top.inner_en_i = step.inner;
        top.inner_first_i = step.inner_first;
        top.outer_en_i = step.outer;
        top.outer_first_i = step.outer_first;
        top.acc_en_i = step.acc;
        top.acc_first_i = step.acc_first;
        std::memcpy(&top.wgt_i, now.wgt, LANES / 8);
        std::memcpy(&top.act_i, now.act, LANES / 8);
        top.wgt_neg_i = now.negative;
        top.act_neg_i = 0;
        top.eval();
        if (record) activity.dump(2 * (c - WARM_UP));
        if (step.acc && model.known) {
            compared++;
            if (top.acc_o != model.next(step)) {
                std::fprintf(stderr, "FAIL dpu_activity: seed %s cycle %llu: "
                             "acc_o %08x, model %08x\n", argv[2],
                             (unsigned long long)c, top.acc_o,
                             model.next(step));
                return 1;
            }
        }
        model.clock(step, on, dot(now));
        top.clk_i = 1;
        top.eval();
        if (record) activity.dump(2 * (c - WARM_UP) + 1);
    }
    std::printf("%llu cycles, %llu accumulator values compared\n",
                (unsigned long long)cycles, (unsigned long long)compared);
    if (!compared) return 1;
    return activity.write(argv[4], cycles) ? 0 : 3;
}
