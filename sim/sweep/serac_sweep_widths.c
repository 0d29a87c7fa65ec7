/* serac_sweep_widths.c - widths and batches of a sweep. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_sweep_read.h"

#define BATCH_MAX 1024

/* Whole numbers of a key that may be missing; *numbers is the caller's to free. */
static enum serac_status read_numbers(const struct serac_config *config,
                                      const char *key, uint32_t most,
                                      uint32_t **numbers, uint32_t *count,
                                      struct serac_error *error)
{
    const struct serac_group *group = serac_sweep_child(config, key);
    const struct serac_key one = {key, SERAC_KEY_U32, 0, false, 1, most, 0};
    struct serac_sweep_list texts = {0, NULL};
    if (!group)
        return SERAC_OK;
    enum serac_status status =
        serac_sweep_values(config, group, key, &texts, error);
    for (uint32_t i = 0; status == SERAC_OK && i < texts.count; i++)
        status = serac_config_check(config, group, &one, 1, key, texts.names[i],
                                    error);
    if (status == SERAC_OK) {
        *numbers = calloc(texts.count, sizeof **numbers);
        *count = *numbers ? texts.count : 0;
        status = *numbers ? SERAC_OK : SERAC_E_NOMEM;
    }
    for (uint32_t i = 0; status == SERAC_OK && i < texts.count; i++)
        (*numbers)[i] = (uint32_t)strtoul(texts.names[i], NULL, 10);
    serac_sweep_list_free(&texts);
    return status;
}

/* "W/A", "W/A/S", [W, A] or [W, A, S]; no S: 0. */
static bool read_precision(const struct serac_group *element,
                           struct serac_sweep_widths *widths)
{
    const char *given = serac_config_string(element);
    int64_t w[3] = {0, 0, 0};
    char rest;
    int count = 0;
    unsigned t[3];
    if (given && strspn(given, "12345678/") == strlen(given)) {
        count = sscanf(given, "%1u/%1u/%1u%c", &t[0], &t[1], &t[2], &rest);
        for (int i = 0; i < count && i < 3; i++)
            w[i] = t[i];
        if (strlen(given) != 2 * (size_t)count - 1)
            return false;
    } else if (serac_config_is_list(element) &&
               serac_config_count(element) <= 3) {
        for (; count < (int)serac_config_count(element); count++)
            if (!serac_config_integer(
                    serac_config_element(element, (uint32_t)count), &w[count]))
                return false;
    }
    for (int i = 0; i < count && i < 3; i++)
        if (w[i] < 1 || w[i] > 8)
            return false;
    *widths = (struct serac_sweep_widths){(uint32_t)w[0], (uint32_t)w[1],
                                          (uint32_t)w[2]};
    return (count == 2 || count == 3) && w[2] <= w[0];
}

static enum serac_status read_pairs(const struct serac_config *config,
                                    const struct serac_group *group,
                                    struct serac_sweep_widths **pairs,
                                    uint32_t *count, struct serac_error *error)
{
    uint32_t n = serac_config_count(group);
    if (n < 1 || n > SERAC_SWEEP_NAMES)
        return serac_config_fail(config, group, error,
                                 "precisions: must have 1..%d",
                                 SERAC_SWEEP_NAMES);
    *pairs = calloc(n, sizeof **pairs);
    if (!*pairs)
        return SERAC_E_NOMEM;
    for (*count = 0; *count < n; ++*count)
        if (!read_precision(serac_config_element(group, *count),
                            &(*pairs)[*count]))
            return serac_config_fail(
                config, group, error, "precisions: must be \"W/A\", \"W/A/S\", "
                "[W, A] or [W, A, S], all 1..8, S at most W");
    return SERAC_OK;
}

