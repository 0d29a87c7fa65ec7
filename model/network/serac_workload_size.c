/* serac_workload_size.c - a workload's sizes, and the numbers made of them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "serac_workload_read.h"

#define SIZE_MAX_VALUE 2147483647
#define EXPRESSION_MAX (1ull << 60)     /* and so a sum of two never wraps */
#define DEPTH_MAX 16                    /* of parentheses */

/* --- the sizes ------------------------------------------------------------- */

static struct serac_workload_size *find(struct serac_workload *w,
                                        const char *name)
{
    for (uint32_t i = 0; i < w->num_sizes; i++)
        if (!strcmp(w->sizes[i].name, name))
            return &w->sizes[i];
    return NULL;
}

/* " (did you mean NAME?)", of the sizes other than `name`; "" if none is near. */
static void guess(const struct serac_workload *w, const char *name, char *text,
                  size_t room)
{
    const char *names[SERAC_WORKLOAD_SIZES];
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->num_sizes; i++)
        if (strcmp(w->sizes[i].name, name))
            names[count++] = w->sizes[i].name;
    const char *best = serac_config_nearest(name, names, sizeof *names, count);
    *text = '\0';
    if (best)
        snprintf(text, room, " (did you mean %s?)", best);
}

/* Letters, digits and underscores: a key of libconfig may have more. */
static bool is_name(const char *name)
{
    size_t length = 0;
    while (isalnum((unsigned char)name[length]) || name[length] == '_')
        length++;
    return !name[length] && length < SERAC_NAME_MAX &&
           isalpha((unsigned char)*name);
}

/* One size; `set`: it must be there, and gets another value. */
static enum serac_status read_size(const struct serac_config *config,
                                   const struct serac_group *element, bool set,
                                   struct serac_workload *w,
                                   struct serac_error *error)
{
    const char *name = serac_config_key(element);
    struct serac_workload_size *size = find(w, name);
    char hint[SERAC_NAME_MAX + 24];
    int64_t value;
    if (!is_name(name))
        return serac_config_fail(config, element, error, "%s: a size is called "
                                 "by letters, digits and _, up to %d", name,
                                 SERAC_NAME_MAX - 1);
    if (set && !size) {
        guess(w, name, hint, sizeof hint);
        return serac_config_fail(config, element, error, "%s: not one of the "
                                 "workload's sizes%s", name, hint);
    }
    if (!serac_config_integer(element, &value))
        return serac_config_fail(config, element, error,
                                 "%s: must be an integer", name);
    if (value < 1 || value > SIZE_MAX_VALUE)
        return serac_config_fail(config, element, error,
                                 "%s = %lld: outside 1..%d", name,
                                 (long long)value, SIZE_MAX_VALUE);
    if (!size) {
        size = &w->sizes[w->num_sizes++];
        snprintf(size->name, sizeof size->name, "%s", name);
    }
    size->value = (uint64_t)value;
    return SERAC_OK;
}

enum serac_status serac_workload_read_sizes(const struct serac_config *config,
                                            const struct serac_group *group,
                                            bool set, struct serac_workload *w,
                                            struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    if (!group)
        return SERAC_OK;
    if (!serac_config_is_group(group))
        return serac_config_fail(config, group, error,
                                 "%s: must be a group { }",
                                 serac_config_key(group));
    uint32_t count = serac_config_count(group);
    if (count > SERAC_WORKLOAD_SIZES)
        return serac_config_fail(config, group, error, "%s: more than %d",
                                 serac_config_key(group),
                                 SERAC_WORKLOAD_SIZES);
    for (uint32_t i = 0; status == SERAC_OK && i < count; i++)
        status = read_size(config, serac_config_element(group, i), set, w,
                           error);
    return status;
}

enum serac_status serac_workload_check_sizes(const struct serac_config *config,
                                             const struct serac_workload *w,
                                             struct serac_error *error)
{
    char hint[SERAC_NAME_MAX + 24];
    for (uint32_t i = 0; i < w->num_sizes; i++) {
        const char *name = w->sizes[i].name;
        if (w->sizes[i].used)
            continue;
        guess(w, name, hint, sizeof hint);
        const struct serac_group *sizes =
            serac_config_child(serac_config_root(config), "sizes");
        return serac_config_fail(config, serac_config_child(sizes, name), error,
                                 "%s: no layer uses this size%s", name, hint);
    }
    return SERAC_OK;
}

