/* serac_infer_images.c - images through the network, step by step.
 *
 * Cycles do not depend on data, so one image's counters stand for all. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serac_infer_session.h"

static uint32_t output_count(const struct serac_infer_session *s)
{
    const struct serac_tensor *t = &s->program->output_tensor;
    return t->height * t->width * t->channels;
}

static void add_counters(struct serac_counters *to, const struct serac_drv_counters *from)
{
#define ADD(name, offset) to->name += from->name;
    SERAC_COUNTER_LIST(ADD)
#undef ADD
}

/* What the first image took; the others take the same. */
static enum serac_status keep_counters(struct serac_infer_session *s, const struct serac_program_step *step)
{
    struct serac_drv_counters counters;
    enum serac_status status = serac_drv_counters(&s->drv, &counters);
    if (status != SERAC_OK)
        return status;
    add_counters(&s->total, &counters);
    if (s->device->run.num_blocks == step->count)
        memcpy(s->blocks + step->first, s->device->run.blocks, step->count * sizeof *s->blocks);
    return SERAC_OK;
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

/* Reads its operands from the device's memory, computes, and writes the result back. */
static enum serac_status run_host(struct serac_infer_session *s, uint32_t i)
{
    struct serac_program_places at;
    serac_program_places(s->program, s->network, i, &at);
    double start = now_us();
    enum serac_status status = serac_drv_read(&s->drv, at.in, s->operands[0], at.in_bytes);
    if (status == SERAC_OK && at.in2_bytes)
        status = serac_drv_read(&s->drv, at.in2, s->operands[1], at.in2_bytes);
    if (status == SERAC_OK)
        status = serac_program_host(s->program, s->network, i, s->operands[0], s->operands[1], s->packed);
    if (status == SERAC_OK)
        status = serac_drv_write(&s->drv, at.out, s->packed, at.out_bytes);
    double took = now_us() - start;
    if (!s->timed || took < s->host_us[i])
        s->host_us[i] = took;
    return status;
}

/* A run of the machine; the first image's is recorded. */
static enum serac_status run_machine(struct serac_infer_session *s, const struct serac_program_step *step)
{
    bool record = s->job->trace && !s->timed;
    if (record) {
        serac_recording_names(s->network, step, s->names);
        serac_recording_begin_run(&s->recording, &s->program->design, s->names, step->count);
    }
    enum serac_status status = serac_drv_submit_at(&s->drv, s->program->layers[step->first].block);
    if (status == SERAC_OK)
        status = serac_drv_wait(&s->drv);
    if (record)
        serac_recording_end_run(&s->recording);
    return status == SERAC_OK && !s->timed ? keep_counters(s, step) : status;
}

static enum serac_status run_steps(struct serac_infer_session *s)
{
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < s->program->num_steps; i++) {
        const struct serac_program_step *step = &s->program->steps[i];
        status = step->host ? run_host(s, step->first) : run_machine(s, step);
    }
    s->timed = true;
    return status;
}

/* The outputs are scores, which softmax makes probabilities; a network that ends with softmax
 * gives those. */
static bool ends_with_softmax(const struct serac_network *n)
{
    const struct serac_layer *last = &n->layers[n->num_layers - 1];
    return last->op == SERAC_OP_HOST && last->host == SERAC_HOST_SOFTMAX;
}

/* Right or not, and minus the logarithm of what the network gave the label, `best` having the
 * largest score. */
static void count_label(struct serac_infer_session *s, uint32_t label, uint32_t best)
{
    double scale = s->network->output_scales[s->network->num_layers - 1], sum = 0;
    uint32_t count = output_count(s);
    s->result->correct += best == label;
    if (ends_with_softmax(s->network) || label >= count || !(scale > 0)) {
        s->result->log_loss = NAN;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        sum += exp(((double)s->outputs[i] - s->outputs[best]) * scale);
    s->result->log_loss += log(sum) + ((double)s->outputs[best] - s->outputs[label]) * scale;
}

static enum serac_status run_image(struct serac_infer_session *s, uint64_t index)
{
    const struct serac_design *d = &s->job->setting->design;
    uint32_t count = output_count(s), best = 0;
    serac_dataset_codes(&s->data, &s->program->input_tensor, index, s->codes);
    serac_pack_tensor(&s->program->input_tensor, d, s->codes, s->packed);
    enum serac_status status = serac_drv_write_input(
        &s->drv, s->packed, s->program->input_layout.bytes);
    if (status == SERAC_OK)
        status = run_steps(s);
    if (status == SERAC_OK)
        status = serac_drv_read_output(&s->drv, s->packed,
                                       s->program->output_layout.bytes);
    if (status != SERAC_OK)
        return serac_infer_say(s, status, "driver");
    serac_unpack_tensor(&s->program->output_tensor, d, s->packed, s->outputs);
    if (s->job->take)
        s->job->take(s->job->ctx, s->outputs, count);
    for (uint32_t i = 0; i < count; i++) {
        if (s->job->outputs)
            fprintf(s->job->outputs, "%s%d", i ? " " : "", s->outputs[i]);
        if (s->outputs[i] > s->outputs[best])
            best = i;
    }
    if (s->job->outputs)
        fputc('\n', s->job->outputs);
    if (s->data.labels)
        count_label(s, s->data.labels[index], best);
    return SERAC_OK;
}

static size_t larger(uint64_t a, uint64_t b)
{
    return (size_t)(a > b ? a : b);
}

/* Room for the network's input and output and all that the host touches. */
static enum serac_status make_room(struct serac_infer_session *s)
{
    const struct serac_program *p = s->program;
    size_t most = larger(p->input_layout.bytes, p->output_layout.bytes);
    for (uint32_t i = 0; i < p->num_steps; i++) {
        struct serac_program_places at;
        serac_program_places(p, s->network, p->steps[i].first, &at);
        if (p->steps[i].host)
            most = larger(most, larger(at.in_bytes, larger(at.in2_bytes, at.out_bytes)));
    }
    s->packed = malloc(most);
    s->operands[0] = malloc(most);
    s->operands[1] = malloc(most);
    s->codes = malloc((size_t)s->data.height * s->data.width * s->data.channels * sizeof *s->codes);
    s->outputs = malloc(output_count(s) * sizeof *s->outputs);
    return s->packed && s->operands[0] && s->operands[1] && s->codes && s->outputs ? SERAC_OK
                                                                                    : SERAC_E_NOMEM;
}

enum serac_status serac_infer_images(struct serac_infer_session *s)
{
    uint64_t n = s->data.count;
    if (s->job->limit && s->job->limit < n)
        n = s->job->limit;
    enum serac_status status = make_room(s);
    for (uint64_t i = 0; status == SERAC_OK && i < n; i++) {
        status = run_image(s, i);
        if (s->job->progress)
            serac_cli_progress("images", i + 1, n);
    }
    s->result->images = n;
    s->result->log_loss /= (double)n;
    s->result->labelled = s->data.labels != NULL;
    return status;
}
