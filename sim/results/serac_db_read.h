/* serac_db_read.h - shared by serac_db*.c, private to them. */
#ifndef SERAC_DB_READ_H
#define SERAC_DB_READ_H

#include <sqlite3.h>

#include "serac_db.h"

#define SERAC_DB_APPLICATION 0x53657261      /* "Sera" */

struct serac_db {
    sqlite3 *sqlite;
    char path[1100];
};

/* Status and message of SQLite's last error. */
enum serac_status serac_db_fail(struct serac_db *db, struct serac_error *error);
enum serac_status serac_db_say(struct serac_db *db, struct serac_error *error,
                               enum serac_status status, const char *what);

/* Runs statements without results. */
enum serac_status serac_db_exec(struct serac_db *db, const char *sql,
                                struct serac_error *error);
/* NULL after a message; finalised by the caller. */
sqlite3_stmt *serac_db_prepare(struct serac_db *db, const char *sql,
                               struct serac_error *error);
/* Steps a statement that gives no row, and resets it. */
enum serac_status serac_db_step(struct serac_db *db, sqlite3_stmt *s,
                                struct serac_error *error);
/* The one number of a query. */
enum serac_status serac_db_number(struct serac_db *db, const char *sql,
                                  int64_t *number, struct serac_error *error);
/* BEGIN IMMEDIATE; COMMIT, or ROLLBACK if `status` is a failure, which is returned. */
enum serac_status serac_db_begin(struct serac_db *db, struct serac_error *error);
enum serac_status serac_db_end(struct serac_db *db, enum serac_status status,
                               struct serac_error *error);

/* Deletes points that did not fail and have no rows: a damaged file has some. */
enum serac_status serac_db_drop_hollow(struct serac_db *db, struct serac_error *error);

/* "prefix.name" of columns first..last - 1 with commas; needs 4 KiB. */
void serac_db_columns(const char *prefix, int first, int last, char *text,
                      size_t room);

/* A cell as the column's type, NULL if it is empty; and back from column `index`. */
void serac_db_bind(sqlite3_stmt *s, int index, const struct serac_row *row,
                   enum serac_column column);
void serac_db_row(sqlite3_stmt *s, int index, struct serac_row *row);

#endif
