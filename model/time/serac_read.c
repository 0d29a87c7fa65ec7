/* serac_read.c - when the read master works: fetch's commands, cut into bursts. RTL twins:
 * rtl/serac_read.v, rtl/serac_load.v. */
#include <assert.h>

#include "serac_math.h"
#include "serac_memory_answer.h"
#include "serac_stages.h"

/* What happens when the last beat of a load moves, in cycle `end`. */
static void loaded(struct serac_timeline *tl, enum serac_kind kind, uint64_t end)
{
    switch (kind) {
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

static void failed(struct serac_timeline *tl, int response, uint64_t cycle, uint64_t address)
{
    serac_timeline_error(tl, cycle, response == 3 ? SERAC_E_READ_DECERR : SERAC_E_READ_SLVERR, address);
}

/* A command's bursts, where the timeline has the memory: serac_read_step(), _handshake() and _complete() in one. */
static void read_at_once(struct serac_timeline *tl, uint64_t earliest, uint64_t address, uint64_t left,
                         enum serac_kind kind, bool load_end)
{
    struct serac_bursts *b = &tl->read.bursts;
    uint64_t before = b->issued;
    struct serac_burst burst;
    do {
        uint64_t bytes = serac_burst_bytes(address, left);
        serac_bursts_behind(b, tl->design.outstanding, b->last_beat, &earliest);
        burst = serac_memory_answer_read(tl->hooks.memory, address, (uint32_t)(bytes >> tl->beat_shift), earliest, NULL);
        b->last_beat[b->issued++ % SERAC_RING] = burst.last_beat;
        b->completed = b->issued;
        int response = tl->hooks.probe(tl->hooks.ctx, address, bytes);
        if (response)
            failed(tl, response, burst.error, address);
        earliest = burst.handshake + 1;
        address += bytes;
        left -= bytes;
    } while (left);
    tl->read.ready = tl->read.last_handshake = burst.handshake;
    serac_timeline_counters(tl, tl->fetch.block)->read_bursts += b->issued - before;
    if (load_end)
        loaded(tl, kind, burst.last_beat);
}

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
    struct serac_counters *share = serac_timeline_counters(tl, tl->fetch.block);
    share->bytes_read += bytes;
    if (tl->hooks.memory) {
        read_at_once(tl, *taken + 1, address, bytes, kind, load_end);
        return true;
    }
    r->active = true;
    r->posted = false;
    r->accepted = *taken;
    r->earliest = *taken + 1;
    r->address = address;
    r->left = bytes;
    r->kind = kind;
    r->load_end = load_end;
    r->block = tl->fetch.block;
    return true;
}

/* Posts the next burst of the command as a request. */
bool serac_read_step(struct serac_timeline *tl)
{
    struct serac_read *r = &tl->read;
    if (!r->active || r->posted)
        return false;
    uint64_t cycle = r->earliest;
    if (!serac_bursts_behind(&r->bursts, tl->design.outstanding, r->bursts.last_beat, &cycle))
        return false;
    uint64_t bytes = serac_burst_bytes(r->address, r->left);
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
    struct serac_counters *share = serac_timeline_counters(tl, r->block);
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
        failed(tl, response, burst->error, r->open[slot].address);
    if (tl->hooks.observer)
        observe(tl, slot, burst);
    if (r->open[slot].load_end)
        loaded(tl, r->open[slot].kind, end);
}
