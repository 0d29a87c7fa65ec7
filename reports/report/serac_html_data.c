/* serac_html_data.c - the data of a page: JSON by columns.
 *
 * {points: {count, columns: [...]}, layers: {the same}}. A column has a name, and `value` if all
 * rows have it, else `values`, or `words` with `at`, an index for each row. So what a sweep does not
 * vary costs nothing. Numbers are those of the CSV, letter for letter; empty is null. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_html.h"

/* --- one column ----------------------------------------------------------------------- */

static void string(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 32 || c == '"' || c == '\\' || c == '<')
            fprintf(to, "\\u%04x", c);
        else
            fputc(c, to);
    }
    fputc('"', to);
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* As JSON spells one. */
static bool is_number(const char *t)
{
    t += *t == '-';
    if (!digits(t) || (*t == '0' && digits(t) > 1))
        return false;
    t += digits(t);
    if (*t == '.') {
        if (!digits(t + 1))
            return false;
        t += 1 + digits(t + 1);
    }
    if (*t == 'e' || *t == 'E') {
        t += 1 + (t[1] == '+' || t[1] == '-');
        if (!digits(t))
            return false;
        t += digits(t);
    }
    return !*t;
}

static void value(FILE *to, const char *text, bool is_text)
{
    if (!*text)
        fputs("null", to);
    else if (!is_text && is_number(text))
        fputs(text, to);
    else
        string(to, text);
}

struct column {
    const char *name;
    bool is_text;
    const char **cells;                /* borrowed; one for each row */
    const char **words;                /* room for as many */
    size_t count;
};

static int in_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t find_words(struct column *c)
{
    size_t words = 0;
    memcpy(c->words, c->cells, c->count * sizeof *c->words);
    qsort(c->words, c->count, sizeof *c->words, in_order);
    for (size_t i = 0; i < c->count; i++)
        if (!i || strcmp(c->words[i], c->words[words - 1]))
            c->words[words++] = c->words[i];
    return words;
}

static void list(FILE *to, const char *name, const char **texts, size_t count, bool is_text)
{
    fprintf(to, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        if (i)
            fputc(',', to);
        value(to, texts[i], is_text);
    }
    fputc(']', to);
}

static void print_column(FILE *to, struct column *c, bool comma)
{
    size_t words = find_words(c);
    fprintf(to, "%s{\"name\":\"%s\"", comma ? ",\n" : "\n", c->name);
    if (words <= 1) {
        fprintf(to, ",\"value\":");
        value(to, words ? c->words[0] : "", c->is_text);
    } else if (words > c->count / 3) {
        list(to, "values", c->cells, c->count, c->is_text);
    } else {
        list(to, "words", c->words, words, c->is_text);
        fprintf(to, ",\"at\":[");
        for (size_t i = 0; i < c->count; i++) {
            const char **at = bsearch(&c->cells[i], c->words, words, sizeof *c->words,
                                      in_order);
            fprintf(to, "%s%zu", i ? "," : "", (size_t)(at - c->words));
        }
        fputc(']', to);
    }
    fputc('}', to);
}

/* --- columns that are not in rows -------------------------------------------------------- */

#define EXTRA (4 + SERAC_GROUPS)
#define EXTRA_CELL 72

static const char *const extra_names[EXTRA] = {
    "hash", "version", "program", "stands_out",
    /* area by unit, in the order of serac_unit_group */
    "area_control_um2", "area_array_um2", "area_ones_um2", "area_requant_um2",
    "area_weight_buffer_um2", "area_act_buffer_um2", "area_param_buffer_um2",
    "area_output_buffer_um2"};

/* False: keys of the design are missing, as in a CSV of serac shapes. */
static bool design_of(const struct serac_row *row, struct serac_design *d)
{
    memset(d, 0, sizeof *d);
    snprintf(d->name, sizeof d->name, "%s", row->cells[SERAC_COLUMN_design]);
#define KEY(key, kind) d->key = (uint32_t)strtoul(row->cells[SERAC_COLUMN_##key], NULL, 10);
    SERAC_DESIGN_LIST(KEY)
#undef KEY
    return serac_design_check(d, NULL) == SERAC_OK;
}

struct last_tech {
    char name[SERAC_CELL];
    bool loaded;
    struct serac_tech tech;
};

enum known { UNKNOWN, KNOWN, DIFFERS };

/* The area by unit, if it sums to that of the row: the technology's file can be another by now. */
static enum known area_of(const struct serac_row *row, struct last_tech *t,
                          struct serac_area *area)
{
    struct serac_design design;
    double sum = 0, all = serac_row_get(row, SERAC_COLUMN_area_um2);
    const char *name = row->cells[SERAC_COLUMN_technology];
    if (strcmp(name, t->name)) {
        snprintf(t->name, sizeof t->name, "%s", name);
        t->loaded = serac_tech_load(name, &t->tech, NULL) == SERAC_OK;
    }
    if (!t->loaded || !t->tech.has[SERAC_AREA_UM2] || !design_of(row, &design))
        return UNKNOWN;
    serac_cost_area(&design, &t->tech, area);
    for (int g = 0; g < SERAC_GROUPS; g++)
        sum += area->group[g];
    return fabs(sum - all) <= 1e-4 * all ? KNOWN : DIFFERS;       /* DIFFERS if it is empty */
}

