/* test_store.c - which bytes store writes, in which order, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layers.h"
#include "watch.h"

#define OUTPUT (1u << 30)
#define MOST 4096

static struct watch w;
static const struct watch_burst *writes[MOST];
static uint32_t count;

static void run(const struct serac_layer *l, const struct serac_design *d,
                struct serac_mapping m, struct serac_memory_config memory)
{
    w.num_bursts = w.num_spans = count = 0;
    assert_int_equal(watch_layer(&w, l, d, &m, &memory), SERAC_OK);
    for (size_t i = 0; i < w.num_bursts && count < MOST; i++)
        if (w.bursts[i].request.channel == SERAC_WRITE)
            writes[count++] = &w.bursts[i];
    assert_true(count > 0 && count < MOST);
}

static struct serac_design roomy(uint32_t rows, uint32_t cols, uint32_t lanes)
{
    struct serac_design d = small_design(rows, cols, lanes);
    d.weight_buffer_bytes = d.act_buffer_bytes = 1u << 20;
    d.output_buffer_bytes = 1u << 20;
    d.param_buffer_bytes = 1u << 18;
    return d;
}

/* --- addresses ------------------------------------------------------------ */

/* 70 channels: 3 blocks of 32 bytes a pixel, one a chunk. 5 x 3 pixels, lines
 * of 480 bytes on 512. Tiles of 4 columns of 2 pixels. */
static void check_order(uint32_t order)
{
    struct serac_design d = roomy(4, 4, 32);
    struct serac_layer l = conv_layer(8, 3, 5, 70, 3, 4);
    struct serac_mapping m = {.order = order, .run = 2, .group_mtiles = 8,
                              .gather = 8, .wgt_halves = 1, .act_halves = 1};
    uint32_t i = 0;
    run(&l, &d, m, ideal_memory());
    for (uint32_t step = 0; step < 6; step++) {
        uint32_t tile = order ? step % 2 : step / 3;
        uint32_t chunk = order ? step / 2 : step % 3;
        for (uint32_t p = 8 * tile; p < 8 * tile + 8 && p < 15; p++, i++) {
            assert_true(i < count);
            assert_int_equal(writes[i]->request.address,
                             OUTPUT + p / 5 * 512 + p % 5 * 96 + chunk * 32);
            assert_int_equal(writes[i]->request.strobed_bytes, 32);
            assert_int_equal(writes[i]->request.beats, 4);
        }
    }
    assert_int_equal(i, count);
    assert_int_equal(w.run.total.write_bursts, 45);
    assert_int_equal(w.run.total.bytes_written, 45 * 32);
}

static void test_chunks_go_to_their_pixels_tile_by_tile(void **state)
{
    (void)state;
    check_order(0);
}

static void test_chunks_go_group_by_group_when_weights_stay(void **state)
{
    (void)state;
    check_order(1);
}

/* 9 blocks of 32 planes of 4 bytes: 1152 bytes a chunk, one chunk a pixel. */
static void test_chunk_is_cut_at_multiples_of_1024(void **state)
{
    struct serac_design d = roomy(4, 4, 32);
    struct serac_layer l = gemm_layer(288, 8, 5, 4);
    struct serac_mapping m = {.run = 2, .group_mtiles = 72, .gather = 72,
                              .wgt_halves = 1, .act_halves = 1};
    uint64_t next = OUTPUT;
    (void)state;
    l.mode = SERAC_MODE_RAW;
    l.output.bits = 32;
    run(&l, &d, m, ideal_memory());
    for (uint32_t i = 0; i < count; i++) {
        const struct serac_request *q = &writes[i]->request;
        assert_int_equal(q->address, next);
        assert_int_equal(q->address / 1024,
                         (q->address + q->strobed_bytes - 1) / 1024);
        next += q->strobed_bytes;
    }
    assert_int_equal(next, OUTPUT + 5 * 1152);
    /* Each chunk's end, and the multiples 1024 to 5120. */
    assert_int_equal(count, 5 + 5);
}

/* 3 planes of one byte a pixel: beats are whole, strobes are not. */
static void test_unaligned_chunk_has_whole_beats_and_own_strobes(void **state)
{
    struct serac_design d = roomy(4, 4, 8);
    struct serac_layer l = gemm_layer(8, 8, 20, 4);
    struct serac_mapping m = {.run = 2, .group_mtiles = 2, .gather = 2,
                              .wgt_halves = 1, .act_halves = 1};
    (void)state;
    l.output.bits = 3;
    run(&l, &d, m, ideal_memory());
    assert_int_equal(count, 20);
    for (uint32_t p = 0; p < 20; p++) {
        const struct serac_request *q = &writes[p]->request;
        assert_int_equal(q->strobed_bytes, 3);
        assert_int_equal(q->address, OUTPUT + 3 * p / 8 * 8);
        assert_int_equal(q->beats, 3 * p % 8 > 5 ? 2 : 1);
    }
    assert_int_equal(w.run.total.bytes_written, 60);
}

