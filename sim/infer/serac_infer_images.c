/* serac_infer_images.c - the images of a data set, by one device or shared among several, and what came out. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "serac_infer_session.h"

#define LANES 64
#define TURN 32          /* images of a lane before their outputs are looked at */

/* The outputs are scores, which softmax makes probabilities; a network that ends with softmax
 * gives those. */
static bool ends_with_softmax(const struct serac_network *n)
{
    const struct serac_layer *last = &n->layers[n->num_layers - 1];
    return last->op == SERAC_OP_HOST && last->host == SERAC_HOST_SOFTMAX;
}

/* Right or not, and minus the logarithm of what the network gave the label, `best` having the
 * largest score. */
static void count_label(struct serac_infer_session *s, const int32_t *outputs, uint32_t label, uint32_t best)
{
    double scale = s->network->output_scales[s->network->num_layers - 1], sum = 0;
    uint32_t count = serac_infer_outputs(s);
    s->result->correct += best == label;
    if (ends_with_softmax(s->network) || label >= count || !(scale > 0)) {
        s->result->log_loss = NAN;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        sum += exp(((double)outputs[i] - outputs[best]) * scale);
    s->result->log_loss += log(sum) + ((double)outputs[best] - outputs[label]) * scale;
}

/* What came out of an image; called in the images' order. */
static void look(struct serac_infer_session *s, uint64_t index, const int32_t *outputs)
{
    uint32_t count = serac_infer_outputs(s), best = 0;
    if (s->job->take)
        s->job->take(s->job->ctx, outputs, count);
    for (uint32_t i = 0; i < count; i++) {
        if (s->job->outputs)
            fprintf(s->job->outputs, "%s%d", i ? " " : "", outputs[i]);
        if (outputs[i] > outputs[best])
            best = i;
    }
    if (s->job->outputs)
        fputc('\n', s->job->outputs);
    if (s->data.labels)
        count_label(s, outputs, s->data.labels[index], best);
}

/* Every `step`-th of the images from `first` on. */
struct share {
    struct serac_infer_lane *lane;
    uint64_t first, end, step;
    int32_t *outputs;                 /* of `first`; the next one's are `stride` behind */
    size_t stride;
    enum serac_status status;
    pthread_t thread;
    bool started;
};

static void *run_share(void *ctx)
{
    struct share *s = ctx;
    int32_t *outputs = s->outputs;
    for (uint64_t i = s->first; s->status == SERAC_OK && i < s->end; i += s->step, outputs += s->stride)
        s->status = serac_infer_lane_run(s->lane, i, outputs);
    return NULL;
}

/* Images first..end-1, one lane each in turn. A thread that cannot be started is run here. */
static enum serac_status run_turn(struct serac_infer_lane **lanes, uint32_t count, uint64_t first, uint64_t end,
                                  int32_t *outputs)
{
    struct share shares[LANES];
    size_t each = serac_infer_outputs(lanes[0]->session);
    for (uint32_t i = 0; i < count; i++) {
        shares[i] = (struct share){.lane = lanes[i], .first = first + i, .end = end, .step = count,
                                   .outputs = outputs + i * each, .stride = count * each};
        shares[i].started = i && !pthread_create(&shares[i].thread, NULL, run_share, &shares[i]);
    }
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; i < count; i++)
        if (!shares[i].started)
            run_share(&shares[i]);
    for (uint32_t i = 0; i < count; i++) {
        if (shares[i].started)
            pthread_join(shares[i].thread, NULL);
        status = status == SERAC_OK ? shares[i].status : status;
    }
    return status;
}

static enum serac_status run_all(struct serac_infer_session *s, struct serac_infer_lane **lanes, uint32_t count,
                                 uint64_t images, int32_t *outputs)
{
    size_t each = serac_infer_outputs(s);
    enum serac_status status = SERAC_OK;
    for (uint64_t i = 0, turn; status == SERAC_OK && i < images; i += turn) {
        turn = i && count > 1 ? (uint64_t)count * TURN : 1;     /* the first image is timed, alone */
        turn = turn < images - i ? turn : images - i;
        status = run_turn(lanes, turn > 1 ? count : 1, i, i + turn, outputs);
        for (uint64_t k = 0; status == SERAC_OK && k < turn; k++)
            look(s, i + k, outputs + k * each);
        if (s->job->progress)
            serac_cli_progress("images", i + turn, images);
    }
    return status == SERAC_OK ? status : serac_infer_say(s, status, "driver");
}

/* Threads share the images where each gets some, else the layers' pixels. */
enum serac_status serac_infer_images(struct serac_infer_session *s)
{
    uint64_t n = s->data.count;
    if (s->job->limit && s->job->limit < n)
        n = s->job->limit;
    uint32_t threads = s->job->threads > 1 ? s->job->threads : 1, count = n / 4 >= threads ? threads : 1;
    if (count > LANES)
        count = LANES;
    s->lane.device->threads = count == 1 ? threads : 1;
    struct serac_infer_lane *lanes[LANES] = {&s->lane}, *more = calloc(count, sizeof *more);
    int32_t *outputs = malloc(serac_infer_outputs(s) * sizeof *outputs * (count > 1 ? (size_t)count * TURN : 1));
    enum serac_status status = more && outputs ? SERAC_OK : SERAC_E_NOMEM;
    for (uint32_t i = 1; status == SERAC_OK && i < count; i++) {
        lanes[i] = &more[i];
        status = serac_infer_lane_open(lanes[i], s);
    }
    if (status == SERAC_OK)
        status = run_all(s, lanes, count, n, outputs);
    for (uint32_t i = 1; i < count && lanes[i]; i++)
        serac_infer_lane_close(lanes[i]);
    free(more);
    free(outputs);
    s->result->images = n;
    s->result->log_loss /= (double)n;
    s->result->labelled = s->data.labels != NULL;
    return status;
}
