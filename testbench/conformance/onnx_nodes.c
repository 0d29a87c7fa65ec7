/* onnx_nodes.c - ONNX's own node tests of integer operators (onnx/onnx), those of SERAC_DATA and of
 * Debian's libonnx-testdata: inputs and expected outputs of one node each.
 *
 * The first input runs through the network, the others become its constants. QuantizeLinear and
 * DequantizeLinear have floats at one end, which the machine has not: there the tensor is a constant that
 * the importer (de)quantises, and becomes the weights of a product with the number 1.
 *
 * Usage: onnx_nodes [--design D] [--backend B] */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"
#include "serac_onnx.h"

enum { MOST_CASES = 256, MOST_INPUTS = 16 };

/* A node test: its model, and its tensors with the names of the graph's inputs. */
struct test {
    const char *name;
    Onnx__ModelProto *model;
    Onnx__TensorProto *inputs[MOST_INPUTS], *output;
    char *own_names[MOST_INPUTS];
    size_t num_inputs;
};

/* --- reading ------------------------------------------------------------------- */

static Onnx__TensorProto *read_tensor(const char *folder, const char *name)
{
    char path[1100];
    size_t size;
    snprintf(path, sizeof path, "%.900s/test_data_set_0/%s.pb", folder, name);
    uint8_t *bytes = conformance_read(path, &size);
    Onnx__TensorProto *t = bytes ? onnx__tensor_proto__unpack(NULL, size, bytes) : NULL;
    free(bytes);
    return t;
}

static bool open_test(const char *folder, const char *name, struct test *t)
{
    char path[1100];
    size_t size;
    *t = (struct test){.name = name};
    snprintf(path, sizeof path, "%.900s/model.onnx", folder);
    uint8_t *bytes = conformance_read(path, &size);
    t->model = bytes ? onnx__model_proto__unpack(NULL, size, bytes) : NULL;
    free(bytes);
    t->output = read_tensor(folder, "output_0");
    size_t wanted = t->model && t->model->graph ? t->model->graph->n_input : 0;
    for (; t->num_inputs < wanted && wanted <= MOST_INPUTS; t->num_inputs++) {
        snprintf(path, sizeof path, "input_%zu", t->num_inputs);
        Onnx__TensorProto *in = read_tensor(folder, path);
        if (!in)
            return false;
        t->inputs[t->num_inputs] = in;
        t->own_names[t->num_inputs] = in->name;
        in->name = t->model->graph->input[t->num_inputs]->name;
    }
    return t->num_inputs && t->output && t->model->graph->n_node;
}

static void close_test(struct test *t)
{
    for (size_t i = 0; i < t->num_inputs; i++) {
        t->inputs[i]->name = t->own_names[i];
        onnx__tensor_proto__free_unpacked(t->inputs[i], NULL);
    }
    if (t->output)
        onnx__tensor_proto__free_unpacked(t->output, NULL);
    if (t->model)
        onnx__model_proto__free_unpacked(t->model, NULL);
}

/* Why a case is not the machine's; NULL: it must pass. By its name and types, not by what the importer says. */
static const char *reason(const struct test *t)
{
    const char *op = t->model->graph->node[0]->op_type;
    if (strstr(t->name, "dynamicquantizelinear"))
        return "scale and zero point are found at run time, in floats";
    if (!strcmp(op, "MaxPool"))
        return "no layer for the machine";
    for (size_t i = 0; i <= t->num_inputs; i++) {
        uint32_t type = (uint32_t)(i < t->num_inputs ? t->inputs[i] : t->output)->data_type;
        if (type == 4 || type == 5)
            return "16-bit integers";
        if ((type >= 17 && type <= 20) || type == 23)
            return "float8 or float4";
    }
    return NULL;
}

/* --- graphs ----------------------------------------------------------------------- */

static Onnx__NodeProto node_of(const char *op, char **inputs, size_t count, char **output)
{
    Onnx__NodeProto n = ONNX__NODE_PROTO__INIT;
    n.op_type = (char *)op;
    n.input = inputs;
    n.n_input = count;
    n.output = output;
    n.n_output = 1;
    return n;
}

