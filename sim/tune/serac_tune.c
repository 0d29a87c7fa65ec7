/* serac_tune.c - the search for widths per layer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_tune_knobs.h"

static enum serac_status measure_uniform(const struct serac_tune_job *job, struct serac_tune *t,
                                         struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    uint32_t acts = job->acts.count ? job->acts.count : 1, point, done = 0;
    for (uint32_t w = 0; w < job->weights.count; w++)
        for (uint32_t a = 0; status == SERAC_OK && a < acts; a++) {
            uint8_t bits[SERAC_TUNE_KNOBS];
            serac_tune_uniform(job, t, w, a, bits);
            status = serac_tune_measure(job, t, bits, true, &point, error);
            if (job->progress)
                serac_cli_progress("uniform widths", ++done, (uint64_t)job->weights.count * acts);
        }
    return status;
}

static enum serac_status find_sensitivities(const struct serac_tune_job *job, struct serac_tune *t,
                                            struct serac_error *error)
{
    uint8_t bits[SERAC_TUNE_KNOBS];
    uint32_t point, knobs = 0, done = 0;
    memcpy(bits, t->own, sizeof bits);
    for SERAC_TUNE_EACH(t, knob)
        knobs++;
    for SERAC_TUNE_EACH(t, knob) {
        const struct serac_tune_widths *offered = serac_tune_offered(job, knob);
        for (uint32_t w = 0; w < offered->count; w++) {
            double *lost = serac_tune_sensitivity(t, knob, w);
            *lost = NAN;
            if (!serac_tune_may(job, t, knob, offered->bits[w]))
                continue;
            serac_tune_set(t, bits, knob, offered->bits[w]);
            enum serac_status status = serac_tune_measure(job, t, bits, false, &point, error);
            if (status != SERAC_OK)
                return status;
            if (point != SERAC_TUNE_NONE)
                *lost = t->points[0].accuracy - t->points[point].accuracy;
        }
        serac_tune_set(t, bits, knob, t->own[knob]);
        if (job->progress)
            serac_cli_progress("layers", ++done, knobs);
    }
    return SERAC_OK;
}

/* --- searching ------------------------------------------------------------------ */

/* What these widths cost and, at `price` for a loss of one, lose; gains count as nothing. */
static double priced(const struct serac_tune_job *job, const struct serac_tune *t, double price, const uint8_t *bits)
{
    double sum = serac_tune_cost(job, t, bits);
    for SERAC_TUNE_EACH(t, knob) {
        const struct serac_tune_widths *offered = serac_tune_offered(job, knob);
        for (uint32_t w = 0; w < offered->count; w++)
            if (offered->bits[w] == bits[knob])
                sum += price * fmax(*serac_tune_sensitivity(t, knob, w), 0);
    }
    return sum;
}

/* Turns one knob after the other to what is best while the rest stays, until nothing changes. */
static double descend(const struct serac_tune_job *job, const struct serac_tune *t, double price, uint8_t *bits)
{
    double least = priced(job, t, price, bits);
    for (bool better = true; better;) {
        better = false;
        for SERAC_TUNE_EACH(t, knob) {
            const struct serac_tune_widths *offered = serac_tune_offered(job, knob);
            uint32_t best = bits[knob];
            for (uint32_t w = 0; w < offered->count; w++) {
                if (isnan(*serac_tune_sensitivity(t, knob, w)))
                    continue;
                serac_tune_set(t, bits, knob, offered->bits[w]);
                double sum = priced(job, t, price, bits);
                if (sum < least || (sum == least && offered->bits[w] > best)) {     /* of equal ones the wider */
                    better |= sum < least;
                    least = sum;
                    best = offered->bits[w];
                }
            }
            serac_tune_set(t, bits, knob, best);
        }
    }
    return least;
}

/* The best widths if a loss of one costs `price`. A layer's cost is of its weights' and activations' widths
 * together, so knobs depend on each other: from both ends, and the better of the two. */
