/* test_steady.c - time in closed form is the timeline's, and only where it may be used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layers.h"
#include "steady.h"
#include "watch.h"

static void test_every_counter_is_the_timelines_on_random_layers(void **state)
{
    uint64_t causes[3] = {0};
    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        struct steady_case c;
        struct serac_counters walked, closed;
        struct serac_steady_point point;
        steady_make(7, i, &c);
        assert_int_equal(steady_walk(&c, &walked), SERAC_OK);
        struct serac_steady *s = serac_steady_create(&c.design, &c.insn, c.program);
        assert_non_null(s);
        serac_steady_point(&c.design, &c.insn, &c.memory, &point);
        serac_steady_times(s, &point, 1, &closed);
        serac_steady_destroy(s);
        assert_int_equal(steady_differences(7, i, &walked, &closed), 0);
        causes[0] += walked.stall_fetch_cycles > 0;
        causes[1] += walked.stall_requant_cycles > 0;
        causes[2] += walked.stall_store_cycles > 0;
    }
    for (int k = 0; k < 3; k++)
        assert_true(causes[k] > 100);
}

/* A layer long enough that its loops are jumped over. */
static void long_case(struct steady_case *c, uint32_t order)
{
    struct serac_addresses at = watch_addresses();
    memset(c, 0, sizeof *c);
    c->design = small_design(8, 8, 32);
    c->layer = gemm_layer(1000, 300, 900, 4);
    c->mapping = (struct serac_mapping){.order = order, .run = 2, .group_mtiles = 4, .gather = 4,
                                        .wgt_halves = 1, .act_halves = 1};
    c->memory = ideal_memory();
    c->program = 4096;
    assert_int_equal(serac_map_apply(&c->layer, &c->design, &c->mapping, &at, 0, true, &c->insn, NULL), SERAC_OK);
}

static void test_points_at_once_are_the_timelines_each(void **state)
{
    (void)state;
    for (uint32_t v = 0; v < 3; v++) {   /* the last one: more cycles than 32 bits hold */
        uint32_t order = v & 1, far = v == 2 ? 20 : 0;
        struct steady_case c;
        struct serac_steady_point points[19];
        struct serac_counters closed[19], singly[19], walked;
        long_case(&c, order);
        struct serac_steady *s = serac_steady_create(&c.design, &c.insn, c.program);
        assert_non_null(s);
        for (uint32_t i = 0; i < 19; i++) {
            c.design.weight_planes = 1u << i % 3;
            c.memory.latency_cycles = (1 + 13 * i) << far;
            c.memory.bytes_per_cycle = 1 + 3 * i;
            serac_steady_point(&c.design, &c.insn, &c.memory, &points[i]);
        }
        serac_steady_times(s, points, 19, closed);
        serac_steady_times_singly(s, points, 19, singly);
        for (uint32_t i = 0; i < 19; i++) {
            c.design.weight_planes = 1u << i % 3;
            c.memory.latency_cycles = (1 + 13 * i) << far;
            c.memory.bytes_per_cycle = 1 + 3 * i;
            assert_int_equal(steady_walk(&c, &walked), SERAC_OK);
            assert_int_equal(steady_differences(order, i, &walked, &closed[i]), 0);
            assert_memory_equal(&closed[i], &singly[i], sizeof closed[i]);
        }
        serac_steady_destroy(s);
    }
}

enum { MOST_POINTS = 2500 };

static void expect_as_singly(const struct serac_steady *s, const struct serac_steady_point *points, size_t count)
{
    static struct serac_counters together[MOST_POINTS], singly[MOST_POINTS];
    assert_true(count <= MOST_POINTS);
    serac_steady_times(s, points, count, together);
    serac_steady_times_singly(s, points, count, singly);
    assert_memory_equal(together, singly, count * sizeof *together);
}

