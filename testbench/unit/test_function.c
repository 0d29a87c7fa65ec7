/* test_function.c - the function of a block against the plain definition of a
 * layer: products of values (not codes), one loop over what a pixel sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serac_config.h"
#include "serac_function.h"
#include "serac_random.h"

struct operand {
    int32_t *codes;
    int32_t zero_point;
};

/* The value that code stands for. */
static int64_t value_of(const struct serac_tensor *t, int32_t zero_point,
                        int32_t code)
{
    if (t->is_bipolar)
        return 2 * (int64_t)(code & ((1 << t->bits) - 1)) -
               ((1 << t->bits) - 1);
    return (int64_t)code - zero_point;
}

static int64_t weight_of(const struct serac_layer *l, uint32_t m, uint32_t tap,
                         uint32_t c)
{
    uint32_t taps = l->kernel_h * l->kernel_w;
    size_t at = l->op == SERAC_OP_CONV
                    ? ((size_t)m * taps + tap) * l->input.channels + c
                    : (size_t)m * taps + tap;
    if (l->weight_kind == SERAC_WEIGHT_UNSIGNED)
        return (uint8_t)l->weights[at] - (int64_t)l->params[m].zero;
    return l->weights[at];
}

/* Accumulator of output (y, x, m) before pooling. Padding adds nothing. */
static int64_t accumulate(const struct serac_layer *l, const struct operand *o,
                          uint32_t y, uint32_t x, uint32_t m)
{
    const struct serac_tensor *t = &l->input;
    int64_t sum = 0;
    for (uint32_t tap = 0; tap < l->kernel_h * l->kernel_w; tap++) {
        int64_t iy = (int64_t)y * l->stride_h - l->pad_top +
                     tap / l->kernel_w * l->dilation_h;
        int64_t ix = (int64_t)x * l->stride_w - l->pad_left +
                     tap % l->kernel_w * l->dilation_w;
        if (iy < 0 || ix < 0 || iy >= t->height || ix >= t->width)
            continue;
        uint32_t from = l->op == SERAC_OP_CONV ? 0 : m;
        uint32_t to = l->op == SERAC_OP_CONV ? t->channels : m + 1;
        for (uint32_t c = from; c < to; c++) {
            int32_t code = o->codes[(iy * t->width + ix) * t->channels + c];
            int64_t w = l->op == SERAC_OP_ADD ? 1 : weight_of(l, m, tap, c);
            sum += w * value_of(t, o->zero_point, code);
        }
    }
    return sum;
}

/* Requantisation from the published definitions, in wide integers. */
static int32_t requantise(const struct serac_layer *l,
                          const struct serac_param *p, int64_t acc)
{
    int32_t x = (int32_t)(acc + p->bias), count = 0;
    int64_t wide = (int64_t)x * p->mult;
    struct serac_record record = {.shift = p->shift, .mult = p->mult,
                                  .add = p->add};
    switch (l->mode) {
    case SERAC_MODE_DOUBLE:   /* its own test: test_requant.c */
        return serac_requant(SERAC_MODE_DOUBLE, 0, &record, (uint32_t)x, 0);
    case SERAC_MODE_SINGLE:
        return (int32_t)((wide + ((int64_t)1 << (30 - p->shift))) >>
                         (31 - p->shift));
    case SERAC_MODE_FLOOR:
        return (int32_t)((wide + p->add) >> p->shift);
    case SERAC_MODE_THRESHOLD:
        for (int i = 0; i < 15; i++)
            count += p->thresholds[i] != INT32_MAX && x >= p->thresholds[i];
        return count;
    case SERAC_MODE_RAW:
        break;
    }
    return x;
}

