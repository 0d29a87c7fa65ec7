// tb_serac_array.cpp - streams of digit pairs against plain dot products of the numbers
// that were cut into digits, and the cycle in which the drain registers show them.
//
// Every tile has its own widths, signs, number of k-tiles and kind of numbers; between
// valid pairs all inputs are garbage; now and then a reset cuts a tile short. Where
// digits are few enough, one tile is long enough for the accumulator to wrap.
//
// POINT: -GRows=2 -GCols=2 -GLanes=64 -GWgtPlanes=1 -GActPlanes=1
// POINT: -GRows=4 -GCols=1 -GLanes=32 -GWgtPlanes=1 -GActPlanes=2 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=1 -GCols=2 -GLanes=16 -GWgtPlanes=1 -GActPlanes=4
// POINT: -GRows=2 -GCols=2 -GLanes=8 -GWgtPlanes=1 -GActPlanes=8
// POINT: -GRows=1 -GCols=4 -GLanes=32 -GWgtPlanes=2 -GActPlanes=1 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=2 -GCols=1 -GLanes=16 -GWgtPlanes=2 -GActPlanes=2
// POINT: -GRows=2 -GCols=2 -GLanes=8 -GWgtPlanes=2 -GActPlanes=4
// POINT: -GRows=1 -GCols=1 -GLanes=64 -GWgtPlanes=2 -GActPlanes=8 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=4 -GCols=2 -GLanes=16 -GWgtPlanes=4 -GActPlanes=1 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=2 -GCols=2 -GLanes=8 -GWgtPlanes=4 -GActPlanes=2
// POINT: -GRows=1 -GCols=1 -GLanes=64 -GWgtPlanes=4 -GActPlanes=4 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=1 -GCols=2 -GLanes=32 -GWgtPlanes=4 -GActPlanes=8 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=2 -GCols=2 -GLanes=8 -GWgtPlanes=8 -GActPlanes=1
// POINT: -GRows=1 -GCols=1 -GLanes=64 -GWgtPlanes=8 -GActPlanes=2 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=2 -GCols=1 -GLanes=32 -GWgtPlanes=8 -GActPlanes=4 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=2 -GCols=4 -GLanes=16 -GWgtPlanes=8 -GActPlanes=8 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=1 -GCols=1 -GLanes=256 -GWgtPlanes=1 -GActPlanes=1
// POINT: -GRows=2 -GCols=2 -GLanes=64 -GWgtPlanes=1 -GActPlanes=1 -DSERAC_FAST_POPCOUNT
// POINT: -GRows=1 -GCols=1 -GLanes=8 -GWgtPlanes=8 -GActPlanes=8 -DSERAC_FPGA
//
// Six-input LUTs and carry chains.
// POINT: -GRows=2 -GCols=2 -GLanes=64 -GWgtPlanes=1 -GActPlanes=1 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GRows=1 -GCols=2 -GLanes=16 -GWgtPlanes=4 -GActPlanes=1 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
// POINT: -GRows=1 -GCols=1 -GLanes=8 -GWgtPlanes=2 -GActPlanes=4 -DSERAC_XILINX -v testbench/rtl/xilinx_cells.v
//
// At this point the operand registers are visible: they hold without a valid pair.
// POINT: -GRows=2 -GCols=2 -GLanes=16 -GWgtPlanes=2 -GActPlanes=2 -CFLAGS -DISOLATION testbench/rtl/serac_array.vlt
#include <deque>

#include "ports.h"
#include "serac_regs.h"
#ifdef ISOLATION
#include "Vtop___024root.h"
#endif

enum {
    ENOUGH = 30000,         // cycles in which all of struct Seen happens
    LONGEST = 9000          // pairs of the tile that wraps, where it is affordable
};

// One side of a tile: vectors x k-tiles x lanes numbers.
struct Numbers {
    unsigned vectors, k_tiles, bits;
    bool is_signed;
    std::vector<int> values;

