/* serac_steady_walk.c - what each iteration of a layer reads, drains and stores: the shape's plan. */
#include <stdlib.h>
#include <string.h>

#include "serac_stages.h"
#include "serac_steady_train.h"

#define PERIODS 64               /* longest period looked for */

struct walk {
    struct serac_steady *s;
    const struct serac_insn *insn;
    uint32_t beat;
    struct serac_fetch f;        /* its place in the loop nest and the image */
    uint32_t sub;                /* m-tiles in the open output tile */
    uint32_t output_tile;        /* of this n: chunk of the pixels; order 1: of the layer */
    uint32_t group_tile;         /* order 1: first one of the group */
    bool impossible;             /* not for us */
    struct serac_trains weights, lines, stores;
    struct serac_words train, iteration, row, plan, whole;
};

static void count_reads(struct walk *w, const struct serac_train *k)
{
    w->s->bytes_read += k->bytes;
    w->s->read_bursts += w->s->words[k->train + SERAC_TRAIN_BURSTS];
}

static uint32_t weights(struct walk *w)
{
    const struct serac_insn_fetch *i = &w->insn->fetch;
    bool last = w->f.g == i->groups - 1;
    uint64_t bytes = last ? i->group_last_bytes : i->group_bytes;
    uint64_t key[4] = {w->f.group_address % SERAC_BURST_BYTES, bytes, 0, 0};
    const struct serac_train *k = serac_trains_find(&w->weights, key);
    if (!k) {
        serac_train_begin(&w->train);
        serac_train_command(&w->train, w->f.group_address, bytes, w->beat);
        k = serac_trains_remember(&w->weights, key, serac_words_keep(w->s, &w->train), bytes);
    }
    count_reads(w, k);
    w->f.group_address += i->group_bytes;
    return k->train;
}

/* The train of a tile's lines from f.tile_line on, which is real. */
static const struct serac_train *lines_of(struct walk *w)
{
    struct serac_fetch_line line;
    struct serac_fetch *f = &w->f;
    serac_fetch_line(f, w->beat, &line);
    uint64_t in_height = w->insn->fetch.in_height, to = (uint64_t)f->end_line;
    uint64_t end = to < in_height ? to : in_height - 1;
    uint64_t key[4] = {line.address % SERAC_BURST_BYTES, line.bytes, end - (uint64_t)f->tile_line,
                       (uint64_t)f->tile_line & 1};
    const struct serac_train *k = serac_trains_find(&w->lines, key);
    if (k)
        return k;
    uint64_t bytes = 0;
    serac_train_begin(&w->train);
    for (;;) {
        serac_train_join(&w->train);
        serac_train_command(&w->train, line.address, line.bytes, w->beat);
        bytes += line.bytes;
        if (line.last)
            break;
        serac_fetch_next_line(f);
        serac_fetch_line(f, w->beat, &line);
    }
    return serac_trains_remember(&w->lines, key, serac_words_keep(w->s, &w->train), bytes);
}

static uint32_t activations(struct walk *w, uint32_t *skipped)
{
    struct serac_fetch_line line;
    struct serac_fetch *f = &w->f;
    serac_fetch_walk(f, w->s->cols);
    serac_fetch_range(f, w->beat);
    *skipped = 0;
    for (;;) {
        serac_fetch_line(f, w->beat, &line);
        if (line.real)
            break;
        w->impossible |= line.last || f->tile_line >= 0;
        if (w->impossible)
            return SERAC_STEADY_NONE;
        serac_fetch_next_line(f);
        ++*skipped;
    }
    const struct serac_train *k = lines_of(w);
    count_reads(w, k);
    return k->train;
}

