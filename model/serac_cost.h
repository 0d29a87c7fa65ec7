/* serac_cost.h - area, clock and energy of a design, from a technology file.
 *
 * Structural: the array is counted in bit products, adder bits and flip-flops,
 * memories in bits and accesses, each times a coefficient of configs/tech. What a
 * technology file does not give is NAN here and empty in results, never 0.
 * R, C, L, PW, PA, RQ as in rtl/MACHINE.md; horner = 17 + log2(L) bits.
 *
 *   dot-product unit  L PW PA bit products; a tree over L terms of PW + PA bits,
 *                     one bit more a level; two adders of horner and one of 32 bits;
 *                     registers: a term + log2(L), 2 horner, 64
 *   array             R C units and L (R PW + C PA) operand registers
 *   row of ones       C units with PW = 1 and no products
 *   requantiser       RQ times a 32x32 and a 16x32 multiplier, 320 adder bits,
 *                     700 registers
 *   control, DMA      8000 + 320 C registers, 2500 + 200 C adder bits (estimated)
 *   memories          bits * sram_um2_per_bit
 *
 *   array energy      array_busy_cycles * (products and adders of all units)
 *   memory access     bits * sram_pj_per_bit * sqrt(bytes / sram_reference_bytes),
 *                     the capacity scaling of Horowitz' three points
 *   buffer energy     a busy cycle reads R L PW bits of weights and C L PA of
 *                     activations (a bank is act_buffer_bytes / C); a result 128 bits
 *                     of parameters; a read byte is written once (taken as into the
 *                     weight buffer), a written byte in and out of the output buffer
 *   requantiser       results * (its products and adders)
 *   dram              8 * (bytes_read + bytes_written) * dram_pj_per_bit
 *   control, leakage  per cycle; per area and time */
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
