/* serac_root.c - where the files are that this copy of Serac reads.
 *
 * SERAC_ROOT and SERAC_PLUGINS come from the Makefile: the source tree's, or those of
 * `make install`, which compiles this file again and nothing else. */
#include "serac_root.h"

#include <stdio.h>

const char *serac_root(void)
{
    return SERAC_ROOT;
}

char *serac_root_path(char *to, size_t room, const char *below)
{
    snprintf(to, room, "%s/%s", SERAC_ROOT, below);
    return to;
}

const char *serac_root_plugins(void)
{
    return SERAC_PLUGINS;
}
