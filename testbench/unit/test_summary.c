/* test_summary.c - who wins under which limit, and the page that says it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "serac_summary.h"

static struct serac_report report;
static struct serac_summary summary;

static int setup(void **state)
{
    (void)state;
    memset(&report, 0, sizeof report);
    memset(&summary, 0, sizeof summary);
    report.source = "a folder";
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    serac_summary_free(&summary);
    serac_report_free(&report);
    return 0;
}

/* A point on a design of 4 x 4 x 32 with (planes,planes). */
static struct serac_row *add(const char *network, const char *precision, const char *planes,
                             const char *time, const char *energy, const char *area)
{
    struct serac_row row;
    memset(&row, 0, sizeof row);
    serac_row_text(&row, SERAC_COLUMN_design, "a design");
    serac_row_text(&row, SERAC_COLUMN_layer, "total");
    serac_row_text(&row, SERAC_COLUMN_memory, "default");
    serac_row_text(&row, SERAC_COLUMN_technology, "none of ours");
    serac_row_text(&row, SERAC_COLUMN_network, network);
    serac_row_text(&row, SERAC_COLUMN_precision, precision);
    serac_row_text(&row, SERAC_COLUMN_weight_planes, planes);
    serac_row_text(&row, SERAC_COLUMN_act_planes, planes);
    serac_row_text(&row, SERAC_COLUMN_time_us, time);
    serac_row_text(&row, SERAC_COLUMN_energy_uj, energy);
    serac_row_text(&row, SERAC_COLUMN_area_um2, area);
    serac_row_text(&row, SERAC_COLUMN_rows, "4");
    serac_row_text(&row, SERAC_COLUMN_cols, "4");
    serac_row_text(&row, SERAC_COLUMN_lanes, !strcmp(planes, "1") ? "512" : "8");
    assert_int_equal(serac_report_add_total(&report, &row, NULL), SERAC_OK);
    return &report.totals[report.num_totals - 1];
}

static const struct serac_group *group(size_t index)
{
    if (!summary.groups)
        assert_int_equal(serac_summarise(&report, &summary), SERAC_OK);
    assert_true(index < summary.count);
    return &summary.groups[index];
}

static void test_networks_of_one_topology_are_a_group(void **state)
{
    (void)state;
    add("fashion-w8", "", "8", "4", "1", "1e6");
    add("fashion-w2", "", "8", "3", "1", "1e6");
    add("fashion-mixed", "", "8", "2", "1", "1e6");
    add("fashion-wide", "", "8", "1", "1", "1e6");
    assert_string_equal(group(0)->program, "fashion");
    assert_int_equal(group(0)->count, 3);
    assert_string_equal(group(1)->program, "fashion-wide");
    assert_int_equal(summary.count, 2);
}

/* As serac tune names them: whole, cut within the widths, cut at their beginning. */
static void test_assignments_of_a_tune_are_a_group(void **state)
{
    (void)state;
    add("fashion-w8", "", "8", "4", "1", "1e6");
    add("fashion-w8/8-4-4/8-8-6", "", "8", "3", "1", "1e6");
    add("fashion-w8/8-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4-4/~0123abcd", "", "8", "2", "1", "1e6");
    add("fashion-w8/~0123abcd", "", "8", "2", "1", "1e6");
    add("nets/fashion", "", "8", "1", "1", "1e6");
    add("fashion/8~0123abc", "", "8", "1", "1", "1e6");
    assert_string_equal(group(0)->program, "fashion");
    assert_int_equal(group(0)->count, 4);
    assert_string_equal(group(1)->program, "nets/fashion");
    assert_string_equal(group(2)->program, "fashion/8~0123abc");
    assert_int_equal(summary.count, 3);
}

static void test_another_memory_is_another_group(void **state)
{
    (void)state;
    add("net", "8/8", "8", "4", "1", "1e6");
    serac_row_text(add("net", "8/8", "8", "3", "1", "1e6"), SERAC_COLUMN_memory, "slow");
    assert_int_equal(group(0)->limits[0].fastest, 0);
    assert_int_equal(group(1)->limits[0].fastest, 1);
}

