/* test_liberty.c - Liberty files: tree, units, pins, tables, expressions, and
 * one clear line for each way in which a file can be malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "liberty.h"

#define SMALL SERAC_ROOT "/testbench/data/small.lib"

static struct liberty_error error;

static void assert_near(double got, double expected)
{
    if (fabs(got - expected) > 1e-9 * (fabs(expected) + 1e-30))
        fail_msg("got %.12g, expected %.12g", got, expected);
}

static int set_up(void **state)
{
    *state = liberty_load(SMALL, &error);
    if (!*state)
        print_error("%s\n", error.text);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    liberty_free(*state);
    return 0;
}

/* --- what a good file says ---------------------------------------------- */

static void test_units_are_si(void **state)
{
    const struct liberty *lib = *state;
    assert_string_equal(lib->name, "small");
    assert_near(lib->voltage, 2);
    assert_near(lib->time_s, 1e-9);
    assert_near(lib->cap_f, 1e-12);
    assert_near(lib->leakage_w, 1e-9);
    assert_near(lib->energy_j, 1e-12);
}

static void test_capacitance_is_the_mean_of_rise_and_fall(void **state)
{
    const struct liberty_cell *inv = liberty_cell_find(*state, "INV");
    const struct liberty_cell *nand = liberty_cell_find(*state, "NAND2");
    assert_non_null(inv);
    assert_non_null(nand);
    assert_near(inv->area, 1.5);
    assert_int_equal(inv->num_pins, 2);
    assert_near(inv->pins[0].capacitance, 0.003);
    assert_near(nand->pins[0].capacitance, 0.01);
}

static void test_a_register_pin_is_a_clock_though_not_declared(void **state)
{
    const struct liberty_cell *dff = liberty_cell_find(*state, "DFF");
    assert_int_equal(dff->kind, LIBERTY_FF);
    assert_false(dff->pins[liberty_pin_find(dff, "D")].clock);
    assert_true(dff->pins[liberty_pin_find(dff, "CLK")].clock);
}

static void test_a_bus_has_a_pin_per_bit(void **state)
{
    static const double caps[] = {0.03, 0.04, 0.05, 0.05};
    const struct liberty_cell *macro =
        liberty_cell_find(*state, "serac_macro_small");
    char name[16];
    assert_int_equal(macro->num_pins, 4);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "ADDR[%d]", i);
        assert_int_equal(liberty_pin_find(macro, name), i);
        assert_int_equal(macro->pins[i].direction, LIBERTY_INPUT);
        assert_near(macro->pins[i].capacitance, caps[i]);
    }
}

static void test_ground_shares_are_told_from_supply_shares(void **state)
{
    const struct liberty_cell *inv = liberty_cell_find(*state, "INV");
    const struct liberty_group *g =
        liberty_child(inv->pins[1].group, "internal_power", NULL);
    assert_false(liberty_ground(*state, inv, g));
    g = liberty_child(inv->pins[1].group, "internal_power", g);
    assert_true(liberty_ground(*state, inv, g));
}

static void test_gzip_reads_the_same(void **state)
{
    char name[] = "/tmp/serac_liberty_XXXXXX";
    int fd = mkstemp(name);
    char *text = liberty_read(SMALL, &error);
    gzFile file = gzdopen(fd, "wb");
    (void)state;
    assert_non_null(text);
    assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)),
                     (int)strlen(text));
    gzclose(file);
    free(text);
    struct liberty *lib = liberty_load(name, &error);
    unlink(name);
    assert_non_null(lib);
    assert_int_equal(lib->num_cells, 5);
    liberty_free(lib);
}

/* --- tables -------------------------------------------------------------- */

static void test_table_is_bilinear_and_extrapolates(void **state)
{
    const struct liberty_cell *inv = liberty_cell_find(*state, "INV");
    const struct liberty_group *g =
        liberty_child(inv->pins[1].group, "internal_power", NULL);
    struct liberty_table t;
    assert_true(liberty_table_read(*state, liberty_child(g, "rise_power", NULL),
                                   &t, &error));
    assert_near(liberty_table_at(&t, 0, 0), 0.01);
    assert_near(liberty_table_at(&t, 0, 1), 0.03);
    assert_near(liberty_table_at(&t, 1, 0), 0.02);
    assert_near(liberty_table_at(&t, 0.5, 0.5), 0.025);
    assert_near(liberty_table_at(&t, 0, 2), 0.05);
    assert_near(liberty_table_at(&t, 2, 0), 0.03);
    liberty_table_free(&t);
}

