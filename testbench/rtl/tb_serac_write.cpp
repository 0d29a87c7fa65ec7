// tb_serac_write.cpp - the write master against lists of what must come: every chunk is
// cut into bursts and beats when it is taken, and every AW, W and B is held against
// the next entry, in value and in cycle.
//
// Shown: bursts end at multiples of 1024 bytes; strobes at unaligned ends only; an AW is
// offered at once unless four bursts run ahead of W or 32 wait for their answer; W
// follows its AW after two cycles, or directly, without gaps of ours; what waits does not
// change; `free` with a tile's last beat; `idle`; the address of a failed burst; after
// halt nothing but what was offered. AW, W, B and commands stall at random, and reset
// comes in the middle.
//
// POINT: -GBeatBytes=8 -GLanes=512 -GOutPlaneBits=6 -GOutBeatBits=9
// POINT: -GBeatBytes=16 -GLanes=64 -GOutPlaneBits=10 -GOutBeatBits=9
// POINT: -GBeatBytes=64 -GLanes=8 -GOutPlaneBits=13 -GOutBeatBits=7
#include <deque>

#include "axi_rules.h"
#include "ports.h"

enum {
    ENOUGH = 60000,
    BEAT = BeatBytes,
    PLANE = Lanes / 8,
    BEATS = 1 << OutBeatBits,
    BURST = 1024,       // bytes
    AHEAD = 4,          // AW before the end of W
    OPEN = 32           // AW before B
};

// How often; main() insists that each happened.
struct Seen {
    uint64_t ahead, open, both_ends, many, held, dropped, error, free, direct, cut;
};

struct Chunk {
    uint64_t address;
    uint32_t bytes, plane, beat;        // beat: where the buffer has its first
    bool last;
};

struct Beat {
    uint64_t strobes;
    uint32_t place;                     // beat of the buffer
    bool last, tile_end;
};

