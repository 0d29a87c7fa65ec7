/* serac_advise.c - widths and designs against the limits of a profile. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_advise_point.h"
#include "serac_workload_run.h"

bool serac_advise_bit_serial(const struct serac_profile *p)
{
    return p->hardware == SERAC_HARDWARE_ASIC || p->hardware == SERAC_HARDWARE_FPGA;
}

/* Does the cycle model time it: is there a design, and a clock of its technology? */
static bool is_timed(const struct serac_advise_job *job)
{
    return job->profile->hardware == SERAC_HARDWARE_ASIC ||
           (job->profile->hardware == SERAC_HARDWARE_FPGA && job->setting->tech.fpga_family[0]);
}

/* Adds a reason. */
__attribute__((format(printf, 2, 3))) static void exclude(struct serac_advice_point *point, const char *format, ...)
{
    size_t used = strlen(point->excluded);
    va_list list;
    if (used && used + 2 < sizeof point->excluded)
        used += (size_t)sprintf(point->excluded + used, "; ");
    va_start(list, format);
    vsnprintf(point->excluded + used, sizeof point->excluded - used, format, list);
    va_end(list);
}

/* What holds whatever was measured. */
static void apply_rules(const struct serac_profile *p, struct serac_advice_point *point)
{
    if (p->harm && (point->weight_bits < 8 || point->act_bits < 8))
        exclude(point, "a wrong answer harms: 8 bits or wider");
    if (!serac_advise_bit_serial(p) && (point->weight_bits < 4 || point->act_bits < 8))
        exclude(point, "%s has no units for weights below 4 or activations below 8 bits",
                serac_hardware_name(p->hardware));
}

void serac_advise_limits(const struct serac_profile *p, struct serac_advice_point *point)
{
    apply_rules(p, point);
    if (p->memory_bytes && point->memory_bytes > p->memory_bytes)
        exclude(point, "memory %.3g MB > %.3g MB", (double)point->memory_bytes / 1e6, (double)p->memory_bytes / 1e6);
    if (p->latency_ms > 0 && point->latency_ms > p->latency_ms)
        exclude(point, "latency %.3g ms > %.3g ms", point->latency_ms, p->latency_ms);
    if (p->power_w > 0 && point->power_w > p->power_w)
        exclude(point, "power %.3g W > %.3g W", point->power_w, p->power_w);
    if (point->loss.loss > p->loss + 1e-6)       /* differences of decimal fractions */
        exclude(point, "loss %.3f > %.3f", point->loss.loss, p->loss);
}

void serac_advise_costs(const struct serac_profile *p, const struct serac_row *total, double scale,
                        struct serac_advice_point *point)
{
    double rate = p->requests_per_second;
    double us = serac_row_get(total, SERAC_COLUMN_time_us), uj = serac_row_get(total, SERAC_COLUMN_energy_uj);
    double leakage_w = serac_row_get(total, SERAC_COLUMN_energy_leakage_uj) / us;
    double leakage_uj = leakage_w * us * scale;
    point->latency_ms = us * scale / 1000;
    point->energy_uj = uj * scale;
    point->devices = rate > 0 ? ceil(rate * point->latency_ms / 1000) : NAN;
    point->power_w = rate > 0 ? (point->energy_uj - leakage_uj) * rate / 1e6 + leakage_w * point->devices
                              : point->energy_uj / (point->latency_ms * 1000);
}

/* Time and energy of the workload on the point's design. */
static enum serac_status time_point(const struct serac_advise_job *job, double scale,
                                    struct serac_advice_point *point, struct serac_error *error)
{
    struct serac_setting setting = *job->setting;
    struct serac_workload_result result;
    enum serac_status status = serac_design_load(point->design, &setting.design, error);
    if (status != SERAC_OK)
        return status;
    const struct serac_workload_job run = {.setting = &setting, .workload = job->workload,
                                           .weight_bits = point->weight_bits, .act_bits = point->act_bits};
    struct serac_error why = {""};
    status = serac_workload_run(&run, &result, &why);
    if (status == SERAC_E_FIT) {
        exclude(point, "%s", why.text);
        return SERAC_OK;
    }
    if (status != SERAC_OK) {
        *error = why;
        return status;
    }
    const struct serac_row *total = &result.rows[result.num_rows - 1];
    serac_advise_costs(job->profile, total, scale, point);
    point->memory_bytes += (uint64_t)(serac_row_get(total, SERAC_COLUMN_memory_bytes) -
                                      serac_row_get(total, SERAC_COLUMN_weight_bytes));
    serac_workload_free(&result);
    return SERAC_OK;
}

static struct serac_advice_point *new_point(struct serac_advice *a)
{
    struct serac_advice_point *more = realloc(a->points, (a->num_points + 1) * sizeof *more);
    if (more)
        a->points = more;
    return more ? &more[a->num_points] : NULL;
}

