/* test_db.c - files of results: rows and back, plans, points once, merging, refusals. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "serac_db.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static char folder[] = SERAC_ROOT "/build/test-db-XXXXXX";
static char one[300], two[300], all[300];
static struct serac_error error;

static void make_key(unsigned n, char key[SERAC_DB_KEY])
{
    snprintf(key, SERAC_DB_KEY, "%032u", n);
}

/* Two rows; cells of every kind. */
static void make_rows(unsigned n, struct serac_row rows[2])
{
    memset(rows, 0, 2 * sizeof *rows);
    for (int i = 0; i < 2; i++) {
        serac_row_text(&rows[i], SERAC_COLUMN_design, "a,\"b'");
        serac_row_text(&rows[i], SERAC_COLUMN_backend, "model");
        serac_row_text(&rows[i], SERAC_COLUMN_layer, i ? "total" : "42");
        serac_row_text(&rows[i], SERAC_COLUMN_weight_bits, i ? "mixed" : "8");
        serac_row_u64(&rows[i], SERAC_COLUMN_cycles, INT64_MAX - n);
        serac_row_f64(&rows[i], SERAC_COLUMN_time_us, 40);
        serac_row_f64(&rows[i], SERAC_COLUMN_gops, 1.25e-7 * (i + 1));
        serac_row_f64(&rows[i], SERAC_COLUMN_area_um2, 3.10035e7);
        serac_row_text(&rows[i], SERAC_COLUMN_precision, "2/8");
        serac_row_u64(&rows[i], SERAC_COLUMN_rows, n);
    }
}

static struct serac_db *open_db(const char *dir)
{
    struct serac_db *db = NULL;
    if (serac_db_open(dir, true, &db, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    return db;
}

static void put_by(struct serac_db *db, const char *sweep, unsigned n,
                   const char *failed, const char *excluded)
{
    struct serac_row rows[2];
    struct serac_db_point p = {.rows = rows, .num_rows = failed ? 0 : 2,
                               .failed = failed, .excluded = excluded};
    make_rows(n, rows);
    make_key(n, p.key);
    assert_int_equal(serac_db_put(db, sweep, &p, 1, &error), SERAC_OK);
}

static void put(struct serac_db *db, unsigned n, const char *failed,
                const char *excluded)
{
    put_by(db, "a", n, failed, excluded);
}

/* A plan of points 0..count - 1. */
static void plan(struct serac_db *db, const char *id, unsigned count)
{
    char keys[16][SERAC_DB_KEY];
    for (unsigned i = 0; i < count; i++)
        make_key(i, keys[i]);
    assert_int_equal(serac_db_plan(db, id, (const char(*)[SERAC_DB_KEY])keys, count,
                                   NULL, NULL, &error), SERAC_OK);
}

/* The design key `rows` of each row, as digits. */
static const char *content(struct serac_db *db)
{
    static char text[64];
    struct serac_row *rows = NULL;
    size_t count, used = 0;
    assert_int_equal(serac_db_rows(db, &rows, &count, &error), SERAC_OK);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s",
                                 rows[i].cells[SERAC_COLUMN_rows]);
    text[used] = 0;
    free(rows);
    return text;
}

static uint64_t missing(struct serac_db *db, uint32_t shard, uint32_t shards)
{
    uint64_t *positions = NULL, count;
    assert_int_equal(serac_db_missing(db, "a", shard, shards, &positions, &count,
                                      &error), SERAC_OK);
    for (uint64_t i = 0; i < count; i++)
        assert_int_equal(positions[i] % shards, shard);
    free(positions);
    return count;
}

/* --- points ---------------------------------------------------------------------- */

static void test_rows_come_back_as_they_were(void **state)
{
    struct serac_row wanted[2], *rows = NULL;
    size_t count;
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "a", 1);
    put(db, 0, NULL, NULL);
    serac_db_close(db);
    db = open_db(one);
    assert_int_equal(serac_db_rows(db, &rows, &count, &error), SERAC_OK);
    make_rows(0, wanted);
    assert_int_equal(count, 2);
    assert_memory_equal(rows, wanted, sizeof wanted);
    free(rows);
    serac_db_close(db);
}

