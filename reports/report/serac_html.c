/* serac_html.c - the page: page/page.html, its places filled.
 *
 * The template, style, script and the plotting library are in the program (Makefile:
 * $(B)/page.o). A place is {{name}}; one table says what fills it. */
#include "serac_html.h"

#include <math.h>
#include <string.h>

#include "serac_cli.h"

/* Made by ld -b binary of the files in build/page. */
#define PART(name)                                                             \
    extern const char _binary_##name##_start[], _binary_##name##_end[];
PART(page_html)
PART(style_css)
PART(script_js)
PART(plot_js)
#undef PART

/* --- texts --------------------------------------------------------------------------- */

void serac_html_text(FILE *to, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '&': fputs("&amp;", to); break;
        case '"': fputs("&quot;", to); break;
        default: fputc(*text, to);
        }
}

/* `units` from small to large, a factor of 1000 apart. */
static void scaled(FILE *to, double value, const char *const *units, int count)
{
    int u = 0;
    if (isnan(value))
        return;
    while (u + 1 < count && fabs(value) >= 999.5) {
        value /= 1000;
        u++;
    }
    int digits = fabs(value) >= 99.95 ? 0 : fabs(value) >= 9.995 ? 1 : 2;
    fprintf(to, "%.*f&nbsp;%s", digits, value, units[u]);
}

void serac_html_time(FILE *to, double us)
{
    static const char *const units[] = {"ns", "&micro;s", "ms", "s"};
    scaled(to, us * 1e3, units, 4);
}

void serac_html_energy(FILE *to, double uj)
{
    static const char *const units[] = {"nJ", "&micro;J", "mJ", "J"};
    scaled(to, uj * 1e3, units, 4);
}

void serac_html_cost(FILE *to, const struct serac_row *row, enum serac_column cost)
{
    static const char *const luts[] = {"LUTs", "kLUTs", "MLUTs"};
    static const char *const area[] = {"&micro;m&sup2;"};
    if (cost == SERAC_COLUMNS)
        return;
    double value = serac_row_get(row, cost);
    if (cost != SERAC_COLUMN_area_um2)
        scaled(to, value, luts, 3);
    else if (value < 1e4)
        scaled(to, value, area, 1);
    else if (!isnan(value))
        fprintf(to, value < 999.5e6 ? "%.3g&nbsp;mm&sup2;" : "%.0f&nbsp;mm&sup2;", value * 1e-6);
}

/* --- the page ------------------------------------------------------------------------- */

bool serac_report_has_charts(void)
{
    return &_binary_plot_js_end[0] > &_binary_plot_js_start[0];
}

static void part(FILE *to, const char *start, const char *end)
{
    fwrite(start, 1, (size_t)(end - start), to);
}

static enum serac_status fill(const struct serac_html *h, const char *name, size_t length)
{
    const struct serac_report *r = h->report;
#define IS(text) (length == sizeof text - 1 && !memcmp(name, text, length))
    if (IS("source"))
        serac_html_text(h->to, r->source);
    else if (IS("version"))
        fputs(SERAC_VERSION, h->to);
    else if (IS("style"))
        part(h->to, _binary_style_css_start, _binary_style_css_end);
    else if (IS("script"))
        part(h->to, _binary_script_js_start, _binary_script_js_end);
    else if (IS("plot"))
        part(h->to, _binary_plot_js_start, _binary_plot_js_end);
    else if (IS("words"))
        serac_html_words(h);
    else if (IS("break_even"))
        serac_html_break_even(h);
    else if (IS("points"))
        serac_html_points(h);
    else if (IS("layers"))
        serac_html_layers(h);
    else if (IS("behind"))
        serac_html_behind(h);
    else if (IS("data"))
        return serac_html_data(h);
#undef IS
    return SERAC_OK;
}

enum serac_status serac_report_html(FILE *to, const struct serac_report *report)
{
    struct serac_summary summary;
    struct serac_html h = {to, report, &summary};
    enum serac_status status = serac_summarise(report, &summary);
    if (status != SERAC_OK)
        return status;
    const char *at = _binary_page_html_start, *end = _binary_page_html_end;
    while (status == SERAC_OK && at < end) {
        const char *name = at;
        while (name + 1 < end && (name[0] != '{' || name[1] != '{'))
            name++;
        const char *close = name;
        while (close + 1 < end && (close[0] != '}' || close[1] != '}'))
            close++;
        if (close + 1 >= end) {
            part(to, at, end);
            break;
        }
        part(to, at, name);
        status = fill(&h, name + 2, (size_t)(close - name) - 2);
        at = close + 2;
    }
    serac_summary_free(&summary);
    return status;
}