static void test_table_over_load_first_is_transposed(void **state)
{
    struct liberty_table t = {.rows = 2, .cols = 3, .load_first = true};
    double loads[] = {1, 3}, slews[] = {10, 20, 40};
    double values[] = {1, 2, 4, 3, 6, 12};
    (void)state;
    t.row_index = loads;
    t.col_index = slews;
    t.values = values;
    assert_near(liberty_table_at(&t, 20, 3), 6);
    assert_near(liberty_table_at(&t, 30, 2), 6);
}

static void test_scalar_table_is_constant(void **state)
{
    const struct liberty_cell *inv = liberty_cell_find(*state, "INV");
    const struct liberty_group *g =
        liberty_child(inv->pins[1].group, "internal_power", NULL);
    struct liberty_table t;
    assert_true(liberty_table_read(*state, liberty_child(g, "fall_power", NULL),
                                   &t, &error));
    assert_near(liberty_table_at(&t, 123, 456), 0.01);
    liberty_table_free(&t);
}

/* --- expressions ---------------------------------------------------------- */

/* A, B, C are bits 0, 1, 2. */
static int by_letter(const void *ctx, const char *name)
{
    (void)ctx;
    return name[1] || name[0] < 'A' || name[0] > 'C' ? -1 : name[0] - 'A';
}

/* Truth table over A, B, C: bit i is the value where A is bit 0 of i. */
static unsigned truth(const char *text)
{
    struct liberty_expr e;
    unsigned table = 0;
    if (!liberty_expr_parse(text, by_letter, NULL, "test", &e, &error))
        return 0x100;
    for (unsigned i = 0; i < 8; i++)
        table |= (unsigned)liberty_expr_at(&e, i) << i;
    liberty_expr_free(&e);
    return table;
}

static void test_expressions_of_all_spellings(void **state)
{
    static const struct {
        const char *text;
        unsigned table;
    } cases[] = {{"A", 0xaa},          {"!A", 0x55},
                 {"A'", 0x55},         {"(A')'", 0xaa},
                 {"A B", 0x88},        {"A*B", 0x88},
                 {"A & B", 0x88},      {"A&&B", 0x88},
                 {"A+B", 0xee},        {"A | B", 0xee},
                 {"A||B", 0xee},       {"A^B", 0x66},
                 {"A B + C", 0xf8},    {"A (B + C)", 0xa8},
                 {"!(A B)'", 0x88},    {"!A*!B", 0x11},
                 {"A !B", 0x22},       {"A^B^C", 0x96},
                 {"A ^ B * C", 0x60},  {"0", 0x00},
                 {"1", 0xff},          {"(A * !B) + (!A * B)", 0x66}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (truth(cases[i].text) != cases[i].table)
            fail_msg("%s: %#x, expected %#x", cases[i].text,
                     truth(cases[i].text), cases[i].table);
}

static void test_malformed_expressions_are_refused(void **state)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {{"A +", "test: expression ends early "},
                 {"(A", "test: ')' is missing"},
                 {"A)", "test: unexpected ')'"},
                 {"D", "test: unknown name 'D'"},
                 {"A ? B", "test: unexpected '?'"},
                 {"", "test: expression ends early "}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(truth(cases[i].text), 0x100);
        assert_string_equal(error.text, cases[i].problem);
    }
}

/* --- malformed files ------------------------------------------------------- */

/* Behind a good head of three lines, so that the text begins in line 4. */
static const char *problem_of(const char *text)
{
    static char problem[512];
    char name[] = "/tmp/serac_liberty_XXXXXX";
    FILE *file = fdopen(mkstemp(name), "w");
    fprintf(file, "library (l) {\n  nom_voltage : 1;\n"
                  "  capacitive_load_unit (1, pf);\n%s", text);
    fclose(file);
    error.text[0] = '\0';
    struct liberty *lib = liberty_load(name, &error);
    if (lib)
        liberty_free(lib);
    unlink(name);
    size_t length = strlen(name);
    snprintf(problem, sizeof problem, "%s",
             strncmp(error.text, name, length) ? error.text
                                               : error.text + length);
    return problem;
}