static void test_a_point_is_there_once(void **state)
{
    struct serac_row total, rows[2];
    struct serac_db_point p = {.rows = rows, .num_rows = 2};
    bool there;
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "a", 2);
    put(db, 0, NULL, NULL);
    make_rows(7, rows);
    make_key(0, p.key);
    assert_int_equal(serac_db_put(db, "a", &p, 1, &error), SERAC_OK);
    assert_string_equal(content(db), "00");
    assert_int_equal(serac_db_find(db, p.key, &there, &total, &error), SERAC_OK);
    assert_true(there);
    make_rows(0, rows);
    assert_memory_equal(&total, &rows[1], sizeof total);
    make_key(1, p.key);
    assert_int_equal(serac_db_find(db, p.key, &there, NULL, &error), SERAC_OK);
    assert_false(there);
    serac_db_close(db);
}

static void test_a_point_that_cannot_run_is_done_and_has_no_rows(void **state)
{
    struct serac_db_counts c;
    char text[100];
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "a", 3);
    put(db, 1, "does not fit", NULL);
    put(db, 2, NULL, NULL);
    assert_int_equal(missing(db, 0, 1), 1);
    assert_string_equal(content(db), "22");
    assert_int_equal(serac_db_count(db, &c, &error), SERAC_OK);
    assert_int_equal(c.planned, 3);
    assert_int_equal(c.done, 1);
    assert_int_equal(c.failed, 1);
    assert_int_equal(c.excluded, 0);
    assert_int_equal(c.rows, 2);
    assert_int_equal(serac_db_first_failed(db, text, sizeof text, &error), SERAC_OK);
    assert_string_equal(text, "does not fit");
    serac_db_close(db);
}

/* --- plans ----------------------------------------------------------------------- */

static void test_results_are_those_of_the_plan_in_its_order(void **state)
{
    char keys[3][SERAC_DB_KEY];
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "a", 4);
    for (unsigned i = 0; i < 4; i++)
        put(db, 3 - i, NULL, i == 1 ? "rows < 2" : NULL);
    assert_string_equal(content(db), "001133");
    make_key(3, keys[0]);
    make_key(1, keys[1]);
    make_key(3, keys[2]);
    assert_int_equal(serac_db_plan(db, "b", (const char(*)[SERAC_DB_KEY])keys, 3,
                                   NULL, NULL, &error), SERAC_OK);
    assert_string_equal(content(db), "3311");
    plan(db, "a", 4);
    assert_string_equal(content(db), "00112233");
    serac_db_close(db);
}

static const char *even_only(void *ctx, uint64_t position,
                             const struct serac_row *total)
{
    ++*(unsigned *)ctx;
    assert_true(serac_row_get(total, SERAC_COLUMN_rows) == (double)position);
    return position % 2 ? "odd" : NULL;
}

static void test_a_new_plan_asks_about_the_points_that_are_there(void **state)
{
    char keys[4][SERAC_DB_KEY];
    unsigned asked = 0;
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "a", 4);
    put(db, 1, NULL, NULL);
    put(db, 2, NULL, NULL);
    for (unsigned i = 0; i < 4; i++)
        make_key(i, keys[i]);
    for (int times = 0; times < 2; times++) {
        assert_int_equal(serac_db_plan(db, "b", (const char(*)[SERAC_DB_KEY])keys, 4,
                                       even_only, &asked, &error), SERAC_OK);
        assert_string_equal(content(db), "22");
        assert_int_equal(asked, 2 * (times + 1));
    }
    serac_db_close(db);
}

/* --- two sweeps into one file ------------------------------------------------------ */

/* 0..3 in a plan of the sweep `id`. */
static void plan_even(struct serac_db *db, const char *id)
{
    char keys[4][SERAC_DB_KEY];
    unsigned asked = 0;
    for (unsigned i = 0; i < 4; i++)
        make_key(i, keys[i]);
    assert_int_equal(serac_db_plan(db, id, (const char(*)[SERAC_DB_KEY])keys, 4,
                                   even_only, &asked, &error), SERAC_OK);
}

static void test_the_constraints_of_a_replaced_sweep_do_not_count(void **state)
{
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "old", 4);
    plan(db, "a", 4);
    put_by(db, "old", 0, NULL, "its constraint");
    put_by(db, "a", 1, NULL, "ours");
    put_by(db, NULL, 2, NULL, NULL);
    assert_string_equal(content(db), "0022");
    serac_db_close(db);
}

