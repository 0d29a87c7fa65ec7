/* serac_shrink.c - greedy: a smaller candidate that still differs is the next case. */
#include "serac_shrink.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "serac_legal.h"

#define RUNS 4000
#define SECONDS 120

struct shrinker {
    struct serac_case *best;
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];   /* of best */
    uint32_t count;
    bool legal, overhang, deadlock;                 /* what best was at first */
    const struct serac_rtl_ops *ops;
    struct serac_shrink *how;
    struct serac_error *error;
    enum serac_status status;                       /* anything but a difference ends it */
    time_t end;
};

/* --- candidates ------------------------------------------------------------- */

static bool allowed(const struct shrinker *s, const struct serac_case *c, const struct serac_insn *blocks,
                    uint32_t count)
{
    struct serac_range memory = {c->memory.base, c->memory.base + c->memory.size};
    bool deadlock, overhang = false;
    if (!s->legal)
        return true;
    for (uint32_t i = 0; i < count; i++)
        overhang |= serac_legal_overhang(&blocks[i]);
    return !serac_legal_program(&c->design, blocks, count, c->program, memory, &deadlock) &&
           (s->overhang || !overhang) && (s->deadlock || !deadlock);
}

static bool give_up(const struct shrinker *s)
{
    return s->how->runs >= RUNS || time(NULL) >= s->end || s->status != SERAC_OK;
}

/* Runs the candidate, which is taken over or freed; true if it differs: it is the best then. */
static bool differs(struct shrinker *s, struct serac_case *c)
{
    struct serac_lockstep_result result = {.difference = ""};
    enum serac_status status = SERAC_OK;
    if (!give_up(s)) {
        s->how->runs++;
        status = serac_case_run(c, s->ops, &result, s->error);
    }
    if (status != SERAC_E_MISMATCH) {
        s->status = status;
        serac_case_free(c);
        return false;
    }
    memcpy(s->how->difference, result.difference, sizeof s->how->difference);
    s->how->after.cycles = result.run.total.cycles;
    serac_case_free(s->best);
    *s->best = *c;
    return true;
}

static bool try_blocks(struct shrinker *s, const struct serac_insn *blocks, uint32_t count)
{
    struct serac_case c;
    if (give_up(s) || !allowed(s, s->best, blocks, count))
        return false;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return false;
    serac_case_set_blocks(&c, blocks, count);
    if (!differs(s, &c))
        return false;
    memcpy(s->blocks, blocks, count * sizeof *blocks);
    s->count = count;
    return true;
}

/* Without block i; tokens as they are, or the fewest. */
static bool drop_block(struct shrinker *s, uint32_t i)
{
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];
    uint32_t count = s->count - 1;
    memcpy(blocks, s->blocks, i * sizeof *blocks);
    memcpy(blocks + i, s->blocks + i + 1, (count - i) * sizeof *blocks);
    blocks[count - 1].fetch.last = blocks[count - 1].exec.last = 1;
    return try_blocks(s, blocks, count) ||
           (s->legal && serac_legal_tokens(blocks, count) && try_blocks(s, blocks, count));
}

/* --- fields ----------------------------------------------------------------- */

#define FIELD(section, name, low) {offsetof(struct serac_insn, section.name), low}

/* Free fields and the value that is simplest; the ones that remove most come first. */
static const struct {
    size_t offset;
    uint32_t low;
} fields[] = {
    FIELD(fetch, groups, 1), FIELD(exec, group_mtiles, 1), FIELD(exec, group_last_mtiles, 1), FIELD(exec, kernel_h, 1),
    FIELD(exec, kernel_w, 1), FIELD(exec, phases_y, 1), FIELD(exec, phases_x, 1), FIELD(exec, blocks, 1),
    FIELD(exec, pixels, 1), FIELD(fetch, out_width, 1), FIELD(fetch, run, 1), FIELD(fetch, run_last, 1),
    FIELD(exec, wgt_bits, 1), FIELD(exec, wgt_store, 1), FIELD(exec, act_bits, 1), FIELD(exec, act_store, 1),
    FIELD(fetch, in_height, 1), FIELD(exec, in_width, 1), FIELD(exec, pixel_planes, 1), FIELD(exec, gather, 1),
    FIELD(fetch, store_tokens, 0), FIELD(fetch, pad_top, 0), FIELD(exec, pad_left, 0), FIELD(fetch, row_step, 1),
    FIELD(exec, col_step, 1), FIELD(exec, dilation_h, 1), FIELD(exec, dilation_w, 1), FIELD(exec, phase_dy, 0),
    FIELD(exec, phase_dx, 0), FIELD(exec, act_tile_planes, 0), FIELD(exec, act_tile_shift, 0),
    FIELD(exec, phase_param_planes, 0), FIELD(exec, phase_records, 0), FIELD(fetch, order, 0),
    FIELD(fetch, wgt_halves, 1), FIELD(fetch, act_halves, 1), FIELD(fetch, kernel_lines, 1),
    FIELD(fetch, window_bytes, 1), FIELD(fetch, segment_beats, 1), FIELD(fetch, tile_param_bytes, 64),
    FIELD(fetch, tile_wgt_bytes, 64), FIELD(exec, slot_planes, 1), FIELD(store, pixel_bytes, 1),
    FIELD(store, line_stride, 64), FIELD(exec, out_bits, 1), FIELD(exec, mode, 0), FIELD(exec, channels, 1),
    FIELD(exec, wgt_signed, 0), FIELD(exec, act_signed, 0), FIELD(exec, dot_shift, 0), FIELD(exec, combine_add, 0),
    FIELD(exec, act_zero, 0), FIELD(exec, out_zero, 0), FIELD(fetch, line_stride0, 64), FIELD(fetch, line_stride1, 64)};

