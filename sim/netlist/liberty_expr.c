/* liberty_expr.c - boolean functions and conditions of Liberty files.
 *
 * Postfix code: a variable's index, or one of the operations below. The
 * grammar, loosest first: or = and {(+ or |) and}; and = xor {[* or &] xor};
 * xor = unary {^ unary}; unary = ! unary | primary {'}. Libraries bracket
 * mixed terms, so the place of ^ hardly matters. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

enum { NOT = 64, AND, OR, XOR, ZERO, ONE };

struct parser {
    const char *at;
    liberty_resolve resolve;
    const void *ctx;
    const char *where;
    struct liberty_expr *expr;
    uint32_t room;
    struct liberty_error *error;
    int depth;
};

static bool emit(struct parser *p, uint16_t code)
{
    if (p->expr->length == p->room) {
        p->room = p->room ? 2 * p->room : 16;
        uint16_t *more = realloc(p->expr->code, p->room * sizeof *more);
        if (!more)
            return liberty_fail(p->error, p->where, 0, "out of memory");
        p->expr->code = more;
    }
    p->expr->code[p->expr->length++] = code;
    return true;
}

static char peek(struct parser *p)
{
    while (isspace((unsigned char)*p->at) || *p->at == '\\')
        p->at++;
    return *p->at;
}

static bool parse_or(struct parser *p);

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '[' || c == ']' ||
           c == '.';
}

static bool parse_name(struct parser *p)
{
    char name[128];
    size_t length = 0;
    while (is_name(*p->at) && length + 1 < sizeof name)
        name[length++] = *p->at++;
    name[length] = '\0';
    if (!strcmp(name, "0") || !strcmp(name, "1"))
        return emit(p, name[0] == '1' ? ONE : ZERO);
    int index = p->resolve(p->ctx, name);
    if (index < 0 || index >= 64)
        return liberty_fail(p->error, p->where, 0, "unknown name '%s'", name);
    return emit(p, (uint16_t)index);
}

static bool parse_unary(struct parser *p)
{
    char c = peek(p);
    bool ok;
    if (c == '!') {
        p->at++;
        if (++p->depth > 200)
            return liberty_fail(p->error, p->where, 0, "nested too deep");
        ok = parse_unary(p) && emit(p, NOT);
        p->depth--;
        return ok;
    }
    if (c == '(') {
        p->at++;
        if (++p->depth > 200)
            return liberty_fail(p->error, p->where, 0, "nested too deep");
        ok = parse_or(p);
        p->depth--;
        if (ok && peek(p) != ')')
            return liberty_fail(p->error, p->where, 0, "')' is missing");
        p->at++;
    } else if (is_name(c)) {
        ok = parse_name(p);
    } else {
        return liberty_fail(p->error, p->where, 0,
                            c ? "unexpected '%c'" : "expression ends early%c",
                            c ? c : ' ');
    }
    while (ok && peek(p) == '\'') {
        p->at++;
        ok = emit(p, NOT);
    }
    return ok;
}

static bool parse_xor(struct parser *p)
{
    bool ok = parse_unary(p);
    while (ok && peek(p) == '^') {
        p->at++;
        ok = parse_unary(p) && emit(p, XOR);
    }
    return ok;
}

static bool parse_and(struct parser *p)
{
    bool ok = parse_xor(p);
    while (ok) {
        char c = peek(p);
        if (c == '*' || c == '&') {
            while (*p->at == '*' || *p->at == '&')
                p->at++;
        } else if (c != '!' && c != '(' && !is_name(c)) {
            break;
        }
        ok = parse_xor(p) && emit(p, AND);
    }
    return ok;
}

static bool parse_or(struct parser *p)
{
    bool ok = parse_and(p);
    while (ok && (peek(p) == '+' || *p->at == '|')) {
        while (*p->at == '+' || *p->at == '|')
            p->at++;
        ok = parse_and(p) && emit(p, OR);
    }
    return ok;
}

bool liberty_expr_parse(const char *text, liberty_resolve resolve,
                        const void *ctx, const char *where,
                        struct liberty_expr *expr, struct liberty_error *error)
{
    struct parser p = {text, resolve, ctx, where, expr, 0, error, 0};
    *expr = (struct liberty_expr){NULL, 0};
    bool ok = parse_or(&p);
    if (ok && peek(&p))
        ok = liberty_fail(error, where, 0, "unexpected '%c'", *p.at);
    if (!ok)
        liberty_expr_free(expr);
    return ok;
}

void liberty_expr_free(struct liberty_expr *expr)
{
    free(expr->code);
    *expr = (struct liberty_expr){NULL, 0};
}

/* Left to right a value waits per open bracket and per level of the grammar:
 * 200 brackets need fewer than 1024. */
bool liberty_expr_at(const struct liberty_expr *expr, uint64_t values)
{
    bool stack[1024];
    uint32_t top = 0;
    for (uint32_t i = 0; i < expr->length; i++) {
        uint16_t code = expr->code[i];
        switch (code) {
        case NOT: stack[top - 1] = !stack[top - 1]; break;
        case AND: top--; stack[top - 1] &= stack[top]; break;
        case OR: top--; stack[top - 1] |= stack[top]; break;
        case XOR: top--; stack[top - 1] ^= stack[top]; break;
        case ZERO: stack[top++] = false; break;
        case ONE: stack[top++] = true; break;
        default: stack[top++] = values >> code & 1; break;
        }
    }
    return stack[0];
}
