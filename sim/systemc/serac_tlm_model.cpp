// serac_tlm_model.cpp - the accelerator's first body: the C cycle model.
//
// The timeline asks for bursts; each goes out in its cycle, and what comes back
// is told to the timeline when it comes. When the run is over the data is computed
// through the debug interface; the bursts themselves carry none (their byte
// enables are off).
#include <cstring>

#include "serac_tlm.h"

namespace serac {

SeracModel::SeracModel(sc_core::sc_module_name name, const serac_design &design,
                       sc_core::sc_time period)
    : Accelerator(name, design, period)
{
    csr_.design = &design_;
    csr_.run = &run_;
    sc_core::sc_spawn([this] { thread(); }, "run");
}

SeracModel::~SeracModel() { serac_timeline_destroy(timeline_); }

uint64_t SeracModel::now() const
{
    return static_cast<uint64_t>((sc_core::sc_time_stamp() - origin_) / period_ + 0.5);
}

void SeracModel::complete(const Burst &burst, int response)
{
    serac_burst timing = burst.timing.burst;
    if (!burst.timing.known) {   // a memory that only answers
        timing.response = now();
        timing.last_beat = burst.channel == SERAC_READ ? now() : now() - 1;
        timing.first_beat = timing.last_beat;
        timing.error = now();
    }
    serac_timeline_complete(timeline_, burst.channel, &timing, response);
    progress_.notify(sc_core::SC_ZERO_TIME);
}

// What is known of a burst when it is accepted is told at once: a write's data is
// through long before it is answered, and the next ones wait for that only.
void SeracModel::accepted(Burst &burst)
{
    serac_timeline_handshake(timeline_, burst.channel, now());
    if (burst.timing.known) complete(burst, burst.timing.response);
    progress_.notify(sc_core::SC_ZERO_TIME);
}

void SeracModel::answered(Burst &burst)
{
    if (!burst.timing.known) complete(burst, burst.response());
    for (auto it = open_.begin(); it != open_.end(); ++it)
        if (*it == &burst) {
            open_.erase(it);
            break;
        }
    delete &burst;
}

void SeracModel::run_program()
{
    serac_timeline_hooks hooks = {};
    hooks.read_block = read_block;
    hooks.ctx = this;
    uint64_t program = serac_csr_program(&csr_);
    serac_timeline_destroy(timeline_);
    timeline_ = serac_timeline_create(&design_, program, &hooks);
    serac_request request;
    for (;;) {
        serac_progress state = serac_timeline_next(timeline_, &request);
        if (state == SERAC_PROGRESS_DONE) break;
        if (state == SERAC_PROGRESS_WAIT) {
            wait(progress_);
            continue;
        }
        if (request.cycle > now()) {   // an answer may bring an earlier one
            wait(static_cast<double>(request.cycle - now()) * period_, progress_);
            continue;
        }
        auto *burst = new Burst(request.channel, request.address,
                                static_cast<size_t>(request.beats) * design_.axi_bits / 8,
                                request.cycle);
        if (request.channel == SERAC_WRITE) {
            burst->enable.assign(1, 0);
            burst->payload.set_byte_enable_ptr(burst->enable.data());
            burst->payload.set_byte_enable_length(1);
        }
        serac_timeline_sent(timeline_, request.channel);
        send(*burst);
    }
    serac_timeline_result(timeline_, &run_);
    if (run_.total.cycles > now()) wait(static_cast<double>(run_.total.cycles - now()) * period_);
    serac_bus bus = {read_bus, write_bus, this};
    if (run_.status == SERAC_OK) run_.status = serac_run_data(&design_, &bus, program, nullptr);
}

void SeracModel::thread()
{
    for (;;) {
        irq.write(csr_.irq && csr_.irq_enable);
        if (!csr_.busy) {
            wait(start_);
            continue;
        }
        origin_ = sc_core::sc_time_stamp();
        run_program();
        serac_csr_done(&csr_);
    }
}

// --- data ------------------------------------------------------------------------

static int debug_access(tlm_utils::simple_initiator_socket<Accelerator> &mem,
                        tlm::tlm_command command, uint64_t address, void *bytes, size_t count)
{
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char *>(bytes));
    payload.set_data_length(static_cast<unsigned>(count));
    return mem->transport_dbg(payload) == count ? 0 : 3;
}

int SeracModel::read_bus(void *self, uint64_t address, void *to, size_t bytes)
{
    return debug_access(static_cast<SeracModel *>(self)->mem, tlm::TLM_READ_COMMAND, address, to,
                        bytes);
}

int SeracModel::write_bus(void *self, uint64_t address, const void *from, size_t bytes)
{
    return debug_access(static_cast<SeracModel *>(self)->mem, tlm::TLM_WRITE_COMMAND, address,
                        const_cast<void *>(from), bytes);
}

int SeracModel::read_block(void *self, uint64_t address, uint8_t *block)
{
    return read_bus(self, address, block, SERAC_INSN_BLOCK_BYTES);
}

// --- registers -------------------------------------------------------------------

void SeracModel::access(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    uint32_t offset = static_cast<uint32_t>(payload.get_address()), value = 0;
    delay += period_;
    if (payload.get_data_length() != 4 || offset % 4) {
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (payload.is_read()) {
        value = serac_csr_read(&csr_, offset);
        std::memcpy(payload.get_data_ptr(), &value, 4);
    } else {
        std::memcpy(&value, payload.get_data_ptr(), 4);
        // The doorbell rings in the next cycle; any other write may lower the interrupt.
        bool starts = serac_csr_write(&csr_, offset, value);
        start_.notify(starts ? period_ : sc_core::SC_ZERO_TIME);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace serac
