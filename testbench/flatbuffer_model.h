/* flatbuffer_model.h - writes small TensorFlow Lite files for tests, in the plainest form that is valid:
 * every field of a table has eight bytes, everything referred to stands behind what refers to it. */
#ifndef FLATBUFFER_MODEL_H
#define FLATBUFFER_MODEL_H

#include <stdint.h>
#include <string.h>

struct model_tensor {
    const char *name;
    uint32_t rank;
    int32_t shape[4];
    uint8_t type;
    uint32_t num_scales;
    float scales[8];
    int64_t zero_point;          /* of the first scale; the others have 0 */
    const void *data;
    uint32_t bytes;
};

struct model_node {
    uint32_t op;
    uint32_t num_inputs;
    int32_t inputs[4];
    int32_t output;
    uint32_t num_options;
    int32_t options[8];          /* by field; as int32, or a byte that is the lowest */
};

struct model {
    uint32_t num_tensors, num_nodes;
    struct model_tensor tensors[16];
    struct model_node nodes[12];
    int32_t input, output;
};

struct writer {
    uint8_t bytes[1 << 16];
    uint32_t size;
};

static void put(struct writer *w, uint32_t at, uint64_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        w->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

static uint32_t room(struct writer *w, uint32_t bytes)
{
    uint32_t at = w->size = (w->size + 7) / 8 * 8;
    w->size += bytes;
    return at;
}

/* A table of `fields`, all there, all zero; behind its vtable. */
static uint32_t table(struct writer *w, uint32_t fields)
{
    uint32_t vtable = room(w, 4 + 2 * fields), at = room(w, 8 + 8 * fields);
    put(w, vtable, 4 + 2 * fields, 2);
    put(w, vtable + 2, 8 + 8 * fields, 2);
    for (uint32_t i = 0; i < fields; i++)
        put(w, vtable + 4 + 2 * i, 8 + 8 * i, 2);
    put(w, at, at - vtable, 4);
    return at;
}

static void set(struct writer *w, uint32_t t, uint32_t field, uint64_t value)
{
    put(w, t + 8 + 8 * field, value, 8);
}

static void refer(struct writer *w, uint32_t at, uint32_t to)
{
    put(w, at, to - at, 4);
}

/* A field's vector of `count` elements. */
static uint32_t vector(struct writer *w, uint32_t t, uint32_t field, uint32_t count, uint32_t bytes)
{
    uint32_t at = room(w, 8 + count * bytes) + 4;      /* elements of eight bytes stand on eight */
    put(w, at, count, 4);
    refer(w, t + 8 + 8 * field, at);
    return at + 4;
}

static void write_tensor(struct writer *w, uint32_t at, const struct model_tensor *t, uint32_t buffer)
{
    uint32_t own = table(w, 5);
    refer(w, at, own);
    uint32_t shape = vector(w, own, 0, t->rank, 4);
    for (uint32_t i = 0; i < t->rank; i++)
        put(w, shape + 4 * i, (uint32_t)t->shape[i], 4);
    set(w, own, 1, t->type);
    set(w, own, 2, buffer);
    memcpy(w->bytes + vector(w, own, 3, (uint32_t)strlen(t->name), 1), t->name, strlen(t->name));
    uint32_t q = table(w, 7);
    refer(w, own + 8 + 8 * 4, q);
    memcpy(w->bytes + vector(w, q, 2, t->num_scales, 4), t->scales, t->num_scales * sizeof *t->scales);
    uint32_t zeros = vector(w, q, 3, t->num_scales, 8);
    if (t->num_scales)
        put(w, zeros, (uint64_t)t->zero_point, 8);
}

static void write_numbers(struct writer *w, uint32_t t, uint32_t field, const int32_t *numbers, uint32_t count)
{
    uint32_t at = vector(w, t, field, count, 4);
    for (uint32_t i = 0; i < count; i++)
        put(w, at + 4 * i, (uint32_t)numbers[i], 4);
}

static void write_node(struct writer *w, uint32_t at, const struct model_node *n, uint32_t code)
{
    uint32_t own = table(w, 5), options = table(w, 8);
    refer(w, at, own);
    set(w, own, 0, code);
    write_numbers(w, own, 1, n->inputs, n->num_inputs);
    write_numbers(w, own, 2, &n->output, 1);
    refer(w, own + 8 + 8 * 4, options);
    for (uint32_t i = 0; i < n->num_options; i++)
        set(w, options, i, (uint32_t)n->options[i]);
}

/* The file in w->bytes, w->size of them. */
static void write_model(struct writer *w, const struct model *m)
{
    memset(w, 0, sizeof *w);
    w->size = 8;
    memcpy(w->bytes + 4, "TFL3", 4);
    uint32_t root = table(w, 5);
    put(w, 0, root, 4);
    set(w, root, 0, 3);
    uint32_t codes = vector(w, root, 1, m->num_nodes, 4);
    for (uint32_t i = 0; i < m->num_nodes; i++) {
        uint32_t code = table(w, 4);
        refer(w, codes + 4 * i, code);
        set(w, code, 0, m->nodes[i].op < 127 ? m->nodes[i].op : 127);
        set(w, code, 3, m->nodes[i].op);
    }
    uint32_t graphs = vector(w, root, 2, 1, 4), graph = table(w, 4);
    refer(w, graphs, graph);
    uint32_t tensors = vector(w, graph, 0, m->num_tensors, 4);
    for (uint32_t i = 0; i < m->num_tensors; i++)
        write_tensor(w, tensors + 4 * i, &m->tensors[i], i);
    write_numbers(w, graph, 1, &m->input, 1);
    write_numbers(w, graph, 2, &m->output, 1);
    uint32_t nodes = vector(w, graph, 3, m->num_nodes, 4);
    for (uint32_t i = 0; i < m->num_nodes; i++)
        write_node(w, nodes + 4 * i, &m->nodes[i], i);
    uint32_t buffers = vector(w, root, 4, m->num_tensors, 4);
    for (uint32_t i = 0; i < m->num_tensors; i++) {
        uint32_t buffer = table(w, 1);
        refer(w, buffers + 4 * i, buffer);
        uint32_t data = vector(w, buffer, 0, m->tensors[i].bytes, 1);
        if (m->tensors[i].bytes)
            memcpy(w->bytes + data, m->tensors[i].data, m->tensors[i].bytes);
    }
}

#endif