static void test_malformed_files_name_line_and_cause(void **state)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"}\n", ""},
        {"  cell (A) {\n    area : 1;\n", ":4: group 'cell' is not closed"},
        {"  cell (A) { area : two; }\n}\n",
         ":4: area: 'two' is not a number"},
        {"\n  comment : \"never ends;\n}\n", ":5: string is not closed"},
        {"  /* never ends\n}\n", ":4: comment is not closed"},
        {"  cell (A { area : 1; }\n}\n", ":4: parenthesis is not closed"},
        {"  cell (A) {\n    area 1;\n  }\n}\n",
         ":5: expected ':' or '(' after 'area'"},
        {"  cell (A) {\n    area : ;\n  }\n}\n",
         ":5: area: '' is not a number"},
        {"  = 5;\n}\n", ":4: expected a name, found '='"},
        {"  cell () { }\n}\n", ":4: cell without a name"},
        {"}\n}\n", ":5: unexpected '}'"},
        {"  cell (A) { pin (B) { direction : sideways; } }\n}\n",
         ":4: direction: 'sideways' is not input, output, inout or internal"},
        {"  cell (A) { bus (B) { bus_type : none; } }\n}\n",
         ":4: bus 'B': its bus_type is not defined"},
        {"  time_unit : \"1parsec\";\n}\n",
         ":4: time_unit: '1parsec' is no unit of s"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(problem_of(cases[i].text), cases[i].problem);
}

static void test_a_file_that_is_no_library_is_refused(void **state)
{
    (void)state;
    assert_null(liberty_load("/nonexistent.lib", &error));
    assert_string_equal(error.text,
                        "/nonexistent.lib: No such file or directory");
    assert_null(liberty_load(SERAC_ROOT "/testbench/data/operations.cfg",
                             &error));
}

static void test_malformed_tables_name_line_and_cause(void **state)
{
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"t (none) { values (\"1\"); }\n}\n",
         ":5: template 'none' is not defined"},
        {"t (x) { values (\"1\"); }\n}\n", ":5: 1 values, 2 x 1 are needed"},
        {"t (x) { values (\"1, y\"); }\n}\n",
         ":5: values: 'y' is not a number"},
        {"t (x) { }\n}\n", ":5: t: no values"},
        {"t (x) { index_1 (\"2, 1\"); values (\"1, 2\"); }\n}\n",
         ":5: index_1 does not increase"}};
    char text[256], name[] = "/tmp/serac_liberty_XXXXXX";
    (void)state;
    int fd = mkstemp(name);
    close(fd);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct liberty_table t;
        FILE *file = fopen(name, "w");
        snprintf(text, sizeof text,
                 "library (l) {\nnom_voltage : 1;\n"
                 "lu_table_template (x) { variable_1 : input_net_transition;\n"
                 "  index_1 (\"0, 1\"); }\n%s", cases[i].text);
        fputs(text, file);
        fclose(file);
        struct liberty *lib = liberty_load(name, &error);
        assert_non_null(lib);
        assert_false(liberty_table_read(
            lib, liberty_child(lib->root, "t", NULL), &t, &error));
        assert_string_equal(error.text + strlen(name), cases[i].problem);
        liberty_free(lib);
    }
    unlink(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_are_si),
        cmocka_unit_test(test_capacitance_is_the_mean_of_rise_and_fall),
        cmocka_unit_test(test_a_register_pin_is_a_clock_though_not_declared),
        cmocka_unit_test(test_a_bus_has_a_pin_per_bit),
        cmocka_unit_test(test_ground_shares_are_told_from_supply_shares),
        cmocka_unit_test(test_gzip_reads_the_same),
        cmocka_unit_test(test_table_is_bilinear_and_extrapolates),
        cmocka_unit_test(test_table_over_load_first_is_transposed),
        cmocka_unit_test(test_scalar_table_is_constant),
        cmocka_unit_test(test_expressions_of_all_spellings),
        cmocka_unit_test(test_malformed_expressions_are_refused),
        cmocka_unit_test(test_malformed_files_name_line_and_cause),
        cmocka_unit_test(test_a_file_that_is_no_library_is_refused),
        cmocka_unit_test(test_malformed_tables_name_line_and_cause),
    };
    return cmocka_run_group_tests_name("liberty", tests, set_up, tear_down);
}
