/* serac_env.h - the memory at the pins of the Verilated accelerator.
 *
 * Asks the same function as the cycle model (model/machine/serac_memory.h), burst by
 * burst, and moves data between the pins and a bus. */
#ifndef SERAC_ENV_H
#define SERAC_ENV_H

#include <stdbool.h>

#include "serac_bus.h"
#include "serac_memory.h"
#include "serac_rtl.h"

#define SERAC_ENV_BURSTS 64
#define SERAC_ENV_BEATS 256

struct serac_env_burst {
    struct serac_burst timing;
    uint64_t address;
    uint32_t beats, moved;
    uint8_t response;
    uint64_t cycles[SERAC_ENV_BEATS];
};

struct serac_env_channel {
    struct serac_env_burst bursts[SERAC_ENV_BURSTS];  /* ring, oldest at head */
    uint32_t head, count, answered;   /* writes: data done, response not yet */
    bool pending;                     /* the newest burst's handshake is due */
};

struct serac_env {
    struct serac_memory memory;
    const struct serac_bus *bus;      /* borrowed */
    uint32_t beat_bytes;
    struct serac_env_channel read, write;
    const char *violation;            /* the protocol rule that was broken, or NULL */
};

void serac_env_init(struct serac_env *env, const struct serac_bus *bus,
                    const struct serac_memory_config *config,
                    uint32_t beat_bytes);

/* Inputs of cycle `cycle` from its outputs `out` (before these inputs). Requests
 * that rise in this cycle are put to the memory, read before write. */
void serac_env_drive(struct serac_env *env, uint64_t cycle,
                     const struct serac_rtl_out *out, struct serac_rtl_in *in);

/* What the edge at the end of `cycle` transfers; `out` as settled. */
void serac_env_commit(struct serac_env *env, uint64_t cycle,
                      const struct serac_rtl_out *out,
                      const struct serac_rtl_in *in);

#endif
