/* test_host_memory.c - bytes of this process behind a bus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serac_host_memory.h"

#define BASE 0x100000000u
#define SIZE 256u
#define DECERR 3

/* An allocation that cannot be had is an answer, also under the sanitizer. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static struct serac_host_memory memory;
static struct serac_bus bus;

static int set_up(void **state)
{
    (void)state;
    if (serac_host_memory_init(&memory, BASE, SIZE) != SERAC_OK)
        return -1;
    bus = serac_host_memory_bus(&memory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    serac_host_memory_free(&memory);
    return 0;
}

static void test_memory_is_zero_at_first(void **state)
{
    uint8_t bytes[SIZE], zero[SIZE] = {0};
    (void)state;
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(bus.read(bus.ctx, BASE, bytes, SIZE), 0);
    assert_memory_equal(bytes, zero, SIZE);
}

static void test_written_bytes_come_back_and_no_others_change(void **state)
{
    uint8_t out[3] = {1, 2, 3}, bytes[SIZE];
    (void)state;
    assert_int_equal(bus.write(bus.ctx, BASE + 100, out, 3), 0);
    assert_int_equal(bus.read(bus.ctx, BASE, bytes, SIZE), 0);
    for (unsigned i = 0; i < SIZE; i++)
        assert_int_equal(bytes[i], i >= 100 && i < 103 ? i - 99 : 0);
    assert_int_equal(memory.bytes[101], 2);
}

/* Address, bytes, and whether all of them are there. */
static const struct {
    uint64_t address;
    size_t bytes;
    int answer;
} ranges[] = {
    {BASE, 1, 0}, {BASE - 1, 1, DECERR}, {BASE - 1, 2, DECERR},
    {BASE + SIZE - 1, 1, 0}, {BASE + SIZE - 1, 2, DECERR},
    {BASE + SIZE, 0, 0}, {BASE + SIZE, 1, DECERR},
    {BASE + SIZE + 1, 0, DECERR}, {0, 1, DECERR}, {UINT64_MAX, 2, DECERR},
    {BASE, SIZE, 0}, {BASE, SIZE + 1, DECERR}, {BASE + 1, SIZE, DECERR},
    {BASE + 1, SIZE_MAX, DECERR}, {BASE + 1, SIZE_MAX - BASE, DECERR},
};

static void test_address_outside_answers_decerr(void **state)
{
    uint8_t bytes[SIZE + 1];
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        memset(bytes, 0x77, sizeof bytes);
        assert_int_equal(bus.read(bus.ctx, ranges[i].address, bytes,
                                  ranges[i].bytes), ranges[i].answer);
        if (ranges[i].answer)
            assert_int_equal(bytes[0], 0x77);
    }
}

static void test_write_outside_changes_nothing(void **state)
{
    uint8_t bytes[SIZE + 1], zero[SIZE] = {0};
    (void)state;
    memset(bytes, 0x77, sizeof bytes);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        assert_int_equal(bus.write(bus.ctx, ranges[i].address, bytes,
                                   ranges[i].bytes), ranges[i].answer);
        if (ranges[i].answer)
            assert_memory_equal(memory.bytes, zero, SIZE);
        memset(memory.bytes, 0, SIZE);
    }
}

static void test_memory_may_be_empty(void **state)
{
    struct serac_host_memory none;
    uint8_t byte;
    (void)state;
    assert_int_equal(serac_host_memory_init(&none, BASE, 0), SERAC_OK);
    struct serac_bus b = serac_host_memory_bus(&none);
    assert_int_equal(b.read(b.ctx, BASE, &byte, 1), DECERR);
    serac_host_memory_free(&none);
    assert_null(none.bytes);
    serac_host_memory_free(&none);
}

static void test_more_than_there_is_is_refused(void **state)
{
    struct serac_host_memory huge;
    (void)state;
    assert_int_equal(serac_host_memory_init(&huge, 0, (uint64_t)1 << 62),
                     SERAC_E_NOMEM);
    serac_host_memory_free(&huge);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_memory_is_zero_at_first),
        EACH(test_written_bytes_come_back_and_no_others_change),
        EACH(test_address_outside_answers_decerr),
        EACH(test_write_outside_changes_nothing),
        cmocka_unit_test(test_memory_may_be_empty),
        cmocka_unit_test(test_more_than_there_is_is_refused),
    };
    return cmocka_run_group_tests_name("host_memory", tests, NULL, NULL);
}
