/* serac_execute.c - when execute and post work. RTL twins:
 * rtl/serac_execute.v, rtl/serac_post.v. */
#include "serac_math.h"
#include "serac_stages.h"

static void trace(struct serac_timeline *tl, enum serac_stage_state state,
                  uint64_t from, uint64_t to)
{
    serac_timeline_trace(tl, SERAC_STAGE_EXECUTE, state, from, to);
}

void serac_execute_init(struct serac_timeline *tl)
{
    struct serac_execute *e = &tl->execute;
    e->state = EXEC_IDLE;
    serac_tokens_credit(tl, &e->out_free, 2);
}

static inline uint64_t *counter_of(struct serac_counters *share, enum serac_cause cause)
{
    switch (cause) {
    case SERAC_CAUSE_ARRAY_BUSY:
        return &share->array_busy_cycles;
    case SERAC_CAUSE_STALL_FETCH:
        return &share->stall_fetch_cycles;
    case SERAC_CAUSE_STALL_REQUANT:
        return &share->stall_requant_cycles;
    case SERAC_CAUSE_STALL_STORE:
        return &share->stall_store_cycles;
    case SERAC_CAUSE_STALL_CONTROL:
        return &share->stall_control_cycles;
    default:
        return &share->fill_drain_cycles;
    }
}

/* serac_execute_spend() where the block's share is at hand. */
static inline void spend(struct serac_timeline *tl, struct serac_counters *share,
                         enum serac_stage_state state, enum serac_cause cause,
                         uint64_t from, uint64_t to)
{
    struct serac_execute *e = &tl->execute;
    if (to <= from)
        return;
    if (cause != SERAC_CAUSE_ARRAY_BUSY && (!e->begun || e->ended))
        cause = SERAC_CAUSE_FILL_DRAIN;
    *counter_of(share, cause) += to - from;
    if (cause == SERAC_CAUSE_STALL_FETCH)
        serac_execute_waits(tl, from, to);
    if (tl->hooks.observer)
        serac_execute_hear(tl, &(struct serac_heard){false, state, cause, e->block, from, to});
}

void serac_execute_spend(struct serac_timeline *tl,
                         enum serac_stage_state state, enum serac_cause cause,
                         uint64_t from, uint64_t to)
{
    spend(tl, serac_timeline_counters(tl, tl->execute.block), state, cause, from, to);
}

static void start_layer(struct serac_timeline *tl, uint64_t at)
{
    struct serac_execute *e = &tl->execute;
    const struct serac_insn_exec *i = &e->insn.exec;
    e->g = e->n = e->m = e->t = e->phase = e->sub = 0;
    e->first = true;
    e->last_issue = SERAC_NEVER;
    e->pairs = (uint64_t)i->kernel_h * i->kernel_w * i->blocks *
               serac_ceil_div(i->wgt_bits, tl->design.weight_planes) *
               serac_ceil_div(i->act_bits, tl->design.act_planes);
    e->phases = i->phases_y * i->phases_x;
    e->state = EXEC_WAIT;
    e->at = at;
}

static bool step_idle(struct serac_timeline *tl)
{
    struct serac_execute *e = &tl->execute;
    uint64_t seen = serac_tokens_seen(&e->pushed, 1);
    if (seen == SERAC_NEVER)
        return false;
    uint64_t load = serac_later(e->at, seen);
    uint64_t ready = load + tl->section_cycles;
    serac_tokens_take(tl, &e->pushed, load, 1);
    serac_sections_pop(&e->sections, &e->insn);
    serac_tokens_push(tl, &tl->fetch.exec_space, ready - 1, 1);
    trace(tl, SERAC_STATE_RUN, load, ready + 1);
    serac_execute_spend(tl, SERAC_STATE_IDLE, SERAC_CAUSE_STALL_CONTROL, e->at,
                        load);
    serac_execute_spend(tl, SERAC_STATE_RUN, SERAC_CAUSE_STALL_CONTROL, load,
                        ready + 1);
    start_layer(tl, ready + 1);
    return true;
}

/* Waiting for operands in cycles from..to-1: where fetch itself waited for store, in this block or
 * one that it is ahead, they are store's. What fetch has not got to yet is settled later (serac_wait.c). */
