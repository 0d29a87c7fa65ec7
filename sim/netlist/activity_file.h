/* activity_file.h - an activity file (vcd.h) in memory, found by name. */
#ifndef ACTIVITY_FILE_H
#define ACTIVITY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct activity;

/* `top` is looked for among the scopes; the path up to and including it is
 * left out of the names. NULL on failure, with one line in `problem`. */
struct activity *activity_load(const char *path, const char *top,
                               char *problem, size_t room);
void activity_destroy(struct activity *a);
uint64_t activity_cycles(const struct activity *a);
/* Net `name` within the scope `path` ("" is the top). */
bool activity_find(const struct activity *a, const char *path,
                   const char *name, double *toggles, double *high);

#endif
