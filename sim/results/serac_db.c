/* serac_db.c - results in one SQLite file: opening it, its schema, cells. */
#include "serac_db_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_MS 60000

/* --- errors -------------------------------------------------------------------- */

enum serac_status serac_db_say(struct serac_db *db, struct serac_error *error,
                               enum serac_status status, const char *what)
{
    size_t length = strlen(db->path), most = 300;   /* the end tells which */
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %s",
                 db->path + (length > most ? length - most : 0), what);
    return status;
}

enum serac_status serac_db_fail(struct serac_db *db, struct serac_error *error)
{
    int code = sqlite3_errcode(db->sqlite) & 0xff;
    int system = sqlite3_system_errno(db->sqlite);
    bool disk = code == SQLITE_FULL || code == SQLITE_IOERR;
    char text[600];
    switch (code) {
    case SQLITE_NOMEM:
        return serac_db_say(db, error, SERAC_E_NOMEM, "out of memory");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return serac_db_say(db, error, SERAC_E_IO, "stayed locked by another "
                                                   "process");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return serac_db_say(db, error, SERAC_E_INPUT,
                            "damaged, or no file of results");
    default:
        snprintf(text, sizeof text, "cannot be %s: %s%s%s",
                 disk || code == SQLITE_READONLY ? "written" : "used",
                 sqlite3_errmsg(db->sqlite), system ? ": " : "",
                 system ? strerror(system) : "");
        return serac_db_say(db, error, disk ? SERAC_E_IO : SERAC_E_INPUT, text);
    }
}

/* --- statements ---------------------------------------------------------------- */

enum serac_status serac_db_exec(struct serac_db *db, const char *sql,
                                struct serac_error *error)
{
    return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK
               ? SERAC_OK : serac_db_fail(db, error);
}

sqlite3_stmt *serac_db_prepare(struct serac_db *db, const char *sql,
                               struct serac_error *error)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db->sqlite, sql, -1, &s, NULL) == SQLITE_OK)
        return s;
    (void)serac_db_fail(db, error);
    return NULL;
}

enum serac_status serac_db_step(struct serac_db *db, sqlite3_stmt *s,
                                struct serac_error *error)
{
    enum serac_status status =
        sqlite3_step(s) == SQLITE_DONE ? SERAC_OK : serac_db_fail(db, error);
    sqlite3_reset(s);
    return status;
}

enum serac_status serac_db_number(struct serac_db *db, const char *sql,
                                  int64_t *number, struct serac_error *error)
{
    sqlite3_stmt *s = serac_db_prepare(db, sql, error);
    if (!s)
        return SERAC_E_INPUT;
    enum serac_status status = SERAC_OK;
    if (sqlite3_step(s) == SQLITE_ROW)
        *number = sqlite3_column_int64(s, 0);
    else
        status = serac_db_fail(db, error);
    sqlite3_finalize(s);
    return status;
}

enum serac_status serac_db_begin(struct serac_db *db, struct serac_error *error)
{
    return serac_db_exec(db, "BEGIN IMMEDIATE", error);
}

enum serac_status serac_db_end(struct serac_db *db, enum serac_status status,
                               struct serac_error *error)
{
    if (status == SERAC_OK)
        status = serac_db_exec(db, "COMMIT", error);
    if (status != SERAC_OK && !sqlite3_get_autocommit(db->sqlite))
        (void)serac_db_exec(db, "ROLLBACK", NULL);
    return status;
}

/* --- cells --------------------------------------------------------------------- */

void serac_db_columns(const char *prefix, int first, int last, char *text,
                      size_t room)
{
    size_t used = 0;
    for (int i = first; i < last && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%s%s",
                                 i > first ? ", " : "", prefix,
                                 serac_column_name((enum serac_column)i));
}

void serac_db_bind(sqlite3_stmt *s, int index, const struct serac_row *row,
                   enum serac_column column)
{
    const char *cell = row->cells[column];
    char *end;
    enum serac_column_kind kind = serac_column_kind(column);
    double real = strtod(cell, &end);
    bool number = *cell && !*end;
    if (!*cell)
        sqlite3_bind_null(s, index);
    else if (kind == SERAC_CELL_COUNT && number)
        sqlite3_bind_int64(s, index, strtoll(cell, NULL, 10));
    else if (kind == SERAC_CELL_REAL && number)
        sqlite3_bind_double(s, index, real);
    else
        sqlite3_bind_text(s, index, cell, -1, SQLITE_TRANSIENT);
}

void serac_db_row(sqlite3_stmt *s, int index, struct serac_row *row)
{
    memset(row, 0, sizeof *row);
    for (int i = 0; i < SERAC_COLUMNS; i++) {
        enum serac_column column = (enum serac_column)i;
        switch (sqlite3_column_type(s, index + i)) {
        case SQLITE_NULL:
            break;
        case SQLITE_FLOAT:
            serac_row_f64(row, column, sqlite3_column_double(s, index + i));
            break;
        default:
            serac_row_text(row, column,
                           (const char *)sqlite3_column_text(s, index + i));
        }
    }
}

