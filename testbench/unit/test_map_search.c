/* test_map_search.c - what the mapper returns: complete, fitting, the best. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layers.h"
#include "serac_config.h"
#include "watch.h"

static const char *const designs[] = {"tiny",     "pair-1-4", "pair-8-1",
                                      "pair-8-8", "serial",   "weight-serial",
                                      "barvinn",  "bismo"};
#define DESIGNS (sizeof designs / sizeof *designs)

static struct serac_design load(const char *name)
{
    struct serac_design design;
    struct serac_error error = {""};
    assert_int_equal(serac_design_load(name, &design, &error), SERAC_OK);
    return design;
}

/* Shapes that meet no multiple of anything, and the simplest. */
static struct serac_layer layer_of(uint32_t index)
{
    struct serac_layer l;
    switch (index) {
    case 0:
        return gemm_layer(1, 1, 1, 1);
    case 1:
        return gemm_layer(37, 100, 53, 3);
    case 2:
        return conv_layer(13, 11, 17, 21, 3, 2);
    case 3:
        l = conv_layer(33, 14, 15, 9, 5, 4);
        l.stride_h = l.stride_w = 2;
        l.kernel_h = 3;
        l.pad_top = l.pad_bottom = 1;
        l.output.height = 7;
        l.output.width = 8;
        return l;
    case 4:
        l = conv_layer(8, 13, 13, 16, 3, 5);
        l.pool = 2;
        l.output.height = l.output.width = 6;
        return l;
    case 5:
        l = conv_layer(43, 9, 10, 43, 3, 8);
        l.op = SERAC_OP_DEPTHWISE;
        return l;
    case 6:
        l = conv_layer(43, 9, 10, 43, 1, 8);
        l.op = SERAC_OP_ADD;
        return l;
    case 7:
        l = gemm_layer(10, 64, 1, 8);
        l.mode = SERAC_MODE_RAW;
        l.output.bits = 32;
        return l;
    default:
        l = gemm_layer(70, 40, 9, 2);
        l.mode = SERAC_MODE_THRESHOLD;
        l.output.bits = 4;
        return l;
    }
}
#define LAYERS 9

static uint64_t up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

/* The formula of serac_map_busy_cycles(), written again, with M on rows, pixels on columns; a block-diagonal
 * layer has one block unless the array is taller than it is wide. */
static uint64_t busy_by_hand(const struct serac_layer *l,
                             const struct serac_design *d)
{
    uint64_t pixels = (uint64_t)l->output.height * l->output.width;
    uint64_t blocks = l->op == SERAC_OP_CONV ? up(l->input.channels, d->lanes)
                      : up(d->rows, d->lanes);
    uint64_t phases = l->op == SERAC_OP_ADD ? 2 : l->pool * l->pool;
    uint64_t w = l->op == SERAC_OP_ADD ? 1 : l->weight_bits;
    return up(l->output.channels, d->rows) * up(pixels, d->cols) *
           l->kernel_h * l->kernel_w * blocks * up(w, d->weight_planes) *
           up(l->act_bits, d->act_planes) * phases;
}

/* Every pixel belongs to one column and step of one tile. */
static void check_pixels(const struct serac_insn *i,
                         const struct serac_design *d)
{
    const struct serac_insn_exec *e = &i->exec;
    uint32_t count = 0, expected = 0;
    for (uint32_t n = 0; n < e->n_tiles; n++) {
        uint32_t run = n == e->n_tiles - 1 ? e->run_last : e->run;
        for (uint32_t c = 0; c < d->cols; c++)
            for (uint32_t t = 0; t < run; t++) {
                uint32_t p = n * d->cols * e->run + c * run + t;
                bool drained = n < e->n_tiles - 1 ||
                               c < (t < e->last_steps ? e->last_cols
                                                      : e->last_cols - 1);
                assert_int_equal(drained, p < e->pixels);
                assert_int_equal(p, expected++);
                count += drained;
            }
    }
    assert_int_equal(count, e->pixels);
}

/* Loads fit their halves, results theirs. */
static void check_fit(const struct serac_insn *i, const struct serac_design *d)
{
    const struct serac_insn_fetch *f = &i->fetch;
    uint32_t mtiles = f->group_bytes /
                      (f->tile_param_bytes + f->tile_wgt_bytes);
    assert_int_equal(f->group_bytes,
                     mtiles * (f->tile_param_bytes + f->tile_wgt_bytes));
    assert_true(mtiles * f->tile_wgt_bytes <=
                d->weight_buffer_bytes / 2 * f->wgt_halves);
    assert_true(mtiles * f->tile_param_bytes <=
                d->param_buffer_bytes / 2 * f->wgt_halves);
    assert_true(f->kernel_lines * f->segment_beats * (d->axi_bits / 8) <=
                d->act_buffer_bytes / d->cols / 2 * f->act_halves);
    assert_true(i->store.tile_pixels * i->store.slot_planes * (d->lanes / 8) <=
                d->output_buffer_bytes / 2);
}

