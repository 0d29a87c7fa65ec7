/* serac_cosim_random.c - serac cosim --random: programs on every plane pair, and what they covered. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_cosim.h"
#include "serac_cosim_disturb.h"
#include "serac_lockstep.h"
#include "serac_random.h"

/* Designs of random runs: one per plane pair, and tiny. */
static const char *const designs[] = {
    "tiny",     "pair-1-1", "pair-1-2", "pair-1-4", "pair-1-8", "pair-2-1",
    "pair-2-2", "pair-2-4", "pair-2-8", "pair-4-1", "pair-4-2", "pair-4-4",
    "pair-4-8", "pair-8-1", "pair-8-2", "pair-8-4", "pair-8-8"};
#define DESIGNS (sizeof designs / sizeof *designs)

const char *serac_cosim_design(uint64_t index)
{
    return designs[(index + index / DESIGNS) % DESIGNS];
}

static const char *const kind_names[] = {"gemm", "conv", "conv+pool",
                                         "depthwise", "add"};
static const char *const fault_names[] = {
    "none", "bad instruction", "read error", "write error", "deadlock"};
static const char *const mode_names[] = {"double", "single", "floor",
                                         "threshold", "raw"};

/* What random runs have covered. */
struct histogram {
    uint32_t weights[9], acts[9], signed_weights[9], signed_acts[9];
    uint32_t kinds[SERAC_LAYER_KINDS], modes[5];
    uint32_t pairs[4][4];                  /* runs, by log2 of the planes */
    uint32_t faults[SERAC_FAULTS];
    uint32_t orders[2], runs, tiled, stalled, layers;
    uint64_t cycles, bytes;
    struct serac_disturb_counts *disturb;  /* NULL: plain runs */
};

static uint32_t log2_of(uint32_t power)
{
    uint32_t log = 0;
    while (power >>= 1)
        log++;
    return log;
}

static void count_case(struct histogram *h, const struct serac_design *d,
                       const struct serac_random_case *c,
                       const struct serac_lockstep_result *r)
{
    bool tiled = false;
    for (uint32_t i = 0; i < c->num_layers; i++) {
        const struct serac_insn_exec *e = &c->layers[i].insn.exec;
        h->weights[e->wgt_bits]++;
        h->acts[e->act_bits]++;
        h->signed_weights[e->wgt_bits] += e->wgt_signed;
        h->signed_acts[e->act_bits] += e->act_signed;
        h->kinds[c->layers[i].kind]++;
        h->modes[e->mode]++;
        h->orders[e->order]++;
        h->layers++;
        bool m = e->channels > d->rows, n = e->n_tiles > 1;
        bool k = e->blocks * e->kernel_h * e->kernel_w > 1;
        tiled |= m + n + k >= 2;
    }
    h->faults[c->fault]++;
    h->runs++;
    h->tiled += tiled;
    h->stalled += r->stall_cycles > 0;
    h->cycles += r->cycles_compared;
    h->bytes += r->bytes_compared;
    h->pairs[log2_of(d->weight_planes)][log2_of(d->act_planes)]++;
}

static bool print_bins(const char *what, const char *const *names,
                       const uint32_t *bins, int from, int to, uint32_t least)
{
    bool full = true;
    printf("%-14s", what);
    for (int i = from; i <= to; i++) {
        if (names)
            printf(" %s:%u", names[i], bins[i]);
        else
            printf(" %d:%u", i, bins[i]);
        full &= bins[i] >= least;
    }
    printf("%s\n", full ? "" : "   <- empty bin");
    return full;
}

/* Every bin filled; in a campaign of 200 runs and more also at least 5 runs per
 * plane pair, half of the runs tiled and stalled, 5 million cycles. */
static bool print_histogram(const struct histogram *h)
{
    bool campaign = h->runs >= 200;
    uint32_t least = campaign ? 5 : 1;
    bool full = print_bins("weight bits", NULL, h->weights, 1, 8, 1);
    full &= print_bins("act bits", NULL, h->acts, 1, 8, 1);
    full &= print_bins("signed weights", NULL, h->signed_weights, 1, 8, campaign);
    full &= print_bins("signed acts", NULL, h->signed_acts, 1, 8, campaign);
    full &= print_bins("layer kind", kind_names, h->kinds, 0,
                       SERAC_LAYER_KINDS - 1, 1);
    full &= print_bins("requant", mode_names, h->modes, 0, 4, 1);
    full &= print_bins("loop order", NULL, h->orders, 0, 1, 1);
    full &= print_bins("broken program", fault_names, h->faults, 0,
                       SERAC_FAULTS - 1, 1);
    for (int w = 0; w < 4; w++)
        for (int a = 0; a < 4; a++) {
            printf("%s(%d,%d):%u", w + a ? " " : "plane pairs    ", 1 << w,
                   1 << a, h->pairs[w][a]);
            full &= h->pairs[w][a] >= least;
        }
    printf("\n%u runs, %u layers; %u runs multi-tile in two dimensions, %u "
           "with stalls\n", h->runs, h->layers, h->tiled, h->stalled);
    printf("%llu cycles and %llu written bytes compared, no difference\n",
           (unsigned long long)h->cycles, (unsigned long long)h->bytes);
    if (campaign && (2 * h->tiled < h->runs || 2 * h->stalled < h->runs ||
                     h->cycles < 5000000))
        full = false;
    return full && h->bytes > 0;
}

