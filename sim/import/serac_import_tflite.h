/* serac_import_tflite.h - shared by serac_import_tflite*.c, private to them.
 *
 * One importer goes through the operators in order. Functions that return a status or NULL have
 * said why. */
#ifndef SERAC_IMPORT_TFLITE_H
#define SERAC_IMPORT_TFLITE_H

#include "serac_import_network.h"
#include "serac_tflite.h"

enum { SERAC_IMPORT_TFLITE_NOWHERE = -3, SERAC_IMPORT_TFLITE_NO_SECOND = -2, SERAC_IMPORT_TFLITE_INPUT = -1 };
enum { SERAC_IMPORT_TFLITE_SAME, SERAC_IMPORT_TFLITE_VALID };
enum { SERAC_IMPORT_TFLITE_NONE, SERAC_IMPORT_TFLITE_RELU, SERAC_IMPORT_TFLITE_RELU_N1_TO_1,
    SERAC_IMPORT_TFLITE_RELU6 };

/* Where a tensor's values are: the layer that makes them, or the network's input. */
struct serac_import_tflite_source {
    int32_t layer;
    uint32_t pad[4];             /* zero points still to be put around it: top, left, bottom, right */
};

struct serac_import_tflite {
    struct serac_import *import;
    struct serac_tflite model;
    struct serac_build *build;
    struct serac_import_choice choice;
    struct serac_import_tflite_source *sources;    /* by tensor */
    uint32_t *uses;              /* by tensor: nodes and outputs that read it */
    uint32_t node;               /* the one at hand */
};

/* The window of a convolution or a pooling, as the file has it. */
struct serac_import_tflite_window {
    int64_t padding, stride_w, stride_h, kernel_h, kernel_w, dilation_w, dilation_h;
};

/* "path: node, its operator and its output: why". SERAC_E_INPUT. */
enum serac_status serac_import_tflite_refuse(struct serac_import_tflite *t, const char *why);
enum serac_status serac_import_tflite_no_room(struct serac_import_tflite *t);

/* The node at hand, its tensors (NULL: none) and a number among its options. */
const struct serac_tflite_node *serac_import_tflite_node_of(const struct serac_import_tflite *t);
const struct serac_tflite_tensor *serac_import_tflite_input_of(const struct serac_import_tflite *t, uint32_t i);
const struct serac_tflite_tensor *serac_import_tflite_output_of(const struct serac_import_tflite *t);
int64_t serac_import_tflite_option(const struct serac_import_tflite *t, uint32_t field, uint32_t bytes,
                                   int64_t fallback);

/* Height, width and channels: the last dimensions; all before must be one. */
bool serac_import_tflite_shape_of(const struct serac_tflite_tensor *tensor, uint32_t hwc[3]);
/* 8 bits, one scale, a zero point among its codes. */
bool serac_import_tflite_is_activation(const struct serac_import_tflite *t, const struct serac_tflite_tensor *tensor);
/* Number format and shape of an activation. */
bool serac_import_tflite_set_tensor(struct serac_import_tflite *t, const struct serac_tflite_tensor *tensor,
                                    struct serac_tensor *to);
/* The clamp for a fused activation. */
bool serac_import_tflite_set_clamp(struct serac_import_tflite *t, struct serac_layer *layer,
                                   const struct serac_tflite_tensor *out, int64_t activation);

/* A layer for the node at hand; the last layer makes the node's output. */
struct serac_layer *serac_import_tflite_new_layer(struct serac_import_tflite *t, const char *kind, int32_t first,
                                                  int32_t second);
enum serac_status serac_import_tflite_made(struct serac_import_tflite *t);
/* The source of input `i`, which must have been computed; padding that waits there becomes the host's,
 * unless `with_pads`. */
struct serac_import_tflite_source *serac_import_tflite_source_of(struct serac_import_tflite *t, uint32_t i,
                                                                 bool with_pads);
enum serac_status serac_import_tflite_settle(struct serac_import_tflite *t, struct serac_import_tflite_source *source);
bool serac_import_tflite_set_window(struct serac_import_tflite *t, struct serac_layer *layer,
                                    const struct serac_import_tflite_window *window,
                                    const struct serac_import_tflite_source *source);

/* serac_import_tflite_conv.c */
enum serac_status serac_import_tflite_convolution(struct serac_import_tflite *t, bool depthwise);
enum serac_status serac_import_tflite_fully_connected(struct serac_import_tflite *t);
/* serac_import_tflite_ops.c: every other operator. */
enum serac_status serac_import_tflite_convert(struct serac_import_tflite *t);

#endif
