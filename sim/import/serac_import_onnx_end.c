/* serac_import_onnx_end.c - what stands behind a network's last layer, and which function takes which
 * operator. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_import_onnx.h"

/* TopK, ArgMax, Softmax and the like need no more than the numbers that are given; Gather takes parts of
 * them. */
enum serac_status serac_import_onnx_end(struct serac_import_onnx *t)
{
    struct serac_import_onnx_value *in = serac_import_onnx_activation(t, 0);
    if (!in)
        return SERAC_E_INPUT;
    for (size_t i = 0; i < t->node->n_output; i++) {
        struct serac_import_onnx_value *out = serac_import_onnx_named(t, t->node->output[i]);
        if (out && serac_import_onnx_pass(t, in, out) != SERAC_OK)
            return SERAC_E_INPUT;
    }
    if (strcmp(t->node->op_type, "Gather") && !t->ended)
        serac_import_note(t->import, "%.40s at the end is left out: the outputs are what it is given",
                          t->node->op_type);
    t->ended = true;
    return SERAC_OK;
}

/* --- the output --------------------------------------------------------------------------- */

/* Slope and offset of a channel, if the chain is a straight line. */
static bool line_of(const struct serac_import_onnx_chain *c, uint32_t channel, double *slope, double *offset)
{
    *slope = 1;
    *offset = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct serac_import_onnx_step *s = &c->steps[i];
        double v = s->count ? s->values[s->count == 1 ? 0 : channel] : 0;
        if (s->op == SERAC_IMPORT_ONNX_MUL || s->op == SERAC_IMPORT_ONNX_DIV) {
            *slope = s->op == SERAC_IMPORT_ONNX_MUL ? *slope * v : *slope / v;
            *offset = s->op == SERAC_IMPORT_ONNX_MUL ? *offset * v : *offset / v;
        } else if (s->op == SERAC_IMPORT_ONNX_ADD) {
            *offset += v;
        } else {
            return false;
        }
    }
    return isfinite(*slope) && isfinite(*offset);
}

static void range_of(const struct serac_import_onnx *t, const struct serac_import_onnx_value *v, uint32_t c,
                     double *low, double *high)
{
    *low = v->raw ? (double)t->ranges[v->layer].low[c] : -511;
    *high = v->raw ? (double)t->ranges[v->layer].high[c] : 511;
}

/* Channels of different scales: the host brings them to one, a power of two, in 32 bits. */
static enum serac_status common_scale(struct serac_import_onnx *t, struct serac_import_onnx_value *v)
{
    uint32_t channels = serac_import_onnx_tensor(t, v->layer)->channels;
    double most = 0, slope, offset, low, high;
    for (uint32_t c = 0; c < channels; c++) {
        if (!line_of(&v->chain, c, &slope, &offset))
            return serac_import_onnx_refuse(t, "the network's output is not quantised behind it");
        range_of(t, v, c, &low, &high);
        most = fmax(most, fmax(fabs(low * slope), fabs(high * slope)) + fabs(offset));
    }
    int exponent = 0;
    (void)frexp(most > 0 ? most : 1, &exponent);
    double unit = ldexp(1, exponent - 30);
    if (!(unit > 1e-30 && unit < 1e30))
        return serac_import_onnx_refuse(t, "the network's output has a scale beyond 1e30 or 1e-30");
    struct serac_layer *l = serac_import_onnx_layer(t, "scale", v->layer, SERAC_IMPORT_ONNX_NO_SECOND);
    if (!l)
        return SERAC_E_INPUT;
    l->op = SERAC_OP_HOST;
    l->host = SERAC_HOST_QUANTISE_FLOAT;
    serac_import_onnx_make_raw(l);
    int32_t *words = serac_build_words(t->build);
    if (!words)
        return serac_import_onnx_no_room(t);
    for (uint32_t c = 0; c < channels; c++) {
        (void)line_of(&v->chain, c, &slope, &offset);
        float pair[2] = {(float)(slope / unit), (float)(offset / unit)};
        memcpy(&words[2 * c], pair, sizeof pair);
    }
    t->build->network->output_scales[t->build->network->num_layers - 1] = unit;
    serac_import_note(t->import, "the output's channels have scales of their own: the host brings them to "
                      "one, in 32 bits");
    v->layer = (int32_t)t->build->network->num_layers - 1;
    return SERAC_OK;
}

