/* test_reference_model.c - the reference's files: read, run, refused when damaged.
 *
 * Networks of one operator, written by ref_graph_write(), with results that can
 * be worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "reference/ref_model.h"
#include "reference/ref_write.h"

/* One operator on tensors 0 and on, tensor 0 being the input of the graph and the
 * last one its output; those between are constants. */
struct net {
    struct ref_graph graph;
    struct ref_tensor tensor[5];
    struct ref_operator op;
    float scale[5];
    int64_t zero_point[5];
    int32_t input, output;
};

static struct net net;   /* that of the test; a maker fills it anew */

/* Adds a tensor of up to four dimensions, ended by 0; scale 0: not quantized. */
static struct ref_tensor *tensor(int type, const int32_t shape[4], float scale,
                                 int64_t zero_point, const void *constant, size_t bytes)
{
    int32_t i = net.graph.num_tensors++;
    struct ref_tensor *t = &net.tensor[i];
    t->type = type;
    t->name[0] = (char)('a' + i);
    while (t->rank < 4 && shape[t->rank]) {
        t->shape[t->rank] = shape[t->rank];
        t->rank++;
    }
    net.scale[i] = scale;
    net.zero_point[i] = zero_point;
    t->num_scales = scale != 0;
    t->scale = &net.scale[i];
    t->zero_point = &net.zero_point[i];
    t->constant = constant;
    t->bytes = bytes;
    return t;
}

#define SHAPE(...) ((const int32_t[5]){__VA_ARGS__})

static void finish(int32_t builtin, struct ref_options options)
{
    net.graph.tensor = net.tensor;
    net.graph.op = &net.op;
    net.graph.num_operators = net.graph.num_inputs = net.graph.num_outputs = 1;
    net.graph.input = &net.input;
    net.graph.output = &net.output;
    net.output = net.graph.num_tensors - 1;
    for (int32_t i = 0; i < net.output; i++)
        net.op.input[net.op.num_inputs++] = i;
    net.op.builtin = builtin;
    net.op.num_outputs = 1;
    net.op.output[0] = net.output;
    net.op.options = options;
}

static struct ref_model *open_net(enum ref_codes codes)
{
    struct ref_model *model;
    size_t size;
    uint8_t *file = ref_graph_write(&net.graph, codes, &size);
    assert_non_null(file);
    enum ref_status status = ref_model_open(file, size, &model);
    if (status != REF_OK)
        fail_msg("open: %s", ref_status_text(status));
    free(file);
    return model;
}

static enum ref_status run(const void *in, size_t in_bytes, void *out, size_t out_bytes)
{
    struct ref_model *model = open_net(REF_CODES_BOTH);
    const struct ref_graph *graph = ref_model_graph(model);
    assert_int_equal(ref_model_set_input(model, 0, in, in_bytes), REF_OK);
    enum ref_status status = ref_model_run(model, REF_ROUND_DOUBLE);
    assert_int_equal(ref_model_failed_operator(model), status == REF_OK ? -1 : 0);
    const struct ref_tensor *t = &graph->tensor[graph->output[0]];
    if (status == REF_OK) {
        assert_int_equal(t->bytes, out_bytes);
        memcpy(out, ref_tensor_data(t), out_bytes);
    } else {
        assert_null(ref_tensor_data(t));
    }
    ref_model_close(model);
    return status;
}

/* The int8 result of the network for int8 `in` is `expected`. */
static void assert_result(const int8_t *in, size_t in_bytes,
                          const int8_t *expected, size_t out_bytes)
{
    int8_t out[64];
    assert_true(out_bytes <= sizeof out);
    enum ref_status status = run(in, in_bytes, out, out_bytes);
    if (status != REF_OK)
        fail_msg("run: %s", ref_status_text(status));
    assert_memory_equal(out, expected, out_bytes);
}

#define ASSERT_RESULT(in, expected) assert_result(in, sizeof(in), expected, sizeof(expected))

/* --- one network of each operator ------------------------------------------- */