/* --- times ---------------------------------------------------------------- */

static void test_no_write_runs_more_than_4_bursts_ahead_of_data(void **state)
{
    struct serac_design d = roomy(4, 4, 32);
    struct serac_layer l = gemm_layer(32, 8, 64, 1);
    struct serac_mapping m = {.run = 16, .group_mtiles = 8, .gather = 8,
                              .wgt_halves = 1, .act_halves = 1};
    struct serac_memory_config slow = {.latency_cycles = 5,
                                       .bytes_per_cycle = 1};
    bool reached = false;
    (void)state;
    run(&l, &d, m, slow);
    for (uint32_t i = 1; i < count; i++) {
        assert_true(writes[i]->request.cycle >
                    writes[i - 1]->burst.handshake);
        if (i < 4)
            continue;
        assert_true(writes[i]->request.cycle > writes[i - 4]->burst.last_beat);
        reached |= writes[i]->request.cycle <= writes[i - 3]->burst.last_beat;
    }
    assert_true(reached);
}

static void test_no_more_than_32_writes_wait_for_their_response(void **state)
{
    struct serac_design d = roomy(4, 4, 32);
    struct serac_layer l = gemm_layer(32, 8, 128, 1);
    struct serac_mapping m = {.run = 32, .group_mtiles = 8, .gather = 8,
                              .wgt_halves = 1, .act_halves = 1};
    struct serac_memory_config far = {.latency_cycles = 5000,
                                      .bytes_per_cycle = 64};
    bool reached = false;
    (void)state;
    run(&l, &d, m, far);
    for (uint32_t i = 32; i < count; i++) {
        assert_true(writes[i]->request.cycle > writes[i - 32]->burst.response);
        reached |= writes[i]->request.cycle <= writes[i - 31]->burst.response;
    }
    assert_true(reached);
}

static void test_run_ends_behind_the_last_response(void **state)
{
    struct serac_design d = roomy(4, 4, 32);
    struct serac_layer l = gemm_layer(32, 8, 4, 1);
    struct serac_mapping m = {.run = 1, .group_mtiles = 8, .gather = 8,
                              .wgt_halves = 1, .act_halves = 1};
    (void)state;
    for (uint32_t latency = 1; latency < 1000; latency *= 3) {
        struct serac_memory_config memory = {.latency_cycles = latency,
                                             .bytes_per_cycle = 64};
        run(&l, &d, m, memory);
        uint64_t last = writes[count - 1]->burst.response;
        assert_true(w.run.total.cycles > last);
        assert_true(w.run.total.cycles <= last + 8);
    }
}

/* --- errors --------------------------------------------------------------- */

static void test_write_error_ends_the_run_with_its_address(void **state)
{
    struct serac_design d = roomy(4, 4, 32);
    struct serac_layer l = gemm_layer(32, 8, 64, 1);
    struct serac_mapping m = {.run = 16, .group_mtiles = 8, .gather = 8,
                              .wgt_halves = 1, .act_halves = 1};
    (void)state;
    for (int response = 2; response <= 3; response++) {
        uint64_t seen = 0;
        w.bad_from = OUTPUT + 5 * 32;
        w.bad_to = OUTPUT + 10 * 32;
        w.response = response;
        run(&l, &d, m, ideal_memory());
        w.bad_from = w.bad_to = 0;
        assert_int_equal(w.run.status, response == 2 ? SERAC_E_WRITE_SLVERR
                                                     : SERAC_E_WRITE_DECERR);
        assert_int_equal(w.run.error_address, OUTPUT + 5 * 32);
        for (uint32_t i = 0; i < count; i++)
            if (writes[i]->request.address == w.run.error_address)
                seen = writes[i]->burst.response;
        assert_true(seen > 0 && count < 64);
        for (size_t i = 0; i < w.num_bursts; i++)
            assert_true(w.bursts[i].request.cycle <= seen);
        assert_true(w.run.total.cycles > seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks_go_to_their_pixels_tile_by_tile),
        cmocka_unit_test(test_chunks_go_group_by_group_when_weights_stay),
        cmocka_unit_test(test_chunk_is_cut_at_multiples_of_1024),
        cmocka_unit_test(test_unaligned_chunk_has_whole_beats_and_own_strobes),
        cmocka_unit_test(test_no_write_runs_more_than_4_bursts_ahead_of_data),
        cmocka_unit_test(test_no_more_than_32_writes_wait_for_their_response),
        cmocka_unit_test(test_run_ends_behind_the_last_response),
        cmocka_unit_test(test_write_error_ends_the_run_with_its_address),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
