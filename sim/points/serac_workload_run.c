/* serac_workload_run.c - a workload on a design: how long, at what cost. */
#include "serac_workload_run.h"

#include <stdlib.h>
#include <string.h>

#include "serac_map.h"
#include "serac_timings.h"

/* A layer at its widths and what one of it takes. */
struct timed {
    const struct serac_workload_layer *layer;   /* borrowed */
    struct serac_layer shape;
    struct serac_counters one;
    struct serac_insn insn;
    uint64_t times;              /* it runs */
    uint64_t kept;               /* elements, of all inputs */
    uint64_t weight_bytes, live_bytes, cache_bytes;
};

static enum serac_status fail(struct serac_error *error, const char *name,
                              const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "layer %s: %s", name, what);
    return SERAC_E_INTERNAL;
}

static enum serac_status map_layer(const struct serac_workload_job *job,
                                    struct timed *t, struct serac_error *error)
{
    const struct serac_design *d = &job->setting->design;
    const struct serac_memory_config *m = &job->setting->memory;
    struct serac_mapping mapping;
    enum serac_status status =
        serac_map_best(&t->shape, d, m, &mapping, NULL, error);
    if (status == SERAC_OK)
        status = serac_map_time(&t->shape, d, m, &mapping, &t->one, &t->insn,
                                error);
    if (status != SERAC_OK)
        return status;
    if (!serac_counters_add_up(&t->one))
        return fail(error, t->layer->name,
                    "the causes do not sum to the cycles");
    if (t->one.array_busy_cycles != serac_map_busy_cycles(&t->shape, d))
        return fail(error, t->layer->name,
                    "array_busy_cycles differ from the formula");
    return SERAC_OK;
}

static enum serac_status time_layer(const struct serac_workload_job *job,
                                    struct timed *t, struct serac_error *error)
{
    const struct serac_setting *s = job->setting;
    if (serac_timings_find(job->timings, &s->design, &s->memory, &t->shape,
                           &t->one, &t->insn))
        return SERAC_OK;
    enum serac_status status = map_layer(job, t, error);
    if (status == SERAC_OK)
        status = serac_timings_add(job->timings, &t->shape, &t->one, &t->insn);
    return status;
}

/* Weights or caches, and the tensors that are alive while it runs, of all inputs. */
static void measure(const struct serac_design *d, struct timed *t)
{
    uint64_t inputs = t->times / t->layer->count;
    struct serac_footprint f;
    serac_map_footprint(&t->shape, d, &f);
    uint64_t operands = t->shape.op == SERAC_OP_ADD ? 2 : 1;
    t->live_bytes = inputs * (operands * f.input + f.output) +
                    (t->kept * t->shape.input.bits + 7) / 8;
    if (!t->layer->run_time)
        t->weight_bytes = f.weights;
    else if (t->layer->cached)
        t->cache_bytes = inputs * f.weights;
    else
        t->live_bytes += inputs * f.weights;
}

static void add_work(struct serac_work *work, const struct serac_design *d,
                     const struct timed *t)
{
    serac_work_add_layer(work, d, &t->shape, &t->insn, &t->one, t->times);
}

/* --- rows ---------------------------------------------------------------- */

static void common_cells(const struct serac_workload_job *job,
                         struct serac_row *row)
{
    const struct serac_setting *s = job->setting;
    serac_row_setting(row, &s->design, &s->memory);
    serac_row_text(row, SERAC_COLUMN_memory, s->memory.name);
    serac_row_text(row, SERAC_COLUMN_backend, "model");
    serac_row_text(row, SERAC_COLUMN_network, job->workload->name);
    serac_row_u64(row, SERAC_COLUMN_batch, job->batch);
    serac_row_precision(row, job->weight_bits, job->act_bits,
                        job->weight_store_bits);
}

