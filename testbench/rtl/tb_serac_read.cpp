// tb_serac_read.cpp - the read master against what rtl/MACHINE.md, "Bursts",
// and its contract with fetch say: a command is a list of bursts, made when it
// is accepted; memory answers them in order, when it likes.
//
// Cycle-exact are cmd_ready_o, arvalid_o and the beats; which beats a burst
// has, what they are part of and where an error lies follow from the list.
// Commands end at, just before and just behind a 1024-byte boundary; address
// and data channels stall for long enough that the outstanding limit is
// reached. halt_i comes in any state: an AR that waits stays, the rest of the
// command is dropped.
//
// POINT: -GBeatBytes=16 -GOutstanding=4
// POINT: -GBeatBytes=64 -GOutstanding=1
// POINT: -GBeatBytes=8 -GOutstanding=32
#include <deque>

#include "axi_rules.h"
#include "ports.h"

enum {
    BURST = 1024,           // bytes; also the boundary
    ENOUGH = 150000         // cycles in which all of struct Seen happens
};

struct Burst {
    uint64_t address;
    unsigned beats;
    uint32_t number;        // of its first beat
    unsigned kind, line;
    bool half, last;        // last: ends the load
};

struct Beat {
    bool valid, last;
    Bytes data;
    Burst burst;            // with the beat's own number
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t limit, cut, whole, back_to_back, errors, decode, halt_waiting,
        halt_dropped, turn;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) {}

    void reset()
    {
        uint64_t before = b.cycle;
        b.reset([&] {
            top.cmd_valid_i = top.rvalid_i = 0;
            top.arready_i = b.rng.flag();
            top.halt_i = b.rng.flag();
            if (!top.rst_ni)
                b.compare("arvalid_o in reset", (bool)top.arvalid_o, false);
        });
        b.cycle = before;
        rules_.reset();
        pending_.clear();
        open_.clear();
        index_ = halted_ = 0;
        out_ = {};
        waited_ = asking_ = false;
    }
    void cycle();
    uint64_t transfers() const { return rules_.transfers(); }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    AxiRules rules_{BeatBytes, Outstanding};
    Gaps commands_, addresses_, data_;
    std::deque<Burst> pending_;     // of the command, not yet accepted
    std::deque<Burst> open_;        // accepted, not yet ended
    unsigned index_ = 0;            // beats of open_.front() that came
    unsigned halted_ = 0;           // cycles of halt to come
    Beat out_;                      // what leaves in this cycle
    bool waited_ = false;           // an AR was not taken in the last cycle
    bool asking_ = false;           // a command waits

    void command();
    void memory();
    void halt();
    void check(bool arvalid, bool ready);
    void rules();
    std::deque<Burst> bursts() const;
};

// A command as fetch gives it; often its end is near a boundary.
void Driver::command()
{
    if (asking_ && !(halted_ && b.rng.chance(20)))
        return;                     // stays until it is taken
    asking_ = commands_.open(b.rng);
    top.cmd_valid_i = asking_;
    uint64_t beats = BURST / BeatBytes;
    uint64_t offset = b.rng.flag() ? b.rng.below(beats)
                                   : beats - 1 - b.rng.below(2);
    uint64_t length = b.rng.below(4) ? 1 + b.rng.below(4) : 1 + b.rng.below(3 * beats);
    if (b.rng.chance(40))           // ends at the boundary, or a beat beside it
        length = beats - offset + beats * b.rng.below(3) + b.rng.below(3);
    length -= length > 1 && b.rng.flag();
    uint64_t page = b.rng.flag() ? b.rng.u64() : b.rng.flag() ? 0xffffffff : 0;
    top.cmd_addr_i = page / BURST * BURST + offset * BeatBytes;
    top.cmd_bytes_i = (uint32_t)(length * BeatBytes);
    top.cmd_kind_i = (uint8_t)b.rng.below(3);
    top.cmd_half_i = b.rng.flag();
    top.cmd_last_i = b.rng.flag();
    top.cmd_line_i = (uint32_t)b.rng.bits(17);
    top.cmd_beat_i = (uint32_t)b.rng.corner(32);
}

// The command's range, cut at multiples of 1024.
std::deque<Burst> Driver::bursts() const
{
    std::deque<Burst> list;
    uint64_t end = top.cmd_addr_i + top.cmd_bytes_i;
    for (uint64_t at = top.cmd_addr_i; at != end;) {
        uint64_t stop = (at / BURST + 1) * BURST;
        stop = stop - at > end - at ? end : stop;
        uint64_t before = (at - top.cmd_addr_i) / BeatBytes;
        list.push_back({at, (unsigned)((stop - at) / BeatBytes),
                        (uint32_t)(top.cmd_beat_i + before), top.cmd_kind_i,
                        top.cmd_line_i, (bool)top.cmd_half_i,
                        top.cmd_last_i && stop == end});
        at = stop;
    }
    return list;
}

// The next beat of the oldest burst, or garbage.
void Driver::memory()
{
    top.rvalid_i = !open_.empty() && data_.open(b.rng);
    put_port(top.rdata_i, random_bytes(b.rng, BeatBytes));
    top.rlast_i = top.rvalid_i ? index_ + 1 == open_.front().beats : b.rng.flag();
    top.rresp_i = b.rng.chance(97) ? 0 : b.rng.flag() ? 2 : 3;
    if (!top.rvalid_i)
        top.rresp_i = (uint8_t)b.rng.bits(2);
}

