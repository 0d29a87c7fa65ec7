/* serac_summary.c - groups of points, limits, and who wins under them. */
#include "serac_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serac_pareto.h"

/* --- names ------------------------------------------------------------------------ */

void serac_widths(const struct serac_row *total, char *text)
{
    const char *precision = total->cells[SERAC_COLUMN_precision];
    const char *w = total->cells[SERAC_COLUMN_weight_bits];
    const char *a = total->cells[SERAC_COLUMN_act_bits];
    if (*precision)
        snprintf(text, SERAC_CELL, "%s", precision);
    else
        snprintf(text, SERAC_CELL, "%.20s/%.20s", *w ? w : "?", *a ? a : "?");
}

void serac_short_design(const struct serac_row *row, char *text)
{
    const char *name = row->cells[SERAC_COLUMN_design];
    size_t base = strcspn(name, ":");
    if (!name[base] || !*row->cells[SERAC_COLUMN_rows]) {
        snprintf(text, 2 * SERAC_CELL, "%s", name);
        return;
    }
    snprintf(text, 2 * SERAC_CELL, "%.*s %.9sx%.9sx%.9s (%.9s,%.9s)", (int)base, name,
             row->cells[SERAC_COLUMN_rows], row->cells[SERAC_COLUMN_cols],
             row->cells[SERAC_COLUMN_lanes], row->cells[SERAC_COLUMN_weight_planes],
             row->cells[SERAC_COLUMN_act_planes]);
}

uint32_t serac_weight_bits(const struct serac_row *total)
{
    char widths[SERAC_CELL];
    serac_widths(total, widths);
    return (uint32_t)strtoul(widths, NULL, 10);       /* 0 of "mixed" */
}

bool serac_is_int8(const struct serac_row *total)
{
    char widths[SERAC_CELL];
    serac_widths(total, widths);
    return !strcmp(widths, "8/8");
}

/* Cuts off the widths that serac tune puts behind a name, layer by layer: "/8-4-4/8-8-6", or the
 * beginning of that, a tilde and eight digits of a checksum. */
static void cut_widths(char *text)
{
    for (char *slash = strchr(text, '/'); slash; slash = strchr(slash + 1, '/')) {
        const char *end = slash + 1 + strspn(slash + 1, "0123456789-/");
        bool checksum = *end == '~' && strspn(end + 1, "0123456789abcdef") == 8 && !end[9];
        if (checksum || (!*end && end > slash + 1)) {
            *slash = 0;
            return;
        }
    }
}

/* Networks X-wN and X-mixed of one topology, and what serac tune made of them: X. */
static void program_of(const struct serac_row *row, char *text)
{
    snprintf(text, SERAC_CELL, "%s", row->cells[SERAC_COLUMN_network]);
    cut_widths(text);
    char *dash = strrchr(text, '-');
    bool width = dash && dash[1] == 'w' && dash[2] &&
                 dash[2 + strspn(dash + 2, "0123456789")] == 0;
    if (dash && dash != text && (width || !strcmp(dash, "-mixed")))
        *dash = 0;
}

/* --- groups ------------------------------------------------------------------------ */

static bool same_cell(const struct serac_row *a, const struct serac_row *b,
                      enum serac_column column)
{
    return !strcmp(a->cells[column], b->cells[column]);
}

static struct serac_group *group_of(struct serac_summary *s, const struct serac_row *row)
{
    char program[SERAC_CELL];
    program_of(row, program);
    for (size_t i = 0; i < s->count; i++) {
        struct serac_group *g = &s->groups[i];
        if (!strcmp(g->program, program) && same_cell(g->like, row, SERAC_COLUMN_memory) &&
            same_cell(g->like, row, SERAC_COLUMN_technology) &&
            same_cell(g->like, row, SERAC_COLUMN_batch))
            return g;
    }
    struct serac_group *more = realloc(s->groups, (s->count + 1) * sizeof *more);
    if (!more)
        return NULL;
    s->groups = more;
    more += s->count++;
    memset(more, 0, sizeof *more);
    memcpy(more->program, program, sizeof program);
    more->like = row;
    return more;
}

static enum serac_status make_groups(const struct serac_report *r, struct serac_summary *s)
{
    for (size_t i = 0; i < r->num_totals; i++) {
        struct serac_group *g = group_of(s, &r->totals[i]);
        if (!g)
            return SERAC_E_NOMEM;
        if (!(g->count & (g->count - 1))) {           /* room is a power of two */
            size_t *more = realloc(g->points, (g->count ? 2 * g->count : 1) *
                                                  sizeof *more);
            if (!more)
                return SERAC_E_NOMEM;
            g->points = more;
        }
        g->points[g->count++] = i;
    }
    return SERAC_OK;
}

#define SERAC_COSTS 72                 /* six of each of twelve decades */

/* --- winners ----------------------------------------------------------------------- */