/* More points than a batch holds, most of them there before: each gets its own. */
static void test_points_that_return_are_themselves(void **state)
{
    enum { COUNT = MOST_POINTS };
    static struct serac_steady_point points[COUNT];
    struct steady_case c;
    (void)state;
    long_case(&c, 0);
    struct serac_steady *s = serac_steady_create(&c.design, &c.insn, c.program);
    assert_non_null(s);
    for (uint32_t i = 0; i < COUNT; i++) {
        c.design.weight_planes = 1u << i / 10 % 2;
        c.memory.latency_cycles = 1 + i * i % 911 * 17 % 1009;   /* alike but for this, some share a slot */
        c.memory.bytes_per_cycle = 1 + i / 1100;
        serac_steady_point(&c.design, &c.insn, &c.memory, &points[i]);
    }
    expect_as_singly(s, points, COUNT);
    serac_steady_destroy(s);
}

/* Points that differ in one number alone, so many that some share a slot of the table. */
static void test_points_that_differ_in_one_number_are_not_equal(void **state)
{
    enum { EACH = 500, COUNT = 4 * EACH };
    static struct serac_steady_point points[COUNT];
    struct steady_case c;
    (void)state;
    long_case(&c, 0);
    struct serac_steady *s = serac_steady_create(&c.design, &c.insn, c.program);
    assert_non_null(s);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct serac_steady_point *p = &points[i];
        uint64_t *number[] = {&p->pairs, &p->column_drain, &p->latency, &p->gap};
        serac_steady_point(&c.design, &c.insn, &c.memory, p);
        *number[i / EACH] += 1 + (i % EACH) * (i % EACH) % 911 * 17 % 1009;      /* consecutive ones share no slot */
    }
    expect_as_singly(s, points, COUNT);
    serac_steady_destroy(s);
}

static void test_only_constant_memories_are_taken(void **state)
{
    const struct serac_memory_config ideal = ideal_memory();
    struct serac_memory_config m = ideal;
    (void)state;
    assert_true(serac_steady_memory(&m));
    m.address_stall_percent = 10;       /* of no length */
    assert_true(serac_steady_memory(&m));
    m.max_stall_cycles = 1;
    assert_false(serac_steady_memory(&m));
    m = ideal;
    m.max_stall_cycles = 1;
    m.data_stall_percent = 1;
    assert_false(serac_steady_memory(&m));
    m = ideal;
    m.shared_bus = 1;
    assert_false(serac_steady_memory(&m));
    m = ideal;
    m.page_bytes = 2048;
    assert_false(serac_steady_memory(&m));
    m = ideal;
    m.refresh_interval = 1000;
    assert_false(serac_steady_memory(&m));
}

static void test_other_memories_fall_back_to_the_timeline(void **state)
{
    struct steady_case c;
    struct serac_counters timed, walked;
    (void)state;
    long_case(&c, 0);
    for (int i = 0; i < 3; i++) {
        c.memory = ideal_memory();
        c.memory.shared_bus = i == 1;
        c.memory.refresh_interval = i == 2 ? 500 : 0;
        c.memory.refresh_cycles = 30;
        assert_int_equal(serac_map_time(&c.layer, &c.design, &c.memory, &c.mapping, &timed, NULL, NULL), SERAC_OK);
        assert_int_equal(serac_map_timeline(&c.layer, &c.design, &c.memory, &c.mapping, &walked, NULL), SERAC_OK);
        assert_memory_equal(&timed, &walked, sizeof timed);
    }
}

static void test_blocks_that_wait_for_others_are_refused(void **state)
{
    struct steady_case c;
    (void)state;
    long_case(&c, 0);
    c.insn.fetch.last = 0;
    assert_null(serac_steady_create(&c.design, &c.insn, c.program));
    long_case(&c, 0);
    c.insn.fetch.store_tokens = 1;
    assert_null(serac_steady_create(&c.design, &c.insn, c.program));
    long_case(&c, 0);
    c.insn.fetch.magic ^= 1;
    assert_null(serac_steady_create(&c.design, &c.insn, c.program));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_counter_is_the_timelines_on_random_layers),
        cmocka_unit_test(test_points_at_once_are_the_timelines_each),
        cmocka_unit_test(test_points_that_return_are_themselves),
        cmocka_unit_test(test_points_that_differ_in_one_number_are_not_equal),
        cmocka_unit_test(test_only_constant_memories_are_taken),
        cmocka_unit_test(test_other_memories_fall_back_to_the_timeline),
        cmocka_unit_test(test_blocks_that_wait_for_others_are_refused),
    };
    return cmocka_run_group_tests_name("steady", tests, NULL, NULL);
}
