/* serac_config.h - configuration files: checked reading by tables of keys.
 *
 * A group of a file is read into a struct by a table with one line per key: its type,
 * where it goes, its range, its default. Unknown keys, wrong types and values
 * out of range are refused with `file:line: key: what is wrong, what is allowed`;
 * the first error wins. Integers that libconfig would cut silently are refused
 * too. Units are part of a key's name (_cycles, _bytes, _mhz). Only serac_config.c,
 * _table.c, _vary.c and _text.c know libconfig.
 *
 * Behind the name of a design, memory, technology, workload or serving scenario may stand a variation,
 * `serial:rows=8:lanes=128`: the file with these keys changed. A key within
 * groups is GROUP.KEY; within a list NAME.KEY, the element whose `name` that is, or
 * *.KEY, every element that has the key. Values: numbers, [lists] of them, true, false,
 * texts. The reader checks them like the file's own. */
#ifndef SERAC_CONFIG_H
#define SERAC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serac_error.h"
#include "serac_status.h"

enum serac_key_type {
    SERAC_KEY_U32,      /* uint32_t; min, max */
    SERAC_KEY_POWER,    /* uint32_t, a power of two; min, max */
    SERAC_KEY_I32,      /* int32_t; min, max */
    SERAC_KEY_U64,      /* uint64_t */
    SERAC_KEY_F64,      /* double; min, max */
    SERAC_KEY_BOOL,     /* bool */
    SERAC_KEY_STRING,   /* char[size] */
    SERAC_KEY_NUMBERS,  /* struct serac_numbers, an array; min, max of each; `size`
                         * numbers if that is not 0 */
    SERAC_KEY_CHILD,    /* group, list or array that the caller reads itself */
    SERAC_KEY_ANY       /* of any type: the caller reads and checks it */
};

#define SERAC_NUMBERS 12
struct serac_numbers {
    uint32_t count;
    double value[SERAC_NUMBERS];
};

struct serac_key {
    const char *name;
    enum serac_key_type type;
    size_t offset;          /* in the struct; CHILD, ANY: unused */
    bool required;          /* else the struct keeps what it holds */
    double min, max;
    size_t size;            /* STRING: room; NUMBERS: how many, 0: any */
};

struct serac_config;        /* an open file */
struct serac_group;         /* a place in it; borrowed from the file */

/* The file at `path`, with its variation; to be closed. SERAC_E_INPUT, with file and line; SERAC_E_NOMEM. */
enum serac_status serac_config_open(const char *path,
                                    struct serac_config **config,
                                    struct serac_error *error);
/* The file of `name`, found as by serac_config_find(). */
enum serac_status serac_config_open_named(const char *kind, const char *name,
                                          struct serac_config **config,
                                          struct serac_error *error);
void serac_config_close(struct serac_config *config);
/* The file's path, with the variation; its name without folders and .cfg, with the variation. */
const char *serac_config_path(const struct serac_config *config);
void serac_config_name(const struct serac_config *config, char *name, size_t room);
const struct serac_group *serac_config_root(const struct serac_config *config);

/* Reads `group` into `to`. On failure *to is partly written: read into a copy. */
enum serac_status serac_config_read(const struct serac_config *config,
                                    const struct serac_group *group,
                                    const struct serac_key *keys, size_t count,
                                    void *to, struct serac_error *error);

/* Child `name`, or NULL; number of elements; element `index`. */
const struct serac_group *serac_config_child(const struct serac_group *group,
                                             const char *name);
uint32_t serac_config_count(const struct serac_group *group);
const struct serac_group *serac_config_element(const struct serac_group *group,
                                               uint32_t index);
/* A member's key; NULL for an element of a list. */
const char *serac_config_key(const struct serac_group *element);
bool serac_config_is_group(const struct serac_group *group);
/* A list ( ) or an array [ ]. */
bool serac_config_is_list(const struct serac_group *group);
/* The element's integer, number or string; false or NULL if it is something else. */
bool serac_config_integer(const struct serac_group *element, int64_t *value);
bool serac_config_number(const struct serac_group *element, double *value);
const char *serac_config_string(const struct serac_group *element);

/* Is `text`, a value of a variation, one that key `name` of the table takes? Else
 * SERAC_E_INPUT with the place of `group`. */
enum serac_status serac_config_check(const struct serac_config *config,
                                     const struct serac_group *group,
                                     const struct serac_key *keys, size_t count,
                                     const char *name, const char *text,
                                     struct serac_error *error);
/* What a message says, without the place before it. */
const char *serac_config_message(const struct serac_error *error);

/* The name most like `name` among `count`, `stride` bytes apart (pointers to strings);
 * NULL if none is. */
const char *serac_config_nearest(const char *name, const void *names,
                                 size_t stride, size_t count);

/* Fills `error` with the place of `group` and the message; SERAC_E_INPUT. */
enum serac_status serac_config_fail(const struct serac_config *config,
                                    const struct serac_group *group,
                                    struct serac_error *error,
                                    const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same, with the place of the root's key that `message` begins with. */
enum serac_status serac_config_fail_key(const struct serac_config *config,
                                        struct serac_error *error,
                                        const char *message);

/* --- variations, values and files as text ---------------------------------- */

/* The ':' before the variation, or NULL. */
const char *serac_config_variation(const char *name);
bool serac_config_varied(const struct serac_config *config);
/* Appends the file's variation to `name`. What has no room is cut, and ends in a
 * hash of it. */
void serac_config_vary_name(const struct serac_config *config, char *name,
                            size_t room);
/* `element` as the value of a variation; false if it cannot be one. */
bool serac_config_value(const struct serac_group *element, char *text,
                        size_t room);
/* A number as short as it can be read back. */
void serac_config_format(double value, char *text, size_t room);
/* The content: a line per value, members sorted, so neither comments nor spaces nor the
 * order of keys matter. The caller's to free; NULL if out of memory. */
char *serac_config_text(const struct serac_config *config);

/* The file of `name`, with its variation: a path (it has a slash or ends in .cfg) stays; a name is
 * the first <kind>/NAME.cfg in $SERAC_CONFIGS, in configs/ of
 * serac_root() and in ./configs. An unknown
 * name is SERAC_E_INPUT, and the message lists those there are. */
enum serac_status serac_config_find(const char *kind, const char *name,
                                    char *path, size_t room,
                                    struct serac_error *error);

/* The names that there are of a kind, "a, b, c"; "" if none. What has no room is cut. */
void serac_config_names(const char *kind, char *to, size_t room);

#endif
