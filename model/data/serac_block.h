/* serac_block.h - what serac_function.c and serac_fast.c share of a block: its memory. Private to them. */
#ifndef SERAC_BLOCK_H
#define SERAC_BLOCK_H

#include "serac_function.h"

enum serac_status serac_block_read(const struct serac_bus *bus, uint64_t address, void *to, size_t bytes);
/* Row `row` of a set of parameters as it lies in memory. */
void serac_block_record(const struct serac_design *design, const struct serac_insn *insn, const uint8_t *set,
                        uint32_t row, struct serac_record *record);
/* All output pixels, pixel_bytes apart in `out` as in memory; what lies between them stays. */
enum serac_status serac_block_write(const struct serac_insn *insn, const struct serac_bus *bus,
                                    const uint8_t *out);

#endif
