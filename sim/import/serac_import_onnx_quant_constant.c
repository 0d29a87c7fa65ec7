/* serac_import_onnx_quant_constant.c - weights that the graph itself quantises or dequantises. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_import_onnx.h"

/* Scale and zero point of each element: one, one for each index of an axis, or of a block along it. */
struct spread {
    const struct serac_onnx_constant *whole, *part;
    uint32_t axis;
    uint64_t block;          /* 0: none */
};

static bool open_spread(struct serac_import_onnx *t, const struct serac_onnx_constant *whole,
                        const struct serac_onnx_constant *part, struct spread *s)
{
    int64_t axis = serac_onnx_int(t->node, "axis", 1), block = serac_onnx_int(t->node, "block_size", 0);
    axis += axis < 0 ? whole->rank : 0;
    *s = (struct spread){whole, part, (uint32_t)axis, block > 0 ? (uint64_t)block : 0};
    bool good = !part || part->count == 1;
    if (!good && axis >= 0 && axis < whole->rank && block <= 0)
        good = part->rank == 1 && part->count == whole->dims[axis];
    if (!good && axis >= 0 && axis < whole->rank && block > 0) {
        good = part->rank == whole->rank;
        for (uint32_t d = 0; good && d < whole->rank; d++)
            good = part->dims[d] ==
                   (d == (uint32_t)axis ? (whole->dims[d] + s->block - 1) / s->block : whole->dims[d]);
    }
    if (!good)
        serac_import_onnx_refuse(t, "scale or zero point have another shape than the tensor and its axis");
    return good;
}

static uint64_t spread_index(const struct spread *s, uint64_t i)
{
    if (s->part->count == 1)
        return 0;
    if (!s->block)
        return serac_onnx_index(s->whole, i, s->axis);
    uint64_t at = 0;
    for (uint32_t d = 0; d < s->whole->rank; d++) {
        uint64_t index = serac_onnx_index(s->whole, i, d);
        at = at * s->part->dims[d] + (d == s->axis ? index / s->block : index);
    }
    return at;
}

static double spread_value(const struct spread *s, uint64_t i, double fallback)
{
    return s->part ? serac_onnx_value(s->part, spread_index(s, i)) : fallback;
}

/* Inputs: tensor, scale, zero point (may be missing). */
static bool open_three(struct serac_import_onnx *t, const struct serac_onnx_constant **x, struct spread *scale,
                       struct spread *zero)
{
    *x = serac_import_onnx_constant(t, 0);
    const struct serac_onnx_constant *s = *x ? serac_import_onnx_constant(t, 1) : NULL;
    bool has_zero = t->node->n_input > 2 && t->node->input[2][0];
    const struct serac_onnx_constant *z = s && has_zero ? serac_import_onnx_constant(t, 2) : NULL;
    if (!s || (has_zero && !z) || !open_spread(t, *x, s, scale) || !open_spread(t, *x, z, zero))
        return false;
    for (uint64_t i = 0; i < s->count; i++)
        if (!(s->numbers[i] > 0 && s->numbers[i] < 1e30)) {
            serac_import_onnx_refuse(t, "a scale that is not positive");
            return false;
        }
    return true;
}

/* The scales of what was dequantised or quantised; the zero point is taken off the numbers. */
static bool keep_scales(struct serac_onnx_constant *c, const struct spread *s)
{
    bool each = s->block && s->part->count > 1;
    c->num_scales = each ? (uint32_t)c->count : (uint32_t)s->part->count;
    c->axis = each ? SERAC_ONNX_EACH : s->axis;
    c->scales = calloc(c->num_scales ? c->num_scales : 1, sizeof *c->scales);
    for (uint32_t i = 0; c->scales && i < c->num_scales; i++)
        c->scales[i] = (float)s->part->numbers[each ? spread_index(s, i) : i];
    return c->scales != NULL;
}

enum serac_status serac_import_onnx_dequantise_constant(struct serac_import_onnx *t)
{
    const struct serac_onnx_constant *x;
    struct spread scale, zero;
    if (!open_three(t, &x, &scale, &zero))
        return SERAC_E_INPUT;
    if (!serac_onnx_bits(x->type) && x->type != SERAC_ONNX_INT32)
        return serac_import_onnx_refuse(t, "dequantises %s: only integers of 2, 4, 8 and 32 bits are supported",
                                        serac_onnx_type_name(x->type));
    struct serac_onnx_constant *c = serac_onnx_constant_new(&t->file, x->type, x->rank, x->dims);
    if (c && !keep_scales(c, &scale)) {
        serac_onnx_constant_free(c);
        c = NULL;
    }
    for (uint64_t i = 0; c && i < c->count; i++)
        c->numbers[i] = x->numbers[i] - spread_value(&zero, i, 0);
    if (c)
        c->bits = serac_onnx_bits(x->type);
    return serac_import_onnx_give(t, c);
}

