/* serac_random.h - random programs for co-simulation.
 *
 * Case `index` of `seed` is the same whatever ran before it: design, layers,
 * numbers, mapping and memory timing follow from the two. Widths and plane pairs are
 * dealt in turn, so that every one comes up. */
#ifndef SERAC_RANDOM_H
#define SERAC_RANDOM_H

#include "serac_host_memory.h"
#include "serac_layer.h"
#include "serac_map.h"
#include "serac_memory.h"
#include "serac_rng.h"

#define SERAC_RANDOM_LAYERS 3

enum serac_layer_kind {     /* as counted in the histogram */
    SERAC_LAYER_GEMM, SERAC_LAYER_CONV, SERAC_LAYER_POOL, SERAC_LAYER_DEPTHWISE,
    SERAC_LAYER_ADD, SERAC_LAYER_KINDS
};

enum serac_random_fault {   /* put into some programs; the device must report it */
    SERAC_FAULT_NONE, SERAC_FAULT_MAGIC, SERAC_FAULT_READ, SERAC_FAULT_WRITE,
    SERAC_FAULT_DEADLOCK, SERAC_FAULTS
};

struct serac_random_layer {
    struct serac_layer layer;          /* owns weights and params */
    enum serac_layer_kind kind;
    struct serac_mapping mapping;
    struct serac_insn insn;
    struct serac_addresses addresses;
    bool recoded;      /* the program reads the weights as another code than the layer */
};

struct serac_random_case {
    struct serac_memory_config memory_config;
    uint32_t num_layers;
    struct serac_random_layer layers[SERAC_RANDOM_LAYERS];
    struct serac_host_memory memory;   /* program, weights, inputs in place */
    uint64_t program;
    enum serac_random_fault fault;
};

/* SERAC_E_NOMEM, or SERAC_E_FIT if nothing fits the design. */
enum serac_status serac_random_make(const struct serac_design *design,
                                    uint64_t seed, uint32_t index,
                                    struct serac_random_case *made);
void serac_random_free(struct serac_random_case *made);

/* Latency, bandwidth, pages, refresh and stalls of a memory, drawn. */
void serac_random_memory(struct serac_rng *rng, struct serac_memory_config *m);

#endif
