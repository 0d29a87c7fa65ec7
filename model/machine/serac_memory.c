/* serac_memory.c - when the memory answers. */
#include <assert.h>
#include <string.h>

#include "serac_memory_answer.h"

void serac_memory_init(struct serac_memory *memory,
                       const struct serac_memory_config *config,
                       uint32_t beat_bytes)
{
    assert(config->bytes_per_cycle > 0);
    memset(memory, 0, sizeof *memory);
    memory->config = *config;
    memory->beat_bytes = beat_bytes;
    memory->gap = (beat_bytes + config->bytes_per_cycle - 1) / config->bytes_per_cycle;
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

uint64_t serac_memory_stall(const struct serac_memory *memory, enum serac_channel channel, uint64_t burst,
                            uint32_t beat, uint32_t percent)
{
    uint64_t h = hash(memory->config.seed, channel, burst, beat);
    if (h % 100 >= percent)
        return 0;
    return 1 + (h >> 32) % memory->config.max_stall_cycles;
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

int serac_memory_response(const struct serac_memory *memory,
                          enum serac_channel channel, uint64_t burst,
                          uint32_t beat, uint32_t beats)
{
    const struct serac_memory_error *e = &memory->error;
    if (!e->response || channel != e->channel || burst < e->burst)
        return 0;
    if (burst > e->burst)
        return e->lasting ? e->response : 0;
    uint32_t from = serac_memory_error_beat(memory, channel, burst, beats);
    bool hit = channel == SERAC_WRITE || beat == from ||
               (e->lasting && beat > from);
    return hit ? e->response : 0;
}

/* Beat by beat. Bandwidth is accounted in units of 1/bytes_per_cycle cycles: a beat takes beat_bytes of them,
 * and the next one moves in the first whole cycle after it. */
void serac_memory_move_unevenly(struct serac_memory *memory, enum serac_channel channel, uint32_t beats,
                                uint64_t earliest, struct serac_burst *burst, uint64_t *cycles)
{
    const struct serac_memory_config *config = &memory->config;
    uint64_t rate = config->bytes_per_cycle;
    uint64_t *free = &memory->data_free[config->shared_bus ? 0 : channel];
    uint32_t blamed = serac_memory_error_beat(memory, channel, burst->number, beats);
    uint32_t percent = config->max_stall_cycles ? config->data_stall_percent : 0;
    uint64_t cycle = earliest;
    for (uint32_t i = 0; i < beats; i++) {
        uint64_t ready = (*free + rate - 1) / rate;
        if (cycle < ready)
            cycle = ready;
        if (percent)
            cycle += serac_memory_stall(memory, channel, burst->number, i, percent);
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

struct serac_burst serac_memory_read(struct serac_memory *memory,
                                     uint64_t address, uint32_t beats,
                                     uint64_t request, uint64_t *cycles)
{
    return serac_memory_answer_read(memory, address, beats, request, cycles);
}

struct serac_burst serac_memory_write(struct serac_memory *memory,
                                      uint64_t address, uint32_t beats,
                                      uint64_t request, uint64_t *cycles)
{
    return serac_memory_answer_write(memory, address, beats, request, cycles);
}
