/* serac_tune_knobs.h - what serac_tune.c and serac_tune_knobs.c share. */
#ifndef SERAC_TUNE_KNOBS_H
#define SERAC_TUNE_KNOBS_H

#include "serac_tune.h"

#define SERAC_TUNE_NONE UINT32_MAX

static inline uint32_t serac_tune_act(uint32_t layer)
{
    return SERAC_TUNE_LAYERS + layer;
}

/* The first knob of the network, and the one after `knob`, of those that are tuned and lead their group. */
uint32_t serac_tune_next(const struct serac_tune *tune, uint32_t knob);
#define SERAC_TUNE_EACH(tune, knob) \
    (uint32_t knob = serac_tune_next(tune, SERAC_TUNE_NONE); knob < SERAC_TUNE_KNOBS; knob = serac_tune_next(tune, knob))

/* The widths that the knob is offered, and whether it may have one of them. */
const struct serac_tune_widths *serac_tune_offered(const struct serac_tune_job *job, uint32_t knob);
bool serac_tune_may(const struct serac_tune_job *job, const struct serac_tune *tune, uint32_t knob, uint32_t bits);
/* Sets the knob and all that go with it. */
void serac_tune_set(const struct serac_tune *tune, uint8_t *bits, uint32_t knob, uint32_t width);
/* Every knob at these widths of the job (by number), or at the least one above that it can have. */
void serac_tune_uniform(const struct serac_tune_job *job, const struct serac_tune *tune, uint32_t weights,
                        uint32_t acts, uint8_t *bits);

/* Finds the knobs. How many there are. */
uint32_t serac_tune_find_knobs(const struct serac_tune_job *job, struct serac_tune *tune);
/* Fits activations at each of their widths. */
enum serac_status serac_tune_fit(const struct serac_tune_job *job, struct serac_tune *tune, struct serac_error *error);
/* The machine's costs of one image at every pair of uniform widths, a layer each; NAN: such a network cannot be. */
enum serac_status serac_tune_find_costs(const struct serac_tune_job *job, struct serac_tune *tune,
                                        struct serac_error *error);
/* By them, what the whole network costs at these widths, as if a layer's output were as wide as its input; and by the
 * sensitivities, what it loses. Both guide the search; what is reported is measured. */
double serac_tune_cost(const struct serac_tune_job *job, const struct serac_tune *tune, const uint8_t *bits);
double serac_tune_loss(const struct serac_tune_job *job, const struct serac_tune *tune, const uint8_t *bits);
/* Accuracy lost by one knob at one width; NAN: it cannot have it. */
double *serac_tune_sensitivity(const struct serac_tune *tune, uint32_t knob, uint32_t width);

/* The point of these widths, or SERAC_TUNE_NONE. */
uint32_t serac_tune_find(const struct serac_tune *tune, const uint8_t *bits);
/* Measures an assignment unless it has been; its number in *point, SERAC_TUNE_NONE if such a network overflows or
 * does not fit. */
enum serac_status serac_tune_measure(const struct serac_tune_job *job, struct serac_tune *tune, const uint8_t *bits,
                                     bool uniform, uint32_t *point, struct serac_error *error);

#endif
