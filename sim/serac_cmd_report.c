/* serac_cmd_report.c - serac report: Markdown and CSV from a sweep's results. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cli.h"
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
    printf("%s\n", path);
    return true;
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
    bool ok = write_report(dir, "report.md", source, rows, count, false) &&
              write_report(dir, "report.csv", source, rows, count, true);
    free(rows);
    if (!ok)
        fprintf(stderr, "serac: %s: %s\n", dir, strerror(errno));
    return ok ? SERAC_EXIT_DONE : SERAC_EXIT_INPUT;
}
