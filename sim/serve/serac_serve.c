/* serac_serve.c - a serving scenario on devices. */
#include "serac_serve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_queue.h"

/* What a batch of one size takes; 0 where it was not asked yet. */
struct service {
    const struct serac_workload_job *job;
    double time_us[SERAC_QUEUE_BATCH + 1], energy_uj[SERAC_QUEUE_BATCH + 1];
    double clock_mhz, leakage_w;           /* NAN: unknown */
};

/* Everything of one run of the queue. */
struct run {
    const struct serac_serving *serving;
    struct service service;
    double *arrivals, *start, *done;       /* owned */
    size_t count;
    double rate;
    struct serac_queue_policy policy;
    struct serac_queue_result result;
};

/* What is said of a run. NAN: nothing. */
struct figures {
    double load, throughput, mean, p50, p99, max, wait, batch, busy, energy_uj, power_mw;
};

struct list {
    struct serac_serve_row *rows;
    size_t count, room;
};

/* --- what a batch takes ------------------------------------------------------------ */

static enum serac_status time_batch(void *ctx, uint32_t batch, double *time_us,
                                    struct serac_error *error)
{
    struct service *s = ctx;
    if (s->time_us[batch] == 0) {
        struct serac_workload_job job = *s->job;
        struct serac_workload_result result;
        job.batch = batch;
        enum serac_status status = serac_workload_run(&job, &result, error);
        if (status != SERAC_OK)
            return status;
        const struct serac_row *total = &result.rows[result.num_rows - 1];
        double us = serac_row_get(total, SERAC_COLUMN_time_us);
        s->clock_mhz = serac_row_get(total, SERAC_COLUMN_clock_mhz);
        s->energy_uj[batch] = serac_row_get(total, SERAC_COLUMN_energy_uj);
        s->leakage_w = serac_row_get(total, SERAC_COLUMN_energy_leakage_uj) / us;
        /* The cell has six digits; cycles by clock has all. */
        s->time_us[batch] = (double)result.cycles / s->clock_mhz;
        serac_workload_free(&result);
        if (!(us > 0)) {
            snprintf(error->text, sizeof error->text, "technology %s: has no clock, so nothing can be "
                     "served", job.setting->tech.name);
            return SERAC_E_INPUT;
        }
    }
    *time_us = s->time_us[batch];
    return SERAC_OK;
}

/* --- what a run says --------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The smallest that `share` of `count` sorted numbers do not exceed. */
static double percentile(const double *sorted, size_t count, double share)
{
    size_t rank = (size_t)ceil(share * (double)count);
    return sorted[rank ? rank - 1 : 0];
}

static enum serac_status measure_latencies(const struct run *r, struct figures *f)
{
    size_t skip = r->serving->warm_up < r->count ? r->serving->warm_up : r->count - 1;
    size_t count = r->count - skip;
    double sum = 0, wait = 0;
    double *latency = malloc(count * sizeof *latency);
    if (!latency)
        return SERAC_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        latency[i] = r->done[skip + i] - r->arrivals[skip + i];
        sum += latency[i];
        wait += r->start[skip + i] - r->arrivals[skip + i];
    }
    qsort(latency, count, sizeof *latency, by_value);
    f->mean = sum / (double)count;
    f->wait = wait / (double)count;
    f->p50 = percentile(latency, count, 0.50);
    f->p99 = percentile(latency, count, 0.99);
    f->max = latency[count - 1];
    free(latency);
    return SERAC_OK;
}

