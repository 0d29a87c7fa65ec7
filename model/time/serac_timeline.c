/* serac_timeline.c - one run: stepping the stages, its end, its errors. RTL
 * twin: rtl/serac_control.v. */
#include "serac_timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "serac_math.h"
#include "serac_stages.h"

#define PATIENCE 15   /* rtl/serac_control.v */

/* --- tokens and queues -------------------------------------------------------- */

static void tokens_add(struct serac_timeline *tl, struct serac_tokens *tokens,
                       uint64_t seen)
{
    if (tokens->count == tokens->capacity) {
        uint32_t capacity = tokens->capacity ? 2 * tokens->capacity : 8;
        uint64_t *ring = malloc(capacity * sizeof *ring);
        if (!ring) {
            tl->failed = true;
            return;
        }
        for (uint32_t i = 0; i < tokens->count; i++)
            ring[i] = tokens->seen[(tokens->head + i) & (tokens->capacity - 1)];
        free(tokens->seen);
        tokens->seen = ring;
        tokens->capacity = capacity;
        tokens->head = 0;
    }
    tokens->seen[(tokens->head + tokens->count++) & (tokens->capacity - 1)] =
        seen;
}

void serac_tokens_push(struct serac_timeline *tl, struct serac_tokens *tokens,
                       uint64_t time, uint32_t count)
{
    const struct serac_observer *o = tl->hooks.observer;
    if (o && count)
        o->token(o->ctx, tokens->token, false, time, count);
    while (count--)
        tokens_add(tl, tokens, time + 1);
}

void serac_tokens_credit(struct serac_timeline *tl,
                         struct serac_tokens *tokens, uint32_t count)
{
    while (count--)
        tokens_add(tl, tokens, 0);
}

void serac_tokens_take(struct serac_timeline *tl, struct serac_tokens *tokens,
                       uint64_t cycle, uint32_t count)
{
    const struct serac_observer *o = tl->hooks.observer;
    assert(count <= tokens->count);
    if (count == 0)
        return;
    if (o)
        o->token(o->ctx, tokens->token, true, cycle, count);
    tokens->head = (tokens->head + count) & (tokens->capacity - 1);
    tokens->count -= count;
}

void serac_sections_push(struct serac_timeline *tl,
                         struct serac_sections *sections,
                         const struct serac_insn *insn)
{
    (void)tl;
    assert(sections->count < sections->capacity);
    sections->insns[(sections->head + sections->count++) % sections->capacity] =
        *insn;
}

void serac_sections_pop(struct serac_sections *sections,
                        struct serac_insn *insn)
{
    assert(sections->count > 0);
    *insn = sections->insns[sections->head];
    sections->head = (sections->head + 1) % sections->capacity;
    sections->count--;
}

struct serac_share *serac_timeline_new_share(struct serac_timeline *tl, uint32_t block)
{
    if (block >= tl->max_shares) {
        uint32_t max = tl->max_shares ? 2 * tl->max_shares : 16;
        while (max <= block)
            max *= 2;
        struct serac_share *shares = realloc(tl->shares, max * sizeof *shares);
        if (!shares) {
            tl->failed = true;
            return &tl->sink;
        }
        memset(shares + tl->max_shares, 0,
               (max - tl->max_shares) * sizeof *shares);
        tl->shares = shares;
        tl->max_shares = max;
    }
    tl->num_shares = block + 1;
    return &tl->shares[block];
}

void serac_timeline_observe(struct serac_timeline *tl, enum serac_stage stage,
                            uint32_t block, enum serac_stage_state state,
                            enum serac_task task, uint64_t from, uint64_t to)
{
    const struct serac_observer *o = tl->hooks.observer;
    if (to > from)
        o->stage(o->ctx, stage, block, state, task, from, to);
}

void serac_timeline_observe_burst(struct serac_timeline *tl,
                                  struct serac_observed_burst *observed,
                                  const struct serac_burst *burst)
{
    const struct serac_observer *o = tl->hooks.observer;
    observed->handshake = burst->handshake;
    observed->first_beat = burst->first_beat;
    observed->last_beat = burst->last_beat;
    observed->response = burst->response;
    o->burst(o->ctx, observed);
}

/* The first error wins; nothing is requested after its cycle. */
void serac_timeline_error(struct serac_timeline *tl, uint64_t cycle,
                          enum serac_status status, uint64_t address)
{
    /* Of one cycle's errors the RTL takes the first in the order of the codes. */
    if (cycle > tl->error_cycle ||
        (cycle == tl->error_cycle && status <= tl->error))
        return;
    tl->error_cycle = cycle;
    tl->error = status;
    tl->error_address = address;
}

