/* test_cost.c - area, clock and energy against sums written out by hand. */
#define _DEFAULT_SOURCE   /* mkstemps */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "serac_config.h"
#include "serac_cost.h"

static struct serac_error error;

/* 2 x 4 units of 16 lanes, (2,1). Weights: two halves of 64-bit words, ... */
static const struct serac_design design = {
    .name = "d", .rows = 2, .cols = 4, .lanes = 16, .weight_planes = 2,
    .act_planes = 1, .weight_buffer_bytes = 4096, .act_buffer_bytes = 8192,
    .output_buffer_bytes = 4096, .param_buffer_bytes = 2048, .axi_bits = 64,
    .outstanding = 4, .requant_lanes = 2, .queue_depth = 2};

/* Macros of 100 um2 a word, 3 pJ a read, 5 pJ a write of 64 bits, at every depth. */
static struct serac_tech nothing(void)
{
    struct serac_tech t;
    memset(&t, 0, sizeof t);
    t.has[SERAC_AREA_UM2] = t.has[SERAC_DELAY_NS] = true;
    t.has_energy = true;
    t.clock_tree_factor = 1;
    t.sram = (struct serac_sram_table){
        .points = 2, .words = {1, 1001}, .area_um2 = {100, 100100},
        .read_pj = {3, 3}, .write_pj = {5, 5}, .access_ns = {2, 2},
        .leakage_nw = {7, 7}, .second_port = 1};
    return t;
}

static void assert_close(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * (1 + fabs(want))))
        fail_msg("%.12g instead of %.12g", got, want);
}

static int unit_named(const char *name)
{
    static const struct serac_sram_table table = {.points = 2, .words = {1, 2}};
    struct serac_unit units[SERAC_UNITS];
    serac_units(&design, &table, units);
    for (int i = 0; i < SERAC_UNITS; i++)
        if (!strcmp(units[i].name, name))
            return i;
    fail_msg("%s: no such unit", name);
    return -1;
}

/* --- area, clock ---------------------------------------------------------------- */

/* Counted by a program of its own, written after the Verilog: the longest chain, not the stages. */
static void test_longest_chain_of_adders_is_that_of_the_rtl(void **state)
{
    static const struct {
        uint32_t weight_planes, act_planes, lanes, stages;
    } known[] = {{1, 1, 8, 3}, {1, 1, 128, 10}, {1, 1, 512, 14}, {1, 4, 128, 14}, {2, 1, 8, 5}, {4, 1, 8, 6},
                 {2, 2, 512, 18}, {2, 8, 64, 14}, {4, 2, 32, 12}, {4, 4, 16, 11}, {4, 8, 8, 9}, {8, 8, 8, 10}};
    struct serac_tech t = nothing();
    struct serac_unit units[SERAC_UNITS];
    struct serac_design d = design;
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        d.weight_planes = known[i].weight_planes;
        d.act_planes = known[i].act_planes;
        d.lanes = known[i].lanes;
        serac_units(&d, &t.sram, units);
        assert_close(units[unit_named("dpu")].delay[1], known[i].stages);
    }
}

static void test_terms_of_a_unit_are_those_of_its_shape(void **state)
{
    struct serac_tech t = nothing();
    struct serac_unit units[SERAC_UNITS];
    (void)state;
    serac_units(&design, &t.sram, units);
    const struct serac_unit *dpu = &units[unit_named("dpu")];
    assert_close(dpu->count, 8);
    assert_close(dpu->area[1], 32);         /* lanes * planes */
    assert_close(dpu->area[2], 2 + 1 + 4);  /* bits of the sum */
    const struct serac_unit *array = &units[unit_named("array")];
    assert_close(array->area[1], 16 * (2 * 2 + 4 * 1));   /* operand registers */
    assert_close(array->area[2], 8);
    const struct serac_unit *bank = &units[unit_named("act_bank")];
    assert_close(bank->count, 4);
    assert_close(bank->delay[1], 2);        /* the macro's access */
    const struct serac_unit *digit = &units[unit_named("weight_digit")];
    assert_close(digit->area[1], 2 * 16 * 2);
}

