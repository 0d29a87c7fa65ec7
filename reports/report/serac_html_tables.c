/* serac_html_tables.c - the tables that are there without JavaScript.
 *
 * Cells are those of the CSV, letter for letter. With JavaScript the tables of points and
 * layers are drawn anew from the data, of all points. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_html.h"
#include "serac_tech_text.h"

#define STATIC_LAYERS 400

static void head(FILE *to, const enum serac_column *columns, size_t count)
{
    fprintf(to, "<thead><tr><th class=\"n\">#</th>");
    for (size_t c = 0; c < count; c++)
        fprintf(to, "<th%s>%s</th>", serac_column_is_text(columns[c]) ? "" : " class=\"n\"",
                serac_column_name(columns[c]));
    fprintf(to, "</tr></thead><tbody>\n");
}

static void line(FILE *to, size_t number, const struct serac_row *row,
                 const enum serac_column *columns, size_t count)
{
    fprintf(to, "<tr><td class=\"n\">%zu</td>", number);
    for (size_t c = 0; c < count; c++) {
        fprintf(to, serac_column_is_text(columns[c]) ? "<td>" : "<td class=\"n\">");
        serac_html_text(to, row->cells[columns[c]]);
        fprintf(to, "</td>");
    }
    fprintf(to, "</tr>\n");
}

void serac_html_points(const struct serac_html *h)
{
    static const enum serac_column columns[] = {
        SERAC_COLUMN_design, SERAC_COLUMN_memory, SERAC_COLUMN_network,
        SERAC_COLUMN_weight_bits, SERAC_COLUMN_act_bits, SERAC_COLUMN_precision,
        SERAC_COLUMN_accuracy, SERAC_COLUMN_cycles, SERAC_COLUMN_time_us,
        SERAC_COLUMN_energy_uj, SERAC_COLUMN_area_um2, SERAC_COLUMN_utilisation,
        SERAC_COLUMN_gops, SERAC_COLUMN_tops_w, SERAC_COLUMN_gops_mm2,
        SERAC_COLUMN_weight_bytes, SERAC_COLUMN_extrapolated};
    const struct serac_report *r = h->report;
    bool whole = r->num_totals <= SERAC_REPORT_WHOLE;
    if (!whole)
        fprintf(h->to, "<noscript><p class=\"note\">Of %zu points those that win or are on a "
                       "front; all are shown with JavaScript.</p></noscript>\n", r->num_totals);
    fprintf(h->to, "<div class=\"wide\" id=\"points-table\"><table>");
    head(h->to, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < r->num_totals; i++)
        if (whole || h->summary->stands_out[i])
            line(h->to, i + 1, &r->totals[i], columns, sizeof columns / sizeof *columns);
    fprintf(h->to, "</tbody></table></div>\n");
}

void serac_html_layers(const struct serac_html *h)
{
    static const enum serac_column columns[] = {
        SERAC_COLUMN_layer, SERAC_COLUMN_m, SERAC_COLUMN_n, SERAC_COLUMN_k,
        SERAC_COLUMN_weight_bits, SERAC_COLUMN_act_bits, SERAC_COLUMN_weight_store_bits,
        SERAC_COLUMN_weight_bytes, SERAC_COLUMN_bytes_read, SERAC_COLUMN_bytes_written,
        SERAC_COLUMN_cycles, SERAC_COLUMN_array_busy_cycles, SERAC_COLUMN_stall_fetch_cycles,
        SERAC_COLUMN_stall_requant_cycles, SERAC_COLUMN_stall_store_cycles,
        SERAC_COLUMN_stall_control_cycles, SERAC_COLUMN_fill_drain_cycles,
        SERAC_COLUMN_utilisation};
    const struct serac_report *r = h->report;
    char cut[200];
    size_t count = r->num_layers < STATIC_LAYERS ? r->num_layers : STATIC_LAYERS;
    if (count < r->num_layers)
        fprintf(h->to, "<noscript><p class=\"note\">The first %zu of %zu layers.</p></noscript>\n",
                count, r->num_layers);
    serac_say_cut(r, cut, sizeof cut);
    if (*cut)
        fprintf(h->to, "<p class=\"note\">%s</p>\n", cut);
    if (r->num_totals && !r->num_layers)
        fprintf(h->to, "<noscript><p class=\"note\">No layers were recorded: serac tune keeps totals "
                       "only.</p></noscript>\n");
    fprintf(h->to, "<div class=\"wide\" id=\"layers-table\"><table>");
    head(h->to, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++)
        line(h->to, r->layer_points[i] + 1, &r->layers[i], columns,
             sizeof columns / sizeof *columns);
    fprintf(h->to, "</tbody></table></div>\n");
}

/* --- what stands behind it ------------------------------------------------------------- */

static void sums(const struct serac_html *h)
{
    const struct serac_report *r = h->report;
    size_t wrong = serac_wrong_sums(r), rows = r->num_totals + r->num_layers;
    fprintf(h->to, "<dt>Cycles by cause</dt><dd>");
    if (wrong)
        fprintf(h->to, "<strong>do not sum to the cycles in %zu of %zu rows</strong>", wrong, rows);
    else
        fprintf(h->to, "sum to the cycles in all %zu rows", rows);
    fprintf(h->to, ": points %zu, layers %zu%s.</dd>\n", r->num_totals, r->num_layers,
            r->all_layers ? "" : ", of points that win or are on a front");
    if (r->failed || r->excluded)
        fprintf(h->to, "<dt>Not here</dt><dd>%llu points that cannot run, %llu that constraints "
                       "exclude.</dd>\n", (unsigned long long)r->failed,
                (unsigned long long)r->excluded);
}

