/* serac_report_markdown.c - results in words and tables, as Markdown. */
#include "serac_summary.h"

#include <math.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_tech_text.h"

/* "`net` on `serial` (default, 2/8)" */
static void name_point(FILE *to, const struct serac_row *row)
{
    char widths[SERAC_CELL];
    serac_widths(row, widths);
    fprintf(to, "`%s` on `%s` (%s, %s)", row->cells[SERAC_COLUMN_network],
            row->cells[SERAC_COLUMN_design], row->cells[SERAC_COLUMN_memory], widths);
}

/* The point of a group with the largest (sign 1) or smallest (-1) value of a column. */
static void say_best(FILE *to, const struct serac_report *r, const struct serac_group *g,
                     const char *what, enum serac_column column, double sign, const char *unit)
{
    const struct serac_row *found = NULL;
    for (size_t i = 0; i < g->count; i++) {
        const struct serac_row *row = &r->totals[g->points[i]];
        double value = serac_row_get(row, column);
        if (!isnan(value) && (!found || sign * value > sign * serac_row_get(found, column)))
            found = row;
    }
    if (!found)
        return;
    fprintf(to, "- %s: ", what);
    name_point(to, found);
    fprintf(to, ": %s%s\n", found->cells[column], unit);
}

/* Of the idle cycles of a total, the cause with the most. */
static void say_stalls(FILE *to, const struct serac_row *row)
{
    static const enum serac_column causes[] = {
        SERAC_COLUMN_stall_fetch_cycles, SERAC_COLUMN_stall_requant_cycles,
        SERAC_COLUMN_stall_store_cycles, SERAC_COLUMN_stall_control_cycles,
        SERAC_COLUMN_fill_drain_cycles};
    double cycles = serac_row_get(row, SERAC_COLUMN_cycles), most = -1;
    double busy = serac_row_get(row, SERAC_COLUMN_array_busy_cycles);
    enum serac_column cause = causes[0];
    if (isnan(cycles) || isnan(busy))
        return;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (serac_row_get(row, causes[i]) > most) {
            most = serac_row_get(row, causes[i]);
            cause = causes[i];
        }
    fprintf(to, "- ");
    name_point(to, row);
    fprintf(to, ": array busy %.1f %%, most of the rest is `%s` (%.1f %%)\n",
            100 * busy / cycles, serac_column_name(cause), 100 * most / cycles);
}

static const enum serac_column shown[] = {
    SERAC_COLUMN_design, SERAC_COLUMN_memory, SERAC_COLUMN_network,
    SERAC_COLUMN_weight_bits, SERAC_COLUMN_act_bits, SERAC_COLUMN_accuracy,
    SERAC_COLUMN_cycles, SERAC_COLUMN_time_us, SERAC_COLUMN_gops,
    SERAC_COLUMN_utilisation, SERAC_COLUMN_energy_uj, SERAC_COLUMN_area_um2,
    SERAC_COLUMN_gops_mm2, SERAC_COLUMN_tops_w, SERAC_COLUMN_weight_bytes,
    SERAC_COLUMN_extrapolated};
static const enum serac_column layers[] = {
    SERAC_COLUMN_design, SERAC_COLUMN_memory, SERAC_COLUMN_network,
    SERAC_COLUMN_layer, SERAC_COLUMN_m, SERAC_COLUMN_n, SERAC_COLUMN_k,
    SERAC_COLUMN_weight_bits, SERAC_COLUMN_cycles,
    SERAC_COLUMN_array_busy_cycles, SERAC_COLUMN_stall_fetch_cycles,
    SERAC_COLUMN_stall_requant_cycles, SERAC_COLUMN_stall_store_cycles,
    SERAC_COLUMN_stall_control_cycles, SERAC_COLUMN_fill_drain_cycles,
    SERAC_COLUMN_bytes_read, SERAC_COLUMN_bytes_written};

static void table_head(FILE *to, const enum serac_column *columns, size_t width)
{
    for (size_t c = 0; c < width; c++)
        fprintf(to, "| %s ", serac_column_name(columns[c]));
    fprintf(to, "|\n");
    for (size_t c = 0; c < width; c++)
        fprintf(to, "|%s", serac_column_is_text(columns[c]) ? "--" : "--:");
    fprintf(to, "|\n");
}

