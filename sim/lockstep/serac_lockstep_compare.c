/* serac_lockstep_compare.c - what the RTL shows, held against the model's log.
 *
 * Written data is compared with what the model's function computes for the block that is being
 * stored. */
#include <stdarg.h>
#include <stdio.h>

#include "serac_function.h"
#include "serac_lockstep_parts.h"

static const char *const stage_names[] = {"fetch", "execute", "post", "store"};
static const char *const state_names[] = {
    "idle", "run", "wait-receive", "wait-send", "wait-memory", "wait-space",
    "state 6", "state 7"};

void serac_lockstep_differ(struct serac_lockstep *ls, const char *format, ...)
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

void serac_lockstep_check_axi(struct serac_lockstep *ls, const struct serac_rtl_in *in,
                              const struct serac_rtl_out *out)
{
    serac_axi_check_cycle(&ls->check, in, out);
    if (ls->check.violation)
        serac_lockstep_differ(ls, "AXI: %s", ls->check.violation);
}

/* The model's state of `stage` in this cycle. Post's intervals may overlap. */
static enum serac_stage_state expected(struct serac_lockstep *ls,
                                       enum serac_stage stage)
{
    struct serac_lockstep_log *log = &ls->log;
    size_t *next = &log->next[stage];
    while (*next < log->count[stage] &&
           log->intervals[stage][*next].to <= ls->cycle)
        ++*next;
    if (*next < log->count[stage] &&
        log->intervals[stage][*next].from <= ls->cycle)
        return log->intervals[stage][*next].state;
    return SERAC_STATE_IDLE;
}

void serac_lockstep_compare_states(struct serac_lockstep *ls, uint16_t states)
{
    for (int s = 0; s < SERAC_STAGES; s++) {
        unsigned rtl = states >> 3 * s & 7;
        unsigned model = expected(ls, (enum serac_stage)s);
        if (rtl != model)
            serac_lockstep_differ(ls, "%s state: RTL %s, model %s", stage_names[s],
                                  state_names[rtl], state_names[model]);
    }
}

void serac_lockstep_compare_request(struct serac_lockstep *ls, int channel,
                                    const struct serac_env_channel *c)
{
    struct serac_lockstep_log *log = &ls->log;
    const struct serac_env_burst *b =
        &c->bursts[(c->head + c->count - 1) % SERAC_ENV_BURSTS];
    const char *name = channel == SERAC_READ ? "AR" : "AW";
    if (log->seen[channel] == log->num[channel]) {
        serac_lockstep_differ(ls, "%s: RTL %#llx, model none", name,
                              (unsigned long long)b->address);
        return;
    }
    const struct serac_request *q = &log->requests[channel][log->seen[channel]++];
    if (q->cycle != ls->cycle)
        serac_lockstep_differ(ls, "%s %llu: RTL now, model in cycle %llu", name,
                              (unsigned long long)log->seen[channel] - 1,
                              (unsigned long long)q->cycle);
    if (q->address != b->address || q->beats != b->beats)
        serac_lockstep_differ(ls, "%s %llu: RTL %#llx, %u beats; model %#llx, %u beats", name,
                              (unsigned long long)log->seen[channel] - 1,
                              (unsigned long long)b->address, b->beats,
                              (unsigned long long)q->address, q->beats);
}

/* Computes the blocks up to the one whose output the next burst belongs to. */
static enum serac_status compute_until(struct serac_lockstep *ls, uint64_t burst)
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

void serac_lockstep_compare_write(struct serac_lockstep *ls, const struct serac_env *env,
                                  const struct serac_rtl_out *out)
{
    const struct serac_env_channel *w = &env->write;
    const struct serac_env_burst *b =
        &w->bursts[(w->head + w->answered) % SERAC_ENV_BURSTS];
    uint64_t address = b->address + (uint64_t)b->moved * env->beat_bytes;
    enum serac_status status = compute_until(ls, b->timing.number);
    ls->no_memory |= status == SERAC_E_NOMEM;
    if (status != SERAC_OK)
        serac_lockstep_differ(ls, "the model cannot compute block %u: %s", ls->block,
                              serac_status_text(status));
    for (uint32_t i = 0; i < env->beat_bytes; i++) {
        if (!(out->wstrb >> i & 1))
            continue;
        uint64_t offset = address + i - ls->memory->base;
        if (offset >= ls->memory->size)
            continue;
        ls->result->bytes_compared++;
        if (ls->memory->bytes[offset] != out->wdata[i])
            serac_lockstep_differ(ls, "W data at %#llx (block %u): RTL 0x%02x, model 0x%02x",
                                  (unsigned long long)(address + i), ls->block - 1,
                                  out->wdata[i], ls->memory->bytes[offset]);
    }
}

static void compare_counters(struct serac_lockstep *ls, void *rtl)
{
    uint64_t values[SERAC_COUNTERS];
    const struct serac_counters *m = &ls->result->run.total;
    ls->ops->counters(rtl, values);
    unsigned i = 0;
#define COMPARE(name, offset)                                                              \
    if (values[i] != m->name)                                                              \
        serac_lockstep_differ(ls, "counter " #name ": RTL %llu, model %llu",               \
                              (unsigned long long)values[i], (unsigned long long)m->name); \
    i++;
    SERAC_COUNTER_LIST(COMPARE)
#undef COMPARE
}

void serac_lockstep_compare_ends(struct serac_lockstep *ls, void *rtl)
{
    const struct serac_run *run = &ls->result->run;
    if (!ls->result->difference[0] &&
        ls->result->cycles_compared != run->total.cycles)
        serac_lockstep_differ(ls, "end: RTL %llu cycles, model %llu",
                              (unsigned long long)ls->result->cycles_compared,
                              (unsigned long long)run->total.cycles);
    uint32_t code = serac_lockstep_register(ls, rtl, SERAC_REG_STATUS, false, 0) >>
                        SERAC_REG_STATUS_ERROR_LSB & 15;
    static const enum serac_status codes[] = {
        SERAC_OK, SERAC_E_BAD_INSTRUCTION, SERAC_E_READ_SLVERR,
        SERAC_E_READ_DECERR, SERAC_E_WRITE_SLVERR, SERAC_E_WRITE_DECERR,
        SERAC_E_DEADLOCK};
    if (code > 6 || codes[code] != run->status)
        serac_lockstep_differ(ls, "status: RTL error %u, model %s", code,
                              serac_status_text(run->status));
    uint64_t address = serac_lockstep_register(ls, rtl, SERAC_REG_ERROR_ADDR_LO, false, 0);
    address |= (uint64_t)serac_lockstep_register(ls, rtl, SERAC_REG_ERROR_ADDR_HI, false, 0) << 32;
    if (address != run->error_address)
        serac_lockstep_differ(ls, "error address: RTL %#llx, model %#llx", (unsigned long long)address,
                              (unsigned long long)run->error_address);
    /* Complete one cycle after the run: the status has been read since. */
    if (!ls->result->difference[0] && run->status == SERAC_OK)
        compare_counters(ls, rtl);
}
