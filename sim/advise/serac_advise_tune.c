/* serac_advise_tune.c - what serac tune measured of a network, against the limits of a profile. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_advise_point.h"
#include "serac_db.h"

static enum serac_status refuse(struct serac_error *error, const char *where, const char *what)
{
    if (error)
        snprintf(error->text, sizeof error->text, "%s: %s", where, what);
    return SERAC_E_INPUT;
}

/* --- widths -------------------------------------------------------------------- */

/* The narrowest of "6-4-4", up to `end`; 0: it is no list of widths. *same: all are equal. */
static uint32_t narrowest(const char *text, const char *end, bool *same)
{
    uint32_t least = 9, most = 0;
    for (; text < end; text += 2) {
        uint32_t bits = (uint32_t)(*text - '0');
        if (bits < 1 || bits > 8 || (text + 1 != end && text[1] != '-'))
            return 0;
        least = bits < least ? bits : least;
        most = bits > most ? bits : most;
    }
    *same = least == most;
    return most ? least : 0;
}

/* "fashion-w8/6-4-4/8-8": of weights and of activations, all of the network's; false: it says no such thing. */
static bool read_widths(const char *name, struct serac_advice_point *point)
{
    bool weights = false, acts = false;
    const char *last = strrchr(name, '/'), *first = last;
    while (first && first > name && *--first != '/')
        ;
    if (!first || *first != '/')
        return false;
    point->weight_bits = narrowest(first + 1, last, &weights);
    point->act_bits = narrowest(last + 1, last + strlen(last), &acts);
    if (!point->weight_bits || !point->act_bits)
        return false;
    if (weights && acts)
        snprintf(point->widths, sizeof point->widths, "%u/%u", (unsigned)point->weight_bits, (unsigned)point->act_bits);
    else
        snprintf(point->widths, sizeof point->widths, "%s", first + 1);
    return true;
}

/* What names that had to be cut stand for. */
struct names {
    char (*cut)[SERAC_CELL];
    char **whole;                    /* owned, each too */
    size_t count;
    bool failed;
};

static void take_name(void *ctx, const char *kind, const char *name, const char *whole)
{
    struct names *n = ctx;
    if (n->failed || strcmp(kind, "network") != 0 || strlen(name) >= SERAC_CELL)
        return;
    char (*cut)[SERAC_CELL] = realloc(n->cut, (n->count + 1) * sizeof *cut);
    n->cut = cut ? cut : n->cut;
    char **all = realloc(n->whole, (n->count + 1) * sizeof *all);
    n->whole = all ? all : n->whole;
    char *copy = strdup(whole);
    n->failed = !cut || !all || !copy;
    if (n->failed) {
        free(copy);
        return;
    }
    strcpy(cut[n->count], name);
    all[n->count++] = copy;
}

static const char *whole_of(const struct names *n, const char *name)
{
    for (size_t i = 0; i < n->count; i++)
        if (!strcmp(n->cut[i], name))
            return n->whole[i];
    return name;
}

static void free_names(struct names *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->whole[i]);
    free(n->whole);
    free(n->cut);
}

/* --- points ---------------------------------------------------------------------- */

static bool is_complete(const struct serac_row *row)
{
    static const enum serac_column needed[] = {SERAC_COLUMN_accuracy, SERAC_COLUMN_memory_bytes, SERAC_COLUMN_time_us,
                                               SERAC_COLUMN_energy_uj, SERAC_COLUMN_energy_leakage_uj};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (isnan(serac_row_get(row, needed[i])))
            return false;
    return true;
}

static bool make_point(const struct serac_profile *p, const struct serac_row *row, const struct names *names,
                       double first_accuracy, struct serac_advice_point *point)
{
    *point = (struct serac_advice_point){.loss = {.network = "the network itself", .method = "serac tune"}};
    if (!is_complete(row) || !read_widths(whole_of(names, row->cells[SERAC_COLUMN_network]), point))
        return false;
    point->memory_bytes = (uint64_t)serac_row_get(row, SERAC_COLUMN_memory_bytes);
    point->loss.loss = 100 * (first_accuracy - serac_row_get(row, SERAC_COLUMN_accuracy));
    snprintf(point->design, sizeof point->design, "%s", row->cells[SERAC_COLUMN_design]);
    serac_advise_costs(p, row, 1, point);
    serac_advise_limits(p, point);
    return true;
}

