/* serac_calibrate.h - which codes a network's activations take on a set of images. */
#ifndef SERAC_CALIBRATE_H
#define SERAC_CALIBRATE_H

#include "serac_infer.h"

#define SERAC_CALIBRATE_CODES 256

/* Counts the codes that layer `index` (output of 1..8 bits) makes on the first `images` images of `dataset`,
 * from the lowest code up. The network up to that layer is run, on the model. Errors as serac_infer_run()'s. */
enum serac_status serac_calibrate(const struct serac_setting *setting, const struct serac_network *network,
                                  const char *dataset, uint64_t images, uint32_t index,
                                  uint64_t histogram[SERAC_CALIBRATE_CODES], struct serac_error *error);

#endif