static void test_empty_cells_never_win(void **state)
{
    (void)state;
    add("net", "8/8", "8", "", "", "1e6");
    add("net", "4/8", "8", "3", "", "1e6");
    assert_int_equal(group(0)->limits[0].fastest, 1);
    assert_true(group(0)->limits[0].thriftiest == SERAC_NO_POINT);
}

static void test_no_times_make_no_limits(void **state)
{
    (void)state;
    add("net", "8/8", "8", "", "5", "1e6");
    assert_int_equal(group(0)->num_limits, 0);
}

/* The limit is one of 1, 1.5, 2, 3, 5, 7 mm2. */
static void test_a_design_of_the_limit_is_within_it(void **state)
{
    (void)state;
    add("net", "8/8", "8", "1", "1", "4e6");
    add("net", "4/8", "8", "2", "2", "3e6");
    add("net", "2/8", "8", "9", "9", "1e6");
    assert_string_equal(group(0)->limits[1].text, "area at most 3 mm2");
    assert_int_equal(group(0)->limits[1].fastest, 1);
    assert_int_equal(group(0)->num_limits, 3);      /* none, 3, and 2 with the last one */
}

static void test_a_larger_design_is_not(void **state)
{
    (void)state;
    add("net", "8/8", "8", "1", "1", "4e6");
    add("net", "4/8", "8", "2", "2", "3000001");
    add("net", "2/8", "8", "9", "9", "1e6");
    assert_int_equal(group(0)->limits[1].fastest, 2);
    assert_int_equal(group(0)->num_limits, 2);
}

static void test_ties_go_to_less_energy_then_less_area(void **state)
{
    (void)state;
    add("net", "8/8", "8", "2", "5", "1e6");
    add("net", "4/8", "8", "2", "", "1e6");
    add("net", "2/8", "8", "2", "4", "3e6");
    add("net", "1/8", "8", "2", "4", "2e6");
    add("net", "3/8", "8", "3", "4", "1e6");
    assert_int_equal(group(0)->limits[0].fastest, 3);
    assert_int_equal(group(0)->limits[0].thriftiest, 3);
}

/* The thriftiest is larger than the fastest; ten designs, a decade apart, each better than smaller ones. */
static void test_limits_go_over_the_whole_range(void **state)
{
    (void)state;
    add("net", "8/8", "8", "1", "9", "1e6");
    add("net", "4/8", "8", "5", "1", "9e6");
    assert_string_equal(group(0)->limits[1].text, "area at most 7 mm2");
    assert_int_equal(group(0)->limits[1].thriftiest, 0);
    serac_summary_free(&summary);
    serac_report_free(&report);
    report.source = "a folder";
    for (int i = 0; i < 10; i++) {
        char time[8], area[16];
        snprintf(time, sizeof time, "%d", 10 - i);
        snprintf(area, sizeof area, "1e%d", 3 + i);
        add("net", "8/8", "8", time, time, area);
    }
    assert_int_equal(group(0)->num_limits, 9);
    assert_string_equal(group(0)->limits[1].text, "area at most 700000 mm2");
    assert_string_equal(group(0)->limits[8].text, "area at most 0.007 mm2");
    assert_int_equal(group(0)->limits[8].fastest, 0);
}

static void test_accuracy_limits_hold_the_loss(void **state)
{
    (void)state;
    serac_row_text(add("n-w8", "", "8", "9", "9", ""), SERAC_COLUMN_accuracy, "0.9");
    serac_row_text(add("n-w4", "", "8", "5", "5", ""), SERAC_COLUMN_accuracy, "0.89");
    serac_row_text(add("n-w2", "", "8", "1", "1", ""), SERAC_COLUMN_accuracy, "0.8899");
    const struct serac_group *g = group(0);
    assert_int_equal(g->num_limits, 4);
    assert_int_equal(g->limits[0].fastest, 2);      /* none */
    assert_int_equal(g->limits[1].fastest, 0);      /* the highest */
    assert_int_equal(g->limits[2].fastest, 1);      /* a point less: 0.89 and not 0.8899 */
    assert_int_equal(g->limits[3].fastest, 2);      /* two points less */
}

