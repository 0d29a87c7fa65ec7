/* liberty_parse.c - the text of a Liberty file becomes a tree of groups. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

struct parser {
    struct liberty *lib;
    struct liberty_error *error;
    const char *at, *text;
    uint32_t line;
    int depth;
};

/* --- tokens ----------------------------------------------------------- */

static bool fail_at(struct parser *p, const char *what)
{
    return liberty_fail(p->error, p->lib->path, p->line, "%s", what);
}

/* Blanks, comments and continued lines. */
static bool skip_blank(struct parser *p)
{
    for (;; p->at++) {
        if (p->at[0] == '/' && p->at[1] == '*') {
            uint32_t line = p->line;
            for (p->at += 2; p->at[0] != '*' || p->at[1] != '/'; p->at++) {
                if (!*p->at)
                    return liberty_fail(p->error, p->lib->path, line,
                                        "comment is not closed");
                p->line += *p->at == '\n';
            }
            p->at++;
        } else if (p->at[0] == '/' && p->at[1] == '/') {
            while (p->at[1] && p->at[1] != '\n')
                p->at++;
        } else if (*p->at == '\n') {
            p->line++;
        } else if (*p->at != '\\' && !isspace((unsigned char)*p->at)) {
            return true;
        }
    }
}

static const char *copy(struct parser *p, const char *from, size_t length)
{
    char *text = liberty_alloc(p->lib, length + 1);
    memcpy(text, from, length);
    return text;
}

/* A quoted string; backslash and line end are dropped. NULL if not closed. */
static const char *quoted(struct parser *p)
{
    const char *from = ++p->at;
    uint32_t line = p->line;
    size_t length = 0;
    while (*p->at && *p->at != '"') {
        if (*p->at == '\\' && p->at[1])
            p->at++;
        p->line += *p->at == '\n';
        p->at++;
    }
    if (!*p->at) {
        liberty_fail(p->error, p->lib->path, line, "string is not closed");
        return NULL;
    }
    char *text = liberty_alloc(p->lib, (size_t)(p->at - from) + 1);
    for (const char *c = from; c < p->at; c++)
        if (c[0] == '\\' && (c[1] == '\n' || c[1] == '\r'))
            c += c[1] == '\r' && c[2] == '\n' ? 2 : 1;
        else
            text[length++] = *c;
    p->at++;
    return text;
}

/* Characters up to one of `stops`, without blanks around them. */
static const char *word(struct parser *p, const char *stops)
{
    const char *from = p->at;
    while (*p->at && !strchr(stops, *p->at) &&
           !(p->at[0] == '/' && p->at[1] == '*'))
        p->at++;
    size_t length = (size_t)(p->at - from);
    while (length && isspace((unsigned char)from[length - 1]))
        length--;
    return copy(p, from, length);
}

/* --- grammar ---------------------------------------------------------- */

static const char *argument(struct parser *p)
{
    const char *value = *p->at == '"' ? quoted(p) : word(p, " \t\r\n\\,()\"{};");
    if (!value || *value || p->at[0] != '(')
        return value;
    fail_at(p, "unexpected '('");
    return NULL;
}

/* "(a, b c)": the values between parentheses; p->at is behind the '('. */
static bool arguments(struct parser *p, const char ***values, uint32_t *count)
{
    const char *few[64], **list = few;
    uint32_t room = 64, used = 0;
    uint32_t line = p->line;
    bool ok = false;
    for (;;) {
        if (!skip_blank(p))
            goto out;
        if (*p->at == ',') {
            p->at++;
            continue;
        }
        if (*p->at == ')')
            break;
        if (!*p->at || strchr("{};", *p->at)) {
            liberty_fail(p->error, p->lib->path, line,
                         "parenthesis is not closed");
            goto out;
        }
        if (used == room) {
            const char **more = malloc(2 * room * sizeof *more);
            if (!more)
                goto out;
            memcpy(more, list, used * sizeof *more);
            if (list != few)
                free(list);
            list = more;
            room *= 2;
        }
        if (!(list[used++] = argument(p)))
            goto out;
    }
    p->at++;
    *values = liberty_alloc(p->lib, used * sizeof **values + 1);
    memcpy(*values, list, used * sizeof **values);
    *count = used;
    ok = true;
out:
    if (list != few)
        free(list);
    return ok;
}

