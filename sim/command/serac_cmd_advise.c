/* serac_cmd_advise.c - serac advise. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_advise.h"
#include "serac_root.h"

#define LINES 32          /* of the table */

static const char *unit_of_loss(const struct serac_profile *p)
{
    return p->generation ? "% of perplexity" : "points of accuracy";
}

static void number(char to[24], double value, const char *unit)
{
    if (isnan(value))
        strcpy(to, "-");
    else
        snprintf(to, 24, "%.3g%s", value, unit);
}

static void print_limits(const struct serac_advise_job *job, const struct serac_advice *a)
{
    const struct serac_profile *p = job->profile;
    printf("%s: %s\n\n", p->name, p->about);
    printf("limits: loss %g %s", p->loss, unit_of_loss(p));
    if (p->memory_bytes)
        printf(", memory %.3g MB", (double)p->memory_bytes / 1e6);
    if (p->latency_ms > 0)
        printf(", latency %g ms", p->latency_ms);
    if (p->power_w > 0)
        printf(", power %g W", p->power_w);
    if (p->requests_per_second > 0)
        printf(", %g inputs per second", p->requests_per_second);
    printf("; hardware %s\nnetwork: ", serac_hardware_name(p->hardware));
    if (job->tune)
        printf("as serac tune measured it in %s; the matrix has the profile's parameters, %llu", job->tune,
               (unsigned long long)a->parameters);
    else
        printf("%llu parameters; timed as workload %s", (unsigned long long)a->parameters, job->workload->name);
    if (!job->tune && fabs(a->scale - 1) > 0.01)
        printf(" (%llu parameters), times and energies scaled by %.3g",
               (unsigned long long)serac_workload_parameters(job->workload), a->scale);
    printf("\n\n");
}

static void print_answer(const struct serac_profile *p, const struct serac_advice *a)
{
    if (a->best == UINT32_MAX) {
        printf("answer: no width meets every limit\n\n");
        return;
    }
    const struct serac_advice_point *b = &a->points[a->best];
    if (strchr(b->widths, '-'))
        printf("answer: layer by layer, weights/activations %s", b->widths);
    else
        printf("answer: %u-bit weights, %u-bit activations", b->weight_bits, b->act_bits);
    if (a->head_bits)
        printf(", the head's weights %u bits", a->head_bits);
    if (b->design[0])
        printf(", on %s: %.3g ms, %.3g mJ and %.3g MB an input, %.3g W", b->design, b->latency_ms,
               b->energy_uj / 1000, (double)b->memory_bytes / 1e6, b->power_w);
    else
        printf(": %.3g MB of weights", (double)b->memory_bytes / 1e6);
    printf("; %.2f %s lost\n", b->loss.loss, unit_of_loss(p));
    if (!isnan(b->devices)) {
        printf("%.0f device%s for %g inputs per second", b->devices, b->devices > 1 ? "s" : "",
               p->requests_per_second);
        if (p->cost_per_device > 0)
            printf(": cost %.6g", b->devices * p->cost_per_device);
        putchar('\n');
    }
    putchar('\n');
}

/* Is there a limit that nothing was held against? */
static bool leaves_open(const struct serac_profile *p, const struct serac_advice_point *point)
{
    return !point->design[0] && (p->latency_ms > 0 || p->power_w > 0 || p->requests_per_second > 0);
}

static int column_of_widths(const struct serac_advice *a)
{
    size_t most = 5;
    for (uint32_t i = 0; i < a->num_points; i++)
        if (strlen(a->points[i].widths) > most)
            most = strlen(a->points[i].widths);
    return (int)most;
}

static void print_line(const struct serac_profile *p, const struct serac_advice *a, uint32_t i)
{
    const struct serac_advice_point *point = &a->points[i];
    char latency[24], energy[24], power[24], memory[24];
    number(latency, point->latency_ms, " ms");
    number(energy, point->energy_uj / 1000, " mJ");
    number(power, point->power_w, " W");
    number(memory, (double)point->memory_bytes / 1e6, " MB");
    printf("%-*s %-14s %10s %10s %10s %10s %8.2f  %s\n", column_of_widths(a), point->widths,
           point->design[0] ? point->design : "-", latency, energy, power, memory, point->loss.loss,
           point->excluded[0]        ? point->excluded
           : i == a->best            ? "<- chosen"
           : leaves_open(p, point)   ? "meets what is known"
                                     : "meets all limits");
}

