/* test_import_onnx_graphs.c - ONNX graphs that branch, pool and change shape; files that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "onnx_model.h"
#include "serac_host.h"

enum { ROOM = 4096 };

static struct onnx_model m;
static struct serac_build build;
static struct serac_error error;
static int32_t in[ROOM], got[ROOM];
static double w[ROOM];
static uint32_t state = 7;

#define DIMS(...) (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int)

static int32_t random_in(int32_t low, int32_t high)
{
    state = state * 1664525u + 1013904223u;
    return low + (int32_t)((state >> 8) % (uint32_t)(high - low + 1));
}

static enum serac_status import_bytes(const uint8_t *bytes, size_t size)
{
    struct serac_import import = {.path = "m.onnx", .error = &error};
    error.text[0] = '\0';
    enum serac_status status = serac_import_onnx(&import, bytes, size, "m", &build);
    serac_import_free(&import);
    return status;
}

static enum serac_status import(void)
{
    size_t size;
    uint8_t *bytes = onnx_model_pack(&m, &size);
    enum serac_status status = import_bytes(bytes, size);
    free(bytes);
    return status;
}

static void run(size_t inputs, size_t outputs)
{
    if (import() != SERAC_OK)
        fail_msg("%s", error.text);
    size_t count = onnx_model_run(&build, in, inputs, got, ROOM, &error);
    if (count != outputs)
        fail_msg("%zu outputs, expected %zu: %s", count, outputs, error.text);
}

static void refused(const char *text)
{
    if (import() == SERAC_OK)
        fail_msg("taken, expected: %s", text);
    if (strcmp(text, error.text))
        fail_msg("'%s', expected '%s'", error.text, text);
}

static int tear_down(void **unused)
{
    (void)unused;
    serac_build_free(&build);
    return 0;
}

static const struct serac_layer *layer(uint32_t i)
{
    assert_true(i < build.network->num_layers);
    return &build.network->layers[i];
}

static void fill(double *to, size_t count, int32_t low, int32_t high)
{
    for (size_t i = 0; i < count; i++)
        to[i] = random_in(low, high);
}

static void fill_input(size_t count, int32_t low, int32_t high)
{
    for (size_t i = 0; i < count; i++)
        in[i] = random_in(low, high);
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static void scale_and_zero(const char *scale, double s, const char *zero, int type, double z)
{
    onnx_model_scalar(&m, scale, SERAC_ONNX_FLOAT, s);
    onnx_model_scalar(&m, zero, type, z);
}

/* --- branches --------------------------------------------------------------------- */

/* in * s0 + q(in * w) * s1, with a Relu, to uint8. */
static void residual(double s1, double out)
{
    onnx_model_begin(&m, SERAC_ONNX_UINT8, DIMS(1, 2, 1, 1), "out");
    scale_and_zero("s0", 0.0501373, "z", SERAC_ONNX_UINT8, 100);
    scale_and_zero("s1", s1, "z1", SERAC_ONNX_UINT8, 90);
    scale_and_zero("s2", out, "z2", SERAC_ONNX_UINT8, 3);
    onnx_model_scalar(&m, "t", SERAC_ONNX_FLOAT, 0.0101737);
    onnx_model_constant(&m, "w", SERAC_ONNX_INT8, DIMS(2, 2, 1, 1), (const double[]){100, -50, 3, 127});
    onnx_model_node(&m, "DequantizeLinear", "in,s0,z", "x");
    onnx_model_node(&m, "DequantizeLinear", "w,t", "v");
    onnx_model_node(&m, "Conv", "x,v", "c");
    onnx_model_node(&m, "QuantizeLinear", "c,s1,z1", "q");
    onnx_model_node(&m, "DequantizeLinear", "q,s1,z1", "y");
    onnx_model_node(&m, "Add", "x,y", "a");
    onnx_model_node(&m, "Relu", "a", "r");
    onnx_model_node(&m, "QuantizeLinear", "r,s2,z2", "out");
}

