/* test_infer.c - one network on the model: rows, totals, images, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "serac_csr.h"
#include "serac_dataset.h"
#include "serac_image.h"
#include "serac_image_make.h"
#include "serac_infer.h"

#define IMAGES 3

static struct serac_setting setting;
static struct serac_infer_job job;
static struct serac_infer_result result;
static struct serac_error error;

static int set_up(void **state)
{
    (void)state;
    memset(&result, 0, sizeof result);
    error.text[0] = 0;
    job = (struct serac_infer_job){.setting = &setting,
                                   .network = "fashion-w2",
                                   .backend = "model", .limit = IMAGES};
    return serac_cli_setting("tiny", "default", SERAC_DEFAULT_TECH, &setting) >=
           0;
}

static int tear_down(void **state)
{
    (void)state;
    serac_infer_free(&result);
    assert_null(result.rows);
    assert_int_equal(result.num_rows, 0);
    return 0;
}

static uint64_t cell(const struct serac_row *row, enum serac_column column)
{
    return strtoull(row->cells[column], NULL, 10);
}

/* --- rows ----------------------------------------------------------------- */

static void test_rows_are_the_layers_and_sum_to_the_total(void **state)
{
    static const enum serac_column sums[] = {
        SERAC_COLUMN_macs, SERAC_COLUMN_cycles, SERAC_COLUMN_array_busy_cycles,
        SERAC_COLUMN_stall_fetch_cycles, SERAC_COLUMN_stall_requant_cycles,
        SERAC_COLUMN_stall_store_cycles, SERAC_COLUMN_stall_control_cycles,
        SERAC_COLUMN_fill_drain_cycles, SERAC_COLUMN_bytes_read,
        SERAC_COLUMN_bytes_written};
    struct serac_network *network;
    (void)state;
    assert_int_equal(serac_infer_run(&job, &result, &error), SERAC_OK);
    assert_int_equal(serac_network_load("fashion-w2", &network, NULL),
                     SERAC_OK);
    assert_int_equal(result.num_rows, network->num_layers + 1);
    const struct serac_row *total = &result.rows[network->num_layers];
    for (size_t c = 0; c < sizeof sums / sizeof *sums; c++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < network->num_layers; i++)
            sum += cell(&result.rows[i], sums[c]);
        assert_int_equal(sum, cell(total, sums[c]));
    }
    for (uint32_t i = 0; i < network->num_layers; i++) {
        const struct serac_row *row = &result.rows[i];
        const struct serac_layer *l = &network->layers[i];
        assert_string_equal(row->cells[SERAC_COLUMN_layer], l->name);
        assert_int_equal(cell(row, SERAC_COLUMN_m), l->output.channels);
        assert_int_equal(cell(row, SERAC_COLUMN_macs), serac_layer_macs(l));
        assert_string_equal(row->cells[SERAC_COLUMN_accuracy], "");
        assert_string_equal(row->cells[SERAC_COLUMN_memory_bytes], "");
    }
    assert_string_equal(total->cells[SERAC_COLUMN_layer], "total");
    assert_string_equal(total->cells[SERAC_COLUMN_network], "fashion-w2");
    assert_string_equal(total->cells[SERAC_COLUMN_backend], "model");
    assert_string_equal(total->cells[SERAC_COLUMN_memory], "default");
    assert_string_equal(total->cells[SERAC_COLUMN_m], "");
    assert_int_equal(cell(total, SERAC_COLUMN_images), IMAGES);
    serac_network_destroy(network);
}

static void test_widths_that_differ_are_mixed(void **state)
{
    (void)state;
    job.network = "fashion-mixed";
    job.limit = 1;
    assert_int_equal(serac_infer_run(&job, &result, &error), SERAC_OK);
    const struct serac_row *total = &result.rows[result.num_rows - 1];
    assert_string_equal(total->cells[SERAC_COLUMN_weight_bits], "mixed");
    assert_true(cell(&result.rows[0], SERAC_COLUMN_weight_bits) > 0);
}

/* --- images --------------------------------------------------------------- */

/* The largest of the printed outputs against the labels. */
static void test_accuracy_and_log_loss_are_of_the_printed_outputs(void **state)
{
    struct serac_dataset data;
    struct serac_network *network;
    char *text = NULL;
    size_t size;
    unsigned right = 0, lines = 0;
    double loss = 0;
    (void)state;
    assert_int_equal(serac_dataset_load("fashion-mnist-500", &data, NULL),
                     SERAC_OK);
    assert_int_equal(serac_network_load(job.network, &network, NULL), SERAC_OK);
    double scale = network->output_scales[network->num_layers - 1];
    serac_network_destroy(network);
    job.limit = 12;
    job.outputs = open_memstream(&text, &size);
    assert_non_null(job.outputs);
    assert_int_equal(serac_infer_run(&job, &result, &error), SERAC_OK);
    fclose(job.outputs);
    char *at = text;
    for (; *at; at++, lines++) {
        long best = 0, most = 0, of_label = 0;
        double sum = 0;
        for (long i = 0; i < 10; i++) {
            long value = strtol(at, &at, 10);
            sum += exp((double)value * scale);
            if (i == data.labels[lines])
                of_label = value;
            if (i == 0 || value > most) {
                most = value;
                best = i;
            }
        }
        assert_int_equal(*at, '\n');
        right += best == data.labels[lines];
        loss -= log(exp((double)of_label * scale) / sum);
    }
    assert_int_equal(lines, 12);
    assert_int_equal(result.images, 12);
    assert_int_equal(result.correct, right);
    assert_true(right >= 6);
    double accuracy = serac_row_get(&result.rows[result.num_rows - 1],
                                    SERAC_COLUMN_accuracy);
    assert_true(fabs(accuracy - right / 12.0) < 1e-5);
    assert_true(fabs(result.log_loss - loss / 12) < 1e-9 && loss > 0);
    assert_true(fabs(serac_row_get(&result.rows[result.num_rows - 1], SERAC_COLUMN_log_loss) - loss / 12) < 1e-5);
    free(text);
    serac_dataset_free(&data);
}