static uint32_t *field_of(struct serac_insn *insn, size_t offset)
{
    return (uint32_t *)(void *)((char *)insn + offset);
}

static uint32_t at_most(uint32_t value, uint64_t limit)
{
    return value > limit ? (uint32_t)limit : value;
}

/* Other free fields brought within what the changed one leaves them; then no slack. */
static void refit(const struct serac_design *d, struct serac_insn *insn)
{
    struct serac_insn_fetch *f = &insn->fetch;
    struct serac_insn_exec *e = &insn->exec;
    e->wgt_store = at_most(e->wgt_store, e->wgt_bits);
    uint32_t store = at_most(e->act_store, e->act_bits);
    uint32_t blocks = e->pixel_planes / e->act_store;
    if (blocks < e->blocks)
        blocks = e->blocks;
    e->act_tile_planes = e->act_tile_planes / e->act_store * store;
    e->act_store = store;
    e->pixel_planes = blocks * store;
    if (e->mode == SERAC_INSN_MODE_RAW || e->out_bits > 8)
        e->out_bits = e->mode == SERAC_INSN_MODE_RAW ? 32 : 8;
    serac_legal_tighten(d, insn);
    uint32_t window = f->window_bytes / (e->pixel_planes * d->lanes / 8);
    f->pad_top = at_most(f->pad_top, f->kernel_lines - 1);
    e->pad_left = at_most(e->pad_left, window - 1);
    if (e->col_step)
        f->out_width = at_most(f->out_width, (e->in_width + e->pad_left - 1) / e->col_step + 1);
    uint64_t lines = (f->in_height + f->pad_top - 1) / f->row_step + 1;
    e->pixels = at_most(e->pixels, f->out_width * lines);
    f->run = at_most(f->run, f->out_width);
    uint32_t left = (e->pixels - 1) % (d->cols * f->run) + 1;
    f->run_last = (left + d->cols - 1) / d->cols;
    uint32_t mtiles = (f->groups - 1) * e->group_mtiles + e->group_last_mtiles;
    e->channels = (mtiles - 1) * d->rows + (e->channels - 1) % d->rows + 1;
    if (e->gather < mtiles && (uint64_t)e->gather * d->rows % d->lanes)
        e->gather = mtiles;
    serac_legal_tighten(d, insn);
    struct serac_insn_store *s = &insn->store;
    uint32_t tiles = (mtiles + e->gather - 1) / e->gather;
    s->pixel_bytes = (tiles - 1) * s->chunk_bytes + s->chunk_last_bytes;
    s->line_stride = (f->out_width * s->pixel_bytes + 63) & ~63u;
    serac_legal_tighten(d, insn);
}

/* A field of a block at `value`, others as they are or refitted. */
static bool try_field(struct shrinker *s, uint32_t i, size_t offset, uint32_t value)
{
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];
    const struct serac_design *d = &s->best->design;
    memcpy(blocks, s->blocks, s->count * sizeof *blocks);
    *field_of(&blocks[i], offset) = value;
    serac_legal_derive(d, &blocks[i]);
    if (try_blocks(s, blocks, s->count))
        return true;
    if (offset == offsetof(struct serac_insn, fetch.store_tokens))
        return false;
    refit(d, &blocks[i]);
    if (*field_of(&blocks[i], offset) != value)
        return false;
    return try_blocks(s, blocks, s->count) || (serac_legal_tokens(blocks, s->count) && try_blocks(s, blocks, s->count));
}

