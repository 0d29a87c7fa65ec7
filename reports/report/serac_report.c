/* serac_report.c - the rows that a report is made of. */
#include "serac_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void serac_report_free(struct serac_report *r)
{
    free(r->totals);
    free(r->origins);
    free(r->layers);
    free(r->layer_points);
    free(r->checks.check);
    memset(r, 0, sizeof *r);
}

/* Room for one more of `count`, which grows at powers of two; false: none. */
static bool grow(void **items, size_t count, size_t size)
{
    if (count & (count - 1))
        return true;
    void *more = realloc(*items, (count ? 2 * count : 1) * size);
    if (more)
        *items = more;
    return more != NULL;
}

enum serac_status serac_report_add_total(struct serac_report *r, const struct serac_row *row,
                                         const struct serac_report_origin *origin)
{
    static const struct serac_report_origin unknown;
    if (!grow((void **)&r->totals, r->num_totals, sizeof *r->totals) ||
        !grow((void **)&r->origins, r->num_totals, sizeof *r->origins))
        return SERAC_E_NOMEM;
    r->totals[r->num_totals] = *row;
    r->origins[r->num_totals++] = origin ? *origin : unknown;
    return SERAC_OK;
}

enum serac_status serac_report_add_layer(struct serac_report *r, size_t point,
                                         const struct serac_row *row)
{
    if (!grow((void **)&r->layers, r->num_layers, sizeof *r->layers) ||
        !grow((void **)&r->layer_points, r->num_layers, sizeof *r->layer_points))
        return SERAC_E_NOMEM;
    r->layers[r->num_layers] = *row;
    r->layer_points[r->num_layers++] = point;
    return SERAC_OK;
}

void serac_say_pending(const struct serac_report *r, char *text, size_t room)
{
    text[0] = 0;
    if (r->pending)
        snprintf(text, room, "%llu of %llu points of the sweep have not run: what follows is of "
                 "the others, and may change", (unsigned long long)r->pending,
                 (unsigned long long)r->planned);
}

void serac_say_cut(const struct serac_report *r, char *text, size_t room)
{
    text[0] = 0;
    if (r->cut_points)
        snprintf(text, room, "The layers of %zu points on a front are left out: there is room for about "
                 "%zu, and those of points that win come first.", r->cut_points, r->num_layers);
}

const char *serac_check_sources(const struct serac_report *r,
                                const struct serac_check *check)
{
    if (!*check->version)
        return "not recorded";
    for (size_t i = 0; i < r->num_totals; i++)
        if (!strcmp(r->origins[i].version, check->version))
            return "as the results";
    return "others than the results";
}

static size_t wrong_sums(const struct serac_row *rows, size_t count)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        double sum = 0, cycles = serac_row_get(&rows[i], SERAC_COLUMN_cycles);
        for (int c = SERAC_COLUMN_array_busy_cycles; c <= SERAC_COLUMN_fill_drain_cycles; c++)
            sum += serac_row_get(&rows[i], (enum serac_column)c);
        wrong += !isnan(cycles) && sum != cycles;
    }
    return wrong;
}

size_t serac_wrong_sums(const struct serac_report *r)
{
    return wrong_sums(r->totals, r->num_totals) + wrong_sums(r->layers, r->num_layers);
}
