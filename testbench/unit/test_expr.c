/* test_expr.c - conditions on rows: what they mean, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "serac_expr.h"

static struct serac_row row;

/* rows 4, cols 8, area 100.5, design tiny, weight_bits mixed; cycles and network are empty. */
static int set_up(void **state)
{
    (void)state;
    memset(&row, 0, sizeof row);
    serac_row_u64(&row, SERAC_COLUMN_rows, 4);
    serac_row_u64(&row, SERAC_COLUMN_cols, 8);
    serac_row_f64(&row, SERAC_COLUMN_area_um2, 100.5);
    serac_row_text(&row, SERAC_COLUMN_design, "tiny");
    serac_row_text(&row, SERAC_COLUMN_weight_bits, "mixed");
    return 0;
}

static enum serac_truth test_of(const char *text)
{
    struct serac_expr *e;
    struct serac_error error = {""};
    if (serac_expr_parse(text, &e, &error) != SERAC_OK)
        fail_msg("%s", error.text);
    assert_string_equal(serac_expr_text(e), text);
    enum serac_truth truth = serac_expr_test(e, &row);
    serac_expr_destroy(e);
    return truth;
}

static void test_comparisons_hold_on_both_sides_of_the_edge(void **state)
{
    (void)state;
    assert_int_equal(test_of("rows < 4"), SERAC_FALSE);
    assert_int_equal(test_of("rows < 4.5"), SERAC_TRUE);
    assert_int_equal(test_of("rows <= 4"), SERAC_TRUE);
    assert_int_equal(test_of("rows <= 3"), SERAC_FALSE);
    assert_int_equal(test_of("rows > 4"), SERAC_FALSE);
    assert_int_equal(test_of("rows > 3"), SERAC_TRUE);
    assert_int_equal(test_of("rows >= 4"), SERAC_TRUE);
    assert_int_equal(test_of("rows >= 5"), SERAC_FALSE);
    assert_int_equal(test_of("rows == 4"), SERAC_TRUE);
    assert_int_equal(test_of("rows == 5"), SERAC_FALSE);
    assert_int_equal(test_of("rows != 4"), SERAC_FALSE);
    assert_int_equal(test_of("area_um2 < 1.006e2"), SERAC_TRUE);
}

static void test_operators_bind_as_in_c(void **state)
{
    (void)state;
    assert_int_equal(test_of("rows + cols * 2 == 20"), SERAC_TRUE);
    assert_int_equal(test_of("(rows + cols) * 2 == 24"), SERAC_TRUE);
    assert_int_equal(test_of("cols - rows - 3 == 1"), SERAC_TRUE);
    assert_int_equal(test_of("cols / rows / 2 == 1"), SERAC_TRUE);
    assert_int_equal(test_of("-rows == 0 - 4"), SERAC_TRUE);
    assert_int_equal(test_of("rows - -1 == 5"), SERAC_TRUE);
    assert_int_equal(test_of("rows == 4 || rows == 5 && cols == 9"), SERAC_TRUE);
    assert_int_equal(test_of("(rows == 4 || rows == 5) && cols == 9"), SERAC_FALSE);
    assert_int_equal(test_of("!(rows == 4) || cols == 8"), SERAC_TRUE);
    assert_int_equal(test_of("!(rows == 4 || cols == 8)"), SERAC_FALSE);
    assert_int_equal(test_of("rows==4&&cols==8"), SERAC_TRUE);
}

static void test_texts_are_compared_whole(void **state)
{
    (void)state;
    assert_int_equal(test_of("design == 'tiny'"), SERAC_TRUE);
    assert_int_equal(test_of("design == 'tin'"), SERAC_FALSE);
    assert_int_equal(test_of("design != 'tiny'"), SERAC_FALSE);
    assert_int_equal(test_of("'tiny' == design"), SERAC_TRUE);
    assert_int_equal(test_of("network == 'x'"), SERAC_UNKNOWN);
}

