/* tflite.c - imported TensorFlow Lite networks through Serac against the reference of
 * testbench/reference: MLPerf Tiny's four models (SERAC_DATA), every layer of them, on the inputs that
 * come with them and on random ones (elsewhere than on the model the last one only), then random networks of
 * every operator.
 *
 * Usage: tflite [--design D] [--backend B] [--seed S] [--networks N] */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"
#include "ref_model.h"
#include "ref_write.h"
#include "serac_import_network.h"

enum { IMAGES = 2, TENSORS = 64, OPERATORS = 12 };

static uint64_t state;

/* low..high. */
static int32_t pick(int32_t low, int32_t high)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return low + (int32_t)((state >> 33) % (uint64_t)(high - low + 1));
}

/* --- one file on both ------------------------------------------------------- */

struct pair {
    struct conformance *run;
    const char *name;
    struct serac_build build;
    struct ref_model *model;
    size_t input_bytes;
    int8_t *inputs;              /* of IMAGES images */
};

static bool open_pair(struct pair *p, const uint8_t *bytes, size_t size, enum serac_requant_mode rounding)
{
    struct serac_error error = {""};
    struct serac_import import = {.path = p->name, .error = &error};
    struct serac_import_choice choice = {rounding, false};
    enum serac_status status = serac_import_tflite(&import, bytes, size, &choice, "net", &p->build);
    serac_import_free(&import);
    if (status != SERAC_OK) {
        conformance_fail(p->run, p->name, error.text);
        return false;
    }
    enum ref_status refused = ref_model_open(bytes, size, &p->model);
    if (refused != REF_OK) {
        conformance_fail(p->run, p->name, ref_status_text(refused));
        serac_build_free(&p->build);
        return false;
    }
    const struct ref_graph *g = ref_model_graph(p->model);
    p->input_bytes = g->tensor[g->input[0]].bytes;
    p->inputs = calloc(p->input_bytes, IMAGES);
    for (size_t i = 0; i < p->input_bytes * IMAGES; i++)
        p->inputs[i] = (int8_t)pick(-128, 127);
    return true;
}

static void close_pair(struct pair *p)
{
    serac_build_free(&p->build);
    ref_model_close(p->model);
    free(p->inputs);
}

/* The reference's values of one tensor for all images; NULL after a line. */
static int32_t *reference(struct pair *p, int32_t tensor, enum ref_rounding rounding, size_t *count)
{
    const struct ref_graph *g = ref_model_graph(p->model);
    size_t each = g->tensor[tensor].elements;
    int32_t *values = calloc(each * IMAGES + 1, sizeof *values);
    *count = each * IMAGES;
    for (size_t i = 0; i < IMAGES; i++) {
        enum ref_status status = ref_model_set_input(p->model, 0, p->inputs + i * p->input_bytes, p->input_bytes);
        if (status == REF_OK)
            status = ref_model_run(p->model, rounding);
        const int8_t *data = status == REF_OK ? ref_tensor_data(&g->tensor[tensor]) : NULL;
        if (!data) {
            conformance_fail(p->run, p->name, ref_status_text(status));
            free(values);
            return NULL;
        }
        for (size_t k = 0; k < each; k++)
            values[i * each + k] = data[k];
    }
    return values;
}

/* The network's first `layers` layers; what they make is the tensor of the reference. */
static void compare(struct pair *p, uint32_t layers, int32_t tensor, enum ref_rounding rounding)
{
    size_t count, got_count, inputs = p->input_bytes * IMAGES;
    char name[160];
    uint32_t all = p->build.network->num_layers;
    snprintf(name, sizeof name, "%.90s %.60s", p->name, p->build.network->layers[layers - 1].name);
    int32_t *expected = reference(p, tensor, rounding, &count), *got, *codes = calloc(inputs, sizeof *codes);
    for (size_t i = 0; i < inputs; i++)
        codes[i] = p->inputs[i];
    p->build.network->num_layers = layers;
    if (expected && conformance_run(p->run, name, &p->build, codes, inputs, &got, &got_count)) {
        conformance_compare(p->run, name, got, got_count, expected, count);
        free(got);
    }
    p->build.network->num_layers = all;
    free(expected);
    free(codes);
}

