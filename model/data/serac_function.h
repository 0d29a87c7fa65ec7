/* serac_function.h - what the machine computes, bit by bit.
 *
 * The scalar reference: no speed, no tiles, only the definition of
 * rtl/MACHINE.md. RTL twins are named at each function. */
#ifndef SERAC_FUNCTION_H
#define SERAC_FUNCTION_H

#include <stdint.h>

#include "serac_bus.h"
#include "serac_design.h"
#include "serac_insn.h"
#include "serac_layer.h"

/* One channel's record as it lies in memory (configs/regs.cfg, record). */
struct serac_record {
    int32_t correction;      /* 16 bits, sign-extended */
    int32_t shift;           /* 8 bits, sign-extended */
    int32_t bias, mult, add;
    int32_t thresholds[15];
};

/* Twin: rtl/serac_requant.v. `dot` and `ones` are accumulators of the array;
 * the value before zero point and clamp. */
int32_t serac_requant(enum serac_requant_mode mode, uint32_t dot_shift,
                      const struct serac_record *record, uint32_t dot,
                      uint32_t ones);

/* Clamp of value + zero in 34 bits. Twin: rtl/serac_requant.v. */
int32_t serac_clamp(int64_t value, int32_t zero, int32_t min, int32_t max);

/* Twins: rtl/serac_array.v, rtl/serac_post_path.v.
 * Runs one block: reads operands, parameters and weights from `bus` where the
 * instruction says, and writes the output tensor's chunks, only those bytes that
 * the machine would write. Returns a bus error's status, SERAC_E_NOMEM or OK. */
enum serac_status serac_function_block(const struct serac_design *design,
                                       const struct serac_insn *insn,
                                       const struct serac_bus *bus);

#endif
