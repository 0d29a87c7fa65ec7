/* serac_import_onnx_matrix.c - MatMul, Gemm, MatMulInteger, QLinearMatMul and QGemm. */
#include <string.h>

#include "serac_import_onnx_sums.h"

struct places {
    const char *op;
    uint32_t weights, x_zero, w_zero, bias;
    struct serac_import_onnx_scales scales;
    bool integer;
};

static const struct places table[] = {
    {"MatMul", 1, 0, 0, 0, {0, 0, 0, false}, false},
    {"Gemm", 1, 0, 0, 2, {0, 0, 0, false}, false},
    {"MatMulInteger", 1, 2, 3, 0, {0, 0, 0, false}, true},
    {"QLinearMatMul", 3, 2, 5, 0, {1, 4, 6, false}, true},
    {"QGemm", 3, 2, 5, 6, {1, 4, 7, true}, true},
};

/* How the input's numbers meet the columns of the weights. */
struct product {
    uint32_t k, n, matrices;
    uint64_t rows;           /* of one image */
    bool turned;             /* Gemm's weights: [n][k] */
    bool whole;              /* the input is one row */
};

static bool has(const struct serac_import_onnx *t, uint32_t input)
{
    return input && input < t->node->n_input && t->node->input[input][0];
}

/* Shapes that go together. Matrices of their own for each row of images lie side by side in the channels. */
static bool open_product(struct serac_import_onnx *t, struct serac_import_onnx_value *in,
                         const struct serac_onnx_constant *w, struct product *p)
{
    *p = (struct product){.matrices = 1, .turned = serac_onnx_int(t->node, "transB", 0) != 0};
    uint32_t last = in->dims[in->rank - 1];
    for (uint32_t d = 0; d + 2 < w->rank; d++)
        p->matrices *= w->dims[d];
    p->k = w->rank >= 2 ? w->dims[w->rank - 2 + p->turned] : 0;
    p->n = w->rank >= 2 ? w->dims[w->rank - 1 - p->turned] : 0;
    if (w->rank < 2 || w->rank > 3 || !p->k || !p->n || !p->matrices || serac_onnx_int(t->node, "transA", 0)) {
        serac_import_onnx_refuse(t, "needs constant weights of two dimensions on the right, and its input as it is");
        return false;
    }
    if (p->matrices > 1) {
        in->batched = in->layer == SERAC_IMPORT_ONNX_INPUT && in->rank == 3 && in->dims[0] == p->matrices &&
                      !in->chain.count && last == p->k && (uint64_t)p->k * p->matrices < 1 << 20 &&
                      t->build->network->num_layers == 0;
        if (!in->batched) {
            serac_import_onnx_refuse(t, "several matrices of weights are only supported on the network's input");
            return false;
        }
        struct serac_tensor *to = &t->build->network->input;
        to->height = 1;
        to->width = in->dims[1];
        to->channels = p->matrices * p->k;
        p->rows = in->dims[1];
        return true;
    }
    uint64_t elements = serac_import_onnx_elements(in);
    p->rows = last ? elements / last : 0;
    p->whole = elements == p->k;
    if (last == p->k && !in->batched)
        return true;
    serac_import_onnx_refuse(t, "its input has rows of %u numbers, its weights take %u", (unsigned)last,
                             (unsigned)p->k);
    return false;
}

/* The layer's kernel is the whole input, or a pixel's channels. */
static bool place_input(struct serac_import_onnx *t, struct serac_import_onnx_value *in, const struct product *p)
{
    const struct serac_tensor *at = serac_import_onnx_tensor(t, in->layer);
    bool free = t->build->network->num_layers == 0;
    if (p->matrices > 1)
        return true;
    if (p->whole && at->height <= 255 && at->width <= 255)
        return true;
    if (p->whole && free && serac_import_onnx_reshape_input(t, in, 1, 1, p->k, true))
        return true;
    if (!p->whole && at->channels == p->k && (in->channels_last || (uint64_t)at->height * at->width == 1))
        return true;
    if (!p->whole && free && p->rows <= 1u << 20 &&
        serac_import_onnx_reshape_input(t, in, 1, (uint32_t)p->rows, p->k, true))
        return true;
    serac_import_onnx_refuse(t, "its input does not lie in rows, or has more than 255 lines or columns");
    return false;
}

