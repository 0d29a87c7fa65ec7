/* test_fast.c - blocks at the host's speed are those of the scalar reference, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config.h"
#include "serac_fast.h"
#include "serac_random.h"

/* --- products ------------------------------------------------------------- */

static uint64_t state = 1;

static uint8_t byte(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint8_t)(state >> 40);
}

static void expect_product(uint32_t i, const uint8_t *a, const int8_t *w, uint32_t bytes, uint32_t pixels,
                           uint32_t rows)
{
    int32_t out[5 * 64], sums[5];
    serac_product(i)(a, w, bytes, pixels, rows, out, sums);
    for (uint32_t p = 0; p < pixels; p++) {
        uint32_t all = 0;
        for (uint32_t k = 0; k < bytes; k++)
            all += a[p * bytes + k];
        assert_int_equal((uint32_t)sums[p], all);
        for (uint32_t r = 0; r < rows; r++) {
            uint32_t dot = 0;
            for (uint32_t k = 0; k < bytes; k++)
                dot += (uint32_t)(a[p * bytes + k] * w[r * bytes + k]);
            assert_int_equal((uint32_t)out[p * rows + r], dot);
        }
    }
}

static void test_every_product_is_the_sum_of_products(void **unused)
{
    static uint8_t a[5 * 640];
    static int8_t w[64 * 640];
    uint32_t kinds = 0;
    (void)unused;
    for (uint32_t i = 0; serac_product_name(i); i++, kinds++)
        for (uint32_t bytes = 64; bytes <= 640; bytes += 192)
            for (uint32_t pixels = 1; pixels <= 5; pixels++)
                for (uint32_t rows = 1; rows <= 64; rows = rows < 9 ? rows + 1 : rows * 2 - 1) {
                    for (size_t k = 0; k < sizeof a; k++)
                        a[k] = pixels == 2 ? 255 : byte();          /* and the largest there are */
                    for (size_t k = 0; k < sizeof w; k++)
                        w[k] = pixels == 2 ? -128 : (int8_t)byte();
                    expect_product(i, a, w, bytes, pixels, rows);
                }
    assert_true(kinds > 0);
    assert_null(serac_product(kinds));
    assert_string_equal(serac_product_name(kinds - 1), "plain");
}

/* --- blocks ------------------------------------------------------------------ */

/* One block on a copy of the case's memory. */
static uint8_t *run_block(const struct serac_design *d, const struct serac_random_case *made, uint32_t layer,
                          bool fast)
{
    struct serac_host_memory memory = made->memory;
    memory.bytes = malloc(memory.size);
    assert_non_null(memory.bytes);
    memcpy(memory.bytes, made->memory.bytes, memory.size);
    struct serac_bus bus = serac_host_memory_bus(&memory);
    enum serac_status status = fast ? serac_fast_block(d, &made->layers[layer].insn, &bus)
                                    : serac_function_block(d, &made->layers[layer].insn, &bus);
    assert_int_equal(status, SERAC_OK);
    return memory.bytes;
}

static void compare_blocks(const char *name, uint32_t cases, uint32_t *blocks)
{
    struct serac_design design;
    assert_int_equal(serac_design_load(name, &design, NULL), SERAC_OK);
    for (uint32_t index = 0; index < cases; index++) {
        struct serac_random_case made;
        if (serac_random_make(&design, 5, index, &made) != SERAC_OK)
            continue;
        for (uint32_t l = 0; l < made.num_layers && made.fault == SERAC_FAULT_NONE; l++, (*blocks)++) {
            uint8_t *slow = run_block(&design, &made, l, false);
            for (uint32_t i = 0; serac_product_name(i); i++) {
                serac_product_choose(i);
                uint8_t *fast = run_block(&design, &made, l, true);
                for (size_t k = 0; k < made.memory.size; k++)
                    if (slow[k] != fast[k])
                        fail_msg("%s, case %u, layer %u, %s: byte %zu is %u, should be %u", name, index, l,
                                 serac_product_name(i), k, fast[k], slow[k]);
                free(fast);
            }
            free(slow);
        }
        serac_random_free(&made);
    }
    serac_product_choose(0);
}

static void test_random_blocks_are_the_references(void **unused)
{
    static const char *const designs[] = {"tiny", "pair-1-8", "pair-2-4", "pair-4-2", "pair-8-1", "pair-8-8",
                                          "weight-serial", "parallel"};
    uint32_t blocks = 0;
    (void)unused;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++)
        compare_blocks(designs[i], 40, &blocks);
    printf("%u blocks compared\n", blocks);
    assert_true(blocks > 300);
}

static void test_an_error_of_the_bus_is_passed_on(void **unused)
{
    struct serac_design design;
    struct serac_random_case made;
    (void)unused;
    assert_int_equal(serac_design_load("tiny", &design, NULL), SERAC_OK);
    for (uint32_t index = 0; index < 50; index++) {
        assert_int_equal(serac_random_make(&design, 5, index, &made), SERAC_OK);
        if (made.fault == SERAC_FAULT_NONE)
            break;
        serac_random_free(&made);
    }
    struct serac_host_memory memory = made.memory;
    memory.size = 16;
    struct serac_bus bus = serac_host_memory_bus(&memory);
    assert_int_equal(serac_fast_block(&design, &made.layers[0].insn, &bus),
                     serac_function_block(&design, &made.layers[0].insn, &bus));
    assert_int_not_equal(serac_fast_block(&design, &made.layers[0].insn, &bus), SERAC_OK);
    serac_random_free(&made);
}

int main(void)
{
    const struct CMUnitTest fast[] = {
        cmocka_unit_test(test_every_product_is_the_sum_of_products),
        cmocka_unit_test(test_random_blocks_are_the_references),
        cmocka_unit_test(test_an_error_of_the_bus_is_passed_on),
    };
    return cmocka_run_group_tests(fast, NULL, NULL);
}
