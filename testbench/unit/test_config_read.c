/* test_config_read.c - reading files: values, texts, names, and data/bad. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "serac_config.h"
#include "serac_cost.h"
#include "serac_network.h"
#include "serac_sweep.h"
#include "serac_workload.h"

#define BAD SERAC_ROOT "/testbench/data/bad"

struct keys {
    uint32_t number, power;
    int32_t negative;
    uint64_t large;
    double real;
    bool flag;
    char text[8];
};

#define KEY(type, field, required, min, max, size)                            \
    {#field, SERAC_KEY_##type, offsetof(struct keys, field), required, min,   \
     max, size}

static const struct serac_key keys[] = {
    KEY(U32, number, true, 3, 7, 0),
    KEY(POWER, power, false, 2, 16, 0),
    KEY(I32, negative, false, INT32_MIN, INT32_MAX, 0),
    KEY(U64, large, false, 0, 0, 0),
    KEY(F64, real, false, -1, 1, 0),
    KEY(BOOL, flag, false, 0, 0, 0),
    KEY(STRING, text, false, 0, 0, 8),
    {"list", SERAC_KEY_CHILD, 0, false, 0, 0, 0},
};

static char folder[] = "/tmp/serac_test_config_read_XXXXXX";
static char path[256];
static struct serac_error error;

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/test.cfg", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_bytes(const char *text, size_t bytes)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    fclose(file);
}

/* Reads `text` by the table above. */
static enum serac_status read_keys(const char *text, struct keys *to)
{
    struct serac_config *config = NULL;
    struct keys sink = {0};
    memset(&error, 0, sizeof error);
    write_bytes(text, strlen(text));
    enum serac_status status = serac_config_open(path, &config, &error);
    if (status == SERAC_OK)
        status = serac_config_read(config, serac_config_root(config), keys,
                                   sizeof keys / sizeof *keys,
                                   to ? to : &sink, &error);
    serac_config_close(config);
    return status;
}

/* `expected` begins at the line number. */
static void assert_refused(const char *text, const char *expected)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s:%s", path, expected);
    assert_int_equal(read_keys(text, NULL), SERAC_E_INPUT);
    assert_string_equal(error.text, whole);
}

static void assert_read(const char *text)
{
    enum serac_status status = read_keys(text, NULL);
    assert_string_equal(error.text, "");
    assert_int_equal(status, SERAC_OK);
}

/* --- values -------------------------------------------------------------- */

static void test_integers_are_read_up_to_both_ends_of_their_range(void **state)
{
    (void)state;
    assert_refused("number = 2;", "1: number = 2: outside 3..7");
    assert_read("number = 3;");
    assert_read("number = 7;");
    assert_refused("number = 8;", "1: number = 8: outside 3..7");
}

static void test_powers_of_two_are_read_and_others_refused(void **state)
{
    (void)state;
    for (int v = 0; v <= 33; v++) {
        char text[64], expected[96];
        bool good = v == 2 || v == 4 || v == 8 || v == 16;
        snprintf(text, sizeof text, "number = 3;\npower = %d;", v);
        snprintf(expected, sizeof expected,
                 "2: power = %d: outside 2..16, a power of two", v);
        if (good)
            assert_read(text);
        else
            assert_refused(text, expected);
    }
}

static void test_values_arrive_unchanged(void **state)
{
    (void)state;
    struct keys k = {0};
    assert_int_equal(
        read_keys("number = 0x5; power = 16; negative = -2147483648; large = "
                  "9223372036854775807L; real = -0.5; flag = true; text = "
                  "\"seven\\n7\"; list = (1, 2);", &k), SERAC_OK);
    assert_int_equal(k.number, 5);
    assert_int_equal(k.power, 16);
    assert_true(k.negative == INT32_MIN);
    assert_true(k.large == INT64_MAX);
    assert_true(k.real == -0.5);
    assert_true(k.flag);
    assert_string_equal(k.text, "seven\n7");
}

static void test_optional_keys_keep_what_the_struct_holds(void **state)
{
    (void)state;
    struct keys k = {.power = 99, .real = 0.25};
    assert_int_equal(read_keys("number = 3;", &k), SERAC_OK);
    assert_int_equal(k.power, 99);
    assert_true(k.real == 0.25);
}

