/* serac_gemm_vnni.c - bytes by AVX-512 VNNI, for any widths.
 *
 * vpdpbusd adds four products of unsigned and signed bytes to a 32-bit sum, exactly modulo 2^32: signed
 * activations are moved up, unsigned weights of 8 bits down. Lanes are columns, so no sum crosses
 * them, and an activation's four bytes are broadcast. 6 x 4 sums stay in registers (the blocking of Goto
 * and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34, 2008): CHUNK
 * steps of a panel's weights stay in the first cache while all activations pass.
 *
 * Weights: [m / 64][k / 4][vector][16][4], the last panel with fewer vectors; activations [n][k]. */
#include "serac_gemm_method.h"

#ifdef SERAC_GEMM_X86
#include "serac_gemm_tile.h"

enum { VECS = 4, CHUNK = 128 };

struct tile {
    const uint8_t *acts;
    size_t act_stride;
    const __m512i *weights;
    uint32_t steps;
    bool first;                         /* of the chunks along k */
    const uint32_t *columns;
    uint32_t starts[ROWS];
    int32_t *out;
    size_t stride;
};

SERAC_GEMM_512 static inline __attribute__((always_inline)) void tile(const struct tile *t, uint32_t rows,
                                                                      uint32_t vecs)
{
    const uint8_t *a = t->acts;
    const __m512i *w = t->weights;
    __m512i sums[ROWS][VECS];
    UNROLL for (uint32_t r = 0; r < rows; r++)
        UNROLL for (uint32_t v = 0; v < vecs; v++)
            sums[r][v] = t->first ? _mm512_add_epi32(_mm512_load_si512(t->columns + 16 * v),
                                                     _mm512_set1_epi32((int32_t)t->starts[r]))
                                  : _mm512_load_si512(t->out + r * t->stride + 16 * v);
    for (uint32_t i = 0; i < t->steps; i++, a += 4, w += vecs)
        UNROLL for (uint32_t r = 0; r < rows; r++) {
            __m512i four = _mm512_set1_epi32(*(const int32_t *)(const void *)(a + r * t->act_stride));
            UNROLL for (uint32_t v = 0; v < vecs; v++)
                sums[r][v] = _mm512_dpbusd_epi32(sums[r][v], four, w[v]);
        }
    UNROLL for (uint32_t r = 0; r < rows; r++)
        UNROLL for (uint32_t v = 0; v < vecs; v++)
            _mm512_store_si512(t->out + r * t->stride + 16 * v, sums[r][v]);
}

TILES(1) TILES(2) TILES(3) TILES(4)
static void (*const tiles[VECS][ROWS])(const struct tile *) = {TILE_NAMES(1), TILE_NAMES(2), TILE_NAMES(3),
                                                               TILE_NAMES(4)};

static uint32_t cost(uint32_t w, uint32_t a)
{
    (void)w;
    (void)a;
    return 100;
}

static uint32_t weight_offset(const struct serac_gemm_shape *s)
{
    return !s->weight_signed && s->weight_bits == 8 ? -128u : 0;
}

static uint32_t steps_of(const struct serac_gemm_shape *s)
{
    return serac_gemm_ceil(s->k, 4);
}

static size_t weight_bytes(const struct serac_gemm_shape *s)
{
    return (size_t)serac_gemm_ceil(s->m, 16) * steps_of(s) * 64;
}

static void pack_weights(const struct serac_gemm_shape *s, const uint8_t *codes, void *to)
{
    uint32_t vectors = serac_gemm_ceil(s->m, 16), steps = steps_of(s), offset = weight_offset(s);
    for (uint32_t m = 0; m < s->m; m++) {
        uint32_t panel = m / 64, vecs = vectors - panel * VECS < VECS ? vectors - panel * VECS : VECS;
        uint8_t *column = (uint8_t *)to + (size_t)panel * VECS * steps * 64 + m % 64 * 4;
        for (uint32_t k = 0; k < s->k; k++)
            column[(size_t)k / 4 * vecs * 64 + k % 4] =
                (uint8_t)((uint32_t)serac_gemm_value(*codes++, s->weight_bits, s->weight_signed) + offset);
    }
}

SERAC_GEMM_512 static void run(const struct serac_gemm *g, const struct serac_gemm_acts *acts, int32_t *out)
{
    uint32_t vectors = serac_gemm_ceil(g->shape.m, 16), steps = steps_of(&g->shape);
    struct tile t = {.act_stride = serac_gemm_bytes_stride(&g->shape), .stride = serac_gemm_stride(g->shape.m)};
    for (uint32_t v = 0; v < vectors; v += VECS) {
        uint32_t vecs = vectors - v < VECS ? vectors - v : VECS;
        for (uint32_t from = 0; from < steps; from += CHUNK) {
            t.weights = (const __m512i *)g->weights + (size_t)v * steps + (size_t)from * vecs;
            t.steps = steps - from < CHUNK ? steps - from : CHUNK;
            t.first = from == 0;
            t.columns = g->columns + 16 * v;
            FOR_ROWS(acts->n, n, rows) {
                t.acts = (const uint8_t *)acts->packed + n * t.act_stride + (size_t)from * 4;
                t.out = out + n * t.stride + (size_t)v * 16;
                for (uint32_t r = 0; r < rows; r++)
                    t.starts[r] = serac_gemm_start(g, acts, n + r);
                tiles[vecs - 1][rows - 1](&t);
            }
        }
    }
}

const struct serac_gemm_method serac_gemm_bytes_vnni = {
    .name = "bytes-vnni", .level = SERAC_GEMM_AVX512, .runs = serac_gemm_has_avx512, .cost = cost,
    .act_offset = serac_gemm_bytes_offset, .weight_offset = weight_offset, .weight_bytes = weight_bytes,
    .pack_weights = pack_weights, .act_bytes = serac_gemm_bytes_stride, .pack_acts = serac_gemm_bytes, .run = run};
#endif
