/* test_narrow_act.c - activations at fewer bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_calibrate.h"
#include "serac_narrow.h"

static struct serac_build from, to;
static struct serac_error error;

static int tear_down(void **state)
{
    (void)state;
    serac_build_free(&from);
    serac_build_free(&to);
    return 0;
}

static void begin(void)
{
    assert_true(serac_build_init(&from, "n", "test"));
    from.network->input = (struct serac_tensor){.height = 2, .width = 2, .channels = 2, .bits = 4};
}

/* A matrix on every pixel: `left` times the sum of its products. */
static struct serac_layer *matrix(const char *name, int32_t input, const int8_t weights[4], int32_t shift)
{
    struct serac_layer *l = serac_build_layer(&from, name, input, -2);
    l->output = (struct serac_tensor){.height = 2, .width = 2, .channels = 2, .bits = 8};
    serac_build_clamp(l);
    assert_true(serac_build_conv(&from, weights, 1, 0));
    struct serac_param *p = serac_build_params(&from, 2);
    p[0] = p[1] = (struct serac_param){.mult = 1 << 30, .shift = shift + 1};
    return &from.network->layers[from.network->num_layers - 1];
}

static void add(const char *name, int32_t first, int32_t second)
{
    struct serac_layer *l = serac_build_layer(&from, name, first, second);
    l->op = SERAC_OP_ADD;
    l->weight_bits = l->weight_store_bits = 1;
    struct serac_param *p = serac_build_params(&from, 4);
    for (int i = 0; i < 4; i++)
        p[i] = (struct serac_param){.mult = 1 << 30, .shift = 0};
}

static const int8_t swap[4] = {0, 1, 1, 0}, both[4] = {1, 1, 1, -1};

/* The first layer makes multiples of 16 only, with 96 for nought. */
static void make_steps_of_16(void)
{
    begin();
    struct serac_layer *l = matrix("x16", -1, swap, 4);
    l->output.zero_point = 96;
    serac_build_clamp(l);
    from.network->layers[0].clamp_max = 96 + 16 * 9;
    matrix("sum", 0, both, -4);
    matrix("again", 1, swap, 0);
    assert_int_equal(serac_build_finish(&from, &error), SERAC_OK);
}

static void test_steps_that_occur_are_found_exactly(void **state)
{
    uint64_t histogram[256] = {0};
    struct serac_narrow_act act;
    const struct serac_tensor was = {.bits = 8, .is_signed = true, .zero_point = -64};
    (void)state;
    for (int code = -128; code <= 112; code += 16)
        histogram[code + 128] = 5;
    serac_narrow_fit(&was, histogram, 4, &act);
    assert_int_equal(act.bits, 4);
    assert_true(act.ratio == 16);
    assert_int_equal(act.zero_point, -4);
}

/* Where a few codes are far away, clipping them costs less; every ratio and zero point was tried. */
static void test_the_fit_has_the_least_squared_error(void **state)
{
    uint64_t histogram[256] = {0};
    struct serac_narrow_act act;
    const struct serac_tensor was = {.bits = 8};
    double least = INFINITY, got = 0;
    (void)state;
    for (int code = 0; code < 60; code++)
        histogram[code] = (uint64_t)(1000 - 16 * code);
    histogram[255] = 1;
    serac_narrow_fit(&was, histogram, 3, &act);
    for (double ratio = 1; ratio < 40; ratio += 0.05) {
        double sum = 0;
        for (int code = 0; code < 256; code++) {
            double q = fmin(round(code / ratio), 7);
            sum += (double)histogram[code] * pow(code - ratio * q, 2);
        }
        least = fmin(sum, least);
    }
    for (int code = 0; code < 256; code++) {
        double q = fmax(fmin(round(code / act.ratio) + act.zero_point, 7), 0) - act.zero_point;
        got += (double)histogram[code] * pow(code - act.ratio * q, 2);
    }
    assert_true(got < 1.1 * least);
}

