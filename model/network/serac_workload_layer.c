/* serac_workload_layer.c - one layer of a workload, and at a width. */
#include <string.h>

#include "serac_workload_read.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define TOTAL_MAX (1ull << 50)       /* operations and elements of one layer */
#define COUNT_MAX 10000000
#define SIDE_MAX 1048576

struct layer_keys {
    char name[SERAC_NAME_MAX], op[16], what[96];
    uint32_t pool;
    bool patches, run_time, cached, bias;
    uint64_t count, out_channels, m, n, k;
    uint64_t kept, operations, elements, parameters;
};

#define KEY(type, field, required, min, max, size)                            \
    {#field, SERAC_KEY_##type, offsetof(struct layer_keys, field), required,  \
     min, max, size}
#define CHILD(field) {field, SERAC_KEY_CHILD, 0, false, 0, 0, 0}
#define ANY(field) {field, SERAC_KEY_ANY, 0, false, 0, 0, 0}

static const struct serac_key layer_keys[] = {
    KEY(STRING, name, true, 0, 0, SERAC_NAME_MAX),
    KEY(STRING, op, true, 0, 0, 16),
    KEY(STRING, what, false, 0, 0, 96),
    KEY(U32, pool, false, 1, 16, 0),
    KEY(BOOL, patches, false, 0, 0, 0),
    KEY(BOOL, run_time, false, 0, 0, 0),
    KEY(BOOL, cached, false, 0, 0, 0),
    KEY(BOOL, bias, false, 0, 0, 0),
    ANY("count"), ANY("out_channels"), ANY("m"), ANY("n"), ANY("k"),
    ANY("kept"), ANY("operations"), ANY("elements"), ANY("parameters"),
    CHILD("input"),
    CHILD("kernel"),
    CHILD("stride"),
    CHILD("dilation"),
    CHILD("pad"),
};

