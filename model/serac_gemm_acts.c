/* serac_gemm_acts.c - bit planes of activations to what the methods of AVX-512 multiply, and sums. */
#include "serac_gemm_method.h"

#ifdef SERAC_GEMM_X86
#include <immintrin.h>

uint32_t serac_gemm_bytes_offset(const struct serac_gemm_shape *s)
{
    return s->act_signed ? 1u << (s->act_bits - 1) : 0;
}

/* Not a multiple of 4096, as rows of many widths would be; such rows share few lines of a cache. */
size_t serac_gemm_bytes_stride(const struct serac_gemm_shape *s)
{
    return serac_gemm_plane_bytes(s->k) * 8 + 64;
}

/* A plane's 64 bits are a mask of 64 bytes. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) __m512i spread(const uint8_t *planes, size_t plane,
                                                                           uint32_t bits)
{
    __m512i bytes = _mm512_setzero_si512();
    _Pragma("GCC unroll 8") for (uint32_t p = 0; p < bits; p++)
    {
        __mmask64 mask = *(const __mmask64 *)(const void *)(planes + p * plane);
        bytes = _mm512_mask_add_epi8(bytes, mask, bytes, _mm512_set1_epi8((char)(1 << (bits - 1 - p))));
    }
    return bytes;
}

SERAC_GEMM_512 static inline __attribute__((always_inline)) void bytes(const struct serac_gemm_shape *s,
                                                                       const uint8_t *planes, uint32_t n, uint8_t *to,
                                                                       int32_t *sums, uint32_t bits)
{
    size_t plane = serac_gemm_plane_bytes(s->k), stride = serac_gemm_bytes_stride(s);
    uint32_t offset = serac_gemm_bytes_offset(s), blocks = serac_gemm_ceil(s->k, 64);
    const __m512i move = _mm512_set1_epi8((char)offset), one = _mm512_set1_epi8(1);
    for (uint32_t i = 0; i < n; i++, planes += bits * plane, to += stride) {
        __m512i sum = _mm512_setzero_si512();
        for (uint32_t b = 0; b < blocks; b++) {
            __m512i moved = _mm512_xor_si512(spread(planes + 8 * b, plane, bits), move);
            sum = _mm512_dpbusd_epi32(sum, moved, one);
            _mm512_store_si512(to + (size_t)64 * b, moved);
        }
        sums[i] = (int32_t)((uint32_t)_mm512_reduce_add_epi32(sum) - blocks * 64 * offset);
    }
}

SERAC_GEMM_512 void serac_gemm_bytes(const struct serac_gemm_shape *s, const uint8_t *planes, uint32_t n, void *to,
                                     int32_t *sums)
{
    switch (s->act_bits) {
    case 1: bytes(s, planes, n, to, sums, 1); break;
    case 2: bytes(s, planes, n, to, sums, 2); break;
    case 3: bytes(s, planes, n, to, sums, 3); break;
    case 4: bytes(s, planes, n, to, sums, 4); break;
    case 5: bytes(s, planes, n, to, sums, 5); break;
    case 6: bytes(s, planes, n, to, sums, 6); break;
    case 7: bytes(s, planes, n, to, sums, 7); break;
    default: bytes(s, planes, n, to, sums, 8); break;
    }
}
#endif
