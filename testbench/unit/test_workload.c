/* test_workload.c - workloads: totals against the published, layers at a width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <unistd.h>

#include "serac_config.h"
#include "serac_map.h"
#include "serac_workload.h"
#include "serac_workload_run.h"

static struct serac_error error;

static struct serac_workload *load(const char *name)
{
    struct serac_workload *w = NULL;
    memset(&error, 0, sizeof error);
    if (serac_workload_load(name, &w, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    return w;
}

static const struct serac_workload_layer *find(const struct serac_workload *w,
                                               const char *name)
{
    for (uint32_t i = 0; i < w->num_layers; i++)
        if (!strcmp(w->layers[i].name, name))
            return &w->layers[i];
    fail_msg("no layer %s", name);
    return NULL;
}

/* The file `name` of configs/workloads with `from` (it must be there) replaced. */
static struct serac_workload *load_edited(const char *name, const char *from,
                                          const char *to)
{
    char path[600], text[20000], *at;
    snprintf(path, sizeof path, SERAC_ROOT "/configs/workloads/%s.cfg", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    at = strstr(text, from);
    assert_non_null(at);
    snprintf(path, sizeof path, "/tmp/serac-test-%ld.cfg", (long)getpid());
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    fclose(file);
    struct serac_workload *w = load(path);
    remove(path);
    return w;
}

/* The published totals stand here again: a file cannot change both. 0: none was found,
 * or none is met (then the file says what it assumes); `at`: the published sizes.
 * The exact sums, at the file's own sizes, are those of the usual operation counters,
 * batch normalisation folded. */
static const struct {
    const char *name;
    double macs, parameters;
    const char *from, *at;
    uint64_t exact_macs, exact_parameters;
} published[] = {
    {"bert-tiny", 0, 396544, NULL, NULL, 58720256, 396544},
    {"bert-base", 11.25e9, 85054464, NULL, NULL, 11173625856, 85054464},
    {"bert-large", 123.465e9, 302309376, "sequence = 128", "sequence = 384", 39460012032, 302309376},
    {"roberta-large", 123.465e9, 302309376, "sequence = 128", "sequence = 384", 39460012032, 302309376},
    {"gpt2", 146.52445e9, 124439808, NULL, NULL, 145824153600, 124439808},
    {"gpt2-medium", 0, 354823168, NULL, NULL, 413475536896, 354823168},
    {"gpt2-xl", 0, 1557611200, NULL, NULL, 1753351782400, 1557611200},
    {"llama-7b-prefill", 850e9, 6738415616, "sequence = 2048; logits = 1", "sequence = 128; logits = 128",
     14362501709824, 6738415616},
    {"llama-7b-decode", 0, 6738415616, NULL, NULL, 7143948288, 6738415616},
    {"llama-13b-prefill", 0, 13015864320, NULL, NULL, 27702702899200, 13015864320},
    {"llama-13b-decode", 0, 13015864320, NULL, NULL, 13690470400, 13015864320},
    {"llama-65b-prefill", 0, 65285660672, NULL, NULL, 138126410383360, 65285660672},
    {"llama-65b-decode", 0, 65285660672, NULL, NULL, 67706552320, 65285660672},
    {"resnet18", 1.814e9, 11689512, NULL, NULL, 1814073344, 11684712},
    {"resnet50", 4.09e9, 25557032, NULL, NULL, 4089184256, 25530472},
    {"mobilenetv2", 300e6, 3504872, NULL, NULL, 300774272, 3487816},
    {"efficientnet-b3", 1.827e9, 12233232, NULL, NULL, 1827141392, 12189584},
    {"vit-b16", 17.564e9, 86567656, NULL, NULL, 17563828224, 86567656},
    {"transformer-base", 0, 0, NULL, NULL, 1906114560, 63082496},
    {"conformer-s", 13.1e9, 8.7e6, NULL, NULL, 13115520000, 8724800},
    {"deepfm", 0, 0, NULL, NULL, 476400, 477601},
    {"two-tower", 0, 0, NULL, NULL, 1242112, 1115776},
    {"keyword-spotting", 0, 22600, NULL, NULL, 2656768, 22604},
    {"camera-detection", 1.247e9, 6.807e6, NULL, NULL, 1237129408, 6807167},
};

static void within_a_percent(const char *name, const char *what, double ours,
                             double theirs)
{
    if (theirs <= 0)
        return;
    print_message("%s: %.4f of the published %s\n", name, ours / theirs, what);
    assert_true(ours > 0.99 * theirs && ours < 1.01 * theirs);
}

static void test_totals_are_within_a_percent_of_the_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        const char *at = published[i].at;
        struct serac_workload *w =
            at ? load_edited(published[i].name, published[i].from, at)
               : load(published[i].name);
        within_a_percent(w->name, "MACs", (double)serac_workload_macs(w),
                         published[i].macs);
        within_a_percent(w->name, "parameters",
                         (double)serac_workload_parameters(w),
                         published[i].parameters);
        assert_true((double)w->published_macs == published[i].macs);
        assert_true((double)w->published_parameters == published[i].parameters);
        bool both = published[i].macs > 0 && published[i].parameters > 0;
        assert_true(both || w->assumed[0]);
        serac_workload_destroy(w);
    }
}

