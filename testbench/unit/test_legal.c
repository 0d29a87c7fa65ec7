/* test_legal.c - what a legal program is: the mapper's are, random ones are, and each rule is broken once;
 * random designs and programs are the same again; a case is read as it was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_config.h"
#include "serac_covered.h"
#include "serac_fast.h"
#include "serac_function.h"
#include "serac_legal.h"
#include "serac_random.h"
#include "serac_random_legal.h"
#include "serac_run.h"
#include "serac_timeline.h"

static struct serac_design tiny;

static int set_up(void **state)
{
    (void)state;
    return serac_design_load("tiny", &tiny, NULL);
}

static struct serac_range all_of(const struct serac_case *c)
{
    return (struct serac_range){c->memory.base, c->memory.base + c->memory.size};
}

/* --- the rules -------------------------------------------------------------------- */

static void test_what_the_mapper_writes_is_legal(void **state)
{
    static const char *const designs[] = {"tiny", "pair-1-8", "pair-2-2", "pair-4-1", "pair-8-8", "barvinn"};
    uint32_t checked = 0;
    (void)state;
    for (uint32_t i = 0; i < 240; i++) {
        struct serac_design d;
        struct serac_random_case c;
        assert_int_equal(serac_design_load(designs[i % 6], &d, NULL), SERAC_OK);
        assert_int_equal(serac_random_make(&d, 3, i, &c), SERAC_OK);
        for (uint32_t k = 0; k < c.num_layers && !c.fault; k++) {
            struct serac_insn insn = c.layers[k].insn;
            const char *wrong = serac_legal_block(&d, &insn);
            if (wrong)
                fail_msg("case %u layer %u on %s: %s", i, k, d.name, wrong);
            serac_legal_derive(&d, &insn);
            assert_memory_equal(&insn, &c.layers[k].insn, sizeof insn);
            checked++;
        }
        serac_random_free(&c);
    }
    assert_true(checked > 300);
}

static void test_random_programs_are_legal_on_random_designs(void **state)
{
    uint32_t blocks_seen = 0, deadlocks = 0;
    (void)state;
    for (uint32_t i = 0; i < 400; i++) {
        struct serac_design d;
        struct serac_case c;
        struct serac_insn blocks[SERAC_LEGAL_BLOCKS];
        bool deadlock;
        serac_random_design(i / 10, &d);
        assert_int_equal(serac_design_check(&d, NULL), SERAC_OK);
        assert_int_equal(serac_random_legal(&d, 5, i, &c), SERAC_OK);
        uint32_t count = serac_case_blocks(&c, blocks, SERAC_LEGAL_BLOCKS);
        assert_true(count > 0);
        const char *wrong = serac_legal_program(&d, blocks, count, c.program, all_of(&c), &deadlock);
        if (wrong)
            fail_msg("case %u: %s", i, wrong);
        blocks_seen += count;
        deadlocks += deadlock;
        serac_case_free(&c);
    }
    assert_true(blocks_seen > 1000 && deadlocks > 5 && deadlocks < 60);
}

/* A legal block to break: one tile, one of everything. */
static void plain_block(struct serac_insn *insn)
{
    memset(insn, 0, sizeof *insn);
    struct serac_insn_exec *e = &insn->exec;
    insn->fetch.last = insn->fetch.groups = insn->fetch.run = insn->fetch.run_last = insn->fetch.row_step = 1;
    insn->fetch.wgt_halves = insn->fetch.act_halves = 1;
    insn->fetch.out_width = 2;
    insn->fetch.in_height = 2;
    insn->fetch.line_stride0 = insn->fetch.line_stride1 = 64;
    e->group_mtiles = e->group_last_mtiles = e->kernel_h = e->kernel_w = e->phases_y = e->phases_x = e->blocks = 1;
    e->wgt_bits = e->wgt_store = e->act_bits = e->act_store = 2;
    e->out_bits = 4;
    e->gather = e->last_lanes = e->col_step = e->dilation_h = e->dilation_w = 1;
    e->channels = tiny.rows;
    e->pixels = 4;
    e->pixel_planes = e->in_width = 2;
    insn->store.line_stride = 64;
    serac_legal_tighten(&tiny, insn);
    insn->store.pixel_bytes = insn->store.chunk_last_bytes;
    serac_legal_tighten(&tiny, insn);
}

