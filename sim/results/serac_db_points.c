/* serac_db_points.c - the plan and the points of a file of results. */
#include <stdlib.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_db_read.h"
#include "serac_sources.h"

/* --- the plan -------------------------------------------------------------------- */

static enum serac_status same_plan(struct serac_db *db, const char *id, bool *same,
                                   struct serac_error *error)
{
    sqlite3_stmt *s = serac_db_prepare(
        db, "SELECT 1 FROM meta WHERE name = 'sweep' AND value = ?", error);
    if (!s)
        return SERAC_E_INPUT;
    sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
    int code = sqlite3_step(s);
    enum serac_status status = code == SQLITE_ROW || code == SQLITE_DONE
                                   ? SERAC_OK : serac_db_fail(db, error);
    *same = code == SQLITE_ROW;
    sqlite3_finalize(s);
    return status;
}

static enum serac_status write_plan(struct serac_db *db, const char *id,
                                    const char (*keys)[SERAC_DB_KEY],
                                    uint64_t count, struct serac_error *error)
{
    enum serac_status status = serac_db_exec(db, "DELETE FROM plan", error);
    sqlite3_stmt *s =
        status == SERAC_OK
            ? serac_db_prepare(db, "INSERT OR IGNORE INTO plan VALUES (?, ?, NULL)",
                               error) : NULL;
    sqlite3_stmt *meta =
        s ? serac_db_prepare(db, "INSERT OR REPLACE INTO meta VALUES ('sweep', ?)",
                             error) : NULL;
    if (!meta && status == SERAC_OK)
        status = SERAC_E_INPUT;
    for (uint64_t i = 0; status == SERAC_OK && i < count; i++) {
        sqlite3_bind_int64(s, 1, (int64_t)i);
        sqlite3_bind_text(s, 2, keys[i], -1, SQLITE_STATIC);
        status = serac_db_step(db, s, error);
    }
    if (status == SERAC_OK) {
        sqlite3_bind_text(meta, 1, id, -1, SQLITE_STATIC);
        status = serac_db_step(db, meta, error);
    }
    sqlite3_finalize(s);
    sqlite3_finalize(meta);
    return status;
}

/* Query of positions, why they are excluded, and total rows, of the points in the plan. */
static sqlite3_stmt *totals_of_plan(struct serac_db *db, struct serac_error *error)
{
    char cells[4096], settings[4096], sql[9000];
    serac_db_columns("l.", 0, SERAC_SETTINGS, cells, sizeof cells);
    serac_db_columns("p.", SERAC_SETTINGS, SERAC_COLUMNS, settings,
                     sizeof settings);
    snprintf(sql, sizeof sql, "SELECT plan.position, plan.excluded, %s, %s FROM plan "
             "JOIN points p USING (key) JOIN layers l ON l.point = p.id AND l.line = "
             "(SELECT max(line) FROM layers WHERE point = p.id)", cells, settings);
    return serac_db_prepare(db, sql, error);
}

/* Writes what is not as it should be: a sweep that is gone on with has most of it right. */
static enum serac_status exclude_present(struct serac_db *db,
                                         serac_db_exclude_fn *exclude, void *ctx,
                                         struct serac_error *error)
{
    if (!exclude)
        return serac_db_exec(db, "UPDATE plan SET excluded = NULL WHERE excluded "
                                 "NOT NULL", error);
    sqlite3_stmt *s = totals_of_plan(db, error);
    sqlite3_stmt *set = serac_db_prepare(
        db, "UPDATE plan SET excluded = ? WHERE position = ?", error);
    struct serac_row *row = malloc(sizeof *row);
    enum serac_status status = s && set && row ? SERAC_OK : SERAC_E_NOMEM;
    while (status == SERAC_OK) {
        int code = sqlite3_step(s);
        if (code == SQLITE_DONE)
            break;
        if (code != SQLITE_ROW) {
            status = serac_db_fail(db, error);
            break;
        }
        int64_t position = sqlite3_column_int64(s, 0);
        const char *is = (const char *)sqlite3_column_text(s, 1);
        serac_db_row(s, 2, row);
        const char *why = exclude(ctx, (uint64_t)position, row);
        if (why ? is && !strcmp(is, why) : !is)
            continue;
        sqlite3_bind_text(set, 1, why, -1, SQLITE_STATIC);     /* NULL if NULL */
        sqlite3_bind_int64(set, 2, position);
        status = serac_db_step(db, set, error);
    }
    sqlite3_finalize(s);
    sqlite3_finalize(set);
    free(row);
    return status;
}

enum serac_status serac_db_drop_hollow(struct serac_db *db, struct serac_error *error)
{
    return serac_db_exec(db, "DELETE FROM main.points WHERE failed IS NULL AND NOT "
                             "EXISTS (SELECT 1 FROM main.layers WHERE point = id)",
                         error);
}

