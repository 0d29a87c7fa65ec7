/* serac_point.c - the points of a sweep. */
#include "serac_point.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "serac_infer.h"
#include "serac_workload_run.h"

struct point {
    const char *design, *memory, *technology;
    const char *network;                 /* NULL: a workload */
    const char *workload, *precision;
};

/* Networks, then workloads at each precision. */
static uint32_t programs(const struct serac_sweep *s)
{
    return s->networks.count + s->workloads.count * s->precisions.count;
}

uint32_t serac_point_count(const struct serac_sweep *s)
{
    return s->designs.count * s->memories.count * s->technologies.count *
           programs(s);
}

static struct point point_of(const struct serac_sweep *s, uint32_t index)
{
    struct point p = {.network = NULL};
    uint32_t program = index % programs(s);
    index /= programs(s);
    if (program < s->networks.count) {
        p.network = s->networks.names[program];
    } else {
        program -= s->networks.count;
        p.precision = s->precisions.names[program % s->precisions.count];
        p.workload = s->workloads.names[program / s->precisions.count];
    }
    p.technology = s->technologies.names[index % s->technologies.count];
    index /= s->technologies.count;
    p.memory = s->memories.names[index % s->memories.count];
    p.design = s->designs.names[index / s->memories.count];
    return p;
}

/* --- its file ------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *b = bytes;
    while (count--)
        hash = (hash ^ *b++) * 0x100000001b3u;
    return hash;
}

static uint64_t mix_config(uint64_t hash, const char *kind, const char *name)
{
    char path[1024], buffer[4096];
    size_t got;
    hash = mix(hash, name, strlen(name) + 1);
    if (serac_config_find(kind, name, path, sizeof path, NULL) != SERAC_OK)
        return hash;
    FILE *file = fopen(path, "rb");
    if (!file)
        return hash;
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        hash = mix(hash, buffer, got);
    fclose(file);
    return hash;
}

/* The network's file holds the CRC of its blob. */
void serac_point_path(const struct serac_sweep *sweep, uint32_t index,
                      const char *out, char *path, size_t room)
{
    struct point p = point_of(sweep, index);
    uint64_t hash = mix(0xcbf29ce484222325u, SERAC_VERSION, 5);
    hash = mix_config(hash, "designs", p.design);
    hash = mix_config(hash, "memory", p.memory);
    hash = mix_config(hash, "tech", p.technology);
    if (p.network) {
        hash = mix_config(hash, "networks", p.network);
        hash = mix(hash, sweep->dataset, strlen(sweep->dataset));
        hash = mix(hash, &sweep->images, sizeof sweep->images);
    } else {
        hash = mix_config(hash, "workloads", p.workload);
        hash = mix(hash, p.precision, strlen(p.precision));
    }
    snprintf(path, room, "%s/points/%016llx.csv", out,
             (unsigned long long)hash);
}

static bool write_rows(const char *path, const struct serac_row *rows,
                       size_t count)
{
    char part[1300];
    snprintf(part, sizeof part, "%s.%ld", path, (long)getpid());
    FILE *file = fopen(part, "w");
    if (!file)
        return false;
    serac_result_csv_header(file);
    for (size_t i = 0; i < count; i++)
        serac_result_csv(file, &rows[i]);
    return !fclose(file) && !rename(part, path);
}

/* --- running it ---------------------------------------------------------- */

static enum serac_status run_network(const struct serac_sweep *sweep,
                                     const struct serac_setting *setting,
                                     const struct point *p, const char *path,
                                     bool *written, struct serac_error *error)
{
    struct serac_infer_result result;
    struct serac_infer_job job = {
        .setting = setting, .network = p->network, .backend = "model",
        .dataset = sweep->dataset[0] ? sweep->dataset : NULL,
        .limit = sweep->images};
    enum serac_status status = serac_infer_run(&job, &result, error);
    if (status != SERAC_OK)
        return status;
    *written = write_rows(path, result.rows, result.num_rows);
    serac_infer_free(&result);
    return SERAC_OK;
}