/* The train that stores output tile w->output_tile of tile f.n. */
static uint32_t store(struct walk *w, bool last_chunk)
{
    const struct serac_insn_store *i = &w->insn->store;
    uint64_t first = (uint64_t)w->f.n * i->tile_pixels, rest = i->pixels - first;
    uint64_t count = rest < i->tile_pixels ? rest : i->tile_pixels;
    uint64_t bytes = last_chunk ? i->chunk_last_bytes : i->chunk_bytes;
    uint64_t x = first % i->out_width, y = first / i->out_width;
    uint64_t line = (i->out_addr_lo | (uint64_t)i->out_addr_hi << 32) + y * i->line_stride +
                    (uint64_t)w->output_tile * i->chunk_bytes;
    /* Chunks that never cross a burst's end have no other address. */
    uint64_t grid = line | i->line_stride | i->pixel_bytes;
    bool inside = grid % w->beat == 0 && bytes <= (grid & -grid) &&
                  (grid & -grid) <= SERAC_BURST_BYTES;
    uint64_t key[4] = {inside ? UINT64_MAX : line % SERAC_BURST_BYTES, inside ? 0 : x, count, bytes};
    const struct serac_train *k = serac_trains_find(&w->stores, key);
    if (!k) {
        serac_train_begin(&w->train);
        for (uint64_t p = 0; p < count; p++) {
            serac_train_join(&w->train);
            serac_train_command(&w->train, line + x * i->pixel_bytes, bytes, w->beat);
            if (++x == i->out_width) {
                x = 0;
                line += i->line_stride;
            }
        }
        k = serac_trains_remember(&w->stores, key, serac_words_keep(w->s, &w->train), count * bytes);
    }
    w->s->bytes_written += k->bytes;
    w->s->write_bursts += w->s->words[k->train + SERAC_TRAIN_BURSTS];
    return k->train;
}

enum { ITER_USES, ITER_WEIGHTS, ITER_ACTS, ITER_SKIPPED, ITER_FLAGS, ITER_FRAGMENTS, ITER_HEAD };

/* The m-tiles of an iteration, cut where an output tile begins or ends. */
static void fragments(struct walk *w)
{
    const struct serac_insn_exec *e = &w->insn->exec;
    bool group_last = w->f.g == e->groups - 1;
    uint32_t mtiles = group_last ? e->group_last_mtiles : e->group_mtiles;
    for (uint32_t m = 0; m < mtiles;) {
        uint32_t left = mtiles - m, now = e->gather - w->sub;
        bool opens = w->sub == 0, pass = e->order || group_last;
        now = now < left ? now : left;
        m += now;
        w->sub += now;
        bool closes = w->sub == e->gather || (m == mtiles && pass);
        bool last = pass && group_last && m == mtiles;
        serac_words_put(&w->iteration, now);
        serac_words_put(&w->iteration, opens);
        serac_words_put(&w->iteration, closes ? store(w, last) : SERAC_STEADY_NONE);
        if (w->iteration.failed)
            return;
        w->iteration.words[ITER_FRAGMENTS]++;
        w->iteration.words[ITER_USES] |= closes ? SERAC_USES_STORES : 0;
        if (!closes)
            continue;
        w->sub = 0;
        w->output_tile++;
    }
}

/* Iteration (f.g, f.n): rtl/MACHINE.md, "Program". */
static uint32_t iteration(struct walk *w)
{
    const struct serac_insn_fetch *i = &w->insn->fetch;
    struct serac_fetch *f = &w->f;
    bool first = f->g == 0 && f->n == 0, last_g = f->g == i->groups - 1, last_n = f->n == i->n_tiles - 1;
    bool last = last_g && last_n;
    bool loads_w = serac_loads_weights(i->order, f->n, first, i->groups);
    bool loads_a = serac_loads_activations(i->order, f->g, first, i->n_tiles);
    bool frees_w = serac_frees_weights(i->order, last_n, last, i->groups);
    bool frees_a = serac_frees_activations(i->order, last_g, last, i->n_tiles);
    uint32_t skipped = 0;
    uint32_t wgt = loads_w ? weights(w) : SERAC_STEADY_NONE;
    uint32_t act = loads_a ? activations(w, &skipped) : SERAC_STEADY_NONE;
    struct serac_words *l = &w->iteration;
    w->s->iterations++;
    w->s->most_skipped = skipped > w->s->most_skipped ? skipped : w->s->most_skipped;
    l->count = 0;
    serac_words_put(l, SERAC_USES_READS | (loads_w || frees_w ? SERAC_USES_WEIGHTS : 0) |
                       (loads_a || frees_a ? SERAC_USES_ACTS : 0));
    serac_words_put(l, wgt);
    serac_words_put(l, act);
    serac_words_put(l, skipped);
    serac_words_put(l, (frees_w ? SERAC_FREES_WEIGHTS : 0) | (frees_a ? SERAC_FREES_ACTS : 0) |
                       (last_n ? SERAC_LAST_TILE : 0));
    serac_words_put(l, 0);
    fragments(w);
    return serac_words_keep(w->s, l);
}

