/* serac_tflite.c - unpacks a TensorFlow Lite file. */
#include "serac_tflite.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields of the schema's tables, in its order. */
enum { MODEL_VERSION, MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, MODEL_DESCRIPTION, MODEL_BUFFERS };
enum { CODE_DEPRECATED, CODE_CUSTOM, CODE_VERSION, CODE_BUILTIN };
enum { GRAPH_TENSORS, GRAPH_INPUTS, GRAPH_OUTPUTS, GRAPH_OPERATORS };
enum { TENSOR_SHAPE, TENSOR_TYPE, TENSOR_BUFFER, TENSOR_NAME, TENSOR_QUANTIZATION };
enum { QUANTIZATION_SCALE = 2, QUANTIZATION_ZERO_POINT, QUANTIZATION_AXIS = 6 };
enum { NODE_OPCODE, NODE_INPUTS, NODE_OUTPUTS, NODE_OPTIONS = 4 };
enum { SCHEMA_VERSION = 3, CUSTOM = 32, MOST = 1 << 16 };

static enum serac_status fail(struct serac_error *error, const char *text)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s", text);
    return SERAC_E_INPUT;
}

static void read_name(const struct serac_flatbuffer *f, uint32_t table, char name[96])
{
    uint32_t text = serac_flatbuffer_field(f, table, TENSOR_NAME);
    uint32_t count = serac_flatbuffer_count(f, text, 1);
    if (count > 95)
        count = 95;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t c = serac_flatbuffer_bytes(f, text)[i];
        name[i] = c >= ' ' && c <= '~' ? (char)c : '?';
    }
    name[count] = '\0';
}

/* Dynamic sizes (-1) count as one. */
static bool read_shape(const struct serac_flatbuffer *f, uint32_t table, struct serac_tflite_tensor *t)
{
    uint32_t shape = serac_flatbuffer_field(f, table, TENSOR_SHAPE);
    t->rank = serac_flatbuffer_count(f, shape, 4);
    if (t->rank > SERAC_TFLITE_RANK)
        return false;
    for (uint32_t i = 0; i < t->rank; i++) {
        int64_t size = serac_flatbuffer_int_at(f, shape, 4, i);
        t->shape[i] = size < 0 ? 1 : (uint32_t)size;
    }
    return true;
}

static bool read_tensor(const struct serac_flatbuffer *f, uint32_t table, uint32_t buffers,
                        struct serac_tflite_tensor *t)
{
    uint32_t q = serac_flatbuffer_field(f, table, TENSOR_QUANTIZATION);
    uint64_t buffer = (uint64_t)serac_flatbuffer_int(f, table, TENSOR_BUFFER, 4, 0);
    read_name(f, table, t->name);
    t->type = (uint32_t)serac_flatbuffer_int(f, table, TENSOR_TYPE, 1, 0);
    t->scales = serac_flatbuffer_field(f, q, QUANTIZATION_SCALE);
    t->num_scales = serac_flatbuffer_count(f, t->scales, 4);
    t->zero_points = serac_flatbuffer_field(f, q, QUANTIZATION_ZERO_POINT);
    t->axis = (uint32_t)serac_flatbuffer_int(f, q, QUANTIZATION_AXIS, 4, 0);
    if (buffer >= serac_flatbuffer_count(f, buffers, 4))
        return false;
    uint32_t data = serac_flatbuffer_field(f, serac_flatbuffer_table_at(f, buffers, (uint32_t)buffer), 0);
    t->bytes = serac_flatbuffer_count(f, data, 1);
    t->data = t->bytes ? serac_flatbuffer_bytes(f, data) : NULL;
    return read_shape(f, table, t);
}

/* Newer files keep codes beyond 127 in a field of its own; the larger one counts. */
static uint32_t builtin_code(const struct serac_flatbuffer *f, uint32_t codes, uint64_t index)
{
    if (index >= serac_flatbuffer_count(f, codes, 4))
        return UINT32_MAX;
    uint32_t code = serac_flatbuffer_table_at(f, codes, (uint32_t)index);
    int64_t old = serac_flatbuffer_int(f, code, CODE_DEPRECATED, 1, 0);
    int64_t new = serac_flatbuffer_int(f, code, CODE_BUILTIN, 4, 0);
    return (uint32_t)(old > new ? old : new);
}

