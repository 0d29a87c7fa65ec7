/* serac_cost.c - area, clock and energy from a technology file. */
#include "serac_cost.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "serac_config.h"

#define NUMBER(field, required)                                               \
    {#field, SERAC_KEY_F64, offsetof(struct serac_tech, field), required, 0,  \
     1e12, 0}
#define POSITIVE(field, min)                                                  \
    {#field, SERAC_KEY_F64, offsetof(struct serac_tech, field), true, min,    \
     1e12, 0}

static const struct serac_key tech_keys[] = {
    {"source", SERAC_KEY_STRING, offsetof(struct serac_tech, source), true, 0,
     0, sizeof(((struct serac_tech *)0)->source)},
    {"published", SERAC_KEY_BOOL, offsetof(struct serac_tech, published), true,
     0, 0, 0},
    POSITIVE(clock_mhz, 0.001),
    NUMBER(product_um2, true),
    NUMBER(product_pj, true),
    NUMBER(adder_um2, true),
    NUMBER(adder_pj, true),
    NUMBER(register_um2, true),
    NUMBER(sram_um2_per_bit, true),
    NUMBER(sram_pj_per_bit, true),
    POSITIVE(sram_reference_bytes, 1),
    NUMBER(dram_pj_per_bit, true),
    NUMBER(leakage_uw_per_mm2, false),
    NUMBER(control_pj_per_cycle, false),
};

enum serac_status serac_tech_load(const char *name, struct serac_tech *tech,
                                  struct serac_error *error)
{
    struct serac_tech t = {.leakage_uw_per_mm2 = NAN,
                           .control_pj_per_cycle = NAN};
    struct serac_config *config = NULL;
    char path[1024];
    enum serac_status status =
        serac_config_find("tech", name, path, sizeof path, error);
    if (status == SERAC_OK)
        status = serac_config_open(path, &config, error);
    if (status == SERAC_OK)
        status = serac_config_read(config, serac_config_root(config),
                                   tech_keys,
                                   sizeof tech_keys / sizeof *tech_keys, &t,
                                   error);
    if (status == SERAC_OK) {
        const char *slash = strrchr(path, '/');
        snprintf(t.name, sizeof t.name, "%s", slash ? slash + 1 : path);
        char *dot = strrchr(t.name, '.');
        if (dot)
            *dot = 0;
        *tech = t;
    }
    serac_config_close(config);
    return status;
}

/* Adder bits of a tree over `lanes` terms of `width` bits. */
static double tree_bits(double lanes, double width)
{
    double bits = 0;
    for (double terms = lanes / 2; terms >= 1; terms /= 2)
        bits += terms * ++width;
    return bits;
}

/* One dot-product unit: bit products, adder bits, register bits. */
struct unit {
    double products, adders, registers;
};

static struct unit dot_unit(const struct serac_design *d, bool ones)
{
    double log = log2(d->lanes), horner = 17 + log;
    double weights = ones ? 1 : d->weight_planes;
    double term = weights + d->act_planes;
    struct unit u;
    u.products = ones ? 0 : d->lanes * weights * d->act_planes;
    u.adders = tree_bits(d->lanes, term) + 2 * horner + 32;
    u.registers = term + log + 2 * horner + 64;
    return u;
}

static double unit_area(const struct serac_tech *t, struct unit u)
{
    return u.products * t->product_um2 + u.adders * t->adder_um2 +
           u.registers * t->register_um2;
}

void serac_cost_area(const struct serac_design *d, const struct serac_tech *t,
                     struct serac_area *a)
{
    double operands = (double)d->lanes * (d->rows * d->weight_planes +
                                          d->cols * d->act_planes);
    double bit = 8 * t->sram_um2_per_bit;
    a->array = (double)d->rows * d->cols * unit_area(t, dot_unit(d, false)) +
               operands * t->register_um2;
    a->ones = d->cols * unit_area(t, dot_unit(d, true));
    a->requant = d->requant_lanes *
                 ((32 * 32 + 16 * 32) * t->product_um2 +
                  10 * 32 * t->adder_um2 + 700 * t->register_um2);
    a->weight_buffer = d->weight_buffer_bytes * bit;
    a->act_buffer = d->act_buffer_bytes * bit;
    a->param_buffer = d->param_buffer_bytes * bit;
    a->output_buffer = d->output_buffer_bytes * bit;
    /* Section registers, counters, loop counters; windows per column. */
    a->control = (8000 + 320.0 * d->cols) * t->register_um2 +
                 (2500 + 200.0 * d->cols) * t->adder_um2;
    a->total = a->array + a->ones + a->requant + a->weight_buffer +
               a->act_buffer + a->param_buffer + a->output_buffer + a->control;
}

/* pJ per bit of a memory of so many bytes. */
static double sram(const struct serac_tech *t, double bytes)
{
    return t->sram_pj_per_bit * sqrt(bytes / t->sram_reference_bytes);
}

void serac_cost_energy(const struct serac_design *d,
                       const struct serac_tech *t,
                       const struct serac_counters *c, struct serac_energy *e)
{
    struct unit u = dot_unit(d, false), o = dot_unit(d, true);
    struct serac_area area;
    serac_cost_area(d, t, &area);
    double busy = (double)c->array_busy_cycles;
    double units = (double)d->rows * d->cols;
    double unit = u.products * t->product_pj + u.adders * t->adder_pj;
    double pair = units * unit + d->cols * o.adders * t->adder_pj;
    double weights = (double)d->rows * d->lanes * d->weight_planes;
    double acts = (double)d->cols * d->lanes * d->act_planes;
    double bank = (double)d->act_buffer_bytes / d->cols;
    double results = (double)c->results;
    double moved = 8.0 * (double)(c->bytes_read + c->bytes_written);
    e->array = busy * pair * 1e-6;
    e->buffer = (busy * (weights * sram(t, d->weight_buffer_bytes) +
                         acts * sram(t, bank)) +
                 results * 128 * sram(t, d->param_buffer_bytes) +
                 8.0 * (double)c->bytes_read * sram(t, d->weight_buffer_bytes) +
                 16.0 * (double)c->bytes_written *
                     sram(t, d->output_buffer_bytes)) * 1e-6;
    e->requant = results * ((32 * 32 + 16 * 32) * t->product_pj +
                            10 * 32 * t->adder_pj) * 1e-6;
    e->control = (double)c->cycles * t->control_pj_per_cycle * 1e-6;
    e->dram = moved * t->dram_pj_per_bit * 1e-6;
    e->leakage = t->leakage_uw_per_mm2 * area.total * 1e-6 *
                 ((double)c->cycles / t->clock_mhz) * 1e-6;
    e->total = e->array + e->buffer + e->requant + e->dram +
               (isnan(e->control) ? 0 : e->control) +
               (isnan(e->leakage) ? 0 : e->leakage);
}

double serac_cost_peak_macs(const struct serac_design *d,
                            const struct serac_tech *t, uint32_t weight_bits,
                            uint32_t act_bits)
{
    double digits =
        ceil((double)weight_bits / d->weight_planes) *
        ceil((double)act_bits / d->act_planes);
    return (double)d->rows * d->cols * d->lanes / digits * t->clock_mhz * 1e6;
}
