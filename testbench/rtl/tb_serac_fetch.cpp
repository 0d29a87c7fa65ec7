// tb_serac_fetch.cpp - the fetch stage against the list of its events: programs of random
// layers, written out from layer and mapping as rtl/MACHINE.md nests the loads.
//
// Shown: read commands in order, with address, bytes, kind, half, line, beat and the
// load's last one; only input lines that exist, and of them only what the tile needs;
// every column's strip before the lines of its tile; no load before its halves are
// free, no first activation load of a layer before its store tokens, no block before both
// queues have space; push, or bad at a block with any one illegal field; the halves in
// turn over layers, until clear. Every answer takes a random time, and a state that
// says it waits does wait for that.
//
// POINT: -GCols=4 -GBeatBytes=8 -GColLog=2
// POINT: -GCols=1 -GBeatBytes=64 -GColLog=1
// POINT: -GCols=16 -GBeatBytes=16 -GColLog=4
#include <deque>

#include "random_layers.h"
#include "ports.h"

extern "C" {
#include "serac_timeline.h"
}

enum {
    ENOUGH = 120,           // programs
    PAIRS = 200000,         // digit pairs of a layer
    PATIENCE = 400          // cycles without progress
};
enum Kind { BLOCK, WEIGHT, ACT };       // `SERAC_KIND_*, rtl/serac_defs.vh

struct Event {
    bool walk;
    // A read command.
    Kind kind;
    uint64_t address;
    uint32_t bytes, half, line, beat;
    bool last;
    // A column's strip.
    uint32_t col, x, left, run, run_bytes;
    // What must be there before it: halves of its buffer, store tokens.
    uint32_t halves, tokens;
};

struct Seen {
    uint64_t order[2], both, padding, part, whole, odd, tokens, bad, cut, space, receive, below;
};

static uint32_t tiles_bytes(const Layer &l) { return l.param_bytes() + l.weight_bytes(); }

// The loads of one layer.
class Loads {
public:
    Loads(const Layer &layer, unsigned &wgt_half, unsigned &act_half, Seen &s)
        : l(layer), wgt_half_(wgt_half), act_half_(act_half), seen(s)
    {
    }
    std::deque<Event> events;

    void build()
    {
        uint32_t tokens = l.insn.fetch.store_tokens;
        for (const Iteration &it : iterations(l)) {
            if (it.weights)
                weights(it.g);
            if (!it.activations)
                continue;
            size_t first = events.size();
            walk(it.n);
            events[first].halves = l.mapping.act_halves;
            events[first].tokens = tokens;
            tokens = 0;
            lines(it.n);
            act_half_ = (act_half_ + l.mapping.act_halves) % 2;
        }
    }

private:
    const Layer &l;
    unsigned &wgt_half_, &act_half_;
    Seen &seen;

