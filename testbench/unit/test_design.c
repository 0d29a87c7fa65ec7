/* test_design.c - the ranges and relations of a design, at both sides. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "serac_design.h"
#include "serac_memory.h"

static struct serac_error error;

/* Large enough in every buffer that one key can go to its limit alone. */
static struct serac_design roomy(void)
{
    struct serac_design d = {"roomy", 32, 1, 32, 1, 1, 1 << 20, 1 << 20,
                             1 << 20, 1 << 20, 64, 4, 1, 2};
    return d;
}

static const struct limit {
    const char *name;
    size_t offset;
    uint32_t below, least, most, above;
} limits[] = {
#define LIMIT(field, below, least, most, above)                               \
    {#field, offsetof(struct serac_design, field), below, least, most, above}
    LIMIT(rows, 0, 1, 64, 128),
    LIMIT(cols, 0, 1, 64, 128),
    LIMIT(lanes, 4, 8, 512, 1024),
    LIMIT(weight_planes, 0, 1, 8, 16),
    LIMIT(act_planes, 0, 1, 8, 16),
    LIMIT(axi_bits, 32, 64, 512, 1024),
    LIMIT(outstanding, 0, 1, 32, 33),
    LIMIT(requant_lanes, 0, 1, 32, 64),
    LIMIT(queue_depth, 0, 1, 8, 9),
};
#define LIMITS (sizeof limits / sizeof *limits)

static uint32_t *field_of(struct serac_design *d, const struct limit *limit)
{
    return (uint32_t *)(void *)((char *)d + limit->offset);
}

static enum serac_status check_with(const struct limit *limit, uint32_t value)
{
    struct serac_design d = roomy();
    *field_of(&d, limit) = value;
    memset(&error, 0, sizeof error);
    return serac_design_check(&d, &error);
}

static void test_every_key_is_taken_at_its_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < LIMITS; i++) {
        assert_int_equal(check_with(&limits[i], limits[i].least), SERAC_OK);
        assert_int_equal(check_with(&limits[i], limits[i].most), SERAC_OK);
    }
}

static void test_every_key_is_refused_beyond_its_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < LIMITS; i++) {
        const uint32_t bad[] = {limits[i].below, limits[i].above, UINT32_MAX};
        for (int j = 0; j < 3; j++) {
            char start[96];
            snprintf(start, sizeof start, "%s = %u: outside %u..%u",
                     limits[i].name, bad[j], limits[i].least, limits[i].most);
            assert_int_equal(check_with(&limits[i], bad[j]), SERAC_E_INPUT);
            assert_memory_equal(error.text, start, strlen(start));
        }
    }
}

static void test_only_powers_of_two_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < LIMITS; i++) {
        bool any = !strcmp(limits[i].name, "outstanding") ||
                   !strcmp(limits[i].name, "queue_depth");
        for (uint32_t v = limits[i].least; v <= limits[i].most; v++) {
            bool good = any || (v & (v - 1)) == 0;
            assert_int_equal(check_with(&limits[i], v),
                             good ? SERAC_OK : SERAC_E_INPUT);
        }
    }
}

/* --- relations ----------------------------------------------------------- */

static void assert_relation(const struct serac_design *d, const char *expected)
{
    memset(&error, 0, sizeof error);
    assert_int_equal(serac_design_check(d, &error), SERAC_E_INPUT);
    assert_string_equal(error.text, expected);
}

static void test_requant_lanes_are_bounded_by_rows_and_by_lanes(void **state)
{
    (void)state;
    struct serac_design d = roomy();
    d.rows = 8;
    d.requant_lanes = 8;
    assert_int_equal(serac_design_check(&d, &error), SERAC_OK);
    d.requant_lanes = 16;
    assert_relation(&d, "requant_lanes = 16: more than rows or lanes (8)");
    d.rows = 64;
    d.lanes = 16;
    assert_int_equal(serac_design_check(&d, &error), SERAC_OK);
    d.requant_lanes = 32;
    assert_relation(&d, "requant_lanes = 32: more than rows or lanes (16)");
}

static void test_weight_buffer_holds_32_planes_or_4_beats(void **state)
{
    (void)state;
    struct serac_design d = roomy();
    d.weight_buffer_bytes = 4096;   /* 32 rows x 32 lanes x 32 planes / 8 */
    assert_int_equal(serac_design_check(&d, &error), SERAC_OK);
    d.weight_buffer_bytes = 2048;
    assert_relation(&d, "weight_buffer_bytes = 2048: less than 4096, 32 "
                        "planes of rows x lanes");
    d.rows = 1;
    d.lanes = 8;
    d.axi_bits = 512;               /* four beats are 256 bytes */
    d.weight_buffer_bytes = 256;
    assert_int_equal(serac_design_check(&d, &error), SERAC_OK);
}

