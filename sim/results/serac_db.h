/* serac_db.h - results in one SQLite file, DIR/results.db. README.md here has its schema.
 *
 * Several processes may use one file: it has a rollback journal, so there is one writer at
 * a time, for as long as a transaction takes, and the others wait. What a transaction
 * wrote is there whole or not at all, whatever happens to the process.
 *
 * Errors of all functions: SERAC_E_INPUT, there is no such file, it is none of ours or of
 * another schema, or cannot be opened or written here; SERAC_E_IO, the disk is full or
 * failed, or the file stayed locked. The message begins with the file. */
#ifndef SERAC_DB_H
#define SERAC_DB_H

#include "serac_result.h"
#include "serac_sha256.h"

#define SERAC_DB_FILE "results.db"
#define SERAC_DB_SCHEMA 2
#define SERAC_DB_KEY 33              /* 32 hexadecimal digits and a NUL */

struct serac_db;

/* `write`: makes the folder and the file if they are not there. */
enum serac_status serac_db_open(const char *dir, bool write, struct serac_db **db,
                                struct serac_error *error);
void serac_db_close(struct serac_db *db);
const char *serac_db_path(const struct serac_db *db);

/* --- the plan: which points belong to the sweep, in order ----------------------- */

/* Why a point that ran is not in the results, or NULL; `total` is its last row. */
typedef const char *serac_db_exclude_fn(void *ctx, uint64_t position,
                                        const struct serac_row *total);

/* Replaces the plan by `count` keys unless it is the sweep `id` already; a key that
 * comes again is left out. Points of other sweeps stay. `exclude` (NULL: all are wanted) is
 * asked about all points that are there: another sweep may have put them. Points that a
 * damaged file has without rows are deleted, so they are missing. */
enum serac_status serac_db_plan(struct serac_db *db, const char *id,
                                const char (*keys)[SERAC_DB_KEY], uint64_t count,
                                serac_db_exclude_fn *exclude, void *ctx,
                                struct serac_error *error);
/* Asks `exclude` again, when the sweep `id` has run: points that another sweep put meanwhile
 * have not been asked about. SERAC_E_INPUT if the plan is another sweep's by now. */
enum serac_status serac_db_settle(struct serac_db *db, const char *id,
                                  serac_db_exclude_fn *exclude, void *ctx,
                                  struct serac_error *error);
/* Adds one point at the end, if it is not in the plan. */
enum serac_status serac_db_plan_add(struct serac_db *db, const char *key,
                                    struct serac_error *error);
/* Positions p of the plan, p % shards == shard, that have no point; none if the plan is not
 * the sweep `id` any more. *positions is the caller's to free. */
enum serac_status serac_db_missing(struct serac_db *db, const char *id,
                                   uint32_t shard, uint32_t shards,
                                   uint64_t **positions, uint64_t *count,
                                   struct serac_error *error);

/* --- names ------------------------------------------------------------------------ */

/* What a name of the rows stands for, if it had to be cut: `whole` of `kind`. SERAC_E_INPUT if it
 * stands for another already. */
enum serac_status serac_db_name(struct serac_db *db, const char *kind,
                                const char *name, const char *whole,
                                struct serac_error *error);
typedef void serac_db_name_fn(void *ctx, const char *kind, const char *name,
                              const char *whole);
enum serac_status serac_db_names(struct serac_db *db, serac_db_name_fn *fn, void *ctx,
                                 struct serac_error *error);

/* --- points ---------------------------------------------------------------------- */

struct serac_db_point {
    char key[SERAC_DB_KEY];
    struct serac_row *rows;          /* total last; none if it failed */
    size_t num_rows;
    const char *failed;              /* NULL, or why it cannot run */
    const char *excluded;            /* NULL, or the constraint it does not meet */
};

/* All of them in one transaction; those that are there already are left alone. `excluded`
 * is by the constraints of `sweep` (may be NULL if none is), and holds in its plan only. */
enum serac_status serac_db_put(struct serac_db *db, const char *sweep,
                               const struct serac_db_point *points, size_t count,
                               struct serac_error *error);
/* Is it there? If `total` is not NULL it gets the last row (empty if it failed). */
enum serac_status serac_db_find(struct serac_db *db, const char *key, bool *there,
                                struct serac_row *total,
                                struct serac_error *error);

/* --- results --------------------------------------------------------------------- */

struct serac_db_counts {
    uint64_t planned, done, failed, excluded, rows;    /* `rows`: of the results */
};
enum serac_status serac_db_count(struct serac_db *db,
                                 struct serac_db_counts *counts,
                                 struct serac_error *error);
/* The first point of the plan that cannot run, and why; "" if there is none. */
enum serac_status serac_db_first_failed(struct serac_db *db, char *text,
                                        size_t room, struct serac_error *error);

typedef enum serac_status serac_db_row_fn(void *ctx, const struct serac_row *row);

/* Every row of the points in the plan, in its order, or only their totals. Ends at the
 * first status of `fn` that is not SERAC_OK, which it returns. */
enum serac_status serac_db_each(struct serac_db *db, bool totals,
                                serac_db_row_fn *fn, void *ctx,
                                struct serac_error *error);
/* All of them in memory; *rows is the caller's to free. */
enum serac_status serac_db_rows(struct serac_db *db, struct serac_row **rows,
                                size_t *count, struct serac_error *error);

/* What a point is known by; strings are valid during the call. */
struct serac_db_origin {
    const char *key;                 /* over all that determines its results */
    const char *version;             /* of the program, and digest of its sources */
};
typedef enum serac_status serac_db_origin_fn(void *ctx, const struct serac_row *total,
                                             const struct serac_db_origin *origin);

/* Each total of the points in the plan, in its order, as serac_db_each. */
enum serac_status serac_db_totals(struct serac_db *db, serac_db_origin_fn *fn,
                                  void *ctx, struct serac_error *error);
/* The rows of one point, its total left out. */
enum serac_status serac_db_layers(struct serac_db *db, const char *key,
                                  serac_db_row_fn *fn, void *ctx,
                                  struct serac_error *error);

/* Takes over the points of another folder's file, of the same sweep. SERAC_E_INPUT if it is
 * of another; SERAC_E_MISMATCH if a point has other results there. */
enum serac_status serac_db_merge(struct serac_db *db, const char *dir,
                                 struct serac_error *error);

#endif
