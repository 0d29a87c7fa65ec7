/* test_reference_kernels.c - the reference's arithmetic, against its definition.
 *
 * What no data of others proves (test_reference.c does with SERAC_DATA): how each
 * step rounds, over whole small domains, and the operators without a golden case.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/ref_kernels.h"

#define LENGTH(a) (sizeof(a) / sizeof *(a))

static uint32_t seed = 1;

static uint32_t random32(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static int32_t clamp(double x)
{
    return x < -128 ? -128 : x > 127 ? 127 : (int32_t)x;
}

static struct ref_multiplier make(double real)
{
    struct ref_multiplier m = {0, 0};
    assert_true(ref_multiplier_make(real, REF_ROUND_DOUBLE, &m));
    return m;
}

/* --- fixed point ---------------------------------------------------------- */

static void test_multiplier_is_significand_and_exponent(void **state)
{
    static const struct {
        double real;
        int32_t value, shift;
    } cases[] = {
        {0, 0, 0}, {1, 1 << 30, 1}, {0.5, 1 << 30, 0}, {0.25, 1 << 30, -1},
        {7.0 / 8, 7 << 28, 0}, {0.005, 1374389535, -7}, {0.1, 1717986918, -3},
        {0.99999999999999, 1 << 30, 1},          /* rounds up to 1 */
        {0x1p-32, 1 << 30, -31}, {0x1p-33, 0, 0}, {0x1p30, 1 << 30, 31},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct ref_multiplier m = make(cases[i].real);
        assert_int_equal(m.value, cases[i].value);
        assert_int_equal(m.shift, cases[i].shift);
    }
}

static void test_multiplier_out_of_range_is_refused(void **state)
{
    static const double bad[] = {-0.5, 0x1p31, INFINITY, -INFINITY, NAN};
    struct ref_multiplier m = {7, 7};
    (void)state;
    for (size_t i = 0; i < LENGTH(bad); i++)
        assert_false(ref_multiplier_make(bad[i], REF_ROUND_DOUBLE, &m));
    assert_int_equal(m.value, 7);
    assert_true(ref_multiplier_make(0x1p30, REF_ROUND_SINGLE, &m));
    assert_int_equal(m.value, INT32_MAX);        /* saturates there */
    assert_int_equal(m.shift, 30);
}

static void test_high_mul_rounds_ties_up(void **state)
{
    static const int32_t edges[] = {INT32_MIN, INT32_MIN + 1, -(1 << 30), -3, -1, 0, 1, 3,
                                    1 << 30, INT32_MAX};
    (void)state;
    assert_int_equal(ref_high_mul(INT32_MIN, INT32_MIN), INT32_MAX);
    assert_int_equal(ref_high_mul(3, 1 << 30), 2);      /* 1.5 */
    assert_int_equal(ref_high_mul(-3, 1 << 30), -1);    /* -1.5 */
    for (int i = 0; i < 100000; i++) {
        int32_t a = i < 100 ? edges[i / 10] : (int32_t)random32();
        int32_t b = i < 100 ? edges[i % 10] : (int32_t)random32();
        if (a == INT32_MIN && b == INT32_MIN)
            continue;
        long double exact = floorl((long double)a * b / 0x1p31L + 0.5L);
        assert_int_equal(ref_high_mul(a, b), (int32_t)exact);
    }
}

static void test_round_shift_rounds_ties_away_from_zero(void **state)
{
    (void)state;
    for (int n = 0; n <= 17; n++)
        for (int32_t x = -70000; x <= 70000; x++)
            assert_int_equal(ref_round_shift(x, n), (int32_t)round(ldexp(x, -n)));
    assert_int_equal(ref_round_shift(INT32_MIN, 31), -1);
    assert_int_equal(ref_round_shift(INT32_MAX, 31), 1);
    assert_int_equal(ref_round_shift(INT32_MIN, 35), 0);
}

/* -6 / 4 is -1.5. Rounded twice it goes to -3 and then, away from zero, to -2;
 * rounded once it goes up. */