static bool numbers_fit(const struct serac_tflite *m, uint32_t vector, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t n = serac_flatbuffer_int_at(&m->file, vector, 4, i);
        if (n < -1 || n >= m->num_tensors)
            return false;
    }
    return true;
}

static bool read_node(struct serac_tflite *m, uint32_t table, uint32_t codes, struct serac_tflite_node *n)
{
    const struct serac_flatbuffer *f = &m->file;
    n->op = builtin_code(f, codes, (uint64_t)serac_flatbuffer_int(f, table, NODE_OPCODE, 4, 0));
    n->options = serac_flatbuffer_field(f, table, NODE_OPTIONS);
    n->inputs = serac_flatbuffer_field(f, table, NODE_INPUTS);
    n->outputs = serac_flatbuffer_field(f, table, NODE_OUTPUTS);
    n->num_inputs = serac_flatbuffer_count(f, n->inputs, 4);
    n->num_outputs = serac_flatbuffer_count(f, n->outputs, 4);
    return numbers_fit(m, n->inputs, n->num_inputs) && numbers_fit(m, n->outputs, n->num_outputs);
}

static enum serac_status read_graph(struct serac_tflite *m, uint32_t root, struct serac_error *error)
{
    const struct serac_flatbuffer *f = &m->file;
    uint32_t graphs = serac_flatbuffer_field(f, root, MODEL_SUBGRAPHS);
    uint32_t graph = serac_flatbuffer_count(f, graphs, 4) ? serac_flatbuffer_table_at(f, graphs, 0) : 0;
    uint32_t tensors = serac_flatbuffer_field(f, graph, GRAPH_TENSORS);
    uint32_t nodes = serac_flatbuffer_field(f, graph, GRAPH_OPERATORS);
    uint32_t codes = serac_flatbuffer_field(f, root, MODEL_OPERATOR_CODES);
    uint32_t buffers = serac_flatbuffer_field(f, root, MODEL_BUFFERS);
    m->num_tensors = serac_flatbuffer_count(f, tensors, 4);
    m->num_nodes = serac_flatbuffer_count(f, nodes, 4);
    if (!m->num_tensors || !m->num_nodes || m->num_tensors > MOST || m->num_nodes > MOST)
        return fail(error, "no network: no tensors or operators, or more than 65,536");
    m->tensors = calloc(m->num_tensors, sizeof *m->tensors);
    m->nodes = calloc(m->num_nodes, sizeof *m->nodes);
    if (!m->tensors || !m->nodes)
        return SERAC_E_NOMEM;
    for (uint32_t i = 0; i < m->num_tensors; i++)
        if (!read_tensor(f, serac_flatbuffer_table_at(f, tensors, i), buffers, &m->tensors[i]))
            return fail(error, "damaged: a tensor has no buffer, or more than six dimensions");
    for (uint32_t i = 0; i < m->num_nodes; i++)
        if (!read_node(m, serac_flatbuffer_table_at(f, nodes, i), codes, &m->nodes[i]))
            return fail(error, "damaged: an operator's tensors are not there");
    m->inputs = serac_flatbuffer_field(f, graph, GRAPH_INPUTS);
    m->outputs = serac_flatbuffer_field(f, graph, GRAPH_OUTPUTS);
    m->num_inputs = serac_flatbuffer_count(f, m->inputs, 4);
    m->num_outputs = serac_flatbuffer_count(f, m->outputs, 4);
    if (!numbers_fit(m, m->inputs, m->num_inputs) || !numbers_fit(m, m->outputs, m->num_outputs))
        return fail(error, "damaged: the network's tensors are not there");
    return SERAC_OK;
}

enum serac_status serac_tflite_open(struct serac_tflite *m, const uint8_t *bytes, size_t size,
                                    struct serac_error *error)
{
    *m = (struct serac_tflite){.file = {bytes, size}};
    uint32_t root = serac_flatbuffer_root(&m->file);
    if (size < 16 || memcmp(bytes + 4, "TFL3", 4) ||
        serac_flatbuffer_int(&m->file, root, MODEL_VERSION, 4, 0) != SCHEMA_VERSION)
        return fail(error, "no TensorFlow Lite file of schema version 3");
    enum serac_status status = read_graph(m, root, error);
    if (status != SERAC_OK)
        serac_tflite_free(m);
    return status;
}

