/* serac_layer.c - is a layer possible, how much work is it, can it overflow? */
#include "serac_layer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "serac_host.h"

static enum serac_status fail(const struct serac_layer *layer,
                              enum serac_status status,
                              struct serac_error *error, const char *format,
                              ...) __attribute__((format(printf, 4, 5)));

static enum serac_status fail(const struct serac_layer *layer,
                              enum serac_status status,
                              struct serac_error *error, const char *format,
                              ...)
{
    if (!error)
        return status;
    int used = snprintf(error->text, sizeof error->text, "layer %s: ",
                        layer->name);
    va_list args;
    va_start(args, format);
    vsnprintf(error->text + used, sizeof error->text - (size_t)used, format,
              args);
    va_end(args);
    return status;
}

static uint32_t reach(uint32_t kernel, uint32_t dilation)
{
    return (kernel - 1) * dilation + 1;
}

/* Outputs along one axis before pooling, 0 if the kernel does not fit. */
static uint32_t outputs(uint32_t in, uint32_t before, uint32_t after,
                        uint32_t kernel, uint32_t stride)
{
    uint32_t padded = in + before + after;
    return padded < kernel ? 0 : (padded - kernel) / stride + 1;
}

static enum serac_status check_tensor(const struct serac_layer *layer,
                                      const struct serac_tensor *t,
                                      const char *which, bool raw,
                                      struct serac_error *error)
{
    if (t->height < 1 || t->width < 1 || t->channels < 1 ||
        t->height > 32767 || t->width > 1u << 20 || t->channels > 1u << 20)
        return fail(layer, SERAC_E_INPUT, error,
                    "%s shape %ux%ux%u: outside 1..32767 x 1..1048576 x "
                    "1..1048576", which, t->height, t->width, t->channels);
    if (raw ? t->bits != 32 : t->bits < 1 || t->bits > 8)
        return fail(layer, SERAC_E_INPUT, error, "%s bits = %u: %s", which,
                    t->bits, raw ? "raw needs 32" : "outside 1..8");
    if (t->is_bipolar && t->is_signed)
        return fail(layer, SERAC_E_INPUT, error,
                    "%s: bipolar and signed exclude each other", which);
    return SERAC_OK;
}

bool serac_layer_adds(const struct serac_layer *l)
{
    return l->op == SERAC_OP_ADD ||
           (l->op == SERAC_OP_HOST && (l->host == SERAC_HOST_ADD || l->host == SERAC_HOST_ADD_FLOAT ||
                                       l->host == SERAC_HOST_ADD_FLOOR));
}

uint32_t serac_layer_operands(const struct serac_layer *l)
{
    bool two = serac_layer_adds(l) || l->run_time != SERAC_RUN_TIME_NONE ||
               (l->op == SERAC_OP_HOST && l->host == SERAC_HOST_CONCAT);
    return two ? 2 : 1;
}

static bool host_windows(const struct serac_layer *l)
{
    return l->host == SERAC_HOST_AVERAGE_POOL || l->host == SERAC_HOST_MAX_POOL || l->host == SERAC_HOST_PATCHES;
}

/* Factors that the function's definition can take. */
static bool host_factors_fit(const struct serac_layer *l)
{
    const int32_t *f = l->factors;
    if (l->host == SERAC_HOST_ADD_FLOAT)
        return f[0] == 0 || f[0] == 1;
    if (l->host == SERAC_HOST_THRESHOLDS)
        return f[0] >= 1 && f[0] <= 255 && f[1] >= -128 && f[1] <= 255;
    for (int i = 2; l->host == SERAC_HOST_ADD_FLOOR && i < 9; i += 3)
        if (f[i] < 0 || f[i] > 31)
            return false;
    int pairs = l->host == SERAC_HOST_ADD ? 3 : l->host == SERAC_HOST_REQUANTISE ? 1 : 0;
    for (int i = 0; i < pairs; i++)
        if (f[2 * i] < 0 || f[2 * i + 1] < -31 || f[2 * i + 1] > 30)
            return false;
    return l->host != SERAC_HOST_SOFTMAX || (f[0] >= 0 && f[1] >= 0 && f[1] <= 30 && f[2] <= 0);
}

