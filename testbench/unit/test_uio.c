/* test_uio.c - the UIO backend on ordinary files, served by another process.
 *
 * Registers and memory are files that both processes map; the interrupt is a
 * FIFO. A file cannot clear bits when it is written, so each register write is
 * completed by the child, as a bus would: MAIL_* below. All accesses go through
 * the backend's own functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "serac_drv.h"
#include "serac_insn.h"
#include "serac_uio.h"

#define MAP 4096u
#define MAIL_OFFSET 0xf00u      /* behind the registers: what was written */
#define MAIL_SENT 0xf04u        /* number of writes sent .. */
#define MAIL_DONE 0xf08u        /* .. and completed */
#define PHYS 0x1f400000u
#define MEMORY 8192u
#define BODY 512u
#define INPUT 4096u
#define OUTPUT 6144u
#define TENSOR 300u
#define HEADER SERAC_IMAGE_HEADER_BYTES

enum mode { SERVE, LOSE_INTERRUPT, NEVER_DONE, FAIL };

struct bench {
    char directory[64];
    char uio[96], fifo[96], dma[96], sysfs[96];
    size_t dma_bytes;
    struct serac_uio_config config;
    struct serac_uio backend;
    struct serac_io io;         /* backend's, with completed writes */
    struct serac_drv drv;
    uint32_t sent;
    pid_t child;
    uint8_t file[HEADER + BODY], input[TENSOR], output[TENSOR];
};

/* --- the device: a child process ----------------------------------------- */

static void pause_us(long us)
{
    struct timespec time = {0, us * 1000};
    nanosleep(&time, NULL);
}

static void *map(const char *path, size_t bytes)
{
    int fd = open(path, O_RDWR);
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd < 0 || at == MAP_FAILED)
        _exit(1);
    close(fd);
    return at;
}

/* The first block's output becomes ~input. Addresses are the device's. */
static void compute(uint8_t *memory, size_t bytes, uint64_t program)
{
    struct serac_insn insn;
    if (program < PHYS || program + 512 > PHYS + bytes)
        _exit(2);
    serac_insn_decode(memory + (program - PHYS), &insn);
    uint64_t in = insn.fetch.act_addr_lo |
                  (uint64_t)insn.fetch.act_addr_hi << 32;
    uint64_t out = insn.store.out_addr_lo |
                   (uint64_t)insn.store.out_addr_hi << 32;
    if (in < PHYS || in + TENSOR > PHYS + bytes || out < PHYS ||
        out + TENSOR > PHYS + bytes)
        _exit(3);
    for (uint32_t i = 0; i < TENSOR; i++)
        memory[out - PHYS + i] = (uint8_t)~memory[in - PHYS + i];
}

static void serve(const struct bench *b, enum mode mode)
{
    alarm(60);                  /* whatever happens to the parent */
    volatile uint32_t *regs = map(b->uio, MAP);
    uint8_t *memory = map(b->dma, b->dma_bytes);
    int irq = open(b->fifo, O_RDWR);
    uint32_t state = 0, done = 0, count = 0;
    for (;;) {
        while (regs[MAIL_SENT / 4] == done)
            pause_us(20);
        __sync_synchronize();
        uint32_t offset = regs[MAIL_OFFSET / 4], value = regs[offset / 4];
        bool start = false;
        if (offset == SERAC_REG_STATUS)
            state &= ~(value & SERAC_REG_STATUS_IRQ_MASK);
        if (offset == SERAC_REG_CONTROL) {
            start = value & SERAC_REG_CONTROL_START_MASK;
            regs[offset / 4] = value & ~SERAC_REG_CONTROL_START_MASK;
        }
        if (start)
            state = SERAC_REG_STATUS_BUSY_MASK;
        regs[SERAC_REG_STATUS / 4] = state;
        __sync_synchronize();
        regs[MAIL_DONE / 4] = ++done;
        if (!start || mode == NEVER_DONE)
            continue;
        uint64_t program = regs[SERAC_REG_PROGRAM_ADDR_LO / 4] |
                           (uint64_t)regs[SERAC_REG_PROGRAM_ADDR_HI / 4] << 32;
        pause_us(3000);
        state = SERAC_REG_STATUS_DONE_MASK | SERAC_REG_STATUS_IRQ_MASK;
        if (mode == FAIL) {
            regs[SERAC_REG_ERROR_ADDR_LO / 4] = 0x1f401000;
            state |= SERAC_ERROR_READ_DECERR << SERAC_REG_STATUS_ERROR_LSB;
        } else {
            compute(memory, b->dma_bytes, program);
        }
        regs[SERAC_REG_COUNTERS / 4] = 4711;
        __sync_synchronize();
        regs[SERAC_REG_STATUS / 4] = state;
        count++;
        if (mode != LOSE_INTERRUPT &&
            write(irq, &count, sizeof count) != sizeof count)
            _exit(4);
    }
}

