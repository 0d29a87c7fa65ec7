/* serac_design.c - designs: files and checks. */
#include "serac_design.h"

#include <stdio.h>
#include <string.h>

#include "serac_config.h"

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

/* Relations between keys: rtl/MACHINE.md, "Restrictions on a design". */
static enum serac_status check_relations(const struct serac_design *d,
                                         struct serac_error *error)
{
    uint64_t beat = d->axi_bits / 8, plane = d->lanes / 8;
    uint64_t least = d->rows < d->lanes ? d->rows : d->lanes;
    if (d->requant_lanes > least)
        return reject(error, "requant_lanes = %llu: more than rows or lanes "
                      "(%llu)", d->requant_lanes, least);
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

enum serac_status serac_design_load(const char *name,
                                    struct serac_design *design,
                                    struct serac_error *error)
{
    struct serac_design d = {0};
    struct serac_config *config = NULL;
    struct serac_error detail = {""};
    enum serac_status status =
        serac_config_open_named("designs", name, &config, error);
    if (status == SERAC_OK)
        status = serac_config_read(config, serac_config_root(config), design_keys,
                                   sizeof design_keys / sizeof *design_keys, &d, error);
    if (status == SERAC_OK &&
        serac_design_check(&d, &detail) != SERAC_OK)
        status = serac_config_fail_key(config, error, detail.text);
    if (status == SERAC_OK) {
        serac_config_name(config, d.name, sizeof d.name);
        *design = d;
    }
    serac_config_close(config);
    return status;
}
