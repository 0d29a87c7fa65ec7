/* serac_import_onnx_sums.h - weights and the layers that sum products, private to serac_import_onnx*.c. */
#ifndef SERAC_IMPORT_ONNX_SUMS_H
#define SERAC_IMPORT_ONNX_SUMS_H

#include "serac_import_onnx.h"

/* Weights as integers, [out][ky][kx][in / groups], and their scales. */
struct serac_import_onnx_filter {
    const struct serac_onnx_constant *weights, *zero;    /* borrowed; zero may be NULL */
    uint32_t out, groups;
    uint64_t k;              /* of one output */
    int16_t *values;         /* owned */
    double *scales;          /* owned; one for each output */
    uint32_t bits;           /* that the file says, or 0 */
};

/* `weights` and, if not NULL, their zero points (one, or one an output). False after a message. */
bool serac_import_onnx_filter_open(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                                   const struct serac_onnx_constant *weights,
                                   const struct serac_onnx_constant *zero, uint32_t out, uint64_t k, uint32_t groups);
void serac_import_onnx_filter_free(struct serac_import_onnx_filter *f);
/* Number `from` of the constant is weight `to` of output `m`. False after a message. */
bool serac_import_onnx_filter_put(struct serac_import_onnx *t, struct serac_import_onnx_filter *f, uint32_t m,
                                  uint64_t to, uint64_t from);

/* The last layer's weights: kind and width, dense if the machine has no such groups. */
enum serac_status serac_import_onnx_set_weights(struct serac_import_onnx *t, struct serac_import_onnx_filter *f);
/* Its bias (may be NULL), ranges and raw sums, and the chain that scales them, in *sums, whose dims are set. */
enum serac_status serac_import_onnx_set_sums(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                                             const struct serac_onnx_constant *bias, double scale, double beta,
                                             struct serac_import_onnx_value *sums);
/* Ends the node: its output is `sums`, or, where it has the inputs of QLinear*, the codes that they make
 * of them. Frees their chain. */
struct serac_import_onnx_scales {
    uint32_t x, w, y;        /* inputs; behind y is its zero point. All 0: none */
    bool late;               /* the zero point is added to what is rounded */
};
enum serac_status serac_import_onnx_finish_sums(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                                                struct serac_import_onnx_value *sums,
                                                const struct serac_import_onnx_scales *at);

/* serac_import_onnx_conv.c: strides, dilations and padding of the node and the output's shape; `flat`: of
 * one dimension. */
bool serac_import_onnx_window(struct serac_import_onnx *t, struct serac_layer *layer, bool flat);
/* [image][channel][line][column] or without lines, as it lies or as the network's input may lie. */
bool serac_import_onnx_is_picture(struct serac_import_onnx *t, struct serac_import_onnx_value *value);
/* Codes: dequantised ones, or with `integer` codes whose scale and zero point are inputs of the node. */
bool serac_import_onnx_open_operand(struct serac_import_onnx *t, struct serac_import_onnx_value *in, bool integer,
                                    uint32_t scale_at, uint32_t zero_at);

#endif
