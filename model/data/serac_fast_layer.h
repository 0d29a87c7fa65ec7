/* serac_fast_layer.h - a layer packed for the host. Private to serac_fast*.c. */
#ifndef SERAC_FAST_LAYER_H
#define SERAC_FAST_LAYER_H

#include "serac_fast.h"
#include "serac_fast_post.h"
#include "serac_gemm.h"

/* Consecutive m-tiles that meet the same input channels. */
struct serac_fast_part {
    uint32_t channel, channels;         /* the first output channel, how many */
    uint32_t block, blocks;             /* input channel blocks of a pixel */
    uint32_t lanes;                     /* of a tap: all of them, less spare ones at the end */
    struct serac_gemm *gemm;            /* owned */
    struct serac_fast_post *posts;      /* owned; [phases] */
};

struct serac_fast_layer {
    struct serac_fast_layer *next;
    struct serac_insn insn;
    uint64_t address, bytes;            /* of parameters and weights */
    uint32_t lines, pixels, blocks;     /* input lines, pixels per line, blocks per pixel */
    uint32_t taps, phases, num_parts;
    uint32_t spare;                     /* the last block's lanes from here on meet only zero weights; lanes: none */
    struct serac_fast_part *parts;      /* owned */
};

/* Reads and packs the layer's weights and parameters. `narrow`: leave spare lanes out; activations must
 * be zero there. */
enum serac_status serac_fast_layer_create(const struct serac_design *design, const struct serac_insn *insn,
                                          const struct serac_bus *bus, bool narrow, struct serac_fast_layer **layer);
void serac_fast_layer_destroy(struct serac_fast_layer *layer);

static inline uint64_t serac_fast_join(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

#endif
