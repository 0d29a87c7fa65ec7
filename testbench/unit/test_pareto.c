/* test_pareto.c - fronts against the definition, ties included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "serac_pareto.h"

static void test_equal_points_stand_together(void **state)
{
    const double values[] = {1, 2, 2, 1, 1, 2, 2, 2, 3, 0, 1, 3};
    const bool wanted[] = {true, true, true, false, true, false};
    bool on[6];
    (void)state;
    assert_true(serac_pareto_front(values, 6, 2, on));
    assert_memory_equal(on, wanted, sizeof on);
}

static void test_one_measure_keeps_all_of_the_least(void **state)
{
    const double values[] = {3, 1, 2, 1};
    const bool wanted[] = {false, true, false, true};
    bool on[4];
    (void)state;
    assert_true(serac_pareto_front(values, 4, 1, on));
    assert_memory_equal(on, wanted, sizeof on);
    assert_true(serac_pareto_front(values, 0, 1, on));
}

static bool beats(const double *x, const double *y, unsigned measures)
{
    bool better = false;
    for (unsigned m = 0; m < measures; m++) {
        if (x[m] > y[m])
            return false;
        better = better || x[m] < y[m];
    }
    return better;
}

/* Few values, so that ties are common. */
static void test_random_points_against_the_definition(void **state)
{
    enum { COUNT = 60 };
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < 300; round++) {
        unsigned measures = 1 + (unsigned)round % SERAC_PARETO_MAX;
        double values[COUNT * SERAC_PARETO_MAX];
        bool on[COUNT];
        for (size_t i = 0; i < COUNT * measures; i++) {
            seed = seed * 1664525u + 1013904223u;
            values[i] = (double)(seed >> 28) - 7;
        }
        assert_true(serac_pareto_front(values, COUNT, measures, on));
        for (size_t i = 0; i < COUNT; i++) {
            bool beaten = false;
            for (size_t k = 0; k < COUNT; k++)
                beaten = beaten || beats(values + k * measures,
                                         values + i * measures, measures);
            assert_int_equal(on[i], !beaten);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_points_stand_together),
        cmocka_unit_test(test_one_measure_keeps_all_of_the_least),
        cmocka_unit_test(test_random_points_against_the_definition),
    };
    return cmocka_run_group_tests_name("pareto", tests, NULL, NULL);
}
