/* serac_store.c - when store and its write master work. RTL twins:
 * rtl/serac_store.v, rtl/serac_write.v. */
#include <assert.h>

#include "serac_math.h"
#include "serac_stages.h"

static void trace(struct serac_timeline *tl, enum serac_stage_state state,
                  uint64_t from, uint64_t to)
{
    static const enum serac_task task[] = {
        [STORE_IDLE] = SERAC_TASK_SECTION, [STORE_TILE] = SERAC_TASK_TILE_START,
        [STORE_PIXEL] = SERAC_TASK_TILE, [STORE_FINISH] = SERAC_TASK_FINISH};
    serac_timeline_trace(tl, SERAC_STAGE_STORE, state, from, to);
    if (tl->hooks.observer)
        serac_timeline_observe(tl, SERAC_STAGE_STORE, tl->store.block, state,
                               task[tl->store.state], from, to);
}

void serac_store_init(struct serac_timeline *tl)
{
    tl->store.state = STORE_IDLE;
}

/* --- the write master ------------------------------------------------------- */

/* Posts the next burst of the chunk as a request. */
bool serac_writer_step(struct serac_timeline *tl)
{
    struct serac_writer *w = &tl->writer;
    if (!w->active || w->posted)
        return false;
    uint64_t number = w->bursts.issued, cycle = w->earliest;
    uint32_t limits[2] = {SERAC_WRITE_AHEAD, SERAC_WRITE_OPEN};
    const uint64_t *times[2] = {w->bursts.last_beat, w->bursts.response};
    for (int i = 0; i < 2; i++) {
        if (number < limits[i])
            continue;
        uint64_t oldest = number - limits[i];
        if (w->bursts.completed <= oldest)
            return false;
        cycle = serac_later(cycle, times[i][oldest % SERAC_RING] + 1);
    }
    uint64_t to_edge = SERAC_BURST_BYTES - w->address % SERAC_BURST_BYTES;
    uint64_t bytes = w->left < to_edge ? w->left : to_edge;
    uint64_t start = w->address & ~(uint64_t)(tl->beat_bytes - 1);
    uint64_t end = w->address + bytes;
    w->request = (struct serac_request){
        .channel = SERAC_WRITE, .address = start,
        .beats = (uint32_t)((end - start + tl->beat_bytes - 1) >>
                            tl->beat_shift),
        .strobed_bytes = (uint32_t)bytes, .cycle = cycle};
    w->posted = true;
    return true;
}

void serac_writer_handshake(struct serac_timeline *tl, uint64_t cycle)
{
    struct serac_writer *w = &tl->writer;
    uint32_t slot = (uint32_t)(w->bursts.issued++ % SERAC_RING);
    assert(w->posted);
    w->open[slot].address = w->request.address;
    w->open[slot].asked = w->request.cycle;
    w->open[slot].beats = w->request.beats;
    w->open[slot].block = tl->store.block;
    w->posted = false;
    w->last_handshake = cycle;
    w->earliest = cycle + 1;
    w->address += w->request.strobed_bytes;
    w->left -= w->request.strobed_bytes;
    w->active = w->left > 0;
    w->open[slot].tile_last = !w->active && w->tile_end;
    if (!w->active)
        w->ready = cycle;
    struct serac_counters *share = serac_timeline_share(tl, tl->store.block);
    share->write_bursts++;
    share->bytes_written += w->request.strobed_bytes;
}

static void observe(struct serac_timeline *tl, uint32_t slot,
                    const struct serac_burst *burst)
{
    const struct serac_writer *w = &tl->writer;
    struct serac_observed_burst observed = {
        .channel = SERAC_WRITE, .data = SERAC_DATA_OUTPUTS,
        .block = w->open[slot].block, .beats = w->open[slot].beats,
        .address = w->open[slot].address, .request = w->open[slot].asked};
    serac_timeline_observe_burst(tl, &observed, burst);
}

void serac_writer_complete(struct serac_timeline *tl,
                           const struct serac_burst *burst, int response)
{
    struct serac_writer *w = &tl->writer;
    uint32_t slot = (uint32_t)(w->bursts.completed++ % SERAC_RING);
    w->bursts.last_beat[slot] = burst->last_beat;
    w->bursts.response[slot] = burst->response;
    if (response)
        serac_timeline_error(tl, burst->error,
                             response == 3 ? SERAC_E_WRITE_DECERR
                                           : SERAC_E_WRITE_SLVERR,
                             w->open[slot].address);
    if (tl->hooks.observer)
        observe(tl, slot, burst);
    if (w->open[slot].tile_last)
        serac_tokens_push(tl, &tl->execute.out_free, burst->last_beat, 1);
}

/* --- the sequencer ----------------------------------------------------------- */

static bool step_idle(struct serac_timeline *tl)
{
    struct serac_store *s = &tl->store;
    uint64_t seen = serac_tokens_seen(&s->pushed, 1);
    if (seen == SERAC_NEVER)
        return false;
    uint64_t load = serac_later(s->at, seen);
    uint64_t ready = load + tl->section_cycles;
    serac_tokens_take(tl, &s->pushed, load, 1);
    serac_sections_pop(&s->sections, &s->insn);
    serac_tokens_push(tl, &tl->fetch.store_space, ready - 1, 1);
    trace(tl, SERAC_STATE_RUN, load, ready + 1);
    const struct serac_insn_store *i = &s->insn.store;
    s->g = s->n = s->o = 0;
    s->x_tile = 0;
    s->chunk = s->chunk_group = 0;
    s->left_tile = i->pixels;
    s->line_tile = i->out_addr_lo | (uint64_t)i->out_addr_hi << 32;
    s->pixel_tile = s->line_tile;
    s->state = STORE_TILE;
    s->at = ready + 1;
    return true;
}