    int at(unsigned vector, unsigned k, unsigned lane) const
    {
        return values[((size_t)vector * k_tiles + k) * Lanes + lane];
    }
    unsigned digits(unsigned planes) const { return (bits + planes - 1) / planes; }
};

struct Tile {
    unsigned k_tiles;
    Numbers wgt, act;
};

struct Result {
    uint64_t due;           // cycle in which the drain registers show it
    Bytes acc, ones;
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t tiles, cut_tiles, neighbours, several_k, negative, wrapped;
};

static Numbers numbers(Rng &rng, unsigned vectors, unsigned k_tiles, unsigned max_bits)
{
    Numbers n = {vectors, k_tiles, (unsigned)rng.in(1, max_bits), rng.flag(), {}};
    int low = n.is_signed ? -(1 << (n.bits - 1)) : 0, high = low + (1 << n.bits) - 1;
    uint64_t kind = rng.below(5);
    n.values.resize((size_t)vectors * k_tiles * Lanes);
    for (int &value : n.values)
        switch (kind) {
        case 0: value = low; break;
        case 1: value = high; break;
        case 2: value = rng.flag() ? low : high; break;
        default: value = (int)rng.in(low, high);
        }
    return n;
}

// One in four is a single digit pair.
static Tile random_tile(Rng &rng)
{
    bool tiny = rng.chance(25);
    unsigned k_tiles = (unsigned)(tiny || rng.flag() ? 1 : rng.in(1, 6));
    return {k_tiles, numbers(rng, Rows, k_tiles, tiny ? WgtPlanes : 8),
            numbers(rng, Cols, k_tiles, tiny ? ActPlanes : 8)};
}

// Lanes x 255 x 255 in every k-tile: beyond 2^31.
static Tile wrapping_tile()
{
    unsigned k_tiles = (unsigned)((1ull << 31) / (255 * 255 * Lanes) + 2);
    Tile tile = {k_tiles, {Rows, k_tiles, 8, false, {}}, {Cols, k_tiles, 8, false, {}}};
    tile.wgt.values.assign((size_t)Rows * k_tiles * Lanes, 255);
    tile.act.values.assign((size_t)Cols * k_tiles * Lanes, 255);
    return tile;
}

static uint64_t pairs_of(const Tile &t)
{
    return (uint64_t)t.k_tiles * t.wgt.digits(WgtPlanes) * t.act.digits(ActPlanes);
}

static void put_word(Bytes &bytes, size_t index, uint32_t word)
{
    std::memcpy(&bytes[4 * index], &word, 4);
}

static Result result_of(const Tile &t, uint64_t due, Seen &seen)
{
    seen.tiles++;
    seen.several_k += t.k_tiles > 1;
    Result r = {due, Bytes(4 * Rows * Cols), Bytes(4 * Cols)};
    for (unsigned c = 0; c < Cols; c++) {
        int64_t ones = 0;
        for (unsigned k = 0; k < t.k_tiles; k++)
            for (unsigned l = 0; l < Lanes; l++)
                ones += t.act.at(c, k, l);
        put_word(r.ones, c, (uint32_t)ones);
        for (unsigned row = 0; row < Rows; row++) {
            int64_t dot = 0;
            for (unsigned k = 0; k < t.k_tiles; k++)
                for (unsigned l = 0; l < Lanes; l++)
                    dot += (int64_t)t.wgt.at(row, k, l) * t.act.at(c, k, l);
            put_word(r.acc, c * Rows + row, (uint32_t)dot);
            seen.negative += dot < 0;
            seen.wrapped += dot >> 31 > 0;
        }
    }
    return r;
}

