/* test_steps.c - a network in steps of machine and host, and one built, written and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_build.h"
#include "serac_infer.h"

#define NET SERAC_ROOT "/testbench/data/steps.cfg"

static char folder[] = "/tmp/serac-steps-XXXXXX";
static char input[64];
static struct serac_network *network;
static struct serac_program *program;
static struct serac_setting setting;
static struct serac_error error;

/* Two images: value i of both is 37 i mod 256 - 128. */
static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(input, sizeof input, "%s/input.bin", folder);
    FILE *to = fopen(input, "wb");
    for (int i = 0; to && i < 144; i++)
        fputc(37 * i % 256 - 128, to);
    return !to || fclose(to);
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"input.bin", "net.cfg", "net.bin"};
    char path[64];
    (void)state;
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static int set_up(void **state)
{
    (void)state;
    network = NULL;
    program = NULL;
    error.text[0] = '\0';
    return serac_cli_setting("tiny", NULL, NULL, &setting) >= 0 ||
           serac_network_load(NET, &network, &error) != SERAC_OK;
}

static int tear_down(void **state)
{
    (void)state;
    serac_program_destroy(program);
    serac_network_destroy(network);
    return 0;
}

/* Outputs of `net` as text, a line an image. The caller's. */
static char *run(const char *net, const char *design, struct serac_infer_result *result)
{
    char *text = NULL;
    size_t bytes;
    assert_true(serac_cli_setting(design, NULL, NULL, &setting) < 0);
    struct serac_infer_job job = {.setting = &setting, .network = net, .backend = "model", .input = input,
                                  .outputs = open_memstream(&text, &bytes)};
    enum serac_status status = serac_infer_run(&job, result, &error);
    fclose(job.outputs);
    assert_string_equal(error.text, "");
    assert_int_equal(status, SERAC_OK);
    return text;
}

/* --- the program ------------------------------------------------------------ */

static void test_host_layers_cut_the_program_into_steps(void **state)
{
    static const struct serac_program_step steps[] = {
        {false, 0, 2}, {true, 2, 1}, {false, 3, 1}, {true, 4, 1}, {false, 5, 1}, {true, 6, 1}};
    static const uint32_t blocks[] = {0, 1, SERAC_NO_BLOCK, 2, SERAC_NO_BLOCK, 3, SERAC_NO_BLOCK};
    (void)state;
    assert_int_equal(serac_program_build(network, &setting.design, &setting.memory, &program, &error), SERAC_OK);
    assert_int_equal(program->num_steps, 6);
    assert_int_equal(program->num_blocks, 4);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(program->steps[i].host, steps[i].host);
        assert_int_equal(program->steps[i].first, steps[i].first);
        assert_int_equal(program->steps[i].count, steps[i].count);
    }
    for (int i = 0; i < 7; i++)
        assert_int_equal(program->layers[i].block, blocks[i]);
}

/* What the sum reads and writes must not meet what is alive meanwhile. */
static void test_operands_of_host_layers_are_where_their_makers_put_them(void **state)
{
    (void)state;
    assert_int_equal(serac_program_build(network, &setting.design, &setting.memory, &program, &error), SERAC_OK);
    const struct serac_program_layer *l = program->layers;
    assert_int_equal(l[2].input, l[0].output);
    assert_int_equal(l[2].input2, l[1].output);
    assert_int_equal(l[3].input, l[2].output);
    assert_int_equal(program->output, l[6].output);
    assert_int_not_equal(l[2].output, l[0].output);
    assert_int_not_equal(l[2].output, l[1].output);
}

static void test_a_network_of_the_host_alone_is_refused(void **state)
{
    struct serac_build b;
    (void)state;
    assert_true(serac_build_init(&b, "alone", "test"));
    b.network->input = (struct serac_tensor){.height = 1, .width = 4, .channels = 1, .bits = 8};
    struct serac_layer *l = serac_build_layer(&b, "pool", -1, -2);
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_MAX_POOL;
    assert_int_equal(serac_build_finish(&b, &error), SERAC_OK);
    assert_int_equal(serac_program_build(b.network, &setting.design, &setting.memory, &program, &error),
                     SERAC_E_INPUT);
    assert_string_equal(error.text, "alone: all layers are the host's");
    serac_build_free(&b);
}