static void spend_wait(struct serac_timeline *tl, uint64_t from, uint64_t to)
{
    uint32_t block = tl->execute.block;
    struct serac_counters *share = serac_timeline_counters(tl, block);
    for (; block < tl->num_shares; block++) {
        uint64_t begin = serac_later(from, tl->shares[block].token_from);
        uint64_t end = to < tl->shares[block].token_to ? to : tl->shares[block].token_to;
        if (begin >= end)
            continue;
        spend(tl, share, SERAC_STATE_WAIT_RECEIVE, SERAC_CAUSE_STALL_FETCH, from, begin);
        spend(tl, share, SERAC_STATE_WAIT_RECEIVE, SERAC_CAUSE_STALL_STORE, begin, end);
        from = end;
    }
    spend(tl, share, SERAC_STATE_WAIT_RECEIVE, SERAC_CAUSE_STALL_FETCH, from, to);
}

/* Waits for the iteration's operands. If the last pair of the iteration before was
 * issued at last_issue and they were there by then, there is no gap. */
static bool step_wait(struct serac_timeline *tl)
{
    struct serac_execute *e = &tl->execute;
    const struct serac_insn_exec *i = &e->insn.exec;
    bool weights = serac_loads_weights(i->order, e->n, e->first, i->groups);
    bool activations = serac_loads_activations(i->order, e->g, e->first, i->n_tiles);
    uint64_t seen = 0;
    if (weights)
        seen = serac_later(seen, serac_tokens_seen(&e->wgt_loaded, 1));
    if (activations)
        seen = serac_later(seen, serac_tokens_seen(&e->act_loaded, 1));
    if (seen == SERAC_NEVER)
        return false;
    bool gapless = e->last_issue != SERAC_NEVER && seen <= e->last_issue;
    uint64_t taken = gapless ? e->last_issue : serac_later(e->at, seen);
    if (weights)
        serac_tokens_take(tl, &e->wgt_loaded, taken, 1);
    if (activations)
        serac_tokens_take(tl, &e->act_loaded, taken, 1);
    e->first = false;
    e->state = EXEC_RUN;
    if (gapless)
        return true;
    trace(tl, SERAC_STATE_WAIT_RECEIVE, e->at, taken + 1);
    spend_wait(tl, e->at, taken + 1);
    e->at = taken + 1;
    return true;
}

/* Modes raw and threshold take four cycles per group of results. */
static uint64_t cycles_per_group(const struct serac_execute *e)
{
    uint32_t mode = e->insn.exec.mode;
    return mode == SERAC_INSN_MODE_RAW || mode == SERAC_INSN_MODE_THRESHOLD
               ? 4 : 1;
}

/* Drain cycles of the tile at (n, t). */
static uint64_t drain_cycles(const struct serac_timeline *tl)
{
    const struct serac_execute *e = &tl->execute;
    const struct serac_insn_exec *i = &e->insn.exec;
    uint64_t cols = tl->design.cols;
    if (e->n == i->n_tiles - 1)
        cols = e->t < i->last_steps ? i->last_cols : i->last_cols - 1;
    return cols * tl->drain_groups * cycles_per_group(e);
}

/* Results of a tile that drains in `cycles`. */
static uint64_t results_of(const struct serac_timeline *tl, uint64_t cycles)
{
    return cycles / cycles_per_group(&tl->execute) * tl->design.requant_lanes;
}

/* Post's events for a tile whose last pair was issued at `issue`. Returns the
 * cycle in which the tile's last value is written. */
static uint64_t drain(struct serac_timeline *tl, uint64_t issue,
                      uint64_t cycles, bool tile_end, bool frees_weights,
                      bool layer_end)
{
    struct serac_execute *e = &tl->execute;
    uint64_t last = issue + SERAC_DRAIN_LEAD + cycles - 1;
    uint64_t written = last + SERAC_DRAIN_DEPTH;
    if (frees_weights)
        serac_tokens_push(tl, &tl->fetch.wgt_free, last,
                          e->insn.exec.wgt_halves);
    if (tile_end)
        serac_tokens_push(tl, &tl->store.out_ready, written, 1);
    e->post_busy = (layer_end ? written : last) + 1;
    serac_timeline_trace(tl, SERAC_STAGE_POST, SERAC_STATE_RUN, issue + 1,
                         e->post_busy);
    if (tl->hooks.observer)
        serac_timeline_observe(tl, SERAC_STAGE_POST, e->block, SERAC_STATE_RUN,
                               SERAC_TASK_TILE, issue + 1, e->post_busy);
    serac_timeline_counters(tl, e->block)->results += results_of(tl, cycles);
    return written;
}

