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
#include "netlist.h"

#define MAX_LIBS 16
#define MAX_PREFIXES 256

static const char usage[] =
    "usage: synth_energy --netlist FILE.json --top MODULE --liberty FILE.lib\n"
    "                    --activity FILE [options]\n"
    "  --scope NAME       of the top in the activity, if it is not MODULE\n"
    "  --liberty FILE     again for more libraries; the first gives voltage\n"
    "  --depth N          a group for each module instance N deep (1)\n"
    "  --group [L=]PATH   instead: a group L of what lies at or below PATH\n"
    "                     (again for more; the longest PATH counts)\n"
    "  --wire-cap FF      wire capacitance per fanout, fF (0)\n"
    "  --slew PS          transition time for all tables, ps\n"
    "  --period NS        clock period, for leakage energy per cycle\n"
    "  --tables-whole     leave the load's energy in tables that contain it\n"
    "  --json             JSON instead of a table\n";

struct part {
    char *name;
    uint64_t cells;
    double internal, switching, clock, leakage;   /* J and W */
    double area;
};

struct run {
    const char *netlist, *top, *scope, *activity_path;
    const char *liberty[MAX_LIBS];
    struct liberty *libs[MAX_LIBS];
    uint32_t num_libs;
    const char *labels[MAX_PREFIXES], *prefixes[MAX_PREFIXES];
    uint32_t num_prefixes;
    double depth, wire_f, slew_ps, period_ns;
    bool tables_whole, json, slew_given;
    struct activity *activity;
    struct netlist net;
    struct part *parts;
    uint32_t num_parts, ports;
    double slew_s;
    uint32_t loaded;              /* kinds of cells, see energy_cell.h */
    uint64_t nets, nets_unknown;
};

/* --- groups ----------------------------------------------------------- */

static uint32_t part_named(struct run *r, const char *name, size_t length)
{
    for (uint32_t i = 0; i < r->num_parts; i++)
        if (strlen(r->parts[i].name) == length &&
            !strncmp(r->parts[i].name, name, length))
            return i;
    r->parts = realloc(r->parts, (r->num_parts + 1) * sizeof *r->parts);
    char *copy = malloc(length + 1);
    if (!r->parts || !copy) {
        fprintf(stderr, "out of memory\n");
        exit(3);
    }
    memcpy(copy, name, length);
    copy[length] = '\0';
    r->parts[r->num_parts] = (struct part){.name = copy};
    return r->num_parts++;
}

/* "u_a" covers u_a, u_a.x and u_a[3].x, but not u_ab. */
static bool covers(const char *prefix, const char *path)
{
    size_t length = strlen(prefix);
    return !strncmp(prefix, path, length) &&
           (!length || !path[length] || path[length] == '.' ||
            path[length] == '[');
}

/* Paths are cut where instances begin, and their names may hold dots: so the
 * path of each depth is remembered while the hierarchy is walked. */
static uint32_t group_of(void *ctx, const char *path, uint32_t depth)
{
    static size_t lengths[256];
    struct run *r = ctx;
    const char *label = "(rest)";
    size_t longest = 0;
    if (depth < 256)
        lengths[depth] = strlen(path);
    if (!r->num_prefixes) {
        uint32_t cut = depth < (uint32_t)r->depth ? depth : (uint32_t)r->depth;
        if (!cut)
            return part_named(r, "(top)", 5);
        return part_named(r, path, lengths[cut < 256 ? cut : 255]);
    }
    for (uint32_t i = 0; i < r->num_prefixes; i++)
        if (covers(r->prefixes[i], path) &&
            strlen(r->prefixes[i]) + 1 > longest) {
            longest = strlen(r->prefixes[i]) + 1;
            label = r->labels[i];
        }
    return part_named(r, label, strlen(label));
}

static bool find_net(void *ctx, const char *path, const char *name,
                     double *toggles, double *high)
{
    const struct run *r = ctx;
    return activity_find(r->activity, path, name, toggles, high);
}

/* --- the sum ---------------------------------------------------------- */

static double net_load(const struct run *r, const struct netlist_net *net)
{
    return net->load + net->fanout * r->wire_f;
}

/* The net at a pin, or NULL. */
static struct netlist_net *net_at(const struct netlist *n,
                                  const struct netlist_instance *inst,
                                  uint32_t pin)
{
    uint32_t net = n->pin_nets[inst->first + pin];
    return net == UINT32_MAX ? NULL : n->nets + netlist_root(n, net);
}

