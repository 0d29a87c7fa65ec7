/* serac_expr_read.h - a parsed condition; private to serac_expr*.c. */
#ifndef SERAC_EXPR_READ_H
#define SERAC_EXPR_READ_H

#include "serac_expr.h"

#define SERAC_EXPR_NODES 128
#define SERAC_EXPR_TEXT 512

enum serac_expr_op {
    OP_NUMBER, OP_COLUMN, OP_TEXT, OP_NEGATE, OP_ADD, OP_SUBTRACT, OP_MULTIPLY,
    OP_DIVIDE, OP_LESS, OP_LESS_EQUAL, OP_MORE, OP_MORE_EQUAL, OP_EQUAL,
    OP_NOT_EQUAL, OP_NOT, OP_AND, OP_OR
};

enum serac_expr_type { TYPE_NUMBER, TYPE_TEXT, TYPE_TRUTH };

struct serac_expr_node {
    enum serac_expr_op op;
    enum serac_expr_type type;
    const struct serac_expr_node *left, *right;
    double number;
    enum serac_column column;
    char text[SERAC_CELL];
};

struct serac_expr {
    char text[SERAC_EXPR_TEXT];
    struct serac_expr_node nodes[SERAC_EXPR_NODES];
    unsigned count, depth;
    const char *at;                  /* while it is parsed */
    struct serac_error *error;
    const struct serac_expr_node *root;
};

#endif
