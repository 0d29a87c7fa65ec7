/* test_env.c - the memory at the accelerator's pins: cycles, data, rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serac_env.h"
#include "serac_host_memory.h"

#define BASE 0x10000u
#define SIZE 4096u
#define LIMIT 2000

static const struct serac_memory_config config = {
    .latency_cycles = 7, .bytes_per_cycle = 4, .address_stall_percent = 40,
    .data_stall_percent = 30, .max_stall_cycles = 5, .seed = 3};
static struct serac_host_memory memory;
static struct serac_bus bus;
static struct serac_env env;
static struct serac_memory twin;     /* asked the same, apart from the pins */
static struct serac_rtl_out out;
static struct serac_rtl_in in;

static int set_up(void **state)
{
    (void)state;
    if (serac_host_memory_init(&memory, BASE, SIZE) != SERAC_OK)
        return -1;
    for (unsigned i = 0; i < SIZE; i++)
        memory.bytes[i] = (uint8_t)(i * 13 + i / 256);
    bus = serac_host_memory_bus(&memory);
    serac_env_init(&env, &bus, &config, 8);
    serac_memory_init(&twin, &config, 8);
    memset(&out, 0, sizeof out);
    memset(&in, 0, sizeof in);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    serac_host_memory_free(&memory);
    return 0;
}

static void cycle(uint64_t now)
{
    serac_env_drive(&env, now, &out, &in);
    serac_env_commit(&env, now, &out, &in);
}

static void request_read(uint64_t address, uint32_t beats)
{
    out.arvalid = 1;
    out.araddr = address;
    out.arlen = (uint8_t)(beats - 1);
}

static void request_write(uint64_t address, uint32_t beats)
{
    out.awvalid = 1;
    out.awaddr = address;
    out.awlen = (uint8_t)(beats - 1);
}

/* --- reads ---------------------------------------------------------------- */

static void test_reads_come_in_the_cycles_of_the_memory(void **state)
{
    uint64_t beats[16], now = 5;
    (void)state;
    for (int burst = 0; burst < 10; burst++) {
        uint64_t address = BASE + 128u * (unsigned)burst;
        struct serac_burst want = serac_memory_read(&twin, address, 16, now,
                                                    beats);
        uint32_t moved = 0;
        request_read(address, 16);
        for (; moved < 16 && now < LIMIT; now++) {
            cycle(now);
            assert_int_equal(in.arready, out.arvalid && now == want.handshake);
            if (in.arready)
                out.arvalid = 0;
            assert_int_equal(in.rvalid, now == beats[moved]);
            if (!in.rvalid)
                continue;
            assert_int_equal(in.rlast, moved == 15);
            assert_int_equal(in.rresp, 0);
            assert_memory_equal(in.rdata, memory.bytes + (address - BASE) +
                                              8 * moved, 8);
            moved++;
        }
        assert_int_equal(moved, 16);
    }
    assert_null(env.violation);
    assert_int_equal(env.read.count, 0);
}

static void test_read_outside_answers_decerr_on_every_beat(void **state)
{
    uint32_t moved = 0;
    (void)state;
    memory.size = SIZE - 16;             /* the third beat is outside */
    request_read(BASE + SIZE - 32, 3);
    for (uint64_t now = 0; now < LIMIT && moved < 3; now++) {
        cycle(now);
        if (in.arready)
            out.arvalid = 0;
        if (in.rvalid) {
            assert_int_equal(in.rresp, 3);
            moved++;
        }
    }
    assert_int_equal(moved, 3);
    assert_null(env.violation);
}

/* --- writes --------------------------------------------------------------- */

/* Writes `beats` beats with `strobes`; the cycle of the response. */
static uint64_t write_burst(uint64_t address, uint32_t beats, uint64_t strobes,
                            const struct serac_burst *want,
                            const uint64_t *cycles)
{
    uint32_t moved = 0;
    request_write(address, beats);
    out.wvalid = 1;
    out.wstrb = strobes;
    for (uint64_t now = 0; now < LIMIT; now++) {
        memset(out.wdata, (int)(0x80 + moved), 8);
        out.wlast = moved == beats - 1;
        cycle(now);
        assert_int_equal(in.awready, out.awvalid && now == want->handshake);
        if (in.awready)
            out.awvalid = 0;
        assert_int_equal(in.wready, moved < beats && now == cycles[moved]);
        moved += in.wready;
        if (moved == beats)
            out.wvalid = 0;
        if (in.bvalid)
            return now;
    }
    return UINT64_MAX;
}

