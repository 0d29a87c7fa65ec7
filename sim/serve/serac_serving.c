/* serac_serving.c - reads serving scenarios. */
#include "serac_serving.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "serac_requests.h"
#include "serac_tech.h"
#include "serac_workload.h"

#define AT(member) offsetof(struct serac_serving, member)
#define ROOM(member) sizeof ((struct serac_serving *)0)->member
static const struct serac_key keys[] = {
    {"workload", SERAC_KEY_STRING, AT(workload), true, 0, 0, ROOM(workload)},
    {"designs", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
    {"precisions", SERAC_KEY_CHILD, 0, true, 0, 0, 0},
    {"memory", SERAC_KEY_STRING, AT(memory), false, 0, 0, ROOM(memory)},
    {"technology", SERAC_KEY_STRING, AT(technology), false, 0, 0, ROOM(technology)},
    {"rates", SERAC_KEY_NUMBERS, AT(rates), false, 1e-6, 1e9, 0},
    {"trace", SERAC_KEY_STRING, AT(trace), false, 0, 0, 256},
    {"seed", SERAC_KEY_U64, AT(seed), false, 0, 0, 0},
    {"requests", SERAC_KEY_U32, AT(requests), false, 100, 10000000, 0},
    {"warm_up", SERAC_KEY_U32, AT(warm_up), false, 0, 9999999, 0},
    {"max_batch", SERAC_KEY_NUMBERS, AT(max_batch), false, 1, SERAC_REQUESTS_BATCH, 0},
    {"max_wait_us", SERAC_KEY_F64, AT(max_wait_us), false, 0, 1e9, 0},
    {"devices", SERAC_KEY_NUMBERS, AT(devices), false, 1, SERAC_REQUESTS_DEVICES, 0},
    {"latency_ms", SERAC_KEY_F64, AT(latency_ms), false, 1e-6, 1e9, 0},
    {"cost_per_device", SERAC_KEY_F64, AT(cost_per_device), false, 1e-6, 1e9, 0},
};

static const struct serac_group *child(const struct serac_config *config, const char *key)
{
    return serac_config_child(serac_config_root(config), key);
}

static enum serac_status read_designs(const struct serac_config *config, struct serac_serving *s,
                                      struct serac_error *error)
{
    const struct serac_group *group = child(config, "designs");
    s->num_designs = serac_config_count(group);
    if (!serac_config_is_list(group) || s->num_designs < 1 || s->num_designs > SERAC_SERVING_DESIGNS)
        return serac_config_fail(config, group, error, "designs: must have 1..%d names",
                                 SERAC_SERVING_DESIGNS);
    for (uint32_t i = 0; i < s->num_designs; i++) {
        const char *name = serac_config_string(serac_config_element(group, i));
        if (!name || strlen(name) >= sizeof s->designs[i])
            return serac_config_fail(config, group, error, "designs: must be names");
        snprintf(s->designs[i], sizeof s->designs[i], "%s", name);
    }
    return SERAC_OK;
}

static enum serac_status read_widths(const struct serac_config *config, struct serac_serving *s,
                                     struct serac_error *error)
{
    const struct serac_group *group = child(config, "precisions");
    s->num_widths = serac_config_count(group);
    if (!serac_config_is_list(group) || s->num_widths < 1 || s->num_widths > SERAC_SERVING_WIDTHS)
        return serac_config_fail(config, group, error, "precisions: must have 1..%d, \"8/8\" say",
                                 SERAC_SERVING_WIDTHS);
    for (uint32_t i = 0; i < s->num_widths; i++) {
        const char *text = serac_config_string(serac_config_element(group, i));
        if (!text || !serac_workload_precision(text, &s->weight_bits[i], &s->act_bits[i]))
            return serac_config_fail(config, group, error, "precisions: \"%s\": must be W/A, both 1..8",
                                     text ? text : "?");
    }
    return SERAC_OK;
}

static enum serac_status check_whole(const struct serac_config *config, const char *key,
                                     const struct serac_numbers *numbers, struct serac_error *error)
{
    for (uint32_t i = 0; i < numbers->count; i++)
        if (numbers->value[i] != floor(numbers->value[i]))
            return serac_config_fail(config, child(config, key), error,
                                     "%s = %g: must be a whole number", key, numbers->value[i]);
    return SERAC_OK;
}

/* Keys that make no sense without another one, or beside it. */
static enum serac_status check_together(const struct serac_config *config, struct serac_serving *s,
                                        struct serac_error *error)
{
    const struct serac_group *root = serac_config_root(config);
    bool rates = child(config, "rates") != NULL;
    if (rates == (s->trace[0] != 0))
        return serac_config_fail(config, child(config, "trace"), error,
                                 "rates or trace: one of the two is required");
    static const char *const poisson[] = {"requests", "seed"};
    for (unsigned i = 0; i < 2; i++)
        if (!rates && serac_config_child(root, poisson[i]))
            return serac_config_fail(config, serac_config_child(root, poisson[i]), error,
                                     "%s: only with rates, a trace is what it is", poisson[i]);
    if (rates && s->warm_up >= s->requests)
        return serac_config_fail(config, child(config, "warm_up"), error,
                                 "warm_up = %u: must be less than requests, %u", s->warm_up, s->requests);
    enum serac_status status = check_whole(config, "max_batch", &s->max_batch, error);
    return status == SERAC_OK ? check_whole(config, "devices", &s->devices, error) : status;
}

/* A relative path is one beside the file, as a network's blob. */
static enum serac_status place_trace(const struct serac_config *config,
                                     struct serac_serving *s, struct serac_error *error)
{
    char name[256];
    const char *path = serac_config_path(config);
    const char *variation = serac_config_variation(path);
    size_t length = variation ? (size_t)(variation - path) : strlen(path);
    while (length && path[length - 1] != '/')
        length--;
    if (!s->trace[0] || s->trace[0] == '/' || !length)
        return SERAC_OK;
    snprintf(name, sizeof name, "%.255s", s->trace);
    if (length + strlen(name) >= sizeof s->trace)
        return serac_config_fail(config, child(config, "trace"), error, "trace: path too long");
    snprintf(s->trace, sizeof s->trace, "%.*s%s", (int)length, path, name);
    return SERAC_OK;
}

static enum serac_status read_all(const struct serac_config *config, struct serac_serving *s,
                                  struct serac_error *error)
{
    enum serac_status status = serac_config_read(config, serac_config_root(config), keys,
                                                 sizeof keys / sizeof *keys, s, error);
    if (status == SERAC_OK && !child(config, "warm_up"))
        s->warm_up = s->trace[0] ? 0 : s->requests / 10;
    if (status == SERAC_OK)
        status = check_together(config, s, error);
    if (status == SERAC_OK)
        status = read_designs(config, s, error);
    if (status == SERAC_OK)
        status = read_widths(config, s, error);
    return status == SERAC_OK ? place_trace(config, s, error) : status;
}

enum serac_status serac_serving_load(const char *name, struct serac_serving *serving,
                                     struct serac_error *error)
{
    struct serac_serving s;
    struct serac_config *config = NULL;
    memset(&s, 0, sizeof s);
    strcpy(s.memory, "default");
    strcpy(s.technology, SERAC_DEFAULT_TECH);
    s.seed = 1;
    s.requests = 100000;
    s.max_batch = (struct serac_numbers){1, {1}};
    enum serac_status status = serac_config_open_named("serving", name, &config, error);
    if (status != SERAC_OK)
        return status;
    status = read_all(config, &s, error);
    serac_config_close(config);
    if (status == SERAC_OK)
        *serving = s;
    return status;
}