/* The shape that a host layer makes of its input. */
static enum serac_status check_host(const struct serac_layer *l, struct serac_error *error)
{
    uint64_t h = l->input.height, w = l->input.width, channels = l->input.channels;
    if (l->host == SERAC_HOST_PAD) {
        h += l->pad_top + l->pad_bottom;
        w += l->pad_left + l->pad_right;
    } else if (host_windows(l)) {
        uint32_t kh = reach(l->kernel_h, l->dilation_h), kw = reach(l->kernel_w, l->dilation_w);
        if (l->pad_top >= kh || l->pad_bottom >= kh || l->pad_left >= kw || l->pad_right >= kw)
            return fail(l, SERAC_E_INPUT, error, "padding: must be less than the kernel");
        h = outputs(l->input.height, l->pad_top, l->pad_bottom, kh, l->stride_h);
        w = outputs(l->input.width, l->pad_left, l->pad_right, kw, l->stride_w);
    }
    if (l->host == SERAC_HOST_PATCHES)
        channels *= (uint64_t)l->kernel_h * l->kernel_w;
    if (l->host == SERAC_HOST_CONCAT) {
        const struct serac_tensor *a = &l->input, *b = &l->operand;
        channels += b->channels;
        if (a->height != b->height || a->width != b->width || a->bits != b->bits || a->is_signed != b->is_signed ||
            a->is_bipolar != b->is_bipolar || a->zero_point != b->zero_point || l->output.bits != a->bits ||
            l->output.is_signed != a->is_signed || l->output.is_bipolar != a->is_bipolar ||
            l->output.zero_point != a->zero_point)
            return fail(l, SERAC_E_INPUT, error, "concat: operands and output must have one format and the same "
                        "pixels");
    }
    if (!h || !w || l->output.height != h || l->output.width != w || l->output.channels != channels)
        return fail(l, SERAC_E_INPUT, error, "output %ux%ux%u: should be %llux%llux%llu", l->output.height,
                    l->output.width, l->output.channels, (unsigned long long)h, (unsigned long long)w,
                    (unsigned long long)channels);
    if (!host_factors_fit(l))
        return fail(l, SERAC_E_INPUT, error, "factors: multipliers from 0, shifts -31..30, softmax's 0..30 and "
                    "a difference up to 0, add_float's 0 or 1, add_floor's shifts 0..31, 1..255 "
                    "thresholds from code -128..255");
    if (l->host == SERAC_HOST_SOFTMAX && (l->output.bits != 8 || !l->output.is_signed))
        return fail(l, SERAC_E_INPUT, error, "softmax makes signed 8-bit codes");
    bool rounds = l->host == SERAC_HOST_SOFTMAX || l->host == SERAC_HOST_ADD || l->host == SERAC_HOST_REQUANTISE;
    if (rounds && l->mode != SERAC_MODE_DOUBLE && l->mode != SERAC_MODE_SINGLE)
        return fail(l, SERAC_E_INPUT, error, "requant: the host's is double or single");
    if (l->clamp_min > l->clamp_max)
        return fail(l, SERAC_E_INPUT, error, "clamp %d..%d: empty", l->clamp_min, l->clamp_max);
    return SERAC_OK;
}

/* The second operand as weights: as many of its pixels or channels as the first has channels. */
static enum serac_status check_run_time(const struct serac_layer *l, struct serac_error *error)
{
    const struct serac_tensor *t = &l->operand;
    bool pixels = l->run_time == SERAC_RUN_TIME_PIXELS;
    uint64_t of_pixels = (uint64_t)t->height * t->width;
    uint64_t k = pixels ? t->channels : of_pixels, m = pixels ? of_pixels : t->channels;
    if (l->run_time == SERAC_RUN_TIME_NONE)
        return SERAC_OK;
    if (l->op != SERAC_OP_CONV || l->kernel_h * l->kernel_w * l->stride_h * l->stride_w * l->pool != 1 ||
        l->pad_top || l->pad_left || l->pad_bottom || l->pad_right)
        return fail(l, SERAC_E_INPUT, error, "matmul: no kernel, stride, padding or pool");
    if (t->bits > 8 || t->is_bipolar || l->weight_kind != SERAC_WEIGHT_UNSIGNED || l->weight_bits != t->bits ||
        l->weight_store_bits != t->bits)
        return fail(l, SERAC_E_INPUT, error, "matmul: the second operand must have up to 8 bits and not be bipolar");
    if (k != l->input.channels || m != l->output.channels)
        return fail(l, SERAC_E_INPUT, error, "matmul: %u channels meet %llu %s of the second operand, and %u outputs "
                    "its %llu %s", l->input.channels, (unsigned long long)k, pixels ? "channels" : "pixels",
                    l->output.channels, (unsigned long long)m, pixels ? "pixels" : "channels");
    return SERAC_OK;
}

