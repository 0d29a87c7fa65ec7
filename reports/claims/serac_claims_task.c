/* serac_claims_task.c - claims on accuracy and on serving. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_claims.h"

#define ACCURACY "scripts/train/accuracy.py --collect   # reports/accuracy.csv"
#define SERVE "build/serac serve-sim claims"

static const char *const kinds[] = {"classification", "generation"};

/* Loss at W/8 bits of the measured network nearest in size; false: not measured. */
static bool loss_at(const struct serac_claims_data *d, bool generation, uint64_t parameters, uint32_t bits,
                    struct serac_accuracy_loss *loss)
{
    return serac_accuracy_find(&d->accuracy, generation, parameters, bits, 8, loss);
}

static const char *unit(bool generation)
{
    return generation ? "% of perplexity" : "points of accuracy";
}

/* The smallest or largest network that was trained in float. */
static const struct serac_accuracy_row *extreme(const struct serac_accuracy *t, bool generation, bool largest)
{
    const struct serac_accuracy_row *best = NULL;
    for (size_t i = 0; i < t->count; i++) {
        const struct serac_accuracy_row *r = &t->rows[i];
        if (generation != !strcmp(r->network, "text") || r->weight_bits != 32)
            continue;
        if (!best || (largest ? r->parameters > best->parameters : r->parameters < best->parameters))
            best = r;
    }
    return best;
}

static const char conditions[] =
    "weights alone, activations of 8 bits, the training that was best on held-out data; small networks, so not those that the "
    "claim speaks of";

/* Of the test sets in reports/accuracy.csv: images, and perplexity's standard error in per cent (reports/accuracy.md). */
#define IMAGES 10000.0
#define PERPLEXITY_ERROR 1.0

/* Standard error of one loss, in the unit of its kind: of independent samples, so an upper bound for differences on one
 * test set. */
static double error_of(bool generation, const struct serac_accuracy_row *row)
{
    return generation ? PERPLEXITY_ERROR : 100 * sqrt(row->accuracy * (1 - row->accuracy) / IMAGES);
}

static unsigned seeds(const struct serac_accuracy *t, const char *network)
{
    unsigned count = 0;
    for (size_t i = 0; i < t->count; i++)
        count += t->rows[i].weight_bits == 32 && !strcmp(t->rows[i].network, network);
    return count;
}

/* Loss of each network's kind at one width, in the claimed range? */
static void loss_of(const struct serac_claims_data *d, const char *claim, uint32_t bits, double low, double high,
                    struct serac_claim *c)
{
    size_t met = 0, all = 0;
    *c = (struct serac_claim){.claim = claim, .command = ACCURACY};
    for (int kind = 0; kind < 2; kind++)
        for (int largest = 0; largest < 2; largest++) {
            const struct serac_accuracy_row *row = extreme(&d->accuracy, kind, largest);
            struct serac_accuracy_loss loss;
            if (!row || (largest && row == extreme(&d->accuracy, kind, false)) ||
                !loss_at(d, kind, row->parameters, bits, &loss))
                continue;
            SERAC_SAY(c->measured, "%s%.2f +- %.2f %s for %s (%llu weights, %s, seeds: %u)", *c->measured ? "; " : "", loss.loss,
                      sqrt(2) * error_of(kind, row), unit(kind), loss.network, (unsigned long long)loss.parameters, loss.method,
                      seeds(&d->accuracy, loss.network));
            if (kind)                        /* accuracy is what the claim is of */
                continue;
            all++;
            if (serac_within(loss.loss, low, high)) {
                met++;
                SERAC_SAY(c->only_if, "%sthe network is like %s", *c->only_if ? ", or " : "", loss.network);
            }
        }
    SERAC_SAY(c->conditions, "%s; judged by classification", conditions);
    serac_claims_judge(c, met, all);
}

