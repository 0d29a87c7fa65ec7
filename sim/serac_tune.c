/* serac_tune.c - weight widths per layer. */
#include "serac_tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_narrow.h"

enum { LAYERS = SERAC_LAYERS_MAX / 16 };
static const uint32_t NONE = UINT32_MAX;

/* --- measuring ------------------------------------------------------------- */

/* The widths a layer may take: those of the job that it can be narrowed to, and its own. */
static bool may_have(const struct serac_tune_job *job, uint32_t layer, uint32_t bits)
{
    const struct serac_layer *l = &job->network->layers[layer];
    return serac_narrow_can(l, bits) && bits <= l->weight_bits;
}

static bool tuned(const struct serac_tune_job *job, uint32_t layer)
{
    for (uint32_t w = 0; w < job->num_widths; w++)
        if (may_have(job, layer, job->widths[w]) && job->widths[w] < job->network->layers[layer].weight_bits)
            return true;
    return false;
}

/* Runs the network at these widths on `dataset`; the caller frees the result. */
static enum serac_status run(const struct serac_tune_job *job, const uint8_t *bits, const char *dataset,
                             uint64_t limit, struct serac_infer_result *result, struct serac_error *error)
{
    uint32_t widths[LAYERS] = {0};
    struct serac_build narrow;
    for (uint32_t i = 0; i < job->network->num_layers; i++)
        widths[i] = bits[i];
    enum serac_status status = serac_narrow(job->network, widths, job->network->name, &narrow, error);
    if (status != SERAC_OK)
        return status;
    struct serac_infer_job infer = {.setting = job->setting, .network = job->network->name,
                                    .built = narrow.network, .backend = "model", .dataset = dataset,
                                    .limit = limit};
    status = serac_infer_run(&infer, result, error);
    serac_build_free(&narrow);
    return status;
}

static double cost_of(const struct serac_tune_job *job, const struct serac_row *row)
{
    return serac_row_get(row, job->cost);
}

static uint32_t find(const struct serac_tune *t, const struct serac_tune_job *job, const uint8_t *bits)
{
    for (uint32_t i = 0; i < t->num_points; i++)
        if (!memcmp(t->points[i].bits, bits, job->network->num_layers))
            return i;
    return NONE;
}

/* The network's name and its widths: "fashion-w8/8-4-4-2". */
static void name_row(const struct serac_tune_job *job, const uint8_t *bits, struct serac_row *row)
{
    char text[SERAC_CELL];
    int used = snprintf(text, sizeof text, "%.30s/", job->network->name);
    for (uint32_t i = 0; i < job->network->num_layers && used < (int)sizeof text - 4; i++)
        if (bits[i])
            used += snprintf(text + used, sizeof text - (size_t)used, "%s%u", text[used - 1] == '/' ? "" : "-",
                             (unsigned)bits[i]);
    serac_row_text(row, SERAC_COLUMN_network, text);
}

static bool make_room(struct serac_tune *t)
{
    if (t->num_points < t->room)
        return true;
    uint32_t room = t->room ? 2 * t->room : 64;
    struct serac_tune_point *more = realloc(t->points, room * sizeof *more);
    if (!more)
        return false;
    t->points = more;
    t->room = room;
    return true;
}

/* The total row of these widths: from the store, or measured. */
static enum serac_status total_of(const struct serac_tune_job *job, const uint8_t *bits, struct serac_row *row,
                                  struct serac_error *error)
{
    struct serac_infer_result result;
    if (job->recall && job->recall(job->ctx, bits, row))
        return SERAC_OK;
    enum serac_status status = run(job, bits, job->dataset, job->images, &result, error);
    if (status != SERAC_OK)
        return status;
    *row = result.rows[result.num_rows - 1];
    serac_row_setting(row, &job->setting->design, &job->setting->memory);
    name_row(job, bits, row);
    serac_infer_free(&result);
    return SERAC_OK;
}

/* Measures an assignment unless it has been; its number in *point. Accuracies have six digits in a row,
 * which tell the number of up to 500,000 images. */
static enum serac_status measure(const struct serac_tune_job *job, struct serac_tune *t, const uint8_t *bits,
                                 bool uniform, uint32_t *point, struct serac_error *error)
{
    *point = find(t, job, bits);
    if (*point != NONE) {
        t->points[*point].uniform |= uniform;
        return SERAC_OK;
    }
    if (!make_room(t))
        return SERAC_E_NOMEM;
    struct serac_tune_point *p = &t->points[t->num_points];
    memset(p, 0, sizeof *p);
    enum serac_status status = total_of(job, bits, &p->row, error);
    if (status != SERAC_OK)
        return status;
    double images = serac_row_get(&p->row, SERAC_COLUMN_images);
    memcpy(p->bits, bits, job->network->num_layers);
    p->correct = (uint64_t)(serac_row_get(&p->row, SERAC_COLUMN_accuracy) * images + 0.5);
    p->accuracy = (double)p->correct / images;
    p->cost = cost_of(job, &p->row);
    p->uniform = uniform;
    *point = t->num_points++;
    return job->keep ? job->keep(job->ctx, bits, &p->row, error) : SERAC_OK;
}

