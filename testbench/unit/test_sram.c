/* test_sram.c - memory macros from a table: at its depths, between, beyond, wider. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "serac_sram.h"

static const struct serac_sram_table table = {
    .points = 3,
    .words = {64, 256, 1024},
    .area_um2 = {1000, 2000, 6000},
    .read_pj = {10, 20, 40},
    .write_pj = {11, 22, 44},
    .access_ns = {1, 2, 3},
    .leakage_nw = {NAN, NAN, NAN},
    .second_port = 1.5,
};

static struct serac_sram memory(uint32_t width, uint32_t depth, uint32_t ports)
{
    struct serac_sram s;
    serac_sram(&table, width, depth, ports, &s);
    return s;
}

static void near_to(double value, double expected)
{
    assert_true(fabs(value - expected) < 1e-9);
}

static void test_figures_are_the_tables_at_its_depths(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < table.points; i++) {
        struct serac_sram s = memory(64, (uint32_t)table.words[i], 1);
        assert_int_equal(s.macros, 1);
        near_to(s.area_um2, table.area_um2[i]);
        near_to(s.read_pj, table.read_pj[i]);
        near_to(s.write_pj, table.write_pj[i]);
        near_to(s.access_ns, table.access_ns[i]);
    }
}

static void test_figures_lie_on_the_line_between_two_depths(void **state)
{
    (void)state;
    near_to(memory(64, 160, 1).area_um2, 1500);
    near_to(memory(64, 512, 1).read_pj, 20 + 20.0 / 3);
}

static void test_a_shallow_memory_extends_the_first_line(void **state)
{
    (void)state;
    near_to(memory(64, 16, 1).area_um2, 750);
}

static void test_a_deep_memory_is_stacked_and_one_macro_accessed(void **state)
{
    (void)state;
    struct serac_sram at = memory(64, 1024, 1), over = memory(64, 2048, 1);
    assert_int_equal(over.macros, 2);
    near_to(over.area_um2, 2 * at.area_um2);
    near_to(over.read_pj, at.read_pj);
    near_to(over.access_ns, at.access_ns);
    assert_int_equal(memory(64, 1025, 1).macros, 2);
}

static void test_a_wide_memory_pays_for_every_macro_abreast(void **state)
{
    (void)state;
    struct serac_sram s = memory(256, 256, 1);
    assert_int_equal(s.macros, 4);
    near_to(s.area_um2, 8000);
    near_to(s.read_pj, 80);
    near_to(s.access_ns, 2);
    assert_int_equal(memory(65, 256, 1).macros, 2);
    assert_int_equal(memory(8, 256, 1).macros, 1);
}

static void test_a_second_port_costs_its_factor_but_no_time(void **state)
{
    (void)state;
    struct serac_sram s = memory(64, 256, 2);
    near_to(s.area_um2, 3000);
    near_to(s.write_pj, 33);
    near_to(s.access_ns, 2);
}

static void test_what_the_table_does_not_know_stays_unknown(void **state)
{
    (void)state;
    assert_true(isnan(memory(64, 256, 1).leakage_nw));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_the_tables_at_its_depths),
        cmocka_unit_test(test_figures_lie_on_the_line_between_two_depths),
        cmocka_unit_test(test_a_shallow_memory_extends_the_first_line),
        cmocka_unit_test(test_a_deep_memory_is_stacked_and_one_macro_accessed),
        cmocka_unit_test(test_a_wide_memory_pays_for_every_macro_abreast),
        cmocka_unit_test(test_a_second_port_costs_its_factor_but_no_time),
        cmocka_unit_test(test_what_the_table_does_not_know_stays_unknown),
    };
    return cmocka_run_group_tests_name("sram", tests, NULL, NULL);
}
