/* test_narrow_values.c - narrowed networks against arithmetic on the values that their codes stand for.
 *
 * The reference knows the network as it was and, of each narrowed tensor, which values there are; it shares
 * nothing with serac_narrow.c but the bias, which is rounded to whole sums. */
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

#include "serac_infer.h"
#include "serac_narrow.h"

enum { SIDE = 6, CHANNELS = 5, CASES = 40, LAYERS = 6, IMAGES = 2, ROOM = SIDE * SIDE * CHANNELS };

static struct serac_build from, to;
static struct serac_error error;
static uint64_t state = 1;

static int32_t pick(int32_t low, int32_t high)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return low + (int32_t)((state >> 33) % (uint64_t)(high - low + 1));
}

/* --- the reference ------------------------------------------------------------------ */

struct values {
    double v[ROOM];          /* [y][x][channel], in steps of the tensor as it was */
};

static double rounded(double x)
{
    return floor(x + 0.5);
}

/* What the tensor of layer i can hold of a result `y`. */
static double held(const struct serac_layer *l, const struct serac_narrow_act *act, double y)
{
    const struct serac_tensor *t = &l->output;
    double code = rounded(act->bits ? y / act->ratio : y) + (act->bits ? act->zero_point : t->zero_point);
    if (t->bits == 32)
        return y;
    double low = l->clamp_min, high = l->clamp_max;
    if (act->bits) {
        double least = t->is_signed ? -ldexp(1, (int)act->bits - 1) : 0, most = least + ldexp(1, (int)act->bits) - 1;
        low = fmax(rounded((low - t->zero_point) / act->ratio) + act->zero_point, least);
        high = fmin(rounded((high - t->zero_point) / act->ratio) + act->zero_point, most);
    }
    code = fmin(fmax(code, low), high);
    return act->bits ? act->ratio * (code - act->zero_point) : code - t->zero_point;
}

static double bias_of(const struct serac_param *p, double unit)
{
    return rounded(fabs(p->bias / unit)) * unit * (p->bias < 0 ? -1 : 1);
}

/* Sum of products at output pixel (y, x) before pooling. */
static double sum_at(const struct serac_layer *l, const struct values *in, int y, int x, uint32_t m)
{
    double sum = 0;
    uint32_t inner = l->op == SERAC_OP_CONV ? l->input.channels : 1;
    for (uint32_t ky = 0; ky < l->kernel_h; ky++)
        for (uint32_t kx = 0; kx < l->kernel_w; kx++)
            for (uint32_t c = 0; c < inner; c++) {
                int iy = y + (int)ky - (int)l->pad_top, ix = x + (int)kx - (int)l->pad_left;
                uint32_t channel = l->op == SERAC_OP_CONV ? c : m;
                if (iy < 0 || ix < 0 || iy >= (int)l->input.height || ix >= (int)l->input.width)
                    continue;
                sum += l->weights[((m * l->kernel_h + ky) * l->kernel_w + kx) * inner + c] *
                       in->v[((uint32_t)iy * l->input.width + (uint32_t)ix) * l->input.channels + channel];
            }
    return sum;
}

static double factor_of(const struct serac_layer *l, const struct serac_param *p)
{
    return l->mode == SERAC_MODE_RAW ? 1 : ldexp(p->mult, p->shift - 31);
}

static double step_of(const struct serac_narrow_act *acts, int32_t layer)
{
    return layer >= 0 && acts[layer].bits ? acts[layer].ratio : 1;
}

static void evaluate(const struct serac_network *n, uint32_t i, const struct serac_narrow_act *acts,
                     const struct values *in, const struct values *in2, struct values *out)
{
    const struct serac_layer *l = &n->layers[i];
    double step = step_of(acts, (int32_t)i), unit = step_of(acts, n->inputs[i][0]), unit2 = step_of(acts, n->inputs[i][1]);
    uint32_t at = 0, channels = l->output.channels;
    for (uint32_t y = 0; y < l->output.height; y++)
        for (uint32_t x = 0; x < l->output.width; x++)
            for (uint32_t m = 0; m < channels; m++, at++) {
                const struct serac_param *p = &l->params[m];
                double best = -INFINITY;
                if (l->op == SERAC_OP_ADD) {
                    const struct serac_param *q = &l->params[channels + m];
                    best = step * (rounded((in->v[at] + bias_of(p, unit)) * factor_of(l, p) / step) +
                                   rounded((in2->v[at] + bias_of(q, unit2)) * factor_of(l, q) / step));
                }
                for (uint32_t k = 0; l->op != SERAC_OP_ADD && k < l->pool * l->pool; k++) {
                    double sum = sum_at(l, in, (int)(y * l->pool + k / l->pool), (int)(x * l->pool + k % l->pool), m);
                    best = fmax(best, (sum + bias_of(p, unit)) * factor_of(l, p));
                }
                out->v[at] = held(l, &acts[i], best);
            }
}

