/* test_report.c - every number of a report is one of the rows, or follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_report.h"

#define ROWS 5

static struct serac_row rows[ROWS];
static char *text;

static void put(struct serac_row *row, const char *design, const char *network,
                const char *layer, const char *bits)
{
    serac_row_text(row, SERAC_COLUMN_design, design);
    serac_row_text(row, SERAC_COLUMN_memory, "default");
    serac_row_text(row, SERAC_COLUMN_technology, "sg13g2");
    serac_row_text(row, SERAC_COLUMN_network, network);
    serac_row_text(row, SERAC_COLUMN_layer, layer);
    serac_row_text(row, SERAC_COLUMN_weight_bits, bits);
    serac_row_text(row, SERAC_COLUMN_act_bits, "8");
}

/* Cycles by cause: busy, fetch, requant, store, control, fill. */
static void put_cycles(struct serac_row *row, const uint64_t causes[6])
{
    uint64_t sum = 0;
    for (int i = 0; i < 6; i++) {
        serac_row_u64(row, (enum serac_column)(
                               SERAC_COLUMN_array_busy_cycles + i), causes[i]);
        sum += causes[i];
    }
    serac_row_u64(row, SERAC_COLUMN_cycles, sum);
}

static int set_up(void **state)
{
    static const uint64_t causes[ROWS][6] = {
        {50, 30, 5, 5, 5, 5}, {400, 100, 200, 50, 30, 20},
        {100, 20, 10, 40, 20, 10}, {60, 5, 5, 5, 20, 5}, {1, 2, 3, 4, 5, 6}};
    static const double gops[ROWS] = {9999, 1.5, 6, 5.25, 9999};
    static const double energy[ROWS] = {0.001, 8, 2, 4, 0.001};
    static const double accuracy[ROWS] = {1, 0.9, 0.8, 0.95, 1};
    (void)state;
    memset(rows, 0, sizeof rows);
    put(&rows[0], "serial", "net-w8", "conv", "8");
    put(&rows[1], "serial", "net-w8", "total", "8");
    put(&rows[2], "serial", "net-w2", "total", "2");
    put(&rows[3], "wide", "net-w2", "total", "2");
    put(&rows[4], "wide", "net-w2", "fc", "2");
    for (int i = 0; i < ROWS; i++) {
        put_cycles(&rows[i], causes[i]);
        serac_row_f64(&rows[i], SERAC_COLUMN_gops, gops[i]);
        serac_row_f64(&rows[i], SERAC_COLUMN_energy_uj, energy[i]);
        serac_row_f64(&rows[i], SERAC_COLUMN_accuracy, accuracy[i]);
        serac_row_u64(&rows[i], SERAC_COLUMN_bytes_read, 7000 + (unsigned)i);
    }
    return 0;
}

static void write_report(size_t count)
{
    size_t size;
    free(text);
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    struct serac_report report = {.source = "here/results.db"};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(strcmp(rows[i].cells[SERAC_COLUMN_layer], "total")
                             ? serac_report_add_layer(&report, 0, &rows[i])
                             : serac_report_add_total(&report, &rows[i], NULL), SERAC_OK);
    assert_int_equal(serac_report_markdown(file, &report), SERAC_OK);
    serac_report_free(&report);
    assert_int_equal(fclose(file), 0);
}

static int tear_down(void **state)
{
    (void)state;
    free(text);
    text = NULL;
    return 0;
}

static void says(const char *what)
{
    if (!strstr(text, what))
        fail_msg("no '%s' in\n%s", what, text);
}

/* Cuts a line off *rest; NULL at the end. */
static char *next_line(char **rest)
{
    char *line = *rest;
    if (!*line)
        return NULL;
    *rest += strcspn(line, "\n");
    if (**rest)
        *(*rest)++ = 0;
    return line;
}

/* The table behind `title`: header and, in order, the rows of which `total` is
 * true; each cell as it is in the row. */
static void check_table(const char *title, bool total)
{
    char *at = strstr(text, title), *line;
    enum serac_column columns[SERAC_COLUMNS];
    size_t width = 0, row = 0;
    assert_non_null(at);
    at = strchr(at, '|');
    assert_non_null(at);
    char *copy = strdup(at), *rest = copy, *inner;
    assert_non_null(copy);
    line = next_line(&rest);
    for (char *c = strtok_r(line, "| ", &inner); c;
         c = strtok_r(NULL, "| ", &inner)) {
        int i = 0;
        while (i < SERAC_COLUMNS &&
               strcmp(serac_column_name((enum serac_column)i), c))
            i++;
        assert_true(i < SERAC_COLUMNS);
        columns[width++] = (enum serac_column)i;
    }
    assert_true(width > 10);
    (void)next_line(&rest);
    while ((line = next_line(&rest)) && *line == '|') {
        while (row < ROWS &&
               total == (strcmp(rows[row].cells[SERAC_COLUMN_layer],
                                "total") != 0))
            row++;
        assert_true(row < ROWS);
        char want[1024] = "";
        for (size_t c = 0; c < width; c++) {
            strcat(want, "| ");
            strcat(want, rows[row].cells[columns[c]]);
            strcat(want, " ");
        }
        strcat(want, "|");
        assert_string_equal(line, want);
        row++;
    }
    while (row < ROWS)
        assert_true(total == (strcmp(rows[row++].cells[SERAC_COLUMN_layer],
                                     "total") != 0));
    free(copy);
}

