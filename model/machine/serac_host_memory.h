/* serac_host_memory.h - the accelerator's memory as bytes of this process. */
#ifndef SERAC_HOST_MEMORY_H
#define SERAC_HOST_MEMORY_H

#include "serac_bus.h"
#include "serac_status.h"

/* Bytes base..base+size-1 exist; other addresses answer DECERR. */
struct serac_host_memory {
    uint64_t base, size;
    uint8_t *bytes;                 /* owned */
};

/* All zero. SERAC_E_NOMEM: nothing is to be freed. */
enum serac_status serac_host_memory_init(struct serac_host_memory *memory,
                                         uint64_t base, uint64_t size);
void serac_host_memory_free(struct serac_host_memory *memory);

/* A bus onto it; `memory` is borrowed. */
struct serac_bus serac_host_memory_bus(struct serac_host_memory *memory);

#endif
