/* serac_compare_page.c - the page that compares every pair of planes. */
#include <string.h>

#include "serac_compare_page.h"
#include "serac_tech_text.h"

const uint32_t serac_page_columns[PRECISIONS][2] = {
    {8, 8}, {4, 8}, {2, 8}, {1, 8}, {4, 4}, {2, 2}, {1, 1}};

static uint32_t planes(int index)
{
    return 1u << index;
}

static void add_program(struct serac_page *page, const struct serac_point *p)
{
    for (size_t i = 0; i < page->num_programs; i++)
        if (!strcmp(page->programs[i].program, p->program) &&
            page->programs[i].no_depthwise == p->no_depthwise)
            return;
    if (page->num_programs < PROGRAMS)
        page->programs[page->num_programs++] = *p;
}

const struct serac_point *serac_page_point(const struct serac_page *page,
                                           enum serac_view view, size_t program,
                                           int pair, int column)
{
    struct serac_point like = page->programs[program];
    like.view = view;
    like.weight_planes = planes(pair / 4);
    like.act_planes = planes(pair % 4);
    like.weight_bits = serac_page_columns[column][0];
    like.act_bits = serac_page_columns[column][1];
    return serac_compare_find(page->points, page->count, &like);
}

bool serac_page_has_column(const struct serac_page *page, enum serac_view view,
                           size_t program, int column)
{
    for (int pair = 0; pair < PAIRS; pair++)
        if (serac_page_point(page, view, program, pair, column))
            return true;
    return false;
}

bool serac_page_has_view(const struct serac_page *page, enum serac_view view,
                         size_t program)
{
    for (int c = 0; c < PRECISIONS; c++)
        if (serac_page_has_column(page, view, program, c))
            return true;
    return false;
}

void serac_page_title(const struct serac_page *page, size_t program,
                      const char *text)
{
    const struct serac_point *p = &page->programs[program];
    fprintf(page->to, "\n**%s%s: %s**\n\n", p->program,
            p->no_depthwise ? " without its depthwise layers" : "", text);
}

/* One cell of a table; `base` is the same point in the view peak, or NULL. */
typedef void cell_fn(FILE *to, const struct serac_point *p,
                     const struct serac_point *base);

/* Pairs down, precisions across. */
static void matrix(const struct serac_page *page, enum serac_view view,
                   size_t program, const char *text, cell_fn *cell)
{
    serac_page_title(page, program, text);
    fprintf(page->to, "| planes |");
    for (int c = 0; c < PRECISIONS; c++)
        if (serac_page_has_column(page, view, program, c))
            fprintf(page->to, " w%u a%u |", serac_page_columns[c][0],
                    serac_page_columns[c][1]);
    fprintf(page->to, "\n|--|");
    for (int c = 0; c < PRECISIONS; c++)
        if (serac_page_has_column(page, view, program, c))
            fprintf(page->to, "--:|");
    for (int pair = 0; pair < PAIRS; pair++) {
        fprintf(page->to, "\n| (%u,%u) |", planes(pair / 4), planes(pair % 4));
        for (int c = 0; c < PRECISIONS; c++) {
            if (!serac_page_has_column(page, view, program, c))
                continue;
            const struct serac_point *p =
                serac_page_point(page, view, program, pair, c);
            fputc(' ', page->to);
            if (p)
                cell(page->to, p,
                     serac_page_point(page, SERAC_VIEW_PEAK, program, pair, c));
            fprintf(page->to, " |");
        }
    }
    fputc('\n', page->to);
}

static void cell_rate(FILE *to, const struct serac_point *p,
                      const struct serac_point *base)
{
    (void)base;
    fprintf(to, "%.4g", 1e6 / p->time_us);
}

static void cell_energy(FILE *to, const struct serac_point *p,
                        const struct serac_point *base)
{
    (void)base;
    fprintf(to, "%.4g", 1e-3 * p->energy_uj);
}

static void cell_tops_w(FILE *to, const struct serac_point *p,
                        const struct serac_point *base)
{
    (void)base;
    fprintf(to, "%.3g", serac_point_tops_w(p));
}

static void cell_gops_mm2(FILE *to, const struct serac_point *p,
                          const struct serac_point *base)
{
    (void)base;
    fprintf(to, "%.4g", serac_point_gops_mm2(p));
}

/* Rate, and what is left of that of the view peak. */
static void cell_kept(FILE *to, const struct serac_point *p,
                      const struct serac_point *base)
{
    fprintf(to, "%.4g", 1e6 / p->time_us);
    if (base)
        fprintf(to, " (%.2f)", base->time_us / p->time_us);
}

/* Speed-up over the view peak, and the stall's share there. */
static void cell_limit(FILE *to, const struct serac_point *p,
                       const struct serac_point *base)
{
    if (base)
        fprintf(to, "%.2f (%.0f %%)", base->time_us / p->time_us,
                100 * base->stall_requant_cycles / base->cycles);
}

/* --- the sections -------------------------------------------------------- */

