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
    serac_sweep_free(&sweep);
    if (serac_sweep_load(path, &sweep, &error) != SERAC_OK)
        fail_msg("%s", error.text);
}

/* Refused with `word`; what was loaded before stays. */
static void refuse(const char *text, const char *word)
{
    struct serac_error error = {""};
    write_file(text);
    serac_sweep_free(&sweep);
    memset(&sweep, 0x5a, sizeof sweep);
    before = sweep;
    assert_int_equal(serac_sweep_load(path, &sweep, &error), SERAC_E_INPUT);
    assert_int_equal(serac_sweep_load(path, &sweep, NULL), SERAC_E_INPUT);
    assert_memory_equal(&sweep, &before, sizeof sweep);
    memset(&sweep, 0, sizeof sweep);
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
    serac_sweep_free(&sweep);
    assert_int_equal(serac_sweep_load("example", &sweep, NULL), SERAC_OK);
    assert_int_equal(sweep.memories.count, 2);
    serac_sweep_free(&sweep);
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

/* --- variations -------------------------------------------------------------------- */

#define HEAD "designs = [\"tiny\"];\nnetworks = [\"c\"];\n"
#define SHAPES "designs = [\"tiny\"];\nworkloads = [\"bert-base\"];\n"

/* The names with spaces between them. */
static const char *joined(const struct serac_sweep_list *list)
{
    static char text[2000];
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < list->count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                                 i ? " " : "", list->names[i]);
    return text;
}

static void test_lists_ranges_and_single_values_are_combined(void **state)
{
    (void)state;
    accept(HEAD "design = { rows = [4, 8]; lanes = { from = 16; to = 64; times = 2; }; "
           "cols = 2; };\n");
    assert_string_equal(joined(&sweep.designs),
                        "tiny:rows=4:lanes=16:cols=2 tiny:rows=4:lanes=32:cols=2 "
                        "tiny:rows=4:lanes=64:cols=2 tiny:rows=8:lanes=16:cols=2 "
                        "tiny:rows=8:lanes=32:cols=2 tiny:rows=8:lanes=64:cols=2");
    assert_true(sweep.varied_designs);
    assert_false(sweep.varied_memories);
    accept(HEAD "memories = [\"a\", \"b\"]; memory = { latency_cycles = { from = 10; "
           "to = 30; step = 10; }; dram_pj_per_bit = [0.5]; };\n");
    assert_string_equal(joined(&sweep.memories),
                        "a:latency_cycles=10:dram_pj_per_bit=0.5 "
                        "a:latency_cycles=20:dram_pj_per_bit=0.5 "
                        "a:latency_cycles=30:dram_pj_per_bit=0.5 "
                        "b:latency_cycles=10:dram_pj_per_bit=0.5 "
                        "b:latency_cycles=20:dram_pj_per_bit=0.5 "
                        "b:latency_cycles=30:dram_pj_per_bit=0.5");
    accept(HEAD "technology = { energy = { clock_tree_factor = { from = 1.0; to = 1.25; "
           "step = 0.125; }; }; };\n");
    assert_string_equal(joined(&sweep.technologies),
                        "sg13g2:energy.clock_tree_factor=1 "
                        "sg13g2:energy.clock_tree_factor=1.125 "
                        "sg13g2:energy.clock_tree_factor=1.25");
}

static void test_keys_of_layers_take_the_same_value(void **state)
{
    (void)state;
    accept(SHAPES "precisions = [\"8/8\"];\nworkload = ( { keys = [\"qkv.n\", "
           "\"scores.m\"]; values = [64, 256]; } );\n");
    assert_string_equal(joined(&sweep.workloads),
                        "bert-base:layers.qkv.n=64:layers.scores.m=64 "
                        "bert-base:layers.qkv.n=256:layers.scores.m=256");
    accept(SHAPES "precisions = [\"8/8\"];\nworkload = ( { keys = [\"sizes.sequence\"]; "
           "values = { from = 64; to = 256; times = 2; }; } );\n");
    assert_string_equal(joined(&sweep.workloads),
                        "bert-base:sizes.sequence=64 bert-base:sizes.sequence=128 "
                        "bert-base:sizes.sequence=256");
}

