/* serac_lockstep.c - model and RTL side by side.
 *
 * The model runs first and leaves its trace: stage intervals, requests. Then the
 * RTL runs cycle by cycle; at each edge its stage states, requests and write
 * data must be the model's. Written data is compared with what the model's
 * function computes for the block that is being stored. */
#include "serac_lockstep.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_axi_check.h"
#include "serac_compared.h"
#include "serac_env.h"
#include "serac_function.h"
#include "serac_polls.h"
#include "serac_timeline.h"

struct interval {
    uint64_t from, to;
    enum serac_stage_state state;
};

struct log {
    struct interval *intervals[SERAC_STAGES];
    size_t count[SERAC_STAGES], room[SERAC_STAGES], next[SERAC_STAGES];
    struct serac_request *requests[2];
    size_t num[2], max[2], seen[2];
    bool failed;
};

struct lockstep {
    const struct serac_design *design;
    const struct serac_memory_config *config;
    const struct serac_rtl_ops *ops;
    struct serac_host_memory *memory;       /* the model's */
    struct serac_host_memory copy;          /* the RTL's */
    uint64_t program;
    struct log log;
    bool no_memory;             /* the model could not go on: no difference */
    struct serac_recording *recording;      /* may be NULL; of the first run only */
    struct serac_lockstep_result *result;
    struct serac_error *error;
    uint64_t cycle;
    /* The block whose output is being written, and how many of its bursts came. */
    uint64_t block_address, block_bursts;
    uint32_t block;
    struct serac_counters *shares;
    uint32_t max_shares;
    uint8_t *original;                      /* memory before the run */
    struct serac_axi_check check;
    struct serac_memory_error inject;       /* into the run at hand */
    uint64_t stop;                          /* reset comes in this cycle, or never */
    struct serac_polls *polls;              /* NULL: registers are left alone */
    struct serac_rtl_in pins;               /* in the run's last cycle */
};


static const char *const stage_names[] = {"fetch", "execute", "post", "store"};
static const char *const state_names[] = {
    "idle", "run", "wait-receive", "wait-send", "wait-memory", "wait-space",
    "state 6", "state 7"};

static void differ(struct lockstep *ls, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void differ(struct lockstep *ls, const char *format, ...)
{
    if (ls->result->difference[0])
        return;
    char *to = ls->result->difference;
    size_t room = sizeof ls->result->difference;
    int used = snprintf(to, room, "cycle %llu: ",
                        (unsigned long long)ls->cycle);
    va_list args;
    va_start(args, format);
    vsnprintf(to + used, room - (size_t)used, format, args);
    va_end(args);
}

/* --- the model's run ------------------------------------------------------------ */

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
    struct log *log = &((struct lockstep *)ctx)->log;
    void *array = log->intervals[stage];
    if (!grow(&array, &log->room[stage], log->count[stage],
              sizeof(struct interval))) {
        log->failed = true;
        return;
    }
    log->intervals[stage] = array;
    log->intervals[stage][log->count[stage]++] =
        (struct interval){from, to, state};
}

static int on_block(void *ctx, uint64_t address, uint8_t *block)
{
    struct serac_bus bus = serac_host_memory_bus(((struct lockstep *)ctx)->memory);
    return bus.read(bus.ctx, address, block, SERAC_INSN_BLOCK_BYTES);
}