static enum serac_status measure(const struct run *r, struct figures *f)
{
    const struct serac_queue_result *q = &r->result;
    double span = q->last_us - q->first_us, all = span * r->policy.devices;
    double energy = 0, batches = 0;
    for (uint32_t b = 1; b <= r->policy.max_batch; b++) {
        batches += (double)q->batches[b];
        if (q->batches[b])
            energy += (double)q->batches[b] * r->service.energy_uj[b];
    }
    if (!isnan(r->service.leakage_w))
        energy += r->service.leakage_w * (all - q->busy_us);
    f->throughput = (double)r->count / span * 1e6;
    f->batch = (double)r->count / batches;
    f->busy = q->busy_us / all;
    f->energy_uj = energy / (double)r->count;
    f->power_mw = energy / span * 1e3;
    f->mean = f->wait = f->p50 = f->p99 = f->max = NAN;
    /* A queue that only grows has no latency; a trace ends, and what it saw is so. */
    if (f->load >= 1 && !r->serving->trace[0])
        return SERAC_OK;
    return measure_latencies(r, f);
}

static enum serac_status simulate(struct run *r, uint32_t devices, struct figures *f,
                                  struct serac_error *error)
{
    double full;
    r->policy.devices = devices;
    enum serac_status status = time_batch(&r->service, r->policy.max_batch, &full, error);
    if (status == SERAC_OK)
        status = serac_queue_run(r->arrivals, r->count, &r->policy, time_batch, &r->service,
                                 r->start, r->done, &r->result, error);
    if (status != SERAC_OK)
        return status;
    f->load = r->rate * 1e-6 * full / ((double)r->policy.max_batch * devices);
    return measure(r, f);
}

/* The fewest devices that are enough, tried one by one, as waiting for full batches need not fall
 * with every device more; 0: no number is. No batch that waits for a device: more change nothing. */
static enum serac_status size(struct run *r, uint32_t *devices, struct figures *f,
                              struct serac_error *error)
{
    double full, limit = r->serving->latency_ms * 1e3;
    enum serac_status status = time_batch(&r->service, r->policy.max_batch, &full, error);
    double least = floor(r->rate * 1e-6 * full / r->policy.max_batch) + 1;
    *devices = 0;
    r->result.blocked_us = INFINITY;
    for (double n = least; status == SERAC_OK && n <= SERAC_QUEUE_DEVICES; n++) {
        status = simulate(r, (uint32_t)n, f, error);
        if (status == SERAC_OK && f->load < 1 && (limit <= 0 || f->p99 <= limit)) {
            *devices = (uint32_t)n;
            break;
        }
        if (r->result.blocked_us <= 0)
            break;
    }
    return status;
}

/* --- rows -------------------------------------------------------------------------- */

static void put(struct serac_serve_row *row, enum serac_serve_column column, double value)
{
    row->cells[column][0] = 0;
    if (isfinite(value))
        snprintf(row->cells[column], SERAC_SERVE_CELL, "%.6g", value);
}

static void put_text(struct serac_serve_row *row, enum serac_serve_column column, const char *text)
{
    snprintf(row->cells[column], SERAC_SERVE_CELL, "%s", text);
}

static void put_count(struct serac_serve_row *row, enum serac_serve_column column, uint64_t value)
{
    snprintf(row->cells[column], SERAC_SERVE_CELL, "%llu", (unsigned long long)value);
}

static void put_figures(struct serac_serve_row *row, const struct figures *f)
{
    put(row, SERAC_SERVE_load, f->load);
    put(row, SERAC_SERVE_throughput, f->throughput);
    put(row, SERAC_SERVE_latency_mean_us, f->mean);
    put(row, SERAC_SERVE_latency_p50_us, f->p50);
    put(row, SERAC_SERVE_latency_p99_us, f->p99);
    put(row, SERAC_SERVE_latency_max_us, f->max);
    put(row, SERAC_SERVE_wait_mean_us, f->wait);
    put(row, SERAC_SERVE_batch_mean, f->batch);
    put(row, SERAC_SERVE_busy, f->busy);
    put(row, SERAC_SERVE_energy_request_uj, f->energy_uj);
    put(row, SERAC_SERVE_power_mw, f->power_mw);
}

