/* test_result.c - rows of results: cells, CSV, JSON, tables, and back again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layers.h"
#include "serac_result.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static char path[] = SERAC_ROOT "/build/test-result-XXXXXX";

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* The header and `body` behind it, read back. */
static enum serac_status read_body(const char *body, struct serac_row **rows,
                                   size_t *count, struct serac_error *error)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    serac_result_csv_header(file);
    fputs(body, file);
    assert_int_equal(fclose(file), 0);
    return serac_result_read(path, rows, count, error);
}

static void assert_refused(const char *body, const char *word)
{
    struct serac_row *rows = (struct serac_row *)1;
    struct serac_error error = {""};
    size_t count = 1;
    assert_int_equal(read_body(body, &rows, &count, &error), SERAC_E_INPUT);
    assert_null(rows);
    assert_int_equal(count, 0);
    assert_non_null(strstr(error.text, word));
    assert_int_equal(serac_result_read(path, &rows, &count, NULL),
                     SERAC_E_INPUT);
}

/* --- cells ---------------------------------------------------------------- */

static void test_columns_are_those_of_the_design_document(void **state)
{
    (void)state;
    assert_int_equal(SERAC_COLUMNS, 74);
    assert_string_equal(serac_column_name(SERAC_COLUMN_design), "design");
    assert_string_equal(serac_column_name(SERAC_COLUMN_gops_mm2), "gops_mm2");
    assert_string_equal(serac_column_name(SERAC_COLUMN_accuracy), "accuracy");
    assert_int_equal(SERAC_COLUMN_accuracy, 45); 
    for (int i = 0; i < SERAC_COLUMNS; i++)
        assert_int_equal(serac_column_is_text((enum serac_column)i),
                         i < 6 || i == SERAC_COLUMN_extrapolated ||
                             i == SERAC_COLUMN_precision);
}

static void test_unknown_number_is_empty_and_zero_is_0(void **state)
{
    struct serac_row row = {{{0}}};
    (void)state;
    serac_row_f64(&row, SERAC_COLUMN_gops, 0);
    assert_string_equal(row.cells[SERAC_COLUMN_gops], "0");
    assert_true(serac_row_get(&row, SERAC_COLUMN_gops) == 0);
    serac_row_f64(&row, SERAC_COLUMN_gops, NAN);
    assert_string_equal(row.cells[SERAC_COLUMN_gops], "");
    assert_true(isnan(serac_row_get(&row, SERAC_COLUMN_gops)));
}

/* JSON has no infinity, and no figure is one. */
static void test_infinite_number_is_unknown(void **state)
{
    struct serac_row row = {{{0}}};
    (void)state;
    serac_row_f64(&row, SERAC_COLUMN_tops_w, INFINITY);
    assert_string_equal(row.cells[SERAC_COLUMN_tops_w], "");
    serac_row_f64(&row, SERAC_COLUMN_tops_w, -INFINITY);
    assert_string_equal(row.cells[SERAC_COLUMN_tops_w], "");
}

static void test_largest_count_is_kept_to_the_last_digit(void **state)
{
    struct serac_row row = {{{0}}};
    (void)state;
    serac_row_u64(&row, SERAC_COLUMN_cycles, UINT64_MAX);
    assert_string_equal(row.cells[SERAC_COLUMN_cycles],
                        "18446744073709551615");
}

static void test_text_in_a_number_column_is_no_number(void **state)
{
    struct serac_row row = {{{0}}};
    (void)state;
    serac_row_text(&row, SERAC_COLUMN_weight_bits, "mixed");
    assert_true(isnan(serac_row_get(&row, SERAC_COLUMN_weight_bits)));
    serac_row_text(&row, SERAC_COLUMN_weight_bits, "8 bits");
    assert_true(isnan(serac_row_get(&row, SERAC_COLUMN_weight_bits)));
}

static void test_a_column_is_found_by_its_name_or_the_nearest_is_named(
    void **state)
{
    const char *nearest = "x";
    (void)state;
    for (int i = 0; i < SERAC_COLUMNS; i++) {
        enum serac_column column = (enum serac_column)i;
        assert_int_equal(serac_column_find(serac_column_name(column), &nearest),
                         column);
        assert_null(nearest);
    }
    assert_int_equal(serac_column_find("aera_um2", &nearest), SERAC_COLUMNS);
    assert_string_equal(nearest, "area_um2");
    assert_int_equal(serac_column_find("xyzzyplugh", &nearest), SERAC_COLUMNS);
    assert_null(nearest);
}

