/* cmsis_nn.c - CMSIS-NN's unit-test cases and its DS-CNN-S (ARM-software/CMSIS-NN, made by TensorFlow
 * Lite) through Serac: every case is a network of one layer, DS-CNN-S one of twelve.
 *
 * Usage: cmsis_nn [--design D] [--backend B] */
#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

enum { MOST_CASES = 256 };

/* A case or a layer: numbers of its configuration and its lists. */
struct source {
    const cJSON *config;
    char prefix[64];             /* of the configuration's keys */
    const cJSON *weights, *bias, *mult, *shift;
};

static int32_t number(const struct source *s, const char *key, int32_t fallback)
{
    char name[128];
    snprintf(name, sizeof name, "%s%s", s->prefix, key);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(s->config, name);
    return item ? (int32_t)item->valuedouble : fallback;
}

/* The list's values; *count of them. The caller's. */
static int32_t *list(const cJSON *array, size_t *count)
{
    int32_t *values = calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof *values);
    const cJSON *item;
    *count = 0;
    cJSON_ArrayForEach(item, array) values[(*count)++] = (int32_t)item->valuedouble;
    return values;
}

static const cJSON *either(const cJSON *root, const char *a, const char *b, const char *c)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, a);
    item = item ? item : cJSON_GetObjectItemCaseSensitive(root, b);
    return item ? item : cJSON_GetObjectItemCaseSensitive(root, c);
}

/* --- layers ---------------------------------------------------------------- */

static uint32_t pad_behind(uint32_t in, uint32_t out, uint32_t stride, uint32_t reach, uint32_t before)
{
    uint32_t need = (out - 1) * stride + reach;
    return need > in + before ? need - in - before : 0;
}

static void set_window(const struct source *s, struct serac_layer *l)
{
    l->kernel_h = (uint32_t)number(s, "FILTER_Y", 1);
    l->kernel_w = (uint32_t)number(s, "FILTER_X", 1);
    l->stride_h = (uint32_t)number(s, "STRIDE_Y", 1);
    l->stride_w = (uint32_t)number(s, "STRIDE_X", 1);
    l->dilation_h = (uint32_t)number(s, "DILATION_Y", 1);
    l->dilation_w = (uint32_t)number(s, "DILATION_X", 1);
    l->pad_top = (uint32_t)number(s, "PAD_Y", 0);
    l->pad_left = (uint32_t)number(s, "PAD_X", 0);
    l->pad_bottom = pad_behind(l->input.height, (uint32_t)number(s, "OUTPUT_H", 1), l->stride_h,
                               (l->kernel_h - 1) * l->dilation_h + 1, l->pad_top);
    l->pad_right = pad_behind(l->input.width, (uint32_t)number(s, "OUTPUT_W", 1), l->stride_w,
                              (l->kernel_w - 1) * l->dilation_w + 1, l->pad_left);
    serac_build_shape(l);
}

/* `count` weights from the list: bytes, or two of four bits in each, the lower first; a zero point moves
 * them to unsigned codes. */
static int8_t *read_weights(const struct source *s, size_t count, bool four_bits, int32_t zero)
{
    size_t listed;
    int32_t *values = list(s->weights, &listed);
    int8_t *weights = calloc(count + 2, 1);
    for (size_t i = 0; i < count && (four_bits ? i / 2 : i) < listed; i++) {
        int32_t code = four_bits ? (values[i / 2] >> 4 * (i % 2) & 15) : values[i];
        weights[i] = (int8_t)(uint8_t)(four_bits ? (code ^ 8) - 8 : zero ? code + 128 : code);
    }
    free(values);
    return weights;
}

static void set_params(const struct source *s, struct serac_build *b, struct serac_layer *l, int32_t zero)
{
    struct serac_param *p = serac_build_params(b, l->output.channels);
    size_t biases, mults, shifts;
    int32_t *bias = list(s->bias, &biases), *mult = list(s->mult, &mults), *shift = list(s->shift, &shifts);
    for (uint32_t c = 0; c < l->output.channels; c++) {
        p[c].bias = c < biases ? bias[c] : 0;
        p[c].mult = c < mults ? mult[c] : number(s, "OUTPUT_MULTIPLIER", 0);
        p[c].shift = c < shifts ? shift[c] : number(s, "OUTPUT_SHIFT", 0);
        p[c].zero = zero ? zero + 128 : 0;
    }
    free(bias);
    free(mult);
    free(shift);
}

/* One case has an input offset that is no code's (128): it goes into the bias, as nothing is padded. */
static void fold_offset(struct serac_build *b, struct serac_layer *l, int32_t offset)
{
    size_t k = (size_t)l->kernel_h * l->kernel_w * l->input.channels;
    const int8_t *w = b->network->weights + b->weights_at[b->network->num_layers - 1];
    struct serac_param *p = (struct serac_param *)(uintptr_t)l->params;
    for (uint32_t c = 0; c < l->output.channels; c++)
        for (size_t i = 0; i < k; i++)
            p[c].bias += offset * w[c * k + i];
}

