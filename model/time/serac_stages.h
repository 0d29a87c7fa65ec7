/* serac_stages.h - the parts of a timeline; private to model/.
 *
 * One struct per stage, one file each: serac_fetch.c, serac_read.c (its read
 * master), serac_execute.c (with post), serac_store.c, serac_write.c (its write
 * master), serac_timeline.c (the run). A step function goes on by one state and returns
 * false if it lacks a token. */
#ifndef SERAC_STAGES_H
#define SERAC_STAGES_H

#include "serac_timeline.h"

#define SERAC_BURST_BYTES 1024
#define SERAC_WRITE_AHEAD 4      /* AW before WLAST, rtl/serac_write.v */
#define SERAC_WRITE_OPEN 32      /* AW before B */
/* Last digit pair of a tile to the cycle before its drain begins (param read). */
#define SERAC_DRAIN_LEAD (SERAC_ISSUE_DEPTH + SERAC_ARRAY_DEPTH - 1)
/* Parameter read to the write into the output buffer. */
#define SERAC_DRAIN_DEPTH (2 + SERAC_POST_DEPTH)
#define SERAC_NEVER UINT64_MAX

/* Times of events not yet consumed, oldest first. */
struct serac_tokens {
    uint64_t *seen;              /* ring: first cycle in which it is seen */
    uint32_t capacity, head, count;   /* capacity: a power of two, or 0 */
    enum serac_token token;
};

/* A section that waits for its stage. */
struct serac_sections {
    struct serac_insn *insns;    /* ring */
    uint32_t capacity, head, count;
};

/* Last beat and response of the newest bursts of a channel, by number. */
#define SERAC_RING 64
struct serac_bursts {
    uint64_t issued, completed;
    uint64_t last_beat[SERAC_RING];
    uint64_t response[SERAC_RING];
};

/* A burst is not asked for before `times` of the one `depth` before it: then `cycle` is after it. False if
 * that one has not completed yet. */
static inline bool serac_bursts_behind(const struct serac_bursts *b, uint32_t depth, const uint64_t *times,
                                       uint64_t *cycle)
{
    if (b->issued < depth)
        return true;
    if (b->completed <= b->issued - depth)
        return false;
    uint64_t time = times[(b->issued - depth) % SERAC_RING];
    *cycle = *cycle > time ? *cycle : time + 1;
    return true;
}

/* Bytes of the next burst of `left` ones at `address`: bursts end where multiples of SERAC_BURST_BYTES do. */
static inline uint64_t serac_burst_bytes(uint64_t address, uint64_t left)
{
    uint64_t to_edge = SERAC_BURST_BYTES - address % SERAC_BURST_BYTES;
    return left < to_edge ? left : to_edge;
}

enum serac_kind { SERAC_KIND_BLOCK, SERAC_KIND_WEIGHT, SERAC_KIND_ACT };

struct serac_read {
    bool active;                 /* a command is being cut into bursts */
    bool posted;                 /* its next burst is a request */
    uint64_t accepted;           /* cycle in which the command was taken */
    uint64_t ready;              /* first cycle that can take the next */
    uint64_t earliest;           /* first cycle of the next AR */
    uint64_t address, left;
    enum serac_kind kind;
    bool load_end;               /* the command ends a load */
    uint32_t block;              /* whose command it is */
    uint64_t last_handshake;
    struct {
        enum serac_kind kind;
        bool load_end;
        uint64_t address, asked;     /* AVALID rose in `asked` */
        uint32_t beats, block;
    } open[SERAC_RING];
    struct serac_bursts bursts;
    struct serac_request request;
};

enum serac_fetch_state {
    FETCH_IDLE, FETCH_SPACE, FETCH_REQ, FETCH_BLOCK, FETCH_CHECK, FETCH_ITER,
    FETCH_WEIGHT, FETCH_TOKEN, FETCH_ACT, FETCH_RANGE, FETCH_LINE, FETCH_NEXT
};

struct serac_fetch {
    enum serac_fetch_state state;
    uint64_t at;                 /* first cycle of the state */
    uint64_t pc;
    uint32_t block;              /* number of the layer in the program */
    struct serac_insn insn;
    uint64_t block_loaded;       /* cycle of the pulse, or SERAC_NEVER */
    bool bad_block;
    uint32_t g, n;
    bool first, first_act;
    uint64_t group_address;
    int64_t x, left, line, address;       /* the walk, see rtl/serac_fetch.v */
    bool wrapped;
    int64_t tile_x, tile_line, end_line, tile_address, from, to;
    struct serac_tokens wgt_free, act_free, store, exec_space, store_space;
};

enum serac_exec_state { EXEC_IDLE, EXEC_WAIT, EXEC_RUN };

/* A wait for operands that is fetch's fault as far as is known. Execute's times may be ahead of
 * fetch's: where fetch turns out to wait for store in these cycles, they are store's. */
struct serac_wait {
    uint64_t from, to;
    uint32_t block;
};

