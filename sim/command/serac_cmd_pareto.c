/* serac_cmd_pareto.c - serac pareto: the points of a sweep that no other beats. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_db.h"
#include "serac_expr.h"
#include "serac_pareto.h"

struct front {
    enum serac_column columns[SERAC_PARETO_MAX];
    double signs[SERAC_PARETO_MAX];      /* 1: the less the better */
    unsigned measures;
    struct serac_expr *where;            /* owned; NULL: all */
    double *values;                      /* owned; of points with all measures */
    bool *on;                            /* owned; of them */
    struct serac_row *rows;              /* owned; of the front */
    size_t count, room, all, next, num_rows;
    uint64_t empty[SERAC_PARETO_MAX];    /* points without this measure */
};

/* --- the measures ------------------------------------------------------------------ */

static bool refuse(const char *option, const char *name, const char *what,
                   const char *nearest)
{
    fprintf(stderr, "serac: --%s %s: %s%s%s%s\n", option, name, what,
            nearest ? " (did you mean " : "", nearest ? nearest : "",
            nearest ? "?)" : "");
    return false;
}

/* "cycles,area_um2" */
static bool parse_columns(const char *option, const char *list, double sign,
                          struct front *f)
{
    const char *all = list;
    for (bool more = list != NULL; more;) {
        char name[64];
        const char *nearest;
        size_t length = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)length, list);
        if (!length)
            return refuse(option, all, "an empty name", NULL);
        enum serac_column column = serac_column_find(name, &nearest);
        if (column == SERAC_COLUMNS)
            return refuse(option, name, "no column", nearest);
        if (serac_column_is_text(column))
            return refuse(option, name, "a text, must be a column of numbers",
                          NULL);
        for (unsigned m = 0; m < f->measures; m++)
            if (f->columns[m] == column)
                return refuse(option, name, "given twice", NULL);
        if (f->measures == SERAC_PARETO_MAX)
            return refuse(option, name, "more than 8 columns", NULL);
        f->columns[f->measures] = column;
        f->signs[f->measures++] = sign;
        more = list[length] == ',';
        list += length + more;
    }
    return true;
}

/* serac_cli_parse() takes the last of an option that is given twice. */
static bool once(int argc, char **argv, const char *option)
{
    int seen = 0;
    for (int i = 1; i < argc; i++)
        seen += !strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, option);
    return seen < 2 || refuse(option, "", "given twice; several columns have commas "
                              "between them", NULL);
}

/* --- the points -------------------------------------------------------------------- */

/* The measures of a row; false if it is none of those asked for, or lacks one. */
static bool measure(struct front *f, const struct serac_row *row, double *values,
                    bool count)
{
    bool whole = true;
    if (f->where && serac_expr_test(f->where, row) != SERAC_TRUE)
        return false;
    for (unsigned m = 0; m < f->measures; m++) {
        values[m] = f->signs[m] * serac_row_get(row, f->columns[m]);
        if (isnan(values[m])) {
            whole = false;
            f->empty[m] += count;
        }
    }
    return whole;
}

static enum serac_status collect(void *ctx, const struct serac_row *row)
{
    struct front *f = ctx;
    double values[SERAC_PARETO_MAX];
    f->all++;
    if (!measure(f, row, values, true))
        return SERAC_OK;
    if (f->count == f->room) {
        size_t room = f->room ? 2 * f->room : 256;
        double *more = realloc(f->values, room * f->measures * sizeof *more);
        if (!more)
            return SERAC_E_NOMEM;
        f->values = more;
        f->room = room;
    }
    memcpy(f->values + f->count++ * f->measures, values,
           f->measures * sizeof *values);
    return SERAC_OK;
}

static enum serac_status pick(void *ctx, const struct serac_row *row)
{
    struct front *f = ctx;
    double values[SERAC_PARETO_MAX];
    if (!measure(f, row, values, false) || f->next == f->count ||
        !f->on[f->next++])
        return SERAC_OK;
    if ((f->num_rows & (f->num_rows - 1)) == 0) {
        size_t room = f->num_rows ? 2 * f->num_rows : 1;
        struct serac_row *more = realloc(f->rows, room * sizeof *more);
        if (!more)
            return SERAC_E_NOMEM;
        f->rows = more;
    }
    f->rows[f->num_rows++] = *row;
    return SERAC_OK;
}

static const struct front *sorting;

/* By the measures in their order; equal ones stay as they were. */
static int by_measures(const void *a, const void *b)
{
    const struct serac_row *x = a, *y = b;
    for (unsigned m = 0; m < sorting->measures; m++) {
        double u = sorting->signs[m] * serac_row_get(x, sorting->columns[m]);
        double v = sorting->signs[m] * serac_row_get(y, sorting->columns[m]);
        if (u != v)
            return u < v ? -1 : 1;
    }
    return memcmp(x, y, sizeof *x);
}

