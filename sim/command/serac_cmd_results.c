/* serac_cmd_results.c - serac export and serac merge: files of results. */
#include <stdio.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_db.h"

/* --- serac export ------------------------------------------------------------------ */

struct export {
    bool json, any;
};

static enum serac_status print_row(void *ctx, const struct serac_row *row)
{
    struct export *e = ctx;
    if (e->json) {
        fputs(e->any ? ",\n " : "\n ", stdout);
        serac_result_json_row(stdout, row);
    } else {
        serac_result_csv(stdout, row);
    }
    e->any = true;
    return ferror(stdout) ? SERAC_E_IO : SERAC_OK;
}

static void print_name(void *ctx, const char *kind, const char *name,
                       const char *whole)
{
    (void)ctx;
    printf("%s\t%s\t%s\n", kind, name, whole);
}

/* Tabs, since names have commas. */
static int print_names(const char *dir)
{
    struct serac_db *db;
    struct serac_error error = {""};
    enum serac_status status = serac_db_open(dir, false, &db, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    printf("kind\tname\twhole\n");
    status = serac_db_names(db, print_name, NULL, &error);
    serac_db_close(db);
    return status == SERAC_OK ? SERAC_EXIT_DONE : serac_cli_fail(status, &error);
}

int serac_cmd_export(int argc, char **argv)
{
    const char *dir, *json = NULL, *totals = NULL, *names = NULL;
    const struct serac_option options[] = {
        {"json", NULL, "a JSON array of objects (CSV)", &json},
        {"totals", NULL, "one row a point, without its layers", &totals},
        {"names", NULL, "instead, what names that had to be cut stand for", &names},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "export", "DIR [options]",
        "Prints the rows of DIR/" SERAC_DB_FILE ", which serac sweep or serac tune "
        "filled. Empty cells are\nunknown or not measured.",
        "  serac export build/fashion > fashion.csv\n"
        "  serac export build/fashion --json --totals\n", options};
    struct serac_db *db;
    struct serac_error error = {""};
    struct export e = {false, false};
    int code = serac_cli_parse(&usage, argc, argv, &dir, 1);
    if (code >= 0)
        return code;
    if (names)
        return print_names(dir);
    e.json = json != NULL;
    enum serac_status status = serac_db_open(dir, false, &db, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    if (e.json)
        fputc('[', stdout);
    else
        serac_result_csv_header(stdout);
    status = serac_db_each(db, totals != NULL, print_row, &e, &error);
    if (e.json)
        fputs("\n]\n", stdout);
    serac_db_close(db);
    if (fflush(stdout) && status == SERAC_OK)
        status = SERAC_E_IO;
    return status == SERAC_OK ? SERAC_EXIT_DONE : serac_cli_fail(status, &error);
}

/* --- serac merge ------------------------------------------------------------------- */

static int merge_all(struct serac_db *db, int count, char **dirs)
{
    struct serac_error error = {""};
    struct serac_db_counts c;
    enum serac_status status = SERAC_OK;
    for (int i = 0; status == SERAC_OK && i < count; i++)
        status = serac_db_merge(db, dirs[i], &error);
    if (status == SERAC_OK)
        status = serac_db_count(db, &c, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    printf("%s: %llu of %llu points, %llu rows\n", serac_db_path(db),
           (unsigned long long)(c.done + c.failed), (unsigned long long)c.planned,
           (unsigned long long)c.rows);
    return SERAC_EXIT_DONE;
}

/* Every folder must be there before the first is written to. */
static enum serac_status check_all(int count, char **dirs, struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    for (int i = 0; status == SERAC_OK && i < count; i++) {
        struct serac_db *db = NULL;
        status = serac_db_open(dirs[i], false, &db, error);
        serac_db_close(db);
    }
    return status;
}

int serac_cmd_merge(int argc, char **argv)
{
    const struct serac_option options[] = {{NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "merge", "OUT DIR...",
        "Puts the results of shards of one sweep together, in OUT/" SERAC_DB_FILE
        ". Points that are\nthere already are compared and left alone.",
        "  serac sweep my.cfg --out one --shard 1/2\n"
        "  serac sweep my.cfg --out two --shard 2/2\n"
        "  serac merge all one two\n", options};
    const char *dirs[256];
    struct serac_error error = {""};
    struct serac_db *db;
    int given = argc - 1 > 2 ? argc - 1 : 2;
    if (given > 256) {
        fprintf(stderr, "serac merge: more than 255 folders at once\n");
        return SERAC_EXIT_INPUT;
    }
    int code = serac_cli_parse(&usage, argc, argv, dirs, given);
    if (code >= 0)
        return code;
    enum serac_status status = check_all(argc - 2, argv + 2, &error);
    if (status == SERAC_OK)
        status = serac_db_open(argv[1], true, &db, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    code = merge_all(db, argc - 2, argv + 2);
    serac_db_close(db);
    return code;
}
