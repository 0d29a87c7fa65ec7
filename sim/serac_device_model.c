/* serac_device_model.c - the cycle model behind emulated registers.
 *
 * The doorbell runs the program at once. Timing never depends on data, so it is
 * computed on the first run of a loaded image and kept; later runs of the same
 * program compute data only. */
#include <stdlib.h>
#include <string.h>

#include "serac_csr.h"
#include "serac_device.h"
#include "serac_insn.h"

struct model {
    struct serac_csr csr;
    bool timed;                  /* `blocks` holds the timed program's blocks */
    uint64_t timed_program;
    uint8_t *blocks;
    size_t blocks_bytes;
};

/* Is the program in memory the one that was timed? */
static bool same_program(const struct serac_device *d, const struct model *m,
                         uint64_t program)
{
    uint64_t offset = program - d->arena.base;
    return m->timed && m->timed_program == program &&
           offset < d->arena.size &&
           m->blocks_bytes <= d->arena.size - offset &&
           !memcmp(m->blocks, d->arena.bytes + offset, m->blocks_bytes);
}

static void remember(struct serac_device *d, struct model *m, uint64_t program)
{
    size_t bytes = (size_t)d->run.num_blocks * SERAC_INSN_BLOCK_STRIDE;
    uint64_t offset = program - d->arena.base;
    free(m->blocks);
    m->blocks = malloc(bytes ? bytes : 1);
    m->timed = m->blocks && d->run.status == SERAC_OK &&
               bytes <= d->arena.size - offset;
    if (!m->timed)
        return;
    memcpy(m->blocks, d->arena.bytes + offset, bytes);
    m->blocks_bytes = bytes;
    m->timed_program = program;
}

static enum serac_status start(struct serac_device *d, struct model *m)
{
    struct serac_bus bus = serac_host_memory_bus(&d->arena);
    uint64_t program = serac_csr_program(&m->csr);
    enum serac_status status;
    if (same_program(d, m, program)) {
        status = serac_run_data(&d->design, &bus, program);
    } else {
        status = serac_run_program(&d->design, &d->memory, &bus, program, 1,
                                   &d->run);
        remember(d, m, program);
    }
    serac_csr_done(&m->csr);
    return status;
}

static enum serac_status write32(void *ctx, uint32_t offset, uint32_t value)
{
    struct serac_device *d = ctx;
    struct model *m = d->own;
    return serac_csr_write(&m->csr, offset, value) ? start(d, m) : SERAC_OK;
}

static enum serac_status read32(void *ctx, uint32_t offset, uint32_t *value)
{
    const struct model *m = ((struct serac_device *)ctx)->own;
    *value = serac_csr_read(&m->csr, offset);
    return SERAC_OK;
}

static enum serac_status wait_irq(void *ctx, uint32_t milliseconds)
{
    const struct serac_device *d = ctx;
    (void)milliseconds;
    return ((const struct model *)d->own)->csr.irq ? SERAC_OK
                                                  : SERAC_E_TIMEOUT;
}

static void close_model(struct serac_device *device)
{
    struct model *m = device->own;
    if (m)
        free(m->blocks);
    free(m);
}

enum serac_status serac_device_open_model(struct serac_device *device,
                                          struct serac_error *error)
{
    (void)error;
    struct model *m = calloc(1, sizeof *m);
    if (!m)
        return SERAC_E_NOMEM;
    m->csr.design = &device->design;
    m->csr.run = &device->run;
    device->own = m;
    device->close = close_model;
    device->io.read32 = read32;
    device->io.write32 = write32;
    device->io.wait_irq = wait_irq;
    return SERAC_OK;
}
