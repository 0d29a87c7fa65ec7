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
#include "serac_gemm.h"
#include "serac_random.h"

/* One block on a copy of the case's memory, which keeps nothing or, with `fast`, what the last one packed. */
static uint8_t *run_block(const struct serac_design *d, const struct serac_random_case *made, uint32_t layer,
                          bool slow, struct serac_fast *fast)
{
    struct serac_host_memory memory = made->memory;
    memory.bytes = malloc(memory.size);
    assert_non_null(memory.bytes);
    memcpy(memory.bytes, made->memory.bytes, memory.size);
    struct serac_bus bus = serac_host_memory_bus(&memory);
    enum serac_status status = slow ? serac_function_block(d, &made->layers[layer].insn, &bus)
                                    : serac_fast_block(fast, d, &made->layers[layer].insn, &bus);
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
            uint8_t *slow = run_block(&design, &made, l, true, NULL);
            for (enum serac_gemm_level level = SERAC_GEMM_PLAIN; level <= SERAC_GEMM_AVX512; level++) {
                serac_gemm_allow(level);
                struct serac_fast *kept = serac_fast_create(1);
                assert_non_null(kept);
                for (uint32_t again = 0; again < 3; again++) {
                    uint8_t *fast = run_block(&design, &made, l, false, again ? kept : NULL);
                    for (size_t k = 0; k < made.memory.size; k++)
                        if (slow[k] != fast[k])
                            fail_msg("%s, case %u, layer %u, level %d: byte %zu is %u, should be %u", name, index, l,
                                     level, k, fast[k], slow[k]);
                    free(fast);
                }
                serac_fast_destroy(kept);
            }
            free(slow);
        }
        serac_random_free(&made);
    }
    serac_gemm_allow(SERAC_GEMM_AVX512);
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
    assert_int_equal(serac_fast_block(NULL, &design, &made.layers[0].insn, &bus),
                     serac_function_block(&design, &made.layers[0].insn, &bus));
    assert_int_not_equal(serac_fast_block(NULL, &design, &made.layers[0].insn, &bus), SERAC_OK);
    serac_random_free(&made);
}

int main(void)
{
    const struct CMUnitTest fast[] = {
        cmocka_unit_test(test_random_blocks_are_the_references),
        cmocka_unit_test(test_an_error_of_the_bus_is_passed_on),
    };
    return cmocka_run_group_tests(fast, NULL, NULL);
}
