/* serac_steady.c - the shape of a layer's recurrence, and its points. */
#include "serac_steady.h"

#include <stdlib.h>
#include <string.h>

#include "serac_math.h"
#include "serac_stages.h"
#include "serac_steady_shape.h"

#define PERIODS 64               /* longest period looked for */
#define KEPT 64                  /* trains remembered by what they follow from */

bool serac_steady_memory(const struct serac_memory_config *m)
{
    bool stalls = m->max_stall_cycles && (m->address_stall_percent || m->data_stall_percent);
    return !m->shared_bus && !m->page_bytes && !m->refresh_interval && !stalls;
}

/* --- sequences ------------------------------------------------------------------- */

struct list {
    uint32_t *words;
    uint32_t count, room;
    bool failed;
};

static void put(struct list *l, uint32_t word)
{
    if (l->count == l->room) {
        uint32_t room = l->room ? 2 * l->room : 256;
        uint32_t *more = realloc(l->words, room * sizeof *more);
        if (!more) {
            l->failed = true;
            return;
        }
        l->words = more;
        l->room = room;
    }
    l->words[l->count++] = word;
}

static uint32_t hash(const uint32_t *words, uint32_t count)
{
    uint64_t h = count;
    for (uint32_t i = 0; i < count; i++)
        h = (h ^ words[i]) * 0x9e3779b97f4a7c15u ^ h >> 29;
    return (uint32_t)(h >> 32);
}

/* Twice the slots, the same places. */
static bool grow_table(struct serac_steady *s)
{
    uint32_t slots = s->slots ? 2 * s->slots : 256;
    uint32_t *table = calloc(slots, sizeof *table);
    if (!table)
        return false;
    for (uint32_t i = 0; i < s->slots; i++) {
        if (!s->table[i])
            continue;
        uint32_t at = hash(s->words + s->table[i], s->words[s->table[i] - 1]);
        while (table[at & (slots - 1)])
            at++;
        table[at & (slots - 1)] = s->table[i];
    }
    free(s->table);
    s->table = table;
    s->slots = slots;
    return true;
}

static uint32_t append(struct serac_steady *s, const struct list *l)
{
    if (s->num_words + l->count + 1 > s->max_words) {
        uint32_t room = 2 * s->max_words + l->count + 1024;
        uint32_t *more = realloc(s->words, room * sizeof *more);
        if (!more) {
            s->failed = true;
            return 1;
        }
        s->words = more;
        s->max_words = room;
    }
    s->words[s->num_words++] = l->count;
    memcpy(s->words + s->num_words, l->words, l->count * sizeof *l->words);
    s->num_words += l->count;
    return s->num_words - l->count;
}

/* The place of the sequence in `l`, which is then empty. */
static uint32_t keep(struct serac_steady *s, struct list *l)
{
    s->failed |= l->failed || (4 * s->used >= 3 * s->slots && !grow_table(s));
    if (s->failed) {
        l->count = 0;
        return 1;
    }
    uint32_t at = hash(l->words, l->count), place;
    for (; (place = s->table[at & (s->slots - 1)]) != 0; at++)
        if (s->words[place - 1] == l->count &&
            !memcmp(s->words + place, l->words, l->count * sizeof *l->words))
            break;
    if (!place) {
        place = append(s, l);
        s->table[at & (s->slots - 1)] = place;
        s->used++;
    }
    l->count = 0;
    return place;
}

/* --- trains ------------------------------------------------------------------------ */

enum { TRAIN_BURSTS, TRAIN_PARTS, TRAIN_LAST, TRAIN_HEAD };

static void train_begin(struct list *l)
{
    l->count = 0;
    for (int i = 0; i < TRAIN_HEAD; i++)
        put(l, 0);
}

/* The bursts of a command for `bytes` at `address`. */
static void train_command(struct list *l, uint64_t address, uint64_t bytes, uint32_t beat)
{
    if (l->failed)
        return;
    l->words[TRAIN_LAST] = l->words[TRAIN_PARTS];
    bool own = true;             /* the command's first part is one of its own */
    while (bytes) {
        uint64_t to_edge = SERAC_BURST_BYTES - address % SERAC_BURST_BYTES;
        uint64_t now = bytes < to_edge ? bytes : to_edge;
        uint32_t beats = (uint32_t)((address % beat + now + beat - 1) / beat), times = 1;
        if (now == SERAC_BURST_BYTES) {
            times = (uint32_t)(bytes / SERAC_BURST_BYTES);
            now *= times;
        }
        if (!own && l->words[l->count - 2] == beats) {
            l->words[l->count - 1] += times;
        } else {
            put(l, beats);
            put(l, times);
            l->words[TRAIN_PARTS]++;
        }
        l->words[TRAIN_BURSTS] += times;
        own = false;
        address += now;
        bytes -= now;
    }
}

