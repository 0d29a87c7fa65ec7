/* serac_result.h - rows of results: one table of columns for every output.
 *
 * Others read these files: names and order stay, new ones go to the end. Unknown is empty. After what was
 * asked and what was found: `log_loss` of the labels; `extrapolated` names what lies beyond the designs that were
 * measured; `precision` is what a workload ran at, W/A or W/A/S with another width S in
 * memory; then the keys of the design and of the memory (configs/designs/tiny.cfg,
 * configs/memory/default.cfg). */
#ifndef SERAC_RESULT_H
#define SERAC_RESULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "serac_cost.h"
#include "serac_memory.h"
#include "serac_work.h"

#define SERAC_COLUMN_LIST(X)                                                  \
    X(design, TEXT) X(technology, TEXT) X(memory, TEXT) X(backend, TEXT)      \
    X(network, TEXT) X(layer, TEXT) X(m, COUNT) X(n, COUNT) X(k, COUNT)       \
    X(batch, COUNT) X(weight_bits, COUNT) X(act_bits, COUNT)                  \
    X(weight_store_bits, COUNT) X(macs, COUNT) X(cycles, COUNT)               \
    X(array_busy_cycles, COUNT) X(stall_fetch_cycles, COUNT)                  \
    X(stall_requant_cycles, COUNT) X(stall_store_cycles, COUNT)               \
    X(stall_control_cycles, COUNT) X(fill_drain_cycles, COUNT)                \
    X(utilisation, REAL) X(clock_mhz, REAL) X(time_us, REAL) X(gops, REAL)    \
    X(bytes_read, COUNT) X(bytes_written, COUNT) X(weight_bytes, COUNT)       \
    X(memory_bytes, COUNT) X(area_um2, REAL) X(luts, REAL) X(ffs, REAL)       \
    X(brams, REAL) X(dsps, REAL) X(energy_uj, REAL) X(energy_array_uj, REAL)  \
    X(energy_buffer_uj, REAL) X(energy_requant_uj, REAL)                      \
    X(energy_control_uj, REAL) X(energy_dram_uj, REAL)                        \
    X(energy_leakage_uj, REAL) X(power_mw, REAL) X(tops_w, REAL)              \
    X(gops_mm2, REAL) X(images, COUNT) X(accuracy, REAL) X(log_loss, REAL)    \
    X(extrapolated, TEXT) SERAC_SETTING_LIST(X)

/* What a point is given, the same in all its rows. */
#define SERAC_SETTING_LIST(X)                                                 \
    X(precision, TEXT) SERAC_DESIGN_LIST(X) SERAC_MEMORY_LIST(X)              \
    X(dram_pj_per_bit, REAL)
#define SERAC_DESIGN_LIST(X)                                                  \
    X(rows, COUNT) X(cols, COUNT) X(lanes, COUNT) X(weight_planes, COUNT)     \
    X(act_planes, COUNT) X(weight_buffer_bytes, COUNT)                        \
    X(act_buffer_bytes, COUNT) X(output_buffer_bytes, COUNT)                  \
    X(param_buffer_bytes, COUNT) X(axi_bits, COUNT) X(outstanding, COUNT)     \
    X(requant_lanes, COUNT) X(queue_depth, COUNT)
#define SERAC_MEMORY_LIST(X)                                                  \
    X(latency_cycles, COUNT) X(bytes_per_cycle, COUNT) X(shared_bus, COUNT)   \
    X(page_bytes, COUNT) X(page_miss_cycles, COUNT)                           \
    X(refresh_interval, COUNT) X(refresh_cycles, COUNT)                       \
    X(address_stall_percent, COUNT) X(data_stall_percent, COUNT)              \
    X(max_stall_cycles, COUNT) X(seed, COUNT)

enum serac_column {
#define SERAC_COLUMN_ENUM(name, kind) SERAC_COLUMN_##name,
    SERAC_COLUMN_LIST(SERAC_COLUMN_ENUM)
#undef SERAC_COLUMN_ENUM
    SERAC_COLUMNS
};
#define SERAC_SETTINGS SERAC_COLUMN_precision     /* from here on */

enum serac_column_kind { SERAC_CELL_TEXT, SERAC_CELL_COUNT, SERAC_CELL_REAL };

#define SERAC_CELL 64
struct serac_row {
    char cells[SERAC_COLUMNS][SERAC_CELL];
};

const char *serac_column_name(enum serac_column column);
enum serac_column_kind serac_column_kind(enum serac_column column);
bool serac_column_is_text(enum serac_column column);
/* SERAC_COLUMNS if there is none; then *nearest (may be NULL) is the one most like it,
 * or NULL. */
enum serac_column serac_column_find(const char *name, const char **nearest);

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

/* The keys of design and memory. */
void serac_row_setting(struct serac_row *row, const struct serac_design *design,
                       const struct serac_memory_config *memory);

/* "W/A", or "W/A/S" if the width in memory is another. */
void serac_row_precision(struct serac_row *row, uint32_t weight_bits,
                         uint32_t act_bits, uint32_t weight_store_bits);

/* Fills everything that follows from work, design and technology: cycles by
 * cause, time, area, energy, rates. `dram_pj_per_bit`: NAN if unknown. */
void serac_row_work(struct serac_row *row, const struct serac_design *design,
                    const struct serac_tech *tech, double dram_pj_per_bit,
                    const struct serac_work *work);

/* Do the causes sum to the cycles? */
bool serac_counters_add_up(const struct serac_counters *counters);

/* A cell with a comma, a quote or a line end is quoted, and its quotes doubled. */
void serac_csv_cell(FILE *to, const char *cell);
void serac_result_csv_header(FILE *to);
void serac_result_csv(FILE *to, const struct serac_row *row);
/* A JSON object in one line; empty cells are left out. An array of them. */
void serac_result_json_row(FILE *to, const struct serac_row *row);
void serac_result_json(FILE *to, const struct serac_row *rows, size_t count);
/* Aligned columns for a terminal. */
void serac_result_table(FILE *to, const struct serac_row *rows, size_t count,
                        const enum serac_column *columns, size_t num_columns);
/* Reads a CSV that serac export or serac shapes wrote. *rows is the caller's to free.
 * SERAC_E_INPUT: unreadable, other columns, or a row without all its cells. */
enum serac_status serac_result_read(const char *path, struct serac_row **rows,
                                    size_t *count, struct serac_error *error);

#endif
