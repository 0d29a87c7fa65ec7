/* serac_io.h - the seven functions through which the driver reaches a device.
 *
 * Registers, memory, interrupt: whoever ports the driver fills in this table and
 * nothing else. The driver calls from one thread at a time, never from
 * an interrupt handler, and never a function of the table from within another.
 *
 * Each function returns SERAC_OK or a failure, which the driver passes on to its
 * caller unchanged. None may block for ever. */
#ifndef SERAC_IO_H
#define SERAC_IO_H

#include <stdint.h>

#include "serac_status.h"

/* What the device requires of a buffer's bus address. */
#define SERAC_IO_ALIGNMENT 4096u

/* Memory that CPU and device see. */
struct serac_buffer {
    uint8_t *cpu;        /* where the CPU finds it */
    uint64_t bus;        /* where the device does; multiple of SERAC_IO_ALIGNMENT */
    uint64_t bytes;      /* as asked for */
};

struct serac_io {
    /* One 32-bit access, in program order and after all earlier stores to
     * buffers that were synced. `offset` is in bytes, a multiple of 4. */
    enum serac_status (*read32)(void *ctx, uint32_t offset, uint32_t *value);
    enum serac_status (*write32)(void *ctx, uint32_t offset, uint32_t value);

    /* Contiguous on the bus; contents arbitrary. SERAC_E_NOMEM if there is no
     * room. On failure there is nothing to free, and *buffer is ignored. */
    enum serac_status (*alloc)(void *ctx, uint64_t bytes,
                               struct serac_buffer *buffer);
    /* On failure the buffer stays allocated, and may be freed again. */
    enum serac_status (*free)(void *ctx, const struct serac_buffer *buffer);

    /* The device sees what the CPU wrote to bytes offset..offset+bytes-1 of the buffer;
     * the CPU sees what the device wrote. Where memory is coherent both
     * only order accesses. */
    enum serac_status (*sync_to_device)(void *ctx,
                                        const struct serac_buffer *buffer,
                                        uint64_t offset, uint64_t bytes);
    enum serac_status (*sync_to_host)(void *ctx,
                                      const struct serac_buffer *buffer,
                                      uint64_t offset, uint64_t bytes);

    /* Returns SERAC_OK when the device has raised its interrupt since the last
     * SERAC_OK (or earlier, for no reason: the driver looks), SERAC_E_TIMEOUT
     * after `limit_ms` milliseconds without one. A platform without interrupts
     * sleeps and returns SERAC_E_TIMEOUT: the driver then polls. */
    enum serac_status (*wait_irq)(void *ctx, uint32_t limit_ms);

    void *ctx;           /* borrowed; first argument of every function */
};

#endif