/* Joins what the last command but one ends with to what is before it: only the last command's own
 * bursts have to be known apart. Called before every command but the first. */
static void train_join(struct list *l)
{
    uint32_t last = l->words[TRAIN_LAST];
    if (l->failed || last == 0)
        return;
    uint32_t *at = l->words + TRAIN_HEAD + 2 * last;
    if (at[0] != at[-2])
        return;
    at[-1] += at[1];
    memmove(at, at + 2, (l->words[TRAIN_PARTS] - last - 1) * 2 * sizeof *at);
    l->words[TRAIN_PARTS]--;
    l->count -= 2;
}

/* What a train follows from, and which it is. */
struct kept {
    uint64_t key[4];
    uint32_t train;
    uint64_t bytes;
};

struct trains {
    struct kept list[KEPT];
    uint32_t count, next;
};

static const struct kept *find(const struct trains *t, const uint64_t key[4])
{
    for (uint32_t i = t->count; i-- > 0;)
        if (!memcmp(t->list[i].key, key, sizeof t->list[i].key))
            return &t->list[i];
    return NULL;
}

static const struct kept *remember(struct trains *t, const uint64_t key[4], uint32_t train,
                                   uint64_t bytes)
{
    struct kept *k = &t->list[t->next];
    memcpy(k->key, key, sizeof k->key);
    k->train = train;
    k->bytes = bytes;
    t->next = (t->next + 1) % KEPT;
    t->count += t->count < KEPT;
    return k;
}

/* --- the walk ------------------------------------------------------------------------ */

struct walk {
    struct serac_steady *s;
    const struct serac_insn *insn;
    uint32_t beat;
    struct serac_fetch f;        /* its place in the loop nest and the image */
    uint32_t sub;                /* m-tiles in the open output tile */
    uint32_t output_tile;        /* of this n: chunk of the pixels; order 1: of the layer */
    uint32_t group_tile;         /* order 1: first one of the group */
    bool impossible;             /* not for us */
    struct trains weights, lines, stores;
    struct list train, iteration, row, plan, whole;
};

static void count_reads(struct walk *w, const struct kept *k)
{
    w->s->bytes_read += k->bytes;
    w->s->read_bursts += w->s->words[k->train + TRAIN_BURSTS];
}

static uint32_t weights(struct walk *w)
{
    const struct serac_insn_fetch *i = &w->insn->fetch;
    bool last = w->f.g == i->groups - 1;
    uint64_t bytes = last ? i->group_last_bytes : i->group_bytes;
    uint64_t key[4] = {w->f.group_address % SERAC_BURST_BYTES, bytes, 0, 0};
    const struct kept *k = find(&w->weights, key);
    if (!k) {
        train_begin(&w->train);
        train_command(&w->train, w->f.group_address, bytes, w->beat);
        k = remember(&w->weights, key, keep(w->s, &w->train), bytes);
    }
    count_reads(w, k);
    w->f.group_address += i->group_bytes;
    return k->train;
}

