/* test_device.c - devices by name, their memory, the model behind registers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layers.h"
#include "serac_device.h"
#include "serac_map.h"
#include "serac_regs.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif
#define ARENA (8 * 4096)

static const struct serac_memory_config memory_config = {
    .latency_cycles = 20, .bytes_per_cycle = 8};
static struct serac_design design;
static struct serac_device *device;

static int set_up(void **state)
{
    (void)state;
    design = small_design(4, 4, 8);
    return serac_device_open("model", &design, &memory_config, ARENA, NULL, &device,
                             NULL) != SERAC_OK;
}

static int tear_down(void **state)
{
    (void)state;
    serac_device_close(device);
    return 0;
}

static uint32_t get(uint32_t offset)
{
    uint32_t value = 0;
    assert_int_equal(device->io.read32(device->io.ctx, offset, &value),
                     SERAC_OK);
    return value;
}

static void put(uint32_t offset, uint32_t value)
{
    assert_int_equal(device->io.write32(device->io.ctx, offset, value),
                     SERAC_OK);
}

static struct serac_buffer alloc(size_t bytes)
{
    struct serac_buffer b;
    assert_int_equal(device->io.alloc(device->io.ctx, bytes, &b), SERAC_OK);
    return b;
}

/* --- names ---------------------------------------------------------------- */

static void test_unknown_backend_is_refused_with_those_there_are(void **state)
{
    struct serac_device *none = NULL;
    struct serac_error error = {""};
    (void)state;
    assert_int_equal(serac_device_open("modell", &design, &memory_config,
                                       ARENA, NULL, &none, &error), SERAC_E_INPUT);
    assert_null(none);
    assert_non_null(strstr(error.text, "modell"));
    assert_non_null(strstr(error.text, "model, rtl, systemc"));
    assert_int_equal(serac_device_open("", &design, &memory_config, ARENA, NULL,
                                       &none, NULL), SERAC_E_INPUT);
}

/* A cache below a file cannot be made: no RTL, and no SystemC around it. */
static void test_rtl_that_cannot_be_had_is_a_tool_error(void **state)
{
    static const char *const names[] = {"rtl", "systemc-rtl"};
    (void)state;
    assert_int_equal(setenv("SERAC_CACHE", SERAC_ROOT "/Makefile/cache", 1), 0);
    for (int i = 0; i < 2; i++) {
        struct serac_device *none = NULL;
        struct serac_error error = {""};
        assert_int_equal(serac_device_open(names[i], &design, &memory_config,
                                           ARENA, NULL, &none, &error),
                         SERAC_E_TOOL);
        assert_null(none);
        assert_non_null(strstr(error.text, "/Makefile/cache"));
    }
    unsetenv("SERAC_CACHE");
}

/* --- memory --------------------------------------------------------------- */

static void test_buffers_are_aligned_apart_and_where_the_bus_says(void **state)
{
    struct serac_buffer a, b, c;
    (void)state;
    a = alloc(1);
    b = alloc(4096);
    c = alloc(4097);
    assert_int_equal(a.bus % SERAC_IO_ALIGNMENT, 0);
    assert_int_equal(a.bytes, 1);
    assert_int_equal(b.bus, a.bus + 4096);
    assert_int_equal(c.bus, b.bus + 4096);
    assert_ptr_equal(b.cpu, a.cpu + 4096);
    assert_ptr_equal(a.cpu, device->arena.bytes + (a.bus - device->arena.base));
    assert_int_equal(alloc(1).bus, c.bus + 8192);
}

static void test_arena_is_full_at_its_last_page(void **state)
{
    struct serac_buffer b;
    (void)state;
    assert_int_equal(device->io.alloc(device->io.ctx, ARENA + 1, &b),
                     SERAC_E_NOMEM);
    assert_int_equal(device->io.alloc(device->io.ctx, SIZE_MAX, &b),
                     SERAC_E_NOMEM);   /* nor do pages wrap */
    b = alloc(ARENA);
    assert_int_equal(device->io.alloc(device->io.ctx, 1, &(struct serac_buffer){
                         NULL, 0, 0}), SERAC_E_NOMEM);
    device->io.free(device->io.ctx, &b);
    assert_int_equal(alloc(ARENA).bus, b.bus);
}

static void test_freed_last_buffer_is_used_again(void **state)
{
    struct serac_buffer a = alloc(4096), b = alloc(5000);
    (void)state;
    device->io.free(device->io.ctx, &b);
    assert_int_equal(alloc(1).bus, b.bus);
    device->io.free(device->io.ctx, &a);   /* not the last: waits */
    assert_int_equal(alloc(1).bus, b.bus + 4096);
}

static void test_arena_holds_what_was_asked_for_in_whole_pages(void **state)
{
    struct serac_device *other;
    (void)state;
    assert_int_equal(serac_device_open("model", &design, &memory_config, 4097, NULL,
                                       &other, NULL), SERAC_OK);
    assert_int_equal(other->arena.size, 8192);
    assert_int_equal(other->io.sync_to_device(other->io.ctx, NULL, 0, 0),
                     SERAC_OK);
    assert_int_equal(other->io.sync_to_host(other->io.ctx, NULL, 0, 0),
                     SERAC_OK);
    serac_device_close(other);
    serac_device_close(NULL);
}

/* --- running -------------------------------------------------------------- */

/* A layer that copies 8 channels of 4 pixels; its block at the buffer's start,
 * weights, input and output a page behind each other. */
