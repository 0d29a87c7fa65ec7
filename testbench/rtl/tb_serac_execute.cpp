// tb_serac_execute.cpp - the execute stage against the loop nest of rtl/MACHINE.md, written
// out as one list of digit pairs per random layer.
//
// Shown, for every pair: both addresses, real planes, tap, padding digit and flags, in
// order, always the same number of cycles after its issue; the columns' starts and steps
// between the right pairs. In every cycle: a pair is issued unless its operands have
// not arrived, the drain before is booked, or output space lacks; exactly then one wait_*
// says so; tile, act_free, ended, idle and state. Tokens and post's end come at random,
// clear in the middle.
//
// POINT: -GRows=4 -GCols=4 -GWgtPlanes=1 -GActPlanes=1 -GRequantLanes=4 -GWgtPlaneBits=8 -GActPlaneBits=8
// POINT: -GRows=16 -GCols=1 -GWgtPlanes=8 -GActPlanes=2 -GRequantLanes=1 -GWgtPlaneBits=9 -GActPlaneBits=9
// POINT: -GRows=32 -GCols=8 -GWgtPlanes=2 -GActPlanes=8 -GRequantLanes=8 -GWgtPlaneBits=7 -GActPlaneBits=7
#include <deque>

#include "random_layers.h"
#include "ports.h"

extern "C" {
#include "serac_timeline.h"
}

enum { ENOUGH = 150, PAIRS = 6000 };     // layers; digit pairs in one

enum Run { GOES_ON, STARTS, STEPS };    // what the columns do before a pair

struct Pair {
    // What s1 shows; an address counts only if real planes are read.
    uint32_t wgt_addr, wgt_real, act_addr, act_real, tap_line, tap_x, pad_digit;
    bool pad_last, wgt_first, wgt_last, act_first, act_last, tile_first, tile_last;
    // What happens when it is issued.
    Run run;
    uint32_t act_half;
    bool iter_first, weights, activations;      // begins an iteration, which loads
    bool iter_last, out_first;
    uint32_t drain, act_free;
};

struct Seen {
    uint64_t load, requant, space, direct, slow, diagonal, pool, dual, beyond, cut, part;
};

// A digit: lowest bit, and which stored planes the window that ends at it reads.
struct Digit {
    uint32_t low, real;
    int32_t window;         // its first plane, behind the word's first

    Digit(uint32_t bits, uint32_t store, bool is_signed, uint32_t planes, uint32_t digit)
    {
        uint32_t digits = (bits + planes - 1) / planes;
        low = (digits - 1 - digit) * planes;
        // The plane of bit b is store-1-b; beyond the top plane it is that one again.
        int32_t last = low < store ? (int32_t)(store - 1 - low) : 0;
        window = last - (int32_t)planes + 1;
        real = low < store ? std::min(store - low, planes) : is_signed;
    }
};

static uint32_t columns_at(const Layer &l, uint32_t n, uint32_t t)
{
    uint32_t columns = 0;
    for (uint32_t c = 0; c < Cols; c++)
        columns += n * l.tile_pixels() + c * l.run(n) + t < l.pixels();
    return columns;
}

class Nest {
public:
    Nest(const Layer &layer, unsigned &wgt_half, unsigned &act_half, Seen &s)
        : l(layer), wgt_next_(wgt_half), act_next_(act_half), seen(s)
    {
    }
    std::vector<Pair> pairs;

    void build()
    {
        for (const Iteration &it : iterations(l)) {
            size_t first = pairs.size();
            if (it.weights)
                advance(wgt_next_, wgt_half_, l.mapping.wgt_halves);
            if (it.activations)
                advance(act_next_, act_half_, l.mapping.act_halves);
            for (uint32_t m = 0; m < l.group(it.g); m++)
                for (uint32_t t = 0; t < l.run(it.n); t++)
                    pixel(it, m, t);
            pairs[first].iter_first = true;
            pairs[first].weights = it.weights;
            pairs[first].activations = it.activations;
            pairs.back().iter_last = true;
            pairs.back().act_free = it.last_activations ? l.mapping.act_halves : 0;
        }
    }

private:
    const Layer &l;
    unsigned &wgt_next_, &act_next_;
    unsigned wgt_half_ = 0, act_half_ = 0;
    Seen &seen;

