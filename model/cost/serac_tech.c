/* serac_tech.c - reads a technology file. */
#include "serac_tech.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "serac_config.h"

/* Names and numbers of terms do not depend on the design. */
static const struct serac_design any = {
    .rows = 1, .cols = 1, .lanes = 8, .weight_planes = 1, .act_planes = 1,
    .weight_buffer_bytes = 4096, .act_buffer_bytes = 4096,
    .output_buffer_bytes = 4096, .param_buffer_bytes = 4096, .axi_bits = 64,
    .outstanding = 1, .requant_lanes = 1, .queue_depth = 1};

static const char *const resource_keys[SERAC_UNIT_RESOURCES] = {
    "area_um2", "luts", "ffs", "dsps", "delay_ns"};
static const char *const group_keys[SERAC_GROUPS] = {
    "control", "array", "ones", "requant", "weight_buffer", "act_buffer",
    "param_buffer", "output_buffer"};

#define OFFSET(field) offsetof(struct serac_tech, field)
#define TEXT(field) sizeof(((struct serac_tech *)0)->field)

static const struct serac_key tech_keys[] = {
    {"source", SERAC_KEY_STRING, OFFSET(source), true, 0, 0, TEXT(source)},
    {"not_included", SERAC_KEY_STRING, OFFSET(not_included), true, 0, 0,
     TEXT(not_included)},
    {"units", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
    {"fpga", SERAC_KEY_STRING, OFFSET(fpga_family), false, 0, 0, TEXT(fpga_family)},
    {"sram", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"energy", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"fit", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
};

#define PERCENT(name)                                                         \
    {#name "_percent", SERAC_KEY_F64, offsetof(struct serac_fit, name), false,    \
     0, 1000, 0}
static const struct serac_key fit_keys[] = {
    {"designs", SERAC_KEY_U32, offsetof(struct serac_fit, designs), true, 0, 1000,
     0},
    {"energy_designs", SERAC_KEY_U32, offsetof(struct serac_fit, energy_designs),
     false, 0, 1000, 0},
    PERCENT(area_median), PERCENT(area_worst), PERCENT(clock_median),
    PERCENT(clock_worst), PERCENT(energy_median), PERCENT(energy_worst),
};

static enum serac_status read_units(const struct serac_config *config,
                                    const struct serac_group *group,
                                    struct serac_tech *t,
                                    struct serac_error *error)
{
    static const struct serac_sram_table table = {.points = 2, .words = {1, 2}};
    struct serac_unit units[SERAC_UNITS];
    struct serac_key names[SERAC_UNITS];
    serac_units(&any, &table, units);
    for (int i = 0; i < SERAC_UNITS; i++)
        names[i] = (struct serac_key){units[i].name, SERAC_KEY_CHILD, 0, true,
                                      0, 0, 0};
    enum serac_status status =
        serac_config_read(config, group, names, SERAC_UNITS, NULL, error);
    for (int i = 0; status == SERAC_OK && i < SERAC_UNITS; i++) {
        const struct serac_group *unit =
            serac_config_child(group, units[i].name);
        struct serac_numbers values[SERAC_UNIT_RESOURCES];
        struct serac_key keys[SERAC_UNIT_RESOURCES];
        for (int r = 0; r < SERAC_UNIT_RESOURCES; r++)
            keys[r] = (struct serac_key){
                resource_keys[r], SERAC_KEY_NUMBERS, (size_t)r * sizeof *values,
                i > 0 && t->has[r], 0, 1e12,
                r == SERAC_DELAY_NS   ? units[i].delay_terms
                : r == SERAC_AREA_UM2 ? units[i].area_terms
                                      : units[i].counts_terms};
        memset(values, 0, sizeof values);
        status = serac_config_read(config, unit, keys, SERAC_UNIT_RESOURCES, values,
                                   error);
        for (int r = 0; status == SERAC_OK && r < SERAC_UNIT_RESOURCES; r++) {
            if (i > 0 && values[r].count > 0 && !t->has[r])
                status = serac_config_fail(
                    config, unit, error, "%s: %s has none, all units must have "
                    "it or none", resource_keys[r], units[0].name);
            t->has[r] = values[r].count > 0;
            for (uint32_t k = 0; k < values[r].count; k++)
                t->unit[r][i][k] = values[r].value[k];
        }
    }
    double slowest = 0;
    for (int i = 0; i < SERAC_UNITS; i++)
        for (uint32_t k = 0; k < units[i].delay_terms; k++)
            slowest = fmax(slowest, t->unit[SERAC_DELAY_NS][i][k]);
    if (status == SERAC_OK && t->has[SERAC_DELAY_NS] && slowest <= 0)
        status = serac_config_fail(config, group, error,
                                   "delay_ns: all zero, one must be larger");
    return status;
}

_Static_assert(SERAC_UNIT_TERMS <= SERAC_NUMBERS, "a file's lists hold all terms");

struct sram_numbers {
    struct serac_numbers words, area, read, write, access, leakage;
    double second_port;
};

static enum serac_status read_sram(const struct serac_config *config,
                                   const struct serac_group *group,
                                   struct serac_sram_table *table,
                                   struct serac_error *error)
{
    struct sram_numbers s;
#define COLUMN(name, field, required)                                         \
    {name, SERAC_KEY_NUMBERS, offsetof(struct sram_numbers, field), required, 1e-9,   \
     1e12, 0}
    const struct serac_key keys[] = {
        COLUMN("words", words, true), COLUMN("area_um2", area, true),
        COLUMN("access_ns", access, true), COLUMN("read_pj", read, false),
        COLUMN("write_pj", write, false), COLUMN("leakage_nw", leakage, false),
        {"second_port", SERAC_KEY_F64, offsetof(struct sram_numbers, second_port),
         true, 1, 10, 0}};
#undef COLUMN
    memset(&s, 0, sizeof s);
    enum serac_status status = serac_config_read(
        config, group, keys, sizeof keys / sizeof *keys, &s, error);
    const struct {
        const char *key;
        const struct serac_numbers *from;
        double *to;
    } columns[] = {{"words", &s.words, table->words},
                   {"area_um2", &s.area, table->area_um2},
                   {"access_ns", &s.access, table->access_ns},
                   {"read_pj", &s.read, table->read_pj},
                   {"write_pj", &s.write, table->write_pj},
                   {"leakage_nw", &s.leakage, table->leakage_nw}};
    if (status == SERAC_OK && s.words.count > SERAC_SRAM_POINTS)
        return serac_config_fail(config, serac_config_child(group, "words"), error,
                                 "words: must be an array of 2 to %d numbers",
                                 SERAC_SRAM_POINTS);
    table->points = s.words.count;
    table->second_port = s.second_port;
    for (size_t c = 0; status == SERAC_OK && c < sizeof columns / sizeof *columns;
         c++) {
        uint32_t count = columns[c].from->count;
        if (count && (count != s.words.count || count < 2))
            return serac_config_fail(config, serac_config_child(group, columns[c].key),
                                     error, "%s: must have as many numbers as words, "
                                     "at least 2", columns[c].key);
        for (uint32_t i = 0; i < s.words.count; i++)
            columns[c].to[i] = count ? columns[c].from->value[i] : NAN;
    }
    for (uint32_t i = 1; status == SERAC_OK && i < s.words.count; i++)
        if (s.words.value[i] <= s.words.value[i - 1])
            return serac_config_fail(config, serac_config_child(group, "words"), error,
                                     "words: must ascend");
    return status;
}

static enum serac_status read_energy(const struct serac_config *config,
                                     const struct serac_group *group,
                                     struct serac_tech *t,
                                     struct serac_error *error)
{
    static const struct serac_activity none = {.cycles = 0};
    struct serac_activity_terms terms[SERAC_GROUPS];
    struct serac_key names[SERAC_GROUPS + 2];
    size_t count = 0;
    serac_activity_terms(&any, &none, terms);
    for (int g = 0; g < SERAC_GROUPS; g++)
        names[count++] = (struct serac_key){group_keys[g], SERAC_KEY_CHILD, 0,
                                            true, 0, 0, 0};
    names[count++] = (struct serac_key){"leakage_uw_per_mm2", SERAC_KEY_F64,
                                        OFFSET(leakage_uw_per_mm2), false, 0,
                                        1e9, 0};
    names[count++] = (struct serac_key){"clock_tree_factor", SERAC_KEY_F64,
                                        OFFSET(clock_tree_factor), true, 1, 10,
                                        0};
    enum serac_status status =
        serac_config_read(config, group, names, count, t, error);
    for (int g = 0; status == SERAC_OK && g < SERAC_GROUPS; g++) {
        struct serac_numbers pj[2];
        const struct serac_key keys[] = {
            {"clock_pj", SERAC_KEY_NUMBERS, 0, true, 0, 1e12,
             terms[g].clock_terms},
            {"data_pj", SERAC_KEY_NUMBERS, sizeof *pj, true, 0, 1e12,
             terms[g].data_terms}};
        status = serac_config_read(config,
                                   serac_config_child(group, group_keys[g]),
                                   keys, 2, pj, error);
        for (uint32_t k = 0; status == SERAC_OK && k < pj[0].count; k++)
            t->clock_pj[g][k] = pj[0].value[k];
        for (uint32_t k = 0; status == SERAC_OK && k < pj[1].count; k++)
            t->data_pj[g][k] = pj[1].value[k];
    }
    t->has_energy = status == SERAC_OK;
    return status;
}

/* FPGAs have LUTs, and memories of a family. */
static enum serac_status read_fpga(const struct serac_config *config,
                                   const struct serac_group *root,
                                   struct serac_tech *t,
                                   struct serac_error *error)
{
    const struct serac_group *key = serac_config_child(root, "fpga");
    if (!key == t->has[SERAC_LUTS])
        return serac_config_fail(config, key ? key : root, error,
                                 "fpga: goes with luts, one without the other");
    t->fpga = !key                      ? SERAC_FPGA_NONE
              : !strcmp(t->fpga_family, "xc7")   ? SERAC_FPGA_XC7
              : !strcmp(t->fpga_family, "ice40") ? SERAC_FPGA_ICE40
                                       : SERAC_FPGA_NONE;
    t->has[SERAC_BRAMS] = t->fpga != SERAC_FPGA_NONE;
    return key && !t->has[SERAC_BRAMS]
               ? serac_config_fail(config, key, error,
                                   "fpga: must be xc7 or ice40") : SERAC_OK;
}

static enum serac_status read_file(const struct serac_config *config,
                                   struct serac_tech *t,
                                   struct serac_error *error)
{
    const struct serac_group *root = serac_config_root(config);
    enum serac_status status =
        serac_config_read(config, root, tech_keys,
                          sizeof tech_keys / sizeof *tech_keys, t, error);
    if (status == SERAC_OK)
        status = read_units(config, serac_config_child(root, "units"), t, error);
    if (status == SERAC_OK)
        status = read_fpga(config, root, t, error);
    const struct serac_group *sram = serac_config_child(root, "sram");
    if (status == SERAC_OK && sram) {
        status = read_sram(config, sram, &t->sram, error);
    }
    const struct serac_group *energy = serac_config_child(root, "energy");
    if (status == SERAC_OK && !sram && (t->has[SERAC_AREA_UM2] || energy))
        status = serac_config_fail(config, root, error,
                                   "sram: missing, area_um2 and energy need it");
    if (status == SERAC_OK && energy)
        status = read_energy(config, energy, t, error);
    if (status == SERAC_OK)
        status = serac_config_read(config, serac_config_child(root, "fit"),
                                   fit_keys, sizeof fit_keys / sizeof *fit_keys,
                                   &t->fit, error);
    return status;
}

enum serac_status serac_tech_load(const char *name, struct serac_tech *tech,
                                  struct serac_error *error)
{
    struct serac_tech t;
    struct serac_config *config = NULL;
    memset(&t, 0, sizeof t);
    t.leakage_uw_per_mm2 = NAN;
    t.fit = (struct serac_fit){0, 0, NAN, NAN, NAN, NAN, NAN, NAN};
    enum serac_status status =
        serac_config_open_named("tech", name, &config, error);
    if (status == SERAC_OK)
        status = read_file(config, &t, error);
    if (status == SERAC_OK) {
        serac_config_name(config, t.name, sizeof t.name);
        *tech = t;
    }
    serac_config_close(config);
    return status;
}