/* --- results ---------------------------------------------------------------- */

/* By a program of its own in another language, softmax in real numbers, rounded. */
static void test_outputs_are_those_of_an_independent_sum(void **state)
{
    static const char *const designs[] = {"tiny", "parallel", "weight-serial", "pair-2-4", "pair-4-1"};
    (void)state;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        struct serac_infer_result result;
        char *text = run(NET, designs[i], &result);
        assert_string_equal(text, "-40 -111 -28 -95 -111\n-98 -45 -110 -98 -34\n");
        free(text);
        serac_infer_free(&result);
    }
}

static void test_rows_tell_the_hosts_bytes_and_the_machines_cycles(void **state)
{
    struct serac_infer_result r;
    uint64_t cycles = 0;
    (void)state;
    free(run(NET, "tiny", &r));
    assert_int_equal(r.num_rows, 8);
    assert_int_equal(r.host_layers, 3);
    assert_false(r.labelled);
    assert_int_equal(r.images, 2);
    assert_int_equal(r.host_bytes, 2 * 144 + 144 + 144 + 36 + 5 + 5);
    assert_true(r.host_us > 0);
    assert_string_equal(r.rows[2].cells[SERAC_COLUMN_backend], "host");
    assert_string_equal(r.rows[2].cells[SERAC_COLUMN_bytes_read], "288");
    assert_string_equal(r.rows[2].cells[SERAC_COLUMN_cycles], "");
    assert_string_equal(r.rows[3].cells[SERAC_COLUMN_backend], "model");
    assert_string_equal(r.rows[7].cells[SERAC_COLUMN_accuracy], "");
    for (int i = 0; i < 7; i++)
        cycles += strtoull(r.rows[i].cells[SERAC_COLUMN_cycles], NULL, 10);
    assert_int_equal(cycles, strtoull(r.rows[7].cells[SERAC_COLUMN_cycles], NULL, 10));
    serac_infer_free(&r);
}

/* --- built, written, read --------------------------------------------------- */

/* The network of the file once more, by the builder. */
static void copy_layers(struct serac_build *b)
{
    b->network->input = network->input;
    b->network->input_scale = network->input_scale;
    for (uint32_t i = 0; i < network->num_layers; i++) {
        const struct serac_layer *from = &network->layers[i];
        struct serac_layer *l = serac_build_layer(b, from->name, network->inputs[i][0], network->inputs[i][1]);
        size_t count = (size_t)from->kernel_h * from->kernel_w * from->input.channels * from->output.channels;
        *l = *from;
        l->params = NULL;
        b->network->output_scales[i] = network->output_scales[i];
        if (from->op == SERAC_OP_HOST)
            continue;
        memcpy(serac_build_weights(b, count), from->weights, count);
        memcpy(serac_build_params(b, l->output.channels), from->params, l->output.channels * sizeof *from->params);
    }
}

static void write_file(const char *name, const void *bytes, size_t count)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *to = fopen(path, "wb");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, count, to), count);
    fclose(to);
}

static void test_a_written_network_computes_the_same(void **state)
{
    struct serac_build b;
    struct serac_infer_result result;
    char path[64], *text;
    uint8_t *bytes;
    size_t text_bytes, count;
    (void)state;
    assert_true(serac_build_init(&b, "copy", "test"));
    copy_layers(&b);
    assert_int_equal(serac_build_finish(&b, &error), SERAC_OK);
    assert_true(serac_build_write(&b, "net.bin", "one note\nanother", &text, &text_bytes, &bytes, &count));
    assert_non_null(strstr(text, "# another\n"));
    write_file("net.cfg", text, text_bytes);
    write_file("net.bin", bytes, count);
    serac_build_free(&b);
    free(text);
    free(bytes);
    snprintf(path, sizeof path, "%s/net.cfg", folder);
    text = run(path, "tiny", &result);
    assert_string_equal(text, "-40 -111 -28 -95 -111\n-98 -45 -110 -98 -34\n");
    free(text);
    serac_infer_free(&result);
}

