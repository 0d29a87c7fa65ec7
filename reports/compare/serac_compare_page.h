/* serac_compare_page.h - shared by serac_compare_*.c, private to them. */
#ifndef SERAC_COMPARE_PAGE_H
#define SERAC_COMPARE_PAGE_H

#include "serac_compare.h"

#define PAIRS 16          /* of planes; 0 is (1,1), 15 is (8,8) */
#define PRECISIONS 7
#define PROGRAMS 8

/* Weight and activation bits of the columns; those without results are left
 * out. */
extern const uint32_t serac_page_columns[PRECISIONS][2];

struct serac_page {
    FILE *to;
    const struct serac_point *points;
    size_t count;
    struct serac_point programs[PROGRAMS];   /* name and depthwise only */
    size_t num_programs;
};

/* The point of a program, a pair and a column, or NULL. */
const struct serac_point *serac_page_point(const struct serac_page *page,
                                           enum serac_view view, size_t program,
                                           int pair, int column);
bool serac_page_has_column(const struct serac_page *page, enum serac_view view,
                           size_t program, int column);
bool serac_page_has_view(const struct serac_page *page, enum serac_view view,
                         size_t program);
void serac_page_title(const struct serac_page *page, size_t program,
                      const char *text);

/* Sections that draw conclusions. */
void serac_page_who_wins(const struct serac_page *page);
void serac_page_depthwise(const struct serac_page *page);
void serac_page_break_even(const struct serac_page *page);
void serac_page_published(const struct serac_page *page);
void serac_page_host_work(const struct serac_page *page);

#endif
