/* serac_fetch.c - when fetch works. RTL twin: rtl/serac_fetch.v. That of its read master, rtl/serac_read.v, is
 * serac_read.c. */
#include "serac_math.h"
#include "serac_stages.h"

/* What fetch is at in a state. */
static enum serac_task task_of(enum serac_fetch_state state)
{
    switch (state) {
    case FETCH_REQ:
    case FETCH_BLOCK:
    case FETCH_CHECK:
        return SERAC_TASK_PROGRAM;
    case FETCH_ITER:
    case FETCH_NEXT:
        return SERAC_TASK_LOOP;
    case FETCH_WEIGHT:
        return SERAC_TASK_WEIGHTS;
    case FETCH_ACT:
    case FETCH_RANGE:
    case FETCH_LINE:
        return SERAC_TASK_ACTIVATIONS;
    default:
        return SERAC_TASK_NONE;
    }
}

static void trace(struct serac_timeline *tl, enum serac_stage_state state,
                  uint64_t from, uint64_t to)
{
    serac_timeline_trace(tl, SERAC_STAGE_FETCH, state, from, to);
    if (tl->hooks.observer)
        serac_timeline_observe(tl, SERAC_STAGE_FETCH, tl->fetch.block, state,
                               task_of(tl->fetch.state), from, to);
}

void serac_fetch_init(struct serac_timeline *tl, uint64_t program)
{
    struct serac_fetch *f = &tl->fetch;
    f->state = FETCH_SPACE;
    f->pc = program;
    serac_tokens_credit(tl, &f->wgt_free, 2);
    serac_tokens_credit(tl, &f->act_free, 2);
    serac_tokens_credit(tl, &f->exec_space, tl->design.queue_depth);
    serac_tokens_credit(tl, &f->store_space, tl->design.queue_depth);
}

static void go(struct serac_fetch *f, enum serac_fetch_state state, uint64_t at)
{
    f->state = state;
    f->at = at;
}

static uint64_t weight_address(const struct serac_fetch *f)
{
    return f->insn.fetch.wgt_addr_lo | (uint64_t)f->insn.fetch.wgt_addr_hi << 32;
}

static bool step_space(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    uint64_t seen = serac_later(serac_tokens_seen(&f->exec_space, 1),
                                serac_tokens_seen(&f->store_space, 1));
    if (seen == SERAC_NEVER)
        return false;
    uint64_t end = serac_later(f->at, seen);
    serac_tokens_take(tl, &f->exec_space, end, 1);
    serac_tokens_take(tl, &f->store_space, end, 1);
    trace(tl, SERAC_STATE_WAIT_SEND, f->at, end + 1);
    go(f, FETCH_REQ, end + 1);
    return true;
}

static bool step_request(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    uint64_t taken;
    f->block_loaded = SERAC_NEVER;
    if (!serac_read_command(tl, f->at, f->pc, SERAC_INSN_BLOCK_BYTES, SERAC_KIND_BLOCK,
                            true, &taken))
        return false;
    trace(tl, SERAC_STATE_WAIT_MEMORY, f->at, taken);
    trace(tl, SERAC_STATE_RUN, taken, taken + 1);
    go(f, FETCH_BLOCK, taken + 1);
    return true;
}

static bool step_block(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    if (f->block_loaded == SERAC_NEVER)
        return false;
    uint8_t block[SERAC_INSN_BLOCK_BYTES];
    f->bad_block = tl->hooks.read_block(tl->hooks.ctx, f->pc, block) != 0;
    if (!f->bad_block) {
        serac_insn_decode(block, &f->insn);
        f->bad_block = serac_insn_check(&f->insn) != SERAC_OK;
    }
    trace(tl, SERAC_STATE_WAIT_MEMORY, f->at, f->block_loaded + 1);
    go(f, FETCH_CHECK, f->block_loaded + 1);
    return true;
}

