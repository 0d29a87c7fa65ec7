/* serac_workload.c - reads workloads and adds them up. */
#include "serac_workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_workload_read.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define LAYERS_MAX 4096

#define TEXT(field, required)                                                 \
    {#field, SERAC_KEY_STRING, offsetof(struct serac_workload, field),        \
     required, 0, 0, sizeof(((struct serac_workload *)0)->field)}

static const struct serac_key workload_keys[] = {
    TEXT(name, true),
    TEXT(source, true),
    TEXT(assumed, false),
    {"kv_bits", SERAC_KEY_U32, offsetof(struct serac_workload, kv_bits), false,
     1, 8, 0},
    {"sizes", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"published", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"layers", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
};

static const struct serac_key published_keys[] = {
    {"macs", SERAC_KEY_U64, offsetof(struct serac_workload, published_macs),
     false, 0, 0, 0},
    TEXT(macs_source, false),
    {"parameters", SERAC_KEY_U64,
     offsetof(struct serac_workload, published_parameters), false, 0, 0, 0},
    TEXT(parameters_source, false),
    {"at", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
};

uint64_t serac_workload_macs(const struct serac_workload *w)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < w->num_layers; i++)
        if (w->layers[i].op != SERAC_WORKLOAD_HOST)
            sum += w->layers[i].count * serac_layer_macs(&w->layers[i].shape);
    return sum;
}

uint64_t serac_workload_parameters(const struct serac_workload *w)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < w->num_layers; i++)
        sum += w->layers[i].count * w->layers[i].parameters;
    return sum;
}

uint64_t serac_workload_host_operations(const struct serac_workload *w)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < w->num_layers; i++)
        sum += w->layers[i].count * w->layers[i].host_operations;
    return sum;
}

/* --- reading ------------------------------------------------------------- */

/* A total of the layers against the published one, if there is one; a number and
 * its source go together. */
static enum serac_status check_total(const struct serac_config *config,
                                     const struct serac_group *published,
                                     const char *key, const char *source_key,
                                     uint64_t wanted, uint64_t sum,
                                     struct serac_error *error)
{
    const struct serac_group *at = serac_config_child(published, key);
    const struct serac_group *source =
        serac_config_child(published, source_key);
    if (!at != !source)
        return serac_config_fail(config, published, error, "%s: missing, %s "
                                 "requires it", at ? source_key : key,
                                 at ? key : source_key);
    double apart = at ? (double)sum / (double)wanted - 1 : 0;
    if (apart <= 0.01 && apart >= -0.01)
        return SERAC_OK;
    return serac_config_fail(config, at, error, "%s = %llu: the layers have "
                             "%llu, more than 1 %% apart", key,
                             (unsigned long long)wanted,
                             (unsigned long long)sum);
}

static enum serac_status check_published(const struct serac_config *config,
                                         const struct serac_group *group,
                                         const struct serac_workload *w,
                                         struct serac_error *error)
{
    enum serac_status status =
        check_total(config, group, "macs", "macs_source", w->published_macs,
                    serac_workload_macs(w), error);
    if (status == SERAC_OK)
        status = check_total(config, group, "parameters", "parameters_source",
                             w->published_parameters,
                             serac_workload_parameters(w), error);
    return status;
}

/* The layers at the workload's sizes, in place of those it has. */
static enum serac_status read_layers(const struct serac_config *config,
                                     struct serac_workload *w,
                                     struct serac_error *error)
{
    const struct serac_group *list =
        serac_config_child(serac_config_root(config), "layers");
    enum serac_status status = SERAC_OK;
    uint32_t count = serac_config_count(list);
    if (count < 1 || count > LAYERS_MAX)
        return serac_config_fail(config, list, error,
                                 "layers: must have 1..%d", LAYERS_MAX);
    free(w->layers);
    w->layers = calloc(count, sizeof *w->layers);
    if (!w->layers)
        return SERAC_E_NOMEM;
    w->num_layers = count;
    for (uint32_t i = 0; status == SERAC_OK && i < count; i++)
        status = serac_workload_read_layer(
            config, serac_config_element(list, i), w, i, error);
    return status;
}

/* Published totals are checked at the sizes for which they were published, before
 * the sizes are those of the file again. */
static enum serac_status read_published(const struct serac_config *config,
                                        struct serac_workload *w,
                                        struct serac_error *error)
{
    const struct serac_group *group =
        serac_config_child(serac_config_root(config), "published");
    struct serac_workload_size sizes[SERAC_WORKLOAD_SIZES];
    if (!group)
        return SERAC_OK;
    enum serac_status status = serac_config_read(
        config, group, published_keys, COUNT(published_keys), w, error);
    if (status != SERAC_OK)
        return status;
    memcpy(sizes, w->sizes, sizeof sizes);
    status = serac_workload_read_sizes(
        config, serac_config_child(group, "at"), true, w, error);
    if (status == SERAC_OK)
        status = read_layers(config, w, error);
    if (status == SERAC_OK)
        status = check_published(config, group, w, error);
    memcpy(w->sizes, sizes, sizeof sizes);
    return status;
}

static enum serac_status read_workload(const struct serac_config *config,
                                       struct serac_workload *w,
                                       struct serac_error *error)
{
    const struct serac_group *root = serac_config_root(config);
    enum serac_status status = serac_config_read(
        config, root, workload_keys, COUNT(workload_keys), w, error);
    if (status == SERAC_OK)
        status = serac_workload_read_sizes(
            config, serac_config_child(root, "sizes"), false, w, error);
    /* What was published is of the workload as it is. */
    if (status == SERAC_OK && !serac_config_varied(config))
        status = read_published(config, w, error);
    if (status == SERAC_OK)
        status = read_layers(config, w, error);
    serac_config_vary_name(config, w->name, sizeof w->name);
    return status == SERAC_OK ? serac_workload_check_sizes(config, w, error)
                              : status;
}

enum serac_status serac_workload_load(const char *name,
                                      struct serac_workload **workload,
                                      struct serac_error *error)
{
    struct serac_config *config = NULL;
    enum serac_status status =
        serac_config_open_named("workloads", name, &config, error);
    if (status != SERAC_OK)
        return status;
    struct serac_workload *w = calloc(1, sizeof *w);
    status = w ? read_workload(config, w, error) : SERAC_E_NOMEM;
    if (status == SERAC_E_NOMEM && error)
        snprintf(error->text, sizeof error->text, "%s: out of memory", serac_config_path(config));
    serac_config_close(config);
    if (status == SERAC_OK)
        *workload = w;
    else
        serac_workload_destroy(w);
    return status;
}

void serac_workload_destroy(struct serac_workload *workload)
{
    if (!workload)
        return;
    free(workload->layers);
    free(workload);
}

bool serac_workload_precision(const char *text, uint32_t *weight_bits,
                              uint32_t *act_bits)
{
    if (strlen(text) != 3 || text[0] < '1' || text[0] > '8' ||
        text[1] != '/' || text[2] < '1' || text[2] > '8')
        return false;
    *weight_bits = (uint32_t)(text[0] - '0');
    *act_bits = (uint32_t)(text[2] - '0');
    return true;
}
