/* serac_probe.c - from the RTL's wires to an observer's calls. */
#include "serac_probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_BURSTS 64

/* Wires of up to 8 bits: name here, instance, name there. */
#define WIRES(X)                                                              \
    X(push, "u_core", "push")                                                 \
    X(exec_space, "u_core", "exec_space")                                     \
    X(store_space, "u_core", "store_space")                                   \
    X(cmd_valid, "u_core", "rc_valid")                                        \
    X(cmd_ready, "u_core", "rc_ready")                                        \
    X(cmd_kind, "u_core", "rc_kind")                                          \
    X(wgt_loaded, "u_core", "wgt_loaded")                                     \
    X(act_loaded, "u_core", "act_loaded")                                     \
    X(wgt_free, "u_core", "wgt_free")                                         \
    X(act_free, "u_core", "act_free")                                         \
    X(out_ready, "u_core", "out_ready")                                       \
    X(out_free, "u_core", "out_free")                                         \
    X(layer_stored, "u_core", "store_token")                                  \
    X(tile, "u_core", "tile")                                                 \
    X(post_done, "u_core", "post_done")                                       \
    X(issue, "u_core", "issue")                                               \
    X(ended, "u_core", "ended")                                               \
    X(fill, "u_core.u_control", "fill")                                       \
    X(stall_fetch, "u_core.u_control", "stall_fetch")                         \
    X(stall_requant, "u_core.u_control", "stall_requant")                     \
    X(stall_store, "u_core.u_control", "stall_store")                         \
    X(stall_control, "u_core.u_control", "stall_control")                     \
    X(fetch_state, "u_core.u_fetch", "state_q")                               \
    X(fetch_taken, "u_core.u_fetch", "cmd_taken")                             \
    X(fetch_act_ok, "u_core.u_fetch", "act_ok")                               \
    X(fetch_token_ok, "u_core.u_fetch", "token_ok")                           \
    X(wgt_halves, "u_core.u_fetch", "wgt_halves")                             \
    X(act_halves, "u_core.u_fetch", "act_halves")                             \
    X(store_tokens, "u_core.u_fetch", "tokens")                               \
    X(exec_state, "u_core.u_execute", "state_q")                              \
    X(exec_enter, "u_core.u_execute", "enter")                                \
    X(exec_wgt_due, "u_core.u_execute", "wgt_due")                            \
    X(exec_act_due, "u_core.u_execute", "act_due")                            \
    X(exec_out_first, "u_core.u_execute", "out_first")                        \
    X(store_state, "u_core.u_store", "state_q")                               \
    X(store_token, "u_core.u_store", "token_q")                               \
    X(exec_begin, "u_core.u_exec_queue", "begin_load")                        \
    X(exec_pop, "u_core.u_exec_queue", "pop")                                 \
    X(store_begin, "u_core.u_store_queue", "begin_load")                      \
    X(store_pop, "u_core.u_store_queue", "pop")

/* localparams of rtl/serac_fetch.v, serac_execute.v and serac_store.v */
enum { RTL_FETCH_SPACE = 1, RTL_FETCH_REQ, RTL_FETCH_BLOCK, RTL_FETCH_CHECK, RTL_FETCH_ITER,
       RTL_FETCH_WEIGHT, RTL_FETCH_TOKEN, RTL_FETCH_ACT, RTL_FETCH_WALK, RTL_FETCH_RANGE,
       RTL_FETCH_LINE, RTL_FETCH_NEXT, RTL_FETCH_SPAN, RTL_FETCH_BYTES };
enum { RTL_EXEC_FINISH = 3 };
enum { RTL_STORE_TILE = 1 };

/* Bursts of a channel: [reported, moved) has its data, [moved, issued) waits for it. */
struct channel {
    struct serac_observed_burst open[OPEN_BURSTS];
    uint64_t issued, moved, reported;
    bool pending, moving;
};

struct serac_probe {
#define FIELD(name, scope, wire) const uint8_t *name;
    WIRES(FIELD)
#undef FIELD
    const uint64_t *pc;
    const struct serac_observer *observer;
    uint64_t program;                /* of the run */
    uint32_t exec_block, store_block;
    uint32_t cmd_block;              /* of the command that is being read */
    enum serac_data cmd_data;
    bool tiled, posting;             /* the cycle before ended a tile; post drains */
    uint32_t post_block;
    uint64_t post_from, cycles;
    struct channel channels[2];
};

