/* serac_random_legal.c - random legal programs: their blocks, their places, their data. */
#include "serac_random_legal.h"

#include <string.h>

#include "serac_random.h"
#include "serac_random_block.h"

#define BLOCKS 6              /* at most, in a program */
#define ARENA_BYTES 196608

/* --- places ------------------------------------------------------------------------- */

struct places {
    struct serac_range arena;
    uint64_t used[3 * BLOCKS];     /* where tensors begin */
    uint32_t count;
};

/* A multiple of 64 where `bytes` fit: anywhere, or where another tensor begins or near it. */
static uint64_t place(struct serac_rng *rng, const struct places *p, uint64_t bytes)
{
    uint64_t last = (p->arena.to - p->arena.from - bytes) / 64;
    uint64_t at = p->arena.from + 64 * (uint64_t)serac_rng_pick(rng, 0, (int64_t)last);
    if (p->count && chance(rng, 50)) {
        at = p->used[pick(rng, 0, p->count - 1)];
        if (chance(rng, 50))
            at += 64 * (uint64_t)serac_rng_pick(rng, 0, 8) - 256;
    }
    return at < p->arena.from || at + bytes > p->arena.to ? p->arena.from : at;
}

static void set_address(uint32_t *low, uint32_t *high, uint64_t address)
{
    *low = (uint32_t)address;
    *high = (uint32_t)(address >> 32);
}

static void place_tensors(struct serac_rng *rng, const struct serac_design *d, struct places *p, struct serac_insn *insn)
{
    const uint64_t middle = (uint64_t)1 << 40;
    set_address(&insn->fetch.act_addr_lo, &insn->fetch.act_addr_hi, middle);
    struct serac_range act = serac_legal_act(insn), wgt = serac_legal_wgt(insn), out = serac_legal_out(insn);
    uint64_t at[3] = {place(rng, p, act.to - act.from), place(rng, p, wgt.to - wgt.from),
                      place(rng, p, out.to - out.from)};
    set_address(&insn->fetch.act_addr_lo, &insn->fetch.act_addr_hi, at[0] + (middle - act.from));
    set_address(&insn->fetch.wgt_addr_lo, &insn->fetch.wgt_addr_hi, at[1]);
    set_address(&insn->store.out_addr_lo, &insn->store.out_addr_hi, at[2]);
    serac_legal_derive(d, insn);
}

/* Block j somewhere where the program is legal with the fewest tokens. */
static bool place_block(struct serac_rng *rng, const struct serac_design *d, struct places *p, struct serac_insn *blocks,
                        uint32_t j, uint64_t program)
{
    for (int attempt = 0; attempt < 40; attempt++) {
        bool deadlock;
        place_tensors(rng, d, p, &blocks[j]);
        blocks[j].fetch.last = 1;
        serac_legal_derive(d, &blocks[j]);
        struct serac_range all = {program, p->arena.to};
        if (!serac_legal_tokens(blocks, j + 1) ||
            serac_legal_program(d, blocks, j + 1, program, all, &deadlock))
            continue;
        p->used[p->count++] = serac_legal_act(&blocks[j]).from;
        p->used[p->count++] = serac_legal_wgt(&blocks[j]).from;
        p->used[p->count++] = serac_legal_out(&blocks[j]).from;
        return true;
    }
    return false;
}

/* More tokens than are needed, and earlier; in one program of twenty more than ever come. */
static void draw_tokens(struct serac_rng *rng, struct serac_insn *blocks, uint32_t count)
{
    uint32_t consumed = 0, needed = 0, deadlock = chance(rng, 5) ? pick(rng, 0, count - 1) : count;
    for (uint32_t j = 0; j < count; j++) {
        needed += blocks[j].fetch.store_tokens;
        uint32_t tokens = needed > consumed ? needed - consumed : 0;
        if (consumed + tokens < j && chance(rng, 35))
            tokens = pick(rng, tokens, j - consumed);
        if (j == deadlock)
            tokens = pick(rng, j + 1 - consumed, 255);
        if (consumed > j)
            tokens = 0;                         /* behind the deadlock */
        blocks[j].fetch.store_tokens = tokens;
        consumed += tokens;
    }
}

/* --- data ------------------------------------------------------------------------- */

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void fill(struct serac_rng *rng, uint8_t *at, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes; i += 64) {
        uint32_t kind = pick(rng, 0, 7);
        for (uint64_t k = i; k < bytes && k < i + 64; k++)
            at[k] = kind == 0 ? 0 : kind == 1 ? 255 : (uint8_t)serac_rng_next(rng);
    }
}

