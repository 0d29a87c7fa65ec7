/* serac_pack.c - tensors, weights and parameters as they lie in memory. */
#include <stdlib.h>
#include <string.h>

#include "serac_map.h"
#include "serac_math.h"

struct serac_layout serac_layout_of(const struct serac_tensor *tensor,
                                    const struct serac_design *design)
{
    struct serac_layout layout;
    layout.blocks = serac_ceil_div(tensor->channels, design->lanes);
    layout.pixel_bytes = layout.blocks * tensor->bits * (design->lanes / 8);
    layout.line_stride = (tensor->width * layout.pixel_bytes + 63) & ~63u;
    layout.bytes = (uint64_t)tensor->height * layout.line_stride;
    return layout;
}

void serac_pack_tensor(const struct serac_tensor *tensor,
                       const struct serac_design *design,
                       const int32_t *codes, uint8_t *out)
{
    struct serac_layout layout = serac_layout_of(tensor, design);
    uint32_t plane = design->lanes / 8;
    memset(out, 0, layout.bytes);
    for (uint32_t y = 0; y < tensor->height; y++)
        for (uint32_t x = 0; x < tensor->width; x++) {
            uint8_t *pixel = out + (uint64_t)y * layout.line_stride +
                             (uint64_t)x * layout.pixel_bytes;
            for (uint32_t c = 0; c < tensor->channels; c++) {
                uint32_t code = (uint32_t)*codes++;
                uint32_t lane = c % design->lanes;
                uint8_t *block =
                    pixel + c / design->lanes * tensor->bits * plane + lane / 8;
                for (uint32_t p = 0; p < tensor->bits; p++)
                    block[p * plane] |= (uint8_t)(
                        (code >> (tensor->bits - 1 - p) & 1) << lane % 8);
            }
        }
}

void serac_unpack_tensor(const struct serac_tensor *tensor,
                         const struct serac_design *design,
                         const uint8_t *in, int32_t *codes)
{
    struct serac_layout layout = serac_layout_of(tensor, design);
    uint32_t plane = design->lanes / 8;
    uint32_t sign = tensor->is_signed && tensor->bits < 32
                        ? 1u << (tensor->bits - 1) : 0;
    for (uint32_t y = 0; y < tensor->height; y++)
        for (uint32_t x = 0; x < tensor->width; x++) {
            const uint8_t *pixel = in + (uint64_t)y * layout.line_stride +
                                   (uint64_t)x * layout.pixel_bytes;
            for (uint32_t c = 0; c < tensor->channels; c++) {
                uint32_t lane = c % design->lanes, code = 0;
                const uint8_t *block =
                    pixel + c / design->lanes * tensor->bits * plane + lane / 8;
                for (uint32_t p = 0; p < tensor->bits; p++)
                    code = code << 1 | (block[p * plane] >> lane % 8 & 1);
                *codes++ = (int32_t)((code ^ sign) - sign);
            }
        }
}

/* --- weights ------------------------------------------------------------------ */

/* Signed weights are stored as offset binary, w + 2^(bits-1), and corrected like unsigned
 * ones: a top plane that counts negative would turn the sign of every wide register with
 * each word (scripts/synth/ENERGY.md has the energy). Not where a row meets one channel
 * of a block only: zero weights elsewhere must be zero bits. */
static bool offset_binary(const struct serac_layer *l)
{
    return l->weight_kind == SERAC_WEIGHT_SIGNED && l->op == SERAC_OP_CONV;
}

/* The code of weight (m, tap, channel) as stored, w bits. */
static uint32_t weight_code(const struct serac_layer *l, uint32_t m,
                            uint32_t tap, uint32_t channel)
{
    uint32_t taps = l->kernel_h * l->kernel_w;
    uint32_t bits = l->weight_store_bits;
    if (l->op == SERAC_OP_ADD)
        return 1;
    uint64_t index = l->op == SERAC_OP_DEPTHWISE
                         ? (uint64_t)m * taps + tap
                         : ((uint64_t)m * taps + tap) * l->input.channels +
                               channel;
    int32_t w = l->weights[index];
    if (l->weight_kind == SERAC_WEIGHT_BIPOLAR)
        w = (w + (1 << bits) - 1) / 2;
    else if (offset_binary(l))
        w += 1 << (bits - 1);
    return (uint32_t)w & ((1u << bits) - 1);
}

/* Weights of one m-tile: [tap][block][plane][row][lane]. A block-diagonal layer's
 * row r meets only its own channel: lane r % lanes of block r / lanes. */
