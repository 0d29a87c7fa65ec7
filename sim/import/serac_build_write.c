/* serac_build_write.c - the file and the blob of a network that was built. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "serac_build.h"
#include "serac_host.h"

/* --- the blob: parameters behind the weights ------------------------------ */

static void put32(FILE *to, int32_t value)
{
    for (int i = 0; i < 4; i++)
        fputc((int)((uint32_t)value >> 8 * i & 0xff), to);
}

static uint64_t count_params(const struct serac_layer *l)
{
    return l->op == SERAC_OP_HOST ? 0 : (uint64_t)l->output.channels * (l->op == SERAC_OP_ADD ? 2 : 1);
}

static uint64_t param_bytes(const struct serac_layer *l)
{
    if (l->op == SERAC_OP_HOST)
        return serac_host_words(l) * 4;
    return count_params(l) * (l->mode == SERAC_MODE_THRESHOLD ? 64 : 16);
}

static bool has_zeros(const struct serac_layer *l)
{
    return l->op != SERAC_OP_HOST && l->op != SERAC_OP_ADD && l->weight_kind == SERAC_WEIGHT_UNSIGNED;
}

static void write_params(const struct serac_layer *l, FILE *to)
{
    for (uint64_t i = 0; i < count_params(l); i++) {
        const struct serac_param *p = &l->params[i];
        put32(to, p->bias);
        for (int t = 0; l->mode == SERAC_MODE_THRESHOLD && t < 15; t++)
            put32(to, p->thresholds[t]);
        if (l->mode == SERAC_MODE_THRESHOLD)
            continue;
        put32(to, p->mult);
        put32(to, p->shift);
        put32(to, p->add);
    }
    for (uint64_t i = 0; l->op == SERAC_OP_HOST && i < serac_host_words(l); i++)
        put32(to, l->words[i]);
    for (uint32_t m = 0; has_zeros(l) && m < l->output.channels; m++)
        fputc(l->params[m].zero, to);
}

static bool write_blob(const struct serac_build *b, uint8_t **bytes, size_t *count)
{
    FILE *to = open_memstream((char **)bytes, count);
    if (!to)
        return false;
    if (b->bytes)
        fwrite(b->network->weights, 1, b->bytes, to);
    for (uint32_t i = 0; i < b->network->num_layers; i++)
        write_params(&b->network->layers[i], to);
    if (ftell(to) == 0)
        fputc(0, to);                     /* a blob has one byte at least */
    return fclose(to) == 0;
}

/* --- the file --------------------------------------------------------------- */

