/* fake_device.c - see fake_device.h. Tests include this file. */
#include "fake_device.h"

#include <string.h>

#define BUSY SERAC_REG_STATUS_BUSY_MASK
#define DONE SERAC_REG_STATUS_DONE_MASK
#define IRQ SERAC_REG_STATUS_IRQ_MASK
#define RUNG SERAC_REG_STATUS_DOORBELL_BUSY_MASK

static bool fails(struct fake_device *fake, enum fake_function function)
{
    return fake->calls[function]++ == fake->fail_at && fake->fail == function;
}

static enum serac_status fake_read32(void *ctx, uint32_t offset,
                                     uint32_t *value)
{
    struct fake_device *fake = ctx;
    if (fails(fake, FAKE_READ32))
        return fake->fail_status;
    *value = 0xdeadbeef;
    if (offset >= SERAC_REG_DESIGN_ROWS && offset <= SERAC_REG_DESIGN_REQUANT)
        *value = fake->design[(offset - SERAC_REG_DESIGN_ROWS) / 4];
    else if (offset >= SERAC_REG_COUNTERS &&
             offset < SERAC_REG_COUNTERS + 8 * SERAC_COUNTERS)
        *value = (uint32_t)(fake->counters[(offset - SERAC_REG_COUNTERS) / 8] >>
                            (offset % 8 ? 32 : 0));
    else if (offset == SERAC_REG_ID)
        *value = fake->id;
    else if (offset == SERAC_REG_VERSION)
        *value = fake->version;
    else if (offset == SERAC_REG_STATUS)
        *value = fake->status;
    else if (offset == SERAC_REG_ERROR_ADDR_LO)
        *value = (uint32_t)fake->error_address;
    else if (offset == SERAC_REG_ERROR_ADDR_HI)
        *value = (uint32_t)(fake->error_address >> 32);
    return SERAC_OK;
}

static void ring(struct fake_device *fake)
{
    if (fake->stolen)
        fake->status |= BUSY;
    if (fake->status & BUSY) {
        fake->status |= RUNG;
        return;
    }
    fake->doorbells++;
    fake->waited = 0;
    fake->status = (fake->status & (IRQ | RUNG)) | BUSY;
}

static enum serac_status fake_write32(void *ctx, uint32_t offset,
                                      uint32_t value)
{
    struct fake_device *fake = ctx;
    if (fails(fake, FAKE_WRITE32))
        return fake->fail_status;
    switch (offset) {
    case SERAC_REG_STATUS:
        fake->status &= ~(value & (IRQ | RUNG));
        break;
    case SERAC_REG_PROGRAM_ADDR_LO:
        fake->program = (fake->program >> 32 << 32) | value;
        fake->program_writes++;
        break;
    case SERAC_REG_PROGRAM_ADDR_HI:
        fake->program = (uint32_t)fake->program | (uint64_t)value << 32;
        fake->program_writes++;
        break;
    case SERAC_REG_CONTROL:
        fake->control = value & SERAC_REG_CONTROL_IRQ_ENABLE_MASK;
        if (value & SERAC_REG_CONTROL_START_MASK)
            ring(fake);
        break;
    default:
        return SERAC_E_MISMATCH;      /* no such register to write */
    }
    return SERAC_OK;
}

/* Buffers follow each other; memory is never used again. */
static enum serac_status fake_alloc(void *ctx, size_t bytes,
                                    struct serac_buffer *buffer)
{
    struct fake_device *fake = ctx;
    size_t at = fake->allocated * (size_t)(FAKE_MEMORY / 2);
    if (fails(fake, FAKE_ALLOC))
        return fake->fail_status;
    if (bytes > FAKE_MEMORY / 2 || at >= FAKE_MEMORY)
        return SERAC_E_NOMEM;
    *buffer = (struct serac_buffer){
        fake->cpu + at, FAKE_BASE + at + fake->misplace, bytes};
    fake->allocated++;
    return SERAC_OK;
}

static void fake_free(void *ctx, struct serac_buffer *buffer)
{
    struct fake_device *fake = ctx;
    if (buffer->cpu)
        fake->allocated--;
    if (fake->status & BUSY)
        fake->freed_while_running = true;
}

static enum serac_status fake_sync_to_device(void *ctx,
                                             const struct serac_buffer *buffer,
                                             size_t offset, size_t bytes)
{
    struct fake_device *fake = ctx;
    if (fails(fake, FAKE_SYNC_TO_DEVICE))
        return fake->fail_status;
    size_t at = (size_t)(buffer->cpu - fake->cpu) + offset;
    memcpy(fake->device + at, fake->cpu + at, bytes);
    return SERAC_OK;
}

static enum serac_status fake_sync_to_host(void *ctx,
                                           const struct serac_buffer *buffer,
                                           size_t offset, size_t bytes)
{
    struct fake_device *fake = ctx;
    if (fails(fake, FAKE_SYNC_TO_HOST))
        return fake->fail_status;
    size_t at = (size_t)(buffer->cpu - fake->cpu) + offset;
    memcpy(fake->cpu + at, fake->device + at, bytes);
    return SERAC_OK;
}

static void end_run(struct fake_device *fake)
{
    uint8_t *base = fake->device + (fake->program - FAKE_BASE);
    if (!fake->error)
        for (uint64_t i = 0; i < fake->bytes; i++)
            base[fake->output + i] = (uint8_t)~base[fake->input + i];
    fake->status = (fake->status & RUNG) | DONE | IRQ |
                   fake->error << SERAC_REG_STATUS_ERROR_LSB;
}

static enum serac_status fake_wait_irq(void *ctx, uint32_t milliseconds)
{
    struct fake_device *fake = ctx;
    (void)milliseconds;
    if (fails(fake, FAKE_WAIT_IRQ))
        return fake->fail_status;
    if ((fake->status & BUSY) && !fake->stolen &&
        ++fake->waited >= fake->waits)
        end_run(fake);
    else if (fake->done_early && fake->waited + 1 == fake->waits)
        fake->status |= DONE;
    bool seen = (fake->status & IRQ) && fake->control && !fake->lose_interrupt;
    return seen || fake->spurious ? SERAC_OK : SERAC_E_TIMEOUT;
}

void fake_device_init(struct fake_device *fake)
{
    *fake = (struct fake_device){
        .id = SERAC_REGS_ID, .version = SERAC_REGS_VERSION, .waits = 1,
        .fail_at = FAKE_NEVER, .fail_status = SERAC_E_TOOL};
    fake->io = (struct serac_io){
        .read32 = fake_read32, .write32 = fake_write32, .alloc = fake_alloc,
        .free = fake_free, .sync_to_device = fake_sync_to_device,
        .sync_to_host = fake_sync_to_host, .wait_irq = fake_wait_irq,
        .ctx = fake};
    for (uint32_t i = 0; i < 8; i++)
        fake->design[i] = 0x01020304u * (i + 1);
    for (uint32_t i = 0; i < SERAC_COUNTERS; i++)
        fake->counters[i] = (uint64_t)(i + 1) << 32 | (1000 + i);
    memset(fake->cpu, 0xa5, sizeof fake->cpu);
    memset(fake->device, 0x5a, sizeof fake->device);
}
