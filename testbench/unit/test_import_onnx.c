/* test_import_onnx.c - ONNX networks of many widths and forms, against sums done here.
 *
 * Each model is built in memory, imported, written, read and run on the model; what it must give is
 * computed from the same numbers by loops. */
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
static char *notes;
static int32_t in[ROOM], got[ROOM];
static double w[ROOM];
static uint32_t state = 1;

static int32_t random_in(int32_t low, int32_t high)
{
    state = state * 1664525u + 1013904223u;
    return low + (int32_t)((state >> 8) % (uint32_t)(high - low + 1));
}

static void fill(double *to, size_t count, int32_t low, int32_t high)
{
    for (size_t i = 0; i < count; i++)
        to[i] = random_in(low, high);
}

static void import(void)
{
    size_t size;
    struct serac_import import = {.path = "m.onnx", .error = &error};
    uint8_t *bytes = onnx_model_pack(&m, &size);
    error.text[0] = '\0';
    enum serac_status status = serac_import_onnx(&import, bytes, size, "m", &build);
    free(bytes);
    free(notes);
    notes = import.notes;
    import.notes = NULL;
    serac_import_free(&import);
    if (status != SERAC_OK)
        fail_msg("%s", error.text);
}

static void run(size_t inputs, size_t outputs)
{
    size_t count = onnx_model_run(&build, in, inputs, got, ROOM, &error);
    if (count != outputs)
        fail_msg("%zu outputs, expected %zu: %s", count, outputs, error.text);
}

static int tear_down(void **unused)
{
    (void)unused;
    serac_build_free(&build);
    free(notes);
    notes = NULL;
    return 0;
}

static const struct serac_layer *layer(uint32_t i)
{
    assert_true(i < build.network->num_layers);
    return &build.network->layers[i];
}

