/* serac_import_tflite.h - shared by serac_import_tflite*.c, private to them.
 *
 * One importer goes through the operators in order. Functions that return a status or NULL have
 * said why. */
#ifndef SERAC_IMPORT_TFLITE_H
#define SERAC_IMPORT_TFLITE_H

#include "serac_import_network.h"
#include "serac_tflite.h"

enum { SERAC_TFL_NOWHERE = -3, SERAC_TFL_NO_SECOND = -2, SERAC_TFL_INPUT = -1 };
enum { SERAC_TFL_SAME, SERAC_TFL_VALID };
enum { SERAC_TFL_NONE, SERAC_TFL_RELU, SERAC_TFL_RELU_N1_TO_1, SERAC_TFL_RELU6 };

/* Where a tensor's values are: the layer that makes them, or the network's input. */
struct serac_tfl_source {
    int32_t layer;
    uint32_t pad[4];             /* zero points still to be put around it: top, left, bottom, right */
};

struct serac_tfl {
    struct serac_import *import;
    struct serac_tflite model;
    struct serac_build *build;
    struct serac_import_choice choice;
    struct serac_tfl_source *sources;    /* by tensor */
    uint32_t *uses;              /* by tensor: nodes and outputs that read it */
    uint32_t node;               /* the one at hand */
};

/* The window of a convolution or a pooling, as the file has it. */
struct serac_tfl_window {
    int64_t padding, stride_w, stride_h, kernel_h, kernel_w, dilation_w, dilation_h;
};

/* "path: node, its operator and its output: why". SERAC_E_INPUT. */
enum serac_status serac_tfl_refuse(struct serac_tfl *t, const char *why);
enum serac_status serac_tfl_no_room(struct serac_tfl *t);

/* The node at hand, its tensors (NULL: none) and a number among its options. */
const struct serac_tflite_node *serac_tfl_node_of(const struct serac_tfl *t);
const struct serac_tflite_tensor *serac_tfl_input_of(const struct serac_tfl *t, uint32_t i);
const struct serac_tflite_tensor *serac_tfl_output_of(const struct serac_tfl *t);
int64_t serac_tfl_option(const struct serac_tfl *t, uint32_t field, uint32_t bytes, int64_t fallback);

/* Height, width and channels: the last dimensions; all before must be one. */
bool serac_tfl_shape_of(const struct serac_tflite_tensor *tensor, uint32_t hwc[3]);
/* 8 bits, one scale, a zero point among its codes. */
bool serac_tfl_is_activation(const struct serac_tfl *t, const struct serac_tflite_tensor *tensor);
/* Number format and shape of an activation. */
bool serac_tfl_set_tensor(struct serac_tfl *t, const struct serac_tflite_tensor *tensor, struct serac_tensor *to);
/* The clamp for a fused activation. */
bool serac_tfl_set_clamp(struct serac_tfl *t, struct serac_layer *layer, const struct serac_tflite_tensor *out,
                         int64_t activation);

/* A layer for the node at hand; the last layer makes the node's output. */
struct serac_layer *serac_tfl_new_layer(struct serac_tfl *t, const char *kind, int32_t first, int32_t second);
enum serac_status serac_tfl_made(struct serac_tfl *t);
/* The source of input `i`, which must have been computed; padding that waits there becomes the host's,
 * unless `with_pads`. */
struct serac_tfl_source *serac_tfl_source_of(struct serac_tfl *t, uint32_t i, bool with_pads);
enum serac_status serac_tfl_settle(struct serac_tfl *t, struct serac_tfl_source *source);
bool serac_tfl_set_window(struct serac_tfl *t, struct serac_layer *layer, const struct serac_tfl_window *window,
                          const struct serac_tfl_source *source);

/* serac_import_tflite_conv.c */
enum serac_status serac_tfl_convolution(struct serac_tfl *t, bool depthwise);
enum serac_status serac_tfl_fully_connected(struct serac_tfl *t);
/* serac_import_tflite_ops.c: every other operator. */
enum serac_status serac_tfl_convert(struct serac_tfl *t);

#endif
