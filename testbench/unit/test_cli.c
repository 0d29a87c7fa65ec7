/* test_cli.c - options, numbers, messages and exit codes of the command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "serac_cli.h"

/* --- what is printed ------------------------------------------------------ */

static FILE *sink[2];
static int kept[2];

/* From here on stdout and stderr go to files. */
static void listen(void)
{
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        sink[i] = tmpfile();
        kept[i] = dup(i + 1);
        if (!sink[i] || kept[i] < 0 || dup2(fileno(sink[i]), i + 1) < 0)
            _exit(1);
    }
}

static char said[2][4096];

static void hush(void)
{
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        (void)dup2(kept[i], i + 1);
        close(kept[i]);
        rewind(sink[i]);
        said[i][fread(said[i], 1, sizeof said[i] - 1, sink[i])] = 0;
        fclose(sink[i]);
    }
}

/* One line, and only on stderr. */
static void assert_one_line(const char *word)
{
    const char *end = strchr(said[1], '\n');
    assert_string_equal(said[0], "");
    assert_non_null(end);
    assert_string_equal(end, "\n");
    if (!strstr(said[1], word))
        fail_msg("'%s' has no '%s'", said[1], word);
}

/* --- parsing -------------------------------------------------------------- */

static const char *value, *flag;
static const struct serac_option options[] = {
    {"value", "N", "takes something", &value},
    {"flag", NULL, "takes nothing", &flag},
    {NULL, NULL, NULL, NULL}};
static const struct serac_usage usage = {"test", "A B [options]", "Does it.",
                                         "  serac test a b\n", options};
static const char *words[2];

static int parse(int argc, const char **argv)
{
    value = flag = words[0] = words[1] = NULL;
    listen();
    int code = serac_cli_parse(&usage, argc, (char **)(uintptr_t)argv, words,
                               2);
    hush();
    return code;
}

#define PARSE(...)                                                            \
    parse((int)(sizeof((const char *[]){"test", __VA_ARGS__}) /               \
                sizeof(char *)), (const char *[]){"test", __VA_ARGS__})

static void test_arguments_and_options_may_come_in_any_order(void **state)
{
    (void)state;
    assert_int_equal(PARSE("a", "--value", "7", "b", "--flag"), -1);
    assert_string_equal(words[0], "a");
    assert_string_equal(words[1], "b");
    assert_string_equal(value, "7");
    assert_string_equal(flag, "");
    assert_int_equal(PARSE("--flag", "a", "b"), -1);
    assert_null(value);
    assert_int_equal(PARSE("a", "-", "--value", "--flag"), -1);
    assert_string_equal(value, "--flag");
    assert_string_equal(words[1], "-");
    assert_null(flag);
    assert_string_equal(said[1], "");
}

static void test_wrong_usage_is_one_line_and_exit_2(void **state)
{
    (void)state;
    assert_int_equal(PARSE("a"), SERAC_EXIT_INPUT);
    assert_one_line("missing argument: A B");
    assert_int_equal(PARSE("a", "b", "c"), SERAC_EXIT_INPUT);
    assert_one_line("c: one argument too many");
    assert_int_equal(PARSE("a", "b", "--other"), SERAC_EXIT_INPUT);
    assert_one_line("--other: unknown option; see serac test --help");
    assert_int_equal(PARSE("a", "b", "--value"), SERAC_EXIT_INPUT);
    assert_one_line("--value: needs an argument");
    assert_int_equal(PARSE("a", "b", "--valu", "7"), SERAC_EXIT_INPUT);
    assert_one_line("unknown option");
}

static void test_help_names_every_option_and_exits_0(void **state)
{
    (void)state;
    assert_int_equal(PARSE("a", "--help", "--other"), SERAC_EXIT_DONE);
    assert_string_equal(said[1], "");
    assert_non_null(strstr(said[0], "usage: serac test A B [options]"));
    assert_non_null(strstr(said[0], "--value N"));
    assert_non_null(strstr(said[0], "--flag"));
    assert_non_null(strstr(said[0], "takes nothing"));
    assert_non_null(strstr(said[0], "serac test a b"));
}

/* --- numbers -------------------------------------------------------------- */

static bool number(const char *text, uint64_t low, uint64_t high, uint64_t *to)
{
    listen();
    bool good = serac_cli_number("--jobs", text, low, high, to);
    hush();
    return good;
}

static void test_number_is_taken_within_its_limits(void **state)
{
    uint64_t n = 99;
    (void)state;
    assert_false(number("2", 3, 5, &n));
    assert_one_line("--jobs 2: must be a number from 3 to 5");
    assert_int_equal(n, 99);
    assert_true(number("3", 3, 5, &n));
    assert_int_equal(n, 3);
    assert_true(number("5", 3, 5, &n));
    assert_int_equal(n, 5);
    assert_false(number("6", 3, 5, &n));
    assert_true(number("18446744073709551615", 0, UINT64_MAX, &n));
    assert_true(n == UINT64_MAX);
    assert_false(number("18446744073709551616", 0, UINT64_MAX, &n));
    assert_true(number("010", 0, 20, &n));
    assert_int_equal(n, 10);
}

