/* serac_import_onnx_elementwise.c - operations on each number by itself: they wait in a chain for a
 * quantiser. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_import_onnx.h"

/* Integers between bounds are codes as they are: DORY's, NEMO's and QuantLab's networks end a layer so. */
static enum serac_status settle(struct serac_import_onnx *t, struct serac_import_onnx_value *out)
{
    const struct serac_import_onnx_chain *c = &out->chain;
    if (!c->exact || !c->integer || !c->bounded || c->low != floor(c->low) || c->high != floor(c->high) ||
        c->low > c->high || c->low < -128 || c->high > (c->low < 0 ? 127 : 255) ||
        out->second != SERAC_IMPORT_ONNX_NO_SECOND)
        return SERAC_OK;
    struct serac_import_onnx_quantiser q = {.rule = SERAC_IMPORT_ONNX_INTEGER, .scale = 1, .low = (int32_t)c->low,
                                            .high = (int32_t)c->high, .format = {.bits = 1, .is_signed = c->low < 0}};
    while (q.format.is_signed ? q.low < -(1 << (q.format.bits - 1)) || q.high >= 1 << (q.format.bits - 1)
                              : q.high >= 1 << q.format.bits)
        q.format.bits++;
    struct serac_import_onnx_value from = *out, to = {.name = out->name, .uses = out->uses, .padded = out->padded};
    from.uses = 0;                       /* whoever reads `out` reads the codes */
    enum serac_status status = serac_import_onnx_resolve(t, &from, &q, &to);
    if (status != SERAC_OK)
        return status;
    serac_import_onnx_chain_free(&out->chain);
    to.is_integer = out->is_integer;
    *out = to;
    return SERAC_OK;
}

/* Relu and Clip of a sum of two tensors wait as bounds. */
static enum serac_status clip(struct serac_import_onnx *t, struct serac_import_onnx_value *in, double low, double high)
{
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    enum serac_status status = in->second != SERAC_IMPORT_ONNX_NO_SECOND ? serac_import_onnx_pass(t, in, out)
                                                                        : serac_import_onnx_continue(t, in, out);
    if (status == SERAC_OK && !serac_import_onnx_chain_clip(&out->chain, low, high))
        status = serac_import_onnx_no_room(t);
    return status == SERAC_OK ? settle(t, out) : status;
}

/* Bounds are attributes (version 6) or inputs. */
static enum serac_status clip_node(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    double low, high;
    bool attributes = t->node->n_input < 2;
    if (!serac_import_onnx_scalar(t, 1, -INFINITY, &low) || !serac_import_onnx_scalar(t, 2, INFINITY, &high))
        return SERAC_E_INPUT;
    if (attributes) {
        low = (double)serac_onnx_float(t->node, "min", -INFINITY);
        high = (double)serac_onnx_float(t->node, "max", INFINITY);
    }
    if (!(low <= high))
        return serac_import_onnx_refuse(t, "its bounds are none");
    return clip(t, in, low, high);
}

static enum serac_status rounding(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                  enum serac_import_onnx_op op)
{
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    enum serac_status status = serac_import_onnx_continue(t, in, out);
    if (status == SERAC_OK && !serac_import_onnx_chain_add(&out->chain, op, NULL, 0))
        status = serac_import_onnx_no_room(t);
    return status == SERAC_OK ? settle(t, out) : status;
}

/* To an integer type: towards zero; what is one already stays. */
static enum serac_status cast(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    int64_t to = serac_onnx_int(t->node, "to", SERAC_ONNX_FLOAT);
    bool integer = to == SERAC_ONNX_INT64 || to == SERAC_ONNX_INT32;
    if (!integer && to != SERAC_ONNX_FLOAT && to != SERAC_ONNX_DOUBLE)
        return serac_import_onnx_refuse(t, "to %s: only float, double, int32 and int64 are supported",
                                        serac_onnx_type_name((uint32_t)to));
    bool whole = in->second == SERAC_IMPORT_ONNX_NO_SECOND && in->chain.integer &&
                 (in->chain.count || in->raw || serac_import_onnx_scale(t, in->layer) == 1);
    enum serac_status status = integer && !whole ? rounding(t, in, SERAC_IMPORT_ONNX_TRUNC)
                                                 : serac_import_onnx_pass(t, in, out);
    if (status == SERAC_OK && in->kind == SERAC_IMPORT_ONNX_CODES) {     /* as numbers, zero points and all */
        if (serac_import_onnx_tensor(t, in->layer)->zero_point || !serac_import_onnx_use_codes(t, in, 1, 0))
            return serac_import_onnx_refuse(t, "of codes with a scale or zero point");
        out->kind = SERAC_IMPORT_ONNX_REAL;
    }
    out->is_integer = integer;
    return status;
}

