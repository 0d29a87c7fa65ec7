/* test_import_tflite.c - operators of TensorFlow Lite become layers; damaged files become one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "flatbuffer_model.h"
#include "serac_import_network.h"
#include "serac_tflite.h"

static struct model m;
static struct writer w;
static struct serac_build build;
static struct serac_import import;
static struct serac_error error;
static struct serac_import_choice choice;

static int set_up(void **state)
{
    (void)state;
    m = (struct model){.num_tensors = 0};
    choice = (struct serac_import_choice){SERAC_MODE_DOUBLE, false};
    build = (struct serac_build){.network = NULL};
    import = (struct serac_import){.path = "m.tflite", .error = &error};
    error.text[0] = '\0';
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    serac_build_free(&build);
    serac_import_free(&import);
    return 0;
}

static enum serac_status run_bytes(size_t size)
{
    return serac_import_tflite(&import, w.bytes, size, &choice, "m", &build);
}

static void expect_good(void)
{
    write_model(&w, &m);
    enum serac_status status = run_bytes(w.size);
    assert_string_equal(error.text, "");
    assert_int_equal(status, SERAC_OK);
}

static void expect_refused(const char *text)
{
    write_model(&w, &m);
    assert_int_equal(run_bytes(w.size), SERAC_E_INPUT);
    if (!strstr(error.text, text))
        fail_msg("expected \"%s\" in \"%s\"", text, error.text);
    assert_null(build.network);
}

/* --- models ------------------------------------------------------------------- */

/* An int8 activation; its number. */
static int32_t activation(uint32_t h, uint32_t wd, uint32_t c, float scale, int64_t zero)
{
    static const char *const names[] = {"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7",
                                        "t8", "t9", "t10", "t11", "t12", "t13", "t14", "t15"};
    m.tensors[m.num_tensors] = (struct model_tensor){
        .name = names[m.num_tensors], .rank = 4, .shape = {1, (int32_t)h, (int32_t)wd, (int32_t)c},
        .type = SERAC_TFLITE_INT8, .num_scales = 1, .scales = {scale}, .zero_point = zero};
    return (int32_t)m.num_tensors++;
}

static int32_t constant(uint8_t type, uint32_t rank, const int32_t *shape, const void *data, uint32_t bytes)
{
    struct model_tensor *t = &m.tensors[m.num_tensors];
    *t = (struct model_tensor){.name = "constant", .rank = rank, .type = type, .num_scales = 1, .scales = {0.5f},
                               .data = data, .bytes = bytes};
    memcpy(t->shape, shape, rank * sizeof *shape);
    return (int32_t)m.num_tensors++;
}

static struct model_node *node(uint32_t op, int32_t output, uint32_t inputs, int32_t a, int32_t b, int32_t c)
{
    struct model_node *n = &m.nodes[m.num_nodes++];
    *n = (struct model_node){.op = op, .num_inputs = inputs, .inputs = {a, b, c}, .output = output};
    m.output = output;
    return n;
}

static void options(struct model_node *n, uint32_t count, const int32_t *values)
{
    n->num_options = count;
    memcpy(n->options, values, count * sizeof *values);
}

static const int8_t weights[64] = {1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12, 13, -14, 15, -16, 17, -18};
static const int32_t biases[4] = {100, -200, 300, -400};

/* 3x3 SAME, stride 2, ReLU6, on 5x4x1, two filters. */
static void conv_model(void)
{
    const int32_t shape[4] = {2, 3, 3, 1}, window[] = {0, 2, 2, 3, 1, 1}, two[1] = {2};
    int32_t in = activation(5, 4, 1, 0.5f, 3);
    int32_t f = constant(SERAC_TFLITE_INT8, 4, shape, weights, 18);
    int32_t b = constant(SERAC_TFLITE_INT32, 1, two, biases, 8);
    m.tensors[f].num_scales = 2;
    m.tensors[f].scales[1] = 0.125f;
    int32_t out = activation(3, 2, 2, 0.0625f, -20);
    options(node(SERAC_TFLITE_CONV_2D, out, 3, in, f, b), 6, window);
}

/* --- operators ------------------------------------------------------------------ */