static void test_act_buffer_counts_per_column(void **state)
{
    (void)state;
    struct serac_design d = roomy();
    d.cols = 64;
    d.act_buffer_bytes = 8192;      /* 64 x 32 planes of 4 bytes */
    assert_int_equal(serac_design_check(&d, &error), SERAC_OK);
    d.act_buffer_bytes = 4096;
    assert_relation(&d, "act_buffer_bytes = 4096: less than 8192, 32 planes "
                        "and 4 beats per column");
    d.act_buffer_bytes = 8192;
    d.axi_bits = 512;               /* the beats count: 64 x 256 */
    assert_relation(&d, "act_buffer_bytes = 8192: less than 16384, 32 planes "
                        "and 4 beats per column");
}

static void test_output_and_param_buffers_have_a_least_size(void **state)
{
    (void)state;
    struct serac_design d = roomy();
    d.lanes = 512;
    d.output_buffer_bytes = 4096;
    assert_int_equal(serac_design_check(&d, &error), SERAC_OK);
    d.output_buffer_bytes = 2048;
    assert_relation(&d, "output_buffer_bytes = 2048: less than 4096, 64 "
                        "planes");
    d = roomy();
    d.requant_lanes = 32;
    d.param_buffer_bytes = 2048;
    assert_int_equal(serac_design_check(&d, &error), SERAC_OK);
    d.param_buffer_bytes = 1024;
    assert_relation(&d, "param_buffer_bytes = 1024: less than 2048, 4 groups "
                        "of requant_lanes records");
}

/* --- the designs that come with Serac ------------------------------------ */

static void load(const char *name, struct serac_design *d)
{
    memset(&error, 0, sizeof error);
    enum serac_status status = serac_design_load(name, d, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, SERAC_OK);
    assert_string_equal(d->name, name);
}

static void test_named_designs_are_what_others_rely_on(void **state)
{
    (void)state;
    const struct serac_design named[] = {
        {"tiny", 4, 4, 32, 1, 1, 4096, 4096, 4096, 1024, 64, 4, 4, 2},
        {"serial", 32, 16, 64, 1, 1, 131072, 131072, 32768, 8192, 128, 16, 8,
         2},
        {"weight-serial", 8, 8, 64, 1, 8, 131072, 131072, 32768, 8192, 128, 16,
         8, 2},
        {"parallel", 8, 8, 8, 8, 8, 131072, 131072, 32768, 8192, 128, 16, 8,
         2},
    };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        struct serac_design d;
        load(named[i].name, &d);
        assert_memory_equal(&d.rows, &named[i].rows,
                            sizeof d - offsetof(struct serac_design, rows));
    }
}

static void test_there_is_a_small_design_for_every_pair_of_planes(void **state)
{
    (void)state;
    for (uint32_t w = 1; w <= 8; w *= 2)
        for (uint32_t a = 1; a <= 8; a *= 2) {
            char name[32];
            struct serac_design d;
            snprintf(name, sizeof name, "pair-%u-%u", w, a);
            load(name, &d);
            assert_int_equal(d.weight_planes, w);
            assert_int_equal(d.act_planes, a);
        }
}

/* BARVINN and BISMO by the shapes of their papers. */
static void test_published_shapes_are_there(void **state)
{
    (void)state;
    struct serac_design d;
    load("barvinn", &d);
    assert_true(d.rows == 64 && d.cols == 1 && d.lanes == 64);
    load("bismo", &d);
    assert_true(d.rows == 8 && d.cols == 8 && d.lanes == 256);
}

static void test_memories_that_come_with_serac_load(void **state)
{
    (void)state;
    static const char *const names[] = {"default", "fast", "slow", "paged",
                                        "random-stalls"};
    struct serac_memory_config m;
    for (int i = 0; i < 5; i++) {
        memset(&error, 0, sizeof error);
        assert_int_equal(serac_memory_load(names[i], &m, &error), SERAC_OK);
        assert_string_equal(m.name, names[i]);
    }
    assert_int_equal(serac_memory_load("default", &m, &error), SERAC_OK);
    assert_true(m.latency_cycles == 64 && m.bytes_per_cycle == 16);
    assert_true(!m.shared_bus && !m.page_bytes && !m.refresh_interval);
    assert_int_equal(serac_memory_load("slow", &m, &error), SERAC_OK);
    assert_true(m.latency_cycles == 200 && m.bytes_per_cycle == 2);
    assert_int_equal(m.shared_bus, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_is_taken_at_its_limits),
        cmocka_unit_test(test_every_key_is_refused_beyond_its_limits),
        cmocka_unit_test(test_only_powers_of_two_are_taken),
        cmocka_unit_test(
            test_requant_lanes_are_bounded_by_rows_and_by_lanes),
        cmocka_unit_test(test_weight_buffer_holds_32_planes_or_4_beats),
        cmocka_unit_test(test_act_buffer_counts_per_column),
        cmocka_unit_test(test_output_and_param_buffers_have_a_least_size),
        cmocka_unit_test(test_named_designs_are_what_others_rely_on),
        cmocka_unit_test(
            test_there_is_a_small_design_for_every_pair_of_planes),
        cmocka_unit_test(test_published_shapes_are_there),
        cmocka_unit_test(test_memories_that_come_with_serac_load),
    };
    return cmocka_run_group_tests_name("design", tests, NULL, NULL);
}
