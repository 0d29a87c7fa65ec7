/* main.c - the serac command: finds the subcommand. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "serac_cli.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *text;
} commands[] = {
    {"infer", serac_cmd_infer, "run a quantised network: accuracy and costs"},
    {"cosim", serac_cmd_cosim, "compare model and RTL at every clock edge"},
    {"sweep", serac_cmd_sweep, "every combination of a sweep file"},
    {"tune", serac_cmd_tune, "weight widths layer by layer within a budget"},
    {"advise", serac_cmd_advise, "which widths and design suit a task, and why"},
    {"serve-sim", serac_cmd_serve, "requests in a queue: latency, devices, cost"},
    {"shapes", serac_cmd_shapes, "every plane pair's best shape in one area"},
    {"compare", serac_cmd_compare, "every plane pair side by side, from sweeps"},
    {"claims", serac_cmd_claims, "what is said of few bits, and what holds"},
    {"report", serac_cmd_report, "a sweep's results in words and tables"},
    {"pareto", serac_cmd_pareto, "the points of a sweep that no other beats"},
    {"export", serac_cmd_export, "the results of a sweep as CSV or JSON"},
    {"merge", serac_cmd_merge, "the results of a sweep's shards in one file"},
    {"import", serac_cmd_import, "other tools' networks and layer tables"},
    {"compile", serac_cmd_compile, "a network to a program image"},
    {"describe", serac_cmd_describe, "a design: area, clock, peak rates"},
};

static void print_usage(FILE *to)
{
    fprintf(to, "usage: serac COMMAND [--help] ...\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].text);
    fprintf(to, "\nExit codes: 0 done, 1 a check failed, 2 bad input, 3 internal "
                "or system error.\n");
}

/* With stdin, stdout or stderr closed the next file would get its number, and what is printed would go there. */
static void hold_standard_files(void)
{
    int fd = 0;
    while (fd >= 0 && fd <= 2)
        fd = open("/dev/null", O_RDONLY);
    if (fd > 2)
        close(fd);
}

/* What was printed must have arrived: a full disk behind `> FILE` is no success. What failed has said so. */
static int finish(int code)
{
    bool good = !ferror(stdout);
    errno = 0;
    if ((fflush(stdout) == 0 && good) || code != SERAC_EXIT_DONE)
        return code;
    fprintf(stderr, "serac: standard output: cannot be written: %s\n", strerror(errno ? errno : EIO));
    return SERAC_EXIT_INTERNAL;
}

int main(int argc, char **argv)
{
    hold_standard_files();
    if (argc < 2) {
        print_usage(stderr);
        return SERAC_EXIT_INPUT;
    }
    if (!strcmp(argv[1], "--help")) {
        print_usage(stdout);
        return finish(SERAC_EXIT_DONE);
    }
    if (!strcmp(argv[1], "--version")) {
        puts("serac " SERAC_VERSION);
        return SERAC_EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return finish(commands[i].run(argc - 1, argv + 1));
    fprintf(stderr, "serac: %s: unknown command; see serac --help\n", argv[1]);
    return SERAC_EXIT_INPUT;
}
