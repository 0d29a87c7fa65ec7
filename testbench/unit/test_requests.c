/* test_requests.c - requests, batches and devices, against queueing theory and by hand. */
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

#include "serac_requests.h"

#ifndef SERAC_ROOT
#define SERAC_ROOT "."
#endif

#define REQUESTS 100000
#define WARM_UP 10000
#define SEEDS 24
#define TIME 250.0                  /* us that every request takes */

static double arrivals[REQUESTS], starts[REQUESTS], ends[REQUESTS];

static enum serac_status same_time(void *ctx, uint32_t batch, double *time_us, struct serac_error *error)
{
    (void)ctx, (void)batch, (void)error;
    *time_us = TIME;
    return SERAC_OK;
}

static void run(size_t count, uint32_t devices, uint32_t max_batch, double max_wait, struct serac_requests_result *r)
{
    struct serac_error error = {""};
    const struct serac_requests_policy policy = {devices, max_batch, max_wait};
    assert_int_equal(serac_requests_run(arrivals, count, &policy, same_time, NULL, starts, ends, r, &error), SERAC_OK);
}

/* --- theory ------------------------------------------------------------------------ */

/* Pollaczek-Khinchine for constant service: mean wait of M/D/1. */
static double wait_md1(double load)
{
    return load * TIME / (2 * (1 - load));
}

/* How many are in the system of M/D/c. Crommelin (Post Office Electrical Engineers' Journal 25,
 * 1932; Tijms, A First Course in Stochastic Models, 9.6.2): what is served at t has left at t + D,
 * and nothing else has; so n(t + D) = max(n(t) - c, 0) + Poisson(lambda D). Iterated until it stays. */
#define STATES 700
static void crommelin(double load, uint32_t servers, double *p)
{
    static double gain[STATES], next[STATES];
    double mean = load * servers, change = 1;
    for (int k = 0; k < STATES; k++)
        gain[k] = exp(k * log(mean) - mean - lgamma(k + 1.0));
    memset(p, 0, STATES * sizeof *p);
    p[0] = 1;
    while (change > 1e-12) {
        memset(next, 0, sizeof next);
        for (uint32_t n = 0; n < STATES; n++) {
            uint32_t left = n > servers ? n - servers : 0;
            for (uint32_t k = 0; p[n] > 1e-18 && left + k < STATES && k < 100; k++)
                next[left + k] += p[n] * gain[k];
        }
        change = 0;
        for (int n = 0; n < STATES; n++) {
            change += fabs(next[n] - p[n]);
            p[n] = next[n];
        }
    }
}

/* Mean wait of M/D/c, from the mean number that waits (Little). */
static double wait_mdc(const double *p, double load, uint32_t servers)
{
    double waiting = 0;
    for (uint32_t n = servers; n < STATES; n++)
        waiting += (n - servers) * p[n];
    return waiting * TIME / (load * servers);
}

/* P(wait <= x) of M/D/c: Franx, Operations Research Letters 29 (2001), 221-229. */
static double within_mdc(const double *p, double load, uint32_t servers, double x)
{
    double rate = load * servers / TIME, sum = 0;
    uint32_t k = (uint32_t)floor(x / TIME) + 1;
    double rest = rate * (k * TIME - x);
    for (uint32_t j = 0; j < k * servers; j++) {
        double queue = 0;                            /* P(at most so many wait) */
        for (uint32_t n = 0; n < STATES && n <= servers + k * servers - 1 - j; n++)
            queue += p[n];
        sum += queue * exp(j * log(rest) - rest - lgamma(j + 1.0));
    }
    return sum;
}

/* P(wait <= x) of M/D/1: Erlang 1909. */
static double within_md1(double load, double x)
{
    double rate = load / TIME, sum = 0;
    for (int k = 0; k <= (int)floor(x / TIME); k++) {
        double y = rate * (k * TIME - x);
        sum += pow(y, k) / tgamma(k + 1.0) * exp(-y);
    }
    return (1 - load) * sum;
}

static void test_theories_agree(void **state)
{
    static double p[STATES];
    (void)state;
    for (double load = 0.2; load < 0.95; load += 0.1) {
        crommelin(load, 1, p);
        assert_true(fabs(wait_mdc(p, load, 1) / wait_md1(load) - 1) < 1e-6);
        for (double x = 0.1 * TIME; x < 6 * TIME; x += 0.37 * TIME)
            assert_true(fabs(within_mdc(p, load, 1, x) - within_md1(load, x)) < 1e-6);
    }
    crommelin(0.8, 4, p);            /* M/D/c waits about half of M/M/c, whose Erlang C is 0.5964 */
    assert_true(wait_mdc(p, 0.8, 4) > 0.45 * 0.5964 * TIME / 0.8 && wait_mdc(p, 0.8, 4) < 0.6 * 0.5964 * TIME / 0.8);
}

