#include "ref_kernels.h"

static int32_t clamp(int64_t x, int32_t min, int32_t max)
{
    return x < min ? min : x > max ? max : (int32_t)x;
}

/* Where (b, y, x, c) is in an NHWC array of height h, width w, depth d. */
static size_t nhwc(int32_t h, int32_t w, int32_t d, int32_t b, int32_t y, int32_t x, int32_t c)
{
    return (((size_t)b * (size_t)h + (size_t)y) * (size_t)w + (size_t)x) * (size_t)d + (size_t)c;
}

void ref_unpack_int4(const uint8_t *packed, size_t count, int8_t *values)
{
    for (size_t i = 0; i < count; i++) {
        int nibble = packed[i / 2] >> (i % 2 ? 4 : 0) & 15;
        values[i] = (int8_t)(nibble < 8 ? nibble : nibble - 16);
    }
}

/* Adds weight * input to the accumulator, which wraps. */
static void accumulate(uint32_t *acc, const struct ref_scaling *s, int8_t input, int8_t weight)
{
    *acc += (uint32_t)((input + s->input_offset) * (weight + s->weight_offset));
}

static int8_t scaled(uint32_t acc, int32_t channel, const struct ref_scaling *s,
                     const int32_t *bias)
{
    if (bias)
        acc += (uint32_t)bias[channel];
    int32_t result = ref_multiply((int32_t)acc,
                                  s->multiplier[s->num_multipliers == 1 ? 0 : channel],
                                  s->rounding);
    return (int8_t)clamp((int64_t)result + s->output_offset, s->min, s->max);
}

/* --- windows ---------------------------------------------------------------- */

/* One output element of an operation on windows. */
struct place {
    int32_t b, y, x, c;
};

/* The taps that see the image and not padding, in one dimension: from *first to
 * before *end. Tap k of output `o` sees input o * stride - pad + k * dilation. */
static void taps(int64_t o, int64_t stride, int64_t dilation, int64_t pad, int64_t size,
                 int64_t kernel, int64_t *first, int64_t *end)
{
    int64_t at = o * stride - pad;
    int64_t before = at < 0 ? (-at + dilation - 1) / dilation : 0;
    int64_t within = at < size ? (size - at + dilation - 1) / dilation : 0;
    *first = before < kernel ? before : kernel;
    *end = within < kernel ? within : kernel;
}

/* Calls visit(ctx, input index, ky, kx) for each tap of the window of `p` that is
 * not padding, on input channel `channel`. */
static void each_tap(const struct ref_window *w, struct place p, int32_t channel,
                     void (*visit)(void *ctx, size_t index, int32_t ky, int32_t kx), void *ctx)
{
    int64_t top, bottom, left, right;
    taps(p.y, w->stride_h, w->dilation_h, w->pad_top, w->in_h, w->kernel_h, &top, &bottom);
    taps(p.x, w->stride_w, w->dilation_w, w->pad_left, w->in_w, w->kernel_w, &left, &right);
    for (int64_t ky = top; ky < bottom; ky++)
        for (int64_t kx = left; kx < right; kx++) {
            int64_t y = (int64_t)p.y * w->stride_h - w->pad_top + ky * w->dilation_h;
            int64_t x = (int64_t)p.x * w->stride_w - w->pad_left + kx * w->dilation_w;
            visit(ctx, nhwc(w->in_h, w->in_w, w->in_c, p.b, (int32_t)y, (int32_t)x, channel),
                  (int32_t)ky, (int32_t)kx);
        }
}

/* Sets each output element to compute(ctx, its place). */
static void each_output(const struct ref_window *w, int8_t *output,
                        int8_t (*compute)(void *ctx, struct place p), void *ctx)
{
    struct place p;
    for (p.b = 0; p.b < w->batches; p.b++)
        for (p.y = 0; p.y < w->out_h; p.y++)
            for (p.x = 0; p.x < w->out_w; p.x++)
                for (p.c = 0; p.c < w->out_c; p.c++)
                    *output++ = compute(ctx, p);
}

struct layer {
    const struct ref_window *w;
    const struct ref_scaling *s;
    const int8_t *input, *weights;
    const int32_t *bias;
    int32_t filter_c;      /* channels that one filter sees */
    int32_t channel;       /* output channel of the window being summed */
    uint32_t acc;
};