enum serac_status serac_import_onnx_finish_output(struct serac_import_onnx *t, struct serac_import_onnx_value *v)
{
    double slope, offset, first, first_offset;
    if (v->second != SERAC_IMPORT_ONNX_NO_SECOND)
        return serac_import_onnx_refuse(t, "the network's output is a sum that is not quantised");
    if (!v->raw && v->chain.count == 0) {
        if (v->kind == SERAC_IMPORT_ONNX_REAL && serac_import_onnx_scale(t, v->layer) != 1)
            serac_import_note(t->import, "the output is given in codes, not dequantised to floats");
        return SERAC_OK;
    }
    bool same = line_of(&v->chain, 0, &first, &first_offset) && first > 1e-30 && first < 1e30;
    for (uint32_t c = 1; same && c < serac_import_onnx_tensor(t, v->layer)->channels; c++)
        same = line_of(&v->chain, c, &slope, &offset) && slope == first && offset == first_offset;
    if (!same || (v->layer >= 0 && !v->raw && first != serac_import_onnx_scale(t, v->layer)))
        return common_scale(t, v);
    if (v->layer >= 0)
        t->build->network->output_scales[v->layer] = first;
    if (first_offset != 0)
        serac_import_note(t->import, "the graph adds %g to all outputs, which are given without", first_offset);
    return SERAC_OK;
}

/* --- operators ------------------------------------------------------------------------------ */

static const struct {
    const char *names;           /* between spaces */
    enum serac_status (*convert)(struct serac_import_onnx *t);
} table[] = {
    {" Conv ConvInteger QLinearConv ", serac_import_onnx_convolution},
    {" MatMul Gemm MatMulInteger QLinearMatMul QGemm ", serac_import_onnx_matrix},
    {" Add QLinearAdd ", serac_import_onnx_addition},
    {" Mul Sub Div Relu Clip Floor Ceil Round Cast BatchNormalization ", serac_import_onnx_elementwise},
    {" QuantizeLinear Quant IntQuant BipolarQuant MultiThreshold ", serac_import_onnx_quantise},
    {" DequantizeLinear ", serac_import_onnx_dequantise},
    {" Reshape Flatten Squeeze Unsqueeze Transpose Identity Dropout Shape ", serac_import_onnx_shape},
    {" MaxPool AveragePool GlobalAveragePool QLinearGlobalAveragePool ReduceMean Pad ", serac_import_onnx_pool},
    {" Constant Concat ", serac_import_onnx_fold},
    {" TopK ArgMax Softmax LogSoftmax Sigmoid ", serac_import_onnx_end},
};

static bool listed(const char *names, const char *op)
{
    size_t length = strlen(op);
    for (const char *at = strstr(names, op); length && at; at = strstr(at + 1, op))
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

enum serac_status serac_import_onnx_convert(struct serac_import_onnx *t)
{
    const char *op = t->node->op_type;
    if (!t->node->n_output || !serac_import_onnx_output(t))
        return serac_import_onnx_refuse(t, "has no output");
    if (!strcmp(op, "Gather")) {         /* of a shape, or of the network's results */
        const struct serac_import_onnx_value *v = serac_import_onnx_value_at(t, 0);
        return v && v->kind == SERAC_IMPORT_ONNX_CONSTANT ? serac_import_onnx_fold(t) : serac_import_onnx_end(t);
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!listed(table[i].names, op))
            continue;
        bool may_follow = table[i].convert == serac_import_onnx_shape || table[i].convert == serac_import_onnx_fold ||
                          table[i].convert == serac_import_onnx_end;
        if (t->ended && !may_follow)
            return serac_import_onnx_refuse(t, "stands behind an operator that only a network's end may have");
        return table[i].convert(t);
    }
    return serac_import_onnx_refuse(t, "is not supported");
}
