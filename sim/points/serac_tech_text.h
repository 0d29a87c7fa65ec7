/* serac_tech_text.h - what must stand beside every figure of a technology. */
#ifndef SERAC_TECH_TEXT_H
#define SERAC_TECH_TEXT_H

#include <stdio.h>

#include "serac_tech.h"

/* Source, error of the fits, factors, what is not included: lines that begin with `bullet`. */
void serac_tech_text(FILE *to, const struct serac_tech *tech, const char *bullet);

#endif