/* --- networks ------------------------------------------------------------------------ */

static struct serac_layer *layer(const char *name, enum serac_op op, int32_t first, int32_t second, uint32_t kernel)
{
    struct serac_layer *l = serac_build_layer(&from, name, first, second);
    uint32_t inner = op == SERAC_OP_CONV ? CHANNELS : 1, count = CHANNELS * kernel * kernel * inner;
    bool is_signed = pick(0, 1);
    l->op = op;
    l->mode = SERAC_MODE_SINGLE;
    l->kernel_h = l->kernel_w = kernel;
    l->pad_top = l->pad_left = l->pad_bottom = l->pad_right = kernel / 2;
    l->output = (struct serac_tensor){.height = SIDE, .width = SIDE, .channels = CHANNELS, .bits = 8,
                                      .is_signed = is_signed, .zero_point = pick(is_signed ? -20 : 0, 20)};
    serac_build_clamp(l);
    if (op == SERAC_OP_ADD)
        l->weight_bits = l->weight_store_bits = 1;
    else {
        int8_t *w = serac_build_weights(&from, count);
        for (uint32_t i = 0; i < count; i++)
            w[i] = (int8_t)pick(-100, 100);
    }
    struct serac_param *p = serac_build_params(&from, CHANNELS * (op == SERAC_OP_ADD ? 2 : 1));
    for (uint32_t i = 0; i < CHANNELS * (op == SERAC_OP_ADD ? 2u : 1u); i++)
        p[i] = (struct serac_param){.bias = op == SERAC_OP_ADD ? pick(-9, 9) : pick(-3000, 3000),
                                    .mult = pick(1 << 30, INT32_MAX), .shift = op == SERAC_OP_ADD ? 0 : -7};
    return &from.network->layers[from.network->num_layers - 1];
}

/* Padding, a depthwise layer, an addition, pooling, raw sums at the end. */
static void make(void)
{
    assert_true(serac_build_init(&from, "n", "test"));
    from.network->input = (struct serac_tensor){.height = SIDE, .width = SIDE, .channels = CHANNELS, .bits = 8};
    layer("conv", SERAC_OP_CONV, -1, -2, 3);
    struct serac_layer *depthwise = layer("depthwise", SERAC_OP_DEPTHWISE, 0, -2, 3);
    struct serac_tensor like = depthwise->output;
    struct serac_layer *point = layer("point", SERAC_OP_CONV, 0, -2, 1);
    int32_t zero = point->output.zero_point;
    point->output = like;                                /* the two operands of an addition differ in zero point only */
    point->output.zero_point = like.is_signed ? zero : abs(zero);
    serac_build_clamp(point);
    layer("add", SERAC_OP_ADD, 1, 2, 1)->pad_top = 0;
    struct serac_layer *pool = layer("pool", SERAC_OP_CONV, 3, -2, 3);
    pool->pool = 2;
    pool->output.height = pool->output.width = SIDE / 2;
    struct serac_layer *last = layer("last", SERAC_OP_CONV, 4, -2, 1);
    last->mode = SERAC_MODE_RAW;
    last->output = (struct serac_tensor){.height = SIDE / 2, .width = SIDE / 2, .channels = CHANNELS, .bits = 32,
                                         .is_signed = true};
    last->clamp_min = INT32_MIN;
    last->clamp_max = INT32_MAX;
    if (serac_build_finish(&from, &error) != SERAC_OK)
        fail_msg("%s", error.text);
}

