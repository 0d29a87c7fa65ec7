/* serac_icarus.c - the RTL under Icarus Verilog: a process at two pipes. */
#include "serac_icarus.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "serac_root.h"

static char loaded[4096];            /* path of the design at hand, without suffix */

struct icarus {
    pid_t process;
    int to, from;
    bool stopped;
};

static bool send(struct icarus *s, const void *bytes, size_t count)
{
    const char *at = bytes;
    while (count) {
        ssize_t done = write(s->to, at, count);
        if (done <= 0)
            return false;
        at += done;
        count -= (size_t)done;
    }
    return true;
}

static bool receive(struct icarus *s, void *bytes, size_t count)
{
    char *at = bytes;
    while (count) {
        ssize_t done = read(s->from, at, count);
        if (done <= 0)
            return false;
        at += done;
        count -= (size_t)done;
    }
    return true;
}

static void ask(struct icarus *s, char command, const struct serac_rtl_in *in,
                void *answer, size_t count)
{
    s->stopped = s->stopped || !send(s, &command, 1) ||
                 (in && !send(s, in, sizeof *in)) ||
                 !receive(s, answer, count);
    if (s->stopped)
        memset(answer, 0, count);
}

static void settle(void *rtl, const struct serac_rtl_in *in,
                   struct serac_rtl_out *out)
{
    ask(rtl, SERAC_ICARUS_SETTLE, in, out, sizeof *out);
}

static void edge(void *rtl, struct serac_rtl_out *out)
{
    ask(rtl, SERAC_ICARUS_EDGE, NULL, out, sizeof *out);
}

static void counters(void *rtl, uint64_t *values)
{
    ask(rtl, SERAC_ICARUS_COUNTERS, NULL, values,
        SERAC_COUNTERS * sizeof *values);
}

static void reset(void *rtl, uint32_t cycles, struct serac_rtl_out *out)
{
    struct serac_rtl_in in = {0};
    struct serac_rtl_out after;
    ask(rtl, SERAC_ICARUS_RESET, NULL, out, sizeof *out);
    settle(rtl, &in, out);
    while (cycles--)
        edge(rtl, out);
    ask(rtl, SERAC_ICARUS_RELEASE, NULL, &after, sizeof after);
}

/* In the child: vvp at descriptors FROM and TO. */
static void become_simulator(const int to[2], const int from[2])
{
    char vvp[4200], vpi[4200];
    int ends[2] = {dup(to[0]), dup(from[1])};
    for (int i = 0; i < 2; i++) {
        close(to[i]);
        close(from[i]);
    }
    /* Above both, then at their places. */
    int high[2] = {dup2(ends[0], 20), dup2(ends[1], 21)};
    if (dup2(high[0], SERAC_ICARUS_FROM) < 0 || dup2(high[1], SERAC_ICARUS_TO) < 0)
        _exit(127);
    snprintf(vvp, sizeof vvp, "%s.vvp", loaded);
    snprintf(vpi, sizeof vpi, "-m%s.vpi", loaded);
    execlp("vvp", "vvp", "-n", vpi, vvp, (char *)NULL);
    _exit(127);
}

static void destroy(void *rtl)
{
    struct icarus *s = rtl;
    char quit = SERAC_ICARUS_QUIT;
    if (!s->stopped)
        (void)send(s, &quit, 1);
    close(s->to);
    close(s->from);
    waitpid(s->process, NULL, 0);
    free(s);
}

/* Without memory or a process: a simulator that has stopped. Registers begin unknown, so
 * there is no seed. */
static void *create(uint64_t seed)
{
    (void)seed;
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    struct serac_rtl_out out;
    struct icarus *s = calloc(1, sizeof *s);
    if (!s || pipe(to) || pipe(from))
        abort();
    signal(SIGPIPE, SIG_IGN);
    fflush(NULL);
    s->process = fork();
    if (s->process == 0)
        become_simulator(to, from);
    close(to[0]);
    close(from[1]);
    s->to = to[1];
    s->from = from[0];
    s->stopped = s->process < 0;
    reset(s, 3, &out);
    return s;
}

static const struct serac_rtl_ops operations = {
    .create = create, .destroy = destroy, .settle = settle, .edge = edge,
    .counters = counters, .reset = reset};

enum serac_status serac_icarus_load(const char *base, const char *params,
                                    const struct serac_rtl_ops **ops,
                                    struct serac_error *error)
{
    char command[10000], vvp[4200];
    *ops = &operations;
    snprintf(loaded, sizeof loaded, "%s", base);
    snprintf(vvp, sizeof vvp, "%s.vvp", base);
    if (access(vvp, R_OK) == 0)
        return SERAC_OK;
    snprintf(command, sizeof command,
             "'%s/scripts/build_icarus.sh' '%s' %s > '%s.log' 2>&1",
             serac_root(), base, params, base);
    int code = system(command);
    if (code == 0)
        return SERAC_OK;
    if (error)
        snprintf(error->text, sizeof error->text, code != -1 && code >> 8 == 3
                 ? "iverilog is not installed; scripts/setup.sh installs it"
                 : "Icarus Verilog could not build the RTL, see %s.log", base);
    return SERAC_E_TOOL;
}
