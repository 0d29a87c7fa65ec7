#include "ref_write.h"

#include <stdlib.h>
#include <string.h>

/* The file grows at its end. Offsets in a FlatBuffer lead forward, so what a
 * table points at is written after it, and the offset is filled in then. */
struct writer {
    uint8_t *bytes;
    size_t size, capacity;
    bool failed;
};

/* One field of a table: absent if its width is 0. */
struct slot {
    unsigned width;      /* 1 or 4 bytes */
    uint32_t value;      /* 0 for an offset that is filled in later */
    size_t at;           /* set by table() */
};

static void put(struct writer *w, uint64_t value, unsigned width)
{
    if (w->size + width > w->capacity) {
        size_t capacity = 2 * w->capacity + 1024;
        uint8_t *bytes = w->failed ? NULL : realloc(w->bytes, capacity);
        if (!bytes) {
            w->failed = true;
            return;
        }
        w->bytes = bytes;
        w->capacity = capacity;
    }
    for (unsigned i = 0; i < width; i++)
        w->bytes[w->size++] = (uint8_t)(value >> 8 * i);
}

/* Zeros until `ahead` bytes further on the position is a multiple of `unit`. */
static void align(struct writer *w, size_t unit, size_t ahead)
{
    while (!w->failed && (w->size + ahead) % unit)
        put(w, 0, 1);
}

/* Makes the offset at `at` lead to the next byte. */
static void lead_here(struct writer *w, size_t at)
{
    for (unsigned i = 0; i < 4 && !w->failed; i++)
        w->bytes[at + i] = (uint8_t)((w->size - at) >> 8 * i);
}

/* A table with its vtable before it; the offset at `from` leads to it. Fields of
 * four bytes come first, so all are aligned. */
static void table(struct writer *w, size_t from, struct slot *slots, unsigned count)
{
    static const unsigned widths[] = {4, 1};
    unsigned offset[16] = {0}, length = 4;
    for (int k = 0; k < 2; k++)
        for (unsigned i = 0; i < count; i++)
            if (slots[i].width == widths[k]) {
                offset[i] = length;
                length += widths[k];
            }
    align(w, 4, 4 + 2 * count);
    put(w, 4 + 2 * count, 2);
    put(w, length, 2);
    for (unsigned i = 0; i < count; i++)
        put(w, offset[i], 2);
    size_t start = w->size;
    lead_here(w, from);
    put(w, 4 + 2 * count, 4);
    for (int k = 0; k < 2; k++)
        for (unsigned i = 0; i < count; i++)
            if (slots[i].width == widths[k]) {
                slots[i].at = start + offset[i];
                put(w, slots[i].value, widths[k]);
            }
}

/* A vector of `count` elements of which the first is to be aligned to `unit`.
 * Returns the position of the first element, which the caller writes. */
static size_t vector(struct writer *w, size_t from, size_t count, size_t unit)
{
    align(w, 4, 0);
    align(w, unit, 4);
    lead_here(w, from);
    put(w, count, 4);
    return w->size;
}

/* A vector of `count` offsets, to be filled in. */
static size_t offsets(struct writer *w, size_t from, int32_t count)
{
    size_t first = vector(w, from, (size_t)count, 4);
    for (int32_t i = 0; i < count; i++)
        put(w, 0, 4);
    return first;
}

static void integers(struct writer *w, size_t from, const int32_t *values, int32_t count)
{
    vector(w, from, (size_t)count, 4);
    for (int32_t i = 0; i < count; i++)
        put(w, (uint32_t)values[i], 4);
}