static uint8_t *pack(Onnx__GraphProto *g, size_t *size)
{
    Onnx__ModelProto m = ONNX__MODEL_PROTO__INIT;
    m.graph = g;
    *size = onnx__model_proto__get_packed_size(&m);
    uint8_t *bytes = malloc(*size);
    onnx__model_proto__pack(&m, bytes);
    return bytes;
}

/* The node with its first input open. */
static uint8_t *node_graph(struct test *t, size_t *size)
{
    Onnx__GraphProto g = ONNX__GRAPH_PROTO__INIT, *from = t->model->graph;
    g.node = from->node;
    g.n_node = from->n_node;
    g.input = from->input;
    g.n_input = 1;
    g.output = from->output;
    g.n_output = from->n_output;
    g.initializer = t->inputs + 1;
    g.n_initializer = t->num_inputs - 1;
    return pack(&g, size);
}

/* one * (de)quantised constant: a row of its numbers. `one` is uint8; where the constant is of floats it
 * is dequantised. */
static uint8_t *weight_graph(struct test *t, bool floats, size_t *size)
{
    Onnx__TensorShapeProto__Dimension d = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT, *dims[] = {&d, &d};
    Onnx__TensorShapeProto shape = ONNX__TENSOR_SHAPE_PROTO__INIT;
    Onnx__TypeProto__Tensor tensor = ONNX__TYPE_PROTO__TENSOR__INIT;
    Onnx__TypeProto type = ONNX__TYPE_PROTO__INIT;
    Onnx__ValueInfoProto in = ONNX__VALUE_INFO_PROTO__INIT, out = ONNX__VALUE_INFO_PROTO__INIT;
    Onnx__ValueInfoProto *ins[] = {&in}, *outs[] = {&out};
    Onnx__GraphProto g = ONNX__GRAPH_PROTO__INIT;
    Onnx__TensorProto row = ONNX__TENSOR_PROTO__INIT, unit = ONNX__TENSOR_PROTO__INIT,
        *constants[MOST_INPUTS + 2];
    int64_t rows[] = {1, -1}, two[] = {2};
    float ones[] = {1};
    char *made = t->model->graph->node[0]->output[0], *flat = (char *)"flat", *product = (char *)"product";
    char *one = (char *)"one", *real = (char *)"real";
    char *reshapes[] = {made, (char *)"row"}, *scales[] = {one, (char *)"unit"},
        *factors[] = {floats ? real : one, flat};
    d.dim_value = 1;
    shape.dim = dims;
    shape.n_dim = 2;
    tensor.elem_type = SERAC_ONNX_UINT8;
    tensor.shape = &shape;
    type.tensor_type = &tensor;
    in.name = one;
    in.type = &type;
    out.name = product;
    row.name = (char *)"row";
    row.data_type = SERAC_ONNX_INT64;
    row.dims = two;
    row.n_dims = 1;
    row.int64_data = rows;
    row.n_int64_data = 2;
    unit.name = (char *)"unit";
    unit.data_type = SERAC_ONNX_FLOAT;
    unit.float_data = ones;
    unit.n_float_data = 1;
    Onnx__NodeProto reshape = node_of("Reshape", reshapes, 2, &flat),
        scale = node_of("DequantizeLinear", scales, 2, &real);
    Onnx__NodeProto last = node_of(floats ? "MatMul" : "MatMulInteger", factors, 2, &product);
    Onnx__NodeProto *nodes[] = {t->model->graph->node[0], &reshape, floats ? &scale : &last, &last};
    for (size_t i = 0; i < t->num_inputs; i++)
        constants[i] = t->inputs[i];
    constants[t->num_inputs] = &row;
    constants[t->num_inputs + 1] = &unit;
    g.node = nodes;
    g.n_node = floats ? 4 : 3;
    g.input = ins;
    g.n_input = 1;
    g.output = outs;
    g.n_output = 1;
    g.initializer = constants;
    g.n_initializer = t->num_inputs + 2;
    return pack(&g, size);
}

/* --- comparing ------------------------------------------------------------------------ */

/* A tensor's numbers. With `turn`, [1][channel][y][x] as [y][x][channel], [matrix][row][column] as
 * [row][matrix][column]. */
