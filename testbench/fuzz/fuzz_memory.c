/* fuzz_memory.c - configs/memory: what was read answers bursts. */
#include "fuzz.h"
#include "serac_memory.h"

static void use(const struct serac_memory_config *config)
{
    struct serac_memory memory;
    serac_memory_init(&memory, config, 16);
    for (uint32_t i = 0; i < 4; i++) {
        (void)serac_memory_read(&memory, 1024 * i, 64, 100 * i, NULL);
        (void)serac_memory_write(&memory, 65536 - 1024 * i, 64, 100 * i, NULL);
    }
}

FUZZ_LOADER(struct serac_memory_config, serac_memory_load, "memory.cfg")
