/* serac_infer.c - one network on one device through the driver, measured.
 *
 * Cycles do not depend on data, so one image's counters stand for all. */
#include "serac_infer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serac_csr.h"
#include "serac_dataset.h"
#include "serac_device.h"
#include "serac_drv.h"
#include "serac_host.h"
#include "serac_image_make.h"
#include "serac_recording.h"

void serac_wilson(uint64_t right, uint64_t n, double *low, double *high)
{
    const double z = 1.959964;
    double p = (double)right / (double)n, nn = (double)n;
    double middle = p + z * z / (2 * nn);
    double half = z * sqrt(p * (1 - p) / nn + z * z / (4 * nn * nn));
    *low = (middle - half) / (1 + z * z / nn);
    *high = (middle + half) / (1 + z * z / nn);
}

/* --- a session with the device ---------------------------------------------------- */

struct session {
    const struct serac_infer_job *job;
    const struct serac_network *network;
    struct serac_network *loaded;     /* owned; NULL if the job has it */
    struct serac_program *program;
    struct serac_dataset data;
    struct serac_device *device;
    struct serac_drv drv;
    uint8_t *image, *packed;
    size_t image_bytes;
    int32_t *codes, *outputs;
    struct serac_counters *blocks;    /* the device's, a layer each */
    struct serac_counters total;      /* of one image */
    double *host_us;                  /* a layer each; the least of all images */
    uint8_t *operands[2];             /* packed, of the host's layers */
    bool timed;                       /* blocks and total are known */
    struct serac_recording recording; /* of the first image, if the job wants it */
    struct serac_trace_layer *names;  /* of a step's layers */
    struct serac_infer_result *result;
    struct serac_error *error;
    enum serac_status status;
};

static enum serac_status say(struct session *s, enum serac_status status,
                             const char *what)
{
    if (s->error && !s->error->text[0])
        snprintf(s->error->text, sizeof s->error->text, "%s: %s", what,
                 serac_status_text(status));
    return status;
}

static enum serac_status open_data(struct session *s)
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
static enum serac_status open_recording(struct session *s)
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

static enum serac_status open_session(struct session *s)
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
                                   s->job->trace ? &s->recording : NULL, &s->device,
                                   s->error);
    if (status == SERAC_OK && s->job->threads)
        s->device->threads = s->job->threads;
    return status;
}

static void close_session(struct session *s)
{
    serac_device_close(s->device);
    serac_program_destroy(s->program);
    serac_network_destroy(s->loaded);
    serac_dataset_free(&s->data);
    free(s->image);
    free(s->packed);
    free(s->codes);
    free(s->outputs);
    free(s->blocks);
    free(s->host_us);
    free(s->operands[0]);
    free(s->operands[1]);
    free(s->names);
}

static uint32_t output_count(const struct session *s)
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
static enum serac_status keep_counters(struct session *s, const struct serac_program_step *step)
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
static enum serac_status run_host(struct session *s, uint32_t i)
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
static enum serac_status run_machine(struct session *s, const struct serac_program_step *step)
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

static enum serac_status run_steps(struct session *s)
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
static void count_label(struct session *s, uint32_t label, uint32_t best)
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

static enum serac_status run_image(struct session *s, uint64_t index)
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
        return say(s, status, "driver");
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
static enum serac_status make_room(struct session *s)
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

static enum serac_status run_images(struct session *s)
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

/* --- rows --------------------------------------------------------------------- */

static void common_cells(const struct session *s, struct serac_row *row)
{
    serac_row_text(row, SERAC_COLUMN_memory, s->job->setting->memory.name);
    serac_row_text(row, SERAC_COLUMN_backend, s->job->backend);
    serac_row_text(row, SERAC_COLUMN_network, s->network->name);
    serac_row_u64(row, SERAC_COLUMN_batch, 1);
}