#define BREAK(section, field, value, text) {offsetof(struct serac_insn, section.field), value, text}

static void test_each_rule_is_broken_once(void **state)
{
    static const struct {
        size_t offset;
        uint32_t value;
        const char *text;
    } breaks[] = {
        BREAK(exec, blocks, 0, "a count is 0"), BREAK(fetch, groups, 0, "a count is 0"),
        BREAK(exec, pixels, 1u << 21, "beyond"), BREAK(fetch, wgt_halves, 3, "halves"),
        BREAK(fetch, store_tokens, 256, "does not fit its field"), BREAK(exec, wgt_store, 3, "store"),
        BREAK(exec, act_zero, 4, "act_zero"), BREAK(exec, out_bits, 9, "out_bits"),
        BREAK(exec, mode, SERAC_INSN_MODE_RAW, "out_bits"), BREAK(exec, last_lanes, 33, "last_lanes"),
        BREAK(exec, clamp_min, 1, "clamp_min"), BREAK(fetch, line_stride1, 128, "row_step is odd"),
        BREAK(exec, kernel_h, 2, "miss a tap"), BREAK(exec, kernel_w, 2, "miss a tap"),
        BREAK(fetch, row_step, 4, "misses the image"), BREAK(exec, col_step, 5, "misses the image"),
        BREAK(fetch, row_step, 0, "a count is 0"), BREAK(exec, pixel_planes, 3, "miss a tap"),
        BREAK(exec, act_tile_planes, 1, "whole blocks"), BREAK(fetch, run, 3, "run"), BREAK(fetch, run_last, 5, "run"),
        BREAK(exec, group_last_mtiles, 2, "no channel"), BREAK(fetch, tile_param_bytes, 32, "tile_param_bytes"),
        BREAK(fetch, tile_wgt_bytes, 16, "tile_wgt_bytes"), BREAK(fetch, tile_wgt_bytes, 4096, "larger than the weight"),
        BREAK(fetch, segment_beats, 0, "segment_beats"), BREAK(fetch, segment_beats, 4096, "a strip is larger"),
        BREAK(exec, slot_planes, 1, "slot_planes"), BREAK(exec, slot_planes, 1024, "larger than the output"),
        BREAK(store, chunk_last_bytes, 4, "chunk_last_bytes"), BREAK(store, chunk_last_bytes, 128, "chunk_last_bytes"),
        BREAK(store, pixel_bytes, 8, "pixel_bytes"), BREAK(store, line_stride, 32, "line_stride"),
        BREAK(store, out_addr_lo, 32, "multiple of 64"), BREAK(fetch, act_addr_lo, 8, "multiple of 64"),
        BREAK(fetch, wgt_addr_lo, 16, "multiple of 64")};
    struct serac_insn insn;
    (void)state;
    plain_block(&insn);
    assert_null(serac_legal_block(&tiny, &insn));
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        plain_block(&insn);
        *(uint32_t *)(void *)((char *)&insn + breaks[i].offset) = breaks[i].value;
        serac_legal_derive(&tiny, &insn);
        const char *wrong = serac_legal_block(&tiny, &insn);
        if (!wrong || !strstr(wrong, breaks[i].text))
            fail_msg("break %zu: %s, should be %s", i, wrong ? wrong : "legal", breaks[i].text);
    }
}

