/* serac_build.c - a network under construction. */
#include "serac_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_host.h"

bool serac_build_init(struct serac_build *b, const char *name, const char *source)
{
    memset(b, 0, sizeof *b);
    b->network = calloc(1, sizeof *b->network);
    if (!b->network)
        return false;
    snprintf(b->network->name, sizeof b->network->name, "%s", name);
    snprintf(b->network->source, sizeof b->network->source, "%s", source);
    b->network->float_accuracy = -1;
    b->network->input_scale = 1;
    return true;
}

void serac_build_free(struct serac_build *b)
{
    serac_network_destroy(b->network);
    free(b->comments);
    free(b->weights_at);
    memset(b, 0, sizeof *b);
}

static bool grow(void **array, uint32_t room, size_t size)
{
    void *more = realloc(*array, room * size);
    if (more)
        *array = more;
    return more != NULL;
}

static bool make_room(struct serac_build *b)
{
    struct serac_network *n = b->network;
    uint32_t room = b->layer_room ? 2 * b->layer_room : 32;
    if (n->num_layers < b->layer_room)
        return true;
    if (!grow((void **)&n->layers, room, sizeof *n->layers) ||
        !grow((void **)&n->inputs, room, sizeof *n->inputs) ||
        !grow((void **)&n->output_scales, room, sizeof *n->output_scales) ||
        !grow((void **)&b->comments, room, sizeof *b->comments) ||
        !grow((void **)&b->weights_at, room, sizeof *b->weights_at))
        return false;
    b->layer_room = room;
    return true;
}

struct serac_layer *serac_build_layer(struct serac_build *b, const char *name, int32_t first, int32_t second)
{
    struct serac_network *n = b->network;
    if (n->num_layers == SERAC_LAYERS_MAX || !make_room(b))
        return NULL;
    uint32_t i = n->num_layers++;
    const struct serac_tensor *in = first < 0 ? &n->input : &n->layers[first].output;
    n->layers[i] = (struct serac_layer){
        .input = *in, .output = *in, .kernel_h = 1, .kernel_w = 1, .stride_h = 1, .stride_w = 1,
        .dilation_h = 1, .dilation_w = 1, .pool = 1, .weight_bits = 8, .weight_store_bits = 8,
        .act_bits = in->bits};
    struct serac_layer *l = &n->layers[i];
    snprintf(l->name, sizeof l->name, "%s", name);
    if (second >= -1) {
        l->operand = second < 0 ? n->input : n->layers[second].output;
        l->input2_zero_point = l->operand.zero_point;
    }
    serac_build_clamp(l);
    n->inputs[i][0] = first;
    n->inputs[i][1] = second;
    n->output_scales[i] = first < 0 ? n->input_scale : n->output_scales[first];
    b->weights_at[i] = UINT64_MAX;
    b->comments[i][0] = '\0';
    return l;
}

int8_t *serac_build_weights(struct serac_build *b, uint64_t count)
{
    struct serac_network *n = b->network;
    if (count > INT32_MAX || b->bytes + count > INT32_MAX)
        return NULL;
    if (b->bytes + count > b->room) {
        uint64_t room = 2 * (b->bytes + count);
        int8_t *more = realloc(n->weights, room);
        if (!more)
            return NULL;
        n->weights = more;
        b->room = room;
    }
    b->weights_at[n->num_layers - 1] = b->bytes;
    int8_t *at = n->weights + b->bytes;
    memset(at, 0, count);
    b->bytes += count;
    return at;
}

bool serac_build_conv(struct serac_build *b, const int8_t *weights, uint32_t groups, int8_t zero)
{
    struct serac_layer *l = &b->network->layers[b->network->num_layers - 1];
    uint64_t taps = (uint64_t)l->kernel_h * l->kernel_w;
    uint32_t in = l->input.channels, out = l->output.channels, part = in / groups, filters = out / groups;
    bool depthwise = groups == in && groups == out && groups > 1;
    uint32_t inner = depthwise ? 1 : in;
    int8_t *to = serac_build_weights(b, taps * inner * out);
    if (!to)
        return false;
    l->op = depthwise ? SERAC_OP_DEPTHWISE : SERAC_OP_CONV;
    if (inner != part)
        memset(to, (uint8_t)zero, taps * inner * out);
    for (uint64_t m = 0; m < out; m++)
        for (uint64_t k = 0; k < taps; k++)
            memcpy(to + (m * taps + k) * inner + (depthwise ? 0 : m / filters * part), weights + (m * taps + k) * part,
                   part);
    return true;
}

