/* test_pack.c - where each bit of a tensor, a weight and a parameter lies,
 * counted by hand from "Memory layout" of rtl/MACHINE.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layers.h"
#include "serac_map.h"

#define ROOM 16384

static void set_bit(uint8_t *bytes, size_t byte, uint32_t lane)
{
    bytes[byte + lane / 8] |= (uint8_t)(1u << lane % 8);
}

static uint32_t word_at(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

/* --- tensors -------------------------------------------------------------- */

static void test_layout_counts_blocks_planes_and_lines_of_64(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_tensor t = {3, 5, 70, 3, false, false, 0};
    struct serac_layout l = serac_layout_of(&t, &d);
    (void)state;
    assert_int_equal(l.blocks, 3);
    assert_int_equal(l.pixel_bytes, 3 * 3 * 4);
    assert_int_equal(l.line_stride, 192);
    assert_int_equal(l.bytes, 3 * 192);
}

static void test_line_is_not_lengthened_when_64_bytes_are_full(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_tensor t = {1, 16, 32, 1, false, false, 0};
    (void)state;
    assert_int_equal(serac_layout_of(&t, &d).line_stride, 64);
    t.width = 17;
    assert_int_equal(serac_layout_of(&t, &d).line_stride, 128);
}

static void test_block_is_not_added_until_the_lanes_are_full(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_tensor t = {1, 1, 32, 1, false, false, 0};
    (void)state;
    assert_int_equal(serac_layout_of(&t, &d).blocks, 1);
    t.channels = 33;
    assert_int_equal(serac_layout_of(&t, &d).blocks, 2);
}

/* Every bit of every element alone: only its own bit of memory is set. */
static void check_each_bit(const struct serac_tensor *t,
                           const struct serac_design *d, uint32_t line_bytes)
{
    static uint8_t got[ROOM], want[ROOM];
    static int32_t codes[512];
    uint32_t plane = d->lanes / 8, n = t->height * t->width * t->channels;
    uint32_t blocks = (t->channels + d->lanes - 1) / d->lanes;
    assert_true(n <= 512);
    for (uint32_t i = 0; i < n * t->bits; i++) {
        uint32_t at = i / t->bits, bit = i % t->bits;
        uint32_t c = at % t->channels, x = at / t->channels % t->width;
        uint32_t y = at / t->channels / t->width;
        memset(codes, 0, sizeof codes);
        memset(want, 0, sizeof want);
        memset(got, 0xff, sizeof got);
        codes[at] = (int32_t)(1u << bit);
        size_t byte = (size_t)y * line_bytes + x * blocks * t->bits * plane +
                      c / d->lanes * t->bits * plane +
                      (t->bits - 1 - bit) * plane;
        set_bit(want, byte, c % d->lanes);
        serac_pack_tensor(t, d, codes, got);
        assert_memory_equal(got, want, (size_t)t->height * line_bytes);
        assert_int_equal(got[t->height * line_bytes], 0xff);
    }
}

static void test_element_stands_at_its_bit(void **state)
{
    struct serac_design narrow = small_design(4, 4, 8);
    struct serac_design wide = small_design(4, 4, 32);
    struct serac_tensor a = {2, 3, 11, 3, false, false, 0};
    struct serac_tensor b = {2, 2, 40, 8, true, false, 0};
    struct serac_tensor raw = {1, 2, 9, 32, true, false, 0};
    (void)state;
    check_each_bit(&a, &narrow, 64);
    check_each_bit(&b, &wide, 128);
    check_each_bit(&raw, &narrow, 128);
}

static void test_bits_beyond_the_width_are_dropped_when_packing(void **state)
{
    struct serac_design d = small_design(4, 4, 8);
    struct serac_tensor t = {1, 1, 2, 2, true, false, 0};
    int32_t codes[2] = {-2, 0x7ffffffd};
    uint8_t out[64];
    (void)state;
    serac_pack_tensor(&t, &d, codes, out);
    assert_int_equal(out[0], 1);   /* 10, 01: most significant plane first */
    assert_int_equal(out[1], 2);
    for (int i = 2; i < 64; i++)
        assert_int_equal(out[i], 0);
}

static void test_every_code_comes_back_at_every_width(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    uint8_t bytes[ROOM];
    int32_t codes[256], back[256];
    (void)state;
    for (uint32_t bits = 1; bits <= 8; bits++)
        for (int sign = 0; sign < 2; sign++) {
            int32_t n = 1 << bits, low = sign ? -n / 2 : 0;
            struct serac_tensor t = {1, 1, (uint32_t)n, bits, sign, false, 0};
            for (int32_t i = 0; i < n; i++)
                codes[i] = low + i;
            serac_pack_tensor(&t, &d, codes, bytes);
            serac_unpack_tensor(&t, &d, bytes, back);
            assert_memory_equal(back, codes, (size_t)n * sizeof *codes);
        }
}

