/* cover.h - one table of all coverage points: RTL lines and toggles, functional bins, C lines and branches.
 *
 * A point is met when its hits are not 0. A waived point has a reason and counts in no percentage. */
#ifndef COVER_H
#define COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* X(name, key in a waiver, title, goal in percent; 0: none is set) */
#define COVER_KIND_LIST(X)                                  \
    X(COVER_RTL_LINE, "line", "RTL lines", 100)             \
    X(COVER_RTL_TOGGLE, "toggle", "RTL toggles", 95)        \
    X(COVER_BIN, "bin", "functional bins", 100)             \
    X(COVER_C_LINE, "c", "C lines", 95)                     \
    X(COVER_C_BRANCH, "branch", "C branches", 0)

enum cover_kind {
#define COVER_ENUM(name, key, title, goal) name,
    COVER_KIND_LIST(COVER_ENUM)
#undef COVER_ENUM
    COVER_KINDS
};

struct cover_point {
    enum cover_kind kind;
    char *file;
    unsigned line, column;
    char *name;          /* toggle: the bit; bin: its values; else what it is, and the source line */
    uint64_t hits;
    const char *reason;  /* why it is left out, or NULL */
};

struct cover_waiver {
    char *text, *where;  /* owned line of the file; file:line of it */
    enum cover_kind kind;
    const char *file, *what, *reason;
    size_t matched, met;
};

struct cover {
    struct cover_point **points;
    size_t count, room;
    void *tree;          /* of the same points, by kind, file, line, column and name */
    struct cover_waiver *waivers;
    size_t num_waivers;
    unsigned wrong;      /* waivers without a point, impossible bins that were met */
};

extern const char *const cover_keys[COVER_KINDS];
extern const char *const cover_titles[COVER_KINDS];
extern const double cover_goals[COVER_KINDS];

/* Adds hits to a point, which is made if it is new. Ends the program without memory. */
struct cover_point *cover_hit(struct cover *c, enum cover_kind kind, const char *file, unsigned line,
                              unsigned column, const char *name, uint64_t hits);
/* By kind, file, line, column, name; before anything is printed. */
void cover_sort(struct cover *c);
void *cover_room(void *old, size_t bytes);
char *cover_copy(const char *text);
/* Line `line` of `file` without the blanks around it, "" if there is none; until the next call. */
const char *cover_source(const char *file, unsigned line);

/* One file of Verilator's counts. A toggle is met by two changes of the bit in one simulation, its
 * instances added. false: not such a file. */
bool cover_read_dat(struct cover *c, const char *path);
/* gcov's JSON documents, one a line, paths relative to the working folder. */
bool cover_read_gcov(struct cover *c, const char *path);
/* The log of sim/lockstep/serac_compared.h into the bins of bins.c. */
bool cover_read_blocks(struct cover *c, const char *path);
/* `KIND | FILE | WHAT | REASON` a line, FILE and WHAT with * and ?, or WHAT a signal's
 * bits, `name[LOW-HIGH mod WIDTH]`. Complains of bad lines itself. */
bool cover_read_waivers(struct cover *c, const char *path);
/* Afterwards; says on `to` which waivers match nothing, and which points of others are met. */
void cover_apply_waivers(struct cover *c, FILE *to);

struct cover_sum { size_t points, met, waived; };
double cover_percent(const struct cover_sum *s);
struct cover_sum cover_total(const struct cover *c, enum cover_kind kind);

/* The page, self-contained HTML. */
bool cover_write_page(const struct cover *c, const char *path);

#endif