/* --- the wires ------------------------------------------------------------------- */

static const void *find(const struct serac_rtl_ops *ops, void *rtl,
                        const char *scope, const char *name,
                        struct serac_error *error)
{
    const void *at = ops->signal(rtl, scope, name);
    if (!at && error && !error->text[0])
        snprintf(error->text, sizeof error->text,
                 "the RTL has no %s.%s, which a timeline needs", scope, name);
    return at;
}

enum serac_status serac_probe_create(const struct serac_rtl_ops *ops, void *rtl,
                                     const struct serac_observer *observer,
                                     struct serac_probe **probe,
                                     struct serac_error *error)
{
    if (!ops->signal) {
        if (error)
            snprintf(error->text, sizeof error->text,
                     "this RTL was not built for timelines");
        return SERAC_E_TOOL;
    }
    struct serac_probe *p = calloc(1, sizeof *p);
    if (!p)
        return SERAC_E_NOMEM;
    p->observer = observer;
    bool all = true;
#define FIND(name, scope, wire)                                               \
    all &= (p->name = find(ops, rtl, scope, wire, error)) != NULL;
    WIRES(FIND)
#undef FIND
    all &= (p->pc = find(ops, rtl, "u_core.u_fetch", "pc_q", error)) != NULL;
    if (all) {
        *probe = p;
        return SERAC_OK;
    }
    free(p);
    return SERAC_E_TOOL;
}

void serac_probe_destroy(struct serac_probe *probe)
{
    free(probe);
}

/* --- stages ----------------------------------------------------------------------- */

static uint32_t fetch_block(const struct serac_probe *p)
{
    return (uint32_t)((*p->pc - p->program) / SERAC_INSN_BLOCK_STRIDE);
}

static enum serac_task fetch_task(unsigned state)
{
    switch (state) {
    case RTL_FETCH_REQ:
    case RTL_FETCH_BLOCK:
    case RTL_FETCH_CHECK:
        return SERAC_TASK_PROGRAM;
    case RTL_FETCH_ITER:
    case RTL_FETCH_NEXT:
        return SERAC_TASK_LOOP;
    case RTL_FETCH_WEIGHT:
        return SERAC_TASK_WEIGHTS;
    case RTL_FETCH_SPACE:
    case RTL_FETCH_TOKEN:
        return SERAC_TASK_NONE;
    default:
        return SERAC_TASK_ACTIVATIONS;
    }
}

static void watch_stage(const struct serac_probe *p, enum serac_stage stage,
                        uint32_t block, enum serac_task task, uint64_t cycle,
                        uint16_t states)
{
    unsigned state = states >> 3 * (unsigned)stage & 7;
    if (state != SERAC_STATE_IDLE)
        p->observer->stage(p->observer->ctx, stage, block,
                           (enum serac_stage_state)state, task, cycle,
                           cycle + 1);
}

static enum serac_cause cause_of(const struct serac_probe *p)
{
    return *p->issue           ? SERAC_CAUSE_ARRAY_BUSY
           : *p->fill          ? SERAC_CAUSE_FILL_DRAIN
           : *p->stall_fetch   ? SERAC_CAUSE_STALL_FETCH
           : *p->stall_requant ? SERAC_CAUSE_STALL_REQUANT
           : *p->stall_store   ? SERAC_CAUSE_STALL_STORE
                               : SERAC_CAUSE_STALL_CONTROL;
}

static void watch_execute(struct serac_probe *p, uint64_t cycle, uint16_t states)
{
    const struct serac_observer *o = p->observer;
    unsigned state = states >> 3 * SERAC_STAGE_EXECUTE & 7;
    o->execute(o->ctx, p->exec_block, (enum serac_stage_state)state,
               cause_of(p), cycle, cycle + 1);
    if (*p->tile)
        o->tile(o->ctx, cycle);
}