static struct serac_buffer load(int factor)
{
    static const struct serac_mapping m = {0, 1, 2, 2, 1, 1};
    struct serac_buffer b = alloc(4 * 4096);
    struct serac_addresses at = {b.bus + 4096, b.bus + 8192, 0, b.bus + 12288};
    int8_t weights[64] = {0};
    struct serac_param params[8] = {{.bias = 0}};
    struct serac_layer l = gemm_layer(8, 8, 4, 8);
    struct serac_insn insn;
    for (int i = 0; i < 8; i++) {
        weights[9 * i] = 1;
        params[i].mult = factor;
    }
    l.mode = SERAC_MODE_FLOOR;
    l.weights = weights;
    l.params = params;
    assert_int_equal(serac_map_apply(&l, &design, &m, &at, 0, true, &insn,
                                     NULL), SERAC_OK);
    serac_insn_encode(&insn, b.cpu);
    serac_pack_weights(&l, &design, &insn, b.cpu + 4096);
    for (int i = 0; i < 32; i++)
        b.cpu[8192 + i] = (uint8_t)(37 * i + 5);
    return b;
}

static void start(uint64_t program)
{
    put(SERAC_REG_PROGRAM_ADDR_LO, (uint32_t)program);
    put(SERAC_REG_PROGRAM_ADDR_HI, (uint32_t)(program >> 32));
    put(SERAC_REG_CONTROL, SERAC_REG_CONTROL_START_MASK);
}

static void test_doorbell_runs_the_program_and_interrupts(void **state)
{
    struct serac_buffer b = load(1);
    (void)state;
    assert_int_equal(device->io.wait_irq(device->io.ctx, 1), SERAC_E_TIMEOUT);
    start(b.bus);
    assert_int_equal(device->io.wait_irq(device->io.ctx, 1), SERAC_OK);
    assert_int_equal(get(SERAC_REG_STATUS), SERAC_REG_STATUS_DONE_MASK |
                                                SERAC_REG_STATUS_IRQ_MASK);
    assert_memory_equal(b.cpu + 12288, b.cpu + 8192, 32);
    assert_int_equal(get(SERAC_REG_COUNTERS + 8), 2 * 64);
    assert_int_equal(device->run.num_blocks, 1);
    put(SERAC_REG_STATUS, SERAC_REG_STATUS_IRQ_MASK);
    assert_int_equal(device->io.wait_irq(device->io.ctx, 1), SERAC_E_TIMEOUT);
}

/* The time is kept, the data is computed anew. */
static void test_second_run_has_new_data_and_the_same_counters(void **state)
{
    struct serac_buffer b = load(1);
    struct serac_counters first;
    (void)state;
    start(b.bus);
    first = device->run.total;
    for (int i = 0; i < 32; i++)
        b.cpu[8192 + i] ^= 0xff;
    start(b.bus);
    assert_memory_equal(b.cpu + 12288, b.cpu + 8192, 32);
    assert_memory_equal(&device->run.total, &first, sizeof first);
}

static void test_changed_program_is_timed_anew(void **state)
{
    struct serac_buffer b = load(1);
    struct serac_insn insn;
    (void)state;
    start(b.bus);
    uint64_t busy = device->run.total.array_busy_cycles;
    serac_insn_decode(b.cpu, &insn);
    insn.exec.act_bits = 7;   /* 8 * 7 digit pairs of 2 m-tiles */
    serac_insn_encode(&insn, b.cpu);
    start(b.bus);
    assert_int_equal(busy, 128);
    assert_int_equal(device->run.total.array_busy_cycles, 112);
    insn.fetch.magic = 0;
    serac_insn_encode(&insn, b.cpu);
    start(b.bus);
    assert_int_equal(get(SERAC_REG_STATUS) >> SERAC_REG_STATUS_ERROR_LSB,
                     SERAC_ERROR_BAD_INSTRUCTION);
    assert_int_equal(get(SERAC_REG_ERROR_ADDR_LO), (uint32_t)b.bus);
    insn.fetch.magic = SERAC_INSN_MAGIC;   /* and the next run is right */
    insn.exec.act_bits = 8;
    serac_insn_encode(&insn, b.cpu);
    start(b.bus);
    assert_int_equal(get(SERAC_REG_STATUS) >> SERAC_REG_STATUS_ERROR_LSB, 0);
    assert_int_equal(device->run.total.array_busy_cycles, 128);
    assert_memory_equal(b.cpu + 12288, b.cpu + 8192, 32);
}

static void test_program_outside_the_arena_is_a_read_error(void **state)
{
    (void)state;
    static const uint64_t outside[] = {0, 0x80000000u + ARENA,
                                       0xfffffffffffff000u};
    for (int i = 0; i < 3; i++) {
        start(outside[i]);
        assert_int_equal(get(SERAC_REG_STATUS) >> SERAC_REG_STATUS_ERROR_LSB,
                         SERAC_ERROR_READ_DECERR);
        assert_int_equal(get(SERAC_REG_ERROR_ADDR_LO), (uint32_t)outside[i]);
    }
}

static void count_up(void *ctx)
{
    ++*(int *)ctx;
}

static void test_enter_runs_the_work_once(void **state)
{
    int count = 0;
    (void)state;
    serac_device_enter(device, count_up, &count);
    assert_int_equal(count, 1);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_unknown_backend_is_refused_with_those_there_are),
        EACH(test_rtl_that_cannot_be_had_is_a_tool_error),
        EACH(test_buffers_are_aligned_apart_and_where_the_bus_says),
        EACH(test_arena_is_full_at_its_last_page),
        EACH(test_freed_last_buffer_is_used_again),
        EACH(test_arena_holds_what_was_asked_for_in_whole_pages),
        EACH(test_doorbell_runs_the_program_and_interrupts),
        EACH(test_second_run_has_new_data_and_the_same_counters),
        EACH(test_changed_program_is_timed_anew),
        EACH(test_program_outside_the_arena_is_a_read_error),
        EACH(test_enter_runs_the_work_once),
    };
    return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
