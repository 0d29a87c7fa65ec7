/* onnx_model.h - small ONNX models built in memory, and their networks run on the model. Nothing to free
 * but what onnx_model_pack() returns. */
#ifndef ONNX_MODEL_H
#define ONNX_MODEL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_cli.h"
#include "serac_import_network.h"
#include "serac_infer.h"
#include "serac_onnx.h"

enum { ONNX_MODEL_MOST = 40 };

struct onnx_model {
    Onnx__GraphProto graph;
    Onnx__NodeProto nodes[ONNX_MODEL_MOST], *node_list[ONNX_MODEL_MOST];
    Onnx__AttributeProto attributes[ONNX_MODEL_MOST], *attribute_list[ONNX_MODEL_MOST][8];
    Onnx__TensorProto constants[ONNX_MODEL_MOST], *constant_list[ONNX_MODEL_MOST];
    Onnx__ValueInfoProto values[2], *value_list[2];
    Onnx__TypeProto type;
    Onnx__TypeProto__Tensor tensor;
    Onnx__TensorShapeProto shape;
    Onnx__TensorShapeProto__Dimension dims[4], *dim_list[4];
    size_t num_attributes;
    char *strings[16 * ONNX_MODEL_MOST];
    size_t num_strings;
    char text[8192];                 /* names */
    size_t text_used;
    int64_t integers[512];           /* shapes and lists */
    size_t num_integers;
    float floats[8192];
    int32_t words[8192];
    size_t num_floats, num_words;
};

static inline char *onnx_model_text(struct onnx_model *m, const char *text, size_t length)
{
    char *at = m->text + m->text_used;
    memcpy(at, text, length);
    at[length] = '\0';
    m->text_used += length + 1;
    return at;
}

/* The graph's input of `type`, "1,3,8,8", and its output. */
static inline void onnx_model_begin(struct onnx_model *m, int type, const int *dims, size_t rank,
                                    const char *output)
{
    memset(m, 0, sizeof *m);
    onnx__graph_proto__init(&m->graph);
    for (int i = 0; i < 2; i++) {
        onnx__value_info_proto__init(&m->values[i]);
        m->value_list[i] = &m->values[i];
    }
    onnx__type_proto__init(&m->type);
    onnx__type_proto__tensor__init(&m->tensor);
    onnx__tensor_shape_proto__init(&m->shape);
    for (size_t i = 0; i < rank; i++) {
        onnx__tensor_shape_proto__dimension__init(&m->dims[i]);
        m->dims[i].dim_value = dims[i];
        m->dim_list[i] = &m->dims[i];
    }
    m->shape.dim = m->dim_list;
    m->shape.n_dim = rank;
    m->tensor.elem_type = type;
    m->tensor.shape = &m->shape;
    m->type.tensor_type = &m->tensor;
    m->values[0].name = onnx_model_text(m, "in", 2);
    m->values[0].type = &m->type;
    m->values[1].name = onnx_model_text(m, output, strlen(output));
    m->graph.input = &m->value_list[0];
    m->graph.n_input = 1;
    m->graph.output = &m->value_list[1];
    m->graph.n_output = 1;
    m->graph.node = m->node_list;
    m->graph.initializer = m->constant_list;
}

/* Names between commas. */
static inline char **onnx_model_names(struct onnx_model *m, const char *names, size_t *count)
{
    char **first = m->strings + m->num_strings;
    *count = 0;
    for (const char *at = names;; at += strcspn(at, ",") + 1) {
        m->strings[m->num_strings++] = onnx_model_text(m, at, strcspn(at, ","));
        (*count)++;
        if (!at[strcspn(at, ",")])
            return first;
    }
}

static inline Onnx__NodeProto *onnx_model_node(struct onnx_model *m, const char *op, const char *inputs,
                                               const char *outputs)
{
    size_t i = m->graph.n_node++;
    Onnx__NodeProto *n = &m->nodes[i];
    onnx__node_proto__init(n);
    m->node_list[i] = n;
    n->op_type = onnx_model_text(m, op, strlen(op));
    n->input = onnx_model_names(m, inputs, &n->n_input);
    n->output = onnx_model_names(m, outputs, &n->n_output);
    n->name = n->output[0];
    n->attribute = m->attribute_list[i];
    return n;
}

/* `type` is AttributeProto.AttributeType. */
static inline Onnx__AttributeProto *onnx_model_attribute(struct onnx_model *m, const char *name, int type)
{
    Onnx__NodeProto *n = &m->nodes[m->graph.n_node - 1];
    Onnx__AttributeProto *a = &m->attributes[m->num_attributes++];
    onnx__attribute_proto__init(a);
    a->name = onnx_model_text(m, name, strlen(name));
    a->type = type;
    n->attribute[n->n_attribute++] = a;
    return a;
}

/* Attributes of the last node. */
static inline void onnx_model_int(struct onnx_model *m, const char *name, int64_t value)
{
    onnx_model_attribute(m, name, 2)->i = value;
}

static inline void onnx_model_float(struct onnx_model *m, const char *name, float value)
{
    onnx_model_attribute(m, name, 1)->f = value;
}

