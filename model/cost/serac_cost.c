/* serac_cost.c - area, clock and energy of a design, from a technology. */
#include "serac_cost.h"

#include <math.h>
#include <string.h>

static const enum serac_unit_group groups_of_memories[SERAC_MEMORIES] = {
    [SERAC_MEMORY_WEIGHTS] = SERAC_GROUP_WEIGHT_BUFFER,
    [SERAC_MEMORY_ACTIVATIONS] = SERAC_GROUP_ACT_BUFFER,
    [SERAC_MEMORY_PARAMETERS] = SERAC_GROUP_PARAM_BUFFER,
    [SERAC_MEMORY_OUTPUTS] = SERAC_GROUP_OUTPUT_BUFFER,
    [SERAC_MEMORY_HELD] = SERAC_GROUP_REQUANT,
    [SERAC_MEMORY_QUEUES] = SERAC_GROUP_CONTROL,
};

const char *serac_group_name(enum serac_unit_group group)
{
    static const char *const names[SERAC_GROUPS] = {
        [SERAC_GROUP_CONTROL] = "control, DMA",
        [SERAC_GROUP_ARRAY] = "array",
        [SERAC_GROUP_ONES] = "row of ones",
        [SERAC_GROUP_REQUANT] = "requantisers",
        [SERAC_GROUP_WEIGHT_BUFFER] = "weight buffer",
        [SERAC_GROUP_ACT_BUFFER] = "activation buffer",
        [SERAC_GROUP_PARAM_BUFFER] = "parameter buffer",
        [SERAC_GROUP_OUTPUT_BUFFER] = "output buffer",
    };
    return names[group];
}

static double dot(const double *coefficients, const double *terms,
                  uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += coefficients[i] * terms[i];
    return sum;
}

/* One memory of a kind; without macros all zero. */
static struct serac_sram macro(const struct serac_tech *t,
                               const struct serac_memory_kind *kind)
{
    struct serac_sram sram = {.macros = 0};
    if (!kind->registers)
        serac_sram(&t->sram, kind->width, kind->depth, kind->ports, &sram);
    return sram;
}

/* --- area, clock -------------------------------------------------------------- */

void serac_cost_area(const struct serac_design *d, const struct serac_tech *t,
                     struct serac_area *a)
{
    struct serac_unit units[SERAC_UNITS];
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    memset(a, 0, sizeof *a);
    if (!t->has[SERAC_AREA_UM2]) {
        for (int g = 0; g < SERAC_GROUPS; g++)
            a->group[g] = NAN;
        a->macros = a->total = NAN;
        return;
    }
    serac_units(d, &t->sram, units);
    for (int i = 0; i < SERAC_UNITS; i++)
        a->group[units[i].group] +=
            units[i].count * dot(t->unit[SERAC_AREA_UM2][i], units[i].area,
                                 units[i].area_terms);
    serac_memories(d, kinds);
    for (int i = 0; i < SERAC_MEMORIES; i++) {
        double area = kinds[i].count * macro(t, &kinds[i]).area_um2;
        a->group[groups_of_memories[i]] += area;
        a->macros += area;
    }
    for (int g = 0; g < SERAC_GROUPS; g++)
        a->total += a->group[g];
}

/* Of all memories. */
static double memories(const struct serac_design *d, const struct serac_tech *t,
                       enum serac_resource resource)
{
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    struct serac_fpga_ram ram;
    double sum = 0;
    serac_memories(d, kinds);
    for (int i = 0; i < SERAC_MEMORIES; i++) {
        serac_fpga_memories(t->fpga, &kinds[i], &ram);
        sum += resource == SERAC_LUTS    ? ram.luts
               : resource == SERAC_FFS   ? ram.ffs
               : resource == SERAC_BRAMS ? ram.brams
                                         : 0;
    }
    return sum;
}

double serac_cost_resource(const struct serac_design *d,
                           const struct serac_tech *t,
                           enum serac_resource resource)
{
    struct serac_unit units[SERAC_UNITS];
    if (!t->has[resource])
        return NAN;
    double sum = memories(d, t, resource);
    if (resource >= SERAC_UNIT_RESOURCES)
        return sum;
    serac_units(d, &t->sram, units);
    for (int i = 0; i < SERAC_UNITS; i++)
        sum += units[i].count *
               dot(t->unit[resource][i], units[i].counts, units[i].counts_terms);
    return sum;
}

