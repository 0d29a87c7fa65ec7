/* serac_cmd_report.c - serac report: Markdown and CSV from a sweep's results. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_infer.h"
#include "serac_report.h"

/* Writes beside the target and renames. */
static bool write_report(const char *dir, const char *name, const char *source,
                         const struct serac_row *rows, size_t count, bool csv)
{
    char path[1200], part[1300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    snprintf(part, sizeof part, "%s.part", path);
    FILE *file = fopen(part, "w");
    if (!file)
        return false;
    if (csv) {
        serac_result_csv_header(file);
        for (size_t i = 0; i < count; i++)
            serac_result_csv(file, &rows[i]);
    } else {
        serac_report_markdown(file, source, rows, count);
    }
    if (fclose(file) || rename(part, path))
        return false;
    printf("written: %s\n", path);
    return true;
}

/* The totals on the terminal, accuracies with their 95 % interval. */
static void print_totals(const struct serac_row *rows, size_t count)
{
    static const enum serac_column shown[] = {
        SERAC_COLUMN_design, SERAC_COLUMN_network, SERAC_COLUMN_weight_bits,
        SERAC_COLUMN_accuracy, SERAC_COLUMN_cycles, SERAC_COLUMN_time_us,
        SERAC_COLUMN_gops, SERAC_COLUMN_energy_uj, SERAC_COLUMN_area_um2,
        SERAC_COLUMN_gops_mm2, SERAC_COLUMN_tops_w,
        SERAC_COLUMN_weight_bytes};
    struct serac_row *totals = calloc(count ? count : 1, sizeof *totals);
    size_t kept = 0;
    double images = 0, widest = 0;
    for (size_t i = 0; totals && i < count; i++) {
        if (strcmp(rows[i].cells[SERAC_COLUMN_layer], "total"))
            continue;
        totals[kept++] = rows[i];
        images = serac_row_get(&rows[i], SERAC_COLUMN_images);
        double low, high, right =
            images * serac_row_get(&rows[i], SERAC_COLUMN_accuracy);
        serac_wilson((uint64_t)(right + 0.5), (uint64_t)images, &low, &high);
        widest = (high - low) / 2 > widest ? (high - low) / 2 : widest;
    }
    if (kept) {
        serac_result_table(stdout, totals, kept, shown,
                           sizeof shown / sizeof *shown);
        printf("\naccuracy on n = %.0f images, 95 %% interval at most +-%.4f; "
               "area and energy: technology %s\n\n", images, widest,
               totals[0].cells[SERAC_COLUMN_technology]);
    }
    free(totals);
}

int serac_cmd_report(int argc, char **argv)
{
    const char *dir;
    const struct serac_option options[] = {{NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "report", "DIR",
        "Writes report.md and report.csv into a folder that serac sweep "
        "filled.",
        "  serac report build/fashion\n", options};
    struct serac_error error = {""};
    struct serac_row *rows;
    size_t count;
    char source[1100];
    int code = serac_cli_parse(&usage, argc, argv, &dir, 1);
    if (code >= 0)
        return code;
    snprintf(source, sizeof source, "%s/results.csv", dir);
    enum serac_status status =
        serac_result_read(source, &rows, &count, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    print_totals(rows, count);
    bool ok = write_report(dir, "report.md", source, rows, count, false) &&
              write_report(dir, "report.csv", source, rows, count, true);
    free(rows);
    if (!ok)
        fprintf(stderr, "serac: %s: %s\n", dir, strerror(errno));
    return ok ? SERAC_EXIT_DONE : SERAC_EXIT_INPUT;
}
