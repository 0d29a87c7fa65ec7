/* serac_gemm_plain.c - products in plain C: words of 16 bits, and planes by counting the ones of AND.
 *
 * The same bodies are built for AVX2 and POPCNT, the words' with the one instruction that matters
 * there in intrinsics. 8-bit multiplies of AVX2 saturate, so those of 16 bits are used. */
#include "serac_gemm_method.h"

#include <string.h>

/* --- words -------------------------------------------------------------------------
 * Weights: [m / 16][k / 2][16][2], activations [n][k, even]. */

enum { WORDS = 16 };

static size_t words_k(const struct serac_gemm_shape *s)
{
    return ((size_t)s->k + 1) / 2 * 2;
}

static uint32_t words_cost(uint32_t w, uint32_t a)
{
    (void)w;
    (void)a;
    return 100;
}

static size_t words_weight_bytes(const struct serac_gemm_shape *s)
{
    return serac_gemm_ceil(s->m, WORDS) * words_k(s) * WORDS * sizeof(int16_t);
}

static void words_pack_weights(const struct serac_gemm_shape *s, const uint8_t *codes, void *to)
{
    for (uint32_t m = 0; m < s->m; m++) {
        int16_t *column = (int16_t *)to + m / WORDS * words_k(s) * WORDS + m % WORDS * 2;
        for (uint32_t k = 0; k < s->k; k++)
            column[(size_t)k / 2 * 2 * WORDS + k % 2] =
                (int16_t)serac_gemm_value(*codes++, s->weight_bits, s->weight_signed);
    }
}

static size_t words_act_bytes(const struct serac_gemm_shape *s)
{
    return words_k(s) * sizeof(int16_t);
}

static void words_pack_acts(const struct serac_gemm_shape *s, const uint8_t *planes, uint32_t n, void *packed,
                            int32_t *sums)
{
    size_t plane = serac_gemm_plane_bytes(s->k);
    int16_t *to = packed;
    for (uint32_t i = 0; i < n; i++, planes += s->act_bits * plane, to += words_k(s)) {
        memset(to, 0, words_act_bytes(s));
        sums[i] = 0;
        for (uint32_t k = 0; k < s->k; k++) {
            uint32_t code = 0;
            for (uint32_t p = 0; p < s->act_bits; p++)
                code = code << 1 | (planes[p * plane + k / 8] >> k % 8 & 1);
            to[k] = (int16_t)serac_gemm_value((uint8_t)code, s->act_bits, s->act_signed);
            sums[i] += to[k];
        }
    }
}

static void words_run(const struct serac_gemm *g, const struct serac_gemm_acts *acts, int32_t *out)
{
    size_t k = words_k(&g->shape), stride = serac_gemm_stride(g->shape.m);
    for (uint32_t panel = 0; panel < serac_gemm_ceil(g->shape.m, WORDS); panel++)
        for (uint32_t n = 0; n < acts->n; n++) {
            const int16_t *a = (const int16_t *)acts->packed + n * k;
            const int16_t *w = (const int16_t *)g->weights + panel * k * WORDS;
            uint32_t sums[WORDS] = {0};
            for (size_t i = 0; i < k; i += 2, w += 2 * WORDS)
                for (uint32_t j = 0; j < WORDS; j++)
                    sums[j] += (uint32_t)(a[i] * w[2 * j] + a[i + 1] * w[2 * j + 1]);
            memcpy(out + n * stride + panel * WORDS, sums, sizeof sums);
        }
}

const struct serac_gemm_method serac_gemm_words_plain = {
    .name = "words-plain", .level = SERAC_GEMM_PLAIN, .cost = words_cost, .weight_bytes = words_weight_bytes,
    .pack_weights = words_pack_weights, .act_bytes = words_act_bytes, .pack_acts = words_pack_acts,
    .run = words_run};

/* --- planes ------------------------------------------------------------------------
 * Weights as activations: [m][plane, least significant first][plane bytes]. */

static uint32_t planes_cost(uint32_t w, uint32_t a)
{
    return w * a <= 8 ? 40 * w * a : 0;
}

static size_t planes_weight_bytes(const struct serac_gemm_shape *s)
{
    return s->m * s->weight_bits * serac_gemm_plane_bytes(s->k);
}

static void planes_pack_weights(const struct serac_gemm_shape *s, const uint8_t *codes, void *to)
{
    size_t plane = serac_gemm_plane_bytes(s->k);
    for (uint32_t m = 0; m < s->m; m++)
        for (uint32_t k = 0; k < s->k; k++, codes++)
            for (uint32_t q = 0; q < s->weight_bits; q++)
                ((uint8_t *)to)[(m * s->weight_bits + q) * plane + k / 8] |= (uint8_t)((*codes >> q & 1) << k % 8);
}

static inline __attribute__((always_inline)) void sum_body(const struct serac_gemm_shape *s, const uint8_t *planes,
                                                           uint32_t n, int32_t *sums)
{
    size_t bytes = serac_gemm_plane_bytes(s->k);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t sum = 0;
        for (uint32_t p = s->act_bits; p-- > 0; planes += bytes) {
            const uint64_t *words = (const uint64_t *)(const void *)planes;
            uint64_t ones = 0;
            for (uint32_t b = 0; b < serac_gemm_ceil(s->k, 64); b++)
                ones += (uint64_t)__builtin_popcountll(words[b]);
            sum += (serac_gemm_negative(s->act_signed, s->act_bits, p) ? -ones : ones) << p;
        }
        sums[i] = (int32_t)(uint32_t)sum;
    }
}

