/* test_fetch.c - what fetch reads, in which order, and what it waits for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layers.h"
#include "watch.h"

static const struct serac_mapping simple = {
    .order = 0, .run = 1, .group_mtiles = 1, .gather = 8, .wgt_halves = 1,
    .act_halves = 1};

#define WEIGHTS (1u << 20)
#define INPUT (1u << 28)
#define OUTPUT (1u << 30)

static bool is_read(const struct watch_burst *b, uint64_t from, uint64_t to)
{
    return b->request.channel == SERAC_READ && b->request.address >= from &&
           b->request.address < to;
}

/* Bytes read from addresses from..to-1; a beat is 8 bytes. */
static uint64_t bytes_from(const struct watch *w, uint64_t from, uint64_t to)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < w->num_bursts; i++)
        if (is_read(&w->bursts[i], from, to))
            sum += 8ull * w->bursts[i].request.beats;
    return sum;
}

/* The first read of from..to-1. */
static const struct watch_burst *first_of(const struct watch *w, uint64_t from,
                                          uint64_t to)
{
    for (size_t i = 0; i < w->num_bursts; i++)
        if (is_read(&w->bursts[i], from, to))
            return &w->bursts[i];
    fail_msg("nothing is read from %llx", (unsigned long long)from);
    return NULL;
}

static uint64_t last_response_below(const struct watch *w, uint64_t limit)
{
    uint64_t last = 0;
    for (size_t i = 0; i < w->num_bursts; i++)
        if (w->bursts[i].request.channel == SERAC_WRITE &&
            w->bursts[i].request.address < limit)
            last = w->bursts[i].burst.response;
    return last;
}

/* --- bursts --------------------------------------------------------------- */

static void test_bursts_keep_the_rules_of_the_bus(void **state)
{
    struct serac_memory_config memory = {.latency_cycles = 100,
                                         .bytes_per_cycle = 3};
    struct serac_layer l = conv_layer(50, 9, 11, 20, 3, 3);
    (void)state;
    for (uint32_t outstanding = 1; outstanding <= 32; outstanding *= 2) {
        struct serac_design d = small_design(4, 4, 32);
        const struct watch_burst *reads[4096];
        struct watch *w = watch_new();
        uint32_t n = 0;
        bool reached = false;
        d.outstanding = outstanding;
        assert_int_equal(watch_layer(w, &l, &d, &simple, &memory), SERAC_OK);
        for (size_t i = 0; i < w->num_bursts && n < 4096; i++)
            if (is_read(&w->bursts[i], 0, UINT64_MAX))
                reads[n++] = &w->bursts[i];
        assert_true(n > 64);
        for (uint32_t i = 0; i < n; i++) {
            const struct serac_request *q = &reads[i]->request;
            assert_int_equal(q->address % 8, 0);
            assert_int_equal(q->address / 1024,
                             (q->address + 8 * q->beats - 1) / 1024);
            if (i)
                assert_true(q->cycle > reads[i - 1]->burst.handshake);
            if (i >= outstanding)
                assert_true(q->cycle >
                            reads[i - outstanding]->burst.last_beat);
            if (i + 1 >= outstanding && i)
                reached |= q->cycle <=
                           reads[i + 1 - outstanding]->burst.last_beat;
        }
        if (outstanding <= 8)   /* and the limit is used */
            assert_true(reached || outstanding == 1);
        assert_int_equal(w->run.total.read_bursts, n);
        assert_int_equal(w->run.total.bytes_read,
                         bytes_from(w, 0, UINT64_MAX));
        free(w);
    }
}

/* --- which loads ---------------------------------------------------------- */

