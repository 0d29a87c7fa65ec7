/* test_axi_check.c - every rule of the AXI checker, broken once; and what is allowed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serac_axi_check.h"

#define BEAT 8u
#define OUTSTANDING 2u

static struct serac_axi_check check;
static struct serac_rtl_in in;
static struct serac_rtl_out out;

static int set_up(void **state)
{
    (void)state;
    serac_axi_check_init(&check, BEAT, OUTSTANDING);
    memset(&in, 0, sizeof in);
    memset(&out, 0, sizeof out);
    in.s_bready = in.s_rready = 1;
    out.rready = out.bready = out.busy = 1;
    return 0;
}

/* One cycle; pulses fall after it. */
static void cycle(void)
{
    serac_axi_check_cycle(&check, &in, &out);
    if (in.arready)
        out.arvalid = 0;
    if (in.awready)
        out.awvalid = 0;
    if (in.wready)
        out.wvalid = out.wlast = 0;
    in.rvalid = in.rlast = in.bvalid = 0;
}

static void fine(void)
{
    if (check.violation)
        fail_msg("%s", check.violation);
}

/* The cycle breaks the rule whose text contains `rule`, and nothing did before. */
static void breaks(const char *rule)
{
    fine();
    cycle();
    assert_non_null(check.violation);
    if (!strstr(check.violation, rule))
        fail_msg("'%s', not '%s'", check.violation, rule);
}

static void read_burst(uint64_t address, uint32_t beats)
{
    out.arvalid = 1;
    out.araddr = address;
    out.arlen = (uint8_t)(beats - 1);
}

static void write_burst(uint64_t address, uint32_t beats)
{
    out.awvalid = 1;
    out.awaddr = address;
    out.awlen = (uint8_t)(beats - 1);
}

static void write_beat(bool last)
{
    out.wvalid = 1;
    out.wlast = last;
    out.wstrb = 0xff;
}

static void read_beat(bool last)
{
    in.rvalid = 1;
    in.rlast = last;
}

static void accepted_read(uint32_t beats)
{
    in.arready = 1;
    read_burst(0x1000, beats);
    cycle();
    in.arready = 0;
}

static void accepted_write(uint32_t beats)
{
    in.awready = 1;
    write_burst(0x1000, beats);
    cycle();
    in.awready = 0;
}

/* --- what is allowed ------------------------------------------------------------ */

static void test_reads_and_writes_at_every_edge_are_fine(void **state)
{
    (void)state;
    accepted_read(128);                   /* 1024 bytes */
    in.arready = 1;
    read_burst(0x13f8, 1);                /* the last beat before a boundary */
    cycle();
    for (int i = 0; i < 128; i++) {
        read_beat(i == 127);
        cycle();
    }
    read_beat(true);
    cycle();
    accepted_write(2);
    in.wready = 1;
    write_beat(false);
    cycle();
    write_beat(true);
    cycle();
    in.bvalid = 1;
    in.bresp = 3;
    cycle();
    out.done = 1;
    cycle();
    fine();
    /* 2 AR, 129 R, AW, 2 W, B */
    assert_int_equal(check.transfers, 135);
}

static void test_what_waits_may_wait_for_long(void **state)
{
    (void)state;
    read_burst(0x1000, 4);
    write_burst(0x2000, 4);
    for (int i = 0; i < 100; i++)
        cycle();
    fine();
}

static void test_registers_may_answer_late_and_wait_for_ready(void **state)
{
    (void)state;
    in.s_bready = in.s_rready = 0;
    in.s_awvalid = out.s_awready = 1;
    cycle();
    in.s_awvalid = 0;
    in.s_wvalid = out.s_wready = 1;
    in.s_arvalid = out.s_arready = 1;
    cycle();
    in.s_wvalid = in.s_arvalid = 0;
    out.s_bvalid = out.s_rvalid = 1;
    for (int i = 0; i < 10; i++)
        cycle();
    in.s_bready = in.s_rready = 1;
    cycle();
    out.s_bvalid = out.s_rvalid = 0;
    cycle();
    fine();
    assert_int_equal(check.transfers, 2);
}

static void test_after_reset_what_was_open_is_forgotten(void **state)
{
    struct serac_rtl_out low = {0};
    (void)state;
    accepted_read(4);
    read_burst(0x2000, 4);                /* waits */
    cycle();
    serac_axi_check_reset(&check, &low);
    out.arvalid = 0;
    out.done = 1;
    cycle();
    fine();
}

/* --- what is not ---------------------------------------------------------------- */

