/* liberty.c - the text of a Liberty file becomes a tree of groups. */
#include "liberty.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "liberty_internal.h"

/* --- memory: blocks that are freed together --------------------------- */

struct block {
    struct block *next;
    size_t used, room;
    _Alignas(16) char bytes[];
};

void *liberty_memory(void *memory)
{
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(3);
    }
    return memory;
}

void *liberty_alloc(struct liberty *lib, size_t size)
{
    struct block *block = lib->arena;
    size = (size + 15) & ~(size_t)15;
    if (!block || block->room - block->used < size) {
        size_t room = size > (1u << 20) ? size : 1u << 20;
        block = liberty_memory(malloc(sizeof *block + room));
        *block = (struct block){.next = lib->arena, .room = room};
        lib->arena = block;
    }
    void *at = block->bytes + block->used;
    block->used += size;
    memset(at, 0, size);
    return at;
}

void liberty_free(struct liberty *lib)
{
    struct block *block = lib ? lib->arena : NULL;
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(lib);
}

bool liberty_fail(struct liberty_error *error, const char *path, uint32_t line,
                  const char *format, ...)
{
    va_list args;
    int used = line ? snprintf(error->text, sizeof error->text, "%s:%u: ", path,
                               (unsigned)line)
                    : snprintf(error->text, sizeof error->text, "%s: ", path);
    va_start(args, format);
    if (used >= 0 && (size_t)used < sizeof error->text)
        vsnprintf(error->text + used, sizeof error->text - (size_t)used, format,
                  args);
    va_end(args);
    return false;
}

/* --- reading ---------------------------------------------------------- */

/* gzread passes plain files through. */
char *liberty_read(const char *path, struct liberty_error *error)
{
    gzFile file = gzopen(path, "rb");
    size_t room = 1u << 20, used = 0;
    char *text = malloc(room + 1);
    if (!file || !text) {
        liberty_fail(error, path, 0, "%s", strerror(errno));
        goto fail;
    }
    for (;;) {
        int got = gzread(file, text + used, (unsigned)(room - used));
        if (got < 0) {
            int code;
            const char *what = gzerror(file, &code);
            liberty_fail(error, path, 0, "%s",
                         code == Z_ERRNO ? strerror(errno) : what);
            goto fail;
        }
        if (got == 0)
            break;
        used += (size_t)got;
        if (used == room) {
            char *more = realloc(text, 2 * room + 1);
            if (!more)
                goto fail;
            text = more;
            room *= 2;
        }
    }
    gzclose(file);
    text[used] = '\0';
    return text;
fail:
    if (file)
        gzclose(file);
    free(text);
    return NULL;
}

/* --- tokens ----------------------------------------------------------- */

struct parser {
    struct liberty *lib;
    struct liberty_error *error;
    const char *at, *text;
    uint32_t line;
    int depth;
};

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
        list[used] = *p->at == '"' ? quoted(p) : word(p, " \t\r\n\\,()\"{};");
        if (!list[used])
            goto out;
        if (!*list[used] && p->at[0] == '(') {
            fail_at(p, "unexpected '('");
            goto out;
        }
        used++;
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
        struct liberty_attr *attr = liberty_alloc(p->lib, sizeof *attr);
        *attr = (struct liberty_attr){
            .name = name, .values = values, .count = count, .line = line,
            .begin = (size_t)(from - p->text), .end = behind(p)};
        *parent->attrs_end = attr;
        parent->attrs_end = &attr->next;
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
    struct liberty_attr *attr = liberty_alloc(p->lib, sizeof *attr);
    attr->name = name;
    attr->line = line;
    *parent->attrs_end = attr;
    parent->attrs_end = &attr->next;
    attr->begin = (size_t)(from - p->text);
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

struct liberty *liberty_load(const char *path, struct liberty_error *error)
{
    struct liberty_group file = {.type = NULL};
    struct liberty *lib = calloc(1, sizeof *lib);
    char *text = lib ? liberty_read(path, error) : NULL;
    bool ok = false;
    if (text) {
        struct parser p = {lib, error, text, text, 1, 0};
        file.attrs_end = &file.attrs;
        file.groups_end = &file.groups;
        lib->path = copy(&p, path, strlen(path));
        ok = body(&p, &file);
    }
    free(text);
    if (ok) {
        lib->root = liberty_child(&file, "library", NULL);
        ok = lib->root ? liberty_digest(lib, error)
                       : liberty_fail(error, path, 1, "no library group");
    }
    if (ok)
        return lib;
    liberty_free(lib);
    return NULL;
}

/* --- the tree --------------------------------------------------------- */

const struct liberty_attr *liberty_attr(const struct liberty_group *group,
                                        const char *name)
{
    const struct liberty_attr *attr = group->attrs;
    while (attr && strcmp(attr->name, name))
        attr = attr->next;
    return attr;
}

const char *liberty_text(const struct liberty_group *group, const char *name)
{
    const struct liberty_attr *attr = liberty_attr(group, name);
    return attr && attr->count ? attr->values[0] : NULL;
}

bool liberty_true(const struct liberty_group *group, const char *name)
{
    const char *text = liberty_text(group, name);
    return text && (!strcmp(text, "true") || !strcmp(text, "TRUE"));
}

const struct liberty_group *liberty_child(const struct liberty_group *group,
                                          const char *type,
                                          const struct liberty_group *after)
{
    const struct liberty_group *child = after ? after->next : group->groups;
    while (child && strcmp(child->type, type))
        child = child->next;
    return child;
}

int liberty_number(const struct liberty *lib, const struct liberty_group *group,
                   const char *name, double *number,
                   struct liberty_error *error)
{
    const struct liberty_attr *attr = liberty_attr(group, name);
    char *end;
    if (!attr || !attr->count)
        return 0;
    double value = strtod(attr->values[0], &end);
    while (isspace((unsigned char)*end))
        end++;
    if (end == attr->values[0] || *end) {
        liberty_fail(error, lib->path, attr->line, "%s: '%s' is not a number",
                     name, attr->values[0]);
        return -1;
    }
    *number = value;
    return 1;
}
