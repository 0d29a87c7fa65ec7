/* test_workload.c - workloads: totals against the published, layers at a width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serac_config.h"
#include "serac_map.h"
#include "serac_workload.h"
#include "serac_workload_run.h"

static struct serac_error error;

static struct serac_workload *load(const char *name)
{
    struct serac_workload *w = NULL;
    memset(&error, 0, sizeof error);
    if (serac_workload_load(name, &w, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    return w;
}

static const struct serac_workload_layer *find(const struct serac_workload *w,
                                               const char *name)
{
    for (uint32_t i = 0; i < w->num_layers; i++)
        if (!strcmp(w->layers[i].name, name))
            return &w->layers[i];
    fail_msg("no layer %s", name);
    return NULL;
}

/* The published totals stand here again: a file cannot change both. The exact sums
 * are those of the usual operation counters, batch normalisation folded. */
static const struct {
    const char *name;
    double macs, parameters;
    uint64_t exact_macs, exact_parameters;
} published[] = {
    {"resnet50", 4.09e9, 25.56e6, 4089184256, 25530472},
    {"mobilenetv2", 300e6, 3504872, 300774272, 3487816},
    {"bert-base", 11.25e9, 85.05e6, 11173625856, 85054464},
};

static void test_totals_are_within_a_percent_of_the_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        struct serac_workload *w = load(published[i].name);
        double macs = (double)serac_workload_macs(w) / published[i].macs;
        double parameters = (double)serac_workload_parameters(w) /
                            published[i].parameters;
        print_message("%s: %.4f of the published MACs, %.4f of the "
                      "parameters\n", w->name, macs, parameters);
        assert_true(macs > 0.99 && macs < 1.01);
        assert_true(parameters > 0.99 && parameters < 1.01);
        assert_int_equal(serac_workload_macs(w), published[i].exact_macs);
        assert_int_equal(serac_workload_parameters(w),
                         published[i].exact_parameters);
        serac_workload_destroy(w);
    }
}

static void test_run_time_products_have_activations_on_both_sides(void **state)
{
    (void)state;
    struct serac_workload *w = load("bert-base");
    struct serac_layer l;
    assert_int_equal(serac_workload_layer_at(find(w, "scores"), 1, 8, &l,
                                             &error), SERAC_OK);
    assert_int_equal(l.weight_bits, 8);
    assert_int_equal(l.act_bits, 8);
    assert_int_equal(find(w, "scores")->parameters, 0);
    assert_int_equal(serac_workload_layer_at(find(w, "qkv"), 1, 8, &l, &error),
                     SERAC_OK);
    assert_int_equal(l.weight_bits, 1);
    assert_int_equal(l.act_bits, 8);
    serac_workload_destroy(w);
}

static void test_patches_keep_the_work_and_count_the_hosts(void **state)
{
    (void)state;
    struct serac_workload *w = load("resnet50");
    const struct serac_workload_layer *conv1 = find(w, "conv1");
    assert_int_equal(serac_layer_macs(&conv1->shape),
                     112ull * 112 * 64 * 7 * 7 * 3);
    assert_int_equal(conv1->shape.input.channels, 147);
    assert_int_equal(conv1->shape.kernel_h, 1);
    assert_int_equal(conv1->host_operations, 112ull * 112 * 147);
    assert_int_equal(serac_workload_host_operations(w),
                     112ull * 112 * 147 + 8ull * 56 * 56 * 64 + 49 * 2048);
    serac_workload_destroy(w);
}

