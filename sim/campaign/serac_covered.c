/* serac_covered.c - bins of random lock-step runs. */
#include "serac_covered.h"

#include <inttypes.h>
#include <string.h>

#include "serac_legal.h"

/* X(enum, title, names): bins in the order of the names. */
#define GROUPS(X)                                                                                            \
    X(ROWS, "rows", "1 2 4 8 16 32 64")                                                                      \
    X(COLS, "cols", "1 2 4 8 16 32 64")                                                                      \
    X(LANES, "lanes", "8 16 32 64 128 256 512")                                                              \
    X(WEIGHT_PLANES, "weight_planes", "1 2 4 8")                                                             \
    X(ACT_PLANES, "act_planes", "1 2 4 8")                                                                   \
    X(AXI, "axi_bits", "64 128 256 512")                                                                     \
    X(OUTSTANDING, "outstanding", "1 2-4 5-16 17-32")                                                        \
    X(REQUANT_LANES, "requant_lanes", "1 2 4 8 16 32")                                                       \
    X(QUEUE, "queue_depth", "1 2 3 4 5 6 7 8")                                                               \
    X(WGT_BUFFER, "weight_buffer_bytes", "-512 1k 2k 4k 8k 16k 32k-")                                             \
    X(ACT_BUFFER, "act_buffer_bytes", "-512 1k 2k 4k 8k 16k 32k-")                                             \
    X(OUT_BUFFER, "output_buffer_bytes", "-512 1k 2k 4k 8k 16k 32k-")                                             \
    X(PARAM_BUFFER, "param_buffer_bytes", "-512 1k 2k 4k 8k 16k 32k-")                                             \
    X(LATENCY, "memory latency", "1 2-9 10-49 50-")                                                          \
    X(BANDWIDTH, "memory bandwidth", "below-bus bus-or-more")                                                \
    X(MEMORY, "memory timing", "constant shared-bus pages refresh address-stalls data-stalls")               \
    X(PROGRAMS, "programs", "mapped any")                                                                    \
    X(BLOCKS, "blocks of a program", "1 2 3 4 5 6-")                                                         \
    X(MIXED, "mixed in a program", "weight-bits act-bits modes wgt-halves act-halves orders raw+requantised")\
    X(STATUS, "end", "done bad-instruction read-error write-error deadlock")                                 \
    X(STALLS, "stalls", "fetch requant store control")                                                       \
    X(TWICE, "runs on the RTL", "1 2")                                                                       \
    X(WGT_BITS, "weight bits", "1 2 3 4 5 6 7 8")                                                            \
    X(WGT_SIGNED, "signed weight bits", "1 2 3 4 5 6 7 8")                                                   \
    X(ACT_BITS, "act bits", "1 2 3 4 5 6 7 8")                                                               \
    X(ACT_SIGNED, "signed act bits", "1 2 3 4 5 6 7 8")                                                      \
    X(EXTENDED, "stored in fewer bits", "weights acts")                                                      \
    X(MODES, "requant", "double single floor threshold raw")                                                 \
    X(OUT_BITS, "out bits", "1 2 3 4 5 6 7 8 32")                                                            \
    X(DOT_SHIFT, "dot_shift", "0 1 2 3")                                                                     \
    X(ORDERS, "loop order, groups", "0,1 0,more 1,1 1,more")                                                 \
    X(HALVES, "weight, act halves", "1,1 1,2 2,1 2,2")                                                       \
    X(UNEVEN, "last group", "as-others smaller larger")                                                      \
    X(GATHER, "output tiles", "1 more last-short")                                                           \
    X(TAPS, "taps", "1x1 1xN Nx1 NxN dilated dilation-0")                                                    \
    X(PHASES, "phases", "1 maximum sum own-records shared-records")                                          \
    X(PADDED, "padding", "none top left zero-point")                                                         \
    X(STEPS, "steps", "row-1 row-more col-0 col-1 col-more")                                                 \
    X(EDGES, "edges", "last-tile-partial run-over-line-end pixels-end-in-line run_last-not-least few-lanes few-channels")\
    X(STRIDES, "input lines", "adjacent apart overlapping same backwards even-odd-differ")                   \
    X(OUTPUT, "output pixels", "adjacent apart")                                                             \
    X(SLACK, "loaded or kept for nothing", "lines window segment slot parameters weights")                   \
    X(BLOCKSETS, "channel blocks", "all some by-m-tile")                                                     \
    X(TOKENS, "store tokens of a block", "0 1 2-4 5- all-that-come too-many")                                \
    X(OVERLAP, "output lies on", "own-place earlier-output earlier-input earlier-weights")                   \
    X(CHAINED, "reads earlier results as", "activations weights")

