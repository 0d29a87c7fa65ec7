/* test_compare.c - points from rows, break-even widths, shapes in an area. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serac_compare.h"
#include "serac_config.h"
#include "serac_shapes.h"

static struct serac_error error;

/* --- the family of equal peak -------------------------------------------- */

static void test_the_peak_designs_differ_in_planes_and_shape_only(void **state)
{
    (void)state;
    struct serac_design first, d;
    for (uint32_t w = 1; w <= 8; w *= 2)
        for (uint32_t a = 1; a <= 8; a *= 2) {
            char name[32];
            snprintf(name, sizeof name, "peak-%u-%u", w, a);
            assert_int_equal(serac_design_load(name, &d, &error), SERAC_OK);
            assert_int_equal(d.weight_planes, w);
            assert_int_equal(d.act_planes, a);
            assert_int_equal(d.rows * d.cols * d.lanes * w * a, 512 * 64);
            if (w * a == 1)
                first = d;
            memcpy(d.name, first.name, sizeof d.name);
            d.rows = first.rows;
            d.cols = first.cols;
            d.lanes = first.lanes;
            d.weight_planes = d.act_planes = 1;
            assert_memory_equal(&d, &first, sizeof d);
        }
}

/* --- points -------------------------------------------------------------- */

static struct serac_row row_of(const char *design, const char *memory,
                               const char *network, const char *layer,
                               uint64_t cycles, uint32_t weight_bits,
                               uint32_t act_bits)
{
    struct serac_row row;
    memset(&row, 0, sizeof row);
    serac_row_text(&row, SERAC_COLUMN_design, design);
    serac_row_text(&row, SERAC_COLUMN_memory, memory);
    serac_row_text(&row, SERAC_COLUMN_network, network);
    serac_row_text(&row, SERAC_COLUMN_layer, layer);
    serac_row_u64(&row, SERAC_COLUMN_cycles, cycles);
    serac_row_u64(&row, SERAC_COLUMN_array_busy_cycles, cycles / 2);
    serac_row_u64(&row, SERAC_COLUMN_stall_requant_cycles, cycles / 4);
    serac_row_u64(&row, SERAC_COLUMN_macs, 10 * cycles);
    serac_row_f64(&row, SERAC_COLUMN_time_us, (double)cycles / 100);
    serac_row_f64(&row, SERAC_COLUMN_energy_uj, (double)cycles / 10);
    serac_row_f64(&row, SERAC_COLUMN_area_um2, 2e6);
    serac_row_u64(&row, SERAC_COLUMN_weight_bits, weight_bits);
    serac_row_u64(&row, SERAC_COLUMN_act_bits, act_bits);
    return row;
}

static void test_depthwise_layers_are_taken_away_once(void **state)
{
    (void)state;
    struct serac_row rows[] = {
        row_of("peak-1-2", "default", "mobilenetv2", "conv1", 100, 4, 8),
        row_of("peak-1-2", "default", "mobilenetv2", "block1.0.depthwise", 40,
               4, 8),
        row_of("peak-1-2", "default", "mobilenetv2", "fc", 60, 4, 8),
        row_of("peak-1-2", "default", "mobilenetv2", "total", 200, 4, 8)};
    struct serac_point *p;
    size_t count;
    assert_int_equal(serac_compare_points(rows, 4, &p, &count), SERAC_OK);
    assert_int_equal(count, 2);
    assert_false(p[0].no_depthwise);
    assert_true(p[0].cycles == 200 && p[0].energy_uj == 20);
    assert_true(p[1].no_depthwise);
    assert_true(p[1].cycles == 160 && p[1].array_busy_cycles == 80);
    assert_true(p[1].macs == 1600 && p[1].time_us == 1.6);
    assert_int_equal(p[0].weight_planes, 1);
    assert_int_equal(p[0].act_planes, 2);
    assert_true(serac_point_gops(&p[0]) == 2e-3 * 2000 / 2);
    assert_true(serac_point_gops_mm2(&p[0]) == 1);
    assert_true(serac_point_tops_w(&p[0]) == 2e-6 * 2000 / 20);
    free(p);
}

