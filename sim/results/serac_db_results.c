/* serac_db_results.c - what is in a file of results, and another file's. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "serac_db_read.h"

enum serac_status serac_db_find(struct serac_db *db, const char *key, bool *there,
                                struct serac_row *total,
                                struct serac_error *error)
{
    char cells[4096], settings[4096], sql[9000];
    serac_db_columns("l.", 0, SERAC_SETTINGS, cells, sizeof cells);
    serac_db_columns("p.", SERAC_SETTINGS, SERAC_COLUMNS, settings,
                     sizeof settings);
    if (total)
        snprintf(sql, sizeof sql, "SELECT %s, %s FROM points p LEFT JOIN layers l ON "
                 "l.point = p.id WHERE p.key = ? ORDER BY l.line DESC LIMIT 1",
                 cells, settings);
    sqlite3_stmt *s = serac_db_prepare(
        db, total ? sql : "SELECT 1 FROM points WHERE key = ?", error);
    if (!s)
        return SERAC_E_INPUT;
    sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    int code = sqlite3_step(s);
    enum serac_status status = code == SQLITE_ROW || code == SQLITE_DONE
                                   ? SERAC_OK : serac_db_fail(db, error);
    *there = code == SQLITE_ROW;
    if (*there && total)
        serac_db_row(s, 0, total);
    sqlite3_finalize(s);
    return status;
}

enum serac_status serac_db_count(struct serac_db *db, struct serac_db_counts *c,
                                 struct serac_error *error)
{
    static const char *const queries[] = {
        "SELECT count(*) FROM plan",
        "SELECT count(*) FROM plan JOIN points USING (key) WHERE failed IS NULL AND "
        "EXISTS (SELECT 1 FROM layers WHERE point = id)",
        "SELECT count(*) FROM plan JOIN points USING (key) WHERE failed NOT NULL",
        "SELECT count(*) FROM plan WHERE excluded NOT NULL",
        "SELECT count(*) FROM plan JOIN points USING (key) JOIN layers ON point = "
        "id WHERE excluded IS NULL"};
    uint64_t *const to[] = {&c->planned, &c->done, &c->failed, &c->excluded,
                            &c->rows};
    enum serac_status status = SERAC_OK;
    for (int i = 0; status == SERAC_OK && i < 5; i++) {
        int64_t number = 0;
        status = serac_db_number(db, queries[i], &number, error);
        *to[i] = (uint64_t)number;
    }
    return status;
}

enum serac_status serac_db_first_failed(struct serac_db *db, char *text,
                                        size_t room, struct serac_error *error)
{
    sqlite3_stmt *s = serac_db_prepare(
        db, "SELECT failed FROM plan JOIN points USING (key) WHERE failed NOT NULL "
            "ORDER BY position LIMIT 1", error);
    if (!s)
        return SERAC_E_INPUT;
    text[0] = 0;
    if (sqlite3_step(s) == SQLITE_ROW)
        snprintf(text, room, "%s", (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return SERAC_OK;
}

enum serac_status serac_db_each(struct serac_db *db, bool totals,
                                serac_db_row_fn *fn, void *ctx,
                                struct serac_error *error)
{
    sqlite3_stmt *s = serac_db_prepare(
        db, totals ? "SELECT * FROM results WHERE layer = 'total'"
                   : "SELECT * FROM results", error);
    struct serac_row *row = malloc(sizeof *row);
    enum serac_status status = s && row ? SERAC_OK : SERAC_E_NOMEM;
    while (status == SERAC_OK) {
        int code = sqlite3_step(s);
        if (code == SQLITE_DONE)
            break;
        if (code != SQLITE_ROW) {
            status = serac_db_fail(db, error);
            break;
        }
        serac_db_row(s, 0, row);
        status = fn(ctx, row);
    }
    free(row);
    sqlite3_finalize(s);
    return status;
}

struct all {
    struct serac_row *rows;
    size_t count, room;
};

static enum serac_status keep(void *ctx, const struct serac_row *row)
{
    struct all *all = ctx;
    if (all->count == all->room) {
        size_t room = all->room ? 2 * all->room : 64;
        struct serac_row *more = realloc(all->rows, room * sizeof *more);
        if (!more)
            return SERAC_E_NOMEM;
        all->rows = more;
        all->room = room;
    }
    all->rows[all->count++] = *row;
    return SERAC_OK;
}

enum serac_status serac_db_rows(struct serac_db *db, struct serac_row **rows,
                                size_t *count, struct serac_error *error)
{
    struct all all = {NULL, 0, 0};
    enum serac_status status = serac_db_each(db, false, keep, &all, error);
    if (status != SERAC_OK) {
        free(all.rows);
        return status;
    }
    *rows = all.rows;
    *count = all.count;
    return SERAC_OK;
}

/* --- merging --------------------------------------------------------------------- */

/* `same`: the other file is of this file's sweep; `empty`: this file has none yet. Each run of
 * serac tune has points of its own and cannot be merged. */
static enum serac_status compare_sweeps(struct serac_db *db, bool *empty,
                                        bool *same, struct serac_error *error)
{
    int64_t ours = 0, both = 0, theirs = 0;
    enum serac_status status = serac_db_number(
        db, "SELECT count(*) FROM main.meta WHERE name = 'sweep'", &ours, error);
    if (status == SERAC_OK)
        status = serac_db_number(
            db, "SELECT count(*) FROM other.meta WHERE name = 'sweep' AND value NOT "
                "LIKE 'tune%'", &theirs, error);
    if (status == SERAC_OK)
        status = serac_db_number(
            db, "SELECT count(*) FROM main.meta JOIN other.meta USING (name, value) "
                "WHERE name = 'sweep'", &both, error);
    *empty = ours == 0;
    *same = theirs && (!ours || both);
    return status;
}

