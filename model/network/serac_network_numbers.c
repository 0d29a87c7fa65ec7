/* serac_network_numbers.c - a layer's weights and parameters from the blob. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"
#include "serac_network_read.h"

static int32_t get32(const uint8_t *at)
{
    return (int32_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 |
                     (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
}

/* Weights: every value must be one that its kind and width have. */
static enum serac_status read_weights(struct serac_network_reader *r,
                                      const struct serac_group *group,
                                      const struct serac_layer_keys *keys,
                                      struct serac_layer *l)
{
    uint64_t k = (uint64_t)l->kernel_h * l->kernel_w *
                 (l->op == SERAC_OP_CONV ? l->input.channels : 1);
    uint64_t count = k * l->output.channels;
    uint32_t bits = l->weight_store_bits;
    if (keys->weights + count > r->blob_bytes)
        return serac_network_fail(r, group, "weights", "weights: %llu bytes at "
                                  "%u are beyond the blob's %u",
                                  (unsigned long long)count, keys->weights,
                                  r->blob_bytes);
    const int8_t *w = r->network->weights + keys->weights;
    for (uint64_t i = 0; i < count; i++) {
        int32_t v = l->weight_kind == SERAC_WEIGHT_UNSIGNED ? (uint8_t)w[i]
                                                            : w[i];
        int32_t low = l->weight_kind == SERAC_WEIGHT_SIGNED
                          ? -(1 << (bits - 1))
                      : l->weight_kind == SERAC_WEIGHT_BIPOLAR
                          ? 1 - (1 << bits) : 0;
        int32_t high = l->weight_kind == SERAC_WEIGHT_SIGNED
                           ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
        bool even = l->weight_kind == SERAC_WEIGHT_BIPOLAR && !(v & 1);
        if (v < low || v > high || even)
            return serac_network_fail(r, group, "weights", "weights: value %d "
                                      "at %llu: not a %u-bit weight of this "
                                      "kind", v,
                                      (unsigned long long)(keys->weights + i),
                                      bits);
    }
    l->weights = w;
    return SERAC_OK;
}

/* Words 1..3 of a record: mult, shift, add. */
static enum serac_status read_factors(const struct serac_network_reader *r,
                                      const struct serac_group *group,
                                      enum serac_requant_mode mode,
                                      const uint8_t *at, uint64_t record,
                                      struct serac_param *to)
{
    to->mult = get32(at);
    to->shift = get32(at + 4);
    to->add = get32(at + 8);
    int32_t low = mode == SERAC_MODE_FLOOR ? 0 : -31;
    int32_t high = mode == SERAC_MODE_FLOOR ? 31 : 30;
    if (to->shift >= low && to->shift <= high)
        return SERAC_OK;
    return serac_network_fail(r, group, "params", "params: shift %d of record "
                              "%llu: outside %d..%d", to->shift,
                              (unsigned long long)record, low, high);
}

/* The machine counts all thresholds <= x, in any order; files give them
 * ascending, so a disorder is damage. */
static enum serac_status read_thresholds(const struct serac_network_reader *r,
                                         const struct serac_group *group,
                                         const uint8_t *at, uint64_t record,
                                         struct serac_param *to)
{
    for (int t = 0; t < 15; t++) {
        to->thresholds[t] = get32(at + 4 * t);
        if (t > 0 && to->thresholds[t] < to->thresholds[t - 1])
            return serac_network_fail(r, group, "params", "params: threshold "
                                      "%d of record %llu: less than the one "
                                      "before", t, (unsigned long long)record);
    }
    return SERAC_OK;
}

static enum serac_status read_params(struct serac_network_reader *r,
                                     const struct serac_group *group,
                                     const struct serac_layer_keys *keys,
                                     struct serac_layer *l)
{
    uint32_t words = l->mode == SERAC_MODE_THRESHOLD ? 16 : 4;
    uint32_t sets = l->op == SERAC_OP_ADD ? 2 : 1;
    uint64_t count = (uint64_t)l->output.channels * sets;
    if (keys->params + count * words * 4 > r->blob_bytes)
        return serac_network_fail(r, group, "params", "params: %llu records at "
                                  "%u are beyond the blob's %u bytes",
                                  (unsigned long long)count, keys->params,
                                  r->blob_bytes);
    struct serac_param *to = calloc(count, sizeof *to);
    if (!to)
        return SERAC_E_NOMEM;
    l->params = to;
    const uint8_t *blob = r->blob;
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *at = blob + keys->params + i * words * 4;
        to[i].bias = get32(at);
        enum serac_status status =
            words == 16 ? read_thresholds(r, group, at + 4, i, &to[i])
                        : read_factors(r, group, l->mode, at + 4, i, &to[i]);
        if (status != SERAC_OK)
            return status;
    }
    return SERAC_OK;
}