/* Blocks that read 0x10000.., weights at 0x20000.., and write 0x30000 + 0x1000 i. */
static void three_blocks(struct serac_insn *blocks)
{
    for (uint32_t i = 0; i < 3; i++) {
        plain_block(&blocks[i]);
        blocks[i].fetch.act_addr_lo = 0x10000 + 0x1000 * i;
        blocks[i].fetch.wgt_addr_lo = 0x20000 + 0x1000 * i;
        blocks[i].store.out_addr_lo = 0x30000 + 0x1000 * i;
        blocks[i].fetch.last = i == 2;
        serac_legal_derive(&tiny, &blocks[i]);
    }
}

static const char *check_three(const struct serac_insn *blocks, bool *deadlock)
{
    return serac_legal_program(&tiny, blocks, 3, 0x8000, (struct serac_range){0x8000, 0x40000}, deadlock);
}

static void test_a_load_waits_for_the_token_of_what_it_reads(void **state)
{
    struct serac_insn blocks[3];
    bool deadlock;
    (void)state;
    three_blocks(blocks);
    assert_null(check_three(blocks, &deadlock));
    blocks[2].fetch.act_addr_lo = 0x31000;               /* block 1's output */
    assert_string_equal(check_three(blocks, &deadlock), "activations are read before they are written");
    blocks[2].fetch.store_tokens = 1;
    assert_non_null(check_three(blocks, &deadlock));      /* that was block 0's */
    blocks[2].fetch.store_tokens = 2;
    assert_null(check_three(blocks, &deadlock));
    assert_false(deadlock);
    blocks[2].fetch.store_tokens = 3;                     /* block 2's own: never */
    assert_null(check_three(blocks, &deadlock));
    assert_true(deadlock);
    assert_true(serac_legal_tokens(blocks, 3));
    assert_int_equal(blocks[2].fetch.store_tokens, 2);
}

static void test_weights_wait_by_a_block_before(void **state)
{
    struct serac_insn blocks[3];
    bool deadlock;
    (void)state;
    three_blocks(blocks);
    blocks[2].fetch.wgt_addr_lo = 0x30000;
    blocks[2].fetch.store_tokens = 2;                     /* after its weights: too late */
    assert_string_equal(check_three(blocks, &deadlock), "weights are read before they are written");
    assert_true(serac_legal_tokens(blocks, 3));
    assert_int_equal(blocks[1].fetch.store_tokens, 1);
    assert_null(check_three(blocks, &deadlock));
    blocks[2].fetch.wgt_addr_lo = 0x31000;                /* of block 1, for which no block can wait */
    assert_false(serac_legal_tokens(blocks, 3));
}

static void test_programs_stay_in_their_memory_and_off_themselves(void **state)
{
    struct serac_insn blocks[3];
    bool deadlock;
    (void)state;
    three_blocks(blocks);
    blocks[1].store.out_addr_lo = 0x40000;
    assert_string_equal(check_three(blocks, &deadlock), "a tensor is outside the memory");
    blocks[1].store.out_addr_lo = 0x8200;
    assert_string_equal(check_three(blocks, &deadlock), "a block writes what it reads, or the program");
    blocks[1].store.out_addr_lo = 0x11000;
    assert_string_equal(check_three(blocks, &deadlock), "a block writes what it reads, or the program");
    blocks[1].store.out_addr_lo = 0x10000;                /* what block 0 has read */
    assert_null(check_three(blocks, &deadlock));
    blocks[1].fetch.last = 1;
    assert_string_equal(check_three(blocks, &deadlock), "last");
}

/* --- the function between pixels -------------------------------------------------------- */

