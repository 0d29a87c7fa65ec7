/* serac_product.c - products of byte matrices, by what the host has. */
#include "serac_fast.h"

#include <stddef.h>

/* Rows that share an activation's load. */
#define ROWS 4

/* Written so that a compiler makes vectors of it: products of 16 bits, sums of 32. */
#define PLAIN(name, attribute)                                                                               \
    attribute static void name(const uint8_t *a, const int8_t *w, uint32_t bytes, uint32_t pixels,           \
                               uint32_t rows, int32_t *out, int32_t *sums)                                   \
    {                                                                                                        \
        for (uint32_t p = 0; p < pixels; p++, a += bytes) {                                                  \
            int32_t sum = 0;                                                                                 \
            for (uint32_t i = 0; i < bytes; i++)                                                             \
                sum += a[i];                                                                                 \
            sums[p] = sum;                                                                                   \
            for (uint32_t r = 0; r < rows; r++) {                                                            \
                const int8_t *row = w + (size_t)r * bytes;                                                   \
                uint32_t dot = 0;                                                                            \
                for (uint32_t i = 0; i < bytes; i++)                                                         \
                    dot += (uint32_t)((int16_t)a[i] * (int16_t)row[i]);                                      \
                out[p * rows + r] = (int32_t)dot;                                                            \
            }                                                                                                \
        }                                                                                                    \
    }

PLAIN(plain, )

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

PLAIN(avx2, AVX2)

/* ROWS rows on two pixels: eight sums for six loads. */
VNNI static void vnni_tile(const uint8_t *a, const int8_t *w, uint32_t bytes, uint32_t second, uint32_t rows,
                           int32_t *out, uint32_t stride)
{
    __m512i sums[2][ROWS];
    for (int r = 0; r < ROWS; r++)
        sums[0][r] = sums[1][r] = _mm512_setzero_si512();
    for (uint32_t i = 0; i < bytes; i += 64) {
        __m512i a0 = _mm512_loadu_si512(a + i), a1 = _mm512_loadu_si512(a + second + i);
        for (uint32_t r = 0; r < ROWS; r++) {
            __m512i row = _mm512_loadu_si512(w + (size_t)(r < rows ? r : 0) * bytes + i);
            sums[0][r] = _mm512_dpbusd_epi32(sums[0][r], a0, row);
            sums[1][r] = _mm512_dpbusd_epi32(sums[1][r], a1, row);
        }
    }
    for (uint32_t r = 0; r < ROWS && r < rows; r++) {
        out[r] = _mm512_reduce_add_epi32(sums[0][r]);
        if (second)
            out[stride + r] = _mm512_reduce_add_epi32(sums[1][r]);
    }
}

VNNI static void vnni(const uint8_t *a, const int8_t *w, uint32_t bytes, uint32_t pixels, uint32_t rows,
                      int32_t *out, int32_t *sums)
{
    for (uint32_t p = 0; p < pixels; p += 2) {
        uint32_t second = p + 1 < pixels ? bytes : 0;
        const uint8_t *from = a + (size_t)p * bytes;
        for (uint32_t r = 0; r < rows; r += ROWS)
            vnni_tile(from, w + (size_t)r * bytes, bytes, second, rows - r, out + p * rows + r, rows);
    }
    const __m512i ones = _mm512_set1_epi8(1);
    for (uint32_t p = 0; p < pixels; p++) {
        __m512i sum = _mm512_setzero_si512();
        for (uint32_t i = 0; i < bytes; i += 64)
            sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(a + (size_t)p * bytes + i), ones);
        sums[p] = _mm512_reduce_add_epi32(sum);
    }
}

static bool has_vnni(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}
#endif

static bool always(void)
{
    return true;
}

static const struct {
    const char *name;
    serac_product_fn *product;
    bool (*runs)(void);
} products[] = {
#if defined(__x86_64__) && defined(__GNUC__)
    {"vnni", vnni, has_vnni},
    {"avx2", avx2, has_avx2},
#endif
    {"plain", plain, always},
};

enum { PRODUCTS = sizeof products / sizeof *products };

/* The i-th that this host can run; PRODUCTS: none. */
static uint32_t find(uint32_t i)
{
    for (uint32_t k = 0; k < PRODUCTS; k++)
        if (products[k].runs() && i-- == 0)
            return k;
    return PRODUCTS;
}

const char *serac_product_name(uint32_t i)
{
    uint32_t k = find(i);
    return k < PRODUCTS ? products[k].name : NULL;
}

serac_product_fn *serac_product(uint32_t i)
{
    uint32_t k = find(i);
    return k < PRODUCTS ? products[k].product : NULL;
}
