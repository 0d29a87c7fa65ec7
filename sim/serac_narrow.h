/* serac_narrow.h - a network's weights at fewer bits, without training. */
#ifndef SERAC_NARROW_H
#define SERAC_NARROW_H

#include "serac_build.h"

/* May this layer's weights be narrowed? Signed ones that are requantised by a real factor (double or
 * single) or not at all (raw); depthwise ones, whose codes are signed, not to one bit. */
bool serac_narrow_can(const struct serac_layer *layer, uint32_t bits);

/* A copy of `network` with layer i's weights at bits[i], 0 or its own width: as they are. Each channel's
 * weights w become codes q with w ~ s q, s the one of 64 with the least squared error; of one bit
 * q is -1 or 1 and s the mean of |w| (Rastegari et al., "XNOR-Net", ECCV 2016). The factor of the
 * requantisation takes s, the bias is divided by it. Raw sums have no factor: one s for all channels, and the
 * output's scale takes it. SERAC_E_INPUT: a layer that cannot; else as
 * serac_build_finish(). *copy is the caller's (serac_build_free), unset on failure. */
enum serac_status serac_narrow(const struct serac_network *network, const uint32_t *bits, const char *name,
                               struct serac_build *copy, struct serac_error *error);

#endif
