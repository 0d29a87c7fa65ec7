/* serac_report.c - a sweep's results in words and tables. */
#include "serac_report.h"

#include <math.h>
#include <string.h>

#include "serac_cli.h"
#include "serac_tech_text.h"

static bool is_total(const struct serac_row *row)
{
    return !strcmp(row->cells[SERAC_COLUMN_layer], "total");
}

/* The total row with the largest (sign 1) or smallest (-1) value of a column. */
static const struct serac_row *best(const struct serac_row *rows, size_t count,
                                    enum serac_column column, double sign)
{
    const struct serac_row *found = NULL;
    for (size_t i = 0; i < count; i++) {
        double value = serac_row_get(&rows[i], column);
        if (!is_total(&rows[i]) || isnan(value))
            continue;
        if (!found || sign * value > sign * serac_row_get(found, column))
            found = &rows[i];
    }
    return found;
}

static void say_best(FILE *to, const struct serac_row *row, const char *what,
                     enum serac_column column, const char *unit)
{
    if (row)
        fprintf(to, "- %s: `%s` on `%s` with memory `%s`: %s %s\n", what,
                row->cells[SERAC_COLUMN_network],
                row->cells[SERAC_COLUMN_design],
                row->cells[SERAC_COLUMN_memory], row->cells[column], unit);
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
    fprintf(to, "- `%s` on `%s` (%s): array busy %.1f %%, most of the rest is "
                "`%s` (%.1f %%)\n", row->cells[SERAC_COLUMN_network],
            row->cells[SERAC_COLUMN_design], row->cells[SERAC_COLUMN_memory],
            100 * busy / cycles, serac_column_name(cause),
            100 * most / cycles);
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

static void table(FILE *to, const struct serac_row *rows, size_t count,
                  bool totals, const enum serac_column *columns, size_t width)
{
    for (size_t c = 0; c < width; c++)
        fprintf(to, "| %s ", serac_column_name(columns[c]));
    fprintf(to, "|\n");
    for (size_t c = 0; c < width; c++)
        fprintf(to, "|%s", serac_column_is_text(columns[c]) ? "--" : "--:");
    fprintf(to, "|\n");
    for (size_t i = 0; i < count; i++) {
        if (is_total(&rows[i]) != totals)
            continue;
        for (size_t c = 0; c < width; c++)
            fprintf(to, "| %s ", rows[i].cells[columns[c]]);
        fprintf(to, "|\n");
    }
    fprintf(to, "\n");
}

/* Speed against the 8-bit network on the same design, memory and technology. */
static void speed_ups(FILE *to, const struct serac_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_total(&rows[i]))
            continue;
        for (size_t j = 0; j < count; j++) {
            bool same =
                is_total(&rows[j]) &&
                !strcmp(rows[j].cells[SERAC_COLUMN_weight_bits], "8") &&
                strcmp(rows[i].cells[SERAC_COLUMN_weight_bits], "8") &&
                !strcmp(rows[i].cells[SERAC_COLUMN_design],
                        rows[j].cells[SERAC_COLUMN_design]) &&
                !strcmp(rows[i].cells[SERAC_COLUMN_memory],
                        rows[j].cells[SERAC_COLUMN_memory]) &&
                !strcmp(rows[i].cells[SERAC_COLUMN_technology],
                        rows[j].cells[SERAC_COLUMN_technology]);
            if (!same)
                continue;
            double energy =
                serac_row_get(&rows[i], SERAC_COLUMN_energy_uj) /
                serac_row_get(&rows[j], SERAC_COLUMN_energy_uj);
            fprintf(to, "- `%s` on `%s` (%s): %.2f times as fast as `%s`",
                    rows[i].cells[SERAC_COLUMN_network],
                    rows[i].cells[SERAC_COLUMN_design],
                    rows[i].cells[SERAC_COLUMN_memory],
                    serac_row_get(&rows[j], SERAC_COLUMN_cycles) /
                        serac_row_get(&rows[i], SERAC_COLUMN_cycles),
                    rows[j].cells[SERAC_COLUMN_network]);
            if (isfinite(energy))
                fprintf(to, ", %.2f of its energy", energy);
            fputc('\n', to);
        }
    }
}

/* Rows in which the causes do not sum to the cycles. */
static size_t wrong_sums(const struct serac_row *rows, size_t count)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (int c = SERAC_COLUMN_array_busy_cycles;
             c <= SERAC_COLUMN_fill_drain_cycles; c++)
            sum += serac_row_get(&rows[i], (enum serac_column)c);
        wrong += sum != serac_row_get(&rows[i], SERAC_COLUMN_cycles);
    }
    return wrong;
}

void serac_report_markdown(FILE *to, const char *source,
                           const struct serac_row *rows, size_t count)
{
    fprintf(to, "# Serac report\n\nFrom `%s`, by serac %s.\n\n## In words\n\n",
            source, SERAC_VERSION);
    say_best(to, best(rows, count, SERAC_COLUMN_gops, 1), "fastest",
             SERAC_COLUMN_gops, "GOPS");
    say_best(to, best(rows, count, SERAC_COLUMN_energy_uj, -1),
             "least energy per image", SERAC_COLUMN_energy_uj, "uJ");
    say_best(to, best(rows, count, SERAC_COLUMN_gops_mm2, 1),
             "most throughput per area", SERAC_COLUMN_gops_mm2, "GOPS/mm2");
    say_best(to, best(rows, count, SERAC_COLUMN_accuracy, 1),
             "highest accuracy", SERAC_COLUMN_accuracy, "");
    fprintf(to, "\nWhat low widths gain over 8-bit weights:\n\n");
    speed_ups(to, rows, count);
    fprintf(to, "\nWhat keeps the array idle:\n\n");
    for (size_t i = 0; i < count; i++)
        if (is_total(&rows[i]))
            say_stalls(to, &rows[i]);
    fprintf(to, "\n## Totals\n\n");
    table(to, rows, count, true, shown, sizeof shown / sizeof *shown);
    fprintf(to, "## Layers\n\n");
    table(to, rows, count, false, layers, sizeof layers / sizeof *layers);
    fprintf(to, "## What stands behind it\n\n"
                "- rows: %zu; rows whose causes do not sum to their cycles: "
                "%zu\n- array-busy cycles were checked against the formula "
                "when each point ran\n- weights and activations are packed in "
                "memory at their widths, and compute scales with width\n"
                "- empty cells are unknown or not measured\n", count,
            wrong_sums(rows, count));
    struct serac_tech tech;
    if (count && serac_tech_load(rows[0].cells[SERAC_COLUMN_technology], &tech,
                                 NULL) == SERAC_OK)
        serac_tech_text(to, &tech, "- ");
}