void Driver::halt()
{
    if (halted_)
        halted_--;
    else if (b.rng.below(200) == 0)
        halted_ = 1 + (unsigned)b.rng.below(b.rng.flag() ? 3 : 60);
    top.halt_i = halted_ > 0;
}

void Driver::check(bool arvalid, bool ready)
{
    b.compare("cmd_ready_o", (bool)top.cmd_ready_o, ready);
    b.compare("arvalid_o", (bool)top.arvalid_o, arvalid);
    if (arvalid) {
        b.compare("araddr_o", (uint64_t)top.araddr_o, pending_.front().address);
        b.compare("arlen_o", (unsigned)top.arlen_o, pending_.front().beats - 1);
    }
    b.compare("burst_o", (bool)top.burst_o, arvalid && top.arready_i);
    b.compare("waiting_o", (bool)top.waiting_o, !open_.empty());
    b.compare("busy_o", (bool)top.busy_o, !open_.empty() || !pending_.empty());
    bool error = top.rvalid_i && top.rresp_i;
    b.compare("error_o", (bool)top.error_o, error);
    if (error) {
        b.compare("error_decode_o", (bool)top.error_decode_o, top.rresp_i == 3);
        b.compare("error_addr_o", (uint64_t)top.error_addr_o,
                  open_.front().address);
        seen.errors++;
        seen.decode += top.rresp_i == 3;
    }
    b.compare("beat_valid_o", (bool)top.beat_valid_o, out_.valid);
    if (!out_.valid)
        return;
    compare_port(b, "beat_data_o", top.beat_data_o, out_.data);
    b.compare("beat_kind_o", (unsigned)top.beat_kind_o, out_.burst.kind);
    b.compare("beat_half_o", (bool)top.beat_half_o, out_.burst.half);
    b.compare("beat_last_o", (bool)top.beat_last_o, out_.last);
    b.compare("beat_line_o", (unsigned)top.beat_line_o, out_.burst.line);
    b.compare("beat_number_o", (uint32_t)top.beat_number_o, out_.burst.number);
}

void Driver::rules()
{
    rules_.in.arready = top.arready_i;
    rules_.in.rvalid = top.rvalid_i;
    rules_.in.rlast = top.rlast_i;
    rules_.in.rresp = top.rresp_i;
    rules_.out.arvalid = top.arvalid_o;
    rules_.out.araddr = top.araddr_o;
    rules_.out.arlen = top.arlen_o;
    rules_.cycle(b);
}

void Driver::cycle()
{
    halt();
    command();
    memory();
    top.arready_i = addresses_.open(b.rng);
    bool slot = open_.size() < Outstanding;
    bool arvalid = !pending_.empty() && slot && (!top.halt_i || waited_);
    bool taken = arvalid && top.arready_i;
    bool done = pending_.empty() || (taken && pending_.size() == 1);
    bool ready = !top.halt_i && done;
    b.settle();
    rules();
    check(arvalid, ready);
    bool accepted = top.cmd_valid_i && ready;
    bool ended = top.rvalid_i && top.rlast_i;
    seen.limit += !pending_.empty() && !slot;
    seen.turn += taken && ended;
    seen.back_to_back += accepted && taken;
    seen.halt_waiting += top.halt_i && arvalid && !taken;

    out_ = {};
    if (top.rvalid_i) {
        Burst burst = open_.front();
        burst.number += index_;
        Bytes data((const uint8_t *)&top.rdata_i,
                   (const uint8_t *)&top.rdata_i + BeatBytes);
        out_ = {true, burst.last && ended, data, burst};
        index_ = ended ? 0 : index_ + 1;
    }
    if (ended)
        open_.pop_front();
    if (taken) {
        open_.push_back(pending_.front());
        pending_.pop_front();
    }
    waited_ = arvalid && !taken;
    if (top.halt_i && !waited_) {       // the rest of the command
        seen.halt_dropped += !pending_.empty();
        pending_.clear();
    }
    if (accepted) {
        pending_ = bursts();
        seen.cut += pending_.size() > 1;
        seen.whole += pending_.size() == 1;
        asking_ = false;
    }
    b.edge();
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_read",
            {BENCH_PARAM(BeatBytes), BENCH_PARAM(Outstanding)});
    Driver driver(b);
    driver.reset();
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;) {
        if (b.rng.below(5000) == 0)
            driver.reset();
        driver.cycle();
    }
    const Seen &seen = driver.seen;
    const std::pair<uint64_t, const char *> musts[] = {
        {seen.limit, "cycle at the outstanding limit"},
        {seen.cut, "command of several bursts"}, {seen.whole, "of one"},
        {seen.back_to_back, "command taken with the last AR of another"},
        {seen.errors, "error"}, {seen.decode, "DECERR"},
        {seen.halt_waiting, "halt while an AR waits"},
        {seen.halt_dropped, "rest dropped by halt"},
        {driver.transfers(), "transfer that AXI's rules were held against"},
        {seen.turn || Outstanding == 1, "AR as a burst ends"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