/* A record whose results are mostly within the output's range. */
static void put_record(struct serac_rng *rng, const struct serac_insn_exec *e, uint32_t lanes, uint8_t *at)
{
    int spread = (int)(e->wgt_bits + e->act_bits);
    for (uint32_t k = e->kernel_h * e->kernel_w * e->blocks * lanes; k > 1; k /= 4)
        spread++;
    int shift = (int)e->out_bits - spread + (int)pick(rng, 0, 3);
    bool floor = e->mode == SERAC_INSN_MODE_FLOOR;
    int32_t correction = chance(rng, 30) ? 0 : (int32_t)serac_rng_pick(rng, -256, 256);
    shift = floor ? (int)pick(rng, 0, 31) : shift < -31 ? -31 : shift > 7 ? 7 : shift;
    put32(at, (uint32_t)(correction & 0xffff) | (uint32_t)(shift & 0xff) << 16);
    put32(at + 4, (uint32_t)serac_rng_pick(rng, -(1 << (spread > 30 ? 30 : spread)), 1 << (spread > 30 ? 30 : spread)));
    put32(at + 8, floor ? (uint32_t)serac_rng_pick(rng, -200, 200) : pick(rng, 1 << 30, INT32_MAX));
    put32(at + 12, (uint32_t)serac_rng_pick(rng, -1000000, 1000000));
}

/* Thresholds of the accumulator's size; else they are all or nothing. */
static void put_thresholds(struct serac_rng *rng, uint8_t *at, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i += 4)
        put32(at + i, (uint32_t)serac_rng_pick(rng, -20000, 20000));
}

static void fill_records(struct serac_rng *rng, const struct serac_design *d, const struct serac_insn *insn,
                         struct serac_host_memory *memory)
{
    const struct serac_insn_fetch *f = &insn->fetch;
    struct serac_range wgt = serac_legal_wgt(insn);
    for (uint64_t at = wgt.from; at < wgt.to; at += f->tile_param_bytes + f->tile_wgt_bytes) {
        uint8_t *bytes = memory->bytes + (at - memory->base);
        if (insn->exec.mode == SERAC_INSN_MODE_THRESHOLD)
            put_thresholds(rng, bytes, f->tile_param_bytes);
        else
            for (uint32_t i = 0; i + 16 <= f->tile_param_bytes; i += 16)
                put_record(rng, &insn->exec, d->lanes, bytes + i);
    }
}

/* --- programs ------------------------------------------------------------------------ */

enum serac_status serac_random_legal(const struct serac_design *design, uint64_t seed, uint32_t index,
                                     struct serac_case *made)
{
    struct serac_rng rng = {(seed * 0x100000001b3u + index) ^ 0x1e9a1};
    struct serac_insn blocks[BLOCKS];
    uint32_t wanted = pick(&rng, 1, BLOCKS), count = 0;
    uint64_t base = (uint64_t)pick(&rng, 1, 1 << 20) << 12;
    memset(made, 0, sizeof *made);
    made->design = *design;
    made->seed = seed + index;
    serac_random_memory(&rng, &made->memory_config);
    made->memory_config.seed >>= 1;                       /* a file's numbers have 63 bits */
    base += chance(&rng, 30) ? (uint64_t)1 << 32 : 0;
    made->program = base + SERAC_INSN_BLOCK_STRIDE * (uint64_t)pick(&rng, 0, 7);
    struct places p = {.arena = {base + 8192, base + 8192 + ARENA_BYTES}};
    for (uint32_t j = 0; j < wanted; j++) {
        if (j > 0)
            blocks[j - 1].fetch.last = blocks[j - 1].exec.last = 0;
        if (j > 0 && chance(&rng, 20))
            blocks[j] = blocks[pick(&rng, 0, j - 1)];      /* once more, on other data */
        else if (!serac_random_block(&rng, design, &blocks[j]))
            break;
        if (!place_block(&rng, design, &p, blocks, j, made->program))
            break;
        count++;
    }
    if (count == 0)
        return SERAC_E_FIT;
    blocks[count - 1].fetch.last = blocks[count - 1].exec.last = 1;
    serac_legal_tokens(blocks, count);
    draw_tokens(&rng, blocks, count);
    if (serac_host_memory_init(&made->memory, base, 8192 + ARENA_BYTES) != SERAC_OK)
        return SERAC_E_NOMEM;
    fill(&rng, made->memory.bytes, made->memory.size);
    for (uint32_t j = 0; j < count; j++)
        if (chance(&rng, 80))
            fill_records(&rng, design, &blocks[j], &made->memory);
    serac_case_set_blocks(made, blocks, count);
    return SERAC_OK;
}
