/* test_driver.c - the driver against a device that can fail in every way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "fake_device.c"
#include "serac_drv.h"
#include "serac_insn.h"

#define BLOCKS 2
#define BODY 1600u              /* two blocks and something behind them */
#define MEMORY 4096u
#define INPUT 2048u
#define OUTPUT 3072u
#define TENSOR 100u
#define HEADER SERAC_IMAGE_HEADER_BYTES
#define FILE_BYTES (HEADER + BODY)

struct bench {
    struct fake_device fake;
    struct serac_drv drv;
    uint8_t file[FILE_BYTES];
    uint8_t input[TENSOR], output[TENSOR];
};

static void put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* Written from the format's description, with zlib's CRC: not by code that the
 * driver shares. */
static void make_file(uint8_t *file, const uint32_t *design)
{
    static const uint64_t sizes[] = {BODY, MEMORY, INPUT, TENSOR, OUTPUT,
                                     TENSOR};
    memset(file, 0, FILE_BYTES);
    for (uint32_t i = 0; i < BODY; i++)
        file[HEADER + i] = (uint8_t)(i * 37 + (i >> 8));
    for (uint32_t i = 0; i < BLOCKS; i++) {
        struct serac_insn insn;
        memset(&insn, 0, sizeof insn);
        insn.fetch.magic = SERAC_INSN_MAGIC;
        insn.fetch.last = i + 1 == BLOCKS;
        insn.fetch.act_addr_lo = 0xfffff000u;   /* before the image */
        insn.fetch.act_addr_hi = 0xffffffffu;
        insn.fetch.wgt_addr_lo = 1024 + 64 * i;
        insn.store.out_addr_lo = OUTPUT;
        insn.store.out_addr_hi = i;
        insn.fetch.groups = 0x11223344;
        serac_insn_encode(&insn, file + HEADER + 512 * i);
    }
    put(file, SERAC_IMAGE_MAGIC, 4);
    put(file + 4, SERAC_IMAGE_VERSION, 4);
    for (int i = 0; i < 8; i++)
        put(file + 8 + 4 * i, design[i], 4);
    put(file + 40, BLOCKS, 4);
    put(file + 44, crc32(0, file + HEADER, BODY), 4);
    for (int i = 0; i < 6; i++)
        put(file + 48 + 8 * i, sizes[i], 8);
}

static int set_up(void **state)
{
    static struct bench bench;
    fake_device_init(&bench.fake);
    bench.fake.input = INPUT;
    bench.fake.output = OUTPUT;
    bench.fake.bytes = TENSOR;
    make_file(bench.file, bench.fake.design);
    for (uint32_t i = 0; i < TENSOR; i++)
        bench.input[i] = (uint8_t)(i * 11 + 3);
    memset(bench.output, 0, sizeof bench.output);
    *state = &bench;
    return 0;
}

static void open_and_load(struct bench *b)
{
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    assert_int_equal(serac_drv_load(&b->drv, b->file, FILE_BYTES), SERAC_OK);
}

/* Everything a user does; the first failure. */
static enum serac_status session(struct bench *b)
{
    struct serac_drv_counters counters;
    enum serac_status status = serac_drv_open(&b->drv, &b->fake.io);
    if (status != SERAC_OK)
        return status;
    status = serac_drv_load(&b->drv, b->file, FILE_BYTES);
    if (status == SERAC_OK)
        status = serac_drv_write_input(&b->drv, b->input, TENSOR);
    if (status == SERAC_OK)
        status = serac_drv_run(&b->drv);
    if (status == SERAC_OK)
        status = serac_drv_counters(&b->drv, &counters);
    if (status == SERAC_OK)
        status = serac_drv_read_output(&b->drv, b->output, TENSOR);
    return status;
}

/* --- open ---------------------------------------------------------------- */

static void test_open_reads_the_design_and_writes_nothing(void **state)
{
    struct bench *b = *state;
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    assert_memory_equal(b->drv.design, b->fake.design, sizeof b->drv.design);
    assert_int_equal(b->fake.calls[FAKE_WRITE32], 0);
}

