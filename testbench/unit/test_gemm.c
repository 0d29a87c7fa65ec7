/* test_gemm.c - every method's products are the sums of products: all widths and signs, all remainders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_gemm.h"

static uint64_t state = 1;

static uint32_t number(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

enum fill { RANDOM, LOWEST, HIGHEST };

struct operands {
    struct serac_gemm_shape shape;
    uint32_t n;
    uint8_t *weights, *acts;            /* [m][k], [n][k]: codes */
    uint8_t *planes;
};

static uint8_t code(enum fill fill, uint32_t bits, bool is_signed)
{
    uint32_t all = (1u << bits) - 1, sign = is_signed ? 1u << (bits - 1) : 0;
    return (uint8_t)(fill == RANDOM ? number() & all : fill == LOWEST ? sign : all ^ sign);
}

static int32_t value(uint8_t c, uint32_t bits, bool is_signed)
{
    return is_signed && c >> (bits - 1) & 1 ? (int32_t)c - (1 << bits) : c;
}

static void make(struct operands *o, enum fill fill)
{
    const struct serac_gemm_shape *s = &o->shape;
    size_t plane = serac_gemm_plane_bytes(s->k);
    o->weights = malloc((size_t)s->m * s->k);
    o->acts = malloc((size_t)o->n * s->k);
    o->planes = aligned_alloc(64, o->n * s->act_bits * plane);
    assert_true(o->weights && o->acts && o->planes);
    memset(o->planes, 0, o->n * s->act_bits * plane);
    for (size_t i = 0; i < (size_t)s->m * s->k; i++)
        o->weights[i] = code(fill, s->weight_bits, s->weight_signed);
    for (uint32_t n = 0; n < o->n; n++)
        for (uint32_t k = 0; k < s->k; k++) {
            uint8_t c = o->acts[n * s->k + k] = code(fill, s->act_bits, s->act_signed);
            for (uint32_t p = 0; p < s->act_bits; p++)
                o->planes[(n * s->act_bits + s->act_bits - 1 - p) * plane + k / 8] |= (uint8_t)((c >> p & 1) << k % 8);
        }
}

static void drop(struct operands *o)
{
    free(o->weights);
    free(o->acts);
    free(o->planes);
}

/* As the machine has it: modulo 2^32. */
static uint32_t dot(const struct operands *o, uint32_t n, uint32_t m)
{
    const struct serac_gemm_shape *s = &o->shape;
    uint32_t sum = 0;
    for (uint32_t k = 0; k < s->k; k++)
        sum += (uint32_t)(value(o->acts[n * s->k + k], s->act_bits, s->act_signed) *
                          value(o->weights[m * s->k + k], s->weight_bits, s->weight_signed));
    return sum;
}

static void compare(const struct operands *o, uint32_t method)
{
    const struct serac_gemm_shape *s = &o->shape;
    size_t stride = serac_gemm_stride(s->m);
    struct serac_gemm *g = serac_gemm_create(s, method, o->weights);
    assert_non_null(g);
    size_t room = serac_gemm_room(g, o->n);
    void *packed = aligned_alloc(64, (room + 64) / 64 * 64);
    int32_t *out = aligned_alloc(64, o->n * stride * sizeof *out), *sums = malloc(o->n * sizeof *sums);
    assert_true(packed && out && sums);
    serac_gemm_pack(g, o->planes, o->n, packed, sums);
    serac_gemm_run(g, o->planes, packed, sums, o->n, out);
    for (uint32_t n = 0; n < o->n; n++) {
        uint32_t sum = 0;
        for (uint32_t k = 0; k < s->k; k++)
            sum += (uint32_t)value(o->acts[n * s->k + k], s->act_bits, s->act_signed);
        assert_int_equal((uint32_t)sums[n], sum);
        for (uint32_t m = 0; m < s->m; m++)
            if ((uint32_t)out[n * stride + m] != dot(o, n, m))
                fail_msg("%s, %u x %u x %u, %u%s x %u%s bits: [%u][%u] is %d, should be %d", serac_gemm_method(method),
                         s->m, o->n, s->k, s->weight_bits, s->weight_signed ? "s" : "u", s->act_bits,
                         s->act_signed ? "s" : "u", n, m, out[n * stride + m], (int)dot(o, n, m));
    }
    free(packed);
    free(out);
    free(sums);
    serac_gemm_destroy(g);
}

