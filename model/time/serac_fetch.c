/* serac_fetch.c - when fetch and its read master work. RTL twins:
 * rtl/serac_fetch.v, rtl/serac_read.v, rtl/serac_load.v. */
#include <assert.h>
#include <string.h>

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
    f->token_from = f->token_to = 0;
    serac_tokens_credit(tl, &f->wgt_free, 2);
    serac_tokens_credit(tl, &f->act_free, 2);
    serac_tokens_credit(tl, &f->exec_space, tl->design.queue_depth);
    serac_tokens_credit(tl, &f->store_space, tl->design.queue_depth);
}

/* --- the read master -------------------------------------------------------- */

/* A command offered from `from` on; false if the master is still busy. Returns
 * the cycle in which it is taken. */
static bool command(struct serac_timeline *tl, uint64_t from, uint64_t address,
                    uint64_t bytes, enum serac_kind kind, bool load_end,
                    uint64_t *taken)
{
    struct serac_reader *r = &tl->reader;
    if (r->active)
        return false;
    *taken = serac_later(from, r->ready);
    if (*taken > tl->error_cycle)
        return false;
    r->active = true;
    r->posted = false;
    r->accepted = *taken;
    r->earliest = *taken + 1;
    r->address = address;
    r->left = bytes;
    r->kind = kind;
    r->load_end = load_end;
    r->block = tl->fetch.block;
    struct serac_counters *share = serac_timeline_share(tl, tl->fetch.block);
    share->bytes_read += bytes;
    return true;
}

/* Posts the next burst of the command as a request. */
bool serac_reader_step(struct serac_timeline *tl)
{
    struct serac_reader *r = &tl->reader;
    if (!r->active || r->posted)
        return false;
    uint64_t number = r->bursts.issued;
    uint64_t cycle = r->earliest;
    if (number >= tl->design.outstanding) {
        uint64_t oldest = number - tl->design.outstanding;
        if (r->bursts.completed <= oldest)
            return false;
        cycle = serac_later(cycle, r->bursts.last_beat[oldest % SERAC_RING] + 1);
    }
    uint64_t to_edge = SERAC_BURST_BYTES - r->address % SERAC_BURST_BYTES;
    uint64_t bytes = r->left < to_edge ? r->left : to_edge;
    r->request = (struct serac_request){
        .channel = SERAC_READ, .address = r->address,
        .beats = (uint32_t)(bytes >> tl->beat_shift), .cycle = cycle};
    r->posted = true;
    return true;
}

void serac_reader_handshake(struct serac_timeline *tl, uint64_t cycle)
{
    struct serac_reader *r = &tl->reader;
    uint32_t slot = (uint32_t)(r->bursts.issued++ % SERAC_RING);
    uint64_t bytes = (uint64_t)r->request.beats * tl->beat_bytes;
    assert(r->posted && bytes <= r->left);
    r->open[slot].kind = r->kind;
    r->open[slot].address = r->address;
    r->open[slot].asked = r->request.cycle;
    r->open[slot].beats = r->request.beats;
    r->open[slot].block = r->block;
    r->posted = false;
    r->last_handshake = cycle;
    r->earliest = cycle + 1;
    r->address += bytes;
    r->left -= bytes;
    r->active = r->left > 0;
    r->open[slot].load_end = !r->active && r->load_end;
    if (!r->active)
        r->ready = cycle;
    struct serac_counters *share = serac_timeline_share(tl, r->block);
    share->read_bursts++;
}

static void observe(struct serac_timeline *tl, uint32_t slot,
                    const struct serac_burst *burst)
{
    static const enum serac_data data[] = {
        [SERAC_KIND_BLOCK] = SERAC_DATA_PROGRAM,
        [SERAC_KIND_WEIGHT] = SERAC_DATA_WEIGHTS,
        [SERAC_KIND_ACT] = SERAC_DATA_ACTIVATIONS};
    const struct serac_reader *r = &tl->reader;
    struct serac_observed_burst observed = {
        .channel = SERAC_READ, .data = data[r->open[slot].kind],
        .block = r->open[slot].block, .beats = r->open[slot].beats,
        .address = r->open[slot].address, .request = r->open[slot].asked};
    serac_timeline_observe_burst(tl, &observed, burst);
}

void serac_reader_complete(struct serac_timeline *tl,
                           const struct serac_burst *burst, int response)
{
    struct serac_reader *r = &tl->reader;
    uint32_t slot = (uint32_t)(r->bursts.completed++ % SERAC_RING);
    uint64_t end = burst->last_beat;
    r->bursts.last_beat[slot] = end;
    if (response)
        serac_timeline_error(tl, burst->error,
                             response == 3 ? SERAC_E_READ_DECERR
                                           : SERAC_E_READ_SLVERR,
                             r->open[slot].address);
    if (tl->hooks.observer)
        observe(tl, slot, burst);
    if (!r->open[slot].load_end)
        return;
    switch (r->open[slot].kind) {
    case SERAC_KIND_BLOCK:
        tl->fetch.block_loaded = end + 2;
        break;
    case SERAC_KIND_WEIGHT:
        serac_tokens_push(tl, &tl->execute.wgt_loaded, end + 1, 1);
        break;
    case SERAC_KIND_ACT:
        serac_tokens_push(tl, &tl->execute.act_loaded, end + 1, 1);
        break;
    }
}