static void test_address_that_waits_may_not_fall_or_change(void **state)
{
    for (int kind = 0; kind < 6; kind++) {
        set_up(state);
        if (kind < 3)
            read_burst(0x1000, 4);
        else
            write_burst(0x1000, 4);
        cycle();
        switch (kind) {
        case 0: out.arvalid = 0; break;
        case 1: out.araddr += BEAT; break;
        case 2: out.arlen++; break;
        case 3: out.awvalid = 0; break;
        case 4: out.awaddr += BEAT; break;
        case 5: out.awlen++; break;
        }
        breaks(kind < 3 ? "ARVALID fell" : "AWVALID fell");
    }
}

static void test_beat_that_waits_may_not_fall_or_change(void **state)
{
    for (int kind = 0; kind < 4; kind++) {
        set_up(state);
        accepted_write(2);
        write_beat(false);
        cycle();
        switch (kind) {
        case 0: out.wvalid = 0; break;
        case 1: out.wdata[BEAT - 1] ^= 0x80; break;
        case 2: out.wstrb = 0x7f; break;
        case 3: out.wlast = 1; break;
        }
        breaks("WVALID fell");
    }
}

static void test_registers_answer_may_not_fall_or_change(void **state)
{
    for (int kind = 0; kind < 3; kind++) {
        set_up(state);
        in.s_bready = in.s_rready = 0;
        in.s_awvalid = in.s_wvalid = in.s_arvalid = 1;
        out.s_awready = out.s_wready = out.s_arready = 1;
        cycle();
        in.s_awvalid = in.s_wvalid = in.s_arvalid = 0;
        out.s_bvalid = out.s_rvalid = 1;
        cycle();
        switch (kind) {
        case 0: out.s_bvalid = 0; break;
        case 1: out.s_rvalid = 0; break;
        case 2: out.s_rdata ^= 1; break;
        }
        breaks(kind == 0 ? "registers' BVALID fell" : "registers' RVALID fell");
    }
}

static void test_host_may_not_drop_or_change_what_waits(void **state)
{
    static const char *const rules[] = {"host's AWVALID", "host's AWVALID", "host's WVALID",
                                        "host's WVALID", "host's WVALID", "host's ARVALID",
                                        "host's ARVALID"};
    for (int kind = 0; kind < 7; kind++) {
        set_up(state);
        in.s_awvalid = in.s_wvalid = in.s_arvalid = 1;
        cycle();
        switch (kind) {
        case 0: in.s_awvalid = 0; break;
        case 1: in.s_awaddr ^= 4; break;
        case 2: in.s_wvalid = 0; break;
        case 3: in.s_wdata ^= 1; break;
        case 4: in.s_wstrb ^= 1; break;
        case 5: in.s_arvalid = 0; break;
        case 6: in.s_araddr ^= 4; break;
        }
        breaks(rules[kind]);
    }
}

