// tb_serac_csr.cpp - the registers against a model that knows only AXI's rules and the
// register map: a write acts on the edge at which its BVALID rises, a read
// returns the state of the cycle in which it is accepted. Neither side of the bench
// knows how many cycles the module takes, only that they are few.
//
// POINT: -GRows=4 -GCols=2 -GLanes=32 -GWgtPlanes=1 -GActPlanes=8 -GWgtBufferBytes=4096 -GActBufferBytes=8192 -GOutBufferBytes=2048 -GParamBufferBytes=1024 -GAxiBits=64 -GOutstanding=5 -GRequantLanes=16 -GQueueDepth=3
// POINT: -GRows=64 -GCols=64 -GLanes=512 -GWgtPlanes=8 -GActPlanes=4 -GWgtBufferBytes=1073741824 -GActBufferBytes=536870912 -GOutBufferBytes=268435456 -GParamBufferBytes=134217728 -GAxiBits=512 -GOutstanding=32 -GRequantLanes=32 -GQueueDepth=8
#include <deque>

#include "axi_rules.h"
#include "serac_regs.h"

enum {
    PATIENCE = 4,           // cycles the module may take for anything it owes
    ENOUGH = 400000         // cycles in which all of struct Seen happens
};

struct Write {
    uint32_t address, data, strobes;
};

struct Model {
    uint64_t program = 0, error_address = 0;
    uint32_t error = 0;
    bool irq_enable = false, irq = false, done = false, rung = false, start = false;

    bool running(const Vtop &top) const { return top.busy_i || start; }
    bool line() const { return irq && irq_enable; }
};

// How often; main() insists that each happened, unless --cycles cut it short.
struct Seen {
    uint64_t started, rung, finished, cleared, done_while_cleared, w_first, aw_first, counters, transfers;
};

static uint32_t status_of(const Model &m, const Vtop &top)
{
    return (uint32_t)m.running(top) << SERAC_REG_STATUS_BUSY_LSB |
           (uint32_t)m.done << SERAC_REG_STATUS_DONE_LSB |
           (uint32_t)m.irq << SERAC_REG_STATUS_IRQ_LSB |
           (uint32_t)m.rung << SERAC_REG_STATUS_DOORBELL_BUSY_LSB |
           m.error << SERAC_REG_STATUS_ERROR_LSB;
}

static uint32_t read_of(const Model &m, const Vtop &top, uint32_t address)
{
    uint32_t at = address & ~3u;
    if (at >= SERAC_REG_COUNTERS && at < SERAC_REG_COUNTERS + 8 * SERAC_COUNTERS)
        return top.counters_i[(at - SERAC_REG_COUNTERS) / 4];
    switch (at) {
    case SERAC_REG_ID: return 0x53455241;
    case SERAC_REG_VERSION: return SERAC_REGS_VERSION;
    case SERAC_REG_CONTROL: return (uint32_t)m.irq_enable << SERAC_REG_CONTROL_IRQ_ENABLE_LSB;
    case SERAC_REG_STATUS: return status_of(m, top);
    case SERAC_REG_PROGRAM_ADDR_LO: return (uint32_t)m.program;
    case SERAC_REG_PROGRAM_ADDR_HI: return (uint32_t)(m.program >> 32);
    case SERAC_REG_ERROR_ADDR_LO: return (uint32_t)m.error_address;
    case SERAC_REG_ERROR_ADDR_HI: return (uint32_t)(m.error_address >> 32);
    case SERAC_REG_DESIGN_ROWS: return Rows + 65536 * Cols;
    case SERAC_REG_DESIGN_LANES: return Lanes + 65536 * WgtPlanes + 16777216 * ActPlanes;
    case SERAC_REG_DESIGN_WEIGHT_BUFFER: return WgtBufferBytes;
    case SERAC_REG_DESIGN_ACT_BUFFER: return ActBufferBytes;
    case SERAC_REG_DESIGN_OUTPUT_BUFFER: return OutBufferBytes;
    case SERAC_REG_DESIGN_PARAM_BUFFER: return ParamBufferBytes;
    case SERAC_REG_DESIGN_BUS: return AxiBits + 65536 * Outstanding + 16777216 * QueueDepth;
    case SERAC_REG_DESIGN_REQUANT: return RequantLanes;
    }
    return 0;
}

