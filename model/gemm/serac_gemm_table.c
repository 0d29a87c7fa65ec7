/* serac_gemm_table.c - six binary weights at once by table look-up, for narrow activations.
 *
 * The sum of six activations, each there or not by a plane of weights, is one of 64, and vpermb looks up 64
 * columns of them in one instruction (the idea of T-MAC, Wei et al., EuroSys 2025, with tables as
 * wide as VBMI allows). The 64 entries are those of two tables of three activations, eight entries each, one
 * broadcast, the other spread. Sums of bytes are widened before they could overflow. Signed
 * activations are moved up; a plane of weights that is a sign is subtracted.
 *
 * Weights: [m / 256][plane][k / 6][vector][64], column j of 64 at byte 2 j or 2 (j - 32) + 1, so that
 * even and odd bytes widen to columns in order; activations: bytes [n][k]. */
#include "serac_gemm_method.h"

#ifdef SERAC_GEMM_X86
#include "serac_gemm_tile.h"

enum { VECS = 4, SIX = 6, CHUNK = 128, PLANES = 4 };

struct tile {
    const struct serac_gemm_shape *shape;
    const __m512i *tables;              /* [group][rows] */
    const __m512i *weights;             /* of the first plane's first group */
    size_t plane;                       /* vectors from a plane of weights to the next */
    uint32_t groups, limit;             /* of this chunk; that bytes can add */
    bool first;
    const uint32_t *columns;
    int32_t *out;
    size_t stride;
};

/* 64 sums of 16 bits: `all` is even + 256 odd modulo 2^16, `odd` is the odd ones. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) void put(int32_t *out, const uint32_t *start,
                                                                     __m512i all, __m512i odd, uint32_t shift,
                                                                     bool minus)
{
    __m512i even = _mm512_sub_epi16(all, _mm512_slli_epi16(odd, 8));
    const __m256i parts[4] = {_mm512_castsi512_si256(even), _mm512_extracti64x4_epi64(even, 1),
                              _mm512_castsi512_si256(odd), _mm512_extracti64x4_epi64(odd, 1)};
    UNROLL for (uint32_t i = 0; i < 4; i++) {
        __m512i sum = _mm512_slli_epi32(_mm512_cvtepu16_epi32(parts[i]), shift);
        __m512i before = _mm512_load_si512(start + 16 * i);
        _mm512_store_si512(out + 16 * i, minus ? _mm512_sub_epi32(before, sum) : _mm512_add_epi32(before, sum));
    }
}

SERAC_GEMM_512 static inline __attribute__((always_inline)) void tile(const struct tile *t, uint32_t rows,
                                                                      uint32_t vecs)
{
    const struct serac_gemm_shape *s = t->shape;
    for (uint32_t q = 0; q < s->weight_bits; q++) {
        const __m512i *w = t->weights + q * t->plane, *table = t->tables;
        __m512i all[ROWS][VECS], odd[ROWS][VECS];
        for (uint32_t r = 0; r < rows; r++)
            for (uint32_t v = 0; v < vecs; v++)
                all[r][v] = odd[r][v] = _mm512_setzero_si512();
        for (uint32_t left = t->groups; left;) {
            uint32_t count = left < t->limit ? left : t->limit;
            __m512i sums[ROWS][VECS];
            UNROLL for (uint32_t r = 0; r < rows; r++)
                UNROLL for (uint32_t v = 0; v < vecs; v++)
                    sums[r][v] = _mm512_setzero_si512();
            left -= count;
            for (; count; count--, w += vecs, table += rows)
                UNROLL for (uint32_t r = 0; r < rows; r++)
                    UNROLL for (uint32_t v = 0; v < vecs; v++) {
                        sums[r][v] = _mm512_add_epi8(sums[r][v], _mm512_permutexvar_epi8(w[v], table[r]));
                        KEEP(sums[r][v]);
                    }
            UNROLL for (uint32_t r = 0; r < rows; r++)
                UNROLL for (uint32_t v = 0; v < vecs; v++) {
                    all[r][v] = _mm512_add_epi16(all[r][v], sums[r][v]);
                    odd[r][v] = _mm512_add_epi16(odd[r][v], _mm512_srli_epi16(sums[r][v], 8));
                }
        }
        bool minus = serac_gemm_negative(s->weight_signed, s->weight_bits, q);
        for (uint32_t r = 0; r < rows; r++)
            for (uint32_t v = 0; v < vecs; v++) {
                int32_t *out = t->out + r * t->stride + 64 * v;
                put(out, t->first && q == 0 ? t->columns + 64 * v : (const uint32_t *)out, all[r][v], odd[r][v], q,
                    minus);
            }
    }
}

TILES(1) TILES(2) TILES(3) TILES(4)
static void (*const tiles[VECS][ROWS])(const struct tile *) = {TILE_NAMES(1), TILE_NAMES(2), TILE_NAMES(3),
                                                               TILE_NAMES(4)};

/* The largest entry of a table must fit a byte, and widening after one or two look-ups costs more
 * than it saves. */
static uint32_t cost(uint32_t w, uint32_t a)
{
    static const uint32_t each[PLANES + 1] = {0, 36, 39, 43, 52};
    return a <= PLANES && w <= 4 ? w * each[a] : 0;
}