static void test_groups_become_what_the_machine_has(void **state)
{
    const int8_t weights[] = {1, 2, 3, 4, 5, 6, 7, 8};
    const int8_t spread[] = {1, 2, 9, 9, 3, 4, 9, 9, 9, 9, 5, 6, 9, 9, 7, 8};
    struct serac_build b;
    (void)state;
    assert_true(serac_build_init(&b, "groups", "test"));
    b.network->input = (struct serac_tensor){.height = 2, .width = 1, .channels = 4, .bits = 8};
    struct serac_layer *l = serac_build_layer(&b, "two", -1, -2);
    assert_true(serac_build_conv(&b, weights, 2, 9));
    assert_int_equal(l->op, SERAC_OP_CONV);
    assert_memory_equal(b.network->weights, spread, sizeof spread);
    l = serac_build_layer(&b, "four", -1, -2);
    l->kernel_h = 2;
    assert_true(serac_build_conv(&b, weights, 4, 9));
    assert_int_equal(l->op, SERAC_OP_DEPTHWISE);
    assert_memory_equal(b.network->weights + sizeof spread, weights, sizeof weights);
    serac_build_free(&b);
}

/* All sums that 25 codes of 8 bits can have, against a division. */
static void test_averages_of_odd_counts_are_exact_on_the_machine(void **state)
{
    static const uint32_t counts[] = {1, 3, 25, 49, 125, 2047};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct serac_build b;
        int32_t n = (int32_t)counts[i];
        assert_true(serac_build_init(&b, "average", "test"));
        b.network->input = (struct serac_tensor){.height = 1, .width = counts[i], .channels = 1, .bits = 8};
        struct serac_layer *l = serac_build_layer(&b, "a", -1, -2);
        l->kernel_w = counts[i];
        l->output.width = 1;
        assert_true(serac_build_average(&b));
        const struct serac_param *p = l->params;
        for (int32_t sum = -255 * n; sum <= 255 * n; sum++) {
            int32_t nearest = (2 * abs(sum) + n) / (2 * n) * (sum < 0 ? -1 : 1);
            int64_t product = (int64_t)sum * p->mult + p->add;
            assert_int_equal(product < 0 ? ~(~product >> p->shift) : product >> p->shift, nearest);
        }
        serac_build_free(&b);
    }
}

static void test_averages_with_ties_or_padding_stay_on_the_host(void **state)
{
    struct serac_build b;
    (void)state;
    assert_true(serac_build_init(&b, "average", "test"));
    b.network->input = (struct serac_tensor){.height = 4, .width = 4, .channels = 1, .bits = 8};
    struct serac_layer *l = serac_build_layer(&b, "a", -1, -2);
    l->kernel_h = l->kernel_w = 2;
    assert_false(serac_build_average(&b));
    l->kernel_h = l->kernel_w = 3;
    l->pad_right = 1;
    assert_false(serac_build_average(&b));
    serac_build_free(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest steps[] = {
        TEST(test_host_layers_cut_the_program_into_steps),
        TEST(test_operands_of_host_layers_are_where_their_makers_put_them),
        TEST(test_a_network_of_the_host_alone_is_refused),
        TEST(test_outputs_are_those_of_an_independent_sum),
        TEST(test_rows_tell_the_hosts_bytes_and_the_machines_cycles),
        TEST(test_a_written_network_computes_the_same),
        TEST(test_groups_become_what_the_machine_has),
        TEST(test_averages_of_odd_counts_are_exact_on_the_machine),
        TEST(test_averages_with_ties_or_padding_stay_on_the_host),
    };
    return cmocka_run_group_tests(steps, make_folder, remove_folder);
}