/* --- the simulation against it ------------------------------------------------------- */

struct sample {
    double mean, error;              /* over the seeds; its standard error */
};

static struct sample of(const double *values)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < SEEDS; i++) {
        sum += values[i];
        squares += values[i] * values[i];
    }
    double mean = sum / SEEDS;
    double variance = (squares - SEEDS * mean * mean) / (SEEDS - 1);
    return (struct sample){mean, sqrt(variance / SEEDS)};
}

/* Within four standard errors, which are small themselves: a sample that cannot tell fails too. */
static void same(const char *what, double load, uint32_t servers, struct sample s, double theory)
{
    print_message("%s, load %.2f on %u: %.5g +- %.2g, theory %.5g\n", what, load, servers, s.mean, s.error, theory);
    if (!(fabs(s.mean - theory) < 4 * s.error) || !(s.error < 0.02 * theory))
        fail_msg("%s: %g, theory %g, standard error %g", what, s.mean, theory, s.error);
}

/* Mean wait, and the share of requests that wait no longer than half, one and a half and three times
 * the service. */
static void compare(double load, uint32_t servers)
{
    static const double places[] = {0.5, 1.5, 3};
    static double p[STATES], mean[SEEDS], share[3][SEEDS];
    struct serac_requests_result r;
    crommelin(load, servers, p);
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        double sum = 0, within[3] = {0, 0, 0};
        serac_requests_poisson(seed, load * servers / TIME * 1e6, arrivals, REQUESTS);
        run(REQUESTS, servers, 1, 0, &r);
        for (size_t i = WARM_UP; i < REQUESTS; i++) {
            double wait = starts[i] - arrivals[i];
            sum += wait;
            for (int k = 0; k < 3; k++)
                within[k] += wait <= places[k] * TIME;
        }
        mean[seed] = sum / (REQUESTS - WARM_UP);
        for (int k = 0; k < 3; k++)
            share[k][seed] = within[k] / (REQUESTS - WARM_UP);
    }
    same("mean wait", load, servers, of(mean), servers == 1 ? wait_md1(load) : wait_mdc(p, load, servers));
    for (int k = 0; k < 3; k++) {
        double theory = within_mdc(p, load, servers, places[k] * TIME);
        if (theory < 0.9999)         /* nearly all: the error has no distribution to speak of */
            same("share within", load, servers, of(share[k]), theory);
    }
}

static void test_one_device_waits_as_pollaczek_and_khinchine_say(void **state)
{
    (void)state;
    compare(0.3, 1);
    compare(0.7, 1);
    compare(0.9, 1);
}

static void test_several_devices_wait_as_crommelin_says(void **state)
{
    (void)state;
    compare(0.7, 2);
    compare(0.9, 4);
    compare(0.8, 7);
}

/* --- by hand ------------------------------------------------------------------------- */

static void give(const double *times, size_t count)
{
    memcpy(arrivals, times, count * sizeof *times);
}

static void test_a_batch_leaves_when_it_is_full(void **state)
{
    struct serac_requests_result r;
    (void)state;
    give((const double[]){0, 10, 20, 30, 40, 50, 60}, 7);
    run(7, 2, 3, 1000, &r);
    assert_true(starts[0] == 20 && starts[2] == 20 && ends[2] == 270);
    assert_true(starts[3] == 50 && starts[5] == 50);     /* on the other device */
    assert_true(starts[6] == 1060);                      /* never full: it has waited */
    assert_int_equal(r.batches[3], 2);
    assert_int_equal(r.batches[1], 1);
    assert_true(r.busy_us == 3 * TIME && r.last_us == 1060 + TIME && r.blocked_us == 0);
}

static void test_a_batch_leaves_when_its_oldest_has_waited(void **state)
{
    struct serac_requests_result r;
    (void)state;
    give((const double[]){0, 10, 30, 31}, 4);
    run(4, 1, 8, 30, &r);
    assert_true(starts[0] == 30 && starts[1] == 30 && starts[2] == 30);   /* 30 is not too late */
    assert_true(starts[3] == 280 && r.blocked_us == 280 - 61);
    assert_int_equal(r.batches[3], 1);
}

static void test_a_batch_fills_up_while_no_device_is_free(void **state)
{
    struct serac_requests_result r;
    (void)state;
    give((const double[]){0, 1, 2, 3, 4, 5}, 6);
    run(6, 1, 4, 0, &r);
    assert_true(starts[0] == 0 && starts[1] == 250 && starts[4] == 250 && starts[5] == 500);
    assert_int_equal(r.batches[4], 1);
}