static void test_an_integer_is_a_real_but_a_real_is_no_integer(void **state)
{
    (void)state;
    struct keys k = {0};
    assert_int_equal(read_keys("number = 3; real = 1;", &k), SERAC_OK);
    assert_true(k.real == 1.0);
    assert_refused("number = 3.0;", "1: number: must be an integer");
}

static void test_integers_that_libconfig_cuts_are_refused(void **state)
{
    (void)state;
    const char *why = "does not fit 32 bits, larger integers end with L";
    static const char *const cut[] = {
        "2147483648", "4294967304", "4294967299", "-2147483649", "0x80000000",
        "0x100000003", "99999999999999999999",
    };
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        char text[64], expected[160];
        snprintf(text, sizeof text, "\nnumber = %s;", cut[i]);
        snprintf(expected, sizeof expected, "2: number = %s: %s", cut[i], why);
        assert_refused(text, expected);
    }
    assert_refused("number = 9223372036854775808L;",
                   "1: number = 9223372036854775808L: does not fit 64 bits");
}

static void test_integers_at_the_edge_of_their_width_are_not_cut(void **state)
{
    (void)state;
    assert_read("number = 3; negative = 2147483647;");
    assert_read("number = 3; negative = -2147483648;");
    assert_read("number = 3; negative = 0x7fffffff;");
    assert_read("number = 3; large = 2147483648L;");
    assert_read("number = 3; large = 9223372036854775807LL;");
}

static void test_numbers_in_texts_and_comments_are_not_looked_at(void **state)
{
    (void)state;
    assert_read("# 4294967304\n// 4294967304\n/* 4294967304 */ number = 3;");
    assert_read("number = 3; list = (\"a \\\" 4294967304\", \"4294967304\");");
    assert_read("number = 3; real = 0.00000004294967304;");
    assert_read("number = 3; real = 4294967304e-10;");
}

static void test_a_cut_element_of_a_list_is_refused_at_its_line(void **state)
{
    (void)state;
    assert_refused("number = 3;\nlist = (1,\n4294967304);",
                   "3: list = 4294967304: does not fit 32 bits, larger "
                   "integers end with L");
}

static void test_texts_are_read_up_to_their_room(void **state)
{
    (void)state;
    assert_read("number = 3; text = \"1234567\";");
    assert_refused("number = 3; text = \"12345678\";",
                   "1: text: longer than 7 characters");
}

static void test_wrong_types_are_refused(void **state)
{
    (void)state;
    assert_refused("number = true;", "1: number: must be an integer");
    assert_refused("number = 3; flag = 1;", "1: flag: must be true or false");
    assert_refused("number = 3; real = \"1\";", "1: real: must be a number");
    assert_refused("number = 3; text = 1;", "1: text: must be a string");
    assert_refused("number = 3; list = 1;",
                   "1: list: must be a group or a list");
}

static void test_a_typo_is_named_with_what_was_meant(void **state)
{
    (void)state;
    assert_refused("numebr = 3;",
                   "1: numebr: unknown key (did you mean number?)");
    assert_refused("number = 3; x = 3;", "1: x: unknown key");
}

static void test_the_first_of_two_mistakes_is_reported(void **state)
{
    (void)state;
    assert_refused("number = 2;\npower = 3;", "1: number = 2: outside 3..7");
}

/* --- files --------------------------------------------------------------- */

static enum serac_status open_only(const char *name)
{
    struct serac_config *config = NULL;
    memset(&error, 0, sizeof error);
    enum serac_status status = serac_config_open(name, &config, &error);
    serac_config_close(config);
    return status;
}

static void test_a_missing_file_is_named(void **state)
{
    (void)state;
    assert_int_equal(open_only("/nowhere/a.cfg"), SERAC_E_INPUT);
    assert_string_equal(error.text, "/nowhere/a.cfg: cannot be read: No such "
                                    "file or directory");
}

/* libconfig's scanner would end the process. */
static void test_a_folder_is_refused(void **state)
{
    (void)state;
    assert_int_equal(open_only("/tmp"), SERAC_E_INPUT);
    assert_string_equal(error.text, "/tmp: cannot be read: Is a directory");
}

static void test_a_file_with_a_zero_byte_is_refused(void **state)
{
    (void)state;
    write_bytes("number = 3;\0lnaes = 4;", 22);
    assert_int_equal(open_only(path), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "not a text file"));
}

