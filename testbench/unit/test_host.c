/* test_host.c - layers of the host: against real numbers, at ties and at edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "serac_host.h"

/* One line of `width` pixels of signed 8-bit codes. */
static struct serac_layer layer(enum serac_host_function host, uint32_t height, uint32_t width, uint32_t channels)
{
    struct serac_tensor t = {.height = height, .width = width, .channels = channels, .bits = 8, .is_signed = true};
    struct serac_layer l = {.op = SERAC_OP_HOST, .host = host, .input = t, .output = t, .kernel_h = 1,
                            .kernel_w = 1, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1,
                            .pool = 1, .clamp_min = -128, .clamp_max = 127};
    return l;
}

static void expect(const struct serac_layer *l, const int32_t *in, const int32_t *in2, const int32_t *expected)
{
    int32_t out[64];
    size_t count = (size_t)l->output.height * l->output.width * l->output.channels;
    assert_int_equal(serac_layer_check(l, NULL), SERAC_OK);
    serac_host_run(l, in, in2, out);
    assert_memory_equal(out, expected, count * sizeof *out);
}

/* --- softmax --------------------------------------------------------------- */

/* Input scale 1/16: a difference of one is 2^22 = 2^30 * 2^(23 - 31) in Q5.26. */
static struct serac_layer softmax_of(uint32_t channels)
{
    struct serac_layer l = layer(SERAC_HOST_SOFTMAX, 1, 1, channels);
    l.output.zero_point = -128;
    l.factors[0] = 1 << 30;
    l.factors[1] = 23;
    l.factors[2] = -248;
    return l;
}

static void test_softmax_of_equal_inputs_shares_equally(void **state)
{
    const int32_t in[4] = {17, 17, 17, 17}, out[4] = {-64, -64, -64, -64};
    struct serac_layer l = softmax_of(4);
    (void)state;
    expect(&l, in, NULL, out);
}

static void test_softmax_of_one_is_the_largest_code(void **state)
{
    const int32_t in[1] = {-128}, out[1] = {127};
    struct serac_layer l = softmax_of(1);
    (void)state;
    expect(&l, in, NULL, out);
}

static void test_softmax_is_within_a_code_of_the_real_one(void **state)
{
    uint32_t seed = 1;
    (void)state;
    for (uint32_t round = 0; round < 2000; round++) {
        uint32_t channels = 2 + round % 30;
        struct serac_layer l = softmax_of(channels);
        int32_t in[32], out[32], largest = -128;
        double sum = 0;
        for (uint32_t c = 0; c < channels; c++) {
            seed = seed * 1664525u + 1013904223u;
            in[c] = (int32_t)(seed >> 24) - 128;
            largest = in[c] > largest ? in[c] : largest;
        }
        for (uint32_t c = 0; c < channels; c++)
            sum += exp((in[c] - largest) / 16.0);
        serac_host_run(&l, in, NULL, out);
        for (uint32_t c = 0; c < channels; c++) {
            double real = 256 * exp((in[c] - largest) / 16.0) / sum - 128;
            assert_true(fabs(out[c] - (real > 127 ? 127 : real)) <= 0.51);
        }
    }
}

static void test_softmax_below_the_least_difference_is_the_least_code(void **state)
{
    struct serac_layer l = softmax_of(2);
    int32_t in[2] = {0, -9}, out[2];
    (void)state;
    l.factors[2] = -9;
    serac_host_run(&l, in, NULL, out);
    assert_true(out[1] > -128);
    l.factors[2] = -8;
    serac_host_run(&l, in, NULL, out);
    assert_int_equal(out[1], -128);
    assert_int_equal(out[0], 127);
}

/* --- additions --------------------------------------------------------------- */

/* One scale for all three: 1/2, 1/2 and 2^-19. */
static struct serac_layer plain_add(uint32_t channels)
{
    struct serac_layer l = layer(SERAC_HOST_ADD, 1, 1, channels);
    const int32_t factors[6] = {1 << 30, 0, 1 << 30, 0, 1 << 30, -18};
    memcpy(l.factors, factors, sizeof factors);
    return l;
}

