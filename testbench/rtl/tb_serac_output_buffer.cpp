// tb_serac_output_buffer.cpp - the packing buffer against one linear row of bits: any
// number of planes at any address, any lane group, with and without clearing, read by
// beats, gaps on both ports. Data is due one cycle after its read and holds; a read
// sees nothing of a write in its own cycle.
//
// POINT: -GLanes=8 -GRequantLanes=8 -GBeatBits=64 -GBufferBytes=64
// POINT: -GLanes=8 -GRequantLanes=1 -GBeatBits=512 -GBufferBytes=256
// POINT: -GLanes=32 -GRequantLanes=4 -GBeatBits=64 -GBufferBytes=512
// POINT: -GLanes=64 -GRequantLanes=8 -GBeatBits=128 -GBufferBytes=1024
// POINT: -GLanes=64 -GRequantLanes=32 -GBeatBits=64 -GBufferBytes=512
// POINT: -GLanes=128 -GRequantLanes=2 -GBeatBits=64 -GBufferBytes=1024
// POINT: -GLanes=512 -GRequantLanes=16 -GBeatBits=64 -GBufferBytes=4096
// POINT: -GLanes=32 -GRequantLanes=32 -GBeatBits=256 -GBufferBytes=2048
#include "ports.h"

enum {
    ENOUGH = 40000,         // cycles in which all of struct Seen happens
    BEAT = BeatBits / 8,    // bytes
    BEATS = BufferBytes / BEAT,
    PLANES = BufferBytes * 8 / Lanes,
    GROUPS = Lanes / RequantLanes
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t wrapped, cleared, kept, both, held, planes[9];
};

class Model {
public:
    // One rising edge with the inputs of `top`.
    void edge(const Vtop &top, const Bytes &wdata, Seen &seen)
    {
        seen.held += known_ && !top.re_i;
        seen.both += top.re_i && top.we_i;
        if (top.re_i) {
            rdata_.assign(&bytes_[(size_t)top.raddr_i * BEAT],
                          &bytes_[(size_t)top.raddr_i * BEAT] + BEAT);
            known_ = true;
        }
        if (top.we_i)
            write(top, wdata, seen);
    }
    const Bytes *rdata() const { return known_ ? &rdata_ : nullptr; }

private:
    Bytes bytes_ = Bytes(BufferBytes), rdata_;
    bool known_ = false;

    void write(const Vtop &top, const Bytes &wdata, Seen &seen)
    {
        for (unsigned p = 0; p < top.wplanes_i; p++) {
            size_t plane = (top.waddr_i + p) % PLANES * Lanes;
            for (unsigned lane = 0; top.wclear_i && lane < Lanes; lane++)
                set_bit(bytes_, plane + lane, false);
            for (unsigned lane = 0; lane < RequantLanes; lane++)
                set_bit(bytes_, plane + top.wlane_i * RequantLanes + lane,
                        bit_of(wdata, p * RequantLanes + lane));
        }
        seen.wrapped += top.waddr_i + top.wplanes_i > PLANES;
        seen.cleared += top.wclear_i;
        seen.kept += !top.wclear_i;
        seen.planes[top.wplanes_i]++;
    }
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    // Every plane once, so that all contents are known.
    void fill()
    {
        unsigned start = (unsigned)b.rng.below(PLANES);
        for (unsigned n = 0; n < PLANES; n++) {
            inputs();
            top.waddr_i = (start + n) % PLANES;
            top.wplanes_i = top.we_i = top.wclear_i = 1;
            top.re_i = 0;
            step();
        }
    }
    void random_cycle()
    {
        inputs();
        top.we_i = writes_.open(b.rng);
        top.re_i = reads_.open(b.rng);
        if (top.we_i)
            top.wplanes_i = (unsigned)b.rng.in(1, 8);
        // Never read the half that is being written.
        unsigned half = top.raddr_i * 2 / BEATS, last = top.waddr_i + top.wplanes_i - 1;
        if (top.we_i && (half == top.waddr_i * 2 / PLANES || half == last % PLANES * 2 / PLANES))
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
        wdata_ = random_bytes(b.rng, RequantLanes);     // eight planes
        put_port(top.wdata_i, wdata_);
        // Half of the writes stand near the end.
        top.waddr_i = (unsigned)(b.rng.flag() ? b.rng.below(PLANES)
                                              : PLANES - 1 - b.rng.below(8));
        top.wplanes_i = (unsigned)b.rng.bits(4);
        top.wlane_i = (unsigned)b.rng.below(GROUPS);
        top.wclear_i = b.rng.chance(30);
        top.raddr_i = (unsigned)b.rng.below(BEATS);
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
    Bench b(argc, argv, "tb_serac_output_buffer",
            {BENCH_PARAM(Lanes), BENCH_PARAM(RequantLanes), BENCH_PARAM(BeatBits),
             BENCH_PARAM(BufferBytes)});
    Driver driver(b);
    driver.fill();
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;)
        driver.random_cycle();
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.wrapped, "write around the end"}, {seen.cleared, "clearing write"},
        {seen.kept, "write that keeps lanes"}, {seen.both, "read beside a write"},
        {seen.held, "cycle in which data holds"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    for (unsigned planes = 1; length >= ENOUGH && planes <= 8; planes++)
        if (!seen.planes[planes])
            b.fail("not one write of %u planes in the whole run", planes);
    return b.finish();
}
