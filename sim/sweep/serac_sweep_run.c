/* serac_sweep_run.c - runs the points of a sweep in processes. */
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS */
#include "serac_sweep_run.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "serac_cli.h"

#define BATCH 256
#define FLUSH_SECONDS 1.0
#define CHUNK_MAX 64

/* In memory of all processes. */
struct shared {
    _Atomic uint64_t next;           /* of run->positions */
    _Atomic uint64_t finished;
    _Atomic bool stop;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- a worker -------------------------------------------------------------------- */

struct worker {
    const struct serac_sweep_run *run;
    struct shared *shared;
    struct serac_db *db;
    struct serac_timings *timings;
    struct serac_db_point points[BATCH];   /* not written yet */
    size_t count;
    double written;
    struct serac_error error;
};

static enum serac_status flush(struct worker *w)
{
    enum serac_status status =
        w->count ? serac_db_put(w->db, serac_space_id(w->run->space), w->points,
                                w->count, &w->error) : SERAC_OK;
    for (size_t i = 0; i < w->count; i++)
        serac_space_free_point(&w->points[i]);
    w->count = 0;
    w->written = now();
    return status;
}

static enum serac_status run_point(struct worker *w, uint64_t position)
{
    const char *key = serac_space_keys(w->run->space)[position];
    bool there;
    enum serac_status status = serac_db_find(w->db, key, &there, NULL, &w->error);
    if (status != SERAC_OK || there)      /* another process was faster */
        return status;
    struct serac_db_point *point = &w->points[w->count];
    status = serac_space_run(w->run->space, position, w->timings, point, &w->error);
    if (status != SERAC_OK)
        return status;
    w->count++;
    return w->count == BATCH || now() - w->written >= FLUSH_SECONDS ? flush(w)
                                                                    : SERAC_OK;
}

/* Takes the next points: several, as neighbours share layers, and fewer towards the end, so that
 * the workers end together. Returns the first; none are left if it is run->count. */
static uint64_t take(const struct serac_sweep_run *run, struct shared *shared,
                     uint64_t *end)
{
    uint64_t i = shared->next;
    do {
        uint64_t chunk = (run->count - i) / (8 * (uint64_t)run->jobs) + 1;
        chunk = chunk > CHUNK_MAX ? CHUNK_MAX : chunk;
        *end = i + chunk < run->count ? i + chunk : run->count;
    } while (i < run->count && !atomic_compare_exchange_weak(&shared->next, &i, *end));
    return i;
}

static enum serac_status run_all(struct worker *w)
{
    const struct serac_sweep_run *run = w->run;
    enum serac_status status = SERAC_OK;
    while (status == SERAC_OK && !w->shared->stop) {
        uint64_t end, i = take(run, w->shared, &end);
        if (i >= run->count)
            break;
        for (; status == SERAC_OK && i < end && !w->shared->stop; i++) {
            status = run_point(w, run->positions[i]);
            w->shared->finished++;
        }
    }
    struct serac_error first = w->error;
    enum serac_status last = flush(w);
    if (status != SERAC_OK)
        w->error = first;
    return status == SERAC_OK ? last : status;
}

static int work(const struct serac_sweep_run *run, struct shared *shared)
{
    struct worker *w = calloc(1, sizeof *w);
    enum serac_status status = SERAC_E_NOMEM;
    struct serac_error none = {""};
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    if (w && (w->timings = serac_timings_create())) {
        w->run = run;
        w->shared = shared;
        w->written = now();
        status = serac_db_open(run->dir, true, &w->db, &w->error);
        if (status == SERAC_OK)
            status = run_all(w);
    }
    /* Of several that fail for one reason, one says so. */
    int code = SERAC_EXIT_DONE;
    if (status != SERAC_OK)
        code = atomic_exchange(&shared->stop, true)
                   ? SERAC_EXIT_CHECK : serac_cli_fail(status, w ? &w->error : &none);
    if (w) {
        serac_db_close(w->db);
        serac_timings_destroy(w->timings);
    }
    free(w);
    return code;
}

/* --- the parent ------------------------------------------------------------------ */

static volatile sig_atomic_t signals;

static void on_signal(int signal)
{
    (void)signal;
    signals++;
}

static void pause_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static uint32_t start(const struct serac_sweep_run *run, struct shared *shared,
                      pid_t *pids)
{
    uint32_t jobs = run->jobs < run->count ? run->jobs : (uint32_t)run->count;
    uint32_t started = 0;
    pid_t parent = getpid();
    fflush(NULL);
    for (; started < jobs; started++) {
        pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            int code = getppid() == parent ? work(run, shared) : SERAC_EXIT_INTERNAL;
            fflush(NULL);
            _exit(code);
        }
        if (pid < 0) {
            fprintf(stderr, "serac: no more processes: %s\n", strerror(errno));
            shared->stop = true;
            break;
        }
        pids[started] = pid;
    }
    return started;
}

/* Waits for the workers; the worst exit code. */
static int wait_all(const struct serac_sweep_run *run, struct shared *shared,
                    const pid_t *pids, uint32_t running)
{
    int worst = SERAC_EXIT_DONE, killed = 0;
    double start_time = now();
    uint32_t all = running;
    while (running) {
        int state;
        pid_t pid = waitpid(-1, &state, WNOHANG);
        if (pid > 0) {
            int code = WIFEXITED(state) ? WEXITSTATUS(state) : SERAC_EXIT_INTERNAL;
            if (!WIFEXITED(state) && !signals)
                fprintf(stderr, "serac: a worker ended by signal %d\n",
                        WTERMSIG(state));
            worst = code > worst ? code : worst;
            running--;
            if (code)
                shared->stop = true;
            continue;
        }
        if (signals)
            shared->stop = true;
        for (uint32_t i = 0; signals > 1 && !killed && i < all; i++)
            kill(pids[i], SIGKILL);
        killed = signals > 1;
        if (shared->finished < run->count)
            serac_cli_progress_rate("points", shared->finished, run->count,
                                    now() - start_time);
        pause_ms(running && run->count > 4 * run->jobs ? 200 : 20);
    }
    serac_cli_progress_rate("points", shared->finished, run->count,
                            now() - start_time);
    if (shared->finished < run->count && isatty(2))
        fputc('\n', stderr);
    return signals ? 128 + SIGINT : worst;
}

int serac_sweep_run(const struct serac_sweep_run *run)
{
    struct sigaction action = {.sa_handler = on_signal};
    if (run->count == 0)
        return SERAC_EXIT_DONE;
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t *pids = calloc(run->jobs, sizeof *pids);
    if (shared == MAP_FAILED || !pids) {
        free(pids);
        return serac_cli_fail(SERAC_E_NOMEM, NULL);
    }
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    uint32_t started = start(run, shared, pids);
    int code = wait_all(run, shared, pids, started);
    if (code == SERAC_EXIT_DONE && started == 0)
        code = SERAC_EXIT_INTERNAL;
    free(pids);
    munmap(shared, sizeof *shared);
    return code;
}