static void test_totals_are_exact_at_the_files_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        struct serac_workload *w = load(published[i].name);
        assert_string_equal(w->name, published[i].name);
        assert_int_equal(serac_workload_macs(w), published[i].exact_macs);
        assert_int_equal(serac_workload_parameters(w),
                         published[i].exact_parameters);
        serac_workload_destroy(w);
    }
}

/* No file of configs/workloads is without a line above. */
static void test_every_workload_is_checked(void **state)
{
    (void)state;
    DIR *dir = opendir(SERAC_ROOT "/configs/workloads");
    size_t files = 0;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        files += strstr(entry->d_name, ".cfg") != NULL;
    closedir(dir);
    assert_int_equal(files, sizeof published / sizeof *published);
}

/* --- sizes --------------------------------------------------------------- */

/* A decoder's MACs by its formula: per token 4 H^2 + f H F a layer, two products of
 * heads together H wide with the context, and the head. */
static uint64_t decoder_macs(uint64_t layers, uint64_t hidden, uint64_t matrices,
                             uint64_t feed_forward, uint64_t tokens,
                             uint64_t context, uint64_t head)
{
    return layers * (tokens * hidden * (4 * hidden + matrices * feed_forward) +
                     2 * tokens * context * hidden) + head;
}

static void test_sizes_change_the_work_as_the_formula_says(void **state)
{
    (void)state;
    struct serac_workload *w = load_edited("gpt2", "sequence = 1024", "sequence = 96");
    assert_int_equal(serac_workload_macs(w),
                     decoder_macs(12, 768, 2, 3072, 96, 96, 50257ull * 768 * 96));
    assert_int_equal(serac_workload_parameters(w), 124439808);
    serac_workload_destroy(w);
    w = load_edited("llama-7b-decode", "context = 2048", "context = 500");
    assert_int_equal(serac_workload_macs(w),
                     decoder_macs(32, 4096, 3, 11008, 1, 500, 32000ull * 4096));
    serac_workload_destroy(w);
}

