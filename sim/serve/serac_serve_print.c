/* serac_serve_print.c - rows of serac serve-sim as CSV, JSON and a table. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "serac_serve.h"

static const char *const names[] = {
#define NAME(name, kind) #name,
    SERAC_SERVE_LIST(NAME)
#undef NAME
};

static const enum serac_column_kind kinds[] = {
#define KIND(name, kind) SERAC_CELL_##kind,
    SERAC_SERVE_LIST(KIND)
#undef KIND
};

void serac_serve_csv(FILE *to, const struct serac_serve_row *rows, size_t count)
{
    for (int c = 0; c < SERAC_SERVE_COLUMNS; c++)
        fprintf(to, "%s%s", c ? "," : "", names[c]);
    fputc('\n', to);
    for (size_t i = 0; i < count; i++) {
        for (int c = 0; c < SERAC_SERVE_COLUMNS; c++) {
            if (c)
                fputc(',', to);
            serac_csv_cell(to, rows[i].cells[c]);
        }
        fputc('\n', to);
    }
}

/* Empty cells are left out, as in results. */
void serac_serve_json(FILE *to, const struct serac_serve_row *rows, size_t count)
{
    fputc('[', to);
    for (size_t i = 0; i < count; i++) {
        cJSON *object = cJSON_CreateObject();
        for (int c = 0; c < SERAC_SERVE_COLUMNS; c++) {
            const char *cell = rows[i].cells[c];
            if (*cell && kinds[c] == SERAC_CELL_TEXT)
                cJSON_AddStringToObject(object, names[c], cell);
            else if (*cell)
                cJSON_AddRawToObject(object, names[c], cell);
        }
        char *text = cJSON_PrintUnformatted(object);
        fprintf(to, "%s%s", i ? ",\n " : "\n ", text ? text : "{}");
        cJSON_free(text);
        cJSON_Delete(object);
    }
    fputs("\n]\n", to);
}

static const enum serac_serve_column shown[] = {
    SERAC_SERVE_design, SERAC_SERVE_weight_bits, SERAC_SERVE_act_bits, SERAC_SERVE_time_us,
    SERAC_SERVE_rate, SERAC_SERVE_max_batch, SERAC_SERVE_devices, SERAC_SERVE_load,
    SERAC_SERVE_throughput, SERAC_SERVE_latency_p50_us, SERAC_SERVE_latency_p99_us,
    SERAC_SERVE_batch_mean, SERAC_SERVE_energy_request_uj, SERAC_SERVE_devices_needed,
    SERAC_SERVE_cost};

void serac_serve_table(FILE *to, const struct serac_serve_row *rows, size_t count)
{
    size_t columns = sizeof shown / sizeof *shown;
    for (size_t r = 0; r <= count; r++) {
        for (size_t c = 0; c < columns; c++) {
            size_t width = strlen(names[shown[c]]);
            for (size_t i = 0; i < count; i++)
                if (strlen(rows[i].cells[shown[c]]) > width)
                    width = strlen(rows[i].cells[shown[c]]);
            const char *cell = r ? rows[r - 1].cells[shown[c]] : names[shown[c]];
            fprintf(to, kinds[shown[c]] == SERAC_CELL_TEXT ? "%s%-*s" : "%s%*s", c ? "  " : "",
                    (int)width, cell);
        }
        fprintf(to, "%s%s\n", r && *rows[r - 1].cells[SERAC_SERVE_failed] ? "  " : "",
                r ? rows[r - 1].cells[SERAC_SERVE_failed] : "");
    }
}
