/* test_reference.c - the tests' reference against what others computed.
 *
 * All of it is in SERAC_DATA; without that each test is skipped, and so is the
 * program. Nothing of Serac takes part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "reference/ref_call.h"
#include "reference/ref_kernels.h"
#include "reference/ref_model.h"
#include "reference/ref_write.h"

static size_t num_compared;   /* values, in all tests */

/* --- files ---------------------------------------------------------------- */

static void data_path(char path[1024], const char *name)
{
    const char *folder = getenv("SERAC_DATA");
    if (!folder || !*folder)
        skip();
    snprintf(path, 1024, "%s/%s", folder, name);
}

/* The bytes of a file with a zero behind them, to be freed. */
static char *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be read", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = calloc(*size + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static cJSON *load_json(const char *name)
{
    char path[1024];
    size_t size;
    data_path(path, name);
    char *text = slurp(path, &size);
    cJSON *json = cJSON_Parse(text);
    free(text);
    if (!json)
        fail_msg("%s is not JSON", path);
    return json;
}

/* --- a layer of CMSIS-NN's unit tests --------------------------------------- */

/* Numbers of an array as int32 and, cut to their low byte, as int8. */
struct numbers {
    size_t count;
    int32_t *wide;
    int8_t *narrow;
};

/* One layer: the arrays by what they are, and a configuration in which every
 * key ends in what it means, after a prefix of the case. */
struct layer {
    const cJSON *config;
    struct numbers weights, bias, multiplier, shift;
};

static struct numbers read_numbers(const cJSON *array)
{
    struct numbers n = {0, NULL, NULL};
    const cJSON *item;
    if (!array)
        return n;
    size_t count = (size_t)cJSON_GetArraySize(array);
    n.wide = calloc(count + 1, sizeof *n.wide);
    n.narrow = calloc(count + 1, 1);
    assert_true(n.wide && n.narrow);
    cJSON_ArrayForEach(item, array) {
        n.wide[n.count] = (int32_t)item->valuedouble;
        n.narrow[n.count] = (int8_t)(n.wide[n.count] & 255);
        n.count++;
    }
    return n;
}

static void free_numbers(struct numbers *n)
{
    free(n->wide);
    free(n->narrow);
}

static void free_layer(struct layer *l)
{
    free_numbers(&l->weights);
    free_numbers(&l->bias);
    free_numbers(&l->multiplier);
    free_numbers(&l->shift);
}

/* The configuration's number under a key with this ending. */
static bool find(const struct layer *l, const char *ending, int32_t *value)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, l->config) {
        size_t length = strlen(item->string), tail = strlen(ending);
        if (length > tail && item->string[length - tail - 1] == '_' &&
            strcmp(item->string + length - tail, ending) == 0) {
            *value = (int32_t)item->valuedouble;
            return true;
        }
    }
    return false;
}

static int32_t get(const struct layer *l, const char *ending)
{
    int32_t value = 0;
    if (!find(l, ending, &value))
        fail_msg("no %s in the configuration", ending);
    return value;
}

static int32_t get_or(const struct layer *l, const char *ending, int32_t otherwise)
{
    int32_t value;
    return find(l, ending, &value) ? value : otherwise;
}

static struct ref_window window_of(const struct layer *l)
{
    return (struct ref_window){
        .batches = get(l, "INPUT_BATCHES"), .in_h = get(l, "INPUT_H"), .in_w = get(l, "INPUT_W"),
        .in_c = get(l, "IN_CH"), .out_h = get(l, "OUTPUT_H"), .out_w = get(l, "OUTPUT_W"),
        .out_c = get(l, "OUT_CH"), .kernel_h = get(l, "FILTER_Y"), .kernel_w = get(l, "FILTER_X"),
        .stride_h = get(l, "STRIDE_Y"), .stride_w = get(l, "STRIDE_X"),
        .dilation_h = get(l, "DILATION_Y"), .dilation_w = get(l, "DILATION_X"),
        .pad_top = get(l, "PAD_Y"), .pad_left = get(l, "PAD_X")};
}

