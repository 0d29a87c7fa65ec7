/* serac_import_tflite.c - TensorFlow Lite networks: tensors, layers, and the order of operators. */
#include "serac_import_tflite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- messages ------------------------------------------------------------- */

const struct serac_tflite_node *serac_import_tflite_node_of(const struct serac_import_tflite *t)
{
    return &t->model.nodes[t->node];
}

static const char *label(const struct serac_import_tflite *t, char room[160])
{
    char number[24];
    int32_t out = serac_tflite_output(&t->model, serac_import_tflite_node_of(t), 0);
    snprintf(room, 160, "node %u, %s, \"%s\"", (unsigned)t->node,
             serac_tflite_op_name(serac_import_tflite_node_of(t)->op, number),
             out < 0 ? "" : t->model.tensors[out].name);
    return room;
}

enum serac_status serac_import_tflite_refuse(struct serac_import_tflite *t, const char *why)
{
    char room[160];
    return serac_import_fail(t->import, 0, "%s: %s", label(t, room), why);
}

/* --- tensors -------------------------------------------------------------- */

const struct serac_tflite_tensor *serac_import_tflite_input_of(const struct serac_import_tflite *t, uint32_t i)
{
    int32_t n = serac_tflite_input(&t->model, serac_import_tflite_node_of(t), i);
    return n < 0 ? NULL : &t->model.tensors[n];
}

const struct serac_tflite_tensor *serac_import_tflite_output_of(const struct serac_import_tflite *t)
{
    int32_t n = serac_tflite_output(&t->model, serac_import_tflite_node_of(t), 0);
    return n < 0 ? NULL : &t->model.tensors[n];
}

int64_t serac_import_tflite_option(const struct serac_import_tflite *t, uint32_t field, uint32_t bytes,
                                   int64_t fallback)
{
    return serac_flatbuffer_int(&t->model.file, serac_import_tflite_node_of(t)->options, field, bytes, fallback);
}

/* Height, width and channels: the last dimensions; all before must be one. */
bool serac_import_tflite_shape_of(const struct serac_tflite_tensor *a, uint32_t hwc[3])
{
    hwc[0] = hwc[1] = hwc[2] = 1;
    for (uint32_t i = 0; i < a->rank; i++) {
        uint32_t behind = a->rank - 1 - i;
        if (behind > 2 && a->shape[i] != 1)
            return false;
        if (behind <= 2)
            hwc[2 - behind] = a->shape[i];
    }
    return hwc[0] >= 1 && hwc[1] >= 1 && hwc[2] >= 1 && hwc[0] <= 32767 && hwc[1] <= 1u << 20 &&
           hwc[2] <= 1u << 20;
}

bool serac_import_tflite_is_activation(const struct serac_import_tflite *t, const struct serac_tflite_tensor *a)
{
    double scale = a ? serac_tflite_scale(&t->model, a, 0) : 0;
    int64_t zero = a ? serac_tflite_zero_point(&t->model, a, 0) : 0;
    bool is_signed = a && a->type == SERAC_TFLITE_INT8;
    return a && (is_signed || a->type == SERAC_TFLITE_UINT8) && a->num_scales == 1 && scale > 1e-30 &&
           scale < 1e30 && zero >= (is_signed ? -128 : 0) && zero <= (is_signed ? 127 : 255);
}

/* Number format and shape of an activation; false with the reason said. */
bool serac_import_tflite_set_tensor(struct serac_import_tflite *t, const struct serac_tflite_tensor *a,
                                    struct serac_tensor *to)
{
    uint32_t hwc[3];
    if (!serac_import_tflite_is_activation(t, a)) {
        serac_import_tflite_refuse(t, "needs 8-bit tensors with one scale and a zero point among their codes");
        return false;
    }
    if (!serac_import_tflite_shape_of(a, hwc)) {
        serac_import_tflite_refuse(t, "a tensor's shape: needs one image of height, width and channels");
        return false;
    }
    *to = (struct serac_tensor){.height = hwc[0], .width = hwc[1], .channels = hwc[2], .bits = 8,
                                .is_signed = a->type == SERAC_TFLITE_INT8,
                                .zero_point = (int32_t)serac_tflite_zero_point(&t->model, a, 0)};
    return true;
}

/* CalculateActivationRangeQuantized: the layer's clamp for a fused activation. */
bool serac_import_tflite_set_clamp(struct serac_import_tflite *t, struct serac_layer *l,
                                   const struct serac_tflite_tensor *out,
                                   int64_t activation)
{
    float scale = serac_tflite_scale(&t->model, out, 0);
    float low = activation == SERAC_IMPORT_TFLITE_RELU_N1_TO_1 ? -1 : 0;
    float high = activation == SERAC_IMPORT_TFLITE_RELU6 ? 6 : 1;
    serac_build_clamp(l);
    if (activation == SERAC_IMPORT_TFLITE_NONE)
        return true;
    if (activation < 0 || activation > SERAC_IMPORT_TFLITE_RELU6) {
        serac_import_tflite_refuse(t, "its activation is none of none, ReLU, ReLU6 and ReLU -1 to 1");
        return false;
    }
    double bottom = l->output.zero_point + round((double)(low / scale));
    double top = l->output.zero_point + round((double)(high / scale));
    if (bottom > l->clamp_min)
        l->clamp_min = bottom < l->clamp_max ? (int32_t)bottom : l->clamp_max;
    if (activation != SERAC_IMPORT_TFLITE_RELU && top < l->clamp_max)
        l->clamp_max = top > l->clamp_min ? (int32_t)top : l->clamp_min;
    return true;
}