static void test_a_setting_is_every_key_of_design_and_memory(void **state)
{
    struct serac_design d = small_design(4, 8, 32);
    struct serac_memory_config m = {.latency_cycles = 64, .bytes_per_cycle = 16,
                                    .seed = 7, .dram_pj_per_bit = NAN};
    struct serac_row row = {{{0}}};
    (void)state;
    serac_row_setting(&row, &d, &m);
    for (int i = SERAC_COLUMN_rows; i < SERAC_COLUMN_dram_pj_per_bit; i++)
        assert_true(row.cells[i][0]);
    assert_string_equal(row.cells[SERAC_COLUMN_cols], "8");
    assert_string_equal(row.cells[SERAC_COLUMN_seed], "7");
    assert_string_equal(row.cells[SERAC_COLUMN_dram_pj_per_bit], "");
}

static void test_a_precision_names_another_width_in_memory(void **state)
{
    struct serac_row row = {{{0}}};
    (void)state;
    serac_row_precision(&row, 2, 8, 2);
    assert_string_equal(row.cells[SERAC_COLUMN_precision], "2/8");
    serac_row_precision(&row, 8, 4, 2);
    assert_string_equal(row.cells[SERAC_COLUMN_precision], "8/4/2");
}

static void test_long_text_is_cut_to_its_cell(void **state)
{
    struct serac_row row = {{{0}}};
    char text[200];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    serac_row_text(&row, SERAC_COLUMN_design, text);
    assert_int_equal(strlen(row.cells[SERAC_COLUMN_design]), SERAC_CELL - 1);
    assert_string_equal(row.cells[SERAC_COLUMN_technology], "");
}

static void test_causes_must_sum_to_the_cycles(void **state)
{
    struct serac_counters c = {.cycles = 63, .array_busy_cycles = 1,
                               .stall_fetch_cycles = 2,
                               .stall_requant_cycles = 4,
                               .stall_store_cycles = 8,
                               .stall_control_cycles = 16,
                               .fill_drain_cycles = 32};
    (void)state;
    assert_true(serac_counters_add_up(&c));
    c.cycles++;
    assert_false(serac_counters_add_up(&c));
    c.cycles -= 2;
    assert_false(serac_counters_add_up(&c));
}

/* 100 MHz; no area, no energy. */
static struct serac_tech clock_only(void)
{
    struct serac_tech t;
    memset(&t, 0, sizeof t);
    snprintf(t.name, sizeof t.name, "t");
    t.has[SERAC_DELAY_NS] = true;
    t.unit[SERAC_DELAY_NS][0][0] = 10;
    return t;
}

/* 4 x 4 x 32 lanes at 100 MHz: 1000 cycles are 10 us. */
static void test_rates_follow_from_the_counters(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_tech t = clock_only();
    struct serac_work w = {.counters = {.cycles = 1000, .array_busy_cycles = 800,
                                        .bytes_read = 77, .bytes_written = 55},
                           .macs = 25600, .products = 25600 * 2 * 8};
    struct serac_row row = {{{0}}};
    (void)state;
    d.act_planes = 2;
    serac_row_work(&row, &d, &t, NAN, &w);
    assert_string_equal(row.cells[SERAC_COLUMN_design], "small");
    assert_string_equal(row.cells[SERAC_COLUMN_technology], "t");
    assert_string_equal(row.cells[SERAC_COLUMN_macs], "25600");
    assert_string_equal(row.cells[SERAC_COLUMN_cycles], "1000");
    assert_string_equal(row.cells[SERAC_COLUMN_bytes_read], "77");
    assert_string_equal(row.cells[SERAC_COLUMN_bytes_written], "55");
    assert_string_equal(row.cells[SERAC_COLUMN_time_us], "10");
    assert_string_equal(row.cells[SERAC_COLUMN_gops], "5.12");
    assert_string_equal(row.cells[SERAC_COLUMN_utilisation], "0.4");
    assert_string_equal(row.cells[SERAC_COLUMN_accuracy], "");
    assert_string_equal(row.cells[SERAC_COLUMN_luts], "");
    assert_string_equal(row.cells[SERAC_COLUMN_area_um2], "");
    assert_string_equal(row.cells[SERAC_COLUMN_energy_leakage_uj], "");
    assert_string_equal(row.cells[SERAC_COLUMN_energy_uj], "");
    assert_string_equal(row.cells[SERAC_COLUMN_extrapolated], "");
    d.rows = 64;
    d.lanes = 512;
    serac_row_work(&row, &d, &t, NAN, &w);
    assert_string_equal(row.cells[SERAC_COLUMN_extrapolated], "area clock");
}