static void test_add_adds_values_not_codes_and_clamps(void **state)
{
    const int32_t a[5] = {3, -4, 127, -128, 10}, b[5] = {4, 1, 127, -128, -7}, out[5] = {11, 1, 100, -128, 7};
    struct serac_layer l = plain_add(5);
    (void)state;
    l.input.zero_point = -2;
    l.input2_zero_point = 1;
    l.output.zero_point = 3;
    l.clamp_max = 100;
    expect(&l, a, b, out);              /* (3+2) + (4-1) + 3 = 11, and so on */
}

static void test_add_rounds_half_away_from_zero(void **state)
{
    const int32_t a[4] = {1, -1, 3, -3}, b[4] = {0, 0, 0, 0}, out[4] = {1, -1, 2, -2};
    struct serac_layer l = plain_add(4);
    (void)state;
    l.factors[5] = -19;                 /* half the sum */
    expect(&l, a, b, out);
}

static void test_requantise_changes_scale_and_zero_point(void **state)
{
    const int32_t in[4] = {5, 6, -11, 127}, out[4] = {-17, -16, -25, 44};
    struct serac_layer l = layer(SERAC_HOST_REQUANTISE, 1, 1, 4);
    (void)state;
    l.input.zero_point = 7;
    l.output.zero_point = -16;
    l.factors[0] = 1 << 30;             /* a half: -1, -0.5 (up, by the doubling high product), -9, 60 */
    l.factors[1] = 0;
    expect(&l, in, NULL, out);
}

/* Of -2, -6, 2, 6 a quarter: the shift of double rounds ties away from zero, single all ties up. */
static void test_single_rounds_once_and_up(void **state)
{
    const int32_t in[4] = {-2, -6, 2, 6}, twice[4] = {-1, -2, 1, 2}, once[4] = {0, -1, 1, 2};
    struct serac_layer l = layer(SERAC_HOST_REQUANTISE, 1, 1, 4);
    (void)state;
    l.factors[0] = 1 << 30;
    l.factors[1] = -1;
    expect(&l, in, NULL, twice);
    l.mode = SERAC_MODE_SINGLE;
    expect(&l, in, NULL, once);
}

/* --- windows ------------------------------------------------------------------ */

static struct serac_layer window(enum serac_host_function host, uint32_t in, uint32_t kernel, uint32_t stride,
                                 uint32_t before, uint32_t out)
{
    struct serac_layer l = layer(host, 1, in, 1);
    l.kernel_w = kernel;
    l.stride_w = stride;
    l.pad_left = before;
    l.output.width = out;
    return l;
}

static void test_average_rounds_half_away_from_zero(void **state)
{
    const int32_t in[6] = {1, 2, -1, -2, 0, -1}, out[3] = {2, -2, -1};
    struct serac_layer l = window(SERAC_HOST_AVERAGE_POOL, 6, 2, 2, 0, 3);
    (void)state;
    expect(&l, in, NULL, out);
}

static void test_pixels_outside_do_not_count(void **state)
{
    const int32_t in[3] = {-9, -3, -5}, average[2] = {-9, -4}, largest[2] = {-9, -3};
    struct serac_layer l = window(SERAC_HOST_AVERAGE_POOL, 3, 2, 2, 1, 2);
    (void)state;
    expect(&l, in, NULL, average);
    l.host = SERAC_HOST_MAX_POOL;
    expect(&l, in, NULL, largest);
}