static void test_area_is_cells_by_terms_and_macros_by_the_table(void **state)
{
    struct serac_tech t = nothing();
    struct serac_area a;
    (void)state;
    t.unit[SERAC_AREA_UM2][unit_named("dpu")][0] = 1000;
    t.unit[SERAC_AREA_UM2][unit_named("dpu")][1] = 10;
    t.unit[SERAC_AREA_UM2][unit_named("requant")][0] = 50;
    serac_cost_area(&design, &t, &a);
    assert_close(a.group[SERAC_GROUP_ARRAY], 8 * (1000 + 10 * 32));
    assert_close(a.group[SERAC_GROUP_REQUANT], 2 * 50);
    assert_close(a.group[SERAC_GROUP_ONES], 0);
    /* 8192 bytes of activations are 1024 words of 64 bits, whatever the banks. */
    assert_close(a.group[SERAC_GROUP_ACT_BUFFER], 1024 * 100);
    assert_close(a.group[SERAC_GROUP_WEIGHT_BUFFER], 512 * 100);
    assert_close(a.group[SERAC_GROUP_PARAM_BUFFER], 256 * 100);
    assert_close(a.total, a.macros + 8 * 1320 + 100);
    t.has[SERAC_AREA_UM2] = false;
    serac_cost_area(&design, &t, &a);
    assert_true(isnan(a.total) && isnan(a.group[SERAC_GROUP_ARRAY]));
}

static void test_resources_of_an_fpga_are_counted_by_the_same_terms(void **state)
{
    struct serac_tech t = nothing();
    (void)state;
    assert_true(isnan(serac_cost_resource(&design, &t, SERAC_LUTS)));
    t.has[SERAC_LUTS] = true;
    t.unit[SERAC_LUTS][unit_named("dpu")][4] = 0.5;            /* lanes that select a number */
    t.unit[SERAC_LUTS][unit_named("top")][0] = 3;
    assert_close(serac_cost_resource(&design, &t, SERAC_LUTS), 8 * 8 + 3);
    assert_true(isnan(serac_cost_resource(&design, &t, SERAC_BRAMS)));
}

static void test_multipliers_are_dsps_from_nine_bits_on(void **state)
{
    struct serac_tech t = nothing();
    struct serac_design d = design;
    (void)state;
    t.has[SERAC_DSPS] = true;
    t.unit[SERAC_DSPS][unit_named("columns")][5] = 1;
    d.act_buffer_bytes = 4 * 256 * 8;                      /* 256 beats a column: 8 bits */
    assert_close(serac_cost_resource(&d, &t, SERAC_DSPS), 0);
    d.act_buffer_bytes *= 2;
    assert_close(serac_cost_resource(&d, &t, SERAC_DSPS), 4);
}

/* Shapes that yosys makes of the RTL, see testbench/cli/fpga_memories.sh. */
static void test_memories_of_an_fpga_follow_the_synthesiser(void **state)
{
    struct serac_memory_kind kind = {.width = 64, .depth = 64, .ports = 1, .enables = 8, .count = 6};
    struct serac_fpga_ram ram;
    (void)state;
    serac_fpga_ram(SERAC_FPGA_XC7, 64, 64, 8, &ram);
    assert_close(ram.luts, 96);
    assert_close(ram.ffs, 64);
    assert_close(ram.brams, 0);
    serac_fpga_ram(SERAC_FPGA_XC7, 64, 2048, 1, &ram);
    assert_close(ram.luts, 0);
    assert_close(ram.brams, 4);
    serac_fpga_ram(SERAC_FPGA_XC7, 128, 16, 64, &ram);         /* parts of two bits: RAM64X1D */
    assert_close(ram.luts, 256);
    serac_fpga_ram(SERAC_FPGA_XC7, 64, 128, 64, &ram);         /* of one: RAM128X1D */
    assert_close(ram.luts, 256);
    serac_fpga_ram(SERAC_FPGA_XC7, 64, 128, 16, &ram);         /* of four: two RAM32M, a decoder */
    assert_close(ram.luts, 352);
    serac_fpga_ram(SERAC_FPGA_XC7, 32, 1, 1, &ram);            /* a word is flip-flops */
    assert_close(ram.ffs, 64);
    assert_close(ram.luts, 0);
    serac_fpga_ram(SERAC_FPGA_ICE40, 64, 4, 1, &ram);
    assert_close(ram.ffs, 320);
    assert_close(ram.brams, 0);
    serac_fpga_memories(SERAC_FPGA_XC7, &kind, &ram);          /* three of 64 x 128 */
    assert_close(ram.brams, 3);
    kind.ports = 2;
    serac_fpga_memories(SERAC_FPGA_XC7, &kind, &ram);
    assert_close(ram.luts, 6 * 96);
    serac_fpga_memories(SERAC_FPGA_NONE, &kind, &ram);
    assert_close(ram.luts + ram.ffs + ram.brams, 0);
}