/* --- what each layer costs and loses ------------------------------------------ */

static double *cell(double *table, uint32_t layer, uint32_t width)
{
    return table + (size_t)layer * SERAC_TUNE_WIDTHS + width;
}

/* Every tuned layer at width `w`, or at the least one above it that it can have. */
static void uniform_bits(const struct serac_tune_job *job, uint32_t w, uint8_t *bits)
{
    memset(bits, 0, LAYERS);
    for (uint32_t i = 0; i < job->network->num_layers; i++) {
        uint32_t k = w;
        if (!tuned(job, i))
            continue;
        while (k < job->num_widths && !may_have(job, i, job->widths[k]))
            k++;
        bits[i] = (uint8_t)(k < job->num_widths ? job->widths[k] : job->network->layers[i].weight_bits);
    }
}

/* The machine's rows of one image at every uniform width. */
static enum serac_status find_costs(const struct serac_tune_job *job, struct serac_tune *t,
                                    struct serac_error *error)
{
    for (uint32_t w = 0; w < job->num_widths; w++) {
        uint8_t bits[LAYERS];
        struct serac_infer_result result;
        uniform_bits(job, w, bits);
        enum serac_status status = run(job, bits, job->dataset, 1, &result, error);
        if (status != SERAC_OK)
            return status;
        for (uint32_t i = 0; i < job->network->num_layers; i++)
            *cell(t->costs, i, w) = bits[i] == job->widths[w] ? cost_of(job, &result.rows[i]) : NAN;
        serac_infer_free(&result);
    }
    return SERAC_OK;
}

static enum serac_status find_sensitivities(const struct serac_tune_job *job, struct serac_tune *t,
                                            struct serac_error *error)
{
    uint8_t bits[LAYERS];
    uint32_t layers = job->network->num_layers, point;
    memcpy(bits, t->points[0].bits, sizeof bits);
    for (uint32_t i = 0; i < layers; i++) {
        uint8_t own = bits[i];
        for (uint32_t w = 0; own && w < job->num_widths; w++) {
            *cell(t->sensitivity, i, w) = NAN;
            if (!may_have(job, i, job->widths[w]))
                continue;
            bits[i] = (uint8_t)job->widths[w];
            enum serac_status status = measure(job, t, bits, false, &point, error);
            if (status != SERAC_OK)
                return status;
            *cell(t->sensitivity, i, w) = t->points[0].accuracy - t->points[point].accuracy;
        }
        bits[i] = own;
        if (job->progress)
            serac_cli_progress("layers", i + 1, layers);
    }
    return SERAC_OK;
}

/* --- searching ------------------------------------------------------------------ */

/* Each layer's best width if a loss of one costs `price`. */
static void cheapest(const struct serac_tune_job *job, struct serac_tune *t, double price, uint8_t *bits)
{
    memset(bits, 0, LAYERS);
    for (uint32_t i = 0; i < job->network->num_layers; i++) {
        double least = INFINITY;
        for (uint32_t w = 0; tuned(job, i) && w < job->num_widths; w++) {
            double loss = *cell(t->sensitivity, i, w), cost = *cell(t->costs, i, w);
            double sum = cost + price * (loss > 0 ? loss : 0);
            if (!isnan(sum) && sum <= least) {     /* of equal ones the wider */
                least = sum;
                bits[i] = (uint8_t)job->widths[w];
            }
        }
    }
}

static enum serac_status sweep_prices(const struct serac_tune_job *job, struct serac_tune *t, uint32_t *left,
                                      struct serac_error *error)
{
    double unit = t->points[0].cost;              /* a loss of everything for the whole network */
    enum serac_status status = SERAC_OK;
    for (double price = unit * 1e-2; status == SERAC_OK && price < unit * 1e5 && *left; price *= 1.3) {
        uint8_t bits[LAYERS];
        uint32_t point, before = t->num_points;
        cheapest(job, t, price, bits);
        status = measure(job, t, bits, false, &point, error);
        *left -= t->num_points > before;
    }
    return status;
}

static uint32_t evaluations_left(const struct serac_tune_job *job, const struct serac_tune *t)
{
    uint32_t used = t->num_points, free_ones = 1 + job->num_widths;
    for (uint32_t i = 0; i < job->network->num_layers; i++)
        free_ones += tuned(job, i) ? job->num_widths : 0;
    uint32_t most = job->evaluations + free_ones;
    return used < most ? most - used : 0;
}