/* --- MLPerf Tiny ------------------------------------------------------------- */

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    if (file && fseek(file, 0, SEEK_END) == 0) {
        *size = (size_t)ftell(file);
        rewind(file);
        bytes = malloc(*size + 1);
        if (fread(bytes, 1, *size, file) != *size)
            *size = 0;
    }
    if (file)
        fclose(file);
    return bytes;
}

/* Layers are named after their operator: conv_3 is operator 3. */
static void run_model(struct conformance *run, const char *file, const char *input, bool from_unsigned)
{
    char path[512], name[64];
    size_t size = 0, input_size = 0;
    snprintf(name, sizeof name, "mlperf_tiny/%s", file);
    struct pair p = {.run = run, .name = file};
    uint8_t *bytes = read_file(conformance_path(name, path), &size);
    if (!bytes) {
        conformance_skip(run, file, "not in SERAC_DATA");
        return;
    }
    if (open_pair(&p, bytes, size, SERAC_MODE_DOUBLE)) {
        snprintf(name, sizeof name, "mlperf_tiny/%s", input ? input : "none");
        uint8_t *given = input ? read_file(conformance_path(name, path), &input_size) : NULL;
        for (size_t i = 0; given && i < p.input_bytes && i < input_size; i++)
            p.inputs[i] = (int8_t)(given[i] - (from_unsigned ? 128 : 0));
        free(given);
        bool last_only = strcmp(run->backend, "model") != 0;        /* the others are slow */
        for (uint32_t i = last_only ? p.build.network->num_layers : 1; i <= p.build.network->num_layers; i++) {
            const char *number = strrchr(p.build.network->layers[i - 1].name, '_');
            compare(&p, i, ref_model_graph(p.model)->op[atoi(number + 1)].output[0], REF_ROUND_DOUBLE);
        }
        close_pair(&p);
    }
    free(bytes);
}

/* --- random networks ------------------------------------------------------------ */

struct maker {
    struct ref_graph graph;
    struct ref_tensor tensors[TENSORS];
    struct ref_operator ops[OPERATORS];
    int32_t input, output;
    int32_t last;                /* the tensor that the next operator reads */
};

static struct ref_tensor *new_tensor(struct maker *m, int rank, const int32_t *shape, int type)
{
    struct ref_tensor *t = &m->tensors[m->graph.num_tensors++];
    *t = (struct ref_tensor){.type = type, .rank = rank, .elements = 1};
    snprintf(t->name, sizeof t->name, "t%d", m->graph.num_tensors - 1);
    memcpy(t->shape, shape, (size_t)rank * sizeof *shape);
    for (int i = 0; i < rank; i++)
        t->elements *= (size_t)shape[i];
    t->bytes = t->elements * (type == REF_INT32 ? 4 : 1);
    if (type == REF_INT4)
        t->bytes = (t->elements + 1) / 2;
    return t;
}

static void set_scales(struct ref_tensor *t, int32_t count, int32_t axis)
{
    t->num_scales = count;
    t->scale = calloc((size_t)count, sizeof *t->scale);
    t->zero_point = calloc((size_t)count, sizeof *t->zero_point);
    t->quantized_dimension = axis;
}

static int32_t activation(struct maker *m, int32_t h, int32_t w, int32_t c, float scale, int64_t zero)
{
    const int32_t shape[4] = {1, h, w, c};
    struct ref_tensor *t = new_tensor(m, 4, shape, REF_INT8);
    set_scales(t, 1, 0);
    t->scale[0] = scale;
    t->zero_point[0] = zero;
    return (int32_t)(t - m->tensors);
}

static int32_t constant(struct maker *m, int rank, const int32_t *shape, int type)
{
    struct ref_tensor *t = new_tensor(m, rank, shape, type);
    uint8_t *bytes = calloc(t->bytes + 1, 1);
    for (size_t i = 0; i < t->bytes; i++)
        bytes[i] = (uint8_t)pick(0, 255);
    t->constant = bytes;
    return (int32_t)(t - m->tensors);
}

