/* serac_cost.h - area, clock and energy of a design, from a technology file.
 *
 * Structural: the array is counted in bit products and adder bits, memories in
 * bits and accesses, each times a coefficient of configs/tech. What a
 * technology file does not give is NAN here and empty in results, never 0.
 *
 *   dot-product unit  lanes * weight_planes * act_planes bit products, an adder
 *                     tree, three adders (inner, outer, accumulator) and their registers
 *   memories          area: bits * sram_um2_per_bit; energy of an access of b
 *                     bits: b * sram_pj_per_bit * sqrt(bytes / sram_reference_bytes)
 *                     (capacity scaling of Horowitz' three points)
 *   requantiser       per lane a 32x32 and a 16x32 multiplier, ten 32-bit adders */
#ifndef SERAC_COST_H
#define SERAC_COST_H

#include <stdbool.h>

#include "serac_design.h"
#include "serac_run.h"

struct serac_tech {
    char name[SERAC_NAME_MAX];
    char source[256];                 /* one line, printed with every figure */
    bool published;                   /* cited figures, not our synthesis */
    double clock_mhz;
    double product_um2, product_pj;   /* one bit product of a multiplier */
    double adder_um2, adder_pj;       /* one adder bit */
    double register_um2;              /* one flip-flop */
    double sram_um2_per_bit, sram_pj_per_bit, sram_reference_bytes;
    double dram_pj_per_bit;
    double leakage_uw_per_mm2;        /* NAN: unknown */
    double control_pj_per_cycle;      /* NAN: unknown */
};

struct serac_area {                   /* um2 */
    double array, ones, requant, weight_buffer, act_buffer, param_buffer,
        output_buffer, control, total;
};

struct serac_energy {                 /* uJ; NAN: unknown, not in the total */
    double array, buffer, requant, control, dram, leakage, total;
};

enum serac_status serac_tech_load(const char *name, struct serac_tech *tech,
                                  struct serac_error *error);
void serac_cost_area(const struct serac_design *design,
                     const struct serac_tech *tech, struct serac_area *area);
void serac_cost_energy(const struct serac_design *design,
                       const struct serac_tech *tech,
                       const struct serac_counters *counters,
                       struct serac_energy *energy);

/* Peak multiply-accumulates per second at the given widths. */
double serac_cost_peak_macs(const struct serac_design *design,
                            const struct serac_tech *tech,
                            uint32_t weight_bits, uint32_t act_bits);

#endif