static enum serac_status find_front(struct front *f, struct serac_db *db,
                                    struct serac_error *error)
{
    enum serac_status status = serac_db_each(db, true, collect, f, error);
    if (status != SERAC_OK)
        return status;
    f->on = calloc(f->count + 1, sizeof *f->on);
    if (!f->on || !serac_pareto_front(f->values, f->count, f->measures, f->on))
        return SERAC_E_NOMEM;
    status = serac_db_each(db, true, pick, f, error);
    sorting = f;
    if (f->num_rows)
        qsort(f->rows, f->num_rows, sizeof *f->rows, by_measures);
    return status;
}

/* --- output ------------------------------------------------------------------------ */

static void print_text(const struct front *f)
{
    static const enum serac_column always[] = {
        SERAC_COLUMN_design, SERAC_COLUMN_technology, SERAC_COLUMN_memory,
        SERAC_COLUMN_network, SERAC_COLUMN_precision, SERAC_COLUMN_batch};
    enum serac_column shown[6 + SERAC_PARETO_MAX];
    size_t count = 0;
    for (; count < sizeof always / sizeof *always; count++)
        shown[count] = always[count];
    for (unsigned m = 0; m < f->measures; m++)
        if (f->columns[m] != SERAC_COLUMN_batch)
            shown[count++] = f->columns[m];
    serac_result_table(stdout, f->rows, f->num_rows, shown, count);
    printf("\n%zu of %zu points", f->num_rows, f->all);
    for (unsigned m = 0; m < f->measures; m++)
        if (f->empty[m])
            printf("; %llu left out without %s",
                   (unsigned long long)f->empty[m],
                   serac_column_name(f->columns[m]));
    printf("\n");
}

static void print_front(const struct front *f, bool json, bool csv)
{
    if (json) {
        serac_result_json(stdout, f->rows, f->num_rows);
    } else if (csv) {
        serac_result_csv_header(stdout);
        for (size_t i = 0; i < f->num_rows; i++)
            serac_result_csv(stdout, &f->rows[i]);
    } else {
        print_text(f);
    }
    for (unsigned m = 0; (json || csv) && m < f->measures; m++)
        if (f->empty[m])
            fprintf(stderr, "serac: %llu points left out without %s\n",
                    (unsigned long long)f->empty[m],
                    serac_column_name(f->columns[m]));
}

static int pareto(struct front *f, const char *dir, bool json, bool csv)
{
    struct serac_db *db;
    struct serac_error error = {""};
    enum serac_status status = serac_db_open(dir, false, &db, &error);
    if (status == SERAC_OK) {
        status = find_front(f, db, &error);
        serac_db_close(db);
    }
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    print_front(f, json, csv);
    return SERAC_EXIT_DONE;
}

int serac_cmd_pareto(int argc, char **argv)
{
    const char *dir, *least = NULL, *most = NULL, *where = NULL, *json = NULL;
    const char *csv = NULL;
    const struct serac_option options[] = {
        {"min", "COL[,COL]", "the less the better", &least},
        {"max", "COL[,COL]", "the more the better", &most},
        {"where", "EXPR", "only of points like this: \"area_um2 < 5e6\"", &where},
        {"csv", NULL, "whole rows as CSV", &csv},
        {"json", NULL, "whole rows as JSON", &json},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "pareto", "DIR --min COL[,COL] --max COL[,COL] [options]",
        "Prints the points of DIR/" SERAC_DB_FILE " that no other beats: none is as "
        "good in all columns and\nbetter in one. Equal points are all printed, points "
        "with an empty column left out.",
        "  serac pareto build/fashion --min energy_uj,area_um2 --max accuracy\n"
        "  serac pareto build/tune --min cycles --max accuracy --csv\n", options};
    struct front f = {.measures = 0};
    struct serac_error error = {""};
    int code = serac_cli_parse(&usage, argc, argv, &dir, 1);
    if (code >= 0)
        return code;
    if (!once(argc, argv, "min") || !once(argc, argv, "max") ||
        !parse_columns("min", least, 1, &f) || !parse_columns("max", most, -1, &f))
        return SERAC_EXIT_INPUT;
    if (f.measures == 0) {
        fprintf(stderr, "serac pareto: give --min or --max; see serac pareto "
                        "--help\n");
        return SERAC_EXIT_INPUT;
    }
    if (where && serac_expr_parse(where, &f.where, &error) != SERAC_OK) {
        fprintf(stderr, "serac: --where %s\n", error.text);
        return SERAC_EXIT_INPUT;
    }
    code = pareto(&f, dir, json != NULL, csv != NULL);
    serac_expr_destroy(f.where);
    free(f.values);
    free(f.on);
    free(f.rows);
    return code;
}
