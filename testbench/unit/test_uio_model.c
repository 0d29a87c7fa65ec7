/* test_uio_model.c - a network through the driver and the UIO backend, served by
 * the cycle model in another process.
 *
 * Registers and memory are files that both processes map, the interrupt is a
 * FIFO. Register writes go through a mailbox behind the registers, since a file cannot
 * react to a write; everything else is the backend's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
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

#include "serac_csr.h"
#include "serac_dataset.h"
#include "serac_drv.h"
#include "serac_host_memory.h"
#include "serac_image_make.h"
#include "serac_infer.h"
#include "serac_uio.h"

#define MAP 4096u
#define MAIL_OFFSET 0xf00u
#define MAIL_VALUE 0xf04u
#define MAIL_SENT 0xf08u
#define MAIL_DONE 0xf0cu
#define PHYS 0x40000000u
#define DMA (1u << 20)
#define DIR "/tmp/serac-uio-model"
#define IMAGES 5

static struct serac_setting setting;
static struct serac_uio backend;
static uint32_t sent;

static void nap(void)
{
    struct timespec time = {0, 20000};
    nanosleep(&time, NULL);
}

static void *map_file(const char *path, size_t bytes)
{
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, (off_t)bytes))
        return NULL;
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return at == MAP_FAILED ? NULL : at;
}

/* --- the device ------------------------------------------------------------------ */

static void serve(bool lose_interrupts)
{
    alarm(120);
    volatile uint32_t *regs = map_file(DIR "/uio", MAP);
    struct serac_host_memory memory = {PHYS, DMA, map_file(DIR "/dma", DMA)};
    struct serac_bus bus = serac_host_memory_bus(&memory);
    struct serac_run run = {.num_blocks = 0};
    struct serac_csr csr = {.design = &setting.design, .run = &run};
    int irq = open(DIR "/fifo", O_RDWR);
    for (uint32_t done = 0, count = 0;; done++) {
        for (uint32_t o = 0; o < SERAC_REG_COUNTERS + 8 * SERAC_COUNTERS; o += 4)
            regs[o / 4] = serac_csr_read(&csr, o);
        __sync_synchronize();
        regs[MAIL_DONE / 4] = done;
        while (regs[MAIL_SENT / 4] == done)
            nap();
        __sync_synchronize();
        if (!serac_csr_write(&csr, regs[MAIL_OFFSET / 4],
                             regs[MAIL_VALUE / 4]))
            continue;
        if (serac_run_program(&setting.design, &setting.memory, &bus,
                              serac_csr_program(&csr), 1, &run) != SERAC_OK)
            _exit(1);
        serac_csr_done(&csr);
        count++;
        if (!lose_interrupts &&
            write(irq, &count, sizeof count) != sizeof count)
            _exit(1);
    }
}

/* --- the host ---------------------------------------------------------------------- */

