/* serac_report.h - results in words, tables and pictures.
 *
 * A report is of points (one total row each) and of the layers of some or all of
 * them. All texts are UTF-8; what is unknown is empty. */
#ifndef SERAC_REPORT_H
#define SERAC_REPORT_H

#include <stdio.h>

#include "serac_checks.h"
#include "serac_result.h"

struct serac_report_origin {
    char key[40];                      /* hash of the configuration; "" unknown */
    char version[64];                  /* program and digest of its sources; "" */
};

struct serac_report {
    const char *source;                /* where the rows came from */
    struct serac_row *totals;          /* owned, as all that follows */
    struct serac_report_origin *origins;   /* of each total */
    size_t num_totals;
    struct serac_row *layers;          /* those of a point together */
    size_t *layer_points;              /* index of each layer's total */
    size_t num_layers;
    bool all_layers;                   /* else only those of points that stand out ... */
    size_t cut_points;                 /* ... but for so many, for which there was no room */
    struct serac_checks checks;
    bool looked_for_checks;            /* false: of a CSV */
    uint64_t failed, excluded;         /* points that are not among the totals */
    uint64_t planned, pending;         /* of the sweep; of them not run yet */
};

void serac_report_free(struct serac_report *report);

/* Appends a copy; SERAC_E_NOMEM leaves the report as it was. `origin` may be NULL. */
enum serac_status serac_report_add_total(struct serac_report *report,
                                         const struct serac_row *row,
                                         const struct serac_report_origin *origin);
enum serac_status serac_report_add_layer(struct serac_report *report, size_t point,
                                         const struct serac_row *row);

/* "60 of 100 points of the sweep have not run ..."; empty if all have. */
void serac_say_pending(const struct serac_report *report, char *text, size_t room);

/* "Layers of 12 points ... are left out ..."; empty if there are none. */
void serac_say_cut(const struct serac_report *report, char *text, size_t room);

/* What is said of a check's version: as the results, another, or not recorded. */
const char *serac_check_sources(const struct serac_report *report,
                                const struct serac_check *check);

/* Rows, of those that have cycles, in which the causes do not sum to them. */
size_t serac_wrong_sums(const struct serac_report *report);

/* Markdown: summary, a table per design, what stands behind it. Of more than
 * SERAC_REPORT_WHOLE points the tables have those that stand out. */
enum serac_status serac_report_markdown(FILE *to, const struct serac_report *report);

/* One HTML page without any other file. Needs the plotting library of the build for
 * its charts, and says in the page if that has none. */
enum serac_status serac_report_html(FILE *to, const struct serac_report *report);
/* Was the library there when this program was built? */
bool serac_report_has_charts(void);

/* The three files of SCALE-Sim, of the layers of one point. */
enum serac_scalesim {
    SERAC_SCALESIM_COMPUTE, SERAC_SCALESIM_BANDWIDTH, SERAC_SCALESIM_ACCESS,
    SERAC_SCALESIM_FILES
};
const char *serac_scalesim_name(enum serac_scalesim file);
void serac_report_scalesim(FILE *to, enum serac_scalesim file,
                           const struct serac_report *report, size_t point);

#define SERAC_REPORT_WHOLE 500

#endif