/* Rows: left; columns: right; false, true, unknown. */
static void test_unknown_goes_through_unless_the_rest_decides(void **state)
{
    static const char *const sides[] = {"rows < 0", "rows > 0", "cycles > 0"};
    static const enum serac_truth and[3][3] = {
        {SERAC_FALSE, SERAC_FALSE, SERAC_FALSE},
        {SERAC_FALSE, SERAC_TRUE, SERAC_UNKNOWN},
        {SERAC_FALSE, SERAC_UNKNOWN, SERAC_UNKNOWN}};
    static const enum serac_truth or[3][3] = {
        {SERAC_FALSE, SERAC_TRUE, SERAC_UNKNOWN},
        {SERAC_TRUE, SERAC_TRUE, SERAC_TRUE},
        {SERAC_UNKNOWN, SERAC_TRUE, SERAC_UNKNOWN}};
    char text[64];
    (void)state;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            snprintf(text, sizeof text, "%s && %s", sides[i], sides[k]);
            assert_int_equal(test_of(text), and[i][k]);
            snprintf(text, sizeof text, "%s || %s", sides[i], sides[k]);
            assert_int_equal(test_of(text), or[i][k]);
        }
    assert_int_equal(test_of("!(cycles > 0)"), SERAC_UNKNOWN);
    assert_int_equal(test_of("cycles * 0 == 0"), SERAC_UNKNOWN);
    assert_int_equal(test_of("weight_bits <= 8"), SERAC_UNKNOWN);
    assert_int_equal(test_of("0 / 0 == 0"), SERAC_UNKNOWN);
}

static void refuse(const char *text, const char *wanted)
{
    struct serac_expr *e = NULL;
    struct serac_error error = {""};
    assert_int_equal(serac_expr_parse(text, &e, &error), SERAC_E_INPUT);
    assert_int_equal(serac_expr_parse(text, &e, NULL), SERAC_E_INPUT);
    assert_null(e);
    if (!strstr(error.text, wanted))
        fail_msg("'%s' has no '%s'", error.text, wanted);
    assert_null(strchr(error.text, '\n'));
}

static void test_mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    refuse("", "\"\": at 1: expected a number, a column, a 'text' or (");
    refuse("rows < < 5", "at 8: expected a number");
    refuse("rows < 5 cols", "at 10: expected an operator or the end");
    refuse("rows = 5", "at 6: expected an operator");
    refuse("(rows < 5", "at 10: expected ) or an operator");
    refuse("rows", "no condition, expected < <= > >= == or !=");
    refuse("'a'", "no condition");
    refuse("aera_um2 < 5", "at 1: aera_um2: no column (did you mean area_um2?)");
    refuse("xyzzyplugh < 5", "xyzzyplugh: no column, sim/results/README.md lists them");
    refuse("design < 5", "at 8: < needs two numbers");
    refuse("design < 'a'", "< needs two numbers (texts: == or !=)");
    refuse("design == 5", "== needs");
    refuse("rows && cols", "at 6: && needs conditions");
    refuse("rows < 5 || 1", "|| needs conditions");
    refuse("(rows < 5) + 1 == 2", "+ needs numbers");
    refuse("1 < rows < 5", "at 10: expected an operator");
    refuse("!rows", "at 1: ! needs a condition");
    refuse("-(rows < 5)", "- needs a number");
    refuse("design == 'tiny", "a text without its second '");
    refuse("rows < 1e999", "no number");
    refuse("rows < 5;", "at 9: expected an operator or the end");
}

static void test_long_and_deep_ones_are_refused(void **state)
{
    char text[2000] = "";
    (void)state;
    for (int i = 0; i < 40; i++)
        strcat(text, "(");
    refuse(text, "nested deeper than 32");
    strcpy(text, "rows == ");
    for (int i = 0; i < 40; i++)
        strcat(text, "-");
    refuse(text, "nested deeper than 32");
    strcpy(text, "rows==1");
    for (int i = 0; i < 50; i++)
        strcat(text, "||rows==1");
    refuse(text, "too long, at most 128");
    for (int i = 0; i < 50; i++)
        strcat(text, "||rows==1");
    refuse(text, "longer than 511 characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparisons_hold_on_both_sides_of_the_edge),
        cmocka_unit_test(test_operators_bind_as_in_c),
        cmocka_unit_test(test_texts_are_compared_whole),
        cmocka_unit_test(test_unknown_goes_through_unless_the_rest_decides),
        cmocka_unit_test(test_mistakes_are_named_with_their_place),
        cmocka_unit_test(test_long_and_deep_ones_are_refused),
    };
    return cmocka_run_group_tests_name("expr", tests, set_up, NULL);
}
