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
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liberty.h"

static struct liberty_error error;

static int resolve_pin(const void *ctx, const char *name)
{
    return liberty_pin_find(ctx, name);
}

/* --- what a cell is --------------------------------------------------- */

/* A cell with one output and up to two inputs that computes `truth`: bit s is
 * the output where input i is bit i of s. */
static bool computes(const struct liberty_cell *c, uint32_t inputs,
                     uint32_t truth)
{
    struct liberty_expr expr;
    int in[2] = {0, 0}, out = -1;
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->num_pins; i++)
        if (c->pins[i].direction == LIBERTY_INPUT) {
            if (count == inputs)
                return false;
            in[count++] = (int)i;
        } else if (c->pins[i].direction != LIBERTY_OUTPUT || out >= 0) {
            return false;
        } else {
            out = (int)i;
        }
    if (c->kind != LIBERTY_COMBINATIONAL || count != inputs || out < 0 ||
        c->num_pins > 64 ||
        !liberty_expr_parse(c->pins[out].function, resolve_pin, c, c->name,
                            &expr, &error))
        return false;
    bool same = true;
    for (uint32_t s = 0; s < 1u << inputs; s++) {
        uint64_t values = 0;
        for (uint32_t i = 0; i < inputs; i++)
            values |= (uint64_t)(s >> i & 1) << in[i];
        same &= liberty_expr_at(&expr, values) == (truth >> s & 1);
    }
    liberty_expr_free(&expr);
    return same;
}

enum { BUFFER = 0x2, INVERTER = 0x1, AND2 = 0x8 };

static const struct liberty_pin *pin_of(const struct liberty_cell *c,
                                        enum liberty_direction direction)
{
    for (uint32_t i = 0; c && i < c->num_pins; i++)
        if (c->pins[i].direction == direction)
            return c->pins + i;
    return NULL;
}

/* Mean of a table of the output's first timing arc, at the middle of its index
 * over slew and `load`; negative if it has none. */
static double arc(const struct liberty *lib, const struct liberty_cell *c,
                  const char *rise, const char *fall, double load)
{
    const struct liberty_pin *out = pin_of(c, LIBERTY_OUTPUT);
    const struct liberty_group *timing =
        out ? liberty_child(out->group, "timing", NULL) : NULL;
    const char *names[2] = {rise, fall};
    double sum = 0;
    int found = 0;
    for (int i = 0; timing && i < 2; i++) {
        const struct liberty_group *group = liberty_child(timing, names[i],
                                                          NULL);
        struct liberty_table t;
        if (!group || !liberty_table_read(lib, group, &t, &error))
            continue;
        const double *slews = t.load_first ? t.col_index : t.row_index;
        uint32_t count = t.load_first ? t.cols : t.rows;
        sum += liberty_table_at(&t, slews ? slews[count / 4] : 0, load);
        found++;
        liberty_table_free(&t);
    }
    return found ? sum / found : -1;
}

