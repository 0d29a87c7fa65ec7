/* test_published.c - exact figures that others published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serac_config.h"
#include "serac_cost.h"
#include "serac_map.h"
#include "serac_run.h"

static struct serac_design load(const char *name)
{
    struct serac_design design;
    struct serac_error error = {""};
    assert_int_equal(serac_design_load(name, &design, &error), SERAC_OK);
    return design;
}

/* A 3x3 convolution between blocks of 64 channels on w x h output pixels. */
static struct serac_layer conv(uint32_t in, uint32_t out, uint32_t w,
                               uint32_t h)
{
    struct serac_layer l = {
        .name = "conv", .op = SERAC_OP_CONV, .kernel_h = 3, .kernel_w = 3,
        .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1,
        .pool = 1, .weight_bits = 2, .weight_store_bits = 2, .act_bits = 2,
        .clamp_max = 3};
    l.input = (struct serac_tensor){h, w, 64 * in, 2, false, false, 0};
    l.output = (struct serac_tensor){h, w, 64 * out, 2, false, false, 0};
    return l;
}

static const struct {
    uint32_t in, out, columns, rows, layers;
    uint64_t cycles;
} barvinn[] = {
    {1, 1, 30, 34, 5, 36720}, {1, 2, 15, 17, 1, 18360},
    {2, 2, 14, 18, 3, 36288}, {2, 4, 7, 9, 1, 18144},
    {4, 4, 6, 10, 3, 34560},  {4, 8, 3, 5, 1, 17280},
    {8, 8, 2, 6, 3, 27648},
};

static void test_barvinn_cycles_are_the_published_ones(void **state)
{
    struct serac_design d = load("barvinn");
    uint64_t sum = 0;
    (void)state;
    for (size_t i = 0; i < sizeof barvinn / sizeof *barvinn; i++) {
        struct serac_layer l = conv(barvinn[i].in, barvinn[i].out,
                                    barvinn[i].columns, barvinn[i].rows);
        assert_int_equal(serac_map_busy_cycles(&l, &d), barvinn[i].cycles);
        sum += barvinn[i].layers * barvinn[i].cycles;
    }
    assert_int_equal(sum, 532872);
}

/* --- one layer on the timeline -------------------------------------------- */

#define PROGRAM 4096u

/* The layer's block at PROGRAM; the rest of the memory reads as it comes. */
static int block_read(void *ctx, uint64_t address, void *to, size_t bytes)
{
    memset(to, 0, bytes);
    if (address == PROGRAM && bytes >= SERAC_INSN_BLOCK_BYTES)
        memcpy(to, ctx, SERAC_INSN_BLOCK_BYTES);
    return 0;
}

/* Runs the layer with the mapper's choice; what the counters say. */
static struct serac_counters count(const struct serac_layer *l,
                                   const struct serac_design *d)
{
    struct serac_addresses at = {1u << 20, 1u << 28, 1u << 29, 1u << 30};
    uint8_t block[SERAC_INSN_BLOCK_BYTES];
    struct serac_bus bus = {block_read, NULL, block};
    struct serac_run run = {.num_blocks = 0};
    struct serac_memory_config memory;
    struct serac_mapping mapping;
    struct serac_insn insn;
    struct serac_error error = {""};
    uint64_t cycles;
    assert_int_equal(serac_memory_load("default", &memory, &error), SERAC_OK);
    assert_int_equal(serac_map_best(l, d, &memory, &mapping, &cycles, &error),
                     SERAC_OK);
    assert_int_equal(serac_map_apply(l, d, &mapping, &at, 0, true, &insn,
                                     &error), SERAC_OK);
    serac_insn_encode(&insn, block);
    assert_int_equal(serac_run_program(d, &memory, &bus, PROGRAM, 0, &run),
                     SERAC_OK);
    assert_int_equal(run.status, SERAC_OK);
    assert_int_equal(run.total.cycles, cycles);
    return run.total;
}

/* Not only the formula: the timeline's own counter is the published number, for
 * each layer and for the network. */