static int difference(const char *design, uint64_t seed, uint32_t index,
                      uint64_t count, const char *only, bool disturb, const struct serac_lockstep_result *r)
{
    fprintf(stderr,
            "serac: model and RTL differ: seed %llu case %u design %s: %s\n"
            "repeat: serac cosim --random %llu --seed %llu --case %u%s%s%s\n",
            (unsigned long long)seed, index, design, r->difference,
            (unsigned long long)count, (unsigned long long)seed, index,
            only ? " --design " : "", only ? only : "", disturb ? " --disturb" : "");
    return SERAC_EXIT_CHECK;
}

/* Layers of a random program: "CASE.LAYER". */
struct case_names {
    char texts[SERAC_RANDOM_LAYERS][24];
    struct serac_trace_layer layers[SERAC_RANDOM_LAYERS];
};

static void name_case(uint32_t index, const struct serac_random_case *made,
                      struct case_names *n)
{
    for (uint32_t i = 0; i < made->num_layers; i++) {
        snprintf(n->texts[i], sizeof n->texts[i], "%u.%u", index, i);
        n->layers[i].name = n->texts[i];
        n->layers[i].kind = kind_names[made->layers[i].kind];
    }
}

/* How a broken program ends is not the same cycle by cycle: it has no timeline. */
static enum serac_status run_made(const struct serac_design *design, struct serac_random_case *made, uint64_t seed,
                                  uint32_t index, const struct serac_rtl_ops *ops, struct serac_recording *recording,
                                  struct serac_lockstep_result *result, struct serac_error *error)
{
    struct case_names names;
    bool timeline = recording && recording->trace;
    struct serac_recording *r = timeline && made->fault != SERAC_FAULT_NONE ? NULL : recording;
    name_case(index, made, &names);
    if (r)
        serac_recording_begin_run(r, design, names.layers, made->num_layers);
    enum serac_status status =
        serac_lockstep_run(design, &made->memory_config, ops, &made->memory, made->program, seed + index, r, result,
                           error);
    if (r)
        serac_recording_end_run(r);
    return status;
}

static int run_case(uint64_t seed, uint32_t index, uint64_t count, const char *only,
                    struct serac_recording *recording, struct histogram *h)
{
    struct serac_error error = {""};
    struct serac_design design;
    struct serac_random_case made;
    struct serac_lockstep_result result = {.difference = ""};
    const struct serac_rtl_ops *ops;
    const char *name = only ? only : serac_cosim_design(index);
    enum serac_status status = serac_design_load(name, &design, &error);
    if (status == SERAC_OK)
        status = serac_rtl_load(&design, recording ? recording->build : SERAC_RTL_PLAIN, &ops, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    status = serac_random_make(&design, seed, index, &made);
    if (status == SERAC_OK && h->disturb)
        status = serac_cosim_disturb(&design, &made, ops, seed + index, h->disturb, &result, &error);
    else if (status == SERAC_OK)
        status = run_made(&design, &made, seed, index, ops, recording, &result, &error);
    int code = SERAC_EXIT_DONE;
    if (status == SERAC_E_MISMATCH)
        code = difference(name, seed, index, count, only, h->disturb, &result);
    else if (status != SERAC_OK)
        code = serac_cli_fail(status, &error);
    else if (!h->disturb)
        count_case(h, &design, &made, &result);
    serac_random_free(&made);
    return code;
}

int serac_cosim_random(const char *count_text, const char *seed_text, const char *case_text, const char *design, bool disturb,
                       struct serac_cosim_tracing *tracing)
{
    uint64_t count, seed = 1, only = 0;
    struct serac_disturb_counts disturbed = {.programs = 0};
    struct histogram h = {.disturb = disturb ? &disturbed : NULL};
    if (!serac_cli_number("--random", count_text, 1, 1000000, &count) ||
        (seed_text &&
         !serac_cli_number("--seed", seed_text, 0, UINT64_MAX / 2, &seed)) ||
        (case_text &&
         !serac_cli_number("--case", case_text, 0, count - 1, &only)))
        return SERAC_EXIT_INPUT;
    uint64_t from = case_text ? only : 0, to = case_text ? only + 1 : count;
    const struct serac_trace_about about = {.network = "random programs", .seed = seed, .clock_mhz = NAN};
    struct serac_error error = {""};
    enum serac_status begun = tracing->path ? serac_cosim_tracing_begin(tracing, &about, &error) : SERAC_OK;
    int code = begun == SERAC_OK ? SERAC_EXIT_DONE : serac_cli_fail(begun, &error);
    for (uint64_t i = from; i < to && code == SERAC_EXIT_DONE; i++) {
        code = run_case(seed, (uint32_t)i, count, design, tracing->path ? &tracing->recording : NULL, &h);
        serac_cli_progress("runs", i + 1 - from, to - from);
    }
    code = serac_cosim_tracing_end(tracing, code);
    if (code != SERAC_EXIT_DONE)
        return code;
    bool full = disturb ? serac_cosim_disturb_print(&disturbed) : print_histogram(&h);
    if (case_text || (design && !disturb))
        return SERAC_EXIT_DONE;      /* too few to fill every bin */
    if (!full)
        fprintf(stderr, "serac: the histogram has a hole, or too few cycles; "
                        "use more runs\n");
    return full ? SERAC_EXIT_DONE : SERAC_EXIT_CHECK;
}
