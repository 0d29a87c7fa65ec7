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
#include "gates_internal.h"

#define DATA SERAC_ROOT "/testbench/data/"

static struct liberty *lib;
static struct liberty_error error;

static uint32_t group(void *ctx, const char *path, uint32_t depth)
{
    (void)ctx;
    (void)path;
    return depth;
}

static void load_from(struct netlist *n, const char *path, const char *top)
{
    struct netlist_setup setup = {.libs = &lib, .num_libs = 1, .path = path,
                                  .top = top, .group = group};
    if (!netlist_load(n, &setup, &error))
        fail_msg("%s", error.text);
}

static void load(struct netlist *n, const char *top)
{
    load_from(n, DATA "gates.json", top);
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

/* --- delays ------------------------------------------------------------ */

/* Unless a test says otherwise: a transition time of 0.2 ns, in the middle of the tables' 0.1 and
 * 0.3, and wires of 3 fF a fanout. A LOAD's pin has 4 fF, so a net with n of them has 7 n fF:
 * 7, 14 or nothing, which is -3, 4 or -10 of the 20 fF between the tables' two columns. */
#define SLEW 0.2e-9
#define WIRE 3e-15

static struct gates *create_timed(struct netlist *n, const char *top)
{
    load_from(n, DATA "gates_time.json", top);
    struct gates *g = gates_create(n, "clk", 1, &error);
    if (!g || !gates_delays(g, SLEW, WIRE, &error))
        fail_msg("%s", error.text);
    if (gates_port(g, "rst_n")) {
        set(g, "rst_n", 0);
        gates_settle(g);
        set(g, "rst_n", 1);
    }
    gates_settle(g);
    return g;
}

static uint64_t changed(const struct gates *g, const char *port, uint32_t bit)
{
    return g->nets[gates_port(g, port)->nets[bit]].changed;
}

/* ps from a change of the input `from` to that of the output `to`. */
static uint64_t delay(struct gates *g, const char *from, uint8_t value, const char *to)
{
    uint64_t start = gates_time_now(g);
    assert_int_not_equal(get(g, from), value);
    set(g, from, value);
    gates_settle(g);
    assert_true(changed(g, to, 0) >= start);
    return changed(g, to, 0) - start;
}

/* ps from the rising clock to a bit's change. */
static uint64_t clock_delay(struct gates *g, const char *to, uint32_t bit)
{
    uint64_t start = gates_time_now(g);
    gates_edge(g);
    assert_true(changed(g, to, bit) >= start);
    return changed(g, to, bit) - start;
}

static void finish(struct gates *g, struct netlist *n)
{
    gates_destroy(g);
    netlist_free(n);
}

/* AND3 from A. Rise over slew and load, at 0.2 ns: 120 ps at 10 fF, 230 at 30. Fall, over load
 * and slew: 70, 140. Mean: 95 + 90 of the way from 10 to 30 fF; 14 fF are a fifth: 113. By slew:
 * at 0.1 ns 80 + 80 / 5 = 96, at 0.3 ns 110 + 100 / 5 = 130, at 0.4 ns (beyond) 125 + 110 / 5 =
 * 147. Without wires 8 fF: 95 - 9 = 86; with 8 fF a fanout 24: 95 + 63 = 158. */
static void test_a_delay_follows_slew_and_load(void **state)
{
    static const struct {
        double slew, wire;
        uint64_t ps;
    } cases[] = {{0.2e-9, 3e-15, 113}, {0.1e-9, 3e-15, 96}, {0.3e-9, 3e-15, 130},
                 {0.4e-9, 3e-15, 147}, {0.2e-9, 0, 86}, {0.2e-9, 8e-15, 158}};
    struct netlist n;
    struct gates *g = create_timed(&n, "delays");
    (void)state;
    set(g, "a1", 1);
    set(g, "b", 1);
    gates_settle(g);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(gates_delays(g, cases[i].slew, cases[i].wire, &error));
        assert_int_equal(delay(g, "a", 1, "y"), cases[i].ps);
        assert_int_equal(delay(g, "a", 0, "y"), cases[i].ps);
    }
    finish(g, &n);
}