struct bound {
    enum serac_column column;      /* SERAC_COLUMNS: no bound */
    double least, most;
    bool int8;                     /* only 8/8 */
};

static bool within(const struct bound *b, const struct serac_row *row)
{
    if (b->int8 && !serac_is_int8(row))
        return false;
    if (b->column == SERAC_COLUMNS)
        return true;
    double value = serac_row_get(row, b->column);
    return value >= b->least && value <= b->most;
}

/* Less of a column or, if it is as good, of the other of time and energy, then of the cost. */
static bool better(const struct serac_group *g, enum serac_column column,
                   const struct serac_row *a, const struct serac_row *b)
{
    const enum serac_column order[] = {
        column, column == SERAC_COLUMN_time_us ? SERAC_COLUMN_energy_uj : SERAC_COLUMN_time_us,
        g->cost};
    for (size_t i = 0; i < sizeof order / sizeof *order && order[i] != SERAC_COLUMNS; i++) {
        double x = serac_row_get(a, order[i]), y = serac_row_get(b, order[i]);
        if (x < y || (isnan(y) && !isnan(x)))
            return true;
        if (x > y || (isnan(x) && !isnan(y)))
            return false;
    }
    return false;
}

/* The point within the bound with the least of a column. */
static size_t best_of(const struct serac_report *r, const struct serac_group *g,
                      enum serac_column column, const struct bound *bound)
{
    size_t best = SERAC_NO_POINT;
    double least = INFINITY;
    for (size_t i = 0; i < g->count; i++) {
        const struct serac_row *row = &r->totals[g->points[i]];
        double value = serac_row_get(row, column);
        if (!(value <= least) || isinf(value) || !within(bound, row) ||    /* NAN never wins */
            (value == least && !better(g, column, row, &r->totals[best])))
            continue;
        least = value;
        best = g->points[i];
    }
    return best;
}

/* Leaves the limit out if nothing meets it, or the one before has the same winners. */
static void add_limit(const struct serac_report *r, struct serac_group *g,
                      const struct bound *bound, const char *text, bool keep_same)
{
    struct bound int8 = *bound;
    struct serac_limit *l = &g->limits[g->num_limits];
    if (g->num_limits == SERAC_LIMITS)
        return;
    int8.int8 = true;
    l->fastest = best_of(r, g, SERAC_COLUMN_time_us, bound);
    l->thriftiest = best_of(r, g, SERAC_COLUMN_energy_uj, bound);
    if (l->fastest == SERAC_NO_POINT ||
        (!keep_same && g->num_limits && l[-1].fastest == l->fastest &&
         l[-1].thriftiest == l->thriftiest))
        return;
    snprintf(l->text, sizeof l->text, "%s", text);
    size_t reference = best_of(r, g, SERAC_COLUMN_time_us, &int8);
    serac_say_why(&r->totals[l->fastest],
                  reference == SERAC_NO_POINT ? NULL : &r->totals[reference], l->why,
                  sizeof l->why);
    g->num_limits++;
}

static void range(const struct serac_report *r, const struct serac_group *g,
                  enum serac_column column, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (size_t i = 0; i < g->count; i++) {
        double value = serac_row_get(&r->totals[g->points[i]], column);
        *least = value < *least ? value : *least;
        *most = value > *most ? value : *most;
    }
}

/* Costs of the series 1, 1.5, 2, 3, 5, 7 over the whole range, from the largest on, at which the winners
 * change; returns how many. */
static size_t find_costs(const struct serac_report *r, const struct serac_group *g, double unit,
                         double *costs, size_t room)
{
    static const double series[] = {7, 5, 3, 2, 1.5, 1};
    size_t count = 0, fastest = g->limits[0].fastest, thriftiest = g->limits[0].thriftiest;
    double least, most;
    range(r, g, g->cost, &least, &most);
    for (int e = 8; e >= -3; e--)
        for (size_t i = 0; i < sizeof series / sizeof *series && count < room; i++) {
            double cost = series[i] * pow(10, e);
            const struct bound bound = {g->cost, 0, cost * unit, false};
            if (cost * unit >= most || cost * unit < least)
                continue;
            size_t fast = best_of(r, g, SERAC_COLUMN_time_us, &bound);
            size_t thrift = best_of(r, g, SERAC_COLUMN_energy_uj, &bound);
            if (fast == SERAC_NO_POINT || (fast == fastest && thrift == thriftiest))
                continue;
            costs[count++] = cost;
            fastest = fast;
            thriftiest = thrift;
        }
    return count;
}