static bool on_machine(void)
{
    for (uint32_t i = 0; i < build.network->num_layers; i++)
        if (layer(i)->op == SERAC_OP_HOST)
            return false;
    return true;
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* QuantizeLinear of a sum times a scale. */
static int32_t quantised(double sum, double scale, double out, int32_t zero, int32_t low, int32_t high)
{
    return (int32_t)clamp(rint(sum * scale / (double)(float)out) + zero, low, high);
}

/* Channel `o` of a 3 x 3 convolution of `size` x `size` pixels with a border of zeros. */
static double convolve(const int32_t *x, int32_t zero, const double *weights, int c, int size, int o, int y0,
                       int x0)
{
    double sum = 0;
    for (int i = 0; i < c; i++)
        for (int k = 0; k < 9; k++) {
            int y = y0 + k / 3 - 1, px = x0 + k % 3 - 1;
            if (y >= 0 && px >= 0 && y < size && px < size)
                sum += weights[(o * c + i) * 9 + k] * (x[(y * size + px) * c + i] - zero);
        }
    return sum;
}

#define DIMS(...) (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int)

static void scale_and_zero(const char *scale, double s, const char *zero, int type, double z)
{
    onnx_model_scalar(&m, scale, SERAC_ONNX_FLOAT, s);
    onnx_model_scalar(&m, zero, type, z);
}

/* --- quantiser pairs: 8, 4 and 2 bits ------------------------------------------- */

static void test_layers_of_8_4_and_2_bits_keep_their_widths(void **unused)
{
    (void)unused;
    double w1[6 * 4 * 9], w2[5 * 6], w3[3 * 5 * 25];
    int32_t a[25 * 6], b[25 * 5];
    fill(w1, 6 * 4 * 9, -128, 127);
    fill(w2, 30, -8, 7);
    fill(w3, 3 * 125, -2, 1);
    onnx_model_begin(&m, SERAC_ONNX_UINT8, DIMS(1, 4, 5, 5), "out");
    scale_and_zero("s0", 0.0501373, "z0", SERAC_ONNX_UINT8, 10);
    onnx_model_constant(&m, "w1", SERAC_ONNX_INT8, DIMS(6, 4, 3, 3), w1);
    onnx_model_constant(&m, "t1", SERAC_ONNX_FLOAT, DIMS(6), (const double[]){.010133, .020717, .013931,
        .017303, .011177, .009311});
    scale_and_zero("s1", 1.70411, "z1", SERAC_ONNX_UINT4, 3);
    onnx_model_constant(&m, "w2", SERAC_ONNX_INT4, DIMS(5, 6, 1, 1), w2);
    onnx_model_scalar(&m, "t2", SERAC_ONNX_FLOAT, 0.301);
    scale_and_zero("s2", 7.91117, "z2", SERAC_ONNX_UINT2, 0);
    onnx_model_constant(&m, "w3", SERAC_ONNX_INT2, DIMS(3, 125), w3);
    onnx_model_scalar(&m, "t3", SERAC_ONNX_FLOAT, 0.70303);
    scale_and_zero("s3", 1.30127, "z3", SERAC_ONNX_INT8, -5);
    onnx_model_node(&m, "DequantizeLinear", "in,s0,z0", "x0");
    onnx_model_node(&m, "DequantizeLinear", "w1,t1", "v1");
    onnx_model_int(&m, "axis", 0);
    onnx_model_node(&m, "Conv", "x0,v1", "c1");
    onnx_model_ints(&m, "pads", DIMS(1, 1, 1, 1));
    onnx_model_node(&m, "QuantizeLinear", "c1,s1,z1", "q1");
    onnx_model_node(&m, "DequantizeLinear", "q1,s1,z1", "x1");
    onnx_model_node(&m, "DequantizeLinear", "w2,t2", "v2");
    onnx_model_node(&m, "Conv", "x1,v2", "c2");
    onnx_model_node(&m, "Relu", "c2", "r2");
    onnx_model_node(&m, "QuantizeLinear", "r2,s2,z2", "q2");
    onnx_model_node(&m, "DequantizeLinear", "q2,s2,z2", "x2");
    onnx_model_node(&m, "Flatten", "x2", "f2");
    onnx_model_node(&m, "DequantizeLinear", "w3,t3", "v3");
    onnx_model_node(&m, "Gemm", "f2,v3", "c3");
    onnx_model_int(&m, "transB", 1);
    onnx_model_node(&m, "QuantizeLinear", "c3,s3,z3", "out");
    import();
    static const uint32_t bits[3][3] = {{8, 8, 4}, {4, 4, 2}, {2, 2, 8}};     /* weights, input, output */
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(layer(i)->weight_bits, bits[i][0]);
        assert_int_equal(layer(i)->act_bits, bits[i][1]);
        assert_int_equal(layer(i)->output.bits, bits[i][2]);
    }
    assert_true(on_machine());
    for (int i = 0; i < 100; i++)
        in[i] = random_in(0, 255);
    run(100, 3);
    static const double t1[] = {.010133, .020717, .013931, .017303, .011177, .009311};
    for (int p = 0; p < 25; p++)
        for (int o = 0; o < 6; o++)
            a[p * 6 + o] = quantised(convolve(in, 10, w1, 4, 5, o, p / 5, p % 5),
                                     (double)0.0501373f * (double)(float)t1[o], 1.70411f, 3, 0, 15);
    for (int p = 0; p < 25; p++)
        for (int o = 0; o < 5; o++) {
            double sum = 0;
            for (int i = 0; i < 6; i++)
                sum += w2[o * 6 + i] * (a[p * 6 + i] - 3);
            b[p * 5 + o] = quantised(sum < 0 ? 0 : sum, (double)1.70411f * (double)0.301f, 7.91117f, 0, 0, 3);
        }
    for (int o = 0; o < 3; o++) {
        double sum = 0;
        for (int i = 0; i < 125; i++)            /* ONNX's order: channel by channel */
            sum += w3[o * 125 + i] * b[i % 25 * 5 + i / 25];
        assert_int_equal(got[o], quantised(sum, (double)7.91117f * (double)0.70303f, 1.30127f, -5, -128, 127));
    }
}

