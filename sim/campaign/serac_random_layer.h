/* serac_random_layer.h - one layer of a random program; private to serac_random*.c. */
#ifndef SERAC_RANDOM_LAYER_H
#define SERAC_RANDOM_LAYER_H

#include "serac_random.h"

/* Layer number `turn`: its numbers, its mapping, and its tensors from *top on, which it moves. False: it does not
 * fit; serac_random_layer_free() all the same. */
bool serac_random_layer_make(struct serac_rng *rng, const struct serac_design *d, struct serac_random_layer *r,
                             uint32_t turn, uint64_t *top, bool last);
/* Draws a mapping that fits, or false. */
bool serac_random_layer_map(struct serac_rng *rng, const struct serac_design *d, struct serac_random_layer *r,
                            uint32_t tokens, bool last);
void serac_random_layer_free(struct serac_layer *l);

#endif
