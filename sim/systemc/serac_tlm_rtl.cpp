// serac_tlm_rtl.cpp - the accelerator's second body: the Verilated RTL.
//
// Once per clock cycle the pins are driven from the bursts in flight: AR and AW
// become transactions when they rise, read beats and write handshakes follow the
// burst's timing. The memory's answer carries the error of a burst.
#include <cstdio>
#include <cstring>

#include "serac_tlm.h"

namespace serac {

SeracRtl::SeracRtl(sc_core::sc_module_name name, const serac_design &design,
                   sc_core::sc_time period, const serac_rtl_ops *ops)
    : Accelerator(name, design, period), ops_(ops), rtl_(ops->create(1))
{
    serac_axi_check_init(&check_, design.axi_bits / 8, design.outstanding);
    in_.s_bready = in_.s_rready = 1;
    ops_->settle(rtl_, &in_, &out_);
    sc_core::sc_spawn([this] { clock(); }, "clock");
}

SeracRtl::~SeracRtl() { ops_->destroy(rtl_); }

// Without a BurstTiming, beats follow each other from the acceptance on.
uint64_t SeracRtl::beat_cycle(const Burst &burst, size_t beat) const
{
    return burst.timing.known ? burst.timing.beats[beat] : burst.timing.request + 2 + beat;
}

void SeracRtl::accepted(Burst &burst)
{
    if (pending_[burst.channel] != &burst) return;
    (burst.channel == SERAC_READ ? in_.arready : in_.awready) = 1;
}

void SeracRtl::answered(Burst &burst)
{
    if (burst.channel == SERAC_READ) return;   // its beats say when it is over
    in_.bvalid = 1;
    in_.bresp = static_cast<uint8_t>(burst.response());
}

void SeracRtl::drive()
{
    size_t beat_bytes = design_.axi_bits / 8;
    if (out_.arvalid && !pending_[SERAC_READ]) {
        pending_[SERAC_READ] = new Burst(SERAC_READ, out_.araddr, (out_.arlen + 1) * beat_bytes,
                                         cycle_number_);
        send(*pending_[SERAC_READ]);
    }
    if (out_.awvalid && !pending_[SERAC_WRITE]) {
        Burst *burst = new Burst(SERAC_WRITE, out_.awaddr, (out_.awlen + 1) * beat_bytes,
                                 cycle_number_);
        burst->enable.assign(burst->data.size(), 0);
        burst->payload.set_byte_enable_ptr(burst->enable.data());
        burst->payload.set_byte_enable_length(static_cast<unsigned>(burst->enable.size()));
        pending_[SERAC_WRITE] = burst;
        writes_.push_back(burst);
        send(*burst);
    }
    in_.rvalid = 0;
    for (Burst *burst : open_) {
        if (burst->channel != SERAC_READ) continue;
        in_.rvalid = burst->accepted && beat_cycle(*burst, read_moved_) == cycle_number_;
        if (in_.rvalid) {
            in_.rlast = (read_moved_ + 1) * beat_bytes == burst->data.size();
            in_.rresp = static_cast<uint8_t>(burst->response());
            std::memcpy(in_.rdata, burst->data.data() + read_moved_ * beat_bytes, beat_bytes);
        }
        break;
    }
    in_.wready = !writes_.empty() && beat_cycle(*writes_.front(), write_moved_) == cycle_number_;
}

void SeracRtl::commit()
{
    size_t beat_bytes = design_.axi_bits / 8;
    if (in_.rvalid && in_.rlast) {
        for (auto it = open_.begin(); it != open_.end(); ++it)
            if ((*it)->channel == SERAC_READ) {
                // Kept until the memory's response has passed.
                Burst *burst = *it;
                if (pending_[SERAC_READ] == burst) pending_[SERAC_READ] = nullptr;
                open_.erase(it);
                delete burst;
                break;
            }
    }
    read_moved_ = in_.rvalid ? (in_.rlast ? 0 : read_moved_ + 1) : read_moved_;
    if (in_.wready && out_.wvalid) {
        Burst *burst = writes_.front();
        for (size_t i = 0; i < beat_bytes; i++) {
            burst->data[write_moved_ * beat_bytes + i] = out_.wdata[i];
            burst->enable[write_moved_ * beat_bytes + i] = (out_.wstrb >> i & 1) ? 0xff : 0;
        }
        if (++write_moved_ * beat_bytes == burst->data.size()) {
            writes_.erase(writes_.begin());
            write_moved_ = 0;
        }
    }
    if (in_.bvalid) {
        for (auto it = open_.begin(); it != open_.end(); ++it)
            if ((*it)->channel == SERAC_WRITE && (*it)->answered) {
                delete *it;
                open_.erase(it);
                break;
            }
    }
    if (in_.arready) pending_[SERAC_READ] = nullptr;
    if (in_.awready) pending_[SERAC_WRITE] = nullptr;
    in_.arready = in_.awready = in_.bvalid = 0;
}

// The cycle's work is done shortly before the next cycle begins, when all
// transactions of this cycle have come.
void SeracRtl::clock()
{
    sc_core::sc_time early = period_ * 0.25, late = period_ - early;
    for (;;) {
        if (out_.busy && !running_) {
            running_ = true;
            cycle_number_ = 0;
        }
        if (running_) drive();
        wait(late);
        ops_->settle(rtl_, &in_, &out_);
        serac_axi_check_cycle(&check_, &in_, &out_);
        if (check_.violation && !broken_) std::fprintf(stderr, "serac: AXI: %s\n", check_.violation);
        broken_ = check_.violation;
        bool done = out_.done;
        if (running_) commit();
        ops_->edge(rtl_, &out_);
        cycle_number_++;
        if (done) running_ = false;
        irq.write(out_.irq || broken_);   // whoever waits finds that no access works
        cycle_.notify(sc_core::SC_ZERO_TIME);
        wait(early);
    }
}

// One AXI4-Lite transfer.
void SeracRtl::access(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
    bool write = payload.is_write();
    wait(delay);
    delay = sc_core::SC_ZERO_TIME;
    wait(cycle_);
    in_.s_awvalid = in_.s_wvalid = write;
    in_.s_arvalid = !write;
    in_.s_awaddr = in_.s_araddr = static_cast<uint16_t>(payload.get_address());
    in_.s_wstrb = 15;
    if (write) std::memcpy(&in_.s_wdata, payload.get_data_ptr(), 4);
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    if (broken_) return;
    for (int i = 0; i < 64; i++) {
        wait(cycle_);
        in_.s_awvalid = in_.s_wvalid = in_.s_arvalid = 0;
        if (write ? !out_.s_bvalid : !out_.s_rvalid) continue;
        if (!write) std::memcpy(payload.get_data_ptr(), &out_.s_rdata, 4);
        payload.set_response_status(tlm::TLM_OK_RESPONSE);
        break;
    }
}

}  // namespace serac