// Digit `digit` (0 lowest) of one k-tile: [vector][plane][lane].
static Bytes digits_of(const Numbers &n, unsigned k, unsigned digit, unsigned planes)
{
    Bytes bytes((size_t)n.vectors * planes * Lanes / 8, 0);
    for (unsigned v = 0; v < n.vectors; v++)
        for (unsigned p = 0; p < planes; p++)
            for (unsigned l = 0; l < Lanes; l++) {
                // A digit reaches beyond the number's bits: the sign is repeated.
                unsigned bit = (unsigned)(n.at(v, k, l) >> (digit * planes + p)) & 1;
                set_bit(bytes, ((size_t)v * planes + p) * Lanes + l, bit);
            }
    return bytes;
}

// Tiles, pair by pair, in the order of the machine.
class Stream {
public:
    Stream(Bench &bench) : b(bench), top(*bench.top) {}

    void start(const Tile &tile)
    {
        tile_ = tile;
        k_ = 0;
        fresh_ = true;
        act_digit_ = tile.act.digits(ActPlanes);
        wgt_digit_ = tile.wgt.digits(WgtPlanes);
    }
    bool begun() const { return !fresh_; }
    const Tile &tile() const { return tile_; }
    bool drive();               // one pair; true with the tile's last
    void garbage();             // a cycle without a pair

private:
    Bench &b;
    Vtop &top;
    Tile tile_;
    unsigned k_ = 0, act_digit_ = 0, wgt_digit_ = 0;    // digits yet to come
    bool fresh_ = true;
};

bool Stream::drive()
{
    unsigned act_digits = tile_.act.digits(ActPlanes), wgt_digits = tile_.wgt.digits(WgtPlanes);
    top.valid_i = 1;
    top.wgt_first_i = wgt_digit_ == wgt_digits;
    top.wgt_last_i = wgt_digit_ == 1;
    top.act_first_i = act_digit_ == act_digits;
    top.act_last_i = act_digit_ == 1;
    top.tile_first_i = k_ == 0;
    top.wgt_neg_i = top.wgt_first_i && tile_.wgt.is_signed;
    top.act_neg_i = top.act_first_i && tile_.act.is_signed;
    // A digit comes once; while it is in use its port may have anything.
    bool wgt_held = wgt_digits == 1 && !top.act_first_i;
    put_port(top.wgt_i, wgt_held ? random_bytes(b.rng, Rows * WgtPlanes * Lanes / 8)
                                 : digits_of(tile_.wgt, k_, wgt_digit_ - 1, WgtPlanes));
    put_port(top.act_i, !top.wgt_first_i ? random_bytes(b.rng, Cols * ActPlanes * Lanes / 8)
                                         : digits_of(tile_.act, k_, act_digit_ - 1, ActPlanes));
    if (wgt_held)
        top.wgt_neg_i = b.rng.flag();
    if (!top.wgt_first_i)
        top.act_neg_i = b.rng.flag();
    fresh_ = false;
    if (--wgt_digit_ == 0) {
        wgt_digit_ = wgt_digits;
        if (--act_digit_ == 0) {
            act_digit_ = act_digits;
            k_++;
        }
    }
    top.tile_last_i = k_ == tile_.k_tiles;
    return top.tile_last_i;
}

void Stream::garbage()
{
    top.valid_i = 0;
    top.wgt_first_i = b.rng.flag();
    top.wgt_last_i = b.rng.flag();
    top.act_first_i = b.rng.flag();
    top.act_last_i = b.rng.flag();
    top.tile_first_i = b.rng.flag();
    top.tile_last_i = b.rng.flag();
    top.wgt_neg_i = b.rng.flag();
    top.act_neg_i = b.rng.flag();
    put_port(top.wgt_i, random_bytes(b.rng, Rows * WgtPlanes * Lanes / 8));
    put_port(top.act_i, random_bytes(b.rng, Cols * ActPlanes * Lanes / 8));
}