/* Padding is made of the zero point, which must be a code then. */
static enum serac_status check_padding(const struct serac_layer *l, struct serac_error *error)
{
    const struct serac_tensor *t = &l->input;
    if (!(l->pad_top || l->pad_left || l->pad_bottom || l->pad_right) || t->is_bipolar || t->bits > 8)
        return SERAC_OK;
    int32_t low = t->is_signed ? -(1 << (t->bits - 1)) : 0, high = low + (1 << t->bits) - 1;
    if (t->zero_point >= low && t->zero_point <= high)
        return SERAC_OK;
    return fail(l, SERAC_E_INPUT, error, "its input is padded with zero point %d: outside %d..%d, the codes",
                t->zero_point, low, high);
}

/* Kernel, stride, dilation, padding and pool, and the output that they give. */
static enum serac_status check_window(const struct serac_layer *l, struct serac_error *error)
{
    if (l->pool < 1 || l->pool > 16 || l->kernel_h < 1 || l->kernel_w < 1 ||
        l->kernel_h > 255 || l->kernel_w > 255 || l->stride_h < 1 ||
        l->stride_w < 1 || l->stride_h > 255 || l->stride_w > 255 ||
        l->dilation_h < 1 || l->dilation_w < 1 || l->dilation_h > 255 ||
        l->dilation_w > 255)
        return fail(l, SERAC_E_INPUT, error,
                    "kernel, stride, dilation and pool: outside 1..255 (pool "
                    "1..16)");
    uint32_t kh = reach(l->kernel_h, l->dilation_h);
    uint32_t kw = reach(l->kernel_w, l->dilation_w);
    if (l->pad_top >= kh || l->pad_bottom >= kh || l->pad_left >= kw ||
        l->pad_right >= kw)
        return fail(l, SERAC_E_INPUT, error,
                    "padding: must be less than the kernel");
    uint32_t h = outputs(l->input.height, l->pad_top, l->pad_bottom, kh,
                         l->stride_h) / l->pool;
    uint32_t w = outputs(l->input.width, l->pad_left, l->pad_right, kw,
                         l->stride_w) / l->pool;
    if (h == 0 || w == 0)
        return fail(l, SERAC_E_INPUT, error,
                    "kernel and pool do not fit the input of %ux%u",
                    l->input.height, l->input.width);
    if (l->output.height != h || l->output.width != w)
        return fail(l, SERAC_E_INPUT, error,
                    "output %ux%u: should be %ux%u", l->output.height,
                    l->output.width, h, w);
    return SERAC_OK;
}

enum serac_status serac_layer_check(const struct serac_layer *l,
                                    struct serac_error *error)
{
    bool host = l->op == SERAC_OP_HOST;
    bool raw_in = host && serac_host_takes_raw(l->host) && l->input.bits == 32;
    bool raw_out = host ? serac_host_makes_raw(l->host) && l->output.bits == 32 : l->mode == SERAC_MODE_RAW;
    enum serac_status status = check_tensor(l, &l->input, "input", raw_in, error);
    if (status == SERAC_OK)
        status = check_padding(l, error);
    if (status == SERAC_OK)
        status = check_tensor(l, &l->output, "output", raw_out, error);
    if (status == SERAC_OK && host)
        return check_host(l, error);
    if (status == SERAC_OK)
        status = check_run_time(l, error);
    if (status != SERAC_OK)
        return status;
    if (l->weight_bits < 1 || l->weight_bits > 8 || l->weight_store_bits < 1 ||
        l->weight_store_bits > l->weight_bits)
        return fail(l, SERAC_E_INPUT, error,
                    "weight bits %u stored as %u: need 1 <= stored <= bits <= "
                    "8", l->weight_bits, l->weight_store_bits);
    if (l->act_bits < l->input.bits || l->act_bits > 8)
        return fail(l, SERAC_E_INPUT, error,
                    "act_bits = %u: outside %u..8", l->act_bits,
                    l->input.bits);
    if (check_window(l, error) != SERAC_OK)
        return SERAC_E_INPUT;
    bool same = l->op != SERAC_OP_CONV;
    if (same && l->output.channels != l->input.channels)
        return fail(l, SERAC_E_INPUT, error,
                    "output channels %u: should be %u", l->output.channels,
                    l->input.channels);
    if (l->op == SERAC_OP_ADD &&
        (l->kernel_h * l->kernel_w * l->stride_h * l->stride_w * l->pool != 1))
        return fail(l, SERAC_E_INPUT, error, "add: no kernel, stride or pool");
    if (l->clamp_min > l->clamp_max)
        return fail(l, SERAC_E_INPUT, error, "clamp %d..%d: empty",
                    l->clamp_min, l->clamp_max);
    return SERAC_OK;
}