static void conv_tap(void *ctx, size_t index, int32_t ky, int32_t kx)
{
    struct layer *l = ctx;
    size_t at = nhwc(l->w->kernel_h, l->w->kernel_w, l->filter_c, l->channel, ky, kx, 0);
    for (int32_t c = 0; c < l->filter_c; c++)
        accumulate(&l->acc, l->s, l->input[index + (size_t)c], l->weights[at + (size_t)c]);
}

static int8_t conv_output(void *ctx, struct place p)
{
    struct layer *l = ctx;
    int32_t groups = l->w->in_c / l->filter_c;
    int32_t group = p.c / (l->w->out_c / groups);
    l->acc = 0;
    l->channel = p.c;
    each_tap(l->w, p, group * l->filter_c, conv_tap, l);
    return scaled(l->acc, p.c, l->s, l->bias);
}

void ref_conv(const struct ref_window *w, int32_t filter_c, const struct ref_scaling *s,
              const int8_t *input, const int8_t *weights, const int32_t *bias, int8_t *output)
{
    struct layer l = {w, s, input, weights, bias, filter_c, 0, 0};
    each_output(w, output, conv_output, &l);
}

static void depthwise_tap(void *ctx, size_t index, int32_t ky, int32_t kx)
{
    struct layer *l = ctx;
    size_t at = nhwc(l->w->kernel_h, l->w->kernel_w, l->w->out_c, 0, ky, kx, l->channel);
    accumulate(&l->acc, l->s, l->input[index], l->weights[at]);
}

static int8_t depthwise_output(void *ctx, struct place p)
{
    struct layer *l = ctx;
    l->acc = 0;
    l->channel = p.c;
    each_tap(l->w, p, p.c / (l->w->out_c / l->w->in_c), depthwise_tap, l);
    return scaled(l->acc, p.c, l->s, l->bias);
}

void ref_depthwise(const struct ref_window *w, const struct ref_scaling *s,
                   const int8_t *input, const int8_t *weights, const int32_t *bias,
                   int8_t *output)
{
    struct layer l = {w, s, input, weights, bias, 1, 0, 0};
    each_output(w, output, depthwise_output, &l);
}

void ref_fully_connected(int32_t batches, int32_t depth, int32_t units,
                         const struct ref_scaling *s, const int8_t *input,
                         const int8_t *weights, const int32_t *bias, int8_t *output)
{
    for (int32_t b = 0; b < batches; b++)
        for (int32_t u = 0; u < units; u++) {
            const int8_t *row = input + (size_t)b * (size_t)depth;
            uint32_t acc = 0;
            for (int32_t i = 0; i < depth; i++)
                accumulate(&acc, s, row[i], weights[(size_t)u * (size_t)depth + (size_t)i]);
            *output++ = scaled(acc, u, s, bias);
        }
}

/* --- pooling ---------------------------------------------------------------- */

struct pool {
    const struct ref_window *w;
    const int8_t *input;
    int32_t min, max, count, sum, largest;
};

static void pool_tap(void *ctx, size_t index, int32_t ky, int32_t kx)
{
    struct pool *p = ctx;
    (void)ky;
    (void)kx;
    p->count++;
    p->sum += p->input[index];
    if (p->input[index] > p->largest)
        p->largest = p->input[index];
}

static void pool_window(struct pool *pool, struct place p)
{
    pool->count = pool->sum = 0;
    pool->largest = INT8_MIN;
    each_tap(pool->w, p, p.c, pool_tap, pool);
}

/* C's division truncates, so half the divisor away from zero rounds it. */
static int8_t average_output(void *ctx, struct place p)
{
    struct pool *pool = ctx;
    pool_window(pool, p);
    int32_t half = pool->sum > 0 ? pool->count / 2 : -(pool->count / 2);
    return (int8_t)clamp((pool->sum + half) / pool->count, pool->min, pool->max);
}

static int8_t max_output(void *ctx, struct place p)
{
    struct pool *pool = ctx;
    pool_window(pool, p);
    return (int8_t)clamp(pool->largest, pool->min, pool->max);
}

void ref_average_pool(const struct ref_window *w, int32_t min, int32_t max,
                      const int8_t *input, int8_t *output)
{
    struct pool pool = {w, input, min, max, 0, 0, 0};
    each_output(w, output, average_output, &pool);
}

void ref_max_pool(const struct ref_window *w, int32_t min, int32_t max,
                  const int8_t *input, int8_t *output)
{
    struct pool pool = {w, input, min, max, 0, 0, 0};
    each_output(w, output, max_output, &pool);
}
