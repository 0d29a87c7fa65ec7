/* serac_html_words.c - the summary of a page: who wins, why, break-even widths. */
#include <math.h>
#include <string.h>

#include "serac_html.h"
#include "serac_infer.h"

#define GROUPS_OPEN 3                  /* the others are folded */

static void design(FILE *to, const struct serac_row *row)
{
    char text[2 * SERAC_CELL];
    serac_short_design(row, text);
    fprintf(to, "<span title=\"");
    serac_html_text(to, row->cells[SERAC_COLUMN_design]);
    fprintf(to, "\">");
    serac_html_text(to, text);
    fprintf(to, "</span>");
}

static void widths(FILE *to, const struct serac_row *row)
{
    char text[SERAC_CELL];
    serac_widths(row, text);
    serac_html_text(to, text);
}

/* Of mixed widths the network says which. */
static void mixture(FILE *to, const struct serac_row *row)
{
    char text[SERAC_CELL];
    serac_widths(row, text);
    if (!strstr(text, "mixed"))
        return;
    fprintf(to, "<br><small>");
    serac_html_text(to, row->cells[SERAC_COLUMN_network]);
    fprintf(to, "</small>");
}

/* What its points have in common. */
static void group_name(FILE *to, const struct serac_group *g)
{
    static const struct {
        const char *name;
        enum serac_column column;
    } parts[] = {{"memory", SERAC_COLUMN_memory}, {", technology", SERAC_COLUMN_technology},
                 {", batch", SERAC_COLUMN_batch}};
    serac_html_text(to, g->program);
    fprintf(to, " <small>");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *text = g->like->cells[parts[i].column];
        if (!*text)
            continue;
        fprintf(to, "%s ", parts[i].name);
        serac_html_text(to, text);
    }
}

/* "X at 4/8 is fastest: 12 us on 3 mm2." */
static void sentence(const struct serac_html *h, const struct serac_group *g)
{
    const struct serac_limit *l = &g->limits[0];
    const struct serac_row *fast = &h->report->totals[l->fastest];
    fprintf(h->to, "<p class=\"lead\"><strong>");
    design(h->to, fast);
    fprintf(h->to, "</strong> at <strong>");
    widths(h->to, fast);
    fprintf(h->to, "</strong> bits is fastest: ");
    serac_html_time(h->to, serac_row_get(fast, SERAC_COLUMN_time_us));
    if (g->cost != SERAC_COLUMNS) {
        fprintf(h->to, " on ");
        serac_html_cost(h->to, fast, g->cost);
    }
    fprintf(h->to, ".");
    if (l->thriftiest != SERAC_NO_POINT) {
        const struct serac_row *thrift = &h->report->totals[l->thriftiest];
        fprintf(h->to, " Least energy: <strong>");
        design(h->to, thrift);
        fprintf(h->to, "</strong> at <strong>");
        widths(h->to, thrift);
        fprintf(h->to, "</strong>, ");
        serac_html_energy(h->to, serac_row_get(thrift, SERAC_COLUMN_energy_uj));
        fprintf(h->to, ".");
    }
    fprintf(h->to, "</p>\n");
}

/* Limits are ASCII, as in Markdown. */
static void limit_text(FILE *to, const char *text)
{
    const char *unit = strstr(text, "mm2");
    if (unit)
        fprintf(to, "%.*smm&sup2;", (int)(unit - text), text);
    else
        fputs(text, to);
}

/* How surely a difference of accuracies is one. */
static void interval(FILE *to, const struct serac_row *row)
{
    double low, high, images = serac_row_get(row, SERAC_COLUMN_images);
    if (!(images >= 1))
        return;
    double right = images * serac_row_get(row, SERAC_COLUMN_accuracy);
    serac_wilson((uint64_t)(right + 0.5), (uint64_t)images, &low, &high);
    fprintf(to, " On %.0f image%s its 95&nbsp;%% interval is %.1f to %.1f&nbsp;%%: differences within "
                "it are not certain.", images, images > 1 ? "s" : "", 100 * low, 100 * high);
}

