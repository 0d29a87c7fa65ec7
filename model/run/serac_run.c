/* serac_run.c - a program on the cycle model, with a memory of its own. */
#include "serac_run.h"

#include "serac_fast.h"
#include "serac_timeline.h"

struct context {
    const struct serac_bus *bus;
};

static int read_block(void *ctx, uint64_t address, uint8_t *block)
{
    const struct context *context = ctx;
    return context->bus->read(context->bus->ctx, address, block,
                              SERAC_INSN_BLOCK_BYTES);
}

/* The AXI response of a burst: whether all its bytes are there. */
static int probe(const struct serac_bus *bus,
                 const struct serac_request *request, uint32_t beat_bytes)
{
    uint8_t bytes[1024];
    return bus->read(bus->ctx, request->address, bytes,
                     (size_t)request->beats * beat_bytes);
}

enum serac_status serac_run_time(const struct serac_design *design,
                                 const struct serac_memory_config *config,
                                 const struct serac_bus *bus, uint64_t program,
                                 const struct serac_observer *observer,
                                 struct serac_run *run)
{
    struct context context = {bus};
    struct serac_timeline_hooks hooks = {.read_block = read_block,
                                         .ctx = &context,
                                         .observer = observer};
    struct serac_timeline *tl = serac_timeline_create(design, program, &hooks);
    if (!tl)
        return SERAC_E_NOMEM;
    struct serac_memory memory;
    serac_memory_init(&memory, config, design->axi_bits / 8);
    struct serac_request request;
    while (serac_timeline_next(tl, &request) == SERAC_PROGRESS_REQUEST) {
        struct serac_burst burst =
            request.channel == SERAC_READ
                ? serac_memory_read(&memory, request.address, request.beats,
                                    request.cycle, NULL)
                : serac_memory_write(&memory, request.address, request.beats,
                                     request.cycle, NULL);
        serac_timeline_handshake(tl, request.channel, burst.handshake);
        serac_timeline_complete(tl, request.channel, &burst,
                                probe(bus, &request, design->axi_bits / 8));
    }
    serac_timeline_result(tl, run);
    serac_timeline_destroy(tl);
    return run->status == SERAC_E_NOMEM ? SERAC_E_NOMEM : SERAC_OK;
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