static void table_row(FILE *to, const struct serac_row *row,
                      const enum serac_column *columns, size_t width)
{
    for (size_t c = 0; c < width; c++)
        fprintf(to, "| %s ", row->cells[columns[c]]);
    fprintf(to, "|\n");
}

/* Speed against 8/8 on the same design. */
static void speed_up(FILE *to, const struct serac_row *row, const struct serac_row *int8)
{
    double speed = serac_row_get(int8, SERAC_COLUMN_cycles) /
                   serac_row_get(row, SERAC_COLUMN_cycles);
    double energy = serac_row_get(row, SERAC_COLUMN_energy_uj) /
                    serac_row_get(int8, SERAC_COLUMN_energy_uj);
    if (!isfinite(speed))
        return;
    fprintf(to, "- ");
    name_point(to, row);
    fprintf(to, ": %.2f times as fast as `%s` at 8/8", speed, int8->cells[SERAC_COLUMN_network]);
    if (isfinite(energy))
        fprintf(to, ", %.2f of its energy", energy);
    fputc('\n', to);
}

/* The first 8/8 point on the design of `row`; NULL: there is none. */
static const struct serac_row *int8_of(const struct serac_report *r,
                                       const struct serac_group *g, const struct serac_row *row)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct serac_row *other = &r->totals[g->points[i]];
        if (serac_is_int8(other) && !strcmp(other->cells[SERAC_COLUMN_design],
                                            row->cells[SERAC_COLUMN_design]))
            return other;
    }
    return NULL;
}

/* Within a group: another program, batch, memory or technology is no reference. */
static void speed_ups(FILE *to, const struct serac_report *r, const struct serac_group *g)
{
    fprintf(to, "\nWhat other widths gain over 8/8 on the same design:\n\n");
    for (size_t i = 0; i < g->count; i++) {
        const struct serac_row *row = &r->totals[g->points[i]];
        const struct serac_row *int8 = serac_is_int8(row) ? NULL : int8_of(r, g, row);
        if (int8)
            speed_up(to, row, int8);
    }
}

static void say_limits(FILE *to, const struct serac_report *r, const struct serac_group *g)
{
    fprintf(to, "| limit | fastest | widths | time_us | least energy | widths | energy_uj |\n"
                "|--|--|--|--:|--|--|--:|\n");
    for (size_t i = 0; i < g->num_limits; i++) {
        const size_t winners[] = {g->limits[i].fastest, g->limits[i].thriftiest};
        const enum serac_column columns[] = {SERAC_COLUMN_time_us, SERAC_COLUMN_energy_uj};
        fprintf(to, "| %s ", g->limits[i].text);
        for (int w = 0; w < 2; w++) {
            char design[2 * SERAC_CELL], widths[SERAC_CELL];
            if (winners[w] == SERAC_NO_POINT) {
                fprintf(to, "| | | ");
                continue;
            }
            const struct serac_row *row = &r->totals[winners[w]];
            serac_short_design(row, design);
            serac_widths(row, widths);
            fprintf(to, "| %s | %s%s%s | %s ", design, widths,     /* of mixed ones which */
                    strstr(widths, "mixed") ? " " : "",
                    strstr(widths, "mixed") ? row->cells[SERAC_COLUMN_network] : "",
                    row->cells[columns[w]]);
        }
        fprintf(to, "|\n");
    }
    fputc('\n', to);
    for (size_t i = 0; i < g->num_limits; i++)
        if (*g->limits[i].why && (!i || g->limits[i].fastest != g->limits[i - 1].fastest))
            fprintf(to, "- limit %s: %s\n", g->limits[i].text, g->limits[i].why);
}

static void say_group(FILE *to, const struct serac_report *r, const struct serac_group *g)
{
    const char *batch = g->like->cells[SERAC_COLUMN_batch];
    fprintf(to, "### %s, memory `%s`, technology `%s`%s%s\n\n", g->program,
            g->like->cells[SERAC_COLUMN_memory], g->like->cells[SERAC_COLUMN_technology],
            *batch ? ", batch " : "", batch);
    if (g->num_limits)
        say_limits(to, r, g);
    say_best(to, r, g, "most throughput", SERAC_COLUMN_gops, 1, " GOPS");
    say_best(to, r, g, "least energy", SERAC_COLUMN_energy_uj, -1, " uJ");
    say_best(to, r, g, "most throughput per area", SERAC_COLUMN_gops_mm2, 1, " GOPS/mm2");
    say_best(to, r, g, "highest accuracy", SERAC_COLUMN_accuracy, 1, "");
    if (r->num_totals <= SERAC_REPORT_WHOLE) {
        speed_ups(to, r, g);
        fprintf(to, "\nWhat keeps the array idle:\n\n");
        for (size_t i = 0; i < g->count; i++)
            say_stalls(to, &r->totals[g->points[i]]);
    }
    fputc('\n', to);
}

