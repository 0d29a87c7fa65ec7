/* serac_lockstep_disturbed.c - runs that end with an error or a reset, and one after them all. */
#include <stdlib.h>

#include "serac_lockstep_parts.h"

/* Whoever polls gets its answers; then the registers are free for others. */
static void close_polls(struct serac_lockstep *ls, void *rtl)
{
    struct serac_rtl_in in = ls->pins;
    struct serac_rtl_out out;
    ls->polls->closing = true;
    for (int i = 0; i < 200 && serac_polls_open(ls->polls); i++) {
        in.rvalid = in.bvalid = in.arready = in.awready = in.wready = 0;
        serac_polls_drive(ls->polls, &in);
        ls->ops->settle(rtl, &in, &out);
        serac_lockstep_check_axi(ls, &in, &out);
        serac_polls_take(ls->polls, &in, &out);
        ls->ops->edge(rtl, &out);
    }
    if (serac_polls_open(ls->polls))
        serac_lockstep_differ(ls, "a register access has no answer");
    ls->polls->wrong = NULL;        /* the run is over: not busy */
}

/* Every register that a program or the host has written is as new. */
static void compare_new(struct serac_lockstep *ls, void *rtl)
{
    static const uint32_t zero[] = {
        SERAC_REG_CONTROL, SERAC_REG_STATUS, SERAC_REG_PROGRAM_ADDR_LO,
        SERAC_REG_PROGRAM_ADDR_HI, SERAC_REG_ERROR_ADDR_LO,
        SERAC_REG_ERROR_ADDR_HI};
    uint64_t values[SERAC_COUNTERS];
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++) {
        uint32_t value = serac_lockstep_register(ls, rtl, zero[i], false, 0);
        if (value)
            serac_lockstep_differ(ls, "register 0x%03x is %#x after reset", zero[i], value);
    }
    ls->ops->counters(rtl, values);
    for (unsigned i = 0; i < SERAC_COUNTERS; i++)
        if (values[i])
            serac_lockstep_differ(ls, "counter %u is %llu after reset", i,
                                  (unsigned long long)values[i]);
}

static void reset_rtl(struct serac_lockstep *ls, void *rtl, uint32_t edges)
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
        serac_lockstep_differ(ls, "AXI: %s", ls->check.violation);
    serac_polls_init(ls->polls, ls->polls->rng.state);
    compare_new(ls, rtl);
    serac_lockstep_program_address(ls, rtl);
}

/* One run; `disturbance` NULL: the last, without. */
static enum serac_status run_disturbed(struct serac_lockstep *ls, void *rtl,
                                       struct serac_env *env,
                                       const struct serac_disturbance *d)
{
    struct serac_bus bus = serac_host_memory_bus(&ls->copy);
    bool reset = d && !d->error.response;
    ls->inject = d ? d->error : (struct serac_memory_error){0};
    ls->stop = reset ? d->reset_cycle : UINT64_MAX;
    serac_lockstep_rewind(ls);
    enum serac_status status = serac_lockstep_model(ls);
    if (status != SERAC_OK)
        return status;
    uint64_t before = ls->result->cycles_compared;
    ls->polls->closing = false;
    serac_lockstep_rtl(ls, rtl, env, &bus);
    if (ls->result->difference[0])
        return SERAC_OK;
    if (ls->cycle == ls->stop) {
        reset_rtl(ls, rtl, d->reset_edges);
    } else {
        close_polls(ls, rtl);
        serac_lockstep_compare_ends(ls, rtl);
        if (d && !ls->result->difference[0])
            status = serac_lockstep_log_compared(ls);
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
    struct serac_lockstep ls = {.design = design, .config = config, .ops = ops,
                                .memory = memory, .program = program,
                                .result = result, .error = error, .polls = &polls};
    struct serac_env *env = malloc(sizeof *env);
    enum serac_status status = serac_lockstep_begin(&ls);
    serac_polls_init(&polls, seed);
    if (!env)
        status = SERAC_E_NOMEM;
    void *rtl = status == SERAC_OK ? ops->create(seed) : NULL;
    if (rtl)
        serac_lockstep_program_address(&ls, rtl);
    for (uint32_t i = 0; rtl && i <= count && status == SERAC_OK &&
                         !result->difference[0]; i++)
        status = run_disturbed(&ls, rtl, env, i < count ? list + i : NULL);
    if (rtl)
        ops->destroy(rtl);
    free(env);
    return serac_lockstep_conclude(&ls, status);
}
