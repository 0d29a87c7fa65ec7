/* test_requant.c - serac_requant against the published definitions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serac_function.h"
#include "serac_rng.h"

__extension__ typedef __int128 wide;    /* too wide to overflow here */

static struct serac_rng rng = {1};

static uint32_t next(void)
{
    return (uint32_t)serac_rng_next(&rng);
}

/* Random bits, often near a power of two or an end of the range. */
static int32_t value(void)
{
    uint32_t v = next();
    switch (next() % 4) {
    case 0:
        return (int32_t)(v >> next() % 32);
    case 1:
        return (int32_t)((1u << next() % 32) + next() % 3 - 1);
    case 2:
        return (int32_t)(0u - (1u << next() % 32) + next() % 3 - 1);
    default:
        return (int32_t)v;
    }
}

/* gemmlowp, fixedpoint.h, as written there. */
static int32_t high_mul(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    int64_t ab = (int64_t)a * b;
    int32_t nudge = ab >= 0 ? 1 << 30 : 1 - (1 << 30);
    return (int32_t)((ab + nudge) / ((int64_t)1 << 31));
}

static int32_t divide_by_pot(int32_t x, int exponent)
{
    int32_t mask = (int32_t)(((int64_t)1 << exponent) - 1);
    int32_t remainder = x & mask;
    int32_t threshold = (mask >> 1) + (x < 0);
    return (x >> exponent) + (remainder > threshold);
}

/* Floor of value / 2^bits, of values that may be negative. */
static wide floor_divide(wide value, int bits)
{
    wide unit = (wide)1 << bits;
    return value / unit - (value % unit < 0);
}

static int32_t low_word(wide value)
{
    return (int32_t)(uint32_t)value;
}

static int32_t run(enum serac_requant_mode mode, int32_t x, int32_t mult,
                   int32_t shift, int32_t add)
{
    struct serac_record r = {.mult = mult, .shift = shift, .add = add};
    return serac_requant(mode, 0, &r, (uint32_t)x, 0);
}

static void test_double_is_gemmlowps_multiply_by_quantized(void **state)
{
    (void)state;
    for (int i = 0; i < 1000000; i++) {
        int32_t x = value(), mult = value();
        int shift = (int)(next() % 63) - 31;
        int left = shift > 0 ? shift : 0, right = shift < 0 ? -shift : 0;
        int32_t want = divide_by_pot(
            high_mul((int32_t)((uint32_t)x << left), mult), right);
        if (run(SERAC_MODE_DOUBLE, x, mult, shift, 0) != want)
            fail_msg("x %d mult %d shift %d: %d, should be %d", x, mult, shift,
                     run(SERAC_MODE_DOUBLE, x, mult, shift, 0), want);
    }
}

static void test_double_saturates_the_one_overflow(void **state)
{
    (void)state;
    assert_int_equal(run(SERAC_MODE_DOUBLE, INT32_MIN, INT32_MIN, 0, 0),
                     INT32_MAX);
    assert_int_equal(run(SERAC_MODE_DOUBLE, INT32_MIN, INT32_MIN + 1, 0, 0),
                     INT32_MAX);
    assert_int_equal(run(SERAC_MODE_DOUBLE, INT32_MIN, INT32_MAX, 0, 0),
                     INT32_MIN + 1);
}

static void test_double_rounds_ties_away_from_zero(void **state)
{
    (void)state;   /* mult 2^30 halves: 2 * x / 2 / 2^2 */
    assert_int_equal(run(SERAC_MODE_DOUBLE, 12, 1 << 30, -2, 0), 2);
    assert_int_equal(run(SERAC_MODE_DOUBLE, -12, 1 << 30, -2, 0), -2);
    assert_int_equal(run(SERAC_MODE_DOUBLE, 10, 1 << 30, -2, 0), 1);
    assert_int_equal(run(SERAC_MODE_DOUBLE, -10, 1 << 30, -2, 0), -1);
}

