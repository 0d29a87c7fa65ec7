/* test_memories.c - a design's memories: every bit has its place, words fill a macro. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "serac_config.h"
#include "serac_memories.h"

static void load(const char *name, struct serac_memory_kind *kinds)
{
    struct serac_design design;
    struct serac_error error = {""};
    assert_int_equal(serac_design_load(name, &design, &error), SERAC_OK);
    serac_memories(&design, kinds);
}

static uint64_t bytes(const struct serac_memory_kind *kind)
{
    return (uint64_t)kind->width * kind->depth * kind->count / 8;
}

static void test_the_buffers_hold_exactly_their_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"tiny", "serial", "weight-serial", "parallel", "peak-2-4",
                                        "peak-8-1", "bismo", "barvinn"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct serac_memory_kind kinds[SERAC_MEMORIES];
        struct serac_design d;
        assert_int_equal(serac_design_load(names[i], &d, NULL), SERAC_OK);
        load(names[i], kinds);
        assert_int_equal(bytes(kinds + SERAC_MEMORY_WEIGHTS), d.weight_buffer_bytes);
        assert_int_equal(bytes(kinds + SERAC_MEMORY_ACTIVATIONS), d.act_buffer_bytes);
        assert_int_equal(bytes(kinds + SERAC_MEMORY_PARAMETERS), d.param_buffer_bytes);
        assert_int_equal(bytes(kinds + SERAC_MEMORY_OUTPUTS), d.output_buffer_bytes);
        for (int k = 0; k < 4; k++) {
            assert_true(kinds[k].width >= 64);
            assert_int_equal(kinds[k].ports, 1);
            assert_int_equal(kinds[k].width % kinds[k].enables, 0);
        }
    }
}

static void test_tiny_has_the_memories_of_the_rtl(void **state)
{
    (void)state;
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    load("tiny", kinds);
    static const uint32_t expected[SERAC_MEMORIES][4] = {
        {128, 128, 1, 2}, {64, 64, 1, 8}, {512, 8, 1, 2},
        {64, 32, 1, 16},  {128, 4, 2, 1}, {64, 32, 2, 2}};
    for (int k = 0; k < SERAC_MEMORIES; k++) {
        assert_int_equal(kinds[k].width, expected[k][0]);
        assert_int_equal(kinds[k].depth, expected[k][1]);
        assert_int_equal(kinds[k].ports, expected[k][2]);
        assert_int_equal(kinds[k].count, expected[k][3]);
    }
}

static void test_few_bits_are_registers(void **state)
{
    (void)state;
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    load("tiny", kinds);
    assert_true(kinds[SERAC_MEMORY_HELD].registers);           /* 512 bits */
    assert_false(kinds[SERAC_MEMORY_QUEUES].registers);        /* 2048 bits */
    assert_false(kinds[SERAC_MEMORY_PARAMETERS].registers);    /* 8 words, but 4096 bits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_buffers_hold_exactly_their_bytes),
        cmocka_unit_test(test_tiny_has_the_memories_of_the_rtl),
        cmocka_unit_test(test_few_bits_are_registers),
    };
    return cmocka_run_group_tests_name("memories", tests, NULL, NULL);
}
