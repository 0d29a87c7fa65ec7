/* serac_expr.c - conditions on rows. */
#include "serac_expr_read.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 32

/* --- parsing: every function returns NULL after a message -------------------- */

static const struct serac_expr_node *fail(struct serac_expr *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static const struct serac_expr_node *fail(struct serac_expr *e, const char *format, ...)
{
    if (!e->error)
        return NULL;
    char *to = e->error->text;
    size_t room = sizeof e->error->text;
    int used = snprintf(to, room, "\"%s\": at %u: ", e->text,
                        (unsigned)(e->at - e->text) + 1);
    va_list args;
    va_start(args, format);
    vsnprintf(to + used, room - (size_t)used, format, args);
    va_end(args);
    return NULL;
}

static struct serac_expr_node *new_node(struct serac_expr *e, enum serac_expr_op op, enum serac_expr_type type)
{
    if (e->count == SERAC_EXPR_NODES) {
        (void)fail(e, "too long, at most %d operations and values", SERAC_EXPR_NODES);
        return NULL;
    }
    struct serac_expr_node *n = &e->nodes[e->count++];
    n->op = op;
    n->type = type;
    return n;
}

static void skip(struct serac_expr *e)
{
    e->at += strspn(e->at, " \t\n");
}

/* Is `word` next? Then goes behind it. */
static bool take(struct serac_expr *e, const char *word)
{
    skip(e);
    if (strncmp(e->at, word, strlen(word)))
        return false;
    e->at += strlen(word);
    return true;
}

static const struct serac_expr_node *parse_or(struct serac_expr *e);

static const struct serac_expr_node *parse_text(struct serac_expr *e)
{
    size_t length = strcspn(e->at + 1, "'");
    if (!e->at[1 + length])
        return fail(e, "a text without its second '");
    if (length >= SERAC_CELL)
        return fail(e, "a text longer than %d characters", SERAC_CELL - 1);
    struct serac_expr_node *n = new_node(e, OP_TEXT, TYPE_TEXT);
    if (!n)
        return NULL;
    memcpy(n->text, e->at + 1, length);
    e->at += length + 2;
    return n;
}

static const struct serac_expr_node *parse_column(struct serac_expr *e)
{
    char name[SERAC_CELL];
    const char *nearest;
    size_t length = 0;
    while (isalnum((unsigned char)e->at[length]) || e->at[length] == '_')
        length++;
    snprintf(name, sizeof name, "%.*s", (int)length, e->at);
    enum serac_column column = serac_column_find(name, &nearest);
    if (column == SERAC_COLUMNS)
        return fail(e, "%s: no column%s%s%s", name,
                    nearest ? " (did you mean " : ", sim/results/README.md lists them",
                    nearest ? nearest : "", nearest ? "?)" : "");
    struct serac_expr_node *n = new_node(e, OP_COLUMN, serac_column_is_text(column)
                                                ? TYPE_TEXT : TYPE_NUMBER);
    if (!n)
        return NULL;
    n->column = column;
    e->at += length;
    return n;
}

static const struct serac_expr_node *parse_value(struct serac_expr *e)
{
    skip(e);
    if (*e->at == '\'')
        return parse_text(e);
    if (isalpha((unsigned char)*e->at))
        return parse_column(e);
    if (isdigit((unsigned char)*e->at) || *e->at == '.') {
        char *end;
        double value = strtod(e->at, &end);
        if (end == e->at || isinf(value))
            return fail(e, "no number");
        struct serac_expr_node *n = new_node(e, OP_NUMBER, TYPE_NUMBER);
        if (!n)
            return NULL;
        n->number = value;
        e->at = end;
        return n;
    }
    if (!take(e, "("))
        return fail(e, "expected a number, a column, a 'text' or (");
    const struct serac_expr_node *inner = parse_or(e);
    if (inner && !take(e, ")"))
        return fail(e, "expected ) or an operator");
    return inner;
}

static const struct serac_expr_node *parse_unary(struct serac_expr *e)
{
    skip(e);
    const char *start = e->at;
    bool negate = take(e, "-");
    if (!negate && (*e->at != '!' || e->at[1] == '='))
        return parse_value(e);
    if (!negate)
        take(e, "!");
    if (++e->depth > DEPTH)
        return fail(e, "nested deeper than %d", DEPTH);
    const struct serac_expr_node *inner = parse_unary(e);
    e->depth--;
    if (!inner)
        return NULL;
    enum serac_expr_type wanted = negate ? TYPE_NUMBER : TYPE_TRUTH;
    if (inner->type != wanted) {
        e->at = start;
        return fail(e, negate ? "- needs a number" : "! needs a condition");
    }
    struct serac_expr_node *n = new_node(e, negate ? OP_NEGATE : OP_NOT, wanted);
    if (n)
        n->left = inner;
    return n;
}

/* The operators of one level, longer ones first. */
struct level {
    struct {
        const char *word;
        enum serac_expr_op op;
    } ops[6];
    unsigned count;
    enum serac_expr_type from, to;              /* of the operands, of the result */
    const char *what;
    bool chain;
};

static const struct level levels[] = {
    {{{"||", OP_OR}}, 1, TYPE_TRUTH, TYPE_TRUTH, "conditions", true},
    {{{"&&", OP_AND}}, 1, TYPE_TRUTH, TYPE_TRUTH, "conditions", true},
    {{{"<=", OP_LESS_EQUAL}, {">=", OP_MORE_EQUAL}, {"==", OP_EQUAL},
      {"!=", OP_NOT_EQUAL}, {"<", OP_LESS}, {">", OP_MORE}}, 6, TYPE_NUMBER,
     TYPE_TRUTH, "two numbers (texts: == or !=)", false},
    {{{"+", OP_ADD}, {"-", OP_SUBTRACT}}, 2, TYPE_NUMBER, TYPE_NUMBER,
     "numbers", true},
    {{{"*", OP_MULTIPLY}, {"/", OP_DIVIDE}}, 2, TYPE_NUMBER, TYPE_NUMBER,
     "numbers", true},
};
#define LEVELS (sizeof levels / sizeof *levels)

static bool fits(const struct level *l, enum serac_expr_op op, const struct serac_expr_node *left,
                 const struct serac_expr_node *right)
{
    bool equality = op == OP_EQUAL || op == OP_NOT_EQUAL;
    return (left->type == l->from && right->type == l->from) ||
           (equality && left->type == TYPE_TEXT && right->type == TYPE_TEXT);
}

static const struct serac_expr_node *parse_level(struct serac_expr *e, unsigned level)
{
    if (level == LEVELS)
        return parse_unary(e);
    const struct level *l = &levels[level];
    const struct serac_expr_node *left = parse_level(e, level + 1);
    for (bool more = true; left && more;) {
        skip(e);
        const char *start = e->at;
        unsigned i = 0;
        while (i < l->count && !take(e, l->ops[i].word))
            i++;
        if (i == l->count)
            return left;
        const struct serac_expr_node *right = parse_level(e, level + 1);
        if (!right)
            return NULL;
        if (!fits(l, l->ops[i].op, left, right)) {
            e->at = start;
            return fail(e, "%s needs %s", l->ops[i].word, l->what);
        }
        struct serac_expr_node *n = new_node(e, l->ops[i].op, l->to);
        if (!n)
            return NULL;
        n->left = left;
        n->right = right;
        left = n;
        more = l->chain;
    }
    return left;
}

static const struct serac_expr_node *parse_or(struct serac_expr *e)
{
    if (++e->depth > DEPTH)
        return fail(e, "nested deeper than %d", DEPTH);
    const struct serac_expr_node *n = parse_level(e, 0);
    e->depth--;
    return n;
}

enum serac_status serac_expr_parse(const char *text, struct serac_expr **expr,
                                   struct serac_error *error)
{
    struct serac_expr *e = calloc(1, sizeof *e);
    if (!e)
        return SERAC_E_NOMEM;
    e->error = error;
    e->at = e->text;
    snprintf(e->text, sizeof e->text, "%s", text);
    if (strlen(text) >= sizeof e->text)
        (void)fail(e, "longer than %d characters", SERAC_EXPR_TEXT - 1);
    else
        e->root = parse_or(e);
    skip(e);
    if (e->root && *e->at)
        e->root = fail(e, "expected an operator or the end");
    if (e->root && e->root->type != TYPE_TRUTH)
        e->root = fail(e, "no condition, expected < <= > >= == or !=");
    if (!e->root) {
        free(e);
        return SERAC_E_INPUT;
    }
    *expr = e;
    return SERAC_OK;
}

void serac_expr_destroy(struct serac_expr *expr)
{
    free(expr);
}

const char *serac_expr_text(const struct serac_expr *expr)
{
    return expr->text;
}
