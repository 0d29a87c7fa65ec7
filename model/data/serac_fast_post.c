/* serac_fast_post.c - requantisation and bit planes of one pixel's channels. */
#include "serac_fast_post.h"

#include <stdlib.h>
#include <string.h>

#include "serac_gemm_method.h"

enum { THRESHOLDS = 15, PIXELS = 4 };

/* --- values ---------------------------------------------------------------------- */

#ifdef SERAC_GEMM_X86
#include <immintrin.h>

/* The shifts of serac_requant.c, which are the RTL's, out of the loop. */
static void split(struct serac_fast_post *post, uint32_t m)
{
    const struct serac_record *record = &post->records[m];
    /* Even channels of sixteen, then odd ones: as vpmuldq makes products. */
    uint32_t at = m / 16 * 16 + m % 2 * 8 + m % 16 / 2;
    int64_t *round = &post->round[at], *right = &post->right[at];
    int32_t shift = record->shift;
    if (post->mode == SERAC_MODE_DOUBLE) {
        post->left[m] = shift > 0 ? shift & 31 : 0;
        post->shifts_left |= post->left[m] != 0;
        *right = shift < 0 ? -shift & 63 : 0;
        *round = *right ? (int64_t)1 << ((*right - 1) & 31) : 0;
        post->away[at / 8] |= (uint8_t)((*right != 0) << at % 8);
    } else if (post->mode == SERAC_MODE_SINGLE) {
        *right = (31 - shift) & 63;
        *round = (int64_t)((uint64_t)1 << ((*right - 1) & 63));
    } else {
        *right = shift & 31;
        *round = record->add;
    }
}

static enum serac_status make_vectors(struct serac_fast_post *post)
{
    size_t room = (post->channels + 63) / 64 * 64;
    uint32_t words = 4 + 2 * 2 + 1 + (post->mode == SERAC_MODE_THRESHOLD ? THRESHOLDS : 0);
    int32_t *at = aligned_alloc(64, room * words * sizeof *at);
    if (!at)
        return SERAC_E_NOMEM;
    memset(at, 0, room * words * sizeof *at);
    post->round = (int64_t *)(void *)at;
    post->right = post->round + room;
    post->correction = at + 4 * room;
    post->bias = at + 5 * room;
    post->mult = at + 6 * room;
    post->left = at + 7 * room;
    post->away = (uint8_t *)(at + 8 * room);
    post->thresholds = at + 9 * room;
    for (uint32_t m = 0; m < post->channels; m++) {
        const struct serac_record *record = &post->records[m];
        post->correction[m] = record->correction;
        post->bias[m] = post->mode == SERAC_MODE_THRESHOLD ? 0 : record->bias;
        post->mult[m] = record->mult;
        split(post, m);
        for (uint32_t i = 0; i < THRESHOLDS && post->mode == SERAC_MODE_THRESHOLD; i++)
            post->thresholds[i * room + m] = record->thresholds[i];
    }
    return SERAC_OK;
}

/* What scales the even channels of sixteen, or the odd ones. */
struct scaling {
    __m512i mult, round, right;
    __mmask8 away;
};

SERAC_GEMM_512 static inline __attribute__((always_inline)) struct scaling scaling_of(const struct serac_fast_post *post,
                                                                                      uint32_t m, uint32_t odd)
{
    uint32_t at = m + 8 * odd;
    __m512i mult = _mm512_load_si512(post->mult + m);
    return (struct scaling){.mult = odd ? _mm512_srli_epi64(mult, 32) : mult,
                            .round = _mm512_load_si512(post->round + at),
                            .right = _mm512_load_si512(post->right + at), .away = post->away[at / 8]};
}