/* Mul, Add, Sub and Div by a constant on either side; -x + c and so on as factors. */
static enum serac_status binary(struct serac_import_onnx *t, enum serac_import_onnx_op op, bool negative)
{
    struct serac_import_onnx_value *a = serac_import_onnx_known(t, 0), *b = a ? serac_import_onnx_known(t, 1) : NULL;
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    if (!b)
        return SERAC_E_INPUT;
    bool first = a->kind == SERAC_IMPORT_ONNX_CONSTANT;
    struct serac_import_onnx_value *in = first ? b : a;
    if (in->kind == SERAC_IMPORT_ONNX_CONSTANT)
        return serac_import_onnx_fold(t);
    if ((first ? a : b)->kind != SERAC_IMPORT_ONNX_CONSTANT)
        return serac_import_onnx_refuse(t, "of two activations is not supported");
    if (first && (op == SERAC_IMPORT_ONNX_DIV || negative))
        return serac_import_onnx_refuse(t, "of a constant by an activation is not supported");
    enum serac_status status = serac_import_onnx_continue(t, in, out);
    if (status != SERAC_OK)
        return status;
    uint32_t count;
    double *values = serac_import_onnx_per_channel(t, in, (first ? a : b)->constant, &count);
    if (!values)
        return SERAC_E_INPUT;
    bool good = true;
    for (uint32_t i = 0; i < count; i++) {
        values[i] = negative ? -values[i] : values[i];
        good = good && isfinite(values[i]) && (op != SERAC_IMPORT_ONNX_DIV || values[i] != 0);
    }
    if (op == SERAC_IMPORT_ONNX_DIV && in->is_integer)
        op = SERAC_IMPORT_ONNX_INTEGER_DIV;
    for (uint32_t i = 0; i < count && op == SERAC_IMPORT_ONNX_INTEGER_DIV; i++)
        good = good && values[i] > 0;
    if (op == SERAC_IMPORT_ONNX_INTEGER_DIV && serac_import_onnx_is_shift(values[0]) && !t->shift_noted) {
        serac_import_note(t->import,
                          "integer divisions by 2^n - 1 are taken as DORY takes them, floor shifts by n");
        t->shift_noted = true;
    }
    if (!good)
        status = serac_import_onnx_refuse(t, "a constant that is no number to calculate with");
    else if (!serac_import_onnx_chain_add(&out->chain, op, values, count))
        status = serac_import_onnx_no_room(t);
    free(values);
    return status == SERAC_OK ? settle(t, out) : status;
}

/* x * (scale / sqrt(variance + epsilon)) + (bias - mean * that), the two in float32. */
static enum serac_status batch_normalization(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    const struct serac_onnx_constant *c[4];
    uint32_t channels = serac_import_onnx_tensor(t, in->layer)->channels, axis = serac_import_onnx_channel_axis(t, in);
    for (uint32_t i = 0; i < 4; i++) {
        if (!(c[i] = serac_import_onnx_constant(t, i + 1)))
            return SERAC_E_INPUT;
        if (c[i]->count != channels || axis != (in->rank > 1))
            return serac_import_onnx_refuse(t, "needs four constants with a number for each channel");
    }
    enum serac_status status = serac_import_onnx_continue(t, in, out);
    double epsilon = (double)serac_onnx_float(t->node, "epsilon", 1e-5f);
    double *factors = malloc(channels * sizeof *factors), *addends = malloc(channels * sizeof *addends);
    bool good = status == SERAC_OK && factors && addends;
    for (uint32_t i = 0; good && i < channels; i++) {
        factors[i] = (double)(float)(c[0]->numbers[i] / sqrt(c[3]->numbers[i] + epsilon));
        addends[i] = (double)(float)(c[1]->numbers[i] - c[2]->numbers[i] * factors[i]);
        if (!isfinite(factors[i]) || !isfinite(addends[i]))
            status = serac_import_onnx_refuse(t, "its constants give no factor");
        good = status == SERAC_OK;
    }
    if (good && (!serac_import_onnx_chain_add(&out->chain, SERAC_IMPORT_ONNX_MUL, factors, channels) ||
                 !serac_import_onnx_chain_add(&out->chain, SERAC_IMPORT_ONNX_ADD, addends, channels)))
        status = serac_import_onnx_no_room(t);
    free(factors);
    free(addends);
    return status == SERAC_OK && !good ? serac_import_onnx_no_room(t) : status;
}

enum serac_status serac_import_onnx_elementwise(struct serac_import_onnx *t)
{
    const char *op = t->node->op_type;
    if (!strcmp(op, "Mul"))
        return binary(t, SERAC_IMPORT_ONNX_MUL, false);
    if (!strcmp(op, "Add"))
        return binary(t, SERAC_IMPORT_ONNX_ADD, false);
    if (!strcmp(op, "Sub"))
        return binary(t, SERAC_IMPORT_ONNX_ADD, true);
    if (!strcmp(op, "Div"))
        return binary(t, SERAC_IMPORT_ONNX_DIV, false);
    struct serac_import_onnx_value *in = serac_import_onnx_known(t, 0);
    if (!in)
        return SERAC_E_INPUT;
    if (in->kind == SERAC_IMPORT_ONNX_CONSTANT)
        return serac_import_onnx_fold(t);
    return !strcmp(op, "Relu")    ? clip(t, in, 0, INFINITY)
           : !strcmp(op, "Clip")  ? clip_node(t, in)
           : !strcmp(op, "Floor") ? rounding(t, in, SERAC_IMPORT_ONNX_FLOOR)
           : !strcmp(op, "Ceil")  ? rounding(t, in, SERAC_IMPORT_ONNX_CEIL)
           : !strcmp(op, "Round") ? rounding(t, in, SERAC_IMPORT_ONNX_ROUND)
           : !strcmp(op, "Cast")  ? cast(t, in)
                                  : batch_normalization(t, in);
}