static void test_product_rounds_twice_or_once(void **state)
{
    struct ref_multiplier quarter = make(0.25), third = make(1.0 / 3);
    (void)state;
    assert_int_equal(ref_multiply(-6, quarter, REF_ROUND_DOUBLE), -2);
    assert_int_equal(ref_multiply(-6, quarter, REF_ROUND_SINGLE), -1);
    assert_int_equal(ref_multiply(6, quarter, REF_ROUND_DOUBLE), 2);
    assert_int_equal(ref_multiply(6, quarter, REF_ROUND_SINGLE), 2);
    assert_int_equal(ref_multiply(5, quarter, REF_ROUND_DOUBLE), 2);   /* 1.25, 2.5, 3, 1.5 */
    assert_int_equal(ref_multiply(5, quarter, REF_ROUND_SINGLE), 1);
    for (int32_t x = -100000; x <= 100000; x++)
        assert_int_equal(ref_multiply(x, third, REF_ROUND_SINGLE), (int32_t)floor(x / 3.0 + 0.5));
}

static void test_left_shift_multiplies_first(void **state)
{
    (void)state;
    for (int r = REF_ROUND_DOUBLE; r <= REF_ROUND_SINGLE; r++)
        for (int32_t x = -1000; x <= 1000; x++)
            assert_int_equal(ref_multiply(x, make(48), (enum ref_rounding)r), 48 * x);
}

/* Four terms of a series 1/8 around its middle leave (1/8)^5 / 5! * exp(-1/8). */
static void test_exponential_is_as_exact_as_its_series(void **state)
{
    double worst = 0;
    (void)state;
    assert_int_equal(ref_exp(0), INT32_MAX);
    for (int32_t i = 0; i < 1 << 20; i++) {
        int32_t x = (int32_t)-(int64_t)(random32() >> (1 + i % 8));
        double real = ldexp(exp(ldexp(x, -26)), 31);
        worst = fmax(worst, ldexp(fabs(ref_exp(x) - real), -31));
        assert_true(fabs(ref_exp(x) - real) < 4 + 3e-7 * real);   /* small ones, too */
    }
    print_message("exponential: worst error %.3g\n", worst);
    assert_true(worst < 0x1p-15 / 120);
}

static void test_reciprocal_is_exact_to_28_bits(void **state)
{
    double worst = 0;
    (void)state;
    for (int32_t i = 0; i < 1 << 20; i++) {
        int32_t x = (int32_t)(random32() >> 1);
        worst = fmax(worst, fabs(ldexp(ref_reciprocal(x), -31) - 1 / (1 + ldexp(x, -31))));
    }
    print_message("reciprocal: worst error %.3g\n", worst);
    assert_true(worst < 0x1p-28);
}

/* --- kernels -------------------------------------------------------------- */

static void test_int4_low_nibble_comes_first(void **state)
{
    static const uint8_t packed[] = {0x8f, 0x70, 0x21};
    static const int8_t expected[] = {-1, -8, 0, 7, 1};
    int8_t values[6] = {0, 0, 0, 0, 0, 99};
    (void)state;
    ref_unpack_int4(packed, 5, values);
    assert_memory_equal(values, expected, 5);
    assert_int_equal(values[5], 99);
}

/* Two numbers in a window: every sum, of which half are ties. */
static void test_average_pool_rounds_ties_away_from_zero(void **state)
{
    struct ref_window w = {1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 0, 0};
    (void)state;
    for (int a = -128; a < 128; a++)
        for (int b = -128; b < 128; b++) {
            int8_t in[2] = {(int8_t)a, (int8_t)b}, average, most;
            ref_average_pool(&w, -100, 100, in, &average);
            ref_max_pool(&w, -100, 100, in, &most);
            assert_int_equal(average, fmin(100, fmax(-100, round((a + b) / 2.0))));
            assert_int_equal(most, fmin(100, fmax(-100, a > b ? a : b)));
        }
}

/* A 2x2 image under a 3x3 window with padding on all sides. */
static void test_pools_do_not_count_padding(void **state)
{
    static const int8_t in[8] = {-10, 1, -20, 2, -30, 3, -40, 4};   /* two channels */
    static const int8_t average[8] = {-25, 3, -25, 3, -25, 3, -25, 3};
    static const int8_t most[8] = {-10, 4, -10, 4, -10, 4, -10, 4};
    struct ref_window w = {1, 2, 2, 2, 2, 2, 2, 3, 3, 1, 1, 1, 1, 1, 1};
    int8_t out[8];
    (void)state;
    ref_average_pool(&w, -128, 127, in, out);
    assert_memory_equal(out, average, 8);
    ref_max_pool(&w, -128, 127, in, out);
    assert_memory_equal(out, most, 8);
}

static int8_t add(const struct ref_add *p, int a, int b)
{
    static const int32_t one[4] = {1, 1, 1, 1};
    int8_t in[2] = {(int8_t)a, (int8_t)b}, out;
    ref_add(p, one, &in[0], one, &in[1], one, &out);
    return out;
}