static void test_a_design_has_its_memories_on_an_fpga(void **state)
{
    struct serac_tech t = nothing();
    struct serac_memory_kind kinds[SERAC_MEMORIES];
    struct serac_fpga_ram ram;
    double brams = 0, luts = 0;
    (void)state;
    t.fpga = SERAC_FPGA_XC7;
    t.has[SERAC_LUTS] = t.has[SERAC_BRAMS] = true;
    serac_memories(&design, kinds);
    for (int i = 0; i < SERAC_MEMORIES; i++) {
        serac_fpga_memories(SERAC_FPGA_XC7, &kinds[i], &ram);
        brams += ram.brams;
        luts += ram.luts;
    }
    assert_true(brams > 0 && luts > 0);
    assert_close(serac_cost_resource(&design, &t, SERAC_BRAMS), brams);
    assert_close(serac_cost_resource(&design, &t, SERAC_LUTS), luts);
}

static void test_the_slowest_unit_sets_the_clock(void **state)
{
    struct serac_tech t = nothing();
    const char *slowest = NULL;
    (void)state;
    t.unit[SERAC_DELAY_NS][unit_named("fetch")][0] = 2;
    t.unit[SERAC_DELAY_NS][unit_named("act_bank")][1] = 2.5;   /* times 2 ns */
    assert_close(serac_cost_clock_mhz(&design, &t, &slowest), 200);
    assert_string_equal(slowest, "act_bank");
    t.unit[SERAC_DELAY_NS][unit_named("fetch")][0] = 8;
    assert_close(serac_cost_clock_mhz(&design, &t, &slowest), 125);
    assert_string_equal(slowest, "fetch");
    t.has[SERAC_DELAY_NS] = false;
    assert_true(isnan(serac_cost_clock_mhz(&design, &t, NULL)));
}

static void test_peak_rate_rounds_digits_up(void **state)
{
    struct serac_tech t = nothing();
    (void)state;
    t.unit[SERAC_DELAY_NS][unit_named("fetch")][0] = 10;       /* 100 MHz */
    assert_close(serac_cost_peak_macs(&design, &t, 2, 1), 128 * 100e6);
    assert_close(serac_cost_peak_macs(&design, &t, 1, 1), 128 * 100e6);
    assert_close(serac_cost_peak_macs(&design, &t, 3, 1), 64 * 100e6);
    assert_close(serac_cost_peak_macs(&design, &t, 8, 8), 4 * 100e6);
}

static void test_designs_beyond_the_measured_ones_are_extrapolated(void **state)
{
    struct serac_design d = design;
    (void)state;
    struct serac_tech t = nothing();
    d.rows = 16;                                   /* 2,048 products */
    assert_string_equal(serac_cost_extrapolated(&d, &t), "");
    d.rows = 32;
    assert_string_equal(serac_cost_extrapolated(&d, &t), "energy");
    d.lanes = 128;                                 /* 32,768 */
    assert_string_equal(serac_cost_extrapolated(&d, &t), "energy");
    d.lanes = 256;
    assert_string_equal(serac_cost_extrapolated(&d, &t), "area clock energy");
    t.has_energy = false;
    assert_string_equal(serac_cost_extrapolated(&d, &t), "area clock");
    t.has[SERAC_DELAY_NS] = false;
    assert_string_equal(serac_cost_extrapolated(&d, &t), "area");
}

/* --- activity --------------------------------------------------------------------- */

/* 3 x 3 on 6 x 5 pixels with a border of one, 16 to 4 channels, 3-bit weights on 2-bit
 * activations: on (2,1) planes 2 x 2 digit pairs. */
