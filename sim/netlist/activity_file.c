/* activity_file.c - a hash of the nets in an activity file. */
#include "activity_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct net {
    char *name;
    double toggles, high;
};

struct activity {
    uint64_t cycles;
    struct net *nets;
    size_t count, room;
    uint32_t *table;
    size_t size;
};

static uint64_t mix(uint64_t hash, const char *text)
{
    while (*text)
        hash = (hash ^ (unsigned char)*text++) * 0x100000001b3u;
    return hash;
}

/* The name is path, a dot if neither is empty, and name. */
static bool same(const char *full, const char *path, const char *name)
{
    size_t length = strlen(path);
    if (strncmp(full, path, length))
        return false;
    full += length;
    return (!length || *full++ == '.') && !strcmp(full, name);
}

static size_t slot_of(const struct activity *a, const char *path,
                      const char *name)
{
    uint64_t hash = mix(0xcbf29ce484222325u, path);
    if (*path)
        hash = mix(hash, ".");
    size_t slot = (size_t)(mix(hash, name) >> 8) & (a->size - 1);
    while (a->table[slot] &&
           !same(a->nets[a->table[slot] - 1].name, path, name))
        slot = (slot + 1) & (a->size - 1);
    return slot;
}

static bool add(struct activity *a, const char *name, double toggles,
                double high)
{
    if (a->count == a->room) {
        size_t room = 2 * a->room + 1024;
        struct net *more = realloc(a->nets, room * sizeof *more);
        if (!more)
            return false;
        a->nets = more;
        a->room = room;
    }
    a->nets[a->count] = (struct net){malloc(strlen(name) + 1), toggles, high};
    if (!a->nets[a->count].name)
        return false;
    strcpy(a->nets[a->count++].name, name);
    return true;
}

static bool index_nets(struct activity *a)
{
    a->size = 1024;
    while (a->size < 2 * a->count)
        a->size *= 2;
    a->table = calloc(a->size, sizeof *a->table);
    for (size_t i = 0; a->table && i < a->count; i++)
        a->table[slot_of(a, "", a->nets[i].name)] = (uint32_t)i + 1;
    return a->table != NULL;
}

/* What follows the scope `top` in a full name, or NULL. */
static const char *below(const char *name, const char *top)
{
    size_t length = strlen(top);
    for (const char *at = name; at; at = strchr(at, '.')) {
        at += *at == '.';
        if (!strncmp(at, top, length) && at[length] == '.')
            return at + length + 1;
    }
    return NULL;
}

static bool read_lines(struct activity *a, FILE *file, const char *path,
                       const char *top, char *problem, size_t room)
{
    static char line[8192];
    unsigned long number = 2;
    unsigned long long cycles;
    if (!fgets(line, sizeof line, file) ||
        strcmp(line, "serac-activity 1\n") || !fgets(line, sizeof line, file) ||
        sscanf(line, "cycles %llu", &cycles) != 1 || !cycles) {
        snprintf(problem, room, "%s:1: no activity file", path);
        return false;
    }
    a->cycles = cycles;
    while (fgets(line, sizeof line, file)) {
        double toggles, high;
        int at = 0;
        number++;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "net %lf %lf %n", &toggles, &high, &at) != 2 || !at ||
            toggles < 0 || high < 0 || high > 1) {
            snprintf(problem, room, "%s:%lu: malformed line", path, number);
            return false;
        }
        const char *name = below(line + at, top);
        if (name && !add(a, name, toggles, high)) {
            snprintf(problem, room, "%s: out of memory", path);
            return false;
        }
    }
    return true;
}

struct activity *activity_load(const char *path, const char *top,
                               char *problem, size_t room)
{
    struct activity *a = calloc(1, sizeof *a);
    FILE *file = a ? fopen(path, "r") : NULL;
    bool ok = false;
    if (!file) {
        snprintf(problem, room, "%s: cannot be opened", path);
    } else {
        ok = read_lines(a, file, path, top, problem, room);
        fclose(file);
    }
    if (ok && !a->count) {
        snprintf(problem, room, "%s: nothing in a scope '%s'", path, top);
        ok = false;
    }
    if (ok && index_nets(a))
        return a;
    activity_destroy(a);
    return NULL;
}

void activity_destroy(struct activity *a)
{
    for (size_t i = 0; a && i < a->count; i++)
        free(a->nets[i].name);
    if (a) {
        free(a->nets);
        free(a->table);
    }
    free(a);
}

uint64_t activity_cycles(const struct activity *a) { return a->cycles; }

bool activity_find(const struct activity *a, const char *path,
                   const char *name, double *toggles, double *high)
{
    uint32_t index = a->table[slot_of(a, path, name)];
    if (!index)
        return false;
    *toggles = a->nets[index - 1].toggles;
    *high = a->nets[index - 1].high;
    return true;
}
