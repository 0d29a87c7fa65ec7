/* serac_dataset.h - labelled images in idx files (plain or gzip). */
#ifndef SERAC_DATASET_H
#define SERAC_DATASET_H

#include <stdint.h>

#include "serac_design.h"

struct serac_dataset {
    char name[SERAC_NAME_MAX];
    uint32_t count, height, width;
    uint8_t *images;        /* owned; [count][height][width] */
    uint8_t *labels;        /* owned; [count] */
};

/* `fashion-mnist-500` (shipped), `fashion-mnist` (Debian's package, 10,000 test
 * images), or the common prefix of two files PREFIX-images*, PREFIX-labels*. */
enum serac_status serac_dataset_load(const char *name,
                                     struct serac_dataset *dataset,
                                     struct serac_error *error);
void serac_dataset_free(struct serac_dataset *dataset);

#endif