/* --- the bench ----------------------------------------------------------- */

static void put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void make_program(struct bench *b)
{
    static const uint64_t sizes[] = {BODY, MEMORY, INPUT, TENSOR, OUTPUT,
                                     TENSOR};
    struct serac_insn insn;
    memset(&insn, 0, sizeof insn);
    insn.fetch.magic = SERAC_INSN_MAGIC;
    insn.fetch.last = 1;
    insn.fetch.act_addr_lo = INPUT;
    insn.store.out_addr_lo = OUTPUT;
    memset(b->file, 0, sizeof b->file);
    serac_insn_encode(&insn, b->file + HEADER);
    put(b->file, SERAC_IMAGE_MAGIC, 4);
    put(b->file + 4, SERAC_IMAGE_VERSION, 4);
    for (uint32_t i = 0; i < 8; i++)
        put(b->file + 8 + 4 * i, i + 1, 4);
    put(b->file + 40, 1, 4);
    put(b->file + 44, crc32(0, b->file + HEADER, BODY), 4);
    for (int i = 0; i < 6; i++)
        put(b->file + 48 + 8 * i, sizes[i], 8);
}

static void write_text(const char *directory, const char *name,
                       const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void read_text(const struct bench *b, const char *name, char *text,
                      int room)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", b->sysfs, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, room, file));
    fclose(file);
}

static void make_file(const char *path, size_t bytes)
{
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
    close(fd);
}

static void set_dma_bytes(struct bench *b, size_t bytes)
{
    char text[32];
    b->dma_bytes = bytes;
    make_file(b->dma, bytes);
    snprintf(text, sizeof text, "%zu\n", bytes);
    write_text(b->sysfs, "size", text);
}

