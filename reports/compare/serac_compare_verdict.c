/* serac_compare_verdict.c - what the comparison says: winners, depthwise
 * layers, break-even widths, and what the host has to do. */
#include <string.h>

#include "serac_compare_page.h"
#include "serac_workload_run.h"

/* Larger is better. */
static double rate(const struct serac_point *p)
{
    return 1 / p->time_us;
}

static double thrift(const struct serac_point *p)
{
    return 1 / p->energy_uj;
}

/* The best pairs in a measure; equal ones are all named. */
static void winners(const struct serac_page *page, size_t program, int column,
                    serac_measure_fn *measure)
{
    double best = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
        const struct serac_point *p =
            serac_page_point(page, SERAC_VIEW_PEAK, program, pair, column);
        best = p && measure(p) > best ? measure(p) : best;
    }
    for (int pair = 0; pair < PAIRS; pair++) {
        const struct serac_point *p =
            serac_page_point(page, SERAC_VIEW_PEAK, program, pair, column);
        if (p && measure(p) >= best)
            fprintf(page->to, " (%u,%u)", p->weight_planes, p->act_planes);
    }
    fprintf(page->to, " |");
}

/* Speed of (1,1) over (8,8) at one precision, and what holds (1,1) back. */
static void serial_cell(const struct serac_page *page, size_t program,
                        int column)
{
    const struct serac_point *p =
        serac_page_point(page, SERAC_VIEW_PEAK, program, 0, column);
    const struct serac_point *q =
        serac_page_point(page, SERAC_VIEW_PEAK, program, PAIRS - 1, column);
    if (p && q)
        fprintf(page->to, " %.2f | %.0f %% | %.0f %% |",
                q->time_us / p->time_us, 100 * p->array_busy_cycles / p->cycles,
                100 * p->stall_requant_cycles / p->cycles);
    else
        fprintf(page->to, " | | |");
}

void serac_page_who_wins(const struct serac_page *page)
{
    fprintf(
        page->to,
        "\n## Who wins at equal peak\n\nThe best of the sixteen pairs; and "
        "(1,1) against (8,8) at the same precision: its speed, the share of "
        "its cycles in which the array is busy and in which it waits for "
        "the requantiser.\n\n| program | bits | time | energy | GOPS/mm2 | "
        "(1,1) speed | busy | requantiser |\n|--|--|--|--|--|--:|--:|--:|"
        "\n");
    for (size_t i = 0; i < page->num_programs; i++)
        for (int c = 0; c < PRECISIONS; c++) {
            if (!serac_page_has_column(page, SERAC_VIEW_PEAK, i, c))
                continue;
            fprintf(page->to, "| %s%s | w%u a%u |", page->programs[i].program,
                    page->programs[i].no_depthwise ? " without depthwise" : "",
                    serac_page_columns[c][0], serac_page_columns[c][1]);
            winners(page, i, c, rate);
            winners(page, i, c, thrift);
            winners(page, i, c, serac_point_gops_mm2);
            serial_cell(page, i, c);
            fputc('\n', page->to);
        }
}

/* Is there anything narrower than 8 bits to look at? */
static bool measured(const struct serac_page *page,
                     const struct serac_point *like, uint32_t act_bits)
{
    struct serac_point p = *like;
    p.weight_bits = 1;
    p.act_bits = act_bits ? act_bits : 1;
    return serac_compare_find(page->points, page->count, &p) != NULL;
}

static void break_even_cell(const struct serac_page *page,
                            const struct serac_point *like, bool same,
                            serac_measure_fn *measure)
{
    for (uint32_t acts = 0; acts <= 8; acts += 8) {
        uint32_t b = serac_compare_break_even(page->points, page->count, like,
                                              acts, same, measure);
        fprintf(page->to, acts ? " / " : " ");
        if (!measured(page, like, acts))
            fprintf(page->to, "?");
        else
            fprintf(page->to, b ? "%u" : "-", b);
    }
    fprintf(page->to, " |");
}