static void set_format(const struct source *s, struct serac_layer *l)
{
    l->output.bits = 8;
    l->output.is_signed = true;
    l->output.zero_point = number(s, "OUTPUT_OFFSET", 0);
    l->clamp_min = number(s, "OUT_ACTIVATION_MIN", -128);
    l->clamp_max = number(s, "OUT_ACTIVATION_MAX", 127);
}

enum kind { CONVOLUTION, DEPTHWISE, MATRIX };

static void add_layer(struct serac_build *b, const struct source *s, enum kind kind, uint32_t out, bool four_bits)
{
    int32_t from = (int32_t)b->network->num_layers - 1, zero = -number(s, "FILTER_OFFSET", 0);
    char name[SERAC_NAME_MAX];
    snprintf(name, sizeof name, "layer%d", from + 1);
    struct serac_layer *l = serac_build_layer(b, name, from, -2);
    set_window(s, l);
    uint32_t groups = kind == DEPTHWISE ? l->input.channels
                      : kind == MATRIX ? 1 : l->input.channels / (uint32_t)number(s, "FILTER_CH", (int32_t)l->input.channels);
    if (kind == MATRIX) {
        l->kernel_h = l->input.height;
        l->kernel_w = l->input.width;
        l->pad_top = l->pad_left = l->pad_bottom = l->pad_right = 0;
        l->stride_h = l->stride_w = l->dilation_h = l->dilation_w = 1;
        serac_build_shape(l);
    }
    l->output.channels = out;
    l->weight_bits = l->weight_store_bits = four_bits ? 4 : 8;
    l->weight_kind = zero ? SERAC_WEIGHT_UNSIGNED : SERAC_WEIGHT_SIGNED;
    set_format(s, l);
    size_t taps = (size_t)l->kernel_h * l->kernel_w, part = l->input.channels / groups, count = taps * part * out;
    int8_t *weights = read_weights(s, count, four_bits, zero);
    if (kind == DEPTHWISE) {             /* [ky][kx][out] */
        int8_t *turned = malloc(count + 1);
        for (size_t i = 0; i < count; i++)
            turned[i % out * taps + i / out] = weights[i];
        free(weights);
        weights = turned;
    }
    serac_build_conv(b, weights, groups, (int8_t)(uint8_t)(zero ? zero + 128 : 0));
    free(weights);
    set_params(s, b, l, zero);
    int32_t offset = number(s, "INPUT_OFFSET", 0);
    if (kind == MATRIX && offset == -128)
        fold_offset(b, l, offset);
}

static void set_input(struct serac_build *b, uint32_t h, uint32_t w, uint32_t c, int32_t offset)
{
    b->network->input = (struct serac_tensor){
        .height = h, .width = w, .channels = c, .bits = 8, .is_signed = true,
        .zero_point = offset == -128 ? 0 : -offset};
}

static void run(struct conformance *c, const char *name, struct serac_build *b, const cJSON *input,
                const cJSON *output)
{
    struct serac_error error = {""};
    size_t inputs, outputs, got_count;
    int32_t *in = list(input, &inputs), *expected = list(output, &outputs), *got;
    if (serac_build_finish(b, &error) != SERAC_OK)
        conformance_fail(c, name, error.text);
    else if (conformance_run(c, name, b, in, inputs, &got, &got_count)) {
        conformance_compare(c, name, got, got_count, expected, outputs);
        free(got);
    }
    free(in);
    free(expected);
}

/* --- the cases --------------------------------------------------------------- */

static void run_case(struct conformance *c, const char *name, const cJSON *root)
{
    struct serac_build b;
    struct source s = {.config = cJSON_GetObjectItemCaseSensitive(root, "config"),
                       .weights = either(root, "weights", "input_weights", ""),
                       .bias = either(root, "biases", "input_bias", "bias"),
                       .mult = either(root, "output_mult", "output_multiplier", ""),
                       .shift = either(root, "output_shift", "", "")};
    snprintf(s.prefix, sizeof s.prefix, "%s_", name);
    for (char *at = s.prefix; *at; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    bool matrix = number(&s, "FILTER_X", 0) == 0, depthwise = number(&s, "CH_MULT", 0) > 0;
    uint32_t channels = (uint32_t)number(&s, "IN_CH", 0);
    serac_build_init(&b, "case", "CMSIS-NN");
    set_input(&b, (uint32_t)number(&s, "INPUT_H", 1), (uint32_t)number(&s, "INPUT_W", 1), channels,
              number(&s, "INPUT_OFFSET", 0));
    add_layer(&b, &s, matrix ? MATRIX : depthwise ? DEPTHWISE : CONVOLUTION, (uint32_t)number(&s, "OUT_CH", 0),
              strstr(name, "int4") != NULL);
    run(c, name, &b, cJSON_GetObjectItemCaseSensitive(root, "input"), either(root, "output_ref", "output", ""));
    serac_build_free(&b);
}

static const cJSON *part(const cJSON *layers, const char *layer, const char *what, const char *key)
{
    char name[128];
    snprintf(name, sizeof name, "%s_%s_data", layer, what);
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(layers, name), key);
}