    uint32_t pixel_bytes() const
    {
        return Layer::ceil_div(l.layer.input.channels, l.design.lanes) * l.layer.input.bits *
               l.plane();
    }
    void weights(uint32_t g)
    {
        Event e = {};
        e.kind = WEIGHT;
        e.address = l.at.weights + (uint64_t)g * l.mapping.group_mtiles * tiles_bytes(l);
        e.bytes = l.group(g) * tiles_bytes(l);
        e.half = wgt_half_;
        e.last = true;
        e.halves = l.mapping.wgt_halves;
        wgt_half_ = (wgt_half_ + l.mapping.wgt_halves) % 2;
        events.push_back(e);
    }
    // Every column's first pixel, also of columns that have none in the last tile.
    void walk(uint32_t n)
    {
        for (uint32_t c = 0; c < Cols; c++) {
            uint32_t p = n * l.tile_pixels() + c * l.run(n), ox = p % l.out_width();
            Event e = {};
            e.walk = true;
            e.col = c;
            e.half = act_half_;
            e.line = p / l.out_width() * l.row_step() - l.layer.pad_top;
            e.x = (ox * l.col_step() - l.layer.pad_left) * pixel_bytes();
            e.left = l.out_width() - ox;
            e.run = l.run(n);
            e.run_bytes = l.run(n) * l.col_step() * pixel_bytes();
            events.push_back(e);
        }
    }
    // Each input line that a window of the tile touches, once.
    void lines(uint32_t n)
    {
        uint32_t p0 = n * l.tile_pixels();
        uint32_t p1 = std::min(p0 + l.tile_pixels(), l.pixels()) - 1;
        int64_t oy0 = p0 / l.out_width(), oy1 = p1 / l.out_width();
        int64_t height = l.layer.input.height * (l.dual() ? 2 : 1);
        int64_t width = (int64_t)l.layer.input.width * pixel_bytes(), from = 0, to = width - 1;
        if (oy0 == oy1) {
            int64_t x0 = (int64_t)(p0 % l.out_width()) * l.col_step() - l.layer.pad_left;
            int64_t x1 = (int64_t)(p1 % l.out_width()) * l.col_step() - l.layer.pad_left +
                         l.window() - 1;
            from = std::max<int64_t>(from, x0 * pixel_bytes());
            to = std::min<int64_t>(to, (x1 + 1) * pixel_bytes() - 1);
            seen.part += to < width - 1;
        } else {
            seen.whole++;
        }
        int64_t first = oy0 * l.row_step() - l.layer.pad_top;
        int64_t last = oy1 * l.row_step() - l.layer.pad_top + l.kernel_lines() - 1;
        seen.padding += first < 0 || last >= height;
        for (int64_t y = std::max<int64_t>(first, 0); y <= std::min(last, height - 1); y++)
            line(y, from, to);
        events.back().last = true;
    }
    void line(int64_t y, int64_t from, int64_t to)
    {
        uint32_t stride = Layer::round64(l.layer.input.width * pixel_bytes());
        Event e = {};
        e.kind = ACT;
        // An addition's operands are the even and the odd lines.
        uint64_t start = !l.dual()  ? l.at.input + (uint64_t)y * stride
                         : y % 2 ? l.at.input2 + (uint64_t)(y / 2) * stride
                                 : l.at.input + (uint64_t)(y / 2) * stride;
        e.address = start + (uint64_t)(from / BeatBytes * BeatBytes);
        e.bytes = (uint32_t)(to / BeatBytes - from / BeatBytes + 1) * BeatBytes;
        e.half = act_half_;
        e.line = (uint32_t)y;
        e.beat = (uint32_t)(from / BeatBytes);
        seen.odd += l.dual() && y % 2;
        events.push_back(e);
    }
};

