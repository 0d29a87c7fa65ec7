/* serac_dataset.h - labelled images in idx files (plain or gzip), or raw inputs. */
#ifndef SERAC_DATASET_H
#define SERAC_DATASET_H

#include <stdint.h>

#include "serac_layer.h"

struct serac_dataset {
    char name[SERAC_NAME_MAX];
    uint32_t count, height, width, channels;
    uint8_t *images;        /* owned; [count][height][width][channels] */
    uint8_t *labels;        /* owned; [count]; NULL: not known */
};

/* `fashion-mnist-500` (shipped), `fashion-mnist` (Debian's package, 10,000 test
 * images), `fashion-mnist-held-out` (5,000 of its training images that the networks of
 * configs/networks were not trained on), or the common prefix of two files: PREFIX-images* of three dimensions (count, height,
 * width) or four (and channels), PREFIX-labels*. */
enum serac_status serac_dataset_load(const char *name,
                                     struct serac_dataset *dataset,
                                     struct serac_error *error);
/* A file of inputs one behind the other, a byte a value, in the shape of `tensor` and in its codes
 * (signed ones in two's complement). SERAC_E_INPUT: unreadable, empty, not a whole number
 * of inputs, or a value that the tensor's width has not. */
enum serac_status serac_dataset_raw(const char *path, const struct serac_tensor *tensor,
                                    struct serac_dataset *dataset, struct serac_error *error);
/* Has `tensor` the shape of the images and codes for all their bytes? SERAC_E_INPUT: not. */
enum serac_status serac_dataset_fits(const struct serac_dataset *dataset, const struct serac_tensor *tensor,
                                     struct serac_error *error);
/* The codes of one image for `tensor`, which has its shape. */
void serac_dataset_codes(const struct serac_dataset *dataset, const struct serac_tensor *tensor,
                         uint64_t image, int32_t *codes);
void serac_dataset_free(struct serac_dataset *dataset);

#endif
