/* serac_onnx_constant.c - the numbers of ONNX tensors. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_onnx.h"

/* IEEE half precision. */
static float from_half(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float size = exponent == 31  ? (fraction ? NAN : INFINITY)
                 : exponent == 0 ? ldexpf((float)fraction, -24)
                                 : ldexpf((float)(1024 + fraction), exponent - 25);
    return bits >> 15 ? -size : size;
}

/* To 11 significant bits, ties to even; below 2^-14 to multiples of 2^-24. */
float serac_onnx_to_half(float value)
{
    int exponent;
    if (!isfinite(value) || value == 0)
        return value;
    (void)frexpf(value, &exponent);
    int unit = exponent - 11 < -24 ? -24 : exponent - 11;
    float rounded = ldexpf(rintf(ldexpf(value, -unit)), unit);
    return fabsf(rounded) > 65504.0f ? copysignf(INFINITY, value) : rounded;
}

struct serac_onnx_constant *serac_onnx_constant_new(struct serac_onnx *o, uint32_t type, uint32_t rank,
                                                    const uint32_t *dims)
{
    uint64_t count = 1;
    for (uint32_t i = 0; i < rank; i++)
        count = dims[i] && count > o->room / dims[i] ? o->room + 1 : count * dims[i];
    if (rank > SERAC_ONNX_RANK || count > o->room)
        return NULL;
    struct serac_onnx_constant *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->type = type;
    c->rank = rank;
    c->count = count;
    c->numbers = calloc(count ? count : 1, sizeof *c->numbers);
    memcpy(c->dims, dims, rank * sizeof *dims);
    o->room -= count;
    if (c->numbers)
        return c;
    free(c);
    return NULL;
}

void serac_onnx_constant_free(struct serac_onnx_constant *c)
{
    if (!c)
        return;
    free(c->numbers);
    free(c->scales);
    free(c);
}

uint32_t serac_onnx_index(const struct serac_onnx_constant *c, uint64_t i, uint32_t axis)
{
    uint64_t stride = 1;
    for (uint32_t d = axis + 1; d < c->rank; d++)
        stride *= c->dims[d];
    return axis < c->rank && stride && c->dims[axis] ? (uint32_t)(i / stride % c->dims[axis]) : 0;
}

float serac_onnx_scale(const struct serac_onnx_constant *c, uint64_t i)
{
    if (!c->scales)
        return 1;
    return c->scales[c->num_scales == 1          ? 0
                     : c->axis == SERAC_ONNX_EACH ? i : serac_onnx_index(c, i, c->axis)];
}

double serac_onnx_value(const struct serac_onnx_constant *c, uint64_t i)
{
    return c->scales ? (double)(float)(c->numbers[i] * (double)serac_onnx_scale(c, i)) : c->numbers[i];
}

/* --- reading ------------------------------------------------------------------- */

static uint64_t little(const uint8_t *at, uint32_t bytes)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

/* The value of a number that is stored in `bits`. */
static double number_of(uint32_t type, uint64_t bits)
{
    float single;
    double wide;
    uint32_t low = (uint32_t)bits;
    switch (type) {
    case SERAC_ONNX_FLOAT: memcpy(&single, &low, sizeof single); return (double)single;
    case SERAC_ONNX_DOUBLE: memcpy(&wide, &bits, sizeof wide); return wide;
    case SERAC_ONNX_FLOAT16: return (double)from_half((uint16_t)bits);
    case SERAC_ONNX_INT64: return (double)(int64_t)bits;
    case SERAC_ONNX_INT32: return (double)(int32_t)low;
    case SERAC_ONNX_INT8: return (double)(int8_t)(uint8_t)bits;
    case SERAC_ONNX_INT4: return (double)((int)(bits & 15) ^ 8) - 8;
    case SERAC_ONNX_INT2: return (double)((int)(bits & 3) ^ 2) - 2;
    case SERAC_ONNX_UINT4: return (double)(bits & 15);
    case SERAC_ONNX_UINT2: return (double)(bits & 3);
    case SERAC_ONNX_BOOL: return (bits & 255) != 0;
    default: return (double)(bits & 255);
    }
}

