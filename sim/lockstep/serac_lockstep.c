/* serac_lockstep.c - model and RTL side by side: a program's undisturbed run. */
#include "serac_lockstep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_compared.h"
#include "serac_lockstep_parts.h"

static enum serac_status prepare(struct serac_lockstep *ls)
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

enum serac_status serac_lockstep_begin(struct serac_lockstep *ls)
{
    struct serac_counters *blocks = ls->result->run.blocks;
    uint32_t max_blocks = ls->result->run.max_blocks;
    *ls->result = (struct serac_lockstep_result){
        .run = {.blocks = blocks, .max_blocks = max_blocks}};
    ls->block_address = ls->program;
    ls->stop = UINT64_MAX;
    serac_axi_check_init(&ls->check, ls->design->axi_bits / 8,
                         ls->design->outstanding);
    return prepare(ls);
}

enum serac_status serac_lockstep_log_compared(struct serac_lockstep *ls)
{
    struct serac_bus bus = serac_host_memory_bus(ls->memory);
    return serac_compared_log(ls->design, &bus, ls->program, &ls->result->run, ls->shares);
}

enum serac_status serac_lockstep_conclude(struct serac_lockstep *ls, enum serac_status status)
{
    struct serac_lockstep_result *result = ls->result;
    const struct serac_counters *t = &result->run.total;
    result->stall_cycles = t->stall_fetch_cycles + t->stall_requant_cycles +
                           t->stall_store_cycles + t->stall_control_cycles;
    result->transfers = ls->check.transfers;
    if (status == SERAC_OK && !result->transfers)
        serac_lockstep_differ(ls, "no transfer was checked");
    if (status == SERAC_OK && ls->no_memory)
        status = SERAC_E_NOMEM;
    if (status == SERAC_OK && !result->difference[0])
        status = serac_lockstep_log_compared(ls);
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

/* The first run; what it leaves in the recording is complete. */
static enum serac_status run_first(struct serac_lockstep *ls, void *rtl,
                                   struct serac_env *env,
                                   const struct serac_bus *bus)
{
    enum serac_status status = SERAC_OK;
    if (ls->recording)
        status = serac_recording_attach(ls->recording, ls->ops, rtl, ls->error);
    if (status == SERAC_OK)
        serac_lockstep_rtl(ls, rtl, env, bus);
    if (ls->recording)
        serac_recording_detach(ls->recording);
    ls->recording = NULL;
    return status;
}

static enum serac_status run_rtl(struct serac_lockstep *ls, uint64_t seed)
{
    struct serac_bus bus = serac_host_memory_bus(&ls->copy);
    struct serac_env *env = malloc(sizeof *env);
    if (!env)
        return SERAC_E_NOMEM;
    void *rtl = ls->ops->create(seed);
    serac_lockstep_program_address(ls, rtl);
    enum serac_status recorded = run_first(ls, rtl, env, &bus);
    /* What a run leaves behind must not show in the next. */
    if (seed % SERAC_LOCKSTEP_REPEAT == 0 && !ls->result->difference[0]) {
        uint64_t cycles = ls->result->cycles_compared;
        serac_lockstep_rewind(ls);
        serac_lockstep_rtl(ls, rtl, env, &bus);
        if (ls->result->cycles_compared != cycles)
            serac_lockstep_differ(ls, "second run: RTL %llu cycles, first run %llu",
                                  (unsigned long long)ls->result->cycles_compared,
                                  (unsigned long long)cycles);
    }
    if (recorded == SERAC_OK)
        serac_lockstep_compare_ends(ls, rtl);
    ls->ops->destroy(rtl);
    free(env);
    return recorded;
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
    struct serac_lockstep ls = {.design = design, .config = config, .ops = ops,
                                .memory = memory, .program = program,
                                .recording = recording, .result = result,
                                .error = error};
    enum serac_status status = serac_lockstep_begin(&ls);
    if (status == SERAC_OK)
        status = serac_lockstep_model(&ls);
    if (status == SERAC_OK)
        status = run_rtl(&ls, seed);
    return serac_lockstep_conclude(&ls, status);
}
