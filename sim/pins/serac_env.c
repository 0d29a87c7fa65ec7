/* serac_env.c - the memory at the pins of the Verilated accelerator. */
#include "serac_env.h"

#include <string.h>

void serac_env_init(struct serac_env *env, const struct serac_bus *bus,
                    const struct serac_memory_config *config,
                    uint32_t beat_bytes)
{
    memset(env, 0, sizeof *env);
    env->bus = bus;
    env->beat_bytes = beat_bytes;
    serac_memory_init(&env->memory, config, beat_bytes);
}

static struct serac_env_burst *at(struct serac_env_channel *c, uint32_t index)
{
    return &c->bursts[(c->head + index) % SERAC_ENV_BURSTS];
}

static void violate(struct serac_env *env, const char *rule)
{
    if (!env->violation)
        env->violation = rule;
}

/* Rules that hold for every burst of the accelerator. */
static bool check_burst(struct serac_env *env, uint64_t address,
                        uint32_t beats)
{
    if (address % env->beat_bytes)
        violate(env, "burst address is not beat aligned");
    if (address / 1024 != (address + beats * env->beat_bytes - 1) / 1024)
        violate(env, "burst crosses a multiple of 1024");
    return !env->violation;
}

static void begin(struct serac_env *env, struct serac_env_channel *c,
                  enum serac_channel which, uint64_t cycle, uint64_t address,
                  uint32_t beats)
{
    if (c->pending || !check_burst(env, address, beats))
        return;
    if (c->count == SERAC_ENV_BURSTS) {
        violate(env, "more bursts open than allowed");
        return;
    }
    struct serac_env_burst *b = at(c, c->count++);
    b->address = address;
    b->beats = beats;
    b->moved = 0;
    b->timing = which == SERAC_READ
                    ? serac_memory_read(&env->memory, address, beats, cycle,
                                        b->cycles)
                    : serac_memory_write(&env->memory, address, beats, cycle,
                                         b->cycles);
    uint8_t bytes[1024];
    b->response = (uint8_t)env->bus->read(env->bus->ctx, address, bytes,
                                          (size_t)beats * env->beat_bytes);
    c->pending = true;
}

void serac_env_drive(struct serac_env *env, uint64_t cycle,
                     const struct serac_rtl_out *out, struct serac_rtl_in *in)
{
    struct serac_env_channel *r = &env->read, *w = &env->write;
    if (out->arvalid)
        begin(env, r, SERAC_READ, cycle, out->araddr, out->arlen + 1u);
    else if (r->pending)
        violate(env, "ARVALID fell before ARREADY");
    if (out->awvalid)
        begin(env, w, SERAC_WRITE, cycle, out->awaddr, out->awlen + 1u);
    else if (w->pending)
        violate(env, "AWVALID fell before AWREADY");
    in->arready = r->pending && at(r, r->count - 1)->timing.handshake == cycle;
    in->awready = w->pending && at(w, w->count - 1)->timing.handshake == cycle;

    struct serac_env_burst *b = at(r, 0);
    in->rvalid = r->count && b->cycles[b->moved] == cycle;
    if (in->rvalid) {
        in->rlast = b->moved == b->beats - 1;
        int code = serac_memory_response(&env->memory, SERAC_READ,
                                         b->timing.number, b->moved,
                                         b->beats);
        in->rresp = code ? (uint8_t)code : b->response;
        if (env->bus->read(env->bus->ctx,
                           b->address + (uint64_t)b->moved * env->beat_bytes,
                           in->rdata, env->beat_bytes))
            memset(in->rdata, 0xa5, env->beat_bytes);
    }
    in->wready = 0;
    if (w->answered < w->count) {
        b = at(w, w->answered);
        in->wready = b->cycles[b->moved] == cycle;
    }
    b = at(w, 0);
    in->bvalid = w->answered && b->timing.response == cycle;
    if (in->bvalid) {
        int code = serac_memory_response(&env->memory, SERAC_WRITE,
                                         b->timing.number, 0, b->beats);
        in->bresp = code ? (uint8_t)code : b->response;
    }
}

static void take_write_beat(struct serac_env *env,
                            const struct serac_rtl_out *out)
{
    struct serac_env_channel *w = &env->write;
    struct serac_env_burst *b = at(w, w->answered);
    uint64_t address = b->address + (uint64_t)b->moved * env->beat_bytes;
    for (uint32_t i = 0; i < env->beat_bytes; i++)
        if (out->wstrb >> i & 1)
            env->bus->write(env->bus->ctx, address + i, out->wdata + i, 1);
    b->moved++;
    if (out->wlast != (b->moved == b->beats))
        violate(env, "WLAST is not on the burst's last beat");
    if (b->moved == b->beats)
        w->answered++;
}

void serac_env_commit(struct serac_env *env, uint64_t cycle,
                      const struct serac_rtl_out *out,
                      const struct serac_rtl_in *in)
{
    struct serac_env_channel *r = &env->read, *w = &env->write;
    (void)cycle;
    if (in->arready)
        r->pending = false;
    if (in->awready)
        w->pending = false;
    if (in->rvalid) {
        struct serac_env_burst *b = at(r, 0);
        if (++b->moved == b->beats) {
            r->head = (r->head + 1) % SERAC_ENV_BURSTS;
            r->count--;
        }
    }
    if (in->wready && !out->wvalid)
        violate(env, "W has a gap, or follows AW too late");
    else if (in->wready)
        take_write_beat(env, out);
    if (in->bvalid) {
        w->head = (w->head + 1) % SERAC_ENV_BURSTS;
        w->count--;
        w->answered--;
    }
}
