/* sram_cfg.h - a memory table (tech/sram.cfg), scaled to a technology. */
#ifndef SRAM_CFG_H
#define SRAM_CFG_H

#include <stdbool.h>

#include "serac_sram.h"

/* false, after a line on stderr, if a file is unreadable or a list missing.
 * Energy and leakage may be missing: NAN. */
bool sram_cfg_read(const char *sram, const char *tech,
                   struct serac_sram_table *table);
/* A scale of a technology's file, 1 if it is not there. */
double sram_cfg_scale(const char *tech, const char *key);

#endif