/* A third less loss for ten times the parameters. */
static void loss_by_size(const struct serac_claims_data *d, struct serac_claim *c)
{
    const struct serac_accuracy_row *small = extreme(&d->accuracy, false, false), *large = extreme(&d->accuracy, false, true);
    struct serac_accuracy_loss of_small, of_large;
    *c = (struct serac_claim){.claim = "Ten times the parameters lose a third less", .command = ACCURACY};
    SERAC_SAY(c->conditions, "%s; two classifiers at least ten times apart in size are needed", conditions);
    if (!small || !large || large->parameters < 10 * small->parameters ||
        !loss_at(d, false, small->parameters, 2, &of_small) || !loss_at(d, false, large->parameters, 2, &of_large)) {
        if (small && large)
            SERAC_SAY(c->measured, "classifiers of %llu to %llu weights only", (unsigned long long)small->parameters,
                      (unsigned long long)large->parameters);
        return;
    }
    double decades = log10((double)large->parameters / (double)small->parameters);
    double factor = pow(of_large.loss / of_small.loss, 1 / decades);
    SERAC_SAY(c->measured, "at 2 bits %.2f points for %llu weights, %.2f for %llu: %.2f times the loss per ten times the size",
              of_small.loss, (unsigned long long)small->parameters, of_large.loss, (unsigned long long)large->parameters, factor);
    serac_claims_judge(c, serac_within(factor, 2.0 / 3, 2.0 / 3), 1);
}

static void steps(const struct serac_claims_data *d, struct serac_claim *c)
{
    size_t met = 0, all = 0;
    *c = (struct serac_claim){.claim = "From 4 to 2 bits costs more accuracy than from 8 to 4", .command = ACCURACY};
    for (int kind = 0; kind < 2; kind++) {
        const struct serac_accuracy_row *row = extreme(&d->accuracy, kind, true);
        struct serac_accuracy_loss at[3];
        if (!row || !loss_at(d, kind, row->parameters, 8, &at[0]) || !loss_at(d, kind, row->parameters, 4, &at[1]) ||
            !loss_at(d, kind, row->parameters, 2, &at[2]))
            continue;
        double first = at[1].loss - at[0].loss, second = at[2].loss - at[1].loss;
        double error = sqrt(1 + 4 + 1) * error_of(kind, row);     /* of L8 - 2 L4 + L2 */
        bool clear = fabs(second - first) > error;
        SERAC_SAY(c->measured, "%s%s: %.2f from 8 to 4, %.2f from 4 to 2 (%s, seeds: %u; the difference is %s its error of %.2f)",
                  all ? "; " : "", at[0].network, first, second, unit(kind), seeds(&d->accuracy, at[0].network),
                  clear ? "beyond" : "WITHIN", error);
        all++;
        if (second > first && clear) {
            met++;
            SERAC_SAY(c->only_if, "%sit is %s", *c->only_if ? ", or " : "", kinds[kind]);
        }
    }
    SERAC_SAY(c->conditions, "%s", conditions);
    serac_claims_judge(c, met, all);
}

/* Mean over the seeds of one network, method and width; NAN: none. */
static struct serac_accuracy_row mean(const struct serac_accuracy *t, const char *network, const char *method, uint32_t w,
                                      uint32_t a)
{
    struct serac_accuracy_row m = {.accuracy = 0};
    double count = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct serac_accuracy_row *r = &t->rows[i];
        if (strcmp(r->network, network) || strcmp(r->method, method) || r->weight_bits != w || r->act_bits != a)
            continue;
        m.accuracy += r->accuracy;
        m.log_loss += r->log_loss;
        count++;
    }
    m.accuracy = count > 0 ? m.accuracy / count : NAN;
    m.log_loss = count > 0 ? m.log_loss / count : NAN;
    return m;
}

