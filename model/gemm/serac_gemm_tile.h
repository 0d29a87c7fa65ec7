/* serac_gemm_tile.h - register blocks of the AVX-512 methods. Private to model/.
 *
 * A method writes one always-inline function of a block of `rows` activation vectors by `vecs` vectors of
 * weights; both are constants in the copies made here, so that sums stay in registers. */
#ifndef SERAC_GEMM_TILE_H
#define SERAC_GEMM_TILE_H

#include <immintrin.h>

#include "serac_gemm_method.h"

#define UNROLL _Pragma("GCC unroll 8")

/* Keeps `sum` in its register and the order as it is written: gcc 12 spills sums where it mixes steps. */
#define KEEP(sum) __asm__("" : "+v"(sum))

enum { ROWS = 6 };

#define TILE(rows, vecs) \
    SERAC_GEMM_512 static void tile_##rows##_##vecs(const struct tile *t) { tile(t, rows, vecs); }
#define TILES(vecs) TILE(1, vecs) TILE(2, vecs) TILE(3, vecs) TILE(4, vecs) TILE(5, vecs) TILE(6, vecs)
#define TILE_NAMES(vecs) \
    {tile_1_##vecs, tile_2_##vecs, tile_3_##vecs, tile_4_##vecs, tile_5_##vecs, tile_6_##vecs}

/* Calls body(from, rows) for blocks of at most ROWS rows, as equal as they can be: a last block of
 * one or two would wait for its own sums. */
#define FOR_ROWS(n, from, rows) \
    for (uint32_t i_ = 0, blocks_ = serac_gemm_ceil(n, ROWS), from, rows; \
         i_ < blocks_ && (from = (uint32_t)((uint64_t)(n) * i_ / blocks_), \
                          rows = (uint32_t)((uint64_t)(n) * (i_ + 1) / blocks_) - from, true); i_++)

#endif