static void make_sync_files(struct bench *b)
{
    static const char *const names[] = {"sync_offset", "sync_size",
                                        "sync_direction", "sync_for_device",
                                        "sync_for_cpu"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        write_text(b->sysfs, names[i], "7777777777\n");
}

static int set_up(void **state)
{
    static struct bench bench;
    struct bench *b = &bench;
    memset(b, 0, sizeof *b);
    strcpy(b->directory, "/tmp/serac-uio-XXXXXX");
    assert_non_null(mkdtemp(b->directory));
    snprintf(b->uio, sizeof b->uio, "%s/uio", b->directory);
    snprintf(b->fifo, sizeof b->fifo, "%s/fifo", b->directory);
    snprintf(b->dma, sizeof b->dma, "%s/dma", b->directory);
    snprintf(b->sysfs, sizeof b->sysfs, "%s/sysfs", b->directory);
    assert_int_equal(mkdir(b->sysfs, 0700), 0);
    assert_int_equal(mkfifo(b->fifo, 0600), 0);
    make_file(b->uio, MAP);
    write_text(b->sysfs, "phys_addr", "0x000000001f400000\n");
    set_dma_bytes(b, MEMORY);
    uint32_t *regs = map(b->uio, MAP);
    regs[SERAC_REG_ID / 4] = SERAC_REGS_ID;
    regs[SERAC_REG_VERSION / 4] = SERAC_REGS_VERSION;
    for (uint32_t i = 0; i < 8; i++)
        regs[SERAC_REG_DESIGN_ROWS / 4 + i] = i + 1;
    munmap(regs, MAP);
    b->config = (struct serac_uio_config){
        .uio = b->uio, .map_bytes = MAP, .dma = b->dma,
        .dma_sysfs = b->sysfs, .interrupt = b->fifo};
    make_program(b);
    for (uint32_t i = 0; i < TENSOR; i++)
        b->input[i] = (uint8_t)(i * 7 + 1);
    *state = b;
    return 0;
}

static void stop_child(struct bench *b)
{
    if (b->child <= 0)
        return;
    kill(b->child, SIGKILL);
    waitpid(b->child, NULL, 0);
    b->child = 0;
}

static void remove_files(const char *directory)
{
    DIR *dir = opendir(directory);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", directory, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(directory);
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    stop_child(b);
    remove_files(b->sysfs);
    remove_files(b->directory);
    return 0;
}

static enum serac_status completed_write32(void *ctx, uint32_t offset,
                                           uint32_t value)
{
    struct bench *b = ctx;
    const struct serac_io *io = &b->backend.io;
    uint32_t done = b->sent;
    enum serac_status status = io->write32(io->ctx, offset, value);
    if (status == SERAC_OK)
        status = io->write32(io->ctx, MAIL_OFFSET, offset);
    if (status == SERAC_OK)
        status = io->write32(io->ctx, MAIL_SENT, ++b->sent);
    for (int i = 0; status == SERAC_OK && i < 100000; i++) {
        status = io->read32(io->ctx, MAIL_DONE, &done);
        if (done == b->sent)
            return status;
        pause_us(20);
    }
    return SERAC_E_MISMATCH;
}

/* The other six go straight to the backend. */
static enum serac_status pass_read32(void *ctx, uint32_t offset, uint32_t *v)
{
    return ((struct bench *)ctx)->backend.io.read32(
        &((struct bench *)ctx)->backend, offset, v);
}

static enum serac_status pass_alloc(void *ctx, size_t bytes,
                                    struct serac_buffer *buffer)
{
    struct bench *b = ctx;
    return b->backend.io.alloc(&b->backend, bytes, buffer);
}

static void pass_free(void *ctx, struct serac_buffer *buffer)
{
    struct bench *b = ctx;
    b->backend.io.free(&b->backend, buffer);
}

static enum serac_status pass_to_device(void *ctx,
                                        const struct serac_buffer *buffer,
                                        size_t offset, size_t bytes)
{
    struct bench *b = ctx;
    return b->backend.io.sync_to_device(&b->backend, buffer, offset, bytes);
}

static enum serac_status pass_to_host(void *ctx,
                                      const struct serac_buffer *buffer,
                                      size_t offset, size_t bytes)
{
    struct bench *b = ctx;
    return b->backend.io.sync_to_host(&b->backend, buffer, offset, bytes);
}

static enum serac_status pass_wait_irq(void *ctx, uint32_t milliseconds)
{
    struct bench *b = ctx;
    return b->backend.io.wait_irq(&b->backend, milliseconds);
}

/* Opens the backend, starts the device, opens the driver. */
static void start(struct bench *b, enum mode mode)
{
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL), SERAC_OK);
    b->child = fork();
    assert_true(b->child >= 0);
    if (b->child == 0)
        serve(b, mode);
    b->io = (struct serac_io){pass_read32,    completed_write32, pass_alloc,
                              pass_free,      pass_to_device,    pass_to_host,
                              pass_wait_irq,  b};
    assert_int_equal(serac_drv_open(&b->drv, &b->io), SERAC_OK);
    assert_int_equal(serac_drv_load(&b->drv, b->file, sizeof b->file),
                     SERAC_OK);
    assert_int_equal(serac_drv_write_input(&b->drv, b->input, TENSOR),
                     SERAC_OK);
}

static void assert_output(struct bench *b)
{
    memset(b->output, 0, TENSOR);
    assert_int_equal(serac_drv_read_output(&b->drv, b->output, TENSOR),
                     SERAC_OK);
    for (uint32_t i = 0; i < TENSOR; i++)
        assert_int_equal(b->output[i], (uint8_t)~b->input[i]);
}

