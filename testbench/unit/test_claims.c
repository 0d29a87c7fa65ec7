/* test_claims.c - verdicts of serac claims turn when the numbers do. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "serac_claims.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

static struct serac_row rows[64];
static struct serac_claim claims[SERAC_CLAIMS];

static struct serac_row *total(struct serac_claims_rows *to, const char *design, const char *precision)
{
    struct serac_row *r = &rows[to->count++];
    to->rows = rows;
    memset(r, 0, sizeof *r);
    serac_row_text(r, SERAC_COLUMN_design, design);
    serac_row_text(r, SERAC_COLUMN_layer, "total");
    serac_row_text(r, SERAC_COLUMN_precision, precision);
    return r;
}

/* The claim whose text begins so. */
static const struct serac_claim *find(const char *begin, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strncmp(claims[i].claim, begin, strlen(begin)))
            return &claims[i];
    fail_msg("no claim '%s'", begin);
    return NULL;
}

static void test_without_rows_nothing_is_said_to_hold(void **state)
{
    struct serac_claims_data none;
    (void)state;
    memset(&none, 0, sizeof none);
    size_t count = serac_claims_of_tasks(&none, claims, serac_claims_of_arrays(&none, claims, 0));
    assert_true(count > 20 && count <= SERAC_CLAIMS);
    for (size_t i = 0; i < count; i++)
        if (strncmp(claims[i].claim, "LLaMA-7B's weights", 18))    /* follows from the shapes alone */
            assert_int_equal(claims[i].verdict, SERAC_NOT_TESTED);
}

static void test_a_tenth_of_slack_on_either_side(void **state)
{
    (void)state;
    assert_true(serac_within(0.91, 1, 2) && serac_within(2.19, 1, 2));
    assert_false(serac_within(0.89, 1, 2) || serac_within(2.21, 1, 2) || serac_within(NAN, 1, 2));
}

static void test_a_verdict_follows_how_many_points_meet_it(void **state)
{
    struct serac_claim c;
    (void)state;
    const struct {
        size_t met, all;
        enum serac_verdict verdict;
    } cases[] = {{0, 0, SERAC_NOT_TESTED}, {0, 2, SERAC_DOES_NOT_HOLD}, {1, 2, SERAC_HOLDS_ONLY_IF}, {2, 2, SERAC_HOLDS}};
    for (size_t i = 0; i < 4; i++) {
        serac_claims_judge(&c, cases[i].met, cases[i].all);
        assert_int_equal(c.verdict, cases[i].verdict);
    }
}

/* One array; 8/8 in `eight` us, then these cycles. */
static enum serac_verdict six_ms(double eight_us, const uint64_t cycles[4])
{
    static const char *const widths[] = {"8/8", "4/4", "2/2", "1/1"};
    struct serac_claims_data d;
    memset(&d, 0, sizeof d);
    for (int w = 0; w < 4; w++) {
        struct serac_row *r = total(&d.six_ms, "serial:rows=64", widths[w]);
        serac_row_text(r, SERAC_COLUMN_memory, "default");
        serac_row_u64(r, SERAC_COLUMN_cycles, cycles[w]);
        serac_row_f64(r, SERAC_COLUMN_time_us, eight_us * (double)cycles[w] / (double)cycles[0]);
        serac_row_u64(r, SERAC_COLUMN_bytes_per_cycle, 64);
    }
    size_t count = serac_claims_of_arrays(&d, claims, 0);
    return find("BERT-base on an array sized", count)->verdict;
}

static void test_six_milliseconds_hold_with_the_ratios_and_the_clock(void **state)
{
    (void)state;
    assert_int_equal(six_ms(6000, (const uint64_t[]){6000, 3000, 1500, 800}), SERAC_HOLDS);
    assert_int_equal(six_ms(12000, (const uint64_t[]){6000, 3000, 1500, 800}), SERAC_HOLDS_ONLY_IF);
    assert_int_equal(six_ms(6000, (const uint64_t[]){6000, 3000, 1500, 900}), SERAC_DOES_NOT_HOLD);
}

static void test_two_bits_slower_than_four_turns_with_the_times(void **state)
{
    struct serac_claims_data d;
    (void)state;
    for (int slower = 0; slower < 2; slower++) {
        memset(&d, 0, sizeof d);
        serac_row_f64(total(&d.bert, "parallel", "4/8"), SERAC_COLUMN_time_us, 100);
        serac_row_f64(total(&d.bert, "parallel", "2/8"), SERAC_COLUMN_time_us, slower ? 101 : 99);
        size_t count = serac_claims_of_arrays(&d, claims, 0);
        assert_int_equal(find("2-bit weights are slower", count)->verdict, slower ? SERAC_HOLDS : SERAC_DOES_NOT_HOLD);
    }
}