static void test_points_that_another_sweep_put_are_asked_about_at_the_end(void **state)
{
    unsigned asked = 0;
    (void)state;
    struct serac_db *db = open_db(one);
    plan_even(db, "a");
    put_by(db, "other", 0, NULL, NULL);
    put_by(db, "other", 1, NULL, NULL);
    assert_string_equal(content(db), "0011");
    assert_int_equal(serac_db_settle(db, "a", even_only, &asked, &error), SERAC_OK);
    assert_int_equal(asked, 2);
    assert_string_equal(content(db), "00");
    serac_db_close(db);
}

static void test_wrong_exclusions_are_mended_when_a_sweep_goes_on(void **state)
{
    (void)state;
    struct serac_db *db = open_db(one);
    plan_even(db, "a");
    for (unsigned i = 0; i < 4; i++)
        put(db, i, NULL, i < 2 ? "none of it" : NULL);
    assert_string_equal(content(db), "2233");
    plan_even(db, "a");
    assert_string_equal(content(db), "0022");
    assert_int_equal(serac_db_plan(db, "a", NULL, 0, NULL, NULL, &error), SERAC_OK);
    assert_string_equal(content(db), "00112233");
    serac_db_close(db);
}

static void test_a_sweep_whose_plan_was_replaced_is_told(void **state)
{
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "a", 4);
    assert_int_equal(missing(db, 0, 1), 4);
    plan(db, "b", 6);
    assert_int_equal(missing(db, 0, 1), 0);      /* positions are b's */
    assert_int_equal(serac_db_settle(db, "a", NULL, NULL, &error), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "results.db: another sweep"));
    assert_int_equal(serac_db_settle(db, "b", NULL, NULL, &error), SERAC_OK);
    serac_db_close(db);
}

static void test_shards_have_every_position_once(void **state)
{
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "a", 10);
    put(db, 4, NULL, NULL);
    assert_int_equal(missing(db, 0, 1), 9);
    assert_int_equal(missing(db, 0, 3), 4);
    assert_int_equal(missing(db, 1, 3), 2);
    assert_int_equal(missing(db, 2, 3), 3);
    assert_int_equal(missing(db, 10, 11), 0);
    serac_db_close(db);
}

static void test_points_are_added_to_a_plan_once(void **state)
{
    char key[SERAC_DB_KEY];
    (void)state;
    struct serac_db *db = open_db(one);
    assert_int_equal(serac_db_plan(db, "tune x", NULL, 0, NULL, NULL, &error),
                     SERAC_OK);
    for (unsigned i = 0; i < 6; i++) {
        make_key(5 - i % 3, key);
        put(db, 5 - i % 3, NULL, NULL);
        assert_int_equal(serac_db_plan_add(db, key, &error), SERAC_OK);
    }
    assert_string_equal(content(db), "554433");
    serac_db_close(db);
}

/* --- several processes ------------------------------------------------------------- */

static void test_processes_write_at_the_same_time(void **state)
{
    enum { PROCESSES = 4, POINTS = 16 };
    (void)state;
    struct serac_db *db = open_db(one);
    plan(db, "a", POINTS);
    serac_db_close(db);
    for (unsigned p = 0; p < PROCESSES; p++)
        if (fork() == 0) {
            struct serac_db *mine = NULL;
            int bad = serac_db_open(one, true, &mine, NULL) != SERAC_OK;
            for (unsigned i = 0; !bad && i < POINTS; i++) {
                struct serac_row rows[2];
                struct serac_db_point point = {.rows = rows, .num_rows = 2};
                make_rows((i + 5 * p) % POINTS, rows);
                make_key((i + 5 * p) % POINTS, point.key);
                bad = serac_db_put(mine, "a", &point, 1, NULL) != SERAC_OK;
            }
            serac_db_close(mine);
            _exit(bad);
        }
    for (unsigned p = 0; p < PROCESSES; p++) {
        int code;
        assert_true(wait(&code) > 0);
        assert_int_equal(code, 0);
    }
    db = open_db(one);
    assert_string_equal(content(db), "00112233445566778899101011111212131314141515");
    serac_db_close(db);
}

static void execute(const char *dir, const char *sql)
{
    char path[400];
    sqlite3 *raw;
    snprintf(path, sizeof path, "%s/" SERAC_DB_FILE, dir);
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
}

