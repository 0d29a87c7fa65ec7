/* test_narrow.c - weights at fewer bits, and the choice among measured widths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_narrow.h"
#include "serac_tune.h"

static struct serac_build from, to;
static struct serac_error error;

static int tear_down(void **state)
{
    (void)state;
    serac_build_free(&from);
    serac_build_free(&to);
    return 0;
}

/* A matrix of `channels` rows of four weights on one pixel. */
static void matrix(const int8_t *weights, uint32_t channels, enum serac_requant_mode mode)
{
    assert_true(serac_build_init(&from, "n", "test"));
    from.network->input = (struct serac_tensor){.height = 1, .width = 1, .channels = 4, .bits = 8};
    struct serac_layer *l = serac_build_layer(&from, "l", -1, -2);
    l->mode = mode;
    l->output.channels = channels;
    if (mode == SERAC_MODE_RAW) {
        l->output.bits = 32;
        l->output.is_signed = true;
    }
    serac_build_clamp(l);
    assert_true(serac_build_conv(&from, weights, 1, 0));
    struct serac_param *p = serac_build_params(&from, channels);
    for (uint32_t c = 0; c < channels; c++)
        p[c] = (struct serac_param){.bias = 800, .mult = 1 << 30, .shift = -3};
    assert_int_equal(serac_build_finish(&from, &error), SERAC_OK);
}

static const struct serac_layer *narrow(uint32_t bits)
{
    assert_int_equal(serac_narrow(from.network, &bits, NULL, "narrow", &to, &error), SERAC_OK);
    return &to.network->layers[0];
}

static void test_weights_that_are_multiples_are_found_exactly(void **state)
{
    static const int8_t weights[8] = {112, -48, 16, -128, 7, 3, -8, 1}, codes[8] = {7, -3, 1, -8, 7, 3, -8, 1};
    (void)state;
    matrix(weights, 2, SERAC_MODE_DOUBLE);
    const struct serac_layer *l = narrow(4);
    assert_int_equal(l->weight_bits, 4);
    assert_int_equal(l->weight_store_bits, 4);
    assert_memory_equal(l->weights, codes, 8);
    assert_int_equal(l->params[0].mult, 1 << 30);       /* 16 times */
    assert_int_equal(l->params[0].shift, 1);
    assert_int_equal(l->params[0].bias, 50);
    assert_int_equal(l->params[1].shift, -3);           /* by one: as it was */
    assert_int_equal(l->params[1].bias, 800);
}

/* An outlier is clipped if that costs less than coarse steps for the others. */
static void test_the_scale_has_the_least_squared_error(void **state)
{
    static const int8_t weights[4] = {127, 20, -21, 19};
    double least = INFINITY, got = 0;
    (void)state;
    matrix(weights, 1, SERAC_MODE_SINGLE);
    const struct serac_layer *l = narrow(3);
    double scale = ldexp(l->params[0].mult, l->params[0].shift - 31) / ldexp(1 << 30, -34);
    for (int i = 0; i < 4; i++)
        got += pow(weights[i] - scale * l->weights[i], 2);
    for (double s = 0.5; s < 130; s += 0.25) {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            double q = round(weights[i] / s);
            sum += pow(weights[i] - s * (q < -4 ? -4 : q > 3 ? 3 : q), 2);
        }
        least = sum < least ? sum : least;
    }
    assert_true(got < 1.02 * least);
}

static void test_one_bit_is_the_sign_and_the_mean(void **state)
{
    static const int8_t weights[4] = {10, -30, 0, 24}, codes[4] = {1, -1, 1, 1};
    (void)state;
    matrix(weights, 1, SERAC_MODE_DOUBLE);
    const struct serac_layer *l = narrow(1);
    assert_int_equal(l->weight_kind, SERAC_WEIGHT_BIPOLAR);
    assert_memory_equal(l->weights, codes, 4);
    assert_int_equal(l->params[0].shift, 1);            /* 16 times */
}

static void test_raw_sums_share_one_scale(void **state)
{
    static const int8_t weights[8] = {112, -48, 16, -128, 32, 0, 16, -16}, codes[8] = {7, -3, 1, -8, 2, 0, 1, -1};
    (void)state;
    matrix(weights, 2, SERAC_MODE_RAW);
    const struct serac_layer *l = narrow(4);
    assert_memory_equal(l->weights, codes, 8);
    assert_int_equal(l->params[1].bias, 50);
    assert_true(to.network->output_scales[0] == 16 * from.network->output_scales[0]);
}

static void test_nought_and_the_own_width_change_nothing(void **state)
{
    static const int8_t weights[4] = {112, -47, 16, -128};
    (void)state;
    matrix(weights, 1, SERAC_MODE_DOUBLE);
    assert_memory_equal(narrow(0)->weights, weights, 4);
    serac_build_free(&to);
    const struct serac_layer *l = narrow(8);
    assert_memory_equal(l->weights, weights, 4);
    assert_int_equal(l->params[0].bias, 800);
}

