/* test_cost.c - area and energy against sums written out by hand. */
#define _DEFAULT_SOURCE   /* mkstemps */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "serac_config.h"
#include "serac_cost.h"

static struct serac_error error;

/* Every coefficient a different prime, so that none stands in for another. */
static struct serac_tech primes(void)
{
    struct serac_tech t = {
        .name = "primes", .source = "test", .clock_mhz = 100,
        .product_um2 = 2, .product_pj = 3, .adder_um2 = 5, .adder_pj = 7,
        .register_um2 = 11, .sram_um2_per_bit = 13, .sram_pj_per_bit = 17,
        .sram_reference_bytes = 1024, .dram_pj_per_bit = 19,
        .leakage_uw_per_mm2 = 23, .control_pj_per_cycle = 29};
    return t;
}

/* Memories of 1024 bytes (each of two activation banks too), whose accesses
 * cost exactly the reference. */
static struct serac_design small(void)
{
    struct serac_design d = {"small", 4, 2, 8, 2, 1, 1024, 2048, 1024, 1024,
                             64, 4, 2, 2};
    return d;
}

static void assert_close(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%.12g, expected %.12g", value, expected);
}

/* --- area ---------------------------------------------------------------- */

/* A unit of 8 lanes, (2,1): 16 bit products; terms of 3 bits are added by 4
 * adders of 4 bits, 2 of 5, 1 of 6; inner, outer have 17 + 3 bits, acc 32. */
#define UNIT_PRODUCTS 16
#define UNIT_ADDERS (4 * 4 + 2 * 5 + 6 + 20 + 20 + 32)
#define UNIT_REGISTERS (3 + 3 + 20 + 20 + 64)
/* The row of ones has weights of one bit and no products. */
#define ONES_ADDERS (4 * 3 + 2 * 4 + 5 + 20 + 20 + 32)
#define ONES_REGISTERS (2 + 3 + 20 + 20 + 64)

static void test_area_of_each_unit_is_the_sum_of_its_parts(void **state)
{
    (void)state;
    struct serac_design d = small();
    struct serac_tech t = primes();
    struct serac_area a;
    serac_cost_area(&d, &t, &a);
    /* Operand registers: 8 lanes of 4 rows x 2 planes and 2 columns x 1. */
    assert_close(a.array, 8 * (UNIT_PRODUCTS * 2 + UNIT_ADDERS * 5 +
                               UNIT_REGISTERS * 11) + 8 * (8 + 2) * 11);
    assert_close(a.ones, 2 * (ONES_ADDERS * 5 + ONES_REGISTERS * 11));
    assert_close(a.requant, 2 * (1536 * 2 + 320 * 5 + 700 * 11));
    assert_close(a.weight_buffer, 8192 * 13);
    assert_close(a.act_buffer, 16384 * 13);
    assert_close(a.param_buffer, 8192 * 13);
    assert_close(a.output_buffer, 8192 * 13);
    assert_close(a.control, 8640 * 11 + 2900 * 5);
    assert_close(a.total, a.array + a.ones + a.requant + a.weight_buffer +
                              a.act_buffer + a.param_buffer +
                              a.output_buffer + a.control);
}

/* --- energy -------------------------------------------------------------- */

static struct serac_energy energy_of(const struct serac_counters *c)
{
    struct serac_design d = small();
    struct serac_tech t = primes();
    struct serac_energy e;
    serac_cost_energy(&d, &t, c, &e);
    return e;
}

static void test_a_busy_cycle_costs_products_adders_and_plane_reads(
    void **state)
{
    (void)state;
    struct serac_counters c = {.array_busy_cycles = 1000000};
    struct serac_energy e = energy_of(&c);
    assert_close(e.array, 8 * (UNIT_PRODUCTS * 3 + UNIT_ADDERS * 7) +
                              2 * ONES_ADDERS * 7);
    /* R L PW = 64 bits of weights, C L PA = 16 of activations. */
    assert_close(e.buffer, (64 + 16) * 17);
    assert_true(e.requant == 0 && e.dram == 0 && e.control == 0);
}