static void end_post(struct serac_probe *p, uint64_t cycle)
{
    const struct serac_observer *o = p->observer;
    if (p->posting)
        o->stage(o->ctx, SERAC_STAGE_POST, p->post_block, SERAC_STATE_RUN,
                 SERAC_TASK_TILE, p->post_from, cycle);
    p->posting = false;
}

/* A drain begins in the cycle after its tile's last digit pair. */
static void watch_post(struct serac_probe *p, uint64_t cycle, uint16_t states)
{
    bool busy = (states >> 3 * SERAC_STAGE_POST & 7) == SERAC_STATE_RUN;
    if (!busy || p->tiled)
        end_post(p, cycle);
    if (busy && p->tiled) {
        p->posting = true;
        p->post_from = cycle;
    }
    p->tiled = *p->tile;
    if (p->tiled)
        p->post_block = p->exec_block;
}

/* --- tokens ------------------------------------------------------------------------ */

static void tell(const struct serac_probe *p, enum serac_token token,
                 bool taken, uint64_t cycle, uint32_t count)
{
    if (count)
        p->observer->token(p->observer->ctx, token, taken, cycle, count);
}

static void watch_taken(const struct serac_probe *p, uint64_t cycle)
{
    unsigned fetch = *p->fetch_state;
    bool space = fetch == RTL_FETCH_SPACE && *p->exec_space && *p->store_space;
    const uint32_t counts[SERAC_TOKENS] = {
        [SERAC_TOKEN_EXECUTE_SECTION] = *p->exec_begin,
        [SERAC_TOKEN_STORE_SECTION] = *p->store_begin,
        [SERAC_TOKEN_EXECUTE_SPACE] = space,
        [SERAC_TOKEN_STORE_SPACE] = space,
        [SERAC_TOKEN_WEIGHTS_LOADED] = *p->exec_enter && *p->exec_wgt_due,
        [SERAC_TOKEN_ACTIVATIONS_LOADED] = *p->exec_enter && *p->exec_act_due,
        [SERAC_TOKEN_WEIGHTS_FREE] =
            fetch == RTL_FETCH_WEIGHT && *p->fetch_taken ? *p->wgt_halves : 0,
        [SERAC_TOKEN_ACTIVATIONS_FREE] =
            fetch == RTL_FETCH_ACT && *p->fetch_act_ok ? *p->act_halves : 0,
        [SERAC_TOKEN_OUTPUT_READY] =
            *p->store_state == RTL_STORE_TILE && *p->store_token,
        [SERAC_TOKEN_OUTPUT_FREE] = *p->tile && *p->exec_out_first,
        [SERAC_TOKEN_LAYER_STORED] =
            fetch == RTL_FETCH_TOKEN && *p->fetch_token_ok ? *p->store_tokens : 0};
    for (int i = 0; i < SERAC_TOKENS; i++)
        tell(p, (enum serac_token)i, true, cycle, counts[i]);
}

static void watch_sent(const struct serac_probe *p, uint64_t cycle)
{
    const uint32_t counts[SERAC_TOKENS] = {
        [SERAC_TOKEN_EXECUTE_SECTION] = *p->push,
        [SERAC_TOKEN_STORE_SECTION] = *p->push,
        [SERAC_TOKEN_EXECUTE_SPACE] = *p->exec_pop,
        [SERAC_TOKEN_STORE_SPACE] = *p->store_pop,
        [SERAC_TOKEN_WEIGHTS_LOADED] = *p->wgt_loaded,
        [SERAC_TOKEN_ACTIVATIONS_LOADED] = *p->act_loaded,
        [SERAC_TOKEN_WEIGHTS_FREE] = *p->wgt_free,
        [SERAC_TOKEN_ACTIVATIONS_FREE] = *p->act_free,
        [SERAC_TOKEN_OUTPUT_READY] = *p->out_ready,
        [SERAC_TOKEN_OUTPUT_FREE] = *p->out_free,
        [SERAC_TOKEN_LAYER_STORED] = *p->layer_stored};
    for (int i = 0; i < SERAC_TOKENS; i++)
        tell(p, (enum serac_token)i, false, cycle, counts[i]);
}

/* --- bursts ------------------------------------------------------------------------ */

static struct serac_observed_burst *burst(struct channel *c, uint64_t number)
{
    return &c->open[number % OPEN_BURSTS];
}

