// tb_serac_post.cpp - post with its path against the drains of rtl/MACHINE.md: per tile the
// columns that have a pixel, the row groups, the sub-cycles, as one list per layer.
//
// Shown: every parameter address, in order and without gaps inside a drain; every write of
// a result - address, lane, planes, clear and value, by serac_requant() from the
// accumulators and records that belong to it; weights freed with the last drain that
// uses them, a tile ready after its last write, the layer done after its last. Tiles
// come as close as execute may send them, or with gaps; accumulators change behind
// each drain at once; clear comes in the middle. The start delay and the write's
// depth are measured once and must hold; the drain registers are read from the cycle
// after the parameters on.
//
// POINT: -GRows=4 -GCols=4 -GLanes=32 -GRequantLanes=4 -GBeatBytes=8 -GParamPlaneBits=6 -GOutPlaneBits=9 -GLaneBits=3
// POINT: -GRows=16 -GCols=2 -GLanes=8 -GRequantLanes=2 -GBeatBytes=64 -GParamPlaneBits=8 -GOutPlaneBits=11 -GLaneBits=2
// POINT: -GRows=2 -GCols=1 -GLanes=64 -GRequantLanes=1 -GBeatBytes=16 -GParamPlaneBits=7 -GOutPlaneBits=8 -GLaneBits=6
#include <deque>

#include "random_layers.h"
#include "ports.h"
#include "record.h"

enum {
    ENOUGH = 200,           // layers
    DRAINS = 400,           // in one
    RQ = RequantLanes,
    GROUPS = Rows / RQ,
    PARAM_PLANES = 1 << ParamPlaneBits,
    OUT_PLANES = 1 << OutPlaneBits
};

struct Drain {
    uint32_t mtile, m, phase, phases, n, t, columns, cycles;
    uint32_t half, out_half;            // of the parameters; of the output buffer
    uint32_t wgt_free;                  // halves, with its end
    bool tile_last, last;               // ends an output tile, the layer
};

struct Write {
    uint32_t address, lane, planes;
    bool clear;
    int32_t y[RQ];
    unsigned sub;                       // of mode raw
};

struct Seen {
    uint64_t mode[5], missing, masked, pooled, added, close, apart, cut, offset, gathered, order[2];
};

