/* test_reference_layers.c - each layer of real models against real arithmetic.
 *
 * The models of SERAC_DATA on random input. From the int8 numbers that a layer
 * got, its result is computed once more in double, from scales and zero points
 * alone; the reference's integer must be that, rounded. This holds the multipliers,
 * channel scales and paddings that it finds in a file, which the cases with given
 * multipliers in test_reference.c do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference/ref_model.h"

struct layer {
    const struct ref_operator *op;
    const struct ref_tensor *in, *second, *bias, *out;
};

/* Number i of a tensor of int8, int4 or int32, without its zero point. */
static double number(const struct ref_tensor *t, size_t i)
{
    const uint8_t *bytes = ref_tensor_data(t);
    int32_t wide;
    if (t->type == REF_INT8)
        return (int8_t)bytes[i] - (double)t->zero_point[0];
    assert_int_equal(t->type, REF_INT32);
    memcpy(&wide, bytes + 4 * i, sizeof wide);
    return wide;
}

static double scale(const struct ref_tensor *t, int32_t channel)
{
    return t->scale[t->num_scales == 1 ? 0 : channel];
}

/* How much of the padding is before the image, if the output is as large as one
 * without padding, or with. */
static int32_t padding(int32_t in, int32_t out, int32_t kernel, int32_t stride)
{
    int32_t missing = (out - 1) * stride + kernel - in;
    return missing > 0 ? missing / 2 : 0;
}

/* The real result of output number i: convolutions and average pooling. */
static double window_result(const struct layer *l, size_t i)
{
    const int32_t *in = l->in->shape, *out = l->out->shape, *filter = l->second->shape;
    const struct ref_options *o = &l->op->options;
    bool pool = l->op->builtin == REF_AVERAGE_POOL_2D;
    bool depthwise = l->op->builtin == REF_DEPTHWISE_CONV_2D;
    int32_t kernel_h = pool ? o->filter_h : filter[1], kernel_w = pool ? o->filter_w : filter[2];
    int32_t c = (int32_t)(i % (size_t)out[3]), x = (int32_t)(i / (size_t)out[3]) % out[2];
    int32_t y = (int32_t)(i / (size_t)out[3] / (size_t)out[2]);
    double sum = 0, seen = 0;
    for (int32_t ky = 0; ky < kernel_h; ky++)
        for (int32_t kx = 0; kx < kernel_w; kx++) {
            int32_t iy = y * o->stride_h + ky - padding(in[1], out[1], kernel_h, o->stride_h);
            int32_t ix = x * o->stride_w + kx - padding(in[2], out[2], kernel_w, o->stride_w);
            if (iy < 0 || iy >= in[1] || ix < 0 || ix >= in[2])
                continue;
            size_t pixel = (size_t)(iy * in[2] + ix) * (size_t)in[3];
            size_t tap = (size_t)(ky * kernel_w + kx);
            seen++;
            if (pool)
                sum += number(l->in, pixel + (size_t)c);
            else if (depthwise)
                sum += number(l->in, pixel + (size_t)c) *
                       number(l->second, tap * (size_t)out[3] + (size_t)c);
            else
                for (int32_t k = 0; k < in[3]; k++)
                    sum += number(l->in, pixel + (size_t)k) *
                           number(l->second, ((size_t)(c * kernel_h * kernel_w) + tap) *
                                                 (size_t)in[3] + (size_t)k);
        }
    if (pool)
        return sum / seen * scale(l->in, 0);
    return (sum + number(l->bias, (size_t)c)) * scale(l->in, 0) * scale(l->second, c);
}

static double dense_result(const struct layer *l, size_t i)
{
    size_t depth = l->in->elements;
    double sum = number(l->bias, i);
    for (size_t k = 0; k < depth; k++)
        sum += number(l->in, k) * number(l->second, i * depth + k);
    return sum * scale(l->in, 0) * scale(l->second, (int32_t)i);
}

static double real_result(const struct layer *l, size_t i)
{
    double sum = 0, share;
    switch (l->op->builtin) {
    case REF_FULLY_CONNECTED: return dense_result(l, i);
    case REF_ADD:
        return number(l->in, i) * scale(l->in, 0) + number(l->second, i) * scale(l->second, 0);
    case REF_RESHAPE: return number(l->in, i) * scale(l->in, 0);
    case REF_SOFTMAX:
        for (size_t k = 0; k < l->in->elements; k++)
            sum += exp(number(l->in, k) * scale(l->in, 0));
        share = exp(number(l->in, i) * scale(l->in, 0)) / sum;
        return share;
    default: return window_result(l, i);
    }
}