static void test_a_syntax_error_has_its_line(void **state)
{
    (void)state;
    assert_refused("number = 3;\n\npower = ;", "3: syntax error");
}

static void test_an_unfinished_comment_or_text_ends(void **state)
{
    (void)state;
    assert_int_not_equal(read_keys("number = 3; text = \"abc", NULL),
                         SERAC_OK);
    (void)read_keys("number = 3; /* abc", NULL);
    (void)read_keys("number = 3; text = \"abc\\", NULL);
    assert_int_equal(read_keys("", NULL), SERAC_E_INPUT);
}

/* A path longer than the message keeps its end and the reason. */
static void test_a_long_path_leaves_room_for_the_reason(void **state)
{
    (void)state;
    char *deep = calloc(1, 1000);
    size_t used = (size_t)snprintf(deep, 1000, "%s", folder);
    while (used < 900)
        used += (size_t)snprintf(deep + used, 1000 - used, "/.");
    snprintf(deep + used, 1000 - used, "/test.cfg");
    write_bytes("number = 2;", 11);
    struct serac_config *config = NULL;
    assert_int_equal(serac_config_open(deep, &config, &error), SERAC_OK);
    struct keys sink;
    assert_int_equal(serac_config_read(config, serac_config_root(config), keys,
                                       sizeof keys / sizeof *keys, &sink,
                                       &error), SERAC_E_INPUT);
    assert_non_null(strstr(error.text,
                           "/test.cfg:1: number = 2: outside 3..7"));
    serac_config_close(config);
    free(deep);
}

static void test_failures_without_an_error_struct_are_reported(void **state)
{
    (void)state;
    struct serac_config *config = NULL;
    char at[64];
    assert_int_equal(serac_config_open("/tmp", &config, NULL), SERAC_E_INPUT);
    assert_int_equal(serac_config_find("designs", "no-such", at, sizeof at,
                                       NULL), SERAC_E_INPUT);
}

/* --- names --------------------------------------------------------------- */

static void test_an_unknown_name_is_answered_with_those_there_are(void **state)
{
    (void)state;
    char at[512];
    assert_int_equal(serac_config_find("memory", "quick", at, sizeof at,
                                       &error), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "quick: not in configs/memory; there "
                                       "are default, fast, "));
}

static void test_a_path_is_taken_as_it_is(void **state)
{
    (void)state;
    char at[64];
    assert_int_equal(serac_config_find("designs", "here/tiny", at, sizeof at,
                                       &error), SERAC_OK);
    assert_string_equal(at, "here/tiny");
    assert_int_equal(serac_config_find("designs", "tiny.cfg", at, sizeof at,
                                       &error), SERAC_OK);
    assert_string_equal(at, "tiny.cfg");
}

