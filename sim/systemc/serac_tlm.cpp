// serac_tlm.cpp - what both bodies share: bursts as transactions.
#include "serac_tlm.h"

#include <algorithm>

namespace serac {

Burst::Burst(serac_channel which, uint64_t address, size_t bytes, uint64_t cycle)
    : data(bytes), channel(which)
{
    timing.request = cycle;
    payload.set_command(which == SERAC_READ ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
    payload.set_address(address);
    payload.set_data_ptr(data.data());
    payload.set_data_length(static_cast<unsigned>(bytes));
    payload.set_streaming_width(static_cast<unsigned>(bytes));
    payload.set_byte_enable_ptr(nullptr);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    payload.set_extension(&timing);
}

int Burst::response() const
{
    if (payload.is_response_ok()) return 0;
    return payload.get_response_status() == tlm::TLM_ADDRESS_ERROR_RESPONSE ? 3 : 2;
}

Accelerator::Accelerator(sc_core::sc_module_name name, const serac_design &design,
                         sc_core::sc_time period)
    : sc_module(name), regs("regs"), mem("mem"), irq("irq"), design_(design), period_(period),
      accept_queue_("accept_queue"), answer_queue_("answer_queue")
{
    regs.register_b_transport(this, &Accelerator::access);
    mem.register_nb_transport_bw(this, &Accelerator::backward);
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&accept_queue_.get_event());
    sc_core::sc_spawn([this] { on_accept(); }, "accept", &options);
    sc_core::sc_spawn_options more;
    more.spawn_method();
    more.dont_initialize();
    more.set_sensitivity(&answer_queue_.get_event());
    sc_core::sc_spawn([this] { on_answer(); }, "answer", &more);
}

Burst *Accelerator::find(tlm::tlm_generic_payload &payload)
{
    for (Burst *burst : open_)
        if (&burst->payload == &payload) return burst;
    return nullptr;
}

void Accelerator::send(Burst &burst)
{
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    open_.push_back(&burst);
    tlm::tlm_sync_enum state = mem->nb_transport_fw(burst.payload, phase, delay);
    if (state == tlm::TLM_ACCEPTED) return;
    if (phase == tlm::END_REQ && delay == sc_core::SC_ZERO_TIME) {
        burst.accepted = true;   // in this very cycle
        accepted(burst);
    } else if (phase == tlm::END_REQ) {
        accept_queue_.notify(burst.payload, delay);
    } else if (phase == tlm::BEGIN_RESP || state == tlm::TLM_COMPLETED) {
        accept_queue_.notify(burst.payload, sc_core::SC_ZERO_TIME);
        answer_queue_.notify(burst.payload, delay);
    }
}

tlm::tlm_sync_enum Accelerator::backward(tlm::tlm_generic_payload &payload, tlm::tlm_phase &phase,
                                         sc_core::sc_time &delay)
{
    if (phase == tlm::END_REQ) {
        accept_queue_.notify(payload, delay);
        return tlm::TLM_ACCEPTED;
    }
    if (phase != tlm::BEGIN_RESP) return tlm::TLM_ACCEPTED;
    answer_queue_.notify(payload, delay);
    phase = tlm::END_RESP;
    return tlm::TLM_COMPLETED;
}

void Accelerator::on_accept()
{
    while (tlm::tlm_generic_payload *payload = accept_queue_.get_next_transaction()) {
        Burst *burst = find(*payload);
        if (!burst || burst->accepted) continue;
        burst->accepted = true;
        accepted(*burst);
    }
}

void Accelerator::on_answer()
{
    while (tlm::tlm_generic_payload *payload = answer_queue_.get_next_transaction()) {
        Burst *burst = find(*payload);
        if (!burst) continue;
        if (!burst->accepted) {
            burst->accepted = true;
            accepted(*burst);
        }
        burst->answered = true;
        answered(*burst);
    }
}

// --- memory ---------------------------------------------------------------------

Memory::Memory(sc_core::sc_module_name name, const serac_memory_config &config,
               uint32_t beat_bytes, uint64_t base, unsigned char *bytes, uint64_t size,
               sc_core::sc_time period)
    : sc_module(name), socket("socket"), config_(config), base_(base), size_(size), bytes_(bytes),
      beat_bytes_(beat_bytes), period_(period), answers_("answers")
{
    socket.register_nb_transport_fw(this, &Memory::forward);
    socket.register_transport_dbg(this, &Memory::debug);
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&answers_.get_event());
    sc_core::sc_spawn([this] { answer(); }, "answer", &options);
}

bool Memory::inside(uint64_t address, uint64_t bytes) const
{
    return address >= base_ && address - base_ <= size_ && bytes <= size_ - (address - base_);
}

void Memory::move(tlm::tlm_generic_payload &payload)
{
    uint64_t address = payload.get_address(), bytes = payload.get_data_length();
    if (!inside(address, bytes)) {
        payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    unsigned char *here = bytes_ + (address - base_), *data = payload.get_data_ptr();
    const unsigned char *enable = payload.get_byte_enable_ptr();
    for (uint64_t i = 0; i < bytes; i++) {
        if (payload.is_read()) data[i] = here[i];
        else if (!enable || enable[i % payload.get_byte_enable_length()]) here[i] = data[i];
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

// Reads take their data at the request: no write to it can be under way, since fetch
// waits for store's token. Writes arrive with their response.
tlm::tlm_sync_enum Memory::forward(tlm::tlm_generic_payload &payload, tlm::tlm_phase &phase,
                                   sc_core::sc_time &delay)
{
    if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
    BurstTiming *timing = payload.get_extension<BurstTiming>();
    uint32_t beats = payload.get_data_length() / beat_bytes_;
    // Cycles count from the start of a run: an earlier one begins another.
    if (memory_.beat_bytes == 0 || timing->request < last_request_)
        serac_memory_init(&memory_, &config_, beat_bytes_);
    last_request_ = timing->request;
    timing->beats.resize(beats);
    timing->burst = payload.is_read()
        ? serac_memory_read(&memory_, payload.get_address(), beats, timing->request,
                            timing->beats.data())
        : serac_memory_write(&memory_, payload.get_address(), beats, timing->request,
                             timing->beats.data());
    timing->known = true;
    timing->response = inside(payload.get_address(), payload.get_data_length()) ? 0 : 3;
    if (payload.is_read()) move(payload);
    uint64_t answer = timing->burst.response - timing->request;
    answers_.notify(payload, static_cast<double>(answer) * period_);
    phase = tlm::END_REQ;
    delay = static_cast<double>(timing->burst.handshake - timing->request) * period_;
    return tlm::TLM_UPDATED;
}

void Memory::answer()
{
    while (tlm::tlm_generic_payload *payload = answers_.get_next_transaction()) {
        if (payload->is_write()) move(*payload);
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        socket->nb_transport_bw(*payload, phase, delay);
    }
}

unsigned Memory::debug(tlm::tlm_generic_payload &payload)
{
    move(payload);
    return payload.is_response_ok() ? payload.get_data_length() : 0;
}

}  // namespace serac
