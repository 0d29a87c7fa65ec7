/* watch.h - runs one layer on the timeline and keeps every burst and interval.
 *
 * The memory is the caller's configuration; reads give the layer's block at
 * WATCH_PROGRAM and answer `response` in the range that was asked for. */
#ifndef WATCH_H
#define WATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_map.h"
#include "serac_timeline.h"

#define WATCH_PROGRAM 4096u
#define WATCH_BLOCKS 4
#define WATCH_LIST 65536

struct watch_burst {
    struct serac_request request;
    struct serac_burst burst;
};

struct watch_span {
    enum serac_stage stage;
    enum serac_stage_state state;
    uint64_t from, to;
};

struct watch {
    uint8_t program[WATCH_BLOCKS * SERAC_INSN_BLOCK_STRIDE];
    int read_block_response;            /* of the hook */
    uint64_t bad_from, bad_to;          /* addresses that answer `response` */
    int response;
    struct watch_burst bursts[WATCH_LIST];
    size_t num_bursts;
    struct watch_span spans[WATCH_LIST];
    size_t num_spans;
    struct serac_counters shares[WATCH_BLOCKS];
    struct serac_run run;
};

static inline struct serac_memory_config ideal_memory(void)
{
    return (struct serac_memory_config){.name = "ideal", .latency_cycles = 10,
                                        .bytes_per_cycle = 64};
}

static inline struct serac_addresses watch_addresses(void)
{
    return (struct serac_addresses){1u << 20, 1u << 28, 1u << 29, 1u << 30};
}

static inline int watch_read_block(void *ctx, uint64_t address, uint8_t *block)
{
    struct watch *w = ctx;
    memcpy(block, w->program + (address - WATCH_PROGRAM),
           SERAC_INSN_BLOCK_BYTES);
    return w->read_block_response;
}

static inline void watch_trace(void *ctx, enum serac_stage stage,
                               enum serac_stage_state state, uint64_t from,
                               uint64_t to)
{
    struct watch *w = ctx;
    if (w->num_spans < WATCH_LIST)
        w->spans[w->num_spans++] = (struct watch_span){stage, state, from, to};
}

static inline struct watch *watch_new(void)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    return w;
}

/* The instruction of block `index` of the program. */
static inline void watch_block(struct watch *w, uint32_t index,
                               const struct serac_insn *insn)
{
    serac_insn_encode(insn, w->program + index * SERAC_INSN_BLOCK_STRIDE);
}

/* Runs the program to its end; false if the lists were too short. */
static inline bool watch_run(struct watch *w, const struct serac_design *d,
                             const struct serac_memory_config *config)
{
    struct serac_timeline_hooks hooks = {.read_block = watch_read_block,
                                         .trace = watch_trace, .ctx = w};
    struct serac_timeline *tl = serac_timeline_create(d, WATCH_PROGRAM, &hooks);
    struct serac_memory memory;
    struct watch_burst b;
    if (!tl)
        abort();
    serac_memory_init(&memory, config, d->axi_bits / 8);
    while (serac_timeline_next(tl, &b.request) == SERAC_PROGRESS_REQUEST) {
        const struct serac_request *q = &b.request;
        bool bad = q->address < w->bad_to &&
                   q->address + (uint64_t)q->beats * (d->axi_bits / 8) >
                       w->bad_from;
        b.burst = q->channel == SERAC_READ
                      ? serac_memory_read(&memory, q->address, q->beats,
                                          q->cycle, NULL)
                      : serac_memory_write(&memory, q->address, q->beats,
                                           q->cycle, NULL);
        serac_timeline_handshake(tl, q->channel, b.burst.handshake);
        serac_timeline_complete(tl, q->channel, &b.burst,
                                bad ? w->response : 0);
        if (w->num_bursts < WATCH_LIST)
            w->bursts[w->num_bursts++] = b;
    }
    w->run.blocks = w->shares;
    w->run.max_blocks = WATCH_BLOCKS;
    serac_timeline_result(tl, &w->run);
    serac_timeline_destroy(tl);
    return w->num_bursts < WATCH_LIST && w->num_spans < WATCH_LIST;
}

/* The layer alone, with the given mapping, as a program of one block. */
static inline enum serac_status watch_layer(struct watch *w,
                                            const struct serac_layer *l,
                                            const struct serac_design *d,
                                            const struct serac_mapping *m,
                                            const struct serac_memory_config *c)
{
    struct serac_addresses at = watch_addresses();
    struct serac_error error = {""};
    struct serac_insn insn;
    enum serac_status status =
        serac_map_apply(l, d, m, &at, 0, true, &insn, &error);
    if (status != SERAC_OK) {
        fprintf(stderr, "%s\n", error.text);
        return status;
    }
    watch_block(w, 0, &insn);
    return watch_run(w, d, c) ? SERAC_OK : SERAC_E_INTERNAL;
}

/* Cycles of all spans of a stage in a state. */
static inline uint64_t watch_cycles(const struct watch *w,
                                    enum serac_stage stage,
                                    enum serac_stage_state state)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < w->num_spans; i++)
        if (w->spans[i].stage == stage && w->spans[i].state == state)
            sum += w->spans[i].to - w->spans[i].from;
    return sum;
}

/* Is every byte of every pixel of the layer's output written, none twice, and
 * no other? Of bursts with strobed ends only the sum is known. */
static inline bool watch_writes_once(const struct watch *w,
                                     const struct serac_layer *l,
                                     const struct serac_design *d)
{
    struct serac_layout layout = serac_layout_of(&l->output, d);
    uint64_t base = watch_addresses().output, sum = 0;
    uint8_t *hits = calloc(1, layout.bytes);
    bool good = hits != NULL;
    for (size_t i = 0; good && i < w->num_bursts; i++) {
        const struct serac_request *q = &w->bursts[i].request;
        if (q->channel != SERAC_WRITE)
            continue;
        sum += q->strobed_bytes;
        good = q->address >= base && q->address - base < layout.bytes;
        if (q->strobed_bytes == q->beats * (d->axi_bits / 8))
            for (uint32_t k = 0; good && k < q->strobed_bytes; k++)
                good = !hits[q->address - base + k]++;
    }
    free(hits);
    return good && sum == (uint64_t)l->output.height * l->output.width *
                              layout.pixel_bytes;
}

#endif
