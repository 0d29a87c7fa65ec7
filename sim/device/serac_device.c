/* serac_device.c - opens devices; their memory arena. */
#include "serac_device.h"
#include "serac_network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BASE 0x80000000u
#define PAGE 4096u

static const struct {
    const char *name;
    serac_device_open_fn *open;
} backends[] = {
    {"model", serac_device_open_model},
    {"rtl", serac_device_open_rtl},
    {"systemc", serac_device_open_systemc},
    {"systemc-rtl", serac_device_open_systemc_rtl},
};

static enum serac_status arena_alloc(void *ctx, size_t bytes,
                                     struct serac_buffer *buffer)
{
    struct serac_device *d = ctx;
    uint64_t size = (bytes + PAGE - 1) / PAGE * (uint64_t)PAGE;
    if (bytes > d->arena.size || size > d->arena.size - d->arena_used)
        return SERAC_E_NOMEM;
    buffer->cpu = d->arena.bytes + d->arena_used;
    buffer->bus = d->arena.base + d->arena_used;
    buffer->bytes = bytes;
    d->arena_used += size;
    return SERAC_OK;
}

/* The last buffer's memory is used again; earlier ones wait for the end. */
static void arena_free(void *ctx, struct serac_buffer *buffer)
{
    struct serac_device *d = ctx;
    uint64_t offset = buffer->bus - d->arena.base;
    uint64_t size = (buffer->bytes + PAGE - 1) / PAGE * (uint64_t)PAGE;
    if (offset + size == d->arena_used)
        d->arena_used = offset;
}

static enum serac_status no_sync(void *ctx, const struct serac_buffer *buffer,
                                 size_t offset, size_t bytes)
{
    (void)ctx, (void)buffer, (void)offset, (void)bytes;
    return SERAC_OK;
}

enum serac_status serac_device_open(const char *backend,
                                    const struct serac_design *design,
                                    const struct serac_memory_config *memory,
                                    uint64_t arena_bytes,
                                    struct serac_recording *recording,
                                    struct serac_device **device,
                                    struct serac_error *error)
{
    size_t b = 0, count = sizeof backends / sizeof *backends;
    while (b < count && strcmp(backends[b].name, backend))
        b++;
    if (b == count) {
        if (error)
            snprintf(error->text, sizeof error->text,
                     "--backend %s: must be model, rtl, systemc or systemc-rtl", backend);
        return SERAC_E_INPUT;
    }
    struct serac_device *d = calloc(1, sizeof *d);
    if (!d)
        return SERAC_E_NOMEM;
    d->design = *design;
    d->memory = *memory;
    d->recording = recording;
    d->threads = 1;
    d->io = (struct serac_io){.alloc = arena_alloc, .free = arena_free,
                              .sync_to_device = no_sync,
                              .sync_to_host = no_sync, .ctx = d};
    d->run.max_blocks = SERAC_LAYERS_MAX;
    d->run.blocks = calloc(SERAC_LAYERS_MAX, sizeof *d->run.blocks);
    enum serac_status status = serac_host_memory_init(
        &d->arena, ARENA_BASE, (arena_bytes + PAGE - 1) / PAGE * PAGE);
    if (status == SERAC_OK && !d->run.blocks)
        status = SERAC_E_NOMEM;
    if (status == SERAC_OK)
        status = backends[b].open(d, error);
    if (status == SERAC_OK)
        *device = d;
    else
        serac_device_close(d);
    return status;
}

void serac_device_enter(struct serac_device *device, void (*work)(void *ctx),
                        void *ctx)
{
    if (device->enter)
        device->enter(device, work, ctx);
    else
        work(ctx);
}

void serac_device_close(struct serac_device *device)
{
    if (!device)
        return;
    if (device->close)
        device->close(device);
    serac_host_memory_free(&device->arena);
    free(device->run.blocks);
    free(device);
}