static void test_a_residual_of_two_scales_is_added_in_floats_by_the_host(void **unused)
{
    (void)unused;
    const float s0 = 0.0501373f, s1 = 0.0707f, s2 = 0.0903f;
    residual(0.0707, 0.0903);
    fill_input(1000, 0, 255);
    run(1000, 1000);
    assert_int_equal(layer(1)->host, SERAC_HOST_ADD_FLOAT);
    for (int i = 0; i < 1000; i++) {
        const int32_t *x = in + i / 2 * 2;
        double a0 = x[0] - 100, a1 = x[1] - 100, sum = i % 2 ? 3 * a0 + 127 * a1 : 100 * a0 - 50 * a1;
        double real = sum * ((double)s0 * (double)0.0101737f);
        int y = (int)clamp(rint(real / (double)s1) + 90, 0, 255);
        float a = (float)(in[i] - 100) * s0, b = (float)(y - 90) * s1, c = a + b;
        assert_int_equal(got[i], (int)clamp(rint((double)((c < 0 ? 0 : c) / s2)) + 3, 0, 255));
    }
}

static void test_a_residual_of_one_scale_is_the_machines(void **unused)
{
    (void)unused;
    residual(0.0501373, 0.0501373);
    fill_input(400, 0, 255);
    run(400, 400);
    assert_int_equal(layer(1)->op, SERAC_OP_ADD);
    for (int i = 0; i < 400; i++) {
        const int32_t *x = in + i / 2 * 2;
        double a0 = x[0] - 100, a1 = x[1] - 100, sum = i % 2 ? 3 * a0 + 127 * a1 : 100 * a0 - 50 * a1;
        double real = sum * ((double)0.0501373f * (double)0.0101737f);
        int y = (int)clamp(rint(real / (double)0.0501373f) + 90, 0, 255);
        assert_int_equal(got[i], (int)clamp(in[i] - 100 + y - 90, 0, 252) + 3);
    }
}

/* Codes of two quantised products; the zero point is added before the sum is rounded. */
static void test_qlinear_add_adds_the_zero_point_before_it_rounds(void **unused)
{
    (void)unused;
    static const double scales[][2] = {{0.5, 0.25}, {0.0707, 0.0903}};
    for (int k = 0; k < 2; k++) {
        const float s0 = (float)scales[k][0], s1 = 0.25f, s2 = (float)scales[k][1];
        onnx_model_begin(&m, SERAC_ONNX_UINT8, DIMS(1, 2), "out");
        scale_and_zero("s0", scales[k][0], "z0", SERAC_ONNX_UINT8, 130);
        scale_and_zero("s1", 0.25, "z1", SERAC_ONNX_UINT8, 7);
        scale_and_zero("s2", scales[k][1] * 4, "z2", SERAC_ONNX_UINT8, 101);
        onnx_model_scalar(&m, "z", SERAC_ONNX_INT8, 0);
        onnx_model_constant(&m, "w", SERAC_ONNX_INT8, DIMS(2, 2), (const double[]){1, 1, 0, -1});
        onnx_model_node(&m, "QLinearMatMul", "in,s0,z0,w,s1,z,s1,z1", "y");
        onnx_model_node(&m, "QLinearAdd", "in,s0,z0,y,s1,z1,s2,z2", "out");
        fill_input(400, 0, 255);
        run(400, 400);
        for (int i = 0; i < 400; i++) {
            const int32_t *x = in + i / 2 * 2;
            double y = clamp(rint((x[0] - 130 - (i % 2 ? x[1] - 130 : 0)) * (double)(s0 * s1 / s1) + 7), 0,
                             255);
            float sum = (float)(in[i] - 130) * s0 + (float)(y - 7) * s1;
            assert_int_equal(got[i], (int)clamp((double)rintf(sum / (s2 * 4) + 101), 0, 255));
        }
        serac_build_free(&build);
    }
}

static int32_t shifted(int64_t x, int mult, int add, int shift)
{
    return (int32_t)floor((double)(x * mult + add) / (1 << shift));
}