static void test_wrong_variations_are_refused_with_their_line(void **state)
{
    (void)state;
    refuse(HEAD "design = { rows = [4, 5]; };\n",
           ":3: rows = 5: outside 1..64, a power of two");
    refuse(HEAD "design = {\n  rosw = [4]; };\n",
           ":4: rosw: unknown key (did you mean rows?)");
    refuse(HEAD "design = { rows = [\"x\"]; };\n", ":3: rows: must be an integer");
    refuse(HEAD "design = { rows = []; };\n", "rows: must have 1..1024 values");
    refuse(HEAD "design = [4];\n", "design: must be a group");
    refuse(HEAD "design = { rows = { from = 4; to = 8; }; };\n",
           ":3: rows: must have either step or times");
    refuse(HEAD "design = { rows = { from = 4; to = 8; step = 1; times = 2; }; };\n",
           "either step or times");
    refuse(HEAD "design = { rows = { from = 8; to = 4; step = 1; }; };\n",
           "rows: to = 4: less than from");
    refuse(HEAD "design = { rows = { from = 0; to = 4; times = 2; }; };\n",
           "rows: from = 0: must be more than 0 with times");
    refuse(HEAD "design = { rows = { form = 1; to = 4; times = 2; }; };\n",
           "form: unknown key (did you mean from?)");
    refuse(HEAD "memory = { seed = { from = 1; to = 5000; step = 1; }; };\n",
           "seed: more than 1024 values");
    refuse(HEAD "memory = { seed = { from = 1; to = 1000; step = 1; }; latency_cycles = "
           "{ from = 1; to = 1000; step = 1; }; max_stall_cycles = [1, 2]; };\n",
           "more than 1000000 combinations of the memory");
    refuse(HEAD "technology = { energy = { glitch = [1.0]; }; };\n",
           ":3: sg13g2: glitch: unknown key");
    refuse(HEAD "technology = { energy = { clock_tree_factor = [0.5]; }; };\n",
           "clock_tree_factor = 0.5: outside");
    refuse(HEAD "technologies = [\"tsmc7\"]; technology = { energy = { clock_tree_factor = "
           "[1.5]; }; };\n", "tsmc7: not in configs/tech");
    refuse(SHAPES "precisions = [\"8/8\"];\nworkload = ( { keys = [\"qvk.n\"]; values = "
           "[1]; } );\n", ":4: bert-base: layers.qvk.n: no such place");
    refuse(SHAPES "precisions = [\"8/8\"];\nworkload = ( { keys = [\"n\"]; values = [1]; "
           "} );\n", "keys: must be 1..8 of \"sizes.SIZE\", \"LAYER.KEY\"");
    refuse(SHAPES "precisions = [\"8/8\"];\nworkload = ( { keys = [\"sizes.sequnce\"]; "
           "values = [64]; } );\n", ":4: bert-base: sequnce: ");
    refuse(SHAPES "precisions = [\"8/8\"];\nworkload = ( { keys = [\"qkv.n\"]; values = "
           "[0]; } );\n", "n = 0: outside 1..1048576");
    refuse(HEAD "workload = ( { keys = [\"qkv.n\"]; values = [1]; } );\n",
           "workload: only with workloads");
}

/* --- widths and batches ------------------------------------------------------------ */

static const char *precisions(void)
{
    static char text[500];
    size_t used = 0;
    for (uint32_t i = 0; i < sweep.num_precisions; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%u/%u/%u",
                                 i ? " " : "", sweep.precisions[i].weight_bits,
                                 sweep.precisions[i].act_bits,
                                 sweep.precisions[i].weight_store_bits);
    return text;
}

static void test_widths_are_pairs_or_products_stored_as_computed_or_narrower(
    void **state)
{
    (void)state;
    accept(SHAPES "precisions = (\"8/4\", [2, 3], \"8/8/1\", [4, 5, 4]);\n");
    assert_string_equal(precisions(), "8/4/8 2/3/2 8/8/1 4/5/4");
    accept(SHAPES "weight_bits = [2, 8]; act_bits = { from = 4; to = 8; step = 4; };\n");
    assert_string_equal(precisions(), "2/4/2 2/8/2 8/4/8 8/8/8");
    accept(SHAPES "precisions = [\"8/4\", \"2/4\"]; weight_store_bits = [1, 2, 4];\n");
    assert_string_equal(precisions(), "8/4/1 8/4/2 8/4/4 2/4/1 2/4/2");
    assert_int_equal(sweep.unstorable, 1);
}

