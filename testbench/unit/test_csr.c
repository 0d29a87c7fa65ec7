/* test_csr.c - what the emulated registers show, and what writes to them do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serac_csr.h"
#include "serac_regs.h"

#define START SERAC_REG_CONTROL_START_MASK
#define ENABLE SERAC_REG_CONTROL_IRQ_ENABLE_MASK
#define BUSY SERAC_REG_STATUS_BUSY_MASK
#define DONE SERAC_REG_STATUS_DONE_MASK
#define IRQ SERAC_REG_STATUS_IRQ_MASK
#define IGNORED SERAC_REG_STATUS_DOORBELL_BUSY_MASK

/* Every number another one. */
static const struct serac_design design = {
    .rows = 1, .cols = 2, .lanes = 8, .weight_planes = 4, .act_planes = 2,
    .weight_buffer_bytes = 0x100000, .act_buffer_bytes = 0x200000,
    .output_buffer_bytes = 0x400000, .param_buffer_bytes = 0x800000,
    .axi_bits = 512, .outstanding = 31, .requant_lanes = 16,
    .queue_depth = 7};
static struct serac_run run;

static struct serac_csr fresh(void)
{
    struct serac_csr csr = {.design = &design, .run = &run};
    memset(&run, 0, sizeof run);
    return csr;
}

static uint32_t status_of(const struct serac_csr *csr)
{
    return serac_csr_read(csr, SERAC_REG_STATUS);
}

static void test_identity_and_design_are_shown(void **state)
{
    static const uint32_t wanted[8] = {
        1 | 2 << 16, 8 | 4 << 16 | 2 << 24, 0x100000, 0x200000, 0x400000,
        0x800000, 512 | 31 << 16 | 7 << 24, 16};
    struct serac_csr csr = fresh();
    uint32_t words[SERAC_CSR_DESIGN_WORDS];
    (void)state;
    assert_int_equal(serac_csr_read(&csr, 0), 0x53455241);
    assert_int_equal(serac_csr_read(&csr, 4), SERAC_REGS_VERSION);
    serac_csr_design(&design, words);
    assert_memory_equal(words, wanted, sizeof wanted);
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(serac_csr_read(&csr, 0x20 + 4 * i), wanted[i]);
}

static void test_program_address_keeps_both_words(void **state)
{
    struct serac_csr csr = fresh();
    (void)state;
    assert_false(serac_csr_write(&csr, SERAC_REG_PROGRAM_ADDR_LO, 0xfffffe00));
    assert_false(serac_csr_write(&csr, SERAC_REG_PROGRAM_ADDR_HI, 0x80000001));
    assert_true(serac_csr_program(&csr) == 0x80000001fffffe00u);
    assert_int_equal(serac_csr_read(&csr, SERAC_REG_PROGRAM_ADDR_LO),
                     0xfffffe00);
    assert_int_equal(serac_csr_read(&csr, SERAC_REG_PROGRAM_ADDR_HI),
                     0x80000001);
}

static void test_doorbell_starts_a_run_that_ends_with_an_interrupt(void **state)
{
    struct serac_csr csr = fresh();
    (void)state;
    assert_int_equal(status_of(&csr), 0);
    assert_true(serac_csr_write(&csr, SERAC_REG_CONTROL, START));
    assert_int_equal(status_of(&csr), BUSY);
    serac_csr_done(&csr);
    assert_int_equal(status_of(&csr), DONE | IRQ);
    assert_true(serac_csr_write(&csr, SERAC_REG_CONTROL, START));
    assert_int_equal(status_of(&csr), BUSY | IRQ);
}

static void test_doorbell_is_ignored_and_said_so_while_busy(void **state)
{
    struct serac_csr csr = fresh();
    (void)state;
    assert_true(serac_csr_write(&csr, SERAC_REG_CONTROL, START));
    assert_false(serac_csr_write(&csr, SERAC_REG_CONTROL, START));
    assert_int_equal(status_of(&csr), BUSY | IGNORED);
    serac_csr_done(&csr);
    assert_int_equal(status_of(&csr), DONE | IRQ | IGNORED);
    assert_false(serac_csr_write(&csr, SERAC_REG_STATUS, IGNORED));
    assert_int_equal(status_of(&csr), DONE | IRQ);
}

static void test_control_without_start_starts_nothing(void **state)
{
    struct serac_csr csr = fresh();
    (void)state;
    assert_false(serac_csr_write(&csr, SERAC_REG_CONTROL, ENABLE));
    assert_int_equal(serac_csr_read(&csr, SERAC_REG_CONTROL), ENABLE);
    assert_int_equal(status_of(&csr), 0);
    assert_true(serac_csr_write(&csr, SERAC_REG_CONTROL, START));
    assert_int_equal(serac_csr_read(&csr, SERAC_REG_CONTROL), 0);
}

