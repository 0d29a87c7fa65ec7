/* serac_cmd_compare.c - serac compare: every pair of planes, from sweeps. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_compare.h"

/* Appends the rows of one CSV of results. */
static enum serac_status append(const char *path, struct serac_row **rows,
                                size_t *count, struct serac_error *error)
{
    struct serac_row *more;
    size_t extra;
    enum serac_status status = serac_result_read(path, &more, &extra, error);
    if (status != SERAC_OK)
        return status;
    struct serac_row *all = realloc(*rows, (*count + extra + 1) * sizeof *all);
    if (all) {
        memcpy(all + *count, more, extra * sizeof *all);
        *rows = all;
        *count += extra;
    }
    free(more);
    return all ? SERAC_OK : SERAC_E_NOMEM;
}

/* The files of a comma-separated list. */
static enum serac_status read_all(const char *list, struct serac_row **rows,
                                  size_t *count, struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    while (status == SERAC_OK && *list) {
        char path[1024];
        size_t length = strcspn(list, ",");
        snprintf(path, sizeof path, "%.*s", (int)length, list);
        status = append(path, rows, count, error);
        list += length + (list[length] == ',');
    }
    return status;
}

static bool write_page(const char *out, const char *extension,
                       const char *command, const char *technology,
                       const struct serac_point *points, size_t count)
{
    char path[1200], part[1300];
    snprintf(path, sizeof path, "%s.%s", out, extension);
    snprintf(part, sizeof part, "%s.part", path);
    FILE *file = fopen(part, "w");
    if (!file)
        return false;
    if (strcmp(extension, "csv"))
        serac_compare_markdown(file, command, technology, points, count);
    else
        serac_compare_csv(file, points, count);
    if (fclose(file) || rename(part, path))
        return false;
    printf("written: %s, %zu points\n", path, count);
    return true;
}

int serac_cmd_compare(int argc, char **argv)
{
    const char *list, *out = NULL, *command = "serac compare";
    const struct serac_option options[] = {
        {"out", "FILE", "FILE.csv and FILE.md are written (required)", &out},
        {"command", "TEXT", "what the page says it was made by", &command},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "compare", "CSV[,CSV...] --out FILE",
        "Every pair of planes side by side, from what serac export prints of sweeps "
        "over the designs\npeak-W-A and from serac shapes --csv. All of one "
        "technology.",
        "  serac export build/reports/peak > peak.csv\n"
        "  serac compare peak.csv --out build/pairs\n",
        options};
    struct serac_error error = {""};
    struct serac_row *rows = NULL;
    struct serac_point *points = NULL;
    size_t count = 0, num_points = 0;
    int code = serac_cli_parse(&usage, argc, argv, &list, 1);
    if (code >= 0)
        return code;
    if (!out) {
        fprintf(stderr, "serac compare: --out is missing; see serac compare "
                        "--help\n");
        return SERAC_EXIT_INPUT;
    }
    enum serac_status status = read_all(list, &rows, &count, &error);
    for (size_t i = 1; status == SERAC_OK && i < count; i++)
        if (strcmp(rows[i].cells[SERAC_COLUMN_technology],
                   rows[0].cells[SERAC_COLUMN_technology])) {
            snprintf(error.text, sizeof error.text, "%s: results of several "
                     "technologies cannot be compared", list);
            status = SERAC_E_INPUT;
        }
    if (status == SERAC_OK)
        status = serac_compare_points(rows, count, &points, &num_points);
    if (status == SERAC_OK && num_points == 0) {
        snprintf(error.text, sizeof error.text, "%s: no results of designs "
                 "named peak-W-A or area-W-A", list);
        status = SERAC_E_INPUT;
    }
    if (status != SERAC_OK) {
        code = serac_cli_fail(status, &error);
    } else {
        const char *technology = rows[0].cells[SERAC_COLUMN_technology];
        bool good = write_page(out, "csv", command, technology, points,
                               num_points) &&
                    write_page(out, "md", command, technology, points,
                               num_points);
        code = good ? SERAC_EXIT_DONE : SERAC_EXIT_INPUT;
        if (!good)
            fprintf(stderr, "serac: %s: %s\n", out, strerror(errno));
    }
    free(rows);
    free(points);
    return code;
}
