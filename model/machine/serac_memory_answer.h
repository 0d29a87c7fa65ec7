/* serac_memory_answer.h - when the memory answers a burst, inline; private to model/.
 *
 * For serac_memory.c, and for the masters of the timeline, which ask it so often that a call is felt. */
#ifndef SERAC_MEMORY_ANSWER_H
#define SERAC_MEMORY_ANSWER_H

#include "serac_memory.h"

#define SERAC_ADDRESS_STALL UINT32_MAX   /* "beat" of the address channel */
#define SERAC_WRITE_LEAD 2               /* AW handshake to first W, rtl/serac_write.v */

/* The random stall of a beat, whose chance is `percent`, not 0. */
uint64_t serac_memory_stall(const struct serac_memory *memory, enum serac_channel channel, uint64_t burst,
                            uint32_t beat, uint32_t percent);

/* serac_memory_move() with random stalls of data, or refresh. */
void serac_memory_move_unevenly(struct serac_memory *memory, enum serac_channel channel, uint32_t beats,
                                uint64_t earliest, struct serac_burst *burst, uint64_t *cycles);

/* Beat 0, but in the burst where the memory's `error` begins. */
static inline uint32_t serac_memory_error_beat(const struct serac_memory *memory, enum serac_channel channel,
                                               uint64_t burst, uint32_t beats)
{
    const struct serac_memory_error *e = &memory->error;
    if (!e->response || channel != e->channel || burst != e->burst)
        return 0;
    return e->beat < beats ? e->beat : beats - 1;
}

/* Cycles of all beats of a burst whose first may move at `earliest`. */
static inline void serac_memory_move(struct serac_memory *memory, enum serac_channel channel, uint32_t beats,
                                     uint64_t earliest, struct serac_burst *burst, uint64_t *cycles)
{
    const struct serac_memory_config *config = &memory->config;
    uint64_t *ready = &memory->data_ready[config->shared_bus ? 0 : channel], gap = memory->gap;
    if (config->data_stall_percent || config->refresh_interval) {
        serac_memory_move_unevenly(memory, channel, beats, earliest, burst, cycles);
        return;
    }
    burst->first_beat = earliest < *ready ? *ready : earliest;
    burst->error = burst->first_beat + serac_memory_error_beat(memory, channel, burst->number, beats) * gap;
    burst->last_beat = burst->first_beat + (beats - 1) * gap;
    *ready = burst->last_beat + gap;
    for (uint32_t i = 0; cycles && i < beats; i++)
        cycles[i] = burst->first_beat + i * gap;
}

static inline uint64_t serac_memory_page_penalty(struct serac_memory *memory, enum serac_channel channel,
                                                 uint64_t address)
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

/* A burst's number and handshake. */
static inline struct serac_burst serac_memory_accept(struct serac_memory *memory, enum serac_channel channel,
                                                     uint64_t request)
{
    const struct serac_memory_config *config = &memory->config;
    struct serac_burst burst = {.number = memory->bursts[channel]++, .handshake = request};
    if (config->address_stall_percent && config->max_stall_cycles)
        burst.handshake += serac_memory_stall(memory, channel, burst.number, SERAC_ADDRESS_STALL,
                                              config->address_stall_percent);
    return burst;
}

/* serac_memory_read(). */
static inline struct serac_burst serac_memory_answer_read(struct serac_memory *memory, uint64_t address,
                                                          uint32_t beats, uint64_t request, uint64_t *cycles)
{
    struct serac_burst burst = serac_memory_accept(memory, SERAC_READ, request);
    /* A beat never moves in its own handshake's cycle, and beats keep order. */
    uint64_t earliest = burst.handshake + 1 + memory->config.latency_cycles +
                        serac_memory_page_penalty(memory, SERAC_READ, address);
    if (earliest < memory->next_beat[SERAC_READ])
        earliest = memory->next_beat[SERAC_READ];
    serac_memory_move(memory, SERAC_READ, beats, earliest, &burst, cycles);
    memory->next_beat[SERAC_READ] = burst.last_beat + 1;
    burst.response = burst.last_beat;
    return burst;
}

/* serac_memory_write(). */
static inline struct serac_burst serac_memory_answer_write(struct serac_memory *memory, uint64_t address,
                                                           uint32_t beats, uint64_t request, uint64_t *cycles)
{
    struct serac_burst burst = serac_memory_accept(memory, SERAC_WRITE, request);
    uint64_t earliest = burst.handshake + SERAC_WRITE_LEAD;
    if (earliest < memory->next_beat[SERAC_WRITE])
        earliest = memory->next_beat[SERAC_WRITE];
    serac_memory_move(memory, SERAC_WRITE, beats, earliest, &burst, cycles);
    memory->next_beat[SERAC_WRITE] = burst.last_beat + 1;
    burst.response = burst.last_beat + 1 + memory->config.latency_cycles +
                     serac_memory_page_penalty(memory, SERAC_WRITE, address);
    if (burst.response <= memory->last_response)
        burst.response = memory->last_response + 1;
    memory->last_response = burst.response;
    burst.error = burst.response;
    return burst;
}

#endif