static void planes_pack_acts(const struct serac_gemm_shape *s, const uint8_t *planes, uint32_t n, void *to,
                             int32_t *sums)
{
    (void)to;
    sum_body(s, planes, n, sums);
}

static inline __attribute__((always_inline)) void planes_body(const struct serac_gemm *g,
                                                              const struct serac_gemm_acts *acts, int32_t *out)
{
    const struct serac_gemm_shape *s = &g->shape;
    size_t words = serac_gemm_plane_bytes(s->k) / 8, used = (s->k + 63) / 64, stride = serac_gemm_stride(s->m);
    const uint64_t *weights = g->weights, *planes = (const uint64_t *)(const void *)acts->planes;
    for (uint32_t n = 0; n < acts->n; n++)
        for (uint32_t m = 0; m < s->m; m++) {
            uint64_t sum = 0;
            for (uint32_t q = 0; q < s->weight_bits; q++)
                for (uint32_t p = 0; p < s->act_bits; p++) {
                    const uint64_t *a = planes + ((size_t)n * s->act_bits + (s->act_bits - 1 - p)) * words;
                    const uint64_t *w = weights + ((size_t)m * s->weight_bits + q) * words;
                    uint64_t ones = 0;
                    for (size_t i = 0; i < used; i++)
                        ones += (uint64_t)__builtin_popcountll(a[i] & w[i]);
                    bool minus = serac_gemm_negative(s->act_signed, s->act_bits, p) !=
                                 serac_gemm_negative(s->weight_signed, s->weight_bits, q);
                    sum += (minus ? -ones : ones) << (p + q);
                }
            out[n * stride + m] = (int32_t)(uint32_t)sum;
        }
}

static void planes_run(const struct serac_gemm *g, const struct serac_gemm_acts *acts, int32_t *out)
{
    planes_body(g, acts, out);
}

const struct serac_gemm_method serac_gemm_planes_plain = {
    .name = "planes-plain", .level = SERAC_GEMM_PLAIN, .cost = planes_cost, .weight_bytes = planes_weight_bytes,
    .pack_weights = planes_pack_weights, .pack_acts = planes_pack_acts, .run = planes_run};

#ifdef SERAC_GEMM_X86
#include <immintrin.h>

__attribute__((target("popcnt"))) static void planes_run_popcnt(const struct serac_gemm *g,
                                                                const struct serac_gemm_acts *acts, int32_t *out)
{
    planes_body(g, acts, out);
}

__attribute__((target("popcnt"))) static void planes_pack_popcnt(const struct serac_gemm_shape *s,
                                                                 const uint8_t *planes, uint32_t n, void *to,
                                                                 int32_t *sums)
{
    (void)to;
    sum_body(s, planes, n, sums);
}

static uint32_t popcnt_cost(uint32_t w, uint32_t a)
{
    return w * a <= 8 ? 30 * w * a : 0;
}

const struct serac_gemm_method serac_gemm_planes_popcnt = {
    .name = "planes-popcnt", .level = SERAC_GEMM_AVX2, .runs = serac_gemm_has_avx2, .cost = popcnt_cost,
    .weight_bytes = planes_weight_bytes, .pack_weights = planes_pack_weights, .pack_acts = planes_pack_popcnt,
    .run = planes_run_popcnt};

enum { ROWS = 4 };

/* ROWS vectors, fewer at the end, on 16 columns. */
__attribute__((target("avx2"))) static void words_tile(const int16_t *a, size_t k, const __m256i *w, uint32_t rows,
                                                       int32_t *out, size_t stride)
{
    __m256i sums[ROWS][2];
    for (uint32_t r = 0; r < ROWS; r++)
        sums[r][0] = sums[r][1] = _mm256_setzero_si256();
    for (size_t i = 0; i < k; i += 2, w += 2)
        for (uint32_t r = 0; r < ROWS; r++) {
            int32_t pair;
            memcpy(&pair, a + (r < rows ? r : 0) * k + i, 4);
            for (uint32_t v = 0; v < 2; v++)
                sums[r][v] = _mm256_add_epi32(sums[r][v], _mm256_madd_epi16(_mm256_set1_epi32(pair), w[v]));
        }
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t v = 0; v < 2; v++)
            _mm256_store_si256((__m256i *)(void *)(out + r * stride + 8 * v), sums[r][v]);
}

__attribute__((target("avx2"))) static void words_run_avx2(const struct serac_gemm *g,
                                                           const struct serac_gemm_acts *acts, int32_t *out)
{
    size_t k = words_k(&g->shape), stride = serac_gemm_stride(g->shape.m);
    for (uint32_t panel = 0; panel < serac_gemm_ceil(g->shape.m, WORDS); panel++)
        for (uint32_t n = 0; n < acts->n; n += ROWS)
            words_tile((const int16_t *)acts->packed + n * k, k, (const __m256i *)g->weights + panel * k,
                       acts->n - n < ROWS ? acts->n - n : ROWS, out + n * stride + (size_t)panel * WORDS, stride);
}

const struct serac_gemm_method serac_gemm_words_avx2 = {
    .name = "words-avx2", .level = SERAC_GEMM_AVX2, .runs = serac_gemm_has_avx2, .cost = words_cost,
    .weight_bytes = words_weight_bytes, .pack_weights = words_pack_weights, .act_bytes = words_act_bytes,
    .pack_acts = words_pack_acts, .run = words_run_avx2};
#endif
