/* serac_cmd_describe.c - serac describe. */
#include <stdio.h>

#include "serac_cli.h"
#include "serac_memories.h"
#include "serac_result.h"
#include "serac_rtl.h"

static void print_area(const struct serac_area *a)
{
    const struct {
        const char *unit;
        double um2;
    } units[] = {{"array", a->array}, {"row of ones", a->ones},
                 {"requantiser", a->requant},
                 {"weight buffer", a->weight_buffer},
                 {"activation buffer", a->act_buffer},
                 {"parameter buffer", a->param_buffer},
                 {"output buffer", a->output_buffer},
                 {"control and DMA", a->control}, {"total", a->total}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        printf("  %-20s %12.0f um2  %5.1f %%\n", units[i].unit, units[i].um2,
               100 * units[i].um2 / a->total);
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
    struct serac_area area;
    serac_cost_area(d, &s->tech, &area);
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
    printf("technology %s: %s\n", s->tech.name, s->tech.source);
    printf("not included: wires, clock tree, glitches%s\n",
           s->tech.published ? "; control energy, leakage" : "");
    printf("clock %.0f MHz (%s)\n\narea\n", s->tech.clock_mhz,
           s->tech.published ? "published, not from this RTL" : "synthesis");
    print_area(&area);
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
    struct serac_area area;
    serac_cost_area(&s->design, &s->tech, &area);
    serac_row_text(&row, SERAC_COLUMN_design, s->design.name);
    serac_row_text(&row, SERAC_COLUMN_technology, s->tech.name);
    serac_row_f64(&row, SERAC_COLUMN_clock_mhz, s->tech.clock_mhz);
    serac_row_f64(&row, SERAC_COLUMN_area_um2, area.total);
    serac_result_json(stdout, &row, 1);
}

int serac_cmd_describe(int argc, char **argv)
{
    const char *design = NULL, *tech = NULL, *json = NULL;
    const char *parameters = NULL;
    const struct serac_option options[] = {
        {"design", "D", "name in configs/designs or path (serial)", &design},
        {"tech", "T", "name in configs/tech or path (published-45nm)", &tech},
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
    if (code < 0)
        code = serac_cli_setting(design, NULL, tech, &setting);
    if (code >= 0)
        return code;
    if (parameters) {
        char text[1024];
        serac_rtl_parameters(&setting.design, "", text, sizeof text);
        printf("%s\n", text);
    } else if (json)
        print_json(&setting);
    else
        print_text(&setting);
    return SERAC_EXIT_DONE;
}