size_t serac_html_other_areas(const struct serac_report *r)
{
    struct last_tech tech = {.loaded = false};
    struct serac_area area;
    size_t others = 0;
    for (size_t i = 0; i < r->num_totals; i++)
        others += *r->totals[i].cells[SERAC_COLUMN_area_um2] &&
                  area_of(&r->totals[i], &tech, &area) == DIFFERS;
    return others;
}

static void area_cells(const struct serac_row *row, struct last_tech *t,
                       char (*cells)[EXTRA_CELL])
{
    struct serac_area area;
    if (area_of(row, t, &area) != KNOWN)
        return;
    for (int g = 0; g < SERAC_GROUPS; g++)
        snprintf(cells[g], EXTRA_CELL, "%.6g", area.group[g]);
}

static void extra_cells(const struct serac_html *h, char (*cells)[EXTRA][EXTRA_CELL])
{
    const struct serac_report *r = h->report;
    struct last_tech tech = {.loaded = false};
    for (size_t i = 0; i < r->num_totals; i++) {
        snprintf(cells[i][0], EXTRA_CELL, "%s", r->origins[i].key);
        snprintf(cells[i][1], EXTRA_CELL, "%s", r->origins[i].version);
        snprintf(cells[i][3], EXTRA_CELL, "%d", h->summary->stands_out[i]);
        area_cells(&r->totals[i], &tech, &cells[i][4]);
    }
    for (size_t g = 0; g < h->summary->count; g++)
        for (size_t i = 0; i < h->summary->groups[g].count; i++)
            snprintf(cells[h->summary->groups[g].points[i]][2], EXTRA_CELL, "%s",
                     h->summary->groups[g].program);
}

/* --- all ------------------------------------------------------------------------------- */

static void row_columns(FILE *to, struct column *c, const struct serac_row *rows)
{
    for (int k = 0; k < SERAC_COLUMNS; k++) {
        c->name = serac_column_name((enum serac_column)k);
        c->is_text = serac_column_is_text((enum serac_column)k);
        for (size_t i = 0; i < c->count; i++)
            c->cells[i] = rows[i].cells[k];
        print_column(to, c, k > 0);
    }
}

static void print_points(const struct serac_html *h, struct column *c,
                         char (*extra)[EXTRA][EXTRA_CELL])
{
    c->count = h->report->num_totals;
    fprintf(h->to, "{\"points\":{\"count\":%zu,\"columns\":[", c->count);
    row_columns(h->to, c, h->report->totals);
    extra_cells(h, extra);
    for (int k = 0; k < EXTRA; k++) {
        c->name = extra_names[k];
        c->is_text = k < 3;
        for (size_t i = 0; i < c->count; i++)
            c->cells[i] = extra[i][k];
        print_column(h->to, c, true);
    }
    fprintf(h->to, "]},\n");
}

static bool print_layers(const struct serac_html *h, struct column *c)
{
    const struct serac_report *r = h->report;
    char (*points)[24] = calloc(r->num_layers + 1, sizeof *points);
    if (!points)
        return false;
    c->count = r->num_layers;
    fprintf(h->to, "\"all_layers\":%s,\n\"layers\":{\"count\":%zu,\"columns\":[",
            r->all_layers ? "true" : "false", c->count);
    row_columns(h->to, c, r->layers);
    for (size_t i = 0; i < c->count; i++) {
        snprintf(points[i], sizeof *points, "%zu", r->layer_points[i]);
        c->cells[i] = points[i];
    }
    c->name = "point";
    c->is_text = false;
    print_column(h->to, c, true);
    fprintf(h->to, "]}}\n");
    free(points);
    return true;
}

enum serac_status serac_html_data(const struct serac_html *h)
{
    const struct serac_report *r = h->report;
    size_t most = r->num_totals > r->num_layers ? r->num_totals : r->num_layers;
    struct column c = {.cells = calloc(most + 1, sizeof *c.cells),
                       .words = calloc(most + 1, sizeof *c.words)};
    char (*extra)[EXTRA][EXTRA_CELL] = calloc(r->num_totals + 1, sizeof *extra);
    bool done = c.cells && c.words && extra;
    if (done) {
        print_points(h, &c, extra);
        done = print_layers(h, &c);
    }
    free(c.cells);
    free(c.words);
    free(extra);
    return done ? SERAC_OK : SERAC_E_NOMEM;
}
