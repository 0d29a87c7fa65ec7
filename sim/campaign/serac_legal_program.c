/* serac_legal_program.c - what blocks read and write, and what that asks of a program's tokens. */
#include "serac_legal_sizes.h"

struct serac_range serac_legal_act(const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    uint64_t address = join(f->act_addr_lo, f->act_addr_hi);
    struct serac_range r = {UINT64_MAX, 0};
    for (int64_t y = -(int64_t)f->pad_top; y < (int64_t)f->in_height; y++) {
        uint64_t end = address + round_up(f->line_bytes, 64);
        if (y >= 0 && address < r.from)
            r.from = address;
        if (y >= 0 && end > r.to)
            r.to = end;
        address += (uint64_t)(int64_t)(int32_t)(y & 1 ? f->line_stride1 : f->line_stride0);
    }
    return r;
}

struct serac_range serac_legal_wgt(const struct serac_insn *insn)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    uint64_t from = join(f->wgt_addr_lo, f->wgt_addr_hi);
    return (struct serac_range){from, from + (f->groups - 1) * (uint64_t)f->group_bytes + f->group_last_bytes};
}

struct serac_range serac_legal_out(const struct serac_insn *insn)
{
    const struct serac_insn_store *s = &insn->store;
    uint64_t from = join(s->out_addr_lo, s->out_addr_hi), lines = ceil_div(s->pixels, s->out_width);
    uint64_t last = s->pixels - (lines - 1) * s->out_width;
    uint64_t to = from + (lines - 1) * s->line_stride + last * s->pixel_bytes;
    if (lines > 1 && last < s->out_width)
        to = from + (lines - 1) * s->line_stride + (uint64_t)s->out_width * s->pixel_bytes;
    return (struct serac_range){from, to};
}

static bool meet(struct serac_range a, struct serac_range b)
{
    return a.from < b.to && b.from < a.to;
}

static bool inside(struct serac_range a, struct serac_range b)
{
    return a.from >= b.from && a.to <= b.to && a.from < a.to;
}

/* How many blocks' tokens must be consumed before block j loads `range`. */
static uint32_t tokens_before(const struct serac_insn *blocks, uint32_t j, struct serac_range range)
{
    for (uint32_t i = j; i > 0; i--)
        if (meet(serac_legal_out(&blocks[i - 1]), range))
            return i;
    return 0;
}

const char *serac_legal_program(const struct serac_design *d, const struct serac_insn *blocks, uint32_t count,
                                uint64_t program, struct serac_range memory, bool *deadlock)
{
    struct serac_range code = {program, program + (uint64_t)count * SERAC_INSN_BLOCK_STRIDE};
    uint32_t consumed = 0;
    *deadlock = false;
    if (!inside(code, memory) || program % SERAC_INSN_BLOCK_STRIDE)
        return "the program is outside the memory";
    for (uint32_t j = 0; j < count; j++) {
        const char *wrong = serac_legal_block(d, &blocks[j]);
        if (wrong)
            return wrong;
        struct serac_range act = serac_legal_act(&blocks[j]), wgt = serac_legal_wgt(&blocks[j]);
        struct serac_range out = serac_legal_out(&blocks[j]);
        if (!inside(act, memory) || !inside(wgt, memory) || !inside(out, memory))
            return "a tensor is outside the memory";
        if (meet(out, code) || meet(out, act) || meet(out, wgt))
            return "a block writes what it reads, or the program";
        if (blocks[j].fetch.last != (j == count - 1))
            return "last";
        if (tokens_before(blocks, j, wgt) > consumed)
            return "weights are read before they are written";
        consumed += blocks[j].fetch.store_tokens;
        if (tokens_before(blocks, j, act) > consumed)
            return "activations are read before they are written";
        *deadlock |= consumed > j;
    }
    return NULL;
}

bool serac_legal_tokens(struct serac_insn *blocks, uint32_t count)
{
    uint32_t consumed = 0;
    for (uint32_t j = 0; j < count; j++) {
        struct serac_range act = serac_legal_act(&blocks[j]), wgt = serac_legal_wgt(&blocks[j]);
        uint32_t needed = tokens_before(blocks, j, act), early = tokens_before(blocks, j, wgt);
        if (early > consumed) {        /* the block before has to wait for them */
            if (early > j - 1)
                return false;
            blocks[j - 1].fetch.store_tokens += early - consumed;
            consumed = early;
        }
        blocks[j].fetch.store_tokens = needed > consumed ? needed - consumed : 0;
        consumed += blocks[j].fetch.store_tokens;
    }
    return true;
}
