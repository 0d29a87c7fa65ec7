/* serac_import_csv.c - SCALE-Sim's topology files.
 *
 * A header names the columns; rows may be blank, have commas at their end and columns that
 * nobody asked for; cells may be quoted. A convolution has no padding: its input is as large as
 * written, and its output ceil((input - filter) / stride) + 1, so a last window may stand
 * over the edge. In an M,N,K table M vectors of K elements meet N columns of weights; a number behind
 * K is a batch of such products. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "serac_import.h"

enum { CELLS = 64, CELL = 128 };

/* One line's cells, trimmed; too long ones are cut. */
struct row {
    char cells[CELLS][CELL];
    uint32_t count, line;
};

enum column {
    NAME, HEIGHT, WIDTH, KERNEL_H, KERNEL_W, CHANNELS, FILTERS, STRIDE, STRIDE_H, STRIDE_W, M, N, K,
    BATCH, SPARSITY, COLUMNS
};

static const char *const titles[COLUMNS] = {
    "layer name", "ifmap height", "ifmap width", "filter height", "filter width", "channels",
    "num filter", "strides", "stride height", "stride width", "m", "n", "k", "batch size",
    "sparsity"};

/* Up to the comma or the line's end; commas between quotes do not count. */
static size_t cell_length(const char *text)
{
    bool quoted = false;
    size_t i = 0;
    for (; text[i] && text[i] != '\n' && text[i] != '\r' && (quoted || text[i] != ','); i++)
        quoted ^= text[i] == '"';
    return i;
}

/* Reads the next line that is not blank; false at the end. */
static bool next_row(const char **text, struct row *row)
{
    while (**text) {
        bool blank = true;
        row->count = 0;
        row->line++;
        for (bool more = true; more;) {
            size_t length = cell_length(*text), from = 0, to = length;
            while (from < to && (isspace((unsigned char)(*text)[from]) || (*text)[from] == '"'))
                from++;
            while (to > from && (isspace((unsigned char)(*text)[to - 1]) || (*text)[to - 1] == '"'))
                to--;
            if (row->count < CELLS)
                snprintf(row->cells[row->count++], CELL, "%.*s", (int)(to - from), *text + from);
            blank = blank && to == from;
            *text += length;
            more = **text == ',';
            *text += **text == '\r' && (*text)[1] == '\n' ? 2 : **text != '\0';
        }
        if (!blank)
            return true;
    }
    return false;
}

/* Where each column stands, or -1. */
static void find_columns(const struct row *row, int at[COLUMNS])
{
    for (int c = 0; c < COLUMNS; c++) {
        at[c] = -1;
        for (uint32_t i = row->count; i-- > 0;)
            if (!strcasecmp(row->cells[i], titles[c]) ||
                (c == NAME && (!strcasecmp(row->cells[i], "layer"))) ||
                (c == FILTERS && !strcasecmp(row->cells[i], "num filters")) ||
                (c == STRIDE && !strcasecmp(row->cells[i], "stride")) ||
                (c == BATCH && !strcasecmp(row->cells[i], "batch")))
                at[c] = (int)i;
    }
    /* SCALE-Sim takes what stands behind K without a title. */
    if (at[K] >= 0 && at[BATCH] < 0 && at[SPARSITY] < 0)
        at[BATCH] = at[SPARSITY] = at[K] + 1;
}

static const char *cell(const struct row *row, int column)
{
    return column >= 0 && (uint32_t)column < row->count ? row->cells[column] : "";
}

static enum serac_status number(struct serac_import *import, const struct row *row, const int *at,
                                enum column column, uint32_t *value)
{
    const char *text = cell(row, at[column]);
    char *end = NULL;
    unsigned long v = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;
    if (!end || *end || v < 1 || v > 1048576)
        return serac_import_fail(import, row->line, "%s: '%.40s' is no number from 1 to 1048576",
                                 titles[column], text);
    *value = (uint32_t)v;
    return SERAC_OK;
}