static bool shrink_fields(struct shrinker *s, uint32_t i)
{
    bool smaller = false;
    for (size_t k = 0; k < sizeof fields / sizeof *fields && i < s->count; k++) {
        size_t offset = fields[k].offset;
        uint32_t low = fields[k].low, value = *field_of(&s->blocks[i], offset);
        if (value == low || try_field(s, i, offset, low)) {
            smaller |= value != low;
            continue;
        }
        while (value > low && (try_field(s, i, offset, low + (value - low) / 2) ||
                               (value - low <= 16 && try_field(s, i, offset, value - 1)))) {
            value = *field_of(&s->blocks[i], offset);
            smaller = true;
        }
    }
    return smaller;
}

/* --- timing and data ---------------------------------------------------------- */

static bool try_memory(struct shrinker *s, const struct serac_memory_config *memory)
{
    struct serac_case c;
    if (give_up(s) || !memcmp(memory, &s->best->memory_config, sizeof *memory))
        return false;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return false;
    c.memory_config = *memory;
    return differs(s, &c);
}

static bool shrink_timing(struct shrinker *s)
{
    bool smaller = false;
    for (int k = 0; k < 7; k++) {
        struct serac_memory_config m = s->best->memory_config;
        switch (k) {
        case 0: m.shared_bus = 0; break;
        case 1: m.page_bytes = m.page_miss_cycles = 0; break;
        case 2: m.refresh_interval = m.refresh_cycles = 0; break;
        case 3: m.address_stall_percent = 0; break;
        case 4: m.data_stall_percent = 0; break;
        case 5: m.latency_cycles = 1; break;
        default: m.bytes_per_cycle = 64; break;
        }
        if (!m.address_stall_percent && !m.data_stall_percent) {
            m.max_stall_cycles = 0;
            m.seed = 1;
        }
        smaller |= try_memory(s, &m);
    }
    return smaller;
}

/* Zeros for bytes from..to of the memory, but for the program. */
static bool clear(struct shrinker *s, uint64_t from, uint64_t to)
{
    struct serac_case c;
    uint64_t code = s->best->program - s->best->memory.base, code_end = code + s->count * SERAC_INSN_BLOCK_STRIDE;
    bool any = false;
    if (give_up(s))
        return false;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return false;
    for (uint64_t i = from; i < to; i++) {
        if (i >= code && i < code_end)
            continue;
        any |= c.memory.bytes[i] != 0;
        c.memory.bytes[i] = 0;
    }
    if (any)
        return differs(s, &c);
    serac_case_free(&c);
    return true;
}

/* Halves what must stay until it is a few bytes. */
static void shrink_data(struct shrinker *s, uint64_t from, uint64_t to)
{
    if (clear(s, from, to) || to - from <= 4 || give_up(s))
        return;
    uint64_t middle = from + (to - from) / 2;
    shrink_data(s, from, middle);
    shrink_data(s, middle, to);
}

enum tensor { ACT, WGT, OUT };

static struct serac_range range_of(const struct serac_insn *insn, enum tensor which)
{
    return which == ACT ? serac_legal_act(insn) : which == WGT ? serac_legal_wgt(insn) : serac_legal_out(insn);
}

static void move_address(struct serac_insn *insn, enum tensor which, uint64_t by)
{
    struct serac_insn_fetch *f = &insn->fetch;
    uint32_t *low = which == ACT ? &f->act_addr_lo : which == WGT ? &f->wgt_addr_lo : &insn->store.out_addr_lo;
    uint32_t *high = which == ACT ? &f->act_addr_hi : which == WGT ? &f->wgt_addr_hi : &insn->store.out_addr_hi;
    uint64_t address = (*low | (uint64_t)*high << 32) - by;
    *low = (uint32_t)address;
    *high = (uint32_t)(address >> 32);
}

/* Every tensor from address `start` on, and the data there, `by` bytes further down. */
static bool move_down(struct shrinker *s, uint64_t start, uint64_t by)
{
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];
    struct serac_case c;
    memcpy(blocks, s->blocks, s->count * sizeof *blocks);
    for (uint32_t k = 0; k < 3 * s->count; k++)
        if (range_of(&s->blocks[k / 3], (enum tensor)(k % 3)).from >= start)
            move_address(&blocks[k / 3], (enum tensor)(k % 3), by);
    if (give_up(s) || !allowed(s, s->best, blocks, s->count))
        return false;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return false;
    uint64_t from = start - c.memory.base;
    memmove(c.memory.bytes + from - by, c.memory.bytes + from, c.memory.size - from);
    serac_case_set_blocks(&c, blocks, s->count);
    if (!differs(s, &c))
        return false;
    memcpy(s->blocks, blocks, s->count * sizeof *blocks);
    return true;
}

