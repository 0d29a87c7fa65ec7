/* serac_import_onnx.h - shared by serac_import_onnx*.c, private to them.
 *
 * One importer goes through the nodes in order. A tensor of the graph is a constant, or lies as codes in
 * the output of a layer (or the network's input), or is still to be made: sums of a layer and a chain of
 * operations on each of them. A quantiser ends the chain: serac_import_onnx_resolve() finds how the machine
 * computes it exactly, or makes it the host's. Functions that return a status or NULL have said why. */
#ifndef SERAC_IMPORT_ONNX_H
#define SERAC_IMPORT_ONNX_H

#include "serac_import_network.h"
#include "serac_onnx.h"

enum { SERAC_IMPORT_ONNX_NOWHERE = -3, SERAC_IMPORT_ONNX_NO_SECOND = -2, SERAC_IMPORT_ONNX_INPUT = -1 };

/* --- chains: serac_import_onnx_chain.c ------------------------------------------ */

enum serac_import_onnx_op {
    SERAC_IMPORT_ONNX_MUL, SERAC_IMPORT_ONNX_ADD, SERAC_IMPORT_ONNX_DIV, SERAC_IMPORT_ONNX_INTEGER_DIV,
    SERAC_IMPORT_ONNX_CLIP, SERAC_IMPORT_ONNX_FLOOR, SERAC_IMPORT_ONNX_CEIL, SERAC_IMPORT_ONNX_ROUND,
    SERAC_IMPORT_ONNX_TRUNC
};

struct serac_import_onnx_step {
    enum serac_import_onnx_op op;
    bool exact;              /* no rounding to float32 after it: integers and their halves */
    uint32_t count;          /* values: 1, or one a channel; 0: none */
    double *values;          /* owned */
    double low, high;        /* CLIP */
};

struct serac_import_onnx_chain {
    struct serac_import_onnx_step *steps;    /* owned */
    uint32_t count;
    bool exact;              /* so far */
    bool real;               /* of sums: in double, see serac_import_onnx_chain.c */
    bool integer;            /* its results are integers */
    bool bounded;            /* by `low` and `high` */
    double low, high;
};

/* How a quantiser makes a code of what the chain gives. */
enum serac_import_onnx_rule {
    SERAC_IMPORT_ONNX_LINEAR,        /* QuantizeLinear: round(x / scale) + zero point */
    SERAC_IMPORT_ONNX_PRODUCT,       /* QLinear*: round(x * factor + zero point), in double */
    SERAC_IMPORT_ONNX_LATE,          /* the same, but the zero point is added behind: ONNX Runtime's own operators */
    SERAC_IMPORT_ONNX_QUANT,         /* QONNX: x / scale + zero point, clamped, rounded */
    SERAC_IMPORT_ONNX_BIPOLAR,       /* highest code where x >= 0, else the lowest */
    SERAC_IMPORT_ONNX_THRESHOLDS,    /* lowest code + stride * number of thresholds <= x */
    SERAC_IMPORT_ONNX_INTEGER        /* x itself */
};

struct serac_import_onnx_quantiser {
    enum serac_import_onnx_rule rule;
    struct serac_tensor format;      /* bits, signs and zero point of the codes */
    int32_t low, high;               /* of the codes */
    int32_t least, most;             /* of those, that occur: Relu and Clip leave fewer */
    double scale;                    /* of the result, a float32's */
    char rounding;                   /* QUANT: 'R'ound, 'F'loor, 'C'eil */
    const double *factors;           /* PRODUCT, LATE; borrowed, `rows` */
    const double *thresholds;        /* THRESHOLDS; borrowed, [rows][steps] */
    uint32_t rows, steps, stride;    /* rows: 1, or one a channel */
};

bool serac_import_onnx_chain_copy(struct serac_import_onnx_chain *to, const struct serac_import_onnx_chain *from);
void serac_import_onnx_chain_free(struct serac_import_onnx_chain *chain);
/* Appends a step with a copy of `values`; false without memory or beyond 64 steps. */
bool serac_import_onnx_chain_add(struct serac_import_onnx_chain *chain, enum serac_import_onnx_op op,
                                 const double *values, uint32_t count);