class Drain {
public:
    void expect(Result result, Seen &seen)
    {
        seen.neighbours += !pending_.empty() && pending_.back().due + 1 == result.due;
        pending_.push_back(std::move(result));
    }
    void check(Bench &b)            // after each edge
    {
        Vtop &top = *b.top;
        bool pulse = !pending_.empty() && pending_.front().due == b.cycle;
        b.compare("drain_valid_o", (uint64_t)top.drain_valid_o, (uint64_t)pulse);
        if (pulse) {
            shown_ = pending_.front();
            pending_.pop_front();
        }
        if (shown_.acc.empty())     // nothing was drained yet
            return;
        compare_port(b, "drain_acc_o", top.drain_acc_o, shown_.acc);
        compare_port(b, "drain_ones_o", top.drain_ones_o, shown_.ones);
    }

private:
    std::deque<Result> pending_;
    Result shown_ = {};
};

#ifdef ISOLATION
// Operand isolation: an idle array does not toggle. Cannot be seen in its results.
class Operands {
public:
    explicit Operands(Bench &bench) : b(bench), root(*bench.top->rootp) { look(); }
    void check()                    // after each edge
    {
        if (!b.top->valid_i) {
            compare_port(b, "wgt_q", root.serac_array__DOT__wgt_q, wgt_);
            compare_port(b, "act_q", root.serac_array__DOT__act_q, act_);
        }
        look();
    }

private:
    Bench &b;
    Vtop___024root &root;
    Bytes wgt_ = Bytes(Rows * WgtPlanes * Lanes / 8), act_ = Bytes(Cols * ActPlanes * Lanes / 8);

    void look()
    {
        std::memcpy(wgt_.data(), &root.serac_array__DOT__wgt_q, wgt_.size());
        std::memcpy(act_.data(), &root.serac_array__DOT__act_q, act_.size());
    }
};
#else
class Operands {
public:
    explicit Operands(Bench &) {}
    void check() {}
};
#endif

// From reset to the next one, which may cut a tile short. `wrap`: the second tile is
// the one that wraps.
static void episode(Bench &b, Seen &seen, uint64_t cycles, bool wrap)
{
    uint64_t before = b.cycle;
    Stream stream(b);
    b.reset([&] {
        stream.garbage();
        if (!b.top->rst_ni)
            b.compare("drain_valid_o in reset", (uint64_t)b.top->drain_valid_o, (uint64_t)0);
    });
    b.cycle = before;
    Drain drain;
    Operands operands(b);
    Gaps gaps;
    stream.start(random_tile(b.rng));
    while (cycles--) {
        if (!gaps.open(b.rng)) {
            stream.garbage();
        } else if (stream.drive()) {
            drain.expect(result_of(stream.tile(), b.cycle + SERAC_ARRAY_DEPTH, seen), seen);
            stream.start(wrap ? wrapping_tile() : random_tile(b.rng));
            wrap = false;
        }
        b.edge();
        drain.check(b);
        operands.check();
    }
    seen.cut_tiles += stream.begun();
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_array",
            {BENCH_PARAM(Rows), BENCH_PARAM(Cols), BENCH_PARAM(Lanes), BENCH_PARAM(WgtPlanes),
             BENCH_PARAM(ActPlanes)});
    Seen seen = {};
    uint64_t left = b.length(ENOUGH);
    bool enough = left >= ENOUGH;
    bool wrap = enough && pairs_of(wrapping_tile()) <= LONGEST;
    if (wrap)
        episode(b, seen, 3 * LONGEST, true);
    while (left) {
        uint64_t cycles = 1 + b.rng.below(b.rng.flag() ? 60 : 6000);
        cycles = cycles < left ? cycles : left;
        episode(b, seen, cycles, false);
        left -= cycles;
    }
    const std::pair<uint64_t, const char *> musts[] = {
        {seen.tiles, "tile"}, {seen.cut_tiles, "tile cut short"}, {seen.several_k, "k-tile"},
        {seen.neighbours, "pair of tiles in successive cycles"}, {seen.negative, "negative sum"},
        {seen.wrapped || !wrap, "sum beyond 31 bits"}};
    for (const auto &must : musts)
        if (enough && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
