/* serac_config_vary.c - a file with some keys changed. */
#include <ctype.h>
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

/* Numbers without the space before them that strtod() takes: `rows= 8` and `rows=8` would be two points. */
static bool integer(const char *text, long long *value)
{
    char *end;
    *value = strtoll(text, &end, 10);
    return end != text && !*end && !isspace((unsigned char)*text);
}

static bool number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end && !isspace((unsigned char)*text);
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

/* Is the key of `left` characters at `variation` set again behind it? */
static bool set_again(const char *variation, size_t left)
{
    for (const char *at = strchr(variation, ':'); at; at = strchr(at + 1, ':'))
        if (!strncmp(at + 1, variation, left + 1))       /* with its '=' */
            return true;
    return false;
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
        if (set_again(variation, left))
            return fail(error, path, key, "given twice");
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
