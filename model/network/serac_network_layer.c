/* serac_network_layer.c - one layer of a network file, with its numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"
#include "serac_network_read.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct serac_key output_keys[] = {
    SERAC_TENSOR_KEY("bits", U32, bits, true, 1, 32, 0),
    SERAC_TENSOR_KEY("signed", BOOL, is_signed, true, 0, 0, 0),
    SERAC_TENSOR_KEY("bipolar", BOOL, is_bipolar, false, 0, 0, 0),
    SERAC_TENSOR_KEY("zero_point", I32, zero_point, false, -128, 255, 0),
    SERAC_TENSOR_KEY("min", I32, min, false, INT32_MIN, INT32_MAX, 0),
    SERAC_TENSOR_KEY("max", I32, max, false, INT32_MIN, INT32_MAX, 0),
    SERAC_TENSOR_KEY("scale", F64, scale, false, 1e-30, 1e30, 0),
};

#define STRING(field, required)                                               \
    {#field, SERAC_KEY_STRING, offsetof(struct serac_layer_keys, field),      \
     required, 0, 0, sizeof(((struct serac_layer_keys *)0)->field)}
#define NUMBER(field, required, min, max)                                     \
    {#field, SERAC_KEY_U32, offsetof(struct serac_layer_keys, field),         \
     required, min, max, 0}
#define CHILD(field, required) {field, SERAC_KEY_CHILD, 0, required, 0, 0, 0}

static const struct serac_key layer_keys[] = {
    STRING(name, true),
    STRING(op, true),
    STRING(weight_kind, false),
    STRING(what, false),
    STRING(requant, false),
    NUMBER(out_channels, false, 1, 1048576),
    NUMBER(pool, false, 1, 16),
    NUMBER(weight_bits, false, 1, 8),
    NUMBER(weight_store_bits, false, 1, 8),
    NUMBER(act_bits, false, 1, 8),
    {"transpose", SERAC_KEY_BOOL, offsetof(struct serac_layer_keys, transpose), false, 0, 0, 0},
    NUMBER(weights, false, 0, INT32_MAX),
    NUMBER(weight_zero_points, false, 0, INT32_MAX),
    NUMBER(params, false, 0, INT32_MAX),
    CHILD("inputs", true),
    CHILD("kernel", false),
    CHILD("stride", false),
    CHILD("dilation", false),
    CHILD("pad", false),
    CHILD("factors", false),
    CHILD("output", true),
};

/* --- a layer ------------------------------------------------------------- */

/* A list of exactly `count` integers, `fallback` each if the key is missing. */
static enum serac_status integers(struct serac_network_reader *r,
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
static enum serac_status read_inputs(struct serac_network_reader *r,
                                     const struct serac_group *group,
                                     uint32_t index)
{
    const struct serac_group *list = serac_config_child(group, "inputs");
    struct serac_network *n = r->network;
    struct serac_layer *l = &n->layers[index];
    uint32_t wanted = serac_layer_operands(l);
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
        bool raw = l->op == SERAC_OP_HOST && serac_host_takes_raw(l->host) && t->bits == 32;
        if (t->bits > 8 && !raw)
            return serac_config_fail(r->config, list, r->error,
                                     "inputs: %s has raw 32-bit values", name);
        if (i == 0) {
            l->input = *t;
            continue;
        }
        l->operand = *t;
        if (!serac_layer_adds(l))
            continue;                    /* serac_layer_check() knows what fits */
        if (t->height != l->input.height || t->width != l->input.width ||
            t->channels != l->input.channels || t->bits != l->input.bits ||
            t->is_signed != l->input.is_signed ||
            t->is_bipolar != l->input.is_bipolar)
            return serac_config_fail(r->config, list, r->error,
                                     "inputs: %s has another shape or format",
                                     name);
        l->input2_zero_point = t->zero_point;
    }
    return SERAC_OK;
}

static enum serac_status read_output(struct serac_network_reader *r,
                                     const struct serac_group *group,
                                     uint32_t index)
{
    struct serac_layer *l = &r->network->layers[index];
    const struct serac_group *child = serac_config_child(group, "output");
    struct serac_tensor_keys keys = {.min = INT32_MIN, .max = INT32_MAX,
                                     .scale = 1};
    enum serac_status status = serac_config_read(
        r->config, child, output_keys, COUNT(output_keys), &keys, r->error);
    if (status != SERAC_OK)
        return status;
    r->network->output_scales[index] = keys.scale;
    l->clamp_min = keys.min;
    l->clamp_max = keys.max;
    status = serac_network_tensor(r, child, &keys, &l->output);
    if (status != SERAC_OK || keys.bits > 8)
        return status;
    int32_t low = keys.is_signed ? -(1 << (keys.bits - 1)) : 0;
    int32_t high = low + (1 << keys.bits) - 1;
    bool has_min = serac_config_child(child, "min");
    bool has_max = serac_config_child(child, "max");
    if ((has_min && (keys.min < low || keys.min > high)) ||
        (has_max && (keys.max < low || keys.max > high)))
        return serac_config_fail(r->config, child, r->error,
                                 "output: min and max: outside %d..%d", low,
                                 high);
    l->clamp_min = has_min ? keys.min : low;
    l->clamp_max = has_max ? keys.max : high;
    return SERAC_OK;
}

