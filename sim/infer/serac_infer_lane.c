/* serac_infer_lane.c - images through the network on one device, step by step.
 *
 * Cycles do not depend on data, so one image's counters stand for all. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serac_infer_session.h"

uint32_t serac_infer_outputs(const struct serac_infer_session *s)
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
static enum serac_status keep_counters(struct serac_infer_lane *lane, const struct serac_program_step *step)
{
    struct serac_infer_session *s = lane->session;
    struct serac_drv_counters counters;
    enum serac_status status = serac_drv_counters(&lane->drv, &counters);
    if (status != SERAC_OK)
        return status;
    add_counters(&s->total, &counters);
    if (lane->device->run.num_blocks == step->count)
        memcpy(s->blocks + step->first, lane->device->run.blocks, step->count * sizeof *s->blocks);
    return SERAC_OK;
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

/* Reads its operands from the device's memory, computes, and writes the result back. */
static enum serac_status run_host(struct serac_infer_lane *lane, uint32_t i)
{
    struct serac_infer_session *s = lane->session;
    struct serac_program_places at;
    serac_program_places(s->program, s->network, i, &at);
    double start = now_us();
    enum serac_status status = serac_drv_read(&lane->drv, at.in, lane->operands[0], at.in_bytes);
    if (status == SERAC_OK && at.in2_bytes)
        status = serac_drv_read(&lane->drv, at.in2, lane->operands[1], at.in2_bytes);
    if (status == SERAC_OK)
        status = serac_program_host(s->program, s->network, i, lane->operands[0], lane->operands[1], lane->packed);
    if (status == SERAC_OK)
        status = serac_drv_write(&lane->drv, at.out, lane->packed, at.out_bytes);
    double took = now_us() - start;
    if (lane->timing && (!s->timed || took < s->host_us[i]))
        s->host_us[i] = took;
    return status;
}

/* A run of the machine; the first image's is recorded. */
static enum serac_status run_machine(struct serac_infer_lane *lane, const struct serac_program_step *step)
{
    struct serac_infer_session *s = lane->session;
    bool first = lane->timing && !s->timed, record = s->job->trace && first;
    if (record) {
        serac_recording_names(s->network, step, s->names);
        serac_recording_begin_run(&s->recording, &s->program->design, s->names, step->count);
    }
    enum serac_status status = serac_drv_submit_at(&lane->drv, s->program->layers[step->first].block);
    if (status == SERAC_OK)
        status = serac_drv_wait(&lane->drv);
    if (record)
        serac_recording_end_run(&s->recording);
    return status == SERAC_OK && first ? keep_counters(lane, step) : status;
}

static enum serac_status run_steps(struct serac_infer_lane *lane)
{
    struct serac_infer_session *s = lane->session;
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < s->program->num_steps; i++) {
        const struct serac_program_step *step = &s->program->steps[i];
        status = step->host ? run_host(lane, step->first) : run_machine(lane, step);
    }
    if (lane->timing)
        s->timed = true;
    return status;
}

enum serac_status serac_infer_lane_run(struct serac_infer_lane *lane, uint64_t index, int32_t *outputs)
{
    const struct serac_infer_session *s = lane->session;
    const struct serac_program *p = s->program;
    serac_dataset_codes(&s->data, &p->input_tensor, index, lane->codes);
    serac_pack_tensor(&p->input_tensor, &p->design, lane->codes, lane->packed);
    enum serac_status status = serac_drv_write_input(&lane->drv, lane->packed, p->input_layout.bytes);
    if (status == SERAC_OK)
        status = run_steps(lane);
    if (status == SERAC_OK)
        status = serac_drv_read_output(&lane->drv, lane->packed, p->output_layout.bytes);
    if (status == SERAC_OK)
        serac_unpack_tensor(&p->output_tensor, &p->design, lane->packed, outputs);
    return status;
}

/* --- a device, its room and its program ------------------------------------------- */

static size_t larger(uint64_t a, uint64_t b)
{
    return (size_t)(a > b ? a : b);
}

/* Room for the network's input and output and all that the host touches. */
static enum serac_status make_room(struct serac_infer_lane *lane)
{
    const struct serac_infer_session *s = lane->session;
    const struct serac_program *p = s->program;
    size_t most = larger(p->input_layout.bytes, p->output_layout.bytes);
    for (uint32_t i = 0; i < p->num_steps; i++) {
        struct serac_program_places at;
        serac_program_places(p, s->network, p->steps[i].first, &at);
        if (p->steps[i].host)
            most = larger(most, larger(at.in_bytes, larger(at.in2_bytes, at.out_bytes)));
    }
    lane->packed = malloc(most);
    lane->operands[0] = malloc(most);
    lane->operands[1] = malloc(most);
    lane->codes = malloc((size_t)s->data.height * s->data.width * s->data.channels * sizeof *lane->codes);
    return lane->packed && lane->operands[0] && lane->operands[1] && lane->codes ? SERAC_OK : SERAC_E_NOMEM;
}

enum serac_status serac_infer_lane_load(struct serac_infer_lane *lane)
{
    const struct serac_infer_session *s = lane->session;
    enum serac_status status = serac_drv_open(&lane->drv, &lane->device->io);
    if (status == SERAC_OK)
        status = serac_drv_load(&lane->drv, s->image, s->image_bytes);
    return status == SERAC_OK ? make_room(lane) : status;
}

enum serac_status serac_infer_lane_open(struct serac_infer_lane *lane, struct serac_infer_session *s)
{
    const struct serac_setting *t = s->job->setting;
    lane->session = s;
    enum serac_status status = serac_device_open("model", &t->design, &t->memory, s->program->memory_bytes, NULL,
                                                 &lane->device, s->error);
    return status == SERAC_OK ? serac_infer_lane_load(lane) : status;
}

void serac_infer_lane_close(struct serac_infer_lane *lane)
{
    serac_device_close(lane->device);
    free(lane->packed);
    free(lane->codes);
    free(lane->operands[0]);
    free(lane->operands[1]);
}