/* Mean transition time of all outputs when their inputs have it, too. */
static void find_slew(struct run *r)
{
    const struct netlist *n = &r->net;
    r->slew_s = 0;
    for (int turn = 0; turn < 6; turn++) {
        double sum = 0;
        uint64_t count = 0;
        for (uint32_t i = 0; i < n->num_instances; i++) {
            const struct netlist_instance *inst = n->instances + i;
            const struct energy_cell *ec = n->cells + inst->cell;
            for (uint32_t p = 0; p < ec->cell->num_pins; p++) {
                const struct netlist_net *net = net_at(n, inst, p);
                if (!(ec->outputs >> p & 1) || !net)
                    continue;
                double slew =
                    energy_cell_slew(ec, r->slew_s / ec->lib->time_s,
                                     net_load(r, net) / ec->lib->cap_f);
                if (slew > 0) {
                    sum += slew * ec->lib->time_s;
                    count++;
                }
                break;
            }
        }
        r->slew_s = count ? sum / (double)count : 0;
    }
}

static void add_instance(struct run *r, const struct netlist_instance *inst)
{
    const struct energy_cell *ec = r->net.cells + inst->cell;
    double toggles[64], high[64], load[64];
    double v = r->libs[0]->voltage * r->libs[0]->volt_v;
    struct part *part = r->parts + inst->group;
    struct energy_result result;
    if (ec->macro)
        return;
    for (uint32_t p = 0; p < ec->cell->num_pins; p++) {
        const struct netlist_net *net = net_at(&r->net, inst, p);
        toggles[p] = net ? net->toggles : 0;
        high[p] = net ? net->high : 0.5;
        load[p] = net ? net_load(r, net) / ec->lib->cap_f : 0;
        if (net && ec->clocks >> p & 1)
            part->clock += v * v / 2 * toggles[p] *
                           (ec->cell->pins[p].capacitance * ec->lib->cap_f +
                            r->wire_f);
    }
    const struct energy_use use = {toggles, high, load,
                                   r->slew_s / ec->lib->time_s};
    energy_cell_at(ec, &use, r->tables_whole, &result);
    part->cells++;
    part->area += ec->cell->area;
    part->internal += result.internal;
    part->clock += result.clock;
    part->leakage += result.leakage;
}

/* Nets count once, with the first cell that drives them; what clock pins load
 * was counted with these pins. */
static void add_nets(struct run *r)
{
    struct netlist *n = &r->net;
    double v = r->libs[0]->voltage * r->libs[0]->volt_v;
    double *clock_load = calloc(n->num_nets, sizeof *clock_load);
    uint32_t *owner = calloc(n->num_nets, sizeof *owner);
    if (!clock_load || !owner) {
        fprintf(stderr, "out of memory\n");
        exit(3);
    }
    for (uint32_t i = 0; i < n->num_instances; i++) {
        const struct netlist_instance *inst = n->instances + i;
        const struct energy_cell *ec = n->cells + inst->cell;
        for (uint32_t p = 0; p < ec->cell->num_pins; p++) {
            uint32_t net = n->pin_nets[inst->first + p];
            if (net == UINT32_MAX)
                continue;
            net = netlist_root(n, net);
            if (!ec->macro && ec->clocks >> p & 1)
                clock_load[net] += ec->cell->pins[p].capacitance *
                                       ec->lib->cap_f + r->wire_f;
            if (ec->cell->pins[p].direction == LIBERTY_OUTPUT && !owner[net])
                owner[net] = inst->group + 1;
        }
    }
    for (uint32_t i = 2; i < n->num_nets; i++) {
        const struct netlist_net *net = n->nets + i;
        if (net->parent != i || (!net->fanout && !net->driven))
            continue;
        r->nets++;
        r->nets_unknown += !net->known;
        r->parts[owner[i] ? owner[i] - 1 : r->ports].switching +=
            v * v / 2 * net->toggles * (net_load(r, net) - clock_load[i]);
    }
    free(clock_load);
    free(owner);
}

