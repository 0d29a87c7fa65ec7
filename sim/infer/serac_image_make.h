/* serac_image_make.h - a compiled program as the bytes that the driver loads
 * (drivers/serac_image.h). */
#ifndef SERAC_IMAGE_MAKE_H
#define SERAC_IMAGE_MAKE_H

#include "serac_program.h"

/* Header and body, *bytes in all. Owned by the caller; NULL if out of memory. */
uint8_t *serac_image_make(const struct serac_program *program, size_t *bytes);

#endif