static void test_a_name_is_found_in_the_users_folder_first(void **state)
{
    (void)state;
    char dir[300], file[320], at[512];
    snprintf(dir, sizeof dir, "%s/designs", folder);
    snprintf(file, sizeof file, "%s/tiny.cfg", dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    FILE *stream = fopen(file, "w");
    assert_non_null(stream);
    fclose(stream);
    setenv("SERAC_CONFIGS", folder, 1);
    enum serac_status own =
        serac_config_find("designs", "tiny", at, sizeof at, &error);
    char ours[512];
    enum serac_status fallback =
        serac_config_find("designs", "serial", ours, sizeof ours, &error);
    unsetenv("SERAC_CONFIGS");
    unlink(file);
    rmdir(dir);
    assert_int_equal(own, SERAC_OK);
    assert_string_equal(at, file);
    assert_int_equal(fallback, SERAC_OK);
    assert_string_equal(ours, SERAC_ROOT "/configs/designs/serial.cfg");
}

/* --- the files in data/bad ----------------------------------------------- */

static enum serac_status load_kind(const char *name, const char *file)
{
    static struct serac_design design, design_before;
    static struct serac_memory_config memory, memory_before;
    static struct serac_tech tech, tech_before;
    static struct serac_sweep sweep, sweep_before;
    struct serac_network *network = NULL;
    struct serac_workload *workload = NULL;
    enum serac_status status = SERAC_E_INTERNAL;
    if (!strncmp(name, "design-", 7))
        status = serac_design_load(file, &design, &error);
    else if (!strncmp(name, "memory-", 7))
        status = serac_memory_load(file, &memory, &error);
    else if (!strncmp(name, "tech-", 5))
        status = serac_tech_load(file, &tech, &error);
    else if (!strncmp(name, "sweep-", 6))
        status = serac_sweep_load(file, &sweep, &error);
    else if (!strncmp(name, "network-", 8))
        status = serac_network_load(file, &network, &error);
    else if (!strncmp(name, "workload-", 9))
        status = serac_workload_load(file, &workload, &error);
    assert_memory_equal(&design, &design_before, sizeof design);
    assert_memory_equal(&memory, &memory_before, sizeof memory);
    assert_memory_equal(&tech, &tech_before, sizeof tech);
    assert_memory_equal(&sweep, &sweep_before, sizeof sweep);
    assert_null(network);
    assert_null(workload);
    return status;
}

static void test_bad_files_are_refused_with_the_line_they_expect(void **state)
{
    (void)state;
    DIR *dir = opendir(BAD);
    assert_non_null(dir);
    unsigned seen = 0, wrong = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char file[600], line[512] = "", expected[1200];
        size_t length = strlen(entry->d_name);
        if (length < 4 || strcmp(entry->d_name + length - 4, ".cfg"))
            continue;
        snprintf(file, sizeof file, BAD "/%s", entry->d_name);
        FILE *stream = fopen(file, "r");
        assert_non_null(stream);
        char *got = fgets(line, sizeof line, stream);
        fclose(stream);
        line[strcspn(line, "\n")] = 0;
        assert_non_null(got);
        assert_memory_equal(line, "# expect: ", 10);
        snprintf(expected, sizeof expected, BAD "/%s", line + 10);
        memset(&error, 0, sizeof error);
        enum serac_status status = load_kind(entry->d_name, file);
        seen++;
        if (status == SERAC_E_INPUT && !strcmp(error.text, expected))
            continue;
        wrong++;
        print_error("%s: status %d\n  expected %s\n  got      %s\n",
                    entry->d_name, (int)status, expected, error.text);
    }
    closedir(dir);
    assert_int_equal(wrong, 0);
    assert_true(seen >= 115);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_integers_are_read_up_to_both_ends_of_their_range),
        cmocka_unit_test(test_powers_of_two_are_read_and_others_refused),
        cmocka_unit_test(test_values_arrive_unchanged),
        cmocka_unit_test(test_optional_keys_keep_what_the_struct_holds),
        cmocka_unit_test(test_an_integer_is_a_real_but_a_real_is_no_integer),
        cmocka_unit_test(test_integers_that_libconfig_cuts_are_refused),
        cmocka_unit_test(test_integers_at_the_edge_of_their_width_are_not_cut),
        cmocka_unit_test(test_numbers_in_texts_and_comments_are_not_looked_at),
        cmocka_unit_test(test_a_cut_element_of_a_list_is_refused_at_its_line),
        cmocka_unit_test(test_texts_are_read_up_to_their_room),
        cmocka_unit_test(test_wrong_types_are_refused),
        cmocka_unit_test(test_a_typo_is_named_with_what_was_meant),
        cmocka_unit_test(test_the_first_of_two_mistakes_is_reported),
        cmocka_unit_test(test_a_missing_file_is_named),
        cmocka_unit_test(test_a_folder_is_refused),
        cmocka_unit_test(test_a_file_with_a_zero_byte_is_refused),
        cmocka_unit_test(test_a_syntax_error_has_its_line),
        cmocka_unit_test(test_an_unfinished_comment_or_text_ends),
        cmocka_unit_test(test_a_long_path_leaves_room_for_the_reason),
        cmocka_unit_test(test_failures_without_an_error_struct_are_reported),
        cmocka_unit_test(test_an_unknown_name_is_answered_with_those_there_are),
        cmocka_unit_test(test_a_path_is_taken_as_it_is),
        cmocka_unit_test(test_a_name_is_found_in_the_users_folder_first),
        cmocka_unit_test(test_bad_files_are_refused_with_the_line_they_expect),
    };
    return cmocka_run_group_tests_name("config_read", tests, make_folder,
                                       remove_folder);
}