static const struct serac_layer conv = {
    .name = "conv", .op = SERAC_OP_CONV,
    .input = {6, 5, 16, 2, false, false, 0},
    .output = {6, 5, 4, 8, false, false, 0},
    .kernel_h = 3, .kernel_w = 3, .stride_h = 1, .stride_w = 1,
    .dilation_h = 1, .dilation_w = 1, .pad_top = 1, .pad_left = 1,
    .pad_bottom = 1, .pad_right = 1, .pool = 1, .weight_bits = 3,
    .weight_store_bits = 3, .act_bits = 2, .mode = SERAC_MODE_DOUBLE};
static const struct serac_insn insn = {
    .fetch = {.order = 1, .groups = 2, .n_tiles = 4, .tile_wgt_bytes = 640,
              .tile_param_bytes = 64, .run = 2, .run_last = 2, .out_width = 5,
              .out_height = 6, .kernel_lines = 3, .pixel_step_bytes = 4,
              .window_bytes = 12, .run_bytes = 8, .line_bytes = 20}};
static const struct serac_counters counters = {
    .cycles = 1000, .array_busy_cycles = 576, .results = 128, .blocks = 1,
    .bytes_read = 2 * 704 + 800 + SERAC_INSN_BLOCK_BYTES, .bytes_written = 240};

static void test_events_of_a_layer_are_those_of_its_loops(void **state)
{
    struct serac_activity a = {.cycles = 0};
    (void)state;
    serac_activity_add(&a, &design, &conv, &insn, &counters);
    /* Taps inside: 3 * 6 - 2 of 18 lines, 3 * 5 - 2 of 15 places. */
    double inside = 16.0 / 18 * 13 / 15;
    assert_close(a.cycles, 1000);
    assert_close(a.pairs, 576);
    assert_close(a.act_digits, 576 / 2);      /* held for two weight digits */
    /* 4 columns, of whose 32 pixels 30 are there; 16 bits are always in one word. */
    assert_close(a.bank_reads, 288 * inside * 4 * 30 / 32);
    assert_close(a.act_words, a.bank_reads);
    assert_close(a.wgt_digits, 576);
    /* Two planes of 32 bits, at any of three: every second digit lies across words. */
    assert_close(a.wgt_words, 576 * 1.5);
    /* 15 runs in each of two groups, 3 lines less those outside. A run's strip is 16 bytes
     * that begin at any pixel, 2.5 beats; 2 of 5 go on in the next line with a halo of 8. */
    assert_close(a.bank_writes, 2 * 15 * 3 * 16.0 / 18 * (2.5 + 2 / 5.0));
    assert_close(a.words, 576 / 4);
    assert_close(a.products, 30 * 4 * 9 * 16 * inside * 3 * 2);
    assert_close(a.results, 120);
    assert_close(a.group_cycles, 128 / 2);
    assert_close(a.new_records, 120 / (4.0 * 2));   /* rows = requantisers */
    assert_close(a.held_groups, 0);
    assert_close(a.out_groups, 64);
    assert_close(a.out_words, 64 * 2);              /* 8 planes of 16 bits */
    assert_close(a.weight_beats, 2 * 640 / 8.0);    /* two m-tiles, read once */
    assert_close(a.param_beats, 2 * 64 / 8.0);
    assert_close(a.act_beats, 800 / 8.0);
    assert_close(a.write_beats, 240 / 8.0);
    assert_close(a.dram_bytes, 2 * 704 + 800 + SERAC_INSN_BLOCK_BYTES + 240);
}

static void test_a_single_weight_digit_is_held_for_all_activation_digits(void **state)
{
    struct serac_activity a = {.cycles = 0};
    struct serac_layer l = conv;
    (void)state;
    l.weight_bits = l.weight_store_bits = 1;
    serac_activity_add(&a, &design, &l, &insn, &counters);
    assert_close(a.act_digits, 576);
    assert_close(a.wgt_digits, 576 / 2);
}

static void test_weights_are_read_again_for_every_pixel_tile(void **state)
{
    struct serac_activity a = {.cycles = 0};
    struct serac_insn again = insn;
    (void)state;
    again.fetch.order = 0;
    serac_activity_add(&a, &design, &conv, &again, &counters);
    assert_close(a.weight_beats, 4 * 2 * 640 / 8.0);
}

