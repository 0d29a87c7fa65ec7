/* serac_report.h - a sweep's results in words and tables. */
#ifndef SERAC_REPORT_H
#define SERAC_REPORT_H

#include <stdio.h>

#include "serac_result.h"

/* Markdown: summary, a table per design, what stands behind it. `source`: where the
 * rows came from. */
void serac_report_markdown(FILE *to, const char *source,
                           const struct serac_row *rows, size_t count);

#endif
