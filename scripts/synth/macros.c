/* macros.c - synth_macros: memory macros for synthesis.
 *
 *     synth_macros SRAM.cfg TECH.cfg WIDTHxDEPTHxPORTSxENABLES...
 *         a Liberty library with one cell each: area and access time
 *         (model/cost/serac_sram.h), for yosys and OpenSTA
 *     synth_macros --table FILE.lib...
 *         a user's single-port macros as an SRAM.cfg
 *
 * TECH.cfg scales SRAM.cfg (sram_area, sram_time, ...); /dev/null does not. */
#include <libconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty.h"
#include "sram_cfg.h"

static struct liberty_error error;

static uint32_t log_of(uint32_t depth)
{
    uint32_t bits = 1;
    while (1u << bits < depth)
        bits++;
    return bits;
}

static void print_bus(const char *name, uint32_t width, const char *rest)
{
    printf("    bus (%s) { bus_type : bits_%u; %s }\n", name, width, rest);
}

static void print_cell(const struct serac_sram_table *table, double pin_pf,
                       uint32_t width, uint32_t depth, uint32_t ports,
                       uint32_t enables)
{
    static const char setup[] =
        "timing () { related_pin : \"clk\"; timing_type : setup_rising;"
        " rise_constraint (scalar) { values (\"0.0\"); }"
        " fall_constraint (scalar) { values (\"0.0\"); } }";
    struct serac_sram s;
    char input[512], output[512];
    uint32_t address = log_of(depth);
    double abreast = (width + SERAC_SRAM_BITS - 1) / SERAC_SRAM_BITS;
    serac_sram(table, width, depth, ports, &s);
    printf("  cell (serac_macro_%ux%ux%ux%u) {\n    area : %.6g;\n"
           "    cell_leakage_power : %.6g;\n", width, depth, ports, enables,
           s.area_um2, isnan(s.leakage_nw) ? 0 : s.leakage_nw);
    printf("    pin (clk) { direction : input; clock : true; capacitance : %.6g; }\n",
           pin_pf * s.macros);
    snprintf(input, sizeof input, "direction : input; capacitance : %.6g; %s",
             pin_pf * s.macros, setup);
    printf("    pin (ce) { %s }\n", input);
    print_bus("addr", address, input);
    print_bus("waddr", address, input);
    snprintf(input, sizeof input, "direction : input; capacitance : %.6g; %s",
             pin_pf * s.macros / abreast, setup);
    print_bus("we", enables, input);
    print_bus("wdata", width, input);
    snprintf(output, sizeof output,
             "direction : output; timing () { related_pin : \"clk\"; "
             "timing_type : rising_edge; "
             "cell_rise (scalar) { values (\"%.6g\"); } "
             "cell_fall (scalar) { values (\"%.6g\"); } "
             "rise_transition (scalar) { values (\"%.6g\"); } "
             "fall_transition (scalar) { values (\"%.6g\"); } }",
             s.access_ns, s.access_ns, s.access_ns * 0.01, s.access_ns * 0.01);
    print_bus("rdata", width, output);
    printf("  }\n");
}

static void print_type(uint32_t width, bool *done)
{
    if (!done[width])
        printf("  type (bits_%u) { base_type : array; data_type : bit; bit_width : %u; "
               "bit_from : %u; bit_to : 0; downto : true; }\n", width, width, width - 1);
    done[width] = true;
}

