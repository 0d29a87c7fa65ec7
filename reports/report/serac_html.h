/* serac_html.h - shared by serac_html*.c, private to them. */
#ifndef SERAC_HTML_H
#define SERAC_HTML_H

#include "serac_summary.h"

struct serac_html {
    FILE *to;
    const struct serac_report *report;
    const struct serac_summary *summary;
};

/* Text in an element or an attribute: < > & " are escaped. */
void serac_html_text(FILE *to, const char *text);
/* Three figures and a unit: 1.23 ms of 1230 us. Empty if `value` is NAN. */
void serac_html_time(FILE *to, double us);
void serac_html_energy(FILE *to, double uj);
/* Square millimetres, or LUTs. */
void serac_html_cost(FILE *to, const struct serac_row *row, enum serac_column cost);

void serac_html_words(const struct serac_html *h);
void serac_html_break_even(const struct serac_html *h);
void serac_html_points(const struct serac_html *h);
void serac_html_layers(const struct serac_html *h);
void serac_html_behind(const struct serac_html *h);
/* Points whose area is not what the technology's file says now. */
size_t serac_html_other_areas(const struct serac_report *report);
enum serac_status serac_html_data(const struct serac_html *h);

#endif