/* 4 m-tiles of 64 + 64 bytes and 12 pixels of 4 bytes, in 3 tiles. */
static void check_loads(uint32_t order, uint32_t group, uint32_t run,
                        uint32_t weight_passes, uint32_t input_passes)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(16, 32, 12, 1);
    struct serac_memory_config memory = ideal_memory();
    struct serac_mapping m = simple;
    struct watch *w = watch_new();
    m.order = order;
    m.group_mtiles = group;
    m.run = run;
    m.gather = group < 4 && order ? 1 : 8;
    d.lanes = order ? 8 : 32;   /* so that one m-tile may be gathered */
    d.rows = order ? 8 : 4;
    if (order) {
        l = gemm_layer(32, 32, 12, 1);   /* 4 m-tiles of 128 + 64 */
        d.requant_lanes = 8;
    }
    assert_int_equal(watch_layer(w, &l, &d, &m, &memory), SERAC_OK);
    assert_int_equal(w->run.status, SERAC_OK);
    assert_int_equal(bytes_from(w, WATCH_PROGRAM, WATCH_PROGRAM + 512), 384);
    assert_int_equal(bytes_from(w, WEIGHTS, INPUT),
                     weight_passes * 4 * (order ? 192 : 128));
    assert_int_equal(bytes_from(w, INPUT, INPUT + (1 << 20)),
                     input_passes * 48);
    free(w);
}

static void test_activations_that_stay_are_read_once(void **state)
{
    (void)state;
    check_loads(0, 4, 1, 1, 1);   /* one group: weights stay too */
    check_loads(0, 2, 1, 3, 1);   /* weights for each of 3 tiles */
    check_loads(0, 1, 1, 3, 1);
    check_loads(0, 1, 3, 1, 1);   /* one tile */
}

static void test_weights_that_stay_are_read_once(void **state)
{
    (void)state;
    check_loads(1, 4, 2, 1, 1);   /* 8 pixels a tile, 2 tiles; one group */
    check_loads(1, 2, 2, 1, 2);   /* the input for each of 2 groups */
    check_loads(1, 1, 2, 1, 4);
    check_loads(1, 1, 3, 1, 1);   /* one tile: the input stays too */
}

/* One tile of the whole picture: padding is not read, each line once. */
static void test_each_line_is_read_once_and_padding_never(void **state)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = conv_layer(20, 4, 8, 4, 3, 2);
    struct serac_memory_config memory = ideal_memory();
    struct serac_mapping m = simple;
    struct watch *w = watch_new();
    uint32_t lines[4] = {0};
    (void)state;
    m.run = 8;
    assert_int_equal(watch_layer(w, &l, &d, &m, &memory), SERAC_OK);
    for (size_t i = 0; i < w->num_bursts; i++) {
        const struct serac_request *q = &w->bursts[i].request;
        if (!is_read(&w->bursts[i], INPUT - 65536, INPUT + 65536))
            continue;
        assert_true(q->address >= INPUT && q->address < INPUT + 4 * 64);
        lines[(q->address - INPUT) / 64] += 8 * q->beats;
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(lines[i], 8 * 8);
    free(w);
}

/* --- waits ---------------------------------------------------------------- */

/* Layers that fit one half of each buffer, so that fetch may run a layer ahead,
 * and whose results are late; `tokens` of all but the first. */
static struct watch *chain(uint32_t blocks, uint32_t queue, uint32_t tokens)
{
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(32, 32, 16, 1);
    struct serac_memory_config memory = {.latency_cycles = 500,
                                         .bytes_per_cycle = 64};
    struct serac_mapping m = {.order = 0, .run = 4, .group_mtiles = 8,
                              .gather = 8, .wgt_halves = 1, .act_halves = 1};
    struct watch *w = watch_new();
    d.queue_depth = queue;
    for (uint32_t i = 0; i < blocks; i++) {
        struct serac_addresses at = {WEIGHTS, INPUT + (i << 16), 0,
                                     OUTPUT + (i << 16)};
        struct serac_insn insn;
        assert_int_equal(serac_map_apply(&l, &d, &m, &at,
                                         i ? tokens : 0, i == blocks - 1,
                                         &insn, NULL), SERAC_OK);
        watch_block(w, i, &insn);
    }
    assert_true(watch_run(w, &d, &memory));
    return w;
}

static void test_input_is_read_after_the_token_of_store(void **state)
{
    (void)state;
    for (uint32_t tokens = 0; tokens < 2; tokens++) {
        struct watch *w = chain(2, 2, tokens);
        uint64_t read = first_of(w, INPUT + 65536, INPUT + 131072)
                            ->request.cycle;
        assert_int_equal(w->run.status, SERAC_OK);
        assert_int_equal(read > last_response_below(w, OUTPUT + 65536),
                         tokens == 1);
        free(w);
    }
}

