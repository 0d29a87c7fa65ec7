/* serac_memories.h - the memories of a design, by width, depth and ports.
 *
 * What rtl/serac_plane_buffer.v, serac_output_buffer.v, serac_post_path.v and
 * serac_queue.v instantiate as serac_ram: banks of words of 64 bits or more, the
 * buffers in two single-port halves. testbench/cli/memories.sh holds the list equal to
 * the elaborated RTL. */
#ifndef SERAC_MEMORIES_H
#define SERAC_MEMORIES_H

#include <stdbool.h>
#include <stdint.h>

#include "serac_design.h"

/* Up to so many bits synthesis makes of flip-flops (scripts/synth/serac_ram.v). A
 * 64-bit macro of SG13G2 costs the area of 740 before its first word; eight words
 * cost about the same either way. */
#define SERAC_REGISTER_BITS 512

enum serac_memory_unit {
    SERAC_MEMORY_WEIGHTS,
    SERAC_MEMORY_ACTIVATIONS,
    SERAC_MEMORY_PARAMETERS,
    SERAC_MEMORY_OUTPUTS,
    SERAC_MEMORY_HELD,          /* values between phases */
    SERAC_MEMORY_QUEUES,
    SERAC_MEMORIES
};

struct serac_memory_kind {
    const char *unit;
    uint32_t width, depth;      /* bits, words */
    uint32_t ports;             /* 1, or 2: one writes, one reads */
    uint32_t enables;           /* parts of a word that are written alone */
    uint32_t count;
    bool registers;             /* too small for a macro */
};

/* Fills `kinds`, indexed by enum serac_memory_unit, for a checked design. */
void serac_memories(const struct serac_design *design,
                    struct serac_memory_kind kinds[SERAC_MEMORIES]);

#endif
