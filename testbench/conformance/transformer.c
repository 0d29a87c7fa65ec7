/* transformer.c - one layer of BERT-tiny, attention included, against plain C.
 *
 * Turc et al., arXiv:1908.08962: hidden 128, two heads of 64, feed-forward 512. Weights of 8 or 2 bits, drawn from
 * a fixed seed; codes of 8 bits, zero points off zero. Each function below appends a layer to the network and
 * computes the same with testbench/reference, which shares no code with Serac, or with a formula of its own.
 *
 * Usage: transformer [--design D] [--backend B] [--weights BITS] [--sequence S] [--keep FOLDER]
 * With --keep the network's files stay in FOLDER: net.cfg, net.bin, input.bin. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance.h"
#include "ref_kernels.h"

enum { HIDDEN = 128, HEADS = 2, HEAD = 64, FORWARD = 512, LAYERS_MAX = 32, LONGEST = 512 };

struct net {
    struct serac_build b;
    uint32_t sequence, weight_bits;
    uint64_t seed;
    int8_t *input, *values[LAYERS_MAX];      /* owned; the reference's, a layer each */
};

/* A number of low..high (xorshift64*). */
static int32_t draw(struct net *n, int32_t low, int32_t high)
{
    n->seed ^= n->seed >> 12;
    n->seed ^= n->seed << 25;
    n->seed ^= n->seed >> 27;
    return low + (int32_t)((n->seed * 0x2545f4914f6cdd1du >> 33) % (uint64_t)(high - low + 1));
}

static const int8_t *value_of(const struct net *n, int32_t index)
{
    return index < 0 ? n->input : n->values[index];
}

static const struct serac_tensor *tensor_of(const struct net *n, int32_t index)
{
    return index < 0 ? &n->b.network->input : &n->b.network->layers[index].output;
}

/* Appends a layer with `channels` outputs of zero point `zero`, and room for the reference's. */
static struct serac_layer *append(struct net *n, const char *name, int32_t first, int32_t second, uint32_t channels,
                                  int32_t zero)
{
    struct serac_layer *l = serac_build_layer(&n->b, name, first, second);
    l->output.channels = channels;
    l->output.zero_point = zero;
    n->values[n->b.network->num_layers - 1] = malloc((size_t)n->sequence * channels);
    return l;
}

static int32_t last(const struct net *n)
{
    return (int32_t)n->b.network->num_layers - 1;
}

static struct ref_multiplier factor(double real)
{
    struct ref_multiplier m = {0, 0};
    (void)ref_multiplier_make(real, REF_ROUND_DOUBLE, &m);
    return m;
}

/* --- layers of the machine ----------------------------------------------------- */

/* `units` random neurons on the channels of `from`. Results spread over the codes. */
static int32_t dense(struct net *n, const char *name, int32_t from, uint32_t units, int32_t zero)
{
    uint32_t depth = tensor_of(n, from)->channels, half = 1u << (n->weight_bits - 1);
    struct serac_layer *l = append(n, name, from, -2, units, zero);
    int8_t *weights = serac_build_weights(&n->b, (uint64_t)units * depth);
    struct serac_param *p = serac_build_params(&n->b, units);
    struct ref_multiplier *m = malloc(units * sizeof *m);
    int32_t *bias = malloc(units * sizeof *bias);
    double spread = 40 / (sqrt(depth) * 50 * 2 * half / sqrt(12));
    l->weight_bits = l->weight_store_bits = n->weight_bits;
    for (size_t i = 0; i < (size_t)units * depth; i++)
        weights[i] = (int8_t)draw(n, -(int32_t)half, (int32_t)half - 1);
    for (uint32_t u = 0; u < units; u++) {
        bias[u] = draw(n, -1000, 1000);
        m[u] = factor(spread * draw(n, 75, 125) / 100);
        p[u] = (struct serac_param){.bias = bias[u], .mult = m[u].value, .shift = m[u].shift};
    }
    struct ref_scaling s = {.input_offset = -l->input.zero_point, .output_offset = zero, .min = -128, .max = 127,
                            .multiplier = m, .num_multipliers = (int32_t)units};
    ref_fully_connected((int32_t)n->sequence, (int32_t)depth, (int32_t)units, &s, value_of(n, from), weights, bias,
                        n->values[last(n)]);
    free(m);
    free(bias);
    return last(n);
}

