/* serac_pareto.h - the points that no other beats. */
#ifndef SERAC_PARETO_H
#define SERAC_PARETO_H

#include <stdbool.h>
#include <stddef.h>

#define SERAC_PARETO_MAX 8

/* `values`: [count][measures], the less the better, none NAN. A point is on the front if no
 * other is as good in all measures and better in one; equal points stand or fall
 * together. `on` has `count` places. False if out of memory. */
bool serac_pareto_front(const double *values, size_t count, unsigned measures,
                        bool *on);

#endif
