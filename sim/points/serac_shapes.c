/* serac_shapes.c - the best shape of a pair of planes in a given area. */
#include "serac_shapes.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 64
#define COLS_MAX 64
#define LANES_MAX 512
#define SHAPES (7 * 7 * 7)

struct shape {
    struct serac_design design;
    double um2, mhz;
    double busy_us;            /* lower bound of the workload's time */
    double time_us;            /* 0: not timed, not fit or given up */
    struct serac_row row;      /* the total, if there are cycles */
};

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* One shape of the budget's design; false if there is no such design. */
static bool make_shape(const struct serac_shapes_job *job, uint32_t rows,
                       uint32_t cols, uint32_t lanes, uint32_t planes[2],
                       struct shape *shape)
{
    struct serac_design *d = &shape->design;
    struct serac_area area;
    *d = job->budget->design;
    d->rows = rows;
    d->cols = cols;
    d->lanes = lanes;
    d->weight_planes = planes[0];
    d->act_planes = planes[1];
    d->requant_lanes = least(d->requant_lanes, least(rows, lanes));
    snprintf(d->name, sizeof d->name, "area-%u-%u-%ux%ux%u", planes[0],
             planes[1], rows, cols, lanes);
    if (serac_design_check(d, NULL) != SERAC_OK)
        return false;
    serac_cost_area(d, &job->budget->tech, &area);
    shape->um2 = area.total;
    shape->mhz = serac_cost_clock_mhz(d, &job->budget->tech, NULL);
    return true;
}

/* Keeps the shapes within [from, to] um2; returns how many. */
static uint32_t keep(struct shape *list, uint32_t count, double from, double to)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (list[i].um2 >= from && list[i].um2 <= to)
            list[kept++] = list[i];
    return kept;
}

static uint32_t shapes_in_area(const struct serac_shapes_job *job,
                               uint32_t planes[2], struct shape *list)
{
    struct serac_area area;
    uint32_t count = 0, window = 0;
    double largest = 0;
    serac_cost_area(&job->budget->design, &job->budget->tech, &area);
    for (uint32_t rows = 1; rows <= ROWS_MAX; rows *= 2)
        for (uint32_t cols = 1; cols <= COLS_MAX; cols *= 2)
            for (uint32_t lanes = 8; lanes <= LANES_MAX; lanes *= 2)
                count += make_shape(job, rows, cols, lanes, planes,
                                    &list[count]);
    count = keep(list, count, 0, area.total);
    for (uint32_t i = 0; i < count; i++) {
        largest = list[i].um2 > largest ? list[i].um2 : largest;
        window += list[i].um2 >= job->least * area.total;
    }
    return keep(list, count, window ? job->least * area.total : 0.9 * largest,
                area.total);
}

static int by_busy(const void *a, const void *b)
{
    const struct shape *x = a, *y = b;
    if (x->busy_us != y->busy_us)
        return x->busy_us < y->busy_us ? -1 : 1;
    return (x->um2 > y->um2) - (x->um2 < y->um2);
}

static struct serac_workload_job job_of(const struct serac_shapes_job *job,
                                        struct serac_setting *setting,
                                        const struct shape *shape)
{
    *setting = *job->budget;
    setting->design = shape->design;
    return (struct serac_workload_job){
        .setting = setting, .workload = job->workload,
        .weight_bits = job->weight_bits, .act_bits = job->act_bits};
}

/* Times a shape; its figures are left in `shape`, time 0 if it is of no use. */
static enum serac_status time_shape(const struct serac_shapes_job *job,
                                    struct shape *shape, double best,
                                    struct serac_error *error)
{
    struct serac_setting setting;
    struct serac_workload_job one = job_of(job, &setting, shape);
    struct serac_workload_result r;
    one.give_up_cycles = (uint64_t)(best * SERAC_SHAPES_TIE * shape->mhz);
    enum serac_status status = serac_workload_run(&one, &r, error);
    if (status == SERAC_OK && !r.gave_up) {
        shape->time_us = (double)r.cycles / shape->mhz;
        shape->row = r.rows[r.num_rows - 1];
    }
    serac_workload_free(&r);
    return status;
}

static enum serac_status try_shapes(const struct serac_shapes_job *job,
                                    struct shape *list, uint32_t count,
                                    struct serac_shapes_result *result,
                                    struct serac_error *error)
{
    double best = 0, energy = 0;
    struct serac_error detail = {"the buffers alone are larger"};
    for (uint32_t i = 0; i < count; i++) {
        if (best > 0 && list[i].busy_us > best * SERAC_SHAPES_TIE)
            break;
        enum serac_status status = time_shape(job, &list[i], best, &detail);
        result->timed++;
        result->unfit += status == SERAC_E_FIT;
        if (status != SERAC_OK && status != SERAC_E_FIT) {
            if (error)
                *error = detail;
            return status;
        }
        if (list[i].time_us > 0 && (best <= 0 || list[i].time_us < best))
            best = list[i].time_us;
    }
    for (uint32_t i = 0; i < result->timed; i++) {
        double now = serac_row_get(&list[i].row, SERAC_COLUMN_energy_uj);
        bool first = !result->design.rows;
        if (list[i].time_us <= 0 ||
            list[i].time_us > best * SERAC_SHAPES_TIE ||
            !(first || now < energy))
            continue;
        energy = now;
        result->row = list[i].row;
        result->design = list[i].design;
    }
    if (best <= 0 && error)
        snprintf(error->text, sizeof error->text, "no shape of this pair fits "
                 "the area; of the last: %.300s", detail.text);
    return best > 0 ? SERAC_OK : SERAC_E_FIT;
}

enum serac_status serac_shapes_best(const struct serac_shapes_job *job,
                                    uint32_t weight_planes,
                                    uint32_t act_planes,
                                    struct serac_shapes_result *result,
                                    struct serac_error *error)
{
    uint32_t planes[2] = {weight_planes, act_planes};
    struct shape *list = calloc(SHAPES, sizeof *list);
    memset(result, 0, sizeof *result);
    if (!list)
        return SERAC_E_NOMEM;
    result->in_area = shapes_in_area(job, planes, list);
    for (uint32_t i = 0; i < result->in_area; i++) {
        struct serac_setting setting;
        struct serac_workload_job one = job_of(job, &setting, &list[i]);
        list[i].busy_us =
            (double)serac_workload_busy_cycles(&one) / list[i].mhz;
    }
    qsort(list, result->in_area, sizeof *list, by_busy);
    enum serac_status status =
        try_shapes(job, list, result->in_area, result, error);
    free(list);
    return status;
}