static void test_what_cannot_be_narrowed_is_refused(void **state)
{
    static const int8_t weights[4] = {1, 2, 3, 4};
    uint32_t bits = 4;
    (void)state;
    matrix(weights, 1, SERAC_MODE_FLOOR);
    assert_int_equal(serac_narrow(from.network, &bits, NULL, "narrow", &to, &error), SERAC_E_INPUT);
    assert_string_equal(error.text, "layer l: its weights cannot be narrowed to 4 bits");
    serac_build_free(&from);
    matrix(weights, 1, SERAC_MODE_DOUBLE);
    from.network->layers[0].weight_kind = SERAC_WEIGHT_UNSIGNED;
    assert_int_equal(serac_narrow(from.network, &bits, NULL, "narrow", &to, &error), SERAC_E_INPUT);
}

/* --- choosing ------------------------------------------------------------------ */

/* A product of two tensors has no weights to narrow; beside one that has, it is copied. */
static void test_products_of_two_tensors_stay_as_they_are(void **state)
{
    static const int8_t weights[8] = {112, -48, 16, -128, 7, 3, -8, 1};
    const uint32_t bits[2] = {4, 0};
    (void)state;
    matrix(weights, 2, SERAC_MODE_DOUBLE);
    assert_non_null(serac_build_layer(&from, "square", 0, 0));
    struct serac_param *p = serac_build_product(&from, false);
    p[0] = (struct serac_param){.bias = 5, .mult = 1 << 30, .shift = -6};
    assert_int_equal(serac_build_finish(&from, &error), SERAC_OK);
    assert_false(serac_narrow_can(from.network, 1, 4));
    assert_int_equal(serac_narrow(from.network, bits, NULL, "narrow", &to, &error), SERAC_OK);
    const struct serac_layer *l = &to.network->layers[1];
    assert_int_equal(l->run_time, SERAC_RUN_TIME_PIXELS);
    assert_int_equal(l->weight_bits, 8);
    assert_int_equal(l->params[0].bias, 5);
    assert_null(l->weights);
    assert_int_equal(to.network->layers[0].weight_bits, 4);
}

static void test_the_best_point_is_the_cheapest_within_the_loss(void **state)
{
    struct serac_tune_point points[5] = {
        {.cost = 100, .accuracy = 0.90, .uniform = true}, {.cost = 60, .accuracy = 0.895, .uniform = true},
        {.cost = 50, .accuracy = 0.89}, {.cost = 50, .accuracy = 0.892}, {.cost = 10, .accuracy = 0.5, .uniform = true}};
    struct serac_tune t = {.points = points, .num_points = 5};
    (void)state;
    assert_int_equal(serac_tune_best(&t, 0, false), 0);
    assert_int_equal(serac_tune_best(&t, 0.005, false), 1);
    assert_int_equal(serac_tune_best(&t, 0.01, false), 3);      /* as cheap as 2, more accurate */
    assert_int_equal(serac_tune_best(&t, 0.01, true), 1);
    assert_int_equal(serac_tune_best(&t, 1, false), 4);
    assert_int_equal(serac_tune_most_accurate(&t, 55, false), 3);
    assert_int_equal(serac_tune_most_accurate(&t, 55, true), 4);
    assert_int_equal(serac_tune_most_accurate(&t, 5, false), UINT32_MAX);
}

/* What was measured, in the order of the points. */
struct store {
    const struct serac_tune *from;       /* NULL: nothing is recalled */
    uint32_t kept, recalled;
};

static bool recall(void *ctx, const uint8_t *bits, struct serac_row *row)
{
    struct store *s = ctx;
    for (uint32_t i = 0; s->from && i < s->from->num_points; i++)
        if (!memcmp(s->from->points[i].bits, bits, sizeof s->from->points[i].bits)) {
            *row = s->from->points[i].row;
            s->recalled++;
            return true;
        }
    return false;
}

static enum serac_status keep(void *ctx, const uint8_t *bits, const struct serac_row *row, struct serac_error *e)
{
    struct store *s = ctx;
    (void)bits;
    (void)e;
    assert_string_not_equal(row->cells[SERAC_COLUMN_accuracy], "");
    s->kept++;
    return SERAC_OK;
}

/* The same from what was kept, without measuring anything. */
static void run_again(struct serac_tune_job *job, const struct serac_tune *first)
{
    struct serac_tune t;
    struct store store = {.from = first};
    job->ctx = &store;
    assert_int_equal(serac_tune_run(job, &t, &error), SERAC_OK);
    assert_int_equal(serac_tune_refine(job, &t, 0.1, &error), SERAC_OK);
    assert_int_equal(t.num_points, first->num_points);
    assert_int_equal(store.recalled, t.num_points);
    assert_int_equal(store.kept, t.num_points);
    for (uint32_t i = 0; i < t.num_points; i++) {
        assert_memory_equal(t.points[i].bits, first->points[i].bits, sizeof t.points[i].bits);
        assert_memory_equal(&t.points[i].row, &first->points[i].row, sizeof t.points[i].row);
        assert_int_equal(t.points[i].correct, first->points[i].correct);
        assert_true(t.points[i].accuracy == first->points[i].accuracy);
    }
    serac_tune_free(&t);
}

