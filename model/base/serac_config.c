/* serac_config.c - configuration files; with _vary and _text what knows libconfig.
 *
 * libconfig 1.5 is quiet about typos and wrong types and cuts long integers, so
 * nothing is read by its lookup functions: every setting of a group is visited,
 * found in the table and checked. */
#include "serac_config.h"

#include <assert.h>
#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config_read.h"

#define TEXT_MAX (4u << 20)
#define TAIL_MAX 200

struct serac_config {
    config_t file;
    char path[SERAC_CONFIG_PATH_MAX];   /* with the variation */
};

static config_setting_t *setting(const struct serac_group *group)
{
    return (config_setting_t *)(uintptr_t)group;
}

static const struct serac_group *group_of(config_setting_t *setting)
{
    return (const struct serac_group *)(const void *)setting;
}

const char *serac_config_tail(const char *path)
{
    size_t length = strlen(path);
    return length > TAIL_MAX ? path + length - TAIL_MAX : path;
}

/* A setting's line; the root has none, and is reported as line 1. */
static int line_of(const struct serac_group *group)
{
    int line = group ? (int)config_setting_source_line(setting(group)) : 0;
    return line > 0 ? line : 1;
}

enum serac_status serac_config_fail(const struct serac_config *config,
                                    const struct serac_group *group,
                                    struct serac_error *error,
                                    const char *format, ...)
{
    if (!error)
        return SERAC_E_INPUT;
    const char *path = serac_config_tail(config->path);
    bool added = group && config_setting_source_line(setting(group)) == 0 &&
                 serac_config_varied(config);
    int used = added ? snprintf(error->text, sizeof error->text, "%s: ", path)
                     : snprintf(error->text, sizeof error->text, "%s:%d: ",
                                path, line_of(group));
    va_list args;
    va_start(args, format);
    vsnprintf(error->text + used, sizeof error->text - (size_t)used, format,
              args);
    va_end(args);
    return SERAC_E_INPUT;
}

/* `path: why` without a line: the file as a whole. */
static enum serac_status fail_file(const char *path, const char *what,
                                   const char *why, struct serac_error *error)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %s%s%s",
                 serac_config_tail(path), what, *why ? ": " : "", why);
    return SERAC_E_INPUT;
}

/* The whole file, with a NUL behind it. libconfig must not read files itself:
 * its scanner ends the process when a read fails, as on a directory. */
static enum serac_status read_text(const char *path, char **text,
                                   struct serac_error *error)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return fail_file(path, "cannot be read", strerror(errno), error);
    char *to = malloc(TEXT_MAX + 1);
    size_t used = to ? fread(to, 1, TEXT_MAX + 1, file) : 0;
    enum serac_status status = SERAC_OK;
    if (!to)
        status = SERAC_E_NOMEM;
    else if (ferror(file))
        status = fail_file(path, "cannot be read", strerror(errno), error);
    else if (used > TEXT_MAX)
        status = fail_file(path, "too long for a configuration", "", error);
    else if (memchr(to, 0, used))
        status = fail_file(path, "not a text file", "", error);
    fclose(file);
    if (status != SERAC_OK) {
        free(to);
        return status;
    }
    to[used] = 0;
    *text = to;
    return SERAC_OK;
}

enum serac_status serac_config_open(const char *path,
                                    struct serac_config **config,
                                    struct serac_error *error)
{
    char *text = NULL, file[SERAC_CONFIG_PATH_MAX];
    struct serac_config *c = NULL;
    const char *variation = serac_config_variation(path);
    if (strlen(path) >= sizeof c->path)
        return fail_file(path, "path too long", "", error);
    snprintf(file, sizeof file, "%.*s",
             (int)(variation ? (size_t)(variation - path) : strlen(path)), path);
    enum serac_status status = read_text(file, &text, error);
    if (status == SERAC_OK && !(c = calloc(1, sizeof *c)))
        status = SERAC_E_NOMEM;
    if (status == SERAC_E_NOMEM)
        (void)fail_file(path, "out of memory", "", error);
    if (status != SERAC_OK)
        goto out_free_text;
    config_init(&c->file);
    snprintf(c->path, sizeof c->path, "%s", path);
    status = serac_config_scan(file, text, error);
    if (status == SERAC_OK && !config_read_string(&c->file, text)) {
        status = SERAC_E_INPUT;
        if (error)
            snprintf(error->text, sizeof error->text, "%s:%d: %s",
                     serac_config_tail(file), config_error_line(&c->file),
                     config_error_text(&c->file));
    }
    if (status == SERAC_OK && variation)
        status = serac_config_vary(&c->file, path, variation,
                                   error);
    if (status == SERAC_OK)
        *config = c;
    else
        serac_config_close(c);
out_free_text:
    free(text);
    return status;
}

void serac_config_close(struct serac_config *config)
{
    if (!config)
        return;
    config_destroy(&config->file);
    free(config);
}

