/* serac_cmd_shapes.c - serac shapes: every pair's best shape in one area. */
#include <stdio.h>
#include <string.h>

#include "serac_shapes.h"

#define PAIRS 16

static const enum serac_column shown[] = {
    SERAC_COLUMN_design, SERAC_COLUMN_network, SERAC_COLUMN_weight_bits,
    SERAC_COLUMN_act_bits, SERAC_COLUMN_cycles, SERAC_COLUMN_time_us,
    SERAC_COLUMN_gops, SERAC_COLUMN_utilisation, SERAC_COLUMN_area_um2,
    SERAC_COLUMN_gops_mm2, SERAC_COLUMN_energy_uj, SERAC_COLUMN_tops_w};

static int print_rows(const struct serac_shapes_job *job,
                      const struct serac_row *rows, size_t count,
                      const uint32_t tally[3], bool csv)
{
    const struct serac_setting *s = job->budget;
    if (csv) {
        serac_result_csv_header(stdout);
        for (size_t i = 0; i < count; i++)
            serac_result_csv(stdout, &rows[i]);
        return SERAC_EXIT_DONE;
    }
    printf("technology %s: %s\nshapes of %.0f to 100 %% of the area of %s; its "
           "buffers, bus and requantiser\n\n", s->tech.name, s->tech.source,
           100 * job->least, s->design.name);
    serac_result_table(stdout, rows, count, shown,
                       sizeof shown / sizeof *shown);
    printf("\n%u shapes in that area, %u timed (the others' array-busy cycles "
           "exceed the best time), %u with a layer that does not fit\n",
           tally[0], tally[1], tally[2]);
    serac_workload_say_host(stdout, job->workload);
    return SERAC_EXIT_DONE;
}

/* The rows of all pairs; a pair of which no shape fits has none. */
static int search(const struct serac_shapes_job *job, bool csv)
{
    struct serac_row rows[PAIRS];
    size_t count = 0;
    uint32_t tally[3] = {0, 0, 0};
    struct serac_error error = {""};
    for (uint32_t pair = 0; pair < PAIRS; pair++) {
        struct serac_shapes_result r;
        enum serac_status status = serac_shapes_best(
            job, 1u << pair / 4, 1u << pair % 4, &r, &error);
        serac_cli_progress("pairs", pair + 1, PAIRS);
        if (status != SERAC_OK && status != SERAC_E_FIT)
            return serac_cli_fail(status, &error);
        if (status == SERAC_OK)
            rows[count++] = r.row;
        tally[0] += r.in_area;
        tally[1] += r.timed;
        tally[2] += r.unfit;
    }
    if (count == 0)
        return serac_cli_fail(SERAC_E_FIT, &error);
    return print_rows(job, rows, count, tally, csv);
}

int serac_cmd_shapes(int argc, char **argv)
{
    const char *name, *design = "parallel", *memory = NULL, *tech = NULL;
    const char *precision = "8/8", *slack_text = NULL, *csv = NULL;
    const struct serac_option options[] = {
        {"design", "D", "whose area is the budget (parallel)", &design},
        {"memory", "M", "name in configs/memory or path (default)", &memory},
        {"tech", "T", "name in configs/tech or path (" SERAC_DEFAULT_TECH ")", &tech},
        {"precision", "W/A", "weight and activation bits (8/8)", &precision},
        {"slack", "PERCENT", "of the budget that may stay unused (10)",
         &slack_text},
        {"csv", NULL, "rows as CSV", &csv},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "shapes", "WORKLOAD [options]",
        "For every pair of planes, the rows x cols x lanes that run a workload "
        "in the least time\nwithin the area of a design. Exact, over all powers "
        "of two.",
        "  serac shapes bert-base --precision 2/2\n"
        "  serac shapes resnet50 --design peak-8-8 --csv\n", options};
    struct serac_setting setting;
    struct serac_shapes_job job = {.budget = &setting};
    struct serac_workload *workload;
    struct serac_error error = {""};
    uint64_t slack = 10;
    int code = serac_cli_parse(&usage, argc, argv, &name, 1);
    if (code >= 0)
        return code;
    if (slack_text && !serac_cli_number("--slack", slack_text, 0, 99, &slack))
        return SERAC_EXIT_INPUT;
    if (!serac_workload_precision(precision, &job.weight_bits, &job.act_bits)) {
        fprintf(stderr, "serac: --precision %s: must be W/A, both 1..8\n",
                precision);
        return SERAC_EXIT_INPUT;
    }
    code = serac_cli_setting(design, memory, tech, &setting);
    if (code >= 0)
        return code;
    if (!setting.tech.has[SERAC_AREA_UM2] || !setting.tech.has[SERAC_DELAY_NS]) {
        fprintf(stderr, "serac: --tech %s: must have areas and delays to compare "
                "shapes by\n", setting.tech.name);
        return SERAC_EXIT_INPUT;
    }
    enum serac_status status = serac_workload_load(name, &workload, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    job.workload = workload;
    job.least = 1 - (double)slack / 100;
    code = search(&job, csv != NULL);
    serac_workload_destroy(workload);
    return code;
}
