/* serac_report_load.c - the rows of a report, from a folder of results or a CSV. */
#include "serac_report_load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "serac_db.h"
#include "serac_summary.h"

static enum serac_status say(struct serac_error *error, const char *path, const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%.300s: %s", path, what);
    return SERAC_E_INPUT;
}

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) || S_ISDIR(s.st_mode);     /* missing: said of its results.db */
}

static bool is_total(const struct serac_row *row)
{
    return !strcmp(row->cells[SERAC_COLUMN_layer], "total");
}

/* --- a folder ---------------------------------------------------------------------- */

struct load {
    struct serac_report *report;
    size_t point;                      /* whose layers come */
};

static enum serac_status keep_total(void *ctx, const struct serac_row *row,
                                    const struct serac_db_origin *from)
{
    struct load *l = ctx;
    struct serac_report_origin origin;
    snprintf(origin.key, sizeof origin.key, "%s", from->key);
    snprintf(origin.version, sizeof origin.version, "%s", from->version);
    return serac_report_add_total(l->report, row, &origin);
}

static enum serac_status keep_layer(void *ctx, const struct serac_row *row)
{
    struct load *l = ctx;
    return serac_report_add_layer(l->report, l->point, row);
}

static enum serac_status load_point(struct serac_db *db, struct serac_report *r, size_t point,
                                    struct serac_error *error)
{
    struct load l = {r, point};
    return serac_db_layers(db, r->origins[point].key, keep_layer, &l, error);
}

/* Of each point: is it named under a limit? Owned by the caller; NULL: no memory. */
static bool *find_winners(const struct serac_report *r, const struct serac_summary *s)
{
    bool *wins = calloc(r->num_totals + 1, sizeof *wins);
    for (size_t g = 0; wins && g < s->count; g++)
        for (size_t i = 0; i < s->groups[g].num_limits; i++) {
            const struct serac_limit *l = &s->groups[g].limits[i];
            wins[l->fastest] = true;
            if (l->thriftiest != SERAC_NO_POINT)
                wins[l->thriftiest] = true;
        }
    return wins;
}

/* Of those that stand out, as many as there is room for: winners first. `point` in any case. */
static enum serac_status load_some(struct serac_db *db, struct serac_report *r, size_t point,
                                   struct serac_error *error)
{
    struct serac_summary s = {.groups = NULL};
    bool *wins = NULL;
    enum serac_status status = serac_summarise(r, &s);
    if (status == SERAC_OK && !(wins = find_winners(r, &s)))
        status = SERAC_E_NOMEM;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; status == SERAC_OK && i < r->num_totals; i++) {
            bool first = wins[i] || i + 1 == point;
            if (first == pass || !(first || s.stands_out[i]))
                continue;
            if (i + 1 == point || r->num_layers < SERAC_REPORT_LAYERS)
                status = load_point(db, r, i, error);
            else
                r->cut_points++;
        }
    free(wins);
    serac_summary_free(&s);
    return status;
}

static enum serac_status load_layers(struct serac_db *db, struct serac_report *r,
                                     size_t point, struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    r->all_layers = r->num_totals <= SERAC_REPORT_WHOLE;
    if (!r->all_layers)
        return load_some(db, r, point, error);
    for (size_t i = 0; status == SERAC_OK && i < r->num_totals; i++)
        status = load_point(db, r, i, error);
    return status;
}

static enum serac_status load_folder(const char *dir, size_t point, struct serac_report *r,
                                     struct serac_error *error)
{
    struct serac_db *db = NULL;
    struct serac_db_counts counts;
    struct load l = {r, 0};
    enum serac_status status = serac_db_open(dir, false, &db, error);
    if (status == SERAC_OK)
        status = serac_db_totals(db, keep_total, &l, error);
    if (status == SERAC_OK)
        status = serac_db_count(db, &counts, error);
    if (status == SERAC_OK) {
        r->failed = counts.failed;
        r->excluded = counts.excluded;             /* of those that are done */
        r->planned = counts.planned;
        r->pending = counts.planned - counts.done - counts.failed;
        status = load_layers(db, r, point, error);
    }
    serac_db_close(db);
    r->looked_for_checks = true;
    return status == SERAC_OK ? serac_checks_read(dir, &r->checks, error) : status;
}

/* --- a CSV ------------------------------------------------------------------------- */

/* Layers stand before their total. */
static enum serac_status load_csv(const char *path, struct serac_report *r,
                                  struct serac_error *error)
{
    struct serac_row *rows = NULL;
    size_t count = 0, first = 0;
    enum serac_status status = serac_result_read(path, &rows, &count, error);
    for (size_t i = 0; status == SERAC_OK && i < count; i++) {
        if (!is_total(&rows[i]))
            continue;
        for (; status == SERAC_OK && first < i; first++)
            status = serac_report_add_layer(r, r->num_totals, &rows[first]);
        first = i + 1;
        if (status == SERAC_OK)
            status = serac_report_add_total(r, &rows[i], NULL);
    }
    if (status == SERAC_OK && first < count)
        status = say(error, path, "the last layers have no total row");
    r->all_layers = true;
    free(rows);
    return status;
}

enum serac_status serac_report_load(const char *path, size_t point, struct serac_report *r,
                                    struct serac_error *error)
{
    memset(r, 0, sizeof *r);
    r->source = path;
    enum serac_status status = is_folder(path) ? load_folder(path, point, r, error)
                                               : load_csv(path, r, error);
    if (status == SERAC_OK && point > r->num_totals) {
        char text[80];
        snprintf(text, sizeof text, "--point %zu: there are %zu points", point,
                 r->num_totals);
        status = say(error, path, text);
    }
    if (status != SERAC_OK)
        serac_report_free(r);
    return status;
}

/* --- export ------------------------------------------------------------------------ */

struct export {
    FILE *to;
    bool json, any;
};

static enum serac_status print_row(void *ctx, const struct serac_row *row)
{
    struct export *e = ctx;
    if (e->json) {
        fputs(e->any ? ",\n " : "\n ", e->to);
        serac_result_json_row(e->to, row);
    } else {
        serac_result_csv(e->to, row);
    }
    e->any = true;
    return ferror(e->to) ? SERAC_E_NOMEM : SERAC_OK;
}

enum serac_status serac_report_export(FILE *to, const char *path, bool json,
                                      struct serac_error *error)
{
    struct export e = {to, json, false};
    struct serac_db *db = NULL;
    struct serac_row *rows = NULL;
    size_t count = 0;
    enum serac_status status = is_folder(path)
                                   ? serac_db_open(path, false, &db, error)
                                   : serac_result_read(path, &rows, &count, error);
    if (status != SERAC_OK)
        return status;
    if (json)
        fputc('[', to);
    else
        serac_result_csv_header(to);
    if (db)
        status = serac_db_each(db, false, print_row, &e, error);
    for (size_t i = 0; status == SERAC_OK && i < count; i++)
        status = print_row(&e, &rows[i]);
    if (json)
        fputs("\n]\n", to);
    serac_db_close(db);
    free(rows);
    return status;
}