static uint64_t merge(uint64_t old, const Write &w, unsigned lsb)
{
    for (unsigned byte = 0; byte < 4; byte++)
        if (w.strobes >> byte & 1) {
            unsigned at = lsb + 8 * byte;
            old = (old & ~((uint64_t)0xff << at)) | (uint64_t)(w.data >> 8 * byte & 0xff) << at;
        }
    return old;
}

static void write_to(Model &m, bool running, const Write &w, Seen &seen)
{
    uint32_t low = w.strobes & 1 ? w.data : 0;      // all commands are in byte 0
    switch (w.address & ~3u) {
    case SERAC_REG_CONTROL:
        if (w.strobes & 1)
            m.irq_enable = low & SERAC_REG_CONTROL_IRQ_ENABLE_MASK;
        if (!(low & SERAC_REG_CONTROL_START_MASK))
            break;
        if (running) {
            m.rung = true;
            seen.rung++;
        } else {
            m.start = true;
            m.done = false;
            m.error = 0;
            m.error_address = 0;
            seen.started++;
        }
        break;
    case SERAC_REG_STATUS:
        if (low & SERAC_REG_STATUS_IRQ_MASK) {
            seen.cleared += m.irq;
            m.irq = false;
        }
        if (low & SERAC_REG_STATUS_DOORBELL_BUSY_MASK)
            m.rung = false;
        break;
    case SERAC_REG_PROGRAM_ADDR_LO: m.program = merge(m.program, w, 0); break;
    case SERAC_REG_PROGRAM_ADDR_HI: m.program = merge(m.program, w, 32); break;
    }
}

// One rising edge of the registers; a run's end wins over clearing its interrupt.
static void step(Model &m, const Vtop &top, const Write *write, Seen &seen)
{
    bool running = m.running(top);
    uint64_t cleared = seen.cleared;
    m.start = false;
    if (write)
        write_to(m, running, *write, seen);
    if (top.done_i) {
        m.done = m.irq = true;
        m.error = top.error_i;
        m.error_address = top.error_addr_i;
        seen.finished++;
        seen.done_while_cleared += write && (write->address & ~3u) == SERAC_REG_STATUS &&
                                   write->strobes & write->data >> 2 & 1;
        seen.cleared = cleared;
    }
}

// A core that only starts, takes its time and ends, with garbage between.
class Core {
public:
    void drive(Vtop &top, Rng &rng, bool started)
    {
        if (left_)
            left_--;
        if (started)
            left_ = (unsigned)(rng.flag() ? 1 + rng.below(4) : 1 + rng.below(150));
        top.busy_i = left_ > 0;
        top.done_i = left_ == 1;
        top.error_i = (uint8_t)rng.bits(4);
        top.error_addr_i = rng.u64();
        if (rng.chance(20))
            rng.fill(top.counters_i, 64 * SERAC_COUNTERS);
    }

private:
    unsigned left_ = 0;
};

class Master {
public:
    Master(Bench &bench) : b(bench), top(*bench.top) {}

    void drive();
    void check();       // before the edge
    void rules();
    void take();        // handshakes of the coming edge
    const Write *answered(Write &write);    // after it: the write that now acts
    void sweep() { sweep_ = 0; }

    Model model;
    Seen seen = {};

private:
    Bench &b;
    Vtop &top;
    AxiRules rules_{4, 1};
    Gaps aw_, w_, b_, ar_, r_;
    std::deque<uint32_t> addresses_, reads_;
    std::deque<std::pair<uint32_t, uint32_t>> data_;
    uint64_t writes_aw_ = 0, writes_w_ = 0;     // offered so far
    uint32_t sweep_ = 0;
    bool bvalid_ = false, b_taken_ = false;
    unsigned aw_wait_ = 0, w_wait_ = 0, b_wait_ = 0, ar_wait_ = 0, r_wait_ = 0;

    uint32_t any_address();
    void owes(bool late, unsigned &waited, const char *what);
};

