// axi_rules.h - AXI's rules (sim/pins/serac_axi_check.h) in the benches of modules that have
// a part of the pins. Pins that a bench leaves alone are silent.
#ifndef SERAC_AXI_RULES_H
#define SERAC_AXI_RULES_H

#include "bench.h"
extern "C" {
#include "serac_axi_check.h"
}

class AxiRules {
public:
    AxiRules(uint32_t beat_bytes, uint32_t outstanding)
    {
        serac_axi_check_init(&check_, beat_bytes, outstanding);
    }
    serac_rtl_in in = {};            // as of the settled cycle
    serac_rtl_out out = {};
    // Before the edge.
    void cycle(Bench &b)
    {
        out.rready = out.bready = out.busy = 1;
        serac_axi_check_cycle(&check_, &in, &out);
        b.check(!check_.violation, check_.violation ? check_.violation : "");
    }
    // After a reset; none is valid in it.
    void reset()
    {
        serac_rtl_out silent = {};
        serac_axi_check_reset(&check_, &silent);
    }
    uint64_t transfers() const { return check_.transfers; }

private:
    serac_axi_check check_;
};

#endif
