/* test_layer.c - which layers are possible, their work, their accumulators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layers.h"

static void assert_good(const struct serac_layer *l)
{
    struct serac_error error = {""};
    if (serac_layer_check(l, &error) != SERAC_OK)
        fail_msg("refused: %s", error.text);
}

/* Refused; the message has the layer's name and `word`. Also without one. */
static void assert_bad(const struct serac_layer *l, const char *word)
{
    struct serac_error error = {""};
    assert_int_equal(serac_layer_check(l, &error), SERAC_E_INPUT);
    assert_int_equal(serac_layer_check(l, NULL), SERAC_E_INPUT);
    if (!strstr(error.text, l->name) || !strstr(error.text, word))
        fail_msg("'%s' does not name '%s'", error.text, word);
}

static struct serac_layer conv(void)
{
    return conv_layer(16, 10, 12, 8, 3, 4);
}

/* --- shapes --------------------------------------------------------------- */

static void test_shape_is_refused_outside_its_range(void **state)
{
    struct serac_layer l = gemm_layer(1, 1, 1, 1);
    (void)state;
    assert_good(&l);
    l.input.channels = 0;
    assert_bad(&l, "input shape");
    l.input.channels = 1u << 20;
    assert_good(&l);
    l.input.channels++;
    assert_bad(&l, "input shape");
    l = gemm_layer(1u << 20, 1, 1, 1);
    assert_good(&l);
    l.output.channels++;
    assert_bad(&l, "output shape");
    l = gemm_layer(1, 1, 1u << 20, 1);
    assert_good(&l);
    l.input.width++;
    assert_bad(&l, "input shape");
    l = conv_layer(1, 32767, 1, 1, 1, 1);
    assert_good(&l);
    l.input.height++;
    assert_bad(&l, "input shape");
}

static void test_widths_are_refused_outside_1_to_8(void **state)
{
    struct serac_layer l = conv();
    (void)state;
    l.input.bits = 0;
    assert_bad(&l, "input bits");
    l = conv();
    l.input.bits = l.act_bits = 9;
    assert_bad(&l, "input bits");
    l = conv();
    l.output.bits = 9;
    assert_bad(&l, "output bits");
    l = conv();
    l.weight_bits = 9;
    assert_bad(&l, "weight bits");
    l = conv();
    l.weight_bits = l.weight_store_bits = 0;
    assert_bad(&l, "weight bits");
    l = conv();
    l.weight_bits = l.weight_store_bits = l.act_bits = l.input.bits = 8;
    assert_good(&l);
}

static void test_stored_width_may_not_exceed_the_computed_one(void **state)
{
    struct serac_layer l = conv();
    (void)state;
    l.weight_store_bits = 5;
    assert_bad(&l, "stored");
    l.weight_bits = 5;
    assert_good(&l);
    l.act_bits = 3;
    assert_bad(&l, "act_bits");
    l.act_bits = 8;
    assert_good(&l);
    l.act_bits = 9;
    assert_bad(&l, "act_bits");
}

static void test_raw_output_needs_32_bits_and_only_raw_may(void **state)
{
    struct serac_layer l = conv();
    (void)state;
    l.output.bits = 32;
    assert_bad(&l, "output bits");
    l.mode = SERAC_MODE_RAW;
    assert_good(&l);
    l.output.bits = 8;
    assert_bad(&l, "raw");
}

static void test_bipolar_and_signed_exclude_each_other(void **state)
{
    struct serac_layer l = conv();
    (void)state;
    l.input.is_bipolar = true;
    assert_good(&l);
    l.input.is_signed = true;
    assert_bad(&l, "bipolar");
}

/* Each of kernel, stride, dilation and pool: 0, its limit, one more. */
static void test_window_is_refused_outside_its_range(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++) {
        struct serac_layer l = gemm_layer(1, 1, 300, 1);
        uint32_t *fields[] = {&l.kernel_h, &l.kernel_w, &l.stride_h,
                              &l.stride_w, &l.dilation_h, &l.dilation_w,
                              &l.pool};
        uint32_t limit = i == 6 ? 16 : 255;
        l.input.height = l.output.height = 300;
        *fields[i] = 0;
        assert_bad(&l, "kernel, stride, dilation and pool");
        *fields[i] = limit + 1;
        assert_bad(&l, "kernel, stride, dilation and pool");
        *fields[i] = limit;
        if (l.kernel_h > 1)
            l.output.height = 46;
        if (l.kernel_w > 1)
            l.output.width = 46;
        if (l.stride_h > 1)
            l.output.height = 2;
        if (l.stride_w > 1)
            l.output.width = 2;
        if (l.pool > 1)
            l.output.height = l.output.width = 18;
        assert_good(&l);
    }
}