static struct serac_serve_row *new_row(struct list *list)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        struct serac_serve_row *more = realloc(list->rows, room * sizeof *more);
        if (!more)
            return NULL;
        list->rows = more;
        list->room = room;
    }
    memset(&list->rows[list->count], 0, sizeof *list->rows);
    return &list->rows[list->count++];
}

/* What is known of a row before anything ran. */
static struct serac_serve_row *begin_row(struct list *list, const struct run *r)
{
    const struct serac_workload_job *job = r->service.job;
    struct serac_serve_row *row = new_row(list);
    if (!row)
        return NULL;
    put_text(row, SERAC_SERVE_design, job->setting->design.name);
    put_text(row, SERAC_SERVE_technology, job->setting->tech.name);
    put_text(row, SERAC_SERVE_memory, job->setting->memory.name);
    put_text(row, SERAC_SERVE_network, job->workload->name);
    put_count(row, SERAC_SERVE_weight_bits, job->weight_bits);
    put_count(row, SERAC_SERVE_act_bits, job->act_bits);
    put(row, SERAC_SERVE_rate, r->rate);
    put_count(row, SERAC_SERVE_max_batch, r->policy.max_batch);
    put(row, SERAC_SERVE_max_wait_us, r->policy.max_wait_us);
    put_count(row, SERAC_SERVE_requests, r->count);
    return row;
}

/* What is known once batches were timed. */
static enum serac_status end_row(struct serac_serve_row *row, struct run *r, uint32_t needed,
                                 struct serac_error *error)
{
    double alone, cost = r->serving->cost_per_device;
    enum serac_status status = time_batch(&r->service, 1, &alone, error);
    put(row, SERAC_SERVE_clock_mhz, r->service.clock_mhz);
    put(row, SERAC_SERVE_time_us, alone);
    if (needed)
        put_count(row, SERAC_SERVE_devices_needed, needed);
    if (needed && cost > 0)
        put(row, SERAC_SERVE_cost, needed * cost);
    return status;
}

/* Why no number of devices is enough, of the last that was tried. */
static void say_why(struct serac_serve_row *row, const struct run *r, const struct figures *f)
{
    if (r->result.blocked_us <= 0)
        snprintf(row->cells[SERAC_SERVE_failed], SERAC_SERVE_CELL,
                 "99 %% within %.4g ms without waiting for a device, more than %.4g ms: no number of "
                 "devices is enough", f->p99 / 1e3, r->serving->latency_ms);
    else
        snprintf(row->cells[SERAC_SERVE_failed], SERAC_SERVE_CELL,
                 "more than %d devices would be needed", SERAC_QUEUE_DEVICES);
}

/* The rows of a design at one precision, rate and batch. */
static enum serac_status add_rows(struct run *r, struct list *list, struct serac_error *error)
{
    const struct serac_serving *s = r->serving;
    uint32_t needed = 0;
    struct figures sized = {.p99 = NAN}, given;
    enum serac_status status = size(r, &needed, &sized, error);
    if (status == SERAC_OK && !s->devices.count) {
        struct serac_serve_row *row = begin_row(list, r);
        if (!row)
            return SERAC_E_NOMEM;
        if (needed) {
            put_count(row, SERAC_SERVE_devices, needed);
            put_figures(row, &sized);
        } else {
            say_why(row, r, &sized);
        }
        status = end_row(row, r, needed, error);
    }
    for (uint32_t i = 0; status == SERAC_OK && i < s->devices.count; i++) {
        uint32_t devices = (uint32_t)s->devices.value[i];
        status = simulate(r, devices, &given, error);
        struct serac_serve_row *row = status == SERAC_OK ? begin_row(list, r) : NULL;
        if (status == SERAC_OK && !row)
            return SERAC_E_NOMEM;
        if (row) {
            put_count(row, SERAC_SERVE_devices, devices);
            put_figures(row, &given);
            status = end_row(row, r, needed, error);
        }
    }
    return status;
}

