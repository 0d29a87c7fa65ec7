// tb_serac_load.cpp - which buffer and which place every returning beat is for.
//
// Blocks, weight loads and activation loads follow each other as fetch requests
// them, with gaps, garbage in the gaps, and clear at any time. Where a weight
// beat belongs is computed from its place in the load, not counted
// (rtl/MACHINE.md, "Memory layout"); whether a block's exec section is legal is
// asked of serac_insn_check() in model/machine/serac_insn.c.
//
// POINT: -GBeatBytes=16 -GWgtAddrBits=6 -GParamAddrBits=4
// POINT: -GBeatBytes=8 -GWgtAddrBits=5 -GParamAddrBits=5
// POINT: -GBeatBytes=64 -GWgtAddrBits=4 -GParamAddrBits=3
#include "ports.h"

extern "C" {
#include "serac_insn.h"
}

enum {
    SECTION = 4 * SERAC_INSN_SECTION_WORDS,     // bytes
    SECTION_BEATS = SECTION / BeatBytes,
    ENOUGH = 150000         // cycles in which all of struct Seen happens
};

// The load that returns, and how far it is. `kind` as in rtl/serac_defs.vh.
struct Load {
    enum { BLOCK, WEIGHT, ACT } kind;
    bool half, ends;        // ends: with its last beat; else a line of several
    uint32_t beats, at, number;
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t legal, bad_mode, bad_gather, highest_mode, wrapped, second_half,
        m_tiles, cut_short, cleared_at_end, act_lines;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    void reset()
    {
        uint64_t before = b.cycle;
        b.reset([&] { garbage(); });
        b.cycle = before;
        section_.resize(SECTION);        // reset leaves it as it is
        std::memcpy(section_.data(), &top.section_o, SECTION);
        loaded_ = false;
        begin(Load::BLOCK);
    }
    void cycle();
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    Gaps gaps_;
    Load load_ = {};
    Bytes block_ = Bytes(SERAC_INSN_BLOCK_BYTES), section_, data_;
    bool loaded_ = false;           // pulse of this cycle
    bool legal_ = false;
    uint32_t param_ = 0, wgt_ = 0;  // beats of an m-tile

    void garbage()
    {
        data_ = random_bytes(b.rng, BeatBytes);
        put_port(top.beat_data_i, data_);
        top.beat_valid_i = 0;
        top.clear_i = 0;
        top.beat_kind_i = (uint8_t)b.rng.bits(2);
        top.beat_half_i = b.rng.flag();
        top.beat_last_i = b.rng.flag();
        top.beat_number_i = (uint32_t)b.rng.bits(5);
    }
    void begin(int kind);
    void random_block();
    void drive();
    void check();
    void check_weight();
    void advance();
};

// All fields at random but those that the bench needs sensible.
void Driver::random_block()
{
    struct serac_insn insn;
    b.rng.fill(block_.data(), block_.size());
    serac_insn_decode(block_.data(), &insn);
    struct serac_insn_fetch &f = insn.fetch;
    f.magic = SERAC_INSN_MAGIC;
    f.groups |= 1;
    f.n_tiles |= 1;
    f.out_width |= 1;
    f.run |= 1;
    f.run_last |= 1;
    f.wgt_halves = (uint32_t)b.rng.in(1, 2);
    f.act_halves = (uint32_t)b.rng.in(1, 2);
    f.tile_param_bytes = 64 * (uint32_t)b.rng.in(1, b.rng.flag() ? 1 : 4);
    f.tile_wgt_bytes = 64 * (uint32_t)b.rng.in(1, b.rng.flag() ? 1 : 6);
    insn.exec.mode = (uint32_t)(b.rng.flag() ? b.rng.in(3, 5) : b.rng.bits(3));
    if (b.rng.flag())               // none, or a single bit
        insn.exec.gather = b.rng.chance(60) ? 0 : 1u << b.rng.below(16);
    serac_insn_encode(&insn, block_.data());
    legal_ = serac_insn_check(&insn) == SERAC_OK;
    param_ = f.tile_param_bytes / BeatBytes;
    wgt_ = f.tile_wgt_bytes / BeatBytes;
    seen.legal += legal_;
    seen.bad_mode += insn.exec.mode > SERAC_INSN_MODE_RAW && insn.exec.gather;
    seen.bad_gather += insn.exec.mode <= SERAC_INSN_MODE_RAW && !insn.exec.gather;
    seen.highest_mode += legal_ && insn.exec.mode == SERAC_INSN_MODE_RAW;
}

void Driver::begin(int kind)
{
    load_ = {};
    load_.kind = kind == Load::BLOCK    ? Load::BLOCK
                 : kind == Load::WEIGHT ? Load::WEIGHT : Load::ACT;
    load_.half = b.rng.flag();
    load_.ends = true;
    switch (load_.kind) {
    case Load::BLOCK:
        random_block();
        load_.beats = SERAC_INSN_BLOCK_BYTES / BeatBytes;
        break;
    case Load::WEIGHT: {
        uint32_t tiles = (uint32_t)b.rng.in(1, 5);
        load_.beats = tiles * (param_ + wgt_);
        seen.m_tiles += tiles > 1;
        break;
    }
    case Load::ACT:                 // a line; the load's last one ends it
        load_.ends = b.rng.flag();
        load_.beats = (uint32_t)b.rng.in(1, 20);
        load_.number = (uint32_t)b.rng.corner(32);
        seen.act_lines += !load_.ends;
    }
}