static void test_bytes_between_output_pixels_stay(void **state)
{
    struct serac_host_memory memory;
    struct serac_insn insn;
    (void)state;
    plain_block(&insn);
    insn.store.pixel_bytes += 8;
    insn.fetch.wgt_addr_lo = 0x1000;
    insn.store.out_addr_lo = 0x2000;
    serac_legal_tighten(&tiny, &insn);
    assert_null(serac_legal_block(&tiny, &insn));
    assert_int_equal(serac_host_memory_init(&memory, 0, 0x3000), SERAC_OK);
    memset(memory.bytes + 0x2000, 0xa5, 0x1000);
    struct serac_bus bus = serac_host_memory_bus(&memory);
    assert_int_equal(serac_function_block(&tiny, &insn, &bus), SERAC_OK);
    uint32_t stored = insn.store.chunk_last_bytes, step = insn.store.pixel_bytes;
    for (uint32_t i = 0; i < 0x1000; i++) {
        uint32_t x = i % insn.store.line_stride;
        bool in = i < 2 * insn.store.line_stride && x < 2 * step && x % step < stored;
        assert_int_equal(memory.bytes[0x2000 + i], in ? 0 : 0xa5);
    }
    serac_host_memory_free(&memory);
}

/* The reference, block by block, against whole layers at the host's speed. Each program runs twice: outputs
 * that lie on weights make layers forget what they packed. */
static void test_fast_layers_compute_the_same(void **state)
{
    struct serac_insn blocks[64];
    (void)state;
    for (uint32_t i = 0; i < 300; i++) {
        struct serac_case slow, quick;
        assert_int_equal(serac_random_legal(&tiny, 11, i, &slow), SERAC_OK);
        assert_int_equal(serac_case_copy(&slow, &quick), SERAC_OK);
        struct serac_bus bus = serac_host_memory_bus(&slow.memory), fast_bus = serac_host_memory_bus(&quick.memory);
        struct serac_fast *fast = serac_fast_create(1);
        uint32_t count = serac_case_blocks(&slow, blocks, 64);
        assert_true(fast && count > 0);
        for (int run = 0; run < 2; run++) {
            for (uint32_t b = 0; b < count; b++)
                assert_int_equal(serac_function_block(&tiny, &blocks[b], &bus), SERAC_OK);
            assert_int_equal(serac_run_data(&tiny, &fast_bus, quick.program, fast), SERAC_OK);
            if (memcmp(slow.memory.bytes, quick.memory.bytes, slow.memory.size))
                fail_msg("seed 11 case %u, run %d: the fast memory is another", i, run);
        }
        serac_fast_destroy(fast);
        serac_case_free(&slow);
        serac_case_free(&quick);
    }
}

/* --- what an observer hears -------------------------------------------------------------- */

#define BLOCKS 64                 /* of a program, at most */

struct heard {
    struct serac_case *c;
    uint64_t at, causes[6];       /* cycles so far; of each cause */
    uint32_t tiles;
};

static int read_block(void *ctx, uint64_t address, uint8_t *block)
{
    struct serac_bus bus = serac_host_memory_bus(&((struct heard *)ctx)->c->memory);
    return bus.read(bus.ctx, address, block, SERAC_INSN_BLOCK_BYTES);
}

static void on_execute(void *ctx, uint32_t block, enum serac_stage_state state, enum serac_cause cause, uint64_t from,
                       uint64_t to)
{
    struct heard *h = ctx;
    (void)block, (void)state;
    assert_true(from == h->at && to > from);
    h->at = to;
    h->causes[cause] += to - from;
}

static void on_tile(void *ctx, uint64_t cycle)
{
    struct heard *h = ctx;
    assert_true(cycle == h->at - 1);      /* the last pair has just been heard of */
    h->tiles++;
}

static void on_stage(void *ctx, enum serac_stage stage, uint32_t block, enum serac_stage_state state,
                     enum serac_task task, uint64_t from, uint64_t to)
{
    (void)ctx, (void)stage, (void)block, (void)state, (void)task, (void)from, (void)to;
}

static void on_token(void *ctx, enum serac_token token, bool taken, uint64_t cycle, uint32_t count)
{
    (void)ctx, (void)token, (void)taken, (void)cycle, (void)count;
}

static void on_burst(void *ctx, const struct serac_observed_burst *burst)
{
    (void)ctx, (void)burst;
}

