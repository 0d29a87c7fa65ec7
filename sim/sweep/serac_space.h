/* serac_space.h - the points of a sweep: which there are, their keys, one run.
 *
 * A combination is design x memory x technology x (network, or workload x precision x
 * batch), in this order, the last fastest. The points are those combinations that are
 * possible and that no constraint excludes before it runs. */
#ifndef SERAC_SPACE_H
#define SERAC_SPACE_H

#include "serac_db.h"
#include "serac_sweep.h"
#include "serac_workload_run.h"

#define SERAC_SPACE_POINTS 10000000

struct serac_space;

/* What was left out. */
struct serac_space_tally {
    uint64_t combinations;           /* of possible designs and memories */
    uint32_t impossible;             /* designs and memories that cannot be */
    char first_impossible[512];
    uint64_t pruned;                 /* by constraints, before running */
};

/* Reads every file that the sweep names, each once. `sweep` is borrowed. Any failure of
 * reading; SERAC_E_INPUT if no point is left, or too many are. */
enum serac_status serac_space_open(const struct serac_sweep *sweep,
                                   struct serac_space **space,
                                   struct serac_error *error);
void serac_space_close(struct serac_space *space);

uint64_t serac_space_count(const struct serac_space *space);
const struct serac_space_tally *serac_space_tally(const struct serac_space *space);

/* Puts what cut names of the rows stand for into a file; SERAC_E_INPUT if one stands for two. */
enum serac_status serac_space_put_names(const struct serac_space *space,
                                        struct serac_db *db,
                                        struct serac_error *error);

/* A key is the start of a SHA-256 over all that determines the point: the program's version,
 * sources and schema, names and contents of its files, widths, batch, images. */
const char (*serac_space_keys(const struct serac_space *space))[SERAC_DB_KEY];
/* The same for the whole sweep, its constraints included. */
const char *serac_space_id(const struct serac_space *space);

/* The constraint that a point which ran does not meet, or NULL; a serac_db_exclude_fn. */
const char *serac_space_exclude(void *space, uint64_t position,
                                const struct serac_row *total);

/* Runs one. A layer that does not fit is no failure: then point->failed says so. What
 * `point` holds is freed by serac_space_free_point(). */
enum serac_status serac_space_run(const struct serac_space *space, uint64_t position,
                                  struct serac_timings *timings,
                                  struct serac_db_point *point,
                                  struct serac_error *error);
void serac_space_free_point(struct serac_db_point *point);

/* A line per workload on stdout, of the first: what is the host's, and in no row. */
void serac_space_say_host(const struct serac_space *space);

#endif