/* --- merging ----------------------------------------------------------------------- */

static void fill(const char *dir, const char *id, unsigned from, unsigned step)
{
    struct serac_db *db = open_db(dir);
    plan(db, id, 6);
    for (unsigned i = from; i < 6; i += step)
        put(db, i, i == 3 ? "no" : NULL, i == 4 ? "not this" : NULL);
    serac_db_close(db);
}

static void test_merged_shards_are_the_whole_however_often(void **state)
{
    struct serac_db_counts c;
    (void)state;
    fill(one, "a", 0, 2);
    fill(two, "a", 1, 2);
    struct serac_db *db = open_db(all);
    for (int times = 0; times < 2; times++) {
        assert_int_equal(serac_db_merge(db, two, &error), SERAC_OK);
        assert_int_equal(serac_db_merge(db, one, &error), SERAC_OK);
        assert_string_equal(content(db), "00112255");
        assert_int_equal(serac_db_count(db, &c, &error), SERAC_OK);
        assert_int_equal(c.planned, 6);
        assert_int_equal(c.done, 5);
        assert_int_equal(c.failed, 1);
        assert_int_equal(c.excluded, 1);
    }
    assert_int_equal(serac_db_merge(db, all, &error), SERAC_OK);   /* with itself */
    assert_string_equal(content(db), "00112255");
    serac_db_close(db);
}

static void test_another_sweep_is_not_merged(void **state)
{
    (void)state;
    fill(one, "a", 0, 2);
    fill(two, "b", 1, 2);
    struct serac_db *db = open_db(one);
    assert_int_equal(serac_db_merge(db, two, &error), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "two/results.db: no results of the sweep of"));
    assert_string_equal(content(db), "0022");
    assert_int_equal(serac_db_merge(db, all, &error), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "all/results.db: cannot be read"));
    serac_db_close(db);
}

static void test_other_results_for_a_point_are_a_mismatch(void **state)
{
    struct serac_row rows[2];
    struct serac_db_point p = {.rows = rows, .num_rows = 2};
    (void)state;
    fill(one, "a", 0, 2);
    struct serac_db *db = open_db(two);
    plan(db, "a", 6);
    make_rows(2, rows);
    serac_row_u64(&rows[0], SERAC_COLUMN_cycles, 77);
    make_key(2, p.key);
    assert_int_equal(serac_db_put(db, "a", &p, 1, &error), SERAC_OK);
    serac_db_close(db);
    db = open_db(one);
    assert_int_equal(serac_db_merge(db, two, &error), SERAC_E_MISMATCH);
    assert_non_null(strstr(error.text, "has other results than"));
    assert_string_equal(content(db), "0022");
    serac_db_close(db);
}

static void test_a_row_less_is_a_mismatch_whichever_way(void **state)
{
    static const char *const dirs[] = {one, two};
    (void)state;
    fill(one, "a", 0, 2);
    fill(two, "a", 0, 2);
    execute(two, "DELETE FROM layers WHERE line = 0 AND point = 1");
    for (int i = 0; i < 2; i++) {
        struct serac_db *db = open_db(dirs[i]);
        assert_int_equal(serac_db_merge(db, dirs[1 - i], &error), SERAC_E_MISMATCH);
        serac_db_close(db);
    }
    execute(one, "DELETE FROM layers WHERE line = 0 AND point = 1");
    execute(two, "INSERT INTO layers (point, line, backend) VALUES (1, 0, 'host')");
    for (int i = 0; i < 2; i++) {
        struct serac_db *db = open_db(dirs[i]);
        assert_int_equal(serac_db_merge(db, dirs[1 - i], &error), SERAC_E_MISMATCH);
        serac_db_close(db);
    }
}