static void test_break_even_is_the_widest_without_a_gap(void **state)
{
    (void)state;
    static const char *const times[] = {"1", "2", "9", "4"};      /* at 1, 2, 4, 8 bits */
    static const char *const widths[] = {"1/8", "2/8", "4/8", "8/8"};
    for (int i = 0; i < 4; i++) {
        add("net", widths[i], "1", times[i], "5", "1e6");
        add("net", widths[i], "8", "5", "5", "1e6");
    }
    assert_int_equal(group(0)->num_pairs, 1);
    const struct serac_break_even *b = &group(0)->pairs[0];
    assert_int_equal(b->time.widest, 2);
    assert_int_equal(b->time.lost, 4);
    assert_int_equal(b->energy.widest, 0);            /* as good is not better */
    assert_int_equal(b->energy.lost, 1);
}

static void test_break_even_is_unknown_at_another_peak(void **state)
{
    (void)state;
    add("net", "1/8", "1", "1", "1", "1e6");
    serac_row_text(add("net", "1/8", "8", "5", "5", "1e6"), SERAC_COLUMN_lanes, "16");
    assert_int_equal(group(0)->num_pairs, 0);
}

/* --- the page ------------------------------------------------------------------------ */

static char *page(void)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = open_memstream(&text, &bytes);
    assert_non_null(to);
    assert_int_equal(serac_report_html(to, &report), SERAC_OK);
    fclose(to);
    return text;
}

static void test_names_cannot_leave_their_place(void **state)
{
    (void)state;
    add("</script><b>\"\\&", "8/8", "8", "007", "1e400", "1");
    char *text = page();
    assert_null(strstr(text, "</script><b>"));
    assert_non_null(strstr(text, "&lt;/script&gt;&lt;b&gt;&quot;\\&amp;"));
    assert_non_null(strstr(text, "\"\\u003c/script>\\u003cb>\\u0022\\u005c&\""));
    assert_non_null(strstr(text, "\"time_us\",\"value\":\"007\""));   /* not a number in JSON */
    free(text);
}

/* Versions, hashes and what lock step found come from files too. */
static void test_origins_and_checks_cannot_either(void **state)
{
    (void)state;
    static const struct serac_report_origin origin = {"<i>key", "<i>version</dd>"};
    struct serac_check check = {.design = "<i>d", .memory = "<i>m", .network = "<i>n",
                                       .seed = "<i>s", .layers = "<i>l", .cycles = "<i>c",
                                       .bytes = "<i>b", .difference = "<i>f",
                                       .result = "<i>r"};
    add("net", "8/8", "8", "1", "1", "1");
    report.origins[0] = origin;
    report.checks.check = malloc(sizeof check);
    assert_non_null(report.checks.check);
    report.checks.check[report.checks.count++] = check;
    char *text = page();
    assert_null(strstr(text, "<i>"));
    assert_non_null(strstr(text, "all by version &lt;i&gt;version&lt;/dd&gt; (program"));
    assert_non_null(strstr(text, "<td>&lt;i&gt;r</td>"));
    free(text);
}

static void test_points_that_have_not_run_are_said_first(void **state)
{
    (void)state;
    add("net", "8/8", "8", "1", "1", "1");
    char *text = page();
    assert_null(strstr(text, "have not run"));
    free(text);
    report.planned = 5;
    report.pending = 3;
    text = page();
    const char *said = strstr(text, "3 of 5 points of the sweep have not run");
    assert_non_null(said);
    assert_true(said < strstr(text, "is fastest"));
    free(text);
}

/* Measured at 2, 4 and 8 bits, won at 2 and 4 in time, at none in energy; against 8/8 at all. */
static void test_break_even_says_what_was_not_measured(void **state)
{
    (void)state;
    static const char *const times[] = {"1", "2", "9"}, *const widths[] = {"2/8", "4/8", "8/8"};
    for (int i = 0; i < 3; i++) {
        serac_row_text(add("net", widths[i], "1", times[i], "5", "1e6"), SERAC_COLUMN_batch, "3");
        serac_row_text(add("net", widths[i], "8", i == 2 ? "10" : "5", "5", "1e6"),
                       SERAC_COLUMN_batch, "3");
    }
    serac_row_text(&report.totals[0], SERAC_COLUMN_extrapolated, "energy area");
    char *text = page();
    assert_non_null(strstr(text, "batch 3</small></h3>"));    /* not the summary's, which counts points */
    assert_non_null(strstr(text, "<td class=\"n\">8 bits<br><small>1, 3, 5 to 7 not measured</small>"
        "</td><td class=\"n\">not at 2 bits&nbsp;&dagger;<br><small>1 not measured</small></td>"));
    free(text);
}