static enum serac_status run_workload(const struct serac_setting *setting,
                                      const struct point *p, const char *path,
                                      bool *written, struct serac_error *error)
{
    struct serac_workload *workload;
    struct serac_workload_result result;
    enum serac_status status =
        serac_workload_load(p->workload, &workload, error);
    if (status != SERAC_OK)
        return status;
    struct serac_workload_job job = {.setting = setting, .workload = workload};
    (void)serac_workload_precision(p->precision, &job.weight_bits,
                                   &job.act_bits);
    status = serac_workload_run(&job, &result, error);
    serac_workload_destroy(workload);
    if (status != SERAC_OK)
        return status;
    *written = write_rows(path, result.rows, result.num_rows);
    serac_workload_free(&result);
    return SERAC_OK;
}

/* Puts design and program before a message that names only a layer. */
static void say_where(const struct point *p, struct serac_error *error)
{
    char text[SERAC_ERROR_MAX];
    if (strncmp(error->text, "layer ", 6))
        return;
    memcpy(text, error->text, sizeof text);
    snprintf(error->text, sizeof error->text, "%.128s on %.128s: %.200s",
             p->network ? p->network : p->workload, p->design, text);
}

int serac_point_run(const struct serac_sweep *sweep, uint32_t index,
                    const char *out)
{
    struct point p = point_of(sweep, index);
    struct serac_setting setting;
    struct serac_error error = {""};
    char path[1200];
    bool written = false;
    int code = serac_cli_setting(p.design, p.memory, p.technology, &setting);
    if (code >= 0)
        return code;
    serac_point_path(sweep, index, out, path, sizeof path);
    enum serac_status status =
        p.network ? run_network(sweep, &setting, &p, path, &written, &error)
                  : run_workload(&setting, &p, path, &written, &error);
    if (status != SERAC_OK) {
        say_where(&p, &error);
        return serac_cli_fail(status, &error);
    }
    if (written)
        return SERAC_EXIT_DONE;
    fprintf(stderr, "serac: %s: %s\n", path, strerror(errno));
    return SERAC_EXIT_INTERNAL;
}

/* --- names --------------------------------------------------------------- */

static enum serac_status check_programs(const struct serac_sweep *s,
                                        struct serac_error *error)
{
    enum serac_status status = SERAC_OK;
    for (uint32_t i = 0; status == SERAC_OK && i < s->networks.count; i++) {
        struct serac_network *network = NULL;
        status = serac_network_load(s->networks.names[i], &network, error);
        serac_network_destroy(network);
    }
    for (uint32_t i = 0; status == SERAC_OK && i < s->workloads.count; i++) {
        struct serac_workload *workload = NULL;
        status = serac_workload_load(s->workloads.names[i], &workload, error);
        serac_workload_destroy(workload);
    }
    return status;
}

int serac_point_check_names(const struct serac_sweep *s)
{
    struct serac_setting setting;
    struct serac_error error = {""};
    const struct serac_sweep_list *lists[] = {&s->designs, &s->memories,
                                              &s->technologies};
    for (int kind = 0; kind < 3; kind++)
        for (uint32_t i = 0; i < lists[kind]->count; i++) {
            const char *names[3] = {s->designs.names[0], s->memories.names[0],
                                    s->technologies.names[0]};
            names[kind] = lists[kind]->names[i];
            int code = serac_cli_setting(names[0], names[1], names[2],
                                         &setting);
            if (code >= 0)
                return code;
        }
    enum serac_status status = check_programs(s, &error);
    return status == SERAC_OK ? -1 : serac_cli_fail(status, &error);
}

void serac_point_say_host(const struct serac_sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->workloads.count; i++) {
        struct serac_workload *workload;
        if (serac_workload_load(sweep->workloads.names[i], &workload, NULL) !=
            SERAC_OK)
            continue;
        serac_workload_say_host(stdout, workload);
        serac_workload_destroy(workload);
    }
}
