/* test_gates.c - the gate-level simulator against a model of what its cells do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "energy_sum.h"
#include "gates.h"

#define DATA SERAC_ROOT "/testbench/data/"

static struct liberty *lib;
static struct liberty_error error;

static uint32_t group(void *ctx, const char *path, uint32_t depth)
{
    (void)ctx;
    (void)path;
    return depth;
}

static void load(struct netlist *n, const char *top)
{
    struct netlist_setup setup = {.libs = &lib, .num_libs = 1,
                                  .path = DATA "gates.json", .top = top,
                                  .group = group};
    if (!netlist_load(n, &setup, &error))
        fail_msg("%s", error.text);
}

static struct gates *create(struct netlist *n, uint64_t seed)
{
    load(n, "top");
    struct gates *g = gates_create(n, "clk", seed, &error);
    if (!g)
        fail_msg("%s", error.text);
    return g;
}

static uint8_t get(struct gates *g, const char *port)
{
    uint8_t value;
    gates_get(g, gates_port(g, port), &value);
    return value;
}

static void set(struct gates *g, const char *port, uint8_t value)
{
    gates_set(g, gates_port(g, port), &value);
}

static const char *const ports[] = {"rst_n", "set_n", "en", "test", "d", "ce",
                                    "we", "addr", "waddr", "wdata"};
static const uint8_t masks[] = {1, 1, 1, 1, 1, 1, 3, 3, 3, 15};
enum { RST, SET, EN, TEST, D, CE, WE, ADDR, WADDR, WDATA, PORTS };

/* What the netlist holds. */
struct model {
    uint8_t q1, q2, q3;
    uint8_t words[3][4], rdata[3];       /* by the ports of the memory */
    bool known[3][4], read[3];
    uint64_t reads[3], writes[3];
};

static uint8_t merge(uint8_t old, const uint8_t *in)
{
    uint8_t mask = (uint8_t)((in[WE] & 1 ? 3 : 0) | (in[WE] & 2 ? 12 : 0));
    return (uint8_t)((old & ~mask) | (in[WDATA] & mask));
}

static void memory_clock(struct model *m, int p, const uint8_t *in)
{
    bool write = in[WE] && (p == 2 || in[CE]);
    bool read = in[CE] && !(write && p == 1);
    uint8_t to = p == 1 ? in[ADDR] : in[WADDR];
    if (read) {
        m->rdata[p] = m->words[p][in[ADDR]];
        m->read[p] = m->known[p][in[ADDR]];
        m->reads[p]++;
    }
    if (!write)
        return;
    m->words[p][to] = merge(m->words[p][to], in);
    m->known[p][to] |= in[WE] == 3;
    m->writes[p]++;
}

static void model_settle(struct model *m, const uint8_t *in)
{
    if (!in[RST])
        m->q1 = m->q2 = m->q3 = 0;
    if (!in[SET])
        m->q1 = 1;
}

static void model_clock(struct model *m, const uint8_t *in)
{
    uint8_t next = m->q1 ^ m->q2 ^ in[D];
    if (in[EN] || in[TEST])
        m->q1 = in[D];
    if (in[EN])
        m->q2 = in[D];
    m->q3 = next;
    memory_clock(m, 1, in);
    memory_clock(m, 2, in);
    model_settle(m, in);
}

static uint32_t compare(struct gates *g, const struct model *m,
                        const uint8_t *in)
{
    assert_int_equal(get(g, "q1"), m->q1);
    assert_int_equal(get(g, "q1_n"), !m->q1);
    assert_int_equal(get(g, "q2"), m->q2);
    assert_int_equal(get(g, "q3"), m->q3);
    assert_int_equal(get(g, "carry"), m->q1 + m->q2 + in[D] > 1);
    if (m->read[1])
        assert_int_equal(get(g, "rdata1"), m->rdata[1]);
    if (m->read[2])
        assert_int_equal(get(g, "rdata2"), m->rdata[2]);
    return 5 + m->read[1] + m->read[2];
}

static void cells_do_what_they_should(bool delays)
{
    struct netlist n;
    struct gates *g = create(&n, 7);
    struct model m = {.q1 = 0};
    uint8_t in[PORTS] = {0};
    uint32_t seed = 1, compared = 0, count;
    if (delays)
        assert_true(gates_delays(g, 1e-10, 1e-15, &error));
    for (int cycle = 0; cycle < 20000; cycle++) {
        for (int p = 0; p < PORTS; p++) {
            seed = seed * 1664525 + 1013904223;
            in[p] = (uint8_t)(seed >> 24) & masks[p];
        }
        /* Never both; mostly neither. */
        in[RST] = cycle > 2 && (seed >> 8 & 31);
        in[SET] = !in[RST] || (seed >> 13 & 31);
        for (int p = 0; p < PORTS; p++)
            set(g, ports[p], in[p]);
        gates_settle(g);
        model_settle(&m, in);
        compared += compare(g, &m, in);
        gates_edge(g);
        model_clock(&m, in);
        compared += compare(g, &m, in);
    }
    assert_true(compared > 200000);
    const struct gates_memory *memories = gates_memories(g, &count);
    assert_int_equal(count, 2);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t p = memories[i].ports;
        assert_int_equal(memories[i].width * memories[i].depth, 16);
        assert_int_equal(memories[i].reads, m.reads[p]);
        assert_int_equal(memories[i].writes, m.writes[p]);
    }
    gates_destroy(g);
    netlist_free(&n);
}