void serac_page_break_even(const struct serac_page *page)
{
    fprintf(
        page->to,
        "\n## Where bit-serial breaks even with INT8\n\nThe widest width at "
        "which a pair beats (8,8) at equal peak, and at every narrower one "
        "measured: before the slash weights and activations of equal "
        "width (1 to 8), after it weights alone (1, 2, 4, 8) with 8-bit "
        "activations. `-`: at none; `?`: not measured. First three columns: "
        "(8,8) runs the "
        "same precision, and has the same bytes; last three: (8,8) runs 8 x "
        "8 bits. (8,8) stands for INT8: how much a plain INT8 unit saves beside it is "
        "in `units-sg13g2.md`, for the unit alone.\n");
    for (size_t i = 0; i < page->num_programs; i++) {
        if (!serac_page_has_view(page, SERAC_VIEW_PEAK, i))
            continue;
        serac_page_title(page, i, "break-even width");
        fprintf(page->to, "| planes | time | energy | GOPS/mm2 | time, to "
                          "INT8 | energy | GOPS/mm2 |\n|--|--:|--:|--:|--:|--:"
                          "|--:|\n");
        for (int pair = 0; pair < PAIRS - 1; pair++) {
            struct serac_point like = page->programs[i];
            like.view = SERAC_VIEW_PEAK;
            like.weight_planes = 1u << pair / 4;
            like.act_planes = 1u << pair % 4;
            fprintf(page->to, "| (%u,%u) |", like.weight_planes,
                    like.act_planes);
            for (int same = 1; same >= 0; same--) {
                break_even_cell(page, &like, same, rate);
                break_even_cell(page, &like, same, thrift);
                break_even_cell(page, &like, same, serac_point_gops_mm2);
            }
            fputc('\n', page->to);
        }
    }
}

/* Depthwise layers: a sixty-fourth of the lanes of a unit has work. */
void serac_page_depthwise(const struct serac_page *page)
{
    for (size_t i = 0; i < page->num_programs; i++) {
        size_t with = 0;
        while (page->programs[with].no_depthwise ||
               strcmp(page->programs[with].program, page->programs[i].program))
            with++;
        if (!page->programs[i].no_depthwise)
            continue;
        fprintf(page->to,
                "\n## What depthwise layers cost\n\nTheir share of "
                "the time of %s at equal peak; of its multiply-accumulates ",
                page->programs[i].program);
        bool said = false;
        for (int pair = 0; pair < PAIRS; pair++) {
            for (int c = 0; c < PRECISIONS; c++) {
                const struct serac_point *all =
                    serac_page_point(page, SERAC_VIEW_PEAK, with, pair, c);
                const struct serac_point *rest =
                    serac_page_point(page, SERAC_VIEW_PEAK, i, pair, c);
                if (!all || !rest)
                    continue;
                if (!said)
                    fprintf(page->to, "%.1f %%.\n\n",
                            100 - 100 * rest->macs / all->macs);
                if (!said || c == 0)
                    fprintf(page->to, "%s(%u,%u):", said ? "\n- " : "- ",
                            all->weight_planes, all->act_planes);
                fprintf(page->to, " %.0f %% at w%u a%u;",
                        100 - 100 * rest->cycles / all->cycles,
                        serac_page_columns[c][0], serac_page_columns[c][1]);
                said = true;
            }
        }
        fputc('\n', page->to);
    }
}

/* What the array does not do is not in any figure, so it is said here. */
void serac_page_host_work(const struct serac_page *page)
{
    fprintf(page->to, "\n## What the host does\n\nNot in any time or energy "
                      "above:\n\n");
    for (size_t i = 0; i < page->num_programs; i++) {
        struct serac_workload *w;
        if (page->programs[i].no_depthwise ||
            serac_workload_load(page->programs[i].program, &w, NULL) !=
                SERAC_OK)
            continue;
        fprintf(page->to, "- ");
        serac_workload_say_host(page->to, w);
        serac_workload_destroy(w);
    }
}
