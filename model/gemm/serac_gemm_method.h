/* serac_gemm_method.h - what a method of serac_gemm.c provides. Private to model/.
 *
 * Methods may move operands into another range, a' = a + A and w' = w + W, and multiply those; then
 *   sum a w = sum a' w' - W sum a - A sum w'
 * so that each result starts from columns[m] - W sums[n]. Zeros behind k stay zeros in w' alone. */
#ifndef SERAC_GEMM_METHOD_H
#define SERAC_GEMM_METHOD_H

#include "serac_gemm.h"

struct serac_gemm {
    struct serac_gemm_shape shape;
    const struct serac_gemm_method *method;
    uint32_t *columns;                  /* owned; [stride] */
    uint32_t weight_offset;             /* W */
    void *weights;                      /* owned; the method's */
};

/* Activations of one call. */
struct serac_gemm_acts {
    const uint8_t *planes;
    const void *packed;
    const int32_t *sums;
    uint32_t n;
};

struct serac_gemm_method {
    const char *name;
    enum serac_gemm_level level;
    bool (*runs)(void);
    /* Time per product, in hundredths of bytes-vnni's; of other levels, comparable within the level. 0: the
     * method has not these widths. */
    uint32_t (*cost)(uint32_t weight_bits, uint32_t act_bits);
    uint32_t (*act_offset)(const struct serac_gemm_shape *shape);       /* A; NULL: 0 */
    uint32_t (*weight_offset)(const struct serac_gemm_shape *shape);    /* W; NULL: 0 */
    size_t (*weight_bytes)(const struct serac_gemm_shape *shape);
    void (*pack_weights)(const struct serac_gemm_shape *shape, const uint8_t *codes, void *to);  /* `to` is zeroed */
    size_t (*act_bytes)(const struct serac_gemm_shape *shape);          /* of one vector; NULL: planes are used */
    /* And the sums of the codes. */
    void (*pack_acts)(const struct serac_gemm_shape *shape, const uint8_t *planes, uint32_t n, void *to,
                      int32_t *sums);
    void (*run)(const struct serac_gemm *gemm, const struct serac_gemm_acts *acts, int32_t *out);
};

/* pack_acts() of the methods of AVX-512 that use the planes. */
void serac_gemm_sum_planes(const struct serac_gemm_shape *shape, const uint8_t *planes, uint32_t n, void *to,
                           int32_t *sums);
/* Of methods that take unsigned bytes, signed ones moved up: [n][serac_gemm_bytes_stride(k)]. */
uint32_t serac_gemm_bytes_offset(const struct serac_gemm_shape *shape);
size_t serac_gemm_bytes_stride(const struct serac_gemm_shape *shape);
void serac_gemm_bytes(const struct serac_gemm_shape *shape, const uint8_t *planes, uint32_t n, void *to,
                      int32_t *sums);

bool serac_gemm_spread_bytes(const struct serac_gemm_shape *shape, const uint8_t *from, uint32_t pixels,
                             uint32_t blocks, uint32_t lanes, uint32_t width, uint8_t *to, size_t step);
void serac_gemm_sum_bytes(const struct serac_gemm_shape *shape, const uint8_t *rows, uint32_t n, int32_t *sums);

extern const struct serac_gemm_method serac_gemm_words_plain, serac_gemm_planes_plain;
extern const struct serac_gemm_method serac_gemm_words_avx2, serac_gemm_planes_popcnt;
extern const struct serac_gemm_method serac_gemm_bytes_vnni, serac_gemm_planes_avx512, serac_gemm_carries_avx512;
extern const struct serac_gemm_method serac_gemm_table_avx512;

/* The value of a code. */
static inline int32_t serac_gemm_value(uint8_t code, uint32_t bits, bool is_signed)
{
    int32_t sign = is_signed ? 1 << (bits - 1) : 0;
    return (((int32_t)code & ((1 << bits) - 1)) ^ sign) - sign;
}

/* What result [n][m] starts from. */
static inline uint32_t serac_gemm_start(const struct serac_gemm *g, const struct serac_gemm_acts *acts, uint32_t n)
{
    return -(g->weight_offset * (uint32_t)acts->sums[n]);
}

/* What a plane of a code counts in a sum: -1 is the sign of the top one. */
static inline bool serac_gemm_negative(bool is_signed, uint32_t bits, uint32_t plane)
{
    return is_signed && plane == bits - 1;
}

static inline uint32_t serac_gemm_ceil(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

#if defined(__x86_64__) && defined(__GNUC__)
#define SERAC_GEMM_X86
#define SERAC_GEMM_512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni,avx512vpopcntdq")))
bool serac_gemm_has_avx2(void);
bool serac_gemm_has_avx512(void);
bool serac_gemm_is_amd(void);
#endif

#endif
