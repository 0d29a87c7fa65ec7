/* serac_tech_text.c - what must stand beside every figure of a technology. */
#include "serac_tech_text.h"

#include <math.h>

static void error(FILE *to, const char *what, double median, double worst)
{
    if (isnan(median) || isnan(worst))
        fprintf(to, "%s not measured", what);
    else
        fprintf(to, "%s %.1f %% median, %.1f %% worst", what, median, worst);
}

void serac_tech_text(FILE *to, const struct serac_tech *t, const char *bullet)
{
    fprintf(to, "%stechnology %s: %s\n", bullet, t->name, t->source);
    fprintf(to, "%serror of the fits on %u designs left out: ", bullet,
            t->fit.designs);
    error(to, "area", t->fit.area_median, t->fit.area_worst);
    error(to, "; clock", t->fit.clock_median, t->fit.clock_worst);
    error(to, "; energy", t->fit.energy_median, t->fit.energy_worst);
    if (t->fit.energy_designs)
        fprintf(to, " (on %u of them)", t->fit.energy_designs);
    fprintf(to, "\n%sextrapolated beyond %u bit products a cycle", bullet,
            SERAC_FIT_PRODUCTS);
    if (t->has_energy)
        fprintf(to, " (energy: %u)", SERAC_FIT_ENERGY_PRODUCTS);
    fprintf(to, "\n");
    if (t->has_energy)
        fprintf(to, "%sestimated in energy: clock tree, %.2f times the clock "
                "pins; wires by fanout. Glitches are simulated\n", bullet,
                t->clock_tree_factor);
    fprintf(to, "%snot included: %s\n", bullet, t->not_included);
}