static void test_rates_of_no_cycles_are_unknown(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_tech t = clock_only();
    struct serac_work w = {.macs = 0};
    struct serac_row row = {{{0}}};
    (void)state;
    serac_row_work(&row, &d, &t, NAN, &w);
    assert_string_equal(row.cells[SERAC_COLUMN_cycles], "0");
    assert_string_equal(row.cells[SERAC_COLUMN_utilisation], "");
    assert_string_equal(row.cells[SERAC_COLUMN_gops], "");
    assert_string_equal(row.cells[SERAC_COLUMN_power_mw], "");
}

/* --- CSV ------------------------------------------------------------------ */

static struct serac_row sample(void)
{
    struct serac_row row = {{{0}}};
    serac_row_text(&row, SERAC_COLUMN_design, "a,b");
    serac_row_text(&row, SERAC_COLUMN_network, "net");
    serac_row_text(&row, SERAC_COLUMN_weight_bits, "mixed");
    serac_row_u64(&row, SERAC_COLUMN_cycles, UINT64_MAX);
    serac_row_f64(&row, SERAC_COLUMN_gops, 1.25e-7);
    serac_row_u64(&row, SERAC_COLUMN_images, 0);
    serac_row_f64(&row, SERAC_COLUMN_accuracy, 0.875);
    return row;
}

static void test_rows_come_back_from_csv_as_they_were(void **state)
{
    struct serac_row out[3] = {sample(), {{{0}}}, sample()}, *in;
    size_t count;
    FILE *file = fopen(path, "w");
    (void)state;
    assert_non_null(file);
    memset(out[2].cells[SERAC_COLUMN_accuracy], 0, SERAC_CELL);
    serac_result_csv_header(file);
    for (int i = 0; i < 3; i++)
        serac_result_csv(file, &out[i]);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(serac_result_read(path, &in, &count, NULL), SERAC_OK);
    assert_int_equal(count, 3);
    assert_memory_equal(in, out, sizeof out);
    free(in);
}

static void test_cell_with_a_comma_is_quoted(void **state)
{
    struct serac_row row = sample();
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    (void)state;
    serac_result_csv(file, &row);
    fclose(file);
    assert_int_equal(strncmp(text, "\"a,b\",,,,net,,", 14), 0);
    free(text);
}

static void test_quotes_in_a_cell_come_back(void **state)
{
    static const char *const texts[] = {"a\"b", "\"a\"", "a\",\"b", "\"", ",",
                                        "\"\","};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct serac_row out = {{{0}}}, *in;
        size_t count;
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        serac_row_text(&out, SERAC_COLUMN_network, texts[i]);
        serac_row_u64(&out, SERAC_COLUMN_m, 5);
        serac_result_csv_header(file);
        serac_result_csv(file, &out);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(serac_result_read(path, &in, &count, NULL), SERAC_OK);
        assert_int_equal(count, 1);
        assert_memory_equal(in, &out, sizeof out);
        free(in);
    }
}

/* A row that was cut, or is of another version, is not read as unknowns. */
static void test_row_with_other_than_all_cells_is_refused(void **state)
{
    char commas[SERAC_COLUMNS + 2];
    struct serac_row *rows;
    size_t count;
    (void)state;
    memset(commas, ',', SERAC_COLUMNS);
    strcpy(commas + SERAC_COLUMNS - 1, "\n");
    assert_int_equal(read_body(commas, &rows, &count, NULL), SERAC_OK);
    assert_int_equal(count, 1);
    free(rows);
    assert_refused(commas + 1, ":2: not a result row");
    strcpy(commas + SERAC_COLUMNS - 1, ",\n");
    assert_refused(commas, ":2: not a result row");
    assert_refused("\n", ":2: not a result row");
    assert_refused("tiny,published", ":2: not a result row");
    assert_refused("\"open,,,\n", ":2: not a result row");
    assert_refused("\"a\"b,,,\n", ":2: not a result row");
}

static void test_file_of_other_columns_is_refused(void **state)
{
    struct serac_row *rows;
    size_t count;
    struct serac_error error = {""};
    (void)state;
    write_file("design,technology,memory\n");
    assert_int_equal(serac_result_read(path, &rows, &count, &error),
                     SERAC_E_INPUT);
    write_file("");
    assert_int_equal(serac_result_read(path, &rows, &count, &error),
                     SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "empty"));
    unlink(path);
    assert_int_equal(serac_result_read(path, &rows, &count, &error),
                     SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "cannot be read"));
    assert_int_equal(read_body("", &rows, &count, &error), SERAC_OK);
    assert_int_equal(count, 0);
    free(rows);
}