/* Where the statement at p->at is over: behind its semicolon, if it has one. */
static size_t behind(const struct parser *p)
{
    const char *at = p->at;
    while (*at == ' ' || *at == '\t')
        at++;
    return (size_t)((*at == ';' ? at + 1 : p->at) - p->text);
}

static struct liberty_attr *add_attr(struct parser *p, struct liberty_group *parent,
                                     const char *name, const char *from, uint32_t line)
{
    struct liberty_attr *attr = liberty_alloc(p->lib, sizeof *attr);
    *attr = (struct liberty_attr){.name = name, .line = line, .begin = (size_t)(from - p->text)};
    *parent->attrs_end = attr;
    parent->attrs_end = &attr->next;
    return attr;
}

static bool simple_value(struct parser *p, struct liberty_attr *attr)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
    attr->values = liberty_alloc(p->lib, sizeof *attr->values);
    attr->count = 1;
    attr->values[0] = *p->at == '"' ? quoted(p) : word(p, ";\n}");
    if (!attr->values[0])
        return false;
    if (!*attr->values[0] && p->at[0] != ';')
        return liberty_fail(p->error, p->lib->path, attr->line,
                            "%s: a value is missing", attr->name);
    return true;
}

static bool body(struct parser *p, struct liberty_group *group);

static bool complex_or_group(struct parser *p, struct liberty_group *parent,
                             const char *name, const char *from, uint32_t line)
{
    const char **values;
    uint32_t count;
    p->at++;
    if (!arguments(p, &values, &count) || !skip_blank(p))
        return false;
    if (*p->at != '{') {
        struct liberty_attr *attr = add_attr(p, parent, name, from, line);
        attr->values = values;
        attr->count = count;
        attr->end = behind(p);
        return true;
    }
    p->at++;
    struct liberty_group *group = liberty_alloc(p->lib, sizeof *group);
    group->type = name;
    group->args = values;
    group->num_args = count;
    group->line = line;
    group->attrs_end = &group->attrs;
    group->groups_end = &group->groups;
    *parent->groups_end = group;
    parent->groups_end = &group->next;
    if (++p->depth > 64)
        return fail_at(p, "groups are nested too deep");
    bool ok = body(p, group);
    p->depth--;
    group->begin = (size_t)(from - p->text);
    group->end = (size_t)(p->at - p->text);
    return ok;
}

/* One statement; p->at is at its name. */
static bool statement(struct parser *p, struct liberty_group *parent)
{
    uint32_t line = p->line;
    const char *from = p->at;
    while (isalnum((unsigned char)*p->at) || *p->at == '_' || *p->at == '.' ||
           *p->at == '[' || *p->at == ']' || *p->at == '-')
        p->at++;
    if (p->at == from)
        return liberty_fail(p->error, p->lib->path, p->line,
                            isprint((unsigned char)*p->at)
                                ? "expected a name, found '%c'"
                                : "expected a name, found byte %d",
                            (unsigned char)*p->at);
    const char *name = copy(p, from, (size_t)(p->at - from));
    if (!skip_blank(p))
        return false;
    if (*p->at == '(')
        return complex_or_group(p, parent, name, from, line);
    if (*p->at != ':')
        return liberty_fail(p->error, p->lib->path, line,
                            "expected ':' or '(' after '%s'", name);
    p->at++;
    struct liberty_attr *attr = add_attr(p, parent, name, from, line);
    bool ok = simple_value(p, attr);
    attr->end = behind(p);
    return ok;
}

/* Statements up to the '}' that closes the group, or to the end of the file. */
static bool body(struct parser *p, struct liberty_group *group)
{
    for (;;) {
        if (!skip_blank(p))
            return false;
        if (*p->at == ';') {
            p->at++;
        } else if (*p->at == '}') {
            if (!group->type)
                return fail_at(p, "unexpected '}'");
            p->at++;
            return true;
        } else if (!*p->at) {
            return !group->type ||
                   liberty_fail(p->error, p->lib->path, group->line,
                                "group '%s' is not closed", group->type);
        } else if (!statement(p, group)) {
            return false;
        }
    }
}

bool liberty_parse(struct liberty *lib, const char *text, struct liberty_group *file,
                   struct liberty_error *error)
{
    struct parser p = {lib, error, text, text, 1, 0};
    file->attrs_end = &file->attrs;
    file->groups_end = &file->groups;
    return body(&p, file);
}