static void test_raw_values_come_back_with_their_sign(void **state)
{
    struct serac_design d = small_design(4, 4, 8);
    struct serac_tensor t = {1, 2, 2, 32, true, false, 0};
    int32_t codes[4] = {INT32_MIN, -1, 1, INT32_MAX}, back[4];
    uint8_t bytes[ROOM];
    (void)state;
    serac_pack_tensor(&t, &d, codes, bytes);
    serac_unpack_tensor(&t, &d, bytes, back);
    assert_memory_equal(back, codes, sizeof codes);
}

/* --- weights -------------------------------------------------------------- */

static int8_t weights[4096];
static struct serac_param params[128];
static uint8_t packed[ROOM], wanted[ROOM];

/* What the mapper would say: bytes of an m-tile's records, of its weights. */
static struct serac_insn sizes(uint32_t param_bytes, uint32_t wgt_bytes)
{
    struct serac_insn insn = {.fetch = {.tile_param_bytes = param_bytes,
                                        .tile_wgt_bytes = wgt_bytes}};
    return insn;
}

static struct serac_layer fresh(struct serac_layer l)
{
    memset(weights, 0, sizeof weights);
    memset(params, 0, sizeof params);
    l.weights = weights;
    l.params = params;
    return l;
}

/* 6 channels on 4 rows: the second m-tile is half empty. 40 of 64 lanes. */
static void test_weight_stands_at_its_plane_row_and_lane(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = fresh(conv_layer(40, 4, 4, 6, 3, 3));
    struct serac_insn insn = sizes(64, 9 * 2 * 3 * 4 * 4);
    size_t tile = 64 + 864, plane = 4 * 4;
    (void)state;
    l.kernel_w = 3;
    memset(weights, -4, sizeof weights);   /* offset binary: 000 */
    for (uint32_t i = 0; i < 6 * 9 * 40; i++) {
        uint32_t m = i / 360, tap = i / 40 % 9, c = i % 40;
        weights[i] = 1;    /* 101 */
        memset(wanted, 0, sizeof wanted);
        memset(packed, 0xff, sizeof packed);
        size_t at = m / 4 * tile + 64 + (tap * 2 + c / 32) * 3 * plane;
        set_bit(wanted, at, m % 4 * 32 + c % 32);
        set_bit(wanted, at + 2 * plane, m % 4 * 32 + c % 32);
        serac_pack_weights(&l, &d, &insn, packed);
        memset(packed, 0, 64);         /* the records have their own tests */
        memset(packed + tile, 0, 64);
        assert_memory_equal(packed, wanted, 2 * tile);
        assert_int_equal(packed[2 * tile], 0xff);
        weights[i] = -4;
    }
    memset(weights, 0, sizeof weights);
}

static void test_bipolar_weight_is_stored_as_its_code(void **state)
{
    struct serac_design d = small_design(1, 1, 8);
    struct serac_layer l = fresh(gemm_layer(1, 4, 1, 2));
    struct serac_insn insn = sizes(64, 64);
    (void)state;
    l.weight_kind = SERAC_WEIGHT_BIPOLAR;
    for (int i = 0; i < 4; i++)
        weights[i] = (int8_t)(2 * i - 3);   /* codes 0 1 2 3 */
    serac_pack_weights(&l, &d, &insn, packed);
    assert_int_equal(packed[64], 0xc);
    assert_int_equal(packed[65], 0xa);
}

static void test_unsigned_weight_255_is_eight_ones(void **state)
{
    struct serac_design d = small_design(1, 1, 8);
    struct serac_layer l = fresh(gemm_layer(1, 2, 1, 8));
    struct serac_insn insn = sizes(64, 64);
    (void)state;
    l.weight_kind = SERAC_WEIGHT_UNSIGNED;
    weights[1] = (int8_t)255;
    serac_pack_weights(&l, &d, &insn, packed);
    for (int p = 0; p < 8; p++)
        assert_int_equal(packed[64 + p], 2);
}

/* Row r of m-tile i is channel m = 4 i + r; it meets lane m % 8 of a block. */
static void test_depthwise_weight_meets_only_its_own_lane(void **state)
{
    struct serac_design d = small_design(4, 4, 8);
    struct serac_layer l = fresh(conv_layer(11, 4, 4, 11, 3, 2));
    struct serac_insn insn = sizes(64, 128);   /* 9 * 2 * 4, rounded */
    (void)state;
    l.op = SERAC_OP_DEPTHWISE;
    for (uint32_t i = 0; i < 11 * 9; i++) {
        uint32_t m = i / 9, tap = i % 9;
        weights[i] = 1;
        memset(wanted, 0, sizeof wanted);
        set_bit(wanted, m / 4 * 192 + 64 + (tap * 2 + 1) * 4,
                m % 4 * 8 + m % 8);
        serac_pack_weights(&l, &d, &insn, packed);
        assert_memory_equal(packed, wanted, 3 * 192);
        weights[i] = 0;
    }
}

