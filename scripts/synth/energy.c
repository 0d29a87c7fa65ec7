/* energy.c - synth_energy: energy of a mapped netlist from its switching
 * activity; see usage below.
 *
 * Per toggle of a net: CV^2/2 of the pins it drives and of its wire, counted
 * with the driver's group (with "(ports)" if the netlist does not drive it).
 * Per toggle of an output: its internal power at its load, mean of rise and
 * fall, arcs weighed by which input may have caused it and by the states of
 * the others. Per toggle of an input: its own internal power, likewise. Loads
 * and internal power of clock pins make up `clock`; a clock tree is not part
 * of the netlist and not of the result. Every table is read at one transition
 * time: --slew, or the mean of the netlist's own outputs. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activity_file.h"
#include "energy_sum.h"

#define MAX_LIBS 16

static const char usage[] =
    "usage: synth_energy --netlist FILE.json --top MODULE --liberty FILE.lib\n"
    "                    --activity FILE [options]\n"
    "  --scope NAME       of the top in the activity, if it is not MODULE\n"
    "  --liberty FILE     again for more libraries; the first gives voltage\n"
    "  --depth N          a group for each module instance N deep (1)\n"
    "  --group [L=]PATH   instead: a group L of what lies at or below PATH\n"
    "                     (again for more; the longest PATH counts;\n"
    "                     gen_ blocks and indices may be left out)\n"
    "  --wire-cap FF      wire capacitance per fanout, fF (estimated, liberty.h)\n"
    "  --slew PS          transition time for all tables, ps\n"
    "  --period NS        clock period, for leakage energy per cycle\n"
    "  --tables-whole     leave the load's energy in tables that contain it\n"
    "  --json             JSON instead of a table\n";

struct run {
    const char *netlist, *top, *scope, *activity_path;
    const char *liberty[MAX_LIBS];
    struct liberty *libs[MAX_LIBS];
    uint32_t num_libs;
    double depth, wire_ff, slew_ps, period_ns;
    bool json, slew_given;
    struct activity *activity;
    struct energy_sum sum;
};

static bool find_net(void *ctx, const char *path, const char *name,
                     double *toggles, double *high)
{
    const struct run *r = ctx;
    return activity_find(r->activity, path, name, toggles, high);
}

static bool compute(struct run *r)
{
    struct netlist_setup setup = {.libs = r->libs, .num_libs = r->num_libs,
                                  .path = r->netlist, .top = r->top,
                                  .activity = find_net, .ctx = r};
    struct liberty_error error;
    r->sum.depth = (uint32_t)r->depth;
    r->sum.wire_f = r->wire_ff < 0 ? ENERGY_WIRES : r->wire_ff * 1e-15;
    r->sum.slew_s = r->slew_ps * 1e-12;
    if (!energy_sum_load(&r->sum, &setup, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return false;
    }
    energy_sum_add(&r->sum);
    if (r->sum.nets_unknown * 100 <= r->sum.nets)
        return true;
    fprintf(stderr,
            "%s: %llu of %llu nets are not in it; did yosys run `rename "
            "-enumerate` before it wrote the netlist?\n", r->activity_path,
            (unsigned long long)r->sum.nets_unknown,
            (unsigned long long)r->sum.nets);
    return false;
}

/* --- printing --------------------------------------------------------- */

/* Per cycle, in fJ. */
static double fj(const struct run *r, double joule)
{
    return joule / (double)activity_cycles(r->activity) * 1e15;
}

static double leakage_fj(const struct run *r, double watt)
{
    return watt * r->period_ns * 1e-9 * 1e15;
}

static double total_fj(const struct run *r, const struct energy_part *p)
{
    return fj(r, p->internal + p->switching + p->clock) +
           leakage_fj(r, p->leakage);
}

static void sum_parts(const struct run *r, struct energy_part *sum)
{
    *sum = (struct energy_part){.name = "total"};
    for (uint32_t i = 0; i < r->sum.num_parts; i++) {
        const struct energy_part *p = r->sum.parts + i;
        sum->cells += p->cells;
        sum->area += p->area;
        sum->internal += p->internal;
        sum->switching += p->switching;
        sum->clock += p->clock;
        sum->leakage += p->leakage;
    }
}

