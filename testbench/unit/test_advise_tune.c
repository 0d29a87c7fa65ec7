/* test_advise_tune.c - advice from what serac tune measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_advise.h"
#include "serac_db.h"

static char dir[] = "/tmp/serac-advise-XXXXXX";
static struct serac_advice advice;
static struct serac_error error;

/* A folder with nothing in it but these points. */
static struct serac_db *begin(void)
{
    struct serac_db *db;
    char path[64];
    snprintf(path, sizeof path, "%s/" SERAC_DB_FILE, dir);
    unlink(path);
    assert_int_equal(serac_db_open(dir, true, &db, &error), SERAC_OK);
    assert_int_equal(serac_db_plan(db, "tune test", NULL, 0, NULL, NULL, &error), SERAC_OK);
    return db;
}

static void put(struct serac_db *db, const char *network, double accuracy, double energy)
{
    static uint32_t points;
    struct serac_row row;
    struct serac_db_point point = {.rows = &row, .num_rows = 1};
    memset(&row, 0, sizeof row);
    serac_row_text(&row, SERAC_COLUMN_design, "serial");
    serac_row_text(&row, SERAC_COLUMN_technology, "sg13g2");
    serac_row_text(&row, SERAC_COLUMN_network, network);
    serac_row_text(&row, SERAC_COLUMN_act_bits, "mixed");
    serac_row_f64(&row, SERAC_COLUMN_accuracy, accuracy);
    serac_row_f64(&row, SERAC_COLUMN_energy_uj, energy);
    serac_row_f64(&row, SERAC_COLUMN_energy_leakage_uj, 0.1);
    serac_row_f64(&row, SERAC_COLUMN_time_us, energy);
    serac_row_u64(&row, SERAC_COLUMN_memory_bytes, 1000);
    serac_row_u64(&row, SERAC_COLUMN_weight_bytes, 500);
    snprintf(point.key, sizeof point.key, "%032u", ++points);
    assert_int_equal(serac_db_put(db, NULL, &point, 1, &error), SERAC_OK);
    assert_int_equal(serac_db_plan_add(db, point.key, &error), SERAC_OK);
}

static enum serac_status advise(const struct serac_profile *p)
{
    struct serac_setting setting;
    struct serac_workload *workload;
    assert_true(serac_cli_setting(NULL, NULL, NULL, &setting) < 0);
    assert_int_equal(serac_workload_load("keyword-spotting", &workload, &error), SERAC_OK);
    const struct serac_advise_job job = {.profile = p, .workload = workload, .setting = &setting, .tune = dir};
    serac_advise_free(&advice);
    enum serac_status status = serac_advise(&job, &advice, &error);
    serac_workload_destroy(workload);
    return status;
}

static void test_the_cheapest_measured_one_within_the_limits_wins(void **state)
{
    const struct serac_profile p = {.name = "test", .loss = 2};
    struct serac_db *db = begin();
    (void)state;
    put(db, "net/8-8/8-8", 0.90, 100);
    put(db, "net/4-8/4-8", 0.89, 60);
    put(db, "net/4-4/4-4", 0.885, 50);
    put(db, "net/8-4/8-8", 0.88, 80);                   /* beaten in all */
    put(db, "net/2-2/2-2", 0.70, 20);
    serac_db_close(db);
    assert_int_equal(advise(&p), SERAC_OK);
    assert_int_equal(advice.num_points, 4);
    assert_string_equal(advice.points[advice.best].widths, "4/4");
    assert_string_equal(advice.points[0].widths, "8/8");
    assert_string_equal(advice.points[1].widths, "4-8/4-8");
    assert_non_null(strstr(advice.points[3].excluded, "loss 20.000 > 2.000"));
}

/* Layers that were not tuned count, wherever they stand: also behind a name that had to be cut. */
static void test_every_width_counts_where_a_wrong_answer_harms(void **state)
{
    const struct serac_profile p = {.name = "test", .loss = 2, .harm = true};
    char whole[200] = "folder/a-network/", cut[SERAC_CELL];
    struct serac_db *db = begin();
    (void)state;
    for (int i = 0; i < 40; i++)
        strcat(whole, "8-");
    strcat(whole, "8/8-8-8-4-8");
    snprintf(cut, sizeof cut, "%s", whole);
    put(db, "folder/a-network/8-8/8-8", 0.9, 100);
    put(db, cut, 0.9, 50);
    put(db, "net/8-1/8-8", 0.9, 40);
    assert_int_equal(serac_db_name(db, "network", cut, whole, &error), SERAC_OK);
    serac_db_close(db);
    assert_int_equal(advise(&p), SERAC_OK);
    assert_int_equal(advice.best, 0);
    for (uint32_t i = 1; i < advice.num_points; i++)
        assert_non_null(strstr(advice.points[i].excluded, "harms"));
    assert_int_equal(advice.num_points, 2);             /* the cut one is beaten */
    db = begin();
    put(db, "folder/a-network/8-8/8-8", 0.9, 100);
    put(db, cut, 0.9, 50);                              /* and nothing says what it stands for */
    serac_db_close(db);
    assert_int_equal(advise(&p), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "holds no networks that serac tune measured"));
}

static void test_what_is_no_tune_is_refused(void **state)
{
    struct serac_profile p = {.name = "test", .loss = 2};
    struct serac_db *db = begin();
    (void)state;
    serac_db_close(db);
    assert_int_equal(advise(&p), SERAC_E_INPUT);
    db = begin();
    put(db, "fashion-w2", 0.9, 1);                      /* a sweep's name has no widths */
    serac_db_close(db);
    assert_int_equal(advise(&p), SERAC_E_INPUT);
    assert_null(advice.points);
    db = begin();
    put(db, "net/8-8/8-8", 0.9, 100);
    serac_db_close(db);
    p.hardware = SERAC_HARDWARE_FPGA;
    assert_int_equal(advise(&p), SERAC_E_INPUT);
    assert_string_equal(error.text, "test: its hardware is an FPGA, the tune's technology is none");
    p.hardware = SERAC_HARDWARE_CPU;
    assert_int_equal(advise(&p), SERAC_E_INPUT);
    p.hardware = SERAC_HARDWARE_ASIC;
    p.generation = true;
    assert_int_equal(advise(&p), SERAC_E_INPUT);
    p.generation = false;
    assert_int_equal(advise(&p), SERAC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_cheapest_measured_one_within_the_limits_wins),
        cmocka_unit_test(test_every_width_counts_where_a_wrong_answer_harms),
        cmocka_unit_test(test_what_is_no_tune_is_refused),
    };
    if (!mkdtemp(dir))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char path[64];
    snprintf(path, sizeof path, "%s/" SERAC_DB_FILE, dir);
    unlink(path);
    rmdir(dir);
    serac_advise_free(&advice);
    return failed;
}