static void test_convolution_has_its_window_and_factors(void **state)
{
    (void)state;
    conv_model();
    expect_good();
    const struct serac_layer *l = &build.network->layers[0];
    assert_int_equal(l->op, SERAC_OP_CONV);
    assert_int_equal(l->mode, SERAC_MODE_DOUBLE);
    assert_int_equal(l->input.zero_point, 3);
    /* 5 lines: (3 - 1) * 2 + 3 - 5 = 2 around; 4 columns: (2 - 1) * 2 + 3 - 4 = 1, behind. */
    assert_int_equal(l->pad_top, 1);
    assert_int_equal(l->pad_bottom, 1);
    assert_int_equal(l->pad_left, 0);
    assert_int_equal(l->pad_right, 1);
    assert_int_equal(l->output.height, 3);
    assert_int_equal(l->output.width, 2);
    assert_int_equal(l->output.channels, 2);
    assert_memory_equal(l->weights, weights, 18);
    /* 0.5 * 0.5 / 0.0625 = 4 = 2^30 * 2^(3 - 31); 0.5 * 0.125 / 0.0625 = 1. */
    assert_int_equal(l->params[0].mult, 1 << 30);
    assert_int_equal(l->params[0].shift, 3);
    assert_int_equal(l->params[1].mult, 1 << 30);
    assert_int_equal(l->params[1].shift, 1);
    assert_int_equal(l->params[1].bias, -200);
    assert_int_equal(l->clamp_min, -20);
    assert_int_equal(l->clamp_max, 76);         /* 6 / 0.0625 - 20 */
}

static void test_rounding_is_the_callers_choice(void **state)
{
    (void)state;
    conv_model();
    choice.rounding = SERAC_MODE_SINGLE;
    expect_good();
    assert_int_equal(build.network->layers[0].mode, SERAC_MODE_SINGLE);
}

static void test_patches_leave_a_matrix_to_the_machine(void **state)
{
    (void)state;
    conv_model();
    choice.patches = true;
    expect_good();
    const struct serac_layer *l = build.network->layers;
    assert_int_equal(build.network->num_layers, 2);
    assert_int_equal(l[0].host, SERAC_HOST_PATCHES);
    assert_int_equal(l[0].pad_bottom, 1);
    assert_int_equal(l[0].output.channels, 9);
    assert_int_equal(l[1].input.height, 3);
    assert_int_equal(l[1].kernel_h, 1);
    assert_memory_equal(l[1].weights, weights, 18);
    assert_int_equal(l[1].params[1].bias, -200);
    assert_int_equal(build.network->inputs[1][0], 0);
}

static void test_depthwise_weights_are_turned(void **state)
{
    const int32_t shape[4] = {1, 1, 3, 2}, window[] = {1, 1, 1, 1, 0, 1, 1};
    static const int8_t turned[6] = {1, 3, 5, -2, -4, -6};
    (void)state;
    int32_t in = activation(1, 3, 2, 1, 0), f = constant(SERAC_TFLITE_INT8, 4, shape, weights, 6);
    options(node(SERAC_TFLITE_DEPTHWISE_CONV_2D, activation(1, 1, 2, 1, 0), 2, in, f, 0), 7, window);
    expect_good();
    const struct serac_layer *l = &build.network->layers[0];
    assert_int_equal(l->op, SERAC_OP_DEPTHWISE);
    assert_int_equal(l->kernel_w, 3);
    assert_memory_equal(l->weights, turned, 6);
    assert_int_equal(l->params[1].bias, 0);
}

static void test_four_bit_weights_come_two_in_a_byte(void **state)
{
    static const uint8_t packed[2] = {0x8f, 0x07};
    static const int8_t values[3] = {-1, -8, 7};
    const int32_t shape[2] = {1, 3};
    (void)state;
    int32_t in = activation(1, 1, 3, 1, 0), f = constant(SERAC_TFLITE_INT4, 2, shape, packed, 2);
    node(SERAC_TFLITE_FULLY_CONNECTED, activation(1, 1, 1, 1, 0), 2, in, f, 0);
    expect_good();
    assert_int_equal(build.network->layers[0].weight_bits, 4);
    assert_memory_equal(build.network->layers[0].weights, values, 3);
}