/* AND3. A1 has its own first table, a rise of 50 ps alone. B's is the first that names it, with A1:
 * rise 25 ps at 10 fF and 60 at 30, fall 35 and 120, mean 30 and 90: 42 at 14 fF. A's is behind
 * both and behind one without delays, and before one with a condition: 113, as above. Of
 * several that change at once the longest counts. */
static void test_a_delay_is_that_from_the_pin_that_changed(void **state)
{
    struct netlist n;
    struct gates *g = create_timed(&n, "delays");
    (void)state;
    set(g, "a", 1);
    set(g, "b", 1);
    gates_settle(g);
    assert_int_equal(delay(g, "a1", 1, "y"), 50);
    assert_int_equal(delay(g, "a1", 0, "y"), 50);
    set(g, "a1", 1);
    gates_settle(g);
    assert_int_equal(delay(g, "b", 0, "y"), 42);
    assert_int_equal(delay(g, "b", 1, "y"), 42);
    assert_int_equal(delay(g, "a", 0, "y"), 113);
    set(g, "b", 0);
    gates_settle(g);
    set(g, "b", 1);
    assert_int_equal(delay(g, "a", 1, "y"), 113);
    set(g, "a1", 0);
    assert_int_equal(delay(g, "b", 0, "y"), 50);
    finish(g, &n);
}

/* A changed before, without effect; only B changes now: 42. */
static void test_what_changed_before_does_not_count(void **state)
{
    struct netlist n;
    struct gates *g = create_timed(&n, "quiet");
    (void)state;
    set(g, "a", 1);
    set(g, "a1", 1);
    gates_settle(g);
    assert_int_equal(delay(g, "b", 1, "y"), 42);
    finish(g, &n);
}

static void test_delays_set_anew_lose_no_change(void **state)
{
    struct netlist n;
    struct gates *g = create_timed(&n, "quiet");
    (void)state;
    set(g, "a", 1);
    set(g, "a1", 1);
    set(g, "b", 1);
    assert_true(gates_delays(g, SLEW, WIRE, &error));
    gates_settle(g);
    assert_int_equal(get(g, "y"), 1);
    assert_int_equal(delay(g, "b", 0, "y"), 42);
    finish(g, &n);
}

/* ADD: S 110, 120, 130 ps from A, B, C, CO 210, 220, 230. With one other input at 1 both
 * change. */
static void test_every_output_has_its_own_delays(void **state)
{
    static const char *const inputs[] = {"a", "a1", "b"};
    struct netlist n;
    struct gates *g = create_timed(&n, "delays");
    (void)state;
    for (uint32_t k = 0; k < 3; k++) {
        set(g, inputs[(k + 1) % 3], 1);
        gates_settle(g);
        uint64_t start = gates_time_now(g);
        assert_int_equal(delay(g, inputs[k], 1, "s"), 110 + 10 * k);
        assert_int_equal(changed(g, "co", 0) - start, 210 + 10 * k);
        set(g, inputs[k], 0);
        set(g, inputs[(k + 1) % 3], 0);
        gates_settle(g);
    }
    finish(g, &n);
}

/* LATE takes 100 ns, the wheel has 65,536 ps and cuts it to two less; LOAD has no table. */
static void test_a_delay_lies_between_one_and_the_wheel(void **state)
{
    struct netlist n;
    struct gates *g = create_timed(&n, "delays");
    (void)state;
    for (int turn = 0; turn < 5; turn++) {
        uint64_t start = gates_time_now(g);
        assert_int_equal(delay(g, "a", !(turn & 1), "late"), 65534);
        assert_int_equal(changed(g, "none", 0) - start, 1);
    }
    finish(g, &n);
}