static void test_open_refuses_another_id(void **state)
{
    struct bench *b = *state;
    b->fake.id ^= 1;
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_E_DEVICE);
    assert_int_equal(b->fake.calls[FAKE_WRITE32], 0);
}

static void test_open_refuses_another_version(void **state)
{
    struct bench *b = *state;
    b->fake.version++;
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_E_DEVICE);
    assert_int_equal(b->fake.calls[FAKE_WRITE32], 0);
}

/* --- load ---------------------------------------------------------------- */

/* The device sees the file's body, with the base added to six addresses. */
static void test_load_relocates_the_addresses_and_nothing_else(void **state)
{
    struct bench *b = *state;
    uint8_t expected[BODY];
    memcpy(expected, b->file + HEADER, BODY);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        struct serac_insn insn;
        serac_insn_decode(expected + 512 * i, &insn);
        insn.fetch.act_addr_lo = FAKE_BASE - 4096u;
        insn.fetch.act_addr_hi = 0;             /* carried out of 64 bits */
        insn.fetch.wgt_addr_lo += FAKE_BASE;
        insn.store.out_addr_lo += FAKE_BASE;
        serac_insn_encode(&insn, expected + 512 * i);
    }
    open_and_load(b);
    assert_memory_equal(b->fake.device, expected, BODY);
    assert_int_equal(b->fake.calls[FAKE_WRITE32], 0);
}

static void test_load_carries_into_the_upper_word(void **state)
{
    struct bench *b = *state;
    struct serac_insn insn;
    put(b->file + HEADER + 12, 0x90000000u, 4);     /* wgt_addr_lo */
    put(b->file + 44, crc32(0, b->file + HEADER, BODY), 4);
    open_and_load(b);
    serac_insn_decode(b->fake.device, &insn);
    assert_int_equal(insn.fetch.wgt_addr_lo, 0x90000000u + FAKE_BASE);
    assert_int_equal(insn.fetch.wgt_addr_hi, 1);
}

static void assert_refused(struct bench *b, size_t bytes,
                           enum serac_status expected)
{
    assert_int_equal(serac_drv_load(&b->drv, b->file, bytes), expected);
    assert_int_equal(b->fake.calls[FAKE_ALLOC], 0);
    assert_int_equal(b->fake.calls[FAKE_WRITE32], 0);
    assert_int_equal(b->fake.calls[FAKE_SYNC_TO_DEVICE], 0);
    assert_int_equal(serac_drv_run(&b->drv), SERAC_E_INPUT);
}

static void test_load_refuses_every_shorter_file_and_a_longer_one(void **state)
{
    struct bench *b = *state;
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    for (size_t bytes = 0; bytes < FILE_BYTES; bytes++)
        assert_refused(b, bytes, SERAC_E_INPUT);
    uint8_t longer[FILE_BYTES + 1] = {0};
    memcpy(longer, b->file, FILE_BYTES);
    assert_int_equal(serac_drv_load(&b->drv, longer, sizeof longer),
                     SERAC_E_INPUT);
    assert_int_equal(b->fake.calls[FAKE_ALLOC], 0);
}

