/* serac_geometry.h - what follows from layer and design alone; private to model/. */
#ifndef SERAC_GEOMETRY_H
#define SERAC_GEOMETRY_H

#include <stdbool.h>

#include "serac_map.h"

struct serac_geometry {
    bool diagonal;               /* each output channel meets one input channel */
    bool dual;                   /* two operands as even and odd lines */
    uint32_t in_pixel_bytes, in_line_stride, in_line_bytes;
    uint32_t out_pixel_bytes, out_line_stride, out_blocks;
    uint32_t blocks;             /* channel blocks per tap */
    uint32_t wgt_store, wgt_bits;
    uint32_t row_step, col_step; /* input lines, pixels per output pixel */
    uint32_t kernel_lines, window; /* input lines, pixels per output pixel's window */
    uint32_t in_height, out_width, out_height, pixels;
    uint32_t mtiles;
    uint32_t set_bytes;          /* records of one m-tile and phase */
    uint32_t tile_param_bytes, tile_wgt_bytes;
    uint32_t gather_min, gather_max;
};

void serac_geometry_init(struct serac_geometry *geometry,
                         const struct serac_layer *layer,
                         const struct serac_design *design);

/* Beats that every column's segment fits in; 0: a run's windows collide. */
uint32_t serac_geometry_segment(const struct serac_geometry *geometry,
                                const struct serac_layer *layer,
                                const struct serac_design *design, uint32_t run);

#endif