/* --- layers --------------------------------------------------------------- */

struct serac_layer *serac_import_tflite_new_layer(struct serac_import_tflite *t, const char *kind, int32_t first,
                                                  int32_t second)
{
    char name[SERAC_NAME_MAX];
    snprintf(name, sizeof name, "%s_%u", kind, (unsigned)t->node);
    struct serac_layer *l = serac_build_layer(t->build, name, first, second);
    if (l) {
        const struct serac_tflite_tensor *out = serac_import_tflite_output_of(t);
        snprintf(t->build->comments[t->build->network->num_layers - 1], sizeof *t->build->comments, "%s",
                 out ? out->name : "");
    }
    return l;
}

enum serac_status serac_import_tflite_no_room(struct serac_import_tflite *t)
{
    return serac_import_fail(t->import, 0, "out of memory, or a network of more than %u layers or 2 GiB",
                             SERAC_LAYERS_MAX);
}

/* The last layer makes the node's output. */
enum serac_status serac_import_tflite_made(struct serac_import_tflite *t)
{
    int32_t out = serac_tflite_output(&t->model, serac_import_tflite_node_of(t), 0);
    struct serac_network *n = t->build->network;
    t->sources[out] = (struct serac_import_tflite_source){.layer = (int32_t)n->num_layers - 1};
    n->output_scales[n->num_layers - 1] = serac_tflite_scale(&t->model, &t->model.tensors[out], 0);
    return SERAC_OK;
}

static bool has_pads(const struct serac_import_tflite_source *s)
{
    return s->pad[0] || s->pad[1] || s->pad[2] || s->pad[3];
}

/* Padding that no convolution took becomes the host's. */
enum serac_status serac_import_tflite_settle(struct serac_import_tflite *t, struct serac_import_tflite_source *s)
{
    if (!has_pads(s))
        return SERAC_OK;
    char name[SERAC_NAME_MAX];
    snprintf(name, sizeof name, "pad_%u", (unsigned)t->build->network->num_layers);
    struct serac_layer *l = serac_build_layer(t->build, name, s->layer, SERAC_IMPORT_TFLITE_NO_SECOND);
    if (!l)
        return serac_import_tflite_no_room(t);
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_PAD;
    l->pad_top = s->pad[0];
    l->pad_left = s->pad[1];
    l->pad_bottom = s->pad[2];
    l->pad_right = s->pad[3];
    l->output.height += s->pad[0] + s->pad[2];
    l->output.width += s->pad[1] + s->pad[3];
    *s = (struct serac_import_tflite_source){.layer = (int32_t)t->build->network->num_layers - 1};
    return SERAC_OK;
}

/* The source of input `i`, which must have been computed; NULL with the reason said. */
struct serac_import_tflite_source *serac_import_tflite_source_of(struct serac_import_tflite *t, uint32_t i,
                                                                 bool with_pads)
{
    int32_t n = serac_tflite_input(&t->model, serac_import_tflite_node_of(t), i);
    struct serac_import_tflite_source *s = n < 0 ? NULL : &t->sources[n];
    if (!s || s->layer == SERAC_IMPORT_TFLITE_NOWHERE) {
        serac_import_tflite_refuse(t, "reads a tensor that no operator before it makes");
        return NULL;
    }
    return with_pads || serac_import_tflite_settle(t, s) == SERAC_OK ? s : NULL;
}

/* SAME puts the smaller half of the padding before. */
static void same_padding(uint32_t in, uint32_t stride, uint32_t reach, uint32_t *before, uint32_t *after)
{
    uint64_t need = ((uint64_t)(in + stride - 1) / stride - 1) * stride + reach;
    uint32_t total = need > in ? (uint32_t)(need - in) : 0;
    *before = total / 2;
    *after = total - total / 2;
}