static void test_weights_with_a_zero_point_become_unsigned(void **state)
{
    static const uint8_t codes[3] = {129, 126, 131};
    const int32_t shape[2] = {1, 3};
    (void)state;
    int32_t in = activation(1, 1, 3, 1, 0), f = constant(SERAC_TFLITE_INT8, 2, shape, weights, 3);
    m.tensors[f].zero_point = -15;
    node(SERAC_TFLITE_FULLY_CONNECTED, activation(1, 1, 1, 1, 0), 2, in, f, 0);
    expect_good();
    const struct serac_layer *l = &build.network->layers[0];
    assert_int_equal(l->weight_kind, SERAC_WEIGHT_UNSIGNED);
    assert_int_equal(l->params[0].zero, 113);
    assert_memory_equal(l->weights, codes, 3);
}

/* A network needs a layer of the machine: a matrix of one weight a channel in front. */
static int32_t start(uint32_t h, uint32_t wd, uint32_t c, float scale, int64_t zero)
{
    const int32_t shape[4] = {(int32_t)c, 1, 1, (int32_t)c}, window[] = {1, 1, 1, 0, 1, 1};
    int32_t in = activation(h, wd, c, scale, zero);
    int32_t f = constant(SERAC_TFLITE_INT8, 4, shape, weights, c * c), out = activation(h, wd, c, scale, zero);
    options(node(SERAC_TFLITE_CONV_2D, out, 2, in, f, 0), 6, window);
    return out;
}

static void test_addition_is_the_hosts_with_three_factors(void **state)
{
    (void)state;
    int32_t a = start(2, 2, 2, 0.5f, 7);
    node(SERAC_TFLITE_ADD, activation(2, 2, 2, 0.25f, -9), 2, a, m.input, 0);
    expect_good();
    const struct serac_layer *l = &build.network->layers[1];
    /* Operands 0.5 / 1 each; the sum 1 / (2^20 * 0.25) = 2^-18. */
    const int32_t factors[6] = {1 << 30, 0, 1 << 30, 0, 1 << 30, -17};
    assert_int_equal(l->op, SERAC_OP_HOST);
    assert_int_equal(l->host, SERAC_HOST_ADD);
    assert_memory_equal(l->factors, factors, sizeof factors);
    assert_int_equal(l->output.zero_point, -9);
    assert_int_equal(build.network->inputs[1][0], 0);
    assert_int_equal(build.network->inputs[1][1], -1);
}

static void test_padding_goes_into_the_convolution_behind_it(void **state)
{
    static const int32_t pads[8] = {0, 0, 1, 0, 0, 2, 0, 0};
    const int32_t four[2] = {4, 2}, shape[4] = {1, 3, 3, 1}, window[] = {1, 1, 1, 0, 1, 1};
    (void)state;
    int32_t in = activation(4, 4, 1, 1, 5), p = constant(SERAC_TFLITE_INT32, 2, four, pads, 32);
    int32_t padded = activation(5, 6, 1, 1, 5), f = constant(SERAC_TFLITE_INT8, 4, shape, weights, 9);
    node(SERAC_TFLITE_PAD, padded, 2, in, p, 0);
    options(node(SERAC_TFLITE_CONV_2D, activation(3, 4, 1, 1, 0), 2, padded, f, 0), 6, window);
    expect_good();
    const struct serac_layer *l = &build.network->layers[0];
    assert_int_equal(build.network->num_layers, 1);
    assert_int_equal(l->pad_top, 1);
    assert_int_equal(l->pad_left, 0);
    assert_int_equal(l->pad_bottom, 0);
    assert_int_equal(l->pad_right, 2);
}

static void test_padding_that_no_convolution_takes_is_the_hosts(void **state)
{
    static const int32_t pads[8] = {0, 0, 1, 1, 0, 0, 0, 0};
    const int32_t four[2] = {4, 2}, shape[4] = {1, 1, 1, 1}, window[] = {1, 1, 1, 0, 1, 1};
    (void)state;
    int32_t in = activation(4, 4, 1, 1, 5), p = constant(SERAC_TFLITE_INT32, 2, four, pads, 32);
    int32_t padded = activation(6, 4, 1, 1, 5), f = constant(SERAC_TFLITE_INT8, 4, shape, weights, 1);
    node(SERAC_TFLITE_PAD, padded, 2, in, p, 0);
    options(node(SERAC_TFLITE_CONV_2D, activation(6, 4, 1, 1, 0), 2, padded, f, 0), 6, window);
    expect_good();
    assert_int_equal(build.network->num_layers, 2);
    assert_int_equal(build.network->layers[0].host, SERAC_HOST_PAD);
    assert_int_equal(build.network->layers[0].output.height, 6);
}

