/* terms.c - synth_terms: what scripts/synth/fit.py must know of the model.
 *
 *     synth_terms SRAM.cfg TECH.cfg DESIGN            terms of model/cost/serac_units.h: a line of
 *         CSV a unit: name, path, group, instances, "area" and terms, "delay" and terms
 *     synth_terms --macros SRAM.cfg TECH.cfg DESIGN   buffer, pJ of a read, pJ of a write
 *     synth_terms --sram SRAM.cfg TECH.cfg            the scaled table, as configs/tech has it
 *     synth_terms --fpga FAMILY DESIGN                terms as above, without macros; a last line
 *         "memories" with LUTs, flip-flops, block RAMs of serac_fpga.h
 *     synth_terms --fpga FAMILY WIDTH DEPTH ENABLES   those of one memory
 *     synth_terms --shapes DESIGN             width, depth, enables of its memories on an FPGA */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config.h"
#include "serac_fpga.h"
#include "serac_units.h"
#include "sram_cfg.h"

/* `counts`: the terms of an FPGA. */
static void print_units(const struct serac_design *design, const struct serac_sram_table *table,
                        bool counts)
{
    struct serac_unit units[SERAC_UNITS];
    serac_units(design, table, units);
    for (uint32_t i = 0; i < SERAC_UNITS; i++) {
        const struct serac_unit *u = units + i;
        printf("%s,%s,%d,%g,area", u->name, u->path, (int)u->group, u->count);
        for (uint32_t t = 0; t < (counts ? u->counts_terms : u->area_terms); t++)
            printf(",%.9g", counts ? u->counts[t] : u->area[t]);
        printf(",delay");
        for (uint32_t t = 0; t < u->delay_terms; t++)
            printf(",%.9g", u->delay[t]);
        printf("\n");
    }
}

static void print_macros(const struct serac_design *design,
                         const struct serac_sram_table *table)
{
    static const struct {
        const char *name;
        enum serac_memory_unit unit;
    } buffers[] = {{"weight_buffer", SERAC_MEMORY_WEIGHTS},
                   {"act_buffer", SERAC_MEMORY_ACTIVATIONS},
                   {"param_buffer", SERAC_MEMORY_PARAMETERS},
                   {"output_buffer", SERAC_MEMORY_OUTPUTS}};
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    serac_memories(design, kinds);
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        const struct serac_memory_kind *k = kinds + buffers[i].unit;
        struct serac_sram sram = {.macros = 0};
        if (!k->registers)
            serac_sram(table, k->width, k->depth, k->ports, &sram);
        printf("%s,%.9g,%.9g\n", buffers[i].name, sram.read_pj, sram.write_pj);
    }
}

static void print_list(const char *name, const double *values, uint32_t count)
{
    if (isnan(values[0]))
        return;
    printf("  %s = [", name);
    for (uint32_t i = 0; i < count; i++)
        printf("%s%.6e", i ? ", " : "", values[i]);
    printf("];\n");
}

static void print_sram(const struct serac_sram_table *t)
{
    print_list("words", t->words, t->points);
    print_list("area_um2", t->area_um2, t->points);
    print_list("access_ns", t->access_ns, t->points);
    print_list("read_pj", t->read_pj, t->points);
    print_list("write_pj", t->write_pj, t->points);
    print_list("leakage_nw", t->leakage_nw, t->points);
    printf("  second_port = %.6e;\n", t->second_port);
}

static int fpga(int argc, char **argv)
{
    struct serac_error error = {""};
    struct serac_design design;
    struct serac_fpga_ram ram, sum = {0, 0, 0};
    enum serac_fpga_family family = !strcmp(argv[2], "xc7") ? SERAC_FPGA_XC7
                                                            : SERAC_FPGA_ICE40;
    if (argc == 6) {
        serac_fpga_ram(family, (uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[4]),
                       (uint32_t)atoi(argv[5]), &ram);
        printf("%g %g %g\n", ram.luts, ram.ffs, ram.brams);
        return 0;
    }
    if (serac_design_load(argv[3], &design, &error) != SERAC_OK) {
        fprintf(stderr, "synth_terms: %s\n", error.text);
        return 2;
    }
    static const struct serac_sram_table none = {.points = 0};
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    print_units(&design, &none, true);
    serac_memories(&design, kinds);
    for (int i = 0; i < SERAC_MEMORIES; i++) {
        serac_fpga_memories(family, kinds + i, &ram);
        sum.luts += ram.luts;
        sum.ffs += ram.ffs;
        sum.brams += ram.brams;
    }
    printf("memories,%.9g,%.9g,%.9g\n", sum.luts, sum.ffs, sum.brams);
    return 0;
}

static int shapes(const char *name)
{
    struct serac_error error = {""};
    struct serac_design design;
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    if (serac_design_load(name, &design, &error) != SERAC_OK) {
        fprintf(stderr, "synth_terms: %s\n", error.text);
        return 2;
    }
    serac_memories(&design, kinds);
    for (int i = 0; i < SERAC_MEMORIES; i++) {
        struct serac_memory_kind k = serac_fpga_whole(kinds + i);
        printf("%u %u %u\n", k.width, k.depth, k.enables);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "--shapes"))
        return shapes(argv[2]);
    if ((argc == 4 || argc == 6) && !strcmp(argv[1], "--fpga") &&
        (!strcmp(argv[2], "xc7") || !strcmp(argv[2], "ice40")))
        return fpga(argc, argv);
    struct serac_error error = {""};
    struct serac_sram_table table;
    struct serac_design design;
    const char *what = argc > 1 && argv[1][0] == '-' ? argv[1] : "";
    char **files = argv + (*what ? 2 : 1);
    int wanted = !strcmp(what, "--sram") ? 2 : 3;
    if (argc - (files - argv) != wanted ||
        (*what && strcmp(what, "--sram") && strcmp(what, "--macros"))) {
        fprintf(stderr, "usage: synth_terms [--macros] SRAM.cfg TECH.cfg DESIGN\n"
                        "       synth_terms --sram SRAM.cfg TECH.cfg\n"
                        "       synth_terms --fpga xc7|ice40 DESIGN\n"
                        "       synth_terms --fpga xc7|ice40 WIDTH DEPTH ENABLES\n"
                        "       synth_terms --shapes DESIGN\n");
        return 2;
    }
    if (!sram_cfg_read(files[0], files[1], &table))
        return 2;
    if (wanted == 3 &&
        serac_design_load(files[2], &design, &error) != SERAC_OK) {
        fprintf(stderr, "synth_terms: %s\n", error.text);
        return 2;
    }
    if (wanted == 2)
        print_sram(&table);
    else if (*what)
        print_macros(&design, &table);
    else
        print_units(&design, &table, false);
    return 0;
}
