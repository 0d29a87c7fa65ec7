/* serac_layer.h - one layer as the mapper takes it: shapes, numbers, operands.
 *
 * Everything is a convolution: a GEMM of M x K weights on N vectors is a 1x1
 * convolution on one line of N pixels with K channels. */
#ifndef SERAC_LAYER_H
#define SERAC_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "serac_design.h"

enum serac_weight_kind {
    SERAC_WEIGHT_SIGNED,    /* two's complement */
    SERAC_WEIGHT_UNSIGNED,  /* codes 0..2^w-1, zero point per channel in serac_param.zero */
    SERAC_WEIGHT_BIPOLAR    /* 2U - (2^w - 1); one bit is {-1,+1} */
};

enum serac_requant_mode {   /* = instruction.modes of configs/regs.cfg */
    SERAC_MODE_DOUBLE, SERAC_MODE_SINGLE, SERAC_MODE_FLOOR,
    SERAC_MODE_THRESHOLD, SERAC_MODE_RAW
};

enum serac_op {
    SERAC_OP_CONV,          /* also GEMM */
    SERAC_OP_DEPTHWISE,     /* channels = out_channels; weights [channel][ky][kx] */
    SERAC_OP_ADD,           /* two operands of one shape; no weights */
    SERAC_OP_HOST           /* not on the machine: serac_host.h */
};

enum serac_host_function {
    SERAC_HOST_SOFTMAX, SERAC_HOST_ADD, SERAC_HOST_AVERAGE_POOL, SERAC_HOST_MAX_POOL,
    SERAC_HOST_PAD, SERAC_HOST_REQUANTISE, SERAC_HOST_PATCHES,
    SERAC_HOST_QUANTISE_FLOAT, SERAC_HOST_THRESHOLDS, SERAC_HOST_ADD_FLOAT, SERAC_HOST_ADD_FLOOR,
    SERAC_HOST_NORM, SERAC_HOST_TABLE, SERAC_HOST_CONCAT,
    SERAC_HOST_FUNCTIONS
};
#define SERAC_HOST_FACTORS 9

/* A product of two tensors: the host lays the second one out as weights before each run. */
enum serac_run_time {
    SERAC_RUN_TIME_NONE,     /* the weights are in the program */
    SERAC_RUN_TIME_PIXELS,   /* a pixel is an output channel: attention's keys */
    SERAC_RUN_TIME_CHANNELS  /* a channel is an output channel: its values */
};

/* Requantisation of one output channel; accumulator x includes bias. */
struct serac_param {
    int32_t bias;
    int32_t mult;           /* Q31 (double, single), plain factor (floor) */
    int32_t shift;          /* left when positive; floor: right shift */
    int32_t add;            /* floor */
    int32_t zero;           /* zero point of unsigned weights */
    int32_t thresholds[15]; /* ascending; unused = INT32_MAX */
};

/* A tensor's number format and layout-independent shape. */
struct serac_tensor {
    uint32_t height, width, channels;  /* of one image */
    uint32_t bits;                     /* 1..8, or 32 (raw) */
    bool is_signed;
    bool is_bipolar;                   /* value = 2 * code - (2^bits - 1) */
    int32_t zero_point;                /* value = code - zero_point */
};

struct serac_layer {
    char name[SERAC_NAME_MAX];
    enum serac_op op;
    enum serac_host_function host;     /* HOST */
    int32_t factors[SERAC_HOST_FACTORS];
    const int32_t *words;              /* borrowed; HOST: serac_host_words() of them, or NULL */
    struct serac_tensor input;         /* ADD: both operands */
    struct serac_tensor output;        /* after pooling */
    int32_t input2_zero_point;         /* ADD */
    enum serac_run_time run_time;      /* CONV, 1 x 1; weights NULL, weight_kind UNSIGNED */
    struct serac_tensor operand;       /* the second one of networks' layers that have two */
    uint32_t kernel_h, kernel_w;
    uint32_t stride_h, stride_w;
    uint32_t dilation_h, dilation_w;   /* 1: dense */
    uint32_t pad_top, pad_left, pad_bottom, pad_right;
    uint32_t pool;                     /* fused max pooling pool x pool, stride pool; 1: none */
    uint32_t weight_bits;              /* computed */
    uint32_t weight_store_bits;        /* stored planes, <= weight_bits */
    uint32_t act_bits;                 /* computed, >= input.bits = stored */
    enum serac_weight_kind weight_kind;
    enum serac_requant_mode mode;
    int32_t clamp_min, clamp_max;
    const int8_t *weights;             /* borrowed; codes (bipolar: values) in
                                          [out][ky][kx][in]; unsigned codes as
                                          uint8_t; NULL: timing only */
    const struct serac_param *params;  /* borrowed; out_channels entries, ADD: twice
                                          as many; NULL: timing only */
};

/* Checks shapes, widths and ranges; SERAC_E_INPUT names the layer and what is wrong. */
enum serac_status serac_layer_check(const struct serac_layer *layer,
                                    struct serac_error *error);

/* Two operands of one shape: ADD, on the machine or the host. */
bool serac_layer_adds(const struct serac_layer *layer);
/* 1 or 2. */
uint32_t serac_layer_operands(const struct serac_layer *layer);

/* Multiply-accumulates of one image. Fused pooling computes only the windows
 * that exist. ADD and HOST have none. */
uint64_t serac_layer_macs(const struct serac_layer *layer);

/* SERAC_E_OVERFLOW if a final accumulator could leave 32 bits: |D| << s,
 * correction and bias included, worst case over all activations, with the
 * actual weights if given. The message holds the bound. */
enum serac_status serac_layer_check_accumulator(const struct serac_layer *layer,
                                                struct serac_error *error);

#endif
