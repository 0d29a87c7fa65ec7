/* test_vary.c - variations of configurations, and their content as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serac_config.h"
#include "serac_network.h"
#include "serac_tech.h"
#include "serac_workload.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static char path[1024];
static struct serac_error error;

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void refuse(enum serac_status status, const char *word)
{
    assert_int_equal(status, SERAC_E_INPUT);
    if (!strstr(error.text, word))
        fail_msg("'%s' has no '%s'", error.text, word);
}

/* --- designs and the rest -------------------------------------------------------- */

static void test_a_variation_changes_its_keys_and_the_name_alone(void **state)
{
    struct serac_design plain, varied;
    (void)state;
    assert_int_equal(serac_design_load("tiny", &plain, &error), SERAC_OK);
    assert_int_equal(serac_design_load("tiny:rows=8:lanes=64", &varied, &error),
                     SERAC_OK);
    assert_string_equal(varied.name, "tiny:rows=8:lanes=64");
    assert_int_equal(varied.rows, 8);
    assert_int_equal(varied.lanes, 64);
    varied.rows = plain.rows;
    varied.lanes = plain.lanes;
    memcpy(varied.name, plain.name, sizeof varied.name);
    assert_memory_equal(&varied, &plain, sizeof plain);
}

static void test_a_key_the_file_does_not_have_is_added(void **state)
{
    struct serac_memory_config m;
    (void)state;
    assert_int_equal(serac_memory_load("default:shared_bus=1:seed=5000000000", &m,
                                       &error), SERAC_OK);
    assert_int_equal(m.shared_bus, 1);
    assert_true(m.seed == 5000000000u);
    assert_int_equal(serac_memory_load("default:dram_pj_per_bit=4", &m, &error),
                     SERAC_OK);
    assert_true(m.dram_pj_per_bit == 4);
}

static void test_a_variation_is_checked_like_the_file(void **state)
{
    struct serac_design d;
    (void)state;
    refuse(serac_design_load("tiny:rows=5", &d, &error),
           "tiny.cfg:rows=5: rows = 5: outside 1..64, a power of two");
    refuse(serac_design_load("tiny:rosw=8", &d, &error),
           "rosw: unknown key (did you mean rows?)");
    refuse(serac_design_load("tiny:rows=true", &d, &error), "must be an integer");
    refuse(serac_design_load("tiny:rows=[4]", &d, &error), "must be an integer");
    refuse(serac_design_load("tiny:rows= 8", &d, &error), "must be an integer");
    refuse(serac_design_load("tiny:rows=[4, 8]", &d, &error), "must be a number");
    refuse(serac_design_load("tiny:rows=", &d, &error), "rows: must be a number");
    refuse(serac_design_load("tiny:rows=4:x", &d, &error), "x: must be KEY=VALUE");
    refuse(serac_design_load("tiny:a.b=4", &d, &error), "no such place");
    refuse(serac_design_load("tiny:requant_lanes=8", &d, &error),
           "requant_lanes = 8: more than rows or lanes (4)");
}

static void test_a_key_in_a_group_is_changed(void **state)
{
    struct serac_tech plain, varied;
    (void)state;
    assert_int_equal(serac_tech_load("sg13g2", &plain, &error), SERAC_OK);
    assert_int_equal(serac_tech_load("sg13g2:energy.clock_tree_factor=3.5", &varied,
                                     &error), SERAC_OK);
    assert_true(varied.clock_tree_factor == 3.5);
    assert_true(varied.leakage_uw_per_mm2 == plain.leakage_uw_per_mm2);
    assert_string_equal(varied.name, "sg13g2:energy.clock_tree_factor=3.5");
}

static void test_layers_of_a_workload_are_found_by_name_or_all(void **state)
{
    struct serac_workload *w;
    (void)state;
    write_file("name = \"w\"; source = \"s\";\nlayers = (\n"
               "  { name = \"a.b\"; op = \"gemm\"; m = 1; k = 2; n = 3; },\n"
               "  { name = \"c\"; op = \"gemm\"; m = 4; k = 5; n = 6; },\n"
               "  { name = \"d\"; op = \"conv\"; input = [7, 7, 8]; "
               "out_channels = 9; } );\n");
    char name[1100];
    snprintf(name, sizeof name, "%s:layers.a.b.m=10:layers.*.n=11:"
             "layers.d.input=[5,6,7]", path);
    assert_int_equal(serac_workload_load(name, &w, &error), SERAC_OK);
    assert_int_equal(w->layers[0].shape.output.channels, 10);
    assert_int_equal(w->layers[1].shape.output.channels, 4);
    assert_int_equal(w->layers[0].shape.input.width, 11);
    assert_int_equal(w->layers[1].shape.input.width, 11);
    assert_int_equal(w->layers[2].shape.input.height, 5);
    assert_int_equal(w->layers[2].shape.input.channels, 7);
    serac_workload_destroy(w);
    snprintf(name, sizeof name, "%s:layers.e.m=10", path);
    refuse(serac_workload_load(name, &w, &error), "layers.e.m: no such place");
    snprintf(name, sizeof name, "%s:layers.*.kernel=[3,3]", path);
    refuse(serac_workload_load(name, &w, &error), "no such place");
}

static void test_published_totals_are_of_the_workload_as_it_is(void **state)
{
    struct serac_workload *w;
    (void)state;
    assert_int_equal(serac_workload_load("bert-base:sizes.sequence=64", &w, &error),
                     SERAC_OK);
    assert_string_equal(w->name, "bert-base:sizes.sequence=64");
    serac_workload_destroy(w);
}