/* first x second', or x second with `transpose`. */
static int32_t matmul(struct net *n, const char *name, int32_t first, int32_t second, bool transpose, double real,
                      int32_t zero)
{
    const struct serac_tensor *w = tensor_of(n, second);
    uint32_t depth = tensor_of(n, first)->channels, units = transpose ? w->channels : n->sequence;
    append(n, name, first, second, units, zero);
    struct serac_param *p = serac_build_product(&n->b, transpose);
    struct ref_multiplier m = factor(real);
    int8_t *weights = malloc((size_t)units * depth);
    int32_t *bias = malloc(units * sizeof *bias);
    for (size_t i = 0; i < (size_t)units * depth; i++)
        weights[i] = value_of(n, second)[transpose ? i % depth * units + i / depth : i];
    for (uint32_t u = 0; u < units; u++) {
        bias[u] = draw(n, -500, 500);
        p[u] = (struct serac_param){.bias = bias[u], .mult = m.value, .shift = m.shift};
    }
    struct ref_scaling s = {.input_offset = -tensor_of(n, first)->zero_point, .weight_offset = -w->zero_point,
                            .output_offset = zero, .min = -128, .max = 127, .multiplier = &m, .num_multipliers = 1};
    ref_fully_connected((int32_t)n->sequence, (int32_t)depth, (int32_t)units, &s, value_of(n, first), weights, bias,
                        n->values[last(n)]);
    free(weights);
    free(bias);
    return last(n);
}

/* Each operand is brought to the sum's scale and rounded, then they are added. */
static int32_t add(struct net *n, const char *name, int32_t first, int32_t second, int32_t zero)
{
    const struct ref_multiplier m[2] = {factor(0.8), factor(0.65)};
    uint32_t channels = tensor_of(n, first)->channels;
    struct serac_layer *l = append(n, name, first, second, channels, zero);
    struct serac_param *p = serac_build_params(&n->b, 2 * channels);
    l->op = SERAC_OP_ADD;
    for (uint32_t i = 0; i < 2 * channels; i++)
        p[i] = (struct serac_param){.mult = m[i / channels].value, .shift = m[i / channels].shift};
    for (size_t i = 0; i < (size_t)n->sequence * channels; i++) {
        int32_t a = value_of(n, first)[i] - tensor_of(n, first)->zero_point;
        int32_t b = value_of(n, second)[i] - tensor_of(n, second)->zero_point;
        int32_t sum = ref_multiply(a, m[0], REF_ROUND_DOUBLE) + ref_multiply(b, m[1], REF_ROUND_DOUBLE) + zero;
        n->values[last(n)][i] = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
    }
    return last(n);
}

/* --- layers of the host -------------------------------------------------------- */

static struct serac_layer *append_host(struct net *n, const char *name, enum serac_host_function what, int32_t first,
                                       int32_t second, uint32_t channels, int32_t zero)
{
    struct serac_layer *l = append(n, name, first, second, channels, zero);
    l->op = SERAC_OP_HOST;
    l->host = what;
    return l;
}

static int32_t softmax(struct net *n, const char *name, int32_t from)
{
    uint32_t channels = tensor_of(n, from)->channels;
    struct serac_layer *l = append_host(n, name, SERAC_HOST_SOFTMAX, from, -2, channels, -128);
    struct ref_softmax p;
    (void)ref_softmax_make(1, 0.05f, REF_ROUND_DOUBLE, &p);
    l->factors[0] = p.multiplier.value;
    l->factors[1] = p.multiplier.shift;
    l->factors[2] = p.diff_min;
    ref_softmax(&p, n->sequence, (int32_t)channels, value_of(n, from), n->values[last(n)]);
    return last(n);
}

