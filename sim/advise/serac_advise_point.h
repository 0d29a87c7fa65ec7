/* serac_advise_point.h - what serac_advise.c and serac_advise_tune.c share. */
#ifndef SERAC_ADVISE_POINT_H
#define SERAC_ADVISE_POINT_H

#include "serac_advise.h"

/* Has the profile's hardware units of any width? */
bool serac_advise_bit_serial(const struct serac_profile *profile);
/* Latency, energy, power and devices from a total row, `scale` times as large. */
void serac_advise_costs(const struct serac_profile *profile, const struct serac_row *total, double scale,
                        struct serac_advice_point *point);
/* Notes what excludes the point: rules, then limits. */
void serac_advise_limits(const struct serac_profile *profile, struct serac_advice_point *point);

/* Points from job->tune. Errors as serac_advise()'s. */
enum serac_status serac_advise_tuned(const struct serac_advise_job *job, struct serac_advice *advice,
                                     struct serac_error *error);

#endif