/* A filter as wide as its input and one high: rows that meet a matrix. */
static bool is_product(struct serac_import_layer *l)
{
    if (l->kernel[1] <= 255 || l->kernel[1] != l->width || l->kernel[0] != 1)
        return false;
    uint64_t k = (uint64_t)l->kernel[1] * l->channels;
    l->op = SERAC_WORKLOAD_GEMM;
    l->m = l->filters;
    l->n = (l->height - 1) / l->stride[0] + 1;
    l->k = k > UINT32_MAX ? UINT32_MAX : (uint32_t)k;
    l->height = l->width = l->channels = l->filters = 1;
    l->kernel[0] = l->kernel[1] = l->stride[0] = l->stride[1] = 1;
    return true;
}

static bool says_depthwise(const struct serac_import_layer *l)
{
    char lower[SERAC_NAME_MAX];
    size_t i = 0;
    for (; l->name[i]; i++)
        lower[i] = (char)tolower((unsigned char)l->name[i]);
    lower[i] = '\0';
    return strstr(l->name, "DP") || strstr(lower, "dw") || strstr(lower, "depthwise");
}

/* What SCALE-Sim knows and a workload's layer does not. */
static void note_rest(struct serac_import *import, const struct row *row, const int *at,
                      const struct serac_import_layer *l)
{
    if (strchr(cell(row, at[SPARSITY]), ':'))
        serac_import_note(import, "%s: sparsity %.20s is left out, dense.", l->name, cell(row, at[SPARSITY]));
    if (l->op != SERAC_WORKLOAD_GEMM && isdigit((unsigned char)*cell(row, at[BATCH])) &&
        strcmp(cell(row, at[BATCH]), "1"))
        serac_import_note(import, "%s: of a batch of %.20s one image.", l->name, cell(row, at[BATCH]));
}