static uint32_t groups_of(const struct serac_gemm_shape *s)
{
    return serac_gemm_ceil(s->k, SIX);
}

static size_t weight_bytes(const struct serac_gemm_shape *s)
{
    return (size_t)serac_gemm_ceil(s->m, 64) * s->weight_bits * groups_of(s) * 64;
}

static void pack_weights(const struct serac_gemm_shape *s, const uint8_t *codes, void *to)
{
    uint32_t vectors = serac_gemm_ceil(s->m, 64), groups = groups_of(s);
    for (uint32_t m = 0; m < s->m; m++) {
        uint32_t panel = m / 256, vecs = vectors - panel * VECS < VECS ? vectors - panel * VECS : VECS;
        uint8_t *column = (uint8_t *)to + (size_t)panel * VECS * s->weight_bits * groups * 64 + m % 256 / 64 * 64 +
                          m % 32 * 2 + m % 64 / 32;
        for (uint32_t k = 0; k < s->k; k++, codes++)
            for (uint32_t q = 0; q < s->weight_bits; q++)
                column[((size_t)q * groups + k / SIX) * vecs * 64] |= (uint8_t)((*codes >> q & 1) << k % SIX);
    }
}

/* Tables of three activations each, from codes on: entry i of eight is the sum of those in i. */
SERAC_GEMM_512 static void make_threes(const uint8_t *codes, uint32_t count, uint64_t *threes)
{
    uint8_t each[64];
    for (uint32_t i = 0; i < 64; i++)
        each[i] = (uint8_t)(i / 8 * 3);
    const __m512i first = _mm512_loadu_si512(each), one = _mm512_set1_epi8(1), two = _mm512_set1_epi8(2);
    const __m512i second = _mm512_add_epi8(first, one), third = _mm512_add_epi8(first, two);
    for (uint32_t i = 0; i < count; i += 8, codes += 24) {
        __m512i from = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(const void *)codes));
        __m512i sum = _mm512_maskz_permutexvar_epi8(0xaaaaaaaaaaaaaaaa, first, from);
        sum = _mm512_add_epi8(sum, _mm512_maskz_permutexvar_epi8(0xcccccccccccccccc, second, from));
        sum = _mm512_add_epi8(sum, _mm512_maskz_permutexvar_epi8(0xf0f0f0f0f0f0f0f0, third, from));
        _mm512_storeu_si512(threes + i, sum);
    }
}

/* Tables of `rows` vectors' groups, the first at `codes`. */
SERAC_GEMM_512 static void make_tables(const uint8_t *codes, size_t stride, uint32_t rows, uint32_t count,
                                       __m512i *tables)
{
    uint64_t threes[2 * CHUNK];
    uint8_t eighths[64];
    for (uint32_t i = 0; i < 64; i++)
        eighths[i] = (uint8_t)(i / 8);
    const __m512i eighth = _mm512_loadu_si512(eighths);
    for (uint32_t r = 0; r < rows; r++, codes += stride) {
        make_threes(codes, 2 * count, threes);
        for (uint32_t i = 0; i < count; i++)
            tables[i * rows + r] =
                _mm512_add_epi8(_mm512_set1_epi64((int64_t)threes[2 * i]),
                                _mm512_shuffle_epi8(_mm512_set1_epi64((int64_t)threes[2 * i + 1]), eighth));
    }
}

SERAC_GEMM_512 static void run(const struct serac_gemm *g, const struct serac_gemm_acts *acts, int32_t *out)
{
    const struct serac_gemm_shape *s = &g->shape;
    uint32_t vectors = serac_gemm_ceil(s->m, 64), groups = groups_of(s);
    size_t stride = serac_gemm_bytes_stride(s);
    __m512i tables[CHUNK * ROWS];
    struct tile t = {.shape = s, .tables = tables, .limit = 255 / (SIX * ((1u << s->act_bits) - 1)),
                     .stride = serac_gemm_stride(s->m)};
    FOR_ROWS(acts->n, n, rows)
        for (uint32_t from = 0; from < groups; from += CHUNK) {
            t.groups = groups - from < CHUNK ? groups - from : CHUNK;
            t.first = from == 0;
            make_tables((const uint8_t *)acts->packed + n * stride + (size_t)from * SIX, stride, rows, t.groups, tables);
            for (uint32_t v = 0; v < vectors; v += VECS) {
                uint32_t vecs = vectors - v < VECS ? vectors - v : VECS;
                t.plane = (size_t)groups * vecs;
                t.weights = (const __m512i *)g->weights + (size_t)v * s->weight_bits * groups + (size_t)from * vecs;
                t.columns = g->columns + 64 * v;
                t.out = out + n * t.stride + (size_t)v * 64;
                tiles[vecs - 1][rows - 1](&t);
            }
        }
}

const struct serac_gemm_method serac_gemm_table_avx512 = {
    .name = "table-avx512", .level = SERAC_GEMM_AVX512, .runs = serac_gemm_has_avx512, .cost = cost,
    .act_offset = serac_gemm_bytes_offset, .weight_bytes = weight_bytes, .pack_weights = pack_weights,
    .act_bytes = serac_gemm_bytes_stride, .pack_acts = serac_gemm_bytes, .run = run};
#endif
