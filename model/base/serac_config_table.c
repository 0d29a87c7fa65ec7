/* serac_config_table.c - groups and their values, checked by tables of keys.
 *
 * libconfig 1.5 is quiet about typos and wrong types and cuts long integers, so
 * nothing is read by its lookup functions: every setting of a group is visited,
 * found in the table and checked. */
#include <assert.h>
#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "serac_config.h"
#include "serac_config_read.h"

/* --- one value ----------------------------------------------------------- */

static enum serac_status set_integer(const struct serac_config *c,
                                     const struct serac_group *g,
                                     const struct serac_key *key, char *at,
                                     struct serac_error *error)
{
    int64_t v;
    if (!serac_config_integer(g, &v))
        return serac_config_fail(c, g, error, "%s: must be an integer",
                                 key->name);
    bool power = key->type == SERAC_KEY_POWER;
    bool odd = power && (v <= 0 || (v & (v - 1)));
    if (key->type != SERAC_KEY_U64 &&
        ((double)v < key->min || (double)v > key->max || odd))
        return serac_config_fail(c, g, error, "%s = %lld: outside %.0f..%.0f%s",
                                 key->name, (long long)v, key->min, key->max,
                                 power ? ", a power of two" : "");
    if (key->type == SERAC_KEY_U64) {
        if (v < 0)
            return serac_config_fail(c, g, error, "%s = %lld: negative",
                                     key->name, (long long)v);
        *(uint64_t *)(void *)at = (uint64_t)v;
    } else if (key->type == SERAC_KEY_I32) {
        *(int32_t *)(void *)at = (int32_t)v;
    } else {
        *(uint32_t *)(void *)at = (uint32_t)v;
    }
    return SERAC_OK;
}

static enum serac_status set_number(const struct serac_config *c,
                                    const struct serac_group *g,
                                    const struct serac_key *key, double *to,
                                    struct serac_error *error)
{
    double v;
    if (!serac_config_number(g, &v))
        return serac_config_fail(c, g, error, "%s: must be a number", key->name);
    if (!(v >= key->min && v <= key->max))
        return serac_config_fail(c, g, error, "%s = %g: outside %g..%g",
                                 key->name, v, key->min, key->max);
    *to = v;
    return SERAC_OK;
}

static enum serac_status set_numbers(const struct serac_config *c,
                                     const struct serac_group *g,
                                     const struct serac_key *key,
                                     struct serac_numbers *to,
                                     struct serac_error *error)
{
    uint32_t count = serac_config_is_list(g) ? serac_config_count(g) : 0;
    if (key->size && count != key->size)
        return serac_config_fail(c, g, error, "%s: must be an array of %zu numbers",
                                 key->name, key->size);
    if (count < 1 || count > SERAC_NUMBERS)
        return serac_config_fail(c, g, error, "%s: must be an array of 1 to %d "
                                 "numbers", key->name, SERAC_NUMBERS);
    to->count = count;
    for (uint32_t i = 0; i < count; i++) {
        enum serac_status status =
            set_number(c, serac_config_element(g, i), key, &to->value[i],
                       error);
        if (status != SERAC_OK)
            return status;
    }
    return SERAC_OK;
}

static enum serac_status set_bool(const struct serac_config *c,
                                  const struct serac_group *g,
                                  const struct serac_key *key, bool *to,
                                  struct serac_error *error)
{
    const config_setting_t *s = (const config_setting_t *)(const void *)g;
    if (config_setting_type(s) != CONFIG_TYPE_BOOL)
        return serac_config_fail(c, g, error, "%s: must be true or false",
                                 key->name);
    *to = config_setting_get_bool(s);
    return SERAC_OK;
}

static enum serac_status set_string(const struct serac_config *c,
                                    const struct serac_group *g,
                                    const struct serac_key *key, char *to,
                                    struct serac_error *error)
{
    const char *text = serac_config_string(g);
    if (!text)
        return serac_config_fail(c, g, error, "%s: must be a string", key->name);
    if (strlen(text) >= key->size)
        return serac_config_fail(c, g, error, "%s: longer than %zu characters",
                                 key->name, key->size - 1);
    snprintf(to, key->size, "%s", text);
    return SERAC_OK;
}

static enum serac_status set_value(const struct serac_config *c,
                                   const struct serac_group *g,
                                   const struct serac_key *key, void *to,
                                   struct serac_error *error)
{
    if (key->type == SERAC_KEY_ANY || key->type == SERAC_KEY_CHILD)
        return key->type == SERAC_KEY_ANY || serac_config_is_group(g) ||
                       serac_config_is_list(g)
                   ? SERAC_OK
                   : serac_config_fail(c, g, error,
                                       "%s: must be a group or a list",
                                       key->name);
    char *at = (char *)to + key->offset;      /* a table of those two may go without `to` */
    switch (key->type) {
    case SERAC_KEY_BOOL:
        return set_bool(c, g, key, (bool *)(void *)at, error);
    case SERAC_KEY_STRING:
        return set_string(c, g, key, at, error);
    case SERAC_KEY_F64:
        return set_number(c, g, key, (double *)(void *)at, error);
    case SERAC_KEY_NUMBERS:
        return set_numbers(c, g, key, (struct serac_numbers *)(void *)at, error);
    default:
        return set_integer(c, g, key, at, error);
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
        serac_config_vary(&file, serac_config_path(config), variation, &detail);
    if (status == SERAC_OK)
        status = set_value(config, (const struct serac_group *)(const void *)config_lookup(&file, name),
                           &key, &value, &detail);
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
    if (!serac_config_is_group(group))
        return serac_config_fail(config, group, error, "must be a group { }");
    for (uint32_t i = 0; i < serac_config_count(group); i++) {
        const struct serac_group *g = serac_config_element(group, i);
        const char *name = serac_config_key(g);
        const struct serac_key *key = find_key(keys, count, name);
        if (!key)
            return unknown(config, g, name, keys, count, error);
        enum serac_status status = set_value(config, g, key, to, error);
        if (status != SERAC_OK)
            return status;
    }
    for (size_t k = 0; k < count; k++)
        if (keys[k].required && !serac_config_child(group, keys[k].name))
            return serac_config_fail(config, group, error,
                                     "%s: missing, it is required",
                                     keys[k].name);
    return SERAC_OK;
}
