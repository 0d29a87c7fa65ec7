/* serac_scalesim.c - a point's layers as the three files of SCALE-Sim v2.
 *
 * Heads are letter for letter those of its generate_reports(), a blank after each comma and
 * a comma at the end. LayerID counts from 0 in the order of the layers. A word is a byte, as
 * with SCALE-Sim's usual 8-bit operands: packed operands of fewer bits are fewer words.
 *
 *   Overall Util %        utilisation
 *   Compute Util %        the same of the cycles in which the array is busy
 *   Mapping Efficiency %  equal to it: a busy array has one pair of digits every cycle
 *   Stall Cycles          all in which the array is not busy
 *   OFMAP DRAM            bytes written; the bandwidth is over all cycles of the layer
 *
 * Reads are counted of both operands together, what SRAM does is priced and not counted by
 * operand, and results have no cycles of their first and last access: those cells are empty,
 * never 0. Equal layers that a workload counts (count = 12) are one line, of all of them. */
#include "serac_report.h"

#include <math.h>

const char *serac_scalesim_name(enum serac_scalesim file)
{
    static const char *const names[SERAC_SCALESIM_FILES] = {
        "COMPUTE_REPORT.csv", "BANDWIDTH_REPORT.csv", "DETAILED_ACCESS_REPORT.csv"};
    return names[file];
}

static const char *const heads[SERAC_SCALESIM_FILES] = {
    "LayerID, Total Cycles, Stall Cycles, Overall Util %, Mapping Efficiency %, Compute "
    "Util %,\n",
    "LayerID, Avg IFMAP SRAM BW, Avg FILTER SRAM BW, Avg OFMAP SRAM BW, Avg IFMAP DRAM BW, "
    "Avg FILTER DRAM BW, Avg OFMAP DRAM BW,\n",
    "LayerID, SRAM IFMAP Start Cycle, SRAM IFMAP Stop Cycle, SRAM IFMAP Reads, "
    "SRAM Filter Start Cycle, SRAM Filter Stop Cycle, SRAM Filter Reads, "
    "SRAM OFMAP Start Cycle, SRAM OFMAP Stop Cycle, SRAM OFMAP Writes, "
    "DRAM IFMAP Start Cycle, DRAM IFMAP Stop Cycle, DRAM IFMAP Reads, "
    "DRAM Filter Start Cycle, DRAM Filter Stop Cycle, DRAM Filter Reads, "
    "DRAM OFMAP Start Cycle, DRAM OFMAP Stop Cycle, DRAM OFMAP Writes,\n"};

static void number(FILE *to, double value)
{
    if (isfinite(value))
        fprintf(to, " %.10g,", value);
    else
        fprintf(to, " ,");
}

static void empty(FILE *to, int count)
{
    for (int i = 0; i < count; i++)
        fprintf(to, " ,");
}

static void layer(FILE *to, enum serac_scalesim file, const struct serac_row *row, size_t id)
{
    double cycles = serac_row_get(row, SERAC_COLUMN_cycles);
    double busy = serac_row_get(row, SERAC_COLUMN_array_busy_cycles);
    double utilisation = serac_row_get(row, SERAC_COLUMN_utilisation);
    double written = serac_row_get(row, SERAC_COLUMN_bytes_written);
    fprintf(to, "%zu,", id);
    switch (file) {
    case SERAC_SCALESIM_COMPUTE:
        number(to, cycles);
        number(to, cycles - busy);
        number(to, 100 * utilisation);
        number(to, 100 * utilisation * cycles / busy);
        number(to, 100 * utilisation * cycles / busy);
        break;
    case SERAC_SCALESIM_BANDWIDTH:
        empty(to, 5);
        number(to, written / cycles);
        break;
    default:
        empty(to, 17);
        number(to, written);
        break;
    }
    fputc('\n', to);
}

void serac_report_scalesim(FILE *to, enum serac_scalesim file,
                           const struct serac_report *r, size_t point)
{
    size_t id = 0;
    fputs(heads[file], to);
    for (size_t i = 0; i < r->num_layers; i++)
        if (r->layer_points[i] == point &&
            serac_row_get(&r->layers[i], SERAC_COLUMN_cycles) > 0)
            layer(to, file, &r->layers[i], id++);
}
