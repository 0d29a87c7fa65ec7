/* serac_trace_side.c - from what an observer hears to events of a timeline. */
#include "serac_trace_side.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_HALVES 2

static const char *const cause_names[] = {
    "array_busy", "stall_fetch", "stall_requant", "stall_store",
    "stall_control", "fill_drain"};
static const char *const state_names[] = {"idle", "run", "wait-receive",
                                          "wait-send", "wait-memory",
                                          "wait-space"};
static const char *const data_names[] = {"program", "weights", "activations",
                                         "outputs"};
static const char *const track_names[] = {
    "layers", "fetch", "execute", "post", "store", "read channel: address",
    "read channel: data", "write channel: address", "write channel: data"};
static const enum serac_track track_of[] = {
    SERAC_TRACK_FETCH, SERAC_TRACK_EXECUTE, SERAC_TRACK_POST,
    SERAC_TRACK_STORE};
const char *serac_trace_track_name(enum serac_track track)
{
    return track_names[track];
}

/* Bytes of the UTF-8 character at `c`, 0 if none is there: not overlong, no surrogate, up to U+10FFFF. */
static int utf8_length(const unsigned char *c)
{
    static const struct {
        unsigned char from, to, low, high;   /* first byte, second byte */
        int length;
    } forms[] = {{0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (c[0] < forms[i].from || c[0] > forms[i].to)
            continue;
        if (forms[i].length > 1 && (c[1] < forms[i].low || c[1] > forms[i].high))
            return 0;
        for (int k = 2; k < forms[i].length; k++)
            if (c[k] < 0x80 || c[k] > 0xbf)
                return 0;
        return forms[i].length;
    }
    return 0;
}

/* Names come from files of any encoding, JSON is UTF-8: a byte that is not becomes U+FFFD. */
static void put_text(FILE *file, const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    for (int length; *c; c += length ? length : 1) {
        length = utf8_length(c);
        if (!length)
            fputs("\\ufffd", file);
        else if (*c == '"' || *c == '\\')
            fprintf(file, "\\%c", *c);
        else if (*c < 0x20)
            fprintf(file, "\\u%04x", *c);
        else
            fwrite(c, 1, (size_t)length, file);
    }
}

void serac_trace_string(FILE *file, const char *text)
{
    fputc('"', file);
    put_text(file, text);
    fputc('"', file);
}

/* --- lines ---------------------------------------------------------------------- */

/* "LAYER WHAT", or WHAT alone if the layer is not known. */
static void put_name(const struct serac_trace_side *side, FILE *file,
                     uint32_t block, const char *what)
{
    fputs(",\"name\":\"", file);
    if (block < side->num_layers) {
        put_text(file, side->layers[block].name);
        fputc(what[0] ? ' ' : '"', file);
    }
    if (what[0])
        fprintf(file, "%s\"", what);
}

/* The beginning of an event; the caller ends the line. */
static FILE *event(struct serac_trace_side *side, enum serac_track track,
                   char phase, uint64_t cycle)
{
    FILE *file = side->streams[track];
    fprintf(file, "\"tid\":%d,\"ph\":\"%c\",\"ts\":%llu", track + 1, phase,
            (unsigned long long)(side->base + cycle));
    return file;
}

static FILE *complete(struct serac_trace_side *side, enum serac_track track,
                      uint64_t from, uint64_t to)
{
    FILE *file = event(side, track, 'X', from);
    fprintf(file, ",\"dur\":%llu", (unsigned long long)(to - from));
    return file;
}

/* --- execute, layers ----------------------------------------------------------------- */

static void end_execute(struct serac_trace_side *side)
{
    struct serac_trace_slice *s = &side->execute;
    if (!s->open)
        return;
    s->open = false;
    bool busy = s->cause == SERAC_CAUSE_ARRAY_BUSY;
    FILE *file = complete(side, SERAC_TRACK_EXECUTE, s->from, s->to);
    if (busy)
        put_name(side, file, s->block, "tile");
    else if (s->state == SERAC_STATE_RUN)
        put_name(side, file, s->block, "section");
    else
        fprintf(file, ",\"name\":\"%s\"", cause_names[s->cause]);
    fprintf(file, ",\"cat\":\"%s\",\"args\":{\"cause\":\"%s\",\"state\":\"%s\"",
            busy ? "execute" : "stall", cause_names[s->cause],
            state_names[s->state]);
    if (busy)
        fprintf(file, ",\"tile\":%u", s->tile);
    fputs("}}\n", file);
}

static void end_layer(struct serac_trace_side *side)
{
    struct serac_trace_slice *s = &side->layer;
    if (!s->open)
        return;
    s->open = false;
    FILE *file = complete(side, SERAC_TRACK_LAYERS, s->from, s->to);
    put_name(side, file, s->block, s->block < side->num_layers ? "" : "layer");
    fputs(",\"cat\":\"layer\",\"args\":{", file);
    if (s->block < side->num_layers) {
        fputs("\"kind\":", file);
        serac_trace_string(file, side->layers[s->block].kind);
        fputc(',', file);
    }
    fprintf(file, "\"tiles\":%u", side->tile);
    for (int i = 0; i < SERAC_CAUSES; i++)
        fprintf(file, ",\"%s_cycles\":%llu", cause_names[i],
                (unsigned long long)side->causes[i]);
    fputs("}}\n", file);
}

static void on_execute(void *ctx, uint32_t block, enum serac_stage_state state,
                       enum serac_cause cause, uint64_t from, uint64_t to)
{
    struct serac_trace_side *side = ctx;
    struct serac_trace_slice *s = &side->execute, *layer = &side->layer;
    if (!layer->open || layer->block != block) {
        end_layer(side);
        *layer = (struct serac_trace_slice){.open = true, .block = block,
                                            .from = from};
        memset(side->causes, 0, sizeof side->causes);
        side->tile = 0;
    }
    layer->to = to;
    side->causes[cause] += to - from;
    if (s->open && s->block == block && s->state == state &&
        s->cause == cause && s->to == from) {
        s->to = to;
        return;
    }
    end_execute(side);
    *s = (struct serac_trace_slice){
        .open = true, .block = block, .tile = side->tile, .state = state,
        .cause = cause, .from = from, .to = to};
}

static void on_tile(void *ctx, uint64_t cycle)
{
    struct serac_trace_side *side = ctx;
    (void)cycle;
    end_execute(side);
    side->tile++;
}

/* --- fetch, post, store ------------------------------------------------------------------ */

static void end_post(struct serac_trace_side *side)
{
    struct serac_trace_slice *s = &side->post;
    if (!s->open)
        return;
    s->open = false;
    FILE *file = complete(side, SERAC_TRACK_POST, s->from, s->to);
    put_name(side, file, s->block, "drain");
    fprintf(file, ",\"cat\":\"post\",\"args\":{\"tile\":%u}}\n", s->tile);
}

/* A tile's drain, until the next tile's begins. */
static void on_post(struct serac_trace_side *side, uint32_t block,
                    uint64_t from, uint64_t to)
{
    struct serac_trace_slice *s = &side->post;
    if (s->open && s->to > from)
        s->to = from;
    end_post(side);
    uint32_t tile = s->to && s->block == block ? s->tile + 1 : 0;
    *s = (struct serac_trace_slice){.open = true, .block = block, .tile = tile,
                                    .from = from, .to = to};
}

static void end_inner(struct serac_trace_side *side, enum serac_stage stage)
{
    struct serac_trace_slice *s = &side->inner[stage];
    if (!s->open)
        return;
    s->open = false;
    FILE *file = complete(side, track_of[stage], s->from, s->to);
    fprintf(file, ",\"name\":\"%s\",\"cat\":\"wait\"}\n", state_names[s->state]);
}

static void end_outer(struct serac_trace_side *side, enum serac_stage stage)
{
    struct serac_trace_slice *s = &side->outer[stage];
    end_inner(side, stage);
    if (!s->open)
        return;
    s->open = false;
    fputs("}\n", event(side, track_of[stage], 'E', s->to));
}

static void begin_outer(struct serac_trace_side *side, enum serac_stage stage,
                        uint32_t block, enum serac_task task, uint64_t from)
{
    static const char *const names[SERAC_TASKS] = {
        [SERAC_TASK_SECTION] = "section", [SERAC_TASK_PROGRAM] = "program",
        [SERAC_TASK_WEIGHTS] = "weights",
        [SERAC_TASK_ACTIVATIONS] = "activations", [SERAC_TASK_TILE] = "tile",
        [SERAC_TASK_FINISH] = "finish"};
    struct serac_trace_slice *s = &side->outer[stage];
    bool tile = task == SERAC_TASK_TILE;
    bool same = s->to && s->block == block;      /* of the slice before */
    FILE *file = event(side, track_of[stage], 'B', from);
    if (task == SERAC_TASK_LOOP)
        fputs(",\"name\":\"next tile\"", file);
    else
        put_name(side, file, block, names[task]);
    fprintf(file, ",\"cat\":\"%s\"", track_names[track_of[stage]]);
    uint32_t number = !same ? 0 : tile ? s->tile + 1 : s->tile;
    if (tile)
        fprintf(file, ",\"args\":{\"tile\":%u}", number - 1);
    fputs("}\n", file);
    *s = (struct serac_trace_slice){.open = true, .block = block, .task = task,
                                    .tile = number, .from = from};
}

/* Work is a slice, waits are slices in it; waiting for a token of another stage, or
 * for a place in its queue, there is no work. */
static void on_stage(void *ctx, enum serac_stage stage, uint32_t block,
                     enum serac_stage_state state, enum serac_task task,
                     uint64_t from, uint64_t to)
{
    struct serac_trace_side *side = ctx;
    if (stage == SERAC_STAGE_POST) {
        on_post(side, block, from, to);
        return;
    }
    struct serac_trace_slice *o = &side->outer[stage], *i = &side->inner[stage];
    bool none = task == SERAC_TASK_NONE || state == SERAC_STATE_WAIT_RECEIVE;
    bool start = task == SERAC_TASK_TILE_START && !none;
    if (start)
        task = SERAC_TASK_TILE;
    if (o->open && (none || start || o->task != task || o->block != block ||
                    o->to != from))
        end_outer(side, stage);
    if (!none && !o->open) {
        end_inner(side, stage);
        begin_outer(side, stage, block, task, from);
    }
    if (!none)
        o->to = to;
    if (i->open && (i->state != state || i->to != from))
        end_inner(side, stage);
    if (i->open)
        i->to = to;
    else if (state != SERAC_STATE_RUN)
        *i = (struct serac_trace_slice){.open = true, .state = state,
                                        .from = from, .to = to};
}

/* --- bursts --------------------------------------------------------------------------------- */

static void on_burst(void *ctx, const struct serac_observed_burst *b)
{
    struct serac_trace_side *side = ctx;
    bool write = b->channel == SERAC_WRITE;
    enum serac_track address = write ? SERAC_TRACK_WRITE_ADDRESS
                                     : SERAC_TRACK_READ_ADDRESS;
    for (int data = 0; data < 2; data++) {
        uint64_t from = data ? b->first_beat : b->request;
        uint64_t to = data ? b->last_beat : b->handshake;
        FILE *file = complete(side, address + (unsigned)data, from, to + 1);
        put_name(side, file, b->block, data_names[b->data]);
        fprintf(file,
                ",\"cat\":\"%s\",\"args\":{\"burst\":%llu,\"address\":"
                "\"0x%llx\",\"beats\":%u}}\n", write ? "write" : "read",
                (unsigned long long)side->bursts[b->channel],
                (unsigned long long)b->address, b->beats);
    }
    side->bursts[b->channel]++;
    enum serac_level level = write ? SERAC_LEVEL_WRITES : SERAC_LEVEL_READS;
    serac_trace_level_change(side, level, true, b->handshake);
    serac_trace_level_change(side, level, false,
                 (write ? b->response : b->last_beat) + 1);
}

/* --- runs -------------------------------------------------------------------------------- */

void serac_trace_side_init(struct serac_trace_side *side)
{
    side->observer = (struct serac_observer){
        .execute = on_execute, .stage = on_stage, .tile = on_tile,
        .token = serac_trace_on_token, .burst = on_burst, .ctx = side};
}

void serac_trace_side_free(struct serac_trace_side *side)
{
    for (int i = 0; i < SERAC_STREAMS; i++)
        if (side->streams[i])
            fclose(side->streams[i]);
    for (int i = 0; i < SERAC_TOKENS; i++)
        free(side->sent[i].times);
    for (int i = 0; i < SERAC_LEVELS; i++) {
        free(side->levels[i].ups.times);
        free(side->levels[i].downs.times);
    }
    free(side);
}

const struct serac_observer *serac_trace_observer(struct serac_trace_side *side)
{
    return &side->observer;
}

void serac_trace_begin_run(struct serac_trace_side *side,
                           const struct serac_design *design,
                           const struct serac_trace_layer *layers,
                           uint32_t num_layers)
{
    static const struct serac_trace_slice none = {.open = false};
    side->layers = layers;
    side->num_layers = num_layers;
    side->execute = side->post = side->layer = none;
    side->bursts[0] = side->bursts[1] = 0;
    for (int i = 0; i < SERAC_STAGES; i++)
        side->outer[i] = side->inner[i] = none;
    for (int i = 0; i < SERAC_TOKENS; i++) {
        side->sent[i].head = side->sent[i].count = 0;
        side->credit[i] = 0;
    }
    side->credit[SERAC_TOKEN_EXECUTE_SPACE] = design->queue_depth;
    side->credit[SERAC_TOKEN_STORE_SPACE] = design->queue_depth;
    side->credit[SERAC_TOKEN_WEIGHTS_FREE] = BUFFER_HALVES;
    side->credit[SERAC_TOKEN_ACTIVATIONS_FREE] = BUFFER_HALVES;
    side->credit[SERAC_TOKEN_OUTPUT_FREE] = BUFFER_HALVES;
}

void serac_trace_end_run(struct serac_trace_side *side)
{
    uint64_t cycles = side->layer.to;
    end_execute(side);
    end_layer(side);
    end_post(side);
    end_outer(side, SERAC_STAGE_FETCH);
    end_outer(side, SERAC_STAGE_STORE);
    serac_trace_end_levels(side, cycles);
    side->base += cycles;
}