/* Multipliers are arrays, or two numbers of the configuration for all channels. */
static struct ref_scaling scaling_of(const struct layer *l, struct ref_multiplier **owned)
{
    size_t count = l->multiplier.count ? l->multiplier.count : 1;
    struct ref_multiplier *m = calloc(count, sizeof *m);
    assert_non_null(m);
    for (size_t i = 0; i < count; i++)
        m[i] = l->multiplier.count
             ? (struct ref_multiplier){l->multiplier.wide[i], l->shift.wide[i]}
             : (struct ref_multiplier){get(l, "OUTPUT_MULTIPLIER"), get(l, "OUTPUT_SHIFT")};
    *owned = m;
    return (struct ref_scaling){
        get(l, "INPUT_OFFSET"), get_or(l, "FILTER_OFFSET", 0), get(l, "OUTPUT_OFFSET"),
        get(l, "OUT_ACTIVATION_MIN"), get(l, "OUT_ACTIVATION_MAX"), m, (int32_t)count,
        REF_ROUND_DOUBLE};
}

/* `count` weights: one per number, or two int4 per number if there are half as
 * many numbers. To be freed. */
static int8_t *weights_of(const struct layer *l, size_t count)
{
    int8_t *values = calloc(count, 1);
    assert_non_null(values);
    if (l->weights.count == count)
        memcpy(values, l->weights.narrow, count);
    else if (l->weights.count == (count + 1) / 2)
        ref_unpack_int4((const uint8_t *)l->weights.narrow, count, values);
    else
        fail_msg("%zu weights, %zu expected", l->weights.count, count);
    return values;
}

enum kind { CONV, DEPTHWISE, FULLY_CONNECTED };

/* Runs a layer on `in`; `num_out` values to be freed. */
static int8_t *run_layer(const struct layer *l, enum kind kind, const int8_t *in, size_t num_in,
                         size_t num_out)
{
    struct ref_multiplier *m;
    struct ref_scaling s = scaling_of(l, &m);
    const int32_t *bias = l->bias.count ? l->bias.wide : NULL;
    int8_t *out = calloc(num_out, 1), *weights;
    assert_non_null(out);
    if (kind == FULLY_CONNECTED) {
        int32_t batches = get(l, "INPUT_BATCHES");
        size_t depth = num_in / (size_t)batches, units = num_out / (size_t)batches;
        weights = weights_of(l, depth * units);
        ref_fully_connected(batches, (int32_t)depth, (int32_t)units, &s, in, weights, bias, out);
    } else {
        struct ref_window w = window_of(l);
        int32_t filter_c = kind == DEPTHWISE ? 1 : get_or(l, "FILTER_CH", w.in_c);
        size_t taps = (size_t)w.kernel_h * (size_t)w.kernel_w * (size_t)filter_c;
        assert_int_equal(num_in, w.batches * w.in_h * w.in_w * w.in_c);
        assert_int_equal(num_out, w.batches * w.out_h * w.out_w * w.out_c);
        weights = weights_of(l, taps * (size_t)w.out_c);
        if (kind == DEPTHWISE)
            ref_depthwise(&w, &s, in, weights, bias, out);
        else
            ref_conv(&w, filter_c, &s, in, weights, bias, out);
    }
    free(weights);
    free(m);
    return out;
}

/* The first of several names, separated by spaces, that there is. */
static const cJSON *any_of(const cJSON *json, const char *names)
{
    char copy[128], *state = NULL;
    snprintf(copy, sizeof copy, "%s", names);
    for (char *n = strtok_r(copy, " ", &state); n; n = strtok_r(NULL, " ", &state))
        if (cJSON_GetObjectItemCaseSensitive(json, n))
            return cJSON_GetObjectItemCaseSensitive(json, n);
    return NULL;
}

/* True if the case gives what it expects. */
static bool run_case(const cJSON *json, const char *name)
{
    struct layer l = {.config = cJSON_GetObjectItemCaseSensitive(json, "config")};
    l.weights = read_numbers(any_of(json, "weights input_weights"));
    l.bias = read_numbers(any_of(json, "biases bias input_bias"));
    l.multiplier = read_numbers(any_of(json, "output_mult output_multiplier"));
    l.shift = read_numbers(any_of(json, "output_shift"));
    struct numbers in = read_numbers(any_of(json, "input"));
    struct numbers expected = read_numbers(any_of(json, "output_ref output"));
    int32_t unused;
    enum kind kind = !find(&l, "FILTER_X", &unused) ? FULLY_CONNECTED
                   : find(&l, "CH_MULT", &unused) ? DEPTHWISE : CONV;
    assert_true(in.count && expected.count && l.weights.count);
    int8_t *out = run_layer(&l, kind, in.narrow, in.count, expected.count);
    size_t i = 0;
    while (i < expected.count && out[i] == expected.wide[i])
        i++;
    if (i < expected.count)
        print_message("%s: value %zu is %d, expected %d\n", name, i, out[i], expected.wide[i]);
    bool same = i == expected.count;
    num_compared += expected.count;
    free(out);
    free_layer(&l);
    free_numbers(&in);
    free_numbers(&expected);
    return same;
}