static void test_cell_longer_than_a_cell_is_refused(void **state)
{
    char body[200] = "";
    (void)state;
    memset(body, 'x', SERAC_CELL);
    memset(body + SERAC_CELL, ',', SERAC_COLUMNS - 1);
    strcat(body, "\n");
    assert_refused(body, ":2: not a result row");
    struct serac_row *rows;
    size_t count;
    assert_int_equal(read_body(body + 1, &rows, &count, NULL), SERAC_OK);
    free(rows);
}

/* --- JSON ----------------------------------------------------------------- */

static cJSON *json_of(const struct serac_row *rows, size_t count)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    serac_result_json(file, rows, count);
    fclose(file);
    cJSON *list = cJSON_Parse(text);
    if (!list)
        fail_msg("not JSON: %s", text);
    free(text);
    return list;
}

/* Each cell that is there is in the object, as a number where it is one; no
 * other is. */
static void test_json_says_what_the_csv_says(void **state)
{
    struct serac_row rows[2] = {sample(), {{{0}}}};
    cJSON *list = json_of(rows, 2);
    (void)state;
    assert_int_equal(cJSON_GetArraySize(list), 2);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetArrayItem(list, 1)), 0);
    cJSON *object = cJSON_GetArrayItem(list, 0);
    for (int i = 0; i < SERAC_COLUMNS; i++) {
        enum serac_column c = (enum serac_column)i;
        cJSON *item = cJSON_GetObjectItem(object, serac_column_name(c));
        if (!rows[0].cells[c][0]) {
            assert_null(item);
            continue;
        }
        assert_non_null(item);
        if (serac_column_is_text(c) || c == SERAC_COLUMN_weight_bits)
            assert_string_equal(cJSON_GetStringValue(item), rows[0].cells[c]);
        else
            assert_true(item->valuedouble == serac_row_get(&rows[0], c));
    }
    cJSON_Delete(list);
    list = json_of(NULL, 0);
    assert_int_equal(cJSON_GetArraySize(list), 0);
    cJSON_Delete(list);
}

/* --- tables --------------------------------------------------------------- */

static void test_table_aligns_text_left_and_numbers_right(void **state)
{
    static const enum serac_column columns[] = {SERAC_COLUMN_design,
                                                SERAC_COLUMN_m};
    struct serac_row rows[2] = {{{{0}}}, {{{0}}}};
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    (void)state;
    serac_row_text(&rows[0], SERAC_COLUMN_design, "long-name");
    serac_row_u64(&rows[0], SERAC_COLUMN_m, 7);
    serac_row_text(&rows[1], SERAC_COLUMN_design, "x");
    serac_row_u64(&rows[1], SERAC_COLUMN_m, 1234);
    serac_result_table(file, rows, 2, columns, 2);
    fclose(file);
    assert_string_equal(text, "design        m\n"
                              "long-name     7\n"
                              "x          1234\n");
    free(text);
}

static int set_up(void **state)
{
    (void)state;
    (void)mkdir(SERAC_ROOT "/build", 0777);
    int fd = mkstemp(path);
    return fd < 0 || close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_those_of_the_design_document),
        cmocka_unit_test(test_unknown_number_is_empty_and_zero_is_0),
        cmocka_unit_test(test_infinite_number_is_unknown),
        cmocka_unit_test(test_largest_count_is_kept_to_the_last_digit),
        cmocka_unit_test(test_text_in_a_number_column_is_no_number),
        cmocka_unit_test(
            test_a_column_is_found_by_its_name_or_the_nearest_is_named),
        cmocka_unit_test(test_a_setting_is_every_key_of_design_and_memory),
        cmocka_unit_test(test_a_precision_names_another_width_in_memory),
        cmocka_unit_test(test_long_text_is_cut_to_its_cell),
        cmocka_unit_test(test_causes_must_sum_to_the_cycles),
        cmocka_unit_test(test_rates_follow_from_the_counters),
        cmocka_unit_test(test_rates_of_no_cycles_are_unknown),
        cmocka_unit_test(test_rows_come_back_from_csv_as_they_were),
        cmocka_unit_test(test_cell_with_a_comma_is_quoted),
        cmocka_unit_test(test_quotes_in_a_cell_come_back),
        cmocka_unit_test(test_row_with_other_than_all_cells_is_refused),
        cmocka_unit_test(test_file_of_other_columns_is_refused),
        cmocka_unit_test(test_cell_longer_than_a_cell_is_refused),
        cmocka_unit_test(test_json_says_what_the_csv_says),
        cmocka_unit_test(test_table_aligns_text_left_and_numbers_right),
    };
    return cmocka_run_group_tests_name("result", tests, set_up, tear_down);
}
