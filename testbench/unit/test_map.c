/* test_map.c - a mapping of a layer: its fields, its bytes, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layers.h"
#include "serac_geometry.h"
#include "watch.h"

static const struct serac_mapping simple = {
    .order = 0, .run = 1, .group_mtiles = 1, .gather = 8, .wgt_halves = 1,
    .act_halves = 1};

static enum serac_status apply(const struct serac_layer *l,
                               const struct serac_design *d,
                               const struct serac_mapping *m,
                               struct serac_insn *insn,
                               struct serac_error *error)
{
    struct serac_addresses at = watch_addresses();
    return serac_map_apply(l, d, m, &at, 3, true, insn, error);
}

static struct serac_insn good(const struct serac_layer *l,
                              const struct serac_design *d,
                              const struct serac_mapping *m)
{
    struct serac_error error = {""};
    struct serac_insn insn;
    if (apply(l, d, m, &insn, &error) != SERAC_OK)
        fail_msg("refused: %s", error.text);
    assert_int_equal(serac_insn_check(&insn), SERAC_OK);
    return insn;
}

static void bad(const struct serac_layer *l, const struct serac_design *d,
                const struct serac_mapping *m, const char *word)
{
    struct serac_error error = {""};
    struct serac_insn insn;
    assert_int_equal(apply(l, d, m, &insn, &error), SERAC_E_FIT);
    assert_int_equal(apply(l, d, m, &insn, NULL), SERAC_E_FIT);
    if (!strstr(error.text, l->name) || !strstr(error.text, word))
        fail_msg("'%s' does not say '%s'", error.text, word);
}

/* --- fields --------------------------------------------------------------- */

static void test_fetch_section_follows_the_layout(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(40, 9, 10, 22, 3, 2);
    struct serac_mapping m = simple;
    (void)state;
    m.run = 3;
    m.group_mtiles = 4;
    m.act_halves = 2;
    struct serac_insn i = good(&l, &d, &m);
    assert_int_equal(i.fetch.store_tokens, 3);
    assert_int_equal(i.fetch.last, 1);
    assert_int_equal(i.exec.last, 1);
    assert_int_equal(i.fetch.groups, 2);          /* 6 m-tiles */
    assert_int_equal(i.fetch.tile_param_bytes, 64);
    assert_int_equal(i.fetch.tile_wgt_bytes, 9 * 2 * 2 * 4 * 4);
    assert_int_equal(i.fetch.group_bytes, 4 * (64 + 576));
    assert_int_equal(i.fetch.group_last_bytes, 2 * (64 + 576));
    assert_int_equal(i.fetch.n_tiles, 8);         /* 90 pixels, 12 a tile */
    assert_int_equal(i.fetch.run_last, 2);        /* 6 on 4 columns */
    assert_int_equal(i.exec.last_cols, 3);
    assert_int_equal(i.exec.last_steps, 2);
    /* A pixel is 2 blocks of 2 planes of 4 bytes, a line 10 of them. */
    assert_int_equal(i.fetch.line_bytes, 160);
    assert_int_equal(i.fetch.line_stride0, 192);
    assert_int_equal(i.fetch.line_stride1, 192);
    assert_int_equal(i.fetch.window_bytes, 48);
    assert_int_equal(i.fetch.pad_left_bytes, 16);
    assert_int_equal(i.fetch.act_addr_lo, (1u << 28) - 192);
    assert_int_equal(i.fetch.wgt_addr_lo, 1u << 20);
    assert_int_equal(i.store.out_addr_lo, 1u << 30);
    assert_int_equal(i.exec.last_lanes, 8);
    assert_int_equal(i.store.pixel_bytes, 8 * 4);
    assert_int_equal(i.store.line_stride, 320);
}

static void test_addresses_beyond_4_gib_keep_their_high_words(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(4, 3, 3, 4, 3, 1);
    struct serac_addresses at = {0x500000040u, 0x100000000u, 0, 0x7fffff000u};
    struct serac_insn i;
    (void)state;
    assert_int_equal(serac_map_apply(&l, &d, &simple, &at, 0, false, &i, NULL),
                     SERAC_OK);
    assert_int_equal(i.fetch.act_addr_hi, 0);      /* one line of 64 before */
    assert_int_equal(i.fetch.act_addr_lo, 0xffffffc0u);
    assert_int_equal(i.fetch.wgt_addr_hi, 5);
    assert_int_equal(i.fetch.wgt_addr_lo, 0x40);
    assert_int_equal(i.store.out_addr_hi, 7);
    assert_int_equal(i.store.out_addr_lo, 0xfffff000u);
    assert_int_equal(i.fetch.last, 0);
}

