/* test_fast_post.c - requantisation in vectors is serac_requant(), and packing serac_clamp(), for every value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_fast_post.h"
#include "serac_gemm.h"

enum { CHANNELS = 77, ROOM = 128, PIXELS = 9 };

static uint64_t state = 7;

static uint32_t number(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

/* One in four is an edge. */
static int32_t word(void)
{
    static const int32_t edges[] = {0, 1, -1, INT32_MAX, INT32_MIN, INT32_MIN + 1, 1 << 30, -(1 << 30)};
    return number() % 4 ? (int32_t)(number() >> number() % 32) : edges[number() % 8];
}

static struct serac_record *random_records(bool saturating)
{
    struct serac_record *records = calloc(CHANNELS, sizeof *records);
    assert_non_null(records);
    for (uint32_t m = 0; m < CHANNELS; m++) {
        records[m] = (struct serac_record){.correction = (int16_t)number(), .shift = (int8_t)number(), .bias = word(),
                                           .mult = word(), .add = word()};
        if (!saturating && records[m].mult == INT32_MIN)
            records[m].mult++;
        for (uint32_t i = 0; i < 15; i++)
            records[m].thresholds[i] = word();
    }
    return records;
}

static void compare_values(enum serac_requant_mode mode, uint32_t dot_shift, bool saturating)
{
    static int32_t dots[PIXELS][ROOM], values[PIXELS][ROOM] __attribute__((aligned(64)));
    struct serac_insn insn = {.exec = {.mode = mode, .dot_shift = dot_shift}};
    struct serac_record *records = random_records(saturating);
    struct serac_fast_post post;
    int32_t ones[PIXELS];
    assert_int_equal(serac_fast_post_init(&post, &insn, CHANNELS, records), SERAC_OK);
    for (uint32_t i = 0; i < PIXELS; i++) {
        ones[i] = word();
        for (uint32_t m = 0; m < CHANNELS; m++)
            dots[i][m] = values[i][m] = word();
    }
    serac_fast_post_values(&post, values[0], ROOM, ones, PIXELS);
    for (uint32_t i = 0; i < PIXELS; i++)
        for (uint32_t m = 0; m < CHANNELS; m++) {
            int32_t right = serac_requant(mode, dot_shift, &records[m], (uint32_t)dots[i][m], (uint32_t)ones[i]);
            if (values[i][m] != right)
                fail_msg("pixel %u, mode %d, dot %d, ones %d, mult %d, shift %d: %d, should be %d", i, mode, dots[i][m],
                         ones[i], records[m].mult, records[m].shift, values[i][m], right);
        }
    serac_fast_post_free(&post);
}

static void test_values_are_the_references(void **unused)
{
    (void)unused;
    for (enum serac_requant_mode mode = SERAC_MODE_DOUBLE; mode <= SERAC_MODE_RAW; mode++)
        for (uint32_t i = 0; i < 1200; i++)
            compare_values(mode, i % 3, i % 2);
}

/* The one product whose doubled high half does not fit. */
static void test_the_largest_product_saturates(void **unused)
{
    static int32_t values[ROOM] __attribute__((aligned(64)));
    const int32_t ones = 0;
    struct serac_insn insn = {.exec = {.mode = SERAC_MODE_DOUBLE}};
    struct serac_record *records = calloc(1, sizeof *records);
    struct serac_fast_post post;
    (void)unused;
    records->mult = INT32_MIN;
    values[0] = INT32_MIN;
    assert_int_equal(serac_fast_post_init(&post, &insn, 1, records), SERAC_OK);
    serac_fast_post_values(&post, values, ROOM, &ones, 1);
    assert_int_equal(values[0], INT32_MAX);
    serac_fast_post_free(&post);
}

/* Against the definition: bit b of channel m's clamped value in its plane, and nothing else. */
static void compare_planes(uint32_t lanes, uint32_t channels, uint32_t bits, int32_t zero, int32_t least, int32_t most,
                           enum serac_requant_mode mode)
{
    static int32_t values[ROOM] __attribute__((aligned(64)));
    struct serac_insn insn = {.exec = {.mode = mode, .channels = channels, .out_bits = bits,
                                       .out_zero = (uint32_t)zero, .clamp_min = (uint32_t)least,
                                       .clamp_max = (uint32_t)most}};
    uint32_t plane = lanes / 8, blocks = (channels + lanes - 1) / lanes;
    size_t bytes = (size_t)blocks * bits * plane;
    uint8_t *pixel = calloc(bytes, 1), *right = calloc(bytes, 1);
    assert_true(pixel && right);
    for (uint32_t m = 0; m < ROOM; m++)
        values[m] = word();
    for (uint32_t m = 0; m < channels; m++) {
        uint32_t y = (uint32_t)(mode == SERAC_MODE_RAW ? values[m] : serac_clamp(values[m], zero, least, most));
        for (uint32_t b = 0; b < bits; b++)
            right[((size_t)m / lanes * bits + bits - 1 - b) * plane + m % lanes / 8] |= (uint8_t)((y >> b & 1) << m % 8);
    }
    serac_fast_post_pack(&insn, lanes, values, pixel);
    assert_memory_equal(pixel, right, bytes);
    free(pixel);
    free(right);
}

static void test_planes_are_those_of_clamped_values(void **unused)
{
    (void)unused;
    for (uint32_t lanes = 8; lanes <= 512; lanes *= 2)
        for (uint32_t channels = 1; channels <= 127; channels += 7) {
            for (uint32_t bits = 1; bits <= 8; bits++) {
                compare_planes(lanes, channels, bits, -128, 0, (1 << bits) - 1, SERAC_MODE_SINGLE);
                compare_planes(lanes, channels, bits, word(), word(), word(), SERAC_MODE_DOUBLE);
            }
            compare_planes(lanes, channels, 32, 0, 0, 0, SERAC_MODE_RAW);
        }
}

/* The same without vectors. */
static int allow_plain(void **unused)
{
    (void)unused;
    serac_gemm_allow(SERAC_GEMM_PLAIN);
    return 0;
}

int main(void)
{
    const struct CMUnitTest post[] = {
        cmocka_unit_test(test_values_are_the_references),
        cmocka_unit_test(test_the_largest_product_saturates),
        cmocka_unit_test(test_planes_are_those_of_clamped_values),
        cmocka_unit_test_setup(test_values_are_the_references, allow_plain),
        cmocka_unit_test_setup(test_planes_are_those_of_clamped_values, allow_plain),
    };
    return cmocka_run_group_tests(post, NULL, NULL);
}