bool serac_import_onnx_chain_clip(struct serac_import_onnx_chain *chain, double low, double high);
/* Is a division by this 2^n - 1, which DORY means as 2^n? */
bool serac_import_onnx_is_shift(double by);
/* The code that a sum becomes; *lost if an exact number is beyond 2^53. */
int32_t serac_import_onnx_code(const struct serac_import_onnx_quantiser *q, const struct serac_import_onnx_chain *chain,
                               uint32_t channel, int64_t x, bool *lost);

/* --- the importer ------------------------------------------------------------------- */

enum serac_import_onnx_kind {
    SERAC_IMPORT_ONNX_NOTHING, SERAC_IMPORT_ONNX_CONSTANT, SERAC_IMPORT_ONNX_CODES, SERAC_IMPORT_ONNX_REAL
};

struct serac_import_onnx_value {
    const char *name;        /* borrowed from the file */
    uint32_t uses;           /* nodes and outputs that read it */
    enum serac_import_onnx_kind kind;        /* CODES: of an integer type, not yet dequantised */
    uint32_t rank, dims[SERAC_ONNX_RANK];    /* the first of an activation of rank > 1: images */
    struct serac_onnx_constant *constant;    /* owned */
    int32_t layer;           /* that makes it */
    int32_t second;          /* a sum of two layers' codes, to be quantised; or SERAC_IMPORT_ONNX_NO_SECOND */
    float scales[2];         /* of the two */
    bool raw;                /* its sums of 32 bits: the layer is not finished */
    bool shared;             /* others read the same sums */
    bool padded;             /* a convolution puts zeros around it */
    bool channels_last;      /* ONNX's order is ours; else channels are before lines and columns */
    bool batched;            /* [row][matrix and column], see matmul */
    bool is_integer;         /* of an integer type: divisions are integer ones */
    struct serac_import_onnx_chain chain;    /* owned */
};

/* Least and greatest sum of each channel of a layer. */
struct serac_import_onnx_range {
    int64_t *low, *high;     /* owned; high is behind low */
};

struct serac_import_onnx {
    struct serac_import *import;
    struct serac_onnx file;
    struct serac_build *build;
    const Onnx__NodeProto *node;     /* the one at hand */
    uint32_t number;
    struct serac_import_onnx_value *values;  /* owned; by name */
    uint32_t num_values;
    struct serac_import_onnx_range *ranges;  /* owned; SERAC_LAYERS_MAX */
    struct serac_import_onnx_value *input;   /* the network's */
    bool input_open;                 /* its format is not known yet */
    bool shift_noted;
    uint64_t copied, channels;       /* numbers of chains, channels of layers so far: both are limited */
    bool input_fixed;                /* several tensors are its numbers: its shape may not change */
    bool input_quantised;            /* by a quantiser in front of the network */
    bool ended;                      /* an operator that only a network's end may have was left out */
};