static int print_library(const char *sram, const char *tech, char **shapes,
                         int count)
{
    enum { WIDEST = 65536 };
    static bool done[WIDEST + 1];
    struct serac_sram_table table;
    uint32_t v[64][4];
    char end;
    struct sram_scales scales;
    if (!sram_cfg_read_scales(tech, &scales) || !sram_cfg_read(sram, tech, &table))
        return 2;
    if (count > 64) {
        fprintf(stderr, "synth_macros: more than 64 kinds of memory\n");
        return 2;
    }
    printf("library (serac_macros) {\n  delay_model : table_lookup;\n"
           "  time_unit : \"1ns\"; voltage_unit : \"1V\"; current_unit : \"1uA\";\n"
           "  nom_voltage : 1.0; leakage_power_unit : \"1nW\"; pulling_resistance_unit : \"1kohm\";\n"
           "  capacitive_load_unit (1, pf);\n"
           "  input_threshold_pct_rise : 50; input_threshold_pct_fall : 50;\n"
           "  output_threshold_pct_rise : 50; output_threshold_pct_fall : 50;\n"
           "  slew_lower_threshold_pct_rise : 20; slew_upper_threshold_pct_rise : 80;\n"
           "  slew_lower_threshold_pct_fall : 20; slew_upper_threshold_pct_fall : 80;\n");
    for (int i = 0; i < count; i++) {
        if (sscanf(shapes[i], "%ux%ux%ux%u%c", v[i], v[i] + 1, v[i] + 2, v[i] + 3, &end) != 4 ||
            !v[i][0] || v[i][0] > WIDEST || !v[i][1] || !v[i][3] || v[i][3] > WIDEST) {
            fprintf(stderr, "synth_macros: %s: not WIDTHxDEPTHxPORTSxENABLES\n", shapes[i]);
            return 2;
        }
        print_type(v[i][0], done);
        print_type(v[i][3], done);
        print_type(log_of(v[i][1]), done);
    }
    /* Pins as in SG13G2's macros, 0.006 pF, scaled as a length. */
    double pin = 0.006 * sqrt(scales.area);
    for (int i = 0; i < count; i++)
        print_cell(&table, pin, v[i][0], v[i][1], v[i][2], v[i][3]);
    printf("}\n");
    return 0;
}

/* --- from a user's macros --------------------------------------------------- */

struct macro {
    double words, area, access, read, write, leakage;
};

static int by_words(const void *a, const void *b)
{
    const struct macro *x = a, *y = b;
    return (x->words > y->words) - (x->words < y->words);
}

/* pJ of a rising clock edge in the state that only reads, or only writes, as IHP
 * names it (REN and WEN in `when`); where no state is named so, the largest. */
static double clock_energy(const struct liberty *lib,
                           const struct liberty_cell *cell, bool write)
{
    double most = NAN, fallback = NAN;
    for (uint32_t p = 0; p < cell->num_pins; p++) {
        if (!cell->pins[p].clock)
            continue;
        for (const struct liberty_group *g = liberty_child(cell->pins[p].group, "internal_power", NULL);
             g; g = liberty_child(cell->pins[p].group, "internal_power", g)) {
            const char *when = liberty_text(g, "when");
            const struct liberty_group *rise = liberty_child(g, "rise_power", NULL);
            struct liberty_table table;
            if (!rise || !liberty_table_read(lib, rise, &table, &error))
                continue;
            double pj = liberty_table_at(&table, 40e-12 / lib->time_s, 5e-15 / lib->cap_f) *
                        lib->energy_j * 1e12;
            liberty_table_free(&table);
            fallback = isnan(fallback) || pj > fallback ? pj : fallback;
            bool reads = when && strstr(when, "REN") && !strstr(when, "!A_REN");
            bool writes = when && strstr(when, "WEN") && !strstr(when, "!A_WEN");
            if (when && reads == !write && writes == write)
                most = isnan(most) || pj > most ? pj : most;
        }
    }
    return isnan(most) ? fallback : most;
}