static void test_names_decide_the_view_and_others_are_left_out(void **state)
{
    (void)state;
    struct serac_row rows[] = {
        row_of("peak-1-1", "default", "fashion-w2", "total", 10, 2, 8),
        row_of("peak-1-1", "quarter", "fashion-w2", "total", 10, 2, 8),
        row_of("peak-1-1-wide", "default", "fashion-w2", "total", 10, 2, 8),
        row_of("area-1-1-8x8x8", "default", "fashion-w2", "total", 10, 2, 8),
        row_of("serial", "default", "fashion-w2", "total", 10, 2, 8),
        row_of("pair-1-1", "default", "fashion-w2", "total", 10, 2, 8)};
    static const enum serac_view views[] = {
        SERAC_VIEW_PEAK, SERAC_VIEW_BANDWIDTH, SERAC_VIEW_WIDE,
        SERAC_VIEW_AREA};
    struct serac_point *p;
    size_t count;
    assert_int_equal(serac_compare_points(rows, 6, &p, &count), SERAC_OK);
    assert_int_equal(count, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(p[i].view, views[i]);
    assert_string_equal(p[0].program, "fashion");   /* -w2 is its width */
    free(p);
}

static void test_a_mixed_total_has_the_width_of_its_weights(void **state)
{
    (void)state;
    struct serac_row rows[] = {
        row_of("peak-1-1", "default", "bert-base", "scores", 10, 8, 8),
        row_of("peak-1-1", "default", "bert-base", "output", 10, 2, 8),
        row_of("peak-1-1", "default", "bert-base", "total", 20, 2, 8)};
    serac_row_text(&rows[2], SERAC_COLUMN_weight_bits, "mixed");
    struct serac_point *p;
    size_t count;
    assert_int_equal(serac_compare_points(rows, 3, &p, &count), SERAC_OK);
    assert_int_equal(count, 1);
    assert_int_equal(p[0].weight_bits, 2);
    free(p);
}

/* --- break-even ---------------------------------------------------------- */

static double speed(const struct serac_point *p)
{
    return 1 / p->time_us;
}

/* (1,1) takes b * b, (8,8) always `wide`: better below the root. */
static size_t family(struct serac_point *points, double wide)
{
    size_t count = 0;
    for (uint32_t b = 1; b <= 8; b++)
        for (uint32_t planes = 1; planes <= 8; planes += 7)
            points[count++] = (struct serac_point){
                .weight_planes = planes, .act_planes = planes,
                .program = "net", .weight_bits = b, .act_bits = b,
                .time_us = planes == 1 ? b * b : wide + b};
    return count;
}

static void test_break_even_is_the_widest_width_that_is_better(void **state)
{
    (void)state;
    struct serac_point points[16], like = {.weight_planes = 1, .act_planes = 1,
                                           .program = "net"};
    size_t count = family(points, 6.5);      /* 9 < 6.5 + 3, 16 > 6.5 + 4 */
    assert_int_equal(serac_compare_break_even(points, count, &like, 0, true,
                                              speed), 3);
    count = family(points, 5.5);             /* 9 > 8.5 */
    assert_int_equal(serac_compare_break_even(points, count, &like, 0, true,
                                              speed), 2);
    assert_int_equal(serac_compare_break_even(points, count, &like, 0, false,
                                              speed), 3);   /* 9 < 13.5 */
    count = family(points, 100);
    assert_int_equal(serac_compare_break_even(points, count, &like, 0, true,
                                              speed), 8);
    count = family(points, -0.5);            /* not better even at 1 bit */
    assert_int_equal(serac_compare_break_even(points, count, &like, 0, true,
                                              speed), 0);
    assert_int_equal(serac_compare_break_even(points, count, &like, 8, true,
                                              speed), 0);
}

/* --- shapes -------------------------------------------------------------- */

/* --- the page ------------------------------------------------------------------ */

static void test_the_page_puts_our_gain_beside_published_ones(void **state)
{
    (void)state;
    struct serac_row rows[] = {
        row_of("peak-1-1", "default", "bert-base", "total", 800, 8, 8),
        row_of("peak-1-1", "default", "bert-base", "total", 100, 1, 1),
        row_of("peak-8-8", "default", "bert-base", "total", 600, 8, 8),
        row_of("peak-8-8", "default", "bert-base", "total", 500, 1, 1)};
    struct serac_point *p;
    size_t count, size;
    char *text = NULL;
    serac_row_f64(&rows[1], SERAC_COLUMN_energy_uj, 20);        /* of 80 */
    assert_int_equal(serac_compare_points(rows, 4, &p, &count), SERAC_OK);
    FILE *file = open_memstream(&text, &size);
    serac_compare_markdown(file, "here", SERAC_DEFAULT_TECH, p, count);
    fclose(file);
    free(p);
    assert_non_null(strstr(text, "| 8/8 to 1/1 | 8.00 (4.00) | ? | 1.20 (1.20) | "
                                 "claim 7.5;"));
    assert_non_null(strstr(text, "| 8/8 to 2/2 | ? | ? | ? | claim 4.0 |"));
    assert_non_null(strstr(text, "- technology sg13g2: IHP SG13G2 (130 nm)"));
    assert_non_null(strstr(text, "- error of the fits on "));
    free(text);
}

/* All shapes one by one, against the search that leaves most out. */
static double least_time(const struct serac_shapes_job *job, uint32_t w,
                       uint32_t a, uint32_t *in_area, double *energy)
{
    double best = 0, times[343], energies[343];
    struct serac_area area;
    serac_cost_area(&job->budget->design, &job->budget->tech, &area);
    double limit = area.total;
    *in_area = 0;
    for (int i = 0; i < 7 * 7 * 7; i++) {
        struct serac_setting s = *job->budget;
        struct serac_workload_job one = {.setting = &s,
                                         .workload = job->workload,
                                         .weight_bits = job->weight_bits,
                                         .act_bits = job->act_bits};
        struct serac_workload_result r;
        s.design.weight_planes = w;
        s.design.act_planes = a;
        s.design.rows = 1u << i % 7;
        s.design.cols = 1u << i / 7 % 7;
        s.design.lanes = 8u << i / 49;
        if (s.design.requant_lanes > s.design.rows)
            s.design.requant_lanes = s.design.rows;
        if (s.design.requant_lanes > s.design.lanes)
            s.design.requant_lanes = s.design.lanes;
        if (serac_design_check(&s.design, NULL) != SERAC_OK)
            continue;
        serac_cost_area(&s.design, &s.tech, &area);
        if (area.total > limit || area.total < job->least * limit)
            continue;
        ++*in_area;
        bool fits = serac_workload_run(&one, &r, &error) == SERAC_OK;
        double time = !fits ? INFINITY
                            : (double)r.cycles /
                                  serac_cost_clock_mhz(&s.design, &s.tech, NULL);
        if (fits && (best <= 0 || time < best))
            best = time;
        times[*in_area - 1] = time;
        energies[*in_area - 1] =
            r.rows ? serac_row_get(&r.rows[r.num_rows - 1],
                                   SERAC_COLUMN_energy_uj) : INFINITY;
        serac_workload_free(&r);
    }
    *energy = INFINITY;
    for (uint32_t i = 0; i < *in_area; i++)
        if (times[i] <= best * SERAC_SHAPES_TIE &&
            energies[i] < *energy)
            *energy = energies[i];
    return best;
}

static void test_the_best_shape_is_that_of_trying_all(void **state)
{
    (void)state;
    struct serac_setting s;
    struct serac_workload *w = NULL;
    assert_int_equal(serac_design_load("parallel", &s.design, &error),
                     SERAC_OK);
    assert_int_equal(serac_memory_load("default", &s.memory, &error), SERAC_OK);
    assert_int_equal(serac_tech_load(SERAC_DEFAULT_TECH, &s.tech, &error),
                     SERAC_OK);
    assert_int_equal(serac_workload_load(SERAC_ROOT "/testbench/data/block.cfg",
                                         &w, &error), SERAC_OK);
    struct serac_shapes_job job = {.budget = &s, .workload = w,
                                   .weight_bits = 8, .act_bits = 8,
                                   .least = 0.9};
    uint32_t tried = 0, of = 0;
    for (uint32_t pair = 0; pair < 16; pair++) {
        struct serac_shapes_result r;
        uint32_t in_area;
        double energy;
        double best = least_time(&job, 1u << pair / 4, 1u << pair % 4, &in_area,
                                 &energy);
        enum serac_status status = serac_shapes_best(
            &job, 1u << pair / 4, 1u << pair % 4, &r, &error);
        assert_int_equal(status, best > 0 ? SERAC_OK : SERAC_E_FIT);
        if (in_area)
            assert_int_equal(r.in_area, in_area);
        if (best > 0) {        /* cells have six digits */
            double time = serac_row_get(&r.row, SERAC_COLUMN_time_us);
            assert_true(time <= best * SERAC_SHAPES_TIE * 1.00001);
            assert_true(time >= best * 0.99999);
            assert_true(serac_row_get(&r.row, SERAC_COLUMN_energy_uj) ==
                        energy);
        }
        tried += r.timed;
        of += r.in_area;
    }
    print_message("%u of %u shapes timed\n", tried, of);
    assert_true(tried > 0 && tried < of);
    serac_workload_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_peak_designs_differ_in_planes_and_shape_only),
        cmocka_unit_test(test_depthwise_layers_are_taken_away_once),
        cmocka_unit_test(test_names_decide_the_view_and_others_are_left_out),
        cmocka_unit_test(test_a_mixed_total_has_the_width_of_its_weights),
        cmocka_unit_test(test_break_even_is_the_widest_width_that_is_better),
        cmocka_unit_test(test_the_page_puts_our_gain_beside_published_ones),
        cmocka_unit_test(test_the_best_shape_is_that_of_trying_all),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