    static void advance(unsigned &next, unsigned &half, uint32_t halves)
    {
        half = next;
        next = (next + halves) % 2;
    }
    void pixel(const Iteration &it, uint32_t m, uint32_t t)
    {
        size_t first = pairs.size();
        uint32_t mtile = it.g * l.mapping.group_mtiles + m;
        for (uint32_t py = 0; py < l.phases_y(); py++)
            for (uint32_t px = 0; px < l.phases_x(); px++) {
                size_t tile = pairs.size();
                for (uint32_t ky = 0; ky < l.layer.kernel_h; ky++)
                    for (uint32_t kx = 0; kx < l.layer.kernel_w; kx++)
                        tap(m, mtile, py, px, ky, kx);
                for (size_t i = tile; i < tile + pairs_per_word(); i++)
                    pairs[i].tile_first = true;
                Pair &last = pairs.back();
                last.tile_last = true;
                last.out_first = mtile % l.mapping.gather == 0 && t == 0 && py + px == 0;
                last.drain = columns_at(l, it.n, t) * (Rows / RequantLanes) * (l.slow() ? 4 : 1);
            }
        pairs[first].run = t == 0 ? STARTS : STEPS;
        pairs[first].act_half = act_half_;
    }
    uint32_t pairs_per_word() const
    {
        return Layer::ceil_div(l.weight_bits(), WgtPlanes) *
               Layer::ceil_div(l.layer.act_bits, ActPlanes);
    }
    void tap(uint32_t m, uint32_t mtile, uint32_t py, uint32_t px, uint32_t ky, uint32_t kx)
    {
        const serac_layer &c = l.layer;
        uint32_t line = l.dual() ? py : py * c.stride_h + ky * c.dilation_h;
        uint32_t x = px * c.stride_w + kx * c.dilation_w;
        uint32_t pixel = Layer::ceil_div(c.input.channels, l.design.lanes) * c.input.bits;
        uint32_t segment = l.insn.fetch.segment_beats * l.beat() / l.plane();
        for (uint32_t block = 0; block < l.blocks(); block++) {
            // A diagonal layer's m-tile meets only the channels that it makes.
            uint32_t from = block + (l.diagonal() ? mtile * Rows / l.design.lanes : 0);
            uint32_t k = (ky * c.kernel_w + kx) * l.blocks() + block;
            Pair p = {};
            p.tap_line = line;
            p.tap_x = x * pixel;
            p.pad_last = block == l.blocks() - 1;
            word(p, m * (l.weight_bytes() / (Rows * l.plane())) + k * l.weight_store(),
                 line * segment + x * pixel + from * c.input.bits);
        }
    }
    // All digit pairs of a word of weights and one of activations, at these planes.
    void word(Pair p, uint32_t wgt_at, uint32_t act_at)
    {
        const serac_layer &c = l.layer;
        uint32_t wgt_digits = Layer::ceil_div(l.weight_bits(), WgtPlanes);
        uint32_t act_digits = Layer::ceil_div(c.act_bits, ActPlanes);
        bool wgt_signed = l.insn.exec.wgt_signed;
        for (uint32_t a = 0; a < act_digits; a++)
            for (uint32_t w = 0; w < wgt_digits; w++) {
                Digit wd(l.weight_bits(), l.weight_store(), wgt_signed, WgtPlanes, w);
                Digit ad(c.act_bits, c.input.bits, c.input.is_signed, ActPlanes, a);
                p.wgt_addr = (wgt_half_ << (WgtPlaneBits - 1)) + wgt_at + (uint32_t)wd.window;
                p.act_addr = (act_half_ << (ActPlaneBits - 1)) + act_at + (uint32_t)ad.window;
                p.wgt_addr &= (1u << WgtPlaneBits) - 1;
                p.act_addr &= (1u << ActPlaneBits) - 1;
                p.wgt_real = wd.real;
                p.act_real = ad.real;
                p.pad_digit = (uint32_t)(c.input.zero_point >> ad.low) & ((1u << ActPlanes) - 1);
                p.wgt_first = w == 0;
                p.wgt_last = w == wgt_digits - 1;
                p.act_first = a == 0;
                p.act_last = a == act_digits - 1;
                seen.beyond += ad.low >= c.input.bits || wd.low >= l.weight_store();
                seen.part += (wd.real && wd.real < WgtPlanes) || (ad.real && ad.real < ActPlanes);
                pairs.push_back(p);
            }
    }
};

