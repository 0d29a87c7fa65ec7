/* fuzz_profile.c - configs/profiles: what was read is scored. */
#include "fuzz.h"
#include "serac_profile.h"

static void use(const struct serac_profile *profile)
{
    struct serac_matrix matrix;
    serac_matrix_score(profile, 1000000, &matrix);
}

FUZZ_LOADER(struct serac_profile, serac_profile_load, "profile.cfg")
