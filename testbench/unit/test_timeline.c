/* test_timeline.c - the timeline: resumable, exact sums, errors, deadlock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serac_config.h"
#include "serac_random.h"
#include "serac_run.h"
#include "serac_stages.h"
#include "serac_timeline.h"

static void make(uint32_t index, struct serac_design *d,
                 struct serac_random_case *c)
{
    static const char *const names[] = {"tiny", "pair-1-4", "pair-2-2",
                                        "pair-8-8"};
    struct serac_error error = {""};
    assert_int_equal(serac_design_load(names[index % 4], d, &error), SERAC_OK);
    assert_int_equal(serac_random_make(d, 9, index, c), SERAC_OK);
    c->memory_config.shared_bus = 0;
}

static int read_block(void *ctx, uint64_t address, uint8_t *block)
{
    struct serac_bus bus = serac_host_memory_bus(ctx);
    return bus.read(bus.ctx, address, block, SERAC_INSN_BLOCK_BYTES);
}

/* Bursts whose data is not told yet. */
struct late {
    struct serac_burst bursts[2][256];
    int responses[2][256];
    unsigned head[2], tail[2];
};

static void tell_oldest(struct serac_timeline *tl, struct late *late)
{
    int best = -1;
    for (int c = 0; c < 2; c++)
        if (late->head[c] != late->tail[c] &&
            (best < 0 || late->bursts[c][late->head[c] % 256].response <
                             late->bursts[best][late->head[best] % 256].response))
            best = c;
    assert_true(best >= 0);
    unsigned at = late->head[best]++ % 256;
    serac_timeline_complete(tl, (enum serac_channel)best,
                            &late->bursts[best][at],
                            late->responses[best][at]);
}

/* Data is told only when the timeline cannot go on without. */
static void run_late(const struct serac_design *d, struct serac_random_case *c,
                     struct serac_run *run)
{
    struct serac_timeline_hooks hooks = {.read_block = read_block,
                                         .ctx = &c->memory};
    struct serac_timeline *tl = serac_timeline_create(d, c->program, &hooks);
    struct serac_bus bus = serac_host_memory_bus(&c->memory);
    struct serac_memory memory;
    static struct late late;
    struct serac_request q;
    memset(&late, 0, sizeof late);
    assert_non_null(tl);
    serac_memory_init(&memory, &c->memory_config, d->axi_bits / 8);
    for (;;) {
        enum serac_progress p = serac_timeline_next(tl, &q);
        if (p == SERAC_PROGRESS_DONE)
            break;
        if (p == SERAC_PROGRESS_WAIT) {
            tell_oldest(tl, &late);
            continue;
        }
        uint8_t bytes[1024];
        unsigned at = late.tail[q.channel]++ % 256;
        late.bursts[q.channel][at] =
            q.channel == SERAC_READ
                ? serac_memory_read(&memory, q.address, q.beats, q.cycle, NULL)
                : serac_memory_write(&memory, q.address, q.beats, q.cycle,
                                     NULL);
        late.responses[q.channel][at] = bus.read(
            bus.ctx, q.address, bytes, (size_t)q.beats * d->axi_bits / 8);
        serac_timeline_handshake(tl, q.channel,
                                 late.bursts[q.channel][at].handshake);
    }
    serac_timeline_result(tl, run);
    serac_timeline_destroy(tl);
}

static void test_late_answers_give_the_same_times(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 200; i++) {
        struct serac_design d;
        struct serac_random_case c;
        struct serac_run now = {.num_blocks = 0}, then = {.num_blocks = 0};
        make(i, &d, &c);
        if (!c.fault) {
            struct serac_bus bus = serac_host_memory_bus(&c.memory);
            assert_int_equal(serac_run_program(&d, &c.memory_config, &bus,
                                               c.program, 0, &now), SERAC_OK);
            run_late(&d, &c, &then);
            if (memcmp(&now.total, &then.total, sizeof now.total))
                fail_msg("case %u: %llu cycles, told late %llu", i,
                         (unsigned long long)now.total.cycles,
                         (unsigned long long)then.total.cycles);
        }
        serac_random_free(&c);
    }
}

