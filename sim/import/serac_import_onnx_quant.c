/* serac_import_onnx_quant.c - quantisers of activations: ONNX's, QONNX's, FINN's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_import_onnx.h"

/* The quantiser's result: the network's input takes its format, or a chain ends. */
static enum serac_status finish(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                                struct serac_import_onnx_quantiser *q, bool codes)
{
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    bool good;
    if (in->kind == SERAC_IMPORT_ONNX_CODES)
        return serac_import_onnx_refuse(t, "\"%.60s\" is not dequantised", in->name);
    enum serac_status status;
    if (serac_import_onnx_takes_input(t, in, &q->format, q->scale, &good))
        status = good ? serac_import_onnx_pass(t, in, out) : SERAC_E_INPUT;
    else
        status = serac_import_onnx_resolve(t, in, q, out);
    if (status == SERAC_OK && codes) {
        out->kind = SERAC_IMPORT_ONNX_CODES;
        out->is_integer = true;
    }
    return status;
}

/* --- ONNX ------------------------------------------------------------------------ */

static bool set_range(struct serac_import_onnx_quantiser *q)
{
    q->low = q->format.is_signed ? -(1 << (q->format.bits - 1)) : 0;
    q->high = q->low + (1 << q->format.bits) - 1;
    return q->format.zero_point >= q->low && q->format.zero_point <= q->high;
}

static enum serac_status quantise_linear(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    double scale, zero;
    struct serac_import_onnx_value *z = serac_import_onnx_value_at(t, 2);
    int64_t wanted = serac_onnx_int(t->node, "output_dtype", 0);
    uint32_t type = z && z->constant ? z->constant->type : wanted ? (uint32_t)wanted : SERAC_ONNX_UINT8;
    uint32_t bits = serac_onnx_bits(type);
    if (!serac_import_onnx_scalar(t, 1, 1, &scale) || !serac_import_onnx_scalar(t, 2, 0, &zero))
        return SERAC_E_INPUT;
    if (!bits)
        return serac_import_onnx_refuse(t, "makes %s: only integers of 2, 4 and 8 bits are supported",
                                        serac_onnx_type_name(type));
    if (!(scale > 1e-30 && scale < 1e30))
        return serac_import_onnx_refuse(t, "a scale that is not positive");
    struct serac_import_onnx_quantiser q = {
        .rule = SERAC_IMPORT_ONNX_LINEAR, .scale = scale,
        .format = {.bits = bits, .is_signed = serac_onnx_is_signed(type), .zero_point = (int32_t)zero}};
    set_range(&q);
    return finish(t, in, &q, true);
}

enum serac_status serac_import_onnx_dequantise(struct serac_import_onnx *t)
{
    struct serac_import_onnx_value *in = serac_import_onnx_known(t, 0), *out = serac_import_onnx_output(t);
    double scale, zero;
    if (in && in->kind == SERAC_IMPORT_ONNX_CONSTANT)
        return serac_import_onnx_dequantise_constant(t);
    if (t->node->n_input < 2)
        return serac_import_onnx_refuse(t, "has no scale");
    if (!in || !serac_import_onnx_scalar(t, 2, 0, &zero))
        return SERAC_E_INPUT;
    if (in->raw && in->is_integer && zero == 0) {        /* sums of 32 bits */
        struct serac_onnx_constant *c = serac_import_onnx_constant(t, 1);
        uint32_t count;
        double *values = c ? serac_import_onnx_per_channel(t, in, c, &count) : NULL;
        enum serac_status status = values ? serac_import_onnx_continue(t, in, out) : SERAC_E_INPUT;
        if (status == SERAC_OK && !serac_import_onnx_chain_add(&out->chain, SERAC_IMPORT_ONNX_MUL, values, count))
            status = serac_import_onnx_no_room(t);
        free(values);
        out->is_integer = false;
        return status;
    }
    if (in->kind != SERAC_IMPORT_ONNX_CODES)
        return serac_import_onnx_refuse(t, "\"%.60s\" is not quantised", in->name);
    if (!serac_import_onnx_scalar(t, 1, 1, &scale))
        return SERAC_E_INPUT;
    if (!(scale > 1e-30 && scale < 1e30))
        return serac_import_onnx_refuse(t, "a scale that is not positive");
    if (!serac_import_onnx_use_codes(t, in, scale, (int32_t)zero))
        return SERAC_E_INPUT;
    enum serac_status status = serac_import_onnx_pass(t, in, out);
    out->kind = SERAC_IMPORT_ONNX_REAL;
    out->is_integer = false;
    return status;
}

