/* serac_compare.c - from rows to points, and what they say about a pair. */
#include "serac_compare.h"

#include <stdlib.h>
#include <string.h>

#include "serac_workload.h"

double serac_point_gops(const struct serac_point *p)
{
    return 2e-3 * p->macs / p->time_us;
}

double serac_point_tops_w(const struct serac_point *p)
{
    return 2e-6 * p->macs / p->energy_uj;
}

double serac_point_gops_mm2(const struct serac_point *p)
{
    return serac_point_gops(p) / (p->area_um2 * 1e-6);
}

/* View and planes from the names; false for other designs. */
static bool read_names(const struct serac_row *row, struct serac_point *p)
{
    const char *design = row->cells[SERAC_COLUMN_design];
    const char *memory = row->cells[SERAC_COLUMN_memory];
    char family[16];
    int used = 0;
    if (sscanf(design, "%15[a-z]-%u-%u%n", family, &p->weight_planes,
               &p->act_planes, &used) != 3)
        return false;
    const char *rest = design + used;
    snprintf(p->design, sizeof p->design, "%s", design);
    snprintf(p->memory, sizeof p->memory, "%s", memory);
    if (!strcmp(family, "area") && *rest == '-')
        p->view = SERAC_VIEW_AREA;
    else if (!strcmp(family, "peak") && !strcmp(rest, "-wide"))
        p->view = SERAC_VIEW_WIDE;
    else if (!strcmp(family, "peak") && !*rest)
        p->view = SERAC_VIEW_PEAK;
    else
        return false;
    if (p->view == SERAC_VIEW_PEAK && strcmp(memory, "default"))
        p->view = SERAC_VIEW_BANDWIDTH;
    return true;
}

static const struct serac_workload_layer *layer_of(
    const struct serac_workload *w, const char *name)
{
    for (uint32_t i = 0; w && i < w->num_layers; i++)
        if (!strcmp(w->layers[i].name, name))
            return &w->layers[i];
    return NULL;
}

/* Adds (sign 1) or takes away a row's figures. */
static void add_row(struct serac_point *p, const struct serac_row *row,
                    double sign)
{
    p->macs += sign * serac_row_get(row, SERAC_COLUMN_macs);
    p->cycles += sign * serac_row_get(row, SERAC_COLUMN_cycles);
    p->array_busy_cycles +=
        sign * serac_row_get(row, SERAC_COLUMN_array_busy_cycles);
    p->stall_requant_cycles +=
        sign * serac_row_get(row, SERAC_COLUMN_stall_requant_cycles);
    p->time_us += sign * serac_row_get(row, SERAC_COLUMN_time_us);
    p->energy_uj += sign * serac_row_get(row, SERAC_COLUMN_energy_uj);
}

/* Width of the weights: a total is mixed where a product of two activations is
 * among the layers, though the weights have one width. */
static uint32_t width_of_weights(const struct serac_row *rows, size_t total,
                                 const struct serac_workload *w)
{
    double width = serac_row_get(&rows[total], SERAC_COLUMN_weight_bits);
    if (width > 0)
        return (uint32_t)width;
    for (size_t i = 0; w && i < total; i++) {
        const struct serac_workload_layer *l =
            layer_of(w, rows[i].cells[SERAC_COLUMN_layer]);
        if (l && !l->run_time && l->op != SERAC_WORKLOAD_ADD)
            return (uint32_t)serac_row_get(&rows[i], SERAC_COLUMN_weight_bits);
    }
    return 0;
}