/* int4 weights, all 1, two by two; padding after the image only. */
static void make_conv(void)
{
    static const uint8_t ones[2] = {0x11, 0x11};
    static const int32_t bias[1] = {100};
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(1, 2, 3, 1), 1, 0, NULL, 0);
    tensor(REF_INT4, SHAPE(1, 2, 2, 1), 1, 0, ones, 2);
    tensor(REF_INT32, SHAPE(1), 1, 0, bias, 4);
    tensor(REF_INT8, SHAPE(1, 2, 3, 1), 1, -100, NULL, 0);
    finish(REF_CONV_2D, (struct ref_options){.padding = REF_SAME, .stride_w = 1, .stride_h = 1,
                                                 .dilation_w = 1, .dilation_h = 1});
}

/* Two output channels of one input channel, of scale 1 and 2; a dilation that
 * skips every second column. */
static void make_depthwise(void)
{
    static const int8_t weights[4] = {1, 3, 2, 4};
    static float scales[2] = {1, 2};
    static int64_t zeros[2];
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(1, 1, 4, 1), 1, 0, NULL, 0);
    struct ref_tensor *w = tensor(REF_INT8, SHAPE(1, 1, 2, 2), 1, 0, weights, 4);
    w->num_scales = 2;
    w->scale = scales;
    w->zero_point = zeros;
    w->quantized_dimension = 3;
    tensor(REF_INT8, SHAPE(1, 1, 2, 2), 1, 0, NULL, 0);
    finish(REF_DEPTHWISE_CONV_2D,
           (struct ref_options){.padding = REF_VALID, .stride_w = 1, .stride_h = 1,
                                .dilation_w = 2, .dilation_h = 1, .depth_multiplier = 2});
}

/* Weights with a zero point of 5; the output is limited to 0 .. 6. */
static void make_fully_connected(void)
{
    static const int8_t weights[6] = {6, 7, 8, 4, 3, 2};
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(2, 3), 1, 1, NULL, 0);
    tensor(REF_INT8, SHAPE(2, 3), 0.5f, 5, weights, 6);
    tensor(REF_INT8, SHAPE(2, 2), 0.5f, -10, NULL, 0);
    finish(REF_FULLY_CONNECTED, (struct ref_options){.activation = REF_RELU6});
}

static void make_pool(int32_t builtin)
{
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(1, 3, 3, 1), 1, 0, NULL, 0);
    tensor(REF_INT8, SHAPE(1, 2, 2, 1), 1, 0, NULL, 0);
    finish(builtin, (struct ref_options){.padding = REF_SAME, .stride_w = 2, .stride_h = 2,
                                             .filter_w = 2, .filter_h = 2});
}

/* Scales 1/2 and 1/2 to 1, with a constant row. */
static void make_add(void)
{
    static const int8_t row[2] = {10, -10};
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(2, 2), 0.5f, 0, NULL, 0);
    tensor(REF_INT8, SHAPE(2), 0.5f, 0, row, 2);
    tensor(REF_INT8, SHAPE(2, 2), 1, 3, NULL, 0);
    finish(REF_ADD, (struct ref_options){.activation = REF_RELU});
}

static void make_reshape(void)
{
    static const int32_t shape[1] = {4};
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(1, 2, 2), 1, 0, NULL, 0);
    tensor(REF_INT32, SHAPE(1), 0, 0, shape, 4);
    tensor(REF_INT8, SHAPE(4), 1, 0, NULL, 0);
    finish(REF_RESHAPE, (struct ref_options){.beta = 0});
}

static void make_softmax(void)
{
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(2, 4), 0.5f, 7, NULL, 0);
    tensor(REF_INT8, SHAPE(2, 4), 1.0f / 256, -128, NULL, 0);
    finish(REF_SOFTMAX, (struct ref_options){.beta = 1});
}