enum group {
#define ENUM(name, title, names) name,
    GROUPS(ENUM)
#undef ENUM
    COUNT
};

static const struct {
    const char *title, *names;
} groups[] = {
#define ROW(name, title, names) {title, names},
    GROUPS(ROW)
#undef ROW
};

_Static_assert(COUNT <= SERAC_COVERED_GROUPS, "room for every group");

static int log2_of(uint64_t power)
{
    int log = 0;
    while (power >>= 1)
        log++;
    return log;
}

static int between(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static void hit(struct serac_covered *c, enum group group, int bin, bool is)
{
    c->bins[group][bin] += is;
}

/* --- what a program is -------------------------------------------------------- */

static int buffer_bin(uint32_t bytes)
{
    return between(log2_of(bytes) - 9, 0, 6);
}

static void count_design(struct serac_covered *c, const struct serac_design *d)
{
    hit(c, ROWS, log2_of(d->rows), true);
    hit(c, COLS, log2_of(d->cols), true);
    hit(c, LANES, log2_of(d->lanes) - 3, true);
    hit(c, WEIGHT_PLANES, log2_of(d->weight_planes), true);
    hit(c, ACT_PLANES, log2_of(d->act_planes), true);
    hit(c, AXI, log2_of(d->axi_bits) - 6, true);
    hit(c, OUTSTANDING, d->outstanding == 1 ? 0 : d->outstanding <= 4 ? 1 : d->outstanding <= 16 ? 2 : 3, true);
    hit(c, REQUANT_LANES, log2_of(d->requant_lanes), true);
    hit(c, QUEUE, (int)d->queue_depth - 1, true);
    hit(c, WGT_BUFFER, buffer_bin(d->weight_buffer_bytes), true);
    hit(c, ACT_BUFFER, buffer_bin(d->act_buffer_bytes), true);
    hit(c, OUT_BUFFER, buffer_bin(d->output_buffer_bytes), true);
    hit(c, PARAM_BUFFER, buffer_bin(d->param_buffer_bytes), true);
}

static void count_memory(struct serac_covered *c, const struct serac_memory_config *m, uint32_t beat)
{
    uint32_t l = m->latency_cycles;
    hit(c, LATENCY, l == 1 ? 0 : l < 10 ? 1 : l < 50 ? 2 : 3, true);
    hit(c, BANDWIDTH, m->bytes_per_cycle >= beat, true);
    bool stalls = m->address_stall_percent || m->data_stall_percent;
    hit(c, MEMORY, 0, !m->shared_bus && !m->page_bytes && !m->refresh_interval && !stalls);
    hit(c, MEMORY, 1, m->shared_bus);
    hit(c, MEMORY, 2, m->page_bytes && m->page_miss_cycles);
    hit(c, MEMORY, 3, m->refresh_interval && m->refresh_cycles);
    hit(c, MEMORY, 4, m->address_stall_percent);
    hit(c, MEMORY, 5, m->data_stall_percent);
}

/* --- what a block is ------------------------------------------------------------ */

static void count_numbers(struct serac_covered *c, const struct serac_design *d, const struct serac_insn_exec *e)
{
    int w = between((int)e->wgt_bits - 1, 0, 7), a = between((int)e->act_bits - 1, 0, 7);
    c->widths[log2_of(d->weight_planes)][log2_of(d->act_planes)][w][a]++;
    hit(c, WGT_BITS, w, true);
    hit(c, WGT_SIGNED, w, e->wgt_signed);
    hit(c, ACT_BITS, a, true);
    hit(c, ACT_SIGNED, a, e->act_signed);
    hit(c, EXTENDED, 0, e->wgt_store < e->wgt_bits);
    hit(c, EXTENDED, 1, e->act_store < e->act_bits);
    hit(c, MODES, between((int)e->mode, 0, 4), true);
    hit(c, OUT_BITS, between((int)e->out_bits - 1, 0, 8), true);
    hit(c, DOT_SHIFT, (int)e->dot_shift, true);
}

static void count_loops(struct serac_covered *c, const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_exec *e = &insn->exec;
    const struct serac_insn_store *s = &insn->store;
    uint32_t tiles = (s->groups - 1) * s->out_tiles + s->out_tiles_last;
    int uneven = e->group_last_mtiles == e->group_mtiles ? 0 : e->group_last_mtiles < e->group_mtiles ? 1 : 2;
    hit(c, ORDERS, (int)(2 * e->order) + (e->groups > 1), true);
    hit(c, HALVES, between((int)(2 * e->wgt_halves + e->act_halves) - 3, 0, 3), true);
    hit(c, UNEVEN, uneven, e->groups > 1);
    hit(c, GATHER, tiles > 1, true);
    hit(c, GATHER, 2, s->chunk_last_bytes < s->chunk_bytes);
    hit(c, EDGES, 0, e->last_cols < d->cols || e->last_steps < e->run_last);
    hit(c, EDGES, 1, e->out_width % e->run && e->pixels > e->out_width);
    hit(c, EDGES, 2, e->pixels % e->out_width);
    hit(c, EDGES, 3, (uint64_t)(e->run_last - 1) * d->cols >= e->pixels - (e->n_tiles - 1) * s->tile_pixels);
    hit(c, EDGES, 4, e->last_lanes < d->lanes);
    hit(c, EDGES, 5, e->channels % d->rows);
}

static void count_window(struct serac_covered *c, const struct serac_insn_exec *e)
{
    hit(c, TAPS, 2 * (e->kernel_h > 1) + (e->kernel_w > 1), true);
    hit(c, TAPS, 4, (e->kernel_h > 1 && e->dilation_h > 1) || (e->kernel_w > 1 && e->dilation_w > 1));
    hit(c, TAPS, 5, (e->kernel_h > 1 && !e->dilation_h) || (e->kernel_w > 1 && !e->dilation_w));
    bool phases = e->phases_y * e->phases_x > 1;
    hit(c, PHASES, phases ? 1 + (int)e->combine_add : 0, true);
    hit(c, PHASES, e->phase_param_planes ? 3 : 4, phases);
    hit(c, PADDED, 0, !e->pad_top && !e->pad_left);
    hit(c, PADDED, 1, e->pad_top);
    hit(c, PADDED, 2, e->pad_left);
    hit(c, PADDED, 3, (e->pad_top || e->pad_left) && e->act_zero);
    hit(c, STEPS, e->row_step > 1, true);
    hit(c, STEPS, e->col_step == 0 ? 2 : e->col_step == 1 ? 3 : 4, true);
    uint32_t all = e->pixel_planes / (e->act_store ? e->act_store : 1);
    hit(c, BLOCKSETS, e->act_tile_planes ? 2 : e->blocks < all, true);
}

static void count_memory_use(struct serac_covered *c, const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    const struct serac_insn_store *s = &insn->store;
    int32_t stride = (int32_t)f->line_stride0, line = (int32_t)((f->line_bytes + 63) & ~63u);
    bool lines = f->in_height > 1;
    int kind = stride == line ? 0 : stride > line ? 1 : stride == 0 ? 3 : stride < 0 ? 4 : 2;
    hit(c, STRIDES, kind, lines);
    hit(c, STRIDES, 5, lines && f->line_stride0 != f->line_stride1);
    uint32_t tiles = (s->groups - 1) * s->out_tiles + s->out_tiles_last;
    hit(c, OUTPUT, s->pixel_bytes > (tiles - 1) * s->chunk_bytes + s->chunk_last_bytes, true);
    struct serac_insn tight = *insn;
    serac_legal_tighten(d, &tight);
    hit(c, SLACK, 0, f->kernel_lines > tight.fetch.kernel_lines);
    hit(c, SLACK, 1, f->window_bytes > tight.fetch.window_bytes);
    hit(c, SLACK, 2, f->segment_beats > tight.fetch.segment_beats);
    hit(c, SLACK, 3, s->slot_planes > tight.store.slot_planes);
    hit(c, SLACK, 4, f->tile_param_bytes > tight.fetch.tile_param_bytes);
    hit(c, SLACK, 5, f->tile_wgt_bytes > tight.fetch.tile_wgt_bytes);
}

/* --- how blocks follow each other --------------------------------------------------- */

static bool meet(struct serac_range a, struct serac_range b)
{
    return a.from < b.to && b.from < a.to;
}

static void count_places(struct serac_covered *c, const struct serac_insn *blocks, uint32_t j)
{
    struct serac_range out = serac_legal_out(&blocks[j]), act = serac_legal_act(&blocks[j]);
    struct serac_range wgt = serac_legal_wgt(&blocks[j]);
    bool on[3] = {false}, reads[2] = {false};
    for (uint32_t i = 0; i < j; i++) {
        struct serac_range earlier = serac_legal_out(&blocks[i]);
        on[0] |= meet(out, earlier);
        on[1] |= meet(out, serac_legal_act(&blocks[i]));
        on[2] |= meet(out, serac_legal_wgt(&blocks[i]));
        reads[0] |= meet(act, earlier);
        reads[1] |= meet(wgt, earlier);
    }
    hit(c, OVERLAP, 0, !on[0] && !on[1] && !on[2]);
    for (int k = 0; k < 3; k++)
        hit(c, OVERLAP, k + 1, on[k]);
    hit(c, CHAINED, 0, reads[0]);
    hit(c, CHAINED, 1, reads[1]);
}

static void count_tokens(struct serac_covered *c, const struct serac_insn *blocks, uint32_t count)
{
    uint32_t consumed = 0;
    for (uint32_t j = 0; j < count; j++) {
        uint32_t tokens = blocks[j].fetch.store_tokens;
        consumed += tokens;
        hit(c, TOKENS, tokens < 2 ? (int)tokens : tokens < 5 ? 2 : 3, true);
        hit(c, TOKENS, 4, tokens && consumed == j);
        hit(c, TOKENS, 5, tokens && consumed > j);
    }
}

static void count_mixed(struct serac_covered *c, const struct serac_insn *blocks, uint32_t count)
{
    bool mixed[7] = {false};
    for (uint32_t j = 1; j < count; j++) {
        const struct serac_insn_exec *a = &blocks[j - 1].exec, *b = &blocks[j].exec;
        mixed[0] |= a->wgt_bits != b->wgt_bits;
        mixed[1] |= a->act_bits != b->act_bits;
        mixed[2] |= a->mode != b->mode;
        mixed[3] |= a->wgt_halves != b->wgt_halves;
        mixed[4] |= a->act_halves != b->act_halves;
        mixed[5] |= a->order != b->order;
        mixed[6] |= (a->mode == SERAC_INSN_MODE_RAW) != (b->mode == SERAC_INSN_MODE_RAW);
    }
    for (int k = 0; k < 7; k++)
        hit(c, MIXED, k, mixed[k]);
}

static int status_bin(enum serac_status status)
{
    switch (status) {
    case SERAC_OK: return 0;
    case SERAC_E_BAD_INSTRUCTION: return 1;
    case SERAC_E_READ_SLVERR:
    case SERAC_E_READ_DECERR: return 2;
    case SERAC_E_WRITE_SLVERR:
    case SERAC_E_WRITE_DECERR: return 3;
    default: return 4;
    }
}

static void count_run(struct serac_covered *c, const struct serac_case *k, const struct serac_lockstep_result *r)
{
    const struct serac_counters *t = &r->run.total;
    hit(c, STATUS, status_bin(r->run.status), true);
    hit(c, STALLS, 0, t->stall_fetch_cycles);
    hit(c, STALLS, 1, t->stall_requant_cycles);
    hit(c, STALLS, 2, t->stall_store_cycles);
    hit(c, STALLS, 3, t->stall_control_cycles);
    hit(c, TWICE, k->seed % SERAC_LOCKSTEP_REPEAT == 0, true);
}

void serac_covered_add(struct serac_covered *c, const struct serac_case *k, bool mapped,
                       const struct serac_lockstep_result *result)
{
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];
    uint32_t count = serac_case_blocks(k, blocks, SERAC_LEGAL_BLOCKS);
    c->runs++;
    c->cycles += result->cycles_compared;
    c->bytes += result->bytes_compared;
    count_design(c, &k->design);
    count_memory(c, &k->memory_config, k->design.axi_bits / 8);
    hit(c, PROGRAMS, !mapped, true);
    hit(c, BLOCKS, between((int)count - 1, 0, 5), true);
    count_mixed(c, blocks, count);
    count_run(c, k, result);
    if (result->run.status != SERAC_OK && result->run.status != SERAC_E_DEADLOCK)
        return;                        /* broken on purpose: its blocks mean nothing */
    count_tokens(c, blocks, count);
    for (uint32_t j = 0; j < count; j++) {
        count_numbers(c, &k->design, &blocks[j].exec);
        count_loops(c, &k->design, &blocks[j]);
        count_window(c, &blocks[j].exec);
        count_memory_use(c, &k->design, &blocks[j]);
        count_places(c, blocks, j);
    }
}