/* Every weight width with every activation width. */
static enum serac_status read_product(const struct serac_config *config,
                                      struct serac_sweep_widths **pairs,
                                      uint32_t *count,
                                      struct serac_error *error)
{
    uint32_t *w = NULL, *a = NULL, num_w = 0, num_a = 0;
    enum serac_status status =
        read_numbers(config, "weight_bits", 8, &w, &num_w, error);
    if (status == SERAC_OK)
        status = read_numbers(config, "act_bits", 8, &a, &num_a, error);
    if (status == SERAC_OK && !(num_w && num_a))
        status = serac_config_fail(
            config, serac_sweep_child(config, "workloads"), error,
            "precisions: missing, workloads require it, or weight_bits and "
            "act_bits");
    if (status == SERAC_OK) {
        *pairs = calloc((size_t)num_w * num_a, sizeof **pairs);
        status = *pairs ? SERAC_OK : SERAC_E_NOMEM;
    }
    for (uint32_t i = 0; status == SERAC_OK && i < num_w * num_a; i++, ++*count)
        (*pairs)[i] = (struct serac_sweep_widths){w[i / num_a], a[i % num_a], 0};
    free(w);
    free(a);
    return status;
}

/* Each pair at each width in memory that is not wider than the computed. */
static enum serac_status store(const struct serac_config *config,
                               const struct serac_sweep_widths *pairs,
                               uint32_t count, struct serac_sweep *s,
                               struct serac_error *error)
{
    const struct serac_group *group =
        serac_sweep_child(config, "weight_store_bits");
    uint32_t *stored = NULL, num = 0;
    enum serac_status status =
        read_numbers(config, "weight_store_bits", 8, &stored, &num, error);
    if (status == SERAC_OK) {
        s->precisions = calloc((size_t)count * (num + 1), sizeof *pairs);
        status = s->precisions ? SERAC_OK : SERAC_E_NOMEM;
    }
    for (uint32_t i = 0; status == SERAC_OK && i < count; i++) {
        if (num && pairs[i].weight_store_bits)
            status = serac_config_fail(config, group, error,
                                       "weight_store_bits: precisions have "
                                       "theirs already, W/A/S");
        for (uint32_t k = 0; k < (num ? num : 1); k++) {
            struct serac_sweep_widths p = pairs[i];
            if (num)
                p.weight_store_bits = stored[k];
            else if (!p.weight_store_bits)
                p.weight_store_bits = p.weight_bits;
            if (p.weight_store_bits <= p.weight_bits)
                s->precisions[s->num_precisions++] = p;
            else
                s->unstorable++;
        }
    }
    if (status == SERAC_OK && s->num_precisions == 0)
        status = serac_config_fail(config, group, error, "weight_store_bits: "
                                   "all wider than weight_bits, at most that "
                                   "can be stored");
    free(stored);
    return status;
}

enum serac_status serac_sweep_read_widths(const struct serac_config *config,
                                          struct serac_sweep *s,
                                          struct serac_error *error)
{
    static const char *const of_workloads[] = {
        "precisions", "weight_bits", "act_bits", "weight_store_bits", "batch",
        "workload"};
    const struct serac_group *listed = serac_sweep_child(config, "precisions");
    struct serac_sweep_widths *pairs = NULL;
    uint32_t count = 0;
    for (int i = 0; i < 6; i++) {
        const struct serac_group *group =
            serac_sweep_child(config, of_workloads[i]);
        if (group && s->workloads.count == 0)
            return serac_config_fail(config, group, error, "%s: only with "
                                     "workloads; a network has its own widths, "
                                     "and runs one input at a time",
                                     of_workloads[i]);
        if (group && listed && (i == 1 || i == 2))
            return serac_config_fail(config, group, error, "%s: not beside "
                                     "precisions", of_workloads[i]);
    }
    if (s->workloads.count == 0)
        return SERAC_OK;
    enum serac_status status =
        listed ? read_pairs(config, listed, &pairs, &count, error)
               : read_product(config, &pairs, &count, error);
    if (status == SERAC_OK)
        status = store(config, pairs, count, s, error);
    free(pairs);
    if (status == SERAC_OK)
        status = read_numbers(config, "batch", BATCH_MAX, &s->batches,
                              &s->num_batches, error);
    if (status != SERAC_OK || s->num_batches)
        return status;
    s->batches = malloc(sizeof *s->batches);
    if (!s->batches)
        return SERAC_E_NOMEM;
    s->batches[s->num_batches++] = 1;
    return SERAC_OK;
}
