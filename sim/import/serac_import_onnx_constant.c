/* serac_import_onnx_constant.c - nodes whose inputs are all constant. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_import_onnx.h"

/* The output takes the constant, which it owns. */
enum serac_status serac_import_onnx_give(struct serac_import_onnx *t, struct serac_onnx_constant *c)
{
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    if (!c)
        return serac_import_onnx_refuse(t, "out of memory, or constants of more than 8 dimensions or 2^27 numbers");
    if (out->kind != SERAC_IMPORT_ONNX_NOTHING) {
        serac_onnx_constant_free(c);
        return serac_import_onnx_refuse(t, "makes \"%.60s\", which has been made before", out->name);
    }
    out->kind = SERAC_IMPORT_ONNX_CONSTANT;
    out->constant = c;
    out->rank = c->rank;
    memcpy(out->dims, c->dims, sizeof out->dims);
    return SERAC_OK;
}

static bool set_scales(struct serac_onnx_constant *c, uint32_t count, uint32_t axis)
{
    c->scales = calloc(count, sizeof *c->scales);
    c->num_scales = count;
    c->axis = axis;
    return c->scales != NULL;
}

/* A copy of other dimensions; scales of an axis become scales of each number. */
struct serac_onnx_constant *serac_import_onnx_reshaped(struct serac_import_onnx *t,
                                                       const struct serac_onnx_constant *from, uint32_t rank,
                                                       const uint32_t *dims)
{
    struct serac_onnx_constant *c = serac_onnx_constant_new(&t->file, from->type, rank, dims);
    if (!c || c->count != from->count) {
        serac_onnx_constant_free(c);
        return NULL;
    }
    c->bits = from->bits;
    memcpy(c->numbers, from->numbers, from->count * sizeof *from->numbers);
    bool one = from->num_scales == 1;
    if (from->scales && !set_scales(c, one ? 1 : (uint32_t)from->count, one ? 0 : SERAC_ONNX_EACH)) {
        serac_onnx_constant_free(c);
        return NULL;
    }
    for (uint32_t i = 0; i < c->num_scales; i++)
        c->scales[i] = serac_onnx_scale(from, i);
    return c;
}

/* --- shapes ------------------------------------------------------------------------ */

static enum serac_status constant_node(struct serac_import_onnx *t)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(t->node, "value");
    const char *why = NULL;
    if (a && a->t) {
        struct serac_onnx_constant *c = serac_onnx_constant_of(&t->file, a->t, &why);
        return why ? serac_import_onnx_refuse(t, "its value: %s", why) : serac_import_onnx_give(t, c);
    }
    const Onnx__AttributeProto *floats = serac_onnx_attribute(t->node, "value_floats");
    const Onnx__AttributeProto *ints = serac_onnx_attribute(t->node, "value_ints");
    const Onnx__AttributeProto *f = serac_onnx_attribute(t->node, "value_float");
    const Onnx__AttributeProto *i = serac_onnx_attribute(t->node, "value_int");
    if (!floats && !ints && !f && !i)
        return serac_import_onnx_refuse(t, "only constants of numbers are supported");
    uint32_t count = floats ? (uint32_t)floats->n_floats : ints ? (uint32_t)ints->n_ints : 1;
    struct serac_onnx_constant *c = serac_onnx_constant_new(
        &t->file, floats || f ? SERAC_ONNX_FLOAT : SERAC_ONNX_INT64, floats || ints ? 1 : 0, &count);
    for (uint32_t k = 0; c && k < c->count; k++)
        c->numbers[k] = floats ? (double)floats->floats[k] : ints ? (double)ints->ints[k]
                        : f    ? (double)f->f : (double)i->i;
    return serac_import_onnx_give(t, c);
}

static enum serac_status transpose(struct serac_import_onnx *t, const struct serac_onnx_constant *from)
{
    uint32_t dims[SERAC_ONNX_RANK], axes[SERAC_ONNX_RANK], seen = 0;
    uint64_t strides[SERAC_ONNX_RANK];
    for (uint32_t i = 0; i < from->rank; i++) {
        int64_t axis = serac_onnx_int_at(t->node, "perm", i, (int64_t)from->rank - 1 - i);
        if (axis < 0 || axis >= from->rank || seen >> axis & 1)
            return serac_import_onnx_refuse(t, "its permutation is none");
        seen |= 1u << axis;
        axes[i] = (uint32_t)axis;
        dims[i] = from->dims[axis];
        strides[i] = 1;
        for (uint32_t d = axes[i] + 1; d < from->rank; d++)
            strides[i] *= from->dims[d];
    }
    struct serac_onnx_constant *c = serac_onnx_constant_new(&t->file, from->type, from->rank, dims);
    bool one = from->num_scales == 1;
    if (c && from->scales && !set_scales(c, one ? 1 : (uint32_t)from->count, one ? 0 : SERAC_ONNX_EACH)) {
        serac_onnx_constant_free(c);
        c = NULL;
    }
    for (uint64_t i = 0; c && i < c->count; i++) {
        uint64_t at = 0;
        for (uint32_t d = 0; d < c->rank; d++)
            at += serac_onnx_index(c, i, d) * strides[d];
        c->numbers[i] = from->numbers[at];
        if (c->scales && (i == 0 || !one))
            c->scales[i] = serac_onnx_scale(from, at);
    }
    if (c)
        c->bits = from->bits;
    return serac_import_onnx_give(t, c);
}