static void test_causes_and_shares_sum_to_the_cycles(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 200; i++) {
        struct serac_design d;
        struct serac_random_case c;
        struct serac_counters blocks[SERAC_RANDOM_LAYERS], sum = {.cycles = 0};
        struct serac_run run = {.blocks = blocks,
                                .max_blocks = SERAC_RANDOM_LAYERS};
        make(i, &d, &c);
        struct serac_bus bus = serac_host_memory_bus(&c.memory);
        assert_int_equal(serac_run_program(&d, &c.memory_config, &bus,
                                           c.program, 0, &run), SERAC_OK);
        for (uint32_t k = 0; k < run.num_blocks; k++) {
            const struct serac_counters *b = &blocks[k];
            if (!c.fault)
                assert_int_equal(b->cycles,
                                 b->array_busy_cycles + b->stall_fetch_cycles +
                                     b->stall_requant_cycles +
                                     b->stall_store_cycles +
                                     b->stall_control_cycles +
                                     b->fill_drain_cycles);
            sum.cycles += b->cycles;
            sum.bytes_read += b->bytes_read;
            sum.write_bursts += b->write_bursts;
        }
        if (!c.fault) {
            assert_int_equal(run.status, SERAC_OK);
            assert_int_equal(sum.cycles, run.total.cycles);
            assert_int_equal(sum.bytes_read, run.total.bytes_read);
            assert_int_equal(sum.write_bursts, run.total.write_bursts);
        }
        serac_random_free(&c);
    }
}

static void test_broken_programs_end_with_their_status(void **state)
{
    static const enum serac_status wanted[] = {
        SERAC_OK, SERAC_E_BAD_INSTRUCTION, SERAC_E_READ_DECERR,
        SERAC_E_WRITE_DECERR, SERAC_E_DEADLOCK};
    unsigned seen[SERAC_FAULTS] = {0};
    (void)state;
    for (uint32_t i = 0; i < 300; i++) {
        struct serac_design d;
        struct serac_random_case c;
        struct serac_run run = {.num_blocks = 0};
        make(i, &d, &c);
        struct serac_bus bus = serac_host_memory_bus(&c.memory);
        assert_int_equal(serac_run_program(&d, &c.memory_config, &bus,
                                           c.program, 0, &run), SERAC_OK);
        assert_int_equal(run.status, wanted[c.fault]);
        seen[c.fault]++;
        serac_random_free(&c);
    }
    for (int f = 0; f < SERAC_FAULTS; f++)
        assert_true(seen[f] > 0);
}

static void test_error_is_the_earliest_and_of_one_cycle_the_first_code(void **state)
{
    struct serac_timeline tl = {.error_cycle = SERAC_NEVER};
    (void)state;
    serac_timeline_error(&tl, 20, SERAC_E_WRITE_SLVERR, 1);
    serac_timeline_error(&tl, 21, SERAC_E_BAD_INSTRUCTION, 2);
    assert_int_equal(tl.error, SERAC_E_WRITE_SLVERR);
    serac_timeline_error(&tl, 20, SERAC_E_READ_DECERR, 3);
    assert_int_equal(tl.error, SERAC_E_READ_DECERR);
    assert_int_equal(tl.error_address, 3);
    serac_timeline_error(&tl, 20, SERAC_E_WRITE_DECERR, 4);
    assert_int_equal(tl.error, SERAC_E_READ_DECERR);
    serac_timeline_error(&tl, 19, SERAC_E_DEADLOCK, 5);
    assert_int_equal(tl.error, SERAC_E_DEADLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_is_the_earliest_and_of_one_cycle_the_first_code),
        cmocka_unit_test(test_late_answers_give_the_same_times),
        cmocka_unit_test(test_causes_and_shares_sum_to_the_cycles),
        cmocka_unit_test(test_broken_programs_end_with_their_status),
    };
    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