static bool has_word(const char *name, const char *const *words)
{
    char lower[256];
    size_t i = 0;
    for (; name[i] && i + 1 < sizeof lower; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    lower[i] = '\0';
    for (; *words; words++)
        if (strstr(lower, *words))
            return true;
    return false;
}

/* Cells that pass for plain logic in their function alone. */
static bool special(const struct liberty_cell *c)
{
    static const char *const words[] = {"dly", "delay", "probe", "lpflow",
                                        "sparecell", "antenna", "decap",
                                        "fill", "tap", NULL};
    if (liberty_true(c->group, "is_isolation_cell") ||
        liberty_true(c->group, "is_level_shifter") ||
        liberty_true(c->group, "always_on") ||
        liberty_text(c->group, "level_shifter_type"))
        return true;
    for (uint32_t i = 0; i < c->num_pins; i++)
        if (liberty_true(c->pins[i].group, "always_on"))
            return true;
    /* HB1xp67: a hold buffer */
    bool hold = !strncmp(c->name, "HB", 2) &&
                isdigit((unsigned char)c->name[2]);
    return hold || has_word(c->name, words);
}

/* Scan flops have a test_cell group, or pins of scan signal types. */
static bool scan(const struct liberty_cell *c)
{
    if (liberty_child(c->group, "test_cell", NULL))
        return true;
    for (uint32_t i = 0; i < c->num_pins; i++) {
        const char *type = liberty_text(c->pins[i].group, "nextstate_type");
        if (type && !strncmp(type, "scan", 4))
            return true;
    }
    return false;
}

static bool avoid(const struct liberty *lib, const struct liberty_cell *c,
                  double buffer_delay, double load)
{
    if (c->kind == LIBERTY_GATE)
        return liberty_true(c->group, "dont_use") && scan(c);
    if (c->kind == LIBERTY_OTHER || liberty_true(c->group, "dont_use") ||
        special(c) || scan(c))
        return true;
    for (uint32_t i = 0; i < c->num_pins; i++)
        if (c->pins[i].three_state || c->pins[i].direction == LIBERTY_INOUT)
            return true;
    /* A buffer four times as slow as the usual one is a delay cell. */
    return buffer_delay > 0 && computes(c, 1, BUFFER) &&
           arc(lib, c, "cell_rise", "cell_fall", load) > 4 * buffer_delay;
}

/* --- choosing --------------------------------------------------------- */

/* Libraries give area 0 to cells they forgot; these are the last choice. Of
 * equal ones the stronger, then the one that loads its input less. */
static bool smaller(const struct liberty_cell *a, const struct liberty_cell *b)
{
    if (!b)
        return true;
    double x = a->area > 0 ? a->area : INFINITY;
    double y = b->area > 0 ? b->area : INFINITY;
    const struct liberty_pin *p = pin_of(a, LIBERTY_INPUT);
    const struct liberty_pin *q = pin_of(b, LIBERTY_INPUT);
    const struct liberty_pin *o = pin_of(a, LIBERTY_OUTPUT);
    const struct liberty_pin *r = pin_of(b, LIBERTY_OUTPUT);
    if (x == y && o && r && o->max_capacitance != r->max_capacitance)
        return o->max_capacitance > r->max_capacitance;
    if (x == y && p && q)
        return p->capacitance < q->capacitance;
    return x < y;
}

static const struct liberty_cell *smallest(const struct liberty *lib,
                                           const bool *avoided, uint32_t inputs,
                                           uint32_t truth)
{
    const struct liberty_cell *best = NULL;
    for (uint32_t i = 0; i < lib->num_cells; i++)
        if (!avoided[i] && computes(lib->cells + i, inputs, truth) &&
            smaller(lib->cells + i, best))
            best = lib->cells + i;
    return best;
}

/* How much output transition grows with load: inverse to the drive. */
static double weakness(const struct liberty *lib, const struct liberty_cell *c,
                       double load)
{
    double low = arc(lib, c, "rise_transition", "fall_transition", load);
    double high = arc(lib, c, "rise_transition", "fall_transition", 4 * load);
    return low < 0 || high < 0 ? -1 : high - low;
}

/* The buffer whose drive is nearest to four times that of `base`. */
static const struct liberty_cell *strong(const struct liberty *lib,
                                         const bool *avoided,
                                         const struct liberty_cell *base,
                                         double load)
{
    const struct liberty_cell *best = base;
    double unit = base ? weakness(lib, base, load) : -1, nearest = INFINITY;
    for (uint32_t i = 0; unit > 0 && i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        if (avoided[i] || !computes(c, 1, BUFFER))
            continue;
        double drive = unit / weakness(lib, c, load);
        double distance = drive > 0 ? fabs(log(drive / 4)) : INFINITY;
        if (distance < nearest - 1e-3 ||
            (distance < nearest + 1e-3 && smaller(c, best))) {
            nearest = distance;
            best = c;
        }
    }
    return best;
}

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
    const struct liberty_pin *out = pin_of(c, LIBERTY_OUTPUT);
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

static void put_tie(const struct liberty *lib, const char *name,
                    const char *value)
{
    const struct liberty_cell *best = NULL;
    const char *pin = NULL;
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        if (pin_of(c, LIBERTY_INPUT) || special(c) || c->state)
            continue;
        for (uint32_t j = 0; j < c->num_pins; j++)
            if (c->pins[j].function && !strcmp(c->pins[j].function, value) &&
                smaller(c, best)) {
                best = c;
                pin = c->pins[j].name;
            }
    }
    put(name, best ? best->name : NULL);
    put_part(name, "_OUT", pin);
}

