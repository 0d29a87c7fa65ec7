/* serac_random_layer.c - a random layer: shape, widths, numbers, mapping. */
#include "serac_random_layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void random_input(struct serac_rng *rng, struct serac_layer *l,
                         uint32_t bits)
{
    struct serac_tensor *t = &l->input;
    t->bits = bits;
    int form = (int)serac_rng_pick(rng, 0, 9);
    t->is_signed = form < 4;
    t->is_bipolar = form == 9;
    int32_t low = t->is_signed ? -(1 << (bits - 1)) : 0;
    t->zero_point = t->is_bipolar || serac_rng_chance(rng, 40)
                        ? 0 : (int32_t)serac_rng_pick(rng, low, low + (1 << bits) - 1);
    l->act_bits = serac_rng_chance(rng, 15) ? (uint32_t)serac_rng_pick(rng, bits, 8) : bits;
}

/* Shape of the layer; about `work` multiply-accumulates. */
static void random_shape(struct serac_rng *rng, const struct serac_design *d,
                         struct serac_random_layer *r, uint32_t work)
{
    struct serac_layer *l = &r->layer;
    l->kernel_h = l->kernel_w = l->stride_h = l->stride_w = 1;
    l->dilation_h = l->dilation_w = l->pool = 1;
    l->op = r->kind == SERAC_LAYER_ADD         ? SERAC_OP_ADD
            : r->kind == SERAC_LAYER_DEPTHWISE ? SERAC_OP_DEPTHWISE
                                               : SERAC_OP_CONV;
    uint32_t most = d->lanes * 3 > 200 ? 200 : d->lanes * 3;
    l->input.channels = (uint32_t)serac_rng_pick(rng, 1, most);
    l->output.channels = (uint32_t)serac_rng_pick(rng, 1, d->rows * 8);
    l->input.height = 1;
    l->input.width = (uint32_t)serac_rng_pick(rng, 1, 220);
    if (r->kind != SERAC_LAYER_GEMM) {
        l->input.height = (uint32_t)serac_rng_pick(rng, 1, 22);
        l->input.width = (uint32_t)serac_rng_pick(rng, 1, 30);
    }
    if (l->op != SERAC_OP_ADD && r->kind != SERAC_LAYER_GEMM) {
        l->kernel_h = (uint32_t)serac_rng_pick(rng, 1, 4);
        l->kernel_w = (uint32_t)serac_rng_pick(rng, 1, 4);
        l->stride_h = (uint32_t)serac_rng_pick(rng, 1, 3);
        l->stride_w = (uint32_t)serac_rng_pick(rng, 1, 3);
        if (serac_rng_chance(rng, 20)) {
            l->dilation_h = (uint32_t)serac_rng_pick(rng, 1, 2);
            l->dilation_w = (uint32_t)serac_rng_pick(rng, 1, 2);
        }
        uint32_t kh = (l->kernel_h - 1) * l->dilation_h;
        uint32_t kw = (l->kernel_w - 1) * l->dilation_w;
        l->pad_top = (uint32_t)serac_rng_pick(rng, 0, kh);
        l->pad_bottom = (uint32_t)serac_rng_pick(rng, 0, kh);
        l->pad_left = (uint32_t)serac_rng_pick(rng, 0, kw);
        l->pad_right = (uint32_t)serac_rng_pick(rng, 0, kw);
    }
    if (r->kind == SERAC_LAYER_POOL)
        l->pool = (uint32_t)serac_rng_pick(rng, 2, 3);
    uint64_t reach = (uint64_t)l->kernel_h * l->kernel_w *
                     l->input.channels * l->input.height * l->input.width;
    if (l->op == SERAC_OP_CONV && reach * l->output.channels > work)
        l->output.channels = (uint32_t)(work / reach) + 1;
    if (l->op != SERAC_OP_CONV)
        l->output.channels = l->input.channels;
}

static bool set_output_shape(struct serac_layer *l)
{
    int64_t h = (int64_t)l->input.height + l->pad_top + l->pad_bottom -
                (l->kernel_h - 1) * l->dilation_h - 1;
    int64_t w = (int64_t)l->input.width + l->pad_left + l->pad_right -
                (l->kernel_w - 1) * l->dilation_w - 1;
    if (h < 0 || w < 0)
        return false;
    l->output.height = ((uint32_t)h / l->stride_h + 1) / l->pool;
    l->output.width = ((uint32_t)w / l->stride_w + 1) / l->pool;
    return l->output.height && l->output.width;
}