/* How far an integer may be from the real result i. Half, and where a multiplier
 * below 2^-r rounds twice, half of the first one's unit of 2^-r, which is less
 * than the multiplier; and what the fixed point of the others leaves. */
static double allowed(const struct layer *l, size_t i)
{
    int32_t channel = (int32_t)(i % (size_t)l->out->shape[l->out->rank - 1]);
    if (l->bias == l->in)                          /* no weights */
        return 0.503;
    return 0.501 + scale(l->in, 0) * scale(l->second, channel) / scale(l->out, 0);
}

/* Compares all numbers of one layer; the largest distance from the real one. */
static double compare_layer(const struct layer *l, size_t *compared)
{
    double worst = 0, s = scale(l->out, 0);
    double zero = (double)l->out->zero_point[0];
    double low = l->op->options.activation == REF_RELU ? fmax(-128, zero) : -128;
    for (size_t i = 0; i < l->out->elements; i++, ++*compared) {
        double real = fmax(low, fmin(127, real_result(l, i) / s + zero));
        double off = fabs(number(l->out, i) + zero - real);
        if (!(off <= allowed(l, i)))
            fail_msg("operator %d, number %zu: %f, really %f", l->op->builtin, i,
                     number(l->out, i) + zero, real);
        worst = fmax(worst, off);
    }
    return worst;
}

static void check_model(const char *name)
{
    char path[1024];
    static int8_t in[1 << 16];
    struct ref_model *model;
    uint32_t seed = 1;
    size_t compared = 0;
    double worst = 0;
    if (!getenv("SERAC_DATA"))
        skip();
    snprintf(path, sizeof path, "%s/mlperf_tiny/%s", getenv("SERAC_DATA"), name);
    enum ref_status status = ref_model_load(path, &model);
    if (status != REF_OK)
        fail_msg("%s: %s", path, ref_status_text(status));
    const struct ref_graph *g = ref_model_graph(model);
    size_t size = g->tensor[g->input[0]].bytes;
    assert_true(size <= sizeof in);
    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525 + 1013904223;
        in[i] = (int8_t)(seed >> 24);
    }
    assert_int_equal(ref_model_set_input(model, 0, in, size), REF_OK);
    assert_int_equal(ref_model_run(model, REF_ROUND_DOUBLE), REF_OK);
    for (int32_t i = 0; i < g->num_operators; i++) {
        const struct ref_operator *op = &g->op[i];
        struct layer l = {.op = op, .out = &g->tensor[op->output[0]]};
        l.in = &g->tensor[op->input[0]];
        l.second = &g->tensor[op->input[op->num_inputs > 1 ? 1 : 0]];
        l.bias = &g->tensor[op->input[op->num_inputs > 2 ? 2 : 0]];
        worst = fmax(worst, compare_layer(&l, &compared));
    }
    print_message("%s: %zu numbers in %d layers, at most %.4f from the real one\n", name, compared,
                  g->num_operators, worst);
    assert_true(compared > 1000);
    ref_model_close(model);
}

static void test_layers_of_kws_are_the_rounded_real_ones(void **state)
{
    (void)state;
    check_model("kws_ref_model.tflite");
}

static void test_layers_of_resnet8_are_the_rounded_real_ones(void **state)
{
    (void)state;
    check_model("pretrainedResnet_quant.tflite");
}

static void test_layers_of_vww_are_the_rounded_real_ones(void **state)
{
    (void)state;
    check_model("vww_96_int8.tflite");
}

static void test_layers_of_the_autoencoder_are_the_rounded_real_ones(void **state)
{
    (void)state;
    check_model("ad01_int8.tflite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers_of_kws_are_the_rounded_real_ones),
        cmocka_unit_test(test_layers_of_resnet8_are_the_rounded_real_ones),
        cmocka_unit_test(test_layers_of_vww_are_the_rounded_real_ones),
        cmocka_unit_test(test_layers_of_the_autoencoder_are_the_rounded_real_ones),
    };
    int failed = cmocka_run_group_tests_name("reference_layers", tests, NULL, NULL);
    if (failed || getenv("SERAC_DATA"))
        return failed;
    puts("skipped: SERAC_DATA is not set");
    return 77;                     /* scripts/run_tests.sh counts it as skipped */
}
