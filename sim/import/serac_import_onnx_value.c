/* serac_import_onnx_value.c - tensors of the node at hand, and what is said about them. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_import_onnx.h"

/* A node without a name is called by its first output. */
enum serac_status serac_import_onnx_refuse(struct serac_import_onnx *t, const char *format, ...)
{
    char why[300];
    va_list list;
    va_start(list, format);
    vsnprintf(why, sizeof why, format, list);
    va_end(list);
    const char *name = t->node->name[0] ? t->node->name : t->node->n_output ? t->node->output[0] : "";
    return serac_import_fail(t->import, 0, "node \"%.80s\" (%.40s): %s", name, t->node->op_type, why);
}

enum serac_status serac_import_onnx_no_room(struct serac_import_onnx *t)
{
    return serac_import_fail(t->import, 0, "out of memory, or a network of more than %u layers or 2 GiB",
                             SERAC_LAYERS_MAX);
}

struct serac_import_onnx_value *serac_import_onnx_named(const struct serac_import_onnx *t, const char *name)
{
    size_t low = 0, high = t->num_values;
    while (*name && low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, t->values[middle].name);
        if (order == 0)
            return &t->values[middle];
        *(order < 0 ? &high : &low) = order < 0 ? middle : middle + 1;
    }
    return NULL;
}

struct serac_import_onnx_value *serac_import_onnx_value_at(const struct serac_import_onnx *t, uint32_t i)
{
    return i < t->node->n_input ? serac_import_onnx_named(t, t->node->input[i]) : NULL;
}

struct serac_import_onnx_value *serac_import_onnx_known(struct serac_import_onnx *t, uint32_t i)
{
    struct serac_import_onnx_value *v = serac_import_onnx_value_at(t, i);
    if (v && v->kind != SERAC_IMPORT_ONNX_NOTHING)
        return v;
    serac_import_onnx_refuse(t, "input %u, \"%.60s\", is made by no node before it", (unsigned)i,
                             i < t->node->n_input ? t->node->input[i] : "");
    return NULL;
}

struct serac_import_onnx_value *serac_import_onnx_activation(struct serac_import_onnx *t, uint32_t i)
{
    struct serac_import_onnx_value *v = serac_import_onnx_known(t, i);
    if (v && v->kind != SERAC_IMPORT_ONNX_CONSTANT)
        return v;
    if (v)
        serac_import_onnx_refuse(t, "input %u, \"%.60s\", is a constant", (unsigned)i, v->name);
    return NULL;
}

struct serac_onnx_constant *serac_import_onnx_constant(struct serac_import_onnx *t, uint32_t i)
{
    struct serac_import_onnx_value *v = serac_import_onnx_known(t, i);
    if (v && v->kind == SERAC_IMPORT_ONNX_CONSTANT)
        return v->constant;
    if (v)
        serac_import_onnx_refuse(t, "input %u, \"%.60s\", must be a constant", (unsigned)i, v->name);
    return NULL;
}

bool serac_import_onnx_scalar(struct serac_import_onnx *t, uint32_t i, double fallback, double *value)
{
    *value = fallback;
    if (i >= t->node->n_input || !t->node->input[i][0])
        return true;
    const struct serac_onnx_constant *c = serac_import_onnx_constant(t, i);
    if (c && c->count == 1) {
        *value = c->numbers[0] * (c->scales ? (double)c->scales[0] : 1);
        return true;
    }
    if (c)
        serac_import_onnx_refuse(t, "input %u must be one number", (unsigned)i);
    return false;
}

struct serac_import_onnx_value *serac_import_onnx_output(const struct serac_import_onnx *t)
{
    return serac_import_onnx_named(t, t->node->output[0]);
}

uint32_t serac_import_onnx_images(const struct serac_import_onnx_value *v)
{
    return v->rank > 1 && !v->batched ? v->dims[0] : 1;
}

uint64_t serac_import_onnx_elements(const struct serac_import_onnx_value *v)
{
    uint64_t count = 1;
    for (uint32_t i = 0; i < v->rank; i++)
        count *= v->dims[i];
    return count / serac_import_onnx_images(v);
}