static void test_writes_take_beats_in_the_cycles_of_the_memory(void **state)
{
    uint64_t cycles[4];
    struct serac_burst want = serac_memory_write(&twin, BASE + 64, 4, 0,
                                                 cycles);
    (void)state;
    assert_int_equal(write_burst(BASE + 64, 4, 0xff, &want, cycles),
                     want.response);
    assert_int_equal(in.bresp, 0);
    for (int i = 0; i < 32; i++)
        assert_int_equal(memory.bytes[64 + i], 0x80 + i / 8);
    assert_null(env.violation);
    assert_int_equal(env.write.count, 0);
}

static void test_only_strobed_bytes_are_written(void **state)
{
    uint64_t cycles[1];
    struct serac_burst want = serac_memory_write(&twin, BASE, 1, 0, cycles);
    uint8_t before[8];
    (void)state;
    memcpy(before, memory.bytes, 8);
    (void)write_burst(BASE, 1, 0x3c, &want, cycles);
    for (int i = 0; i < 8; i++)
        assert_int_equal(memory.bytes[i], i >= 2 && i < 6 ? 0x80 : before[i]);
}

static void test_write_outside_answers_decerr(void **state)
{
    uint64_t cycles[1];
    struct serac_burst want = serac_memory_write(&twin, BASE + SIZE, 1, 0,
                                                 cycles);
    (void)state;
    assert_int_equal(write_burst(BASE + SIZE, 1, 0xff, &want, cycles),
                     want.response);
    assert_int_equal(in.bresp, 3);
}

/* --- rules ---------------------------------------------------------------- */

static void violated(const char *rule)
{
    assert_non_null(env.violation);
    if (!strstr(env.violation, rule))
        fail_msg("'%s', not '%s'", env.violation, rule);
}

static void test_unaligned_burst_is_a_violation(void **state)
{
    (void)state;
    request_read(BASE + 8, 1);
    cycle(0);
    assert_null(env.violation);
    tear_down(NULL);
    set_up(NULL);
    request_read(BASE + 4, 1);
    cycle(0);
    violated("beat aligned");
}

static void test_burst_over_a_multiple_of_1024_is_a_violation(void **state)
{
    (void)state;
    request_write(BASE + 1024 - 16, 2);
    cycle(0);
    assert_null(env.violation);
    tear_down(NULL);
    set_up(NULL);
    request_write(BASE + 1024 - 16, 3);
    cycle(0);
    violated("1024");
}

static void test_valid_that_falls_before_ready_is_a_violation(void **state)
{
    (void)state;
    for (int write = 0; write < 2; write++) {
        for (uint64_t address = BASE;; address += 8) {   /* one that waits */
            tear_down(NULL);
            set_up(NULL);
            env.memory.config.seed = address;
            if (write)
                request_write(address, 1);
            else
                request_read(address, 1);
            cycle(0);
            if (!in.arready && !in.awready)
                break;
        }
        assert_null(env.violation);
        out.arvalid = out.awvalid = 0;
        cycle(1);
        violated(write ? "AWVALID fell" : "ARVALID fell");
    }
}

static void test_late_data_and_wrong_wlast_are_violations(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        tear_down(NULL);
        set_up(NULL);
        request_write(BASE, 2);
        out.wvalid = kind != 0;
        out.wlast = kind == 1;   /* 1: on the first beat, 2: on none */
        for (uint64_t now = 0; now < LIMIT && !env.violation; now++) {
            cycle(now);
            if (in.awready)
                out.awvalid = 0;
            if (env.write.answered)
                out.wvalid = 0;
        }
        violated(kind ? "WLAST" : "W has a gap");
    }
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_reads_come_in_the_cycles_of_the_memory),
        EACH(test_read_outside_answers_decerr_on_every_beat),
        EACH(test_writes_take_beats_in_the_cycles_of_the_memory),
        EACH(test_only_strobed_bytes_are_written),
        EACH(test_write_outside_answers_decerr),
        EACH(test_unaligned_burst_is_a_violation),
        EACH(test_burst_over_a_multiple_of_1024_is_a_violation),
        EACH(test_valid_that_falls_before_ready_is_a_violation),
        EACH(test_late_data_and_wrong_wlast_are_violations),
    };
    return cmocka_run_group_tests_name("env", tests, NULL, NULL);
}