/* --- the file ------------------------------------------------------------------ */

static const char *const types[] = {"TEXT", "INTEGER", "REAL"};

static size_t put_types(char *text, size_t room, int first, int last)
{
    size_t used = 0;
    for (int i = first; i < last && used < room; i++)
        used += (size_t)snprintf(
            text + used, room - used, ",\n  %s %s",
            serac_column_name((enum serac_column)i),
            types[serac_column_kind((enum serac_column)i)]);
    return used;
}

static enum serac_status make_tables(struct serac_db *db,
                                     struct serac_error *error)
{
    char settings[4096], cells[4096], shown[8192], sql[24000];
    put_types(settings, sizeof settings, SERAC_SETTINGS, SERAC_COLUMNS);
    put_types(cells, sizeof cells, 0, SERAC_SETTINGS);
    serac_db_columns("layers.", 0, SERAC_SETTINGS, shown, sizeof shown);
    strcat(shown, ", ");
    serac_db_columns("points.", SERAC_SETTINGS, SERAC_COLUMNS,
                     shown + strlen(shown), sizeof shown - strlen(shown));
    snprintf(sql, sizeof sql,
             "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;\n"
             "CREATE TABLE plan (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, excluded TEXT);\n"
             "CREATE TABLE names (kind TEXT, name TEXT, whole TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;\n"
             "CREATE TABLE points (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,\n"
             "  version TEXT NOT NULL, failed TEXT%s);\n"
             "CREATE TABLE layers (point INTEGER NOT NULL REFERENCES points (id),\n"
             "  line INTEGER NOT NULL%s,\n  PRIMARY KEY (point, line)) WITHOUT ROWID;\n"
             "CREATE VIEW results AS SELECT %s\n  FROM plan JOIN points USING (key) JOIN layers ON layers.point = points.id\n"
             "  WHERE plan.excluded IS NULL ORDER BY plan.position, layers.line;\n"
             "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             settings, cells, shown, SERAC_DB_APPLICATION, SERAC_DB_SCHEMA);
    return serac_db_exec(db, sql, error);
}

/* An empty file gets the tables; any other must be ours, of this schema. */
static enum serac_status check_schema(struct serac_db *db, bool write,
                                      struct serac_error *error)
{
    int64_t tables = 0, application = 0, schema = 0;
    char text[200];
    enum serac_status status = write ? serac_db_begin(db, error) : SERAC_OK;
    if (status != SERAC_OK)
        return status;
    status = serac_db_number(db, "SELECT count(*) FROM sqlite_master", &tables,
                             error);
    if (status == SERAC_OK)
        status = serac_db_number(db, "PRAGMA application_id", &application, error);
    if (status == SERAC_OK)
        status = serac_db_number(db, "PRAGMA user_version", &schema, error);
    if (status == SERAC_OK && write && !tables && !application && !schema)
        status = make_tables(db, error);
    else if (status == SERAC_OK && application != SERAC_DB_APPLICATION)
        status = serac_db_say(db, error, SERAC_E_INPUT, "no file of results");
    else if (status == SERAC_OK && schema != SERAC_DB_SCHEMA) {
        snprintf(text, sizeof text, "results of schema %lld, this program has "
                 "schema %d: give another folder", (long long)schema,
                 SERAC_DB_SCHEMA);
        status = serac_db_say(db, error, SERAC_E_INPUT, text);
    }
    return write ? serac_db_end(db, status, error) : status;
}

static enum serac_status open_file(struct serac_db *db, bool write,
                                   struct serac_error *error)
{
    int flags = SQLITE_OPEN_READWRITE | (write ? SQLITE_OPEN_CREATE : 0);
    if (!write && access(db->path, R_OK)) {
        char text[200];
        snprintf(text, sizeof text, "cannot be read: %s", strerror(errno));
        return serac_db_say(db, error, SERAC_E_INPUT, text);
    }
    if (sqlite3_open_v2(db->path, &db->sqlite, flags, NULL) != SQLITE_OK)
        return serac_db_fail(db, error);
    sqlite3_busy_timeout(db->sqlite, WAIT_MS);
    return check_schema(db, write, error);
}

enum serac_status serac_db_open(const char *dir, bool write, struct serac_db **to,
                                struct serac_error *error)
{
    struct serac_db *db = calloc(1, sizeof *db);
    if (!db)
        return SERAC_E_NOMEM;
    if (write && mkdir(dir, 0777) && errno != EEXIST) {
        if (error)
            snprintf(error->text, sizeof error->text, "%.900s: %s", dir,
                     strerror(errno));
        free(db);
        return SERAC_E_INPUT;
    }
    snprintf(db->path, sizeof db->path, "%.1000s/" SERAC_DB_FILE, dir);
    enum serac_status status = open_file(db, write, error);
    if (status == SERAC_OK)
        *to = db;
    else
        serac_db_close(db);
    return status;
}

void serac_db_close(struct serac_db *db)
{
    if (!db)
        return;
    sqlite3_close(db->sqlite);
    free(db);
}

const char *serac_db_path(const struct serac_db *db)
{
    return db->path;
}