static void pick_acts(struct serac_narrow_act acts[LAYERS])
{
    uint32_t shared = (uint32_t)pick(1, 7);
    memset(acts, 0, LAYERS * sizeof *acts);
    for (uint32_t i = 0; i + 1 < LAYERS; i++) {
        uint32_t bits = i == 1 || i == 2 ? shared : (uint32_t)pick(0, 7);
        int32_t low = from.network->layers[i].output.is_signed && bits ? -(1 << (bits - 1)) : 0;
        if (bits)
            acts[i] = (struct serac_narrow_act){bits, pick(100, 1500) / 100.0 * ldexp(1, 5 - (int)bits) + 1,
                                                pick(low, low + (1 << bits) - 1)};
    }
}

struct kept {
    int32_t outputs[IMAGES * ROOM];
    uint32_t count;
};

static void keep(void *ctx, const int32_t *outputs, uint32_t count)
{
    struct kept *k = ctx;
    memcpy(k->outputs + k->count, outputs, count * sizeof *outputs);
    k->count += count;
}

static void run(const uint8_t *input, struct kept *kept)
{
    struct serac_setting setting;
    struct serac_infer_result result;
    char path[] = "/tmp/serac-narrow-XXXXXX";
    int file = mkstemp(path);
    assert_int_equal(write(file, input, IMAGES * ROOM), IMAGES * ROOM);
    close(file);
    assert_true(serac_cli_setting("tiny", NULL, NULL, &setting) < 0);
    struct serac_infer_job job = {.setting = &setting, .network = "n", .built = to.network, .backend = "model",
                                  .input = path, .take = keep, .ctx = kept};
    kept->count = 0;
    enum serac_status status = serac_infer_run(&job, &result, &error);
    unlink(path);
    if (status != SERAC_OK)
        fail_msg("%s", error.text);
    serac_infer_free(&result);
}

/* One image by the reference, against the network's outputs; how many differ from what padding or zero would give. */
static uint32_t compare(const struct serac_narrow_act *acts, const uint8_t *input, const int32_t *got)
{
    static struct values v[LAYERS + 1];
    const struct serac_network *n = from.network;
    uint32_t nonzero = 0;
    for (uint32_t k = 0; k < ROOM; k++)
        v[LAYERS].v[k] = input[k];
    for (uint32_t i = 0; i < LAYERS; i++) {
        const int32_t *in = n->inputs[i];
        evaluate(n, i, acts, &v[in[0] < 0 ? LAYERS : in[0]], in[1] < 0 ? NULL : &v[in[1]], &v[i]);
    }
    double unit = step_of(acts, n->inputs[LAYERS - 1][0]);
    for (uint32_t k = 0; k < SIDE / 2 * SIDE / 2 * CHANNELS; k++) {
        if (fabs(got[k] * unit - v[LAYERS - 1].v[k]) > 1e-6 * fabs(v[LAYERS - 1].v[k]) + 1e-6)
            fail_msg("output %u: %.6f, by values %.6f", (unsigned)k, got[k] * unit, v[LAYERS - 1].v[k]);
        nonzero += got[k] != 0;
    }
    return nonzero;
}

static void test_codes_stand_for_the_values_that_they_should(void **unused)
{
    const uint32_t bits[LAYERS] = {0};
    uint32_t compared = 0;
    (void)unused;
    for (int c = 0; c < CASES; c++) {
        struct serac_narrow_act acts[LAYERS];
        uint8_t input[IMAGES * ROOM];
        struct kept kept;
        make();
        pick_acts(acts);
        for (uint32_t i = 0; i < sizeof input; i++)
            input[i] = (uint8_t)pick(0, 255);
        if (serac_narrow(from.network, bits, acts, "narrow", &to, &error) != SERAC_OK)
            fail_msg("case %d: %s", c, error.text);
        run(input, &kept);
        for (int i = 0; i < IMAGES; i++)
            compared += compare(acts, input + i * ROOM, kept.outputs + i * (int)(kept.count / IMAGES));
        serac_build_free(&from);
        serac_build_free(&to);
    }
    print_message("%u outputs other than 0 compared\n", (unsigned)compared);
    assert_true(compared > 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_codes_stand_for_the_values_that_they_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
