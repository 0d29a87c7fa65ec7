/* serac_steady_sixteen.c - the times of a shape, sixteen points at a time in 32 bits: AVX-512. */
#include "serac_steady_shape.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx512f,avx512dq,avx512vl")
#include <immintrin.h>

typedef uint32_t sixteen __attribute__((vector_size(64)));

#define T sixteen
#define S uint32_t
#define LATER(a, b) ((sixteen)_mm512_max_epu32((__m512i)(a), (__m512i)(b)))
#define ALL_LE(a, b) (_mm512_cmpgt_epu32_mask((__m512i)(a), (__m512i)(b)) == 0)
#define ALL_EQ(a, b) (_mm512_cmpneq_epu32_mask((__m512i)(a), (__m512i)(b)) == 0)
#define FIELD(p, i, name) (uint32_t)(p)[i].name
#define LOAD(p, name)                                                                                        \
    ((sixteen){FIELD(p, 0, name), FIELD(p, 1, name), FIELD(p, 2, name), FIELD(p, 3, name),                   \
               FIELD(p, 4, name), FIELD(p, 5, name), FIELD(p, 6, name), FIELD(p, 7, name),                   \
               FIELD(p, 8, name), FIELD(p, 9, name), FIELD(p, 10, name), FIELD(p, 11, name),                 \
               FIELD(p, 12, name), FIELD(p, 13, name), FIELD(p, 14, name), FIELD(p, 15, name)})
#include "serac_steady_eval.h"

bool serac_steady_has_sixteen(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

void serac_steady_sixteen(const struct serac_steady *s, const struct serac_steady_point *points,
                        struct serac_counters *c)
{
    sixteen cycles, stalls[3];
    evaluate(s, points, &cycles, stalls);
    for (int i = 0; i < 16; i++) {
        c[i].cycles = cycles[i];
        c[i].stall_fetch_cycles = stalls[0][i];
        c[i].stall_requant_cycles = stalls[1][i];
        c[i].stall_store_cycles = stalls[2][i];
    }
}
#else

bool serac_steady_has_sixteen(void)
{
    return false;
}

void serac_steady_sixteen(const struct serac_steady *s, const struct serac_steady_point *points,
                        struct serac_counters *c)
{
    (void)s, (void)points, (void)c;
}
#endif