/* Where a tile stands in the loop nest. */
struct place {
    bool phase_last, t_last, m_last, group_last, n_last, layer_last;
    bool out_first, out_last;
};

static struct place place_of(const struct serac_execute *e)
{
    const struct serac_insn_exec *i = &e->insn.exec;
    struct place p;
    p.group_last = e->g == i->groups - 1;
    p.n_last = e->n == i->n_tiles - 1;
    uint32_t mtiles = p.group_last ? i->group_last_mtiles : i->group_mtiles;
    bool pass_last = e->m == mtiles - 1 && (i->order || p.group_last);
    p.phase_last = e->phase == e->phases - 1;
    p.t_last = p.phase_last && e->t == (p.n_last ? i->run_last : i->run) - 1;
    p.m_last = p.t_last && e->m == mtiles - 1;
    p.layer_last = p.m_last && p.group_last && p.n_last;
    p.out_first = e->sub == 0 && e->t == 0 && e->phase == 0;
    p.out_last = p.t_last && (e->sub == i->gather - 1 || pass_last);
    return p;
}

/* From the tile at `p` to the last of those behind it that only their own pace holds up, each as the one before: the next
 * one that ends an output tile, an iteration, or the tiles whose drains are as long. Returns how many it is
 * further: none if somebody hears of each tile. */
static uint64_t follow(struct serac_timeline *tl, const struct place *p)
{
    struct serac_execute *e = &tl->execute;
    const struct serac_insn_exec *i = &e->insn.exec;
    if (p->out_last || p->m_last || tl->hooks.trace || tl->hooks.observer)
        return 0;
    uint32_t run = p->n_last ? i->run_last : i->run;
    bool even = !p->n_last || i->last_steps == 0 || i->last_steps >= run;
    uint32_t end = even || e->t >= i->last_steps ? run : i->last_steps;
    uint64_t tiles = (uint64_t)(end - e->t) * e->phases - e->phase - 1;
    e->t = end - 1;
    e->phase = e->phases - 1;
    if (!even)
        return tiles;
    uint32_t mtiles = p->group_last ? i->group_last_mtiles : i->group_mtiles;
    uint32_t to_output = i->gather - 1 - e->sub, to_iteration = mtiles - 1 - e->m;
    uint32_t more = to_output < to_iteration ? to_output : to_iteration;
    e->m += more;
    e->sub += more;
    return tiles + (uint64_t)more * run * e->phases;
}

static void advance(struct serac_execute *e, const struct place *p)
{
    const struct serac_insn_exec *i = &e->insn.exec;
    e->phase = p->phase_last ? 0 : e->phase + 1;
    if (p->phase_last)
        e->t = p->t_last ? 0 : e->t + 1;
    if (p->t_last) {
        e->m = p->m_last ? 0 : e->m + 1;
        e->sub = p->out_last ? 0 : e->sub + 1;
    }
    if (!p->m_last)
        return;
    if (i->order) {
        e->n = p->n_last ? 0 : e->n + 1;
        e->g += p->n_last;
    } else {
        e->g = p->group_last ? 0 : e->g + 1;
        e->n += p->group_last;
    }
}

/* The cycles of a tile: its digit pairs, the last one held back from `natural`
 * until the drain before it is booked to its end and the output has space. */
