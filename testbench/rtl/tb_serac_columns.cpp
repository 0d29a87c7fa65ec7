// tb_serac_columns.cpp - which beat goes to which bank, and where execute finds
// its pixels, against strip.h.
//
// One half's beats return in any order while the walk of the other half's tile
// goes on, as in fetch; layers follow each other as closely as blocks can.
// Execute looks at either half at any time. Shapes are random: runs that end
// just before, at and behind a line's end, windows that reach over either side
// of the picture, more kernel lines than 8 bits count where a bank has room for
// them.
//
// POINT: -GCols=4 -GColLog=2 -GBeatBytes=8 -GLanes=32 -GBankAddrBits=7 -GPlaneBits=8
// POINT: -GCols=2 -GColLog=1 -GBeatBytes=16 -GLanes=512 -GBankAddrBits=11 -GPlaneBits=9
#include <deque>

#include "strip.h"

enum {
    PLANE = Lanes / 8,          // bytes
    BANK = 1 << BankAddrBits,   // beats
    HALF = BANK / 2,
    LINES = 300,                // more than 8 bits count
    TALL = (PLANE + BeatBytes - 1) / BeatBytes * LINES <= BANK,
    ENOUGH = 150000             // cycles in which all of struct Seen happens
};

// What leaves three cycles after a beat came: the bank address per column, or -1.
struct Write {
    bool valid;
    int address[Cols];
    Bytes data;
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t tail, head, nobody, crosses, ends_at_line_end, left, far_line;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    void reset()
    {
        uint64_t before = b.cycle;
        b.reset([&] {
            garbage();
            if (!top.rst_ni)
                b.compare("bank_we_o in reset", (unsigned)top.bank_we_o, 0u);
        });
        b.cycle = before;
        due_.assign(4, Write{});     // a beat enters at the back
    }
    void layer();
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    Gaps walks_, beats_;
    Shape shape_ = {};
    int segment_ = 0, pixel_ = 0;           // where the next tile starts
    Strip strips_[2][Cols];
    int planes_[2][Cols] = {};              // Strip.x in planes of its layer
    bool walked_[2][Cols] = {};
    struct Walk {
        bool valid, half;
        unsigned col;
        Strip strip;
    };
    std::deque<Walk> walked_into_ = std::deque<Walk>(3);  // a walk enters at the back
    std::deque<Write> due_;

    bool choose();
    void garbage();
    void walk(bool half, unsigned col);
    void beat(bool half);
    void check();
    void tile(bool half, bool beats);
    void cycle();
};

// A shape that the mapper would accept; the section that says so.
bool Driver::choose()
{
    shape_ = random_shape(b.rng, PLANE, 6);
    if (TALL && b.rng.chance(10)) {             // a line at a time, one pixel
        int width = (int)b.rng.in(1, 9);
        shape_ = {PLANE, width, LINES, 1, 0, 0, 1, shape_.row_step,
                  (int)b.rng.in(255, LINES), width, 1};
    }
    int most = 0;
    for (int p = 0; p < shape_.out_width; p++) {    // wherever a run may start
        Strip strip = strip_of(shape_, p, shape_.run, BeatBytes);
        if (collides(strip))
            return false;
        most = std::max(most, strip_beats(strip));
    }
    int room = BANK / shape_.kernel_lines;          // of both halves
    if (most > room)
        return false;
    segment_ = (int)b.rng.in(most, std::min(room, most + 3));
    const Shape &s = shape_;
    Bytes section = section_with(b.rng, 0, [&](struct serac_insn &insn) {
        struct serac_insn_fetch &f = insn.fetch;
        f.kernel_lines = (uint32_t)s.kernel_lines;
        f.row_step = (uint32_t)s.row_step;
        f.pixel_step_bytes = (uint32_t)(s.col_step * s.pixel);
        f.window_bytes = (uint32_t)(s.window * s.pixel);
        f.wrap_bytes = (uint32_t)(s.out_width * s.col_step * s.pixel);
        f.pad_left_bytes = (uint32_t)(s.pad_left * s.pixel);
        f.line_bytes = (uint32_t)(s.in_width * s.pixel);
        f.segment_beats = (uint32_t)segment_;
    });
    put_port(top.section_i, section);
    return true;
}

void Driver::garbage()
{
    top.walk_valid_i = top.beat_valid_i = 0;
    top.walk_half_i = b.rng.flag();
    top.walk_col_i = (uint8_t)b.rng.below(Cols);
    top.walk_line_i = (uint32_t)b.rng.bits(17);
    top.walk_x_i = b.rng.u32();
    top.walk_left_i = b.rng.u32();
    top.walk_run_i = b.rng.u32();
    top.walk_run_bytes_i = b.rng.u32();
    put_port(top.beat_data_i, random_bytes(b.rng, BeatBytes));
    top.beat_half_i = b.rng.flag();
    top.beat_line_i = (uint32_t)b.rng.bits(17);
    top.beat_number_i = (uint32_t)b.rng.below(20);
    top.read_half_i = b.rng.flag();
}

void Driver::walk(bool half, unsigned col)
{
    const Shape &s = shape_;
    Strip strip = strip_of(s, pixel_, s.run, BeatBytes);
    top.walk_valid_i = 1;
    top.walk_half_i = half;
    top.walk_col_i = (uint8_t)col;
    top.walk_line_i = (uint32_t)strip.line & 0x1ffff;
    top.walk_x_i = (uint32_t)(strip.x * s.pixel);
    top.walk_left_i = (uint32_t)strip.left;
    top.walk_run_i = (uint32_t)s.run;
    top.walk_run_bytes_i = (uint32_t)(s.run * s.col_step * s.pixel);
    walked_into_.back() = {true, half, col, strip};
    pixel_ += s.run;
    seen.crosses += strip.crosses;
    seen.ends_at_line_end += strip.left == s.run;
    seen.left += strip.x < 0;
}

