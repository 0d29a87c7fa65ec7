/* serac_compare_published.c - figures that others published, beside ours.
 *
 * They are context, measured on other machines and in other
 * technologies: what is compared is what fewer bits gain over eight. */
#include <string.h>

#include "serac_compare_page.h"

/* Columns of serac_page_columns. */
static int column_of(uint32_t weight_bits, uint32_t act_bits)
{
    int c = 0;
    while (c < PRECISIONS && (serac_page_columns[c][0] != weight_bits ||
                              serac_page_columns[c][1] != act_bits))
        c++;
    return c;
}

static const struct serac_point *point(const struct serac_page *page,
                                       size_t program, int pair,
                                       uint32_t weight_bits, uint32_t act_bits)
{
    int c = column_of(weight_bits, act_bits);
    return c == PRECISIONS ? NULL
                           : serac_page_point(page, SERAC_VIEW_PEAK, program,
                                              pair, c);
}

/* Speed and, in brackets, energy of `few` against `many` bits; "?" if not measured. */
static void gain(const struct serac_page *page, const struct serac_point *many,
                 const struct serac_point *few)
{
    if (many && few)
        fprintf(page->to, " %.2f (%.2f) |", many->time_us / few->time_us,
                many->energy_uj / few->energy_uj);
    else
        fprintf(page->to, " ? |");
}

static const struct {
    const char *name;
    uint32_t from[2], to[2];        /* weight and activation bits */
    const char *published;
} rows[] = {
    {"8/8 to 4/4", {8, 8}, {4, 4}, "claim 2.0"},
    {"8/8 to 2/2", {8, 8}, {2, 2}, "claim 4.0"},
    {"8/8 to 1/1", {8, 8}, {1, 1},
     "claim 7.5; BitFusion's simulator 4.95, ZigZag 1.25, Timeloop 1.00, Stripes "
     "in DNNsim 8.0 of compute, 1.25 of all"},
    {"8/8 to 1/8", {8, 8}, {1, 8},
     "UNPU, 16- to 1-bit weights: 21.3 the GOPS, 16.4 the TOPS/W"},
    {"4/8 to 2/8", {4, 8}, {2, 8}, "T-MAC on a CPU 1.52"},
};

static const int pairs[] = {0, 3, PAIRS - 1};       /* (1,1), (1,8), (8,8) */

void serac_page_published(const struct serac_page *page)
{
    size_t bert = 0;
    while (bert < page->num_programs &&
           (strcmp(page->programs[bert].program, "bert-base") ||
            page->programs[bert].no_depthwise))
        bert++;
    if (bert == page->num_programs)
        return;
    fprintf(page->to,
            "\n## Beside published figures\n\nBERT-base at equal peak: how many "
            "times faster with fewer weight/activation bits, and in brackets how many "
            "times less energy.\n\n| bits | (1,1) | (1,8) | (8,8) | published "
            "|\n|--|--:|--:|--:|--|\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fprintf(page->to, "| %s |", rows[i].name);
        for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
            gain(page, point(page, bert, pairs[p], rows[i].from[0],
                             rows[i].from[1]),
                 point(page, bert, pairs[p], rows[i].to[0], rows[i].to[1]));
        fprintf(page->to, " %s |\n", rows[i].published);
    }
    const struct serac_point *eight = point(page, bert, 0, 8, 8);
    const struct serac_point *one = point(page, bert, 0, 1, 1);
    if (eight && one)
        fprintf(page->to,
                "\nThe claim is that of 6, 3, 1.5, 0.8 ms for INT8 to INT1. The bit "
                "products of 1/1 are a sixty-fourth of those of 8/8, of 1/8 an eighth: "
                "the array of (1,1) would run so much faster if it were always busy, but it "
                "is for %.0f %% of the cycles at 8/8 and %.0f %% at 1/1, and waits for the "
                "requantiser for %.0f %% and %.0f %%. (8,8) computes no faster, and saves time by fewer bytes alone. The "
                "simulators differ in whether they pack memory and whether compute scales with "
                "width; here both do.\n",
                100 * eight->array_busy_cycles / eight->cycles,
                100 * one->array_busy_cycles / one->cycles,
                100 * eight->stall_requant_cycles / eight->cycles,
                100 * one->stall_requant_cycles / one->cycles);
    fprintf(page->to,
            "\nBitFusion's processing elements against INT8 (3.40 times the area, 2.45 times "
            "the power) stand beside our units in `units-sg13g2.md`; BISMO's LUTs per "
            "binary operation (0.671, with result stage 0.906) beside ours in what `make luts` "
            "prints; BARVINN's cycles are a test.\n");
}
