/* seed_tflite.c - FOLDER: a TensorFlow Lite file for each operator that is imported, for fuzz_tflite to start from.
 *
 * Each is one operator between two int8 tensors, behind the byte that chooses the options. */
#include <stdbool.h>
#include <stdio.h>

#include "flatbuffer_model.h"
#include "serac_tflite.h"

static struct model m;
static struct writer w;

static int32_t tensor(uint8_t type, uint32_t rank, const int32_t *shape, const void *data, uint32_t bytes)
{
    struct model_tensor *t = &m.tensors[m.num_tensors];
    *t = (struct model_tensor){.name = "t", .rank = rank, .type = type, .num_scales = 1, .scales = {0.5f},
                               .zero_point = data ? 0 : 3, .data = data, .bytes = bytes};
    memcpy(t->shape, shape, rank * sizeof *shape);
    return (int32_t)m.num_tensors++;
}

static int write_seed(const char *folder, uint32_t op)
{
    char path[512];
    write_model(&w, &m);
    snprintf(path, sizeof path, "%s/op-%u", folder, (unsigned)op);
    FILE *file = fopen(path, "wb");
    if (!file)
        return 1;
    fputc(0, file);
    fwrite(w.bytes, 1, w.size, file);
    return fclose(file) != 0;
}

/* `second` >= 0: a constant; a convolution has a bias behind it. */
static void make(uint32_t op, int32_t second, int32_t bias, const int32_t *out, const int32_t *fields, uint32_t count)
{
    struct model_node *n = &m.nodes[m.num_nodes++];
    *n = (struct model_node){.op = op, .num_inputs = bias >= 0 ? 3 : second >= 0 ? 2 : 1, .inputs = {0, second, bias},
                             .num_options = count};
    n->output = m.output = tensor(SERAC_TFLITE_INT8, 4, out, NULL, 0);
    if (count)
        memcpy(n->options, fields, count * sizeof *fields);
}

int main(int argc, char **argv)
{
    static const uint32_t ops[] = {
        SERAC_TFLITE_ADD, SERAC_TFLITE_AVERAGE_POOL_2D, SERAC_TFLITE_CONV_2D, SERAC_TFLITE_DEPTHWISE_CONV_2D,
        SERAC_TFLITE_FULLY_CONNECTED, SERAC_TFLITE_MAX_POOL_2D, SERAC_TFLITE_RESHAPE, SERAC_TFLITE_SOFTMAX,
        SERAC_TFLITE_PAD, SERAC_TFLITE_MEAN, SERAC_TFLITE_SQUEEZE, SERAC_TFLITE_EXPAND_DIMS, SERAC_TFLITE_QUANTIZE};
    static const int8_t weights[32] = {1, -2, 3, -4, 5, -6, 7, -8};
    static const int32_t biases[2] = {100, -200}, shape[4] = {1, 4, 4, 2}, filter[4] = {2, 1, 1, 2}, dense[2] = {2, 32};
    static const int32_t one[1] = {2}, pads[8] = {0, 0, 1, 1, 1, 1, 0, 0}, pad_shape[2] = {4, 2}, axes[2] = {1, 2};
    static const int32_t window[6] = {0, 1, 1, 0, 1, 1}, pool[6] = {0, 2, 2, 2, 2, 0}, deep[7] = {0, 1, 1, 1, 0, 1, 1};
    static const int8_t many[64] = {1, -1};
    static const int32_t half[4] = {1, 2, 2, 2}, wide[4] = {1, 6, 6, 2}, mean[4] = {1, 1, 1, 2}, flat[4] = {1, 1, 1, 32};
    int bad = argc != 2;
    for (size_t i = 0; !bad && i < sizeof ops / sizeof *ops; i++) {
        memset(&m, 0, sizeof m);
        (void)tensor(SERAC_TFLITE_INT8, 4, shape, NULL, 0);
        switch (ops[i]) {
        case SERAC_TFLITE_CONV_2D:
        case SERAC_TFLITE_DEPTHWISE_CONV_2D: {
            bool depth = ops[i] == SERAC_TFLITE_DEPTHWISE_CONV_2D;
            const int32_t by[4] = {1, 1, 1, 2};
            int32_t f = tensor(SERAC_TFLITE_INT8, 4, depth ? by : filter, weights, depth ? 2 : 4);
            make(ops[i], f, tensor(SERAC_TFLITE_INT32, 1, one, biases, 8), shape, depth ? deep : window, depth ? 7 : 6);
            break;
        }
        case SERAC_TFLITE_FULLY_CONNECTED: {
            int32_t f = tensor(SERAC_TFLITE_INT8, 2, dense, many, 64);
            make(ops[i], f, tensor(SERAC_TFLITE_INT32, 1, one, biases, 8), mean, NULL, 0);
            break;
        }
        case SERAC_TFLITE_PAD:
            make(ops[i], tensor(SERAC_TFLITE_INT32, 2, pad_shape, pads, 32), -1, wide, NULL, 0);
            break;
        case SERAC_TFLITE_MEAN:
            make(ops[i], tensor(SERAC_TFLITE_INT32, 1, one, axes, 8), -1, mean, NULL, 0);
            break;
        case SERAC_TFLITE_RESHAPE:
            make(ops[i], tensor(SERAC_TFLITE_INT32, 1, one, axes, 8), -1, flat, NULL, 0);
            break;
        case SERAC_TFLITE_AVERAGE_POOL_2D:
        case SERAC_TFLITE_MAX_POOL_2D:
            make(ops[i], -1, -1, half, pool, 6);
            break;
        case SERAC_TFLITE_ADD:
            make(ops[i], 0, -1, shape, NULL, 0);
            break;
        default:
            make(ops[i], -1, -1, shape, NULL, 0);
        }
        bad = write_seed(argv[1], ops[i]);
    }
    return bad;
}