/* Two widths, few images: every assignment once, the network as it is first, costs that fall. */
static void test_a_run_measures_layers_alone_uniform_and_mixed(void **state)
{
    struct serac_setting setting;
    struct serac_network *network;
    struct serac_tune t;
    struct store store = {.from = NULL};
    (void)state;
    assert_true(serac_cli_setting("serial", NULL, NULL, &setting) < 0);
    assert_int_equal(serac_network_load("fashion-w8", &network, &error), SERAC_OK);
    struct serac_tune_job job = {.setting = &setting, .network = network, .dataset = "fashion-mnist-500",
                                 .images = 12, .cost = SERAC_COLUMN_cycles, .weights = {{2, 8}, 2},
                                 .evaluations = 6, .recall = recall, .keep = keep, .ctx = &store};
    assert_int_equal(serac_tune_run(&job, &t, &error), SERAC_OK);
    assert_int_equal(serac_tune_refine(&job, &t, 0.1, &error), SERAC_OK);
    assert_int_equal(store.kept, t.num_points);
    uint32_t layers = 0;
    for (uint32_t i = 0; i < network->num_layers; i++)
        layers += t.points[0].bits[i] == 8;
    assert_int_equal(layers, 7);                        /* all but the addition */
    assert_true(t.num_points >= 2 + layers && t.num_points <= 2 + 2 * layers + 6 + 2);
    assert_string_equal(t.points[0].row.cells[SERAC_COLUMN_network], "fashion-w8/8-8-8-8-8-8-8/8-8-8-8-8-8-8");
    assert_true(t.points[1].uniform && t.points[1].cost < t.points[0].cost);
    for (uint32_t i = 0; i < t.num_points; i++)
        for (uint32_t k = 0; k < i; k++)
            assert_true(memcmp(t.points[i].bits, t.points[k].bits, network->num_layers) != 0);
    assert_true(t.costs[0] < t.costs[SERAC_TUNE_WIDTHS]);     /* the first layer at 2 and 8 bits */
    assert_int_equal(serac_tune_confirm(&job, &t, 0, &error), SERAC_OK);
    assert_int_equal(t.points[0].tested, 0);            /* no test set was given */
    run_again(&job, &t);
    serac_tune_free(&t);
    serac_network_destroy(network);
}

/* Seven layers make activations between layers; two of them are added and go together. */
static void test_activations_are_tuned_like_weights(void **state)
{
    struct serac_setting setting;
    struct serac_network *network;
    struct serac_tune t;
    (void)state;
    assert_true(serac_cli_setting("serial", NULL, NULL, &setting) < 0);
    assert_int_equal(serac_network_load("fashion-w8", &network, &error), SERAC_OK);
    struct serac_tune_job job = {.setting = &setting, .network = network, .dataset = "fashion-mnist-500",
                                 .images = 12, .cost = SERAC_COLUMN_cycles, .weights = {{2, 8}, 2},
                                 .acts = {{4, 8}, 2}, .evaluations = 4};
    assert_int_equal(serac_tune_run(&job, &t, &error), SERAC_OK);
    uint32_t acts = 0, lead = 0, cheaper = 0;
    for (uint32_t i = 0; i < network->num_layers; i++) {
        acts += t.own[SERAC_TUNE_LAYERS + i] == 8;
        lead += t.own[SERAC_TUNE_LAYERS + i] && t.with[SERAC_TUNE_LAYERS + i] == SERAC_TUNE_LAYERS + i;
    }
    assert_int_equal(acts, 7);
    assert_int_equal(lead, 6);
    assert_string_equal(t.points[0].row.cells[SERAC_COLUMN_network], "fashion-w8/8-8-8-8-8-8-8/8-8-8-8-8-8-8");
    assert_string_equal(t.points[1].row.cells[SERAC_COLUMN_network], "fashion-w8/2-2-2-2-2-2-2/4-4-4-4-4-4-4");
    for (uint32_t i = 1; i < t.num_points; i++)
        cheaper += t.points[i].cost < t.points[0].cost;
    assert_int_equal(cheaper, t.num_points - 1);        /* each has something narrower */
    /* Alone: a layer's costs are of its weights and of the width that comes in. */
    double *second = t.costs + SERAC_TUNE_WIDTHS * SERAC_TUNE_WIDTHS;
    assert_true(second[0] < second[1] && second[0] < second[SERAC_TUNE_WIDTHS]);
    serac_tune_free(&t);
    serac_network_destroy(network);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_weights_that_are_multiples_are_found_exactly),
        TEST(test_the_scale_has_the_least_squared_error),
        TEST(test_one_bit_is_the_sign_and_the_mean),
        TEST(test_raw_sums_share_one_scale),
        TEST(test_nought_and_the_own_width_change_nothing),
        TEST(test_what_cannot_be_narrowed_is_refused),
        TEST(test_products_of_two_tensors_stay_as_they_are),
        TEST(test_the_best_point_is_the_cheapest_within_the_loss),
        TEST(test_a_run_measures_layers_alone_uniform_and_mixed),
        TEST(test_activations_are_tuned_like_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