static struct ref_operator *new_op(struct maker *m, int32_t builtin, int inputs, int32_t a, int32_t b, int32_t c,
                                   int32_t out)
{
    struct ref_operator *op = &m->ops[m->graph.num_operators++];
    *op = (struct ref_operator){.builtin = builtin, .num_inputs = inputs, .num_outputs = 1,
                                .input = {a, b, c}, .output = {out}};
    op->options.stride_w = op->options.stride_h = op->options.dilation_w = op->options.dilation_h = 1;
    m->last = out;
    return op;
}

static int32_t extent(int32_t in, int32_t kernel, int32_t stride, int32_t dilation, int padding)
{
    int32_t reach = (kernel - 1) * dilation + 1;
    return padding == REF_SAME ? (in + stride - 1) / stride : in < reach ? 0 : (in - reach) / stride + 1;
}

static float odd_scale(void)
{
    return (float)pick(1000, 9999) * 1e-5f;
}

/* Filter, bias and an output scale that spreads the results over the codes. */
static void weigh(struct maker *m, const struct ref_tensor *in, int32_t filter, int32_t channels, int32_t axis,
                  int32_t k, int32_t *bias, float *out_scale)
{
    struct ref_tensor *f = &m->tensors[filter];
    bool four = f->type == REF_INT4, each = pick(0, 3) > 0;
    const int32_t shape[1] = {channels};
    set_scales(f, each ? channels : 1, axis);
    for (int32_t i = 0; i < f->num_scales; i++)
        f->scale[i] = odd_scale();
    *bias = pick(0, 4) ? constant(m, 1, shape, REF_INT32) : -1;
    for (int32_t i = 0; *bias >= 0 && i < channels; i++) {
        int32_t value = pick(-20000, 20000);
        memcpy((uint8_t *)(uintptr_t)m->tensors[*bias].constant + 4 * i, &value, 4);
    }
    *out_scale = in->scale[0] * f->scale[0] * (float)sqrt(k) * (four ? 4.0f : 60.0f) * (float)pick(5, 40) * 0.1f;
}

static void random_window(const struct ref_tensor *in, struct ref_options *o, int32_t *kh, int32_t *kw)
{
    do {
        o->padding = pick(REF_SAME, REF_VALID);
        o->stride_h = pick(1, 3);
        o->stride_w = pick(1, 2);
        o->dilation_h = o->stride_h == 1 ? pick(1, 2) : 1;
        o->dilation_w = o->stride_w == 1 ? pick(1, 2) : 1;
        *kh = pick(1, 4);
        *kw = pick(1, 5);
    } while (extent(in->shape[1], *kh, o->stride_h, o->dilation_h, o->padding) < 1 ||
             extent(in->shape[2], *kw, o->stride_w, o->dilation_w, o->padding) < 1);
}

static void add_convolution(struct maker *m, bool depthwise)
{
    const struct ref_tensor *in = &m->tensors[m->last];
    struct ref_options o = {.activation = pick(REF_NONE, REF_RELU6)};
    int32_t kh, kw, bias, c = in->shape[3], from = m->last;
    float scale;
    random_window(in, &o, &kh, &kw);
    int32_t groups = !depthwise && c % 2 == 0 && pick(0, 5) == 0 ? 2 : 1;
    int32_t filters = depthwise ? c * pick(1, 5) / 3 : pick(1, 20);
    filters = depthwise ? (filters < c ? c : filters / c * c) : filters + filters % groups;
    o.depth_multiplier = depthwise ? filters / c : 0;
    const int32_t conv[4] = {filters, kh, kw, c / groups}, deep[4] = {1, kh, kw, filters};
    int32_t filter = constant(m, 4, depthwise ? deep : conv, !depthwise && pick(0, 4) == 0 ? REF_INT4 : REF_INT8);
    weigh(m, in, filter, filters, depthwise ? 3 : 0, kh * kw * (depthwise ? 1 : c / groups), &bias, &scale);
    int32_t out = activation(m, extent(in->shape[1], kh, o.stride_h, o.dilation_h, o.padding),
                             extent(in->shape[2], kw, o.stride_w, o.dilation_w, o.padding), filters, scale,
                             pick(-128, 127));
    new_op(m, depthwise ? REF_DEPTHWISE_CONV_2D : REF_CONV_2D, bias < 0 ? 2 : 3, from, filter, bias, out)->options = o;
}