/* Why it is the fastest, and the first limit of accuracy: "Highest accuracy, 94.6 %: ..." */
static void more(const struct serac_html *h, const struct serac_group *g)
{
    if (*g->limits[0].why) {
        fprintf(h->to, "<p>Why it is: ");
        serac_html_text(h->to, g->limits[0].why);
        fprintf(h->to, ".</p>\n");
    }
    for (size_t i = 1; i < g->num_limits; i++) {
        if (strncmp(g->limits[i].text, "highest accuracy", 16))
            continue;
        const struct serac_row *row = &h->report->totals[g->limits[i].fastest];
        fprintf(h->to, "<p>H%s: <strong>", g->limits[i].text + 1);
        design(h->to, row);
        fprintf(h->to, "</strong> at <strong>");
        widths(h->to, row);
        fprintf(h->to, "</strong>, ");
        serac_html_time(h->to, serac_row_get(row, SERAC_COLUMN_time_us));
        fprintf(h->to, ".");
        interval(h->to, row);
        fprintf(h->to, "</p>\n");
    }
}

/* What must be known to read it: whether a width is usable is said by accuracy alone. */
static void about_accuracy(const struct serac_html *h, const struct serac_group *g)
{
    size_t with = 0;
    for (size_t i = 0; i < g->count; i++)
        with += !isnan(serac_row_get(&h->report->totals[g->points[i]],
                                     SERAC_COLUMN_accuracy));
    if (!with)
        fprintf(h->to, "<p class=\"note\">No accuracy was measured here: whether a width is "
                       "usable is another question.</p>\n");
    else if (with < g->count)
        fprintf(h->to, "<p class=\"note\">Accuracy was measured at %zu of %zu points.</p>\n",
                with, g->count);
}

/* A figure that rests on a fit beyond the designs it was measured on. */
static bool extrapolated(const struct serac_row *row, const char *what)
{
    return strstr(row->cells[SERAC_COLUMN_extrapolated], what) != NULL;
}

static void winner(const struct serac_html *h, size_t point, enum serac_column column)
{
    bool time = column == SERAC_COLUMN_time_us;
    if (point == SERAC_NO_POINT) {
        fprintf(h->to, "<td></td><td></td><td></td>");
        return;
    }
    const struct serac_row *row = &h->report->totals[point];
    fprintf(h->to, "<td>");
    design(h->to, row);
    fprintf(h->to, "</td><td>");
    widths(h->to, row);
    mixture(h->to, row);
    fprintf(h->to, "</td><td class=\"n\">");
    if (time)
        serac_html_time(h->to, serac_row_get(row, column));
    else
        serac_html_energy(h->to, serac_row_get(row, column));
    fprintf(h->to, extrapolated(row, time ? "clock" : "energy") ? "&nbsp;&dagger;</td>" : "</td>");
}

static void dagger(const struct serac_html *h, const struct serac_group *g)
{
    size_t beyond = 0;
    for (size_t i = 0; i < g->count; i++)
        beyond += *h->report->totals[g->points[i]].cells[SERAC_COLUMN_extrapolated] != 0;
    if (beyond)
        fprintf(h->to, "<p class=\"note\">&dagger; extrapolated: clock or energy of a design beyond "
                       "those that the technology's fit was measured on. %zu of %zu points are, in "
                       "what the column <em>extrapolated</em> says.</p>\n", beyond, g->count);
}

static void limits(const struct serac_html *h, const struct serac_group *g)
{
    fprintf(h->to, "<div class=\"wide\"><table class=\"limits\"><thead><tr><th>Under the limit"
                   "</th><th>fastest</th><th>bits w/a</th><th class=\"n\">time</th><th>least "
                   "energy</th><th>bits w/a</th><th class=\"n\">energy</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < g->num_limits; i++) {
        const struct serac_limit *l = &g->limits[i];
        fprintf(h->to, "<tr><th scope=\"row\">");
        limit_text(h->to, l->text);
        fprintf(h->to, "</th>");
        winner(h, l->fastest, SERAC_COLUMN_time_us);
        winner(h, l->thriftiest, SERAC_COLUMN_energy_uj);
        fprintf(h->to, "</tr>\n");
    }
    fprintf(h->to, "</tbody></table></div>\n");
    dagger(h, g);
    if (g->num_limits < 2)
        return;
    fprintf(h->to, "<details><summary>Why the others are fastest under their limit</summary><ul>\n");
    for (size_t i = 1; i < g->num_limits; i++)
        if (*g->limits[i].why && g->limits[i].fastest != g->limits[i - 1].fastest) {
            fprintf(h->to, "<li><strong>");
            limit_text(h->to, g->limits[i].text);
            fprintf(h->to, "</strong>: ");
            serac_html_text(h->to, g->limits[i].why);
            fprintf(h->to, ".</li>\n");
        }
    fprintf(h->to, "</ul></details>\n");
}

