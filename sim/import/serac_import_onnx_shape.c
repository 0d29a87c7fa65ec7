/* serac_import_onnx_shape.c - changes of shape: the numbers stay where they are. */
#include <stdlib.h>
#include <string.h>

#include "serac_import_onnx.h"

static uint64_t product(const uint32_t *dims, uint32_t rank)
{
    uint64_t count = 1, most = (uint64_t)1 << 40;
    for (uint32_t i = 0; i < rank; i++)
        count = dims[i] && count > most / dims[i] ? most : count * dims[i];
    return count;
}

/* A constant gets the shape, or an activation, whose images stay images. */
static enum serac_status take_shape(struct serac_import_onnx *t, struct serac_import_onnx_value *in, uint32_t rank,
                                    const uint32_t *dims)
{
    struct serac_import_onnx_value *out = serac_import_onnx_output(t);
    if (product(dims, rank) != product(in->dims, in->rank))
        return serac_import_onnx_refuse(t, "its output has another number of elements than its input");
    if (in->kind == SERAC_IMPORT_ONNX_CONSTANT)
        return serac_import_onnx_give(t, serac_import_onnx_reshaped(t, in->constant, rank, dims));
    uint32_t images = serac_import_onnx_images(in);
    if (in->batched || (images > 1 && (rank < 2 || dims[0] != images)))
        return serac_import_onnx_refuse(t, "mixes images");
    enum serac_status status = serac_import_onnx_pass(t, in, out);
    if (status == SERAC_OK) {
        memcpy(out->dims, dims, rank * sizeof *dims);
        out->rank = rank;
        const struct serac_tensor *input = &t->build->network->input;
        bool picture = input->channels > 1 && (uint64_t)input->height * input->width > 1;
        if (rank == 2 && dims[1] <= 1u << 20 &&      /* a vector as the network's input fills the lanes */
            serac_import_onnx_reshape_input(t, out, 1, 1, dims[1], true) && picture)
            serac_import_note(t->import, "the input is a vector in the graph's order, channel by channel");
    }
    return status;
}

/* 0 keeps a dimension, -1 is the rest. */
static enum serac_status reshape(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    const struct serac_onnx_constant *c = serac_import_onnx_constant(t, 1);
    uint32_t dims[SERAC_ONNX_RANK], open = SERAC_ONNX_RANK;
    bool keep = !serac_onnx_int(t->node, "allowzero", 0);
    if (!c)
        return SERAC_E_INPUT;
    if (c->count > SERAC_ONNX_RANK)
        return serac_import_onnx_refuse(t, "to more than 8 dimensions");
    for (uint32_t i = 0; i < c->count; i++) {
        double wanted = c->numbers[i];
        if (!(wanted >= -1 && wanted <= 1 << 30) || (wanted == 0 && keep && i >= in->rank) ||
            (wanted == -1 && open < SERAC_ONNX_RANK))
            return serac_import_onnx_refuse(t, "a dimension that is none");
        dims[i] = wanted == 0 && keep ? in->dims[i] : wanted < 0 ? 1 : (uint32_t)wanted;
        open = wanted < 0 ? i : open;
    }
    uint64_t known = product(dims, (uint32_t)c->count), whole = product(in->dims, in->rank);
    if (open < SERAC_ONNX_RANK && (!known || whole % known))
        return serac_import_onnx_refuse(t, "its output has another number of elements than its input");
    if (open < SERAC_ONNX_RANK)
        dims[open] = (uint32_t)(whole / known);
    return take_shape(t, in, (uint32_t)c->count, dims);
}

static enum serac_status flatten(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    int64_t axis = serac_onnx_int(t->node, "axis", 1);
    axis += axis < 0 ? in->rank : 0;
    if (axis < 0 || axis > in->rank)
        return serac_import_onnx_refuse(t, "an axis that is none");
    uint64_t before = product(in->dims, (uint32_t)axis);
    uint64_t behind = product(in->dims + axis, in->rank - (uint32_t)axis);
    if (before > 1 << 30 || behind > 1 << 30)
        return serac_import_onnx_refuse(t, "more than 2^30 elements");
    const uint32_t dims[] = {(uint32_t)before, (uint32_t)behind};
    return take_shape(t, in, 2, dims);
}

/* Axes of Squeeze and Unsqueeze, an attribute or an input: a bit each. *all: none are given. */
static bool read_axes(struct serac_import_onnx *t, uint32_t rank, uint32_t *axes, bool *all)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(t->node, "axes");
    bool input = t->node->n_input > 1 && t->node->input[1][0];
    const struct serac_onnx_constant *c = input ? serac_import_onnx_constant(t, 1) : NULL;
    uint64_t count = input && c ? c->count : a ? a->n_ints : 0;
    *axes = 0;
    *all = !input && !a;
    if (input && !c)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        double axis = input ? c->numbers[i] : (double)a->ints[i];
        axis += axis < 0 ? rank : 0;
        if (!(axis >= 0 && axis < rank)) {
            serac_import_onnx_refuse(t, "an axis that is none");
            return false;
        }
        *axes |= 1u << (uint32_t)axis;
    }
    return true;
}