/* Scales 1/2, 1/2 and 1: (a + b) / 2 without any other error. */
static void test_addition_rounds_ties_away_from_zero(void **state)
{
    struct ref_add p = {{0, 0}, 0, -128, 127, {make(0.5), make(0.5)}, make(0x1p-20),
                        REF_ROUND_DOUBLE};
    (void)state;
    for (int a = -128; a < 128; a++)
        for (int b = -128; b < 128; b++)
            assert_int_equal(add(&p, a, b), clamp(round((a + b) / 2.0)));
    p.rounding = REF_ROUND_SINGLE;                       /* and ties up */
    for (int a = -128; a < 128; a++)
        for (int b = -128; b < 128; b++)
            assert_int_equal(add(&p, a, b), clamp(floor((a + b) / 2.0 + 0.5)));
}

/* All pairs of ResNet8's first addition: the real sum, rounded, where that is
 * not within 1/1000 of a tie. */
static void test_addition_is_the_rounded_real_sum_away_from_ties(void **state)
{
    const double s1 = 0.0393935516, s2 = 0.104194961, s = 0.0509456731;
    struct ref_add p = {{128, -4}, -128, -128, 127, {make(s1 / (2 * s2)), make(0.5)},
                        make(2 * s2 / (1048576 * s)), REF_ROUND_DOUBLE};
    int compared = 0;
    (void)state;
    for (int a = -128; a < 128; a++)
        for (int b = -128; b < 128; b++) {
            double real = (s1 * (a + 128) + s2 * (b - 4)) / s - 128;
            if (fabs(real - floor(real) - 0.5) < 0.001)
                continue;
            assert_int_equal(add(&p, a, b), clamp(round(real)));
            compared++;
        }
    assert_true(compared > 65000);
}

static void test_addition_repeats_a_dimension_of_one(void **state)
{
    static const int32_t row[4] = {1, 1, 1, 3}, column[4] = {1, 1, 2, 1}, both[4] = {1, 1, 2, 3};
    static const int8_t a[3] = {2, 4, 6}, b[2] = {10, 20}, expected[6] = {6, 7, 8, 11, 12, 13};
    struct ref_add p = {{0, 0}, 0, -128, 127, {make(0.5), make(0.5)}, make(0x1p-20),
                        REF_ROUND_DOUBLE};
    int8_t out[6];
    (void)state;
    ref_add(&p, row, a, column, b, both, out);
    assert_memory_equal(out, expected, 6);
    ref_add(&p, column, b, row, a, both, out);
    assert_memory_equal(out, expected, 6);
}

/* Unlike pooling: the 1 / count is in the multiplier, and a tie of the first
 * rounding goes up. */
static void test_mean_of_two_rounds_ties_up(void **state)
{
    static const int32_t shape[4] = {1, 1, 2, 1};
    static const bool reduce[4] = {false, true, true, false};
    struct ref_multiplier one = make(1);
    struct ref_scaling s = {0, 0, 0, 0, 0, &one, 1, REF_ROUND_DOUBLE};
    (void)state;
    for (int a = -128; a < 128; a++)
        for (int b = -128; b < 128; b++) {
            int8_t in[2] = {(int8_t)a, (int8_t)b}, out;
            ref_mean(shape, reduce, &s, in, &out);
            assert_int_equal(out, floor((a + b) / 2.0 + 0.5));
        }
}

static void test_mean_reduces_what_is_marked(void **state)
{
    static const int32_t shape[4] = {1, 2, 3, 2};
    static const int8_t in[12] = {0, 10, 3, 20, 6, 30, 9, 40, 12, 50, 15, 60};
    static const bool all_pixels[4] = {false, true, true, false};
    static const bool channels[4] = {false, false, false, true};
    static const int8_t by_channel[2] = {8, 35}, by_pixel[6] = {5, 12, 18, 25, 31, 38};
    struct ref_multiplier one = make(1);
    struct ref_scaling s = {0, 0, 0, 0, 0, &one, 1, REF_ROUND_DOUBLE};
    int8_t out[6];
    (void)state;
    ref_mean(shape, all_pixels, &s, in, out);
    assert_memory_equal(out, by_channel, 2);             /* 7.5 and 35 */
    ref_mean(shape, channels, &s, in, out);
    assert_memory_equal(out, by_pixel, 6);
}