/* --- plans ---------------------------------------------------------------------------- */

/* How often a period of `period` repeats from `at` on, the first time included. */
static uint32_t repeats_of(const struct serac_words *l, uint32_t at, uint32_t period)
{
    uint32_t same = 0;
    while (at + period + same < l->count && l->words[at + same] == l->words[at + period + same])
        same++;
    return same / period + 1;
}

/* The shortest period that repeats at least three times from `at` on; else 1, once. */
static uint32_t period_at(const struct serac_words *l, uint32_t at, uint32_t *repeats)
{
    for (uint32_t period = 1; period <= PERIODS && at + 3 * period <= l->count; period++) {
        *repeats = repeats_of(l, at, period);
        if (*repeats >= 3)
            return period;
    }
    return *repeats = 1;
}

/* The plan of the elements in `l`, which is then empty: loop behind loop. */
static uint32_t plan(struct walk *w, struct serac_words *l)
{
    struct serac_words *p = &w->plan;
    const uint32_t *words = w->s->words;
    uint32_t all = 0, loops = 0;
    p->count = 0;
    serac_words_put(p, 0);
    serac_words_put(p, l->count);
    serac_words_put(p, 0);
    for (uint32_t at = 0; at < l->count && !w->s->failed;) {
        uint32_t uses = 0, repeats, period = period_at(l, at, &repeats);
        for (uint32_t i = 0; i < period; i++)
            uses |= words[l->words[at + i]];
        serac_words_put(p, at);
        serac_words_put(p, period);
        serac_words_put(p, repeats);
        serac_words_put(p, uses);
        all |= uses;
        loops++;
        at += period * repeats;
    }
    for (uint32_t i = 0; i < l->count; i++)
        serac_words_put(p, l->words[i]);
    l->count = 0;
    if (p->failed)
        return 1;
    p->words[0] = all;
    p->words[2] = loops;
    return serac_words_keep(w->s, p);
}

/* All iterations, row by row. */
static void walk(struct walk *w)
{
    const struct serac_insn_fetch *i = &w->insn->fetch;
    struct serac_fetch *f = &w->f;
    uint32_t outer = i->order ? i->groups : i->n_tiles, inner = i->order ? i->n_tiles : i->groups;
    uint64_t address = i->wgt_addr_lo | (uint64_t)i->wgt_addr_hi << 32;
    f->insn = *w->insn;
    f->group_address = address;
    serac_fetch_rewind(f);
    for (uint32_t o = 0; o < outer && !w->impossible && !w->s->failed; o++) {
        w->group_tile = i->order ? w->output_tile : 0;
        if (!i->order)
            f->group_address = address;
        else
            serac_fetch_rewind(f);
        for (uint32_t k = 0; k < inner && !w->impossible && !w->s->failed; k++) {
            f->g = i->order ? o : k;
            f->n = i->order ? k : o;
            if (i->order || k == 0)
                w->output_tile = w->group_tile;
            serac_words_put(&w->row, iteration(w));
        }
        serac_words_put(&w->whole, plan(w, &w->row));
    }
    w->s->whole = plan(w, &w->whole);
    w->s->failed |= w->row.failed || w->whole.failed || w->plan.failed;
}

bool serac_steady_walk(struct serac_steady *s, const struct serac_insn *insn, uint64_t program,
                       uint32_t beat)
{
    struct walk *w = calloc(1, sizeof *w);
    if (!w)
        return false;
    w->s = s;
    w->insn = insn;
    w->beat = beat;
    serac_train_begin(&w->train);
    serac_train_command(&w->train, program, SERAC_INSN_BLOCK_BYTES, beat);
    s->read_bursts = w->train.failed ? 0 : w->train.words[SERAC_TRAIN_BURSTS];
    s->bytes_read = SERAC_INSN_BLOCK_BYTES;
    s->program = serac_words_keep(s, &w->train);
    walk(w);
    bool good = !s->failed && !w->impossible;
    free(w->train.words);
    free(w->iteration.words);
    free(w->row.words);
    free(w->plan.words);
    free(w->whole.words);
    free(w);
    return good;
}
