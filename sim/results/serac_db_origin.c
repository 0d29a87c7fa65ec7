/* serac_db_origin.c - the points of a file of results with what they are known by. */
#include <stdlib.h>

#include "serac_db_read.h"

/* Key, version and cells of rows that meet `where`. */
static sqlite3_stmt *query(struct serac_db *db, const char *where,
                           struct serac_error *error)
{
    char cells[4096], settings[4096], sql[9000];
    serac_db_columns("l.", 0, SERAC_SETTINGS, cells, sizeof cells);
    serac_db_columns("p.", SERAC_SETTINGS, SERAC_COLUMNS, settings, sizeof settings);
    snprintf(sql, sizeof sql, "SELECT p.key, p.version, %s, %s FROM plan JOIN points p "
             "USING (key) JOIN layers l ON l.point = p.id WHERE plan.excluded IS NULL "
             "AND %s ORDER BY plan.position, l.line", cells, settings, where);
    return serac_db_prepare(db, sql, error);
}

/* One of the two is called. */
static enum serac_status each(struct serac_db *db, sqlite3_stmt *s,
                              serac_db_origin_fn *total, serac_db_row_fn *layer,
                              void *ctx, struct serac_error *error)
{
    struct serac_row *row = malloc(sizeof *row);
    enum serac_status status = row ? SERAC_OK : SERAC_E_NOMEM;
    while (status == SERAC_OK) {
        int code = sqlite3_step(s);
        if (code == SQLITE_DONE)
            break;
        if (code != SQLITE_ROW) {
            status = serac_db_fail(db, error);
            break;
        }
        const struct serac_db_origin origin = {
            (const char *)sqlite3_column_text(s, 0),
            (const char *)sqlite3_column_text(s, 1)};
        serac_db_row(s, 2, row);
        status = total ? total(ctx, row, &origin) : layer(ctx, row);
    }
    free(row);
    return status;
}

enum serac_status serac_db_totals(struct serac_db *db, serac_db_origin_fn *fn,
                                  void *ctx, struct serac_error *error)
{
    sqlite3_stmt *s = query(db, "l.layer = 'total'", error);
    enum serac_status status = s ? each(db, s, fn, NULL, ctx, error) : SERAC_E_INPUT;
    sqlite3_finalize(s);
    return status;
}

enum serac_status serac_db_layers(struct serac_db *db, const char *key,
                                  serac_db_row_fn *fn, void *ctx,
                                  struct serac_error *error)
{
    sqlite3_stmt *s = query(db, "l.layer <> 'total' AND p.key = ?", error);
    if (!s)
        return SERAC_E_INPUT;
    sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    enum serac_status status = each(db, s, NULL, fn, ctx, error);
    sqlite3_finalize(s);
    return status;
}
