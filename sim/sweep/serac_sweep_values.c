/* serac_sweep_values.c - the values of a swept key. */
#include "serac_sweep_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool serac_sweep_append(struct serac_sweep_list *list, const char *text)
{
    if ((list->count & (list->count - 1)) == 0) {
        size_t room = list->count ? 2 * (size_t)list->count : 1;
        char **more = realloc(list->names, room * sizeof *more);
        if (!more)
            return false;
        list->names = more;
    }
    char *copy = malloc(strlen(text) + 1);
    if (!copy)
        return false;
    strcpy(copy, text);
    list->names[list->count++] = copy;
    return true;
}

void serac_sweep_list_free(struct serac_sweep_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    list->names = NULL;
    list->count = 0;
}

/* --- ranges -------------------------------------------------------------------- */

struct range {
    double from, to, step, times;
};

#define KEY(field, required, min)                                             \
    {#field, SERAC_KEY_F64, offsetof(struct range, field), required, min, 1e15, 0}
static const struct serac_key range_keys[] = {
    KEY(from, true, -1e15), KEY(to, true, -1e15), KEY(step, false, 1e-9),
    KEY(times, false, 1.001)};

static enum serac_status read_range(const struct serac_config *config,
                                    const struct serac_group *group,
                                    const char *key,
                                    struct serac_sweep_list *values,
                                    struct serac_error *error)
{
    struct range r = {.step = 0, .times = 0};
    enum serac_status status =
        serac_config_read(config, group, range_keys,
                          sizeof range_keys / sizeof *range_keys, &r, error);
    if (status != SERAC_OK)
        return status;
    if ((r.step > 0) == (r.times > 0))
        return serac_config_fail(config, group, error, "%s: must have either "
                                 "step or times beside from and to", key);
    if (r.times > 0 && r.from <= 0)
        return serac_config_fail(config, group, error, "%s: from = %g: must be "
                                 "more than 0 with times", key, r.from);
    if (r.to < r.from)
        return serac_config_fail(config, group, error,
                                 "%s: to = %g: less than from", key, r.to);
    double value = r.from, slack = 1e-9 * (r.to - r.from);
    for (uint32_t i = 0; value <= r.to + slack; i++) {
        char text[40];
        if (i == SERAC_SWEEP_VALUES)
            return serac_config_fail(config, group, error, "%s: more than %d "
                                     "values", key, SERAC_SWEEP_VALUES);
        serac_config_format(value, text, sizeof text);
        if (!serac_sweep_append(values, text))
            return SERAC_E_NOMEM;
        value = r.times > 0 ? value * r.times : r.from + (i + 1) * r.step;
    }
    return SERAC_OK;
}

static enum serac_status read_value(const struct serac_config *config,
                                    const struct serac_group *element,
                                    const char *key,
                                    struct serac_sweep_list *values,
                                    struct serac_error *error)
{
    char text[256];
    if (!serac_config_value(element, text, sizeof text))
        return serac_config_fail(config, element, error, "%s: must be values, a "
                                 "list of values, or { from, to, step or times "
                                 "}; texts without : and =", key);
    return serac_sweep_append(values, text) ? SERAC_OK : SERAC_E_NOMEM;
}

enum serac_status serac_sweep_values(const struct serac_config *config,
                                     const struct serac_group *from,
                                     const char *key,
                                     struct serac_sweep_list *values,
                                     struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    if (serac_config_is_group(from))
        return read_range(config, from, key, values, error);
    if (!serac_config_is_list(from))
        return read_value(config, from, key, values, error);
    uint32_t count = serac_config_count(from);
    if (count < 1 || count > SERAC_SWEEP_VALUES)
        return serac_config_fail(config, from, error, "%s: must have 1..%d "
                                 "values", key, SERAC_SWEEP_VALUES);
    for (uint32_t i = 0; status == SERAC_OK && i < count; i++)
        status = read_value(config, serac_config_element(from, i), key, values,
                            error);
    return status;
}

/* --- combinations -------------------------------------------------------------- */

/* `name` and its combination `index`. */
static bool vary(const struct serac_sweep_axis *axes, uint32_t count,
                 uint64_t index, const char *name, char *text, size_t room)
{
    size_t used = (size_t)snprintf(text, room, "%s", name);
    uint64_t below = 1;
    for (uint32_t a = 0; a < count; a++)
        below *= axes[a].values.count;
    for (uint32_t a = 0; a < count; a++) {
        below /= axes[a].values.count;
        const char *value = axes[a].values.names[index / below];
        index %= below;
        for (uint32_t k = 0; k < axes[a].num_keys && used < room; k++)
            used += (size_t)snprintf(text + used, room - used, ":%s=%s",
                                     axes[a].keys[k], value);
    }
    return used < room;
}

enum serac_status serac_sweep_expand(const struct serac_config *config,
                                     const struct serac_sweep_axis *axes,
                                     uint32_t count, const char *what,
                                     struct serac_sweep_list *names,
                                     struct serac_error *error)
{
    struct serac_sweep_list all = {0, NULL};
    uint64_t each = 1;
    char text[1024];
    if (count == 0)
        return SERAC_OK;
    for (uint32_t a = 0; a < count; a++) {
        each *= axes[a].values.count;
        if (each * names->count > SERAC_SWEEP_VARIANTS)
            return serac_config_fail(config, axes[a].place, error, "%s: more "
                                     "than %d combinations of the %s",
                                     axes[a].keys[0], SERAC_SWEEP_VARIANTS, what);
    }
    for (uint32_t n = 0; n < names->count; n++)
        for (uint64_t i = 0; i < each; i++) {
            bool fits = vary(axes, count, i, names->names[n], text, sizeof text);
            if (fits && serac_sweep_append(&all, text))
                continue;
            serac_sweep_list_free(&all);
            return fits ? SERAC_E_NOMEM
                        : serac_config_fail(config, axes[0].place, error,
                                            "%s: the variations of %.64s are too "
                                            "long", what, names->names[n]);
        }
    serac_sweep_list_free(names);
    *names = all;
    return SERAC_OK;
}