const char *serac_config_path(const struct serac_config *config)
{
    return config->path;
}

const struct serac_group *serac_config_root(const struct serac_config *config)
{
    return group_of(config_root_setting(&config->file));
}

/* --- one value ----------------------------------------------------------- */

static bool is_integer(const config_setting_t *s)
{
    int type = config_setting_type(s);
    return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
}

static enum serac_status set_integer(const struct serac_config *c,
                                     const config_setting_t *s,
                                     const struct serac_key *key, char *at,
                                     struct serac_error *error)
{
    const struct serac_group *g = (const struct serac_group *)(const void *)s;
    if (!is_integer(s))
        return serac_config_fail(c, g, error, "%s: must be an integer",
                                 key->name);
    long long v = config_setting_get_int64(s);
    bool power = key->type == SERAC_KEY_POWER;
    bool odd = power && (v <= 0 || (v & (v - 1)));
    if (key->type != SERAC_KEY_U64 &&
        ((double)v < key->min || (double)v > key->max || odd))
        return serac_config_fail(c, g, error, "%s = %lld: outside %.0f..%.0f%s",
                                 key->name, v, key->min, key->max,
                                 power ? ", a power of two" : "");
    if (key->type == SERAC_KEY_U64) {
        if (v < 0)
            return serac_config_fail(c, g, error, "%s = %lld: negative",
                                     key->name, v);
        *(uint64_t *)(void *)at = (uint64_t)v;
    } else if (key->type == SERAC_KEY_I32) {
        *(int32_t *)(void *)at = (int32_t)v;
    } else {
        *(uint32_t *)(void *)at = (uint32_t)v;
    }
    return SERAC_OK;
}

static enum serac_status set_number(const struct serac_config *c,
                                    const config_setting_t *s,
                                    const struct serac_key *key, double *to,
                                    struct serac_error *error)
{
    const struct serac_group *g = (const struct serac_group *)(const void *)s;
    bool real = config_setting_type(s) == CONFIG_TYPE_FLOAT;
    if (!real && !is_integer(s))
        return serac_config_fail(c, g, error, "%s: must be a number", key->name);
    double v = real ? config_setting_get_float(s)
                    : (double)config_setting_get_int64(s);
    if (!(v >= key->min && v <= key->max))
        return serac_config_fail(c, g, error, "%s = %g: outside %g..%g",
                                 key->name, v, key->min, key->max);
    *to = v;
    return SERAC_OK;
}

static enum serac_status set_numbers(const struct serac_config *c,
                                     const config_setting_t *s,
                                     const struct serac_key *key,
                                     struct serac_numbers *to,
                                     struct serac_error *error)
{
    const struct serac_group *g = (const struct serac_group *)(const void *)s;
    uint32_t count = config_setting_is_aggregate(s) && !config_setting_is_group(s)
                         ? (uint32_t)config_setting_length(s) : 0;
    if (key->size && count != key->size)
        return serac_config_fail(c, g, error, "%s: must be an array of %zu numbers",
                                 key->name, key->size);
    if (count < 1 || count > SERAC_NUMBERS)
        return serac_config_fail(c, g, error, "%s: must be an array of 1 to %d "
                                 "numbers", key->name, SERAC_NUMBERS);
    to->count = count;
    for (uint32_t i = 0; i < count; i++) {
        enum serac_status status =
            set_number(c, config_setting_get_elem(s, i), key, &to->value[i],
                       error);
        if (status != SERAC_OK)
            return status;
    }
    return SERAC_OK;
}

static enum serac_status set_value(const struct serac_config *c,
                                   const config_setting_t *s,
                                   const struct serac_key *key, void *to,
                                   struct serac_error *error)
{
    const struct serac_group *g = (const struct serac_group *)(const void *)s;
    int type = config_setting_type(s);
    if (key->type == SERAC_KEY_ANY || key->type == SERAC_KEY_CHILD)
        return key->type == SERAC_KEY_ANY || config_setting_is_aggregate(s)
                   ? SERAC_OK
                   : serac_config_fail(c, g, error,
                                       "%s: must be a group or a list",
                                       key->name);
    char *at = (char *)to + key->offset;      /* a table of those two may go without `to` */
    switch (key->type) {
    case SERAC_KEY_BOOL:
        if (type != CONFIG_TYPE_BOOL)
            return serac_config_fail(c, g, error, "%s: must be true or false",
                                     key->name);
        *(bool *)(void *)at = config_setting_get_bool(s);
        return SERAC_OK;
    case SERAC_KEY_STRING:
        if (type != CONFIG_TYPE_STRING)
            return serac_config_fail(c, g, error, "%s: must be a string",
                                     key->name);
        if (strlen(config_setting_get_string(s)) >= key->size)
            return serac_config_fail(c, g, error,
                                     "%s: longer than %zu characters",
                                     key->name, key->size - 1);
        snprintf(at, key->size, "%s", config_setting_get_string(s));
        return SERAC_OK;
    case SERAC_KEY_F64:
        return set_number(c, s, key, (double *)(void *)at, error);
    case SERAC_KEY_NUMBERS:
        return set_numbers(c, s, key, (struct serac_numbers *)(void *)at, error);
    default:
        return set_integer(c, s, key, at, error);
    }
}