/* Products of those channels, whose values are the low halves of x, rounded and shifted. `high`: gemmlowp's doubling
 * high multiply comes first, and its rounding shift goes away from zero. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) __m512i scale(__m512i x, const struct scaling *s, bool high)
{
    __m512i sum = _mm512_mul_epi32(x, s->mult);
    if (high) {
        sum = _mm512_srai_epi64(_mm512_add_epi64(sum, _mm512_set1_epi64((int64_t)1 << 30)), 31);
        sum = _mm512_mask_add_epi64(sum, s->away, sum, _mm512_srai_epi64(sum, 63));
    }
    return _mm512_srav_epi64(_mm512_add_epi64(sum, s->round), s->right);
}

/* How many of the channels' thresholds are not above x. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) __m512i reached(const struct serac_fast_post *post,
                                                                            uint32_t m, __m512i x)
{
    size_t room = (post->channels + 63) / 64 * 64;
    __m512i count = _mm512_setzero_si512();
    for (uint32_t i = 0; i < THRESHOLDS; i++) {
        __mmask16 there = _mm512_cmple_epi32_mask(_mm512_load_si512(post->thresholds + i * room + m), x);
        count = _mm512_mask_add_epi32(count, there, count, _mm512_set1_epi32(1));
    }
    return count;
}

/* Rows of PIXELS, or of one: what a channel has of its own is loaded once for all. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) void rows_512(const struct serac_fast_post *post,
                                                                          int32_t *rows, size_t stride,
                                                                          const int32_t *ones, uint32_t pixels,
                                                                          enum serac_requant_mode mode)
{
    bool high = mode == SERAC_MODE_DOUBLE, scales = mode != SERAC_MODE_THRESHOLD && mode != SERAC_MODE_RAW;
    for (uint32_t m = 0; m < post->channels; m += 16) {
        const __m512i correction = _mm512_load_si512(post->correction + m), bias = _mm512_load_si512(post->bias + m);
        const __m512i left = _mm512_load_si512(post->left + m);
        const struct scaling even = scaling_of(post, m, 0), odd = scaling_of(post, m, 1);
        _Pragma("GCC unroll 4") for (uint32_t i = 0; i < pixels; i++)
        {
            int32_t *at = rows + i * stride + m;
            __m512i x = _mm512_load_si512(at);
            if (post->dot_shift)
                x = _mm512_slli_epi32(x, post->dot_shift);
            x = _mm512_add_epi32(x, _mm512_mullo_epi32(_mm512_set1_epi32(ones[i]), correction));
            x = _mm512_add_epi32(x, bias);
            if (mode == SERAC_MODE_THRESHOLD)
                x = reached(post, m, x);
            if (high && post->shifts_left)
                x = _mm512_sllv_epi32(x, left);
            if (scales)      /* the low halves of the odd ones go to the high halves */
                x = _mm512_mask_shuffle_epi32(scale(x, &even, high), 0xaaaa,
                                              scale(_mm512_srli_epi64(x, 32), &odd, high), 0xa0);
            _mm512_store_si512(at, x);
        }
    }
}

SERAC_GEMM_512 static inline __attribute__((always_inline)) void values_512(const struct serac_fast_post *post,
                                                                            int32_t *rows, size_t stride,
                                                                            const int32_t *ones, uint32_t count,
                                                                            enum serac_requant_mode mode)
{
    uint32_t i = 0;
    for (; i + PIXELS <= count; i += PIXELS)
        rows_512(post, rows + i * stride, stride, ones + i, PIXELS, mode);
    for (; i < count; i++)
        rows_512(post, rows + i * stride, stride, ones + i, 1, mode);
}

SERAC_GEMM_512 static void values_by_mode(const struct serac_fast_post *post, int32_t *rows, size_t stride,
                                          const int32_t *ones, uint32_t count)
{
    switch (post->mode) {
    case SERAC_MODE_DOUBLE: values_512(post, rows, stride, ones, count, SERAC_MODE_DOUBLE); break;
    case SERAC_MODE_SINGLE: values_512(post, rows, stride, ones, count, SERAC_MODE_SINGLE); break;
    case SERAC_MODE_FLOOR: values_512(post, rows, stride, ones, count, SERAC_MODE_FLOOR); break;
    case SERAC_MODE_THRESHOLD: values_512(post, rows, stride, ones, count, SERAC_MODE_THRESHOLD); break;
    case SERAC_MODE_RAW: values_512(post, rows, stride, ones, count, SERAC_MODE_RAW); break;
    }
}
#endif

enum serac_status serac_fast_post_init(struct serac_fast_post *post, const struct serac_insn *insn, uint32_t channels,
                                       struct serac_record *records)
{
    *post = (struct serac_fast_post){.mode = (enum serac_requant_mode)insn->exec.mode, .dot_shift = insn->exec.dot_shift,
                                .channels = channels, .records = records};
#ifdef SERAC_GEMM_X86
    /* The one product that gemmlowp saturates is left to serac_requant(). */
    bool saturates = false;
    for (uint32_t m = 0; m < channels; m++)
        saturates |= insn->exec.mode == SERAC_INSN_MODE_DOUBLE && records[m].mult == INT32_MIN;
    if (!saturates && serac_gemm_allowed() == SERAC_GEMM_AVX512 && serac_gemm_has_avx512() &&
        make_vectors(post) != SERAC_OK) {
        serac_fast_post_free(post);
        return SERAC_E_NOMEM;
    }
#endif
    return SERAC_OK;
}

void serac_fast_post_free(struct serac_fast_post *post)
{
    free(post->records);
    free(post->round);                  /* the first of all vectors */
    *post = (struct serac_fast_post){.records = NULL};
}

void serac_fast_post_values(const struct serac_fast_post *post, int32_t *rows, size_t stride, const int32_t *ones,
                            uint32_t count)
{
#ifdef SERAC_GEMM_X86
    if (post->round) {
        values_by_mode(post, rows, stride, ones, count);
        return;
    }
#endif
    for (uint32_t i = 0; i < count; i++, rows += stride)
        for (uint32_t m = 0; m < post->channels; m++)
            rows[m] = serac_requant(post->mode, post->dot_shift, &post->records[m], (uint32_t)rows[m],
                                    (uint32_t)ones[i]);
}