static void make_pad_of(int32_t builtin)
{
    static const int32_t by[4] = {1, 0, 0, 2};
    static const int8_t with[1] = {77};
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(1, 2), 1, -5, NULL, 0);
    tensor(REF_INT32, SHAPE(2, 2), 0, 0, by, 16);
    if (builtin == REF_PADV2)
        tensor(REF_INT8, SHAPE(1), 1, -5, with, 1);
    tensor(REF_INT8, SHAPE(2, 4), 1, -5, NULL, 0);
    finish(builtin, (struct ref_options){.beta = 0});
}

static void make_mean_of(bool keep_dims)
{
    static const int32_t axes[2] = {1, -2};      /* the same one, and once more */
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(2, 4, 1), 1, -2, NULL, 0);
    tensor(REF_INT32, SHAPE(2), 0, 0, axes, 8);
    tensor(REF_INT8, keep_dims ? SHAPE(2, 1, 1) : SHAPE(2, 1), 0.5f, 1, NULL, 0);
    finish(REF_MEAN, (struct ref_options){.keep_dims = keep_dims});
}

static void make_quantize_of(int type)
{
    net = (struct net){.output = 0};
    tensor(type, SHAPE(4), type == REF_INT8 ? 0.5f : 0, 0, NULL, 0);
    tensor(REF_INT8, SHAPE(4), 1, 10, NULL, 0);
    finish(REF_QUANTIZE, (struct ref_options){.beta = 0});
}

static void make_dequantize(void)
{
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(2), 0.25f, 4, NULL, 0);
    tensor(REF_FLOAT32, SHAPE(2), 0, 0, NULL, 0);
    finish(REF_DEQUANTIZE, (struct ref_options){.beta = 0});
}

static void make_average_pool(void)
{
    make_pool(REF_AVERAGE_POOL_2D);
}

static void make_max_pool(void)
{
    make_pool(REF_MAX_POOL_2D);
}

static void make_pad(void)
{
    make_pad_of(REF_PAD);
}

static void make_pad_v2(void)
{
    make_pad_of(REF_PADV2);
}

static void make_mean(void)
{
    make_mean_of(true);
}

static void make_quantize(void)
{
    make_quantize_of(REF_FLOAT32);
}

static void make_requantize(void)
{
    make_quantize_of(REF_INT8);
}

/* --- what they give --------------------------------------------------------- */

static void test_conv_with_int4_weights_pads_after_the_image(void **state)
{
    static const int8_t in[6] = {1, 2, 3, 4, 5, 6}, expected[6] = {12, 16, 9, 9, 11, 6};
    (void)state;
    make_conv();
    ASSERT_RESULT(in, expected);
}

/* Columns 0 and 2, then 1 and 3; channel 1 counts double. */
static void test_depthwise_has_a_multiplier_a_dilation_and_channel_scales(void **state)
{
    static const int8_t in[4] = {1, 2, 3, 4}, expected[4] = {7, 30, 10, 44};
    (void)state;
    make_depthwise();
    ASSERT_RESULT(in, expected);
}

/* Row 1: (0, 1, 2) * (1, 2, 3) = 8; row 2: (-1, -1, 1) gives 0. The other unit's
 * weights are the negative. */
static void test_fully_connected_has_a_weight_zero_point_and_limits(void **state)
{
    static const int8_t in[6] = {1, 2, 3, 0, 0, 2}, expected[4] = {-2, -10, -10, -10};
    static const int8_t large[6] = {50, 50, 50, 0, 0, 0}, limited[4] = {2, -10, -10, -4};
    (void)state;
    make_fully_connected();
    ASSERT_RESULT(in, expected);
    ASSERT_RESULT(large, limited);
}

static void test_pools_pad_after_the_image(void **state)
{
    static const int8_t in[9] = {1, 2, 4, 4, 6, 7, -8, -9, -3};
    static const int8_t average[4] = {3, 6, -9, -3}, most[4] = {6, 7, -8, -3};
    (void)state;
    make_average_pool();
    ASSERT_RESULT(in, average);                      /* 3.25, 5.5, -8.5, -3 */
    make_max_pool();
    ASSERT_RESULT(in, most);
}

