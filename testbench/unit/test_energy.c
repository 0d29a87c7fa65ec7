/* test_energy.c - energy from activity, against figures computed by hand from
 * testbench/data/small.lib (2 V; pJ, pF, nW). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlist.h"
#include "vcd.h"

#define DATA SERAC_ROOT "/testbench/data/"

static struct liberty_error error;

static void assert_near(double got, double expected)
{
    if (fabs(got - expected) > 1e-9 * (fabs(expected) + 1e-30))
        fail_msg("got %.12g, expected %.12g", got, expected);
}

static int set_up(void **state)
{
    *state = liberty_load(DATA "small.lib", &error);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    liberty_free(*state);
    return 0;
}

/* --- cells --------------------------------------------------------------- */

static struct energy_result cost(const struct liberty *lib, const char *name,
                                 const struct energy_use *use, bool whole)
{
    struct energy_cell ec;
    struct energy_result result;
    if (!energy_cell_init(&ec, lib, liberty_cell_find(lib, name), &error))
        fail_msg("%s", error.text);
    energy_cell_at(&ec, use, whole, &result);
    energy_cell_free(&ec);
    return result;
}

/* At slew 0.5 and load 0.5 a rise costs 0.025, a fall 0.01: 0.0175 a toggle,
 * 10 toggles. The ground's share, 100, does not count. A is high for a quarter
 * of the time: 0.25 * 3 + 0.75 * 1 = 1.5 nW. */
static void test_inverter_costs_its_tables_and_leaks_by_state(void **state)
{
    double toggles[] = {10, 10}, high[] = {0.25, 0.75}, load[] = {0, 0.5};
    struct energy_use use = {toggles, high, load, 0.5};
    struct energy_result r = cost(*state, "INV", &use, false);
    assert_near(r.internal, 0.175e-12);
    assert_near(r.clock, 0);
    assert_near(r.leakage, 1.5e-9);
}

/* Y toggles 8 times, A 10 times, B 30 times: (10 * 0.02 + 30 * 0.06) / 40 =
 * 0.05 each. A itself: 10 toggles, (0.003 + 0.005) / 2 at slew 0.5, where B is
 * low: 0.6 of the time. Leakage: cell_leakage_power. */
static void test_nand_weighs_arcs_by_cause_and_state(void **state)
{
    double toggles[] = {10, 30, 8}, high[] = {0.5, 0.4, 0.8};
    double load[] = {0, 0, 0.1};
    struct energy_use use = {toggles, high, load, 0.5};
    struct energy_result r = cost(*state, "NAND2", &use, false);
    assert_near(r.internal, (8 * 0.05 + 10 * 0.004 * 0.6) * 1e-12);
    assert_near(r.leakage, 5e-9);
}

/* 100 edges, 25 flips: D differs from Q in a quarter of the time, not in half
 * of it as their levels alone would say. CLK: 200 toggles of 0.03 where equal
 * and 0.05 where not. Q: 25 toggles of 0.15. Leakage 4 and 8 nW. */
static void test_flip_flop_knows_how_often_it_flips(void **state)
{
    double toggles[] = {40, 200, 25}, high[] = {0.5, 0.5, 0.5};
    double load[] = {0, 0, 0.1};
    struct energy_use use = {toggles, high, load, 0.5};
    struct energy_result r = cost(*state, "DFF", &use, false);
    assert_near(r.clock, 200 * (0.75 * 0.03 + 0.25 * 0.05) * 1e-12);
    assert_near(r.internal, 25 * 0.15 * 1e-12);
    assert_near(r.leakage, (0.75 * 4 + 0.25 * 8) * 1e-9);
}

/* At load 0.5 a toggle costs (1.1 + 1.3) / 2, of which CV^2/2 = 1 is the
 * load's. */