static void octets(struct writer *w, size_t from, const void *bytes, size_t count, size_t unit)
{
    vector(w, from, count, unit);
    for (size_t i = 0; i < count; i++)
        put(w, ((const uint8_t *)bytes)[i], 1);
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* --- the schema ------------------------------------------------------------- */

static void write_code(struct writer *w, size_t from, int32_t code, enum ref_codes codes)
{
    struct slot s[4] = {{1, (uint32_t)(code > 127 ? 127 : code), 0}, {0, 0, 0}, {4, 1, 0},
                        {4, (uint32_t)code, 0}};
    if (codes == REF_CODES_OLD)
        s[3].width = 0;
    if (codes == REF_CODES_NEW)
        s[0].width = 0;
    table(w, from, s, 4);
}

/* Buffer 0 is empty, as the schema wants it; tensor i has buffer i + 1. */
static void write_tensor(struct writer *w, size_t from, const struct ref_tensor *t, int32_t index)
{
    struct slot s[5] = {{4, 0, 0}, {1, (uint32_t)t->type & 255, 0}, {4, (uint32_t)index + 1, 0},
                        {4, 0, 0}, {t->num_scales ? 4 : 0, 0, 0}};
    table(w, from, s, 5);
    integers(w, s[0].at, t->shape, t->rank);
    octets(w, s[3].at, t->name, strlen(t->name), 4);
    put(w, 0, 1);
    if (!t->num_scales)
        return;
    struct slot q[7] = {{0, 0, 0}, {0, 0, 0}, {4, 0, 0}, {4, 0, 0}, {0, 0, 0}, {0, 0, 0},
                        {4, (uint32_t)t->quantized_dimension, 0}};
    table(w, s[4].at, q, 7);
    vector(w, q[2].at, (size_t)t->num_scales, 4);
    for (int32_t i = 0; i < t->num_scales; i++)
        put(w, bits_of(t->scale[i]), 4);
    vector(w, q[3].at, (size_t)t->num_scales, 8);
    for (int32_t i = 0; i < t->num_scales; i++)
        put(w, (uint64_t)t->zero_point[i], 8);
}

static void write_buffer(struct writer *w, size_t from, const struct ref_tensor *t)
{
    struct slot s[1] = {{t && t->constant ? 4 : 0, 0, 0}};
    table(w, from, s, 1);
    if (s[0].width)
        octets(w, s[0].at, t->constant, t->bytes, 16);
}

static struct slot word(int32_t value)
{
    return (struct slot){4, (uint32_t)value, 0};
}

static struct slot octet(int32_t value)
{
    return (struct slot){1, (uint32_t)value & 255, 0};
}

static void write_options(struct writer *w, size_t from, int kind, const struct ref_options *o)
{
    struct slot s[7] = {octet(o->padding), word(o->stride_w), word(o->stride_h)};
    struct slot act = octet(o->activation), dw = word(o->dilation_w), dh = word(o->dilation_h);
    unsigned count = 6;
    switch (kind) {
    case 1:
        s[3] = act, s[4] = dw, s[5] = dh;
        break;
    case 2:
        s[3] = word(o->depth_multiplier), s[4] = act, s[5] = dw, s[6] = dh;
        count = 7;
        break;
    case 5:
        s[3] = word(o->filter_w), s[4] = word(o->filter_h), s[5] = act;
        break;
    case 8:
        s[0] = act, s[1] = octet(o->weights_format), s[2] = octet(o->keep_dims);
        count = 3;
        break;
    default:
        s[0] = kind == 9 ? word((int32_t)bits_of(o->beta)) : kind == 11 ? act : octet(o->keep_dims);
        count = 1;
    }
    table(w, from, s, count);
}

static void write_operator(struct writer *w, size_t from, const struct ref_operator *op,
                           int32_t index)
{
    int kind = ref_options_kind(op->builtin);
    unsigned width = kind ? 4 : 0;
    struct slot s[5] = {{4, (uint32_t)index, 0}, {4, 0, 0}, {4, 0, 0},
                        {width / 4, (uint32_t)kind, 0}, {width, 0, 0}};
    table(w, from, s, 5);
    integers(w, s[1].at, op->input, op->num_inputs);
    integers(w, s[2].at, op->output, op->num_outputs);
    if (kind)
        write_options(w, s[4].at, kind, &op->options);
}

uint8_t *ref_graph_write(const struct ref_graph *g, enum ref_codes codes, size_t *size)
{
    struct writer w = {NULL, 0, 0, false};
    struct slot model[5] = {word(3), word(0), word(0), {0, 0, 0}, word(0)};
    struct slot graph[4] = {word(0), word(0), word(0), word(0)};
    put(&w, 0, 4);
    put(&w, 0x334c4654, 4);                     /* TFL3 */
    table(&w, 0, model, 5);
    size_t at = offsets(&w, model[1].at, g->num_operators);
    for (int32_t i = 0; i < g->num_operators; i++)
        write_code(&w, at + 4 * (size_t)i, g->op[i].builtin, codes);
    table(&w, offsets(&w, model[2].at, 1), graph, 4);
    at = offsets(&w, graph[0].at, g->num_tensors);
    for (int32_t i = 0; i < g->num_tensors; i++)
        write_tensor(&w, at + 4 * (size_t)i, &g->tensor[i], i);
    integers(&w, graph[1].at, g->input, g->num_inputs);
    integers(&w, graph[2].at, g->output, g->num_outputs);
    at = offsets(&w, graph[3].at, g->num_operators);
    for (int32_t i = 0; i < g->num_operators; i++)
        write_operator(&w, at + 4 * (size_t)i, &g->op[i], i);
    at = offsets(&w, model[4].at, g->num_tensors + 1);
    write_buffer(&w, at, NULL);
    for (int32_t i = 0; i < g->num_tensors; i++)
        write_buffer(&w, at + 4 * ((size_t)i + 1), &g->tensor[i]);
    align(&w, 4, 0);
    *size = w.size;
    if (!w.failed)
        return w.bytes;
    free(w.bytes);
    return NULL;
}
