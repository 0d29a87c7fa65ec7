/* serac_io.h - everything the driver needs from its surroundings.
 *
 * One table per kind of device: the cycle model, the Verilated RTL and SystemC
 * (sim/), Linux UIO (serac_uio.h), the fake of the tests. Each function returns
 * SERAC_OK or a status that the driver passes on unchanged. */
#ifndef SERAC_IO_H
#define SERAC_IO_H

#include <stddef.h>
#include <stdint.h>

#include "serac_status.h"

/* What the device requires of a buffer's bus address. */
#define SERAC_IO_ALIGNMENT 4096u

/* Memory that CPU and device both reach. */
struct serac_buffer {
    uint8_t *cpu;          /* where the CPU sees it */
    uint64_t bus;          /* where the device does; SERAC_IO_ALIGNMENT */
    size_t bytes;
};

struct serac_io {
    /* A register at a byte offset (configs/regs.cfg). */
    enum serac_status (*read32)(void *ctx, uint32_t offset, uint32_t *value);
    enum serac_status (*write32)(void *ctx, uint32_t offset, uint32_t value);
    /* A buffer, or SERAC_E_NOMEM. `free` takes only what `alloc` gave. */
    enum serac_status (*alloc)(void *ctx, size_t bytes,
                               struct serac_buffer *buffer);
    void (*free)(void *ctx, struct serac_buffer *buffer);
    /* Makes CPU writes visible to the device, and the reverse. */
    enum serac_status (*sync_to_device)(void *ctx,
                                        const struct serac_buffer *buffer,
                                        size_t offset, size_t bytes);
    enum serac_status (*sync_to_host)(void *ctx,
                                      const struct serac_buffer *buffer,
                                      size_t offset, size_t bytes);
    /* Waits for the interrupt, at most so long. SERAC_E_TIMEOUT if none came. */
    enum serac_status (*wait_irq)(void *ctx, uint32_t milliseconds);
    void *ctx;             /* borrowed */
};

#endif