uint32_t Master::any_address()
{
    switch (b.rng.below(8)) {
    case 0: return (uint32_t)b.rng.bits(12);
    case 1: return (uint32_t)(SERAC_REG_COUNTERS - 4 + b.rng.below(8 * SERAC_COUNTERS + 8));
    case 2: return (uint32_t)b.rng.below(0x48);
    case 3: case 4: return SERAC_REG_STATUS;
    case 5: return (uint32_t)(SERAC_REG_PROGRAM_ADDR_LO + 4 * b.rng.below(4));
    default: return SERAC_REG_CONTROL;
    }
}

// Valid stays with its payload until it is taken; AW and W go their own ways, up to
// two writes apart.
void Master::drive()
{
    if (!top.awvalid_i && aw_.open(b.rng) && writes_aw_ < writes_w_ + 2) {
        top.awvalid_i = 1;
        top.awaddr_i = (uint16_t)any_address();
        writes_aw_++;
    } else if (!top.awvalid_i)
        top.awaddr_i = (uint16_t)b.rng.bits(12);
    if (!top.wvalid_i && w_.open(b.rng) && writes_w_ < writes_aw_ + 2) {
        top.wvalid_i = 1;
        top.wdata_i = (uint32_t)b.rng.corner(32);
        top.wstrb_i = (uint8_t)(b.rng.flag() ? 15 : b.rng.bits(4));
        writes_w_++;
    } else if (!top.wvalid_i) {
        top.wdata_i = b.rng.u32();
        top.wstrb_i = (uint8_t)b.rng.bits(4);
    }
    if (!top.arvalid_i && ar_.open(b.rng)) {
        top.arvalid_i = 1;
        top.araddr_i = (uint16_t)(sweep_ < 4096 ? sweep_ : any_address());
        sweep_ += sweep_ < 4096 ? 4 : 0;
    } else if (!top.arvalid_i)
        top.araddr_i = (uint16_t)b.rng.bits(12);
    top.bready_i = b_.open(b.rng);
    top.rready_i = r_.open(b.rng);
}

void Master::owes(bool late, unsigned &waited, const char *what)
{
    waited = late ? waited + 1 : 0;
    b.check(waited <= PATIENCE, what);
}

void Master::rules()
{
    rules_.in.s_awvalid = top.awvalid_i;
    rules_.in.s_awaddr = top.awaddr_i;
    rules_.in.s_wvalid = top.wvalid_i;
    rules_.in.s_wdata = top.wdata_i;
    rules_.in.s_wstrb = top.wstrb_i;
    rules_.in.s_bready = top.bready_i;
    rules_.in.s_arvalid = top.arvalid_i;
    rules_.in.s_araddr = top.araddr_i;
    rules_.in.s_rready = top.rready_i;
    rules_.out.s_awready = top.awready_o;
    rules_.out.s_wready = top.wready_o;
    rules_.out.s_bvalid = top.bvalid_o;
    rules_.out.s_bresp = top.bresp_o;
    rules_.out.s_arready = top.arready_o;
    rules_.out.s_rvalid = top.rvalid_o;
    rules_.out.s_rdata = top.rdata_o;
    rules_.out.s_rresp = top.rresp_o;
    rules_.cycle(b);
    seen.transfers = rules_.transfers();
}

void Master::check()
{
    rules();
    b.compare("start_o", top.start_o, model.start);
    b.compare("program_addr_o", top.program_addr_o, model.program);
    b.compare("irq_o", top.irq_o, model.line());
    b.compare("bresp_o", top.bresp_o, 0u);
    b.compare("rresp_o", top.rresp_o, 0u);
    b.compare("bvalid_o", top.bvalid_o, bvalid_);       // not dropped, not combinational
    if (top.rvalid_o) {
        b.check(!reads_.empty(), "rvalid_o without a read");
        b.compare("rdata_o", top.rdata_o, reads_.front());
    }
    owes(top.awvalid_i && !top.awready_o && addresses_.empty(), aw_wait_, "awready_o waits");
    owes(top.wvalid_i && !top.wready_o && data_.empty(), w_wait_, "wready_o waits");
    owes(top.arvalid_i && !top.arready_o && reads_.empty(), ar_wait_, "arready_o waits");
    owes(!reads_.empty() && !top.rvalid_o, r_wait_, "rvalid_o does not come, or was dropped");
    owes(!addresses_.empty() && !data_.empty() && !top.bvalid_o, b_wait_, "bvalid_o does not come");
}