/* --- a group ------------------------------------------------------------- */

static enum serac_status unknown(const struct serac_config *c,
                                 const struct serac_group *place,
                                 const char *name, const struct serac_key *keys,
                                 size_t count, struct serac_error *error)
{
    const char *best =
        serac_config_nearest(name, &keys->name, sizeof *keys, count);
    return serac_config_fail(c, place, error, "%s: unknown key%s%s%s", name,
                             best ? " (did you mean " : "", best ? best : "",
                             best ? "?)" : "");
}

static const struct serac_key *find_key(const struct serac_key *keys,
                                        size_t count, const char *name)
{
    for (size_t k = 0; k < count; k++)
        if (!strcmp(keys[k].name, name))
            return &keys[k];
    return NULL;
}

const char *serac_config_message(const struct serac_error *error)
{
    const char *colon = strstr(error->text, ": ");
    return colon ? colon + 2 : error->text;
}

enum serac_status serac_config_check(const struct serac_config *config,
                                     const struct serac_group *group,
                                     const struct serac_key *keys, size_t count,
                                     const char *name, const char *text,
                                     struct serac_error *error)
{
    const struct serac_key *found = find_key(keys, count, name);
    struct serac_error detail = {""};
    char variation[600];
    uint64_t value;
    config_t file;
    if (!found)
        return unknown(config, group, name, keys, count, error);
    assert(found->type <= SERAC_KEY_BOOL);       /* else `value` is too small */
    struct serac_key key = *found;
    key.offset = 0;
    config_init(&file);
    snprintf(variation, sizeof variation, ":%s=%s", name, text);
    enum serac_status status =
        serac_config_vary(&file, config->path, variation, &detail);
    if (status == SERAC_OK)
        status = set_value(config, config_lookup(&file, name), &key, &value,
                           &detail);
    config_destroy(&file);
    return status == SERAC_OK ? status
                              : serac_config_fail(config, group, error, "%s",
                                                  serac_config_message(&detail));
}

enum serac_status serac_config_read(const struct serac_config *config,
                                    const struct serac_group *group,
                                    const struct serac_key *keys, size_t count,
                                    void *to, struct serac_error *error)
{
    config_setting_t *g = setting(group);
    if (!config_setting_is_group(g))
        return serac_config_fail(config, group, error, "must be a group { }");
    for (int i = 0; i < config_setting_length(g); i++) {
        config_setting_t *s = config_setting_get_elem(g, (unsigned)i);
        const char *name = config_setting_name(s);
        const struct serac_key *key = find_key(keys, count, name);
        if (!key)
            return unknown(config, group_of(s), name, keys, count, error);
        enum serac_status status = set_value(config, s, key, to, error);
        if (status != SERAC_OK)
            return status;
    }
    for (size_t k = 0; k < count; k++)
        if (keys[k].required && !config_setting_get_member(g, keys[k].name))
            return serac_config_fail(config, group, error,
                                     "%s: missing, it is required",
                                     keys[k].name);
    return SERAC_OK;
}

const struct serac_group *serac_config_child(const struct serac_group *group,
                                             const char *name)
{
    return group_of(config_setting_get_member(setting(group), name));
}

uint32_t serac_config_count(const struct serac_group *group)
{
    return (uint32_t)config_setting_length(setting(group));
}

const struct serac_group *serac_config_element(const struct serac_group *group,
                                               uint32_t index)
{
    return group_of(config_setting_get_elem(setting(group), index));
}

const char *serac_config_key(const struct serac_group *element)
{
    return config_setting_name(setting(element));
}

bool serac_config_is_group(const struct serac_group *group)
{
    return config_setting_is_group(setting(group));
}

bool serac_config_is_list(const struct serac_group *group)
{
    return config_setting_is_list(setting(group)) ||
           config_setting_is_array(setting(group));
}

bool serac_config_integer(const struct serac_group *element, int64_t *value)
{
    if (!is_integer(setting(element)))
        return false;
    *value = config_setting_get_int64(setting(element));
    return true;
}

bool serac_config_number(const struct serac_group *element, double *value)
{
    const config_setting_t *s = setting(element);
    bool real = config_setting_type(s) == CONFIG_TYPE_FLOAT;
    if (!real && !is_integer(s))
        return false;
    *value = real ? config_setting_get_float(s)
                  : (double)config_setting_get_int64(s);
    return true;
}

const char *serac_config_string(const struct serac_group *element)
{
    if (config_setting_type(setting(element)) != CONFIG_TYPE_STRING)
        return NULL;
    return config_setting_get_string(setting(element));
}
