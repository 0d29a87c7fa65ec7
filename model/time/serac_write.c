/* serac_write.c - when the write master works: store's chunks, cut into bursts. RTL twin: rtl/serac_write.v. */
#include <assert.h>

#include "serac_math.h"
#include "serac_memory_answer.h"
#include "serac_stages.h"

/* Beats of a burst of `bytes` at `address`, the first at `start`. */
static uint32_t beats_of(const struct serac_timeline *tl, uint64_t address, uint64_t bytes, uint64_t *start)
{
    *start = address & ~(uint64_t)(tl->beat_bytes - 1);
    return (uint32_t)((address + bytes - *start + tl->beat_bytes - 1) >> tl->beat_shift);
}

static void failed(struct serac_timeline *tl, int response, uint64_t cycle, uint64_t address)
{
    serac_timeline_error(tl, cycle, response == 3 ? SERAC_E_WRITE_DECERR : SERAC_E_WRITE_SLVERR, address);
}

/* A chunk's bursts, where the timeline has the memory: serac_write_step(), _handshake() and _complete() in one. */
static void write_at_once(struct serac_timeline *tl, uint64_t earliest, uint64_t address, uint64_t left, bool tile_end)
{
    struct serac_bursts *b = &tl->write.bursts;
    struct serac_counters *share = serac_timeline_counters(tl, tl->store.block);
    uint64_t before = b->issued;
    struct serac_burst burst;
    share->bytes_written += left;
    do {
        uint64_t bytes = serac_burst_bytes(address, left), start;
        uint32_t beats = beats_of(tl, address, bytes, &start);
        serac_bursts_behind(b, SERAC_WRITE_AHEAD, b->last_beat, &earliest);
        serac_bursts_behind(b, SERAC_WRITE_OPEN, b->response, &earliest);
        burst = serac_memory_answer_write(tl->hooks.memory, start, beats, earliest, NULL);
        uint32_t slot = (uint32_t)(b->issued++ % SERAC_RING);
        b->completed = b->issued;
        b->last_beat[slot] = burst.last_beat;
        b->response[slot] = burst.response;
        int response = tl->hooks.probe(tl->hooks.ctx, start, (size_t)beats << tl->beat_shift);
        if (response)
            failed(tl, response, burst.error, start);
        earliest = burst.handshake + 1;
        address += bytes;
        left -= bytes;
    } while (left);
    tl->write.ready = tl->write.last_handshake = burst.handshake;
    share->write_bursts += b->issued - before;
    if (tile_end)
        serac_tokens_push(tl, &tl->execute.out_free, burst.last_beat, 1);
}

bool serac_write_command(struct serac_timeline *tl, uint64_t from, uint64_t address, uint64_t bytes, bool tile_end,
                         uint64_t *taken)
{
    struct serac_write *w = &tl->write;
    if (w->active)
        return false;
    *taken = serac_later(from, w->ready);
    if (*taken > tl->error_cycle)
        return false;
    if (tl->hooks.memory) {
        write_at_once(tl, *taken + 1, address, bytes, tile_end);
        return true;
    }
    w->active = true;
    w->posted = false;
    w->accepted = *taken;
    w->earliest = *taken + 1;
    w->address = address;
    w->left = bytes;
    w->tile_end = tile_end;
    return true;
}

/* Posts the next burst of the chunk as a request. */
bool serac_write_step(struct serac_timeline *tl)
{
    struct serac_write *w = &tl->write;
    if (!w->active || w->posted)
        return false;
    uint64_t cycle = w->earliest;
    if (!serac_bursts_behind(&w->bursts, SERAC_WRITE_AHEAD, w->bursts.last_beat, &cycle) ||
        !serac_bursts_behind(&w->bursts, SERAC_WRITE_OPEN, w->bursts.response, &cycle))
        return false;
    uint64_t bytes = serac_burst_bytes(w->address, w->left), start;
    uint32_t beats = beats_of(tl, w->address, bytes, &start);
    w->request = (struct serac_request){
        .channel = SERAC_WRITE, .address = start, .beats = beats,
        .strobed_bytes = (uint32_t)bytes, .cycle = cycle};
    w->posted = true;
    return true;
}

void serac_write_handshake(struct serac_timeline *tl, uint64_t cycle)
{
    struct serac_write *w = &tl->write;
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
    struct serac_counters *share = serac_timeline_counters(tl, tl->store.block);
    share->write_bursts++;
    share->bytes_written += w->request.strobed_bytes;
}

static void observe(struct serac_timeline *tl, uint32_t slot,
                    const struct serac_burst *burst)
{
    const struct serac_write *w = &tl->write;
    struct serac_observed_burst observed = {
        .channel = SERAC_WRITE, .data = SERAC_DATA_OUTPUTS,
        .block = w->open[slot].block, .beats = w->open[slot].beats,
        .address = w->open[slot].address, .request = w->open[slot].asked};
    serac_timeline_observe_burst(tl, &observed, burst);
}

void serac_write_complete(struct serac_timeline *tl,
                          const struct serac_burst *burst, int response)
{
    struct serac_write *w = &tl->write;
    uint32_t slot = (uint32_t)(w->bursts.completed++ % SERAC_RING);
    w->bursts.last_beat[slot] = burst->last_beat;
    w->bursts.response[slot] = burst->response;
    if (response)
        failed(tl, response, burst->error, w->open[slot].address);
    if (tl->hooks.observer)
        observe(tl, slot, burst);
    if (w->open[slot].tile_last)
        serac_tokens_push(tl, &tl->execute.out_free, burst->last_beat, 1);
}
