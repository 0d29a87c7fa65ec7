/* table.c - the table of points, and where lines of source come from. */
#define _GNU_SOURCE
#include "cover.h"

#include <ctype.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define COVER_KEY(name, key, title, goal) key,
#define COVER_TITLE(name, key, title, goal) title,
#define COVER_GOAL(name, key, title, goal) goal,
const char *const cover_keys[COVER_KINDS] = {COVER_KIND_LIST(COVER_KEY)};
const char *const cover_titles[COVER_KINDS] = {COVER_KIND_LIST(COVER_TITLE)};
const double cover_goals[COVER_KINDS] = {COVER_KIND_LIST(COVER_GOAL)};

static void need(const void *memory)
{
    if (memory)
        return;
    fprintf(stderr, "cover: out of memory\n");
    exit(3);
}

void *cover_room(void *old, size_t bytes)
{
    void *room = realloc(old, bytes);
    need(room);
    return room;
}

char *cover_copy(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(cover_room(NULL, bytes), text, bytes);
}

static int order(const void *a, const void *b)
{
    const struct cover_point *p = a, *q = b;
    int by = (p->kind > q->kind) - (p->kind < q->kind);
    if (!by)
        by = strcmp(p->file, q->file);
    if (!by)
        by = (p->line > q->line) - (p->line < q->line);
    if (!by)
        by = (p->column > q->column) - (p->column < q->column);
    return by ? by : strverscmp(p->name, q->name);
}

struct cover_point *cover_hit(struct cover *c, enum cover_kind kind, const char *file, unsigned line,
                              unsigned column, const char *name, uint64_t hits)
{
    struct cover_point key = {.kind = kind, .file = (char *)(uintptr_t)file, .line = line, .column = column,
                              .name = (char *)(uintptr_t)name};
    struct cover_point **found = tfind(&key, &c->tree, order), *p;
    if (!found) {
        p = cover_room(NULL, sizeof *p);
        *p = key;
        p->file = cover_copy(file);
        p->name = cover_copy(name);
        if (c->count == c->room) {
            c->room = c->room ? 2 * c->room : 4096;
            c->points = cover_room(c->points, c->room * sizeof *c->points);
        }
        c->points[c->count++] = p;
        found = tsearch(p, &c->tree, order);
        need(found);
    }
    p = *found;
    p->hits += hits;
    return p;
}

static int order_pointers(const void *a, const void *b)
{
    return order(*(struct cover_point *const *)a, *(struct cover_point *const *)b);
}

void cover_sort(struct cover *c)
{
    if (c->count)
        qsort(c->points, c->count, sizeof *c->points, order_pointers);
}

/* The last file asked for stays in memory: points come file by file. */
const char *cover_source(const char *file, unsigned line)
{
    static char *name, **lines;
    static size_t count;
    if (!name || strcmp(name, file)) {
        for (size_t i = 0; i < count; i++)
            free(lines[i]);
        free(name);
        name = cover_copy(file);
        count = 0;
        FILE *f = fopen(file, "r");
        char text[4096];
        while (f && fgets(text, sizeof text, f)) {
            char *from = text;
            while (isspace((unsigned char)*from))
                from++;
            size_t length = strlen(from);
            while (length && isspace((unsigned char)from[length - 1]))
                from[--length] = 0;
            lines = cover_room(lines, (count + 1) * sizeof *lines);
            lines[count++] = cover_copy(from);
        }
        if (f)
            fclose(f);
    }
    return line && line <= count ? lines[line - 1] : "";
}

struct cover_sum cover_total(const struct cover *c, enum cover_kind kind)
{
    struct cover_sum s = {0};
    for (size_t i = 0; i < c->count; i++) {
        const struct cover_point *p = c->points[i];
        if (p->kind != kind)
            continue;
        s.waived += p->reason != NULL;
        s.points += !p->reason;
        s.met += !p->reason && p->hits;
    }
    return s;
}

double cover_percent(const struct cover_sum *s)
{
    return s->points ? 100.0 * (double)s->met / (double)s->points : 100.0;
}
