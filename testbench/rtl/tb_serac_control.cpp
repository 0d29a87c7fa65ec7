// tb_serac_control.cpp - the control of a run against a few lines of specification: what
// ends it, what goes wrong, and what every cycle of it was.
//
// Shown, in every cycle: each of the 13 counters; that busy, stalls and fill add up to the
// cycles; done when all is idle and quiet, and not one cycle earlier or later; of
// several errors the first, with its code and address, and the end when open bursts
// have ended; deadlock after 16 cycles of waiting, and not after 15. Errors that come in
// one cycle may be reported in any order: nothing says which is first.
//
// POINT: -GBeatBytes=8 -GRequantLanes=32
// POINT: -GBeatBytes=64 -GRequantLanes=1
#include "ports.h"

extern "C" {
#include "serac_timeline.h"
}

enum { ENOUGH = 60000, PATIENCE = 16 };

// Numbers of the counters, in the order of SERAC_COUNTER_LIST.
enum Counter {
#define NAME(name, offset) C_##name,
    SERAC_COUNTER_LIST(NAME)
#undef NAME
};
static const char *const names[] = {
#define TEXT(name, offset) #name,
    SERAC_COUNTER_LIST(TEXT)
#undef TEXT
};

struct Seen {
    uint64_t cause[SERAC_COUNTERS], error[7], ended, rescued, tie, open_after_error, cut;
};

class Model {
public:
    bool busy = false, halt = false;
    uint32_t error = 0;
    uint64_t error_addr = 0, counters[SERAC_COUNTERS] = {};

    void reset() { *this = Model(); }
    static bool quiet(const Vtop &t) { return !t.read_busy_i && t.write_idle_i; }
    static bool idle(const Vtop &t)
    {
        return !t.fetch_active_i && t.exec_idle_i && !t.post_busy_i && t.store_idle_i;
    }
    bool done(const Vtop &t) const { return busy && quiet(t) && (halt || idle(t)); }

    // One rising edge with the inputs of `t`; `reported` decides between errors of one cycle.
    void edge(const Vtop &t, uint32_t reported, Seen &seen)
    {
        for (unsigned c = 0; c < SERAC_COUNTERS; c++) {
            counters[c] += step_[c];     // one cycle later
            step_[c] = 0;
        }
        if (t.start_i) {
            reset();
            busy = true;
            return;
        }
        if (!busy)
            return;
        count(t, seen);
        begun_ |= t.issue_i;
        bool finished = done(t);
        wait(t, seen);
        if (!halt)
            errors(t, reported, seen);
        seen.ended += finished && !error;
        busy = !finished;
    }

private:
    bool begun_ = false;
    uint64_t step_[SERAC_COUNTERS] = {};
    unsigned waited_ = 0;       // cycles in a row in which everything waited

