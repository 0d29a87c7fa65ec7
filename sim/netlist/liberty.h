/* liberty.h - Liberty (.lib) files: a generic tree, and cells made from it.
 *
 * A file is plain or gzip. Everything belongs to the `struct liberty` that
 * liberty_load() returns and is freed with it; strings and groups handed out
 * are borrowed. Numbers in cells and tables stay in the library's own units;
 * the library says what these are in SI. */
#ifndef LIBERTY_H
#define LIBERTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line: "file:line: what is wrong". */
struct liberty_error {
    char text[512];
};

/* name : value;   or   name (value, value...); */
struct liberty_attr {
    const char *name;
    const char **values;
    uint32_t count;
    uint32_t line;
    size_t begin, end;     /* its bytes in the text, name to semicolon */
    struct liberty_attr *next;
};

/* type (arg, arg...) { attributes and groups } */
struct liberty_group {
    const char *type;
    const char **args;
    uint32_t num_args;
    uint32_t line;
    size_t begin, end;     /* its bytes in the text, name to closing brace */
    struct liberty_attr *attrs, **attrs_end;
    struct liberty_group *groups, **groups_end;
    struct liberty_group *next;
};

enum liberty_direction {
    LIBERTY_INPUT,
    LIBERTY_OUTPUT,
    LIBERTY_INOUT,
    LIBERTY_INTERNAL
};

/* A pin, or one bit of a bus ("A_ADDR[3]"). */
struct liberty_pin {
    const char *name;
    const struct liberty_group *group;
    const struct liberty_group *bus;   /* NULL if it is a pin of its own */
    enum liberty_direction direction;
    double capacitance;      /* mean of rise and fall if they are given */
    double max_capacitance;  /* 0: not given */
    const char *function;    /* NULL: none */
    bool clock;              /* declared, or it clocks or enables a register */
    bool three_state;
};

enum liberty_kind {
    LIBERTY_COMBINATIONAL,
    LIBERTY_FF,
    LIBERTY_LATCH,
    LIBERTY_GATE,            /* integrated clock gate */
    LIBERTY_OTHER            /* no logic function: fill, memory, state table */
};

struct liberty_cell {
    const char *name;
    const struct liberty_group *group;
    const struct liberty_group *state;  /* its ff or latch group, or NULL */
    enum liberty_kind kind;
    double area;
    struct liberty_pin *pins;
    uint32_t num_pins;
};

struct liberty {
    const char *path, *name;
    const struct liberty_group *root;
    double voltage;                    /* nominal, in the library's unit */
    double volt_v;                     /* one unit in SI, as below */
    double time_s, cap_f, leakage_w;
    double energy_j;                   /* capacitance unit x (voltage unit)^2 */
    struct liberty_cell *cells;        /* in order of their names */
    uint32_t num_cells;
    void *arena;
};

/* The text of a plain or gzip file, to be freed by the caller; NULL on failure,
 * with the reason in `error`. */
char *liberty_read(const char *path, struct liberty_error *error);

/* NULL on failure, with the reason in `error`. */
struct liberty *liberty_load(const char *path, struct liberty_error *error);
void liberty_free(struct liberty *lib);

const struct liberty_cell *liberty_cell_find(const struct liberty *lib,
                                             const char *name);
/* Index of a pin in cell->pins, or -1. */
int liberty_pin_find(const struct liberty_cell *cell, const char *name);

/* F: the wire that a fanout adds to a net, an estimate from the library alone. 0.2 fF/um,
 * nearly the same from 180 to 50 nm (Ho, Mai, Horowitz, "The future of wires", Proc. IEEE
 * 89(4), 2001), times three gate pitches (Davis, De, Meindl, "A stochastic wire-length
 * distribution", IEEE TED 45(3), 1998: about that for blocks of 10,000 to 100,000 gates). A
 * gate is a third of the smallest flip-flop (the cells' mean in `tiny` is 0.28 to 0.39 of it
 * in four libraries), placed at 70 % utilisation. Resistance is left out. Areas in um2. */
double liberty_wire_f(const struct liberty *lib);

/* --- the tree --------------------------------------------------------- */

const struct liberty_attr *liberty_attr(const struct liberty_group *group,
                                        const char *name);
/* First value of an attribute, or NULL. */
const char *liberty_text(const struct liberty_group *group, const char *name);
bool liberty_true(const struct liberty_group *group, const char *name);
/* First child of a type, or the next one after `after`. */
const struct liberty_group *liberty_child(const struct liberty_group *group,
                                          const char *type,
                                          const struct liberty_group *after);
/* 1 and the number, 0 if there is no such attribute, -1 if it is no number. */
int liberty_number(const struct liberty *lib, const struct liberty_group *group,
                   const char *name, double *number,
                   struct liberty_error *error);

/* True if a group counts a ground pin's share. Some libraries give each
 * energy twice, as current from the supply and as current into ground. */
bool liberty_ground(const struct liberty *lib, const struct liberty_cell *cell,
                    const struct liberty_group *group);

/* --- tables ----------------------------------------------------------- */

struct liberty_table {
    uint32_t rows, cols;          /* 1 x 1: a constant */
    bool load_first;              /* rows run over load, columns over slew */
    double *row_index, *col_index, *values;
};

/* Reads a table group such as rise_power, with the indices of its template.
 * false, with the reason, if it is malformed. Free with liberty_table_free. */
bool liberty_table_read(const struct liberty *lib,
                        const struct liberty_group *group,
                        struct liberty_table *table,
                        struct liberty_error *error);
void liberty_table_free(struct liberty_table *table);
/* Bilinear, extrapolated beyond the last entries. */
double liberty_table_at(const struct liberty_table *table, double slew,
                        double load);

/* --- boolean expressions ---------------------------------------------- */

struct liberty_expr {
    uint16_t *code;
    uint32_t length;
};

/* Index of a name among the variables, or -1 if there is none. */
typedef int (*liberty_resolve)(const void *ctx, const char *name);

/* Compiles a function or a condition: ! ' & * + | ^ ( ) 0 1, a blank is an
 * AND. `where` names the place in error messages. */
bool liberty_expr_parse(const char *text, liberty_resolve resolve,
                        const void *ctx, const char *where,
                        struct liberty_expr *expr,
                        struct liberty_error *error);
void liberty_expr_free(struct liberty_expr *expr);
/* Value where variable i is bit i of `values`; up to 64 variables. */
bool liberty_expr_at(const struct liberty_expr *expr, uint64_t values);

#endif