/* --- QONNX and FINN ------------------------------------------------------------------ */

/* Bipolar codes have no zero: where a convolution pads them they are -1 and 1 of two bits. */
static void set_bipolar(struct serac_import_onnx *t, struct serac_import_onnx_quantiser *q)
{
    bool padded = serac_import_onnx_output(t)->padded;
    q->format = (struct serac_tensor){.bits = padded ? 2 : 1, .is_signed = padded, .is_bipolar = !padded};
    q->low = padded ? -1 : 0;
    q->high = 1;
}

static enum serac_status quant(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    double scale, zero, bits;
    const Onnx__AttributeProto *mode = serac_onnx_attribute(t->node, "rounding_mode");
    if (!serac_import_onnx_scalar(t, 1, 1, &scale) || !serac_import_onnx_scalar(t, 2, 0, &zero) ||
        !serac_import_onnx_scalar(t, 3, 8, &bits))
        return SERAC_E_INPUT;
    bool is_signed = serac_onnx_int(t->node, "signed", 1) != 0;
    bool narrow = serac_onnx_int(t->node, "narrow", 0) != 0;
    struct serac_import_onnx_quantiser q = {.rule = SERAC_IMPORT_ONNX_QUANT, .scale = scale, .rounding = 'R'};
    if (!(bits >= 1 && bits <= 8) || bits != floor(bits) || zero != floor(zero) ||
        !(scale > 1e-30 && scale < 1e30))
        return serac_import_onnx_refuse(t, "needs 1 to 8 bits, an integer zero point and a positive scale");
    if (mode && mode->s.len)
        q.rounding = (char)mode->s.data[0];
    if (!strchr("RFC", q.rounding) || (mode && mode->s.len > 5))
        return serac_import_onnx_refuse(t, "its rounding mode is none of ROUND, FLOOR and CEIL");
    if (bits == 1 && is_signed) {
        q.rule = SERAC_IMPORT_ONNX_BIPOLAR;
        set_bipolar(t, &q);
        return zero == 0 ? finish(t, in, &q, false) : serac_import_onnx_refuse(t, "one signed bit with a zero point");
    }
    q.format = (struct serac_tensor){.bits = (uint32_t)bits, .is_signed = is_signed,
                                     .zero_point = (int32_t)zero};
    if (fabs(zero) > 255 || !set_range(&q))
        return serac_import_onnx_refuse(t, "a zero point that is none of its codes");
    if (narrow)
        *(is_signed ? &q.low : &q.high) += is_signed ? 1 : -1;
    return finish(t, in, &q, false);
}

static enum serac_status bipolar_quant(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    struct serac_import_onnx_quantiser q = {.rule = SERAC_IMPORT_ONNX_BIPOLAR};
    if (!serac_import_onnx_scalar(t, 1, 1, &q.scale))
        return SERAC_E_INPUT;
    if (!(q.scale > 1e-30 && q.scale < 1e30))
        return serac_import_onnx_refuse(t, "a scale that is not positive");
    set_bipolar(t, &q);
    return finish(t, in, &q, false);
}