static bool beats(const struct serac_advice_point *a, const struct serac_advice_point *b)
{
    const double of_a[] = {a->loss.loss, a->latency_ms, a->energy_uj, (double)a->memory_bytes};
    const double of_b[] = {b->loss.loss, b->latency_ms, b->energy_uj, (double)b->memory_bytes};
    bool better = false;
    for (int i = 0; i < 4; i++) {
        if (of_a[i] > of_b[i])
            return false;
        better |= of_a[i] < of_b[i];
    }
    return better;
}

/* Leaves out what another beats, but for the first. */
static void keep_front(struct serac_advice *a)
{
    uint32_t kept = 0;
    bool *beaten = calloc(a->num_points + 1, sizeof *beaten);
    for (uint32_t i = 1; beaten && i < a->num_points; i++)
        for (uint32_t j = 0; j < a->num_points && !beaten[i]; j++)
            beaten[i] = beats(&a->points[j], &a->points[i]);
    for (uint32_t i = 0; beaten && i < a->num_points; i++)
        if (!beaten[i])
            a->points[kept++] = a->points[i];
    a->num_points = beaten ? kept : a->num_points;      /* without memory all stay, as good as the front */
    free(beaten);
}

static enum serac_status check_hardware(const struct serac_profile *p, const struct serac_row *row,
                                        struct serac_error *error)
{
    struct serac_tech tech;
    enum serac_status status = serac_tech_load(row->cells[SERAC_COLUMN_technology], &tech, error);
    if (status == SERAC_OK && (tech.fpga_family[0] != 0) != (p->hardware == SERAC_HARDWARE_FPGA))
        return refuse(error, p->name, tech.fpga_family[0] ? "its hardware is none of an FPGA's, the tune's technology is"
                                                          : "its hardware is an FPGA, the tune's technology is none");
    return status;
}

static enum serac_status add_points(const struct serac_advise_job *job, const struct serac_row *rows, size_t count,
                                    const struct names *names, struct serac_advice *a, struct serac_error *error)
{
    static const char none[] = "holds no networks that serac tune measured";
    if (!count || !is_complete(&rows[0]))
        return refuse(error, job->tune, none);
    enum serac_status status = check_hardware(job->profile, &rows[0], error);
    if (status != SERAC_OK)
        return status;
    a->points = malloc(count * sizeof *a->points);
    if (!a->points)
        return SERAC_E_NOMEM;
    double first = serac_row_get(&rows[0], SERAC_COLUMN_accuracy);
    for (; a->num_points < count; a->num_points++)
        if (!make_point(job->profile, &rows[a->num_points], names, first, &a->points[a->num_points]))
            return refuse(error, job->tune, none);
    keep_front(a);
    return SERAC_OK;
}

enum serac_status serac_advise_tuned(const struct serac_advise_job *job, struct serac_advice *a,
                                     struct serac_error *error)
{
    struct serac_db *db;
    struct serac_row *rows = NULL;
    struct names names = {.count = 0};
    size_t count;
    if (job->profile->generation)
        return refuse(error, job->profile->name, "tolerates a loss of perplexity, serac tune measures accuracy");
    if (!serac_advise_bit_serial(job->profile))
        return refuse(error, job->profile->name, "its hardware is none of Serac's, whose cycles serac tune counts");
    enum serac_status status = serac_db_open(job->tune, false, &db, error);
    if (status != SERAC_OK)
        return status;
    status = serac_db_rows(db, &rows, &count, error);
    if (status == SERAC_OK)
        status = serac_db_names(db, take_name, &names, error);
    if (status == SERAC_OK)
        status = names.failed ? SERAC_E_NOMEM : add_points(job, rows, count, &names, a, error);
    serac_db_close(db);
    free_names(&names);
    free(rows);
    return status;
}