/* The operands of an addition are the even and odd lines of one picture. */
static void test_add_goes_to_and_fro_between_its_operands(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(8, 4, 4, 8, 1, 8);
    struct serac_addresses at = {1 << 20, 0x30000, 0x20000, 0x40000};
    struct serac_insn i;
    (void)state;
    l.op = SERAC_OP_ADD;
    assert_int_equal(serac_map_apply(&l, &d, &simple, &at, 0, true, &i, NULL),
                     SERAC_OK);
    assert_int_equal((int32_t)i.fetch.line_stride0, -0x10000);
    assert_int_equal((int32_t)i.fetch.line_stride1, 0x10000 + 128);
    assert_int_equal(i.fetch.row_step, 2);
    assert_int_equal(i.fetch.kernel_lines, 2);
    assert_int_equal(i.fetch.in_height, 8);
    assert_int_equal(i.exec.phases_y, 2);
    assert_int_equal(i.exec.phases_x, 1);
    assert_int_equal(i.exec.phase_dy, 1);
    assert_int_equal(i.exec.combine_add, 1);
    assert_int_equal(i.exec.phase_records, 1);
    assert_int_equal(i.fetch.tile_param_bytes, 128);
}

static void test_footprint_is_records_and_weights_of_all_m_tiles(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(40, 9, 10, 22, 3, 3);
    struct serac_footprint f;
    (void)state;
    serac_map_footprint(&l, &d, &f);
    assert_int_equal(f.weights, 6 * (64 + 896));   /* 9 * 2 * 3 * 16 = 864 */
    assert_int_equal(f.input_pixel_bytes, 24);
    assert_int_equal(f.input_line_stride, 256);
    assert_int_equal(f.input, 9 * 256);
    assert_int_equal(f.output_pixel_bytes, 32);
    assert_int_equal(f.output_line_stride, 320);
    assert_int_equal(f.output, 9 * 320);
    l.mode = SERAC_MODE_THRESHOLD;
    serac_map_footprint(&l, &d, &f);
    assert_int_equal(f.weights, 6 * (256 + 896));
}

/* --- every mapping writes every byte once --------------------------------- */

static void test_every_mapping_writes_each_result_once(void **state)
{
    struct serac_design d = small_design(4, 4, 8);
    struct serac_layer l = conv_layer(5, 5, 7, 39, 3, 8);   /* 10 m-tiles */
    struct serac_memory_config memory = ideal_memory();
    struct watch *w = watch_new();
    unsigned ran = 0;
    (void)state;
    for (uint32_t i = 0; i < 2 * 7 * 5 * 10; i++) {
        struct serac_mapping m = {
            .order = i & 1, .run = 1 + i / 2 % 7,
            .gather = 2 * (1 + i / 14 % 5), .group_mtiles = 1 + i / 70,
            .wgt_halves = 2, .act_halves = 2};
        struct serac_insn insn;
        memset(w, 0, sizeof *w);
        if (apply(&l, &d, &m, &insn, NULL) != SERAC_OK)
            continue;
        assert_int_equal(watch_layer(w, &l, &d, &m, &memory), SERAC_OK);
        assert_int_equal(w->run.status, SERAC_OK);
        if (!watch_writes_once(w, &l, &d))
            fail_msg("order %u run %u gather %u group %u", m.order, m.run,
                     m.gather, m.group_mtiles);
        ran++;
    }
    assert_true(ran > 100);
    free(w);
}

/* --- refusals ------------------------------------------------------------- */

static void test_numbers_that_are_no_mapping_are_refused(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(64, 8, 20, 1);   /* 16 m-tiles */
    struct serac_mapping m = simple;
    (void)state;
    m.run = 0;
    bad(&l, &d, &m, "not a mapping");
    m.run = 20;
    good(&l, &d, &m);
    m.run = 21;
    bad(&l, &d, &m, "not a mapping");
    m = simple;
    m.group_mtiles = 0;
    bad(&l, &d, &m, "not a mapping");
    m.group_mtiles = 16;
    good(&l, &d, &m);
    m.group_mtiles = 17;
    bad(&l, &d, &m, "not a mapping");
    m = simple;
    m.gather = 0;
    bad(&l, &d, &m, "not a mapping");
    m.gather = 7;      /* a block is 32 channels: 8 m-tiles */
    bad(&l, &d, &m, "not a mapping");
    m.gather = 16;
    good(&l, &d, &m);
}

static void test_groups_that_stay_must_hold_whole_output_tiles(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(64, 8, 20, 1);
    struct serac_mapping m = simple;
    (void)state;
    m.order = 1;
    m.group_mtiles = 4;
    bad(&l, &d, &m, "not a mapping");
    m.order = 0;
    good(&l, &d, &m);
    m.order = 1;
    m.group_mtiles = 8;
    good(&l, &d, &m);
}