enum serac_status serac_db_plan(struct serac_db *db, const char *id,
                                const char (*keys)[SERAC_DB_KEY], uint64_t count,
                                serac_db_exclude_fn *exclude, void *ctx,
                                struct serac_error *error)
{
    bool same = false;
    enum serac_status status = serac_db_begin(db, error);
    if (status != SERAC_OK)
        return status;
    status = same_plan(db, id, &same, error);
    if (status == SERAC_OK && !same)
        status = write_plan(db, id, keys, count, error);
    if (status == SERAC_OK)
        status = serac_db_drop_hollow(db, error);
    if (status == SERAC_OK)
        status = exclude_present(db, exclude, ctx, error);
    return serac_db_end(db, status, error);
}

enum serac_status serac_db_settle(struct serac_db *db, const char *id,
                                  serac_db_exclude_fn *exclude, void *ctx,
                                  struct serac_error *error)
{
    bool same = false;
    enum serac_status status = serac_db_begin(db, error);
    if (status != SERAC_OK)
        return status;
    status = same_plan(db, id, &same, error);
    if (status == SERAC_OK && !same)
        status = serac_db_say(db, error, SERAC_E_INPUT, "another sweep into this "
                              "folder took over while this one ran: its points are "
                              "kept, its results are not shown; run it again, alone");
    if (status == SERAC_OK)
        status = exclude_present(db, exclude, ctx, error);
    return serac_db_end(db, status, error);
}

enum serac_status serac_db_plan_add(struct serac_db *db, const char *key,
                                    struct serac_error *error)
{
    sqlite3_stmt *s = serac_db_prepare(
        db, "INSERT OR IGNORE INTO plan SELECT coalesce(max(position) + 1, 0), ?, "
            "NULL FROM plan", error);
    if (!s)
        return SERAC_E_INPUT;
    sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    enum serac_status status = serac_db_step(db, s, error);
    sqlite3_finalize(s);
    return status;
}

enum serac_status serac_db_missing(struct serac_db *db, const char *id,
                                   uint32_t shard, uint32_t shards,
                                   uint64_t **positions, uint64_t *count,
                                   struct serac_error *error)
{
    sqlite3_stmt *s = serac_db_prepare(
        db, "SELECT position FROM plan WHERE position % ? = ? AND key NOT IN "
            "(SELECT key FROM points) AND EXISTS (SELECT 1 FROM meta WHERE name = "
            "'sweep' AND value = ?) ORDER BY position", error);
    uint64_t *list = NULL, room = 0;
    int code;
    if (!s)
        return SERAC_E_INPUT;
    sqlite3_bind_int64(s, 1, shards);
    sqlite3_bind_int64(s, 2, shard);
    sqlite3_bind_text(s, 3, id, -1, SQLITE_STATIC);
    *count = 0;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        if (*count == room) {
            room = room ? 2 * room : 64;
            uint64_t *more = realloc(list, room * sizeof *more);
            if (!more)
                break;
            list = more;
        }
        list[(*count)++] = (uint64_t)sqlite3_column_int64(s, 0);
    }
    enum serac_status status = code == SQLITE_DONE  ? SERAC_OK
                               : code == SQLITE_ROW ? SERAC_E_NOMEM
                                                    : serac_db_fail(db, error);
    sqlite3_finalize(s);
    if (status == SERAC_OK)
        *positions = list;
    else
        free(list);
    return status;
}

/* --- names ------------------------------------------------------------------------ */

enum serac_status serac_db_name(struct serac_db *db, const char *kind,
                                const char *name, const char *whole,
                                struct serac_error *error)
{
    sqlite3_stmt *s = serac_db_prepare(
        db, "INSERT INTO names VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET whole = "
            "NULL WHERE whole != excluded.whole", error);
    char text[700];
    if (!s)
        return SERAC_E_INPUT;
    sqlite3_bind_text(s, 1, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, whole, -1, SQLITE_STATIC);
    enum serac_status status = serac_db_step(db, s, error);
    if (sqlite3_extended_errcode(db->sqlite) == SQLITE_CONSTRAINT_NOTNULL) {
        snprintf(text, sizeof text, "%.64s is short for another name than %.500s "
                 "already: shorten the file's name", name, whole);
        status = serac_db_say(db, error, SERAC_E_INPUT, text);
    }
    sqlite3_finalize(s);
    return status;
}

enum serac_status serac_db_names(struct serac_db *db, serac_db_name_fn *fn, void *ctx,
                                 struct serac_error *error)
{
    sqlite3_stmt *s = serac_db_prepare(db, "SELECT kind, name, whole FROM names",
                                       error);
    int code;
    if (!s)
        return SERAC_E_INPUT;
    while ((code = sqlite3_step(s)) == SQLITE_ROW)
        fn(ctx, (const char *)sqlite3_column_text(s, 0),
           (const char *)sqlite3_column_text(s, 1),
           (const char *)sqlite3_column_text(s, 2));
    enum serac_status status = code == SQLITE_DONE ? SERAC_OK
                                                   : serac_db_fail(db, error);
    sqlite3_finalize(s);
    return status;
}

