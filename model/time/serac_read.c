/* serac_read.c - when the read master works: fetch's commands, cut into bursts. RTL twins:
 * rtl/serac_read.v, rtl/serac_load.v. */
#include <assert.h>

#include "serac_math.h"
#include "serac_stages.h"

bool serac_read_command(struct serac_timeline *tl, uint64_t from, uint64_t address,
                        uint64_t bytes, enum serac_kind kind, bool load_end,
                        uint64_t *taken)
{
    struct serac_read *r = &tl->read;
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
bool serac_read_step(struct serac_timeline *tl)
{
    struct serac_read *r = &tl->read;
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

void serac_read_handshake(struct serac_timeline *tl, uint64_t cycle)
{
    struct serac_read *r = &tl->read;
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
    const struct serac_read *r = &tl->read;
    struct serac_observed_burst observed = {
        .channel = SERAC_READ, .data = data[r->open[slot].kind],
        .block = r->open[slot].block, .beats = r->open[slot].beats,
        .address = r->open[slot].address, .request = r->open[slot].asked};
    serac_timeline_observe_burst(tl, &observed, burst);
}

void serac_read_complete(struct serac_timeline *tl,
                         const struct serac_burst *burst, int response)
{
    struct serac_read *r = &tl->read;
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
