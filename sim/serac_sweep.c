/* serac_sweep.c - reads sweep files. */
#include "serac_sweep.h"

#include <stdio.h>
#include <string.h>

#include "serac_config.h"
#include "serac_tech.h"
#include "serac_workload.h"

static const struct serac_key keys[] = {
    {"designs", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
    {"networks", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"workloads", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"precisions", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"memories", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"technologies", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"dataset", SERAC_KEY_STRING, offsetof(struct serac_sweep, dataset), false,
     0, 0, 256},
    {"images", SERAC_KEY_U32, offsetof(struct serac_sweep, images), false, 1,
     1000000, 0},
};

/* No `fallback`: empty if the key is missing. */
static enum serac_status read_list(const struct serac_config *config,
                                   const char *key, const char *fallback,
                                   struct serac_sweep_list *list,
                                   struct serac_error *error)
{
    const struct serac_group *group =
        serac_config_child(serac_config_root(config), key);
    list->count = fallback ? 1 : 0;
    if (fallback)
        snprintf(list->names[0], sizeof list->names[0], "%s", fallback);
    if (!group)
        return SERAC_OK;
    list->count = serac_config_count(group);
    if (list->count < 1 || list->count > SERAC_SWEEP_NAMES)
        return serac_config_fail(config, group, error,
                                 "%s: must have 1..%d names", key,
                                 SERAC_SWEEP_NAMES);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *name = serac_config_string(serac_config_element(group, i));
        if (!name || strlen(name) >= sizeof list->names[0])
            return serac_config_fail(config, group, error,
                                     "%s: must be names", key);
        snprintf(list->names[i], sizeof list->names[i], "%s", name);
    }
    return SERAC_OK;
}

/* One precision: "W/A" or [W, A]. */
static bool read_precision(const struct serac_group *element, char text[256])
{
    const char *given = serac_config_string(element);
    int64_t w = 0, a = 0;
    uint32_t weight_bits, act_bits;
    if (given)
        snprintf(text, 256, "%s", given);
    else if (serac_config_is_list(element) &&
             serac_config_count(element) == 2 &&
             serac_config_integer(serac_config_element(element, 0), &w) &&
             serac_config_integer(serac_config_element(element, 1), &a))
        snprintf(text, 256, "%lld/%lld", (long long)w, (long long)a);
    else
        return false;
    return serac_workload_precision(text, &weight_bits, &act_bits);
}

/* Precisions belong to workloads: networks have their own. */
static enum serac_status read_precisions(const struct serac_config *config,
                                         struct serac_sweep *sweep,
                                         struct serac_error *error)
{
    const struct serac_group *root = serac_config_root(config);
    const struct serac_group *group = serac_config_child(root, "precisions");
    struct serac_sweep_list *list = &sweep->precisions;
    if (sweep->networks.count + sweep->workloads.count == 0)
        return serac_config_fail(config, root, error, "networks: missing, "
                                 "networks or workloads are required");
    if (sweep->workloads.count == 0)
        return group ? serac_config_fail(config, group, error, "precisions: "
                                         "only with workloads; a network has "
                                         "its own widths")
                     : SERAC_OK;
    if (!group)
        return serac_config_fail(config, serac_config_child(root, "workloads"),
                                 error, "precisions: missing, workloads "
                                 "require it");
    list->count = serac_config_count(group);
    if (list->count < 1 || list->count > SERAC_SWEEP_NAMES)
        return serac_config_fail(config, group, error,
                                 "precisions: must have 1..%d",
                                 SERAC_SWEEP_NAMES);
    for (uint32_t i = 0; i < list->count; i++)
        if (!read_precision(serac_config_element(group, i), list->names[i]))
            return serac_config_fail(config, group, error, "precisions: must "
                                     "be \"W/A\" or [W, A], both 1..8");
    return SERAC_OK;
}

enum serac_status serac_sweep_load(const char *name, struct serac_sweep *sweep,
                                   struct serac_error *error)
{
    struct serac_sweep s = {.images = 0};
    struct serac_config *config = NULL;
    char path[1024];
    enum serac_status status =
        serac_config_find("sweeps", name, path, sizeof path, error);
    if (status == SERAC_OK)
        status = serac_config_open(path, &config, error);
    if (status == SERAC_OK)
        status = serac_config_read(config, serac_config_root(config), keys,
                                   sizeof keys / sizeof *keys, &s, error);
    if (status == SERAC_OK)
        status = read_list(config, "designs", NULL, &s.designs, error);
    if (status == SERAC_OK)
        status = read_list(config, "networks", NULL, &s.networks, error);
    if (status == SERAC_OK)
        status = read_list(config, "workloads", NULL, &s.workloads, error);
    if (status == SERAC_OK)
        status = read_precisions(config, &s, error);
    if (status == SERAC_OK)
        status = read_list(config, "memories", "default", &s.memories, error);
    if (status == SERAC_OK)
        status = read_list(config, "technologies", SERAC_DEFAULT_TECH,
                           &s.technologies, error);
    serac_config_close(config);
    if (status == SERAC_OK)
        *sweep = s;
    return status;
}