/* Halves of 2^right; x is doubled because mult 2^30 halves. */
static void test_double_rounds_both_sides_of_a_tie_at_every_shift(void **state)
{
    (void)state;
    for (int right = 1; right <= 30; right++) {
        int32_t tie = (int32_t)(1u << right);
        assert_int_equal(run(SERAC_MODE_DOUBLE, tie, 1 << 30, -right, 0), 1);
        assert_int_equal(run(SERAC_MODE_DOUBLE, -tie, 1 << 30, -right, 0), -1);
        assert_int_equal(run(SERAC_MODE_DOUBLE, tie - 2, 1 << 30, -right, 0),
                         0);
        assert_int_equal(run(SERAC_MODE_DOUBLE, 2 - tie, 1 << 30, -right, 0),
                         0);
    }
    assert_int_equal(run(SERAC_MODE_DOUBLE, INT32_MIN, INT32_MAX, -31, 0), -1);
    assert_int_equal(run(SERAC_MODE_DOUBLE, INT32_MIN, INT32_MIN, -31, 0), 1);
}

static void test_double_wraps_its_left_shift(void **state)
{
    (void)state;
    assert_int_equal(run(SERAC_MODE_DOUBLE, 1, 1 << 30, 31, 0), -(1 << 30));
    assert_int_equal(run(SERAC_MODE_DOUBLE, 2, 1 << 30, 31, 0), 0);
    assert_int_equal(run(SERAC_MODE_DOUBLE, 1, INT32_MIN, 31, 0), INT32_MAX);
}

static void test_single_rounds_once_halves_up(void **state)
{
    (void)state;
    assert_int_equal(run(SERAC_MODE_SINGLE, 3, 1 << 30, 0, 0), 2);
    assert_int_equal(run(SERAC_MODE_SINGLE, -3, 1 << 30, 0, 0), -1);
    assert_int_equal(run(SERAC_MODE_SINGLE, 1, 1, 30, 0), 1);
    assert_int_equal(run(SERAC_MODE_SINGLE, INT32_MAX, INT32_MAX, -31, 0), 1);
}

/* At every shift half of a result's unit, and the products beside it. */
static void test_single_rounds_up_from_the_tie_at_every_shift(void **state)
{
    (void)state;
    for (int shift = -30; shift <= 30; shift++) {
        int sum = 30 - shift, k = sum > 30 ? 30 : sum;
        int32_t half = (int32_t)(1u << (sum - k)), mult = (int32_t)(1u << k);
        assert_int_equal(run(SERAC_MODE_SINGLE, half, mult, shift, 0), 1);
        assert_int_equal(run(SERAC_MODE_SINGLE, -half, mult, shift, 0), 0);
        if (sum == 0)       /* the unit is 2: nothing lies beside the tie */
            continue;
        assert_int_equal(run(SERAC_MODE_SINGLE, half, mult - 1, shift, 0), 0);
        assert_int_equal(run(SERAC_MODE_SINGLE, -half, mult + 1, shift, 0), -1);
    }
}

static void test_single_is_one_rounding_of_the_exact_product(void **state)
{
    (void)state;
    for (int i = 0; i < 1000000; i++) {
        int32_t x = value(), mult = value();
        int shift = (int)(next() % 62) - 31;
        int32_t want = low_word(floor_divide(
            (wide)x * mult + ((wide)1 << (30 - shift)), 31 - shift));
        if (run(SERAC_MODE_SINGLE, x, mult, shift, 0) != want)
            fail_msg("x %d mult %d shift %d: %d, should be %d", x, mult, shift,
                     run(SERAC_MODE_SINGLE, x, mult, shift, 0), want);
    }
}

static void test_floor_is_the_floor_of_the_exact_sum(void **state)
{
    (void)state;
    for (int i = 0; i < 1000000; i++) {
        int32_t x = value(), mult = value(), add = value();
        int shift = (int)(next() % 32);
        int32_t want = low_word(floor_divide((wide)x * mult + add, shift));
        if (run(SERAC_MODE_FLOOR, x, mult, shift, add) != want)
            fail_msg("x %d mult %d shift %d add %d: %d, should be %d", x, mult,
                     shift, add, run(SERAC_MODE_FLOOR, x, mult, shift, add),
                     want);
    }
}

