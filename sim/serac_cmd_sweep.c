/* serac_cmd_sweep.c - serac sweep: every point of a sweep file, in parallel.
 *
 * Each point (serac_point.h) is a file DIR/points/HASH.csv, written whole or not at
 * all; so a sweep that was stopped goes on where it was, and a changed config is run
 * anew. Points are dealt to worker processes; results.csv and results.json are put
 * together at the end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "serac_point.h"
#include "serac_result.h"

struct sweep_run {
    struct serac_sweep sweep;
    const char *out;
    uint32_t points, shard, shards, jobs;
};

/* --- workers --------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
    (void)signal;
    stopped = 1;
}

/* Waits for one worker; the worst exit code so far. */
static int reap(int worst, uint32_t *running)
{
    int state;
    pid_t pid;
    do
        pid = wait(&state);
    while (pid < 0 && errno == EINTR && !stopped);
    if (pid < 0)
        return worst;
    --*running;
    int code = WIFEXITED(state) ? WEXITSTATUS(state) : SERAC_EXIT_INTERNAL;
    return code > worst ? code : worst;
}

/* A process per point: a point's failure, or a kill, costs that point only. */
static int run_points(const struct sweep_run *run)
{
    uint32_t running = 0, done = 0;
    int worst = SERAC_EXIT_DONE;
    char path[1200];
    for (uint32_t i = 0; i < run->points && !stopped && !worst; i++) {
        if (i % run->shards != run->shard)
            continue;
        serac_point_path(&run->sweep, i, run->out, path, sizeof path);
        serac_cli_progress("points", ++done,
                           (run->points + run->shards - 1 - run->shard) /
                               run->shards);
        if (access(path, F_OK) == 0)
            continue;
        while (running >= run->jobs)
            worst = reap(worst, &running);
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0)
            _exit(serac_point_run(&run->sweep, i, run->out));
        if (pid < 0)
            return SERAC_EXIT_INTERNAL;
        running++;
    }
    while (running && !stopped)
        worst = reap(worst, &running);
    return stopped ? 128 + SIGINT : worst;
}

/* --- results ----------------------------------------------------------------------- */

static int write_results(const char *dir, const char *name,
                         const struct serac_row *rows, size_t count, bool json)
{
    char path[1200], part[1300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    snprintf(part, sizeof part, "%s.part", path);
    FILE *file = fopen(part, "w");
    if (!file)
        return -1;
    if (json) {
        serac_result_json(file, rows, count);
    } else {
        serac_result_csv_header(file);
        for (size_t i = 0; i < count; i++)
            serac_result_csv(file, &rows[i]);
    }
    return fclose(file) || rename(part, path) ? -1 : 0;
}

static int gather(const struct sweep_run *run)
{
    struct serac_row *all = NULL;
    size_t count = 0;
    char path[1200];
    struct serac_error error = {""};
    for (uint32_t i = 0; i < run->points; i++) {
        struct serac_row *rows;
        size_t more;
        if (i % run->shards != run->shard)
            continue;
        serac_point_path(&run->sweep, i, run->out, path, sizeof path);
        enum serac_status status =
            serac_result_read(path, &rows, &more, &error);
        struct serac_row *bigger =
            status == SERAC_OK
                ? realloc(all, (count + more) * sizeof *all) : NULL;
        if (!bigger) {
            free(all);
            return serac_cli_fail(status == SERAC_OK ? SERAC_E_NOMEM : status,
                                  &error);
        }
        all = bigger;
        memcpy(all + count, rows, more * sizeof *rows);
        count += more;
        free(rows);
    }
    int bad = write_results(run->out, "results.csv", all, count, false) |
              write_results(run->out, "results.json", all, count, true);
    free(all);
    if (bad) {
        fprintf(stderr, "serac: %s: %s\n", run->out, strerror(errno));
        return SERAC_EXIT_INTERNAL;
    }
    printf("%s/results.csv and results.json: %u points, %zu rows\n", run->out,
           run->points, count);
    serac_point_say_host(&run->sweep);
    return SERAC_EXIT_DONE;
}

static int make_folders(const char *out)
{
    char points[1100];
    snprintf(points, sizeof points, "%s/points", out);
    if ((mkdir(out, 0777) && errno != EEXIST) ||
        (mkdir(points, 0777) && errno != EEXIST) || access(points, W_OK)) {
        fprintf(stderr, "serac: %s: %s\n", out, strerror(errno));
        return SERAC_EXIT_INPUT;
    }
    return -1;
}

static bool parse_shard(const char *text, struct sweep_run *run)
{
    unsigned shard, shards;
    char rest;
    if (sscanf(text, "%u/%u%c", &shard, &shards, &rest) != 2 || shards < 1 ||
        shard < 1 || shard > shards) {
        fprintf(stderr, "serac: --shard %s: must be I/N, 1 <= I <= N\n", text);
        return false;
    }
    run->shard = shard - 1;
    run->shards = shards;
    return true;
}

int serac_cmd_sweep(int argc, char **argv)
{
    const char *name, *out = NULL, *jobs_text = NULL, *shard = NULL;
    const struct serac_option options[] = {
        {"out", "DIR", "folder for the results (required)", &out},
        {"jobs", "N", "worker processes (the number of CPUs)", &jobs_text},
        {"shard", "I/N", "only every N-th point, from the I-th", &shard},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "sweep", "SWEEP --out DIR [options]",
        "Runs every design x memory x technology x (network, or workload x "
        "precision) of a sweep\nfile (a name in configs/sweeps or a path). Goes "
        "on where it was stopped.",
        "  serac sweep fashion --out build/fashion --jobs 2\n"
        "  serac sweep my.cfg --out results --shard 1/4\n",
        options};
    struct sweep_run run = {.shards = 1};
    struct serac_error error = {""};
    uint64_t jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
    int code = serac_cli_parse(&usage, argc, argv, &name, 1);
    if (code >= 0)
        return code;
    if (!out) {
        fprintf(stderr, "serac sweep: --out is missing; see serac sweep "
                        "--help\n");
        return SERAC_EXIT_INPUT;
    }
    if ((jobs_text &&
         !serac_cli_number("--jobs", jobs_text, 1, 1024, &jobs)) ||
        (shard && !parse_shard(shard, &run)))
        return SERAC_EXIT_INPUT;
    enum serac_status status = serac_sweep_load(name, &run.sweep, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    run.out = out;
    run.jobs = (uint32_t)jobs;
    run.points = serac_point_count(&run.sweep);
    code = serac_point_check_names(&run.sweep);
    if (code < 0)
        code = make_folders(out);
    if (code >= 0)
        return code;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    code = run_points(&run);
    return code ? code : gather(&run);
}
