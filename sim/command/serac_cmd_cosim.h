/* serac_cmd_cosim.h - one network in lock step; private to serac_cmd_cosim*.c. */
#ifndef SERAC_CMD_COSIM_H
#define SERAC_CMD_COSIM_H

#include "serac_cli.h"
#include "serac_cosim_tracing.h"
#include "serac_rtl_gates.h"

struct serac_cosim_network {
    const char *name, *input;                  /* input: NULL, or a file of raw inputs */
    struct serac_setting setting;
    uint64_t image, seed;
    struct serac_rtl_gates_options netlist;    /* dir NULL: the RTL */
    struct serac_cosim_tracing *tracing;
    const char *out;                           /* NULL, or the folder that gets the row for serac report */
};

/* Every run of the machine on both sides, the host's layers between them. Prints what was compared, or the
 * first difference and the command that repeats it. The exit code. */
int serac_cosim_network(const struct serac_cosim_network *ask);

#endif