/* Of many, the first and those around the chosen one: what was left out is said. */
static void print_points(const struct serac_profile *p, const struct serac_advice *a)
{
    uint32_t shown = 0;
    printf("%-*s %-14s %10s %10s %10s %10s %8s  %s\n", column_of_widths(a), "w/a", "design", "latency", "energy",
           "power", "memory", "loss", "");
    for (uint32_t i = 0; i < a->num_points; i++)
        if (a->num_points <= LINES || !i || i == a->best || (!a->points[i].excluded[0] && shown < LINES)) {
            print_line(p, a, i);
            shown++;
        }
    if (shown < a->num_points)
        printf("and %u more: --json has them\n", (unsigned)(a->num_points - shown));
    putchar('\n');
}

static void print_matrix(const struct serac_advice *a)
{
    const struct serac_matrix *m = &a->matrix;
    printf("scoring matrix: resources %.1f, tolerated loss %.1f, parameters %.1f, hardware %.1f: %.1f of 40, \"%s\"\n",
           m->resources, m->loss, m->parameters, m->hardware, m->sum, m->band);
    if (a->best == UINT32_MAX)
        return;
    uint32_t bits = a->points[a->best].weight_bits;
    if (bits >= m->narrow && bits <= m->wide)
        printf("measurement and matrix agree\n");
    else
        printf("measurement and matrix DISAGREE: measured limits allow %u-bit weights; the answer follows the "
               "measurement\n", bits);
}

static void print_behind(const struct serac_advise_job *job, const struct serac_advice *a)
{
    const struct serac_advice_point *point = &a->points[a->best == UINT32_MAX ? 0 : a->best];
    if (job->tune)
        printf("\nbehind it: losses of the network itself against its widths as they were, without training, on "
               "validation images;\ntime and energy: as serac tune was told (design, memory, technology)\n");
    else
        printf("\nbehind it: losses measured on %s (%llu weights; chosen width: %s)", point->loss.network,
               (unsigned long long)point->loss.parameters, point->loss.method);
    if (point->loss.outside)
        printf(", the nearest in size, not yours: measure your own network (serac tune, serac infer)");
    if (!job->tune && point->design[0])
        printf("\ntime: cycle model, memory %s; layers one after the other\nenergy: %s\n", job->setting->memory.name,
               job->setting->tech.source);
    else if (!job->tune)
        printf("\ntime, energy and activations: not measured, Serac has no %s; no limit on them was checked\n",
               job->profile->hardware == SERAC_HARDWARE_FPGA ? "clock of an FPGA"
                                                             : serac_hardware_name(job->profile->hardware));
    if (job->profile->harm)
        printf("rule, not measured: a wrong answer harms, so nothing below 8 bits\n");
    if (a->head_bits)
        printf("rule, not measured: a head that regresses takes twice the width of the rest; no number has it in\n");
}

/* --- JSON ------------------------------------------------------------------------ */

static void add_number(cJSON *to, const char *key, double value)
{
    if (isnan(value))
        cJSON_AddNullToObject(to, key);
    else
        cJSON_AddNumberToObject(to, key, value);
}

static cJSON *json_of(const struct serac_advice_point *point)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "weight_bits", point->weight_bits);
    cJSON_AddNumberToObject(o, "act_bits", point->act_bits);
    cJSON_AddStringToObject(o, "widths", point->widths);
    if (point->design[0])
        cJSON_AddStringToObject(o, "design", point->design);
    else
        cJSON_AddNullToObject(o, "design");
    add_number(o, "latency_ms", point->latency_ms);
    add_number(o, "energy_uj", point->energy_uj);
    add_number(o, "power_w", point->power_w);
    add_number(o, "devices", point->devices);
    add_number(o, "memory_bytes", (double)point->memory_bytes);
    add_number(o, "loss", point->loss.loss);
    cJSON_AddStringToObject(o, "loss_network", point->loss.network);
    cJSON_AddStringToObject(o, "loss_method", point->loss.method);
    cJSON_AddStringToObject(o, "excluded", point->excluded);
    return o;
}

