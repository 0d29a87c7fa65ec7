/* serac_rtl.h - the Verilated accelerator behind C functions.
 *
 * One shared library per design, built on demand by scripts/build_rtl.sh from
 * sim/pins/serac_rtl_shim.cpp; it exports `serac_rtl_ops`. A synthesised netlist has
 * the same operations but the last four (serac_rtl_gates.h). What looks inside costs
 * speed: it is built into libraries of its own. */
#ifndef SERAC_RTL_H
#define SERAC_RTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serac_design.h"
#include "serac_regs.h"

/* All pins of rtl/serac_top.v but clock and reset. */
struct serac_rtl_in {
    uint8_t s_awvalid, s_wvalid, s_bready, s_arvalid, s_rready, s_wstrb;
    uint16_t s_awaddr, s_araddr;
    uint32_t s_wdata;
    uint8_t arready, rvalid, rresp, rlast, awready, wready, bvalid, bresp;
    uint8_t rdata[64];
};

struct serac_rtl_out {
    uint8_t irq, s_awready, s_wready, s_bvalid, s_bresp, s_arready, s_rvalid, s_rresp;
    uint32_t s_rdata;
    uint8_t arvalid, arlen, rready, awvalid, awlen, wvalid, wlast, bready, busy, done;
    uint64_t araddr, awaddr, wstrb;
    uint8_t wdata[64];
    uint16_t stage_state;
};

struct serac_rtl_ops {
    void *(*create)(uint64_t seed);    /* random initial state, reset done */
    void (*destroy)(void *rtl);
    /* Applies the inputs and settles; the outputs are those of this cycle. */
    void (*settle)(void *rtl, const struct serac_rtl_in *in,
                   struct serac_rtl_out *out);
    /* Clock edge; the outputs are the next cycle's, before its inputs. */
    void (*edge)(void *rtl, struct serac_rtl_out *out);
    void (*counters)(void *rtl, uint64_t *values);   /* SERAC_COUNTERS of them */
    /* Holds reset for `cycles` edges, at least one, from within a cycle on, all inputs
     * low; the outputs are those in reset. */
    void (*reset)(void *rtl, uint32_t cycles, struct serac_rtl_out *out);
    /* PROBED, else NULL: where a signal's value is, of instance `scope` below the
     * top. NULL: it is not in serac_probe.vlt. */
    const void *(*signal)(void *rtl, const char *scope, const char *name);
    /* VCD and FST, else NULL: a waveform of all signals. A cycle is 1 us, the
     * clock rises at its start; dump it when it has settled. */
    bool (*wave_open)(void *rtl, const char *path);
    void (*wave_dump)(void *rtl, uint64_t cycle);
    int (*wave_close)(void *rtl);      /* 0, or the errno of a write that failed */
};

enum serac_rtl_build { SERAC_RTL_PLAIN, SERAC_RTL_PROBED, SERAC_RTL_VCD,
                       SERAC_RTL_FST };

/* The parameters of serac_top for a design, "Rows=4 Cols=4 ...", each with
 * `prefix` before it. */
void serac_rtl_parameters(const struct serac_design *design, const char *prefix,
                          char *to, size_t room);

/* Loads the library for `design`, building it first if it is not cached. The
 * library stays loaded until the program ends. SERAC_E_TOOL if Verilator is missing or
 * the build fails. */
enum serac_status serac_rtl_load(const struct serac_design *design,
                                 enum serac_rtl_build build,
                                 const struct serac_rtl_ops **ops,
                                 struct serac_error *error);

#endif
