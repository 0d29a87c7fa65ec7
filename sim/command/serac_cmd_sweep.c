/* serac_cmd_sweep.c - serac sweep: every point of a sweep file, in parallel.
 *
 * What is to run is what the file of results has not: so a sweep that was stopped goes on
 * where it was, one that is done does nothing, and a changed file is run anew. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_cli.h"
#include "serac_sweep_run.h"

/* A decimal number of 32 bits; sscanf would take the last 32 bits of a longer one. */
static const char *parse_u32(const char *text, uint32_t *value)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (errno || v > UINT32_MAX || *text < '0' || *text > '9')
        return NULL;
    *value = (uint32_t)v;
    return end;
}

static bool parse_shard(const char *text, uint32_t *shard, uint32_t *shards)
{
    uint32_t one = 0, all = 0;
    const char *rest = parse_u32(text, &one);
    rest = rest && *rest == '/' ? parse_u32(rest + 1, &all) : NULL;
    if (!rest || *rest || one < 1 || one > all) {
        fprintf(stderr, "serac: --shard %s: must be I/N, 1 <= I <= N\n", text);
        return false;
    }
    *shard = one - 1;
    *shards = all;
    return true;
}

/* What was left out and why. */
static void print_left_out(const struct serac_sweep *sweep,
                           const struct serac_space_tally *tally,
                           const struct serac_db_counts *counts)
{
    if (tally->impossible)
        printf("%u variations are no design or memory; the first: %s\n",
               tally->impossible, tally->first_impossible);
    if (sweep->unstorable)
        printf("%u precisions would store weights wider than they are computed\n",
               sweep->unstorable);
    if (tally->pruned)
        printf("%llu of %llu points not run: constraints\n",
               (unsigned long long)tally->pruned,
               (unsigned long long)tally->combinations);
    if (counts->excluded)
        printf("%llu points left out of the results: constraints, by what they "
               "took\n", (unsigned long long)counts->excluded);
}

static enum serac_status print_end(const struct serac_sweep *sweep,
                                   const struct serac_space *space,
                                   struct serac_db *db, uint64_t ran, int *code,
                                   struct serac_error *error)
{
    struct serac_db_counts c;
    char failed[1024] = "";
    enum serac_status status = serac_db_count(db, &c, error);
    if (status == SERAC_OK && c.failed)
        status = serac_db_first_failed(db, failed, sizeof failed, error);
    if (status != SERAC_OK)
        return status;
    if (c.failed && !c.done && c.failed == c.planned) {
        fprintf(stderr, "serac: no point can run; the first: %s\n", failed);
        *code = SERAC_EXIT_INPUT;
        return SERAC_OK;
    }
    printf("%s: %llu points, %llu rows; %llu run now\n", serac_db_path(db),
           (unsigned long long)(c.done - c.excluded), (unsigned long long)c.rows,
           (unsigned long long)ran);
    if (c.done + c.failed < c.planned)
        printf("%llu points of the sweep are missing\n",
               (unsigned long long)(c.planned - c.done - c.failed));
    print_left_out(sweep, serac_space_tally(space), &c);
    if (c.failed)
        printf("%llu points cannot run; the first: %s\n",
               (unsigned long long)c.failed, failed);
    serac_space_say_host(space);
    return SERAC_OK;
}

struct options {
    const char *out;
    uint32_t shard, shards, jobs;
};

static serac_db_exclude_fn *exclude(const struct serac_sweep *sweep)
{
    return sweep->num_constraints ? serac_space_exclude : NULL;
}

/* The file is closed while workers run: SQLite's connections must not cross a fork. */
static int run_missing(const struct serac_sweep *sweep, struct serac_space *space,
                       const struct options *o, uint64_t *ran)
{
    struct serac_db *db = NULL;
    struct serac_error error = {""};
    uint64_t *positions = NULL, count = 0;
    enum serac_status status = serac_db_open(o->out, true, &db, &error);
    if (status == SERAC_OK)
        status = serac_space_put_names(space, db, &error);
    if (status == SERAC_OK) {
        status = serac_db_plan(db, serac_space_id(space), serac_space_keys(space),
                               serac_space_count(space), exclude(sweep), space,
                               &error);
        if (status == SERAC_OK)
            status = serac_db_missing(db, serac_space_id(space), o->shard, o->shards,
                                      &positions, &count, &error);
    }
    serac_db_close(db);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    struct serac_sweep_run run = {.space = space, .dir = o->out,
                                  .positions = positions, .count = count,
                                  .jobs = o->jobs};
    int code = serac_sweep_run(&run);
    free(positions);
    *ran = count;
    return code;
}

static int sweep_all(const struct serac_sweep *sweep, const struct options *o)
{
    struct serac_space *space;
    struct serac_db *db;
    struct serac_error error = {""};
    enum serac_status status = serac_space_open(sweep, &space, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    uint64_t ran = 0;
    int code = run_missing(sweep, space, o, &ran);
    if (code == SERAC_EXIT_DONE) {
        status = serac_db_open(o->out, false, &db, &error);
        if (status == SERAC_OK) {
            status = serac_db_settle(db, serac_space_id(space), exclude(sweep), space,
                                     &error);
            if (status == SERAC_OK)
                status = print_end(sweep, space, db, ran, &code, &error);
            serac_db_close(db);
        }
        if (status != SERAC_OK)
            code = serac_cli_fail(status, &error);
    }
    serac_space_close(space);
    return code;
}

int serac_cmd_sweep(int argc, char **argv)
{
    const char *name, *jobs_text = NULL, *shard = NULL;
    struct options o = {.out = NULL, .shards = 1};
    const struct serac_option options[] = {
        {"out", "DIR", "or -o: folder for the results (required)", &o.out},
        {"jobs", "N", "worker processes (the number of CPUs)", &jobs_text},
        {"shard", "I/N", "only every N-th point, from the I-th", &shard},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "sweep", "SWEEP --out DIR [options]",
        "Runs every design x memory x technology x (network, or workload x "
        "precision x batch) of a\nsweep file (a name in configs/sweeps or a path), "
        "into DIR/" SERAC_DB_FILE ". Goes on where it was\nstopped. See also "
        "serac export, report, pareto; serac merge for shards.",
        "  serac sweep fashion --out build/fashion --jobs 2\n"
        "  serac sweep my.cfg --out results --shard 1/4\n",
        options};
    struct serac_sweep sweep;
    struct serac_error error = {""};
    uint64_t jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
    int code = serac_cli_parse(&usage, argc, argv, &name, 1);
    if (code >= 0)
        return code;
    if (!o.out) {
        fprintf(stderr, "serac sweep: --out is missing; see serac sweep "
                        "--help\n");
        return SERAC_EXIT_INPUT;
    }
    if ((jobs_text && !serac_cli_number("--jobs", jobs_text, 1, 1024, &jobs)) ||
        (shard && !parse_shard(shard, &o.shard, &o.shards)))
        return SERAC_EXIT_INPUT;
    o.jobs = (uint32_t)jobs;
    enum serac_status status = serac_sweep_load(name, &sweep, &error);
    if (status != SERAC_OK)
        return serac_cli_fail(status, &error);
    code = sweep_all(&sweep, &o);
    serac_sweep_free(&sweep);
    return code;
}
