/* test_run.c - a program on the model: its data, its shares, how it ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "layers.h"
#include "serac_host_memory.h"
#include "serac_map.h"
#include "serac_run.h"

#define BASE 0x40000000u
#define SIZE 65536u
#define WEIGHTS (BASE + 4096)
#define INPUT (BASE + 8192)
#define OUTPUT (BASE + 12288)
#define BLOCKS 3

static const struct serac_memory_config memory_config = {
    .latency_cycles = 20, .bytes_per_cycle = 8};
static struct serac_design design;
static struct serac_host_memory memory;
static struct serac_bus bus;
static struct serac_insn insns[BLOCKS];

static void put_block(int i)
{
    serac_insn_encode(&insns[i], memory.bytes + i * SERAC_INSN_BLOCK_STRIDE);
}

/* Layer i is the identity of 8 channels on 4 pixels: it copies codes from its
 * input to its output, which the next one reads. */
static int set_up(void **state)
{
    static const struct serac_mapping m = {0, 1, 2, 2, 1, 1};
    int8_t weights[64] = {0};
    struct serac_param params[8] = {{.bias = 0}};
    struct serac_layer l = gemm_layer(8, 8, 4, 8);
    int32_t codes[32];
    (void)state;
    design = small_design(4, 4, 8);
    if (serac_host_memory_init(&memory, BASE, SIZE) != SERAC_OK)
        return -1;
    bus = serac_host_memory_bus(&memory);
    for (int i = 0; i < 8; i++) {
        weights[9 * i] = 1;
        params[i].mult = 1;
    }
    l.mode = SERAC_MODE_FLOOR;
    l.weights = weights;
    l.params = params;
    for (int i = 0; i < BLOCKS; i++) {
        struct serac_addresses at = {WEIGHTS, INPUT + 4096u * (unsigned)i, 0,
                                     OUTPUT + 4096u * (unsigned)i};
        if (serac_map_apply(&l, &design, &m, &at, i > 0, i == BLOCKS - 1,
                            &insns[i], NULL) != SERAC_OK)
            return -1;
        put_block(i);
    }
    serac_pack_weights(&l, &design, &insns[0], memory.bytes + 4096);
    for (int i = 0; i < 32; i++)
        codes[i] = 8 * i + 1;
    serac_pack_tensor(&l.input, &design, codes, memory.bytes + 8192);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    serac_host_memory_free(&memory);
    return 0;
}

static struct serac_run run_it(int compute)
{
    struct serac_run run = {.num_blocks = 0};
    assert_int_equal(serac_run_program(&design, &memory_config, &bus, BASE,
                                       compute, &run), SERAC_OK);
    return run;
}

/* Is what the last layer wrote the input? */
static bool copied(int layers)
{
    return !memcmp(memory.bytes + 8192, memory.bytes + 8192 + 4096 * layers,
                   4 * 8);
}

static void test_program_computes_layer_after_layer(void **state)
{
    struct serac_run run = run_it(1);
    (void)state;
    assert_int_equal(run.status, SERAC_OK);
    assert_int_equal(run.error_address, 0);
    assert_int_equal(run.num_blocks, BLOCKS);
    assert_int_equal(run.total.blocks, BLOCKS);
    assert_true(copied(1) && copied(2) && copied(3));
}

static void test_time_alone_writes_nothing_and_is_the_same(void **state)
{
    struct serac_run timed = run_it(0);
    (void)state;
    assert_false(copied(1));
    struct serac_run computed = run_it(1);
    assert_memory_equal(&timed.total, &computed.total, sizeof timed.total);
}

static void test_data_alone_is_the_same(void **state)
{
    (void)state;
    assert_int_equal(serac_run_data(&design, &bus, BASE, NULL), SERAC_OK);
    assert_true(copied(1) && copied(2) && copied(3));
}

static void test_program_ends_at_the_block_that_is_last(void **state)
{
    (void)state;
    insns[1].fetch.last = insns[1].exec.last = 1;
    put_block(1);
    struct serac_run run = run_it(1);
    assert_int_equal(run.num_blocks, 2);
    assert_true(copied(2));
    assert_false(copied(3));
}