static void cheapest(const struct serac_tune_job *job, const struct serac_tune *t, double price, uint8_t *bits)
{
    uint8_t narrow[SERAC_TUNE_KNOBS];
    memcpy(bits, t->own, sizeof narrow);
    serac_tune_uniform(job, t, 0, 0, narrow);
    if (descend(job, t, price, narrow) < descend(job, t, price, bits))
        memcpy(bits, narrow, sizeof narrow);
}

static enum serac_status sweep_prices(const struct serac_tune_job *job, struct serac_tune *t, uint32_t *left,
                                      struct serac_error *error)
{
    double unit = t->points[0].cost;              /* a loss of everything for the whole network */
    enum serac_status status = SERAC_OK;
    for (double price = unit * 1e-2; status == SERAC_OK && price < unit * 1e5 && *left; price *= 1.3) {
        uint8_t bits[SERAC_TUNE_KNOBS];
        uint32_t point, before = t->num_points;
        cheapest(job, t, price, bits);
        status = serac_tune_measure(job, t, bits, false, &point, error);
        *left -= t->num_points > before;
    }
    return status;
}

static enum serac_status make_tables(struct serac_tune *t, uint32_t layers)
{
    size_t cells = (size_t)SERAC_TUNE_KNOBS * SERAC_TUNE_WIDTHS;
    t->sensitivity = calloc(cells, sizeof *t->sensitivity);
    t->acts = calloc((size_t)layers * SERAC_TUNE_WIDTHS, sizeof *t->acts);
    t->costs = calloc((size_t)layers * SERAC_TUNE_WIDTHS * SERAC_TUNE_WIDTHS, sizeof *t->costs);
    return t->sensitivity && t->acts && t->costs ? SERAC_OK : SERAC_E_NOMEM;
}

enum serac_status serac_tune_run(const struct serac_tune_job *job, struct serac_tune *t, struct serac_error *error)
{
    uint32_t point, layers = job->network->num_layers, left = job->evaluations;
    memset(t, 0, sizeof *t);
    if (layers > SERAC_TUNE_LAYERS || !serac_tune_find_knobs(job, t)) {
        if (error)
            snprintf(error->text, sizeof error->text, "%s: no layer whose weights or activations can be narrowed (or "
                     "more than %d layers)", job->network->name, SERAC_TUNE_LAYERS);
        return SERAC_E_INPUT;
    }
    enum serac_status status = make_tables(t, layers);
    if (status == SERAC_OK)
        status = serac_tune_fit(job, t, error);
    if (status == SERAC_OK)
        status = serac_tune_measure(job, t, t->own, true, &point, error);
    if (status == SERAC_OK)
        status = serac_tune_find_costs(job, t, error);
    if (status == SERAC_OK)
        status = measure_uniform(job, t, error);
    if (status == SERAC_OK)
        status = find_sensitivities(job, t, error);
    if (status == SERAC_OK)
        status = sweep_prices(job, t, &left, error);
    if (status != SERAC_OK)
        serac_tune_free(t);
    return status;
}

uint32_t serac_tune_best(const struct serac_tune *t, double loss, bool uniform)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < t->num_points; i++) {
        const struct serac_tune_point *p = &t->points[i], *b = &t->points[best];
        bool meets = p->accuracy >= t->points[0].accuracy - loss - 1e-12 && (!uniform || p->uniform);
        if (meets && (p->cost < b->cost || (p->cost == b->cost && p->accuracy > b->accuracy)))
            best = i;
    }
    return best;
}

uint32_t serac_tune_most_accurate(const struct serac_tune *t, double cost, bool uniform)
{
    uint32_t best = SERAC_TUNE_NONE;
    for (uint32_t i = 0; i < t->num_points; i++) {
        const struct serac_tune_point *p = &t->points[i];
        bool meets = p->cost <= cost && (!uniform || p->uniform);
        if (meets && (best == SERAC_TUNE_NONE || p->accuracy > t->points[best].accuracy ||
                      (p->accuracy == t->points[best].accuracy && p->cost < t->points[best].cost)))
            best = i;
    }
    return best;
}

