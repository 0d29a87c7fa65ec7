/* serac_accuracy.c - accuracy against bits: reads the table, compares with float. */
#include "serac_accuracy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOAT_BITS 32
#define CELLS 32
#define LANGUAGE_MODEL "text"

enum field { NETWORK, METHOD, PARAMETERS, WEIGHT_BITS, ACT_BITS, HELD_OUT_LOSS, ACCURACY, LOG_LOSS, FIELDS };
static const char *const names[FIELDS] = {"network", "method", "parameters", "weight_bits", "act_bits",
                                          "held_out_log_loss", "accuracy", "log_loss"};

static enum serac_status fail(struct serac_error *error, const char *path, size_t line, const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s:%zu: %s", path, line, what);
    return SERAC_E_INPUT;
}

/* Cuts a line at its commas; no cell of this file is quoted. */
static size_t split(char *line, char *cells[CELLS])
{
    size_t count = 0;
    line[strcspn(line, "\r\n")] = 0;
    while (line && count < CELLS) {
        cells[count++] = line;
        line = strchr(line, ',');
        if (line)
            *line++ = 0;
    }
    return line ? 0 : count;
}

static bool find_columns(char *cells[CELLS], size_t count, size_t column[FIELDS])
{
    for (size_t f = 0; f < FIELDS; f++) {
        for (column[f] = 0; column[f] < count && strcmp(cells[column[f]], names[f]); column[f]++)
            ;
        if (column[f] == count)
            return false;
    }
    return true;
}

static bool number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end && isfinite(*value) && *value >= 0;
}

/* 1..8 bits, or 32: float. */
static bool is_width(double bits)
{
    return bits == FLOAT_BITS || (bits >= 1 && bits <= 8 && bits == floor(bits));
}

static bool read_row(char *cells[CELLS], const size_t column[FIELDS], struct serac_accuracy_row *row)
{
    double values[FIELDS];
    for (size_t f = PARAMETERS; f < FIELDS; f++)
        if (!number(cells[column[f]], &values[f]))
            return false;
    if (strlen(cells[column[NETWORK]]) >= SERAC_ACCURACY_NAME || strlen(cells[column[METHOD]]) >= SERAC_ACCURACY_NAME ||
        !is_width(values[WEIGHT_BITS]) || !is_width(values[ACT_BITS]) || values[PARAMETERS] < 1 || values[PARAMETERS] > 1e15)
        return false;
    strcpy(row->network, cells[column[NETWORK]]);
    strcpy(row->method, cells[column[METHOD]]);
    row->parameters = (uint64_t)values[PARAMETERS];
    row->weight_bits = (uint32_t)values[WEIGHT_BITS];
    row->act_bits = (uint32_t)values[ACT_BITS];
    row->held_out_loss = values[HELD_OUT_LOSS];
    row->accuracy = values[ACCURACY];
    row->log_loss = values[LOG_LOSS];
    return true;
}

static enum serac_status read_rows(FILE *file, const char *path, struct serac_accuracy *table,
                                   struct serac_error *error)
{
    char line[1024], *cells[CELLS];
    size_t column[FIELDS], width = 0, room = 0;
    for (size_t at = 1; fgets(line, sizeof line, file); at++) {
        size_t count = split(line, cells);
        if (at == 1) {
            width = count;
            if (!find_columns(cells, count, column))
                return fail(error, path, at, "not the header of accuracy.csv: a column is missing");
            continue;
        }
        if (table->count == room) {
            struct serac_accuracy_row *more = realloc(table->rows, (room = 2 * room + 64) * sizeof *more);
            if (!more)
                return SERAC_E_NOMEM;
            table->rows = more;
        }
        if (count != width || !read_row(cells, column, &table->rows[table->count++]))
            return fail(error, path, at, "must have a cell for every column; parameters 1..1e15, widths 1..8 or 32, losses numbers");
    }
    return table->count ? SERAC_OK : fail(error, path, 1, "holds no measured network");
}

