/* serac_shapes.h - the best shape of a pair of planes in a given area.
 *
 * Shapes are rows x cols x lanes, all powers of two that a design may have;
 * buffers, bus and the rest are the budget's own, the requantiser too unless a
 * shape is smaller. */
#ifndef SERAC_SHAPES_H
#define SERAC_SHAPES_H

#include "serac_workload_run.h"

#define SERAC_SHAPES_TIE 1.01

struct serac_shapes_job {
    const struct serac_setting *budget;  /* its design's area is the limit */
    const struct serac_workload *workload;
    uint32_t weight_bits, act_bits;
    double least;                        /* share of the area to use, 0..1 */
};

struct serac_shapes_result {
    struct serac_row row;      /* the workload's total on the best shape */
    struct serac_design design;
    uint32_t in_area;          /* shapes within [least, 1] of the area; if none,
                                  within a tenth of the largest below it */
    uint32_t timed;            /* not excluded by their array-busy cycles */
    uint32_t unfit;            /* a layer does not fit */
};

/* Of the shapes within SERAC_SHAPES_TIE of the least time for one pair, the one
 * of least energy; exactly: shapes are tried by rising time of the busy array, a
 * lower bound, until that leaves the tie. The technology must have areas and a clock. The design's name is
 * area-W-A-ROWSxCOLSxLANES. SERAC_E_FIT if no shape fits. */
enum serac_status serac_shapes_best(const struct serac_shapes_job *job,
                                    uint32_t weight_planes,
                                    uint32_t act_planes,
                                    struct serac_shapes_result *result,
                                    struct serac_error *error);

#endif