static void layer_row(const struct session *s, uint32_t i,
                      struct serac_row *row)
{
    const struct serac_layer *l = &s->network->layers[i];
    const struct serac_setting *t = s->job->setting;
    uint64_t pool = (uint64_t)l->pool * l->pool;
    uint64_t k = (uint64_t)l->kernel_h * l->kernel_w *
                 (l->op == SERAC_OP_CONV ? l->input.channels : 1);
    struct serac_work work = {.macs = 0};
    serac_work_add_layer(&work, &t->design, l, &s->program->layers[i].insn,
                         &s->blocks[i], 1);
    serac_row_work(row, &t->design, &t->tech, t->memory.dram_pj_per_bit, &work);
    common_cells(s, row);
    serac_row_text(row, SERAC_COLUMN_layer, l->name);
    serac_row_u64(row, SERAC_COLUMN_m, l->output.channels);
    serac_row_u64(row, SERAC_COLUMN_n,
                  pool * l->output.height * l->output.width);
    serac_row_u64(row, SERAC_COLUMN_k, k);
    if (l->op != SERAC_OP_ADD) {
        serac_row_u64(row, SERAC_COLUMN_weight_bits, l->weight_bits);
        serac_row_u64(row, SERAC_COLUMN_weight_store_bits,
                      l->weight_store_bits);
    }
    serac_row_u64(row, SERAC_COLUMN_act_bits, l->act_bits);
    serac_row_u64(row, SERAC_COLUMN_weight_bytes,
                  l->run_time ? 0 : s->program->layers[i].weight_bytes);
}

/* What the host did: its bytes, and its time on this computer. A layer of the machine: it
 * made the weights. */
static void host_row(struct session *s, uint32_t i, struct serac_row *row)
{
    const struct serac_layer *l = &s->network->layers[i];
    char name[SERAC_NAME_MAX + 16];
    struct serac_host_work work;
    serac_host_count(l, &work);
    if (l->run_time)
        work.bytes_written = s->program->layers[i].weight_bytes;
    snprintf(name, sizeof name, "%s%s", l->name, l->run_time ? ".weights" : "");
    serac_row_text(row, SERAC_COLUMN_design, s->job->setting->design.name);
    common_cells(s, row);
    serac_row_text(row, SERAC_COLUMN_backend, "host");
    serac_row_text(row, SERAC_COLUMN_layer, name);
    serac_row_u64(row, SERAC_COLUMN_act_bits, l->run_time ? l->operand.bits : l->input.bits);
    serac_row_u64(row, SERAC_COLUMN_bytes_read, work.bytes_read);
    serac_row_u64(row, SERAC_COLUMN_bytes_written, work.bytes_written);
    serac_row_f64(row, SERAC_COLUMN_time_us, s->host_us[i]);
    s->result->host_layers++;
    s->result->host_us += s->host_us[i];
    s->result->host_bytes += work.bytes_read + work.bytes_written;
}

/* The width all layers with weights share, or 0. */
static uint32_t shared_width(const struct serac_network *n, bool stored)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < n->num_layers; i++) {
        const struct serac_layer *l = &n->layers[i];
        uint32_t w = stored ? l->weight_store_bits : l->weight_bits;
        if (l->op == SERAC_OP_ADD || l->op == SERAC_OP_HOST || l->run_time)
            continue;
        if (width && w != width)
            return 0;
        width = w;
    }
    return width;
}

static void put_width(struct serac_row *row, enum serac_column column,
                      uint32_t width)
{
    if (width)
        serac_row_u64(row, column, width);
    else
        serac_row_text(row, column, "mixed");
}