/* Together they are as wide as the layer, whatever their number. */
static void test_heads_share_what_is_hidden(void **state)
{
    static const struct {
        const char *name, *from, *to;
    } more[] = {{"bert-base", "heads = 12", "heads = 16"},       {"bert-large", "heads = 16", "heads = 8"},
                {"bert-tiny", "heads = 2", "heads = 4"},         {"roberta-large", "heads = 16", "heads = 32"},
                {"vit-b16", "heads = 12", "heads = 6"},          {"conformer-s", "heads = 4", "heads = 8"},
                {"gpt2", "heads = 12", "heads = 24"},            {"gpt2-medium", "heads = 16", "heads = 4"},
                {"gpt2-xl", "heads = 25", "heads = 50"},         {"transformer-base", "heads = 8", "heads = 16"},
                {"llama-7b-prefill", "heads = 32", "heads = 64"}, {"llama-7b-decode", "heads = 32", "heads = 64"},
                {"llama-13b-prefill", "heads = 40", "heads = 8"}, {"llama-13b-decode", "heads = 40", "heads = 8"},
                {"llama-65b-prefill", "heads = 64", "heads = 32"}, {"llama-65b-decode", "heads = 64", "heads = 32"}};
    (void)state;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        struct serac_workload *a = load_edited(more[i].name, more[i].from, more[i].from);
        struct serac_workload *b = load_edited(more[i].name, more[i].from, more[i].to);
        assert_int_equal(serac_workload_macs(a), serac_workload_macs(b));
        assert_int_equal(serac_workload_parameters(a), serac_workload_parameters(b));
        serac_workload_destroy(a);
        serac_workload_destroy(b);
    }
}

static void test_kv_bits_are_of_run_time_products_alone(void **state)
{
    (void)state;
    struct serac_workload *w =
        load_edited("llama-7b-decode", "sizes =", "kv_bits = 4;\nsizes =");
    struct serac_layer l;
    assert_int_equal(serac_workload_layer_at(find(w, "scores"), 2, 8, &l, &error),
                     SERAC_OK);
    assert_int_equal(l.weight_bits, 4);
    assert_int_equal(l.weight_store_bits, 4);
    assert_int_equal(l.act_bits, 8);
    assert_int_equal(serac_workload_layer_at(find(w, "qkv"), 2, 8, &l, &error),
                     SERAC_OK);
    assert_int_equal(l.weight_bits, 2);
    serac_workload_destroy(w);
}

static void test_biases_are_no_parameters_where_there_are_none(void **state)
{
    (void)state;
    struct serac_workload *w = load("llama-7b-decode");
    assert_int_equal(find(w, "qkv")->parameters, 4096 * 4096);
    assert_int_equal(find(w, "qkv")->weights, 4096 * 4096);
    serac_workload_destroy(w);
    w = load("bert-base");
    assert_int_equal(find(w, "qkv")->parameters, 768 * 769);
    assert_int_equal(find(w, "qkv")->weights, 768 * 768);
    assert_int_equal(find(w, "scores")->weights, 0);
    serac_workload_destroy(w);
}

static void test_run_time_products_have_activations_on_both_sides(void **state)
{
    (void)state;
    struct serac_workload *w = load("bert-base");
    struct serac_layer l;
    assert_int_equal(serac_workload_layer_at(find(w, "scores"), 1, 8, &l,
                                             &error), SERAC_OK);
    assert_int_equal(l.weight_bits, 8);
    assert_int_equal(l.act_bits, 8);
    assert_int_equal(find(w, "scores")->parameters, 0);
    assert_int_equal(serac_workload_layer_at(find(w, "qkv"), 1, 8, &l, &error),
                     SERAC_OK);
    assert_int_equal(l.weight_bits, 1);
    assert_int_equal(l.act_bits, 8);
    serac_workload_destroy(w);
}

static void test_patches_keep_the_work_and_count_the_hosts(void **state)
{
    (void)state;
    struct serac_workload *w = load("resnet50");
    const struct serac_workload_layer *conv1 = find(w, "conv1");
    assert_int_equal(serac_layer_macs(&conv1->shape),
                     112ull * 112 * 64 * 7 * 7 * 3);
    assert_int_equal(conv1->shape.input.channels, 147);
    assert_int_equal(conv1->shape.kernel_h, 1);
    assert_int_equal(conv1->host_operations, 112ull * 112 * 147);
    assert_int_equal(serac_workload_host_operations(w),
                     112ull * 112 * 147 + 8ull * 56 * 56 * 64 + 49 * 2048);
    serac_workload_destroy(w);
}