static enum serac_status squeeze(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    uint32_t axes, dims[SERAC_ONNX_RANK], rank = 0;
    bool all;
    if (!read_axes(t, in->rank, &axes, &all))
        return SERAC_E_INPUT;
    for (uint32_t i = 0; i < in->rank; i++) {
        bool gone = all ? in->dims[i] == 1 : axes >> i & 1;
        if (gone && in->dims[i] != 1)
            return serac_import_onnx_refuse(t, "a dimension that is not 1");
        if (!gone)
            dims[rank++] = in->dims[i];
    }
    return take_shape(t, in, rank, dims);
}

static enum serac_status unsqueeze(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(t->node, "axes");
    const struct serac_import_onnx_value *b = serac_import_onnx_value_at(t, 1);
    uint64_t more = b && b->constant ? b->constant->count : a ? a->n_ints : 0;
    uint32_t axes, dims[SERAC_ONNX_RANK], at = 0;
    bool all;
    if (more < 1 || more + in->rank > SERAC_ONNX_RANK)
        return serac_import_onnx_refuse(t, "to more than 8 dimensions, or no other");
    uint32_t rank = in->rank + (uint32_t)more;
    if (!read_axes(t, rank, &axes, &all))
        return SERAC_E_INPUT;
    for (uint32_t i = 0; i < rank; i++) {
        if (!(axes >> i & 1) && at == in->rank)
            return serac_import_onnx_refuse(t, "an axis twice");
        dims[i] = axes >> i & 1 ? 1 : in->dims[at++];
    }
    return at == in->rank ? take_shape(t, in, rank, dims) : serac_import_onnx_refuse(t, "an axis twice");
}

/* Does the permutation take `from` to `to` and keep the order of the others? */
static bool moves(const uint32_t *perm, uint32_t rank, uint32_t from, uint32_t to)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < rank; i++) {
        if (i == to) {
            if (perm[i] != from)
                return false;
            continue;
        }
        next += next == from;
        if (perm[i] != next++)
            return false;
    }
    return true;
}

/* Channels move between the second and the last dimension; nothing moves in memory. */
static enum serac_status transpose(struct serac_import_onnx *t, struct serac_import_onnx_value *in)
{
    uint32_t perm[SERAC_ONNX_RANK], dims[SERAC_ONNX_RANK], rank = in->rank;
    if (in->kind == SERAC_IMPORT_ONNX_CONSTANT)
        return serac_import_onnx_fold(t);
    for (uint32_t i = 0; i < rank; i++) {
        int64_t axis = serac_onnx_int_at(t->node, "perm", i, (int64_t)rank - 1 - i);
        if (axis < 0 || axis >= rank)
            return serac_import_onnx_refuse(t, "its permutation is none");
        perm[i] = (uint32_t)axis;
        dims[i] = in->dims[axis];
    }
    bool behind = rank >= 3 && moves(perm, rank, 1, rank - 1);
    bool before = rank >= 3 && moves(perm, rank, rank - 1, 1);
    bool input = in->layer == SERAC_IMPORT_ONNX_INPUT && before && rank <= 4;
    if (input)
        input = serac_import_onnx_reshape_input(t, in, rank == 4 ? in->dims[1] : 1, in->dims[rank - 2],
                                                in->dims[rank - 1], true);
    uint32_t axis = serac_import_onnx_channel_axis(t, in);
    bool flip = (behind && !in->channels_last && axis == 1) ||
        (before && (input || (in->channels_last && axis == rank - 1)));
    if ((!flip && !moves(perm, rank, 0, 0)) || in->batched)
        return serac_import_onnx_refuse(t, "moves other dimensions than the channels between second and last");
    enum serac_status status = serac_import_onnx_pass(t, in, serac_import_onnx_output(t));
    if (status != SERAC_OK)
        return status;
    memcpy(serac_import_onnx_output(t)->dims, dims, rank * sizeof *dims);
    if (flip)
        serac_import_onnx_output(t)->channels_last = behind && !in->channels_last && axis == 1;
    return SERAC_OK;
}

static enum serac_status shape_of(struct serac_import_onnx *t, const struct serac_import_onnx_value *in)
{
    struct serac_onnx_constant *c = serac_onnx_constant_new(&t->file, SERAC_ONNX_INT64, 1, &in->rank);
    for (uint32_t i = 0; c && i < in->rank; i++)
        c->numbers[i] = in->dims[i];
    return serac_import_onnx_give(t, c);
}

enum serac_status serac_import_onnx_shape(struct serac_import_onnx *t)
{
    const char *op = t->node->op_type;
    struct serac_import_onnx_value *in = serac_import_onnx_known(t, 0);
    if (!in)
        return SERAC_E_INPUT;
    return !strcmp(op, "Reshape")     ? reshape(t, in)
           : !strcmp(op, "Flatten")   ? flatten(t, in)
           : !strcmp(op, "Squeeze")   ? squeeze(t, in)
           : !strcmp(op, "Unsqueeze") ? unsqueeze(t, in)
           : !strcmp(op, "Transpose") ? transpose(t, in)
           : !strcmp(op, "Shape")     ? shape_of(t, in)
                                      : take_shape(t, in, in->rank, in->dims);
}
