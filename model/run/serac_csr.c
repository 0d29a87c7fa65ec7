/* serac_csr.c - what the registers do. RTL twin: rtl/serac_csr.v. */
#include "serac_csr.h"

#include "serac_regs.h"

void serac_csr_design(const struct serac_design *d,
                      uint32_t words[SERAC_CSR_DESIGN_WORDS])
{
    words[0] = d->rows | d->cols << 16;
    words[1] = d->lanes | d->weight_planes << 16 | d->act_planes << 24;
    words[2] = d->weight_buffer_bytes;
    words[3] = d->act_buffer_bytes;
    words[4] = d->output_buffer_bytes;
    words[5] = d->param_buffer_bytes;
    words[6] = d->axi_bits | d->outstanding << 16 | d->queue_depth << 24;
    words[7] = d->requant_lanes;
}

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

static uint32_t status_word(const struct serac_csr *csr)
{
    uint32_t error = csr->done ? error_code(csr->run->status) : 0;
    return (uint32_t)csr->busy << SERAC_REG_STATUS_BUSY_LSB |
           (uint32_t)csr->done << SERAC_REG_STATUS_DONE_LSB |
           (uint32_t)csr->irq << SERAC_REG_STATUS_IRQ_LSB |
           (uint32_t)csr->doorbell_busy << SERAC_REG_STATUS_DOORBELL_BUSY_LSB |
           error << SERAC_REG_STATUS_ERROR_LSB;
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

uint32_t serac_csr_read(const struct serac_csr *csr, uint32_t offset)
{
    uint32_t words[SERAC_CSR_DESIGN_WORDS];
    if (offset >= SERAC_REG_DESIGN_ROWS && offset <= SERAC_REG_DESIGN_REQUANT) {
        serac_csr_design(csr->design, words);
        return words[(offset - SERAC_REG_DESIGN_ROWS) / 4];
    }
    switch (offset) {
    case SERAC_REG_ID:
        return SERAC_REGS_ID;
    case SERAC_REG_VERSION:
        return SERAC_REGS_VERSION;
    case SERAC_REG_CONTROL:
        return (uint32_t)csr->irq_enable << SERAC_REG_CONTROL_IRQ_ENABLE_LSB;
    case SERAC_REG_STATUS:
        return status_word(csr);
    case SERAC_REG_PROGRAM_ADDR_LO:
        return csr->program[0];
    case SERAC_REG_PROGRAM_ADDR_HI:
        return csr->program[1];
    case SERAC_REG_ERROR_ADDR_LO:
        return csr->done ? (uint32_t)csr->run->error_address : 0;
    case SERAC_REG_ERROR_ADDR_HI:
        return csr->done ? (uint32_t)(csr->run->error_address >> 32) : 0;
    default:
        return counter(&csr->run->total, offset);
    }
}

static bool ring(struct serac_csr *csr)
{
    if (csr->busy) {
        csr->doorbell_busy = true;
        return false;
    }
    csr->busy = true;
    csr->done = false;
    return true;
}

bool serac_csr_write(struct serac_csr *csr, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case SERAC_REG_PROGRAM_ADDR_LO:
        csr->program[0] = value;
        return false;
    case SERAC_REG_PROGRAM_ADDR_HI:
        csr->program[1] = value;
        return false;
    case SERAC_REG_STATUS:
        if (value & SERAC_REG_STATUS_IRQ_MASK)
            csr->irq = false;
        if (value & SERAC_REG_STATUS_DOORBELL_BUSY_MASK)
            csr->doorbell_busy = false;
        return false;
    case SERAC_REG_CONTROL:
        csr->irq_enable = value & SERAC_REG_CONTROL_IRQ_ENABLE_MASK;
        return value & SERAC_REG_CONTROL_START_MASK && ring(csr);
    default:
        return false;
    }
}

uint64_t serac_csr_program(const struct serac_csr *csr)
{
    return csr->program[0] | (uint64_t)csr->program[1] << 32;
}

void serac_csr_done(struct serac_csr *csr)
{
    csr->busy = false;
    csr->done = csr->irq = true;
}