static void test_cells_do_what_they_should(void **state)
{
    (void)state;
    cells_do_what_they_should(false);
}

static void test_cells_do_the_same_with_delays(void **state)
{
    (void)state;
    cells_do_what_they_should(true);
}

/* The net at a port, after gates_activity(). */
static const struct netlist_net *net(const struct gates *g,
                                     const struct netlist *n, const char *port)
{
    return n->nets + gates_port(g, port)->nets[0];
}

static void test_toggles_and_time_at_one_are_counted(void **state)
{
    struct netlist n;
    struct gates *g = create(&n, 1);
    (void)state;
    for (int p = 0; p < PORTS; p++)
        set(g, ports[p], p == SET);
    gates_settle(g);
    set(g, "rst_n", 1);
    set(g, "en", 1);
    gates_settle(g);
    gates_edge(g);
    gates_count(g);
    /* q1 follows d: 1 for two cycles, 0 for two, and so on; q2 the same. */
    for (int cycle = 0; cycle < 8; cycle++) {
        set(g, "d", cycle % 4 < 2);
        gates_settle(g);
        gates_edge(g);
    }
    assert_int_equal(gates_activity(g), 8);
    assert_float_equal(net(g, &n, "clk")->toggles, 16, 0);
    assert_float_equal(net(g, &n, "clk")->high, 0.5, 0);
    assert_float_equal(net(g, &n, "d")->toggles, 4, 0);
    assert_float_equal(net(g, &n, "d")->high, 0.5, 0);
    assert_float_equal(net(g, &n, "q1")->toggles, 4, 0);
    assert_float_equal(net(g, &n, "set_n")->toggles, 0, 0);
    assert_float_equal(net(g, &n, "set_n")->high, 1, 0);
    assert_float_equal(net(g, &n, "rdata1")->known, 1, 0);
    /* All three registers are clocked while en is high, else only the free one. */
    assert_int_equal(gates_clocked(g), 24);
    set(g, "en", 0);
    gates_settle(g);
    gates_count(g);
    for (int cycle = 0; cycle < 8; cycle++)
        gates_edge(g);
    assert_int_equal(gates_clocked(g), 8);
    gates_destroy(g);
    netlist_free(&n);
}

/* a and not a: with an inverter of 50 ps, an AND of 20 ps shows a pulse whenever a rises, one
 * of 80 ps swallows it; without delays there is none. */
static void test_a_pulse_passes_gates_that_are_faster(void **state)
{
    (void)state;
    for (int delays = 0; delays < 2; delays++) {
        struct netlist n;
        load(&n, "pulse");
        struct gates *g = gates_create(&n, "clk", 1, &error);
        if (!g || (delays && !gates_delays(g, 1e-10, 0, &error)))
            fail_msg("%s", error.text);
        set(g, "a", 0);
        gates_settle(g);
        gates_count(g);
        for (int i = 1; i <= 10; i++) {
            set(g, "a", i & 1);
            gates_settle(g);
            gates_edge(g);
        }
        assert_int_equal(gates_activity(g), 10);
        assert_float_equal(net(g, &n, "a")->toggles, 10, 0);
        assert_float_equal(net(g, &n, "y")->toggles, delays ? 10 : 0, 0);
        assert_float_equal(net(g, &n, "z")->toggles, 0, 0);
        assert_int_equal(get(g, "y"), 0);
        gates_destroy(g);
        netlist_free(&n);
    }
}

static void test_what_cannot_be_simulated_is_named(void **state)
{
    struct netlist n;
    (void)state;
    load(&n, "loop");
    assert_null(gates_create(&n, "clk", 1, &error));
    assert_string_equal(error.text,
                        "netlist: 2 cells form a loop without a register");
    netlist_free(&n);
    load(&n, "wide");
    assert_null(gates_create(&n, "clk", 1, &error));
    assert_non_null(strstr(error.text, "cell WIDE: more than 6 inputs"));
    assert_null(gates_create(&n, "ck", 1, &error));
    assert_string_equal(error.text, "netlist: no port ck");
    netlist_free(&n);
}

/* Wires: 0.2 fF/um, three pitches of a third of a flip-flop at 70 %. */
static void test_wires_are_estimated_from_the_flip_flop(void **state)
{
    struct energy_sum sum = {.wire_f = ENERGY_WIRES};
    struct netlist_setup setup = {.libs = &lib, .num_libs = 1,
                                  .path = DATA "gates.json", .top = "top"};
    (void)state;
    if (!energy_sum_load(&sum, &setup, &error))
        fail_msg("%s", error.text);
    /* It has 7 um2: sqrt(7 / 3 / 0.7) is a pitch. */
    assert_float_equal(sum.wire_f * 1e15, 0.2 * 3 * 1.82574, 1e-4);
    energy_sum_free(&sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_do_what_they_should),
        cmocka_unit_test(test_cells_do_the_same_with_delays),
        cmocka_unit_test(test_a_pulse_passes_gates_that_are_faster),
        cmocka_unit_test(test_toggles_and_time_at_one_are_counted),
        cmocka_unit_test(test_what_cannot_be_simulated_is_named),
        cmocka_unit_test(test_wires_are_estimated_from_the_flip_flop)};
    lib = liberty_load(DATA "gates.lib", &error);
    if (!lib) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    liberty_free(lib);
    return failed;
}
