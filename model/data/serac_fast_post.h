/* serac_fast_post.h - from a row of accumulators to bit planes, at the host's speed. Private to model/.
 *
 * What serac_requant() and serac_clamp() make of each value, and what post packs of them: in vectors where the
 * host has AVX-512, else by those two. */
#ifndef SERAC_FAST_POST_H
#define SERAC_FAST_POST_H

#include <stdbool.h>

#include "serac_function.h"

/* Parameters of `channels` output channels in one phase. */
struct serac_fast_post {
    enum serac_requant_mode mode;
    uint32_t dot_shift, channels;
    struct serac_record *records;       /* owned; [channels] */
    /* The same as vectors, owned in one piece; NULL where they are not used. Products are shifted right by
     * `right` after `round` was added, and one less if they are negative and have a bit in `away`. */
    int32_t *correction, *bias, *mult, *left, *thresholds;
    int64_t *round, *right;
    uint8_t *away;
    bool shifts_left;                   /* some `left` is not 0 */
};

/* Takes `records`, which came from malloc(); SERAC_E_NOMEM also frees them. */
enum serac_status serac_fast_post_init(struct serac_fast_post *post, const struct serac_insn *insn, uint32_t channels,
                                       struct serac_record *records);
void serac_fast_post_free(struct serac_fast_post *post);

/* Rows of `count` pixels, `stride` values apart: dot products to values, in place; ones[pixel] is the sum of its
 * codes. Rows start on 64 bytes and have room for a multiple of 64. */
void serac_fast_post_values(const struct serac_fast_post *post, int32_t *rows, size_t stride, const int32_t *ones,
                            uint32_t count);
/* With one phase more: the larger or the sum. */
void serac_fast_post_combine(const struct serac_insn *insn, uint32_t channels, const int32_t *values, int32_t *held);
/* Clamps a pixel's channels and writes their planes, blocks of `lanes`, into `pixel`, which was zero; spare lanes
 * stay so. Overwrites values. */
void serac_fast_post_pack(const struct serac_insn *insn, uint32_t lanes, int32_t *values, uint8_t *pixel);

#endif
