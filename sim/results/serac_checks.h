/* serac_checks.h - DIR/cosim.csv: what lock step of model and RTL found. */
#ifndef SERAC_CHECKS_H
#define SERAC_CHECKS_H

#include "serac_result.h"

#define SERAC_CHECKS_FILE "cosim.csv"

/* Model and RTL in lock step, of one network: a line of the file. */
struct serac_check {
    char design[SERAC_CELL], memory[SERAC_CELL], network[SERAC_CELL];
    char seed[SERAC_CELL];             /* of the RTL's reset values */
    char layers[SERAC_CELL], cycles[SERAC_CELL], bytes[SERAC_CELL];  /* compared */
    char difference[SERAC_CELL];       /* largest, in cycles; empty: see `result` */
    char result[256];                  /* "equal", or the first difference */
    char version[SERAC_CELL];          /* program, and digest of its sources */
};

struct serac_checks {
    struct serac_check *check;         /* owned; free() */
    size_t count;
};

/* Makes the folder if it is not there; before a run that would be lost. */
enum serac_status serac_checks_folder(const char *dir, struct serac_error *error);

/* Appends what lock step found to DIR/cosim.csv, made if missing, with this program's version. */
enum serac_status serac_checks_append(const char *dir, const struct serac_check *check,
                                      struct serac_error *error);

/* Adds those of DIR/cosim.csv; of equal design, memory, network and seed the last line holds. No file: no check. */
enum serac_status serac_checks_read(const char *dir, struct serac_checks *checks,
                                    struct serac_error *error);

#endif
