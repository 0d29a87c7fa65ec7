/* serac_host_memory.c - the accelerator's memory as bytes of this process. */
#include "serac_host_memory.h"

#include <stdlib.h>
#include <string.h>

#define DECERR 3

static int inside(const struct serac_host_memory *m, uint64_t address,
                  size_t bytes)
{
    return address >= m->base && address - m->base <= m->size &&
           bytes <= m->size - (address - m->base);
}

static int bus_read(void *ctx, uint64_t address, void *to, size_t bytes)
{
    const struct serac_host_memory *m = ctx;
    if (!inside(m, address, bytes))
        return DECERR;
    memcpy(to, m->bytes + (address - m->base), bytes);
    return 0;
}

static int bus_write(void *ctx, uint64_t address, const void *from,
                     size_t bytes)
{
    struct serac_host_memory *m = ctx;
    if (!inside(m, address, bytes))
        return DECERR;
    memcpy(m->bytes + (address - m->base), from, bytes);
    return 0;
}

enum serac_status serac_host_memory_init(struct serac_host_memory *memory,
                                         uint64_t base, uint64_t size)
{
    memory->base = base;
    memory->size = size;
    memory->bytes = calloc(size ? size : 1, 1);
    return memory->bytes ? SERAC_OK : SERAC_E_NOMEM;
}

void serac_host_memory_free(struct serac_host_memory *memory)
{
    free(memory->bytes);
    memory->bytes = NULL;
}

struct serac_bus serac_host_memory_bus(struct serac_host_memory *memory)
{
    return (struct serac_bus){bus_read, bus_write, memory};
}
