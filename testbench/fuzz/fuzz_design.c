/* fuzz_design.c - configs/designs. */
#include <stdlib.h>

#include "fuzz.h"
#include "serac_config.h"

static void use(const struct serac_design *design)
{
    struct serac_error error = {""};
    if (serac_design_check(design, &error) != SERAC_OK)
        abort();
}

FUZZ_LOADER(struct serac_design, serac_design_load, "design.cfg")