static void test_bytes_cost_the_bus_and_the_buffers(void **state)
{
    (void)state;
    struct serac_counters c = {.bytes_read = 1000000};
    struct serac_energy e = energy_of(&c);
    assert_close(e.dram, 8 * 19);
    assert_close(e.buffer, 8 * 17);
    c = (struct serac_counters){.bytes_written = 1000000};
    e = energy_of(&c);
    assert_close(e.dram, 8 * 19);
    assert_close(e.buffer, 16 * 17);     /* written and read again */
    assert_true(e.array == 0 && e.requant == 0);
}

static void test_a_result_costs_its_record_and_the_requantiser(void **state)
{
    (void)state;
    struct serac_counters c = {.results = 1000000};
    struct serac_energy e = energy_of(&c);
    assert_close(e.requant, 1536 * 3 + 320 * 7);
    assert_close(e.buffer, 128 * 17);
    assert_true(e.array == 0 && e.dram == 0);
}

static void test_time_costs_control_and_leakage(void **state)
{
    (void)state;
    struct serac_design d = small();
    struct serac_tech t = primes();
    struct serac_area a;
    serac_cost_area(&d, &t, &a);
    struct serac_counters c = {.cycles = 100000000};   /* a second */
    struct serac_energy e = energy_of(&c);
    assert_close(e.control, 100 * 29);
    assert_close(e.leakage, 23 * a.total * 1e-6);      /* uW/mm2 mm2 s */
    assert_close(e.total, e.control + e.leakage);
}

static void test_the_total_is_the_sum_of_the_parts(void **state)
{
    (void)state;
    struct serac_counters c = {.cycles = 5000, .array_busy_cycles = 3000,
                               .bytes_read = 700, .bytes_written = 90,
                               .results = 64};
    struct serac_energy e = energy_of(&c);
    assert_close(e.total, e.array + e.buffer + e.requant + e.control + e.dram +
                              e.leakage);
}

static void test_unknown_parts_are_nan_and_not_in_the_total(void **state)
{
    (void)state;
    struct serac_design d = small();
    struct serac_tech t = primes();
    struct serac_counters c = {.cycles = 5000, .array_busy_cycles = 3000};
    struct serac_energy e;
    t.leakage_uw_per_mm2 = t.control_pj_per_cycle = NAN;
    serac_cost_energy(&d, &t, &c, &e);
    assert_true(isnan(e.control) && isnan(e.leakage));
    assert_close(e.total, e.array + e.buffer + e.requant + e.dram);
}

/* Horowitz' points: 8 KB 10 pJ, 32 KB 20 pJ, per 64 bits. */
static void test_an_access_of_four_times_the_bytes_costs_twice(void **state)
{
    (void)state;
    struct serac_design d = small();
    struct serac_tech t = primes();
    struct serac_counters c = {.results = 1000};
    struct serac_energy once, twice;
    serac_cost_energy(&d, &t, &c, &once);
    d.param_buffer_bytes *= 4;
    serac_cost_energy(&d, &t, &c, &twice);
    assert_close(twice.buffer, 2 * once.buffer);
}

static void test_peak_rate_rounds_digits_up(void **state)
{
    (void)state;
    struct serac_design d = small();    /* 64 products of 2 x 1 bits */
    struct serac_tech t = primes();
    assert_close(serac_cost_peak_macs(&d, &t, 2, 1), 6.4e9);
    assert_close(serac_cost_peak_macs(&d, &t, 1, 1), 6.4e9);
    assert_close(serac_cost_peak_macs(&d, &t, 3, 1), 3.2e9);
    assert_close(serac_cost_peak_macs(&d, &t, 8, 8), 0.2e9);
}

/* --- the technology that comes with Serac -------------------------------- */

static struct serac_tech published(void)
{
    struct serac_tech t;
    memset(&error, 0, sizeof error);
    enum serac_status status = serac_tech_load("published-45nm", &t, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, SERAC_OK);
    return t;
}

static void test_published_figures_say_so_and_leave_unknowns_open(void **state)
{
    (void)state;
    struct serac_tech t = published();
    assert_string_equal(t.name, "published-45nm");
    assert_true(t.published);
    assert_non_null(strstr(t.source, "not synthesised"));
    assert_true(isnan(t.leakage_uw_per_mm2) && isnan(t.control_pj_per_cycle));
}

/* Horowitz, ISSCC 2014, the operations the coefficients are not taken from:
 * 8-bit add 0.03 pJ, 36 um2; 32-bit multiply 3.1 pJ, 3495 um2. */