static void test_load_in_tables_is_taken_out_unless_told(void **state)
{
    double toggles[] = {0, 0, 10}, high[] = {0.5, 0.5, 0.5};
    double load[] = {0, 0, 0.5};
    struct energy_use use = {toggles, high, load, 0.5};
    assert_near(cost(*state, "DFF2", &use, false).internal, 2e-12);
    assert_near(cost(*state, "DFF2", &use, true).internal, 12e-12);
}

static void test_macro_costs_nothing_here(void **state)
{
    double toggles[4] = {9, 9, 9, 9}, high[4] = {0}, load[4] = {0};
    struct energy_use use = {toggles, high, load, 0.5};
    struct energy_result r = cost(*state, "serac_macro_small", &use, false);
    assert_near(r.internal + r.clock + r.leakage, 0);
}

/* --- netlists ------------------------------------------------------------- */

static const struct {
    const char *path, *name;
    double toggles;
} activity[] = {{"", "in[4]", 10},          {"", "in[5]", 20},
                {"", "clk", 200},           {"", "out", 5},
                {"", "x", 11},              {"", "z", 22},
                {"gen[0].u_pair", "_0_", 3}, {"gen[1].u_pair", "_0_", 4}};

static bool find(void *ctx, const char *path, const char *name, double *toggles,
                 double *high)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof activity / sizeof *activity; i++)
        if (!strcmp(activity[i].path, path) &&
            !strcmp(activity[i].name, name)) {
            *toggles = activity[i].toggles;
            *high = 0.5;
            return true;
        }
    return false;
}

/* 0: the top, 1 and 2: the pairs. */
static uint32_t group(void *ctx, const char *path, uint32_t depth)
{
    (void)ctx;
    assert_int_equal(depth, *path != '\0');
    return *path ? 1 + (uint32_t)(path[4] - '0') : 0;
}

static bool load(struct liberty *lib, struct netlist *n, const char *top)
{
    struct netlist_setup setup = {.libs = &lib, .num_libs = 1,
                                  .path = DATA "small_netlist.json", .top = top,
                                  .group = group, .activity = find};
    return netlist_load(n, &setup, &error);
}

static const struct netlist_net *net_at(const struct netlist *n,
                                        uint32_t instance, uint32_t pin)
{
    uint32_t net = n->pin_nets[n->instances[instance].first + pin];
    return n->nets + netlist_root(n, net);
}

static void test_netlist_joins_nets_across_the_hierarchy(void **state)
{
    struct netlist n;
    if (!load(*state, &n, "top"))
        fail_msg("%s", error.text);
    assert_int_equal(n.num_instances, 6);
    assert_int_equal(n.num_macros, 1);
    /* Elaborated in order: two inverters a pair, register, memory. */
    assert_int_equal(n.instances[0].group, 1);
    assert_int_equal(n.instances[3].group, 2);
    assert_int_equal(n.instances[4].group, 0);
    assert_near(net_at(&n, 0, 0)->toggles, 10);
    assert_near(net_at(&n, 0, 1)->toggles, 3);
    assert_near(net_at(&n, 2, 0)->toggles, 20);
    assert_near(net_at(&n, 3, 1)->toggles, 22);
    /* x: D of the register; z: ADDR[0] and ADDR[3] of the memory. */
    assert_near(net_at(&n, 1, 1)->load, 0.01e-12);
    assert_near(net_at(&n, 3, 1)->load, 0.08e-12);
    assert_int_equal(net_at(&n, 3, 1)->fanout, 2);
    assert_true(net_at(&n, 1, 1)->driven);
    assert_false(net_at(&n, 0, 0)->driven);
    netlist_free(&n);
}

static void test_netlist_names_what_is_missing(void **state)
{
    struct netlist n;
    assert_false(load(*state, &n, "bottom"));
    assert_string_equal(error.text,
                        DATA "small_netlist.json: no module: bottom");
}

/* --- activity -------------------------------------------------------------- */

