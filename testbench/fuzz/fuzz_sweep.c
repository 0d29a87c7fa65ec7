/* fuzz_sweep.c - configs/sweeps. */
#include "fuzz.h"
#include "serac_sweep.h"

static void use(struct serac_sweep *sweep)
{
    serac_sweep_free(sweep);
}

FUZZ_LOADER(struct serac_sweep, serac_sweep_load, "sweep.cfg")