static enum serac_status quantise_linear(struct serac_import_onnx *t)
{
    const struct serac_onnx_constant *x;
    struct spread scale, zero;
    if (!open_three(t, &x, &scale, &zero))
        return SERAC_E_INPUT;
    int64_t wanted = serac_onnx_int(t->node, "output_dtype", 0);
    uint32_t type = zero.part ? zero.part->type : wanted ? (uint32_t)wanted : SERAC_ONNX_UINT8;
    uint32_t bits = serac_onnx_bits(type);
    if (!bits)
        return serac_import_onnx_refuse(t, "makes %s: only integers of 2, 4 and 8 bits are supported",
                                        serac_onnx_type_name(type));
    double low = serac_onnx_is_signed(type) ? -ldexp(1, (int)bits - 1) : 0;
    double high = low + ldexp(1, (int)bits) - 1;
    struct serac_onnx_constant *c = serac_onnx_constant_new(&t->file, type, x->rank, x->dims);
    for (uint64_t i = 0; c && i < c->count; i++) {
        double y = rint((double)(float)(serac_onnx_value(x, i) / spread_value(&scale, i, 1)));
        y += spread_value(&zero, i, 0);
        c->numbers[i] = y < low ? low : y > high ? high : y;
    }
    return serac_import_onnx_give(t, c);
}

/* --- QONNX ------------------------------------------------------------------------------- */

/* Scales of QONNX are broadcast: one, or one for each index of one axis. */
static bool open_broadcast(struct serac_import_onnx *t, const struct serac_onnx_constant *x,
                           const struct serac_onnx_constant *part, struct spread *s)
{
    *s = (struct spread){.whole = x, .part = part};
    uint32_t axes = 0;
    for (uint32_t d = 0; d < part->rank; d++)
        if (part->dims[d] != 1) {
            axes++;
            s->axis = d + x->rank - part->rank;
        }
    bool good = part->rank <= x->rank && (part->count == 1 || (axes == 1 && part->count == x->dims[s->axis]));
    for (uint64_t i = 0; good && i < part->count; i++)
        good = part->numbers[i] > 0 && part->numbers[i] < 1e30;
    if (!good)
        serac_import_onnx_refuse(t, "its scale must be positive, and one for all or one for each index of one axis");
    return good;
}

static double round_by(struct serac_import_onnx *t, double x)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(t->node, "rounding_mode");
    char mode = a && a->s.len ? (char)a->s.data[0] : 'R';
    return mode == 'F' ? floor(x) : mode == 'C' ? ceil(x) : rint(x);
}

/* Quant: scale, zero point and bits; BipolarQuant: the scale. */
static enum serac_status quant(struct serac_import_onnx *t, bool bipolar)
{
    const struct serac_onnx_constant *x = serac_import_onnx_constant(t, 0);
    const struct serac_onnx_constant *s = x ? serac_import_onnx_constant(t, 1) : NULL;
    struct spread scale;
    double zero = 0, bits = 1;
    if (!s || !open_broadcast(t, x, s, &scale))
        return SERAC_E_INPUT;
    if (!bipolar && (!serac_import_onnx_scalar(t, 2, 0, &zero) || !serac_import_onnx_scalar(t, 3, 8, &bits)))
        return SERAC_E_INPUT;
    bool is_signed = serac_onnx_int(t->node, "signed", 1) != 0;
    bool narrow = serac_onnx_int(t->node, "narrow", 0) != 0;
    if (!bipolar && (!(bits >= 1 && bits <= 8) || bits != floor(bits) || zero != floor(zero) ||
                     fabs(zero) > 255))
        return serac_import_onnx_refuse(t, "needs 1 to 8 bits and a zero point among the codes");
    bipolar = bipolar || (bits == 1 && is_signed);
    double low = is_signed ? -ldexp(1, (int)bits - 1) + narrow : 0;
    double high = is_signed ? ldexp(1, (int)bits - 1) - 1 : ldexp(1, (int)bits) - 1 - narrow;
    struct serac_onnx_constant *c = serac_onnx_constant_new(
        &t->file, is_signed ? SERAC_ONNX_INT8 : SERAC_ONNX_UINT8, x->rank, x->dims);
    if (c && !keep_scales(c, &scale)) {
        serac_onnx_constant_free(c);
        c = NULL;
    }
    for (uint64_t i = 0; c && i < c->count; i++) {
        double y = (double)(float)(serac_onnx_value(x, i) / spread_value(&scale, i, 1)) + zero;
        y = y < low ? low : y > high ? high : y;
        c->numbers[i] = bipolar ? (serac_onnx_value(x, i) >= 0 ? 1 : -1) : round_by(t, y) - zero;
    }
    if (c)
        c->bits = (uint32_t)bits;
    return serac_import_onnx_give(t, c);
}

enum serac_status serac_import_onnx_quantise_constant(struct serac_import_onnx *t)
{
    const char *op = t->node->op_type;
    if (!strcmp(op, "QuantizeLinear"))
        return quantise_linear(t);
    return quant(t, !strcmp(op, "BipolarQuant"));
}
