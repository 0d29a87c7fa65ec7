/* serac_gemm_carries.c - bit planes by AVX-512, only the carries of two words counted, for the smallest widths.
 *
 * Their parity stays in a register for the next two (carry-save: Harley and Seal in Warren, "Hacker's Delight", 5-1).
 * With three-input logic that takes
 *   t = s ^ (a1 & w1),  s' = t ^ (a2 & w2),  carry = t ? ~s' : s
 * and so five instructions for two words, where counting each (serac_gemm_planes.c) takes six: for hosts that start two
 * vector instructions in a cycle, whatever they are (Intel's). */
#include "serac_gemm_method.h"

#ifdef SERAC_GEMM_X86
#include <immintrin.h>

struct sum {
    __m512i carries, parity;
};

#include "serac_gemm_planes.h"

SERAC_GEMM_512 static inline __attribute__((always_inline)) struct sum no_ones(void)
{
    return (struct sum){_mm512_setzero_si512(), _mm512_setzero_si512()};
}

/* In this order and in no more registers: as intrinsics gcc 12 shares the broadcasts, copies what an instruction
 * overwrites, and spills sums. 0x6a is (1st AND 2nd) XOR 3rd; 0x74 is 2nd ? NOT 3rd : 1st. */
SERAC_GEMM_512 static inline __attribute__((always_inline)) void two_words(struct sum *sum, const int32_t *words,
                                                                           __m512i w1, __m512i w2)
{
    __m512i one, two;
    __asm__("vpbroadcastd %[a1], %[one]\n\t"
            "vpbroadcastd %[a2], %[two]\n\t"
            "vpternlogd $0x6a, %[s], %[w1], %[one]\n\t"
            "vpternlogd $0x6a, %[one], %[w2], %[two]\n\t"
            "vpternlogd $0x74, %[two], %[one], %[s]\n\t"
            "vpopcntd %[s], %[s]\n\t"
            "vpaddd %[s], %[c], %[c]"
            : [s] "+v"(sum->parity), [c] "+v"(sum->carries), [one] "=&v"(one), [two] "=&v"(two)
            : [a1] "m"(words[0]), [a2] "m"(words[1]), [w1] "v"(w1), [w2] "v"(w2));
    sum->parity = two;
}

SERAC_GEMM_512 static inline __attribute__((always_inline)) __m512i ones_of(const struct sum *sum)
{
    return _mm512_add_epi32(_mm512_add_epi32(sum->carries, sum->carries), _mm512_popcnt_epi32(sum->parity));
}

static uint32_t cost(uint32_t w, uint32_t a)
{
    return w * a <= 8 ? (serac_gemm_is_amd() ? 30 : 34) * w * a : 0;
}

const struct serac_gemm_method serac_gemm_carries_avx512 = {
    .name = "carries-avx512", .level = SERAC_GEMM_AVX512, .runs = serac_gemm_has_avx512, .cost = cost,
    .weight_bytes = weight_bytes, .pack_weights = pack_weights, .pack_acts = serac_gemm_sum_planes,
    .run = run};
#endif