/* Outputs, accuracy and rows are those of one thread, whoever had which image; of few images threads share the layers. */
static void test_threads_share_images(void **state)
{
    static const struct {
        uint64_t limit;
        uint32_t threads;
    } runs[] = {{203, 1}, {203, 3}, {203, 2}, {3, 1}, {3, 3}};
    char *text[5] = {NULL};
    size_t size[5];
    struct serac_infer_result results[5];
    (void)state;
    for (int i = 0; i < 5; i++) {
        job.limit = runs[i].limit;
        job.threads = runs[i].threads;
        job.outputs = open_memstream(&text[i], &size[i]);
        assert_non_null(job.outputs);
        assert_int_equal(serac_infer_run(&job, &results[i], &error), SERAC_OK);
        fclose(job.outputs);
    }
    for (int i = 1; i < 5; i++) {
        int same = i < 3 ? 0 : 3;
        assert_string_equal(text[i], text[same]);
        assert_int_equal(results[i].images, runs[i].limit);
        assert_int_equal(results[i].correct, results[same].correct);
        assert_true(results[i].log_loss == results[same].log_loss);
        assert_int_equal(results[i].num_rows, results[same].num_rows);
        assert_memory_equal(results[i].rows, results[same].rows, results[i].num_rows * sizeof *results[i].rows);
    }
    for (int i = 0; i < 5; i++) {
        serac_infer_free(&results[i]);
        free(text[i]);
    }
}

/* --- refusals ------------------------------------------------------------- */

static void refuse(enum serac_status status, const char *word)
{
    assert_int_equal(serac_infer_run(&job, &result, &error), status);
    assert_null(result.rows);
    if (!strstr(error.text, word))
        fail_msg("'%s' has no '%s'", error.text, word);
    assert_int_equal(serac_infer_run(&job, &result, NULL), status);
}

static void test_what_is_not_there_is_refused(void **state)
{
    (void)state;
    job.network = "none-such";
    refuse(SERAC_E_INPUT, "none-such");
    set_up(NULL);
    job.dataset = "none-such";
    refuse(SERAC_E_INPUT, "none-such");
    set_up(NULL);
    job.backend = "none-such";
    refuse(SERAC_E_INPUT, "none-such");
}

static void test_network_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    setting.design.act_buffer_bytes = 64;
    refuse(SERAC_E_FIT, "act_buffer_bytes");
}

/* --- the rest ------------------------------------------------------------- */

static uint32_t word_at(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

/* The header as drivers/serac_image.h declares it, field behind field. */
static void test_image_has_the_header_of_the_driver(void **state)
{
    struct serac_network *network;
    struct serac_program *p;
    uint32_t design[SERAC_IMAGE_DESIGN_WORDS];
    size_t bytes;
    (void)state;
    assert_int_equal(serac_network_load("fashion-w2", &network, NULL),
                     SERAC_OK);
    assert_int_equal(serac_program_build(network, &setting.design,
                                         &setting.memory, &p, NULL), SERAC_OK);
    uint8_t *image = serac_image_make(p, &bytes);
    assert_non_null(image);
    assert_int_equal(bytes, 128 + p->image_bytes);
    assert_memory_equal(image, "SERI\1\0\0\0", 8);
    serac_csr_design(&setting.design, design);
    for (int i = 0; i < SERAC_IMAGE_DESIGN_WORDS; i++)
        assert_int_equal(word_at(image + 8 + 4 * i), design[i]);
    assert_int_equal(word_at(image + 40), network->num_layers);
    assert_int_equal(word_at(image + 44),
                     crc32(0, image + 128, (uInt)p->image_bytes));
    const uint64_t words[] = {p->image_bytes, p->memory_bytes, p->input,
                              p->input_layout.bytes, p->output,
                              p->output_layout.bytes};
    for (int i = 0; i < 6; i++)
        assert_int_equal(word_at(image + 48 + 8 * i) |
                             (uint64_t)word_at(image + 52 + 8 * i) << 32,
                         words[i]);
    assert_memory_equal(image + 128, p->image, p->image_bytes);
    free(image);
    serac_program_destroy(p);
    serac_network_destroy(network);
}

/* Wilson's interval at 95 %: 0 of 10 is 0..0.2775, 5 of 10 0.2366..0.7634, and
 * 81 of 263 (Newcombe 1998) 0.2553..0.3662. */
static void test_wilson_interval_is_the_published_one(void **state)
{
    static const struct {
        uint64_t right, n;
        double low, high;
    } cases[] = {{0, 10, 0, 0.2775}, {5, 10, 0.2366, 0.7634},
                 {10, 10, 0.7225, 1}, {81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double low, high;
        serac_wilson(cases[i].right, cases[i].n, &low, &high);
        assert_true(fabs(low - cases[i].low) < 5.1e-5);
        assert_true(fabs(high - cases[i].high) < 5.1e-5);
    }
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_rows_are_the_layers_and_sum_to_the_total),
        EACH(test_widths_that_differ_are_mixed),
        EACH(test_accuracy_and_log_loss_are_of_the_printed_outputs),
        EACH(test_threads_share_images),
        EACH(test_what_is_not_there_is_refused),
        EACH(test_network_that_does_not_fit_is_refused),
        EACH(test_image_has_the_header_of_the_driver),
        EACH(test_wilson_interval_is_the_published_one),
    };
    return cmocka_run_group_tests_name("infer", tests, NULL, NULL);
}