/* --- QONNX ------------------------------------------------------------------------ */

static void quant(const char *from, const char *to, const char *scale, const char *bits, int is_signed,
                  int narrow)
{
    char inputs[64];
    snprintf(inputs, sizeof inputs, "%s,%s,zero,%s", from, scale, bits);
    onnx_model_node(&m, "Quant", inputs, to);
    onnx_model_int(&m, "signed", is_signed);
    onnx_model_int(&m, "narrow", narrow);
}

static void test_ternary_weights_meet_activations_of_2_bits(void **unused)
{
    (void)unused;
    double real[4 * 8];
    fill(w, 32, -1, 1);
    for (int i = 0; i < 32; i++)
        real[i] = w[i] * 0.25 + 0.01 * (i % 3);
    onnx_model_begin(&m, SERAC_ONNX_FLOAT, DIMS(1, 8), "out");
    onnx_model_constant(&m, "w", SERAC_ONNX_FLOAT, DIMS(8, 4), real);
    onnx_model_scalar(&m, "sw", SERAC_ONNX_FLOAT, 0.25);
    onnx_model_scalar(&m, "sa", SERAC_ONNX_FLOAT, 0.3);
    onnx_model_scalar(&m, "zero", SERAC_ONNX_FLOAT, 0);
    onnx_model_scalar(&m, "two", SERAC_ONNX_FLOAT, 2);
    quant("in", "a", "sa", "two", 0, 0);
    quant("w", "v", "sw", "two", 1, 1);
    onnx_model_node(&m, "MatMul", "a,v", "c");
    quant("c", "out", "sa", "two", 0, 0);
    import();
    assert_int_equal(layer(0)->weight_bits, 2);
    assert_int_equal(layer(0)->input.bits, 2);
    assert_int_equal(layer(0)->output.bits, 2);
    assert_non_null(strstr(notes, "the input is quantised before"));
    for (int i = 0; i < 16; i++)                 /* two images */
        in[i] = random_in(0, 3);
    run(16, 8);
    for (int i = 0; i < 8; i++) {
        double sum = 0;
        for (int k = 0; k < 8; k++)
            sum += in[i / 4 * 8 + k] * w[k * 4 + i % 4];
        assert_int_equal(got[i], quantised(sum, 0.25 * (double)0.3f, 0.3, 0, 0, 3));
    }
}

/* Thresholds of uneven distances, another set for each channel; weights -1 and 1. */
static void test_thresholds_make_3_bits_of_1_bit_weights(void **unused)
{
    (void)unused;
    static const double limits[] = {-30, -9, -8, 0.5, 1, 20, 41, -3, -2, 0, 2.5, 7, 7, 60};
    for (int i = 0; i < 32; i++)
        w[i] = random_in(0, 1) ? 1 : -1;
    onnx_model_begin(&m, SERAC_ONNX_UINT8, DIMS(1, 16), "out");
    onnx_model_scalar(&m, "one", SERAC_ONNX_FLOAT, 1);
    onnx_model_scalar(&m, "zero", SERAC_ONNX_UINT8, 0);
    onnx_model_constant(&m, "w", SERAC_ONNX_FLOAT, DIMS(16, 2), w);
    onnx_model_constant(&m, "limits", SERAC_ONNX_FLOAT, DIMS(2, 7), limits);
    onnx_model_node(&m, "DequantizeLinear", "in,one,zero", "x");
    onnx_model_node(&m, "MatMul", "x,w", "c");
    onnx_model_node(&m, "MultiThreshold", "c,limits", "out");
    import();
    assert_int_equal(layer(0)->weight_kind, SERAC_WEIGHT_BIPOLAR);
    assert_int_equal(layer(0)->weight_bits, 1);
    assert_int_equal(layer(0)->mode, SERAC_MODE_THRESHOLD);
    assert_int_equal(layer(0)->output.bits, 3);
    for (int i = 0; i < 640; i++)                /* 40 images */
        in[i] = random_in(0, 12);
    run(640, 80);
    for (int i = 0; i < 80; i++) {
        double sum = 0;
        int32_t count = 0;
        for (int k = 0; k < 16; k++)
            sum += in[i / 2 * 16 + k] * w[k * 2 + i % 2];
        for (int k = 0; k < 7; k++)
            count += sum >= limits[i % 2 * 7 + k];
        assert_int_equal(got[i], count);
    }
}