const struct serac_tensor *serac_import_onnx_tensor(const struct serac_import_onnx *t, int32_t layer)
{
    const struct serac_network *n = t->build->network;
    return layer < 0 ? &n->input : &n->layers[layer].output;
}

double serac_import_onnx_scale(const struct serac_import_onnx *t, int32_t layer)
{
    const struct serac_network *n = t->build->network;
    return layer < 0 ? n->input_scale : n->output_scales[layer];
}

bool serac_import_onnx_count(struct serac_import_onnx *t, uint32_t channels)
{
    t->channels += channels;
    return t->channels <= 1u << 22;
}

struct serac_layer *serac_import_onnx_layer(struct serac_import_onnx *t, const char *kind, int32_t first,
                                            int32_t second)
{
    char name[SERAC_NAME_MAX];
    uint32_t index = t->build->network->num_layers;
    snprintf(name, sizeof name, "%s_%u", kind, (unsigned)index);
    struct serac_layer *l = serac_build_layer(t->build, name, first, second);
    if (!l || !serac_import_onnx_count(t, l->input.channels)) {
        serac_import_onnx_no_room(t);
        return NULL;
    }
    snprintf(t->build->comments[index], sizeof *t->build->comments, "%.40s %.40s", t->node->op_type,
             t->node->name[0] ? t->node->name : t->node->output[0]);
    for (char *at = t->build->comments[index]; *at; at++)        /* it comes from the file */
        if (*at < ' ' || *at > '~')
            *at = '?';
    return l;
}

enum serac_status serac_import_onnx_pass(struct serac_import_onnx *t, const struct serac_import_onnx_value *from,
                                         struct serac_import_onnx_value *to)
{
    struct serac_import_onnx_value copy = *from;
    if (to->kind != SERAC_IMPORT_ONNX_NOTHING)
        return serac_import_onnx_refuse(t, "makes \"%.60s\", which has been made before", to->name);
    for (uint32_t i = 0; i < from->chain.count; i++)
        t->copied += from->chain.steps[i].count;
    if (t->copied > 1u << 26 || !serac_import_onnx_chain_copy(&copy.chain, &from->chain))
        return serac_import_onnx_no_room(t);
    t->input_fixed = t->input_fixed || (from->layer == SERAC_IMPORT_ONNX_INPUT && from->uses > 1);
    copy.name = to->name;
    copy.uses = to->uses;
    copy.constant = NULL;
    copy.shared = from->shared || from->uses > 1;
    *to = copy;
    return SERAC_OK;
}

bool serac_import_onnx_has_codes(struct serac_import_onnx *t, struct serac_import_onnx_value *v)
{
    if (v->kind == SERAC_IMPORT_ONNX_REAL && !v->raw && v->second == SERAC_IMPORT_ONNX_NO_SECOND &&
        v->chain.count == 0) {
        serac_import_onnx_settle_input(t, v);
        return true;
    }
    serac_import_onnx_refuse(t, "\"%.60s\" is not quantised: an activation of at most 8 bits is needed", v->name);
    return false;
}

void serac_import_onnx_make_raw(struct serac_layer *l)
{
    l->mode = SERAC_MODE_RAW;
    l->output.bits = 32;
    l->output.is_signed = true;
    l->output.is_bipolar = false;
    l->output.zero_point = 0;
    l->clamp_min = INT32_MIN;
    l->clamp_max = INT32_MAX;
}

uint32_t serac_import_onnx_channel_axis(const struct serac_import_onnx *t, const struct serac_import_onnx_value *v)
{
    const struct serac_tensor *at = serac_import_onnx_tensor(t, v->layer);
    uint64_t behind = 1, pixels = v->channels_last ? 1 : (uint64_t)at->height * at->width;
    for (uint32_t axis = v->rank; axis-- > 0; behind *= v->dims[axis])
        if (behind == pixels && v->dims[axis] == at->channels && (axis > 0 || v->rank == 1) && !v->batched)
            return axis;
    return v->rank;
}

