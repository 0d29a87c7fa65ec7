// serac_rtl_shim.cpp - C face of one Verilated design (sim/pins/serac_rtl.h).
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "Vserac.h"
#include "verilated.h"
#if VM_COVERAGE
#include <cstdlib>
#include <unistd.h>

#include "verilated_cov.h"
#endif
#ifdef SERAC_PROBES
#include "verilated_syms.h"
#endif
#ifdef VM_TRACE_VCD
#include "verilated_vcd_c.h"
#endif
#ifdef VM_TRACE_FST
#include "verilated_fst_c.h"
#endif
extern "C" {
#include "serac_rtl.h"
}

namespace {

#ifdef VM_TRACE_VCD
// Verilator ends the program when a write fails; here it is kept and told at the end.
struct WaveFile : VerilatedVcdFile {
    int error = 0;
    ssize_t write(const char *bytes, ssize_t count) override
    {
        ssize_t done = error ? count : VerilatedVcdFile::write(bytes, count);
        if (done < 0 && errno != EINTR && errno != EAGAIN) error = errno;
        return error ? count : done;
    }
};
struct Wave {
    WaveFile file;
    VerilatedVcdC trace{&file};
    int error() const { return file.error; }
};
#endif
#ifdef VM_TRACE_FST
struct Wave {
    VerilatedFstC trace;
    int error() const { return 0; }   // fstapi does not say; the file is checked
};
#endif

struct Rtl {
    VerilatedContext context;
    std::unique_ptr<Vserac> top;
#if VM_TRACE
    std::unique_ptr<Wave> wave;
#endif
};

constexpr size_t BEAT = SERAC_AXI_BITS / 8;
static_assert(sizeof(std::declval<Vserac &>().m_rdata_i) == BEAT,
              "the bus width of the build and of the design differ");

Rtl *self(void *rtl) { return static_cast<Rtl *>(rtl); }

void read_outputs(const Vserac &t, serac_rtl_out *out)
{
    out->irq = t.irq_o;
    out->s_awready = t.s_awready_o;
    out->s_wready = t.s_wready_o;
    out->s_bvalid = t.s_bvalid_o;
    out->s_bresp = t.s_bresp_o;
    out->s_arready = t.s_arready_o;
    out->s_rvalid = t.s_rvalid_o;
    out->s_rresp = t.s_rresp_o;
    out->s_rdata = t.s_rdata_o;
    out->arvalid = t.m_arvalid_o;
    out->arlen = t.m_arlen_o;
    out->rready = t.m_rready_o;
    out->araddr = t.m_araddr_o;
    out->awvalid = t.m_awvalid_o;
    out->awlen = t.m_awlen_o;
    out->awaddr = t.m_awaddr_o;
    out->wvalid = t.m_wvalid_o;
    out->wlast = t.m_wlast_o;
    out->bready = t.m_bready_o;
    out->wstrb = t.m_wstrb_o;
    out->busy = t.busy_o;
    out->done = t.done_o;
    out->stage_state = t.stage_state_o;
    if (t.m_wvalid_o)
        std::memcpy(out->wdata, &t.m_wdata_o, BEAT);
}

void edge(void *rtl, serac_rtl_out *out)
{
    Vserac &t = *self(rtl)->top;
    t.clk_i = 1;
    t.eval();
    t.clk_i = 0;
    read_outputs(t, out);
}

void settle(void *rtl, const serac_rtl_in *in, serac_rtl_out *out)
{
    Vserac &t = *self(rtl)->top;
    t.s_awvalid_i = in->s_awvalid;
    t.s_awaddr_i = in->s_awaddr;
    t.s_wvalid_i = in->s_wvalid;
    t.s_wdata_i = in->s_wdata;
    t.s_wstrb_i = in->s_wstrb;
    t.s_bready_i = in->s_bready;
    t.s_arvalid_i = in->s_arvalid;
    t.s_araddr_i = in->s_araddr;
    t.s_rready_i = in->s_rready;
    t.m_arready_i = in->arready;
    t.m_rvalid_i = in->rvalid;
    t.m_rresp_i = in->rresp;
    t.m_rlast_i = in->rlast;
    t.m_awready_i = in->awready;
    t.m_wready_i = in->wready;
    t.m_bvalid_i = in->bvalid;
    t.m_bresp_i = in->bresp;
    if (in->rvalid)
        std::memcpy(&t.m_rdata_i, in->rdata, BEAT);
    t.eval();
    read_outputs(t, out);
}

void reset(void *rtl, uint32_t cycles, serac_rtl_out *out)
{
    Vserac &t = *self(rtl)->top;
    serac_rtl_in in = {};
    serac_rtl_out after = {};
    t.rst_ni = 0;
    settle(rtl, &in, out);
    while (cycles--) edge(rtl, out);
    t.rst_ni = 1;
    settle(rtl, &in, &after);
}

void *create(uint64_t seed)
{
    auto *rtl = new Rtl;
    rtl->context.randReset(2);
    rtl->context.randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
#if VM_TRACE
    rtl->context.traceEverOn(true);
#endif
    rtl->top = std::make_unique<Vserac>(&rtl->context);
    Vserac &t = *rtl->top;
    serac_rtl_out out = {};
    t.clk_i = 0;
    t.rst_ni = 1;
    t.eval();
#if VM_COVERAGE
    rtl->context.coveragep()->zero();   // the change from no value to the first is no toggle
#endif
    reset(rtl, 3, &out);
    return rtl;
}

#if VM_COVERAGE
// One file for each device of each process, in the folder SERAC_COVERAGE.
void write_coverage(Rtl *rtl)
{
    static int number;
    const char *folder = std::getenv("SERAC_COVERAGE");
    if (!folder || !*folder)
        return;
    const std::string file = std::string(folder) + "/lockstep-" + std::to_string(getpid()) + "-" +
                             std::to_string(number++) + ".dat";
    rtl->context.coveragep()->write(file.c_str());
}
#endif

void destroy(void *rtl)
{
    self(rtl)->top->final();
#if VM_COVERAGE
    write_coverage(self(rtl));
#endif
    delete self(rtl);
}

void counters(void *rtl, uint64_t *values)
{
    std::memcpy(values, &self(rtl)->top->counters_o,
                SERAC_COUNTERS * sizeof *values);
}

#ifdef SERAC_PROBES
const void *find_signal(void *rtl, const char *scope, const char *name)
{
    const std::string path = std::string("TOP.serac_top.") + scope;
    const VerilatedScope *found = self(rtl)->context.scopeFind(path.c_str());
    const VerilatedVar *var = found ? found->varFind(name) : nullptr;
    return var ? var->datap() : nullptr;
}
#endif

#if VM_TRACE
constexpr uint64_t CYCLE_NS = 1000;

bool wave_open(void *rtl, const char *path)
{
    auto wave = std::make_unique<Wave>();
    wave->trace.set_time_unit("1ns");
    wave->trace.set_time_resolution("1ns");
    self(rtl)->top->trace(&wave->trace, 99);
    wave->trace.open(path);
    self(rtl)->wave = std::move(wave);
    return self(rtl)->wave->trace.isOpen();
}

// The cycle has settled with the clock low; its edge was at its start.
void wave_dump(void *rtl, uint64_t cycle)
{
    Rtl &r = *self(rtl);
    r.top->clk_i = 1;
    r.wave->trace.dump(cycle * CYCLE_NS);
    r.top->clk_i = 0;
    r.top->eval();   // as before: it only says that there may be something to dump
    r.wave->trace.dump(cycle * CYCLE_NS + CYCLE_NS / 2);
}

int wave_close(void *rtl)
{
    Rtl &r = *self(rtl);
    r.wave->trace.close();
    const int error = r.wave->error();
    r.wave.reset();
    return error;
}
#endif

}  // namespace

#ifndef SERAC_PROBES
constexpr auto find_signal = nullptr;
#endif
#if !VM_TRACE
constexpr auto wave_open = nullptr;
constexpr auto wave_dump = nullptr;
constexpr auto wave_close = nullptr;
#endif
extern "C" const serac_rtl_ops serac_rtl_ops = {
    create,      destroy,   settle,    edge,      counters, reset,
    find_signal, wave_open, wave_dump, wave_close};