/* Nought is always a code: what lies off it is fitted with it, and no step is finer than the old ones. */
static void test_offset_and_constant_codes_stay_in_reach(void **state)
{
    static const int codes[][2] = {{100, 130}, {253, 255}, {200, 200}, {0, 20}, {0, 0}};
    const struct serac_tensor was = {.bits = 8};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        for (uint32_t bits = 1; bits < 8; bits++) {
            uint64_t histogram[256] = {0};
            struct serac_narrow_act act;
            for (int code = codes[i][0]; code <= codes[i][1]; code++)
                histogram[code] = 3;
            serac_narrow_fit(&was, histogram, bits, &act);
            assert_true(act.ratio >= 1);
            int most = (1 << bits) - 1;
            double step = fmax(1, (double)codes[i][1] / most);
            for (int code = codes[i][0]; code <= codes[i][1]; code++) {
                double q = fmax(fmin(round(code / act.ratio) + act.zero_point, most), 0);
                double off = fabs(act.ratio * (q - act.zero_point) - code);
                if (off > step)
                    fail_msg("code %d of %d..%d at %u bits is off by %.3f", code, codes[i][0], codes[i][1],
                             (unsigned)bits, off);
            }
        }
}

static void test_factors_and_formats_follow(void **state)
{
    const uint32_t bits[3] = {0};
    const struct serac_narrow_act acts[3] = {{4, 16, 6}, {0, 0, 0}, {0, 0, 0}};
    (void)state;
    make_steps_of_16();
    assert_int_equal(serac_narrow(from.network, bits, acts, "narrow", &to, &error), SERAC_OK);
    const struct serac_layer *a = &to.network->layers[0], *b = &to.network->layers[1], *c = &to.network->layers[2];
    assert_int_equal(a->output.bits, 4);
    assert_int_equal(a->output.zero_point, 6);
    assert_int_equal(a->clamp_min, 0);
    assert_int_equal(a->clamp_max, 15);
    assert_int_equal(a->mode, SERAC_MODE_SINGLE);
    assert_int_equal(a->params[0].mult, 1 << 30);       /* 16 / 16 */
    assert_int_equal(a->params[0].shift, 1);
    assert_true(to.network->output_scales[0] == 16 * from.network->output_scales[0]);
    assert_int_equal(b->input.bits, 4);
    assert_int_equal(b->act_bits, 4);
    assert_int_equal(b->input.zero_point, 6);
    assert_int_equal(b->output.bits, 8);
    assert_int_equal(b->params[0].shift, 1);            /* 1 / 16 times 16 */
    assert_int_equal(b->mode, SERAC_MODE_SINGLE);
    assert_int_equal(c->mode, SERAC_MODE_DOUBLE);       /* neither end is narrower */
}

struct kept {
    int32_t outputs[64];
    uint32_t count;
};

static void keep(void *ctx, const int32_t *outputs, uint32_t count)
{
    struct kept *k = ctx;
    for (uint32_t i = 0; i < count; i++)
        k->outputs[k->count++ % 64] = outputs[i];
}

static void run(const struct serac_network *n, const char *input, struct kept *kept)
{
    struct serac_setting setting;
    struct serac_infer_result result;
    assert_true(serac_cli_setting("tiny", NULL, NULL, &setting) < 0);
    struct serac_infer_job job = {.setting = &setting, .network = n->name, .built = n, .backend = "model",
                                  .input = input, .take = keep, .ctx = kept};
    kept->count = 0;
    assert_int_equal(serac_infer_run(&job, &result, &error), SERAC_OK);
    serac_infer_free(&result);
}