static void test_text_that_is_no_decimal_number_is_refused(void **state)
{
    static const char *const texts[] = {"", "-1", "x", "1x", "1.5", "0x1",
                                        "1 ", "--help", " 1", "+1",
                                        " -1", "\t1"};
    uint64_t n = 99;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(number(texts[i], 0, UINT64_MAX, &n));
        assert_one_line("must be a number from 0 to 18446744073709551615");
        assert_int_equal(n, 99);
    }
}

/* --- failures ------------------------------------------------------------- */

static int fail_with(enum serac_status status, const struct serac_error *error)
{
    listen();
    int code = serac_cli_fail(status, error);
    hush();
    return code;
}

static void test_every_status_has_its_exit_code_and_text(void **state)
{
    static const enum serac_status list[] = {
#define STATUS(name, number, text) name,
        SERAC_STATUS_LIST(STATUS)
#undef STATUS
    };
    (void)state;
    for (size_t i = 1; i < sizeof list / sizeof *list; i++) {
        enum serac_status s = list[i];
        int want = s == SERAC_E_INPUT || s == SERAC_E_FIT ||
                   s == SERAC_E_OVERFLOW || s == SERAC_E_NOT_FOUND
                       ? SERAC_EXIT_INPUT
                   : s == SERAC_E_MISMATCH ? SERAC_EXIT_CHECK
                                           : SERAC_EXIT_INTERNAL;
        assert_int_equal(fail_with(s, NULL), want);
        assert_one_line(serac_status_text(s));
    }
}

static void test_message_is_preferred_to_the_status(void **state)
{
    struct serac_error error = {"a.cfg:3: rows: no"};
    (void)state;
    assert_int_equal(fail_with(SERAC_E_INPUT, &error), SERAC_EXIT_INPUT);
    assert_string_equal(said[1], "serac: a.cfg:3: rows: no\n");
    error.text[0] = 0;
    assert_int_equal(fail_with(SERAC_E_INPUT, &error), SERAC_EXIT_INPUT);
    assert_string_equal(said[1], "serac: bad input\n");
}

/* --- settings ------------------------------------------------------------- */

static int setting_of(const char *design, const char *memory, const char *tech,
                      struct serac_setting *s)
{
    listen();
    int code = serac_cli_setting(design, memory, tech, s);
    hush();
    return code;
}

static void test_setting_has_the_documented_defaults(void **state)
{
    struct serac_setting s;
    (void)state;
    assert_int_equal(setting_of(NULL, NULL, NULL, &s), -1);
    assert_string_equal(s.design.name, "serial");
    assert_string_equal(s.memory.name, "default");
    assert_string_equal(s.tech.name, SERAC_DEFAULT_TECH);
    assert_int_equal(setting_of("tiny", "fast", NULL, &s), -1);
    assert_int_equal(s.design.rows, 4);
    assert_int_equal(s.memory.latency_cycles, 8);
}

static void test_unknown_part_of_a_setting_is_exit_2(void **state)
{
    struct serac_setting s;
    (void)state;
    assert_int_equal(setting_of("nothing", NULL, NULL, &s), SERAC_EXIT_INPUT);
    assert_one_line("nothing");
    assert_int_equal(setting_of(NULL, "nothing", NULL, &s), SERAC_EXIT_INPUT);
    assert_one_line("nothing");
    assert_int_equal(setting_of(NULL, NULL, "nothing", &s), SERAC_EXIT_INPUT);
    assert_one_line("nothing");
}

static void test_progress_is_silent_without_a_terminal(void **state)
{
    (void)state;
    listen();
    serac_cli_progress("points", 1, 2);
    serac_cli_progress("points", 2, 2);
    hush();
    assert_string_equal(said[0], "");
    assert_string_equal(said[1], "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments_and_options_may_come_in_any_order),
        cmocka_unit_test(test_wrong_usage_is_one_line_and_exit_2),
        cmocka_unit_test(test_help_names_every_option_and_exits_0),
        cmocka_unit_test(test_number_is_taken_within_its_limits),
        cmocka_unit_test(test_text_that_is_no_decimal_number_is_refused),
        cmocka_unit_test(test_every_status_has_its_exit_code_and_text),
        cmocka_unit_test(test_message_is_preferred_to_the_status),
        cmocka_unit_test(test_setting_has_the_documented_defaults),
        cmocka_unit_test(test_unknown_part_of_a_setting_is_exit_2),
        cmocka_unit_test(test_progress_is_silent_without_a_terminal),
    };
    return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