static void test_interrupt_is_cleared_by_writing_1_only(void **state)
{
    struct serac_csr csr = fresh();
    (void)state;
    serac_csr_done(&csr);
    assert_false(serac_csr_write(&csr, SERAC_REG_STATUS, ~(uint32_t)IRQ));
    assert_int_equal(status_of(&csr), DONE | IRQ);
    assert_false(serac_csr_write(&csr, SERAC_REG_STATUS, IRQ));
    assert_int_equal(status_of(&csr), DONE);
}

static void test_each_ending_has_its_code(void **state)
{
    static const struct {
        enum serac_status status;
        uint32_t code;
    } codes[] = {{SERAC_OK, 0}, {SERAC_E_BAD_INSTRUCTION, 1},
                 {SERAC_E_READ_SLVERR, 2}, {SERAC_E_READ_DECERR, 3},
                 {SERAC_E_WRITE_SLVERR, 4}, {SERAC_E_WRITE_DECERR, 5},
                 {SERAC_E_DEADLOCK, 6}};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct serac_csr csr = fresh();
        run.status = codes[i].status;
        assert_int_equal(status_of(&csr), 0);   /* not before it is done */
        serac_csr_done(&csr);
        assert_int_equal(status_of(&csr) >> SERAC_REG_STATUS_ERROR_LSB,
                         codes[i].code);
    }
}

static void test_error_address_is_shown_when_done(void **state)
{
    struct serac_csr csr = fresh();
    (void)state;
    run.status = SERAC_E_READ_DECERR;
    run.error_address = 0x123456789abcdef0u;
    assert_int_equal(serac_csr_read(&csr, SERAC_REG_ERROR_ADDR_LO), 0);
    assert_int_equal(serac_csr_read(&csr, SERAC_REG_ERROR_ADDR_HI), 0);
    serac_csr_done(&csr);
    assert_int_equal(serac_csr_read(&csr, SERAC_REG_ERROR_ADDR_LO), 0x9abcdef0);
    assert_int_equal(serac_csr_read(&csr, SERAC_REG_ERROR_ADDR_HI), 0x12345678);
}

/* The counters stand in the order of struct serac_counters, low word first. */
static void test_counters_are_shown_in_two_words_each(void **state)
{
    struct serac_csr csr = fresh();
    uint64_t *values = (uint64_t *)&run.total;
    (void)state;
    assert_int_equal(sizeof run.total, 8 * SERAC_COUNTERS);
    for (uint32_t i = 0; i < SERAC_COUNTERS; i++)
        values[i] = (uint64_t)(i + 1) << 32 | (100 + i);
    for (uint32_t i = 0; i < SERAC_COUNTERS; i++) {
        assert_int_equal(serac_csr_read(&csr, 0x80 + 8 * i), 100 + i);
        assert_int_equal(serac_csr_read(&csr, 0x84 + 8 * i), i + 1);
    }
}

static void test_hole_reads_as_zero_and_ignores_writes(void **state)
{
    struct serac_csr csr = fresh(), before;
    (void)state;
    serac_csr_done(&csr);
    before = csr;
    for (uint32_t offset = 0; offset < 0x1000; offset += 4) {
        bool real = offset <= SERAC_REG_DESIGN_REQUANT ||
                    (offset >= SERAC_REG_COUNTERS &&
                     offset < SERAC_REG_COUNTERS + 8 * SERAC_COUNTERS);
        bool writable = offset == SERAC_REG_CONTROL ||
                        offset == SERAC_REG_STATUS ||
                        offset == SERAC_REG_PROGRAM_ADDR_LO ||
                        offset == SERAC_REG_PROGRAM_ADDR_HI;
        if (!real)
            assert_int_equal(serac_csr_read(&csr, offset), 0);
        if (!writable) {
            assert_false(serac_csr_write(&csr, offset, UINT32_MAX));
            assert_memory_equal(&csr, &before, sizeof csr);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity_and_design_are_shown),
        cmocka_unit_test(test_program_address_keeps_both_words),
        cmocka_unit_test(
            test_doorbell_starts_a_run_that_ends_with_an_interrupt),
        cmocka_unit_test(test_doorbell_is_ignored_and_said_so_while_busy),
        cmocka_unit_test(test_control_without_start_starts_nothing),
        cmocka_unit_test(test_interrupt_is_cleared_by_writing_1_only),
        cmocka_unit_test(test_each_ending_has_its_code),
        cmocka_unit_test(test_error_address_is_shown_when_done),
        cmocka_unit_test(test_counters_are_shown_in_two_words_each),
        cmocka_unit_test(test_hole_reads_as_zero_and_ignores_writes),
    };
    return cmocka_run_group_tests_name("csr", tests, NULL, NULL);
}
