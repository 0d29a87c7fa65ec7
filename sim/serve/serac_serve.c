/* serac_serve.c - a serving scenario on devices, row by row. */
#include "serac_serve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_serve_run.h"

struct list {
    struct serac_serve_row *rows;
    size_t count, room;
};

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

static void put_figures(struct serac_serve_row *row, const struct serac_serve_figures *f)
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
static struct serac_serve_row *begin_row(struct list *list, const struct serac_serve_run *r)
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
static enum serac_status end_row(struct serac_serve_row *row, struct serac_serve_run *r, uint32_t needed,
                                 struct serac_error *error)
{
    double alone, cost = r->serving->cost_per_device;
    enum serac_status status = serac_serve_batch(&r->service, 1, &alone, error);
    put(row, SERAC_SERVE_clock_mhz, r->service.clock_mhz);
    put(row, SERAC_SERVE_time_us, alone);
    if (needed)
        put_count(row, SERAC_SERVE_devices_needed, needed);
    if (needed && cost > 0)
        put(row, SERAC_SERVE_cost, needed * cost);
    return status;
}

/* Why no number of devices is enough, of the last that was tried. */
static void say_why(struct serac_serve_row *row, const struct serac_serve_run *r, const struct serac_serve_figures *f)
{
    if (r->result.blocked_us <= 0)
        snprintf(row->cells[SERAC_SERVE_failed], SERAC_SERVE_CELL,
                 "99 %% within %.4g ms without waiting for a device, more than %.4g ms: no number of "
                 "devices is enough", f->p99 / 1e3, r->serving->latency_ms);
    else
        snprintf(row->cells[SERAC_SERVE_failed], SERAC_SERVE_CELL,
                 "more than %d devices would be needed", SERAC_REQUESTS_DEVICES);
}

/* The rows of a design at one precision, rate and batch. */
static enum serac_status add_rows(struct serac_serve_run *r, struct list *list, struct serac_error *error)
{
    const struct serac_serving *s = r->serving;
    uint32_t needed = 0;
    struct serac_serve_figures sized = {.p99 = NAN}, given;
    enum serac_status status = serac_serve_size(r, &needed, &sized, error);
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
        status = serac_serve_simulate(r, devices, &given, error);
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

static enum serac_status make_arrivals(struct serac_serve_run *r, double rate, struct serac_error *error)
{
    const struct serac_serving *s = r->serving;
    if (s->trace[0]) {
        enum serac_status status = serac_requests_trace(s->trace, &r->arrivals, &r->count, error);
        if (status != SERAC_OK)
            return status;
        double span = r->arrivals[r->count - 1];
        r->rate = span > 0 ? (double)(r->count - 1) / span * 1e6 : 0;
    } else {
        r->count = s->requests;
        r->rate = rate;
        r->arrivals = malloc(r->count * sizeof *r->arrivals);
        if (r->arrivals)
            serac_requests_poisson(s->seed, rate, r->arrivals, r->count);
    }
    r->start = malloc(r->count * sizeof *r->start);
    r->done = malloc(r->count * sizeof *r->done);
    return r->arrivals && r->start && r->done ? SERAC_OK : SERAC_E_NOMEM;
}

static enum serac_status each_rate(struct serac_serve_run *r, struct list *list, struct serac_error *error)
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
        struct serac_serve_run *r = calloc(1, sizeof *r);
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
