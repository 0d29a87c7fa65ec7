/* serac_network.c - reads quantised networks. */
#include "serac_network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "serac_config.h"

#define TENSOR(type, field, required, min, max)                               \
    {#field, SERAC_KEY_##type, offsetof(struct tensor_keys, field), required, \
     min, max, 0}

/* The keys of `input` and `output` groups. */
struct tensor_keys {
    char name[SERAC_NAME_MAX];
    uint32_t height, width, channels, bits;
    bool is_signed, is_bipolar;
    int32_t zero_point, min, max;
    double scale;
};

static const struct serac_key input_keys[] = {
    {"name", SERAC_KEY_STRING, offsetof(struct tensor_keys, name), false, 0, 0,
     SERAC_NAME_MAX},
    TENSOR(U32, height, true, 1, 32767),
    TENSOR(U32, width, true, 1, 1048576),
    TENSOR(U32, channels, true, 1, 1048576),
    TENSOR(U32, bits, true, 1, 8),
    {"signed", SERAC_KEY_BOOL, offsetof(struct tensor_keys, is_signed), true,
     0, 0, 0},
    {"bipolar", SERAC_KEY_BOOL, offsetof(struct tensor_keys, is_bipolar),
     false, 0, 0, 0},
    TENSOR(I32, zero_point, false, -128, 255),
    TENSOR(F64, scale, false, 0, 1e30),
};

static const struct serac_key output_keys[] = {
    TENSOR(U32, bits, true, 1, 32),
    {"signed", SERAC_KEY_BOOL, offsetof(struct tensor_keys, is_signed), true,
     0, 0, 0},
    {"bipolar", SERAC_KEY_BOOL, offsetof(struct tensor_keys, is_bipolar),
     false, 0, 0, 0},
    TENSOR(I32, zero_point, false, -128, 255),
    TENSOR(I32, min, false, INT32_MIN, INT32_MAX),
    TENSOR(I32, max, false, INT32_MIN, INT32_MAX),
    TENSOR(F64, scale, false, 0, 1e30),
};

struct layer_keys {
    char name[SERAC_NAME_MAX], op[16], weight_kind[16], requant[16];
    uint32_t out_channels, pool, weight_bits, weight_store_bits, act_bits;
    uint32_t weights, params;
};

#define STRING(field, required)                                               \
    {#field, SERAC_KEY_STRING, offsetof(struct layer_keys, field), required,  \
     0, 0, sizeof(((struct layer_keys *)0)->field)}
#define NUMBER(field, required, min, max)                                     \
    {#field, SERAC_KEY_U32, offsetof(struct layer_keys, field), required, min, \
     max, 0}
#define CHILD(field, required) {field, SERAC_KEY_CHILD, 0, required, 0, 0, 0}

static const struct serac_key layer_keys[] = {
    STRING(name, true),
    STRING(op, true),
    STRING(weight_kind, false),
    STRING(requant, true),
    NUMBER(out_channels, false, 1, 1048576),
    NUMBER(pool, false, 1, 16),
    NUMBER(weight_bits, false, 1, 8),
    NUMBER(weight_store_bits, false, 1, 8),
    NUMBER(act_bits, false, 1, 8),
    NUMBER(weights, false, 0, INT32_MAX),
    NUMBER(params, true, 0, INT32_MAX),
    CHILD("inputs", true),
    CHILD("kernel", false),
    CHILD("stride", false),
    CHILD("dilation", false),
    CHILD("pad", false),
    CHILD("output", true),
};

struct network_keys {
    char name[SERAC_NAME_MAX], source[256], dataset[SERAC_NAME_MAX], blob[256];
    char blob_crc32[16];
    uint32_t blob_bytes;
    double float_accuracy, test_accuracy;
};

#undef STRING
#undef NUMBER
#define STRING(field, required)                                               \
    {#field, SERAC_KEY_STRING, offsetof(struct network_keys, field), required, \
     0, 0, sizeof(((struct network_keys *)0)->field)}

static const struct serac_key network_keys[] = {
    STRING(name, true),
    STRING(source, true),
    STRING(dataset, false),
    STRING(blob, true),
    STRING(blob_crc32, true),
    {"blob_bytes", SERAC_KEY_U32, offsetof(struct network_keys, blob_bytes),
     true, 1, INT32_MAX, 0},
    {"float_accuracy", SERAC_KEY_F64,
     offsetof(struct network_keys, float_accuracy), false, 0, 1, 0},
    {"test_accuracy", SERAC_KEY_F64,
     offsetof(struct network_keys, test_accuracy), false, 0, 1, 0},
    CHILD("input", true),
    CHILD("layers", true),
};