/* Three measures that both kinds have, since they do not agree. */
static void generation(const struct serac_claims_data *d, struct serac_claim *c)
{
    static const char *const measures[] = {"points of accuracy", "nats of log loss", "% of log loss"};
    double lost[3][2];
    size_t met = 0, all = 0;
    *c = (struct serac_claim){.claim = "Generation suffers more from few bits than classification", .command = ACCURACY};
    for (int kind = 0; kind < 2; kind++) {
        const struct serac_accuracy_row *row = extreme(&d->accuracy, kind, true);
        struct serac_accuracy_loss loss;
        if (!row || !loss_at(d, kind, row->parameters, 2, &loss))
            return;
        struct serac_accuracy_row few = mean(&d->accuracy, loss.network, loss.method, 2, 8);
        struct serac_accuracy_row wide = mean(&d->accuracy, loss.network, row->method, 32, 32);
        lost[0][kind] = 100 * (wide.accuracy - few.accuracy);
        lost[1][kind] = few.log_loss - wide.log_loss;
        lost[2][kind] = 100 * (few.log_loss / wide.log_loss - 1);
        SERAC_SAY(c->conditions, "%s%s (%s, %llu weights)", kind ? " beside " : "at 2 bits, ", kinds[kind], loss.network,
                  (unsigned long long)loss.parameters);
    }
    for (int m = 0; m < 3; m++) {
        SERAC_SAY(c->measured, "%s%.3g beside %.3g %s", m ? "; " : "generation beside classification: ", lost[m][1], lost[m][0],
                  measures[m]);
        all++;
        if (lost[m][1] > lost[m][0]) {
            met++;
            SERAC_SAY(c->only_if, "%s%s", *c->only_if ? " or " : "loss is counted in ", measures[m]);
        }
    }
    SERAC_SAY(c->conditions, ", so of other sizes and data too; %s", conditions);
    serac_claims_judge(c, met, all);
}

/* Where 4 bits are the fewest whose loss is tolerated: the range of tolerated losses, by kind. */
static void balance(const struct serac_claims_data *d, struct serac_claim *c)
{
    size_t known = 0;
    *c = (struct serac_claim){.claim = "4 bits are the best balance of cost and accuracy", .command = ACCURACY};
    for (int kind = 0; kind < 2; kind++) {
        const struct serac_accuracy_row *row = extreme(&d->accuracy, kind, true);
        struct serac_accuracy_loss four, two;
        if (!row || !loss_at(d, kind, row->parameters, 4, &four) || !loss_at(d, kind, row->parameters, 2, &two) ||
            two.loss <= four.loss)
            continue;
        SERAC_SAY(c->measured, "%s%s loses %.2f %s at 4 bits and %.2f at 2", known ? "; " : "", four.network, four.loss,
                  unit(kind), two.loss);
        SERAC_SAY(c->only_if, "%s%.2f to %.2f %s may be lost (%s)", known ? ", or " : "", fmax(four.loss, 0), two.loss, unit(kind),
                  kinds[kind]);
        known++;
    }
    static const char *const designs[] = {"serial", "weight-serial", "parallel"};
    size_t less = 0, all = 0;
    for (size_t i = 0; i < 3; i++) {
        double at[3];
        static const char *const widths[] = {"8/8", "4/8", "2/8"};
        for (int w = 0; w < 3; w++)
            at[w] = serac_claims_get(&d->bert, designs[i], widths[w], SERAC_COLUMN_energy_uj);
        if (isnan(at[0] + at[1] + at[2]))
            continue;
        SERAC_SAY(c->measured, "; BERT-base on %s takes %.0f and %.0f %% less energy at 4 and 2 bits than at 8", designs[i],
                  100 * (1 - at[1] / at[0]), 100 * (1 - at[2] / at[0]));
        all++;
        less += at[1] < at[0] && at[2] < at[1];
    }
    SERAC_SAY(c->conditions, "best: the least energy within a tolerated loss, which falls with the width on %zu of %zu designs, so 4 "
              "bits are best where they lose little enough and 2 bits do not; %s", less, all, conditions);
    c->verdict = !known || less < all || !all ? SERAC_NOT_TESTED : SERAC_HOLDS_ONLY_IF;
}

/* --- serving ------------------------------------------------------------------------- */

