/* serac_gemm.c - which method multiplies, and what all of them share. */
#include "serac_gemm_method.h"

#include <stdlib.h>
#include <string.h>

static const struct serac_gemm_method *const methods[] = {
#ifdef SERAC_GEMM_X86
    &serac_gemm_planes_avx512, &serac_gemm_carries_avx512, &serac_gemm_table_avx512, &serac_gemm_bytes_vnni,
    &serac_gemm_planes_popcnt, &serac_gemm_words_avx2,
#endif
    &serac_gemm_planes_plain, &serac_gemm_words_plain,
};

enum { METHODS = sizeof methods / sizeof *methods };

static enum serac_gemm_level allowed = SERAC_GEMM_AVX512;

#ifdef SERAC_GEMM_X86
bool serac_gemm_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
}

bool serac_gemm_has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vpopcntdq");
}

bool serac_gemm_is_amd(void)
{
    return __builtin_cpu_is("amd");
}
#endif

const char *serac_gemm_method(uint32_t i)
{
    return i < METHODS ? methods[i]->name : NULL;
}

bool serac_gemm_has(uint32_t i, uint32_t weight_bits, uint32_t act_bits)
{
    return (!methods[i]->runs || methods[i]->runs()) && methods[i]->cost(weight_bits, act_bits);
}

void serac_gemm_allow(enum serac_gemm_level level)
{
    allowed = level;
}

enum serac_gemm_level serac_gemm_allowed(void)
{
    return allowed;
}

uint32_t serac_gemm_best(uint32_t weight_bits, uint32_t act_bits)
{
    uint32_t best = METHODS - 1;        /* has all widths, everywhere */
    for (uint32_t i = METHODS; i-- > 0;) {
        bool higher = methods[i]->level > methods[best]->level;
        if (methods[i]->level <= allowed && serac_gemm_has(i, weight_bits, act_bits) &&
            (higher || methods[i]->cost(weight_bits, act_bits) < methods[best]->cost(weight_bits, act_bits)))
            best = i;
    }
    return best;
}

size_t serac_gemm_plane_bytes(uint32_t k)
{
    return ((size_t)k + 511) / 512 * 64;
}

size_t serac_gemm_stride(uint32_t m)
{
    return ((size_t)m + 63) / 64 * 64;
}

size_t serac_gemm_room(const struct serac_gemm *g, uint32_t n)
{
    return g->method->act_bytes ? n * g->method->act_bytes(&g->shape) : 0;
}

struct serac_gemm *serac_gemm_create(const struct serac_gemm_shape *shape, uint32_t i, const uint8_t *codes)
{
    const struct serac_gemm_method *method = methods[i];
    struct serac_gemm *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    size_t bytes = (method->weight_bytes(shape) + 63) / 64 * 64, stride = serac_gemm_stride(shape->m);
    g->shape = *shape;
    g->method = method;
    g->weight_offset = method->weight_offset ? method->weight_offset(shape) : 0;
    g->columns = aligned_alloc(64, stride * sizeof *g->columns);
    g->weights = aligned_alloc(64, bytes);
    if (!g->columns || !g->weights) {
        serac_gemm_destroy(g);
        return NULL;
    }
    memset(g->columns, 0, stride * sizeof *g->columns);
    memset(g->weights, 0, bytes);
    method->pack_weights(shape, codes, g->weights);
    uint32_t offset = method->act_offset ? method->act_offset(shape) : 0;
    for (uint32_t m = 0; offset && m < shape->m; m++) {
        uint32_t sum = shape->k * g->weight_offset;
        for (uint32_t k = 0; k < shape->k; k++)
            sum += (uint32_t)serac_gemm_value(codes[(size_t)m * shape->k + k], shape->weight_bits,
                                              shape->weight_signed);
        g->columns[m] = -(offset * sum);
    }
    return g;
}

void serac_gemm_destroy(struct serac_gemm *g)
{
    if (!g)
        return;
    free(g->columns);
    free(g->weights);
    free(g);
}

void serac_gemm_pack(const struct serac_gemm *g, const uint8_t *planes, uint32_t n, void *packed, int32_t *sums)
{
    g->method->pack_acts(&g->shape, planes, n, packed, sums);
}

void serac_gemm_run(const struct serac_gemm *g, const uint8_t *planes, const void *packed, const int32_t *sums,
                    uint32_t n, int32_t *out)
{
    const struct serac_gemm_acts acts = {planes, packed, sums, n};
    g->method->run(g, &acts, out);
}

#ifdef SERAC_GEMM_X86
bool serac_gemm_takes_bytes(const struct serac_gemm *g)
{
    return g->method->pack_acts == serac_gemm_bytes;
}

bool serac_gemm_spread(const struct serac_gemm *g, const uint8_t *from, uint32_t pixels, uint32_t blocks,
                       uint32_t lanes, uint32_t width, uint8_t *to, size_t step)
{
    return serac_gemm_spread_bytes(&g->shape, from, pixels, blocks, lanes, width, to, step);
}

void serac_gemm_sum(const struct serac_gemm *g, const uint8_t *rows, uint32_t n, int32_t *sums)
{
    serac_gemm_sum_bytes(&g->shape, rows, n, sums);
}

uint8_t serac_gemm_byte(const struct serac_gemm *g, uint8_t code)
{
    return (uint8_t)((code & ((1u << g->shape.act_bits) - 1)) ^ serac_gemm_bytes_offset(&g->shape));
}
#else
/* Never asked. */
bool serac_gemm_takes_bytes(const struct serac_gemm *g)
{
    (void)g;
    return false;
}

bool serac_gemm_spread(const struct serac_gemm *g, const uint8_t *from, uint32_t pixels, uint32_t blocks,
                       uint32_t lanes, uint32_t width, uint8_t *to, size_t step)
{
    (void)g, (void)from, (void)pixels, (void)blocks, (void)lanes, (void)width, (void)to, (void)step;
    return false;
}

void serac_gemm_sum(const struct serac_gemm *g, const uint8_t *rows, uint32_t n, int32_t *sums)
{
    (void)g, (void)rows, (void)n, (void)sums;
}

uint8_t serac_gemm_byte(const struct serac_gemm *g, uint8_t code)
{
    (void)g;
    return code;
}
#endif

size_t serac_gemm_row(const struct serac_gemm *g)
{
    return g->method->act_bytes ? g->method->act_bytes(&g->shape) : 0;
}