static enum serac_status run_model(struct lockstep *ls)
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
        int c = q.channel;
        void *array = ls->log.requests[c];
        if (!grow(&array, &ls->log.max[c], ls->log.num[c], sizeof q)) {
            ls->log.failed = true;
            break;
        }
        ls->log.requests[c] = array;
        ls->log.requests[c][ls->log.num[c]++] = q;
        struct serac_burst burst =
            c == SERAC_READ ? serac_memory_read(&memory, q.address, q.beats,
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

/* --- comparisons ------------------------------------------------------------------ */

/* The model's state of `stage` in this cycle. Post's intervals may overlap. */
static enum serac_stage_state expected(struct lockstep *ls,
                                       enum serac_stage stage)
{
    struct log *log = &ls->log;
    size_t *next = &log->next[stage];
    while (*next < log->count[stage] &&
           log->intervals[stage][*next].to <= ls->cycle)
        ++*next;
    if (*next < log->count[stage] &&
        log->intervals[stage][*next].from <= ls->cycle)
        return log->intervals[stage][*next].state;
    return SERAC_STATE_IDLE;
}

static void compare_states(struct lockstep *ls, uint16_t states)
{
    for (int s = 0; s < SERAC_STAGES; s++) {
        unsigned rtl = states >> 3 * s & 7;
        unsigned model = expected(ls, (enum serac_stage)s);
        if (rtl != model)
            differ(ls, "%s state: RTL %s, model %s", stage_names[s],
                   state_names[rtl], state_names[model]);
    }
}

static void compare_request(struct lockstep *ls, int channel,
                            const struct serac_env_channel *c)
{
    struct log *log = &ls->log;
    const struct serac_env_burst *b =
        &c->bursts[(c->head + c->count - 1) % SERAC_ENV_BURSTS];
    const char *name = channel == SERAC_READ ? "AR" : "AW";
    if (log->seen[channel] == log->num[channel]) {
        differ(ls, "%s: RTL %#llx, model none", name,
               (unsigned long long)b->address);
        return;
    }
    const struct serac_request *q = &log->requests[channel][log->seen[channel]++];
    if (q->cycle != ls->cycle)
        differ(ls, "%s %llu: RTL now, model in cycle %llu", name,
               (unsigned long long)log->seen[channel] - 1,
               (unsigned long long)q->cycle);
    if (q->address != b->address || q->beats != b->beats)
        differ(ls, "%s %llu: RTL %#llx, %u beats; model %#llx, %u beats", name,
               (unsigned long long)log->seen[channel] - 1,
               (unsigned long long)b->address, b->beats,
               (unsigned long long)q->address, q->beats);
}

/* Computes the blocks up to the one whose output the next burst belongs to. */
static enum serac_status compute_until(struct lockstep *ls, uint64_t burst)
{
    while (ls->block < ls->result->run.num_blocks &&
           burst >= ls->block_bursts) {
        uint8_t block[SERAC_INSN_BLOCK_BYTES];
        struct serac_insn insn;
        struct serac_bus bus = serac_host_memory_bus(ls->memory);
        if (bus.read(bus.ctx, ls->block_address, block, sizeof block))
            return SERAC_E_READ_DECERR;
        serac_insn_decode(block, &insn);
        enum serac_status status =
            serac_function_block(ls->design, &insn, &bus);
        if (status != SERAC_OK)
            return status;
        ls->block_bursts += ls->shares[ls->block++].write_bursts;
        ls->block_address += SERAC_INSN_BLOCK_STRIDE;
    }
    return SERAC_OK;
}

static void compare_write(struct lockstep *ls, const struct serac_env *env,
                          const struct serac_rtl_out *out)
{
    const struct serac_env_channel *w = &env->write;
    const struct serac_env_burst *b =
        &w->bursts[(w->head + w->answered) % SERAC_ENV_BURSTS];
    uint64_t address = b->address + (uint64_t)b->moved * env->beat_bytes;
    enum serac_status status = compute_until(ls, b->timing.number);
    ls->no_memory |= status == SERAC_E_NOMEM;
    if (status != SERAC_OK)
        differ(ls, "the model cannot compute block %u: %s", ls->block,
               serac_status_text(status));
    for (uint32_t i = 0; i < env->beat_bytes; i++) {
        if (!(out->wstrb >> i & 1))
            continue;
        uint64_t offset = address + i - ls->memory->base;
        if (offset >= ls->memory->size)
            continue;
        ls->result->bytes_compared++;
        if (ls->memory->bytes[offset] != out->wdata[i])
            differ(ls, "W data at %#llx (block %u): RTL 0x%02x, model 0x%02x",
                   (unsigned long long)(address + i), ls->block - 1,
                   out->wdata[i], ls->memory->bytes[offset]);
    }
}

static void compare_counters(struct lockstep *ls, void *rtl)
{
    uint64_t values[SERAC_COUNTERS];
    const struct serac_counters *m = &ls->result->run.total;
    ls->ops->counters(rtl, values);
    unsigned i = 0;
#define COMPARE(name, offset)                                                 \
    if (values[i] != m->name)                                                 \
        differ(ls, "counter " #name ": RTL %llu, model %llu",                 \
               (unsigned long long)values[i], (unsigned long long)m->name);   \
    i++;
    SERAC_COUNTER_LIST(COMPARE)
#undef COMPARE
}

/* --- the RTL's run ------------------------------------------------------------------ */

static void check_axi(struct lockstep *ls, const struct serac_rtl_in *in,
                      const struct serac_rtl_out *out)
{
    serac_axi_check_cycle(&ls->check, in, out);
    if (ls->check.violation)
        differ(ls, "AXI: %s", ls->check.violation);
}

/* One AXI4-Lite access; returns the data of a read. */
static uint32_t access_register(struct lockstep *ls, void *rtl, uint32_t offset,
                                bool write, uint32_t data)
{
    struct serac_rtl_in in = {0};
    struct serac_rtl_out out;
    in.s_awvalid = in.s_wvalid = write;
    in.s_arvalid = !write;
    in.s_awaddr = in.s_araddr = (uint16_t)offset;
    in.s_wdata = data;
    in.s_wstrb = 15;
    in.s_bready = in.s_rready = 1;
    for (int i = 0; i < 16; i++) {
        ls->ops->settle(rtl, &in, &out);
        bool done = write ? out.s_bvalid : out.s_rvalid;
        uint32_t value = out.s_rdata;
        check_axi(ls, &in, &out);
        ls->ops->edge(rtl, &out);
        in.s_awvalid = in.s_wvalid = in.s_arvalid = 0;
        if (done)
            return value;
        if (out.busy)     /* the doorbell's run has begun */
            return 0;
    }
    return 0;
}

static void run_cycles(struct lockstep *ls, void *rtl, struct serac_env *env)
{
    struct serac_rtl_in in = {0};
    struct serac_rtl_out out;
    const struct serac_run *run = &ls->result->run;
    bool data = run->status == SERAC_OK || run->status == SERAC_E_DEADLOCK ||
                ls->inject.response;
    /* Behind an error the model's stages have run ahead. */
    uint64_t states = run->status == SERAC_E_DEADLOCK ? UINT64_MAX
                                                      : run->error_cycle;
    uint64_t limit = run->total.cycles + 1000;
    in.s_bready = in.s_rready = 1;
    ls->ops->settle(rtl, &in, &out);
    for (ls->cycle = 0; !ls->result->difference[0]; ls->cycle++) {
        bool reading = env->read.pending, writing = env->write.pending;
        serac_env_drive(env, ls->cycle, &out, &in);
        if (ls->polls)
            serac_polls_drive(ls->polls, &in);
        if (env->read.pending && !reading)
            compare_request(ls, SERAC_READ, &env->read);
        if (env->write.pending && !writing)
            compare_request(ls, SERAC_WRITE, &env->write);
        ls->ops->settle(rtl, &in, &out);
        check_axi(ls, &in, &out);
        if (ls->cycle == run->error_cycle)
            ls->result->error_waiting += (out.arvalid && !in.arready) ||
                                         (out.awvalid && !in.awready) ||
                                         (out.wvalid && !in.wready);
        if (ls->polls)
            serac_polls_take(ls->polls, &in, &out);
        if (ls->polls && ls->polls->wrong)
            differ(ls, "%s", ls->polls->wrong);
        if (ls->cycle <= states)
            compare_states(ls, out.stage_state);
        serac_recording_cycle(ls->recording, ls->cycle, &in, &out);
        if (data && ls->cycle <= states && in.wready && out.wvalid)
            compare_write(ls, env, &out);
        serac_env_commit(env, ls->cycle, &out, &in);
        if (env->violation)
            differ(ls, "protocol: %s", env->violation);
        if (ls->cycle == ls->stop)
            return;
        bool done = out.done;
        ls->ops->edge(rtl, &out);
        if (done)
            break;
        if (ls->cycle >= limit)
            differ(ls, "RTL still runs, model ended in cycle %llu",
                   (unsigned long long)ls->result->run.total.cycles - 1);
    }
    ls->pins = in;
    ls->result->cycles_compared = ls->cycle + 1;
}

static void write_program_address(struct lockstep *ls, void *rtl)
{
    access_register(ls, rtl, SERAC_REG_PROGRAM_ADDR_LO, true,
                    (uint32_t)ls->program);
    access_register(ls, rtl, SERAC_REG_PROGRAM_ADDR_HI, true,
                    (uint32_t)(ls->program >> 32));
}

static void run_once(struct lockstep *ls, void *rtl, struct serac_env *env,
                     const struct serac_bus *bus)
{
    serac_env_init(env, bus, ls->config, ls->design->axi_bits / 8);
    env->memory.error = ls->inject;
    access_register(ls, rtl, SERAC_REG_CONTROL, true,
                    SERAC_REG_CONTROL_START_MASK);
    run_cycles(ls, rtl, env);
}

/* Both memories and the trace as before the run. */
static void rewind_run(struct lockstep *ls)
{
    memcpy(ls->copy.bytes, ls->original, ls->copy.size);
    memcpy(ls->memory->bytes, ls->original, ls->memory->size);
    memset(ls->log.next, 0, sizeof ls->log.next);
    memset(ls->log.seen, 0, sizeof ls->log.seen);
    ls->block = 0;
    ls->block_bursts = 0;
    ls->block_address = ls->program;
}

/* The first run; what it leaves in the recording is complete. */
static enum serac_status run_first(struct lockstep *ls, void *rtl,
                                   struct serac_env *env,
                                   const struct serac_bus *bus)
{
    enum serac_status status = SERAC_OK;
    if (ls->recording)
        status = serac_recording_attach(ls->recording, ls->ops, rtl, ls->error);
    if (status == SERAC_OK)
        run_once(ls, rtl, env, bus);
    if (ls->recording)
        serac_recording_detach(ls->recording);
    ls->recording = NULL;
    return status;
}

/* Length, status, the error's address, and counters. */
static void compare_ends(struct lockstep *ls, void *rtl)
{
    const struct serac_run *run = &ls->result->run;
    if (!ls->result->difference[0] &&
        ls->result->cycles_compared != run->total.cycles)
        differ(ls, "end: RTL %llu cycles, model %llu",
               (unsigned long long)ls->result->cycles_compared,
               (unsigned long long)run->total.cycles);
    uint32_t code = access_register(ls, rtl, SERAC_REG_STATUS, false, 0) >>
                        SERAC_REG_STATUS_ERROR_LSB & 15;
    static const enum serac_status codes[] = {
        SERAC_OK, SERAC_E_BAD_INSTRUCTION, SERAC_E_READ_SLVERR,
        SERAC_E_READ_DECERR, SERAC_E_WRITE_SLVERR, SERAC_E_WRITE_DECERR,
        SERAC_E_DEADLOCK};
    if (code > 6 || codes[code] != run->status)
        differ(ls, "status: RTL error %u, model %s", code,
               serac_status_text(run->status));
    uint64_t address = access_register(ls, rtl, SERAC_REG_ERROR_ADDR_LO, false, 0);
    address |= (uint64_t)access_register(ls, rtl, SERAC_REG_ERROR_ADDR_HI, false, 0) << 32;
    if (address != run->error_address)
        differ(ls, "error address: RTL %#llx, model %#llx", (unsigned long long)address,
               (unsigned long long)run->error_address);
    /* Complete one cycle after the run: the status has been read since. */
    if (!ls->result->difference[0] && run->status == SERAC_OK)
        compare_counters(ls, rtl);
}

static enum serac_status run_rtl(struct lockstep *ls, uint64_t seed)
{
    struct serac_bus bus = serac_host_memory_bus(&ls->copy);
    struct serac_env *env = malloc(sizeof *env);
    if (!env)
        return SERAC_E_NOMEM;
    void *rtl = ls->ops->create(seed);
    write_program_address(ls, rtl);
    enum serac_status recorded = run_first(ls, rtl, env, &bus);
    /* What a run leaves behind must not show in the next. */
    if (seed % SERAC_LOCKSTEP_REPEAT == 0 && !ls->result->difference[0]) {
        uint64_t cycles = ls->result->cycles_compared;
        rewind_run(ls);
        run_once(ls, rtl, env, &bus);
        if (ls->result->cycles_compared != cycles)
            differ(ls, "second run: RTL %llu cycles, first run %llu",
                   (unsigned long long)ls->result->cycles_compared,
                   (unsigned long long)cycles);
    }
    if (recorded == SERAC_OK)
        compare_ends(ls, rtl);
    ls->ops->destroy(rtl);
    free(env);
    return recorded;
}

static enum serac_status prepare(struct lockstep *ls)
{
    enum serac_status status = serac_host_memory_init(
        &ls->copy, ls->memory->base, ls->memory->size);
    if (status != SERAC_OK)
        return status;
    memcpy(ls->copy.bytes, ls->memory->bytes, ls->memory->size);
    ls->original = malloc(ls->copy.size);
    if (!ls->original)
        return SERAC_E_NOMEM;
    memcpy(ls->original, ls->copy.bytes, ls->copy.size);
    ls->max_shares = 4096;
    ls->shares = calloc(ls->max_shares, sizeof *ls->shares);
    return ls->shares ? SERAC_OK : SERAC_E_NOMEM;
}

/* The model's run: its log, and its counters by block if the caller wants them. */
static enum serac_status run_model_blocks(struct lockstep *ls)
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

/* For functional coverage: a run that was alike on both sides. */
static enum serac_status log_compared(struct lockstep *ls)
{
    struct serac_bus bus = serac_host_memory_bus(ls->memory);
    return serac_compared_log(ls->design, &bus, ls->program, &ls->result->run, ls->shares);
}

/* What both kinds of lock step end with. */
static enum serac_status conclude(struct lockstep *ls, enum serac_status status)
{
    struct serac_lockstep_result *result = ls->result;
    const struct serac_counters *t = &result->run.total;
    result->stall_cycles = t->stall_fetch_cycles + t->stall_requant_cycles +
                           t->stall_store_cycles + t->stall_control_cycles;
    result->transfers = ls->check.transfers;
    if (status == SERAC_OK && !result->transfers)
        differ(ls, "no transfer was checked");
    if (status == SERAC_OK && ls->no_memory)
        status = SERAC_E_NOMEM;
    if (status == SERAC_OK && !result->difference[0])
        status = log_compared(ls);
    if (status == SERAC_OK && result->difference[0]) {
        status = SERAC_E_MISMATCH;
        if (ls->error)
            snprintf(ls->error->text, sizeof ls->error->text, "%s",
                     result->difference);
    }
    for (int i = 0; i < SERAC_STAGES; i++)
        free(ls->log.intervals[i]);
    free(ls->log.requests[0]);
    free(ls->log.requests[1]);
    free(ls->shares);
    free(ls->original);
    serac_host_memory_free(&ls->copy);
    return status;
}

static void begin(struct lockstep *ls)
{
    struct serac_counters *blocks = ls->result->run.blocks;
    uint32_t max_blocks = ls->result->run.max_blocks;
    *ls->result = (struct serac_lockstep_result){
        .run = {.blocks = blocks, .max_blocks = max_blocks}};
    ls->block_address = ls->program;
    ls->stop = UINT64_MAX;
    serac_axi_check_init(&ls->check, ls->design->axi_bits / 8,
                         ls->design->outstanding);
}

enum serac_status serac_lockstep_run(const struct serac_design *design,
                                     const struct serac_memory_config *config,
                                     const struct serac_rtl_ops *ops,
                                     struct serac_host_memory *memory,
                                     uint64_t program, uint64_t seed,
                                     struct serac_recording *recording,
                                     struct serac_lockstep_result *result,
                                     struct serac_error *error)
{
    struct lockstep ls = {.design = design, .config = config, .ops = ops,
                          .memory = memory, .program = program,
                          .recording = recording, .result = result,
                          .error = error};
    begin(&ls);
    enum serac_status status = prepare(&ls);
    if (status == SERAC_OK)
        status = run_model_blocks(&ls);
    if (status == SERAC_OK)
        status = run_rtl(&ls, seed);
    return conclude(&ls, status);
}

/* --- disturbed runs ------------------------------------------------------------------- */

/* Whoever polls gets its answers; then the registers are free for others. */
static void close_polls(struct lockstep *ls, void *rtl)
{
    struct serac_rtl_in in = ls->pins;
    struct serac_rtl_out out;
    ls->polls->closing = true;
    for (int i = 0; i < 200 && serac_polls_open(ls->polls); i++) {
        in.rvalid = in.bvalid = in.arready = in.awready = in.wready = 0;
        serac_polls_drive(ls->polls, &in);
        ls->ops->settle(rtl, &in, &out);
        check_axi(ls, &in, &out);
        serac_polls_take(ls->polls, &in, &out);
        ls->ops->edge(rtl, &out);
    }
    if (serac_polls_open(ls->polls))
        differ(ls, "a register access has no answer");
    ls->polls->wrong = NULL;        /* the run is over: not busy */
}

/* Every register that a program or the host has written is as new. */
static void compare_new(struct lockstep *ls, void *rtl)
{
    static const uint32_t zero[] = {
        SERAC_REG_CONTROL, SERAC_REG_STATUS, SERAC_REG_PROGRAM_ADDR_LO,
        SERAC_REG_PROGRAM_ADDR_HI, SERAC_REG_ERROR_ADDR_LO,
        SERAC_REG_ERROR_ADDR_HI};
    uint64_t values[SERAC_COUNTERS];
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++) {
        uint32_t value = access_register(ls, rtl, zero[i], false, 0);
        if (value)
            differ(ls, "register 0x%03x is %#x after reset", zero[i], value);
    }
    ls->ops->counters(rtl, values);
    for (unsigned i = 0; i < SERAC_COUNTERS; i++)
        if (values[i])
            differ(ls, "counter %u is %llu after reset", i,
                   (unsigned long long)values[i]);
}

