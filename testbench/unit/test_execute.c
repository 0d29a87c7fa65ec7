/* test_execute.c - when the array is busy, and what keeps it idle.
 *
 * A design of 4 x 4 units that finishes 4 results a cycle drains a tile in 4
 * cycles; with K = 32 b at one bit a tile takes b cycles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layers.h"
#include "watch.h"

/* M x 32 b on 4 pixels: one tile of pixels, one group. */
static struct serac_counters run_gemm(struct serac_design d,
                                      struct serac_layer l, uint32_t gather,
                                      struct serac_memory_config memory)
{
    struct serac_mapping m = {.order = 0, .run = 1, .gather = gather,
                              .wgt_halves = 2, .act_halves = 1};
    static struct watch w;
    w.num_bursts = w.num_spans = 0;
    m.group_mtiles = (l.output.channels + d.rows - 1) / d.rows;
    d.weight_buffer_bytes = d.output_buffer_bytes = 1u << 18;
    d.param_buffer_bytes = d.act_buffer_bytes = 1u << 16;
    assert_int_equal(watch_layer(&w, &l, &d, &m, &memory), SERAC_OK);
    assert_int_equal(w.run.status, SERAC_OK);
    struct serac_counters c = w.run.total;
    assert_int_equal(c.cycles, c.array_busy_cycles + c.stall_fetch_cycles +
                                   c.stall_requant_cycles +
                                   c.stall_store_cycles +
                                   c.stall_control_cycles +
                                   c.fill_drain_cycles);
    return c;
}

static void check_drain(struct serac_design d, struct serac_layer l,
                        uint32_t drain)
{
    uint32_t mtiles = l.output.channels / d.rows;
    for (uint32_t b = drain - 2; b <= drain + 1; b++) {
        l.input.channels = b * d.lanes;
        struct serac_counters c = run_gemm(d, l, mtiles, ideal_memory());
        assert_int_equal(c.array_busy_cycles, mtiles * b);
        /* Between the tiles; after the last the array is drained. */
        assert_int_equal(c.stall_requant_cycles,
                         b < drain ? (mtiles - 1) * (drain - b) : 0);
        assert_int_equal(c.stall_store_cycles, 0);
    }
}

static void test_tiles_follow_without_a_gap_when_draining_keeps_up(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(64, 32, 4, 1);
    (void)state;
    check_drain(d, l, 4);
    d.requant_lanes = 2;
    check_drain(d, l, 8);
    d.requant_lanes = 1;
    check_drain(d, l, 16);
}

static void test_raw_and_threshold_results_take_four_cycles(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(64, 32, 4, 1);
    (void)state;
    l.mode = SERAC_MODE_FLOOR;
    check_drain(d, l, 4);
    l.mode = SERAC_MODE_SINGLE;
    check_drain(d, l, 4);
    l.mode = SERAC_MODE_THRESHOLD;
    check_drain(d, l, 16);
    l.mode = SERAC_MODE_RAW;
    l.output.bits = 32;
    check_drain(d, l, 16);
}

/* Only columns whose pixel exists are drained. */
static void test_missing_columns_are_not_drained(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    (void)state;
    for (uint32_t pixels = 1; pixels <= 9; pixels++) {
        struct serac_layer l = gemm_layer(64, 64, pixels, 1);
        struct serac_counters c = run_gemm(d, l, 16, ideal_memory());
        assert_int_equal(c.results, pixels * 64);
        assert_int_equal(c.array_busy_cycles, (pixels + 3) / 4 * 16 * 2);
        if (pixels <= 2)   /* 2 cycles a tile drain 2 columns */
            assert_int_equal(c.stall_requant_cycles, 0);
        else if (pixels <= 4)
            assert_int_equal(c.stall_requant_cycles, 15 * (pixels - 2));
    }
}

static void test_rows_beyond_the_channels_are_drained_too(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(61, 64, 4, 1);
    (void)state;
    assert_int_equal(run_gemm(d, l, 16, ideal_memory()).results, 4 * 64);
}

/* Every phase of a window, and both operands of an addition, are results. */
static void test_every_phase_is_busy_and_drained(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(32, 4, 4, 8, 1, 1);
    (void)state;
    l.pool = 2;
    l.output.height = l.output.width = 2;
    struct serac_counters c = run_gemm(d, l, 8, ideal_memory());
    assert_int_equal(c.results, 4 * 8 * 4);
    assert_int_equal(c.array_busy_cycles, 2 * 4);
    l = conv_layer(32, 2, 2, 32, 1, 8);
    l.op = SERAC_OP_ADD;
    c = run_gemm(d, l, 8, ideal_memory());
    assert_int_equal(c.results, 4 * 32 * 2);
    assert_int_equal(c.array_busy_cycles, 8 * 2 * 8);
}