/* Broadcasting aligns the last dimensions; only that of the channels may be larger than one. */
double *serac_import_onnx_per_channel(struct serac_import_onnx *t, const struct serac_import_onnx_value *v,
                                      const struct serac_onnx_constant *c, uint32_t *count)
{
    uint32_t channels = serac_import_onnx_tensor(t, v->layer)->channels, axis = serac_import_onnx_channel_axis(t, v);
    bool one = c->count == 1, fits = one;
    if (!one && axis < v->rank && c->count == channels && c->rank >= v->rank - axis)
        fits = c->dims[c->rank - (v->rank - axis)] == channels;
    double *values = fits ? malloc(c->count * sizeof *values) : NULL;
    *count = one ? 1 : channels;
    if (!fits)
        serac_import_onnx_refuse(t, "a constant of %llu numbers that are neither one for all nor one a channel",
                                 (unsigned long long)c->count);
    else if (!values)
        serac_import_onnx_no_room(t);
    for (uint64_t i = 0; values && i < c->count; i++)
        values[i] = serac_onnx_value(c, i);
    return values;
}

enum serac_status serac_import_onnx_continue(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                             struct serac_import_onnx_value *to)
{
    if (in->second != SERAC_IMPORT_ONNX_NO_SECOND)
        return serac_import_onnx_refuse(t, "between an addition and its quantiser only Relu and Clip are supported");
    if (in->kind == SERAC_IMPORT_ONNX_CODES)
        return serac_import_onnx_refuse(t, "\"%.60s\" is not dequantised", in->name);
    if (!in->raw)
        serac_import_onnx_settle_input(t, in);
    enum serac_status status = serac_import_onnx_pass(t, in, to);
    double scale = serac_import_onnx_scale(t, in->layer);
    if (status == SERAC_OK && !in->raw && in->chain.count == 0 && scale != 1 &&
        !serac_import_onnx_chain_add(&to->chain, SERAC_IMPORT_ONNX_MUL, &scale, 1))
        return serac_import_onnx_no_room(t);
    return status;
}

bool serac_import_onnx_takes_input(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                   const struct serac_tensor *format, double scale, bool *good)
{
    struct serac_tensor *to = &t->build->network->input;
    *good = true;
    if (in->layer != SERAC_IMPORT_ONNX_INPUT || in->kind != SERAC_IMPORT_ONNX_REAL || in->chain.count ||
        !(t->input_open || t->input_quantised) || t->input->is_integer)
        return false;
    if (t->input_open && serac_import_onnx_annotation(t)) {
        serac_import_onnx_settle_input(t, in);
        return false;
    }
    if (t->input_quantised) {
        *good = to->bits == format->bits && to->is_signed == format->is_signed &&
            to->is_bipolar == format->is_bipolar &&
                to->zero_point == format->zero_point && t->build->network->input_scale == scale;
        if (!*good)
            serac_import_onnx_refuse(t, "quantises the network's input another time, in another way");
        return true;
    }
    to->bits = format->bits;
    to->is_signed = format->is_signed;
    to->is_bipolar = format->is_bipolar;
    to->zero_point = format->zero_point;
    t->build->network->input_scale = scale;
    t->input_open = false;
    t->input_quantised = true;
    serac_import_note(t->import, "the input is quantised before: codes, not floats");
    return true;
}

bool serac_import_onnx_use_codes(struct serac_import_onnx *t, struct serac_import_onnx_value *v, double scale,
                                 int32_t zero)
{
    struct serac_tensor *in = &t->build->network->input;
    int32_t low = in->is_signed ? -(1 << (in->bits - 1)) : 0, high = low + (1 << in->bits) - 1;
    if (v->layer == SERAC_IMPORT_ONNX_INPUT && t->input_open && zero >= low && zero <= high) {
        in->zero_point = zero;
        t->build->network->input_scale = scale;
        t->input_open = false;
    }
    bool good = serac_import_onnx_tensor(t, v->layer)->zero_point == zero &&
                fabs(serac_import_onnx_scale(t, v->layer) - scale) <= 1e-6 * scale;
    if (!good)
        serac_import_onnx_refuse(t, "\"%.60s\" has another scale or zero point than it was made with", v->name);
    return good;
}