static void test_published_coefficients_foretell_horowitz_other_points(
    void **state)
{
    (void)state;
    struct serac_tech t = published();
    assert_true(fabs(8 * t.adder_pj / 0.03 - 1) < 0.2);
    assert_true(fabs(8 * t.adder_um2 / 36 - 1) < 0.06);
    assert_true(fabs(1024 * t.product_pj / 3.1 - 1) < 0.05);
    assert_true(fabs(1024 * t.product_um2 / 3495 - 1) < 0.35);
    assert_true(fabs(64 * t.product_um2 / 282 - 1) < 0.01);
    assert_true(fabs(64 * t.sram_pj_per_bit / 10 - 1) < 0.01);
    assert_true(fabs(64 * t.dram_pj_per_bit / 1300 - 1) < 0.01);
}

/* BitFusion's fixed 8-bit element (510.7 um2 at 45 nm) is a multiplier with its
 * accumulator; a lane of (8,8), its share of the unit included, is the nearest
 * thing here. Two tables of different authors: within a factor of two. */
static void test_a_published_8_bit_lane_is_near_bitfusions_element(void **state)
{
    (void)state;
    struct serac_tech t = published();
    struct serac_design d;
    struct serac_area a;
    assert_int_equal(serac_design_load("parallel", &d, &error), SERAC_OK);
    serac_cost_area(&d, &t, &a);
    double lane = a.array / (d.rows * d.cols * d.lanes);
    assert_true(lane > 510.7 / 2 && lane < 510.7 * 2);
}

/* 6.5 binary TOPS of BISMO at 200 MHz are 2 Dm Dk Dn f. */
static void test_bismos_peak_rate_is_the_published_one(void **state)
{
    (void)state;
    struct serac_tech t = published();
    struct serac_design d;
    assert_int_equal(serac_design_load("bismo", &d, &error), SERAC_OK);
    t.clock_mhz = 200;
    assert_close(2 * serac_cost_peak_macs(&d, &t, 1, 1), 6.5536e12);
}

static void test_optional_figures_are_read_when_given(void **state)
{
    (void)state;
    char path[] = "/tmp/serac_test_cost_XXXXXX.cfg";
    int handle = mkstemps(path, 4);
    assert_true(handle >= 0);
    static const char text[] =
        "source = \"s\"; published = false; clock_mhz = 1.0; product_um2 = "
        "1.0; product_pj = 1.0; adder_um2 = 1.0; adder_pj = 1.0; register_um2 "
        "= 1.0; sram_um2_per_bit = 1.0; sram_pj_per_bit = 1.0; "
        "sram_reference_bytes = 1.0; dram_pj_per_bit = 1.0; "
        "leakage_uw_per_mm2 = 0.0; control_pj_per_cycle = 2.5;\n";
    assert_int_equal(write(handle, text, sizeof text - 1), sizeof text - 1);
    close(handle);
    struct serac_tech t;
    enum serac_status status = serac_tech_load(path, &t, &error);
    unlink(path);
    assert_int_equal(status, SERAC_OK);
    assert_true(!t.published && t.leakage_uw_per_mm2 == 0);
    assert_true(t.control_pj_per_cycle == 2.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_area_of_each_unit_is_the_sum_of_its_parts),
        cmocka_unit_test(
            test_a_busy_cycle_costs_products_adders_and_plane_reads),
        cmocka_unit_test(test_bytes_cost_the_bus_and_the_buffers),
        cmocka_unit_test(test_a_result_costs_its_record_and_the_requantiser),
        cmocka_unit_test(test_time_costs_control_and_leakage),
        cmocka_unit_test(test_the_total_is_the_sum_of_the_parts),
        cmocka_unit_test(test_unknown_parts_are_nan_and_not_in_the_total),
        cmocka_unit_test(test_an_access_of_four_times_the_bytes_costs_twice),
        cmocka_unit_test(test_peak_rate_rounds_digits_up),
        cmocka_unit_test(
            test_published_figures_say_so_and_leave_unknowns_open),
        cmocka_unit_test(
            test_published_coefficients_foretell_horowitz_other_points),
        cmocka_unit_test(
            test_a_published_8_bit_lane_is_near_bitfusions_element),
        cmocka_unit_test(test_bismos_peak_rate_is_the_published_one),
        cmocka_unit_test(test_optional_figures_are_read_when_given),
    };
    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