static int32_t expected(const struct serac_layer *l, const struct operand *o,
                        uint32_t y, uint32_t x, uint32_t m)
{
    int64_t value = INT64_MIN;
    if (l->op == SERAC_OP_ADD) {
        value = (int64_t)requantise(l, &l->params[m],
                                    accumulate(l, &o[0], y, x, m)) +
                requantise(l, &l->params[l->output.channels + m],
                           accumulate(l, &o[1], y, x, m));
        value = (int32_t)(uint32_t)value;
    } else {
        for (uint32_t i = 0; i < l->pool * l->pool; i++) {
            int32_t v = requantise(
                l, &l->params[m],
                accumulate(l, &o[0], y * l->pool + i / l->pool,
                           x * l->pool + i % l->pool, m));
            value = v > value ? v : value;
        }
    }
    if (l->mode == SERAC_MODE_RAW)
        return (int32_t)value;
    value += l->output.zero_point;
    return (int32_t)(value < l->clamp_min   ? l->clamp_min
                     : value > l->clamp_max ? l->clamp_max : value);
}

static int32_t *unpack(const struct serac_tensor *t,
                       const struct serac_design *d,
                       const struct serac_host_memory *m, uint64_t at)
{
    int32_t *codes =
        malloc((size_t)t->height * t->width * t->channels * sizeof *codes);
    assert_non_null(codes);
    serac_unpack_tensor(t, d, m->bytes + (at - m->base), codes);
    return codes;
}

/* Low output bits as the tensor would read them. */
static int32_t stored(const struct serac_tensor *t, int32_t value)
{
    if (t->bits == 32)
        return value;
    uint32_t code = (uint32_t)value & ((1u << t->bits) - 1);
    uint32_t sign = t->is_signed ? 1u << (t->bits - 1) : 0;
    return (int32_t)((code ^ sign) - sign);
}

static uint64_t check_layer(const struct serac_design *d,
                            const struct serac_random_layer *r,
                            struct serac_host_memory *memory, uint32_t index)
{
    const struct serac_layer *l = &r->layer;
    struct serac_bus bus = serac_host_memory_bus(memory);
    struct operand o[2] = {
        {unpack(&l->input, d, memory, r->addresses.input),
         l->input.zero_point},
        {unpack(&l->input, d, memory, r->addresses.input2),
         l->input2_zero_point}};
    assert_int_equal(serac_function_block(d, &r->insn, &bus), SERAC_OK);
    int32_t *got = unpack(&l->output, d, memory, r->addresses.output);
    const struct serac_tensor *t = &l->output;
    uint64_t count = 0;
    for (uint32_t y = 0; y < t->height; y++)
        for (uint32_t x = 0; x < t->width; x++)
            for (uint32_t m = 0; m < t->channels; m++, count++) {
                int32_t want = stored(t, expected(l, o, y, x, m));
                if (got[count] != want)
                    fail_msg("case %u (seed 1) %s: pixel %u,%u channel %u: %d, "
                             "should be %d", index, l->name, y, x, m,
                             got[count], want);
            }
    free(got);
    free(o[0].codes);
    free(o[1].codes);
    return count;
}

static void test_blocks_compute_what_layers_define(void **state)
{
    static const char *const designs[] = {
        "tiny", "pair-1-4", "pair-2-8", "pair-4-1", "pair-4-8", "pair-8-2",
        "pair-8-4", "pair-8-8"};
    uint64_t compared = 0;
    (void)state;
    for (uint32_t i = 0; i < 160; i++) {
        struct serac_design d;
        struct serac_random_case c;
        struct serac_error error = {""};
        assert_int_equal(serac_design_load(designs[i % 8], &d, &error),
                         SERAC_OK);
        assert_int_equal(serac_random_make(&d, 1, i, &c), SERAC_OK);
        for (uint32_t k = 0; k < c.num_layers && !c.fault; k++)
            if (!c.layers[k].recoded)
                compared += check_layer(&d, &c.layers[k], &c.memory, i);
        serac_random_free(&c);
    }
    assert_true(compared > 100000);
    print_message("%llu values compared\n", (unsigned long long)compared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_compute_what_layers_define),
    };
    return cmocka_run_group_tests_name("function", tests, NULL, NULL);
}