/* Digits: ceil(bits / planes) of either operand. */
static void test_busy_cycles_count_digit_pairs(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 16 * 64; i++) {
        struct serac_design d = small_design(4, 4, 32);
        d.weight_planes = 1u << (i & 3);
        d.act_planes = 1u << (i >> 2 & 3);
        uint32_t wb = 1 + (i >> 4 & 7), ab = 1 + (i >> 7 & 7);
        struct serac_layer l = gemm_layer(4, 64, 4, 1);
        l.weight_bits = l.weight_store_bits = wb;
        l.input.bits = l.act_bits = ab;
        struct serac_counters c = run_gemm(d, l, 8, ideal_memory());
        assert_int_equal(c.array_busy_cycles,
                         2 * ((wb + d.weight_planes - 1) / d.weight_planes) *
                             ((ab + d.act_planes - 1) / d.act_planes));
    }
}

/* Two output tiles have a half each, whatever the memory does; a third waits
 * for the first to be written. */
static void test_third_output_tile_waits_for_space(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_memory_config slow = {.latency_cycles = 10,
                                       .bytes_per_cycle = 1};
    (void)state;
    for (uint32_t tiles = 1; tiles <= 4; tiles++) {
        struct serac_layer l = gemm_layer(32 * tiles, 128, 4, 1);
        struct serac_counters c = run_gemm(d, l, 8, slow);
        assert_int_equal(c.stall_store_cycles > 0, tiles > 2);
    }
}

/* Slower reads cost stall_fetch and fill, nothing else. */
static void test_missing_operands_are_charged_to_fetch(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(64, 128, 40, 1);
    struct serac_memory_config slow = {.latency_cycles = 300,
                                       .bytes_per_cycle = 64};
    (void)state;
    struct serac_counters a = run_gemm(d, l, 16, ideal_memory());
    struct serac_counters b = run_gemm(d, l, 16, slow);
    assert_int_equal(a.array_busy_cycles, b.array_busy_cycles);
    assert_int_equal(a.stall_requant_cycles, b.stall_requant_cycles);
    assert_true(b.stall_fetch_cycles > a.stall_fetch_cycles);
    assert_true(b.fill_drain_cycles > a.fill_drain_cycles);
}

static void test_stages_are_in_one_state_at_a_time(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(40, 7, 7, 20, 3, 2);
    struct serac_memory_config memory = ideal_memory();
    struct serac_mapping m = {0, 2, 2, 8, 1, 1};
    struct watch *w = watch_new();
    uint64_t until[SERAC_STAGES] = {0};
    (void)state;
    assert_int_equal(watch_layer(w, &l, &d, &m, &memory), SERAC_OK);
    for (size_t i = 0; i < w->num_spans; i++) {
        const struct watch_span *s = &w->spans[i];
        assert_true(s->to > s->from && s->to <= w->run.total.cycles);
        if (s->stage != SERAC_STAGE_POST)
            assert_true(s->from >= until[s->stage]);
        until[s->stage] = s->to;
    }
    for (int i = 0; i < SERAC_STAGES; i++)
        assert_true(until[i] > 0);
    assert_true(watch_cycles(w, SERAC_STAGE_EXECUTE, SERAC_STATE_RUN) >=
                w->run.total.array_busy_cycles);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_tiles_follow_without_a_gap_when_draining_keeps_up),
        cmocka_unit_test(test_raw_and_threshold_results_take_four_cycles),
        cmocka_unit_test(test_missing_columns_are_not_drained),
        cmocka_unit_test(test_rows_beyond_the_channels_are_drained_too),
        cmocka_unit_test(test_every_phase_is_busy_and_drained),
        cmocka_unit_test(test_busy_cycles_count_digit_pairs),
        cmocka_unit_test(test_third_output_tile_waits_for_space),
        cmocka_unit_test(test_missing_operands_are_charged_to_fetch),
        cmocka_unit_test(test_stages_are_in_one_state_at_a_time),
    };
    return cmocka_run_group_tests_name("execute", tests, NULL, NULL);
}