static inline void onnx_model_ints(struct onnx_model *m, const char *name, const int *values, size_t count)
{
    Onnx__AttributeProto *a = onnx_model_attribute(m, name, 7);
    a->ints = m->integers + m->num_integers;
    a->n_ints = count;
    for (size_t i = 0; i < count; i++)
        m->integers[m->num_integers++] = values[i];
}

/* A constant of any type; four- and two-bit ones are packed. */
static inline void onnx_model_constant(struct onnx_model *m, const char *name, int type, const int *dims,
                                       size_t rank, const double *values)
{
    size_t i = m->graph.n_initializer++, count = 1;
    Onnx__TensorProto *t = &m->constants[i];
    uint32_t bits = serac_onnx_bits((uint32_t)type), per = bits && bits < 8 ? 8 / bits : 1;
    onnx__tensor_proto__init(t);
    m->constant_list[i] = t;
    t->name = onnx_model_text(m, name, strlen(name));
    t->data_type = type;
    t->dims = m->integers + m->num_integers;
    t->n_dims = rank;
    for (size_t d = 0; d < rank; d++) {
        count *= (size_t)dims[d];
        m->integers[m->num_integers++] = dims[d];
    }
    t->float_data = m->floats + m->num_floats;
    t->int32_data = m->words + m->num_words;
    t->int64_data = m->integers + m->num_integers;
    for (size_t k = 0; k < count; k++) {
        if (type == SERAC_ONNX_FLOAT) {
            m->floats[m->num_floats++] = (float)values[k];
            t->n_float_data++;
        } else if (type == SERAC_ONNX_INT64) {
            m->integers[m->num_integers++] = (int64_t)values[k];
            t->n_int64_data++;
        } else if (per == 1) {
            m->words[m->num_words++] = (int32_t)values[k];
            t->n_int32_data++;
        } else {
            if (k % per == 0) {
                m->words[m->num_words++] = 0;
                t->n_int32_data++;
            }
            m->words[m->num_words - 1] |= ((int32_t)values[k] & ((1 << bits) - 1)) << k % per * bits;
        }
    }
}

static inline void onnx_model_scalar(struct onnx_model *m, const char *name, int type, double value)
{
    onnx_model_constant(m, name, type, NULL, 0, &value);
}

static inline uint8_t *onnx_model_pack(struct onnx_model *m, size_t *size)
{
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    Onnx__OperatorSetIdProto sets[2] = {ONNX__OPERATOR_SET_ID_PROTO__INIT, ONNX__OPERATOR_SET_ID_PROTO__INIT};
    Onnx__OperatorSetIdProto *set_list[] = {&sets[0], &sets[1]};
    sets[0].version = 13;
    sets[1].version = 1;
    sets[1].domain = (char *)"com.microsoft";
    model.ir_version = 8;
    model.opset_import = set_list;
    model.n_opset_import = 2;
    model.graph = &m->graph;
    *size = onnx__model_proto__get_packed_size(&model);
    uint8_t *bytes = malloc(*size);
    if (bytes)
        onnx__model_proto__pack(&model, bytes);
    return bytes;
}

/* Runs the network's file on the model; at most `room` outputs of all images. Returns how many, or 0 with
 * `error`. */
static inline size_t onnx_model_run(const struct serac_build *b, const int32_t *inputs, size_t count,
                                    int32_t *outputs, size_t room, struct serac_error *error)
{
    char folder[] = "/tmp/serac-onnx-XXXXXX", net[64], blob[64], in[64], *text = NULL, *out = NULL;
    uint8_t *bytes = NULL;
    size_t text_size, blob_size, out_size, got = 0;
    struct serac_setting setting;
    struct serac_infer_result result;
    if (!mkdtemp(folder) || !serac_build_write(b, "n.bin", NULL, &text, &text_size, &bytes, &blob_size))
        return 0;
    snprintf(net, sizeof net, "%s/n.cfg", folder);
    snprintf(blob, sizeof blob, "%s/n.bin", folder);
    snprintf(in, sizeof in, "%s/in", folder);
    FILE *to = fopen(net, "wb"), *to_blob = fopen(blob, "wb"), *to_in = fopen(in, "wb");
    fwrite(text, 1, text_size, to);
    fwrite(bytes, 1, blob_size, to_blob);
    for (size_t i = 0; i < count; i++)
        fputc((uint8_t)inputs[i], to_in);
    fclose(to);
    fclose(to_blob);
    fclose(to_in);
    free(text);
    free(bytes);
    if (serac_cli_setting("tiny", NULL, NULL, &setting) < 0) {
        struct serac_infer_job job = {.setting = &setting, .network = net, .backend = "model", .input = in,
                                      .outputs = open_memstream(&out, &out_size)};
        enum serac_status status = serac_infer_run(&job, &result, error);
        fclose(job.outputs);
        if (status == SERAC_OK)
            serac_infer_free(&result);
        char *at = out, *end;
        for (long v = strtol(at, &end, 10); status == SERAC_OK && end != at &&
             got < room; v = strtol(at, &end, 10)) {
            outputs[got++] = (int32_t)v;
            at = end;
        }
        free(out);
    }
    remove(net);
    remove(blob);
    remove(in);
    rmdir(folder);
    return got;
}

#endif