static void test_precisions_are_two_digits_of_1_to_8(void **state)
{
    (void)state;
    uint32_t w = 0, a = 0;
    assert_true(serac_workload_precision("1/8", &w, &a));
    assert_int_equal(w, 1);
    assert_int_equal(a, 8);
    static const char *const bad[] = {"", "8", "8/", "/8", "0/8", "8/9",
                                      "8/10", "8x8", " 8/8", "88/8"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(serac_workload_precision(bad[i], &w, &a));
}

/* --- running ------------------------------------------------------------- */

static struct serac_setting setting_of(const char *design)
{
    struct serac_setting s;
    assert_int_equal(serac_design_load(design, &s.design, &error), SERAC_OK);
    assert_int_equal(serac_memory_load("default", &s.memory, &error), SERAC_OK);
    assert_int_equal(serac_tech_load(SERAC_DEFAULT_TECH, &s.tech, &error),
                     SERAC_OK);
    return s;
}

static void test_rows_are_the_counted_layers_and_sum_to_the_total(void **state)
{
    (void)state;
    struct serac_setting s = setting_of("weight-serial");
    struct serac_workload *w = load("bert-base");
    struct serac_workload_job job = {.setting = &s, .workload = w,
                                     .weight_bits = 2, .act_bits = 4};
    struct serac_workload_result r;
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    assert_int_equal(r.num_rows, 9);      /* 8 layers on the array, total */
    for (int c = SERAC_COLUMN_macs; c <= SERAC_COLUMN_fill_drain_cycles; c++) {
        double sum = 0;
        for (size_t i = 0; i + 1 < r.num_rows; i++)
            sum += serac_row_get(&r.rows[i], (enum serac_column)c);
        assert_true(sum == serac_row_get(&r.rows[8], (enum serac_column)c));
    }
    assert_true(serac_row_get(&r.rows[8], SERAC_COLUMN_cycles) == (double)r.cycles);
    assert_true(serac_row_get(&r.rows[8], SERAC_COLUMN_array_busy_cycles) ==
                (double)serac_workload_busy_cycles(&job));
    /* One of the 36 projections, timed alone. */
    struct serac_layer l;
    struct serac_mapping mapping;
    uint64_t cycles;
    assert_int_equal(serac_workload_layer_at(find(w, "qkv"), 2, 4, &l, &error),
                     SERAC_OK);
    assert_int_equal(serac_map_best(&l, &s.design, &s.memory, &mapping, &cycles,
                                    &error), SERAC_OK);
    assert_true(serac_row_get(&r.rows[0], SERAC_COLUMN_cycles) ==
                36.0 * (double)cycles);
    assert_string_equal(r.rows[8].cells[SERAC_COLUMN_weight_bits], "mixed");
    assert_string_equal(r.rows[8].cells[SERAC_COLUMN_accuracy], "");
    assert_string_equal(r.rows[8].cells[SERAC_COLUMN_images], "");
    serac_workload_free(&r);
    serac_workload_destroy(w);
}

static void test_a_run_is_given_up_above_the_limit_and_not_at_it(void **state)
{
    (void)state;
    struct serac_setting s = setting_of("parallel");
    struct serac_workload *w = load("bert-base");
    struct serac_workload_job job = {.setting = &s, .workload = w,
                                     .weight_bits = 8, .act_bits = 8};
    struct serac_workload_result r;
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    job.give_up_cycles = r.cycles;
    serac_workload_free(&r);
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    assert_false(r.gave_up);
    serac_workload_free(&r);
    job.give_up_cycles--;
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    assert_true(r.gave_up);
    assert_null(r.rows);
    serac_workload_destroy(w);
}

static void test_a_layer_that_does_not_fit_is_named(void **state)
{
    (void)state;
    struct serac_setting s = setting_of("serial");
    struct serac_workload *w = load("resnet50");
    struct serac_workload_job job = {.setting = &s, .workload = w,
                                     .weight_bits = 8, .act_bits = 1};
    struct serac_workload_result r;
    memset(&error, 0, sizeof error);
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_E_FIT);
    assert_null(r.rows);
    assert_string_equal(error.text,
                        "layer layer4.0.conv2 does not fit the design: 147456 "
                        "bytes of weights per load, weight_buffer_bytes leaves "
                        "131072");
    serac_workload_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_are_within_a_percent_of_the_published),
        cmocka_unit_test(test_run_time_products_have_activations_on_both_sides),
        cmocka_unit_test(test_patches_keep_the_work_and_count_the_hosts),
        cmocka_unit_test(test_precisions_are_two_digits_of_1_to_8),
        cmocka_unit_test(test_rows_are_the_counted_layers_and_sum_to_the_total),
        cmocka_unit_test(test_a_run_is_given_up_above_the_limit_and_not_at_it),
        cmocka_unit_test(test_a_layer_that_does_not_fit_is_named),
    };
    return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