static enum serac_status convolution(struct serac_import *import, const struct row *row, const int *at,
                                     struct serac_import_layer *l)
{
    const struct {
        enum column column;
        uint32_t *value;
    } cells[] = {{HEIGHT, &l->height}, {WIDTH, &l->width}, {KERNEL_H, l->kernel},
                 {KERNEL_W, l->kernel + 1}, {CHANNELS, &l->channels}, {FILTERS, &l->filters},
                 {at[STRIDE_H] >= 0 ? STRIDE_H : STRIDE, l->stride},
                 {at[STRIDE_W] >= 0 ? STRIDE_W : STRIDE, l->stride + 1}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (number(import, row, at, cells[i].column, cells[i].value) != SERAC_OK)
            return SERAC_E_INPUT;
    if (is_product(l)) {
        serac_import_note(import, "%s: the filter spans the input's rows: %u x %u weights on %u vectors.",
                          l->name, (unsigned)l->m, (unsigned)l->k, (unsigned)l->n);
        return serac_import_check(import, l, row->line);
    }
    bool outside = false;
    for (int d = 0; d < 2; d++) {
        uint32_t in = d ? l->width : l->height;
        if (l->kernel[d] > in)
            return serac_import_fail(import, row->line, "%s: the filter is larger than the input", l->name);
        uint32_t rest = (in - l->kernel[d]) % l->stride[d], over = rest ? l->stride[d] - rest : 0;
        if (over < l->kernel[d])
            l->pad[d + 2] = over;
        outside = outside || over >= l->kernel[d];
    }
    if (outside)
        serac_import_note(import, "%s: SCALE-Sim's last windows begin outside the input; left out.", l->name);
    /* SCALE-Sim itself takes layers with DP in their name channel by channel. */
    if (says_depthwise(l) && l->filters == 1 && l->channels > 1) {
        l->op = SERAC_WORKLOAD_DEPTHWISE;
        serac_import_note(import, "%s: one filter, and its name: depthwise.", l->name);
    }
    return serac_import_check(import, l, row->line);
}

/* One filter over several channels, and as many channels go on: a depthwise layer, which
 * the format cannot say otherwise. */
static void find_depthwise(struct serac_import *import)
{
    for (uint32_t i = 0; i + 1 < import->num_layers; i++) {
        struct serac_import_layer *l = import->layers + i;
        if (l->op == SERAC_WORKLOAD_CONV && l->filters == 1 && l->channels > 1 &&
            l->kernel[0] * l->kernel[1] > 1 && l[1].channels == l->channels) {
            l->op = SERAC_WORKLOAD_DEPTHWISE;
            serac_import_note(import, "%s: one filter, and the next layer takes %u channels: depthwise.",
                              l->name, (unsigned)l->channels);
        }
    }
}

static enum serac_status product(struct serac_import *import, const struct row *row, const int *at,
                                 struct serac_import_layer *l)
{
    l->op = SERAC_WORKLOAD_GEMM;
    if (number(import, row, at, M, &l->n) != SERAC_OK || number(import, row, at, N, &l->m) != SERAC_OK ||
        number(import, row, at, K, &l->k) != SERAC_OK)
        return SERAC_E_INPUT;
    const char *batch = cell(row, at[BATCH]);
    if (!isdigit((unsigned char)*batch) || strchr(batch, ':'))
        return SERAC_OK;
    enum serac_status status = number(import, row, at, BATCH, &l->count);
    if (status == SERAC_OK && l->count > 1)
        serac_import_note(import, "%s: a batch of %u: runs as often, each with weights of its own.", l->name,
                          (unsigned)l->count);
    return status == SERAC_OK ? serac_import_check(import, l, row->line) : status;
}

/* A row with a title and nothing else. */
static bool is_title(const struct row *row)
{
    for (uint32_t i = 1; i < row->count; i++)
        if (row->cells[i][0])
            return false;
    return true;
}

enum serac_status serac_import_csv(struct serac_import *import, const char *text)
{
    struct row row = {.line = 0};
    int at[COLUMNS];
    if (!strncmp(text, "\xef\xbb\xbf", 3))       /* byte order mark */
        text += 3;
    if (!next_row(&text, &row))
        return serac_import_fail(import, 0, "no header line");
    find_columns(&row, at);
    bool products = at[M] >= 0 && at[N] >= 0 && at[K] >= 0;
    if (at[NAME] < 0)
        return serac_import_fail(import, row.line, "the header has no column 'Layer name' or 'Layer'");
    for (int c = HEIGHT; !products && c <= FILTERS; c++)
        if (at[c] < 0)
            return serac_import_fail(import, row.line, "the header has neither M, N, K nor '%s'", titles[c]);
    if (!products && at[STRIDE] < 0 && (at[STRIDE_H] < 0 || at[STRIDE_W] < 0))
        return serac_import_fail(import, row.line, "the header has no column 'Strides'");
    snprintf(import->source, sizeof import->source, "SCALE-Sim topology, %s",
             products ? "M,N,K" : "convolutions");
    while (next_row(&text, &row)) {
        if (is_title(&row)) {
            serac_import_note(import, "Line %u holds only '%.40s': left out.", (unsigned)row.line, row.cells[0]);
            continue;
        }
        struct serac_import_layer *l = serac_import_add(import, cell(&row, at[NAME]));
        enum serac_status status = !l         ? SERAC_E_INPUT
                                   : products ? product(import, &row, at, l)
                                              : convolution(import, &row, at, l);
        if (status != SERAC_OK)
            return status;
        note_rest(import, &row, at, l);
    }
    if (!import->num_layers)
        return serac_import_fail(import, row.line, "no layer");
    if (products)
        serac_import_note(import, "M vectors of K elements meet N x K weights. A product of two activations "
                          "needs run_time = true.");
    else
        find_depthwise(import);
    return SERAC_OK;
}
