/* test_program.c - a network as one image: what lies where, who meets whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config.h"
#include "serac_program.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif
#define PAGE 4096

/* Convolutions, depthwise, additions: every operation, with a residual. */
static const char *const names[] = {
    SERAC_ROOT "/testbench/data/operations.cfg", "fashion-mixed"};

static struct serac_design design;
static struct serac_memory_config memory;
static struct serac_network *network;
static struct serac_program *program;

static void open_network(int which)
{
    struct serac_error error = {""};
    if (serac_network_load(names[which], &network, &error) != SERAC_OK ||
        serac_program_build(network, &design, &memory, &program, &error) !=
            SERAC_OK)
        fail_msg("%s", error.text);
}

static void close_network(void)
{
    serac_program_destroy(program);
    serac_network_destroy(network);
}

static uint64_t weights_of(const struct serac_insn *i)
{
    return i->fetch.wgt_addr_lo | (uint64_t)i->fetch.wgt_addr_hi << 32;
}

/* --- the image ------------------------------------------------------------ */

static void test_blocks_are_in_order_and_the_last_is_last(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        open_network(k);
        assert_int_equal(program->num_layers, network->num_layers);
        for (uint32_t i = 0; i < program->num_layers; i++) {
            struct serac_insn insn;
            bool last = i == program->num_layers - 1;
            serac_insn_decode(program->image + i * SERAC_INSN_BLOCK_STRIDE,
                              &insn);
            assert_memory_equal(&insn, &program->layers[i].insn, sizeof insn);
            assert_int_equal(serac_insn_check(&insn), SERAC_OK);
            assert_int_equal(insn.fetch.last, last);
            assert_int_equal(insn.exec.last, last);
            assert_int_equal(insn.fetch.store_tokens, i > 0);
            assert_string_equal(program->layers[i].name,
                                network->layers[i].name);
        }
        close_network();
    }
}

static void test_weights_lie_packed_one_layer_after_the_other(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        open_network(k);
        uint64_t at = (program->num_layers * SERAC_INSN_BLOCK_STRIDE + PAGE -
                       1) / PAGE * PAGE;
        for (uint32_t i = 0; i < program->num_layers; i++) {
            const struct serac_program_layer *l = &program->layers[i];
            uint8_t *packed = calloc(1, l->weight_bytes);
            assert_non_null(packed);
            assert_int_equal(weights_of(&l->insn), at);
            assert_int_equal(l->weight_bytes % 64, 0);
            serac_pack_weights(&network->layers[i], &design, &l->insn, packed);
            assert_memory_equal(program->image + at, packed, l->weight_bytes);
            free(packed);
            at += l->weight_bytes;
        }
        assert_int_equal(program->image_bytes, (at + PAGE - 1) / PAGE * PAGE);
        close_network();
    }
}

static void test_layers_are_counted_by_the_formula(void **state)
{
    (void)state;
    open_network(0);
    for (uint32_t i = 0; i < program->num_layers; i++) {
        const struct serac_layer *l = &network->layers[i];
        assert_int_equal(program->layers[i].array_busy_cycles,
                         serac_map_busy_cycles(l, &design));
        assert_int_equal(program->layers[i].macs, serac_layer_macs(l));
    }
    close_network();
}

/* --- tensors -------------------------------------------------------------- */

struct place {
    uint64_t at, bytes;
    int born, dies;      /* layers; input: -1 */
};

/* Offset and life of tensor t: 0 the input, 1 + i the output of layer i. */
static struct place place_of(uint32_t t)
{
    const struct serac_tensor *tensor =
        t ? &network->layers[t - 1].output : &network->input;
    struct place p = {.at = t ? program->layers[t - 1].output : program->input,
                      .bytes = serac_layout_of(tensor, &design).bytes,
                      .born = (int)t - 1, .dies = (int)t - 1};
    for (uint32_t i = 0; i < network->num_layers; i++)
        for (int o = 0; o < 2; o++)
            if (network->inputs[i][o] == (int32_t)t - 1)
                p.dies = (int)i;
    if (t == network->num_layers)
        p.dies = INT32_MAX;
    return p;
}

static void test_tensors_alive_together_do_not_overlap(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        open_network(k);
        uint64_t sum = 0;
        for (uint32_t a = 0; a <= network->num_layers; a++) {
            struct place p = place_of(a);
            sum += (p.bytes + PAGE - 1) / PAGE * PAGE;
            assert_int_equal(p.at % PAGE, 0);
            assert_true(p.at >= program->image_bytes);
            assert_true(p.at + p.bytes <= program->memory_bytes);
            for (uint32_t b = 0; b < a; b++) {
                struct place q = place_of(b);
                bool together = p.born <= q.dies && q.born <= p.dies;
                bool apart = p.at + p.bytes <= q.at || q.at + q.bytes <= p.at;
                assert_true(apart || !together);
            }
        }
        /* and dead ones lend their room */
        assert_true(program->memory_bytes < program->image_bytes + sum);
        close_network();
    }
}