/* Codes of a count of thresholds that becomes scale * count + bias. */
static bool set_counted(struct serac_import_onnx *t, struct serac_import_onnx_quantiser *q, double scale, double bias)
{
    double offset = bias / scale, codes = (double)q->steps + 1;
    uint32_t bits = 1;
    while (bits < 9 && ldexp(1, (int)bits) < codes)
        bits++;
    q->scale = scale;
    q->stride = 1;
    q->format = (struct serac_tensor){.bits = bits};
    q->high = (int32_t)q->steps;
    if (offset == floor(offset) && offset >= -128 && offset + q->steps <= (offset < 0 ? 127 : 255)) {
        q->low = (int32_t)offset;
        q->high = q->low + (int32_t)q->steps;
        q->format.is_signed = q->low < 0;
        for (bits = 1; q->format.is_signed ? q->low < -(1 << (bits - 1)) || q->high >= 1 << (bits - 1)
                                           : q->high >= 1 << bits;)
            bits++;
        q->format.bits = bits;
        return true;
    }
    q->scale = scale / 2;                /* odd multiples of half the scale: bipolar */
    if (2 * offset != -(double)q->steps || codes != ldexp(1, (int)bits))
        return false;
    if (bits == 1) {
        set_bipolar(t, q);
        q->stride = q->format.is_signed ? 2 : 1;
        return true;
    }
    q->format.is_bipolar = true;
    return !serac_import_onnx_output(t)->padded;
}

/* Thresholds a row for each channel, or one row for all. */
static enum serac_status multi_threshold(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    const struct serac_onnx_constant *c = serac_import_onnx_constant(t, 1);
    struct serac_import_onnx_quantiser q = {.rule = SERAC_IMPORT_ONNX_THRESHOLDS};
    double scale = (double)serac_onnx_float(t->node, "out_scale", 1);
    double bias = (double)serac_onnx_float(t->node, "out_bias", 0);
    if (!c)
        return SERAC_E_INPUT;
    uint32_t channels = serac_import_onnx_tensor(t, in->layer)->channels, axis = serac_import_onnx_channel_axis(t, in);
    bool last = serac_onnx_text_is(t->node, "data_layout", "NHWC", "NCHW") || (in->rank != 2 && in->rank != 4);
    if (c->rank != 2 || c->dims[1] < 1 || c->dims[1] > 255)
        return serac_import_onnx_refuse(t, "needs 1 to 255 thresholds a channel");
    if (c->dims[0] != 1 && (c->dims[0] != channels || axis != (last ? in->rank - 1 : in->rank > 1)))
        return serac_import_onnx_refuse(t, "needs thresholds for all, or for each channel");
    for (uint64_t i = 0; i < c->count; i++)
        if (!(c->numbers[i] == c->numbers[i]) || c->scales)
            return serac_import_onnx_refuse(t, "a threshold is no number");
    q.thresholds = c->numbers;
    q.rows = c->dims[0];
    q.steps = c->dims[1];
    if (!(scale > 1e-30 && scale < 1e30) || !set_counted(t, &q, scale, bias))
        return serac_import_onnx_refuse(t, "its scale %g and bias %g give no codes of 8 bits with a zero, nor bipolar "
                                        "ones that are not padded", scale, bias);
    if (in->kind == SERAC_IMPORT_ONNX_CODES)
        return serac_import_onnx_refuse(t, "\"%.60s\" is not dequantised", in->name);
    return serac_import_onnx_resolve(t, in, &q, serac_import_onnx_output(t));
}

enum serac_status serac_import_onnx_quantise(struct serac_import_onnx *t)
{
    const char *op = t->node->op_type;
    struct serac_import_onnx_value *in = serac_import_onnx_known(t, 0);
    if (!in)
        return SERAC_E_INPUT;
    bool is_quant = !strcmp(op, "Quant") || !strcmp(op, "IntQuant");
    if (t->node->n_input < (is_quant ? 4u : 2u))
        return serac_import_onnx_refuse(t, "has no scale, zero point or width");
    if (in->kind == SERAC_IMPORT_ONNX_CONSTANT && strcmp(op, "MultiThreshold"))
        return serac_import_onnx_quantise_constant(t);
    if (in->kind == SERAC_IMPORT_ONNX_CONSTANT)
        return serac_import_onnx_refuse(t, "is not supported on constants");
    return !strcmp(op, "QuantizeLinear") ? quantise_linear(t, in)
           : is_quant                     ? quant(t, in)
           : !strcmp(op, "BipolarQuant") ? bipolar_quant(t, in)
                                         : multi_threshold(t, in);
}
