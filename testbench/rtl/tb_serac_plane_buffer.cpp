// tb_serac_plane_buffer.cpp - the banked buffer against one linear row of bytes: any
// write, any window of planes, in any cycle, gaps on both ports. Data is due two cycles
// after its read and holds; a read sees nothing of a write in its own cycle.
//
// The points: planes longer than a beat, as long, shorter; 1, 2, 4, 8 planes a read;
// the least words a bank may have; the shapes of the three buffers.
//
// POINT: -GPlaneBits=8 -GReadPlanes=1 -GBeatBits=64 -GBufferBytes=64
// POINT: -GPlaneBits=8 -GReadPlanes=8 -GBeatBits=512 -GBufferBytes=256
// POINT: -GPlaneBits=16 -GReadPlanes=4 -GBeatBits=128 -GBufferBytes=512
// POINT: -GPlaneBits=32 -GReadPlanes=4 -GBeatBits=64 -GBufferBytes=128
// POINT: -GPlaneBits=64 -GReadPlanes=8 -GBeatBits=64 -GBufferBytes=128
// POINT: -GPlaneBits=64 -GReadPlanes=1 -GBeatBits=64 -GBufferBytes=256
// POINT: -GPlaneBits=256 -GReadPlanes=2 -GBeatBits=64 -GBufferBytes=1024
// POINT: -GPlaneBits=512 -GReadPlanes=1 -GBeatBits=64 -GBufferBytes=1024
// POINT: -GPlaneBits=1024 -GReadPlanes=8 -GBeatBits=128 -GBufferBytes=8192
// POINT: -GPlaneBits=128 -GReadPlanes=1 -GBeatBits=512 -GBufferBytes=256
#include "ports.h"

enum {
    ENOUGH = 40000,         // cycles in which all of struct Seen happens
    BEAT = BeatBits / 8,    // bytes
    PLANE = PlaneBits / 8,
    BEATS = BufferBytes / BEAT,
    PLANES = BufferBytes / PLANE
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t wrapped, unaligned, both, held;
};

class Model {
public:
    void reset() { known_ = reading_ = false; }

    // One rising edge with the inputs of `top`.
    void edge(const Vtop &top, const Bytes &wdata, Seen &seen)
    {
        if (reading_) {
            rdata_ = window_;
            known_ = true;
        }
        seen.held += known_ && !reading_;
        reading_ = top.re_i;
        if (reading_)
            read(top.raddr_i, seen);
        seen.both += top.re_i && top.we_i;
        if (top.we_i)
            std::memcpy(&bytes_[(size_t)top.waddr_i * BEAT], wdata.data(), BEAT);
    }
    const Bytes *rdata() const { return known_ ? &rdata_ : nullptr; }

private:
    Bytes bytes_ = Bytes(BufferBytes);
    Bytes window_ = Bytes(ReadPlanes * PLANE), rdata_;
    bool reading_ = false, known_ = false;

    void read(unsigned plane, Seen &seen)
    {
        for (unsigned p = 0; p < ReadPlanes; p++)
            std::memcpy(&window_[p * PLANE], &bytes_[(size_t)((plane + p) % PLANES) * PLANE],
                        PLANE);
        seen.wrapped += plane + ReadPlanes > PLANES;
        seen.unaligned += plane % ReadPlanes != 0;
    }
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    void reset()
    {
        b.reset([&] {
            top.we_i = 0;       // the memory has no reset
            top.re_i = b.rng.flag();
            inputs();
        });
        model_.reset();
    }
    // Every beat once, so that all contents are known.
    void fill()
    {
        unsigned start = (unsigned)b.rng.below(BEATS);
        for (unsigned n = 0; n < BEATS; n++) {
            inputs();
            top.waddr_i = (start + n) % BEATS;
            top.we_i = 1;
            top.re_i = 0;
            step();
        }
    }
    void random_cycle()
    {
        inputs();
        top.we_i = writes_.open(b.rng);
        top.re_i = reads_.open(b.rng);
        // Never read the half that is being written.
        unsigned half = top.waddr_i * 2 / BEATS, last = top.raddr_i + ReadPlanes - 1;
        if (top.we_i && (half == top.raddr_i * 2 / PLANES || half == last % PLANES * 2 / PLANES))
            top.re_i = 0;
        step();
    }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    Model model_;
    Gaps writes_, reads_;
    Bytes wdata_;

    void inputs()
    {
        wdata_ = random_bytes(b.rng, BEAT);
        put_port(top.wdata_i, wdata_);
        top.waddr_i = (unsigned)b.rng.below(BEATS);
        // Half of the reads stand near the end.
        top.raddr_i = (unsigned)(b.rng.flag() ? b.rng.below(PLANES)
                                              : PLANES - 1 - b.rng.below(ReadPlanes));
    }
    void step()
    {
        b.edge();
        model_.edge(top, wdata_, seen);
        if (model_.rdata())
            compare_port(b, "rdata_o", top.rdata_o, *model_.rdata());
    }
};

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_plane_buffer",
            {BENCH_PARAM(PlaneBits), BENCH_PARAM(ReadPlanes), BENCH_PARAM(BeatBits),
             BENCH_PARAM(BufferBytes)});
    Driver driver(b);
    driver.reset();
    driver.fill();
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;) {
        if (b.rng.below(2000) == 0) {
            uint64_t before = b.cycle;
            driver.reset();
            b.cycle = before;
        }
        driver.random_cycle();
    }
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.wrapped || ReadPlanes == 1, "window around the end"},
        {seen.unaligned || ReadPlanes == 1, "unaligned window"},
        {seen.both, "read beside a write"},
        {seen.held, "cycle in which data holds"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
