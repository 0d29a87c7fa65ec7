/* serac_part.h - an output file that is whole or not there.
 *
 * It is written beside its place, as PATH.part, and renamed at the end. SIGINT, SIGTERM and SIGHUP remove what
 * is begun and end the process as ever; a process that has its own handlers for them removes nothing. */
#ifndef SERAC_PART_H
#define SERAC_PART_H

#include <stdio.h>

#include "serac_design.h"

struct serac_part {
    char path[1100], beside[1106];
    int guard;
    FILE *file;                  /* to be written; closed by serac_part_end() */
};

/* SERAC_E_INPUT, with the reason in `error`: it cannot be made, or something else than a
 * file has the name. */
enum serac_status serac_part_begin(struct serac_part *part, const char *path,
                                   struct serac_error *error);
/* SERAC_E_INPUT: not all of it could be written; nothing is left of it. */
enum serac_status serac_part_end(struct serac_part *part,
                                 struct serac_error *error);
/* A file that another library writes, or that has a name of its own: removed by a signal like the parts are.
 * Returns a number to forget it by, negative if there is no room for more. */
int serac_part_guard(const char *path);
void serac_part_forget(int guard);
/* Instead of the end: nothing is left of it. Harmless after either. */
void serac_part_drop(struct serac_part *part);

#endif
