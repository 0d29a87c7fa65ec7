/* sram_cfg.h - a memory table (tech/sram.cfg), scaled to a technology. */
#ifndef SRAM_CFG_H
#define SRAM_CFG_H

#include <stdbool.h>

#include "serac_sram.h"

/* Factors of a technology's file; 1 where it has none, but leakage is unknown
 * (NAN) then. "/dev/null" scales nothing. */
struct sram_scales {
    double area, time, energy, leakage;
};

/* Both: false after one line on stderr, `file:line: key: what is wrong`. */
bool sram_cfg_read_scales(const char *tech, struct sram_scales *scales);
/* Energy and leakage may be missing: NAN. */
bool sram_cfg_read(const char *sram, const char *tech,
                   struct serac_sram_table *table);

#endif