static void test_layers_read_where_their_inputs_lie(void **state)
{
    (void)state;
    open_network(0);
    for (uint32_t i = 0; i < network->num_layers; i++) {
        const struct serac_insn *insn = &program->layers[i].insn;
        const struct serac_layer *l = &network->layers[i];
        struct place in = place_of((uint32_t)(network->inputs[i][0] + 1));
        uint32_t line = serac_layout_of(&l->input, &design).line_stride;
        assert_int_equal(insn->fetch.act_addr_lo,
                         (uint32_t)(in.at - (uint64_t)l->pad_top * line));
        assert_int_equal(insn->store.out_addr_lo,
                         program->layers[i].output);
        if (l->op != SERAC_OP_ADD)
            continue;
        struct place in2 = place_of((uint32_t)(network->inputs[i][1] + 1));
        assert_int_equal(insn->fetch.line_stride0, (uint32_t)(in2.at - in.at));
    }
    assert_int_equal(program->output,
                     program->layers[network->num_layers - 1].output);
    close_network();
}

/* --- relocation ----------------------------------------------------------- */

static void test_relocation_moves_addresses_and_nothing_else(void **state)
{
    static const uint64_t bases[] = {0, 0x80000000u, 0xfffff000u,
                                     0x7ffffffff000u};
    (void)state;
    open_network(0);
    for (int k = 0; k < 4; k++) {
        uint8_t *image = malloc(program->image_bytes);
        assert_non_null(image);
        memcpy(image, program->image, program->image_bytes);
        serac_program_relocate(program, bases[k], image);
        for (uint32_t i = 0; i < program->num_layers; i++) {
            struct serac_insn got,  want = program->layers[i].insn;
            uint32_t *low[3] = {&want.fetch.act_addr_lo,
                                &want.fetch.wgt_addr_lo,
                                &want.store.out_addr_lo};
            uint32_t *high[3] = {&want.fetch.act_addr_hi,
                                 &want.fetch.wgt_addr_hi,
                                 &want.store.out_addr_hi};
            for (int a = 0; a < 3; a++) {
                uint64_t sum = (*low[a] | (uint64_t)*high[a] << 32) + bases[k];
                *low[a] = (uint32_t)sum;
                *high[a] = (uint32_t)(sum >> 32);
            }
            serac_insn_decode(image + i * SERAC_INSN_BLOCK_STRIDE, &got);
            assert_memory_equal(&got, &want, sizeof got);
        }
        uint64_t from = weights_of(&program->layers[0].insn);
        assert_memory_equal(image + from, program->image + from,
                            program->image_bytes - from);
        free(image);
    }
    close_network();
}

/* --- failures ------------------------------------------------------------- */

static void test_layer_that_does_not_fit_leaves_no_program(void **state)
{
    struct serac_design small = design;
    struct serac_program *none = (struct serac_program *)1;
    struct serac_error error = {""};
    (void)state;
    small.act_buffer_bytes = 64;
    assert_int_equal(serac_network_load(names[1], &network, &error), SERAC_OK);
    assert_int_equal(serac_program_build(network, &small, &memory, &none,
                                         &error), SERAC_E_FIT);
    assert_ptr_equal(none, (struct serac_program *)1);
    assert_non_null(strstr(error.text, "act_buffer_bytes"));
    assert_int_equal(serac_program_build(network, &small, &memory, &none,
                                         NULL), SERAC_E_FIT);
    serac_network_destroy(network);
    serac_program_destroy(NULL);
}

static int set_up(void **state)
{
    (void)state;
    return serac_design_load("tiny", &design, NULL) ||
           serac_memory_load("default", &memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_in_order_and_the_last_is_last),
        cmocka_unit_test(test_weights_lie_packed_one_layer_after_the_other),
        cmocka_unit_test(test_layers_are_counted_by_the_formula),
        cmocka_unit_test(test_tensors_alive_together_do_not_overlap),
        cmocka_unit_test(test_layers_read_where_their_inputs_lie),
        cmocka_unit_test(test_relocation_moves_addresses_and_nothing_else),
        cmocka_unit_test(test_layer_that_does_not_fit_leaves_no_program),
    };
    return cmocka_run_group_tests_name("program", tests, set_up, NULL);
}