static int open_files(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- served runs --------------------------------------------------------- */

static void test_runs_end_by_interrupt(void **state)
{
    struct bench *b = *state;
    struct serac_drv_counters counters;
    start(b, SERVE);
    b->drv.wait_milliseconds = 20000;    /* polling would be noticed */
    int64_t from = milliseconds();
    for (int run = 0; run < 5; run++) {
        b->input[run] ^= 0xff;
        assert_int_equal(serac_drv_write_input(&b->drv, b->input, TENSOR),
                         SERAC_OK);
        assert_int_equal(serac_drv_run(&b->drv), SERAC_OK);
        assert_output(b);
    }
    assert_true(milliseconds() - from < 15000);
    assert_int_equal(serac_drv_counters(&b->drv, &counters), SERAC_OK);
    assert_int_equal(counters.cycles, 4711);
    serac_drv_close(&b->drv);
    assert_int_equal(b->backend.num_buffers, 0);
    serac_uio_close(&b->backend);
}

static void test_a_lost_interrupt_costs_one_wait(void **state)
{
    struct bench *b = *state;
    start(b, LOSE_INTERRUPT);
    b->drv.wait_milliseconds = 1000;
    b->drv.max_waits = 1;
    assert_int_equal(serac_drv_run(&b->drv), SERAC_OK);
    assert_output(b);
    serac_drv_close(&b->drv);
    serac_uio_close(&b->backend);
}

static void test_a_device_that_hangs_is_a_time_out(void **state)
{
    struct bench *b = *state;
    start(b, NEVER_DONE);
    b->drv.wait_milliseconds = 30;
    b->drv.max_waits = 3;
    int64_t from = milliseconds();
    assert_int_equal(serac_drv_run(&b->drv), SERAC_E_TIMEOUT);
    assert_true(milliseconds() - from >= 90);
    assert_int_equal(serac_drv_submit(&b->drv), SERAC_E_BUSY);
    serac_uio_close(&b->backend);
}

static void test_a_device_error_arrives_with_its_address(void **state)
{
    struct bench *b = *state;
    start(b, FAIL);
    assert_int_equal(serac_drv_run(&b->drv), SERAC_E_READ_DECERR);
    assert_int_equal(b->drv.error_address, 0x1f401000);
    serac_drv_close(&b->drv);
    serac_uio_close(&b->backend);
}

static void test_a_device_that_vanishes_is_an_error_not_a_wait(void **state)
{
    struct bench *b = *state;
    start(b, NEVER_DONE);
    assert_int_equal(serac_drv_submit(&b->drv), SERAC_OK);
    stop_child(b);
    b->drv.wait_milliseconds = 20000;
    int64_t from = milliseconds();
    assert_int_equal(serac_drv_wait(&b->drv), SERAC_E_IO);
    assert_true(milliseconds() - from < 15000);
    serac_uio_close(&b->backend);
}

/* --- interrupt ----------------------------------------------------------- */

static void nothing(int signal)
{
    (void)signal;
}

static void test_signals_do_not_shorten_a_wait(void **state)
{
    struct bench *b = *state;
    start(b, NEVER_DONE);
    struct sigaction action = {.sa_handler = nothing};
    sigaction(SIGUSR1, &action, NULL);
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        for (int i = 0; i < 30; i++) {
            pause_us(5000);
            kill(parent, SIGUSR1);
        }
        _exit(0);
    }
    int64_t from = milliseconds();
    assert_int_equal(b->backend.io.wait_irq(&b->backend, 100),
                     SERAC_E_TIMEOUT);
    assert_true(milliseconds() - from >= 100);
    while (waitpid(child, NULL, 0) < 0)
        ;
    serac_uio_close(&b->backend);
}

/* The UIO device itself is told to unmask before each wait, by 4 bytes; an
 * ordinary file keeps them, and then reads on behind them. */
static void test_the_uio_device_is_unmasked_before_each_wait(void **state)
{
    struct bench *b = *state;
    uint32_t word = 0;
    b->config.interrupt = NULL;
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL), SERAC_OK);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t at = 8 * i;
        assert_int_equal(b->backend.io.write32(&b->backend, at, 0xffffffff),
                         SERAC_OK);
        assert_int_equal(b->backend.io.wait_irq(&b->backend, 10), SERAC_OK);
        assert_int_equal(b->backend.io.read32(&b->backend, at, &word),
                         SERAC_OK);
        assert_int_equal(word, 1);
    }
    serac_uio_close(&b->backend);
}