void Master::take()
{
    if (top.rvalid_o && top.rready_i)
        reads_.pop_front();
    if (top.arvalid_i && top.arready_o) {
        reads_.push_back(read_of(model, top, top.araddr_i));
        uint32_t from = (uint32_t)(top.araddr_i & ~3u) - SERAC_REG_COUNTERS;
        seen.counters += from < 8 * SERAC_COUNTERS;
    }
    if (top.awvalid_i && top.awready_o) {
        seen.aw_first += data_.empty() && !(top.wvalid_i && top.wready_o);
        addresses_.push_back(top.awaddr_i);
    }
    if (top.wvalid_i && top.wready_o) {
        seen.w_first += addresses_.empty();
        data_.push_back({top.wdata_i, top.wstrb_i});
    }
    b_taken_ = top.bvalid_o && top.bready_i;
}

const Write *Master::answered(Write &write)
{
    bool fresh = top.bvalid_o && (!bvalid_ || b_taken_);
    bvalid_ = top.bvalid_o || (bvalid_ && !b_taken_);
    if (!fresh)
        return nullptr;
    b.check(!addresses_.empty() && !data_.empty(), "bvalid_o without a write");
    write = {addresses_.front(), data_.front().first, data_.front().second};
    addresses_.pop_front();
    data_.pop_front();
    return &write;
}

// From reset to the next one.
static void episode(Bench &b, Seen &total, uint64_t cycles)
{
    Vtop &top = *b.top;
    uint64_t before = b.cycle;
    b.reset([&] {
        top.awvalid_i = top.wvalid_i = top.arvalid_i = top.busy_i = top.done_i = 0;
        top.bready_i = b.rng.flag();
        top.rready_i = b.rng.flag();
        if (!top.rst_ni) {          // the reset is asynchronous: no edge needed
            b.compare("bvalid_o in reset", top.bvalid_o, 0u);
            b.compare("rvalid_o in reset", top.rvalid_o, 0u);
            b.compare("start_o in reset", top.start_o, 0u);
            b.compare("irq_o in reset", top.irq_o, 0u);
        }
    });
    b.cycle = before;
    Master master(b);
    Core core;
    bool started = false;
    while (cycles--) {
        core.drive(top, b.rng, started);
        master.drive();
        b.settle();
        master.check();
        master.take();
        started = master.model.start;
        bool aw = top.awvalid_i && top.awready_o, w = top.wvalid_i && top.wready_o;
        bool ar = top.arvalid_i && top.arready_o;
        b.edge();
        Write write;
        step(master.model, top, master.answered(write), master.seen);
        top.awvalid_i = top.awvalid_i && !aw;
        top.wvalid_i = top.wvalid_i && !w;
        top.arvalid_i = top.arvalid_i && !ar;
    }
    for (size_t i = 0; i < sizeof total / sizeof(uint64_t); i++)
        ((uint64_t *)&total)[i] += ((uint64_t *)&master.seen)[i];
}

int main(int argc, char **argv)
{
    Bench b(argc, argv, "tb_serac_csr",
            {BENCH_PARAM(Rows), BENCH_PARAM(Cols), BENCH_PARAM(Lanes), BENCH_PARAM(WgtPlanes),
             BENCH_PARAM(ActPlanes), BENCH_PARAM(AxiBits)});
    Seen seen = {};
    uint64_t left = b.length(ENOUGH);
    bool enough = left >= ENOUGH;
    while (left) {
        uint64_t cycles = 1 + b.rng.below(b.rng.flag() ? 200 : 20000);
        cycles = cycles < left ? cycles : left;
        episode(b, seen, cycles);
        left -= cycles;
    }
    static const char *const names[] = {
        "doorbell", "doorbell while busy", "end of a run", "clearing of irq",
        "end of a run while irq is cleared", "W before AW", "AW before W", "counter read",
        "transfer that AXI's rules were held against"};
    for (size_t i = 0; enough && i < sizeof names / sizeof *names; i++)
        if (((uint64_t *)&seen)[i] == 0)
            b.fail("not one %s in the whole run", names[i]);
    return b.finish();
}
