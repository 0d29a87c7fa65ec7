/* serac_point.h - the points of a sweep.
 *
 * A point is design x memory x technology x (network, or workload x precision).
 * Its results are a file OUT/points/HASH.csv, where HASH covers the contents of
 * all files that determine it and the program's version. */
#ifndef SERAC_POINT_H
#define SERAC_POINT_H

#include "serac_cli.h"
#include "serac_sweep.h"

uint32_t serac_point_count(const struct serac_sweep *sweep);

/* The file of point `index`. */
void serac_point_path(const struct serac_sweep *sweep, uint32_t index,
                      const char *out, char *path, size_t room);

/* Runs the point and writes its file, whole or not at all. An exit code, after a
 * message if it is not SERAC_EXIT_DONE. */
int serac_point_run(const struct serac_sweep *sweep, uint32_t index,
                    const char *out);

/* Reads every file the sweep names, once, before anything is written. -1, or the
 * exit code after a message. */
int serac_point_check_names(const struct serac_sweep *sweep);

/* A line per workload on stdout: what is the host's, and in no row. */
void serac_point_say_host(const struct serac_sweep *sweep);

#endif