static uint32_t width_of(uint32_t type)
{
    switch (type) {
    case SERAC_ONNX_FLOAT: case SERAC_ONNX_INT32: return 32;
    case SERAC_ONNX_DOUBLE: case SERAC_ONNX_INT64: return 64;
    case SERAC_ONNX_FLOAT16: return 16;
    case SERAC_ONNX_BOOL: return 8;
    default: return serac_onnx_bits(type);
    }
}

/* The typed lists' lengths; int32_data holds all smaller integers, of four and two bits as bytes. */
static bool has_numbers(const Onnx__TensorProto *t, uint32_t width, uint64_t count)
{
    uint32_t type = (uint32_t)t->data_type;
    uint64_t per = width < 8 ? 8 / width : 1;
    size_t have = type == SERAC_ONNX_FLOAT    ? t->n_float_data
                  : type == SERAC_ONNX_DOUBLE ? t->n_double_data
                  : type == SERAC_ONNX_INT64  ? t->n_int64_data : t->n_int32_data;
    return t->raw_data.len ? t->raw_data.len == (count * width + 7) / 8 : have == (count + per - 1) / per;
}

/* Raw bytes, little-endian; two or four small numbers share a byte, the lowest first. */
static double raw_number(const Onnx__TensorProto *t, uint32_t width, uint64_t i)
{
    const uint8_t *at = t->raw_data.data + i * width / 8;
    return number_of((uint32_t)t->data_type, width < 8 ? (uint64_t)*at >> i * width % 8 : little(at,
        width / 8));
}

static double listed_number(const Onnx__TensorProto *t, uint32_t width, uint64_t i)
{
    uint64_t per = width < 8 ? 8 / width : 1;
    switch (t->data_type) {
    case SERAC_ONNX_FLOAT: return (double)t->float_data[i];
    case SERAC_ONNX_DOUBLE: return t->double_data[i];
    case SERAC_ONNX_INT64: return (double)t->int64_data[i];
    default: return number_of((uint32_t)t->data_type,
                              (uint64_t)(uint32_t)t->int32_data[i / per] >> i % per * width % 8);
    }
}

/* Elements, 2^32 where they are more. */
static uint64_t elements(const uint32_t *dims, uint32_t rank)
{
    uint64_t count = 1, most = (uint64_t)1 << 32;
    for (uint32_t i = 0; i < rank; i++)
        count = dims[i] && count > most / dims[i] ? most : count * dims[i];
    return count;
}

struct serac_onnx_constant *serac_onnx_constant_of(struct serac_onnx *o, const Onnx__TensorProto *t,
                                                   const char **why)
{
    uint32_t dims[SERAC_ONNX_RANK] = {0}, type = (uint32_t)t->data_type, width = width_of(type);
    *why = NULL;
    if (t->data_location || t->n_external_data)
        *why = "its numbers are in another file (external data), which is not supported";
    else if (!width)
        *why = serac_onnx_type_name(type);
    else if (t->n_dims > SERAC_ONNX_RANK)
        *why = "has more than 8 dimensions";
    for (size_t i = 0; !*why && i < t->n_dims; i++) {
        if (t->dims[i] < 0 || t->dims[i] > INT32_MAX)
            *why = "damaged: a dimension is negative or beyond 2^31";
        else
            dims[i] = (uint32_t)t->dims[i];
    }
    if (!*why && !has_numbers(t, width, elements(dims, (uint32_t)t->n_dims)))
        *why = "damaged: has another number of values than its shape";
    if (*why)
        return NULL;
    struct serac_onnx_constant *c = serac_onnx_constant_new(o, type, (uint32_t)t->n_dims, dims);
    if (!c)
        *why = "out of memory, or the constants have more than 2^27 numbers";
    for (uint64_t i = 0; c && i < c->count; i++)
        c->numbers[i] = t->raw_data.len ? raw_number(t, width, i) : listed_number(t, width, i);
    return c;
}