/* Name of the one pin that an expression is made of ("D", "!CLK", "(G)'"), and
 * whether it is inverted; NULL if there is more to it. */
static const char *single(const struct liberty_cell *c, const char *text,
                          bool *inverted)
{
    struct liberty_expr e;
    const char *name = NULL;
    if (!text || c->num_pins > 64 ||
        !liberty_expr_parse(text, resolve_pin, c, c->name, &e, &error))
        return NULL;
    uint32_t nots = 0;
    for (uint32_t i = 1; i < e.length; i++)
        nots += e.code[i] == 64;
    if (e.length && e.code[0] < 64 && nots + 1 == e.length) {
        name = c->pins[e.code[0]].name;
        *inverted = nots & 1;
    }
    liberty_expr_free(&e);
    return name;
}

/* The smallest latch without set or reset and with the true output. */
static void put_latch(const struct liberty *lib, const bool *avoided,
                      const char *name, bool low)
{
    const struct liberty_cell *best = NULL;
    const char *data = NULL, *enable = NULL, *out = NULL;
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        bool d_inverted = false, e_inverted = false;
        if (avoided[i] || c->kind != LIBERTY_LATCH ||
            liberty_text(c->state, "clear") || liberty_text(c->state, "preset"))
            continue;
        const char *d = single(c, liberty_text(c->state, "data_in"),
                               &d_inverted);
        const char *e = single(c, liberty_text(c->state, "enable"),
                               &e_inverted);
        const char *state = c->state->num_args ? c->state->args[0] : "";
        const char *q = NULL;
        for (uint32_t j = 0; j < c->num_pins; j++)
            if (c->pins[j].function && !strcmp(c->pins[j].function, state))
                q = c->pins[j].name;
        if (d && e && q && !d_inverted && e_inverted == low &&
            smaller(c, best)) {
            best = c;
            data = d;
            enable = e;
            out = q;
        }
    }
    put(name, best ? best->name : NULL);
    put_part(name, "_D", data);
    put_part(name, "_EN", enable);
    put_part(name, "_Q", out);
}

static const char *flagged(const struct liberty_cell *c, const char *flag)
{
    for (uint32_t i = 0; c && i < c->num_pins; i++)
        if (liberty_true(c->pins[i].group, flag))
            return c->pins[i].name;
    return NULL;
}

/* The smallest gate for flops on the rising edge; without a test pin if there
 * is a choice. NULL if the library has none. */
static const struct liberty_cell *clock_gate(const struct liberty *lib)
{
    const struct liberty_cell *best = NULL;
    for (uint32_t i = 0; i < lib->num_cells; i++) {
        const struct liberty_cell *c = lib->cells + i;
        const char *kind = liberty_text(c->group,
                                        "clock_gating_integrated_cell");
        if (!kind || strncmp(kind, "latch_posedge", 13) ||
            strstr(kind, "_obs") || !flagged(c, "clock_gate_out_pin"))
            continue;
        bool test = flagged(c, "clock_gate_test_pin") != NULL ||
                    strstr(kind, "control") != NULL;
        bool best_test = best && (flagged(best, "clock_gate_test_pin") ||
                                  strstr(liberty_text(best->group,
                                         "clock_gating_integrated_cell"),
                                         "control"));
        if (!best || (test == best_test ? smaller(c, best) : !test))
            best = c;
    }
    return best;
}