/* What reading a network needs beside the network. */
struct reader {
    struct serac_config *config;
    struct serac_error *error;
    const char *path;
    uint8_t *blob;
    uint32_t blob_bytes;
    struct serac_network *network;
    uint32_t num_params;
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* --- the blob ---------------------------------------------------------------- */

static enum serac_status fail(struct reader *r, const char *format,
                              const char *name, unsigned long long a,
                              unsigned long long b)
{
    if (r->error)
        snprintf(r->error->text, sizeof r->error->text, format, name, a, b);
    return SERAC_E_INPUT;
}

static enum serac_status read_blob(struct reader *r,
                                   const struct network_keys *keys)
{
    char path[1536];
    const char *slash = strrchr(r->path, '/');
    snprintf(path, sizeof path, "%.*s%s",
             slash && keys->blob[0] != '/' ? (int)(slash - r->path + 1) : 0,
             r->path, keys->blob);
    FILE *file = fopen(path, "rb");
    if (!file)
        return fail(r, "%s: cannot be read", path, 0, 0);
    r->blob_bytes = keys->blob_bytes;
    r->blob = malloc((size_t)r->blob_bytes + 1);
    size_t got = r->blob ? fread(r->blob, 1, (size_t)r->blob_bytes + 1, file)
                         : 0;
    fclose(file);
    if (!r->blob)
        return SERAC_E_NOMEM;
    if (got != r->blob_bytes)
        return fail(r, got < r->blob_bytes
                           ? "%s: truncated: %llu bytes, blob_bytes says %llu"
                           : "%s: longer than blob_bytes: %llu or more bytes, "
                             "expected %llu",
                    path, got, r->blob_bytes);
    uint32_t crc = (uint32_t)crc32(0, r->blob, r->blob_bytes);
    uint32_t expected = (uint32_t)strtoul(keys->blob_crc32, NULL, 16);
    if (crc != expected)
        return fail(r, "%s: damaged: CRC is 0x%08llx, blob_crc32 says "
                    "0x%08llx", path, crc, expected);
    return SERAC_OK;
}

static int32_t get32(const uint8_t *at)
{
    return (int32_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 |
                     (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
}

/* --- a layer ------------------------------------------------------------------- */

/* A list of exactly `count` integers, `fallback` each if the key is missing. */
static enum serac_status integers(struct reader *r,
                                  const struct serac_group *layer,
                                  const char *name, uint32_t count,
                                  uint32_t fallback, uint32_t *to)
{
    const struct serac_group *list = serac_config_child(layer, name);
    for (uint32_t i = 0; i < count; i++)
        to[i] = fallback;
    if (!list)
        return SERAC_OK;
    if (serac_config_count(list) != count)
        return serac_config_fail(r->config, list, r->error,
                                 "%s: must have %u numbers", name, count);
    for (uint32_t i = 0; i < count; i++) {
        int64_t value;
        if (!serac_config_integer(serac_config_element(list, i), &value) ||
            value < 0 || value > 255)
            return serac_config_fail(r->config, list, r->error,
                                     "%s: outside 0..255", name);
        to[i] = (uint32_t)value;
    }
    return SERAC_OK;
}

static int find_name(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}

/* The layer's operands: earlier layers or the network's input. */
static enum serac_status read_inputs(struct reader *r,
                                     const struct serac_group *group,
                                     uint32_t index)
{
    const struct serac_group *list = serac_config_child(group, "inputs");
    struct serac_network *n = r->network;
    struct serac_layer *l = &n->layers[index];
    uint32_t wanted = l->op == SERAC_OP_ADD ? 2 : 1;
    n->inputs[index][1] = -2;
    if (serac_config_count(list) != wanted)
        return serac_config_fail(r->config, list, r->error,
                                 "inputs: must name %u tensor%s", wanted,
                                 wanted == 2 ? "s" : "");
    for (uint32_t i = 0; i < wanted; i++) {
        const char *name =
            serac_config_string(serac_config_element(list, i));
        int32_t from = -2;
        if (name && !strcmp(name, "input"))
            from = -1;
        for (uint32_t j = 0; name && j < index; j++)
            if (!strcmp(n->layers[j].name, name))
                from = (int32_t)j;
        if (from == -2)
            return serac_config_fail(r->config, list, r->error,
                                     "inputs: %s is no earlier layer",
                                     name ? name : "?");
        n->inputs[index][i] = from;
        const struct serac_tensor *t =
            from < 0 ? &n->input : &n->layers[from].output;
        if (t->bits > 8)
            return serac_config_fail(r->config, list, r->error,
                                     "inputs: %s has raw 32-bit values", name);
        if (i == 0) {
            l->input = *t;
            continue;
        }
        if (t->height != l->input.height || t->width != l->input.width ||
            t->channels != l->input.channels || t->bits != l->input.bits ||
            t->is_signed != l->input.is_signed)
            return serac_config_fail(r->config, list, r->error,
                                     "inputs: %s has another shape or format",
                                     name);
        l->input2_zero_point = t->zero_point;
    }
    return SERAC_OK;
}

static enum serac_status read_output(struct reader *r,
                                     const struct serac_group *group,
                                     uint32_t index)
{
    struct serac_layer *l = &r->network->layers[index];
    const struct serac_group *child = serac_config_child(group, "output");
    struct tensor_keys keys = {.min = INT32_MIN, .max = INT32_MAX, .scale = 1};
    enum serac_status status = serac_config_read(
        r->config, child, output_keys, COUNT(output_keys), &keys, r->error);
    if (status != SERAC_OK)
        return status;
    struct serac_tensor *o = &l->output;
    o->bits = keys.bits;
    o->is_signed = keys.is_signed;
    o->is_bipolar = keys.is_bipolar;
    o->zero_point = keys.zero_point;
    r->network->output_scales[index] = keys.scale;
    l->clamp_min = keys.min;
    l->clamp_max = keys.max;
    if (keys.bits <= 8) {
        int32_t low = keys.is_signed ? -(1 << (keys.bits - 1)) : 0;
        int32_t high = low + (1 << keys.bits) - 1;
        l->clamp_min = keys.min < low ? low : keys.min;
        l->clamp_max = keys.max > high ? high : keys.max;
    }
    return SERAC_OK;
}

static enum serac_status read_geometry(struct reader *r,
                                       const struct serac_group *group,
                                       bool gemm, struct serac_layer *l)
{
    uint32_t kernel[2], stride[2], dilation[2], pad[4];
    enum serac_status status = integers(r, group, "kernel", 2, 1, kernel);
    if (status == SERAC_OK)
        status = integers(r, group, "stride", 2, 1, stride);
    if (status == SERAC_OK)
        status = integers(r, group, "dilation", 2, 1, dilation);
    if (status == SERAC_OK)
        status = integers(r, group, "pad", 4, 0, pad);
    if (status != SERAC_OK)
        return status;
    l->kernel_h = gemm ? l->input.height : kernel[0];
    l->kernel_w = gemm ? l->input.width : kernel[1];
    l->stride_h = stride[0];
    l->stride_w = stride[1];
    l->dilation_h = dilation[0];
    l->dilation_w = dilation[1];
    l->pad_top = pad[0];
    l->pad_left = pad[1];
    l->pad_bottom = pad[2];
    l->pad_right = pad[3];
    uint64_t h = (uint64_t)l->input.height + pad[0] + pad[2];
    uint64_t w = (uint64_t)l->input.width + pad[1] + pad[3];
    uint64_t kh = (uint64_t)(l->kernel_h - 1) * dilation[0] + 1;
    uint64_t kw = (uint64_t)(l->kernel_w - 1) * dilation[1] + 1;
    if (!l->kernel_h || !l->kernel_w || !stride[0] || !stride[1] ||
        !dilation[0] || !dilation[1] || h < kh || w < kw)
        return serac_config_fail(r->config, group, r->error,
                                 "%s: the kernel does not fit its input",
                                 l->name);
    l->output.height = (uint32_t)((h - kh) / stride[0] + 1) / l->pool;
    l->output.width = (uint32_t)((w - kw) / stride[1] + 1) / l->pool;
    return SERAC_OK;
}

/* Weights: every value must be one that its kind and width have. */
static enum serac_status read_weights(struct reader *r,
                                      const struct serac_group *group,
                                      const struct layer_keys *keys,
                                      struct serac_layer *l)
{
    uint64_t k = (uint64_t)l->kernel_h * l->kernel_w *
                 (l->op == SERAC_OP_CONV ? l->input.channels : 1);
    uint64_t count = k * l->output.channels;
    uint32_t bits = l->weight_store_bits;
    if (keys->weights + count > r->blob_bytes)
        return serac_config_fail(r->config, group, r->error,
                                 "weights: %llu bytes at %u are beyond the "
                                 "blob's %u", (unsigned long long)count,
                                 keys->weights, r->blob_bytes);
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
            return serac_config_fail(r->config, group, r->error,
                                     "weights: value %d at %llu: not a %u-bit "
                                     "weight of this kind", v,
                                     (unsigned long long)(keys->weights + i),
                                     bits);
    }
    l->weights = w;
    return SERAC_OK;
}

static enum serac_status read_params(struct reader *r,
                                     const struct serac_group *group,
                                     const struct layer_keys *keys,
                                     struct serac_layer *l)
{
    uint32_t words = l->mode == SERAC_MODE_THRESHOLD ? 16 : 4;
    uint32_t sets = l->op == SERAC_OP_ADD ? 2 : 1;
    uint64_t count = (uint64_t)l->output.channels * sets;
    if (keys->params + count * words * 4 > r->blob_bytes)
        return serac_config_fail(r->config, group, r->error,
                                 "params: %llu records at %u are beyond the "
                                 "blob's %u bytes", (unsigned long long)count,
                                 keys->params, r->blob_bytes);
    struct serac_param *to = calloc(count, sizeof *to);
    if (!to)
        return SERAC_E_NOMEM;
    l->params = to;
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *at = r->blob + keys->params + i * words * 4;
        to[i].bias = get32(at);
        if (words == 16) {
            for (int t = 0; t < 15; t++)
                to[i].thresholds[t] = get32(at + 4 + 4 * t);
            continue;
        }
        to[i].mult = get32(at + 4);
        to[i].shift = get32(at + 8);
        to[i].add = get32(at + 12);
        int32_t low = l->mode == SERAC_MODE_FLOOR ? 0 : -31;
        int32_t high = l->mode == SERAC_MODE_FLOOR ? 31 : 30;
        if (to[i].shift < low || to[i].shift > high)
            return serac_config_fail(r->config, group, r->error,
                                     "params: shift %d of record %llu: outside "
                                     "%d..%d", to[i].shift,
                                     (unsigned long long)i, low, high);
    }
    return SERAC_OK;
}

static enum serac_status read_layer(struct reader *r,
                                    const struct serac_group *group,
                                    uint32_t index)
{
    static const char *const ops[] = {"conv", "depthwise", "add", "gemm"};
    static const char *const kinds[] = {"signed", "unsigned", "bipolar"};
    static const char *const modes[] = {"double", "single", "floor",
                                        "threshold", "raw"};
    struct serac_layer *l = &r->network->layers[index];
    struct layer_keys keys = {.weight_kind = "signed", .pool = 1,
                              .weight_bits = 1};
    enum serac_status status = serac_config_read(
        r->config, group, layer_keys, COUNT(layer_keys), &keys, r->error);
    if (status != SERAC_OK)
        return status;
    int op = find_name(ops, 4, keys.op);
    int kind = find_name(kinds, 3, keys.weight_kind);
    int mode = find_name(modes, 5, keys.requant);
    if (op < 0 || kind < 0 || mode < 0)
        return serac_config_fail(
            r->config, group, r->error, "%s",
            op < 0 ? "op: must be conv, depthwise, add or gemm"
            : kind < 0 ? "weight_kind: must be signed, unsigned or bipolar"
                       : "requant: must be double, single, floor, threshold "
                         "or raw");
    memcpy(l->name, keys.name, sizeof l->name);
    l->op = op == 3 ? SERAC_OP_CONV : (enum serac_op)op;
    l->weight_kind = (enum serac_weight_kind)kind;
    l->mode = (enum serac_requant_mode)mode;
    l->pool = keys.pool;
    l->weight_bits = keys.weight_bits;
    l->weight_store_bits =
        keys.weight_store_bits ? keys.weight_store_bits : keys.weight_bits;
    status = read_inputs(r, group, index);
    if (status == SERAC_OK)
        status = read_output(r, group, index);
    if (status == SERAC_OK)
        status = read_geometry(r, group, op == 3, l);
    if (status != SERAC_OK)
        return status;
    l->act_bits = keys.act_bits ? keys.act_bits : l->input.bits;
    l->output.channels =
        l->op == SERAC_OP_CONV ? keys.out_channels : l->input.channels;
    if (l->output.channels == 0)
        return serac_config_fail(r->config, group, r->error,
                                 "out_channels: missing, it is required");
    if (l->op != SERAC_OP_ADD)
        status = read_weights(r, group, &keys, l);
    if (status == SERAC_OK)
        status = read_params(r, group, &keys, l);
    struct serac_error detail = {""};
    if (status == SERAC_OK)
        status = serac_layer_check(l, &detail);
    if (status == SERAC_OK)
        status = serac_layer_check_accumulator(l, &detail);
    if (detail.text[0])
        (void)serac_config_fail(r->config, group, r->error, "%s", detail.text);
    return status;
}

/* --- the network ------------------------------------------------------------------ */

static enum serac_status read_input(struct reader *r)
{
    struct tensor_keys keys = {.scale = 1};
    enum serac_status status = serac_config_read(
        r->config,
        serac_config_child(serac_config_root(r->config), "input"), input_keys,
        COUNT(input_keys), &keys, r->error);
    struct serac_tensor *t = &r->network->input;
    t->height = keys.height;
    t->width = keys.width;
    t->channels = keys.channels;
    t->bits = keys.bits;
    t->is_signed = keys.is_signed;
    t->is_bipolar = keys.is_bipolar;
    t->zero_point = keys.zero_point;
    r->network->input_scale = keys.scale;
    return status;
}

static enum serac_status read_layers(struct reader *r)
{
    const struct serac_group *list =
        serac_config_child(serac_config_root(r->config), "layers");
    struct serac_network *n = r->network;
    n->num_layers = serac_config_count(list);
    if (n->num_layers == 0)
        return serac_config_fail(r->config, list, r->error,
                                 "layers: must have at least one");
    n->layers = calloc(n->num_layers, sizeof *n->layers);
    n->inputs = calloc(n->num_layers, sizeof *n->inputs);
    n->output_scales = calloc(n->num_layers, sizeof *n->output_scales);
    if (!n->layers || !n->inputs || !n->output_scales)
        return SERAC_E_NOMEM;
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < n->num_layers; i++)
        status = read_layer(r, serac_config_element(list, i), i);
    return status;
}