/* The train of a tile's lines from f.tile_line on, which is real. */
static const struct kept *lines_of(struct walk *w)
{
    struct serac_fetch_line line;
    struct serac_fetch *f = &w->f;
    serac_fetch_line(f, w->beat, &line);
    uint64_t in_height = w->insn->fetch.in_height, to = (uint64_t)f->end_line;
    uint64_t end = to < in_height ? to : in_height - 1;
    uint64_t key[4] = {line.address % SERAC_BURST_BYTES, line.bytes, end - (uint64_t)f->tile_line,
                       (uint64_t)f->tile_line & 1};
    const struct kept *k = find(&w->lines, key);
    if (k)
        return k;
    uint64_t bytes = 0;
    train_begin(&w->train);
    for (;;) {
        train_join(&w->train);
        train_command(&w->train, line.address, line.bytes, w->beat);
        bytes += line.bytes;
        if (line.last)
            break;
        serac_fetch_next_line(f);
        serac_fetch_line(f, w->beat, &line);
    }
    return remember(&w->lines, key, keep(w->s, &w->train), bytes);
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
    const struct kept *k = lines_of(w);
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
    const struct kept *k = find(&w->stores, key);
    if (!k) {
        train_begin(&w->train);
        for (uint64_t p = 0; p < count; p++) {
            train_join(&w->train);
            train_command(&w->train, line + x * i->pixel_bytes, bytes, w->beat);
            if (++x == i->out_width) {
                x = 0;
                line += i->line_stride;
            }
        }
        k = remember(&w->stores, key, keep(w->s, &w->train), count * bytes);
    }
    w->s->bytes_written += k->bytes;
    w->s->write_bursts += w->s->words[k->train + TRAIN_BURSTS];
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
        put(&w->iteration, now);
        put(&w->iteration, opens);
        put(&w->iteration, closes ? store(w, last) : SERAC_STEADY_NONE);
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
    bool loads_w = i->order ? f->n == 0 : first || i->groups != 1;
    bool loads_a = i->order ? first || i->n_tiles != 1 : f->g == 0;
    bool frees_w = i->order ? last_n : i->groups != 1 || (last_g && last_n);
    bool frees_a = i->order ? i->n_tiles != 1 || (last_g && last_n) : last_g;
    uint32_t skipped = 0;
    uint32_t wgt = loads_w ? weights(w) : SERAC_STEADY_NONE;
    uint32_t act = loads_a ? activations(w, &skipped) : SERAC_STEADY_NONE;
    struct list *l = &w->iteration;
    w->s->iterations++;
    w->s->most_skipped = skipped > w->s->most_skipped ? skipped : w->s->most_skipped;
    l->count = 0;
    put(l, SERAC_USES_READS | (loads_w || frees_w ? SERAC_USES_WEIGHTS : 0) |
               (loads_a || frees_a ? SERAC_USES_ACTS : 0));
    put(l, wgt);
    put(l, act);
    put(l, skipped);
    put(l, (frees_w ? SERAC_FREES_WEIGHTS : 0) | (frees_a ? SERAC_FREES_ACTS : 0) |
               (last_n ? SERAC_LAST_TILE : 0));
    put(l, 0);
    fragments(w);
    return keep(w->s, l);
}

/* --- plans ---------------------------------------------------------------------------- */

/* How often a period of `period` repeats from `at` on, the first time included. */
static uint32_t repeats_of(const struct list *l, uint32_t at, uint32_t period)
{
    uint32_t same = 0;
    while (at + period + same < l->count && l->words[at + same] == l->words[at + period + same])
        same++;
    return same / period + 1;
}

/* The plan of the elements in `l`, which is then empty: the shortest period that repeats at least
 * three times from where the last loop ended. */
static uint32_t plan(struct walk *w, struct list *l)
{
    struct list *p = &w->plan;
    const uint32_t *words = w->s->words;
    uint32_t all = 0, loops = 0;
    p->count = 0;
    put(p, 0);
    put(p, l->count);
    put(p, 0);
    for (uint32_t at = 0; at < l->count && !w->s->failed;) {
        uint32_t period = 1, repeats = 1;
        for (uint32_t try = 1; try <= PERIODS && at + 3 * try <= l->count; try++) {
            repeats = repeats_of(l, at, try);
            period = try;
            if (repeats >= 3)
                break;
        }
        if (repeats < 3)
            period = repeats = 1;
        uint32_t uses = 0;
        for (uint32_t i = 0; i < period; i++)
            uses |= words[l->words[at + i]];
        put(p, at);
        put(p, period);
        put(p, repeats);
        put(p, uses);
        all |= uses;
        loops++;
        at += period * repeats;
    }
    for (uint32_t i = 0; i < l->count; i++)
        put(p, l->words[i]);
    l->count = 0;
    if (p->failed)
        return 1;
    p->words[0] = all;
    p->words[2] = loops;
    return keep(w->s, p);
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
            put(&w->row, iteration(w));
        }
        put(&w->whole, plan(w, &w->row));
    }
    w->s->whole = plan(w, &w->whole);
    w->s->failed |= w->row.failed || w->whole.failed || w->plan.failed;
}

