// tb_serac_post_path.cpp - the post path against serac_requant(), serac_clamp() and a
// plain list of held values: every write, in order, SERAC_POST_DEPTH cycles after its
// values, and none besides.
//
// The constants hold for a layer, then the path runs empty, or is reset in the middle.
// A layer either drains tiles as the machine does or visits held values at random,
// often the same one again one or two cycles later. Gaps stand between groups; the
// four sub-cycles of modes raw and threshold follow each other.
//
// POINT: -GRows=1 -GCols=1 -GLanes=8 -GRequantLanes=1 -GOutAddrBits=8
// POINT: -GRows=2 -GCols=1 -GLanes=8 -GRequantLanes=2 -GOutAddrBits=6
// POINT: -GRows=4 -GCols=4 -GLanes=32 -GRequantLanes=4 -GOutAddrBits=9
// POINT: -GRows=32 -GCols=16 -GLanes=64 -GRequantLanes=8 -GOutAddrBits=12
// POINT: -GRows=32 -GCols=1 -GLanes=32 -GRequantLanes=32 -GOutAddrBits=7
// POINT: -GRows=64 -GCols=2 -GLanes=512 -GRequantLanes=32 -GOutAddrBits=6
// POINT: -GRows=16 -GCols=2 -GLanes=64 -GRequantLanes=1 -GOutAddrBits=10
// POINT: -GRows=4 -GCols=2 -GLanes=128 -GRequantLanes=2 -GOutAddrBits=20
#include <deque>

#include "ports.h"
#include "record.h"

enum {
    RQ = RequantLanes,
    GROUPS = Rows / RQ,             // row groups
    HELD = Rows * Cols / RQ,
    ENOUGH = 60000,                 // cycles in which all of struct Seen happens
    LAYER = 120,                    // groups of values
    FIRST = 1, MIDDLE = 0, LAST = 2, ONLY = 3       // phases: first | last << 1
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t phase[5][2][4];        // [mode][combine_add]
    uint64_t bits[9], distance[3], masked, cleared, below, above, wide, cut;
};

struct Layer {
    serac_requant_mode mode;
    uint32_t dot_shift, bits;
    bool add;
    int32_t zero, min, max;
    unsigned subs() const { return mode >= SERAC_MODE_THRESHOLD ? 4 : 1; }
};

struct Write {
    uint64_t cycle;
    uint32_t address, lane;
    bool clear;
    unsigned planes;
    Bytes data;                     // [plane][lane]
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) { b.reset([&] { noise(); }); }

    void layer()
    {
        constants();
        for (bool &open : open_)
            open = false;
        if (b.rng.flag())
            tiles();
        else
            visits();
        if (b.rng.chance(20)) {
            cut();
            return;
        }
        for (unsigned n = SERAC_POST_DEPTH; n--;)
            idle();
        b.check(due_.empty(), "a write of the layer is still due");
    }
    Seen seen = {};
    uint64_t steps = 0;