/* --- steps from the best point ------------------------------------------------------ */

/* The knob's next width in its list, `step` up or down; 0: none. */
static uint32_t next_width(const struct serac_tune_job *job, const struct serac_tune *t, uint32_t knob, uint32_t bits,
                           int step)
{
    const struct serac_tune_widths *offered = serac_tune_offered(job, knob);
    int at = -1;
    for (uint32_t w = 0; w < offered->count; w++)
        if (offered->bits[w] == bits)
            at = (int)w;
    for (at += step; at >= 0 && at < (int)offered->count; at += step)
        if (serac_tune_may(job, t, knob, offered->bits[at]))
            return offered->bits[at];
    return 0;
}

struct step {
    uint8_t bits[SERAC_TUNE_KNOBS];
    double cost, loss;               /* predicted */
};

static int by_cost(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    return x->cost < y->cost ? -1 : x->cost > y->cost;
}

/* Knob `down` a width narrower and `up` one wider (`up` = `down`: that alone), if this is predicted
 * to be cheaper. */
static bool make_step(const struct serac_tune_job *job, const struct serac_tune *t, const uint8_t *from,
                      uint32_t down, uint32_t up, struct step *step)
{
    memcpy(step->bits, from, sizeof step->bits);
    uint32_t narrower = next_width(job, t, down, from[down], -1);
    uint32_t wider = up != down ? next_width(job, t, up, from[up], 1) : 0;
    if (!narrower || (up != down && !wider))
        return false;
    serac_tune_set(t, step->bits, down, narrower);
    if (up != down)
        serac_tune_set(t, step->bits, up, wider);
    step->cost = serac_tune_cost(job, t, step->bits);
    step->loss = serac_tune_loss(job, t, step->bits);
    return step->cost < serac_tune_cost(job, t, from) && serac_tune_find(t, step->bits) == SERAC_TUNE_NONE;
}

/* All steps from a point, those that are predicted to lose too much left out; the cheapest first. */
static struct step *make_steps(const struct serac_tune_job *job, const struct serac_tune *t, uint32_t point,
                               double loss, uint32_t *count)
{
    uint32_t knobs = 0;
    for SERAC_TUNE_EACH(t, knob)
        knobs++;
    struct step *steps = malloc((size_t)knobs * knobs * sizeof *steps);
    const uint8_t *from = t->points[point].bits;
    double off = t->points[0].accuracy - t->points[point].accuracy - serac_tune_loss(job, t, from);
    *count = 0;
    if (!steps)
        return NULL;
    for SERAC_TUNE_EACH(t, d)
        for SERAC_TUNE_EACH(t, u)
            if (make_step(job, t, from, d, u, &steps[*count]) && steps[*count].loss + off <= loss + 0.002)
                ++*count;
    qsort(steps, *count, sizeof *steps, by_cost);
    return steps;
}

enum serac_status serac_tune_refine(const struct serac_tune_job *job, struct serac_tune *t, double loss,
                                    struct serac_error *error)
{
    uint32_t share = job->evaluations / 4, point;
    enum serac_status status = SERAC_OK;
    for (bool better = true; status == SERAC_OK && better && share;) {
        uint32_t best = serac_tune_best(t, loss, false), count;
        struct step *steps = make_steps(job, t, best, loss, &count);
        better = false;
        if (!steps)
            return SERAC_E_NOMEM;
        for (uint32_t i = 0; status == SERAC_OK && i < count && share && !better; i++, share--) {
            status = serac_tune_measure(job, t, steps[i].bits, false, &point, error);
            better = status == SERAC_OK && serac_tune_best(t, loss, false) != best;
        }
        free(steps);
    }
    return status;
}

void serac_tune_free(struct serac_tune *t)
{
    free(t->points);
    free(t->sensitivity);
    free(t->acts);
    free(t->costs);
    memset(t, 0, sizeof *t);
}
