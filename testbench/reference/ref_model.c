#include "ref_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ref_model {
    uint8_t *bytes;            /* of the file, owned */
    bool *is_input;            /* by tensor, owned */
    int32_t failed;
    struct ref_graph graph;
};

/* Gives every tensor that is computed memory of its own. */
static enum ref_status give_memory(struct ref_model *m)
{
    int64_t total = 0;
    m->is_input = calloc((size_t)m->graph.num_tensors + 1, sizeof *m->is_input);
    if (!m->is_input)
        return REF_E_MEMORY;
    for (int32_t i = 0; i < m->graph.num_inputs; i++) {
        m->is_input[m->graph.input[i]] = true;
        if (m->graph.tensor[m->graph.input[i]].constant)
            return REF_E_FORMAT;
    }
    for (int32_t i = 0; i < m->graph.num_tensors; i++) {
        struct ref_tensor *t = &m->graph.tensor[i];
        if (t->constant)
            continue;
        total += (int64_t)t->bytes;
        if (total > REF_MAX_BYTES)
            return REF_E_LIMIT;
        t->data = calloc(t->bytes ? t->bytes : 1, 1);
        if (!t->data)
            return REF_E_MEMORY;
    }
    return REF_OK;
}

/* Takes over `bytes`, whatever the result. */
static enum ref_status open_owned(uint8_t *bytes, size_t size, struct ref_model **model)
{
    struct ref_model *m = calloc(1, sizeof *m);
    *model = NULL;
    if (!m) {
        free(bytes);
        return REF_E_MEMORY;
    }
    m->bytes = bytes;
    m->failed = -1;
    enum ref_status status = ref_graph_read(bytes, size, &m->graph);
    if (status == REF_OK)
        status = give_memory(m);
    if (status == REF_OK)
        *model = m;
    else
        ref_model_close(m);
    return status;
}

enum ref_status ref_model_open(const void *bytes, size_t size, struct ref_model **model)
{
    *model = NULL;
    if (size < 8)
        return REF_E_FORMAT;
    uint8_t *copy = malloc(size);
    if (!copy)
        return REF_E_MEMORY;
    memcpy(copy, bytes, size);
    return open_owned(copy, size, model);
}

/* The bytes of a file, to be freed; NULL and a status if that fails. */
static uint8_t *read_file(FILE *file, size_t *size, enum ref_status *status)
{
    *status = REF_E_FILE;
    if (fseek(file, 0, SEEK_END) != 0)
        return NULL;
    long length = ftell(file);
    if (length < 0 || length > INT32_MAX || fseek(file, 0, SEEK_SET) != 0)
        return NULL;
    uint8_t *bytes = malloc((size_t)length + 1);
    if (!bytes) {
        *status = REF_E_MEMORY;
        return NULL;
    }
    *size = (size_t)length;
    if (fread(bytes, 1, *size, file) == *size)
        return bytes;
    free(bytes);
    return NULL;
}

enum ref_status ref_model_load(const char *path, struct ref_model **model)
{
    FILE *file = fopen(path, "rb");
    enum ref_status status;
    size_t size = 0;
    *model = NULL;
    if (!file)
        return REF_E_FILE;
    uint8_t *bytes = read_file(file, &size, &status);
    fclose(file);
    return bytes ? open_owned(bytes, size, model) : status;
}

void ref_model_close(struct ref_model *model)
{
    if (!model)
        return;
    for (int32_t i = 0; i < model->graph.num_tensors; i++)
        free(model->graph.tensor[i].data);
    ref_graph_free(&model->graph);
    free(model->is_input);
    free(model->bytes);
    free(model);
}

const struct ref_graph *ref_model_graph(const struct ref_model *model)
{
    return &model->graph;
}

enum ref_status ref_model_set_input(struct ref_model *model, int32_t which, const void *bytes,
                                    size_t size)
{
    const struct ref_graph *g = &model->graph;
    if (which < 0 || which >= g->num_inputs)
        return REF_E_INPUT;
    struct ref_tensor *t = &g->tensor[g->input[which]];
    if (!t->bytes || t->bytes != size)
        return REF_E_INPUT;
    memcpy(t->data, bytes, size);
    t->ready = true;
    return REF_OK;
}

/* Runs one operator if what it reads is there and what it writes is not. */
static enum ref_status step(struct ref_graph *g, const struct ref_operator *op,
                            enum ref_rounding rounding)
{
    for (int i = 0; i < op->num_inputs; i++)
        if (op->input[i] >= 0 && !g->tensor[op->input[i]].ready)
            return REF_E_FORMAT;
    for (int i = 0; i < op->num_outputs; i++)
        if (g->tensor[op->output[i]].ready)
            return REF_E_FORMAT;
    enum ref_status status = ref_operator_run(g, op, rounding);
    for (int i = 0; i < op->num_outputs && status == REF_OK; i++)
        g->tensor[op->output[i]].ready = true;
    return status;
}

enum ref_status ref_model_run(struct ref_model *model, enum ref_rounding rounding)
{
    struct ref_graph *g = &model->graph;
    model->failed = -1;
    for (int32_t i = 0; i < g->num_inputs; i++)
        if (!g->tensor[g->input[i]].ready)
            return REF_E_INPUT;
    for (int32_t i = 0; i < g->num_tensors; i++)
        g->tensor[i].ready = g->tensor[i].constant || model->is_input[i];
    for (int32_t i = 0; i < g->num_operators; i++) {
        enum ref_status status = step(g, &g->op[i], rounding);
        if (status != REF_OK) {
            model->failed = i;
            return status;
        }
    }
    return REF_OK;
}

int32_t ref_model_failed_operator(const struct ref_model *model)
{
    return model->failed;
}