void serac_fast_post_combine(const struct serac_insn *insn, uint32_t channels, const int32_t *values, int32_t *held)
{
    for (uint32_t m = 0; m < channels; m++)
        if (insn->exec.combine_add)
            held[m] = (int32_t)((uint32_t)held[m] + (uint32_t)values[m]);
        else
            held[m] = values[m] > held[m] ? values[m] : held[m];
}

/* --- planes ------------------------------------------------------------------------ */

/* Bit `bit` of eight bytes as one byte. */
static uint8_t gather(uint64_t bytes, uint32_t bit)
{
    return (uint8_t)((bytes >> bit & 0x0101010101010101u) * 0x0102040810204080u >> 56);
}

/* Channels from m on, at most eight of one byte of a plane. */
static void pack_eight(uint32_t bits, uint32_t lanes, const int32_t *values, uint32_t m, uint32_t count, uint8_t *pixel)
{
    uint32_t plane = lanes / 8;
    uint8_t *at = pixel + (size_t)(m / lanes) * bits * plane + m % lanes / 8;
    for (uint32_t low = 0; low < bits; low += 8) {
        uint64_t bytes = 0;
        for (uint32_t i = 0; i < count; i++)
            bytes |= (uint64_t)(uint8_t)((uint32_t)values[m + i] >> low) << 8 * i;
        for (uint32_t bit = 0; bit < 8 && low + bit < bits; bit++)
            at[(bits - 1 - low - bit) * plane] = gather(bytes, bit);
    }
}

#ifdef SERAC_GEMM_X86
/* Sixteen values, clamped by bounds less the zero point, as bytes. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) __m128i clamp(const int32_t *values, __m512i least,
                                                                          __m512i most, __m512i zero)
{
    __m512i v = _mm512_min_epi32(_mm512_max_epi32(_mm512_load_si512(values), least), most);
    return _mm512_cvtepi32_epi8(_mm512_add_epi32(v, zero));
}

/* Up to 8 bits: 64 channels at a time, `piece` bytes of a plane in one block. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) void pack_512(const struct serac_insn_exec *e,
                                                                          uint32_t lanes, const int32_t *values,
                                                                          int32_t low, int32_t high, uint8_t *pixel,
                                                                          uint32_t piece)
{
    const __m512i zero = _mm512_set1_epi32((int32_t)e->out_zero);
    const __m512i least = _mm512_set1_epi32(low), most = _mm512_set1_epi32(high);
    uint32_t bits = e->out_bits, plane = lanes / 8;
    for (uint32_t m = 0; m < e->channels; m += 64) {
        uint32_t count = e->channels - m < 64 ? e->channels - m : 64;
        __m512i all = _mm512_castsi128_si512(clamp(values + m, least, most, zero));
        all = _mm512_inserti32x4(all, clamp(values + m + 16, least, most, zero), 1);
        all = _mm512_inserti32x4(all, clamp(values + m + 32, least, most, zero), 2);
        all = _mm512_inserti32x4(all, clamp(values + m + 48, least, most, zero), 3);
        __mmask64 real = count < 64 ? (1ull << count) - 1 : -1ull;
        uint8_t *at = pixel + (size_t)(m / lanes) * bits * plane + m % lanes / 8;
        for (uint32_t p = 0; p < bits; p++) {
            uint64_t ones = _mm512_mask_test_epi8_mask(real, all, _mm512_set1_epi8((char)(1 << (bits - 1 - p))));
            for (uint32_t from = 0; from < 8 && 8 * from < count; from += piece)
                memcpy(at + from / piece * (size_t)bits * piece + p * plane, (const uint8_t *)&ones + from, piece);
        }
    }
}

SERAC_GEMM_512 static void pack_by_piece(const struct serac_insn_exec *e, uint32_t lanes, const int32_t *values,
                                         int32_t low, int32_t high, uint8_t *pixel)
{
    if (lanes >= 64)
        pack_512(e, lanes, values, low, high, pixel, 8);
    else
        pack_512(e, lanes, values, low, high, pixel, lanes / 8);
}
#endif

void serac_fast_post_pack(const struct serac_insn *insn, uint32_t lanes, int32_t *values, uint8_t *pixel)
{
    const struct serac_insn_exec *e = &insn->exec;
    int32_t zero = (int32_t)e->out_zero, least = (int32_t)e->clamp_min, most = (int32_t)e->clamp_max;
    bool raw = e->mode == SERAC_INSN_MODE_RAW;
#ifdef SERAC_GEMM_X86
    int64_t low = (int64_t)least - zero, high = (int64_t)most - zero;
    if (!raw && e->out_bits <= 8 && least <= most && low >= INT32_MIN && high <= INT32_MAX &&
        serac_gemm_allowed() == SERAC_GEMM_AVX512 && serac_gemm_has_avx512()) {
        pack_by_piece(e, lanes, values, (int32_t)low, (int32_t)high, pixel);
        return;
    }
#endif
    for (uint32_t m = 0; !raw && m < e->channels; m++)
        values[m] = serac_clamp(values[m], zero, least, most);
    for (uint32_t m = 0; m < e->channels; m += 8)
        pack_eight(e->out_bits, lanes, values, m, e->channels - m < 8 ? e->channels - m : 8, pixel);
}
