/* serac_icarus.h - the RTL under Icarus Verilog in place of Verilator: a second opinion, with
 * four states. A thousand times slower. */
#ifndef SERAC_ICARUS_H
#define SERAC_ICARUS_H

#include "serac_rtl.h"

/* One byte each, from serac to the simulator; sim/icarus/serac_icarus.v says what it does. */
enum serac_icarus_command {
    SERAC_ICARUS_SETTLE = 'S',       /* then struct serac_rtl_in; answer struct serac_rtl_out */
    SERAC_ICARUS_EDGE = 'E',         /* answer struct serac_rtl_out */
    SERAC_ICARUS_RESET = '0',        /* rst_ni falls; answer struct serac_rtl_out */
    SERAC_ICARUS_RELEASE = '1',      /* rst_ni rises; the same */
    SERAC_ICARUS_COUNTERS = 'C',     /* answer SERAC_COUNTERS times 64 bits */
    SERAC_ICARUS_QUIT = 'Q'
};
#define SERAC_ICARUS_FROM 3          /* file descriptors of the simulator */
#define SERAC_ICARUS_TO 4

/* As serac_rtl_load(), for library `base` (a path without its suffix), built if it is not
 * there: base.vvp and base.vpi. One design at a time. A simulator that stops says why
 * and has all outputs low from then on. */
enum serac_status serac_icarus_load(const char *base, const char *params,
                                    const struct serac_rtl_ops **ops,
                                    struct serac_error *error);

#endif
