/* fuzz_tech.c - configs/tech: what was read costs a design. */
#include <stdlib.h>

#include "fuzz.h"
#include "serac_config.h"
#include "serac_cost.h"

static void use(const struct serac_tech *tech)
{
    struct serac_design design;
    struct serac_error error = {""};
    struct serac_area area;
    if (serac_design_load("configs/designs/tiny.cfg", &design, &error) != SERAC_OK)
        abort();
    serac_cost_area(&design, tech, &area);
    (void)serac_cost_clock_mhz(&design, tech, NULL);
    (void)serac_cost_extrapolated(&design, tech);
}

FUZZ_LOADER(struct serac_tech, serac_tech_load, "tech.cfg")
