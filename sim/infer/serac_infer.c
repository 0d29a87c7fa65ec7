/* serac_infer.c - one network on one device through the driver, measured. */
#include "serac_infer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_image_make.h"
#include "serac_infer_session.h"

void serac_wilson(uint64_t right, uint64_t n, double *low, double *high)
{
    const double z = 1.959964;
    double p = (double)right / (double)n, nn = (double)n;
    double middle = p + z * z / (2 * nn);
    double half = z * sqrt(p * (1 - p) / nn + z * z / (4 * nn * nn));
    *low = (middle - half) / (1 + z * z / nn);
    *high = (middle + half) / (1 + z * z / nn);
}

enum serac_status serac_infer_say(struct serac_infer_session *s, enum serac_status status,
                                  const char *what)
{
    if (s->error && !s->error->text[0])
        snprintf(s->error->text, sizeof s->error->text, "%s: %s", what,
                 serac_status_text(status));
    return status;
}

static enum serac_status open_data(struct serac_infer_session *s)
{
    const struct serac_tensor *in = &s->network->input;
    const char *data = s->job->dataset;
    if (s->job->input)
        return serac_dataset_raw(s->job->input, in, &s->data, s->error);
    if (!data)
        data = strcmp(s->network->dataset, "fashion-mnist")
                   ? s->network->dataset : "fashion-mnist-500";
    if (!data[0]) {
        if (s->error)
            snprintf(s->error->text, sizeof s->error->text,
                     "%s: names no data set: give --data or --input", s->job->network);
        return SERAC_E_INPUT;
    }
    enum serac_status status = serac_dataset_load(data, &s->data, s->error);
    if (status != SERAC_OK)
        return status;
    return serac_dataset_fits(&s->data, in, s->error);
}

/* What --trace asks for, before anything runs. */
static enum serac_status open_recording(struct serac_infer_session *s)
{
    const struct serac_infer_job *job = s->job;
    const struct serac_setting *t = job->setting;
    bool model = !strcmp(job->backend, "model"), rtl = !strcmp(job->backend, "rtl");
    if (!job->trace)
        return SERAC_OK;
    if (!model && !rtl) {
        if (s->error)
            snprintf(s->error->text, sizeof s->error->text,
                     "--trace goes with --backend model or rtl, not %.100s", job->backend);
        return SERAC_E_INPUT;
    }
    const struct serac_trace_about about = {
        .design = t->design.name, .network = s->network->name, .memory = t->memory.name,
        .technology = t->tech.name, .seed = t->memory.seed,
        .clock_mhz = serac_cost_clock_mhz(&t->design, &t->tech, NULL)};
    s->names = calloc(s->network->num_layers, sizeof *s->names);
    return s->names ? serac_recording_begin(&s->recording, job->trace, job->trace_cycles,
                                            model, rtl, &about, s->error)
                    : SERAC_E_NOMEM;
}

static enum serac_status open_session(struct serac_infer_session *s)
{
    const struct serac_setting *setting = s->job->setting;
    enum serac_status status = SERAC_OK;
    if (!s->job->built)
        status = serac_network_load(s->job->network, &s->loaded, s->error);
    s->network = s->job->built ? s->job->built : s->loaded;
    if (status == SERAC_OK)
        status = open_data(s);
    if (status == SERAC_OK)
        status = serac_program_build(s->network, &setting->design,
                                     &setting->memory, &s->program, s->error);
    if (status != SERAC_OK)
        return status;
    s->image = serac_image_make(s->program, &s->image_bytes);
    s->blocks = calloc(s->network->num_layers, sizeof *s->blocks);
    s->host_us = calloc(s->network->num_layers, sizeof *s->host_us);
    if (!s->image || !s->blocks || !s->host_us)
        return SERAC_E_NOMEM;
    status = open_recording(s);
    if (status == SERAC_OK)
        status = serac_device_open(s->job->backend, &setting->design, &setting->memory,
                                   s->program->memory_bytes,
                                   s->job->trace ? &s->recording : NULL, &s->lane.device,
                                   s->error);
    return status;
}

static void close_session(struct serac_infer_session *s)
{
    serac_infer_lane_close(&s->lane);
    serac_program_destroy(s->program);
    serac_network_destroy(s->loaded);
    serac_dataset_free(&s->data);
    free(s->image);
    free(s->blocks);
    free(s->host_us);
    free(s->names);
}

/* Everything that uses the device. */
static void use_device(void *ctx)
{
    struct serac_infer_session *s = ctx;
    s->status = serac_infer_lane_load(&s->lane);
    if (s->status != SERAC_OK) {
        (void)serac_infer_say(s, s->status, "driver");
        return;
    }
    s->status = serac_infer_images(s);
    if (s->status == SERAC_OK)
        s->status = serac_infer_rows(s);
    serac_drv_close(&s->lane.drv);
}

enum serac_status serac_infer_run(const struct serac_infer_job *job,
                                  struct serac_infer_result *result,
                                  struct serac_error *error)
{
    struct serac_infer_session s = {.job = job, .result = result, .error = error};
    s.lane = (struct serac_infer_lane){.session = &s, .timing = true};
    memset(result, 0, sizeof *result);
    enum serac_status status = open_session(&s);
    if (status == SERAC_OK) {
        serac_device_enter(s.lane.device, use_device, &s);
        status = s.status;
    }
    status = serac_recording_end(&s.recording, status, error);
    if (status != SERAC_OK) {
        (void)serac_infer_say(&s, status, job->network);
        serac_infer_free(result);
    }
    close_session(&s);
    return status;
}

void serac_infer_free(struct serac_infer_result *result)
{
    free(result->rows);
    result->rows = NULL;
    result->num_rows = 0;
}