/* Points of both files whose results differ, or of which one has a row more; times of the
 * host may differ. */
static enum serac_status compare_points(struct serac_db *db, int64_t *differ,
                                        struct serac_error *error)
{
    char cells[4096], sql[20000];
    serac_db_columns("", 0, SERAC_SETTINGS, cells, sizeof cells);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM main.points m JOIN other.points o USING (key) JOIN "
             "temp.whole w ON w.id = o.id WHERE m.failed IS NOT o.failed OR EXISTS (SELECT line, %s FROM other.layers "
             "WHERE point = o.id AND backend IS NOT 'host' EXCEPT SELECT line, %s FROM "
             "main.layers WHERE point = m.id) OR EXISTS (SELECT line, %s FROM "
             "main.layers WHERE point = m.id AND backend IS NOT 'host' EXCEPT SELECT "
             "line, %s FROM other.layers WHERE point = o.id) OR (SELECT count(*) FROM "
             "main.layers WHERE point = m.id) != (SELECT count(*) FROM other.layers "
             "WHERE point = o.id)", cells, cells, cells, cells);
    return serac_db_number(db, sql, differ, error);
}

static enum serac_status copy_points(struct serac_db *db, bool empty,
                                     struct serac_error *error)
{
    char settings[4096], cells[4096], sql[20000];
    serac_db_columns("", SERAC_SETTINGS, SERAC_COLUMNS, settings, sizeof settings);
    serac_db_columns("l.", 0, SERAC_SETTINGS, cells, sizeof cells);
    snprintf(sql, sizeof sql,
             "%s"
             "INSERT OR IGNORE INTO main.names SELECT * FROM other.names;"
             "INSERT INTO main.layers SELECT m.id, l.line, %s FROM other.layers l JOIN "
             "other.points o ON o.id = l.point JOIN main.points m ON m.key = o.key "
             "WHERE m.id > (SELECT value FROM temp.before);"
             "UPDATE main.plan SET excluded = (SELECT excluded FROM other.plan o WHERE "
             "o.key = plan.key) WHERE excluded IS NULL AND key IN (SELECT key FROM "
             "other.plan WHERE excluded NOT NULL);",
             empty ? "INSERT INTO main.plan SELECT * FROM other.plan; INSERT INTO main.meta "
                     "SELECT * FROM other.meta WHERE name = 'sweep';" : "", cells);
    char points[10000];
    snprintf(points, sizeof points,
             "CREATE TEMP TABLE before AS SELECT coalesce(max(id), 0) AS value FROM "
             "main.points; INSERT OR IGNORE INTO main.points (key, version, failed, %s) "
             "SELECT key, version, failed, %s FROM other.points WHERE key IN (SELECT "
             "key FROM other.plan) AND id IN (SELECT id FROM temp.whole) ORDER BY "
             "id;", settings, settings);
    enum serac_status status = serac_db_exec(db, points, error);
    if (status == SERAC_OK)
        status = serac_db_exec(db, sql, error);
    if (status == SERAC_OK)
        status = serac_db_exec(db, "DROP TABLE temp.before; DROP TABLE temp.whole",
                               error);
    return status;
}

/* Within a transaction, with the other file attached as `other`. */
static enum serac_status merge(struct serac_db *db, struct serac_db *other,
                               struct serac_error *error)
{
    bool empty, same;
    int64_t differ = 0;
    char text[800];
    enum serac_status status = compare_sweeps(db, &empty, &same, error);
    if (status != SERAC_OK)
        return status;
    snprintf(text, sizeof text, "no results of the sweep of %.600s; only shards of "
             "one sweep can be merged", db->path);
    if (!same)
        return serac_db_say(other, error, SERAC_E_INPUT, text);
    /* A point without rows that did not fail is damaged, and no result. */
    status = serac_db_drop_hollow(db, error);
    if (status == SERAC_OK)
        status = serac_db_exec(db, "CREATE TEMP TABLE whole AS SELECT id FROM "
                                   "other.points WHERE failed NOT NULL OR EXISTS "
                                   "(SELECT 1 FROM other.layers WHERE point = id)",
                               error);
    if (status == SERAC_OK)
        status = compare_points(db, &differ, error);
    if (status != SERAC_OK)
        return status;
    snprintf(text, sizeof text, "has other results than %.600s for %lld points",
             db->path, (long long)differ);
    if (differ)
        return serac_db_say(other, error, SERAC_E_MISMATCH, text);
    return copy_points(db, empty, error);
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

enum serac_status serac_db_merge(struct serac_db *db, const char *dir,
                                 struct serac_error *error)
{
    struct serac_db *other = NULL;
    enum serac_status status = serac_db_open(dir, false, &other, error);
    if (status != SERAC_OK)
        return status;
    if (same_file(db->path, other->path)) {
        serac_db_close(other);
        return SERAC_OK;
    }
    sqlite3_stmt *s = serac_db_prepare(db, "ATTACH ? AS other", error);
    status = s ? SERAC_OK : SERAC_E_INPUT;
    if (s) {
        sqlite3_bind_text(s, 1, other->path, -1, SQLITE_STATIC);
        status = serac_db_step(db, s, error);
        sqlite3_finalize(s);
    }
    if (status == SERAC_OK) {
        /* BEGIN IMMEDIATE would lock the other file too: a write to ours does not. */
        status = serac_db_exec(db, "BEGIN; DELETE FROM main.meta WHERE name = ''", error);
        if (status == SERAC_OK)
            status = merge(db, other, error);
        status = serac_db_end(db, status, error);
        (void)serac_db_exec(db, "DETACH other", NULL);
    }
    serac_db_close(other);
    return status;
}
