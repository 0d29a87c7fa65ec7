/* serac_activity.c - events of a layer, and what each group's energy grows with. */
#include "serac_activity.h"

#include <math.h>
#include <string.h>

#include "serac_math.h"
#include "serac_memories.h"

/* Share of the taps of one direction that lie in the image. */
static double inside(uint32_t outputs, uint32_t kernel, uint32_t stride,
                     uint32_t dilation, uint32_t pad, uint32_t size)
{
    uint64_t taps = 0;
    for (uint32_t o = 0; o < outputs; o++)
        for (uint32_t k = 0; k < kernel; k++)
            taps += (uint64_t)o * stride + k * dilation >= pad &&
                    (uint64_t)o * stride + k * dilation < (uint64_t)pad + size;
    return (double)taps / ((double)outputs * kernel);
}

/* Beats that fetch writes to the banks: each run of pixels has its own strip of the lines
 * that its taps lie in, a second one behind a line's end. */
static double bank_writes(const struct serac_insn_fetch *f, double lines,
                          double beat)
{
    double runs = ceil((double)f->out_width * f->out_height / f->run);
    double step = f->pixel_step_bytes;
    double halo = fmax(0, f->window_bytes - step);
    bool crosses = f->out_height > 1 && f->out_width % f->run;
    double second = crosses ? (double)f->run / f->out_width : 0;
    double bytes = f->run_bytes - step + f->window_bytes;
    /* A strip begins anywhere in a beat that a pixel may begin in. */
    double strip = fmin(ceil(f->line_bytes / beat),
                        (bytes - fmin(step, beat)) / beat + 1) +
                   second * halo / beat;
    double loads = f->order && f->n_tiles > 1 ? f->groups : 1;
    return loads * runs * f->kernel_lines * lines * strip;
}

/* Macros that an access of `bits` touches: words of one bank after another. */
static double words_of(const struct serac_memory_kind *kind, double bits)
{
    return kind->registers ? 0 : ceil(bits / kind->width);
}

/* Words that a digit of `planes` touches on average, of numbers stored as `stored` planes
 * of `bits` each: one more where it lies across words. */
static double digit_words(const struct serac_memory_kind *kind, uint32_t planes,
                          uint32_t bits, uint32_t stored)
{
    if (kind->registers)
        return 0;
    double across = bits < kind->width
                        ? (double)(planes - serac_gcd(stored, planes)) * bits /
                              kind->width : 0;
    return ceil((double)planes * bits / kind->width) + across;
}