/* Compares all methods that have the widths; how many. */
static uint32_t compare_all(uint32_t m, uint32_t n, uint32_t k, uint32_t w, uint32_t a, uint32_t signs, enum fill fill)
{
    struct operands o = {.shape = {m, k, w, a, signs & 1, signs >> 1}, .n = n};
    uint32_t methods = 0;
    make(&o, fill);
    for (uint32_t i = 0; serac_gemm_method(i); i++)
        if (serac_gemm_has(i, w, a)) {
            compare(&o, i);
            methods++;
        }
    drop(&o);
    return methods;
}

static void test_all_widths_and_signs(void **unused)
{
    uint32_t compared = 0;
    (void)unused;
    for (uint32_t w = 1; w <= 8; w++)
        for (uint32_t a = 1; a <= 8; a++)
            for (uint32_t signs = 0; signs < 4; signs++)
                for (enum fill fill = RANDOM; fill <= HIGHEST; fill++)
                    compared += compare_all(67, 7, 200, w, a, signs, fill);
    printf("%u products compared\n", compared);
    assert_true(compared >= 8 * 8 * 4 * 3);
}

/* Every number of vectors and columns that a block of registers can have, and steps along k. */
static void test_all_remainders(void **unused)
{
    static const uint32_t ks[] = {1, 2, 3, 4, 5, 6, 7, 8, 47, 48, 49, 63, 64, 65, 384, 511, 512, 513, 1535, 1537};
    static const uint32_t widths[][2] = {{1, 1}, {1, 4}, {2, 1}, {8, 8}};
    (void)unused;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t w = widths[i][0], a = widths[i][1];
        for (uint32_t n = 1; n <= 13; n++)
            compare_all(17, n, 65, w, a, 3, RANDOM);
        for (uint32_t m = 1; m <= 321; m += m < 66 ? 1 : 17)
            compare_all(m, 3, 65, w, a, 3, RANDOM);
        for (uint32_t k = 0; k < sizeof ks / sizeof *ks; k++)
            compare_all(33, 5, ks[k], w, a, 3, RANDOM);
    }
}

/* 140,000 products of 255 and -128 leave 32 bits. */
static void test_sums_wrap(void **unused)
{
    struct operands o = {.shape = {2, 140000, 8, 8, true, false}, .n = 1};
    (void)unused;
    make(&o, LOWEST);
    for (uint32_t n = 0; n < o.shape.k; n++)
        o.acts[n] = 255;
    memset(o.planes, 0xff, 8 * serac_gemm_plane_bytes(o.shape.k));
    for (uint32_t p = 0; p < 8; p++)
        memset(o.planes + p * serac_gemm_plane_bytes(o.shape.k) + o.shape.k / 8, 0,
               serac_gemm_plane_bytes(o.shape.k) - o.shape.k / 8);
    assert_true((int64_t)o.shape.k * 255 * -128 < INT32_MIN);
    for (uint32_t i = 0; serac_gemm_method(i); i++)
        if (serac_gemm_has(i, 8, 8))
            compare(&o, i);
    drop(&o);
}

static void test_the_fastest_is_of_the_level_allowed(void **unused)
{
    (void)unused;
    serac_gemm_allow(SERAC_GEMM_PLAIN);
    for (uint32_t w = 1; w <= 8; w++)
        for (uint32_t a = 1; a <= 8; a++)
            assert_non_null(strstr(serac_gemm_method(serac_gemm_best(w, a)), "-plain"));
    assert_string_equal(serac_gemm_method(serac_gemm_best(1, 1)), "planes-plain");
    assert_string_equal(serac_gemm_method(serac_gemm_best(8, 8)), "words-plain");
    serac_gemm_allow(SERAC_GEMM_AVX512);
    for (uint32_t w = 1; w <= 8; w++)
        for (uint32_t a = 1; a <= 8; a++)
            assert_true(serac_gemm_has(serac_gemm_best(w, a), w, a));
}

int main(void)
{
    const struct CMUnitTest gemm[] = {
        cmocka_unit_test(test_all_widths_and_signs),
        cmocka_unit_test(test_all_remainders),
        cmocka_unit_test(test_sums_wrap),
        cmocka_unit_test(test_the_fastest_is_of_the_level_allowed),
    };
    return cmocka_run_group_tests(gemm, NULL, NULL);
}