/* --- a run ---------------------------------------------------------------------- */

static struct serac_tokens *tokens_of(struct serac_timeline *tl,
                                      enum serac_token token)
{
    struct serac_tokens *const all[SERAC_TOKENS] = {
        &tl->execute.pushed, &tl->store.pushed, &tl->fetch.exec_space,
        &tl->fetch.store_space, &tl->execute.wgt_loaded,
        &tl->execute.act_loaded, &tl->fetch.wgt_free, &tl->fetch.act_free,
        &tl->store.out_ready, &tl->execute.out_free, &tl->fetch.store};
    return all[token];
}

struct serac_timeline *serac_timeline_create(
    const struct serac_design *design, uint64_t program,
    const struct serac_timeline_hooks *hooks)
{
    struct serac_timeline *tl = calloc(1, sizeof *tl);
    if (!tl)
        return NULL;
    tl->design = *design;
    tl->hooks = *hooks;
    tl->beat_bytes = design->axi_bits / 8;
    while (1u << tl->beat_shift < tl->beat_bytes)
        tl->beat_shift++;
    tl->drain_groups = design->rows / design->requant_lanes;
    tl->section_cycles =
        4 * SERAC_INSN_SECTION_WORDS / tl->beat_bytes + 2;
    tl->error_cycle = SERAC_NEVER;
    struct serac_sections *queues[2] = {&tl->execute.sections,
                                        &tl->store.sections};
    for (int i = 0; i < 2; i++) {
        queues[i]->capacity = design->queue_depth + 1;
        queues[i]->insns =
            malloc(queues[i]->capacity * sizeof *queues[i]->insns);
        tl->failed |= !queues[i]->insns;
    }
    for (int i = 0; i < SERAC_TOKENS; i++)
        tokens_of(tl, (enum serac_token)i)->token = (enum serac_token)i;
    serac_fetch_init(tl, program);
    serac_execute_init(tl);
    serac_store_init(tl);
    if (tl->failed) {
        serac_timeline_destroy(tl);
        return NULL;
    }
    return tl;
}

void serac_timeline_destroy(struct serac_timeline *tl)
{
    if (!tl)
        return;
    for (int i = 0; i < SERAC_TOKENS; i++)
        free(tokens_of(tl, (enum serac_token)i)->seen);
    free(tl->execute.sections.insns);
    free(tl->execute.waits);
    free(tl->execute.heard);
    free(tl->store.sections.insns);
    free(tl->shares);
    free(tl);
}

/* First cycle in which both masters are quiet. */
static uint64_t quiet_from(const struct serac_timeline *tl)
{
    uint64_t cycle = 0;
    if (tl->read.bursts.issued) {
        uint64_t newest = (tl->read.bursts.issued - 1) % SERAC_RING;
        cycle = serac_later(tl->read.last_handshake + 1,
                            tl->read.bursts.last_beat[newest] + 1);
    }
    if (tl->write.bursts.issued) {
        uint64_t newest = (tl->write.bursts.issued - 1) % SERAC_RING;
        cycle = serac_later(cycle, tl->write.last_handshake + 1);
        cycle = serac_later(cycle, tl->write.bursts.response[newest] + 1);
    }
    return cycle;
}

/* First cycle in which every stage had stopped where it is. */
static uint64_t stages_from(const struct serac_timeline *tl)
{
    const struct serac_execute *e = &tl->execute;
    uint64_t held = e->state == EXEC_RUN ? e->at + e->pairs - 1 : e->at;
    uint64_t cycle = serac_later(tl->fetch.at, tl->store.at);
    return serac_later(cycle, serac_later(held, e->post_busy));
}