static void test_add_takes_a_row_for_each_and_limits_below(void **state)
{
    static const int8_t in[4] = {20, 30, -50, 7}, expected[4] = {18, 13, 3, 3};
    (void)state;
    make_add();
    ASSERT_RESULT(in, expected);
}

static void test_reshape_copies(void **state)
{
    static const int8_t in[4] = {1, 2, 3, 4};
    (void)state;
    make_reshape();
    ASSERT_RESULT(in, in);
}

static void test_softmax_of_equal_numbers_is_a_quarter_each(void **state)
{
    static const int8_t in[8] = {3, 3, 3, 3, 127, -128, -128, -128};
    static const int8_t expected[8] = {-64, -64, -64, -64, 127, -128, -128, -128};
    (void)state;
    make_softmax();
    ASSERT_RESULT(in, expected);
}

static void test_pad_is_with_the_zero_point_or_the_given_value(void **state)
{
    static const int8_t in[2] = {1, 2}, zero[8] = {-5, -5, -5, -5, 1, 2, -5, -5};
    static const int8_t given[8] = {77, 77, 77, 77, 1, 2, 77, 77};
    (void)state;
    make_pad();
    ASSERT_RESULT(in, zero);
    make_pad_v2();
    ASSERT_RESULT(in, given);
}

static void test_mean_keeps_dimensions_or_not(void **state)
{
    static const int8_t in[8] = {1, 2, 3, 4, 10, 10, 10, 11}, expected[2] = {10, 26};
    (void)state;
    make_mean();
    ASSERT_RESULT(in, expected);                     /* 4.5 and 12.25, halves, + 1 */
    make_mean_of(false);
    ASSERT_RESULT(in, expected);
}

static void test_quantize_takes_float_and_int8(void **state)
{
    static const float in[4] = {1.5f, -1.5f, 1000, 0.4f};
    static const int8_t expected[4] = {12, 8, 127, 10};
    static const int8_t in8[4] = {3, -3, 127, 0}, expected8[4] = {12, 9, 74, 10};
    int8_t out[4];
    (void)state;
    make_quantize();
    assert_int_equal(run(in, sizeof in, out, sizeof out), REF_OK);
    assert_memory_equal(out, expected, sizeof out);
    make_requantize();                               /* without a shift to the right */
    ASSERT_RESULT(in8, expected8);                   /* ties go up: 1.5, -1.5, 63.5 */
}

static void test_dequantize_gives_float(void **state)
{
    static const int8_t in[2] = {5, -128};
    float out[2];
    (void)state;
    make_dequantize();
    assert_int_equal(run(in, sizeof in, out, sizeof out), REF_OK);
    assert_true(out[0] == 0.25f && out[1] == -33);
}

static void test_operator_code_is_the_larger_of_the_two(void **state)
{
    static const int32_t expected[2][3] = {{3, 3, 3}, {130, 127, 130}};
    (void)state;
    for (int large = 0; large < 2; large++)
        for (int codes = REF_CODES_BOTH; codes <= REF_CODES_NEW; codes++) {
            make_conv();
            if (large) {
                make_reshape();                      /* has no options, as 130 */
                net.op.builtin = 130;
            }
            struct ref_model *m = open_net((enum ref_codes)codes);
            assert_int_equal(ref_model_graph(m)->op[0].builtin, expected[large][codes]);
            ref_model_close(m);
        }
}

static void test_what_was_written_is_read_back(void **state)
{
    (void)state;
    make_depthwise();
    struct ref_model *m = open_net(REF_CODES_BOTH);
    const struct ref_graph *g = ref_model_graph(m);
    assert_int_equal(g->num_tensors, 3);
    assert_string_equal(g->tensor[1].name, "b");
    assert_int_equal(g->tensor[1].num_scales, 2);
    assert_int_equal(g->tensor[1].quantized_dimension, 3);
    assert_true(g->tensor[1].scale[1] == 2);
    assert_memory_equal(&g->op[0].options, &net.op.options, sizeof net.op.options);
    assert_int_equal(g->tensor[2].elements, 4);
    assert_null(ref_tensor_data(&g->tensor[2]));
    assert_memory_equal(ref_tensor_data(&g->tensor[1]), net.tensor[1].constant, 4);
    ref_model_close(m);
}