static int print_json(const struct serac_advise_job *job, const struct serac_advice *a)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "profile", job->profile->name);
    add_number(root, "parameters", (double)a->parameters);
    add_number(root, "scale", a->scale);
    add_number(root, "matrix", a->matrix.sum);
    cJSON_AddStringToObject(root, "matrix_band", a->matrix.band);
    if (a->best == UINT32_MAX)
        cJSON_AddNullToObject(root, "answer");
    else
        cJSON_AddItemToObject(root, "answer", json_of(&a->points[a->best]));
    if (a->head_bits)
        add_number(root, "head_weight_bits", a->head_bits);
    cJSON *points = cJSON_AddArrayToObject(root, "points");
    for (uint32_t i = 0; i < a->num_points; i++)
        cJSON_AddItemToArray(points, json_of(&a->points[i]));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (!text)
        return serac_cli_fail(SERAC_E_NOMEM, NULL);
    puts(text);
    free(text);
    return SERAC_EXIT_DONE;
}

static int advise(const struct serac_advise_job *job, bool json)
{
    struct serac_advice a;
    struct serac_error error = {""};
    enum serac_status status = serac_advise(job, &a, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    if (a.num_points == 0) {
        snprintf(error.text, sizeof error.text, "advise: no network for %s was measured",
                 job->profile->generation ? "generation" : "classification");
        return serac_cli_fail(SERAC_E_INPUT, &error);
    }
    int code = a.best == UINT32_MAX ? SERAC_EXIT_CHECK : SERAC_EXIT_DONE;
    if (json) {
        int printed = print_json(job, &a);
        code = printed == SERAC_EXIT_DONE ? code : printed;
    } else {
        print_limits(job, &a);
        print_answer(job->profile, &a);
        print_points(job->profile, &a);
        print_matrix(&a);
        print_behind(job, &a);
    }
    serac_advise_free(&a);
    return code;
}

int serac_cmd_advise(int argc, char **argv)
{
    const char *name, *memory = NULL, *tech = NULL, *measured, *tune = NULL, *json = NULL;
    char shipped[1024];
    const struct serac_option options[] = {
        {"memory", "M", "name in configs/memory or path (default)", &memory},
        {"tech", "T", "name in configs/tech or path (" SERAC_DEFAULT_TECH ")", &tech},
        {"accuracy", "FILE", "measured accuracies (reports/accuracy.csv)", &measured},
        {"tune", "DIR", "your own network, as serac tune measured it, instead of accuracies and workload", &tune},
        {"json", NULL, "as JSON", &json},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "advise", "PROFILE [options]",
        "Which widths and which design suit a task (a name in configs/profiles or a path), from measured accuracies\n"
        "and the cycle model, and why the others do not. Exit code 1: no width meets every limit.",
        "  serac advise keyword-spotting\n"
        "  serac advise medical-imaging --json\n"
        "  serac advise wearable --tune build/tune     # of your own network, after serac tune ... -o build/tune\n",
        options};
    struct serac_setting setting;
    struct serac_profile profile;
    struct serac_workload *workload = NULL;
    struct serac_accuracy table;
    struct serac_error error = {""};
    measured = serac_root_path(shipped, sizeof shipped, "reports/accuracy.csv");
    int code = serac_cli_parse(&usage, argc, argv, &name, 1);
    if (code >= 0)
        return code;
    code = serac_cli_setting(NULL, memory, tech, &setting);
    if (code >= 0)
        return code;
    enum serac_status status = serac_profile_load(name, &profile, &error);
    if (status == SERAC_OK)
        status = serac_workload_load(profile.workload, &workload, &error);
    if (status == SERAC_OK)
        status = serac_accuracy_load(measured, &table, &error);
    if (status == SERAC_OK) {
        const struct serac_advise_job job = {.profile = &profile, .workload = workload, .accuracy = &table,
                                             .setting = &setting, .tune = tune, .progress = true};
        code = advise(&job, json);
        serac_accuracy_free(&table);
    } else {
        code = serac_cli_fail(status, &error);
    }
    serac_workload_destroy(workload);
    return code;
}
