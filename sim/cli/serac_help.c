/* serac_help.c - the help, the manual page and shell completion, of one source. */
#include "serac_help.h"

#include <string.h>

static enum serac_help_format format = SERAC_HELP_TEXT;   /* in which serac_help_usage() prints */

static const struct {
    const char *name, *text;
} environment[] = {
    {"SERAC_CONFIGS", "folder with designs/, networks/ and so on, in which names are looked up first"},
    {"SERAC_CACHE", "folder for RTL that was built (XDG_CACHE_HOME/serac; build/rtl-cache in a source tree)"},
    {"SERAC_RTL_DIR", "other Verilog to build in place of rtl/"},
    {"SERAC_SLOW_POPCOUNT", "1: simulate the adder trees that are synthesised"},
    {"NO_COLOR", "if not empty: no colours on a terminal"},
};

static const char exit_codes[] = "0 done, 1 a check failed, 2 bad input, 3 internal or system error.";

/* Arguments, of options and commands, that are names in a folder of configs/. */
static const struct {
    const char *argument, *kind;
} named[] = {
    {"D", "designs"}, {"M", "memory"}, {"T", "tech"}, {"NET", "networks"},
    {"SWEEP", "sweeps"}, {"PROFILE", "profiles"}, {"WORKLOAD", "workloads"},
};

static const char *kind_of(const char *argument, size_t length)
{
    for (size_t i = 0; argument && i < sizeof named / sizeof *named; i++)
        if (strlen(named[i].argument) == length && !strncmp(named[i].argument, argument, length))
            return named[i].kind;
    return NULL;
}

/* --- text ------------------------------------------------------------------------ */

static void heading(FILE *to, const char *text)
{
    bool bold = serac_cli_colour(to);
    fprintf(to, "\n%s%s:%s\n", bold ? "\033[1m" : "", text, bold ? "\033[0m" : "");
}

static void option_name(const struct serac_option *o, char *to, size_t room)
{
    snprintf(to, room, "--%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
}

static void usage_text(const struct serac_usage *u)
{
    printf("usage: serac %s %s\n\n%s\n", u->command, u->arguments, u->summary);
    heading(stdout, "options");
    for (const struct serac_option *o = u->options; o->name; o++) {
        char left[64];
        option_name(o, left, sizeof left);
        printf("  %-22s %s\n", left, o->text);
    }
    printf("  %-22s %s\n", "--help", "this text");
    heading(stdout, "examples");
    fputs(u->examples, stdout);
}

void serac_help_commands(FILE *to, const struct serac_command *commands, size_t count)
{
    fprintf(to, "usage: serac COMMAND [--help] ...\n\n");
    for (size_t i = 0; i < count; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].text);
    heading(to, "environment");
    for (size_t i = 0; i < sizeof environment / sizeof *environment; i++)
        fprintf(to, "  %-22s %s\n", environment[i].name, environment[i].text);
    heading(to, "examples");
    fprintf(to, "  serac infer fashion-w2                a network's accuracy, cycles and energy\n"
                "  serac cosim --network fashion-w2      its RTL, cycle by cycle\n"
                "  serac init sweep -o mine.cfg          a sweep of your own to edit\n");
    fprintf(to, "\nExit codes: %s\n", exit_codes);
}

/* --- manual page ----------------------------------------------------------------- */

/* Text as roff: backslashes, dashes, and no line that begins like a request. */
static void roff(const char *text)
{
    bool begin = true;
    for (; *text; text++) {
        if (begin && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        begin = *text == '\n';
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
}

static void roff_item(const char *name, const char *text)
{
    printf(".TP\n.B ");
    roff(name);
    putchar('\n');
    roff(text);
    putchar('\n');
}

static void usage_man(const struct serac_usage *u)
{
    printf(".SS serac %s ", u->command);
    roff(u->arguments);
    putchar('\n');
    roff(u->summary);
    putchar('\n');
    for (const struct serac_option *o = u->options; o->name; o++) {
        char left[64];
        option_name(o, left, sizeof left);
        roff_item(left, o->text);
    }
    printf(".PP\nExamples:\n.PP\n.EX\n");
    roff(u->examples);
    printf(".EE\n");
}

static void begin_man(void)
{
    printf(".TH SERAC 1 \"\" \"serac " SERAC_VERSION "\" \"Serac\"\n.SH NAME\nserac \\- co\\-design simulator for "
           "bit\\-serial neural\\-network accelerators\n.SH SYNOPSIS\n.B serac\n.I COMMAND\n[\\-\\-help] ...\n"
           ".SH DESCRIPTION\nSerac tells which bit\\-widths on which array give a network what accuracy, throughput, "
           "energy and area. Its cycle model and its Verilog RTL are equal in every bit and every cycle.\n"
           ".SH COMMANDS\n");
}

static void end_man(void)
{
    printf(".SH ENVIRONMENT\n");
    for (size_t i = 0; i < sizeof environment / sizeof *environment; i++)
        roff_item(environment[i].name, environment[i].text);
    printf(".SH EXIT STATUS\n%s\n", exit_codes);
}

/* --- bash ------------------------------------------------------------------------ */

/* A case of the completion: this command's options, arguments that are names. */
static void usage_bash(const struct serac_usage *u)
{
    const char *kind = kind_of(u->arguments, strcspn(u->arguments, " "));
    printf("    %s)\n      options='--help", u->command);
    for (const struct serac_option *o = u->options; o->name; o++)
        printf(" --%s", o->name);
    printf("'\n      kind=%s\n      case $previous in\n", kind ? kind : "");
    for (const struct serac_option *o = u->options; o->name; o++)
        if (o->argument) {
            const char *names = kind_of(o->argument, strlen(o->argument));
            printf("        --%s) options= kind=%s ;;\n", o->name, names ? names : "");
        }
    printf("      esac ;;\n");
}

static void begin_bash(const struct serac_command *commands, size_t count)
{
    printf("# Completion of serac " SERAC_VERSION " for bash; made by serac help --bash.\n"
           "_serac() {\n"
           "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} options= kind=\n"
           "  if [ \"$COMP_CWORD\" = 1 ]; then\n    COMPREPLY=($(compgen -W '--help --version");
    for (size_t i = 0; i < count; i++)
        printf(" %s", commands[i].name);
    printf("' -- \"$word\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n");
}

static void end_bash(void)
{
    printf("  esac\n"
           "  [ -z \"$kind\" ] || kind=$(\"${COMP_WORDS[0]}\" help --names \"$kind\" 2> /dev/null)\n"
           "  case $word in -*) ;; *) options= ;; esac\n"
           "  COMPREPLY=($(compgen -W \"$options $kind\" -- \"$word\"))\n"
           "}\n"
           "complete -o default -F _serac serac\n");
}

/* --- all ------------------------------------------------------------------------- */

void serac_help_usage(const struct serac_usage *u)
{
    switch (format) {
    case SERAC_HELP_TEXT:
        usage_text(u);
        break;
    case SERAC_HELP_MAN:
        usage_man(u);
        break;
    case SERAC_HELP_BASH:
        usage_bash(u);
        break;
    }
}

void serac_help_all(enum serac_help_format new_format, const struct serac_command *commands,
                    size_t count)
{
    char ask[] = "--help";
    format = new_format;
    if (format == SERAC_HELP_MAN)
        begin_man();
    else
        begin_bash(commands, count);
    for (size_t i = 0; i < count; i++) {
        char *argv[] = {NULL, ask, NULL};
        (void)commands[i].run(2, argv);
    }
    if (format == SERAC_HELP_MAN)
        end_man();
    else
        end_bash();
    format = SERAC_HELP_TEXT;
}
