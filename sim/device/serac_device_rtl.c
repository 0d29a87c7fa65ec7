/* serac_device_rtl.c - the Verilated RTL as a device: registers by AXI4-Lite
 * pins, memory by sim/pins/serac_env.c. The clock runs only while someone waits. */
#include <stdio.h>
#include <stdlib.h>

#include "serac_axi_check.h"
#include "serac_device.h"
#include "serac_env.h"
#include "serac_recording.h"

#define CYCLES_PER_MILLISECOND 1000000u   /* a bound for waits, not a frequency */
#define REGISTER_CYCLES 64

struct rtl {
    const struct serac_rtl_ops *ops;
    void *handle;
    struct serac_bus bus;
    struct serac_env env;
    struct serac_axi_check check;
    struct serac_rtl_in in;
    struct serac_rtl_out out;
    bool running;
    uint64_t cycle;                /* of the run */
};

static enum serac_status clock_once(struct serac_device *d, struct rtl *r)
{
    if (r->out.busy && !r->running) {
        serac_env_init(&r->env, &r->bus, &d->memory, d->design.axi_bits / 8);
        r->running = true;
        r->cycle = 0;
    }
    if (r->running)
        serac_env_drive(&r->env, r->cycle, &r->out, &r->in);
    r->ops->settle(r->handle, &r->in, &r->out);
    serac_axi_check_cycle(&r->check, &r->in, &r->out);
    if (r->running) {
        serac_recording_cycle(d->recording, r->cycle, &r->in, &r->out);
        serac_env_commit(&r->env, r->cycle++, &r->out, &r->in);
    }
    r->running &= !r->out.done;
    r->ops->edge(r->handle, &r->out);
    const char *rule = r->check.violation ? r->check.violation : r->env.violation;
    if (rule)
        fprintf(stderr, "serac: AXI: %s\n", rule);
    return rule ? SERAC_E_MISMATCH : SERAC_OK;
}

static enum serac_status access_register(struct serac_device *d,
                                         uint32_t offset, bool write,
                                         uint32_t *data)
{
    struct rtl *r = d->own;
    r->in.s_awvalid = r->in.s_wvalid = write;
    r->in.s_arvalid = !write;
    r->in.s_awaddr = r->in.s_araddr = (uint16_t)offset;
    r->in.s_wdata = *data;
    r->in.s_wstrb = 15;
    r->in.s_bready = r->in.s_rready = 1;
    for (int i = 0; i < REGISTER_CYCLES; i++) {
        bool done = write ? r->out.s_bvalid : r->out.s_rvalid;
        uint32_t value = r->out.s_rdata;
        enum serac_status status = clock_once(d, r);
        if (status != SERAC_OK)
            return status;
        r->in.s_awvalid = r->in.s_wvalid = r->in.s_arvalid = 0;
        if (done) {
            if (!write)
                *data = value;
            return SERAC_OK;
        }
    }
    return SERAC_E_TIMEOUT;
}

static enum serac_status write32(void *ctx, uint32_t offset, uint32_t value)
{
    return access_register(ctx, offset, true, &value);
}

static enum serac_status read32(void *ctx, uint32_t offset, uint32_t *value)
{
    return access_register(ctx, offset, false, value);
}

static enum serac_status wait_irq(void *ctx, uint32_t milliseconds)
{
    struct serac_device *d = ctx;
    struct rtl *r = d->own;
    uint64_t limit = (uint64_t)milliseconds * CYCLES_PER_MILLISECOND;
    for (uint64_t i = 0; i < limit; i++) {
        if (r->out.irq)
            return SERAC_OK;
        enum serac_status status = clock_once(d, r);
        if (status != SERAC_OK)
            return status;
    }
    return SERAC_E_TIMEOUT;
}

static void close_rtl(struct serac_device *device)
{
    struct rtl *r = device->own;
    if (r && r->handle) {
        if (device->recording)
            serac_recording_detach(device->recording);
        r->ops->destroy(r->handle);
    }
    free(r);
}

enum serac_status serac_device_open_rtl(struct serac_device *device,
                                        struct serac_error *error)
{
    struct rtl *r = calloc(1, sizeof *r);
    if (!r)
        return SERAC_E_NOMEM;
    device->own = r;
    device->close = close_rtl;
    enum serac_status status =
        serac_rtl_load(&device->design, device->recording
                                            ? device->recording->build
                                            : SERAC_RTL_PLAIN, &r->ops, error);
    if (status != SERAC_OK)
        return status;
    r->bus = serac_host_memory_bus(&device->arena);
    r->handle = r->ops->create(1);
    serac_axi_check_init(&r->check, device->design.axi_bits / 8, device->design.outstanding);
    r->ops->settle(r->handle, &r->in, &r->out);
    device->io.read32 = read32;
    device->io.write32 = write32;
    device->io.wait_irq = wait_irq;
    return device->recording ? serac_recording_attach(device->recording, r->ops,
                                                      r->handle, error)
                             : SERAC_OK;
}
