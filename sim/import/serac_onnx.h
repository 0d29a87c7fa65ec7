/* serac_onnx.h - what stands in an ONNX file: nodes, attributes, constants.
 *
 * The file is unpacked by protobuf-c within a limit of memory. Operators: docs/Operators.md of
 * github.com/onnx/onnx. */
#ifndef SERAC_ONNX_H
#define SERAC_ONNX_H

#include <stdbool.h>

#include "onnx.pb-c.h"
#include "serac_design.h"

#define SERAC_ONNX_RANK 8

enum serac_onnx_type {       /* TensorProto.DataType */
    SERAC_ONNX_FLOAT = 1, SERAC_ONNX_UINT8 = 2, SERAC_ONNX_INT8 = 3, SERAC_ONNX_INT32 = 6, SERAC_ONNX_INT64 = 7,
    SERAC_ONNX_BOOL = 9, SERAC_ONNX_FLOAT16 = 10, SERAC_ONNX_DOUBLE = 11, SERAC_ONNX_UINT4 = 21,
    SERAC_ONNX_INT4 = 22,
    SERAC_ONNX_UINT2 = 25, SERAC_ONNX_INT2 = 26
};

/* A constant: value = number * scale, the numbers exact. `scales` is NULL if they are 1; else one, or one
 * for each index of `axis`, or for each number where that is SERAC_ONNX_EACH. */
#define SERAC_ONNX_EACH UINT32_MAX

struct serac_onnx_constant {
    uint32_t type;           /* of the numbers; after DequantizeLinear or Quant: the codes' */
    uint32_t bits;           /* of a quantised one's codes; 0: it is none */
    uint32_t rank;
    uint32_t dims[SERAC_ONNX_RANK];
    uint64_t count;
    double *numbers;         /* owned */
    float *scales;           /* owned */
    uint32_t num_scales, axis;
};

struct serac_onnx {
    Onnx__ModelProto *model;     /* owned */
    const Onnx__GraphProto *graph;
    uint64_t room;               /* elements that constants may still have */
};

/* `bytes` is borrowed and may go afterwards. SERAC_E_INPUT with a text. */
enum serac_status serac_onnx_open(struct serac_onnx *onnx, const uint8_t *bytes, size_t size,
                                  struct serac_error *error);
void serac_onnx_free(struct serac_onnx *onnx);

/* Bits of an integer type of up to 8 bits, else 0; is it signed? */
uint32_t serac_onnx_bits(uint32_t type);
bool serac_onnx_is_signed(uint32_t type);
const char *serac_onnx_type_name(uint32_t type);

const Onnx__AttributeProto *serac_onnx_attribute(const Onnx__NodeProto *node, const char *name);
int64_t serac_onnx_int(const Onnx__NodeProto *node, const char *name, int64_t fallback);
float serac_onnx_float(const Onnx__NodeProto *node, const char *name, float fallback);
/* Element `i` of a list; the fallback if there is no such attribute, INT64_MIN if it is shorter. */
int64_t serac_onnx_int_at(const Onnx__NodeProto *node, const char *name, size_t i, int64_t fallback);
/* Does the text of the attribute equal `text`? No such attribute equals the fallback. */
bool serac_onnx_text_is(const Onnx__NodeProto *node, const char *name, const char *text, const char *fallback);

/* A constant of this shape, its numbers zero; NULL without memory or room. */
struct serac_onnx_constant *serac_onnx_constant_new(struct serac_onnx *onnx, uint32_t type, uint32_t rank,
                                                    const uint32_t *dims);
/* The tensor's numbers; NULL with the reason in *why. */
struct serac_onnx_constant *serac_onnx_constant_of(struct serac_onnx *onnx, const Onnx__TensorProto *tensor,
                                                   const char **why);
/* Number `i`'s scale, and its value. */
float serac_onnx_scale(const struct serac_onnx_constant *constant, uint64_t i);
double serac_onnx_value(const struct serac_onnx_constant *constant, uint64_t i);
/* The index along `axis` of element `i`. */
uint32_t serac_onnx_index(const struct serac_onnx_constant *constant, uint64_t i, uint32_t axis);
void serac_onnx_constant_free(struct serac_onnx_constant *constant);

float serac_onnx_to_half(float value);       /* rounded to IEEE half precision, as a float */

#endif