/* --- output ---------------------------------------------------------------------- */

/* The next name of `*names` into `to`; false at the end. */
static bool next_name(const char **names, char *to, size_t room)
{
    size_t length = strcspn(*names, " ");
    if (length == 0)
        return false;
    snprintf(to, room, "%.*s", (int)length, *names);
    *names += length + ((*names)[length] == ' ');
    return true;
}

void serac_covered_print(const struct serac_covered *covered, FILE *file)
{
    char name[64];
    for (int g = 0; g < COUNT; g++) {
        const char *names = groups[g].names;
        bool hole = false;
        fprintf(file, "%-27s", groups[g].title);
        for (int b = 0; next_name(&names, name, sizeof name); b++) {
            fprintf(file, " %s:%" PRIu64, name, covered->bins[g][b]);
            hole |= !covered->bins[g][b];
        }
        fprintf(file, "%s\n", hole ? "   <- empty bin" : "");
    }
    const uint64_t *widths = &covered->widths[0][0][0][0];
    int filled = 0;
    for (int i = 0; i < 1024; i++)
        filled += widths[i] > 0;
    fprintf(file, "%-27s %d of 1024 filled\n", "planes x bits", filled);
    fprintf(file, "%" PRIu64 " runs, %" PRIu64 " cycles and %" PRIu64 " written bytes compared, no difference\n",
            covered->runs, covered->cycles, covered->bytes);
    if (covered->unfit)
        fprintf(file, "%" PRIu64 " programs left out: no layer fits the design\n", covered->unfit);
}

void serac_covered_write(const struct serac_covered *covered, FILE *file)
{
    char name[64];
    fprintf(file, "total\truns\t%" PRIu64 "\ntotal\tcycles\t%" PRIu64 "\ntotal\tbytes\t%" PRIu64 "\n", covered->runs,
            covered->cycles, covered->bytes);
    for (int g = 0; g < COUNT; g++) {
        const char *names = groups[g].names;
        for (int b = 0; next_name(&names, name, sizeof name); b++)
            fprintf(file, "%s\t%s\t%" PRIu64 "\n", groups[g].title, name, covered->bins[g][b]);
    }
    for (int i = 0; i < 1024; i++)
        fprintf(file, "planes x bits\t(%d,%d):w%da%d\t%" PRIu64 "\n", 1 << (i >> 8), 1 << (i >> 6 & 3), (i >> 3 & 7) + 1,
                (i & 7) + 1, (&covered->widths[0][0][0][0])[i]);
}
