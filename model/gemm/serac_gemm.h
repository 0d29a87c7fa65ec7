/* serac_gemm.h - products of matrices of narrow codes, exact modulo 2^32, at the host's speed.
 *
 *   out[n][m] = sum over k of act[n][k] * weight[m][k]
 *
 * Weights are packed once, for the method that is fastest for their widths among those that this host
 * can run; activations come as bit planes, as they lie in the machine's memory. README.md says which
 * method wins where, and by how much. All give the same bits. */
#ifndef SERAC_GEMM_H
#define SERAC_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct serac_gemm_shape {
    uint32_t m, k;                      /* results per activation vector, products per result; at least 1 */
    uint32_t weight_bits, act_bits;     /* 1..8 */
    bool weight_signed, act_signed;     /* two's complement, else unsigned; signed of 1 bit: {-1, 0} */
};

struct serac_gemm;

/* What a method needs of the host. */
enum serac_gemm_level {
    SERAC_GEMM_PLAIN,                   /* C11 */
    SERAC_GEMM_AVX2,                    /* AVX2, POPCNT */
    SERAC_GEMM_AVX512                   /* AVX-512 F, BW, VL, VBMI, VNNI, VPOPCNTDQ */
};

/* The methods by name; NULL behind the last. */
const char *serac_gemm_method(uint32_t i);
/* Can this host run method `i`, and has it these widths? */
bool serac_gemm_has(uint32_t i, uint32_t weight_bits, uint32_t act_bits);
/* The fastest, up to the level allowed. */
uint32_t serac_gemm_best(uint32_t weight_bits, uint32_t act_bits);
/* From now on, in every thread, serac_gemm_best() takes none above `level`; at first any. */
void serac_gemm_allow(enum serac_gemm_level level);
enum serac_gemm_level serac_gemm_allowed(void);

/* Packs weights for method `i`: codes[m][k], the low weight_bits of each byte count. They may go
 * afterwards. NULL without memory. */
struct serac_gemm *serac_gemm_create(const struct serac_gemm_shape *shape, uint32_t i, const uint8_t *codes);
void serac_gemm_destroy(struct serac_gemm *gemm);

/* Bytes of a plane of k activations: k bits, bit i of byte j being activation 8 j + i, and zeros up to a
 * multiple of 64 bytes. */
size_t serac_gemm_plane_bytes(uint32_t k);
/* Words of a row of `out`: m, and on to a multiple of 64. What lies behind m is not defined. */
size_t serac_gemm_stride(uint32_t m);
/* Bytes that serac_gemm_pack() writes for n vectors; 0 if the method works on the planes themselves. */
size_t serac_gemm_room(const struct serac_gemm *gemm, uint32_t n);

/* planes[n][act_bits][plane bytes], the top plane first, into the method's order. `packed` is the caller's,
 * of serac_gemm_room() bytes, and all buffers here start on 64 bytes. sums[n] = sum over k of act[n][k]. */
void serac_gemm_pack(const struct serac_gemm *gemm, const uint8_t *planes, uint32_t n, void *packed, int32_t *sums);
/* out[n][stride]. `planes`, `packed` and `sums` as above. Any number of threads may use one gemm. */
void serac_gemm_run(const struct serac_gemm *gemm, const uint8_t *planes, const void *packed, const int32_t *sums,
                    uint32_t n, int32_t *out);

/* --- for convolutions ----------------------------------------------------------------
 * Where the method works on bytes, windows can be gathered of bytes that were made once. */
bool serac_gemm_takes_bytes(const struct serac_gemm *gemm);
/* Bytes from a row of serac_gemm_pack()'s to the next. */
size_t serac_gemm_row(const struct serac_gemm *gemm);
/* The byte of a code. */
uint8_t serac_gemm_byte(const struct serac_gemm *gemm, uint8_t code);
/* from[pixels][blocks][act_bits planes][lanes], lanes a power of two from 8, to the first `width` lanes of each
 * pixel as bytes, `step` apart, and up to 64 bytes beyond that are not defined. False if an activation that
 * was left out is not zero. */
bool serac_gemm_spread(const struct serac_gemm *gemm, const uint8_t *from, uint32_t pixels, uint32_t blocks,
                       uint32_t lanes, uint32_t width, uint8_t *to, size_t step);
/* The sums of n rows of bytes; what lies behind k of a row does not count. */
void serac_gemm_sum(const struct serac_gemm *gemm, const uint8_t *rows, uint32_t n, int32_t *sums);

#endif
