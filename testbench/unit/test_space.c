/* test_space.c - points of a sweep: their order, their keys, what constraints leave out. */
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

#include "serac_cli.h"
#include "serac_key.h"
#include "serac_sources.h"
#include "serac_space.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static char path[1024], workload[1100];
static struct serac_error error;
static struct serac_sweep sweep;
static struct serac_space *space;

static void write_file(const char *to, const char *text)
{
    FILE *file = fopen(to, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void write_workload(const char *layers)
{
    char text[600];
    snprintf(text, sizeof text, "name = \"w\"; source = \"s\";\nlayers = ( %s );\n",
             layers);
    write_file(workload, text);
}

#define LAYER "{ name = \"a\"; op = \"gemm\"; m = 16; k = 64; n = 8; }"

/* The sweep of `text`, with the workload unless the text has networks. */
static enum serac_status open_space(const char *text)
{
    char whole[2000];
    serac_space_close(space);
    space = NULL;
    serac_sweep_free(&sweep);
    snprintf(whole, sizeof whole, strstr(text, "networks") ? "%s"
             : "%s\nworkloads = [\"%s\"];\n", text, workload);
    write_file(path, whole);
    if (serac_sweep_load(path, &sweep, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    return serac_space_open(&sweep, &space, &error);
}

static void accept(const char *text)
{
    if (open_space(text) != SERAC_OK)
        fail_msg("%s", error.text);
}

static void refuse(const char *text, const char *word)
{
    assert_int_equal(open_space(text), SERAC_E_INPUT);
    if (!strstr(error.text, word))
        fail_msg("'%s' has no '%s'", error.text, word);
}

static struct serac_row total_of(uint64_t position)
{
    struct serac_db_point point;
    if (serac_space_run(space, position, NULL, &point, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    assert_null(point.failed);
    struct serac_row row = point.rows[point.num_rows - 1];
    serac_space_free_point(&point);
    return row;
}

static void test_the_last_key_goes_fastest(void **state)
{
    static const char *const wanted[] = {
        "tiny 1 2/8", "tiny 2 2/8", "tiny 1 4/8", "tiny 2 4/8",
        "parallel 1 2/8", "parallel 2 2/8", "parallel 1 4/8", "parallel 2 4/8"};
    (void)state;
    write_workload(LAYER);
    accept("designs = [\"tiny\", \"parallel\"]; precisions = [\"2/8\", \"4/8\"]; batch = "
           "[1, 2];");
    assert_int_equal(serac_space_count(space), 8);
    for (uint64_t i = 0; i < 8; i++) {
        struct serac_row row = total_of(i);
        char text[200];
        snprintf(text, sizeof text, "%s %s %s", row.cells[SERAC_COLUMN_design],
                 row.cells[SERAC_COLUMN_batch], row.cells[SERAC_COLUMN_precision]);
        assert_string_equal(text, wanted[i]);
    }
}

static void test_every_key_is_its_own_and_stays(void **state)
{
    static const char text[] =
        "designs = [\"tiny\", \"tiny:rows=8\"]; memories = [\"default\", \"fast\"]; technologies = "
        "[\"sg13g2\", \"sg13g2:energy.clock_tree_factor=2.0\"]; precisions = [\"8/8\", \"8/8/4\", "
        "\"4/8\", \"8/4\"]; batch = [1, 2];";
    char first[64][SERAC_DB_KEY], id[SERAC_DB_KEY];
    (void)state;
    write_workload(LAYER);
    accept(text);
    assert_int_equal(serac_space_count(space), 64);
    memcpy(first, serac_space_keys(space), sizeof first);
    strcpy(id, serac_space_id(space));
    for (int i = 0; i < 64; i++) {
        assert_int_equal(strlen(first[i]), SERAC_DB_KEY - 1);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(first[i], first[k]);
    }
    write_workload("# a comment\n   " LAYER);
    accept(text);
    assert_memory_equal(first, serac_space_keys(space), sizeof first);
    assert_string_equal(id, serac_space_id(space));
    write_workload("{ name = \"a\"; op = \"gemm\"; m = 16; k = 64; n = 9; }");
    accept(text);
    for (int i = 0; i < 64; i++)
        assert_string_not_equal(first[i], serac_space_keys(space)[i]);
}

static void test_a_key_has_the_programs_version_and_sources(void **state)
{
    const uint8_t digest[SERAC_SHA256_BYTES] = {1, 2, 3};
    const uint8_t *const digests[] = {digest};
    char key[SERAC_DB_KEY], wanted[SERAC_DB_KEY], text[200];
    uint8_t sum[SERAC_SHA256_BYTES];
    struct serac_sha256 sha;
    (void)state;
    assert_int_equal(strlen(serac_sources), 32);
    assert_int_equal(strspn(serac_sources, "0123456789abcdef"), 32);
    int used = snprintf(text, sizeof text, "serac %s %s schema %d\nx", SERAC_VERSION,
                        serac_sources, SERAC_DB_SCHEMA);
    serac_sha256_init(&sha);
    serac_sha256_add(&sha, text, (size_t)used + 1);
    serac_sha256_add(&sha, digest, sizeof digest);
    serac_sha256_end(&sha, sum);
    serac_sha256_hex(sum, SERAC_DB_KEY - 1, wanted);
    serac_key_make("x", digests, 1, key);
    assert_string_equal(key, wanted);
}

static void test_a_networks_key_has_its_images(void **state)
{
    static const char *const texts[] = {
        "images = 5;", "images = 6;", "images = 5; dataset = \"fashion-mnist-500\";"};
    char keys[3][SERAC_DB_KEY], text[200];
    (void)state;
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "designs = [\"tiny\"]; networks = [\"fashion-w2\"]; %s",
                 texts[i]);
        accept(text);
        strcpy(keys[i], serac_space_keys(space)[0]);
    }
    assert_string_not_equal(keys[0], keys[1]);
    assert_string_equal(keys[0], keys[2]);      /* the network's own */
    refuse("designs = [\"tiny\"]; networks = [\"fashion-w2\"]; dataset = \"cifar\";",
           "cifar: no such data set");
}

/* What needs no cycles prunes; what does not, excludes; the rest of a mixed one decides. */
static void test_constraints_prune_before_and_exclude_after(void **state)
{
    struct serac_row row;
    (void)state;
    write_workload(LAYER ", { name = \"b\"; op = \"gemm\"; m = 8; k = 8; n = 8; run_time = "
                   "true; }");
    accept("designs = [\"tiny\", \"parallel\"]; precisions = [\"2/8\", \"8/8\"]; constraints = "
           "[\"area_um2 < 1e7\", \"weight_bits == 2 || cycles < 1\"];");
    assert_int_equal(serac_space_tally(space)->combinations, 4);
    assert_int_equal(serac_space_tally(space)->pruned, 2);       /* parallel is larger */
    assert_int_equal(serac_space_count(space), 2);
    row = total_of(0);
    assert_string_equal(row.cells[SERAC_COLUMN_weight_bits], "mixed");
    assert_null(serac_space_exclude(space, 0, &row));            /* known: 2 */
    row = total_of(1);
    assert_string_equal(serac_space_exclude(space, 1, &row),
                        "weight_bits == 2 || cycles < 1");
    accept("designs = [\"tiny\"]; precisions = [\"2/8\"]; constraints = [\"accuracy > 0.5\"];");
    row = total_of(0);
    assert_non_null(serac_space_exclude(space, 0, &row));        /* still unknown */
    refuse("designs = [\"tiny\"]; precisions = [\"2/8\"]; constraints = [\"rows > 4\"];",
           "constraints: exclude all of 1 points");
}

static void test_variations_that_contradict_themselves_are_left_out(void **state)
{
    (void)state;
    write_workload(LAYER);
    accept("designs = [\"tiny\"]; precisions = [\"2/8\"]; design = { rows = [2, 4]; }; memory = "
           "{ page_miss_cycles = [0, 5]; };");
    assert_int_equal(serac_space_count(space), 1);
    assert_int_equal(serac_space_tally(space)->impossible, 2);
    assert_string_equal(serac_space_tally(space)->first_impossible,
                        "tiny:rows=2: requant_lanes = 4: more than rows or lanes (2)");
    refuse("designs = [\"tiny\"]; precisions = [\"2/8\"]; design = { rows = [1, 2]; };",
           "no variation is possible; the first: tiny:rows=1: requant_lanes = 4");
    refuse("designs = [\"tiny:rows=2\"]; precisions = [\"2/8\"];", "requant_lanes = 4");
    refuse("designs = [\"tyny\"]; precisions = [\"2/8\"]; design = { rows = [4]; };",
           "tyny: not in configs/designs");
}

static void test_a_layer_that_does_not_fit_fails_its_point(void **state)
{
    struct serac_db_point point;
    (void)state;
    write_workload("{ name = \"a\"; op = \"gemm\"; m = 1; k = 65536; n = 1; }");
    accept("designs = [\"tiny\"]; precisions = [\"8/8\"];");
    assert_int_equal(serac_space_run(space, 0, NULL, &point, &error), SERAC_OK);
    assert_int_equal(point.num_rows, 0);
    assert_non_null(strstr(point.failed, "w 8/8 on tiny, memory default: layer a does not "
                                         "fit the design"));
    serac_space_free_point(&point);
}

static int set_up(void **state)
{
    (void)state;
    (void)mkdir(SERAC_ROOT "/build", 0777);
    snprintf(path, sizeof path, "%s/build/test-space-%ld.cfg", SERAC_ROOT,
             (long)getpid());
    snprintf(workload, sizeof workload, "%s/build/test-space-w-%ld.cfg", SERAC_ROOT,
             (long)getpid());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    serac_space_close(space);
    serac_sweep_free(&sweep);
    unlink(path);
    unlink(workload);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_key_goes_fastest),
        cmocka_unit_test(test_every_key_is_its_own_and_stays),
        cmocka_unit_test(test_a_key_has_the_programs_version_and_sources),
        cmocka_unit_test(test_a_networks_key_has_its_images),
        cmocka_unit_test(test_constraints_prune_before_and_exclude_after),
        cmocka_unit_test(test_variations_that_contradict_themselves_are_left_out),
        cmocka_unit_test(test_a_layer_that_does_not_fit_fails_its_point),
    };
    return cmocka_run_group_tests_name("space", tests, set_up, tear_down);
}