/* The scales' product is 1 + 2^-11 + 2^-24 in double and 1 + 2^-11 in float. The
 * bias is between the two numbers that these take to 100.5. */
static void test_fully_connected_multiplies_scales_in_float_and_conv_in_double(void **state)
{
    static const int32_t bias[1] = {105330453};
    static const int8_t in[1] = {0}, weight[1] = {0}, less[1] = {100}, more[1] = {101};
    float scale = 1 + 0x1p-12f;
    (void)state;
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(1, 1), scale, 0, NULL, 0);
    tensor(REF_INT8, SHAPE(1, 1), scale, 0, weight, 1);
    tensor(REF_INT32, SHAPE(1), 0, 0, bias, 4);
    tensor(REF_INT8, SHAPE(1, 1), 0x1p20f, 0, NULL, 0);
    finish(REF_FULLY_CONNECTED, (struct ref_options){.activation = REF_NONE});
    ASSERT_RESULT(in, less);
    net = (struct net){.output = 0};
    tensor(REF_INT8, SHAPE(1, 1, 1, 1), scale, 0, NULL, 0);
    tensor(REF_INT8, SHAPE(1, 1, 1, 1), scale, 0, weight, 1);
    tensor(REF_INT32, SHAPE(1), 0, 0, bias, 4);
    tensor(REF_INT8, SHAPE(1, 1, 1, 1), 0x1p20f, 0, NULL, 0);
    finish(REF_CONV_2D, (struct ref_options){.padding = REF_SAME, .stride_w = 1, .stride_h = 1,
                                             .dilation_w = 1, .dilation_h = 1});
    ASSERT_RESULT(in, more);
}

/* --- what is refused -------------------------------------------------------- */

static void test_shapes_that_do_not_fit_are_refused(void **state)
{
    static const int8_t in[6] = {0};
    int8_t out[6];
    (void)state;
    make_conv();
    net.tensor[3].shape[2] = 2;
    assert_int_equal(run(in, 6, out, 6), REF_E_SHAPE);
    make_conv();
    net.tensor[3].shape[3] = 2;
    assert_int_equal(run(in, 6, out, 6), REF_E_SHAPE);
    make_conv();
    net.op.options.stride_h = 0;
    assert_int_equal(run(in, 6, out, 6), REF_E_SHAPE);
    make_depthwise();
    net.op.options.depth_multiplier = 1;
    assert_int_equal(run(in, 4, out, 4), REF_E_SHAPE);
    make_mean();
    net.op.options.keep_dims = false;
    assert_int_equal(run((const int8_t[8]){0}, 8, out, 2), REF_E_SHAPE);
}

static void test_types_options_and_scales_it_cannot_do_are_refused(void **state)
{
    static const int8_t in[6] = {0};
    int8_t out[6];
    (void)state;
    make_conv();
    net.zero_point[1] = 1;                             /* of convolution weights */
    assert_int_equal(run(in, 6, out, 6), REF_E_UNSUPPORTED);
    make_conv();
    net.op.options.activation = 4;                     /* tanh */
    assert_int_equal(run(in, 6, out, 6), REF_E_UNSUPPORTED);
    make_conv();
    net.scale[0] = -1;
    assert_int_equal(run(in, 6, out, 6), REF_E_UNSUPPORTED);
    make_conv();
    net.op.builtin = 14;                               /* logistic */
    assert_int_equal(run(in, 6, out, 6), REF_E_UNSUPPORTED);
    make_softmax();
    net.zero_point[1] = -127;
    assert_int_equal(run((const int8_t[8]){0}, 8, out, 6), REF_E_UNSUPPORTED);
}