static void say_checks(FILE *to, const struct serac_report *r)
{
    if (!r->checks.count)
        fprintf(to, "- model against RTL in lock step: %s\n", r->looked_for_checks
                    ? "not run for this report" : "not looked for, which a folder of results has");
    for (size_t i = 0; i < r->checks.count; i++) {
        const struct serac_check *c = &r->checks.check[i];
        fprintf(to, "- model against RTL, `%s` on `%s`, memory `%s`: %s layers, %s cycles, "
                    "%s written bytes, largest difference %s cycles: %s; sources: %s\n", c->network,
                c->design, c->memory, c->layers, c->cycles, c->bytes,
                *c->difference ? c->difference : "unknown", c->result,
                serac_check_sources(r, c));
    }
}

static void say_behind(FILE *to, const struct serac_report *r)
{
    struct serac_tech tech;
    fprintf(to, "## What stands behind it\n\n"
                "- rows: %zu; rows whose causes do not sum to their cycles: "
                "%zu\n- array-busy cycles were checked against the formula "
                "when each point ran\n- weights and activations are packed in "
                "memory at their widths, and compute scales with width\n"
                "- empty cells are unknown or not measured\n", 
            r->num_totals + r->num_layers, serac_wrong_sums(r));
    if (r->failed || r->excluded)
        fprintf(to, "- not here: %llu points that cannot run, %llu that constraints "
                    "exclude\n", (unsigned long long)r->failed,
                (unsigned long long)r->excluded);
    say_checks(to, r);
    if (r->num_totals && serac_tech_load(r->totals[0].cells[SERAC_COLUMN_technology],
                                         &tech, NULL) == SERAC_OK)
        serac_tech_text(to, &tech, "- ");
}

static void say_words(FILE *to, const struct serac_report *r, const struct serac_summary *s)
{
    char pending[160];
    serac_say_pending(r, pending, sizeof pending);
    fprintf(to, "## Who wins under which limit\n\n");
    if (*pending)
        fprintf(to, "**Not complete**: %s.\n\n", pending);
    for (size_t i = 0; i < s->count; i++)
        say_group(to, r, &s->groups[i]);
}

enum serac_status serac_report_markdown(FILE *to, const struct serac_report *r)
{
    struct serac_summary s;
    char cut[200];
    bool whole = r->num_totals <= SERAC_REPORT_WHOLE;
    enum serac_status status = serac_summarise(r, &s);
    if (status != SERAC_OK)
        return status;
    fprintf(to, "# Serac report\n\nFrom `%s`, by serac %s.\n\n", r->source, SERAC_VERSION);
    say_words(to, r, &s);
    fprintf(to, "## Totals\n\n");
    if (!whole)
        fprintf(to, "Of %zu points those that win or are on a front of time with area or "
                    "energy; `serac export` has all.\n\n", r->num_totals);
    table_head(to, shown, sizeof shown / sizeof *shown);
    for (size_t i = 0; i < r->num_totals; i++)
        if (whole || s.stands_out[i])
            table_row(to, &r->totals[i], shown, sizeof shown / sizeof *shown);
    fprintf(to, "\n## Layers\n\n");
    if (r->num_totals && !r->num_layers)
        fprintf(to, "No layers were recorded: serac tune keeps totals only.\n\n");
    serac_say_cut(r, cut, sizeof cut);
    if (*cut)
        fprintf(to, "%s\n\n", cut);
    table_head(to, layers, sizeof layers / sizeof *layers);
    for (size_t i = 0; i < r->num_layers; i++)
        table_row(to, &r->layers[i], layers, sizeof layers / sizeof *layers);
    fputc('\n', to);
    say_behind(to, r);
    serac_summary_free(&s);
    return SERAC_OK;
}