static void layer_row(const struct serac_workload_job *job,
                      const struct timed *t, struct serac_row *row)
{
    const struct serac_layer *l = &t->shape;
    const struct serac_setting *s = job->setting;
    struct serac_work work = {.macs = 0};
    add_work(&work, &s->design, t);
    serac_row_work(row, &s->design, &s->tech, s->memory.dram_pj_per_bit, &work);
    common_cells(job, row);
    serac_row_text(row, SERAC_COLUMN_layer, l->name);
    serac_row_u64(row, SERAC_COLUMN_m, l->output.channels);
    serac_row_u64(row, SERAC_COLUMN_n, (uint64_t)l->pool * l->pool *
                                           l->output.height * l->output.width);
    serac_row_u64(row, SERAC_COLUMN_k, (uint64_t)l->kernel_h * l->kernel_w *
                  (l->op == SERAC_OP_CONV ? l->input.channels : 1));
    serac_row_u64(row, SERAC_COLUMN_act_bits, l->act_bits);
    serac_row_u64(row, SERAC_COLUMN_weight_bytes,
                  t->layer->count * t->weight_bytes);
    if (l->op == SERAC_OP_ADD)
        return;
    serac_row_u64(row, SERAC_COLUMN_weight_bits, l->weight_bits);
    serac_row_u64(row, SERAC_COLUMN_weight_store_bits, l->weight_store_bits);
}

static void total_row(const struct serac_workload_job *job,
                      const struct timed *timed, uint32_t count,
                      struct serac_row *row)
{
    const struct serac_setting *s = job->setting;
    struct serac_work work = {.macs = 0};
    uint64_t weights = 0, packed = 0, live = 0;
    bool mixed = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct timed *t = &timed[i];
        add_work(&work, &s->design, t);
        packed += t->layer->count * (t->weight_bytes + t->cache_bytes);
        live = t->live_bytes > live ? t->live_bytes : live;
        if (t->shape.op == SERAC_OP_ADD)
            continue;
        mixed = mixed || t->shape.weight_bits != job->weight_bits;
        weights += t->layer->count * t->layer->weights;
    }
    serac_row_work(row, &s->design, &s->tech, s->memory.dram_pj_per_bit, &work);
    common_cells(job, row);
    serac_row_text(row, SERAC_COLUMN_layer, "total");
    serac_row_u64(row, SERAC_COLUMN_weight_bits, job->weight_bits);
    serac_row_u64(row, SERAC_COLUMN_weight_store_bits, job->weight_store_bits);
    if (mixed) {
        serac_row_text(row, SERAC_COLUMN_weight_bits, "mixed");
        serac_row_text(row, SERAC_COLUMN_weight_store_bits, "mixed");
    }
    serac_row_u64(row, SERAC_COLUMN_act_bits, job->act_bits);
    serac_row_u64(row, SERAC_COLUMN_weight_bytes,
                  (weights * job->weight_store_bits + 7) / 8);
    serac_row_u64(row, SERAC_COLUMN_memory_bytes, packed + live);
}

/* --- the run ------------------------------------------------------------- */

/* The layer at the job's widths and batch. */
static enum serac_status shape_of(const struct serac_workload_job *job,
                                  const struct serac_workload_layer *l,
                                  struct timed *t, struct serac_error *error)
{
    struct serac_workload_layer wide = *l;
    bool weights = l->op != SERAC_WORKLOAD_ADD && !l->run_time;
    bool at_once = weights && l->op == SERAC_WORKLOAD_GEMM;
    t->layer = l;
    t->times = (uint64_t)l->count * (at_once ? 1 : job->batch);
    t->kept = l->kept * job->batch;
    if (at_once) {
        wide.shape.input.width *= job->batch;
        wide.shape.output.width *= job->batch;
    }
    enum serac_status status = serac_workload_layer_at(
        &wide, job->weight_bits, job->act_bits, &t->shape, error);
    if (weights)
        t->shape.weight_store_bits = job->weight_store_bits;
    return status;
}

/* Shapes of the layers that run on the array. */
static enum serac_status shapes(const struct serac_workload_job *job,
                                struct timed *timed, uint32_t *count,
                                struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    *count = 0;
    for (uint32_t i = 0; status == SERAC_OK && i < job->workload->num_layers;
         i++) {
        const struct serac_workload_layer *l = &job->workload->layers[i];
        if (l->op == SERAC_WORKLOAD_HOST)
            continue;
        status = shape_of(job, l, &timed[(*count)++], error);
    }
    return status;
}

