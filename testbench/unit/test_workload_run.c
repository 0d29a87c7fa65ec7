/* test_workload_run.c - workloads on a design: batches, widths in memory, equal layers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serac_workload_run.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static char path[1024];
static struct serac_setting setting;
static struct serac_error error;

/* Rows 0 fc, 1 again (as fc), 2 scores, 3 conv, 4 add, 5 total. */
static const char layers[] =
    "  { name = \"fc\"; op = \"gemm\"; m = 16; k = 64; n = 8; count = 2; },\n"
    "  { name = \"again\"; op = \"gemm\"; m = 16; k = 64; n = 8; },\n"
    "  { name = \"scores\"; op = \"gemm\"; m = 16; k = 32; n = 16; run_time = true; },\n"
    "  { name = \"conv\"; op = \"conv\"; input = [5, 5, 32]; out_channels = 8; kept = 10L; },\n"
    "  { name = \"add\"; op = \"add\"; input = [5, 5, 8]; } );\n";

static struct serac_workload *workload_of(const char *variation)
{
    struct serac_workload *w = NULL;
    char name[1100];
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "name = \"w\"; source = \"s\";\nlayers = (\n%s", layers);
    fclose(file);
    snprintf(name, sizeof name, "%s%s", path, variation);
    if (serac_workload_load(name, &w, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    return w;
}

static struct serac_workload_result run(struct serac_workload_job job)
{
    struct serac_workload_result r;
    job.setting = &setting;
    if (serac_workload_run(&job, &r, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    assert_int_equal(r.num_rows, 6);
    return r;
}

static double cell(const struct serac_workload_result *r, int row,
                   enum serac_column column)
{
    return serac_row_get(&r->rows[row], column);
}

static void test_a_batch_of_a_gemm_is_one_product_the_rest_runs_once_each(
    void **state)
{
    struct serac_workload *w = workload_of(""), *wide = workload_of(":layers.fc.n=24");
    struct serac_workload_job job = {.workload = w, .weight_bits = 4, .act_bits = 8};
    struct serac_workload_result one, three, product;
    (void)state;
    one = run(job);
    job.batch = 3;
    three = run(job);
    job.batch = 0;
    job.workload = wide;
    product = run(job);
    assert_true(cell(&one, 5, SERAC_COLUMN_batch) == 1);
    for (int row = 0; row < 6; row++)
        assert_true(cell(&three, row, SERAC_COLUMN_batch) == 3);
    assert_true(cell(&three, 0, SERAC_COLUMN_n) == 24);
    assert_true(cell(&three, 0, SERAC_COLUMN_cycles) ==
                cell(&product, 0, SERAC_COLUMN_cycles));
    assert_true(cell(&three, 0, SERAC_COLUMN_cycles) <
                3 * cell(&one, 0, SERAC_COLUMN_cycles));
    for (int row = 2; row < 5; row++) {
        assert_true(cell(&three, row, SERAC_COLUMN_n) ==
                    cell(&one, row, SERAC_COLUMN_n));
        assert_true(cell(&three, row, SERAC_COLUMN_cycles) ==
                    3 * cell(&one, row, SERAC_COLUMN_cycles));
    }
    assert_true(cell(&three, 5, SERAC_COLUMN_macs) ==
                3 * cell(&one, 5, SERAC_COLUMN_macs));
    assert_true(cell(&three, 5, SERAC_COLUMN_weight_bytes) ==
                cell(&one, 5, SERAC_COLUMN_weight_bytes));
    assert_true(cell(&three, 3, SERAC_COLUMN_weight_bytes) ==
                cell(&one, 3, SERAC_COLUMN_weight_bytes));
    assert_true(cell(&three, 5, SERAC_COLUMN_memory_bytes) >
                cell(&one, 5, SERAC_COLUMN_memory_bytes));
    serac_workload_free(&one);
    serac_workload_free(&three);
    serac_workload_free(&product);
    serac_workload_destroy(w);
    serac_workload_destroy(wide);
}

static void test_weights_stored_narrower_cost_bytes_and_no_array_cycles(
    void **state)
{
    struct serac_workload *w = workload_of("");
    struct serac_workload_job job = {.workload = w, .weight_bits = 8, .act_bits = 8};
    struct serac_workload_result eight, two;
    (void)state;
    eight = run(job);
    job.weight_store_bits = 2;
    two = run(job);
    for (int row = 0; row < 6; row++)
        assert_true(cell(&two, row, SERAC_COLUMN_array_busy_cycles) ==
                    cell(&eight, row, SERAC_COLUMN_array_busy_cycles));
    assert_true(cell(&two, 0, SERAC_COLUMN_weight_bits) == 8);
    assert_true(cell(&two, 0, SERAC_COLUMN_weight_store_bits) == 2);
    assert_true(cell(&two, 2, SERAC_COLUMN_weight_store_bits) == 8);  /* activations */
    assert_true(cell(&two, 5, SERAC_COLUMN_weight_bytes) * 4 ==
                cell(&eight, 5, SERAC_COLUMN_weight_bytes));
    assert_true(cell(&two, 0, SERAC_COLUMN_bytes_read) <
                cell(&eight, 0, SERAC_COLUMN_bytes_read));
    assert_true(cell(&two, 2, SERAC_COLUMN_bytes_read) ==
                cell(&eight, 2, SERAC_COLUMN_bytes_read));
    assert_string_equal(two.rows[5].cells[SERAC_COLUMN_precision], "8/8/2");
    assert_string_equal(eight.rows[5].cells[SERAC_COLUMN_precision], "8/8");
    serac_workload_free(&eight);
    serac_workload_free(&two);
    serac_workload_destroy(w);
}

/* What budgets compare is the same on every design; a layer's is what memory holds: whole tiles and records. */
static void test_a_totals_weights_are_bare_and_a_layers_packed(void **state)
{
    struct serac_workload *w = workload_of("");
    struct serac_workload_job job = {.workload = w, .weight_bits = 2, .act_bits = 8};
    struct serac_workload_result r = run(job);
    const double bare[5] = {2 * 16 * 64 * 2 / 8, 16 * 64 * 2 / 8, 0, 32 * 8 * 2 / 8, 0};
    const double records[5] = {2 * 16 * 16, 16 * 16, 0, 8 * 16, 0};
    double sum = 0, packed = 0;
    (void)state;
    for (int row = 0; row < 5; row++) {
        double bytes = cell(&r, row, SERAC_COLUMN_weight_bytes);
        assert_true(bytes >= bare[row] + records[row]);
        sum += bare[row];
        packed += bytes;
    }
    assert_true(cell(&r, 2, SERAC_COLUMN_weight_bytes) == 0);                /* activations */
    assert_true(cell(&r, 5, SERAC_COLUMN_weight_bytes) == sum);
    assert_true(cell(&r, 5, SERAC_COLUMN_memory_bytes) > packed);
    serac_workload_free(&r);
    serac_workload_destroy(w);
}

static void test_equal_layers_are_timed_once(void **state)
{
    struct serac_workload *w = workload_of("");
    struct serac_timings *timings = serac_timings_create();
    struct serac_workload_job job = {.workload = w, .weight_bits = 4, .act_bits = 8,
                                     .timings = timings};
    struct serac_workload_result first, r;
    (void)state;
    assert_non_null(timings);
    first = run(job);
    assert_int_equal(serac_timings_count(timings), 4);   /* fc and again are one */
    snprintf(setting.tech.name, sizeof setting.tech.name, "other");
    setting.tech.clock_tree_factor *= 2;
    r = run(job);
    assert_int_equal(serac_timings_count(timings), 4);
    assert_true(cell(&r, 5, SERAC_COLUMN_cycles) ==
                cell(&first, 5, SERAC_COLUMN_cycles));
    assert_true(cell(&r, 5, SERAC_COLUMN_energy_uj) >
                cell(&first, 5, SERAC_COLUMN_energy_uj));
    serac_workload_free(&r);
    job.weight_bits = 2;
    r = run(job);
    assert_int_equal(serac_timings_count(timings), 7);   /* all but the product of activations */
    serac_workload_free(&r);
    setting.memory.latency_cycles += 100;
    job.weight_bits = 4;
    r = run(job);
    assert_int_equal(serac_timings_count(timings), 11);
    assert_true(cell(&r, 5, SERAC_COLUMN_cycles) >
                cell(&first, 5, SERAC_COLUMN_cycles));
    serac_workload_free(&r);
    serac_workload_free(&first);
    serac_timings_destroy(timings);
    serac_workload_destroy(w);
}

static int set_up(void **state)
{
    (void)state;
    (void)mkdir(SERAC_ROOT "/build", 0777);
    snprintf(path, sizeof path, "%s/build/test-workload-run-%ld.cfg", SERAC_ROOT,
             (long)getpid());
    return serac_cli_setting("tiny", NULL, NULL, &setting) < 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_batch_of_a_gemm_is_one_product_the_rest_runs_once_each),
        TEST(test_weights_stored_narrower_cost_bytes_and_no_array_cycles),
        TEST(test_a_totals_weights_are_bare_and_a_layers_packed),
        TEST(test_equal_layers_are_timed_once),
    };
    return cmocka_run_group_tests_name("workload_run", tests, set_up, tear_down);
}