/* A convolution pads them: two bits, so that there is a zero. The factor of the second channel is negative. */
static void test_bipolar_activations_get_a_zero_where_they_are_padded(void **unused)
{
    (void)unused;
    static const double bn[4][2] = {{1, -2}, {0.5, 3}, {1, -1}, {4, 9}};     /* scale, bias, mean, variance */
    double v[3 * 2 * 9];
    int32_t a[16 * 2];
    fill(w, 6, -3, 3);
    for (int i = 0; i < 54; i++)
        v[i] = random_in(0, 1) ? 1 : -1;
    onnx_model_begin(&m, SERAC_ONNX_FLOAT, DIMS(1, 3, 4, 4), "out");
    onnx_model_constant(&m, "w", SERAC_ONNX_FLOAT, DIMS(2, 3, 1, 1), w);
    for (int i = 0; i < 4; i++)
        onnx_model_constant(&m, (const char *[]){"b0", "b1", "b2", "b3"}[i], SERAC_ONNX_FLOAT, DIMS(2), bn[i]);
    onnx_model_scalar(&m, "one", SERAC_ONNX_FLOAT, 1);
    onnx_model_constant(&m, "v", SERAC_ONNX_FLOAT, DIMS(3, 2, 3, 3), v);
    onnx_model_node(&m, "Conv", "in,w", "c");
    onnx_model_node(&m, "BatchNormalization", "c,b0,b1,b2,b3", "n");
    onnx_model_node(&m, "BipolarQuant", "n,one", "a");
    onnx_model_node(&m, "Conv", "a,v", "out");
    onnx_model_ints(&m, "pads", DIMS(1, 1, 1, 1));
    import();
    assert_int_equal(layer(0)->output.bits, 2);
    assert_int_equal(layer(1)->weight_kind, SERAC_WEIGHT_BIPOLAR);
    assert_true(on_machine());
    for (int i = 0; i < 48; i++)
        in[i] = random_in(0, 255);
    run(48, 48);
    for (int i = 0; i < 32; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            sum += in[i / 2 * 3 + k] * w[i % 2 * 3 + k];
        int o = i % 2;
        a[i] = (sum - bn[2][o]) / sqrt(bn[3][o]) * bn[0][o] + bn[1][o] >= 0 ? 1 : -1;
    }
    for (int p = 0; p < 16; p++)
        for (int o = 0; o < 3; o++)
            assert_int_equal(got[p * 3 + o], (int)convolve(a, 0, v, 2, 4, o, p / 4, p % 4));
}

/* --- integers ----------------------------------------------------------------------- */

static void test_odd_weights_are_bipolar_of_several_bits(void **unused)
{
    (void)unused;
    for (int i = 0; i < 40; i++)
        w[i] = 2 * random_in(0, 3) - 3;
    onnx_model_begin(&m, SERAC_ONNX_FLOAT, DIMS(1, 10), "out");
    onnx_model_constant(&m, "w", SERAC_ONNX_FLOAT, DIMS(4, 10), w);
    onnx_model_node(&m, "Gemm", "in,w", "out");
    onnx_model_int(&m, "transB", 1);
    import();
    assert_int_equal(layer(0)->weight_kind, SERAC_WEIGHT_BIPOLAR);
    assert_int_equal(layer(0)->weight_bits, 2);
    for (int i = 0; i < 10; i++)
        in[i] = random_in(0, 255);
    run(10, 4);
    for (int o = 0; o < 4; o++) {
        double sum = 0;
        for (int i = 0; i < 10; i++)
            sum += in[i] * w[o * 10 + i];
        assert_int_equal(got[o], (int)sum);
    }
}