/* A run whose channels are asked apart, without anybody who hears of it, counts the same, block by block. */
static void counts_the_same_apart(struct serac_case *c, const struct serac_run *run)
{
    struct serac_counters blocks[BLOCKS];
    struct serac_run apart = {.blocks = blocks, .max_blocks = BLOCKS};
    struct serac_bus bus = serac_host_memory_bus(&c->memory);
    assert_int_equal(serac_run_time(&c->design, &c->memory_config, &bus, c->program, NULL, &apart), SERAC_OK);
    assert_int_equal(apart.status, run->status);
    assert_true(apart.error_cycle == run->error_cycle && apart.num_blocks == run->num_blocks);
    assert_true(apart.num_blocks <= BLOCKS);
    assert_memory_equal(&apart.total, &run->total, sizeof run->total);
    assert_memory_equal(apart.blocks, run->blocks, run->num_blocks * sizeof *blocks);
}

/* Every cycle of the array, in order, with the cause that the counters have. False: the program ends in deadlock. */
static bool hears_the_counters(struct serac_case *c)
{
    struct heard h = {.c = c};
    struct serac_observer o = {.execute = on_execute, .stage = on_stage, .tile = on_tile, .token = on_token,
                               .burst = on_burst, .ctx = &h};
    struct serac_timeline_hooks hooks = {.read_block = read_block, .observer = &o, .ctx = &h};
    struct serac_timeline *tl = serac_timeline_create(&c->design, c->program, &hooks);
    struct serac_memory memory;
    struct serac_request q;
    struct serac_counters blocks[BLOCKS];
    struct serac_run run = {.blocks = blocks, .max_blocks = BLOCKS};
    assert_non_null(tl);
    serac_memory_init(&memory, &c->memory_config, c->design.axi_bits / 8);
    while (serac_timeline_next(tl, &q) == SERAC_PROGRESS_REQUEST) {
        struct serac_burst b = q.channel == SERAC_READ ? serac_memory_read(&memory, q.address, q.beats, q.cycle, NULL)
                                                       : serac_memory_write(&memory, q.address, q.beats, q.cycle, NULL);
        serac_timeline_handshake(tl, q.channel, b.handshake);
        serac_timeline_complete(tl, q.channel, &b, 0);
    }
    serac_timeline_result(tl, &run);
    serac_timeline_destroy(tl);
    counts_the_same_apart(c, &run);
    if (run.status != SERAC_OK)
        return false;
    const struct serac_counters *t = &run.total;
    const uint64_t counted[6] = {
        [SERAC_CAUSE_ARRAY_BUSY] = t->array_busy_cycles, [SERAC_CAUSE_STALL_FETCH] = t->stall_fetch_cycles,
        [SERAC_CAUSE_STALL_REQUANT] = t->stall_requant_cycles, [SERAC_CAUSE_STALL_STORE] = t->stall_store_cycles,
        [SERAC_CAUSE_STALL_CONTROL] = t->stall_control_cycles, [SERAC_CAUSE_FILL_DRAIN] = t->fill_drain_cycles};
    assert_memory_equal(h.causes, counted, sizeof counted);
    assert_true(h.at == t->cycles && h.tiles > 0);
    return true;
}

