/* main.c - the serac command: finds the subcommand. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "serac_cli.h"
#include "serac_help.h"

static int help(int argc, char **argv);

static const struct serac_command commands[] = {
    {"infer", serac_cmd_infer, "run a quantised network: accuracy and costs"},
    {"cosim", serac_cmd_cosim, "compare model and RTL at every clock edge"},
    {"sweep", serac_cmd_sweep, "every combination of a sweep file"},
    {"tune", serac_cmd_tune, "widths layer by layer within a budget"},
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
    {"init", serac_cmd_init, "a commented file to start from"},
    {"help", help, "this help as a manual page or shell completion"},
};
#define COUNT (sizeof commands / sizeof *commands)

static int unknown(const char *name)
{
    const char *like = serac_config_nearest(name, commands, sizeof *commands, COUNT);
    fprintf(stderr, "serac: %s: unknown command%s%s%s; see serac --help\n", name,
            like ? " (did you mean " : "", like ? like : "", like ? "?)" : "");
    return SERAC_EXIT_INPUT;
}

static int run(int argc, char **argv)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(argv[0], commands[i].name))
            return commands[i].run(argc, argv);
    return unknown(argv[0]);
}

/* The names of a kind, a line each. */
static int print_names(const char *kind)
{
    char names[4096];
    serac_config_names(kind, names, sizeof names);
    if (!names[0]) {
        fprintf(stderr, "serac help: --names %s: no names in configs/%s\n", kind, kind);
        return SERAC_EXIT_INPUT;
    }
    for (char *name = strtok(names, ", "); name; name = strtok(NULL, ", "))
        puts(name);
    return SERAC_EXIT_DONE;
}

static int help(int argc, char **argv)
{
    const char *man = NULL, *bash = NULL, *names = NULL;
    const struct serac_option options[] = {
        {"man", NULL, "all of it as a manual page, for man -l", &man},
        {"bash", NULL, "completion for bash", &bash},
        {"names", "KIND", "the names in configs/KIND: designs, networks, sweeps, ...", &names},
        {NULL, NULL, NULL, NULL}};
    const struct serac_usage usage = {
        "help", "[COMMAND | options]", "The help of a command; of all as a manual page or as shell completion.",
        "  serac help infer\n"
        "  serac help --names designs\n"
        "  . <(serac help --bash)\n", options};
    if (argc == 2 && argv[1][0] != '-') {
        char ask[] = "--help", *of[] = {argv[1], ask, NULL};
        return run(2, of);
    }
    int code = serac_cli_parse(&usage, argc, argv, NULL, 0);
    if (code >= 0)
        return code;
    if (names)
        return print_names(names);
    if (man || bash)
        serac_help_all(man ? SERAC_HELP_MAN : SERAC_HELP_BASH, commands, COUNT);
    else
        serac_help_commands(stdout, commands, COUNT);
    return SERAC_EXIT_DONE;
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
        serac_help_commands(stderr, commands, COUNT);
        return SERAC_EXIT_INPUT;
    }
    if (!strcmp(argv[1], "--help")) {
        serac_help_commands(stdout, commands, COUNT);
        return finish(SERAC_EXIT_DONE);
    }
    if (!strcmp(argv[1], "--version")) {
        puts("serac " SERAC_VERSION);
        return SERAC_EXIT_DONE;
    }
    return finish(run(argc - 1, argv + 1));
}
