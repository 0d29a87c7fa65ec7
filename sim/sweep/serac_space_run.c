/* serac_space_run.c - one point of a sweep: its rows, and whether they are wanted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serac_infer.h"
#include "serac_space_read.h"

const char *serac_space_exclude(void *ctx, uint64_t position,
                                const struct serac_row *total)
{
    const struct serac_space *space = ctx;
    const struct serac_sweep *s = space->sweep;
    struct serac_space_point p =
        serac_space_point(space, space->combinations[position]);
    struct serac_row row;
    if (!s->num_constraints)
        return NULL;
    /* What was known stands: a total of mixed widths has none of its own. */
    serac_space_known(&p, &row);
    for (int i = 0; i < SERAC_COLUMNS; i++)
        if (!row.cells[i][0])
            memcpy(row.cells[i], total->cells[i], SERAC_CELL);
    for (uint32_t i = 0; i < s->num_constraints; i++)
        if (serac_expr_test(s->constraints[i], &row) != SERAC_TRUE)
            return serac_expr_text(s->constraints[i]);
    return NULL;
}

static enum serac_status run_network(const struct serac_space *space,
                                     const struct serac_setting *setting,
                                     const struct serac_space_point *p,
                                     struct serac_db_point *to,
                                     struct serac_error *error)
{
    struct serac_infer_result result;
    struct serac_infer_job job = {
        .setting = setting, .network = p->program->network->name,
        .built = p->program->network, .backend = "model",
        .dataset = p->program->dataset, .limit = space->sweep->images};
    enum serac_status status = serac_infer_run(&job, &result, error);
    if (status != SERAC_OK)
        return status;
    for (size_t i = 0; i < result.num_rows; i++)
        serac_row_setting(&result.rows[i], &setting->design, &setting->memory);
    to->rows = result.rows;
    to->num_rows = result.num_rows;
    result.rows = NULL;
    serac_infer_free(&result);
    return SERAC_OK;
}

/* Shapes were read, so whatever is wrong with one at these widths is the point's. */
static enum serac_status run_workload(const struct serac_setting *setting,
                                      const struct serac_space_point *p,
                                      struct serac_timings *timings,
                                      struct serac_db_point *to,
                                      struct serac_error *error)
{
    struct serac_workload_result result;
    struct serac_workload_job job = {
        .setting = setting, .workload = p->program->workload,
        .weight_bits = p->widths.weight_bits, .act_bits = p->widths.act_bits,
        .weight_store_bits = p->widths.weight_store_bits, .batch = p->batch,
        .timings = timings};
    enum serac_status status = serac_workload_run(&job, &result, error);
    if (status != SERAC_OK)
        return status == SERAC_E_INPUT ? SERAC_E_FIT : status;
    to->rows = result.rows;
    to->num_rows = result.num_rows;
    return SERAC_OK;
}

/* "bert-base 2/8 on tiny, memory default: layer qkv does not fit ..." */
static enum serac_status fail_point(const struct serac_space_point *p,
                                    const struct serac_error *detail,
                                    struct serac_db_point *to)
{
    struct serac_row *row = malloc(sizeof *row);
    size_t room = 3 * SERAC_NAME_MAX + strlen(detail->text) + 64;
    char *text = row ? malloc(room) : NULL;
    if (text) {
        const char *precision;
        serac_space_known(p, row);
        precision = row->cells[SERAC_COLUMN_precision];
        snprintf(text, room, "%s%s%s on %s, memory %s: %s",
                 row->cells[SERAC_COLUMN_network], *precision ? " " : "",
                 precision, p->design->is.design.name,
                 p->memory->is.memory.name, detail->text);
    }
    free(row);
    to->failed = text;
    return text ? SERAC_OK : SERAC_E_NOMEM;
}

enum serac_status serac_space_run(const struct serac_space *space, uint64_t position,
                                  struct serac_timings *timings,
                                  struct serac_db_point *to,
                                  struct serac_error *error)
{
    struct serac_space_point p =
        serac_space_point(space, space->combinations[position]);
    struct serac_error detail = {""};
    struct serac_setting *setting = malloc(sizeof *setting);
    memset(to, 0, sizeof *to);
    memcpy(to->key, space->keys[position], SERAC_DB_KEY);
    if (!setting)
        return SERAC_E_NOMEM;
    memcpy(&setting->design, &p.design->is.design, sizeof setting->design);
    memcpy(&setting->memory, &p.memory->is.memory, sizeof setting->memory);
    setting->tech = *p.technology;
    enum serac_status status =
        p.program->network ? run_network(space, setting, &p, to, &detail)
                           : run_workload(setting, &p, timings, to, &detail);
    free(setting);
    if (status == SERAC_E_FIT || status == SERAC_E_OVERFLOW)
        return fail_point(&p, &detail, to);
    if (status == SERAC_OK)
        to->excluded = serac_space_exclude((void *)(uintptr_t)space, position,
                                           &to->rows[to->num_rows - 1]);
    else if (error)
        *error = detail;
    return status;
}

void serac_space_free_point(struct serac_db_point *point)
{
    free(point->rows);
    free((void *)(uintptr_t)point->failed);
    memset(point, 0, sizeof *point);
}