static void quantlab_add(int out_mul, int out_add, int out_shift)
{
    static const char *const names[] = {"in1_mul", "in1_add", "in1_shift", "in2_mul", "in2_add", "in2_shift",
                                        "out_mul", "out_add", "out_shift", "out_n_levels"};
    const int values[] = {37, -300, 5, 201, 77, 6, out_mul, out_add, out_shift, 256};
    onnx_model_begin(&m, SERAC_ONNX_FLOAT, DIMS(1, 4), "out");
    onnx_model_constant(&m, "two", SERAC_ONNX_FLOAT, DIMS(1), (const double[]){2});
    onnx_model_node(&m, "Mul", "in,two", "d");
    onnx_model_node(&m, "Clip", "d", "y");
    onnx_model_float(&m, "min", 10);
    onnx_model_float(&m, "max", 255);
    onnx_model_node(&m, "Add", "in,y", "out");
    for (int i = 0; i < 10 && i < 8; i++)
        onnx_model_int(&m, names[i], values[i]);
    m.nodes[2].attribute[7] = &m.attributes[ONNX_MODEL_MOST - 1];
    onnx__attribute_proto__init(&m.attributes[ONNX_MODEL_MOST - 1]);
    m.attributes[ONNX_MODEL_MOST - 1].name = (char *)(out_shift ? "out_shift" : "out_add");
    m.attributes[ONNX_MODEL_MOST - 1].i = out_shift ? out_shift : out_add;
}

static void check_quantlab(int out_mul, int out_shift)
{
    fill_input(400, 0, 255);
    quantlab_add(out_mul, 0, out_shift);
    run(400, 400);
    for (int i = 0; i < 400; i++) {
        int64_t y = (int64_t)clamp(2 * in[i], 10, 255);
        int64_t sum = shifted(in[i], 37, -300, 5) + shifted(y, 201, 77, 6);
        assert_int_equal(got[i], (int)clamp(shifted(sum, out_mul, 0, out_shift), 0, 255));
    }
}

static void test_quantlabs_addition_shifts_its_operands_and_its_sum(void **unused)
{
    (void)unused;
    check_quantlab(1, 0);
    assert_int_equal(layer(1)->op, SERAC_OP_ADD);
    serac_build_free(&build);
    check_quantlab(90, 8);
    assert_int_equal(layer(1)->host, SERAC_HOST_ADD_FLOOR);
}

/* --- pools and shapes ----------------------------------------------------------------- */

/* Groups of two channels, pooled, and every channel's average. */
static void test_groups_pools_and_averages(void **unused)
{
    (void)unused;
    double sums[4] = {0};
    fill(w, 4 * 2, -8, 7);
    onnx_model_begin(&m, SERAC_ONNX_UINT8, DIMS(1, 4, 6, 6), "out");
    scale_and_zero("s", 0.031, "z", SERAC_ONNX_UINT8, 128);
    scale_and_zero("u", 0.0717, "y", SERAC_ONNX_INT8, 0);
    scale_and_zero("a", 0.0501, "b", SERAC_ONNX_INT8, -7);
    onnx_model_scalar(&m, "t", SERAC_ONNX_FLOAT, 0.1);
    onnx_model_constant(&m, "w", SERAC_ONNX_INT4, DIMS(4, 2, 1, 1), w);
    onnx_model_node(&m, "DequantizeLinear", "in,s,z", "x");
    onnx_model_node(&m, "DequantizeLinear", "w,t", "v");
    onnx_model_node(&m, "Conv", "x,v", "c");
    onnx_model_int(&m, "group", 2);
    onnx_model_node(&m, "QuantizeLinear", "c,u,y", "q");
    onnx_model_node(&m, "DequantizeLinear", "q,u,y", "r");
    onnx_model_node(&m, "MaxPool", "r", "p");
    onnx_model_ints(&m, "kernel_shape", DIMS(2, 2));
    onnx_model_ints(&m, "strides", DIMS(2, 2));
    onnx_model_node(&m, "GlobalAveragePool", "p", "g");
    onnx_model_node(&m, "QuantizeLinear", "g,a,b", "out");
    fill_input(144, 0, 255);
    run(144, 4);
    assert_int_equal(layer(0)->pool, 2);
    assert_int_equal(layer(1)->op, SERAC_OP_DEPTHWISE);
    for (int o = 0; o < 4; o++)
        for (int p = 0; p < 9; p++) {
            int most = -128;
            for (int k = 0; k < 4; k++) {
                const int32_t *x = in + ((p / 3 * 2 + k / 2) * 6 + p % 3 * 2 + k % 2) * 4 + o / 2 * 2;
                double sum = w[o * 2] * (x[0] - 128) + w[o * 2 + 1] * (x[1] - 128);
                int q = (int)clamp(rint(sum * ((double)0.031f * (double)0.1f) / (double)0.0717f), -128, 127);
                most = q > most ? q : most;
            }
            sums[o] += most;
        }
    for (int o = 0; o < 4; o++) {
        double average = sums[o] * (double)0.0717f / 9;
        assert_int_equal(got[o], (int)clamp(rint(average / (double)0.0501f) - 7, -128, 127));
    }
}