enum serac_status serac_import_onnx_refuse(struct serac_import_onnx *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum serac_status serac_import_onnx_no_room(struct serac_import_onnx *t);

/* The tensor of this name, or NULL. */
struct serac_import_onnx_value *serac_import_onnx_named(const struct serac_import_onnx *t, const char *name);
/* Input `i` of the node; NULL if it has none (no message). */
struct serac_import_onnx_value *serac_import_onnx_value_at(const struct serac_import_onnx *t, uint32_t i);
/* The same, which must have been computed; an activation; a constant. */
struct serac_import_onnx_value *serac_import_onnx_known(struct serac_import_onnx *t, uint32_t i);
struct serac_import_onnx_value *serac_import_onnx_activation(struct serac_import_onnx *t, uint32_t i);
struct serac_onnx_constant *serac_import_onnx_constant(struct serac_import_onnx *t, uint32_t i);
/* The only number of input `i`, the fallback if there is no such input; false after a message. */
bool serac_import_onnx_scalar(struct serac_import_onnx *t, uint32_t i, double fallback, double *value);
struct serac_import_onnx_value *serac_import_onnx_output(const struct serac_import_onnx *t);

/* The output becomes what `from` is: shape, place, chain. */
enum serac_status serac_import_onnx_pass(struct serac_import_onnx *t, const struct serac_import_onnx_value *from,
                                         struct serac_import_onnx_value *to);
const struct serac_tensor *serac_import_onnx_tensor(const struct serac_import_onnx *t, int32_t layer);
double serac_import_onnx_scale(const struct serac_import_onnx *t, int32_t layer);
struct serac_layer *serac_import_onnx_layer(struct serac_import_onnx *t, const char *kind, int32_t first,
                                            int32_t second);
/* Counts a layer's channels; false beyond 2^22 of all layers. */
bool serac_import_onnx_count(struct serac_import_onnx *t, uint32_t channels);
uint32_t serac_import_onnx_images(const struct serac_import_onnx_value *value);
/* Elements of one image. */
uint64_t serac_import_onnx_elements(const struct serac_import_onnx_value *value);
/* The network's input gets another shape of the same size, if nobody has read it; false if it may not. */
bool serac_import_onnx_reshape_input(struct serac_import_onnx *t, struct serac_import_onnx_value *value, uint32_t h,
                                     uint32_t w, uint32_t c, bool channels_last);
/* FINN's and QONNX's annotation of the input: INT4, UINT8, BIPOLAR and so on; NULL if there is none of
 * integers. */
const char *serac_import_onnx_annotation(const struct serac_import_onnx *t);
/* An input of floats that no quantiser reads: codes of its annotation, or 8 bits without sign. */
void serac_import_onnx_settle_input(struct serac_import_onnx *t, struct serac_import_onnx_value *value);
/* Codes in a layer, or the input, of known scale, and nothing more to be done to them. */
bool serac_import_onnx_has_codes(struct serac_import_onnx *t, struct serac_import_onnx_value *value);

/* Sums of 32 bits for others to quantise. */
void serac_import_onnx_make_raw(struct serac_layer *layer);
/* The axis of the activation's dimensions that is the layer's channels; the rank if there is none. */
uint32_t serac_import_onnx_channel_axis(const struct serac_import_onnx *t, const struct serac_import_onnx_value *value);
/* A constant's values as they meet an activation: *count is 1 or its channels. The caller's; NULL with the
 * reason said. */
double *serac_import_onnx_per_channel(struct serac_import_onnx *t, const struct serac_import_onnx_value *value,
                                      const struct serac_onnx_constant *constant, uint32_t *count);
/* The output continues the chain of `in`, whose scale is its first step. */
enum serac_status serac_import_onnx_continue(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                             struct serac_import_onnx_value *to);
/* Codes are read with this scale and zero point, which must be those that they were made with; the
 * network's input takes them if its format is open. */
bool serac_import_onnx_use_codes(struct serac_import_onnx *t, struct serac_import_onnx_value *value, double scale,
                                 int32_t zero);
/* Is a quantiser with this result the network input's own? Then it takes it. */
bool serac_import_onnx_takes_input(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                   const struct serac_tensor *format, double scale, bool *good);

/* serac_import_onnx_constant.c: the output takes the constant, which it owns (NULL: no room); a copy of other
 * dimensions, whose scales of an axis become scales of each number. */
enum serac_status serac_import_onnx_give(struct serac_import_onnx *t, struct serac_onnx_constant *constant);
struct serac_onnx_constant *serac_import_onnx_reshaped(struct serac_import_onnx *t,
                                                       const struct serac_onnx_constant *from, uint32_t rank,
                                                       const uint32_t *dims);
/* serac_import_onnx_quant_constant.c */
enum serac_status serac_import_onnx_quantise_constant(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_dequantise_constant(struct serac_import_onnx *t);

/* serac_import_onnx_fit.c: ends the chain of `in`; *to is where the codes are. */
enum serac_status serac_import_onnx_resolve(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                            const struct serac_import_onnx_quantiser *q,
                                            struct serac_import_onnx_value *to);

/* Operators: one function a family. */
enum serac_status serac_import_onnx_fold(struct serac_import_onnx *t);           /* all inputs constant */
enum serac_status serac_import_onnx_convolution(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_matrix(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_elementwise(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_addition(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_quantise(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_dequantise(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_shape(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_pool(struct serac_import_onnx *t);
enum serac_status serac_import_onnx_end(struct serac_import_onnx *t);
/* The network's output: sums keep their scale, or are brought to a common one by the host. */
enum serac_status serac_import_onnx_finish_output(struct serac_import_onnx *t, struct serac_import_onnx_value *value);
/* A sum of two tensors' codes whose scales differ, for the host. */
enum serac_status serac_import_onnx_resolve_addition(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                                     const struct serac_import_onnx_quantiser *q,
                                                     struct serac_import_onnx_value *to);
enum serac_status serac_import_onnx_convert(struct serac_import_onnx *t);

#endif
