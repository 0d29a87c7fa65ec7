/* serac_shrink_memory.c - simpler timing of the memory, less in it, and less of it. */
#include <string.h>

#include "serac_shrinker.h"

/* --- timing ------------------------------------------------------------------- */

static bool try_memory(struct serac_shrinker *s, const struct serac_memory_config *memory)
{
    struct serac_case c;
    if (serac_shrink_gives_up(s) || !memcmp(memory, &s->best->memory_config, sizeof *memory))
        return false;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return false;
    c.memory_config = *memory;
    return serac_shrink_differs(s, &c);
}

bool serac_shrink_timing(struct serac_shrinker *s)
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

/* --- data --------------------------------------------------------------------- */

/* Zeros for bytes from..to of the memory, but for the program. */
static bool clear(struct serac_shrinker *s, uint64_t from, uint64_t to)
{
    struct serac_case c;
    uint64_t code = s->best->program - s->best->memory.base, code_end = code + s->count * SERAC_INSN_BLOCK_STRIDE;
    bool any = false;
    if (serac_shrink_gives_up(s))
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
        return serac_shrink_differs(s, &c);
    serac_case_free(&c);
    return true;
}

void serac_shrink_data(struct serac_shrinker *s, uint64_t from, uint64_t to)
{
    if (clear(s, from, to) || to - from <= 4 || serac_shrink_gives_up(s))
        return;
    uint64_t middle = from + (to - from) / 2;
    serac_shrink_data(s, from, middle);
    serac_shrink_data(s, middle, to);
}

/* --- places ------------------------------------------------------------------- */

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
static bool move_down(struct serac_shrinker *s, uint64_t start, uint64_t by)
{
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];
    struct serac_case c;
    memcpy(blocks, s->blocks, s->count * sizeof *blocks);
    for (uint32_t k = 0; k < 3 * s->count; k++)
        if (range_of(&s->blocks[k / 3], (enum tensor)(k % 3)).from >= start)
            move_address(&blocks[k / 3], (enum tensor)(k % 3), by);
    if (serac_shrink_gives_up(s) || !serac_shrink_allows(s, s->best, blocks, s->count))
        return false;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return false;
    uint64_t from = start - c.memory.base;
    memmove(c.memory.bytes + from - by, c.memory.bytes + from, c.memory.size - from);
    serac_case_set_blocks(&c, blocks, s->count);
    if (!serac_shrink_differs(s, &c))
        return false;
    memcpy(s->blocks, blocks, s->count * sizeof *blocks);
    return true;
}

/* The first tensor at or behind `from`; UINT64_MAX: none. *end: where those before it end. */
static uint64_t next_tensor(const struct serac_shrinker *s, uint64_t from, uint64_t *end)
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

void serac_shrink_places(struct serac_shrinker *s)
{
    uint64_t code = s->best->program + s->count * SERAC_INSN_BLOCK_STRIDE, at = 0;
    while (s->legal && !serac_shrink_gives_up(s)) {
        uint64_t end = code, next = next_tensor(s, at, &end), by = next > end ? (next - end) & ~(uint64_t)63 : 0;
        if (next == UINT64_MAX)
            return;
        at = next + 1 - (by && move_down(s, next, by) ? by : 0);
    }
}

void serac_shrink_memory(struct serac_shrinker *s)
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
    if (!s->legal || size >= s->best->memory.size || serac_shrink_gives_up(s))
        return;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return;
    c.memory.size = size;
    serac_shrink_differs(s, &c);
}