/* One sum that two quantisers read: the machine stores it, the host makes both. */
static void test_sums_that_two_read_stay_sums(void **unused)
{
    (void)unused;
    fill(w, 9, -4, 3);
    onnx_model_begin(&m, SERAC_ONNX_UINT8, DIMS(1, 3), "out");
    scale_and_zero("s", 1, "z", SERAC_ONNX_UINT8, 0);
    scale_and_zero("u", 1, "y", SERAC_ONNX_INT8, 0);
    onnx_model_scalar(&m, "v", SERAC_ONNX_FLOAT, 0.37);
    onnx_model_constant(&m, "w", SERAC_ONNX_INT8, DIMS(3, 3), w);
    onnx_model_node(&m, "DequantizeLinear", "in,s,z", "x");
    onnx_model_node(&m, "DequantizeLinear", "w,u,y", "k");
    onnx_model_node(&m, "MatMul", "x,k", "c");
    onnx_model_node(&m, "QuantizeLinear", "c,u,y", "q");
    onnx_model_node(&m, "QuantizeLinear", "c,v,y", "p");
    onnx_model_node(&m, "DequantizeLinear", "q,u,y", "a");
    onnx_model_node(&m, "DequantizeLinear", "p,v,y", "b");
    onnx_model_node(&m, "Add", "a,b", "d");
    onnx_model_node(&m, "QuantizeLinear", "d,u,y", "out");
    fill_input(300, 0, 40);
    run(300, 300);
    assert_int_equal(layer(0)->mode, SERAC_MODE_RAW);
    for (int i = 0; i < 300; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            sum += in[i / 3 * 3 + k] * w[k * 3 + i % 3];
        float a = (float)clamp(sum, -128, 127), b = (float)clamp(rint(sum / (double)0.37f), -128, 127) * 0.37f;
        assert_int_equal(got[i], (int)clamp(rint((double)(a + b)), -128, 127));
    }
}

/* --- refusals --------------------------------------------------------------------------- */

static void product(const char *op)
{
    onnx_model_begin(&m, SERAC_ONNX_FLOAT, DIMS(1, 2), "out");
    onnx_model_constant(&m, "w", SERAC_ONNX_FLOAT, DIMS(2, 2), (const double[]){1, 2, 3, 4});
    onnx_model_node(&m, "MatMul", "in,w", "c");
    onnx_model_node(&m, op, "c", "out");
}