static void total_row(const struct session *s,
                      const struct serac_counters *total,
                      struct serac_row *row)
{
    const struct serac_network *n = s->network;
    const struct serac_setting *t = s->job->setting;
    struct serac_work work = {.macs = 0};
    uint32_t acts = 0, seen = 0;
    for (uint32_t i = 0; i < n->num_layers; i++) {
        if (n->layers[i].op == SERAC_OP_HOST)
            continue;
        serac_work_add_layer(&work, &t->design, &n->layers[i],
                             &s->program->layers[i].insn, &s->blocks[i], 1);
        acts = !seen++ || n->layers[i].act_bits == acts ? n->layers[i].act_bits : 0;
    }
    work.counters = *total;
    serac_row_work(row, &t->design, &t->tech, t->memory.dram_pj_per_bit, &work);
    common_cells(s, row);
    serac_row_text(row, SERAC_COLUMN_layer, "total");
    put_width(row, SERAC_COLUMN_weight_bits, shared_width(n, false));
    put_width(row, SERAC_COLUMN_weight_store_bits, shared_width(n, true));
    put_width(row, SERAC_COLUMN_act_bits, acts);
    serac_row_u64(row, SERAC_COLUMN_weight_bytes,
                  serac_network_weight_bytes(n));
    serac_row_u64(row, SERAC_COLUMN_memory_bytes, s->program->memory_bytes);
    serac_row_u64(row, SERAC_COLUMN_images, s->result->images);
    if (!s->result->images || !s->result->labelled)
        return;
    serac_row_f64(row, SERAC_COLUMN_accuracy,
                  (double)s->result->correct / (double)s->result->images);
    serac_row_f64(row, SERAC_COLUMN_log_loss, s->result->log_loss);
}

/* What must hold for every row, whatever ran. */
static enum serac_status check_counters(struct session *s,
                                        const struct serac_counters *c,
                                        uint64_t busy, const char *name)
{
    const char *what = NULL;
    if (!serac_counters_add_up(c))
        what = "the causes do not sum to the cycles";
    else if (c->array_busy_cycles != busy)
        what = "array_busy_cycles differ from the formula";
    if (what && s->error)
        snprintf(s->error->text, sizeof s->error->text, "%s: %s", name, what);
    return what ? SERAC_E_INTERNAL : SERAC_OK;
}

/* Does the device tell its layers' shares apart? Else they are the cycle model's. */
static enum serac_status find_shares(struct session *s)
{
    if (s->device->run.num_blocks)
        return SERAC_OK;
    enum serac_status status = serac_program_blocks(s->program, &s->job->setting->memory, s->blocks);
    return status == SERAC_OK ? status : say(s, status, "timeline");
}

static enum serac_status make_rows(struct session *s)
{
    uint32_t layers = s->program->num_layers, rows = 0;
    enum serac_status status = find_shares(s);
    if (status != SERAC_OK)
        return status;
    s->result->rows = calloc(2 * (size_t)layers + 1, sizeof *s->result->rows);
    if (!s->result->rows)
        return SERAC_E_NOMEM;
    uint64_t busy = 0;
    for (uint32_t i = 0; status == SERAC_OK && i < layers; i++) {
        const struct serac_program_layer *l = &s->program->layers[i];
        bool host = l->block == SERAC_NO_BLOCK;
        if (host || s->network->layers[i].run_time)
            host_row(s, i, &s->result->rows[rows++]);
        if (host)
            continue;
        layer_row(s, i, &s->result->rows[rows++]);
        busy += l->array_busy_cycles;
        status = check_counters(s, &s->blocks[i], l->array_busy_cycles, l->name);
    }
    total_row(s, &s->total, &s->result->rows[rows]);
    s->result->num_rows = rows + 1;
    if (status == SERAC_OK)
        status = check_counters(s, &s->total, busy, "total");
    s->result->float_accuracy = s->network->float_accuracy;
    return status;
}

/* Everything that uses the device. */
static void use_device(void *ctx)
{
    struct session *s = ctx;
    s->status = serac_drv_open(&s->drv, &s->device->io);
    if (s->status == SERAC_OK)
        s->status = serac_drv_load(&s->drv, s->image, s->image_bytes);
    if (s->status != SERAC_OK) {
        (void)say(s, s->status, "driver");
        return;
    }
    s->status = run_images(s);
    if (s->status == SERAC_OK)
        s->status = make_rows(s);
    serac_drv_close(&s->drv);
}

enum serac_status serac_infer_run(const struct serac_infer_job *job,
                                  struct serac_infer_result *result,
                                  struct serac_error *error)
{
    struct session s = {.job = job, .result = result, .error = error};
    memset(result, 0, sizeof *result);
    enum serac_status status = open_session(&s);
    if (status == SERAC_OK) {
        serac_device_enter(s.device, use_device, &s);
        status = s.status;
    }
    status = serac_recording_end(&s.recording, status, error);
    if (status != SERAC_OK) {
        (void)say(&s, status, job->network);
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
