/* serac_tune_knobs.c - the widths that can be chosen, what they cost, and measuring an assignment of them. */
#include "serac_tune_knobs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "serac_calibrate.h"

/* --- knobs ------------------------------------------------------------------------ */

static bool is_act(uint32_t knob)
{
    return knob >= SERAC_TUNE_LAYERS;
}

uint32_t serac_tune_next(const struct serac_tune *t, uint32_t knob)
{
    for (knob++; knob < SERAC_TUNE_KNOBS; knob++)      /* NONE + 1 is 0 */
        if (t->own[knob] && t->with[knob] == knob)
            break;
    return knob;
}

const struct serac_tune_widths *serac_tune_offered(const struct serac_tune_job *job, uint32_t knob)
{
    return is_act(knob) ? &job->acts : &job->weights;
}

bool serac_tune_may(const struct serac_tune_job *job, const struct serac_tune *t, uint32_t knob, uint32_t bits)
{
    return bits <= t->own[knob] && (is_act(knob) || serac_narrow_can(job->network, knob, bits));
}

/* Is there a width below its own? */
static bool is_knob(const struct serac_tune_job *job, const struct serac_tune *t, uint32_t knob)
{
    const struct serac_tune_widths *w = serac_tune_offered(job, knob);
    for (uint32_t i = 0; i < w->count; i++)
        if (w->bits[i] < t->own[knob] && serac_tune_may(job, t, knob, w->bits[i]))
            return true;
    return false;
}

uint32_t serac_tune_find_knobs(const struct serac_tune_job *job, struct serac_tune *t)
{
    const struct serac_network *n = job->network;
    uint32_t found = 0;
    for (uint32_t i = 0; i < n->num_layers; i++) {
        uint32_t act = serac_tune_act(i);
        bool can = job->acts.count && serac_narrow_can_act(n, i);
        t->own[i] = n->layers[i].op == SERAC_OP_HOST ? 0 : (uint8_t)n->layers[i].weight_bits;
        t->own[act] = can ? (uint8_t)n->layers[i].output.bits : 0;
        t->with[i] = (uint16_t)i;
        t->with[act] = (uint16_t)(can ? serac_tune_act(serac_narrow_with(n, i)) : act);
        t->own[i] = is_knob(job, t, i) ? t->own[i] : 0;
        t->own[act] = can && is_knob(job, t, act) ? t->own[act] : 0;
        found += (t->own[i] > 0) + (t->own[act] > 0);
    }
    return found;
}

void serac_tune_set(const struct serac_tune *t, uint8_t *bits, uint32_t knob, uint32_t width)
{
    for (uint32_t k = knob; k < SERAC_TUNE_KNOBS; k++)
        if (t->own[k] && t->with[k] == knob)
            bits[k] = (uint8_t)width;
}

void serac_tune_uniform(const struct serac_tune_job *job, const struct serac_tune *t, uint32_t weights,
                        uint32_t acts, uint8_t *bits)
{
    memset(bits, 0, SERAC_TUNE_KNOBS);
    for SERAC_TUNE_EACH(t, knob) {
        const struct serac_tune_widths *w = serac_tune_offered(job, knob);
        uint32_t k = is_act(knob) ? acts : weights;
        while (k < w->count && !serac_tune_may(job, t, knob, w->bits[k]))
            k++;
        serac_tune_set(t, bits, knob, k < w->count ? w->bits[k] : t->own[knob]);
    }
}

static uint32_t number_of(const struct serac_tune_widths *w, uint32_t bits)
{
    uint32_t i = 0;
    while (i + 1 < w->count && w->bits[i] != bits)
        i++;
    return i;
}

/* What layer i's weights or the activations that it makes have at these widths; 0: it has none. */
static uint32_t width_of(const struct serac_network *n, uint32_t i, bool act, const uint8_t *bits)
{
    const struct serac_layer *l = &n->layers[i];
    uint32_t tuned = bits[act ? serac_tune_act(i) : i];
    if (tuned || l->op == SERAC_OP_HOST)
        return tuned;
    if (act)
        return l->output.bits <= 8 ? l->output.bits : 0;
    return l->op == SERAC_OP_ADD || l->run_time ? 0 : l->weight_bits;
}

void serac_tune_text(const struct serac_network *n, const uint8_t *bits, char text[SERAC_TUNE_TEXT])
{
    size_t used = 0;
    text[0] = '\0';
    for (int act = 0; act < 2; act++) {
        const char *before = act ? "/" : "";
        for (uint32_t i = 0; i < n->num_layers; i++) {
            uint32_t width = width_of(n, i, act, bits);
            if (width) {
                used += (size_t)snprintf(text + used, SERAC_TUNE_TEXT - used, "%s%u", before, (unsigned)width);
                before = "-";
            }
        }
    }
}