/* The inverter makes a pulse of 50 ps. */
static void test_a_pulse_as_long_as_the_delay_passes_a_shorter_one_not(void **state)
{
    struct netlist n;
    struct gates *g = create_timed(&n, "pulses");
    (void)state;
    gates_count(g);
    for (int i = 1; i <= 10; i++) {
        set(g, "a", i & 1);
        gates_settle(g);
        gates_edge(g);
    }
    gates_activity(g);
    assert_float_equal(net(g, &n, "as_long")->toggles, 10, 0);
    assert_float_equal(net(g, &n, "longer")->toggles, 0, 0);
    assert_int_equal(get(g, "as_long"), 0);
    finish(g, &n);
}

/* OR2 of a, 300 ps, and of a a picosecond later, 20 ps. When a rises the first change is under
 * way and stays; when it falls only the later one has an effect. */
static void test_a_change_under_way_keeps_its_time(void **state)
{
    struct netlist n;
    struct gates *g = create_timed(&n, "delays");
    (void)state;
    assert_int_equal(delay(g, "a", 1, "either"), 300);
    assert_int_equal(delay(g, "a", 0, "either"), 21);
    finish(g, &n);
}

/* Q, at 0.2 ns: rise 250 ps at 10 fF and 400 at 30, fall 150 and 300, mean 200 and 350. With
 * 14 fF 230, without load 200 - 75 = 125. QN: 100 and 300, with 7 fF 100 - 30 = 70. The
 * clear comes first in the library, but all changes are timed by the clock's table. A
 * clock gate takes no time. */
static void test_a_register_shows_its_state_after_the_clock_s_delay(void **state)
{
    struct netlist n;
    struct gates *g = create_timed(&n, "delays");
    (void)state;
    set(g, "en", 1);
    for (uint8_t d = 1; d <= 2; d++) {
        set(g, "d", d & 1);
        gates_settle(g);
        uint64_t start = gates_time_now(g);
        assert_int_equal(clock_delay(g, "q", 0), 230);
        assert_int_equal(changed(g, "q_n", 0) - start, 70);
        assert_int_equal(changed(g, "q_gated", 0) - start, 125);
        assert_int_equal(get(g, "q"), d & 1);
        assert_int_equal(get(g, "q_gated"), d & 1);
    }
    set(g, "d", 1);
    gates_settle(g);
    gates_edge(g);
    assert_int_equal(delay(g, "rst_n", 0, "q"), 230);
    finish(g, &n);
}

/* From G: rise 100 ps at 10 fF and 200 at 30, fall 140 and 240, mean 120 and 220; with 7 fF
 * 105. D's table, which comes first, has 600. */
static void test_a_latch_shows_what_it_holds_after_its_enable_s_delay(void **state)
{
    struct netlist n;
    struct gates *g = create_timed(&n, "delays");
    (void)state;
    set(g, "en", 1);
    gates_settle(g);
    set(g, "en", 0);
    gates_settle(g);
    set(g, "d", 1);
    gates_settle(g);
    assert_int_equal(delay(g, "en", 1, "held"), 105);
    assert_int_equal(delay(g, "d", 0, "held"), 105);
    finish(g, &n);
}

/* rdata: rise 2,000 ps at 10 fF and 2,200 at 30, fall 2,200 and 2,400, mean 2,100 and 2,300. Bit 0
 * has 7 fF: 2,070; bit 2 14: 2,140; bit 3 none: 2,000. Bit 1 has a table of its own, 1,500. */
static void test_each_bit_of_a_memory_has_its_own_delay(void **state)
{
    static const uint64_t expected[] = {2070, 1500, 2140, 2000};
    struct netlist n;
    struct gates *g = create_timed(&n, "delays");
    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        set(g, "wdata", turn & 1 ? 0 : 15);
        set(g, "we", 1);
        gates_settle(g);
        gates_edge(g);
        set(g, "we", 0);
        gates_settle(g);
        uint64_t start = gates_time_now(g);
        gates_edge(g);
        assert_int_equal(get(g, "rdata"), turn & 1 ? 0 : 15);
        for (uint32_t b = 0; b < 4; b++)
            assert_int_equal(changed(g, "rdata", b) - start, expected[b]);
    }
    finish(g, &n);
}