/* Is this the first total with this text? */
static bool first(const struct serac_report *r, size_t i, enum serac_column column)
{
    for (size_t j = 0; j < i; j++)
        if (!strcmp(r->totals[j].cells[column], r->totals[i].cells[column]))
            return false;
    return true;
}

static void technology(FILE *to, const char *name)
{
    struct serac_tech tech;
    struct serac_error error = {""};
    char *text = NULL;
    size_t bytes;
    fprintf(to, "<dt>Technology</dt><dd>");
    FILE *lines = serac_tech_load(name, &tech, &error) == SERAC_OK
                      ? open_memstream(&text, &bytes) : NULL;
    if (lines) {
        serac_tech_text(lines, &tech, "");
        fclose(lines);
        for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n")) {
            serac_html_text(to, at);
            fprintf(to, "<br>");
        }
    } else {
        serac_html_text(to, name);
        fprintf(to, ": its fit error is not known here");
    }
    free(text);
    fprintf(to, "</dd>\n");
}

static void technologies(const struct serac_html *h)
{
    const struct serac_report *r = h->report;
    unsigned said = 0;
    for (size_t i = 0; i < r->num_totals && said < 8; i++)
        if (first(r, i, SERAC_COLUMN_technology)) {
            technology(h->to, r->totals[i].cells[SERAC_COLUMN_technology]);
            said++;
        }
}

/* Their units, which are computed here, would be another design's. */
static void other_areas(const struct serac_html *h)
{
    size_t others = serac_html_other_areas(h->report);
    if (others)
        fprintf(h->to, "<dt>Area by unit</dt><dd>is left out at %zu of %zu points: their area is not "
                       "that of the technology's file here, which differs from the one that they ran "
                       "with.</dd>\n", others, h->report->num_totals);
}

static void versions(const struct serac_html *h)
{
    const struct serac_report *r = h->report;
    const char *text = r->num_totals ? r->origins[0].version : "";
    bool one = true;
    for (size_t i = 0; i < r->num_totals; i++)
        one = one && !strcmp(r->origins[i].version, text);
    fprintf(h->to, "<dt>Runs</dt><dd>");
    if (!*text)
        fprintf(h->to, "configuration hashes and versions are not recorded in a CSV.");
    else if (one)
        fprintf(h->to, "all by version ");
    else
        fprintf(h->to, "by several versions, see each point. ");
    if (*text && one) {
        serac_html_text(h->to, text);
        fprintf(h->to, " (program, digest of its sources). ");
    }
    if (*text)
        fprintf(h->to, "Each point's configuration hash and memory seed are in its details "
                       "above.");
    fprintf(h->to, "</dd>\n");
}

static void checks(const struct serac_html *h)
{
    const struct serac_report *r = h->report;
    fprintf(h->to, "<h3>Model against RTL</h3>\n");
    if (!r->checks.count) {
        fprintf(h->to, "<p>%s <code>serac cosim --network NET --design D --out DIR</code> "
                       "adds it to a folder of "
                       "results.</p>\n", r->looked_for_checks ? "Not run." : "Not looked for: a CSV "
                       "does not say where it would be.");
        return;
    }
    fprintf(h->to, "<div class=\"wide\"><table id=\"checks\"><thead><tr><th>network</th><th>design"
                   "</th><th>memory</th><th class=\"n\">seed</th><th class=\"n\">layers compared"
                   "</th><th class=\"n\">cycles compared</th><th class=\"n\">bytes compared</th><th "
                   "class=\"n\">largest cycle difference</th><th>result</th><th>sources</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->checks.count; i++) {
        const struct serac_check *c = &r->checks.check[i];
        const char *const cells[] = {c->network, c->design, c->memory, c->seed, c->layers,
                                     c->cycles, c->bytes,
                                     *c->difference ? c->difference : "unknown", c->result,
                                     serac_check_sources(r, c)};
        fprintf(h->to, "<tr>");
        for (int k = 0; k < 10; k++) {
            fprintf(h->to, k > 2 && k < 8 ? "<td class=\"n\">" : "<td>");
            serac_html_text(h->to, cells[k]);
            fprintf(h->to, "</td>");
        }
        fprintf(h->to, "</tr>\n");
    }
    fprintf(h->to, "</tbody></table></div>\n<p class=\"note\">Stage states, requests and written "
                   "bytes at every clock edge, counters at the end, on the designs named here; "
                   "other designs of this report share model and RTL, and were not compared "
                   "here.</p>\n");
}

void serac_html_behind(const struct serac_html *h)
{
    fprintf(h->to, "<dl>\n");
    versions(h);
    sums(h);
    fprintf(h->to, "<dt>Memory and compute</dt><dd>Weights and activations are packed in memory at "
                   "their widths, in every design; compute scales with width by the design's "
                   "planes: ceil(w / weight planes) &times; ceil(a / activation planes) cycles for "
                   "each word pair.</dd>\n<dt>Exact</dt><dd>Cycles, bytes and utilisation follow "
                   "from the timeline. Area, clock and energy are as good as the fits "
                   "below.</dd>\n<dt>Empty cells</dt><dd>unknown or not measured, never 0.</dd>\n");
    technologies(h);
    other_areas(h);
    fprintf(h->to, "</dl>\n");
    checks(h);
}