static void test_padding_must_be_less_than_the_kernel(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct serac_layer l = conv();
        uint32_t *pads[] = {&l.pad_top, &l.pad_bottom, &l.pad_left,
                            &l.pad_right};
        *pads[i] = 2;   /* one more than half the kernel */
        l.output.height += i < 2;
        l.output.width += i >= 2;
        assert_good(&l);
        *pads[i] = 3;
        assert_bad(&l, "padding");
    }
}

static void test_dilated_kernel_counts_as_it_reaches(void **state)
{
    struct serac_layer l = conv();   /* 3 x 3 every 4: 9 x 9 on 12 x 14 */
    (void)state;
    l.dilation_h = l.dilation_w = 4;
    l.output.height = 4;
    l.output.width = 6;
    assert_good(&l);
    l.pad_top = 8;
    l.output.height = 11;
    assert_good(&l);
    l.pad_top = 9;
    assert_bad(&l, "padding");
}

static void test_kernel_must_fit_the_padded_input(void **state)
{
    struct serac_layer l = conv_layer(1, 1, 1, 1, 3, 1);
    (void)state;
    assert_good(&l);   /* 3 x 3 of padded 1 x 1 */
    l.pad_bottom = 0;
    assert_bad(&l, "do not fit");
}

static void test_pool_must_leave_a_window(void **state)
{
    struct serac_layer l = conv_layer(1, 3, 3, 1, 1, 1);
    (void)state;
    l.pool = 3;
    l.output.height = l.output.width = 1;
    assert_good(&l);
    l.pool = 4;
    assert_bad(&l, "do not fit");
}

static void test_output_must_have_the_size_that_follows(void **state)
{
    struct serac_layer l = conv();
    (void)state;
    l.stride_h = 3;    /* (10 + 2 - 3) / 3 + 1 */
    l.stride_w = 2;    /* (12 + 2 - 3) / 2 + 1 */
    l.output.height = 4;
    l.output.width = 6;
    assert_good(&l);
    l.pool = 2;
    l.output.height = 2;
    l.output.width = 3;
    assert_good(&l);
    l.output.width = 4;
    assert_bad(&l, "should be 2x3");
    l.output.width = 3;
    l.output.height = 1;
    assert_bad(&l, "should be 2x3");
}

static void test_depthwise_and_add_keep_their_channels(void **state)
{
    struct serac_layer l = conv();
    (void)state;
    l.op = SERAC_OP_DEPTHWISE;
    assert_bad(&l, "output channels 8: should be 16");
    l.output.channels = 16;
    assert_good(&l);
    l = gemm_layer(7, 8, 5, 8);
    l.op = SERAC_OP_ADD;
    assert_bad(&l, "output channels 7: should be 8");
    l.output.channels = 8;
    assert_good(&l);
}

static void test_add_has_no_kernel_stride_or_pool(void **state)
{
    struct serac_layer l = conv_layer(4, 8, 8, 4, 3, 8);
    (void)state;
    l.op = SERAC_OP_ADD;
    assert_bad(&l, "add");
    l = conv_layer(4, 8, 8, 4, 1, 8);
    l.op = SERAC_OP_ADD;
    assert_good(&l);
    l.pool = 2;
    l.output.height = l.output.width = 4;
    assert_bad(&l, "add");
}

static void test_clamp_may_be_one_value_but_not_empty(void **state)
{
    struct serac_layer l = conv();
    (void)state;
    l.clamp_min = l.clamp_max = 3;
    assert_good(&l);
    l.clamp_min = 4;
    assert_bad(&l, "clamp 4..3");
}

/* --- work ----------------------------------------------------------------- */

static void test_macs_are_outputs_times_taps_times_channels(void **state)
{
    struct serac_layer l = conv();
    (void)state;
    assert_true(serac_layer_macs(&l) == 10ull * 12 * 8 * 9 * 16);
    l = gemm_layer(1u << 20, 1u << 20, 1u << 20, 1);
    assert_true(serac_layer_macs(&l) == 1ull << 60);
}

static void test_macs_of_pooling_are_those_of_whole_windows(void **state)
{
    struct serac_layer l = conv_layer(16, 11, 11, 8, 3, 4);
    (void)state;
    l.pool = 2;
    l.output.height = l.output.width = 5;
    assert_true(serac_layer_macs(&l) == 10ull * 10 * 8 * 9 * 16);
}