static bool step_tile(struct serac_timeline *tl)
{
    struct serac_store *s = &tl->store;
    uint64_t seen = serac_tokens_seen(&s->out_ready, 1);
    if (seen == SERAC_NEVER)
        return false;
    uint64_t end = serac_later(s->at, seen);
    serac_tokens_take(tl, &s->out_ready, end, 1);
    trace(tl, SERAC_STATE_WAIT_RECEIVE, s->at, end);
    trace(tl, SERAC_STATE_RUN, end, end + 1);
    uint32_t pixels = s->insn.store.tile_pixels;
    s->count = s->left_tile < pixels ? s->left_tile : pixels;
    s->line = s->line_tile;
    s->pixel = s->pixel_tile;
    s->x = s->x_tile;
    s->state = STORE_PIXEL;
    s->at = end + 1;
    return true;
}

/* The tile is handed over; on to the next. */
static void end_tile(struct serac_store *s)
{
    const struct serac_insn_store *i = &s->insn.store;
    bool last_group = s->g == i->groups - 1, last_n = s->n == i->n_tiles - 1;
    uint32_t tiles = last_group ? i->out_tiles_last : i->out_tiles;
    bool last_o = s->o == tiles - 1;
    s->state = last_o && last_n && last_group ? STORE_FINISH : STORE_TILE;
    if (last_o && !last_n)
        s->chunk = s->chunk_group;
    else
        s->chunk += i->chunk_bytes;
    s->o = last_o ? 0 : s->o + 1;
    if (!last_o)
        return;
    s->n = last_n ? 0 : s->n + 1;
    s->left_tile -= i->tile_pixels;
    s->x_tile = s->x;
    s->line_tile = s->line;
    s->pixel_tile = s->pixel;
    if (last_n) {
        s->g++;
        s->chunk_group = s->chunk;
        s->left_tile = i->pixels;
        s->x_tile = 0;
        s->line_tile = i->out_addr_lo | (uint64_t)i->out_addr_hi << 32;
        s->pixel_tile = s->line_tile;
    }
}

static bool step_pixel(struct serac_timeline *tl)
{
    struct serac_store *s = &tl->store;
    struct serac_writer *w = &tl->writer;
    const struct serac_insn_store *i = &s->insn.store;
    if (w->active)
        return false;
    uint64_t taken = serac_later(s->at, w->ready);
    if (taken > tl->error_cycle)
        return false;
    bool last_group = s->g == i->groups - 1;
    bool last_chunk =
        last_group && s->o == i->out_tiles_last - 1;
    w->active = true;
    w->posted = false;
    w->accepted = taken;
    w->earliest = taken + 1;
    w->address = s->pixel + s->chunk;
    w->left = last_chunk ? i->chunk_last_bytes : i->chunk_bytes;
    w->tile_end = s->count == 1;
    trace(tl, SERAC_STATE_WAIT_MEMORY, s->at, taken);
    trace(tl, SERAC_STATE_RUN, taken, taken + 1);
    s->at = taken + 1;
    if (s->x == i->out_width - 1) {
        s->x = 0;
        s->line += i->line_stride;
        s->pixel = s->line;
    } else {
        s->x++;
        s->pixel += i->pixel_bytes;
    }
    if (--s->count == 0)
        end_tile(s);
    return true;
}

/* Waits for the last write response; then fetch may read the layer's output. */
static bool step_finish(struct serac_timeline *tl)
{
    struct serac_store *s = &tl->store;
    struct serac_writer *w = &tl->writer;
    if (w->active || w->bursts.completed < w->bursts.issued)
        return false;
    uint64_t end = serac_later(s->at, w->last_handshake + 1);
    uint32_t newest = (uint32_t)((w->bursts.issued - 1) % SERAC_RING);
    end = serac_later(end, w->bursts.response[newest] + 1);
    trace(tl, SERAC_STATE_WAIT_MEMORY, s->at, end);
    trace(tl, SERAC_STATE_RUN, end, end + 1);
    serac_tokens_push(tl, &tl->fetch.store, end, 1);
    s->state = STORE_IDLE;
    s->at = end + 1;
    s->block++;
    return true;
}

bool serac_store_step(struct serac_timeline *tl)
{
    switch (tl->store.state) {
    case STORE_IDLE:
        return step_idle(tl);
    case STORE_TILE:
        return step_tile(tl);
    case STORE_PIXEL:
        return step_pixel(tl);
    case STORE_FINISH:
        return step_finish(tl);
    }
    return false;
}

void serac_store_trace_open(struct serac_timeline *tl, uint64_t to)
{
    const struct serac_store *s = &tl->store;
    if (s->state == STORE_TILE)
        trace(tl, SERAC_STATE_WAIT_RECEIVE, s->at, to);
    if (s->state == STORE_PIXEL || s->state == STORE_FINISH)
        trace(tl, SERAC_STATE_WAIT_MEMORY, s->at, to);
}