static void test_an_observer_hears_every_cycle_once_and_in_order(void **state)
{
    struct serac_case c;
    struct serac_error error = {""};
    uint32_t heard = 0, ran_apart = 0;
    (void)state;
    if (serac_case_load(SERAC_ROOT "/testbench/cosim/cases/token-while-waiting", &c, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    assert_true(hears_the_counters(&c));
    serac_case_free(&c);
    for (uint32_t i = 0; i < 600; i++) {
        assert_int_equal(serac_random_legal(&tiny, 1, i, &c), SERAC_OK);
        bool ends = hears_the_counters(&c);
        heard += ends;
        ran_apart += ends && !c.memory_config.shared_bus;
        serac_case_free(&c);
    }
    assert_true(heard > 500 && ran_apart > 300);
}

/* --- random ones ----------------------------------------------------------------------- */

static void test_a_program_is_the_same_whatever_ran_before(void **state)
{
    struct serac_case a, b, other;
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(serac_random_legal(&tiny, 7, i, &a), SERAC_OK);
        assert_int_equal(serac_random_legal(&tiny, 8, i, &other), SERAC_OK);
        assert_int_equal(serac_random_legal(&tiny, 7, i, &b), SERAC_OK);
        assert_memory_equal(a.memory.bytes, b.memory.bytes, a.memory.size);
        assert_memory_equal(&a.memory_config, &b.memory_config, sizeof a.memory_config);
        assert_true(a.program == b.program && a.seed == b.seed);
        assert_true(memcmp(a.memory.bytes, other.memory.bytes, a.memory.size) != 0);
        serac_case_free(&a);
        serac_case_free(&b);
        serac_case_free(&other);
    }
}

static void test_every_value_of_every_key_of_a_design_comes_up(void **state)
{
    struct serac_covered covered = {.runs = 0};
    struct serac_lockstep_result result = {.difference = ""};
    struct serac_case c = {.program = 0};
    char text[65536] = "";
    (void)state;
    for (uint32_t i = 0; i < 3000; i++) {
        serac_random_design(i, &c.design);
        serac_covered_add(&covered, &c, false, &result);
    }
    FILE *file = fmemopen(text, sizeof text, "w");
    serac_covered_write(&covered, file);
    fclose(file);
    for (const char *line = strstr(text, "rows\t"); line && strncmp(line, "memory latency", 14);
         line = strchr(line, '\n') + 1)
        if (strstr(line, "\t0\n") && strstr(line, "\t0\n") < strchr(line, '\n'))
            fail_msg("never drawn: %.40s", line);
}

static void test_a_case_is_read_as_it_was_written(void **state)
{
    char dir[] = "/tmp/serac-case-XXXXXX", path[64];
    static const char *const names[] = {"design.cfg", "memory.cfg", "case.cfg", "memory.bin", "program.txt", "README"};
    struct serac_case a, b;
    struct serac_error error = {""};
    (void)state;
    assert_non_null(mkdtemp(dir));
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(serac_random_legal(&tiny, 9, i, &a), SERAC_OK);
        assert_int_equal(serac_case_save(&a, dir, "", &error), SERAC_OK);
        if (serac_case_load(dir, &b, &error) != SERAC_OK)
            fail_msg("%s", error.text);
        assert_memory_equal(a.memory.bytes, b.memory.bytes, a.memory.size);
        assert_true(a.memory.base == b.memory.base && a.memory.size == b.memory.size && a.program == b.program &&
                    a.seed == b.seed);
        assert_memory_equal(&a.design.rows, &b.design.rows, sizeof a.design - offsetof(struct serac_design, rows));
        assert_memory_equal(&a.memory_config.latency_cycles, &b.memory_config.latency_cycles,
                            offsetof(struct serac_memory_config, dram_pj_per_bit) -
                                offsetof(struct serac_memory_config, latency_cycles));
        serac_case_free(&a);
        serac_case_free(&b);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_mapper_writes_is_legal),
        cmocka_unit_test(test_random_programs_are_legal_on_random_designs),
        cmocka_unit_test(test_each_rule_is_broken_once),
        cmocka_unit_test(test_a_load_waits_for_the_token_of_what_it_reads),
        cmocka_unit_test(test_weights_wait_by_a_block_before),
        cmocka_unit_test(test_programs_stay_in_their_memory_and_off_themselves),
        cmocka_unit_test(test_bytes_between_output_pixels_stay),
        cmocka_unit_test(test_fast_layers_compute_the_same),
        cmocka_unit_test(test_an_observer_hears_every_cycle_once_and_in_order),
        cmocka_unit_test(test_a_program_is_the_same_whatever_ran_before),
        cmocka_unit_test(test_every_value_of_every_key_of_a_design_comes_up),
        cmocka_unit_test(test_a_case_is_read_as_it_was_written),
    };
    return cmocka_run_group_tests_name("legal", tests, set_up, NULL);
}