static bool step_check(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    trace(tl, SERAC_STATE_RUN, f->at, f->at + 1);
    if (f->bad_block) {
        serac_timeline_error(tl, f->at, SERAC_E_BAD_INSTRUCTION, f->pc);
        go(f, FETCH_IDLE, f->at + 1);
        return true;
    }
    serac_sections_push(tl, &tl->execute.sections, &f->insn);
    serac_tokens_push(tl, &tl->execute.pushed, f->at, 1);
    serac_sections_push(tl, &tl->store.sections, &f->insn);
    serac_tokens_push(tl, &tl->store.pushed, f->at, 1);
    f->g = f->n = 0;
    f->first = f->first_act = true;
    f->group_address = weight_address(f);
    serac_fetch_rewind(f);
    struct serac_counters *share = serac_timeline_counters(tl, f->block);
    share->blocks = 1;
    go(f, FETCH_ITER, f->at + 1);
    return true;
}

static bool loads_weights(const struct serac_fetch *f)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    return serac_loads_weights(i->order, f->n, f->first, i->groups);
}

static bool loads_activations(const struct serac_fetch *f)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    return serac_loads_activations(i->order, f->g, f->first, i->n_tiles);
}

static enum serac_fetch_state after_weights(const struct serac_fetch *f)
{
    if (!loads_activations(f))
        return FETCH_NEXT;
    return f->first_act && f->insn.fetch.store_tokens ? FETCH_TOKEN : FETCH_ACT;
}

static bool step_weight(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    const struct serac_insn_fetch *i = &f->insn.fetch;
    uint64_t seen = serac_tokens_seen(&f->wgt_free, i->wgt_halves);
    if (seen == SERAC_NEVER)
        return false;
    uint64_t free = serac_later(f->at, seen), taken;
    bool last = f->g == i->groups - 1;
    if (!serac_read_command(tl, free, f->group_address,
                            last ? i->group_last_bytes : i->group_bytes,
                            SERAC_KIND_WEIGHT, true, &taken))
        return false;
    serac_tokens_take(tl, &f->wgt_free, taken, i->wgt_halves);
    trace(tl, SERAC_STATE_WAIT_SPACE, f->at, free);
    trace(tl, SERAC_STATE_WAIT_MEMORY, free, taken);
    trace(tl, SERAC_STATE_RUN, taken, taken + 1);
    f->group_address += i->group_bytes;
    go(f, after_weights(f), taken + 1);
    return true;
}

static bool step_token(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    uint64_t seen = serac_tokens_seen(&f->store, f->insn.fetch.store_tokens);
    if (seen == SERAC_NEVER)
        return false;
    uint64_t end = serac_later(f->at, seen);
    serac_tokens_take(tl, &f->store, end, f->insn.fetch.store_tokens);
    trace(tl, SERAC_STATE_WAIT_RECEIVE, f->at, end + 1);
    struct serac_share *share = serac_timeline_share(tl, f->block);
    share->token_from = f->at;
    share->token_to = end + 1;
    serac_execute_blame_store(tl, share->token_from, share->token_to);
    go(f, FETCH_ACT, end + 1);
    return true;
}

/* Waits for buffer space, then walks the columns. */
static bool step_act(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    const struct serac_insn_fetch *i = &f->insn.fetch;
    uint64_t seen = serac_tokens_seen(&f->act_free, i->act_halves);
    if (seen == SERAC_NEVER)
        return false;
    uint64_t end = serac_later(f->at, seen);
    serac_tokens_take(tl, &f->act_free, end, i->act_halves);
    trace(tl, SERAC_STATE_WAIT_SPACE, f->at, end);
    serac_fetch_walk(f, tl->design.cols);
    uint64_t walked = end + 1 + tl->design.cols;
    trace(tl, SERAC_STATE_RUN, end, walked);
    go(f, FETCH_RANGE, walked);
    return true;
}

static bool step_range(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    serac_fetch_range(f, tl->beat_bytes);
    f->first_act = false;
    trace(tl, SERAC_STATE_RUN, f->at, f->at + SERAC_RANGE_DEPTH);
    go(f, FETCH_LINE, f->at + SERAC_RANGE_DEPTH);
    return true;
}

