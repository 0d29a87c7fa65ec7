/* serac_expr_test.c - does a row meet a condition? */
#include <math.h>
#include <string.h>

#include "serac_expr_read.h"

/* NAN: unknown. */
static double number(const struct serac_expr_node *n, const struct serac_row *row)
{
    switch (n->op) {
    case OP_NUMBER:
        return n->number;
    case OP_COLUMN:
        return serac_row_get(row, n->column);
    case OP_NEGATE:
        return -number(n->left, row);
    case OP_ADD:
        return number(n->left, row) + number(n->right, row);
    case OP_SUBTRACT:
        return number(n->left, row) - number(n->right, row);
    case OP_MULTIPLY:
        return number(n->left, row) * number(n->right, row);
    default:
        return number(n->left, row) / number(n->right, row);
    }
}

static enum serac_truth truth_of(bool value)
{
    return value ? SERAC_TRUE : SERAC_FALSE;
}

static const char *text_of(const struct serac_expr_node *n, const struct serac_row *row)
{
    return n->op == OP_TEXT ? n->text : row->cells[n->column];
}

static enum serac_truth compare(const struct serac_expr_node *n,
                                const struct serac_row *row)
{
    if (n->left->type == TYPE_TEXT) {
        const char *a = text_of(n->left, row), *b = text_of(n->right, row);
        bool known = *a && *b;
        return known ? truth_of(!strcmp(a, b) == (n->op == OP_EQUAL))
                     : SERAC_UNKNOWN;
    }
    double a = number(n->left, row), b = number(n->right, row);
    if (isnan(a) || isnan(b))
        return SERAC_UNKNOWN;
    switch (n->op) {
    case OP_LESS:
        return truth_of(a < b);
    case OP_LESS_EQUAL:
        return truth_of(a <= b);
    case OP_MORE:
        return truth_of(a > b);
    case OP_MORE_EQUAL:
        return truth_of(a >= b);
    case OP_EQUAL:
        return truth_of(a == b);
    default:
        return truth_of(a != b);
    }
}

static enum serac_truth test(const struct serac_expr_node *n, const struct serac_row *row)
{
    if (n->op != OP_AND && n->op != OP_OR && n->op != OP_NOT)
        return compare(n, row);
    enum serac_truth left = test(n->left, row);
    if (n->op == OP_NOT)
        return left == SERAC_UNKNOWN ? left : truth_of(left == SERAC_FALSE);
    enum serac_truth right = test(n->right, row);
    enum serac_truth wins = n->op == OP_AND ? SERAC_FALSE : SERAC_TRUE;
    if (left == wins || right == wins)
        return wins;
    return left == SERAC_UNKNOWN ? left : right;
}

enum serac_truth serac_expr_test(const struct serac_expr *expr,
                                 const struct serac_row *row)
{
    return test(expr->root, row);
}
