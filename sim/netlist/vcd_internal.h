/* vcd_internal.h - what the files that read a value change dump share. */
#ifndef VCD_INTERNAL_H
#define VCD_INTERNAL_H

#include "vcd.h"

enum { UNKNOWN = 2 };

struct bit {
    uint64_t toggles, high, since;   /* since: time of the last change */
    uint8_t value;
};

struct signal {
    uint64_t code;                   /* the dump's identifier, packed */
    uint32_t first, width;           /* its bits */
};

/* A net's name; several may share a signal. */
struct name {
    char *path;
    uint32_t signal;
    int32_t low;                     /* index of its lowest bit */
    bool vector, descending;
};

struct array {
    void *items;
    size_t count, room;
};

struct vcd {
    uint64_t from, to, now, first;
    bool header;                     /* before $enddefinitions */
    bool timed;                      /* a time was seen */
    bool begun, ended;               /* within, after the window */
    char *token;                     /* the token being collected */
    size_t length, room;
    char words[8][512];              /* of the declaration being read */
    uint32_t num_words;
    char *value;                     /* a vector's, waiting for its code */
    size_t value_room;
    bool waiting;
    char *scope;
    size_t scope_length;
    struct array lengths;            /* of the scopes around the present one */
    struct array signals, bits, names;
    uint32_t *table;                 /* hash of codes: signal + 1, or 0 */
    size_t table_size;
    char problem[256];
};

/* --- vcd.c -------------------------------------------------------------- */

/* The dump is malformed, and how; always false. */
bool vcd_fail(struct vcd *v, const char *what, const char *detail);

/* --- vcd_declare.c ------------------------------------------------------ */

/* A token before $enddefinitions; a declaration is complete at its $end. */
bool vcd_declaration(struct vcd *v, const char *token);
/* The signal of an identifier; NULL if none was declared. */
const struct signal *vcd_signal(const struct vcd *v, const char *code);

#endif