/* Numbers along the first axis, by their indices. */
static enum serac_status gather(struct serac_import_onnx *t, const struct serac_onnx_constant *from)
{
    const struct serac_onnx_constant *at = serac_import_onnx_constant(t, 1);
    if (!at)
        return SERAC_E_INPUT;
    if (from->rank != 1 || from->scales || serac_onnx_int(t->node, "axis", 0) != 0)
        return serac_import_onnx_refuse(t, "of constants, only lists are supported");
    struct serac_onnx_constant *c = serac_onnx_constant_new(&t->file, from->type, at->rank, at->dims);
    for (uint64_t i = 0; c && i < c->count; i++) {
        double index = at->numbers[i] + (at->numbers[i] < 0 ? (double)from->count : 0);
        if (!(index >= 0 && index < (double)from->count)) {
            serac_onnx_constant_free(c);
            return serac_import_onnx_refuse(t, "an index is outside the list");
        }
        c->numbers[i] = from->numbers[(uint64_t)index];
    }
    return serac_import_onnx_give(t, c);
}

static enum serac_status concat(struct serac_import_onnx *t)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < t->node->n_input; i++) {
        const struct serac_onnx_constant *c = serac_import_onnx_constant(t, i);
        if (!c)
            return SERAC_E_INPUT;
        if (c->rank != 1 || c->scales)
            return serac_import_onnx_refuse(t, "of constants, only lists are supported");
        count += c->count;
    }
    uint32_t dims = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
    struct serac_onnx_constant *to = serac_onnx_constant_new(&t->file, SERAC_ONNX_INT64, 1, &dims);
    count = 0;
    for (uint32_t i = 0; to && i < t->node->n_input; i++) {
        const struct serac_onnx_constant *c = serac_import_onnx_value_at(t, i)->constant;
        memcpy(to->numbers + count, c->numbers, c->count * sizeof *c->numbers);
        to->type = c->type;
        count += c->count;
    }
    return serac_import_onnx_give(t, to);
}

/* --- arithmetic ----------------------------------------------------------------------- */

/* The element of a constant that meets element `i` of a larger shape; the last dimensions are aligned. */
static uint64_t aligned(const struct serac_onnx_constant *c, const struct serac_onnx_constant *whole,
                        uint64_t i)
{
    uint64_t at = 0;
    for (uint32_t d = 0; d < c->rank; d++) {
        uint32_t index = serac_onnx_index(whole, i, whole->rank - c->rank + d);
        at = at * c->dims[d] + (c->dims[d] == 1 ? 0 : index);
    }
    return at;
}

static enum serac_status binary(struct serac_import_onnx *t, char op)
{
    const struct serac_onnx_constant *a = serac_import_onnx_constant(t, 0);
    const struct serac_onnx_constant *b = a ? serac_import_onnx_constant(t, 1) : NULL;
    if (!b)
        return SERAC_E_INPUT;
    uint32_t dims[SERAC_ONNX_RANK], rank = a->rank > b->rank ? a->rank : b->rank;
    for (uint32_t d = 0; d < rank; d++) {
        uint32_t x = d + a->rank < rank ? 1 : a->dims[d + a->rank - rank];
        uint32_t y = d + b->rank < rank ? 1 : b->dims[d + b->rank - rank];
        if (x != y && x != 1 && y != 1)
            return serac_import_onnx_refuse(t, "constants of shapes that do not go together");
        dims[d] = x == 1 ? y : x;
    }
    struct serac_onnx_constant *c = serac_onnx_constant_new(&t->file, a->type, rank, dims);
    bool whole = a->type == SERAC_ONNX_INT64 || a->type == SERAC_ONNX_INT32;
    for (uint64_t i = 0; c && i < c->count; i++) {
        double x = serac_onnx_value(a, aligned(a, c, i)), y = serac_onnx_value(b, aligned(b, c, i));
        double z = op == '*' ? x * y : op == '+' ? x + y : op == '-' ? x - y : x / y;
        c->numbers[i] = whole ? trunc(z) : (double)(float)z;
    }
    return serac_import_onnx_give(t, c);
}

static enum serac_status cast(struct serac_import_onnx *t, const struct serac_onnx_constant *from)
{
    struct serac_onnx_constant *c = serac_import_onnx_reshaped(t, from, from->rank, from->dims);
    uint32_t to = (uint32_t)serac_onnx_int(t->node, "to", SERAC_ONNX_FLOAT);
    bool whole = to == SERAC_ONNX_INT64 || to == SERAC_ONNX_INT32 || serac_onnx_bits(to);
    if (c && !c->bits)
        c->type = to;
    for (uint64_t i = 0; c && whole && i < c->count; i++)
        c->numbers[i] = trunc(c->numbers[i]);
    return serac_import_onnx_give(t, c);
}

enum serac_status serac_import_onnx_fold(struct serac_import_onnx *t)
{
    const char *op = t->node->op_type;
    if (!strcmp(op, "Constant"))
        return constant_node(t);
    if (!strcmp(op, "Concat"))
        return concat(t);
    struct serac_onnx_constant *from = serac_import_onnx_constant(t, 0);
    if (!from)
        return SERAC_E_INPUT;
    if (!strcmp(op, "Identity"))
        return serac_import_onnx_give(t, serac_import_onnx_reshaped(t, from, from->rank, from->dims));
    if (!strcmp(op, "Transpose"))
        return transpose(t, from);
    if (!strcmp(op, "Gather"))
        return gather(t, from);
    if (!strcmp(op, "Cast"))
        return cast(t, from);
    static const char *const binaries[] = {"Mul", "Add", "Sub", "Div"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(op, binaries[i]))
            return binary(t, "*+-/"[i]);
    return serac_import_onnx_refuse(t, "is not supported on constants");
}