static void pack_tile(const struct serac_layer *l,
                      const struct serac_design *d, uint32_t tile,
                      uint8_t *out)
{
    bool diagonal = l->op != SERAC_OP_CONV;
    uint32_t bits = l->op == SERAC_OP_ADD ? 1 : l->weight_store_bits;
    uint32_t plane = d->rows * d->lanes / 8;
    uint32_t blocks = diagonal ? (d->rows > d->lanes ? d->rows / d->lanes : 1)
                               : serac_ceil_div(l->input.channels, d->lanes);
    for (uint32_t tap = 0; tap < l->kernel_h * l->kernel_w; tap++)
        for (uint32_t b = 0; b < blocks; b++, out += bits * plane)
            for (uint32_t r = 0; r < d->rows; r++) {
                uint32_t m = tile * d->rows + r;
                if (m >= l->output.channels)
                    break;
                uint32_t first = b * d->lanes, last = first + d->lanes;
                uint32_t limit = l->input.channels;
                if (diagonal) {   /* one channel, counted from the m-tile's block */
                    uint32_t at = d->rows > d->lanes ? r : m % d->lanes;
                    if (at < first || at >= last)
                        continue;
                    first = at;
                    last = limit = at + 1;
                }
                for (uint32_t c = first; c < last && c < limit; c++) {
                    uint32_t code = weight_code(l, m, tap, c);
                    uint32_t bit = r * d->lanes + c % d->lanes;
                    for (uint32_t p = 0; p < bits; p++)
                        out[p * plane + bit / 8] |=
                            (uint8_t)((code >> (bits - 1 - p) & 1) << bit % 8);
                }
            }
}

/* --- parameters --------------------------------------------------------------- */

/* acc = sum (alpha U - beta)(gamma code - delta)
 *     = alpha gamma D - beta gamma R - delta sum w
 * so that only `correction` = -beta gamma and the bias depend on the channel. */
static void fold(const struct serac_layer *l, uint32_t m, uint32_t operand,
                 int64_t *correction, int64_t *bias)
{
    const struct serac_param *param =
        &l->params[operand * l->output.channels + m];
    int64_t gamma = l->input.is_bipolar ? 2 : 1;
    int64_t delta = l->input.is_bipolar ? (1 << l->input.bits) - 1
                    : operand           ? l->input2_zero_point
                                        : l->input.zero_point;
    int64_t beta = 0, sum = 0;
    if (l->op == SERAC_OP_ADD) {
        sum = 1;
    } else {
        if (l->weight_kind == SERAC_WEIGHT_BIPOLAR)
            beta = (1 << l->weight_store_bits) - 1;
        else if (offset_binary(l))
            beta = 1 << (l->weight_store_bits - 1);
        else if (l->weight_kind == SERAC_WEIGHT_UNSIGNED)
            beta = param->zero;
        uint64_t taps = (uint64_t)l->kernel_h * l->kernel_w;
        uint64_t k = l->op == SERAC_OP_CONV ? taps * l->input.channels : taps;
        for (uint64_t i = 0; i < k; i++) {
            int64_t w = l->weights[m * k + i];
            if (l->weight_kind == SERAC_WEIGHT_UNSIGNED)
                w = (uint8_t)l->weights[m * k + i] - beta;
            sum += w;
        }
    }
    *correction = -beta * gamma;
    *bias = param->bias - delta * sum;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static int32_t saturate(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX
           : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* Words 4 * sub .. of a threshold record: the correction, then 15 thresholds less
 * the bias. */
static uint32_t threshold_word(const struct serac_param *param,
                               int64_t correction, int64_t bias, uint32_t word)
{
    if (word == 0)
        return (uint32_t)correction & 0xffff;
    int32_t limit = param->thresholds[word - 1];
    return (uint32_t)(limit == INT32_MAX ? limit : saturate(limit - bias));
}

static void pack_records(const struct serac_layer *l,
                         const struct serac_design *d, uint32_t tile,
                         uint32_t operand, uint8_t *out)
{
    uint32_t q = d->requant_lanes;
    for (uint32_t r = 0; r < d->rows; r++) {
        uint32_t m = tile * d->rows + r;
        if (m >= l->output.channels)
            return;
        const struct serac_param *param =
            &l->params[operand * l->output.channels + m];
        int64_t correction, bias;
        fold(l, m, operand, &correction, &bias);
        if (l->mode == SERAC_MODE_THRESHOLD) {
            uint8_t *group = out + r / q * q * SERAC_RECORD_THRESHOLD_BYTES;
            for (uint32_t word = 0; word < 16; word++)
                put32(group + (word / 4 * q + r % q) * 16 + word % 4 * 4,
                      threshold_word(param, correction, bias, word));
            continue;
        }
        uint8_t *record = out + r * SERAC_RECORD_BYTES;
        put32(record, ((uint32_t)correction & 0xffff) |
                          ((uint32_t)param->shift & 0xff) << 16);
        put32(record + 4, (uint32_t)bias);
        put32(record + 8, (uint32_t)param->mult);
        put32(record + 12, (uint32_t)param->add);
    }
}

void serac_pack_weights(const struct serac_layer *layer,
                        const struct serac_design *design,
                        const struct serac_insn *insn, uint8_t *out)
{
    uint32_t tiles = serac_ceil_div(layer->output.channels, design->rows);
    uint32_t operands = layer->op == SERAC_OP_ADD ? 2 : 1;
    uint32_t params = insn->fetch.tile_param_bytes;
    uint32_t weights = insn->fetch.tile_wgt_bytes;
    memset(out, 0, (size_t)tiles * (params + weights));
    for (uint32_t tile = 0; tile < tiles; tile++) {
        for (uint32_t o = 0; o < operands; o++)
            pack_records(layer, design, tile, o, out + o * params / operands);
        pack_tile(layer, design, tile, out + params);
        out += params + weights;
    }
}
