/* serac_lockstep_model.c - the model's run, and the log that it leaves. */
#include <stdlib.h>
#include <string.h>

#include "serac_lockstep_parts.h"

static bool grow(void **array, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return true;
    size_t more = *room ? 2 * *room : 1024;
    void *bigger = realloc(*array, more * size);
    if (!bigger)
        return false;
    *array = bigger;
    *room = more;
    return true;
}

static void on_trace(void *ctx, enum serac_stage stage,
                     enum serac_stage_state state, uint64_t from, uint64_t to)
{
    struct serac_lockstep_log *log = &((struct serac_lockstep *)ctx)->log;
    void *array = log->intervals[stage];
    if (!grow(&array, &log->room[stage], log->count[stage],
              sizeof(struct serac_lockstep_interval))) {
        log->failed = true;
        return;
    }
    log->intervals[stage] = array;
    log->intervals[stage][log->count[stage]++] =
        (struct serac_lockstep_interval){from, to, state};
}

static bool log_request(struct serac_lockstep_log *log, const struct serac_request *q)
{
    int c = q->channel;
    void *array = log->requests[c];
    if (!grow(&array, &log->max[c], log->num[c], sizeof *q)) {
        log->failed = true;
        return false;
    }
    log->requests[c] = array;
    log->requests[c][log->num[c]++] = *q;
    return true;
}

static int on_block(void *ctx, uint64_t address, uint8_t *block)
{
    struct serac_bus bus = serac_host_memory_bus(((struct serac_lockstep *)ctx)->memory);
    return bus.read(bus.ctx, address, block, SERAC_INSN_BLOCK_BYTES);
}

static enum serac_status run_model(struct serac_lockstep *ls)
{
    struct serac_timeline_hooks hooks = {
        .read_block = on_block, .trace = on_trace, .ctx = ls,
        .observer = serac_recording_model(ls->recording)};
    struct serac_timeline *tl =
        serac_timeline_create(ls->design, ls->program, &hooks);
    if (!tl)
        return SERAC_E_NOMEM;
    struct serac_bus bus = serac_host_memory_bus(ls->memory);
    struct serac_memory memory;
    uint32_t beat = ls->design->axi_bits / 8;
    serac_memory_init(&memory, ls->config, beat);
    memory.error = ls->inject;
    struct serac_request q;
    while (serac_timeline_next(tl, &q) == SERAC_PROGRESS_REQUEST) {
        if (!log_request(&ls->log, &q))
            break;
        struct serac_burst burst =
            q.channel == SERAC_READ ? serac_memory_read(&memory, q.address, q.beats,
                                                        q.cycle, NULL)
                                    : serac_memory_write(&memory, q.address, q.beats,
                                                         q.cycle, NULL);
        uint8_t bytes[1024];
        int response = bus.read(bus.ctx, q.address, bytes, (size_t)q.beats * beat);
        for (uint32_t i = 0; i < q.beats && !response; i++)
            response = serac_memory_response(&memory, q.channel, burst.number, i,
                                             q.beats);
        serac_timeline_handshake(tl, q.channel, burst.handshake);
        serac_timeline_complete(tl, q.channel, &burst, response);
    }
    if (!ls->log.failed)
        serac_timeline_result(tl, &ls->result->run);
    serac_timeline_destroy(tl);
    return ls->log.failed || ls->result->run.status == SERAC_E_NOMEM ? SERAC_E_NOMEM : SERAC_OK;
}

enum serac_status serac_lockstep_model(struct serac_lockstep *ls)
{
    struct serac_run *run = &ls->result->run;
    memset(ls->log.count, 0, sizeof ls->log.count);
    memset(ls->log.num, 0, sizeof ls->log.num);
    memset(ls->shares, 0, ls->max_shares * sizeof *ls->shares);
    struct serac_counters *blocks = run->blocks;
    uint32_t max_blocks = run->max_blocks;
    run->blocks = ls->shares;
    run->max_blocks = ls->max_shares;
    enum serac_status status = run_model(ls);
    run->blocks = blocks;
    run->max_blocks = max_blocks;
    for (uint32_t i = 0; blocks && i < max_blocks && i < run->num_blocks; i++)
        blocks[i] = ls->shares[i];
    return status;
}

void serac_lockstep_rewind(struct serac_lockstep *ls)
{
    memcpy(ls->copy.bytes, ls->original, ls->copy.size);
    memcpy(ls->memory->bytes, ls->original, ls->memory->size);
    memset(ls->log.next, 0, sizeof ls->log.next);
    memset(ls->log.seen, 0, sizeof ls->log.seen);
    ls->block = 0;
    ls->block_bursts = 0;
    ls->block_address = ls->program;
}