static enum serac_status time_all(const struct serac_workload_job *job,
                                  struct timed *timed, uint32_t count,
                                  struct serac_workload_result *result,
                                  struct serac_error *error)
{
    const struct serac_design *d = &job->setting->design;
    uint64_t rest = 0;      /* at least this much is still to come */
    for (uint32_t i = 0; i < count; i++)
        rest += timed[i].times * serac_map_busy_cycles(&timed[i].shape, d);
    for (uint32_t i = 0; i < count && !result->gave_up; i++) {
        struct timed *t = &timed[i];
        enum serac_status status = time_layer(job, t, error);
        if (status != SERAC_OK)
            return status;
        measure(d, t);
        result->cycles += t->times * t->one.cycles;
        rest -= t->times * t->one.array_busy_cycles;
        result->gave_up = job->give_up_cycles &&
                          result->cycles + rest > job->give_up_cycles;
    }
    return SERAC_OK;
}

static enum serac_status run(const struct serac_workload_job *job,
                             struct timed *timed,
                             struct serac_workload_result *result,
                             struct serac_error *error)
{
    uint32_t count;
    enum serac_status status = shapes(job, timed, &count, error);
    if (status == SERAC_OK)
        status = time_all(job, timed, count, result, error);
    if (status != SERAC_OK || result->gave_up)
        return status;
    result->rows = calloc(count + 1, sizeof *result->rows);
    if (!result->rows)
        return SERAC_E_NOMEM;
    for (uint32_t i = 0; i < count; i++)
        layer_row(job, &timed[i], &result->rows[i]);
    total_row(job, timed, count, &result->rows[count]);
    result->num_rows = count + 1;
    return SERAC_OK;
}

enum serac_status serac_workload_run(const struct serac_workload_job *job,
                                     struct serac_workload_result *result,
                                     struct serac_error *error)
{
    struct serac_workload_job j = *job;
    struct timed *timed = calloc(j.workload->num_layers + 1, sizeof *timed);
    memset(result, 0, sizeof *result);
    if (!j.timings)
        j.timings = serac_timings_create();
    if (!j.batch)
        j.batch = 1;
    if (!j.weight_store_bits)
        j.weight_store_bits = j.weight_bits;
    enum serac_status status =
        timed && j.timings ? run(&j, timed, result, error) : SERAC_E_NOMEM;
    if (j.timings != job->timings)
        serac_timings_destroy(j.timings);
    free(timed);
    return status;
}

void serac_workload_free(struct serac_workload_result *result)
{
    free(result->rows);
    result->rows = NULL;
    result->num_rows = 0;
}

uint64_t serac_workload_busy_cycles(const struct serac_workload_job *job)
{
    uint64_t sum = 0;
    struct serac_layer shape;
    for (uint32_t i = 0; i < job->workload->num_layers; i++) {
        const struct serac_workload_layer *l = &job->workload->layers[i];
        if (l->op != SERAC_WORKLOAD_HOST &&
            serac_workload_layer_at(l, job->weight_bits, job->act_bits, &shape,
                                    NULL) == SERAC_OK)
            sum += l->count *
                   serac_map_busy_cycles(&shape, &job->setting->design);
    }
    return sum;
}

void serac_workload_say_host(FILE *to, const struct serac_workload *w)
{
    fprintf(to, "%s: %.3g M operations beside %.0f M multiply-accumulates are "
                "the host's, and in no time or energy:", w->name,
            (double)serac_workload_host_operations(w) * 1e-6,
            (double)serac_workload_macs(w) * 1e-6);
    const char *comma = " ";
    for (uint32_t i = 0; i < w->num_layers; i++) {
        const struct serac_workload_layer *l = &w->layers[i];
        if (!l->host_operations)
            continue;
        fprintf(to, "%s%s%s %.3g M", comma, l->name,
                l->patches ? " as patches" : "",
                (double)l->count * (double)l->host_operations * 1e-6);
        comma = ", ";
    }
    fprintf(to, "%s\n", *comma == ',' ? "" : " none");
    if (*w->assumed)
        fprintf(to, "%s, assumed: %s\n", w->name, w->assumed);
}
