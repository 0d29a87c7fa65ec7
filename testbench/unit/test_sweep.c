/* test_sweep.c - sweep files: lists, defaults, refusals. */
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

#include "serac_sweep.h"
#include "serac_tech.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static char path[1024];
static struct serac_sweep sweep, before;

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void accept(const char *text)
{
    struct serac_error error = {""};
    write_file(text);
    if (serac_sweep_load(path, &sweep, &error) != SERAC_OK)
        fail_msg("%s", error.text);
}

/* Refused with `word`; what was loaded before stays. */
static void refuse(const char *text, const char *word)
{
    struct serac_error error = {""};
    write_file(text);
    memset(&sweep, 0x5a, sizeof sweep);
    before = sweep;
    assert_int_equal(serac_sweep_load(path, &sweep, &error), SERAC_E_INPUT);
    assert_int_equal(serac_sweep_load(path, &sweep, NULL), SERAC_E_INPUT);
    assert_memory_equal(&sweep, &before, sizeof sweep);
    if (!strstr(error.text, word))
        fail_msg("'%s' has no '%s'", error.text, word);
}

static void test_every_key_is_read(void **state)
{
    (void)state;
    accept("designs = [\"a\", \"b\"];\nnetworks = [\"c\"];\n"
           "memories = [\"d\", \"e\", \"f\"];\ntechnologies = [\"g\"];\n"
           "dataset = \"h\";\nimages = 20;\n");
    assert_int_equal(sweep.designs.count, 2);
    assert_string_equal(sweep.designs.names[0], "a");
    assert_string_equal(sweep.designs.names[1], "b");
    assert_int_equal(sweep.networks.count, 1);
    assert_string_equal(sweep.networks.names[0], "c");
    assert_int_equal(sweep.memories.count, 3);
    assert_string_equal(sweep.memories.names[2], "f");
    assert_int_equal(sweep.technologies.count, 1);
    assert_string_equal(sweep.technologies.names[0], "g");
    assert_string_equal(sweep.dataset, "h");
    assert_int_equal(sweep.images, 20);
}

static void test_optional_keys_have_their_defaults(void **state)
{
    (void)state;
    accept("designs = [\"a\"];\nnetworks = [\"c\"];\n");
    assert_int_equal(sweep.memories.count, 1);
    assert_string_equal(sweep.memories.names[0], "default");
    assert_int_equal(sweep.technologies.count, 1);
    assert_string_equal(sweep.technologies.names[0], SERAC_DEFAULT_TECH);
    assert_string_equal(sweep.dataset, "");
    assert_int_equal(sweep.images, 0);
}

static void test_shipped_sweeps_are_read(void **state)
{
    (void)state;
    assert_int_equal(serac_sweep_load("example", &sweep, NULL), SERAC_OK);
    assert_int_equal(sweep.memories.count, 2);
    assert_int_equal(serac_sweep_load("fashion", &sweep, NULL), SERAC_OK);
    assert_int_equal(sweep.designs.count * sweep.networks.count, 15);
}

static void test_lists_without_default_must_be_there(void **state)
{
    (void)state;
    refuse("networks = [\"c\"];\n", "designs");
    refuse("designs = [\"a\"];\n", "networks");
    refuse("designs = [\"a\"];\nnetworks = [\"c\"];\nmemory = [\"d\"];\n",
           "memory");
}

static void test_list_takes_1_to_64_names(void **state)
{
    (void)state;
    for (int n = 63; n <= 65; n++) {
        char text[1024] = "networks = [\"c\"];\ndesigns = [";
        for (int i = 0; i < n; i++)
            strcat(text, i ? ", \"a\"" : "\"a\"");
        strcat(text, "];\n");
        if (n <= 64) {
            accept(text);
            assert_int_equal(sweep.designs.count, n);
        } else {
            refuse(text, "designs: must have 1..64 names");
        }
    }
    refuse("designs = [];\nnetworks = [\"c\"];\n", "must have 1..64 names");
    refuse("designs = [\"a\"];\nnetworks = [\"c\"];\nmemories = ();\n",
           "memories: must have 1..64 names");
}

static void test_list_takes_names_of_up_to_255_characters(void **state)
{
    char text[400], name[257] = "";
    (void)state;
    memset(name, 'n', 255);
    snprintf(text, sizeof text, "designs = [\"%s\"];\nnetworks = [\"c\"];\n",
             name);
    accept(text);
    assert_string_equal(sweep.designs.names[0], name);
    name[255] = 'n';
    snprintf(text, sizeof text, "designs = [\"%s\"];\nnetworks = [\"c\"];\n",
             name);
    refuse(text, "designs: must be names");
}

static void test_other_than_names_is_refused(void **state)
{
    (void)state;
    refuse("designs = [1, 2];\nnetworks = [\"c\"];\n", "must be names");
    refuse("designs = (\"a\", 2);\nnetworks = [\"c\"];\n", "must be names");
    refuse("designs = \"a\";\nnetworks = [\"c\"];\n", "designs");
    refuse("designs = [\"a\"];\nnetworks = [\"c\"];\ntechnologies = 7;\n",
           "technologies");
}

static void test_images_are_1_to_a_million(void **state)
{
    static const char head[] = "designs = [\"a\"];\nnetworks = [\"c\"];\n";
    static const struct {
        const char *value;
        bool good;
    } cases[] = {{"0", false}, {"1", true}, {"1000000", true},
                 {"1000001", false}, {"-1", false}, {"\"1\"", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "%simages = %s;\n", head, cases[i].value);
        if (cases[i].good)
            accept(text);
        else
            refuse(text, "images");
    }
}

static void test_missing_file_is_refused(void **state)
{
    struct serac_error error = {""};
    (void)state;
    assert_int_equal(serac_sweep_load("none-such", &sweep, &error),
                     SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "none-such"));
    unlink(path);
    assert_int_equal(serac_sweep_load(path, &sweep, &error), SERAC_E_INPUT);
}

static int set_up(void **state)
{
    (void)state;
    (void)mkdir(SERAC_ROOT "/build", 0777);
    snprintf(path, sizeof path, "%s/build/test-sweep-%ld.cfg", SERAC_ROOT,
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
        cmocka_unit_test(test_every_key_is_read),
        cmocka_unit_test(test_optional_keys_have_their_defaults),
        cmocka_unit_test(test_shipped_sweeps_are_read),
        cmocka_unit_test(test_lists_without_default_must_be_there),
        cmocka_unit_test(test_list_takes_1_to_64_names),
        cmocka_unit_test(test_list_takes_names_of_up_to_255_characters),
        cmocka_unit_test(test_other_than_names_is_refused),
        cmocka_unit_test(test_images_are_1_to_a_million),
        cmocka_unit_test(test_missing_file_is_refused),
    };
    return cmocka_run_group_tests_name("sweep", tests, set_up, tear_down);
}