static void test_raw_results_take_four_cycles_of_eight_planes(void **state)
{
    struct serac_activity a = {.cycles = 0};
    struct serac_layer l = conv;
    (void)state;
    l.mode = SERAC_MODE_RAW;
    l.output.bits = 32;
    serac_activity_add(&a, &design, &l, &insn, &counters);
    assert_close(a.group_cycles, 4 * 64);
    assert_close(a.out_words, 4 * 64 * 2);
}

static void test_phases_wait_in_the_held_memory(void **state)
{
    struct serac_activity a = {.cycles = 0};
    struct serac_layer l = conv;
    (void)state;
    l.pool = 2;
    l.output.height = 3;
    l.output.width = 2;
    serac_activity_add(&a, &design, &l, &insn, &counters);
    assert_close(a.held_groups, 64 * 3 / 4.0);
    assert_close(a.results, 4 * 3 * 2 * 4);
    assert_close(a.out_groups, 64 / 4);             /* the last phase's */
}

static void test_only_what_is_written_counts_as_written(void **state)
{
    struct serac_activity t = {.cycles = 0}, sum = {.cycles = 0};
    struct serac_layer l = conv;
    (void)state;
    l.mode = SERAC_MODE_THRESHOLD;                  /* four cycles, one write */
    serac_activity_add(&t, &design, &l, &insn, &counters);
    assert_close(t.group_cycles, 4 * 64);
    assert_close(t.out_groups, 64);
    l = conv;
    l.op = SERAC_OP_ADD;                            /* two operands, one result */
    serac_activity_add(&sum, &design, &l, &insn, &counters);
    assert_close(sum.out_groups, 64 / 2);
    assert_close(sum.results, 2 * 120);
    assert_close(sum.new_records, 240 / 4.0);       /* every phase has its own */
}

/* One pixel of 4096 channels is 1024 bytes; GEMM, one line. */
static void test_a_pixel_of_many_beats_is_written_whole(void **state)
{
    struct serac_activity a = {.cycles = 0};
    struct serac_insn gemm = insn;
    struct serac_layer l = conv;
    (void)state;
    l.kernel_h = l.kernel_w = 1;
    l.pad_top = l.pad_left = l.pad_bottom = l.pad_right = 0;
    l.output.height = 1;
    gemm.fetch.out_height = gemm.fetch.kernel_lines = 1;
    gemm.fetch.pixel_step_bytes = gemm.fetch.window_bytes = 1024;
    gemm.fetch.run = gemm.fetch.run_last = 2;
    gemm.fetch.run_bytes = 2 * 1024;
    gemm.fetch.line_bytes = 5 * 1024;
    serac_activity_add(&a, &design, &l, &gemm, &counters);
    assert_close(a.bank_writes, 2 * 3 * 2 * 1024 / 8.0);    /* three runs, two groups */
}

/* --- energy ------------------------------------------------------------------- */

static struct serac_energy energy_of(const struct serac_tech *t, double dram)
{
    struct serac_activity a = {.cycles = 0};
    struct serac_energy e;
    serac_activity_add(&a, &design, &conv, &insn, &counters);
    serac_cost_energy(&design, t, &a, dram, &e);
    return e;
}

static void test_an_event_costs_its_coefficient(void **state)
{
    struct serac_tech t = nothing();
    struct serac_activity_terms terms[SERAC_GROUPS];
    struct serac_activity a = {.cycles = 0};
    (void)state;
    t.sram.read_pj[0] = t.sram.read_pj[1] = 0;
    t.sram.write_pj[0] = t.sram.write_pj[1] = 0;
    serac_activity_add(&a, &design, &conv, &insn, &counters);
    serac_activity_terms(&design, &a, terms);
    assert_close(terms[SERAC_GROUP_ARRAY].data[0], a.products);
    t.data_pj[SERAC_GROUP_ARRAY][0] = 2;
    assert_close(energy_of(&t, NAN).array, 2 * a.products * 1e-6);
    t.clock_pj[SERAC_GROUP_ONES][0] = 1;          /* ones count as array */
    t.clock_tree_factor = 4;
    assert_close(energy_of(&t, NAN).array,
                 (2 * a.products + 4 * 4 * 1000) * 1e-6);
    t.clock_pj[SERAC_GROUP_CONTROL][0] = 1;
    assert_close(energy_of(&t, NAN).control, 4 * 1000 * 1e-6);
}