static void put_clock_gate(const struct liberty *lib)
{
    const struct liberty_cell *best = clock_gate(lib);
    put("ICG", best ? best->name : NULL);
    put("ICG_CLK", flagged(best, "clock_gate_clock_pin"));
    put("ICG_EN", flagged(best, "clock_gate_enable_pin"));
    put("ICG_TEST", flagged(best, "clock_gate_test_pin"));
    put("ICG_OUT", flagged(best, "clock_gate_out_pin"));
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

static void mark(const struct liberty *lib, bool *avoided, double delay,
                 double load)
{
    for (uint32_t i = 0; i < lib->num_cells; i++)
        avoided[i] = avoid(lib, lib->cells + i, delay, load);
}

/* A stretch of the text that is left out. */
struct cut {
    size_t begin, end;
};

static int by_begin(const void *a, const void *b)
{
    const struct cut *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* Avoided cells and the library's own wire loads, in order; NULL without memory. */
static struct cut *cuts_of(const struct liberty *lib, const bool *avoided, size_t *count)
{
    size_t n = 0;
    for (const struct liberty_group *g = lib->root->groups; g; g = g->next)
        n++;
    for (const struct liberty_attr *a = lib->root->attrs; a; a = a->next)
        n++;
    struct cut *cuts = calloc(n + 1, sizeof *cuts);
    *count = 0;
    for (const struct liberty_group *g = lib->root->groups; cuts && g; g = g->next) {
        bool cell = !strcmp(g->type, "cell");
        if (cell ? avoided[liberty_cell_find(lib, g->args[0]) - lib->cells]
                 : starts(g->type, "wire_load"))
            cuts[(*count)++] = (struct cut){g->begin, g->end};
    }
    for (const struct liberty_attr *a = lib->root->attrs; cuts && a; a = a->next)
        if (starts(a->name, "default_wire_load"))
            cuts[(*count)++] = (struct cut){a->begin, a->end};
    if (cuts)
        qsort(cuts, *count, sizeof *cuts, by_begin);
    return cuts;
}

/* As liberty_wire_f() has it, for abc and OpenSTA. abc wants every fanout listed. */
static void print_wire_load(const struct liberty *lib)
{
    printf("default_wire_load : \"serac\";\n  default_wire_load_mode : \"top\";\n"
           "  wire_load (\"serac\") {\n    capacitance : %.6g;\n    resistance : 0.0;\n"
           "    area : 0.0;\n    slope : 1.0;\n", liberty_wire_f(lib) / lib->cap_f);
    for (int i = 1; i <= 32; i++)
        printf("    fanout_length (%d, %d.0);\n", i, i);
    printf("  }\n  ");
}

static int print_pruned(const struct liberty *lib, const bool *avoided)
{
    size_t count, at = 0, cells = liberty_child(lib->root, "cell", NULL)->begin;
    char *text = liberty_read(lib->path, &error);
    struct cut *cuts = text ? cuts_of(lib, avoided, &count) : NULL;
    if (!cuts) {
        fprintf(stderr, "%s\n", text ? "synth_cells: out of memory" : error.text);
        free(text);
        return text ? 3 : 2;
    }
    for (size_t i = 0; i <= count; i++) {
        size_t until = i < count ? cuts[i].begin : strlen(text);
        if (at <= cells && cells <= until) {           /* behind the units */
            fwrite(text + at, 1, cells - at, stdout);
            print_wire_load(lib);
            at = cells;
        }
        fwrite(text + at, 1, until - at, stdout);
        at = i < count ? cuts[i].end : until;
    }
    free(cuts);
    free(text);
    return 0;
}

/* Clear and preset of the flip-flops that store the negation of a pin, in order of the text;
 * NULL without memory. */
static const struct liberty_attr **resets_of(const struct liberty *lib, size_t *count)
{
    const struct liberty_attr **resets = malloc((2 * (size_t)lib->num_cells + 1) * sizeof(void *));
    *count = 0;
    for (const struct liberty_group *g = lib->root->groups; resets && g; g = g->next) {
        const struct liberty_cell *c =
            !strcmp(g->type, "cell") ? liberty_cell_find(lib, g->args[0]) : NULL;
        bool inverted = false;
        if (!c || c->group != g || c->kind != LIBERTY_FF ||
            !single(c, liberty_text(c->state, "next_state"), &inverted) || !inverted)
            continue;
        for (const struct liberty_attr *a = c->state->attrs; a; a = a->next)
            if (!strcmp(a->name, "clear") || !strcmp(a->name, "preset"))
                resets[(*count)++] = a;
    }
    return resets;
}

static int print_exchanged(const struct liberty *lib)
{
    size_t count = 0, at = 0;
    char *text = liberty_read(lib->path, &error);
    const struct liberty_attr **resets = text ? resets_of(lib, &count) : NULL;
    if (!resets) {
        fprintf(stderr, "%s\n", text ? "synth_cells: out of memory" : error.text);
        free(text);
        return text ? 3 : 2;
    }
    for (size_t i = 0; i < count; i++) {
        fwrite(text + at, 1, resets[i]->begin - at, stdout);
        fputs(strcmp(resets[i]->name, "clear") ? "clear" : "preset", stdout);
        at = resets[i]->begin + strlen(resets[i]->name);
    }
    fputs(text + at, stdout);
    free(resets);
    free(text);
    return 0;
}

/* Of the smallest flip-flop; 0: there is none. */
static double flip_flop_area(const struct liberty *lib, const bool *avoided)
{
    double least = 0;
    for (uint32_t i = 0; i < lib->num_cells; i++)
        if (lib->cells[i].kind == LIBERTY_FF && !avoided[i] &&
            (least == 0 || lib->cells[i].area < least))
            least = lib->cells[i].area;
    return least;
}

static void print_all(const struct liberty *lib, const bool *avoided,
                      const struct liberty_cell *buffer, double load)
{
    const struct liberty_pin *in = pin_of(buffer, LIBERTY_INPUT);
    put("NAME", lib->name);
    put_number("VOLTAGE", lib->voltage * lib->volt_v);
    put_number("TIME_UNIT_S", lib->time_s);
    put_number("CAP_UNIT_F", lib->cap_f);
    put_number("LEAKAGE_UNIT_W", lib->leakage_w);
    put_gate("BUF", buffer, 1);
    put_number("BUF_CAP", in->capacitance);
    put_number("WIRE", liberty_wire_f(lib) / lib->cap_f);      /* of a fanout */
    buffer = strong(lib, avoided, buffer, load);
    put_gate("BUF4", buffer, 1);
    put_gate("INV", smallest(lib, avoided, 1, INVERTER), 1);
    put_gate("AND2", smallest(lib, avoided, 2, AND2), 2);
    put_latch(lib, avoided, "LATCH_HIGH", false);
    put_latch(lib, avoided, "LATCH_LOW", true);
    put_tie(lib, "TIE_HIGH", "1");
    put_tie(lib, "TIE_LOW", "0");
    put_clock_gate(lib);
    put_number("FF_AREA", flip_flop_area(lib, avoided));
    put("DRIVER", buffer->name);
    put_number("LOAD", load);
    put_number("LOAD_FF", load * lib->cap_f * 1e15);   /* as abc wants it */
    put_avoided(lib, avoided);
}

static int run(const struct liberty *lib, bool prune)
{
    bool *avoided = calloc(lib->num_cells + 1, sizeof *avoided);
    if (!avoided)
        return 3;
    mark(lib, avoided, 0, 0);
    const struct liberty_cell *buffer = smallest(lib, avoided, 1, BUFFER);
    int code = 2;
    if (buffer) {
        double load = 4 * pin_of(buffer, LIBERTY_INPUT)->capacitance;
        mark(lib, avoided, arc(lib, buffer, "cell_rise", "cell_fall", load),
             load);
        code = 0;
        if (prune)
            code = print_pruned(lib, avoided);
        else
            print_all(lib, avoided, buffer, load);
    } else {
        fprintf(stderr, "%s: the library has no buffer\n", lib->path);
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
    struct liberty *lib = liberty_load(argv[argc - 1], &error);
    if (!lib) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    int code = exchange ? print_exchanged(lib) : run(lib, prune);
    liberty_free(lib);
    return code;
}
