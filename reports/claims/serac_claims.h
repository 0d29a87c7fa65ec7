/* serac_claims.h - what is said of few bits, held against what was measured.
 *
 * A claim is what somebody said, with its numbers; the answer, its conditions and the verdict are computed
 * from the rows of sweeps (configs/sweeps/claims-*.cfg), reports/pairs.csv, reports/accuracy.csv and
 * serac serve-sim claims. What was cited, and not measured, says so. */
#ifndef SERAC_CLAIMS_H
#define SERAC_CLAIMS_H

#include <stdio.h>

#include "serac_accuracy.h"
#include "serac_result.h"
#include "serac_serve.h"

enum serac_verdict { SERAC_NOT_TESTED, SERAC_HOLDS, SERAC_HOLDS_ONLY_IF, SERAC_DOES_NOT_HOLD };

struct serac_claim {
    const char *claim, *command;
    char measured[2048], conditions[1024];
    enum serac_verdict verdict;
    char only_if[512];           /* what a verdict "holds only if" names */
};

struct serac_claims_rows {
    struct serac_row *rows;      /* totals and layers, of one sweep */
    size_t count;
};

/* A row of reports/pairs.csv. */
struct serac_claims_pair {
    char view[16], network[32], depthwise[16];
    uint32_t weight_planes, act_planes, weight_bits, act_bits;
    double array_busy_cycles, time_us;
};

struct serac_claims_data {
    struct serac_claims_rows bert, six_ms, llama;    /* owned */
    struct serac_claims_pair *pairs;                 /* owned */
    size_t num_pairs;
    struct serac_accuracy accuracy;                  /* owned */
    struct serac_serve_row *serve;                   /* owned */
    size_t num_serve;
};

#define SERAC_CLAIMS 32

/* Appends the claims on arrays, and those on accuracy and serving; a claim whose rows are missing is
 * not tested. Returns how many there are now. */
size_t serac_claims_of_arrays(const struct serac_claims_data *data, struct serac_claim *claims, size_t count);
size_t serac_claims_of_tasks(const struct serac_claims_data *data, struct serac_claim *claims, size_t count);

/* Reads a file of pairs. SERAC_E_INPUT, with file and line. */
enum serac_status serac_claims_read_pairs(const char *path, struct serac_claims_pair **pairs, size_t *count,
                                          struct serac_error *error);

void serac_claims_markdown(FILE *to, const char *command, const struct serac_claim *claims, size_t count);

/* --- for the files of claims -------------------------------------------------------- */

/* Appends to a text of `room` bytes. */
void serac_say(char *text, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define SERAC_SAY(array, ...) serac_say(array, sizeof array, __VA_ARGS__)

/* Between low and high, a tenth of slack on either side. */
bool serac_within(double value, double low, double high);

/* The number of total row `precision` of a design (its name before any variation), NAN if there is none. */
double serac_claims_get(const struct serac_claims_rows *rows, const char *design, const char *precision,
                        enum serac_column column);

/* From how many of `all` points the claim is met: all, some (those are named in only_if), none; no points: not tested. */
void serac_claims_judge(struct serac_claim *claim, size_t met, size_t all);

#endif
