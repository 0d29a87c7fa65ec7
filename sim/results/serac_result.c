/* serac_result.c - rows of results: one table of columns for every output. */
#include "serac_result.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_config.h"

static const char *const names[] = {
#define NAME(name, kind) #name,
    SERAC_COLUMN_LIST(NAME)
#undef NAME
};

static const enum serac_column_kind kinds[] = {
#define KIND(name, kind) SERAC_CELL_##kind,
    SERAC_COLUMN_LIST(KIND)
#undef KIND
};

const char *serac_column_name(enum serac_column column)
{
    return names[column];
}

enum serac_column_kind serac_column_kind(enum serac_column column)
{
    return kinds[column];
}

bool serac_column_is_text(enum serac_column column)
{
    return kinds[column] == SERAC_CELL_TEXT;
}

enum serac_column serac_column_find(const char *name, const char **nearest)
{
    int i = 0;
    while (i < SERAC_COLUMNS && strcmp(names[i], name))
        i++;
    if (nearest)
        *nearest = i < SERAC_COLUMNS
                       ? NULL : serac_config_nearest(name, names, sizeof *names,
                                                     SERAC_COLUMNS);
    return (enum serac_column)i;
}

void serac_row_text(struct serac_row *row, enum serac_column column,
                    const char *text)
{
    snprintf(row->cells[column], SERAC_CELL, "%s", text);
}

void serac_row_u64(struct serac_row *row, enum serac_column column,
                   uint64_t value)
{
    snprintf(row->cells[column], SERAC_CELL, "%llu",
             (unsigned long long)value);
}

void serac_row_f64(struct serac_row *row, enum serac_column column,
                   double value)
{
    row->cells[column][0] = 0;
    if (isfinite(value))
        snprintf(row->cells[column], SERAC_CELL, "%.6g", value);
}

double serac_row_get(const struct serac_row *row, enum serac_column column)
{
    const char *cell = row->cells[column];
    char *end;
    double value = strtod(cell, &end);
    return end == cell || *end ? NAN : value;
}

bool serac_counters_add_up(const struct serac_counters *c)
{
    return c->cycles == c->array_busy_cycles + c->stall_fetch_cycles +
                            c->stall_requant_cycles + c->stall_store_cycles +
                            c->stall_control_cycles + c->fill_drain_cycles;
}

static void put_energy(struct serac_row *row, const struct serac_energy *e)
{
    serac_row_f64(row, SERAC_COLUMN_energy_uj, e->total);
    serac_row_f64(row, SERAC_COLUMN_energy_array_uj, e->array);
    serac_row_f64(row, SERAC_COLUMN_energy_buffer_uj, e->buffer);
    serac_row_f64(row, SERAC_COLUMN_energy_requant_uj, e->requant);
    serac_row_f64(row, SERAC_COLUMN_energy_control_uj, e->control);
    serac_row_f64(row, SERAC_COLUMN_energy_dram_uj, e->dram);
    serac_row_f64(row, SERAC_COLUMN_energy_leakage_uj, e->leakage);
}

void serac_row_design(struct serac_row *row, const struct serac_design *d,
                      const struct serac_tech *t)
{
    struct serac_area a;
    serac_cost_area(d, t, &a);
    serac_row_text(row, SERAC_COLUMN_design, d->name);
    serac_row_text(row, SERAC_COLUMN_technology, t->name);
    serac_row_f64(row, SERAC_COLUMN_clock_mhz, serac_cost_clock_mhz(d, t, NULL));
    serac_row_f64(row, SERAC_COLUMN_area_um2, a.total);
    serac_row_f64(row, SERAC_COLUMN_luts, serac_cost_resource(d, t, SERAC_LUTS));
    serac_row_f64(row, SERAC_COLUMN_ffs, serac_cost_resource(d, t, SERAC_FFS));
    serac_row_f64(row, SERAC_COLUMN_brams,
                  serac_cost_resource(d, t, SERAC_BRAMS));
    serac_row_f64(row, SERAC_COLUMN_dsps, serac_cost_resource(d, t, SERAC_DSPS));
    serac_row_text(row, SERAC_COLUMN_extrapolated,
                   serac_cost_extrapolated(d, t));
}

void serac_row_setting(struct serac_row *row, const struct serac_design *d,
                       const struct serac_memory_config *m)
{
#define DESIGN(name, kind) serac_row_u64(row, SERAC_COLUMN_##name, d->name);
#define MEMORY(name, kind) serac_row_u64(row, SERAC_COLUMN_##name, m->name);
    SERAC_DESIGN_LIST(DESIGN)
    SERAC_MEMORY_LIST(MEMORY)
#undef DESIGN
#undef MEMORY
    serac_row_f64(row, SERAC_COLUMN_dram_pj_per_bit, m->dram_pj_per_bit);
}