static void test_a_point_without_rows_is_missing_and_is_not_merged(void **state)
{
    struct serac_db_counts c;
    (void)state;
    fill(one, "a", 0, 2);
    fill(two, "a", 0, 2);
    execute(two, "DELETE FROM layers WHERE point = 1");
    struct serac_db *db = open_db(two);
    assert_int_equal(serac_db_count(db, &c, &error), SERAC_OK);
    assert_int_equal(c.done, 2);
    serac_db_close(db);
    db = open_db(one);
    assert_int_equal(serac_db_merge(db, two, &error), SERAC_OK);
    assert_string_equal(content(db), "0022");
    serac_db_close(db);
    db = open_db(all);
    assert_int_equal(serac_db_merge(db, two, &error), SERAC_OK);
    assert_string_equal(content(db), "22");
    assert_int_equal(missing(db, 0, 1), 4);
    serac_db_close(db);
    db = open_db(two);
    plan(db, "a", 6);
    assert_int_equal(missing(db, 0, 1), 4);
    put(db, 0, NULL, NULL);
    assert_string_equal(content(db), "002244");    /* that plan has no constraints */
    serac_db_close(db);
    execute(two, "DELETE FROM layers WHERE point = (SELECT id FROM points WHERE rows = 0)");
    db = open_db(two);
    assert_int_equal(serac_db_merge(db, one, &error), SERAC_OK);
    assert_string_equal(content(db), "0022");
    serac_db_close(db);
}

/* --- refusals ---------------------------------------------------------------------- */

static void refuse(const char *dir, bool write, const char *word)
{
    struct serac_db *db = NULL;
    assert_int_equal(serac_db_open(dir, write, &db, &error), SERAC_E_INPUT);
    assert_int_equal(serac_db_open(dir, write, &db, NULL), SERAC_E_INPUT);
    assert_null(db);
    if (!strstr(error.text, word) || strchr(error.text, '\n'))
        fail_msg("'%s' has no '%s'", error.text, word);
}

static void test_other_files_are_refused_and_stay(void **state)
{
    char path[400], text[32] = "";
    (void)state;
    refuse(one, false, "one/results.db: cannot be read: No such file");
    fill(one, "a", 0, 2);
    execute(one, "PRAGMA user_version = 1");
    refuse(one, false, "results of schema 1, this program has schema 2: give another");
    refuse(one, true, "results of schema 1");
    execute(one, "PRAGMA user_version = 2; PRAGMA application_id = 7");
    refuse(one, true, "no file of results");
    assert_int_equal(mkdir(two, 0777), 0);
    snprintf(path, sizeof path, "%s/" SERAC_DB_FILE, two);
    FILE *file = fopen(path, "w");
    fputs("design,technology,memory\n", file);
    fclose(file);
    refuse(two, false, "damaged, or no file of results");
    refuse(two, true, "damaged, or no file of results");
    file = fopen(path, "r");
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "design,technology,memory\n");
    refuse(path, true, "results.db: cannot be used");       /* a file, no folder */
    snprintf(path, sizeof path, "%s/none/such", folder);
    refuse(path, true, "No such file");
}

static int set_up(void **state)
{
    char command[400];
    (void)state;
    snprintf(one, sizeof one, "%s/one", folder);
    snprintf(two, sizeof two, "%s/two", folder);
    snprintf(all, sizeof all, "%s/all", folder);
    snprintf(command, sizeof command, "rm -rf %s/*", folder);
    return system(command);
}

static int make_folder(void **state)
{
    (void)state;
    (void)mkdir(SERAC_ROOT "/build", 0777);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    set_up(state);
    return rmdir(folder);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows_come_back_as_they_were),
        TEST(test_a_point_is_there_once),
        TEST(test_a_point_that_cannot_run_is_done_and_has_no_rows),
        TEST(test_results_are_those_of_the_plan_in_its_order),
        TEST(test_a_new_plan_asks_about_the_points_that_are_there),
        TEST(test_the_constraints_of_a_replaced_sweep_do_not_count),
        TEST(test_points_that_another_sweep_put_are_asked_about_at_the_end),
        TEST(test_wrong_exclusions_are_mended_when_a_sweep_goes_on),
        TEST(test_a_sweep_whose_plan_was_replaced_is_told),
        TEST(test_shards_have_every_position_once),
        TEST(test_points_are_added_to_a_plan_once),
        TEST(test_processes_write_at_the_same_time),
        TEST(test_merged_shards_are_the_whole_however_often),
        TEST(test_another_sweep_is_not_merged),
        TEST(test_other_results_for_a_point_are_a_mismatch),
        TEST(test_a_row_less_is_a_mismatch_whichever_way),
        TEST(test_a_point_without_rows_is_missing_and_is_not_merged),
        TEST(test_other_files_are_refused_and_stay),
    };
    return cmocka_run_group_tests_name("db", tests, make_folder, remove_folder);
}
