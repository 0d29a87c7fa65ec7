/* serac_serve_run.c - a queue of requests on devices: what a batch takes, and what the run says. */
#include "serac_serve_run.h"

#include <math.h>
#include <stdlib.h>

enum serac_status serac_serve_batch(void *ctx, uint32_t batch, double *time_us,
                                    struct serac_error *error)
{
    struct serac_serve_service *s = ctx;
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

static enum serac_status measure_latencies(const struct serac_serve_run *r, struct serac_serve_figures *f)
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

static enum serac_status measure(const struct serac_serve_run *r, struct serac_serve_figures *f)
{
    const struct serac_requests_result *q = &r->result;
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

enum serac_status serac_serve_simulate(struct serac_serve_run *r, uint32_t devices, struct serac_serve_figures *f,
                                       struct serac_error *error)
{
    double full;
    r->policy.devices = devices;
    enum serac_status status = serac_serve_batch(&r->service, r->policy.max_batch, &full, error);
    if (status == SERAC_OK)
        status = serac_requests_run(r->arrivals, r->count, &r->policy, serac_serve_batch, &r->service,
                                    r->start, r->done, &r->result, error);
    if (status != SERAC_OK)
        return status;
    f->load = r->rate * 1e-6 * full / ((double)r->policy.max_batch * devices);
    return measure(r, f);
}

enum serac_status serac_serve_size(struct serac_serve_run *r, uint32_t *devices, struct serac_serve_figures *f,
                                   struct serac_error *error)
{
    double full, limit = r->serving->latency_ms * 1e3;
    enum serac_status status = serac_serve_batch(&r->service, r->policy.max_batch, &full, error);
    double least = floor(r->rate * 1e-6 * full / r->policy.max_batch) + 1;
    *devices = 0;
    r->result.blocked_us = INFINITY;
    for (double n = least; status == SERAC_OK && n <= SERAC_REQUESTS_DEVICES; n++) {
        status = serac_serve_simulate(r, (uint32_t)n, f, error);
        if (status == SERAC_OK && f->load < 1 && (limit <= 0 || f->p99 <= limit)) {
            *devices = (uint32_t)n;
            break;
        }
        if (r->result.blocked_us <= 0)
            break;
    }
    return status;
}
