/* serac_build.h - a network under construction, by an importer or a search, and its file.
 *
 * Layers are appended in order; each function that returns a pointer returns NULL without
 * memory, and the network is then of no use. */
#ifndef SERAC_BUILD_H
#define SERAC_BUILD_H

#include <stdio.h>

#include "serac_network.h"

struct serac_build {
    struct serac_network *network;   /* owned */
    char (*comments)[96];            /* owned; a layer each: where it comes from */
    uint64_t *weights_at;            /* owned; a layer each: offset in `weights`, UINT64_MAX: none */
    uint64_t bytes, room;            /* of network->weights */
    uint32_t layer_room;
};

bool serac_build_init(struct serac_build *build, const char *name, const char *source);
void serac_build_free(struct serac_build *build);

/* A layer on the outputs of one or two earlier ones (-1: the network's input, second -2: none):
 * its input is set, its output is its input's until it is told otherwise, every size is 1,
 * weights signed of 8 bits, rounding double, the clamp that of the input's codes. */
struct serac_layer *serac_build_layer(struct serac_build *build, const char *name, int32_t first, int32_t second);
/* Weights and parameters of the last layer, zeros; of `count` values and records. The weights move
 * when another layer's are asked for. */
int8_t *serac_build_weights(struct serac_build *build, uint64_t count);
struct serac_param *serac_build_params(struct serac_build *build, uint64_t count);
/* Makes the last layer the product of its two operands, a pixel of the second one (`transpose`: a
 * channel) an output channel; its parameters, zeros. No importer makes one yet, tests do. */
struct serac_param *serac_build_product(struct serac_build *build, bool transpose);
/* Words of the last layer, the host's: as many as serac_host_words() says. */
int32_t *serac_build_words(struct serac_build *build);
/* Weights of a convolution in `groups`, [out][ky][kx][in / groups]: one channel a group and as many
 * outputs become a depthwise layer, other groups one convolution with `zero`, the code that means 0,
 * between them. Kernel, channels of input and output are set. */
bool serac_build_conv(struct serac_build *build, const int8_t *weights, uint32_t groups, int8_t zero);
/* Makes the last layer, an average of the host's, one of the machine if that is exact. */
bool serac_build_average(struct serac_build *build);
/* The output's height and width by kernel, stride, padding and pool. */
void serac_build_shape(struct serac_layer *layer);
/* Clamps to the whole range of the output's codes. */
void serac_build_clamp(struct serac_layer *layer);

/* Sets what points into the weights and checks every layer. SERAC_E_INPUT, SERAC_E_OVERFLOW. */
enum serac_status serac_build_finish(struct serac_build *build, struct serac_error *error);

/* The network's file, with `notes` (lines, may be NULL) as comments, and its blob, to be stored
 * as `blob` beside it. Both texts are the caller's to free; false without memory. */
bool serac_build_write(const struct serac_build *build, const char *blob, const char *notes, char **text,
                       size_t *text_bytes, uint8_t **bytes, size_t *count);

/* A real factor as multiplier * 2^(shift - 31), the multiplier in 2^30..2^31 - 1: QuantizeMultiplier of
 * tensorflow/lite/kernels/internal/quantization_util.cc. */
void serac_build_multiplier(double factor, int32_t *multiplier, int32_t *shift);

#endif
