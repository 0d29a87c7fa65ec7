/* serac_config_read.h - shared by the serac_config*.c files, private to them. */
#ifndef SERAC_CONFIG_READ_H
#define SERAC_CONFIG_READ_H

#include "serac_error.h"
#include "serac_status.h"

struct config_t;

#define SERAC_CONFIG_PATH_MAX 1024

/* The end of a path: enough to recognise it, short enough that the message
 * behind it always has room in a struct serac_error. */
const char *serac_config_tail(const char *path);

/* Changes the keys of a variation, which begins with its ':'. SERAC_E_INPUT, with
 * `path: what`, if it is malformed or there is no such place. */
enum serac_status serac_config_vary(struct config_t *file, const char *path,
                                    const char *variation,
                                    struct serac_error *error);

/* Looks at the text of a file for what libconfig 1.5 accepts and gets wrong:
 * integers that it cuts to 32 bits (4294967304 reads as 8) or to 64, and
 * @include, whose lines it counts in another file. SERAC_E_INPUT with
 * `file:line: key = literal: why`. `text` ends with a NUL. */
enum serac_status serac_config_scan(const char *path, const char *text,
                                    struct serac_error *error);

#endif