static inline void spend_tile(struct serac_timeline *tl,
                              struct serac_counters *share, uint64_t natural,
                              uint64_t booked, uint64_t issue)
{
    struct serac_execute *e = &tl->execute;
    e->begun = true;
    trace(tl, SERAC_STATE_RUN, e->at, natural);
    trace(tl, SERAC_STATE_WAIT_SEND, natural, booked);
    trace(tl, SERAC_STATE_WAIT_SPACE, booked, issue);
    trace(tl, SERAC_STATE_RUN, issue, issue + 1);
    spend(tl, share, SERAC_STATE_RUN, SERAC_CAUSE_ARRAY_BUSY, e->at, natural);
    spend(tl, share, SERAC_STATE_WAIT_SEND, SERAC_CAUSE_STALL_REQUANT, natural, booked);
    spend(tl, share, SERAC_STATE_WAIT_SPACE, SERAC_CAUSE_STALL_STORE, booked, issue);
    spend(tl, share, SERAC_STATE_RUN, SERAC_CAUSE_ARRAY_BUSY, issue, issue + 1);
    if (tl->hooks.observer)
        serac_execute_hear(tl, &(struct serac_heard){.tile = true, .from = issue});
}

/* A tile: its digit pairs, the hold before the last one, its drain; and those that follow at their own pace. */
static bool step_run(struct serac_timeline *tl)
{
    struct serac_execute *e = &tl->execute;
    const struct serac_insn_exec *i = &e->insn.exec;
    struct place p = place_of(e);
    uint64_t natural = e->at + e->pairs - 1;
    uint64_t booked = serac_later(natural, e->book), issue = booked;
    if (p.out_first) {
        uint64_t seen = serac_tokens_seen(&e->out_free, 1);
        if (seen == SERAC_NEVER)
            return false;
        issue = serac_later(booked, seen);
        serac_tokens_take(tl, &e->out_free, issue, 1);
    }
    struct serac_counters *share = serac_timeline_counters(tl, e->block);
    spend_tile(tl, share, natural, booked, issue);

    uint64_t cycles = drain_cycles(tl), more = follow(tl, &p);
    if (more) {
        uint64_t pace = serac_later(e->pairs, cycles);
        share->array_busy_cycles += more * e->pairs;
        share->stall_requant_cycles += more * (pace - e->pairs);
        share->results += more * results_of(tl, cycles);
        issue += more * pace;
        p = place_of(e);
    }
    bool frees = p.m_last && serac_frees_weights(i->order, p.n_last, p.layer_last, i->groups);
    uint64_t written = drain(tl, issue, cycles, p.out_last, frees,
                             p.layer_last);
    e->book = issue + cycles;
    if (p.m_last && serac_frees_activations(i->order, p.group_last, p.layer_last, i->n_tiles))
        serac_tokens_push(tl, &tl->fetch.act_free, issue, i->act_halves);
    advance(e, &p);
    e->at = issue + 1;
    if (p.m_last) {
        e->state = EXEC_WAIT;
        e->last_issue = issue;
    }
    if (p.layer_last) {
        e->ended = i->last;
        trace(tl, SERAC_STATE_WAIT_SEND, issue + 1, written + 1);
        spend(tl, share, SERAC_STATE_WAIT_SEND, SERAC_CAUSE_STALL_REQUANT, issue + 1,
              written + 1);
        share->cycles = written + 1 - e->layer_from;
        e->layer_from = written + 1;
        e->state = EXEC_IDLE;
        e->at = written + 1;
        if (!i->last)
            e->block++;
    }
    return true;
}

bool serac_execute_step(struct serac_timeline *tl)
{
    switch (tl->execute.state) {
    case EXEC_IDLE:
        return step_idle(tl);
    case EXEC_WAIT:
        return step_wait(tl);
    case EXEC_RUN:
        return step_run(tl);
    }
    return false;
}

void serac_execute_trace_open(struct serac_timeline *tl, uint64_t to)
{
    const struct serac_execute *e = &tl->execute;
    uint64_t natural = e->at + e->pairs - 1;
    uint64_t booked = serac_later(natural, e->book);
    if (e->state == EXEC_WAIT)
        trace(tl, SERAC_STATE_WAIT_RECEIVE, e->at, to);
    if (e->state != EXEC_RUN)
        return;
    trace(tl, SERAC_STATE_RUN, e->at, natural);
    trace(tl, SERAC_STATE_WAIT_SEND, natural, booked);
    trace(tl, SERAC_STATE_WAIT_SPACE, booked, to);
}