static const char dump[] =
    "$timescale 1ns $end\n$scope module TOP $end\n$var wire 1 ! clk $end\n"
    "$scope module gen[0].x $end\n$var wire 4 \" v [5:2] $end\n"
    "$var wire 1 # \\q[3] $end\n$upscope $end\n$var wire 1 ! alias $end\n"
    "$upscope $end\n$enddefinitions $end\n"
    "#0\n$dumpvars\n0!\nb0 \"\nx#\n$end\n"
    "#1\n1!\nb101 \"\n#2\n0!\n1#\n#3\n1!\nb1010 \"\n0#\n#4\n0!\n";

static void assert_activity(size_t step, uint64_t from, uint64_t to,
                            const char *expected)
{
    struct vcd *vcd = vcd_create(from, to);
    char *text = NULL;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    for (size_t i = 0; i < sizeof dump - 1; i += step)
        assert_true(vcd_feed(vcd, dump + i, i + step < sizeof dump - 1
                                                ? step : sizeof dump - 1 - i));
    assert_true(vcd_write(vcd, file, 2));
    fclose(file);
    assert_string_equal(text, expected);
    free(text);
    vcd_destroy(vcd);
}

static const char whole[] =
    "serac-activity 1\ncycles 2\n"
    "net 4 0.5 TOP.clk\n"
    "net 2 0.5 TOP.gen[0].x.v[2]\nnet 1 0.25 TOP.gen[0].x.v[3]\n"
    "net 2 0.5 TOP.gen[0].x.v[4]\nnet 1 0.25 TOP.gen[0].x.v[5]\n"
    "net 1 0.25 TOP.gen[0].x.\\q[3]\n"
    "net 4 0.5 TOP.alias\n";

static void test_dump_is_counted_whatever_the_pieces(void **state)
{
    (void)state;
    assert_activity(sizeof dump, 0, UINT64_MAX, whole);
    assert_activity(1, 0, UINT64_MAX, whole);
    assert_activity(7, 0, UINT64_MAX, whole);
}

/* From the state at 1 to the changes at 3. */
static void test_window_counts_only_what_is_inside(void **state)
{
    (void)state;
    assert_activity(5, 1, 3,
                    "serac-activity 1\ncycles 2\n"
                    "net 2 0.5 TOP.clk\n"
                    "net 1 1 TOP.gen[0].x.v[2]\nnet 1 0 TOP.gen[0].x.v[3]\n"
                    "net 1 1 TOP.gen[0].x.v[4]\nnet 1 0 TOP.gen[0].x.v[5]\n"
                    "net 1 0.5 TOP.gen[0].x.\\q[3]\n"
                    "net 2 0.5 TOP.alias\n");
}

static void test_malformed_dump_is_refused(void **state)
{
    struct vcd *vcd = vcd_create(0, UINT64_MAX);
    const char *text = "$enddefinitions $end #0 hello ";
    (void)state;
    assert_false(vcd_feed(vcd, text, strlen(text)));
    assert_string_equal(vcd_problem(vcd), "unexpected text: hello");
    vcd_destroy(vcd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inverter_costs_its_tables_and_leaks_by_state),
        cmocka_unit_test(test_nand_weighs_arcs_by_cause_and_state),
        cmocka_unit_test(test_flip_flop_knows_how_often_it_flips),
        cmocka_unit_test(test_load_in_tables_is_taken_out_unless_told),
        cmocka_unit_test(test_macro_costs_nothing_here),
        cmocka_unit_test(test_netlist_joins_nets_across_the_hierarchy),
        cmocka_unit_test(test_netlist_names_what_is_missing),
        cmocka_unit_test(test_dump_is_counted_whatever_the_pieces),
        cmocka_unit_test(test_window_counts_only_what_is_inside),
        cmocka_unit_test(test_malformed_dump_is_refused),
    };
    return cmocka_run_group_tests_name("energy", tests, set_up, tear_down);
}