/* Devices that a design needs at a precision; 0: not known. */
static double needed(const struct serac_claims_data *d, const char *design, const char *weights, const char *acts)
{
    for (size_t i = 0; i < d->num_serve; i++) {
        const struct serac_serve_row *r = &d->serve[i];
        if (!strcmp(r->cells[SERAC_SERVE_design], design) && !strcmp(r->cells[SERAC_SERVE_weight_bits], weights) &&
            !strcmp(r->cells[SERAC_SERVE_act_bits], acts) && *r->cells[SERAC_SERVE_devices_needed])
            return atof(r->cells[SERAC_SERVE_devices_needed]);
    }
    return 0;
}

/* Devices of the claim's size: as many at 8 bits as it says. */
static void devices(const struct serac_claims_data *d, struct serac_claim *c)
{
    static const char *const designs[] = {"serial", "weight-serial", "parallel"};
    static const double claimed[] = {27, 15, 20};
    static const char *const widths[][3] = {{"8", "4", "2"}, {"8", "8", "8"}, {"8", "4", "2"}};
    size_t met = 0, all = 0;
    *c = (struct serac_claim){.claim = "1000 requests per second need 27, 15, 20 devices at 8, 4, 2 bits", .command = SERVE};
    for (size_t i = 0; i < 3; i++)
        for (int acts = 1; acts <= 2; acts++) {
            double n[3];
            for (int w = 0; w < 3; w++)
                n[w] = needed(d, designs[i], widths[0][w], widths[acts][w]);
            if (n[0] == 0 || n[1] == 0 || n[2] == 0)
                continue;
            double four = claimed[0] * n[1] / n[0], two = claimed[0] * n[2] / n[0];
            SERAC_SAY(c->measured, "%s%s with %s %.0f, %.0f, %.0f (of devices %.1f times as fast %.0f, %.1f, %.1f)", all ? "; " : "",
                      designs[i], acts == 1 ? "8-bit activations" : "activations as wide as weights", n[0], n[1], n[2],
                      n[0] / claimed[0], claimed[0], four, two);
            all++;
            if (serac_within(four, claimed[1], claimed[1]) && serac_within(two, claimed[2], claimed[2])) {
                met++;
                SERAC_SAY(c->only_if, "%s%s", *c->only_if ? ", or " : "the device is ", designs[i]);
            }
        }
    SERAC_SAY(c->conditions, "BERT-base, sequence 128, one request a batch, load just below 1 and no limit on latency; scaled to as many "
              "devices at 8 bits as the claim has");
    for (size_t i = 0; i < 3; i++)
        if (needed(d, designs[i], "2", "8") > needed(d, designs[i], "4", "8"))
            SERAC_SAY(c->conditions, "; on %s 2 bits need more than 4", designs[i]);
    serac_claims_judge(c, met, all);
}

/* What nothing here can answer, so that its absence is seen. */
static void untested(struct serac_claim *c, const char *claim, const char *why)
{
    *c = (struct serac_claim){.claim = claim, .command = "none", .verdict = SERAC_NOT_TESTED};
    SERAC_SAY(c->conditions, "%s", why);
}

size_t serac_claims_of_tasks(const struct serac_claims_data *d, struct serac_claim *claims, size_t count)
{
    loss_of(d, "2-bit weights lose 5 to 10 points of accuracy", 2, 5, 10, &claims[count++]);
    loss_of(d, "1-bit weights lose 10 to 20 points of accuracy", 1, 10, 20, &claims[count++]);
    loss_by_size(d, &claims[count++]);
    steps(d, &claims[count++]);
    generation(d, &claims[count++]);
    balance(d, &claims[count++]);
    devices(d, &claims[count++]);
    untested(&claims[count++], "Few bits take 60 to 80 % less energy than float",
             "Serac has no float array, and no cited one whose energy could stand beside ours: INT8 above is the nearest baseline");
    untested(&claims[count++], "The losses above hold for models of billions of parameters",
             "no such model is trained or run here; BERT and LLaMA are shapes without weights");
    return count;
}