static const int32_t pool_by_two[] = {1, 2, 2, 2, 2, 0};

static void test_maximum_is_part_of_the_layer_before(void **state)
{
    (void)state;
    int32_t a = start(4, 4, 2, 1, 0);
    options(node(SERAC_TFLITE_MAX_POOL_2D, activation(2, 2, 2, 1, 0), 1, a, 0, 0), 6, pool_by_two);
    expect_good();
    assert_int_equal(build.network->num_layers, 1);
    assert_int_equal(build.network->layers[0].pool, 2);
    assert_int_equal(build.network->layers[0].output.height, 2);
}

static void test_maximum_of_what_others_read_is_the_hosts(void **state)
{
    (void)state;
    int32_t a = start(4, 4, 2, 1, 0), pooled = activation(2, 2, 2, 1, 0);
    options(node(SERAC_TFLITE_MAX_POOL_2D, pooled, 1, a, 0, 0), 6, pool_by_two);
    options(node(SERAC_TFLITE_MAX_POOL_2D, activation(2, 2, 2, 1, 0), 1, a, 0, 0), 6, pool_by_two);
    node(SERAC_TFLITE_ADD, activation(2, 2, 2, 1, 0), 2, pooled, pooled + 1, 0);
    expect_good();
    assert_int_equal(build.network->num_layers, 4);
    assert_int_equal(build.network->layers[0].pool, 1);
    assert_int_equal(build.network->layers[1].host, SERAC_HOST_MAX_POOL);
}

static void test_averages_go_to_the_machine_if_they_are_exact(void **state)
{
    const int32_t by_three[] = {1, 3, 3, 3, 3, 0};
    (void)state;
    int32_t a = start(6, 6, 2, 1, -4), b = activation(2, 2, 2, 1, -4);
    options(node(SERAC_TFLITE_AVERAGE_POOL_2D, b, 1, a, 0, 0), 6, by_three);
    options(node(SERAC_TFLITE_AVERAGE_POOL_2D, activation(1, 1, 2, 1, -4), 1, b, 0, 0), 6, pool_by_two);
    expect_good();
    assert_int_equal(build.network->layers[1].op, SERAC_OP_DEPTHWISE);
    assert_int_equal(build.network->layers[1].mode, SERAC_MODE_FLOOR);
    assert_int_equal(build.network->layers[2].op, SERAC_OP_HOST);
}

static void test_softmax_has_its_scale(void **state)
{
    float one = 1;
    int32_t beta;
    (void)state;
    memcpy(&beta, &one, sizeof beta);
    int32_t a = start(1, 1, 4, 0.0625f, 0), out = activation(1, 1, 4, 1.0f / 256, -128);
    options(node(SERAC_TFLITE_SOFTMAX, out, 1, a, 0, 0), 1, &beta);
    expect_good();
    const struct serac_layer *l = &build.network->layers[1];
    assert_int_equal(l->factors[0], 1 << 30);       /* 2^26 / 16 = 2^22 = 2^30 * 2^(23 - 31) */
    assert_int_equal(l->factors[1], 23);
    assert_int_equal(l->factors[2], -248);          /* 31 * 2^26 / 2^23 */
}

static void test_shapes_change_where_nobody_can_tell(void **state)
{
    const int32_t shape[2] = {2, 12};
    (void)state;
    int32_t flat = activation(1, 1, 12, 1, 0), out = start(2, 3, 2, 1, 0);
    m.nodes[1] = m.nodes[0];
    m.num_nodes = 2;
    m.nodes[0] = (struct model_node){.op = SERAC_TFLITE_RESHAPE, .num_inputs = 1, .inputs = {flat},
                                     .output = flat + 1};
    int32_t line = activation(1, 1, 12, 1, 0), f = constant(SERAC_TFLITE_INT8, 2, shape, weights, 24);
    node(SERAC_TFLITE_RESHAPE, line, 1, out, 0, 0);
    node(SERAC_TFLITE_FULLY_CONNECTED, activation(1, 1, 2, 1, 0), 2, line, f, 0);
    expect_good();
    assert_int_equal(build.network->num_layers, 2);
    assert_int_equal(build.network->input.height, 2);
    assert_int_equal(build.network->layers[1].kernel_h, 2);
    assert_int_equal(build.network->layers[1].kernel_w, 3);
}

