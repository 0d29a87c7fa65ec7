/* serac_help.h - the help, the manual page and shell completion, of one source.
 *
 * All three are made of the commands' own tables (struct serac_usage), so they say the
 * same. Everything goes to the standard output. */
#ifndef SERAC_HELP_H
#define SERAC_HELP_H

#include "serac_cli.h"

enum serac_help_format { SERAC_HELP_TEXT, SERAC_HELP_MAN, SERAC_HELP_BASH };

/* One command: its --help. */
void serac_help_usage(const struct serac_usage *usage);

/* `serac --help`. */
void serac_help_commands(FILE *to, const struct serac_command *commands, size_t count);

/* The manual page serac(1), or bash's completion: every command's usage in a frame. */
void serac_help_all(enum serac_help_format format, const struct serac_command *commands,
                    size_t count);

#endif