static serac_design random_design(Rng &r)
{
    serac_design d = {};
    d.rows = Rows;
    d.cols = Cols;
    d.lanes = std::max(8u, (uint32_t)RequantLanes) << r.below(4);
    d.weight_planes = WgtPlanes;
    d.act_planes = ActPlanes;
    d.weight_buffer_bytes = (1u << WgtPlaneBits) * Rows * d.lanes / 8;
    d.act_buffer_bytes = (1u << ActPlaneBits) * Cols * d.lanes / 8;
    d.param_buffer_bytes = 1u << 16;
    d.output_buffer_bytes = 1u << r.in(9, 14);
    d.axi_bits = 64u << r.below(4);
    d.requant_lanes = RequantLanes;
    d.outstanding = d.queue_depth = 1;
    return d;
}

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) { b.reset([&] { quiet(); }); }

    void layer()
    {
        last_ = b.rng.chance(30);
        Layer l = random_layer(b.rng, [&] { return random_design(b.rng); }, PAIRS, 0, last_);
        Nest nest(l, wgt_next_, act_next_, seen);
        nest.build();
        seen.slow += l.slow();
        seen.dual += l.dual();
        seen.diagonal += l.layer.op == SERAC_OP_DEPTHWISE;
        seen.pool += l.layer.pool > 1;
        pairs_ = nest.pairs;
        wgt_loads_ = act_loads_ = 0;
        for (const Pair &p : pairs_) {
            wgt_loads_ += p.weights;
            act_loads_ += p.activations;
        }
        out_percent_ = b.rng.flag() ? 100 : (unsigned)b.rng.in(1, 5);
        section(l);
        size_t cut = b.rng.chance(10) ? b.rng.below(pairs_.size()) : pairs_.size();
        bool whole = cut == pairs_.size();
        while (next_ < cut)
            run();
        if (whole)
            finish();
        if (last_ || !whole)
            clear();
        seen.cut += !whole;
    }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    std::vector<Pair> pairs_;
    size_t next_ = 0, shown_ = 0, moved_ = 0;   // pairs issued, seen at s1, begun by columns
    std::deque<uint64_t> issued_;               // cycles of the pairs not yet seen at s1
    int64_t latency_ = -1;                      // issue to s1, as first measured
    bool entered_ = false, last_ = false, ended_ = false;
    unsigned wgt_next_ = 0, act_next_ = 0;
    unsigned wgt_tokens_ = 0, act_tokens_ = 0, out_free_ = 2;
    uint64_t wgt_loads_ = 0, act_loads_ = 0;    // still to come for this layer
    uint64_t book_ = 0;                         // first cycle whose drain is free
    unsigned out_percent_ = 0;                  // of cycles in which store frees a half
    Gaps wgt_, act_, out_;

    void quiet()
    {
        top.clear_i = top.loading_i = top.ready_i = 0;
        top.wgt_loaded_i = top.act_loaded_i = top.out_free_i = top.post_done_i = 0;
    }
    // Operands may arrive before their section is ready; output halves at any time.
    void tokens()
    {
        quiet();
        top.wgt_loaded_i = wgt_loads_ && wgt_tokens_ < 2 && wgt_.open(b.rng);
        top.act_loaded_i = act_loads_ && act_tokens_ < 2 && act_.open(b.rng);
        top.out_free_i = out_free_ < 2 && b.rng.chance(out_percent_) && out_.open(b.rng);
    }
    void edge()
    {
        wgt_loads_ -= top.wgt_loaded_i;
        act_loads_ -= top.act_loaded_i;
        unsigned wgt = top.wgt_loaded_i, act = top.act_loaded_i, out = top.out_free_i;
        shown();
        b.edge();
        wgt_tokens_ += wgt;     // seen from the next cycle on
        act_tokens_ += act;
        out_free_ += out;
    }
    void section(const Layer &l)
    {
        for (uint64_t n = b.rng.below(20); n--;) {
            tokens();
            top.loading_i = n < 10;
            put_port(top.section_i, random_bytes(b.rng, 128));
            b.settle();
            b.compare("take_o", (uint32_t)top.take_o, 1u);
            b.compare("idle_o", (uint32_t)top.idle_o, (uint32_t)(n >= 10));
            nothing(n < 10 ? SERAC_STATE_RUN : SERAC_STATE_IDLE);
            edge();
        }
        tokens();
        put_section(top.section_i, l.insn, 1);
        top.ready_i = 1;
        b.settle();
        nothing(SERAC_STATE_RUN);
        edge();
        entered_ = false;
        next_ = shown_ = moved_ = 0;
        issued_.clear();
    }
    // Not in a layer.
    void nothing(int state)
    {
        signals(false, 0, state);
    }
    void signals(bool issue, unsigned wait, int state)
    {
        const Pair *p = issue ? &pairs_[next_] : nullptr;
        b.compare("issue_o", (uint32_t)top.issue_o, (uint32_t)issue);
        b.compare("wait_load_o", (uint32_t)top.wait_load_o, wait & 1);
        b.compare("wait_requant_o", (uint32_t)top.wait_requant_o, wait >> 1 & 1);
        b.compare("wait_space_o", (uint32_t)top.wait_space_o, wait >> 2 & 1);
        b.compare("tile_o", (uint32_t)top.tile_o, (uint32_t)(p && p->tile_last));
        b.compare("act_free_o", (uint32_t)top.act_free_o, p ? p->act_free : 0);
        b.compare("ended_o", (uint32_t)top.ended_o, (uint32_t)ended_);
        b.compare("state_o", (uint32_t)top.state_o, (uint32_t)state);
    }
    // One cycle between a layer's section and its last pair.
    void run()
    {
        tokens();
        b.settle();
        const Pair &p = pairs_[next_];
        bool booked = p.tile_last && b.cycle < book_;
        bool full = p.tile_last && !booked && p.out_first && !out_free_;
        bool issue = entered_ && !booked && !full;
        signals(issue, !entered_ ? 1 : booked ? 2 : full ? 4 : 0,
                !entered_ ? SERAC_STATE_WAIT_RECEIVE : booked ? SERAC_STATE_WAIT_SEND
                : full    ? SERAC_STATE_WAIT_SPACE : SERAC_STATE_RUN);
        b.compare("take_o", (uint32_t)top.take_o, 0u);
        b.compare("idle_o", (uint32_t)top.idle_o, 0u);
        seen.load += !entered_;
        seen.requant += entered_ && booked;
        seen.space += entered_ && full;
        if (issue) {
            issued_.push_back(b.cycle);
            next_++;
            if (p.tile_last)
                book_ = b.cycle + p.drain;
            out_free_ -= p.tile_last && p.out_first;
        }
        // The next iteration begins as soon as its operands are there.
        bool ends = issue && p.iter_last;
        if (ends)
            entered_ = false;
        if (!entered_ && next_ < pairs_.size()) {
            enter(pairs_[next_]);
            seen.direct += ends && entered_;
        }
        edge();
    }
    void enter(const Pair &p)
    {
        if ((p.weights && !wgt_tokens_) || (p.activations && !act_tokens_))
            return;
        wgt_tokens_ -= p.weights;
        act_tokens_ -= p.activations;
        entered_ = true;
    }
    void finish()
    {
        ended_ |= last_;
        for (bool done = false; !done;) {
            tokens();
            top.post_done_i = done = issued_.empty() && b.rng.chance(10);
            b.settle();
            signals(false, 2, SERAC_STATE_WAIT_SEND);
            edge();
        }
        quiet();
        b.settle();
        nothing(SERAC_STATE_IDLE);
        b.compare("take_o", (uint32_t)top.take_o, 1u);
        if (shown_ != pairs_.size())
            b.fail("%zu pairs at s1, model %zu", shown_, pairs_.size());
    }
    void clear()
    {
        tokens();
        top.clear_i = 1;
        b.edge();
        ended_ = false;
        wgt_next_ = act_next_ = wgt_tokens_ = act_tokens_ = 0;
        out_free_ = 2;
        book_ = 0;
        wgt_loads_ = act_loads_ = 0;
        quiet();
        for (unsigned n = 20; n--;) {       // what was under way may go on to the array
            b.settle();
            nothing(SERAC_STATE_IDLE);
            b.edge();
        }
        b.compare("valid_o after clear", (uint32_t)top.valid_o, 0u);
        issued_.clear();
        pairs_.clear();
        next_ = shown_ = moved_ = 0;
    }
    // s1, and the columns, which must have moved before the first pair of a run is
    // at s1, and not before the last one of the run before is.
    void shown()
    {
        if (latency_ < 0 && top.valid_o && !issued_.empty())
            latency_ = (int64_t)(b.cycle - issued_[0]);
        if (latency_ < 0 && !issued_.empty() && b.cycle > issued_[0] + 50)
            b.fail("no pair at s1");
        bool due = !issued_.empty() && b.cycle == issued_[0] + (uint64_t)latency_;
        b.compare("valid_o", (uint32_t)top.valid_o, (uint32_t)due);
        if (due) {
            issued_.pop_front();
            pair(pairs_[shown_]);
            b.check(pairs_[shown_].run == GOES_ON || moved_ > shown_,
                    "columns did not move before a run's first pair");
            shown_++;
        }
        if (!top.col_load_o && !top.col_step_o)
            return;
        while (moved_ < pairs_.size() && pairs_[moved_].run == GOES_ON)
            moved_++;
        if (moved_ == pairs_.size())
            b.fail("columns move once too often");
        b.compare("col_load_o", (uint32_t)top.col_load_o, (uint32_t)(pairs_[moved_].run == STARTS));
        b.compare("col_step_o", (uint32_t)top.col_step_o, (uint32_t)(pairs_[moved_].run == STEPS));
        b.compare("act_half_o", (uint32_t)top.act_half_o, pairs_[moved_].act_half);
        b.check(shown_ >= moved_, "columns move before the run before is read");
        moved_++;
    }
    void pair(const Pair &p)
    {
        if (p.wgt_real)
            b.compare("wgt_addr_o", (uint32_t)top.wgt_addr_o, p.wgt_addr);
        if (p.act_real)
            b.compare("act_addr_o", (uint32_t)top.act_addr_o, p.act_addr);
        b.compare("wgt_real_o", (uint32_t)top.wgt_real_o, p.wgt_real);
        b.compare("act_real_o", (uint32_t)top.act_real_o, p.act_real);
        b.compare("tap_line_o", (uint32_t)top.tap_line_o, p.tap_line);
        b.compare("tap_x_o", (uint32_t)top.tap_x_o, p.tap_x);
        b.compare("pad_digit_o", (uint32_t)top.pad_digit_o, p.pad_digit);
        b.compare("pad_last_o", (uint32_t)top.pad_last_o, (uint32_t)p.pad_last);
        b.compare("wgt_first_o", (uint32_t)top.wgt_first_o, (uint32_t)p.wgt_first);
        b.compare("wgt_last_o", (uint32_t)top.wgt_last_o, (uint32_t)p.wgt_last);
        b.compare("act_first_o", (uint32_t)top.act_first_o, (uint32_t)p.act_first);
        b.compare("act_last_o", (uint32_t)top.act_last_o, (uint32_t)p.act_last);
        b.compare("tile_first_o", (uint32_t)top.tile_first_o, (uint32_t)p.tile_first);
        b.compare("tile_last_o", (uint32_t)top.tile_last_o, (uint32_t)p.tile_last);
    }
};

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_execute",
            {BENCH_PARAM(Rows), BENCH_PARAM(Cols), BENCH_PARAM(WgtPlanes), BENCH_PARAM(ActPlanes),
             BENCH_PARAM(RequantLanes), BENCH_PARAM(WgtPlaneBits), BENCH_PARAM(ActPlaneBits)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;)
        driver.layer();
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.load, "cycle without operands"}, {seen.requant, "booked drain"},
        {seen.space, "full output buffer"}, {seen.direct, "iteration without a gap"},
        {seen.slow, "slow mode"}, {seen.diagonal, "depthwise layer"}, {seen.pool, "pooled layer"},
        {seen.dual, "addition"}, {seen.beyond, "digit beyond the stored planes"},
        {seen.part || WgtPlanes * ActPlanes == 1, "digit with a part of its planes"},
        {seen.cut, "layer cut off"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
