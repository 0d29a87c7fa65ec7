/* test_memory.c - the memory's timing function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serac_memory.h"

static struct serac_memory make(struct serac_memory_config config,
                                uint32_t beat_bytes)
{
    struct serac_memory memory;
    serac_memory_init(&memory, &config, beat_bytes);
    return memory;
}

static void test_first_beat_follows_after_the_latency(void **state)
{
    struct serac_memory m =
        make((struct serac_memory_config){.latency_cycles = 64,
                                          .bytes_per_cycle = 16}, 16);
    uint64_t cycles[4];
    (void)state;
    struct serac_burst b = serac_memory_read(&m, 0, 4, 10, cycles);
    assert_int_equal(b.handshake, 10);
    assert_int_equal(b.first_beat, 75);
    assert_int_equal(b.last_beat, 78);
    assert_int_equal(cycles[3], 78);
}

static void test_beats_keep_order_and_do_not_overlap(void **state)
{
    struct serac_memory m =
        make((struct serac_memory_config){.latency_cycles = 5,
                                          .bytes_per_cycle = 8}, 8);
    (void)state;
    struct serac_burst a = serac_memory_read(&m, 0, 10, 0, NULL);
    struct serac_burst b = serac_memory_read(&m, 4096, 2, 1, NULL);
    assert_int_equal(a.last_beat, 15);
    assert_int_equal(b.first_beat, 16);
}

static void test_bandwidth_below_a_beat_spaces_beats(void **state)
{
    struct serac_memory m =
        make((struct serac_memory_config){.latency_cycles = 1,
                                          .bytes_per_cycle = 3}, 8);
    uint64_t cycles[4];
    (void)state;   /* 8 bytes at 3 per cycle: 2, 4.67, 7.33, 10 */
    serac_memory_read(&m, 0, 4, 0, cycles);
    assert_int_equal(cycles[0], 2);
    assert_int_equal(cycles[1], 5);
    assert_int_equal(cycles[2], 8);
    assert_int_equal(cycles[3], 11);
}

static void test_a_page_costs_once(void **state)
{
    struct serac_memory m = make(
        (struct serac_memory_config){.latency_cycles = 10, .bytes_per_cycle = 8,
                                     .page_bytes = 1024,
                                     .page_miss_cycles = 7}, 8);
    (void)state;
    assert_int_equal(serac_memory_read(&m, 0, 1, 0, NULL).first_beat, 18);
    assert_int_equal(serac_memory_read(&m, 1016, 1, 100, NULL).first_beat,
                     111);
    assert_int_equal(serac_memory_read(&m, 1024, 1, 200, NULL).first_beat,
                     218);
}

static void test_nothing_moves_during_a_refresh(void **state)
{
    struct serac_memory m = make(
        (struct serac_memory_config){.latency_cycles = 1, .bytes_per_cycle = 8,
                                     .refresh_interval = 100,
                                     .refresh_cycles = 20}, 8);
    uint64_t cycles[4];
    (void)state;
    serac_memory_read(&m, 0, 4, 96, cycles);
    assert_int_equal(cycles[0], 98);
    assert_int_equal(cycles[1], 99);
    assert_int_equal(cycles[2], 120);
    assert_int_equal(cycles[3], 121);
}

static void test_a_shared_bus_serves_both_directions(void **state)
{
    struct serac_memory_config c = {.latency_cycles = 1, .bytes_per_cycle = 8,
                                    .shared_bus = 1};
    struct serac_memory m = make(c, 8);
    (void)state;
    struct serac_burst r = serac_memory_read(&m, 0, 8, 0, NULL);
    struct serac_burst w = serac_memory_write(&m, 0, 8, 0, NULL);
    assert_int_equal(r.last_beat, 9);
    assert_int_equal(w.first_beat, 10);
    c.shared_bus = 0;
    m = make(c, 8);
    serac_memory_read(&m, 0, 8, 0, NULL);
    assert_int_equal(serac_memory_write(&m, 0, 8, 0, NULL).first_beat, 2);
}