/* What the observer hears of execute once such waits are settled. */
struct serac_heard {
    bool tile;                   /* of a tile's last pair, in cycle `from` */
    enum serac_stage_state state;
    enum serac_cause cause;
    uint32_t block;
    uint64_t from, to;
};

struct serac_execute {
    enum serac_exec_state state;
    uint64_t at;                 /* first cycle of the state; RUN: next issue */
    uint64_t last_issue;         /* of the iteration before, SERAC_NEVER: none */
    struct serac_insn insn;
    uint32_t g, n, m, t, phase, sub;
    bool first, begun, ended;
    uint64_t pairs;              /* digit pairs of a tile */
    uint32_t phases;
    uint64_t book;               /* first cycle whose drain is free */
    uint64_t post_busy;          /* first cycle after post's work */
    struct serac_sections sections;
    struct serac_tokens pushed, wgt_loaded, act_loaded, out_free;
    uint32_t block;              /* number of the layer in the program */
    uint64_t layer_from;         /* first cycle that is the layer's */
    struct serac_wait *waits;    /* not settled, oldest first */
    struct serac_heard *heard;   /* kept back since the oldest of them */
    uint32_t num_waits, max_waits, num_heard, max_heard;
};

struct serac_write {
    bool active, posted;
    uint64_t accepted, ready, earliest;
    uint64_t address;            /* of the chunk's next byte */
    uint64_t left;               /* bytes */
    bool tile_end;
    uint64_t last_handshake;
    struct {
        bool tile_last;
        uint64_t address, asked;
        uint32_t beats, block;
    } open[SERAC_RING];
    struct serac_bursts bursts;
    struct serac_request request;
};

enum serac_store_state { STORE_IDLE, STORE_TILE, STORE_PIXEL, STORE_FINISH };

struct serac_store {
    enum serac_store_state state;
    uint64_t at;
    struct serac_insn insn;
    uint32_t g, n, o;
    uint64_t left_tile, count;
    uint64_t line_tile, line, pixel_tile, pixel;
    uint32_t x_tile, x;
    uint64_t chunk, chunk_group;
    struct serac_sections sections;
    struct serac_tokens pushed, out_ready;
    uint32_t block;
};

/* A block's share of the run. */
struct serac_share {
    struct serac_counters counters;
    uint64_t token_from, token_to;   /* fetch waited for store in these cycles */
};

struct serac_timeline {
    struct serac_design design;
    struct serac_timeline_hooks hooks;
    uint32_t beat_bytes, beat_shift;   /* 1 << beat_shift */
    uint32_t drain_groups;       /* of results that leave at once, in a column */
    uint32_t section_cycles;     /* queue seen non-empty to section ready: rtl/serac_queue.v */
    struct serac_read read;
    struct serac_fetch fetch;
    struct serac_execute execute;
    struct serac_store store;
    struct serac_write write;
    bool sent[2];                /* the channel's request is on the bus */
    uint64_t error_cycle;        /* of the first error event, or SERAC_NEVER */
    enum serac_status error;
    uint64_t error_address;
    bool failed;                 /* out of memory */
    bool over;
    uint64_t end_cycle;
    struct serac_share *shares;      /* one per block that fetch began */
    uint32_t num_shares, max_shares;
    struct serac_share sink;         /* shares that found no memory */
};

/* `count` tokens whose event is at `time`, and so are seen a cycle later. */
void serac_tokens_push(struct serac_timeline *tl, struct serac_tokens *tokens,
                       uint64_t time, uint32_t count);
/* Tokens that are there from the start. */
void serac_tokens_credit(struct serac_timeline *tl,
                         struct serac_tokens *tokens, uint32_t count);
/* First cycle in which `count` tokens are seen, SERAC_NEVER if that is not known
 * yet. Does not consume. */
static inline uint64_t serac_tokens_seen(const struct serac_tokens *tokens, uint32_t count)
{
    if (count == 0)
        return 0;
    if (tokens->count < count)
        return SERAC_NEVER;
    return tokens->seen[(tokens->head + count - 1) & (tokens->capacity - 1)];
}

void serac_tokens_take(struct serac_timeline *tl, struct serac_tokens *tokens,
                       uint64_t cycle, uint32_t count);

/* The first share of a block. Never NULL: after an allocation failed it is a dummy. */
struct serac_share *serac_timeline_new_share(struct serac_timeline *tl, uint32_t block);

static inline struct serac_share *serac_timeline_share(struct serac_timeline *tl, uint32_t block)
{
    return block < tl->num_shares ? &tl->shares[block] : serac_timeline_new_share(tl, block);
}

static inline struct serac_counters *serac_timeline_counters(struct serac_timeline *tl, uint32_t block)
{
    return &serac_timeline_share(tl, block)->counters;
}

void serac_sections_push(struct serac_timeline *tl,
                         struct serac_sections *sections,
                         const struct serac_insn *insn);
void serac_sections_pop(struct serac_sections *sections,
                        struct serac_insn *insn);