/* Levels of the hierarchy without cells of their own. */
static bool empty(const struct energy_part *p)
{
    return !p->cells && !(p->switching > 0);
}

static void print_row(const struct run *r, const struct energy_part *p)
{
    printf("%-28s %8llu %11.4g %11.4g %11.4g %11.4g ", p->name,
           (unsigned long long)p->cells, fj(r, p->internal),
           fj(r, p->switching), fj(r, p->clock), p->leakage * 1e9);
    if (r->period_ns > 0)
        printf("%11.4g ", leakage_fj(r, p->leakage));
    printf("%11.4g\n", total_fj(r, p));
}

static void print_table(const struct run *r)
{
    struct energy_part sum;
    sum_parts(r, &sum);
    printf("%s, %s, %.3g V: energy per cycle in fJ, mean of %llu cycles\n",
           r->top, r->libs[0]->name, r->libs[0]->voltage * r->libs[0]->volt_v,
           (unsigned long long)activity_cycles(r->activity));
    printf("tables at a transition time of %.4g ps (%s), wire %.4g fF per "
           "fanout\n", r->sum.slew_s * 1e12,
           r->slew_given ? "given" : "mean of the netlist's outputs",
           r->sum.wire_f * 1e15);
    if (r->sum.loaded)
        printf("tables of %u kinds of cells contain the load's CV^2/2: %s\n",
               (unsigned)r->sum.loaded, r->sum.tables_whole ? "left in, counted twice"
                                                    : "taken out");
    if (r->sum.nets_unknown)
        printf("%llu of %llu nets have no activity\n",
               (unsigned long long)r->sum.nets_unknown,
               (unsigned long long)r->sum.nets);
    if (r->sum.net.num_macros)
        printf("%u memory macros are not included\n",
               (unsigned)r->sum.net.num_macros);
    printf("%-28s %8s %11s %11s %11s %11s %s%11s\n", "group", "cells",
           "internal", "switching", "clock", "leakage nW",
           r->period_ns > 0 ? "    leakage " : "", "total");
    for (uint32_t i = 0; i < r->sum.num_parts; i++)
        if (!empty(r->sum.parts + i))
            print_row(r, r->sum.parts + i);
    print_row(r, &sum);
}

static void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 32)
            printf("\\u%04x", *text);
        else
            putchar(*text);
    putchar('"');
}

static void print_object(const struct run *r, const struct energy_part *p)
{
    printf("{\"group\": ");
    print_text(p->name);
    printf(", \"cells\": %llu, \"area_um2\": %.6g, \"internal_fj\": %.6g, "
           "\"switching_fj\": %.6g, \"clock_fj\": %.6g, \"leakage_nw\": %.6g",
           (unsigned long long)p->cells, p->area, fj(r, p->internal),
           fj(r, p->switching), fj(r, p->clock), p->leakage * 1e9);
    if (r->period_ns > 0)
        printf(", \"leakage_fj\": %.6g", leakage_fj(r, p->leakage));
    printf(", \"total_fj\": %.6g}", total_fj(r, p));
}

static void print_json(const struct run *r)
{
    struct energy_part sum;
    sum_parts(r, &sum);
    printf("{\"top\": ");
    print_text(r->top);
    printf(", \"library\": ");
    print_text(r->libs[0]->name);
    printf(", \"voltage\": %.6g, \"cycles\": %llu, \"slew_ps\": %.6g, "
           "\"wire_ff\": %.6g, ", r->libs[0]->voltage * r->libs[0]->volt_v,
           (unsigned long long)activity_cycles(r->activity), r->sum.slew_s * 1e12,
           r->sum.wire_f * 1e15);
    if (r->period_ns > 0)
        printf("\"period_ns\": %.6g, ", r->period_ns);
    printf("\"kinds_with_load\": %u, \"tables_whole\": %s, \"nets\": %llu, "
           "\"nets_without_activity\": %llu, \"macros\": %u,\n \"groups\": [",
           (unsigned)r->sum.loaded, r->sum.tables_whole ? "true" : "false",
           (unsigned long long)r->sum.nets, (unsigned long long)r->sum.nets_unknown,
           (unsigned)r->sum.net.num_macros);
    const char *comma = "";
    for (uint32_t i = 0; i < r->sum.num_parts; i++) {
        if (empty(r->sum.parts + i))
            continue;
        printf("%s\n  ", comma);
        print_object(r, r->sum.parts + i);
        comma = ",";
    }
    printf("\n ],\n \"total\": ");
    print_object(r, &sum);
    printf("}\n");
}