/* Whatever arrives: first come first served, no batch too large, no device with two at once, and a batch
 * that is not full leaves when its oldest has waited, or later for want of a device. */
static void test_invariants_hold_on_random_policies(void **state)
{
    struct serac_requests_result r;
    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        uint32_t devices = 1 + seed % 7, most = 1 + seed * 5 % 13, batch = 0;
        double wait = seed % 3 ? 100.0 * (seed % 11) : 0;
        serac_requests_poisson(seed, 1000.0 * (1 + seed % 40), arrivals, 2000);
        run(2000, devices, most, wait, &r);
        for (size_t i = 0, batch_start = 0; i < 2000; i++) {
            assert_true(starts[i] >= arrivals[i] && ends[i] == starts[i] + TIME);
            batch = i && starts[i] == starts[i - 1] ? batch + 1 : 1;
            batch_start = batch == 1 ? i : batch_start;
            assert_true(!i || starts[i] >= starts[i - 1]);
            if (i + 1 < 2000 && starts[i + 1] == starts[i])
                continue;
            /* As many batches run at once as there are devices, at most. */
            size_t running = 0;
            for (size_t j = 0; j <= i; j++)
                running += ends[j] > starts[i] && (j == 0 || starts[j] != starts[j - 1]);
            assert_true(running <= devices);
            if (batch % most && running < devices)       /* a device more was free */
                assert_true(fabs(starts[i] - (arrivals[batch_start] + wait)) < 1e-6);
        }
        uint64_t served = 0;
        for (uint32_t b = 1; b <= SERAC_REQUESTS_BATCH; b++)
            served += b * r.batches[b];
        assert_int_equal(served, 2000);
    }
}

static void test_a_seed_gives_the_same_arrivals_and_another_others(void **state)
{
    static double again[REQUESTS];
    (void)state;
    serac_requests_poisson(5, 100, arrivals, REQUESTS);
    serac_requests_poisson(5, 100, again, 1000);
    assert_memory_equal(arrivals, again, 1000 * sizeof *again);      /* a shorter run is its beginning */
    serac_requests_poisson(6, 100, again, REQUESTS);
    size_t equal = 0;
    for (size_t i = 1; i < REQUESTS; i++)
        equal += arrivals[i] - arrivals[i - 1] == again[i] - again[i - 1];
    assert_int_equal(equal, 0);
    assert_true(fabs(arrivals[REQUESTS - 1] / (REQUESTS * 1e4) - 1) < 4 / sqrt(REQUESTS));
}

/* --- traces ------------------------------------------------------------------------ */

static void write_trace(char *path, const char *text)
{
    int file = mkstemp(strcpy(path, SERAC_ROOT "/build/test-queue-XXXXXX"));
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
}

static void test_a_trace_begins_at_its_first_arrival(void **state)
{
    char path[512];
    double *times;
    size_t count;
    struct serac_error error = {""};
    (void)state;
    write_trace(path, "# seconds\n5.0\n\n5.000001 # the next\n 6\n6");
    assert_int_equal(serac_requests_trace(path, &times, &count, &error), SERAC_OK);
    unlink(path);
    assert_int_equal(count, 4);
    assert_true(times[0] == 0 && fabs(times[1] - 1) < 1e-6 && times[2] == 1e6 && times[3] == 1e6);
    free(times);
}

static void test_a_bad_trace_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {{"1\n2\n1.5\n", ":3: earlier"}, {"1\nsoon\n", ":2: must be an arrival time"},
               {"1 2\n", ":1: must be"}, {"nan\n", ":1: must be"}, {"# none\n", "has no arrival times"}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char path[512];
        double *times = NULL;
        size_t count;
        struct serac_error error = {""};
        write_trace(path, bad[i].text);
        assert_int_equal(serac_requests_trace(path, &times, &count, &error), SERAC_E_INPUT);
        unlink(path);
        assert_non_null(strstr(error.text, bad[i].says));
        assert_null(times);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_theories_agree),
        cmocka_unit_test(test_one_device_waits_as_pollaczek_and_khinchine_say),
        cmocka_unit_test(test_several_devices_wait_as_crommelin_says),
        cmocka_unit_test(test_a_batch_leaves_when_it_is_full),
        cmocka_unit_test(test_a_batch_leaves_when_its_oldest_has_waited),
        cmocka_unit_test(test_a_batch_fills_up_while_no_device_is_free),
        cmocka_unit_test(test_invariants_hold_on_random_policies),
        cmocka_unit_test(test_a_seed_gives_the_same_arrivals_and_another_others),
        cmocka_unit_test(test_a_trace_begins_at_its_first_arrival),
        cmocka_unit_test(test_a_bad_trace_is_refused_with_its_line),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