static void test_operator_without_its_inputs_is_refused(void **state)
{
    static const int8_t in[6] = {0};
    int8_t out[6];
    (void)state;
    make_conv();
    net.op.num_inputs = 1;
    assert_int_equal(run(in, 6, out, 6), REF_E_FORMAT);
    make_conv();
    net.op.input[1] = -1;
    assert_int_equal(run(in, 6, out, 6), REF_E_FORMAT);
    make_conv();
    net.tensor[1].constant = NULL;                     /* never computed */
    assert_int_equal(run(in, 6, out, 6), REF_E_FORMAT);
}

static void test_input_must_be_set_and_have_its_size(void **state)
{
    int8_t in[7] = {0};
    (void)state;
    make_conv();
    struct ref_model *m = open_net(REF_CODES_BOTH);
    assert_int_equal(ref_model_run(m, REF_ROUND_DOUBLE), REF_E_INPUT);
    assert_int_equal(ref_model_set_input(m, 0, in, 5), REF_E_INPUT);
    assert_int_equal(ref_model_set_input(m, 0, in, 7), REF_E_INPUT);
    assert_int_equal(ref_model_set_input(m, 1, in, 6), REF_E_INPUT);
    assert_int_equal(ref_model_set_input(m, -1, in, 6), REF_E_INPUT);
    assert_int_equal(ref_model_set_input(m, 0, in, 6), REF_OK);
    assert_int_equal(ref_model_run(m, REF_ROUND_DOUBLE), REF_OK);
    assert_int_equal(ref_model_run(m, REF_ROUND_SINGLE), REF_OK);   /* and again */
    ref_model_close(m);
}

static enum ref_status open_status(void)
{
    struct ref_model *m = (struct ref_model *)&net;
    size_t size;
    uint8_t *file = ref_graph_write(&net.graph, REF_CODES_BOTH, &size);
    assert_non_null(file);
    enum ref_status status = ref_model_open(file, size, &m);
    assert_true((m != NULL) == (status == REF_OK));
    ref_model_close(m);
    free(file);
    return status;
}

static void test_sizes_that_cannot_be_are_refused_on_opening(void **state)
{
    (void)state;
    make_conv();
    net.tensor[0].shape[1] = 0;
    assert_int_equal(open_status(), REF_E_SHAPE);
    net.tensor[0].shape[1] = -1;
    assert_int_equal(open_status(), REF_E_SHAPE);
    net.tensor[0].shape[1] = 1 << 30;
    assert_int_equal(open_status(), REF_E_LIMIT);
    make_conv();
    net.tensor[1].bytes = 1;                           /* of a constant */
    assert_int_equal(open_status(), REF_E_FORMAT);
    make_conv();
    net.input = 4;
    assert_int_equal(open_status(), REF_E_FORMAT);
    make_conv();
    net.op.output[0] = -1;
    assert_int_equal(open_status(), REF_E_FORMAT);
    make_conv();
    net.input = 1;                                     /* a constant */
    assert_int_equal(open_status(), REF_E_FORMAT);
}

/* A table at 8 whose vtable is at 0; its one field leads to a vector of four
 * bytes, the last of the file. */
static void test_vector_must_end_with_the_file_at_the_latest(void **state)
{
    uint8_t bytes[24] = {6, 0, 8, 0, 4, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0};
    (void)state;
    for (uint8_t count = 0; count < 255; count++)
        for (size_t width = 1; width <= 8; width *= 2) {
            struct ref_fb fb = {bytes, sizeof bytes, REF_OK};
            bytes[16] = count;
            struct ref_vector v = ref_fb_vector(&fb, 8, 0, width);
            assert_int_equal(fb.status, count * width <= 4 ? REF_OK : REF_E_FORMAT);
            assert_int_equal(v.count, count * width <= 4 ? count : 0);
        }
}

