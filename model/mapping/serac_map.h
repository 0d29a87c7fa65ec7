/* serac_map.h - from a layer to a block of instructions and its data.
 *
 * The mapper decides loop order and tile sizes; pack writes weights and
 * parameters as rtl/MACHINE.md lays them out. */
#ifndef SERAC_MAP_H
#define SERAC_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "serac_insn.h"
#include "serac_layer.h"
#include "serac_memory.h"
#include "serac_run.h"

/* The free choices of a mapping; everything else follows. */
struct serac_mapping {
    uint32_t order;          /* 0: activations stay, 1: weights stay */
    uint32_t run;            /* output pixels per column and tile */
    uint32_t group_mtiles;   /* m-tiles per weight load */
    uint32_t gather;         /* m-tiles per output tile */
    uint32_t wgt_halves, act_halves;
};

/* Bytes a layer needs in device memory. */
struct serac_footprint {
    uint64_t weights;        /* packed, with parameters */
    uint64_t input;          /* one operand's tensor */
    uint64_t output;
    uint32_t input_line_stride, output_line_stride;
    uint32_t input_pixel_bytes, output_pixel_bytes;
};

/* Where they lie. Multiples of 4096 (weights: 64). */
struct serac_addresses {
    uint64_t weights, input, input2, output;
};

/* Activation layout of a tensor on a design: bytes per pixel, per line, in all. */
struct serac_layout {
    uint32_t blocks;         /* channel blocks per pixel */
    uint32_t pixel_bytes;
    uint32_t line_stride;
    uint64_t bytes;          /* multiple of 64 */
};
struct serac_layout serac_layout_of(const struct serac_tensor *tensor,
                                    const struct serac_design *design);

void serac_map_footprint(const struct serac_layer *layer,
                         const struct serac_design *design,
                         struct serac_footprint *footprint);

/* Fills `insn` (all three sections) for one mapping. SERAC_E_FIT, with the
 * reason, if a buffer is too small or a run's windows would collide. */
enum serac_status serac_map_apply(const struct serac_layer *layer,
                                  const struct serac_design *design,
                                  const struct serac_mapping *mapping,
                                  const struct serac_addresses *addresses,
                                  uint32_t store_tokens, bool last,
                                  struct serac_insn *insn,
                                  struct serac_error *error);

/* The mapping with the fewest cycles on `memory`, found by serac_map_time():
 * all feasible combinations of order x run x group x gather x halves are ranked by
 * bytes read and the best SERAC_MAP_TRIES are run. `cycles` (may be NULL): of the
 * layer alone, program read included. SERAC_E_FIT if nothing fits,
 * with the reason why the smallest mapping does not. */
#define SERAC_MAP_TRIES 24
enum serac_status serac_map_best(const struct serac_layer *layer,
                                 const struct serac_design *design,
                                 const struct serac_memory_config *memory,
                                 struct serac_mapping *mapping,
                                 uint64_t *cycles, struct serac_error *error);

/* The counters of the layer alone under one mapping, program read included: in closed form where
 * the memory is constant (serac_steady.h), else by the timeline. SERAC_E_FIT, with the reason, if
 * it does not fit. */
enum serac_status serac_map_time(const struct serac_layer *layer,
                                 const struct serac_design *design,
                                 const struct serac_memory_config *memory,
                                 const struct serac_mapping *mapping,
                                 struct serac_counters *counters,
                                 struct serac_insn *insn,
                                 struct serac_error *error);

/* The same, always by the timeline. */
enum serac_status serac_map_timeline(const struct serac_layer *layer,
                                     const struct serac_design *design,
                                     const struct serac_memory_config *memory,
                                     const struct serac_mapping *mapping,
                                     struct serac_counters *counters,
                                     struct serac_error *error);

/* Cycles in which the array is busy, one per digit pair: of a product of M x K by K x N
 * ceil(M / rows) * ceil(N / cols) * ceil(K / lanes) * ceil(weight_bits / weight_planes) * ceil(act_bits / act_planes),
 * of a convolution with kernel_h * kernel_w * ceil(C / lanes) in place of ceil(K / lanes). Fused pooling and
 * additions count every phase. */
uint64_t serac_map_busy_cycles(const struct serac_layer *layer,
                               const struct serac_design *design);

/* Writes packed weights and parameters of `footprint.weights` bytes. */
void serac_pack_weights(const struct serac_layer *layer,
                        const struct serac_design *design,
                        const struct serac_insn *insn, uint8_t *out);

/* Activations: values (codes) [y][x][channel], int32 each, to and from the
 * device's layout. Padding lanes and line ends are zero. */
void serac_pack_tensor(const struct serac_tensor *tensor,
                       const struct serac_design *design,
                       const int32_t *codes, uint8_t *out);
void serac_unpack_tensor(const struct serac_tensor *tensor,
                         const struct serac_design *design,
                         const uint8_t *in, int32_t *codes);

#endif
