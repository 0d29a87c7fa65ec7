/* serac_workload.c - reads workloads and adds them up. */
#include "serac_workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_workload_read.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define LAYERS_MAX 4096

#define STRING(field)                                                         \
    {#field, SERAC_KEY_STRING, offsetof(struct serac_workload, field), true,  \
     0, 0, sizeof(((struct serac_workload *)0)->field)}

static const struct serac_key workload_keys[] = {
    STRING(name),
    STRING(source),
    {"published", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
    {"layers", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
};

static const struct serac_key published_keys[] = {
    {"macs", SERAC_KEY_U64, offsetof(struct serac_workload, published_macs),
     true, 0, 0, 0},
    STRING(macs_source),
    {"parameters", SERAC_KEY_U64,
     offsetof(struct serac_workload, published_parameters), true, 0, 0, 0},
    STRING(parameters_source),
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

/* A total of the layers against the published one. */
static enum serac_status check_total(const struct serac_config *config,
                                     const struct serac_group *published,
                                     const char *key, uint64_t wanted,
                                     uint64_t sum, struct serac_error *error)
{
    double apart = (double)sum / (double)wanted - 1;
    if (wanted && apart <= 0.01 && apart >= -0.01)
        return SERAC_OK;
    return serac_config_fail(config, serac_config_child(published, key), error,
                             "%s = %llu: the layers have %llu, more than 1 %% "
                             "apart", key, (unsigned long long)wanted,
                             (unsigned long long)sum);
}

static enum serac_status read_published(const struct serac_config *config,
                                        struct serac_workload *w,
                                        struct serac_error *error)
{
    const struct serac_group *group =
        serac_config_child(serac_config_root(config), "published");
    if (!group)
        return SERAC_OK;
    enum serac_status status = serac_config_read(
        config, group, published_keys, COUNT(published_keys), w, error);
    if (status == SERAC_OK)
        status = check_total(config, group, "macs", w->published_macs,
                             serac_workload_macs(w), error);
    if (status == SERAC_OK)
        status = check_total(config, group, "parameters",
                             w->published_parameters,
                             serac_workload_parameters(w), error);
    return status;
}

static enum serac_status read_workload(const struct serac_config *config,
                                       struct serac_workload *w,
                                       struct serac_error *error)
{
    const struct serac_group *root = serac_config_root(config);
    enum serac_status status = serac_config_read(
        config, root, workload_keys, COUNT(workload_keys), w, error);
    if (status != SERAC_OK)
        return status;
    const struct serac_group *list = serac_config_child(root, "layers");
    uint32_t count = serac_config_count(list);
    if (count < 1 || count > LAYERS_MAX)
        return serac_config_fail(config, list, error,
                                 "layers: must have 1..%d", LAYERS_MAX);
    w->layers = calloc(count, sizeof *w->layers);
    if (!w->layers)
        return SERAC_E_NOMEM;
    w->num_layers = count;
    for (uint32_t i = 0; status == SERAC_OK && i < count; i++)
        status = serac_workload_read_layer(
            config, serac_config_element(list, i), w, i, error);
    return status == SERAC_OK ? read_published(config, w, error) : status;
}

enum serac_status serac_workload_load(const char *name,
                                      struct serac_workload **workload,
                                      struct serac_error *error)
{
    char path[1024];
    struct serac_config *config = NULL;
    enum serac_status status =
        serac_config_find("workloads", name, path, sizeof path, error);
    if (status == SERAC_OK)
        status = serac_config_open(path, &config, error);
    if (status != SERAC_OK)
        return status;
    struct serac_workload *w = calloc(1, sizeof *w);
    status = w ? read_workload(config, w, error) : SERAC_E_NOMEM;
    if (status == SERAC_E_NOMEM && error)
        snprintf(error->text, sizeof error->text, "%s: out of memory", path);
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
