/* serac_sweep.c - reads sweep files. */
#include "serac_sweep.h"

#include <stdio.h>
#include <string.h>

#include "serac_config.h"

static const struct serac_key keys[] = {
    {"designs", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
    {"networks", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
    {"memories", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"technologies", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"dataset", SERAC_KEY_STRING, offsetof(struct serac_sweep, dataset), false,
     0, 0, 256},
    {"images", SERAC_KEY_U32, offsetof(struct serac_sweep, images), false, 1,
     1000000, 0},
};

static enum serac_status read_list(const struct serac_config *config,
                                   const char *key, const char *fallback,
                                   struct serac_sweep_list *list,
                                   struct serac_error *error)
{
    const struct serac_group *group =
        serac_config_child(serac_config_root(config), key);
    list->count = 1;
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
        status = read_list(config, "memories", "default", &s.memories, error);
    if (status == SERAC_OK)
        status = read_list(config, "technologies", "published-45nm",
                           &s.technologies, error);
    serac_config_close(config);
    if (status == SERAC_OK)
        *sweep = s;
    return status;
}
