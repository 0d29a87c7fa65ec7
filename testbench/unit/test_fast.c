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

/* --- layers made here ----------------------------------------------------------- */

enum { MEMORY = 3 << 20, OUTPUT = 2 << 20 };

/* A layer in a memory of its own: weights, input, and the output at OUTPUT. */
struct made {
    struct serac_design design;
    struct serac_insn insn;
    struct serac_footprint print;
    uint64_t input;
    uint8_t *bytes;
};

static int read_bytes(void *ctx, uint64_t address, void *to, size_t count)
{
    memcpy(to, (uint8_t *)ctx + address, count);
    return 0;
}

static int write_bytes(void *ctx, uint64_t address, const void *from, size_t count)
{
    memcpy((uint8_t *)ctx + address, from, count);
    return 0;
}

/* Of any shape: a kernel x kernel convolution with padding; weights, activations and parameters are made up. */
static void make_layer(struct made *made, uint32_t m, uint32_t size, uint32_t channels, uint32_t kernel, uint32_t w,
                       uint32_t a)
{
    static int8_t weights[1 << 17];
    static struct serac_param params[256];
    struct serac_memory_config memory;
    struct serac_mapping mapping;
    assert_int_equal(serac_design_load("serial", &made->design, NULL), SERAC_OK);
    assert_int_equal(serac_memory_load("default", &memory, NULL), SERAC_OK);
    struct serac_layer l = {.op = SERAC_OP_CONV, .kernel_h = kernel, .kernel_w = kernel, .stride_h = 1, .stride_w = 1,
                            .dilation_h = 1, .dilation_w = 1, .pool = 1, .pad_top = kernel / 2, .pad_left = kernel / 2,
                            .pad_bottom = kernel / 2, .pad_right = kernel / 2, .weight_bits = w,
                            .weight_store_bits = w, .act_bits = a, .mode = SERAC_MODE_SINGLE,
                            .clamp_max = (1 << a) - 1, .weights = weights, .params = params,
                            .input = {size, size, channels, a, false, false, 1},
                            .output = {size, size, m, a, false, false, 1}};
    assert_true(m * channels * kernel * kernel <= sizeof weights && m <= 256);
    for (uint32_t i = 0; i < m * channels * kernel * kernel; i++)
        weights[i] = (int8_t)((int32_t)(i * 7919 >> 5) % (1 << w) - (1 << (w - 1)));
    for (uint32_t i = 0; i < m; i++)
        params[i] = (struct serac_param){.bias = (int32_t)i * 5, .mult = 1 << 30, .shift = -(int32_t)(w + a)};
    assert_int_equal(serac_map_best(&l, &made->design, &memory, &mapping, NULL, NULL), SERAC_OK);
    serac_map_footprint(&l, &made->design, &made->print);
    made->input = (made->print.weights + 4095) / 4096 * 4096;
    const struct serac_addresses at = {.input = made->input, .output = OUTPUT};
    assert_true(made->input + made->print.input <= OUTPUT && OUTPUT + made->print.output <= MEMORY);
    assert_int_equal(serac_map_apply(&l, &made->design, &mapping, &at, 0, true, &made->insn, NULL), SERAC_OK);
    made->bytes = calloc(1, MEMORY);
    assert_non_null(made->bytes);
    serac_pack_weights(&l, &made->design, &made->insn, made->bytes);
}

/* Any bytes, spare lanes as well. */
static void fill_input(struct made *made)
{
    for (uint64_t i = 0; i < made->print.input; i++)
        made->bytes[made->input + i] = (uint8_t)(i * 2654435761u >> 9);
}

static void compare_layer(struct made *made, struct serac_fast *fast)
{
    struct serac_bus bus = {read_bytes, write_bytes, made->bytes};
    uint8_t *right = malloc(made->print.output);
    assert_non_null(right);
    assert_int_equal(serac_function_block(&made->design, &made->insn, &bus), SERAC_OK);
    memcpy(right, made->bytes + OUTPUT, made->print.output);
    memset(made->bytes + OUTPUT, 0, made->print.output);
    assert_int_equal(serac_fast_block(fast, &made->design, &made->insn, &bus), SERAC_OK);
    assert_memory_equal(right, made->bytes + OUTPUT, made->print.output);
    free(right);
}

/* Enough products for two threads, pixels that do not divide. */
static void test_threads_change_no_byte(void **unused)
{
    struct made made;
    (void)unused;
    make_layer(&made, 256, 13, 512, 1, 2, 4);
    fill_input(&made);
    for (uint32_t threads = 1; threads <= 3; threads++) {
        struct serac_fast *fast = serac_fast_create(threads);
        assert_non_null(fast);
        compare_layer(&made, fast);
        serac_fast_destroy(fast);
    }
    free(made.bytes);
}

/* Lanes without weights are left out only while nothing is in them. */
static void test_spare_lanes_count_where_they_are_not_zero(void **unused)
{
    static const uint32_t widths[][2] = {{1, 1}, {1, 4}, {8, 8}};
    (void)unused;
    for (uint32_t i = 0; i < 3; i++)
        for (uint32_t channels = 5; channels <= 70; channels += 65) {
            struct serac_fast *fast = serac_fast_create(1);
            struct made made;
            assert_non_null(fast);
            make_layer(&made, 9, 6, channels, 3, widths[i][0], widths[i][1]);
            compare_layer(&made, fast);
            fill_input(&made);
            compare_layer(&made, fast);
            memset(made.bytes + made.input, 0, made.print.input);
            compare_layer(&made, fast);
            free(made.bytes);
            serac_fast_destroy(fast);
        }
}

/* What was packed is packed again once the host has written there. */
static void test_written_weights_are_packed_again(void **unused)
{
    struct serac_design design;
    struct serac_random_case made;
    (void)unused;
    assert_int_equal(serac_design_load("tiny", &design, NULL), SERAC_OK);
    assert_int_equal(serac_random_make(&design, 5, 3, &made), SERAC_OK);
    const struct serac_insn *insn = &made.layers[0].insn;
    uint64_t weights = insn->fetch.wgt_addr_lo | (uint64_t)insn->fetch.wgt_addr_hi << 32;
    uint8_t *at = made.memory.bytes + (weights - made.memory.base) + insn->fetch.tile_param_bytes;
    struct serac_fast *fast = serac_fast_create(1);
    assert_non_null(fast);
    free(run_block(&design, &made, 0, false, fast));
    for (uint32_t i = 0; i < insn->fetch.tile_wgt_bytes; i++)
        at[i] ^= 0x5a;
    serac_fast_written(fast, weights + insn->fetch.tile_param_bytes, insn->fetch.tile_wgt_bytes);
    uint8_t *slow = run_block(&design, &made, 0, true, NULL), *again = run_block(&design, &made, 0, false, fast);
    assert_memory_equal(slow, again, made.memory.size);
    free(slow);
    free(again);
    serac_fast_destroy(fast);
    serac_random_free(&made);
}

int main(void)
{
    const struct CMUnitTest fast[] = {
        cmocka_unit_test(test_random_blocks_are_the_references),
        cmocka_unit_test(test_threads_change_no_byte),
        cmocka_unit_test(test_spare_lanes_count_where_they_are_not_zero),
        cmocka_unit_test(test_written_weights_are_packed_again),
        cmocka_unit_test(test_an_error_of_the_bus_is_passed_on),
    };
    return cmocka_run_group_tests(fast, NULL, NULL);
}