static void test_best_mapping_covers_fits_and_keeps_the_formula(void **state)
{
    struct serac_memory_config memory = ideal_memory();
    (void)state;
    for (uint32_t k = 0; k < DESIGNS * LAYERS; k++) {
        struct serac_design d = load(designs[k / LAYERS]);
        struct serac_layer l = layer_of(k % LAYERS);
        struct serac_addresses at = watch_addresses();
        struct serac_error error = {""};
        struct serac_mapping m;
        struct serac_insn insn;
        uint64_t cycles, busy = busy_by_hand(&l, &d);
        if (serac_map_best(&l, &d, &memory, &m, &cycles, &error) != SERAC_OK)
            fail_msg("%s, layer %u: %s", d.name, k % LAYERS, error.text);
        assert_string_equal(error.text, "");
        assert_int_equal(serac_map_apply(&l, &d, &m, &at, 0, true, &insn,
                                         &error), SERAC_OK);
        check_pixels(&insn, &d);
        check_fit(&insn, &d);
        struct watch *w = watch_new();
        assert_int_equal(watch_layer(w, &l, &d, &m, &memory), SERAC_OK);
        assert_int_equal(w->run.total.array_busy_cycles, busy);
        assert_int_equal(serac_map_busy_cycles(&l, &d), busy);
        assert_int_equal(w->run.total.cycles, cycles);
        assert_true(watch_writes_once(w, &l, &d));
        free(w);
    }
}

/* The fewest cycles of any mapping of run x group x order x halves. */
static uint64_t least_cycles(const struct serac_layer *l,
                             const struct serac_design *d,
                             const struct serac_memory_config *memory)
{
    struct watch *w = watch_new();
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < 8 * 6 * 3; i++) {
        struct serac_mapping m = {
            .order = i & 1, .wgt_halves = 1 + (i >> 1 & 1),
            .act_halves = 1 + (i >> 2 & 1), .run = 1 + i / 8 % 6,
            .group_mtiles = 1 + i / 48, .gather = 8};
        struct serac_addresses at = watch_addresses();
        struct serac_insn insn;
        memset(w, 0, sizeof *w);
        if (serac_map_apply(l, d, &m, &at, 0, true, &insn, NULL) ==
                SERAC_OK &&
            watch_layer(w, l, d, &m, memory) == SERAC_OK &&
            w->run.total.cycles < least)
            least = w->run.total.cycles;
    }
    free(w);
    return least;
}

/* The search times only those that read least, so it may miss the best mapping,
 * but not by much. */
static void test_best_mapping_is_within_a_tenth_of_the_best(void **state)
{
    static const struct serac_memory_config memories[] = {
        {.latency_cycles = 10, .bytes_per_cycle = 64},
        {.latency_cycles = 64, .bytes_per_cycle = 16},
        {.latency_cycles = 64, .bytes_per_cycle = 1}};
    struct serac_design d = load("tiny");
    struct serac_layer l = conv_layer(20, 6, 6, 10, 3, 2);
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct serac_mapping m;
        uint64_t best, least = least_cycles(&l, &d, &memories[i]);
        assert_int_equal(serac_map_best(&l, &d, &memories[i], &m, &best,
                                        NULL), SERAC_OK);
        assert_true(best >= least);
        assert_true(10 * best <= 11 * least);
    }
}

static void test_cycles_may_be_left_out(void **state)
{
    struct serac_design d = load("tiny");
    struct serac_layer l = layer_of(0);
    struct serac_memory_config memory = ideal_memory();
    struct serac_mapping m;
    (void)state;
    assert_int_equal(serac_map_best(&l, &d, &memory, &m, NULL, NULL),
                     SERAC_OK);
    assert_int_equal(m.run, 1);
    assert_int_equal(m.group_mtiles, 1);
}

/* A pixel of 32 blocks, 8 planes of 4 bytes: both halves of a bank of tiny. */
static void test_layer_is_refused_when_one_pixel_does_not_fit(void **state)
{
    struct serac_design d = load("tiny");
    struct serac_layer l = gemm_layer(4, 1024, 1, 8);
    struct serac_memory_config memory = ideal_memory();
    struct serac_error error = {""};
    struct serac_mapping m;
    (void)state;
    d.weight_buffer_bytes = 65536;
    assert_int_equal(serac_map_best(&l, &d, &memory, &m, NULL, &error),
                     SERAC_OK);
    l.input.channels++;
    assert_int_equal(serac_map_best(&l, &d, &memory, &m, NULL, &error),
                     SERAC_E_FIT);
    assert_non_null(strstr(error.text, "act_buffer_bytes leaves 1024"));
    assert_int_equal(serac_map_best(&l, &d, &memory, &m, NULL, NULL),
                     SERAC_E_FIT);
}

static void test_refusal_names_the_buffer_that_is_too_small(void **state)
{
    struct serac_design d = load("tiny");
    struct serac_layer l = gemm_layer(4, 1024, 1, 8);
    struct serac_memory_config memory = ideal_memory();
    struct serac_error error = {""};
    struct serac_mapping m;
    (void)state;
    l.weight_store_bits = l.weight_bits = 8;   /* 8 * 4 * 1024 / 8 bytes */
    assert_int_equal(serac_map_best(&l, &d, &memory, &m, NULL, &error),
                     SERAC_OK);
    l.kernel_w = 2;
    l.input.width = 2;
    assert_int_equal(serac_map_best(&l, &d, &memory, &m, NULL, &error),
                     SERAC_E_FIT);
    assert_non_null(strstr(error.text, "8192 bytes of weights"));
    assert_non_null(strstr(error.text, "weight_buffer_bytes leaves 4096"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_best_mapping_covers_fits_and_keeps_the_formula),
        cmocka_unit_test(test_best_mapping_is_within_a_tenth_of_the_best),
        cmocka_unit_test(test_cycles_may_be_left_out),
        cmocka_unit_test(test_layer_is_refused_when_one_pixel_does_not_fit),
        cmocka_unit_test(test_refusal_names_the_buffer_that_is_too_small),
    };
    return cmocka_run_group_tests_name("map_search", tests, NULL, NULL);
}