private:
    Bench &b;
    Vtop &top;
    Layer l = {};
    bool open_[HELD] = {};                  // has a first phase, not yet a last one
    uint64_t entered_[HELD] = {};           // step of its last access
    int32_t held_[HELD][RQ] = {};
    std::deque<Write> due_;
    Gaps gaps_;

    void constants()
    {
        Rng &r = b.rng;
        l.mode = (serac_requant_mode)r.below(5);
        l.dot_shift = (uint32_t)r.bits(2);
        l.add = r.flag();
        l.bits = l.mode == SERAC_MODE_RAW ? 32 : (uint32_t)r.in(1, 8);
        l.zero = r.flag() ? (int32_t)r.in(-128, 255) : number(r);
        l.min = r.flag() ? (int32_t)r.in(-128, 0) : number(r);
        l.max = r.flag() ? (int32_t)r.in(1, 255) : number(r);
        if (l.min > l.max)
            std::swap(l.min, l.max);
        top.mode_i = l.mode;
        top.dot_shift_i = (uint8_t)l.dot_shift;
        top.combine_add_i = l.add;
        top.out_bits_i = (uint8_t)l.bits;
        top.out_zero_i = (uint32_t)l.zero;
        top.clamp_min_i = (uint32_t)l.min;
        top.clamp_max_i = (uint32_t)l.max;
    }
    // Columns outside, row groups inside, once per phase.
    void tiles()
    {
        for (unsigned n = 0; n < LAYER;) {
            unsigned phases = (unsigned)b.rng.in(1, 4), cols = (unsigned)b.rng.in(1, Cols);
            for (unsigned p = 0; p < phases; p++)
                for (unsigned i = 0; i < cols * GROUPS; i++, n++)
                    group(i, (p == 0 ? FIRST : 0) | (p == phases - 1 ? LAST : 0));
        }
    }
    void visits()
    {
        unsigned last = 0, before = 0;
        for (unsigned n = LAYER; n--;) {
            unsigned way = (unsigned)b.rng.below(10);
            unsigned at = way < 4 ? last : way < 7 ? before : (unsigned)b.rng.below(HELD);
            before = last;
            last = at;
            group(at, (open_[at] ? 0 : FIRST) | (b.rng.chance(30) ? LAST : 0));
        }
    }
    // Reset with values under way: nothing of them may be written.
    void cut()
    {
        seen.cut += due_.size();
        due_.clear();
        b.reset([&] {
            noise();
            if (!top.rst_ni)
                b.compare("we_o in reset", (uint32_t)top.we_o, 0u);
        });
    }

    void group(unsigned at, unsigned phase)
    {
        while (!gaps_.open(b.rng))
            idle();
        uint64_t ago = steps - entered_[at];
        if (!(phase & FIRST) && ago <= 2)
            seen.distance[ago]++;
        seen.phase[l.mode][l.add][phase]++;

        serac_record records[RQ];
        uint32_t acc[RQ], ones = (uint32_t)b.rng.corner(32);
        Bytes mask((RQ + 7) / 8, 0);
        int32_t y[RQ];
        bool all = b.rng.flag();
        for (unsigned i = 0; i < RQ; i++) {
            acc[i] = (uint32_t)b.rng.corner(32);
            records[i] = random_record(b.rng, l.mode);
            if (b.rng.flag())
                aim(b.rng, l.mode, l.dot_shift, acc[i], ones, records[i]);
            set_bit(mask, i, all || b.rng.flag());
            int32_t value = serac_requant(l.mode, l.dot_shift, &records[i], acc[i], ones);
            y[i] = combine(at, i, phase, value, bit_of(mask, i));
        }
        open_[at] = !(phase & LAST);
        present(at, phase, records, acc, ones, mask, y);
    }
    // The value of this phase with those before; y of the last.
    int32_t combine(unsigned at, unsigned i, unsigned phase, int32_t value, bool real)
    {
        int32_t &held = held_[at][i];
        if (!(phase & FIRST))
            value = l.add ? (int32_t)((uint32_t)held + (uint32_t)value) : std::max(held, value);
        held = value;
        if (!(phase & LAST))
            return 0;
        seen.masked += !real;
        int64_t sum = (int64_t)value + l.zero;
        seen.below += sum < l.min;
        seen.above += sum > l.max;
        seen.wide += sum != (int32_t)sum;
        if (!real)
            return 0;
        return l.mode == SERAC_MODE_RAW ? value : serac_clamp(value, l.zero, l.min, l.max);
    }
    void present(unsigned at, unsigned phase, const serac_record *records, const uint32_t *acc,
                 uint32_t ones, const Bytes &mask, const int32_t *y)
    {
        uint32_t address = (uint32_t)b.rng.bits(OutAddrBits);
        uint32_t lane = (uint32_t)b.rng.below(Lanes / RQ);
        bool clear = b.rng.flag(), raw = l.mode == SERAC_MODE_RAW;
        for (unsigned sub = 0; sub < l.subs(); sub++) {
            noise();
            top.valid_i = 1;
            if (l.subs() == 4)
                top.sub_i = (uint8_t)sub;
            top.phase_first_i = phase & FIRST;
            top.phase_last_i = (phase & LAST) != 0;
            top.held_addr_i = at;
            top.ones_i = ones;
            top.out_addr_i = address;
            top.out_lane_i = lane;
            top.out_clear_i = clear;
            put_port(top.mask_i, mask);
            Bytes words(4 * RQ);
            std::memcpy(words.data(), acc, words.size());
            put_port(top.acc_i, words);
            for (unsigned i = 0; i < RQ; i++)
                put_record(top.records_i, 4 * i, records[i], l.mode, sub);
            if (phase & LAST && (raw || sub == l.subs() - 1))
                expect(address, lane, clear, y, sub);
            entered_[at] = steps;
            step();
        }
    }
    void expect(uint32_t address, uint32_t lane, bool clear, const int32_t *y, unsigned sub)
    {
        bool raw = l.mode == SERAC_MODE_RAW;
        unsigned top_bit = raw ? 31 - 8 * sub : l.bits - 1;
        Write write = {};
        write.cycle = b.cycle + SERAC_POST_DEPTH;
        write.address = (address + (raw ? 8 * sub : 0)) & ((1u << OutAddrBits) - 1);
        write.lane = lane;
        write.clear = clear;
        write.planes = raw ? 8 : l.bits;
        write.data.resize(RQ);
        for (unsigned p = 0; p < write.planes; p++)
            for (unsigned i = 0; i < RQ; i++)
                set_bit(write.data, p * RQ + i, (uint32_t)y[i] >> (top_bit - p) & 1);
        seen.bits[raw ? 0 : l.bits]++;
        seen.cleared += clear;
        due_.push_back(write);
    }

    // Inputs of a cycle, all but the layer's constants, and not valid.
    void noise()
    {
        top.valid_i = top.rst_ni ? 0 : b.rng.flag();
        put_port(top.acc_i, random_bytes(b.rng, 4 * RQ));
        put_port(top.records_i, random_bytes(b.rng, 16 * RQ));
        top.ones_i = b.rng.u32();
        top.sub_i = (uint8_t)b.rng.bits(2);
        top.phase_first_i = b.rng.flag();
        top.phase_last_i = b.rng.flag();
        top.held_addr_i = (unsigned)b.rng.below(HELD);
        top.out_addr_i = (uint32_t)b.rng.bits(OutAddrBits);
        top.out_lane_i = (unsigned)b.rng.below(Lanes / RQ);
        top.out_clear_i = b.rng.flag();
    }
    void idle()
    {
        noise();
        step();
    }
    void step()
    {
        b.edge();
        steps++;
        bool now = due_.size() && due_.front().cycle == b.cycle;
        b.compare("we_o", (uint32_t)top.we_o, (uint32_t)now);
        if (!now)
            return;
        const Write &write = due_.front();
        b.compare("waddr_o", (uint32_t)top.waddr_o, write.address);
        b.compare("wplanes_o", (uint32_t)top.wplanes_o, (uint32_t)write.planes);
        b.compare("wlane_o", (uint32_t)top.wlane_o, write.lane);
        b.compare("wclear_o", (uint32_t)top.wclear_o, (uint32_t)write.clear);
        Bytes data(RQ);     // planes beyond wplanes_o are not written: any value
        std::memcpy(data.data(), &top.wdata_o, data.size());
        for (unsigned p = 0; p < write.planes; p++)
            for (unsigned i = 0; i < RQ; i++)
                plane(write, data, p, i);
        due_.pop_front();
    }
    void plane(const Write &write, const Bytes &data, unsigned p, unsigned i)
    {
        b.comparisons++;
        bool rtl = bit_of(data, p * RQ + i), model = bit_of(write.data, p * RQ + i);
        if (rtl != model)
            b.fail("wdata_o plane %u lane %u RTL %d, model %d (mode %d, out_bits %u)", p, i, rtl,
                   model, (int)l.mode, l.bits);
    }
};