static void test_memories_cost_their_accesses(void **state)
{
    struct serac_tech t = nothing();
    struct serac_activity a = {.cycles = 0};
    (void)state;
    serac_activity_add(&a, &design, &conv, &insn, &counters);
    double weights = 3 * a.wgt_words + 5 * a.weight_beats;
    double acts = 3 * a.act_words + 5 * a.bank_writes;
    /* A record of 256 bits, four macros, also where a beat writes a part of it. */
    double params = 4 * (3 * a.group_cycles + 5 * a.param_beats);
    double outputs = 3 * a.write_beats + 5 * a.group_cycles * 2;   /* 8 x 16 bits */
    assert_close(energy_of(&t, NAN).buffer,
                 (weights + acts + params + outputs) * 1e-6);
}

static void test_leakage_and_dram_are_apart(void **state)
{
    struct serac_tech t = nothing();
    struct serac_area area;
    (void)state;
    t.unit[SERAC_AREA_UM2][unit_named("top")][0] = 2e6;         /* 2 mm2 */
    t.unit[SERAC_DELAY_NS][unit_named("fetch")][0] = 10;
    t.leakage_uw_per_mm2 = 30;
    serac_cost_area(&design, &t, &area);
    struct serac_energy e = energy_of(&t, 20), without = energy_of(&t, NAN);
    /* 60 uW of cells and 7 nW a memory, for 10 us. */
    assert_true(e.leakage > 60 * 10 * 1e-6 && e.leakage < 61 * 10 * 1e-6);
    assert_close(e.dram, 8 * (2 * 704 + 800 + SERAC_INSN_BLOCK_BYTES + 240) *
                             20 * 1e-6);
    assert_true(isnan(without.dram));
    assert_close(without.total, e.total - e.dram);
    assert_close(e.total, e.array + e.buffer + e.requant + e.control + e.dram +
                              e.leakage);
    t.leakage_uw_per_mm2 = NAN;
    without = energy_of(&t, NAN);
    assert_true(isnan(without.leakage));
    assert_close(without.total, e.total - e.dram - e.leakage);
    t.has_energy = false;
    assert_true(isnan(energy_of(&t, 20).total));
}

/* --- files ------------------------------------------------------------------------- */

/* Loads sg13g2.cfg with the first `from` (after `behind`) replaced. */
static const char *refusal(const char *behind, const char *from, const char *to)
{
    static char text[40000];
    char path[1024], edited[] = "/tmp/serac_test_cost_XXXXXX.cfg";
    struct serac_tech t;
    assert_int_equal(serac_config_find("tech", "sg13g2", path, sizeof path, NULL),
                     SERAC_OK);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    char *at = strstr(text, behind);
    at = at ? strstr(at, from) : NULL;
    assert_non_null(at);
    int handle = mkstemps(edited, 4);
    assert_true(handle >= 0);
    file = fdopen(handle, "w");
    fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    fclose(file);
    error.text[0] = 0;
    enum serac_status status = serac_tech_load(edited, &t, &error);
    unlink(edited);
    assert_int_equal(status, SERAC_E_INPUT);
    const char *message = strstr(error.text, ".cfg:");
    assert_non_null(message);
    message += strlen(".cfg:");
    return message + strspn(message, "0123456789") + 2;
}