void serac_activity_add(struct serac_activity *a, const struct serac_design *d,
                        const struct serac_layer *l,
                        const struct serac_insn *insn,
                        const struct serac_counters *c)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    bool dual = l->op == SERAC_OP_ADD;
    uint32_t weight_bits = dual ? 1 : l->weight_bits;
    double wgt_digits = serac_ceil_div(weight_bits, d->weight_planes);
    double act_digits = serac_ceil_div(l->act_bits, d->act_planes);
    double outputs = (double)l->pool * l->pool * l->output.height *
                     l->output.width * l->output.channels * (dual ? 2 : 1);
    double macs = dual ? outputs : (double)serac_layer_macs(l);
    double lines = inside(l->output.height * l->pool, l->kernel_h, l->stride_h,
                          l->dilation_h, l->pad_top, l->input.height);
    double real = lines *
                  inside(l->output.width * l->pool, l->kernel_w, l->stride_w,
                         l->dilation_w, l->pad_left, l->input.width);
    double phases = dual ? 2 : l->pool * l->pool;
    struct serac_memory_kind m[SERAC_MEMORIES];
    serac_memories(d, m);
    uint32_t stored = dual ? 1 : l->weight_store_bits;
    double places = (double)d->cols *
                    ((f->n_tiles - 1.0) * f->run + f->run_last);
    double pixels = (double)f->out_width * f->out_height / places;
    bool raw = l->mode == SERAC_MODE_RAW;
    bool slow = raw || l->mode == SERAC_MODE_THRESHOLD;
    double pairs = (double)c->array_busy_cycles, beat = d->axi_bits / 8.0;
    double groups = (double)c->results / d->requant_lanes * (slow ? 4 : 1);
    /* Only the last phase is written, of four cycles of thresholds the last. */
    double out_groups = groups / phases /
                        (l->mode == SERAC_MODE_THRESHOLD ? 4 : 1);
    double mtiles = serac_ceil_div(l->output.channels, d->rows);
    double passes = f->order || f->groups == 1 ? 1 : f->n_tiles;
    double weights = passes * mtiles * f->tile_wgt_bytes;
    double params = passes * mtiles * f->tile_param_bytes;
    struct serac_activity one = {
        .cycles = (double)c->cycles,
        .pairs = pairs,
        .act_digits = pairs / wgt_digits,
        .bank_reads = pairs / wgt_digits * real * pixels * d->cols,
        .wgt_digits = wgt_digits > 1 ? pairs : pairs / act_digits,
        .wgt_words = digit_words(&m[SERAC_MEMORY_WEIGHTS], d->weight_planes,
                                 d->rows * d->lanes, stored),
        .act_words = digit_words(&m[SERAC_MEMORY_ACTIVATIONS], d->act_planes,
                                 d->lanes, l->input.bits),
        .words = pairs / (wgt_digits * act_digits),
        .products = macs * real * stored * l->input.bits,
        .results = outputs,
        .new_records = d->rows > d->requant_lanes
                           ? outputs
                           : outputs / ((double)d->cols * (dual ? 1 : f->run)),
        .group_cycles = groups,
        .held_groups = groups / (slow ? 4 : 1) * (phases - 1) / phases,
        .out_groups = out_groups,
        .out_words = out_groups * words_of(&m[SERAC_MEMORY_OUTPUTS],
                                           d->lanes * (raw ? 8.0 : l->output.bits)),
        .weight_beats = weights / beat,
        .param_beats = params / beat,
        .act_beats = ((double)c->bytes_read - weights - params -
                      (double)c->blocks * SERAC_INSN_BLOCK_BYTES) / beat,
        .bank_writes = bank_writes(f, lines, beat),
        .write_beats = (double)c->bytes_written / beat,
        .dram_bytes = (double)c->bytes_read + (double)c->bytes_written,
    };
    one.wgt_words *= one.wgt_digits;
    one.act_words *= one.bank_reads;
    serac_activity_sum(a, &one, 1);
}

void serac_activity_sum(struct serac_activity *a,
                        const struct serac_activity *more, double times)
{
#define SUM(field) a->field += times * more->field;
    SERAC_ACTIVITY_LIST(SUM)
#undef SUM
}

/* --- terms ------------------------------------------------------------------ */

static void clock(struct serac_activity_terms *t, double term)
{
    t->clock[t->clock_terms++] = term;
}

static void data(struct serac_activity_terms *t, double term)
{
    t->data[t->data_terms++] = term;
}

/* A buffer: `reads` of `bits` from `words` of macros, `writes` of words by all banks, of
 * `beats` that come; the cells around the macros. What is read is selected among the places
 * that a plane may have in the words of two halves' banks. */
static void buffer(struct serac_activity_terms *t, double cycles,
                   const struct serac_memory_kind *kind, double instances,
                   double plane, double reads, double bits, double words, double writes,
                   double beats, double beat)
{
    double places = (double)kind->count * kind->width / (2 * instances * plane);
    t->reads = words;
    t->writes = writes;
    clock(t, cycles * instances);
    clock(t, cycles * (kind->registers ? kind->count : 0));
    clock(t, reads * bits);
    clock(t, beats * beat);
    data(t, reads * bits);
    data(t, writes * kind->width);
    data(t, beats * beat * kind->count);     /* to all banks */
    data(t, words * kind->width);
    data(t, reads * bits * log2(fmax(1, places)));
}