static void test_stalls_depend_on_burst_and_beat_only(void **state)
{
    struct serac_memory_config c = {
        .latency_cycles = 1, .bytes_per_cycle = 8, .seed = 5,
        .address_stall_percent = 50, .data_stall_percent = 50,
        .max_stall_cycles = 9};
    struct serac_memory early = make(c, 8), late = make(c, 8);
    uint64_t a[16], b[16], moved = 0;
    (void)state;
    for (int i = 0; i < 50; i++) {
        uint64_t t = 1000 * (uint64_t)i;
        serac_memory_read(&early, 0, 16, t, a);
        serac_memory_read(&late, 0, 16, t + 77, b);
        for (int k = 0; k < 16; k++) {
            assert_int_equal(a[k] + 77, b[k]);
            moved += a[k] - t;
        }
    }
    assert_true(moved > 50 * 16 * 12);
}

static void test_write_data_follows_two_cycles_after_the_address(void **state)
{
    struct serac_memory m =
        make((struct serac_memory_config){.latency_cycles = 4,
                                          .bytes_per_cycle = 8}, 8);
    (void)state;
    struct serac_burst w = serac_memory_write(&m, 0, 3, 10, NULL);
    assert_int_equal(w.first_beat, 12);
    assert_int_equal(w.last_beat, 14);
    assert_int_equal(w.response, 19);
    w = serac_memory_write(&m, 64, 1, 11, NULL);
    assert_int_equal(w.first_beat, 15);
    assert_int_equal(w.response, 20);
}

/* Three bursts of four beats; the second has the error. */
static void test_an_error_is_told_with_its_beat(void **state)
{
    static const struct serac_memory_config configs[2] = {
        {.latency_cycles = 5, .bytes_per_cycle = 8},
        {.latency_cycles = 5, .bytes_per_cycle = 3, .data_stall_percent = 40, .max_stall_cycles = 7}};
    (void)state;
    for (uint32_t beat = 0; beat < 6; beat++)
        for (int lasting = 0; lasting < 4; lasting++) {
            struct serac_memory m = make(configs[lasting & 1], 8);
            uint32_t at = beat < 4 ? beat : 3;       /* at most the last */
            uint64_t cycles[4];
            m.error = (struct serac_memory_error){
                .response = 2, .channel = SERAC_READ, .burst = 1, .beat = beat, .lasting = lasting > 1};
            for (uint64_t burst = 0; burst < 3; burst++) {
                struct serac_burst b = serac_memory_read(&m, 0, 4, 1000 * burst, cycles);
                assert_int_equal(b.error, cycles[burst == 1 ? at : 0]);
                for (uint32_t i = 0; i < 4; i++) {
                    bool behind = burst > 1 || (burst == 1 && i > at);
                    bool hit = (burst == 1 && i == at) || (lasting > 1 && behind);
                    assert_int_equal(serac_memory_response(&m, SERAC_READ, burst, i, 4), hit ? 2 : 0);
                }
                assert_int_equal(serac_memory_response(&m, SERAC_WRITE, burst, 0, 4), 0);
            }
        }
}

static void test_a_failed_write_is_told_with_its_response(void **state)
{
    struct serac_memory m = make((struct serac_memory_config){.latency_cycles = 4, .bytes_per_cycle = 8}, 8);
    (void)state;
    m.error = (struct serac_memory_error){.response = 3, .channel = SERAC_WRITE, .burst = 0, .beat = 2};
    struct serac_burst w = serac_memory_write(&m, 0, 3, 10, NULL);
    assert_int_equal(w.error, w.response);
    assert_int_equal(serac_memory_response(&m, SERAC_WRITE, 0, 0, 3), 3);
    assert_int_equal(serac_memory_response(&m, SERAC_WRITE, 1, 0, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_beat_follows_after_the_latency),
        cmocka_unit_test(test_beats_keep_order_and_do_not_overlap),
        cmocka_unit_test(test_bandwidth_below_a_beat_spaces_beats),
        cmocka_unit_test(test_a_page_costs_once),
        cmocka_unit_test(test_nothing_moves_during_a_refresh),
        cmocka_unit_test(test_a_shared_bus_serves_both_directions),
        cmocka_unit_test(test_stalls_depend_on_burst_and_beat_only),
        cmocka_unit_test(test_an_error_is_told_with_its_beat),
        cmocka_unit_test(test_a_failed_write_is_told_with_its_response),
        cmocka_unit_test(test_write_data_follows_two_cycles_after_the_address),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