static void test_barvinn_layer_runs_in_that_many_busy_cycles(void **state)
{
    struct serac_design d = load("barvinn");
    uint64_t sum = 0;
    (void)state;
    for (size_t i = 0; i < sizeof barvinn / sizeof *barvinn; i++) {
        struct serac_layer l = conv(barvinn[i].in, barvinn[i].out,
                                    barvinn[i].columns, barvinn[i].rows);
        struct serac_counters c = count(&l, &d);
        assert_int_equal(c.array_busy_cycles, barvinn[i].cycles);
        assert_true(c.cycles > c.array_busy_cycles);
        sum += barvinn[i].layers * c.array_busy_cycles;
    }
    assert_int_equal(sum, 532872);
}

static void test_bismo_peak_is_6_5_binary_tops_at_200_mhz(void **state)
{
    struct serac_design d = load("bismo");
    static struct serac_tech tech;                 /* 200 MHz */
    tech.has[SERAC_DELAY_NS] = true;
    tech.unit[SERAC_DELAY_NS][0][0] = 5;
    (void)state;
    double ops = 2 * serac_cost_peak_macs(&d, &tech, 1, 1);
    assert_true(ops == 2.0 * 8 * 256 * 8 * 200e6);
    assert_true(ops > 6.5e12 && ops < 6.6e12);
}

static void test_bismo_tile_takes_w_times_a_times_k_tiles(void **state)
{
    struct serac_design d = load("bismo");
    (void)state;
    for (uint32_t w = 1; w <= 8; w++)
        for (uint32_t a = 1; a <= 8; a++) {
            struct serac_layer l = conv(1, 1, 8, 1);
            l.kernel_h = l.kernel_w = 1;
            l.pad_top = l.pad_left = l.pad_bottom = l.pad_right = 0;
            l.input.channels = 1024;
            l.output.channels = 8;
            l.weight_bits = l.weight_store_bits = w;
            l.input.bits = l.act_bits = a;
            assert_int_equal(serac_map_busy_cycles(&l, &d), w * a * 4);
        }
}

static void test_large_gemm_keeps_the_array_busy_95_percent(void **state)
{
    static const char *const names[] = {"serial", "weight-serial", "parallel"};
    struct serac_memory_config memory;
    struct serac_error error = {""};
    (void)state;
    assert_int_equal(serac_memory_load("default", &memory, &error), SERAC_OK);
    for (int i = 0; i < 3; i++) {
        struct serac_design d = load(names[i]);
        struct serac_layer l = conv(16, 16, 1024, 1);
        struct serac_mapping mapping;
        uint64_t cycles;
        l.kernel_h = l.kernel_w = 1;
        l.pad_top = l.pad_left = l.pad_bottom = l.pad_right = 0;
        l.weight_bits = l.weight_store_bits = l.act_bits = 8;
        l.input.bits = l.output.bits = 8;
        assert_int_equal(serac_map_best(&l, &d, &memory, &mapping, &cycles,
                                        &error), SERAC_OK);
        uint64_t busy = serac_map_busy_cycles(&l, &d);
        assert_int_equal(busy, 1024ull * 1024 * 1024 / 512);
        print_message("%s: array busy %llu of %llu cycles, %.4f\n", names[i],
                      (unsigned long long)busy, (unsigned long long)cycles,
                      (double)busy / (double)cycles);
        assert_true((double)busy / (double)cycles >= 0.95);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_barvinn_cycles_are_the_published_ones),
        cmocka_unit_test(test_barvinn_layer_runs_in_that_many_busy_cycles),
        cmocka_unit_test(test_bismo_peak_is_6_5_binary_tops_at_200_mhz),
        cmocka_unit_test(test_bismo_tile_takes_w_times_a_times_k_tiles),
        cmocka_unit_test(test_large_gemm_keeps_the_array_busy_95_percent),
    };
    return cmocka_run_group_tests_name("published", tests, NULL, NULL);
}