static bool read_macro(const char *path, struct macro *m)
{
    struct liberty *lib = liberty_load(path, &error);
    const struct liberty_cell *cell = NULL;
    if (!lib)
        return false;
    const struct liberty_group *memory = NULL;
    for (uint32_t i = 0; i < lib->num_cells && !memory; i++) {
        cell = lib->cells + i;
        memory = liberty_child(cell->group, "memory", NULL);
    }
    double address = 0, width = 0, leak = NAN;
    if (!memory || liberty_number(lib, memory, "address_width", &address, &error) != 1 ||
        liberty_number(lib, memory, "word_width", &width, &error) != 1) {
        snprintf(error.text, sizeof error.text,
                 "%s: no cell with memory () { address_width; word_width; }", path);
        liberty_free(lib);
        return false;
    }
    double per = SERAC_SRAM_BITS / width;      /* to 64 bits */
    *m = (struct macro){.words = pow(2, address), .area = per * cell->area, .access = NAN,
                        .read = per * clock_energy(lib, cell, false),
                        .write = per * clock_energy(lib, cell, true), .leakage = NAN};
    if (liberty_number(lib, cell->group, "cell_leakage_power", &leak, &error) == 1)
        m->leakage = per * leak * lib->leakage_w * 1e9;
    for (uint32_t p = 0; p < cell->num_pins; p++) {
        const struct liberty_group *bus = cell->pins[p].bus;
        const struct liberty_group *owners[] = {cell->pins[p].group, bus};
        for (int o = 0; o < 2 && cell->pins[p].direction == LIBERTY_OUTPUT; o++) {
            const struct liberty_group *t = owners[o] ? liberty_child(owners[o], "timing", NULL) : NULL;
            const struct liberty_group *rise = t ? liberty_child(t, "cell_rise", NULL) : NULL;
            struct liberty_table table;
            if (!rise || !liberty_table_read(lib, rise, &table, &error))
                continue;
            double ns = 1e9 * lib->time_s *
                        liberty_table_at(&table, 40e-12 / lib->time_s, 5e-15 / lib->cap_f);
            liberty_table_free(&table);
            m->access = isnan(m->access) || ns > m->access ? ns : m->access;
        }
    }
    liberty_free(lib);
    return true;
}

static void print_list(const char *key, const struct macro *m, int count, size_t offset)
{
    for (int i = 0; i < count; i++)
        if (isnan(*(const double *)((const char *)(m + i) + offset)))
            return;
    printf("%s = [", key);
    for (int i = 0; i < count; i++)
        printf("%s%#.6g", i ? ", " : "", *(const double *)((const char *)(m + i) + offset));
    printf("];\n");
}

static int print_table(char **files, int count)
{
    struct macro m[SERAC_SRAM_POINTS];
    if (count < 2 || count > SERAC_SRAM_POINTS) {
        fprintf(stderr, "synth_macros: %d macro files: 2 to %d of different depths\n", count,
                SERAC_SRAM_POINTS);
        return 2;
    }
    for (int i = 0; i < count; i++)
        if (!read_macro(files[i], m + i)) {
            fprintf(stderr, "synth_macros: %s\n", error.text);
            return 2;
        }
    qsort(m, (size_t)count, sizeof *m, by_words);
    printf("# memory macros of 64 bits, from %s and %d more\n", files[0], count - 1);
    print_list("words", m, count, offsetof(struct macro, words));
    print_list("area_um2", m, count, offsetof(struct macro, area));
    print_list("access_ns", m, count, offsetof(struct macro, access));
    print_list("read_pj", m, count, offsetof(struct macro, read));
    print_list("write_pj", m, count, offsetof(struct macro, write));
    print_list("leakage_nw", m, count, offsetof(struct macro, leakage));
    printf("second_port = 1.3;   # not known from single-port macros: sram.cfg's\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "--table"))
        return print_table(argv + 2, argc - 2);
    if (argc < 3 || argv[1][0] == '-') {
        fprintf(stderr, "usage: synth_macros SRAM.cfg TECH.cfg WIDTHxDEPTHxPORTSxENABLES...\n"
                        "       synth_macros --table FILE.lib...\n");
        return 2;
    }
    return print_library(argv[1], argv[2], argv + 3, argc - 3);
}