double serac_cost_clock_mhz(const struct serac_design *d,
                            const struct serac_tech *t, const char **slowest)
{
    struct serac_unit units[SERAC_UNITS];
    double period = 0;
    if (!t->has[SERAC_DELAY_NS])
        return NAN;
    serac_units(d, &t->sram, units);
    for (int i = 0; i < SERAC_UNITS; i++) {
        double delay = dot(t->unit[SERAC_DELAY_NS][i], units[i].delay,
                           units[i].delay_terms);
        if (delay <= period)
            continue;
        period = delay;
        if (slowest)
            *slowest = units[i].name;
    }
    return 1e3 / period;
}

static uint64_t products(const struct serac_design *d)
{
    return (uint64_t)d->rows * d->cols * d->lanes * d->weight_planes *
           d->act_planes;
}

const char *serac_cost_extrapolated(const struct serac_design *d,
                                    const struct serac_tech *t)
{
    if (products(d) > SERAC_FIT_PRODUCTS)
        return t->has_energy ? "area clock energy"
               : t->has[SERAC_DELAY_NS] ? "area clock" : "area";
    return t->has_energy && products(d) > SERAC_FIT_ENERGY_PRODUCTS ? "energy" : "";
}

/* --- energy ------------------------------------------------------------------- */

/* pJ of a group: cells and macros. */
static double group_energy(const struct serac_tech *t, int group,
                           const struct serac_activity_terms *terms,
                           const struct serac_sram *sram)
{
    double clock = dot(t->clock_pj[group], terms->clock, terms->clock_terms);
    double data = dot(t->data_pj[group], terms->data, terms->data_terms);
    double macros = (terms->reads > 0 ? terms->reads * sram->read_pj : 0) +
                    (terms->writes > 0 ? terms->writes * sram->write_pj : 0);
    return clock * t->clock_tree_factor + data + macros;
}

static double leakage_uw(const struct serac_design *d,
                         const struct serac_tech *t)
{
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    struct serac_area area;
    double macros = 0;
    serac_cost_area(d, t, &area);
    serac_memories(d, kinds);
    for (int i = 0; i < SERAC_MEMORIES; i++)
        macros += kinds[i].count * macro(t, &kinds[i]).leakage_nw * 1e-3;
    return (area.total - area.macros) * 1e-6 * t->leakage_uw_per_mm2 + macros;
}

void serac_cost_energy(const struct serac_design *d, const struct serac_tech *t,
                       const struct serac_activity *a, double dram_pj_per_bit,
                       struct serac_energy *e)
{
    struct serac_activity_terms terms[SERAC_GROUPS];
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    struct serac_sram sram[SERAC_GROUPS] = {{.macros = 0}};
    double pj[SERAC_GROUPS];
    if (!t->has_energy) {
        *e = (struct serac_energy){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
        return;
    }
    serac_memories(d, kinds);
    for (int i = 0; i < SERAC_MEMORIES; i++)
        sram[groups_of_memories[i]] = macro(t, &kinds[i]);
    serac_activity_terms(d, a, terms);
    for (int g = 0; g < SERAC_GROUPS; g++)
        pj[g] = group_energy(t, g, &terms[g], &sram[g]);
    e->array = (pj[SERAC_GROUP_ARRAY] + pj[SERAC_GROUP_ONES]) * 1e-6;
    e->buffer = (pj[SERAC_GROUP_WEIGHT_BUFFER] + pj[SERAC_GROUP_ACT_BUFFER] +
                 pj[SERAC_GROUP_PARAM_BUFFER] + pj[SERAC_GROUP_OUTPUT_BUFFER]) *
                1e-6;
    e->requant = pj[SERAC_GROUP_REQUANT] * 1e-6;
    e->control = pj[SERAC_GROUP_CONTROL] * 1e-6;
    e->dram = 8 * a->dram_bytes * dram_pj_per_bit * 1e-6;
    e->leakage = leakage_uw(d, t) * a->cycles /
                 serac_cost_clock_mhz(d, t, NULL) * 1e-6;
    e->total = e->array + e->buffer + e->requant + e->control +
               (isnan(e->dram) ? 0 : e->dram) +
               (isnan(e->leakage) ? 0 : e->leakage);
}

double serac_cost_peak_macs(const struct serac_design *d,
                            const struct serac_tech *t, uint32_t weight_bits,
                            uint32_t act_bits)
{
    double digits = ceil((double)weight_bits / d->weight_planes) *
                    ceil((double)act_bits / d->act_planes);
    return (double)d->rows * d->cols * d->lanes / digits *
           serac_cost_clock_mhz(d, t, NULL) * 1e6;
}