/* The shares sum to the total; those that have no room are left out. */
static void test_shares_are_given_as_far_as_there_is_room(void **state)
{
    (void)state;
    for (uint32_t room = 0; room <= BLOCKS; room++) {
        struct serac_counters shares[BLOCKS + 1];
        struct serac_run run = {.blocks = shares, .max_blocks = room};
        memset(shares, 0xff, sizeof shares);
        assert_int_equal(serac_run_program(&design, &memory_config, &bus,
                                           BASE, 0, &run), SERAC_OK);
        assert_int_equal(run.num_blocks, BLOCKS);
        assert_true(shares[room].cycles == UINT64_MAX);
        for (uint32_t i = 0; i < room; i++) {
            /* 2 m-tiles, one k-tile, 8 x 8 digit pairs */
            assert_int_equal(shares[i].array_busy_cycles, 2 * 64);
            assert_int_equal(shares[i].bytes_written, 4 * 8);
            assert_int_equal(shares[i].blocks, 1);
        }
        if (room < BLOCKS)
            continue;
        assert_int_equal(shares[0].cycles + shares[1].cycles +
                             shares[2].cycles, run.total.cycles);
    }
}

static void test_bad_instruction_ends_the_run_and_computes_nothing(void **state)
{
    (void)state;
    insns[1].exec.mode = SERAC_INSN_MODE_RAW + 1;
    put_block(1);
    struct serac_run run = run_it(1);
    assert_int_equal(run.status, SERAC_E_BAD_INSTRUCTION);
    assert_int_equal(run.error_address, BASE + 512);
    assert_false(copied(1));
}

static void test_program_outside_the_memory_is_a_read_error(void **state)
{
    struct serac_run run = {.num_blocks = 0};
    uint64_t beyond = BASE + SIZE;
    (void)state;
    assert_int_equal(serac_run_program(&design, &memory_config, &bus, beyond,
                                       1, &run), SERAC_OK);
    assert_int_equal(run.status, SERAC_E_READ_DECERR);
    assert_int_equal(run.error_address, beyond);
    assert_int_equal(serac_run_data(&design, &bus, beyond, NULL),
                     SERAC_E_READ_DECERR);
}

static void test_output_outside_the_memory_is_a_write_error(void **state)
{
    (void)state;
    insns[2].store.out_addr_lo = BASE + SIZE;
    put_block(2);
    struct serac_run run = run_it(1);
    assert_int_equal(run.status, SERAC_E_WRITE_DECERR);
    assert_int_equal(run.error_address, BASE + SIZE);
    assert_int_equal(serac_run_data(&design, &bus, BASE, NULL),
                     SERAC_E_WRITE_DECERR);
    insns[2].store.out_addr_lo = BASE + SIZE - 64;   /* and just inside */
    put_block(2);
    assert_int_equal(run_it(1).status, SERAC_OK);
}

static int slverr(void *ctx, uint64_t address, void *to, size_t bytes)
{
    (void)ctx, (void)address, (void)to, (void)bytes;
    return 2;
}

static void test_slverr_of_the_bus_is_told_from_decerr(void **state)
{
    struct serac_run run = {.num_blocks = 0};
    (void)state;
    bus.read = slverr;
    assert_int_equal(serac_run_program(&design, &memory_config, &bus, BASE, 1,
                                       &run), SERAC_OK);
    assert_int_equal(run.status, SERAC_E_READ_SLVERR);
    assert_int_equal(serac_run_data(&design, &bus, BASE, NULL), SERAC_E_READ_SLVERR);
}

static void test_token_that_never_comes_is_a_deadlock(void **state)
{
    (void)state;
    insns[1].fetch.store_tokens = 2;
    put_block(1);
    assert_int_equal(run_it(1).status, SERAC_E_DEADLOCK);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_program_computes_layer_after_layer),
        EACH(test_time_alone_writes_nothing_and_is_the_same),
        EACH(test_data_alone_is_the_same),
        EACH(test_program_ends_at_the_block_that_is_last),
        EACH(test_shares_are_given_as_far_as_there_is_room),
        EACH(test_bad_instruction_ends_the_run_and_computes_nothing),
        EACH(test_program_outside_the_memory_is_a_read_error),
        EACH(test_output_outside_the_memory_is_a_write_error),
        EACH(test_slverr_of_the_bus_is_told_from_decerr),
        EACH(test_token_that_never_comes_is_a_deadlock),
    };
    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
