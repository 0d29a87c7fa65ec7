/* serac_sweep_vary.c - keys of designs, memories, technologies and workloads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_sweep_read.h"
#include "serac_tech.h"
#include "serac_workload.h"

/* What one group of the file varies. */
struct variations {
    const struct serac_config *config;
    struct serac_error *error;
    struct serac_sweep_axis axes[SERAC_SWEEP_AXES];
    uint32_t count;
};

static void free_axes(struct variations *v)
{
    for (uint32_t i = 0; i < v->count; i++)
        serac_sweep_list_free(&v->axes[i].values);
}

static struct serac_sweep_axis *new_axis(struct variations *v,
                                         const struct serac_group *place)
{
    if (v->count == SERAC_SWEEP_AXES) {
        (void)serac_config_fail(v->config, place, v->error,
                                "more than %d keys are varied", SERAC_SWEEP_AXES);
        return NULL;
    }
    struct serac_sweep_axis *axis = &v->axes[v->count++];
    memset(axis, 0, sizeof *axis);
    axis->place = place;
    return axis;
}

/* A group of keys, and groups in it; `prefix` is the path so far. */
static enum serac_status read_group(struct variations *v,
                                    const struct serac_group *group,
                                    const char *prefix, bool nested)
{
    enum serac_status status = SERAC_OK;
    if (!serac_config_is_group(group))
        return serac_config_fail(v->config, group, v->error, "%s: must be a group "
                                 "{ KEY = values; }", serac_config_key(group));
    for (uint32_t i = 0; status == SERAC_OK && i < serac_config_count(group);
         i++) {
        const struct serac_group *child = serac_config_element(group, i);
        char path[256];
        if (snprintf(path, sizeof path, "%s%s", prefix,
                     serac_config_key(child)) > (int)sizeof path - 2)
            return serac_config_fail(v->config, child, v->error,
                                     "the path of the key is too long");
        if (nested && serac_config_is_group(child) &&
            !serac_config_child(child, "from")) {
            strcat(path, ".");
            status = read_group(v, child, path, true);
            continue;
        }
        struct serac_sweep_axis *axis = new_axis(v, child);
        if (!axis)
            return SERAC_E_INPUT;
        strcpy(axis->keys[axis->num_keys++], path);
        status = serac_sweep_values(v->config, child, path, &axis->values,
                                    v->error);
    }
    return status;
}

/* Designs and memories: a flat group whose keys are in a table. */
static enum serac_status read_flat(struct variations *v, const char *name,
                                   const struct serac_key *keys, size_t count)
{
    const struct serac_group *group = serac_sweep_child(v->config, name);
    enum serac_status status =
        group ? read_group(v, group, "", false) : SERAC_OK;
    for (uint32_t a = 0; status == SERAC_OK && a < v->count; a++)
        for (uint32_t i = 0; status == SERAC_OK && i < v->axes[a].values.count;
             i++)
            status = serac_config_check(v->config, v->axes[a].place, keys, count,
                                        v->axes[a].keys[0],
                                        v->axes[a].values.names[i], v->error);
    return status;
}

/* --- workloads ----------------------------------------------------------------- */