struct Burst {
    uint64_t address;
    std::deque<Beat> beats;
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top), buffer_(random_bytes(b.rng, BEATS * BEAT))
    {
        reset();
    }
    void reset()
    {
        uint64_t before = b.cycle;
        seen.cut += open_.size();
        b.reset([&] {
            top.halt_i = b.rng.flag();
            top.cmd_valid_i = top.bvalid_i = 0;
            top.awready_i = b.rng.flag();
            top.wready_i = b.rng.flag();
        });
        b.cycle = before;
        rules_.reset();
        plan_.clear();
        sending_.clear();
        open_.clear();
        ended_ = 0;
        held_ = offered_ = false;
        halted_ = 0;
        w_free_ = 0;
    }
    void cycle()
    {
        inputs();
        b.settle();
        rules();
        bool aw = address();
        bool w = data();
        responses();
        commands(aw);
        bool read = top.read_o;
        uint32_t read_at = top.read_addr_o;
        // What happens at the edge.
        bool command = top.cmd_valid_i && top.cmd_ready_o;
        held_ = top.awvalid_o && !aw;
        if (aw)
            start_burst();
        if (w)
            end_beat();
        if (top.bvalid_i) {
            open_.pop_front();
            ended_--;
        }
        if (top.halt_i && !held_) {
            seen.dropped += !plan_.empty();
            plan_.clear();
        }
        b.edge();
        if (read)
            put_port(top.read_data_i, Bytes(buffer_.begin() + read_at * BEAT,
                                            buffer_.begin() + (read_at + 1) * BEAT));
        if (command)
            cut_chunk();
    }
    uint64_t transfers() const { return rules_.transfers(); }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    AxiRules rules_{BeatBytes, 1};
    Bytes buffer_;
    std::deque<Burst> plan_;            // of the chunk in hand, no AW yet
    struct Sending {
        Burst burst;
        uint64_t earliest;              // cycle of its first beat
    };
    std::deque<Sending> sending_;       // AW accepted, W not complete
    std::deque<uint64_t> open_;         // addresses, AW accepted, no B yet
    unsigned ended_ = 0;                // bursts whose W is complete, no B yet
    bool held_ = false;                 // an AW that was not accepted
    bool offered_ = false;              // a command that was not taken
    unsigned halted_ = 0;               // cycles of halt to come
    uint64_t w_free_ = 0;               // first cycle for the next beat
    Chunk chunk_ = {};
    Gaps commands_, aws_, ws_, bs_;
    unsigned no_b_ = 0;                 // cycles in which only B stalls

    void rules()
    {
        rules_.in.awready = top.awready_i;
        rules_.in.wready = top.wready_i;
        rules_.in.bvalid = top.bvalid_i;
        rules_.in.bresp = top.bresp_i;
        rules_.out.awvalid = top.awvalid_o;
        rules_.out.awaddr = top.awaddr_o;
        rules_.out.awlen = top.awlen_o;
        rules_.out.wvalid = top.wvalid_o;
        rules_.out.wlast = top.wlast_o;
        rules_.out.wstrb = top.wstrb_o;
        std::memcpy(rules_.out.wdata, &top.wdata_o, BEAT);
        rules_.cycle(b);
    }
    void inputs()
    {
        Rng &r = b.rng;
        if (no_b_)
            no_b_--;
        else if (r.below(600) == 0)
            no_b_ = (unsigned)r.in(50, 150);
        if (halted_)
            halted_ -= halted_ > 1 || (plan_.empty() && open_.empty());
        else if (r.below(400) == 0)
            halted_ = (unsigned)r.in(1, 30);
        top.halt_i = halted_ != 0;
        offered_ = (offered_ && !halted_) || no_b_ || commands_.open(r);
        if (offered_ && !top.cmd_valid_i)
            random_chunk();
        top.cmd_valid_i = offered_;
        top.awready_i = no_b_ || aws_.open(r);
        top.wready_i = no_b_ || ws_.open(r);
        top.bvalid_i = ended_ && !no_b_ && bs_.open(r);
        top.bresp_i = r.chance(10) ? (uint8_t)r.in(2, 3) : 0;
    }
    void random_chunk()
    {
        Rng &r = b.rng;
        uint32_t unit = std::max<uint32_t>(1, BEAT / PLANE);      // a slot begins on a beat
        chunk_.plane = (uint32_t)r.below((1u << OutPlaneBits) / unit) * unit;
        chunk_.beat = chunk_.plane * PLANE / BEAT;
        chunk_.address = r.bits(40) * BEAT;
        if (r.chance(30))       // near a border
            chunk_.address = (chunk_.address & ~(uint64_t)(BURST - 1)) - r.below(3 * BEAT);
        if (r.flag())
            chunk_.address |= r.below(BEAT);
        uint32_t room = (BEATS - chunk_.beat) * BEAT - (uint32_t)(chunk_.address % BEAT);
        uint32_t most = r.chance(60) || no_b_ ? 3 * BEAT : 3 * BURST;
        chunk_.bytes = (uint32_t)r.in(1, std::min(room, most));
        chunk_.last = r.flag();
        top.cmd_addr_i = chunk_.address;
        top.cmd_bytes_i = chunk_.bytes;
        top.cmd_plane_i = chunk_.plane;
        top.cmd_last_i = chunk_.last;
    }
    // Byte by byte: which burst and beat it is in, whether it is written.
    void cut_chunk()
    {
        offered_ = false;
        top.cmd_valid_i = 0;
        uint64_t first = chunk_.address / BEAT;
        for (uint64_t i = 0, a = chunk_.address; i < chunk_.bytes; i++, a++) {
            if (plan_.empty() || a % BURST == 0)
                plan_.push_back({a / BEAT * BEAT, {}});
            std::deque<Beat> &beats = plan_.back().beats;
            if (beats.empty() || a % BEAT == 0)
                beats.push_back({0, chunk_.beat + (uint32_t)(a / BEAT - first), false, false});
            beats.back().strobes |= (uint64_t)1 << a % BEAT;
        }
        for (Burst &burst : plan_)
            burst.beats.back().last = true;
        plan_.back().beats.back().tile_end = chunk_.last;
        seen.many += plan_.size() > 2;
        seen.both_ends += plan_.size() == 1 && plan_[0].beats.size() == 1 &&
                          !(plan_[0].beats[0].strobes & 1) &&
                          !(plan_[0].beats[0].strobes >> (BEAT - 1));
    }
    // True if an AW is accepted.
    bool address()
    {
        bool ahead = sending_.size() == AHEAD, open = open_.size() == OPEN;
        bool due = !plan_.empty() && !ahead && !open && (!top.halt_i || held_);
        seen.ahead += ahead && !plan_.empty();
        seen.open += open && !plan_.empty();
        seen.held += top.halt_i && held_;
        b.compare("awvalid_o", (uint32_t)top.awvalid_o, (uint32_t)due);
        bool accepted = due && top.awready_i;
        b.compare("burst_o", (uint32_t)top.burst_o, (uint32_t)accepted);
        if (due) {
            b.compare("awaddr_o", (uint64_t)top.awaddr_o, plan_[0].address);
            b.compare("awlen_o", (uint32_t)top.awlen_o, (uint32_t)plan_[0].beats.size() - 1);
        }
        return accepted;
    }
    void start_burst()
    {
        open_.push_back(plan_[0].address);
        sending_.push_back({plan_[0], b.cycle + 2});
        plan_.pop_front();
    }
    // True if a beat is accepted.
    bool data()
    {
        bool due = !sending_.empty() && b.cycle >= std::max(sending_[0].earliest, w_free_);
        b.compare("wvalid_o", (uint32_t)top.wvalid_o, (uint32_t)due);
        bool accepted = due && top.wready_i;
        const Beat *beat = due ? &sending_[0].burst.beats[0] : nullptr;
        bool free = accepted && beat->tile_end;
        b.compare("free_o", (uint32_t)top.free_o, (uint32_t)free);
        seen.free += free;
        if (!due)
            return false;
        b.compare("wlast_o", (uint32_t)top.wlast_o, (uint32_t)beat->last);
        b.compare("wstrb_o", (uint64_t)top.wstrb_o, beat->strobes);
        Bytes wdata(BEAT);
        std::memcpy(wdata.data(), &top.wdata_o, BEAT);
        for (unsigned i = 0; i < BEAT; i++)
            if (beat->strobes >> i & 1)
                b.compare("wdata_o byte", (uint32_t)wdata[i],
                          (uint32_t)buffer_[beat->place * BEAT + i]);
        return accepted;
    }
    void end_beat()
    {
        std::deque<Beat> &beats = sending_[0].burst.beats;
        w_free_ = b.cycle + 1;
        beats.pop_front();
        if (!beats.empty())
            return;
        ended_++;
        sending_.pop_front();
        seen.direct += !sending_.empty() && sending_[0].earliest <= w_free_;
    }
    void responses()
    {
        bool error = top.bvalid_i && top.bresp_i;
        b.compare("error_o", (uint32_t)top.error_o, (uint32_t)error);
        if (error)
            b.compare("error_addr_o", (uint64_t)top.error_addr_o, open_.front());
        seen.error += error;
    }
    void commands(bool aw)
    {
        bool ready = !top.halt_i && (plan_.empty() || (aw && plan_.size() == 1));
        b.compare("cmd_ready_o", (uint32_t)top.cmd_ready_o, (uint32_t)ready);
        bool idle = plan_.empty() && open_.empty();
        b.compare("idle_o", (uint32_t)top.idle_o, (uint32_t)idle);
    }
};

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_write",
            {BENCH_PARAM(BeatBytes), BENCH_PARAM(Lanes), BENCH_PARAM(OutPlaneBits),
             BENCH_PARAM(OutBeatBits)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;) {
        if (b.rng.below(3000) == 0)
            driver.reset();
        driver.cycle();
    }
    const Seen &seen = driver.seen;
    const std::pair<bool, const char *> musts[] = {
        {seen.ahead, "AW that waits for W"}, {seen.open, "AW that waits for B"},
        {seen.both_ends, "beat with two unaligned ends"}, {seen.many, "chunk of three bursts"},
        {seen.held, "AW held into a halt"}, {seen.dropped, "chunk dropped by a halt"},
        {seen.error, "error response"}, {seen.free, "end of a tile"},
        {driver.transfers(), "transfer that AXI's rules were held against"},
        {seen.direct, "burst directly behind another"}, {seen.cut, "burst cut off by a reset"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