/* Nothing is lost where the steps fit: the same outputs, bit by bit. */
static void test_exact_steps_keep_every_output(void **state)
{
    const uint32_t bits[3] = {0};
    const struct serac_narrow_act acts[3] = {{4, 16, 6}, {0, 0, 0}, {0, 0, 0}};
    char path[] = "/tmp/serac-narrow-XXXXXX";
    struct kept before, after;
    (void)state;
    make_steps_of_16();
    assert_int_equal(serac_narrow(from.network, bits, acts, "narrow", &to, &error), SERAC_OK);
    int fd = mkstemp(path);
    for (int i = 0; i < 64; i++) {
        uint8_t code = (uint8_t)(i * 7 % 16);
        assert_int_equal(write(fd, &code, 1), 1);
    }
    close(fd);
    run(from.network, path, &before);
    run(to.network, path, &after);
    unlink(path);
    assert_int_equal(before.count, 64);
    assert_int_equal(after.count, 64);
    uint32_t set = 0;
    for (int i = 0; i < 64; i++)
        set += before.outputs[i] != 0;
    assert_true(set > 20);
    assert_memory_equal(before.outputs, after.outputs, sizeof before.outputs);
}

static void test_who_can_and_who_goes_with_whom(void **state)
{
    (void)state;
    begin();
    matrix("a", -1, swap, 0);
    matrix("b", 0, swap, 0);
    matrix("c", 1, swap, 0);
    add("d", 1, 2);                                     /* b and c are added */
    matrix("e", 3, swap, 0);
    add("f", 4, -1);                                    /* e and the network's input */
    matrix("g", 5, swap, 0);
    from.network->layers[6].mode = SERAC_MODE_FLOOR;
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(serac_narrow_can_act(from.network, i), i <= 3);
    static const uint32_t with[4] = {0, 1, 1, 3};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(serac_narrow_with(from.network, i), with[i]);
}

/* Raw sums that the host goes on with keep their scale. */
static void test_raw_sums_narrow_at_the_end_only(void **state)
{
    (void)state;
    begin();
    matrix("a", -1, swap, 0);
    matrix("b", 0, swap, 0);
    matrix("c", 1, swap, 0);
    from.network->layers[1].mode = SERAC_MODE_RAW;
    assert_false(serac_narrow_can_act(from.network, 0));
    assert_false(serac_narrow_can(from.network, 1, 4));
    from.network->num_layers = 2;
    assert_true(serac_narrow_can_act(from.network, 0));
    assert_true(serac_narrow_can(from.network, 1, 4));
    from.network->num_layers = 3;
}

static void test_two_widths_are_not_added(void **state)
{
    const uint32_t bits[4] = {0};
    const struct serac_narrow_act acts[4] = {{4, 16, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    (void)state;
    begin();
    matrix("a", -1, swap, 0);
    matrix("b", -1, swap, 0);
    add("c", 0, 1);
    matrix("d", 2, swap, 0);
    assert_int_equal(serac_build_finish(&from, &error), SERAC_OK);
    assert_int_equal(serac_narrow(from.network, bits, acts, "narrow", &to, &error), SERAC_E_INPUT);
    assert_string_equal(error.text, "layer c: adds 4 and 8 bits, must be the same");
}

static void test_what_cannot_be_narrowed_is_refused(void **state)
{
    const uint32_t bits[3] = {0};
    const struct serac_narrow_act last[3] = {{0, 0, 0}, {0, 0, 0}, {4, 16, 0}};
    (void)state;
    make_steps_of_16();
    assert_int_equal(serac_narrow(from.network, bits, last, "narrow", &to, &error), SERAC_E_INPUT);
    assert_string_equal(error.text, "layer again: its activations cannot be narrowed to 4 bits");
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_steps_that_occur_are_found_exactly),
        TEST(test_the_fit_has_the_least_squared_error),
        TEST(test_offset_and_constant_codes_stay_in_reach),
        TEST(test_factors_and_formats_follow),
        TEST(test_exact_steps_keep_every_output),
        TEST(test_who_can_and_who_goes_with_whom),
        TEST(test_raw_sums_narrow_at_the_end_only),
        TEST(test_two_widths_are_not_added),
        TEST(test_what_cannot_be_narrowed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