static void test_tables_hold_the_cells_of_the_rows(void **state)
{
    (void)state;
    write_report(ROWS);
    says("From `here/results.db`");
    check_table("## Totals", true);
    check_table("## Layers", false);
}

/* Layers are no candidates, however fast. */
static void test_best_is_chosen_among_the_totals(void **state)
{
    (void)state;
    write_report(ROWS);
    says("most throughput: `net-w2` on `serial` (default, 2/8): 6 GOPS");
    says("least energy: `net-w2` on `serial` (default, 2/8): 2 uJ");
    says("highest accuracy: `net-w2` on `wide` (default, 2/8): 0.95");
    assert_null(strstr(text, "most throughput per area"));   /* unknown */
}

static void test_gain_is_against_8_bits_on_the_same_design(void **state)
{
    (void)state;
    write_report(ROWS);
    says("`net-w2` on `serial` (default, 2/8): 4.00 times as fast as `net-w8` at 8/8, "
         "0.25 of its energy");
    assert_null(strstr(text, "`wide` (default, 2/8): 8.00 times"));
    serac_row_text(&rows[2], SERAC_COLUMN_technology, "another");
    write_report(ROWS);
    assert_null(strstr(text, "times as fast"));
}

/* Another workload, another batch, 8-bit weights beside other activations. */
static void test_gain_is_never_against_another_program(void **state)
{
    (void)state;
    serac_row_text(&rows[2], SERAC_COLUMN_batch, "4");
    write_report(ROWS);
    says("### net, memory `default`, technology `sg13g2`, batch 4\n");
    assert_null(strstr(text, "times as fast"));
    serac_row_text(&rows[2], SERAC_COLUMN_batch, "");
    serac_row_text(&rows[2], SERAC_COLUMN_network, "bert");
    write_report(ROWS);
    assert_null(strstr(text, "times as fast"));
    serac_row_text(&rows[2], SERAC_COLUMN_network, "net-w2");
    serac_row_text(&rows[1], SERAC_COLUMN_act_bits, "4");
    write_report(ROWS);
    assert_null(strstr(text, "times as fast"));
}

static void test_largest_idle_cause_is_named(void **state)
{
    (void)state;
    write_report(ROWS);
    says("`net-w8` on `serial` (default, 8/8): array busy 50.0 %, most of the rest "
         "is `stall_requant_cycles` (25.0 %)");
    says("`net-w2` on `serial` (default, 2/8): array busy 50.0 %, most of the rest "
         "is `stall_store_cycles` (20.0 %)");
    says("`net-w2` on `wide` (default, 2/8): array busy 60.0 %, most of the rest "
         "is `stall_control_cycles` (20.0 %)");
}

static void test_rows_that_do_not_add_up_are_counted(void **state)
{
    (void)state;
    write_report(ROWS);
    says("rows: 5; rows whose causes do not sum to their cycles: 0");
    serac_row_u64(&rows[0], SERAC_COLUMN_cycles, 101);
    serac_row_u64(&rows[3], SERAC_COLUMN_fill_drain_cycles, 4);
    write_report(ROWS);
    says("rows: 5; rows whose causes do not sum to their cycles: 2");
}

static void test_technology_is_named_with_its_source(void **state)
{
    (void)state;
    write_report(ROWS);
    says("- technology sg13g2: IHP SG13G2 (130 nm)");
    says("- error of the fits on ");
    says("- not included: wires");
}

static void test_no_rows_make_a_report_without_numbers(void **state)
{
    (void)state;
    write_report(0);
    says("rows: 0");
    assert_null(strstr(text, "most throughput"));
    assert_null(strstr(text, "nan"));
}

/* Unknown is left out: no figure is made of it. */
static void test_unknown_energy_and_causes_make_no_figure(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++)
        serac_row_text(&rows[i], SERAC_COLUMN_energy_uj, "");
    for (int c = SERAC_COLUMN_array_busy_cycles;
         c <= SERAC_COLUMN_fill_drain_cycles; c++)
        serac_row_text(&rows[1], (enum serac_column)c, "");
    write_report(ROWS);
    says("`net-w2` on `serial` (default, 2/8): 4.00 times as fast as `net-w8` at 8/8\n");
    assert_null(strstr(text, "least energy"));
    assert_null(strstr(text, "nan"));
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_tables_hold_the_cells_of_the_rows),
        EACH(test_best_is_chosen_among_the_totals),
        EACH(test_gain_is_against_8_bits_on_the_same_design),
        EACH(test_gain_is_never_against_another_program),
        EACH(test_largest_idle_cause_is_named),
        EACH(test_rows_that_do_not_add_up_are_counted),
        EACH(test_technology_is_named_with_its_source),
        EACH(test_no_rows_make_a_report_without_numbers),
        EACH(test_unknown_energy_and_causes_make_no_figure),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
