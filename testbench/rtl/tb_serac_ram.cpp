// tb_serac_ram.cpp - the memory against an array of bytes: any word, any write
// enables, both ports in every pattern of gaps. Data is due one cycle after its
// read and holds; a read sees nothing of a write in its own cycle.
//
// The points: byte and whole-word enables, a word wider than a machine word, a
// depth that is no power of two, the least depth.
//
// POINT: -GWidth=32 -GGranule=8 -GDepth=16
// POINT: -GWidth=192 -GGranule=64 -GDepth=5
// POINT: -GWidth=8 -GGranule=8 -GDepth=1
#include "ports.h"

enum {
    ENOUGH = 50000,         // cycles in which all of struct Seen happens
    WORD = Width / 8,       // bytes
    PART = Granule / 8,
    PARTS = Width / Granule
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t collided, partly, held, idle_write;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    // Every word once: neither memory nor output register has a reset.
    void fill()
    {
        for (unsigned word = 0; word < Depth; word++) {
            inputs();
            top.waddr_i = word;
            top.we_i = ALL;
            top.re_i = 0;
            write();
            b.edge();
        }
    }
    void random_cycle()
    {
        inputs();
        top.we_i = writes_.open(b.rng) ? some_parts() : 0;
        top.re_i = reads_.open(b.rng);
        if (b.rng.chance(30))           // where it is written
            top.raddr_i = top.waddr_i;
        note();
        if (top.re_i) {                 // before the write: the old content
            rdata_ = word_of(top.raddr_i);
            known_ = true;
        }
        write();
        b.edge();
        if (known_)
            compare_port(b, "rdata_o", top.rdata_o, rdata_);
    }
    Seen seen = {};

private:
    static const unsigned ALL = (1u << PARTS) - 1;
    Bench &b;
    Vtop &top;
    Gaps writes_, reads_;
    Bytes memory_ = Bytes(Depth * WORD), wdata_, rdata_;
    bool known_ = false;

    // An address that no word has is not the module's concern.
    void inputs()
    {
        wdata_ = random_bytes(b.rng, WORD);
        put_port(top.wdata_i, wdata_);
        top.waddr_i = (unsigned)b.rng.below(Depth);
        top.raddr_i = (unsigned)b.rng.below(Depth);
    }
    unsigned some_parts()
    {
        return b.rng.flag() ? ALL : (unsigned)b.rng.bits(PARTS);
    }
    Bytes word_of(unsigned address) const
    {
        auto from = memory_.begin() + (size_t)address * WORD;
        return Bytes(from, from + WORD);
    }
    void write()
    {
        for (unsigned part = 0; part < PARTS; part++)
            if (top.we_i >> part & 1)
                std::memcpy(&memory_[(size_t)top.waddr_i * WORD + part * PART],
                            &wdata_[part * PART], PART);
    }
    void note()
    {
        bool same = top.raddr_i == top.waddr_i;
        seen.collided += top.re_i && top.we_i && same;
        seen.partly += top.we_i != 0 && top.we_i != ALL;
        seen.held += known_ && !top.re_i;
        seen.idle_write += known_ && !top.re_i && top.we_i;
    }
};

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_ram",
            {BENCH_PARAM(Width), BENCH_PARAM(Granule), BENCH_PARAM(Depth)});
    Driver driver(b);
    driver.fill();
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;)
        driver.random_cycle();
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.collided, "read of the word that is written"},
        {seen.partly || PARTS == 1, "write of a part of a word"},
        {seen.held, "cycle in which data holds"},
        {seen.idle_write, "write while data holds"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
