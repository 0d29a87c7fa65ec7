/* serac_requests.c - requests, batches, devices: when each request is done. */
#include "serac_requests.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_rng.h"

#define TRACE_MOST 100000000u

/* --- devices: a heap of when each is free, the earliest on top --------------------- */

/* The earliest becomes free at `until`. */
static void occupy(double *free_us, uint32_t devices, double until)
{
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= devices)
            break;
        if (child + 1 < devices && free_us[child + 1] < free_us[child])
            child++;
        if (free_us[child] >= until)
            break;
        free_us[at] = free_us[child];
        at = child;
    }
    free_us[at] = until;
}

/* --- the queue --------------------------------------------------------------------- */

/* When a batch that begins with request `first` may leave: it is full, or its oldest has waited. */
static double ready_at(const double *arrivals, size_t count, size_t first,
                       const struct serac_requests_policy *p)
{
    double waited = arrivals[first] + p->max_wait_us;
    if (count - first < p->max_batch)
        return waited;
    return fmin(arrivals[first + p->max_batch - 1], waited);
}

enum serac_status serac_requests_run(const double *arrivals, size_t count,
                                     const struct serac_requests_policy *p,
                                     serac_requests_time_fn *time, void *ctx,
                                     double *start_us, double *done_us,
                                     struct serac_requests_result *r,
                                     struct serac_error *error)
{
    assert(count && p->devices && p->devices <= SERAC_REQUESTS_DEVICES && p->max_batch &&
           p->max_batch <= SERAC_REQUESTS_BATCH);
    double *free_us = malloc(p->devices * sizeof *free_us);
    enum serac_status status = free_us ? SERAC_OK : SERAC_E_NOMEM;
    memset(r, 0, sizeof *r);
    r->first_us = arrivals[0];
    for (uint32_t i = 0; free_us && i < p->devices; i++)
        free_us[i] = arrivals[0];
    for (size_t first = 0; status == SERAC_OK && first < count;) {
        double ready = ready_at(arrivals, count, first, p), took;
        double start = fmax(ready, free_us[0]);
        uint32_t batch = 1;
        while (batch < p->max_batch && first + batch < count &&
               arrivals[first + batch] <= start)
            batch++;
        status = time(ctx, batch, &took, error);
        if (status != SERAC_OK)
            break;
        for (uint32_t i = 0; i < batch; i++, first++) {
            start_us[first] = start;
            done_us[first] = start + took;
        }
        occupy(free_us, p->devices, start + took);
        r->batches[batch]++;
        r->busy_us += took;
        r->blocked_us += start - ready;
        r->last_us = fmax(r->last_us, start + took);
    }
    free(free_us);
    return status;
}

/* --- arrivals ---------------------------------------------------------------------- */

void serac_requests_poisson(uint64_t seed, double per_second, double *arrivals, size_t count)
{
    double now = 0;
    struct serac_rng seeds = {seed}, rng = {serac_rng_next(&seeds)};      /* neighbouring seeds share no numbers */
    for (size_t i = 0; i < count; i++) {
        double u = (double)(serac_rng_next(&rng) >> 11) * 0x1p-53;      /* 0 <= u < 1 */
        now += -log1p(-u) * 1e6 / per_second;
        arrivals[i] = now;
    }
}

static enum serac_status trace_fail(struct serac_error *error, const char *path, size_t line,
                                    const char *what)
{
    if (error && line)
        snprintf(error->text, sizeof error->text, "%s:%zu: %s", path, line, what);
    else if (error)
        snprintf(error->text, sizeof error->text, "%s: %s", path, what);
    return SERAC_E_INPUT;
}

/* 1: *seconds is set; 0: nothing on the line; -1: no number. */
static int read_line(char *line, double *seconds)
{
    char *end;
    line[strcspn(line, "#\r\n")] = 0;
    line += strspn(line, " \t");
    if (!*line)
        return 0;
    *seconds = strtod(line, &end);
    end += strspn(end, " \t");
    return *end == 0 && isfinite(*seconds) ? 1 : -1;
}

static enum serac_status read_trace(FILE *file, const char *path, double **list, size_t *count,
                                    struct serac_error *error)
{
    char line[256];
    size_t room = 0, number = 0;
    double origin = 0, last = 0, seconds;
    while (fgets(line, sizeof line, file)) {
        number++;
        bool whole = strchr(line, '\n') || strlen(line) + 1 < sizeof line;
        int kind = whole ? read_line(line, &seconds) : -1;
        if (kind < 0)
            return trace_fail(error, path, number, "must be an arrival time in seconds");
        if (kind == 0)
            continue;
        if (*count && seconds < last)
            return trace_fail(error, path, number, "earlier than the line before, times must not fall");
        if (*count == TRACE_MOST)
            return trace_fail(error, path, number, "more than 100000000 arrivals");
        if (*count == room) {
            room = room ? 2 * room : 1024;
            double *more = realloc(*list, room * sizeof *more);
            if (!more)
                return SERAC_E_NOMEM;
            *list = more;
        }
        origin = *count ? origin : seconds;
        last = seconds;
        (*list)[(*count)++] = (seconds - origin) * 1e6;
    }
    if (ferror(file))
        return trace_fail(error, path, 0, strerror(errno));
    return *count ? SERAC_OK : trace_fail(error, path, 0, "has no arrival times");
}

enum serac_status serac_requests_trace(const char *path, double **arrivals, size_t *count,
                                       struct serac_error *error)
{
    FILE *file = fopen(path, "r");
    double *list = NULL;
    size_t length = 0;
    if (!file)
        return trace_fail(error, path, 0, strerror(errno));
    enum serac_status status = read_trace(file, path, &list, &length, error);
    fclose(file);
    if (status != SERAC_OK) {
        free(list);
        return status;
    }
    *arrivals = list;
    *count = length;
    return SERAC_OK;
}