static void test_what_is_wrong_in_a_file_is_said(void **state)
{
    (void)state;
    assert_string_equal(refusal("", "sram = {", "srams = {"),
                        "srams: unknown key (did you mean sram?)");
    assert_string_equal(refusal("sram = {", "words = [", "words = [1e6, "),
                        "area_um2: must have as many numbers as words, at least 2");
    assert_string_equal(refusal("sram = {", "words = [6.4", "words = [6.4e3, 6.4"),
                        "area_um2: must have as many numbers as words, at least 2");
    assert_string_equal(refusal("sram = {", "words = [6.400000e+01",
                                "words = [6.400000e+03"), "words: must ascend");
    assert_string_equal(refusal("sram = {", "words = [", "words = [1.0, 2.0, 3.0, 4.0, 5.0, "),
                        "words: must be an array of 2 to 8 numbers");
    assert_string_equal(refusal("energy = {", "clock_tree_factor = 1.5",
                                "clock_tree_factor = 0.5"),
                        "clock_tree_factor = 0.5: outside 1..10");
    assert_string_equal(refusal("energy = {", "clock_tree_factor", "glitches"),
                        "glitches: unknown key");
    assert_string_equal(refusal("energy = {", "clock_pj = [", "clock_pj = [1.0, "),
                        "clock_pj: must be an array of 7 numbers");
    static const char below[] = "area_worst_percent = -";
    assert_memory_equal(refusal("fit = {", "area_worst_percent = ", below), below,
                        sizeof below - 1);
}

/* --- the files that come with Serac ------------------------------------------------ */

static void test_the_fitted_technology_states_its_error(void **state)
{
    struct serac_tech t;
    (void)state;
    if (serac_tech_load(SERAC_DEFAULT_TECH, &t, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    assert_int_equal(t.fit.designs, 16);          /* none dropped */
    assert_int_equal(t.fit.energy_designs, 10);
    assert_true(t.fit.area_median <= 3 && t.fit.area_worst <= 10);
    assert_true(t.fit.clock_worst > 0 && t.fit.energy_worst > 0);
    assert_true(t.has[SERAC_AREA_UM2] && t.has[SERAC_DELAY_NS] && t.has_energy);
    assert_true(strlen(t.source) > 20 && strlen(t.not_included) > 20);
}

/* tiny as `make synth` measured it (scripts/synth/README.md): 5.09 mm2, 253 MHz. */
static void test_the_fit_is_near_tiny(void **state)
{
    struct serac_tech t;
    struct serac_design tiny;
    struct serac_area area;
    (void)state;
    assert_int_equal(serac_tech_load("sg13g2", &t, &error), SERAC_OK);
    assert_int_equal(serac_design_load("tiny", &tiny, &error), SERAC_OK);
    serac_cost_area(&tiny, &t, &area);
    assert_true(fabs(area.total / 5.087e6 - 1) < 0.05);
    assert_true(fabs(serac_cost_clock_mhz(&tiny, &t, NULL) / 253 - 1) < 0.10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms_of_a_unit_are_those_of_its_shape),
        cmocka_unit_test(test_longest_chain_of_adders_is_that_of_the_rtl),
        cmocka_unit_test(test_area_is_cells_by_terms_and_macros_by_the_table),
        cmocka_unit_test(test_resources_of_an_fpga_are_counted_by_the_same_terms),
        cmocka_unit_test(test_multipliers_are_dsps_from_nine_bits_on),
        cmocka_unit_test(test_memories_of_an_fpga_follow_the_synthesiser),
        cmocka_unit_test(test_a_design_has_its_memories_on_an_fpga),
        cmocka_unit_test(test_the_slowest_unit_sets_the_clock),
        cmocka_unit_test(test_peak_rate_rounds_digits_up),
        cmocka_unit_test(test_designs_beyond_the_measured_ones_are_extrapolated),
        cmocka_unit_test(test_events_of_a_layer_are_those_of_its_loops),
        cmocka_unit_test(
            test_a_single_weight_digit_is_held_for_all_activation_digits),
        cmocka_unit_test(test_weights_are_read_again_for_every_pixel_tile),
        cmocka_unit_test(test_raw_results_take_four_cycles_of_eight_planes),
        cmocka_unit_test(test_phases_wait_in_the_held_memory),
        cmocka_unit_test(test_only_what_is_written_counts_as_written),
        cmocka_unit_test(test_a_pixel_of_many_beats_is_written_whole),
        cmocka_unit_test(test_an_event_costs_its_coefficient),
        cmocka_unit_test(test_memories_cost_their_accesses),
        cmocka_unit_test(test_leakage_and_dram_are_apart),
        cmocka_unit_test(test_what_is_wrong_in_a_file_is_said),
        cmocka_unit_test(test_the_fitted_technology_states_its_error),
        cmocka_unit_test(test_the_fit_is_near_tiny),
    };
    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
