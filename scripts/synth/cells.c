/* cells.c - synth_cells: the cells of a Liberty file that a synthesis flow must
 * name, as shell variables.
 *
 *     build/synth_cells FILE.lib           LIB_...='...', one a line
 *     build/synth_cells --prune FILE.lib   the library without LIB_AVOID, for
 *                                          tools that cannot leave cells out, and with
 *                                          liberty_wire_f() as its only wire-load model
 *     build/synth_cells --exchange FILE.lib   the library with clear and preset exchanged in
 *                                          flip-flops that store the negation of D
 *
 * Everything follows from functions, capacitances and tables, so no technology
 * needs a set-up of its own; only delay, scan and power-gating cells that look
 * like plain gates are told by the names that libraries commonly use as well.
 * A variable whose cell the library does not have is printed empty. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"

/* --- printing --------------------------------------------------------- */

static void put(const char *name, const char *value)
{
    printf("LIB_%s='", name);
    for (; value && *value; value++)
        if (*value == '\'')
            printf("'\\''");
        else
            putchar(*value);
    printf("'\n");
}

static void put_number(const char *name, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.9g", value);
    put(name, text);
}

static void put_part(const char *name, const char *part, const char *value)
{
    char full[64];
    snprintf(full, sizeof full, "%s%s", name, part);
    put(full, value);
}

/* A gate: its name, inputs (the first as _IN, or _A and _B) and output. */
static void put_gate(const char *name, const struct liberty_cell *c,
                     uint32_t inputs)
{
    uint32_t seen = 0;
    const char *in[2] = {NULL, NULL};
    const struct liberty_pin *out = cells_pin(c, LIBERTY_OUTPUT);
    for (uint32_t i = 0; c && i < c->num_pins; i++)
        if (c->pins[i].direction == LIBERTY_INPUT && seen < 2)
            in[seen++] = c->pins[i].name;
    put(name, c ? c->name : NULL);
    if (inputs == 1) {
        put_part(name, "_IN", in[0]);
    } else {
        put_part(name, "_A", in[0]);
        put_part(name, "_B", in[1]);
    }
    put_part(name, "_OUT", out ? out->name : NULL);
}

static void put_tie(const struct liberty *lib, const char *name, const char *value)
{
    const char *pin;
    const struct liberty_cell *tie = cells_tie(lib, value, &pin);
    put(name, tie ? tie->name : NULL);
    put_part(name, "_OUT", pin);
}

static void put_latch(const struct liberty *lib, const bool *avoided, const char *name, bool low)
{
    struct cells_latch latch = cells_latch(lib, avoided, low);
    put(name, latch.cell ? latch.cell->name : NULL);
    put_part(name, "_D", latch.data);
    put_part(name, "_EN", latch.enable);
    put_part(name, "_Q", latch.out);
}

static void put_clock_gate(const struct liberty *lib)
{
    const struct liberty_cell *best = cells_clock_gate(lib);
    put("ICG", best ? best->name : NULL);
    put("ICG_CLK", cells_flagged(best, "clock_gate_clock_pin"));
    put("ICG_EN", cells_flagged(best, "clock_gate_enable_pin"));
    put("ICG_TEST", cells_flagged(best, "clock_gate_test_pin"));
    put("ICG_OUT", cells_flagged(best, "clock_gate_out_pin"));
}

static void put_avoided(const struct liberty *lib, const bool *avoided)
{
    const char *blank = "";
    printf("LIB_AVOID='");
    for (uint32_t i = 0; i < lib->num_cells; i++)
        if (avoided[i]) {
            printf("%s%s", blank, lib->cells[i].name);
            blank = " ";
        }
    printf("'\n");
}

static void print_all(const struct liberty *lib, const bool *avoided,
                      const struct liberty_cell *buffer, double load)
{
    const struct liberty_pin *in = cells_pin(buffer, LIBERTY_INPUT);
    put("NAME", lib->name);
    put_number("VOLTAGE", lib->voltage * lib->volt_v);
    put_number("TIME_UNIT_S", lib->time_s);
    put_number("CAP_UNIT_F", lib->cap_f);
    put_number("LEAKAGE_UNIT_W", lib->leakage_w);
    put_gate("BUF", buffer, 1);
    put_number("BUF_CAP", in->capacitance);
    put_number("WIRE", liberty_wire_f(lib) / lib->cap_f);      /* of a fanout */
    buffer = cells_strong(lib, avoided, buffer, load);
    put_gate("BUF4", buffer, 1);
    put_gate("INV", cells_smallest(lib, avoided, 1, INVERTER), 1);
    put_gate("AND2", cells_smallest(lib, avoided, 2, AND2), 2);
    put_latch(lib, avoided, "LATCH_HIGH", false);
    put_latch(lib, avoided, "LATCH_LOW", true);
    put_tie(lib, "TIE_HIGH", "1");
    put_tie(lib, "TIE_LOW", "0");
    put_clock_gate(lib);
    put_number("FF_AREA", cells_flip_flop_area(lib, avoided));
    put("DRIVER", buffer->name);
    put_number("LOAD", load);
    put_number("LOAD_FF", load * lib->cap_f * 1e15);   /* as abc wants it */
    put_avoided(lib, avoided);
}

static int run(const struct liberty *lib, bool prune)
{
    bool *avoided = calloc(lib->num_cells + 1, sizeof *avoided);
    double load;
    int code = 0;
    if (!avoided)
        return 3;
    const struct liberty_cell *buffer = cells_usual(lib, avoided, &load);
    if (!buffer) {
        fprintf(stderr, "%s: the library has no buffer\n", lib->path);
        code = 2;
    } else if (prune) {
        code = cells_print_pruned(lib, avoided);
    } else {
        print_all(lib, avoided, buffer, load);
    }
    free(avoided);
    return code;
}

int main(int argc, char **argv)
{
    bool help = argc == 2 && !strcmp(argv[1], "--help");
    bool prune = argc == 3 && !strcmp(argv[1], "--prune");
    bool exchange = argc == 3 && !strcmp(argv[1], "--exchange");
    if (help || argc != 2 + (prune || exchange) || argv[argc - 1][0] == '-') {
        fprintf(help ? stdout : stderr,
                "usage: synth_cells [--prune | --exchange] FILE.lib[.gz]\n"
                "Prints shell variables LIB_... : the cells a synthesis flow "
                "must name.\n--prune prints the library without the cells of "
                "LIB_AVOID instead,\n--exchange with clear and preset exchanged in "
                "flip-flops that store the negation of D.\n");
        return help ? 0 : 2;
    }
    struct liberty_error error = {""};
    struct liberty *lib = liberty_load(argv[argc - 1], &error);
    if (!lib) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    int code = exchange ? cells_print_exchanged(lib) : run(lib, prune);
    liberty_free(lib);
    return code;
}