/* Weight k of column n as the layer has it: pixel by pixel where ONNX goes channel by channel. */
static bool fill(struct serac_import_onnx *t, struct serac_import_onnx_filter *f,
                 const struct serac_import_onnx_value *in, const struct product *p)
{
    const struct serac_tensor *at = serac_import_onnx_tensor(t, in->layer);
    uint64_t pixels = p->whole && !in->channels_last ? (uint64_t)at->height * at->width : 1;
    for (uint32_t m = 0; m < f->out; m++)
        for (uint64_t i = 0; i < f->k; i++) {
            uint64_t to = i % pixels * (f->k / pixels) + i / pixels, n = m % p->n, g = m / p->n;
            uint64_t from = g * p->k * p->n + (p->turned ? n * p->k + i : i * p->n + n);
            if (!serac_import_onnx_filter_put(t, f, m, to, from))
                return false;
        }
    return true;
}

static enum serac_status make_layer(struct serac_import_onnx *t, const struct places *at,
                                    struct serac_import_onnx_value *in, struct serac_import_onnx_filter *f,
                                    const struct product *p,
                                    const struct serac_onnx_constant *bias)
{
    double scale = at->integer ? 1 : serac_import_onnx_scale(t, in->layer);
    double alpha = (double)serac_onnx_float(t->node, "alpha", 1);
    double beta = (double)serac_onnx_float(t->node, "beta", 1);
    if (at->integer && alpha != 1)
        return serac_import_onnx_refuse(t, "alpha other than 1 is not supported");
    if (!(alpha > 0) || alpha > 1e30 || !(beta > -1e30 && beta < 1e30))
        return serac_import_onnx_refuse(t, "alpha must be positive, and beta a number");
    struct serac_layer *l = serac_import_onnx_layer(t, "fc", in->layer, SERAC_IMPORT_ONNX_NO_SECOND);
    if (!l)
        return SERAC_E_INPUT;
    l->kernel_h = p->whole ? l->input.height : 1;
    l->kernel_w = p->whole ? l->input.width : 1;
    l->output.channels = f->out;
    serac_build_shape(l);
    struct serac_import_onnx_value sums = {.rank = in->rank, .is_integer = at->integer, .channels_last = true,
                                           .batched = in->batched};
    memcpy(sums.dims, in->dims, sizeof sums.dims);
    sums.dims[in->rank - 1] = p->n;
    enum serac_status status = serac_import_onnx_set_weights(t, f);
    if (status == SERAC_OK)
        status = serac_import_onnx_set_sums(t, f, bias, scale * alpha, beta, &sums);
    if (status == SERAC_OK)
        return serac_import_onnx_finish_sums(t, f, &sums, &at->scales);
    serac_import_onnx_chain_free(&sums.chain);
    return status;
}

enum serac_status serac_import_onnx_matrix(struct serac_import_onnx *t)
{
    const struct places *at = table;
    while (strcmp(at->op, t->node->op_type))
        at++;
    struct serac_import_onnx_value *in = serac_import_onnx_activation(t, 0);
    const struct serac_onnx_constant *w = in ? serac_import_onnx_constant(t, at->weights) : NULL;
    const struct serac_onnx_constant *zero = has(t, at->w_zero) ? serac_import_onnx_constant(t, at->w_zero) : NULL;
    const struct serac_onnx_constant *bias = has(t, at->bias) ? serac_import_onnx_constant(t, at->bias) : NULL;
    struct product p;
    if (!w || (has(t, at->w_zero) && !zero) || (has(t, at->bias) && !bias) || !open_product(t, in, w, &p) ||
        !serac_import_onnx_open_operand(t, in, at->integer, at->scales.x, at->x_zero) || !place_input(t, in, &p))
        return SERAC_E_INPUT;
    struct serac_import_onnx_filter f;
    enum serac_status status = SERAC_E_INPUT;
    if ((uint64_t)p.n * p.matrices > UINT32_MAX)
        return serac_import_onnx_refuse(t, "too many weights");
    if (serac_import_onnx_filter_open(t, &f, w, zero, p.n * p.matrices, p.k, p.matrices) && fill(t, &f, in, &p))
        status = make_layer(t, at, in, &f, &p, bias);
    serac_import_onnx_filter_free(&f);
    return status;
}
