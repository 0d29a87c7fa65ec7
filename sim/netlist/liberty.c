/* liberty.c - loads a Liberty file, keeps its memory and answers what its tree holds. */
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

struct liberty *liberty_load(const char *path, struct liberty_error *error)
{
    struct liberty_group file = {.type = NULL};
    struct liberty *lib = calloc(1, sizeof *lib);
    char *text = lib ? liberty_read(path, error) : NULL;
    bool ok = false;
    if (text) {
        size_t room = strlen(path) + 1;
        lib->path = memcpy(liberty_alloc(lib, room), path, room);
        ok = liberty_parse(lib, text, &file, error);
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