static const struct serac_key workload_keys[] = {
    {"keys", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
    {"values", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
};

/* { keys = ["sizes.SIZE", "LAYER.KEY", ...]; values = ...; }: all get the same value. */
static enum serac_status read_linked(struct variations *v,
                                     const struct serac_group *element)
{
    enum serac_status status =
        serac_config_read(v->config, element, workload_keys, 2, NULL, v->error);
    if (status != SERAC_OK)
        return status;
    const struct serac_group *keys = serac_config_child(element, "keys");
    struct serac_sweep_axis *axis = new_axis(v, element);
    if (!axis)
        return SERAC_E_INPUT;
    uint32_t count = serac_config_count(keys);
    const size_t room = sizeof axis->keys[0];
    for (uint32_t k = 0; k < count || k == 0; k++) {
        const char *key =
            k < count ? serac_config_string(serac_config_element(keys, k)) : NULL;
        if (!key || !strchr(key, '.') || strpbrk(key, ":=") || k == 8 ||
            strlen(key) + sizeof "layers." > room)
            return serac_config_fail(v->config, keys, v->error, "keys: must be 1..8 "
                                     "of \"sizes.SIZE\", \"LAYER.KEY\", or \"*.KEY\" "
                                     "for every layer that has it");
        snprintf(axis->keys[axis->num_keys++], room, "%s%s",
                 strncmp(key, "sizes.", 6) ? "layers." : "", key);
    }
    return serac_sweep_values(v->config, serac_config_child(element, "values"),
                              "values", &axis->values, v->error);
}

static enum serac_status read_workload(struct variations *v)
{
    const struct serac_group *list = serac_sweep_child(v->config, "workload");
    enum serac_status status = SERAC_OK;
    if (list && serac_config_is_group(list))
        return serac_config_fail(v->config, list, v->error, "workload: must be a "
                                 "list ( { keys = [...]; values = ...; } )");
    for (uint32_t i = 0; list && status == SERAC_OK &&
                         i < serac_config_count(list); i++)
        status = read_linked(v, serac_config_element(list, i));
    return status;
}

/* --- technologies and workloads are tried: they have no table of keys ------------ */

static enum serac_status try_technology(const char *name,
                                        struct serac_error *error)
{
    struct serac_tech tech;
    return serac_tech_load(name, &tech, error);
}

static enum serac_status try_workload(const char *name,
                                      struct serac_error *error)
{
    struct serac_workload *workload = NULL;
    enum serac_status status = serac_workload_load(name, &workload, error);
    serac_workload_destroy(workload);
    return status;
}

typedef enum serac_status try_fn(const char *name, struct serac_error *error);

/* Every value alone, on every name. */
static enum serac_status try_values(const struct variations *v,
                                    const struct serac_sweep_list *names,
                                    try_fn *try)
{
    char text[1024];
    enum serac_status status = SERAC_OK;
    for (uint32_t n = 0; v->count && status == SERAC_OK && n < names->count; n++)
        status = try(names->names[n], v->error);
    for (uint32_t n = 0; n < names->count; n++)
        for (uint32_t a = 0; a < v->count; a++)
            for (uint32_t i = 0;
                 status == SERAC_OK && i < v->axes[a].values.count; i++) {
                const struct serac_sweep_axis *axis = &v->axes[a];
                struct serac_error detail = {""};
                size_t used = (size_t)snprintf(text, sizeof text, "%s",
                                               names->names[n]);
                for (uint32_t k = 0; k < axis->num_keys && used < sizeof text; k++)
                    used += (size_t)snprintf(text + used, sizeof text - used,
                                             ":%s=%s", axis->keys[k],
                                             axis->values.names[i]);
                status = try(text, &detail);
                if (status == SERAC_E_INPUT)
                    status = serac_config_fail(
                        v->config, axis->place, v->error, "%.64s: %.700s",
                        names->names[n], serac_config_message(&detail));
            }
    return status;
}

enum serac_status serac_sweep_read_variations(const struct serac_config *config,
                                              struct serac_sweep *s,
                                              struct serac_error *error)
{
    static const char *const whats[] = {"design", "memory", "technology",
                                        "workload"};
    struct serac_sweep_list *const names[] = {&s->designs, &s->memories,
                                              &s->technologies, &s->workloads};
    bool varied[4];
    enum serac_status status = SERAC_OK;
    struct variations *v = malloc(sizeof *v);
    if (!v)
        return SERAC_E_NOMEM;
    for (int kind = 0; status == SERAC_OK && kind < 4; kind++) {
        const struct serac_group *group = serac_sweep_child(config, whats[kind]);
        size_t count;
        const struct serac_key *keys = kind == 0 ? serac_design_keys(&count)
                                                 : serac_memory_keys(&count);
        *v = (struct variations){.config = config, .error = error};
        if (kind < 2)
            status = read_flat(v, whats[kind], keys, count);
        else if (kind == 3)
            status = read_workload(v);
        else if (group)
            status = read_group(v, group, "", true);
        if (status == SERAC_OK && kind >= 2)
            status = try_values(v, names[kind],
                                kind == 2 ? try_technology : try_workload);
        if (status == SERAC_OK)
            status = serac_sweep_expand(config, v->axes, v->count, whats[kind],
                                        names[kind], error);
        varied[kind] = v->count > 0;
        free_axes(v);
    }
    free(v);
    s->varied_designs = status == SERAC_OK && varied[0];
    s->varied_memories = status == SERAC_OK && varied[1];
    return status;
}