static void test_tokens_that_never_come_are_a_deadlock(void **state)
{
    struct watch *w = chain(2, 2, 2);   /* the first layer gives one */
    (void)state;
    assert_int_equal(w->run.status, SERAC_E_DEADLOCK);
    free(w);
}

/* With one entry, the third block waits until store has taken the second, so
 * until the first layer is written; with two it does not. */
static void test_block_is_read_when_both_queues_have_room(void **state)
{
    (void)state;
    for (uint32_t queue = 1; queue <= 2; queue++) {
        struct watch *w = chain(3, queue, 0);
        uint64_t read = first_of(w, WATCH_PROGRAM + 1024, WATCH_PROGRAM + 1536)
                            ->request.cycle;
        assert_int_equal(w->run.status, SERAC_OK);
        assert_int_equal(w->run.total.blocks, 3);
        assert_int_equal(read > last_response_below(w, OUTPUT + 65536),
                         queue == 1);
        free(w);
    }
}

/* --- errors --------------------------------------------------------------- */

static void test_read_error_ends_the_run_with_its_address(void **state)
{
    static const struct {
        uint64_t from, address;
        int response;
        enum serac_status status;
    } cases[] = {
        {WATCH_PROGRAM, WATCH_PROGRAM, 2, SERAC_E_READ_SLVERR},
        {WATCH_PROGRAM, WATCH_PROGRAM, 3, SERAC_E_READ_DECERR},
        {WEIGHTS + 128, WEIGHTS + 128, 2, SERAC_E_READ_SLVERR},
        {INPUT + 8, INPUT + 8, 3, SERAC_E_READ_DECERR}};
    struct serac_design d = small_design(4, 4, 32);
    struct serac_layer l = gemm_layer(16, 32, 12, 1);
    struct serac_memory_config memory = ideal_memory();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct watch *w = watch_new();
        uint64_t seen = UINT64_MAX;
        w->bad_from = cases[i].from;
        w->bad_to = cases[i].from + 8;
        w->response = cases[i].response;
        assert_int_equal(watch_layer(w, &l, &d, &simple, &memory), SERAC_OK);
        assert_int_equal(w->run.status, cases[i].status);
        assert_true(w->run.error_address <= cases[i].address &&
                    w->run.error_address + 1024 > cases[i].address);
        for (size_t k = 0; k < w->num_bursts; k++) {   /* nothing new starts */
            const struct watch_burst *b = &w->bursts[k];
            assert_true(b->request.cycle <= seen);
            if (b->request.address == w->run.error_address &&
                b->burst.first_beat < seen)
                seen = b->burst.first_beat;
        }
        assert_true(seen < UINT64_MAX);
        free(w);
    }
}

static void test_bad_block_ends_the_run_at_its_address(void **state)
{
    (void)state;
    for (int damage = 0; damage < 2; damage++) {
        struct serac_design d = small_design(4, 4, 32);
        struct serac_memory_config memory = ideal_memory();
        struct watch *w = chain(2, 2, 0);
        if (damage)
            w->program[512] ^= 1;      /* its `last`, no harm */
        else
            w->program[512 + 2] ^= 1;  /* the magic */
        w->num_bursts = w->num_spans = 0;
        assert_true(watch_run(w, &d, &memory));
        if (!damage) {
            assert_int_equal(w->run.status, SERAC_E_BAD_INSTRUCTION);
            assert_int_equal(w->run.error_address, WATCH_PROGRAM + 512);
        } else {                       /* a third block of zeros follows */
            assert_int_equal(w->run.status, SERAC_E_BAD_INSTRUCTION);
            assert_int_equal(w->run.error_address, WATCH_PROGRAM + 1024);
        }
        free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bursts_keep_the_rules_of_the_bus),
        cmocka_unit_test(test_activations_that_stay_are_read_once),
        cmocka_unit_test(test_weights_that_stay_are_read_once),
        cmocka_unit_test(test_each_line_is_read_once_and_padding_never),
        cmocka_unit_test(test_input_is_read_after_the_token_of_store),
        cmocka_unit_test(test_tokens_that_never_come_are_a_deadlock),
        cmocka_unit_test(test_block_is_read_when_both_queues_have_room),
        cmocka_unit_test(test_read_error_ends_the_run_with_its_address),
        cmocka_unit_test(test_bad_block_ends_the_run_at_its_address),
    };
    return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