/* Nothing can happen any more: done, stopped by an error, or deadlock. */
static void end_run(struct serac_timeline *tl)
{
    bool idle = tl->fetch.state == FETCH_IDLE &&
                tl->execute.state == EXEC_IDLE &&
                tl->store.state == STORE_IDLE;
    uint64_t quiet = serac_later(quiet_from(tl), 0);
    if (tl->error_cycle == SERAC_NEVER && !idle)
        serac_timeline_error(tl, serac_later(quiet, stages_from(tl)) + PATIENCE,
                             tl->failed ? SERAC_E_NOMEM : SERAC_E_DEADLOCK,
                             tl->fetch.pc);
    if (tl->error_cycle == SERAC_NEVER) {
        struct serac_execute *e = &tl->execute;
        tl->end_cycle = serac_later(quiet, stages_from(tl));
        struct serac_counters *share =
            serac_timeline_counters(tl, tl->num_shares ? tl->num_shares - 1 : 0);
        e->block = tl->num_shares - 1;
        serac_execute_spend(tl, SERAC_STATE_IDLE, SERAC_CAUSE_STALL_CONTROL,
                            e->at, tl->end_cycle + 1);
        share->cycles += tl->end_cycle + 1 - e->layer_from;
    } else {
        tl->end_cycle = serac_later(tl->error_cycle + 1, quiet);
        /* A master with a command in hand takes a cycle to drop it. Commands
         * taken after the error were taken by a stage that ran ahead. */
        if ((tl->read.active && tl->read.accepted <= tl->error_cycle) ||
            (tl->write.active && tl->write.accepted <= tl->error_cycle))
            tl->end_cycle = serac_later(tl->end_cycle, tl->error_cycle + 2);
    }
    if (tl->fetch.state == FETCH_TOKEN)
        serac_execute_blame_store(tl, tl->fetch.at, tl->end_cycle + 1);
    serac_execute_settle(tl, SERAC_NEVER);
    serac_fetch_trace_open(tl, tl->end_cycle + 1);
    serac_execute_trace_open(tl, tl->end_cycle + 1);
    serac_store_trace_open(tl, tl->end_cycle + 1);
    tl->over = true;
}

enum serac_progress serac_timeline_next(struct serac_timeline *tl,
                                        struct serac_request *request)
{
    for (bool went = true; went && !tl->failed;) {
        went = false;
        while (serac_fetch_step(tl) || serac_read_step(tl))
            went = true;
        while (serac_execute_step(tl))
            went = true;
        while (serac_store_step(tl) || serac_write_step(tl))
            went = true;
    }

    const struct serac_request *best = NULL;
    bool waiting = (tl->read.posted && tl->sent[SERAC_READ]) ||
                   (tl->write.posted && tl->sent[SERAC_WRITE]);
    if (tl->read.posted && !tl->sent[SERAC_READ] &&
        tl->read.request.cycle <= tl->error_cycle)
        best = &tl->read.request;
    if (tl->write.posted && !tl->sent[SERAC_WRITE] &&
        tl->write.request.cycle <= tl->error_cycle &&
        (!best || tl->write.request.cycle < best->cycle))
        best = &tl->write.request;
    if (best && !tl->failed) {
        *request = *best;
        return SERAC_PROGRESS_REQUEST;
    }
    if (!tl->failed &&
        (waiting || tl->read.bursts.completed < tl->read.bursts.issued ||
         tl->write.bursts.completed < tl->write.bursts.issued))
        return SERAC_PROGRESS_WAIT;
    if (!tl->over)
        end_run(tl);
    return SERAC_PROGRESS_DONE;
}

void serac_timeline_sent(struct serac_timeline *tl,
                         enum serac_channel channel)
{
    tl->sent[channel] = true;
}

void serac_timeline_handshake(struct serac_timeline *tl,
                              enum serac_channel channel, uint64_t cycle)
{
    tl->sent[channel] = false;
    if (channel == SERAC_READ)
        serac_read_handshake(tl, cycle);
    else
        serac_write_handshake(tl, cycle);
}

void serac_timeline_complete(struct serac_timeline *tl,
                             enum serac_channel channel,
                             const struct serac_burst *burst, int response)
{
    if (channel == SERAC_READ)
        serac_read_complete(tl, burst, response);
    else
        serac_write_complete(tl, burst, response);
}

static void add(struct serac_counters *sum, const struct serac_counters *part)
{
#define ADD(name, offset) sum->name += part->name;
    SERAC_COUNTER_LIST(ADD)
#undef ADD
}

void serac_timeline_result(const struct serac_timeline *tl,
                           struct serac_run *run)
{
    assert(tl->over);
    memset(&run->total, 0, sizeof run->total);
    for (uint32_t i = 0; i < tl->num_shares; i++) {
        add(&run->total, &tl->shares[i].counters);
        if (run->blocks && i < run->max_blocks)
            run->blocks[i] = tl->shares[i].counters;
    }
    run->num_blocks = tl->num_shares;
    run->total.cycles = tl->end_cycle + 1;
    run->status = tl->error_cycle == SERAC_NEVER ? SERAC_OK : tl->error;
    run->error_cycle = tl->error_cycle;
    run->error_address =
        tl->error_cycle == SERAC_NEVER ? 0 : tl->error_address;
}
