/* serac_rtl_gates.h - a synthesised netlist in place of the Verilated RTL, and its
 * energy. */
#ifndef SERAC_RTL_GATES_H
#define SERAC_RTL_GATES_H

#include "serac_rtl.h"

struct serac_rtl_gates_options {
    const char *dir;              /* of make synth: netlist.json, cells.lib, macros.lib */
    const char *energy;           /* CSV to write, NULL for none */
    uint64_t window;              /* busy cycles per row; the last row has fewer */
};

/* `ops` simulate the netlist with sim/netlist/gates.h, as serac_rtl_load()'s do
 * the RTL: without delays, unless energy is asked for (gates_delays()). The energy of the first program
 * that is run goes to the file, a row per window: cycles, the machine's counters in it, pJ and pJ of clock
 * pins per unit group, its leakage in uW, accesses of its memories (whose energy is not in). Wires are
 * estimated (ENERGY_WIRES).
 * `options` must last. SERAC_E_INPUT: a file is missing, is no such netlist or
 * cannot be written. */
enum serac_status serac_rtl_gates_load(const struct serac_rtl_gates_options *options,
                                       const struct serac_design *design,
                                       const struct serac_rtl_ops **ops,
                                       struct serac_error *error);

/* After the device is destroyed. SERAC_E_INPUT: not all of the energy is in its file. */
enum serac_status serac_rtl_gates_written(struct serac_error *error);

#endif