static double *numbers_of(const Onnx__TensorProto *tensor, bool turn, size_t *count)
{
    struct serac_onnx room = {.room = 1 << 24};
    const char *why;
    struct serac_onnx_constant *c = serac_onnx_constant_of(&room, tensor, &why);
    *count = c ? c->count : 0;
    double *values = calloc(*count + 1, sizeof *values);
    uint64_t outer = 1, inner = 1, last = 1;         /* the first two change places */
    if (c && turn && c->rank == 4) {
        outer = c->dims[1];
        inner = (uint64_t)c->dims[2] * c->dims[3];
    } else if (c && turn && c->rank == 3) {
        outer = c->dims[0];
        inner = c->dims[1];
        last = c->dims[2];
    }
    for (uint64_t i = 0; i < *count; i++) {
        uint64_t k = i % last, y = i / last % inner, x = i / last / inner;
        values[outer * inner == 1 ? i : (y * outer + x % outer) * last + k] = c->numbers[i];
    }
    serac_onnx_constant_free(c);
    return values;
}

/* Outputs as integers; floats are compared as the network's scale gives them, to the bit of a float32. */
static void compare(struct conformance *c, const struct test *t, const struct serac_build *b, int32_t *got,
                    size_t count, const double *expected, size_t num_expected)
{
    bool floats = t->output->data_type == SERAC_ONNX_FLOAT;
    double scale = b->network->output_scales[b->network->num_layers - 1];
    int32_t *wanted = calloc(num_expected + 1, sizeof *wanted);
    for (size_t i = 0; i < num_expected; i++) {
        wanted[i] = (int32_t)expected[i];
        if (floats) {                    /* equal or not */
            wanted[i] = 0;
            if (i < count)
                got[i] = (double)(float)(got[i] * scale) == expected[i] ? 0 : 1;
        }
    }
    conformance_compare(c, t->name, got, count, wanted, num_expected);
    free(wanted);
}

static void run_test(struct conformance *c, struct test *t)
{
    const char *op = t->model->graph->node[0]->op_type, *why = reason(t);
    bool ends = !strcmp(op, "QuantizeLinear") || !strcmp(op, "DequantizeLinear");
    size_t size, inputs = 1, outputs, count;
    struct serac_build b;
    if (why) {
        conformance_skip(c, t->name, why);
        return;
    }
    uint8_t *bytes = ends ? weight_graph(t, !strcmp(op, "DequantizeLinear"), &size) : node_graph(t, &size);
    if (conformance_import(c, t->name, bytes, size, &b)) {
        double *expected = numbers_of(t->output, !ends, &outputs),
            *values = ends ? NULL : numbers_of(t->inputs[0], true, &inputs);
        int32_t *codes = calloc(inputs + 1, sizeof *codes), *got;
        for (size_t i = 0; i < inputs; i++)
            codes[i] = ends ? 1 : (int32_t)values[i];
        if (conformance_run(c, t->name, &b, codes, inputs, &got, &count)) {
            compare(c, t, &b, got, count, expected, outputs);
            free(got);
        }
        free(codes);
        free(values);
        free(expected);
        serac_build_free(&b);
    }
    free(bytes);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_integer_case(const char *name)
{
    return strstr(name, "qlinear") || strstr(name, "integer") || strstr(name, "quantizelinear") ||
           strstr(name, "maxpool_2d_uint8");
}

static void run_folder(struct conformance *c, const char *folder)
{
    char path[1024], *names[MOST_CASES];
    size_t count = 0;
    struct dirent *entry;
    DIR *dir = opendir(folder);
    if (!dir)
        printf("skipped: %s is not there\n", folder);
    while (dir && (entry = readdir(dir)) && count < MOST_CASES)
        if (is_integer_case(entry->d_name))
            names[count++] = strdup(entry->d_name);
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        struct test t;
        snprintf(path, sizeof path, "%.500s/%.255s", folder, names[i]);
        if (open_test(path, names[i], &t))
            run_test(c, &t);
        else
            conformance_fail(c, names[i], "cannot be read");
        close_test(&t);
        free(names[i]);
    }
}

int main(int argc, char **argv)
{
    struct conformance c;
    char path[512];
    conformance_open(&c, "ONNX nodes", argc, argv);
    run_folder(&c, conformance_path("onnx_node_tests", path));
    run_folder(&c, "/usr/share/libonnx-testdata/data/node");
    return conformance_close(&c);
}