static void test_precisions_are_two_digits_of_1_to_8(void **state)
{
    (void)state;
    uint32_t w = 0, a = 0;
    assert_true(serac_workload_precision("1/8", &w, &a));
    assert_int_equal(w, 1);
    assert_int_equal(a, 8);
    static const char *const bad[] = {"", "8", "8/", "/8", "0/8", "8/9",
                                      "8/10", "8x8", " 8/8", "88/8"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(serac_workload_precision(bad[i], &w, &a));
}

/* --- running ------------------------------------------------------------- */

static struct serac_setting setting_of(const char *design)
{
    struct serac_setting s;
    assert_int_equal(serac_design_load(design, &s.design, &error), SERAC_OK);
    assert_int_equal(serac_memory_load("default", &s.memory, &error), SERAC_OK);
    assert_int_equal(serac_tech_load(SERAC_DEFAULT_TECH, &s.tech, &error),
                     SERAC_OK);
    return s;
}

static void test_rows_are_the_counted_layers_and_sum_to_the_total(void **state)
{
    (void)state;
    struct serac_setting s = setting_of("weight-serial");
    struct serac_workload *w = load("bert-base");
    struct serac_workload_job job = {.setting = &s, .workload = w,
                                     .weight_bits = 2, .act_bits = 4};
    struct serac_workload_result r;
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    assert_int_equal(r.num_rows, 9);      /* 8 layers on the array, total */
    for (int c = SERAC_COLUMN_macs; c <= SERAC_COLUMN_fill_drain_cycles; c++) {
        double sum = 0;
        for (size_t i = 0; i + 1 < r.num_rows; i++)
            sum += serac_row_get(&r.rows[i], (enum serac_column)c);
        assert_true(sum == serac_row_get(&r.rows[8], (enum serac_column)c));
    }
    assert_true(serac_row_get(&r.rows[8], SERAC_COLUMN_cycles) == (double)r.cycles);
    assert_true(serac_row_get(&r.rows[8], SERAC_COLUMN_array_busy_cycles) ==
                (double)serac_workload_busy_cycles(&job));
    /* One of the 36 projections, timed alone. */
    struct serac_layer l;
    struct serac_mapping mapping;
    uint64_t cycles;
    assert_int_equal(serac_workload_layer_at(find(w, "qkv"), 2, 4, &l, &error),
                     SERAC_OK);
    assert_int_equal(serac_map_best(&l, &s.design, &s.memory, &mapping, &cycles,
                                    &error), SERAC_OK);
    assert_true(serac_row_get(&r.rows[0], SERAC_COLUMN_cycles) ==
                36.0 * (double)cycles);
    assert_string_equal(r.rows[8].cells[SERAC_COLUMN_weight_bits], "mixed");
    assert_string_equal(r.rows[8].cells[SERAC_COLUMN_accuracy], "");
    assert_string_equal(r.rows[8].cells[SERAC_COLUMN_images], "");
    serac_workload_free(&r);
    serac_workload_destroy(w);
}

/* A cache of one layer: 64 keys of 64 for each of 8 heads. What is kept of it counts
 * in memory, once; its width in the bytes that are read. */
static void run_decode(const char *kv_bits, bool cached, struct serac_row *total)
{
    struct serac_setting s = setting_of("weight-serial");
    char path[600];
    snprintf(path, sizeof path, "/tmp/serac-test-%ld.cfg", (long)getpid());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "name = \"decode\"; source = \"test\"; %s sizes = { heads = 8; };\n"
                  "layers = ( { name = \"project\"; op = \"gemm\"; m = 64; k = 64; n = 2; bias = false; },\n"
                  "  { name = \"scores\"; op = \"gemm\"; m = 64; k = 64; n = 1; run_time = true; cached = %s;\n"
                  "    count = \"heads\"; } );\n", kv_bits, cached ? "true" : "false");
    fclose(file);
    struct serac_workload *w = load(path);
    remove(path);
    struct serac_workload_job job = {.setting = &s, .workload = w,
                                     .weight_bits = 8, .act_bits = 8};
    struct serac_workload_result r;
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    assert_int_equal(r.num_rows, 3);
    *total = r.rows[2];
    serac_workload_free(&r);
    serac_workload_destroy(w);
}