static void test_depthwise_meets_one_channel_and_add_none(void **state)
{
    struct serac_layer l = conv_layer(16, 10, 12, 16, 3, 4);
    (void)state;
    l.op = SERAC_OP_DEPTHWISE;
    assert_true(serac_layer_macs(&l) == 10ull * 12 * 16 * 9);
    l = conv_layer(16, 10, 12, 16, 1, 8);
    l.op = SERAC_OP_ADD;
    assert_true(serac_layer_macs(&l) == 0);
}

/* --- accumulators --------------------------------------------------------- */

static void assert_fits(const struct serac_layer *l, bool fits)
{
    struct serac_error error = {""};
    enum serac_status want = fits ? SERAC_OK : SERAC_E_OVERFLOW;
    assert_int_equal(serac_layer_check_accumulator(l, &error), want);
    assert_int_equal(serac_layer_check_accumulator(l, NULL), want);
    if (!fits)
        assert_non_null(strstr(error.text, "2147483647"));
}

/* K * 128 * 255 passes 2^31 - 1 between K = 65793 and 65794. */
static void test_unknown_weights_count_as_the_worst(void **state)
{
    struct serac_layer l = gemm_layer(2, 65793, 1, 8);
    (void)state;
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
    l.weight_kind = SERAC_WEIGHT_UNSIGNED;   /* K * 255 * 255 */
    l.input.channels = 33025;
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
}

static void test_largest_activation_counts_from_the_zero_point(void **state)
{
    struct serac_layer l = gemm_layer(2, 65793, 1, 8);
    (void)state;
    l.input.channels = 131072 - 1;   /* K * 128 * 128 */
    l.input.zero_point = 128;
    assert_fits(&l, true);
    l.input.zero_point = 127;
    assert_fits(&l, true);           /* still 128 */
    l.input.zero_point = 126;
    assert_fits(&l, false);
    l.input.zero_point = 0;
    l.input.is_signed = true;        /* -128 */
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
    l.input.zero_point = 127;        /* -255 */
    l.input.channels = 65793;
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
}

/* Their zero point is in the thresholds, the machine compares K * 128 * 255. */
static void test_what_thresholds_are_compared_with_is_of_codes(void **state)
{
    struct serac_layer l = gemm_layer(2, 65793, 1, 8);
    (void)state;
    l.input.zero_point = 128;
    l.mode = SERAC_MODE_THRESHOLD;
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
    l.mode = SERAC_MODE_DOUBLE;
    assert_fits(&l, true);
    l.input.zero_point = 0;
    l.input.bits = 5;
    l.input.is_bipolar = true;       /* 2 * 31 * 128 * K */
    l.input.channels = 270600;       /* 2^31 / 7936 = 270600.3 */
    l.mode = SERAC_MODE_THRESHOLD;
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
}

static void test_bipolar_activation_is_at_most_its_codes_less_one(void **state)
{
    struct serac_layer l = gemm_layer(1, 524288 - 1, 1, 8);
    (void)state;
    l.input.bits = 5;
    l.input.is_bipolar = true;       /* 31 * 128 * K */
    l.input.channels = 541200;       /* 2^31 / 3968 = 541200.5 */
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
}

/* A product of two tensors: K * 255 * |-128 - 255|, between K = 21988 and 21989. */
static void test_weights_of_run_time_count_from_their_zero_point(void **state)
{
    struct serac_layer l = gemm_layer(2, 21988, 1, 8);
    (void)state;
    l.run_time = SERAC_RUN_TIME_PIXELS;
    l.weight_kind = SERAC_WEIGHT_UNSIGNED;
    l.operand = (struct serac_tensor){.height = 1, .width = 2, .channels = 21988, .bits = 8, .is_signed = true,
                                      .zero_point = 255};
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
    l.operand.zero_point = 0;        /* K * 255 * 128 */
    l.input.channels = 65793;
    assert_fits(&l, true);
    l.input.channels++;
    assert_fits(&l, false);
    l.operand.is_signed = false;     /* K * 255 * |255 + 128| */
    l.operand.zero_point = -128;
    l.input.channels = 21989;
    assert_fits(&l, false);
    l.input.channels--;
    assert_fits(&l, true);
}

/* 2 weights of -1 on activations up to 3, and the bias of each channel. */
static void test_known_weights_and_bias_count_as_they_are(void **state)
{
    int8_t weights[4] = {-1, -1, -1, -1};
    struct serac_param params[2] = {{.bias = 0}, {.bias = INT32_MAX - 6}};
    struct serac_layer l = gemm_layer(2, 2, 1, 2);
    (void)state;
    l.weights = weights;
    l.params = params;
    assert_fits(&l, true);
    params[1].bias++;
    assert_fits(&l, false);
    params[1].bias = INT32_MIN;
    assert_fits(&l, false);
    params[1].bias = -INT32_MAX + 6;
    assert_fits(&l, true);
}

