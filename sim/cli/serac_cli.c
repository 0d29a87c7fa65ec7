/* serac_cli.c - what all subcommands share: options, messages, progress. */
#include "serac_cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serac_help.h"
#include "serac_part.h"

bool serac_cli_colour(FILE *stream)
{
    const char *no = getenv("NO_COLOR");
    return isatty(fileno(stream)) && !(no && *no);
}

static int usage_error(const struct serac_usage *u, const char *format,
                       const char *what)
{
    fprintf(stderr, "serac %s: ", u->command);
    fprintf(stderr, format, what);
    fprintf(stderr, "; see serac %s --help\n", u->command);
    return SERAC_EXIT_INPUT;
}

static int unknown_option(const struct serac_usage *u, const char *given)
{
    size_t count = 0;
    while (u->options[count].name)
        count++;
    const char *like = serac_config_nearest(given + strspn(given, "-"), u->options,
                                            sizeof *u->options, count);
    fprintf(stderr, "serac %s: %s: unknown option%s%s%s; see serac %s --help\n", u->command, given,
            like ? " (did you mean --" : "", like ? like : "", like ? "?)" : "", u->command);
    return SERAC_EXIT_INPUT;
}

static bool is_set(const struct serac_usage *u, const char *name)
{
    for (const struct serac_option *o = u->options; o->name; o++)
        if (!strcmp(o->name, name))
            return *o->value != NULL;
    return false;
}

int serac_cli_parse(const struct serac_usage *u, int argc, char **argv,
                    const char **positional, int wanted)
{
    int given = 0;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--help")) {
            serac_help_usage(u);
            return SERAC_EXIT_DONE;
        }
        if (strncmp(argv[i], "--", 2) && strcmp(argv[i], "-o")) {
            if (given == wanted)
                return usage_error(u, "%s: one argument too many", argv[i]);
            positional[given++] = argv[i];
            continue;
        }
        const struct serac_option *o = u->options;
        const char *name = strcmp(argv[i], "-o") ? argv[i] + 2 : "out";
        while (o->name && strcmp(o->name, name))
            o++;
        if (!o->name)
            return unknown_option(u, argv[i]);
        if (!o->argument) {
            *o->value = "";
        } else if (i + 1 < argc) {
            *o->value = argv[++i];
        } else {
            return usage_error(u, "%s: needs an argument", argv[i]);
        }
    }
    if (is_set(u, "csv") && is_set(u, "json"))
        return usage_error(u, "--csv and --%s: one of them at a time", "json");
    if (given < wanted)
        return usage_error(u, "missing argument: %s", u->arguments);
    return -1;
}

bool serac_cli_number(const char *option, const char *text, uint64_t low,
                      uint64_t high, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    bool digit = text[0] >= '0' && text[0] <= '9';   /* no sign, no space */
    if (errno || !digit || *end || v < low || v > high) {
        fprintf(stderr, "serac: %s %s: must be a number from %llu to %llu\n",
                option, text, (unsigned long long)low,
                (unsigned long long)high);
        return false;
    }
    *value = v;
    return true;
}

int serac_cli_fail(enum serac_status status, const struct serac_error *error)
{
    struct serac_error line;
    snprintf(line.text, sizeof line.text, "%s", error && error->text[0] ? error->text : serac_status_text(status));
    for (char *at = line.text; *at; at++)      /* names in a foreign file may hold line ends, or worse for a terminal */
        if ((unsigned char)*at < ' ' || *at == 127)
            *at = '?';
    bool colour = serac_cli_colour(stderr);
    fprintf(stderr, "%sserac:%s %s\n", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "", line.text);
    switch (status) {
    case SERAC_E_INPUT:
    case SERAC_E_FIT:
    case SERAC_E_OVERFLOW:
    case SERAC_E_NOT_FOUND:
        return SERAC_EXIT_INPUT;
    case SERAC_E_MISMATCH:
        return SERAC_EXIT_CHECK;
    default:
        return SERAC_EXIT_INTERNAL;
    }
}

int serac_cli_setting(const char *design, const char *memory, const char *tech,
                      struct serac_setting *s)
{
    struct serac_error error = {""};
    enum serac_status status =
        serac_design_load(design ? design : "serial", &s->design, &error);
    if (status == SERAC_OK)
        status = serac_memory_load(memory ? memory : "default", &s->memory,
                                   &error);
    if (status == SERAC_OK)
        status = serac_tech_load(tech ? tech : SERAC_DEFAULT_TECH, &s->tech,
                                 &error);
    return status == SERAC_OK ? -1 : serac_cli_fail(status, &error);
}

int serac_cli_write(const char *path, const void *data, size_t bytes)
{
    struct serac_part part;
    struct serac_error error = {""};
    enum serac_status status = serac_part_begin(&part, path, &error);
    if (status == SERAC_OK) {
        fwrite(data, 1, bytes, part.file);
        status = serac_part_end(&part, &error);
    }
    return status == SERAC_OK ? SERAC_EXIT_DONE : serac_cli_fail(status, &error);
}

void serac_cli_progress(const char *what, uint64_t done, uint64_t total)
{
    if (!isatty(2))
        return;
    fprintf(stderr, "\r%s %llu/%llu%s", what, (unsigned long long)done,
            (unsigned long long)total, done == total ? "\n" : "");
    fflush(stderr);
}

/* 75 s, 12 min, 3.5 h */
static void format_time(double seconds, char *text, size_t room)
{
    if (seconds < 100)
        snprintf(text, room, "%.0f s", seconds);
    else if (seconds < 6000)
        snprintf(text, room, "%.0f min", seconds / 60);
    else
        snprintf(text, room, "%.1f h", seconds / 3600);
}

void serac_cli_progress_rate(const char *what, uint64_t done, uint64_t total,
                             double seconds)
{
    char left[32] = "?";
    double rate = seconds > 0 ? (double)done / seconds : 0;
    if (!isatty(2))
        return;
    if (rate > 0)
        format_time((double)(total - done) / rate, left, sizeof left);
    fprintf(stderr, "\r%s %llu/%llu, %.3g/s, %s left  %s", what,
            (unsigned long long)done, (unsigned long long)total, rate, left,
            done == total ? "\n" : "");
    fflush(stderr);
}
