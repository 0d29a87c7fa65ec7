/* serac_design.h - one accelerator: its shape and its buffers. */
#ifndef SERAC_DESIGN_H
#define SERAC_DESIGN_H

#include <stdint.h>

#include "serac_status.h"

#define SERAC_NAME_MAX 64
#define SERAC_ERROR_MAX 1024

/* One clear line about what went wrong, `file:line: key: what, what is
 * allowed`; empty when nothing did. Functions that take a struct serac_error
 * fill it whenever they fail. NULL is allowed. */
struct serac_error {
    char text[SERAC_ERROR_MAX];
};

struct serac_design {
    char name[SERAC_NAME_MAX];
    uint32_t rows;                 /* output channels at once */
    uint32_t cols;                 /* activation vectors at once */
    uint32_t lanes;                /* elements per dot product and cycle */
    uint32_t weight_planes;        /* weight bits per cycle: 1, 2, 4, 8 */
    uint32_t act_planes;           /* activation bits per cycle: 1, 2, 4, 8 */
    uint32_t weight_buffer_bytes;  /* both halves; powers of two */
    uint32_t act_buffer_bytes;     /* both halves, all columns */
    uint32_t output_buffer_bytes;  /* both halves */
    uint32_t param_buffer_bytes;   /* both halves */
    uint32_t axi_bits;
    uint32_t outstanding;          /* read bursts in flight */
    uint32_t requant_lanes;        /* results finished per cycle */
    uint32_t queue_depth;          /* layers queued for execute and for store */
};

/* Checks every range and relation of rtl/MACHINE.md. SERAC_E_INPUT names the
 * first key that is wrong. */
enum serac_status serac_design_check(const struct serac_design *design,
                                     struct serac_error *error);

#endif