static void pair(FILE *to, const char *key, uint32_t h, uint32_t w)
{
    if (h != 1 || w != 1)
        fprintf(to, " %s = [%u, %u];", key, (unsigned)h, (unsigned)w);
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

static void write_format(FILE *to, const struct serac_tensor *t, double scale)
{
    fprintf(to, "bits = %u; signed = %s; ", (unsigned)t->bits, truth(t->is_signed));
    if (t->is_bipolar)
        fprintf(to, "bipolar = true; ");
    fprintf(to, "zero_point = %d; scale = %.17g;", t->zero_point, scale);
}

static const char *input_name(const struct serac_network *n, int32_t from)
{
    return from < 0 ? "input" : n->layers[from].name;
}

/* A GEMM takes its whole input: a kernel of its size. */
static bool is_gemm(const struct serac_layer *l)
{
    return l->op == SERAC_OP_CONV && l->kernel_h == l->input.height && l->kernel_w == l->input.width &&
           l->pool == 1 && l->stride_h == 1 && l->stride_w == 1 && l->dilation_h == 1 && l->dilation_w == 1 &&
           !(l->pad_top || l->pad_left || l->pad_bottom || l->pad_right);
}

static void write_weights(const struct serac_layer *l, uint64_t weights, uint64_t params, FILE *to)
{
    static const char *const kinds[] = {"signed", "unsigned", "bipolar"};
    static const char *const modes[] = {"double", "single", "floor", "threshold", "raw"};
    if (l->op == SERAC_OP_CONV)
        fprintf(to, " out_channels = %u;", (unsigned)l->output.channels);
    fprintf(to, "\n    requant = \"%s\"; params = %llu; act_bits = %u;", modes[l->mode],
            (unsigned long long)params, (unsigned)l->act_bits);
    if (l->op == SERAC_OP_ADD)
        return;
    fprintf(to, " weight_bits = %u; weight_store_bits = %u; weight_kind = \"%s\"; weights = %llu;",
            (unsigned)l->weight_bits, (unsigned)l->weight_store_bits, kinds[l->weight_kind],
            (unsigned long long)weights);
    if (has_zeros(l))
        fprintf(to, " weight_zero_points = %llu;", (unsigned long long)(params + param_bytes(l)));
}

static void write_geometry(const struct serac_layer *l, FILE *to)
{
    pair(to, "kernel", l->kernel_h, l->kernel_w);
    pair(to, "stride", l->stride_h, l->stride_w);
    pair(to, "dilation", l->dilation_h, l->dilation_w);
    if (l->pad_top || l->pad_left || l->pad_bottom || l->pad_right)
        fprintf(to, " pad = [%u, %u, %u, %u];", (unsigned)l->pad_top, (unsigned)l->pad_left,
                (unsigned)l->pad_bottom, (unsigned)l->pad_right);
    if (l->pool != 1)
        fprintf(to, " pool = %u;", (unsigned)l->pool);
}

static void write_host(const struct serac_layer *l, uint64_t params, FILE *to)
{
    fprintf(to, " what = \"%s\";", serac_host_name(l->host));
    if (l->mode == SERAC_MODE_SINGLE)
        fprintf(to, " requant = \"single\";");
    for (int i = 0; i < serac_host_factors(l->host); i++)
        fprintf(to, "%s%d%s", i ? ", " : " factors = [", l->factors[i],
                i + 1 == serac_host_factors(l->host) ? "];" : "");
    if (serac_host_words(l))
        fprintf(to, " params = %llu;", (unsigned long long)params);
}

static void write_layer(const struct serac_build *b, uint32_t i, uint64_t params, FILE *to)
{
    static const char *const ops[] = {"conv", "depthwise", "add", "host"};
    const struct serac_network *n = b->network;
    const struct serac_layer *l = &n->layers[i];
    bool gemm = is_gemm(l);
    fprintf(to, "  {%s%s\n    name = \"%s\"; op = \"%s\"; inputs = [\"%s\"", b->comments[i][0] ? " # " : "",
            b->comments[i], l->name, gemm ? "gemm" : ops[l->op], input_name(n, n->inputs[i][0]));
    if (n->inputs[i][1] >= -1)
        fprintf(to, ", \"%s\"", input_name(n, n->inputs[i][1]));
    fprintf(to, "];");
    if (!gemm && l->op != SERAC_OP_ADD)
        write_geometry(l, to);
    if (l->op == SERAC_OP_HOST)
        write_host(l, params, to);
    else
        write_weights(l, b->weights_at[i], params, to);
    fprintf(to, "\n    output = { ");
    write_format(to, &l->output, n->output_scales[i]);
    if (l->output.bits <= 8)
        fprintf(to, " min = %d; max = %d;", l->clamp_min, l->clamp_max);
    fprintf(to, " };\n  }");
}

static void write_head(const struct serac_build *b, const char *blob, const char *notes, size_t bytes,
                       uint32_t crc, FILE *to)
{
    const struct serac_network *n = b->network;
    fprintf(to, "# %s.cfg - written by serac; keys: configs/README.md.\n", n->name);
    for (const char *at = notes; at && *at;) {
        size_t length = strcspn(at, "\n");
        fprintf(to, "# %.*s\n", (int)length, at);
        at += length + (at[length] == '\n');
    }
    fprintf(to, "\nname = \"%s\";\nsource = \"%s\";\n", n->name, n->source);
    if (n->dataset[0])
        fprintf(to, "dataset = \"%s\";\n", n->dataset);
    if (n->float_accuracy >= 0)
        fprintf(to, "float_accuracy = %.17g;\n", n->float_accuracy);
    fprintf(to, "blob = \"%s\";\nblob_bytes = %zu;\nblob_crc32 = \"0x%08x\";\n\ninput = {\n  name = \"input\"; "
            "height = %u; width = %u; channels = %u; ", blob, bytes, (unsigned)crc, (unsigned)n->input.height,
            (unsigned)n->input.width, (unsigned)n->input.channels);
    write_format(to, &n->input, n->input_scale);
    fprintf(to, "\n};\n\nlayers = (\n");
}

bool serac_build_write(const struct serac_build *b, const char *blob, const char *notes, char **text,
                       size_t *text_bytes, uint8_t **bytes, size_t *count)
{
    const struct serac_network *n = b->network;
    *text = NULL;
    *bytes = NULL;
    FILE *to = write_blob(b, bytes, count) ? open_memstream(text, text_bytes) : NULL;
    if (!to)
        return false;
    write_head(b, blob, notes, *count, (uint32_t)crc32(0, *bytes, (uInt)*count), to);
    uint64_t params = b->bytes;
    for (uint32_t i = 0; i < n->num_layers; i++) {
        write_layer(b, i, params, to);
        fprintf(to, "%s\n", i + 1 < n->num_layers ? "," : "");
        params += param_bytes(&n->layers[i]) + (has_zeros(&n->layers[i]) ? n->layers[i].output.channels : 0);
    }
    fprintf(to, ");\n");
    return fclose(to) == 0;
}