static inline void serac_timeline_trace(struct serac_timeline *tl, enum serac_stage stage,
                                        enum serac_stage_state state, uint64_t from, uint64_t to)
{
    if (tl->hooks.trace && to > from)
        tl->hooks.trace(tl->hooks.ctx, stage, state, from, to);
}
/* For the observer, which there is: the same, and what the stage is at; a burst. */
void serac_timeline_observe(struct serac_timeline *tl, enum serac_stage stage,
                            uint32_t block, enum serac_stage_state state,
                            enum serac_task task, uint64_t from, uint64_t to);
void serac_timeline_observe_burst(struct serac_timeline *tl,
                                  struct serac_observed_burst *observed,
                                  const struct serac_burst *burst);
void serac_timeline_error(struct serac_timeline *tl, uint64_t cycle,
                          enum serac_status status, uint64_t address);

/* Traces, up to cycle `to`, the state in which a stage is stuck. */
void serac_fetch_trace_open(struct serac_timeline *tl, uint64_t to);
/* Of execute's cycles, to the observer, which there must be. */
void serac_execute_hear(struct serac_timeline *tl, const struct serac_heard *heard);
/* A wait for operands in cycles from..to-1, so far fetch's fault. */
void serac_execute_waits(struct serac_timeline *tl, uint64_t from, uint64_t to);
/* Fetch waited for store's token in these cycles. */
void serac_execute_blame_store(struct serac_timeline *tl, uint64_t from, uint64_t to);
/* Fetch has got on to cycle `passed`: before it all is final. */
void serac_execute_settle(struct serac_timeline *tl, uint64_t passed);
void serac_execute_trace_open(struct serac_timeline *tl, uint64_t to);
void serac_store_trace_open(struct serac_timeline *tl, uint64_t to);

/* Which iterations (g, n) load operands and which free them (rtl/MACHINE.md, "Program"): fetch, execute and the closed
 * form ask here. `first`: the layer's first iteration, `last`: its last. */
static inline bool serac_loads_weights(bool order, uint32_t n, bool first, uint32_t groups)
{
    return order ? n == 0 : first || groups != 1;
}

static inline bool serac_loads_activations(bool order, uint32_t g, bool first, uint32_t n_tiles)
{
    return order ? first || n_tiles != 1 : g == 0;
}

static inline bool serac_frees_weights(bool order, bool n_last, bool last, uint32_t groups)
{
    return order ? n_last : groups != 1 || last;
}

static inline bool serac_frees_activations(bool order, bool g_last, bool last, uint32_t n_tiles)
{
    return order ? n_tiles != 1 || last : g_last;
}

void serac_fetch_init(struct serac_timeline *tl, uint64_t program);

/* The walk of `f->insn`, without its time: rewind to the image's first pixel, over the
 * columns of tile f->n, the bytes of a line that it needs, its lines one by one. */
struct serac_fetch_line {
    bool real;                   /* inside the image: read */
    bool last;                   /* of the tile */
    uint64_t address, bytes;     /* if real */
};
void serac_fetch_rewind(struct serac_fetch *f);
void serac_fetch_walk(struct serac_fetch *f, uint32_t cols);
void serac_fetch_range(struct serac_fetch *f, uint32_t beat_bytes);
void serac_fetch_line(struct serac_fetch *f, uint32_t beat_bytes,
                      struct serac_fetch_line *line);
void serac_fetch_next_line(struct serac_fetch *f);

bool serac_fetch_step(struct serac_timeline *tl);
/* A command of `bytes` offered from cycle `from` on; false if the master is still busy. Returns
 * the cycle in which it is taken. `load_end`: it ends a load. */
bool serac_read_command(struct serac_timeline *tl, uint64_t from,
                        uint64_t address, uint64_t bytes,
                        enum serac_kind kind, bool load_end, uint64_t *taken);
bool serac_read_step(struct serac_timeline *tl);
void serac_read_handshake(struct serac_timeline *tl, uint64_t cycle);
void serac_read_complete(struct serac_timeline *tl,
                         const struct serac_burst *burst, int response);

void serac_execute_init(struct serac_timeline *tl);
bool serac_execute_step(struct serac_timeline *tl);
/* Execute was in `state` in cycles from..to-1, which count for `cause`; idle
 * ones as fill and drain before the program's first digit pair and after its last. */
void serac_execute_spend(struct serac_timeline *tl,
                         enum serac_stage_state state, enum serac_cause cause,
                         uint64_t from, uint64_t to);

void serac_store_init(struct serac_timeline *tl);
bool serac_store_step(struct serac_timeline *tl);
/* A chunk offered from cycle `from` on; as serac_read_command(). `tile_end`: it ends an output tile. */
bool serac_write_command(struct serac_timeline *tl, uint64_t from, uint64_t address, uint64_t bytes, bool tile_end,
                         uint64_t *taken);
bool serac_write_step(struct serac_timeline *tl);
void serac_write_handshake(struct serac_timeline *tl, uint64_t cycle);
void serac_write_complete(struct serac_timeline *tl,
                          const struct serac_burst *burst, int response);

#endif