static void test_floor_shifts_towards_minus_infinity(void **state)
{
    (void)state;
    assert_int_equal(run(SERAC_MODE_FLOOR, -1, 1, 1, 0), -1);
    assert_int_equal(run(SERAC_MODE_FLOOR, 1, 1, 1, 0), 0);
    assert_int_equal(run(SERAC_MODE_FLOOR, 5, 3, 2, 1), 4);
}

static void test_threshold_counts_those_reached(void **state)
{
    struct serac_record r = {.bias = 1000000};   /* not used in this mode */
    (void)state;
    for (int i = 0; i < 15; i++)
        r.thresholds[i] = i < 3 ? 10 * i : INT32_MAX;
    assert_int_equal(serac_requant(SERAC_MODE_THRESHOLD, 0, &r, (uint32_t)-1,
                                   0), 0);
    assert_int_equal(serac_requant(SERAC_MODE_THRESHOLD, 0, &r, 0, 0), 1);
    assert_int_equal(serac_requant(SERAC_MODE_THRESHOLD, 0, &r, 19, 0), 2);
    assert_int_equal(serac_requant(SERAC_MODE_THRESHOLD, 0, &r, 20, 0), 3);
    assert_int_equal(serac_requant(SERAC_MODE_THRESHOLD, 0, &r, INT32_MAX, 0),
                     15);
}

static void test_threshold_is_reached_at_its_value_not_before(void **state)
{
    struct serac_record r = {0};
    (void)state;
    for (int i = 0; i < 100000; i++) {
        int32_t x = value(), count = 0;
        for (int k = 0; k < 15; k++) {
            r.thresholds[k] =
                next() % 2 ? value() : low_word((wide)x + k % 3 - 1);
            count += (wide)x - r.thresholds[k] >= 0;
        }
        assert_int_equal(serac_requant(SERAC_MODE_THRESHOLD, 0, &r,
                                       (uint32_t)x, 0), count);
    }
}

static void test_correction_and_bias_wrap_like_registers(void **state)
{
    struct serac_record r = {.correction = -255, .bias = INT32_MAX};
    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint32_t dot = next(), ones = next();
        uint32_t want = dot * 4 - 255u * ones + 0x7fffffffu;
        assert_int_equal((uint32_t)serac_requant(SERAC_MODE_RAW, 2, &r, dot,
                                                 ones), want);
    }
}

static void test_clamp_holds_both_ends(void **state)
{
    (void)state;
    assert_int_equal(serac_clamp(126, 1, -128, 127), 127);
    assert_int_equal(serac_clamp(127, 1, -128, 127), 127);
    assert_int_equal(serac_clamp(-129, 1, -128, 127), -128);
    assert_int_equal(serac_clamp(-130, 1, -128, 127), -128);
    assert_int_equal(serac_clamp(INT32_MAX, INT32_MAX, 0, 255), 255);
    assert_int_equal(serac_clamp(INT32_MIN, INT32_MIN, 0, 255), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_double_is_gemmlowps_multiply_by_quantized),
        cmocka_unit_test(test_double_saturates_the_one_overflow),
        cmocka_unit_test(test_double_rounds_ties_away_from_zero),
        cmocka_unit_test(test_double_rounds_both_sides_of_a_tie_at_every_shift),
        cmocka_unit_test(test_double_wraps_its_left_shift),
        cmocka_unit_test(test_single_rounds_once_halves_up),
        cmocka_unit_test(test_single_rounds_up_from_the_tie_at_every_shift),
        cmocka_unit_test(test_single_is_one_rounding_of_the_exact_product),
        cmocka_unit_test(test_floor_shifts_towards_minus_infinity),
        cmocka_unit_test(test_floor_is_the_floor_of_the_exact_sum),
        cmocka_unit_test(test_threshold_counts_those_reached),
        cmocka_unit_test(test_threshold_is_reached_at_its_value_not_before),
        cmocka_unit_test(test_correction_and_bias_wrap_like_registers),
        cmocka_unit_test(test_clamp_holds_both_ends),
    };
    return cmocka_run_group_tests_name("requant", tests, NULL, NULL);
}
