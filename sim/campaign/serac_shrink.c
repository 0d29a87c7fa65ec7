/* serac_shrink.c - greedy: a smaller candidate that still differs is the next case. */
#include "serac_shrink.h"

#include <string.h>

#include "serac_shrinker.h"

#define RUNS 4000
#define SECONDS 120

bool serac_shrink_allows(const struct serac_shrinker *s, const struct serac_case *c, const struct serac_insn *blocks,
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

bool serac_shrink_gives_up(const struct serac_shrinker *s)
{
    return s->how->runs >= RUNS || time(NULL) >= s->end || s->status != SERAC_OK;
}

bool serac_shrink_differs(struct serac_shrinker *s, struct serac_case *c)
{
    struct serac_lockstep_result result = {.difference = ""};
    enum serac_status status = SERAC_OK;
    if (!serac_shrink_gives_up(s)) {
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

bool serac_shrink_try_blocks(struct serac_shrinker *s, const struct serac_insn *blocks, uint32_t count)
{
    struct serac_case c;
    if (serac_shrink_gives_up(s) || !serac_shrink_allows(s, s->best, blocks, count))
        return false;
    s->status = serac_case_copy(s->best, &c);
    if (s->status != SERAC_OK)
        return false;
    serac_case_set_blocks(&c, blocks, count);
    if (!serac_shrink_differs(s, &c))
        return false;
    memcpy(s->blocks, blocks, count * sizeof *blocks);
    s->count = count;
    return true;
}

/* Without block i; tokens as they are, or the fewest. */
static bool drop_block(struct serac_shrinker *s, uint32_t i)
{
    struct serac_insn blocks[SERAC_LEGAL_BLOCKS];
    uint32_t count = s->count - 1;
    memcpy(blocks, s->blocks, i * sizeof *blocks);
    memcpy(blocks + i, s->blocks + i + 1, (count - i) * sizeof *blocks);
    blocks[count - 1].fetch.last = blocks[count - 1].exec.last = 1;
    return serac_shrink_try_blocks(s, blocks, count) ||
           (s->legal && serac_legal_tokens(blocks, count) && serac_shrink_try_blocks(s, blocks, count));
}

static struct serac_shrink_size size_of(const struct serac_case *c, uint32_t blocks)
{
    return (struct serac_shrink_size){.blocks = blocks, .bytes = c->memory.size};
}

/* Is it legal, and does it differ? */
static bool begin(struct serac_shrinker *s)
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
    bool serac_shrink_differs = s->status == SERAC_E_MISMATCH;
    s->how->before = size_of(s->best, s->count);
    s->how->before.cycles = s->how->after.cycles = result.run.total.cycles;
    memcpy(s->how->difference, result.difference, sizeof s->how->difference);
    if (serac_shrink_differs)
        s->status = SERAC_OK;
    return serac_shrink_differs;
}

enum serac_status serac_shrink(struct serac_case *c, const struct serac_rtl_ops *ops, struct serac_shrink *how,
                               struct serac_error *error)
{
    struct serac_shrinker s = {.best = c, .ops = ops, .how = how, .error = error, .end = time(NULL) + SECONDS};
    memset(how, 0, sizeof *how);
    bool smaller = begin(&s);
    while (smaller && !serac_shrink_gives_up(&s)) {
        smaller = false;
        for (uint32_t i = s.count; i > 0 && s.count > 1; i--)
            smaller |= i <= s.count && drop_block(&s, i - 1);
        for (uint32_t i = 0; i < s.count && s.legal; i++)
            smaller |= serac_shrink_fields(&s, i);
        smaller |= serac_shrink_timing(&s);
    }
    if (how->difference[0]) {
        serac_shrink_places(&s);
        serac_shrink_memory(&s);
        serac_shrink_data(&s, 0, s.best->memory.size);
    }
    how->after.blocks = s.count;
    how->after.bytes = s.best->memory.size;
    return s.status;
}