static int32_t concat(struct net *n, const char *name, int32_t first, int32_t second)
{
    size_t a = tensor_of(n, first)->channels, b = tensor_of(n, second)->channels;
    append_host(n, name, SERAC_HOST_CONCAT, first, second, (uint32_t)(a + b), tensor_of(n, first)->zero_point);
    for (size_t s = 0; s < n->sequence; s++)
        for (size_t c = 0; c < a + b; c++)
            n->values[last(n)][s * (a + b) + c] =
                c < a ? value_of(n, first)[s * a + c] : value_of(n, second)[s * b + c - a];
    return last(n);
}

static int32_t bits_of(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static int8_t code(long double value, int32_t zero)
{
    long double rounded = rintl(value) + zero;
    return (int8_t)(rounded < -128 ? -128 : rounded > 127 ? 127 : rounded);
}

/* Mean and variance in two passes, in long doubles. */
static void norm_row(const int8_t *in, int32_t in_zero, float epsilon, const float *gains, const float *offsets,
                     int32_t zero, int8_t *out)
{
    long double mean = 0, variance = 0;
    for (int c = 0; c < HIDDEN; c++)
        mean += (long double)(in[c] - in_zero) / HIDDEN;
    for (int c = 0; c < HIDDEN; c++)
        variance += (in[c] - in_zero - mean) * (in[c] - in_zero - mean) / HIDDEN;
    for (int c = 0; c < HIDDEN; c++)
        out[c] = code((in[c] - in_zero - mean) / sqrtl(variance + epsilon) * gains[c] + offsets[c], zero);
}

static int32_t norm(struct net *n, const char *name, int32_t from, int32_t zero)
{
    const float epsilon = 1e-5f;
    float gains[HIDDEN], offsets[HIDDEN];
    append_host(n, name, SERAC_HOST_NORM, from, -2, HIDDEN, zero);
    int32_t *words = serac_build_words(&n->b);
    words[0] = bits_of(epsilon);
    for (int c = 0; c < HIDDEN; c++) {
        gains[c] = (float)draw(n, 3000, 5000) / 100;
        offsets[c] = (float)draw(n, -800, 800) / 100;
        words[1 + c] = bits_of(gains[c]);
        words[1 + HIDDEN + c] = bits_of(offsets[c]);
    }
    for (uint32_t s = 0; s < n->sequence; s++)
        norm_row(value_of(n, from) + (size_t)s * HIDDEN, tensor_of(n, from)->zero_point, epsilon, gains, offsets,
                 zero, n->values[last(n)] + (size_t)s * HIDDEN);
    return last(n);
}

static int8_t gelu_of(int32_t value, int32_t zero)
{
    long double x = value / 32.0L;
    return code(16 * x * (1 + erfl(x / sqrtl(2))), zero);
}

static int32_t gelu(struct net *n, const char *name, int32_t from, int32_t zero)
{
    uint32_t channels = tensor_of(n, from)->channels;
    int32_t in_zero = tensor_of(n, from)->zero_point;
    append_host(n, name, SERAC_HOST_TABLE, from, -2, channels, zero);
    int32_t *words = serac_build_words(&n->b);
    for (int32_t c = -128; c < 128; c++)
        words[c + 128] = gelu_of(c - in_zero, zero);
    for (size_t i = 0; i < (size_t)n->sequence * channels; i++)
        n->values[last(n)][i] = gelu_of(value_of(n, from)[i] - in_zero, zero);
    return last(n);
}

/* --- the layer ------------------------------------------------------------------ */

static void build(struct net *n)
{
    int32_t context[HEADS];
    struct serac_tensor in = {.height = 1, .width = n->sequence, .channels = HIDDEN, .bits = 8, .is_signed = true,
                              .zero_point = -6};
    (void)serac_build_init(&n->b, "bert-tiny-layer", "random weights; the shapes of Turc et al., arXiv:1908.08962");
    n->b.network->input = in;
    n->input = malloc((size_t)n->sequence * HIDDEN);
    for (size_t i = 0; i < (size_t)n->sequence * HIDDEN; i++)
        n->input[i] = (int8_t)draw(n, -100, 90);
    for (int h = 0; h < HEADS; h++) {
        char name[6][16];
        static const char *const parts[] = {"query", "key", "value", "scores", "softmax", "context"};
        for (int i = 0; i < 6; i++)
            snprintf(name[i], sizeof name[i], "%s%d", parts[i], h);
        int32_t query = dense(n, name[0], -1, HEAD, -5), key = dense(n, name[1], -1, HEAD, 9);
        int32_t value = dense(n, name[2], -1, HEAD, -11);
        int32_t scores = matmul(n, name[3], query, key, false, 40.0 / (8 * 40 * 40), 4);
        context[h] = matmul(n, name[5], softmax(n, name[4], scores), value, true, 1.0 / 110, -2);
    }
    int32_t joined = concat(n, "joined", context[0], context[1]);
    int32_t output = dense(n, "attention_output", joined, HIDDEN, 3);
    int32_t first = norm(n, "attention_norm", add(n, "attention_add", -1, output, 7), -1);
    int32_t middle = gelu(n, "gelu", dense(n, "intermediate", first, FORWARD, 2), -90);
    (void)norm(n, "output_norm", add(n, "output_add", first, dense(n, "output", middle, HIDDEN, 0), 1), 5);
}

static void release(struct net *n)
{
    serac_build_free(&n->b);
    free(n->input);
    for (int i = 0; i < LAYERS_MAX; i++)
        free(n->values[i]);
}

/* --- running it ------------------------------------------------------------------- */

static void run(struct conformance *c, uint32_t bits, uint32_t sequence)
{
    struct net n = {.sequence = sequence, .weight_bits = bits, .seed = 20260000 + bits};
    struct serac_error error = {""};
    size_t count = (size_t)sequence * HIDDEN, got_count, codes = 0;
    bool seen[256] = {false};
    char name[64];
    snprintf(name, sizeof name, "BERT-tiny layer, %u tokens, weights of %u bits", (unsigned)sequence, (unsigned)bits);
    build(&n);
    if (serac_build_finish(&n.b, &error) != SERAC_OK) {
        conformance_fail(c, name, error.text);
        release(&n);
        return;
    }
    int32_t *input = malloc(count * sizeof *input), *expected = malloc(count * sizeof *expected), *got;
    for (size_t i = 0; i < count; i++) {
        input[i] = n.input[i];
        expected[i] = n.values[last(&n)][i];
        codes += !seen[expected[i] + 128];
        seen[expected[i] + 128] = true;
    }
    if (codes < 100)
        conformance_fail(c, name, "its results are too few codes to prove anything");
    else if (conformance_run(c, name, &n.b, input, count, &got, &got_count)) {
        conformance_compare(c, name, got, got_count, expected, count);
        free(got);
    }
    free(input);
    free(expected);
    release(&n);
}

int main(int argc, char **argv)
{
    struct conformance c;
    unsigned long bits = 0, sequence = 128;
    const char *keep = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        bits = strcmp(argv[i], "--weights") ? bits : strtoul(argv[i + 1], NULL, 10);
        sequence = strcmp(argv[i], "--sequence") ? sequence : strtoul(argv[i + 1], NULL, 10);
        keep = strcmp(argv[i], "--keep") ? keep : argv[i + 1];
    }
    if (bits > 8 || sequence < 1 || sequence > LONGEST || (keep && strlen(keep) >= sizeof c.folder)) {
        fprintf(stderr, "transformer: --weights 1..8, --sequence 1..%d, a folder of a short name\n", LONGEST);
        return 2;
    }
    setenv("SERAC_DATA", ".", 0);            /* it needs none */
    conformance_open(&c, "transformer", argc, argv);
    if (keep) {
        rmdir(c.folder);
        snprintf(c.folder, sizeof c.folder, "%s", keep);
    }
    if (bits) {
        run(&c, (uint32_t)bits, (uint32_t)sequence);
    } else {
        run(&c, 8, (uint32_t)sequence);
        run(&c, 2, (uint32_t)sequence);
    }
    if (!keep)
        return conformance_close(&c);
    printf("%s/net.cfg, net.bin, input.bin: %u case, %u passed\n", keep, c.cases, c.passed);
    return c.passed == c.cases ? 0 : 1;
}
