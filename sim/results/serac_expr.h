/* serac_expr.h - conditions on rows: `area_um2 < 5e6 && rows * cols == 64`.
 *
 * Columns of serac_result.h, numbers, 'texts', + - * /, < <= > >= == !=, && || ! and ( ).
 * An empty cell is unknown, and so is what depends on it: unknown && false is false,
 * unknown || true is true. Text columns can be == and != to a 'text' only. */
#ifndef SERAC_EXPR_H
#define SERAC_EXPR_H

#include "serac_result.h"

struct serac_expr;

enum serac_truth { SERAC_FALSE, SERAC_TRUE, SERAC_UNKNOWN };

/* SERAC_E_INPUT, with `"text": at N: what is wrong, what is allowed`, or SERAC_E_NOMEM;
 * *expr is then untouched, else the caller's to destroy. */
enum serac_status serac_expr_parse(const char *text, struct serac_expr **expr,
                                   struct serac_error *error);
void serac_expr_destroy(struct serac_expr *expr);
const char *serac_expr_text(const struct serac_expr *expr);

enum serac_truth serac_expr_test(const struct serac_expr *expr,
                                 const struct serac_row *row);

#endif