/* "fashion-w8/8-4-4/8-8-6"; what has no room is cut and ends in a checksum of it. */
static void name_row(const struct serac_tune_job *job, const uint8_t *bits, struct serac_row *row)
{
    char widths[SERAC_TUNE_TEXT], whole[SERAC_NAME_MAX + SERAC_TUNE_TEXT], name[SERAC_CELL];
    serac_tune_text(job->network, bits, widths);
    snprintf(whole, sizeof whole, "%s/%s", job->network->name, widths);
    if (snprintf(name, sizeof name, "%s", whole) >= (int)sizeof name)
        snprintf(name, sizeof name, "%.54s~%08lx", whole, crc32(0, (const Bytef *)whole, (uInt)strlen(whole)));
    serac_row_text(row, SERAC_COLUMN_network, name);
}

/* --- the network at some widths -------------------------------------------------------- */

static struct serac_narrow_act *fit_of(const struct serac_tune *t, uint32_t layer, uint32_t width)
{
    return t->acts + (size_t)layer * SERAC_TUNE_WIDTHS + width;
}

enum serac_status serac_tune_network(const struct serac_tune_job *job, const struct serac_tune *t,
                                     const uint8_t *bits, const char *name, struct serac_build *copy,
                                     struct serac_error *error)
{
    uint32_t weights[SERAC_TUNE_LAYERS];
    struct serac_narrow_act acts[SERAC_TUNE_LAYERS];
    for (uint32_t i = 0; i < job->network->num_layers; i++) {
        uint32_t act = bits[serac_tune_act(i)];
        weights[i] = bits[i];
        acts[i] = (struct serac_narrow_act){.bits = 0};
        if (act && act != t->own[serac_tune_act(i)])
            acts[i] = *fit_of(t, i, number_of(&job->acts, act));
    }
    return serac_narrow(job->network, weights, acts, name, copy, error);
}

enum serac_status serac_tune_fit(const struct serac_tune_job *job, struct serac_tune *t, struct serac_error *error)
{
    uint64_t histogram[SERAC_CALIBRATE_CODES], images = SERAC_TUNE_CALIBRATION;
    enum serac_status status = SERAC_OK;
    if (job->images && job->images < images)
        images = job->images;
    for (uint32_t i = 0; status == SERAC_OK && i < job->network->num_layers; i++) {
        const struct serac_tensor *was = &job->network->layers[i].output;
        if (!t->own[serac_tune_act(i)])
            continue;
        status = serac_calibrate(job->setting, job->network, job->dataset, images, i, histogram, error);
        for (uint32_t w = 0; status == SERAC_OK && w < job->acts.count; w++)
            if (job->acts.bits[w] < was->bits)
                serac_narrow_fit(was, histogram, job->acts.bits[w], fit_of(t, i, w));
    }
    return status;
}

/* Runs it on `dataset`; the caller frees the result. */
static enum serac_status run(const struct serac_tune_job *job, const struct serac_tune *t, const uint8_t *bits,
                             const char *dataset, uint64_t limit, struct serac_infer_result *result,
                             struct serac_error *error)
{
    struct serac_build narrow;
    enum serac_status status = serac_tune_network(job, t, bits, job->network->name, &narrow, error);
    if (status != SERAC_OK)
        return status;
    struct serac_infer_job infer = {.setting = job->setting, .network = job->network->name,
                                    .built = narrow.network, .backend = "model", .dataset = dataset,
                                    .limit = limit};
    status = serac_infer_run(&infer, result, error);
    serac_build_free(&narrow);
    return status;
}

/* A network at some widths may overflow, or not fit its design: no point then, and no failure. */
static bool cannot_be(enum serac_status status)
{
    return status == SERAC_E_OVERFLOW || status == SERAC_E_FIT;
}

/* --- what widths cost and lose ---------------------------------------------------------- */

double *serac_tune_sensitivity(const struct serac_tune *t, uint32_t knob, uint32_t width)
{
    return t->sensitivity + (size_t)knob * SERAC_TUNE_WIDTHS + width;
}

static double *cost_at(const struct serac_tune *t, uint32_t layer, uint32_t weights, uint32_t acts)
{
    return t->costs + ((size_t)layer * SERAC_TUNE_WIDTHS + weights) * SERAC_TUNE_WIDTHS + acts;
}

/* The machine's row of a layer. */
static const struct serac_row *row_of(const struct serac_infer_result *r, const char *layer)
{
    for (size_t i = 0; i < r->num_rows; i++)
        if (!strcmp(r->rows[i].cells[SERAC_COLUMN_layer], layer) &&
            strcmp(r->rows[i].cells[SERAC_COLUMN_backend], "host") != 0)
            return &r->rows[i];
    return NULL;
}