static serac_design random_design(Rng &r)
{
    serac_design d = {};
    d.rows = 1u << r.below(5);
    d.cols = Cols;
    d.lanes = 8u << r.below(5);
    d.weight_planes = d.act_planes = 1;
    d.weight_buffer_bytes = 1u << r.in(12, 18);
    d.act_buffer_bytes = Cols << r.in(9, 13);
    d.output_buffer_bytes = 1u << r.in(11, 15);
    d.param_buffer_bytes = 1u << r.in(11, 15);
    d.axi_bits = 8 * BeatBytes;
    d.outstanding = d.requant_lanes = d.queue_depth = 1;
    return d;
}

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) { b.reset([&] { quiet(); }); }

    void program()
    {
        unsigned layers = (unsigned)b.rng.in(1, 4), done = 0;
        uint64_t at = b.rng.bits(30) << 9, given = 0;
        start(at);
        for (bool going = true; going; done++, at += SERAC_INSN_BLOCK_STRIDE) {
            bool last = done + 1 == layers;
            uint32_t tokens = b.rng.flag() ? (uint32_t)b.rng.below(done + 1) : 0;
            Layer l = random_layer(b.rng, [&] { return random_design(b.rng); }, PAIRS, tokens, last);
            // Tokens that the layer waits for come while it is loaded.
            to_come_ = std::max<uint64_t>(given, tokens) - given;
            given += to_come_;
            given -= tokens;
            going = block(l, at) && loads(l) && !last;
        }
        ends();
    }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    bool active_ = false;
    unsigned wgt_half_ = 0, act_half_ = 0;
    unsigned free_[3] = {0, 2, 2};      // halves free, by kind
    unsigned in_use_[3] = {0, 0, 0};
    uint64_t tokens_ = 0, to_come_ = 0;
    Gaps frees_[3], reads_, stores_;
    uint32_t pushed_ = 0, bad_ = 0;
    bool space_ = false;                // both queues had space, and the block may come

    void quiet()
    {
        top.clear_i = top.start_i = top.block_loaded_i = top.store_token_i = 0;
        top.wgt_free_i = top.act_free_i = 0;
        top.cmd_ready_i = b.rng.flag();
        top.exec_space_i = b.rng.flag();
        top.store_space_i = b.rng.flag();
        top.block_legal_i = b.rng.flag();
    }
    void inputs()
    {
        top.clear_i = top.start_i = top.block_loaded_i = 0;
        top.cmd_ready_i = reads_.open(b.rng);
        top.store_token_i = to_come_ && stores_.open(b.rng);
        top.wgt_free_i = release(WEIGHT);
        top.act_free_i = release(ACT);
    }
    // Halves that execute and post give back.
    uint8_t release(Kind kind)
    {
        return in_use_[kind] && b.rng.chance(10) && frees_[kind].open(b.rng)
                   ? (uint8_t)b.rng.in(1, in_use_[kind]) : 0;
    }
    // One cycle, of whose outputs nothing else is compared.
    void edge()
    {
        pushed_ += top.push_o;
        bad_ += top.bad_o;
        b.compare("active_o", (uint32_t)top.active_o, (uint32_t)active_);
        b.compare("idle state", (uint32_t)(top.state_o != SERAC_STATE_IDLE), (uint32_t)active_);
        unsigned wgt = top.wgt_free_i, act = top.act_free_i, token = top.store_token_i;
        b.edge();
        free_[WEIGHT] += wgt;       // seen from the next cycle on
        in_use_[WEIGHT] -= wgt;
        free_[ACT] += act;
        in_use_[ACT] -= act;
        tokens_ += token;
        to_come_ -= token;
    }
    void start(uint64_t at)
    {
        for (uint64_t n = b.rng.below(4); n--;) {
            quiet();
            b.settle();
            b.compare("cmd_valid_o", (uint32_t)top.cmd_valid_o, 0u);
            edge();
        }
        quiet();
        top.start_i = 1;
        top.program_addr_i = at;
        b.settle();
        edge();
        active_ = true;
        top.program_addr_i = b.rng.u64();
    }
    void nothing_else()
    {
        b.compare("walk_valid_o", (uint32_t)top.walk_valid_o, 0u);
        b.compare("push_o", pushed_, 0u);
        b.compare("bad_o", bad_, 0u);
    }
    // Reads a block; false if it is not legal, and the run stops there.
    bool block(const Layer &l, uint64_t at)
    {
        Event request = {};
        request.kind = BLOCK;
        request.address = at;
        request.bytes = SERAC_INSN_BLOCK_BYTES;
        request.last = true;
        space_ = false;
        pushed_ = bad_ = 0;
        for (unsigned waited = 0;; waited++) {
            inputs();
            top.exec_space_i = space_ || b.rng.chance(20);
            top.store_space_i = space_ || b.rng.chance(20);
            b.settle();
            nothing_else();
            b.check(space_ || !top.cmd_valid_o, "a block is read without space in a queue");
            bool taken = top.cmd_valid_o && top.cmd_ready_i;
            if (top.cmd_valid_o)
                command(request);
            space_ |= top.exec_space_i && top.store_space_i;
            edge();
            if (taken)
                break;
            if (waited > PATIENCE)
                b.fail("the block is not requested");
        }
        return arrives(l, at);
    }
    bool arrives(const Layer &l, uint64_t at)
    {
        serac_insn insn = l.insn;
        bool exec_legal = true, legal = b.rng.chance(92) || !spoil(insn, exec_legal);
        for (uint64_t n = b.rng.in(1, 40); n--;) {
            inputs();
            put_port(top.section_i, random_bytes(b.rng, 128));
            b.settle();
            nothing_else();
            b.compare("cmd_valid_o", (uint32_t)top.cmd_valid_o, 0u);
            b.compare("state_o", (uint32_t)top.state_o, (uint32_t)SERAC_STATE_WAIT_MEMORY);
            edge();
        }
        inputs();
        put_section(top.section_i, insn, 0);
        top.block_loaded_i = 1;
        top.block_legal_i = exec_legal;
        for (unsigned n = 0; !pushed_ && !bad_; n++) {
            b.settle();
            b.compare("cmd_valid_o", (uint32_t)top.cmd_valid_o, 0u);
            if (n > PATIENCE)
                b.fail("the block is not checked");
            if (top.bad_o)
                b.compare("block_addr_o", (uint64_t)top.block_addr_o, at);
            active_ = true;
            edge();
            inputs();
        }
        b.compare("push_o", pushed_, (uint32_t)legal);
        b.compare("bad_o", bad_, (uint32_t)!legal);
        seen.bad += !legal;
        active_ = legal;
        return legal;
    }
    // Makes one field illegal.
    bool spoil(serac_insn &insn, bool &exec_legal)
    {
        serac_insn_fetch &f = insn.fetch;
        switch (b.rng.below(10)) {
        case 0: f.magic ^= 1u << b.rng.below(16); break;
        case 1: f.groups = 0; break;
        case 2: f.n_tiles = 0; break;
        case 3: f.out_width = 0; break;
        case 4: f.run = 0; break;
        case 5: f.run_last = 0; break;
        case 6: f.wgt_halves = b.rng.flag() ? 0 : 3; break;
        case 7: f.act_halves = b.rng.flag() ? 0 : 3; break;
        default: exec_legal = false; break;     // mode and gather: seen by serac_load
        }
        return true;
    }
    // All events of a layer; false if cut off.
    bool loads(const Layer &l)
    {
        Loads due(l, wgt_half_, act_half_, seen);
        due.build();
        seen.order[l.mapping.order]++;
        seen.both += l.mapping.wgt_halves == 2 || l.mapping.act_halves == 2;
        seen.tokens += l.insn.fetch.store_tokens > 0;
        seen.below += l.at.input2 < l.at.input;
        size_t cut = b.rng.chance(5) ? due.events.size() / 2 : 0;
        pushed_ = bad_ = 0;
        for (uint64_t waited = 0; due.events.size() > cut; waited++) {
            inputs();
            top.exec_space_i = b.rng.flag();
            top.store_space_i = b.rng.flag();
            b.settle();
            const Event &e = due.events.front();
            b.compare("push_o", pushed_, 0u);
            b.check(!top.cmd_valid_o || !top.walk_valid_o, "a command during a walk");
            waiting(e);
            bool happens = e.walk ? top.walk_valid_o : top.cmd_valid_o && top.cmd_ready_i;
            event(e);
            uint32_t halves = happens ? e.halves : 0, tokens = happens ? e.tokens : 0;
            Kind kind = e.walk ? ACT : e.kind;
            free_[kind] -= halves;
            in_use_[kind] += halves;
            tokens_ -= tokens;
            edge();
            if (happens) {
                due.events.pop_front();
                waited = 0;
            }
            if (waited > 20 * PATIENCE)
                b.fail("no progress with %zu events to come", due.events.size());
        }
        if (cut)
            clear();
        return !cut;
    }
    // Is it what comes next, and may it come?
    void event(const Event &e)
    {
        if (top.walk_valid_o && !e.walk)
            b.fail("a walk where a command of kind %d should come", (int)e.kind);
        if (top.cmd_valid_o && e.walk)
            b.fail("a command of kind %d where a walk should come", (int)top.cmd_kind_o);
        if (!top.walk_valid_o && !top.cmd_valid_o)
            return;
        b.check(free_[e.walk ? ACT : e.kind] >= e.halves, "a load without its halves free");
        b.check(tokens_ >= e.tokens, "a load before its store tokens");
        if (!e.walk) {
            command(e);
            return;
        }
        b.compare("walk_half_o", (uint32_t)top.walk_half_o, e.half);
        b.compare("walk_col_o", (uint32_t)top.walk_col_o, e.col);
        b.compare("walk_line_o", (uint32_t)top.walk_line_o, e.line & 0x1ffff);
        b.compare("walk_x_o", (uint32_t)top.walk_x_o, e.x);
        b.compare("walk_left_o", (uint32_t)top.walk_left_o, e.left);
        b.compare("walk_run_o", (uint32_t)top.walk_run_o, e.run);
        b.compare("walk_run_bytes_o", (uint32_t)top.walk_run_bytes_o, e.run_bytes);
    }
    void command(const Event &e)
    {
        b.compare("cmd_kind_o", (uint32_t)top.cmd_kind_o, (uint32_t)e.kind);
        b.compare("cmd_addr_o", (uint64_t)top.cmd_addr_o, e.address);
        b.compare("cmd_bytes_o", (uint32_t)top.cmd_bytes_o, e.bytes);
        b.compare("cmd_last_o", (uint32_t)top.cmd_last_o, (uint32_t)e.last);
        b.compare("cmd_beat_o", (uint32_t)top.cmd_beat_o, e.beat);
        if (e.kind != BLOCK)
            b.compare("cmd_half_o", (uint32_t)top.cmd_half_o, e.half);
        if (e.kind == ACT)
            b.compare("cmd_line_o", (uint32_t)top.cmd_line_o, e.line);
    }
    // A state that waits names what `e` lacks; tokens may just have come.
    void waiting(const Event &e)
    {
        Kind kind = e.walk ? ACT : e.kind;
        if (top.state_o == SERAC_STATE_WAIT_SPACE) {
            b.check(free_[kind] < e.halves, "waits for halves that are free");
            seen.space++;
        }
        if (top.state_o == SERAC_STATE_WAIT_RECEIVE) {
            b.check(e.tokens > 0, "waits for tokens that the layer does not need");
            seen.receive++;
        }
        if (top.state_o == SERAC_STATE_WAIT_MEMORY)
            b.check(top.cmd_valid_o && !top.cmd_ready_i, "waits for a read master that is ready");
        b.check(top.state_o != SERAC_STATE_WAIT_SEND, "waits for a queue inside a layer");
    }
    // After the last layer, or a bad block: idle before long, and then quiet.
    void ends()
    {
        to_come_ = 0;
        for (unsigned n = 0; active_; n++) {
            inputs();
            b.settle();
            b.compare("cmd_valid_o", (uint32_t)top.cmd_valid_o, 0u);
            b.compare("walk_valid_o", (uint32_t)top.walk_valid_o, 0u);
            if (!top.active_o)
                break;
            if (n > PATIENCE)
                b.fail("not idle after the last layer");
            edge();
        }
        active_ = false;
        clear();
    }
    void clear()
    {
        quiet();
        top.clear_i = 1;
        b.edge();
        active_ = false;
        wgt_half_ = act_half_ = 0;
        free_[WEIGHT] = free_[ACT] = 2;
        in_use_[WEIGHT] = in_use_[ACT] = 0;
        tokens_ = to_come_ = 0;
        seen.cut++;
        quiet();
        b.settle();
        b.compare("active_o after clear", (uint32_t)top.active_o, 0u);
    }
};

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_fetch",
            {BENCH_PARAM(Cols), BENCH_PARAM(BeatBytes), BENCH_PARAM(ColLog)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;)
        driver.program();
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.order[0], "layer of order 0"}, {seen.order[1], "layer of order 1"},
        {seen.both, "load of both halves"}, {seen.padding, "tile with padding lines"},
        {seen.part, "part of a line"}, {seen.whole, "tile over a line's end"},
        {seen.odd, "odd line of an addition"}, {seen.tokens, "wait for tokens"},
        {seen.bad, "illegal block"}, {seen.cut, "clear"}, {seen.space, "wait for halves"},
        {seen.receive, "wait for a token"}, {seen.below, "second operand below the first"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