uint64_t serac_layer_macs(const struct serac_layer *l)
{
    if (l->op == SERAC_OP_ADD || l->op == SERAC_OP_HOST)
        return 0;
    uint64_t outputs = (uint64_t)l->output.height * l->output.width *
                       l->pool * l->pool * l->output.channels;
    uint64_t inputs = l->op == SERAC_OP_DEPTHWISE ? 1 : l->input.channels;
    return outputs * l->kernel_h * l->kernel_w * inputs;
}

/* Largest magnitude of an activation's value. */
static int64_t largest_activation(const struct serac_tensor *t, int32_t zero)
{
    int64_t codes = (int64_t)1 << t->bits;
    if (t->is_bipolar)
        return codes - 1;
    int64_t low = t->is_signed ? -codes / 2 : 0;
    int64_t high = low + codes - 1;
    int64_t a = llabs(low - zero), b = llabs(high - zero);
    return a > b ? a : b;
}

static int64_t largest_weight(const struct serac_layer *l)
{
    int64_t codes = (int64_t)1 << l->weight_store_bits;
    if (l->op == SERAC_OP_ADD)
        return 1;
    if (l->run_time != SERAC_RUN_TIME_NONE)   /* the second operand's values; its zero point need not be a code */
        return largest_activation(&l->operand, l->operand.zero_point);
    return l->weight_kind == SERAC_WEIGHT_SIGNED ? codes / 2 : codes - 1;
}

/* Sum of |w| of one output channel: actual if known, else the worst. */
static int64_t weight_sum(const struct serac_layer *l, uint32_t channel)
{
    uint64_t taps = (uint64_t)l->kernel_h * l->kernel_w;
    uint64_t k = l->op == SERAC_OP_CONV ? taps * l->input.channels : taps;
    if (!l->weights || l->op == SERAC_OP_ADD)
        return (int64_t)k * largest_weight(l);
    int64_t sum = 0;
    for (uint64_t i = 0; i < k; i++) {
        int64_t w = l->weights[channel * k + i];
        if (l->weight_kind == SERAC_WEIGHT_UNSIGNED)
            w = (uint8_t)l->weights[channel * k + i] -
                (l->params ? (int64_t)l->params[channel].zero : 0);
        sum += llabs(w);
    }
    return sum;
}

enum serac_status serac_layer_check_accumulator(const struct serac_layer *l,
                                                struct serac_error *error)
{
    int64_t a = largest_activation(&l->input, l->input.zero_point);
    if (l->op == SERAC_OP_HOST)
        return SERAC_OK;
    if (l->op == SERAC_OP_ADD) {
        int64_t b = largest_activation(&l->input, l->input2_zero_point);
        a = a > b ? a : b;
    }
    if (l->mode == SERAC_MODE_THRESHOLD) {
        /* Thresholds have the bias and the input's zero point in them: what is compared is of codes. */
        int64_t b = l->input.is_bipolar ? 2 * a : largest_activation(&l->input, 0);
        a = a > b ? a : b;
    }
    uint32_t operands = l->op == SERAC_OP_ADD ? 2 : 1;
    for (uint32_t m = 0; m < operands * l->output.channels; m++) {
        int64_t bias = l->params ? llabs((int64_t)l->params[m].bias) : 0;
        int64_t sum = weight_sum(l, m);
        if (sum > (INT64_MAX - bias) / (a ? a : 1) || sum * a + bias > INT32_MAX)
            return fail(l, SERAC_E_OVERFLOW, error,
                        "channel %u: accumulator could reach %lld * %lld + "
                        "%lld: beyond 32 bits (2147483647)",
                        m % l->output.channels,
                        (long long)sum, (long long)a, (long long)bias);
        if (!l->weights && !l->params)
            break;   /* all channels alike */
    }
    return SERAC_OK;
}