/* Calls check() with each case; the number of cases. */
static int each_case(void (*check)(const cJSON *json, const char *name, void *ctx), void *ctx)
{
    char folder[1024], name[300];
    int cases = 0;
    data_path(folder, "cmsis_nn");
    DIR *dir = opendir(folder);
    if (!dir)
        fail_msg("%s cannot be read", folder);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(name, sizeof name, "cmsis_nn/%s", entry->d_name);
        cJSON *json = load_json(name);
        if (cJSON_GetObjectItemCaseSensitive(json, "config")) {   /* not a whole network */
            check(json, entry->d_name, ctx);
            cases++;
        }
        cJSON_Delete(json);
    }
    closedir(dir);
    return cases;
}

static void count_passed(const cJSON *json, const char *name, void *ctx)
{
    *(int *)ctx += run_case(json, name);
}

static void test_every_cmsis_nn_case_is_reproduced(void **state)
{
    int passed = 0;
    (void)state;
    int cases = each_case(count_passed, &passed);
    print_message("cmsis_nn: %d of %d cases agree\n", passed, cases);
    assert_int_equal(cases, 92);
    assert_int_equal(passed, cases);
}

/* One dimension of a case with a window: the padding that a file with these
 * sizes would get is the one that the case was made with. */
static void check_padding(const struct layer *l, const char *in, const char *out,
                          const char *kernel, const char *stride, const char *dilation,
                          const char *pad)
{
    bool agrees = false;
    for (int kind = REF_SAME; kind <= REF_VALID; kind++) {
        int32_t before = -1;
        agrees = agrees || (ref_call_padding(kind, get(l, in), get(l, out), get(l, kernel),
                                             get(l, stride), get(l, dilation), &before) &&
                            before == get(l, pad));
    }
    if (!agrees)
        fail_msg("%s is not %d", pad, get(l, pad));
    num_compared++;
}

static void check_both_paddings(const cJSON *json, const char *name, void *ctx)
{
    struct layer l = {.config = cJSON_GetObjectItemCaseSensitive(json, "config")};
    int32_t unused;
    (void)name;
    if (!find(&l, "PAD_X", &unused))
        return;
    check_padding(&l, "INPUT_H", "OUTPUT_H", "FILTER_Y", "STRIDE_Y", "DILATION_Y", "PAD_Y");
    check_padding(&l, "INPUT_W", "OUTPUT_W", "FILTER_X", "STRIDE_X", "DILATION_X", "PAD_X");
    ++*(int *)ctx;
}

static void test_padding_is_what_the_cases_were_made_with(void **state)
{
    int windows = 0;
    (void)state;
    each_case(check_both_paddings, &windows);
    print_message("cmsis_nn: padding of %d windows agrees\n", windows);
    assert_int_equal(windows, 79);
}

/* --- the whole network ------------------------------------------------------ */

/* Member `member` of what the network has for a layer; NULL if nothing. */
static const cJSON *part(const cJSON *layers, int index, const char *kind, const char *what,
                         const char *member)
{
    char key[128];
    snprintf(key, sizeof key, "layer_%d_%s_%s_data", index, kind, what);
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(layers, key), member);
}

static int8_t *run_weighted(const cJSON *layers, int index, const char *name, enum kind kind,
                            const int8_t *in, size_t *count)
{
    struct layer l = {.config = part(layers, index, name, "config", "config")};
    l.weights = read_numbers(part(layers, index, name, "weights", "values"));
    l.bias = read_numbers(part(layers, index, name, "bias", "values"));
    l.multiplier = read_numbers(part(layers, index, name, "output_mult", "values"));
    l.shift = read_numbers(part(layers, index, name, "output_shift", "values"));
    size_t num_in = *count;
    *count = l.bias.count;
    if (kind != FULLY_CONNECTED)
        *count *= (size_t)(get(&l, "OUTPUT_H") * get(&l, "OUTPUT_W"));
    int8_t *out = run_layer(&l, kind, in, num_in, *count);
    free_layer(&l);
    return out;
}

/* The input's scale, which only the multiplier still holds, must give all three
 * numbers of the configuration back. */
