/* serac_tflite.h - what stands in a TensorFlow Lite file (schema version 3), unpacked.
 *
 * tensorflow/lite/schema/schema.fbs names the fields and codes. Only the first subgraph. */
#ifndef SERAC_TFLITE_H
#define SERAC_TFLITE_H

#include "serac_design.h"
#include "serac_flatbuffer.h"

#define SERAC_TFLITE_RANK 6

enum serac_tflite_type {     /* of those that occur in integer networks */
    SERAC_TFLITE_FLOAT32 = 0, SERAC_TFLITE_INT32 = 2, SERAC_TFLITE_UINT8 = 3, SERAC_TFLITE_INT64 = 4,
    SERAC_TFLITE_INT8 = 9, SERAC_TFLITE_INT4 = 17
};

enum serac_tflite_op {
    SERAC_TFLITE_ADD = 0, SERAC_TFLITE_AVERAGE_POOL_2D = 1, SERAC_TFLITE_CONV_2D = 3,
    SERAC_TFLITE_DEPTHWISE_CONV_2D = 4, SERAC_TFLITE_DEQUANTIZE = 6, SERAC_TFLITE_FULLY_CONNECTED = 9,
    SERAC_TFLITE_MAX_POOL_2D = 17, SERAC_TFLITE_RESHAPE = 22, SERAC_TFLITE_SOFTMAX = 25, SERAC_TFLITE_PAD = 34,
    SERAC_TFLITE_MEAN = 40, SERAC_TFLITE_SQUEEZE = 43, SERAC_TFLITE_EXPAND_DIMS = 70, SERAC_TFLITE_QUANTIZE = 114
};

struct serac_tflite_tensor {
    char name[96];           /* printable */
    uint32_t rank;
    uint32_t shape[SERAC_TFLITE_RANK];
    uint32_t type;
    const uint8_t *data;     /* into the file; NULL: not a constant */
    uint32_t bytes;
    uint32_t num_scales;     /* 0: not quantised */
    uint32_t scales, zero_points;    /* vectors in the file */
    uint32_t axis;           /* of several scales */
};

struct serac_tflite_node {
    uint32_t op;             /* builtin code */
    uint32_t options;        /* table in the file, or 0 */
    uint32_t inputs, outputs, num_inputs, num_outputs;    /* vectors of tensor numbers */
};

struct serac_tflite {
    struct serac_flatbuffer file;
    struct serac_tflite_tensor *tensors;     /* owned */
    struct serac_tflite_node *nodes;         /* owned */
    uint32_t num_tensors, num_nodes;
    uint32_t inputs, outputs, num_inputs, num_outputs;
};

/* `bytes` is borrowed. SERAC_E_INPUT, with a text: no such file, or numbers that point nowhere. */
enum serac_status serac_tflite_open(struct serac_tflite *model, const uint8_t *bytes, size_t size,
                                    struct serac_error *error);
void serac_tflite_free(struct serac_tflite *model);

/* The tensor number of a node's input or output; -1: none. */
int32_t serac_tflite_input(const struct serac_tflite *model, const struct serac_tflite_node *node, uint32_t i);
int32_t serac_tflite_output(const struct serac_tflite *model, const struct serac_tflite_node *node, uint32_t i);
float serac_tflite_scale(const struct serac_tflite *model, const struct serac_tflite_tensor *tensor, uint32_t i);
int64_t serac_tflite_zero_point(const struct serac_tflite *model, const struct serac_tflite_tensor *tensor,
                                uint32_t i);
/* Elements of the shape; 0 beyond 2^31. */
uint64_t serac_tflite_elements(const struct serac_tflite_tensor *tensor);
/* Element `i` of a constant of int32 or int64. */
int64_t serac_tflite_constant(const struct serac_tflite_tensor *tensor, uint32_t i);
/* The schema's name of a builtin operator that Serac knows, else "operator N" in `room`. */
const char *serac_tflite_op_name(uint32_t op, char room[24]);

#endif
