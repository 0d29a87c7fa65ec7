/* test_random.c - random programs: the same again, whole, and of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "serac_config.h"
#include "serac_random.h"

#define CASES 200

static struct serac_design design;

static int set_up(void **state)
{
    (void)state;
    return serac_design_load("pair-2-2", &design, NULL);
}

static void make(uint64_t seed, uint32_t index, struct serac_random_case *c)
{
    assert_int_equal(serac_random_make(&design, seed, index, c), SERAC_OK);
}

static bool same(const struct serac_random_case *a,
                 const struct serac_random_case *b)
{
    return a->num_layers == b->num_layers && a->program == b->program &&
           a->fault == b->fault && a->memory.size == b->memory.size &&
           !memcmp(&a->memory_config, &b->memory_config,
                   sizeof a->memory_config) &&
           !memcmp(a->memory.bytes, b->memory.bytes, a->memory.size);
}

static void test_case_is_the_same_whatever_ran_before(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        struct serac_random_case a, other, b;
        make(7, i, &a);
        make(99, 3, &other);
        make(7, i, &b);
        assert_true(same(&a, &b));
        serac_random_free(&a);
        serac_random_free(&b);
        serac_random_free(&other);
    }
}

static void test_other_seed_or_index_is_another_case(void **state)
{
    struct serac_random_case a, b, c;
    (void)state;
    make(7, 1, &a);
    make(7, 2, &b);
    make(8, 1, &c);
    assert_false(same(&a, &b));
    assert_false(same(&a, &c));
    serac_random_free(&a);
    serac_random_free(&b);
    serac_random_free(&c);
}

/* Layers are legal, fit, and lie with their tensors in the memory. */
static void test_every_layer_is_legal_and_in_the_memory(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CASES; i++) {
        struct serac_random_case c;
        make(1, i, &c);
        assert_in_range(c.num_layers, 1, SERAC_RANDOM_LAYERS);
        assert_int_equal(c.program, c.memory.base);
        for (uint32_t k = 0; k < c.num_layers; k++) {
            const struct serac_random_layer *r = &c.layers[k];
            struct serac_footprint f;
            struct serac_insn insn;
            uint64_t end = c.memory.base + c.memory.size;
            assert_int_equal(serac_layer_check(&r->layer, NULL), SERAC_OK);
            assert_int_equal(serac_layer_check_accumulator(&r->layer, NULL),
                             SERAC_OK);
            assert_int_equal(serac_map_apply(&r->layer, &design, &r->mapping,
                                             &r->addresses, 0, false, &insn,
                                             NULL), SERAC_OK);
            serac_map_footprint(&r->layer, &design, &f);
            assert_true(r->addresses.weights >= c.memory.base + 4096);
            assert_true(r->addresses.weights + f.weights <= end);
            assert_true(r->addresses.input + f.input <= end);
            assert_true(r->addresses.output + f.output <= end);
            serac_insn_decode(c.memory.bytes + k * SERAC_INSN_BLOCK_STRIDE,
                              &insn);
            assert_memory_equal(&insn, &r->insn, sizeof insn);
            assert_int_equal(insn.fetch.last, k == c.num_layers - 1);
        }
        serac_random_free(&c);
    }
}

static void test_every_kind_width_mode_and_fault_comes_up(void **state)
{
    unsigned kinds = 0, weights = 0, inputs = 0, modes = 0, faults = 0;
    unsigned orders = 0, forms = 0;
    (void)state;
    for (uint32_t i = 0; i < CASES; i++) {
        struct serac_random_case c;
        make(1, i, &c);
        faults |= 1u << c.fault;
        for (uint32_t k = 0; k < c.num_layers; k++) {
            const struct serac_layer *l = &c.layers[k].layer;
            kinds |= 1u << c.layers[k].kind;
            weights |= 1u << l->weight_bits;
            inputs |= 1u << l->input.bits;
            modes |= 1u << l->mode;
            orders |= 1u << c.layers[k].mapping.order;
            forms |= 1u << (l->input.is_bipolar ? 2 : l->input.is_signed);
        }
        serac_random_free(&c);
    }
    assert_int_equal(kinds, (1u << SERAC_LAYER_KINDS) - 1);
    assert_int_equal(weights, 0x1fe);
    assert_int_equal(inputs, 0x1fe);
    assert_int_equal(modes, 0x1f);
    assert_int_equal(faults, (1u << SERAC_FAULTS) - 1);
    assert_int_equal(orders, 3);
    assert_int_equal(forms, 7);
}

static void test_design_on_which_nothing_fits_is_refused(void **state)
{
    struct serac_design tiny = design;
    struct serac_random_case c;
    (void)state;
    tiny.weight_buffer_bytes = 8;
    assert_int_equal(serac_random_make(&tiny, 1, 0, &c), SERAC_E_FIT);
    serac_random_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_is_the_same_whatever_ran_before),
        cmocka_unit_test(test_other_seed_or_index_is_another_case),
        cmocka_unit_test(test_every_layer_is_legal_and_in_the_memory),
        cmocka_unit_test(test_every_kind_width_mode_and_fault_comes_up),
        cmocka_unit_test(test_design_on_which_nothing_fits_is_refused),
    };
    return cmocka_run_group_tests_name("random", tests, set_up, NULL);
}
