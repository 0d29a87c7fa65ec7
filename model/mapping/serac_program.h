/* serac_program.h - a whole network as one image that a driver can load.
 *
 * The image holds blocks, weights and parameters; tensors get addresses behind
 * it. All addresses are relative to the place where the image will be loaded;
 * serac_program_relocate() makes them absolute.
 *
 * Layers that the machine cannot run are the host's. They cut the program into steps: a run
 * of the machine from one block to the next that is marked as the last, or one layer of
 * the host, which reads and writes tensors in the device's layout. Before a product of two
 * tensors the host lays the second one out as weights: a step of that layer, too. */
#ifndef SERAC_PROGRAM_H
#define SERAC_PROGRAM_H

#include "serac_map.h"
#include "serac_memory.h"
#include "serac_network.h"

struct serac_program_layer {
    char name[SERAC_NAME_MAX];
    struct serac_mapping mapping;
    struct serac_insn insn;          /* not of the host's */
    uint32_t block;                  /* its place in the image; SERAC_NO_BLOCK: the host's */
    uint64_t input, input2;          /* offsets of its operands; input2 0 if there is none */
    uint64_t output;                 /* offset of its output tensor */
    uint64_t weights, weight_bytes;  /* packed weights and parameters; a product of two
                                        tensors: written between runs */
    uint64_t macs;
    uint64_t array_busy_cycles;      /* as serac_map_busy_cycles() */
};

#define SERAC_NO_BLOCK UINT32_MAX

/* Layers first..first + count - 1, all the machine's, or one that the host computes or,
 * if it is the machine's, makes weights for. */
struct serac_program_step {
    bool host;
    uint32_t first, count;
};

struct serac_program {
    struct serac_design design;
    uint32_t num_layers, num_blocks, num_steps;
    struct serac_program_layer *layers;  /* owned */
    struct serac_program_step *steps;    /* owned; in order */
    uint8_t *image;                  /* owned; blocks first, at offset 0 */
    uint64_t image_bytes;
    uint64_t memory_bytes;           /* image, tensors: what must be allocated */
    uint64_t input, output;          /* offsets of the network's tensors */
    struct serac_tensor input_tensor, output_tensor;
    struct serac_layout input_layout, output_layout;
};

/* Maps every layer (serac_map_best()), packs
 * the weights and lays out the memory; tensors that are never alive together
 * share memory. `memory` is what the mapping is optimised for. */
enum serac_status serac_program_build(const struct serac_network *network,
                                      const struct serac_design *design,
                                      const struct serac_memory_config *memory,
                                      struct serac_program **program,
                                      struct serac_error *error);
void serac_program_destroy(struct serac_program *program);

/* Where the host's step of layer `index` reads and writes: offsets and bytes, in the
 * device's layout. in2_bytes is 0 if it has one operand. */
struct serac_program_places {
    uint64_t in, in2, out;
    uint64_t in_bytes, in2_bytes, out_bytes;
};
void serac_program_places(const struct serac_program *program, const struct serac_network *network,
                          uint32_t index, struct serac_program_places *places);

/* What the host does in that step, on what lies at its places. SERAC_E_NOMEM. */
enum serac_status serac_program_host(const struct serac_program *program, const struct serac_network *network,
                                     uint32_t index, const uint8_t *in, const uint8_t *in2, uint8_t *out);

/* Writes the blocks for an image loaded at bus address `base` into `image`. */
void serac_program_relocate(const struct serac_program *program, uint64_t base,
                            uint8_t *image);

#endif
