/* serac_gemm_planes.h - products of bit planes by AVX-512; included by serac_gemm_planes.c and serac_gemm_carries.c.
 *
 * A plane of activations AND a plane of weights, ones counted; a pair of planes counts 2^(p + q), less than
 * nothing if one of them is a sign. Lanes are columns of 32 products, an activation's 32 bits are broadcast.
 * Who includes it defines struct sum, no_ones(), two_words() and ones_of(), below.
 *
 * Weights: [m / 32][plane, least significant first][k / 64][2 words][vector][16], the last panel with fewer
 * vectors; activations as they come. */
#include "serac_gemm_tile.h"

enum { VECS = 2 };

struct tile {
    const struct serac_gemm_shape *shape;
    const uint8_t *planes;
    size_t plane;                       /* bytes */
    const __m512i *weights;
    uint32_t steps;                     /* of 64 products */
    int32_t *out;
    size_t stride;
};

/* Who includes this defines it: a sum of nothing; the ones of words[0] AND w1, and of words[1] AND w2, into a sum. */
SERAC_GEMM_512 static struct sum no_ones(void);
SERAC_GEMM_512 static void two_words(struct sum *sum, const int32_t *words, __m512i w1, __m512i w2);
/* And how many ones a sum has. */
SERAC_GEMM_512 static __m512i ones_of(const struct sum *sum);

/* Adds the products of one pair of planes, or takes them if it is the first. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) void tile_pair(const struct tile *t, const uint8_t *a,
                                                                           const __m512i *w, int shift, bool minus,
                                                                           bool first, uint32_t rows, uint32_t vecs)
{
    struct sum sums[ROWS][VECS];
    size_t row = t->shape->act_bits * t->plane;
    UNROLL for (uint32_t r = 0; r < rows; r++)
        UNROLL for (uint32_t v = 0; v < vecs; v++)
            sums[r][v] = no_ones();
    for (uint32_t i = 0; i < t->steps; i++, a += 8, w += 2 * vecs)
        UNROLL for (uint32_t r = 0; r < rows; r++) {
            const int32_t *words = (const int32_t *)(const void *)(a + r * row);
            UNROLL for (uint32_t v = 0; v < vecs; v++)
                two_words(&sums[r][v], words, w[v], w[vecs + v]);
        }
    UNROLL for (uint32_t r = 0; r < rows; r++)
        UNROLL for (uint32_t v = 0; v < vecs; v++) {
            int32_t *out = t->out + r * t->stride + 16 * v;
            __m512i before = first ? _mm512_setzero_si512() : _mm512_load_si512(out);
            __m512i ones = _mm512_slli_epi32(ones_of(&sums[r][v]), (uint32_t)shift);
            _mm512_store_si512(out, minus ? _mm512_sub_epi32(before, ones) : _mm512_add_epi32(before, ones));
        }
}

SERAC_GEMM_512 static inline __attribute__((always_inline)) void tile(const struct tile *t, uint32_t rows,
                                                                      uint32_t vecs)
{
    const struct serac_gemm_shape *s = t->shape;
    for (uint32_t q = 0; q < s->weight_bits; q++)
        for (uint32_t p = 0; p < s->act_bits; p++)
            tile_pair(t, t->planes + (s->act_bits - 1 - p) * t->plane, t->weights + (size_t)q * t->steps * 2 * vecs,
                      (int)(p + q), serac_gemm_negative(s->act_signed, s->act_bits, p) !=
                                        serac_gemm_negative(s->weight_signed, s->weight_bits, q),
                      p + q == 0, rows, vecs);
}

TILES(1) TILES(2)
static void (*const tiles[VECS][ROWS])(const struct tile *) = {TILE_NAMES(1), TILE_NAMES(2)};

static uint32_t steps_of(const struct serac_gemm_shape *s)
{
    return serac_gemm_ceil(s->k, 64);
}

static size_t weight_bytes(const struct serac_gemm_shape *s)
{
    return (size_t)serac_gemm_ceil(s->m, 16) * s->weight_bits * steps_of(s) * 128;
}

static void pack_weights(const struct serac_gemm_shape *s, const uint8_t *codes, void *to)
{
    uint32_t vectors = serac_gemm_ceil(s->m, 16), steps = steps_of(s);
    for (uint32_t m = 0; m < s->m; m++) {
        uint32_t panel = m / 32, vecs = vectors - panel * VECS < VECS ? vectors - panel * VECS : VECS;
        uint32_t *column = (uint32_t *)to + (size_t)panel * VECS * s->weight_bits * steps * 32 + m % 32;
        for (uint32_t k = 0; k < s->k; k++, codes++)
            for (uint32_t q = 0; q < s->weight_bits; q++)
                column[((size_t)q * steps * 2 + k / 32) * vecs * 16] |= (uint32_t)(*codes >> q & 1) << k % 32;
    }
}

SERAC_GEMM_512 static void run(const struct serac_gemm *g, const struct serac_gemm_acts *acts, int32_t *out)
{
    const struct serac_gemm_shape *s = &g->shape;
    uint32_t vectors = serac_gemm_ceil(s->m, 16);
    struct tile t = {.shape = s, .plane = serac_gemm_plane_bytes(s->k), .steps = steps_of(s),
                     .stride = serac_gemm_stride(s->m)};
    for (uint32_t v = 0; v < vectors; v += VECS) {
        uint32_t vecs = vectors - v < VECS ? vectors - v : VECS;
        t.weights = (const __m512i *)g->weights + (size_t)v * s->weight_bits * t.steps * 2;
        FOR_ROWS(acts->n, n, rows) {
            t.planes = acts->planes + n * s->act_bits * t.plane;
            t.out = out + n * t.stride + (size_t)v * 16;
            tiles[vecs - 1][rows - 1](&t);
        }
    }
}
