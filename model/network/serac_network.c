/* serac_network.c - reads quantised networks: the file and its blob. */
#include "serac_network.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "serac_network_read.h"
#include "serac_workload.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct serac_key input_keys[] = {
    SERAC_TENSOR_KEY("name", STRING, name, false, 0, 0, SERAC_NAME_MAX),
    SERAC_TENSOR_KEY("height", U32, height, true, 1, 32767, 0),
    SERAC_TENSOR_KEY("width", U32, width, true, 1, 1048576, 0),
    SERAC_TENSOR_KEY("channels", U32, channels, true, 1, 1048576, 0),
    SERAC_TENSOR_KEY("bits", U32, bits, true, 1, 8, 0),
    SERAC_TENSOR_KEY("signed", BOOL, is_signed, true, 0, 0, 0),
    SERAC_TENSOR_KEY("bipolar", BOOL, is_bipolar, false, 0, 0, 0),
    SERAC_TENSOR_KEY("zero_point", I32, zero_point, false, -128, 255, 0),
    SERAC_TENSOR_KEY("scale", F64, scale, false, 1e-30, 1e30, 0),
};

struct network_keys {
    char name[SERAC_NAME_MAX], source[256], dataset[SERAC_NAME_MAX], blob[256];
    char blob_crc32[16];
    uint32_t blob_bytes;
    double float_accuracy, test_accuracy;
};

#define STRING(field, required)                                               \
    {#field, SERAC_KEY_STRING, offsetof(struct network_keys, field), required, \
     0, 0, sizeof(((struct network_keys *)0)->field)}
#define CHILD(field) {field, SERAC_KEY_CHILD, 0, true, 0, 0, 0}

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
    CHILD("input"),
    CHILD("layers"),
};

/* --- the blob ------------------------------------------------------------ */

static enum serac_status fail(struct serac_network_reader *r,
                              const char *format, const char *name,
                              unsigned long long a, unsigned long long b)
{
    if (r->error)
        snprintf(r->error->text, sizeof r->error->text, format, name, a, b);
    return SERAC_E_INPUT;
}

/* "0x" and up to eight hexadecimal digits. */
static bool is_crc(const char *text)
{
    size_t digits = strlen(text) > 2 ? strlen(text + 2) : 0;
    return !strncmp(text, "0x", 2) && digits >= 1 && digits <= 8 &&
           strspn(text + 2, "0123456789abcdefABCDEF") == digits;
}

