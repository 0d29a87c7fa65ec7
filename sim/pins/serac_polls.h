/* serac_polls.h - a host that uses the registers while a program runs: reads and
 * writes at random, address and data apart, slow to take the answers. Nothing that it
 * does may show in the run. */
#ifndef SERAC_POLLS_H
#define SERAC_POLLS_H

#include "serac_rng.h"
#include "serac_rtl.h"

struct serac_polls {
    struct serac_rng rng;
    bool aw, w, b, ar, r;            /* offered, or owed by the device */
    bool closing;                    /* nothing new */
    uint64_t answers;
    const char *wrong;               /* what a register should not have said, or NULL */
};

/* `seed`: any. Nothing is open. */
void serac_polls_init(struct serac_polls *polls, uint64_t seed);

/* Register pins of the next cycle; then, when it has settled, what its edge takes. */
void serac_polls_drive(struct serac_polls *polls, struct serac_rtl_in *in);
void serac_polls_take(struct serac_polls *polls, const struct serac_rtl_in *in,
                      const struct serac_rtl_out *out);

bool serac_polls_open(const struct serac_polls *polls);

#endif