static void test_a_change_of_shape_in_the_middle_is_refused(void **state)
{
    (void)state;
    int32_t a = start(2, 3, 2, 1, 0);
    node(SERAC_TFLITE_RESHAPE, activation(3, 2, 2, 1, 0), 1, a, 0, 0);
    expect_refused("m.tflite: node 1, RESHAPE, \"t3\": a change of shape in the middle");
}

static void test_floats_at_both_ends_become_codes(void **state)
{
    (void)state;
    int32_t floats = activation(2, 2, 2, 1, 0);
    m.tensors[floats].type = SERAC_TFLITE_FLOAT32;
    int32_t in = m.num_tensors, out = start(2, 2, 2, 0.5f, 3);
    m.nodes[1] = m.nodes[0];
    m.num_nodes = 2;
    m.nodes[0] = (struct model_node){.op = SERAC_TFLITE_QUANTIZE, .num_inputs = 1, .inputs = {floats}, .output = in};
    int32_t last = activation(2, 2, 2, 1, 0);
    m.tensors[last].type = SERAC_TFLITE_FLOAT32;
    node(SERAC_TFLITE_DEQUANTIZE, last, 1, out, 0, 0);
    expect_good();
    assert_int_equal(build.network->num_layers, 1);
    assert_true(build.network->input_scale == 0.5);
    assert_non_null(strstr(import.notes, "the input is quantised before"));
    assert_non_null(strstr(import.notes, "not dequantised"));
}

static void test_several_filters_a_channel_become_a_convolution(void **state)
{
    const int32_t shape[4] = {1, 1, 1, 4}, window[] = {1, 1, 1, 2, 0, 1, 1};
    static const int8_t spread[8] = {1, 0, -2, 0, 0, 3, 0, -4};
    (void)state;
    int32_t in = activation(1, 1, 2, 1, 0), f = constant(SERAC_TFLITE_INT8, 4, shape, weights, 4);
    options(node(SERAC_TFLITE_DEPTHWISE_CONV_2D, activation(1, 1, 4, 1, 0), 2, in, f, 0), 7, window);
    expect_good();
    assert_int_equal(build.network->layers[0].op, SERAC_OP_CONV);
    assert_memory_equal(build.network->layers[0].weights, spread, 8);
    assert_non_null(strstr(import.notes, "2 groups, run as one"));
}

/* --- multipliers ------------------------------------------------------------------- */

static void test_multipliers_at_their_edges(void **state)
{
    int32_t mult, shift;
    (void)state;
    serac_build_multiplier(0.75, &mult, &shift);
    assert_int_equal(mult, 1610612736);
    assert_int_equal(shift, 0);
    serac_build_multiplier(1 - 1e-12, &mult, &shift);          /* rounds up to one */
    assert_int_equal(mult, 1 << 30);
    assert_int_equal(shift, 1);
    serac_build_multiplier(0, &mult, &shift);
    assert_int_equal(mult, 0);
    assert_int_equal(shift, 0);
    serac_build_multiplier(1e-20, &mult, &shift);
    assert_int_equal(mult, 0);
    assert_int_equal(shift, 0);
    serac_build_multiplier(1e20, &mult, &shift);
    assert_int_equal(mult, INT32_MAX);
    assert_int_equal(shift, 30);
}

/* --- refusals -------------------------------------------------------------------------- */

static void test_an_operator_that_is_not_there_is_named(void **state)
{
    (void)state;
    int32_t a = start(2, 2, 2, 1, 0);
    node(14, activation(2, 2, 2, 1, 0), 1, a, 0, 0);
    expect_refused("m.tflite: node 1, LOGISTIC, \"t3\": is not supported");
}