static void test_a_simulator_is_met_by_the_pair_that_has_its_gains(void **state)
{
    struct serac_claims_pair pairs[8];
    struct serac_claims_data d;
    (void)state;
    memset(&d, 0, sizeof d);
    memset(pairs, 0, sizeof pairs);
    for (int i = 0; i < 8; i++) {            /* (1,1): BitFusion's times; (8,8): none gained */
        struct serac_claims_pair *p = &pairs[i];
        strcpy(p->view, "peak");
        strcpy(p->network, "bert-base");
        strcpy(p->depthwise, "with");
        p->weight_planes = p->act_planes = i < 4 ? 1 : 8;
        p->weight_bits = p->act_bits = 8u >> i % 4;
        p->time_us = i < 4 ? 100 / (const double[]){1, 2.21, 3.5, 4.95}[i] : 100;
        p->array_busy_cycles = 100;
    }
    d.pairs = pairs;
    d.num_pairs = 8;
    size_t count = serac_claims_of_arrays(&d, claims, 0);
    const struct serac_claim *c = find("BERT-base is 2.21", count);
    assert_int_equal(c->verdict, SERAC_HOLDS_ONLY_IF);
    assert_string_equal(c->only_if, "planes are (1,1) (peak)");
    assert_int_equal(find("BERT-base is as fast at 1 bit", count)->verdict, SERAC_HOLDS_ONLY_IF);
    assert_int_equal(find("BERT-base computes 2, 4, 8", count)->verdict, SERAC_DOES_NOT_HOLD);
    pairs[3].time_us *= 0.85;                /* one of the three beyond a tenth */
    count = serac_claims_of_arrays(&d, claims, 0);
    assert_int_equal(find("BERT-base is 2.21", count)->verdict, SERAC_DOES_NOT_HOLD);
}

/* --- accuracy ------------------------------------------------------------------------ */

static struct serac_accuracy_row row_of(const char *network, uint64_t parameters, uint32_t bits, double accuracy, double loss)
{
    struct serac_accuracy_row r = {.parameters = parameters, .weight_bits = bits, .act_bits = bits == 32 ? 32 : 8,
                                   .held_out_loss = loss, .accuracy = accuracy, .log_loss = loss};
    strcpy(r.network, network);
    strcpy(r.method, bits == 32 ? "float" : "tuned");
    return r;
}

static void test_losses_are_judged_by_range_size_and_error(void **state)
{
    (void)state;
    struct serac_accuracy_row list[] = {
        row_of("small", 1000, 32, 0.95, 0.2), row_of("small", 1000, 8, 0.95, 0.2), row_of("small", 1000, 4, 0.94, 0.22),
        row_of("small", 1000, 2, 0.89, 0.3), row_of("small", 1000, 1, 0.80, 0.5),
        row_of("large", 10000, 32, 0.95, 0.2), row_of("large", 10000, 8, 0.95, 0.2), row_of("large", 10000, 4, 0.94, 0.22),
        row_of("large", 10000, 2, 0.91, 0.28), row_of("large", 10000, 1, 0.858, 0.4)};
    struct serac_claims_data d;
    memset(&d, 0, sizeof d);
    d.accuracy = (struct serac_accuracy){list, sizeof list / sizeof *list};
    size_t count = serac_claims_of_tasks(&d, claims, 0);
    const struct serac_claim *c = find("2-bit weights lose 5 to 10", count);      /* 6 points, and 4 */
    assert_int_equal(c->verdict, SERAC_HOLDS_ONLY_IF);
    assert_string_equal(c->only_if, "the network is like small");
    assert_int_equal(find("1-bit weights lose 10 to 20", count)->verdict, SERAC_HOLDS);    /* 15, and 9.2: within a tenth */
    assert_int_equal(find("Ten times the parameters", count)->verdict, SERAC_HOLDS);       /* 4 of 6 */
    assert_int_equal(find("From 4 to 2 bits costs more", count)->verdict, SERAC_HOLDS);
    assert_int_equal(find("Generation suffers", count)->verdict, SERAC_NOT_TESTED);
    list[8].accuracy = 0.927;                /* 1.3 points after 1: within the error */
    count = serac_claims_of_tasks(&d, claims, 0);
    c = find("From 4 to 2 bits costs more", count);
    assert_int_equal(c->verdict, SERAC_DOES_NOT_HOLD);
    assert_non_null(strstr(c->measured, "WITHIN"));
    assert_int_equal(find("Ten times the parameters", count)->verdict, SERAC_DOES_NOT_HOLD);
}

/* --- the file of pairs --------------------------------------------------------------- */

static enum serac_status read_text(const char *text, struct serac_error *error)
{
    char path[] = SERAC_ROOT "/build/test-claims-XXXXXX";
    struct serac_claims_pair *pairs = NULL;
    size_t count = 0;
    int file = mkstemp(path);
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    enum serac_status status = serac_claims_read_pairs(path, &pairs, &count, error);
    unlink(path);
    free(pairs);
    return status;
}

#define HEAD "view,network,depthwise,weight_planes,act_planes,weight_bits,act_bits,array_busy_cycles,time_us\n"

static void test_a_damaged_file_of_pairs_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {{"view,network\npeak,x\n", ":1: a column is missing"}, {HEAD, ":1: has no rows"},
               {HEAD "peak,x,with,1,1,8,8,10\n", ":2: a cell is missing"},
               {HEAD "peak,x,with,1,1,8,8,10,fast\n", ":2: a cell is missing or no number"}};
    struct serac_error error = {""};
    (void)state;
    assert_int_equal(read_text(HEAD "peak,x,with,1,1,8,8,10,5\n", &error), SERAC_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_text(bad[i].text, &error), SERAC_E_INPUT);
        assert_non_null(strstr(error.text, bad[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_rows_nothing_is_said_to_hold),
        cmocka_unit_test(test_a_tenth_of_slack_on_either_side),
        cmocka_unit_test(test_a_verdict_follows_how_many_points_meet_it),
        cmocka_unit_test(test_six_milliseconds_hold_with_the_ratios_and_the_clock),
        cmocka_unit_test(test_two_bits_slower_than_four_turns_with_the_times),
        cmocka_unit_test(test_a_simulator_is_met_by_the_pair_that_has_its_gains),
        cmocka_unit_test(test_losses_are_judged_by_range_size_and_error),
        cmocka_unit_test(test_a_damaged_file_of_pairs_is_refused_with_its_line),
    };
    return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