static void watch_address(struct channel *c, bool ready, uint64_t cycle,
                          const struct serac_observed_burst *like)
{
    if (!c->pending) {
        *burst(c, c->issued) = *like;
        burst(c, c->issued)->request = cycle;
    }
    c->pending = !ready;
    if (!ready)
        return;
    burst(c, c->issued)->block = like->block;
    burst(c, c->issued++)->handshake = cycle;
}

static void watch_beat(struct channel *c, bool last, uint64_t cycle)
{
    struct serac_observed_burst *b = burst(c, c->moved);
    if (!c->moving)
        b->first_beat = cycle;
    c->moving = !last;
    b->last_beat = cycle;
    c->moved += last;
}

static void watch_response(struct serac_probe *p, struct channel *c,
                           uint64_t cycle)
{
    struct serac_observed_burst *b = burst(c, c->reported++);
    b->response = cycle;
    p->observer->burst(p->observer->ctx, b);
}

static void watch_channels(struct serac_probe *p, uint64_t cycle,
                           const struct serac_rtl_in *in,
                           const struct serac_rtl_out *out)
{
    struct channel *r = &p->channels[SERAC_READ];
    struct channel *w = &p->channels[SERAC_WRITE];
    struct serac_observed_burst read = {
        .channel = SERAC_READ, .data = p->cmd_data, .block = p->cmd_block,
        .address = out->araddr, .beats = out->arlen + 1u};
    struct serac_observed_burst write = {
        .channel = SERAC_WRITE, .data = SERAC_DATA_OUTPUTS,
        .block = p->store_block, .address = out->awaddr,
        .beats = out->awlen + 1u};
    if (out->arvalid)
        watch_address(r, in->arready, cycle, &read);
    if (out->awvalid)
        watch_address(w, in->awready, cycle, &write);
    if (in->rvalid)
        watch_beat(r, in->rlast, cycle);
    if (in->rvalid && in->rlast)
        watch_response(p, r, cycle);
    if (out->wvalid && in->wready)
        watch_beat(w, out->wlast, cycle);
    if (in->bvalid)
        watch_response(p, w, cycle);
    if (*p->cmd_valid && *p->cmd_ready) {      /* its bursts come later */
        static const enum serac_data data[] = {
            SERAC_DATA_PROGRAM, SERAC_DATA_WEIGHTS, SERAC_DATA_ACTIVATIONS,
            SERAC_DATA_OUTPUTS};               /* SERAC_KIND_*, serac_defs.vh */
        p->cmd_data = data[*p->cmd_kind & 3];
        p->cmd_block = fetch_block(p);
    }
}

/* --- a cycle ------------------------------------------------------------------------- */

static void begin_run(struct serac_probe *p)
{
    p->program = *p->pc;
    p->exec_block = p->store_block = p->cmd_block = 0;
    p->tiled = p->posting = false;
    memset(p->channels, 0, sizeof p->channels);
}

void serac_probe_cycle(struct serac_probe *p, uint64_t cycle,
                       const struct serac_rtl_in *in,
                       const struct serac_rtl_out *out)
{
    static const enum serac_task store_task[] = {
        SERAC_TASK_SECTION, SERAC_TASK_TILE_START, SERAC_TASK_TILE,
        SERAC_TASK_FINISH};
    if (cycle == 0)
        begin_run(p);
    watch_execute(p, cycle, out->stage_state);
    watch_stage(p, SERAC_STAGE_FETCH, fetch_block(p),
                fetch_task(*p->fetch_state), cycle, out->stage_state);
    watch_stage(p, SERAC_STAGE_STORE, p->store_block,
                store_task[*p->store_state & 3], cycle, out->stage_state);
    watch_post(p, cycle, out->stage_state);
    watch_taken(p, cycle);
    watch_sent(p, cycle);
    watch_channels(p, cycle, in, out);
    p->store_block += *p->layer_stored;
    if (*p->exec_state == RTL_EXEC_FINISH && *p->post_done && !*p->ended)
        p->exec_block++;
    p->cycles = cycle + 1;
}

void serac_probe_end(struct serac_probe *p)
{
    end_post(p, p->cycles);
}
