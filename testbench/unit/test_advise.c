/* test_advise.c - accuracies, the scoring matrix, limits and the choice of serac advise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "serac_advise.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static char path[] = SERAC_ROOT "/build/test-advise-XXXXXX";

#define HEAD "network,parameters,seed,method,weight_bits,act_bits,held_out_log_loss,accuracy,log_loss\n"
static const char measured[] = HEAD
    "small,1000,1,float,32,32,0.30,0.90,0.30\nsmall,1000,2,float,32,32,0.30,0.92,0.30\n"
    "small,1000,1,post,2,8,0.90,0.89,0.90\n"                        /* better in the test, worse held out */
    "small,1000,1,tuned,2,8,0.50,0.86,0.50\nsmall,1000,2,tuned,2,8,0.40,0.88,0.50\n"
    "small,1000,1,tuned,8,8,0.31,0.91,0.31\n"
    "large,100000,1,float,32,32,0.20,0.95,0.20\nlarge,100000,1,tuned,2,8,0.22,0.94,0.22\n"
    "large,100000,1,tuned,8,8,0.20,0.95,0.20\nlarge,100000,1,tuned,1,1,0.60,0.80,0.60\n"
    "text,500,1,float,32,32,1.00,0.50,1.00\ntext,500,1,tuned,2,8,1.10,0.45,1.10\n"
    "text,500,1,tuned,4,8,1.02,0.45,1.01\ntext,500,1,tuned,8,8,1.01,0.45,1.00\n";

