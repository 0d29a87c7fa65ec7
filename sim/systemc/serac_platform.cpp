// serac_platform.cpp - our own virtual platform: a driver thread, the accelerator,
// a memory.
#include <cstring>
#include <memory>

#include "serac_platform.h"
#include "serac_tlm.h"

namespace {

using serac::Accelerator;

// Cycles a wait of one millisecond stands for: a bound, not a frequency.
constexpr double CYCLES_PER_MILLISECOND = 1e6;

class Driver : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<Driver> socket;
    sc_core::sc_in<bool> irq;
    sc_core::sc_time period;
    void (*run)(void *, const serac_platform_access *, void *) = nullptr;
    void *ctx = nullptr;

    Driver(sc_core::sc_module_name name, sc_core::sc_time cycle)
        : sc_module(name), socket("socket"), irq("irq"), period(cycle)
    {
        sc_core::sc_spawn_options options;
        options.set_stack_size(4 << 20);   // the whole inference runs on it
        sc_core::sc_spawn([this] { thread(); }, "driver", &options);
    }

    serac_status access(tlm::tlm_command command, uint32_t offset, uint32_t *value)
    {
        tlm::tlm_generic_payload payload;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        payload.set_command(command);
        payload.set_address(offset);
        payload.set_data_ptr(reinterpret_cast<unsigned char *>(value));
        payload.set_data_length(4);
        payload.set_streaming_width(4);
        socket->b_transport(payload, delay);
        wait(delay);
        return payload.is_response_ok() ? SERAC_OK : SERAC_E_IO;
    }

private:
    void thread();
};

serac_status read32(void *platform, uint32_t offset, uint32_t *value)
{
    return static_cast<Driver *>(platform)->access(tlm::TLM_READ_COMMAND, offset, value);
}

serac_status write32(void *platform, uint32_t offset, uint32_t value)
{
    return static_cast<Driver *>(platform)->access(tlm::TLM_WRITE_COMMAND, offset, &value);
}

serac_status wait_irq(void *platform, uint32_t milliseconds)
{
    auto *driver = static_cast<Driver *>(platform);
    if (driver->irq.read()) return SERAC_OK;
    sc_core::wait(milliseconds * CYCLES_PER_MILLISECOND * driver->period,
                  driver->irq.posedge_event());
    return driver->irq.read() ? SERAC_OK : SERAC_E_TIMEOUT;
}

void Driver::thread()
{
    static const serac_platform_access access = {read32, write32, wait_irq};
    run(ctx, &access, this);
    sc_core::sc_stop();
}

}  // namespace

extern "C" serac_status serac_platform_run(
    const serac_design *design, const serac_memory_config *config, const serac_rtl_ops *ops,
    uint64_t base, uint8_t *bytes, uint64_t size,
    void (*driver)(void *, const serac_platform_access *, void *), void *ctx)
{
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
    sc_core::sc_time period(1, sc_core::SC_NS);
    std::unique_ptr<Accelerator> accelerator;
    if (ops) accelerator = std::make_unique<serac::SeracRtl>("serac", *design, period, ops);
    else accelerator = std::make_unique<serac::SeracModel>("serac", *design, period);
    serac::Memory memory("memory", *config, design->axi_bits / 8, base, bytes, size, period);
    Driver thread("host", period);
    sc_core::sc_signal<bool> irq("irq");
    thread.run = driver;
    thread.ctx = ctx;
    thread.socket.bind(accelerator->regs);
    accelerator->mem.bind(memory.socket);
    accelerator->irq(irq);
    thread.irq(irq);
    sc_core::sc_start();
    return SERAC_OK;
}

int sc_main(int, char **) { return 0; }
