/* serac_onnx.c - an ONNX file, unpacked; its attributes. */
#include "serac_onnx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- memory for protobuf-c ------------------------------------------------- */

/* An empty message takes two bytes of a file and a hundred of memory: what is alive at a time is limited. */
struct budget {
    size_t left;
};

enum { HEAD = 16 };          /* keeps the block's size, and the alignment */

static void *take(void *data, size_t size)
{
    struct budget *b = data;
    size_t whole = size + HEAD;
    if (size > SIZE_MAX - HEAD || whole > b->left)
        return NULL;
    unsigned char *block = malloc(whole);
    if (!block)
        return NULL;
    memcpy(block, &whole, sizeof whole);
    b->left -= whole;
    return block + HEAD;
}

static void give_back(void *data, void *pointer)
{
    struct budget *b = data;
    size_t whole;
    if (!pointer)
        return;
    unsigned char *block = (unsigned char *)pointer - HEAD;
    memcpy(&whole, block, sizeof whole);
    b->left += whole;
    free(block);
}

/* --- the file ----------------------------------------------------------------- */

static enum serac_status fail(struct serac_error *error, const char *text)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s", text);
    return SERAC_E_INPUT;
}

enum serac_status serac_onnx_open(struct serac_onnx *o, const uint8_t *bytes, size_t size,
                                  struct serac_error *error)
{
    const size_t most = (size_t)1 << 31, small = 16u << 20;
    struct budget budget = {size < (most - small) / 8 ? 8 * size + small : most};
    ProtobufCAllocator allocator = {take, give_back, &budget};
    *o = (struct serac_onnx){.room = (uint64_t)1 << 27};
    o->model = onnx__model_proto__unpack(&allocator, size, bytes);
    if (!o->model)
        return fail(error, "no ONNX file, or truncated or damaged: protobuf cannot read it");
    o->graph = o->model->graph;
    if (!o->graph || !o->graph->n_node)
        return fail(error, "no ONNX model: has no graph with nodes");
    return SERAC_OK;
}

void serac_onnx_free(struct serac_onnx *o)
{
    struct budget budget = {0};
    ProtobufCAllocator allocator = {take, give_back, &budget};
    if (o->model)
        onnx__model_proto__free_unpacked(o->model, &allocator);
    memset(o, 0, sizeof *o);
}

/* --- types ------------------------------------------------------------------ */

uint32_t serac_onnx_bits(uint32_t type)
{
    switch (type) {
    case SERAC_ONNX_UINT8: case SERAC_ONNX_INT8: return 8;
    case SERAC_ONNX_UINT4: case SERAC_ONNX_INT4: return 4;
    case SERAC_ONNX_UINT2: case SERAC_ONNX_INT2: return 2;
    default: return 0;
    }
}

bool serac_onnx_is_signed(uint32_t type)
{
    return type == SERAC_ONNX_INT8 || type == SERAC_ONNX_INT4 || type == SERAC_ONNX_INT2;
}

const char *serac_onnx_type_name(uint32_t type)
{
    static const char *const names[] = {
        "an undefined type", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool",
            "float16",
        "double", "uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz",
        "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1", "float8e8m0", "uint2", "int2"};
    return type < sizeof names / sizeof *names ? names[type] : "an unknown type";
}

/* --- attributes ---------------------------------------------------------------- */

const Onnx__AttributeProto *serac_onnx_attribute(const Onnx__NodeProto *node, const char *name)
{
    for (size_t i = 0; i < node->n_attribute; i++)
        if (!strcmp(node->attribute[i]->name, name))
            return node->attribute[i];
    return NULL;
}

int64_t serac_onnx_int(const Onnx__NodeProto *node, const char *name, int64_t fallback)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(node, name);
    return a ? a->i : fallback;
}

float serac_onnx_float(const Onnx__NodeProto *node, const char *name, float fallback)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(node, name);
    return a ? a->f : fallback;
}

int64_t serac_onnx_int_at(const Onnx__NodeProto *node, const char *name, size_t i, int64_t fallback)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(node, name);
    return !a ? fallback : i < a->n_ints ? a->ints[i] : INT64_MIN;
}

bool serac_onnx_text_is(const Onnx__NodeProto *node, const char *name, const char *text, const char *fallback)
{
    const Onnx__AttributeProto *a = serac_onnx_attribute(node, name);
    if (!a || !a->s.len)
        return !strcmp(text, fallback);
    return a->s.len == strlen(text) && !memcmp(a->s.data, text, a->s.len);
}
