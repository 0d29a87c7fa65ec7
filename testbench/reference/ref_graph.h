/* ref_graph.h - reads a .tflite file into tensors and operators.
 *
 * Any bytes may be given: each access is checked, and what does not hold
 * together is refused. Scales are the file's own binary floats. Only the first
 * subgraph is read.
 */
#ifndef REF_GRAPH_H
#define REF_GRAPH_H

#include <stdbool.h>

#include "ref_flatbuffer.h"

/* Types by their number in the schema. Others can be in a file but have no size
 * here, and no operator takes them. */
enum ref_type {
    REF_FLOAT32 = 0, REF_INT32 = 2, REF_UINT8 = 3, REF_INT64 = 4, REF_INT16 = 7,
    REF_INT8 = 9, REF_INT4 = 17
};

/* Operators by their number in the schema: those that ref_ops.c runs. */
enum ref_builtin {
    REF_ADD = 0, REF_AVERAGE_POOL_2D = 1, REF_CONV_2D = 3, REF_DEPTHWISE_CONV_2D = 4,
    REF_DEQUANTIZE = 6, REF_FULLY_CONNECTED = 9, REF_MAX_POOL_2D = 17, REF_RESHAPE = 22,
    REF_SOFTMAX = 25, REF_PAD = 34, REF_MEAN = 40, REF_PADV2 = 60, REF_QUANTIZE = 114
};

enum ref_padding { REF_SAME, REF_VALID };
enum ref_activation { REF_NONE, REF_RELU, REF_RELU_N1_TO_1, REF_RELU6 };

#define REF_MAX_RANK 6
#define REF_MAX_OPERANDS 8
#define REF_MAX_ELEMENTS (INT64_C(1) << 26)   /* in one tensor */

struct ref_tensor {
    char name[64];              /* cut if longer */
    int type;                   /* enum ref_type, or another number */
    int rank;
    int32_t shape[REF_MAX_RANK];   /* each at least 1 */
    size_t elements;
    size_t bytes;               /* two int4 in one; 0 if the type has no size */
    int32_t num_scales;         /* 0: not quantized; 1; or one per channel */
    float *scale;               /* owned by the graph, as is zero_point */
    int64_t *zero_point;        /* as many */
    int32_t quantized_dimension;
    const uint8_t *constant;    /* `bytes` in the file, borrowed; NULL: computed.
                                 * Not aligned, little endian. */
    void *data;                 /* of a computed tensor: see ref_model.h */
    bool ready;                 /* data is there */
};

/* Options of all operators in one; those an operator does not have are 0. */
struct ref_options {
    int32_t padding, stride_w, stride_h, dilation_w, dilation_h, activation;
    int32_t filter_w, filter_h, depth_multiplier, weights_format;
    bool keep_dims;
    float beta;
};

struct ref_operator {
    int32_t builtin;            /* max of the old and the new code */
    int num_inputs, num_outputs;
    int32_t input[REF_MAX_OPERANDS], output[REF_MAX_OPERANDS];   /* -1: absent input */
    struct ref_options options;
};

/* All arrays are owned. Every index of a tensor is sound. */
struct ref_graph {
    int32_t num_tensors, num_operators, num_inputs, num_outputs;
    struct ref_tensor *tensor;
    struct ref_operator *op;
    int32_t *input, *output;
};

/* The number in the schema of the options that an operator has here; 0: none. */
int ref_options_kind(int32_t builtin);

/* Fills *graph, which borrows `bytes` until ref_graph_free(). On failure it is
 * empty and needs no free. */
enum ref_status ref_graph_read(const uint8_t *bytes, size_t size, struct ref_graph *graph);
void ref_graph_free(struct ref_graph *graph);

#endif
