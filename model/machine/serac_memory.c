/* serac_memory.c - when the memory answers. */
#include "serac_memory.h"

#include <assert.h>
#include <string.h>

#define ADDRESS_STALL UINT32_MAX   /* "beat" of the address channel */
#define W_LEAD 2                   /* AW handshake to first W, rtl/serac_write.v */

void serac_memory_init(struct serac_memory *memory,
                       const struct serac_memory_config *config,
                       uint32_t beat_bytes)
{
    assert(config->bytes_per_cycle > 0);
    memset(memory, 0, sizeof *memory);
    memory->config = *config;
    memory->beat_bytes = beat_bytes;
    memory->open_page[SERAC_READ] = UINT64_MAX;
    memory->open_page[SERAC_WRITE] = UINT64_MAX;
}

/* splitmix64's finaliser over the four coordinates of a stall. */
static uint64_t hash(uint64_t seed, uint32_t channel, uint64_t burst,
                     uint32_t beat)
{
    uint64_t x = seed ^ (burst * 0x9e3779b97f4a7c15u) ^
                 ((uint64_t)beat << 33) ^ ((uint64_t)channel << 32);
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t stall(const struct serac_memory *memory,
                      enum serac_channel channel, uint64_t burst, uint32_t beat)
{
    const struct serac_memory_config *config = &memory->config;
    uint32_t percent = beat == ADDRESS_STALL ? config->address_stall_percent
                                             : config->data_stall_percent;
    if (percent == 0 || config->max_stall_cycles == 0)
        return 0;
    uint64_t h = hash(config->seed, channel, burst, beat);
    if (h % 100 >= percent)
        return 0;
    return 1 + (h >> 32) % config->max_stall_cycles;
}

/* First cycle from `cycle` on in which data may move. */
static uint64_t after_refresh(const struct serac_memory_config *config,
                              uint64_t cycle)
{
    if (config->refresh_interval == 0 || cycle < config->refresh_interval)
        return cycle;
    uint64_t into = cycle % config->refresh_interval;
    return into < config->refresh_cycles ? cycle - into + config->refresh_cycles
                                         : cycle;
}

/* Beat 0, but in the burst where the memory's `error` begins. */
static uint32_t error_beat(const struct serac_memory *memory,
                           enum serac_channel channel, uint64_t burst,
                           uint32_t beats)
{
    const struct serac_memory_error *e = &memory->error;
    if (!e->response || channel != e->channel || burst != e->burst)
        return 0;
    return e->beat < beats ? e->beat : beats - 1;
}

int serac_memory_response(const struct serac_memory *memory,
                          enum serac_channel channel, uint64_t burst,
                          uint32_t beat, uint32_t beats)
{
    const struct serac_memory_error *e = &memory->error;
    if (!e->response || channel != e->channel || burst < e->burst)
        return 0;
    if (burst > e->burst)
        return e->lasting ? e->response : 0;
    uint32_t from = error_beat(memory, channel, burst, beats);
    bool hit = channel == SERAC_WRITE || beat == from ||
               (e->lasting && beat > from);
    return hit ? e->response : 0;
}

/* Cycles of all beats of a burst whose first may move at `earliest`. Bandwidth
 * is accounted in units of 1/bytes_per_cycle cycles: a beat takes beat_bytes of
 * them, and the next one moves in the first whole cycle after it. */
static void move_beats(struct serac_memory *memory, enum serac_channel channel,
                       uint32_t beats, uint64_t earliest,
                       struct serac_burst *burst, uint64_t *cycles)
{
    const struct serac_memory_config *config = &memory->config;
    uint64_t rate = config->bytes_per_cycle;
    uint64_t *free = &memory->data_free[config->shared_bus ? 0 : channel];
    uint32_t blamed = error_beat(memory, channel, burst->number, beats);
    bool even = config->data_stall_percent == 0 && config->refresh_interval == 0;

    if (even && rate >= memory->beat_bytes && !config->shared_bus) {
        burst->first_beat = earliest;      /* the next case, without its divisions */
        burst->error = earliest + blamed;
        burst->last_beat = earliest + beats - 1;
        for (uint32_t i = 0; cycles && i < beats; i++)
            cycles[i] = earliest + i;
        return;
    }
    if (even) {   /* the loop below, whose beats then are equally far apart */
        uint64_t gap = (memory->beat_bytes + rate - 1) / rate;
        uint64_t ready = (*free + rate - 1) / rate;
        burst->first_beat = earliest < ready ? ready : earliest;
        burst->error = burst->first_beat + blamed * gap;
        burst->last_beat = burst->first_beat + (beats - 1) * gap;
        *free = burst->last_beat * rate + memory->beat_bytes;
        for (uint32_t i = 0; cycles && i < beats; i++)
            cycles[i] = burst->first_beat + i * gap;
        return;
    }
    uint64_t cycle = earliest;
    for (uint32_t i = 0; i < beats; i++) {
        uint64_t ready = (*free + rate - 1) / rate;
        if (cycle < ready)
            cycle = ready;
        cycle += stall(memory, channel, burst->number, i);
        cycle = after_refresh(config, cycle);
        if (*free < cycle * rate)
            *free = cycle * rate;
        *free += memory->beat_bytes;
        if (i == 0)
            burst->first_beat = cycle;
        if (i == blamed)
            burst->error = cycle;
        burst->last_beat = cycle;
        if (cycles)
            cycles[i] = cycle;
        cycle++;
    }
}

static uint64_t page_penalty(struct serac_memory *memory,
                             enum serac_channel channel, uint64_t address)
{
    const struct serac_memory_config *config = &memory->config;
    if (config->page_bytes == 0)
        return 0;
    uint64_t *open = &memory->open_page[config->shared_bus ? 0 : channel];
    uint64_t page = address / config->page_bytes;
    if (*open == page)
        return 0;
    *open = page;
    return config->page_miss_cycles;
}

struct serac_burst serac_memory_read(struct serac_memory *memory,
                                     uint64_t address, uint32_t beats,
                                     uint64_t request, uint64_t *cycles)
{
    struct serac_burst burst = {.number = memory->bursts[SERAC_READ]++};
    burst.handshake =
        request + stall(memory, SERAC_READ, burst.number, ADDRESS_STALL);
    /* A beat never moves in its own handshake's cycle, and beats keep order. */
    uint64_t earliest = burst.handshake + 1 + memory->config.latency_cycles +
                        page_penalty(memory, SERAC_READ, address);
    if (earliest < memory->next_beat[SERAC_READ])
        earliest = memory->next_beat[SERAC_READ];
    move_beats(memory, SERAC_READ, beats, earliest, &burst, cycles);
    memory->next_beat[SERAC_READ] = burst.last_beat + 1;
    burst.response = burst.last_beat;
    return burst;
}

struct serac_burst serac_memory_write(struct serac_memory *memory,
                                      uint64_t address, uint32_t beats,
                                      uint64_t request, uint64_t *cycles)
{
    struct serac_burst burst = {.number = memory->bursts[SERAC_WRITE]++};
    burst.handshake =
        request + stall(memory, SERAC_WRITE, burst.number, ADDRESS_STALL);
    uint64_t earliest = burst.handshake + W_LEAD;
    if (earliest < memory->next_beat[SERAC_WRITE])
        earliest = memory->next_beat[SERAC_WRITE];
    move_beats(memory, SERAC_WRITE, beats, earliest, &burst, cycles);
    memory->next_beat[SERAC_WRITE] = burst.last_beat + 1;
    burst.response = burst.last_beat + 1 + memory->config.latency_cycles +
                     page_penalty(memory, SERAC_WRITE, address);
    if (burst.response <= memory->last_response)
        burst.response = memory->last_response + 1;
    memory->last_response = burst.response;
    burst.error = burst.response;
    return burst;
}