/* Half of each buffer, one byte more; and both halves. */
static void test_load_is_refused_when_it_exceeds_its_halves(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(64, 32, 20, 8);  /* 128 bytes an m-tile */
    struct serac_mapping m = simple;
    (void)state;
    m.group_mtiles = 8;
    d.weight_buffer_bytes = 2048;
    good(&l, &d, &m);
    d.weight_buffer_bytes = 1024;
    bad(&l, &d, &m, "1024 bytes of weights per load, weight_buffer_bytes "
                    "leaves 512");
    m.wgt_halves = 2;
    good(&l, &d, &m);
    m.wgt_halves = 1;
    d.weight_buffer_bytes = 16384;
    d.param_buffer_bytes = 1024;                        /* 64 an m-tile */
    good(&l, &d, &m);
    d.param_buffer_bytes = 512;
    bad(&l, &d, &m, "512 bytes of parameters per load, param_buffer_bytes "
                    "leaves 256");
}

static void test_strip_is_refused_when_it_exceeds_its_bank(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(4, 32, 64, 8);    /* 32 bytes a pixel */
    struct serac_mapping m = simple;
    (void)state;
    m.run = 4;
    d.act_buffer_bytes = 4 * 2 * 128;
    good(&l, &d, &m);
    m.run = 5;
    bad(&l, &d, &m, "160 bytes of activations per column, act_buffer_bytes "
                    "leaves 128");
    m.act_halves = 2;
    good(&l, &d, &m);
}

static void test_tile_is_refused_when_it_exceeds_half_the_output(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(32, 8, 64, 1);    /* 32 bytes a pixel */
    struct serac_mapping m = simple;
    (void)state;
    m.run = 2;
    d.output_buffer_bytes = 2 * 4 * 2 * 32;
    good(&l, &d, &m);
    m.run = 3;
    bad(&l, &d, &m, "384 bytes of results per tile, output_buffer_bytes "
                    "leaves 256");
}

/* A run over a line end whose second line's window meets the first's beats. */
static void test_run_that_meets_itself_is_refused(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(8, 4, 5, 4, 3, 2);   /* 8 bytes a pixel */
    struct serac_mapping m = simple;
    (void)state;
    m.act_halves = 2;
    m.run = 5;
    good(&l, &d, &m);       /* whole lines */
    m.run = 4;
    bad(&l, &d, &m, "a run of 4 pixels meets itself");
    m.run = 1;
    good(&l, &d, &m);
}

static void test_padding_needs_a_zero(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(8, 4, 4, 4, 3, 1);
    (void)state;
    l.input.is_bipolar = true;
    for (int i = 0; i < 4; i++) {
        l.pad_top = i == 0;
        l.pad_left = i == 1;
        l.pad_bottom = i == 2;
        l.pad_right = i == 3;
        bad(&l, &d, &simple, "bipolar");
    }
    l.pad_right = 0;
    l.output.height = l.output.width = 2;
    good(&l, &d, &simple);
}

static void test_depthwise_weights_must_be_signed(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(8, 4, 4, 8, 3, 1);
    (void)state;
    l.op = SERAC_OP_DEPTHWISE;
    good(&l, &d, &simple);
    l.weight_kind = SERAC_WEIGHT_UNSIGNED;
    bad(&l, &d, &simple, "depthwise");
    l.weight_kind = SERAC_WEIGHT_BIPOLAR;
    bad(&l, &d, &simple, "depthwise");
}

static void test_operands_of_an_addition_must_be_within_2_gib(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(8, 4, 4, 8, 1, 8);
    struct serac_addresses at = {0, 0x200000000u, 0, 0};
    struct serac_insn i;
    (void)state;
    l.op = SERAC_OP_ADD;
    for (int k = 0; k < 4; k++) {
        static const int64_t apart[] = {INT32_MAX, INT32_MAX + 1ll, INT32_MIN,
                                        INT32_MIN - 1ll};
        at.input2 = at.input + (uint64_t)apart[k];
        assert_int_equal(serac_map_apply(&l, &d, &simple, &at, 0, true, &i,
                                         NULL), k & 1 ? SERAC_E_FIT : SERAC_OK);
    }
}

static void test_line_and_weights_beyond_their_fields_are_refused(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(4, 1u << 12, 1u << 20, 8);
    (void)state;                                  /* 4096 bytes a pixel */
    bad(&l, &d, &simple, "more than 2 GiB");
    l = gemm_layer(1u << 20, 1u << 15, 1, 8);     /* 2^35 bytes */
    bad(&l, &d, &simple, "more than 4 GiB of weights");
}