struct serac_param *serac_build_product(struct serac_build *b, bool transpose)
{
    struct serac_layer *l = &b->network->layers[b->network->num_layers - 1];
    l->run_time = transpose ? SERAC_RUN_TIME_CHANNELS : SERAC_RUN_TIME_PIXELS;
    l->weight_kind = SERAC_WEIGHT_UNSIGNED;
    l->weight_bits = l->weight_store_bits = l->operand.bits;
    l->output.channels = transpose ? l->operand.channels : l->operand.height * l->operand.width;
    return serac_build_params(b, l->output.channels);
}

struct serac_param *serac_build_params(struct serac_build *b, uint64_t count)
{
    struct serac_param *params = calloc(count, sizeof *params);
    b->network->layers[b->network->num_layers - 1].params = params;
    return params;
}

int32_t *serac_build_words(struct serac_build *b)
{
    struct serac_layer *l = &b->network->layers[b->network->num_layers - 1];
    int32_t *words = calloc(serac_host_words(l), sizeof *words);
    l->words = words;
    return words;
}

/* An average of an odd number of pixels has no ties: a depthwise layer of ones whose factor is
 * rounded to the nearest gives it, if the factor is fine enough. The sum is below 2^8 * count, and
 * must be off by less than 1 / (2 * count) of a unit. Ties would be rounded away from zero, not from the zero
 * point; pixels outside would count. */
bool serac_build_average(struct serac_build *b)
{
    struct serac_layer *l = &b->network->layers[b->network->num_layers - 1];
    uint64_t count = (uint64_t)l->kernel_h * l->kernel_w;
    const int32_t shift = 30;
    if (!(count & 1) || count > 2047 || l->pad_top || l->pad_left || l->pad_bottom || l->pad_right)
        return false;
    struct serac_param *p = serac_build_params(b, l->output.channels);
    int8_t *weights = serac_build_weights(b, count * l->output.channels);
    if (!p || !weights)
        return false;
    memset(weights, 1, count * l->output.channels);
    l->op = SERAC_OP_DEPTHWISE;
    l->weight_bits = l->weight_store_bits = 2;      /* one bit is 0 or -1 */
    l->mode = SERAC_MODE_FLOOR;
    for (uint32_t c = 0; c < l->output.channels; c++) {
        p[c].mult = (int32_t)((((uint64_t)1 << shift) + count / 2) / count);
        p[c].shift = shift;
        p[c].add = 1 << (shift - 1);
    }
    return true;
}

static uint32_t outputs(uint32_t in, uint32_t pads, uint32_t kernel, uint32_t dilation, uint32_t stride)
{
    uint64_t reach = (uint64_t)(kernel - 1) * dilation + 1, padded = (uint64_t)in + pads;
    return padded < reach ? 0 : (uint32_t)((padded - reach) / stride + 1);
}

void serac_build_shape(struct serac_layer *l)
{
    l->output.height = outputs(l->input.height, l->pad_top + l->pad_bottom, l->kernel_h, l->dilation_h,
                               l->stride_h) / l->pool;
    l->output.width = outputs(l->input.width, l->pad_left + l->pad_right, l->kernel_w, l->dilation_w,
                              l->stride_w) / l->pool;
}

void serac_build_clamp(struct serac_layer *l)
{
    uint32_t bits = l->output.bits < 32 ? l->output.bits : 31;
    l->clamp_min = l->output.is_signed ? -(int32_t)(1u << (bits - 1)) : 0;
    l->clamp_max = l->clamp_min + (int32_t)((1u << bits) - 1);
}

enum serac_status serac_build_finish(struct serac_build *b, struct serac_error *error)
{
    struct serac_network *n = b->network;
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < n->num_layers; i++) {
        n->layers[i].weights = b->weights_at[i] == UINT64_MAX ? NULL : n->weights + b->weights_at[i];
        status = serac_layer_check(&n->layers[i], error);
        if (status == SERAC_OK)
            status = serac_layer_check_accumulator(&n->layers[i], error);
    }
    return status;
}

void serac_build_multiplier(double factor, int32_t *multiplier, int32_t *shift)
{
    int exponent = 0;
    int64_t fixed = factor > 0 ? llround(frexp(factor, &exponent) * 2147483648.0) : 0;
    if (fixed == (int64_t)1 << 31) {
        fixed /= 2;
        exponent++;
    }
    if (exponent < -31) {
        exponent = 0;
        fixed = 0;
    }
    if (exponent > 30) {
        exponent = 30;
        fixed = INT32_MAX;
    }
    *multiplier = (int32_t)fixed;
    *shift = exponent;
}
