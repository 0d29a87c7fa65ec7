/* serac_config_read.h - shared by the serac_config*.c files, private to them. */
#ifndef SERAC_CONFIG_READ_H
#define SERAC_CONFIG_READ_H

#include "serac_design.h"

#define SERAC_CONFIG_PATH_MAX 1024

/* The end of a path: enough to recognise it, short enough that the message
 * behind it always has room in a struct serac_error. */
const char *serac_config_tail(const char *path);

/* Looks at the text of a file for what libconfig 1.5 accepts and gets wrong:
 * integers that it cuts to 32 bits (4294967304 reads as 8) or to 64, and
 * @include, whose lines it counts in another file. SERAC_E_INPUT with
 * `file:line: key = literal: why`. `text` ends with a NUL. */
enum serac_status serac_config_scan(const char *path, const char *text,
                                    struct serac_error *error);

#endif