/* --- clocks ------------------------------------------------------------ */

/* A latch and an AND, two clock gates behind it and a buffer. */
static void test_a_gated_clock_is_followed(void **state)
{
    (void)state;
    for (int delays = 0; delays < 2; delays++) {
        struct netlist n;
        uint8_t half = 0, q = 0;
        load_from(&n, DATA "gates_time.json", "gated_well");
        struct gates *g = gates_create(&n, "clk", 1, &error);
        if (!g || (delays && !gates_delays(g, SLEW, WIRE, &error)))
            fail_msg("%s", error.text);
        for (uint32_t cycle = 0, seed = 1; cycle < 1000; cycle++) {
            seed = seed * 1664525 + 1013904223;
            uint8_t d = cycle < 2 || seed >> 31;
            set(g, "d", d);
            if (cycle & 1)
                gates_settle(g);  /* else the edge does */
            gates_edge(g);
            q = half ? d : q;
            half = d;
            if (cycle > 1)
                assert_int_equal(get(g, "q"), q);
        }
        finish(g, &n);
    }
}

/* Such a register would act more than once a cycle, or not when gates_edge() lets it. */
static void test_a_clock_that_is_not_the_clock_is_refused(void **state)
{
    static const struct {
        const char *top, *instance;
    } cases[] = {{"divided", "u_sub.u_reg"}, {"glitching", "u_sub.u_reg"},
                 {"gated_late", "u_sub.u_reg"}, {"gated_open", "u_sub.u_reg"},
                 {"falling", "u_sub.u_reg"}, {"gate_of_data", "u_sub.u_reg"},
                 {"opened_late", "u_sub.u_reg"}, {"memory_of_data", "u_ram"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct netlist n;
        char expected[256];
        load_from(&n, DATA "gates_time.json", cases[i].top);
        error.text[0] = '\0';
        assert_null(gates_create(&n, "clk", 1, &error));
        snprintf(expected, sizeof expected, "netlist: %s: its clock may rise other than with clk, "
                 "which cannot be simulated", cases[i].instance);
        assert_string_equal(error.text, expected);
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
    static const char *const cells[][2] = {
        {"odd_memory", "cell serac_macro_4x4x1x1: its pins are not those of its name"},
        {"falling_gate", "cell ICG_NEG: only clock gates of type latch_posedge"},
        {"bare_gate", "cell ICG_BARE: only clock gates of type latch_posedge"}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        load_from(&n, DATA "gates_time.json", cells[i][0]);
        assert_null(gates_create(&n, "clk", 1, &error));
        assert_non_null(strstr(error.text, cells[i][1]));
        netlist_free(&n);
    }
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
        cmocka_unit_test(test_a_delay_follows_slew_and_load),
        cmocka_unit_test(test_a_delay_is_that_from_the_pin_that_changed),
        cmocka_unit_test(test_what_changed_before_does_not_count),
        cmocka_unit_test(test_delays_set_anew_lose_no_change),
        cmocka_unit_test(test_every_output_has_its_own_delays),
        cmocka_unit_test(test_a_delay_lies_between_one_and_the_wheel),
        cmocka_unit_test(test_a_pulse_as_long_as_the_delay_passes_a_shorter_one_not),
        cmocka_unit_test(test_a_change_under_way_keeps_its_time),
        cmocka_unit_test(test_a_register_shows_its_state_after_the_clock_s_delay),
        cmocka_unit_test(test_a_latch_shows_what_it_holds_after_its_enable_s_delay),
        cmocka_unit_test(test_each_bit_of_a_memory_has_its_own_delay),
        cmocka_unit_test(test_a_gated_clock_is_followed),
        cmocka_unit_test(test_a_clock_that_is_not_the_clock_is_refused),
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
