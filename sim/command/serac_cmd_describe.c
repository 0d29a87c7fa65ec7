/* serac_cmd_describe.c - serac describe. */
#include <stdio.h>

#include "serac_cli.h"
#include "serac_memories.h"
#include "serac_result.h"
#include "serac_rtl.h"
#include "serac_tech_text.h"

static void print_area(const struct serac_area *a)
{
    printf("\narea\n");
    for (int g = 0; g < SERAC_GROUPS; g++)
        printf("  %-20s %12.0f um2  %5.1f %%\n",
               serac_group_name((enum serac_unit_group)g), a->group[g],
               100 * a->group[g] / a->total);
    printf("  %-20s %12.0f um2, of it %.0f in memory macros\n", "total", a->total,
           a->macros);
}

static void print_resource(const struct serac_setting *s, const char *name,
                           enum serac_resource resource)
{
    if (s->tech.has[resource])
        printf("  %-20s %12.0f\n", name,
               serac_cost_resource(&s->design, &s->tech, resource));
    else
        printf("  %-20s not measured\n", name);
}

static void print_size(const struct serac_setting *s)
{
    struct serac_area area;
    if (s->tech.has[SERAC_AREA_UM2]) {
        serac_cost_area(&s->design, &s->tech, &area);
        print_area(&area);
        return;
    }
    printf("\nresources\n");
    print_resource(s, "LUTs", SERAC_LUTS);
    print_resource(s, "flip-flops", SERAC_FFS);
    print_resource(s, "block RAMs", SERAC_BRAMS);
    print_resource(s, "DSPs", SERAC_DSPS);
}

static void print_clock(const struct serac_setting *s)
{
    const char *slowest = "";
    double mhz = serac_cost_clock_mhz(&s->design, &s->tech, &slowest);
    if (s->tech.has[SERAC_DELAY_NS])
        printf("\nclock %.0f MHz, limited by %s", mhz, slowest);
    else
        printf("\nclock not measured");
    const char *beyond = serac_cost_extrapolated(&s->design, &s->tech);
    if (*beyond)
        printf("; extrapolated: %s", beyond);
    printf("\n");
}

static void print_memories(const struct serac_design *d)
{
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    serac_memories(d, kinds);
    printf("memories                count     bits x words  ports\n");
    for (int i = 0; i < SERAC_MEMORIES; i++)
        printf("  %-20s %6u  %7u x %-7u %5u%s\n", kinds[i].unit,
               kinds[i].count, kinds[i].width, kinds[i].depth, kinds[i].ports,
               kinds[i].registers ? "  as flip-flops" : "");
    printf("\n");
}

static void print_text(const struct serac_setting *s)
{
    static const uint32_t widths[] = {1, 2, 4, 8};
    const struct serac_design *d = &s->design;
    printf("design %s: %u x %u units of %u lanes, %u weight and %u activation "
           "bits per cycle\n", d->name, d->rows, d->cols, d->lanes,
           d->weight_planes, d->act_planes);
    printf("buffers (bytes, both halves): weights %u, activations %u, outputs "
           "%u, parameters %u\n", d->weight_buffer_bytes, d->act_buffer_bytes,
           d->output_buffer_bytes, d->param_buffer_bytes);
    printf("bus %u bits, %u reads in flight, %u results per cycle, queue "
           "depth %u\n\n", d->axi_bits, d->outstanding, d->requant_lanes,
           d->queue_depth);
    print_memories(d);
    serac_tech_text(stdout, &s->tech, "");
    print_clock(s);
    print_size(s);
    if (!s->tech.has[SERAC_DELAY_NS])
        return;
    printf("\npeak GOPS (2 operations per multiply-accumulate)\n  weights\\acts");
    for (int a = 0; a < 4; a++)
        printf(" %9u", widths[a]);
    for (int w = 0; w < 4; w++) {
        printf("\n  %12u", widths[w]);
        for (int a = 0; a < 4; a++)
            printf(" %9.1f", 2e-9 * serac_cost_peak_macs(d, &s->tech, widths[w],
                                                         widths[a]));
    }
    printf("\n");
}

static void print_json(const struct serac_setting *s)
{
    struct serac_row row = {.cells = {""}};
    serac_row_design(&row, &s->design, &s->tech);
    serac_row_setting(&row, &s->design, &s->memory);
    serac_result_json(stdout, &row, 1);
}

/* No technology: synthesis asks for them before there is one. */
static int print_parameters(const char *name)
{
    struct serac_error error = {""};
    struct serac_design design;
    char text[1024];
    enum serac_status status =
        serac_design_load(name ? name : "serial", &design, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    serac_rtl_parameters(&design, "", text, sizeof text);
    printf("%s\n", text);
    return SERAC_EXIT_DONE;
}

int serac_cmd_describe(int argc, char **argv)
{
    const char *design = NULL, *tech = NULL, *json = NULL;
    const char *parameters = NULL;
    const struct serac_option options[] = {
        {"design", "D", "name in configs/designs or path (serial)", &design},
        {"tech", "T", "name in configs/tech or path (" SERAC_DEFAULT_TECH ")", &tech},
        {"json", NULL, "as JSON", &json},
        {"parameters", NULL, "the parameters of rtl/serac_top.v and no more",
         &parameters},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "describe", "[options]",
        "A design: area by unit, clock, peak rates at 1/2/4/8 bits, buffers.",
        "  serac describe --design tiny\n"
        "  serac describe --design configs/designs/parallel.cfg --json\n",
        options};
    struct serac_setting setting;
    int code = serac_cli_parse(&usage, argc, argv, NULL, 0);
    if (code >= 0)
        return code;
    if (parameters)
        return print_parameters(design);
    code = serac_cli_setting(design, NULL, tech, &setting);
    if (code >= 0)
        return code;
    if (json)
        print_json(&setting);
    else
        print_text(&setting);
    return SERAC_EXIT_DONE;
}