static void test_networks_and_sweeps_have_no_variations(void **state)
{
    struct serac_network *n;
    char at[300];
    (void)state;
    refuse(serac_network_load("fashion-w2:name=x", &n, &error), "cannot be varied");
    refuse(serac_config_find("sweeps", "example:images=1", at, sizeof at, &error),
           "cannot be varied");
}

static void test_a_colon_without_a_key_is_no_variation(void **state)
{
    (void)state;
    assert_null(serac_config_variation("a:b/c.cfg"));
    assert_null(serac_config_variation("a:b"));
    assert_null(serac_config_variation("a:b/c=d"));
    assert_string_equal(serac_config_variation("a:b.cfg:c=1:d=2"), ":c=1:d=2");
}

static void test_a_long_name_is_cut_and_stays_its_own(void **state)
{
    static const char first[] = "tiny:weight_buffer_bytes=8192:act_buffer_bytes="
                                "8192:output_buffer_bytes=8192";
    struct serac_design d, e;
    char second[sizeof first];
    (void)state;
    strcpy(second, first);
    second[sizeof first - 5] = '4';
    strcpy(second + sizeof first - 5, "4096");
    assert_int_equal(serac_design_load(first, &d, &error), SERAC_OK);
    assert_int_equal(serac_design_load(second, &e, &error), SERAC_OK);
    assert_int_equal(strlen(d.name), SERAC_NAME_MAX - 1);
    assert_int_equal(d.name[SERAC_NAME_MAX - 10], '~');
    assert_memory_equal(d.name, e.name, SERAC_NAME_MAX - 10);
    assert_string_not_equal(d.name, e.name);
}

/* --- values and texts -------------------------------------------------------------- */

static void test_a_number_is_as_short_as_it_can_be_read_back(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{2, "2"}, {0.1, "0.1"}, {-1.5, "-1.5"}, {1.0 / 3, "0.3333333333333333"},
                 {1e15, "1e+15"}, {123456789, "123456789"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[40];
        serac_config_format(cases[i].value, text, sizeof text);
        assert_string_equal(text, cases[i].text);
        assert_true(strtod(text, NULL) == cases[i].value);
    }
}

static char *text_of(const char *file)
{
    struct serac_config *config;
    write_file(file);
    assert_int_equal(serac_config_open(path, &config, &error), SERAC_OK);
    char *text = serac_config_text(config);
    serac_config_close(config);
    assert_non_null(text);
    return text;
}

static void test_content_is_without_comments_spaces_and_order(void **state)
{
    (void)state;
    char *a = text_of("# one\na = 1; b = { c = [1, 2]; d = \"x\"; };\n");
    char *b = text_of("b = {\n d = \"x\"; // two\n c = (1, 2L); };\na = 0x1;\n");
    assert_string_equal(a, b);
    free(b);
    static const char *const others[] = {
        "a = 2; b = { c = [1, 2]; d = \"x\"; };", "a = 1; b = { c = [2, 1]; d = \"x\"; };",
        "a = 1; b = { c = [1, 2]; d = \"y\"; };", "a = 1.5; b = { c = [1, 2]; d = \"x\"; };",
        "a = 1; b = { c = [1, 2]; e = \"x\"; };", "a = 1; b = { c = [1, 2]; }; d = \"x\";",
        "a = true; b = { c = [1, 2]; d = \"x\"; };"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        b = text_of(others[i]);
        assert_string_not_equal(a, b);
        free(b);
    }
    free(a);
}

static void test_a_varied_file_has_the_content_of_one_with_that_value(void **state)
{
    struct serac_config *config;
    char name[1100];
    (void)state;
    char *wanted = text_of("a = 3; b = { c = 7.5; };");
    write_file("a = 1; b = { c = 2; };");
    snprintf(name, sizeof name, "%s:a=3:b.c=7.5", path);
    assert_int_equal(serac_config_open(name, &config, &error), SERAC_OK);
    assert_true(serac_config_varied(config));
    char *text = serac_config_text(config);
    assert_string_equal(text, wanted);
    serac_config_close(config);
    free(text);
    free(wanted);
}

static int set_up(void **state)
{
    (void)state;
    (void)mkdir(SERAC_ROOT "/build", 0777);
    snprintf(path, sizeof path, "%s/build/test-vary-%ld.cfg", SERAC_ROOT,
             (long)getpid());
    return 0;
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
        cmocka_unit_test(test_a_variation_changes_its_keys_and_the_name_alone),
        cmocka_unit_test(test_a_key_the_file_does_not_have_is_added),
        cmocka_unit_test(test_a_variation_is_checked_like_the_file),
        cmocka_unit_test(test_a_key_in_a_group_is_changed),
        cmocka_unit_test(test_layers_of_a_workload_are_found_by_name_or_all),
        cmocka_unit_test(test_published_totals_are_of_the_workload_as_it_is),
        cmocka_unit_test(test_networks_and_sweeps_have_no_variations),
        cmocka_unit_test(test_a_colon_without_a_key_is_no_variation),
        cmocka_unit_test(test_a_long_name_is_cut_and_stays_its_own),
        cmocka_unit_test(test_a_number_is_as_short_as_it_can_be_read_back),
        cmocka_unit_test(test_content_is_without_comments_spaces_and_order),
        cmocka_unit_test(test_a_varied_file_has_the_content_of_one_with_that_value),
    };
    return cmocka_run_group_tests_name("vary", tests, set_up, tear_down);
}
