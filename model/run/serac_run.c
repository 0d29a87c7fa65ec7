/* serac_run.c - a program on the cycle model, with a memory of its own. */
#include "serac_run.h"

#include "serac_fast.h"
#include "serac_timeline.h"

struct context {
    const struct serac_bus *bus;
    struct serac_memory memory;
};

static int read_block(void *ctx, uint64_t address, uint8_t *block)
{
    const struct context *context = ctx;
    return context->bus->read(context->bus->ctx, address, block,
                              SERAC_INSN_BLOCK_BYTES);
}

/* Whether all bytes of a burst are there. */
static int probe(void *ctx, uint64_t address, size_t bytes)
{
    const struct context *context = ctx;
    uint8_t beats[1024];
    return context->bus->read(context->bus->ctx, address, beats, bytes);
}

/* A request's answer, told to the timeline. */
static void answer(struct context *context, struct serac_timeline *tl, const struct serac_request *q)
{
    struct serac_burst burst =
        q->channel == SERAC_READ ? serac_memory_read(&context->memory, q->address, q->beats, q->cycle, NULL)
                                 : serac_memory_write(&context->memory, q->address, q->beats, q->cycle, NULL);
    serac_timeline_handshake(tl, q->channel, burst.handshake);
    serac_timeline_complete(tl, q->channel, &burst,
                            probe(context, q->address, (size_t)q->beats * context->memory.beat_bytes));
}

/* `apart`: the channels are asked apart, each as far ahead as it gets. */
static enum serac_status run_time(const struct serac_design *design, const struct serac_memory_config *config,
                                  const struct serac_bus *bus, uint64_t program, const struct serac_observer *observer,
                                  bool apart, struct serac_run *run)
{
    struct context context = {.bus = bus};
    struct serac_timeline_hooks hooks = {.read_block = read_block, .ctx = &context, .observer = observer};
    if (apart) {
        hooks.memory = &context.memory;
        hooks.probe = probe;
    }
    serac_memory_init(&context.memory, config, design->axi_bits / 8);
    struct serac_timeline *tl = serac_timeline_create(design, program, &hooks);
    if (!tl)
        return SERAC_E_NOMEM;
    struct serac_request request;
    while (serac_timeline_next(tl, &request) == SERAC_PROGRESS_REQUEST)
        answer(&context, tl, &request);
    serac_timeline_result(tl, run);
    serac_timeline_destroy(tl);
    return run->status == SERAC_E_NOMEM ? SERAC_E_NOMEM : SERAC_OK;
}

enum serac_status serac_run_time(const struct serac_design *design,
                                 const struct serac_memory_config *config,
                                 const struct serac_bus *bus, uint64_t program,
                                 const struct serac_observer *observer,
                                 struct serac_run *run)
{
    bool apart = !config->shared_bus && !observer;
    enum serac_status status = run_time(design, config, bus, program, observer, apart, run);
    /* A channel that was ahead has asked for more than it could before the error: once more, in the order of cycles. */
    if (apart && status == SERAC_OK && run->status != SERAC_OK)
        status = run_time(design, config, bus, program, observer, false, run);
    return status;
}

enum serac_status serac_run_data(const struct serac_design *design,
                                 const struct serac_bus *bus, uint64_t program,
                                 struct serac_fast *fast)
{
    struct serac_insn insn;
    do {
        uint8_t block[SERAC_INSN_BLOCK_BYTES];
        int response = bus->read(bus->ctx, program, block, sizeof block);
        if (response)
            return response == 3 ? SERAC_E_READ_DECERR : SERAC_E_READ_SLVERR;
        serac_insn_decode(block, &insn);
        enum serac_status status = serac_fast_block(fast, design, &insn, bus);
        if (status != SERAC_OK)
            return status;
        program += SERAC_INSN_BLOCK_STRIDE;
    } while (!insn.fetch.last);
    return SERAC_OK;
}

enum serac_status serac_run_program(const struct serac_design *design,
                                    const struct serac_memory_config *memory,
                                    const struct serac_bus *bus,
                                    uint64_t program, int compute,
                                    struct serac_run *run)
{
    enum serac_status status =
        serac_run_time(design, memory, bus, program, NULL, run);
    if (status != SERAC_OK || !compute || run->status != SERAC_OK)
        return status;
    return serac_run_data(design, bus, program, NULL);
}