static void test_a_cache_counts_in_memory_and_in_bytes_read(void **state)
{
    (void)state;
    struct serac_row wide, narrow, passing;
    run_decode("", true, &wide);
    run_decode("kv_bits = 4;", true, &narrow);
    run_decode("", false, &passing);
    double wide_bytes = serac_row_get(&wide, SERAC_COLUMN_memory_bytes);
    /* Half of 8 caches of 64 x 64 bytes. */
    assert_true(wide_bytes - serac_row_get(&narrow, SERAC_COLUMN_memory_bytes) ==
                8 * 64 * 64 / 2);
    assert_true(serac_row_get(&wide, SERAC_COLUMN_bytes_read) -
                serac_row_get(&narrow, SERAC_COLUMN_bytes_read) ==
                8 * 64 * 64 / 2);
    /* Without a cache one operand is alive at a time, 64 x (64 + 16 of parameters), with 128
     * bytes of vectors; with it at most the 256 of the projection. */
    assert_true(wide_bytes - serac_row_get(&passing, SERAC_COLUMN_memory_bytes) ==
                7 * 64 * (64 + 16) + 128);
    assert_true(serac_row_get(&wide, SERAC_COLUMN_weight_bytes) == 64 * 64);
}

static void test_a_run_is_given_up_above_the_limit_and_not_at_it(void **state)
{
    (void)state;
    struct serac_setting s = setting_of("parallel");
    struct serac_workload *w = load("bert-base");
    struct serac_workload_job job = {.setting = &s, .workload = w,
                                     .weight_bits = 8, .act_bits = 8};
    struct serac_workload_result r;
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    job.give_up_cycles = r.cycles;
    serac_workload_free(&r);
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    assert_false(r.gave_up);
    serac_workload_free(&r);
    job.give_up_cycles--;
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_OK);
    assert_true(r.gave_up);
    assert_null(r.rows);
    serac_workload_destroy(w);
}

static void test_a_layer_that_does_not_fit_is_named(void **state)
{
    (void)state;
    struct serac_setting s = setting_of("serial");
    struct serac_workload *w = load("resnet50");
    struct serac_workload_job job = {.setting = &s, .workload = w,
                                     .weight_bits = 8, .act_bits = 1};
    struct serac_workload_result r;
    memset(&error, 0, sizeof error);
    assert_int_equal(serac_workload_run(&job, &r, &error), SERAC_E_FIT);
    assert_null(r.rows);
    assert_string_equal(error.text,
                        "layer layer4.0.conv2 does not fit the design: 147456 "
                        "bytes of weights per load, weight_buffer_bytes leaves "
                        "131072");
    serac_workload_destroy(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_are_within_a_percent_of_the_published),
        cmocka_unit_test(test_totals_are_exact_at_the_files_sizes),
        cmocka_unit_test(test_every_workload_is_checked),
        cmocka_unit_test(test_sizes_change_the_work_as_the_formula_says),
        cmocka_unit_test(test_heads_share_what_is_hidden),
        cmocka_unit_test(test_kv_bits_are_of_run_time_products_alone),
        cmocka_unit_test(test_biases_are_no_parameters_where_there_are_none),
        cmocka_unit_test(test_a_cache_counts_in_memory_and_in_bytes_read),
        cmocka_unit_test(test_run_time_products_have_activations_on_both_sides),
        cmocka_unit_test(test_patches_keep_the_work_and_count_the_hosts),
        cmocka_unit_test(test_precisions_are_two_digits_of_1_to_8),
        cmocka_unit_test(test_rows_are_the_counted_layers_and_sum_to_the_total),
        cmocka_unit_test(test_a_run_is_given_up_above_the_limit_and_not_at_it),
        cmocka_unit_test(test_a_layer_that_does_not_fit_is_named),
    };
    return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