enum serac_status serac_tune_run(const struct serac_tune_job *job, struct serac_tune *t, struct serac_error *error)
{
    uint8_t bits[LAYERS];
    uint32_t point, any = 0, layers = job->network->num_layers;
    memset(t, 0, sizeof *t);
    for (uint32_t i = 0; i < layers && layers <= LAYERS; i++)
        any += tuned(job, i);
    if (!any) {
        if (error)
            snprintf(error->text, sizeof error->text, "%s: no layer whose weights can be narrowed (or more than %d "
                     "layers)", job->network->name, LAYERS);
        return SERAC_E_INPUT;
    }
    t->sensitivity = calloc((size_t)layers * SERAC_TUNE_WIDTHS, sizeof *t->sensitivity);
    t->costs = calloc((size_t)layers * SERAC_TUNE_WIDTHS, sizeof *t->costs);
    enum serac_status status = t->sensitivity && t->costs ? SERAC_OK : SERAC_E_NOMEM;
    for (uint32_t i = 0; i < LAYERS; i++)
        bits[i] = i < layers && tuned(job, i) ? (uint8_t)job->network->layers[i].weight_bits : 0;
    if (status == SERAC_OK)
        status = measure(job, t, bits, true, &point, error);
    if (status == SERAC_OK)
        status = find_costs(job, t, error);
    for (uint32_t w = 0; status == SERAC_OK && w < job->num_widths; w++) {
        uniform_bits(job, w, bits);
        status = measure(job, t, bits, true, &point, error);
    }
    if (status == SERAC_OK)
        status = find_sensitivities(job, t, error);
    uint32_t left = evaluations_left(job, t);
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
    uint32_t best = NONE;
    for (uint32_t i = 0; i < t->num_points; i++) {
        const struct serac_tune_point *p = &t->points[i];
        bool meets = p->cost <= cost && (!uniform || p->uniform);
        if (meets && (best == NONE || p->accuracy > t->points[best].accuracy ||
                      (p->accuracy == t->points[best].accuracy && p->cost < t->points[best].cost)))
            best = i;
    }
    return best;
}

/* The layer's next width in the job's list, `step` up or down; 0: none. */
static uint32_t next_width(const struct serac_tune_job *job, uint32_t layer, uint32_t bits, int step)
{
    int at = -1;
    for (uint32_t w = 0; w < job->num_widths; w++)
        if (job->widths[w] == bits)
            at = (int)w;
    for (at += step; at >= 0 && at < (int)job->num_widths; at += step)
        if (may_have(job, layer, job->widths[at]))
            return job->widths[at];
    return 0;
}

static double predicted(const struct serac_tune_job *job, const uint8_t *bits, double *table)
{
    double sum = 0;
    for (uint32_t i = 0; i < job->network->num_layers; i++)
        for (uint32_t w = 0; bits[i] && w < job->num_widths; w++)
            if (job->widths[w] == bits[i])
                sum += *cell(table, i, w);
    return sum;
}

struct step {
    uint8_t bits[LAYERS];
    double cost, loss;               /* predicted */
};

static int by_cost(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    return x->cost < y->cost ? -1 : x->cost > y->cost;
}

/* Layer `down` a width narrower and layer `up` one wider (`up` = `down`: that alone), if this is predicted
 * to be cheaper. */
static bool make_step(const struct serac_tune_job *job, struct serac_tune *t, const uint8_t *from, uint32_t down,
                      uint32_t up, struct step *step)
{
    memcpy(step->bits, from, LAYERS);
    uint32_t narrower = from[down] ? next_width(job, down, from[down], -1) : 0;
    uint32_t wider = up != down && from[up] ? next_width(job, up, from[up], 1) : 0;
    if (!narrower || (up != down && !wider))
        return false;
    step->bits[down] = (uint8_t)narrower;
    if (up != down)
        step->bits[up] = (uint8_t)wider;
    step->cost = predicted(job, step->bits, t->costs);
    step->loss = predicted(job, step->bits, t->sensitivity);
    return step->cost < predicted(job, from, t->costs) && find(t, job, step->bits) == NONE;
}

/* All steps from a point, those that are predicted to lose too much left out; the cheapest first. */
static struct step *make_steps(const struct serac_tune_job *job, struct serac_tune *t, uint32_t point, double loss,
                               uint32_t *count)
{
    uint32_t layers = job->network->num_layers;
    struct step *steps = malloc((size_t)layers * layers * sizeof *steps);
    const uint8_t *from = t->points[point].bits;
    double off = t->points[0].accuracy - t->points[point].accuracy - predicted(job, from, t->sensitivity);
    *count = 0;
    for (uint32_t d = 0; steps && d < layers; d++)
        for (uint32_t u = 0; u < layers; u++)
            if (make_step(job, t, from, d, u, &steps[*count]) && steps[*count].loss + off <= loss + 0.002)
                ++*count;
    if (steps)
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
            status = measure(job, t, steps[i].bits, false, &point, error);
            better = status == SERAC_OK && serac_tune_best(t, loss, false) != best;
        }
        free(steps);
    }
    return status;
}

enum serac_status serac_tune_confirm(const struct serac_tune_job *job, struct serac_tune *t, uint32_t point,
                                     struct serac_error *error)
{
    struct serac_tune_point *p = &t->points[point];
    struct serac_infer_result result;
    if (!job->test || p->tested)
        return SERAC_OK;
    enum serac_status status = run(job, p->bits, job->test, 0, &result, error);
    if (status != SERAC_OK)
        return status;
    p->tested = result.images;
    p->right = result.correct;
    serac_infer_free(&result);
    return SERAC_OK;
}

void serac_tune_free(struct serac_tune *t)
{
    free(t->points);
    free(t->sensitivity);
    free(t->costs);
    memset(t, 0, sizeof *t);
}
