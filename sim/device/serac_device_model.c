/* serac_device_model.c - the cycle model behind emulated registers.
 *
 * The doorbell runs the program at once. Timing never depends on data, so it is
 * computed on a program's first run and kept; later runs of the same
 * program compute data only. */
#include <stdlib.h>
#include <string.h>

#include "serac_csr.h"
#include "serac_device.h"
#include "serac_fast.h"
#include "serac_insn.h"
#include "serac_recording.h"

/* A program that was timed: its blocks as they stood in memory, and the counters. */
struct timed {
    struct timed *next;
    uint64_t program;
    uint8_t *blocks;
    uint32_t num_blocks;
    struct serac_counters total, *shares;
};

struct model {
    struct serac_csr csr;
    struct timed *timed;
    struct serac_fast *fast;            /* owned; made at the first run */
};

static void free_timed(struct timed *t)
{
    if (t) {
        free(t->blocks);
        free(t->shares);
    }
    free(t);
}

/* The program in memory, if it was timed; one that is no longer the same is forgotten. */
static const struct timed *find(const struct serac_device *d, struct model *m, uint64_t program)
{
    uint64_t offset = program - d->arena.base;
    for (struct timed **at = &m->timed; *at; at = &(*at)->next) {
        struct timed *t = *at;
        size_t bytes = (size_t)t->num_blocks * SERAC_INSN_BLOCK_STRIDE;
        if (t->program != program)
            continue;
        if (offset < d->arena.size && bytes <= d->arena.size - offset &&
            !memcmp(t->blocks, d->arena.bytes + offset, bytes))
            return t;
        *at = t->next;
        free_timed(t);
        break;
    }
    return NULL;
}

/* Keeps what was just timed; without memory it will be timed again. */
static void remember(struct serac_device *d, struct model *m, uint64_t program)
{
    size_t bytes = (size_t)d->run.num_blocks * SERAC_INSN_BLOCK_STRIDE;
    uint64_t offset = program - d->arena.base;
    if (d->run.status != SERAC_OK || !d->run.num_blocks || offset >= d->arena.size ||
        bytes > d->arena.size - offset)
        return;
    struct timed *t = calloc(1, sizeof *t);
    if (t) {
        t->blocks = malloc(bytes);
        t->shares = malloc(d->run.num_blocks * sizeof *t->shares);
    }
    if (!t || !t->blocks || !t->shares) {
        free_timed(t);
        return;
    }
    t->program = program;
    t->num_blocks = d->run.num_blocks;
    t->total = d->run.total;
    memcpy(t->blocks, d->arena.bytes + offset, bytes);
    memcpy(t->shares, d->run.blocks, t->num_blocks * sizeof *t->shares);
    t->next = m->timed;
    m->timed = t;
}

static enum serac_status start(struct serac_device *d, struct model *m)
{
    struct serac_bus bus = serac_host_memory_bus(&d->arena);
    uint64_t program = serac_csr_program(&m->csr);
    const struct serac_observer *observer = serac_recording_model(d->recording);
    const struct timed *t = observer ? NULL : find(d, m, program);
    enum serac_status status;
    if (!m->fast)
        m->fast = serac_fast_create(d->threads);
    if (!m->fast)
        return SERAC_E_NOMEM;
    if (t) {
        d->run.status = SERAC_OK;
        d->run.total = t->total;
        d->run.num_blocks = t->num_blocks;
        memcpy(d->run.blocks, t->shares, t->num_blocks * sizeof *t->shares);
        status = serac_run_data(&d->design, &bus, program, m->fast);
    } else {
        status = serac_run_time(&d->design, &d->memory, &bus, program, observer,
                                &d->run);
        if (status == SERAC_OK && d->run.status == SERAC_OK)
            status = serac_run_data(&d->design, &bus, program, m->fast);
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

/* What the host writes may be weights that were packed. */
static enum serac_status sync_to_device(void *ctx, const struct serac_buffer *buffer, size_t offset, size_t bytes)
{
    const struct model *m = ((struct serac_device *)ctx)->own;
    if (buffer)
        serac_fast_written(m->fast, buffer->bus + offset, bytes);
    return SERAC_OK;
}

static void close_model(struct serac_device *device)
{
    struct model *m = device->own;
    while (m && m->timed) {
        struct timed *t = m->timed;
        m->timed = t->next;
        free_timed(t);
    }
    if (m)
        serac_fast_destroy(m->fast);
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
    device->io.sync_to_device = sync_to_device;
    return SERAC_OK;
}