static void test_overflow_names_the_channel_and_the_bound(void **state)
{
    struct serac_param params[3] = {{.bias = 0}, {.bias = 0},
                                    {.bias = INT32_MAX}};
    struct serac_layer l = gemm_layer(3, 10, 1, 2);
    struct serac_error error = {""};
    (void)state;
    l.params = params;
    assert_int_equal(serac_layer_check_accumulator(&l, &error),
                     SERAC_E_OVERFLOW);
    assert_non_null(strstr(error.text, "layer gemm: channel 2"));
    assert_non_null(strstr(error.text, "20 * 3 + 2147483647"));
}

static void test_zero_point_of_unsigned_weights_is_taken_away(void **state)
{
    int8_t weights[2] = {(int8_t)255, (int8_t)255};
    struct serac_param params[1] = {{.bias = INT32_MAX - 2 * 3, .zero = 254}};
    struct serac_layer l = gemm_layer(1, 2, 1, 8);
    (void)state;
    l.input.bits = l.act_bits = 2;
    l.weight_kind = SERAC_WEIGHT_UNSIGNED;
    l.weights = weights;
    l.params = params;
    assert_fits(&l, true);
    params[0].zero = 253;
    assert_fits(&l, false);
}

static void test_add_counts_the_larger_operand(void **state)
{
    struct serac_param params[2] = {{.bias = INT32_MAX - 255}, {.bias = 0}};
    struct serac_layer l = gemm_layer(1, 1, 1, 8);
    (void)state;
    l.op = SERAC_OP_ADD;
    l.params = params;
    assert_fits(&l, true);
    l.input2_zero_point = -1;
    assert_fits(&l, false);
}

/* The parameters of the second operand follow those of the first. */
static void test_add_counts_the_bias_of_the_second_operand(void **state)
{
    struct serac_param params[4] = {{.bias = 0}};
    struct serac_layer l = gemm_layer(2, 2, 1, 8);
    struct serac_error error = {""};
    (void)state;
    l.op = SERAC_OP_ADD;
    l.params = params;
    params[3].bias = INT32_MAX - 255;
    assert_fits(&l, true);
    params[3].bias++;
    assert_fits(&l, false);
    assert_int_equal(serac_layer_check_accumulator(&l, &error),
                     SERAC_E_OVERFLOW);
    assert_non_null(strstr(error.text, "channel 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape_is_refused_outside_its_range),
        cmocka_unit_test(test_widths_are_refused_outside_1_to_8),
        cmocka_unit_test(test_stored_width_may_not_exceed_the_computed_one),
        cmocka_unit_test(test_raw_output_needs_32_bits_and_only_raw_may),
        cmocka_unit_test(test_bipolar_and_signed_exclude_each_other),
        cmocka_unit_test(test_window_is_refused_outside_its_range),
        cmocka_unit_test(test_padding_must_be_less_than_the_kernel),
        cmocka_unit_test(test_dilated_kernel_counts_as_it_reaches),
        cmocka_unit_test(test_kernel_must_fit_the_padded_input),
        cmocka_unit_test(test_pool_must_leave_a_window),
        cmocka_unit_test(test_output_must_have_the_size_that_follows),
        cmocka_unit_test(test_depthwise_and_add_keep_their_channels),
        cmocka_unit_test(test_add_has_no_kernel_stride_or_pool),
        cmocka_unit_test(test_clamp_may_be_one_value_but_not_empty),
        cmocka_unit_test(test_macs_are_outputs_times_taps_times_channels),
        cmocka_unit_test(test_macs_of_pooling_are_those_of_whole_windows),
        cmocka_unit_test(test_depthwise_meets_one_channel_and_add_none),
        cmocka_unit_test(test_unknown_weights_count_as_the_worst),
        cmocka_unit_test(test_largest_activation_counts_from_the_zero_point),
        cmocka_unit_test(test_weights_of_run_time_count_from_their_zero_point),
        cmocka_unit_test(test_what_thresholds_are_compared_with_is_of_codes),
        cmocka_unit_test(test_bipolar_activation_is_at_most_its_codes_less_one),
        cmocka_unit_test(test_known_weights_and_bias_count_as_they_are),
        cmocka_unit_test(test_overflow_names_the_channel_and_the_bound),
        cmocka_unit_test(test_zero_point_of_unsigned_weights_is_taken_away),
        cmocka_unit_test(test_add_counts_the_larger_operand),
        cmocka_unit_test(test_add_counts_the_bias_of_the_second_operand),
    };
    return cmocka_run_group_tests_name("layer", tests, NULL, NULL);
}
