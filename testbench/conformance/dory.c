/* dory.c - DORY's PenguiNet-32 and EEGNet (pulp-platform/dory_examples): every layer's activations.
 *
 * For each layer the graph is cut behind it, imported, and run on the input like a network of its own.
 *
 * Usage: dory [--design D] [--backend B] */
#include <stdlib.h>
#include <string.h>

#include "conformance.h"
#include "onnx.pb-c.h"

/* Numbers of a golden file, after its first line; separators differ. The caller's. */
static int32_t *read_numbers(const char *path, size_t *count)
{
    size_t size;
    char *text = (char *)conformance_read(path, &size), *at = text ? strchr(text, '\n') : NULL, *end;
    int32_t *values = text ? calloc(size + 1, sizeof *values) : NULL;
    *count = 0;
    while (at && *at) {
        double value = strtod(at, &end);
        if (end == at) {
            at++;
            continue;
        }
        values[(*count)++] = (int32_t)value;
        at = end;
    }
    free(text);
    return values;
}

/* Layers end with a Clip, are a MaxPool, or are the last product. */
static size_t list_layers(const Onnx__GraphProto *g, size_t *nodes, size_t most)
{
    size_t count = 0, product = 0;
    for (size_t i = 0; i < g->n_node; i++) {
        const char *op = g->node[i]->op_type;
        if ((!strcmp(op, "Clip") || !strcmp(op, "MaxPool")) && count < most)
            nodes[count++] = i;
        if (!strcmp(op, "Gemm") || !strcmp(op, "MatMul"))
            product = i;
    }
    if (count && product > nodes[count - 1] && count < most)
        nodes[count++] = product;
    return count;
}

/* The graph up to a node, which makes its only output. */
static uint8_t *cut(Onnx__ModelProto *model, size_t node, size_t *size)
{
    Onnx__GraphProto *g = model->graph;
    Onnx__ValueInfoProto output = ONNX__VALUE_INFO_PROTO__INIT, *outputs[] = {&output};
    size_t nodes = g->n_node, had = g->n_output;
    Onnx__ValueInfoProto **before = g->output;
    output.name = g->node[node]->output[0];
    g->n_node = node + 1;
    g->n_output = 1;
    g->output = outputs;
    *size = onnx__model_proto__get_packed_size(model);
    uint8_t *bytes = malloc(*size);
    onnx__model_proto__pack(model, bytes);
    g->n_node = nodes;
    g->n_output = had;
    g->output = before;
    return bytes;
}

static void run_bytes(struct conformance *c, const char *name, const uint8_t *bytes, size_t size,
                      const int32_t *input, size_t inputs, const char *golden)
{
    struct serac_build b;
    size_t count, got_count;
    int32_t *expected = read_numbers(golden, &count), *got;
    if (!expected)
        conformance_fail(c, name, "its golden output cannot be read");
    else if (conformance_import(c, name, bytes, size, &b)) {
        if (conformance_run(c, name, &b, input, inputs, &got, &got_count)) {
            conformance_compare(c, name, got, got_count, expected, count);
            free(got);
        }
        serac_build_free(&b);
    }
    free(expected);
}

static void run_network(struct conformance *c, const char *folder, const char *file)
{
    char path[512], base[512], name[128];
    size_t size, inputs, nodes[32];
    conformance_path("dory", base);
    snprintf(path, sizeof path, "%.200s/%s/%s", base, folder, file);
    uint8_t *bytes = conformance_read(path, &size);
    Onnx__ModelProto *model = bytes ? onnx__model_proto__unpack(NULL, size, bytes) : NULL;
    snprintf(path, sizeof path, "%.200s/%s/input.txt", base, folder);
    int32_t *input = read_numbers(path, &inputs);
    size_t layers = model ? list_layers(model->graph, nodes, 32) : 0;
    if (!layers || !input)
        conformance_fail(c, folder, "cannot be read");
    for (size_t i = 0; input && i < layers; i++) {
        size_t part_size;
        uint8_t *part = cut(model, nodes[i], &part_size);
        snprintf(name, sizeof name, "%s layer %zu", folder, i);
        snprintf(path, sizeof path, "%.200s/%s/out_layer%zu.txt", base, folder, i);
        run_bytes(c, name, part, part_size, input, inputs, path);
        free(part);
    }
    snprintf(path, sizeof path, "%.200s/%s/out_layer%zu.txt", base, folder, layers - 1);
    if (layers && input)
        run_bytes(c, folder, bytes, size, input, inputs, path);
    if (model)
        onnx__model_proto__free_unpacked(model, NULL);
    free(bytes);
    free(input);
}

int main(int argc, char **argv)
{
    struct conformance c;
    conformance_open(&c, "DORY", argc, argv);
    run_network(&c, "PenguiNet_32", "model_int.onnx");
    run_network(&c, "eegnet_1d_8b_Hx1", "eegnet_id_8b.onnx");
    return conformance_close(&c);
}