/* --- the sequencer ----------------------------------------------------------- */

static void go(struct serac_fetch *f, enum serac_fetch_state state, uint64_t at)
{
    f->state = state;
    f->at = at;
}

static int64_t extend(uint32_t value)
{
    return (int32_t)value;
}

void serac_fetch_rewind(struct serac_fetch *f)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    f->x = -(int64_t)i->pad_left_bytes;
    f->left = i->out_width;
    f->line = -(int64_t)i->pad_top;
    f->address = (int64_t)(i->act_addr_lo | (uint64_t)i->act_addr_hi << 32);
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
    if (!command(tl, f->at, f->pc, SERAC_INSN_BLOCK_BYTES, SERAC_KIND_BLOCK,
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
    f->token_from = f->token_to = 0;
    f->group_address = weight_address(f);
    serac_fetch_rewind(f);
    struct serac_counters *share = serac_timeline_share(tl, f->block);
    share->blocks = 1;
    go(f, FETCH_ITER, f->at + 1);
    return true;
}

static bool loads_weights(const struct serac_fetch *f)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    return i->order ? f->n == 0 : f->first || i->groups != 1;
}

static bool loads_activations(const struct serac_fetch *f)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    return i->order ? f->first || i->n_tiles != 1 : f->g == 0;
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
    if (!command(tl, free, f->group_address,
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
    f->token_from = f->at;
    f->token_to = end + 1;
    serac_execute_blame_store(tl, f->token_from, f->token_to);
    go(f, FETCH_ACT, end + 1);
    return true;
}

void serac_fetch_walk(struct serac_fetch *f, uint32_t cols)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    f->wrapped = false;
    f->tile_x = f->x;
    f->tile_line = f->line;
    f->tile_address = f->address;
    bool last = f->n == i->n_tiles - 1;
    uint32_t run = last ? i->run_last : i->run;
    uint32_t bytes = last ? i->run_last_bytes : i->run_bytes;
    for (uint32_t c = 0; c < cols; c++) {
        bool wrap = f->left <= run;
        f->x += (int64_t)bytes - (wrap ? (int64_t)i->wrap_bytes : 0);
        f->left += (wrap ? (int64_t)i->out_width : 0) - (int64_t)run;
        if (wrap) {
            f->line += i->row_step;
            f->address += extend(i->out_line_stride);
            f->wrapped = true;
        }
    }
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

void serac_fetch_range(struct serac_fetch *f, uint32_t beat_bytes)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    int64_t last_line = (int32_t)(i->last_line << 15) >> 15;   /* 17 bits */
    int64_t end = f->left == i->out_width ? f->line - i->row_step : f->line;
    if (end > last_line)
        end = last_line;
    bool one_line = end == f->tile_line;
    int64_t last_x = (f->wrapped ? (int64_t)i->wrap_bytes - i->pad_left_bytes
                                 : f->x) -
                     i->pixel_step_bytes + i->window_bytes - 1;
    int64_t line_end = (int64_t)i->line_bytes - 1;
    int64_t to = !one_line || last_x > line_end ? line_end : last_x;
    int64_t from = !one_line || f->tile_x < 0 ? 0 : f->tile_x;
    f->from = from / beat_bytes;
    f->to = to / beat_bytes;
    f->end_line = end + i->kernel_lines - 1;
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

void serac_fetch_line(struct serac_fetch *f, uint32_t beat_bytes,
                      struct serac_fetch_line *line)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    line->real = f->tile_line >= 0 && f->tile_line < (int64_t)i->in_height;
    line->last = f->tile_line == f->end_line ||
                 (line->real && f->tile_line == (int64_t)i->in_height - 1);
    line->address = (uint64_t)f->tile_address + (uint64_t)f->from * beat_bytes;
    line->bytes = (uint64_t)(f->to - f->from + 1) * beat_bytes;
}

void serac_fetch_next_line(struct serac_fetch *f)
{
    const struct serac_insn_fetch *i = &f->insn.fetch;
    f->tile_address += extend(f->tile_line & 1 ? i->line_stride1
                                               : i->line_stride0);
    f->tile_line++;
}

static bool step_line(struct serac_timeline *tl)
{
    struct serac_fetch *f = &tl->fetch;
    struct serac_fetch_line line;
    serac_fetch_line(f, tl->beat_bytes, &line);
    uint64_t taken = f->at;
    if (line.real) {
        if (!command(tl, f->at, line.address, line.bytes, SERAC_KIND_ACT,
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