static enum serac_status read_blob(struct serac_network_reader *r,
                                   const struct network_keys *keys)
{
    char path[1536];
    const char *file_path = serac_config_path(r->config), *slash = strrchr(file_path, '/');
    snprintf(path, sizeof path, "%.*s%s",
             slash && keys->blob[0] != '/' ? (int)(slash - file_path + 1) : 0,
             file_path, keys->blob);
    if (!is_crc(keys->blob_crc32))
        return serac_network_fail(r, serac_config_root(r->config), "blob_crc32",
                                  "blob_crc32: must be \"0x\" and 1..8 hex "
                                  "digits");
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
    r->network->weights = (int8_t *)r->blob;
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

/* --- the network --------------------------------------------------------- */

enum serac_status serac_network_fail(const struct serac_network_reader *r,
                                     const struct serac_group *group,
                                     const char *key, const char *format, ...)
{
    char message[SERAC_ERROR_MAX];
    const struct serac_group *at = serac_config_child(group, key);
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return serac_config_fail(r->config, at ? at : group, r->error, "%s",
                             message);
}

enum serac_status serac_network_tensor(const struct serac_network_reader *r,
                                       const struct serac_group *group,
                                       const struct serac_tensor_keys *keys,
                                       struct serac_tensor *t)
{
    t->bits = keys->bits;
    t->is_signed = keys->is_signed;
    t->is_bipolar = keys->is_bipolar;
    t->zero_point = keys->zero_point;
    int32_t codes = keys->bits <= 8 ? 1 << keys->bits : 1;
    int32_t low = keys->is_signed && keys->bits <= 8 ? -codes / 2 : 0;
    int32_t high = keys->is_bipolar ? 0 : low + codes - 1;
    if (keys->bits == 8 && !keys->is_bipolar) {
        low = -128;                      /* beyond its codes only where nothing is padded */
        high = 255;
    }
    if (keys->zero_point >= low && keys->zero_point <= high)
        return SERAC_OK;
    return serac_network_fail(r, group, "zero_point", "zero_point = %d: "
                              "outside %d..%d, the tensor's codes",
                              keys->zero_point, low, high);
}

static enum serac_status read_input(struct serac_network_reader *r)
{
    struct serac_tensor_keys keys = {.scale = 1};
    const struct serac_group *group =
        serac_config_child(serac_config_root(r->config), "input");
    enum serac_status status = serac_config_read(
        r->config, group, input_keys, COUNT(input_keys), &keys, r->error);
    struct serac_tensor *t = &r->network->input;
    t->height = keys.height;
    t->width = keys.width;
    t->channels = keys.channels;
    r->network->input_scale = keys.scale;
    return status == SERAC_OK ? serac_network_tensor(r, group, &keys, t)
                              : status;
}

static enum serac_status read_layers(struct serac_network_reader *r)
{
    const struct serac_group *list =
        serac_config_child(serac_config_root(r->config), "layers");
    struct serac_network *n = r->network;
    n->num_layers = serac_config_count(list);
    if (n->num_layers == 0)
        return serac_config_fail(r->config, list, r->error,
                                 "layers: must have at least one");
    if (n->num_layers > SERAC_LAYERS_MAX)
        return serac_config_fail(r->config, list, r->error,
                                 "layers: %u, more than %u", n->num_layers,
                                 SERAC_LAYERS_MAX);
    n->layers = calloc(n->num_layers, sizeof *n->layers);
    n->inputs = calloc(n->num_layers, sizeof *n->inputs);
    n->output_scales = calloc(n->num_layers, sizeof *n->output_scales);
    if (!n->layers || !n->inputs || !n->output_scales)
        return SERAC_E_NOMEM;
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < n->num_layers; i++)
        status = serac_network_read_layer(r, serac_config_element(list, i), i);
    return status;
}

static enum serac_status read_network(struct serac_network_reader *r)
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
    status = read_input(r);
    return status == SERAC_OK ? read_layers(r) : status;
}

/* A workload given for a network deserves a better answer than its first key. */
static void explain_workload(const char *name, struct serac_error *error)
{
    struct serac_workload *workload;
    if (!error || serac_workload_load(name, &workload, NULL) != SERAC_OK)
        return;
    serac_workload_destroy(workload);
    snprintf(error->text, sizeof error->text, "%.200s: a workload, shapes without "
             "weights: it cannot be run, only timed by serac sweep (key "
             "workloads)", name);
}

enum serac_status serac_network_load(const char *name,
                                     struct serac_network **network,
                                     struct serac_error *error)
{
    struct serac_network_reader r = {.error = error};
    enum serac_status status =
        serac_config_open_named("networks", name, &r.config, error);
    if (status != SERAC_OK) {
        explain_workload(name, error);
        return status;
    }
    r.network = calloc(1, sizeof *r.network);
    status = r.network ? read_network(&r) : SERAC_E_NOMEM;
    if (status == SERAC_E_NOMEM && error)
        snprintf(error->text, sizeof error->text, "%s: out of memory", serac_config_path(r.config));
    serac_config_close(r.config);
    if (status == SERAC_OK)
        *network = r.network;
    else
        serac_network_destroy(r.network);
    if (status == SERAC_E_INPUT)
        explain_workload(name, error);
    return status;
}

void serac_network_destroy(struct serac_network *network)
{
    if (!network)
        return;
    for (uint32_t i = 0; network->layers && i < network->num_layers; i++) {
        free((void *)(uintptr_t)network->layers[i].params);
        free((void *)(uintptr_t)network->layers[i].words);
    }
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
        if (l->op == SERAC_OP_ADD || l->op == SERAC_OP_HOST || l->run_time)
            continue;
        uint64_t k = (uint64_t)l->kernel_h * l->kernel_w *
                     (l->op == SERAC_OP_CONV ? l->input.channels : 1);
        bits += k * l->output.channels * l->weight_store_bits;
    }
    return (bits + 7) / 8;
}