static enum serac_status find_pair(const struct serac_tune_job *job, struct serac_tune *t, uint32_t weights,
                                   uint32_t acts, struct serac_error *error)
{
    uint8_t bits[SERAC_TUNE_KNOBS];
    struct serac_infer_result result;
    serac_tune_uniform(job, t, weights, acts, bits);
    enum serac_status status = run(job, t, bits, job->dataset, 1, &result, error);
    if (status != SERAC_OK && !cannot_be(status))
        return status;
    for (uint32_t i = 0; i < job->network->num_layers && cannot_be(status); i++)
        *cost_at(t, i, weights, acts) = NAN;
    for (uint32_t i = 0; i < job->network->num_layers && status == SERAC_OK; i++) {
        const struct serac_row *row = row_of(&result, job->network->layers[i].name);
        double cost = row ? serac_row_get(row, job->cost) : 0;
        *cost_at(t, i, weights, acts) = isnan(cost) ? 0 : cost;    /* an addition has no weight_bytes */
    }
    if (status == SERAC_OK)
        serac_infer_free(&result);
    return SERAC_OK;
}

enum serac_status serac_tune_find_costs(const struct serac_tune_job *job, struct serac_tune *t,
                                        struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    uint32_t acts = job->acts.count ? job->acts.count : 1;
    for (uint32_t w = 0; w < job->weights.count; w++)
        for (uint32_t a = 0; status == SERAC_OK && a < acts; a++)
            status = find_pair(job, t, w, a, error);
    return status;
}

double serac_tune_cost(const struct serac_tune_job *job, const struct serac_tune *t, const uint8_t *bits)
{
    double sum = 0;
    for (uint32_t i = 0; i < job->network->num_layers; i++) {
        int32_t from = job->network->inputs[i][0];
        uint32_t act = from < 0 ? 0 : bits[serac_tune_act((uint32_t)from)];
        uint32_t a = job->acts.count ? number_of(&job->acts, act) : 0;
        sum += *cost_at(t, i, number_of(&job->weights, bits[i]), a);
    }
    return sum;
}

double serac_tune_loss(const struct serac_tune_job *job, const struct serac_tune *t, const uint8_t *bits)
{
    double sum = 0;
    for SERAC_TUNE_EACH(t, knob)
        sum += *serac_tune_sensitivity(t, knob, number_of(serac_tune_offered(job, knob), bits[knob]));
    return sum;
}

/* --- measuring -------------------------------------------------------------------------- */

uint32_t serac_tune_find(const struct serac_tune *t, const uint8_t *bits)
{
    for (uint32_t i = 0; i < t->num_points; i++)
        if (!memcmp(t->points[i].bits, bits, sizeof t->points[i].bits))
            return i;
    return SERAC_TUNE_NONE;
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
static enum serac_status total_of(const struct serac_tune_job *job, const struct serac_tune *t, const uint8_t *bits,
                                  struct serac_row *row, struct serac_error *error)
{
    struct serac_infer_result result;
    if (job->recall && job->recall(job->ctx, bits, row))
        return SERAC_OK;
    enum serac_status status = run(job, t, bits, job->dataset, job->images, &result, error);
    if (status != SERAC_OK)
        return status;
    *row = result.rows[result.num_rows - 1];
    serac_row_setting(row, &job->setting->design, &job->setting->memory);
    name_row(job, bits, row);
    serac_infer_free(&result);
    return SERAC_OK;
}

/* Accuracies have six digits in a row, which tell the number of up to 500,000 images. */
enum serac_status serac_tune_measure(const struct serac_tune_job *job, struct serac_tune *t, const uint8_t *bits,
                                     bool uniform, uint32_t *point, struct serac_error *error)
{
    *point = serac_tune_find(t, bits);
    if (*point != SERAC_TUNE_NONE) {
        t->points[*point].uniform |= uniform;
        return SERAC_OK;
    }
    if (!make_room(t))
        return SERAC_E_NOMEM;
    struct serac_tune_point *p = &t->points[t->num_points];
    memset(p, 0, sizeof *p);
    enum serac_status status = total_of(job, t, bits, &p->row, error);
    if (cannot_be(status) && t->num_points)
        return SERAC_OK;
    if (status != SERAC_OK)
        return status;
    double images = serac_row_get(&p->row, SERAC_COLUMN_images);
    memcpy(p->bits, bits, sizeof p->bits);
    p->correct = (uint64_t)(serac_row_get(&p->row, SERAC_COLUMN_accuracy) * images + 0.5);
    p->accuracy = (double)p->correct / images;
    p->cost = serac_row_get(&p->row, job->cost);
    p->uniform = uniform;
    *point = t->num_points++;
    return job->keep ? job->keep(job->ctx, bits, &p->row, error) : SERAC_OK;
}

enum serac_status serac_tune_confirm(const struct serac_tune_job *job, struct serac_tune *t, uint32_t point,
                                     struct serac_error *error)
{
    struct serac_tune_point *p = &t->points[point];
    struct serac_infer_result result;
    if (!job->test || p->tested)
        return SERAC_OK;
    enum serac_status status = run(job, t, p->bits, job->test, 0, &result, error);
    if (status != SERAC_OK)
        return status;
    p->tested = result.images;
    p->right = result.correct;
    serac_infer_free(&result);
    return SERAC_OK;
}