/* --- creation --------------------------------------------------------------------------- */

static void constants(struct serac_steady *s, const struct serac_design *d, const struct serac_insn *insn)
{
    const struct serac_insn_exec *e = &insn->exec;
    uint64_t phases = e->phases_y * e->phases_x;
    s->cols = d->cols;
    s->outstanding = d->outstanding;
    s->section_cycles = 4 * SERAC_INSN_SECTION_WORDS / (d->axi_bits / 8) + 2;
    s->wgt_halves = e->wgt_halves;
    s->act_halves = e->act_halves;
    s->last_cols = e->last_cols;
    s->tiles = e->run * phases;
    s->last_full = e->last_steps * phases;
    s->last_less = (e->run_last - e->last_steps) * phases;
    uint64_t mtiles = (uint64_t)(e->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    uint64_t columns = (e->n_tiles - 1) * s->tiles * d->cols + s->last_full * e->last_cols +
                       s->last_less * (e->last_cols - 1);
    s->drained_tiles = mtiles * ((e->n_tiles - 1) * s->tiles + s->last_full + s->last_less);
    s->results = mtiles * columns * d->rows;
}

struct serac_steady *serac_steady_create(const struct serac_design *design,
                                         const struct serac_insn *insn, uint64_t program)
{
    if (!insn->fetch.last || insn->fetch.store_tokens || insn->exec.last_steps > insn->exec.run_last ||
        serac_insn_check(insn) != SERAC_OK)
        return NULL;
    struct serac_steady *s = calloc(1, sizeof *s);
    struct walk *w = calloc(1, sizeof *w);
    bool good = s && w;
    if (good) {
        w->s = s;
        w->insn = insn;
        w->beat = design->axi_bits / 8;
        constants(s, design, insn);
        train_begin(&w->train);
        train_command(&w->train, program, SERAC_INSN_BLOCK_BYTES, w->beat);
        s->read_bursts = w->train.failed ? 0 : w->train.words[TRAIN_BURSTS];
        s->bytes_read = SERAC_INSN_BLOCK_BYTES;
        s->program = keep(s, &w->train);
        walk(w);
        good = !s->failed && !w->impossible;
        free(w->train.words);
        free(w->iteration.words);
        free(w->row.words);
        free(w->plan.words);
        free(w->whole.words);
    }
    free(w);
    if (!good) {
        serac_steady_destroy(s);
        return NULL;
    }
    return s;
}

void serac_steady_destroy(struct serac_steady *s)
{
    if (!s)
        return;
    free(s->words);
    free(s->table);
    free(s);
}

/* --- points ------------------------------------------------------------------------------- */

void serac_steady_point(const struct serac_design *d, const struct serac_insn *insn,
                        const struct serac_memory_config *memory, struct serac_steady_point *point)
{
    const struct serac_insn_exec *e = &insn->exec;
    bool slow = e->mode == SERAC_INSN_MODE_RAW || e->mode == SERAC_INSN_MODE_THRESHOLD;
    uint32_t beat = d->axi_bits / 8;
    point->pairs = (uint64_t)e->kernel_h * e->kernel_w * e->blocks *
                   serac_ceil_div(e->wgt_bits, d->weight_planes) *
                   serac_ceil_div(e->act_bits, d->act_planes);
    point->column_drain = (uint64_t)d->rows / d->requant_lanes * (slow ? 4 : 1);
    point->latency = memory->latency_cycles;
    point->gap = serac_ceil_div(beat, memory->bytes_per_cycle);
}

/* What does not depend on the point, and the rest of the cycles. */
void serac_steady_complete(const struct serac_steady *s, const struct serac_steady_point *point,
                     struct serac_counters *c)
{
    c->array_busy_cycles = s->drained_tiles * point->pairs;
    c->stall_control_cycles = 0;
    c->fill_drain_cycles = c->cycles - c->array_busy_cycles - c->stall_fetch_cycles -
                           c->stall_requant_cycles - c->stall_store_cycles;
    c->bytes_read = s->bytes_read;
    c->bytes_written = s->bytes_written;
    c->read_bursts = s->read_bursts;
    c->write_bursts = s->write_bursts;
    c->results = s->results;
    c->blocks = 1;
}