static void group(const struct serac_html *h, const struct serac_group *g)
{
    fprintf(h->to, "<h3>");
    group_name(h->to, g);
    fprintf(h->to, ": %zu point%s</small></h3>\n", g->count, g->count > 1 ? "s" : "");
    if (!g->num_limits) {
        fprintf(h->to, "<p class=\"note\">No point here has a time.</p>\n");
        return;
    }
    sentence(h, g);
    more(h, g);
    about_accuracy(h, g);
    limits(h, g);
}

void serac_html_words(const struct serac_html *h)
{
    size_t count = h->summary->count;
    char pending[160];
    serac_say_pending(h->report, pending, sizeof pending);
    if (*pending)
        fprintf(h->to, "<p class=\"partial\"><strong>Not complete</strong>: %s.</p>\n", pending);
    if (!count)
        fprintf(h->to, "<p>There are no points.</p>\n");
    for (size_t i = 0; i < count; i++) {
        if (i == GROUPS_OPEN)
            fprintf(h->to, "<details><summary>%zu more combinations of program, memory and "
                           "technology</summary>\n", count - i);
        group(h, &h->summary->groups[i]);
    }
    if (count > GROUPS_OPEN)
        fprintf(h->to, "</details>\n");
}

/* --- break-even widths ---------------------------------------------------------------- */

/* "1, 3, 5 to 7 not measured": widths that could change what is said. */
static void unmeasured(FILE *to, const struct serac_even *e)
{
    uint32_t end = e->lost ? e->lost : 9;
    bool any = false;
    for (uint32_t from = 1; from < end; from++) {
        uint32_t last = from;
        if (e->measured >> (from - 1) & 1)
            continue;
        while (last + 1 < end && !(e->measured >> last & 1))
            last++;
        fprintf(to, any ? ", %u" : "<br><small>%u", from);
        if (last > from)
            fprintf(to, " to %u", last);
        any = true;
        from = last;
    }
    if (any)
        fprintf(to, " not measured</small>");
}

static void width_cell(FILE *to, const struct serac_even *e)
{
    const char *mark = e->extrapolated ? "&nbsp;&dagger;" : "";
    fprintf(to, "<td class=\"n\">");
    if (!e->measured)
        fprintf(to, "not measured");
    else if (e->widest)
        fprintf(to, "%u bit%s%s", e->widest, e->widest > 1 ? "s" : "", mark);
    else if (e->lost == 1)
        fprintf(to, "never%s", mark);
    else
        fprintf(to, "not at %u bits%s", e->lost, mark);
    if (e->measured)
        unmeasured(to, e);
    fprintf(to, "</td>");
}

static void pairs(const struct serac_html *h, const struct serac_group *g)
{
    fprintf(h->to, "<h3>");
    group_name(h->to, g);
    fprintf(h->to, "</small></h3>\n<div class=\"wide\"><table><thead><tr><th rowspan=\"2\">planes "
                   "(w,a)</th><th rowspan=\"2\" class=\"n\">bit products per cycle</th><th colspan"
                   "=\"2\">(8,8) at the same widths</th><th colspan=\"2\">(8,8) at 8/8</th></tr>"
                   "<tr><th class=\"n\">time</th><th class=\"n\">energy</th><th class=\"n\">time"
                   "</th><th class=\"n\">energy</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < g->num_pairs; i++) {
        const struct serac_break_even *b = &g->pairs[i];
        fprintf(h->to, "<tr><td>(%u,%u)</td><td class=\"n\">%.0f</td>", b->weight_planes,
                b->act_planes, b->peak);
        width_cell(h->to, &b->time);
        width_cell(h->to, &b->energy);
        width_cell(h->to, &b->time_int8);
        width_cell(h->to, &b->energy_int8);
        fprintf(h->to, "</tr>\n");
    }
    fprintf(h->to, "</tbody></table></div>\n");
}

void serac_html_break_even(const struct serac_html *h)
{
    size_t groups = 0;
    for (size_t i = 0; i < h->summary->count; i++)
        groups += h->summary->groups[i].num_pairs > 0;
    if (!groups) {
        fprintf(h->to, "<p class=\"note\">Not known: it takes designs with (8,8) planes and others "
                       "of the same peak.</p>\n");
        return;
    }
    fprintf(h->to, "<p>The widest weights, beside 8-bit activations, at which the best design of "
                   "a pair of planes beats the best of (8,8) with the same peak, as it does at all "
                   "narrower weights measured. &dagger;: a clock or energy that was compared is "
                   "extrapolated.</p>\n");
    for (size_t i = 0; i < h->summary->count; i++)
        if (h->summary->groups[i].num_pairs)
            pairs(h, &h->summary->groups[i]);
}
