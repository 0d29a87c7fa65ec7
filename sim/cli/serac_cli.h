/* serac_cli.h - what all subcommands share: options, messages, progress. */
#ifndef SERAC_CLI_H
#define SERAC_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "serac_config.h"
#include "serac_cost.h"
#include "serac_memory.h"
#include "serac_status.h"

#define SERAC_VERSION "0.1.0"

enum serac_exit {            /* exit codes of the command */
    SERAC_EXIT_DONE = 0,     /* done */
    SERAC_EXIT_CHECK = 1,    /* the check it made failed */
    SERAC_EXIT_INPUT = 2,    /* bad input or usage */
    SERAC_EXIT_INTERNAL = 3  /* internal or system error */
};

struct serac_option {
    const char *name;        /* without --; NULL ends the table */
    const char *argument;    /* what it takes, for the help; NULL: a flag */
    const char *text;
    const char **value;      /* gets the argument, or "" for a flag */
};

struct serac_usage {
    const char *command, *arguments, *summary, *examples;
    const struct serac_option *options;
};

struct serac_command {       /* a subcommand */
    const char *name;
    int (*run)(int argc, char **argv);
    const char *text;
};

/* Parses argv behind the subcommand; -o is --out. Positional arguments go to `positional`,
 * exactly `wanted` of them. Options csv and json exclude each other. Returns -1 to go on, else the exit code (help shown, or
 * the usage was wrong). */
int serac_cli_parse(const struct serac_usage *usage, int argc, char **argv,
                    const char **positional, int wanted);

/* A decimal number in low..high; false after one clear line on stderr. */
bool serac_cli_number(const char *option, const char *text, uint64_t low,
                      uint64_t high, uint64_t *value);

/* May `stream` have colours: a terminal, and NO_COLOR is not set. */
bool serac_cli_colour(FILE *stream);

/* `serac: text` on stderr; the exit code for `status`. */
int serac_cli_fail(enum serac_status status, const struct serac_error *error);

/* Design, memory and technology by name or path; NULL names are the defaults
 * (serial, default, SERAC_DEFAULT_TECH). -1, or the exit code after a message. */
struct serac_setting {
    struct serac_design design;
    struct serac_memory_config memory;
    struct serac_tech tech;
};
int serac_cli_setting(const char *design, const char *memory, const char *tech,
                      struct serac_setting *setting);

/* Writes `path` whole: beside it, then renamed, so a failure leaves nothing behind.
 * SERAC_EXIT_DONE, or SERAC_EXIT_INPUT after a line on stderr. */
int serac_cli_write(const char *path, const void *data, size_t bytes);

/* One line of progress, on a terminal only; done == total ends it. */
void serac_cli_progress(const char *what, uint64_t done, uint64_t total);

/* The same with the rate and the time left; `seconds` since `done` was 0. */
void serac_cli_progress_rate(const char *what, uint64_t done, uint64_t total,
                             double seconds);

int serac_cmd_infer(int argc, char **argv);
int serac_cmd_cosim(int argc, char **argv);
int serac_cmd_describe(int argc, char **argv);
int serac_cmd_init(int argc, char **argv);
int serac_cmd_compile(int argc, char **argv);
int serac_cmd_import(int argc, char **argv);
int serac_cmd_sweep(int argc, char **argv);
int serac_cmd_tune(int argc, char **argv);
int serac_cmd_shapes(int argc, char **argv);
int serac_cmd_compare(int argc, char **argv);
int serac_cmd_report(int argc, char **argv);
int serac_cmd_advise(int argc, char **argv);
int serac_cmd_serve(int argc, char **argv);
int serac_cmd_claims(int argc, char **argv);
int serac_cmd_export(int argc, char **argv);
int serac_cmd_merge(int argc, char **argv);
int serac_cmd_pareto(int argc, char **argv);

#endif
