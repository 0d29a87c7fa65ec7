/* serac_sram.c - memory macros by width, depth and ports. */
#include "serac_sram.h"

static double at(const struct serac_sram_table *t, const double *values,
                 double words)
{
    uint32_t i = 1;
    while (i + 1 < t->points && words > t->words[i])
        i++;
    double part = (words - t->words[i - 1]) / (t->words[i] - t->words[i - 1]);
    return values[i - 1] + part * (values[i] - values[i - 1]);
}

void serac_sram(const struct serac_sram_table *t, uint32_t width,
                uint32_t depth, uint32_t ports, struct serac_sram *s)
{
    double deepest = t->words[t->points - 1];
    uint32_t abreast = (width + SERAC_SRAM_BITS - 1) / SERAC_SRAM_BITS;
    uint32_t stacked = 1;
    while (depth > stacked * deepest)
        stacked++;
    double words = (double)depth / stacked;
    double port = ports > 1 ? t->second_port : 1;
    s->macros = abreast * stacked;
    s->area_um2 = s->macros * port * at(t, t->area_um2, words);
    s->read_pj = abreast * port * at(t, t->read_pj, words);
    s->write_pj = abreast * port * at(t, t->write_pj, words);
    s->access_ns = at(t, t->access_ns, words);
    s->leakage_nw = s->macros * port * at(t, t->leakage_nw, words);
}