static enum serac_status mailed_write(void *ctx, uint32_t offset,
                                      uint32_t value)
{
    const struct serac_io *io = &backend.io;
    uint32_t done = sent;
    (void)ctx;
    enum serac_status status = io->write32(io->ctx, MAIL_OFFSET, offset);
    if (status == SERAC_OK)
        status = io->write32(io->ctx, MAIL_VALUE, value);
    if (status == SERAC_OK)
        status = io->write32(io->ctx, MAIL_SENT, ++sent);
    for (int i = 0; status == SERAC_OK && done != sent && i < 500000; i++) {
        status = io->read32(io->ctx, MAIL_DONE, &done);
        nap();
    }
    return done == sent ? status : SERAC_E_TIMEOUT;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static pid_t start_device(bool lose_interrupts)
{
    (void)mkdir(DIR, 0700);
    (void)mkdir(DIR "/sysfs", 0700);
    unlink(DIR "/fifo");
    unlink(DIR "/uio");
    assert_int_equal(mkfifo(DIR "/fifo", 0600), 0);
    write_text(DIR "/sysfs/phys_addr", "0x40000000\n");
    write_text(DIR "/sysfs/size", "1048576\n");
    volatile uint32_t *regs = map_file(DIR "/uio", MAP);
    assert_non_null(map_file(DIR "/dma", DMA));
    sent = 0;
    pid_t child = fork();
    if (child == 0)
        serve(lose_interrupts);
    for (int i = 0; regs[0] != SERAC_REGS_ID && i < 500000; i++)
        nap();
    return child;
}

/* The outputs of the first images, computed without a driver. */
static void expect(const struct serac_program *p,
                   const struct serac_dataset *data, uint64_t image,
                   int32_t *outputs)
{
    struct serac_host_memory m;
    struct serac_run run = {.num_blocks = 0};
    int32_t codes[28 * 28];
    assert_int_equal(serac_host_memory_init(&m, 0x1000000, p->memory_bytes),
                     SERAC_OK);
    memcpy(m.bytes, p->image, p->image_bytes);
    serac_program_relocate(p, m.base, m.bytes);
    for (int i = 0; i < 28 * 28; i++)
        codes[i] = data->images[image * 28 * 28 + (uint64_t)i];
    serac_pack_tensor(&p->input_tensor, &p->design, codes, m.bytes + p->input);
    struct serac_bus bus = serac_host_memory_bus(&m);
    assert_int_equal(serac_run_program(&p->design, &setting.memory, &bus,
                                       m.base, 1, &run), SERAC_OK);
    serac_unpack_tensor(&p->output_tensor, &p->design, m.bytes + p->output,
                        outputs);
    serac_host_memory_free(&m);
}

static void infer(bool lose_interrupts)
{
    struct serac_network *network;
    struct serac_program *program;
    struct serac_dataset data;
    struct serac_error error = {""};
    struct serac_drv drv;
    pid_t child = start_device(lose_interrupts);
    struct serac_uio_config config = {
        .uio = DIR "/uio", .map_bytes = MAP, .dma = DIR "/dma",
        .dma_sysfs = DIR "/sysfs", .interrupt = DIR "/fifo"};
    assert_int_equal(serac_network_load("fashion-w1", &network, &error), SERAC_OK);
    assert_int_equal(serac_dataset_load("fashion-mnist-500", &data, &error), SERAC_OK);
    assert_int_equal(serac_program_build(network, &setting.design,
                                         &setting.memory, &program, &error), SERAC_OK);
    size_t bytes;
    uint8_t *image = serac_image_make(program, &bytes);
    uint8_t *packed = malloc(program->input_layout.bytes);
    assert_int_equal(serac_uio_open(&backend, &config, NULL), SERAC_OK);
    struct serac_io io = backend.io;
    io.write32 = mailed_write;
    assert_int_equal(serac_drv_open(&drv, &io), SERAC_OK);
    drv.wait_milliseconds = lose_interrupts ? 50 : 2000;
    assert_int_equal(serac_drv_load(&drv, image, bytes), SERAC_OK);
    for (uint64_t i = 0; i < IMAGES; i++) {
        int32_t codes[28 * 28], want[10], got[10];
        uint8_t out[4096];
        for (int k = 0; k < 28 * 28; k++)
            codes[k] = data.images[i * 28 * 28 + (uint64_t)k];
        serac_pack_tensor(&program->input_tensor, &setting.design, codes, packed);
        assert_int_equal(serac_drv_write_input(&drv, packed,
                                               program->input_layout.bytes), SERAC_OK);
        assert_int_equal(serac_drv_run(&drv), SERAC_OK);
        assert_int_equal(serac_drv_read_output(&drv, out,
                                               program->output_layout.bytes), SERAC_OK);
        serac_unpack_tensor(&program->output_tensor, &setting.design, out, got);
        expect(program, &data, i, want);
        assert_memory_equal(got, want, sizeof want);
    }
    struct serac_drv_counters counters;
    assert_int_equal(serac_drv_counters(&drv, &counters), SERAC_OK);
    assert_int_equal(counters.blocks, 8);
    serac_drv_close(&drv);
    serac_uio_close(&backend);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    free(image);
    free(packed);
    serac_program_destroy(program);
    serac_network_destroy(network);
    serac_dataset_free(&data);
}

static void test_a_network_runs_through_uio_on_the_model(void **state)
{
    (void)state;
    infer(false);
}

static void test_it_does_so_when_every_interrupt_is_lost(void **state)
{
    (void)state;
    infer(true);
}

static int set_up(void **state)
{
    struct serac_error error;
    (void)state;
    return serac_design_load("tiny", &setting.design, &error) ||
           serac_memory_load("default", &setting.memory, &error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_network_runs_through_uio_on_the_model),
        cmocka_unit_test(test_it_does_so_when_every_interrupt_is_lost),
    };
    return cmocka_run_group_tests_name("uio_model", tests, set_up, NULL);
}
