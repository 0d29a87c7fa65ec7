/* serac_result.h - rows of results: one table of columns for every output.
 *
 * Names and order are those of the design document; unknown is empty. One more at
 * the end: `extrapolated` names what lies beyond the designs that were measured. */
#ifndef SERAC_RESULT_H
#define SERAC_RESULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "serac_cost.h"
#include "serac_work.h"

#define SERAC_COLUMN_LIST(X)                                                  \
    X(design) X(technology) X(memory) X(backend) X(network) X(layer) X(m)     \
    X(n) X(k) X(batch) X(weight_bits) X(act_bits) X(weight_store_bits)        \
    X(macs) X(cycles) X(array_busy_cycles) X(stall_fetch_cycles)              \
    X(stall_requant_cycles) X(stall_store_cycles) X(stall_control_cycles)     \
    X(fill_drain_cycles) X(utilisation) X(clock_mhz) X(time_us) X(gops)       \
    X(bytes_read) X(bytes_written) X(weight_bytes) X(memory_bytes)            \
    X(area_um2) X(luts) X(ffs) X(brams) X(dsps) X(energy_uj)                  \
    X(energy_array_uj) X(energy_buffer_uj) X(energy_requant_uj)               \
    X(energy_control_uj) X(energy_dram_uj) X(energy_leakage_uj) X(power_mw)   \
    X(tops_w) X(gops_mm2) X(images) X(accuracy) X(log_loss)                  \
    X(extrapolated)

enum serac_column {
#define SERAC_COLUMN_ENUM(name) SERAC_COLUMN_##name,
    SERAC_COLUMN_LIST(SERAC_COLUMN_ENUM)
#undef SERAC_COLUMN_ENUM
    SERAC_COLUMNS
};

#define SERAC_CELL 64
struct serac_row {
    char cells[SERAC_COLUMNS][SERAC_CELL];
};

const char *serac_column_name(enum serac_column column);
bool serac_column_is_text(enum serac_column column);

void serac_row_text(struct serac_row *row, enum serac_column column,
                    const char *text);
void serac_row_u64(struct serac_row *row, enum serac_column column,
                   uint64_t value);
/* NAN and infinity leave the cell empty. */
void serac_row_f64(struct serac_row *row, enum serac_column column,
                   double value);
/* The cell's number, NAN if empty. */
double serac_row_get(const struct serac_row *row, enum serac_column column);

/* Name, technology, clock and area or FPGA resources, what of it is extrapolated. */
void serac_row_design(struct serac_row *row, const struct serac_design *design,
                      const struct serac_tech *tech);

/* Fills everything that follows from work, design and technology: cycles by
 * cause, time, area, energy, rates. `dram_pj_per_bit`: NAN if unknown. */
void serac_row_work(struct serac_row *row, const struct serac_design *design,
                    const struct serac_tech *tech, double dram_pj_per_bit,
                    const struct serac_work *work);

/* Do the causes sum to the cycles? */
bool serac_counters_add_up(const struct serac_counters *counters);

void serac_result_csv_header(FILE *to);
void serac_result_csv(FILE *to, const struct serac_row *row);
/* A JSON array of objects; empty cells are left out. */
void serac_result_json(FILE *to, const struct serac_row *rows, size_t count);
/* Aligned columns for a terminal. */
void serac_result_table(FILE *to, const struct serac_row *rows, size_t count,
                        const enum serac_column *columns, size_t num_columns);
/* Reads a CSV that serac_result_csv wrote. *rows is the caller's to free.
 * SERAC_E_INPUT: unreadable, other columns, or a row without all its cells. */
enum serac_status serac_result_read(const char *path, struct serac_row **rows,
                                    size_t *count, struct serac_error *error);

#endif