static enum serac_status read_network(struct reader *r)
{
    struct network_keys keys = {.float_accuracy = -1};
    struct serac_network *n = r->network;
    enum serac_status status = serac_config_read(
        r->config, serac_config_root(r->config), network_keys,
        COUNT(network_keys), &keys, r->error);
    if (status == SERAC_OK)
        status = read_blob(r, &keys);
    if (status != SERAC_OK)
        return status;
    memcpy(n->name, keys.name, sizeof n->name);
    memcpy(n->source, keys.source, sizeof n->source);
    memcpy(n->dataset, keys.dataset, sizeof n->dataset);
    n->float_accuracy = keys.float_accuracy;
    n->weights = malloc(r->blob_bytes);
    if (!n->weights)
        return SERAC_E_NOMEM;
    memcpy(n->weights, r->blob, r->blob_bytes);
    status = read_input(r);
    return status == SERAC_OK ? read_layers(r) : status;
}

enum serac_status serac_network_load(const char *name,
                                     struct serac_network **network,
                                     struct serac_error *error)
{
    char path[1024];
    struct reader r = {.error = error, .path = path};
    enum serac_status status =
        serac_config_find("networks", name, path, sizeof path, error);
    if (status == SERAC_OK)
        status = serac_config_open(path, &r.config, error);
    if (status != SERAC_OK)
        return status;
    r.network = calloc(1, sizeof *r.network);
    status = r.network ? read_network(&r) : SERAC_E_NOMEM;
    if (status == SERAC_E_NOMEM && error)
        snprintf(error->text, sizeof error->text, "%s: out of memory", path);
    serac_config_close(r.config);
    free(r.blob);
    if (status == SERAC_OK)
        *network = r.network;
    else
        serac_network_destroy(r.network);
    return status;
}

void serac_network_destroy(struct serac_network *network)
{
    if (!network)
        return;
    for (uint32_t i = 0; network->layers && i < network->num_layers; i++)
        free((void *)(uintptr_t)network->layers[i].params);
    free(network->layers);
    free(network->inputs);
    free(network->output_scales);
    free(network->weights);
    free(network);
}

uint64_t serac_network_weight_bytes(const struct serac_network *network)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < network->num_layers; i++) {
        const struct serac_layer *l = &network->layers[i];
        if (l->op == SERAC_OP_ADD)
            continue;
        uint64_t k = (uint64_t)l->kernel_h * l->kernel_w *
                     (l->op == SERAC_OP_CONV ? l->input.channels : 1);
        bits += k * l->output.channels * l->weight_store_bits;
    }
    return (bits + 7) / 8;
}