static bool compute(struct run *r)
{
    r->ports = part_named(r, "(ports)", 7);
    struct netlist_setup setup = {r->libs,  r->num_libs, r->netlist, r->top,
                                  group_of, find_net,    r};
    struct liberty_error error;
    if (!netlist_load(&r->net, &setup, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return false;
    }
    if (r->slew_given)
        r->slew_s = r->slew_ps * 1e-12;
    else
        find_slew(r);
    for (uint32_t i = 0; i < r->net.num_cells; i++)
        r->loaded += r->net.cells[i].load_share > 0.5;
    for (uint32_t i = 0; i < r->net.num_instances; i++)
        add_instance(r, r->net.instances + i);
    add_nets(r);
    if (r->nets_unknown * 100 <= r->nets)
        return true;
    fprintf(stderr,
            "%s: %llu of %llu nets are not in it; did yosys run `rename "
            "-enumerate` before it wrote the netlist?\n", r->activity_path,
            (unsigned long long)r->nets_unknown,
            (unsigned long long)r->nets);
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

static double total_fj(const struct run *r, const struct part *p)
{
    return fj(r, p->internal + p->switching + p->clock) +
           leakage_fj(r, p->leakage);
}

static void sum_parts(const struct run *r, struct part *sum)
{
    *sum = (struct part){.name = "total"};
    for (uint32_t i = 0; i < r->num_parts; i++) {
        const struct part *p = r->parts + i;
        sum->cells += p->cells;
        sum->area += p->area;
        sum->internal += p->internal;
        sum->switching += p->switching;
        sum->clock += p->clock;
        sum->leakage += p->leakage;
    }
}

/* Levels of the hierarchy without cells of their own. */
static bool empty(const struct part *p)
{
    return !p->cells && !(p->switching > 0);
}

static void print_row(const struct run *r, const struct part *p)
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
    struct part sum;
    sum_parts(r, &sum);
    printf("%s, %s, %.3g V: energy per cycle in fJ, mean of %llu cycles\n",
           r->top, r->libs[0]->name, r->libs[0]->voltage * r->libs[0]->volt_v,
           (unsigned long long)activity_cycles(r->activity));
    printf("tables at a transition time of %.4g ps (%s), wire %.4g fF per "
           "fanout\n", r->slew_s * 1e12,
           r->slew_given ? "given" : "mean of the netlist's outputs",
           r->wire_f * 1e15);
    if (r->loaded)
        printf("tables of %u kinds of cells contain the load's CV^2/2: %s\n",
               (unsigned)r->loaded, r->tables_whole ? "left in, counted twice"
                                                    : "taken out");
    if (r->nets_unknown)
        printf("%llu of %llu nets have no activity\n",
               (unsigned long long)r->nets_unknown,
               (unsigned long long)r->nets);
    if (r->net.num_macros)
        printf("%u memory macros are not included\n",
               (unsigned)r->net.num_macros);
    printf("%-28s %8s %11s %11s %11s %11s %s%11s\n", "group", "cells",
           "internal", "switching", "clock", "leakage nW",
           r->period_ns > 0 ? "    leakage " : "", "total");
    for (uint32_t i = 0; i < r->num_parts; i++)
        if (!empty(r->parts + i))
            print_row(r, r->parts + i);
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

static void print_object(const struct run *r, const struct part *p)
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
    struct part sum;
    sum_parts(r, &sum);
    printf("{\"top\": ");
    print_text(r->top);
    printf(", \"library\": ");
    print_text(r->libs[0]->name);
    printf(", \"voltage\": %.6g, \"cycles\": %llu, \"slew_ps\": %.6g, "
           "\"wire_ff\": %.6g, ", r->libs[0]->voltage * r->libs[0]->volt_v,
           (unsigned long long)activity_cycles(r->activity), r->slew_s * 1e12,
           r->wire_f * 1e15);
    if (r->period_ns > 0)
        printf("\"period_ns\": %.6g, ", r->period_ns);
    printf("\"kinds_with_load\": %u, \"tables_whole\": %s, \"nets\": %llu, "
           "\"nets_without_activity\": %llu, \"macros\": %u,\n \"groups\": [",
           (unsigned)r->loaded, r->tables_whole ? "true" : "false",
           (unsigned long long)r->nets, (unsigned long long)r->nets_unknown,
           (unsigned)r->net.num_macros);
    const char *comma = "";
    for (uint32_t i = 0; i < r->num_parts; i++) {
        if (empty(r->parts + i))
            continue;
        printf("%s\n  ", comma);
        print_object(r, r->parts + i);
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
    if (r->num_prefixes == MAX_PREFIXES)
        return false;
    char *equals = strchr(text, '=');
    r->labels[r->num_prefixes] = text;
    r->prefixes[r->num_prefixes++] = equals ? equals + 1 : text;
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
                   {"--wire-cap", &r->wire_f},
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
            r->tables_whole = true;
        } else if (i + 1 == argc) {
            fprintf(stderr, "synth_energy: %s: a value is missing\n", argv[i]);
            return false;
        } else if (!option(r, argv[i], argv[i + 1])) {
            return false;
        } else {
            i++;
        }
    }
    r->wire_f *= 1e-15;
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
    struct run r = {.num_libs = 0};
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(usage, stdout);
        return 0;
    }
    bool ok = parse(&r, argc, argv) && load_inputs(&r) && compute(&r);
    if (ok && r.json)
        print_json(&r);
    else if (ok)
        print_table(&r);
    netlist_free(&r.net);
    activity_destroy(r.activity);
    for (uint32_t i = 0; i < r.num_libs; i++)
        liberty_free(r.libs[i]);
    for (uint32_t i = 0; i < r.num_parts; i++)
        free(r.parts[i].name);
    free(r.parts);
    return ok ? 0 : 2;
}