static void write_text(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct serac_accuracy table_of(const char *text)
{
    struct serac_accuracy table;
    struct serac_error error = {""};
    write_text(text);
    if (serac_accuracy_load(path, &table, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    return table;
}

/* --- accuracies ------------------------------------------------------------------ */

static void test_method_is_chosen_on_held_out_data(void **state)
{
    struct serac_accuracy table = table_of(measured);
    struct serac_accuracy_loss loss;
    (void)state;
    assert_int_equal(table.count, 14);
    assert_true(serac_accuracy_find(&table, false, 1000, 2, 8, &loss));
    assert_string_equal(loss.network, "small");
    assert_string_equal(loss.method, "tuned");
    assert_true(fabs(loss.loss - 4) < 1e-9);          /* 0.91 less 0.87, means over the seeds */
    assert_false(loss.outside);
    assert_true(serac_accuracy_find(&table, true, 500, 2, 8, &loss));
    assert_true(fabs(loss.loss - 100 * (exp(0.1) - 1)) < 1e-9);
    serac_accuracy_free(&table);
}

static void test_nearest_size_has_the_width(void **state)
{
    struct serac_accuracy table = table_of(measured);
    struct serac_accuracy_loss loss;
    (void)state;
    assert_true(serac_accuracy_find(&table, false, 9000, 2, 8, &loss));
    assert_string_equal(loss.network, "small");       /* 9 times 1,000; 100,000 is 11 times */
    assert_true(serac_accuracy_find(&table, false, 11000, 2, 8, &loss));
    assert_string_equal(loss.network, "large");
    assert_true(serac_accuracy_find(&table, false, 1000, 1, 1, &loss));
    assert_string_equal(loss.network, "large");       /* small was not measured at 1/1 */
    assert_true(loss.outside);
    assert_true(serac_accuracy_find(&table, false, 200000, 2, 8, &loss));
    assert_true(loss.outside);
    assert_false(serac_accuracy_find(&table, true, 500, 1, 1, &loss));
    assert_false(serac_accuracy_find(&table, false, 1000, 3, 8, &loss));
    serac_accuracy_free(&table);
}

static void test_damaged_tables_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {{"", "holds no measured network"},
               {HEAD, "holds no measured network"},
               {"network,parameters\nsmall,3\n", ":1: not the header"},
               {HEAD "small,1000,1,float,32,32,0.3,0.9\n", ":2: must have"},
               {HEAD "small,many,1,float,32,32,0.3,0.9,0.3\n", ":2: must have"},
               {HEAD "small,1000,1,float,32,32,0.3,0.9,0.3\nsmall,1000,1,float,32,32,nan,0.9,0.3\n", ":3: must have"},
               {HEAD "small,1000,1,float,33,32,0.3,0.9,0.3\n", ":2: must have"},
               {HEAD "small,1000,1,tuned,3.7,8,0.3,0.9,0.3\n", ":2: must have"},
               {HEAD "small,1000,1,tuned,0,8,0.3,0.9,0.3\n", ":2: must have"},
               {HEAD "small,1000,1,tuned,8,16,0.3,0.9,0.3\n", ":2: must have"},
               {HEAD "a-name-of-more-than-thirty-one-characters,1,1,f,8,8,0.3,0.9,0.3\n", ":2: must have"}};
    struct serac_accuracy table = {.count = 77};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct serac_error error = {""};
        write_text(bad[i].text);
        assert_int_equal(serac_accuracy_load(path, &table, &error), SERAC_E_INPUT);
        if (!strstr(error.text, bad[i].says))
            fail_msg("'%s' has no '%s'", error.text, bad[i].says);
        assert_int_equal(table.count, 77);
    }
    assert_int_equal(serac_accuracy_load("/none/such", &table, NULL), SERAC_E_INPUT);
}

/* --- the matrix ------------------------------------------------------------------ */

static double matrix(uint64_t memory, double loss, uint64_t parameters, enum serac_hardware hardware,
                     struct serac_matrix *m)
{
    const struct serac_profile p = {.memory_bytes = memory, .loss = loss, .hardware = hardware};
    serac_matrix_score(&p, parameters, m);
    return m->sum;
}

static void test_matrix_has_its_anchors_and_bands(void **state)
{
    struct serac_matrix m;
    (void)state;
    assert_true(fabs(matrix(1000000, 8, 7000000000, SERAC_HARDWARE_ASIC, &m) - 40) < 1e-9);
    assert_string_equal(m.band, "strongly 2 bits");
    assert_true(m.narrow == 1 && m.wide == 2);
    assert_true(fabs(matrix(0, 0, 1000000, SERAC_HARDWARE_GPU, &m)) < 1e-9);
    assert_string_equal(m.band, "no extreme quantisation");
    assert_true(m.narrow == 8 && m.wide == 8);
    assert_true(fabs(matrix(1000000000, 3, 316227766, SERAC_HARDWARE_ARM, &m) - 20) < 1e-6);
    assert_true(m.narrow == 4 && m.wide == 8);
    matrix(50000000, 4, 1000000, SERAC_HARDWARE_FPGA, &m);
    assert_true(m.resources == 10 && fabs(m.loss - 7.5) < 1e-9 && m.parameters == 0 && m.hardware == 10);
    assert_true(m.narrow == 2 && m.wide == 4);
    matrix(223606798, 1.5, 1000000, SERAC_HARDWARE_CPU, &m);    /* half-way from 50 MB to 1 GB */
    assert_true(fabs(m.resources - 7.5) < 1e-6 && fabs(m.loss - 2.5) < 1e-9);
}

/* --- limits and choice --------------------------------------------------------------- */

static struct serac_profile profile;
static struct serac_advice advice;

static int set_up(void **state)
{
    (void)state;
    memset(&profile, 0, sizeof profile);
    snprintf(profile.name, sizeof profile.name, "test");
    snprintf(profile.workload, sizeof profile.workload, "keyword-spotting");
    snprintf(profile.designs[0], sizeof profile.designs[0], "serial");
    snprintf(profile.designs[1], sizeof profile.designs[1], "parallel");
    profile.num_designs = 2;
    profile.parameters = 100000;
    profile.loss = 5;
    return 0;
}

static void advise(void)
{
    struct serac_accuracy table = table_of(measured);
    struct serac_setting setting;
    struct serac_workload *workload;
    struct serac_error error = {""};
    assert_true(serac_cli_setting(NULL, NULL, NULL, &setting) < 0);
    assert_int_equal(serac_workload_load(profile.workload, &workload, &error), SERAC_OK);
    const struct serac_advise_job job = {.profile = &profile, .workload = workload, .accuracy = &table,
                                         .setting = &setting};
    serac_advise_free(&advice);
    if (serac_advise(&job, &advice, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    serac_workload_destroy(workload);
    serac_accuracy_free(&table);      /* advice borrows names of it, which are not looked at any more */
}

static const struct serac_advice_point *point(uint32_t w, const char *design)
{
    for (uint32_t i = 0; i < advice.num_points; i++)
        if (advice.points[i].weight_bits == w && (!design || !strcmp(advice.points[i].design, design)))
            return &advice.points[i];
    fail_msg("no point of %u bits on %s", (unsigned)w, design ? design : "any design");
    return NULL;
}

static const struct serac_advice_point *best(void)
{
    assert_true(advice.best < advice.num_points);
    return &advice.points[advice.best];
}

static void test_least_energy_within_the_limits_wins(void **state)
{
    (void)state;
    advise();
    assert_int_equal(advice.num_points, 6);                       /* 2/8, 8/8, 1/1 on two designs */
    assert_int_equal(best()->weight_bits, 2);
    assert_non_null(strstr(point(1, "serial")->excluded, "loss 15.000 > 5.000"));
    for (uint32_t i = 0; i < advice.num_points; i++)
        if (!advice.points[i].excluded[0])
            assert_true(advice.points[i].energy_uj >= best()->energy_uj);
    assert_true(fabs(advice.scale - 100000 / 22604.0) < 1e-9);
    profile.loss = 20;
    advise();
    assert_int_equal(best()->weight_bits, 1);
    profile.loss = 0.5;
    advise();
    assert_int_equal(best()->weight_bits, 8);
    profile.loss = 1;                                             /* 2/8 loses 0.95 - 0.94, just this */
    advise();
    assert_int_equal(best()->weight_bits, 2);
}

static void test_each_limit_excludes_with_its_reason(void **state)
{
    (void)state;
    advise();
    struct serac_advice_point two = *point(2, "parallel");
    profile.latency_ms = two.latency_ms / 2;
    profile.power_w = two.power_w / 2;
    profile.memory_bytes = two.memory_bytes / 2;
    advise();
    const char *why = point(2, "parallel")->excluded;
    assert_true(strstr(why, "memory") && strstr(why, "latency") && strstr(why, "power"));
    assert_null(strstr(why, "loss"));
    profile.loss = 0;
    profile.latency_ms = 1e-6;
    advise();
    assert_int_equal(advice.best, UINT32_MAX);
}

static void test_devices_serve_the_rate(void **state)
{
    (void)state;
    advise();
    double ms = point(8, "parallel")->latency_ms;
    profile.requests_per_second = 2500 / ms;                      /* two and a half devices' worth */
    profile.cost_per_device = 7;
    advise();
    assert_true(point(8, "parallel")->devices == 3);
    for (uint32_t i = 0; i < advice.num_points; i++)
        if (!advice.points[i].excluded[0])
            assert_true(advice.points[i].devices >= best()->devices);
}

static void test_rules_hold_whatever_was_measured(void **state)
{
    (void)state;
    profile.harm = true;
    profile.loss = 100;
    advise();
    assert_int_equal(best()->weight_bits, 8);
    assert_non_null(strstr(point(2, "serial")->excluded, "harms"));
    assert_true(advice.matrix.loss == 0);
    set_up(NULL);
    profile.hardware = SERAC_HARDWARE_CPU;
    profile.generation = true;
    profile.head = true;
    advise();
    assert_int_equal(advice.num_points, 3);                       /* a width each, not timed */
    assert_true(isnan(best()->latency_ms) && !best()->design[0]);
    assert_int_equal(best()->weight_bits, 4);                     /* the least memory */
    assert_int_equal(best()->memory_bytes, 50000);
    assert_int_equal(advice.head_bits, 8);
    assert_non_null(strstr(point(2, NULL)->excluded, "cpu has no units"));
    profile.loss = 20;
    profile.hardware = SERAC_HARDWARE_FPGA;                       /* no clock of one is known */
    advise();
    assert_true(isnan(best()->latency_ms) && !best()->design[0] && !point(2, NULL)->excluded[0]);
}

static void test_design_that_a_layer_does_not_fit_is_excluded(void **state)
{
    (void)state;
    snprintf(profile.designs[0], sizeof profile.designs[0], "tiny");
    snprintf(profile.workload, sizeof profile.workload, "mobilenetv2");
    advise();
    assert_non_null(strstr(point(8, profile.designs[0])->excluded, "does not fit"));
    assert_true(isnan(point(8, profile.designs[0])->latency_ms));
    assert_string_equal(best()->design, "parallel");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_method_is_chosen_on_held_out_data),
        cmocka_unit_test(test_nearest_size_has_the_width),
        cmocka_unit_test(test_damaged_tables_are_refused_with_their_line),
        cmocka_unit_test(test_matrix_has_its_anchors_and_bands),
        cmocka_unit_test_setup(test_least_energy_within_the_limits_wins, set_up),
        cmocka_unit_test_setup(test_each_limit_excludes_with_its_reason, set_up),
        cmocka_unit_test_setup(test_devices_serve_the_rate, set_up),
        cmocka_unit_test_setup(test_rules_hold_whatever_was_measured, set_up),
        cmocka_unit_test_setup(test_design_that_a_layer_does_not_fit_is_excluded, set_up),
    };
    int file = mkstemp(path);
    if (file < 0 || close(file))
        return 1;
    int failed = cmocka_run_group_tests_name("advise", tests, NULL, NULL);
    serac_advise_free(&advice);
    unlink(path);
    return failed;
}
