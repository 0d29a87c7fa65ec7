/* serac_steady_eight.c - the times of a shape, eight points at a time: AVX-512. */
#include "serac_steady_shape.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx512f,avx512dq,avx512vl")
#include <immintrin.h>

typedef uint64_t eight __attribute__((vector_size(64)));

#define T eight
#define LATER(a, b) ((eight)_mm512_max_epu64((__m512i)(a), (__m512i)(b)))
#define ALL_LE(a, b) (_mm512_cmpgt_epu64_mask((__m512i)(a), (__m512i)(b)) == 0)
#define ALL_EQ(a, b) (_mm512_cmpneq_epu64_mask((__m512i)(a), (__m512i)(b)) == 0)
#define LOAD(p, name)                                                                                        \
    ((eight){(p)[0].name, (p)[1].name, (p)[2].name, (p)[3].name, (p)[4].name, (p)[5].name, (p)[6].name,      \
             (p)[7].name})
#include "serac_steady_eval.h"

bool serac_steady_has_eight(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

void serac_steady_eight(const struct serac_steady *s, const struct serac_steady_point *points,
                        struct serac_counters *c)
{
    eight cycles, stalls[3];
    evaluate(s, points, &cycles, stalls);
    for (int i = 0; i < 8; i++) {
        c[i].cycles = cycles[i];
        c[i].stall_fetch_cycles = stalls[0][i];
        c[i].stall_requant_cycles = stalls[1][i];
        c[i].stall_store_cycles = stalls[2][i];
    }
}
#else

bool serac_steady_has_eight(void)
{
    return false;
}

void serac_steady_eight(const struct serac_steady *s, const struct serac_steady_point *points,
                        struct serac_counters *c)
{
    (void)s, (void)points, (void)c;
}
#endif
