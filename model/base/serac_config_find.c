/* serac_config_find.c - from names to files, and to names like them. */
#define _DEFAULT_SOURCE   /* scandir */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_config.h"
#include "serac_config_read.h"
#include "serac_root.h"

static int is_config(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && !strcmp(entry->d_name + length - 4, ".cfg");
}

static void list_folder(const char *dir, char *to, size_t room)
{
    struct dirent **names;
    int count = scandir(dir, &names, is_config, alphasort);
    size_t used = strlen(to);
    for (int i = 0; i < count; i++) {
        int length = (int)strlen(names[i]->d_name) - 4;
        if (used < room)
            used += (size_t)snprintf(to + used, room - used, "%s%.*s",
                                     used ? ", " : "", length,
                                     names[i]->d_name);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

static enum serac_status fail(struct serac_error *error, const char *name,
                              const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %s",
                 serac_config_tail(name), what);
    return SERAC_E_INPUT;
}

/* The folders of names; the first is NULL if the user has set none. */
static void find_roots(const char *roots[3], char *shipped, size_t room)
{
    roots[0] = getenv("SERAC_CONFIGS");
    roots[1] = serac_root_path(shipped, room, "configs");
    roots[2] = "configs";
}

/* Those of the first folder that has any. */
void serac_config_names(const char *kind, char *to, size_t room)
{
    const char *roots[3];
    char dir[SERAC_CONFIG_PATH_MAX], shipped[SERAC_CONFIG_PATH_MAX];
    find_roots(roots, shipped, sizeof shipped);
    to[0] = 0;
    for (size_t i = 0; i < 3 && !to[0]; i++) {
        if (!roots[i])
            continue;
        snprintf(dir, sizeof dir, "%s/%s", roots[i], kind);
        list_folder(dir, to, room);
    }
}

/* Without a variation. */
static enum serac_status find_file(const char *kind, const char *name, char *path,
                                   size_t room, struct serac_error *error)
{
    size_t length = strlen(name);
    const char *roots[3];
    char shipped[SERAC_CONFIG_PATH_MAX], names[900];
    find_roots(roots, shipped, sizeof shipped);
    if (strchr(name, '/') ||
        (length > 4 && !strcmp(name + length - 4, ".cfg"))) {
        snprintf(path, room, "%s", name);
        return SERAC_OK;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!roots[i])
            continue;
        int used = snprintf(path, room, "%s/%s/%s.cfg", roots[i], kind, name);
        if (used > 0 && (size_t)used < room && access(path, F_OK) == 0)
            return SERAC_OK;
    }
    serac_config_names(kind, names, sizeof names);
    if (error)
        snprintf(error->text, sizeof error->text,
                 "%.64s: not in configs/%s; there are %s", name, kind,
                 names[0] ? names : "none");
    return SERAC_E_INPUT;
}

static bool can_vary(const char *kind)
{
    static const char *const kinds[] = {"designs", "memory", "tech", "workloads",
                                        "serving"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i], kind))
            return true;
    return false;
}

enum serac_status serac_config_find(const char *kind, const char *name,
                                    char *path, size_t room,
                                    struct serac_error *error)
{
    const char *variation = serac_config_variation(name);
    size_t length = variation ? (size_t)(variation - name) : strlen(name);
    char plain[SERAC_CONFIG_PATH_MAX];
    if (strlen(name) >= room || length >= sizeof plain)
        return fail(error, name, "name too long");
    if (variation && !can_vary(kind))
        return fail(error, name, "cannot be varied, only designs, memories, "
                                 "technologies, workloads and serving can");
    snprintf(plain, sizeof plain, "%.*s", (int)length, name);
    enum serac_status status = find_file(kind, plain, path, room, error);
    if (status != SERAC_OK || !variation)
        return status;
    if (strlen(path) + strlen(variation) >= room)
        return fail(error, name, "name too long");
    strcat(path, variation);
    return SERAC_OK;
}

enum serac_status serac_config_open_named(const char *kind, const char *name,
                                          struct serac_config **config,
                                          struct serac_error *error)
{
    char path[SERAC_CONFIG_PATH_MAX];
    enum serac_status status =
        serac_config_find(kind, name, path, sizeof path, error);
    return status == SERAC_OK ? serac_config_open(path, config, error) : status;
}

void serac_config_name(const struct serac_config *config, char *name, size_t room)
{
    const char *path = serac_config_path(config), *start = path;
    const char *variation = serac_config_variation(path);
    const char *end = variation ? variation : path + strlen(path);
    for (const char *at = path; at < end; at++)
        if (*at == '/')
            start = at + 1;
    if (end - start > 4 && !memcmp(end - 4, ".cfg", 4))
        end -= 4;
    snprintf(name, room, "%.*s", (int)(end - start), start);
    serac_config_vary_name(config, name, room);
}

/* --- names alike ---------------------------------------------------------- */

/* Letters to change between two short names (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
    size_t row[64], lb = strlen(b);
    if (lb >= 63)
        return 99;
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; *a; a++, i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t change = diagonal + (*a != b[j - 1]);
            diagonal = row[j];
            size_t least = row[j] < row[j - 1] ? row[j] : row[j - 1];
            row[j] = least + 1 < change ? least + 1 : change;
        }
    }
    return row[lb];
}

const char *serac_config_nearest(const char *name, const void *names,
                                 size_t stride, size_t count)
{
    const char *best = NULL;
    size_t least = strlen(name) < 6 ? strlen(name) / 2 + 1 : 4;
    for (size_t i = 0; i < count; i++) {
        const char *other =
            *(const char *const *)(const void *)((const char *)names + i * stride);
        if (distance(name, other) < least) {
            least = distance(name, other);
            best = other;
        }
    }
    return best;
}