static void test_file_that_is_not_there_is_refused(void **state)
{
    struct ref_model *m;
    (void)state;
    assert_int_equal(ref_model_load("/nonexistent.tflite", &m), REF_E_FILE);
    assert_null(m);
    assert_int_equal(ref_model_open("", 0, &m), REF_E_FORMAT);
    assert_null(m);
}

/* Opens and, if that works, runs; any status will do. True if it ran. */
static bool survives(const uint8_t *file, size_t size)
{
    static const uint8_t zeros[4096];
    struct ref_model *m;
    if (ref_model_open(file, size, &m) != REF_OK)
        return false;
    const struct ref_graph *g = ref_model_graph(m);
    for (int32_t i = 0; i < g->num_inputs; i++)
        if (g->tensor[g->input[i]].bytes <= sizeof zeros)
            ref_model_set_input(m, i, zeros, g->tensor[g->input[i]].bytes);
    bool ran = ref_model_run(m, REF_ROUND_DOUBLE) == REF_OK;
    ref_model_close(m);
    return ran;
}

/* Every cut and every byte with other values, of a network of each operator. */
static void test_damaged_files_are_survived(void **state)
{
    static void (*const makers[])(void) = {
        make_conv, make_depthwise, make_fully_connected, make_average_pool, make_max_pool,
        make_add, make_reshape, make_softmax, make_pad, make_pad_v2, make_mean, make_quantize,
        make_requantize, make_dequantize};
    static const uint8_t changes[] = {0x01, 0x02, 0x40, 0x80, 0xff};
    int files = 0, ran = 0;
    (void)state;
    for (size_t n = 0; n < sizeof makers / sizeof *makers; n++) {
        size_t size;
        makers[n]();
        uint8_t *file = ref_graph_write(&net.graph, REF_CODES_BOTH, &size);
        assert_non_null(file);
        assert_true(survives(file, size));
        for (size_t cut = 0; cut < size; cut++, files++)
            ran += survives(file, cut);
        for (size_t at = 0; at < size; at++)
            for (size_t c = 0; c < sizeof changes; c++, files++) {
                file[at] ^= changes[c];
                ran += survives(file, size);
                file[at] ^= changes[c];
            }
        free(file);
    }
    print_message("%d damaged files, %d of which still ran\n", files, ran);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv_with_int4_weights_pads_after_the_image),
        cmocka_unit_test(test_depthwise_has_a_multiplier_a_dilation_and_channel_scales),
        cmocka_unit_test(test_fully_connected_has_a_weight_zero_point_and_limits),
        cmocka_unit_test(test_pools_pad_after_the_image),
        cmocka_unit_test(test_add_takes_a_row_for_each_and_limits_below),
        cmocka_unit_test(test_reshape_copies),
        cmocka_unit_test(test_softmax_of_equal_numbers_is_a_quarter_each),
        cmocka_unit_test(test_pad_is_with_the_zero_point_or_the_given_value),
        cmocka_unit_test(test_mean_keeps_dimensions_or_not),
        cmocka_unit_test(test_quantize_takes_float_and_int8),
        cmocka_unit_test(test_dequantize_gives_float),
        cmocka_unit_test(test_operator_code_is_the_larger_of_the_two),
        cmocka_unit_test(test_what_was_written_is_read_back),
        cmocka_unit_test(test_fully_connected_multiplies_scales_in_float_and_conv_in_double),
        cmocka_unit_test(test_shapes_that_do_not_fit_are_refused),
        cmocka_unit_test(test_types_options_and_scales_it_cannot_do_are_refused),
        cmocka_unit_test(test_operator_without_its_inputs_is_refused),
        cmocka_unit_test(test_input_must_be_set_and_have_its_size),
        cmocka_unit_test(test_sizes_that_cannot_be_are_refused_on_opening),
        cmocka_unit_test(test_vector_must_end_with_the_file_at_the_latest),
        cmocka_unit_test(test_file_that_is_not_there_is_refused),
        cmocka_unit_test(test_damaged_files_are_survived),
    };
    return cmocka_run_group_tests_name("reference_model", tests, NULL, NULL);
}