enum serac_status serac_accuracy_load(const char *path, struct serac_accuracy *table, struct serac_error *error)
{
    struct serac_accuracy read = {.count = 0};
    FILE *file = fopen(path, "r");
    if (!file)
        return fail(error, path, 1, "cannot be read");
    enum serac_status status = read_rows(file, path, &read, error);
    fclose(file);
    if (status == SERAC_OK)
        *table = read;
    else
        serac_accuracy_free(&read);
    return status;
}

void serac_accuracy_free(struct serac_accuracy *table)
{
    free(table->rows);
    table->rows = NULL;
    table->count = 0;
}

/* --- comparing ----------------------------------------------------------------- */

/* Means over the seeds of one network, method and width. */
struct mean {
    size_t count;
    double held_out_loss, accuracy, log_loss;
};

static struct mean mean_of(const struct serac_accuracy *t, const struct serac_accuracy_row *like)
{
    struct mean m = {.count = 0};
    for (size_t i = 0; i < t->count; i++) {
        const struct serac_accuracy_row *r = &t->rows[i];
        if (strcmp(r->network, like->network) || strcmp(r->method, like->method) ||
            r->weight_bits != like->weight_bits || r->act_bits != like->act_bits)
            continue;
        m.count++;
        m.held_out_loss += r->held_out_loss;
        m.accuracy += r->accuracy;
        m.log_loss += r->log_loss;
    }
    m.held_out_loss /= (double)m.count;
    m.accuracy /= (double)m.count;
    m.log_loss /= (double)m.count;
    return m;
}

static bool speaks(const struct serac_accuracy_row *r, bool generation, uint32_t w, uint32_t a)
{
    return generation == !strcmp(r->network, LANGUAGE_MODEL) && r->weight_bits == w && r->act_bits == a;
}

/* The float network of the nearest size, in the logarithm, of which these widths are there too. */
static const struct serac_accuracy_row *nearest(const struct serac_accuracy *t, bool generation, double parameters,
                                                uint32_t w, uint32_t a)
{
    const struct serac_accuracy_row *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < t->count; i++) {
        double away = fabs(log((double)t->rows[i].parameters / parameters));
        bool there = false;
        if (!speaks(&t->rows[i], generation, FLOAT_BITS, FLOAT_BITS) || away >= least)
            continue;
        for (size_t j = 0; j < t->count; j++)
            there |= speaks(&t->rows[j], generation, w, a) && !strcmp(t->rows[i].network, t->rows[j].network);
        if (!there)
            continue;
        least = away;
        best = &t->rows[i];
    }
    return best;
}

bool serac_accuracy_find(const struct serac_accuracy *t, bool generation, uint64_t parameters, uint32_t w, uint32_t a,
                         struct serac_accuracy_loss *loss)
{
    const struct serac_accuracy_row *plain = nearest(t, generation, (double)parameters, w, a), *best = NULL;
    struct mean of_best = {.count = 0};
    if (!plain)
        return false;
    *loss = (struct serac_accuracy_loss){.network = plain->network, .parameters = plain->parameters};
    bool above = false, below = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct serac_accuracy_row *r = &t->rows[i];
        if (!speaks(r, generation, w, a))
            continue;
        above |= r->parameters >= parameters;
        below |= r->parameters <= parameters;
        if (strcmp(r->network, plain->network))
            continue;
        struct mean m = mean_of(t, r);
        if (best && m.held_out_loss >= of_best.held_out_loss)
            continue;
        best = r;
        of_best = m;
    }
    struct mean of_float = mean_of(t, plain);
    loss->method = best->method;
    loss->outside = !above || !below;
    loss->loss = generation ? 100 * (exp(of_best.log_loss - of_float.log_loss) - 1)
                            : 100 * (of_float.accuracy - of_best.accuracy);
    return true;
}