/* More rows than lanes: the m-tile has rows / lanes blocks, row r in block
 * r / lanes. */
static void test_depthwise_weight_is_in_its_block_of_a_tall_array(void **state)
{
    struct serac_design d = small_design(16, 4, 8);
    struct serac_layer l = fresh(conv_layer(20, 4, 4, 20, 1, 1));
    struct serac_insn insn = sizes(256, 64);
    (void)state;
    l.op = SERAC_OP_DEPTHWISE;
    for (uint32_t m = 0; m < 20; m++) {
        uint32_t r = m % 16;
        weights[m] = -1;
        memset(wanted, 0, sizeof wanted);
        set_bit(wanted, m / 16 * 320 + 256 + r / 8 * 16, r * 8 + r % 8);
        serac_pack_weights(&l, &d, &insn, packed);
        assert_memory_equal(packed, wanted, 640);
        weights[m] = 0;
    }
}

static void test_add_has_weights_of_one_and_two_sets_of_records(void **state)
{
    struct serac_design d = small_design(4, 4, 8);
    struct serac_layer l = fresh(conv_layer(5, 2, 2, 5, 1, 8));
    struct serac_insn insn = sizes(128, 64);
    (void)state;
    l.op = SERAC_OP_ADD;
    l.weights = NULL;
    for (int m = 0; m < 10; m++)
        params[m].mult = 100 + m;   /* second operand: 105.. */
    serac_pack_weights(&l, &d, &insn, packed);
    for (uint32_t m = 0; m < 5; m++) {
        const uint8_t *tile = packed + m / 4 * 192;
        assert_int_equal(word_at(tile + m % 4 * 16 + 8), 100 + m);
        assert_int_equal(word_at(tile + 64 + m % 4 * 16 + 8), 105 + m);
        assert_int_equal(tile[128 + m % 4], 1 << m % 8);
    }
    for (uint32_t r = 1; r < 4; r++)   /* channels 5..7 are none */
        assert_int_equal(packed[192 + 128 + r], 0);
}

/* --- parameters ----------------------------------------------------------- */

static void test_record_holds_shift_bias_mult_and_add(void **state)
{
    struct serac_design d = small_design(4, 4, 8);
    struct serac_layer l = fresh(gemm_layer(6, 1, 1, 1));
    struct serac_insn insn = sizes(64, 64);
    (void)state;
    l.weight_kind = SERAC_WEIGHT_UNSIGNED;   /* no correction of its own */
    params[5] = (struct serac_param){.bias = -7, .mult = INT32_MIN,
                                     .shift = -31, .add = 123456789};
    serac_pack_weights(&l, &d, &insn, packed);
    const uint8_t *record = packed + 128 + 16;
    assert_int_equal(word_at(record), 0x00e10000);
    assert_int_equal(word_at(record + 4), (uint32_t)-7);
    assert_int_equal(word_at(record + 8), 0x80000000u);
    assert_int_equal(word_at(record + 12), 123456789);
}

/* (D << s) + correction * R + bias is the sum of the products of values. */
static void check_fold(struct serac_layer l, uint32_t shift)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_insn insn = sizes(64, 64 * l.weight_store_bits);
    int32_t wb = 1 << l.weight_store_bits, ab = 1 << l.input.bits;
    int64_t sum[8] = {0}, dots[8] = {0}, ones = 0;
    for (uint32_t k = 0; k < 40; k++) {
        int32_t code = (int32_t)(k * 7 + 3) % ab;
        int32_t a = l.input.is_bipolar ? 2 * code - (ab - 1)
                                       : code - l.input.zero_point;
        ones += code;
        for (uint32_t m = 0; m < 8; m++) {
            int32_t u = (int32_t)(k * 5 + m * 3) % wb, w = u;
            params[m].zero = l.weight_kind == SERAC_WEIGHT_UNSIGNED
                                 ? (int32_t)m % wb : 0;
            params[m].bias = 1000 - 300 * (int32_t)m;
            if (l.weight_kind == SERAC_WEIGHT_SIGNED)
                w = u - wb / 2;              /* stored as offset binary */
            else if (l.weight_kind == SERAC_WEIGHT_BIPOLAR)
                w = 2 * u - (wb - 1);
            weights[m * 40 + k] = (int8_t)w;
            sum[m] += (int64_t)(w - params[m].zero) * a;
            dots[m] += (int64_t)u * code;
        }
    }
    serac_pack_weights(&l, &d, &insn, packed);
    for (uint32_t m = 0; m < 8; m++) {
        const uint8_t *record =
            packed + m / 4 * (64 + 64 * l.weight_store_bits) + m % 4 * 16;
        int64_t correction = (int16_t)word_at(record);
        int64_t bias = (int32_t)word_at(record + 4);
        assert_int_equal(dots[m] * (1 << shift) + correction * ones + bias,
                         sum[m] + params[m].bias);
    }
}

