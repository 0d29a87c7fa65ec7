/* serac_device_model.c - the cycle model behind emulated registers.
 *
 * The doorbell runs the program at once. Timing never depends on data, so it is
 * computed on the first run of a loaded image and kept; later runs of the same
 * program compute data only. */
#include <stdlib.h>
#include <string.h>

#include "serac_device.h"
#include "serac_insn.h"

struct model {
    uint32_t program_low, program_high, control;
    bool done, irq, rung;
    bool timed;                  /* `blocks` holds the timed program's blocks */
    uint64_t timed_program;
    uint8_t *blocks;
    size_t blocks_bytes;
};

static uint32_t error_code(enum serac_status status)
{
    switch (status) {
    case SERAC_E_BAD_INSTRUCTION:
        return SERAC_ERROR_BAD_INSTRUCTION;
    case SERAC_E_READ_SLVERR:
        return SERAC_ERROR_READ_SLVERR;
    case SERAC_E_READ_DECERR:
        return SERAC_ERROR_READ_DECERR;
    case SERAC_E_WRITE_SLVERR:
        return SERAC_ERROR_WRITE_SLVERR;
    case SERAC_E_WRITE_DECERR:
        return SERAC_ERROR_WRITE_DECERR;
    case SERAC_E_DEADLOCK:
        return SERAC_ERROR_DEADLOCK;
    default:
        return SERAC_ERROR_NONE;
    }
}

/* Is the program in memory the one that was timed? */
static bool same_program(const struct serac_device *d, const struct model *m,
                         uint64_t program)
{
    uint64_t offset = program - d->arena.base;
    return m->timed && m->timed_program == program &&
           offset < d->arena.size &&
           m->blocks_bytes <= d->arena.size - offset &&
           !memcmp(m->blocks, d->arena.bytes + offset, m->blocks_bytes);
}

static void remember(struct serac_device *d, struct model *m, uint64_t program)
{
    size_t bytes = (size_t)d->run.num_blocks * SERAC_INSN_BLOCK_STRIDE;
    uint64_t offset = program - d->arena.base;
    free(m->blocks);
    m->blocks = malloc(bytes ? bytes : 1);
    m->timed = m->blocks && d->run.status == SERAC_OK &&
               bytes <= d->arena.size - offset;
    if (!m->timed)
        return;
    memcpy(m->blocks, d->arena.bytes + offset, bytes);
    m->blocks_bytes = bytes;
    m->timed_program = program;
}

static enum serac_status start(struct serac_device *d, struct model *m)
{
    struct serac_bus bus = serac_host_memory_bus(&d->arena);
    uint64_t program = m->program_low | (uint64_t)m->program_high << 32;
    enum serac_status status;
    if (same_program(d, m, program)) {
        status = serac_run_data(&d->design, &bus, program);
    } else {
        status = serac_run_program(&d->design, &d->memory, &bus, program, 1,
                                   &d->run);
        remember(d, m, program);
    }
    m->done = m->irq = true;
    return status;
}

static enum serac_status write32(void *ctx, uint32_t offset, uint32_t value)
{
    struct serac_device *d = ctx;
    struct model *m = d->own;
    switch (offset) {
    case SERAC_REG_PROGRAM_ADDR_LO:
        m->program_low = value;
        break;
    case SERAC_REG_PROGRAM_ADDR_HI:
        m->program_high = value;
        break;
    case SERAC_REG_STATUS:
        if (value & SERAC_REG_STATUS_IRQ_MASK)
            m->irq = false;
        break;
    case SERAC_REG_CONTROL:
        m->control = value & SERAC_REG_CONTROL_IRQ_ENABLE_MASK;
        if (value & SERAC_REG_CONTROL_START_MASK)
            return start(d, m);
        break;
    default:
        break;
    }
    return SERAC_OK;
}

static uint32_t counter(const struct serac_counters *c, uint32_t offset)
{
#define READ(name, at)                                                        \
    if (offset == (at))                                                       \
        return (uint32_t)c->name;                                             \
    if (offset == (at) + 4)                                                   \
        return (uint32_t)(c->name >> 32);
    SERAC_COUNTER_LIST(READ)
#undef READ
    return 0;
}

static enum serac_status read32(void *ctx, uint32_t offset, uint32_t *value)
{
    struct serac_device *device = ctx;
    const struct serac_design *d = &device->design;
    struct model *m = device->own;
    const struct serac_run *run = &device->run;
    switch (offset) {
    case SERAC_REG_ID: *value = SERAC_REGS_ID; break;
    case SERAC_REG_VERSION: *value = SERAC_REGS_VERSION; break;
    case SERAC_REG_CONTROL: *value = m->control; break;
    case SERAC_REG_STATUS:
        *value = (uint32_t)m->done << SERAC_REG_STATUS_DONE_LSB |
                 (uint32_t)m->irq << SERAC_REG_STATUS_IRQ_LSB |
                 (m->done ? error_code(run->status) : 0)
                     << SERAC_REG_STATUS_ERROR_LSB;
        break;
    case SERAC_REG_PROGRAM_ADDR_LO: *value = m->program_low; break;
    case SERAC_REG_PROGRAM_ADDR_HI: *value = m->program_high; break;
    case SERAC_REG_ERROR_ADDR_LO: *value = (uint32_t)run->error_address; break;
    case SERAC_REG_ERROR_ADDR_HI:
        *value = (uint32_t)(run->error_address >> 32);
        break;
    case SERAC_REG_DESIGN_ROWS: *value = d->rows | d->cols << 16; break;
    case SERAC_REG_DESIGN_LANES:
        *value = d->lanes | d->weight_planes << 16 | d->act_planes << 24;
        break;
    case SERAC_REG_DESIGN_WEIGHT_BUFFER: *value = d->weight_buffer_bytes; break;
    case SERAC_REG_DESIGN_ACT_BUFFER: *value = d->act_buffer_bytes; break;
    case SERAC_REG_DESIGN_OUTPUT_BUFFER: *value = d->output_buffer_bytes; break;
    case SERAC_REG_DESIGN_PARAM_BUFFER: *value = d->param_buffer_bytes; break;
    case SERAC_REG_DESIGN_BUS:
        *value = d->axi_bits | d->outstanding << 16 | d->queue_depth << 24;
        break;
    case SERAC_REG_DESIGN_REQUANT: *value = d->requant_lanes; break;
    default: *value = counter(&run->total, offset); break;
    }
    return SERAC_OK;
}

static enum serac_status wait_irq(void *ctx, uint32_t milliseconds)
{
    const struct serac_device *d = ctx;
    (void)milliseconds;
    return ((const struct model *)d->own)->irq ? SERAC_OK : SERAC_E_TIMEOUT;
}

static void close_model(struct serac_device *device)
{
    struct model *m = device->own;
    if (m)
        free(m->blocks);
    free(m);
}

enum serac_status serac_device_open_model(struct serac_device *device,
                                          struct serac_error *error)
{
    (void)error;
    device->own = calloc(1, sizeof(struct model));
    if (!device->own)
        return SERAC_E_NOMEM;
    device->close = close_model;
    device->io.read32 = read32;
    device->io.write32 = write32;
    device->io.wait_irq = wait_irq;
    return SERAC_OK;
}
