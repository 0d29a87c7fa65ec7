/* serac_workload.h - a network's shapes without its numbers.
 *
 * A workload is what a paper's table tells: layers with their sizes and how
 * often each occurs. It has no weights, so it can be timed and costed at any
 * width, but not run. What does not map to the array is listed with its operations.
 *
 * Its layers' numbers may be expressions of named sizes: sequence, context, hidden. */
#ifndef SERAC_WORKLOAD_H
#define SERAC_WORKLOAD_H

#include <stddef.h>

#include "serac_layer.h"

enum serac_workload_op {
    SERAC_WORKLOAD_CONV, SERAC_WORKLOAD_DEPTHWISE, SERAC_WORKLOAD_GEMM,
    SERAC_WORKLOAD_ADD, SERAC_WORKLOAD_HOST
};

struct serac_workload_layer {
    char name[SERAC_NAME_MAX];
    enum serac_workload_op op;
    uint32_t count;                /* equal layers, run one after the other */
    bool run_time;                 /* GEMM of two activation operands */
    bool cached;                   /* run_time: the operand in place of the weights is kept
                                      from one inference to the next (a KV cache) */
    uint32_t kv_bits;              /* run_time: its width; 0: the activations' */
    bool patches;                  /* CONV given as a patch matrix of the host */
    struct serac_layer shape;      /* what runs; widths unset; HOST: unused */
    uint64_t parameters;           /* weights and biases of one */
    uint64_t weights;              /* weights of one, on the array */
    uint64_t kept;                 /* elements alive beside its own operands */
    uint64_t host_operations;      /* of one: HOST; patches: elements moved */
    uint64_t host_elements;        /* of one: results of the host */
    char what[96];                 /* HOST: which operations */
};

struct serac_workload_size {
    char name[SERAC_NAME_MAX];
    uint64_t value;
    bool used;                     /* by a layer */
};

#define SERAC_WORKLOAD_SIZES 32

struct serac_workload {
    char name[SERAC_NAME_MAX];
    char source[256];
    char assumed[512];                     /* what the source leaves open; "" */
    uint32_t kv_bits;                      /* 0: the activations' width */
    uint32_t num_sizes;
    struct serac_workload_size sizes[SERAC_WORKLOAD_SIZES];
    uint64_t published_macs, published_parameters;   /* 0: not given */
    char macs_source[256], parameters_source[256];
    uint32_t num_layers;
    struct serac_workload_layer *layers;   /* owned */
};

/* Reads a workload (a name in configs/workloads, or a path; keys documented in
 * configs/README.md). Totals that the file says were published must be met
 * within one percent, at the sizes for which they were. On failure *workload is
 * untouched. */
enum serac_status serac_workload_load(const char *name,
                                      struct serac_workload **workload,
                                      struct serac_error *error);
void serac_workload_destroy(struct serac_workload *workload);


/* Totals over all layers, counts included. */
uint64_t serac_workload_macs(const struct serac_workload *workload);
uint64_t serac_workload_parameters(const struct serac_workload *workload);
uint64_t serac_workload_host_operations(const struct serac_workload *workload);

/* The layer at the given widths, for timing: no weights. Of a run-time product
 * both operands are activations; the one in place of the weights has kv_bits, by
 * default act_bits. Results are requantised to act_bits. SERAC_E_OVERFLOW if an accumulator could leave 32 bits. */
enum serac_status serac_workload_layer_at(
    const struct serac_workload_layer *layer, uint32_t weight_bits,
    uint32_t act_bits, struct serac_layer *shape, struct serac_error *error);

/* A precision "W/A", both 1..8; false if it is none. */
bool serac_workload_precision(const char *text, uint32_t *weight_bits,
                              uint32_t *act_bits);

#endif