/* Multiplier, addend and divisor of any kind, rounded down, with negative results. */
static void test_a_floor_shift_rounds_down_below_zero(void **unused)
{
    (void)unused;
    static const double kappa[] = {77, 1301, 12}, lambda[] = {-4001, 70003, 5};
    fill(w, 3 * 6, -100, 100);
    onnx_model_begin(&m, SERAC_ONNX_FLOAT, DIMS(1, 6), "out");
    onnx_model_constant(&m, "w", SERAC_ONNX_FLOAT, DIMS(6, 3), w);
    onnx_model_constant(&m, "kappa", SERAC_ONNX_FLOAT, DIMS(1, 3), kappa);
    onnx_model_constant(&m, "lambda", SERAC_ONNX_FLOAT, DIMS(1, 3), lambda);
    onnx_model_scalar(&m, "d", SERAC_ONNX_FLOAT, 65536);
    onnx_model_node(&m, "MatMul", "in,w", "c");
    onnx_model_node(&m, "Mul", "kappa,c", "k");
    onnx_model_node(&m, "Add", "k,lambda", "l");
    onnx_model_node(&m, "Div", "l,d", "q");
    onnx_model_node(&m, "Floor", "q", "f");
    onnx_model_node(&m, "Clip", "f", "out");
    onnx_model_float(&m, "min", -100);
    onnx_model_float(&m, "max", 100);
    import();
    assert_int_equal(layer(0)->mode, SERAC_MODE_FLOOR);
    assert_true(on_machine());
    for (int i = 0; i < 600; i++)
        in[i] = random_in(0, 255);
    run(600, 300);
    for (int i = 0; i < 300; i++) {
        double sum = 0;
        for (int k = 0; k < 6; k++)
            sum += in[i / 3 * 6 + k] * w[k * 3 + i % 3];
        assert_int_equal(got[i], (int)clamp(floor((sum * kappa[i % 3] + lambda[i % 3]) / 65536), -100, 100));
    }
}

/* --- what the machine cannot -------------------------------------------------------- */

/* Half a unit goes to the even neighbour: no factor and shift has such steps. */
static void test_ties_to_even_are_the_hosts(void **unused)
{
    (void)unused;
    onnx_model_begin(&m, SERAC_ONNX_UINT8, DIMS(1, 1), "out");
    scale_and_zero("s", 0.5, "z", SERAC_ONNX_UINT8, 0);
    scale_and_zero("t", 1, "y", SERAC_ONNX_INT8, 3);
    onnx_model_scalar(&m, "v", SERAC_ONNX_INT8, 0);
    onnx_model_constant(&m, "w", SERAC_ONNX_INT8, DIMS(1, 2), (const double[]){1, -1});
    onnx_model_node(&m, "QLinearMatMul", "in,s,z,w,t,v,t,y", "out");
    import();
    assert_int_equal(layer(0)->mode, SERAC_MODE_RAW);
    assert_int_equal(layer(1)->op, SERAC_OP_HOST);
    for (int i = 0; i < 256; i++)
        in[i] = i;
    run(256, 512);
    for (int i = 0; i < 512; i++)            /* the zero point is added before it is rounded */
        assert_int_equal(got[i], (int)clamp(rint(in[i / 2] * (i % 2 ? -0.5 : 0.5) + 3), -128, 127));
}

