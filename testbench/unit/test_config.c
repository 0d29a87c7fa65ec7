/* test_config.c - configuration files: every kind of mistake is one clear line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "serac_config.h"
#include "serac_cost.h"
#include "serac_network.h"

#define FILE_NAME "build/test_config.cfg"

static const char good[] =
    "rows = 4;\ncols = 4;\nlanes = 32;\nweight_planes = 1;\nact_planes = 1;\n"
    "weight_buffer_bytes = 4096;\nact_buffer_bytes = 4096;\n"
    "output_buffer_bytes = 4096;\nparam_buffer_bytes = 1024;\n"
    "axi_bits = 64;\noutstanding = 4;\nrequant_lanes = 4;\nqueue_depth = 2;\n";

/* The good design with the line of `key` replaced, or one more line. */
static void write_design(const char *key, const char *line)
{
    FILE *file = fopen(FILE_NAME, "w");
    assert_non_null(file);
    const char *at = good;
    while (*at) {
        size_t length = strcspn(at, "\n") + 1;
        if (key && !strncmp(at, key, strlen(key)) && at[strlen(key)] == ' ')
            fprintf(file, "%s\n", line);
        else
            fwrite(at, 1, length, file);
        at += length;
    }
    if (!key && line)
        fprintf(file, "%s\n", line);
    fclose(file);
}

static void expect(const char *key, const char *line, const char *message)
{
    struct serac_design design, before;
    struct serac_error error = {""};
    memset(&design, 0x5a, sizeof design);
    before = design;
    write_design(key, line);
    enum serac_status status = serac_design_load(FILE_NAME, &design, &error);
    if (!message) {
        assert_int_equal(status, SERAC_OK);
        return;
    }
    assert_int_equal(status, SERAC_E_INPUT);
    assert_memory_equal(&design, &before, sizeof design);
    if (!strstr(error.text, message))
        fail_msg("%s: \"%s\" lacks \"%s\"", line, error.text, message);
    assert_null(strchr(error.text, '\n'));
}

static void test_a_design_is_read(void **state)
{
    struct serac_design d;
    struct serac_error error = {""};
    (void)state;
    write_design(NULL, NULL);
    assert_int_equal(serac_design_load(FILE_NAME, &d, &error), SERAC_OK);
    assert_string_equal(d.name, "test_config");
    assert_int_equal(d.lanes, 32);
    assert_int_equal(d.queue_depth, 2);
}

static void test_both_sides_of_every_edge(void **state)
{
    (void)state;
    expect("rows", "rows = 64;", "weight_buffer_bytes");
    expect("rows", "rows = 128;", "1: rows = 128: outside 1..64");
    expect("rows", "rows = 65;", "1: rows = 65: outside 1..64, a power of two");
    expect("rows", "rows = 0;", "rows = 0: outside");
    expect("rows", "rows = -4;", "rows = -4: outside");
    expect("outstanding", "outstanding = 32;", NULL);
    expect("outstanding", "outstanding = 33;", "outstanding = 33: outside 1..32");
    expect("queue_depth", "queue_depth = 8;", NULL);
    expect("queue_depth", "queue_depth = 9;", "queue_depth = 9");
    expect("requant_lanes", "requant_lanes = 8;", "more than rows or lanes");
    expect("weight_planes", "weight_planes = 8;", NULL);
    expect("weight_planes", "weight_planes = 3;", "a power of two");
    expect("act_buffer_bytes", "act_buffer_bytes = 512;", NULL);
    expect("act_buffer_bytes", "act_buffer_bytes = 256;", "less than 512");
}

static void test_mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    expect("lanes", "lnaes = 32;",
           FILE_NAME ":3: lnaes: unknown key (did you mean lanes?)");
    expect("lanes", "lanes = \"32\";", ":3: lanes: must be an integer");
    expect("lanes", "lanes = 32.0;", ":3: lanes: must be an integer");
    expect("lanes", "lanes = 4294967328L;", "lanes = 4294967328: outside");
    expect("lanes", "", "lanes: missing, it is required");
    expect("lanes", "lanes = ;", ":3: syntax error");
    expect(NULL, "colour = \"red\";", "colour: unknown key");
}

static void test_an_unknown_name_lists_those_there_are(void **state)
{
    struct serac_design d;
    struct serac_error error = {""};
    (void)state;
    assert_int_equal(serac_design_load("tyni", &d, &error), SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "tiny"));
    assert_int_equal(serac_design_load("build/none.cfg", &d, &error),
                     SERAC_E_INPUT);
    assert_non_null(strstr(error.text, "build/none.cfg: cannot be read"));
}

static void test_every_shipped_file_loads(void **state)
{
    static const char *const designs[] = {
        "tiny", "serial", "weight-serial", "parallel", "barvinn", "bismo",
        "pair-1-1", "pair-1-2", "pair-1-4", "pair-1-8", "pair-2-1", "pair-2-2",
        "pair-2-4", "pair-2-8", "pair-4-1", "pair-4-2", "pair-4-4", "pair-4-8",
        "pair-8-1", "pair-8-2", "pair-8-4", "pair-8-8"};
    static const char *const memories[] = {"default", "fast", "slow", "paged",
                                           "random-stalls"};
    static const char *const networks[] = {"fashion-w8", "fashion-w4",
                                           "fashion-w2", "fashion-w1",
                                           "fashion-mixed"};
    struct serac_error error = {""};
    struct serac_tech tech;
    (void)state;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        struct serac_design d;
        if (serac_design_load(designs[i], &d, &error) != SERAC_OK)
            fail_msg("%s", error.text);
    }
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
        struct serac_memory_config m;
        if (serac_memory_load(memories[i], &m, &error) != SERAC_OK)
            fail_msg("%s", error.text);
    }
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        struct serac_network *n;
        if (serac_network_load(networks[i], &n, &error) != SERAC_OK)
            fail_msg("%s", error.text);
        assert_int_equal(n->num_layers, 8);
        serac_network_destroy(n);
    }
    if (serac_tech_load(SERAC_DEFAULT_TECH, &tech, &error) != SERAC_OK)
        fail_msg("%s", error.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_design_is_read),
        cmocka_unit_test(test_both_sides_of_every_edge),
        cmocka_unit_test(test_mistakes_are_named_with_their_place),
        cmocka_unit_test(test_an_unknown_name_lists_those_there_are),
        cmocka_unit_test(test_every_shipped_file_loads),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