static struct ref_softmax softmax_of(const struct layer *l)
{
    struct ref_softmax p;
    float scale = (float)ldexp(get(l, "MULT"), get(l, "SHIFT") - 31 - 26);
    assert_true(ref_softmax_make(1, scale, REF_ROUND_DOUBLE, &p));
    assert_int_equal(p.multiplier.value, get(l, "MULT"));
    assert_int_equal(p.multiplier.shift, get(l, "SHIFT"));
    assert_int_equal(p.diff_min, get(l, "DIFF_MIN"));
    return p;
}

/* The output of one layer of the network, to be freed. NULL: no such layer, or
 * one that only changes the shape. */
static int8_t *step(const cJSON *layers, int index, const int8_t *in, size_t *count)
{
    static const char *const names[] = {"conv_2d", "depthwise_conv_2d", "fully_connected"};
    struct layer l = {.config = NULL};
    int8_t *out = NULL;
    for (int kind = CONV; kind <= FULLY_CONNECTED && !out; kind++)
        if (part(layers, index, names[kind], "config", "config"))
            out = run_weighted(layers, index, names[kind], (enum kind)kind, in, count);
    l.config = part(layers, index, "average_pool_2d", "config", "config");
    if (l.config) {
        struct ref_window w = window_of(&l);
        *count = (size_t)(w.out_h * w.out_w * w.out_c);
        out = calloc(*count, 1);
        assert_non_null(out);
        ref_average_pool(&w, get(&l, "OUT_ACTIVATION_MIN"), get(&l, "OUT_ACTIVATION_MAX"), in, out);
    }
    l.config = part(layers, index, "softmax", "config", "config");
    if (l.config) {
        struct ref_softmax p = softmax_of(&l);
        assert_int_equal(*count, get(&l, "NUM_ROWS") * get(&l, "ROW_SIZE"));
        out = calloc(*count, 1);
        assert_non_null(out);
        ref_softmax(&p, (size_t)get(&l, "NUM_ROWS"), get(&l, "ROW_SIZE"), in, out);
    }
    return out;
}