static void insist(Bench &b, const Seen &seen)
{
    for (unsigned mode = 0; mode < 5; mode++)
        for (unsigned add = 0; add < 2; add++)
            for (unsigned phase = 0; phase < 4; phase++)
                if (!seen.phase[mode][add][phase])
                    b.fail("mode %u combine_add %u phase %u: not once in the whole run", mode,
                           add, phase);
    for (unsigned bits = 0; bits <= 8; bits++)
        if (!seen.bits[bits])
            b.fail("out_bits %u (0: raw): not one write in the whole run", bits);
    const std::pair<bool, const char *> musts[] = {
        {seen.distance[1], "held value again one cycle later"},
        {seen.distance[2], "held value again two cycles later"},
        {seen.masked, "channel that does not exist"}, {seen.cleared, "clearing write"},
        {seen.below, "value below the clamp"}, {seen.above, "value above the clamp"},
        {seen.wide, "sum of more than 32 bits"}, {seen.cut, "write cut off by a reset"}};
    for (const auto &must : musts)
        if (!must.first)
            b.fail("not one %s in the whole run", must.second);
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_post_path",
            {BENCH_PARAM(Rows), BENCH_PARAM(Cols), BENCH_PARAM(Lanes), BENCH_PARAM(RequantLanes),
             BENCH_PARAM(OutAddrBits)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    while (driver.steps < length)
        driver.layer();
    if (length >= ENOUGH)
        insist(b, driver.seen);
    return b.finish();
}