/* --- the command line ------------------------------------------------- */

static bool number(const char *option, const char *text, double *value)
{
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    if (end != text && !*end && !errno && *value >= 0 && isfinite(*value))
        return true;
    fprintf(stderr, "synth_energy: %s: '%s' is not a number >= 0\n", option,
            text);
    return false;
}

static bool add_prefix(struct run *r, char *text)
{
    if (r->sum.num_prefixes == ENERGY_PREFIXES)
        return false;
    char *equals = strchr(text, '=');
    r->sum.labels[r->sum.num_prefixes] = text;
    r->sum.prefixes[r->sum.num_prefixes++] = equals ? equals + 1 : text;
    if (equals)
        *equals = '\0';
    return true;
}

static bool option(struct run *r, const char *name, char *value)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {{"--netlist", &r->netlist},
                 {"--top", &r->top},
                 {"--scope", &r->scope},
                 {"--activity", &r->activity_path}};
    const struct {
        const char *name;
        double *value;
    } numbers[] = {{"--depth", &r->depth},
                   {"--wire-cap", &r->wire_ff},
                   {"--slew", &r->slew_ps},
                   {"--period", &r->period_ns}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strcmp(name, texts[i].name)) {
            *texts[i].text = value;
            return true;
        }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(name, numbers[i].name)) {
            r->slew_given |= i == 2;
            return number(name, value, numbers[i].value);
        }
    if (!strcmp(name, "--group") && add_prefix(r, value))
        return true;
    if (!strcmp(name, "--liberty") && r->num_libs < MAX_LIBS) {
        r->liberty[r->num_libs++] = value;
        return true;
    }
    fprintf(stderr, "synth_energy: %s: unknown, or too many of them\n", name);
    return false;
}

static bool parse(struct run *r, int argc, char **argv)
{
    r->depth = 1;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json")) {
            r->json = true;
        } else if (!strcmp(argv[i], "--tables-whole")) {
            r->sum.tables_whole = true;
        } else if (i + 1 == argc) {
            fprintf(stderr, "synth_energy: %s: a value is missing\n", argv[i]);
            return false;
        } else if (!option(r, argv[i], argv[i + 1])) {
            return false;
        } else {
            i++;
        }
    }
    if (r->netlist && r->top && r->num_libs && r->activity_path)
        return true;
    fputs(usage, stderr);
    return false;
}

static bool load_inputs(struct run *r)
{
    struct liberty_error error;
    char problem[512];
    for (uint32_t i = 0; i < r->num_libs; i++)
        if (!(r->libs[i] = liberty_load(r->liberty[i], &error))) {
            fprintf(stderr, "%s\n", error.text);
            return false;
        }
    r->activity = activity_load(r->activity_path,
                                r->scope ? r->scope : r->top, problem,
                                sizeof problem);
    if (!r->activity)
        fprintf(stderr, "%s\n", problem);
    return r->activity != NULL;
}

int main(int argc, char **argv)
{
    struct run r = {.wire_ff = -1};
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(usage, stdout);
        return 0;
    }
    bool ok = parse(&r, argc, argv) && load_inputs(&r) && compute(&r);
    if (ok && r.json)
        print_json(&r);
    else if (ok)
        print_table(&r);
    energy_sum_free(&r.sum);
    activity_destroy(r.activity);
    for (uint32_t i = 0; i < r.num_libs; i++)
        liberty_free(r.libs[i]);
    return ok ? 0 : 2;
}