/* The keys that may be expressions of the workload's sizes. */
#define SIZE(field, min, max)                                                 \
    {{#field, min, max}, offsetof(struct layer_keys, field)}

static const struct {
    struct serac_workload_range range;
    size_t offset;
} size_keys[] = {
    SIZE(count, 1, COUNT_MAX), SIZE(out_channels, 1, SIDE_MAX),
    SIZE(m, 1, SIDE_MAX), SIZE(n, 1, SIDE_MAX), SIZE(k, 1, SIDE_MAX),
    SIZE(kept, 0, TOTAL_MAX), SIZE(operations, 0, TOTAL_MAX),
    SIZE(elements, 0, TOTAL_MAX), SIZE(parameters, 0, TOTAL_MAX),
};

static const char *const ops[] = {"conv", "depthwise", "gemm", "add", "host"};

/* Which op takes which key: C, D, G, A, H; capital: must have it. */
static const struct {
    const char *key, *ops;
} rules[] = {
    {"input", "CDA"}, {"out_channels", "C"}, {"kernel", "cd"},
    {"stride", "cd"}, {"dilation", "cd"}, {"pad", "cd"}, {"pool", "cd"},
    {"patches", "c"}, {"m", "G"}, {"n", "G"}, {"k", "G"}, {"run_time", "g"},
    {"cached", "g"}, {"bias", "cdg"}, {"kept", "cdga"}, {"what", "H"},
    {"operations", "H"}, {"elements", "H"}, {"parameters", "h"},
};

/* What reading one layer needs. */
struct reader {
    const struct serac_config *config;
    const struct serac_group *group;
    struct serac_workload *workload;
    struct serac_error *error;
    struct layer_keys keys;
};

static enum serac_status fail(const struct reader *r, const char *key,
                              const char *format, const char *name)
{
    const struct serac_group *at = serac_config_child(r->group, key);
    return serac_config_fail(r->config, at ? at : r->group, r->error, format,
                             key, name);
}

static enum serac_status check_keys(const struct reader *r,
                                    enum serac_workload_op op)
{
    char small = "cdgah"[op], capital = "CDGAH"[op];
    for (size_t i = 0; i < COUNT(rules); i++) {
        bool given = serac_config_child(r->group, rules[i].key) != NULL;
        bool must = strchr(rules[i].ops, capital) != NULL;
        if (given && !must && !strchr(rules[i].ops, small))
            return fail(r, rules[i].key, "%s: not a key of op %s", ops[op]);
        if (!given && must)
            return fail(r, rules[i].key, "%s: missing, op %s requires it",
                        ops[op]);
    }
    return SERAC_OK;
}

/* A list of exactly `count` integers; `to` is kept if the key is missing. */
static enum serac_status integers(const struct reader *r, const char *name,
                                  uint32_t count, uint64_t min, uint64_t max,
                                  uint32_t *to)
{
    const struct serac_group *list = serac_config_child(r->group, name);
    if (!list)
        return SERAC_OK;
    if (serac_config_count(list) != count)
        return serac_config_fail(r->config, list, r->error,
                                 "%s: must have %u numbers", name, count);
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < count; i++) {
        const struct serac_workload_range range = {name, min, max};
        uint64_t value = 0;
        status = serac_workload_number(r->config, serac_config_element(list, i),
                                       r->workload, &range, &value, r->error);
        to[i] = (uint32_t)value;
    }
    return status;
}

/* The keys that are one number, each an integer or an expression. */
static enum serac_status read_numbers(struct reader *r)
{
    enum serac_status status = SERAC_OK;
    for (size_t i = 0; status == SERAC_OK && i < COUNT(size_keys); i++) {
        const struct serac_group *at =
            serac_config_child(r->group, size_keys[i].range.key);
        char *to = (char *)&r->keys + size_keys[i].offset;
        if (at)
            status = serac_workload_number(r->config, at, r->workload,
                                           &size_keys[i].range,
                                           (uint64_t *)(void *)to, r->error);
    }
    return status;
}

static uint32_t outputs(uint32_t in, uint32_t pads, uint32_t kernel,
                        uint32_t dilation, uint32_t stride, uint32_t pool)
{
    uint64_t reach = (uint64_t)(kernel - 1) * dilation + 1;
    uint64_t padded = (uint64_t)in + pads;
    return padded < reach
               ? 0 : (uint32_t)(((padded - reach) / stride + 1) / pool);
}

/* Kernel, stride, padding, and the output that follows. */
static enum serac_status read_window(const struct reader *r,
                                     struct serac_layer *l)
{
    uint32_t in[3] = {1, 1, 1}, kernel[2] = {1, 1}, stride[2] = {1, 1};
    uint32_t dilation[2] = {1, 1}, pad[4] = {0, 0, 0, 0};
    enum serac_status status = integers(r, "input", 3, 1, SIDE_MAX, in);
    if (status == SERAC_OK)
        status = integers(r, "kernel", 2, 1, 255, kernel);
    if (status == SERAC_OK)
        status = integers(r, "stride", 2, 1, 255, stride);
    if (status == SERAC_OK)
        status = integers(r, "dilation", 2, 1, 255, dilation);
    if (status == SERAC_OK)
        status = integers(r, "pad", 4, 0, 255, pad);
    if (status != SERAC_OK)
        return status;
    l->input.height = in[0];
    l->input.width = in[1];
    l->input.channels = in[2];
    l->kernel_h = kernel[0];
    l->kernel_w = kernel[1];
    l->stride_h = stride[0];
    l->stride_w = stride[1];
    l->dilation_h = dilation[0];
    l->dilation_w = dilation[1];
    l->pad_top = pad[0];
    l->pad_left = pad[1];
    l->pad_bottom = pad[2];
    l->pad_right = pad[3];
    l->pool = r->keys.pool;
    l->output.height = outputs(in[0], pad[0] + pad[2], kernel[0], dilation[0],
                               stride[0], l->pool);
    l->output.width = outputs(in[1], pad[1] + pad[3], kernel[1], dilation[1],
                              stride[1], l->pool);
    l->output.channels =
        r->keys.out_channels ? (uint32_t)r->keys.out_channels : in[2];
    if (l->output.height == 0 || l->output.width == 0)
        return fail(r, "kernel", "%s: with pooling larger than the input%s", "");
    return SERAC_OK;
}

/* A convolution as the product with a matrix of its patches, the host's work. */
static enum serac_status make_patches(const struct reader *r,
                                      struct serac_workload_layer *w)
{
    struct serac_layer *l = &w->shape;
    uint64_t k = (uint64_t)l->kernel_h * l->kernel_w * l->input.channels;
    if (l->pool != 1 || k > 1048576)
        return fail(r, "patches", "%s: only without pooling, and up to 1048576 "
                    "elements each%s", "");
    w->host_elements = k * l->output.height * l->output.width;
    w->host_operations = w->host_elements;
    l->input.height = l->output.height;
    l->input.width = l->output.width;
    l->input.channels = (uint32_t)k;
    l->kernel_h = l->kernel_w = l->stride_h = l->stride_w = 1;
    l->dilation_h = l->dilation_w = 1;
    l->pad_top = l->pad_left = l->pad_bottom = l->pad_right = 0;
    return SERAC_OK;
}

static enum serac_status read_shape(const struct reader *r,
                                    struct serac_workload_layer *w)
{
    struct serac_layer *l = &w->shape, trial;
    struct serac_error detail = {""};
    memcpy(l->name, w->name, sizeof l->name);
    l->op = w->op == SERAC_WORKLOAD_DEPTHWISE ? SERAC_OP_DEPTHWISE
            : w->op == SERAC_WORKLOAD_ADD     ? SERAC_OP_ADD
                                              : SERAC_OP_CONV;
    l->mode = SERAC_MODE_SINGLE;
    enum serac_status status = read_window(r, l);
    if (w->op == SERAC_WORKLOAD_GEMM) {
        l->input.width = l->output.width = (uint32_t)r->keys.n;
        l->input.channels = (uint32_t)r->keys.k;
        l->output.channels = (uint32_t)r->keys.m;
    }
    if (status == SERAC_OK && serac_workload_layer_at(w, 1, 1, &trial,
                                                      &detail) != SERAC_OK)
        status = serac_config_fail(r->config, r->group, r->error, "%s",
                                   detail.text);
    uint64_t k = (uint64_t)l->kernel_h * l->kernel_w *
                 (l->op == SERAC_OP_CONV ? l->input.channels : 1);
    if (w->op != SERAC_WORKLOAD_ADD && !w->run_time) {
        w->weights = k * l->output.channels;
        w->parameters = w->weights + (r->keys.bias ? l->output.channels : 0);
    }
    if (status == SERAC_OK && w->patches)
        status = make_patches(r, w);
    return status;
}

static void read_host(const struct reader *r, struct serac_workload_layer *w)
{
    w->host_operations = r->keys.operations;
    w->host_elements = r->keys.elements;
    w->parameters = r->keys.parameters;
    memcpy(w->what, r->keys.what, sizeof w->what);
}

static enum serac_status read_name(const struct reader *r,
                                   const struct serac_workload *workload,
                                   uint32_t index, enum serac_workload_op *op)
{
    const char *name = r->keys.name;
    bool taken = !*name || !strcmp(name, "total");
    for (uint32_t i = 0; i < index; i++)
        taken = taken || !strcmp(name, workload->layers[i].name);
    if (taken)
        return fail(r, "name", *name ? "%s: %s is taken" : "%s: empty%s", name);
    for (size_t i = 0; i < COUNT(ops); i++)
        if (!strcmp(ops[i], r->keys.op)) {
            *op = (enum serac_workload_op)i;
            return check_keys(r, *op);
        }
    return fail(r, "op", "%s: must be conv, depthwise, gemm, add or host%s",
                "");
}

enum serac_status serac_workload_read_layer(const struct serac_config *config,
                                            const struct serac_group *group,
                                            struct serac_workload *workload,
                                            uint32_t index,
                                            struct serac_error *error)
{
    struct serac_workload_layer *w = &workload->layers[index];
    struct reader r = {.config = config, .group = group, .workload = workload,
                       .error = error,
                       .keys = {.count = 1, .pool = 1, .bias = true}};
    enum serac_status status =
        serac_config_read(config, group, layer_keys, COUNT(layer_keys),
                          &r.keys, error);
    if (status == SERAC_OK)
        status = read_name(&r, workload, index, &w->op);
    if (status == SERAC_OK)
        status = read_numbers(&r);
    if (status != SERAC_OK)
        return status;
    memcpy(w->name, r.keys.name, sizeof w->name);
    w->count = (uint32_t)r.keys.count;
    w->run_time = r.keys.run_time;
    w->cached = r.keys.cached;
    w->kv_bits = workload->kv_bits;
    w->patches = r.keys.patches;
    w->kept = r.keys.kept;
    if (w->cached && !w->run_time)
        return fail(&r, "cached", "%s: only with run_time = true%s", "");
    if (w->op != SERAC_WORKLOAD_HOST)
        return read_shape(&r, w);
    read_host(&r, w);
    return SERAC_OK;
}

enum serac_status serac_workload_layer_at(
    const struct serac_workload_layer *layer, uint32_t weight_bits,
    uint32_t act_bits, struct serac_layer *shape, struct serac_error *error)
{
    *shape = layer->shape;
    shape->weight_bits = !layer->run_time ? weight_bits
                         : layer->kv_bits ? layer->kv_bits : act_bits;
    shape->weight_store_bits = shape->weight_bits;
    shape->act_bits = act_bits;
    shape->input.bits = act_bits;
    shape->output.bits = act_bits;
    shape->clamp_max = (1 << act_bits) - 1;
    enum serac_status status = serac_layer_check(shape, error);
    return status == SERAC_OK ? serac_layer_check_accumulator(shape, error)
                              : status;
}
