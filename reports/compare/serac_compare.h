/* serac_compare.h - every pair of planes side by side.
 *
 * Takes the rows of sweeps over designs that are named by their planes W and A:
 * `peak-W-A`, `peak-W-A-wide` (more results per cycle) and what serac shapes
 * names `area-W-A-SHAPE`. Points on another memory than `default` are a view of
 * their own. */
#ifndef SERAC_COMPARE_H
#define SERAC_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "serac_result.h"

enum serac_view {
    SERAC_VIEW_PEAK, SERAC_VIEW_WIDE, SERAC_VIEW_BANDWIDTH, SERAC_VIEW_AREA
};

/* One program on one design: a network, or a workload at a precision. */
struct serac_point {
    enum serac_view view;
    uint32_t weight_planes, act_planes;
    char program[SERAC_NAME_MAX];     /* networks X-wN of one topology: X */
    bool no_depthwise;                /* less its depthwise layers */
    uint32_t weight_bits, act_bits;   /* of layers with weights; 0: mixed */
    char design[SERAC_NAME_MAX], memory[SERAC_NAME_MAX];
    double macs, cycles, array_busy_cycles, stall_requant_cycles, time_us,
        energy_uj, area_um2;
};

double serac_point_gops(const struct serac_point *point);
double serac_point_tops_w(const struct serac_point *point);
double serac_point_gops_mm2(const struct serac_point *point);

/* The points of the rows; designs of other names are left out. A workload with
 * depthwise layers gives two points, with and without them. *points is the
 * caller's to free. */
enum serac_status serac_compare_points(const struct serac_row *rows,
                                       size_t count,
                                       struct serac_point **points,
                                       size_t *num_points);

/* The point, or NULL. */
const struct serac_point *serac_compare_find(const struct serac_point *points,
                                             size_t count,
                                             const struct serac_point *like);

/* The widest width b of weights, and of activations unless these have `act_bits`,
 * at which a pair is better than (8,8) in `measure`, as at all narrower widths
 * there are; 0: at none. `same`: (8,8) at the same precision, else at 8/8. */
typedef double serac_measure_fn(const struct serac_point *point);
uint32_t serac_compare_break_even(const struct serac_point *points,
                                  size_t count, const struct serac_point *like,
                                  uint32_t act_bits, bool same,
                                  serac_measure_fn *measure);

void serac_compare_csv(FILE *to, const struct serac_point *points,
                       size_t count);
/* `command`: how the page was made. */
void serac_compare_markdown(FILE *to, const char *command,
                            const char *technology,
                            const struct serac_point *points, size_t count);

#endif