void serac_row_precision(struct serac_row *row, uint32_t weight_bits,
                         uint32_t act_bits, uint32_t weight_store_bits)
{
    char *cell = row->cells[SERAC_COLUMN_precision];
    int used = snprintf(cell, SERAC_CELL, "%u/%u", weight_bits, act_bits);
    if (weight_store_bits != weight_bits)
        snprintf(cell + used, SERAC_CELL - (size_t)used, "/%u", weight_store_bits);
}

void serac_row_work(struct serac_row *row, const struct serac_design *d,
                    const struct serac_tech *t, double dram_pj_per_bit,
                    const struct serac_work *w)
{
    const struct serac_counters *c = &w->counters;
    double peak = (double)d->rows * d->cols * d->lanes * d->weight_planes *
                  d->act_planes;
    double operations = 2.0 * (double)w->macs;
    struct serac_energy e;
    serac_row_design(row, d, t);
    double time_us = (double)c->cycles / serac_row_get(row, SERAC_COLUMN_clock_mhz);
    double area = serac_row_get(row, SERAC_COLUMN_area_um2);
    serac_cost_energy(d, t, &w->activity, dram_pj_per_bit, &e);
#define COUNTER(name) serac_row_u64(row, SERAC_COLUMN_##name, c->name);
    COUNTER(cycles)
    COUNTER(array_busy_cycles)
    COUNTER(stall_fetch_cycles)
    COUNTER(stall_requant_cycles)
    COUNTER(stall_store_cycles)
    COUNTER(stall_control_cycles)
    COUNTER(fill_drain_cycles)
    COUNTER(bytes_read)
    COUNTER(bytes_written)
#undef COUNTER
    serac_row_u64(row, SERAC_COLUMN_macs, w->macs);
    serac_row_f64(row, SERAC_COLUMN_time_us, time_us);
    put_energy(row, &e);
    if (!c->cycles)
        return;
    serac_row_f64(row, SERAC_COLUMN_utilisation,
                  (double)w->products / ((double)c->cycles * peak));
    serac_row_f64(row, SERAC_COLUMN_gops, operations / time_us * 1e-3);
    serac_row_f64(row, SERAC_COLUMN_power_mw, e.total / time_us * 1e3);
    serac_row_f64(row, SERAC_COLUMN_tops_w, operations / e.total * 1e-6);
    serac_row_f64(row, SERAC_COLUMN_gops_mm2,
                  operations / time_us * 1e-3 / (area * 1e-6));
}

/* --- writers ------------------------------------------------------------------- */

void serac_result_csv_header(FILE *to)
{
    for (int i = 0; i < SERAC_COLUMNS; i++)
        fprintf(to, "%s%s", i ? "," : "", names[i]);
    fputc('\n', to);
}

void serac_csv_cell(FILE *to, const char *cell)
{
    if (!strpbrk(cell, ",\"\n")) {
        fputs(cell, to);
        return;
    }
    fputc('"', to);
    for (; *cell; cell++)
        fputs(*cell == '"' ? "\"\"" : (char[]){*cell, 0}, to);
    fputc('"', to);
}

void serac_result_csv(FILE *to, const struct serac_row *row)
{
    for (int i = 0; i < SERAC_COLUMNS; i++) {
        if (i)
            fputc(',', to);
        serac_csv_cell(to, row->cells[i]);
    }
    fputc('\n', to);
}

void serac_result_json_row(FILE *to, const struct serac_row *row)
{
    cJSON *object = cJSON_CreateObject();
    for (int i = 0; i < SERAC_COLUMNS; i++) {
        const char *cell = row->cells[i];
        enum serac_column column = (enum serac_column)i;
        bool number = !serac_column_is_text(column) &&
                      !isnan(serac_row_get(row, column));
        if (cell[0] && number)
            cJSON_AddRawToObject(object, names[i], cell);
        else if (cell[0])
            cJSON_AddStringToObject(object, names[i], cell);
    }
    char *text = cJSON_PrintUnformatted(object);
    if (text)
        fputs(text, to);
    cJSON_free(text);
    cJSON_Delete(object);
}

void serac_result_json(FILE *to, const struct serac_row *rows, size_t count)
{
    fputc('[', to);
    for (size_t r = 0; r < count; r++) {
        fputs(r ? ",\n " : "\n ", to);
        serac_result_json_row(to, &rows[r]);
    }
    fputs("\n]\n", to);
}

void serac_result_table(FILE *to, const struct serac_row *rows, size_t count,
                        const enum serac_column *columns, size_t num_columns)
{
    for (size_t r = 0; r <= count; r++) {
        for (size_t c = 0; c < num_columns; c++) {
            size_t width = strlen(names[columns[c]]);
            for (size_t i = 0; i < count; i++)
                if (strlen(rows[i].cells[columns[c]]) > width)
                    width = strlen(rows[i].cells[columns[c]]);
            const char *cell = r ? rows[r - 1].cells[columns[c]]
                                 : names[columns[c]];
            bool left = serac_column_is_text(columns[c]);
            fprintf(to, left ? "%-*s%s" : "%*s%s", (int)width, cell,
                    c + 1 < num_columns ? "  " : "\n");
        }
    }
}
