/* serac_config_vary.c - a file with some keys changed; its content as text. */
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config.h"
#include "serac_config_read.h"

#define KEY_MAX 256
#define NUMBERS_MAX 64

const char *serac_config_variation(const char *name)
{
    for (const char *at = strchr(name, ':'); at; at = strchr(at + 1, ':'))
        if (at[1 + strcspn(at + 1, ":=/")] == '=')
            return at;
    return NULL;
}

bool serac_config_varied(const struct serac_config *config)
{
    return serac_config_variation(serac_config_path(config)) != NULL;
}

void serac_config_vary_name(const struct serac_config *config, char *name,
                            size_t room)
{
    const char *variation = serac_config_variation(serac_config_path(config));
    size_t used = strlen(name);
    uint32_t hash = 0x811c9dc5u;
    if (!variation)
        return;
    if (used + strlen(variation) < room) {
        snprintf(name + used, room - used, "%s", variation);
        return;
    }
    for (const char *at = variation; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x01000193u;
    if (used < room - 10)
        snprintf(name + used, room - used, "%s", variation);
    snprintf(name + room - 10, 10, "~%08x", hash);
}

/* --- changing keys ------------------------------------------------------- */

static enum serac_status fail(struct serac_error *error, const char *path,
                              const char *key, const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %.200s: %s",
                 serac_config_tail(path), key, what);
    return SERAC_E_INPUT;
}

static bool integer(const char *text, long long *value)
{
    char *end;
    *value = strtoll(text, &end, 10);
    return end != text && !*end;
}

static bool number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end;
}

static bool set_scalar(config_setting_t *parent, const char *key,
                       const char *text)
{
    long long i;
    double d;
    config_setting_t *s;
    if (integer(text, &i)) {
        bool wide = i > INT32_MAX || i < INT32_MIN;
        s = config_setting_add(parent, key, wide ? CONFIG_TYPE_INT64
                                                 : CONFIG_TYPE_INT);
        return s && (wide ? config_setting_set_int64(s, i)
                          : config_setting_set_int(s, (int)i));
    }
    if (number(text, &d)) {
        s = config_setting_add(parent, key, CONFIG_TYPE_FLOAT);
        return s && config_setting_set_float(s, d);
    }
    if (!strcmp(text, "true") || !strcmp(text, "false")) {
        s = config_setting_add(parent, key, CONFIG_TYPE_BOOL);
        return s && config_setting_set_bool(s, *text == 't');
    }
    s = config_setting_add(parent, key, CONFIG_TYPE_STRING);
    return s && config_setting_set_string(s, text);
}

/* "[a,b]": all of one type, as libconfig wants it. */
static bool set_list(config_setting_t *parent, const char *key, const char *text)
{
    char copy[KEY_MAX], *items[NUMBERS_MAX];
    size_t length = strlen(text), count = 0;
    bool whole = true;
    long long i;
    double d;
    if (length < 3 || length > sizeof copy || text[length - 1] != ']')
        return false;
    snprintf(copy, length - 1, "%s", text + 1);
    for (char *at = copy; at; count++) {
        char *comma = strchr(at, ',');
        if (count == NUMBERS_MAX)
            return false;
        if (comma)
            *comma = 0;
        items[count] = at;
        if (!number(at, &d))
            return false;
        whole = whole && integer(at, &i) && i <= INT32_MAX && i >= INT32_MIN;
        at = comma ? comma + 1 : NULL;
    }
    config_setting_t *s = config_setting_add(parent, key, CONFIG_TYPE_ARRAY);
    for (size_t k = 0; s && k < count; k++) {
        bool good = number(items[k], &d) &&
                    (whole ? config_setting_set_int_elem(s, -1, (int)d)
                           : config_setting_set_float_elem(s, -1, d));
        s = good ? s : NULL;
    }
    return s != NULL;
}

static bool set_member(config_setting_t *group, const char *key,
                       const char *text)
{
    if (config_setting_get_member(group, key))
        config_setting_remove(group, key);
    return *text == '[' ? set_list(group, key, text)
                        : set_scalar(group, key, text);
}

/* Sets the key at `path` below `at` and counts how often; `bad` if a value is none. */
static unsigned set_below(config_setting_t *at, const char *path,
                          const char *text, bool *bad)
{
    size_t length = strcspn(path, ".");
    unsigned count = 0;
    if (config_setting_is_group(at) && !path[length]) {
        *bad = *bad || !set_member(at, path, text);
        return 1;
    }
    if (config_setting_is_group(at)) {
        char key[KEY_MAX];
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        config_setting_t *child = config_setting_get_member(at, key);
        return child ? set_below(child, path + length + 1, text, bad) : 0;
    }
    for (int i = 0; config_setting_is_list(at) && i < config_setting_length(at);
         i++) {
        config_setting_t *element = config_setting_get_elem(at, (unsigned)i);
        const char *name = NULL;
        if (!config_setting_is_group(element))
            continue;
        config_setting_lookup_string(element, "name", &name);
        size_t own = name ? strlen(name) : 0;
        if (own && !strncmp(path, name, own) && path[own] == '.')
            count += set_below(element, path + own + 1, text, bad);
        else if (!strncmp(path, "*.", 2) &&
                 config_setting_get_member(element, path + 2))
            count += set_below(element, path + 2, text, bad);
    }
    return count;
}