static int bits_of(uint64_t value)
{
    int bits = 0;
    while (value >> bits)
        bits++;
    return bits;
}

static void random_requant(struct serac_rng *rng, struct serac_layer *l)
{
    l->mode = (enum serac_requant_mode)serac_rng_pick(rng, 0, 4);
    if (l->op == SERAC_OP_ADD && l->mode >= SERAC_MODE_THRESHOLD)
        l->mode = SERAC_MODE_DOUBLE;
    struct serac_tensor *o = &l->output;
    o->bits = l->mode == SERAC_MODE_RAW       ? 32
              : l->mode == SERAC_MODE_THRESHOLD ? (uint32_t)serac_rng_pick(rng, 1, 4)
                                                : (uint32_t)serac_rng_pick(rng, 1, 8);
    o->is_signed = l->mode == SERAC_MODE_RAW || serac_rng_chance(rng, 50);
    int32_t low = o->is_signed ? -(1 << (o->bits % 32 - 1 + (o->bits == 32)))
                               : 0;
    if (l->mode == SERAC_MODE_RAW) {
        l->clamp_min = INT32_MIN;
        l->clamp_max = INT32_MAX;
        return;
    }
    int32_t high = low + (1 << o->bits) - 1;
    o->zero_point = serac_rng_chance(rng, 50) ? 0 : (int32_t)serac_rng_pick(rng, low, high);
    l->clamp_min = serac_rng_chance(rng, 70) ? low : (int32_t)serac_rng_pick(rng, low, high);
    l->clamp_max = (int32_t)serac_rng_pick(rng, l->clamp_min, high);
}

static int compare_int(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void random_param(struct serac_rng *rng, const struct serac_layer *l,
                         int spread, struct serac_param *p)
{
    int64_t reach = (int64_t)1 << (spread > 30 ? 30 : spread);
    int down = spread - (int)l->output.bits;
    p->bias = (int32_t)serac_rng_pick(rng, -reach / 2, reach / 2);
    p->mult = serac_rng_chance(rng, 3) ? INT32_MIN
                                       : (int32_t)serac_rng_pick(rng, 1 << 30, INT32_MAX);
    p->shift = -(int32_t)serac_rng_pick(rng, down - 2, down + 1);
    if (p->shift > 7)
        p->shift = 7;
    if (p->shift < -31)
        p->shift = -31;
    if (l->mode == SERAC_MODE_FLOOR) {
        p->mult = (int32_t)serac_rng_pick(rng, -200, 200);
        p->add = (int32_t)serac_rng_pick(rng, -1000000, 1000000);
        p->shift = (int32_t)serac_rng_pick(rng, 0, 31);
    }
    int used = (int)serac_rng_pick(rng, 1, 15);
    for (int i = 0; i < 15; i++)
        p->thresholds[i] = i < used ? (int32_t)serac_rng_pick(rng, -reach, reach)
                                    : INT32_MAX;
    qsort(p->thresholds, 15, sizeof p->thresholds[0], compare_int);
}

static bool random_numbers(struct serac_rng *rng, struct serac_layer *l)
{
    uint64_t k = (uint64_t)l->kernel_h * l->kernel_w *
                 (l->op == SERAC_OP_CONV ? l->input.channels : 1);
    uint64_t count = k * l->output.channels;
    uint32_t sets = l->op == SERAC_OP_ADD ? 2 : 1;
    int8_t *weights = malloc(count);
    struct serac_param *params =
        calloc((size_t)l->output.channels * sets, sizeof *params);
    l->weights = weights;
    l->params = params;
    if (!weights || !params)
        return false;
    uint32_t bits = l->weight_store_bits;
    int extreme = serac_rng_chance(rng, 10);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t code = (uint32_t)serac_rng_next(rng) & ((1u << bits) - 1);
        if (extreme)
            code = 1u << (bits - 1);
        if (l->weight_kind == SERAC_WEIGHT_BIPOLAR && bits < 8)
            weights[i] = (int8_t)(2 * (int32_t)code - (1 << bits) + 1);
        else if (l->weight_kind == SERAC_WEIGHT_SIGNED && code >> (bits - 1))
            weights[i] = (int8_t)((int32_t)code - (1 << bits));
        else
            weights[i] = (int8_t)code;
    }
    int spread = bits_of(k) / 2 + (int)bits + (int)l->input.bits;
    for (uint32_t m = 0; m < l->output.channels * sets; m++) {
        random_param(rng, l, spread, &params[m]);
        params[m].zero = l->weight_kind == SERAC_WEIGHT_UNSIGNED
                             ? (int32_t)serac_rng_pick(rng, 0, (1 << bits) - 1) : 0;
    }
    return true;
}