static void add_matrix(struct maker *m)
{
    const struct ref_tensor *in = &m->tensors[m->last];
    int32_t k = (int32_t)in->elements, filters = pick(1, 12), from = m->last, bias;
    const int32_t shape[2] = {filters, k}, flat[2] = {1, filters};
    float scale;
    int32_t filter = constant(m, 2, shape, pick(0, 3) ? REF_INT8 : REF_INT4);
    weigh(m, in, filter, filters, 0, k, &bias, &scale);
    struct ref_tensor *f = &m->tensors[filter];
    if (f->num_scales == 1 && f->type == REF_INT8 && pick(0, 2) == 0)
        f->zero_point[0] = pick(-20, 20);
    int32_t out = activation(m, 1, 1, filters, scale, pick(-128, 127));
    m->tensors[out].rank = 2;
    memcpy(m->tensors[out].shape, flat, sizeof flat);
    new_op(m, REF_FULLY_CONNECTED, bias < 0 ? 2 : 3, from, filter, bias, out)->options.activation = pick(0, 3);
}

static void add_pool(struct maker *m)
{
    const struct ref_tensor *in = &m->tensors[m->last];
    struct ref_options o = {.activation = pick(0, 3) ? REF_NONE : REF_RELU};
    int32_t kh, kw, from = m->last;
    random_window(in, &o, &kh, &kw);
    o.dilation_h = o.dilation_w = 1;
    if (pick(0, 1)) {
        kh = kw = o.stride_h = o.stride_w = 2;
        o.padding = REF_VALID;
    }
    if (extent(in->shape[1], kh, o.stride_h, 1, o.padding) < 1 || extent(in->shape[2], kw, o.stride_w, 1, o.padding) < 1)
        return;
    o.filter_h = kh;
    o.filter_w = kw;
    int32_t out = activation(m, extent(in->shape[1], kh, o.stride_h, 1, o.padding),
                             extent(in->shape[2], kw, o.stride_w, 1, o.padding), in->shape[3], in->scale[0],
                             in->zero_point[0]);
    new_op(m, pick(0, 1) ? REF_AVERAGE_POOL_2D : REF_MAX_POOL_2D, 1, from, -1, -1, out)->options = o;
}

/* The tensor with another that has its shape: a layer of ones in front of it. */
static void add_residual(struct maker *m)
{
    int32_t before = m->last;
    const struct ref_tensor *in = &m->tensors[before];
    int32_t c = in->shape[3], bias;
    const int32_t shape[4] = {c, 1, 1, c};
    float scale;
    int32_t filter = constant(m, 4, shape, REF_INT8);
    weigh(m, in, filter, c, 0, c, &bias, &scale);
    int32_t branch = activation(m, in->shape[1], in->shape[2], c, scale, pick(-128, 127));
    new_op(m, REF_CONV_2D, bias < 0 ? 2 : 3, before, filter, bias, branch);
    float sum = (in->scale[0] + scale) * (float)pick(5, 15) * 0.1f;
    int32_t out = activation(m, in->shape[1], in->shape[2], c, sum, pick(-128, 127));
    bool swap = pick(0, 1);
    new_op(m, REF_ADD, 2, swap ? branch : before, swap ? before : branch, -1, out)->options.activation = pick(0, 3);
}

static void add_padding(struct maker *m)
{
    const struct ref_tensor *in = &m->tensors[m->last];
    const int32_t shape[2] = {4, 2}, from = m->last;
    int32_t pads[8] = {0, 0, pick(0, 2), pick(0, 2), pick(0, 2), pick(0, 2), 0, 0};
    int32_t list = constant(m, 2, shape, REF_INT32);
    memcpy((uint8_t *)(uintptr_t)m->tensors[list].constant, pads, sizeof pads);
    new_op(m, REF_PAD, 2, from, list, -1,
           activation(m, in->shape[1] + pads[2] + pads[3], in->shape[2] + pads[4] + pads[5], in->shape[3],
                      in->scale[0], in->zero_point[0]));
    add_convolution(m, pick(0, 1));
}