/* --- everything that is asked for --------------------------------------------------- */

static enum serac_status make_arrivals(struct run *r, double rate, struct serac_error *error)
{
    const struct serac_serving *s = r->serving;
    if (s->trace[0]) {
        enum serac_status status = serac_queue_trace(s->trace, &r->arrivals, &r->count, error);
        if (status != SERAC_OK)
            return status;
        double span = r->arrivals[r->count - 1];
        r->rate = span > 0 ? (double)(r->count - 1) / span * 1e6 : 0;
    } else {
        r->count = s->requests;
        r->rate = rate;
        r->arrivals = malloc(r->count * sizeof *r->arrivals);
        if (r->arrivals)
            serac_queue_poisson(s->seed, rate, r->arrivals, r->count);
    }
    r->start = malloc(r->count * sizeof *r->start);
    r->done = malloc(r->count * sizeof *r->done);
    return r->arrivals && r->start && r->done ? SERAC_OK : SERAC_E_NOMEM;
}

static enum serac_status each_rate(struct run *r, struct list *list, struct serac_error *error)
{
    const struct serac_serving *s = r->serving;
    enum serac_status status = SERAC_OK;
    uint32_t rates = s->trace[0] ? 1 : s->rates.count;
    for (uint32_t i = 0; status == SERAC_OK && i < rates; i++) {
        status = make_arrivals(r, s->rates.value[i], error);
        for (uint32_t b = 0; status == SERAC_OK && b < s->max_batch.count; b++) {
            r->policy.max_batch = (uint32_t)s->max_batch.value[b];
            r->policy.max_wait_us = s->max_wait_us;
            status = add_rows(r, list, error);
            if (status == SERAC_E_FIT) {       /* the design's end, and no other's */
                struct serac_serve_row *row = begin_row(list, r);
                status = row ? SERAC_OK : SERAC_E_NOMEM;
                if (row)
                    put_text(row, SERAC_SERVE_failed, error->text);
                error->text[0] = 0;
            }
        }
        free(r->arrivals);
        free(r->start);
        free(r->done);
        r->arrivals = r->start = r->done = NULL;
    }
    return status;
}

static enum serac_status each_width(const struct serac_serving *s, const struct serac_workload *workload,
                                    const struct serac_setting *setting, struct list *list,
                                    struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    struct serac_timings *timings = serac_timings_create();
    if (!timings)
        return SERAC_E_NOMEM;
    for (uint32_t i = 0; status == SERAC_OK && i < s->num_widths; i++) {
        const struct serac_workload_job job = {
            .setting = setting, .workload = workload, .weight_bits = s->weight_bits[i],
            .act_bits = s->act_bits[i], .timings = timings};
        struct run *r = calloc(1, sizeof *r);
        if (!r) {
            status = SERAC_E_NOMEM;
            break;
        }
        r->serving = s;
        r->service.job = &job;
        status = each_rate(r, list, error);
        free(r);
    }
    serac_timings_destroy(timings);
    return status;
}

enum serac_status serac_serve(const struct serac_serving *s, const struct serac_workload *workload,
                              struct serac_serve_row **rows, size_t *count, struct serac_error *error)
{
    struct serac_setting setting;
    struct list list = {NULL, 0, 0};
    enum serac_status status = serac_memory_load(s->memory, &setting.memory, error);
    if (status == SERAC_OK)
        status = serac_tech_load(s->technology, &setting.tech, error);
    for (uint32_t i = 0; status == SERAC_OK && i < s->num_designs; i++) {
        status = serac_design_load(s->designs[i], &setting.design, error);
        if (status == SERAC_OK)
            status = each_width(s, workload, &setting, &list, error);
        serac_cli_progress("designs", i + 1, s->num_designs);
    }
    if (status != SERAC_OK) {
        free(list.rows);
        return status;
    }
    *rows = list.rows;
    *count = list.count;
    return SERAC_OK;
}
