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
    uint64_t program = program_[0] | static_cast<uint64_t>(program_[1]) << 32;
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
    if (run_.status == SERAC_OK) run_.status = serac_run_data(&design_, &bus, program);
}

void SeracModel::thread()
{
    for (;;) {
        irq.write(pending_ && irq_enable_);
        if (!busy_) {
            wait(start_);
            continue;
        }
        origin_ = sc_core::sc_time_stamp();
        run_program();
        busy_ = false;
        done_ = pending_ = true;
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

static uint32_t error_code(serac_status status)
{
    switch (status) {
    case SERAC_E_BAD_INSTRUCTION: return SERAC_ERROR_BAD_INSTRUCTION;
    case SERAC_E_READ_SLVERR: return SERAC_ERROR_READ_SLVERR;
    case SERAC_E_READ_DECERR: return SERAC_ERROR_READ_DECERR;
    case SERAC_E_WRITE_SLVERR: return SERAC_ERROR_WRITE_SLVERR;
    case SERAC_E_WRITE_DECERR: return SERAC_ERROR_WRITE_DECERR;
    case SERAC_E_DEADLOCK: return SERAC_ERROR_DEADLOCK;
    default: return SERAC_ERROR_NONE;
    }
}

uint32_t SeracModel::read_register(uint32_t offset) const
{
    const serac_design &d = design_;
    switch (offset) {
    case SERAC_REG_ID: return SERAC_REGS_ID;
    case SERAC_REG_VERSION: return SERAC_REGS_VERSION;
    case SERAC_REG_CONTROL: return irq_enable_ << SERAC_REG_CONTROL_IRQ_ENABLE_LSB;
    case SERAC_REG_STATUS:
        return static_cast<uint32_t>(busy_) | static_cast<uint32_t>(done_) << 1 |
               static_cast<uint32_t>(pending_) << 2 | static_cast<uint32_t>(rung_) << 3 |
               (done_ ? error_code(run_.status) : 0) << SERAC_REG_STATUS_ERROR_LSB;
    case SERAC_REG_PROGRAM_ADDR_LO: return program_[0];
    case SERAC_REG_PROGRAM_ADDR_HI: return program_[1];
    case SERAC_REG_ERROR_ADDR_LO: return static_cast<uint32_t>(run_.error_address);
    case SERAC_REG_ERROR_ADDR_HI: return static_cast<uint32_t>(run_.error_address >> 32);
    case SERAC_REG_DESIGN_ROWS: return d.rows | d.cols << 16;
    case SERAC_REG_DESIGN_LANES: return d.lanes | d.weight_planes << 16 | d.act_planes << 24;
    case SERAC_REG_DESIGN_WEIGHT_BUFFER: return d.weight_buffer_bytes;
    case SERAC_REG_DESIGN_ACT_BUFFER: return d.act_buffer_bytes;
    case SERAC_REG_DESIGN_OUTPUT_BUFFER: return d.output_buffer_bytes;
    case SERAC_REG_DESIGN_PARAM_BUFFER: return d.param_buffer_bytes;
    case SERAC_REG_DESIGN_BUS: return d.axi_bits | d.outstanding << 16 | d.queue_depth << 24;
    case SERAC_REG_DESIGN_REQUANT: return d.requant_lanes;
    default: break;
    }
#define SERAC_READ_COUNTER(name, at)                                                              \
    if (offset == (at)) return static_cast<uint32_t>(run_.total.name);                            \
    if (offset == (at) + 4) return static_cast<uint32_t>(run_.total.name >> 32);
    SERAC_COUNTER_LIST(SERAC_READ_COUNTER)
#undef SERAC_READ_COUNTER
    return 0;
}

void SeracModel::write_register(uint32_t offset, uint32_t value)
{
    if (offset == SERAC_REG_PROGRAM_ADDR_LO) program_[0] = value;
    if (offset == SERAC_REG_PROGRAM_ADDR_HI) program_[1] = value;
    if (offset == SERAC_REG_STATUS) {
        if (value & SERAC_REG_STATUS_IRQ_MASK) pending_ = false;
        if (value & SERAC_REG_STATUS_DOORBELL_BUSY_MASK) rung_ = false;
        start_.notify(sc_core::SC_ZERO_TIME);
    }
    if (offset != SERAC_REG_CONTROL) return;
    irq_enable_ = value >> SERAC_REG_CONTROL_IRQ_ENABLE_LSB & 1;
    if (!(value & SERAC_REG_CONTROL_START_MASK)) return;
    if (busy_) {
        rung_ = true;
        return;
    }
    busy_ = true;
    done_ = false;
    start_.notify(period_);
}

void SeracModel::access(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    uint32_t offset = static_cast<uint32_t>(payload.get_address()), value = 0;
    delay += period_;
    if (payload.get_data_length() != 4 || offset % 4) {
        payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (payload.is_read()) {
        value = read_register(offset);
        std::memcpy(payload.get_data_ptr(), &value, 4);
    } else {
        std::memcpy(&value, payload.get_data_ptr(), 4);
        write_register(offset, value);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace serac
