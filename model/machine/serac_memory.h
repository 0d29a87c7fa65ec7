/* serac_memory.h - when the memory answers: the environment of both sides.
 *
 * One function of (channel, burst, address, length, request cycle). The cycle
 * model and the RTL bench ask it the same questions in the same order - by
 * request cycle, reads before writes - and so get the same answers. Random
 * stalls are hash(seed, channel, burst, beat): they depend on nothing else.
 *
 * Times are clock cycles. A "request cycle" is the first cycle in which
 * ARVALID (AWVALID) is high; the handshake happens in that cycle or later. */
#ifndef SERAC_MEMORY_H
#define SERAC_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serac_design.h"

struct serac_memory_config {
    char name[SERAC_NAME_MAX];
    uint32_t latency_cycles;       /* handshake to first beat; last W to B */
    uint32_t bytes_per_cycle;      /* bandwidth, of each direction unless shared */
    uint32_t shared_bus;           /* 1: reads and writes share the bandwidth */
    uint32_t page_bytes;           /* 0: no pages; else a power of two */
    uint32_t page_miss_cycles;     /* added to latency when the page changes */
    uint32_t refresh_interval;     /* 0: none; every so many cycles ... */
    uint32_t refresh_cycles;       /* ... no data moves for so many */
    uint32_t address_stall_percent;/* AR, AW: chance of a late ready, 0..100 */
    uint32_t data_stall_percent;   /* R, W: chance per beat, 0..100 */
    uint32_t max_stall_cycles;     /* length of a random stall: 1..max */
    uint64_t seed;
    double dram_pj_per_bit;        /* energy of moved data; NAN: unknown */
};

enum serac_channel { SERAC_READ, SERAC_WRITE };

/* An error response put into a run, for tests: of beat `beat`, at most the last (a write
 * has one response), of burst `burst` of the channel; `lasting`: of all after it, too. */
struct serac_memory_error {
    int response;                  /* AXI code: 2 SLVERR, 3 DECERR; 0: none */
    enum serac_channel channel;
    uint64_t burst;
    uint32_t beat;
    bool lasting;
};

struct serac_memory {
    struct serac_memory_config config;
    uint32_t beat_bytes;
    uint64_t gap;                  /* cycles from beat to beat at least */
    struct serac_memory_error error;   /* none after init */
    uint64_t bursts[2];            /* so far, per channel */
    uint64_t data_free[2];         /* when data may move, 1/bytes_per_cycle cycles, ... */
    uint64_t data_ready[2];        /* ... the cycle, where bursts never pause */
    uint64_t next_beat[2];         /* first cycle behind the last burst's data */
    uint64_t open_page[2];
    uint64_t last_response;        /* of the last write */
};

/* The answer to one burst: its handshake and when its data moves. */
struct serac_burst {
    uint64_t number;               /* of this burst on its channel */
    uint64_t handshake;            /* cycle of ARREADY / AWREADY */
    uint64_t first_beat;
    uint64_t last_beat;
    uint64_t response;             /* write: cycle of BVALID; read: = last_beat */
    uint64_t error;                /* cycle in which an error is told, if there is one:
                                      the memory's `error`, else with the first beat */
};

void serac_memory_init(struct serac_memory *memory,
                       const struct serac_memory_config *config,
                       uint32_t beat_bytes);

/* Read burst of `beats` beats whose ARVALID rises at `request`. If `cycles` is
 * not NULL it receives the cycle of every beat (`beats` entries). */
struct serac_burst serac_memory_read(struct serac_memory *memory,
                                     uint64_t address, uint32_t beats,
                                     uint64_t request, uint64_t *cycles);

/* The AXI code of the memory's `error` on a beat of a channel's burst of `beats`, or 0. */
int serac_memory_response(const struct serac_memory *memory,
                          enum serac_channel channel, uint64_t burst,
                          uint32_t beat, uint32_t beats);

/* Write burst: AWVALID rises at `request`. W beats of one burst follow each
 * other without gaps of the accelerator's; the first is offered at
 * max(handshake + 2, last W beat of the previous burst + 1). */
struct serac_burst serac_memory_write(struct serac_memory *memory,
                                      uint64_t address, uint32_t beats,
                                      uint64_t request, uint64_t *cycles);

/* A named or given file of configs/memory, checked. On failure *memory is untouched. */
enum serac_status serac_memory_load(const char *name,
                                    struct serac_memory_config *memory,
                                    struct serac_error *error);

/* The keys of such a file (serac_config.h). */
struct serac_key;
const struct serac_key *serac_memory_keys(size_t *count);

#endif
