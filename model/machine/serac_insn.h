/* serac_insn.h - a block of a program, decoded.
 *
 * struct serac_insn and its members (fetch, exec, store; one uint32_t a field)
 * are generated from configs/regs.cfg into serac_regs.h. */
#ifndef SERAC_INSN_H
#define SERAC_INSN_H

#include <stdbool.h>

#include "serac_regs.h"
#include "serac_status.h"

/* 96 little-endian words, as in memory, to and from the decoded form. Values
 * wider than their field are a caller's mistake (assert). */
void serac_insn_encode(const struct serac_insn *insn, uint8_t *block);
void serac_insn_decode(const uint8_t *block, struct serac_insn *insn);

/* What the machine itself checks (rtl/MACHINE.md, errors):
 * SERAC_E_BAD_INSTRUCTION or OK. Twin: rtl/serac_fetch.v. */
enum serac_status serac_insn_check(const struct serac_insn *insn);

#endif
