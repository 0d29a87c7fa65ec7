/* serac_cmd_serve.c - serac serve-sim. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_requests.h"
#include "serac_serve.h"

struct overrides {
    const char *design, *memory, *tech, *rate, *devices, *seed;
};

/* A decimal number within a range; false after one clear line. */
static bool read_rate(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    if (end != text && !*end && *value >= 1e-6 && *value <= 1e9)
        return true;
    fprintf(stderr, "serac: --rate %s: must be requests per second, 1e-6 to 1e9\n", text);
    return false;
}

/* What the command line has instead of the file. */
static bool apply(const struct overrides *o, struct serac_serving *s)
{
    uint64_t devices = 0;
    bool trace = s->trace[0] != 0;
    if (trace && (o->rate || o->seed)) {
        fprintf(stderr, "serac: --%s: the scenario is a trace, which is what it is\n",
                o->rate ? "rate" : "seed");
        return false;
    }
    if ((o->rate && !read_rate(o->rate, &s->rates.value[0])) ||
        (o->devices && !serac_cli_number("--devices", o->devices, 1, SERAC_REQUESTS_DEVICES, &devices)) ||
        (o->seed && !serac_cli_number("--seed", o->seed, 0, UINT64_MAX, &s->seed)))
        return false;
    if (o->rate)
        s->rates.count = 1;
    if (o->devices)
        s->devices = (struct serac_numbers){1, {(double)devices}};
    if (o->design)
        s->num_designs = 1;
    const struct {
        const char *option, *from;
        char *to;
    } names[] = {{"design", o->design, s->designs[0]}, {"memory", o->memory, s->memory},
                 {"tech", o->tech, s->technology}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].from && strlen(names[i].from) > 255) {
            fprintf(stderr, "serac: --%s: name too long\n", names[i].option);
            return false;
        }
        if (names[i].from)
            strcpy(names[i].to, names[i].from);
    }
    return true;
}

static void print_about(const struct serac_serving *s, const struct serac_workload *workload)
{
    if (s->trace[0])
        printf("%s: arrivals of %s", workload->name, s->trace);
    else
        printf("%s: %u requests of a Poisson process, seed %llu", workload->name, s->requests,
               (unsigned long long)s->seed);
    printf("; latencies without the first %u; a batch waits %g us at most for more\n"
           "memory %s, technology %s; rates and throughput: requests per second\n\n",
           s->warm_up, s->max_wait_us, s->memory, s->technology);
}

static int serve(const struct serac_serving *s, bool csv, bool json)
{
    struct serac_error error = {""};
    struct serac_workload *workload = NULL;
    struct serac_serve_row *rows = NULL;
    size_t count = 0, failed = 0;
    enum serac_status status = serac_workload_load(s->workload, &workload, &error);
    if (status == SERAC_OK)
        status = serac_serve(s, workload, &rows, &count, &error);
    for (size_t i = 0; status == SERAC_OK && i < count; i++)
        failed += rows[i].cells[SERAC_SERVE_failed][0] != 0;
    if (status == SERAC_OK && failed == count) {
        snprintf(error.text, sizeof error.text, "nothing can be served; the first: %s",
                 rows[0].cells[SERAC_SERVE_failed]);
        status = SERAC_E_FIT;
    }
    if (status != SERAC_OK) {
        serac_workload_destroy(workload);
        free(rows);
        return serac_cli_fail(status, &error);
    }
    if (csv) {
        serac_serve_csv(stdout, rows, count);
    } else if (json) {
        serac_serve_json(stdout, rows, count);
    } else {
        print_about(s, workload);
        serac_serve_table(stdout, rows, count);
        putchar('\n');
        serac_workload_say_host(stdout, workload);
    }
    serac_workload_destroy(workload);
    free(rows);
    return fflush(stdout) ? SERAC_EXIT_INTERNAL : SERAC_EXIT_DONE;
}

int serac_cmd_serve(int argc, char **argv)
{
    const char *name, *csv = NULL, *json = NULL;
    struct overrides o = {NULL, NULL, NULL, NULL, NULL, NULL};
    const struct serac_option options[] = {
        {"design", "D", "instead of the scenario's designs", &o.design},
        {"memory", "M", "instead of the scenario's", &o.memory},
        {"tech", "T", "instead of the scenario's", &o.tech},
        {"rate", "R", "requests per second, instead of the scenario's", &o.rate},
        {"devices", "N", "so many, instead of the scenario's", &o.devices},
        {"seed", "S", "of the arrivals", &o.seed},
        {"csv", NULL, "rows as CSV", &csv},
        {"json", NULL, "a JSON array of objects", &json},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "serve-sim", "SCENARIO [options]",
        "Requests that arrive, wait, are put into batches and run on devices (a name in configs/serving\n"
        "or a path): throughput, latency, energy, and how many devices a rate needs. What a batch takes\n"
        "is exact; which requests are in it follows from the arrivals.",
        "  serac serve-sim bert-base\n"
        "  serac serve-sim bert-base --rate 200 --devices 8 --csv\n"
        "  serac serve-sim bert-base:max_batch=[1,4]:latency_ms=100\n",
        options};
    struct serac_serving s;
    struct serac_error error = {""};
    int code = serac_cli_parse(&usage, argc, argv, &name, 1);
    if (code >= 0)
        return code;
    enum serac_status status = serac_serving_load(name, &s, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    if (!apply(&o, &s))
        return SERAC_EXIT_INPUT;
    return serve(&s, csv != NULL, json != NULL);
}