static std::deque<Drain> drains_of(const Layer &l, unsigned &half_next, unsigned &out_half)
{
    std::deque<Drain> all;
    unsigned half = 0;
    for (const Iteration &it : iterations(l)) {
        if (it.weights) {
            half = half_next;
            half_next = (half_next + l.mapping.wgt_halves) % 2;
        }
        for (uint32_t m = 0; m < l.group(it.g); m++) {
            uint32_t mtile = it.g * l.mapping.group_mtiles + m;
            bool pass_end = mtile + 1 == l.mtiles() || (mtile + 1) % l.mapping.gather == 0;
            for (uint32_t t = 0; t < l.run(it.n); t++)
                for (uint32_t phase = 0; phase < l.phases_y() * l.phases_x(); phase++) {
                    Drain d = {};
                    d.mtile = mtile;
                    d.m = m;
                    d.phase = phase;
                    d.phases = l.phases_y() * l.phases_x();
                    d.n = it.n;
                    d.t = t;
                    for (uint32_t c = 0; c < Cols; c++)
                        d.columns += it.n * l.tile_pixels() + c * l.run(it.n) + t < l.pixels();
                    d.cycles = d.columns * GROUPS * (l.slow() ? 4 : 1);
                    d.half = half;
                    d.out_half = out_half;
                    all.push_back(d);
                }
            all.back().tile_last = pass_end;
            out_half ^= pass_end;
        }
        all.back().wgt_free = it.last_weights ? l.mapping.wgt_halves : 0;
    }
    all.back().last = true;
    return all;
}

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top)
    {
        b.reset([&] { quiet(); });
        put_port(top.section_i, Bytes(128));
    }
    // False if the layer is too long to be run.
    bool layer()
    {
        l = random_layer(b.rng, [&] { return design(); }, 1u << 22, 0, false);
        std::deque<Drain> drains = drains_of(l, half_next_, out_half_);
        if (drains.size() > DRAINS) {
            half_next_ = half_before_;
            out_half_ = out_half_before_;
            return false;
        }
        note(drains);
        records();
        held_.assign(Cols * Rows, 0);
        start();
        size_t cut = b.rng.chance(10) ? drains.size() / 2 : 0;
        done_ = false;
        uint64_t earliest = b.cycle + 1;
        unsigned gap = b.rng.flag() ? 0 : (unsigned)b.rng.in(1, 60);
        for (uint64_t waited = 0; drains.size() > cut || (!cut && !done_); waited++) {
            quiet();
            if (drains.size() > cut && b.cycle >= earliest) {
                top.tile_i = 1;
                begin(drains.front());
                earliest = b.cycle + drains.front().cycles + (gap ? b.rng.below(gap) : 0);
                seen.close += earliest == b.cycle + drains.front().cycles;
                seen.apart += earliest > b.cycle + drains.front().cycles + 12;
                drains.pop_front();
                waited = 0;
            }
            cycle();
            if (waited > 3000)
                b.fail("the layer does not end");
        }
        if (cut || b.rng.chance(20))
            clear();
        seen.cut += cut != 0;
        half_before_ = half_next_;
        out_half_before_ = out_half_;
        return true;
    }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    Layer l = {};
    unsigned half_next_ = 0, out_half_ = 0, half_before_ = 0, out_half_before_ = 0;
    std::vector<serac_record> records_;         // by plane group of the parameter buffer
    std::vector<Bytes> params_ = std::vector<Bytes>(PARAM_PLANES);
    std::vector<int32_t> held_;                 // of earlier phases
    bool done_ = false;
    int64_t lead_ = -1, depth_ = -1;            // tile to parameters to write, as measured
    struct Step {                               // one cycle of a drain
        uint64_t tile;                          // cycle of its tile_i
        uint32_t plane;
        bool value, first, last;                // a group of values; first, last cycle
        std::vector<Write> writes;              // as many as its value needs: 0 or 1
        Drain drain;
    };
    std::deque<Step> steps_;
    std::deque<std::pair<uint64_t, Write>> writes_;     // with the cycle of their read
    struct Accs {
        uint64_t from;                          // offset to tile_i's cycle is lead_ + 1
        std::vector<uint32_t> acc, ones;
    };
    std::deque<Accs> accs_;
    std::deque<std::pair<uint64_t, Drain>> ends_;       // drains over, events to come
    std::deque<uint32_t> read_;                 // planes under way from the buffer

    serac_design design()
    {
        serac_design d = {};
        d.rows = Rows;
        d.cols = Cols;
        d.lanes = Lanes;
        d.weight_planes = d.act_planes = 8;
        d.weight_buffer_bytes = d.act_buffer_bytes = 1 << 18;
        d.output_buffer_bytes = OUT_PLANES * Lanes / 8;
        d.param_buffer_bytes = PARAM_PLANES * RQ * 16;
        d.axi_bits = 8 * BeatBytes;
        d.requant_lanes = RQ;
        d.outstanding = d.queue_depth = 1;
        return d;
    }
    void quiet()
    {
        top.clear_i = top.start_i = top.tile_i = 0;
    }
    void note(const std::deque<Drain> &drains)
    {
        seen.mode[l.layer.mode]++;
        seen.order[l.mapping.order]++;
        seen.pooled += l.layer.pool > 1;
        seen.added += l.dual();
        seen.gathered += l.mapping.gather > 1 && l.mtiles() > 1;
        for (const Drain &d : drains)
            seen.missing += d.columns < Cols;
    }
    // A record for each channel that a read may find, and the planes that hold them.
    void records()
    {
        unsigned span = l.layer.mode == SERAC_MODE_THRESHOLD ? 4 : 1;      // planes of a group
        records_.clear();
        for (unsigned plane = 0; plane < PARAM_PLANES; plane += span)
            for (unsigned i = 0; i < RQ; i++) {
                records_.push_back(random_record(b.rng, l.layer.mode));
                for (unsigned sub = 0; sub < span; sub++) {
                    uint32_t words[4];
                    put_record(words, 0, records_.back(), l.layer.mode, sub);
                    params_[plane + sub].resize(RQ * 16);
                    std::memcpy(&params_[plane + sub][i * 16], words, sizeof words);
                }
            }
    }
    void start()
    {
        quiet();
        put_section(top.section_i, l.insn, 1);
        top.start_i = 1;
        cycle();
    }
    // tile_i: all that follows from it.
    void begin(const Drain &d)
    {
        Accs accs = {b.cycle, std::vector<uint32_t>(Rows * Cols), std::vector<uint32_t>(Cols)};
        for (uint32_t &a : accs.acc)
            a = b.rng.u32() >> b.rng.below(32);
        for (uint32_t &a : accs.ones)
            a = (uint32_t)b.rng.below(4096);
        unsigned subs = l.slow() ? 4 : 1, count = 0;
        bool threshold = l.layer.mode == SERAC_MODE_THRESHOLD;
        uint32_t set = l.dual() ? d.phase * l.set_bytes() : 0;      // an addition's phases
        uint32_t base = (d.half << (ParamPlaneBits - 1)) + (d.m * l.param_bytes() + set) / (RQ * 16);
        for (uint32_t c = 0; c < d.columns; c++)
            for (uint32_t group = 0; group < GROUPS; group++)
                for (unsigned sub = 0; sub < subs; sub++, count++) {
                    Step s = {};
                    s.tile = b.cycle;
                    s.plane = (base + (threshold ? 4 * group + sub : group)) % PARAM_PLANES;
                    s.value = sub == subs - 1;
                    s.first = count == 0;
                    s.last = count == d.cycles - 1;
                    s.drain = d;
                    if (!threshold || s.value)
                        value(s, accs, c, group, sub);
                    steps_.push_back(s);
                }
        accs_.push_back(accs);
    }
    // The values of a row group of a column, and their write in the last phase.
    void value(Step &s, const Accs &accs, uint32_t c, uint32_t group, unsigned sub)
    {
        const Drain &d = s.drain;
        const serac_layer &layer = l.layer;
        Write w = {};
        uint32_t first = s.plane / (layer.mode == SERAC_MODE_THRESHOLD ? 4 : 1) * RQ;
        for (uint32_t i = 0; i < RQ; i++) {
            uint32_t row = group * RQ + i;
            int32_t &held = held_[c * Rows + row];
            bool bipolar = !l.dual() && layer.weight_kind == SERAC_WEIGHT_BIPOLAR;
            int32_t v = serac_requant(layer.mode, bipolar, &records_[first + i],
                                      accs.acc[c * Rows + row], accs.ones[c]);
            if (d.phase)
                v = l.dual() ? (int32_t)((uint32_t)held + (uint32_t)v) : std::max(held, v);
            held = v;
            bool real = d.mtile * Rows + row < layer.output.channels;
            w.y[i] = !real                          ? 0
                     : layer.mode == SERAC_MODE_RAW ? v
                     : serac_clamp(v, layer.output.zero_point, layer.clamp_min, layer.clamp_max);
            seen.masked += !real;
        }
        if (d.phase < d.phases - 1)
            return;
        place(w, d, c, group);
        if (layer.mode == SERAC_MODE_RAW) {
            w.address = (w.address + 8 * sub) % OUT_PLANES;
            w.planes = 8;
            w.sub = sub;
        }
        s.writes.push_back(w);
    }
    void place(Write &w, const Drain &d, uint32_t c, uint32_t group)
    {
        serac_layout out = serac_layout_of(&l.layer.output, &l.design);
        uint32_t q = c * l.run(d.n) + d.t, p = d.n * l.tile_pixels() + q;
        uint32_t channel = d.mtile % l.mapping.gather * Rows + group * RQ;  // of the tile
        uint64_t chunk = p / l.out_width() * (uint64_t)out.line_stride +
                         p % l.out_width() * (uint64_t)out.pixel_bytes +
                         (uint64_t)(d.mtile / l.mapping.gather) * l.tile_blocks() *
                             l.layer.output.bits * l.plane();
        uint32_t offset = (uint32_t)(chunk % BeatBytes) / l.plane();
        w.address = (d.out_half << (OutPlaneBits - 1)) + q * l.insn.store.slot_planes + offset +
                    channel / Lanes * l.layer.output.bits;
        w.address %= OUT_PLANES;
        w.lane = channel % Lanes / RQ;
        w.planes = l.layer.output.bits;
        w.clear = channel % Lanes == 0;
        seen.offset += offset != 0;
    }

    // The drain registers show a tile's values from the cycle after its first
    // parameter read on; before that is known, the only tile there is.
    void registers()
    {
        while (accs_.size() > 1 && lead_ >= 0 && accs_[1].from + (uint64_t)lead_ + 1 <= b.cycle)
            accs_.pop_front();
        if (accs_.empty())
            return;
        bool there = lead_ < 0 || accs_[0].from + (uint64_t)lead_ + 1 <= b.cycle;
        Bytes acc = random_bytes(b.rng, Rows * Cols * 4), ones = random_bytes(b.rng, Cols * 4);
        if (there) {
            std::memcpy(acc.data(), accs_[0].acc.data(), acc.size());
            std::memcpy(ones.data(), accs_[0].ones.data(), ones.size());
        }
        put_port(top.drain_acc_i, acc);
        put_port(top.drain_ones_i, ones);
    }
    void cycle()
    {
        registers();
        b.settle();
        // From the cycle after tile_i to a drain's last read; a layer's to its end.
        bool busy = !steps_.empty() && steps_[0].tile < b.cycle;
        for (const auto &end : ends_)
            busy |= end.second.last;
        b.compare("busy_o", (uint32_t)top.busy_o, (uint32_t)busy);
        reads();
        results();
        events();
        bool re = top.param_re_o;
        uint32_t plane = top.param_addr_o;
        b.edge();
        // The buffer answers in the second cycle after a read.
        if (reading_)
            put_port(top.param_data_i, params_[read_plane_]);
        else
            put_port(top.param_data_i, random_bytes(b.rng, RQ * 16));
        reading_ = re;
        read_plane_ = plane;
    }
    bool reading_ = false;
    uint32_t read_plane_ = 0;

    // A read in every cycle of a drain, whose first is lead_ after its tile_i.
    void reads()
    {
        if (lead_ < 0 && top.param_re_o && !steps_.empty())
            lead_ = (int64_t)(b.cycle - steps_[0].tile);
        bool due = lead_ >= 0 && !steps_.empty() &&
                   (!steps_[0].first || b.cycle == steps_[0].tile + (uint64_t)lead_);
        b.compare("param_re_o", (uint32_t)top.param_re_o, (uint32_t)due);
        b.compare("results_o", (uint32_t)top.results_o, (uint32_t)(due && steps_[0].value));
        b.compare("wgt_free_o", (uint32_t)top.wgt_free_o,
                  due && steps_[0].last ? steps_[0].drain.wgt_free : 0);
        if (!due)
            return;
        const Step &s = steps_[0];
        b.compare("param_addr_o", (uint32_t)top.param_addr_o, s.plane);
        for (const Write &w : s.writes)
            writes_.push_back({b.cycle, w});
        if (s.last)
            ends_.push_back({b.cycle, s.drain});
        steps_.pop_front();
    }
    void results()
    {
        if (depth_ < 0 && top.out_we_o && !writes_.empty())
            depth_ = (int64_t)(b.cycle - writes_[0].first);
        bool due = depth_ >= 0 && !writes_.empty() &&
                   b.cycle == writes_[0].first + (uint64_t)depth_;
        b.compare("out_we_o", (uint32_t)top.out_we_o, (uint32_t)due);
        if (!due)
            return;
        const Write &w = writes_[0].second;
        b.compare("out_addr_o", (uint32_t)top.out_addr_o, w.address);
        b.compare("out_planes_o", (uint32_t)top.out_planes_o, w.planes);
        b.compare("out_lane_o", (uint32_t)top.out_lane_o, w.lane);
        b.compare("out_clear_o", (uint32_t)top.out_clear_o, (uint32_t)w.clear);
        Bytes data(RQ);         // [plane][value], most significant first
        std::memcpy(data.data(), &top.out_data_o, RQ);
        unsigned highest = l.layer.mode == SERAC_MODE_RAW ? 31 - 8 * w.sub : w.planes - 1;
        for (unsigned i = 0; i < RQ; i++) {
            uint32_t rtl = 0, model = 0;
            for (unsigned p = 0; p < w.planes; p++) {
                rtl = rtl << 1 | bit_of(data, p * RQ + i);
                model = model << 1 | ((uint32_t)w.y[i] >> (highest - p) & 1);
            }
            b.compare("out_data_o", rtl, model);
        }
        writes_.pop_front();
    }
    // An output tile is ready, a layer done, with the last write or later, once.
    void events()
    {
        while (!ends_.empty() && !ends_[0].second.tile_last)    // no event
            ends_.pop_front();
        bool due = depth_ >= 0 && !ends_.empty() && b.cycle == ends_[0].first + (uint64_t)depth_;
        const Drain *d = due ? &ends_[0].second : nullptr;
        b.compare("out_ready_o", (uint32_t)top.out_ready_o, (uint32_t)(d && d->tile_last));
        b.compare("done_o", (uint32_t)top.done_o, (uint32_t)(d && d->last));
        if (!due)
            return;
        done_ = d->last;
        ends_.pop_front();
    }
    void clear()
    {
        quiet();
        top.clear_i = 1;
        b.edge();
        quiet();
        half_next_ = out_half_ = 0;
        steps_.clear();
        writes_.clear();
        accs_.clear();
        ends_.clear();
        for (unsigned n = 40; n--;) {       // values may leave the path, but no token
            b.settle();
            b.compare("out_ready_o after clear", (uint32_t)top.out_ready_o, 0u);
            b.compare("done_o after clear", (uint32_t)top.done_o, 0u);
            b.compare("param_re_o after clear", (uint32_t)top.param_re_o, 0u);
            b.edge();
        }
    }
};

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_post",
            {BENCH_PARAM(Rows), BENCH_PARAM(Cols), BENCH_PARAM(Lanes), BENCH_PARAM(RequantLanes),
             BENCH_PARAM(BeatBytes), BENCH_PARAM(ParamPlaneBits), BENCH_PARAM(OutPlaneBits),
             BENCH_PARAM(LaneBits)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n;)
        n -= driver.layer();
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.mode[0], "layer of mode double"}, {seen.mode[1], "layer of mode single"},
        {seen.mode[2], "layer of mode floor"}, {seen.mode[3], "layer of mode threshold"},
        {seen.mode[4], "layer of mode raw"}, {seen.order[0], "layer of order 0"},
        {seen.order[1], "layer of order 1"}, {seen.pooled, "pooled layer"},
        {seen.added, "addition"}, {seen.gathered, "gathered tile"},
        {seen.missing || Cols == 1, "column without a pixel"},
        {seen.masked || Rows == 1, "channel that does not exist"},
        {seen.offset || BeatBytes <= Lanes / 8, "chunk inside a beat"},
        {seen.close, "tile directly behind another"}, {seen.apart, "gap between tiles"},
        {seen.cut, "layer cut off"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