static void test_what_is_not_supported_is_named_with_its_node(void **unused)
{
    (void)unused;
    product("Erf");
    refused("m.onnx: node \"out\" (Erf): is not supported");
    product("Quant");
    refused("m.onnx: node \"out\" (Quant): has no scale, zero point or width");
    product("GlobalAveragePool");
    refused("m.onnx: node \"out\" (GlobalAveragePool): "
            "needs an input of images, channels and one or two more dimensions");
    product("Relu");
    refused("m.onnx: node \"out\" (Relu): the network's output is not quantised behind it");
    product("Identity");
    m.constants[0].float_data[2] = 0.5f;
    refused("m.onnx: node \"c\" (MatMul): "
            "weight 0.5 is no integer of at most 8 bits: the weights are not quantised");
    m.constants[0].float_data[2] = 300;
    refused("m.onnx: node \"c\" (MatMul): "
            "weight 300 is no integer of at most 8 bits: the weights are not quantised");
    m.constants[0].data_location = 1;
    refused("m.onnx: initializer \"w\": "
            "its numbers are in another file (external data), which is not supported");
    product("Identity");
    m.constants[0].data_type = 17;
    refused("m.onnx: initializer \"w\": float8e4m3fn");
    product("Identity");
    m.nodes[1].input[0] = (char *)"nothing";
    refused("m.onnx: node \"out\" (Identity): input 0, \"nothing\", is made by no node before it");
    product("Identity");
    m.nodes[1].output[0] = (char *)"c";
    refused("m.onnx: node \"out\" (Identity): makes \"c\", which has been made before");
}

static void test_damaged_shapes_are_refused(void **unused)
{
    (void)unused;
    product("Identity");
    m.integers[0] = 1 << 30;
    refused("m.onnx: initializer \"w\": damaged: has another number of values than its shape");
    m.integers[0] = -1;
    refused("m.onnx: initializer \"w\": damaged: a dimension is negative or beyond 2^31");
    product("Identity");
    m.dims[1].dim_value = 3;
    refused("m.onnx: node \"c\" (MatMul): its input has rows of 3 numbers, its weights take 2");
    m.dims[1].dim_value = INT64_MAX;
    refused("m.onnx: input \"in\": "
            "its shape must be given, and of 1 to 2^27 numbers; only the first dimension may be open");
    assert_int_equal(import_bytes((const uint8_t *)"", 0), SERAC_E_INPUT);
    assert_string_equal(error.text, "m.onnx: no ONNX model: has no graph with nodes");
    assert_int_equal(import_bytes((const uint8_t *)"\x3a\xff\xff\xff\xff\x7f", 6), SERAC_E_INPUT);
    assert_string_equal(error.text, "m.onnx: no ONNX file, or truncated or damaged: protobuf cannot read it");
}

/* Whatever a byte becomes: a network or one line, and nothing is lost or read outside. */
static void test_damage_anywhere_ends_in_a_network_or_a_line(void **unused)
{
    (void)unused;
    size_t size;
    residual(0.0707, 0.0903);
    uint8_t *bytes = onnx_model_pack(&m, &size);
    for (size_t i = 0; i < size; i++)
        for (int k = 0; k < 3; k++) {
            uint8_t had = bytes[i];
            bytes[i] = k == 0 ? had ^ 0x80 : k == 1 ? had + 1 : 0xff;
            if (import_bytes(bytes, size) == SERAC_OK)
                serac_build_free(&build);
            else
                assert_true(error.text[0] && !strchr(error.text, '\n'));
            bytes[i] = had;
        }
    for (size_t i = 0; i < size; i++) {
        uint8_t *part = malloc(i + 1);
        memcpy(part, bytes, i);
        if (import_bytes(part, i) == SERAC_OK)
            serac_build_free(&build);
        else
            assert_true(error.text[0]);
        free(part);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_residual_of_two_scales_is_added_in_floats_by_the_host, tear_down),
        cmocka_unit_test_teardown(test_a_residual_of_one_scale_is_the_machines, tear_down),
        cmocka_unit_test_teardown(test_qlinear_add_adds_the_zero_point_before_it_rounds, tear_down),
        cmocka_unit_test_teardown(test_quantlabs_addition_shifts_its_operands_and_its_sum, tear_down),
        cmocka_unit_test_teardown(test_groups_pools_and_averages, tear_down),
        cmocka_unit_test_teardown(test_sums_that_two_read_stay_sums, tear_down),
        cmocka_unit_test_teardown(test_what_is_not_supported_is_named_with_its_node, tear_down),
        cmocka_unit_test_teardown(test_damaged_shapes_are_refused, tear_down),
        cmocka_unit_test_teardown(test_damage_anywhere_ends_in_a_network_or_a_line, tear_down),
    };
    return cmocka_run_group_tests_name("import_onnx_graphs", tests, NULL, NULL);
}