/* --- open ---------------------------------------------------------------- */

static void test_each_missing_file_is_named(void **state)
{
    struct bench *b = *state;
    const char **paths[] = {&b->config.uio, &b->config.interrupt,
                            &b->config.dma, &b->config.dma_sysfs};
    int before = open_files();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const char *kept = *paths[i], *what = NULL;
        *paths[i] = "/nowhere/at/all";
        assert_int_equal(serac_uio_open(&b->backend, &b->config, &what),
                         SERAC_E_NOT_FOUND);
        assert_ptr_equal(what, *paths[i]);
        *paths[i] = kept;
    }
    assert_int_equal(open_files(), before);
}

static void test_sysfs_nonsense_is_refused(void **state)
{
    static const struct { const char *name, *text; } wrong[] = {
        {"phys_addr", ""}, {"phys_addr", "here\n"},
        {"phys_addr", "0x1f400800\n"},
        {"phys_addr", "0x1ffffffffffffffff000\n"}, {"phys_addr", "0x1000 x\n"},
        {"size", "0\n"}, {"size", "-18446744073709543424\n"},
        {"size", "12289\n"},
        {"size", "18446744073709551615\n"},
    };
    struct bench *b = *state;
    int before = open_files();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_text(b->sysfs, wrong[i].name, wrong[i].text);
        assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL),
                         SERAC_E_IO);
        write_text(b->sysfs, "phys_addr", "0x1f400000\n");
        write_text(b->sysfs, "size", "8192\n");
    }
    assert_int_equal(open_files(), before);
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL), SERAC_OK);
    serac_uio_close(&b->backend);
    assert_int_equal(open_files(), before);
}

static void test_a_map_smaller_than_the_registers_is_refused(void **state)
{
    struct bench *b = *state;
    b->config.map_bytes = SERAC_REG_COUNTERS + 8 * SERAC_COUNTERS - 1;
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL),
                     SERAC_E_INPUT);
    b->config.map_bytes = MAP + 1;       /* larger than the file */
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL),
                     SERAC_E_IO);
}

static void test_registers_outside_the_map_are_refused(void **state)
{
    struct bench *b = *state;
    uint32_t value;
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL), SERAC_OK);
    const struct serac_io *io = &b->backend.io;
    assert_int_equal(io->read32(io->ctx, MAP - 4, &value), SERAC_OK);
    assert_int_equal(io->read32(io->ctx, MAP, &value), SERAC_E_INPUT);
    assert_int_equal(io->write32(io->ctx, MAP, 0), SERAC_E_INPUT);
    assert_int_equal(io->write32(io->ctx, 2, 0), SERAC_E_INPUT);
    serac_uio_close(&b->backend);
}

/* --- memory -------------------------------------------------------------- */

static enum serac_status load_with(struct bench *b, size_t dma_bytes)
{
    set_dma_bytes(b, dma_bytes);
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL), SERAC_OK);
    assert_int_equal(serac_drv_open(&b->drv, &b->backend.io), SERAC_OK);
    return serac_drv_load(&b->drv, b->file, sizeof b->file);
}

static void test_a_program_fits_a_buffer_of_its_size(void **state)
{
    struct bench *b = *state;
    assert_int_equal(load_with(b, MEMORY), SERAC_OK);
    serac_uio_close(&b->backend);
}

static void test_a_buffer_one_byte_smaller_is_no_memory(void **state)
{
    struct bench *b = *state;
    assert_int_equal(load_with(b, MEMORY - 1), SERAC_E_NOMEM);
    serac_uio_close(&b->backend);
}

/* The new image is allocated before the old one is freed. */
static void test_programs_can_be_replaced_for_ever(void **state)
{
    struct bench *b = *state;
    assert_int_equal(load_with(b, 2 * MEMORY), SERAC_OK);
    for (int i = 0; i < 50; i++)
        assert_int_equal(serac_drv_load(&b->drv, b->file, sizeof b->file),
                         SERAC_OK);
    serac_uio_close(&b->backend);
}

