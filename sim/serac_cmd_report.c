/* serac_cmd_report.c - serac report: a page of words and tables on results. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_db.h"
#include "serac_infer.h"
#include "serac_report.h"

/* DIR/report.md. */
static int write_report(const char *dir, const char *source,
                        const struct serac_row *rows, size_t count)
{
    char path[1200], *text = NULL;
    size_t bytes;
    FILE *to = open_memstream(&text, &bytes);
    if (!to)
        return serac_cli_fail(SERAC_E_NOMEM, NULL);
    serac_report_markdown(to, source, rows, count);
    int code = fclose(to) ? serac_cli_fail(SERAC_E_NOMEM, NULL) : SERAC_EXIT_DONE;
    snprintf(path, sizeof path, "%.1000s/report.md", dir);
    if (code == SERAC_EXIT_DONE)
        code = serac_cli_write(path, text, bytes);
    if (code == SERAC_EXIT_DONE)
        printf("written: %s\n", path);
    free(text);
    return code;
}

/* What was measured, and how surely; nothing of rows without accuracy. */
static void print_accuracy(const struct serac_row *totals, size_t count)
{
    double least = 0, most = 0, widest = 0;
    for (size_t i = 0; i < count; i++) {
        double low, high, n = serac_row_get(&totals[i], SERAC_COLUMN_images);
        double right = n * serac_row_get(&totals[i], SERAC_COLUMN_accuracy);
        if (!(right >= 0 && n >= 1))           /* NAN if a cell is empty */
            continue;
        serac_wilson((uint64_t)(right + 0.5), (uint64_t)n, &low, &high);
        widest = (high - low) / 2 > widest ? (high - low) / 2 : widest;
        least = !most || n < least ? n : least;
        most = n > most ? n : most;
    }
    if (!most)
        return;
    printf("accuracy on n = %.0f", least);
    if (most > least)
        printf(" to %.0f", most);
    printf(" images, 95 %% interval at most +-%.4f\n", widest);
}

static void print_technologies(const struct serac_row *totals, size_t count)
{
    printf("area and energy: technology ");
    for (size_t i = 0; i < count; i++) {
        const char *name = totals[i].cells[SERAC_COLUMN_technology];
        size_t before = 0;
        while (before < i &&
               strcmp(totals[before].cells[SERAC_COLUMN_technology], name))
            before++;
        if (before == i)
            printf("%s%s", i ? ", " : "", name);
    }
    printf("\n\n");
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
    for (size_t i = 0; totals && i < count; i++)
        if (!strcmp(rows[i].cells[SERAC_COLUMN_layer], "total"))
            totals[kept++] = rows[i];
    if (kept) {
        serac_result_table(stdout, totals, kept, shown,
                           sizeof shown / sizeof *shown);
        putchar('\n');
        print_accuracy(totals, kept);
        print_technologies(totals, kept);
    }
    free(totals);
}

int serac_cmd_report(int argc, char **argv)
{
    const char *dir;
    const struct serac_option options[] = {{NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "report", "DIR",
        "Writes DIR/report.md on the results in DIR/" SERAC_DB_FILE ", which serac "
        "sweep or serac tune filled.",
        "  serac report build/fashion\n", options};
    struct serac_error error = {""};
    struct serac_row *rows = NULL;
    struct serac_db *db = NULL;
    size_t count;
    int code = serac_cli_parse(&usage, argc, argv, &dir, 1);
    if (code >= 0)
        return code;
    enum serac_status status = serac_db_open(dir, false, &db, &error);
    if (status == SERAC_OK)
        status = serac_db_rows(db, &rows, &count, &error);
    if (status == SERAC_OK) {
        print_totals(rows, count);
        code = write_report(dir, serac_db_path(db), rows, count);
    }
    serac_db_close(db);
    free(rows);
    return status == SERAC_OK ? code : serac_cli_fail(status, &error);
}