/* --- points ---------------------------------------------------------------------- */

/* The four statements that put a point. */
struct put {
    sqlite3_stmt *point, *layer, *exclude;
};

static bool prepare_put(struct serac_db *db, struct put *put,
                        struct serac_error *error)
{
    char columns[4096], marks[600] = "?", sql[6000];
    for (int i = 1; i < SERAC_COLUMNS; i++)
        strcat(marks, ", ?");
    serac_db_columns("", SERAC_SETTINGS, SERAC_COLUMNS, columns, sizeof columns);
    snprintf(sql, sizeof sql, "INSERT OR IGNORE INTO points (key, version, failed, "
             "%s) VALUES (?, ?, ?, %.*s)", columns,
             3 * (SERAC_COLUMNS - SERAC_SETTINGS) - 2, marks);
    put->point = serac_db_prepare(db, sql, error);
    snprintf(sql, sizeof sql, "INSERT INTO layers VALUES (?, ?, %.*s)",
             3 * SERAC_SETTINGS - 2, marks);
    put->layer = put->point ? serac_db_prepare(db, sql, error) : NULL;
    put->exclude = put->layer
                       ? serac_db_prepare(db, "UPDATE plan SET excluded = ? WHERE "
                                              "key = ? AND EXISTS (SELECT 1 FROM "
                                              "meta WHERE name = 'sweep' AND value "
                                              "= ?)", error) : NULL;
    return put->exclude != NULL;
}

static void finish_put(struct put *put)
{
    sqlite3_finalize(put->point);
    sqlite3_finalize(put->layer);
    sqlite3_finalize(put->exclude);
}

static enum serac_status put_layers(struct serac_db *db, struct put *put,
                                    const struct serac_db_point *p,
                                    struct serac_error *error)
{
    int64_t id = sqlite3_last_insert_rowid(db->sqlite);
    enum serac_status status = SERAC_OK;
    for (size_t line = 0; status == SERAC_OK && line < p->num_rows; line++) {
        sqlite3_bind_int64(put->layer, 1, id);
        sqlite3_bind_int64(put->layer, 2, (int64_t)line);
        for (int i = 0; i < SERAC_SETTINGS; i++)
            serac_db_bind(put->layer, 3 + i, &p->rows[line],
                          (enum serac_column)i);
        status = serac_db_step(db, put->layer, error);
    }
    return status;
}

static enum serac_status put_point(struct serac_db *db, struct put *put,
                                   const char *sweep,
                                   const struct serac_db_point *p,
                                   struct serac_error *error)
{
    static const struct serac_row none;
    const struct serac_row *total = p->num_rows ? &p->rows[p->num_rows - 1] : &none;
    sqlite3_bind_text(put->point, 1, p->key, -1, SQLITE_STATIC);
    char version[64];
    snprintf(version, sizeof version, "%s %s", SERAC_VERSION, serac_sources);
    sqlite3_bind_text(put->point, 2, version, -1, SQLITE_TRANSIENT);
    if (p->failed)
        sqlite3_bind_text(put->point, 3, p->failed, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(put->point, 3);
    for (int i = SERAC_SETTINGS; i < SERAC_COLUMNS; i++)
        serac_db_bind(put->point, 4 + i - SERAC_SETTINGS, total,
                      (enum serac_column)i);
    enum serac_status status = serac_db_step(db, put->point, error);
    if (status == SERAC_OK && sqlite3_changes(db->sqlite) > 0)
        status = put_layers(db, put, p, error);
    if (status == SERAC_OK && p->excluded) {
        sqlite3_bind_text(put->exclude, 1, p->excluded, -1, SQLITE_STATIC);
        sqlite3_bind_text(put->exclude, 2, p->key, -1, SQLITE_STATIC);
        sqlite3_bind_text(put->exclude, 3, sweep, -1, SQLITE_STATIC);
        status = serac_db_step(db, put->exclude, error);
    }
    return status;
}

enum serac_status serac_db_put(struct serac_db *db, const char *sweep,
                               const struct serac_db_point *points, size_t count,
                               struct serac_error *error)
{
    struct put put = {NULL, NULL, NULL};
    enum serac_status status = serac_db_begin(db, error);
    if (status != SERAC_OK)
        return status;
    if (!prepare_put(db, &put, error))
        status = SERAC_E_INPUT;
    for (size_t i = 0; status == SERAC_OK && i < count; i++)
        status = put_point(db, &put, sweep, &points[i], error);
    finish_put(&put);
    return serac_db_end(db, status, error);
}
