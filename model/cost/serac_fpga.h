/* serac_fpga.h - what a memory takes of an FPGA, by the rules of the synthesiser.
 *
 * rtl/serac_ram.v as yosys 0.23 maps it: memory_libmap takes what is cheapest by the costs in
 * xilinx/lutrams_xc5v.txt, xilinx/brams_xc4v.txt or ice40/brams.txt.
 * testbench/cli/fpga_memories.sh holds these figures against yosys. */
#ifndef SERAC_FPGA_H
#define SERAC_FPGA_H

#include "serac_memories.h"

enum serac_fpga_family { SERAC_FPGA_NONE, SERAC_FPGA_XC7, SERAC_FPGA_ICE40 };

struct serac_fpga_ram {
    double luts, ffs;                /* distributed RAM and read registers; glue */
    double brams;                    /* of 36 Kbit (halves occur), iCE40: of 4 Kbit */
};

/* One memory of `width` x `depth`, written in `enables` parts, a write and a read port. */
void serac_fpga_ram(enum serac_fpga_family family, uint32_t width, uint32_t depth,
                    uint32_t enables, struct serac_fpga_ram *ram);

/* The halves of a buffer are one memory here. */
struct serac_memory_kind serac_fpga_whole(const struct serac_memory_kind *kind);

/* All memories of a kind. */
void serac_fpga_memories(enum serac_fpga_family family,
                         const struct serac_memory_kind *kind,
                         struct serac_fpga_ram *sum);

#endif