bool serac_import_tflite_set_window(struct serac_import_tflite *t, struct serac_layer *l,
                                    const struct serac_import_tflite_window *w,
                                    const struct serac_import_tflite_source *s)
{
    const int64_t sizes[] = {w->stride_h, w->stride_w, w->kernel_h, w->kernel_w, w->dilation_h, w->dilation_w};
    for (size_t i = 0; i < 6; i++)
        if (sizes[i] < 1 || sizes[i] > 255) {
            serac_import_tflite_refuse(t, "kernel, stride or dilation outside 1..255");
            return false;
        }
    l->kernel_h = (uint32_t)w->kernel_h;
    l->kernel_w = (uint32_t)w->kernel_w;
    l->stride_h = (uint32_t)w->stride_h;
    l->stride_w = (uint32_t)w->stride_w;
    l->dilation_h = (uint32_t)w->dilation_h;
    l->dilation_w = (uint32_t)w->dilation_w;
    if (w->padding == SERAC_IMPORT_TFLITE_SAME) {
        same_padding(l->input.height, l->stride_h, (l->kernel_h - 1) * l->dilation_h + 1, &l->pad_top,
                     &l->pad_bottom);
        same_padding(l->input.width, l->stride_w, (l->kernel_w - 1) * l->dilation_w + 1, &l->pad_left,
                     &l->pad_right);
    } else {
        l->pad_top = s->pad[0];
        l->pad_left = s->pad[1];
        l->pad_bottom = s->pad[2];
        l->pad_right = s->pad[3];
    }
    serac_build_shape(l);
    return true;
}

/* --- the network ------------------------------------------------------------- */

static enum serac_status open_input(struct serac_import_tflite *t)
{
    const struct serac_tflite *m = &t->model;
    int64_t number = m->num_inputs ? serac_flatbuffer_int_at(&m->file, m->inputs, 4, 0) : -1;
    if (m->num_inputs != 1 || m->num_outputs != 1 || number < 0)
        return serac_import_fail(t->import, 0, "needs one input and one output, has %u and %u",
                                 (unsigned)m->num_inputs, (unsigned)m->num_outputs);
    const struct serac_tflite_tensor *in = &m->tensors[number];
    uint32_t hwc[3];
    t->sources[number].layer = SERAC_IMPORT_TFLITE_INPUT;
    if (in->type == SERAC_TFLITE_FLOAT32)
        return SERAC_OK;                  /* a QUANTIZE must follow */
    if (!serac_import_tflite_is_activation(t, in) || !serac_import_tflite_shape_of(in, hwc))
        return serac_import_fail(t->import, 0, "input \"%s\": must be int8 or uint8, one image of height, width "
                                 "and channels, with one scale", in->name);
    t->build->network->input = (struct serac_tensor){
        .height = hwc[0], .width = hwc[1], .channels = hwc[2], .bits = 8, .is_signed = in->type == SERAC_TFLITE_INT8,
        .zero_point = (int32_t)serac_tflite_zero_point(m, in, 0)};
    t->build->network->input_scale = serac_tflite_scale(m, in, 0);
    return SERAC_OK;
}

static void count_uses(struct serac_import_tflite *t)
{
    const struct serac_tflite *m = &t->model;
    for (uint32_t i = 0; i < m->num_nodes; i++)
        for (uint32_t k = 0; k < m->nodes[i].num_inputs; k++) {
            int32_t n = serac_tflite_input(m, &m->nodes[i], k);
            if (n >= 0)
                t->uses[n]++;
        }
    for (uint32_t k = 0; k < m->num_outputs; k++) {
        int64_t n = serac_flatbuffer_int_at(&m->file, m->outputs, 4, k);
        if (n >= 0)
            t->uses[n]++;
    }
}

static enum serac_status convert_all(struct serac_import_tflite *t)
{
    struct serac_tflite *m = &t->model;
    t->sources = calloc(m->num_tensors, sizeof *t->sources);
    t->uses = calloc(m->num_tensors, sizeof *t->uses);
    if (!t->sources || !t->uses)
        return serac_import_tflite_no_room(t);
    for (uint32_t i = 0; i < m->num_tensors; i++)
        t->sources[i].layer = SERAC_IMPORT_TFLITE_NOWHERE;
    count_uses(t);
    enum serac_status status = open_input(t);
    for (t->node = 0; status == SERAC_OK && t->node < m->num_nodes; t->node++)
        status = serac_import_tflite_convert(t);
    if (status != SERAC_OK)
        return status;
    int64_t number = serac_flatbuffer_int_at(&m->file, m->outputs, 4, 0);
    struct serac_import_tflite_source *out = number < 0 ? NULL : &t->sources[number];
    uint32_t last = t->build->network->num_layers;
    t->node = 0;
    if (!out || out->layer < 0 || (uint32_t)out->layer + 1 != last || has_pads(out))
        return serac_import_fail(t->import, 0, "the network's output must be made by its last operator");
    return serac_build_finish(t->build, t->import->error);
}

enum serac_status serac_import_tflite(struct serac_import *import, const uint8_t *bytes, size_t size,
                                      const struct serac_import_choice *choice, const char *name,
                                      struct serac_build *build)
{
    struct serac_import_tflite t = {.import = import, .build = build, .choice = *choice};
    struct serac_error error = {""};
    enum serac_status status = serac_tflite_open(&t.model, bytes, size, &error);
    if (status != SERAC_OK)
        return serac_import_fail(import, 0, "%s", error.text[0] ? error.text : "out of memory");
    status = serac_build_init(build, name, "TensorFlow Lite") ? convert_all(&t) : serac_import_tflite_no_room(&t);
    if (status != SERAC_OK)
        serac_build_free(build);
    free(t.sources);
    free(t.uses);
    serac_tflite_free(&t.model);
    return status;
}
