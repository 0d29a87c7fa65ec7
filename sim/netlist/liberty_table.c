/* liberty_table.c - look-up tables over transition time and load. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "liberty_internal.h"

/* Numbers of all strings of an attribute. -1 if one is malformed. */
static int read_numbers(const struct liberty *lib,
                        const struct liberty_attr *attr, double **numbers,
                        struct liberty_error *error)
{
    int room = 0, used = 0;
    *numbers = NULL;
    for (uint32_t i = 0; i < attr->count; i++) {
        const char *at = attr->values[i];
        for (;;) {
            char *end;
            while (isspace((unsigned char)*at) || *at == ',' || *at == '\\')
                at++;
            if (!*at)
                break;
            if (used == room) {
                room = room ? 2 * room : 64;
                double *more = realloc(*numbers, (size_t)room * sizeof *more);
                if (!more)
                    return -1;
                *numbers = more;
            }
            (*numbers)[used] = strtod(at, &end);
            if (end == at) {
                liberty_fail(error, lib->path, attr->line,
                             "%s: '%.32s' is not a number", attr->name, at);
                free(*numbers);
                *numbers = NULL;
                return -1;
            }
            used++;
            at = end;
        }
    }
    return used;
}

static const struct liberty_group *find_template(
    const struct liberty *lib, const char *name)
{
    static const char *const types[] = {"lu_table_template",
                                        "power_lut_template"};
    for (int i = 0; i < 2; i++) {
        const struct liberty_group *group = NULL;
        while ((group = liberty_child(lib->root, types[i], group)))
            if (group->num_args && !strcmp(group->args[0], name))
                return group;
    }
    return NULL;
}

/* 0 over transition time, 1 over load, -1 over something else. */
static int variable_kind(const char *name)
{
    if (strstr(name, "transition"))
        return 0;
    return strstr(name, "capacitance") ? 1 : -1;
}

static bool read_index(const struct liberty *lib,
                       const struct liberty_group *group,
                       const struct liberty_group *template, const char *name,
                       double **index, uint32_t *count,
                       struct liberty_error *error)
{
    const struct liberty_attr *attr = liberty_attr(group, name);
    if (!attr && template)
        attr = liberty_attr(template, name);
    if (!attr)
        return liberty_fail(error, lib->path, group->line, "no %s", name);
    int got = read_numbers(lib, attr, index, error);
    if (got < 0)
        return false;
    *count = (uint32_t)got;
    for (int i = 1; i < got; i++)
        if (!((*index)[i] > (*index)[i - 1]))
            return liberty_fail(error, lib->path, attr->line,
                                "%s does not increase", name);
    return got > 0 || liberty_fail(error, lib->path, attr->line,
                                   "%s is empty", name);
}

static bool read_indices(const struct liberty *lib,
                         const struct liberty_group *group,
                         const struct liberty_group *template,
                         struct liberty_table *t, struct liberty_error *error)
{
    const char *first = template ? liberty_text(template, "variable_1") : NULL;
    const char *second = template ? liberty_text(template, "variable_2") : NULL;
    if (!first)
        return true;                     /* a scalar */
    int one = variable_kind(first), two = second ? variable_kind(second) : -2;
    if (one < 0 || two == -1 || one == two ||
        liberty_text(template, "variable_3"))
        return liberty_fail(error, lib->path, group->line,
                            "template '%s': only tables over transition time "
                            "and load are understood", template->args[0]);
    t->load_first = one == 1;
    return read_index(lib, group, template, "index_1", &t->row_index, &t->rows,
                      error) &&
           (!second || read_index(lib, group, template, "index_2",
                                  &t->col_index, &t->cols, error));
}

bool liberty_table_read(const struct liberty *lib,
                        const struct liberty_group *group,
                        struct liberty_table *table,
                        struct liberty_error *error)
{
    const struct liberty_attr *values = liberty_attr(group, "values");
    const struct liberty_group *template =
        group->num_args ? find_template(lib, group->args[0]) : NULL;
    bool ok = false;
    *table = (struct liberty_table){.rows = 1, .cols = 1};
    if (group->num_args && strcmp(group->args[0], "scalar") && !template) {
        liberty_fail(error, lib->path, group->line,
                     "template '%s' is not defined", group->args[0]);
    } else if (!values) {
        liberty_fail(error, lib->path, group->line, "%s: no values",
                     group->type);
    } else if (read_indices(lib, group, template, table, error)) {
        int got = read_numbers(lib, values, &table->values, error);
        ok = got >= 0 && (uint32_t)got == table->rows * table->cols;
        if (!ok && got >= 0)
            liberty_fail(error, lib->path, values->line,
                         "%d values, %u x %u are needed", got,
                         (unsigned)table->rows, (unsigned)table->cols);
    }
    if (!ok)
        liberty_table_free(table);
    return ok;
}

void liberty_table_free(struct liberty_table *table)
{
    free(table->row_index);
    free(table->col_index);
    free(table->values);
    *table = (struct liberty_table){.rows = 0};
}

/* Interval and position within it; the position leaves 0..1 outside. */
static uint32_t locate(const double *index, uint32_t count, double at,
                       double *position)
{
    uint32_t i = 0;
    *position = 0;
    if (count < 2)
        return 0;
    while (i + 2 < count && at >= index[i + 1])
        i++;
    *position = (at - index[i]) / (index[i + 1] - index[i]);
    return i;
}

double liberty_table_at(const struct liberty_table *t, double slew, double load)
{
    double r, c;
    uint32_t i = locate(t->row_index, t->rows, t->load_first ? load : slew, &r);
    uint32_t j = locate(t->col_index, t->cols, t->load_first ? slew : load, &c);
    uint32_t down = t->rows > 1 ? t->cols : 0, right = t->cols > 1 ? 1 : 0;
    const double *v = t->values + i * t->cols + j;
    return (1 - r) * ((1 - c) * v[0] + c * v[right]) +
           r * ((1 - c) * v[down] + c * v[down + right]);
}
