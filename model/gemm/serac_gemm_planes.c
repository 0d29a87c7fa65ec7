/* serac_gemm_planes.c - bit planes by AVX-512, the ones of every word counted (VPOPCNTDQ), for the smallest widths.
 *
 * Six instructions for two words, but simple ones: for hosts that start as many of them in a cycle as they have vector
 * pipes, and few of those with three inputs (AMD's Zen 5: 1.5 cycles, and 2.0 for those of serac_gemm_carries.c). */
#include "serac_gemm_method.h"

#ifdef SERAC_GEMM_X86
#include <immintrin.h>

struct sum {
    __m512i ones;
};

#include "serac_gemm_planes.h"

SERAC_GEMM_512 static inline __attribute__((always_inline)) struct sum no_ones(void)
{
    return (struct sum){_mm512_setzero_si512()};
}

SERAC_GEMM_512 static inline __attribute__((always_inline)) void two_words(struct sum *sum, const int32_t *words,
                                                                           __m512i w1, __m512i w2)
{
    __m512i one = _mm512_popcnt_epi32(_mm512_and_si512(_mm512_set1_epi32(words[0]), w1));
    __m512i two = _mm512_popcnt_epi32(_mm512_and_si512(_mm512_set1_epi32(words[1]), w2));
    sum->ones = _mm512_add_epi32(sum->ones, one);
    sum->ones = _mm512_add_epi32(sum->ones, two);
    KEEP(sum->ones);
}

SERAC_GEMM_512 static inline __attribute__((always_inline)) __m512i ones_of(const struct sum *sum)
{
    return sum->ones;
}

/* 22 is measured on Zen 5; 41 is not: six instructions where serac_gemm_carries.c, 34, has five. */
static uint32_t cost(uint32_t w, uint32_t a)
{
    return w * a <= 8 ? (serac_gemm_is_amd() ? 22 : 41) * w * a : 0;
}

const struct serac_gemm_method serac_gemm_planes_avx512 = {
    .name = "planes-avx512", .level = SERAC_GEMM_AVX512, .runs = serac_gemm_has_avx512, .cost = cost,
    .weight_bytes = weight_bytes, .pack_weights = pack_weights, .pack_acts = serac_gemm_sum_planes,
    .run = run};
#endif
