/* serac_design.h - one accelerator: its shape and its buffers. */
#ifndef SERAC_DESIGN_H
#define SERAC_DESIGN_H

#include <stddef.h>
#include <stdint.h>

#include "serac_error.h"
#include "serac_status.h"

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

/* A named or given file of configs/designs, checked. On failure *design is untouched. */
enum serac_status serac_design_load(const char *name,
                                    struct serac_design *design,
                                    struct serac_error *error);

/* The keys of such a file (serac_config.h). */
struct serac_key;
const struct serac_key *serac_design_keys(size_t *count);

#endif