static enum serac_status add_point(const struct serac_advise_job *job, const struct serac_accuracy_row *width,
                                   const char *design, struct serac_advice *a, struct serac_error *error)
{
    struct serac_advice_point *point = new_point(a);
    if (!point)
        return SERAC_E_NOMEM;
    *point = (struct serac_advice_point){.weight_bits = width->weight_bits, .act_bits = width->act_bits,
                                         .latency_ms = NAN, .energy_uj = NAN, .power_w = NAN, .devices = NAN,
                                         .memory_bytes = (a->parameters * width->weight_bits + 7) / 8};
    snprintf(point->widths, sizeof point->widths, "%u/%u", (unsigned)width->weight_bits, (unsigned)width->act_bits);
    snprintf(point->design, sizeof point->design, "%s", design ? design : "");
    enum serac_status status = design ? time_point(job, a->scale, point, error) : SERAC_OK;
    if (status != SERAC_OK)
        return status;
    (void)serac_accuracy_find(job->accuracy, job->profile->generation, a->parameters, width->weight_bits,
                              width->act_bits, &point->loss);
    serac_advise_limits(job->profile, point);
    a->num_points++;
    return SERAC_OK;
}

static bool is_first(const struct serac_accuracy *t, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (t->rows[j].weight_bits == t->rows[i].weight_bits && t->rows[j].act_bits == t->rows[i].act_bits)
            return false;
    return t->rows[i].weight_bits <= 8;
}

/* Less is better; what is not known does not decide. */
static int order(double a, double b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

static bool better(const struct serac_profile *p, const struct serac_advice_point *a,
                   const struct serac_advice_point *b)
{
    int by = p->cost_per_device > 0 ? order(a->devices, b->devices) : 0;
    if (!by)
        by = order(a->energy_uj, b->energy_uj);
    if (!by)
        by = order((double)a->memory_bytes, (double)b->memory_bytes);
    return by < 0;
}

static void choose(const struct serac_profile *p, struct serac_advice *a)
{
    a->best = UINT32_MAX;
    for (uint32_t i = 0; i < a->num_points; i++)
        if (!a->points[i].excluded[0] && (a->best == UINT32_MAX || better(p, &a->points[i], &a->points[a->best])))
            a->best = i;
    if (p->head && a->best != UINT32_MAX)
        a->head_bits = a->points[a->best].weight_bits >= 4 ? 8 : 2 * a->points[a->best].weight_bits;
}

/* Every measured width on every design. */
/* Is row `i` the first of a width, and is its loss known for this task? */
static bool is_asked(const struct serac_advise_job *job, uint64_t parameters, size_t i)
{
    const struct serac_accuracy_row *width = &job->accuracy->rows[i];
    struct serac_accuracy_loss any;
    return is_first(job->accuracy, i) &&
           serac_accuracy_find(job->accuracy, job->profile->generation, parameters, width->weight_bits,
                               width->act_bits, &any);
}

static enum serac_status advise_widths(const struct serac_advise_job *job, struct serac_advice *a,
                                       struct serac_error *error)
{
    const struct serac_profile *p = job->profile;
    uint32_t designs = is_timed(job) ? p->num_designs : 1, done = 0, total = 0;
    for (size_t i = 0; i < job->accuracy->count; i++)
        total += is_asked(job, a->parameters, i) ? designs : 0;
    for (size_t i = 0; i < job->accuracy->count; i++) {
        if (!is_asked(job, a->parameters, i))
            continue;
        for (uint32_t d = 0; d < designs; d++) {
            enum serac_status status = add_point(job, &job->accuracy->rows[i], is_timed(job) ? p->designs[d] : NULL, a,
                                                 error);
            if (status != SERAC_OK)
                return status;
            if (job->progress)
                serac_cli_progress("points", ++done, total);
        }
    }
    return SERAC_OK;
}

enum serac_status serac_advise(const struct serac_advise_job *job, struct serac_advice *advice,
                               struct serac_error *error)
{
    uint64_t of_workload = serac_workload_parameters(job->workload);
    *advice = (struct serac_advice){.parameters = job->profile->parameters ? job->profile->parameters : of_workload};
    advice->scale = job->tune ? 1 : (double)advice->parameters / (double)of_workload;
    enum serac_status status = job->tune ? serac_advise_tuned(job, advice, error) : advise_widths(job, advice, error);
    if (status != SERAC_OK) {
        serac_advise_free(advice);
        return status;
    }
    serac_matrix_score(job->profile, advice->parameters, &advice->matrix);
    choose(job->profile, advice);
    return SERAC_OK;
}

void serac_advise_free(struct serac_advice *advice)
{
    free(advice->points);
    advice->points = NULL;
    advice->num_points = 0;
}