static void add_end(struct maker *m)
{
    const struct ref_tensor *in = &m->tensors[m->last];
    int32_t from = m->last;
    switch (pick(0, 3)) {
    case 0: {
        const int32_t shape[1] = {2}, axes[2] = {1, 2};
        int32_t list = constant(m, 1, shape, REF_INT32);
        memcpy((uint8_t *)(uintptr_t)m->tensors[list].constant, axes, sizeof axes);
        int32_t out = activation(m, 1, 1, in->shape[3], in->scale[0] * (float)pick(3, 15) * 0.1f, pick(-128, 127));
        new_op(m, REF_MEAN, 2, from, list, -1, out)->options.keep_dims = true;
        break;
    }
    case 1:
        new_op(m, REF_QUANTIZE, 1, from, -1, -1,
               activation(m, in->shape[1], in->shape[2], in->shape[3], in->scale[0] * (float)pick(3, 25) * 0.1f,
                          pick(-128, 127)));
        break;
    case 2:
        add_matrix(m);
        in = &m->tensors[m->last];
        new_op(m, REF_SOFTMAX, 1, m->last, -1, -1, activation(m, 1, 1, in->shape[1], 1.0f / 256, -128))
            ->options.beta = 1;
        m->tensors[m->last].rank = 2;
        memcpy(m->tensors[m->last].shape, in->shape, 2 * sizeof *in->shape);
        break;
    default:
        add_matrix(m);
    }
}

static void make_network(struct maker *m)
{
    *m = (struct maker){.graph = {.num_inputs = 1, .num_outputs = 1}};
    m->graph.tensor = m->tensors;
    m->graph.op = m->ops;
    m->graph.input = &m->input;
    m->graph.output = &m->output;
    m->last = m->input = activation(m, pick(3, 12), pick(3, 12), pick(1, 20), odd_scale(), pick(-128, 127));
    add_convolution(m, false);
    for (int32_t i = pick(0, 2); i > 0; i--)
        switch (pick(0, 4)) {
        case 0: add_convolution(m, true); break;
        case 1: add_pool(m); break;
        case 2: add_residual(m); break;
        case 3: add_padding(m); break;
        default: add_convolution(m, false);
        }
    add_end(m);
    m->output = m->last;
}

static void free_network(struct maker *m)
{
    for (int32_t i = 0; i < m->graph.num_tensors; i++) {
        free((void *)(uintptr_t)m->tensors[i].constant);
        free(m->tensors[i].scale);
        free(m->tensors[i].zero_point);
    }
}

static void run_random(struct conformance *run, uint64_t seed)
{
    struct maker m;
    size_t size;
    char name[64];
    bool single = seed % 3 == 2;
    state = seed;
    pick(0, 1);
    snprintf(name, sizeof name, "random --seed %llu --networks 1", (unsigned long long)seed);
    make_network(&m);
    uint8_t *bytes = ref_graph_write(&m.graph, REF_CODES_BOTH, &size);
    struct pair p = {.run = run, .name = name};
    if (open_pair(&p, bytes, size, single ? SERAC_MODE_SINGLE : SERAC_MODE_DOUBLE)) {
        compare(&p, p.build.network->num_layers, ref_model_graph(p.model)->output[0],
                single ? REF_ROUND_SINGLE : REF_ROUND_DOUBLE);
        close_pair(&p);
    }
    free(bytes);
    free_network(&m);
}

int main(int argc, char **argv)
{
    struct conformance c;
    unsigned long long seed = 1, networks = 300;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--seed"))
            seed = strtoull(argv[i + 1], NULL, 10);
        if (!strcmp(argv[i], "--networks"))
            networks = strtoull(argv[i + 1], NULL, 10);
    }
    conformance_open(&c, "TensorFlow Lite", argc, argv);
    if (networks != 1 || seed == 1) {           /* one of a given seed: to repeat a failure */
        run_model(&c, "kws_ref_model.tflite", "kws_input.bin", false);
        run_model(&c, "ad01_int8.tflite", NULL, false);
        run_model(&c, "pretrainedResnet_quant.tflite", "cifar10_class3_hwc_u8.bin", true);
        run_model(&c, "vww_96_int8.tflite", NULL, false);
    }
    for (unsigned long long i = 0; i < networks; i++)
        run_random(&c, seed + i);
    return conformance_close(&c);
}
