/* serac_program.h - a whole network as one image that a driver can load.
 *
 * The image holds blocks, weights and parameters; tensors get addresses behind
 * it. All addresses are relative to the place where the image will be loaded;
 * serac_program_relocate() makes them absolute. */
#ifndef SERAC_PROGRAM_H
#define SERAC_PROGRAM_H

#include "serac_map.h"
#include "serac_memory.h"
#include "serac_network.h"

struct serac_program_layer {
    char name[SERAC_NAME_MAX];
    struct serac_mapping mapping;
    struct serac_insn insn;
    uint64_t output;                 /* offset of its output tensor */
    uint64_t weight_bytes;           /* packed weights and parameters */
    uint64_t macs;
    uint64_t array_busy_cycles;      /* by the formula of design.md, section 1 */
};

struct serac_program {
    struct serac_design design;
    uint32_t num_layers;
    struct serac_program_layer *layers;  /* owned */
    uint8_t *image;                  /* owned; blocks first, at offset 0 */
    uint64_t image_bytes;
    uint64_t memory_bytes;           /* image, tensors: what must be allocated */
    uint64_t input, output;          /* offsets of the network's tensors */
    struct serac_tensor input_tensor, output_tensor;
    struct serac_layout input_layout, output_layout;
};

/* Maps every layer (the mapping with the fewest cycles by the timeline), packs
 * the weights and lays out the memory; tensors that are never alive together
 * share memory. `memory` is what the mapping is optimised for. */
enum serac_status serac_program_build(const struct serac_network *network,
                                      const struct serac_design *design,
                                      const struct serac_memory_config *memory,
                                      struct serac_program **program,
                                      struct serac_error *error);
void serac_program_destroy(struct serac_program *program);

/* Writes the blocks for an image loaded at bus address `base` into `image`. */
void serac_program_relocate(const struct serac_program *program, uint64_t base,
                            uint8_t *image);

#endif
