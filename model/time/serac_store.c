/* serac_store.c - when store works: its tiles, as commands for the write master. RTL twin: rtl/serac_store.v. */
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
    const struct serac_insn_store *i = &s->insn.store;
    bool last_group = s->g == i->groups - 1;
    bool last_chunk =
        last_group && s->o == i->out_tiles_last - 1;
    uint64_t taken;
    if (!serac_write_command(tl, s->at, s->pixel + s->chunk,
                             last_chunk ? i->chunk_last_bytes : i->chunk_bytes,
                             s->count == 1, &taken))
        return false;
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
    struct serac_write *w = &tl->write;
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
