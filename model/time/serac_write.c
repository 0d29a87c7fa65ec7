/* serac_write.c - when the write master works: store's chunks, cut into bursts. RTL twin: rtl/serac_write.v. */
#include <assert.h>

#include "serac_math.h"
#include "serac_stages.h"

bool serac_write_command(struct serac_timeline *tl, uint64_t from, uint64_t address, uint64_t bytes, bool tile_end,
                         uint64_t *taken)
{
    struct serac_write *w = &tl->write;
    if (w->active)
        return false;
    *taken = serac_later(from, w->ready);
    if (*taken > tl->error_cycle)
        return false;
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
    struct serac_counters *share = serac_timeline_share(tl, tl->store.block);
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
        serac_timeline_error(tl, burst->error,
                             response == 3 ? SERAC_E_WRITE_DECERR
                                           : SERAC_E_WRITE_SLVERR,
                             w->open[slot].address);
    if (tl->hooks.observer)
        observe(tl, slot, burst);
    if (w->open[slot].tile_last)
        serac_tokens_push(tl, &tl->execute.out_free, burst->last_beat, 1);
}
