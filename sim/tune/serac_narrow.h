/* serac_narrow.h - a network at fewer bits, without training: weights, and activations between its layers. */
#ifndef SERAC_NARROW_H
#define SERAC_NARROW_H

#include "serac_build.h"

/* May the weights of layer `index` be narrowed? Signed ones that are requantised by a real factor (double or
 * single), or not at all (raw) where the sums are the network's output; depthwise ones, whose codes are signed, not to
 * one bit. */
bool serac_narrow_can(const struct serac_network *network, uint32_t index, uint32_t bits);
/* Raw sums that nothing in the network reads: their scale may change. */
bool serac_narrow_raw_output(const struct serac_network *network, uint32_t index);

/* An activation tensor at fewer bits: its codes q stand for ratio * (q - zero_point), in steps of the codes
 * that it had. bits 0: as it is. */
struct serac_narrow_act {
    uint32_t bits;
    double ratio;
    int32_t zero_point;
};

/* May the activations that layer `index` makes be narrowed? The machine makes and consumes them, of codes that
 * are not bipolar, by a real factor (double or single; raw sums may consume them), and they are not the network's
 * output. Where two tensors are added, both must have one width: serac_narrow_with(). */
bool serac_narrow_can_act(const struct serac_network *network, uint32_t index);
/* The lowest layer whose activations must be as wide as those of `index`, which may be `index`. */
uint32_t serac_narrow_with(const struct serac_network *network, uint32_t index);

/* Ratio and zero point of `bits` bits with the least squared error for activations `was`, whose codes occurred
 * `histogram` times from the lowest code up: of 64 ratios from 1 up, and every code as zero point. */
void serac_narrow_fit(const struct serac_tensor *was, const uint64_t *histogram, uint32_t bits,
                      struct serac_narrow_act *act);

/* A copy of `network` with layer i's weights at bits[i], 0 or its own width: as they are. Each channel's
 * weights w become codes q with w ~ s q, s the one of 64 with the least squared error; of one bit
 * q is -1 or 1 and s the mean of |w| (Rastegari et al., "XNOR-Net", ECCV 2016). The factor of the
 * requantisation takes s, the bias is divided by it. Raw sums have no factor: one s for all channels, and the
 * output's scale takes it.
 *
 * `acts` (NULL: none) has the activations that each layer makes. The factor of the layer that makes them is divided by
 * their ratio, those of the layers that consume them multiplied; both round once (single), since the second
 * rounding of double moves whole codes where there are few. SERAC_E_INPUT: a layer that cannot, or whose two operands
 * would have two widths; else as
 * serac_build_finish(). *copy is the caller's (serac_build_free), unset on failure. */
enum serac_status serac_narrow(const struct serac_network *network, const uint32_t *bits,
                               const struct serac_narrow_act *acts, const char *name, struct serac_build *copy,
                               struct serac_error *error);

#endif
