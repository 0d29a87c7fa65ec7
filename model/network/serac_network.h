/* serac_network.h - a quantised network: layers, tensors, integer weights. */
#ifndef SERAC_NETWORK_H
#define SERAC_NETWORK_H

#include "serac_layer.h"

#define SERAC_LAYERS_MAX 4096u

struct serac_network {
    char name[SERAC_NAME_MAX];
    char source[256];
    char dataset[SERAC_NAME_MAX];    /* "" if none */
    double float_accuracy;           /* < 0: unknown */
    struct serac_tensor input;
    double input_scale;
    uint32_t num_layers;
    struct serac_layer *layers;      /* owned */
    int32_t (*inputs)[2];            /* owned; per layer: producing layer, -1 = network
                                        input; second is -2 unless it has two operands */
    double *output_scales;           /* owned; per layer */
    int8_t *weights;                 /* owned blob; layers point into it */
};

/* Reads a network file (a name in configs/networks, or a path; keys documented in
 * configs/networks/example.cfg). Checks everything: keys, types, ranges, sizes, CRC,
 * shapes of neighbours, accumulator bounds. On failure *network is untouched. */
enum serac_status serac_network_load(const char *name,
                                     struct serac_network **network,
                                     struct serac_error *error);
void serac_network_destroy(struct serac_network *network);

/* Bytes of the weights at their stored widths, parameters not included. */
uint64_t serac_network_weight_bytes(const struct serac_network *network);

#endif