/* --- expressions ------------------------------------------------------------- */

struct expression {
    struct serac_workload *workload;
    const char *at;
    uint32_t depth;
    char why[160];          /* "" while there is no error */
};

static uint64_t sum(struct expression *e);

static uint64_t wrong(struct expression *e, const char *why)
{
    if (!*e->why)
        snprintf(e->why, sizeof e->why, "%s", why);
    return 1;
}

static char next(struct expression *e)
{
    while (*e->at == ' ')
        e->at++;
    return *e->at;
}

static uint64_t literal(struct expression *e)
{
    uint64_t value = 0;
    for (; isdigit((unsigned char)*e->at); e->at++) {
        value = 10 * value + (uint64_t)(*e->at - '0');
        if (value > EXPRESSION_MAX)
            return wrong(e, "beyond 2^60");
    }
    return value;
}

static uint64_t named(struct expression *e)
{
    char name[SERAC_NAME_MAX], hint[SERAC_NAME_MAX + 24];
    size_t length = 0;
    for (; isalnum((unsigned char)*e->at) || *e->at == '_'; e->at++)
        if (length + 1 < sizeof name)
            name[length++] = *e->at;
    name[length] = '\0';
    struct serac_workload_size *size = find(e->workload, name);
    if (size) {
        size->used = true;
        return size->value;
    }
    guess(e->workload, name, hint, sizeof hint);
    if (!*e->why)
        snprintf(e->why, sizeof e->why, "no size is called %s%s", name, hint);
    return 1;
}

static uint64_t factor(struct expression *e)
{
    char c = next(e);
    if (isdigit((unsigned char)c))
        return literal(e);
    if (isalpha((unsigned char)c))
        return named(e);
    if (c != '(' || e->depth >= DEPTH_MAX)
        return wrong(e, c == '(' ? "too many parentheses"
                                 : "a number, a size or ( is missing");
    e->at++;
    e->depth++;
    uint64_t value = sum(e);
    e->depth--;
    if (next(e) != ')')
        return wrong(e, ") is missing");
    e->at++;
    return value;
}

static uint64_t times(struct expression *e, uint64_t a, uint64_t b)
{
    return a && b > EXPRESSION_MAX / a ? wrong(e, "beyond 2^60") : a * b;
}

static uint64_t product(struct expression *e)
{
    uint64_t value = factor(e);
    for (char c = next(e); !*e->why && (c == '*' || c == '/'); c = next(e)) {
        e->at++;
        uint64_t right = factor(e);
        if (c == '*')
            value = times(e, value, right);
        else if (!right || value % right)
            return wrong(e, "a quotient is not whole");
        else
            value /= right;
    }
    return value;
}

static uint64_t sum(struct expression *e)
{
    uint64_t value = product(e);
    for (char c = next(e); !*e->why && (c == '+' || c == '-'); c = next(e)) {
        e->at++;
        uint64_t right = product(e);
        if (c == '-' && right > value)
            return wrong(e, "a difference is negative");
        value = c == '+' ? value + right : value - right;
        if (value > EXPRESSION_MAX)
            return wrong(e, "beyond 2^60");
    }
    return value;
}

enum serac_status serac_workload_number(const struct serac_config *config,
                                        const struct serac_group *element,
                                        struct serac_workload *workload,
                                        const struct serac_workload_range *range,
                                        uint64_t *value,
                                        struct serac_error *error)
{
    const char *text = serac_config_string(element), *key = range->key;
    int64_t given;
    if (text) {
        struct expression e = {.workload = workload, .at = text};
        given = (int64_t)sum(&e);
        if (!*e.why && next(&e))
            (void)wrong(&e, "an operator is missing");
        if (*e.why)
            return serac_config_fail(config, element, error, "%s = \"%.60s\": "
                                     "%s", key, text, e.why);
    } else if (!serac_config_integer(element, &given)) {
        return serac_config_fail(config, element, error, "%s: must be an "
                                 "integer, or a string made of sizes", key);
    }
    if (given < 0 || (uint64_t)given < range->min ||
        (uint64_t)given > range->max)
        return serac_config_fail(config, element, error, "%s = %lld: outside "
                                 "%llu..%llu", key, (long long)given,
                                 (unsigned long long)range->min,
                                 (unsigned long long)range->max);
    *value = (uint64_t)given;
    return SERAC_OK;
}