    void count(const Vtop &t, Seen &seen)
    {
        Counter cause = cause_of(t);
        seen.cause[cause]++;
        step_[C_cycles]++;
        step_[cause]++;
        step_[C_bytes_read] += t.read_beat_i ? BeatBytes : 0;
        if (t.write_beat_i)
            step_[C_bytes_written] += (uint64_t)__builtin_popcountll(t.write_strobe_i);
        step_[C_read_bursts] += t.read_burst_i;
        step_[C_write_bursts] += t.write_burst_i;
        step_[C_results] += t.results_i ? RequantLanes : 0;
        step_[C_blocks] += t.block_i;
    }
    Counter cause_of(const Vtop &t) const
    {
        if (t.issue_i)
            return C_array_busy_cycles;
        if (!begun_ || t.ended_i)
            return C_fill_drain_cycles;
        if (t.wait_load_i)      // for fetch, or with it for an earlier layer's results
            return t.fetch_state_i == SERAC_STATE_WAIT_RECEIVE ? C_stall_store_cycles
                                                               : C_stall_fetch_cycles;
        if (t.wait_requant_i)
            return C_stall_requant_cycles;
        return t.wait_space_i ? C_stall_store_cycles : C_stall_control_cycles;
    }
    void wait(const Vtop &t, Seen &seen)
    {
        bool fetch = t.fetch_state_i != SERAC_STATE_RUN &&
                     t.fetch_state_i != SERAC_STATE_WAIT_MEMORY;
        bool store = t.store_state_i == SERAC_STATE_IDLE ||
                     t.store_state_i == SERAC_STATE_WAIT_RECEIVE;
        bool stuck = fetch && store && t.exec_state_i != SERAC_STATE_RUN && !t.post_busy_i &&
                     quiet(t) && !t.read_waiting_i && !idle(t) && !halt;
        seen.rescued += !stuck && waited_ == PATIENCE - 1;
        waited_ = stuck ? waited_ + 1 : 0;
    }
    void errors(const Vtop &t, uint32_t reported, Seen &seen)
    {
        struct {
            uint32_t code;
            uint64_t address;
        } now[4];
        unsigned count = 0, taken = 0;
        if (t.bad_i)
            now[count++] = {SERAC_ERROR_BAD_INSTRUCTION, t.block_addr_i};
        if (t.read_error_i)
            now[count++] = {t.read_error_resp_i ? SERAC_ERROR_READ_DECERR : SERAC_ERROR_READ_SLVERR,
                            t.read_error_addr_i};
        if (t.write_error_i)
            now[count++] = {t.write_error_resp_i ? SERAC_ERROR_WRITE_DECERR
                                                 : SERAC_ERROR_WRITE_SLVERR,
                            t.write_error_addr_i};
        if (waited_ == PATIENCE)
            now[count++] = {SERAC_ERROR_DEADLOCK, t.block_addr_i};
        if (count == 0)
            return;
        for (unsigned i = 0; i < count; i++)
            if (now[i].code == reported)
                taken = i;
        seen.tie += count > 1;
        seen.error[now[taken].code]++;
        seen.open_after_error += !quiet(t);
        halt = true;
        error = now[taken].code;
        error_addr = now[taken].address;
    }
};

class Driver {
public:
    Driver(Bench &bench) : b(bench), top(*bench.top) { reset(); }

    void reset()
    {
        uint64_t before = b.cycle;
        b.reset([&] {
            inputs();
            top.start_i = 0;
        });
        b.cycle = before;
        seen.cut += m_.busy;
        m_.reset();
    }
    void cycle()
    {
        inputs();
        b.settle();
        bool done = m_.done(top);
        b.compare("done_o", (uint32_t)top.done_o, (uint32_t)done);
        b.compare("clear_o", (uint32_t)top.clear_o, (uint32_t)done);
        b.compare("busy_o", (uint32_t)top.busy_o, (uint32_t)m_.busy);
        b.edge();
        m_.edge(top, top.error_o, seen);
        b.compare("busy_o", (uint32_t)top.busy_o, (uint32_t)m_.busy);
        if (m_.busy)
            b.compare("halt_o", (uint32_t)top.halt_o, (uint32_t)m_.halt);
        b.compare("error_o", (uint32_t)top.error_o, m_.error);
        b.compare("error_addr_o", (uint64_t)top.error_addr_o, m_.error_addr);
        counters();
    }
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    Model m_;
    unsigned left_ = 0;         // cycles until the manner of the inputs changes
    unsigned active_ = 0;       // percent
    bool stuck_ = false;        // all wait

