/* serac_memory_config.c - memories: files and checks. */
#include "serac_memory.h"

#include <math.h>
#include <stdio.h>

#include "serac_config.h"

#define KEY(type, field, required, min, max)                                  \
    {#field, SERAC_KEY_##type, offsetof(struct serac_memory_config, field),   \
     required, min, max, 0}

static const struct serac_key keys[] = {
    KEY(U32, latency_cycles, true, 1, 100000),
    KEY(U32, bytes_per_cycle, true, 1, 4096),
    KEY(U32, shared_bus, false, 0, 1),
    KEY(POWER, page_bytes, false, 64, 1048576),
    KEY(U32, page_miss_cycles, false, 0, 100000),
    KEY(U32, refresh_interval, false, 1, 10000000),
    KEY(U32, refresh_cycles, false, 0, 100000),
    KEY(U32, address_stall_percent, false, 0, 100),
    KEY(U32, data_stall_percent, false, 0, 100),
    KEY(U32, max_stall_cycles, false, 0, 10000),
    KEY(U64, seed, false, 0, 0),
    KEY(F64, dram_pj_per_bit, false, 0, 10000),
};

const struct serac_key *serac_memory_keys(size_t *count)
{
    *count = sizeof keys / sizeof *keys;
    return keys;
}

/* Keys that mean nothing without another are refused, not ignored. */
static bool consistent(const struct serac_memory_config *m,
                       char *message, size_t room)
{
    const char *alone = NULL;
    if (m->page_miss_cycles && !m->page_bytes)
        alone = "page_miss_cycles: needs page_bytes";
    else if (m->refresh_cycles && !m->refresh_interval)
        alone = "refresh_cycles: needs refresh_interval";
    else if (m->address_stall_percent && !m->max_stall_cycles)
        alone = "address_stall_percent: needs max_stall_cycles";
    else if (m->data_stall_percent && !m->max_stall_cycles)
        alone = "data_stall_percent: needs max_stall_cycles";
    if (alone)
        snprintf(message, room, "%s", alone);
    else if (m->refresh_interval && m->refresh_cycles >= m->refresh_interval)
        snprintf(message, room, "refresh_cycles = %u: not less than "
                 "refresh_interval (%u)", m->refresh_cycles,
                 m->refresh_interval);
    return !*message;
}

enum serac_status serac_memory_load(const char *name,
                                    struct serac_memory_config *memory,
                                    struct serac_error *error)
{
    struct serac_memory_config m = {.dram_pj_per_bit = NAN};
    struct serac_config *config = NULL;
    enum serac_status status =
        serac_config_open_named("memory", name, &config, error);
    if (status == SERAC_OK)
        status = serac_config_read(config, serac_config_root(config), keys,
                                   sizeof keys / sizeof *keys, &m, error);
    char message[128] = "";
    if (status == SERAC_OK && !consistent(&m, message, sizeof message))
        status = serac_config_fail_key(config, error, message);
    if (status == SERAC_OK) {
        serac_config_name(config, m.name, sizeof m.name);
        *memory = m;
    }
    serac_config_close(config);
    return status;
}