static void test_size_beyond_an_instruction_field_is_refused(void **state)
{
    struct serac_design d = small_design(4, 1, 8);
    struct serac_layer l = gemm_layer(1u << 19, 8, 1, 1);   /* 2^17 m-tiles */
    struct serac_mapping m = simple;
    (void)state;
    d.weight_buffer_bytes = d.param_buffer_bytes = 1u << 24;
    m.gather = 4;
    m.group_mtiles = 65535;
    good(&l, &d, &m);
    m.group_mtiles = 65536;
    bad(&l, &d, &m, "beyond its instruction field");
    m = simple;
    m.gather = 2;                                /* 2^16 output tiles */
    bad(&l, &d, &m, "beyond its instruction field");
}

/* The most beats that a column's windows touch, by walking every run of the layer; 0: head and tail meet. */
static uint32_t walked_segment(const struct serac_geometry *g, uint32_t pad, const struct serac_design *d, uint32_t run)
{
    int64_t pixel = g->in_pixel_bytes, beat = d->axi_bits / 8, end = g->in_line_bytes - 1, most = 0;
    int64_t span = g->window * pixel - 1 - pad * pixel, step = g->col_step * pixel;
    for (uint32_t start = 0; start < g->pixels; start += d->cols * run) {
        uint32_t rest = g->pixels - start, now = run;
        if (rest <= d->cols * run)
            now = (rest + d->cols - 1) / d->cols;
        else
            rest = d->cols * run;
        for (uint32_t at = 0; at < rest; at += now) {
            int64_t x = (start + at) % g->out_width, wrapped = x + now - g->out_width;
            int64_t last = wrapped > 0 ? g->out_width - 1 : x + now - 1;
            int64_t from = x * step - pad * pixel, to = last * step + span, head = (wrapped - 1) * step + span;
            from = (from < 0 ? 0 : from) / beat;
            to = (to > end ? end : to) / beat;
            head = wrapped > 0 ? (head > end ? end : head) / beat : -1;
            if (head >= from)
                return 0;
            most = to - from + head + 2 > most ? to - from + head + 2 : most;
        }
    }
    return (uint32_t)most;
}

static void test_segment_holds_the_windows_of_every_run(void **state)
{
    uint32_t meet = 0, seed = 1;
    (void)state;
    for (uint32_t n = 0; n < 20000; n++) {
#define DRAW(count) ((seed = seed * 1664525 + 1013904223) >> 8) % (count)
        struct serac_design d = {.axi_bits = 64u << DRAW(4), .cols = 1u << DRAW(7)};
        struct serac_geometry g = {.in_pixel_bytes = 8 * (1 + DRAW(32)), .col_step = 1 + DRAW(3), .window = 1 + DRAW(7)};
        struct serac_layer l = {.pad_left = DRAW(g.window)};
        g.out_width = 1 + DRAW(n % 4 ? 20 : 200);
        g.out_height = 1 + DRAW(40);
        g.pixels = g.out_width * g.out_height;
        g.in_line_bytes = g.in_pixel_bytes * ((g.out_width - 1) * g.col_step + 1 + DRAW(g.window));
        uint32_t share = (g.pixels + d.cols - 1) / d.cols, most = share < g.out_width ? share : g.out_width;
        uint32_t run = 1 + DRAW(most), beats = walked_segment(&g, l.pad_left, &d, run);
#undef DRAW
        assert_int_equal(serac_geometry_segment(&g, &l, &d, run), beats);
        meet += beats == 0;
    }
    assert_true(meet > 100 && meet < 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fetch_section_follows_the_layout),
        cmocka_unit_test(test_addresses_beyond_4_gib_keep_their_high_words),
        cmocka_unit_test(test_add_goes_to_and_fro_between_its_operands),
        cmocka_unit_test(test_footprint_is_records_and_weights_of_all_m_tiles),
        cmocka_unit_test(test_segment_holds_the_windows_of_every_run),
        cmocka_unit_test(test_every_mapping_writes_each_result_once),
        cmocka_unit_test(test_numbers_that_are_no_mapping_are_refused),
        cmocka_unit_test(test_groups_that_stay_must_hold_whole_output_tiles),
        cmocka_unit_test(test_load_is_refused_when_it_exceeds_its_halves),
        cmocka_unit_test(test_strip_is_refused_when_it_exceeds_its_bank),
        cmocka_unit_test(test_tile_is_refused_when_it_exceeds_half_the_output),
        cmocka_unit_test(test_run_that_meets_itself_is_refused),
        cmocka_unit_test(test_padding_needs_a_zero),
        cmocka_unit_test(test_depthwise_weights_must_be_signed),
        cmocka_unit_test(test_operands_of_an_addition_must_be_within_2_gib),
        cmocka_unit_test(test_line_and_weights_beyond_their_fields_are_refused),
        cmocka_unit_test(test_size_beyond_an_instruction_field_is_refused),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