// A beat near one column's strip, for all of them.
void Driver::beat(bool half)
{
    const Strip &near = strips_[half][b.rng.below(Cols)];
    int reach = shape_.kernel_lines + shape_.row_step;
    int line = std::max(0, near.line + (int)b.rng.in(-1, reach));
    int last = ceil_div(shape_.in_width * shape_.pixel, BeatBytes) - 1;
    int number = (int)b.rng.in(0, last);
    Write write = {true, {}, random_bytes(b.rng, BeatBytes)};
    for (unsigned c = 0; c < Cols; c++) {
        const Strip &strip = strips_[half][c];
        int place = place_of(shape_, strip, line, number, segment_);
        write.address[c] = place < 0 ? -1 : (half * HALF + place) % BANK;
        bool tail = place >= 0 && number >= strip.tail_from;
        seen.tail += tail;
        seen.head += place >= 0 && !tail;
        seen.nobody += place < 0;
        seen.far_line += place >= 0 && line - strip.line > 255;
    }
    top.beat_valid_i = 1;
    top.beat_half_i = half;
    top.beat_line_i = (uint32_t)line;
    top.beat_number_i = (uint32_t)number;
    put_port(top.beat_data_i, write.data);
    due_.back() = write;
}

// Field `index` of a port of fields that are `width` bits wide.
template <class Port>
static uint32_t field(const Port &port, unsigned index, unsigned width)
{
    const uint8_t *bytes = (const uint8_t *)&port;
    uint32_t value = 0;
    for (unsigned i = 0; i < width; i++) {
        unsigned bit = index * width + i;
        value |= (uint32_t)(bytes[bit / 8] >> bit % 8 & 1) << i;
    }
    return value;
}

void Driver::check()
{
    const Write &now = due_.front();
    for (unsigned c = 0; c < Cols; c++) {
        bool due = now.valid && now.address[c] >= 0;
        b.compare("bank_we_o", (bool)(top.bank_we_o >> c & 1), due);
        if (due)
            b.compare("bank_addr_o", field(top.bank_addr_o, c, BankAddrBits),
                      (uint32_t)now.address[c]);
    }
    if (now.valid)
        compare_port(b, "bank_data_o", top.bank_data_o, now.data);
    const uint32_t mask = (1u << PlaneBits) - 1;
    for (unsigned c = 0; c < Cols; c++) {
        if (!walked_[top.read_half_i][c])
            continue;
        const Strip &s = strips_[top.read_half_i][c];
        b.compare("read_line_o", field(top.read_line_o, c, 17),
                  (uint32_t)s.line & 0x1ffff);
        b.compare("read_x_o", field(top.read_x_o, c, 32),
                  (uint32_t)planes_[top.read_half_i][c]);
        b.compare("read_left_o", field(top.read_left_o, c, 32),
                  (uint32_t)s.left);
        b.compare("read_tail_o", field(top.read_tail_o, c, PlaneBits),
                  (uint32_t)(-s.tail_from * BeatBytes / PLANE) & mask);
        if (s.crosses)
            b.compare("read_head_o", field(top.read_head_o, c, PlaneBits),
                      (uint32_t)(tail_beats(s) * BeatBytes / PLANE) & mask);
    }
}

// One edge; what is driven now leaves after the next one.
void Driver::cycle()
{
    b.edge();
    due_.pop_front();
    due_.push_back({});
    const Walk w = walked_into_.front();  // its window is seen three cycles later
    walked_into_.pop_front();
    walked_into_.push_back({});
    if (w.valid) {
        strips_[w.half][w.col] = w.strip;
        planes_[w.half][w.col] = w.strip.x * (shape_.pixel / PLANE);
        walked_[w.half][w.col] = true;
    }
    check();
}

// Walks a tile into `half`, while beats of the other half's return.
void Driver::tile(bool half, bool beats)
{
    for (unsigned col = 0; col < Cols;) {
        garbage();
        if (beats && beats_.open(b.rng))
            beat(!half);
        if (walks_.open(b.rng))
            walk(half, col++);
        cycle();
    }
    for (int settle = 0; settle < 2; settle++) {
        garbage();
        top.settle_i = 1;
        cycle();
    }
    top.settle_i = 0;
}

void Driver::layer()
{
    while (!choose())
        ;
    for (int settle = 0; settle < 2; settle++) {
        garbage();
        top.settle_i = 1;
        cycle();
    }
    top.settle_i = 0;
    pixel_ = 0;
    bool half = b.rng.flag();
    uint64_t tiles = 1 + b.rng.below(6);
    for (uint64_t n = 0; n < tiles; n++, half = !half) {
        tile(half, n > 0);
        for (uint64_t m = b.rng.below(60); m--;) {
            garbage();
            if (beats_.open(b.rng))
                beat(half);
            cycle();
        }
    }
    garbage();              // the next section appears two cycles after a beat
    cycle();
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_columns",
            {BENCH_PARAM(Cols), BENCH_PARAM(BeatBytes), BENCH_PARAM(Lanes),
             BENCH_PARAM(BankAddrBits)});
    Driver driver(b);
    driver.reset();
    uint64_t length = b.length(ENOUGH);
    while (b.cycle < length) {
        if (b.rng.below(100) == 0)
            driver.reset();
        driver.layer();
    }
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.tail, "beat in a tail window"},
        {seen.head, "beat in a head window"},
        {seen.nobody, "beat that a column does not need"},
        {seen.crosses, "run over a line's end"},
        {seen.ends_at_line_end, "run to a line's end"},
        {seen.left, "window over the left edge"},
        {seen.far_line || !TALL, "line more than 255 below the first"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