/* The first tensor at or behind `from`; UINT64_MAX: none. *end: where those before it end. */
static uint64_t next_tensor(const struct shrinker *s, uint64_t from, uint64_t *end)
{
    uint64_t next = UINT64_MAX;
    for (uint32_t k = 0; k < 3 * s->count; k++) {
        struct serac_range r = range_of(&s->blocks[k / 3], (enum tensor)(k % 3));
        if (r.from >= from)
            next = r.from < next ? r.from : next;
        else
            *end = r.to > *end ? r.to : *end;
    }
    return next;
}

/* Closes the gaps between tensors; what lies on each other stays so. */
static void shrink_places(struct shrinker *s)
{
    uint64_t code = s->best->program + s->count * SERAC_INSN_BLOCK_STRIDE, at = 0;
    while (s->legal && !give_up(s)) {
        uint64_t end = code, next = next_tensor(s, at, &end), by = next > end ? (next - end) & ~(uint64_t)63 : 0;
        if (next == UINT64_MAX)
            return;
        at = next + 1 - (by && move_down(s, next, by) ? by : 0);
    }
}

/* Cuts the memory behind the last byte that is used. */
static void shrink_memory(struct shrinker *s)
{
    struct serac_case c;
    uint64_t end = s->best->program + s->count * SERAC_INSN_BLOCK_STRIDE;
    for (uint32_t i = 0; i < s->count; i++) {
        struct serac_range all[3] = {serac_legal_act(&s->blocks[i]), serac_legal_wgt(&s->blocks[i]),
                                     serac_legal_out(&s->blocks[i])};
        for (int k = 0; k < 3; k++)
            end = all[k].to > end ? all[k].to : end;
    }
    uint64_t size = (end - s->best->memory.base + 63) & ~(uint64_t)63;
    if (!s->legal || size >= s->best->memory.size || give_up(s))
        return;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return;
    c.memory.size = size;
    differs(s, &c);
}

static struct serac_shrink_size size_of(const struct serac_case *c, uint32_t blocks)
{
    return (struct serac_shrink_size){.blocks = blocks, .bytes = c->memory.size};
}

/* Is it legal, and does it differ? */
static bool begin(struct shrinker *s)
{
    struct serac_lockstep_result result = {.difference = ""};
    struct serac_range memory = {s->best->memory.base, s->best->memory.base + s->best->memory.size};
    s->count = serac_case_blocks(s->best, s->blocks, SERAC_LEGAL_BLOCKS);
    s->legal = s->count && !serac_legal_program(&s->best->design, s->blocks, s->count, s->best->program, memory,
                                                &s->deadlock);
    for (uint32_t i = 0; i < s->count; i++) {
        struct serac_insn derived = s->blocks[i];
        if (s->legal)
            serac_legal_derive(&s->best->design, &derived);
        s->legal &= !memcmp(&derived, &s->blocks[i], sizeof derived);
        s->overhang |= s->legal && serac_legal_overhang(&s->blocks[i]);
    }
    s->status = serac_case_run(s->best, s->ops, &result, s->error);
    bool differs = s->status == SERAC_E_MISMATCH;
    s->how->before = size_of(s->best, s->count);
    s->how->before.cycles = s->how->after.cycles = result.run.total.cycles;
    memcpy(s->how->difference, result.difference, sizeof s->how->difference);
    if (differs)
        s->status = SERAC_OK;
    return differs;
}

enum serac_status serac_shrink(struct serac_case *c, const struct serac_rtl_ops *ops, struct serac_shrink *how,
                               struct serac_error *error)
{
    struct shrinker s = {.best = c, .ops = ops, .how = how, .error = error, .end = time(NULL) + SECONDS};
    memset(how, 0, sizeof *how);
    bool smaller = begin(&s);
    while (smaller && !give_up(&s)) {
        smaller = false;
        for (uint32_t i = s.count; i > 0 && s.count > 1; i--)
            smaller |= i <= s.count && drop_block(&s, i - 1);
        for (uint32_t i = 0; i < s.count && s.legal; i++)
            smaller |= shrink_fields(&s, i);
        smaller |= shrink_timing(&s);
    }
    if (how->difference[0]) {
        shrink_places(&s);
        shrink_memory(&s);
        shrink_data(&s, 0, s.best->memory.size);
    }
    how->after.blocks = s.count;
    how->after.bytes = s.best->memory.size;
    return s.status;
}