/* At most 8 of them, evenly. */
static void cost_limits(const struct serac_report *r, struct serac_group *g)
{
    double costs[SERAC_COSTS], unit = g->cost == SERAC_COLUMN_area_um2 ? 1e6 : 1;
    size_t count = find_costs(r, g, unit, costs, SERAC_COSTS);
    size_t shown = count < 8 ? count : 8;
    for (size_t i = 0; i < shown; i++) {
        char text[64];
        double cost = costs[shown > 1 ? i * (count - 1) / (shown - 1) : 0];
        if (unit > 1)
            snprintf(text, sizeof text, "area at most %.10g mm2", cost);
        else
            snprintf(text, sizeof text, "at most %.0f LUTs", cost);
        add_limit(r, g, &(struct bound){g->cost, 0, cost * unit, false}, text, false);
    }
}

static void accuracy_limits(const struct serac_report *r, struct serac_group *g)
{
    static const double losses[] = {0, 0.005, 0.01, 0.02, 0.05};
    double least, best;
    range(r, g, SERAC_COLUMN_accuracy, &least, &best);
    for (size_t i = 0; best >= least && i < sizeof losses / sizeof *losses; i++) {
        char text[64];
        if (losses[i] > 0)
            snprintf(text, sizeof text, "accuracy at least %.4g %% (best less %g point%s)",
                     100 * (best - losses[i]), 100 * losses[i], losses[i] == 0.01 ? "" : "s");
        else
            snprintf(text, sizeof text, "highest accuracy, %.4g %%", 100 * best);
        add_limit(r, g, &(struct bound){SERAC_COLUMN_accuracy, best - losses[i] - 1e-9,
                                        2, false}, text, !i);
    }
}

static void find_limits(const struct serac_report *r, struct serac_group *g)
{
    double least, most;
    g->cost = SERAC_COLUMN_area_um2;
    range(r, g, g->cost, &least, &most);
    if (!(most >= least)) {
        g->cost = SERAC_COLUMN_luts;
        range(r, g, g->cost, &least, &most);
    }
    if (!(most >= least))
        g->cost = SERAC_COLUMNS;
    add_limit(r, g, &(struct bound){SERAC_COLUMNS, 0, 0, false}, "none", true);
    if (g->num_limits && g->cost != SERAC_COLUMNS)
        cost_limits(r, g);
    accuracy_limits(r, g);
}

/* --- what stands out ---------------------------------------------------------------- */

/* Time and energy against cost, which is as little as possible too. */
static enum serac_status mark_front(const struct serac_report *r, const struct serac_group *g,
                                    enum serac_column x, enum serac_column y,
                                    bool *stands_out)
{
    double *values = calloc(2 * g->count + 1, sizeof *values);
    size_t *index = calloc(g->count + 1, sizeof *index), count = 0;
    bool *on = calloc(g->count + 1, sizeof *on);
    bool done = values && index && on;
    for (size_t i = 0; done && i < g->count; i++) {
        double a = serac_row_get(&r->totals[g->points[i]], x);
        double b = serac_row_get(&r->totals[g->points[i]], y);
        if (isnan(a) || isnan(b))
            continue;
        values[2 * count] = a;
        values[2 * count + 1] = b;
        index[count++] = g->points[i];
    }
    done = done && serac_pareto_front(values, count, 2, on);
    for (size_t i = 0; done && i < count; i++)
        stands_out[index[i]] = stands_out[index[i]] || on[i];
    free(values);
    free(index);
    free(on);
    return done ? SERAC_OK : SERAC_E_NOMEM;
}

static enum serac_status mark(const struct serac_report *r, struct serac_group *g,
                              bool *stands_out)
{
    enum serac_status status = SERAC_OK;
    for (size_t i = 0; i < g->num_limits; i++) {
        stands_out[g->limits[i].fastest] = true;
        if (g->limits[i].thriftiest != SERAC_NO_POINT)
            stands_out[g->limits[i].thriftiest] = true;
    }
    if (g->cost != SERAC_COLUMNS)
        status = mark_front(r, g, g->cost, SERAC_COLUMN_time_us, stands_out);
    return status == SERAC_OK
               ? mark_front(r, g, SERAC_COLUMN_time_us, SERAC_COLUMN_energy_uj, stands_out)
               : status;
}

enum serac_status serac_summarise(const struct serac_report *r, struct serac_summary *s)
{
    memset(s, 0, sizeof *s);
    s->stands_out = calloc(r->num_totals + 1, sizeof *s->stands_out);
    enum serac_status status = s->stands_out ? make_groups(r, s) : SERAC_E_NOMEM;
    for (size_t i = 0; status == SERAC_OK && i < s->count; i++) {
        find_limits(r, &s->groups[i]);
        status = serac_find_break_even(r, &s->groups[i]);
        if (status == SERAC_OK)
            status = mark(r, &s->groups[i], s->stands_out);
    }
    if (status != SERAC_OK)
        serac_summary_free(s);
    return status;
}

void serac_summary_free(struct serac_summary *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->groups[i].points);
    free(s->groups);
    free(s->stands_out);
    memset(s, 0, sizeof *s);
}