/* 8/8 at 100 MHz in 1000 cycles; the winner at 50 MHz in 250: 2 = 0.5 / 0.25. */
static void test_factors_of_the_winner_make_its_speed(void **state)
{
    (void)state;
    static const char *const cells[2][5] = {{"10", "1000", "900", "100", "4000"},
                                            {"5", "250", "225", "50", "1000"}};
    for (int i = 0; i < 2; i++) {
        struct serac_row *row = add("net", i ? "2/8" : "8/8", "8", cells[i][0], "1", "1e6");
        serac_row_text(row, SERAC_COLUMN_cycles, cells[i][1]);
        serac_row_text(row, SERAC_COLUMN_array_busy_cycles, cells[i][2]);
        serac_row_text(row, SERAC_COLUMN_clock_mhz, cells[i][3]);
        serac_row_text(row, SERAC_COLUMN_bytes_read, cells[i][4]);
    }
    const char *why = group(0)->limits[0].why;
    assert_non_null(strstr(why, "2 times as fast as the best at 8/8 (a design): 0.5 times its clock "
                                "in 0.25 times its cycles, with 0.25 times"));
}

static void test_large_areas_are_plain_digits(void **state)
{
    (void)state;
    add("net", "8/8", "8", "1", "1", "2e13");
    add("net", "8/8", "8", "2", "2", "1e9");
    add("net", "8/8", "8", "3", "3", "999499999");
    char *text = page();
    assert_non_null(strstr(text, " on 20000000&nbsp;mm&sup2;"));
    assert_non_null(strstr(text, "area at most 15000000 mm&sup2;"));
    assert_null(strstr(text, "e+0"));
    free(text);
}

/* 30 of 30 right: Wilson's interval ends at 100, and is not symmetric. */
static void test_an_interval_is_said_by_its_ends(void **state)
{
    (void)state;
    struct serac_row *row = add("net", "8/8", "8", "1", "1", "1e6");
    serac_row_text(row, SERAC_COLUMN_accuracy, "1");
    serac_row_text(row, SERAC_COLUMN_images, "30");
    char *text = page();
    assert_non_null(strstr(text, "On 30 images its 95&nbsp;% interval is 88.6 to 100.0&nbsp;%"));
    assert_non_null(strstr(text, "technology none of ours: 1 point</small>"));
    free(text);
}

static void test_a_page_of_nothing_says_so(void **state)
{
    (void)state;
    char *text = page();
    assert_non_null(strstr(text, "There are no points."));
    assert_non_null(strstr(text, "</html>"));
    free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_networks_of_one_topology_are_a_group),
        TEST(test_assignments_of_a_tune_are_a_group),
        TEST(test_another_memory_is_another_group),
        TEST(test_empty_cells_never_win),
        TEST(test_no_times_make_no_limits),
        TEST(test_a_design_of_the_limit_is_within_it),
        TEST(test_a_larger_design_is_not),
        TEST(test_ties_go_to_less_energy_then_less_area),
        TEST(test_limits_go_over_the_whole_range),
        TEST(test_accuracy_limits_hold_the_loss),
        TEST(test_break_even_is_the_widest_without_a_gap),
        TEST(test_break_even_is_unknown_at_another_peak),
        TEST(test_names_cannot_leave_their_place),
        TEST(test_origins_and_checks_cannot_either),
        TEST(test_points_that_have_not_run_are_said_first),
        TEST(test_break_even_says_what_was_not_measured),
        TEST(test_factors_of_the_winner_make_its_speed),
        TEST(test_large_areas_are_plain_digits),
        TEST(test_an_interval_is_said_by_its_ends),
        TEST(test_a_page_of_nothing_says_so)};
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