/* `rows` are one point's, its total at index `total`. Appends one point or two. */
static size_t make_points(const struct serac_row *rows, size_t total,
                          struct serac_point *to)
{
    const struct serac_row *row = &rows[total];
    const char *name = row->cells[SERAC_COLUMN_network];
    struct serac_point p = {.view = SERAC_VIEW_PEAK};
    struct serac_workload *w = NULL;
    char suffix[24];
    size_t made = 1;
    if (!read_names(row, &p))
        return 0;
    (void)serac_workload_load(name, &w, NULL);
    p.weight_bits = width_of_weights(rows, total, w);
    double acts = serac_row_get(row, SERAC_COLUMN_act_bits);
    p.act_bits = acts > 0 ? (uint32_t)acts : 0;
    p.area_um2 = serac_row_get(row, SERAC_COLUMN_area_um2);
    snprintf(p.program, sizeof p.program, "%s", name);
    snprintf(suffix, sizeof suffix, "-w%u", p.weight_bits);
    size_t length = strlen(name), tail = strlen(suffix);
    if (length > tail && !strcmp(name + length - tail, suffix))
        p.program[length - tail] = 0;
    add_row(&p, row, 1);
    to[0] = p;
    p.no_depthwise = true;
    for (size_t i = 0; i < total; i++) {
        const struct serac_workload_layer *l =
            layer_of(w, rows[i].cells[SERAC_COLUMN_layer]);
        if (!l || l->op != SERAC_WORKLOAD_DEPTHWISE)
            continue;
        add_row(&p, &rows[i], -1);
        made = 2;
    }
    to[1] = p;
    serac_workload_destroy(w);
    return made;
}

enum serac_status serac_compare_points(const struct serac_row *rows,
                                       size_t count,
                                       struct serac_point **points,
                                       size_t *num_points)
{
    size_t first = 0;
    *num_points = 0;
    *points = malloc((2 * count + 2) * sizeof **points);
    if (!*points)
        return SERAC_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].cells[SERAC_COLUMN_layer], "total"))
            continue;
        *num_points += make_points(rows + first, i - first,
                                   *points + *num_points);
        first = i + 1;
    }
    return SERAC_OK;
}

const struct serac_point *serac_compare_find(const struct serac_point *points,
                                             size_t count,
                                             const struct serac_point *like)
{
    for (size_t i = 0; i < count; i++) {
        const struct serac_point *p = &points[i];
        if (p->view == like->view && p->weight_planes == like->weight_planes &&
            p->act_planes == like->act_planes &&
            p->no_depthwise == like->no_depthwise &&
            p->weight_bits == like->weight_bits &&
            p->act_bits == like->act_bits &&
            !strcmp(p->program, like->program))
            return p;
    }
    return NULL;
}

uint32_t serac_compare_break_even(const struct serac_point *points,
                                  size_t count, const struct serac_point *like,
                                  uint32_t act_bits, bool same,
                                  serac_measure_fn *measure)
{
    uint32_t widest = 0;
    for (uint32_t b = 1; b <= 8; b++) {
        struct serac_point pair = *like, wide = *like;
        pair.weight_bits = b;
        pair.act_bits = act_bits ? act_bits : b;
        wide.weight_planes = wide.act_planes = 8;
        wide.weight_bits = same ? b : 8;
        wide.act_bits = same ? pair.act_bits : 8;
        const struct serac_point *p = serac_compare_find(points, count, &pair);
        const struct serac_point *q = serac_compare_find(points, count, &wide);
        if (!p || !q)
            continue;
        if (!(measure(p) > measure(q)))
            break;
        widest = b;
    }
    return widest;
}

void serac_compare_csv(FILE *to, const struct serac_point *points, size_t count)
{
    static const char *const views[] = {"peak", "wide", "bandwidth", "area"};
    fprintf(to, "view,design,weight_planes,act_planes,memory,network,depthwise,"
                "weight_bits,act_bits,macs,cycles,array_busy_cycles,"
                "stall_requant_cycles,time_us,gops,energy_uj,tops_w,area_um2,"
                "gops_mm2\n");
    for (size_t i = 0; i < count; i++) {
        const struct serac_point *p = &points[i];
        fprintf(to, "%s,%s,%u,%u,%s,%s,%s,%u,%u,%.0f,%.0f,%.0f,%.0f,%.6g,%.6g,"
                    "%.6g,%.6g,%.6g,%.6g\n", views[p->view], p->design,
                p->weight_planes, p->act_planes, p->memory, p->program,
                p->no_depthwise ? "without" : "with", p->weight_bits,
                p->act_bits, p->macs, p->cycles, p->array_busy_cycles,
                p->stall_requant_cycles, p->time_us, serac_point_gops(p),
                p->energy_uj, serac_point_tops_w(p), p->area_um2,
                serac_point_gops_mm2(p));
    }
}