static void test_correction_and_bias_undo_every_coding(void **state)
{
    (void)state;
    for (uint32_t bits = 1; bits <= 7; bits++)
        for (int kind = 0; kind < 3; kind++)
            for (int bipolar = 0; bipolar < 2; bipolar++) {
                struct serac_layer l = fresh(gemm_layer(8, 40, 1, bits));
                l.weight_kind = (enum serac_weight_kind)kind;
                l.input.is_bipolar = bipolar;
                l.input.zero_point = bipolar ? 0 : (int32_t)bits;
                check_fold(l, (uint32_t)(bipolar +
                                         (kind == SERAC_WEIGHT_BIPOLAR)));
            }
}

/* RQ = 2: words 0..3 of rows 0 and 1, then their words 4..7, 8..11, 12..15,
 * then rows 2 and 3. */
static void test_threshold_records_lie_transposed(void **state)
{
    struct serac_design d = small_design(4, 4, 8);
    struct serac_layer l = fresh(gemm_layer(4, 1, 1, 1));
    struct serac_insn insn = sizes(256, 64);
    (void)state;
    d.requant_lanes = 2;
    l.mode = SERAC_MODE_THRESHOLD;
    for (int m = 0; m < 4; m++) {
        params[m].bias = 10;
        for (int i = 0; i < 15; i++)
            params[m].thresholds[i] = 1000 * m + i;
    }
    serac_pack_weights(&l, &d, &insn, packed);
    for (uint32_t m = 0; m < 4; m++)
        for (uint32_t w = 1; w < 16; w++)
            assert_int_equal(
                (int32_t)word_at(packed + m / 2 * 128 + w / 4 * 32 +
                                 m % 2 * 16 + w % 4 * 4),
                1000 * (int32_t)m + (int32_t)w - 1 - 10);
}

static void test_unused_threshold_stays_and_a_far_one_saturates(void **state)
{
    struct serac_design d = small_design(4, 4, 8);
    struct serac_layer l = fresh(gemm_layer(2, 1, 1, 1));
    struct serac_insn insn = sizes(256, 64);
    (void)state;
    l.mode = SERAC_MODE_THRESHOLD;
    params[0].bias = 10;
    params[0].thresholds[0] = INT32_MIN + 9;
    params[0].thresholds[1] = INT32_MIN + 11;
    params[0].thresholds[2] = INT32_MAX;
    params[1].bias = -10;
    params[1].thresholds[0] = INT32_MAX - 1;
    params[1].thresholds[1] = INT32_MAX - 11;
    serac_pack_weights(&l, &d, &insn, packed);
    assert_int_equal(word_at(packed + 4), 0x80000000u);
    assert_int_equal(word_at(packed + 8), 0x80000001u);
    assert_int_equal(word_at(packed + 12), 0x7fffffffu);
    assert_int_equal(word_at(packed + 16 + 4), 0x7fffffffu);
    assert_int_equal(word_at(packed + 16 + 8), 0x7ffffffeu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_counts_blocks_planes_and_lines_of_64),
        cmocka_unit_test(test_line_is_not_lengthened_when_64_bytes_are_full),
        cmocka_unit_test(test_block_is_not_added_until_the_lanes_are_full),
        cmocka_unit_test(test_element_stands_at_its_bit),
        cmocka_unit_test(test_bits_beyond_the_width_are_dropped_when_packing),
        cmocka_unit_test(test_every_code_comes_back_at_every_width),
        cmocka_unit_test(test_raw_values_come_back_with_their_sign),
        cmocka_unit_test(test_weight_stands_at_its_plane_row_and_lane),
        cmocka_unit_test(test_bipolar_weight_is_stored_as_its_code),
        cmocka_unit_test(test_unsigned_weight_255_is_eight_ones),
        cmocka_unit_test(test_depthwise_weight_meets_only_its_own_lane),
        cmocka_unit_test(test_depthwise_weight_is_in_its_block_of_a_tall_array),
        cmocka_unit_test(test_add_has_weights_of_one_and_two_sets_of_records),
        cmocka_unit_test(test_record_holds_shift_bias_mult_and_add),
        cmocka_unit_test(test_correction_and_bias_undo_every_coding),
        cmocka_unit_test(test_threshold_records_lie_transposed),
        cmocka_unit_test(test_unused_threshold_stays_and_a_far_one_saturates),
    };
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