static bool step_line(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    struct serac_fetch_line line;
    serac_fetch_line(f, tl->beat_bytes, &line);
    uint64_t taken = f->at;
    if (line.real) {
        if (!serac_read_command(tl, f->at, line.address, line.bytes, SERAC_KIND_ACT,
                                line.last, &taken))
            return false;
        trace(tl, SERAC_STATE_WAIT_MEMORY, f->at, taken);
    }
    trace(tl, SERAC_STATE_RUN, taken, taken + 1);
    serac_fetch_next_line(f);
    go(f, line.last ? FETCH_NEXT : FETCH_LINE, taken + 1);
    return true;
}

static bool step_next(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    const struct serac_insn_fetch *i = &f->insn.fetch;
    bool last_group = f->g == i->groups - 1;
    bool last_tile = f->n == i->n_tiles - 1;
    enum serac_fetch_state state = FETCH_ITER;
    trace(tl, SERAC_STATE_RUN, f->at, f->at + 1);
    f->first = false;
    if (last_tile)
        serac_fetch_rewind(f);
    if (i->order) {
        f->n = last_tile ? 0 : f->n + 1;
        f->g += last_tile;
    } else {
        f->g = last_group ? 0 : f->g + 1;
        f->n += last_group;
        if (last_group)
            f->group_address = weight_address(f);
    }
    if (last_group && last_tile) {
        state = i->last ? FETCH_IDLE : FETCH_SPACE;
        f->pc += SERAC_INSN_BLOCK_STRIDE;
        f->block += !i->last;
    }
    go(f, state, f->at + 1);
    return true;
}

static bool step(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    switch (f->state) {
    case FETCH_IDLE:
        return false;
    case FETCH_SPACE:
        return step_space(tl);
    case FETCH_REQ:
        return step_request(tl);
    case FETCH_BLOCK:
        return step_block(tl);
    case FETCH_CHECK:
        return step_check(tl);
    case FETCH_ITER:
        trace(tl, SERAC_STATE_RUN, f->at, f->at + 1);
        go(f, loads_weights(f) ? FETCH_WEIGHT : after_weights(f), f->at + 1);
        return true;
    case FETCH_WEIGHT:
        return step_weight(tl);
    case FETCH_TOKEN:
        return step_token(tl);
    case FETCH_ACT:
        return step_act(tl);
    case FETCH_RANGE:
        return step_range(tl);
    case FETCH_LINE:
        return step_line(tl);
    case FETCH_NEXT:
        return step_next(tl);
    }
    return false;
}

bool serac_fetch_step(struct serac_timeline *tl)
{
    bool went = step(tl);
    if (went && tl->execute.num_waits)
        serac_execute_settle(tl, tl->fetch.state == FETCH_IDLE ? SERAC_NEVER : tl->fetch.at);
    return went;
}

void serac_fetch_trace_open(struct serac_timeline *tl, uint64_t to)
{
    const struct serac_fetch *f = &tl->fetch;
    uint64_t seen, free;
    switch (f->state) {
    case FETCH_SPACE:
        trace(tl, SERAC_STATE_WAIT_SEND, f->at, to);
        break;
    case FETCH_TOKEN:
        trace(tl, SERAC_STATE_WAIT_RECEIVE, f->at, to);
        break;
    case FETCH_WEIGHT:
        seen = serac_tokens_seen(&f->wgt_free, f->insn.fetch.wgt_halves);
        free = seen == SERAC_NEVER ? to : serac_later(f->at, seen);
        trace(tl, SERAC_STATE_WAIT_SPACE, f->at, free);
        trace(tl, SERAC_STATE_WAIT_MEMORY, free, to);
        break;
    case FETCH_ACT:
        trace(tl, SERAC_STATE_WAIT_SPACE, f->at, to);
        break;
    case FETCH_REQ:
    case FETCH_BLOCK:
    case FETCH_LINE:           /* behind an error that came first */
        trace(tl, SERAC_STATE_WAIT_MEMORY, f->at, to);
        break;
    default:
        break;
    }
}