    void counters()
    {
        uint64_t sum = 0;
        for (unsigned c = 0; c < SERAC_COUNTERS; c++) {
            uint64_t rtl = top.counters_o[2 * c] | (uint64_t)top.counters_o[2 * c + 1] << 32;
            b.compare(names[c], rtl, m_.counters[c]);
            if (c >= C_array_busy_cycles && c <= C_fill_drain_cycles)
                sum += rtl;
            if (c == C_fill_drain_cycles)
                b.compare("sum of all causes", sum, m_.counters[C_cycles]);
        }
    }
    void inputs()
    {
        Rng &r = b.rng;
        if (left_-- == 0) {
            static const unsigned percents[] = {0, 30, 60, 95, 100};
            stuck_ = r.chance(30);
            left_ = (unsigned)(stuck_ ? r.in(14, 17) : r.in(1, 40));
            active_ = percents[r.below(5)];
        }
        top.start_i = !m_.busy && r.chance(20);     // the doorbell is refused in a run
        top.fetch_active_i = r.chance(active_);
        top.exec_idle_i = !r.chance(active_);
        top.post_busy_i = r.chance(active_);
        top.store_idle_i = !r.chance(active_);
        top.read_busy_i = r.chance(active_);
        top.read_waiting_i = top.read_busy_i && r.flag();
        top.write_idle_i = !r.chance(active_);
        top.fetch_state_i = (uint8_t)r.below(6);
        top.exec_state_i = (uint8_t)r.below(6);
        top.store_state_i = (uint8_t)r.below(6);
        if (stuck_)
            wait();
        faults();
        causes();
        top.read_beat_i = r.flag();
        top.write_beat_i = r.flag();
        uint64_t strobes = r.corner(BeatBytes);
        std::memcpy(&top.write_strobe_i, &strobes, sizeof top.write_strobe_i);
        top.read_burst_i = r.flag();
        top.write_burst_i = r.flag();
        top.results_i = r.flag();
        top.block_i = r.flag();
    }
    // Every stage waits, at least one is not idle, nothing is outstanding.
    void wait()
    {
        static const uint8_t fetch[] = {SERAC_STATE_IDLE, SERAC_STATE_WAIT_RECEIVE,
                                        SERAC_STATE_WAIT_SEND, SERAC_STATE_WAIT_SPACE};
        top.fetch_state_i = fetch[b.rng.below(4)];
        if (top.exec_state_i == SERAC_STATE_RUN)
            top.exec_state_i = SERAC_STATE_IDLE;
        top.store_state_i = b.rng.flag() ? SERAC_STATE_IDLE : SERAC_STATE_WAIT_RECEIVE;
        top.exec_idle_i = 0;
        top.post_busy_i = top.read_busy_i = top.read_waiting_i = 0;
        top.write_idle_i = 1;
        switch (b.rng.below(200)) {     // but for one
        case 0: top.fetch_state_i = SERAC_STATE_RUN; break;
        case 1: top.fetch_state_i = SERAC_STATE_WAIT_MEMORY; break;
        case 2: top.exec_state_i = SERAC_STATE_RUN; break;
        case 3: top.store_state_i = SERAC_STATE_WAIT_MEMORY; break;
        case 4: top.post_busy_i = 1; break;
        case 5: top.read_busy_i = 1; break;
        case 6: top.write_idle_i = 0; break;
        default: break;
        }
    }
    // An error belongs to something under way.
    void faults()
    {
        Rng &r = b.rng;
        top.bad_i = top.fetch_active_i && r.below(150) == 0;
        top.read_error_i = top.read_busy_i && r.below(150) == 0;
        top.write_error_i = !top.write_idle_i && r.below(150) == 0;
        if (r.below(400) == 0) {
            top.fetch_active_i = top.read_busy_i = 1;
            top.write_idle_i = 0;
            top.bad_i = r.flag();
            top.read_error_i = r.flag();
            top.write_error_i = r.flag();
        }
        top.read_error_resp_i = r.flag();
        top.write_error_resp_i = r.flag();
        top.block_addr_i = r.u64();
        top.read_error_addr_i = r.u64();
        top.write_error_addr_i = r.u64();
    }
    // Execute issues or gives at most one reason (tb_serac_execute).
    void causes()
    {
        unsigned cause = (unsigned)b.rng.below(6);
        top.issue_i = cause == 0 || (cause == 1 && !stuck_);
        top.wait_load_i = cause == 2;
        top.wait_requant_i = cause == 3;
        top.wait_space_i = cause == 4;
        top.ended_i = b.rng.chance(10);
    }
};

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_control",
            {BENCH_PARAM(BeatBytes), BENCH_PARAM(RequantLanes)});
    Driver driver(b);
    uint64_t length = b.length(ENOUGH);
    for (uint64_t n = length; n--;) {
        if (b.rng.below(3000) == 0)
            driver.reset();
        driver.cycle();
    }
    const Seen &seen = driver.seen;
    for (unsigned c = C_array_busy_cycles; length >= ENOUGH && c <= C_fill_drain_cycles; c++)
        if (!seen.cause[c])
            b.fail("not one cycle of %s in the whole run", names[c]);
    for (unsigned e = 1; length >= ENOUGH && e < 7; e++)
        if (!seen.error[e])
            b.fail("not one error %u in the whole run", e);
    const std::pair<bool, const char *> musts[] = {
        {seen.ended, "normal end"}, {seen.rescued, "wait of 15 cycles"},
        {seen.tie, "tie of errors"}, {seen.open_after_error, "burst open after an error"}, {seen.cut, "reset in a run"}};
    for (const auto &must : musts)
        if (length >= ENOUGH && !must.first)
            b.fail("not one %s in the whole run", must.second);
    return b.finish();
}
