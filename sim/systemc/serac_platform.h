/* serac_platform.h - the SystemC platform as sim/device/serac_device_systemc.c sees it. */
#ifndef SERAC_PLATFORM_H
#define SERAC_PLATFORM_H

#include <stdint.h>

#include "serac_memory.h"
#include "serac_rtl.h"

#ifdef __cplusplus
extern "C" {
#endif

struct serac_platform_access {   /* valid only inside the driver thread */
    enum serac_status (*read32)(void *platform, uint32_t offset,
                                uint32_t *value);
    enum serac_status (*write32)(void *platform, uint32_t offset,
                                 uint32_t value);
    enum serac_status (*wait_irq)(void *platform, uint32_t milliseconds);
};

/* Elaborates the platform - driver thread, accelerator, memory - and runs
 * `driver` in an SC_THREAD; returns when it has returned. `ops` NULL: the cycle
 * model's body, else the RTL's. Once per process. */
typedef enum serac_status serac_platform_run_fn(
    const struct serac_design *design, const struct serac_memory_config *memory,
    const struct serac_rtl_ops *ops, uint64_t base, uint8_t *bytes,
    uint64_t size,
    void (*driver)(void *ctx, const struct serac_platform_access *access,
                   void *platform),
    void *ctx);

serac_platform_run_fn serac_platform_run;

#ifdef __cplusplus
}
#endif

#endif
