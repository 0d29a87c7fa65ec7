// serac_tlm.h - the accelerator as a SystemC TLM-2.0 module: one face, two bodies.
//
//   regs  target socket: 32-bit registers (configs/regs.cfg), b_transport
//   mem   initiator socket: bursts of memory, non-blocking, base protocol
//   irq   interrupt level
//
// SeracModel is the C cycle model, SeracRtl the Verilated RTL behind AXI
// transactors. Both turn one burst into one transaction: BEGIN_REQ when AR or AW
// rises, END_REQ when it is accepted, BEGIN_RESP when the read data is complete
// or the write is answered. A memory that knows in which cycles the beats move says so in
// a BurstTiming extension when it accepts; without one, beats follow each other
// up to the response.
#ifndef SERAC_TLM_H
#define SERAC_TLM_H

#include <systemc>
#include <tlm>
#include <tlm_utils/peq_with_get.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <vector>

extern "C" {
#include "serac_axi_check.h"
#include "serac_csr.h"
#include "serac_memory.h"
#include "serac_rtl.h"
#include "serac_run.h"
#include "serac_timeline.h"
}

namespace serac {

// Clock cycle 0 of a run, for memories that count cycles as the model does, and the
// cycles in which each beat of a burst moves.
struct BurstTiming : tlm::tlm_extension<BurstTiming> {
    uint64_t request = 0;            // by the accelerator: cycle of the request
    bool known = false;              // by the memory:
    serac_burst burst = {};
    int response = 0;                // AXI code it will answer with
    std::vector<uint64_t> beats;
    tlm_extension_base *clone() const override { return new BurstTiming(*this); }
    void copy_from(const tlm_extension_base &other) override
    {
        *this = static_cast<const BurstTiming &>(other);
    }
};

// A burst in flight; owns its payload.
struct Burst {
    tlm::tlm_generic_payload payload;
    BurstTiming timing;
    std::vector<unsigned char> data, enable;
    serac_channel channel = SERAC_READ;
    bool accepted = false, answered = false;

    Burst(serac_channel which, uint64_t address, size_t bytes, uint64_t cycle);
    ~Burst() { payload.clear_extension(&timing); }
    int response() const;            // AXI code
};

class Accelerator : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Accelerator> regs;
    tlm_utils::simple_initiator_socket<Accelerator> mem;
    sc_core::sc_out<bool> irq;

    Accelerator(sc_core::sc_module_name name, const serac_design &design,
                sc_core::sc_time period);

protected:
    serac_design design_;
    sc_core::sc_time period_;

    virtual void access(tlm::tlm_generic_payload &payload,
                        sc_core::sc_time &delay) = 0;
    // Phases of a burst, in its cycle.
    virtual void accepted(Burst &burst) = 0;
    virtual void answered(Burst &burst) = 0;

    void send(Burst &burst);         // BEGIN_REQ now
    Burst *find(tlm::tlm_generic_payload &payload);
    std::vector<Burst *> open_;      // oldest first

private:
    tlm_utils::peq_with_get<tlm::tlm_generic_payload> accept_queue_, answer_queue_;
    tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &payload,
                                tlm::tlm_phase &phase, sc_core::sc_time &delay);
    void on_accept();
    void on_answer();
};

// Body 1: the cycle model. Data by the debug interface when a run ends; timing by
// the transactions.
class SeracModel : public Accelerator {
public:
    SeracModel(sc_core::sc_module_name name, const serac_design &design,
               sc_core::sc_time period);
    ~SeracModel() override;

protected:
    void access(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay) override;
    void accepted(Burst &burst) override;
    void answered(Burst &burst) override;

private:
    serac_timeline *timeline_ = nullptr;
    serac_run run_ = {};
    sc_core::sc_event start_, progress_;
    sc_core::sc_time origin_;        // of cycle 0
    serac_csr csr_ = {};

    void thread();
    void run_program();
    uint64_t now() const;
    void complete(const Burst &burst, int response);
    static int read_bus(void *self, uint64_t address, void *to, size_t bytes);
    static int write_bus(void *self, uint64_t address, const void *from, size_t bytes);
    static int read_block(void *self, uint64_t address, uint8_t *block);
};

// Body 2: the Verilated RTL. Register accesses become AXI4-Lite transfers.
class SeracRtl : public Accelerator {
public:
    SeracRtl(sc_core::sc_module_name name, const serac_design &design,
             sc_core::sc_time period, const serac_rtl_ops *ops);
    ~SeracRtl() override;

protected:
    void access(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay) override;
    void accepted(Burst &burst) override;
    void answered(Burst &burst) override;

private:
    const serac_rtl_ops *ops_;
    void *rtl_;
    serac_rtl_in in_ = {};
    serac_rtl_out out_ = {};
    serac_axi_check check_ = {};
    bool broken_ = false;            // a rule of AXI: no register answers any more
    sc_core::sc_event cycle_;        // after each clock edge
    bool running_ = false;
    uint64_t cycle_number_ = 0;
    Burst *pending_[2] = {nullptr, nullptr};
    size_t read_moved_ = 0;
    std::vector<Burst *> writes_;    // data still to come
    size_t write_moved_ = 0;

    void clock();
    void drive();
    void commit();
    uint64_t beat_cycle(const Burst &burst, size_t beat) const;
};

// A memory with the timing function of model/machine/serac_memory.h.
class Memory : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Memory> socket;

    Memory(sc_core::sc_module_name name, const serac_memory_config &config,
           uint32_t beat_bytes, uint64_t base, unsigned char *bytes,
           uint64_t size, sc_core::sc_time period);

private:
    serac_memory_config config_;
    serac_memory memory_ = {};
    uint64_t base_, size_, last_request_ = 0;
    unsigned char *bytes_;           // borrowed
    uint32_t beat_bytes_;
    sc_core::sc_time period_;
    tlm_utils::peq_with_get<tlm::tlm_generic_payload> answers_;

    bool inside(uint64_t address, uint64_t bytes) const;
    void move(tlm::tlm_generic_payload &payload);
    tlm::tlm_sync_enum forward(tlm::tlm_generic_payload &payload,
                               tlm::tlm_phase &phase, sc_core::sc_time &delay);
    unsigned debug(tlm::tlm_generic_payload &payload);
    void answer();
};

}  // namespace serac

#endif