/* One byte a channel, the zero point of its unsigned codes. */
static enum serac_status read_zero_points(struct serac_network_reader *r,
                                          const struct serac_group *group,
                                          const struct serac_layer_keys *keys,
                                          const struct serac_layer *l)
{
    const struct serac_group *at =
        serac_config_child(group, "weight_zero_points");
    if (!at)
        return SERAC_OK;
    if (l->weight_kind != SERAC_WEIGHT_UNSIGNED)
        return serac_config_fail(r->config, at, r->error,
                                 "weight_zero_points: only for weight_kind "
                                 "\"unsigned\"");
    if ((uint64_t)keys->weight_zero_points + l->output.channels >
        r->blob_bytes)
        return serac_config_fail(r->config, at, r->error,
                                 "weight_zero_points: %u bytes at %u are "
                                 "beyond the blob's %u", l->output.channels,
                                 keys->weight_zero_points, r->blob_bytes);
    /* Our own allocation of read_params, not yet handed out. */
    struct serac_param *params = (struct serac_param *)(uintptr_t)l->params;
    for (uint32_t m = 0; m < l->output.channels; m++)
        params[m].zero =
            (uint8_t)r->network->weights[keys->weight_zero_points + m];
    return SERAC_OK;
}

enum serac_status serac_network_read_numbers(
    struct serac_network_reader *r, const struct serac_group *group,
    const struct serac_layer_keys *keys, struct serac_layer *layer)
{
    enum serac_status status = SERAC_OK;
    if (layer->op != SERAC_OP_ADD && !layer->run_time)
        status = read_weights(r, group, keys, layer);
    if (status == SERAC_OK)
        status = read_params(r, group, keys, layer);
    return status == SERAC_OK ? read_zero_points(r, group, keys, layer)
                              : status;
}

/* --- words of the host's layers -------------------------------------------- */

/* Signs and ascending thresholds, or finite floats; of a norm the first not negative. */
static bool words_fit(const struct serac_layer *l, const int32_t *words, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t of_record = l->host == SERAC_HOST_THRESHOLDS ? i % (1 + (uint64_t)l->factors[0]) : 0;
        float value;
        memcpy(&value, &words[i], sizeof value);
        if (l->host == SERAC_HOST_TABLE)
            break;
        if (l->host == SERAC_HOST_NORM && i == 0 && !(value >= 0))
            return false;
        if (l->host != SERAC_HOST_THRESHOLDS
                ? !isfinite(value)
                : of_record == 0 ? words[i] != 1 && words[i] != -1 : of_record > 1 && words[i] < words[i - 1])
            return false;
    }
    return true;
}

enum serac_status serac_network_read_words(struct serac_network_reader *r, const struct serac_group *group,
                                           const struct serac_layer_keys *keys, struct serac_layer *l)
{
    const struct serac_group *at = serac_config_child(group, "params");
    uint64_t count = serac_host_words(l);
    if (!count != !at)
        return serac_network_fail(r, group, "params", at ? "params: not a key of host %s"
                                                         : "params: missing, it is required for %s",
                                                         keys->what);
    if (!count)
        return SERAC_OK;
    if (keys->params + count * 4 > r->blob_bytes)
        return serac_network_fail(r, group, "params",
                                  "params: %llu numbers at %u are beyond the blob's %u bytes",
                                  (unsigned long long)count, keys->params, r->blob_bytes);
    int32_t *words = malloc(count * sizeof *words);
    if (!words)
        return SERAC_E_NOMEM;
    l->words = words;
    for (uint64_t i = 0; i < count; i++)
        words[i] = get32(r->blob + keys->params + i * 4);
    if (!words_fit(l, words, count))
        return serac_network_fail(r, group, "params",
                                  "params: must be finite floats, a norm's first not negative; thresholds a "
                                  "sign of 1 or -1 and ascending numbers");
    return SERAC_OK;
}
