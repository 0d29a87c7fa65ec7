/* serac_sweep.c - reads sweep files. */
#include "serac_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_sweep_read.h"
#include "serac_tech.h"

#define CHILD(name) {name, SERAC_KEY_CHILD, 0, false, 0, 0, 0}

static const struct serac_key keys[] = {
    {"designs", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
    CHILD("networks"), CHILD("workloads"), CHILD("memories"),
    CHILD("technologies"), CHILD("design"), CHILD("memory"),
    CHILD("technology"), CHILD("workload"), CHILD("precisions"),
    CHILD("weight_bits"), CHILD("act_bits"), CHILD("weight_store_bits"),
    CHILD("batch"), CHILD("constraints"),
    {"dataset", SERAC_KEY_STRING, offsetof(struct serac_sweep, dataset), false,
     0, 0, 256},
    {"images", SERAC_KEY_U32, offsetof(struct serac_sweep, images), false, 1,
     1000000, 0},
};

const struct serac_group *serac_sweep_child(const struct serac_config *config,
                                            const char *key)
{
    return serac_config_child(serac_config_root(config), key);
}

/* --- lists of names ------------------------------------------------------------ */

/* No `fallback`: empty if the key is missing. */
static enum serac_status read_list(const struct serac_config *config,
                                   const char *key, const char *fallback,
                                   struct serac_sweep_list *list,
                                   struct serac_error *error)
{
    const struct serac_group *group = serac_sweep_child(config, key);
    if (!group)
        return !fallback || serac_sweep_append(list, fallback) ? SERAC_OK
                                                               : SERAC_E_NOMEM;
    uint32_t count = serac_config_count(group);
    if (count < 1 || count > SERAC_SWEEP_NAMES)
        return serac_config_fail(config, group, error,
                                 "%s: must have 1..%d names", key,
                                 SERAC_SWEEP_NAMES);
    for (uint32_t i = 0; i < count; i++) {
        const char *name = serac_config_string(serac_config_element(group, i));
        if (!name || strlen(name) > 255)
            return serac_config_fail(config, group, error,
                                     "%s: must be names", key);
        if (!serac_sweep_append(list, name))
            return SERAC_E_NOMEM;
    }
    return SERAC_OK;
}

static enum serac_status read_lists(const struct serac_config *config,
                                    struct serac_sweep *s,
                                    struct serac_error *error)
{
    const struct {
        const char *key, *fallback;
        struct serac_sweep_list *list;
    } lists[] = {{"designs", NULL, &s->designs},
                 {"networks", NULL, &s->networks},
                 {"workloads", NULL, &s->workloads},
                 {"memories", "default", &s->memories},
                 {"technologies", SERAC_DEFAULT_TECH, &s->technologies}};
    enum serac_status status = SERAC_OK;
    for (size_t i = 0; status == SERAC_OK && i < sizeof lists / sizeof *lists;
         i++)
        status = read_list(config, lists[i].key, lists[i].fallback,
                           lists[i].list, error);
    if (status == SERAC_OK && s->networks.count + s->workloads.count == 0)
        status = serac_config_fail(config, serac_config_root(config), error,
                                   "networks: missing, networks or workloads are "
                                   "required");
    return status;
}

/* --- constraints --------------------------------------------------------------- */

static enum serac_status read_constraints(const struct serac_config *config,
                                          struct serac_sweep *s,
                                          struct serac_error *error)
{
    const struct serac_group *group = serac_sweep_child(config, "constraints");
    uint32_t count = group ? serac_config_count(group) : 0;
    if (group && (count < 1 || count > SERAC_SWEEP_CONSTRAINTS))
        return serac_config_fail(config, group, error, "constraints: must have "
                                 "1..%d conditions", SERAC_SWEEP_CONSTRAINTS);
    for (uint32_t i = 0; i < count; i++) {
        const struct serac_group *element = serac_config_element(group, i);
        const char *text = serac_config_string(element);
        struct serac_error detail = {""};
        if (!text)
            return serac_config_fail(config, element, error, "constraints: must "
                                     "be texts, \"area_um2 < 5e6\" say");
        enum serac_status status =
            serac_expr_parse(text, &s->constraints[i], &detail);
        if (status == SERAC_E_INPUT)
            status = serac_config_fail(config, element, error,
                                       "constraints: %s", detail.text);
        if (status != SERAC_OK)
            return status;
        s->num_constraints++;
    }
    return SERAC_OK;
}

/* --- the file ------------------------------------------------------------------ */

enum serac_status serac_sweep_load(const char *name, struct serac_sweep *sweep,
                                   struct serac_error *error)
{
    struct serac_sweep s = {.images = 0};
    struct serac_config *config = NULL;
    enum serac_status status =
        serac_config_open_named("sweeps", name, &config, error);
    if (status == SERAC_OK)
        status = serac_config_read(config, serac_config_root(config), keys,
                                   sizeof keys / sizeof *keys, &s, error);
    if (status == SERAC_OK)
        status = read_lists(config, &s, error);
    if (status == SERAC_OK)
        status = serac_sweep_read_widths(config, &s, error);
    if (status == SERAC_OK)
        status = serac_sweep_read_variations(config, &s, error);
    if (status == SERAC_OK)
        status = read_constraints(config, &s, error);
    serac_config_close(config);
    if (status == SERAC_OK)
        *sweep = s;
    else
        serac_sweep_free(&s);
    return status;
}

void serac_sweep_free(struct serac_sweep *s)
{
    serac_sweep_list_free(&s->designs);
    serac_sweep_list_free(&s->memories);
    serac_sweep_list_free(&s->technologies);
    serac_sweep_list_free(&s->workloads);
    serac_sweep_list_free(&s->networks);
    free(s->precisions);
    free(s->batches);
    for (uint32_t i = 0; i < s->num_constraints; i++)
        serac_expr_destroy(s->constraints[i]);
    memset(s, 0, sizeof *s);
}