static void test_wrong_widths_are_refused(void **state)
{
    static const char *const bad[] = {"\"8\"", "\"8/8/8/8\"", "\"8/9\"", "\"0/8\"", "[8]",
                                      "[8, 8, 8, 8]", "\"4/4/5\"", "[4, 4, 5]", "\"8/8/\"",
                                      "\"88/8\"", "\"8 /8\"", "8"};
    char text[300];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, SHAPES "precisions = (%s);\n", bad[i]);
        refuse(text, ":3: precisions: must be \"W/A\"");
    }
    refuse(SHAPES, "precisions: missing, workloads require it, or weight_bits and "
                   "act_bits");
    refuse(SHAPES "weight_bits = [8];\n", "precisions: missing");
    refuse(SHAPES "precisions = [\"8/8\"]; act_bits = [8];\n",
           "act_bits: not beside precisions");
    refuse(SHAPES "weight_bits = [9]; act_bits = [8];\n", "weight_bits = 9: outside 1..8");
    refuse(SHAPES "weight_bits = [1.5]; act_bits = [8];\n",
           "weight_bits: must be an integer");
    refuse(SHAPES "precisions = [\"8/8/4\"]; weight_store_bits = [4];\n",
           "weight_store_bits: precisions have theirs");
    refuse(SHAPES "precisions = [\"2/8\"]; weight_store_bits = [4];\n",
           "weight_store_bits: all wider than weight_bits");
    refuse(HEAD "batch = [2];\n", "batch: only with workloads");
}

static void test_batches_are_1_to_1024(void **state)
{
    (void)state;
    accept(SHAPES "precisions = [\"8/8\"];\n");
    assert_int_equal(sweep.num_batches, 1);
    assert_int_equal(sweep.batches[0], 1);
    accept(SHAPES "precisions = [\"8/8\"]; batch = { from = 1; to = 1024; times = 32; };\n");
    assert_int_equal(sweep.num_batches, 3);
    assert_int_equal(sweep.batches[2], 1024);
    refuse(SHAPES "precisions = [\"8/8\"]; batch = [0];\n", "batch = 0: outside 1..1024");
    refuse(SHAPES "precisions = [\"8/8\"]; batch = [1025];\n", "batch = 1025: outside");
}

static void test_constraints_are_conditions(void **state)
{
    (void)state;
    accept(HEAD "constraints = [\"area_um2 < 5e6\", \"rows * cols == 64\"];\n");
    assert_int_equal(sweep.num_constraints, 2);
    assert_string_equal(serac_expr_text(sweep.constraints[1]), "rows * cols == 64");
    refuse(HEAD "constraints = [\n\"area_um2 < 5e6\",\n\"rows * * 2 == 64\"];\n",
           ":5: constraints: \"rows * * 2 == 64\": at 8: expected a number");
    refuse(HEAD "constraints = [5];\n", "constraints: must be texts");
    refuse(HEAD "constraints = [];\n", "constraints: must have 1..32 conditions");
    refuse(HEAD "constraints = [\"aera_um2 < 5\"];\n", "did you mean area_um2?");
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
    serac_sweep_free(&sweep);
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
        cmocka_unit_test(test_lists_ranges_and_single_values_are_combined),
        cmocka_unit_test(test_keys_of_layers_take_the_same_value),
        cmocka_unit_test(test_wrong_variations_are_refused_with_their_line),
        cmocka_unit_test(
            test_widths_are_pairs_or_products_stored_as_computed_or_narrower),
        cmocka_unit_test(test_wrong_widths_are_refused),
        cmocka_unit_test(test_batches_are_1_to_1024),
        cmocka_unit_test(test_constraints_are_conditions),
        cmocka_unit_test(test_missing_file_is_refused),
    };
    return cmocka_run_group_tests_name("sweep", tests, set_up, tear_down);
}
