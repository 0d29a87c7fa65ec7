/* serac_gemm_acts.c - bit planes of activations to what the methods of AVX-512 multiply, and sums. */
#include "serac_gemm_method.h"

#ifdef SERAC_GEMM_X86
#include <immintrin.h>
#include <string.h>

uint32_t serac_gemm_bytes_offset(const struct serac_gemm_shape *s)
{
    return s->act_signed ? 1u << (s->act_bits - 1) : 0;
}

/* Not a multiple of 4096, as rows of many widths would be; such rows share few lines of a cache. */
size_t serac_gemm_bytes_stride(const struct serac_gemm_shape *s)
{
    return serac_gemm_plane_bytes(s->k) * 8 + 64;
}

/* A plane's 64 bits are a mask of 64 bytes; of fewer lanes only those. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) __m512i spread(const uint8_t *planes, size_t plane,
                                                                           size_t bytes, uint32_t bits)
{
    __m512i codes = _mm512_setzero_si512();
    _Pragma("GCC unroll 8") for (uint32_t p = 0; p < bits; p++)
    {
        __mmask64 mask = 0;
        memcpy(&mask, planes + p * plane, bytes);
        codes = _mm512_mask_add_epi8(codes, mask, codes, _mm512_set1_epi8((char)(1 << (bits - 1 - p))));
    }
    return codes;
}

/* Calls f with the number of bits as a constant. */
#define BY_BITS(bits, f, ...)           \
    switch (bits) {                     \
    case 1: f(__VA_ARGS__, 1); break;   \
    case 2: f(__VA_ARGS__, 2); break;   \
    case 3: f(__VA_ARGS__, 3); break;   \
    case 4: f(__VA_ARGS__, 4); break;   \
    case 5: f(__VA_ARGS__, 5); break;   \
    case 6: f(__VA_ARGS__, 6); break;   \
    case 7: f(__VA_ARGS__, 7); break;   \
    default: f(__VA_ARGS__, 8); break;  \
    }

SERAC_GEMM_512 static inline __attribute__((always_inline)) void rows(const struct serac_gemm_shape *s,
                                                                      const uint8_t *planes, uint32_t n, uint8_t *to,
                                                                      int32_t *sums, uint32_t bits)
{
    size_t plane = serac_gemm_plane_bytes(s->k), stride = serac_gemm_bytes_stride(s);
    uint32_t blocks = serac_gemm_ceil(s->k, 64), offset = serac_gemm_bytes_offset(s);
    const __m512i move = _mm512_set1_epi8((char)offset), one = _mm512_set1_epi8(1);
    for (uint32_t i = 0; i < n; i++, planes += bits * plane, to += stride) {
        __m512i sum = _mm512_setzero_si512();
        for (uint32_t b = 0; b < blocks; b++) {
            __m512i bytes = _mm512_xor_si512(spread(planes + 8 * b, plane, 8, bits), move);
            sum = _mm512_dpbusd_epi32(sum, bytes, one);
            _mm512_store_si512(to + (size_t)64 * b, bytes);
        }
        sums[i] = (int32_t)((uint32_t)_mm512_reduce_add_epi32(sum) - blocks * 64 * offset);
    }
}

SERAC_GEMM_512 void serac_gemm_bytes(const struct serac_gemm_shape *s, const uint8_t *planes, uint32_t n, void *to,
                                     int32_t *sums)
{
    BY_BITS(s->act_bits, rows, s, planes, n, to, sums)
}

SERAC_GEMM_512 void serac_gemm_sum_planes(const struct serac_gemm_shape *s, const uint8_t *planes, uint32_t n,
                                          void *to, int32_t *sums)
{
    size_t plane = serac_gemm_plane_bytes(s->k);
    (void)to;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t sum = 0;
        for (uint32_t p = s->act_bits; p-- > 0; planes += plane) {
            __m512i ones = _mm512_setzero_si512();
            for (size_t b = 0; b < plane; b += 64)
                ones = _mm512_add_epi64(ones, _mm512_popcnt_epi64(_mm512_load_si512(planes + b)));
            uint64_t count = (uint64_t)_mm512_reduce_add_epi64(ones);
            sum += (serac_gemm_negative(s->act_signed, s->act_bits, p) ? -count : count) << p;
        }
        sums[i] = (int32_t)(uint32_t)sum;
    }
}

SERAC_GEMM_512 void serac_gemm_sum_bytes(const struct serac_gemm_shape *s, const uint8_t *from, uint32_t n,
                                         int32_t *sums)
{
    const __m512i one = _mm512_set1_epi8(1);
    uint32_t whole = s->k / 64 * 64, offset = serac_gemm_bytes_offset(s);
    __mmask64 rest = (1ull << s->k % 64) - 1;
    for (uint32_t i = 0; i < n; i++, from += serac_gemm_bytes_stride(s)) {
        __m512i sum = _mm512_setzero_si512();
        for (uint32_t k = 0; k < whole; k += 64)
            sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(from + k), one);
        sum = _mm512_dpbusd_epi32(sum, _mm512_maskz_loadu_epi8(rest, from + whole), one);
        sums[i] = (int32_t)((uint32_t)_mm512_reduce_add_epi32(sum) - s->k * offset);
    }
}

/* All pixels' blocks of up to 64 lanes each; `spare` becomes nonzero if one left out is. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) void pixels_of(
    const uint8_t *from, uint32_t pixels, uint32_t blocks, uint32_t lanes, uint32_t width, uint8_t *to, size_t step,
    __m512i move, uint64_t *spare, size_t bytes, uint32_t bits)
{
    uint32_t piece = (uint32_t)bytes * 8;
    for (uint32_t i = 0; i < pixels; i++, to += step)
        for (uint32_t b = 0; b < blocks; b++, from += bits * (lanes / 8))
            for (uint32_t l = 0; l < lanes; l += piece) {
                __m512i codes = spread(from + l / 8, lanes / 8, bytes, bits);
                uint32_t at = b * lanes + l, kept = at < width ? width - at : 0;
                if (kept < piece)
                    *spare |= _mm512_test_epi8_mask(codes, codes) >> kept;
                if (kept)
                    _mm512_storeu_si512(to + at, _mm512_xor_si512(codes, move));
            }
}

SERAC_GEMM_512 bool serac_gemm_spread_bytes(const struct serac_gemm_shape *s, const uint8_t *from, uint32_t pixels,
                                            uint32_t blocks, uint32_t lanes, uint32_t width, uint8_t *to, size_t step)
{
    const __m512i move = _mm512_set1_epi8((char)serac_gemm_bytes_offset(s));
    uint64_t spare = 0;
    if (lanes >= 64) {
        BY_BITS(s->act_bits, pixels_of, from, pixels, blocks, lanes, width, to, step, move, &spare, 8)
    } else {
        pixels_of(from, pixels, blocks, lanes, width, to, step, move, &spare, lanes / 8, s->act_bits);
    }
    return !spare;
}
#endif