/* Layers are numbered as in the model; the one that reshapes is left out. */
static void test_whole_network_ds_cnn_s_is_reproduced(void **state)
{
    (void)state;
    cJSON *json = load_json("cmsis_nn/ds_cnn_s.json");
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(json, "layers");
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(layers, "input_data");
    const cJSON *wanted = cJSON_GetObjectItemCaseSensitive(layers, "output_ref_data");
    struct numbers in = read_numbers(cJSON_GetObjectItemCaseSensitive(given, "values"));
    struct numbers expected = read_numbers(cJSON_GetObjectItemCaseSensitive(wanted, "values"));
    int8_t *at = in.narrow;
    size_t count = in.count;
    int num_layers = 0;
    for (int i = 1; i < 100; i++) {
        int8_t *out = step(layers, i, at, &count);
        if (!out)
            continue;
        num_layers++;
        free(at);
        at = out;
    }
    in.narrow = at;
    print_message("ds_cnn_s: %d layers, %zu outputs\n", num_layers, count);
    assert_int_equal(num_layers, 12);
    assert_int_equal(count, 12);
    assert_int_equal(count, expected.count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(at[i], expected.wide[i]);
    num_compared += count;
    free_numbers(&in);
    free_numbers(&expected);
    cJSON_Delete(json);
}

/* --- models of MLPerf Tiny -------------------------------------------------- */

static struct ref_model *load_model(const char *name)
{
    char path[1024];
    struct ref_model *model;
    data_path(path, name);
    enum ref_status status = ref_model_load(path, &model);
    if (status != REF_OK)
        fail_msg("%s: %s", path, ref_status_text(status));
    return model;
}

static const struct ref_tensor *run_model(struct ref_model *model, const void *bytes, size_t size,
                                          enum ref_rounding rounding)
{
    const struct ref_graph *graph = ref_model_graph(model);
    assert_int_equal(ref_model_set_input(model, 0, bytes, size), REF_OK);
    enum ref_status status = ref_model_run(model, rounding);
    if (status != REF_OK)
        fail_msg("operator %d: %s", ref_model_failed_operator(model), ref_status_text(status));
    for (int32_t i = 0; i < graph->num_tensors; i++)
        assert_non_null(ref_tensor_data(&graph->tensor[i]));
    return &graph->tensor[graph->output[0]];
}

static int best_class(const struct ref_tensor *out)
{
    const int8_t *score = ref_tensor_data(out);
    int best = 0;
    for (size_t i = 1; i < out->elements; i++)
        if (score[i] > score[best])
            best = (int)i;
    return best;
}

/* How far the two softmax kernels are apart on the model's last layer. */
static void print_softmax_gap(const struct ref_model *model, const char *name)
{
    const struct ref_graph *graph = ref_model_graph(model);
    const struct ref_operator *op = &graph->op[graph->num_operators - 1];
    const struct ref_tensor *in = &graph->tensor[op->input[0]];
    const int8_t *fixed = ref_tensor_data(&graph->tensor[op->output[0]]);
    int8_t table[64];
    int gap = 0;
    assert_int_equal(op->builtin, REF_SOFTMAX);
    assert_true(in->elements <= sizeof table);
    ref_softmax_table(op->options.beta * in->scale[0], 1, (int32_t)in->elements,
                      ref_tensor_data(in), table);
    for (size_t i = 0; i < in->elements; i++)
        gap = abs(fixed[i] - table[i]) > gap ? abs(fixed[i] - table[i]) : gap;
    print_message("%s: softmax in fixed point and by table are %d apart\n", name, gap);
}

static void test_kws_gives_class_5_at_127(void **state)
{
    char path[1024];
    size_t size;
    (void)state;
    struct ref_model *model = load_model("mlperf_tiny/kws_ref_model.tflite");
    data_path(path, "mlperf_tiny/kws_input.bin");
    char *bytes = slurp(path, &size);
    const struct ref_tensor *out = run_model(model, bytes, size, REF_ROUND_DOUBLE);
    assert_int_equal(best_class(out), 5);
    assert_int_equal(((const int8_t *)ref_tensor_data(out))[5], 127);
    num_compared += 2;
    print_softmax_gap(model, "kws");
    free(bytes);
    ref_model_close(model);
}

/* The model takes pixels as they are: scale 1, zero point -128. */
static void test_resnet8_gives_class_3(void **state)
{
    char path[1024];
    size_t size;
    (void)state;
    struct ref_model *model = load_model("mlperf_tiny/pretrainedResnet_quant.tflite");
    data_path(path, "mlperf_tiny/cifar10_class3_hwc_u8.bin");
    char *bytes = slurp(path, &size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(bytes[i] ^ 0x80);               /* u8 - 128 */
    const struct ref_tensor *out = run_model(model, bytes, size, REF_ROUND_DOUBLE);
    assert_int_equal(best_class(out), 3);
    num_compared++;
    print_message("resnet8: class 3 at %d\n", ((const int8_t *)ref_tensor_data(out))[3]);
    print_softmax_gap(model, "resnet8");
    free(bytes);
    ref_model_close(model);
}

#define ROW 128          /* log-mel numbers in a frame */
#define WINDOW (5 * ROW)

/* The mean squared error of one window, against the numbers before they were
 * quantized. */
static double window_error(struct ref_model *model, const float *window, enum ref_rounding rounding)
{
    const struct ref_graph *graph = ref_model_graph(model);
    const struct ref_tensor *in = &graph->tensor[graph->input[0]];
    int8_t quantized[WINDOW];
    float back[WINDOW];
    double sum = 0;
    ref_quantize(in->scale[0], (int32_t)in->zero_point[0], WINDOW, window, quantized);
    const struct ref_tensor *out = run_model(model, quantized, sizeof quantized, rounding);
    assert_int_equal(out->elements, WINDOW);
    ref_dequantize(out->scale[0], (int32_t)out->zero_point[0], WINDOW, ref_tensor_data(out), back);
    for (int i = 0; i < WINDOW; i++)
        sum += ((double)window[i] - back[i]) * ((double)window[i] - back[i]);
    return sum / WINDOW;
}

/* 200 frames are 196 windows of five, one frame further each. The published
 * 10.260288 is of the network with float input and output, run by TensorFlow 2.3
 * on features that were computed anew; no way to round brings these features and
 * this file there, so only three digits are asked for. */
static void test_autoencoder_scores_as_published(void **state)
{
    char path[1024];
    size_t size;
    double score[2];
    (void)state;
    struct ref_model *model = load_model("mlperf_tiny/ad01_int8.tflite");
    data_path(path, "mlperf_tiny/normal_id_01_00000000_hist_librosa.bin");
    char *bytes = slurp(path, &size);
    int num_windows = (int)(size / sizeof(float) / ROW) - 4;
    assert_int_equal(num_windows, 196);
    for (int rounding = REF_ROUND_DOUBLE; rounding <= REF_ROUND_SINGLE; rounding++) {
        score[rounding] = 0;
        for (int w = 0; w < num_windows; w++) {
            float window[WINDOW];
            memcpy(window, bytes + (size_t)w * ROW * sizeof(float), sizeof window);
            score[rounding] += window_error(model, window, (enum ref_rounding)rounding);
        }
        score[rounding] /= num_windows;
    }
    print_message("autoencoder: %.6f, rounded once %.6f, published 10.260288\n", score[0],
                  score[1]);
    assert_true(fabs(score[REF_ROUND_DOUBLE] - 10.260288) < 0.005);
    num_compared++;
    free(bytes);
    ref_model_close(model);
}

/* Written and read again, a model gives the same in every tensor. */
static void test_rewritten_model_gives_the_same(void **state)
{
    static const int8_t in[490] = {1, 2, 3};
    size_t size;
    (void)state;
    struct ref_model *model = load_model("mlperf_tiny/kws_ref_model.tflite"), *again;
    const struct ref_graph *g = ref_model_graph(model);
    uint8_t *file = ref_graph_write(g, REF_CODES_BOTH, &size);
    assert_non_null(file);
    assert_int_equal(ref_model_open(file, size, &again), REF_OK);
    free(file);
    run_model(model, in, sizeof in, REF_ROUND_DOUBLE);
    run_model(again, in, sizeof in, REF_ROUND_DOUBLE);
    assert_int_equal(ref_model_graph(again)->num_tensors, g->num_tensors);
    for (int32_t i = 0; i < g->num_tensors; i++) {
        const struct ref_tensor *t = &g->tensor[i], *u = &ref_model_graph(again)->tensor[i];
        assert_int_equal(t->bytes, u->bytes);
        assert_memory_equal(ref_tensor_data(t), ref_tensor_data(u), t->bytes);
        num_compared += t->bytes;
    }
    ref_model_close(model);
    ref_model_close(again);
}

/* No image with a known answer: that it runs, and what single rounding moves. */
static void test_vww_runs_and_says_what_rounding_once_moves(void **state)
{
    static int8_t image[96 * 96 * 3], before[1 << 20];
    uint32_t seed = 1;
    (void)state;
    struct ref_model *model = load_model("mlperf_tiny/vww_96_int8.tflite");
    const struct ref_graph *graph = ref_model_graph(model);
    for (size_t i = 0; i < sizeof image; i++) {
        seed = seed * 1664525 + 1013904223;
        image[i] = (int8_t)(seed >> 24);
    }
    run_model(model, image, sizeof image, REF_ROUND_DOUBLE);
    size_t used = 0, moved = 0;
    for (int32_t i = 0; i < graph->num_tensors; i++) {
        const struct ref_tensor *t = &graph->tensor[i];
        if (t->constant)
            continue;
        assert_true(used + t->bytes <= sizeof before);
        memcpy(before + used, ref_tensor_data(t), t->bytes);
        used += t->bytes;
    }
    run_model(model, image, sizeof image, REF_ROUND_SINGLE);
    used = 0;
    for (int32_t i = 0; i < graph->num_tensors; i++) {
        const struct ref_tensor *t = &graph->tensor[i];
        for (size_t k = 0; !t->constant && k < t->bytes; k++)
            moved += ((const int8_t *)ref_tensor_data(t))[k] != before[used++];
    }
    print_message("vww: rounding once changes %zu of %zu values\n", moved, used);
    assert_true(moved > 0 && moved < used / 10);
    ref_model_close(model);
}

static int compared_something(void **state)
{
    (void)state;
    print_message("compared %zu values\n", num_compared);
    return getenv("SERAC_DATA") && num_compared == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cmsis_nn_case_is_reproduced),
        cmocka_unit_test(test_padding_is_what_the_cases_were_made_with),
        cmocka_unit_test(test_whole_network_ds_cnn_s_is_reproduced),
        cmocka_unit_test(test_kws_gives_class_5_at_127),
        cmocka_unit_test(test_resnet8_gives_class_3),
        cmocka_unit_test(test_autoencoder_scores_as_published),
        cmocka_unit_test(test_rewritten_model_gives_the_same),
        cmocka_unit_test(test_vww_runs_and_says_what_rounding_once_moves),
    };
    int failed = cmocka_run_group_tests_name("reference", tests, NULL, compared_something);
    if (failed)
        return failed;
    if (!getenv("SERAC_DATA")) {
        puts("skipped: SERAC_DATA is not set");
        return 77;                 /* scripts/run_tests.sh counts it as skipped */
    }
    return num_compared == 0;
}
