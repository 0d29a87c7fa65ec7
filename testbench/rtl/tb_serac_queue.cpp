// tb_serac_queue.cpp - the section queue against a list of sections and one
// timer.
//
// Sections come beat by beat in any order and with gaps, sometimes in part
// twice (a block that was not pushed), and are pushed while there is space. The
// stage takes them when it likes; some runs are cut short by clear. A section
// is ready 128 / BeatBytes + 2 cycles after it was taken, and its entry is
// free, seen from fetch, with the ready pulse: serac_fetch.c and
// serac_execute.c count on both.
//
// POINT: -GBeatBytes=16 -GDepth=2
// POINT: -GBeatBytes=8 -GDepth=1
// POINT: -GBeatBytes=64 -GDepth=3
#include <deque>

#include "ports.h"

enum {
    SECTION = 128,                  // bytes
    BEATS = SECTION / BeatBytes,
    LATENCY = BEATS + 2,            // = section_cycles, model/time/serac_timeline.c
    ENOUGH = 100000                 // cycles in which all of struct Seen happens
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t full, empty_take, at_once, push_at_pop, cleared, cleared_loading;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    void reset()
    {
        uint64_t before = b.cycle;
        b.reset([&] {
            idle_inputs();
            top.clear_i = b.rng.flag();
        });
        b.cycle = before;
        forget();
        known_ = false;
    }
    void cycle();
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    Gaps beats_, pushes_, takes_;
    std::deque<Bytes> queue_;       // pushed, not yet freed
    Bytes next_ = Bytes(SECTION);   // what has been written of the next entry
    std::vector<bool> written_ = std::vector<bool>(BEATS);
    Bytes shown_;
    bool known_ = false;
    unsigned timer_ = 0;            // cycles until ready; 0: not copying
    bool was_ready_ = false;

    void idle_inputs()
    {
        put_port(top.data_i, random_bytes(b.rng, BeatBytes));
        top.index_i = (uint8_t)b.rng.bits(4);
        top.we_i = 0;
        top.push_i = 0;
        top.take_i = b.rng.flag();
    }
    void forget()
    {
        queue_.clear();
        written_.assign(BEATS, false);
        timer_ = 0;
        was_ready_ = false;
    }
    bool complete() const
    {
        for (bool beat : written_)
            if (!beat)
                return false;
        return true;
    }
    void write_beat();
    void check();
    void advance(bool begins);
};

// Into the free entry; a beat may come again, as when a block was refused.
void Driver::write_beat()
{
    unsigned beat = (unsigned)b.rng.below(BEATS);
    for (unsigned n = 0; n < BEATS && written_[beat] && b.rng.chance(90); n++)
        beat = (beat + 1) % BEATS;
    Bytes data = random_bytes(b.rng, BeatBytes);
    put_port(top.data_i, data);
    // Beyond the section's beats index_i may be anything.
    top.index_i = (uint8_t)((beat + BEATS * b.rng.below(16 / BEATS)) & 15);
    top.we_i = 1;
    std::memcpy(&next_[(size_t)beat * BeatBytes], data.data(), BeatBytes);
    written_[beat] = true;
}

void Driver::check()
{
    b.compare("space_o", (bool)top.space_o, queue_.size() < Depth);
    b.compare("ready_o", (bool)top.ready_o, was_ready_);
    if (known_)
        compare_port(b, "section_o", top.section_o, shown_);
}

void Driver::cycle()
{
    idle_inputs();
    bool space = queue_.size() < Depth, whole = complete();
    top.clear_i = b.rng.below(400) == 0;
    top.take_i = takes_.open(b.rng);
    if (space && whole && pushes_.open(b.rng))
        top.push_i = 1;
    else if (space && beats_.open(b.rng))
        write_beat();
    bool begins = top.take_i && !queue_.empty() && !timer_ && !was_ready_;
    b.settle();
    check();
    b.compare("loading_o", (bool)top.loading_o, begins || timer_);
    seen.full += !space;
    seen.empty_take += top.take_i && queue_.empty();
    seen.at_once += begins && queue_.size() > 1;
    seen.push_at_pop += top.push_i && timer_ == 1;
    seen.cleared += top.clear_i;
    seen.cleared_loading += top.clear_i && timer_;
    b.edge();
    advance(begins);
    check();
}

// The edge: time of the copy, then what fetch and clear did.
void Driver::advance(bool begins)
{
    was_ready_ = false;
    if (begins) {
        timer_ = LATENCY;
        known_ = false;             // overwritten from here on
    }
    if (timer_ && --timer_ == 0) {
        shown_ = queue_.front();
        known_ = was_ready_ = true;
        queue_.pop_front();
    }
    if (top.push_i) {
        queue_.push_back(next_);
        written_.assign(BEATS, false);
    }
    if (top.clear_i)
        forget();
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_queue",
            {BENCH_PARAM(BeatBytes), BENCH_PARAM(Depth)});
    Driver driver(b);
    driver.reset();
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;) {
        if (b.rng.below(5000) == 0)
            driver.reset();
        driver.cycle();
    }
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.full, "full queue"}, {seen.empty_take, "take of nothing"},
        {seen.at_once || Depth == 1, "take with two sections waiting"},
        {seen.push_at_pop || Depth == 1, "push as an entry is freed"},
        {seen.cleared, "clear"}, {seen.cleared_loading, "clear while copying"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