static struct source layer_source(const cJSON *layers, const char *layer, const char *prefix)
{
    struct source s = {.config = part(layers, layer, "config", "config"),
                       .weights = part(layers, layer, "weights", "values"),
                       .bias = part(layers, layer, "bias", "values"),
                       .mult = part(layers, layer, "output_mult", "values"),
                       .shift = part(layers, layer, "output_shift", "values")};
    snprintf(s.prefix, sizeof s.prefix, "%s", prefix);
    return s;
}

static void run_ds_cnn_s(struct conformance *c, const cJSON *root)
{
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(root, "layers");
    struct serac_build b;
    serac_build_init(&b, "ds_cnn_s", "CMSIS-NN");
    for (int i = 1; i <= 9; i++) {
        char layer[64], prefix[64];
        bool depthwise = i % 2 == 0;
        snprintf(layer, sizeof layer, "layer_%d_%sconv_2d", i, depthwise ? "depthwise_" : "");
        snprintf(prefix, sizeof prefix, "%sCONV_2D_%d_", depthwise ? "DEPTHWISE_" : "", i);
        struct source s = layer_source(layers, layer, prefix);
        if (i == 1)
            set_input(&b, (uint32_t)number(&s, "INPUT_H", 1), (uint32_t)number(&s, "INPUT_W", 1), 1,
                      number(&s, "INPUT_OFFSET", 0));
        add_layer(&b, &s, depthwise ? DEPTHWISE : CONVOLUTION, (uint32_t)number(&s, "OUT_CH", 0), false);
    }
    struct source pool = layer_source(layers, "layer_10_average_pool_2d", "AVERAGE_POOL_2D_10_");
    struct serac_layer *l = serac_build_layer(&b, "pool", 8, -2);
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_AVERAGE_POOL;
    set_window(&pool, l);
    serac_build_average(&b);
    struct source fc = layer_source(layers, "layer_12_fully_connected", "FULLY_CONNECTED_12_");
    add_layer(&b, &fc, MATRIX, (uint32_t)number(&fc, "IN_CH", 0), false);      /* CMSIS names them the other way */
    struct source softmax = layer_source(layers, "layer_13_softmax", "SOFTMAX_13_");
    l = serac_build_layer(&b, "softmax", 10, -2);
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_SOFTMAX;
    l->factors[0] = number(&softmax, "MULT", 0);
    l->factors[1] = number(&softmax, "SHIFT", 0);
    l->factors[2] = number(&softmax, "DIFF_MIN", 0);
    l->output.zero_point = -128;
    run(c, "ds_cnn_s", &b, part(layers, "input", "", "") ? NULL : cJSON_GetObjectItemCaseSensitive(
            cJSON_GetObjectItemCaseSensitive(layers, "input_data"), "values"),
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(layers, "output_ref_data"), "values"));
    serac_build_free(&b);
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    if (file && fseek(file, 0, SEEK_END) == 0) {
        long bytes = ftell(file);
        rewind(file);
        text = calloc((size_t)bytes + 1, 1);
        if (fread(text, 1, (size_t)bytes, file) != (size_t)bytes)
            text[0] = '\0';
    }
    if (file)
        fclose(file);
    return text;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv)
{
    struct conformance c;
    char path[512], folder[512], *names[MOST_CASES];
    size_t count = 0;
    struct dirent *entry;
    conformance_open(&c, "CMSIS-NN", argc, argv);
    DIR *dir = opendir(conformance_path("cmsis_nn", folder));
    while (dir && (entry = readdir(dir)) && count < MOST_CASES)
        if (strstr(entry->d_name, ".json"))
            names[count++] = strdup(entry->d_name);
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%.250s/%.250s", folder, names[i]);
        char *text = read_text(path), *dot = strrchr(names[i], '.');
        cJSON *root = text ? cJSON_Parse(text) : NULL;
        *dot = '\0';
        if (!root)
            conformance_fail(&c, names[i], "cannot be read");
        else if (!strcmp(names[i], "ds_cnn_s"))
            run_ds_cnn_s(&c, root);
        else
            run_case(&c, names[i], root);
        cJSON_Delete(root);
        free(text);
        free(names[i]);
    }
    return conformance_close(&c);
}