static void test_a_factor_without_ties_is_the_machines(void **unused)
{
    (void)unused;
    fill(w, 64 * 5, -128, 127);
    onnx_model_begin(&m, SERAC_ONNX_INT8, DIMS(1, 64), "out");
    scale_and_zero("s", 0.00372, "z", SERAC_ONNX_INT8, -17);
    onnx_model_scalar(&m, "t", SERAC_ONNX_FLOAT, 0.0123);
    onnx_model_scalar(&m, "v", SERAC_ONNX_INT8, 0);
    scale_and_zero("u", 0.0437, "y", SERAC_ONNX_INT8, 9);
    onnx_model_constant(&m, "w", SERAC_ONNX_INT8, DIMS(64, 5), w);
    onnx_model_node(&m, "QLinearMatMul", "in,s,z,w,t,v,u,y", "out");
    import();
    assert_true(on_machine());
    for (int i = 0; i < 64 * 60; i++)
        in[i] = random_in(-128, 127);
    run(64 * 60, 300);
    double factor = (double)(0.00372f * 0.0123f / 0.0437f);
    for (int i = 0; i < 300; i++) {
        double sum = 0;
        for (int k = 0; k < 64; k++)
            sum += (in[i / 5 * 64 + k] + 17) * w[k * 5 + i % 5];
        assert_int_equal(got[i], (int)clamp(rint(sum * factor + 9), -128, 127));
    }
}

/* A final product without quantiser, another scale for each column: numbers of one scale. */
static void test_outputs_of_several_scales_are_brought_to_one(void **unused)
{
    (void)unused;
    static const double scales[] = {0.5, 3, 0.0625};
    fill(w, 12, -8, 7);
    onnx_model_begin(&m, SERAC_ONNX_UINT8, DIMS(1, 4), "out");
    scale_and_zero("s", 0.25, "z", SERAC_ONNX_UINT8, 7);
    onnx_model_constant(&m, "w", SERAC_ONNX_INT4, DIMS(4, 3), w);
    onnx_model_constant(&m, "t", SERAC_ONNX_FLOAT, DIMS(3), scales);
    onnx_model_constant(&m, "b", SERAC_ONNX_FLOAT, DIMS(3), (const double[]){1.5, -2, 0.125});
    onnx_model_node(&m, "DequantizeLinear", "in,s,z", "x");
    onnx_model_node(&m, "DequantizeLinear", "w,t", "v");
    onnx_model_int(&m, "axis", 1);
    onnx_model_node(&m, "Gemm", "x,v,b", "out");
    import();
    assert_int_equal(layer(1)->host, SERAC_HOST_QUANTISE_FLOAT);
    assert_int_equal(layer(1)->output.bits, 32);
    for (int i = 0; i < 4; i++)
        in[i] = random_in(0, 255);
    run(4, 3);
    for (int o = 0; o < 3; o++) {
        double sum = 0;
        for (int i = 0; i < 4; i++)
            sum += (in[i] - 7) * w[i * 3 + o];
        double real = sum * 0.25 * scales[o] + (const double[]){1.5, -2, 0.125}[o];
        assert_true(got[o] * build.network->output_scales[1] == real);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_layers_of_8_4_and_2_bits_keep_their_widths, tear_down),
        cmocka_unit_test_teardown(test_ternary_weights_meet_activations_of_2_bits, tear_down),
        cmocka_unit_test_teardown(test_thresholds_make_3_bits_of_1_bit_weights, tear_down),
        cmocka_unit_test_teardown(test_bipolar_activations_get_a_zero_where_they_are_padded, tear_down),
        cmocka_unit_test_teardown(test_odd_weights_are_bipolar_of_several_bits, tear_down),
        cmocka_unit_test_teardown(test_a_floor_shift_rounds_down_below_zero, tear_down),
        cmocka_unit_test_teardown(test_ties_to_even_are_the_hosts, tear_down),
        cmocka_unit_test_teardown(test_a_factor_without_ties_is_the_machines, tear_down),
        cmocka_unit_test_teardown(test_outputs_of_several_scales_are_brought_to_one, tear_down),
    };
    return cmocka_run_group_tests_name("import_onnx", tests, NULL, NULL);
}
