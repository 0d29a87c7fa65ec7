/* serac_drv.c - the driver. Freestanding C: no library is called. */
#include "serac_drv.h"

enum {
#define SERAC_DRV_WORD(section, name, word, lsb, width)                       \
    WORD_##section##_##name = (word),
    SERAC_INSN_FIELD_LIST(SERAC_DRV_WORD)
#undef SERAC_DRV_WORD
};

enum { SECTION_FETCH, SECTION_EXEC, SECTION_STORE };

#define TRY(call)                                                             \
    do {                                                                      \
        enum serac_status status_ = (call);                                   \
        if (status_ != SERAC_OK)                                              \
            return status_;                                                   \
    } while (0)

/* --- bytes ------------------------------------------------------------------- */

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static uint64_t get64(const uint8_t *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void copy(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = from[i];
}

static uint32_t crc32(const uint8_t *bytes, uint64_t count)
{
    uint32_t crc = 0xffffffffu;
    for (uint64_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
    }
    return ~crc;
}

/* --- open and load ------------------------------------------------------------- */

static enum serac_status read_register(struct serac_drv *drv, uint32_t offset,
                                       uint32_t *value)
{
    return drv->io->read32(drv->io->ctx, offset, value);
}

enum serac_status serac_drv_open(struct serac_drv *drv,
                                 const struct serac_io *io)
{
    uint32_t id = 0, version = 0;
    drv->io = io;
    drv->memory.cpu = 0;
    drv->wait_milliseconds = 1000;
    drv->max_waits = 60;
    drv->error_address = 0;
    drv->running = 0;
    TRY(read_register(drv, SERAC_REG_ID, &id));
    TRY(read_register(drv, SERAC_REG_VERSION, &version));
    if (id != SERAC_REGS_ID || version != SERAC_REGS_VERSION)
        return SERAC_E_DEVICE;
    for (uint32_t i = 0; i < SERAC_IMAGE_DESIGN_WORDS; i++)
        TRY(read_register(drv, SERAC_REG_DESIGN_ROWS + 4 * i,
                          &drv->design[i]));
    return SERAC_OK;
}

/* May the device still write to memory? If it cannot be asked, it may. */
static int may_run(struct serac_drv *drv)
{
    uint32_t status = SERAC_REG_STATUS_BUSY_MASK;
    if (!drv->running)
        return 0;
    if (read_register(drv, SERAC_REG_STATUS, &status) != SERAC_OK)
        return 1;
    return (status & SERAC_REG_STATUS_BUSY_MASK) != 0;
}

void serac_drv_close(struct serac_drv *drv)
{
    if (drv->memory.cpu && !may_run(drv))
        drv->io->free(drv->io->ctx, &drv->memory);
    drv->memory.cpu = 0;
}

static enum serac_status parse(const uint8_t *from, size_t bytes,
                               struct serac_image_header *h)
{
    if (bytes < SERAC_IMAGE_HEADER_BYTES)
        return SERAC_E_INPUT;
    h->magic = get32(from);
    h->version = get32(from + 4);
    for (int i = 0; i < SERAC_IMAGE_DESIGN_WORDS; i++)
        h->design[i] = get32(from + 8 + 4 * i);
    h->blocks = get32(from + 40);
    h->crc32 = get32(from + 44);
    h->image_bytes = get64(from + 48);
    h->memory_bytes = get64(from + 56);
    h->input_offset = get64(from + 64);
    h->input_bytes = get64(from + 72);
    h->output_offset = get64(from + 80);
    h->output_bytes = get64(from + 88);
    if (h->magic != SERAC_IMAGE_MAGIC || h->version != SERAC_IMAGE_VERSION)
        return SERAC_E_INPUT;
    uint64_t body = bytes - SERAC_IMAGE_HEADER_BYTES;
    if (h->image_bytes != body || h->memory_bytes < body ||
        h->memory_bytes > (size_t)-1 / 2 || h->blocks == 0 ||
        h->blocks > body / SERAC_INSN_BLOCK_STRIDE ||
        h->input_bytes > h->memory_bytes ||
        h->input_offset > h->memory_bytes - h->input_bytes ||
        h->output_bytes > h->memory_bytes ||
        h->output_offset > h->memory_bytes - h->output_bytes)
        return SERAC_E_INPUT;
    if (crc32(from + SERAC_IMAGE_HEADER_BYTES, body) != h->crc32)
        return SERAC_E_INPUT;
    return SERAC_OK;
}

/* Adds the load address to a 64-bit address in two words of a section. */
static void relocate(uint8_t *section, uint32_t low, uint32_t high,
                     uint64_t base)
{
    uint64_t address = get32(section + 4 * low) |
                       (uint64_t)get32(section + 4 * high) << 32;
    address += base;
    put32(section + 4 * low, (uint32_t)address);
    put32(section + 4 * high, (uint32_t)(address >> 32));
}

static void relocate_blocks(uint8_t *image, uint32_t blocks, uint64_t base)
{
    for (uint32_t i = 0; i < blocks; i++) {
        uint8_t *fetch = image + (size_t)i * SERAC_INSN_BLOCK_STRIDE;
        uint8_t *store =
            fetch + SECTION_STORE * 4 * SERAC_INSN_SECTION_WORDS;
        relocate(fetch, WORD_fetch_act_addr_lo, WORD_fetch_act_addr_hi, base);
        relocate(fetch, WORD_fetch_wgt_addr_lo, WORD_fetch_wgt_addr_hi, base);
        relocate(store, WORD_store_out_addr_lo, WORD_store_out_addr_hi, base);
    }
}

enum serac_status serac_drv_load(struct serac_drv *drv, const void *image,
                                 size_t bytes)
{
    const struct serac_io *io = drv->io;
    struct serac_image_header header;
    struct serac_buffer memory = {0, 0, 0};
    enum serac_status status;
    if (may_run(drv))
        return SERAC_E_BUSY;
    TRY(parse(image, bytes, &header));
    for (int i = 0; i < SERAC_IMAGE_DESIGN_WORDS; i++)
        if (header.design[i] != drv->design[i])
            return SERAC_E_DEVICE;
    TRY(io->alloc(io->ctx, (size_t)header.memory_bytes, &memory));
    copy(memory.cpu, (const uint8_t *)image + SERAC_IMAGE_HEADER_BYTES,
         (size_t)header.image_bytes);
    relocate_blocks(memory.cpu, header.blocks, memory.bus);
    status = io->sync_to_device(io->ctx, &memory, 0,
                                (size_t)header.image_bytes);
    if (status == SERAC_OK && memory.bus % SERAC_IO_ALIGNMENT != 0)
        status = SERAC_E_IO;
    if (status != SERAC_OK) {
        io->free(io->ctx, &memory);
        return status;
    }
    drv->running = 0;
    serac_drv_close(drv);
    drv->memory = memory;
    drv->image = header;
    return SERAC_OK;
}

/* Offset and count of a part of the loaded image's memory. */
static int inside(const struct serac_drv *drv, uint64_t offset, size_t count)
{
    return drv->memory.cpu && offset <= drv->image.memory_bytes &&
           count <= drv->image.memory_bytes - offset;
}

enum serac_status serac_drv_write(struct serac_drv *drv, uint64_t offset, const void *bytes, size_t count)
{
    if (!inside(drv, offset, count))
        return SERAC_E_INPUT;
    copy(drv->memory.cpu + offset, bytes, count);
    return drv->io->sync_to_device(drv->io->ctx, &drv->memory, (size_t)offset, count);
}

enum serac_status serac_drv_read(struct serac_drv *drv, uint64_t offset, void *bytes, size_t count)
{
    if (!inside(drv, offset, count))
        return SERAC_E_INPUT;
    TRY(drv->io->sync_to_host(drv->io->ctx, &drv->memory, (size_t)offset, count));
    copy(bytes, drv->memory.cpu + offset, count);
    return SERAC_OK;
}

enum serac_status serac_drv_write_input(struct serac_drv *drv,
                                        const void *bytes, size_t count)
{
    if (!drv->memory.cpu || count != drv->image.input_bytes)
        return SERAC_E_INPUT;
    return serac_drv_write(drv, drv->image.input_offset, bytes, count);
}

enum serac_status serac_drv_read_output(struct serac_drv *drv, void *bytes,
                                        size_t count)
{
    if (!drv->memory.cpu || count != drv->image.output_bytes)
        return SERAC_E_INPUT;
    return serac_drv_read(drv, drv->image.output_offset, bytes, count);
}

/* --- run ------------------------------------------------------------------------ */

enum serac_status serac_drv_submit(struct serac_drv *drv)
{
    return serac_drv_submit_at(drv, 0);
}

enum serac_status serac_drv_submit_at(struct serac_drv *drv, uint32_t block)
{
    const struct serac_io *io = drv->io;
    uint32_t status = 0;
    if (!drv->memory.cpu || block >= drv->image.blocks)
        return SERAC_E_INPUT;
    uint64_t program = drv->memory.bus + (uint64_t)block * SERAC_INSN_BLOCK_STRIDE;
    TRY(read_register(drv, SERAC_REG_STATUS, &status));
    if (status & SERAC_REG_STATUS_BUSY_MASK)
        return SERAC_E_BUSY;
    TRY(io->write32(io->ctx, SERAC_REG_STATUS,
                    SERAC_REG_STATUS_IRQ_MASK |
                        SERAC_REG_STATUS_DOORBELL_BUSY_MASK));
    TRY(io->write32(io->ctx, SERAC_REG_PROGRAM_ADDR_LO,
                    (uint32_t)program));
    TRY(io->write32(io->ctx, SERAC_REG_PROGRAM_ADDR_HI,
                    (uint32_t)(program >> 32)));
    /* From here on the device may be running, whatever the bus says. */
    drv->running = 1;
    TRY(io->write32(io->ctx, SERAC_REG_CONTROL,
                    SERAC_REG_CONTROL_START_MASK |
                        SERAC_REG_CONTROL_IRQ_ENABLE_MASK));
    TRY(read_register(drv, SERAC_REG_STATUS, &status));
    if (status & SERAC_REG_STATUS_DOORBELL_BUSY_MASK) {
        drv->running = 0;           /* somebody else was faster */
        return SERAC_E_BUSY;
    }
    return SERAC_OK;
}

static enum serac_status device_error(struct serac_drv *drv, uint32_t code)
{
    static const enum serac_status statuses[] = {
        [SERAC_ERROR_NONE] = SERAC_OK,
        [SERAC_ERROR_BAD_INSTRUCTION] = SERAC_E_BAD_INSTRUCTION,
        [SERAC_ERROR_READ_SLVERR] = SERAC_E_READ_SLVERR,
        [SERAC_ERROR_READ_DECERR] = SERAC_E_READ_DECERR,
        [SERAC_ERROR_WRITE_SLVERR] = SERAC_E_WRITE_SLVERR,
        [SERAC_ERROR_WRITE_DECERR] = SERAC_E_WRITE_DECERR,
        [SERAC_ERROR_DEADLOCK] = SERAC_E_DEADLOCK,
    };
    uint32_t low = 0, high = 0;
    if (code != SERAC_ERROR_NONE) {
        TRY(read_register(drv, SERAC_REG_ERROR_ADDR_LO, &low));
        TRY(read_register(drv, SERAC_REG_ERROR_ADDR_HI, &high));
    }
    drv->running = 0;
    if (code == SERAC_ERROR_NONE)
        return SERAC_OK;
    drv->error_address = low | (uint64_t)high << 32;
    if (code >= sizeof statuses / sizeof *statuses)
        return SERAC_E_DEVICE;
    return statuses[code];
}

enum serac_status serac_drv_wait(struct serac_drv *drv)
{
    const struct serac_io *io = drv->io;
    if (!drv->running)
        return SERAC_E_INPUT;
    for (uint32_t i = 0; i < drv->max_waits; i++) {
        uint32_t status = 0;
        enum serac_status waited =
            io->wait_irq(io->ctx, drv->wait_milliseconds);
        if (waited != SERAC_OK && waited != SERAC_E_TIMEOUT)
            return waited;
        TRY(read_register(drv, SERAC_REG_STATUS, &status));
        if (status & SERAC_REG_STATUS_BUSY_MASK ||
            !(status & SERAC_REG_STATUS_DONE_MASK))
            continue;
        TRY(io->write32(io->ctx, SERAC_REG_STATUS, SERAC_REG_STATUS_IRQ_MASK));
        return device_error(drv, (status & SERAC_REG_STATUS_ERROR_MASK) >>
                                     SERAC_REG_STATUS_ERROR_LSB);
    }
    return SERAC_E_TIMEOUT;
}

enum serac_status serac_drv_run(struct serac_drv *drv)
{
    TRY(serac_drv_submit(drv));
    return serac_drv_wait(drv);
}

enum serac_status serac_drv_counters(struct serac_drv *drv,
                                     struct serac_drv_counters *counters)
{
    uint32_t low, high;
#define READ(name, offset)                                                    \
    low = high = 0;                                                           \
    TRY(read_register(drv, (offset), &low));                                  \
    TRY(read_register(drv, (offset) + 4, &high));                             \
    counters->name = low | (uint64_t)high << 32;
    SERAC_COUNTER_LIST(READ)
#undef READ
    return SERAC_OK;
}
