/* serac_error.h - names, and what is said when something failed. */
#ifndef SERAC_ERROR_H
#define SERAC_ERROR_H

#define SERAC_NAME_MAX 64
#define SERAC_ERROR_MAX 1024

/* One clear line about what went wrong, `file:line: key: what, what is
 * allowed`; empty when nothing did. Functions that take a struct serac_error
 * fill it whenever they fail. NULL is allowed. */
struct serac_error {
    char text[SERAC_ERROR_MAX];
};

#endif