static void test_buffers_never_overlap_and_gaps_are_used_again(void **state)
{
    struct bench *b = *state;
    struct serac_buffer buffers[SERAC_UIO_BUFFERS + 1];
    set_dma_bytes(b, 2 * SERAC_UIO_BUFFERS * 4096);
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL), SERAC_OK);
    const struct serac_io *io = &b->backend.io;
    for (unsigned i = 0; i < SERAC_UIO_BUFFERS; i++) {
        assert_int_equal(io->alloc(io->ctx, i % 2 ? 1 : 4097, &buffers[i]),
                         SERAC_OK);
        assert_int_equal(buffers[i].bus % SERAC_IO_ALIGNMENT, 0);
        assert_true(buffers[i].cpu - b->backend.dma ==
                    (int64_t)(buffers[i].bus - PHYS));
        if (i)
            assert_true(buffers[i].bus >=
                        buffers[i - 1].bus + buffers[i - 1].bytes);
    }
    assert_int_equal(io->alloc(io->ctx, 1, &buffers[SERAC_UIO_BUFFERS]),
                     SERAC_E_NOMEM);         /* too many */
    uint64_t hole = buffers[4].bus;
    io->free(io->ctx, &buffers[4]);
    io->free(io->ctx, &buffers[9]);
    assert_int_equal(io->alloc(io->ctx, 8192, &buffers[4]), SERAC_OK);
    assert_int_equal(buffers[4].bus, hole);
    serac_uio_close(&b->backend);
}

static void test_sync_names_range_and_direction(void **state)
{
    struct bench *b = *state;
    char text[32];
    make_sync_files(b);
    start(b, SERVE);
    read_text(b, "sync_direction", text, sizeof text);
    assert_string_equal(text, "0\n");
    read_text(b, "sync_offset", text, sizeof text);
    assert_string_equal(text, "4096\n");
    read_text(b, "sync_size", text, sizeof text);
    assert_string_equal(text, "300\n");
    read_text(b, "sync_for_device", text, sizeof text);
    assert_string_equal(text, "1\n");
    read_text(b, "sync_for_cpu", text, sizeof text);
    assert_string_equal(text, "7777777777\n");
    assert_int_equal(serac_drv_run(&b->drv), SERAC_OK);
    assert_output(b);
    read_text(b, "sync_offset", text, sizeof text);
    assert_string_equal(text, "6144\n");
    read_text(b, "sync_for_cpu", text, sizeof text);
    assert_string_equal(text, "1\n");
    serac_drv_close(&b->drv);
    serac_uio_close(&b->backend);
}

static void test_sync_counts_from_the_start_of_the_memory(void **state)
{
    struct bench *b = *state;
    struct serac_buffer first, second;
    char text[32];
    make_sync_files(b);
    assert_int_equal(serac_uio_open(&b->backend, &b->config, NULL), SERAC_OK);
    const struct serac_io *io = &b->backend.io;
    assert_int_equal(io->alloc(io->ctx, 10, &first), SERAC_OK);
    assert_int_equal(io->alloc(io->ctx, 100, &second), SERAC_OK);
    assert_int_equal(io->sync_to_host(io->ctx, &second, 8, 50), SERAC_OK);
    read_text(b, "sync_offset", text, sizeof text);
    assert_string_equal(text, "4104\n");
    serac_uio_close(&b->backend);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(runs_end_by_interrupt),
        T(a_lost_interrupt_costs_one_wait),
        T(a_device_that_hangs_is_a_time_out),
        T(a_device_error_arrives_with_its_address),
        T(a_device_that_vanishes_is_an_error_not_a_wait),
        T(signals_do_not_shorten_a_wait),
        T(the_uio_device_is_unmasked_before_each_wait),
        T(each_missing_file_is_named),
        T(sysfs_nonsense_is_refused),
        T(a_map_smaller_than_the_registers_is_refused),
        T(registers_outside_the_map_are_refused),
        T(a_program_fits_a_buffer_of_its_size),
        T(a_buffer_one_byte_smaller_is_no_memory),
        T(programs_can_be_replaced_for_ever),
        T(buffers_never_overlap_and_gaps_are_used_again),
        T(sync_names_range_and_direction),
        T(sync_counts_from_the_start_of_the_memory),
    };
    return cmocka_run_group_tests_name("uio", tests, NULL, NULL);
}