void serac_random_layer_free(struct serac_layer *l)
{
    free((void *)(uintptr_t)l->weights);
    free((void *)(uintptr_t)l->params);
    l->weights = NULL;
    l->params = NULL;
}

bool serac_random_layer_map(struct serac_rng *rng, const struct serac_design *d,
                            struct serac_random_layer *r, uint32_t tokens,
                            bool last)
{
    uint32_t mtiles = (r->layer.output.channels + d->rows - 1) / d->rows;
    uint32_t least = d->lanes > d->rows ? d->lanes / d->rows : 1;
    uint32_t pixels = r->layer.output.width * r->layer.output.height;
    uint32_t share = (pixels + d->cols - 1) / d->cols;
    for (int attempt = 0; attempt < 300; attempt++) {
        struct serac_mapping *m = &r->mapping;
        uint32_t most = r->layer.output.width < share ? r->layer.output.width
                                                      : share;
        if (attempt > 150)
            most = 1;
        m->order = (uint32_t)serac_rng_pick(rng, 0, 1);
        m->run = (uint32_t)serac_rng_pick(rng, 1, most);
        m->group_mtiles = (uint32_t)serac_rng_pick(rng, 1, mtiles);
        m->gather = least * (uint32_t)serac_rng_pick(rng, 1, 3);
        m->wgt_halves = (uint32_t)serac_rng_pick(rng, 1, 2);
        m->act_halves = (uint32_t)serac_rng_pick(rng, 1, 2);
        if (attempt > 150 && m->order)
            m->group_mtiles = m->gather < mtiles ? m->gather : mtiles;
        if (serac_map_apply(&r->layer, d, m, &r->addresses, tokens, last,
                            &r->insn, NULL) == SERAC_OK)
            return true;
    }
    return false;
}

bool serac_random_layer_make(struct serac_rng *rng, const struct serac_design *d,
                             struct serac_random_layer *r, uint32_t turn,
                             uint64_t *top, bool last)
{
    struct serac_layer *l = &r->layer;
    memset(r, 0, sizeof *r);
    snprintf(l->name, sizeof l->name, "random%u", turn);
    r->kind = (enum serac_layer_kind)(turn % SERAC_LAYER_KINDS);
    l->weight_bits = 1 + turn % 8;
    random_input(rng, l, 1 + turn / 8 % 8);
    l->weight_store_bits = serac_rng_chance(rng, 15)
                               ? (uint32_t)serac_rng_pick(rng, 1, l->weight_bits)
                               : l->weight_bits;
    l->weight_kind = (enum serac_weight_kind)serac_rng_pick(rng, 0, 2);
    if (l->weight_kind == SERAC_WEIGHT_BIPOLAR && l->weight_store_bits == 8)
        l->weight_kind = SERAC_WEIGHT_SIGNED;
    if (r->kind == SERAC_LAYER_DEPTHWISE)
        l->weight_kind = SERAC_WEIGHT_SIGNED;
    uint32_t pairs = ((l->weight_bits + d->weight_planes - 1) /
                      d->weight_planes) *
                     ((l->act_bits + d->act_planes - 1) / d->act_planes);
    uint64_t peak = (uint64_t)d->rows * d->cols * d->lanes;
    uint64_t work = peak * (uint64_t)serac_rng_pick(rng, 10000, 300000) / pairs;
    random_shape(rng, d, r, work > 20000000 ? 20000000 : (uint32_t)work);
    if (l->input.is_bipolar)
        l->pad_top = l->pad_bottom = l->pad_left = l->pad_right = 0;
    if (!set_output_shape(l))
        return false;
    random_requant(rng, l);
    l->input2_zero_point = l->input.zero_point;
    if (!random_numbers(rng, l))
        return false;
    struct serac_footprint f;
    serac_map_footprint(l, d, &f);
    uint64_t at[4], sizes[4] = {f.weights, f.input, f.input, f.output};
    for (int i = 0; i < 4; i++) {
        at[i] = *top;
        *top += (sizes[i] + 4095) & ~(uint64_t)4095;
    }
    r->addresses = (struct serac_addresses){at[0], at[1], at[2], at[3]};
    return serac_layer_check(l, NULL) == SERAC_OK &&
           serac_layer_check_accumulator(l, NULL) == SERAC_OK &&
           serac_random_layer_map(rng, d, r, 0, last);
}