static enum serac_status read_geometry(struct serac_network_reader *r,
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

/* Keys that an operation needs (+), and those that mean nothing to it (-). */
static enum serac_status check_keys(struct serac_network_reader *r,
                                    const struct serac_group *group,
                                    const char *op)
{
    static const struct {
        const char *op, *key;        /* op: initials of c(onv), d(epthwise), g(emm), m(atmul), a(dd), h(ost) */
        bool required;
    } rules[] = {
        {"cg", "out_channels", true}, {"cdg", "weight_bits", true}, {"cdg", "weights", true},
        {"cdgma", "requant", true}, {"cdgma", "params", true}, {"h", "what", true},
        {"mah", "out_channels", false}, {"mah", "weight_bits", false}, {"mah", "weight_store_bits", false},
        {"mah", "weight_kind", false}, {"mah", "weights", false}, {"mah", "weight_zero_points", false},
        {"gma", "kernel", false}, {"gma", "stride", false}, {"gma", "pad", false},
        {"gma", "dilation", false}, {"gmah", "pool", false}, {"h", "act_bits", false},
        {"cdgma", "what", false}, {"cdgma", "factors", false}, {"cdgah", "transpose", false},
    };
    for (size_t i = 0; i < COUNT(rules); i++) {
        const struct serac_group *at = serac_config_child(group, rules[i].key);
        if (!strchr(rules[i].op, op[0]) || !at == !rules[i].required)
            continue;
        if (at)
            return serac_config_fail(r->config, at, r->error,
                                     "%s: not a key of op %s", rules[i].key,
                                     op);
        return serac_config_fail(r->config, group, r->error,
                                 "%s: missing, it is required", rules[i].key);
    }
    return SERAC_OK;
}

/* What a host layer computes, and its factors. */
static enum serac_status read_host(struct serac_network_reader *r, const struct serac_group *group,
                                   const struct serac_layer_keys *keys, struct serac_layer *l)
{
    const struct serac_group *list = serac_config_child(group, "factors");
    int function = serac_host_find(keys->what);
    if (function < 0)
        return serac_network_fail(r, group, "what", "what: must be softmax, add, average_pool, max_pool, pad, "
                                  "requantise, patches, quantise_float, thresholds, add_float, add_floor, norm, table or concat");
    l->host = (enum serac_host_function)function;
    uint32_t wanted = (uint32_t)serac_host_factors(l->host), count = list ? serac_config_count(list) : 0;
    if (count != wanted)
        return serac_network_fail(r, group, "factors", "factors: %s has %u", keys->what, wanted);
    for (uint32_t i = 0; i < wanted; i++) {
        int64_t value;
        if (!serac_config_integer(serac_config_element(list, i), &value) || value < INT32_MIN ||
            value > INT32_MAX)
            return serac_network_fail(r, group, "factors", "factors: must be integers of 32 bits");
        l->factors[i] = (int32_t)value;
    }
    return SERAC_OK;
}

static enum serac_status check_name(struct serac_network_reader *r,
                                    const struct serac_group *group,
                                    uint32_t index, const char *name)
{
    bool taken = !strcmp(name, "input");
    for (uint32_t i = 0; i < index; i++)
        taken = taken || !strcmp(name, r->network->layers[i].name);
    if (!taken && *name)
        return SERAC_OK;
    return serac_network_fail(r, group, "name",
                              *name ? "name: %s is taken" : "name: empty%s",
                              name);
}

/* The texts of a layer: its name, operation, kind of weights and rounding. */
static enum serac_status read_texts(struct serac_network_reader *r,
                                    const struct serac_group *group,
                                    const struct serac_layer_keys *keys,
                                    uint32_t index)
{
    static const char *const ops[] = {"conv", "depthwise", "add", "host", "gemm", "matmul"};
    static const char *const kinds[] = {"signed", "unsigned", "bipolar"};
    static const char *const modes[] = {"double", "single", "floor",
                                        "threshold", "raw"};
    struct serac_layer *l = &r->network->layers[index];
    int op = find_name(ops, 6, keys->op);
    int kind = find_name(kinds, 3, keys->weight_kind);
    int mode = find_name(modes, 5, keys->requant);
    if (op < 0)
        return serac_network_fail(r, group, "op", "op: must be conv, "
                                  "depthwise, gemm, matmul, add or host");
    if (kind < 0)
        return serac_network_fail(r, group, "weight_kind", "weight_kind: must "
                                  "be signed, unsigned or bipolar");
    if (mode < 0)
        return serac_network_fail(r, group, "requant", "requant: must be "
                                  "double, single, floor, threshold or raw");
    enum serac_status status = check_name(r, group, index, keys->name);
    memcpy(l->name, keys->name, sizeof l->name);
    l->op = op >= 4 ? SERAC_OP_CONV : (enum serac_op)op;
    l->weight_kind = op == 5 ? SERAC_WEIGHT_UNSIGNED : (enum serac_weight_kind)kind;
    if (op == 5)
        l->run_time = keys->transpose ? SERAC_RUN_TIME_CHANNELS : SERAC_RUN_TIME_PIXELS;
    l->mode = (enum serac_requant_mode)mode;
    if (status == SERAC_OK)
        status = check_keys(r, group, keys->op);
    return status == SERAC_OK && l->op == SERAC_OP_HOST ? read_host(r, group, keys, l) : status;
}

/* Shapes and formats: all that is not in the blob. */
static enum serac_status read_shape(struct serac_network_reader *r,
                                    const struct serac_group *group,
                                    const struct serac_layer_keys *keys,
                                    uint32_t index)
{
    struct serac_layer *l = &r->network->layers[index];
    l->pool = keys->pool;
    l->weight_bits = keys->weight_bits;
    l->weight_store_bits =
        keys->weight_store_bits ? keys->weight_store_bits : keys->weight_bits;
    enum serac_status status = read_inputs(r, group, index);
    if (status == SERAC_OK)
        status = read_output(r, group, index);
    if (status == SERAC_OK)
        status = read_geometry(r, group, !strcmp(keys->op, "gemm"), l);
    if (status != SERAC_OK)
        return status;
    if (l->run_time)
        l->weight_bits = l->weight_store_bits = l->operand.bits;
    l->act_bits = keys->act_bits ? keys->act_bits : l->input.bits;
    l->output.channels =
        keys->out_channels ? keys->out_channels : l->input.channels;
    if (l->op == SERAC_OP_HOST && l->host == SERAC_HOST_PATCHES)
        l->output.channels *= l->kernel_h * l->kernel_w;
    if (l->op == SERAC_OP_HOST && l->host == SERAC_HOST_CONCAT)
        l->output.channels += l->operand.channels;
    if (l->run_time)
        l->output.channels = l->run_time == SERAC_RUN_TIME_CHANNELS ? l->operand.channels
                                                                     : l->operand.height * l->operand.width;
    struct serac_error detail = {""};
    status = serac_layer_check(l, &detail);
    if (status != SERAC_OK)
        (void)serac_config_fail(r->config, group, r->error, "%s", detail.text);
    return status;
}

/* Codes pass a concatenation as they are: what they are worth must be the same in all of it. */
static enum serac_status check_scales(struct serac_network_reader *r, const struct serac_group *group, uint32_t index)
{
    const struct serac_network *n = r->network;
    const struct serac_layer *l = &n->layers[index];
    for (int i = 0; i < 2 && l->op == SERAC_OP_HOST && l->host == SERAC_HOST_CONCAT; i++) {
        int32_t from = n->inputs[index][i];
        double scale = from < 0 ? n->input_scale : n->output_scales[from];
        if (scale != n->output_scales[index])
            return serac_config_fail(r->config, group, r->error, "layer %s: concat: operand %d has scale %.9g, the "
                                     "output %.9g: must be equal", l->name, i + 1, scale, n->output_scales[index]);
    }
    return SERAC_OK;
}

enum serac_status serac_network_read_layer(struct serac_network_reader *r,
                                           const struct serac_group *group,
                                           uint32_t index)
{
    struct serac_layer *l = &r->network->layers[index];
    struct serac_layer_keys keys = {.weight_kind = "signed", .requant = "double", .pool = 1, .weight_bits = 1};
    enum serac_status status = serac_config_read(
        r->config, group, layer_keys, COUNT(layer_keys), &keys, r->error);
    if (status == SERAC_OK)
        status = read_texts(r, group, &keys, index);
    if (status == SERAC_OK)
        status = read_shape(r, group, &keys, index);
    if (status == SERAC_OK)
        status = check_scales(r, group, index);
    if (status == SERAC_OK)
        status = l->op == SERAC_OP_HOST ? serac_network_read_words(r, group, &keys, l)
                                        : serac_network_read_numbers(r, group, &keys, l);
    if (status != SERAC_OK)
        return status;
    struct serac_error detail = {""};
    status = serac_layer_check_accumulator(l, &detail);
    if (status != SERAC_OK)
        (void)serac_config_fail(r->config, group, r->error, "%s", detail.text);
    return status;
}