static void reset_rtl(struct lockstep *ls, void *rtl, uint32_t edges)
{
    struct serac_rtl_out out = {0};
    struct serac_lockstep_result *r = ls->result;
    r->resets++;
    r->reset_reads += ls->check.read_count > 0;
    r->reset_writes += ls->check.write_count > 0;
    r->reset_waiting += ls->check.held;
    r->reset_polls += serac_polls_open(ls->polls);
    ls->ops->reset(rtl, edges, &out);
    serac_axi_check_reset(&ls->check, &out);
    if (ls->check.violation)
        differ(ls, "AXI: %s", ls->check.violation);
    serac_polls_init(ls->polls, ls->polls->random);
    compare_new(ls, rtl);
    write_program_address(ls, rtl);
}

/* One run; `disturbance` NULL: the last, without. */
static enum serac_status run_disturbed(struct lockstep *ls, void *rtl,
                                       struct serac_env *env,
                                       const struct serac_disturbance *d)
{
    struct serac_bus bus = serac_host_memory_bus(&ls->copy);
    bool reset = d && !d->error.response;
    ls->inject = d ? d->error : (struct serac_memory_error){0};
    ls->stop = reset ? d->reset_cycle : UINT64_MAX;
    rewind_run(ls);
    enum serac_status status = run_model_blocks(ls);
    if (status != SERAC_OK)
        return status;
    uint64_t before = ls->result->cycles_compared;
    ls->polls->closing = false;
    run_once(ls, rtl, env, &bus);
    if (ls->result->difference[0])
        return SERAC_OK;
    if (ls->cycle == ls->stop) {
        reset_rtl(ls, rtl, d->reset_edges);
    } else {
        close_polls(ls, rtl);
        compare_ends(ls, rtl);
        if (d && !ls->result->difference[0])
            status = log_compared(ls);
    }
    ls->result->cycles_compared = before + ls->cycle + 1;
    return status;
}

enum serac_status serac_lockstep_disturbed(const struct serac_design *design,
                                           const struct serac_memory_config *config,
                                           const struct serac_rtl_ops *ops,
                                           struct serac_host_memory *memory,
                                           uint64_t program, uint64_t seed,
                                           const struct serac_disturbance *list,
                                           uint32_t count,
                                           struct serac_lockstep_result *result,
                                           struct serac_error *error)
{
    struct serac_polls polls;
    struct lockstep ls = {.design = design, .config = config, .ops = ops,
                          .memory = memory, .program = program,
                          .result = result, .error = error, .polls = &polls};
    struct serac_env *env = malloc(sizeof *env);
    begin(&ls);
    serac_polls_init(&polls, seed);
    enum serac_status status = env ? prepare(&ls) : SERAC_E_NOMEM;
    void *rtl = status == SERAC_OK ? ops->create(seed) : NULL;
    if (rtl)
        write_program_address(&ls, rtl);
    for (uint32_t i = 0; rtl && i <= count && status == SERAC_OK &&
                         !result->difference[0]; i++)
        status = run_disturbed(&ls, rtl, env, i < count ? list + i : NULL);
    if (rtl)
        ops->destroy(rtl);
    free(env);
    return conclude(&ls, status);
}