static void test_bursts_keep_within_their_bounds(void **state)
{
    static const struct {
        uint64_t address;
        uint32_t beats;
        const char *rule;
    } cases[] = {{0x1ff8, 2, "4 KiB"}, {0x1f00, 33, "4 KiB"}, {0x13f8, 2, "multiple of 1024"},
                 {0x1004, 1, "beat aligned"}, {0x1000, 129, "multiple of 1024"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int write = 0; write < 2; write++) {
            set_up(state);
            in.arready = in.awready = 1;
            if (write)
                write_burst(cases[i].address, cases[i].beats);
            else
                read_burst(cases[i].address, cases[i].beats);
            breaks(cases[i].rule);
        }
}

static void test_last_is_on_the_last_beat_only(void **state)
{
    for (int kind = 0; kind < 4; kind++) {
        bool early = kind & 1;
        set_up(state);
        if (kind < 2) {
            accepted_read(2);
            if (!early) {
                read_beat(false);
                cycle();
            }
            read_beat(early);
        } else {
            accepted_write(2);
            in.wready = 1;
            if (!early) {
                write_beat(false);
                cycle();
            }
            write_beat(early);
        }
        breaks(kind < 2 ? "RLAST" : "WLAST");
    }
}

static void test_answers_come_for_requests_only(void **state)
{
    (void)state;
    read_beat(true);
    breaks("RVALID without a read");
    set_up(state);
    accepted_read(1);
    read_beat(true);
    cycle();
    read_beat(true);                      /* one too many */
    breaks("RVALID without a read");
    set_up(state);
    in.arready = 1;
    read_burst(0x1000, 1);                /* in the cycle of its own AR */
    read_beat(true);
    breaks("RVALID without a read");
    set_up(state);
    in.bvalid = 1;
    breaks("BVALID without a write");
    set_up(state);
    accepted_write(2);
    in.wready = 1;
    write_beat(false);
    cycle();
    in.bvalid = 1;                        /* its last beat is still to come */
    breaks("BVALID without a write");
    set_up(state);
    accepted_write(1);
    in.wready = 1;
    write_beat(true);
    in.bvalid = 1;                        /* in the cycle of that beat */
    breaks("BVALID without a write");
}

static void test_registers_answer_requests_only(void **state)
{
    (void)state;
    out.s_rvalid = 1;
    breaks("registers' RVALID without");
    for (int w = 0; w < 2; w++) {
        set_up(state);
        out.s_awready = out.s_wready = 1;
        in.s_awvalid = !w;
        in.s_wvalid = (uint8_t)w;
        cycle();
        in.s_awvalid = in.s_wvalid = 0;
        out.s_bvalid = 1;
        breaks("registers' BVALID without");
    }
}

static void test_responses_are_legal(void **state)
{
    (void)state;
    accepted_read(1);
    read_beat(true);
    in.rresp = 1;
    breaks("RRESP is EXOKAY");
    set_up(state);
    accepted_write(1);
    in.wready = 1;
    write_beat(true);
    cycle();
    in.bvalid = 1;
    in.bresp = 1;
    breaks("BRESP is EXOKAY");
    for (int read = 0; read < 2; read++) {
        set_up(state);
        in.s_awvalid = in.s_wvalid = in.s_arvalid = 1;
        out.s_awready = out.s_wready = out.s_arready = 1;
        cycle();
        in.s_awvalid = in.s_wvalid = in.s_arvalid = 0;
        out.s_bvalid = !read;
        out.s_rvalid = (uint8_t)read;
        out.s_bresp = out.s_rresp = 2;
        breaks(read ? "registers' RRESP" : "registers' BRESP");
    }
}

static void test_limits_of_the_machine_hold(void **state)
{
    (void)state;
    accepted_read(1);
    accepted_read(1);
    in.arready = 1;
    read_burst(0x1000, 1);
    breaks("more reads are open");
    set_up(state);
    for (int i = 0; i < 32; i++)
        accepted_write(1);
    in.awready = 1;
    write_burst(0x1000, 1);
    breaks("more than 32 writes");
    set_up(state);
    write_beat(true);
    breaks("WVALID before its AW");
    set_up(state);
    accepted_write(1);
    write_beat(true);
    out.wstrb = 0x100;
    breaks("WSTRB beyond the bus");
    set_up(state);
    out.rready = 0;
    breaks("RREADY or BREADY");
}

static void test_nothing_is_open_behind_a_run(void **state)
{
    (void)state;
    accepted_read(1);
    out.done = 1;
    breaks("a burst is open");
    set_up(state);
    out.busy = 0;
    read_burst(0x1000, 1);
    breaks("while no program runs");
}

static void test_nothing_is_valid_in_reset(void **state)
{
    for (int pin = 0; pin < 5; pin++) {
        struct serac_rtl_out high = {0};
        set_up(state);
        uint8_t *const pins[] = {&high.arvalid, &high.awvalid, &high.wvalid, &high.s_bvalid,
                                 &high.s_rvalid};
        *pins[pin] = 1;
        serac_axi_check_reset(&check, &high);
        assert_non_null(check.violation);
        assert_non_null(strstr(check.violation, "in reset"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_reads_and_writes_at_every_edge_are_fine, set_up),
        cmocka_unit_test_setup(test_what_waits_may_wait_for_long, set_up),
        cmocka_unit_test_setup(test_registers_may_answer_late_and_wait_for_ready, set_up),
        cmocka_unit_test_setup(test_after_reset_what_was_open_is_forgotten, set_up),
        cmocka_unit_test(test_address_that_waits_may_not_fall_or_change),
        cmocka_unit_test(test_beat_that_waits_may_not_fall_or_change),
        cmocka_unit_test(test_registers_answer_may_not_fall_or_change),
        cmocka_unit_test(test_host_may_not_drop_or_change_what_waits),
        cmocka_unit_test(test_bursts_keep_within_their_bounds),
        cmocka_unit_test(test_last_is_on_the_last_beat_only),
        cmocka_unit_test_setup(test_answers_come_for_requests_only, set_up),
        cmocka_unit_test_setup(test_registers_answer_requests_only, set_up),
        cmocka_unit_test_setup(test_responses_are_legal, set_up),
        cmocka_unit_test_setup(test_limits_of_the_machine_hold, set_up),
        cmocka_unit_test_setup(test_nothing_is_open_behind_a_run, set_up),
        cmocka_unit_test(test_nothing_is_valid_in_reset)};
    return cmocka_run_group_tests_name("axi_check", tests, NULL, NULL);
}