static void test_pad_puts_the_value_around(void **state)
{
    static const int32_t in_shape[4] = {1, 2, 2, 1}, before[4] = {0, 1, 0, 0},
                         shape[4] = {1, 4, 3, 1};
    static const int8_t in[4] = {1, 2, 3, 4};
    static const int8_t expected[12] = {9, 9, 9, 1, 2, 9, 3, 4, 9, 9, 9, 9};
    int8_t out[12];
    (void)state;
    ref_pad(in_shape, before, 9, shape, in, out);
    assert_memory_equal(out, expected, 12);
}

static void test_quantize_rounds_half_away_and_saturates(void **state)
{
    static const float in[] = {0, 0.25f, -0.25f, 0.24f, 100, -100, 3e38f, -INFINITY, NAN};
    static const int8_t expected[] = {3, 4, 2, 3, 127, -128, 127, -128, -128};
    int8_t out[LENGTH(in)];
    float back[3];
    (void)state;
    ref_quantize(0.5f, 3, LENGTH(in), in, out);
    assert_memory_equal(out, expected, LENGTH(in));
    ref_dequantize(0.5f, 3, 3, expected, back);
    assert_true(back[0] == 0 && back[1] == 0.5f && back[2] == -0.5f);
}

static void test_requantize_is_the_multiplier_between_zero_points(void **state)
{
    struct ref_multiplier quarter = make(0.25);
    struct ref_scaling s = {10, 0, 5, 0, 0, &quarter, 1, REF_ROUND_SINGLE};
    (void)state;
    for (int x = -128; x < 128; x++) {
        int8_t in = (int8_t)x, out;
        ref_requantize(&s, 1, &in, &out);
        assert_int_equal(out, clamp(floor((x + 10) / 4.0 + 0.5) + 5));
    }
}

/* Random rows, scales from 0.01 to 0.5: how far the fixed-point kernel is from the
 * table of floats, which is what TFLite's interpreter runs. */
static void test_softmax_is_at_most_one_from_the_table_of_floats(void **state)
{
    int gaps[3] = {0};
    (void)state;
    for (int i = 0; i < 20000; i++) {
        int8_t in[100], fixed[100], table[100];
        int32_t depth = 1 + (int32_t)(random32() % 100);
        float scale = 0.01f + 0.49f * (float)(random32() % 1000) / 1000;
        struct ref_softmax p;
        assert_true(ref_softmax_make(1, scale, REF_ROUND_DOUBLE, &p));
        for (int32_t k = 0; k < depth; k++)
            in[k] = (int8_t)random32();
        ref_softmax(&p, 1, depth, in, fixed);
        ref_softmax_table(scale, 1, depth, in, table);
        for (int32_t k = 0; k < depth; k++) {
            int gap = abs(fixed[k] - table[k]);
            assert_true(gap < 2);
            gaps[gap]++;
        }
    }
    print_message("softmax: %d the same, %d one apart\n", gaps[0], gaps[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_multiplier_is_significand_and_exponent),
        cmocka_unit_test(test_multiplier_out_of_range_is_refused),
        cmocka_unit_test(test_high_mul_rounds_ties_up),
        cmocka_unit_test(test_round_shift_rounds_ties_away_from_zero),
        cmocka_unit_test(test_product_rounds_twice_or_once),
        cmocka_unit_test(test_left_shift_multiplies_first),
        cmocka_unit_test(test_exponential_is_as_exact_as_its_series),
        cmocka_unit_test(test_reciprocal_is_exact_to_28_bits),
        cmocka_unit_test(test_int4_low_nibble_comes_first),
        cmocka_unit_test(test_average_pool_rounds_ties_away_from_zero),
        cmocka_unit_test(test_pools_do_not_count_padding),
        cmocka_unit_test(test_addition_rounds_ties_away_from_zero),
        cmocka_unit_test(test_addition_is_the_rounded_real_sum_away_from_ties),
        cmocka_unit_test(test_addition_repeats_a_dimension_of_one),
        cmocka_unit_test(test_mean_of_two_rounds_ties_up),
        cmocka_unit_test(test_mean_reduces_what_is_marked),
        cmocka_unit_test(test_pad_puts_the_value_around),
        cmocka_unit_test(test_quantize_rounds_half_away_and_saturates),
        cmocka_unit_test(test_requantize_is_the_multiplier_between_zero_points),
        cmocka_unit_test(test_softmax_is_at_most_one_from_the_table_of_floats),
    };
    return cmocka_run_group_tests_name("reference_kernels", tests, NULL, NULL);
}