void serac_tflite_free(struct serac_tflite *m)
{
    free(m->tensors);
    free(m->nodes);
    m->tensors = NULL;
    m->nodes = NULL;
    m->num_tensors = m->num_nodes = 0;
}

static int32_t number_at(const struct serac_tflite *m, uint32_t vector, uint32_t count, uint32_t i)
{
    return i < count ? (int32_t)serac_flatbuffer_int_at(&m->file, vector, 4, i) : -1;
}

int32_t serac_tflite_input(const struct serac_tflite *m, const struct serac_tflite_node *n, uint32_t i)
{
    return number_at(m, n->inputs, n->num_inputs, i);
}

int32_t serac_tflite_output(const struct serac_tflite *m, const struct serac_tflite_node *n, uint32_t i)
{
    return number_at(m, n->outputs, n->num_outputs, i);
}

float serac_tflite_scale(const struct serac_tflite *m, const struct serac_tflite_tensor *t, uint32_t i)
{
    return i < t->num_scales ? serac_flatbuffer_float_at(&m->file, t->scales, i) : 0;
}

int64_t serac_tflite_zero_point(const struct serac_tflite *m, const struct serac_tflite_tensor *t, uint32_t i)
{
    return i < serac_flatbuffer_count(&m->file, t->zero_points, 8)
               ? serac_flatbuffer_int_at(&m->file, t->zero_points, 8, i) : 0;
}

uint64_t serac_tflite_elements(const struct serac_tflite_tensor *t)
{
    uint64_t count = 1;
    for (uint32_t i = 0; i < t->rank; i++) {
        count *= t->shape[i];
        if (count > 1u << 31)
            return 0;
    }
    return count;
}

int64_t serac_tflite_constant(const struct serac_tflite_tensor *t, uint32_t i)
{
    uint32_t size = t->type == SERAC_TFLITE_INT64 ? 8 : 4;
    struct serac_flatbuffer data = {t->data, t->bytes};
    uint64_t value = 0;
    if (!t->data || ((uint64_t)i + 1) * size > data.size)
        return 0;
    for (uint32_t b = 0; b < size; b++)
        value |= (uint64_t)data.bytes[(size_t)i * size + b] << 8 * b;
    return size == 8 ? (int64_t)value : (int32_t)(uint32_t)value;
}

const char *serac_tflite_op_name(uint32_t op, char room[24])
{
    static const struct {
        uint32_t op;
        const char *name;
    } names[] = {
        {SERAC_TFLITE_ADD, "ADD"}, {SERAC_TFLITE_AVERAGE_POOL_2D, "AVERAGE_POOL_2D"},
        {SERAC_TFLITE_CONV_2D, "CONV_2D"}, {SERAC_TFLITE_DEPTHWISE_CONV_2D, "DEPTHWISE_CONV_2D"},
        {SERAC_TFLITE_DEQUANTIZE, "DEQUANTIZE"}, {SERAC_TFLITE_FULLY_CONNECTED, "FULLY_CONNECTED"},
        {SERAC_TFLITE_MAX_POOL_2D, "MAX_POOL_2D"}, {SERAC_TFLITE_RESHAPE, "RESHAPE"},
        {SERAC_TFLITE_SOFTMAX, "SOFTMAX"}, {SERAC_TFLITE_PAD, "PAD"}, {SERAC_TFLITE_MEAN, "MEAN"},
        {SERAC_TFLITE_SQUEEZE, "SQUEEZE"}, {SERAC_TFLITE_EXPAND_DIMS, "EXPAND_DIMS"},
        {SERAC_TFLITE_QUANTIZE, "QUANTIZE"}, {2, "CONCATENATION"}, {14, "LOGISTIC"}, {18, "MUL"},
        {CUSTOM, "a custom operator"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].op == op)
            return names[i].name;
    snprintf(room, 24, "operator %u", (unsigned)op);
    return room;
}