enum serac_status serac_config_vary(struct config_t *file, const char *path,
                                    const char *variation,
                                    struct serac_error *error)
{
    config_setting_t *root = config_root_setting(file);
    while (*variation) {
        char key[KEY_MAX], value[KEY_MAX];
        size_t length = strcspn(++variation, ":");
        const char *equals = memchr(variation, '=', length);
        if (!equals || equals == variation || length >= sizeof key)
            return fail(error, path, variation, "must be KEY=VALUE");
        size_t left = (size_t)(equals - variation);
        snprintf(key, sizeof key, "%.*s", (int)left, variation);
        snprintf(value, sizeof value, "%.*s", (int)(length - left - 1),
                 equals + 1);
        bool bad = !*value;
        if (!bad && set_below(root, key, value, &bad) == 0)
            return fail(error, path, key, "no such place in the file");
        if (bad)
            return fail(error, path, key, "must be a number, a [list] of "
                                          "numbers, true, false or a text");
        variation += length;
    }
    return SERAC_OK;
}

/* --- values as text -------------------------------------------------------- */

void serac_config_format(double value, char *text, size_t room)
{
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, room, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

bool serac_config_value(const struct serac_group *element, char *text,
                        size_t room)
{
    config_setting_t *s = (config_setting_t *)(uintptr_t)element;
    double d;
    size_t used = 0;
    switch (config_setting_type(s)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return snprintf(text, room, "%lld", config_setting_get_int64(s)) <
               (int)room;
    case CONFIG_TYPE_FLOAT:
        serac_config_format(config_setting_get_float(s), text, room);
        return true;
    case CONFIG_TYPE_BOOL:
        snprintf(text, room, "%s", config_setting_get_bool(s) ? "true" : "false");
        return true;
    case CONFIG_TYPE_STRING: {
        const char *from = config_setting_get_string(s);
        if (strlen(from) < room)
            memcpy(text, from, strlen(from) + 1);
        return *from && *from != '[' && strlen(from) < room &&
               !strpbrk(from, ":=");
    }
    case CONFIG_TYPE_ARRAY:
        for (int i = 0; i < config_setting_length(s); i++) {
            char one[32];
            if (!serac_config_number(serac_config_element(element, (unsigned)i),
                                     &d))
                return false;
            serac_config_format(d, one, sizeof one);
            used += (size_t)snprintf(text + used, room - used, "%s%s",
                                     i ? "," : "[", one);
            if (used + 2 > room)
                return false;
        }
        snprintf(text + used, room - used, "]");
        return used > 0;
    default:
        return false;
    }
}

/* --- the content ----------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    config_setting_t *x = *(config_setting_t *const *)a,
                     *y = *(config_setting_t *const *)b;
    return strcmp(config_setting_name(x), config_setting_name(y));
}

static void put_setting(FILE *to, config_setting_t *s);

static void put_children(FILE *to, config_setting_t *s)
{
    int count = config_setting_length(s);
    config_setting_t **children =
        malloc(((size_t)count + 1) * sizeof *children);
    if (!children)
        return;
    for (int i = 0; i < count; i++)
        children[i] = config_setting_get_elem(s, (unsigned)i);
    if (config_setting_is_group(s))
        qsort(children, (size_t)count, sizeof *children, by_name);
    for (int i = 0; i < count; i++)
        put_setting(to, children[i]);
    free(children);
}

/* Arrays and lists look alike, as do integers of both lengths. */
static void put_setting(FILE *to, config_setting_t *s)
{
    const char *name = config_setting_name(s);
    if (name)
        fprintf(to, "%s=", name);
    switch (config_setting_type(s)) {
    case CONFIG_TYPE_GROUP:
        fputs("{\n", to);
        put_children(to, s);
        fputs("}\n", to);
        break;
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPE_ARRAY:
        fputs("(\n", to);
        put_children(to, s);
        fputs(")\n", to);
        break;
    case CONFIG_TYPE_STRING: {
        const char *text = config_setting_get_string(s);
        fprintf(to, "%zu\"%s\"\n", strlen(text), text);
        break;
    }
    case CONFIG_TYPE_BOOL:
        fputs(config_setting_get_bool(s) ? "true\n" : "false\n", to);
        break;
    case CONFIG_TYPE_FLOAT: {
        char text[40];
        serac_config_format(config_setting_get_float(s), text, sizeof text);
        fprintf(to, "%s\n", text);
        break;
    }
    default:
        fprintf(to, "%lld\n", config_setting_get_int64(s));
    }
}

char *serac_config_text(const struct serac_config *config)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = open_memstream(&text, &bytes);
    if (!to)
        return NULL;
    put_setting(to, (config_setting_t *)(uintptr_t)serac_config_root(config));
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}