void Driver::drive()
{
    garbage();
    if (gaps_.open(b.rng)) {
        top.beat_valid_i = 1;
        top.beat_kind_i = load_.kind;
        top.beat_half_i = load_.half;
        top.beat_last_i = load_.ends && load_.at + 1 == load_.beats;
        top.beat_number_i = load_.number + load_.at;
        if (load_.kind == Load::BLOCK) {
            data_.assign(&block_[load_.at * BeatBytes],
                         &block_[load_.at * BeatBytes] + BeatBytes);
            put_port(top.beat_data_i, data_);
        }
    }
    // The end of a run, sometimes with the last beat on the bus.
    top.clear_i = b.rng.below(top.beat_last_i && top.beat_valid_i ? 20 : 400) == 0;
}

// A weight beat is `at` beats behind the load's begin: m-tile by m-tile the
// parameters, then the weights, both from the half on and around its end.
void Driver::check_weight()
{
    uint32_t tile = load_.at / (param_ + wgt_), in = load_.at % (param_ + wgt_);
    bool is_param = in < param_;
    b.compare("param_we_o", (bool)top.param_we_o, is_param);
    b.compare("wgt_we_o", (bool)top.wgt_we_o, !is_param);
    uint32_t bits = is_param ? ParamAddrBits : WgtAddrBits;
    uint32_t place = is_param ? tile * param_ + in : tile * wgt_ + in - param_;
    place += load_.half ? 1u << (bits - 1) : 0;
    seen.wrapped += place >> bits;
    seen.second_half += load_.half;
    place &= (1u << bits) - 1;
    if (is_param)
        b.compare("param_addr_o", (uint32_t)top.param_addr_o, place);
    else
        b.compare("wgt_addr_o", (uint32_t)top.wgt_addr_o, place);
}

void Driver::check()
{
    bool valid = top.beat_valid_i, end = valid && top.beat_last_i;
    bool block = valid && load_.kind == Load::BLOCK;
    uint32_t section = load_.at / SECTION_BEATS;
    b.compare("exec_we_o", (bool)top.exec_we_o, block && section == 1);
    b.compare("store_we_o", (bool)top.store_we_o, block && section == 2);
    if (block && section)
        b.compare("queue_index_o", (uint32_t)top.queue_index_o,
                  load_.at % SECTION_BEATS);
    if (valid && load_.kind == Load::WEIGHT) {
        check_weight();
    } else {
        b.compare("param_we_o", (bool)top.param_we_o, false);
        b.compare("wgt_we_o", (bool)top.wgt_we_o, false);
    }
    b.compare("wgt_loaded_o", (bool)top.wgt_loaded_o,
              end && load_.kind == Load::WEIGHT);
    b.compare("act_loaded_o", (bool)top.act_loaded_o,
              end && load_.kind == Load::ACT);
}

void Driver::advance()
{
    bool valid = top.beat_valid_i, end = valid && load_.at + 1 == load_.beats;
    loaded_ = end && load_.kind == Load::BLOCK && !top.clear_i;
    if (valid && load_.kind == Load::BLOCK && load_.at < SECTION_BEATS)
        std::memcpy(&section_[load_.at * BeatBytes], data_.data(), BeatBytes);
    load_.at += valid;
    if (top.clear_i) {              // the next run begins with a block
        seen.cut_short += !end && load_.at;
        seen.cleared_at_end += end;
        begin(Load::BLOCK);
    } else if (end) {
        bool line = load_.kind == Load::ACT && !load_.ends;
        begin(line ? (int)Load::ACT : (int)b.rng.below(3));
    }
}

void Driver::cycle()
{
    drive();
    bool legal = legal_;
    b.settle();
    check();
    advance();
    b.edge();
    b.compare("block_loaded_o", (bool)top.block_loaded_o, loaded_);
    if (loaded_)
        b.compare("block_legal_o", (bool)top.block_legal_o, legal);
    compare_port(b, "section_o", top.section_o, section_);
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_load",
            {BENCH_PARAM(BeatBytes), BENCH_PARAM(WgtAddrBits),
             BENCH_PARAM(ParamAddrBits)});
    Driver driver(b);
    driver.reset();
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;) {
        if (b.rng.below(10000) == 0)
            driver.reset();
        driver.cycle();
    }
    const Seen &seen = driver.seen;
    const std::pair<uint64_t, const char *> musts[] = {
        {seen.legal, "legal block"}, {seen.bad_mode, "mode alone bad"},
        {seen.bad_gather, "gather alone bad"},
        {seen.highest_mode, "highest legal mode"},
        {seen.wrapped, "load around the end of a buffer"},
        {seen.second_half, "load into the second half"},
        {seen.m_tiles, "load of several m-tiles"},
        {seen.cut_short, "load cut short by clear"},
        {seen.cleared_at_end, "clear with a last beat"},
        {seen.act_lines, "line that does not end its load"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
