/* serac_design.c - designs and memories: files and checks. */
#include "serac_design.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "serac_config.h"
#include "serac_memory.h"

#define KEY(type, field, required, min, max)                                  \
    {#field, SERAC_KEY_##type, offsetof(struct serac_design, field), required, \
     min, max, 0}

#define BUFFER_MAX 1073741824.0

static const struct serac_key design_keys[] = {
    KEY(POWER, rows, true, 1, 64),
    KEY(POWER, cols, true, 1, 64),
    KEY(POWER, lanes, true, 8, 512),
    KEY(POWER, weight_planes, true, 1, 8),
    KEY(POWER, act_planes, true, 1, 8),
    KEY(POWER, weight_buffer_bytes, true, 256, BUFFER_MAX),
    KEY(POWER, act_buffer_bytes, true, 256, BUFFER_MAX),
    KEY(POWER, output_buffer_bytes, true, 256, BUFFER_MAX),
    KEY(POWER, param_buffer_bytes, true, 128, BUFFER_MAX),
    KEY(POWER, axi_bits, true, 64, 512),
    KEY(U32, outstanding, true, 1, 32),
    KEY(POWER, requant_lanes, true, 1, 32),
    KEY(U32, queue_depth, true, 1, 8),
};

static enum serac_status reject(struct serac_error *error, const char *format,
                                uint64_t value, uint64_t limit)
{
    if (error)
        snprintf(error->text, sizeof error->text, format,
                 (unsigned long long)value, (unsigned long long)limit);
    return SERAC_E_INPUT;
}

const struct serac_key *serac_design_keys(size_t *count)
{
    *count = sizeof design_keys / sizeof *design_keys;
    return design_keys;
}

/* Relations between keys: every half of a buffer holds a row of planes and a
 * beat, and addresses have room for the widest digit. */
static enum serac_status check_relations(const struct serac_design *d,
                                         struct serac_error *error)
{
    uint64_t beat = d->axi_bits / 8, plane = d->lanes / 8;
    uint64_t least = d->rows < d->lanes ? d->rows : d->lanes;
    if (d->requant_lanes > least)
        return reject(error, "requant_lanes = %llu: more than rows or lanes "
                      "(%llu)", d->requant_lanes, least);
    /* At least 32 planes and 4 beats per buffer or bank. */
    uint64_t wgt = 32 * d->rows * plane, bank = 32 * plane;
    uint64_t out = 64 * plane, param = 4 * (uint64_t)d->requant_lanes * 16;
    uint64_t words = 4 * beat;
    wgt = wgt > words ? wgt : words;
    bank = bank > words ? bank : words;
    out = out > words ? out : words;
    param = param > words ? param : words;
    if (d->weight_buffer_bytes < wgt)
        return reject(error, "weight_buffer_bytes = %llu: less than %llu, 32 "
                      "planes of rows x lanes", d->weight_buffer_bytes, wgt);
    if (d->act_buffer_bytes < bank * d->cols)
        return reject(error, "act_buffer_bytes = %llu: less than %llu, 32 "
                      "planes and 4 beats per column", d->act_buffer_bytes,
                      bank * d->cols);
    if (d->output_buffer_bytes < out)
        return reject(error, "output_buffer_bytes = %llu: less than %llu, 64 "
                      "planes", d->output_buffer_bytes, out);
    if (d->param_buffer_bytes < param)
        return reject(error, "param_buffer_bytes = %llu: less than %llu, 4 "
                      "groups of requant_lanes records",
                      d->param_buffer_bytes, param);
    return SERAC_OK;
}

enum serac_status serac_design_check(const struct serac_design *design,
                                     struct serac_error *error)
{
    for (size_t k = 0; k < sizeof design_keys / sizeof *design_keys; k++) {
        const struct serac_key *key = &design_keys[k];
        uint32_t v = *(const uint32_t *)(const void *)((const char *)design +
                                                       key->offset);
        bool odd = key->type == SERAC_KEY_POWER && (v == 0 || (v & (v - 1)));
        if (v >= key->min && v <= key->max && !odd)
            continue;
        if (error)
            snprintf(error->text, sizeof error->text,
                     "%s = %u: outside %.0f..%.0f%s", key->name, v, key->min,
                     key->max,
                     key->type == SERAC_KEY_POWER ? ", a power of two" : "");
        return SERAC_E_INPUT;
    }
    return check_relations(design, error);
}

/* The file's name without folders, variation and .cfg. */
static void base_name(const char *path, char *name, size_t room)
{
    const char *variation = serac_config_variation(path), *start = path;
    size_t length = variation ? (size_t)(variation - path) : strlen(path);
    for (size_t i = 0; i < length; i++)
        if (path[i] == '/')
            start = path + i + 1;
    snprintf(name, room, "%.*s", (int)(path + length - start), start);
    char *dot = strrchr(name, '.');
    if (dot && !strcmp(dot, ".cfg"))
        *dot = 0;
}

/* Opens `name` of `kind` and reads its root by `keys`. */
static enum serac_status load(const char *kind, const char *name,
                              const struct serac_key *keys, size_t count,
                              void *to, char *base,
                              struct serac_config **config,
                              struct serac_error *error)
{
    char path[1024];
    enum serac_status status =
        serac_config_find(kind, name, path, sizeof path, error);
    if (status == SERAC_OK)
        status = serac_config_open(path, config, error);
    if (status != SERAC_OK)
        return status;
    base_name(path, base, SERAC_NAME_MAX);
    serac_config_vary_name(*config, base, SERAC_NAME_MAX);
    return serac_config_read(*config, serac_config_root(*config), keys, count,
                             to, error);
}

/* A message that begins with a key gets that key's line. */
static enum serac_status fail_at_key(const struct serac_config *config,
                                     const char *message,
                                     struct serac_error *error)
{
    const struct serac_group *root = serac_config_root(config), *at = NULL;
    char key[SERAC_NAME_MAX];
    int length = (int)strcspn(message, " =:");
    if ((size_t)snprintf(key, sizeof key, "%.*s", length, message) <
        sizeof key)
        at = serac_config_child(root, key);
    return serac_config_fail(config, at ? at : root, error, "%s", message);
}

enum serac_status serac_design_load(const char *name,
                                    struct serac_design *design,
                                    struct serac_error *error)
{
    struct serac_design d = {0};
    struct serac_config *config = NULL;
    struct serac_error detail = {""};
    enum serac_status status =
        load("designs", name, design_keys,
             sizeof design_keys / sizeof *design_keys, &d, d.name, &config,
             error);
    if (status == SERAC_OK &&
        serac_design_check(&d, &detail) != SERAC_OK)
        status = fail_at_key(config, detail.text, error);
    if (status == SERAC_OK)
        *design = d;
    serac_config_close(config);
    return status;
}

#undef KEY
#define KEY(type, field, required, min, max)                                  \
    {#field, SERAC_KEY_##type, offsetof(struct serac_memory_config, field),   \
     required, min, max, 0}

static const struct serac_key memory_keys[] = {
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
    *count = sizeof memory_keys / sizeof *memory_keys;
    return memory_keys;
}

/* Keys that mean nothing without another are refused, not ignored. */
static bool memory_consistent(const struct serac_memory_config *m,
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
        load("memory", name, memory_keys,
             sizeof memory_keys / sizeof *memory_keys, &m, m.name, &config,
             error);
    char message[128] = "";
    if (status == SERAC_OK && !memory_consistent(&m, message, sizeof message))
        status = fail_at_key(config, message, error);
    if (status == SERAC_OK)
        *memory = m;
    serac_config_close(config);
    return status;
}