void serac_activity_terms(const struct serac_design *d,
                          const struct serac_activity *a,
                          struct serac_activity_terms terms[SERAC_GROUPS])
{
    struct serac_memory_kind m[SERAC_MEMORIES];
    struct serac_activity_terms *t;
    double rows = d->rows, cols = d->cols, lanes = d->lanes, axi = d->axi_bits;
    double pw = d->weight_planes, pa = d->act_planes, rq = d->requant_lanes;
    double log_lanes = log2(lanes), dots = rows * cols, horner = 17 + log_lanes;
    double sum = pw + pa + log_lanes;
    double ones_sum = pa + 1 + log_lanes;
    double read_beats = a->weight_beats + a->param_beats + a->act_beats;
    double operands = a->wgt_digits * lanes * rows * pw +
                      a->act_digits * lanes * cols * pa;
    double steps = a->pairs * (sum + horner) + a->act_digits * horner +
                   a->words * 32;
    memset(terms, 0, SERAC_GROUPS * sizeof *terms);
    serac_memories(d, m);

    t = terms + SERAC_GROUP_ARRAY;
    clock(t, a->cycles * dots);
    clock(t, operands);
    clock(t, dots * steps);
    clock(t, a->group_cycles * rq * 32);       /* drain registers */
    data(t, a->products);
    data(t, operands);
    data(t, dots * a->pairs * horner);
    data(t, dots * (a->act_digits * horner + a->words * 32));
    data(t, a->results * 32);

    t = terms + SERAC_GROUP_ONES;
    clock(t, a->cycles * cols);
    clock(t, cols * (a->act_digits * (ones_sum + horner) + a->words * 32));
    data(t, cols * a->act_digits * lanes * pa);
    data(t, cols * a->act_digits * horner);
    data(t, cols * a->words * 32);

    t = terms + SERAC_GROUP_REQUANT;
    t->reads = t->writes = m[SERAC_MEMORY_HELD].registers ? 0 : a->held_groups;
    clock(t, a->cycles);
    clock(t, a->cycles * rq);
    clock(t, a->group_cycles * rq);
    clock(t, a->group_cycles);
    data(t, a->results);
    data(t, a->group_cycles);
    data(t, a->new_records);

    const struct serac_memory_kind *params = m + SERAC_MEMORY_PARAMETERS;
    const struct serac_memory_kind *outputs = m + SERAC_MEMORY_OUTPUTS;
    buffer(terms + SERAC_GROUP_WEIGHT_BUFFER, a->cycles,
           m + SERAC_MEMORY_WEIGHTS, 1, rows * lanes, a->wgt_digits, rows * lanes * pw,
           a->wgt_words,
           a->weight_beats * words_of(m + SERAC_MEMORY_WEIGHTS, axi),
           a->weight_beats, axi);
    buffer(terms + SERAC_GROUP_ACT_BUFFER, a->cycles,
           m + SERAC_MEMORY_ACTIVATIONS, cols, lanes, a->bank_reads, lanes * pa,
           a->act_words,
           a->bank_writes * words_of(m + SERAC_MEMORY_ACTIVATIONS, axi),
           a->act_beats, axi);
    buffer(terms + SERAC_GROUP_PARAM_BUFFER, a->cycles, params, 1, rq * 128,
           a->group_cycles, rq * 128,
           a->group_cycles * words_of(params, rq * 128),
           a->param_beats * words_of(params, axi), a->param_beats, axi);
    buffer(terms + SERAC_GROUP_OUTPUT_BUFFER, a->cycles, outputs, 1, axi,
           a->write_beats, axi, a->write_beats * words_of(outputs, axi),
           a->out_words, a->out_groups, rq * 8);

    t = terms + SERAC_GROUP_CONTROL;
    clock(t, a->cycles);
    clock(t, a->cycles * cols);
    clock(t, a->pairs);
    clock(t, a->act_digits * cols * lanes * pa);
    clock(t, a->act_digits * cols);
    clock(t, read_beats * axi);
    clock(t, a->group_cycles);
    data(t, a->cycles);
    data(t, a->pairs);
    data(t, a->act_digits * cols * lanes * pa);
    data(t, a->act_digits * cols);
    data(t, read_beats * axi);
    data(t, a->group_cycles);
}