static void test_load_refuses_every_damaged_bit_of_the_body(void **state)
{
    struct bench *b = *state;
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    for (uint32_t bit = 0; bit < 8 * BODY; bit++) {
        b->file[HEADER + bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_refused(b, FILE_BYTES, SERAC_E_INPUT);
        b->file[HEADER + bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void test_load_refuses_headers_that_cannot_be(void **state)
{
    static const struct { int at; uint64_t value; int bytes; } wrong[] = {
        {0, SERAC_IMAGE_MAGIC + 1, 4}, {4, SERAC_IMAGE_VERSION + 1, 4},
        {40, 0, 4}, {40, BODY / 512 + 1, 4}, {40, UINT32_MAX, 4},
        {44, 0, 4}, {48, BODY - 1, 8}, {48, BODY + 1, 8}, {48, UINT64_MAX, 8},
        {56, BODY - 1, 8}, {56, UINT64_MAX, 8},
        {64, MEMORY - TENSOR + 1, 8}, {64, UINT64_MAX, 8},
        {72, MEMORY - INPUT + 1, 8}, {72, UINT64_MAX, 8},
        {80, MEMORY - TENSOR + 1, 8}, {80, UINT64_MAX - 50, 8},
        {88, MEMORY - OUTPUT + 1, 8}, {88, UINT64_MAX, 8},
    };
    struct bench *b = *state;
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint8_t kept[8];
        memcpy(kept, b->file + wrong[i].at, 8);
        put(b->file + wrong[i].at, wrong[i].value, wrong[i].bytes);
        assert_refused(b, FILE_BYTES, SERAC_E_INPUT);
        memcpy(b->file + wrong[i].at, kept, 8);
    }
}

static void test_load_refuses_memory_smaller_than_the_image(void **state)
{
    struct bench *b = *state;
    put(b->file + 64, 0, 8);             /* tensors in what there is */
    put(b->file + 80, 0, 8);
    put(b->file + 56, BODY - 1, 8);
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    assert_refused(b, FILE_BYTES, SERAC_E_INPUT);
    put(b->file + 56, BODY, 8);
    assert_int_equal(serac_drv_load(&b->drv, b->file, FILE_BYTES), SERAC_OK);
}

/* The twins of the ranges above. */
static void test_load_takes_tensors_that_just_fit(void **state)
{
    struct bench *b = *state;
    put(b->file + 64, MEMORY - TENSOR, 8);
    put(b->file + 88, MEMORY - OUTPUT, 8);
    open_and_load(b);
    serac_drv_close(&b->drv);
    put(b->file + 40, BODY / 512, 4);
    open_and_load(b);
}

static void test_load_refuses_each_other_design_parameter(void **state)
{
    struct bench *b = *state;
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    for (int i = 0; i < 32; i++) {
        b->file[8 + i] ^= 1;
        assert_refused(b, FILE_BYTES, SERAC_E_DEVICE);
        b->file[8 + i] ^= 1;
    }
    assert_int_equal(serac_drv_load(&b->drv, b->file, FILE_BYTES), SERAC_OK);
}

static void test_load_refuses_memory_that_is_not_aligned(void **state)
{
    struct bench *b = *state;
    b->fake.misplace = 2048;
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    assert_int_equal(serac_drv_load(&b->drv, b->file, FILE_BYTES), SERAC_E_IO);
    assert_int_equal(b->fake.allocated, 0);
}

static void test_load_replaces_an_image_only_if_it_succeeds(void **state)
{
    struct bench *b = *state;
    open_and_load(b);
    assert_int_equal(serac_drv_load(&b->drv, b->file, FILE_BYTES - 1),
                     SERAC_E_INPUT);
    assert_int_equal(serac_drv_write_input(&b->drv, b->input, TENSOR),
                     SERAC_OK);
    assert_int_equal(serac_drv_run(&b->drv), SERAC_OK);
    assert_int_equal(serac_drv_load(&b->drv, b->file, FILE_BYTES), SERAC_OK);
    assert_int_equal(b->fake.allocated, 1);
    serac_drv_close(&b->drv);
    assert_int_equal(b->fake.allocated, 0);
}

/* --- run ----------------------------------------------------------------- */

static void test_session_moves_input_and_output(void **state)
{
    struct bench *b = *state;
    assert_int_equal(session(b), SERAC_OK);
    for (uint32_t i = 0; i < TENSOR; i++)
        assert_int_equal(b->output[i], (uint8_t)~b->input[i]);
    assert_int_equal(b->fake.program, FAKE_BASE);
    assert_int_equal(b->fake.doorbells, 1);
    assert_int_equal(b->fake.status & IRQ, 0);
    assert_int_equal(b->fake.control, SERAC_REG_CONTROL_IRQ_ENABLE_MASK);
    serac_drv_close(&b->drv);
    assert_int_equal(b->fake.allocated, 0);
}

static void test_tensors_of_another_size_are_refused(void **state)
{
    struct bench *b = *state;
    uint8_t room[TENSOR + 1] = {0};
    open_and_load(b);
    for (int d = -1; d <= 1; d += 2) {
        assert_int_equal(serac_drv_write_input(&b->drv, room, TENSOR + d),
                         SERAC_E_INPUT);
        assert_int_equal(serac_drv_read_output(&b->drv, room, TENSOR + d),
                         SERAC_E_INPUT);
    }
}

static void test_a_run_may_begin_at_any_block_of_the_image(void **state)
{
    struct bench *b = *state;
    open_and_load(b);
    assert_int_equal(serac_drv_submit_at(&b->drv, BLOCKS), SERAC_E_INPUT);
    assert_int_equal(b->fake.doorbells, 0);
    assert_int_equal(serac_drv_submit_at(&b->drv, BLOCKS - 1), SERAC_OK);
    assert_int_equal(b->fake.program, FAKE_BASE + (BLOCKS - 1) * SERAC_INSN_BLOCK_STRIDE);
    assert_int_equal(serac_drv_wait(&b->drv), SERAC_OK);
}

static void test_any_part_of_the_images_memory_is_read_and_written(void **state)
{
    struct bench *b = *state;
    uint8_t in[3] = {1, 2, 3}, out[3] = {0};
    assert_int_equal(serac_drv_open(&b->drv, &b->fake.io), SERAC_OK);
    assert_int_equal(serac_drv_write(&b->drv, 0, in, 1), SERAC_E_INPUT);     /* no image */
    open_and_load(b);
    uint64_t end = b->drv.image.memory_bytes;
    assert_int_equal(serac_drv_write(&b->drv, end - 3, in, 3), SERAC_OK);
    assert_int_equal(serac_drv_read(&b->drv, end - 3, out, 3), SERAC_OK);
    assert_memory_equal(in, out, 3);
    assert_int_equal(serac_drv_write(&b->drv, end - 2, in, 3), SERAC_E_INPUT);
    assert_int_equal(serac_drv_read(&b->drv, end - 2, out, 3), SERAC_E_INPUT);
    assert_int_equal(serac_drv_read(&b->drv, UINT64_MAX, out, 1), SERAC_E_INPUT);
    assert_int_equal(serac_drv_read(&b->drv, end, out, 0), SERAC_OK);
}

static void test_submit_refuses_a_busy_device_and_writes_nothing(void **state)
{
    struct bench *b = *state;
    open_and_load(b);
    b->fake.status = BUSY;
    assert_int_equal(serac_drv_submit(&b->drv), SERAC_E_BUSY);
    assert_int_equal(b->fake.calls[FAKE_WRITE32], 0);
}

/* Somebody was faster, between our look at the status and our doorbell. */
static void test_submit_reports_a_doorbell_that_was_ignored(void **state)
{
    struct bench *b = *state;
    open_and_load(b);
    b->fake.stolen = true;
    assert_int_equal(serac_drv_submit(&b->drv), SERAC_E_BUSY);
    assert_int_equal(b->fake.doorbells, 0);
}

static void test_submit_is_not_misled_by_an_old_ignored_doorbell(void **state)
{
    struct bench *b = *state;
    open_and_load(b);
    b->fake.status = RUNG | IRQ | DONE;
    assert_int_equal(serac_drv_run(&b->drv), SERAC_OK);
}

static void wait_limits(struct bench *b, uint32_t needed, uint32_t allowed,
                        enum serac_status expected)
{
    b->fake.waits = needed;
    b->fake.calls[FAKE_WAIT_IRQ] = 0;
    open_and_load(b);
    b->drv.max_waits = allowed;
    assert_int_equal(serac_drv_run(&b->drv), expected);
    assert_int_equal(b->fake.calls[FAKE_WAIT_IRQ],
                     needed < allowed ? needed : allowed);
}

static void test_run_succeeds_on_the_last_allowed_wait(void **state)
{
    wait_limits(*state, 7, 7, SERAC_OK);
}

static void test_run_times_out_one_wait_earlier(void **state)
{
    wait_limits(*state, 7, 6, SERAC_E_TIMEOUT);
}

static void test_run_of_a_dead_device_ends(void **state)
{
    wait_limits(*state, FAKE_NEVER, 25, SERAC_E_TIMEOUT);
}

static void test_wait_can_go_on_after_a_time_out(void **state)
{
    struct bench *b = *state;
    wait_limits(b, 7, 6, SERAC_E_TIMEOUT);
    assert_int_equal(serac_drv_wait(&b->drv), SERAC_OK);
}

static void test_lost_interrupts_cost_no_result(void **state)
{
    struct bench *b = *state;
    b->fake.lose_interrupt = true;
    wait_limits(b, 7, 7, SERAC_OK);
}

static void test_lost_interrupt_times_out_one_wait_earlier(void **state)
{
    struct bench *b = *state;
    b->fake.lose_interrupt = true;
    wait_limits(b, 7, 6, SERAC_E_TIMEOUT);
}

static void test_spurious_interrupts_end_no_run(void **state)
{
    struct bench *b = *state;
    b->fake.spurious = true;
    wait_limits(b, 7, 7, SERAC_OK);
    serac_drv_close(&b->drv);
    wait_limits(b, 7, 6, SERAC_E_TIMEOUT);
}

static void test_a_run_is_over_when_busy_falls_not_before(void **state)
{
    struct bench *b = *state;
    b->fake.done_early = true;
    wait_limits(b, 7, 7, SERAC_OK);
    serac_drv_close(&b->drv);
    wait_limits(b, 7, 6, SERAC_E_TIMEOUT);
}

static void test_wait_without_a_run_is_refused(void **state)
{
    struct bench *b = *state;
    open_and_load(b);
    assert_int_equal(serac_drv_wait(&b->drv), SERAC_E_INPUT);
    assert_int_equal(serac_drv_run(&b->drv), SERAC_OK);
    assert_int_equal(serac_drv_wait(&b->drv), SERAC_E_INPUT);
}

/* --- errors -------------------------------------------------------------- */

static void test_every_error_code_has_its_status_and_address(void **state)
{
    static const enum serac_status expected[16] = {
        SERAC_OK, SERAC_E_BAD_INSTRUCTION, SERAC_E_READ_SLVERR,
        SERAC_E_READ_DECERR, SERAC_E_WRITE_SLVERR, SERAC_E_WRITE_DECERR,
        SERAC_E_DEADLOCK, SERAC_E_DEVICE, SERAC_E_DEVICE, SERAC_E_DEVICE,
        SERAC_E_DEVICE, SERAC_E_DEVICE, SERAC_E_DEVICE, SERAC_E_DEVICE,
        SERAC_E_DEVICE, SERAC_E_DEVICE};
    struct bench *b = *state;
    open_and_load(b);
    for (uint32_t code = 1; code < 16; code++) {
        b->fake.error = code;
        b->fake.error_address = 0x1234567800000000u + code;
        assert_int_equal(serac_drv_run(&b->drv), expected[code]);
        assert_true(b->drv.error_address == b->fake.error_address);
        assert_int_equal(b->fake.status & IRQ, 0);
    }
    b->fake.error = 0;
    assert_int_equal(serac_drv_run(&b->drv), SERAC_OK);
}

static void test_counters_have_64_bits(void **state)
{
    struct bench *b = *state;
    struct serac_drv_counters counters;
    open_and_load(b);
    assert_int_equal(serac_drv_counters(&b->drv, &counters), SERAC_OK);
    assert_memory_equal(&counters, b->fake.counters, sizeof counters);
}

/* Every call of every function of the table fails once, in turn. */
static void test_each_failure_is_passed_on_and_nothing_leaks(void **state)
{
    for (int f = 0; f < FAKE_FUNCTIONS; f++) {
        uint32_t at = 0;
        for (;; at++) {
            set_up(state);
            struct bench *b = *state;
            b->fake.waits = 2;
            b->fake.lose_interrupt = true;
            b->fake.fail = (enum fake_function)f;
            b->fake.fail_at = at;
            enum serac_status status = session(b);
            if (status == SERAC_OK)
                break;
            assert_int_equal(status, SERAC_E_TOOL);
            serac_drv_wait(&b->drv);         /* the device gets its time */
            serac_drv_close(&b->drv);
            assert_int_equal(b->fake.allocated, 0);
            assert_false(b->fake.freed_while_running);
        }
        assert_true(at > 0);                 /* the function is called at all */
    }
}

/* --- memory the device may still write to -------------------------------- */

static void test_close_frees_nothing_that_the_device_uses(void **state)
{
    struct bench *b = *state;
    wait_limits(b, 7, 6, SERAC_E_TIMEOUT);
    serac_drv_close(&b->drv);
    assert_false(b->fake.freed_while_running);
}

static void test_load_is_refused_while_the_device_runs(void **state)
{
    struct bench *b = *state;
    wait_limits(b, 7, 6, SERAC_E_TIMEOUT);
    assert_int_equal(serac_drv_load(&b->drv, b->file, FILE_BYTES),
                     SERAC_E_BUSY);
    assert_false(b->fake.freed_while_running);
    assert_int_equal(serac_drv_wait(&b->drv), SERAC_OK);
    assert_int_equal(serac_drv_load(&b->drv, b->file, FILE_BYTES), SERAC_OK);
    serac_drv_close(&b->drv);
    assert_int_equal(b->fake.allocated, 0);
}

#define T(name) cmocka_unit_test_setup(test_##name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(open_reads_the_design_and_writes_nothing),
        T(open_refuses_another_id),
        T(open_refuses_another_version),
        T(load_relocates_the_addresses_and_nothing_else),
        T(load_carries_into_the_upper_word),
        T(load_refuses_every_shorter_file_and_a_longer_one),
        T(load_refuses_every_damaged_bit_of_the_body),
        T(load_refuses_headers_that_cannot_be),
        T(load_refuses_memory_smaller_than_the_image),
        T(load_takes_tensors_that_just_fit),
        T(load_refuses_each_other_design_parameter),
        T(load_refuses_memory_that_is_not_aligned),
        T(load_replaces_an_image_only_if_it_succeeds),
        T(session_moves_input_and_output),
        T(tensors_of_another_size_are_refused),
        T(a_run_may_begin_at_any_block_of_the_image),
        T(any_part_of_the_images_memory_is_read_and_written),
        T(submit_refuses_a_busy_device_and_writes_nothing),
        T(submit_reports_a_doorbell_that_was_ignored),
        T(submit_is_not_misled_by_an_old_ignored_doorbell),
        T(run_succeeds_on_the_last_allowed_wait),
        T(run_times_out_one_wait_earlier),
        T(run_of_a_dead_device_ends),
        T(wait_can_go_on_after_a_time_out),
        T(lost_interrupts_cost_no_result),
        T(lost_interrupt_times_out_one_wait_earlier),
        T(spurious_interrupts_end_no_run),
        T(a_run_is_over_when_busy_falls_not_before),
        T(wait_without_a_run_is_refused),
        T(every_error_code_has_its_status_and_address),
        T(counters_have_64_bits),
        T(each_failure_is_passed_on_and_nothing_leaks),
        T(close_frees_nothing_that_the_device_uses),
        T(load_is_refused_while_the_device_runs),
    };
    return cmocka_run_group_tests_name("driver", tests, NULL, NULL);
}
