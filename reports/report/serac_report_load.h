/* serac_report_load.h - the rows of a report, from a folder of results or a CSV. */
#ifndef SERAC_REPORT_LOAD_H
#define SERAC_REPORT_LOAD_H

#include "serac_report.h"

/* `path`: a folder with results.db, or a CSV of serac infer or export. Of more than
 * SERAC_REPORT_WHOLE points only those that stand out get their layers, winners first,
 * until there are SERAC_REPORT_LAYERS rows. `point` (from 1; 0: none) gets its layers in any case.
 * Reads cosim.csv beside the results, if it is there. *report is the caller's to free, and
 * keeps `path`. SERAC_E_INPUT: unreadable, no such point, or not a single total row. */
enum serac_status serac_report_load(const char *path, size_t point,
                                    struct serac_report *report,
                                    struct serac_error *error);

#define SERAC_REPORT_LAYERS 4000

/* Every row, as serac export prints them. */
enum serac_status serac_report_export(FILE *to, const char *path, bool json,
                                      struct serac_error *error);

#endif
