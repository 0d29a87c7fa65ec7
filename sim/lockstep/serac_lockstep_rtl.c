/* serac_lockstep_rtl.c - the RTL's run, cycle by cycle, with its memory and its registers. */
#include "serac_lockstep_parts.h"

uint32_t serac_lockstep_register(struct serac_lockstep *ls, void *rtl, uint32_t offset,
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
        serac_lockstep_check_axi(ls, &in, &out);
        ls->ops->edge(rtl, &out);
        in.s_awvalid = in.s_wvalid = in.s_arvalid = 0;
        if (done)
            return value;
        if (out.busy)     /* the doorbell's run has begun */
            return 0;
    }
    return 0;
}

void serac_lockstep_program_address(struct serac_lockstep *ls, void *rtl)
{
    serac_lockstep_register(ls, rtl, SERAC_REG_PROGRAM_ADDR_LO, true,
                            (uint32_t)ls->program);
    serac_lockstep_register(ls, rtl, SERAC_REG_PROGRAM_ADDR_HI, true,
                            (uint32_t)(ls->program >> 32));
}

/* Behind an error the model's stages have run ahead. */
static bool known(const struct serac_lockstep *ls)
{
    const struct serac_run *run = &ls->result->run;
    return run->status == SERAC_E_DEADLOCK || ls->cycle <= run->error_cycle;
}

/* Written data is the model's, too. */
static bool has_data(const struct serac_lockstep *ls)
{
    enum serac_status status = ls->result->run.status;
    return status == SERAC_OK || status == SERAC_E_DEADLOCK || ls->inject.response;
}

/* What the pins show when they have settled. */
static void compare_pins(struct serac_lockstep *ls, const struct serac_env *env,
                         const struct serac_rtl_in *in, const struct serac_rtl_out *out)
{
    serac_lockstep_check_axi(ls, in, out);
    if (ls->cycle == ls->result->run.error_cycle)
        ls->result->error_waiting += (out->arvalid && !in->arready) ||
                                     (out->awvalid && !in->awready) ||
                                     (out->wvalid && !in->wready);
    if (ls->polls)
        serac_polls_take(ls->polls, in, out);
    if (ls->polls && ls->polls->wrong)
        serac_lockstep_differ(ls, "%s", ls->polls->wrong);
    if (known(ls))
        serac_lockstep_compare_states(ls, out->stage_state);
    serac_recording_cycle(ls->recording, ls->cycle, in, out);
    if (has_data(ls) && known(ls) && in->wready && out->wvalid)
        serac_lockstep_compare_write(ls, env, out);
}

/* One cycle up to its edge. */
static void run_cycle(struct serac_lockstep *ls, void *rtl, struct serac_env *env,
                      struct serac_rtl_in *in, struct serac_rtl_out *out)
{
    bool reading = env->read.pending, writing = env->write.pending;
    serac_env_drive(env, ls->cycle, out, in);
    if (ls->polls)
        serac_polls_drive(ls->polls, in);
    if (env->read.pending && !reading)
        serac_lockstep_compare_request(ls, SERAC_READ, &env->read);
    if (env->write.pending && !writing)
        serac_lockstep_compare_request(ls, SERAC_WRITE, &env->write);
    ls->ops->settle(rtl, in, out);
    compare_pins(ls, env, in, out);
    serac_env_commit(env, ls->cycle, out, in);
    if (env->violation)
        serac_lockstep_differ(ls, "protocol: %s", env->violation);
}

static void run_cycles(struct serac_lockstep *ls, void *rtl, struct serac_env *env)
{
    struct serac_rtl_in in = {0};
    struct serac_rtl_out out;
    uint64_t cycles = ls->result->run.total.cycles, limit = cycles + 1000;
    in.s_bready = in.s_rready = 1;
    ls->ops->settle(rtl, &in, &out);
    for (ls->cycle = 0; !ls->result->difference[0]; ls->cycle++) {
        run_cycle(ls, rtl, env, &in, &out);
        if (ls->cycle == ls->stop)
            return;
        bool done = out.done;
        ls->ops->edge(rtl, &out);
        if (done)
            break;
        if (ls->cycle >= limit)
            serac_lockstep_differ(ls, "RTL still runs, model ended in cycle %llu",
                                  (unsigned long long)cycles - 1);
    }
    ls->pins = in;
    ls->result->cycles_compared = ls->cycle + 1;
}

void serac_lockstep_rtl(struct serac_lockstep *ls, void *rtl, struct serac_env *env,
                        const struct serac_bus *bus)
{
    serac_env_init(env, bus, ls->config, ls->design->axi_bits / 8);
    env->memory.error = ls->inject;
    serac_lockstep_register(ls, rtl, SERAC_REG_CONTROL, true,
                            SERAC_REG_CONTROL_START_MASK);
    run_cycles(ls, rtl, env);
}
