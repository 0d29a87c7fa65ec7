/* serac_device_systemc.c - the SystemC platform as a device.
 *
 * The platform is a shared library (serac_systemc.so), so that the command
 * itself needs no SystemC. Its driver thread runs what the driver's user does:
 * serac_device_enter() hands that over. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "serac_device.h"
#include "serac_root.h"
#include "serac_platform.h"

struct systemc {
    serac_platform_run_fn *run;
    const struct serac_rtl_ops *ops;              /* NULL: the model's body */
    const struct serac_platform_access *access;   /* inside the driver thread */
    void *platform;
    void (*work)(void *ctx);
    void *ctx;
};

static enum serac_status read32(void *ctx, uint32_t offset, uint32_t *value)
{
    struct systemc *s = ((struct serac_device *)ctx)->own;
    return s->access ? s->access->read32(s->platform, offset, value)
                     : SERAC_E_IO;
}

static enum serac_status write32(void *ctx, uint32_t offset, uint32_t value)
{
    struct systemc *s = ((struct serac_device *)ctx)->own;
    return s->access ? s->access->write32(s->platform, offset, value)
                     : SERAC_E_IO;
}

static enum serac_status wait_irq(void *ctx, uint32_t milliseconds)
{
    struct systemc *s = ((struct serac_device *)ctx)->own;
    return s->access ? s->access->wait_irq(s->platform, milliseconds)
                     : SERAC_E_IO;
}

static void in_thread(void *ctx, const struct serac_platform_access *access,
                      void *platform)
{
    struct systemc *s = ctx;
    s->access = access;
    s->platform = platform;
    s->work(s->ctx);
    s->access = NULL;
}

static void enter(struct serac_device *device, void (*work)(void *ctx),
                  void *ctx)
{
    struct systemc *s = device->own;
    s->work = work;
    s->ctx = ctx;
    (void)s->run(&device->design, &device->memory, s->ops, device->arena.base,
                 device->arena.bytes, device->arena.size, in_thread, s);
}

static void close_systemc(struct serac_device *device)
{
    free(device->own);
}

static enum serac_status open_platform(struct serac_device *device, bool rtl,
                                       struct serac_error *error)
{
    struct systemc *s = calloc(1, sizeof *s);
    if (!s)
        return SERAC_E_NOMEM;
    device->own = s;
    device->close = close_systemc;
    device->enter = enter;
    device->io.read32 = read32;
    device->io.write32 = write32;
    device->io.wait_irq = wait_irq;
    if (rtl) {
        enum serac_status status =
            serac_rtl_load(&device->design, SERAC_RTL_PLAIN, &s->ops, error);
        if (status != SERAC_OK)
            return status;
    }
    char path[1024];
    snprintf(path, sizeof path, "%s/serac_systemc.so", serac_root_plugins());
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library)
        s->run = (serac_platform_run_fn *)(uintptr_t)dlsym(
            library, "serac_platform_run");
    if (s->run)
        return SERAC_OK;
    if (error)
        snprintf(error->text, sizeof error->text, "the SystemC platform cannot "
                 "be loaded (make systemc builds it): %s", dlerror());
    return SERAC_E_TOOL;
}

enum serac_status serac_device_open_systemc(struct serac_device *device,
                                            struct serac_error *error)
{
    return open_platform(device, false, error);
}

enum serac_status serac_device_open_systemc_rtl(struct serac_device *device,
                                                struct serac_error *error)
{
    return open_platform(device, true, error);
}