static void equal_peak(const struct serac_page *page)
{
    fprintf(page->to,
            "\n## At equal peak\n\nSixteen designs (`configs/designs/peak-W-A."
            "cfg`) of 512 multiply-accumulates per cycle at 8 x 8 bits, with "
            "equal buffers, bus, requantiser and memory. A column is a "
            "precision, weight and activation bits.\n");
    for (size_t i = 0; i < page->num_programs; i++) {
        if (!serac_page_has_view(page, SERAC_VIEW_PEAK, i))
            continue;
        matrix(page, SERAC_VIEW_PEAK, i, "inferences per second", cell_rate);
        matrix(page, SERAC_VIEW_PEAK, i, "mJ per inference", cell_energy);
        matrix(page, SERAC_VIEW_PEAK, i, "TOPS/W", cell_tops_w);
        matrix(page, SERAC_VIEW_PEAK, i, "GOPS/mm2", cell_gops_mm2);
    }
}

static void equal_bandwidth(const struct serac_page *page)
{
    fprintf(page->to,
            "\n## At equal bandwidth\n\nThe tables above are at 16 bytes per "
            "cycle for every pair. These are the same designs at 4: "
            "inferences per second, and in brackets what is left of the rate "
            "at 16.\n");
    for (size_t i = 0; i < page->num_programs; i++)
        if (serac_page_has_view(page, SERAC_VIEW_BANDWIDTH, i))
            matrix(page, SERAC_VIEW_BANDWIDTH, i,
                   "inferences per second at 4 "
                   "bytes per cycle",
                   cell_kept);
}

static void requantiser(const struct serac_page *page)
{
    fprintf(page->to,
            "\n## Without the requantiser's limit\n\nThe same designs with "
            "`requant_lanes` at the most their shape allows, min(rows, lanes, "
            "32), instead of 8; all else is held, parameter buffer included. "
            "(8,A) designs have 8 lanes and (W,8) designs 8 rows, so 8 is "
            "their most: their limit stays. Speed-up, and in brackets the "
            "share of cycles that waited for the requantiser before.\n");
    for (size_t i = 0; i < page->num_programs; i++)
        if (serac_page_has_view(page, SERAC_VIEW_WIDE, i))
            matrix(page, SERAC_VIEW_WIDE, i, "speed-up without the limit",
                   cell_limit);
}

static void equal_area_table(const struct serac_page *page, size_t program,
                             int column)
{
    char text[64];
    snprintf(text, sizeof text, "best shape at w%u a%u",
             serac_page_columns[column][0], serac_page_columns[column][1]);
    serac_page_title(page, program, text);
    fprintf(page->to, "| planes | shape | mm2 | inferences/s | mJ | TOPS/W | "
                      "GOPS/mm2 | array busy |\n|--|--|--:|--:|--:|--:|--:|--:"
                      "|\n");
    for (int pair = 0; pair < PAIRS; pair++) {
        const struct serac_point *p =
            serac_page_point(page, SERAC_VIEW_AREA, program, pair, column);
        fprintf(page->to, "| (%u,%u) |", planes(pair / 4), planes(pair % 4));
        if (p)
            fprintf(page->to,
                    " %s | %.2f | %.4g | %.4g | %.3g | %.4g | %.0f %% "
                    "|\n",
                    strrchr(p->design, '-') + 1, p->area_um2 * 1e-6,
                    1e6 / p->time_us, 1e-3 * p->energy_uj,
                    serac_point_tops_w(p), serac_point_gops_mm2(p),
                    100 * p->array_busy_cycles / p->cycles);
        else
            fprintf(page->to, " no shape fits | | | | | | |\n");
    }
}

static void equal_area(const struct serac_page *page)
{
    fprintf(
        page->to,
        "\n## At equal area\n\nFor each pair the rows x cols x lanes, of all "
        "powers of two, in 90 to 100 %% of the area of `peak-8-8`, with its "
        "buffers, bus and requantiser: of those within 1 %% of the least time "
        "the one of least energy (`serac shapes`; exact, no candidate is left "
        "out). The shape may differ between precisions.\n");
    for (size_t i = 0; i < page->num_programs; i++)
        for (int c = 0; c < PRECISIONS; c++)
            if (serac_page_has_column(page, SERAC_VIEW_AREA, i, c))
                equal_area_table(page, i, c);
}

void serac_compare_markdown(FILE *to, const char *command,
                            const char *technology,
                            const struct serac_point *points, size_t count)
{
    struct serac_page page = {.to = to, .points = points, .count = count};
    struct serac_tech tech;
    for (size_t i = 0; i < count; i++)
        add_program(&page, &points[i]);
    fprintf(to,
            "# Every pair of planes compared\n\nMade by `%s`; the numbers, "
            "and more of them, are in the CSV beside it. Do not edit.\n\n",
            command);
    if (serac_tech_load(technology, &tech, NULL) == SERAC_OK)
        serac_tech_text(to, &tech, "- ");
    fprintf(to, "\nCycles and bytes are exact (the timeline, layer by layer, "
                "one after the other without overlap between layers; networks "
                "as whole programs). Weights and activations are packed in "
                "memory at their widths. Products of two activations "
                "(attention) have the activations' width on both sides. "
                "A workload has no accuracy: whether a width is usable is "
                "another question.\n");
    serac_page_who_wins(&page);
    equal_peak(&page);
    equal_area(&page);
    equal_bandwidth(&page);
    requantiser(&page);
    serac_page_depthwise(&page);
    serac_page_break_even(&page);
    serac_page_published(&page);
    serac_page_host_work(&page);
}