static void test_patches_are_windows_with_zero_points_outside(void **state)
{
    /* 2x2 pixels of two channels, 2x2 windows at stride 2 with a line above and a column before. */
    const int32_t in[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const int32_t out[16] = {9, 9, 9, 9, 9, 9, 1, 2, 9, 9, 9, 9, 3, 4, 9, 9};
    struct serac_layer l = layer(SERAC_HOST_PATCHES, 2, 2, 2);
    (void)state;
    l.kernel_h = l.kernel_w = l.stride_h = l.stride_w = 2;
    l.pad_top = l.pad_left = l.pad_right = 1;
    l.input.zero_point = l.output.zero_point = 9;
    l.output.height = 1;
    l.output.channels = 8;
    expect(&l, in, NULL, out);
}

static void test_pad_puts_zero_points_around(void **state)
{
    const int32_t in[2] = {5, 6}, out[12] = {9, 9, 9, 9, 9, 5, 6, 9, 9, 9, 9, 9};
    struct serac_layer l = layer(SERAC_HOST_PAD, 1, 2, 1);
    (void)state;
    l.input.zero_point = l.output.zero_point = 9;
    l.pad_top = l.pad_left = l.pad_bottom = l.pad_right = 1;
    l.output.height = 3;
    l.output.width = 4;
    expect(&l, in, NULL, out);
}

/* --- checks -------------------------------------------------------------------- */

static void test_factors_that_a_definition_cannot_take_are_refused(void **state)
{
    struct serac_layer l = plain_add(1);
    (void)state;
    l.factors[1] = -32;
    assert_int_equal(serac_layer_check(&l, NULL), SERAC_E_INPUT);
    l.factors[1] = 31;
    assert_int_equal(serac_layer_check(&l, NULL), SERAC_E_INPUT);
    l.factors[1] = 0;
    l.factors[4] = -1;
    assert_int_equal(serac_layer_check(&l, NULL), SERAC_E_INPUT);
    l = softmax_of(2);
    l.factors[2] = 1;
    assert_int_equal(serac_layer_check(&l, NULL), SERAC_E_INPUT);
}

static void test_shapes_that_a_function_does_not_make_are_refused(void **state)
{
    struct serac_layer l = window(SERAC_HOST_MAX_POOL, 6, 2, 2, 0, 3);
    (void)state;
    assert_int_equal(serac_layer_check(&l, NULL), SERAC_OK);
    l.output.width = 2;
    assert_int_equal(serac_layer_check(&l, NULL), SERAC_E_INPUT);
    l = plain_add(3);
    l.output.channels = 2;
    assert_int_equal(serac_layer_check(&l, NULL), SERAC_E_INPUT);
}

static void test_names_lead_back_to_their_functions(void **state)
{
    (void)state;
    for (int i = 0; i < SERAC_HOST_FUNCTIONS; i++) {
        assert_int_equal(serac_host_find(serac_host_name((enum serac_host_function)i)), i);
        assert_true(serac_host_factors((enum serac_host_function)i) <= SERAC_HOST_FACTORS);
    }
    assert_int_equal(serac_host_find("softmaxx"), -1);
}

static void test_bytes_are_counted_at_the_stored_width(void **state)
{
    struct serac_layer l = plain_add(5);
    struct serac_host_work work;
    (void)state;
    serac_host_count(&l, &work);
    assert_int_equal(work.bytes_read, 10);
    assert_int_equal(work.bytes_written, 5);
    l = softmax_of(3);
    l.input.bits = 4;
    serac_host_count(&l, &work);
    assert_int_equal(work.bytes_read, 2);
    assert_int_equal(work.bytes_written, 3);
}

#define TEST(name) cmocka_unit_test(name)

/* --- for transformers ------------------------------------------------------- */

static int32_t bits_of(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Values -3, 0, 1, 2: mean 0, variance 3.5, and sqrt(3.5 + 0.5) = 2. A tie goes to even. */
static void test_norm_divides_by_the_deviation(void **state)
{
    const int32_t in[4] = {-6, -3, -2, -1}, out[4] = {-39, 10, 26, 39};
    const int32_t words[9] = {bits_of(0.5f), bits_of(30), bits_of(30), bits_of(30), bits_of(30),
                              bits_of(-4), bits_of(0), bits_of(1.5f), bits_of(-1)};
    struct serac_layer l = layer(SERAC_HOST_NORM, 1, 1, 4);
    (void)state;
    l.input.zero_point = -3;
    l.output.zero_point = 10;
    l.words = words;
    assert_int_equal(serac_host_words(&l), 9);
    expect(&l, in, NULL, out);
}

static void test_norm_of_equal_inputs_is_its_offset_even_without_epsilon(void **state)
{
    const int32_t in[2] = {55, 55}, out[2] = {-7, 127};
    const int32_t words[5] = {bits_of(0), bits_of(100), bits_of(100), bits_of(-7), bits_of(300)};
    struct serac_layer l = layer(SERAC_HOST_NORM, 1, 1, 2);
    (void)state;
    l.words = words;
    expect(&l, in, NULL, out);
}

static void test_table_is_read_from_the_lowest_code_and_clamped(void **state)
{
    const int32_t in[4] = {-2, -1, 0, 1}, out[4] = {9, -7, 5, 20}, plain[4] = {0, 1, 2, 3};
    const int32_t words[4] = {9, -7, 5, 99};
    struct serac_layer l = layer(SERAC_HOST_TABLE, 1, 4, 1);
    (void)state;
    l.input.bits = 2;
    l.clamp_max = 20;
    l.words = words;
    assert_int_equal(serac_host_words(&l), 4);
    expect(&l, in, NULL, out);
    l.input.is_signed = false;
    expect(&l, plain, NULL, out);
}

static void test_concat_puts_channels_side_by_side(void **state)
{
    const int32_t a[4] = {1, 2, 3, 4}, b[2] = {5, 6}, out[6] = {1, 2, 5, 3, 4, 6};
    struct serac_layer l = layer(SERAC_HOST_CONCAT, 1, 2, 2);
    struct serac_host_work work;
    (void)state;
    l.operand = l.input;
    l.operand.channels = 1;
    l.output.channels = 3;
    expect(&l, a, b, out);
    serac_host_count(&l, &work);
    assert_int_equal(work.bytes_read, 6);
    assert_int_equal(work.bytes_written, 6);
    assert_int_equal(work.operations, 6);
    const int32_t clamped[6] = {2, 2, 4, 3, 4, 4};
    l.clamp_min = 2;
    l.clamp_max = 4;
    expect(&l, a, b, clamped);
    l.operand.zero_point = 1;
    assert_int_equal(serac_layer_check(&l, NULL), SERAC_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest host[] = {
        TEST(test_norm_divides_by_the_deviation),
        TEST(test_norm_of_equal_inputs_is_its_offset_even_without_epsilon),
        TEST(test_table_is_read_from_the_lowest_code_and_clamped),
        TEST(test_concat_puts_channels_side_by_side),
        TEST(test_softmax_of_equal_inputs_shares_equally),
        TEST(test_softmax_of_one_is_the_largest_code),
        TEST(test_softmax_is_within_a_code_of_the_real_one),
        TEST(test_softmax_below_the_least_difference_is_the_least_code),
        TEST(test_add_adds_values_not_codes_and_clamps),
        TEST(test_add_rounds_half_away_from_zero),
        TEST(test_requantise_changes_scale_and_zero_point),
        TEST(test_single_rounds_once_and_up),
        TEST(test_average_rounds_half_away_from_zero),
        TEST(test_pixels_outside_do_not_count),
        TEST(test_patches_are_windows_with_zero_points_outside),
        TEST(test_pad_puts_zero_points_around),
        TEST(test_factors_that_a_definition_cannot_take_are_refused),
        TEST(test_shapes_that_a_function_does_not_make_are_refused),
        TEST(test_names_lead_back_to_their_functions),
        TEST(test_bytes_are_counted_at_the_stored_width),
    };
    return cmocka_run_group_tests(host, NULL, NULL);
}