static void test_weights_of_another_size_than_their_shape_are_refused(void **state)
{
    (void)state;
    conv_model();
    m.tensors[1].bytes = 17;
    expect_refused("node 0, CONV_2D, \"t3\": damaged: the weights have another size");
}

static void test_scales_that_are_none_are_refused(void **state)
{
    (void)state;
    conv_model();
    m.tensors[3].scales[0] = 0;
    expect_refused("CONV_2D, \"t3\": needs 8-bit tensors");
    m.tensors[3].scales[0] = -1;
    expect_refused("needs 8-bit tensors");
}

static void test_a_tensor_that_nobody_makes_is_refused(void **state)
{
    (void)state;
    conv_model();
    m.nodes[0].inputs[0] = activation(5, 4, 1, 1, 0);
    expect_refused("reads a tensor that no operator before it makes");
}

static void test_a_batch_is_refused(void **state)
{
    (void)state;
    conv_model();
    m.tensors[0].shape[0] = 2;
    expect_refused("input \"t0\": must be int8 or uint8, one image");
}

static void test_every_truncation_is_one_line(void **state)
{
    (void)state;
    conv_model();
    write_model(&w, &m);
    for (uint32_t size = 0; size < w.size; size++) {
        error.text[0] = '\0';
        enum serac_status status = run_bytes(size);
        assert_true(status == SERAC_OK || (status == SERAC_E_INPUT && error.text[0]));
        tear_down(NULL);
    }
}

/* Whatever is written over, the importer ends with a network or a line. */
static void test_damage_ends_in_a_network_or_one_line(void **state)
{
    uint64_t seed = 1;
    uint32_t good = 0, rounds = 40000;
    struct writer whole;
    (void)state;
    int32_t a = start(4, 4, 2, 1, 0);
    options(node(SERAC_TFLITE_AVERAGE_POOL_2D, activation(2, 2, 2, 1, 0), 1, a, 0, 0), 6, pool_by_two);
    node(SERAC_TFLITE_ADD, activation(2, 2, 2, 1, 0), 2, m.output, m.output, 0);
    write_model(&whole, &m);
    for (uint32_t i = 0; i < rounds; i++) {
        memcpy(&w, &whole, sizeof w);
        for (uint32_t k = 0; k <= i % 4; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            w.bytes[(seed >> 33) % w.size] = (uint8_t)(seed >> 25);
        }
        error.text[0] = '\0';
        enum serac_status status = run_bytes(w.size);
        good += status == SERAC_OK;
        assert_true(status == SERAC_OK || error.text[0]);
        assert_null(strchr(error.text, '\n'));
        tear_down(NULL);
    }
    assert_true(good > 0 && good < rounds);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest import_tflite[] = {
        TEST(test_convolution_has_its_window_and_factors),
        TEST(test_rounding_is_the_callers_choice),
        TEST(test_patches_leave_a_matrix_to_the_machine),
        TEST(test_depthwise_weights_are_turned),
        TEST(test_four_bit_weights_come_two_in_a_byte),
        TEST(test_weights_with_a_zero_point_become_unsigned),
        TEST(test_addition_is_the_hosts_with_three_factors),
        TEST(test_padding_goes_into_the_convolution_behind_it),
        TEST(test_padding_that_no_convolution_takes_is_the_hosts),
        TEST(test_maximum_is_part_of_the_layer_before),
        TEST(test_maximum_of_what_others_read_is_the_hosts),
        TEST(test_averages_go_to_the_machine_if_they_are_exact),
        TEST(test_softmax_has_its_scale),
        TEST(test_shapes_change_where_nobody_can_tell),
        TEST(test_a_change_of_shape_in_the_middle_is_refused),
        TEST(test_floats_at_both_ends_become_codes),
        TEST(test_several_filters_a_channel_become_a_convolution),
        TEST(test_multipliers_at_their_edges),
        TEST(test_an_operator_that_is_not_there_is_named),
        TEST(test_weights_of_another_size_than_their_shape_are_refused),
        TEST(test_scales_that_are_none_are_refused),
        TEST(test_a_tensor_that_nobody_makes_is_refused),
        TEST(test_a_batch_is_refused),
        TEST(test_every_truncation_is_one_line),
        TEST(test_damage_ends_in_a_network_or_one_line),
    };
    return cmocka_run_group_tests(import_tflite, NULL, NULL);
}
